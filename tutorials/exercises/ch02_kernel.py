"""Exercise of chapter 2: write the RBF kernel.

What is asked for
-----------------
``make_kernel(lengthscales, variance)`` gets d length scales, an array of shape (d,), and the variance v of the
function. It returns a function ``k(A, B)``. That gets n points, an array of shape (n, d), and m points, an array of
shape (m, d). It returns the n times m covariances of every pair:

    k(a, b) = v exp(-D^2 / 2),    D^2 = sum over j of ((a_j - b_j) / l_j)^2

What to watch
-------------
- numpy alone will do. With ``A[:, None, :] - B[None, :, :]`` all differences come at once, of shape (n, m, d).
- Form differences first, and square afterwards.
- Do not write into A, B or ``lengthscales``: they belong to the caller.

How it is graded
----------------
python -m bayesopt_from_scratch check kernel tutorials/exercises/ch02_kernel.py:make_kernel

Three laws do not run, because they are about gradients, which nobody asked for. All others should hold. What is below
is a kernel, but too simple a one: different points have nothing to do with each other. Replace it.
"""

import numpy as np


def make_kernel(lengthscales, variance):
    """Return k(A, B): arrays (n, d) and (m, d) to covariances (n, m)."""

    def k(A, B):
        the_same = (A[:, None, :] == B[None, :, :]).all(axis=2)  # (n, m)
        return np.where(the_same, variance, 0.0)

    return k
