"""Does TPE split, weigh and choose as its sources say?"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayesopt_from_scratch import Choice, Float, Int, ParzenEstimator, Space, TPESearch, Trial
from bayesopt_from_scratch.search.strategy import Suggestion, first_new, initial_design

PLANE = Space({"x": Float(0, 1), "y": Float(0, 1)})
TREE = Space(
    {
        "c": Choice("a", "b", "c"),
        "x": Float(1e-3, 1.0, log=True, when={"c": ["a", "b"]}),
        "n": Int(0, 9, when={"c": "b"}),
        "z": Float(-1, 1),
    }
)


def history(space: Space, values: list[float], seed: int = 0) -> list[Trial]:
    rng = np.random.default_rng(seed)
    points = rng.random((len(values), len(space.axes)))
    return [Trial(i, space.from_unit(u), "done", value=y) for i, (u, y) in enumerate(zip(points, values, strict=True))]


def suggest(search: TPESearch, space: Space, trials: list[Trial], seed: int = 1) -> Suggestion:
    suggestion = search.suggest(space, trials, np.random.default_rng(seed))
    assert isinstance(suggestion, Suggestion)
    return suggestion


def density(space: Space, trials: list[Trial], weights: Any = None, scale: float = 0.1, prior: float = 1.0) -> Any:
    X = space.to_unit([trial.params for trial in trials])
    bandwidth = scale * len(trials) ** (-1 / (len(space.axes) + 4))
    return ParzenEstimator(X, space.axes, weights, prior_weight=prior, bandwidth=bandwidth)


# The theorem


@given(st.floats(0.05, 0.6), st.integers(0, 2**32))
@settings(max_examples=10)
def test_expected_improvement_is_proportional_to_a_function_of_the_ratio(gamma: float, seed: int) -> None:
    """EI(x) = integral of (y* - y)+ p(y | x), by Bayes' theorem on a grid of y, against (gamma + (1 - gamma) g / l)^-1.

    Bergstra et al. (2011), section 4.1: p(x | y) is l(x) below the gamma-quantile y* of p(y), g(x) above it.
    """
    rng = np.random.default_rng(seed)
    l, g = ParzenEstimator(rng.random((4, 1))), ParzenEstimator(rng.random((9, 1)))
    X = np.linspace(0, 1, 41)[:, None]
    l_x, g_x = np.exp(l.log_density(X))[:, None], np.exp(g.log_density(X))[:, None]
    p = (np.arange(20000) + 0.5) / 20000  # y by the quantiles of p(y), here of a skew one: each has the same mass
    y, threshold = -(np.log(1 - p) ** 2), -(np.log(1 - gamma) ** 2)
    y = np.sort(y)
    threshold = float(np.quantile(y, gamma))
    likelihood = np.where(y < threshold, l_x, g_x)  # p(x | y)
    posterior = likelihood / likelihood.sum(axis=1, keepdims=True)  # p(y | x)
    improvement = (posterior * np.maximum(threshold - y, 0)).sum(axis=1)
    closed = 1 / (gamma + (1 - gamma) * g_x[:, 0] / l_x[:, 0])
    assert improvement / closed == pytest.approx(np.full(41, improvement[0] / closed[0]), rel=2e-3)


@pytest.mark.parametrize("weights", ["improvement", "rank", "equal"])
@pytest.mark.parametrize("space", [PLANE, TREE], ids=["plane", "tree"])
@pytest.mark.parametrize("fraction", [0.15, 0.4])
def test_the_suggestion_is_the_candidate_of_greatest_ratio(weights: Any, space: Space, fraction: float) -> None:
    """All of the algorithm, once more and from its description."""
    values = [3.0, 1.0, 4.0, 1.5, 9.0, 2.0, 6.0, 5.0, 3.5, 8.0, 9.5, 7.0]
    trials = history(space, values)
    others = [t.params for t in history(space, [0.0] * 3, seed=5)]
    lost = [Trial(12, others[0], "failed", error="lost"), Trial(13, others[1]), Trial(14, others[2], "failed")]
    search = TPESearch(fraction, 14, 30, weights, 0.2, 2.0)
    found = suggest(search, space, [lost[1], *trials[::-1], lost[2], lost[0]], seed=1)
    n_good = math.ceil(fraction * 12)
    order = sorted(range(12), key=lambda i: values[i])
    good = [trials[i] for i in order[:n_good]]
    bad = [*(trials[i] for i in order[n_good:]), lost[0], lost[2], lost[1]]
    threshold = values[order[n_good]]
    weight = {
        "improvement": [threshold - values[i] for i in order[:n_good]],
        "rank": [n_good - i for i in range(n_good)],
        "equal": [1] * n_good,
    }[weights]
    l, g = density(space, good, weight, 0.2, 2.0), density(space, bad, None, 0.2, 2.0)
    candidates = space.snap(l.sample(30, np.random.default_rng(1)))
    ratio = l.log_density(candidates) - g.log_density(candidates)
    expected = space.from_unit(candidates[np.argmax(ratio)])
    assert found == expected
    u = space.to_unit([found])
    assert found.notes == {
        "surrogate_predictions": 60,
        "acquisition_evaluations": 30,
        "log_l": pytest.approx(float(l.log_density(u)[0]), rel=1e-12),
        "log_g": pytest.approx(float(g.log_density(u)[0]), rel=1e-12),
        "good_trials": [trial.number for trial in good],
    }


# The split


def test_the_good_ones_are_a_share_rounded_up() -> None:
    for n, fraction, expected in (
        (10, 0.15, 2),
        (20, 0.15, 3),
        (21, 0.15, 4),
        (5, 0.2, 1),
        (3, 0.99, 2),
        (2, 0.5, 1),
        (100, 0.07, 7),
    ):
        values = [float((7 * i) % n) for i in range(n)]
        good = suggest(TPESearch(fraction, n_initial=1), PLANE, history(PLANE, values)).notes["good_trials"]
        assert good == sorted(range(n), key=lambda i: values[i])[:expected]


def test_among_equals_the_earlier_trial_is_the_better() -> None:
    trials = history(PLANE, [float(i % 3) for i in range(200)])
    for order in (trials, trials[::-1]):
        assert suggest(TPESearch(), PLANE, order).notes["good_trials"] == list(range(0, 90, 3))


@pytest.mark.parametrize("weights", ["rank", "equal"])
@given(st.lists(st.integers(-50, 50), min_size=10, max_size=16), st.integers(0, 99))
@settings(max_examples=15)
def test_only_the_ranks_matter(weights: Any, ranks: list[int], seed: int) -> None:
    values = [float(rank) for rank in ranks]
    search = TPESearch(weights=weights)
    expected = suggest(search, PLANE, history(PLANE, values), seed)
    for increasing in (lambda y: 1e-9 * y + 7, lambda y: math.exp(y), lambda y: y**3 * 1e200, math.atan):
        found = suggest(search, PLANE, history(PLANE, [float(increasing(y)) for y in values]), seed)
        assert found == expected and found.notes == expected.notes


@given(st.lists(st.integers(-50, 50), min_size=10, max_size=16), st.integers(-900, 900), st.integers(0, 99))
@settings(max_examples=15)
def test_units_do_not_matter(values: list[int], exponent: int, seed: int) -> None:
    """Powers of two scale without rounding; the shift is one too."""
    expected = suggest(TPESearch(), PLANE, history(PLANE, [float(y) for y in values]), seed)
    found = suggest(TPESearch(), PLANE, history(PLANE, [math.ldexp(y + 1024, exponent) for y in values]), seed)
    assert found == expected and found.notes["good_trials"] == expected.notes["good_trials"]


def test_weights_use_more_than_ranks() -> None:
    values = [0.0, 5.0, 6.0, *[7.0 + i for i in range(17)]]
    bent = [0.0, 0.1, 0.2, *[7.0 + i for i in range(17)]]
    log_l = {
        (weights, i): suggest(TPESearch(weights=weights), PLANE, history(PLANE, y)).notes["log_l"]
        for i, y in enumerate((values, bent))
        for weights in ("improvement", "rank")
    }
    assert log_l["improvement", 0] != log_l["improvement", 1] and log_l["rank", 0] == log_l["rank", 1]


def test_equal_values_have_equal_weights() -> None:
    trials = history(PLANE, [4.0] * 30)
    a, b = (suggest(TPESearch(weights=weights), PLANE, trials) for weights in ("improvement", "equal"))
    assert a == b and a.notes == b.notes


def test_huge_values_have_finite_weights() -> None:
    trials = history(PLANE, [-1.7e308, 1.7e308, *[1e308] * 10])
    assert math.isfinite(suggest(TPESearch(), PLANE, trials).notes["log_l"])


# The beginning


def test_an_even_design_comes_first() -> None:
    trials = history(PLANE, [1.0, 2.0, 3.0])
    lost = Trial(3, {"x": 0.1, "y": 0.2}, "failed")
    running = Trial(4, {"x": 0.2, "y": 0.2})
    for search, many, early in (
        (TPESearch(n_initial=4), trials, True),
        (TPESearch(n_initial=4), [*trials, running], True),
        (TPESearch(n_initial=4), [*trials, lost], False),  # failed ones have been tried
        (TPESearch(n_initial=3), trials, False),
        (TPESearch(n_initial=1), trials[:2], False),
        (TPESearch(n_initial=1), [trials[0], lost], True),  # of one no part is good
        (TPESearch(n_initial=1), [], True),
    ):
        found = search.suggest(PLANE, many, np.random.default_rng(3))
        rng = np.random.default_rng(3)
        design = first_new(PLANE, many, initial_design(PLANE, many), rng)
        assert (found == design) == early == (not isinstance(found, Suggestion))


def test_failed_and_running_trials_are_avoided() -> None:
    """Where half of the line failed, l / g is lower there."""
    line = Space({"x": Float(0, 1)})
    done = [Trial(i, {"x": i / 20 + 0.025}, "done", value=abs(i - 9.5)) for i in range(20)]
    for state in ("failed", "running"):
        there = [Trial(20 + i, {"x": 0.5 + i / 40}, state) for i in range(10)]
        found = [suggest(TPESearch(), line, [*done, *there], seed)["x"] for seed in range(20)]
        assert np.mean(np.array(found) < 0.5) > 0.9


def test_it_finds_the_branch() -> None:
    rng = np.random.default_rng(0)
    trials: list[Trial] = []
    for i in range(60):
        params = TPESearch().suggest(TREE, trials, np.random.default_rng([0, i]))
        x = math.log10(params.get("x", 1.0))
        value = {"a": 2.0, "b": 0.0, "c": 3.0}[params["c"]] + (x + 2) ** 2 + abs(params.get("n", 0) - 7) / 5
        trials.append(Trial(i, dict(params), "done", value=value + 1e-3 * rng.random()))
    late = [trial.params["c"] for trial in trials[30:]]
    assert late.count("b") > 20 and min(trial.value or 0.0 for trial in trials) < 0.2


# Settings


def test_the_defaults() -> None:
    assert TPESearch() == TPESearch(0.15, 10, 24, "improvement", 0.1, 1.0)
    assert TPESearch(n_initial=1, n_candidates=1).n_candidates == 1


@pytest.mark.parametrize(
    "setting",
    [
        {"good_fraction": 0.0},
        {"good_fraction": 1.0},
        {"good_fraction": math.nan},
        {"n_initial": 0},
        {"n_candidates": 0},
        {"n_initial": 9.5},
        {"n_candidates": 24.5},
    ],
    ids=str,
)
def test_shares_and_counts_out_of_range(setting: Any) -> None:
    expected = r"^expected 0 < good_fraction < 1 and whole n_initial, n_candidates >= 1, got TPESearch\("
    with pytest.raises(ValueError, match=expected):
        TPESearch(**setting)


@pytest.mark.parametrize("name", ["bandwidth_scale", "prior_weight"])
def test_scales_out_of_range(name: str) -> None:
    for value in (0.0, -1.0, 0.9e-9, 1e9 + 0.5, math.nan, math.inf):
        setting: Any = {name: value}
        with pytest.raises(
            ValueError, match=r"^expected a bandwidth_scale and a prior_weight from 1e-9 to 1e9, got TPESearch\("
        ):
            TPESearch(**setting)
    for value in (1e-9, 1e9):
        setting = {name: value}
        assert value in vars(TPESearch(**setting)).values()


def test_weights_that_are_not_known() -> None:
    setting: Any = {"weights": "linear"}
    with pytest.raises(ValueError, match=r"^expected known weights, got TPESearch\("):
        TPESearch(**setting)
