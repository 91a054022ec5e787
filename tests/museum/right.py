"""Right, and as plain as can be: what the wrong ones are compared with. They share no code with the package."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


# of anything that is made: what is wrong with it is not in its numbers


def spoiling(make, i, spoil):
    """The right one, which writes into its i-th argument."""

    def made(*parameters):
        def answer(*arguments):
            result = make(*parameters)(*arguments)
            spoil(arguments[i])
            return result

        return answer

    return made


def remembering(make):
    """The right one, which takes the answer with other hyperparameters for its own."""
    answers = {}

    def made(*parameters):
        def answer(*arguments):
            key = tuple(array.tobytes() for array in arguments)
            if key not in answers:
                answers[key] = make(*parameters)(*arguments)
            return answers[key]

        return answer

    return made


def halve(array):
    array *= 0.5


def centre(array):
    array -= array.mean(axis=0)


# kernel


def rbf(l, v):
    return lambda A, B: v * np.exp(-0.5 * (((A[:, None, :] - B[None, :, :]) / l) ** 2).sum(axis=-1))


def matern52(l, v):
    def k(A, B):
        r = np.sqrt(5 * (((A[:, None, :] - B[None, :, :]) / l) ** 2).sum(axis=-1))
        return v * (1 + r + r**2 / 3) * np.exp(-r)

    return k


def rbf_gradient(l, v):
    def gradient(A, B):
        S = ((A[:, None, :] - B[None, :, :]) / l) ** 2
        return np.moveaxis(v * np.exp(-0.5 * S.sum(axis=-1))[..., None] * S, -1, 0)

    return gradient


def rbf_input_gradient(l, v):
    def gradient(x, B):
        return -(x - B) / l**2 * rbf(l, v)(x[None, :], B)[0][:, None]

    return gradient


# Cholesky


def cholesky(K):
    """Column by column, with the least jitter that leaves pivots above rounding."""
    n = len(K)
    scale = float(np.mean(np.diag(K))) if n else 1.0
    for jitter in [0.0, *(10.0**k for k in range(-12, -2))]:
        L = columns(K + jitter * scale * np.eye(n))
        if L is not None and np.all(np.diag(L) ** 2 > 8 * n * 2.2e-16 * scale):
            return L, jitter * scale
    raise ValueError("not positive definite")


def columns(K):
    L = np.zeros_like(K)
    for j in range(len(K)):
        pivot = K[j, j] - L[j, :j] @ L[j, :j]
        if pivot <= 0:
            return None
        L[j, j] = math.sqrt(pivot)
        L[j + 1 :, j] = (K[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]) / L[j, j]
    return L


def solve(L, b):
    x = np.zeros(b.shape)
    for i in range(len(L)):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return x


def invert(L):
    return solve(L, np.eye(len(L)))


def log_determinant(K):
    return float(np.linalg.slogdet(K)[1])


def append(L, k, c):
    row = solve(L, k)
    return np.block([[L, np.zeros((len(L), 1))], [row[None, :], np.array([[math.sqrt(c - row @ row)]])]])


# Gaussian process, by np.linalg.inv


def gp(l, v, s2, kernel=rbf):
    k = kernel(l, v)

    def predict(X, y, X_new):
        inverse = np.linalg.inv(k(X, X) + s2 * np.eye(len(X)))
        Ks = k(X_new, X)
        variance = v - (Ks @ inverse * Ks).sum(axis=1)
        return Ks @ inverse @ y, np.sqrt(np.maximum(variance, 0.0))

    return predict


def covariance(l, v, s2):
    k = rbf(l, v)

    def joint(X, y, X_new):
        inverse = np.linalg.inv(k(X, X) + s2 * np.eye(len(X)))
        Ks = k(X_new, X)
        return k(X_new, X_new) - Ks @ inverse @ Ks.T

    return joint


def lml(l, v, s2):
    def value(X, y):
        K = rbf(l, v)(X, X) + s2 * np.eye(len(X))
        return -0.5 * y @ np.linalg.inv(K) @ y - 0.5 * np.linalg.slogdet(K)[1] - 0.5 * len(y) * math.log(2 * math.pi)

    return value


def lml_gradient(l, v, s2):
    def gradient(X, y):
        K = rbf(l, v)(X, X)
        inverse = np.linalg.inv(K + s2 * np.eye(len(X)))
        alpha = inverse @ y
        S = np.outer(alpha, alpha) - inverse
        return np.array([0.5 * (S * D).sum() for D in [*rbf_gradient(l, v)(X, X), K, s2 * np.eye(len(X))]])

    return gradient


def leave_one_out(l, v, s2):
    def predict(X, y):
        inverse = np.linalg.inv(rbf(l, v)(X, X) + s2 * np.eye(len(X)))
        return y - inverse @ y / np.diag(inverse), np.sqrt(1 / np.diag(inverse))

    return predict


def with_kernel(k, s2):
    def predict(X, y, X_new):
        inverse = np.linalg.inv(k(X, X) + s2 * np.eye(len(X)))
        Ks = k(X_new, X)
        return Ks @ inverse @ y, np.sqrt(np.diag(k(X_new, X_new)) - (Ks @ inverse * Ks).sum(axis=1))

    return predict


# expected improvement


def pdf(z):
    return np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)


def cdf(z):
    return np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2)), otypes=[float])(z)


def ei(mean, std, best):
    d = best - mean
    with np.errstate(all="ignore"):
        z = d / std
        value = d * cdf(np.where(std > 0, z, 0.0)) + std * pdf(np.where(std > 0, z, 0.0))
    return np.where(std > 0, value, np.maximum(d, 0.0))


def ratios(z):
    """Phi / phi and h / Phi at z <= -4, by the continued fraction of the ratio of successive integrals of phi."""
    x = np.maximum(-z, 4.0)
    r1 = 1 / x
    for k in range(80, 0, -1):
        r1 = 1 / (x + (k + 1) * r1)
    return 1 / (x + r1), r1


def log_h(z):
    """Log of phi + z Phi."""
    r0, r1 = ratios(z)
    near = np.log(pdf(np.maximum(z, -4.0)) + np.maximum(z, -4.0) * cdf(np.maximum(z, -4.0)))
    return np.where(z < -4, -0.5 * z**2 - 0.5 * math.log(2 * math.pi) + np.log(r0) + np.log(r1), near)


def log_ei(mean, std, best):
    d = best - mean
    with np.errstate(all="ignore"):
        return np.where(std > 0, np.log(std) + log_h(np.where(std > 0, d / std, 0.0)), np.log(np.maximum(d, 0.0)))


def ei_gradient(mean, std, best):
    with np.errstate(divide="ignore"):
        z = (best - mean) / std
    return -cdf(z), pdf(z)


def log_ei_gradient(mean, std, best):
    z, (r0, r1) = (best - mean) / std, ratios((best - mean) / std)
    value = std * ei(np.minimum(-z, 4.0), np.ones_like(z), 0.0)
    by_mean = np.where(z < -4, 1 / (std * r1), cdf(z) / value)
    return log_ei(mean, std, best), -by_mean, np.where(z < -4, 1 / (std * r0 * r1), pdf(z) / value)


# Parzen estimator


def parzen(observations, weights=None, h=None):
    n, d = observations.shape
    h = h or 0.1 * max(n, 1) ** (-1 / (d + 4))
    shares = np.append(np.ones(n) if weights is None else weights * n / weights.sum(), 1.0) / (n + 1)
    low, high = cdf((0 - observations) / h), cdf((1 - observations) / h)

    def log_density(X):
        t = pdf((X[:, None, :] - observations[None]) / h) / h / (high - low)
        return np.log(np.column_stack([t.prod(axis=-1), np.ones(len(X))]) @ shares)

    def sample(m, rng):
        k = rng.choice(n + 1, size=m, p=shares)
        out = rng.random((m, d))
        again = np.repeat((k < n)[:, None], d, axis=1)
        while again.any():
            out[again] = rng.normal(observations[np.minimum(k, n - 1)][again], h)
            again &= (out < 0) | (out > 1)
        return out

    return log_density, sample


def integers(codes, k):
    h, n = 0.1, len(codes)
    centres, edges = (codes + 0.5) / k, np.arange(k + 1) / k
    F = cdf((edges[None, :] - centres[:, None]) / h)
    cells = np.diff(F, axis=1) / (F[:, -1:] - F[:, :1])
    mass = (cells.sum(axis=0) + 1 / k) / (n + 1)
    return _masses(mass)


def categories(codes, k):
    return _masses((np.bincount(codes, minlength=k) + 1 / k) / (len(codes) + 1))


def _masses(mass):
    return (lambda c: np.log(mass[c])), (lambda n, rng: rng.choice(len(mass), size=n, p=mass / mass.sum()))


def log_scale(observations, low, high):
    width = math.log(high / low)
    log_density, sample = parzen(np.clip(np.log(observations / low) / width, 0, 1)[:, None])

    def log_q(x):
        return log_density(np.log(x / low)[:, None] / width) - np.log(x * width)

    return log_q, lambda n, rng: np.clip(low * np.exp(width * sample(n, rng)[:, 0]), low, high)


def split(values):
    order = np.argsort(values, kind="stable")
    k = math.ceil(0.15 * len(values))
    return order[:k], order[k:]


def score(log_l, log_g):
    return log_l - log_g
