"""Laws of a surrogate that meets more data than a handful, and of one that sets its own hyperparameters."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .cases import SurrogateCase, surrogate_case
from .law import expect, expect_close, law, trying
from .surrogate import GPML, Surrogate, needs

__all__ = ["nearly_linear"]

Array = NDArray[np.floating]


@law("G30", "surrogate", "seventy data", "mean = K* (K + s2 I)^-1 y, var = v - K* (K + s2 I)^-1 K*'; "
     "each there twice, with noise 2 s2: the same",
     f"{GPML}, eq. 2.25 and 2.26", cases=partial(surrogate_case, least_n=66, most_n=72, lowest_noise=-2),
     applies=needs("make", "noise"), share=0.1,
     hint="right for few data, wrong for many: data beyond some number are dropped, or blocks of the matrix do not "
     "hear of each other")  # fmt: skip
def many_data(sur: Surrogate, case: SurrogateCase) -> None:
    """As G1. What was measured twice with twice the noise is as good as once (G14), without a larger reference."""
    case = sur.view(case)
    twice = replace(case, X=np.concatenate([case.X, case.X]), y=np.concatenate([case.y, case.y]),
                    noise_variance=2 * case.noise_variance + sur.jitter)  # fmt: skip
    expected_mean, expected_variance = sur.expected(case)
    for data, what in ((case, ""), (twice, f" of {len(twice.X)} data, each there twice,")):
        (mean, variance), (mean_off, variance_off) = sur(data), sur.tolerance(data)
        expect_close(mean, expected_mean, mean_off, f"mean{what}")
        expect_close(variance, expected_variance, variance_off, f"variance{what}")


def _own(sur: Surrogate) -> str:
    """The others are compared with the numbers that should come out."""
    return "" if sur.predict is not None else "only for predict=: what is given hyperparameters is compared with G1"


@law("G31", "surrogate", "it learns", "rms of y - mean(X) <= std(y) / 2, between the data too, if y is nearly linear",
     "the mean of y, which has learnt nothing, has std(y)", cases=surrogate_case, applies=_own, share=0.25,
     hint="the mean has the wrong sign, was not turned back from standardized values, or belongs to other rows; or the "
     "data, or one of them, are not used; or the std is a constant")  # fmt: skip
def learns(sur: Surrogate, case: SurrogateCase) -> None:
    """A straight line leaves a twentieth of std(y), a line in one of the two dimensions two thirds.

    Every datum counts: moved by std(y) / 10, it changes what is predicted there by more than rounding does.
    """
    nearly = nearly_linear(sur, case)
    for origin in (0.0, 1.4):
        smooth = replace(nearly, y=nearly.y - origin)
        with trying(smooth):
            mean, variance = sur(smooth)
            n, spread = len(smooth.y), float(np.std(smooth.y))
            for part, what in ((slice(n), "at the data"), (slice(n, 2 * n), "between the data")):
                there = _surface(smooth.X_new[part]) - origin
                off = float(np.sqrt(np.mean((there - mean[part]) ** 2)))
                expect(off <= 0.5 * spread, f"rms of y - mean {what} is {off:.3g}, though std(y) is {spread:.3g}")
            expect(bool(np.any(variance > 0)), "the std is 0 everywhere, also where there are no data")
            same = float(np.ptp(variance)) <= 1e-9 * float(np.abs(variance).max())
            expect(not same, f"the std is {variance[0] ** 0.5:.6g} at the data, between them and far away")
    _every_datum_counts(sur, nearly)


def _every_datum_counts(sur: Surrogate, smooth: SurrogateCase) -> None:
    """Expect that a prediction changes by more than 1e-12 of its size if y there moves by a tenth of std(y)."""
    n, nudge = len(smooth.y), 0.1 * float(np.std(smooth.y))
    before = sur(replace(smooth, X_new=smooth.X))
    for i in (0, n // 2, n - 2, n - 1):
        moved = replace(smooth, y=smooth.y + nudge * (np.arange(n) == i), X_new=smooth.X)
        with trying(moved):
            pairs = zip(sur(moved), before, strict=True)
            changes = any(abs(now[i] - old[i]) > 1e-12 * np.abs(old).max() for now, old in pairs)
            expect(changes, f"the prediction at datum {i} does not change with its value")


@law("G32", "surrogate", "a constant is no exception", "all y equal: finite mean and std", "any values are data",
     cases=surrogate_case, applies=_own, share=0.25,
     hint="y was divided by its standard deviation, which is 0: divide by 1 then")  # fmt: skip
def constant(sur: Surrogate, case: SurrogateCase) -> None:
    """Only finite numbers are asked for."""
    smooth = nearly_linear(sur, case)
    for value in (0.0, 2.5):
        level = replace(smooth, y=np.full(len(smooth.y), value))
        with trying(level):
            sur(level)


def _surface(X: Array) -> Array:
    """Something that a straight line fits nearly, a parabola exactly; each coordinate counts, in its own way."""
    sign = np.where(np.arange(X.shape[1]) % 2, -1.0, 1.0)
    return 1.0 + (sign * (1.5 * X + 0.3 * X**2)).sum(axis=1)


def nearly_linear(sur: Surrogate, case: SurrogateCase) -> SurrogateCase:
    """Take 24 points spread over the square, and as queries these, points halfway between them, and one outside."""
    d = 1 if sur.one_dimensional else min(2, len(case.lengthscales))
    shift = 0.5 + 0.4 * np.tanh(case.X_new[0, :d])
    X = (np.arange(24)[:, None] * np.array([0.6180339887498949, 0.4142135623730951])[:d] + shift) % 1.0
    between = 0.9 * X[::-1] + 0.05
    X_new = np.concatenate([X, between, np.full((1, d), 3.0)])
    return SurrogateCase(np.ones(d), 1.0, 1.0, X, _surface(X), X_new)
