r"""Laws of a density on the unit cube, made from observations: the Parzen estimator of TPE.

p(x) = (w + sum_i prod_j t(x_j; x_ij, h)) / (w + n), where t is the normal density truncated to [0, 1] and renormalized,
*each component by itself*, h = h(n, d) the bandwidth and w the weight of a uniform prior component.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .draw import Draw
from .law import answer, calling, expect
from .oracle import legendre, normal_cdf

__all__ = [
    "Density",
    "DensityCase",
    "density_case",
    "draws",
    "logs",
    "mixture",
    "needs",
    "on_a_line",
    "panels",
    "taught_bandwidth",
]

Array = NDArray[np.floating]
BERGSTRA = "Bergstra et al. (2011), section 4"


def taught_bandwidth(n: int, d: int) -> float:
    """Rule of this project, 0.1 n^(-1/(d+4)): Scott's exponent, a tenth of the cube."""
    return 0.1 * n ** (-1 / (d + 4))


@dataclass(frozen=True)
class DensityCase:
    """Observations in the unit cube, points to ask about, and a seed for samples."""

    observations: Array  # (n, d)
    queries: Array  # (m, d)
    seed: int


@dataclass(frozen=True)
class Density:
    """A density under test; see :func:`~bayesopt_from_scratch.checks.check_density` for the fields."""

    make: Callable[..., Any]
    bandwidth: Callable[[int, int], float] | None = taught_bandwidth
    prior_weight: float | None = 1.0
    one_dimensional: bool = False
    empty: bool = True
    outside: bool = False
    weighted: Callable[..., Any] | None = None
    integers: Callable[..., Any] | None = None
    categories: Callable[..., Any] | None = None
    log_scale: Callable[..., Any] | None = None
    split: Callable[..., Any] | None = None
    good_fraction: float | None = None
    score: Callable[..., Any] | None = None
    interface: ClassVar[str] = "make(observations) -> log_density(X), sample(n, rng)"

    def view(self, case: DensityCase) -> DensityCase:
        """Cut a case down to what this density takes."""
        observations, queries = case.observations, case.queries
        if self.one_dimensional:
            observations, queries = observations[:, :1], queries[:, :1]
        if not self.empty and len(observations) == 0:
            observations = queries[:1]
        return DensityCase(observations, queries, case.seed)

    def __call__(self, observations: Array) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """Log density and sampler."""
        with calling(self.interface):
            made = self.make(observations.copy())
        expect(isinstance(made, tuple | list) and len(made) == 2, "make should return (log_density, sample)")
        return made[0], made[1]

    def log(self, observations: Array, X: Array) -> Array:
        """Log density at the rows of X; -inf is an answer, nan is not."""
        return logs(self(observations)[0](X.copy()), len(X))


def logs(value: Any, m: int) -> Array:
    """Log densities of shape (m,), none of them nan or +inf."""
    log_p = answer(value, (m,), "log density", finite=False)
    expect(
        not np.any(np.isnan(log_p) | (log_p == np.inf)), f"log density is {log_p.tolist()}, expected no nan and no inf"
    )
    return log_p


def draws(value: Any, shape: tuple[int, ...]) -> Array:
    """Samples of this shape, inside the unit cube."""
    X = answer(value, shape, "sample(n, rng)")
    expect(np.all((X >= 0) & (X <= 1)), f"a sample lies outside the unit cube: {X.min()} to {X.max()}")
    return X


def density_case(
    draw: Draw, *, least_n: int = 0, most_n: int = 9, dimensions: tuple[int, ...] = (1, 2, 3, 5)
) -> DensityCase:
    """Draw observations, some of them copies or on the walls of the cube."""
    d, n, m = draw.choice(dimensions), draw.integer(least_n, most_n), draw.integer(1, 5)
    X = (draw.reals(n, d) + 1) / 2
    if n >= 2:
        X[-1] = draw.choice((X[-1], X[0], 0 * X[0], 0 * X[0] + 1))
    queries = (draw.reals(m, d) + 1) / 2
    if n and m > 1:
        queries[0] = X[0]
    return DensityCase(X, queries, draw.integer(0, 10**6))


on_a_line = partial(density_case, dimensions=(1,))


def mixture(observations: Array, X: Array, h: float, w: float, weights: Array | None = None) -> Array:
    """Log density by loops over ``math.exp`` and ``math.erfc``; weights have the mean 1."""
    masses = normal_cdf((1 - observations) / h) - normal_cdf(-observations / h)  # (n, d)
    logs_of_weights = np.zeros(len(observations)) if weights is None else np.log(weights)
    out = []
    for x in X:
        exponents = [-math.inf if w == 0 else math.log(w)]
        for centre, mass, log_weight in zip(observations, masses, logs_of_weights, strict=True):
            terms = zip(x, centre, mass, strict=True)
            exponent = (-0.5 * ((a - b) / h) ** 2 - math.log(h * math.sqrt(2 * math.pi) * q) for a, b, q in terms)
            exponents.append(float(log_weight) + math.fsum(exponent))
        top = max(exponents)
        out.append(top + math.log(math.fsum(math.exp(e - top) for e in exponents)) - math.log(len(observations) + w))
    return np.array(out)


def panels(breaks: Array, pieces: int, nodes: int) -> tuple[Array, Array]:
    """Nodes and weights of a composite rule on [0, 1], with panels that end at the breaks."""
    edges = np.unique(np.concatenate([np.linspace(0, 1, pieces + 1), np.clip(breaks, 0, 1)]))
    x, w = legendre(nodes)
    width = np.diff(edges)
    return (edges[:-1, None] + width[:, None] * x).ravel(), (width[:, None] * w).ravel()


def needs(name: str) -> Callable[[Density], str]:
    """Say that an ability is missing."""
    return lambda density: "" if getattr(density, name) else f"needs {name}="
