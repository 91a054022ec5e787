"""Laws of the jitter: how little is added, and to what, so that a singular matrix has a factor."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from .cholesky import HIGHAM, Cholesky, MatrixCase, expect_refusal, matrix, scale, solving, twins, with_duplicates
from .law import EPS, expect, expect_close, law, trying

__all__: list[str] = []

Array = NDArray[np.floating]


@law("L4", "cholesky", "the least jitter",
     "0 if K is definite; else -l <= jitter <= factor * -l + first rung, on the diagonal only", "Weyl's inequality",
     cases=partial(matrix, lowest=(0.0, -1e-13, -1e-11, -1e-9, -1e-8, -1e-7, 1e-3), least_n=2), applies=solving,
     hint="jitter that is always added, grows too fast, or is scaled by something negative, or by one entry "
     "of the diagonal, not by their mean")  # fmt: skip
def least_jitter(cholesky: Cholesky, case: MatrixCase) -> None:
    """Rounding moves the smallest eigenvalue l by n eps of the scale; 64 n eps also covers a careful pivot test.

    A jitter that is not reported is a mean of differences, each rounded by (n + 1) eps of its entry: its error is that
    of the mean entry, on every diagonal entry, also on one that is much less than the mean. And once more with a small
    entry in front, which changes neither the need nor, by more than a third, the mean.
    """
    K = case.K / scale(case.K)
    _expect_least(cholesky, K, case.lowest)
    if case.lowest > 0:
        return
    bordered = np.zeros((len(K) + 1, len(K) + 1))
    bordered[0, 0], bordered[1:, 1:] = 1e-8, K
    with trying(MatrixCase(bordered, case.lowest)):
        _expect_least(cholesky, bordered, case.lowest)


def _expect_least(cholesky: Cholesky, K: Array, lowest: float) -> None:
    """Expect the jitter that this matrix needs, as little as that, and on its diagonal."""
    n = len(K)
    L, jitter = cholesky(K)
    if lowest > 0:
        expect(jitter == 0, f"jitter {jitter} for a matrix with condition number {1 / lowest:.0e}, expected 0")
        return
    need = max(-lowest, 0.0) + 64 * n * EPS
    expect(jitter >= -lowest - 64 * n * EPS, f"jitter {jitter} is below {-lowest}, the least that works")
    most = cholesky.jitter_factor * need + cholesky.first_jitter
    expect(
        jitter <= most,
        f"jitter {jitter} exceeds {most:.2e}, though {need:.2e} suffices (first_jitter=, jitter_factor=)",
    )
    reported = isinstance(cholesky.factorize(K.copy()), tuple)
    allowed = np.abs(L) @ np.abs(L).T + (0.0 if reported else np.eye(n))
    expect_close(L @ L.T, K + jitter * np.eye(n), 8 * (n + 1) * EPS * allowed, "L L'")


@law("L5", "cholesky", "jitter has the units of the matrix", "jitter(c K) = c jitter(K)", "dimensional analysis",
     cases=partial(matrix, lowest=(-1e-9, -1e-7, 0.0), least_n=2, extreme=False), applies=solving,
     hint="an absolute jitter drowns small matrices and is lost in large ones: scale it by the mean of "
     "the diagonal")  # fmt: skip
def relative_jitter(cholesky: Cholesky, case: MatrixCase) -> None:
    """Powers of two scale without rounding; a rung may differ where it is at its edge, hence only a factor of 100."""
    jitter = cholesky(case.K)[1]
    for c in (2.0**-40, 2.0**40):
        scaled = cholesky(c * case.K)[1] / c
        expect(
            scaled <= 100 * jitter and jitter <= 100 * scaled,
            f"jitter {scaled * c} for {c} K, expected {c} times {jitter}",
        )


@law("L6", "cholesky", "no factor made of rounding noise", "min L_ii^2 > 4 n eps mean K_ii", f"{HIGHAM}, section 10.1",
     cases=with_duplicates, applies=solving, always=twins,
     hint="LAPACK succeeds on some singular matrices: 'add jitter when it raises' is not enough, look at "
     "the pivots")  # fmt: skip
def no_noise(cholesky: Cholesky, case: MatrixCase) -> None:
    """A pivot is wrong by up to n eps of the diagonal: below that it is noise, and the solution noise over noise."""
    L, _ = cholesky(case.K)
    least, noise = float(np.diag(L).min() ** 2), 4 * len(case.K) * EPS * scale(case.K)
    expect(least > noise, f"smallest pivot {least:.2e} is rounding noise, expected more than {noise:.2e}")


@law("L8", "cholesky", "refuses what has no factor",
     "an eigenvalue of -0.3 times the mean: an error, no factor; nan: no factor of numbers", "definition",
     cases=partial(matrix, lowest=(-0.3, -1.0), least_n=2, extreme=False),
     hint="a root of a negative number became nan, an absolute value, or a huge jitter; or nan was "
     "replaced by a number")  # fmt: skip
def refuses(cholesky: Cholesky, case: MatrixCase) -> None:
    """Exact: no jitter of 1e-3 makes up for that. A nan is refused, or comes out again, as it does of LAPACK."""
    expect_refusal(lambda: cholesky.factorize(case.K.copy()), "an indefinite matrix")
    expect_refusal(lambda: cholesky.factorize(-np.eye(len(case.K))), "minus the identity")
    expect_refusal(lambda: cholesky(np.where(np.eye(len(case.K)) > 0, np.nan, 0.0)), "a diagonal of nan")
