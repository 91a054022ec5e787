"""Where on their sides do suggestions lie?"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..search.parameter import Float
from ..search.space import Params, Space
from .law import expect
from .strategy import Sketch

__all__ = ["expect_no_diagonal", "five_floats", "place_on_side"]

Array = NDArray[np.floating]

#: No history, and more sides than a short list of primes has.
five_floats = Sketch(
    {name: Float(-1.3, 2.6) for name in "abcde"}, np.empty((0, 5)), (), (), np.full((4, 5), 0.4), (), 0
)


def expect_no_diagonal(names: Sequence[str], U: Array, where: str) -> None:
    """Expect that no two columns that vary are equal, or one what the other leaves of 1."""
    for (one, u), (two, v) in itertools.combinations(zip(names, U.T, strict=True), 2):
        diagonal = np.all(np.abs(u - v) < 1e-9) or np.all(np.abs(u + v - 1) < 1e-9)
        expect(not diagonal or np.ptp(u) < 1e-9, f"{one} and {two} lie on a diagonal in {where}")


def place_on_side(space: Space, params: Params | None, name: str) -> float:
    """Place of one value on its side, in the middle of its cell; NaN if nothing was suggested."""
    return float("nan") if params is None else float(space.parameters[name].to_unit([params[name]])[0])
