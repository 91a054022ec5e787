"""Wrong likelihoods, gradients of them, and leave-one-out. Each entry names the law that must see it."""

import math
from functools import partial

import numpy as np

from bayesopt_from_scratch.checks import check_surrogate

from .right import centre, gp, halve, leave_one_out, lml, lml_gradient, rbf, rbf_gradient, remembering, spoiling


def terms(combine, noise=lambda s2: s2):
    """The likelihood from (fit, log det, n), with something wrong in between."""

    def make(l, v, s2):
        def value(X, y):
            K = rbf(l, v)(X, X) + noise(s2) * np.eye(len(X))
            return combine(float(y @ np.linalg.inv(K) @ y), float(np.linalg.slogdet(K)[1]), len(y))

        return value

    return make


C = math.log(2 * math.pi)


def from_determinant(l, v, s2):
    def value(X, y):
        K = rbf(l, v)(X, X) + s2 * np.eye(len(X))
        with np.errstate(divide="ignore"):
            return -0.5 * (y @ np.linalg.inv(K) @ y + np.log(np.linalg.det(K)) + len(y) * C)

    return value


def determinant_without_noise(l, v, s2):
    def value(X, y):
        K = rbf(l, v)(X, X)
        fit = y @ np.linalg.inv(K + s2 * np.eye(len(X))) @ y
        return -0.5 * (fit + np.linalg.slogdet(K + 1e-12 * v * np.eye(len(X)))[1] + len(y) * C)

    return value


def leave_one_out_score(l, v, s2):
    def value(X, y):
        mean, std = leave_one_out(l, v, s2)(X, y)
        return float(np.sum(-0.5 * ((y - mean) / std) ** 2 - np.log(std) - 0.5 * C))

    return value


def independent(l, v, s2):
    """As if the values did not know of each other."""
    return lambda X, y: float(np.sum(-0.5 * y**2 / (v + s2) - 0.5 * np.log(v + s2) - 0.5 * C))


def keeping_by_points(l, v, s2):
    cache = {}
    return lambda X, y: cache.setdefault(X.tobytes(), lml(l, v, s2)(X, y))


_lml = {
    "centres the caller's y": (spoiling(lml, 1, centre), "G16"),
    "cache by X": (keeping_by_points, "G16"),
    "remembered, whatever the hyperparameters": (remembering(lml), "G22"),
    "log det not halved": (terms(lambda fit, logdet, n: -0.5 * fit - logdet - 0.5 * n * C), "G22"),
    "log det halved twice": (terms(lambda fit, logdet, n: -0.5 * fit - 0.25 * logdet - 0.5 * n * C), "G11"),
    "log det with the wrong sign": (terms(lambda fit, logdet, n: -0.5 * fit + 0.5 * logdet - 0.5 * n * C), "G22"),
    "log det missing": (terms(lambda fit, logdet, n: -0.5 * fit - 0.5 * n * C), "G22"),
    "the constant missing": (terms(lambda fit, logdet, n: -0.5 * fit - 0.5 * logdet), "G11"),
    "the constant not times n": (terms(lambda fit, logdet, n: -0.5 * fit - 0.5 * logdet - 0.5 * C), "G11"),
    "the constant of base 10": (
        terms(lambda fit, logdet, n: -0.5 * fit - 0.5 * logdet - 0.5 * n * math.log10(2 * math.pi)),
        "G22",
    ),
    "the fit not halved": (terms(lambda fit, logdet, n: -fit - 0.5 * logdet - 0.5 * n * C), "G22"),
    "the fit with the wrong sign": (terms(lambda fit, logdet, n: 0.5 * fit - 0.5 * logdet - 0.5 * n * C), "G11"),
    "for each datum": (terms(lambda fit, logdet, n: (-0.5 * fit - 0.5 * logdet - 0.5 * n * C) / max(n, 1)), "G22"),
    "negative, to be minimized": (terms(lambda fit, logdet, n: 0.5 * fit + 0.5 * logdet + 0.5 * n * C), "G22"),
    "the noise squared": (terms(lambda fit, logdet, n: -0.5 * (fit + logdet + n * C), lambda s2: s2**2), "G22"),
    "noise with jitter": (terms(lambda fit, logdet, n: -0.5 * (fit + logdet + n * C), lambda s2: s2 + 1e-4), "G11"),
    "log det without the noise": (determinant_without_noise, "G22"),
    "the determinant underflows": (from_determinant, "G29"),
    "the leave-one-out score": (leave_one_out_score, "G11"),
    "of each datum by itself": (independent, "G11"),
}


def traces(half=0.5, trace=1.0, outer=1.0, noise=lambda K, s2: K + s2 * np.eye(len(K)), by_noise=lambda s2: s2):
    """GPML eq. 5.9 with something wrong in it."""

    def make(l, v, s2):
        def gradient(X, y):
            K = rbf(l, v)(X, X)
            P = np.linalg.inv(noise(K, s2))
            alpha = P @ y
            S = outer * np.outer(alpha, alpha) - trace * P
            return np.array(
                [half * (S * D).sum() for D in [*rbf_gradient(l, v)(X, X), K, by_noise(s2) * np.eye(len(X))]]
            )

        return gradient

    return make


def spoilt(change):
    return lambda l, v, s2: lambda X, y: change(lml_gradient(l, v, s2)(X, y), l, v, s2)


def differences(l, v, s2):
    def gradient(X, y):
        value, theta = lml(l, v, s2)(X, y), np.log([*l, v, s2])
        moved = [np.exp(theta + 1e-6 * e) for e in np.eye(len(theta))]
        return np.array([(lml(t[:-2], t[-2], t[-1])(X, y) - value) / 1e-6 for t in moved])

    return gradient


_gradient = {
    "the factor 1/2 missing": (traces(half=1.0), "G12"),
    "the trace missing": (traces(trace=0.0), "G23"),
    "the trace with the wrong sign": (traces(trace=-1.0), "G23"),
    "the term of the data missing": (traces(outer=0.0), "G12"),
    "without noise in the inverse": (traces(noise=lambda K, s2: K + 1e-9 * K[0, 0] * np.eye(len(K))), "G12"),
    "noise by itself, not by its logarithm": (traces(by_noise=lambda s2: 1.0), "G23"),
    "noise by its standard deviation": (traces(by_noise=lambda s2: 2 * math.sqrt(s2)), "G23"),
    "noise by the log of its standard deviation": (traces(by_noise=lambda s2: 2 * s2), "G23"),
    "negative, to be minimized": (traces(half=-0.5), "G12"),
    "by the parameters themselves": (spoilt(lambda g, l, v, s2: g / np.array([*l, v, s2])), "G12"),
    "by the length scales themselves": (spoilt(lambda g, l, v, s2: g / np.array([*l, 1, 1])), "G12"),
    "by the squared length scales": (spoilt(lambda g, l, v, s2: g / np.array([*(0 * l + 2), 1, 1])), "G12"),
    "by inverse length scales": (spoilt(lambda g, l, v, s2: g * np.array([*(0 * l - 1), 1, 1])), "G12"),
    "variance and noise exchanged": (spoilt(lambda g, l, v, s2: np.array([*g[:-2], g[-1], g[-2]])), "G12"),
    "the variance first": (spoilt(lambda g, l, v, s2: np.roll(g, 2)), "G12"),
    "length scales in the opposite order": (spoilt(lambda g, l, v, s2: np.array([*g[-3::-1], *g[-2:]])), "G12"),
    "one sum for all length scales": (spoilt(lambda g, l, v, s2: np.array([*(0 * l + g[:-2].sum()), *g[-2:]])), "G12"),
    "no gradient by the noise": (spoilt(lambda g, l, v, s2: np.array([*g[:-1], 0.0])), "G23"),
    "no entry for the noise": (spoilt(lambda g, l, v, s2: g[:-1]), "G12"),
    "clipped": (spoilt(lambda g, l, v, s2: np.clip(g, -10, 10)), "G12"),
    "forward differences": (differences, "G12"),
    "halves the caller's y": (spoiling(lml_gradient, 1, halve), "G16"),
    "remembered, whatever the hyperparameters": (remembering(lml_gradient), "G12"),
}


def left_out(change):
    """Leave-one-out from (y, inverse of K + s2 I, K, s2)."""

    def make(l, v, s2):
        def predict(X, y):
            K = rbf(l, v)(X, X)
            return change(y, np.linalg.inv(K + s2 * np.eye(len(X))), K, s2)

        return predict

    return make


_leave_one_out = {
    "noise forgotten in the matrix": (
        left_out(lambda y, P, K, s2: _closed(y, np.linalg.inv(K + 1e-9 * K[0, 0] * np.eye(len(y))))),
        "G13",
    ),
    "noise forgotten in the prediction": (
        left_out(lambda y, P, K, s2: (_closed(y, P)[0], np.sqrt(np.maximum(1 / np.diag(P) - s2, 0)))),
        "G13",
    ),
    "noise added once more": (left_out(lambda y, P, K, s2: (_closed(y, P)[0], np.sqrt(1 / np.diag(P) + s2))), "G13"),
    "the variance returned": (left_out(lambda y, P, K, s2: (_closed(y, P)[0], 1 / np.diag(P))), "G13"),
    "the precision returned": (left_out(lambda y, P, K, s2: (_closed(y, P)[0], np.sqrt(np.diag(P)))), "G13"),
    "the residual in place of the mean": (
        left_out(lambda y, P, K, s2: (P @ y / np.diag(P), np.sqrt(1 / np.diag(P)))),
        "G13",
    ),
    "the residual with the wrong sign": (
        left_out(lambda y, P, K, s2: (y + P @ y / np.diag(P), np.sqrt(1 / np.diag(P)))),
        "G13",
    ),
    "times the precision": (left_out(lambda y, P, K, s2: (y - P @ y * np.diag(P), np.sqrt(1 / np.diag(P)))), "G13"),
    "by the diagonal of K": (
        left_out(lambda y, P, K, s2: (y - P @ y * (np.diag(K) + s2), np.sqrt(np.diag(K) + s2))),
        "G13",
    ),
    "with the mean of all": (
        lambda l, v, s2: lambda X, y: shifted(leave_one_out(l, v, s2)(X, y - y.mean()), y.mean()),
        "G13",
    ),
    "of the datum before": (lambda l, v, s2: lambda X, y: rolled(leave_one_out(l, v, s2)(X, y)), "G13"),
    "half the noise": (lambda l, v, s2: leave_one_out(l, v, s2 / 2), "G13"),
    "without the only datum, the datum": (
        lambda l, v, s2: lambda X, y: leave_one_out(l, v, s2)(X, y) if len(y) > 1 else (y.copy(), np.zeros(1)),
        "G13",
    ),
    "writes into the caller's y": (spoiling(leave_one_out, 1, halve), "G16"),
    "remembered, whatever the hyperparameters": (remembering(leave_one_out), "G13"),
    "nothing left out": (lambda l, v, s2: lambda X, y: gp(l, v, s2)(X, y, X), "G13"),
}


def shifted(answer, by):
    return answer[0] + by, answer[1]


def rolled(answer):
    return np.roll(answer[0], 1), answer[1]


def _closed(y, P):
    return y - P @ y / np.diag(P), np.sqrt(1 / np.diag(P))


WRONG = [
    (f"{ability}: {what}", partial(check_surrogate, gp, singular="raise", **{ability: make}), id)
    for ability, table in (("lml", _lml), ("lml_gradient", _gradient), ("leave_one_out", _leave_one_out))
    for what, (make, id) in table.items()
]

RIGHT = [
    (
        "likelihood with a gradient by the parameters",
        partial(
            check_surrogate,
            gp,
            singular="raise",
            lml=lml,
            gradient_in="raw",
            lml_gradient=_gradient["by the parameters themselves"][0],
        ),
    ),
    (
        "leave-one-out by its closed form",
        partial(check_surrogate, gp, singular="raise", leave_one_out=left_out(lambda y, P, K, s2: _closed(y, P))),
    ),
]
