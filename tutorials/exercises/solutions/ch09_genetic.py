"""Solution of chapter 9: tournaments, uniform crossover, mutation, and a population that is read off the history."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bayesopt_from_scratch import Space, Trial
from bayesopt_from_scratch.search.strategy import by_state, first_new

__all__ = ["Genetic", "crossover", "mutate", "tournament"]

Array = np.ndarray


def tournament(n: int, size: int, rng: np.random.Generator) -> int:
    """Row number of a parent: the least of several drawn at random."""
    return int(rng.integers(n, size=size).min())


def crossover(mother: Array, father: Array, rng: np.random.Generator) -> Array:
    """Child of two points of the unit cube: each coordinate from one or from the other."""
    return np.where(rng.random(len(mother)) < 0.5, mother, father)


def mutate(child: Array, ordered: Array, rng: np.random.Generator) -> Array:
    """Child with one coordinate changed on average: a step for a number, anything for a category."""
    stepped = np.clip(child + 0.1 * rng.standard_normal(len(child)), 0, 1)
    mutant = np.where(ordered, stepped, rng.random(len(child)))
    return np.where(rng.random(len(child)) < 1 / len(child), mutant, child)


class Genetic:
    """Steady-state genetic algorithm."""

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, Any]:
        """Params of the next trial."""
        done, _, _ = by_state(trials)
        if len(done) < 12:
            return first_new(space, trials, [], rng)
        fittest = sorted(done, key=lambda trial: (trial.value, trial.number))[:12]
        U = space.to_unit([trial.params for trial in fittest])
        ordered = np.array([axis.ordered for axis in space.axes])
        return first_new(space, trials, [self.breed(U, ordered, rng) for _ in range(10)], rng)

    def breed(self, U: Array, ordered: Array, rng: np.random.Generator) -> Array:
        """Child of two rows of U, best first."""
        mother, father = (U[tournament(len(U), 3, rng)] for _ in range(2))
        child = mutate(crossover(mother, father, rng), ordered, rng)
        return np.where(np.isnan(child), rng.random(len(child)), child)  # not active in the parent
