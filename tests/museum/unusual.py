"""Right, by roads that few take: other algorithms, lists, jitter, logarithms. None may break a law."""

import math
from functools import partial

import numpy as np

from bayesopt_from_scratch.checks import check_acquisition, check_cholesky, check_density, check_kernel, check_surrogate
from bayesopt_from_scratch.checks import check_space as space
from bayesopt_from_scratch.checks import check_strategy as strategy

from . import right
from .right import categories, cdf, ei, parzen, pdf, rbf
from .spaces import Plain
from .strategies import Distinct
from .strategies import Right as Climb

# kernel


def by_products(l, v):
    return lambda A, B: (
        v * np.prod([np.exp(-0.5 * ((A[:, None, j] - B[None, :, j]) / l[j]) ** 2) for j in range(len(l))], axis=0)
    )


def by_loops(l, v):
    def k(A, B):
        rows = [[v * math.exp(-0.5 * sum(((a - b) / s) ** 2 for a, b, s in zip(x, z, l, strict=True))) for z in B]
                for x in A]  # fmt: skip
        return rows if len(A) else np.zeros((0, len(B)))

    return k


# Cholesky


def without_its_jitter(K):
    return right.cholesky(K)[0]


# Gaussian process


def by_singular_values(l, v, s2):
    def predict(X, y, X_new):
        U, s, Vt = np.linalg.svd(rbf(l, v)(X, X) + s2 * np.eye(len(X)))
        P, Ks = (Vt.T / s) @ U.T, rbf(l, v)(X_new, X)
        return (Ks @ P @ y).tolist(), np.sqrt(np.maximum(v - (Ks @ P * Ks).sum(axis=1), 0)).tolist()

    return predict


def one_by_one(l, v, s2):
    """Condition on one datum after the other, on all points at once, as a Kalman filter does."""

    def predict(X, y, X_new):
        everywhere, n = np.vstack([X, X_new]), len(X)
        C, mean = rbf(l, v)(everywhere, everywhere), np.zeros(len(everywhere))
        for i in range(n):
            gain = C[:, i] / (C[i, i] + s2)
            mean = mean + gain * (y[i] - mean[i])
            C = C - np.outer(gain, C[i])
            C = (C + C.T) / 2
        return mean[n:], np.sqrt(np.maximum(np.diag(C)[n:], 0))

    return predict


def nearest_five(X, y, X_new):
    """No Gaussian process at all: a weighted mean of neighbours, and a doubt that grows with their distance."""
    D2 = ((X_new[:, None] - X[None]) ** 2).sum(axis=-1)
    weights = np.exp(-0.5 * (D2 - D2.min(axis=1, keepdims=True)) / 0.1**2)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights @ y, np.sqrt(1 - np.exp(-D2.min(axis=1)))


def a_line(X, y, X_new):
    """Bayesian linear regression."""
    A, A_new = (np.column_stack([Z - 0.5, np.ones(len(Z))]) for Z in (X, X_new))
    S = np.linalg.inv(A.T @ A / 0.01 + 1e-6 * np.eye(A.shape[1]))
    return A_new @ (S @ (A.T @ y)) / 0.01, np.sqrt((A_new @ S * A_new).sum(axis=1))


# expected improvement


def from_the_other_side(mean, std, best):
    return np.where(best > mean, best - mean + ei(2 * best - mean, std, best), ei(mean, std, best))


def nan_to_zero(mean, std, best):
    """0/0 is where mean = best and nothing is in doubt: 0 is right there, and infinite z everywhere else."""
    with np.errstate(all="ignore"):
        z = (best - mean) / std
        return np.nan_to_num((best - mean) * cdf(z) + std * pdf(z))


def of_each(mean, std, best):
    return [float(ei(np.array([m]), np.array([s]), best)[0]) for m, s in zip(mean, std, strict=True)]


# density


def by_logsumexp(observations):
    n, d = observations.shape
    h = 0.1 * max(n, 1) ** (-1 / (d + 4))
    inside = np.log(cdf((1 - observations) / h) - cdf(-observations / h))

    def log_density(X):
        logs = -0.5 * ((X[:, None] - observations[None]) / h) ** 2 - math.log(h * math.sqrt(2 * math.pi)) - inside
        logs = np.column_stack([logs.sum(axis=-1), np.zeros(len(X))])
        top = logs.max(axis=1, keepdims=True)
        return top[:, 0] + np.log(np.exp(logs - top).sum(axis=1)) - math.log(n + 1)

    return log_density, parzen(observations)[1]


def laplace(codes, k):
    return right._masses((np.bincount(codes, minlength=k) + 1) / (len(codes) + k))


# search


class PowersOfTen(Plain):
    def real(self, p, x):
        return 10 ** (math.log10(p.low) + x * math.log10(p.high / p.low)) if p.log else (1 - x) * p.low + x * p.high


class CellsByFloor(Plain):
    def integer(self, p, x):
        k = p.high - p.low + 1
        return super().integer(p, x) if p.log else p.low + min(int(x * k), k - 1)


class Stratified(Climb):
    """The first eight points lie in eight strata of each side."""

    def suggest(self, space, trials, rng):
        if len(trials) < 8:
            own = np.random.default_rng(int(rng.integers(2**31)))
            params = space.from_unit((own.permutation(8)[len(trials)] + own.random(len(space.axes))) / 8)
            if params not in Distinct(t.params for t in trials):
                return params
        return super().suggest(space, trials, rng)


class FromTheMiddle(Climb):
    """Begins near the middle of the space."""

    def draw(self, space, best, rng):
        if best is not None:
            return super().draw(space, best, rng)
        return space.from_unit(np.clip(0.5 + 0.25 * rng.standard_normal(len(space.axes)), 0, 1))


RIGHT = [
    ("a kernel by products", partial(check_kernel, by_products)),
    ("a kernel by loops over lists", partial(check_kernel, by_loops)),
    ("jitter that is not reported", partial(check_cholesky, without_its_jitter)),
    ("solvers for any matrix", partial(check_cholesky, right.cholesky, solve=np.linalg.solve, invert=np.linalg.inv)),
    ("a process by singular values, in lists", partial(check_surrogate, by_singular_values, singular="raise")),
    ("a process one datum after the other", partial(check_surrogate, one_by_one, singular="raise")),
    (
        "a process with jitter, declared",
        partial(check_surrogate, lambda l, v, s2: right.gp(l, v, s2 + 1e-8), jitter=1e-8, singular="raise"),
    ),
    ("no process: neighbours", partial(check_surrogate, predict=nearest_five)),
    ("no process: a line", partial(check_surrogate, predict=a_line)),
    ("EI from the other side", partial(check_acquisition, from_the_other_side)),
    ("EI with 0/0 made 0", partial(check_acquisition, nan_to_zero)),
    ("EI of one after the other, a list", partial(check_acquisition, of_each)),
    (
        "EI that is certain below 1e-12",
        partial(check_acquisition, lambda m, s, b: np.where(s < 1e-12, np.maximum(b - m, 0), ei(m, s, b))),
    ),
    ("a density by logarithms", partial(check_density, by_logsumexp, categories=laplace)),
    ("categories with a full count each", partial(check_density, parzen, categories=laplace)),
    ("categories with a share of a count", partial(check_density, parzen, categories=categories)),
    ("powers of ten", partial(space, PowersOfTen)),
    ("integers by floor", partial(space, CellsByFloor)),
    ("a stratified start", partial(strategy, Stratified, invariance="rank")),
    ("a start in the middle", partial(strategy, FromTheMiddle, invariance="rank")),
]
