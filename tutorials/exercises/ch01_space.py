"""Exercise of chapter 1: a search space by hand.

Write the two maps of ``HandMadeSpace``:

- ``from_unit(u)``: three numbers from 0 to 1 in, a dict of hyperparameters out, in plain Python types.
  The learning rate lies at the share u[0] of the way between the *logarithms* of its bounds, and never outside of them;
  each integer owns an equal part of the side, and so does each activation.
- ``to_unit(many)``: a list of n such dicts in, an (n, 3) array out: the learning rate at its share of the way, an
  integer and an activation at the *centre* of the part that they own.

Grade it with

    python -m bayesopt_from_scratch check space tutorials/exercises/ch01_space.py:space
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bayesopt_from_scratch import Choice, Float, Int

ACTIVATIONS = ("relu", "tanh", "logistic")


class HandMadeSpace:
    """A learning rate, a number of layers and an activation."""

    parameters: ClassVar = {
        "rate": Float(1e-4, 1e-1, log=True),
        "layers": Int(1, 6),
        "activation": Choice(*ACTIVATIONS),
    }

    def from_unit(self, u: Sequence[float]) -> dict[str, Any]:
        """Return the hyperparameters at u; this first attempt rounds, and forgets the logarithm."""
        layers = round(1 + u[1] * 5)
        activation = ACTIVATIONS[round(u[2] * 2)]
        return {"rate": float(1e-4 + u[0] * (1e-1 - 1e-4)), "layers": int(layers), "activation": activation}

    def to_unit(self, many: Sequence[Mapping[str, Any]]) -> NDArray[np.floating]:
        """Return the places of the hyperparameters, (n, 3)."""
        rows = [
            ((p["rate"] - 1e-4) / (1e-1 - 1e-4), (p["layers"] - 1) / 5, ACTIVATIONS.index(p["activation"]) / 2)
            for p in many
        ]
        return np.array(rows, dtype=float).reshape(len(many), 3)


space = HandMadeSpace()
