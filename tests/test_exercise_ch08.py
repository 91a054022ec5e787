"""The exercise of chapter 8: the solution keeps every law, the stub and typical wrong ones are refused with a hint."""

import math
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch.checks import check_density
from bayesopt_from_scratch.checks.report import Report
from bayesopt_from_scratch.numerics import normal

EXERCISES = Path(__file__).parent.parent / "tutorials" / "exercises"
STUB = runpy.run_path(str(EXERCISES / "ch08_parzen.py"))
RIGHT = runpy.run_path(str(EXERCISES / "solutions" / "ch08_parzen.py"))
Array = NDArray[np.floating]
Made = tuple[Callable[..., Any], Callable[..., Any]]


def grade(answer: dict[str, Any], only: list[str] | None = None) -> Report:
    return check_density(answer["make"], split=answer["split"], score=answer["score"], good_fraction=0.15,
                         level="quick", only=only, on_fail="report")  # fmt: skip


def kernels(X: Array, points: Array) -> Array:
    """Normal densities that know no wall, (m, n, d)."""
    h = 0.1 * max(len(X), 1) ** (-1 / (X.shape[1] + 4))
    return normal.pdf((points[:, None, :] - X) / h) / h


def forgets_the_walls(X: Array) -> Made:
    X = X.copy()
    return lambda P: np.log((kernels(X, P).prod(axis=2).sum(axis=1) + 1) / (len(X) + 1)), RIGHT["make"](X)[1]


def multiplies_the_axes(X: Array) -> Made:
    """A product of mixtures in place of a mixture of products."""
    each = [RIGHT["make"](X[:, j : j + 1]) for j in range(X.shape[1])]
    return lambda P: sum(p(P[:, j : j + 1]) for j, (p, _) in enumerate(each)), RIGHT["make"](X)[1]


def forgets_the_prior(X: Array) -> Made:
    p, sample = RIGHT["make"](X)
    n = len(X)
    return (lambda P: np.log(np.maximum((np.exp(p(P)) * (n + 1) - 1) / n, 1e-300)) if n else p(P)), sample


def clips_samples(X: Array) -> Made:
    X = X.copy()
    p, _ = RIGHT["make"](X)
    h = 0.1 * max(len(X), 1) ** (-1 / (X.shape[1] + 4))

    def sample(m: int, rng: np.random.Generator) -> Array:
        i, U = rng.integers(len(X) + 1, size=m), rng.random((m, X.shape[1]))
        U[i < len(X)] = np.clip(rng.normal(X[i[i < len(X)]], h), 0, 1)
        return U

    return p, sample


def rounds_down(values: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    order, n_good = np.argsort(values, kind="stable"), math.floor(0.15 * len(values))
    return order[:n_good], order[n_good:]


def test_the_solution_keeps_every_law() -> None:
    report = grade(RIGHT)
    assert report.ok, report.details()


def test_the_stub_is_refused() -> None:
    report = grade(STUB)
    assert {row.id for row in report.broken} >= {"Z2", "Z10", "Z11"}
    assert all(row.message and row.hint for row in report.broken)


@pytest.mark.parametrize(
    ("change", "law", "hint"),
    [
        ({"make": forgets_the_walls}, "Z1", "truncate and renormalize"),
        ({"make": multiplies_the_axes}, "Z2", "each component is renormalized by itself"),
        ({"make": forgets_the_prior}, "Z7", "the prior component was lost"),
        ({"make": clips_samples}, "Z20", "draw again from the same component"),
        ({"split": rounds_down}, "Z10", "rounded to 0"),
        ({"score": lambda log_l, log_g: log_g - log_l}, "Z11", "g / l"),
        ({"score": lambda log_l, log_g: np.exp(log_l) - np.exp(log_g)}, "Z11", "instead of their ratio"),
    ],
)
def test_a_wrong_solution_is_refused_with_a_hint(change: dict[str, Callable[..., Any]], law: str, hint: str) -> None:
    report = grade({**RIGHT, **change}, only=[law])
    assert [row.id for row in report.broken] == [law]
    assert hint in " ".join(report.details().split())
