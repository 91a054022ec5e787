r"""Exercise of chapter 5: the log marginal likelihood of a Gaussian process with an RBF kernel, and its gradient.

The prediction is written already. Replace the two answers that are far too simple:

1. ``lml``: log p(y | X) of a Gaussian with mean 0 and covariance K + s2 I. It must work for no data and for many: the
   logarithm of a determinant is a sum of logarithms.
2. ``lml_gradient``: its derivatives by log l_1, ..., log l_d, log v and log s2, in this order. First with one matrix
   dK/dlog l_j after the other; then, if you like, with two matrix products for all of them.

Graded, one law a line, by::

    python -m bayesopt_from_scratch check surrogate tutorials/exercises/ch05_evidence.py:make \
        --set lml=lml --set lml_gradient=lml_gradient --only G22 G29 G11 G12 G23
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bayesopt_from_scratch import RBF, GaussianProcess

Array = NDArray[np.floating]


def make(l: Array, v: float, s2: float) -> Callable[[Array, Array, Array], tuple[Array, Array]]:
    """Prediction, as in chapter 3: (X, y, X_new) -> (mean, std)."""
    return lambda X, y, X_new: GaussianProcess(RBF(l, v), s2).condition(X, y).predict(X_new)


def lml(l: Array, v: float, s2: float) -> Callable[[Array, Array], float]:
    """Log marginal likelihood: X of shape (n, d) and y of shape (n,) -> a number, in nats."""
    return lambda X, y: 0.0


def lml_gradient(l: Array, v: float, s2: float) -> Callable[[Array, Array], Array]:
    """Gradient of the log marginal likelihood: X of shape (n, d) and y of shape (n,) -> (d + 2,)."""
    return lambda X, y: np.zeros(len(l) + 2)
