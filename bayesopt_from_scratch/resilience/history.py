"""What do the events of a study add up to?

Live or read from a journal, the same events go the same way, through :meth:`History.apply`. So a study that was opened
again is, trial by trial, the study that wrote the journal.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..search.parameter import as_number
from ..search.space import Space
from ..search.trial import Trial

__all__ = ["COUNTS", "History", "Ledger"]

COUNTS = ("surrogate_predictions", "acquisition_evaluations")


@dataclass(frozen=True)
class Ledger:
    """What a study has cost so far.

    Attributes
    ----------
    objective_calls : int
        Trainings begun: one for each trial that was started or has ended, and one for each time it was started again.
    lost_calls : int
        How many times a trial was started again, because its process had died.
    objective_seconds : float
        Time they took, added up, without the lost ones.
    surrogate_predictions : int
        Points at which a surrogate was asked in the training's place.
    acquisition_evaluations : int
        Points at which an acquisition function was evaluated.
    choosing_seconds : float
        Time spent choosing what to try.
    """

    objective_calls: int = 0
    lost_calls: int = 0
    objective_seconds: float = 0.0
    surrogate_predictions: int = 0
    acquisition_evaluations: int = 0
    choosing_seconds: float = 0.0


class History:
    """The trials of a study, and every state they went through.

    Attributes
    ----------
    trials : dict
        Number to trial, in its present state.
    log : list of Trial
        Every state of every trial, in the order of the events.
    asked : dict
        Number to the length of the log when the trial was asked, and the clock when it was last started.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.log: list[Trial] = []
        self.trials: dict[int, Trial] = {}
        self.asked: dict[int, tuple[int, float]] = {}
        self._cost = Ledger()

    def apply(self, event: Mapping[str, Any], record: Callable[[Mapping[str, Any]], None] | None = None) -> None:
        """Go on by one event; see :mod:`.journal` for the kinds and their fields.

        Parameters
        ----------
        event : dict
            What happened.
        record : callable, optional
            Called with the event when it is known to be valid, before it counts.

        Raises
        ------
        ValueError
            If the event is unknown or does not follow from the events before it. Nothing is changed then.
        LookupError, TypeError
            If a field is missing or of the wrong type. Nothing is changed then.
        """
        kind, number = event["event"], event["trial"]
        cost, asked = self._cost, self.asked.get(number)
        if kind in ("ask", "add"):
            if number != len(self.trials):
                raise ValueError(f"expected trial {len(self.trials)} to come next, got {number}")
            trial = Trial(number, self.space.decode(event["params"]))
        else:
            trial = self.running(number)
        if kind == "ask":
            counts = {name: getattr(cost, name) + event[name] for name in COUNTS}
            cost = replace(cost, **counts, choosing_seconds=cost.choosing_seconds + event["seconds"])
            asked = len(self.log), time.perf_counter()
        elif kind == "start":
            trial = replace(trial, attempts=trial.attempts + 1)
            asked = self.asked[number][0], time.perf_counter()
        elif kind in ("tell", "add"):
            value, seconds = as_number(event["value"], "value"), float(event.get("seconds", 0.0))
            if not math.isfinite(value):
                raise ValueError(f"expected a finite value, got {value}")
            trial = replace(trial, state="done", value=value, seconds=seconds)
        elif kind == "fail":
            trial = replace(trial, state="failed", error=str(event["error"]), seconds=float(event["seconds"]))
        else:
            raise ValueError(f"unknown event {kind!r}")
        if record is not None:
            record(event)
        self.trials[number], self._cost = trial, cost
        if asked is not None:
            self.asked[number] = asked
        self.log.append(trial)

    def running(self, number: Any) -> Trial:
        """Return the running trial of this number, or raise a ValueError."""
        if number not in self.trials:
            raise ValueError(f"expected a trial of this study, got number {number}")
        if self.trials[number].state != "running":
            raise ValueError(f"expected a running trial, but trial {number} is {self.trials[number].state}")
        return self.trials[number]

    @property
    def ledger(self) -> Ledger:
        """What it has cost."""
        asked = [self.trials[number] for number in self.asked]
        return replace(
            self._cost,
            objective_calls=sum(max(trial.attempts, trial.state != "running") for trial in asked),
            lost_calls=sum(max(trial.attempts - 1, 0) for trial in asked),
            objective_seconds=math.fsum(trial.seconds or 0.0 for trial in asked),
        )
