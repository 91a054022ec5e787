"""A solution of chapter 3's exercise, by Algorithm 2.1 of Rasmussen & Williams (2006)."""

import numpy as np

from bayesopt_from_scratch import RBF


def make_posterior(lengthscales, signal_variance, noise_variance):
    """Return predict(X, y, X_new): data (n, d), (n,) and new points (m, d) to mean (m,) and std (m,)."""
    kernel = RBF(lengthscales, signal_variance)

    def predict(X, y, X_new):
        k = kernel(X, X_new)  # (n, m)
        L = np.linalg.cholesky(kernel(X, X) + noise_variance * np.eye(len(X)))
        alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
        V = np.linalg.solve(L, k)
        variance = signal_variance - (V**2).sum(axis=0)
        return k.T @ alpha, np.sqrt(np.maximum(variance, 0))

    return predict
