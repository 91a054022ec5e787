"""What should have come out, by another road.

The laws compare other people's code, and ours, with what stands here. So nothing here may look like the code under
test: kernels by loops over ``math.exp``, conditioning by eigenvalues, integrals by quadrature, tails by their series.
Slow and obvious, and only for small problems.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "PROFILES", "Posterior", "expected_shortfall", "gram", "legendre", "log_expected_shortfall", "normal_cdf",
    "normal_pdf", "squared_distances", "tail_slopes",
]  # fmt: skip

Array = NDArray[np.floating]

_ROOT5 = math.sqrt(5.0)


def _rbf(D2: float) -> float:
    """exp(-r^2 / 2)."""
    return math.exp(-0.5 * D2)


def _matern52(D2: float) -> float:
    """(1 + sqrt5 r + 5/3 r^2) exp(-sqrt5 r)."""
    r = _ROOT5 * math.sqrt(D2)
    return (1 + r + r * r / 3) * math.exp(-r)


def _matern52_weight(D2: float) -> float:
    """Minus the derivative of the Matern profile with respect to r, divided by r."""
    r = _ROOT5 * math.sqrt(D2)
    return 5 / 3 * (1 + r) * math.exp(-r)


#: name -> (profile(r^2), -d profile/dr / r); k = v profile, dk/dlog l_j = v weight ((x_j - z_j)/l_j)^2
PROFILES: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "rbf": (_rbf, _rbf),
    "matern52": (_matern52, _matern52_weight),
}


def squared_distances(A: Array, B: Array, l: Array) -> Array:
    """Sum over j of ((a_j - b_j) / l_j)^2, differences first, sums exact."""
    return np.array([[math.fsum(((a - b) / l) ** 2) for b in B] for a in A]).reshape(len(A), len(B))


def gram(A: Array, B: Array, l: Array, v: float, profile: str) -> Array:
    """Kernel matrix, one ``math.exp`` after the other."""
    k = PROFILES[profile][0]
    D2 = squared_distances(A, B, l)
    return np.array([v * k(float(x)) for x in D2.flat]).reshape(D2.shape)


class Posterior:
    """Gaussian process conditioned on data by the eigenvalues of its kernel matrix, K = Q diag(w) Q'.

    Parameters
    ----------
    l, v, noise : (d,) array, float, float
        Length scales, signal variance, noise variance.
    X, y : (n, d) and (n,) arrays
        Data.
    profile : str
        Name of the kernel.
    """

    def __init__(self, l: Array, v: float, noise: float, X: Array, y: Array, profile: str) -> None:
        self.l, self.v, self.noise, self.X, self.y, self.profile = l, v, noise, X, y, profile
        K = gram(X, X, l, v, profile)
        w, self.Q = np.linalg.eigh(K)  # K = Q diag(w) Q'; no rows have no eigenvalues
        self.w = np.maximum(w, 0.0) + noise  # eigenvalues of K + s2 I
        self.r = self.Q.T @ y

    def predict(self, X_new: Array) -> tuple[Array, Array]:
        """Mean and variance of the latent function."""
        C = gram(X_new, self.X, self.l, self.v, self.profile) @ self.Q  # (m, n)
        return C @ (self.r / self.w), self.v - (C**2 / self.w).sum(axis=1)

    def covariance(self, X_new: Array) -> Array:
        """Joint covariance of the latent function."""
        C = gram(X_new, self.X, self.l, self.v, self.profile) @ self.Q
        return gram(X_new, X_new, self.l, self.v, self.profile) - (C / self.w) @ C.T

    @property
    def fit(self) -> float:
        """Y' (K + s2 I)^-1 y."""
        return float((self.r**2 / self.w).sum())

    def log_marginal_likelihood(self) -> float:
        """Log N(y; 0, K + s2 I)."""
        return -0.5 * (self.fit + float(np.log(self.w).sum()) + len(self.y) * math.log(2 * math.pi))

    def leave_one_out(self) -> tuple[Array, Array]:
        """Mean and variance of each y_i given the others (GPML eq. 5.12)."""
        precision = ((self.Q**2) / self.w).sum(axis=1)
        alpha = self.Q @ (self.r / self.w)
        return self.y - alpha / precision, 1 / precision


@lru_cache(maxsize=8)
def legendre(nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    return (x + 1) / 2, w / 2


def expected_shortfall(z: Array) -> Array:
    r"""h(z) = E max(z - t, 0) for standard normal t, by quadrature of that definition.

    h(z) is the integral of u phi(z - u) over u > 0; panels grow from the kink outwards. For z > 0 the linear part is
    taken out first, h(z) = z + h(-z), since the integral only sees the small rest.
    """
    far = -np.abs(z)[..., None, None]
    edges = np.array([0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 13.0])
    x, w = legendre(20)
    u = edges[:-1, None] + np.diff(edges)[:, None] * x  # (panels, nodes)
    density = np.exp(-0.5 * (far - u) ** 2) / math.sqrt(2 * math.pi)
    tail = (np.diff(edges)[:, None] * w * u * density).sum(axis=(-1, -2))
    return np.maximum(z, 0.0) + tail


def log_expected_shortfall(z: Array) -> Array:
    r"""Logarithm of h(z), as far out as you like: for z < -1, h = phi(z) / z^2 times the integral I_1 below."""
    a, integral = np.maximum(np.abs(z), 1.0), _tail_integrals(z)[1]
    tail = -0.5 * z**2 - 0.5 * math.log(2 * math.pi) - 2 * np.log(a) + np.log(integral)
    return np.where(z < -1, tail, np.log(expected_shortfall(np.maximum(z, -1.0))))


def tail_slopes(z: Array) -> tuple[Array, Array]:
    """Phi(z) / h(z) and phi(z) / h(z) for z <= -1, however far out: Phi = phi / abs(z) times the integral I_0."""
    a, (zeroth, first) = np.abs(z), _tail_integrals(z)
    return a * zeroth / first, a**2 / first


def _tail_integrals(z: Array) -> tuple[Array, Array]:
    """I_k, the integral of t^k exp(-t - t^2 / (2 z^2)) for z <= -1: nothing is subtracted, nothing underflows.

    Phi(z) and h(z) are integrals of phi(z - u) and u phi(z - u) over u > 0; substitute u = t / abs(z).
    """
    a = np.maximum(np.abs(z), 1.0)[..., None, None]
    edges = np.array([0, 0.5, 1, 2, 4, 8, 16, 32, 64.0])
    x, w = legendre(20)
    t = edges[:-1, None] + np.diff(edges)[:, None] * x
    density = np.diff(edges)[:, None] * w * np.exp(-t - 0.5 * (t / a) ** 2)
    return density.sum(axis=(-1, -2)), (t * density).sum(axis=(-1, -2))


def normal_pdf(z: Array) -> Array:
    """phi(z)."""
    return np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)


def normal_cdf(z: Array) -> Array:
    """Phi(z) by ``math.erfc``, one after the other."""
    return np.array([0.5 * math.erfc(-float(x) / math.sqrt(2)) for x in z.flat]).reshape(z.shape)
