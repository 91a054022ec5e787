"""Wrong Parzen estimators, and what TPE does with them. Each entry names the law that must see it."""

import math
from functools import partial

import numpy as np

from bayesopt_from_scratch.checks import check_density

from . import right
from .right import categories, cdf, integers, log_scale, parzen, pdf, score, split


def mixture(
    *,
    kernel=lambda t: pdf(t),
    mass=lambda low, high: high - low,
    bandwidth=lambda n, d: 0.1 * max(n, 1) ** (-1 / (d + 4)),
    shares=lambda n: np.ones(n + 1) / (n + 1),
    combine=lambda t, shares: np.column_stack([t.prod(axis=-1), np.ones(len(t))]) @ shares,
):
    """The right estimator with one of its parts replaced; the sampler stays."""

    def make(observations):
        n, d = observations.shape
        h = bandwidth(n, d)
        low, high = cdf((0 - observations) / h), cdf((1 - observations) / h)

        def log_density(X):
            with np.errstate(all="ignore"):
                t = kernel((X[:, None, :] - observations[None]) / h) / h / mass(low, high)
                return np.log(combine(t, shares(n)))

        return log_density, parzen(observations)[1]

    return make


def with_observations(change):
    return lambda observations: parzen(change(observations))


def with_sampler(sample):
    """The right density with a wrong sampler: ``sample(observations, m, rng)``."""
    return lambda observations: (parzen(observations)[0], lambda m, rng: sample(observations, m, rng))


def drawing(component=lambda n, rng: rng.integers(n + 1), place=None, scale=1.0, wall=lambda x, *_: x):
    def sample(observations, m, rng):
        n, d = observations.shape
        h = scale * 0.1 * max(n, 1) ** (-1 / (d + 4))
        out = np.empty((m, d))
        for i in range(m):
            k = component(n, rng)
            out[i] = rng.random(d) if k == n else [wall(rng.normal(c, h), c, h, rng) for c in observations[k]]
        return out

    return sample


def redraw(x, c, h, rng):
    while not 0 <= x <= 1:
        x = rng.normal(c, h)
    return x


def three_tries(x, c, h, rng):
    for _ in range(2):
        x = x if 0 <= x <= 1 else rng.normal(c, h)
    return min(max(x, 0.0), 1.0)


def by_coordinate(observations, m, rng):
    n = len(observations)
    choice = [[rng.integers(n + 1) for _ in observations[0]] for _ in range(m)] if n else []
    if not n:
        return rng.random((m, observations.shape[1]))
    h = 0.1 * n ** (-1 / (observations.shape[1] + 4))
    return np.array(
        [
            [
                rng.random() if k == n else redraw(rng.normal(observations[k, j], h), observations[k, j], h, rng)
                for j, k in enumerate(row)
            ]
            for row in choice
        ]
    )


def perturbing(noise):
    """Right in one dimension; in several the noise is not drawn for each coordinate."""

    def sample(observations, m, rng):
        n, d = observations.shape
        out, h = rng.random((m, d)), 0.1 * max(n, 1) ** (-1 / (d + 4))
        for i in range(m):
            k = rng.integers(n + 1)
            while k < n:
                out[i] = observations[k] + h * noise(d, rng)
                if np.all((out[i] >= 0) & (out[i] <= 1)):
                    break
        return out

    return sample


def one_component(observations, m, rng):
    k = rng.integers(len(observations) + 1)
    return drawing(component=lambda n, _: k, wall=redraw)(observations, m, rng)


def seeding_numpy(observations, m, rng):
    np.random.seed(int(rng.integers(9999)))  # noqa: NPY002
    return parzen(observations)[1](m, np.random.default_rng(np.random.randint(9999)))  # noqa: NPY002


def truncated_as_a_whole(observations):
    n, d = observations.shape
    h = 0.1 * max(n, 1) ** (-1 / (d + 4))
    inside = (cdf((1 - observations) / h) - cdf(-observations / h)).prod(axis=1)

    def log_density(X):
        t = (pdf((X[:, None, :] - observations[None]) / h) / h).prod(axis=-1)
        return np.log((t.sum(axis=1) + 1) / (inside.sum() + 1))

    return log_density, parzen(observations)[1]


def reflecting(observations):
    """Mirrors at the walls: a density, but another one."""
    n, d = observations.shape
    h = 0.1 * max(n, 1) ** (-1 / (d + 4))

    def log_density(X):
        D = [X[:, None, :] - c[None] for c in (observations, -observations, 2 - observations)]
        t = sum(pdf(D_ / h) / h for D_ in D)
        return np.log((t.prod(axis=-1).sum(axis=1) + 1) / (n + 1))

    return log_density, parzen(observations)[1]


def by_dimension(observations):
    """A product of one-dimensional mixtures: it forgets which coordinates belong together."""
    n, d = observations.shape
    h = 0.1 * max(n, 1) ** (-1 / (d + 4))
    each = [parzen(observations[:, j : j + 1], h=h) for j in range(d)]
    return (
        lambda X: sum(each[j][0](X[:, j : j + 1]) for j in range(d)),
        lambda m, rng: np.column_stack([sample(m, rng) for _, sample in each]),
    )


def no_prior(observations):
    n = len(observations)
    if not n:
        return parzen(observations)
    log_density, sample = parzen(observations)
    with_share = lambda X: np.log(np.maximum((np.exp(log_density(X)) * (n + 1) - 1) / n, 1e-300))  # noqa: E731
    return with_share, sample


def first_generator(observations):
    """The generator of the first call is kept for all others."""
    log_density, sample = parzen(observations)
    kept = []

    def drawn(m, rng):
        kept.append(rng)
        return sample(m, kept[0])

    return log_density, drawn


def sorting(observations):
    observations.sort(axis=0)
    return parzen(observations)


def clipping_queries(observations):
    log_density, sample = parzen(observations)

    def clipped(X):
        np.clip(X, 0.01, 0.99, out=X)
        return log_density(X)

    return clipped, sample


def flattening(observations):
    log_density, sample = parzen(observations)
    return (lambda X: log_density(X)[:, None]), sample


def one_row(observations):
    log_density, sample = parzen(observations)
    return log_density, lambda m, rng: np.squeeze(sample(m, rng))


def only_density(observations):
    return parzen(observations)[0]


def growing():
    """A new answer each time: the queries are counted as observations."""

    def make(observations):
        seen = [observations]

        def log_density(X):
            value = parzen(np.concatenate(seen))[0](X)
            seen.append(X.copy())
            return value

        return log_density, parzen(observations)[1]

    return make


def recent_first(n):
    w = 0.8 ** np.arange(n + 1.0)
    return w / w.sum()


_make = {
    "not renormalized at the walls": (mixture(mass=lambda low, high: 1.0), "Z1"),
    "renormalized at one wall only": (mixture(mass=lambda low, high: 1.0 - low), "Z4"),
    "truncated twice": (mixture(mass=lambda low, high: (high - low) ** 2), "Z1"),
    "the mixture truncated as a whole": (truncated_as_a_whole, "Z2"),
    "mirrored at the walls": (reflecting, "Z2"),
    "a product of one-dimensional mixtures": (by_dimension, "Z2"),
    "dimensions added": (mixture(combine=lambda t, w: np.column_stack([t.sum(axis=-1), np.ones(len(t))]) @ w), "Z3"),
    "dimensions averaged": (
        mixture(combine=lambda t, w: np.column_stack([t.mean(axis=-1), np.ones(len(t))]) @ w),
        "Z2",
    ),
    "only the first dimension": (mixture(combine=lambda t, w: np.column_stack([t[..., 0], np.ones(len(t))]) @ w), "Z4"),
    "components multiplied": (
        mixture(combine=lambda t, w: np.exp(np.log(np.maximum(t, 1e-30)).sum(-1) @ w[:-1])),
        "Z1",
    ),
    "the largest component": (
        mixture(combine=lambda t, w: np.column_stack([t.prod(-1), np.ones(len(t))]).max(1) * w[0]),
        "Z1",
    ),
    "the prior lost": (no_prior, "Z7"),
    "the prior with the weight of all others": (
        mixture(shares=lambda n: np.append(np.full(n, 0.5 / max(n, 1)), 0.5 if n else 1.0)),
        "Z2",
    ),
    "the prior with a tenth of its weight": (
        mixture(shares=lambda n: np.append(np.full(n, 1 / (n + 0.1)), 0.1 / (n + 0.1))),
        "Z7",
    ),
    "weights that do not sum to one": (mixture(shares=lambda n: np.full(n + 1, 1 / max(n, 1))), "Z1"),
    "weights not divided by their sum": (mixture(shares=lambda n: np.ones(n + 1)), "Z1"),
    "weights that fall with age": (mixture(shares=recent_first), "Z4"),
    "bandwidth the same for all n": (mixture(bandwidth=lambda n, d: 0.1), "Z12"),
    "bandwidth 0": (mixture(bandwidth=lambda n, d: 1e-300), "Z0"),
    "bandwidth grows with n": (mixture(bandwidth=lambda n, d: 0.1 * max(n, 1) ** 0.2), "Z12"),
    "bandwidth of one dimension": (mixture(bandwidth=lambda n, d: 0.1 * max(n, 1) ** -0.2), "Z2"),
    "bandwidth ten times too large": (mixture(bandwidth=lambda n, d: max(n, 1) ** (-1 / (d + 4))), "Z2"),
    "bandwidth squared": (mixture(bandwidth=lambda n, d: (0.1 * max(n, 1) ** (-1 / (d + 4))) ** 2), "Z2"),
    "bandwidth of n + 1": (mixture(bandwidth=lambda n, d: 0.1 * (n + 1) ** (-1 / (d + 4))), "Z2"),
    "Scott's exponent with d + 2": (mixture(bandwidth=lambda n, d: 0.1 * max(n, 1) ** (-1 / (d + 2))), "Z2"),
    "a kernel without its constant": (mixture(kernel=lambda t: np.exp(-0.5 * t**2)), "Z1"),
    "a kernel without its 1/2": (mixture(kernel=lambda t: np.exp(-(t**2)) / math.sqrt(2 * math.pi)), "Z1"),
    "a kernel of another shape": (mixture(kernel=lambda t: 0.5 * np.exp(-np.abs(t))), "Z1"),
    "not divided by the bandwidth": (
        mixture(combine=lambda t, w: np.column_stack([0.1 * t.prod(axis=-1), np.ones(len(t))]) @ w),
        "Z1",
    ),
    "the density, not its logarithm": (lambda X: (lambda q: np.exp(parzen(X)[0](q)), parzen(X)[1]), "Z1"),
    "normalized over the queries": (
        lambda X: (lambda q: parzen(X)[0](q) - np.log(np.exp(parzen(X)[0](q)).sum()), parzen(X)[1]),
        "Z1",
    ),
    "the logarithm turned": (lambda X: (lambda q: -parzen(X)[0](q), parzen(X)[1]), "Z1"),
    "a component underflows, and there is no other": (
        mixture(combine=lambda t, w: t.prod(axis=-1) @ w[:-1] if len(w) > 1 else np.ones(len(t))),
        "Z7",
    ),
    "duplicates dropped": (with_observations(lambda X: np.unique(X, axis=0)), "Z2"),
    "only the last five observations": (with_observations(lambda X: X[-5:]), "Z4"),
    "columns sorted apart": (with_observations(lambda X: np.sort(X, axis=0)), "Z2"),
    "observations clipped to [0.05, 0.95]": (with_observations(lambda X: np.clip(X, 0.05, 0.95)), "Z2"),
    "observations off by half a percent": (with_observations(lambda X: np.minimum(X + 0.005, 1)), "Z4"),
    "single precision": (lambda X: (lambda q: parzen(X)[0](q).astype(np.float32), parzen(X)[1]), "Z2"),
    "log densities a column": (flattening, "Z0"),
    "samples without their dimensions": (one_row, "Z0"),
    "no sampler": (only_density, "Z0"),
    "sorts the caller's observations": (sorting, "Z13"),
    "clips the caller's queries": (clipping_queries, "Z13"),
    "learns from the questions": (growing(), "Z13"),
    "samples left outside": (with_sampler(drawing()), "Z0"),
    "samples clipped at the walls": (with_sampler(drawing(wall=lambda x, *_: min(max(x, 0.0), 1.0))), "Z8"),
    "samples mirrored at the walls": (
        with_sampler(drawing(wall=lambda x, *_: min(abs(x), 1.0) if x <= 1 else max(2 - x, 0.0))),
        "Z20",
    ),
    "samples wrapped at the walls": (with_sampler(drawing(wall=lambda x, *_: x % 1.0)), "Z8"),
    "outside, a uniform sample": (
        with_sampler(drawing(wall=lambda x, c, h, rng: x if 0 <= x <= 1 else rng.random())),
        "Z8",
    ),
    "samples without the prior": (
        with_sampler(drawing(component=lambda n, rng: rng.integers(n) if n else 0, wall=redraw)),
        "Z8",
    ),
    "samples of the prior alone": (with_sampler(lambda X, m, rng: rng.random((m, X.shape[1]))), "Z8"),
    "samples of the first observation": (with_sampler(drawing(component=lambda n, rng: 0, wall=redraw)), "Z8"),
    "one component for the whole batch": (with_sampler(one_component), "Z8"),
    "samples without spread": (with_sampler(drawing(scale=1e-3, wall=redraw)), "Z8"),
    "samples with twice the bandwidth": (with_sampler(drawing(scale=4.0, wall=redraw)), "Z8"),
    "samples by the variance": (with_sampler(drawing(scale=0.1, wall=redraw)), "Z8"),
    "a component for each coordinate": (with_sampler(by_coordinate), "Z16"),
    "one noise for all coordinates": (with_sampler(perturbing(lambda d, rng: np.full(d, rng.normal()))), "Z16"),
    "only the first coordinate is perturbed": (
        with_sampler(perturbing(lambda d, rng: np.append(rng.normal(), np.zeros(d - 1)))),
        "Z16",
    ),
    "no more than fifty samples, again and again": (
        with_sampler(lambda X, m, rng: np.resize(parzen(X)[1](min(m, 50), rng), (m, X.shape[1]))),
        "Z8",
    ),
    "three tries, then clipped": (with_sampler(drawing(wall=three_tries)), "Z20"),
    "numpy's global generator": (with_sampler(lambda X, m, rng: np.random.random((m, X.shape[1]))), "Z17"),  # noqa: NPY002
    "numpy's global generator, seeded": (with_sampler(seeding_numpy), "Z17"),
    "always the same seed": (with_sampler(lambda X, m, rng: parzen(X)[1](m, np.random.default_rng(0))), "Z17"),
    "the generator of the first call": (first_generator, "Z17"),
    "a generator of its own": (with_sampler(lambda X, m, rng: parzen(X)[1](m, np.random.default_rng())), "Z17"),
}


def afterwards(make, change):
    """Write into the caller's arrays once the density is made of copies."""

    def spoiling(*arguments):
        made = make(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments))
        change(*arguments)
        return made

    return spoiling


def weighing(change, sampling=None):
    def weighted(observations, weights):
        sample = parzen(observations, weights)[1] if sampling is None else sampling(observations, weights)
        return parzen(observations, change(weights))[0], sample

    return weighted


def unnormalized(observations, weights):
    n = len(observations)
    log_density, sample = parzen(observations, weights)
    return lambda X: log_density(X) + math.log((1 + weights.sum()) / (1 + n)), sample


def prior_lost(observations, weights):
    """The prior is weighed like an observation of weight 1, among weights that sum to one."""
    n = len(observations)
    each = [parzen(observations[i : i + 1], h=0.1 * n**-0.2)[0] for i in range(n)]
    shares = weights / weights.sum()
    log_density = lambda X: np.log(sum(w * (2 * np.exp(f(X)) - 1) for w, f in zip(shares, each, strict=True)) / 2 + 0.5)  # noqa: E731
    return log_density, parzen(observations, weights)[1]


_weighted = {
    "weights ignored": (weighing(lambda w: None), "Z18"),
    "weights squared": (weighing(lambda w: w**2), "Z18"),
    "roots of weights": (weighing(np.sqrt), "Z18"),
    "weights inverted": (weighing(lambda w: 1 / w), "Z18"),
    "weights by rank": (weighing(lambda w: 1.0 + np.searchsorted(np.unique(w), w)), "Z18"),
    "weights in the opposite order": (weighing(lambda w: w[::-1]), "Z18"),
    "weights not permuted with the observations": (weighing(lambda w: np.sort(w)), "Z15"),
    "weights not normalized": (unnormalized, "Z15"),
    "the prior weighs as much as all others": (prior_lost, "Z15"),
    "samples that ignore the weights": (weighing(lambda w: w, lambda X, w: parzen(X)[1]), "Z19"),
    "samples by squared weights": (weighing(lambda w: w, lambda X, w: parzen(X, w**4)[1]), "Z19"),
    "samples by inverse weights": (weighing(lambda w: w, lambda X, w: parzen(X, 1 / w)[1]), "Z19"),
    "normalizes the caller's weights": (afterwards(parzen, lambda X, w: np.divide(w, w.sum(), out=w)), "Z13"),
}


def cells(
    edges=lambda k: np.arange(k + 1) / k, centres=lambda c, k: (c + 0.5) / k, h=0.1, truncated=True, mass=lambda m: m
):
    def make(codes, k):
        F = cdf((edges(k)[None, :] - centres(codes, k)[:, None]) / h)
        parts = np.diff(F, axis=1) / (np.maximum(F[:, -1:] - F[:, :1], 1e-300) if truncated else 1.0)
        return right._masses(mass((parts.sum(axis=0) + 1 / k) / (len(codes) + 1)))

    return make


def rounded(k):
    """Edges of the cells of round((k - 1) u)."""
    return np.clip((np.arange(k + 1) - 0.5) / max(k - 1, 1), 0, 1) if k > 1 else np.array([0.0, 1.0])


def at_points(codes, k):
    """The density at the centres, made to sum to one."""
    centres = (np.arange(k) + 0.5) / k
    log_mass = parzen(((codes + 0.5) / k)[:, None], h=0.1)[0](centres[:, None])
    mass = np.exp(log_mass)
    return right._masses(mass / k)


def with_codes(make, sample):
    return lambda codes, k: (make(codes, k)[0], lambda n, rng: sample(make(codes, k)[1], codes, k, n, rng))


def clipped_codes(sample, codes, k, n, rng):
    u, i = rng.random(n), rng.integers(len(codes) + 1, size=n)
    for c, code in enumerate(codes):
        u[i == c] = rng.normal((code + 0.5) / k, 0.1, (i == c).sum())
    return np.clip(np.floor(k * u), 0, k - 1).astype(int)


_integers = {
    "centres on the edges of their cells": (cells(centres=lambda c, k: c / k), "Z5"),
    "cells reach half a step too far": (cells(edges=lambda k: (np.arange(k + 1) - 0.5) / k), "Z5"),
    "the last value has no cell": (cells(edges=lambda k: np.append(np.arange(k) / max(k - 1, 1), 1.0)), "Z5"),
    "half cells at the ends": (
        lambda c, k: cells(
            edges=rounded,
            centres=lambda c, k: c / max(k - 1, 1),
            mass=lambda m: m + (np.diff(rounded(k)) - 1 / k) / (len(c) + 1),
        )(c, k),
        "Z5",
    ),
    "density at the centres for the mass": (at_points, "Z5"),
    "not truncated": (cells(truncated=False), "Z5"),
    "not divided by n + 1": (lambda c, k: cells(mass=lambda m: m * (len(c) + 1))(c, k), "Z5"),
    "the prior lost": (
        lambda c, k: cells(mass=lambda m: m if not len(c) else (m * (len(c) + 1) - 1 / k) / len(c))(c, k),
        "Z5",
    ),
    "a bandwidth below the step, no prior": (
        lambda c, k: cells(h=0.004, mass=lambda m: m if not len(c) else (m * (len(c) + 1) - 1 / k) / len(c))(c, k),
        "Z5",
    ),
    "codes from the other end, where there are many": (lambda c, k: integers(k - 1 - c if k > 10 else c, k), "Z5"),
    "samples drawn evenly": (with_codes(integers, lambda sample, codes, k, n, rng: rng.integers(k, size=n)), "Z5"),
    "samples clipped at the ends": (with_codes(integers, clipped_codes), "Z5"),
    "shifts the caller's codes": (afterwards(integers, lambda codes, k: np.add(codes, 1, out=codes)), "Z13"),
    "samples from 1 to k": (with_codes(integers, lambda sample, codes, k, n, rng: sample(n, rng) + 1), "Z5"),
    "samples with fractions": (with_codes(integers, lambda sample, codes, k, n, rng: sample(n, rng) + 0.25), "Z5"),
    "samples rounded down": (
        with_codes(integers, lambda sample, codes, k, n, rng: np.maximum(sample(n, rng) - 1, 0)),
        "Z5",
    ),
}


def counts(change):
    return lambda codes, k: right._masses(change(np.bincount(codes, minlength=k).astype(float), len(codes), k))


_categories = {
    "no smoothing": (counts(lambda c, n, k: c / n if n else np.full(k, 1 / k)), "Z9"),
    "not normalized": (counts(lambda c, n, k: c + 1 / k), "Z9"),
    "a full count for each category, n + 1 in all": (counts(lambda c, n, k: (c + 1) / (n + 1)), "Z9"),
    "treated as numbers": (integers, "Z9"),
    "counts capped at 3": (counts(lambda c, n, k: (np.minimum(c, 3) + 1 / k) / (np.minimum(c, 3).sum() + 1)), "Z9"),
    "the counts ignored": (counts(lambda c, n, k: np.full(k, 1 / k)), "Z9"),
    "rarer is likelier": (counts(lambda c, n, k: (n - c + 1) / (n * k - n + k)), "Z9"),
    "the first category favoured": (counts(lambda c, n, k: (c + 1 / k + (np.arange(k) == 0)) / (n + 2)), "Z9"),
    "only whether it was seen": (counts(lambda c, n, k: ((c > 0) + 1 / k) / ((c > 0).sum() + 1)), "Z9"),
    "counts the caller's codes from 1": (afterwards(categories, lambda codes, k: np.add(codes, 1, out=codes)), "Z13"),
    "categories beyond the seen dropped": (
        lambda codes, k: right._masses(np.bincount(codes) / max(len(codes), 1)),
        "Z9",
    ),
    "samples of the observations alone": (
        with_codes(categories, lambda sample, codes, k, n, rng: rng.choice(codes, n) if len(codes) else sample(n, rng)),
        "Z9",
    ),
    "samples drawn evenly": (with_codes(categories, lambda sample, codes, k, n, rng: rng.integers(k, size=n)), "Z9"),
}


def jacobian(factor, sample=None):
    def make(observations, low, high):
        log_density, right_sample = log_scale(observations, low, high)
        width = math.log(high / low)
        return (
            lambda x: log_density(x) + np.log(x * width) + factor(x, low, high, width),
            (lambda n, rng: sample(right_sample, low, high, n, rng)) if sample else right_sample,
        )

    return make


def kernels_in_x(observations, low, high):
    """Normal in x itself, not in its logarithm."""
    log_density, sample = parzen(((observations - low) / (high - low))[:, None])
    return (
        lambda x: log_density((x - low)[:, None] / (high - low)) - math.log(high - low) + np.log1p(x / high) * 0.1,
        lambda n, rng: low + (high - low) * sample(n, rng)[:, 0],
    )


def right_jacobian(x, low, high, width):
    return -np.log(x * width)


_log_scale = {
    "no Jacobian": (jacobian(lambda x, low, high, width: 0.0), "Z6"),
    "the width without 1/x": (jacobian(lambda x, low, high, width: -np.log(width)), "Z6"),
    "1/x without the width": (jacobian(lambda x, low, high, width: -np.log(x)), "Z6"),
    "the Jacobian turned": (jacobian(lambda x, low, high, width: np.log(x * width)), "Z6"),
    "the width in powers of ten": (jacobian(lambda x, low, high, width: -np.log(x * width / math.log(10))), "Z6"),
    "kernels in x, with some factor": (kernels_in_x, "Z6"),
    "samples of the logarithm": (jacobian(right_jacobian, lambda s, low, high, n, rng: np.log(s(n, rng))), "Z6"),
    "samples even in x": (jacobian(right_jacobian, lambda s, low, high, n, rng: rng.uniform(low, high, n)), "Z6"),
    "samples even in log x": (
        jacobian(right_jacobian, lambda s, low, high, n, rng: low * (high / low) ** rng.random(n)),
        "Z6",
    ),
    "samples in the unit interval": (
        jacobian(right_jacobian, lambda s, low, high, n, rng: np.log(s(n, rng) / low) / math.log(high / low)),
        "Z6",
    ),
    "takes the caller's logarithms": (afterwards(log_scale, lambda x, low, high: np.log(x, out=x)), "Z13"),
    "samples beyond high by an ulp": (
        jacobian(right_jacobian, lambda s, low, high, n, rng: np.append(s(n - 1, rng), np.nextafter(high, 9))),
        "Z6",
    ),
}


def cut(order=lambda v: np.argsort(v, kind="stable"), size=lambda n: math.ceil(0.15 * n)):
    def splitting(values):
        indices, k = order(values), size(len(values))
        return indices[:k], indices[k:]

    return splitting


def threshold(values):
    edge = np.quantile(values, 0.15)
    return np.flatnonzero(values <= edge), np.flatnonzero(values > edge)


_split = {
    "good and bad exchanged": (lambda v: split(v)[::-1], "Z10"),
    "the highest are good": (cut(lambda v: np.argsort(-v, kind="stable")), "Z10"),
    "descending, from the end": (cut(lambda v: np.argsort(v, kind="stable")[::-1]), "Z10"),
    "rounded down": (cut(size=lambda n: math.floor(0.15 * n)), "Z10"),
    "rounded to the nearest": (cut(size=lambda n: max(1, round(0.15 * n))), "Z10"),
    "one too many": (cut(size=lambda n: math.ceil(0.15 * n) + 1), "Z10"),
    "at most 40": (cut(size=lambda n: min(40, math.ceil(0.15 * n))), "Z10"),
    "at most 25": (cut(size=lambda n: min(25, math.ceil(0.15 * n))), "Z10"),
    "the square root of n": (cut(size=lambda n: math.ceil(0.15 * math.sqrt(n))), "Z10"),
    "all with the value at the threshold": (threshold, "Z10"),
    "ties to the later": (cut(lambda v: len(v) - 1 - np.argsort(v[::-1], kind="stable")), "Z10"),
    "ties by chance": (cut(lambda v: np.lexsort((np.random.default_rng(0).permutation(len(v)), v))), "Z10"),
    "a value for an index": (lambda v: (np.sort(v)[: len(split(v)[0])], np.sort(v)[len(split(v)[0]) :]), "Z10"),
    "the first are good": (cut(lambda v: np.arange(len(v))), "Z10"),
    "absolute values": (cut(lambda v: np.argsort(np.abs(v), kind="stable")), "Z10"),
    "good among the bad too": (lambda v: (split(v)[0], np.arange(len(v))), "Z10"),
    "the worst dropped": (lambda v: (split(v)[0], split(v)[1][:-1]), "Z10"),
    "values rounded to integers": (cut(lambda v: np.argsort(np.round(v), kind="stable")), "Z10"),
    "sorts the caller's values": (lambda v: (v.sort(), split(v))[1], "Z10"),
}

_score = {
    "g / l": (lambda log_l, log_g: log_g - log_l, "Z11"),
    "a difference of densities": (lambda log_l, log_g: np.exp(log_l) - np.exp(log_g), "Z11"),
    "l alone": (lambda log_l, log_g: log_l, "Z11"),
    "the ratio of logarithms": (lambda log_l, log_g: log_l / log_g, "Z11"),
    "the product": (lambda log_l, log_g: log_l + log_g, "Z11"),
    "expected improvement, clipped": (lambda log_l, log_g: np.minimum(log_l - log_g, 1.0), "Z11"),
    "with a floor under g": (lambda log_l, log_g: log_l - np.maximum(log_g, -1.0), "Z11"),
}

_TABLES = {
    "weighted": _weighted,
    "integers": _integers,
    "categories": _categories,
    "log_scale": _log_scale,
    "score": _score,
}

WRONG = [
    *((f"density: {what}", partial(check_density, make), id) for what, (make, id) in _make.items()),
    *(
        (f"{ability}: {what}", partial(check_density, parzen, **{ability: make}), id)
        for ability, table in _TABLES.items()
        for what, (make, id) in table.items()
    ),
    *(
        (f"split: {what}", partial(check_density, parzen, split=f, good_fraction=0.15), id)
        for what, (f, id) in _split.items()
    ),
    ("density: the formula of the inside outside", partial(check_density, parzen, outside=True), "Z14"),
    (
        "density: 0 outside on one side",
        partial(
            check_density,
            lambda X: (lambda q: np.where((q > 1).any(1), -np.inf, parzen(X)[0](q)), parzen(X)[1]),
            outside=True,
        ),
        "Z14",
    ),
]


def nothing_outside(observations):
    log_density, sample = parzen(observations)
    return lambda X: np.where(((X < 0) | (X > 1)).any(axis=1), -np.inf, log_density(X)), sample


RIGHT = [
    (
        "Parzen estimator",
        partial(
            check_density,
            parzen,
            weighted=parzen,
            integers=integers,
            categories=categories,
            log_scale=log_scale,
            split=split,
            good_fraction=0.15,
            score=score,
        ),
    ),
    ("that knows its walls", partial(check_density, nothing_outside, outside=True)),
    ("with a rule of its own", partial(check_density, mixture(), bandwidth=None, prior_weight=None)),
    (
        "mirrored at the walls",
        partial(check_density, reflecting, bandwidth=None, only=["Z0", "Z1", "Z3", "Z4", "Z7", "Z12", "Z13"]),
    ),
]
