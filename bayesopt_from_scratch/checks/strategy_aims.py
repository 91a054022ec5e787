"""Law of where a strategy begins: everywhere."""

from collections import Counter
from dataclasses import replace
from functools import partial

import numpy as np

from ..search.parameter import Choice, Float, Int, Parameter
from .draw import Draw
from .law import expect, law
from .places import expect_no_diagonal, place_on_side
from .strategy import HistoryCase, Sketch, StrategySubject, history
from .strategy_laws import PROTOCOL

__all__: list[str] = []

SEEDS, LEAST = 96, 6
alone = partial(history, numbers=(0,), continuous=True, most=4)


def five_sides(draw: Draw) -> Sketch:
    """Draw an empty history on sides of all kinds: two logarithmic, over three decades, one linear, 3 options, 12."""
    low, width = 1.7 * 10.0 ** draw.integer(-6, 2), 1.3 * 10.0 ** draw.choice((0, -3, 4))
    sides: dict[str, Parameter] = {
        "rate": Float(low, 1e3 * low, log=True), "bias": Float(-0.4 * width, 0.6 * width),
        "depth": Int(1, 1000, log=True), "kind": Choice("a", "b", "c"), "letter": Choice(*"klmnopqrstuv"),
    }  # fmt: skip
    return replace(alone(draw), parameters=sides)


@law("T19", "strategy", "the first suggestion may lie anywhere",
     "of 96 first suggestions 6 or more lie in either half of each side, all of 3 options occur, 9 of 12, and "
     "not all on a diagonal", PROTOCOL,
     cases=five_sides, share=0.1,
     applies=lambda s: "declared deterministic" if s.deterministic or s.grid else "",
     hint="a logarithmic parameter drawn evenly between its bounds; a range that begins or ends in the middle; the "
     "last option is never drawn; one random number for all parameters")  # fmt: skip
def anywhere(subject: StrategySubject, case: HistoryCase) -> None:
    """A coin falls less than 6 times of 96 on one side in 1 of 10^20 cases, one option of 3 is missing in 1 of 10^16.

    That 4 options of 12 are missing happens in 1 of 10^14 cases: 495 (2/3)^96 at most.
    Even if a half has a quarter only, that is 1 of 10^6. Who begins with the same point always, which T6 is there for,
    is let off.
    """
    space = case.space
    names = [name for name, parameter in space.parameters.items() if not parameter.when]
    found = [subject.ask(subject.make(), space, (), case.seed + i) for i in range(SEEDS)]
    if any(params is None for params in found) or len({repr(params) for params in found}) <= SEEDS // 2:
        return
    U = np.array([[place_on_side(space, params, name) for name in names] for params in found])
    for name, column in zip(names, U.T, strict=True):
        parameter, upper = space.parameters[name], int((column > 0.5).sum())
        if isinstance(parameter, Choice):
            options = Counter(column)
            least = parameter.n_cells if parameter.n_cells <= 3 else 3 * parameter.n_cells / 4
            fine = len(options) >= least or parameter.n_cells > 12
            expect(fine, f"only {len(options)} of {parameter.n_cells} options of {name} occur in {SEEDS} suggestions")
        elif parameter.n_cells != 1 and not (parameter.log and parameter.n_cells and parameter.n_cells < 10):
            text = f"{upper} of {SEEDS} first suggestions lie in the upper half of the side of {name}"
            expect(LEAST <= upper <= SEEDS - LEAST, text)
    real = [j for j, name in enumerate(names) if not space.parameters[name].step]
    expect_no_diagonal([names[j] for j in real], U[:, real], f"all of {SEEDS} first suggestions")
