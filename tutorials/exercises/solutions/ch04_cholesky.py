"""Solution of the exercise of chapter 4."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

LADDER = [0.0, *(10.0**k for k in range(-12, -2))]


def columns(K: Array, least: float) -> Array | None:
    """Lower triangle L with L L' = K, or None if the square of a pivot is not above ``least``."""
    L = np.zeros(K.shape)
    for j in range(len(K)):
        square = K[j, j] - L[j, :j] @ L[j, :j]
        if not square > least:  # also where it is NaN
            return None
        L[j, j] = np.sqrt(square)
        L[j + 1 :, j] = (K[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]) / L[j, j]
    return L


def factorize(K: Array) -> tuple[Array, float]:
    """Factor L and jitter with L L' = K + jitter I, for a symmetric matrix K of shape (n, n), n = 0 included."""
    n = len(K)
    scale = float(np.mean(np.diag(K))) if n else 1.0
    for rung in LADDER if scale > 0 else ():
        L = columns(K + rung * scale * np.eye(n), 8 * n * np.finfo(float).eps * scale)
        if L is not None:
            return L, rung * scale
    raise ValueError(f"the matrix of size {n} is not positive definite, even with jitter {LADDER[-1]} of its mean")


def invert(L: Array) -> Array:
    """Inverse W of the lower triangle L, both of shape (n, n); its last column first, so that W L = I to rounding."""
    W = np.zeros(L.shape)
    for j in reversed(range(len(L))):
        W[j, j] = 1 / L[j, j]
        W[j + 1 :, j] = -(W[j + 1 :, j + 1 :] @ L[j + 1 :, j]) / L[j, j]
    return W
