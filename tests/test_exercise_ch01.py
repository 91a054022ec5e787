"""The exercise of chapter 1: the solution keeps every law, the stub and typical wrong ones are refused with a hint."""

import math
import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch.checks import check_space

EXERCISES = Path(__file__).parent.parent / "tutorials" / "exercises"
STUB = runpy.run_path(str(EXERCISES / "ch01_space.py"))
RIGHT = runpy.run_path(str(EXERCISES / "solutions" / "ch01_space.py"))
Space: Any = RIGHT["HandMadeSpace"]
NAMES = RIGHT["ACTIVATIONS"]


class EndsGetHalfACell(Space):  # type: ignore[misc]
    def from_unit(self, u: Sequence[float]) -> dict[str, Any]:
        return {**super().from_unit(u), "layers": round(1 + float(u[1]) * 5)}


class ForgetsTheLogarithm(Space):  # type: ignore[misc]
    def from_unit(self, u: Sequence[float]) -> dict[str, Any]:
        return {**super().from_unit(u), "rate": 1e-4 + float(u[0]) * (1e-1 - 1e-4)}

    def to_unit(self, many: Sequence[Mapping[str, Any]]) -> NDArray[np.floating]:
        U: NDArray[np.floating] = super().to_unit(many)
        U[:, 0] = [(p["rate"] - 1e-4) / (1e-1 - 1e-4) for p in many]
        return U


class LeavesTheBounds(Space):  # type: ignore[misc]
    def from_unit(self, u: Sequence[float]) -> dict[str, Any]:
        return {**super().from_unit(u), "rate": math.exp(math.log(1e-4) + float(u[0]) * math.log(1e3)) * (1 + 2e-16)}


class ReturnsAnIndex(Space):  # type: ignore[misc]
    def from_unit(self, u: Sequence[float]) -> dict[str, Any]:
        params: dict[str, Any] = super().from_unit(u)
        return {**params, "activation": NAMES.index(params["activation"])}


class ReturnsNumpy(Space):  # type: ignore[misc]
    def from_unit(self, u: Sequence[float]) -> dict[str, Any]:
        params: dict[str, Any] = super().from_unit(u)
        return {**params, "layers": np.int64(params["layers"])}


def test_the_solution_keeps_every_law() -> None:
    assert check_space(RIGHT["space"], level="quick").ok


@pytest.mark.parametrize(
    "wrong",
    [STUB["space"], EndsGetHalfACell(), ForgetsTheLogarithm(), LeavesTheBounds(), ReturnsAnIndex(), ReturnsNumpy()],
    ids=lambda wrong: type(wrong).__name__,
)
def test_wrong_ones_are_refused_with_a_hint(wrong: Any) -> None:
    report = check_space(wrong, level="quick", on_fail="report")
    assert report.broken
    assert all(row.message and (row.hint or report.diagnosis) for row in report.broken)
