"""Wrong acquisition functions. Each entry says what is wrong and names the law that must see it."""

import math
from functools import partial

import numpy as np

from bayesopt_from_scratch.checks import check_acquisition

from .right import cdf, ei, ei_gradient, log_ei, log_ei_gradient, log_h, pdf


def formula(f):
    """EI from a wrong function of (d, s); std = 0 is seen to, so that nothing else is wrong."""

    def function(mean, std, best):
        d, s = best - mean, np.where(std > 0, std, 1.0)
        with np.errstate(all="ignore"):
            return np.where(std > 0, f(d, s), np.maximum(d, 0.0))

    return function


def with_cdf(Phi):
    return formula(lambda d, s: d * Phi(d / s) + s * pdf(d / s))


def with_arguments(change):
    return lambda mean, std, best: ei(*change(mean, std, best))


def with_answer(change):
    return lambda mean, std, best: change(ei(mean, std, best), mean, std, best)


def without_care(mean, std, best):
    with np.errstate(all="ignore"):
        z = (best - mean) / std
        return (best - mean) * cdf(z) + std * pdf(z)


def zero_where_certain(mean, std, best):
    return np.where(std > 0, ei(mean, std, best), 0.0)


def crude(mean, std, best):
    """Certain only if all are."""
    return ei(mean, std, best) if np.all(std == 0) or np.all(std > 0) else without_care(mean, std, best)


def in_place(mean, std, best):
    std[std == 0] = 1e-12
    return ei(mean, std, best)


def mean_in_place(mean, std, best):
    mean -= best
    value = ei(mean, std, 0.0)
    return value


def like_the_mean(mean, std, best):
    out = np.empty_like(mean)
    out[...] = ei(mean, std, best)
    return out


def afterwards(function, change):
    """Write into the caller's mean and std once the answer is there."""

    def spoiling(mean, std, best):
        answer = function(mean.copy(), std.copy(), best)
        change(mean, std, best)
        return answer

    return spoiling


def broadcast(mean, std, best):
    return ei(mean[:, None], std, best)


def one_at_a_time(mean, std, best):
    return ei(mean, std, best) if np.size(mean) > 1 else float(np.squeeze(ei(mean, std, best)))


def remembering():
    lowest = [math.inf]

    def function(mean, std, best):
        lowest[0] = min(lowest[0], best)
        return ei(mean, std, lowest[0])

    return function


def erf_of(z, c):
    return np.vectorize(lambda x: 0.5 * (1 + math.erf(x / c)), otypes=[float])(z)


def hastings(z):
    """Abramowitz & Stegun 26.2.17, right to 7.5e-8."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    tail = pdf(z) * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    return np.where(z > 0, 1 - tail, tail)


_HERMITE = np.polynomial.hermite_e.hermegauss(20)

_ei = {
    "variance for std": (formula(lambda d, s: d * cdf(d / s**2) + s**2 * pdf(d / s**2)), "E1"),
    "std for variance": (formula(lambda d, s: d * cdf(d / np.sqrt(s)) + np.sqrt(s) * pdf(d / np.sqrt(s))), "E7"),
    "std missing before phi": (formula(lambda d, s: d * cdf(d / s) + pdf(d / s)), "E7"),
    "variance before phi": (formula(lambda d, s: d * cdf(d / s) + s**2 * pdf(d / s)), "E7"),
    "z divided by the variance": (formula(lambda d, s: d * cdf(d / s**2) + s * pdf(d / s**2)), "E6"),
    "z not divided by std": (formula(lambda d, s: d * cdf(d) + s * pdf(d)), "E1"),
    "z for best - mean": (formula(lambda d, s: d / s * cdf(d / s) + s * pdf(d / s)), "E1"),
    "best - mean missing": (formula(lambda d, s: cdf(d / s) + s * pdf(d / s)), "E1"),
    "probability of improvement": (formula(lambda d, s: cdf(d / s)), "E3"),
    "Phi and phi exchanged": (formula(lambda d, s: d * pdf(d / s) + s * cdf(d / s)), "E1"),
    "phi with the wrong sign": (formula(lambda d, s: d * cdf(d / s) - s * pdf(d / s)), "E3"),
    "phi missing": (formula(lambda d, s: d * cdf(d / s)), "E3"),
    "Phi missing": (formula(lambda d, s: d + s * pdf(d / s)), "E3"),
    "the first term missing": (formula(lambda d, s: s * pdf(d / s)), "E8"),
    "absolute improvement": (formula(lambda d, s: np.abs(d) * cdf(d / s) + s * pdf(d / s)), "E8"),
    "no improvement below zero": (formula(lambda d, s: np.maximum(d, 0) * cdf(d / s) + s * pdf(d / s)), "E8"),
    "zero where the mean is worse": (formula(lambda d, s: np.where(d > 0, d * cdf(d / s) + s * pdf(d / s), 0.0)), "E8"),
    "the wrong sign": (with_answer(lambda e, *_: -e), "E3"),
    "for maximization": (with_arguments(lambda m, s, b: (-m, s, -b)), "E5"),
    "mean - best": (formula(lambda d, s: -d * cdf(-d / s) + s * pdf(d / s)), "E5"),
    "phi without its constant": (formula(lambda d, s: d * cdf(d / s) + s * np.exp(-0.5 * (d / s) ** 2)), "E7"),
    "phi divided by 2 pi": (formula(lambda d, s: d * cdf(d / s) + s * pdf(d / s) / math.sqrt(2 * math.pi)), "E7"),
    "phi with the factor 1/2 missing": (
        formula(lambda d, s: d * cdf(d / s) + s * np.exp(-((d / s) ** 2)) / math.sqrt(2 * math.pi)),
        "E6",
    ),
    "phi with the sign of z^2": (
        formula(lambda d, s: d * cdf(d / s) + s * np.exp(0.5 * np.minimum(d / s, 9) ** 2) / math.sqrt(2 * math.pi)),
        "E3",
    ),
    "erf without sqrt(2)": (with_cdf(lambda z: erf_of(z, 1.0)), "E6"),
    "erf not halved": (with_cdf(lambda z: 2 * erf_of(z, math.sqrt(2)) - 1), "E8"),
    "1 + erf cancels": (with_cdf(lambda z: erf_of(z, math.sqrt(2))), "E2"),
    "Phi by a polynomial": (with_cdf(hastings), "E1"),
    "Phi by a logistic function": (with_cdf(lambda z: 1 / (1 + np.exp(-1.702 * np.clip(z, -300, 300)))), "E1"),
    "Phi by tanh": (with_cdf(lambda z: 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))), "E1"),
    "z clipped to [-5, 5]": (
        formula(lambda d, s: s * (np.clip(d / s, -5, 5) * cdf(np.clip(d / s, -5, 5)) + pdf(np.clip(d / s, -5, 5)))),
        "E1",
    ),
    "z clipped to [-10, 10]": (
        formula(
            lambda d, s: s * (np.clip(d / s, -10, 10) * cdf(np.clip(d / s, -10, 10)) + pdf(np.clip(d / s, -10, 10)))
        ),
        "E2",
    ),
    "zero below z = -5": (formula(lambda d, s: np.where(d / s < -5, 0.0, d * cdf(d / s) + s * pdf(d / s))), "E2"),
    "best - mean above z = 5": (formula(lambda d, s: np.where(d / s > 5, d, d * cdf(d / s) + s * pdf(d / s))), "E1"),
    "never below 1e-12": (with_answer(lambda e, *_: np.maximum(e, 1e-12)), "E2"),
    "never below 1e-3": (with_answer(lambda e, *_: np.maximum(e, 1e-3)), "E4"),
    "the logarithm": (with_answer(lambda e, *_: np.log(np.maximum(e, 1e-300))), "E3"),
    "a best of 0 taken for none": (with_arguments(lambda m, s, b: (m, s, b or m.min())), "E1"),
    "an offset of 0.01": (with_arguments(lambda m, s, b: (m, s, b - 0.01)), "E4"),
    "an offset of a hundredth of std": (with_arguments(lambda m, s, b: (m, s, b - 0.01 * s)), "E7"),
    "an offset relative to the best": (with_arguments(lambda m, s, b: (m, s, b - 0.01 * abs(b))), "E7"),
    "std never below 1e-3": (with_arguments(lambda m, s, b: (m, np.maximum(s, 1e-3), b)), "E4"),
    "1e-9 added to std": (with_arguments(lambda m, s, b: (m, s + 1e-9, b)), "E4"),
    "0 where std is below 1e-6 of the largest": (
        with_answer(lambda e, m, s, b: np.where(s < 1e-6 * s.max(), 0.0, e)),
        "E4",
    ),
    "certain where std is below a thousandth of the mean": (
        lambda m, s, b: np.where(s < 1e-3 * np.abs(m), np.maximum(b - m, 0), ei(m, s, b)),
        "E7",
    ),
    "certain where std is below 1e-6": (lambda m, s, b: np.where(s < 1e-6, np.maximum(b - m, 0), ei(m, s, b)), "E7"),
    "Gauss-Hermite quadrature of the kink": (
        lambda m, s, b: np.maximum(b - m[:, None] - s[:, None] * _HERMITE[0], 0) @ _HERMITE[1] / math.sqrt(2 * math.pi),
        "E1",
    ),
    "0 where std is 0": (zero_where_certain, "E4"),
    "nan where std is 0": (without_care, "E4"),
    "nan where only some std are 0": (crude, "E4"),
    "phi of the first entry": (lambda m, s, b: formula(lambda d, s: d * cdf(d / s) + s * pdf(d / s)[0])(m, s, b), "E9"),
    "the best is the lowest mean": (with_arguments(lambda m, s, b: (m, s, m.min())), "E9"),
    "the best is the lower of best and the means": (with_arguments(lambda m, s, b: (m, s, min(b, m.min()))), "E9"),
    "normalized by the largest": (with_answer(lambda e, *_: e / max(e.max(), 1e-300)), "E9"),
    "the mean std for all": (with_arguments(lambda m, s, b: (m, np.full_like(s, s.mean()), b)), "E9"),
    "sorted": (with_answer(lambda e, *_: np.sort(e)), "E9"),
    "broadcasts (m, 1) with (m,)": (broadcast, "E0"),
    "a number for one entry": (one_at_a_time, "E0"),
    "the sum": (with_answer(lambda e, *_: e.sum()), "E0"),
    "single precision": (with_answer(lambda e, *_: e.astype(np.float32)), "E1"),
    "arguments in single precision": (
        with_arguments(lambda m, s, b: (m.astype(np.float32), s.astype(np.float32), b)),
        "E1",
    ),
    "rounded to 9 decimals": (with_answer(lambda e, *_: np.round(e, 9)), "E2"),
    "writes into the caller's std": (in_place, "E13"),
    "writes into the caller's mean": (mean_in_place, "E13"),
    "another answer each time": (
        with_arguments(lambda m, s, b: (m + 1e-3 * s * np.random.default_rng().standard_normal(len(m)), s, b)),
        "E13",
    ),
    "a confidence bound": (formula(lambda d, s: np.maximum(d + s, 0.0)), "E3"),
    "squared improvement": (formula(lambda d, s: (d**2 + s**2) * cdf(d / s) + d * s * pdf(d / s)), "E7"),
    "falls with std": (formula(lambda d, s: np.maximum(d, 0) - s * pdf(d / s) * 0), "E6"),
}


def with_log_h(f):
    def function(mean, std, best):
        d = best - mean
        with np.errstate(all="ignore"):
            return np.where(std > 0, np.log(std) + f(np.where(std > 0, d / std, 0.0)), np.log(np.maximum(d, 0.0)))

    return function


def series(terms):
    """The asymptotic series of log h, as far as that."""

    def tail(z):
        x = 1 / z**2
        return -0.5 * z**2 - 0.5 * math.log(2 * math.pi) - 2 * np.log(np.abs(z)) + np.log1p(terms(x))

    return tail


def branches(at, tail):
    return with_log_h(lambda z: np.where(z < at, tail(np.minimum(z, at)), log_h(z)))


def logarithm(value):
    with np.errstate(all="ignore"):
        return np.log(value)


_log_ei = {
    "log of EI": (lambda m, s, b: logarithm(np.maximum(ei(m, s, b), 0.0)), "E10"),
    "log of EI + 1e-12": (lambda m, s, b: logarithm(ei(m, s, b) + 1e-12), "E10"),
    "log of EI + 1e-300": (lambda m, s, b: logarithm(np.maximum(ei(m, s, b), 0.0) + 1e-300), "E14"),
    "z clipped at -30": (with_log_h(lambda z: log_h(np.maximum(z, -30.0))), "E10"),
    "log of std forgotten": (lambda m, s, b: np.where(s > 0, log_ei(m, s, b) - logarithm(s), log_ei(m, s, b)), "E10"),
    "log of std twice": (lambda m, s, b: np.where(s > 0, log_ei(m, s, b) + logarithm(s), log_ei(m, s, b)), "E10"),
    "base 10": (lambda m, s, b: log_ei(m, s, b) / math.log(10), "E15"),
    "log1p": (lambda m, s, b: np.log1p(ei(m, s, b)), "E15"),
    "for maximization": (lambda m, s, b: log_ei(-m, s, -b), "E15"),
    "phi + z Phi cancels": (with_log_h(lambda z: logarithm(pdf(z) + z * erf_of(z, math.sqrt(2)))), "E14"),
    "one term of the series from -3": (branches(-3, series(lambda x: -3 * x)), "E10"),
    "no term of the series from -6": (branches(-6, series(lambda x: 0 * x)), "E14"),
    "two terms of the series from -10": (branches(-10, series(lambda x: -3 * x + 15 * x**2)), "E10"),
    "-2 log|z| forgotten": (branches(-20, lambda z: series(lambda x: -3 * x)(z) + 2 * np.log(np.abs(z))), "E14"),
    "log|z| once": (branches(-20, lambda z: series(lambda x: -3 * x)(z) + np.log(np.abs(z))), "E14"),
    "the constant forgotten": (
        branches(-20, lambda z: series(lambda x: -3 * x)(z) + 0.5 * math.log(2 * math.pi)),
        "E14",
    ),
    "z^2 not halved": (branches(-20, lambda z: series(lambda x: -3 * x)(z) - 0.5 * z**2), "E10"),
    "flat below -1e3": (with_log_h(lambda z: log_h(np.maximum(z, -1e3))), "E10"),
    "probability of improvement in the tail": (
        branches(-20, lambda z: series(lambda x: -x)(z) + np.log(np.abs(z))),
        "E14",
    ),
    "nan at std 0": (lambda m, s, b: logarithm(s) + log_h((b - m) / np.where(s > 0, s, np.nan)), "E15"),
    "-inf at std 0": (lambda m, s, b: np.where(s > 0, log_ei(m, s, b), -np.inf), "E15"),
    "0 at std 0 above the best": (lambda m, s, b: np.where((s == 0) & (m >= b), 0.0, log_ei(m, s, b)), "E15"),
    "single precision": (lambda m, s, b: log_ei(m, s, b).astype(np.float32), "E10"),
    "normalized by the largest": (lambda m, s, b: log_ei(m, s, b) - log_ei(m, s, b).max(), "E10"),
}

_gradient = {
    "by the mean with the wrong sign": (lambda z, a, b, s: (-a, b), "E16"),
    "by the std with the wrong sign": (lambda z, a, b, s: (a, -b), "E16"),
    "by z": (lambda z, a, b, s: (a / s, b), "E16"),
    "the two exchanged": (lambda z, a, b, s: (b, a), "E16"),
    "phi without its constant": (lambda z, a, b, s: (a, b * math.sqrt(2 * math.pi)), "E16"),
    "a factor z too many": (lambda z, a, b, s: (a, b * z), "E16"),
    "Phi(-z)": (lambda z, a, b, s: (-1 - a, b), "E16"),
    "by the variance": (lambda z, a, b, s: (a, b / (2 * s)), "E16"),
    "only one of them": (lambda z, a, b, s: (a,), "E16"),
    "0/0 at std 0": (lambda z, a, b, s: (a, b * np.divide(s, s, out=np.full_like(s, np.nan), where=s > 0)), "E16"),
    "0 at std 0": (lambda z, a, b, s: (a * (s > 0), b * (s > 0)), "E16"),
}


def spoilt(change):
    def gradient(mean, std, best):
        with np.errstate(divide="ignore"):
            z = (best - mean) / std
        return change(z, *ei_gradient(mean, std, best), std)

    return gradient


def log_spoilt(change):
    return lambda mean, std, best: change(*log_ei_gradient(mean, std, best), mean, std, best)


def naive(mean, std, best):
    """The gradient of EI divided by EI: 0/0 far out."""
    with np.errstate(all="ignore"):
        z, value = (best - mean) / std, ei(mean, std, best)
        return log_ei(mean, std, best), -cdf(z) / value, pdf(z) / value


def floored(mean, std, best):
    z, value = (best - mean) / std, np.maximum(ei(mean, std, best), 1e-100)
    return log_ei(mean, std, best), -cdf(z) / value, pdf(z) / value


_log_gradient = {
    "not divided by EI": (log_spoilt(lambda v, a, b, m, s, best: (v, a * np.exp(v), b * np.exp(v))), "E17"),
    "divided by h alone": (log_spoilt(lambda v, a, b, m, s, best: (v, a * s, b * s)), "E17"),
    "by the mean with the wrong sign": (log_spoilt(lambda v, a, b, m, s, best: (v, -a, b)), "E17"),
    "by the std without 1/std of log std": (log_spoilt(lambda v, a, b, m, s, best: (v, a, b - 1 / s)), "E17"),
    "the two exchanged": (log_spoilt(lambda v, a, b, m, s, best: (v, b, a)), "E17"),
    "clipped": (log_spoilt(lambda v, a, b, m, s, best: (v, np.clip(a, -10, 10), np.clip(b, -10, 10))), "E17"),
    "EI never below 1e-100": (floored, "E17"),
    "0/0 far out": (naive, "E18"),
    "0 below z = -40": (
        log_spoilt(lambda v, a, b, m, s, best: (v, a * ((best - m) / s > -40), b * ((best - m) / s > -40))),
        "E18",
    ),
    "the values of z = -100 beyond": (lambda m, s, b: log_ei_gradient(np.minimum(m, b + 100 * s), s, b), "E18"),
    "EI in place of its logarithm": (log_spoilt(lambda v, a, b, m, s, best: (np.exp(v), a, b)), "E17"),
    "log of std missing in the value": (log_spoilt(lambda v, a, b, m, s, best: (v - np.log(s), a, b)), "E17"),
    "no value": (log_spoilt(lambda v, a, b, m, s, best: (a, b)), "E17"),
}

_other = {
    "EI of the type of the means": (partial(check_acquisition, like_the_mean, any_dtype=True), "E0"),
    "the lowest best is remembered": (lambda **options: check_acquisition(remembering(), **options), "E13"),
    "log EI raises the caller's std": (
        partial(
            check_acquisition, ei, log_ei=afterwards(log_ei, lambda mean, std, best: np.maximum(std, 1e-3, out=std))
        ),
        "E13",
    ),
    "the gradient shifts the caller's mean": (
        partial(
            check_acquisition,
            ei,
            gradient=afterwards(ei_gradient, lambda mean, std, best: np.subtract(mean, best, out=mean)),
        ),
        "E13",
    ),
    "the gradient of log EI raises the caller's std": (
        partial(
            check_acquisition,
            ei,
            log_gradient=afterwards(log_ei_gradient, lambda mean, std, best: np.maximum(std, 1e-9, out=std)),
        ),
        "E13",
    ),
    "the gradient by std where the variance is declared": (
        partial(
            check_acquisition,
            lambda m, v, b: ei(m, np.sqrt(v), b),
            gradient=lambda m, v, b: ei_gradient(m, np.sqrt(v), b),
            spread="variance",
        ),
        "E16",
    ),
    "maximization declared, minimization done": (partial(check_acquisition, ei, maximize=True), "E5"),
    "variance declared, std expected": (partial(check_acquisition, ei, spread="variance"), "E7"),
    "an offset declared, none used": (partial(check_acquisition, ei, offset=0.01), "E1"),
    "flat for matrices": (partial(check_acquisition, with_answer(lambda e, *_: np.ravel(e)), any_shape=True), "E0"),
    "crashes for a number": (
        partial(check_acquisition, with_answer(lambda e, m, s, b: e + 0 * m.shape[0]), any_shape=True),
        "E0",
    ),
    "crashes for nothing": (
        partial(check_acquisition, with_answer(lambda e, m, s, b: e + 0 * np.min(m)), any_shape=True),
        "E0",
    ),
}

WRONG = [
    *((f"EI: {what}", partial(check_acquisition, function), id) for what, (function, id) in _ei.items()),
    *((f"log EI: {what}", partial(check_acquisition, ei, log_ei=f), id) for what, (f, id) in _log_ei.items()),
    *(
        (f"EI gradient: {what}", partial(check_acquisition, ei, gradient=spoilt(f)), id)
        for what, (f, id) in _gradient.items()
    ),
    *(
        (f"log EI gradient: {what}", partial(check_acquisition, ei, log_gradient=f), id)
        for what, (f, id) in _log_gradient.items()
    ),
    *((f"conventions: {what}", check, id) for what, (check, id) in _other.items()),
]


def by_variance(gradient):
    def function(mean, variance, best):
        std = np.sqrt(variance)
        *others, by_std = gradient(mean, std, best)
        return *others, by_std / np.where(std > 0, 2 * std, 1.0)

    return function


def by_negative(gradient):
    def function(mean, std, best):
        *value, by_mean, by_std = gradient(-mean, std, -best)
        return *value, -by_mean, by_std

    return function


def by_the_chain_rule(mean, std, best):
    """As automatic differentiation gives it: 1/std - (z/std) Phi/h."""
    value, by_mean, _ = log_ei_gradient(mean, std, best)
    z = (best - mean) / std
    return value, by_mean, 1 / std - z / std * (-by_mean * std)


RIGHT = [
    ("EI of the type of the means, which are never integers", partial(check_acquisition, like_the_mean)),
    (
        "EI",
        partial(
            check_acquisition,
            ei,
            log_ei=log_ei,
            gradient=ei_gradient,
            log_gradient=log_ei_gradient,
            any_shape=True,
            any_dtype=True,
        ),
    ),
    (
        "EI of the variance",
        partial(
            check_acquisition,
            lambda m, v, b: ei(m, np.sqrt(v), b),
            gradient=by_variance(ei_gradient),
            log_gradient=by_variance(log_ei_gradient),
            spread="variance",
        ),
    ),
    (
        "EI for maximization",
        partial(
            check_acquisition,
            lambda m, s, b: ei(-m, s, -b),
            gradient=by_negative(ei_gradient),
            log_gradient=by_negative(log_ei_gradient),
            maximize=True,
        ),
    ),
    ("log EI gradient by the chain rule", partial(check_acquisition, ei, log_gradient=by_the_chain_rule)),
    ("EI with an offset", partial(check_acquisition, lambda m, s, b: ei(m, s, b - 0.01), offset=0.01)),
]
