"""Exercise of chapter 6: expected improvement.

Write ``expected_improvement(mean, std, best)`` with numpy and math alone: how far, on average, will a Gaussian
prediction come out below the lowest value seen so far?

- ``mean`` and ``std`` are arrays of one shape ``(m,)``; ``std`` is the standard deviation and may be 0; ``best`` is a
  number. Return an array of shape ``(m,)``. Lower is better. Leave the arguments as they are.
- With z = (best - mean) / std it is (best - mean) Phi(z) + std phi(z).
- numpy has no Phi. ``math.erfc`` knows it: Phi(z) = erfc(-z / sqrt 2) / 2, for one number at a time.
- Where ``std`` is 0 nothing is in doubt. What is gained then? Avoid the division, also where other entries have doubt.

Grade it, from the folder that holds ``tutorials/``::

    python -m bayesopt_from_scratch check acquisition \
        tutorials/exercises/ch06_expected_improvement.py:expected_improvement

Then write ``log_expected_improvement(mean, std, best)``, finite for z down to -1e6 (equations 6.3 and 6.4); it is -inf
where ``std`` is 0 and nothing is gained. Add to the command::

    --set log_ei=log_expected_improvement
"""

import numpy as np


def expected_improvement(mean, std, best):
    """Average amount by which N(mean, std^2) comes out below best; shape (m,)."""
    return np.maximum(best - mean, 0.0)  # too simple: it takes the mean for certain


def log_expected_improvement(mean, std, best):
    """Logarithm of the expected improvement; shape (m,)."""
    return np.log(np.maximum(expected_improvement(mean, std, best), 1e-300))  # too late: the improvement is 0 already
