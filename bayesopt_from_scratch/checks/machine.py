"""Laws of many suggestions: asked in parallel, told in any order, until the space is used up, through crashes."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from ..search.space import Params, Space
from ..search.trial import Trial
from .draw import Draw
from .law import expect, law
from .places import expect_no_diagonal, five_floats, place_on_side
from .sequential import SequentialTest
from .strategy import (
    MOST_LEFT,
    HistoryCase,
    Sketch,
    StrategySubject,
    combinations,
    expect_none_left,
    history,
    key,
    objective,
    running,
    told,
)
from .strategy_laws import PROTOCOL, expect_legal, expect_same, free_floats, needs_float

__all__: list[str] = []


def _finite(subject: StrategySubject) -> str:
    """Say so if none of the given spaces is small and finite."""
    if not subject.spaces or any(0 < len(combinations(space)) <= MOST_LEFT for space in subject.spaces):
        return ""
    return f"needs a finite space of at most {MOST_LEFT} combinations"


@law("T14", "strategy", "a finite space is used up", "every combination once, then the space is exhausted", PROTOCOL,
     cases=partial(history, numbers=(0, 12), finite=True, most=3), applies=_finite, share=0.5,
     hint="a model suggests its favourite for ever: pass over what was tried; end with SpaceExhausted")  # fmt: skip
def used_up(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact; a grid may have fewer combinations than the space."""
    space, trials, everything = case.space, list(case.trials), combinations(case.space)
    if not 0 < len(everything) <= MOST_LEFT:
        return
    tried = {key(space, trial.params) for trial in trials}
    while (params := subject.ask(subject.make(), space, trials, case.seed + len(trials))) is not None:
        place = key(space, params)
        expect(place not in tried, f"{params} is suggested again, {len(everything - tried)} combinations are untried")
        expect(place in everything, f"{params} is not in the space")
        tried.add(place)
        state = ("done", "failed", "running")[len(trials) % 3]
        trials.append(told(running(len(trials), params), state, objective(space, params)))
    if not subject.grid:
        expect_none_left(space, trials)


def _asked_in_parallel(draw: Draw) -> Sketch:
    """Draw a history on a finite space, or on one with a Float, where no two suggestions need be equal."""
    finite = draw.integer(0, 1) == 0
    return history(draw, numbers=(0, 24, 5, 12, 16), finite=finite, continuous=not finite, most=3 if finite else 2)


@law("T15", "strategy", "k asks are k points",
     "suggestions asked for without a tell are all different, and no two coordinates run together", PROTOCOL,
     cases=_asked_in_parallel, always=(five_floats,), share=0.5,
     hint="an untold trial must change the next suggestion, whatever the generator; or a sequence has too few "
     "coordinates, and some serve two sides")  # fmt: skip
def parallel(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact; and not points that are one for all practical purposes: chance does that in 1 of 10^19 cases.

    Where nothing was tried, and on four Floats or more, 16 are asked for: no two sides may go up and down together. A
    grid may; so may sides that do not move yet.
    """
    trials = list(case.trials)
    found: set[Any] = set()
    names = free_floats(case.space)
    asks = 16 if len(names) > 3 and not trials and not subject.grid else 4
    for seed in range(case.seed, case.seed + asks):
        params = subject.ask(subject.make(), case.space, trials, seed)
        if params is None:
            return
        place = key(case.space, params)
        expect(place not in found, f"{params} is suggested twice, while it runs")
        found.add(place)
        trials.append(running(len(trials), params))
    U = case.space.to_unit([trial.params for trial in trials[-asks:]])
    apart = np.nan_to_num(np.abs(U - U[0])).max() > 1e-7 or len({tuple(row) for row in np.isnan(U)}) > 1
    differ = f"{asks} suggestions asked for without a tell differ by less than 1e-7 of the side"
    expect(apart, f"{differ}: {trials[-1].params}")
    if asks == 16:
        places = np.array([[place_on_side(case.space, trial.params, name) for name in names] for trial in trials])
        expect_no_diagonal(names, places, "16 suggestions asked for without a tell")


@law("T16", "strategy", "resumes", "a fresh strategy on a prefix of the history continues as the live one did",
     PROTOCOL,
     cases=partial(history, numbers=(0, 9, 11, 24)), share=0.5,
     hint="all chance must come from rng, all knowledge from the trials: the rest dies with the process")  # fmt: skip
def resumes(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact: values and floats are read back to the bit."""
    live, trials, asked = subject.make(), list(case.trials), []
    for _ in range(3):
        params = subject.ask(live, case.space, trials, case.seed + len(trials))
        asked.append((tuple(trials), params))
        if params is None:
            break
        trials.append(told(running(len(trials), params), "done", objective(case.space, params)))
    for prefix, expected in asked[::-1]:
        found = subject.ask(subject.make(), case.space, _from_disk(case.space, prefix), case.seed + len(prefix))
        expect_same(case.space, expected, found, f"resumed after {len(prefix)} trials")


@law("T17", "strategy", "a failure never wins", "where only failures are, it goes no more often than chance would",
     "hyperopt, keras-tuner: a loss of nan or inf that became 0 was the best loss ever",
     cases=lambda draw: history(draw, numbers=(0,), continuous=True, most=2),
     applies=lambda subject: "a grid does not look at values" if subject.grid else needs_float(subject),
     hint="a failed trial without a value must not count as 0; count it as the worst, or as not good")  # fmt: skip
def failures_never_win(subject: StrategySubject, case: HistoryCase) -> None:
    """A sequential test, false in 1 of 10^9 cases for chance, which goes there with a probability of 0.2.

    The failures lie at either end by turns, so that a fixed sequence goes there 20 times of 40.
    """
    _avoids_one_end(subject, case, "failed", "all trials failed")


@law("T23", "strategy", "a running trial never wins", "as T17, of trials that are still running",
     "a trial without a value has no value yet", cases=partial(history, numbers=(0,), continuous=True, most=2),
     applies=lambda subject: "a grid does not look at values" if subject.grid else needs_float(subject), share=0.5,
     hint="a running trial without a value must not count as 0, or as the best: believe the model's mean, or leave it "
     "out")  # fmt: skip
def running_never_win(subject: StrategySubject, case: HistoryCase) -> None:
    """As T17."""
    _avoids_one_end(subject, case, "running", "all trials are running")


def _avoids_one_end(subject: StrategySubject, case: HistoryCase, state: str, where: str) -> None:
    """Expect that it does not go to the one fifth of a side where trials have no value, upper and lower by turns."""
    names, test = free_floats(case.space), SequentialTest(0.2, 0.7)
    histories = [_valueless_at_one_end(case, names[0], end, state) for end in (0, 1)] if names else []
    for turn in range(40 if names else 0):
        if not test.open:
            break
        params = subject.ask(subject.make(), case.space, histories[turn % 2], case.seed + turn)
        u = place_on_side(case.space, params, names[0])
        test.add(bool(u <= 0.2 if turn % 2 else u >= 0.8))
    misses, hits = test.counts
    expect(not test.guilty, f"{hits} of {hits + misses} suggestions lie where {where}, a fifth of the space")


def _valueless_at_one_end(case: HistoryCase, name: str, end: int, state: str) -> list[Trial]:
    """Make 16 done trials, the better the nearer to u = 0.2, and 12 in this state around u = 0.9, or all mirrored."""
    rng, space = np.random.default_rng([case.seed, end]), case.space
    U = rng.random((28, len(space.axes)))
    x = np.where(np.arange(28) < 16, 0.75 * rng.random(28), 0.87 + 0.06 * rng.random(28))
    U[:, list(space.parameters).index(name)] = 1 - x if end else x
    y = (1.0, 1e-3, 1e6)[case.seed % 3] * (1 + 3 * (x - 0.2) ** 2)
    points = [space.from_unit(u) for u in U]
    return [told(running(i, points[i]), "done" if i < 16 else state, float(y[i])) for i in range(28)]


@law("T18", "strategy", "a life of ask, tell, fail, add, crash",
     "every suggestion legal, and derived again from its history",
     "a state machine against a list of trials", share=0.5,
     cases=partial(history, numbers=(0, 9, 12), operations=("ask", "tell", "fail", "add", "crash", "ask")),
     hint="the order of telling, and a restart from what is on disk, must not matter")  # fmt: skip
def life(subject: StrategySubject, case: HistoryCase) -> None:
    """Exact."""
    space, trials, strategy = case.space, list(case.trials), subject.make()
    asked: list[tuple[tuple[Trial, ...], Params | None]] = []
    for operation, which in case.operations:
        open_trials = [i for i, trial in enumerate(trials) if trial.state == "running"]
        if operation == "ask":
            params = subject.ask(strategy, space, trials, case.seed + len(trials))
            asked.append((tuple(trials), params))
            if params is not None:
                _legal(space, trials, params)
                trials.append(running(len(trials), params))
        elif operation == "add":
            params = case.more[which % len(case.more)]
            trials.append(told(running(len(trials), params), "done", objective(space, params)))
        elif operation == "crash":
            strategy, trials = subject.make(), _from_disk(space, trials)
        elif open_trials:
            i = open_trials[which % len(open_trials)]
            trials[i] = told(trials[i], "done" if operation == "tell" else "failed", objective(space, trials[i].params))
    for before, expected in asked[-2:]:
        again = subject.ask(subject.make(), space, before[::-1], case.seed + len(before))
        expect_same(space, expected, again, f"derived again from {len(before)} trials")


def _legal(space: Space, trials: Sequence[Trial], params: Params) -> None:
    """Expect a suggestion inside the space that is not running, and on a finite space not tried."""
    expect_legal(space, params)
    taken = {key(space, trial.params) for trial in trials if space.finite or trial.state == "running"}
    expect(key(space, params) not in taken, f"{params} has been tried or is running")


def _from_disk(space: Space, trials: Sequence[Trial]) -> list[Trial]:
    """Write a history down and read it back."""
    records = [[t.number, space.encode(t.params), t.state, t.value, t.error] for t in trials]
    return [Trial(n, space.decode(params), *rest) for n, params, *rest in json.loads(json.dumps(records))]
