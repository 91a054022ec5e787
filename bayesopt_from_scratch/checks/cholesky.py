r"""Laws of a Cholesky factorization: K = L L', also where K is singular in floating point.

The residual of L L' = K is bounded entry by entry by (n + 1) u |L||L'| whatever the condition number is (Higham 2002,
theorem 10.3), so residuals are what is tested; factors themselves only where the condition number is known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .draw import Draw
from .law import EPS, answer, expect

__all__ = [
    "Cholesky",
    "MatrixCase",
    "declared",
    "expect_refusal",
    "matrix",
    "scale",
    "solving",
    "well_conditioned",
    "with_duplicates",
]

Array = NDArray[np.floating]
HIGHAM = "Higham (2002), Accuracy and Stability of Numerical Algorithms"


@dataclass(frozen=True)
class MatrixCase:
    """A symmetric matrix, and its smallest eigenvalue in units of the mean of its diagonal."""

    K: Array  # (n, n)
    lowest: float


@dataclass(frozen=True)
class Cholesky:
    """A factorization under test; see :func:`~bayesopt_from_scratch.checks.check_cholesky` for the fields."""

    factorize: Callable[..., Any]
    invert: Callable[..., Any] | None = None
    solve: Callable[..., Any] | None = None
    log_determinant: Callable[..., Any] | None = None
    append: Callable[..., Any] | None = None
    singular: str = "solve"
    first_jitter: float = 1e-6
    jitter_factor: float = 10.0
    empty: bool = True
    any_dtype: bool = False
    interface: ClassVar[str] = "factorize(K) -> L, or (L, jitter)"

    def __call__(self, K: Array) -> tuple[Array, float]:
        """Factor and jitter; a factorization that does not report its jitter is asked what it added to the diagonal."""
        result = self.factorize(K.copy())
        reported = isinstance(result, tuple)
        L = answer(result[0] if reported else result, K.shape, "L")
        if reported or len(K) == 0:
            return L, float(result[1]) if reported else 0.0
        added = float(np.mean(np.diag(L @ L.T - K)))
        return L, added if added > 8 * len(K) * EPS * float(np.mean(np.abs(np.diag(K)))) else 0.0


def scale(K: Array) -> float:
    """Mean of the diagonal."""
    return float(np.mean(np.diag(K))) if len(K) else 1.0


def matrix(
    draw: Draw,
    *,
    lowest: tuple[float, ...],
    least_n: int = 1,
    most_n: int = 9,
    extreme: bool = True,
    blocks: bool = False,
) -> MatrixCase:
    """Draw Q diag(w) Q' with the smallest eigenvalue given in units of the mean, and in units far from 1.

    With ``blocks``, one matrix in four is large enough for code that works in blocks to have some.
    """
    n = draw.integer(least_n, most_n)
    n += draw.choice((0, 0, 0, 5 * most_n)) if blocks else 0
    low = draw.choice(lowest)
    rng = np.random.default_rng(draw.integer(0, 10**6))
    Q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    w = np.geomspace(1.0, max(low, 1e-6), n) if n > 1 else np.ones(1)
    w /= w.mean()
    if n > 1:
        w[-1] = low
    unit = 10.0 ** draw.choice((0, 4, -4, 150, -150)) if extreme else 10.0 ** draw.choice((0, 4, -4))
    K = (Q * w) @ Q.T
    return MatrixCase((K + K.T) / 2 * (unit * 1.7), low)


well_conditioned = partial(matrix, lowest=(0.5, 1e-1, 1e-3, 1e-6), blocks=True)


def with_duplicates(draw: Draw) -> MatrixCase:
    """Draw the kernel matrix of points of which some are exact copies: singular, and nothing else wrong with it."""
    n = draw.integer(2, 8)
    rng = np.random.default_rng(draw.integer(0, 10**6))
    X = rng.uniform(-1, 1, (n, draw.integer(1, 2)))
    X = X[np.sort(rng.integers(0, max(1, n // 2), n))]
    D2 = ((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=-1) / float(draw.choice((0.1, 1.0, 10.0)))
    return MatrixCase(2.3 * np.exp(-0.5 * D2), 0.0)


#: Two exact copies: on paper the second pivot is 0; after rounding it is a little more, and nothing raises.
twins = tuple(MatrixCase(np.full((2, 2), v), 0.0) for v in (2.4, 2.8, 3.4, 5.8, 7.0))


def solving(cholesky: Cholesky) -> str:
    """Whether singular matrices are to be factorized."""
    return "" if cholesky.singular == "solve" else "declared singular='raise'"


def declared(name: str) -> Callable[[Cholesky], str]:
    """Say that an ability is missing."""
    return lambda cholesky: "" if getattr(cholesky, name) else f"needs {name}="


def expect_refusal(call: Callable[[], Any], what: str) -> None:
    """Raise unless the call does."""
    try:
        result = call()
    except Exception:
        return
    expect(False, f"{what} was factorized: {np.asarray(result[0] if isinstance(result, tuple) else result).tolist()}")
