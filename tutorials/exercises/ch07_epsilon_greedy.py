"""Exercise of chapter 7: a strategy of your own.

Write ``EpsilonGreedy``: with probability ``epsilon``, and as long as nothing has succeeded, a random point; otherwise a
step away from the best point so far. It is a pure function of the history, ``suggest(space, trials, rng)``:

- ``space.axes`` has one entry per parameter; ``space.from_unit(u)`` makes params of a point of the unit cube, shape
  ``(p,)``; ``space.to_unit([params])`` goes back, shape ``(1, p)``, NaN where a parameter is not active: put a random
  number there before you step, for it may be active in the next point.
- ``trials`` stand in any order. Each has ``number``, ``params``, ``state`` ("done", "failed" or "running") and
  ``value``, which is None unless it is done. Of equal values the earliest is the best.
- All chance comes from ``rng``. Keep nothing in ``self`` but settings, and leave the trials as they are.
- Never suggest what a trial, also a running one, has already; when a finite space is used up, raise ``SpaceExhausted``.

``by_state`` and ``first_new`` of ``bayesopt_from_scratch.search.strategy`` are yours to use: ``by_state(trials)`` gives
the done, the failed and the running trials, each by number, and ``first_new(space, trials, ranked, rng)`` the first
point of a list that no trial has, then a random one, then any that is left; it raises ``SpaceExhausted`` by itself.

Grade it, from the folder that holds ``tutorials/``::

    python -m bayesopt_from_scratch check strategy \
        tutorials/exercises/ch07_epsilon_greedy.py:EpsilonGreedy --set invariance=rank

``invariance=rank`` says that only the order of the values counts, so that the laws hold you to it.
"""

import numpy as np


class EpsilonGreedy:
    """Random now and then, otherwise near the best."""

    epsilon = 0.2
    step = 0.1

    def suggest(self, space, trials, rng):
        """Next params to try."""
        return space.from_unit(np.full(len(space.axes), 0.5))  # too simple: always the centre
