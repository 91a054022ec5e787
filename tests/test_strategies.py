"""Do all strategies keep the laws of strategies, on all kinds of spaces?"""

import math
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch import (
    RBF,
    Choice,
    Float,
    GeneticSearch,
    GPSearch,
    GridSearch,
    Int,
    RandomSearch,
    Space,
    SpaceExhausted,
    Study,
    TPESearch,
    Trial,
)
from bayesopt_from_scratch.checks import check_strategy, laws, parametrize_with_checks
from bayesopt_from_scratch.checks.draw import DrawFromNumpy
from bayesopt_from_scratch.checks.strategy import StrategySubject, combinations, history, key

SMALL_GP = GPSearch(n_initial=4, n_candidates=60, n_starts=1, n_climbs=1)
EVERY: dict[str, tuple[Any, dict[str, Any]]] = {
    "grid": (GridSearch(), {"grid": True, "invariance": "rank"}),
    "grid with ends": (GridSearch(points_per_axis=3, placement="ends"), {"grid": True, "invariance": "rank"}),
    "random": (RandomSearch(), {"invariance": "rank"}),
    "genetic": (GeneticSearch(population=5), {"invariance": "rank", "learns": True}),
    "TPE": (TPESearch(n_initial=4), {"invariance": "affine", "learns": True}),
    "TPE by ranks": (TPESearch(n_initial=4, weights="rank"), {"invariance": "rank"}),
    "TPE of equals": (TPESearch(n_initial=4, weights="equal", good_fraction=0.3), {"invariance": "rank"}),
    "GP": (SMALL_GP, {"invariance": "affine", "learns": True}),
    "GP with RBF": (replace(SMALL_GP, kernel=RBF), {"invariance": "affine"}),
}

SPACES: dict[str, dict[str, Any]] = {
    "continuous": {"x": Float(-1.0, 3.0), "y": Float(100.0, 101.0)},
    "logarithmic": {"rate": Float(1e-5, 1e-1, log=True), "width": Int(1, 100, log=True)},
    "integers": {"n": Int(0, 4)},
    "only choices": {"a": Choice("relu", "tanh"), "b": Choice(1, 1.0, True), "c": Choice([1], None)},
    "a tree": {
        "optimizer": Choice("sgd", "adam"),
        "momentum": Float(0.0, 0.99, when={"optimizer": "sgd"}),
        "n_layers": Int(1, 3),
        "width": Int(4, 128, log=True, when={"n_layers": [2, 3]}),
    },
    "one point": {"n": Int(5, 5), "c": Choice("only")},
}


@pytest.mark.parametrize("name", EVERY)
def test_the_laws_hold_on_any_space(name: str) -> None:
    strategy, declared = EVERY[name]
    report = check_strategy(strategy, **declared, patience=0.04, strict_warnings=True)
    reasons = {
        "declared deterministic",
        "needs learns=True",
        "a grid does not look at values",
        'only for invariance="rank"',
    }
    assert {row.message for row in report.not_run} <= reasons


@pytest.mark.parametrize("name", EVERY)
def test_the_laws_hold_on_these_spaces(name: str) -> None:
    strategy, declared = EVERY[name]
    examples = 4 if name.startswith("GP") else 8
    check_strategy(strategy, **declared, spaces=list(SPACES.values()), max_examples=examples, strict_warnings=True)


@parametrize_with_checks(check_strategy, GPSearch(), invariance="affine", level="quick")
def test_the_laws_hold_for_the_default(check: Callable[[], object]) -> None:
    check()


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("best", range(5))
def test_five_trials_find_the_best_of_five_integers(name: str, best: int) -> None:
    study = Study({"n": Int(0, 4)}, EVERY[name][0] if name != "grid with ends" else GridSearch(), seed=best)
    for _ in range(5):
        trial = study.ask()
        study.tell(trial, (trial.params["n"] - best) ** 2)
    assert study.best.params == {"n": best}
    with pytest.raises(SpaceExhausted):
        study.ask()


@pytest.mark.parametrize("name", EVERY)
def test_every_combination_of_a_finite_tree_once(name: str) -> None:
    tree = {"a": Choice("x", "y"), "n": Int(1, 3, when={"a": "x"}), "b": Choice(1, 1.0, True)}
    study = Study(tree, EVERY[name][0], seed=3)
    tried = []
    for i in range(12):
        trial = study.ask()
        tried.append(tuple(map(repr, trial.params.values())))
        if i % 3 == 0:
            study.fail(trial, "no reason")
        elif i % 3 == 1:
            study.tell(trial, float(i))
    expected = [
        (*branch, b) for branch in [("'x'", "1"), ("'x'", "2"), ("'x'", "3"), ("'y'",)] for b in ("1", "1.0", "True")
    ]
    assert sorted(tried) == sorted(expected)
    with pytest.raises(SpaceExhausted):
        study.ask()


def test_a_grid_has_its_levels_and_no_more() -> None:
    space = {"x": Float(0.0, 1.0), "y": Float(1.0, 100.0, log=True)}
    for placement, at in (("centres", (1 / 6, 1 / 2, 5 / 6)), ("ends", (0.0, 0.5, 1.0))):
        study = Study(space, GridSearch(points_per_axis=3, placement=placement))  # type: ignore[arg-type]
        asked = [study.ask().params for _ in range(9)]
        with pytest.raises(SpaceExhausted):
            study.ask()
        found = sorted((params["x"], np.log10(params["y"]) / 2) for params in asked)
        np.testing.assert_allclose(found, sorted(product(at, at)), atol=1e-15)


@pytest.mark.parametrize("name", ["genetic", "TPE", "TPE by ranks", "GP", "GP with RBF"])
def test_what_learns_comes_closer_than_chance(name: str) -> None:
    """In the last half of the trials, on a bowl where half of all points are worth more than 0.6."""
    values = []
    for seed in range(3):
        study = Study({"x": Float(-1.0, 1.0), "y": Float(-1.0, 1.0)}, EVERY[name][0], seed=seed)
        for _ in range(16 if name.startswith("GP") else 40):
            trial = study.ask()
            study.tell(trial, (trial.params["x"] - 0.3) ** 2 + (trial.params["y"] + 0.2) ** 2)
        values += [trial.value for trial in study.trials[len(study.trials) // 2 :] if trial.value is not None]
    assert np.median(values) < 0.15


# What the laws are tried on.


def sketches(number: int, **how: Any) -> list[Any]:
    return [history(DrawFromNumpy(np.random.default_rng(seed)), **how) for seed in range(number)]


def test_the_drawn_histories_are_of_all_kinds() -> None:
    subject = StrategySubject(RandomSearch)
    cases = [subject.fit(sketch) for sketch in sketches(120, most=2)]
    assert {len(case.trials) for case in cases} >= {0, 1, 3, 5, 12, 16, 24}
    assert {trial.state for case in cases for trial in case.trials} == {"done", "failed", "running"}
    points = [[key(case.space, trial.params) for trial in case.trials] for case in cases]
    assert any(len(set(p)) < len(p) for p, case in zip(points, cases, strict=True) if not case.space.finite)
    finite = [(set(p), combinations(case.space)) for p, case in zip(points, cases, strict=True) if case.space.finite]
    assert any(len(p) > 2 for p, _ in finite)
    assert sum(p == every for p, every in finite) < len(finite) / 3  # most often something is left
    assert any(p == every for p, every in finite)


@pytest.mark.parametrize("kind", ["constant", "huge", "tiny", "outlier", "decades", "ties", "positive"])
def test_the_drawn_values_are_finite(kind: str) -> None:
    values = [np.array(sketch.values) for sketch in sketches(60, values=(kind,)) if len(sketch.values) > 4]
    assert all(np.isfinite(y).all() for y in values)
    assert {
        "constant": all(len(set(y)) == 1 for y in values),
        "huge": any(abs(y).max() > 1e307 for y in values),
        "tiny": any(abs(y).max() < 1e-299 for y in values),
        "outlier": any(abs(y).max() == 1e300 for y in values),
        "decades": any(abs(y).max() > 1e250 and abs(y).min() < 1e-250 for y in values),
        "ties": all(len(set(y)) < len(y) for y in values if len(y) > 7),
        "positive": all(y.min() >= 0.5 for y in values),
    }[kind]


def test_the_states_that_are_asked_for() -> None:
    subject = StrategySubject(RandomSearch)
    for pattern, allowed in (
        ("failed", {"failed"}),
        ("running", {"running"}),
        ("one done", {"done", "failed", "running"}),
    ):
        for sketch in sketches(40, states=(pattern,)):
            states = [trial.state for trial in subject.fit(sketch).trials]
            assert set(states) <= allowed
            assert states.count("done") <= 1


# What check_strategy takes.


@dataclass
class Noisy:
    """Near the mean of the values, as far as rounding lets it; it raises StopIteration at the end."""

    noise: float = 0.0

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, float]:
        taken = [trial.params for trial in trials]
        done = sorted(trial.value for trial in trials if trial.value is not None)
        span = done[-1] - done[0] if done else 0.0
        shift = (done[len(done) // 2] - done[0]) / span if span else 0.0
        shift += self.noise * np.log2(1 + abs(done[0])) if done else 0.0
        for _ in range(100):
            params = space.from_unit((rng.random(len(space.axes)) + shift) / 2 % 1)
            if params not in taken:
                return params
        raise StopIteration


LINE = {"x": Float(2.0, 5.0)}


def test_a_tolerance_must_be_declared() -> None:
    how: dict[str, Any] = {"spaces": LINE, "invariance": "affine", "only": ["T11", "T12"], "on_fail": "report"}
    assert check_strategy(Noisy(0.0), **how).ok
    assert check_strategy(Noisy(1e-9), **how, tolerance=1e-6).ok
    for noise, tolerance in ((1e-9, 0.0), (1e-3, 1e-6)):
        report = check_strategy(Noisy(noise), **how, tolerance=tolerance, engine="numpy")
        assert {row.id for row in report.broken} == {"T11", "T12"}
    assert "as a share of the range" in report["T12"].message


class Stops(RandomSearch):
    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, Any]:
        try:
            return super().suggest(space, trials, rng)
        except SpaceExhausted:
            raise StopIteration from None


def test_another_exception_at_the_end() -> None:
    assert check_strategy(Stops, exhausted=StopIteration, level="quick").ok
    assert check_strategy(Stops, only=["T14"], on_fail="report")["T14"].message.startswith("raised StopIteration")


class CountsTrials(RandomSearch):
    """Takes a space for used up when it has as many trials as combinations, copies or not."""

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, Any]:
        if space.finite and len(trials) >= math.prod(axis.n_cells for axis in space.axes):
            raise SpaceExhausted("all tried")
        return super().suggest(space, trials, rng)


def test_an_early_end_is_told_by_the_law_about_the_end() -> None:
    report = check_strategy(CountsTrials, on_fail="report", max_examples=40, engine="numpy")
    assert [row.id for row in report.broken] == ["T14"]
    assert re.search(r"exhausted after \d+ trials, though (1 combination is|\d+ combinations are) left", str(report))


def test_an_early_end_of_many_combinations_is_told_too() -> None:
    class Tired(RandomSearch):
        def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, Any]:
            if trials:
                raise SpaceExhausted("enough")
            return super().suggest(space, trials, rng)

    report = check_strategy(Tired, spaces={"a": Int(0, 99)}, only=["T0", "T14"], on_fail="report", engine="numpy")
    assert report["T14"].status == "not run" and "combinations are left" in report["T0"].message


def test_an_object_is_copied_and_a_class_is_made() -> None:
    strategy = RandomSearch()
    made = []

    def make() -> RandomSearch:
        made.append(1)
        return strategy

    assert check_strategy(strategy, only=["T9"], level="quick").subject == "RandomSearch"
    assert check_strategy(make, only=["T9"], level="quick").ok and len(made) > 4


def test_what_is_not_declared_is_not_tried() -> None:
    report = check_strategy(RandomSearch, only=["T6", "T11", "T12", "T13", "T14", "T17"], spaces=LINE)
    assert {row.id: row.message for row in report.not_run} == {
        "T11": "needs invariance=",
        "T12": "needs invariance=",
        "T13": 'only for invariance="rank"',
        "T14": "needs a finite space of at most 64 combinations",
    }
    report = check_strategy(RandomSearch, only=["T6", "T14", "T17"], spaces=[Space({"n": Int(0, 4)})])
    assert {row.id for row in report.not_run} == {"T6", "T17"}


def test_what_is_no_strategy() -> None:
    with pytest.raises(
        ValueError, match=r"expected an object with suggest\(\), or a callable that makes one, got 'gp'"
    ):
        check_strategy("gp")
    with pytest.raises(ValueError, match="expected invariance to be one of None, 'affine', 'rank', got 'all'"):
        check_strategy(RandomSearch, invariance="all")
    locked = RandomSearch()
    object.__setattr__(locked, "lock", threading.Lock())
    with pytest.raises(ValueError, match="expected a class or function that makes the strategy"):
        check_strategy(locked)
    nothing: list[Any] = []
    for spaces in (nothing, 3):
        with pytest.raises(ValueError, match="expected a space or a sequence of spaces"):
            check_strategy(RandomSearch, spaces=spaces)


@dataclass
class Slow:
    seconds: float

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, Any]:
        time.sleep(self.seconds)
        return RandomSearch().suggest(space, trials, rng)


def test_patience_is_two_cases_at_least() -> None:
    assert check_strategy(Slow(0.02), only=["T0"], patience=0.01)["T0"].examples == 2
    assert check_strategy(Slow(0.0), only=["T0"], patience=None)["T0"].examples == 40
    assert check_strategy(Slow(0.0), only=["T0"], max_examples=50)["T0"].examples == 50


def test_the_counterexample_is_the_history_it_was_tried_on() -> None:
    @dataclass
    class Fixed:
        def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, Any]:
            return {"x": 7.0}

    report = check_strategy(Fixed, spaces=LINE, only=["T1"], on_fail="report")
    assert report["T1"].counterexample["space"] == repr(Space(LINE))
    assert report["T1"].counterexample["trials"] == []
    assert report["T1"].message == "x: expected a number from 2.0 to 5.0, got 7.0"


def test_the_laws_are_numbered_in_their_order() -> None:
    assert [law.id for law in laws("strategy")] == [f"T{i}" for i in range(26)]
    assert [law.id for law in laws("space")] == [f"S{i}" for i in range(16)]
    assert all(law.hint and law.why and law.source for kind in ("strategy", "space") for law in laws(kind))


def test_a_trial_that_failed_is_not_a_trial_of_value_zero() -> None:
    space = Space({"x": Float(0.0, 1.0)})
    done = [Trial(i, {"x": i / 40}, "done", value=1e3 + i) for i in range(16)]
    failed = [Trial(16 + i, {"x": 0.9 + i / 200}, "failed", error="no") for i in range(12)]
    for name in ("genetic", "TPE", "TPE by ranks", "GP"):
        found = [EVERY[name][0].suggest(space, done + failed, np.random.default_rng(seed))["x"] for seed in range(10)]
        assert np.mean(np.array(found) > 0.85) < 0.5, name


@pytest.mark.parametrize("seed", range(6))
def test_a_climb_may_reach_where_another_parameter_is_active(seed: int) -> None:
    """Many layers are better, but so far there was one: the climb over n leaves the branch that it began in."""
    space = Space(
        {"n": Int(1, 9), "x": Float(0.0, 1.0, when={"n": [5, 6, 7, 8, 9]}), "m": Int(0, 3, when={"n": [8, 9]})}
    )
    trials = [Trial(i, {"n": 1 + i % 4}, "done", value=-float(i % 4)) for i in range(8)]
    gp = GPSearch(n_initial=4, n_candidates=2, n_starts=1, n_climbs=3)
    params = gp.suggest(space, trials, np.random.default_rng(seed))
    assert space.check(params) == params and params["n"] > 4
