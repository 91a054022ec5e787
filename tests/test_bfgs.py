"""Does the descent end at a minimum, inside the box, and never above its start, whatever the function does?"""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bayesopt_from_scratch.numerics.bfgs import minimize_on_box

Array = NDArray[np.floating]
Function = Callable[[Array], tuple[float, Array]]

EVERYWHERE = ([-np.inf, -np.inf], [np.inf, np.inf])


def rosenbrock(x: Array) -> tuple[float, Array]:
    a, b = 1 - x[:-1], x[1:] - x[:-1] ** 2
    g = np.zeros_like(x)
    g[:-1] = -2 * a - 400 * x[:-1] * b
    g[1:] += 200 * b
    return float(a @ a + 100 * b @ b), g


def quadratic(A: Array, centre: Array) -> Function:
    return lambda x: (0.5 * float((x - centre) @ A @ (x - centre)), A @ (x - centre))


class Counted:
    """A function that remembers where it was asked."""

    def __init__(self, function: Function) -> None:
        self.function, self.asked = function, list[Array]()

    def __call__(self, x: Array) -> tuple[float, Array]:
        self.asked.append(x.copy())
        return self.function(x)


@st.composite
def quadratics(draw: st.DrawFn) -> tuple[Array, Array, Array, Array, Array]:
    """Matrix A, centre, bounds and start of a convex problem with condition number up to 1e3."""
    d = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    Q = np.linalg.qr(rng.standard_normal((d, d)))[0]
    A = Q * 10 ** rng.uniform(-draw(st.floats(0, 3)), 0, d) @ Q.T
    low = rng.uniform(-2, 0, d)
    high = low + rng.uniform(0, 3, d)
    return A, rng.uniform(-3, 3, d), low, high, rng.uniform(-3, 3, d)


@given(quadratics())
def test_convex_quadratics_end_where_karush_kuhn_and_tucker_say(problem: tuple[Array, ...]) -> None:
    A, centre, low, high, start = problem
    function = Counted(quadratic(A, centre))
    x, value = minimize_on_box(function, start, low, high, tolerance=1e-8, max_iterations=1000)
    assert np.all((low <= x) & (x <= high))
    assert all(np.all((low <= asked) & (asked <= high)) for asked in function.asked)
    assert value == function(x)[0] <= function(np.clip(start, low, high))[0]
    g = A @ (x - centre)
    # a gain of tolerance^2 (1 + value) may stop it earlier than the gradient: g'g / 2 is what a step gains here
    slack = 2e-6
    inside = (low < x) & (x < high)
    assert np.all(np.abs(g[inside]) <= slack)
    assert np.all(g[(x == low) & (low < high)] >= -slack)
    assert np.all(g[(x == high) & (low < high)] <= slack)


@given(quadratics())
def test_the_value_is_the_least_one_of_the_convex_problem(problem: tuple[Array, ...]) -> None:
    A, centre, low, high, start = problem
    value = minimize_on_box(quadratic(A, centre), start, low, high, tolerance=1e-8, max_iterations=1000)[1]
    rng = np.random.default_rng(0)
    x = np.clip(start, low, high)
    for _ in range(300):  # coordinate descent converges for these, too
        for i in rng.permutation(len(x)):
            x[i] = np.clip(x[i] - (A[i] @ (x - centre)) / A[i, i], low[i], high[i])
    assert value <= quadratic(A, centre)(x)[0] + 1e-7


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=4), st.floats(-2, 0), st.floats(0, 2), st.integers(0, 60))
def test_rosenbrock_is_never_left_higher_nor_outside(
    start: list[float], low: float, high: float, max_iterations: int
) -> None:
    d = len(start)
    function = Counted(rosenbrock)
    x, value = minimize_on_box(function, start, [low] * d, [high] * d, max_iterations=max_iterations)
    assert all(np.all((low <= asked) & (asked <= high)) for asked in function.asked)
    assert value == rosenbrock(x)[0] <= rosenbrock(np.clip(start, low, high))[0]


@pytest.mark.parametrize("start", [[-1.2, 1.0], [3.0, -2.0], [0.0, 0.0], [-3.0, -4.0]])
def test_rosenbrock(start: list[float]) -> None:
    function = Counted(rosenbrock)
    x, value = minimize_on_box(function, start, *EVERYWHERE)
    assert x == pytest.approx([1, 1], abs=1e-5) and value < 1e-11
    assert len(function.asked) < 120  # a gradient method needs thousands


def test_rosenbrock_in_six_dimensions() -> None:
    x, value = minimize_on_box(rosenbrock, np.zeros(6), [-5.0] * 6, [5.0] * 6, max_iterations=500)
    assert x == pytest.approx(np.ones(6), abs=1e-4) and value < 1e-9


def test_rosenbrock_against_a_wall() -> None:
    # on x1 <= 1/2 the least value is (1 - 1/2)^2, at (1/2, 1/4)
    x, value = minimize_on_box(rosenbrock, [-1.2, 1.0], [-2.0, -2.0], [0.5, 2.0])
    assert x[0] == 0.5 and x[1] == pytest.approx(0.25, abs=1e-6) and value == pytest.approx(0.25, abs=1e-10)


def test_bfgs_is_faster_than_its_gradient() -> None:
    # condition number 1e4: steepest descent divides the error by (1 - 1e-4) a step
    scales = np.logspace(0, -4, 5)
    function = Counted(lambda x: (0.5 * float(scales @ x**2), scales * x))
    x, _ = minimize_on_box(function, np.ones(5), [-10.0] * 5, [10.0] * 5)
    assert np.abs(scales * x).max() <= 1e-6 and len(function.asked) < 60


def test_a_steep_start_does_not_shorten_the_steps_where_the_function_bends_down() -> None:
    calls = []

    def steep_then_bent_down(x: Array) -> tuple[float, Array]:
        calls.append(x)
        over = max(float(x[0]) - 1, 0.0)
        return 1e6 * over**2 + math.sin(x[0]), np.array([2e6 * over + math.cos(x[0])])

    x, value = minimize_on_box(steep_then_bent_down, [3.0], [-3.0], [3.0])
    assert value == pytest.approx(-1) and x[0] == pytest.approx(-math.pi / 2, abs=1e-5) and len(calls) < 20


def test_what_is_held_at_a_wall_teaches_nothing_about_the_others() -> None:
    calls = []

    def valley_under_a_steep_wall(x: Array) -> tuple[float, Array]:
        calls.append(x)
        slope = 1e3 * (1.5 + math.sin(3 * x[0]))  # of the held variable; it changes much as the other moves
        g = [2 * (x[0] - 1) + 3e3 * x[1] * math.cos(3 * x[0]), slope]
        return float((x[0] - 1) ** 2 + slope * x[1]), np.array(g)

    x, _ = minimize_on_box(valley_under_a_steep_wall, [-1.0, 0.0], [-2.0, 0.0], [2.0, 1.0])
    assert x.tolist() == [1.0, 0.0] and len(calls) == 3  # as of the parabola alone


def test_variables_leave_a_wall_when_the_gradient_says_so() -> None:
    A, centre = np.array([[2.0, -1.9], [-1.9, 2.0]]), np.array([0.5, 0.5])
    x, _ = minimize_on_box(quadratic(A, centre), [0.0, 0.0], [0.0, 0.0], [1.0, 1.0])
    assert x == pytest.approx([0.5, 0.5], abs=1e-5)
    x, _ = minimize_on_box(quadratic(A, centre), [1.0, 1.0], [0.0, 0.0], [1.0, 1.0])
    assert x == pytest.approx([0.5, 0.5], abs=1e-5)


@pytest.mark.parametrize(("slope", "corner"), [([1.0, 1.0], [0.0, 0.0]), ([-1.0, 3.0], [1.0, 0.0])])
def test_a_linear_function_ends_in_a_corner(slope: list[float], corner: list[float]) -> None:
    x, value = minimize_on_box(lambda x: (float(slope @ x), np.array(slope)), [0.3, 0.6], [0.0, 0.0], [1.0, 1.0])
    assert x.tolist() == corner and value == float(np.dot(slope, corner))


def test_start_outside_is_clipped_and_starts_at_a_corner_move() -> None:
    function = Counted(quadratic(np.eye(2), np.array([0.5, 0.25])))
    x, _ = minimize_on_box(function, [9, -9], [0, 0], [1, 1])  # of integers
    assert function.asked[0].tolist() == [1.0, 0.0]
    assert x == pytest.approx([0.5, 0.25], abs=1e-6) and x.dtype == np.float64


def test_first_step_is_at_most_one_long() -> None:
    function = Counted(lambda x: (1e6 * float(x @ x), 2e6 * x))
    minimize_on_box(function, [3.0, 1.5], *EVERYWHERE, max_iterations=1)
    assert function.asked[1].tolist() == [2.0, 1.0]
    function = Counted(lambda x: (0.125 * float(x @ x), 0.25 * x))  # a short gradient is not stretched
    minimize_on_box(function, [3.0, 2.0], *EVERYWHERE, max_iterations=1)
    assert function.asked[1].tolist() == [2.25, 1.5]


def test_second_step_uses_the_curvature_of_the_first() -> None:
    # on a circular bowl eq. 6.20 is the exact inverse Hessian: from (3, 4) a step to its quarter, then the minimum
    function = Counted(lambda x: (0.125 * float(x @ x), 0.25 * x))
    x, value = minimize_on_box(function, [3.0, 4.0], *EVERYWHERE)
    assert x == pytest.approx([0.0, 0.0], abs=1e-15) and value < 1e-30
    assert len(function.asked) == 3


def test_the_update_satisfies_the_secant_equation() -> None:
    from bayesopt_from_scratch.numerics.bfgs import _update

    rng = np.random.default_rng(0)
    H: Array | None = None
    for _ in range(5):
        s = rng.standard_normal(4)
        y = s * [1.0, 2.0, 3.0, 4.0] + 0.1 * s
        new = _update(H, s, y)
        assert new is not None
        assert new @ y == pytest.approx(s) and new == pytest.approx(new.T)
        assert np.all(np.linalg.eigvalsh(new) > 0)
        if H is not None:  # eq. 6.17 written out
            rho = 1 / (y @ s)
            left = np.eye(4) - rho * np.outer(s, y)
            assert new == pytest.approx(left @ H @ left.T + rho * np.outer(s, s))
        H = new
    assert _update(H, np.array([1.0, 0, 0, 0]), np.array([-1.0, 0, 0, 0])) is None  # negative curvature: forget
    assert _update(H, np.array([1.0, 0, 0, 0]), np.array([0.0, 1, 0, 0])) is None
    assert _update(None, np.zeros(4), np.zeros(4)) is None
    tiny = _update(None, np.array([1.0, 0.0]), np.array([1.1e-10, 1.0]))  # cosine just above 1e-10
    assert tiny is not None
    assert _update(None, np.array([1.0, 0.0]), np.array([0.9e-10, 1.0])) is None
    assert _update(None, np.array([2.0, 0.0]), np.array([0.9e-10, 1.0])) is None
    first = _update(None, np.array([2.0, 0, 0]), np.array([3.0, 1, 0]))
    assert first is not None and first[2, 2] == pytest.approx(6 / 10)  # eq. 6.20: s'y / y'y where nothing was learned


@pytest.mark.parametrize(
    ("Q", "b", "low", "high", "start"),
    [
        ([[5.1, -9.0], [-9.0, 18.1]], [3.0, 3.0], [-2.0, -1.0], [1.0, 2.0], [-1.7, -0.9]),
        ([[9.01, -9.0], [-9.0, 18.01]], [-1.0, -4.0], [0.0, -1.0], [2.0, 1.0], [0.4, 0.4]),
        (
            [[21.04, -7.15, 12.25], [-7.15, 25.68, 2.94], [12.25, 2.94, 9.52]],
            [-0.1, 2.0, 0.3],
            [-1.0] * 3,
            [1.0] * 3,
            [0.1, 0.6, -1.0],
        ),
        (  # held by a slope below 1
            [[0.216, 0.207, 0.263], [0.207, 1.072, 0.245], [0.263, 0.245, 0.644]],
            [-1.1, 0.1, -0.7],
            [-1.0] * 3,
            [1.0] * 3,
            [-0.7, -0.4, -0.7],
        ),
    ],
)
def test_where_a_wall_bends_the_step_uphill_the_gradient_starts_again(
    Q: list[list[float]], b: list[float], low: list[float], high: list[float], start: list[float]
) -> None:
    x, _ = minimize_on_box(lambda x: (float(x @ Q @ x / 2 - x @ b), np.array(Q) @ x - b), start, low, high)
    assert np.clip(x - (np.array(Q) @ x - b), low, high) == pytest.approx(x, abs=1e-5)  # Karush-Kuhn-Tucker


def with_a_hole(bad: float, bad_gradient: bool) -> Function:
    def function(x: Array) -> tuple[float, Array]:
        inside = x[0] < 0.4
        value, g = float(x @ x), 2 * x
        if inside and bad_gradient:
            g = np.full(2, bad)
        elif inside:
            value = bad
        return value, g

    return function


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("bad_gradient", [False, True])
def test_where_the_function_is_not_finite_the_step_is_cut(bad: float, bad_gradient: bool) -> None:
    function = Counted(with_a_hole(bad, bad_gradient))
    x, value = minimize_on_box(function, [1.0, 0.7], [-2.0, -2.0], [2.0, 2.0])
    assert np.isfinite(value) and value == float(x @ x) < 0.5  # at the start 1.49, at the edge of the hole 0.16
    assert x[0] >= 0.4
    assert len(function.asked) < 400


@pytest.mark.parametrize(
    ("value", "g"),
    [(np.nan, [1.0, 1.0]), (np.inf, [1.0, 1.0]), (-np.inf, [1.0, 1.0]), (0.0, [1.0, np.nan]), (0.0, [np.inf, 0.0])],
)
def test_not_finite_at_the_start_is_an_error(value: float, g: list[float]) -> None:
    message = f"expected a finite value and gradient at the start, got {value} and {np.array(g)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        minimize_on_box(lambda x: (value, np.array(g)), [0.5, 0.5], [0.0, 0.0], [1.0, 1.0])


@pytest.mark.parametrize("bounds", [([0.0, 1.0], [1.0, 0.5]), ([0.0, np.nan], [1.0, 1.0])])
def test_a_box_inside_out_is_an_error(bounds: tuple[list[float], list[float]]) -> None:
    low, high = map(np.array, bounds)
    with pytest.raises(ValueError, match=f"^{re.escape(f'expected low <= high, got low {low} and high {high}')}$"):
        minimize_on_box(rosenbrock, [0.5, 0.5], low, high)


def test_a_box_of_one_point() -> None:
    x, value = minimize_on_box(rosenbrock, [0.5, 0.5], [0.2, 0.3], [0.2, 0.3])
    assert x.tolist() == [0.2, 0.3] and value == rosenbrock(x)[0]


def test_no_variables() -> None:
    x, value = minimize_on_box(lambda x: (3.0, x), [], [], [])
    assert x.shape == (0,) and value == 3.0


def test_a_flat_function_stays_where_it_is() -> None:
    function = Counted(lambda x: (5.0, np.zeros(2)))
    x, value = minimize_on_box(function, [0.3, 0.6], [0.0, 0.0], [1.0, 1.0])
    assert x.tolist() == [0.3, 0.6] and value == 5.0 and len(function.asked) == 1


def test_a_gradient_that_lies_ends_soon_and_never_above_the_start() -> None:
    function = Counted(lambda x: (float(x @ x), -2 * x))
    x, value = minimize_on_box(function, [0.3, 0.6], [-1.0, -1.0], [1.0, 1.0])
    assert value == pytest.approx(0.45) and x.tolist() == [0.3, 0.6] and len(function.asked) < 50


def test_max_iterations() -> None:
    x, value = minimize_on_box(rosenbrock, [-1.2, 1.0], *EVERYWHERE, max_iterations=0)
    assert x.tolist() == [-1.2, 1.0] and value == rosenbrock(x)[0]
    values = [minimize_on_box(rosenbrock, [-1.2, 1.0], *EVERYWHERE, max_iterations=n)[1] for n in range(12)]
    assert values == sorted(values, reverse=True) and values[-1] < values[5] < values[1] < values[0]


def test_max_iterations_is_100_and_tolerance_1e_minus_6_if_not_given() -> None:
    # the valley of (x1 - 1)^2 + 1e12 (x2 - x1^2)^2 takes more than 100 steps
    def valley(x: Array) -> tuple[float, Array]:
        a, b = x[0] - 1, x[1] - x[0] ** 2
        return float(a * a + 1e9 * b * b), np.array([2 * a - 4e9 * x[0] * b, 2e9 * b])

    start = [-1.2, 1.44]
    default = minimize_on_box(valley, start, *EVERYWHERE)
    values = [minimize_on_box(valley, start, *EVERYWHERE, max_iterations=n)[1] for n in (99, 100, 101)]
    assert values[0] > values[1] > values[2] and default[1] == values[1]
    start = [-1.2, 1.0]
    x = minimize_on_box(rosenbrock, start, *EVERYWHERE)[0].tolist()
    assert x == minimize_on_box(rosenbrock, start, *EVERYWHERE, tolerance=1e-6)[0].tolist()


def test_tolerance_on_the_gradient() -> None:
    for start, steps in ((0.999e-3, 0), (1e-3, 0), (1.001e-3, 1)):  # f = x^2/2 has gradient x
        function = Counted(lambda x: (0.5 * float(x @ x), x.copy()))
        minimize_on_box(function, [start], [-1.0], [1.0], tolerance=1e-3)
        assert len(function.asked) == 1 + steps
    function = Counted(lambda x: (float(x[0]), np.ones(1)))  # at a wall the gradient may push against it
    assert minimize_on_box(function, [0.0], [0.0], [1.0])[0].tolist() == [0.0] and len(function.asked) == 1


def test_tolerance_on_the_gain() -> None:
    # f = |x|^4: the gradient vanishes faster than the steps, so the gain of a step decides
    loose = Counted(lambda x: (float(x[0] ** 4), 4 * x**3))
    minimize_on_box(loose, [0.7], [-2.0], [2.0], tolerance=1e-2)
    tight = Counted(lambda x: (float(x[0] ** 4), 4 * x**3))
    x, _ = minimize_on_box(tight, [0.7], [-2.0], [2.0], tolerance=1e-10)
    assert len(loose.asked) < len(tight.asked) and abs(x[0]) < 1e-3
    # relative to 1 + |f|: a step that gains 1 of 1e13 is the last
    high = Counted(lambda x: (1e13 + float(x @ x), 2 * x))
    minimize_on_box(high, [2.0], [-5.0], [5.0])
    assert len(high.asked) == 2


def test_arguments_stay_as_they_were() -> None:
    start, low, high = np.array([0.5, 0.5]), np.array([0.0, 0.0]), np.array([1.0, 1.0])
    for array in (start, low, high):
        array.flags.writeable = False
    x, value = minimize_on_box(lambda x: (1.0, np.zeros(2)), start, low, high)
    assert not np.shares_memory(x, start) and isinstance(value, float)
    x[:] = 7.0
    assert start.tolist() == [0.5, 0.5]


def test_the_value_is_a_plain_float() -> None:
    value = minimize_on_box(lambda x: (np.float32(2.0), np.zeros(1)), [0.5], [0.0], [1.0])[1]  # type: ignore[arg-type, return-value]
    assert type(value) is float


def test_a_step_too_long_is_cut_to_the_lowest_point_of_a_parabola() -> None:
    """On a parabola that is the minimum itself: three evaluations, the start, the step too far and the minimum."""
    for height, start, lowest in ((50.0, 1.0, 0.8), (1.5, 0.9, 0.8)):
        points: list[float] = []

        def parabola(x: Array, height: float = height, lowest: float = lowest) -> tuple[float, Array]:
            points.append(float(x[0]))  # noqa: B023
            return float(height * (x[0] - lowest) ** 2), 2 * height * (x - lowest)

        x, _ = minimize_on_box(parabola, [start], [0.0], [1.0])
        assert x[0] == pytest.approx(lowest, abs=1e-12)
        assert points == pytest.approx([start, 0.0 if height == 50.0 else 0.6, lowest])


def test_a_step_that_gains_nothing_is_not_taken() -> None:
    """Though it loses less than the share of the predicted decrease that a step must gain."""

    def rises(x: Array) -> tuple[float, Array]:
        return 0.0 if x[0] == 1.0 else 5e-5, np.ones(1)

    x, value = minimize_on_box(rises, [1.0], [0.0], [1.0])
    assert (x[0], value) == (1.0, 0.0)
