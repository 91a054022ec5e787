"""What others wrote, and wrote right, passes: otherwise the laws would be our habits."""

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch.checks import check_acquisition, check_cholesky, check_kernel, check_surrogate, from_sklearn

Array = NDArray[np.floating]


def test_the_kernels_of_scikit_learn_pass() -> None:
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")

    def rbf(l: Array, v: float) -> Any:
        return kernels.ConstantKernel(v) * kernels.RBF(l)

    def gradient(l: Array, v: float) -> Any:
        def of_one_set(A: Array, B: Array) -> Array:  # theirs is for k(X, X): take a block of it
            slices = rbf(l, v)(np.concatenate([A, B]), eval_gradient=True)[1]
            return np.moveaxis(slices[: len(A), len(A) :, 1:], -1, 0)

        return of_one_set

    report = check_kernel(rbf, gradient=gradient, empty=False, one_argument=True, level="quick")
    assert report.ok and len(report.not_run) == 1, report.table()
    assert check_kernel(lambda l, v: kernels.ConstantKernel(v) * kernels.Matern(l, nu=2.5),
                        kernel="matern52", empty=False, level="quick").ok  # fmt: skip


def test_the_gaussian_process_of_scikit_learn_passes() -> None:
    process = pytest.importorskip("sklearn.gaussian_process")
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")

    def make(l: Array, v: float, s2: float) -> Any:
        kernel = kernels.ConstantKernel(v, "fixed") * kernels.RBF(l, "fixed")
        return process.GaussianProcessRegressor(kernel, alpha=s2, optimizer=None)

    def lml(l: Array, v: float, s2: float) -> Any:
        return lambda X, y: make(l, v, s2).fit(X, y).log_marginal_likelihood_value_

    def covariance(l: Array, v: float, s2: float) -> Any:
        return lambda X, y, X_new: make(l, v, s2).fit(X, y).predict(X_new, return_cov=True)[1]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a variance was rounded up to 0
        report = check_surrogate(
            from_sklearn(make), singular="raise", empty=False, lml=lml, covariance=covariance, level="quick"
        )
    assert report.ok and len(report.passed) >= 20, report.table()


def test_a_process_that_fits_itself_passes() -> None:
    process = pytest.importorskip("sklearn.gaussian_process")
    kernels = pytest.importorskip("sklearn.gaussian_process.kernels")
    regressor = process.GaussianProcessRegressor(kernels.ConstantKernel(1.0) * kernels.RBF(0.5), alpha=1e-6)
    report = check_surrogate(predict=from_sklearn(regressor), singular="raise", max_examples=4)
    assert report.ok and len(report.passed) >= 6, report.table()


def test_what_scipy_makes_passes() -> None:
    linalg, stats = pytest.importorskip("scipy.linalg"), pytest.importorskip("scipy.stats")

    def ei(mean: Array, std: Array, best: float) -> Any:
        with np.errstate(all="ignore"):
            z = np.where(std > 0, (best - mean) / std, 0.0)
        value = (best - mean) * stats.norm.cdf(z) + std * stats.norm.pdf(z)
        return np.where(std > 0, value, np.maximum(best - mean, 0.0))

    assert check_acquisition(ei, level="quick").ok
    assert check_cholesky(
        lambda K: linalg.cholesky(K, lower=True), singular="raise",
        solve=lambda L, b: linalg.solve_triangular(L, b, lower=True)).ok  # fmt: skip
