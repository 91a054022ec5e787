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
from ..search.space import Params, Space
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
        How many times a trial was started again, because its process, or the pool it was sent to, had died.
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
        Number to the length of the log when the trial was asked, and the clock when it was asked or last started.
    starts : list of tuple
        Every attempt to run a trial: its number, and the numbers of those that the same process was running then.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.log: list[Trial] = []
        self.trials: dict[int, Trial] = {}
        self.asked: dict[int, tuple[int, float]] = {}
        self.starts: list[tuple[int, tuple[int, ...]]] = []
        self._cost = Ledger()
        self._begun: set[int] = set()  # by this process, those that had not ended at its latest start

    def apply(self, event: Mapping[str, Any], record: Callable[[Mapping[str, Any], int], object] | None = None) -> None:
        """Go on by one event; see :mod:`.journal` for the kinds and their fields.

        Parameters
        ----------
        event : dict
            What happened.
        record : callable, optional
            Called with the event when it is known to be valid, before it counts, and with the number of events that
            count already. If an exception comes in between, Ctrl-C too, the next event is recorded with that number
            again. None for what has been recorded.

        Raises
        ------
        ValueError
            If the event is unknown or does not follow from the events before it. Nothing is changed then.
        LookupError, TypeError
            If a field is missing or of the wrong type. Nothing is changed then.
        """
        kind, number = event["event"], event["trial"]
        cost, starts = self._cost, []
        asked: tuple[int, float] | None = None  # where the event leaves it as it is
        if kind in ("ask", "add"):
            if number != len(self.trials):
                raise ValueError(f"expected trial {len(self.trials)} to come next, got {number}")
            trial = Trial(number, self._params(event["params"]))
        else:
            trial = self.running(number)
        if kind == "ask":
            counts = {name: getattr(cost, name) + event[name] for name in COUNTS}
            cost = replace(cost, **counts, choosing_seconds=cost.choosing_seconds + event["seconds"])
            asked = len(self.log), time.perf_counter()
        elif kind == "start":
            trial = replace(trial, attempts=trial.attempts + 1)
            asked = self.asked[number][0], time.perf_counter()
            if record is not None:
                event = self._beside(event)
            starts = [(number, tuple(event.get("beside", ())))]
            if not all(other in self.trials for other in starts[0][1]):
                raise ValueError(f"expected trials of this study beside it, got {event['beside']}")
        elif kind in ("tell", "add"):
            value, seconds = as_number(event["value"], "value"), _seconds(event.get("seconds", 0.0))
            if not math.isfinite(value):
                raise ValueError(f"expected a finite value, got {value}")
            trial = replace(trial, state="done", value=value, seconds=seconds)
        elif kind == "fail":
            trial = replace(trial, state="failed", error=str(event["error"]), seconds=_seconds(event["seconds"]))
        else:
            raise ValueError(f"unknown event {kind!r}")
        n, n_starts = len(self.log), len(self.starts)
        clocks: dict[int, Any] = {} if asked is None else self.asked
        after = trial, cost, asked, starts, [trial]
        if record is not None:
            record(event, n)
        # one statement and no call in it, during which Ctrl-C could come: either all of it counts or nothing
        self.trials[number], self._cost, clocks[number], self.starts[n_starts:], self.log[n:] = after

    def running(self, number: Any) -> Trial:
        """Return the running trial of this number, or raise a ValueError."""
        if number not in self.trials:
            raise ValueError(f"expected a trial of this study, got number {number}")
        if self.trials[number].state != "running":
            raise ValueError(f"expected a running trial, but trial {number} is {self.trials[number].state}")
        return self.trials[number]

    def runs_alone(self, number: int) -> int:
        """How many attempts to run this trial there were during which the same process ran no other."""
        latest: dict[int, int] = {}
        shared: set[int] = set()
        for i, (begun, beside) in enumerate(self.starts):
            latest[begun] = i
            if beside:
                shared |= {i, *(latest[other] for other in beside if other in latest)}
        return sum(begun == number and i not in shared for i, (begun, _) in enumerate(self.starts))

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

    def _params(self, encoded: Mapping[str, Any]) -> Params:
        """Params of an event, if they are written as the space writes them: no option by a position from the end."""
        params = self.space.decode(encoded)
        if self.space.encode(params) != encoded:
            raise ValueError(f"expected the params {self.space.encode(params)}, got {encoded}")
        return params

    def _beside(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Add to the start of an attempt which other trials this process is running, if there are any."""
        number = event["trial"]
        beside = sorted(n for n in self._begun - {number} if self.trials[n].state == "running")
        self._begun = {number, *beside}
        return {**event, "beside": beside} if beside else event


def _seconds(seconds: Any) -> float:
    number = as_number(seconds, "seconds")
    if not 0 <= number < math.inf:
        raise ValueError(f"expected seconds as a finite number of 0 or more, got {number}")
    return number
