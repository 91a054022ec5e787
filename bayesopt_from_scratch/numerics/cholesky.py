r"""How do we solve with a covariance matrix that is positive definite on paper and singular in floating point?

A kernel matrix of close points has eigenvalues far below rounding. Factor it, adding to the diagonal the least jitter
that makes the factor mean something; then invert the triangle once, and every later solve is a matrix product.

====== ======================================================= ==================
symbol meaning                                                 shape
====== ======================================================= ==================
K      symmetric positive definite matrix                      (n, n)
L      lower triangle with L L' = K + jitter I                 (n, n)
W      inverse of L, hence K^-1 = W' W                         (n, n)
====== ======================================================= ==================

Source: Golub & Van Loan (2013), Matrix Computations, section 4.2; Higham (2002), Accuracy and Stability of Numerical
Algorithms, chapter 10.
"""

import numpy as np

from .arrays import Array, ArrayLike, require

__all__ = ["factorize", "invert_triangle"]

_LADDER = (0.0, *(10.0**k for k in range(-12, -2)))  # relative to the mean of the diagonal
_LEAF = 64  # rows up to which LAPACK's inverse of any matrix costs less than the recursion


def factorize(K: ArrayLike) -> tuple[Array, float]:
    r"""Cholesky factor of K + jitter I, with the first jitter of the ladder 0, 1e-12, 1e-11, ..., 1e-3 that works.

    The ladder is relative to the mean of the diagonal. "Works" is more than "LAPACK did not complain": on singular
    matrices it sometimes returns a factor whose last pivot is rounding noise, and solutions that are noise divided by
    noise. So the smallest pivot must exceed the noise: min diag(L)^2 > 8 n eps mean diag(K).

    Parameters
    ----------
    K : (n, n) array_like
        Symmetric, finite; only its lower triangle is read. n = 0 is allowed.

    Returns
    -------
    L : (n, n) array
        Lower triangle with positive diagonal, L L' = K + jitter I.
    jitter : float
        What was added to the diagonal, in units of K.

    Raises
    ------
    ValueError
        If K is not a finite square matrix.
    numpy.linalg.LinAlgError
        (a ``ValueError``) If even the largest jitter fails: K has a negative eigenvalue.

    Examples
    --------
    >>> L, jitter = factorize([[4.0, 2.0], [2.0, 5.0]])
    >>> L.tolist(), jitter
    ([[2.0, 0.0], [1.0, 2.0]], 0.0)
    >>> factorize([[1.0, 1.0], [1.0, 1.0]])[1]
    1e-12
    """
    K = np.asarray(K, dtype=float)
    square, finite = K.ndim == 2 and K.shape[0] == K.shape[1], bool(np.isfinite(K).all())
    require(square and finite, "expected a finite square matrix, got shape {}, finite: {}", K.shape, finite)
    n = len(K)
    if n == 0:
        return np.zeros((0, 0)), 0.0
    scale = float(np.mean(np.diag(K)))
    for rung in _LADDER:
        jitter = rung * scale
        try:
            L = np.linalg.cholesky(K + jitter * np.eye(n) if rung else K)  # eq: 4.1
        except np.linalg.LinAlgError:
            continue
        if np.min(np.diag(L)) ** 2 > 8 * n * np.finfo(float).eps * scale:  # eq: 4.2
            return L, jitter
    raise np.linalg.LinAlgError(_diagnosis(K))


def invert_triangle(L: Array) -> Array:
    r"""Inverse W of a lower triangle, by halves.

    .. math::

        \begin{pmatrix} A & 0 \cr B & C \end{pmatrix}^{-1} =
        \begin{pmatrix} A^{-1} & 0 \cr -C^{-1} B A^{-1} & C^{-1} \end{pmatrix}

    Everything but the small triangles at the bottom is matrix products, which is where a processor is fast; numpy has
    no triangular solve, and its general one costs 2 to 400 times as much. Those small ones are left to LAPACK's general
    inverse, which in their size is the quickest.

    Products alone would leave W L - I as large as eps |W| |L| |W| |L| and lose four digits of W k where K is nearly
    singular; one step of refinement leaves eps |W| |L|, and then W k is as good as a triangular solve (Higham 2002,
    section 14.2).

    Parameters
    ----------
    L : (n, n) array
        Lower triangle without zeros on the diagonal.

    Returns
    -------
    (n, n) array
        Lower triangle with W L = I.

    Examples
    --------
    >>> invert_triangle(np.array([[2.0, 0.0], [1.0, 2.0]])).tolist()
    [[0.5, 0.0], [-0.25, 0.5]]
    """
    n = len(L)
    if n <= _LEAF:
        L = np.tril(L)
        W = np.tril(np.linalg.inv(L), -1) + np.diag(1 / np.diag(L))
        return W - np.tril(W @ L, -1) @ W  # the same refinement
    k, W = n // 2, np.zeros_like(L)
    W[:k, :k] = invert_triangle(L[:k, :k])
    W[k:, k:] = invert_triangle(L[k:, k:])
    CB = W[k:, k:] @ L[k:, :k]
    W[k:, :k] = -CB @ W[:k, :k]  # eq: 4.3
    W[k:, :k] -= (W[k:, :k] @ L[:k, :k] + CB) @ W[:k, :k]  # what W L = I still lacks, once: see the docstring
    return W


def _diagnosis(K: Array) -> str:
    """Say which two rows are nearest to each other: those are the points to look at."""
    message = f"matrix of size {len(K)} is not positive definite, even with jitter {_LADDER[-1]:g} x its mean diagonal"
    diagonal = np.diag(K)
    if len(K) < 2 or np.any(diagonal <= 0):
        return f"{message}; its smallest diagonal entry is {diagonal.min():.3g}"
    correlation = K / np.outer(np.sqrt(diagonal), np.sqrt(diagonal))
    i, j = np.unravel_index(np.argmax(np.abs(correlation) - np.tri(len(K)).T), K.shape)
    return f"{message}; the two closest points are rows {j} and {i}, with correlation {correlation[i, j]:.12g}"
