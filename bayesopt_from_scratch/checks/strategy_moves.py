"""Laws of how the sides are searched by who learns: every one of them, a logarithmic one as closely as a linear one.

All is seen in the unit cube, where a strategy that is right treats one real number as another.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..search.parameter import Float
from ..search.space import Space
from ..search.trial import Trial
from .draw import Draw
from .law import expect, law
from .places import place_on_side
from .sequential import SequentialTest
from .strategy import HistoryCase, Sketch, StrategySubject, running, told
from .strategy_values import Asker, sides

__all__: list[str] = []

Array = NDArray[np.floating]

_ASKS, _NEW, _SAME = 240, 90, 1e-9  # _SAME: far more than what going there and back rounds


def three_floats(draw: Draw) -> Sketch:
    """Draw three real numbers, one of them logarithmic, and no history."""
    low = 1.7 * 10.0 ** draw.integer(-6, 2)
    floats = {"rate": Float(low, 1e3 * low, log=True), "bias": Float(-0.4, 0.6), "slope": Float(40.0, 41.0)}
    return replace(sides(draw), parameters=dict(floats))


def _valley(case: HistoryCase, space: Space, j: int, turn: int) -> list[Trial]:
    """Make 30 to 36 trials all over the space, the better the nearer to u_j = 1/4."""
    U = np.random.default_rng([case.seed, turn]).random((30 + turn % 7, len(space.axes)))
    y = np.abs(U[:, j] - 0.25) + 0.01 * U.mean(axis=1)
    return [told(running(i, space.from_unit(u)), "done", float(v)) for i, (u, v) in enumerate(zip(U, y, strict=True))]


def _moves(subject: StrategySubject) -> str:
    """Say so if it need not learn, or may have spaces of another kind."""
    if not subject.learns:
        return "needs learns=True"
    return "needs spaces of its own" if subject.spaces else ""


@law("T24", "strategy", "every side is moved",
     "if suggestions keep coordinates of trials, each side gets values that no trial had",
     "a search of a side that stands still is none", cases=three_floats, share=0.1, applies=_moves,
     hint="a loop over all coordinates but the last (range(d - 1)), or a mutation that never meets one")  # fmt: skip
def every_side(subject: StrategySubject, case: HistoryCase) -> None:
    """Among 90 new coordinates none on one of 3 sides: 1 of 10^15 cases, if a new one is as likely on each of them.

    Counted are suggestions that keep some coordinate. Who keeps none in 21 suggestions, or makes fewer than 90 new
    coordinates in 240, is let off.
    """
    asker, new, kept = Asker(subject, case), np.zeros(3, dtype=int), 0
    for turn in range(_ASKS):
        trials = _valley(case, case.space, turn % 3, turn)
        u = _places(asker, case.space, trials, turn)
        old = (np.abs(case.space.to_unit([trial.params for trial in trials]) - u) < _SAME).any(axis=0)
        new, kept = new + (~old & old.any()), kept + int(old.any())
        if new.all() or asker.late or (turn == 20 and not kept):
            return
    still = list(case.space.parameters)[int(np.argmin(new))]
    expect(new.sum() < _NEW, f"{kept} suggestions keep a coordinate of a trial, and none of them moves {still}")


@law("T25", "strategy", "a logarithmic side is searched as closely as a linear one",
     "of two spaces that differ in a log only, it goes as often to where values are best, the same u, in either",
     "the unit cube is what is searched", cases=three_floats, share=0.1, applies=_moves,
     hint="steps, distances or widths in raw units: in the lower decades of a logarithmic side all of them are too "
     "large")  # fmt: skip
def logarithmic_side(subject: StrategySubject, case: HistoryCase) -> None:
    """A sequential test, false in 1 of 10^9 cases.

    Trials lie at the same u in both spaces, with the same values, and the generator is the same. Who searches the cube
    finds the one best place as often as the other, to within 0.15 of the side; who does so only where the side is
    linear is found out where 4 of 5 of the pairs that differ say so.
    """
    asker, test = Asker(subject, case), SequentialTest(0.5, 0.8)
    spaces = case.space, Space(dict(case.space.parameters) | {"rate": Float(-0.4, 0.6)})
    for turn in range(_ASKS):
        near = [abs(_places(asker, space, _valley(case, space, 0, turn), turn)[0] - 0.25) < 0.15 for space in spaces]
        if near[0] == near[1]:
            test.doubt()
        else:
            test.add(near[1])
        if not test.open or asker.late:
            break
    log, linear = test.counts
    text = (
        f"{linear} times it goes to where values are best if rate is linear and not if it is logarithmic, {log} times"
    )
    expect(not test.guilty, f"{text} the other way round")


def _places(asker: Asker, space: Space, trials: list[Trial], turn: int) -> Array:
    """Places of a suggestion on all sides; NaN if there is none."""
    params = asker.subject.ask(asker.subject.make(), space, trials, asker.case.seed + turn)
    return np.array([place_on_side(space, params, name) for name in space.parameters])
