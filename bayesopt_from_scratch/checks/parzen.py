"""Laws of the density itself: it is one, and it is the one that was meant."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .density import BERGSTRA, Density, DensityCase, density_case, draws, logs, mixture, on_a_line, panels
from .law import EPS, expect, expect_close, law
from .purity import left_alone

__all__: list[str] = []

Array = NDArray[np.floating]


@law("Z0", "density", "shape and type", "log_density(X) is (m,), sample(n, rng) is (n, d) and inside the cube",
     "definition", cases=density_case,
     hint="one density for each row; samples are redrawn or inverted at the walls, never left outside")  # fmt: skip
def shape(density: Density, case: DensityCase) -> None:
    """Exact."""
    case = density.view(case)
    log_density, sample = density(case.observations)
    for m in (len(case.queries), 1):
        logs(log_density(case.queries[:m].copy()), m)
        draws(sample(7 * m, np.random.default_rng(case.seed)), (7 * m, case.queries.shape[1]))


@law("Z1", "density", "integrates to one", "integral of p over [0, 1]^d = 1", "definition of a density",
     cases=on_a_line,
     hint="truncate and renormalize normals that reach beyond the walls; the weights must sum to one")  # fmt: skip
def normalized(density: Density, case: DensityCase) -> None:
    """Gauss-Legendre with 24 nodes on 40 panels is exact to rounding for bandwidths down to 1e-3."""
    case = density.view(case)
    x, w = panels(case.observations[:, 0], 40, 24)
    total = float(w @ np.exp(density.log(case.observations, x[:, None])))
    expect_close(total, 1.0, 1e-9, "integral of the density")


def _formula(density: Density) -> str:
    """Say whether the formula is known."""
    return "" if density.bandwidth and density.prior_weight is not None else "needs bandwidth=, prior_weight="


@law("Z2", "density", "equals the mixture of truncated normals", "p = (w + sum_i prod_j t(x_j; x_ij, h)) / (w + n)",
     BERGSTRA, cases=density_case,
     applies=_formula,
     hint="the product over dimensions stands inside the sum over observations: a product of one-dimensional mixtures "
     "is another density; each component is renormalized by itself; bandwidth= and prior_weight= declare other "
     "constants, None that there are none")  # fmt: skip
def definition(density: Density, case: DensityCase) -> None:
    """Exponents up to 2e3 rounded to eps, logarithms to eps: 1e-11 + 64 eps of the result."""
    case = density.view(case)
    n, d = case.observations.shape
    assert density.bandwidth is not None and density.prior_weight is not None
    h, w = density.bandwidth(max(n, 1), d), density.prior_weight
    expected = mixture(case.observations, case.queries, h, w) if n else np.zeros(len(case.queries))
    expect_close(
        density.log(case.observations, case.queries), expected, 1e-11 + 64 * EPS * np.abs(expected), "log density"
    )


@law("Z3", "density", "integrates to one in two dimensions", "integral of p over [0, 1]^2 = 1",
     "definition of a density", cases=partial(density_case, dimensions=(2,), least_n=1, most_n=4), share=0.1,
     applies=lambda density: "declared one_dimensional" if density.one_dimensional else "",
     hint="dimensions multiply within a component, and components add: not the other way round")  # fmt: skip
def normalized_in_the_plane(density: Density, case: DensityCase) -> None:
    """Gauss-Legendre with 16 nodes on 12 panels for each axis, exact to 1e-9 for bandwidths down to 0.03."""
    (x, w), (y, u) = (panels(case.observations[:, j], 12, 16) for j in (0, 1))
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    total = float(w @ np.exp(density.log(case.observations, grid)).reshape(len(x), len(y)) @ u)
    expect_close(total, 1.0, 1e-6, "integral of the density")


@law("Z4", "density", "observations have no order, the cube no preferred side",
     "permuting rows, or x -> 1 - x, changes nothing", "the data are a set", cases=density_case,
     hint="a weight goes by position, or one wall is treated unlike the other")  # fmt: skip
def symmetric(density: Density, case: DensityCase) -> None:
    """Another order of summation, and 1 - x exact for dyadic x; 1e-11 as in Z2."""
    case = density.view(case)
    log_p = density.log(case.observations, case.queries)
    allowed = 1e-11 + 64 * EPS * np.abs(log_p)
    expect_close(
        density.log(case.observations[::-1], case.queries), log_p, allowed, "log density of reversed observations"
    )
    expect_close(
        density.log(1 - case.observations, 1 - case.queries), log_p, allowed, "log density seen from the other side"
    )
    columns = slice(None, None, -1)
    expect_close(
        density.log(case.observations[:, columns], case.queries[:, columns]),
        log_p,
        allowed,
        "log density with columns reversed",
    )


@law("Z7", "density", "the prior keeps its share", "p >= w / (n + w) everywhere; no observations: p = 1", BERGSTRA,
     cases=density_case, applies=lambda density: "needs prior_weight=" if density.prior_weight is None else "",
     hint="the prior component was lost: regions without observations would never be tried again")  # fmt: skip
def prior(density: Density, case: DensityCase) -> None:
    """The prior is one of the positive terms: rounding only."""
    case = density.view(case)
    n, d = case.observations.shape
    assert density.prior_weight is not None
    w = density.prior_weight
    if w > 0:
        X = np.concatenate([case.queries, np.zeros((1, d)), np.ones((1, d))])
        log_p = density.log(case.observations, X)
        expect(
            np.all(log_p >= math.log(w / (n + w)) - 1e-12),
            f"density {np.exp(log_p.min()):.3g} is below the prior's {w / (n + w):.3g}",
        )
    if density.empty:
        expect_close(
            density.log(case.observations[:0], case.queries),
            np.zeros(len(case.queries)),
            1e-12,
            "log density without data",
        )


@law("Z12", "density", "concentrates as data agree, finite far away",
     "copies of one point: p there grows with n; log p > -inf elsewhere", BERGSTRA, cases=density_case,
     hint="a bandwidth that does not shrink with n (not adaptive) or is 0; a sum of exponentials that "
     "underflows")  # fmt: skip
def concentrates(density: Density, case: DensityCase) -> None:
    """The share of the prior is taken out, so that only the bandwidth is seen."""
    case = density.view(case)
    d = case.queries.shape[1]
    centre, w = np.full((1, d), 0.5), density.prior_weight or 0.0
    peaks = []
    for n in (1, 4, 16, 64, 256):
        log_p = density.log(np.repeat(centre, n, axis=0), centre)[0]
        peaks.append(float(log_p + math.log1p(-w * math.exp(-log_p) / (n + w)) + math.log((n + w) / n)))
    expect(
        np.all(np.diff(peaks) > 1e-3),
        f"log of the kernel's height at 1, 4, 16, 64, 256 copies of one point: {peaks}, expected to grow",
    )
    corner = density.log(np.zeros((6, d)), np.concatenate([np.ones((1, d)), np.zeros((1, d))]))
    expect(np.all(np.isfinite(corner)), f"log density in the corners is {corner.tolist()}, expected finite")


@law("Z13", "density", "leaves its arguments alone", "observations and queries unchanged; the same answer twice",
     "definition", cases=density_case,
     hint="sorting in place, appending the prior to the caller's array, or weights /= weights.sum()")  # fmt: skip
def pure(density: Density, case: DensityCase) -> None:
    """Exact."""
    case = density.view(case)
    x, X = case.observations[:, 0], case.queries
    codes, of_seven = np.round(6 * x).astype(int), np.arange(7)
    calls: dict[str, tuple[Any, ...]] = {
        "make": (case.observations, X), "weighted": (case.observations, np.arange(2.0, len(x) + 2), X),
        "integers": (codes, 7, of_seven), "categories": (codes, 7, of_seven),
        "log_scale": (10.0**x, 1.0, 10.0, 10.0 ** X[:, 0]),
    }  # fmt: skip
    for name, arguments in calls.items():
        make = getattr(density, name)
        if make and (len(x) or name != "weighted"):
            first, second = left_alone(partial(_asked_twice, make), arguments, name)
            expect_close(second, first, 0, f"{name}: the second answer to the same question")


def _asked_twice(make: Callable[..., Any], *arguments: Any) -> tuple[NDArray[Any], Any]:
    """Make a density, and ask it twice, with samples in between; queries are the last argument."""
    log_density, sample = make(*arguments[:-1])
    first = np.array(log_density(arguments[-1]), dtype=float)
    sample(3, np.random.default_rng(0))
    return first, log_density(arguments[-1])


@law("Z14", "density", "nothing outside the cube", "x < 0 or x > 1: log p = -inf", "truncation", cases=density_case,
     applies=lambda density: "" if density.outside else "needs outside=True",
     hint="the formula of the inside is used outside")  # fmt: skip
def outside(density: Density, case: DensityCase) -> None:
    """Exact."""
    case = density.view(case)
    for shift in (-1.25, 1.25):
        log_p = density.log(case.observations, case.queries + shift)
        expect(np.all(log_p == -np.inf), f"log density outside is {log_p.tolist()}, expected -inf")
