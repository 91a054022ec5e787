"""A solution of the exercise of chapter 1."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bayesopt_from_scratch import Choice, Float, Int

ACTIVATIONS = ("relu", "tanh", "logistic")
LOW, HIGH = math.log(1e-4), math.log(1e-1)


class HandMadeSpace:
    """A learning rate, a number of layers and an activation."""

    parameters: ClassVar = {
        "rate": Float(1e-4, 1e-1, log=True),
        "layers": Int(1, 6),
        "activation": Choice(*ACTIVATIONS),
    }

    def from_unit(self, u: Sequence[float]) -> dict[str, Any]:
        """Return the hyperparameters at u: a share of the logarithms, clipped against rounding; equal cells."""
        rate = min(max(math.exp(LOW + float(u[0]) * (HIGH - LOW)), 1e-4), 1e-1)
        if u[0] in (0, 1):
            rate = (1e-4, 1e-1)[int(u[0])]
        return {"rate": rate, "layers": 1 + _cell(u[1], 6), "activation": ACTIVATIONS[_cell(u[2], 3)]}

    def to_unit(self, many: Sequence[Mapping[str, Any]]) -> NDArray[np.floating]:
        """Return shares of the way and centres of cells, (n, 3)."""
        rows = [
            (
                (math.log(p["rate"]) - LOW) / (HIGH - LOW),
                (p["layers"] - 1 + 0.5) / 6,
                (ACTIVATIONS.index(p["activation"]) + 0.5) / 3,
            )
            for p in many
        ]
        return np.clip(np.array(rows, dtype=float).reshape(len(many), 3), 0, 1)


def _cell(u: float, n: int) -> int:
    return min(int(u * n), n - 1)


space = HandMadeSpace()
