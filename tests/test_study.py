"""Does the record stay true, whatever is told to it and in whatever order?"""

import math
import pickle
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bayesopt_from_scratch import (
    Choice,
    Float,
    GeneticSearch,
    GPSearch,
    GridSearch,
    Int,
    Ledger,
    RandomSearch,
    Space,
    SpaceExhausted,
    Strategy,
    Study,
    TPESearch,
    Trial,
)
from bayesopt_from_scratch.search.space import Params

SPACE = {"x": Float(-1.0, 1.0), "n": Int(0, 9)}
GP = GPSearch(n_initial=3, n_candidates=50, n_starts=1, n_climbs=1)
TPE = TPESearch(n_initial=3)
EVERY: list[Any] = [
    pytest.param(strategy, id=type(strategy).__name__)
    for strategy in (GridSearch(budget=64), RandomSearch(), GeneticSearch(population=3), TPE, GP)
]


def value(params: Params) -> float:
    return float((params["x"] - 0.3) ** 2 + params.get("n", 0))


def run(study: Study, n: int) -> Study:
    for _ in range(n):
        trial = study.ask()
        study.tell(trial, value(trial.params))
    return study


def outcomes(study: Study) -> list[tuple[Any, ...]]:
    """All that is recorded but the seconds."""
    return [(t.number, t.params, t.state, t.value, t.error) for t in study.trials]


# Asking and telling


def test_ask_opens_a_running_trial() -> None:
    study = Study(SPACE, "random", seed=3)
    first, second = study.ask(), study.ask()
    assert (first.number, second.number) == (0, 1)
    assert (first.state, first.value, first.error, first.seconds) == ("running", None, None, None)
    assert study.trials == [first, second] and study.finished == []
    assert type(first.params["x"]) is float and type(first.params["n"]) is int


@pytest.mark.parametrize("strategy", EVERY)
def test_ask_never_repeats_a_running_trial(strategy: Strategy) -> None:
    study = Study({"n": Int(0, 4), "c": Choice("a", "b")}, strategy, seed=1)
    asked = [study.ask() for _ in range(10)]
    assert len({(t.params["n"], t.params["c"]) for t in asked}) == 10
    assert len(study.trials) == 10
    with pytest.raises(SpaceExhausted, match=r"tried or are running$"):
        study.ask()
    assert len(study.trials) == 10 and study.ledger.objective_calls == 0


def test_tell_records_a_python_float() -> None:
    study = Study(SPACE, "random")
    for told in (2, np.float32(0.5), np.array(7), np.int8(3), -0.25):
        trial = study.ask()
        study.tell(trial, told)
        recorded = study.trials[trial.number]
        assert (recorded.state, recorded.value, recorded.error) == ("done", float(told), None)
        assert type(recorded.value) is float and recorded.params == trial.params


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, np.float64("nan"), np.float32("-inf")])
def test_a_value_that_is_not_finite_is_a_failed_trial(number: float) -> None:
    study = Study(SPACE, "random")
    study.tell(study.ask(), number, seconds=2.0)
    (trial,) = study.finished
    assert (trial.state, trial.value, trial.seconds) == ("failed", None, 2.0)
    assert trial.error == f"the objective returned {float(number)}"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("0.5", "str: '0.5'"),
        (b"1", "bytes: b'1'"),
        (None, "NoneType: None"),
        (True, "bool: True"),
        (np.True_, r"bool_?: (np\.)?True"),
        (np.array(True), r"ndarray: array\(True\)"),
        (np.array("0.5"), "ndarray: array"),
        (np.ones(2), r"ndarray: array\(\[1., 1.\]\)"),
        (np.ones(1), r"ndarray: array\(\[1.\]\)"),
        ([1.0], r"list: \[1.0\]"),
        ([[1], [2, 3]], "list: "),
        (1j, "complex: 1j"),
        (np.complex128(1), "complex128: "),
        (np.timedelta64(5, "s"), "timedelta64: "),
        ({}, "dict: {}"),
        (value, "function: "),
        (10**400, "int: 1000"),
    ],
)
def test_what_is_no_number_is_refused_and_nothing_is_changed(told: Any, shown: str) -> None:
    study = Study(SPACE, "random")
    trial = study.ask()
    with pytest.raises(ValueError, match=f"^expected a number as value of the objective, got {shown}"):
        study.tell(trial, told)
    with pytest.raises(ValueError, match=f"^expected a number as value of the objective, got {shown}"):
        study.add(trial.params, told)
    assert study.trials == [trial]
    study.tell(trial, 1.0)
    assert study.best.value == 1.0


def test_a_trial_ends_once() -> None:
    study = Study(SPACE, "random")
    told, failed = study.ask(), study.ask()
    study.tell(told, 1.0)
    study.fail(failed, "lost")
    before = study.trials
    for trial, state in ((told, "done"), (failed, "failed"), (before[0], "done")):
        expected = f"^expected a running trial, but trial {trial.number} is {state}$"
        with pytest.raises(ValueError, match=expected):
            study.tell(trial, 2.0)
        with pytest.raises(ValueError, match=expected):
            study.tell(trial, math.nan)
        with pytest.raises(ValueError, match=expected):
            study.fail(trial, "again")
    added = study.add({"x": 0.0, "n": 0}, 3.0)
    with pytest.raises(ValueError, match="trial 2 is done"):
        study.tell(added, 2.0)
    assert study.trials == [*before, added]


def test_a_trial_of_another_study_is_refused() -> None:
    study, other = Study(SPACE, "random", seed=0), Study(SPACE, "random", seed=1)
    ours, theirs = study.ask(), other.ask()
    wider = Study({"x": Float(-9.0, 9.0), "n": Int(50, 90), "z": Int(0, 1)}, "random").ask()
    unknown = [
        theirs,
        wider,
        other.ask(),
        Trial(1, dict(ours.params)),
        Trial(-1, dict(ours.params)),
        0,
        None,
        ours.params,
    ]
    for trial in unknown:
        with pytest.raises(ValueError, match=r"^expected a trial of this study, .*got "):
            study.tell(trial, 1.0)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"^expected a trial of this study, .*got "):
            study.fail(trial, "no")  # type: ignore[arg-type]
    assert study.trials == [ours]


def test_a_trial_is_known_again_after_a_journey() -> None:
    study = Study({"c": Choice((64,), (64, 32)), "x": Float(0, 1)}, "random")
    trials = [study.ask() for _ in range(3)]
    study.tell(pickle.loads(pickle.dumps(trials[2])), 1.0)
    study.tell(Trial(0, dict(trials[0].params)), 0.5)
    study.tell(study.trials[1], 2.0)
    assert [t.value for t in study.trials] == [0.5, 2.0, 1.0]


def test_fail_keeps_the_reason() -> None:
    class SilentError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no text")

    study = Study(SPACE, "random")
    for error in (RuntimeError("out of memory"), "lost", 17, KeyError("x"), RuntimeError(), SilentError()):
        study.fail(study.ask(), error)
    errors = [t.error for t in study.finished]
    assert errors[:5] == ["RuntimeError: out of memory", "lost", "17", "KeyError: 'x'", "RuntimeError"]
    assert "SilentError" in str(errors[5])
    assert {(t.state, t.value) for t in study.finished} == {("failed", None)}


# The order of telling


@pytest.mark.parametrize("strategy", EVERY)
def test_the_order_of_telling_does_not_matter(strategy: Strategy) -> None:
    suggestions = set()
    for order in ([0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 5, 0, 3, 1, 4]):
        study = Study(SPACE, strategy, seed=5)
        trials = [study.ask() for _ in range(6)]
        for number in order:
            if number == 3:
                study.fail(trials[3], "lost")
            else:
                study.tell(trials[number], value(trials[number].params))
        suggestions.add(tuple(study.ask().params.items()))
    assert len(suggestions) == 1


@pytest.mark.parametrize("strategy", EVERY)
def test_the_history_is_all_the_state(strategy: Strategy) -> None:
    """Two studies told the same agree for ever, though only one has a past with the global generators."""
    first, second = run(Study(SPACE, strategy, seed=8), 8), Study(Space(SPACE), strategy, seed=8)
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    run(second, 8)
    assert outcomes(first) == outcomes(second)
    assert outcomes(first) != outcomes(run(Study(SPACE, strategy, seed=9), 8))


# The best


def test_best_of_none() -> None:
    study = Study(SPACE, "random")
    with pytest.raises(ValueError, match=r"^no trial is done: 0 failed$"):
        _ = study.best
    study.ask()
    study.fail(study.ask(), "first reason")
    study.tell(study.ask(), math.nan)
    with pytest.raises(ValueError, match=r"^no trial is done: 2 failed, first with 'first reason'$"):
        _ = study.best
    study.add({"x": 0.0, "n": 1}, 1e300)
    assert study.best.number == 3


def test_best_ties_go_to_the_earliest_asked() -> None:
    study = Study(SPACE, "random")
    trials = [study.ask() for _ in range(4)]
    for number, told in ((3, 1.0), (2, 0.0), (1, -0.0), (0, 5.0)):
        study.tell(trials[number], told)
    assert study.best.number == 1


def test_failed_trials_are_never_the_best() -> None:
    study = Study(SPACE, "random")
    study.tell(study.ask(), 7.0)
    study.tell(study.ask(), -math.inf)
    study.fail(study.ask(), "error")
    assert study.best.value == 7.0 and len(study.finished) == 3


# Adding


def test_add_records_a_point_that_cost_nothing() -> None:
    study = Study(SPACE, "random")
    added = study.add({"n": np.int64(3), "x": 1}, np.float32(0.5))
    assert added == Trial(0, {"x": 1.0, "n": 3}, "done", 0.5, None, 0.0)
    assert list(added.params) == ["x", "n"] and [type(v) for v in added.params.values()] == [float, int]
    assert study.trials == [added] and study.best == added
    assert study.ledger == Ledger()
    assert study.ask().number == 1


@pytest.mark.parametrize(
    ("params", "told", "message"),
    [
        ({"x": 2.0, "n": 1}, 0.0, r"^x: expected a number from -1.0 to 1.0, got 2.0$"),
        ({"x": math.nan, "n": 1}, 0.0, r"^x: expected a number from -1.0 to 1.0, got nan$"),
        ({"x": 0.0, "n": 1.5}, 0.0, r"^n: expected an integer from 0 to 9, got 1.5$"),
        ({"x": 0.0, "n": "1"}, 0.0, r"^n: expected a number as value, got str: '1'$"),
        ({"x": 0.0}, 0.0, r"^expected the parameters \['x', 'n'\], got \['x'\]$"),
        ({"x": 0.0, "n": 1, "z": 1}, 0.0, r"^expected the parameters \['x', 'n'\], got \['x', 'n', 'z'\]$"),
        ([0.0, 1], 0.0, r"^expected a dict of parameters, got \[0.0, 1\]$"),
        (None, 0.0, r"^expected a dict of parameters, got None$"),
        ({"x": 0.0, "n": 1}, math.nan, r"^expected a finite value, got nan$"),
        ({"x": 0.0, "n": 1}, -math.inf, r"^expected a finite value, got -inf$"),
    ],
)
def test_add_refuses_and_nothing_is_changed(params: Any, told: Any, message: str) -> None:
    study = Study(SPACE, "random")
    with pytest.raises(ValueError, match=message):
        study.add(params, told)
    assert study.trials == [] and study.ask().number == 0


@pytest.mark.parametrize("strategy", EVERY)
def test_added_points_are_learned_from_and_not_tried_again(strategy: Strategy) -> None:
    study = Study({"n": Int(0, 4)}, strategy)
    for n in (0, 1, 2, 4):
        study.add({"n": n}, 1.0)
    assert study.ask().params == {"n": 3}


# No aliasing


def test_changing_what_was_returned_changes_nothing() -> None:
    study = run(Study(SPACE, "random"), 3)
    trial = study.ask()
    asked = dict(trial.params)
    trial.params["x"] = 99.0
    trial.params.pop("n")
    mine = {"x": 0.5, "n": 2}
    added = study.add(mine, 4.0)
    mine["x"] = 0.75
    added.params["x"] = 55.0
    before = outcomes(study)
    for returned in (study.trials, study.finished):
        returned[0].params.clear()
        returned.clear()
    study.best.params.clear()
    study.explain(study.trials[0])["anything"] = 1
    assert outcomes(study) == before
    assert study.trials[3].params == asked and study.trials[4].params == {"x": 0.5, "n": 2}
    study.tell(trial, 1.0)  # still this trial, though its params were used up
    assert study.trials[3].params == asked and study.trials[3].value == 1.0
    with pytest.raises(AttributeError):
        trial.value = -1.0  # type: ignore[misc]


def test_a_strategy_cannot_change_the_record() -> None:
    class Vandal:
        def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
            for trial in trials:
                trial.params.clear()
            return {"x": rng.uniform(-1, 1), "n": 0}

    study = Study(SPACE, Vandal())
    first = study.ask()
    study.ask()
    assert study.trials[0].params == first.params != {}


def test_choice_objects_are_handed_back_identically() -> None:
    options: list[Any] = [{"layers": [1, 2]}, [3], np.arange(3), value, None, 1, 1.0, True, "1", (1,), np.float64(1)]
    study = Study({"c": Choice(*options)}, "random")
    seen = []
    for _ in options:
        trial = study.ask()
        study.tell(trial, 1.0)
        seen.append(trial.params["c"])
        assert study.trials[trial.number].params["c"] is trial.params["c"]
    assert {id(option) for option in seen} == {id(option) for option in options}


# The seed


def test_no_seed_draws_one_and_keeps_it() -> None:
    first, second = Study(SPACE, "random", seed=None), Study(SPACE, "random", seed=None)
    assert type(first.seed) is int and first.seed >= 0 and first.seed != second.seed
    assert first.ask().params == Study(SPACE, "random", seed=first.seed).ask().params


def test_seed_zero_is_a_seed() -> None:
    seeds: list[Any] = [0, 0, np.int64(0)]
    asked = [Study(SPACE, "random", seed=seed).ask().params for seed in seeds]
    assert asked[0] == asked[1] == asked[2] == Study(SPACE, "random").ask().params
    small: Any = np.uint8(3)
    assert Study(SPACE, seed=small).seed == 3 and type(Study(SPACE, seed=small).seed) is int
    assert Study(SPACE, seed=2**100).ask().number == 0


@pytest.mark.parametrize(
    "seed", [1.0, True, False, -1, "0", np.random.default_rng(0), np.random.RandomState(0), [1]], ids=str
)
def test_other_seeds_are_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected a whole number of 0 or more or None as seed, got .*resumed$"):
        Study(SPACE, seed=seed)


def test_trial_i_has_a_generator_of_its_own() -> None:
    class Draw:
        def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
            return {"x": rng.random()}

    study = Study({"x": Float(0, 1)}, Draw(), seed=6)
    asked = [study.ask().params["x"] for _ in range(3)]
    assert asked == [np.random.default_rng([6, i]).random() for i in range(3)]


# The strategy and the space


@pytest.mark.parametrize(
    ("name", "kind"),
    [("grid", GridSearch), ("random", RandomSearch), ("genetic", GeneticSearch), ("tpe", TPESearch), ("gp", GPSearch)],
)
def test_strategies_by_name(name: str, kind: Callable[[], Strategy]) -> None:
    assert Study(SPACE, name).strategy == kind()


def test_the_default_strategy_is_the_gaussian_process() -> None:
    assert Study(SPACE).strategy == GPSearch() and Study(SPACE).seed == 0
    assert Study(SPACE, TPE).strategy is TPE


@pytest.mark.parametrize("strategy", ["GP", "", None, GPSearch, 3, object(), GPSearch().suggest])
def test_unknown_strategies_are_refused(strategy: Any) -> None:
    expected = r"^expected one of \['genetic', 'gp', 'grid', 'random', 'tpe'\] or an object with suggest\(\), got "
    with pytest.raises(ValueError, match=expected):
        Study(SPACE, strategy)


@pytest.mark.parametrize("space", [{}, None, [], {"x": 1}, {1: Float(0, 1)}, Float(0, 1)])
def test_what_is_no_space_is_refused(space: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected "):
        Study(space)


def test_a_strategy_of_ones_own_is_checked() -> None:
    class Fixed:
        def __init__(self, params: Any) -> None:
            self.params = params

        def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
            return self.params

    trial = Study(SPACE, Fixed({"n": np.int64(2), "x": np.float32(0.5)})).ask()
    assert trial.params == {"x": 0.5, "n": 2} and list(map(type, trial.params.values())) == [float, int]
    for params in ({"x": 5.0, "n": 2}, {"x": 0.0}, None):
        study = Study(SPACE, Fixed(params))
        with pytest.raises(ValueError, match="expected "):
            study.ask()
        assert study.trials == [] and study.ledger == Ledger()


# The bill


def test_the_ledger_counts() -> None:
    study = Study({"x": Float(0, 1)}, TPESearch(n_initial=2, n_candidates=5), seed=0)
    assert study.ledger == Ledger() and not any(vars(Ledger()).values())
    for i in range(4):  # two by chance, two by the model
        study.tell(study.ask(), float(i), seconds=0.25)
    study.fail(study.ask(), "lost", seconds=2.0)
    study.ask()
    study.add({"x": 0.5}, 0.0)
    ledger = study.ledger
    assert ledger.objective_calls == 5 and ledger.objective_seconds == 3.0
    assert ledger.surrogate_predictions == 4 * 10 and ledger.acquisition_evaluations == 4 * 5
    assert 0 < ledger.choosing_seconds < 60
    study.explain(study.trials[3])
    assert study.ledger == ledger


def test_seconds_are_measured_if_not_told() -> None:
    study = Study(SPACE, "random")
    first, second = study.ask(), study.ask()
    study.tell(first, 1.0)
    study.fail(second, "lost")
    for trial in study.finished:
        assert trial.seconds is not None and 0 < trial.seconds < 60


def test_the_study_in_words() -> None:
    study = Study({"x": Float(0, 1), "kind": Choice("a")}, "random", seed=7)
    lines = str(study).splitlines()
    assert lines[0] == "0 trials (0 failed, 0 running), RandomSearch(), seed 7"
    assert lines[1:] == ["trainings: 0 in 0 s", "choosing: 0 s, 0 surrogate predictions, 0 acquisition evaluations"]
    study.fail(study.ask(), "lost", seconds=1.0)
    study.ask()
    assert "best" not in str(study)
    study.add({"x": 0.123456, "kind": "a"}, 1 / 3)
    lines = str(study).splitlines()
    assert lines[0] == "3 trials (1 failed, 1 running), RandomSearch(), seed 7"
    assert lines[1] == "best value 0.3333 in trial 2: x=0.1235, kind=a"
    assert lines[2] == "trainings: 1 in 1 s"
    assert "GPSearch(n_initial=10, kernel=Matern52, n_starts" in str(Study({"x": Float(0, 1)}, "gp"))


# What the strategy saw


def test_explain_the_gaussian_process() -> None:
    study = run(Study(SPACE, GP, seed=2), 8)
    assert study.explain(study.trials[0]) == study.explain(study.trials[2]) == {}
    notes = study.explain(study.trials[6])
    assert {"mean", "std", "expected_improvement", "best", "lengthscales", "noise_variance"} <= set(notes)
    z = (notes["best"] - notes["mean"]) / notes["std"]
    h = math.exp(-z * z / 2) / math.sqrt(2 * math.pi) + z * math.erfc(-z / math.sqrt(2)) / 2
    assert notes["expected_improvement"] == pytest.approx(notes["std"] * h, rel=1e-6, abs=1e-12)
    assert len(notes["lengthscales"]) == 2


def test_explain_the_parzen_estimators() -> None:
    study = run(Study(SPACE, TPE, seed=2), 8)
    notes = study.explain(study.trials[7])
    values = [value(t.params) for t in study.trials[:7]]
    assert notes["good_trials"] == sorted(range(7), key=lambda i: values[i])[:2]  # 15 % of 7, rounded up
    assert math.isfinite(notes["log_l"]) and math.isfinite(notes["log_g"])


def test_explain_looks_at_the_moment_of_the_ask() -> None:
    """What came later, in whatever order, is not looked at: not values, not trials."""
    study = Study(SPACE, TPE, seed=2)
    early = [study.ask() for _ in range(4)]
    for trial in early[:3]:
        study.tell(trial, value(trial.params))
    trial = study.ask()
    then = study.explain(trial)
    study.tell(trial, -100.0)
    study.tell(early[3], -200.0)
    run(study, 2)
    assert study.explain(trial) == then and then["good_trials"][0] in (0, 1, 2)


def test_explain_refuses_what_was_not_asked() -> None:
    study = Study(SPACE, "random")
    added = study.add({"x": 0.0, "n": 1}, 1.0)
    with pytest.raises(ValueError, match=r"^trial 0 was not asked from this study$"):
        study.explain(added)
    other = Study(SPACE, "random", seed=1)
    other.ask()
    study.ask()
    foreign: list[Any] = [Trial(5, {}), other.ask(), 1, None]
    for trial in foreign:
        with pytest.raises(ValueError, match=r"^expected a trial of this study, got "):
            study.explain(trial)


def test_a_trial_that_was_pickled_is_known_again() -> None:
    options = np.array([1, 2]), np.array([3, 4])
    study = Study({"w": Choice(*options), "x": Float(0, 1)}, "random")
    trial = pickle.loads(pickle.dumps(study.ask()))
    study.tell(trial, 1.0)
    assert study.best.number == 0 and any(study.best.params["w"] is option for option in options)
    assert study.explain(trial) == {}


# Any sequence of events, against two dicts


class Events(RuleBasedStateMachine):
    """A study, and beside it a dict of what is running and a dict of what has ended."""

    trials = Bundle("trials")

    def __init__(self) -> None:
        super().__init__()
        self.study = Study({"n": Int(0, 5), "c": Choice("a", None), "x": Int(1, 3, when={"c": "a"})}, "random", seed=4)
        self.running: dict[int, Params] = {}
        self.ended: dict[int, tuple[Params, str, float | None]] = {}

    @property
    def tried(self) -> list[Params]:
        return [*self.running.values(), *(params for params, _, _ in self.ended.values())]

    @rule(target=trials)
    def ask(self) -> Any:
        different = {tuple(params.items()) for params in self.tried}
        try:
            trial = self.study.ask()
        except SpaceExhausted:
            assert len(different) == 6 * (3 + 1)
            return multiple()
        assert trial.params not in self.tried and trial.number == len(self.tried)
        self.running[trial.number] = dict(trial.params)
        trial.params.clear()
        return trial

    @rule(trial=consumes(trials), told=st.floats() | st.integers(-3, 3))
    def tell(self, trial: Trial, told: float) -> None:
        self.study.tell(trial, told)
        params = self.running.pop(trial.number)
        finite = math.isfinite(told)
        self.ended[trial.number] = (params, "done" if finite else "failed", float(told) if finite else None)

    @rule(trial=consumes(trials))
    def fail(self, trial: Trial) -> None:
        self.study.fail(trial, RuntimeError("lost"))
        self.ended[trial.number] = (self.running.pop(trial.number), "failed", None)

    @rule(n=st.integers(-1, 6), c=st.sampled_from(["a", None, "b"]), x=st.none() | st.integers(0, 4), told=st.floats())
    def add(self, n: int, c: str | None, x: int | None, told: float) -> None:
        params = {"n": n, "c": c} | ({} if x is None else {"x": x})
        valid = 0 <= n <= 5 and ((c == "a" and x in (1, 2, 3)) or (c is None and x is None)) and math.isfinite(told)
        number = len(self.tried)
        if valid:
            assert self.study.add(params, told).number == number
            self.ended[number] = (params, "done", told)
        else:
            with pytest.raises(ValueError, match="expected"):
                self.study.add(params, told)

    @rule(trial=trials)
    def tell_a_string(self, trial: Trial) -> None:
        with pytest.raises(ValueError, match="expected a number"):
            self.study.tell(trial, "0.5")

    @rule(number=st.integers(-1, 99))
    def tell_what_is_not_running(self, number: int) -> None:
        if number not in self.running:
            params: Mapping[str, Any] = self.ended[number][0] if number in self.ended else {"n": 0, "c": None}
            with pytest.raises(ValueError, match=r"expected a (running trial|trial of this study)"):
                self.study.tell(Trial(number, dict(params)), 1.0)

    @invariant()
    def agrees(self) -> None:
        trials = self.study.trials
        assert [t.number for t in trials] == list(range(len(self.running) + len(self.ended)))
        assert {t.number: t.params for t in trials if t.state == "running"} == self.running
        assert {t.number: (t.params, t.state, t.value) for t in self.study.finished} == self.ended
        done = {number: v for number, (_, state, v) in self.ended.items() if state == "done" and v is not None}
        if done:
            assert self.study.best.number == min(done, key=lambda number: (done[number], number))
        else:
            with pytest.raises(ValueError, match="no trial is done"):
                _ = self.study.best
        asked_and_ended = [t for t in self.study.finished if t.seconds]
        assert self.study.ledger.objective_calls == len(asked_and_ended)


def test_any_sequence_of_events() -> None:
    run_state_machine_as_test(Events, settings=settings(max_examples=25, stateful_step_count=30, deadline=None))


@pytest.mark.parametrize("seconds", ["soon", "1.5", True, [], 10**400, math.nan, math.inf, -1.0])
def test_seconds_are_a_number_or_nothing_is_changed(seconds: Any) -> None:
    study = Study({"x": Float(0, 1)}, "random")
    trial = study.ask()
    for end in (partial(study.tell, trial, 1.0), partial(study.fail, trial, "lost")):
        with pytest.raises(ValueError, match="seconds"):
            end(seconds=seconds)
        assert study.trials == [trial]
