"""A solution of chapter 2's exercise."""

import numpy as np


def make_kernel(lengthscales, variance):
    """Return k(A, B): arrays (n, d) and (m, d) to covariances (n, m)."""

    def k(A, B):
        difference = (A[:, None, :] - B[None, :, :]) / lengthscales  # (n, m, d)
        return variance * np.exp(-0.5 * (difference**2).sum(axis=2))

    return k


def make_matern52(lengthscales, variance):
    """Return the Matern 5/2 kernel, for those who went on; graded with ``--set kernel=matern52``."""

    def k(A, B):
        difference = (A[:, None, :] - B[None, :, :]) / lengthscales
        r = np.sqrt(5 * (difference**2).sum(axis=2))
        return variance * (1 + r + r**2 / 3) * np.exp(-r)

    return k
