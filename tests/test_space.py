"""Does the unit cube hold every combination, and nothing else?"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayesopt_from_scratch import Choice, Float, Int, Space

TREE = Space(
    {
        "optimizer": Choice("sgd", "adam", "none"),
        "layers": Int(1, 3, log=True),
        "momentum": Float(0.0, 1.0, when={"optimizer": "sgd"}),
        "width": Int(4, 64, when={"layers": [2, 3], "optimizer": ("sgd", "adam")}),
        "nesterov": Choice(True, False, when={"optimizer": "sgd"}),
        "decay": Float(1e-5, 1.0, log=True, when={"nesterov": True}),
    }
)

WRONG: list[Any] = [3, "c"]


def test_what_is_active() -> None:
    assert TREE.from_unit([0.1, 0.9, 0.5, 0.0, 0.1, 1.0]) == {
        "optimizer": "sgd",
        "layers": 3,
        "momentum": 0.5,
        "width": 4,
        "nesterov": True,
        "decay": 1.0,
    }
    assert list(TREE.from_unit([0.1, 0.1, 0.5, 0.0, 0.9, 1.0])) == ["optimizer", "layers", "momentum", "nesterov"]
    assert TREE.from_unit([0.5, 0.9, 0.5, 1.0, 0.1, 1.0]) == {"optimizer": "adam", "layers": 3, "width": 64}
    assert TREE.from_unit([0.9, 0.9, 0.5, 1.0, 0.1, 1.0]) == {"optimizer": "none", "layers": 3}
    assert TREE.from_unit([0.9, 0.9, *[math.nan] * 4]) == {"optimizer": "none", "layers": 3}


def test_to_unit_marks_what_is_not_active() -> None:
    many = [TREE.from_unit([0.1, 0.9, 0.5, 0.0, 0.1, 1.0]), {"optimizer": "none", "layers": 1}]
    U = TREE.to_unit(many)
    assert U.shape == (2, 6) and np.isnan(U).tolist() == [[False] * 6, [False, False, True, True, True, True]]
    assert U[0, 2] == 0.5 and U[0, 4] == 0.25 and U[1, 0] == pytest.approx(5 / 6) and U[0, 5] == 1.0
    assert TREE.to_unit([]).shape == (0, 6)


@given(st.lists(st.lists(st.floats(0, 1), min_size=6, max_size=6), min_size=0, max_size=6))
def test_there_and_back(rows: list[list[float]]) -> None:
    many = [TREE.from_unit(row) for row in rows]
    U = TREE.to_unit(many)
    for params, u in zip(many, U, strict=True):
        again = TREE.from_unit(u)
        assert {k: pytest.approx(v) if isinstance(v, float) else v for k, v in again.items()} == params
        assert TREE.check(params) == params
    snapped = TREE.snap(np.array(rows).reshape(-1, 6))
    assert np.array_equal(np.isnan(snapped), np.isnan(U))
    assert snapped == pytest.approx(U, abs=1e-14, nan_ok=True)
    assert np.array_equal(TREE.snap(U)[:, [0, 1, 3, 4]], U[:, [0, 1, 3, 4]], equal_nan=True)


def test_snap_does_not_change_its_argument() -> None:
    U = np.full((2, 6), 0.45)
    TREE.snap(U)
    assert np.all(U == 0.45)


def test_one_point_needs_one_number_per_axis() -> None:
    for u in ([0.5] * 5, [0.5] * 7):
        with pytest.raises(ValueError, match=r"zip\(\)"):
            TREE.from_unit(u)
        with pytest.raises(ValueError, match=r"zip\(\)"):
            TREE.snap(np.array([u]))


def test_check_gives_plain_values_in_order() -> None:
    space = Space({"x": Float(0, 1), "n": Int(0, 9), "c": Choice([1], [2])})
    given_list = [2]
    checked = space.check({"c": given_list, "n": np.float64(3), "x": np.int64(1)})
    assert checked == {"x": 1.0, "n": 3, "c": [2]} and list(checked) == ["x", "n", "c"]
    assert [type(v) for v in checked.values()] == [float, int, list]
    assert checked["c"] is space.parameters["c"].value(1)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"optimizer": "sgd"},
            r"^expected the parameters \['optimizer', 'layers', 'momentum', 'nesterov'\], got \['optim",
        ),
        (
            {"optimizer": "none", "layers": 1, "momentum": 0.5},
            r"^expected the parameters \['optimizer', 'layers'\], got ",
        ),
        ({"optimizer": "none", "layers": 1, "z": 0.5}, r"^expected the parameters \['optimizer', 'layers'\], got "),
        ({"layers": 1}, r"^expected the parameters \['optimizer', 'layers'\], got \['layers'\]$"),
        ({"optimizer": "x", "layers": 1}, r"^optimizer: expected one of \('sgd', 'adam', 'none'\), got 'x'$"),
        ({"optimizer": "none", "layers": 4}, r"^layers: expected an integer from 1 to 3, got 4$"),
        ("optimizer", r"^expected a dict of parameters, got 'optimizer'$"),
        (None, r"^expected a dict of parameters, got None$"),
    ],
)
def test_check_refuses(params: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TREE.check(params)


def test_params_are_written_and_read() -> None:
    space = Space({"x": Float(0, 1), "c": Choice([1], "b"), "n": Int(0, 3, when={"c": "b"})})
    many: list[dict[str, Any]] = [{"x": 0.1, "c": space.axes[1].value(0)}, {"x": 1.0, "c": "b", "n": 3}]
    encoded = [space.encode(params) for params in many]
    assert encoded == [{"x": 0.1, "c": {"option": 0}}, {"x": 1.0, "c": "b", "n": 3}]
    assert [space.decode(params) for params in encoded] == many
    assert space.decode(encoded[0])["c"] is many[0]["c"]
    with pytest.raises(ValueError, match=r"^expected the parameters \['x', 'c'\], got \['x', 'c', 'z'\]$"):
        space.decode({**encoded[0], "z": 1})
    with pytest.raises(ValueError, match=r"^x: expected a number from 0.0 to 1.0, got 7$"):
        space.decode({**encoded[0], "x": 7})


def test_a_condition_is_a_value_or_several() -> None:
    for when in ([1, 2], (1, 2), {1, 2}, frozenset([2, 1])):
        space = Space({"n": Int(0, 9), "x": Float(0, 1, when={"n": when})})
        assert ["x" in space.from_unit([n / 10 + 0.05, 0.5]) for n in range(4)] == [False, True, True, False]
    lists = Space({"c": Choice([1, 2], 1, 2), "x": Float(0, 1, when={"c": [1, 2]})})  # the option, not two of them
    assert ["x" in lists.from_unit([u, 0.5]) for u in (0.1, 0.5, 0.9)] == [True, False, False]
    assert "x" in Space({"c": Choice("a"), "x": Float(0, 1, when={})}).from_unit([0.5, 0.5])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, r"^expected a dict of one parameter or more, got \{\}$"),
        (None, r"^expected a dict of one parameter or more, got None$"),
        ([Float(0, 1)], r"^expected a dict of one parameter or more, got \["),
        ({"x": 1.0}, r"^expected names mapped to Float, Int or Choice, got 'x': 1.0$"),
        ({"x": Float}, r"^expected names mapped to Float, Int or Choice, got 'x': "),
        ({0: Float(0, 1)}, r"^expected names mapped to Float, Int or Choice, got 0: Float"),
        (
            {"x": Float(0, 1, when={"c": 1})},
            r"^x: condition on 'c', which is no Int or Choice parameter standing before it$",
        ),
        ({"x": Float(0, 1, when={"c": 1}), "c": Choice(1)}, r"^x: condition on 'c', which is no Int or Choice "),
        ({"x": Float(0, 1, when={"x": 1})}, r"^x: condition on 'x', which is no Int or Choice "),
        ({"c": Float(0, 1), "x": Float(0, 1, when={"c": 1})}, r"^x: condition on 'c', which is no Int or Choice "),
        ({"c": Choice(1, 2), "x": Float(0, 1, when={"c": 3})}, r"^x: expected one of \(1, 2\), got 3$"),
        ({"c": Choice(1, 2), "x": Float(0, 1, when={"c": [1, 3]})}, r"^x: expected one of \(1, 2\), got 3$"),
        ({"c": Choice(1, 2), "x": Float(0, 1, when={"c": []})}, r"^x: expected one of \(1, 2\), got \[\]$"),
        ({"c": Choice(1, 2), "x": Float(0, 1, when={"c": True})}, r"^x: expected one of \(1, 2\), got True$"),
        ({"c": Int(1, 2), "x": Float(0, 1, when={"c": 3})}, r"^x: expected an integer from 1 to 2, got 3$"),
        ({"c": Int(1, 2), "x": Float(0, 1, when=WRONG[0])}, r"^x: expected when as a dict, got 3$"),
        ({"c": Int(1, 2), "x": Float(0, 1, when=WRONG[1])}, r"^x: expected when as a dict, got 'c'$"),
    ],
)
def test_spaces_that_are_refused(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Space(parameters)


def test_what_a_space_is() -> None:
    parameters = {"x": Float(0, 1), "c": Choice("a")}
    space = Space(parameters)
    assert space.axes == list(parameters.values()) and space.parameters == parameters
    assert repr(space) == f"Space({parameters!r})"
    parameters["y"] = Float(0, 1)
    assert list(space.parameters) == ["x", "c"]
    assert not space.finite and Space({"n": Int(0, 9), "c": Choice("a")}).finite


def test_equal_shares() -> None:
    """Uniform draws find every decade, every integer and every option equally often."""
    space = Space({"x": Float(1e-4, 1.0, log=True), "n": Int(-2, 2), "c": Choice("a", "b")})
    many = [space.from_unit([u, u, u]) for u in (np.arange(1000) + 0.5) / 1000]
    assert [sum(10**k <= p["x"] < 10 ** (k + 1) for p in many) for k in range(-4, 0)] == [250] * 4
    assert [sum(p["n"] == n for p in many) for n in range(-2, 3)] == [200] * 5
    assert [sum(p["c"] == c for p in many) for c in "ab"] == [500] * 2
