r"""On which scale does an objective look Gaussian?

A Gaussian process expects values that vary alike everywhere. A validation loss does not: most of the space is bad, some
of it terrible, and the differences that matter are small. So the values are centred and scaled by what half of them do,
bent by the power transform under which they look most Gaussian, and standardized. Each step is increasing, up to
rounding and to 1e30 scales from the median: the best stays the best, and one absurd value does not hide the rest.

====== =================================================== ==================
symbol meaning                                             shape
====== =================================================== ==================
y      values of the objective, in its units               (n,)
z      (y - median) / scale                                (n,)
lam    power: 1 leaves z, below 1 pulls large values in    scalar
====== =================================================== ==================

Source: Yeo & Johnson (2000), A new family of power transformations to improve normality or symmetry, Biometrika 87,
section 2 (the transform) and 3 (maximum likelihood).
"""

import numpy as np

from ..numerics.arrays import Array, ArrayLike

__all__ = ["gaussianize", "yeo_johnson"]

_POWERS = np.linspace(-2, 4, 61)
_FARTHEST = 1e30  # in scales from the median; beyond it the powers would overflow


def yeo_johnson(z: ArrayLike, lam: float) -> Array:
    r"""Yeo-Johnson transform: Box-Cox of 1 + z for z >= 0, mirrored with power 2 - lam for z < 0.

    .. math:: \psi(z) = ((1 + z)^\lambda - 1) / \lambda \quad (z \ge 0), \qquad
        -((1 - z)^{2 - \lambda} - 1) / (2 - \lambda) \quad (z < 0)

    with the logarithm as the limit where the power is 0.

    Parameters
    ----------
    z : (n,) array_like
        Values around 0.
    lam : float
        Power.

    Returns
    -------
    (n,) array
        Strictly increasing in z, 0 at 0.

    Examples
    --------
    >>> yeo_johnson([-1.0, 0.0, 3.0], 1.0).tolist(), yeo_johnson([np.e - 1], 0.0).tolist()
    ([-1.0, 0.0, 3.0], [1.0])
    """
    z = np.asarray(z, dtype=float)
    power = 1 + np.where(z >= 0, lam - 1, 1 - lam)  # 0 or at least an ulp of 1: a power of 1e-320 has few digits
    log = np.log1p(np.abs(z))
    return np.copysign(np.where(power == 0, log, np.expm1(power * log) / np.where(power == 0, 1, power)), z)  # eq: 7.4


def gaussianize(y: ArrayLike) -> Array:
    """Centre, scale, bend with the power of greatest likelihood, standardize.

    The log likelihood of z under "psi(z) is Gaussian" is, up to a constant, -n log std psi(z) plus the logarithm of
    the Jacobian, (lam - 1) sum sign(z) log(1 + abs(z)); it is compared on a grid of powers from -2 to 4.

    Parameters
    ----------
    y : (n,) array_like
        Finite values of any size, n >= 1.

    Returns
    -------
    (n,) array
        Increasing in y, with mean 0 and standard deviation 1; all 0 if the values are equal. Unchanged, up to
        rounding, by a y + b with a > 0.

    Examples
    --------
    >>> gaussianize([1.0, 2.0, 3.0, 4.0, 1e12]).round(2).tolist()
    [-1.12, -0.52, -0.18, -0.04, 1.86]
    """
    z = _centre_and_scale(np.asarray(y, dtype=float))
    if not np.any(z):
        return z
    jacobian = float(np.sum(np.copysign(np.log1p(np.abs(z)), z)))
    bent = [yeo_johnson(z, lam) for lam in _POWERS]
    spread = np.log([psi.std() for psi in bent])
    psi = bent[int(np.argmax((_POWERS - 1) * jacobian - len(z) * spread))]  # eq: 7.5
    return (psi - psi.mean()) / psi.std()


def _centre_and_scale(y: Array) -> Array:
    """Return (y - median) / median absolute deviation; where that is 0, the median of the deviations that are not."""
    # by a power of 2, which is exact: tiny values grow lest a difference underflow, huge ones shrink lest it overflow
    y = np.ldexp(y, -min(top := int(np.frexp(np.abs(y).max())[1]), 0) - max(top - 1020, 0))
    z = y - np.median(y)
    scale = np.median(np.abs(z)) or np.median(np.abs(z[z != 0])) if np.any(z) else 1.0
    with np.errstate(over="ignore"):
        return np.clip(z / scale, -_FARTHEST, _FARTHEST)
