"""What has been tried, what came of it, and what did it cost?

A study is a log of events: a trial is asked, started, told or failed, or a point measured elsewhere is added.
Everything else is read off the log. With a journal each event is on the disk before it counts, and to open the journal
again is to live through the same events again.
"""

import math
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..numerics.arrays import require
from ..resilience.history import COUNTS, History, Ledger
from ..resilience.journal import Journal
from ..resilience.workers import describe
from ..search.genetic_search import GeneticSearch
from ..search.gp_search import GPSearch
from ..search.grid_search import GridSearch
from ..search.parameter import Parameter, as_number
from ..search.random_search import RandomSearch
from ..search.space import Params, Space
from ..search.strategy import Strategy
from ..search.tpe_search import TPESearch
from ..search.trial import Trial

__all__ = ["STRATEGIES", "Study"]

STRATEGIES: dict[str, type[Strategy]] = dict(
    grid=GridSearch, random=RandomSearch, genetic=GeneticSearch, tpe=TPESearch, gp=GPSearch
)


class Study:
    """Ask a strategy for trials, tell their values, read the best; all from one thread, or under a lock of yours.

    Parameters
    ----------
    space : dict or Space
        The hyperparameters: name to ``Float``, ``Int`` or ``Choice``.
    strategy : str or Strategy
        ``"grid"``, ``"random"``, ``"genetic"``, ``"tpe"``, ``"gp"``, or a configured object.
    seed : int or None
        Of all randomness: trial i is suggested with ``default_rng([seed, i])``. None draws one, kept in ``seed``, or
        takes that of the journal.
    journal : str or Path, optional
        File of all events (see :mod:`..resilience.journal`). If it exists, the study goes on where the file ends;
        trials that were running then are in state ``"running"``, to be run again. One process at a time holds it,
        until :meth:`close`.

    Raises
    ------
    ValueError
        If the space or the seed is not valid or the strategy is unknown; if the journal is damaged, held by another
        process, or of another space, strategy or seed.
    OSError
        If the journal cannot be read or written.

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
        self,
        space: Space | Mapping[str, Parameter],
        strategy: str | Strategy = "gp",
        *,
        seed: int | None = 0,
        journal: str | Path | None = None,
    ) -> None:
        self.space = space if isinstance(space, Space) else Space(space)
        self.strategy = _strategy(strategy)
        self.seed = _seed(seed)
        self._history = History(self.space)
        self._journal: Journal | None = None
        if journal is not None:
            what = {"space": self.space.parameters, "strategy": self.strategy, "seed": self.seed}
            self._journal = Journal(journal, what, any_seed=seed is None)
            self.seed = self._journal.seed
            try:
                self._journal.live_through(self._history.apply)
            except BaseException:
                self.close()
                raise

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
        number, began = len(self._history.trials), time.perf_counter()
        suggestion = self._suggest(number, self.trials)
        params = self.space.encode(self.space.check(suggestion))
        counts = {name: getattr(suggestion, "notes", {}).get(name, 0) for name in COUNTS}
        self._commit(event="ask", trial=number, params=params, **counts, seconds=time.perf_counter() - began)
        return _copy(self._history.trials[number])

    def start(self, trial: Trial) -> None:
        """Record that a run of this trial begins, so that attempts which a process dies in are counted.

        Parameters
        ----------
        trial : Trial
            In state ``"running"``: as :meth:`ask` gave it, or one that was running when an earlier process died.

        Raises
        ------
        ValueError
            If the trial is unknown or has ended.
        """
        self._commit(event="start", trial=self._number(trial))

    def tell(self, trial: Trial, value: Any, *, seconds: float | None = None) -> None:
        """Record the value of a running trial; NaN and infinities fail it.

        Parameters
        ----------
        trial : Trial
            As :meth:`ask` gave it.
        value : float
            Of the objective, lower is better.
        seconds : float, optional
            Time the objective took; if not given, the time since this process asked or last started the trial.

        Raises
        ------
        ValueError
            If the trial is unknown or has ended, or the value is not a number. Nothing is changed then.
        """
        number = as_number(value, "value of the objective")
        if not math.isfinite(number):
            return self.fail(trial, f"the objective returned {number}", seconds=seconds)
        running = self._number(trial)
        return self._commit(event="tell", trial=running, value=number, seconds=self._seconds(running, seconds))

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
        running = self._number(trial)
        self._commit(event="fail", trial=running, error=describe(error), seconds=self._seconds(running, seconds))

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
        require(math.isfinite(number), "expected a finite value, got {}", number)
        new = len(self._history.trials)
        self._commit(event="add", trial=new, params=self.space.encode(self.space.check(params)), value=number)
        return _copy(self._history.trials[new])

    def close(self) -> None:
        """Release the journal, if there is one, so that another study can open it; nothing can be told after that."""
        if self._journal is not None:
            self._journal.close()

    @property
    def trials(self) -> list[Trial]:
        """All trials by number."""
        return [_copy(trial) for trial in self._history.trials.values()]

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
        done = [trial for trial in self._history.trials.values() if trial.state == "done"]
        if not done:
            errors = [trial.error for trial in self.finished]
            raise ValueError(f"no trial is done: {len(errors)} failed{f', first with {errors[0]!r}' if errors else ''}")
        return _copy(min(done, key=lambda trial: (trial.value, trial.number)))

    @property
    def ledger(self) -> Ledger:
        """What the study has cost: trainings, questions to the surrogate, and the seconds of each."""
        return self._history.ledger

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
        number = self._number(trial, running=False)
        require(number in self._history.asked, "trial {} was not asked from this study", number)
        then = {record.number: record for record in self._history.log[: self._history.asked[number][0]]}
        return dict(getattr(self._suggest(number, list(then.values())), "notes", {}))

    def __str__(self) -> str:
        """The ledger in words."""
        count, cost = Counter(trial.state for trial in self.trials), self.ledger
        states = f"{count['failed']} failed, {count['running']} running"
        strategy = re.sub(r"<class '(?:\w+\.)*(\w+)'>", r"\1", str(self.strategy))  # a kernel by its name alone
        lines = [f"{count.total()} trials ({states}), {strategy}, seed {self.seed}"]
        if count["done"]:
            params = ", ".join(f"{k}={_short(v)}" for k, v in self.best.params.items())
            lines.append(f"best value {_short(self.best.value)} in trial {self.best.number}: {params}")
        lost = f", {cost.lost_calls} of them lost with their process" if cost.lost_calls else ""
        lines.append(f"trainings: {cost.objective_calls} in {cost.objective_seconds:.3g} s{lost}")
        choosing = f"choosing: {cost.choosing_seconds:.3g} s, {cost.surrogate_predictions} surrogate predictions"
        lines.append(f"{choosing}, {cost.acquisition_evaluations} acquisition evaluations")
        return "\n".join(lines)

    def _suggest(self, number: int, trials: Sequence[Trial]) -> Params:
        return self.strategy.suggest(self.space, trials, np.random.default_rng([self.seed, number]))  # eq: 7.1

    def _commit(self, **event: Any) -> None:
        """On disk first; then it counts."""
        self._history.apply(event, self._journal.append if self._journal else None)

    def _number(self, trial: Trial, *, running: bool = True) -> int:
        known = self._history.trials.get(trial.number) if isinstance(trial, Trial) else None
        if known is None or repr(trial.asked) != repr(known.params):  # as text: arrays have no single equality
            raise ValueError(f"expected a trial of this study, got {trial!r}")
        return self._history.running(known.number).number if running else known.number

    def _seconds(self, n: int, seconds: float | None) -> float:
        return time.perf_counter() - self._history.asked[n][1] if seconds is None else as_number(seconds, "seconds")


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


def _copy(t: Trial) -> Trial:
    return Trial(t.number, dict(t.params), t.state, t.value, t.error, t.seconds, t.attempts)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
