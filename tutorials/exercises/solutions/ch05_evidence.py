"""Solution of the exercise of chapter 5."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bayesopt_from_scratch import RBF, GaussianProcess
from bayesopt_from_scratch.numerics.cholesky import factorize, invert_triangle

Array = NDArray[np.floating]


def make(l: Array, v: float, s2: float) -> Callable[[Array, Array, Array], tuple[Array, Array]]:
    """Prediction, as in chapter 3: (X, y, X_new) -> (mean, std)."""
    return lambda X, y, X_new: GaussianProcess(RBF(l, v), s2).condition(X, y).predict(X_new)


def solve(l: Array, v: float, s2: float, X: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """What both need: K, the Cholesky factor of K + s2 I, its inverse, and alpha."""
    K = RBF(l, v)(X, X)
    L, _ = factorize(K + s2 * np.eye(len(X)))
    W = invert_triangle(L)
    return K, L, W, W.T @ (W @ y)


def lml(l: Array, v: float, s2: float) -> Callable[[Array, Array], float]:
    """Log marginal likelihood: X of shape (n, d) and y of shape (n,) -> a number, in nats."""

    def value(X: Array, y: Array) -> float:
        _, L, _, alpha = solve(l, v, s2, X, y)
        return float(-0.5 * y @ alpha - np.log(np.diag(L)).sum() - 0.5 * len(y) * math.log(2 * math.pi))

    return value


def lml_gradient(l: Array, v: float, s2: float) -> Callable[[Array, Array], Array]:
    """Gradient of the log marginal likelihood: X of shape (n, d) and y of shape (n,) -> (d + 2,)."""

    def gradient(X: Array, y: Array) -> Array:
        K, _, W, alpha = solve(l, v, s2, X, y)
        Q = np.outer(alpha, alpha) - W.T @ W
        by_lengthscale = [0.5 * np.sum(Q * K * ((x[:, None] - x) / l_j) ** 2) for x, l_j in zip(X.T, l, strict=True)]
        return np.array([*by_lengthscale, 0.5 * np.sum(Q * K), 0.5 * s2 * np.trace(Q)])

    return gradient
