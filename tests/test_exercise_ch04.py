"""The exercise of chapter 4: its stub is refused, its solution passes, and wrong ones are told what is wrong."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch.checks import Report, check_cholesky

EXERCISES = Path(__file__).parent.parent / "tutorials" / "exercises"
STUB = runpy.run_path(str(EXERCISES / "ch04_cholesky.py"))
SOLUTION = runpy.run_path(str(EXERCISES / "solutions" / "ch04_cholesky.py"))

Array = NDArray[np.floating]
Factorize = Callable[[Array], tuple[Array, float]]


def grade(factorize: Factorize, **options: Any) -> Report:
    return check_cholesky(factorize, level="quick", on_fail="report", **options)


def climb(K: Array, rungs: list[float], *, noise: float, unit: float | None = None) -> tuple[Array, float]:
    """The solution's ladder, with other rungs, another measure of noise, or another unit."""
    n, scale = len(K), float(np.mean(np.diag(K))) if len(K) else 1.0
    unit = scale if unit is None else unit
    for rung in rungs:
        L = SOLUTION["columns"](K + rung * unit * np.eye(n), noise * n * 2.0**-52 * abs(scale))
        if L is not None:
            return L, rung * unit
    raise ValueError("not positive definite")


def takes_any_factor(K: Array) -> tuple[Array, float]:
    return climb(K, SOLUTION["LADDER"], noise=0.0)


def always_adds(K: Array) -> tuple[Array, float]:
    return climb(K, [1e-10, 1e-8, 1e-6], noise=8.0)


def adds_an_absolute_jitter(K: Array) -> tuple[Array, float]:
    return climb(K, SOLUTION["LADDER"], noise=8.0, unit=1.0)


def takes_the_root_of_the_absolute_value(K: Array) -> tuple[Array, float]:
    L = np.zeros(K.shape)
    for j in range(len(K)):
        L[j, j] = np.sqrt(abs(K[j, j] - L[j, :j] @ L[j, :j]) + 1e-300)
        L[j + 1 :, j] = (K[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]) / L[j, j]
    return L, 0.0


def forgets_the_columns_before(K: Array) -> tuple[Array, float]:
    L = np.tril(K / np.sqrt(np.diag(K)))
    return L, 0.0


def returns_the_upper_factor(K: Array) -> tuple[Array, float]:
    L, jitter = SOLUTION["factorize"](K)
    return L.T, jitter


WRONG = [
    (takes_any_factor, {}, "L6", "look at the pivots"),
    (always_adds, {}, "L4", "always added"),
    (adds_an_absolute_jitter, {}, "L5", "scale it by the mean of the diagonal"),
    (takes_the_root_of_the_absolute_value, {"singular": "raise"}, "L8", "root of a negative number"),
    (forgets_the_columns_before, {"singular": "raise"}, "L1", "row too few in the inner product"),
    (returns_the_upper_factor, {"singular": "raise"}, "L0", "lower"),
]


@pytest.mark.parametrize("options", [{"singular": "raise"}, {}], ids=["without jitter", "with the ladder"])
def test_the_stub_is_refused(options: dict[str, Any]) -> None:
    report = grade(STUB["factorize"], **options)
    assert {"L1", "L8", "L9"} <= {row.id for row in report.broken}
    assert report["L1"].hint


def test_the_stub_of_the_inverse_is_refused() -> None:
    report = grade(SOLUTION["factorize"], invert=STUB["invert"], only=["L10"])
    assert report["L10"].status == "broken" and "W L" in report["L10"].message


def test_the_solution_passes_every_law() -> None:
    report = grade(SOLUTION["factorize"], invert=SOLUTION["invert"])
    assert report.ok, str(report)
    assert {"L0", "L1", "L4", "L5", "L6", "L8", "L9", "L10", "L11"} <= {row.id for row in report.passed}


def test_the_first_step_can_be_graded_alone() -> None:
    def first_step(K: Array) -> Array:
        L: Array | None = SOLUTION["columns"](K, 0.0)
        if L is None:
            raise ValueError("not positive definite")
        return L

    report = check_cholesky(first_step, singular="raise", level="quick", on_fail="report")
    assert report.ok, str(report)
    assert {"L4", "L5", "L6"} <= {row.id for row in report.not_run}


@pytest.mark.parametrize(
    ("factorize", "options", "law", "advice"), WRONG, ids=lambda value: getattr(value, "__name__", "")
)
def test_wrong_ones_are_told_what_is_wrong(
    factorize: Factorize, options: dict[str, Any], law: str, advice: str
) -> None:
    report = grade(factorize, **options)
    assert report[law].status == "broken", str(report)
    assert advice in report[law].hint
