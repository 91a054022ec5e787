r"""How likely is a standard normal variable to fall below z, and how far below on average?

numpy has no error function, and the textbook formulas lose every digit far out in the left tail, where Bayesian
optimization spends its last trials. Two ideas mend both: ``math.erfc`` from the standard library, and Laplace's
continued fraction for the ratios of the density's iterated integrals.

======== =================================================== ==========================
symbol   meaning                                             here
======== =================================================== ==========================
phi(z)   density, exp(-z^2/2) / sqrt(2 pi)                   :func:`pdf`
Phi(z)   distribution function, integral of phi up to z      :func:`cdf`
h(z)     phi(z) + z Phi(z), integral of Phi up to z          :func:`h`, :func:`log_h`
r_k      ratio of the (k+1)-th to the k-th iterated integral ``_tail_ratios``
======== =================================================== ==========================

Source: Abramowitz & Stegun (1964), Handbook of Mathematical Functions, section 7.2 (repeated integrals of the error
function) and Gautschi (1961), Recursive computation of the repeated integrals of the error function.
"""

import math
from statistics import NormalDist

import numpy as np

from .arrays import Array, ArrayLike, require

__all__ = ["cdf", "h", "interval", "log_h", "pdf", "quantile"]

_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
_TAIL = -3.0  # left of it the continued fraction; right of it the textbook formula, which costs h a factor z^2 in ulp
_TERMS = 40  # from a good start these leave 4e-16 at -3; started from zero, 60 of them leave 6e-12 at -2

_erf = np.frompyfunc(math.erf, 1, 1)
_erfc = np.frompyfunc(math.erfc, 1, 1)
_inverse = np.frompyfunc(NormalDist().inv_cdf, 1, 1)


def pdf(z: ArrayLike) -> Array:
    r"""Density phi(z) = exp(-z^2/2) / sqrt(2 pi), to a few ulp also where it is 1e-300.

    The square of z is rounded, and the exponential of a rounded 700 has lost three digits; so z is split into a
    multiple a of 1/16, whose square is exact, and a rest: z^2 = a^2 + (z - a)(z + a).

    Parameters
    ----------
    z : array_like
        Any shape.

    Returns
    -------
    array
        Same shape; 0 where the density is below the smallest float.

    Examples
    --------
    >>> float(pdf(0.0))
    0.3989422804014327
    """
    z = _clip(z)
    a = np.round(16 * z) / 16
    return np.exp(-0.5 * a * a) * np.exp(-0.5 * (z - a) * (z + a)) / math.sqrt(2 * math.pi)


def cdf(z: ArrayLike) -> Array:
    r"""Distribution function Phi(z), with full relative accuracy in the left tail.

    Phi(z) = erfc(-z / sqrt 2) / 2, and phi(z) r_0(-z) for z <= -3.

    Parameters
    ----------
    z : array_like
        Any shape.

    Returns
    -------
    array
        Same shape, between 0 and 1.

    Examples
    --------
    >>> float(cdf(0.0)), float(cdf(-37.0))
    (0.5, 5.725571222524577e-300)
    """
    return _integrals(np.asarray(z, dtype=float))[0]


def h(z: ArrayLike) -> Array:
    r"""Expected amount by which a standard normal variable falls below z: h(z) = phi(z) + z Phi(z).

    It is the integral of Phi, hence h' = Phi; and h(z) - h(-z) = z.

    Parameters
    ----------
    z : array_like
        Any shape; infinities are allowed.

    Returns
    -------
    array
        Same shape, positive until it underflows near z = -38.

    Examples
    --------
    >>> float(h(0.0)), float(h(-10.0))
    (0.3989422804014327, 7.474560254589328e-25)
    """
    return _integrals(np.asarray(z, dtype=float))[1]


def log_h(z: ArrayLike) -> tuple[Array, Array]:
    r"""Logarithm of h and its derivative, finite and accurate as far as z = -1e150.

    Right of -3 the definition; left of it log h = log phi + log r_0 + log r_1 and d log h / dz = Phi / h = 1 / r_1,
    where nothing is subtracted.

    Parameters
    ----------
    z : array_like
        Any shape.

    Returns
    -------
    log_h, slope : array
        Same shape each.

    Examples
    --------
    >>> value, slope = log_h(-1e6)
    >>> float(value), float(slope)
    (-500000000028.5499, 1000000.0000020001)
    """
    z = np.asarray(z, dtype=float)
    Phi, integral, r0, r1 = _integrals(z)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # below -1e154 the logarithm really is -inf
        log_tail = -0.5 * np.minimum(z, _TAIL) ** 2 - _LOG_SQRT_2PI + np.log(r0) + np.log(r1)  # eq: 6.4
        return np.where(z > _TAIL, np.log(integral), log_tail), np.where(z > _TAIL, Phi / integral, 1 / r1)


def interval(a: ArrayLike, b: ArrayLike) -> Array:
    r"""Probability Phi(b) - Phi(a) of the interval from a to b, without cancellation in either tail.

    An interval on the right is mirrored to the left; one that holds 0 is the sum of two positive error functions; and
    one so narrow that the difference of two near-equal numbers would cost digits is its width times the density at
    the midpoint m, with the next two terms of the Taylor series: w phi(m) (1 + w^2 He_2(m)/24 + w^4 He_4(m)/1920).

    Parameters
    ----------
    a, b : array_like
        Lower and upper ends, broadcast against each other, a <= b.

    Returns
    -------
    array
        Between 0 and 1.

    Examples
    --------
    >>> float(interval(-1.0, 1.0)), float(interval(20.0, 21.0))
    (0.6826894921370859, 2.7536241153269562e-89)
    """
    a, b = _clip(a), _clip(b)
    a, b = np.where(a > 0, -b, a), np.where(a > 0, -a, b)
    m, w = (a + b) / 2, b - a
    m2, w2 = m * m, w * w
    narrow = w2 * (1 + m2) < 4e-4
    tail = (b <= 0) & ~narrow
    probability = 0.5 * np.asarray(_erf(b / math.sqrt(2)) - _erf(a / math.sqrt(2)), dtype=float)
    if np.any(tail):  # the continued fraction is the dear part
        probability = np.where(tail, cdf(b) - cdf(a), probability)
    series = w * pdf(m) * (1 + w2 * (m2 - 1) / 24 + w2 * w2 * (m2 * m2 - 6 * m2 + 3) / 1920)
    return np.where(narrow, series, probability)


def quantile(p: ArrayLike) -> Array:
    """Inverse of :func:`cdf`, for 0 < p < 1 (Wichura's algorithm AS 241, from the standard library).

    Parameters
    ----------
    p : array_like
        Probabilities, any shape.

    Returns
    -------
    array
        Same shape.

    Raises
    ------
    ValueError
        If any p is not strictly between 0 and 1.

    Examples
    --------
    >>> float(quantile(0.975))
    1.9599639845400536
    """
    p = np.asarray(p, dtype=float)
    inside = (p > 0) & (p < 1)
    require(np.all(inside), "expected probabilities strictly between 0 and 1, got {}", p[~inside][:3])
    return np.asarray(_inverse(p), dtype=float)


def _clip(z: ArrayLike) -> Array:
    """To [-40, 40], outside of which phi and Phi(-abs(z)) are 0 in double precision."""
    return np.clip(np.asarray(z, dtype=float), -40.0, 40.0)


def _integrals(z: Array) -> tuple[Array, Array, Array, Array]:
    """Phi(z) and h(z), and the ratios r_0 and r_1 they are made of in the tail."""
    phi, right = pdf(z), np.maximum(z, _TAIL)
    Phi = 0.5 * np.asarray(_erfc(-right / math.sqrt(2)), dtype=float)
    r0, r1 = _tail_ratios(z)
    return np.where(z > _TAIL, Phi, phi * r0), np.where(z > _TAIL, phi + right * Phi, phi * r0 * r1), r0, r1


def _tail_ratios(z: Array) -> tuple[Array, Array]:
    """Laplace's continued fraction r_k = 1 / (x + (k+1) r_{k+1}), x = -z >= 3, run backwards to r_1 and r_0."""
    x = -np.minimum(z, _TAIL)
    half = 0.5 * np.minimum(x, 1e150)
    r = 1 / (half + np.sqrt(half * half + _TERMS + 1))  # where it would stand still: r = 1 / (x + (k+1) r)
    for k in range(_TERMS, 0, -1):
        r = 1 / (x + (k + 1) * r)  # eq: 6.3
    return 1 / (x + r), r
