"""The exercise of chapter 2: its stub is refused, its solution passes, and wrong ones are told what is wrong."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch.checks import Report, check_kernel

EXERCISES = Path(__file__).parent.parent / "tutorials" / "exercises"
STUB = runpy.run_path(str(EXERCISES / "ch02_kernel.py"))
SOLUTION = runpy.run_path(str(EXERCISES / "solutions" / "ch02_kernel.py"))

Array = NDArray[np.floating]
Make = Callable[[Array, float], Callable[[Array, Array], Array]]


def grade(make: Make, **options: Any) -> Report:
    return check_kernel(make, level="quick", on_fail="report", **options)


def squares(A: Array, B: Array, lengthscales: Array) -> Array:
    return ((A[:, None, :] - B[None, :, :]) / lengthscales) ** 2


def lengthscale_not_squared(l: Array, v: float) -> Callable[[Array, Array], Array]:
    return lambda A, B: v * np.exp(-0.5 * squares(A, B, np.sqrt(l)).sum(axis=2))


def half_forgotten(l: Array, v: float) -> Callable[[Array, Array], Array]:
    return lambda A, B: v * np.exp(-squares(A, B, l).sum(axis=2))


def variance_squared(l: Array, v: float) -> Callable[[Array, Array], Array]:
    return lambda A, B: v**2 * np.exp(-0.5 * squares(A, B, l).sum(axis=2))


def one_lengthscale_for_all(l: Array, v: float) -> Callable[[Array, Array], Array]:
    return lambda A, B: v * np.exp(-0.5 * squares(A, B, l[:1]).sum(axis=2))


def summed_too_late(l: Array, v: float) -> Callable[[Array, Array], Array]:
    return lambda A, B: v * np.exp(-0.5 * squares(A, B, l)).sum(axis=2)


def a_step(l: Array, v: float) -> Callable[[Array, Array], Array]:
    return lambda A, B: np.where(squares(A, B, l).sum(axis=2) <= 1, v, 0.0)


def squares_expanded(l: Array, v: float) -> Callable[[Array, Array], Array]:
    def k(A: Array, B: Array) -> Array:
        A, B = A / l, B / l
        return v * np.exp(-0.5 * ((A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * A @ B.T))

    return k


def scaled_in_place(l: Array, v: float) -> Callable[[Array, Array], Array]:
    def k(A: Array, B: Array) -> Array:
        A /= l
        return v * np.exp(-0.5 * squares(A, B / l, np.ones_like(l)).sum(axis=2))

    return k


def test_the_stub_is_refused() -> None:
    report = grade(STUB["make_kernel"], only=["K1", "K2", "K3", "K17"])
    assert [row.id for row in report.broken] == ["K1", "K17"]  # it is a kernel, and another one


@pytest.mark.parametrize(("name", "kernel"), [("make_kernel", "rbf"), ("make_matern52", "matern52")])
def test_the_solution_passes(name: str, kernel: str) -> None:
    report = grade(SOLUTION[name], kernel=kernel)
    assert report.ok, report
    assert all("gradient" in row.message or 'only for kernel="rbf"' in row.message for row in report.not_run)


@pytest.mark.parametrize(
    ("wrong", "law", "hint"),
    [
        (lengthscale_not_squared, "K17", "the length scale was not squared"),
        (half_forgotten, "K17", "the factor 1/2 was missing"),
        (variance_squared, "K13", "the variance was squared"),
        (one_lengthscale_for_all, "K6", "only the first length scale was used"),
        (summed_too_late, "K5", "squares are summed over dimensions"),
        (a_step, "K3", "not every decreasing function of a distance is a kernel"),
        (squares_expanded, "K4", "form differences first"),
        (scaled_in_place, "K15", "works on the caller's array"),
    ],
)
def test_wrong_solutions_are_told_what_is_wrong(wrong: Make, law: str, hint: str) -> None:
    report = grade(wrong, only=[law])
    assert not report.ok
    assert hint in " ".join(str(report).split())


def test_the_declared_kernel_is_no_diagnosis() -> None:
    assert grade(squares_expanded, only=["K4"]).diagnosis == ""
    assert "the kernel was RBF" in grade(squares_expanded, only=["K1"], kernel="matern52").diagnosis
