"""Is the estimator the mixture that its table says, on numbers, integers and categories, and does it sample from it?

The constants were made with mpmath at 50 digits, from ``npdf`` and ``ncdf`` and the table in the module's docstring,
for the doubles that the literals stand for (cells of integers from their exact edges).
"""

import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bayesopt_from_scratch import Choice, Float, Int, ParzenEstimator

Array = NDArray[np.floating]

POINTS = [[0.0, 0.5], [0.25, 0.9], [0.8, 1.0]]
QUERIES = [[0.0, 0.5], [0.3, 0.7], [1.0, 1.0], [0.5, 0.0]]
# log density at QUERIES: of POINTS, bandwidth 0.1 x 3^(-1/6), weights 1/4 each and for the prior
EQUAL = [2.461898832808955, -0.5907328104745445, -0.10909683099200122, -1.3862943611198806]
# weights in the ratio 1 : 2 : 5, scaled to mean 1, prior weight 1/2, bandwidth 0.3
WEIGHTED = [-0.22136122788906937, 0.28748972022717767, 0.7960271952367072, -1.7099036277076793]
# [0.1, 0.5, 1/6] and [0.7, 0.9, 5/6] on Float, Int(0, 4), Choice of 3, bandwidth 0.2, at three places
MIXED = [-1.3059904034339107, -3.062506167992849, -3.804346302911124]
# Int(1, 8, log=True), one observation at 0.3, bandwidth 0.15: log mass of 1, ..., 8
LOG_INTEGER = [
    *(-0.5960067290892963, -1.5412560127172619, -2.5802456372574643, -3.0683461452440475),
    *(-3.331635369128797, -3.5221267299107706, -3.6783370197425773, -3.812588928993711),
]
# [0.2, not active] and [0.6, 0.3], bandwidth 0.1, prior weight 2, at three places, the last not active
NOT_ACTIVE = [0.34314215035415496, 1.390421756942803, 0.11000488466336901]


def normal_kernel(x: Array, centre: float, s: float) -> Array:
    """Density of the normal around the centre, truncated to [0, 1], from math.erf."""
    inside = 0.5 * (math.erf((1 - centre) / s / math.sqrt(2)) + math.erf(centre / s / math.sqrt(2)))
    return np.exp(-0.5 * ((x - centre) / s) ** 2) / (s * math.sqrt(2 * math.pi) * inside)


# --- values ---------------------------------------------------------------------------------------------------------


def test_values() -> None:
    estimator = ParzenEstimator(POINTS)
    assert estimator.log_density(QUERIES) == pytest.approx(EQUAL, rel=1e-13, abs=1e-13)
    estimator = ParzenEstimator(POINTS, weights=[1, 2, 5], prior_weight=0.5, bandwidth=0.3)
    assert estimator.log_density(QUERIES) == pytest.approx(WEIGHTED, rel=1e-13, abs=1e-13)


def test_values_on_mixed_axes() -> None:
    axes = [Float(-3.0, 5.0), Int(0, 4), Choice("a", "b", "c")]
    estimator = ParzenEstimator([[0.1, 0.5, 1 / 6], [0.7, 0.9, 5 / 6]], axes, bandwidth=0.2)
    Q = [[0.1, 0.5, 0.1], [0.4, 0.9, 0.5], [1.0, 0.1, 0.99]]
    assert estimator.log_density(Q) == pytest.approx(MIXED, rel=1e-13)
    # anywhere in the cell is the same cell, for queries and for a category observed
    Q = [[0.1, 0.41, 0.3], [0.4, 0.81, 0.34], [1.0, 0.0, 0.67]]
    assert estimator.log_density(Q) == pytest.approx(MIXED, rel=1e-13)
    estimator = ParzenEstimator([[0.1, 0.5, 0.01], [0.7, 0.9, 0.7]], axes, bandwidth=0.2)
    assert estimator.log_density(Q) == pytest.approx(MIXED, rel=1e-13)


def test_values_on_a_logarithmic_integer() -> None:
    axis = Int(1, 8, log=True)
    estimator = ParzenEstimator([[0.3]], [axis], bandwidth=0.15)
    assert estimator.log_density(axis.cells()[:, None]) == pytest.approx(LOG_INTEGER, rel=1e-12)


def test_values_where_axes_are_not_active() -> None:
    estimator = ParzenEstimator([[0.2, np.nan], [0.6, 0.3]], bandwidth=0.1, prior_weight=2.0)
    Q = [[0.25, 0.3], [0.6, 0.35], [0.5, np.nan]]
    assert estimator.log_density(Q) == pytest.approx(NOT_ACTIVE, rel=1e-13)


@given(st.floats(0, 1), st.floats(0.01, 10), st.floats(0.1, 10), st.floats(0, 1))
@example(0.0, 0.1, 1.0, 0.0)
@example(1.0, 0.1, 1.0, 1.0)
def test_one_observation(centre: float, s: float, prior_weight: float, x: float) -> None:
    estimator = ParzenEstimator([[centre]], prior_weight=prior_weight, bandwidth=s)
    expected = (normal_kernel(np.array(x), centre, s) + prior_weight) / (1 + prior_weight)
    assert math.exp(estimator.log_density([[x]])[0]) == pytest.approx(float(expected), rel=1e-12)


def test_nothing_observed_is_the_prior() -> None:
    axes = [Float(0.0, 1.0), Int(1, 4), Choice("a", "b", "c"), Int(1, 2, log=True)]
    estimator = ParzenEstimator(np.zeros((0, 4)), axes)
    width = math.log(5 / 3) / math.log(5)  # of 2 = [1.5, 2.5] in [0.5, 2.5]
    assert np.exp(estimator.log_density([[0.3, 0.1, 0.1, 0.9]])) == pytest.approx([width / 12], rel=1e-14)
    assert estimator.weights.tolist() == [1.0] and estimator.smoothing == 1.0 and estimator.bandwidth == 0.1
    assert ParzenEstimator(np.zeros((0, 2))).log_density([[0.1, 0.2], [1.0, 0.0]]).tolist() == [0.0, 0.0]


def test_constants() -> None:
    for n, d in ((1, 1), (2, 1), (3, 2), (50, 6)):
        estimator = ParzenEstimator(np.full((n, d), 0.5))
        assert estimator.bandwidth == pytest.approx(0.1 * n ** (-1 / (d + 4)), rel=1e-15)
        assert estimator.weights == pytest.approx(np.full(n + 1, 1 / (n + 1)), rel=1e-15)
        assert estimator.smoothing == pytest.approx(1 / (n + 1), rel=1e-15)
    estimator = ParzenEstimator([[0.5]] * 3, prior_weight=0.2, bandwidth=2)
    assert estimator.weights == pytest.approx([1 / 3.2] * 3 + [0.2 / 3.2]) and estimator.smoothing == 0.2 / 4
    assert type(estimator.bandwidth) is float and estimator.bandwidth == 2.0


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ([1.0, 1.0, 1.0], [1, 1, 1]),
        ([0.0, 0.0, 0.0], [1, 1, 1]),
        ([0.0, 2.0, 4.0], [0, 1, 2]),
        ([1e308, 1e308, 1e308], [1, 1, 1]),
        ([5e-324, 0.0, 0.0], [3, 0, 0]),
        ([0, 0, 7], [0, 0, 3]),
        (None, [1, 1, 1]),
    ],
)
def test_weights_have_mean_1(weights: Any, shares: list[float]) -> None:
    estimator = ParzenEstimator([[0.1], [0.5], [0.9]], weights=weights, prior_weight=2.0)
    assert estimator.weights == pytest.approx(np.array([*shares, 2.0]) / 5, rel=1e-15)
    assert np.all(np.isfinite(estimator.log_density([[0.1], [0.7]])))


# --- it is a density ------------------------------------------------------------------------------------------------

unit = st.floats(0, 1)


@given(st.lists(unit, min_size=0, max_size=6), st.floats(0.02, 3), st.floats(0.05, 5))
@example([0.0, 1.0], 0.1, 1.0)
def test_a_number_integrates_to_1(centres: list[float], s: float, prior_weight: float) -> None:
    estimator = ParzenEstimator(np.array(centres).reshape(-1, 1), bandwidth=s, prior_weight=prior_weight)
    nodes, weights = np.polynomial.legendre.leggauss(20)  # on each of 50 pieces, at most one bandwidth long
    x = ((np.arange(50)[:, None] + (nodes + 1) / 2) / 50).ravel()
    assert float(np.exp(estimator.log_density(x[:, None])) @ np.tile(weights / 100, 50)) == pytest.approx(1, abs=1e-12)


@given(st.lists(unit, max_size=6), st.integers(1, 9), st.booleans(), st.floats(0.01, 3), st.floats(0.05, 5))
def test_integers_and_categories_sum_to_1(
    centres: list[float], size: int, log: bool, s: float, prior_weight: float
) -> None:
    for axis in (Int(1, size, log=log), Choice(*range(size))):
        X = np.array(centres).reshape(-1, 1)
        estimator = ParzenEstimator(X, [axis], bandwidth=s, prior_weight=prior_weight)
        assert np.exp(estimator.log_density(axis.cells()[:, None])).sum() == pytest.approx(1, abs=1e-12)


def test_categories_are_smoothed_counts() -> None:
    axis = Choice("a", "b", "c", "d")
    n, w = 5, 0.5
    estimator = ParzenEstimator(axis.to_unit(["a", "a", "b", "a", "d"])[:, None], [axis], prior_weight=w)
    a = w / (n + 1)
    counts = np.array([3, 1, 0, 1])
    expected = ((counts + n * a) / (1 + 4 * a) + w / 4) / (n + w)
    assert np.exp(estimator.log_density(axis.cells()[:, None])) == pytest.approx(expected, rel=1e-14)


@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 4))
def test_order_does_not_matter_and_copies_are_weights(seed: int, n: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    X, Q, weights = rng.random((n, d)), rng.random((5, d)), rng.integers(1, 4, n)
    order = rng.permutation(n)
    first = ParzenEstimator(X, weights=weights).log_density(Q)
    assert ParzenEstimator(X[order], weights=weights[order]).log_density(Q) == pytest.approx(
        first, rel=1e-12, abs=1e-12
    )
    copied = ParzenEstimator(np.repeat(X, weights, axis=0), bandwidth=0.2, prior_weight=float(weights.sum()))
    weighted = ParzenEstimator(X, weights=weights, bandwidth=0.2, prior_weight=float(n))
    assert copied.log_density(Q) == pytest.approx(weighted.log_density(Q), rel=1e-12, abs=1e-12)


def test_far_from_everything_the_prior_is_left() -> None:
    estimator = ParzenEstimator([[0.0, 0.0]], bandwidth=1e-3)
    with np.errstate(under="ignore"):
        assert estimator.log_density([[1.0, 1.0], [0.5, 0.1]]) == pytest.approx([-math.log(2)] * 2, rel=1e-15)
    tiny = ParzenEstimator([[0.0]], prior_weight=1e-300)
    assert tiny.log_density([[1.0]])[0] == pytest.approx(
        np.logaddexp(-50 + math.log(normal_kernel(np.array(0.0), 0.0, 0.1)), math.log(1e-300)), rel=1e-12
    )
    tinier = ParzenEstimator([[0.0]], prior_weight=1e-300, bandwidth=1e-2)
    assert tinier.log_density([[1.0]])[0] == pytest.approx(math.log(1e-300), rel=1e-12)


def test_many_axes_do_not_underflow() -> None:
    # 200 factors of pdf(3) and 200 of its peak: the first product alone is 1e-900
    estimator = ParzenEstimator([[0.5] * 200], bandwidth=0.01)
    factor = normal_kernel(np.array(0.51), 0.5, 0.01)
    assert estimator.log_density([[0.51] * 200])[0] == pytest.approx(200 * math.log(factor) - math.log(2), rel=1e-12)
    assert estimator.log_density([[0.55] * 200])[0] == pytest.approx(-math.log(2), rel=1e-12)
    assert ParzenEstimator([[0.5]], bandwidth=1e10).log_density([[0.1]])[0] == pytest.approx(0, abs=1e-12)


def test_no_queries() -> None:
    assert ParzenEstimator(POINTS).log_density(np.zeros((0, 2))).shape == (0,)
    assert ParzenEstimator(np.zeros((3, 0))).log_density(np.zeros((2, 0))) == pytest.approx([0.0, 0.0], abs=1e-15)


# --- samples --------------------------------------------------------------------------------------------------------


def assert_distributed(sorted_draws: Array, distribution: Array) -> None:
    """Kolmogorov's distance is below 3.5 / sqrt n; beyond it lies a right sampler once in 2e10 (DKW inequality)."""
    n = len(sorted_draws)
    above = np.abs(distribution - np.arange(n) / n).max()
    below = np.abs(distribution - np.arange(1, n + 1) / n).max()
    assert max(above, below) <= 3.5 / math.sqrt(n)


@pytest.mark.parametrize("centres", [[], [0.0], [1.0], [0.5], [0.1, 0.15, 0.9]])
@pytest.mark.parametrize("s", [0.02, 0.3, 5.0])
def test_numbers_are_drawn_from_the_density(centres: list[float], s: float) -> None:
    estimator = ParzenEstimator(np.array(centres).reshape(-1, 1), bandwidth=s)
    draws = np.sort(estimator.sample(5000, np.random.default_rng(0))[:, 0])
    assert draws[0] >= 0 and draws[-1] <= 1
    distribution = draws.copy()
    for c in centres:
        erf = np.vectorize(math.erf)
        low, up = math.erf(-c / s / math.sqrt(2)), math.erf((1 - c) / s / math.sqrt(2))
        distribution += (erf((draws - c) / s / math.sqrt(2)) - low) / (up - low)
    assert_distributed(draws, distribution / (len(centres) + 1))


def assert_frequencies(counts: Array, p: Array) -> None:
    """Each count is within 7 standard deviations and a third of 49 of its mean: Bernstein, once in 4e10 beyond."""
    n = counts.sum()
    assert np.all(np.abs(counts - n * p) <= 7 * np.sqrt(n * p * (1 - p)) + 49 / 3)


@pytest.mark.parametrize("axis", [Int(0, 4), Int(1, 6, log=True), Choice("a", "b", "c"), Int(3, 3), Choice("one")])
@pytest.mark.parametrize("prior_weight", [0.3, 3.0])
def test_cells_are_drawn_as_often_as_they_weigh(axis: Any, prior_weight: float) -> None:
    estimator = ParzenEstimator([[0.0], [0.45], [0.5]], [axis], prior_weight=prior_weight, bandwidth=0.25)
    draws = estimator.sample(5000, np.random.default_rng(1))
    cells = axis.cells()
    counts = (draws == cells).sum(axis=0)
    assert counts.sum() == 5000  # at the centres of cells and nowhere else
    assert_frequencies(counts, np.exp(estimator.log_density(cells[:, None])))


def test_axes_of_one_component_are_drawn_together() -> None:
    axes = [Float(0.0, 1.0), Int(1, 10), Choice("a", "b")]
    estimator = ParzenEstimator([[0.1, 0.05, 0.25], [0.9, 0.95, 0.75]], axes, prior_weight=0.01, bandwidth=0.02)
    draws = estimator.sample(2000, np.random.default_rng(0))
    assert draws.shape == (2000, 3)
    left = draws[:, 0] < 0.5
    assert 800 < left.sum() < 1200
    assert np.mean((draws[:, 1] < 0.5) == left) > 0.98 and np.mean((draws[:, 2] < 0.5) == left) > 0.98


def test_where_an_observation_was_not_active_the_prior_is_drawn() -> None:
    estimator = ParzenEstimator([[0.5, np.nan]], bandwidth=0.01, prior_weight=1e-9)
    draws = estimator.sample(5000, np.random.default_rng(0))
    assert np.all(np.abs(draws[:, 0] - 0.5) < 0.1)
    assert_distributed(np.sort(draws[:, 1]), np.sort(draws[:, 1]))
    axes = [Float(0.0, 1.0), Choice("a", "b", "c")]
    draws = ParzenEstimator([[0.5, np.nan]], axes, prior_weight=1e-9).sample(5000, np.random.default_rng(0))
    assert_frequencies((draws[:, 1:] == axes[1].cells()).sum(axis=0), np.full(3, 1 / 3))


def test_weights_decide_how_often_a_component_is_drawn() -> None:
    estimator = ParzenEstimator([[0.1], [0.5], [0.9]], weights=[0, 1, 3], prior_weight=1e-9, bandwidth=0.01)
    draws = estimator.sample(5000, np.random.default_rng(0))[:, 0]
    counts = np.array([(np.abs(draws - c) < 0.1).sum() for c in (0.1, 0.5, 0.9)])
    assert counts[0] == 0
    assert_frequencies(counts, np.array([0, 0.25, 0.75]))


def test_samples_depend_on_the_generator_alone() -> None:
    estimator = ParzenEstimator(POINTS)
    first, again, other = (estimator.sample(4, np.random.default_rng(s)) for s in (0, 0, 1))
    assert np.array_equal(first, again) and not np.any(first == other)
    assert estimator.sample(0, np.random.default_rng(0)).shape == (0, 2)
    assert ParzenEstimator(np.zeros((1, 0))).sample(3, np.random.default_rng(0)).shape == (3, 0)


def test_an_observation_on_a_wall_with_a_narrow_kernel_stays_in_the_cube() -> None:
    draws = ParzenEstimator([[0.0], [1.0]], bandwidth=1e-12, prior_weight=1e-9).sample(100, np.random.default_rng(0))
    assert np.all((draws >= 0) & (draws <= 1) & (np.minimum(draws, 1 - draws) < 1e-10))


class Extreme:
    """A source of randomness that draws the first component and nothing but one number."""

    def __init__(self, u: float) -> None:
        self.u = u

    def choice(self, n: int, size: int, p: Array) -> NDArray[np.intp]:
        return np.zeros(size, dtype=int)

    def random(self, shape: tuple[int, ...]) -> Array:
        return np.full(shape, self.u)


@pytest.mark.parametrize("u", [0.0, 1 - 2.0**-53])
def test_the_extreme_draws_stay_in_the_cube(u: float) -> None:
    rng: Any = Extreme(u)
    for s in (1e-300, 1e-3, 0.01, 0.1, *np.linspace(0.3, 3, 20)):
        for c in np.linspace(0, 1, 11):
            drawn = ParzenEstimator([[c]], bandwidth=s).sample(1, rng)[0, 0]
            assert 0 <= drawn <= 1
            assert abs(drawn - c) <= 38 * s and (drawn <= c + 1e-15 if u == 0 else drawn >= c - 1e-15)
            if s >= 0.3:
                assert drawn == pytest.approx(round(u), abs=1e-9)  # the end of the interval itself


# --- arguments ------------------------------------------------------------------------------------------------------


def test_lists_integers_and_any_memory_order_are_points() -> None:
    X, Q = [[0, 1], [1, 0], [0, 0]], [[1, 1], [0, 1]]
    expected = ParzenEstimator(np.array(X, float)).log_density(np.array(Q, float)).tolist()
    for make in (np.asfortranarray, lambda a: np.array(a, dtype=np.float32), lambda a: a):
        estimator = ParzenEstimator(make(X), (Float(0.0, 1.0), Float(0.0, 1.0)), weights=[1, 1, 1])
        assert estimator.log_density(make(Q)).tolist() == expected
        assert estimator.log_density(make(Q)).dtype == np.float64


def test_single_precision_is_raised_to_double() -> None:
    X, Q, weights = (np.array(a, dtype=np.float32) for a in (POINTS, QUERIES, [0.1, 0.7, 0.3]))
    expected = ParzenEstimator(X.astype(float), weights=weights.astype(float)).log_density(Q.astype(float))
    assert ParzenEstimator(X, weights=weights).log_density(Q).tolist() == expected.tolist()


def test_arguments_stay_as_they_were_and_results_are_nobodys() -> None:
    X, Q, weights = np.array(POINTS), np.array(QUERIES), np.array([1.0, 2.0, 5.0])
    axes: list[Any] = [Float(0.0, 1.0), Float(0.0, 1.0)]
    for array in (X, Q, weights):
        array.flags.writeable = False
    estimator = ParzenEstimator(X, axes, weights)
    before = estimator.log_density(Q)
    kept = before.copy()
    before[:] = 7.0
    estimator.sample(3, np.random.default_rng(0))[:] = 7.0
    assert np.array_equal(estimator.log_density(Q), kept)
    X, weights = X.copy(), weights.copy()
    estimator = ParzenEstimator(X, axes, weights)
    X[:], weights[:], axes[:] = 0.0, 0.0, [Choice("a"), Choice("b")]
    assert np.array_equal(estimator.log_density(Q), kept)


@pytest.mark.parametrize("X", [[0.0, 1.0], [[[0.0]]], 0.5])
def test_refuses_observations_of_another_shape(X: Any) -> None:
    message = f"expected X of shape (n, d) with an axis per column, got shape {np.shape(X)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ParzenEstimator(X)


def test_refuses_axes_that_do_not_fit() -> None:
    message = "expected X of shape (n, d) with an axis per column, got shape (3, 2)"
    for axes in ([], [Float(0.0, 1.0)], [Float(0.0, 1.0)] * 3):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            ParzenEstimator(POINTS, axes)


@pytest.mark.parametrize("Q", [[0.0, 1.0], [[0.0]], [[0.0, 0.0, 0.0]], 0.5])
def test_refuses_queries_of_another_shape(Q: Any) -> None:
    message = f"expected points of shape (m, 2), got shape {np.shape(Q)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ParzenEstimator(POINTS).log_density(Q)


@pytest.mark.parametrize("x", [-1e-300, np.nextafter(1, 2), np.inf, -np.inf])
def test_refuses_points_outside_the_cube(x: float) -> None:
    message = "expected points in the unit cube, or NaN where an axis is not active"
    with pytest.raises(ValueError, match=f"^{message}$"):
        ParzenEstimator([[0.5, x]])
    with pytest.raises(ValueError, match=f"^{message}$"):
        ParzenEstimator(POINTS).log_density([[0.5, 0.5], [x, 0.5]])


@pytest.mark.parametrize(
    "weights", [[1.0], [1.0, 2.0, -1e-300], [1.0, 2.0, np.nan], [1.0, 2.0, np.inf], [[1.0, 2.0, 3.0]]]
)
def test_refuses_weights(weights: Any) -> None:
    message = f"expected 3 finite weights of 0 or more, got {np.array(weights)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ParzenEstimator(POINTS, weights=weights)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_refuses_a_prior_weight_or_bandwidth(value: float) -> None:
    with pytest.raises(ValueError, match=f"^expected a positive finite prior_weight, got {value}$"):
        ParzenEstimator(POINTS, prior_weight=value)
    with pytest.raises(ValueError, match=f"^expected a positive finite bandwidth, got {value}$"):
        ParzenEstimator(POINTS, bandwidth=value)
