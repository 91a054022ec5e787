"""Do all spaces keep the laws of spaces, and is what is no space refused with one clear sentence?"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bayesopt_from_scratch import Choice, Float, Int, Space
from bayesopt_from_scratch.checks import LawsBroken, check_space, parametrize_with_checks
from bayesopt_from_scratch.checks.draw import DrawFromNumpy
from bayesopt_from_scratch.checks.space import active, parameters, same, space_case

SPACES: dict[str, dict[str, Any]] = {
    "a line": {"x": Float(-3.0, 5.0)},
    "four decades": {"x": Float(1e-4, 1.0, log=True)},
    "one ulp above the bound": {"x": Float(1e-4, 0.1, log=True), "y": Float(1e-5, 1e-1, log=True)},
    "far from the origin": {"x": Float(1e6, 1e6 + 1)},
    "integers": {"n": Int(0, 4), "m": Int(-7, -2), "one": Int(3, 3)},
    "logarithmic integers": {"n": Int(1, 64, log=True), "m": Int(100, 101, log=True)},
    "options": {"a": Choice("relu", "tanh"), "b": Choice(1, 1.0, True), "c": Choice([1], {"k": 2}, None)},
    "a tree": {
        "optimizer": Choice("sgd", "adam"),
        "momentum": Float(0.0, 0.99, when={"optimizer": "sgd"}),
        "n_layers": Int(1, 3),
        "width_2": Int(4, 128, log=True, when={"n_layers": [2, 3]}),
        "width_3": Int(4, 128, log=True, when={"n_layers": 3, "optimizer": "adam"}),
    },
    "a tree of three": {
        "a": Choice("on", "off"),
        "b": Int(0, 1, when={"a": "on"}),
        "c": Float(1.0, 2.0, when={"b": 1}),
    },
    "one point": {"n": Int(5, 5), "c": Choice("only")},
}  # fmt: skip


@parametrize_with_checks(check_space, Space)
def test_the_laws_hold_on_any_space(check: Callable[[], object]) -> None:
    check()


@pytest.mark.parametrize("name", SPACES)
def test_the_laws_hold_on(name: str) -> None:
    report = check_space(SPACES[name], max_examples=10, strict_warnings=True)
    assert report.not_run == ()


# What the laws are tried on.


def drawn(seed: int, **how: Any) -> dict[str, Any]:
    return dict(parameters(DrawFromNumpy(np.random.default_rng(seed)), **how))


def test_the_drawn_spaces_are_of_all_kinds() -> None:
    spaces = [drawn(seed) for seed in range(300)]
    axes = [axis for space in spaces for axis in space.values()]
    assert {len(space) for space in spaces} == {1, 2, 3, 4}
    assert {(type(axis), axis.log) for axis in axes} == {
        (Float, True), (Float, False), (Int, True), (Int, False), (Choice, False)
    }  # fmt: skip
    assert any(axis.when and type(next(iter(axis.when.values()))) is list for axis in axes)
    assert any(
        axis.when and parent.when for s in spaces for axis in s.values() for parent in [s[next(iter(axis.when or s))]]
    )
    assert any(axis.n_cells == 1 for axis in axes)
    assert any(list(space) != sorted(space) for space in spaces)
    assert all(Space(space) for space in spaces)
    for axis in axes:
        assert (axis.low, axis.high) != (0, 1) or axis.step
    log_floats = [axis for axis in axes if type(axis) is Float and axis.log]
    assert any(math.exp(math.log(axis.high)) > axis.high for axis in log_floats)


def test_finite_and_continuous_spaces_can_be_asked_for() -> None:
    assert all(Space(drawn(seed, finite=True)).finite for seed in range(50))
    for seed in range(50):
        first = next(iter(drawn(seed, continuous=True, most=2).values()))
        assert type(first) is Float and first.when is None


def test_what_is_active_is_told_without_the_space() -> None:
    tree = SPACES["a tree of three"]
    assert active(tree, {"a": "off"}) == ["a"]
    assert active(tree, {"a": "on", "b": 0}) == ["a", "b"]
    assert active(tree, {"a": "on", "b": 1}) == ["a", "b", "c"]
    assert active(tree, {"a": "neither"}) == ["a"]
    for seed in range(30):
        case = space_case(DrawFromNumpy(np.random.default_rng(seed)))
        space = Space(case.parameters)
        for u in case.U:
            assert list(space.from_unit(u)) == active(case.parameters, space.from_unit(u))


def test_equal_options_are_not_the_same() -> None:
    options = {"c": Choice(1, 1.0, True)}
    assert same(options, {"c": 1}, {"c": 1})
    assert not same(options, {"c": 1}, {"c": True})
    assert not same(options, {"c": 1}, {})


# What check_space takes.


class Halves:
    """Somebody else's space: x from 0 to 3, and no more than the two methods."""

    def from_unit(self, u: NDArray[np.floating]) -> Mapping[str, Any]:
        return {"x": 3.0 * float(u[0])}

    def to_unit(self, many: list[dict[str, float]]) -> list[list[float]]:
        return [[params["x"] / 3.0] for params in many] if many else np.empty((0, 1)).tolist() or np.empty((0, 1))  # type: ignore[return-value]


def test_one_space_of_another_make() -> None:
    report = check_space(Halves(), parameters={"x": Float(0.0, 3.0)}, level="quick")
    assert {row.id for row in report.not_run} == {"S11", "S12", "S13", "S15"}
    assert report["S12"].message == "the space has no check"
    wrong = check_space(Halves(), parameters={"x": Float(0.0, 4.0)}, level="quick", on_fail="report")
    assert {"S3", "S4"} <= {row.id for row in wrong.broken}
    assert wrong["S4"].counterexample["parameters"] == {"x": repr(Float(0.0, 4.0))}


def test_what_is_no_space() -> None:
    with pytest.raises(ValueError, match="expected parameters= that say what this space should be"):
        check_space(Halves())
    with pytest.raises(
        ValueError, match="expected a space, a dict of parameters or a callable that makes a space, got 3"
    ):
        check_space(3)
    with pytest.raises(ValueError, match="expected a dict of one parameter or more"):
        check_space({})


def test_a_broken_space_is_an_error() -> None:
    with pytest.raises(LawsBroken, match="S4 equal mass"):
        check_space(Halves(), parameters={"x": Float(0.0, 4.0)}, level="quick")


def test_a_space_that_cannot_be_made_is_broken() -> None:
    def make(parameters: object) -> object:
        raise RuntimeError("no")

    report = check_space(make, level="quick", on_fail="report")
    assert [row.id for row in report.broken] == ["S0"] and "and so in 15 more" in report["S9"].message
    assert "RuntimeError: no" in report["S0"].message


# What is refused.


def child(when: dict[str, Any]) -> Space:
    return Space({"kind": Choice("a", "b"), "n": Int(0, 3), "x": Int(0, 1, when=when)})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Float(1.0, 1.0), "expected low < high, got 1.0 and 1.0"),
        (lambda: Float(2.0, 1.0), "expected low < high, got 2.0 and 1.0"),
        (lambda: Int(2, 1), "expected low <= high, got 2.0 and 1.0"),
        (lambda: Float(math.nan, 1.0), "expected low < high, got nan and 1.0"),
        (lambda: Float(0.0, math.nan), "expected low < high, got 0.0 and nan"),
        (lambda: Float(0.0, math.inf), "expected a range that floats can resolve, got 0.0 to inf"),
        (lambda: Float(-math.inf, 0.0), "expected a range that floats can resolve, got -inf to 0.0"),
        (lambda: Float(0.0, 1.0, log=True), "expected low > 0 on a logarithmic scale, got 0.0"),
        (lambda: Float(-1.0, 1.0, log=True), "expected low > 0 on a logarithmic scale, got -1.0"),
        (lambda: Int(0, 9, log=True), "expected low >= 1 on a logarithmic scale, got 0.0"),
        (lambda: Float("1", 2.0), "expected a number as bound, got str: '1'"),  # type: ignore[arg-type]
        (lambda: Int(True, 2), "expected a number as bound, got bool: True"),
        (lambda: Choice(), "expected one option or more, got none"),
        (lambda: Choice("a", "b", "a"), "expected different options, got 'a' twice"),
        (lambda: Choice([1], [1]), r"expected different options, got \[1\] twice"),
        (lambda: Space({}), "expected a dict of one parameter or more, got {}"),
        (lambda: Space([("x", Int(0, 1))]), "expected a dict of one parameter or more, got .*"),  # type: ignore[arg-type]
        (lambda: Space({"x": 3}), "expected names mapped to Float, Int or Choice, got 'x': 3"),  # type: ignore[dict-item]
        (lambda: Space({1: Int(0, 1)}), "expected names mapped to Float, Int or Choice, got 1: .*"),  # type: ignore[dict-item]
        (lambda: Space({"x": Int(0, 1, when={"y": 1})}), "x: condition on 'y', which is no .* standing before it"),
        (lambda: Space({"x": Int(0, 1, when={"x": 1})}), "x: condition on 'x', which is no .* standing before it"),
        (
            lambda: Space({"x": Int(0, 1, when={"y": 1}), "y": Int(0, 1)}),
            "x: condition on 'y', which is no Int or Choice parameter standing before it",
        ),
        (
            lambda: Space({"y": Float(0, 1), "x": Int(0, 1, when={"y": 1.0})}),
            "x: condition on 'y', which is no Int or Choice parameter standing before it",
        ),
        (lambda: child({"kind": "c"}), r"x: expected one of \('a', 'b'\), got 'c'"),
        (lambda: child({"n": 4}), "x: expected an integer from 0 to 3, got 4"),
        (lambda: child({"n": [0, 4]}), "x: expected an integer from 0 to 3, got 4"),
        (lambda: child({"n": []}), r"x: expected a number as value, got list: \[\]"),
        (lambda: Space({"y": Int(0, 3), "x": Int(0, 1, when="y")}), "x: expected when as a dict, got 'y'"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        make()
