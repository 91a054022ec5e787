"""On what are kernels and surrogates tried?

Hyperparameters first, data in their units: a bug that is invisible at l = 1 or v = 1 is half of all bugs. Length scales
are never equal, the variance is never 1, the numbers of rows differ. Nothing is filtered: ill-conditioned data are
constructed, by copying a row and moving the copy a little, and the tolerance follows from the noise that was drawn.
Coordinates are short dyadic numbers, so that shifts and doublings of them are exact.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .draw import Draw

__all__ = [
    "KernelCase",
    "SurrogateCase",
    "kernel_case",
    "lengthscales",
    "points",
    "some_points",
    "surrogate_case",
    "variance",
]

Array = NDArray[np.floating]


@dataclass(frozen=True)
class KernelCase:
    """A kernel's hyperparameters and two sets of points."""

    lengthscales: Array  # (d,)
    variance: float
    A: Array  # (n, d)
    B: Array  # (m, d)


@dataclass(frozen=True)
class SurrogateCase:
    """A Gaussian process's hyperparameters, data and queries."""

    lengthscales: Array  # (d,)
    signal_variance: float
    noise_variance: float
    X: Array  # (n, d)
    y: Array  # (n,)
    X_new: Array  # (m, d)


def lengthscales(draw: Draw, d: int) -> Array:
    """Draw d length scales between 0.3 and 40, no two of them equal."""
    mantissa = 1.1 + 0.4 * np.abs(draw.reals(d)) + 0.5 * np.arange(d) / d
    return np.array([round(float(f) * 2.0 ** draw.integer(-2, 3), 4) for f in mantissa])


def variance(draw: Draw) -> float:
    """Draw a variance between 1e-3 and 3e3, never 1."""
    return float(round(1.3 + 1.7 * abs(float(draw.reals(1)[0])), 3) * 10.0 ** draw.choice((0, 1, -1, 2, -2, 3, -3)))


def points(draw: Draw, n: int, l: Array, spread: float = 2.0) -> Array:
    """Draw n points, in units of the length scales rounded to powers of two; sometimes one is nearly a copy."""
    X = draw.reals(n, len(l)) * spread * 2.0 ** np.round(np.log2(l))
    if n >= 2:
        move = draw.choice((None, 0.0, 2.0**-26, 2.0**-13))
        if move is not None:
            X[n - 1] = X[0] + move * 2.0 ** np.round(np.log2(l))
    return X


def kernel_case(draw: Draw, *, least_d: int = 1, least_n: int = 0) -> KernelCase:
    """Draw hyperparameters and two sets of points of different sizes."""
    d = max(least_d, draw.choice((1, 2, 3, 5, 8)))
    n, m = draw.integer(least_n, 6), draw.integer(1, 5)
    l, v, spread = lengthscales(draw, d), variance(draw), draw.choice((1.0, 4.0, 0.25))
    return KernelCase(l, v, points(draw, n, l, spread), points(draw, m, l, spread))


some_points = partial(kernel_case, least_n=1)


def surrogate_case(
    draw: Draw, *, least_n: int = 0, most_n: int = 8, least_m: int = 1, lowest_noise: int = -6
) -> SurrogateCase:
    """Draw hyperparameters, data and queries; the noise is between 10^lowest_noise and 1 times the signal variance."""
    d = draw.choice((1, 2, 3, 4))
    n, m = draw.integer(least_n, most_n), draw.integer(least_m, 5)
    l, v = lengthscales(draw, d), variance(draw)
    noise = float(
        f"{v * 10.0 ** draw.choice(range(-1, lowest_noise - 1, -1)) * (1 + 8 * abs(float(draw.reals(1)[0]))):.3g}"
    )
    spread = draw.choice((1.0, 2.0, 0.25))
    X, X_new = points(draw, n, l, spread), points(draw, m, l, spread)
    y = draw.reals(n) * 2.0 ** round(np.log2(v) / 2 + 1)
    if n and draw.integer(0, 2) == 0:
        X_new[0] = X[0]  # a query at a datum
    return SurrogateCase(l, v, noise, X, y, X_new)
