r"""Which point promises most?

A Gaussian prediction with mean m and standard deviation s of the value at a point, and the best value b seen so far:
how far below b do we expect to get, counting nothing where we do not get below? Minimization throughout.

====== ======================================= ==================
symbol meaning                                 shape
====== ======================================= ==================
m, s   ``mean``, ``std`` of the prediction     any, the same
b      ``best``                                scalar
gain   b - m                                   as m
z      (b - m) / s                             as m
h(z)   phi(z) + z Phi(z)                       as m
====== ======================================= ==================

Source: Jones, Schonlau & Welch (1998), Efficient global optimization of expensive black-box functions, J. Global
Optimization 13, eq. 15; for the logarithm Ament, Daulton, Eriksson, Balandat & Bakshy (2023), Unexpected improvements
to expected improvement for Bayesian optimization, NeurIPS, section 4.1.
"""

import math

import numpy as np

from ..numerics import normal
from ..numerics.arrays import Array, ArrayLike, require

__all__ = [
    "expected_improvement",
    "expected_improvement_gradient",
    "log_expected_improvement",
    "log_expected_improvement_gradient",
]

_CERTAIN = 9.0  # beyond it h(z) = z to the last bit: phi(9) is 1e-18


def expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Array:
    r"""Expected amount by which a Gaussian prediction undercuts ``best``.

    .. math:: \mathrm{EI} = (b - m)\,\Phi(z) + s\,\phi(z) = s\,h(z), \qquad z = (b - m) / s

    Computed as max(b - m, 0) + s h(-\|z\|), the certain part and the rest, by the identity h(z) = z + h(-z): nothing
    cancels, and the limit at s = 0 is the certain part, max(b - m, 0) and not 0.

    Parameters
    ----------
    mean : array_like
        Posterior mean, in units of the objective.
    std : array_like
        Posterior standard deviation (not variance), same shape and units, 0 or more.
    best : float
        Value to undercut: the lowest seen so far, or the lowest posterior mean where values are noisy.

    Returns
    -------
    array
        Same shape, 0 or more, in units of the objective.

    Raises
    ------
    ValueError
        If the shapes differ, a std is negative or ``best`` is not finite.

    References
    ----------
    Jones, Schonlau & Welch (1998), eq. 15.

    Examples
    --------
    >>> expected_improvement([0.0, 1.0, -1.0], [1.0, 0.0, 0.0], best=0.0).round(4).tolist()
    [0.3989, 0.0, 1.0]
    """
    _, std, gain, z = _standardize(mean, std, best)
    return np.maximum(gain, 0) + std * normal.h(-np.abs(z))  # eq: 6.1


def expected_improvement_gradient(mean: ArrayLike, std: ArrayLike, best: float) -> tuple[Array, Array]:
    """Derivatives dEI/dm = -Phi(z) and dEI/ds = phi(z), both of the shape of ``mean``.

    Parameters and errors as :func:`expected_improvement`.

    Examples
    --------
    >>> [float(d.round(4)) for d in expected_improvement_gradient(0.0, 1.0, 0.0)]
    [-0.5, 0.3989]
    """
    _, _, _, z = _standardize(mean, std, best)
    return -normal.cdf(z), normal.pdf(z)  # eq: 6.2


def log_expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> Array:
    r"""Logarithm of the expected improvement, finite where the improvement itself underflows to 0.

    .. math:: \log \mathrm{EI} = \log s + \log h(z)

    Parameters and errors as :func:`expected_improvement`; -inf where std is 0 and nothing is gained.

    References
    ----------
    Ament et al. (2023), section 4.1.

    Examples
    --------
    >>> log_expected_improvement([0.0, 40.0, 1e4], [1.0, 1.0, 1.0], best=0.0).round(3).tolist()
    [-0.919, -808.299, -50000019.34]
    """
    return log_expected_improvement_gradient(mean, std, best)[0]


def log_expected_improvement_gradient(mean: ArrayLike, std: ArrayLike, best: float) -> tuple[Array, Array, Array]:
    r"""Log EI with its derivatives in mean and std, each of the shape of ``mean``.

    d log EI/dm = -Phi(z) / (s h(z)) and d log EI/ds = phi(z) / (s h(z)), where phi/h = 1 - z Phi/h. Where std is 0 the
    prediction is certain: -1/gain and 0 if something is gained, else 0 and 0.

    Parameters and errors as :func:`expected_improvement`.

    Examples
    --------
    >>> value, by_mean, by_std = log_expected_improvement_gradient(40.0, 1.0, 0.0)
    >>> float(value.round(3)), float(by_mean.round(3)), float(by_std.round(3))
    (-808.299, -40.05, 1602.996)
    """
    _, std, gain, z = _standardize(mean, std, best)
    certain = z > _CERTAIN
    log_h, slope = normal.log_h(np.minimum(z, _CERTAIN))  # slope = Phi / h
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = np.where(certain, np.log(gain), np.log(std) + log_h)
        by_mean = np.where(certain, -1 / gain, -slope / std)
        ratio = np.where(z > 0, normal.pdf(z) * np.exp(-log_h), 1 - z * slope)  # eq: 6.5, phi / h
        by_std = np.where(certain, 0.0, ratio / std)
    hopeless = (std == 0) & (gain <= 0)
    return value, np.where(hopeless, 0.0, by_mean), np.where(hopeless, 0.0, by_std)


def _standardize(mean: ArrayLike, std: ArrayLike, best: float) -> tuple[Array, Array, Array, Array]:
    """Arrays m, s, gain = b - m and z = gain / s, which is infinite where s is 0."""
    mean, std = np.asarray(mean, dtype=float), np.asarray(std, dtype=float)
    require(mean.shape == std.shape, "expected mean and std of one shape, got {} and {}", mean.shape, std.shape)
    require(not np.any(std < 0), "expected standard deviations of 0 or more, got {}", std)
    require(math.isfinite(best), "expected a finite best value, got {}", best)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        gain = best - mean
        z = np.where(std > 0, gain / std, np.where(gain > 0, np.inf, -np.inf))
    return mean, std, gain, z
