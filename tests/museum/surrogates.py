"""Wrong Gaussian processes. Each entry says what is wrong, tries the laws on it, and names the law that must see it."""

import math
from functools import partial

import numpy as np

from bayesopt_from_scratch.checks import check_surrogate

from .right import (
    append,
    centre,
    covariance,
    gp,
    leave_one_out,
    lml,
    lml_gradient,
    matern52,
    rbf,
    remembering,
    spoiling,
    with_kernel,
)


def with_parameters(change):
    return lambda l, v, s2: gp(*change(l, v, s2))


def with_data(change):
    """The right process, of wrongly prepared (X, y, X_new)."""
    return lambda l, v, s2: lambda X, y, X_new: gp(l, v, s2)(*change(X, y, X_new))


def with_answer(change):
    """The right process, with its (mean, std) spoilt."""

    def make(l, v, s2):
        def predict(X, y, X_new):
            mean, std = gp(l, v, s2)(X, y, X_new)
            return change(mean, std, X, y, X_new, v, s2)

        return predict

    return make


def formula(mean, variance, *, noise=lambda s2, v, n: s2 * np.eye(n), inverse=np.linalg.inv, kernel=rbf, cross=rbf):
    """The textbook's formula with something replaced: functions of (Ks, inverse, y, v, s2)."""

    def make(l, v, s2):
        def predict(X, y, X_new):
            P = inverse(kernel(l, v)(X, X) + noise(s2, v, len(X)))
            Ks = cross(l, v)(X_new, X)
            return mean(Ks, P, y, v, s2), np.sqrt(np.maximum(variance(Ks, P, y, v, s2), 0.0))

        return predict

    return make


def the_mean(Ks, P, y, v, s2):
    return Ks @ P @ y


def the_variance(Ks, P, y, v, s2):
    return v - (Ks @ P * Ks).sum(axis=1)


def of_factor(solve):
    """By the Cholesky factor, with a wrong solve: V of (L, Ks')."""

    def make(l, v, s2):
        def predict(X, y, X_new):
            L, Ks = np.linalg.cholesky(rbf(l, v)(X, X) + s2 * np.eye(len(X))), rbf(l, v)(X_new, X)
            return Ks @ np.linalg.solve(L.T, np.linalg.solve(L, y)), np.sqrt(
                np.maximum(v - (solve(L, Ks.T) ** 2).sum(axis=0), 0.0)
            )

        return predict

    return make


def wrong_alpha(l, v, s2):
    def predict(X, y, X_new):
        L = np.linalg.cholesky(rbf(l, v)(X, X) + s2 * np.eye(len(X)))
        return rbf(l, v)(X_new, X) @ np.linalg.solve(L, np.linalg.solve(L.T, y)), gp(l, v, s2)(X, y, X_new)[1]

    return predict


def standardizing(ddof=0, back_mean=True, back_std=True):
    def make(l, v, s2):
        def predict(X, y, X_new):
            unit = y.std(ddof=ddof) if len(y) > ddof and y.std() > 0 else 1.0
            origin = y.mean() if len(y) else 0.0
            mean, std = gp(l, v, s2)(X, (y - origin) / unit, X_new)
            return origin * back_mean + mean * (unit if back_std else 1.0), std * (unit if back_std else 1.0)

        return predict

    return make


def noise_in_the_kernel(when):
    """The noise is part of the kernel, wherever ``when(A, B)``."""

    def make(l, v, s2):
        def k(A, B):
            return rbf(l, v)(A, B) + (s2 * np.eye(len(A)) if when(A, B) else 0.0)

        def predict(X, y, X_new):
            P, Ks = np.linalg.inv(k(X, X)), k(X_new, X)
            return Ks @ P @ y, np.sqrt(np.maximum(v - (Ks @ P * Ks).sum(axis=1), 0.0))

        return predict

    return make


def caching(key):
    """The inverse is kept, under a key that says too little."""

    def make(l, v, s2):
        cache = {}

        def predict(X, y, X_new):
            P = cache.setdefault(key(X, y), np.linalg.inv(rbf(l, v)(X, X) + s2 * np.eye(len(X))))
            Ks = rbf(l, v)(X_new, X)
            return Ks @ P @ y, np.sqrt(np.maximum(v - (Ks @ P * Ks).sum(axis=1), 0.0))

        return predict

    return make


def caching_between_fits():
    cache = {}

    def make(l, v, s2):
        def predict(X, y, X_new):
            P = cache.setdefault(X.tobytes(), np.linalg.inv(rbf(l, v)(X, X) + s2 * np.eye(len(X))))
            Ks = rbf(l, v)(X_new, X)
            return Ks @ P @ y, np.sqrt(np.maximum(v - (Ks @ P * Ks).sum(axis=1), 0.0))

        return predict

    return make


def returning_its_cache(l, v, s2):
    cache = {}

    def predict(X, y, X_new):
        key = X.tobytes(), y.tobytes(), X_new.tobytes()
        if key not in cache:
            cache[key] = gp(l, v, s2)(X, y, X_new)
        return cache[key]

    return predict


def adding_to_old_data(l, v, s2):
    seen = []

    def predict(X, y, X_new):
        seen.append((X.copy(), y.copy()))
        data = seen[-2:] if len(seen) > 1 and not np.array_equal(seen[-2][0], X) else seen[-1:]
        return gp(l, v, s2)(np.concatenate([a for a, _ in data]), np.concatenate([b for _, b in data]), X_new)

    return predict


def centring_in_place(l, v, s2):
    def predict(X, y, X_new):
        origin = y.mean() if len(y) else 0.0
        y -= origin
        mean, std = gp(l, v, s2)(X, y + origin, X_new)
        return mean, std

    return predict


def scaling_in_place(l, v, s2):
    def predict(X, y, X_new):
        X /= l
        X_new /= l
        return gp(np.ones_like(l), v, s2)(X, y, X_new)

    return predict


def sampling_the_posterior(l, v, s2):
    rng = np.random.default_rng(0)

    def predict(X, y, X_new):
        mean, std = gp(l, v, s2)(X, y, X_new)
        draws = mean + std * rng.standard_normal((400, len(mean)))
        return draws.mean(axis=0), draws.std(axis=0)

    return predict


def dropping(X, y, X_new):
    keep = [i for i in range(len(X)) if not any(np.array_equal(X[i], X[j]) for j in range(i))]
    return X[keep], y[keep], X_new


def last_wins(X, y, X_new):
    keep = [i for i in range(len(X)) if not any(np.array_equal(X[i], X[j]) for j in range(i + 1, len(X)))]
    return X[keep], y[keep], X_new


def sorted_apart(X, y, X_new):
    return X[np.argsort(X[:, 0])], y, X_new


def in_integers(X, y, X_new):
    z = np.empty_like(y)
    z[...] = 0.7 * y
    return X, z / 0.7, X_new


def nearest_data(X, y, X_new):
    keep = np.argsort(np.abs(X[:, None] - X_new[None]).sum(-1).min(1), kind="stable")[:4] if len(X) else []
    return X[keep], y[keep], X_new


def queries_as_data(X, y, X_new):
    return np.concatenate([X, X_new]), np.concatenate([y, np.zeros(len(X_new))]), X_new


def columns_of_targets(l, v, s2):
    def predict(X, y, X_new):
        mean, std = gp(l, v, s2)(X, y, X_new)
        return mean[:, None], std

    return predict


def remembered_at_data(mean, std, X, y, X_new, v, s2):
    """Where a query is a datum, the datum itself, without doubt."""
    at = [next((i for i in range(len(X)) if np.array_equal(x, X[i])), None) for x in X_new]
    new = np.array([i is None for i in at])
    return np.where(new, mean, [y[i or 0] for i in at]), np.where(new, std, 0.0)


def no_maximum(l, v, s2):
    def predict(X, y, X_new):
        P, Ks = np.linalg.inv(rbf(l, v)(X, X) + 1e-16 * np.eye(len(X))), rbf(l, v)(X_new, X)
        return Ks @ P @ y, np.sqrt(v - (Ks @ P * Ks).sum(axis=1))

    return predict


def normal_equations(K):
    return np.linalg.inv(K.T @ K) @ K.T


def jitter_after_failure(l, v, s2):
    def predict(X, y, X_new):
        K = rbf(l, v)(X, X) + s2 * np.eye(len(X))
        try:
            L = np.linalg.cholesky(K)
        except np.linalg.LinAlgError:
            L = np.linalg.cholesky(K + 1e-10 * v * np.eye(len(X)))
        V, W = np.linalg.solve(L, rbf(l, v)(X, X_new)), np.linalg.solve(L, y)
        return V.T @ W, np.sqrt(np.maximum(v - (V**2).sum(axis=0), 0.0))

    return predict


def by_identity(l, v, s2):
    """The inverse is kept as long as X is the same array, whatever was written into it."""
    kept = [None, None]

    def predict(X, y, X_new):
        if kept[0] is not X:
            kept[:] = X, np.linalg.inv(rbf(l, v)(X, X) + s2 * np.eye(len(X)))
        Ks = rbf(l, v)(X_new, X)
        return Ks @ kept[1] @ y, np.sqrt(np.maximum(v - (Ks @ kept[1] * Ks).sum(axis=1), 0.0))

    return predict


def growing(l, v, s2):
    """The factor of the data before gets a row for each new datum; that the old rows are the same is taken on trust."""
    kept = {"n": 0}

    def predict(X, y, X_new):
        if not 0 < kept["n"] <= len(X) or (kept["n"] == len(X) and not np.array_equal(X, kept["X"])):
            kept["L"] = np.linalg.cholesky(rbf(l, v)(X, X) + s2 * np.eye(len(X)))
        else:
            for i in range(kept["n"], len(X)):
                kept["L"] = append(kept["L"], rbf(l, v)(X[:i], X[i : i + 1])[:, 0], v + s2)
        kept.update(n=len(X), X=X.copy())
        V, W = np.linalg.solve(kept["L"], rbf(l, v)(X, X_new)), np.linalg.solve(kept["L"], y)
        return V.T @ W, np.sqrt(np.maximum(v - (V**2).sum(axis=0), 0.0))

    return predict


def by_neighbours(l, v, s2):
    """Local: five data for each query."""

    def predict(X, y, X_new):
        parts = []
        for x in X_new:
            near = np.argsort((((X - x) / l) ** 2).sum(axis=1))[:5]
            parts.append(gp(l, v, s2)(X[near], y[near], x[None, :]))
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    return predict


def conjugate_gradients(steps):
    def make(l, v, s2):
        def predict(X, y, X_new):
            K, weights, r = rbf(l, v)(X, X) + s2 * np.eye(len(X)), np.zeros(len(y)), y
            p = r
            for _ in range(min(steps, len(y))):
                if r @ r < 1e-28 * (y @ y):
                    break
                a = r @ r / (p @ K @ p)
                weights, before, r = weights + a * p, r, r - a * K @ p
                p = r + (r @ r) / (before @ before) * p
            return rbf(l, v)(X_new, X) @ weights, gp(l, v, s2)(X, y, X_new)[1]

        return predict

    return make


def merged(X, y):
    """The first of each group of points that agree to three decimals."""
    first = np.sort(np.unique(np.round(X, 3), axis=0, return_index=True)[1])
    return X[first], y[first]


def dividing_the_noise(l, v, s2):
    return lambda X, y, X_new: gp(l, v, s2 / max(len(X), 1))(X, y, X_new)


def full(Z):
    """Whether each query is one of a full batch of 64; few queries are a batch of their own."""
    return (np.arange(len(Z)) < len(Z) - len(Z) % 64) | (len(Z) < 64)


_make = {
    "noise squared": (with_parameters(lambda l, v, s2: (l, v, s2**2)), "G1"),
    "root of the noise": (with_parameters(lambda l, v, s2: (l, v, math.sqrt(s2))), "G6"),
    "noise forgotten": (formula(the_mean, the_variance, noise=lambda s2, v, n: 1e-9 * v * np.eye(n)), "G14"),
    "noise added twice": (with_parameters(lambda l, v, s2: (l, v, 2 * s2)), "G1"),
    "noise times the signal variance": (with_parameters(lambda l, v, s2: (l, v, s2 * v)), "G9"),
    "noise on every entry": (formula(the_mean, the_variance, noise=lambda s2, v, n: s2 + 1e-9 * v * np.eye(n)), "G1"),
    "noise only in the mean": (
        formula(
            the_mean,
            lambda Ks, P, y, v, s2: v - (Ks @ np.linalg.inv(np.linalg.inv(P) - 0.99 * s2 * np.eye(len(y))) * Ks).sum(1),
        ),
        "G10",
    ),
    "noise subtracted": (formula(the_mean, the_variance, noise=lambda s2, v, n: -s2 * np.eye(n)), "G3"),
    "jitter of 1e-6": (with_parameters(lambda l, v, s2: (l, v, s2 + 1e-6)), "G9"),
    "jitter of 1e-3 of the variance": (with_parameters(lambda l, v, s2: (l, v, s2 + 1e-3 * v)), "G6"),
    "noise never below 1e-4": (with_parameters(lambda l, v, s2: (l, v, max(s2, 1e-4))), "G9"),
    "signal variance forgotten": (with_parameters(lambda l, v, s2: (l, 1.0, s2)), "G7"),
    "signal variance squared": (with_parameters(lambda l, v, s2: (l, v**2, s2)), "G19"),
    "signal variance and noise exchanged": (with_parameters(lambda l, v, s2: (l, s2, v)), "G2"),
    "prior variance 1": (formula(the_mean, lambda Ks, P, y, v, s2: 1 - (Ks @ P * Ks).sum(1)), "G19"),
    "prior variance with noise": (formula(the_mean, lambda Ks, P, y, v, s2: v + s2 - (Ks @ P * Ks).sum(1)), "G7"),
    "length scale not squared": (with_parameters(lambda l, v, s2: (np.sqrt(l), v, s2)), "G1"),
    "length scales sorted": (with_parameters(lambda l, v, s2: (np.sort(l), v, s2)), "G1"),
    "the first length scale everywhere": (with_parameters(lambda l, v, s2: (np.full_like(l, l[0]), v, s2)), "G1"),
    "another kernel between data and queries": (formula(the_mean, the_variance, cross=matern52), "G1"),
    "another kernel": (formula(the_mean, the_variance, kernel=matern52, cross=matern52), "G1"),
    "the mean has the wrong sign": (with_answer(lambda m, s, *_: (-m, s)), "G6"),
    "the variance is returned": (with_answer(lambda m, s, *_: (m, s**2)), "G7"),
    "the root of the std is returned": (with_answer(lambda m, s, *_: (m, np.sqrt(s))), "G18"),
    "twice the std is returned": (with_answer(lambda m, s, *_: (m, 2 * s)), "G3"),
    "the std is never below 1e-3": (with_answer(lambda m, s, *_: (m, np.maximum(s, 1e-3))), "G9"),
    "the prediction includes the noise": (with_answer(lambda m, s, X, y, X_new, v, s2: (m, np.sqrt(s**2 + s2))), "G7"),
    "the std includes the root of the noise": (
        with_answer(lambda m, s, X, y, X_new, v, s2: (m, s + np.sqrt(s2))),
        "G19",
    ),
    "mean and std exchanged": (with_answer(lambda m, s, *_: (s, m)), "G8"),
    "std without data forgotten": (with_answer(lambda m, s, X, y, *_: (m, s if len(y) else 0 * s)), "G19"),
    "the variance is the explained part": (formula(the_mean, lambda Ks, P, y, v, s2: (Ks @ P * Ks).sum(1)), "G26"),
    "the variance is added to the prior's": (formula(the_mean, lambda Ks, P, y, v, s2: v + (Ks @ P * Ks).sum(1)), "G4"),
    "the variance by one product of kernels": (formula(the_mean, lambda Ks, P, y, v, s2: v - (Ks @ P).sum(1)), "G3"),
    "the variance without the inverse": (formula(the_mean, lambda Ks, P, y, v, s2: v - (Ks * Ks).sum(1)), "G2"),
    "the variance is scaled by the misfit": (
        formula(
            the_mean,
            lambda Ks, P, y, v, s2: the_variance(Ks, P, y, v, s2) * (1 + (y @ P @ y) / len(y) if len(y) else 1),
        ),
        "G8",
    ),
    "the prior's variance everywhere": (formula(the_mean, lambda Ks, P, y, v, s2: np.full(len(Ks), v)), "G3"),
    "the smallest std everywhere": (with_answer(lambda m, s, *_: (m, np.full_like(s, s.min()))), "G15"),
    "the mean is the product with y": (formula(lambda Ks, P, y, v, s2: Ks @ y / v, the_variance), "G2"),
    "weights that sum to one, as a kernel regression": (
        formula(lambda Ks, P, y, v, s2: Ks @ y / np.maximum(Ks.sum(1), 1e-300), the_variance),
        "G10",
    ),
    "by L' in place of L": (of_factor(lambda L, k: np.linalg.solve(L.T, k)), "G1"),
    "by L in place of its inverse": (of_factor(lambda L, k: L @ k), "G2"),
    "by L L' solved once too often": (of_factor(lambda L, k: np.linalg.solve(L.T, np.linalg.solve(L, k))), "G2"),
    "alpha with L and L' exchanged": (wrong_alpha, "G5"),
    "centred, the mean not added back": (standardizing(back_mean=False, back_std=True), "G1"),
    "standardized, not turned back": (standardizing(back_mean=False, back_std=False), "G8"),
    "centred and turned back, unsaid": (standardizing(), "G7"),
    "the mean of y at infinity": (
        with_answer(lambda m, s, X, y, X_new, v, s2: (m + (y.mean() if len(y) else 0) * (s > 0.999 * np.sqrt(v)), s)),
        "G7",
    ),
    "the mean clipped to the data": (
        with_answer(lambda m, s, X, y, *_: (np.clip(m, y.min(), y.max()) if len(y) else m, s)),
        "G8",
    ),
    "predictions centred in the batch": (with_answer(lambda m, s, *_: (m - m.mean() + m[0], s)), "G15"),
    "std normalized in the batch": (
        with_answer(lambda m, s, X, y, X_new, v, s2: (m, s / max(s.max(), 1e-300) * np.sqrt(v))),
        "G15",
    ),
    "noise wherever a matrix is square": (noise_in_the_kernel(lambda A, B: len(A) == len(B)), "G15"),
    "noise wherever the queries are the data": (noise_in_the_kernel(np.array_equal), "G15"),
    "the queries taken as data": (with_data(queries_as_data), "G15"),
    "only the data nearest to the batch": (with_data(nearest_data), "G15"),
    "only the last five data": (with_data(lambda X, y, X_new: (X[-5:], y[-5:], X_new)), "G4"),
    "only the first 32 data": (with_data(lambda X, y, X_new: (X[:32], y[:32], X_new)), "G30"),
    "only the first 64 data": (with_data(lambda X, y, X_new: (X[:64], y[:64], X_new)), "G30"),
    "only the last datum": (with_data(lambda X, y, X_new: (X[-1:], y[-1:], X_new)), "G4"),
    "the first datum dropped": (
        with_data(lambda X, y, X_new: (X[1:], y[1:], X_new) if len(y) > 1 else (X, y, X_new)),
        "G5",
    ),
    "X sorted apart from y": (with_data(sorted_apart), "G5"),
    "y sorted apart from X": (with_data(lambda X, y, X_new: (X, np.sort(y), X_new)), "G5"),
    "duplicates dropped": (with_data(dropping), "G14"),
    "the last duplicate wins": (with_data(last_wins), "G14"),
    "y clipped at 3 units": (with_data(lambda X, y, X_new: (X, np.clip(y, -3, 3), X_new)), "G9"),
    "y clipped at its quartiles": (
        with_data(lambda X, y, X_new: (X, np.clip(y, *np.quantile(y, [0.25, 0.75])) if len(y) else y, X_new)),
        "G8",
    ),
    "y of another type": (with_data(in_integers), "G27"),
    "single precision": (
        with_data(lambda X, y, X_new: (X.astype(np.float32), y.astype(np.float32), X_new.astype(np.float32))),
        "G1",
    ),
    "points rounded to 6 decimals": (with_data(lambda X, y, X_new: (np.round(X, 6), y, np.round(X_new, 6))), "G9"),
    "scaled by the range of the queries": (
        with_data(lambda X, y, X_new: (X / (1 + np.ptp(X_new)), y, X_new / (1 + np.ptp(X_new)))),
        "G15",
    ),
    "memory in another order": (
        with_data(lambda X, y, X_new: (X, y, X_new.ravel(order="K").reshape(X_new.shape))),
        "G27",
    ),
    "crashes without data": (with_data(lambda X, y, X_new: (X, y - y[0] + y[0], X_new)), "G19"),
    "nan without data": (with_answer(lambda m, s, X, y, *_: (m if len(y) else m + np.nan, s)), "G19"),
    "the mean a column": (columns_of_targets, "G0"),
    "squeezed": (with_answer(lambda m, s, *_: (np.squeeze(m), np.squeeze(s))), "G0"),
    "y a column: (m, n)": (with_answer(lambda m, s, X, y, *_: (m + 0 * y[:, None], s)), "G0"),
    "only the mean": (with_answer(lambda m, s, *_: m), "G0"),
    "a negative std": (with_answer(lambda m, s, *_: (m, -s)), "G0"),
    "nothing kept from being negative": (no_maximum, "G25"),
    "data believed exactly where asked again": (with_answer(remembered_at_data), "G1"),
    "an inverse, though the matrix is singular": (gp, "G20"),
    "jitter only when LAPACK complains": (jitter_after_failure, "G20"),
    "normal equations": (formula(the_mean, the_variance, inverse=normal_equations), "G21"),
    "pseudoinverse that drops what is below 1e-3": (
        formula(the_mean, the_variance, inverse=lambda K: np.linalg.pinv(K, rcond=1e-3)),
        "G1",
    ),
    "inverse in single precision": (
        formula(the_mean, the_variance, inverse=lambda K: np.linalg.inv(K.astype(np.float32)).astype(float)),
        "G21",
    ),
    "cache by shape": (caching(lambda X, y: X.shape), "G16"),
    "cache by the first point": (caching(lambda X, y: X[:1].tobytes()), "G16"),
    "cache by y": (caching(lambda X, y: np.abs(y - 1).tobytes()), "G16"),
    "returns its cache": (returning_its_cache, "G16"),
    "adds to the data before": (adding_to_old_data, "G16"),
    "centres the caller's y": (centring_in_place, "G16"),
    "scales the caller's X": (scaling_in_place, "G16"),
    "another answer each time": (sampling_the_posterior, "G16"),
    "cache by the identity of X": (by_identity, "G16"),
    "grows its factor by the new rows, whatever the old ones": (growing, "G16"),
    "the best four data": (with_data(lambda X, y, Z: (X[np.argsort(y)[:4]], y[np.argsort(y)[:4]], Z)), "G1"),
    "only the five neighbours of each query": (by_neighbours, "G1"),
    "five steps of conjugate gradients": (conjugate_gradients(5), "G1"),
    "near duplicates merged": (with_data(lambda X, y, Z: (*merged(X, y), Z)), "G14"),
    "a log of y where it is positive": (
        with_data(lambda X, y, Z: (X, np.log(y) if len(y) and (y > 0).all() else y, Z)),
        "G1",
    ),
    "queries beyond the fourth forgotten": (
        with_answer(lambda mean, std, *_: (np.where(np.arange(len(mean)) < 4, mean, 0.0), std)),
        "G15",
    ),
    "a last batch of queries that is not full gets the prior": (
        with_answer(lambda mean, std, X, y, Z, v, s2: (mean * full(Z), np.where(full(Z), std, np.sqrt(v)))),
        "G15",
    ),
    "the last eighty data": (with_data(lambda X, y, Z: (X[-80:], y[-80:], Z)), "G30"),
    "noise divided by the number of data": (dividing_the_noise, "G1"),
    "zeros among y taken for missing": (with_data(lambda X, y, Z: (X[y != 0], y[y != 0], Z)), "G1"),
    "length scales clipped to [0.05, 10]": (with_parameters(lambda l, v, s2: (np.clip(l, 0.05, 10), v, s2)), "G1"),
    "noise at least a millionth of the variance": (with_parameters(lambda l, v, s2: (l, v, max(s2, 2e-6 * v))), "G2"),
}

_covariance = {
    "diagonal only": (lambda C, K, s2: np.diag(np.diag(C)), "G28"),
    "noise on its diagonal": (lambda C, K, s2: C + s2 * np.eye(len(C)), "G28"),
    "the prior's": (lambda C, K, s2: K, "G28"),
    "the prior's off the diagonal": (lambda C, K, s2: np.where(np.eye(len(C)) > 0, C, K), "G28"),
    "a correlation": (lambda C, K, s2: C / np.sqrt(np.maximum(np.outer(np.diag(C), np.diag(C)), 1e-300)), "G28"),
    "the upper triangle": (lambda C, K, s2: np.triu(C), "G28"),
    "nothing below 0": (lambda C, K, s2: np.maximum(C, 0.0), "G28"),
    "of the first query with all": (lambda C, K, s2: np.tile(C[:1], (len(C), 1)), "G28"),
    "jitter on its diagonal": (lambda C, K, s2: C + 1e-6 * K[0, 0] * np.eye(len(C)), "G28"),
    "by stds alone": (lambda C, K, s2: np.sqrt(np.maximum(np.outer(np.diag(C), np.diag(C)), 0.0)), "G28"),
}


def joint(change):
    def make(l, v, s2):
        return lambda X, y, X_new: change(covariance(l, v, s2)(X, y, X_new), rbf(l, v)(X_new, X_new), s2)

    return make


_with_kernel = {
    "a constant added to the kernel": (lambda k, s2: with_kernel(lambda A, B: k(A, B) + 1e-3, s2), "G17"),
    "an RBF, whatever was given": (lambda k, s2: gp(np.ones(1), 1.0, s2 + 1e-9), "G17"),
    "always some noise": (lambda k, s2: with_kernel(k, s2 + 1e-6), "G17"),
    "the prior variance of the first datum": (
        lambda k, s2: (
            lambda X, y, Z: (
                with_kernel(k, s2)(X, y, Z)[0],
                np.sqrt(k(X[:1], X[:1])[0, 0] + with_kernel(k, s2)(X, y, Z)[1] ** 2),
            )
        ),
        "G17",
    ),
}


def with_memory():
    """A surrogate of its own, that learns from every call."""
    seen = []

    def predict(X, y, X_new):
        seen.append(y.mean())
        mean, std = gp(np.full(X.shape[1], 0.4), 1.0, 1e-4)(X, y - np.mean(seen), X_new)
        return mean + np.mean(seen), std

    return predict


def own(X, y, X_new):
    """A surrogate that needs no hyperparameters."""
    unit = y.std() or 1.0
    mean, std = gp(np.full(X.shape[1], 0.4), 1.0, 1e-4)(X, (y - y.mean()) / unit, X_new)
    return y.mean() + unit * mean, unit * std


_predict = {
    "std that shrinks with the distance": (lambda X, y, Z: (own(X, y, Z)[0], 1 / (1 + own(X, y, Z)[1])), "G26"),
    "std of the whole batch": (lambda X, y, Z: (own(X, y, Z)[0], np.full(len(Z), own(X, y, Z)[1].mean())), "G15"),
    "mean of the batch added": (lambda X, y, Z: (own(X, y, Z)[0] + Z.mean(), own(X, y, Z)[1]), "G15"),
    "the order of data matters": (lambda X, y, Z: own(X[2:], y[2:], Z), "G5"),
    "no std": (lambda X, y, Z: own(X, y, Z)[0], "G0"),
    "mean and std of y, whatever is asked": (
        lambda X, y, Z: (np.full(len(Z), y.mean()), np.full(len(Z), y.std())),
        "G31",
    ),
    "the mean has the wrong sign": (lambda X, y, Z: (-own(X, y, Z)[0], own(X, y, Z)[1]), "G31"),
    "the mean of y not added back": (lambda X, y, Z: (own(X, y, Z)[0] - y.mean(), own(X, y, Z)[1]), "G31"),
    "standardized, not turned back": (
        lambda X, y, Z: ((own(X, y, Z)[0] - y.mean()) / (y.std() or 1.0), own(X, y, Z)[1]),
        "G31",
    ),
    "only the first coordinate": (lambda X, y, Z: own(X[:, :1], y, Z[:, :1]), "G31"),
    "y sorted apart from X": (lambda X, y, Z: own(X, np.sort(y), Z), "G31"),
    "no doubt anywhere": (lambda X, y, Z: (own(X, y, Z)[0], np.zeros(len(Z))), "G31"),
    "the std is a constant": (lambda X, y, Z: (own(X, y, Z)[0], np.full(len(Z), 0.1 * (y.std() or 1.0))), "G31"),
    "coordinates exchanged in the queries": (lambda X, y, Z: own(X, y, Z[:, ::-1]), "G31"),
    "the mean scaled by the variance of y": (
        lambda X, y, Z: (y.mean() + (own(X, y, Z)[0] - y.mean()) * (y.std() or 1.0), own(X, y, Z)[1]),
        "G33",
    ),
    "the last datum left out": (lambda X, y, Z: own(X[:-1], y[:-1], Z), "G31"),
    "the variance for the std": (lambda X, y, Z: (own(X, y, Z)[0], own(X, y, Z)[1] ** 2), "G33"),
    "the root of the std": (lambda X, y, Z: (own(X, y, Z)[0], own(X, y, Z)[1] ** 0.5), "G33"),
    "0/0 for a constant": (
        lambda X, y, Z: own(X, y, Z) if y.std() > 0 else (np.full(len(Z), np.nan), np.ones(len(Z))),
        "G32",
    ),
    "std is nan at data": (
        lambda X, y, Z: (own(X, y, Z)[0], np.where(own(X, y, Z)[1] < 0.3, np.nan, own(X, y, Z)[1])),
        "G25",
    ),
}

_other = {
    "all that was seen is remembered": (lambda **options: check_surrogate(predict=with_memory(), **options), "G16"),
    "the cache outlives its hyperparameters": (
        lambda **options: check_surrogate(caching_between_fits(), singular="raise", **options),
        "G9",
    ),
    "variance declared, std returned": (partial(check_surrogate, gp, returns="variance", singular="raise"), "G7"),
    "noise declared in the prediction, not added": (
        partial(check_surrogate, gp, predictive=True, singular="raise"),
        "G7",
    ),
    "standardized with ddof=1": (
        partial(check_surrogate, standardizing(ddof=1), standardizes=True, singular="raise"),
        "G1",
    ),
    "standardized, only the mean turned back": (
        partial(check_surrogate, standardizing(back_std=False), standardizes=True, singular="raise"),
        "G6",
    ),
    "covariance that centres the caller's X": (
        partial(check_surrogate, gp, covariance=spoiling(covariance, 0, centre), singular="raise"),
        "G16",
    ),
    "covariance remembered, whatever the hyperparameters": (
        partial(check_surrogate, gp, covariance=remembering(covariance), singular="raise"),
        "G28",
    ),
    "Matern declared, RBF used": (partial(check_surrogate, gp, kernel="matern52", singular="raise"), "G1"),
}

_own_units = {
    "the std not turned back": lambda X, y, Z: (own(X, y, Z)[0], own(X, y, Z)[1] / (y.std() or 1.0)),
    "the variance for the std": lambda X, y, Z: (own(X, y, Z)[0], own(X, y, Z)[1] ** 2),
    "the mean of y in the std": lambda X, y, Z: (own(X, y, Z)[0], own(X, y, Z)[1] + abs(y.mean())),
    "a noise in units of y": lambda X, y, Z: gp(np.full(X.shape[1], 0.4), float(y.var()), 1e-4)(X, y, Z),
}

_SINGULAR = {"G20": "solve"}  # the naive inverse says that it does not take singular matrices, unless that is the point

WRONG = [
    *(
        (f"surrogate: {what}", partial(check_surrogate, make, singular=_SINGULAR.get(id, "raise")), id)
        for what, (make, id) in _make.items()
    ),
    *(
        (f"covariance: {what}", partial(check_surrogate, gp, covariance=joint(change), singular="raise"), id)
        for what, (change, id) in _covariance.items()
    ),
    *(
        (f"any kernel: {what}", partial(check_surrogate, gp, with_kernel=make, singular="raise"), id)
        for what, (make, id) in _with_kernel.items()
    ),
    *((f"own surrogate: {what}", partial(check_surrogate, predict=f), id) for what, (f, id) in _predict.items()),
    *(
        (f"own surrogate that standardizes: {what}", partial(check_surrogate, predict=f, standardizes=True), "G33")
        for what, f in _own_units.items()
    ),
    *((f"conventions: {what}", check, id) for what, (check, id) in _other.items()),
]

_ALL = {
    "covariance": covariance,
    "lml": lml,
    "lml_gradient": lml_gradient,
    "leave_one_out": leave_one_out,
    "with_kernel": with_kernel,
}


def returning_variance(l, v, s2):
    def predict(X, y, X_new):
        mean, std = gp(l, v, s2)(X, y, X_new)
        return mean, std**2

    return predict


RIGHT = [
    ("a naive Gaussian process", partial(check_surrogate, gp, singular="raise", **_ALL)),
    ("that returns the variance", partial(check_surrogate, returning_variance, returns="variance", singular="raise")),
    (
        "that adds the noise",
        partial(check_surrogate, _make["the prediction includes the noise"][0], predictive=True, singular="raise"),
    ),
    ("that standardizes", partial(check_surrogate, standardizing(), standardizes=True, singular="raise")),
    ("with Matern 5/2", partial(check_surrogate, partial(gp, kernel=matern52), kernel="matern52", singular="raise")),
    ("that sets its own hyperparameters", partial(check_surrogate, predict=own)),
    (
        "with given ones and a great variance",
        partial(check_surrogate, predict=lambda X, y, Z: gp(np.full(X.shape[1], 0.5), 1e4, 1e-2)(X, y, Z)),
    ),
    ("that sets them in units of y", partial(check_surrogate, predict=own, standardizes=True)),
]
