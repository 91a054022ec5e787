r"""Where is the lowest point of a smooth function on a box?

Both inner problems of Bayesian optimization are of this kind: the hyperparameters of the surrogate, and the point of
greatest expected improvement. Newton's method would need second derivatives; BFGS learns them from the gradients it
meets; and variables that press against a wall of the box are held there while the others move. What it learned is
forgotten where the function bends down: a model that is kept there may be of a place a thousand times as steep.

====== =================================================== ==================
symbol meaning                                             shape
====== =================================================== ==================
x      current point                                       (d,)
g      gradient at x                                       (d,)
H      approximation of the inverse Hessian                (d, d)
s, y   last step, and the change of gradient it made       (d,)
====== =================================================== ==================

Source: Nocedal & Wright (2006), Numerical Optimization, Algorithm 6.1 and eq. 6.17 (the update), eq. 6.20 (its first
scale), section 3.1 (backtracking); Bertsekas (1982), Projected Newton methods for optimization problems with simple
constraints (which variables to hold).
"""

from collections.abc import Callable

import numpy as np

from .arrays import Array, ArrayLike, require

__all__ = ["minimize_on_box"]

Function = Callable[[Array], tuple[float, Array]]

_ARMIJO = 1e-4  # share of the predicted decrease that a step must achieve
_SHORTEST = 1e-12  # a step cut below this, relative to its first length, is no step


def minimize_on_box(
    function: Function,
    start: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    max_iterations: int = 100,
    tolerance: float = 1e-6,
) -> tuple[Array, float]:
    r"""Descend from ``start`` to a local minimum of ``function`` on the box ``low <= x <= high``.

    Never returns a point worse than the start. A value or gradient that is not finite counts as too high, and the step
    is cut.

    Parameters
    ----------
    function : callable
        Maps x of shape (d,) to its value and its gradient of shape (d,).
    start, low, high : (d,) array_like
        The start is clipped into the box first.
    max_iterations : int
        Most steps to take.
    tolerance : float
        Stop where every component of the projected gradient is at most this, or a step gains less than
        ``tolerance ** 2`` relative to 1 + abs(value).

    Returns
    -------
    x : (d,) array
        The best point met.
    value : float
        The function there.

    Raises
    ------
    ValueError
        If a lower bound exceeds its upper bound, or the function is not finite at the start.

    Examples
    --------
    >>> x, value = minimize_on_box(lambda x: (float((x**2).sum()), 2 * x), [3.0, 3.0], [1.0, -1.0], [4.0, 4.0])
    >>> x.tolist(), value
    ([1.0, 0.0], 1.0)
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    require(np.all(low <= high), "expected low <= high, got low {} and high {}", low, high)
    x = np.clip(np.asarray(start, dtype=float), low, high)
    value, g = function(x)
    finite = np.isfinite(value) and np.all(np.isfinite(g))
    require(finite, "expected a finite value and gradient at the start, got {} and {}", value, g)
    H = None
    for _ in range(max_iterations):
        free = ~(((x <= low) & (g > 0)) | ((x >= high) & (g < 0)))  # the others are held by a wall
        if np.max(np.abs(x - np.clip(x - g, low, high)), initial=0.0) <= tolerance:
            break
        p = np.zeros_like(x)
        p[free] = -g[free] if H is None else -H[np.ix_(free, free)] @ g[free]
        step = _backtrack(function, x, value, g, p / max(1.0, np.abs(p).max()) if H is None else p, low, high)
        if step is None and H is None:
            break
        if step is None:  # the model misled: forget it and start again from the gradient
            H = None
            continue
        x_new, new_value, g_new = step
        H = _update(H, x_new - x, np.where(x_new == x, 0.0, g_new - g))  # nothing is learned along what did not move
        gain, x, value, g = value - new_value, x_new, new_value, g_new
        if gain <= tolerance**2 * (1 + abs(value)):
            break
    return x, float(value)


def _backtrack(
    function: Function, x: Array, value: float, g: Array, p: Array, low: Array, high: Array
) -> tuple[Array, float, Array] | None:
    """Shorten the step, bent along the walls, until it gains its share: f(x+) <= f(x) + c g'(x+ - x)."""
    t = 1.0
    while t > _SHORTEST:
        x_new = np.clip(x + t * p, low, high)
        predicted = float(g @ (x_new - x))
        if predicted >= 0:
            return None
        new_value, g_new = function(x_new)
        if (finite := np.isfinite([new_value, *g_new]).all()) and new_value <= value + _ARMIJO * predicted:
            return x_new, new_value, g_new
        # lowest point of the parabola through f(x), its slope and the new value: at 0.5 / (1 - c) or less of the step
        curvature = 2 * (new_value - value - predicted)
        t *= max(-predicted / curvature, 0.1) if finite else 0.1
    return None


def _update(H: Array | None, s: Array, y: Array) -> Array | None:
    """Update the inverse Hessian, Nocedal & Wright eq. 6.17; forgotten where the curvature s'y is not positive."""
    sy = float(s @ y)
    if sy <= 1e-10 * float(np.linalg.norm(s) * np.linalg.norm(y)):
        return None
    if H is None:
        H = np.eye(len(s)) * (sy / float(y @ y))  # eq. 6.20
    V = np.eye(len(s)) - np.outer(s, y) / sy
    return V @ H @ V.T + np.outer(s, s) / sy  # eq: 5.5
