"""How is code graded that has another interface?

As it is: an adapter turns it into what the ``check_*`` functions take. Two interfaces are wide-spread. Regressors of
scikit-learn have ``fit(X, y)`` and ``predict(X, return_std=True)``. And a graded course exercise, handed in by several
hundred people in public, has a class ``GaussianProcess(X_init, Y_init, l, sigma_f)`` in one dimension, without noise,
and a class ``BayesianOptimization`` on top of it.
"""

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .law import answer, expect

__all__ = ["CourseGP", "from_course_gp", "from_course_optimizer", "from_sklearn"]

Array = NDArray[np.floating]


def from_sklearn(regressor: Any) -> Callable[..., Any]:
    """Adapt a regressor of scikit-learn that can ``predict(X, return_std=True)``.

    Parameters
    ----------
    regressor : object or callable
        A regressor, which sets its own hyperparameters; it is copied before each fit. Or
        ``regressor(lengthscales, signal_variance, noise_variance)`` that returns a regressor which keeps to these.

    Returns
    -------
    callable
        For a regressor, what :func:`~bayesopt_from_scratch.checks.check_surrogate` takes as ``predict=``; for a
        function that makes one, what it takes as ``make``; then ``empty=False``, for they do not fit no data.

    Raises
    ------
    ValueError
        If it is neither, or its ``predict`` does not know ``return_std``.

    Examples
    --------
    With scikit-learn's own::

        regressor = GaussianProcessRegressor(RBF(), alpha=1e-6, n_restarts_optimizer=3, random_state=0)
        check_surrogate(predict=from_sklearn(regressor))

        def make(lengthscales, signal_variance, noise_variance):
            kernel = ConstantKernel(signal_variance) * RBF(lengthscales)
            return GaussianProcessRegressor(kernel, alpha=noise_variance, optimizer=None)

        check_surrogate(from_sklearn(make), singular="raise", empty=False)
    """

    def predict(fresh: Any, X: Array, y: Array, X_new: Array) -> Any:
        _expect_regressor(fresh)
        return fresh.fit(X, y).predict(X_new, return_std=True)

    if isinstance(regressor, type) or hasattr(regressor, "fit") or hasattr(regressor, "predict"):
        _expect_regressor(regressor)
    elif not callable(regressor):
        raise ValueError(f"expected a regressor, or a function that makes one, got {regressor!r}")
    if hasattr(regressor, "fit") and not isinstance(regressor, type):
        return lambda X, y, X_new: predict(copy.deepcopy(regressor), X, y, X_new)
    return lambda *hyperparameters: lambda X, y, X_new: predict(regressor(*hyperparameters), X, y, X_new)


def _expect_regressor(regressor: Any) -> None:
    """Refuse what cannot fit, or cannot say how sure it is."""
    name = regressor.__name__ if isinstance(regressor, type) else type(regressor).__name__
    missing = [method for method in ("fit", "predict") if not callable(getattr(regressor, method, None))]
    if missing:
        raise ValueError(f"expected a regressor with fit and predict, but {name} has no {' and no '.join(missing)}")
    try:
        known = inspect.signature(regressor.predict).parameters
    except (TypeError, ValueError):  # compiled, without a signature
        return
    if "return_std" not in known and not any(p.kind is p.VAR_KEYWORD for p in known.values()):
        taken = ", ".join(argument for argument in known if argument != "self")
        raise ValueError(
            f"expected predict(X, return_std=True), but {name}.predict takes {taken}: "
            "a surrogate must say how sure it is"
        )


@dataclass(frozen=True)
class CourseGP:
    """What the laws are tried on, each a dictionary of keywords.

    Attributes
    ----------
    kernel : dict
        For :func:`~bayesopt_from_scratch.checks.check_kernel`.
    surrogate : dict
        For :func:`~bayesopt_from_scratch.checks.check_surrogate`: all data given at once.
    updated : dict
        For the same: the first datum given, the others brought by ``update``.
    """

    kernel: dict[str, Any]
    surrogate: dict[str, Any]
    updated: dict[str, Any]


def from_course_gp(cls: Callable[..., Any]) -> CourseGP:
    """Adapt the Gaussian process of the course.

    Parameters
    ----------
    cls : class
        ``cls(X_init, Y_init, l, sigma_f)`` with X_init and Y_init of shape (t, 1) has ``kernel(X1, X2)``,
        ``predict(X_s)``, which returns mean and *variance*, both (s,), and ``update(X_new, Y_new)`` for one datum. Its
        prior has the variance sigma_f^2, and there is no noise.

    Returns
    -------
    CourseGP
        Keywords for the checks.

    Examples
    --------
    With a solution in ``solution.py``::

        gp = from_course_gp(solution.GaussianProcess)
        check_kernel(**gp.kernel)
        check_surrogate(**gp.surrogate)
        check_surrogate(**gp.updated)
    """

    def kernel(lengthscale: float, variance: float) -> Any:
        return cls(np.zeros((1, 1)), np.zeros((1, 1)), lengthscale, variance**0.5).kernel

    def at_once(lengthscale: float, signal_variance: float, noise_variance: float) -> Any:
        return lambda X, y, X_new: cls(X, y[:, None], lengthscale, signal_variance**0.5).predict(X_new)

    def one_by_one(lengthscale: float, signal_variance: float, noise_variance: float) -> Any:
        def predict(X: Array, y: Array, X_new: Array) -> Any:
            gp = cls(X[:1], y[:1, None], lengthscale, signal_variance**0.5)
            for x, value in zip(X[1:], y[1:], strict=True):
                gp.update(x, np.array([value]))
            return gp.predict(X_new)

        return predict

    shape: dict[str, Any] = {"one_dimensional": True, "shared_lengthscale": True, "empty": False}
    process = {**shape, "returns": "variance", "noise_free": True, "singular": "raise"}
    return CourseGP({"make": kernel, **shape}, {"make": at_once, **process}, {"make": one_by_one, **process})


class _Oracle:
    """A Gaussian process that believes what it is told to believe on a grid, and knows one datum beside it."""

    def __init__(self, mean: Array, variance: Array, best: float) -> None:
        self.mean, self.variance = mean, variance
        self.X, self.Y = np.array([[-1.0]]), np.array([[best]])  # the grid lies in [0, 1]

    def predict(self, X_s: Array) -> tuple[Array, Array]:
        """Mean and variance, as the course has it."""
        if np.array_equal(X_s, self.X):  # some look for the best among the means at the data
            return self.Y[:, 0].copy(), np.zeros(1)
        return self.mean.copy(), self.variance.copy()


def from_course_optimizer(cls: Callable[..., Any], *, xsi: float = 0.0, minimize: bool = True) -> dict[str, Any]:
    """Adapt the Bayesian optimizer of the course.

    Its ``acquisition()`` asks ``self.gp`` for mean and variance on the grid ``self.X_s`` and for the best value among
    ``self.gp.Y``. In place of that Gaussian process comes one that answers what the laws want it to answer, so that
    expected improvement is tried on any mean, standard deviation and best.

    Parameters
    ----------
    cls : class
        ``cls(f, X_init, Y_init, bounds, ac_samples, l, sigma_f, xsi, minimize)`` has ``acquisition()``, which returns
        X_next, the point of the grid with the greatest expected improvement, and the EI (ac_samples,) of all.
    xsi : float
        Exploration offset; 0 lets all laws be tried.
    minimize : bool
        Whether it is to minimize.

    Returns
    -------
    dict
        Keywords for :func:`~bayesopt_from_scratch.checks.check_acquisition`.

    Examples
    --------
    With a solution in ``solution.py``::

        check_acquisition(**from_course_optimizer(solution.BayesianOptimization))
        check_acquisition(**from_course_optimizer(solution.BayesianOptimization, minimize=False, xsi=0.01))
    """

    def ei(mean: Array, std: Array, best: float) -> Array:
        one = np.zeros((1, 1))
        optimizer = cls(np.sin, one, one, (0.0, 1.0), len(mean), 1.0, 1.0, xsi, minimize)
        optimizer.gp = _Oracle(mean, std**2, best)
        result = optimizer.acquisition()
        expect(isinstance(result, tuple | list) and len(result) == 2, "acquisition() should return X_next and EI")
        EI, grid = answer(result[1], mean.shape, "EI"), np.ravel(optimizer.X_s)
        chosen = EI[grid == answer(np.ravel(result[0]), (1,), "X_next")]
        expect(chosen.size > 0 and chosen.max() >= EI.max(), f"X_next is {result[0]}, not where EI is greatest")
        return EI

    return {"ei": ei, "maximize": not minimize, "offset": xsi}
