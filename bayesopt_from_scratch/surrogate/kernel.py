r"""What does "similar" mean?

A kernel k(a, b) says how strongly the values of an unknown function at a and at b go together. Both kernels here are
stationary: they see the difference of the points only, each coordinate measured in its own length scale, so that a
coordinate with a long one hardly matters ("automatic relevance determination").

====== ========================================================= ==================
symbol meaning                                                   shape
====== ========================================================= ==================
A, B   points, one a row                                         (n, d), (m, d)
l      ``lengthscales``, in units of the coordinates             (d,)
v      ``variance``: prior variance of the function, units of y^2
D2     squared distances, sum_j ((a_j - b_j) / l_j)^2            (n, m)
slope  -2 dk/dD2, from which every gradient follows              (n, m)
====== ========================================================= ==================

Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, chapter 4.
"""

import math
from dataclasses import dataclass

import numpy as np

from ..numerics.arrays import Array, ArrayLike, require

__all__ = ["RBF", "Kernel", "Matern52"]


@dataclass(frozen=True, init=False, eq=False)
class Kernel:
    """A stationary covariance function; the two below differ in :meth:`profile` alone.

    Parameters
    ----------
    lengthscales : (d,) array_like
        Distance over which the function changes, one per coordinate, in its units; positive.
    variance : float
        Prior variance of the function, in squared units of y; positive.

    Raises
    ------
    ValueError
        If a length scale or the variance is not positive and finite.
    """

    lengthscales: Array
    variance: float

    def __init__(self, lengthscales: ArrayLike, variance: float = 1.0) -> None:
        l = np.array(lengthscales, dtype=float, ndmin=1)  # a copy: nobody else's changes reach in
        positive = l.ndim == 1 and np.all((l > 0) & np.isfinite(l))
        require(positive, "expected positive finite length scales of shape (d,), got {}", l)
        require(variance > 0 and math.isfinite(variance), "expected a positive finite variance, got {}", variance)
        l.flags.writeable = False
        object.__setattr__(self, "lengthscales", l)
        object.__setattr__(self, "variance", float(variance))

    def __call__(self, A: ArrayLike, B: ArrayLike) -> Array:
        """Covariances k(a_i, b_j).

        Parameters
        ----------
        A, B : (n, d) and (m, d) array_like
            Points.

        Returns
        -------
        (n, m) array
            In squared units of y; symmetric where A is B, with exactly ``variance`` on the diagonal.

        Raises
        ------
        ValueError
            If A or B is not a matrix with one column per length scale.
        """
        return self.profile(self.squared_distances(A, B))[0]

    def squared_distances(self, A: ArrayLike, B: ArrayLike) -> Array:
        """D2, as the sum of squared differences: |a|^2 + |b|^2 - 2ab would lose the digits of close points."""
        A, B = self._points(A), self._points(B)
        D2 = np.zeros((len(A), len(B)))
        for a, b, l in zip(A.T, B.T, self.lengthscales, strict=True):
            difference = (a[:, None] - b) / l  # eq: 2.1, shape (n, m): one coordinate at a time
            difference *= difference
            D2 += difference
        return D2

    def profile(self, D2: Array) -> tuple[Array, Array]:
        """Covariance k and slope -2 dk/dD2 at squared distances D2, both of the same shape and never one array."""
        raise TypeError(f"{type(self).__name__} is abstract: use RBF or Matern52, or define profile(D2) -> k, slope")

    def gradient(self, A: ArrayLike, B: ArrayLike) -> Array:
        """Derivative dk/dlog l_j = slope ((a_j - b_j) / l_j)^2, of shape (d, n, m). (dk/dlog v is k itself.)"""
        A, B = self._points(A), self._points(B)
        slope = self.profile(self.squared_distances(A, B))[1]
        return slope * ((A.T[:, :, None] - B.T[:, None, :]) / self.lengthscales[:, None, None]) ** 2  # (d, n, m)

    def input_gradient(self, x: ArrayLike, B: ArrayLike) -> Array:
        """Derivative dk(x, b_i)/dx_j = -slope (x_j - b_ij) / l_j^2 at one point x of shape (d,); shape (m, d)."""
        x, B = self._points(np.asarray(x)[None]), self._points(B)
        slope = self.profile(self.squared_distances(x, B))[1].T  # (m, 1)
        return -slope * (x - B) / self.lengthscales**2

    def _points(self, X: ArrayLike) -> Array:
        X, d = np.asarray(X, dtype=float), len(self.lengthscales)
        fits = X.ndim == 2 and X.shape[1] == d
        require(fits, "expected points of shape (n, {}), one column per length scale, got shape {}", d, X.shape)
        return X


class RBF(Kernel):
    r"""Radial basis function, or squared exponential: infinitely smooth functions.

    .. math:: k(a, b) = v \exp(-D^2 / 2), \qquad D^2 = \sum_j (a_j - b_j)^2 / l_j^2

    Rasmussen & Williams (2006), eq. 4.9 (and 5.1 with one length scale per coordinate).

    Examples
    --------
    >>> RBF([2.0], 3.0)([[0.0]], [[0.0], [2.0]]).round(4).tolist()  # a length scale away, exp(-1/2) is left
    [[3.0, 1.8196]]
    """

    def profile(self, D2: Array) -> tuple[Array, Array]:
        """Covariance v exp(-D2/2), which is its own slope."""
        k = self.variance * np.exp(-0.5 * D2)  # eq: 2.2
        return k, k.copy()


class Matern52(Kernel):
    r"""Matern with nu = 5/2: functions that can be differentiated twice, a safer belief about a validation error.

    .. math:: k(a, b) = v\,(1 + \sqrt5 D + \tfrac53 D^2) \exp(-\sqrt5 D)

    Rasmussen & Williams (2006), eq. 4.17.

    Examples
    --------
    >>> Matern52([2.0], 3.0)([[0.0]], [[0.0], [2.0]]).round(4).tolist()
    [[3.0, 1.572]]
    """

    def profile(self, D2: Array) -> tuple[Array, Array]:
        """Covariance, and slope (5/3) v (1 + sqrt5 D) exp(-sqrt5 D)."""
        r = np.sqrt(5 * np.minimum(D2, 1e6))  # beyond, the exponential is 0, and 0 times infinity would be NaN
        decay = self.variance * np.exp(-r)
        return (1 + r + r * r / 3) * decay, (5 / 3) * (1 + r) * decay  # eq: 2.3
