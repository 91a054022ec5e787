"""Is the scale increasing, blind to units, and unmoved by one absurd value?"""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bayesopt_from_scratch.surrogate.output_scale import gaussianize, yeo_johnson

Array = NDArray[np.floating]

# z, lambda, psi: made with mpmath at 50 digits from the two branches of Yeo & Johnson (2000), eq. 2.1
PSI = [
    (3.0, 0.5, 2.0),
    (3.0, 0.0, 1.3862943611198906),
    (3.0, -1.0, 0.75),
    (3.0, 2.0, 7.5),
    (-3.0, 0.5, -4.666666666666667),
    (-3.0, 2.0, -1.3862943611198906),
    (-3.0, 3.0, -0.75),
    (-3.0, 1.0, -3.0),
    (0.25, -2.0, 0.18),
    (-0.25, 4.0, -0.18),
    (1e-10, 0.5, 9.9999999997500000e-11),
    (-1e-10, 0.5, -1.0000000000250000e-10),
    (1e6, 1e-9, 13.815511653397955),
    (1e30, -2.0, 0.5),
    (0.0, 0.7, 0.0),
    (0.0, -0.7, 0.0),
]


@pytest.mark.parametrize(("z", "lam", "psi"), PSI)
def test_yeo_johnson(z: float, lam: float, psi: float) -> None:
    assert yeo_johnson([z], lam).tolist() == [pytest.approx(psi, rel=2e-15, abs=0)]


@given(st.floats(-1e6, 1e6), st.floats(-2, 4))
@example(1.0, 5e-324)
def test_the_mirror_image_has_the_mirrored_power(z: float, lam: float) -> None:
    assert float(yeo_johnson([-z], 2 - lam)[0]) == pytest.approx(-float(yeo_johnson([z], lam)[0]), rel=1e-12)


@given(st.floats(-100, 100), st.floats(1e-4, 10), st.floats(-2, 4))
def test_yeo_johnson_increases(z: float, step: float, lam: float) -> None:
    low, high = yeo_johnson([z, z + step], lam)
    assert low < high


@given(st.floats(-50, 50), st.floats(-2, 4))
def test_the_slope_is_what_the_jacobian_says(z: float, lam: float) -> None:
    h = 1e-4
    assume(abs(z) > 4 * h)  # the third derivative jumps at 0
    at = yeo_johnson(np.array([z + h, z - h, z + 2 * h, z - 2 * h]), lam)
    slope = (8 * (at[0] - at[1]) - (at[2] - at[3])) / (12 * h)
    assert slope == pytest.approx(math.exp((lam - 1) * math.copysign(math.log1p(abs(z)), z)), rel=1e-6, abs=1e-9)


@given(st.floats(-1e3, 1e3), st.sampled_from([0.0, 2.0]), st.floats(1e-12, 1e-9))
def test_the_logarithm_is_the_limit(z: float, lam: float, away: float) -> None:
    expected = float(yeo_johnson([z], lam)[0])
    for near in (lam - away, lam + away):
        assert float(yeo_johnson([z], near)[0]) == pytest.approx(expected, rel=1e-8)


def test_power_1_leaves_the_values() -> None:
    z = np.array([-5.0, -0.5, 0.0, 0.25, 1e9])
    assert yeo_johnson(z, 1.0) == pytest.approx(z, rel=1e-15, abs=0)
    assert yeo_johnson(np.zeros((2, 3)), 0.0).shape == (2, 3) and yeo_johnson([], 0.5).shape == (0,)


# --- gaussianize ----------------------------------------------------------------------------------------------------


def directly(y: Array, lowest: int = -20, highest: int = 40) -> Array:
    """The words of the docstring, with the likelihood of the density written out."""
    deviation = np.abs(y - np.median(y))
    z = (y - np.median(y)) / (np.median(deviation) if np.median(deviation) > 0 else np.median(deviation[deviation > 0]))

    def log_likelihood(lam: float) -> float:
        psi = yeo_johnson(z, lam)
        density = -0.5 * ((psi - psi.mean()) / psi.std()) ** 2 - np.log(psi.std()) - 0.5 * math.log(2 * math.pi)
        slope = np.where(z >= 0, (1 + np.abs(z)) ** (lam - 1), (1 + np.abs(z)) ** (1 - lam))
        return float(np.sum(density + np.log(slope)))

    powers = [k / 10 for k in range(lowest, highest + 1)]
    psi = yeo_johnson(z, max(powers, key=log_likelihood))
    return (psi - psi.mean()) / psi.std()


SHAPES = {
    "normal": lambda e: e,
    "long right tail": lambda e: np.exp(e),
    "long left tail": lambda e: -np.exp(1.5 * e),
    "very long right tail": lambda e: np.exp(4 * e),
    "very long left tail": lambda e: -np.exp(4 * e),
    "flat": lambda e: np.cbrt(e),
    "half equal": lambda e: np.maximum(e, 0),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [3, 10, 41])
def test_power_of_greatest_likelihood(shape: str, n: int) -> None:
    for seed in range(4):
        y = SHAPES[shape](np.random.default_rng(seed).standard_normal(n))
        assert gaussianize(y) == pytest.approx(directly(y), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_grid_of_powers_is_wide_enough(sign: float) -> None:
    # tails as long as they come: the best power of a wider grid is on this one
    for y in ([0.0, 0.0, 10.4, 0.3, 0.3], [-1.0, -0.5, 0.0, 1.0, 1e12], [0.0, 0.0, 31.0, 65.0, 64.0, -5.3, 3921.0]):
        assert gaussianize(sign * np.array(y)) == pytest.approx(directly(sign * np.array(y), -60, 80), rel=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.integers(-900, 900))
@example([0.0, 0.0, 1.0], 0)
@example([1.0, 2.0, 3.0, 4.0, 1e12], 3)
def test_increasing_standardized_and_blind_to_units(values: list[float], exponent: int) -> None:
    y = np.round(np.array(values), 3)
    scaled = gaussianize(y)
    order = np.argsort(y, kind="stable")
    assert np.all(np.diff(scaled[order]) >= 0)
    if y.min() == y.max():
        assert scaled.tolist() == [0.0] * len(y)
        return
    assert scaled[order[0]] < scaled[order[-1]]
    assert scaled.mean() == pytest.approx(0, abs=1e-13) and scaled.std() == pytest.approx(1, rel=1e-12)
    assert np.array_equal(gaussianize(y * 2.0**exponent), scaled)  # exactly, while nothing is rounded
    assert np.array_equal(gaussianize(y[::-1])[::-1] > 0, scaled > 0)


@given(st.integers(0, 10**6), st.floats(1e-3, 1e3), st.floats(-100, 100))
def test_affine_invariance(seed: int, a: float, b: float) -> None:
    y = np.random.default_rng(seed).standard_normal(15) ** 3
    assert gaussianize(a * y + b) == pytest.approx(gaussianize(y), abs=1e-7)


def test_minus_y_is_the_mirror_image() -> None:
    y = np.exp(np.random.default_rng(0).standard_normal(20))
    assert gaussianize(-y) == pytest.approx(-gaussianize(y), rel=1e-9)


def test_different_values_stay_different_under_one_absurd_value() -> None:
    for absurd in (1e12, 1e100, 1e300, np.finfo(float).max):
        scaled = gaussianize([3.0, 1.0, 2.0, 4.0, absurd])
        assert scaled[1] < scaled[2] < scaled[0] < scaled[3] < scaled[4]
    assert np.diff(np.sort(gaussianize([1.0, 2.0, 3.0, 4.0, 1e12]))[:4]).min() > 0.1
    scaled = gaussianize([3.0, 1.0, 2.0, 4.0, -1e12])
    assert np.diff(np.sort(scaled)).min() > 0.1


def test_the_absurd_are_cut_at_1e30_scales() -> None:
    y = [-1.0, 0.0, 1.0, -0.5, 0.5]
    far, farther = gaussianize([*y, 0.7, 2e30]), gaussianize([*y, 0.7, 1e200])
    assert far.tolist() == farther.tolist()
    assert gaussianize([*y, 0.7, 1e28])[-1] < far[-1] * (1 + 1e-12)
    assert not np.array_equal(gaussianize([*y, 0.7, 1e28]), far)
    assert gaussianize([*y, 0.7, -2e30]).tolist() == gaussianize([*y, 0.7, -1e200]).tolist()
    with np.errstate(all="raise", under="ignore"):  # a scale of the smallest float
        assert np.all(np.isfinite(gaussianize([0.0, 5e-324, 1e-323, 1.0])))


def test_the_largest_and_smallest_floats() -> None:
    big, small = np.finfo(float).max, 5e-324
    expected = gaussianize([-1.0, 0.0, 1.0])
    assert expected == pytest.approx([-math.sqrt(1.5), 0, math.sqrt(1.5)])
    for y in ([-big, 0.0, big], [-1e300, 0.0, 1e300], [-small, 0.0, small], [-1e-300, 0.0, 1e-300]):
        assert gaussianize(y) == pytest.approx(expected)
    assert gaussianize([-1e300, 1e-300, 1e300]).tolist() == expected.tolist()


@pytest.mark.parametrize("small", [[1e-20, 2e-20, 3e-20, 4e-20], [1e-16, 2e-16, 4e-16, 9e-16], [-2.0, 1.0, 3.0]])
def test_small_values_stay_different_beside_the_largest_float(small: list[float]) -> None:
    assert np.all(np.diff(gaussianize([*small, np.finfo(float).max])) > 1e-2)


@pytest.mark.parametrize("y", [[7.0], [0.0], [-1e300], [3.0] * 5, [0.1] * 7, [1e308, 1e308]])
def test_equal_values_become_0(y: list[float]) -> None:
    assert gaussianize(y).tolist() == [0.0] * len(y)


def test_two_values_become_minus_1_and_1() -> None:
    assert gaussianize([5.0, 3.0]) == pytest.approx([1, -1])
    assert gaussianize([-4, -3]) == pytest.approx([-1, 1])


def test_where_half_of_the_values_are_equal_the_others_are_the_scale() -> None:
    y = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, -4.0])
    assert gaussianize(y) == pytest.approx(directly(y), abs=1e-12)
    assert gaussianize([0.0] * 9 + [1.0]) == pytest.approx([-1 / 3] * 9 + [3])
    z = gaussianize([0.0] * 6 + [1.0, 2.0, 3.0, 1e12])  # one absurd value does not hide the rest
    assert np.all(np.diff(z[5:]) > 0.1)


def test_no_values_are_an_error() -> None:
    with pytest.raises(ValueError, match="zero-size"):
        gaussianize([])


def test_arguments_stay_as_they_were() -> None:
    for y in (np.array([1.0, 5.0, 2.0]), np.zeros(3)):
        y.flags.writeable = False
        kept = y.tolist()
        for result in (gaussianize(y), yeo_johnson(y, 1.0), yeo_johnson(y, 0.0)):
            assert not np.shares_memory(result, y)
            result[:] = 9.0
        assert y.tolist() == kept
    assert gaussianize(np.array([1, 5, 2])).tolist() == gaussianize([1.0, 5.0, 2.0]).tolist()
    assert yeo_johnson([1, 3], 1).tolist() == [1.0, 3.0]
    single = np.array([0.1, 5.3, 2.7], dtype=np.float32)
    assert gaussianize(single).tolist() == gaussianize(single.astype(float)).tolist()
    assert yeo_johnson(single, 0.3).tolist() == yeo_johnson(single.astype(float), 0.3).tolist()
