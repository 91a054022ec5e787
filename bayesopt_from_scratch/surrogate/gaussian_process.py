r"""What do we believe about a function after seeing it at n points?

Before: any finite set of values is jointly Gaussian with mean 0 and the kernel's covariance. After: condition that
Gaussian on what was seen. The same numbers give the probability of what was seen, the evidence, which says how
plausible the kernel's own parameters are.

====== ============================================================ ==================
symbol meaning                                                      shape
====== ============================================================ ==================
X, y   points and noisy values seen                                 (n, d), (n,)
K      kernel matrix of X                                           (n, n)
s2     ``noise_variance``, in squared units of y                    scalar
L, W   Cholesky factor of K + s2 I, and its inverse                 (n, n)
alpha  (K + s2 I)^-1 y                                              (n,)
k      covariances of the n points with m new ones                  (n, m)
theta  (log l_1, ..., log l_d, log v, log s2)                       (d + 2,)
====== ============================================================ ==================

Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning ("GPML"), Algorithm 2.1 (p. 19), eq. 2.30,
5.9 (p. 114), 5.10 to 5.12 (leave-one-out).
"""

import math
from dataclasses import dataclass

import numpy as np

from ..numerics.arrays import Array, ArrayLike, require
from ..numerics.bfgs import minimize_on_box
from ..numerics.cholesky import factorize, invert_triangle
from .kernel import Kernel, Matern52

__all__ = ["GaussianProcess", "Posterior", "fit"]


@dataclass(frozen=True)
class GaussianProcess:
    """Prior over functions: mean 0, the kernel's covariance, and independent Gaussian noise on what is seen.

    Parameters
    ----------
    kernel : Kernel
        Covariance function.
    noise_variance : float
        Variance of the noise in y, in its squared units; 0 or more.

    Raises
    ------
    ValueError
        If the noise variance is negative or not finite.

    Examples
    --------
    >>> from bayesopt_from_scratch import RBF
    >>> posterior = GaussianProcess(RBF([1.0]), noise_variance=0.0).condition([[0.0]], [2.0])
    >>> mean, std = posterior.predict([[0.0], [1.0], [9.0]])
    >>> mean.round(4).tolist(), std.round(4).tolist()
    ([2.0, 1.2131, 0.0], [0.0, 0.7951, 1.0])
    """

    kernel: Kernel
    noise_variance: float

    def __post_init__(self) -> None:
        s2 = self.noise_variance
        require(s2 >= 0 and math.isfinite(s2), "expected a finite noise variance of 0 or more, got {}", s2)

    def condition(self, X: ArrayLike, y: ArrayLike) -> "Posterior":
        """Condition on values y seen at points X; with no points (n = 0) the posterior is the prior.

        Parameters
        ----------
        X : (n, d) array_like
            Points, copies allowed.
        y : (n,) array_like
            Values.

        Returns
        -------
        Posterior
            Beliefs about the function without the noise.

        Raises
        ------
        ValueError
            If the shapes do not fit or an entry is not finite.
        """
        X, y = np.array(X, dtype=float), np.array(y, dtype=float)  # copies: later changes of theirs are not ours
        fit_together = X.ndim == 2 and y.shape == (len(X),)
        require(fit_together, "expected X of shape (n, d) and y of shape (n,), got {} and {}", X.shape, y.shape)
        finite = np.all(np.isfinite(X)) and np.all(np.isfinite(y))
        require(finite, "expected finite points and values, got NaN or infinity")
        K, slope = self.kernel.profile(self.kernel.squared_distances(X, X))
        L, jitter = factorize(K + self.noise_variance * np.eye(len(X)))  # Alg. 2.1, line 2
        W = invert_triangle(L)
        alpha = W.T @ (W @ y)  # eq: 3.1, line 3: L' \ (L \ y)
        log_likelihood = -0.5 * y @ alpha - np.log(np.diag(L)).sum() - 0.5 * len(y) * math.log(2 * math.pi)  # eq: 5.1
        return Posterior(self, X, y, K, slope, W, alpha, jitter, float(log_likelihood))


@dataclass(frozen=True, eq=False)
class Posterior:
    """Belief about the function after seeing y at X. Made by :meth:`GaussianProcess.condition`; queries change nothing.

    Attributes
    ----------
    log_marginal_likelihood : float
        log p(y | X, theta), eq. 2.30, in nats.
    jitter : float
        What had to be added to the diagonal of K + s2 I to factor it; 0 unless, with next to no noise, points nearly
        coincide or a very smooth kernel sees little between them.
    """

    prior: GaussianProcess
    X: Array
    y: Array
    _K: Array
    _slope: Array
    _W: Array
    _alpha: Array
    jitter: float
    log_marginal_likelihood: float

    def predict(self, X: ArrayLike) -> tuple[Array, Array]:
        """Posterior mean and standard deviation (not variance) of the function, without noise, at m points.

        Parameters
        ----------
        X : (m, d) array_like
            Points.

        Returns
        -------
        mean, std : (m,) array
            In units of y.
        """
        k = self.prior.kernel(self.X, X)  # (n, m)
        mean = k.T @ self._alpha  # eq: 3.2, Alg. 2.1 line 4
        V = self._W @ k  # line 5: L \ k
        variance = self.prior.kernel.variance - np.einsum("ij,ij->j", V, V)  # eq: 3.3, line 6; sum over i of V_ij^2
        return mean, np.sqrt(np.maximum(variance, 0))

    def predict_gradient(self, x: ArrayLike) -> tuple[float, float, Array, Array]:
        """Mean and std at one point x of shape (d,), and their gradients of shape (d,).

        dmean/dx = (dk/dx)' alpha; dstd/dx = -(dk/dx)' K^-1 k / std, taken as 0 where std is 0 (its corner).
        """
        k = self.prior.kernel(self.X, np.asarray(x)[None])[:, 0]  # (n,)
        dk = self.prior.kernel.input_gradient(x, self.X)  # (n, d)
        v = self._W @ k
        std = math.sqrt(max(self.prior.kernel.variance - float(v @ v), 0.0))
        slope = -dk.T @ (self._W.T @ v)
        return float(k @ self._alpha), std, dk.T @ self._alpha, slope / std if std > 0 else np.zeros_like(slope)

    def covariance(self, X: ArrayLike) -> Array:
        """Posterior covariance of the function at m points, (m, m): K(X, X) - k' (K + s2 I)^-1 k, eq. 2.24."""
        V = self._W @ self.prior.kernel(self.X, X)
        return self.prior.kernel(X, X) - V.T @ V  # eq: 3.4

    def sample(self, X: ArrayLike, n: int, rng: np.random.Generator) -> Array:
        """Draw n functions from the posterior (the prior, if nothing was seen), each at m points: (n, m).

        By eigenvalues, U diag(e) U', not by Cholesky: at points that were seen the covariance is rounding noise, of
        either sign.
        """
        mean, _ = self.predict(X)
        e, U = np.linalg.eigh(self.covariance(X))
        return mean + rng.standard_normal((n, len(mean))) * np.sqrt(np.maximum(e, 0)) @ U.T  # eq: 2.4, ~ N(mean, cov)

    def leave_one_out(self) -> tuple[Array, Array]:
        """Mean and std that the other n - 1 points predict for each y_i, noise included, without refitting: eq. 5.12.

        mean_i = y_i - alpha_i / (K^-1)_ii and std_i^2 = 1 / (K^-1)_ii, with K standing for K + s2 I.
        """
        precision = np.einsum("ij,ij->j", self._W, self._W)  # diagonal of W'W
        return self.y - self._alpha / precision, 1 / np.sqrt(precision)

    def log_marginal_likelihood_gradient(self) -> Array:
        r"""Gradient of the log marginal likelihood in theta = (log l, log v, log s2), shape (d + 2,).

        dLML/dtheta_j = tr((alpha alpha' - K^-1) dK/dtheta_j) / 2 (eq. 5.9). For the length scales dK/dlog l_j is slope
        times a squared difference; expanding that square leaves two matrix products in place of an (n, n, d) array.
        """
        Q = np.outer(self._alpha, self._alpha) - self._W.T @ self._W
        Z = (self.X - self.X.mean(axis=0)) / self.prior.kernel.lengthscales if len(self.X) else self.X
        S = Q * self._slope  # sum_ik S_ik (z_i - z_k)^2 / 2 = sum_i (sum_k S_ik) z_i^2 - sum_ik z_i S_ik z_k
        by_lengthscale = S.sum(axis=0) @ Z**2 - np.sum(Z * (S @ Z), axis=0)  # eq: 5.3
        by_variance = 0.5 * np.sum(Q * self._K)  # eq: 5.2
        by_noise = 0.5 * self.prior.noise_variance * np.trace(Q)
        return np.concatenate([by_lengthscale, [by_variance, by_noise]])


# The algorithm ends here. What follows chooses its hyperparameters.

_LOW_LENGTHSCALE, _HIGH_LENGTHSCALE = math.log(5e-3), math.log(1e2)
_LOW_VARIANCE, _HIGH_VARIANCE = math.log(1e-2), math.log(1e2)
_LOW_NOISE, _HIGH_NOISE = math.log(1e-8), math.log(1.0)  # a floor of 1e-4 costs a decade of final regret
_SMOOTHER, _NOISIER = 0.5, 6.0  # of the second start, in logarithms; missed 0 of 191 optima by 1 nat, a random one 6


def fit(
    X: ArrayLike, y: ArrayLike, *, kernel: type[Kernel] = Matern52, n_starts: int = 2, rng: np.random.Generator
) -> GaussianProcess:
    r"""Hyperparameters of greatest posterior probability, for points in the unit cube and standardized values.

    Maximizes log p(y | X, theta) + log p(theta) by BFGS and keeps the best. It starts at the prior's mode, where there
    is next to no noise; at the other way to explain the same values, a smoother function under more noise; and then at
    draws of the prior. The prior is independent and normal in the logarithms:

    ============== ======================= ===== ==========================================================
    parameter      mode                    sd    why
    ============== ======================= ===== ==========================================================
    length scale   0.2 sqrt(d)             1.73  distances grow with sqrt(d): Hvarfner et al. (2024); this is
                                                 the mode e^(mu - sd^2) of their density over l, not the one
                                                 over log l, e^mu
    variance       1                       1     the values are standardized
    noise          e^-10                   2     little noise until the data say otherwise
    ============== ======================= ===== ==========================================================

    Parameters
    ----------
    X : (n, d) array_like
        Points in the unit cube.
    y : (n,) array_like
        Values, with mean near 0 and variance near 1.
    kernel : type
        ``RBF`` or ``Matern52``.
    n_starts : int
        Descents to make, 1 or more.
    rng : Generator
        Draws the further starts.

    Returns
    -------
    GaussianProcess
        Ready to be conditioned.

    Raises
    ------
    ValueError
        If the shapes do not fit or ``n_starts`` is below 1.

    References
    ----------
    Hvarfner, Hellsten, Nardi (2024), Vanilla Bayesian optimization performs great in high dimensions, ICML.
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    fine = n_starts >= 1 and X.ndim == 2
    require(fine, "expected n_starts >= 1 and X of shape (n, d), got {} and {}", n_starts, X.shape)
    d = X.shape[1]
    mode = np.array([math.log(0.2 * math.sqrt(max(d, 1)))] * d + [0.0, -10.0])
    sd = np.array([math.sqrt(3)] * d + [1.0, 2.0])
    low = np.array([_LOW_LENGTHSCALE] * d + [_LOW_VARIANCE, _LOW_NOISE])
    high = np.array([_HIGH_LENGTHSCALE] * d + [_HIGH_VARIANCE, _HIGH_NOISE])

    def process(theta: Array) -> GaussianProcess:
        l_v_s2 = np.exp(theta)
        return GaussianProcess(kernel(l_v_s2[:d], float(l_v_s2[d])), float(l_v_s2[d + 1]))

    def negative_log_posterior(theta: Array) -> tuple[float, Array]:
        posterior, u = process(theta).condition(X, y), (theta - mode) / sd
        value = -posterior.log_marginal_likelihood + 0.5 * float(u @ u)  # eq: 5.4
        return value, -posterior.log_marginal_likelihood_gradient() + u / sd

    draws = (np.clip(mode + sd * rng.standard_normal(d + 2), low, high) for _ in range(n_starts - 2))
    starts = [mode, mode + np.array([_SMOOTHER] * d + [0.0, _NOISIER]), *draws][:n_starts]
    descents = [minimize_on_box(negative_log_posterior, start, low, high, tolerance=1e-4) for start in starts]
    return process(min(descents, key=lambda descent: descent[1])[0])
