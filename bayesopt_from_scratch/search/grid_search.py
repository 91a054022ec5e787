"""What does it cost to try every combination?

A full factorial: some levels of each hyperparameter, all combinations of them. Five levels of six hyperparameters are
15,625 trainings. Where the levels sit matters as much as how many there are, so it is a setting here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..numerics.arrays import Array, require, whole
from .parameter import Parameter
from .space import Params, Space
from .strategy import walk
from .trial import Trial

__all__ = ["GridSearch"]


@dataclass(frozen=True)
class GridSearch:
    """Every combination of evenly spaced levels once, each time the next one that is free from a random place on.

    Parameters
    ----------
    points_per_axis : int or dict, optional
        Levels of each hyperparameter, or of each by name; integers and categories never get more than they have, and
        levels that fall into one cell are one. If not given, the numbers of levels grow together, as far as the
        product stays within the budget.
    placement : str
        ``"centres"``: in the middle of equal cells. ``"ends"``: from low to high, both included.
    budget : int
        Number of trials that the grid may take where ``points_per_axis`` is not given.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> from bayesopt_from_scratch import Choice, Float
    >>> space = Space({"x": Float(0, 1), "y": Float(0, 1), "kind": Choice("a", "b")})
    >>> [level.round(3).tolist() for level in GridSearch(budget=20).levels(space)]  # 3 x 3 x 2
    [[0.167, 0.5, 0.833], [0.167, 0.5, 0.833], [0.25, 0.75]]
    """

    points_per_axis: int | Mapping[str, int] | None = None
    placement: Literal["centres", "ends"] = "centres"
    budget: int = 100

    def __post_init__(self) -> None:
        fine = self.placement in ("centres", "ends")
        require(fine, "expected placement 'centres' or 'ends', got {!r}", self.placement)
        given = self.points_per_axis
        counts = list(given.values()) if isinstance(given, Mapping) else [1 if given is None else given]
        fine = whole(*counts, self.budget)
        require(fine, "expected whole numbers of 1 or more, got {} and budget {}", given, self.budget)

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        """Suggest a combination of the grid that no trial has; see :class:`Strategy`."""
        return walk(space, trials, self.levels(space), rng)

    def levels(self, space: Space) -> list[Array]:
        """Levels of each axis in the unit cube; the size of the grid is the product of their numbers.

        Raises
        ------
        ValueError
            If ``points_per_axis`` names other parameters than the space, or the grid has over 2**53 combinations.
        """
        given, names, most = self.points_per_axis, list(space.parameters), [a.n_cells or math.inf for a in space.axes]
        wanted = given if isinstance(given, Mapping) else dict.fromkeys(names, given or 1)
        require(set(wanted) == set(names), "expected levels for {}, got {}", names, wanted)
        counts = [int(min(wanted[name], n)) for name, n in zip(names, most, strict=True)]
        while given is None:  # raise the smallest number of levels that can still be raised
            size = math.prod(counts)  # eq: 1.1
            growing = [i for i, n in enumerate(counts) if n < most[i] and size // n * (n + 1) <= self.budget]
            if not growing:
                break
            counts[min(growing, key=counts.__getitem__)] += 1
        require(math.prod(counts) <= 2**53, "expected a grid of at most 2**53 combinations, got levels {}", counts)
        return [self._place(axis, n) for axis, n in zip(space.axes, counts, strict=True)]

    def _place(self, axis: Parameter, n: int) -> Array:
        if n == axis.n_cells:  # on a logarithmic scale evenly spaced levels would miss some
            return axis.cells()
        ends = self.placement == "ends" and n > 1
        u = np.linspace(0, 1, n) if ends else (np.arange(n) + 0.5) / n
        return np.unique(axis.snap(u))
