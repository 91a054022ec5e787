"""A solution of the exercise of chapter 6."""

import math

import numpy as np

_erfc = np.vectorize(math.erfc, otypes=[float])


def expected_improvement(mean, std, best):
    """Average amount by which N(mean, std^2) comes out below best; shape (m,)."""
    gain, z = _gain_and_z(mean, std, best)
    phi = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    Phi = 0.5 * _erfc(-z / math.sqrt(2))
    return np.where(std > 0, gain * Phi + std * phi, np.maximum(gain, 0.0))


def log_expected_improvement(mean, std, best):
    """Logarithm of the expected improvement; shape (m,)."""
    gain, z = _gain_and_z(mean, std, best)
    near, x = np.maximum(z, -3.0), np.maximum(-z, 3.0)  # the formula right of -3, the fraction left of it
    phi = np.exp(-0.5 * near**2) / math.sqrt(2 * math.pi)
    h = phi + near * 0.5 * _erfc(-near / math.sqrt(2))
    r = np.zeros_like(x)
    for k in range(150, 0, -1):
        r = 1 / (x + (k + 1) * r)  # r_k
    tail = -0.5 * x**2 - 0.5 * math.log(2 * math.pi) - np.log(x + r) + np.log(r)  # log phi + log r_0 + log r_1
    with np.errstate(divide="ignore"):  # the logarithm of 0, where nothing is gained
        certain = np.log(np.maximum(gain, 0.0))
        return np.where(std > 0, np.log(std) + np.where(z > -3, np.log(h), tail), certain)


def _gain_and_z(mean, std, best):
    """By how much the mean is below best, and that in standard deviations, or 0 where there is no doubt."""
    gain = best - mean
    with np.errstate(over="ignore"):
        z = np.where(std > 0, gain / np.where(std > 0, std, 1.0), 0.0)
    return gain, np.clip(z, -1e150, 1e150)
