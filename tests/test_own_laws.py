"""Do the package's own kernels, factorization, process, density and acquisition obey the laws it checks others by?

Every ability that a check can be told of is declared, so that no law is left out without a reason.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch import Choice, Float, Int, Space
from bayesopt_from_scratch.checks import (
    Report,
    check_acquisition,
    check_cholesky,
    check_density,
    check_kernel,
    check_surrogate,
)
from bayesopt_from_scratch.numerics.cholesky import factorize, invert_triangle
from bayesopt_from_scratch.search.expected_improvement import (
    expected_improvement,
    expected_improvement_gradient,
    log_expected_improvement,
    log_expected_improvement_gradient,
)
from bayesopt_from_scratch.search.tpe_search import TPESearch
from bayesopt_from_scratch.search.trial import Trial
from bayesopt_from_scratch.surrogate.gaussian_process import GaussianProcess, Posterior
from bayesopt_from_scratch.surrogate.kernel import RBF, Matern52
from bayesopt_from_scratch.surrogate.parzen import ParzenEstimator

Array = NDArray[np.floating]
Pair = tuple[Callable[..., Any], Callable[..., Any]]
PROFILES = {"rbf": RBF, "matern52": Matern52}


def holds(report: Report, *not_run: str) -> None:
    """All laws ran but the ones that are named, and all that ran hold."""
    assert report.ok, str(report)
    assert {row.id for row in report.not_run} == set(not_run)


@pytest.mark.parametrize(("profile", "not_run"), [("rbf", ()), ("matern52", ("K5", "K14"))])  # no product, no waves
def test_kernels(profile: str, not_run: tuple[str, ...]) -> None:
    kernel = PROFILES[profile]
    report = check_kernel(
        kernel,
        kernel=profile,
        gradient=lambda l, v: kernel(l, v).gradient,
        input_gradient=lambda l, v: kernel(l, v).input_gradient,
        any_dtype=True,
        on_fail="report",
        strict_warnings=True,
    )
    holds(report, *not_run)


def test_factorization() -> None:
    report = check_cholesky(
        factorize,
        invert=invert_triangle,
        solve=lambda L, b: invert_triangle(L) @ b,
        log_determinant=lambda K: 2 * np.log(np.diag(factorize(K)[0])).sum(),
        any_dtype=True,
        on_fail="report",
        strict_warnings=True,
    )
    holds(report, "L7")  # nothing is appended: factorizing again costs less than it saves


def process(profile: str, answer: Callable[..., Any]) -> Callable[..., Callable[..., Any]]:
    """Make what ``check_surrogate`` makes: ``answer`` of the posterior, given the remaining arguments."""

    def make(l: Array, v: float, s2: float) -> Callable[..., Any]:
        prior = GaussianProcess(PROFILES[profile](l, v), s2)
        return lambda X, y, *X_new: answer(prior.condition(X, y), *X_new)

    return make


@pytest.mark.parametrize(("profile", "level"), [("rbf", "default"), ("matern52", "quick")])
def test_gaussian_process(profile: str, level: str) -> None:
    report = check_surrogate(
        process(profile, Posterior.predict),
        kernel=profile,
        covariance=process(profile, Posterior.covariance),
        lml=process(profile, lambda posterior: posterior.log_marginal_likelihood),
        lml_gradient=process(profile, Posterior.log_marginal_likelihood_gradient),
        leave_one_out=process(profile, Posterior.leave_one_out),
        level=level,
        engine="numpy",
        on_fail="report",
        strict_warnings=True,
    )
    holds(report, "G17", "G31", "G32", "G33")  # its kernels are stationary, its hyperparameters given


def test_expected_improvement() -> None:
    report = check_acquisition(
        expected_improvement,
        log_ei=log_expected_improvement,
        gradient=expected_improvement_gradient,
        log_gradient=log_expected_improvement_gradient,
        any_shape=True,
        any_dtype=True,
        on_fail="report",
        strict_warnings=True,
    )
    holds(report)


def parzen(observations: Array, weights: Array | None = None) -> Pair:
    estimator = ParzenEstimator(observations, weights=weights)
    return estimator.log_density, estimator.sample


def integers(codes: NDArray[np.integer], k: int) -> Pair:
    return on_an_axis(Int(1, k), (codes + 1).tolist())


def categories(codes: NDArray[np.integer], k: int) -> Pair:
    return on_an_axis(Choice(*(f"category {code}" for code in range(k))), [f"category {code}" for code in codes])


def on_an_axis(parameter: Int | Choice, values: Sequence[Any]) -> Pair:
    """Probability of each value of a parameter, and samples, as positions in the list of its values."""
    space = Space({"x": parameter})
    every = parameter.options if isinstance(parameter, Choice) else range(int(parameter.low), int(parameter.high) + 1)
    estimator = ParzenEstimator(space.to_unit([{"x": value} for value in values]), space.axes)

    def log_mass(codes: NDArray[np.integer]) -> Array:
        return estimator.log_density(space.to_unit([{"x": every[code]} for code in codes]))

    def sample(n: int, rng: np.random.Generator) -> Array:
        U, inverse = np.unique(estimator.sample(n, rng), return_inverse=True)
        return np.array([every.index(space.from_unit([u])["x"]) for u in U])[inverse.ravel()]

    return log_mass, sample


def log_scale(observations: Array, low: float, high: float) -> Pair:
    space = Space({"x": Float(low, high, log=True)})

    def to_unit(x: Array) -> Array:
        return space.to_unit([{"x": float(value)} for value in x])

    estimator = ParzenEstimator(to_unit(observations), space.axes)
    return (
        lambda x: estimator.log_density(to_unit(x)) - np.log(x * math.log(high / low)),
        lambda n, rng: [space.from_unit(u)["x"] for u in estimator.sample(n, rng)],
    )


def split(values: Array) -> tuple[list[int], list[int]]:
    """What TPE says it took for good; one trial alone is good by itself."""
    if len(values) < 2:
        return list(range(len(values))), []
    space = Space({"x": Float(0, 1)})
    trials = [Trial(i, {"x": (i + 0.5) / len(values)}, "done", value=float(y)) for i, y in enumerate(values)]
    suggestion: Any = TPESearch(n_initial=1).suggest(space, trials, np.random.default_rng(0))
    good = list(suggestion.notes["good_trials"])
    return good, [i for i in range(len(values)) if i not in good]


def test_density() -> None:
    report = check_density(
        parzen,
        weighted=parzen,
        integers=integers,
        categories=categories,
        log_scale=log_scale,
        split=split,
        good_fraction=TPESearch().good_fraction,
        score=lambda log_l, log_g: log_l - log_g,
        on_fail="report",
        strict_warnings=True,
    )
    holds(report, "Z14")  # points outside are refused
