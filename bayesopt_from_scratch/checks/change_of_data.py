"""Laws of a surrogate whose data change: other values, other units, one datum more."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .cases import SurrogateCase, surrogate_case
from .law import EPS, expect, expect_close, law, trying
from .learning import nearly_linear
from .surrogate import GPML, Surrogate, made_raw, needs, some_data

__all__: list[str] = []

Array = NDArray[np.floating]


@law("G8", "surrogate", "the mean is linear in y, the variance does not know y",
     "mean(a y + b y') = a mean(y) + b mean(y')", f"{GPML}, eq. 2.25 and 2.26", cases=some_data, applies=made_raw,
     hint="y is clipped, transformed or standardized inside (standardizes=True declares the last); y was used in the "
     "factor")  # fmt: skip
def linear(sur: Surrogate, case: SurrogateCase) -> None:
    """Three means with their tolerance; the variance is the same computation, so it is equal to 4 eps."""
    case = sur.view(case)
    other = np.cos(np.arange(len(case.y))) * case.signal_variance**0.5
    mean, variance = sur(case)
    mean_other, variance_other = sur(replace(case, y=other))
    together = replace(case, y=2 * case.y - 3 * other)
    mean_both, _ = sur(together)
    off = sur.tolerance(case)[0] + sur.tolerance(replace(case, y=other))[0] + sur.tolerance(together)[0]
    expect_close(mean_both, 2 * mean - 3 * mean_other, 3 * off, "mean of 2 y - 3 y'")
    expect_close(
        variance_other,
        variance,
        4 * EPS * case.signal_variance + 8 * EPS * case.noise_variance,
        "variance with other y",
    )


@law("G9", "surrogate", "units do not matter",
     "y, v, s2 in other units: mean c, var c^2; X, l in other units: the same", "dimensional analysis", cases=some_data,
     applies=needs("make"),
     hint="an absolute number hides inside: a jitter, a clip of the variance, a default noise")  # fmt: skip
def units(sur: Surrogate, case: SurrogateCase) -> None:
    """The same computation in other units; powers of ten are rounded, powers of two are not."""
    case = sur.view(case)
    mean, variance = sur(case)
    mean_off, variance_off = sur.tolerance(case)
    if sur.jitter == 0:
        for c in (2.0**-12, 1e-3, 1e3):
            factor = 1.0 if sur.standardizes else c**2
            scaled = replace(
                case,
                y=c * case.y,
                signal_variance=factor * case.signal_variance,
                noise_variance=factor * case.noise_variance,
            )
            if sur.standardizes and float(np.std(case.y)) == 0:
                continue  # its unit is then 1 by convention, in any units
            mean_there, variance_there = sur(scaled)
            expect_close(mean_there / c, mean, 2 * mean_off, f"mean of {c:g} y, divided by {c:g}")
            expect_close(variance_there / c**2, variance, 2 * variance_off, f"variance of {c:g} y, divided by {c:g}^2")
    moved = replace(case, lengthscales=2.0**7 * case.lengthscales, X=2.0**7 * case.X, X_new=2.0**7 * case.X_new)
    mean_there, variance_there = sur(moved)
    expect_close(mean_there, mean, 2 * mean_off, "mean with X and l in other units")
    expect_close(variance_there, variance, 2 * variance_off, "variance with X and l in other units")


def _own_units(sur: Surrogate) -> str:
    """Hyperparameters that are given are in units of their own."""
    if sur.predict is None:
        return "only for predict=: what is given hyperparameters is tried with G9"
    return ""


@law("G33", "surrogate", "units of y",
     "standardizes=True: y -> c y + b: mean c mean + b, std c; else no other power of c than 0 or 1",
     "dimensional analysis", cases=some_data, applies=_own_units, share=0.25,
     hint="mean or std was not turned back from standardized values, the variance was returned for the std, or its "
     "root was taken twice")  # fmt: skip
def own_units(sur: Surrogate, case: SurrogateCase) -> None:
    """A power of two does not round, so that the standardized values are the same: 1e-6 of what comes out.

    A shift rounds y, so that what is fitted may end elsewhere within its tolerance: a hundredth of std(y). If it is not
    declared, it is broken only where the std, or mean - mean(y), is c^k to 1e-6, for all queries and c = 2^10 and
    2^-10, and k is neither 0 nor 1: fixed hyperparameters give a std of 0, fitted ones of 1, bounds no power at all.
    """
    if sur.standardizes:
        _turned_back(sur, sur.view(case))
        return
    smooth = nearly_linear(sur, case)
    found = {}
    for exponent in (0, 10, -10):
        there = replace(smooth, y=2.0**exponent * smooth.y)
        mean, variance = sur(there)
        found[exponent] = np.abs(mean - there.y.mean()), np.sqrt(np.abs(variance))
    for i, what in enumerate(("mean - mean(y)", "std")):
        if all(bool(np.all(sizes[i] > 0)) for sizes in found.values()):
            powers = np.array([np.log2(found[exponent][i] / found[0][i]) / exponent for exponent in (10, -10)])
            k = float(np.mean(powers))
            other = min(abs(k), abs(k - 1)) > 0.01 and float(np.ptp(powers)) < 1e-6
            expect(not other, f"{what} grows with the unit of y to the power {k:.4g}")


def _turned_back(sur: Surrogate, case: SurrogateCase) -> None:
    """Expect that mean and std follow y into other units, and the mean to another origin."""
    mean, variance = sur(case)
    for c in (2.0**10, 2.0**-10):
        there = replace(case, y=c * case.y)
        with trying(there):
            mean_there, variance_there = sur(there)
            size = float(np.abs(mean).max() + np.std(case.y))
            expect_close(mean_there / c, mean, 1e-6 * size, f"mean of {c:g} y, divided by {c:g}")
            expect_close(
                np.sqrt(np.abs(variance_there)) / c,
                np.sqrt(np.abs(variance)),
                1e-6 * (np.sqrt(np.abs(variance)) + size),
                f"std of {c:g} y, divided by {c:g}",
            )
    moved, unit = replace(case, y=case.y + 16.0), float(np.std(case.y))
    with trying(moved):
        mean_there, variance_there = sur(moved)
        expect_close(mean_there, mean + 16.0, 1e-2 * unit, "mean of y + 16")
        spread = np.sqrt(np.abs(variance))
        expect_close(np.sqrt(np.abs(variance_there)), spread, 1e-2 * (unit + spread), "std of y + 16")


@law("G10", "surrogate", "one datum after the other",
     "(change of mean)^2 (var_n + s2) = (drop of variance) (y_n - mean_n)^2",
     f"{GPML}, eq. 2.23 and 2.24, applied to the posterior", cases=partial(surrogate_case, least_n=2, lowest_noise=-3),
     applies=made_raw,
     hint="mean and variance do not belong to the same posterior: noise in only one of them, or data that only one has "
     "seen")  # fmt: skip
def sequential(sur: Surrogate, case: SurrogateCase) -> None:
    """Conditioning on one more datum is the closed form of G2 on the posterior; products of tolerances and sizes."""
    case = sur.view(case)
    last = case.X[-1:]
    before = replace(case, X=case.X[:-1], y=case.y[:-1], X_new=np.concatenate([case.X_new, last]))
    mean, variance = sur(before)
    mean_after, variance_after = sur(case)
    total = float(variance[-1]) + case.noise_variance + sur.jitter
    surprise = float(case.y[-1] - mean[-1])
    moved, dropped = mean_after - mean[:-1], variance[:-1] - variance_after
    mean_off, variance_off = sur.tolerance(case)
    allowed = 4 * mean_off * (np.abs(moved) + mean_off) * total + 4 * variance_off * surprise**2
    allowed = allowed + 4 * mean_off * np.abs(dropped) * abs(surprise) + 4 * variance_off * moved**2
    expect_close(
        moved**2 * total, dropped * surprise**2, allowed + 1e-13 * total * surprise**2, "(change of mean)^2 (var + s2)"
    )


@law("G14", "surrogate", "the same point measured twice",
     "m measurements with noise s2 = their average with noise s2 / m", "sufficiency of the average",
     cases=partial(surrogate_case, least_n=1, most_n=4, lowest_noise=-4), applies=needs("make", "noise", "raw y"),
     hint="duplicates are dropped, or the last one wins")  # fmt: skip
def repeated(sur: Surrogate, case: SurrogateCase) -> None:
    """Two posteriors, each with its tolerance."""
    case = sur.view(case)
    if sur.jitter:
        return
    difference = 0.3 * case.signal_variance**0.5
    y = np.concatenate([case.y + difference, case.y - difference])
    twice = replace(case, X=np.concatenate([case.X, case.X]), y=y)
    once = replace(case, noise_variance=case.noise_variance / 2)
    (mean, variance), (mean_once, variance_once) = sur(twice), sur(once)
    mean_off, variance_off = sur.tolerance(twice)
    expect_close(mean, mean_once, 2 * mean_off, "mean of data measured twice")
    predictive = case.noise_variance / 2 if sur.predictive else 0.0
    expect_close(variance, variance_once, 2 * variance_off + 8 * EPS * predictive, "variance of data measured twice")


@law("G18", "surrogate", "calibrated", "y ~ its own prior: z = (y* - mean) / sqrt(var + s2) has mean square 1",
     "definition", cases=partial(surrogate_case, least_n=3, most_n=6, lowest_noise=-2), applies=made_raw, share=0.05,
     hint="error bars that are always too wide or too narrow: std and variance, or latent and "
     "predictive, are mixed up")  # fmt: skip
def calibrated(sur: Surrogate, case: SurrogateCase) -> None:
    """Chi-squared with 200 degrees of freedom lies within [70, 372] but for e^-21 (Laurent & Massart 2000)."""
    case = sur.view(case)
    case = replace(case, X_new=case.X_new[:1] + 0.25 * case.lengthscales)
    everywhere = np.concatenate([case.X, case.X_new])
    noise = case.noise_variance + sur.jitter
    prior = sur.oracle(replace(case, X=case.X[:0], y=case.y[:0])).covariance(everywhere)
    w, Q = np.linalg.eigh(prior + noise * np.eye(len(everywhere)))
    draws = (Q * np.sqrt(w)) @ np.random.default_rng(len(case.X)).standard_normal((len(w), 200))
    z2 = 0.0
    for draw in draws.T:
        mean, variance = sur(replace(case, y=draw[:-1].copy()))
        z2 += float((draw[-1] - mean[0]) ** 2 / (variance[0] + noise))
    expect(70 < z2 < 372, f"mean square of the standardized errors is {z2 / 200:.3f}, expected 1")
