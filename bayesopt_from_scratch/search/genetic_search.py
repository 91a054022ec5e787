"""What does evolution do without a model?

Two parents, each the best of a few drawn at random from the fittest trials; a child that takes each hyperparameter
from one or the other; now and then a random change. There are no generations to wait for: the population is the best
trials so far, so that any number of children can be out for evaluation at once.

Source: Goldberg & Deb (1991), A comparative analysis of selection schemes used in genetic algorithms (tournaments);
Syswerda (1989), Uniform crossover in genetic algorithms, and (1991), A study of reproduction in generational and
steady-state genetic algorithms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..numerics.arrays import Array, require, whole
from .space import Params, Space
from .strategy import by_state, first_new
from .trial import Trial

__all__ = ["GeneticSearch"]


@dataclass(frozen=True)
class GeneticSearch:
    """Steady-state genetic algorithm on the unit cube.

    Parameters
    ----------
    population : int
        Number of best trials that may become parents; that many random trials come first.
    tournament : int
        Number of them drawn for each parent, of which the best is taken.
    mutation_scale : float
        Standard deviation of a mutation, as a share of a number's range.
    mutations : float
        Number of hyperparameters that are moved on average; a number of few values may well stay in its cell.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> from bayesopt_from_scratch import Float
    >>> GeneticSearch().suggest(Space({"x": Float(0, 1)}), [], np.random.default_rng(0))
    {'x': 0.6369616873214543}
    """

    population: int = 12
    tournament: int = 3
    mutation_scale: float = 0.1
    mutations: float = 1.0

    def __post_init__(self) -> None:
        fine = whole(self.population, self.tournament) and 0 <= self.mutation_scale < np.inf > self.mutations >= 0
        require(fine, "expected whole population, tournament >= 1 and mutation settings >= 0, got {}", self)

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        """Breed a child of two good trials, or draw at random while there are few; see :class:`Strategy`."""
        done, _, _ = by_state(trials)
        if len(done) < self.population:
            return first_new(space, trials, [], rng)
        y = np.array([trial.value for trial in done], dtype=float)
        fittest = np.argsort(y, kind="stable")[: self.population]  # among equals the earlier trial is the fitter
        U = space.to_unit([done[i].params for i in fittest])
        return first_new(space, trials, (self._child(space, U, rng) for _ in range(10)), rng)

    def _child(self, space: Space, U: Array, rng: np.random.Generator) -> Array:
        """Select two parents from the rows of U, best first; cross them; mutate the child."""
        mother, father = U[rng.integers(len(U), size=(2, self.tournament)).min(axis=1)]  # eq: 9.1
        child = np.where(rng.random(len(mother)) < 0.5, mother, father)  # eq: 9.2, uniform crossover
        fresh = rng.random(len(child))
        step = self.mutation_scale * rng.standard_normal(len(child))
        mutant = np.array(
            [
                np.clip(x + dx, 0, 1) if axis.ordered else new  # categories have no neighbours
                for axis, x, dx, new in zip(space.axes, child, step, fresh, strict=True)
            ]
        )
        child = np.where(rng.random(len(child)) < self.mutations / len(child), mutant, child)  # eq: 9.3
        return np.where(np.isnan(child), fresh, child)  # a parameter that was not active in the parent
