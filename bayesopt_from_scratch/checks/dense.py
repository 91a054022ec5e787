"""Laws of triangles that come from dense data: points close to each other on a line, in order, without noise.

Their condition number k is 1e6 where that of the kernel matrix is 1e12. A method that is right loses n eps k; one that
goes by the square of the triangle, or multiplies inverses of blocks and stops there, loses n eps k^2: half the digits.
"""

import numpy as np
from numpy.typing import NDArray

from .cholesky import HIGHAM, Cholesky, MatrixCase, declared
from .draw import Draw
from .law import EPS, answer, expect, law

__all__: list[str] = []

Array = NDArray[np.floating]


def dense_data(draw: Draw) -> MatrixCase:
    """Draw the kernel matrix of about 40 points in order, four to the length scale, with a jitter of 1e-12."""
    n, v = 36 + 4 * draw.integer(0, 3), draw.choice((1.7, 230.0, 0.04))
    X = (np.arange(n) + 0.4 * draw.reals(n)) / draw.choice((4.0, 5.0))
    K = np.exp(-0.5 * (X[:, None] - X[None, :]) ** 2)
    return MatrixCase(v * (K + 1e-12 * np.eye(n)), 1e-12)


@law("L12", "cholesky", "inverse of the triangle of dense data", "|W L - I| or |L W - I| <= 2 n eps |W||L|",
     f"{HIGHAM}, section 14.2", cases=dense_data, applies=declared("invert"), share=0.25,
     hint="inverses of blocks multiplied and left at that (one step of refinement, W - (W L - I) W, is enough), or the "
     "inverse of L L' or L'L on the way: both lose half the digits where points are close")  # fmt: skip
def invert_dense(cholesky: Cholesky, case: MatrixCase) -> None:
    """By rows or by columns, one residual is below n eps/2 |W||L| in norm: four times that; right methods take 0.02."""
    assert cholesky.invert is not None
    L, n = np.linalg.cholesky(case.K), len(case.K)
    W = answer(cholesky.invert(L.copy()), L.shape, "W")
    bound = 2 * n * EPS * float(np.linalg.norm(W) * np.linalg.norm(L))
    least = min(float(np.abs(R - np.eye(n)).max()) for R in (W @ L, L @ W))
    expect(least <= bound, f"the largest entry of W L - I, and of L W - I, is {least:.1e}, expected {bound:.1e}")


@law("L13", "cholesky", "triangular solve of dense data", "|L x - b| <= 4 n eps k |b| or |x - L^-1 b| <= 4 n eps k |x|",
     f"{HIGHAM}, section 14.1", cases=dense_data, applies=declared("solve"), share=0.25,
     hint="solve with L itself, not with L L' or L'L: the square of a triangle has half its digits")  # fmt: skip
def solve_dense(cholesky: Cholesky, case: MatrixCase) -> None:
    """Substitution does both; a product with an inverse W the one that |L W - I| or |W L - I| <= n eps k gives it.

    k = |L||L^-1|; the solution that is compared with is substitution's, right to n eps k.
    """
    assert cholesky.solve is not None
    L, n = np.linalg.cholesky(case.K), len(case.K)
    b = np.cos(np.arange(float(n)))
    x = answer(cholesky.solve(L.copy(), b.copy()), b.shape, "solve(L, b)")
    allowed = 4 * n * EPS * float(np.linalg.norm(L) / np.linalg.svd(L, compute_uv=False)[-1])
    expected = _substitute(L, b)
    residual = float(np.linalg.norm(L @ x - b) / np.linalg.norm(b))
    error = float(np.linalg.norm(x - expected) / np.linalg.norm(expected))
    expect(
        min(residual, error) <= allowed,
        f"|L x - b| / |b| is {residual:.1e} and the relative error of x {error:.1e}, expected one below {allowed:.1e}",
    )


def _substitute(L: Array, b: Array) -> Array:
    """Solve L x = b, one row after the other."""
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return x
