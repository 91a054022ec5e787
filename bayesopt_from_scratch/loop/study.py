"""What has been tried, what came of it, and what did it cost?

A study is a log of events. Asking a trial, telling its value, failing it or adding a point measured elsewhere each
append one record of the trial; everything else is read off the log.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..search.genetic_search import GeneticSearch
from ..search.gp_search import GPSearch
from ..search.grid_search import GridSearch
from ..search.parameter import Parameter, as_number
from ..search.random_search import RandomSearch
from ..search.space import Params, Space
from ..search.strategy import Strategy
from ..search.tpe_search import TPESearch
from ..search.trial import Trial

__all__ = ["STRATEGIES", "Ledger", "Study"]

STRATEGIES: dict[str, type[Strategy]] = {
    "grid": GridSearch,
    "random": RandomSearch,
    "genetic": GeneticSearch,
    "tpe": TPESearch,
    "gp": GPSearch,
}


@dataclass(frozen=True)
class Ledger:
    """What a study has cost so far.

    Attributes
    ----------
    objective_calls : int
        Trials asked for and ended: trainings.
    objective_seconds : float
        Time they took, added up.
    surrogate_predictions : int
        Points at which a surrogate was asked in the training's place.
    acquisition_evaluations : int
        Points at which an acquisition function was evaluated.
    choosing_seconds : float
        Time spent choosing what to try.
    """

    objective_calls: int = 0
    objective_seconds: float = 0.0
    surrogate_predictions: int = 0
    acquisition_evaluations: int = 0
    choosing_seconds: float = 0.0


class Study:
    """Ask a strategy for trials, tell their values, read the best.

    Parameters
    ----------
    space : dict or Space
        The hyperparameters: name to ``Float``, ``Int`` or ``Choice``.
    strategy : str or Strategy
        ``"grid"``, ``"random"``, ``"genetic"``, ``"tpe"``, ``"gp"``, or a configured object.
    seed : int or None
        Of all randomness: trial i is suggested with ``default_rng([seed, i])``. None draws one, kept in ``seed``.

    Raises
    ------
    ValueError
        If the space or the seed is not valid or the strategy is unknown.

    Examples
    --------
    >>> from bayesopt_from_scratch import Float
    >>> study = Study({"x": Float(0.0, 1.0)}, strategy="random", seed=0)
    >>> for _ in range(20):
    ...     trial = study.ask()
    ...     study.tell(trial, (trial.params["x"] - 0.3) ** 2)
    >>> study.best.number, round(study.best.params["x"], 2)
    (17, 0.36)
    """

    def __init__(
        self, space: Space | Mapping[str, Parameter], strategy: str | Strategy = "gp", *, seed: int | None = 0
    ) -> None:
        self.space = space if isinstance(space, Space) else Space(space)
        self.strategy = _strategy(strategy)
        self.seed = _seed(seed)
        self._log: list[Trial] = []
        self._trials: dict[int, Trial] = {}
        self._asked: dict[int, tuple[int, float]] = {}  # number: length of the log at the ask, clock after it
        self._cost = Ledger()

    def ask(self) -> Trial:
        """Open a new trial; never one with the params of a running one.

        Returns
        -------
        Trial
            In state ``"running"``, to be told or failed, in any order.

        Raises
        ------
        SpaceExhausted
            If every combination that the strategy can suggest has a trial.
        """
        number, began = len(self._trials), time.perf_counter()
        suggestion = self._suggest(number, self.trials)
        trial = Trial(number, self.space.check(suggestion))
        notes, ended = getattr(suggestion, "notes", {}), time.perf_counter()
        self._cost = replace(
            self._cost,
            surrogate_predictions=self._cost.surrogate_predictions + notes.get("surrogate_predictions", 0),
            acquisition_evaluations=self._cost.acquisition_evaluations + notes.get("acquisition_evaluations", 0),
            choosing_seconds=self._cost.choosing_seconds + ended - began,
        )
        self._asked[number] = (len(self._log), ended)
        self._record(trial)
        return _copy(trial)

    def tell(self, trial: Trial, value: Any, *, seconds: float | None = None) -> None:
        """Record the value of a running trial; NaN and infinities fail it.

        Parameters
        ----------
        trial : Trial
            As :meth:`ask` gave it.
        value : float
            Of the objective, lower is better.
        seconds : float, optional
            Time the objective took; if not given, the time since the ask.

        Raises
        ------
        ValueError
            If the trial is unknown or has ended, or the value is not a number. Nothing is changed then.
        """
        number = as_number(value, "value of the objective")
        if not math.isfinite(number):
            return self.fail(trial, f"the objective returned {number}", seconds=seconds)
        running = self._running(trial)
        self._record(replace(running, state="done", value=number, seconds=self._seconds(running, seconds)))
        return None

    def fail(self, trial: Trial, error: object, *, seconds: float | None = None) -> None:
        """Record that a running trial has failed; it is kept, and never the best.

        Parameters
        ----------
        trial : Trial
            As :meth:`ask` gave it.
        error : Exception or str
            What went wrong.
        seconds : float, optional
            As in :meth:`tell`.

        Raises
        ------
        ValueError
            If the trial is unknown or has ended. Nothing is changed then.
        """
        running = self._running(trial)
        text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
        self._record(replace(running, state="failed", error=text, seconds=self._seconds(running, seconds)))

    def add(self, params: Mapping[str, Any], value: Any) -> Trial:
        """Record a point measured elsewhere, as a trial of its own that cost nothing.

        Parameters
        ----------
        params : dict
            All active parameters.
        value : float
            Of the objective, finite.

        Returns
        -------
        Trial
            In state ``"done"``.

        Raises
        ------
        ValueError
            If the params are outside the space or the value is not a finite number. Nothing is changed then.
        """
        number = as_number(value, "value of the objective")
        if not math.isfinite(number):
            raise ValueError(f"expected a finite value, got {number}")
        trial = Trial(len(self._trials), self.space.check(params), "done", number, None, 0.0)
        self._record(trial)
        return _copy(trial)

    @property
    def trials(self) -> list[Trial]:
        """All trials by number."""
        return [_copy(trial) for trial in self._trials.values()]

    @property
    def finished(self) -> list[Trial]:
        """Trials that have ended, done or failed, by number."""
        return [trial for trial in self.trials if trial.state != "running"]

    @property
    def best(self) -> Trial:
        """The done trial of lowest value; the earliest among equals.

        Raises
        ------
        ValueError
            If no trial is done.
        """
        done = [trial for trial in self.trials if trial.state == "done"]
        if not done:
            errors = [trial.error for trial in self.finished]
            raise ValueError(
                f"no trial is done: {len(errors)} failed" + (f", first with {errors[0]!r}" if errors else "")
            )
        return min(done, key=lambda trial: (trial.value, trial.number))

    @property
    def ledger(self) -> Ledger:
        """What the study has cost: trainings, questions to the surrogate, and the seconds of each."""
        ended = [trial for number, trial in self._trials.items() if number in self._asked and trial.state != "running"]
        seconds = math.fsum(trial.seconds or 0.0 for trial in ended)
        return replace(self._cost, objective_calls=len(ended), objective_seconds=seconds)

    def explain(self, trial: Trial) -> dict[str, Any]:
        """What the strategy saw when it chose this trial, derived again from the history of that moment.

        Parameters
        ----------
        trial : Trial
            Any trial of this study that was asked.

        Returns
        -------
        dict
            GP: mean, std and expected improvement, in units of the standardized and transformed values; best seen,
            hyperparameters. TPE: log densities l and g, numbers of the good trials. Empty where chance decided.

        Raises
        ------
        ValueError
            If the trial is unknown or was added rather than asked.
        """
        if trial.number not in self._asked:
            raise ValueError(f"trial {trial.number} was not asked from this study")
        then = {record.number: record for record in self._log[: self._asked[trial.number][0]]}
        suggestion = self._suggest(trial.number, list(then.values()))
        return dict(getattr(suggestion, "notes", {}))

    def __str__(self) -> str:
        """The ledger in words."""
        failed = sum(trial.state == "failed" for trial in self._trials.values())
        running = sum(trial.state == "running" for trial in self._trials.values())
        cost = self.ledger
        lines = [f"{len(self._trials)} trials ({failed} failed, {running} running), {self.strategy}, seed {self.seed}"]
        if len(self._trials) > failed + running:
            params = ", ".join(f"{k}={_short(v)}" for k, v in self.best.params.items())
            lines.append(f"best value {_short(self.best.value)} in trial {self.best.number}: {params}")
        lines.append(f"trainings: {cost.objective_calls} in {cost.objective_seconds:.3g} s")
        lines.append(
            f"choosing: {cost.choosing_seconds:.3g} s, {cost.surrogate_predictions} surrogate predictions, "
            f"{cost.acquisition_evaluations} acquisition evaluations"
        )
        return "\n".join(lines)

    def _suggest(self, number: int, trials: Sequence[Trial]) -> Params:
        return self.strategy.suggest(self.space, trials, np.random.default_rng([self.seed, number]))

    def _record(self, trial: Trial) -> None:
        self._log.append(trial)
        self._trials[trial.number] = trial

    def _running(self, trial: Trial) -> Trial:
        known = self._trials.get(trial.number) if isinstance(trial, Trial) else None
        if known is None:
            raise ValueError(f"expected a trial of this study, got {trial!r}")
        if known.state != "running":
            raise ValueError(f"expected a running trial, but trial {known.number} is {known.state}")
        return known

    def _seconds(self, trial: Trial, seconds: float | None) -> float:
        return time.perf_counter() - self._asked[trial.number][1] if seconds is None else float(seconds)


def _strategy(strategy: str | Strategy) -> Strategy:
    if isinstance(strategy, str) and strategy in STRATEGIES:
        return STRATEGIES[strategy]()
    if isinstance(strategy, str | type) or not hasattr(strategy, "suggest"):
        raise ValueError(f"expected one of {sorted(STRATEGIES)} or an object with suggest(), got {strategy!r}")
    return strategy


def _seed(seed: int | None) -> int:
    if seed is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(
            f"expected a whole number of 0 or more or None as seed, got {seed!r}; generators and RandomState keep a "
            "state of their own, from which a study could not be resumed"
        )
    return int(seed)


def _copy(trial: Trial) -> Trial:
    return replace(trial, params=dict(trial.params))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
