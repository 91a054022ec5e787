"""Laws of a density over integers or categories."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .density import BERGSTRA, Density, logs, needs
from .draw import Draw
from .law import answer, expect, expect_close, law
from .sampling import GAP, N

__all__: list[str] = []

Array = NDArray[np.floating]


@dataclass(frozen=True)
class CodesCase:
    """Observed values of a variable with k values, coded 0 to k - 1."""

    codes: NDArray[np.integer]
    k: int
    seed: int


def codes_case(draw: Draw) -> CodesCase:
    """Draw codes; sometimes there is only one value, sometimes more values than a bandwidth can tell apart."""
    k, n = draw.choice((3, 1, 2, 7, 40)), draw.integer(0, 8) * draw.choice((1, 1, 4))
    return CodesCase(np.array([draw.integer(0, k - 1) for _ in range(n)], dtype=int), k, draw.integer(0, 10**6))


def _discrete(make: Callable[..., Any], case: CodesCase) -> Array:
    """Masses of all k values, having checked that they sum to one and that the sampler agrees."""
    log_mass, sample = make(case.codes.copy(), case.k)
    mass = np.exp(logs(log_mass(np.arange(case.k)), case.k))
    expect(np.all(mass > 0), f"a value has no mass: {mass.tolist()}")
    expect_close(mass.sum(), 1.0, 1e-12, "sum of the masses")
    codes = answer(sample(N, np.random.default_rng(case.seed)), (N,), "sample(n, rng)")
    expect(np.all(np.isin(codes, np.arange(case.k))), "a sample is none of the values")
    share = np.cumsum(np.bincount(codes.astype(int), minlength=case.k)) / N
    expect_close(share, np.cumsum(mass), GAP, "cumulated share of the samples")
    return mass


@law("Z5", "density", "an integer has the mass of its cell",
     "masses > 0, sum 1, mirror-symmetric, largest where observed", BERGSTRA, cases=codes_case,
     applies=needs("integers"), share=0.5, always=(CodesCase(np.zeros(4, dtype=int), 40, 0),),
     hint="cells reach half a step to both sides, also at the ends, and samples are redrawn, not clipped, there; a "
     "bandwidth below the step leaves no mass between")  # fmt: skip
def integers(density: Density, case: CodesCase) -> None:
    """Differences of distribution functions: 1e-12."""
    assert density.integers is not None
    mass = _discrete(density.integers, case)
    mirrored = np.exp(logs(density.integers(case.k - 1 - case.codes, case.k)[0](np.arange(case.k)), case.k))
    expect_close(mirrored[::-1], mass, 1e-12, "masses seen from the other side")
    n, w = len(case.codes), density.prior_weight or 0.0
    if w > 0:
        least = w / (n + w) / case.k
        expect(np.all(mass >= least * (1 - 1e-9)), f"a mass is below the prior's {least:.3g}: {mass.tolist()}")
    if n == 0:
        expect_close(mass, np.full(case.k, 1 / case.k), 1e-12, "masses without data")
    for code in case.codes[:1]:
        alone = logs(density.integers(np.repeat(code, 3), case.k)[0](np.arange(case.k)), case.k)
        expect(
            alone.argmax() == code, f"the only value observed, {code}, is not the likeliest: {np.exp(alone).tolist()}"
        )


@law("Z9", "density", "categories have no order",
     "masses > 0, sum 1; relabelling permutes them; more counts, more mass", BERGSTRA, cases=codes_case,
     applies=needs("categories"), share=0.5,
     hint="a category that was never seen must keep some mass; categories are not numbers")  # fmt: skip
def categories(density: Density, case: CodesCase) -> None:
    """Counts and sums: 1e-12."""
    assert density.categories is not None
    mass = _discrete(density.categories, case)
    relabel = np.roll(np.arange(case.k), 1)
    moved = np.exp(logs(density.categories(relabel[case.codes], case.k)[0](np.arange(case.k)), case.k))
    expect_close(moved[relabel], mass, 1e-12, "masses of relabelled categories")
    counts = np.bincount(case.codes, minlength=case.k)
    for a, b in ((a, b) for a in range(case.k) for b in range(case.k) if counts[a] > counts[b]):
        expect(
            mass[a] > mass[b],
            f"category {a} was seen {counts[a]} times and has mass {mass[a]}, {b} {counts[b]} times and {mass[b]}",
        )
