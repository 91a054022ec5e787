"""Wrong factorizations. Each entry says what is wrong, tries the laws on it, and names the law that must see it."""

import math
from functools import partial

import numpy as np

from bayesopt_from_scratch.checks import check_cholesky

from . import right
from .right import cholesky, columns


def with_ladder(
    rungs, *, scale=lambda K: float(np.mean(np.diag(K))), careful=True, report=lambda jitter, scale: jitter * scale
):
    """The right factorization, climbing a wrong ladder."""

    def factorize(K):
        n, unit = len(K), scale(K) if len(K) else 1.0
        for jitter in rungs:
            L = columns(K + jitter * unit * np.eye(n))
            if L is not None and (not careful or np.all(np.diag(L) ** 2 > 8 * n * 2.2e-16 * np.mean(np.diag(K)))):
                return L, report(jitter, unit)
        raise ValueError("not positive definite")

    return factorize


LADDER = [0.0, *(10.0**k for k in range(-12, -2))]


def with_factor(change):
    def factorize(K):
        L, jitter = cholesky(K)
        return change(L, K), jitter

    return factorize


def with_columns(pivot, below=lambda r, p: r / p):
    """Column by column, with something wrong in the pivot or below it."""

    def factorize(K):
        L = np.zeros_like(K)
        for j in range(len(K)):
            L[j, j] = pivot(K[j, j], L[j, :j])
            L[j + 1 :, j] = below(K[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j], L[j, j])
        return L

    return factorize


def by_lapack(K):
    for rung in LADDER:
        jitter = rung * float(np.mean(np.diag(K))) if len(K) else 0.0
        try:
            return np.linalg.cholesky(K + jitter * np.eye(len(K))), jitter
        except np.linalg.LinAlgError:
            pass
    raise ValueError("not positive definite")


def in_place(K):
    K += 1e-13 * np.mean(np.diag(K)) * np.eye(len(K)) if len(K) else 0.0
    return cholesky(K)


def in_place_if_singular(K):
    L, jitter = cholesky(K)
    K += jitter * np.eye(len(K))
    return L, jitter


def overwrites(K):
    L, jitter = cholesky(K)
    K[...] = L
    return L, jitter


def clips_eigenvalues(K):
    """Q diag(max(w, tiny)) Q', factorized: it changes more than the diagonal."""
    if len(K) == 0:
        return K
    w, Q = np.linalg.eigh(K)
    least = 1e-13 * len(K) * np.mean(np.diag(K))
    if w[0] > least:
        return cholesky(K)
    if w[0] < -1e-3 * np.mean(np.diag(K)):
        raise ValueError("not positive definite")
    R = np.linalg.qr((Q * np.sqrt(np.maximum(w, 1e-12 * np.mean(np.diag(K))))).T)[1]
    return R.T * np.sign(np.diag(R)), 0.0


def shifts_by_the_lowest(K):
    w = np.linalg.eigvalsh(K)[0] if len(K) else 0.0
    jitter = max(0.0, 1e-10 * np.trace(K) - w) if w <= 1e-13 * np.abs(np.trace(K)) else 0.0
    return np.linalg.cholesky(K + jitter * np.eye(len(K))), jitter


def in_blocks_of_twenty(K):
    """The second block never hears of the first."""
    L, jitter = cholesky(K)
    if len(K) > 20:
        L[20:, 20:] = np.linalg.cholesky(K[20:, 20:])
    return L, jitter


def single(K):
    L, jitter = cholesky(K.astype(np.float32).astype(float))
    return L.astype(np.float32).astype(float), jitter


def remembers():
    memory = {}

    def factorize(K):
        K = K + memory.get(len(K), 0.0)
        memory[len(K)] = 1e-12 * K
        return cholesky(K)

    return factorize


def gives_up(K):
    try:
        return cholesky(K)
    except ValueError:
        return np.full_like(K, np.nan), 0.0


def of_its_type(K):
    """Column by column, into zeros of the type of K."""
    L = columns(np.array(K, dtype=float)) if len(K) else K
    if L is None or not np.isfinite(L).all():
        raise ValueError("not positive definite")
    return L.astype(K.dtype)


_factorize = {
    "upper triangle": (lambda K: (cholesky(K)[0].T, cholesky(K)[1]), "L0"),
    "full matrix: the symmetric root": (
        lambda K: np.linalg.eigh(K)[1] * np.sqrt(np.abs(np.linalg.eigh(K)[0])) @ np.linalg.eigh(K)[1].T,
        "L0",
    ),
    "the upper triangle is not cleared": (with_factor(lambda L, K: L + np.triu(K, 1)), "L0"),
    "negative diagonal": (with_factor(lambda L, K: -L), "L0"),
    "crashes on an empty matrix": (with_factor(lambda L, K: L * (L[0, 0] / L[0, 0])), "L0"),
    "unit diagonal, as in L D L'": (with_factor(lambda L, K: L / np.diag(L)), "L1"),
    "root of the pivot forgotten": (with_columns(lambda k, row: k - row @ row), "L1"),
    "row not squared": (with_columns(lambda k, row: math.sqrt(abs(k - row.sum()))), "L9"),
    "not divided by the pivot": (with_columns(lambda k, row: math.sqrt(k - row @ row), lambda r, p: r), "L1"),
    "divided by the squared pivot": (
        with_columns(lambda k, row: math.sqrt(k - row @ row), lambda r, p: r / p**2),
        "L9",
    ),
    "pivots by their absolute value": (with_columns(lambda k, row: math.sqrt(abs(k - row @ row) + 1e-300)), "L8"),
    "pivots not below 1e-10": (with_columns(lambda k, row: math.sqrt(max(k - row @ row, 1e-10))), "L5"),
    "single precision": (single, "L1"),
    "blocks that do not hear of each other": (in_blocks_of_twenty, "L1"),
    "jitter always added": (with_ladder(LADDER[3:]), "L4"),
    "jitter always added, not reported": (with_ladder(LADDER[1:], report=lambda jitter, scale: 0.0), "L1"),
    "jitter scaled by a negative number": (with_ladder(LADDER, scale=lambda K: -np.mean(np.diag(K))), "L4"),
    "absolute jitter": (with_ladder(LADDER, scale=lambda K: 1.0), "L5"),
    "jitter reported without its unit": (with_ladder(LADDER, report=lambda jitter, scale: jitter), "L5"),
    "jitter reported as the next rung": (with_ladder(LADDER, report=lambda jitter, scale: 10 * jitter * scale), "L4"),
    "jitter not reported": (with_ladder(LADDER, report=lambda jitter, scale: 0.0), "L4"),
    "jitter in units of the first entry": (with_ladder(LADDER, scale=lambda K: K[0, 0]), "L4"),
    "nan taken for 1": (lambda K: cholesky(np.where(np.isnan(K), 1.0, K)), "L8"),
    "jitter grows too fast": (with_ladder([0.0, 1e-12, 1e-3]), "L4"),
    "the first rung is high": (with_ladder([0.0, 1e-4, 1e-3]), "L4"),
    "no jitter at all": (with_ladder([0.0]), "L4"),
    "jitter only when LAPACK complains": (by_lapack, "L6"),
    "jitter only when a pivot is negative": (with_ladder(LADDER, careful=False), "L6"),
    "jitter without end": (with_ladder([*LADDER, 1e-2, 0.1, 1.0, 10.0]), "L8"),
    "shifted by the lowest eigenvalue, however low": (shifts_by_the_lowest, "L8"),
    "eigenvalues clipped": (clips_eigenvalues, "L4"),
    "adds jitter to the caller's matrix": (in_place, "L11"),
    "adds jitter to the caller's matrix where it needs some": (in_place_if_singular, "L11"),
    "overwrites the caller's matrix": (overwrites, "L11"),
    "remembers the matrix before": (remembers(), "L11"),
    "nan for an indefinite matrix": (gives_up, "L8"),
    "identity for an indefinite matrix": (
        lambda K: by_lapack(K) if not len(K) or np.linalg.eigvalsh(K)[0] > -1e-5 * np.trace(K) else np.eye(len(K)),
        "L8",
    ),
}


def overwriting_solve(L, b):
    for i in range(len(L)):
        b[i] = (b[i] - L[i, :i] @ b[:i]) / L[i, i]
    return b


_buffer = np.zeros((60, 60))


def into_a_buffer(L, k, c):
    """The right factor, in memory that the next one will take."""
    n = len(L) + 1
    _buffer[:n, :n] = right.append(L, k, c)
    return _buffer[:n, :n]


_solve = {
    "into zeros of the type of b": (lambda L, b: right.solve(L, b).astype(b.dtype), "L11"),
    "transposed": (lambda L, b: np.linalg.solve(L.T, b), "L2"),
    "unit diagonal assumed": (lambda L, b: right.solve(L / np.diag(L), b), "L2"),
    "positive diagonal assumed": (lambda L, b: right.solve(L * np.sign(np.diag(L)), b), "L2"),
    "both triangles": (lambda L, b: right.solve(L, np.linalg.solve(L.T, b)), "L2"),
    "only the first right-hand side": (lambda L, b: right.solve(L, b[:, 0] if b.ndim > 1 else b), "L2"),
    "rows in the wrong order": (lambda L, b: right.solve(L[::-1, ::-1].T, b[::-1])[::-1], "L2"),
    "by normal equations": (lambda L, b: np.linalg.solve(L.T @ L, L.T @ b), "L13"),
    "by the inverse of L L'": (lambda L, b: L.T @ np.linalg.inv(L @ L.T) @ b, "L13"),
    "overwrites its argument": (overwriting_solve, "L11"),
}


def blockwise(L):
    """The inverse by halves: right on paper, and W L - I is eps k^2."""
    if len(L) == 1:
        return 1 / L
    k, W = len(L) // 2, np.zeros_like(L)
    W[:k, :k], W[k:, k:] = blockwise(L[:k, :k]), blockwise(L[k:, k:])
    W[k:, :k] = -W[k:, k:] @ L[k:, :k] @ W[:k, :k]
    return W


_invert = {
    "transposed": (lambda L: right.invert(L).T, "L10"),
    "inverse of L L'": (lambda L: np.linalg.inv(L @ L.T), "L10"),
    "off the diagonal with the wrong sign": (lambda L: 2 * np.diag(1 / np.diag(L)) - right.invert(L), "L10"),
    "reciprocals": (lambda L: np.diag(1 / np.diag(L)), "L10"),
    "off-diagonal block on the wrong side": (lambda L: right.invert(L) if len(L) < 2 else wrong_blocks(L), "L10"),
    "a block beyond twenty is forgotten": (
        lambda L: np.where(np.subtract.outer(range(len(L)), range(len(L))) > 20, 0.0, right.invert(L)),
        "L10",
    ),
    "blocks multiplied, not refined": (blockwise, "L12"),
    "by the inverse of L'L": (lambda L: np.linalg.inv(L.T @ L) @ L.T, "L12"),
    "by the inverse of L L'": (lambda L: L.T @ np.linalg.inv(L @ L.T), "L12"),
    "pseudoinverse that drops what is below 1e-5": (lambda L: np.linalg.pinv(L, rcond=1e-5), "L12"),
    "rounding above the diagonal kept": (lambda L: right.invert(L) + 1e-3 * np.triu(np.ones_like(L), 1), "L10"),
}


def wrong_blocks(L):
    k = len(L) // 2
    W = right.invert(L)
    W[k:, :k] = -L[k:, :k] @ W[k:, k:][: len(L) - k, : len(L) - k] if len(L) == 2 * k else -W[k:, :k]
    return W


_log_determinant = {
    "of K and a little more": (lambda K: right.log_determinant(K + 1e-8 * np.mean(np.diag(K)) * np.eye(len(K))), "L3"),
    "log of the determinant": (
        lambda K: math.log(np.linalg.det(K)) if 0 < np.linalg.det(K) < math.inf else math.inf,
        "L3",
    ),
    "the factor 2 is missing": (lambda K: float(np.log(np.diag(cholesky(K)[0])).sum()), "L3"),
    "of the diagonal": (lambda K: float(np.log(np.diag(K)).sum()), "L3"),
    "the determinant itself": (lambda K: float(np.linalg.det(K)), "L3"),
    "not below -700": (lambda K: max(right.log_determinant(K), -700.0), "L3"),
}


def append(corner, row=right.solve):
    def appended(L, k, c):
        r = row(L, k)
        return np.block([[L, np.zeros((len(L), 1))], [r[None, :], np.array([[corner(c, r)]])]])

    return appended


def spoiling(L, k, c, victim):
    appended = right.append(L, k, c)
    victim[...] = 0.0
    return appended


_append = {
    "the corner as it is": (append(lambda c, r: math.sqrt(c)), "L7"),
    "root of the corner forgotten": (append(lambda c, r: c - r @ r), "L7"),
    "the row as it is": (append(lambda c, r: math.sqrt(c - r @ r), lambda L, k: k), "L7"),
    "solved with the transpose": (
        append(lambda c, r: math.sqrt(abs(c - r @ r)), lambda L, k: np.linalg.solve(L.T, k)),
        "L7",
    ),
    "absolute value under the root": (append(lambda c, r: math.sqrt(abs(c - r @ r))), "L7"),
    "never less than 1e-12 under the root": (append(lambda c, r: math.sqrt(max(c - r @ r, 1e-12))), "L7"),
    "results in one buffer": (into_a_buffer, "L11"),
    "the row in the type of the column": (
        append(lambda c, r: math.sqrt(c - r @ r), lambda L, k: right.solve(L, k).astype(k.dtype)),
        "L11",
    ),
    "writes into the new column": (lambda L, k, c: spoiling(L, k, c, k), "L11"),
    "writes into the old factor": (lambda L, k, c: spoiling(L, k, c, L), "L11"),
    "jitter on the corner": (append(lambda c, r: math.sqrt(c * (1 + 1e-10) - r @ r)), "L7"),
    "the row by way of L L'": (
        append(lambda c, r: math.sqrt(c - r @ r), lambda L, k: L.T @ np.linalg.solve(L @ L.T, k)),
        "L7",
    ),
    "nan where it should refuse": (append(lambda c, r: math.sqrt(c - r @ r) if c > r @ r else math.nan), "L7"),
}

WRONG = [
    *((f"Cholesky: {what}", partial(check_cholesky, factorize), id) for what, (factorize, id) in _factorize.items()),
    *(
        (f"{ability}: {what}", partial(check_cholesky, cholesky, any_dtype=True, **{ability: function}), id)
        for ability, table in (
            ("solve", _solve),
            ("invert", _invert),
            ("log_determinant", _log_determinant),
            ("append", _append),
        )
        for what, (function, id) in table.items()
    ),
    ("Cholesky: of the type of K", partial(check_cholesky, of_its_type, singular="raise", any_dtype=True), "L11"),
]

_ALL = {"invert": right.invert, "solve": right.solve, "log_determinant": right.log_determinant, "append": right.append}

RIGHT = [
    ("by columns, with the least jitter", partial(check_cholesky, cholesky, **_ALL)),
    ("LAPACK's", partial(check_cholesky, np.linalg.cholesky, singular="raise", any_dtype=True, **_ALL)),
    ("of the type of K, which is never of integers", partial(check_cholesky, of_its_type, singular="raise")),
]
