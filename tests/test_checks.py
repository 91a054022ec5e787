"""The checker itself: what it reports, what it survives, and that right code passes."""

import json
import random
import re
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from museum import right
from numpy.typing import NDArray

from bayesopt_from_scratch import RandomSearch
from bayesopt_from_scratch.checks import (
    KINDS,
    Broken,
    LawsBroken,
    Report,
    check_acquisition,
    check_cholesky,
    check_density,
    check_kernel,
    check_space,
    check_strategy,
    check_surrogate,
    command,
    from_course_gp,
    from_course_optimizer,
    from_sklearn,
    laws,
    parametrize_with_checks,
    strategy_values,
)
from bayesopt_from_scratch.checks.draw import DrawFromNumpy, DrawSimplest
from bayesopt_from_scratch.checks.law import answer, expect_close
from bayesopt_from_scratch.checks.limit import OutOfTime, time_limit
from bayesopt_from_scratch.checks.sequential import SequentialTest

Array = NDArray[np.floating]
Check = Callable[..., Report]


# Right code passes: plain code that shares nothing with ours.


RIGHT: dict[str, Check] = {
    "plain RBF": lambda **options: check_kernel(
        right.rbf, gradient=right.rbf_gradient, input_gradient=right.rbf_input_gradient, **options),
    "plain Matern": lambda **options: check_kernel(right.matern52, kernel="matern52", **options),
    "plain factor": lambda **options: check_cholesky(
        right.cholesky, invert=right.invert, solve=right.solve, log_determinant=right.log_determinant,
        append=right.append, first_jitter=1e-12, **options),
    "numpy's factor": lambda **options: check_cholesky(np.linalg.cholesky, singular="raise", **options),
    "plain process": lambda **options: check_surrogate(
        right.gp, singular="raise", covariance=right.covariance, lml=right.lml, lml_gradient=right.lml_gradient,
        leave_one_out=right.leave_one_out, with_kernel=right.with_kernel, **options),
    "plain density": lambda **options: check_density(
        right.parzen, weighted=right.parzen, integers=right.integers, categories=right.categories,
        log_scale=right.log_scale, split=right.split, good_fraction=0.15, score=right.score, **options),
    "plain EI": lambda **options: check_acquisition(
        right.ei, log_ei=right.log_ei, gradient=right.ei_gradient, log_gradient=right.log_ei_gradient, **options),
}  # fmt: skip


@pytest.mark.parametrize("check", RIGHT.values(), ids=RIGHT)
def test_right_code_passes(check: Check) -> None:
    report = check(max_examples=20, seed=1)
    assert report.ok and len(report.passed) >= 6
    assert all(row.examples >= 2 for row in report.passed)


@pytest.mark.parametrize("check", RIGHT.values(), ids=RIGHT)
def test_right_code_passes_whoever_draws(check: Check) -> None:
    assert check(engine="hypothesis", max_examples=5, seed=1).ok


def test_every_law_says_what_it_is() -> None:
    ids = [law.id for law in laws()]
    assert len(set(ids)) == len(ids)
    for law in laws():
        assert law.kind in KINDS and law.name and law.formula and law.source and law.hint and law.why
    assert [law.id for law in laws("kernel")] == [f"K{i}" for i in range(len(laws("kernel")))]
    with pytest.raises(ValueError, match="'kernels'"):
        laws("kernels")


def test_numpy_is_enough() -> None:
    script = "import sys\nfor name in ('hypothesis', 'pytest', 'scipy'): sys.modules[name] = None\n"
    script += "import importlib.util\nimportlib.util.find_spec = lambda *name: None\n"
    script += "import numpy as np\nfrom bayesopt_from_scratch.checks import check_acquisition\n"
    script += "print(check_acquisition(lambda m, s, b: b - m, level='quick', on_fail='report').diagnosis)\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "\n" and done.stderr == ""


# The report.


def variance_for_std(mean: Array, std: Array, best: float) -> Array:
    return right.ei(mean, std**2, best)


def test_a_broken_law_raises_one_error_that_is_the_report() -> None:
    with pytest.raises(LawsBroken) as caught:
        check_acquisition(variance_for_std, level="quick")
    report = caught.value.report
    assert isinstance(caught.value, AssertionError)
    assert not report.ok and {"E1", "E7"} <= {row.id for row in report.broken}
    assert str(caught.value).startswith(report.summary)
    assert report.diagnosis == "the variance was passed where EI needs the standard deviation"
    assert "It behaves as if the variance was passed" in str(caught.value)


def test_the_report_in_words_and_as_json() -> None:
    report = check_acquisition(variance_for_std, level="quick", on_fail="report")
    row = report["E1"]
    assert row.status == "broken" and "expected" in row.message and row.hint in " ".join(report.details().split())
    assert set(row.counterexample) == {"mean", "std", "best"} and row.examples >= 1 and row.seconds > 0
    assert report["E10"].status == "not run" and report["E10"].message == "needs log_ei="
    n, ran = len(laws("acquisition")), len(report.broken) + len(report.passed)
    assert report.summary == f"acquisition variance_for_std: {ran} of {n} laws ran, {len(report.broken)} broken"
    assert ran + len(report.not_run) == len(list(report)) == n > ran
    table = report.table().splitlines()
    assert len(table) == n + 1 and max(map(len, table)) <= 100
    assert max(map(len, report.details().splitlines())) <= 100
    assert repr(report) == str(report) == f"{report.summary}\n\n{report.details()}"
    data = json.loads(report.to_json())
    assert data["rows"][1]["counterexample"] == row.counterexample and data["ok"] is False
    with pytest.raises(KeyError):
        report["X1"]


def test_a_good_report_reads_as_a_table() -> None:
    report = check_acquisition(right.ei, level="quick")
    assert str(report) == report.table() and report.table().endswith(" laws ran, all hold")


def test_numbers_that_json_does_not_know_are_strings() -> None:
    report = check_acquisition(lambda mean, std, best: mean * np.nan, only=["E0"], on_fail="report")
    assert "nan" in report["E0"].message
    json.loads(report.to_json())


@pytest.mark.parametrize("engine", ["hypothesis", None])
def test_hypothesis_shrinks_the_counterexample(engine: str | None) -> None:
    report = check_kernel(
        lambda l, v: lambda A, B: right.rbf(l, v)(A, B) * (1 if len(A) < 3 else 1.5),
        only=["K1"], on_fail="report", engine=engine)  # fmt: skip
    case = report["K1"].counterexample
    assert len(case["A"]) == 3 and len(case["B"]) == 1 and np.all(np.array(case["A"]) == 0)


def test_what_hypothesis_does_not_find_again_is_reported_as_numpy_found_it() -> None:
    tried = []

    def ei(mean: Array, std: Array, best: float) -> Any:
        tried.append(1)
        return right.ei(mean, std, best) + (1.0 if len(tried) == 7 else 0.0)

    row = check_acquisition(ei, only=["E1"], on_fail="report")["E1"]
    assert row.status == "broken" and row.examples > 7 and set(row.counterexample) == {"mean", "std", "best"}


def test_the_seed_decides_and_global_generators_are_left_alone() -> None:
    def cases(**options: Any) -> list[bytes]:
        seen = []

        def ei(mean: Array, std: Array, best: float) -> Any:
            np.random.seed(1)  # noqa: NPY002
            random.seed(1)
            seen.append(mean.tobytes())
            return right.ei(mean, std, best)

        check_acquisition(ei, level="quick", only=["E1", "E9"], **options)
        return seen

    np.random.seed(5)  # noqa: NPY002
    random.seed(5)
    before = np.random.get_state()[1].tolist(), random.getstate()  # type: ignore[index]  # noqa: NPY002
    for engine in ("numpy", "hypothesis", None):
        assert cases(seed=3, engine=engine) == cases(seed=3, engine=engine) != cases(seed=4, engine=engine)
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before  # type: ignore[index]  # noqa: NPY002


def test_levels_and_numbers_of_cases() -> None:
    def examples(**options: Any) -> int:
        return check_acquisition(right.ei, only=["E1"], engine="numpy", **options)["E1"].examples

    assert (examples(level="quick"), examples(), examples(max_examples=7)) == (10, 40, 7)
    assert [row.id for row in check_acquisition(right.ei, only=["E4", "E1"], level="quick")] == ["E1", "E4"]


@pytest.mark.parametrize(
    ("check", "options"),
    [
        (lambda **o: check_acquisition(right.ei, **o), {"level": "fast"}),
        (lambda **o: check_acquisition(right.ei, **o), {"on_fail": "warn"}),
        (lambda **o: check_acquisition(right.ei, **o), {"engine": "random"}),
        (lambda **o: check_acquisition(right.ei, **o), {"only": ["K1"]}),
        (lambda **o: check_acquisition(right.ei, **o), {"spread": "sigma"}),
        (lambda **o: check_kernel(right.rbf, **o), {"kernel": "matern"}),
        (lambda **o: check_kernel(right.rbf, **o), {"gradient_in": "lengthscale"}),
        (lambda **o: check_cholesky(right.cholesky, **o), {"singular": "jitter"}),
        (lambda **o: check_surrogate(right.gp, **o), {"kernel": "exponential"}),
        (lambda **o: check_surrogate(right.gp, **o), {"returns": "var"}),
        (lambda **o: check_surrogate(right.gp, **o), {"singular": "jitter"}),
        (lambda **o: check_surrogate(right.gp, **o), {"gradient_in": "linear"}),
    ],
)
def test_a_misspelt_option_is_refused(check: Check, options: dict[str, Any]) -> None:
    ((name, value),) = options.items()
    wrong = value[0] if isinstance(value, list) else value
    with pytest.raises(ValueError, match=f"expected {name} to be one of .*, got '{wrong}'"):
        check(**options)


@pytest.mark.parametrize(
    ("check", "options"),
    [
        (lambda **o: check_acquisition(right.ei, **o), {"seed": -1}),
        (lambda **o: check_acquisition(right.ei, **o), {"seed": "a"}),
        (lambda **o: check_acquisition(right.ei, **o), {"max_examples": 0}),
        (lambda **o: check_acquisition(right.ei, **o), {"time_limit": None}),
        (lambda **o: check_acquisition(right.ei, **o), {"time_limit": 0}),
        (lambda **o: check_acquisition(right.ei, **o), {"patience": -1.0}),
        (lambda **o: check_acquisition(right.ei, **o), {"offset": "a"}),
        (lambda **o: check_surrogate(right.gp, **o), {"jitter": None}),
        (lambda **o: check_density(right.parzen, **o), {"bandwidth": 0.1}),
        (lambda **o: check_density(right.parzen, **o), {"good_fraction": 5}),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(check: Check, options: dict[str, Any]) -> None:
    ((name, value),) = options.items()
    with pytest.raises(ValueError, match=f"^expected {name} to be .*, got {value!r}$"):
        check(**options)


@pytest.mark.parametrize("subjects", [{}, {"make": right.gp, "predict": right.gp}])
def test_a_surrogate_is_given_in_one_way(subjects: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one of make= and predict="):
        check_surrogate(**subjects)


# What the reader is told.


def test_the_counterexample_is_what_was_tried() -> None:
    def ei(mean: Array, std: Array, best: float) -> Any:
        return right.ei(mean, std, best) + np.where(std < 1e-100, 1.0, 0.0)

    case = check_acquisition(ei, only=["E4"], on_fail="report")["E4"].counterexample
    assert set(case["std"]) == {0.0}
    tiny = check_acquisition(
        lambda m, s, b: ei(m, np.where(s == 0, 1.0, s), b) if s.any() else right.ei(m, s, b),
        only=["E4"], on_fail="report")["E4"]  # fmt: skip
    assert set(tiny.counterexample["std"]) == {1e-300} and "std = 1e-300" in tiny.message


@pytest.mark.parametrize(("check", "reason"), [
    (lambda **o: check_surrogate(predict=smooth, **o), "the subject sets its own hyperparameters"),
    (lambda **o: check_kernel(right.rbf, kernel=None, **o), "needs kernel="),
    (lambda **o: check_density(right.parzen, bandwidth=None, **o), "needs bandwidth="),
], ids=["surrogate", "kernel", "density"])  # fmt: skip
def test_who_says_too_little_to_be_compared_is_told_so(check: Check, reason: str) -> None:
    report = check(level="quick")
    n = len(report.not_run)
    assert report.ok and n >= 1
    assert "the values themselves could not be compared" in report.summary and reason in report.summary
    assert f"{n} laws did not run" in report.summary
    assert max(map(len, report.table().splitlines())) <= 100
    assert " ".join(report.table().split()).endswith(report.summary)


def interface_of(report: Report, id: str) -> str:
    """What a row says it would be called as."""
    return report[id].message.partition("; expected ")[2]


def test_whoever_is_called_amiss_is_told_how_it_is_called() -> None:
    once: dict[str, Any] = {"on_fail": "report", "level": "quick", "engine": "numpy"}
    as_factory = "make(lengthscales, signal_variance, noise_variance) -> predict(X, y, X_new) -> mean, std"
    amiss: list[Any] = [smooth, lambda l, v: right.gp(l, v, 1), lambda l, v, s2: 3.0, lambda l, v, s2: right.gp(l, v)]
    for make in amiss:
        assert interface_of(check_surrogate(make, **once, only=["G0"]), "G0") == as_factory
    ours = interface_of(check_surrogate(predict=lambda X, y: (y, y), **once, only=["G0"]), "G0")
    assert ours == "predict(X, y, X_new) -> mean, std"
    unmade: dict[str, Any] = {"lml": lambda X, y: 0.0}
    lml = check_surrogate(right.gp, **once, **unmade, only=["G22"])
    assert interface_of(lml, "G22") == "lml(lengthscales, signal_variance, noise_variance) -> lml(X, y) -> number"
    kernel = check_kernel(lambda A, B, l: A, **once, only=["K0"])
    assert interface_of(kernel, "K0") == "make(lengthscales, variance) -> k(A, B) -> (n, m) array"
    assert "ei(mean, std, best)" in interface_of(check_acquisition(lambda m: m, **once, only=["E0"]), "E0")
    assert "factorize(K)" in interface_of(check_cholesky(lambda K, j: K, **once, only=["L0"]), "L0")
    assert "make(observations)" in interface_of(check_density(lambda a, b: a, **once, only=["Z0"]), "Z0")
    inside = check_surrogate(lambda l, v, s2: lambda X, y, X_new: 1 / 0, **once, only=["G0"])
    assert interface_of(inside, "G0") == ""  # called as it should be


def test_a_kernel_without_the_half_is_recognized_wherever_it_sits() -> None:
    def k(l: Array, v: float) -> Any:
        return right.rbf(l / np.sqrt(2), v)

    once: dict[str, Any] = {"on_fail": "report", "level": "quick", "engine": "numpy"}
    assert check_kernel(k, **once, only=["K1"]).diagnosis == "the factor 1/2 was missing: exp(-|x - z|^2 / l^2)"
    gp = check_surrogate(lambda l, v, s2: right.gp(l, v, s2, kernel=k), **once, only=["G1"])
    assert gp.diagnosis == "the factor 1/2 was missing in the kernel: exp(-|x - z|^2 / l^2)"


def test_what_is_declared_is_no_mistake() -> None:
    def late(l: Any, v: float) -> Any:
        return lambda A, B: right.rbf(l, v)(A, B) + (0.0 if len(A) < 3 else v)

    def exponential(l: Any, v: float) -> Any:
        return lambda A, B: v * np.exp(-np.sqrt(-2 * np.log(late(l, 1.0)(A, B))))

    once: dict[str, Any] = {"on_fail": "report", "level": "quick", "engine": "numpy"}
    shared = check_kernel(late, shared_lengthscale=True, only=["K1"], **once)
    assert shared.broken and not shared.diagnosis
    unknown = check_kernel(exponential, kernel=None, **once)
    assert unknown.broken and not unknown.diagnosis
    squared = check_kernel(lambda l, v: right.rbf(l, v**2), kernel=None, **once)
    assert squared.diagnosis.startswith("the variance was squared")


def test_the_usual_cause_of_nan_is_named() -> None:
    def negative_root(l: Array, v: float) -> Any:
        return lambda A, B: right.matern52(l, v)(A, B) + (np.nan if np.array_equal(A, B) else 0.0)

    def zero_by_zero(l: Array, v: float) -> Any:
        return lambda x, B: right.rbf_input_gradient(l, v)(x, B) + np.where(x == B, np.nan, 0.0)

    once: dict[str, Any] = {"on_fail": "report", "level": "quick", "engine": "numpy"}
    K2 = check_kernel(negative_root, kernel="matern52", only=["K2"], **once)["K2"]
    assert "is nan" in K2.message and "where it is nan, the root of" in K2.hint
    K11 = check_kernel(right.rbf, input_gradient=zero_by_zero, only=["K11"], **once)["K11"]
    assert "is nan" in K11.message and "where it is nan, 0/0 at x = b" in K11.hint


def test_a_length_scale_that_is_not_squared_shows_in_any_formula() -> None:
    def rational(l: Array, v: float) -> Any:
        return lambda A, B: v / (1 + ((A[:, None] - B[None]) ** 2 / l).sum(axis=-1))

    once: dict[str, Any] = {"on_fail": "report", "level": "quick", "engine": "numpy", "only": ["K12"]}
    row = check_kernel(rational, kernel=None, **once)["K12"]
    assert row.status == "broken" and row.hint.endswith("if that is its period, say scaled=False")
    for declared in ("scaled", "stationary"):
        (row,) = check_kernel(rational, **{**once, "kernel": None, declared: False}).not_run
        assert row.message == f"declared {declared}=False"


def test_products_of_large_numbers_round_more() -> None:
    def cubic(l: Array, v: float) -> Any:
        return lambda A, B: v * (1 + (A / l) @ (B / l).T) ** 3

    for seed in range(3):
        assert check_kernel(cubic, kernel=None, stationary=False, engine="numpy", seed=seed).ok


def test_points_may_be_many_length_scales_apart() -> None:
    assert check_kernel(right.rbf, shared_lengthscale=True, engine="numpy", only=["K7"]).ok


# Whatever the subject does becomes a row.


def row_by_row(pivot: Callable[[Array, int], float]) -> Callable[[Array], Array]:
    def factorize(K: Array) -> Array:
        L = np.zeros_like(K)
        for i in range(len(K)):
            for j in range(i):
                L[i, j] = (K[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
            L[i, i] = np.sqrt(K[i, i] - pivot(L, i))
        return L

    return factorize


def test_a_slip_in_the_pivot_is_recognized() -> None:
    def diagnosis(pivot: Callable[[Array, int], float]) -> str:
        return check_cholesky(row_by_row(pivot), singular="raise", on_fail="report", only=["L0", "L1"]).diagnosis

    assert "lacked a square" in diagnosis(lambda L, i: float(L[i, :i].sum()))
    assert "square of the sum" in diagnosis(lambda L, i: float(L[i, :i].sum()) ** 2)
    assert "squares of the column" in diagnosis(lambda L, i: float((L[:i, i] ** 2).sum()))
    assert diagnosis(lambda L, i: float((L[i, :i] ** 2).sum())) == ""  # right


@pytest.mark.parametrize("small", [1e-12, 1e-9, 1e-6])
def test_a_small_number_beside_std_is_recognized(small: float) -> None:
    def ei(mean: Array, std: Array, best: float) -> Array:
        value: Array = right.ei(mean, std, best)
        return value

    def found(wrong: Callable[[Array, Array, float], Array]) -> str:
        return check_acquisition(wrong, level="quick", on_fail="report").diagnosis

    assert found(lambda m, s, b: ei(m, s + small, b)) == f"{small:g} was added to std (std + {small:g})"
    under = found(lambda m, s, b: ei(m, np.sqrt(s**2 + small), b))
    assert under == f"{small:g} was added under the root of the variance"
    assert found(lambda m, s, b: ei(m, np.maximum(s, small), b)).startswith(f"std was raised to {small:.3g} where")
    assert found(lambda m, s, b: ei(m, s, b) + small) == f"{small:.3g} was added to EI"


@pytest.mark.parametrize(
    ("subtracted", "declared", "found"),
    [
        (0.3, 0.0, "0.3 was subtracted"),
        (0.01, 0.0, "0.01 was subtracted"),
        (0.0, 0.25, "0 was subtracted"),
        (-2.0, 0.0, "2 was added"),
        (-0.3, 0.1, "0.3 was added"),
    ],
)
def test_an_offset_is_recognized(subtracted: float, declared: float, found: str) -> None:
    def ei(mean: Array, std: Array, best: float) -> Array:
        return right.ei(mean, std, best - subtracted)

    report = check_acquisition(ei, offset=declared, on_fail="report")
    assert report.diagnosis.startswith(found) and f"offset={subtracted:g})" in str(report)
    assert check_acquisition(ei, offset=subtracted, level="quick").ok


def test_an_offset_with_the_wrong_sign_is_recognized() -> None:
    report = check_acquisition(lambda m, s, b: right.ei(m, s, b + 0.01), offset=0.01, on_fail="report")
    assert report.diagnosis == "0.01 was added to the improvement where offset=0.01 says that it is subtracted"


def test_a_derivative_is_shown_as_it_was_returned() -> None:
    def message(check: Check, subject: Any, id: str, **abilities: Any) -> str:
        return check(subject, only=[id], engine="numpy", on_fail="report", **abilities)[id].message

    def by_std(mean: Array, variance: Array, best: float) -> tuple[Array, Array]:
        return -right.cdf((best - mean) / np.sqrt(variance)), np.full_like(mean, 0.125)

    def of_variance(mean: Array, variance: Array, best: float) -> Array:
        return right.ei(mean, np.sqrt(variance), best)

    said = message(check_acquisition, of_variance, "E16", gradient=by_std, spread="variance")
    assert said.startswith("dEI/dvariance[0] = 0.125, expected ")

    def by_mean(mean: Array, std: Array, best: float) -> tuple[Array, Array]:
        return np.full_like(mean, -0.125), np.zeros_like(mean)

    said = message(check_acquisition, lambda m, s, b: right.ei(-m, s, -b), "E16", gradient=by_mean, maximize=True)
    assert said.startswith("dEI/dmean[0] = -0.125, expected 0.5 ")

    def of_kernel(l: Array, v: float) -> Callable[[Array, Array], Array]:
        return lambda A, B: np.full((len(l), len(A), len(B)), 0.125)

    for id, name in (("K9", "dk/dl["), ("K10", "dk/dl_0[")):
        said = message(check_kernel, right.rbf, id, gradient=of_kernel, gradient_in="raw")
        assert said.startswith(name) and "] = 0.125, expected " in said

    def of_evidence(l: Array, v: float, s2: float) -> Callable[[Array, Array], Array]:
        return lambda X, y: np.full(len(l) + 2, 1e3)

    said = message(check_surrogate, right.gp, "G12", lml_gradient=of_evidence, gradient_in="raw")
    assert said.startswith("dLML/dtheta[") and "] = 1000.0, expected " in said


def test_a_spread_that_is_ignored_is_recognized() -> None:
    report = check_acquisition(lambda mean, std, best: np.maximum(best - mean, 0), on_fail="report")
    assert "\n\nIt behaves as if std was ignored\n\n" in str(report)


@pytest.mark.parametrize(
    ("ei", "cause"),
    [
        (lambda mean, best, std: right.ei(mean, np.full_like(mean, std), best), "best was taken for std"),
        (
            lambda best, mean, std: right.ei(mean, np.full_like(mean, std), best),
            "it were called as ei(best, mean, std)",
        ),
    ],
)
def test_arguments_in_another_order_are_recognized(ei: Callable[..., Any], cause: str) -> None:
    with np.errstate(all="ignore"):
        assert check_acquisition(ei, level="quick", on_fail="report").diagnosis.startswith(cause)


def test_a_kernel_of_another_formula_is_recognized() -> None:
    def matern32(l: Array, v: float) -> Any:
        def k(A: Array, B: Array) -> Array:
            r = np.sqrt(3 * (((A[:, None] - B[None]) / l) ** 2).sum(axis=-1))
            return v * (1 + r) * np.exp(-r)

        return k

    assert check_kernel(matern32, level="quick", on_fail="report").diagnosis.startswith(
        "the kernel was Matern 3/2 (say"
    )
    assert check_kernel(matern32, kernel=None, level="quick").ok


def test_a_missing_return_is_named_and_comes_before_the_definition() -> None:
    report = check_kernel(lambda l, v: lambda A, B: None, level="quick", on_fail="report")
    assert report["K0"].message == "k(A, B) is None, as if a return was missing"
    assert str(report).split("\n\n")[1].startswith("K0 shape and type")


def test_numbers_that_fit_no_known_mistake_are_said_to() -> None:
    report = check_acquisition(lambda mean, std, best: right.ei(mean, 1.1 * std, best), on_fail="report")
    assert "No mistake known here gives these numbers: begin with E1, their definition.\n\nE1 equals" in str(report)


@pytest.mark.parametrize("engine", [None, "numpy", "hypothesis"])
def test_entries_that_do_not_matter_are_left_out_of_the_counterexample(engine: str | None) -> None:
    def negative(mean: Array, std: Array, best: float) -> Array:  # breaks one law for one entry at a time
        return right.ei(mean, std, best) - 1e-3 * (mean > best + 20 * std)

    def neighbour(mean: Array, std: Array, best: float) -> Array:
        return right.ei(mean, std, best) + (len(mean) > 2)

    row = check_acquisition(negative, on_fail="report", only=["E3"], engine=engine)["E3"]
    assert len(row.counterexample["mean"]) == len(row.counterexample["std"]) == 1 and "EI[0] = -0.001" in row.message
    row = check_acquisition(neighbour, on_fail="report", only=["E9"], engine=engine)["E9"]
    assert len(row.counterexample["mean"]) == 3  # with two entries it is the right answer


def test_a_case_is_made_smaller_only_if_it_fails_in_the_same_way() -> None:
    def two_ways(mean: Array, std: Array, best: float) -> Array:
        if len(mean) < 4 and np.any(mean > best + 20 * std):
            raise KeyError(7)
        return right.ei(mean, std, best) - 1e-3 * (mean > best + 20 * std)

    for seed in range(5):
        row = check_acquisition(two_ways, on_fail="report", only=["E3"], engine="numpy", seed=seed)["E3"]
        if row.message.startswith("outside"):
            assert len(row.counterexample["mean"]) == 4
            break
    else:
        raise AssertionError("expected one seed of five to draw four entries first")


@pytest.mark.parametrize("error", [NameError, ImportError])
def test_a_slip_that_has_nothing_to_do_with_laws_is_told_once(error: type[Exception]) -> None:
    def ei(mean: Array, std: Array, best: float) -> Array:
        raise error("numppy")

    report = check_acquisition(ei, on_fail="report")
    assert [row.id for row in report.broken] == ["E0"] and not report["E0"].hint and not report.diagnosis
    assert report["E5"].status == "not run" and report["E5"].message == f"the subject raised {error.__name__} in E0"


def test_a_hint_about_numbers_is_not_given_to_who_raises() -> None:
    class Raises(RandomSearch):
        def suggest(self, space: Any, trials: Any, rng: Any) -> Any:
            return super().suggest(space, trials, rng) if len(trials) < 2 else 1 / 0

    report = check_strategy(Raises, only=["T0", "T2", "T6", "T19"], on_fail="report", engine="numpy", max_examples=40)
    assert [row.id for row in report.broken] == ["T0", "T2"]
    assert all(row.message.startswith("raised ZeroDivisionError") for row in report.broken)
    assert report["T0"].hint == "it raised, so nothing could be compared: look at that line, with this case"
    assert report["T2"].hint == next(law.hint for law in laws("strategy") if law.id == "T2")


@pytest.mark.parametrize("error", [SystemExit, MemoryError])
def test_a_space_that_cannot_be_made_is_a_broken_one(error: type[BaseException]) -> None:
    def make(parameters: object) -> object:
        raise error("no")

    assert check_space(make, on_fail="report", level="quick").rows[0].message.startswith(f"raised {error.__name__}: no")


@pytest.mark.parametrize(
    ("check", "form"),
    [
        (check_kernel, "make(lengthscales, variance) -> k(A, B)"),
        (check_cholesky, "factorize(K) -> L"),
        (check_surrogate, "make(lengthscales, signal_variance, noise_variance) -> predict(X, y, X_new)"),
        (check_density, "make(observations) -> log_density(X), sample(n, rng)"),
        (check_acquisition, "ei(mean, std, best)"),
        (check_strategy, "strategy() -> an object with suggest(space, trials, rng)"),
        (check_space, "make(parameters) -> a space"),
    ],
)
def test_a_subject_of_another_form_is_told_so_once(check: Callable[..., Report], form: str) -> None:
    def another(a: object, b: object, c: object, d: object) -> object: ...

    report = check(another, on_fail="report")
    (row,) = report.broken
    assert row.id == report.rows[0].id and not report.diagnosis
    assert f"expected {form}" in row.message and "put a function around it" in row.hint
    again = [other for other in report.not_run if other.message.startswith("the subject raised TypeError in ")]
    assert again[0].message.endswith(f" and so in {len(again)} more") and len(str(report).splitlines()) < 25


def test_errors_are_told_by_each_law_unless_all_are_alike() -> None:
    def ei(mean: Array, std: Array, best: float) -> Array:
        raise [TypeError, ValueError][bool(np.any(std == 0))]("no")

    assert len(check_acquisition(ei, on_fail="report").broken) > 5

    def only_in_doubt(mean: Array, std: Array, best: float) -> Array:
        if np.any(std == 0):
            raise ValueError("no")
        return right.ei(mean, std, best)

    report = check_acquisition(only_in_doubt, on_fail="report")
    assert len(report.passed) > 1 and len(report.broken) > 1

    def wrong(mean: Array, std: Array, best: float) -> Array:
        return np.full((2, 2), np.nan)

    assert len(check_acquisition(wrong, on_fail="report").broken) > 5


def test_errors_in_some_cases_alone_are_not_a_matter_of_form() -> None:
    def ei(mean: Array, std: Array, best: float) -> Array:
        return right.ei(mean, std if len(std) < 3 else str(std), best)

    report = check_acquisition(ei, on_fail="report")
    (row,) = report.broken
    assert row.message.startswith("raised TypeError") and row.hint.startswith("the simplest case does not raise")


def test_a_wrong_term_of_the_likelihood_or_of_its_gradient_is_named() -> None:
    def answer(part: Callable[[Array, Array, Array], Any]) -> Callable[..., Any]:
        def make(l: Array, v: float, s2: float) -> Callable[..., Any]:
            def value(X: Array, y: Array) -> Any:
                K, noise = right.rbf(l, v)(X, X), s2 * np.eye(len(X))
                return part(K + noise, y, np.array([*right.rbf_gradient(l, v)(X, X), K, noise]))

            return value

        return make

    def no_trace(K: Array, y: Array, D: Array) -> Array:
        alpha = np.linalg.solve(K, y)
        return np.array([0.5 * alpha @ slice @ alpha for slice in D])

    def no_inverse(K: Array, y: Array, D: Array) -> Array:
        return no_trace(K, y, D) - 0.5 * np.array([np.trace(slice) for slice in D])

    def no_constant(K: Array, y: Array, D: Array) -> float:
        return float(-0.5 * y @ np.linalg.solve(K, y) - 0.5 * np.linalg.slogdet(K)[1])

    options: dict[str, Any] = {"singular": "raise", "on_fail": "report", "level": "quick"}
    gradient = check_surrogate(right.gp, lml_gradient=answer(no_trace), only=["G12"], **options)
    assert gradient.diagnosis.startswith("in the gradient of the likelihood the trace term")
    gradient = check_surrogate(right.gp, lml_gradient=answer(no_inverse), only=["G12"], **options)
    assert "(K + s2 I)^-1 was missing from the trace term" in gradient.diagnosis
    value = check_surrogate(right.gp, lml=answer(no_constant), only=["G22"], **options)
    assert "the constant" in value.diagnosis

    def size_for_n(l: Array, v: float, s2: float) -> Callable[..., float]:
        return lambda X, y: right.lml(l, v, s2)(X, y) - 0.5 * (X.size - len(X)) * np.log(2 * np.pi)

    size = check_surrogate(right.gp, lml=size_for_n, only=["G22"], **options)
    assert size.broken and not size.diagnosis


def test_a_prior_variance_of_one_is_recognized() -> None:
    def make(l: Array, v: float, s2: float) -> Callable[..., Any]:
        def predict(X: Array, y: Array, X_new: Array) -> tuple[Array, Array]:
            mean, std = right.gp(l, v, s2)(X, y, X_new)
            return mean, np.sqrt(np.maximum(std**2 + 1 - v, 0.0))

        return predict

    report = check_surrogate(make, singular="raise", on_fail="report", only=["G1"], level="quick")
    assert report.diagnosis.startswith("the prior's variance k(x, x) was taken to be 1")


def test_chance_is_ruled_out_as_seldom_as_it_is_said() -> None:
    rng = np.random.default_rng(0)
    guilty = 0
    for _ in range(2000):
        test = SequentialTest(0.5, 0.8)
        while test.open:
            test.add(bool(rng.random() < 0.5))
        guilty += test.guilty
    assert guilty == 0
    suspected = SequentialTest(0.5, 0.8)
    for _ in range(45):
        suspected.add(True)
    assert suspected.guilty and not suspected.open and suspected.counts == [0, 45]


def test_whoever_takes_too_long_to_be_judged_is_let_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategy_values, "_SECONDS", -1.0)
    assert check_strategy(RandomSearch, learns=True, only=["T20", "T21", "T22"], on_fail="report").ok
    monkeypatch.undo()
    assert check_strategy(RandomSearch, learns=True, only=["T20"], on_fail="report", engine="numpy").broken


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize("engine", ["numpy", "hypothesis", None])
@pytest.mark.parametrize(
    "error", [ZeroDivisionError("no"), SystemExit(3), AssertionError("no"), MemoryError(), Unspeakable()]
)
def test_a_subject_that_raises_has_broken_the_law(error: BaseException, engine: str | None) -> None:
    def ei(mean: Array, std: Array, best: float) -> Array:
        raise error

    row = check_acquisition(ei, only=["E1"], on_fail="report", engine=engine)["E1"]
    assert row.status == "broken" and row.message.startswith(f"raised {type(error).__name__}")
    assert "test_checks.py" in row.message  # where


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (lambda mean: mean[:, None], "has shape"),
        (lambda mean: mean.sum(), "has shape"),
        (lambda mean: None, "EI is None, as if a return was missing"),
        (lambda mean: "EI", "is str, expected numbers"),
        (lambda mean: [[1.0], [1.0, 2.0]], "is list, expected numbers"),
        (lambda mean: mean * np.inf, "expected a finite number"),
    ],
)
def test_nonsense_is_named(value: Callable[[Array], Any], message: str) -> None:
    with np.errstate(invalid="ignore"):
        row = check_acquisition(lambda mean, std, best: value(mean + 1), only=["E0"], on_fail="report")["E0"]
    assert row.status == "broken" and message in row.message


def test_changing_an_argument_is_noticed_and_harms_no_other_law() -> None:
    def ei(mean: Array, std: Array, best: float) -> Any:
        value = right.ei(mean, std, best)
        mean -= best
        return value

    report = check_acquisition(ei, level="quick", on_fail="report")
    assert [row.id for row in report.broken] == ["E13"] and "argument mean" in report["E13"].message


def test_warnings_break_a_law_only_if_asked() -> None:
    def ei(mean: Array, std: Array, best: float) -> Any:
        np.log(np.zeros(1))
        return right.ei(mean, std, best)

    assert check_acquisition(ei, level="quick").ok
    report = check_acquisition(ei, level="quick", strict_warnings=True, on_fail="report")
    assert "RuntimeWarning" in report["E1"].message


def never(mean: Array, std: Array, best: float) -> Array:
    while True:
        time.sleep(0.001)


@pytest.mark.parametrize("engine", ["numpy", "hypothesis", None])
def test_a_subject_that_never_returns_stops_the_check(engine: str | None) -> None:
    report = check_acquisition(never, time_limit=0.05, on_fail="report", engine=engine)
    assert report["E0"].status == "broken" and "0.05 s" in report["E0"].message
    assert report["E1"].status == "not run" and report["E1"].message == "the subject did not come back in E0"
    assert report.summary == f"acquisition never: 1 of {len(laws('acquisition'))} laws ran, 1 broken"


def test_the_time_limit_holds_in_other_threads_too() -> None:
    caught = []

    def work() -> None:
        try:
            with time_limit(0.05):
                never(np.zeros(1), np.zeros(1), 0.0)
        except OutOfTime:
            caught.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5.0)
    assert caught == [True]
    with time_limit(float("inf")):
        pass


def test_a_check_may_stand_inside_a_test_of_hypothesis() -> None:
    from hypothesis import given, settings, strategies

    @settings(max_examples=2, database=None, deadline=None)
    @given(strategies.integers(0, 3))
    def inner(seed: int) -> None:
        assert check_acquisition(right.ei, only=["E1"], seed=seed).ok
        assert not check_acquisition(variance_for_std, only=["E1"], seed=seed, on_fail="report").ok

    inner()


def test_the_helpers_of_laws_say_where_it_is_wrong() -> None:
    with pytest.raises(Broken, match=r"K\[1, 0\] = 3.0, expected 2.0 \(\+- 5.0e-01\)"):
        expect_close([[1.0], [3.0]], [[1.0], [2.0]], 0.5, "K")
    with pytest.raises(Broken, match="shape"):
        expect_close([1.0], [1.0, 2.0], 1.0, "K")
    with pytest.raises(Broken, match="nan"):
        expect_close([np.nan], [1.0], np.inf, "K")
    expect_close([np.inf, 1.0], [np.inf, 1.1], 0.2, "K")
    with pytest.raises(Broken, match=r"K\[1\] is inf"):
        answer([0.0, np.inf], (2,), "K")


def test_numbers_are_drawn_as_documented() -> None:
    draw = DrawFromNumpy(np.random.default_rng(0))
    x = np.concatenate([draw.reals(3, 4).ravel() for _ in range(200)])
    assert np.all(np.abs(x) <= 1) and np.all(x * 2**15 == np.round(x * 2**15)) and abs(x.mean()) < 0.1
    assert {draw.integer(2, 4) for _ in range(60)} == {2, 3, 4}
    simplest = DrawSimplest()
    assert (simplest.integer(2, 4), simplest.choice("ab")) == (2, "a") and not simplest.reals(2).any()


# pytest.


@parametrize_with_checks(check_acquisition, right.ei, log_ei=right.log_ei, level="quick")
def test_one_case_for_each_law(check: Callable[[], Report]) -> None:
    assert len(check().passed) == 1


def parameters(decorator: Any) -> dict[str, Any]:
    """Case function of each id of a parametrization."""

    def function(check: Any) -> None: ...

    (mark,) = decorator(function).pytestmark
    return {param.id: param.values[0] for param in mark.args[1]}


def test_cases_are_named_after_their_laws_and_fail_or_skip_each_by_itself() -> None:
    cases = parameters(parametrize_with_checks(check_acquisition, variance_for_std, level="quick"))
    assert list(cases)[:2] == ["E0 shape and type", "E1 equals its definition"] and len(cases) == len(
        laws("acquisition")
    )
    with pytest.raises(LawsBroken, match="1 of 1 laws ran, 1 broken"):
        cases["E1 equals its definition"]()
    assert cases["E0 shape and type"]().ok
    with pytest.raises(pytest.skip.Exception, match="needs gradient="):
        cases["E16 gradient in closed form"]()
    only = parameters(parametrize_with_checks(check_acquisition, right.ei, only=["E4"], on_fail="report"))
    assert list(only) == ["E4 no uncertainty"]
    assert list(parameters(parametrize_with_checks("acquisition", right.ei, only=["E4"]))) == list(only)
    with pytest.raises(ValueError, match="spread"):
        parametrize_with_checks(check_acquisition, right.ei, spread="sigma")
    with pytest.raises(ValueError, match=r"expected check to be one of 'kernel', .*, got 'acquisitions'"):
        parametrize_with_checks("acquisitions", right.ei)


# Other interfaces.


class CourseGP:
    """A right solution of the course."""

    def __init__(self, X_init: Array, Y_init: Array, l: float = 1, sigma_f: float = 1) -> None:
        self.X, self.Y, self.l, self.sigma_f = X_init, Y_init, l, sigma_f
        self.K = self.kernel(X_init, X_init)

    def kernel(self, X1: Array, X2: Array) -> Any:
        return self.sigma_f**2 * np.exp(-0.5 * (X1 - X2.T) ** 2 / self.l**2)

    def predict(self, X_s: Array) -> Any:
        K_s, inverse = self.kernel(self.X, X_s), np.linalg.inv(self.K)
        mu = (K_s.T @ inverse @ self.Y).reshape(-1)
        return mu, np.diag(self.kernel(X_s, X_s) - K_s.T @ inverse @ K_s)

    def update(self, X_new: Array, Y_new: Array) -> None:
        self.X, self.Y = np.vstack([self.X, X_new]), np.vstack([self.Y, Y_new])
        self.K = self.kernel(self.X, self.X)


class ForgetfulGP(CourseGP):
    def update(self, X_new: Array, Y_new: Array) -> None:
        self.X, self.Y = np.vstack([self.X, X_new]), np.vstack([self.Y, Y_new])
        self.K = self.kernel(self.X, self.X) + 0.01 * np.eye(len(self.X))


class LengthyGP(CourseGP):
    def kernel(self, X1: Array, X2: Array) -> Any:
        return self.sigma_f**2 * np.exp(-0.5 * (X1 - X2.T) ** 2 / self.l)


class StdGP(CourseGP):
    def predict(self, X_s: Array) -> Any:
        mu, variance = super().predict(X_s)
        return mu, np.sqrt(np.maximum(variance, 0))


class CourseOptimizer:
    """A right solution of the course."""

    def __init__(self, f: Any, X_init: Array, Y_init: Array, bounds: tuple[float, float], ac_samples: int,
                 l: float = 1, sigma_f: float = 1, xsi: float = 0.01, minimize: bool = True) -> None:  # fmt: skip
        self.f, self.gp = f, CourseGP(X_init, Y_init, l, sigma_f)
        self.X_s = np.linspace(*bounds, ac_samples).reshape(-1, 1)
        self.xsi, self.minimize = xsi, minimize

    def improvement(self) -> tuple[Any, Any]:
        mu, variance = self.gp.predict(self.X_s)
        if self.minimize:
            return np.min(self.gp.Y) - mu - self.xsi, np.sqrt(variance)
        return mu - np.max(self.gp.Y) - self.xsi, np.sqrt(variance)

    def acquisition(self) -> tuple[Any, Any]:
        EI = right.ei(-self.improvement()[0], self.improvement()[1], 0.0)
        return self.X_s[np.argmax(EI)], EI


class VarianceOptimizer(CourseOptimizer):
    def improvement(self) -> tuple[Any, Any]:
        gain, std = super().improvement()
        return gain, std**2


class NextOptimizer(CourseOptimizer):
    def acquisition(self) -> tuple[Any, Any]:
        EI = super().acquisition()[1]
        return self.X_s[np.argmin(EI)], EI


def test_a_right_solution_of_the_course_passes_as_it_is() -> None:
    gp = from_course_gp(CourseGP)
    assert len(check_kernel(**gp.kernel, level="quick").passed) >= 10
    assert len(check_surrogate(**gp.surrogate, level="quick").passed) >= 10
    assert check_surrogate(**gp.updated, level="quick").ok
    assert check_acquisition(**from_course_optimizer(CourseOptimizer), level="quick").ok
    assert check_acquisition(**from_course_optimizer(CourseOptimizer, minimize=False, xsi=0.01), level="quick").ok


def test_wrong_solutions_of_the_course_are_told_apart() -> None:
    quick: dict[str, Any] = {"level": "quick", "on_fail": "report"}
    lengthy = check_kernel(**from_course_gp(LengthyGP).kernel, **quick, only=["K1", "K17"])
    assert "K17" in {row.id for row in lengthy.broken} and "length scale was not squared" in lengthy.diagnosis
    std = check_surrogate(**from_course_gp(StdGP).surrogate, **quick, only=["G1"])
    assert "G1" in {row.id for row in std.broken} and std.diagnosis.startswith("the standard deviation was returned")
    gp = from_course_gp(ForgetfulGP)
    assert check_surrogate(**gp.surrogate, **quick, only=["G1"]).ok
    assert not check_surrogate(**gp.updated, **quick, only=["G1"]).ok
    ei = check_acquisition(**from_course_optimizer(VarianceOptimizer), **quick, only=["E1"])
    assert "E1" in {row.id for row in ei.broken} and "variance was passed" in ei.diagnosis
    wrong_way = check_acquisition(**from_course_optimizer(CourseOptimizer) | {"maximize": True}, **quick, only=["E1"])
    assert "exchanged" in wrong_way.diagnosis
    chosen = check_acquisition(**from_course_optimizer(NextOptimizer), **quick, only=["E1"])
    assert "X_next" in chosen["E1"].message


class Regressor:
    """What scikit-learn's look like."""

    def __init__(self, l: Array, v: float, s2: float) -> None:
        self.settings = (l, v, s2)
        self.data: tuple[Array, Array] = (np.zeros((0, len(l))), np.zeros(0))

    def fit(self, X: Array, y: Array) -> "Regressor":
        self.data = X, y
        return self

    def predict(self, X: Array, return_std: bool = False) -> Any:
        mean, std = right.gp(*self.settings)(*self.data, X)
        return (mean, std) if return_std else mean


def test_regressors_of_scikit_learn_pass_as_they_are() -> None:
    assert len(check_surrogate(from_sklearn(Regressor), singular="raise", empty=False, level="quick").passed) >= 15
    fixed = Regressor(np.array([0.3, 0.4]), 2.0, 1e-6)
    report = check_surrogate(predict=from_sklearn(fixed), level="quick", on_fail="report", only=["G0", "G5", "G15"])
    assert report.ok and len(report.passed) == 3 and len(fixed.data[0]) == 0


class Unsure:
    """A regressor that does not say how sure it is."""

    def fit(self, X: Array, y: Array) -> "Unsure":
        return self

    def predict(self, X: Array) -> Array:
        return X[:, 0]


@pytest.mark.parametrize(("regressor", "words"), [
    (None, "a function that makes one, got None"),
    (3.0, "a function that makes one, got 3.0"),
    (Unsure(), "Unsure.predict takes X: a surrogate must say how sure it is"),
    (Unsure, "Unsure.predict takes X: a surrogate must say how sure it is"),
    (type("Fits", (), {"fit": lambda self, X, y: self})(), "Fits has no predict"),
])  # fmt: skip
def test_what_is_no_regressor_is_refused_at_once(regressor: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        from_sklearn(regressor)


def test_what_a_function_makes_is_looked_at_when_it_is_made() -> None:
    report = check_surrogate(from_sklearn(lambda l, v, s2: Unsure()), only=["G0"], on_fail="report")
    assert "Unsure.predict takes X" in report["G0"].message


# The command line.


SOLUTION = """
    import math
    import numpy as np

    def right_ei(mean, std, best):
        z = np.divide(best - mean, std, out=np.zeros_like(std), where=std > 0)
        Phi = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in z])
        return np.where(std > 0, (best - mean) * Phi + std * np.exp(-z * z / 2) / math.sqrt(2 * math.pi),
                        np.maximum(best - mean, 0))

    def wrong_ei(mean, std, best):
        return right_ei(mean, std**2, best)

    def slopes(mean, std, best):
        z = (best - mean) / std
        return -np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in z]), np.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    def from_variance(mean, variance, best):
        return right_ei(mean, np.sqrt(variance), best)

    variance = 3.0
"""


@pytest.fixture
def solution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    path = tmp_path / "2-solution.py"
    path.write_text(textwrap.dedent(SOLUTION))
    return str(path)


def test_the_command_line_prints_a_table_and_what_is_broken(solution: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["acquisition", f"{solution}:right_ei", "--level", "quick"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "passed   E0   shape and type" and lines[-1].endswith("all hold")
    assert command.main(["acquisition", f"{solution}:wrong_ei", "--max-examples", "5", "--seed", "2"]) == 1
    out = capsys.readouterr().out
    assert "It behaves as if the variance was passed" in out and "hint" in out
    assert max(map(len, out.splitlines()[:16])) <= 100


def test_the_command_line_takes_conventions_abilities_and_json(
    solution: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["acquisition", f"{solution}:from_variance", "--set", "spread=variance", "--only", "E1", "E5", "--json"]
    assert command.main(arguments) == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in data["rows"]] == ["E1", "E5"] and data["ok"] is True
    arguments = ["acquisition", f"{solution}:right_ei", "--set", "gradient=slopes", "--set", "maximize=False"]
    assert command.main([*arguments, "--only", "E16"]) == 0
    assert "1 of 1 laws ran" in capsys.readouterr().out
    other = "log_ei=bayesopt_from_scratch.search.expected_improvement:log_expected_improvement"
    assert command.main(["acquisition", f"{solution}:right_ei", "--set", other, "--only", "E10"]) == 0
    module = "bayesopt_from_scratch.search.expected_improvement:expected_improvement"
    assert command.main(["acquisition", module, "--level", "quick"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["acquisitions", "a:b"], "invalid choice"),
        (["acquisition", "FILE"], "expected MODULE:NAME"),
        (["acquisition", "FILE:nothing"], "has no nothing"),
        (["acquisition", "no_such_module:f"], "cannot import no_such_module: ModuleNotFoundError"),
        (["acquisition", "no_such_file.py:f"], "cannot import no_such_file.py: FileNotFoundError"),
        (["acquisition", "FILE:right_ei", "--set", "sprad=std"], "one of the keys log_ei"),
        (["acquisition", "FILE:right_ei", "--set", "spread"], "expected --set KEY=VALUE"),
        (["acquisition", "FILE:right_ei", "--set", "spread=sigma"], "expected spread to be one of"),
        (["acquisition", "FILE:right_ei", "--set", "maximize=yes"], "True or False"),
        (["acquisition", "FILE:right_ei", "--set", "log_ei=nothing"], "has no nothing"),
        (["acquisition", "FILE:right_ei", "--only", "K1"], "expected only to be one of"),
        (["acquisition", "FILE:right_ei", "--as", "sklearn"], "does not make a"),
    ],
)
def test_the_command_line_says_in_one_line_what_it_cannot_do(
    arguments: list[str], words: str, solution: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([argument.replace("FILE", solution) for argument in arguments]) == 2
    assert words in capsys.readouterr().err.strip().splitlines()[-1]


@pytest.mark.parametrize("body", ["raise RuntimeError('first\\nsecond')", "import sys; sys.exit(1)", "def f(:", "1/0"])
def test_a_file_that_cannot_be_imported_gives_one_line(
    body: str, solution: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(solution).write_text(body)
    assert command.main(["kernel", f"{solution}:k"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(("kind", "name"), [
    ("kernel", "CourseGP"), ("surrogate", "CourseGP"), ("acquisition", "CourseOptimizer"),
])  # fmt: skip
def test_the_command_line_grades_the_course(kind: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([kind, f"{__name__}:{name}", "--as", "course", "--level", "quick"]) == 0
    assert command.main(["surrogate", f"{__name__}:Regressor", "--as", "sklearn", "--only", "G1"]) == 0
    assert command.main(["surrogate", f"{__name__}:smooth", "--as", "predict", "--only", "G0", "--json"]) == 0


def smooth(X: Array, y: Array, X_new: Array) -> Any:
    return right.gp(np.full(X.shape[1], 0.3), 1.0, 1e-6)(X, y, X_new)


def test_a_reader_may_stop_reading(solution: str) -> None:
    command_line = [sys.executable, "-m", "bayesopt_from_scratch", "check", "acquisition", f"{solution}:right_ei"]
    with subprocess.Popen([*command_line, "--only", "E0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()  # as head does when it has enough
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_help_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--help"]) == 0
    assert "KIND" in capsys.readouterr().out
