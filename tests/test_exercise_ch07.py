"""The exercise of chapter 7: the stub is refused, the solution passes, and wrong ones are told what is wrong."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch import Space
from bayesopt_from_scratch.checks import Report, check_strategy
from bayesopt_from_scratch.search.strategy import by_state, first_new

FOLDER = Path(__file__).parent.parent / "tutorials" / "exercises"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STUB, SOLUTION = (load(FOLDER / where / "ch07_epsilon_greedy.py") for where in ("", "solutions"))


def grade(strategy: Any, level: str = "quick", only: list[str] | None = None) -> Report:
    return check_strategy(strategy, invariance="rank", level=level, only=only, on_fail="report", engine="numpy")


def test_the_stub_is_refused_for_repeating_itself() -> None:
    report = grade(STUB.EpsilonGreedy)
    assert {"T4", "T6", "T14"} <= {row.id for row in report.broken}


def test_the_solution_passes_every_law() -> None:
    report = grade(SOLUTION.EpsilonGreedy)
    assert report.ok, report
    assert {row.message for row in report.not_run} == {"needs learns=True"}


class OwnGenerator:
    """Keeps a generator of its own, which begins anew after a restart."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)

    def suggest(self, space: Space, trials: Any, rng: Any) -> Any:
        return SOLUTION.EpsilonGreedy().suggest(space, trials, self.rng)


class MinimumOfNone:
    """Takes the minimum over all trials, also of those without a value."""

    def suggest(self, space: Space, trials: Any, rng: Any) -> Any:
        if not trials:
            return space.from_unit(rng.random(len(space.axes)))
        best = space.to_unit([min(trials, key=lambda trial: trial.value).params])[0]
        return space.from_unit(np.clip(np.nan_to_num(best) + 0.1 * rng.standard_normal(len(best)), 0, 1))


class BlindToRunning:
    """Looks only at the trials that have ended."""

    def suggest(self, space: Space, trials: Any, rng: Any) -> Any:
        return SOLUTION.EpsilonGreedy().suggest(space, [trial for trial in trials if trial.state != "running"], rng)


class StepsFromNothing:
    """Steps away from NaN, where a parameter is not active in the best trial."""

    def suggest(self, space: Space, trials: Any, rng: Any) -> Any:
        done, _, _ = by_state(trials)
        if not done:
            return first_new(space, trials, [], rng)
        best = space.to_unit([min(done, key=lambda trial: trial.value or 0.0).params])[0]
        return first_new(space, trials, np.clip(best + 0.1 * rng.standard_normal((20, len(best))), 0, 1), rng)


class FailureWins:
    """Takes a failure for a loss of 0."""

    def suggest(self, space: Space, trials: Any, rng: Any) -> Any:
        class Zero:
            def __init__(self, trial: Any) -> None:
                self.number, self.params = trial.number, trial.params
                self.state = "running" if trial.state == "running" else "done"
                self.value = trial.value or 0.0

        return SOLUTION.EpsilonGreedy(epsilon=0.0).suggest(space, [Zero(trial) for trial in trials], rng)


@pytest.mark.parametrize(
    ("wrong", "law", "says"),
    [
        (OwnGenerator, "T9", "no generator"),
        (MinimumOfNone, "T2", "is None"),
        (BlindToRunning, "T4", "running"),
        (StepsFromNothing, "T0", "not active"),
        (FailureWins, "T17", "fail"),
    ],
)
def test_a_wrong_solution_is_refused_and_told_why(wrong: Any, law: str, says: str) -> None:
    report = grade(wrong, "default", [law])
    assert law in {row.id for row in report.broken}
    assert says in report[law].hint
