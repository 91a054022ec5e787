"""Laws of samplers, of weighted observations and of a logarithmic scale: what a density is for.

Statistical laws have a proven rate of false alarms: by Dvoretzky-Kiefer-Wolfowitz-Massart, the empirical distribution
of n samples leaves the true one by more than e with probability below 2 exp(-2 n e^2): 4e-8 for n = 2000, e = 0.0666
and for n = 20000, e = 0.0211.
"""

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .density import BERGSTRA, Density, DensityCase, density_case, draws, logs, mixture, needs, on_a_line, panels
from .law import EPS, answer, expect, expect_close, law

__all__ = ["GAP", "N"]

Array = NDArray[np.floating]
DKW = "Dvoretzky, Kiefer & Wolfowitz (1956), Massart (1990)"
N, GAP = 2000, 0.0666


@law("Z8", "density", "the sampler draws from the density", "sup |F_n - F| < 0.0666 at n = 2000", DKW,
     cases=partial(density_case, dimensions=(1,)), share=0.25,
     hint="sampler and density disagree: components chosen with other weights, clipping at the walls, "
     "another bandwidth")  # fmt: skip
def sampler(density: Density, case: DensityCase) -> None:
    """Alarms for a right sampler with probability 4e-8."""
    case = density.view(case)
    _agree(density(case.observations), case.observations, case.seed, N, GAP)


def _never_clipped(X: Array) -> None:
    """Expect no value more than three times: the samples of a density differ."""
    values, counts = np.unique(X, return_counts=True)
    most = int(np.argmax(counts))
    expect(counts[most] <= 3, f"{counts[most]} of {len(X)} samples are {float(values[most])!r}, as if clipped there")


def _agree(made: tuple[Any, Any], observations: Array, seed: int, n: int, gap: float) -> None:
    """Compare the shares of n samples below 201 edges with the integrals of the density up to there."""
    log_density, sample = made
    x, w = panels(observations[:, 0], 200, 8)
    p = w * np.exp(logs(log_density(x[:, None]), len(x)))
    _compare(draws(sample(n, np.random.default_rng(seed)), (n, 1))[:, 0], x, p, gap)


def _compare(samples: Array, x: Array, p: Array, gap: float) -> None:
    """Compare the shares of samples below 201 edges with the sums of the masses p of the nodes x below."""
    edges = np.linspace(0, 1, 201)
    share = np.searchsorted(np.sort(samples), edges, side="right") / len(samples)
    F = np.append(0.0, np.cumsum(p))[np.searchsorted(x, edges)]
    worst = int(np.argmax(np.abs(share - F)))
    expect(
        abs(share[worst] - F[worst]) < gap,
        f"{len(samples)} samples: a share of {share[worst]:.3f} lies below {edges[worst]:.3f}, the density has "
        f"{F[worst]:.3f} there",
    )


@law("Z20", "density", "the sampler at the walls", "sup |F_n - F| < 0.0211 at n = 20000, observations close to a wall",
     DKW, cases=partial(density_case, dimensions=(1,), least_n=1, most_n=2), share=0.05,
     hint="what falls outside is mirrored, wrapped, drawn uniformly or, after a few tries, clipped: draw again from "
     "the same component until it is inside, or invert its distribution function")  # fmt: skip
def sampler_at_the_walls(density: Density, case: DensityCase) -> None:
    """Alarms for a right sampler with probability 4e-8; four equal ones of 2000 have 1e-7 in single precision."""
    wall = 0.04 if len(case.observations) == 1 else 0.96
    observations = np.full((9, 1), wall)
    _agree(density(observations), observations, case.seed, 20000, 0.0211)
    sample = density(np.round(observations))[1]  # half of each kernel is outside
    _never_clipped(draws(sample(N, np.random.default_rng(case.seed)), (N, 1)))


@law("Z16", "density", "the sampler draws rows, not columns",
     "masses of quadrants of the plane agree, and of strips along x, y, x - y, x + y", DKW,
     cases=partial(density_case, dimensions=(2,), least_n=2, most_n=3), share=0.1,
     applies=lambda density: "declared one_dimensional" if density.one_dimensional else "",
     hint="a component is chosen once for each sample, not once for each coordinate")  # fmt: skip
def sampler_in_the_plane(density: Density, case: DensityCase) -> None:
    """Hoeffding, four quadrants, and DKW along four lines, where quadrature of steps errs by 0.03: one in a million."""
    observations = np.array([[0.1, 0.1], [0.9, 0.9], [0.15, 0.2]])[: len(case.observations)]
    log_density, sample = density(observations)
    X = draws(sample(N, np.random.default_rng(case.seed)), (N, 2))
    x, w = panels(np.array([0.5]), 12, 12)
    grid = np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1).reshape(-1, 2)
    p = np.outer(w, w).ravel() * np.exp(logs(log_density(grid), len(grid)))
    for right in (False, True):
        for upper in (False, True):
            expected = p[((grid[:, 0] > 0.5) == right) & ((grid[:, 1] > 0.5) == upper)].sum()
            share = np.mean(((X[:, 0] > 0.5) == right) & ((X[:, 1] > 0.5) == upper))
            expect_close(share, expected, GAP, f"share of samples with x > 0.5: {right}, y > 0.5: {upper}")
    for what, along in (("x", (1.0, 0.0)), ("y", (0.0, 1.0)), ("x - y", (1.0, -1.0)), ("x + y", (1.0, 1.0))):
        edges = np.linspace(-1, 2, 121) + 1e-3
        below = np.searchsorted(np.sort(grid @ along), edges)
        F = np.append(0.0, np.cumsum(p[np.argsort(grid @ along)]))[below]
        gap = np.abs(np.searchsorted(np.sort(X @ along), edges) / N - F)
        at = int(np.argmax(gap))
        expect(gap[at] < GAP + 0.03, f"the shares of samples with {what} < {edges[at]:.3f} differ by {gap[at]:.3f}")


def _global_state() -> tuple[bytes, int]:
    """State of numpy's global generator."""
    state: Any = np.random.get_state(legacy=True)  # noqa: NPY002
    return state[1].tobytes(), state[2]


@law("Z17", "density", "the same generator, the same samples", "sample(n, default_rng(s)) is a function of s",
     "reproducibility", cases=density_case,
     hint="np.random.* without the generator that was passed, or the first one kept; a set or a clock")  # fmt: skip
def reproducible(density: Density, case: DensityCase) -> None:
    """Exact."""
    case = density.view(case)
    d, states, made = case.queries.shape[1], [], density(case.observations)[1]
    for seed, sample in ((case.seed, made), (case.seed, density(case.observations)[1]), (case.seed + 1, made)):
        before = _global_state()
        states.append(draws(sample(20, np.random.default_rng(seed)), (20, d)))
        expect(_global_state() == before, "sampling changed numpy's global random state")
    again = draws(made(20, np.random.default_rng(case.seed)), (20, d))
    expect(np.array_equal(states[0], again), "the same sampler, asked again with the same seed, gave different samples")
    expect(np.array_equal(states[0], states[1]), "two generators with the same seed gave different samples")
    expect(not np.array_equal(states[0], states[2]), "two generators with different seeds gave the same samples")


@law("Z15", "density", "weighted observations",
     "equal weights = no weights; permuting both changes nothing; integrates to 1", BERGSTRA,
     cases=partial(density_case, dimensions=(1,), least_n=1), applies=needs("weighted"),
     hint="weights are not normalized, or not permuted with their observations")  # fmt: skip
def weights(density: Density, case: DensityCase) -> None:
    """As Z1 and Z4."""
    assert density.weighted is not None
    n = len(case.observations)
    weights = 1.0 + np.arange(n) % 3
    x, w = panels(case.observations[:, 0], 40, 24)

    def log_p(observations: Array, weights: Array, X: Array) -> Array:
        return logs(density.weighted(observations.copy(), weights.copy())[0](X.copy()), len(X))  # type: ignore[misc]

    expect_close(float(w @ np.exp(log_p(case.observations, weights, x[:, None]))), 1.0, 1e-9, "integral of the density")
    turned = log_p(case.observations[::-1], weights[::-1], case.queries)
    expect_close(turned, log_p(case.observations, weights, case.queries), 1e-10, "log density of reversed observations")
    equal = log_p(case.observations, np.ones(n), case.queries)
    expect_close(equal, density.log(case.observations, case.queries), 1e-10, "log density with equal weights")


def _weighted_formula(density: Density) -> str:
    """Say whether the formula with weights is known."""
    known = density.weighted and density.bandwidth and density.prior_weight is not None
    return "" if known else "needs weighted=, bandwidth=, prior_weight="


@law("Z18", "density", "weights are weights",
     "p = (w + sum_i w_i prod_j t(x_j; x_ij, h)) / (w + n) where the mean of w_i is 1", BERGSTRA,
     cases=partial(density_case, least_n=2), applies=_weighted_formula,
     hint="weights are ignored, squared, sorted, or belong to other observations")  # fmt: skip
def weighted_mixture(density: Density, case: DensityCase) -> None:
    """As Z2; with the mean 1 it does not matter whether weights are rescaled."""
    case = density.view(case)
    n, d = case.observations.shape
    assert density.weighted is not None and density.bandwidth is not None and density.prior_weight is not None
    weights = np.random.default_rng(case.seed).integers(1, 9, n).astype(float)
    weights *= n / weights.sum()
    expected = mixture(case.observations, case.queries, density.bandwidth(n, d), density.prior_weight, weights)
    actual = logs(density.weighted(case.observations.copy(), weights.copy())[0](case.queries.copy()), len(case.queries))
    expect_close(actual, expected, 1e-11 + 64 * EPS * np.abs(expected), "log density")


@law("Z19", "density", "the sampler knows the weights", "sup |F_n - F| < 0.0666 at n = 2000", DKW,
     cases=partial(density_case, dimensions=(1,), least_n=2, most_n=4), applies=needs("weighted"), share=0.1,
     hint="the density is weighted, the choice of the component is not")  # fmt: skip
def weighted_sampler(density: Density, case: DensityCase) -> None:
    """Alarms for a right sampler with probability 4e-8."""
    assert density.weighted is not None
    order = np.random.default_rng(case.seed).permutation(len(case.observations))
    observations, weights = (np.arange(1.0, len(order) + 1) / (len(order) + 1))[order, None], 6.0**-order
    made = density.weighted(observations.copy(), weights.copy())
    _agree(made, observations, case.seed, N, GAP)


@law("Z6", "density", "on a logarithmic scale", "q(log x) / x integrates to 1 over [low, high]", "change of variables",
     cases=on_a_line, applies=needs("log_scale"), share=0.25,
     hint="the Jacobian 1/x (times 1/log(high/low)) is missing; exp(log high) may exceed high by an ulp")  # fmt: skip
def log_scale(density: Density, case: DensityCase) -> None:
    """As Z1 and Z8, after the substitution x = low (high / low)^u."""
    assert density.log_scale is not None
    low, high = 1e-4, 3.0
    log_density, sample = density.log_scale(low * (high / low) ** case.observations[:, 0], low, high)
    u, w = panels(case.observations[:, 0], 200, 8)
    x = np.clip(low * (high / low) ** u, low, high)
    total = float((w * x * math.log(high / low)) @ np.exp(logs(log_density(x), len(x))))
    expect_close(total, 1.0, 1e-8, "integral of the density over [1e-4, 3]")
    samples = answer(sample(N, np.random.default_rng(case.seed)), (N,), "sample(n, rng)")
    expect(np.all((samples >= low) & (samples <= high)), f"a sample lies outside: {samples.min()} to {samples.max()}")
    p = w * x * math.log(high / low) * np.exp(logs(log_density(x), len(x)))
    _compare(np.log(samples / low) / math.log(high / low), u, p, GAP)
