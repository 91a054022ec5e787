"""Exercise of chapter 3: condition a Gaussian process on data.

What is asked for
-----------------
``make_posterior(lengthscales, signal_variance, noise_variance)`` gets the hyperparameters: d length scales of an RBF
kernel, the variance v of the function, and the variance s2 of the noise. It returns a function
``predict(X, y, X_new)``. That gets n points (n, d), the n values seen there (n,), and m new points (m, d). It returns
what we believe about the function, without the noise, at the new points: the mean (m,) and the standard deviation (m,).

    alpha = (K + s2 I)^-1 y
    mean = k' alpha
    variance = v - k' (K + s2 I)^-1 k

with K the kernel matrix of X, and k the covariances of X with X_new, of shape (n, m).

What to watch
-------------
- ``RBF(lengthscales, signal_variance)`` is the kernel. Your own from chapter 2 does as well: ``from ch02_kernel import
  make_kernel`` works here.
- ``np.linalg.solve`` will do. Without any data (n = 0) the formulas hold too, and give the prior.
- The standard deviation is the root of the variance. Rounding can make a variance of zero a little less than zero.
- Do not write into X, y or X_new: they belong to the caller.

How it is graded
----------------
python -m bayesopt_from_scratch check surrogate tutorials/exercises/ch03_posterior.py:make_posterior \
    --set singular=raise

Twelve laws do not run, because they are about things that nobody asked for. All others should hold. What is below
believes after seeing what it believed before. Replace it.
"""

import numpy as np

from bayesopt_from_scratch import RBF


def make_posterior(lengthscales, signal_variance, noise_variance):
    """Return predict(X, y, X_new): data (n, d), (n,) and new points (m, d) to mean (m,) and std (m,)."""
    kernel = RBF(lengthscales, signal_variance)

    def predict(X, y, X_new):
        mean = np.zeros(len(X_new))
        variance = np.diag(kernel(X_new, X_new))
        return mean, np.sqrt(variance)

    return predict
