"""Laws of the posterior that name its numbers: closed forms, independent routes, equivariances."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .cases import SurrogateCase, surrogate_case
from .law import EPS, expect, expect_close, law
from .surrogate import GPML, Surrogate, made, made_raw, needs, some_data

__all__: list[str] = []

Array = NDArray[np.floating]


@law("G1", "surrogate", "equals the posterior by another road",
     "mean = K* (K + s2 I)^-1 y, var = v - K* (K + s2 I)^-1 K*'",
     f"{GPML}, eq. 2.23 to 2.26; here by the eigenvalues of K", cases=surrogate_case, applies=made,
     hint="noise squared, forgotten or used as its root; the mean not added back; a wrong kernel")  # fmt: skip
def posterior(sur: Surrogate, case: SurrogateCase) -> None:
    """A solution is right to n eps kappa: 50 times that for the mean, 10 times for the variance."""
    case = sur.view(case)
    mean, variance = sur(case)
    expected_mean, expected_variance = sur.expected(case)
    mean_off, variance_off = sur.tolerance(case)
    expect_close(mean, expected_mean, mean_off, "mean")
    expect_close(variance, expected_variance, variance_off, "variance")


@law("G2", "surrogate", "one datum, by hand", "mean = k y / (v + s2), var = v - k^2 / (v + s2)",
     f"{GPML}, eq. 2.23 and 2.24", applies=made_raw,
     cases=partial(surrogate_case, least_n=1, most_n=1, lowest_noise=-9),
     hint="with one datum everything can be computed on paper: do it with v = 2, s2 = 0.5")  # fmt: skip
def one_datum(sur: Surrogate, case: SurrogateCase) -> None:
    """No matrix to invert: a few eps, and those of the kernel."""
    case = sur.view(case)
    v, s2, y = case.signal_variance, case.noise_variance + sur.jitter, float(case.y[0])
    k = sur.oracle(replace(case, X=case.X[:0], y=case.y[:0])).covariance(np.concatenate([case.X, case.X_new]))[0, 1:]
    mean, variance = sur(case)
    r2 = (((case.X - case.X_new) / case.lengthscales) ** 2).sum(axis=1)
    allowed = 50 * EPS * (2 + r2)
    expect_close(mean, k * y / (v + s2), allowed * abs(y) + 1e-300, "mean")
    expect_close(variance, v - k**2 / (v + s2), allowed * v + 8 * EPS * s2, "variance")


@law("G3", "surrogate", "never less than nothing, never more than the prior",
     "0 <= var <= v; at a datum var <= v s2 / (v + s2)", f"{GPML}, section 2.2", cases=some_data, applies=made,
     hint="a negative variance: an inverse lost its digits; more than the prior: a wrong sign")  # fmt: skip
def bounds(sur: Surrogate, case: SurrogateCase) -> None:
    """The tolerance of the variance."""
    case = sur.view(case)
    case = replace(case, X_new=np.concatenate([case.X_new, case.X]))
    unit, slack = sur.units(case)[1] ** 2, sur.tolerance(case)[1]
    v, s2 = unit * case.signal_variance, unit * (case.noise_variance + sur.jitter)
    _, variance = sur(case)
    expect(np.all(variance >= -slack), f"variance {variance.min():.3g} is negative (- {slack:.1e})")
    expect(np.all(variance <= v + slack), f"variance {variance.max():.6g} exceeds the prior's {v:.6g}")
    at_data = variance[-len(case.X) :]
    most = v * s2 / (v + s2)
    expect(
        np.all(at_data <= most + slack), f"variance {at_data.max():.6g} at a datum exceeds v s2 / (v + s2) = {most:.6g}"
    )


@law("G4", "surrogate", "more data, less doubt", "var never grows when a datum is added", f"{GPML}, exercise 2.9 (4)",
     cases=partial(surrogate_case, least_n=2), applies=made_raw,
     hint="data are dropped, or the last batch replaces the first")  # fmt: skip
def shrinking(sur: Surrogate, case: SurrogateCase) -> None:
    """Two variances, each with its tolerance."""
    case = sur.view(case)
    before = np.full(len(case.X_new), case.signal_variance)
    for n in range(1, len(case.X) + 1):
        _, after = sur(replace(case, X=case.X[:n], y=case.y[:n]))
        expect(
            np.all(after <= before + 2 * sur.tolerance(case)[1]),
            f"variance grew with datum {n}: {before.tolist()} to {after.tolist()}",
        )
        before = after


@law("G6", "surrogate", "interpolates as noise goes away", "|y - mean(X)| <= s2 / (lowest eigenvalue + s2) |y|",
     f"{GPML}, eq. 2.25", cases=partial(surrogate_case, least_n=1, most_n=6, lowest_noise=-6), applies=made,
     hint="too much noise or jitter is added, or y is not what was conditioned on")  # fmt: skip
def interpolation(sur: Surrogate, case: SurrogateCase) -> None:
    """The residual is s2 (K + s2 I)^-1 y: rigorous, with the tolerance of the mean."""
    case = sur.view(case)
    case = replace(case, X_new=case.X)
    oracle, (_, unit) = sur.oracle(case), sur.units(case)
    factor = float((case.noise_variance + sur.jitter) / oracle.w[0]) if len(oracle.w) else 0.0
    mean, _ = sur(case)
    expect_close(
        mean, case.y, unit * factor * float(np.linalg.norm(oracle.y)) + 2 * sur.tolerance(case)[0], "mean at the data"
    )


@law("G7", "surrogate", "far away it knows nothing", "400 length scales away: mean 0, variance v",
     f"{GPML}, section 2.2", cases=some_data, applies=needs("make", "stationary"),
     hint="the prior mean is zero, the prior's variance is the signal variance, without noise")  # fmt: skip
def far_away(sur: Surrogate, case: SurrogateCase) -> None:
    """The kernel underflows to zero there; sqrt(v)^2 costs two ulp."""
    case = sur.view(case)
    origin, unit = sur.units(case)
    mean, variance = sur(replace(case, X_new=case.X_new + 400 * case.lengthscales))
    v = unit**2 * case.signal_variance
    expect_close(
        mean, np.full(len(mean), origin), 64 * EPS * (abs(origin) + unit) if sur.standardizes else 0, "mean far away"
    )
    expect_close(variance, np.full(len(mean), v), 16 * EPS * (v + unit**2 * case.noise_variance), "variance far away")


@law("G17", "surrogate", "Brownian motion without noise",
     "k = min(s, t): linear from 0 on, bridge variance (t - a)(b - t)/(b - a)", f"{GPML}, appendix B.2",
     cases=some_data, applies=needs("with_kernel"),
     hint="the kernel given is not the kernel used, or noise is added where none was asked for")  # fmt: skip
def brownian(sur: Surrogate, case: SurrogateCase) -> None:
    """Points half a unit or more apart: kappa below 1e3."""
    assert sur.with_kernel is not None
    t = np.arange(1.0, len(case.y) + 2) + 0.4 * np.tanh(np.append(case.X[:, 0], 0.0))
    y, k = np.append(case.y, 1.0), lambda A, B: np.minimum(np.asarray(A)[:, :1], np.asarray(B)[:, :1].T)
    times, values = np.append(0.0, t), np.append(0.0, y)  # it starts at 0
    a, b, asked = times[:-1], times[1:], np.append((times[:-1] + times[1:]) / 2 + 0.05, t[-1] + 0.7)
    there = replace(case, X=t[:, None], y=y, X_new=asked[:, None], noise_variance=0.0)
    mean, variance = sur(there, sur.with_kernel(k, 0.0))
    expected = np.append((asked[:-1] - a) * (b - asked[:-1]) / (b - a), 0.7)
    expect_close(mean, np.interp(asked, times, values), 1e-11 * (1 + np.abs(y).max()), "mean")
    expect_close(variance, expected, 1e-11 * asked[-1], "variance")


@law("G19", "surrogate", "no data: the prior", "n = 0: mean 0, variance v", "definition", cases=surrogate_case,
     applies=needs("make", "empty"),
     hint="an empty matrix has a factor, also empty; a mean over nothing is nan (or empty=False)")  # fmt: skip
def no_data(sur: Surrogate, case: SurrogateCase) -> None:
    """Nothing is computed: two ulp for sqrt(v)^2."""
    case = sur.view(case)
    mean, variance = sur(replace(case, X=case.X[:0], y=case.y[:0]))
    v = case.signal_variance
    expect_close(mean, np.zeros(len(mean)), 0, "mean without data")
    expect_close(variance, np.full(len(mean), v), 8 * EPS * (v + case.noise_variance), "variance without data")
