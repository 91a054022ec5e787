"""Laws of what the values do to a suggestion: towards the better ones, up to the very end of a side, the last included.

A history is told twice, at the same points and with the same seed: once the values rise along a side, once they fall.
Whoever does not look at values suggests the same point both times; for whoever does, it is known which of the two
suggestions should lie further up.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from ..search.parameter import Choice, Float, Int, Parameter
from ..search.space import Params, Space
from ..search.trial import Trial
from .draw import Draw
from .law import expect, law
from .places import place_on_side
from .sequential import SequentialTest
from .strategy import HistoryCase, Sketch, StrategySubject, combinations, history, running, told

__all__ = ["Asker", "sides"]

Array = NDArray[np.floating]

_UNITS, _ORIGINS, _PAIRS, _ASKS, _SECONDS = (1e-3, 1.0, 1e6), (1.0, -3.0, -0.5), 400, 240, 12.0
_OUTLIERS = (  # what it is, which trial, in how many trials, in how many histories at most
    ("the last trial", -1, range(24, 48), 300),
    ("the first trial", 0, range(6, 30), 600),
    ("the last of 150 trials or more", -1, range(150, 180), 300),
)
nothing_yet = partial(history, numbers=(0,), continuous=True, most=1)


def sides(draw: Draw) -> Sketch:
    """Draw a space of three sides, of all kinds and in all units, and no history."""
    low, width = 1.7 * 10.0 ** draw.integer(-6, 2), 1.3 * 10.0 ** draw.choice((4, 0, -3))
    floats = Float(-0.4 * width, 0.6 * width), Float(low, 1e3 * low, log=True), Float(40 * width, 41 * width)
    integers = Int(0, 5), Int(1, 300, log=True), Int(-300, 300)
    drawn: dict[str, Parameter] = {
        "rate": draw.choice(floats), "kind": Choice("a", "b", "c"), "depth": draw.choice(integers),
    }  # fmt: skip
    return replace(nothing_yet(draw), parameters=drawn)


def deciding(space: Space) -> list[str]:
    """Names of three parameters that are always active and have two values or more, if a space is not soon used up."""
    few = 0 < len(combinations(space)) < 200
    return [n for n, p in space.parameters.items() if not p.when and p.n_cells != 1 and not few][:3]


def slope(case: HistoryCase, name: str, turn: int, down: bool, n: int = 30, failures: bool = False) -> list[Trial]:
    """Make n trials all over the space, their values rising along one side, or falling; one in seven may have failed.

    The unit of the values is another one for each side, and so is their sign: all above 0, all below, or both.
    """
    space = case.space
    points, noise = _points(space, case.seed, turn, n)
    x = space.parameters[name].to_unit([params[name] for params in points])
    x = 1 - x if down else x
    which = case.seed + list(space.parameters).index(name)
    unit, origin = _UNITS[which % 3], _ORIGINS[(which + case.seed // 3) % 3]
    y = unit * (origin + x + 0.3 * x**2 + 0.02 * noise)
    states = ["failed" if failures and i % 7 == 3 else "done" for i in range(n)]
    described = enumerate(zip(points, states, y, strict=True))
    return [told(running(i, params), state, float(v)) for i, (params, state, v) in described]


@lru_cache(maxsize=64)  # of a turn, values rise and fall along each of the sides
def _points(space: Space, seed: int, turn: int, n: int) -> tuple[list[Params], Array]:
    """Draw points and noise for n trials."""
    rng = np.random.default_rng([seed, turn])
    return [space.from_unit(u) for u in rng.random((n, len(space.axes)))], rng.random(n)


class Asker:
    """Asks one subject about made-up histories, as long as there is time: what is not decided by then is not broken."""

    def __init__(self, subject: StrategySubject, case: HistoryCase) -> None:
        self.subject, self.case, self._until = subject, case, time.monotonic() + _SECONDS

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self._until

    def ask(self, trials: list[Trial], turn: int, name: str) -> float:
        """Place of the next suggestion on one side."""
        found = self.subject.ask(self.subject.make(), self.case.space, trials, self.case.seed + turn)
        return place_on_side(self.case.space, found, name)

    def differences(self, name: str, failures: bool = False) -> Iterator[float]:
        """How much further up it goes where values rise than where they fall: below 0 for whoever wants them low."""
        n = 36 if failures else 30  # 30 or more are done
        for turn in range(_PAIRS):
            histories = [slope(self.case, name, turn, fall, n, failures) for fall in (False, True)]
            up, down = (self.ask(trials, turn, name) for trials in histories)
            yield up - down
            if self.late:
                return


def _values_matter(subject: StrategySubject) -> str:
    """A grid and a fixed sequence are what they are."""
    return "a grid does not look at values" if subject.grid else ""


@law("T20", "strategy", "it does not seek the worst",
     "of two histories that differ in the order of the values only, it goes less far up where they rise, or as far",
     "values are losses: lower is better", cases=sides, share=0.25, applies=_values_matter,
     hint="maximized where minimizing was meant: max for min, a sorted list read from the wrong end, a sign, l and g "
     "exchanged, the acquisition minimized; or, if it is to learn, values are not used or drown: a length scale, a "
     "noise or a range in units that are not those of the data, a model that ends at a failed trial")  # fmt: skip
def not_the_worst(subject: StrategySubject, case: HistoryCase) -> None:
    """A sequential test, false in 1 of 10^9 cases.

    Whoever does not look at values goes further up in either with the same probability, if the two differ at all: which
    of the two rises is as good as a coin. Where it is 4 of 5, chance is ruled out after 80 pairs or so.
    With ``learns=True`` two more tests, as rarely false for whoever goes the better way in 3 of 4 pairs that differ,
    and for whom 3 of 10 pairs differ.
    """
    asker = Asker(subject, case)
    for name in deciding(case.space):
        test = SequentialTest(0.5, 0.8)
        for difference in asker.differences(name):
            if difference > 0 or difference < 0:
                test.add(difference > 0)
            else:
                test.doubt()
            if not test.open:
                break
        right, wrong = test.counts
        expect(not test.guilty, f"{wrong} of {wrong + right} times {name} went to where the values are worse")
        if subject.learns:
            _seeks_the_better(asker, name)


def _seeks_the_better(asker: Asker, name: str) -> None:
    """Expect that 3 of 10 pairs differ, and that of these it goes the better way in 3 of 4; some trials failed."""
    worse, alike = SequentialTest(0.25, 0.5), SequentialTest(0.7, 0.95)
    for difference in asker.differences(name, failures=True):
        alike.add(difference == 0)
        if difference != 0:
            worse.add(not difference < 0)
        if worse.guilty or alike.guilty or not (worse.open or alike.open):
            break
    differ, same = alike.counts
    text = f"turning the order of the values along {name} round changes {differ} of {same + differ} suggestions"
    expect(not alike.guilty, text)
    right, wrong = worse.counts
    expect(not worse.guilty, f"only {right} of {right + wrong} times {name} went to where the values are better")


@law("T21", "strategy", "the best end is not out of reach",
     "one of 240 suggestions lies in the tenth of a side, or has the option, where values are best",
     "a minimum may lie on the boundary", cases=sides, share=0.1,
     applies=lambda s: "declared deterministic" if s.deterministic or s.grid else "",
     hint="the last integer or option is never drawn (range, int, an index one short), or points are kept away from "
     "the bounds")  # fmt: skip
def ends_in_reach(subject: StrategySubject, case: HistoryCase) -> None:
    """Chance misses a tenth 240 times in 1 of 10^11 cases; there are trials there already, so one need not be bold."""
    asker = Asker(subject, case)
    for name in deciding(case.space):
        parameter = case.space.parameters[name]
        near = max(0.1, 0.5 / parameter.n_cells + 1e-9) if parameter.n_cells else 0.1
        for down in (False, True):
            best = f"{parameter.from_unit(float(down))!r}, where values are best"
            expect(_reaches(asker, name, down, near), f"{name} never came near {best}, in {_ASKS} suggestions")


def _reaches(asker: Asker, name: str, down: bool, near: float) -> bool:
    """Whether some suggestion comes near the end where values are best, or the time is up, or the space used up."""
    histories = [slope(asker.case, name, turn, down) for turn in range(3)]
    found = (asker.ask(histories[turn % 3], turn, name) for turn in range(_ASKS))
    return any(not abs(u - down) > near or asker.late for u in found)


@law("T22", "strategy", "the last trial counts, and the first",
     "y_n -> far better or far worse: some suggestion changes; if it is to learn, for n = 150 and y_1 too",
     "all trials are data", cases=sides, share=0.1, applies=_values_matter,
     hint="trials[:-1], [1:] or [:100], or a model that was fitted before the last trial was told")  # fmt: skip
def last_counts(subject: StrategySubject, case: HistoryCase) -> None:
    """One change of 300 is enough: who heeds the last value in 1 of 14 histories changes nothing in 1 of 10^9 cases.

    It may wait until a generation is complete, hence histories of 24 to 47 trials. Who looks at no values at all, so
    that turning the order of all of them round changes nothing in 12 histories, is let off. Histories with another
    first value have 6 to 29 trials, for whoever keeps a window of the latest 10 or 20.
    """
    asker = Asker(subject, case)
    for name in deciding(case.space)[:1]:
        changes = 0
        for _, difference in zip(range(12), asker.differences(name), strict=False):
            changes += difference != 0
            if changes > 3:
                break
        for what, i, numbers, most in _OUTLIERS if subject.learns else _OUTLIERS[:1]:
            text = f"whether {what} is the best or the worst changes none of {most} suggestions, though values matter"
            expect(changes <= 3 or _heeds(asker, name, i, numbers, most), text)


def _heeds(asker: Asker, name: str, i: int, numbers: range, most: int) -> bool:
    """Whether some suggestion changes with the i-th value of so many trials, or the time is up."""
    for turn in range(most):
        trials = slope(asker.case, name, turn, turn % 2 == 1, numbers[turn % len(numbers)])
        values = [float(t.value or 0.0) for t in trials]
        width, found = max(values) - min(values), []
        for value in (min(values) - width, max(values) + width):
            history = list(trials)
            history[i] = replace(trials[i], value=value)
            found.append(asker.subject.ask(asker.subject.make(), asker.case.space, history, asker.case.seed + turn))
        if found[0] != found[1] or asker.late:
            return True
    return False
