r"""Where do points lie thick? A density on the unit cube, from the points alone.

Put a small bump on every observation and add them up, with one flat component, the prior, so that no place is ruled
out. Each bump is a product over the axes of the cube:

============== ================================================================================================
axis           factor of one component
============== ================================================================================================
continuous     normal density of standard deviation ``bandwidth`` around the observation, truncated to [0, 1]
integer        mass of that same truncated normal in the integer's cell
category       (1 if equal else 0 + a) / (1 + k a): a smoothed count, with k categories
not active     1 where the query is not active on the axis; the prior's factor where only the observation is not
============== ================================================================================================

====== ========================================================= ==================
symbol meaning                                                   shape
====== ========================================================= ==================
X      observations in the unit cube, NaN where not active       (n, d)
w      weights of the n components and the prior, sum 1          (n + 1,)
s      ``bandwidth``                                             scalar
a      ``prior_weight`` / (n + 1)                                scalar
====== ========================================================= ==================

Source: Bergstra, Bardenet, Bengio & Kegl (2011), Algorithms for hyper-parameter optimization, NIPS, section 4 (the
estimator); Watanabe (2023), Tree-structured Parzen estimator, arXiv:2304.11127 (its many variants, the multivariate
product, and the truncation of each component by itself).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..numerics import normal
from ..numerics.arrays import Array, ArrayLike, require

__all__ = ["Axis", "ParzenEstimator"]


class Axis(Protocol):
    """One side of the unit cube: continuous, or cut into cells, which have an order (integers) or none (categories)."""

    @property
    def n_cells(self) -> int:
        """Number of cells; 0 for a continuous axis."""

    @property
    def ordered(self) -> bool:
        """Whether neighbouring cells are alike."""

    def cell(self, u: Array) -> tuple[Array, Array]:
        """Lower and upper edge of the cells that hold u, same shape."""


@dataclass(frozen=True)
class _Continuous:
    n_cells: int = 0
    ordered: bool = True

    def cell(self, u: Array) -> tuple[Array, Array]:
        return u, u


class ParzenEstimator:
    r"""Mixture of n product kernels and a uniform prior on the unit cube.

    .. math:: p(x) = \sum_{i=1}^{n} w_i \prod_j \kappa_j(x_j; X_{ij}) + w_{n+1} \prod_j u_j(x_j)

    with the factors of the table above; u_j is 1, the width of the cell, or 1/k. It is a density on the continuous
    axes times a probability on the others, and integrates and sums to 1.

    Parameters
    ----------
    X : (n, d) array_like
        Observations in the unit cube, NaN where an axis is not active; n = 0 leaves the prior.
    axes : sequence of d Axis, optional
        What each column is: ``Float``, ``Int``, ``Choice`` parameters serve. All continuous if not given.
    weights : (n,) array_like, optional
        Non-negative weights of the observations, scaled to mean 1 here; equal if not given or all 0.
    prior_weight : float
        Weight of the prior, in observations; positive, so that the density is nowhere 0.
    bandwidth : float, optional
        Standard deviation of the normal kernels; by default 0.1 n^(-1/(d+4)), Scott's exponent with a scale that held
        up on problems it was not chosen on (0.05 and 0.3 did not).

    Raises
    ------
    ValueError
        If a shape does not fit, a point leaves the unit cube, or a weight or the bandwidth has the wrong sign.

    Examples
    --------
    >>> estimator = ParzenEstimator([[0.2], [0.3]])
    >>> np.exp(estimator.log_density([[0.25], [0.9]])).round(3).tolist()
    [2.938, 0.333]
    """

    def __init__(
        self,
        X: ArrayLike,
        axes: Sequence[Axis] | None = None,
        weights: ArrayLike | None = None,
        *,
        prior_weight: float = 1.0,
        bandwidth: float | None = None,
    ) -> None:
        X = np.array(X, dtype=float)
        fits = X.ndim == 2 and (axes is None or len(axes) == X.shape[1])
        require(fits, "expected X of shape (n, d) with an axis per column, got shape {}", X.shape)
        self.axes: Sequence[Axis] = [_Continuous()] * X.shape[1] if axes is None else list(axes)
        self.X = _in_cube(X, len(self.axes))
        n, d = X.shape
        w = np.ones(n) if weights is None else np.array(weights, dtype=float)
        fits = w.shape == (n,) and bool(np.all((w >= 0) & np.isfinite(w)))
        require(fits, "expected {} finite weights of 0 or more, got {}", n, w)
        self.bandwidth = 0.1 * max(n, 1) ** (-1 / (d + 4)) if bandwidth is None else float(bandwidth)
        for name, value in (("prior_weight", prior_weight), ("bandwidth", self.bandwidth)):
            require(value > 0 and math.isfinite(value), "expected a positive finite {}, got {}", name, value)
        w = w / w.max() if np.any(w > 0) else np.ones(n)  # first to at most 1: a sum of huge ones overflows
        self.weights = np.append(w / w.sum() * n, prior_weight) / (n + prior_weight)
        self.smoothing = prior_weight / (n + 1)
        self._inside = normal.interval(-X / self.bandwidth, (1 - X) / self.bandwidth)  # what truncation leaves, (n, d)

    def log_density(self, X: ArrayLike) -> Array:
        """Logarithm of the density at m points.

        Parameters
        ----------
        X : (m, d) array_like
            Points in the unit cube, NaN where an axis is not active.

        Returns
        -------
        (m,) array
            In nats.

        Raises
        ------
        ValueError
            If the shape does not fit or a point leaves the unit cube.
        """
        X = _in_cube(np.asarray(X, dtype=float), len(self.axes))
        with np.errstate(divide="ignore"):  # a factor of 0 is the logarithm -inf; the prior's is never 0
            log_p = np.tile(np.log(self.weights), (len(X), 1))  # (m, n + 1)
            for j, x in enumerate(X.T):
                log_p += np.where(np.isnan(x)[:, None], 0.0, self._log_factor(j, x))
        top = log_p.max(axis=1, keepdims=True)
        return top[:, 0] + np.log(np.exp(log_p - top).sum(axis=1))  # eq: 8.1

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Draw n points: first a component, then each axis by itself; integers and categories at their cell's centre.

        Parameters
        ----------
        n : int
            Number of points.
        rng : Generator
            Source of randomness.

        Returns
        -------
        (n, d) array
            In the unit cube; no entry is NaN, since whether an axis is active depends on others.
        """
        component = rng.choice(len(self.weights), size=n, p=self.weights)
        flat = np.full((1, len(self.axes)), np.nan)  # the prior is a component that was active nowhere
        c, s = np.vstack([self.X, flat])[component], self.bandwidth  # (n, d)
        U, keep = rng.random((2, *c.shape))
        below, above = normal.cdf(np.array([-c / s, (1 - c) / s]))
        p = np.clip(below + U * (above - below), 1e-300, 1 - 2.0**-53)
        drawn = np.clip(c + s * normal.quantile(np.where(np.isnan(p), 0.5, p)), 0, 1)  # a truncated normal, inverted
        for j, axis in enumerate(self.axes):
            if not axis.ordered:
                drawn[:, j] = np.where(keep[:, j] * (1 + axis.n_cells * self.smoothing) < 1, c[:, j], U[:, j])
            u = np.where(np.isnan(c[:, j]), U[:, j], drawn[:, j])
            U[:, j] = np.mean(axis.cell(u), axis=0) if axis.n_cells else u
        return U

    def _log_factor(self, j: int, x: Array) -> Array:
        """Logarithm of what axis j gives to every component at every point, (m, n + 1); the last one is the prior's."""
        axis, centre, s = self.axes[j], self.X[:, j], self.bandwidth
        if not axis.n_cells:
            z, prior = (x[:, None] - centre) / s, np.zeros((len(x), 1))
            log_factor = -0.5 * z * z - np.log(s * math.sqrt(2 * math.pi) * self._inside[:, j])  # eq: 8.2
        else:
            low, high = (edge[:, None] for edge in axis.cell(x))  # (m, 1)
            prior = np.log(high - low)
            if axis.ordered:
                mass = normal.interval((low - centre) / s, (high - centre) / s) / self._inside[:, j]  # eq: 8.3
            else:
                same = axis.cell(centre)[0] == low
                mass = (same + self.smoothing) / (1 + axis.n_cells * self.smoothing)  # eq: 8.4
            log_factor = np.log(mass)
        return np.hstack([np.where(np.isnan(centre), prior, log_factor), prior])


def _in_cube(X: Array, d: int) -> Array:
    require(X.ndim == 2 and X.shape[1] == d, "expected points of shape (m, {}), got shape {}", d, X.shape)
    inside = np.all((X >= 0) & (X <= 1) | np.isnan(X))
    require(inside, "expected points in the unit cube, or NaN where an axis is not active")
    return X
