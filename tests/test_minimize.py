"""Does the loop find what is there to be found, and does it survive any objective?"""

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch import (
    Choice,
    Float,
    GeneticSearch,
    GPSearch,
    GridSearch,
    Int,
    RandomSearch,
    Space,
    Strategy,
    Study,
    TPESearch,
    Trial,
    minimize,
)
from bayesopt_from_scratch.search.parameter import Parameter

SPACE = {"x": Float(0.0, 1.0), "n": Int(0, 4)}
EVERY: list[Any] = [
    pytest.param(strategy, id=type(strategy).__name__)
    for strategy in (
        GridSearch(budget=12),
        RandomSearch(),
        GeneticSearch(population=3),
        TPESearch(n_initial=4),
        GPSearch(n_initial=4, n_candidates=60, n_starts=1, n_climbs=1),
    )
]


def x(params: dict[str, Any]) -> float:
    return float(params["x"])


def raise_error(params: dict[str, Any]) -> float:
    raise RuntimeError("out of memory")


def use_up(params: dict[str, Any]) -> float:
    return float(params.pop("x")) + params.pop("n")


# What an objective may do

NUMBERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "constant": lambda params: 7,
    "huge": lambda params: 1e300 * x(params),
    "all there is": lambda params: 1.7e308 * (2 * x(params) - 1),
    "tiny": lambda params: 1e-300 * x(params),
    "denormal": lambda params: 5e-324 * round(3 * x(params)),
    "an outlier": lambda params: 1e12 if x(params) > 0.8 else x(params),
    "a negative outlier": lambda params: -1e12 if x(params) > 0.8 else x(params),
    "0-d array": lambda params: np.array(x(params)),
    "numpy scalar": lambda params: np.float32(x(params)),
    "integer": lambda params: params["n"],
    "changes its argument": use_up,
}
FAILURES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "the objective returned nan": lambda params: math.nan,
    "the objective returned inf": lambda params: math.inf,
    "the objective returned -inf": lambda params: -math.inf,
    "ValueError: expected a number as value of the objective, got str: '0.1'": lambda params: "0.1",
    "ValueError: expected a number as value of the objective, got NoneType: None": lambda params: None,
    "ValueError: expected a number as value of the objective, got ndarray: array([1., 1.])": lambda params: np.ones(2),
    "ValueError: expected a number as value of the objective, got bool: True": lambda params: True,
    "RuntimeError: out of memory": raise_error,
}


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("kind", NUMBERS)
def test_any_number_is_a_value(strategy: Strategy, kind: str) -> None:
    values = []

    def objective(params: dict[str, Any]) -> Any:
        values.append(NUMBERS[kind](params))
        return values[-1]

    study = minimize(objective, SPACE, n_trials=9, strategy=strategy)
    assert [t.value for t in study.finished] == [float(v) for v in values] and len(values) == 9
    assert all(t.params == study.space.check(t.params) for t in study.trials)
    assert study.best.value == min(map(float, values))
    assert study.ledger.objective_calls == 9


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("error", FAILURES)
def test_anything_else_is_a_failed_trial(strategy: Strategy, error: str) -> None:
    study = minimize(FAILURES[error], SPACE, n_trials=7, strategy=strategy)
    assert [(t.state, t.value, t.error) for t in study.trials] == [("failed", None, error)] * 7
    with pytest.raises(ValueError, match="no trial is done: 7 failed"):
        _ = study.best


@pytest.mark.parametrize("strategy", EVERY)
def test_half_of_the_space_fails(strategy: Strategy) -> None:
    study = minimize(lambda params: 1 / 0 if x(params) > 0.5 else -x(params), SPACE, n_trials=12, strategy=strategy)
    assert len(study.finished) == 12 and {t.state for t in study.trials} == {"done", "failed"}
    assert all((t.state == "failed") == (x(t.params) > 0.5) for t in study.trials)
    assert x(study.best.params) <= 0.5


def test_keyboard_interrupt_is_not_a_failed_trial() -> None:
    def interrupt(params: dict[str, Any]) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        minimize(interrupt, SPACE, n_trials=3, strategy="random")


def test_seconds_are_those_of_the_objective() -> None:
    def slow(params: dict[str, Any]) -> float:
        time.sleep(0.002)
        if params["n"] % 2:
            raise RuntimeError
        return 0.0

    study = minimize(slow, {"n": Int(0, 3)}, n_trials=4, strategy="random")
    assert all(t.seconds is not None and 0.002 <= t.seconds < 60 for t in study.finished)
    assert 4 * 0.002 <= study.ledger.objective_seconds < 60


# What a space may look like

SPACES: dict[str, tuple[dict[str, Parameter], float]] = {
    "one integer": ({"n": Int(3, 3)}, 1),
    "one option": ({"c": Choice("a")}, 1),
    "five integers": ({"n": Int(0, 4)}, 5),
    "only choices": ({"c": Choice("a", "b", "c"), "d": Choice(1, None)}, 6),
    "a point and a line": ({"n": Int(3, 3), "x": Float(0, 1)}, math.inf),
    "a short line": ({"x": Float(1.0, 1.0 + 2**-52)}, 2),
    "eight lines": ({f"x{i}": Float(0, 1) for i in range(8)}, math.inf),
    "all under a choice": (
        {"c": Choice("a", "b"), "n": Int(1, 3, log=True, when={"c": "a"}), "d": Choice(0, 1, when={"c": "b"})},
        5,
    ),
    "some under a choice": (
        {"c": Choice("a", "b"), "x": Float(1e-9, 1, log=True, when={"c": "a"}), "n": Int(-1, 1, when={"c": "b"})},
        math.inf,
    ),
}


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("name", SPACES)
def test_any_space(strategy: Strategy, name: str) -> None:
    parameters, size = SPACES[name]
    study = minimize(lambda params: len(str(params)), parameters, n_trials=10, strategy=strategy)
    tried = [tuple(t.params.items()) for t in study.finished]
    assert all(t.params == study.space.check(t.params) for t in study.trials)
    assert len(set(tried)) == len(tried)  # nothing twice
    if size <= 6:  # also the grid has every point of a small space
        assert len(tried) == size if name != "a short line" else 1 <= len(tried) <= size
    else:
        assert len(tried) == (10 if not isinstance(strategy, GridSearch) else min(10, len(tried))) and len(tried) >= 4


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("optimum", range(5))
def test_five_trials_find_the_best_of_five_integers(strategy: Strategy, optimum: int) -> None:
    study = minimize(lambda params: abs(params["n"] - optimum), {"n": Int(0, 4)}, n_trials=5, strategy=strategy)
    assert study.best.params == {"n": optimum} and study.best.value == 0


@pytest.mark.parametrize("strategy", ["grid", "random", "genetic", "tpe", "gp"])
@pytest.mark.parametrize("n_trials", [0, 1, 5])
def test_few_trials_in_many_dimensions(strategy: str, n_trials: int) -> None:
    study = minimize(
        lambda params: sum(params.values()), SPACES["eight lines"][0], n_trials=n_trials, strategy=strategy
    )
    expected = {"grid": {0: 0, 1: 1, 5: 4}[n_trials]}.get(strategy, n_trials)  # the largest grid within 5 is 2 x 2
    assert len(study.finished) == len(study.trials) == expected


def test_the_models_find_what_chance_does_not() -> None:
    def bowl(params: dict[str, Any]) -> float:
        return float((params["x"] - 1) ** 2 + (params["y"] + 2) ** 2)

    def reached(strategy: str, seed: int) -> float:
        parameters = {"x": Float(-5.0, 5.0), "y": Float(-5.0, 5.0)}
        return float(bowl(minimize(bowl, parameters, n_trials=40, strategy=strategy, seed=seed).best.params))

    chance = np.median([reached("random", seed) for seed in range(9)])
    assert np.median([reached("tpe", seed) for seed in range(9)]) < chance / 2
    assert np.median([reached("genetic", seed) for seed in range(9)]) < chance / 2
    found = minimize(bowl, {"x": Float(-5.0, 5.0), "y": Float(-5.0, 5.0)}, n_trials=20)
    assert bowl(found.best.params) < chance / 100


# The loop


def test_the_defaults() -> None:
    study = minimize(x, SPACE, n_trials=2)
    assert study.strategy == GPSearch() and study.seed == 0
    assert [t.params for t in study.trials] == [t.params for t in minimize(x, Space(SPACE), n_trials=2, seed=0).trials]
    assert isinstance(minimize(x, SPACE, n_trials=0, seed=None).seed, int)
    assert minimize(x, SPACE, n_trials=1, seed=5).seed == 5


def test_it_is_ask_and_tell() -> None:
    strategy = TPESearch(n_initial=3)
    study = Study(SPACE, strategy, seed=3)
    for _ in range(8):
        trial = study.ask()
        study.tell(trial, x(trial.params))
    loop = minimize(x, SPACE, n_trials=8, strategy=strategy, seed=3)
    assert [(t.params, t.value) for t in loop.trials] == [(t.params, t.value) for t in study.trials]


def test_the_grid_fits_the_trials() -> None:
    assert minimize(x, SPACE, n_trials=12, strategy="grid").strategy == GridSearch(budget=12)
    assert minimize(x, SPACE, n_trials=0, strategy="grid").strategy == GridSearch(budget=1)
    assert minimize(x, SPACE, n_trials=1, strategy=GridSearch(budget=9)).strategy == GridSearch(budget=9)


def test_on_trial_sees_every_trial_when_it_has_ended() -> None:
    seen: list[tuple[int, Trial]] = []

    def watch(study: Study, trial: Trial) -> None:
        seen.append((len(study.finished), trial))

    study = minimize(lambda params: math.nan if params["n"] == 2 else 1.0, SPACE, n_trials=9, on_trial=watch, seed=2)
    assert [n for n, _ in seen] == list(range(1, 10))
    assert [trial for _, trial in seen] == study.trials and {t.state for t in study.trials} == {"done", "failed"}


def test_on_trial_stops_the_loop_with_true() -> None:
    def stop(study: Study, trial: Trial) -> bool:
        return trial.number == 3

    study = minimize(x, SPACE, n_trials=9, strategy="random", on_trial=stop)
    assert len(study.trials) == len(study.finished) == 4
    assert len(minimize(x, SPACE, n_trials=5, strategy="random", on_trial=lambda study, trial: "go on").trials) == 5


@pytest.mark.parametrize("told_before", [False, True])
def test_an_interrupt_while_a_result_is_told_does_not_lose_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told_before: bool
) -> None:
    tell, calls = Study.tell, []

    def interrupted(study: Study, trial: Trial, *args: Any, **more: Any) -> None:
        calls.append(trial.number)
        if len(calls) != 3 or told_before:
            tell(study, trial, *args, **more)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Study, "tell", interrupted)
    journal = tmp_path / "study.jsonl"
    with pytest.raises(KeyboardInterrupt):
        minimize(x, SPACE, n_trials=9, strategy="random", executor=partial(ThreadPoolExecutor, 2), journal=journal)
    again = Study(SPACE, "random", journal=journal)
    assert {*calls} <= {trial.number for trial in again.finished} and len(calls) >= 3


def test_an_error_that_comes_back_with_an_interrupt_does_not_count(tmp_path: Path) -> None:
    interrupted, calls = threading.Event(), iter(range(9))

    def train(params: dict[str, Any]) -> float:
        if next(calls) and interrupted.wait(10):  # as a subprocess that the same Ctrl-C has killed
            raise OSError("died with SIGINT")
        return 0.0

    def interrupt(study: Study, trial: Trial) -> None:
        interrupted.set()
        time.sleep(0.3)
        raise KeyboardInterrupt

    journal, pool = tmp_path / "study.jsonl", partial(ThreadPoolExecutor, 2)
    with pytest.raises(KeyboardInterrupt):
        minimize(train, SPACE, n_trials=2, strategy="random", executor=pool, journal=journal, on_trial=interrupt)
    assert sorted(trial.state for trial in Study(SPACE, "random", journal=journal).trials) == ["done", "running"]
    study = minimize(x, SPACE, n_trials=2, strategy="random", journal=journal)
    assert [trial.state for trial in study.trials] == ["done", "done"]


def test_on_trial_is_callable() -> None:
    on_trial: Any = 5
    with pytest.raises(ValueError, match=r"^expected a callable on_trial, got 5$"):
        minimize(x, SPACE, n_trials=1, on_trial=on_trial)


@pytest.mark.parametrize("number", [np.int64(2), np.uint8(2)])
def test_numpy_has_whole_numbers_too(number: Any) -> None:
    study = minimize(x, SPACE, n_trials=number, strategy="grid", executor=ThreadPoolExecutor, n_parallel=number)
    assert len(study.trials) == 2 and study.strategy == GridSearch(budget=2)


@pytest.mark.parametrize("n_parallel", [0, -1, 2.0, True, np.True_, "3", math.nan, np.float64(2)])
def test_n_parallel_is_a_whole_number(n_parallel: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected n_parallel as a whole number of 1 or more, got "):
        minimize(x, SPACE, n_trials=1, n_parallel=n_parallel)


@pytest.mark.parametrize("n_trials", [-1, 2.0, True, None, "3", math.nan, np.int64(-1), np.float64(2), np.True_])
def test_n_trials_is_a_whole_number(n_trials: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected n_trials as a whole number of 0 or more, got "):
        minimize(x, SPACE, n_trials=n_trials)


def test_the_objective_is_callable() -> None:
    objective: Any = 3
    with pytest.raises(ValueError, match=r"^expected a callable objective, got 3$"):
        minimize(objective, SPACE, n_trials=1)


@pytest.mark.parametrize("strategy", EVERY)
def test_the_same_seed_gives_the_same_trials(strategy: Strategy) -> None:
    first, second, third = (
        [t.params for t in minimize(x, SPACE, n_trials=7, strategy=strategy, seed=seed).trials] for seed in (1, 1, 2)
    )
    assert first == second != third
