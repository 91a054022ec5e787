"""The exercise of chapter 6: the stub is refused, the solution passes, and wrong ones are told what is wrong."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch.checks import Report, check_acquisition

Function = Callable[..., Any]
FOLDER = Path(__file__).parent.parent / "tutorials" / "exercises"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STUB, SOLUTION = (load(FOLDER / where / "ch06_expected_improvement.py") for where in ("", "solutions"))


def grade(ei: Function, log_ei: Function | None = None) -> Report:
    return check_acquisition(ei, log_ei=log_ei, level="quick", on_fail="report", engine="numpy")


def test_the_stub_is_refused_for_taking_the_mean_for_certain() -> None:
    report = grade(STUB.expected_improvement, STUB.log_expected_improvement)
    assert {"E1", "E7", "E10"} <= {row.id for row in report.broken}
    assert "E4" in {row.id for row in report.passed}  # without doubt it is right


def test_the_solution_passes_every_law() -> None:
    report = grade(SOLUTION.expected_improvement, SOLUTION.log_expected_improvement)
    assert report.ok, report
    assert {"E10", "E14", "E15"} <= {row.id for row in report.passed}


def of_variance(mean: Any, std: Any, best: float) -> Any:
    return SOLUTION.expected_improvement(mean, std**2, best)


def zero_without_doubt(mean: Any, std: Any, best: float) -> Any:
    return np.where(std > 0, SOLUTION.expected_improvement(mean, std, best), 0.0)


def of_a_column(mean: Any, std: Any, best: float) -> Any:
    return SOLUTION.expected_improvement(mean[:, None], std, best)


def to_maximize(mean: Any, std: Any, best: float) -> Any:
    return SOLUTION.expected_improvement(-mean, std, -best)


@pytest.mark.parametrize(
    ("wrong", "law", "says"),
    [
        (of_variance, "E7", "variance"),
        (zero_without_doubt, "E4", "not 0"),
        (of_a_column, "E0", "flatten"),
        (to_maximize, "E5", "maximiz"),
    ],
)
def test_a_wrong_solution_is_refused_and_told_why(wrong: Function, law: str, says: str) -> None:
    report = grade(wrong)
    assert law in {row.id for row in report.broken}
    assert says in report.diagnosis + report[law].hint


def test_a_logarithm_taken_too_late_is_refused_and_told_why() -> None:
    def late(mean: Any, std: Any, best: float) -> Any:
        return np.log(SOLUTION.expected_improvement(mean, std, best) + 1e-300)

    report = grade(SOLUTION.expected_improvement, late)
    assert "E10" in {row.id for row in report.broken}
    assert "log(EI)" in report["E10"].hint
