"""Exercise of chapter 9: evolve hyperparameters.

Write a steady-state genetic algorithm: a class with the one method ``suggest(space, trials, rng)``, and its three
operators. The strategy keeps nothing between two calls; all it knows is the list of trials, and all its chance comes
from ``rng``, the generator it is given.

``tournament(n, size, rng)``
    Of the row numbers 0 (the best) to n - 1, draw ``size`` with replacement and return the least.

``crossover(mother, father, rng)``
    Two points of the unit cube, (d,). Take each coordinate from one or from the other, with equal odds.

``mutate(child, ordered, rng)``
    Change each coordinate with probability 1/d: where ``ordered`` is True by a normal step of standard deviation 0.1,
    held at 0 and 1; where it is False, a category, by a new uniform number. Return a new array.

``Genetic.suggest(space, trials, rng)``
    While fewer than 12 trials are done, a random point. Then a child of two parents, each chosen by a tournament of 3
    among the 12 best done trials; ties go to the lower ``trial.number``. A child that has a trial already, in any
    state, will not do: breed again, ten times at most.

What the package gives you: ``by_state(trials)`` returns the done, failed and running trials, each sorted by number.
``space.to_unit([params, ...])`` has a row for each combination, NaN where a parameter is not active: put a random
number there. ``axis.ordered for axis in space.axes`` tells categories from numbers. ``first_new(space, trials, points,
rng)``, from ``bayesopt_from_scratch.search.strategy`` like ``by_state``, returns the first of several points of the
unit cube, as params of the space, that no trial has, or else something random and new, or raises ``SpaceExhausted``.
With no points at all, ``[]``, it is random search.

When it is done::

    python -m bayesopt_from_scratch check strategy tutorials/exercises/ch09_genetic.py:Genetic --set invariance=rank

That holds for random search, too. So run this file, to see whether anything evolves::

    python tutorials/exercises/ch09_genetic.py
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bayesopt_from_scratch import Float, Space, Trial, minimize

__all__ = ["Genetic", "crossover", "mutate", "tournament"]

Array = np.ndarray


def tournament(n: int, size: int, rng: np.random.Generator) -> int:
    """Row number of a parent. Too simple so far: the best, always."""
    return 0


def crossover(mother: Array, father: Array, rng: np.random.Generator) -> Array:
    """Child of two points of the unit cube. Too simple so far: the mother."""
    return mother.copy()


def mutate(child: Array, ordered: Array, rng: np.random.Generator) -> Array:
    """Child with some coordinates changed. Too simple so far: none."""
    return child.copy()


class Genetic:
    """Steady-state genetic algorithm. Too simple so far: the centre of the space, always."""

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, Any]:
        """Params of the next trial."""
        return space.from_unit(np.full(len(space.axes), 0.5))


def contest(strategy: Any) -> tuple[float, float]:
    """Median over 3 seeds of the best log10 of a bowl in 80 trials: of the strategy, and of random search."""
    space = {f"x{j}": Float(0, 1) for j in range(4)}
    medians = []
    for one in (strategy, "random"):
        studies = [minimize(_bowl, space, n_trials=80, strategy=one, seed=seed) for seed in range(3)]
        medians.append(float(np.median([study.best.value for study in studies])))
    return medians[0], medians[1]


def _bowl(params: dict[str, float]) -> float:
    return math.log10(1e-9 + sum((x - 0.3) ** 2 for x in params.values()))


if __name__ == "__main__":
    evolved, drawn = contest(Genetic())
    print(
        f"log10 of the best after 80 trials: yours {evolved:.2f}, random search {drawn:.2f} (the solution: about -2.5)"
    )
