"""Which well-known error would factorize the same?"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .cholesky import Cholesky
from .law import Broken

__all__ = ["diagnose_cholesky"]

Array = NDArray[np.floating]


def _with_pivot(K: Array, pivot: Callable[[Array, int], float], root: bool = True) -> Array:
    """Go row by row, with another number taken from K_ii before the root."""
    L = np.zeros_like(K)
    for i in range(len(K)):
        for j in range(i):
            L[i, j] = (K[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
        rest = K[i, i] - pivot(L, i)
        L[i, i] = np.sqrt(rest) if root else rest
    return L


def _squares(L: Array, i: int) -> float:
    """Sum of the squares of what stands left of the diagonal: the right one."""
    return float(np.sum(L[i, :i] ** 2))


_SUSPECTS: dict[str, Callable[[Array], Array]] = {
    "the pivot lacked a square: K_ii minus the sum of the row, where the sum of its squares belongs":
        lambda K: _with_pivot(K, lambda L, i: float(np.sum(L[i, :i]))),
    "the pivot was K_ii minus the square of the sum of the row, where the sum of its squares belongs":
        lambda K: _with_pivot(K, lambda L, i: float(np.sum(L[i, :i])) ** 2),
    "the pivot was K_ii minus the squares of the column, where those of the row belong":
        lambda K: _with_pivot(K, lambda L, i: float(np.sum(L[:i, i] ** 2))),
    "the pivot had the sum of squares added":
        lambda K: _with_pivot(K, lambda L, i: -_squares(L, i)),
    "the row of the pivot ended one too early":
        lambda K: _with_pivot(K, lambda L, i: float(np.sum(L[i, : max(i - 1, 0)] ** 2))),
    "the root of the pivot was not taken": lambda K: _with_pivot(K, _squares, root=False),
    "the factor was the upper one: its transpose is wanted": lambda K: np.linalg.cholesky(K).T,
    "the factor had ones on its diagonal: L D L' is another factorization":
        lambda K: np.linalg.cholesky(K) / np.diag(np.linalg.cholesky(K)),
}  # fmt: skip


def diagnose_cholesky(cholesky: Cholesky) -> str:
    """Compare with well-known errors, on a matrix that none of them spoils."""
    K = np.array([[4.0, 1.3, 0.6, 0.9], [1.3, 5.0, 1.1, 0.7], [0.6, 1.1, 6.0, 1.4], [0.9, 0.7, 1.4, 7.0]])
    try:
        L, _ = cholesky(K)
    except Broken:
        return ""
    for name, suspect in _SUSPECTS.items():
        if np.allclose(L, suspect(K), rtol=1e-9, atol=1e-12):
            return name
    return ""
