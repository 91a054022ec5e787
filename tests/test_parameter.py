"""Does every value have its place on the side, and every place its value?"""

import json
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayesopt_from_scratch import Choice, Float, Int
from bayesopt_from_scratch.search.parameter import Parameter, as_number

units = st.floats(0, 1)


# Floats


def test_a_float_lies_at_its_share_of_the_way() -> None:
    x = Float(-2.0, 6.0)
    assert [x.from_unit(u) for u in (0.0, 0.25, 0.5, 1.0)] == [-2.0, 0.0, 2.0, 6.0]
    assert x.to_unit([-2.0, 0.0, 6.0]).tolist() == [0.0, 0.25, 1.0]
    assert x.to_unit([]).shape == (0,)
    assert type(x.from_unit(0.3)) is float and x.to_unit([1]).dtype == float


def test_a_logarithmic_float_has_equal_decades() -> None:
    x = Float(1e-4, 1e-1, log=True)
    assert [x.from_unit(u) for u in (0.0, 1 / 3, 2 / 3, 1.0)] == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1], rel=1e-14)
    assert x.to_unit([1e-4, 1e-3, 1e-2, 1e-1]) == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=1e-14)
    assert x.from_unit(0.0) == 1e-4 and x.from_unit(1.0) == 1e-1


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.booleans(), units)
def test_floats_go_there_and_back(low: float, width: float, log: bool, u: float) -> None:
    x = Float(abs(low) + 1e-3, abs(low) + 1e-3 + width, log=True) if log else Float(low, low + width)
    value = x.from_unit(u)
    assert x.low <= value <= x.high
    error = 4e-16 * max(abs(x.low), abs(x.high)) / (x.high - x.low) * (2 + 20 * log) * (x.high / x.low if log else 1)
    assert float(x.to_unit([value])[0]) == pytest.approx(u, abs=1e-15 + error)
    assert x.snap(u) == pytest.approx(u, abs=1e-15 + error)
    low_edge, high_edge = x.cell(u)
    assert low_edge == high_edge == pytest.approx(u, abs=1e-15 + error)


@pytest.mark.parametrize("log", [False, True])
def test_a_float_never_leaves_its_bounds(log: bool) -> None:
    for low, high in ((0.1, 0.3), (1e-300, 1e300), (1 / 3, 1e16), (0.7, 0.7000000000000001)):
        x = Float(low, high, log=log)
        for u in (0.0, 5e-324, 1e-17, 0.1, 0.5, 1 - 1e-16, 1.0):
            assert low <= x.from_unit(u) <= high
            assert 0 <= float(x.to_unit([x.from_unit(u)])[0]) <= 1
        assert x.from_unit(0.0) == low and x.from_unit(1.0) == high


def test_what_a_float_is() -> None:
    x = Float(0, 1)
    other: Any = Int(0, 1)
    assert (x.low, x.high, x.log, x.when, x.step, x.ordered, x.n_cells) == (0.0, 1.0, False, None, 0, True, 0)
    assert type(x.low) is float and type(x.high) is float
    assert repr(x) == "Float(low=0.0, high=1.0, log=False, when=None)"
    assert x == Float(0.0, 1.0) != Float(0.0, 2.0) and x != other
    with pytest.raises(AttributeError):
        x.low = 3.0  # type: ignore[misc]


# Integers


def test_an_integer_owns_a_cell() -> None:
    n = Int(-1, 3)
    assert n.cells() == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9], abs=1e-15)
    assert n.to_unit([-1, 0, 3]) == pytest.approx([0.1, 0.3, 0.9], abs=1e-15)
    assert [n.from_unit(u) for u in (0.0, 0.199, 0.201, 0.5, 0.799, 0.801, 1.0)] == [-1, -1, 0, 1, 2, 3, 3]
    low, high = n.cell(np.array([0.05, 0.5, 1.0]))
    assert low == pytest.approx([0, 0.4, 0.8], abs=1e-15) and high == pytest.approx([0.2, 0.6, 1.0], abs=1e-15)
    assert n.snap([0.0, 0.55, 0.99]) == pytest.approx([0.1, 0.5, 0.9], abs=1e-15)
    assert type(n.from_unit(0.3)) is int
    assert (n.low, n.high, n.step, n.ordered, n.n_cells) == (-1, 3, 1, True, 5)


def test_a_logarithmic_integer_owns_the_logarithm_of_half_to_half() -> None:
    n = Int(1, 3, log=True)
    edges = np.log(np.array([0.5, 1.5, 2.5, 3.5]) / 0.5) / np.log(7)
    low, high = n.cell(n.to_unit([1, 2, 3]))
    assert low == pytest.approx(edges[:-1], abs=1e-15) and high == pytest.approx(edges[1:], abs=1e-15)
    assert n.cells() == pytest.approx((edges[:-1] + edges[1:]) / 2, abs=1e-15)
    for i, value in enumerate((1, 2, 3)):
        assert n.from_unit(edges[i] + 1e-9) == n.from_unit(edges[i + 1] - 1e-9) == value


@given(st.integers(-1000, 1000), st.integers(0, 200), st.booleans(), units)
def test_integers_go_there_and_back(low: int, width: int, log: bool, u: float) -> None:
    n = Int(abs(low) + 1, abs(low) + 1 + width, log=True) if log else Int(low, low + width)
    value = n.from_unit(u)
    assert n.low <= value <= n.high and n.n_cells == width + 1 == len(n.cells())
    place = float(n.to_unit([value])[0])
    assert n.from_unit(place) == value and n.snap(u) == place == n.snap(place)
    low_edge, high_edge = n.cell(u)
    assert low_edge - 1e-12 <= u <= high_edge + 1e-12 and low_edge < place < high_edge
    every = list(range(n.low, n.high + 1))
    assert [n.from_unit(v) for v in n.cells()] == every
    low_edges, high_edges = n.cell(n.cells())
    assert low_edges[0] == 0 and high_edges[-1] == 1 and np.array_equal(low_edges[1:], high_edges[:-1])


def test_one_integer_is_a_space() -> None:
    n = Int(3, 3)
    assert n.from_unit(0.0) == n.from_unit(1.0) == 3 and n.cells().tolist() == [0.5] and n.n_cells == 1


# Choices


def test_an_option_owns_a_cell() -> None:
    c = Choice("a", "b", "c", "d")
    assert [c.from_unit(u) for u in (0.0, 0.24, 0.26, 0.5, 0.74, 1.0)] == ["a", "a", "b", "c", "c", "d"]
    assert c.cells().tolist() == [0.125, 0.375, 0.625, 0.875] == c.to_unit(["a", "b", "c", "d"]).tolist()
    assert (c.n_cells, c.ordered, c.step, c.low, c.high, c.log, c.when) == (4, False, 1, 0, 3, False, None)
    assert c.options == ("a", "b", "c", "d")
    assert repr(Choice("a", 2, when={"b": 1})) == "Choice('a', 2, when={'b': 1})"


def test_any_object_is_an_option() -> None:
    options: tuple[Any, ...] = (
        {"a": 1},
        [1, 2],
        np.arange(3),
        np.arange(4),
        None,
        len,
        float,
        1,
        1.0,
        True,
        "1",
        np.float64(1),
        set(),
    )
    c = Choice(*options)
    for i, option in enumerate(options):
        assert c.number(option) == i and c.value(i) is option and c.from_unit(float(c.cells()[i])) is option


def test_equal_options_of_one_type_are_the_same() -> None:
    options: list[Any] = [[1, 2], np.arange(3), {"a": [1]}, 1, 1.0, True, ((1, 2), (3,))]
    again: list[Any] = [[1, 2], np.arange(3), {"a": [1]}, 1, 1.0, True, ((1, 2), (3,))]
    c = Choice(*options)
    assert [c.number(value) for value in again] == list(range(7))
    assert all(c.value(c.number(value)) is option for value, option in zip(again, options, strict=True))
    for value in (2, "1", np.float64(1), np.arange(2), [1], np.arange(3.0) + 1, None, math.nan, (1, 2)):
        with pytest.raises(ValueError, match=r"^expected one of \(.*\), got "):
            c.number(value)


def test_options_are_written_as_themselves_or_by_position() -> None:
    options: tuple[Any, ...] = ("a", 1, 1.5, True, None, math.inf, math.nan, [1], {"option": 0}, len, np.float64(2))
    c = Choice(*options)
    encoded = [c.encode(option) for option in options]
    assert encoded == ["a", 1, 1.5, True, None, *({"option": i} for i in range(5, 11))]
    read = json.loads(json.dumps(encoded, allow_nan=False))
    assert all(c.decode(value) is option or value == option for value, option in zip(read, options, strict=True))
    assert all(c.decode(value) is option for value, option in zip(encoded, options, strict=True))
    assert c.decode({"option": 7}) is options[7] and c.decode("a") == "a"
    assert Float(0, 1).decode(Float(0, 1).encode(0.1)) == 0.1 and Int(0, 9).decode(Int(0, 9).encode(3)) == 3
    with pytest.raises(ValueError, match="expected one of"):
        c.decode("b")


def test_the_very_object_comes_before_an_equal_one() -> None:
    class Same:
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 0

    assert Choice("a", Same()).number("a") == 0
    with pytest.raises(ValueError, match=r"^expected different options, got <.*Same.*> twice$"):
        Choice(Same(), Same())


def test_options_that_cannot_be_compared_are_known_by_identity() -> None:
    first, second, nan = {"w": np.zeros(2)}, {"w": np.zeros(2)}, math.nan
    c = Choice(first, second, nan, float("nan"), np.zeros((1, 2)), np.zeros(2), np.zeros(1), np.zeros(0))
    assert [c.number(option) for option in c.options] == list(range(8))
    assert c.number(np.zeros((1, 2))) == 4 and c.number(np.zeros(0)) == 7
    for value in ({"w": np.zeros(2)}, float("nan"), np.zeros((2, 1)), np.ones(2)):
        with pytest.raises(ValueError, match=r"^expected one of "):
            c.number(value)


@pytest.mark.parametrize("options", [("a", "b", "a"), (1, 1), ([1], [1]), (None, None), (np.arange(2), np.arange(2))])
def test_an_option_stands_once(options: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"^expected different options, got .* twice$"):
        Choice(*options)


def test_a_choice_needs_an_option() -> None:
    with pytest.raises(ValueError, match=r"^expected one option or more, got none$"):
        Choice()
    assert Choice("a").from_unit(0.7) == "a"


def test_a_list_of_options_is_not_an_option() -> None:
    with pytest.raises(ValueError, match=r"^expected options one by one, got \['a', 'b'\]$"):
        Choice(["a", "b"])
    assert Choice(["a"], ["b"]).options == (["a"], ["b"])  # two lists can be meant
    assert Choice("a").options == ("a",)


# What is refused


@pytest.mark.parametrize(
    ("kind", "low", "high", "log", "message"),
    [
        (Float, 1.0, 1.0, False, r"^expected low < high, got 1.0 and 1.0$"),
        (Float, 2.0, 1.0, False, r"^expected low < high, got 2.0 and 1.0$"),
        (Float, math.nan, 1.0, False, r"^expected low < high, got nan and 1.0$"),
        (Float, 0.0, math.nan, False, r"^expected low < high, got 0.0 and nan$"),
        (Float, 0.0, math.inf, False, r"^expected a range that floats can resolve, got 0.0 to inf$"),
        (Float, -math.inf, 0.0, False, r"^expected a range that floats can resolve, got -inf to 0.0$"),
        (Float, -1e308, 1e308, False, r"^expected a range that floats can resolve, got -1e\+308 to 1e\+308$"),
        (Float, 1e300, 1e300 + 1e286, True, r"^expected a range that floats can resolve, got 1e\+300 to "),
        (Float, 1e10, 1e10 + 2e-6, True, r"^expected a range that floats can resolve, got 10000000000.0 to "),
        (Float, 0.0, 1.0, True, r"^expected low > 0 on a logarithmic scale, got 0.0$"),
        (Float, -1.0, 1.0, True, r"^expected low > 0 on a logarithmic scale, got -1.0$"),
        (Float, "0", 1.0, False, r"^expected a number as bound, got str: '0'$"),
        (Float, 0, None, False, r"^expected a number as bound, got NoneType: None$"),
        (Float, False, True, False, r"^expected a number as bound, got bool: False$"),
        (Int, 2, 1, False, r"^expected low <= high, got 2.0 and 1.0$"),
        (Int, 0, 5, True, r"^expected low >= 1 on a logarithmic scale, got 0.0$"),
        (Int, 0.4, 5, True, r"^expected low >= 1 on a logarithmic scale, got 0.4$"),
        (Int, 0.5, 5, False, r"^expected an integer from 0.5 to 5, got 0.5$"),
        (Int, 0, 5.5, False, r"^expected an integer from 0 to 5.5, got 5.5$"),
        (Int, 0, math.inf, False, r"^expected a range that floats can resolve, got 0.0 to inf$"),
        (Int, 0, 2**51 + 1, False, r"^expected a range that floats can resolve, got 0.0 to 2251799813685249.0$"),
        (Int, -(2**51) - 1, 0, False, r"^expected a range that floats can resolve, got -2251799813685249.0 to 0.0$"),
        (Int, 1, 2**45 + 1, True, r"^expected a range that floats can resolve, got 1.0 to 35184372088833.0$"),
        (Int, 0, 10**400, False, r"^expected a number as bound, got int: 1"),
    ],
)
def test_bounds_that_are_refused(kind: Any, low: Any, high: Any, log: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind(low, high, log)


def test_bounds_that_just_pass() -> None:
    assert Int(1, 5, log=True).from_unit(0.0) == 1
    assert Float(5e-324, 1.0, log=True).from_unit(0.0) == 5e-324
    v = np.concatenate([2.0**45 - np.arange(10_000.0), 2.0**45 * np.random.default_rng(0).random(10_000) // 1 + 1])
    wide = Int(1, 2**45, log=True)
    assert [wide.from_unit(u) for u in wide.to_unit(v.tolist())] == v.tolist()
    low_edge, high_edge = wide.cell(wide.to_unit(v.tolist()))
    assert np.all(low_edge < high_edge)
    n = Int(-(2**51), 2**51)
    for value in (n.low, n.low + 1, -1, 0, 1, n.high):
        assert n.from_unit(float(n.to_unit([value])[0])) == value
    assert Int(0, 3.0) == Int(0, 3) == Int(np.int8(0), np.float32(3)) and type(Int(0, 3.0).high) is int  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        (Float(0, 1), 1.5, r"^expected a number from 0.0 to 1.0, got 1.5$"),
        (Float(0, 1), -1e-9, r"^expected a number from 0.0 to 1.0, got -1e-09$"),
        (Float(0, 1), math.nan, r"^expected a number from 0.0 to 1.0, got nan$"),
        (Float(0, 1), True, r"^expected a number as value, got bool: True$"),
        (Int(0, 4), 5, r"^expected an integer from 0 to 4, got 5$"),
        (Int(0, 4), -1, r"^expected an integer from 0 to 4, got -1$"),
        (Int(0, 4), 1.5, r"^expected an integer from 0 to 4, got 1.5$"),
        (Int(0, 4), "1", r"^expected a number as value, got str: '1'$"),
        (Choice("a", "b"), "c", r"^expected one of \('a', 'b'\), got 'c'$"),
    ],
)
def test_values_that_are_refused(parameter: Parameter, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parameter.number(value)


def test_values_are_plain() -> None:
    assert Float(0, 1).number(np.float32(0.5)) == 0.5 and Float(0, 1).number(1) == 1.0 and Float(0, 1).number(0) == 0.0
    assert Int(0, 4).number(4.0) == 4 and Int(0, 4).number(np.uint8(0)) == 0
    assert type(Int(0, 4).value(np.float64(3))) is int and type(Float(0, 4).value(np.float64(3))) is float


def test_places_are_doubles() -> None:
    x = Float(0.0, 3.0)
    single = np.array([0.1], dtype=np.float32)
    many: list[Any] = [single, [1], np.array([2], dtype=object)]
    for values in many:
        assert x.to_unit(values).dtype == float and x.to_unit(values).tolist() == [float(values[0]) / 3]
    places: list[Any] = [single, np.array([0.1], dtype=object), [0.1]]
    for u in places:
        assert x.snap(u).dtype == float and x.snap(u).tolist() == [3.0 * float(u[0]) / 3]


def test_as_number() -> None:
    for value in (2, 2.0, np.float16(2), np.array(2), np.array(2, dtype=object), Decimal(2), Fraction(2), np.uint64(2)):
        number = as_number(value, "x")
        assert number == 2 and type(number) is float
    assert math.isnan(as_number(math.nan, "x")) and as_number(-math.inf, "x") == -math.inf
    refused: list[Any] = [[1], [[1], [2, 3]], np.ones(1), np.ones(2), "1", b"1", True, np.True_, np.array(True)]
    refused += [1j, np.complex128(1), np.array("1"), np.array(b"1"), np.timedelta64(1, "s"), np.datetime64(1, "s")]
    refused += [None, {}, len, 10**400, Choice]
    for value in refused:
        with pytest.raises(ValueError, match=rf"^expected a number as price, got {type(value).__name__}: "):
            as_number(value, "price")
    with pytest.raises(ValueError) as error:
        as_number("a" * 500, "price")
    assert len(str(error.value)) < 130
