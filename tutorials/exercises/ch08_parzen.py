r"""Exercise of chapter 8: where do points lie thick?

Write a Parzen estimator on the unit cube, all axes continuous, and what TPE does with two of them. Three functions:

``make(observations)``
    ``observations`` is an array of shape (n, d), n may be 0. Return two functions:

    - ``log_density(points)`` with points (m, d) returns (m,), the logarithm of

      .. math:: p(x) = \frac{1 + \sum_{i=1}^{n} \prod_{j=1}^{d} \kappa(x_j; X_{ij})}{n + 1}

      where kappa(x; c) is the normal density around c with standard deviation h = 0.1 n^(-1/(d+4)), cut off at 0 and 1
      and divided by the mass that is left, each kernel by itself. Add logarithms over the axes, and take out the
      greatest exponent before you sum over the observations: a product of small numbers underflows.
    - ``sample(m, rng)`` returns m draws from this density, (m, d), with no other randomness than ``rng``'s: choose one
      of n + 1 components for each row; draw from its normal until the draw is inside; the last component is uniform.

``split(values)``
    Return the indices of the good trials, the best 15 % rounded up, and of all others. Among equal values the earlier
    trial is the better.

``score(log_l, log_g)``
    Return what orders candidates as expected improvement does; the greatest is chosen.

``normal.interval(a, b)`` and ``normal.pdf(z)`` are there for you. Leave the arguments as they are. When it is done::

    python -m bayesopt_from_scratch check density tutorials/exercises/ch08_parzen.py:make \
        --set split=split --set score=score --set good_fraction=0.15
"""

from collections.abc import Callable

import numpy as np

from bayesopt_from_scratch.numerics import normal  # noqa: F401  you will want it

__all__ = ["make", "score", "split"]

Array = np.ndarray


def make(observations: Array) -> tuple[Callable[[Array], Array], Callable[[int, np.random.Generator], Array]]:
    """Log density and sampler. Too simple so far: uniform, whatever was observed."""
    d = observations.shape[1]

    def log_density(points: Array) -> Array:
        return np.zeros(len(points))

    def sample(m: int, rng: np.random.Generator) -> Array:
        return rng.random((m, d))

    return log_density, sample


def split(values: Array) -> tuple[Array, Array]:
    """Indices of the good and of the other trials. Too simple so far: the first one is good."""
    return np.arange(1), np.arange(1, len(values))


def score(log_l: Array, log_g: Array) -> Array:
    """What orders candidates. Too simple so far: it forgets the others."""
    return log_l
