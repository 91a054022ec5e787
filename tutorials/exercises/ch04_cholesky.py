"""Exercise of chapter 4: a Cholesky factorization that also survives singular matrices.

Use numpy for arrays and products only: neither ``np.linalg.cholesky`` nor ``inv``, ``solve`` or ``eigh``. Three steps:

1. ``factorize`` without jitter. Column by column: a pivot, then what stands below it. A pivot whose square is not
   positive means that the matrix has no factor: raise a ``ValueError``. Graded by::

    python -m bayesopt_from_scratch check cholesky tutorials/exercises/ch04_cholesky.py:factorize --set singular=raise

2. The ladder. Try the matrix as it is; then add 1e-12, 1e-11, ..., 1e-3 times the mean of its diagonal to the diagonal,
   until a factor comes out whose pivots are all above rounding noise. Return the factor and what was added. Past the
   last rung raise a ``ValueError``. Graded by the same line without its last two words.

3. ``invert``: the inverse of a lower triangle. Add ``--set invert=invert`` to the line.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def factorize(K: Array) -> tuple[Array, float]:
    """Factor L and jitter with L L' = K + jitter I, for a symmetric matrix K of shape (n, n), n = 0 included."""
    return np.diag(np.sqrt(np.diag(K))), 0.0  # right for diagonal matrices


def invert(L: Array) -> Array:
    """Inverse W of the lower triangle L, both of shape (n, n)."""
    return np.diag(1 / np.diag(L))  # right for diagonal matrices
