"""Laws of what TPE does with two densities: which trials make which, and how candidates are ranked."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .density import BERGSTRA, Density, DensityCase, density_case, needs
from .draw import Draw
from .law import Broken, answer, expect, law

__all__: list[str] = []

Array = NDArray[np.floating]


@dataclass(frozen=True)
class ValuesCase:
    """Objective values, with ties."""

    values: Array


def values_case(draw: Draw) -> ValuesCase:
    """Draw up to 200 values; with so many, a sort that is not stable shows, and a cap on the good ones."""
    n = draw.choice((1, 2, 5, 19, 22, 40, 60, 200))
    return ValuesCase(np.round(draw.reals(n) * draw.choice((3.0, 1e3, 0.0))) / 4)


@law("Z10", "density", "the split into good and bad",
     "a partition; max(good) <= min(bad); ties to the earlier trial; ranks decide alone", BERGSTRA, cases=values_case,
     applies=needs("split"), always=(ValuesCase(np.arange(400) * 37 % 101 / 4),),
     hint="good and bad are exchanged; the number of good ones is rounded to 0; a sort that is not stable breaks ties "
     "by chance")  # fmt: skip
def split(density: Density, case: ValuesCase) -> None:
    """Exact."""
    assert density.split is not None
    values, n = case.values, len(case.values)
    good, bad = (np.asarray(part, dtype=int).tolist() for part in density.split(values.copy()))
    expect(sorted(good + bad) == list(range(n)), f"good {good} and bad {bad} are not a partition of {n} trials")
    expect(len(good) >= 1, "no trial is good")
    if density.good_fraction is not None:
        expect(
            len(good) == math.ceil(density.good_fraction * n),
            f"{len(good)} of {n} are good, expected the best {density.good_fraction:g}",
        )
    if bad:
        expect(
            max(values[good]) <= min(values[bad]),
            f"good values up to {max(values[good])}, bad ones from {min(values[bad])}",
        )
        edge = max(values[good])
        late, early = [i for i in good if values[i] == edge], [i for i in bad if values[i] == edge]
        expect(not early or max(late) < min(early), f"a tie went to trial {late[-1]} rather than to trial {early[:1]}")
    for change in (lambda v: 3 * v - 7, np.exp, lambda v: -1 / (1 + v - v.min())):
        there = density.split(change(values / (1 + np.abs(values).max())))
        same = sorted(np.asarray(there[0], dtype=int).tolist()) == sorted(good)
        expect(same, "an increasing map of the values changed the split")


@law("Z11", "density", "l / g orders as expected improvement does", "EI = 1 / (gamma + (1 - gamma) g / l)",
     f"{BERGSTRA}, eq. 4", cases=partial(density_case, dimensions=(1,)), applies=needs("score"),
     hint="g / l, or a difference of densities instead of their ratio")  # fmt: skip
def ratio(density: Density, case: DensityCase) -> None:
    """Only the order is asked for."""
    assert density.score is not None
    rng = np.random.default_rng(case.seed)
    log_l, log_g = rng.normal(0, 3, 12), rng.normal(0, 3, 12)
    score = answer(density.score(log_l.copy(), log_g.copy()), (12,), "score(log_l, log_g)")
    gain = 1 / (0.15 + 0.85 * np.exp(log_g - log_l))
    if not np.array_equal(np.argsort(score), np.argsort(gain)):
        raise Broken(
            f"score orders candidates as {np.argsort(score).tolist()}, "
            f"expected improvement as {np.argsort(gain).tolist()}"
        )
