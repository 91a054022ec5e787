"""A solution of the exercise of chapter 7."""

from dataclasses import dataclass

import numpy as np

from bayesopt_from_scratch.search.strategy import by_state, first_new


@dataclass(frozen=True)
class EpsilonGreedy:
    """Random now and then, otherwise near the best."""

    epsilon: float = 0.2
    step: float = 0.1

    def suggest(self, space, trials, rng):
        """Next params to try."""
        done, _, _ = by_state(trials)
        if not done or rng.random() < self.epsilon:
            return first_new(space, trials, [], rng)
        best = min(done, key=lambda trial: trial.value)  # the earliest among equals: they stand by number
        u = space.to_unit([best.params])[0]
        u = np.where(np.isnan(u), rng.random(len(u)), u)  # a parameter that is not active there may become so
        steps = self.step * rng.standard_normal((20, len(u)))
        return first_new(space, trials, np.clip(u + steps, 0, 1), rng)
