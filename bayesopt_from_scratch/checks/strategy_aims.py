"""Laws of where a strategy goes: everywhere at first, and later not to where it was worst."""

from dataclasses import replace
from functools import partial

import numpy as np

from ..search.parameter import Float, Parameter
from ..search.trial import Trial
from .draw import Draw
from .law import expect, law
from .machine import avoids_one_end, place_on_side
from .strategy import HistoryCase, Sketch, StrategySubject, history, running, told
from .strategy_laws import PROTOCOL, free_floats, needs_float

__all__: list[str] = []

SEEDS = 48
alone = partial(history, numbers=(0,), continuous=True, most=2)


def two_floats(draw: Draw) -> Sketch:
    """Draw an empty history on a square: one side logarithmic, over three decades, one linear."""
    low, width = 1.7 * 10.0 ** draw.integer(-6, 2), 1.3 * 10.0 ** draw.choice((0, -3, 4))
    sides: dict[str, Parameter] = {"rate": Float(low, 1e3 * low, log=True), "bias": Float(-0.4 * width, 0.6 * width)}
    return replace(alone(draw), parameters=sides)


def _chance(subject: StrategySubject) -> str:
    """Say so if nothing about the first suggestion is left to chance."""
    return "declared deterministic" if subject.deterministic or subject.grid else needs_float(subject)


@law("T19", "strategy", "the first suggestion may lie anywhere",
     "of 48 first suggestions 4 or more lie in either half of each side, and not all on a diagonal", PROTOCOL,
     cases=two_floats, applies=_chance, share=0.1,
     hint="a logarithmic parameter drawn evenly between its bounds; a range that begins or ends in the middle; one "
     "random number for all parameters")  # fmt: skip
def anywhere(subject: StrategySubject, case: HistoryCase) -> None:
    """A fair coin falls fewer than 4 times of 48 on one side in 1 of 10^10 cases, two floats are never equal 48 times.

    Who begins with the same point always, which T6 is there for, is let off.
    """
    names = free_floats(case.space)
    found = [subject.ask(subject.make(), case.space, (), case.seed + i) for i in range(SEEDS if names else 0)]
    if any(params is None for params in found) or len({repr(params) for params in found}) <= SEEDS // 2:
        return
    U = np.array([[place_on_side(case.space, params, name) for name in names] for params in found])
    for name, upper in zip(names, (U > 0.5).sum(axis=0), strict=True):
        expect(
            3 < upper < SEEDS - 3, f"{upper} of {SEEDS} first suggestions lie in the upper half of the side of {name}"
        )
    for j, other in enumerate(names[1:], 1):
        diagonal = np.all(np.abs(U[:, j] - U[:, 0]) < 1e-9) or np.all(np.abs(U[:, j] + U[:, 0] - 1) < 1e-9)
        expect(not diagonal, f"{names[0]} and {other} lie on a diagonal in all of {SEEDS} first suggestions")


@law("T20", "strategy", "it does not seek the worst", "where values are worst, it goes no more often than chance would",
     "values are losses: lower is better", cases=alone, share=0.5,
     applies=lambda subject: "a grid does not look at values" if subject.grid else needs_float(subject),
     hint="maximized where minimizing was meant: max for min, a sorted list read from the wrong end, a "
     "sign")  # fmt: skip
def not_the_worst(subject: StrategySubject, case: HistoryCase) -> None:
    """As T17: chance goes 13 times of 16 into a fifth of the side in 1 of 4 million cases; the end alternates."""
    avoids_one_end(subject, case, _rising, "the values are worst")


def _rising(case: HistoryCase, name: str, end: int) -> list[Trial]:
    """Make 24 done trials all over the space, dense where they are worst, their values rising along one side."""
    rng, space = np.random.default_rng([case.seed, end, 1]), case.space
    U, x = rng.random((24, len(space.axes))), np.append(rng.random(12), 0.8 + 0.2 * rng.random(12))
    U[:, list(space.parameters).index(name)] = 1 - x if end else x
    y = (1.0, 1e-3, 1e6)[case.seed % 3] * (1 + 3 * (x - 0.2) ** 2)
    return [told(running(i, space.from_unit(u)), "done", float(v)) for i, (u, v) in enumerate(zip(U, y, strict=True))]
