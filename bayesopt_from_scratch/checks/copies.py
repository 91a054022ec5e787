"""A law of copies: singular matrices, and some that LAPACK factorizes by luck.

Where a point is there twice, the last pivot is rounding alone, and positive every other time. What is divided by it is
rounding too: then means far beyond the data come out. Which matrices do this depends on the machine's LAPACK, so they
are sought where they are needed; one in forty will do. Points are dyadic, length scale 1: every way to compute squared
distances gives the same.
"""

from dataclasses import replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from .cases import SurrogateCase, surrogate_case
from .law import expect, law, trying
from .surrogate import Surrogate, needs

__all__: list[str] = []

Array = NDArray[np.floating]

_TRAPS = 12


def _breaks(K: Array, y: Array) -> bool:
    """Whether one of three usual ways to the mean at the data goes far beyond them, without an error."""
    try:
        L = np.linalg.cholesky(K)
    except np.linalg.LinAlgError:
        return False
    W, most = np.linalg.inv(L), 2.1 * float(np.linalg.norm(y))
    z = np.linalg.solve(L, y)
    means = (np.linalg.solve(L, K).T @ z, K @ np.linalg.solve(L.T, z), (W @ K).T @ (W @ y))
    return any(float(np.abs(mean).max()) > most for mean in means)


@cache
def _lucky() -> tuple[tuple[Array, Array, float], ...]:
    """Seek points X (n, 1) with one of them twice, y, and signal variances; none on a machine without luck."""
    found: list[tuple[Array, Array, float]] = []
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        n = 6 + 6 * (seed % 3)
        X = (np.arange(n) + np.round(4 * rng.random(n)) / 8)[:, None]
        X, y, v = np.concatenate([X, X[:1]]), np.zeros(n + 1), float(1.1 + rng.random())
        y[0], y[-1] = -1.0, 1.0
        if _breaks(v * np.exp(-0.5 * (X - X.T) ** 2), y):
            found.append((X, y, v))
        if len(found) == _TRAPS:
            break
    return tuple(found)


@law("G20", "surrogate", "copies of a point, without noise",
     "any points at all: finite, |mean(X)| <= 2 |y|, 0 <= var <= v", "K (K + j I)^-1 has no eigenvalue above 1",
     cases=partial(surrogate_case, least_n=2, most_n=8), applies=needs("make", "solving", "raw y"),
     hint="a singular matrix needs jitter, the least that works; LAPACK does not always raise: look at "
     "the pivots (singular='raise' declares an error)")  # fmt: skip
def singular(sur: Surrogate, case: SurrogateCase) -> None:
    """Rigorous for any jitter; twice, and 1e-4, for the rounding of a barely regular system."""
    case = sur.view(case)
    X = np.repeat(case.X[: (len(case.X) + 1) // 2], 2, axis=0)[: len(case.X)]
    if len(X) > 3:
        X[-1] = X[0] + 2.0**-26 * 2.0 ** np.round(np.log2(case.lengthscales))
    tried = [replace(case, X=X, X_new=np.concatenate([X, case.X_new]), noise_variance=0.0)]
    first = int(1e6 * abs(case.y[0]) / case.signal_variance**0.5) % 4
    for X, y, v in _lucky()[first::4] if sur.profile == "rbf" else ():
        tried.append(SurrogateCase(np.ones(1), v, 0.0, X, y, X))
    for there in tried:
        with trying(there):
            mean, variance = sur(there)
            v, size = there.signal_variance, float(np.linalg.norm(there.y))
            worst = float(np.abs(mean[: len(there.X)]).max())
            expect(worst <= 2 * size + 1e-4 * v**0.5, f"mean {worst:.3g} at the data, though |y| = {size:.3g}")
            within = np.all(variance >= -1e-6 * v) and np.all(variance <= v * (1 + 1e-6))
            expect(within, f"variance {variance.tolist()} not in [0, {v}]")
