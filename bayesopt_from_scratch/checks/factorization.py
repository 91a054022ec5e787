"""Laws of the factor, and of what is computed from it."""

from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cholesky import HIGHAM, Cholesky, MatrixCase, declared, expect_refusal, matrix, scale, well_conditioned
from .law import EPS, answer, expect, expect_close, law
from .purity import expect_pure, left_alone, numbers

__all__: list[str] = []

Array = NDArray[np.floating]


@law("L0", "cholesky", "shape and type", "L is (n, n), lower triangular, positive on the diagonal", "definition",
     cases=well_conditioned,
     hint="numpy returns the lower factor, scipy.linalg.cholesky the upper one unless asked; nan or 0 on the diagonal: "
     "L_ii = sqrt(K_ii - the sum of the squares of what stands left of it in row i), not of the column, not the square "
     "of the sum")  # fmt: skip
def triangular(cholesky: Cholesky, case: MatrixCase) -> None:
    """Exact."""
    L, _ = cholesky(case.K)
    expect(np.all(np.triu(L, 1) == 0), "L is not lower triangular")
    expect(np.all(np.diag(L) > 0), f"the diagonal of L is not positive: {np.diag(L).tolist()}")
    if cholesky.empty:
        cholesky(np.zeros((0, 0)))


@law("L1", "cholesky", "the product is the matrix", "|L L' - K - jitter I| <= 4 (n + 1) eps |L||L'|",
     f"{HIGHAM}, theorem 10.3", cases=well_conditioned,
     hint="a transposed factor, a row too few in the inner product, the jitter not reported")  # fmt: skip
def product(cholesky: Cholesky, case: MatrixCase) -> None:
    """Rigorous for any condition number, times four."""
    L, jitter = cholesky(case.K)
    n = len(case.K)
    unit = np.sqrt(scale(case.K))
    product = (L / unit) @ (L / unit).T  # in units of 1, lest squares overflow
    bound = 4 * (n + 1) * EPS * (np.abs(L / unit) @ np.abs(L / unit).T)
    expect_close(product, case.K / unit / unit + jitter / unit / unit * np.eye(n), bound, "L L' / scale")


@law("L2", "cholesky", "triangular solve", "|L x - b| <= 4 n eps max |L||x|",
     f"{HIGHAM}, theorems 8.5 and 9.4",
     cases=well_conditioned, applies=declared("solve"),
     hint="the triangle or the order of substitution is wrong; also with a matrix on the right")  # fmt: skip
def solve(cholesky: Cholesky, case: MatrixCase) -> None:
    """For any condition number; diagonals of any sign.

    Substitution leaves n eps (|L||x|)_i in row i. A general solver exchanges rows, and leaves n eps of the greatest row
    in any of them: numpy has no other. Both times four.
    """
    assert cholesky.solve is not None
    n = len(case.K)
    L = np.linalg.cholesky(case.K / scale(case.K)) * np.where(np.arange(n) % 3 == 1, -1.0, 1.0)
    b = np.cos(np.arange(3.0 * n)).reshape(n, 3)
    for right in (b[:, 0], b[:, 1], b):
        x = answer(cholesky.solve(L.copy(), right.copy()), right.shape, "solve(L, b)")
        expect_close(L @ x, right, 4 * max(n, 2) * EPS * (np.abs(L) @ np.abs(x)).max(axis=0), "L x")


@law("L3", "cholesky", "log determinant", "log det K = 2 sum log L_ii = sum log eigenvalues", f"{HIGHAM}, section 14.6",
     cases=partial(matrix, lowest=(1e-1, 1e-3), least_n=50, most_n=80, extreme=False), share=0.25,
     hint="a product of 60 numbers over- or underflows: add logarithms; do not forget the factor 2")  # fmt: skip
def log_determinant(cholesky: Cholesky, case: MatrixCase) -> None:
    """Each eigenvalue is right to n eps / (relative size 1e-3): 1e-9 n."""
    n, s = len(case.K), scale(case.K)
    expected = float(np.log(np.linalg.eigvalsh(case.K / s)).sum()) + n * np.log(s)
    L, _ = cholesky(case.K)
    expect_close(2 * np.log(np.diag(L)).sum(), expected, 1e-9 * n, "2 sum log L_ii")
    if cholesky.log_determinant is not None:
        for c in (1.0, 1e-8, 1e8):
            value = answer(cholesky.log_determinant(c * case.K), (), "log_determinant(K)")
            expect_close(value, expected + n * np.log(c), 1e-9 * n, f"log_determinant({c} K)")


@law("L7", "cholesky", "appending a row equals factorizing again", "L of [[K, k], [k', c]]",
     "Golub & Van Loan (2013), section 6.5.4", cases=partial(well_conditioned, least_n=2, extreme=False),
     applies=declared("append"), hint="the new row is L^-1 k, the new corner sqrt(c - |L^-1 k|^2)")  # fmt: skip
def append(cholesky: Cholesky, case: MatrixCase) -> None:
    """As L1, with one more rounding; a corner that leaves nothing under the root must be refused."""
    assert cholesky.append is not None
    K, n = case.K / scale(case.K), len(case.K)
    before = np.linalg.cholesky(K[:-1, :-1])
    L = answer(cholesky.append(before.copy(), K[-1, :-1].copy(), float(K[-1, -1])), K.shape, "append(L, k, c)")
    expect_close(L @ L.T, K, 8 * (n + 1) * EPS * (np.abs(L) @ np.abs(L).T), "L L'")
    expect(np.all(np.triu(L, 1) == 0), "append(L, k, c) is not lower triangular")
    shortfall = float(np.sum(np.linalg.solve(before, K[-1, :-1]) ** 2)) * 0.5 - 1e-3
    append = cholesky.append
    expect_refusal(lambda: append(before.copy(), K[-1, :-1].copy(), shortfall), "append with a corner too small")


@law("L9", "cholesky", "equals LAPACK's", "the factor with a positive diagonal is unique", f"{HIGHAM}, theorem 10.1",
     cases=well_conditioned, hint="see L0 and L1")  # fmt: skip
def unique(cholesky: Cholesky, case: MatrixCase) -> None:
    """A backward error of n eps becomes a forward error of n eps kappa in the factor: eight times that."""
    K, n = case.K / scale(case.K), len(case.K)
    kappa = n / case.lowest
    expect_close(cholesky(K)[0], np.linalg.cholesky(K), 8 * n * EPS * kappa + 1e-13, "L")


@law("L10", "cholesky", "inverse of the triangle", "W L = I, W lower triangular", f"{HIGHAM}, section 14.2",
     cases=well_conditioned, applies=declared("invert"),
     hint="a block has the wrong sign or sits on the wrong side; a transposed result")  # fmt: skip
def invert(cholesky: Cholesky, case: MatrixCase) -> None:
    """One of the two residuals is below n eps |W||L| in norm, whichever way W was computed: 16 times that."""
    assert cholesky.invert is not None
    L, n = np.linalg.cholesky(case.K / scale(case.K)), len(case.K)
    W = answer(cholesky.invert(L.copy()), L.shape, "W")
    bound = 16 * n * EPS * float(np.linalg.norm(W) * np.linalg.norm(L))
    expect_close(W @ L, np.eye(n), bound, "W L")
    expect_close(np.triu(W, 1), np.zeros_like(W), bound, "upper triangle of W")


@law("L11", "cholesky", "leaves its argument alone",
     "K unchanged, also read-only and in Fortran order; the same answer twice", "definition",
     cases=well_conditioned,
     hint="K += jitter * I works on the caller's matrix; a solve writes into its right-hand side; np.zeros_like of "
     "integers holds integers (any_dtype); results share one buffer")  # fmt: skip
def pure(cholesky: Cholesky, case: MatrixCase) -> None:
    """Exact; another order of memory may round differently, by kappa."""
    K = case.K / scale(case.K)
    before, first = K.copy(), cholesky(K)[0]
    cholesky.factorize(K)
    expect(np.array_equal(K, before), "the factorization changed its argument K")
    ones = np.ones((2, 2))
    with suppress(Exception):  # singular: it gets jitter, or an error
        cholesky.factorize(ones)
    expect(bool(np.all(ones == 1)), "the factorization changed its argument, a matrix of ones")
    expect(np.array_equal(first, cholesky(K)[0]), "the second call with the same matrix gave another factor")
    fortran = np.asfortranarray(K)
    fortran.flags.writeable = False
    result = cholesky.factorize(fortran)
    other = answer(result[0] if isinstance(result, tuple) else result, K.shape, "L of a read-only Fortran array")
    expect_close(other, first, 8 * len(K) ** 2 * EPS / case.lowest + 1e-13, "L of a read-only Fortran array")
    L, b = np.linalg.cholesky(K), np.cos(np.arange(float(len(K))))
    calls: dict[str, tuple[Any, ...]] = {"solve": (L, b), "invert": (L,), "log_determinant": (K,)}
    if len(K) > 1:
        calls["append"] = (L[:-1, :-1], K[:-1, -1], K[-1, -1])
    for name, arguments in calls.items():
        function = getattr(cholesky, name)
        if function is not None and len(K) > 9:
            left_alone(function, arguments, name)
        elif function is not None:  # what is remembered shows on few rows; none is a fresh one
            expect_pure(partial(getattr, cholesky, name), arguments, (*arguments[:-1], 4 * arguments[-1]), name)
    if cholesky.any_dtype:
        _integers(cholesky)


def _integers(cholesky: Cholesky) -> None:
    """Expect of integers what comes of the same numbers as floats, or a refusal; a factor is never of integers."""
    K, L, b = np.array([[4, 2], [2, 3]]), np.array([[2.0]]), np.array([1])
    calls: dict[str, Any] = {"factorize": (K,), "log_determinant": (K,), "solve": (L, b), "append": (L, b, 3)}
    for name, arguments in calls.items():
        function = getattr(cholesky, name)
        if function is not None:
            expected = function(*(1.0 * argument for argument in arguments))
            with suppress(TypeError):
                expect_close(numbers(function(*arguments)), numbers(expected), 1e-14, f"{name} of integers")
