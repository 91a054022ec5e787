"""Solution of chapter 8: a mixture of truncated normals and a prior, and what TPE does with two of them."""

import math
from collections.abc import Callable

import numpy as np

from bayesopt_from_scratch.numerics import normal

__all__ = ["make", "score", "split"]

Array = np.ndarray


def make(observations: Array) -> tuple[Callable[[Array], Array], Callable[[int, np.random.Generator], Array]]:
    """Log density and sampler."""
    X = np.array(observations, dtype=float)
    n, d = X.shape
    h = 0.1 * max(n, 1) ** (-1 / (d + 4))
    log_kept = np.log(normal.interval(-X / h, (1 - X) / h))  # (n, d)

    def log_density(points: Array) -> Array:
        z = (points[:, None, :] - X) / h  # (m, n, d)
        log_kernels = (-0.5 * z**2 - math.log(h * math.sqrt(2 * math.pi)) - log_kept).sum(axis=2)
        log_all = np.hstack([log_kernels, np.zeros((len(points), 1))])  # the prior: density 1, weight 1
        top = log_all.max(axis=1, keepdims=True)
        return top[:, 0] + np.log(np.exp(log_all - top).sum(axis=1)) - math.log(n + 1)

    def sample(m: int, rng: np.random.Generator) -> Array:
        component = rng.integers(n + 1, size=m)  # one for each row, not for each coordinate
        drawn = rng.random((m, d))
        bumps = component < n
        centres = X[component[bumps]]
        near = rng.normal(centres, h)
        while np.any(outside := (near < 0) | (near > 1)):
            near[outside] = rng.normal(centres[outside], h)
        drawn[bumps] = near
        return drawn

    return log_density, sample


def split(values: Array) -> tuple[Array, Array]:
    """Indices of the good and of the other trials."""
    order = np.argsort(values, kind="stable")
    n_good = math.ceil(0.15 * len(values))
    return order[:n_good], order[n_good:]


def score(log_l: Array, log_g: Array) -> Array:
    """What orders candidates: the logarithm of l / g."""
    return log_l - log_g
