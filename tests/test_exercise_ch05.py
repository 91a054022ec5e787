"""The exercise of chapter 5: its stub is refused, its solution passes, and wrong ones are told what is wrong."""

import math
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch.checks import Report, check_surrogate

EXERCISES = Path(__file__).parent.parent / "tutorials" / "exercises"
STUB = runpy.run_path(str(EXERCISES / "ch05_evidence.py"))
SOLUTION = runpy.run_path(str(EXERCISES / "solutions" / "ch05_evidence.py"))
LAWS = ["G22", "G29", "G11", "G12", "G23"]

Array = NDArray[np.floating]
Maker = Callable[[Array, float, float], Callable[[Array, Array], Any]]


def grade(lml: Maker, lml_gradient: Maker) -> Report:
    return check_surrogate(
        SOLUTION["make"], lml=lml, lml_gradient=lml_gradient, only=LAWS, level="quick", on_fail="report"
    )


def terms(log_det: Callable[[Array], float], noise: float = 1.0) -> Maker:
    """The likelihood with another log determinant, which is given the covariance with or without its noise."""

    def make(l: Array, v: float, s2: float) -> Callable[[Array, Array], float]:
        def value(X: Array, y: Array) -> float:
            K, L, _, alpha = SOLUTION["solve"](l, v, s2, X, y)
            Ky = K + (noise * s2 + 1e-12 * v) * np.eye(len(X)) if noise < 1 else L @ L.T
            return float(-0.5 * y @ alpha - 0.5 * log_det(Ky) - 0.5 * len(y) * math.log(2 * math.pi))

        return value

    return make


def log_of_determinant(K: Array) -> float:
    with np.errstate(divide="ignore", over="ignore"):
        return float(np.log(np.linalg.det(K)))


def log_determinant(K: Array) -> float:
    return float(np.linalg.slogdet(K)[1])


def changed(change: Callable[[Array, Array, float, float], Array]) -> Maker:
    """The gradient of the solution, spoilt."""

    def make(l: Array, v: float, s2: float) -> Callable[[Array, Array], Array]:
        gradient = SOLUTION["lml_gradient"](l, v, s2)
        return lambda X, y: change(gradient(X, y), l, v, s2)

    return make


def without_trace(l: Array, v: float, s2: float) -> Callable[[Array, Array], Array]:
    def gradient(X: Array, y: Array) -> Array:
        K, _, _, alpha = SOLUTION["solve"](l, v, s2, X, y)
        dK = [K * ((x[:, None] - x) / l_j) ** 2 for x, l_j in zip(X.T, l, strict=True)]
        return np.array([0.5 * alpha @ D @ alpha for D in (*dK, K, s2 * np.eye(len(X)))])

    return gradient


WRONG_LIKELIHOODS = {
    "the determinant underflows": (terms(log_of_determinant), "G29", "add logarithms"),
    "log det not halved": (terms(lambda K: 2 * log_determinant(K)), "G22", "log det not halved"),
    "log det without the noise": (terms(log_determinant, noise=0.0), "G22", "without the noise"),
}
WRONG_GRADIENTS = {
    "by the parameters": (changed(lambda g, l, v, s2: g / np.array([*l, v, s2])), "G12", "l d/dl"),
    "twice as large": (changed(lambda g, l, v, s2: 2 * g), "G12", "2 or 1/2"),
    "without the trace": (without_trace, "G23", "see G12"),
}


def test_the_stub_is_refused() -> None:
    report = grade(STUB["lml"], STUB["lml_gradient"])
    assert {row.id for row in report.broken} == set(LAWS)


def test_the_solution_passes_every_law() -> None:
    report = grade(SOLUTION["lml"], SOLUTION["lml_gradient"])
    assert {row.id for row in report.passed} == set(LAWS), str(report)


def test_the_prediction_that_is_given_is_right() -> None:
    report = check_surrogate(STUB["make"], only=["G1", "G2"], level="quick", on_fail="report")
    assert {row.id for row in report.passed} == {"G1", "G2"}, str(report)


@pytest.mark.parametrize(("lml", "law", "advice"), WRONG_LIKELIHOODS.values(), ids=WRONG_LIKELIHOODS)
def test_wrong_likelihoods_are_told_what_is_wrong(lml: Maker, law: str, advice: str) -> None:
    report = grade(lml, SOLUTION["lml_gradient"])
    assert report[law].status == "broken", str(report)
    assert advice in report[law].hint
    assert {"G12", "G23"} <= {row.id for row in report.passed}  # the gradient is judged by itself


@pytest.mark.parametrize(("gradient", "law", "advice"), WRONG_GRADIENTS.values(), ids=WRONG_GRADIENTS)
def test_wrong_gradients_are_told_what_is_wrong(gradient: Maker, law: str, advice: str) -> None:
    report = grade(SOLUTION["lml"], gradient)
    assert report[law].status == "broken", str(report)
    assert advice in report[law].hint
    assert {"G22", "G11"} <= {row.id for row in report.passed}
