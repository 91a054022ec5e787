"""The exercise of chapter 3: its stub is refused, its solution passes, and wrong ones are told what is wrong."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch import RBF
from bayesopt_from_scratch.checks import Report, check_surrogate

EXERCISES = Path(__file__).parent.parent / "tutorials" / "exercises"
STUB = runpy.run_path(str(EXERCISES / "ch03_posterior.py"))
SOLUTION = runpy.run_path(str(EXERCISES / "solutions" / "ch03_posterior.py"))

Array = NDArray[np.floating]
Predict = Callable[[Array, Array, Array], tuple[Array, Array]]
Make = Callable[[Array, float, float], Predict]


def grade(make: Make, **options: Any) -> Report:
    return check_surrogate(make, singular="raise", level="quick", on_fail="report", **options)


def right(l: Array, v: float, s2: float) -> Predict:
    return SOLUTION["make_posterior"](l, v, s2)


def variance_for_std(l: Array, v: float, s2: float) -> Predict:
    def predict(X: Array, y: Array, X_new: Array) -> tuple[Array, Array]:
        mean, std = right(l, v, s2)(X, y, X_new)
        return mean, std**2

    return predict


def noise_added(l: Array, v: float, s2: float) -> Predict:
    def predict(X: Array, y: Array, X_new: Array) -> tuple[Array, Array]:
        mean, std = right(l, v, s2)(X, y, X_new)
        return mean, np.sqrt(std**2 + s2)

    return predict


def noise_squared(l: Array, v: float, s2: float) -> Predict:
    return right(l, v, s2**2)


def noise_forgotten(l: Array, v: float, s2: float) -> Predict:
    return right(l, v, 1e-9 * v)


def mean_not_added_back(l: Array, v: float, s2: float) -> Predict:
    return lambda X, y, X_new: right(l, v, s2)(X, y - np.mean(y) if len(y) else y, X_new)


def centred_in_place(l: Array, v: float, s2: float) -> Predict:
    def predict(X: Array, y: Array, X_new: Array) -> tuple[Array, Array]:
        centre = np.mean(y) if len(y) else 0.0
        y -= centre
        mean, std = right(l, v, s2)(X, y, X_new)
        return mean + centre, std

    return predict


def variance_of_the_whole_batch(l: Array, v: float, s2: float) -> Predict:
    def predict(X: Array, y: Array, X_new: Array) -> tuple[Array, Array]:
        k = RBF(l, v)(X, X_new)
        weights = np.linalg.solve(RBF(l, v)(X, X) + s2 * np.eye(len(X)), k)
        return weights.T @ y, np.sqrt(np.maximum(v - (k.T @ weights).mean(axis=1), 0))

    return predict


def a_column_for_the_mean(l: Array, v: float, s2: float) -> Predict:
    return lambda X, y, X_new: right(l, v, s2)(X, y[:, None], X_new)


def test_the_stub_is_refused() -> None:
    report = grade(STUB["make_posterior"], only=["G1", "G2", "G7"])
    assert [row.id for row in report.broken] == ["G1", "G2"]  # far away it is right


def test_the_solution_passes() -> None:
    report = grade(SOLUTION["make_posterior"])
    assert report.ok, report
    assert len(report.not_run) == 12, "the stub says twelve"


@pytest.mark.parametrize(
    ("wrong", "law", "hint"),
    [
        (variance_for_std, "G1", "the variance was returned where the standard deviation is expected"),
        (noise_added, "G1", "noise was added to the prediction (say predictive=True if that is meant)"),
        (noise_squared, "G2", "the noise variance was squared"),
        (noise_forgotten, "G2", "the noise was ignored"),
        (mean_not_added_back, "G1", "y was centred and its mean not added back"),
        (centred_in_place, "G16", "y -= mean works on the caller's array"),
        (variance_of_the_whole_batch, "G15", "something depends on the batch"),
        (a_column_for_the_mean, "G0", "expected (1,)"),
    ],
)
def test_wrong_solutions_are_told_what_is_wrong(wrong: Make, law: str, hint: str) -> None:
    report = grade(wrong, only=[law])
    assert not report.ok
    assert hint in " ".join(str(report).split())
