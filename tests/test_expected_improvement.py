"""Is the expected improvement what its definition says, and its logarithm too, where EI is less than any float?"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayesopt_from_scratch import (
    expected_improvement,
    expected_improvement_gradient,
    log_expected_improvement,
    log_expected_improvement_gradient,
)

# z, log h(z), Phi(z) / h(z), phi(z) / h(z): mpmath with 80 digits, from the definition h = phi + z Phi.
KNOWN = [
    (
        -1e6,
        "-500000000028.54995964913622094999621669261798820007",
        "1000000.000001999999999994000000000041999999999586",
        "1000000000002.999999999994000000000041999999999586",
    ),
    (
        -1e3,
        "-500014.73445209115844691488764622176030432350891169",
        "1000.0019999940000419995860050579275151827404273803",
        "1000002.9999940000419995860050579275151827404273803",
    ),
    (
        -100.0,
        "-5010.1295788002497923252398858774424376070906388822",
        "100.01999400419586505076320609028637646313774439719",
        "10002.999400419586505076320609028637646313774439719",
    ),
    (
        -40.0,
        "-808.29856835661996024093993244950593749432784483893",
        "40.049906657648518192538934066829368698183972077178",
        "1602.9962663059407277015573626731747479273588830871",
    ),
    (
        -10.0,
        "-55.553122036122355927183348136342578056071153786642",
        "10.194383033412553305590056365303532583920382262346",
        "102.94383033412553305590056365303532583920382262346",
    ),
    (
        -2.0,
        "-4.7687835239171141568810297779071528630126389993654",
        "2.6794168839555859838928514873954106022776221782631",
        "6.3588337679111719677857029747908212045552443565261",
    ),
    (
        -0.5,
        "-1.6205162643873199192623993525404300869875245069451",
        "1.5598731483480796712207878937082027912479974393284",
        "1.7799365741740398356103939468541013956239987196642",
    ),
    (
        0.0,
        "-0.91893853320467274178032973640561763986139747363778",
        "1.2533141373155002512078826424055226265034934",
        "1",
    ),
    (
        0.5,
        "-0.35982768374506381858818771534715586779804272106559",
        "0.99092271800410996014909164138837068508956209139856",
        "0.50453864099794501992545417930581465745521895430072",
    ),
    (
        3.0,
        "1.0987396653277077726864512342968248817094657542936",
        "0.33284096845179523558329229306685107141177161439317",
        "0.0014770946446142932501231207994467857646851568204843",
    ),
    (8.0, "2.079441541679835937689524379307653301863761263388", "0.12499999999999992", "6.3153388544211153003346e-16"),
    (20.0, "2.995732273553990993435223576142540775676601622989", "0.05", "0"),
]

means = st.floats(-20, 20)
stds = st.floats(0.05, 20)


def quadrature(mean: float, std: float, best: float, power: int = 1) -> float:
    """Integral of max(best - f, 0)^power over N(mean, std^2), by Gauss-Legendre on the 12 deviations that matter."""
    low, high = mean - 12 * std, min(best, mean + 12 * std)
    if high <= low:
        return 0.0
    nodes, weights = np.polynomial.legendre.leggauss(200)
    f = low + (nodes + 1) / 2 * (high - low)
    density = np.exp(-(((f - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))
    return float((high - low) / 2 * np.sum(weights * (best - f) ** power * density))


@given(means, stds, means)
def test_the_integral_of_its_definition(mean: float, std: float, best: float) -> None:
    expected = quadrature(mean, std, best)
    assert float(expected_improvement(mean, std, best)) == pytest.approx(expected, rel=1e-10, abs=1e-25 * std)


def test_the_square_is_not_the_std() -> None:
    """The most common error, a variance for the standard deviation, is 12 % here and not visible at std = 1."""
    assert float(expected_improvement(0.5, 0.8, 0.2)) == pytest.approx(quadrature(0.5, 0.8, 0.2), rel=1e-12)
    assert float(expected_improvement(0.5, 0.8, 0.2)) != pytest.approx(quadrature(0.5, 0.64, 0.2), rel=0.1)


@pytest.mark.parametrize(("z", "log_h", "by_mean", "by_std"), KNOWN, ids=str)
@pytest.mark.parametrize("std", [1.0, 0.25, 8.0])
def test_known_values(z: float, log_h: str, by_mean: str, by_std: str, std: float) -> None:
    """std and best are powers of two and small integers, so that z is exact."""
    best = 4.0
    mean = best - z * std
    value, dm, ds = log_expected_improvement_gradient(mean, std, best)
    assert float(value) == pytest.approx(math.log(std) + float(log_h), rel=4e-15, abs=4e-15)
    assert float(dm) == pytest.approx(-float(by_mean) / std, rel=1e-14)
    assert float(ds) == pytest.approx(float(by_std) / std, rel=3e-14, abs=1e-18)
    assert float(log_expected_improvement(mean, std, best)) == float(value)
    improvement = std * math.exp(float(log_h))
    assert float(expected_improvement(mean, std, best)) == pytest.approx(improvement, rel=1e-13, abs=0)
    dm, ds = expected_improvement_gradient(mean, std, best)
    assert float(dm) == pytest.approx(-improvement * float(by_mean) / std, rel=1e-12, abs=0)
    assert float(ds) == pytest.approx(improvement * float(by_std) / std, rel=1e-12, abs=1e-17)


@given(means, stds, means)
def test_gradients_are_differences(mean: float, std: float, best: float) -> None:
    step = 1e-5 * std
    for function, gradient in (
        (expected_improvement, expected_improvement_gradient(mean, std, best)),
        (log_expected_improvement, log_expected_improvement_gradient(mean, std, best)[1:]),
    ):
        by_mean = function([mean + step, mean - step], [std, std], best)
        by_std = function([mean, mean], [std + step, std - step], best)
        scale = 1 + abs(float(function(mean, std, best)))
        for difference, derivative in zip((by_mean, by_std), gradient, strict=True):
            slope = float(difference[0] - difference[1]) / (2 * step)
            third = 1e-8 * scale * (1 + ((best - mean) / std) ** 2) / std  # the rest of the series, and rounding
            assert float(derivative) == pytest.approx(slope, rel=1e-6, abs=third)


@given(means, stds, means)
def test_the_logarithm_is_the_logarithm(mean: float, std: float, best: float) -> None:
    improvement = float(expected_improvement(mean, std, best))
    if improvement > 1e-290:
        assert float(log_expected_improvement(mean, std, best)) == pytest.approx(math.log(improvement), abs=1e-12)


def test_the_logarithm_is_continuous_where_formulas_change() -> None:
    for z in (9.0, 0.0):
        below, above = np.nextafter(z, -99.0), np.nextafter(z, 99.0)
        value, by_mean, by_std = log_expected_improvement_gradient([-below, -above], [1.0, 1.0], 0.0)
        assert value[0] == pytest.approx(value[1], rel=1e-14) and by_mean[0] == pytest.approx(by_mean[1], rel=1e-14)
        assert by_std[0] == pytest.approx(by_std[1], rel=1e-12, abs=1e-17)
    assert float(log_expected_improvement(-9.0, 1.0, 0.0)) == pytest.approx(math.log(9), rel=1e-15)
    assert float(log_expected_improvement(-100.0, 1.0, 0.0)) == math.log(100)


@given(means, means)
def test_a_certain_prediction(mean: float, best: float) -> None:
    assert float(expected_improvement(mean, 0.0, best)) == max(best - mean, 0.0)
    value, by_mean, by_std = (float(part) for part in log_expected_improvement_gradient(mean, 0.0, best))
    if best > mean:
        assert (value, by_mean, by_std) == (math.log(best - mean), -1 / (best - mean), 0.0)
        assert [float(d) for d in expected_improvement_gradient(mean, 0.0, best)] == [-1.0, 0.0]
    else:
        assert (value, by_mean, by_std) == (-math.inf, 0.0, 0.0)
        assert [abs(float(d)) for d in expected_improvement_gradient(mean, 0.0, best)] == [0.0, 0.0]


def test_the_limit_of_certainty() -> None:
    """With ever smaller std, EI goes to max(gain, 0); at gain 0 to 0, as std / sqrt(2 pi)."""
    for std in (1e-3, 1e-100, 5e-324):
        assert expected_improvement([1.0, -2.0], [std, std], 0.0) == pytest.approx([0.0, 2.0], abs=1e-12)
        assert float(expected_improvement(1.5, std, 1.5)) == pytest.approx(std / math.sqrt(2 * math.pi), rel=1e-12)
    assert np.all(np.isfinite(np.array(log_expected_improvement_gradient(1.5, 1e-300, 1.5))))


@pytest.mark.parametrize(
    ("mean", "std", "best"),
    [
        (1e308, 1.0, -1e308),
        (-1e308, 1.0, 1e308),
        (1e300, 1e-300, 0.0),
        (0.0, 1e308, 0.0),
        (1.0, 5e-324, 0.0),
        (0, 0, 0),
    ],
)
def test_extremes_are_no_numbers_of_their_own(mean: float, std: float, best: float) -> None:
    everything = [
        expected_improvement(mean, std, best),
        *expected_improvement_gradient(mean, std, best),
        *log_expected_improvement_gradient(mean, std, best),
    ]
    assert not np.any(np.isnan(everything))


@given(st.lists(st.tuples(means, st.just(0.0) | stds), min_size=1, max_size=12), means)
def test_arrays_are_points_one_by_one(points: list[tuple[float, float]], best: float) -> None:
    mean, std = np.array(points).T

    def everything(m: Any, s: Any) -> Any:
        gradients = expected_improvement_gradient(m, s, best), log_expected_improvement_gradient(m, s, best)
        return np.array([expected_improvement(m, s, best), log_expected_improvement(m, s, best), *sum(gradients, ())])

    column = everything(mean[:, None], std[:, None])
    assert column.shape == (7, len(points), 1)
    assert np.array_equal(column[..., 0].T, [everything(m, s) for m, s in points])


def test_integers_are_numbers() -> None:
    assert expected_improvement([0, 1], [0, 0], 1).tolist() == [1.0, 0.0]
    assert float(log_expected_improvement(0, 1, 0)) == pytest.approx(-0.5 * math.log(2 * math.pi))


def test_single_precision_is_double_inside() -> None:
    mean, std = np.array([0.1, 0.7], dtype=np.float32), np.array([0.3, 0.2], dtype=np.float32)
    expected = expected_improvement(mean.tolist(), std.tolist(), 0.3).tolist()
    for m, s in ((mean, std), (mean, std.astype(float)), (mean.astype(float), std)):
        found = expected_improvement(m, s, 0.3)
        assert found.dtype == float and found.tolist() == expected
        assert expected_improvement(m.astype(object), s.astype(object), 0.3).tolist() == expected


@pytest.mark.parametrize(
    "function",
    [expected_improvement, expected_improvement_gradient, log_expected_improvement, log_expected_improvement_gradient],
)
def test_what_is_refused(function: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected mean and std of one shape, got \(2,\) and \(1,\)$"):
        function([0.0, 1.0], [1.0], 0.0)
    with pytest.raises(ValueError, match=r"^expected mean and std of one shape, got \(2,\) and \(\)$"):
        function([0.0, 1.0], 1.0, 0.0)
    with pytest.raises(ValueError, match=r"^expected standard deviations of 0 or more, got .*-1(\.0*)?e-300"):
        function([0.0, 1.0], [1.0, -1e-300], 0.0)
    for best in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match=rf"^expected a finite best value, got {best}$"):
            function([0.0], [1.0], best)


def test_arguments_are_not_changed() -> None:
    mean, std = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    for function in (expected_improvement, log_expected_improvement_gradient):
        function(mean, std, 0.5)
    assert mean.tolist() == std.tolist() == [0.0, 1.0]
