"""Are the two kernels the textbook's, to the last digits, with their gradients? And what do they refuse?

The constants were made with mpmath at 50 digits from eq. 4.9 and 4.17 of Rasmussen & Williams (2006), for the doubles
that the literals stand for, and printed to the last digit of a double.
"""

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bayesopt_from_scratch import RBF, Kernel, Matern52

Array = NDArray[np.floating]
EPS = 2.0**-52

A = [[0.1, 0.7], [0.35, 0.2], [0.6, 0.9], [0.85, 0.4]]
B = [[0.1, 0.7], [0.5, 0.5], [3.0, -20.0]]
LENGTHSCALES, VARIANCE = [0.3, 1.7], 2.5

# kernel, matrix k(A, B)
VALUES = [
    (
        RBF,
        [
            [2.5, 1.0206926115193722, 8.148716622789583e-53],
            [1.6918386810949628, 2.1721550766626296, 6.242186972599059e-48],
            [0.6190813630286556, 2.300332126690557, 4.783276360322923e-47],
            [0.1081452333074051, 1.2636509020763544, 9.458314302515222e-43],
        ],
    ),
    (
        Matern52,
        [
            [2.5, 0.8747601999549083, 8.751731889903353e-13],
            [1.4823748302643716, 2.0275057568126593, 4.179516912896782e-12],
            [0.5597583233296184, 2.1984606381348595, 5.591540858073855e-12],
            [0.15718823612734, 1.0798975968764075, 2.3892226298428467e-11],
        ],
    ),
]
# kernel, dk/dlog l and dk/da for the first two points of A
GRADIENTS = [
    (RBF, [1.174887972982613, 0.1463528270843393], [4.699551891930452, -0.29270565416867866]),
    (Matern52, [1.1936602565033343, 0.1486912430246368], [4.774641026013337, -0.2973824860492736]),
]

both = pytest.mark.parametrize("kind", [RBF, Matern52])


@pytest.mark.parametrize(("kind", "K"), VALUES)
def test_values(kind: type[Kernel], K: list[list[float]]) -> None:
    kernel = kind(LENGTHSCALES, VARIANCE)
    D2 = kernel.squared_distances(A, B)
    assert np.all(np.abs(kernel(A, B) - K) <= 4 * EPS * (2 + 2 * D2) * np.array(K) + 1e-300)
    assert np.all(np.abs(kernel(A, B) - K)[:, :2] <= 1e-14 * np.array(K)[:, :2])


@pytest.mark.parametrize(("kind", "by_lengthscale", "by_input"), GRADIENTS)
def test_gradients(kind: type[Kernel], by_lengthscale: list[float], by_input: list[float]) -> None:
    kernel = kind(LENGTHSCALES, VARIANCE)
    gradient = kernel.gradient(A[:1], A[1:2])
    assert gradient.shape == (2, 1, 1) and gradient[:, 0, 0] == pytest.approx(by_lengthscale, rel=1e-14, abs=0)
    assert kernel.input_gradient(A[0], A[1:2]) == pytest.approx(np.array([by_input]), rel=1e-14, abs=0)


@both
def test_gradients_are_those_of_the_values(kind: type[Kernel]) -> None:
    kernel, h = kind(LENGTHSCALES, VARIANCE), 1e-3
    a = np.array(A)
    gradient, by_input = kernel.gradient(A, B[:2]), kernel.input_gradient(A[1], B[:2])
    assert gradient.shape == (2, 4, 2) and by_input.shape == (2, 2)
    for j in range(2):

        def shifted(t: float, j: int = j) -> Array:
            l = np.array(LENGTHSCALES)
            l[j] *= np.exp(t)
            return kind(l, VARIANCE)(A, B[:2])

        def moved(t: float, j: int = j) -> Array:
            x = a[1].copy()
            x[j] += t
            return kernel(x[None], B[:2])[0]

        assert gradient[j] == pytest.approx(fourth_order(shifted, h), abs=1e-8)
        assert by_input[:, j] == pytest.approx(fourth_order(moved, h), abs=1e-8)


def fourth_order(f: Callable[[float], Array], h: float) -> Array:
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


@both
def test_profile_and_slope(kind: type[Kernel]) -> None:
    kernel, D2, h = kind([1.0], 2.5), np.array([0.1, 1.0, 7.0]), 1e-3
    k, slope = kernel.profile(D2)
    assert k == pytest.approx(kernel([[0.0]], np.sqrt(D2)[:, None])[0], rel=1e-14, abs=0)
    assert slope == pytest.approx(-2 * fourth_order(lambda t: kernel.profile(D2 + t)[0], h), rel=1e-6)
    assert not np.shares_memory(k, slope) and not np.shares_memory(k, D2)
    assert D2.tolist() == [0.1, 1.0, 7.0]


def test_squared_distances() -> None:
    D2 = RBF([2.0, 0.5]).squared_distances([[0.0, 0.0], [4.0, 1.0]], [[2.0, 1.0]])
    assert D2.tolist() == [[1.0 + 4.0], [1.0]]
    # far from the origin the differences keep all their digits
    assert RBF([1.0]).squared_distances([[2.0**40]], [[2.0**40 + 0.5]]).tolist() == [[0.25]]


@both
def test_on_the_diagonal_and_symmetric(kind: type[Kernel]) -> None:
    K = kind(LENGTHSCALES, VARIANCE)(A, A)
    assert np.array_equal(K, K.T) and np.diag(K).tolist() == [VARIANCE] * 4
    assert kind([1.0]).variance == 1.0 and kind([1.0])([[3.0]], [[3.0]]).tolist() == [[1.0]]


@given(st.integers(-300, 300), st.integers(-40, 40))
def test_powers_of_two_scale_exactly(of_variance: int, of_length: int) -> None:
    v, s = 2.0**of_variance, 2.0**of_length
    for kind in (RBF, Matern52):
        K = kind(LENGTHSCALES, VARIANCE)(A, B[:2])
        assert np.array_equal(kind(LENGTHSCALES, VARIANCE * v)(A, B[:2]), v * K)
        scaled = kind(s * np.array(LENGTHSCALES), VARIANCE)(s * np.array(A), s * np.array(B[:2]))
        assert np.array_equal(scaled, K)


@both
def test_far_apart_is_exactly_uncorrelated_and_never_nan(kind: type[Kernel]) -> None:
    for l in (1e-3, 1e-100, 1e-150):
        assert kind([l], 2.0)([[0.0], [1.0]], [[0.0], [1.0]]).tolist() == [[2.0, 0.0], [0.0, 2.0]]
    k, slope = kind([1.0]).profile(np.array([0.0, 1e300, np.inf]))
    assert k[1:].tolist() == [0.0, 0.0] == slope[1:].tolist() and k[0] == 1.0
    assert kind([1.0], 1e300).profile(np.array([1e6]))[0].tolist() == [0.0]


@both
def test_a_long_lengthscale_makes_a_coordinate_irrelevant(kind: type[Kernel]) -> None:
    wide = kind([0.3, 1e12], 1.0)(A, B[:2])
    alone = kind([0.3], 1.0)(np.array(A)[:, :1], np.array(B)[:2, :1])
    assert wide == pytest.approx(alone, rel=1e-14, abs=0)


@both
def test_shapes_without_points_or_coordinates(kind: type[Kernel]) -> None:
    kernel = kind(LENGTHSCALES)
    assert kernel(np.zeros((0, 2)), B).shape == (0, 3) and kernel(A, np.zeros((0, 2))).shape == (4, 0)
    assert kernel.gradient(np.zeros((0, 2)), B).shape == (2, 0, 3)
    assert kernel.input_gradient([0.0, 0.0], np.zeros((0, 2))).shape == (0, 2)
    assert kind([], 3.0)(np.zeros((2, 0)), np.zeros((1, 0))).tolist() == [[3.0], [3.0]]


@both
def test_lists_integers_and_any_memory_order_are_points(kind: type[Kernel]) -> None:
    kernel = kind((2, 3), 4)
    points = [[0, 1], [2, 3], [5, 8]]
    expected = kernel(np.array(points, dtype=float), np.array(points, dtype=float)).tolist()
    for X in (points, np.asfortranarray(points), np.array(points, dtype=np.float32), np.array(points)[::-1][::-1]):
        assert kernel(X, X).tolist() == expected and kernel(X, X).dtype == np.float64
    single = np.array(A, dtype=np.float32)
    assert kernel(single, single).tolist() == kernel(single.astype(float), single.astype(float)).tolist()
    by_input = kernel.input_gradient([0, 1], points)
    assert by_input.tolist() == kernel.input_gradient(np.array([0.0, 1.0]), np.array(points, dtype=float)).tolist()


@both
def test_arguments_stay_as_they_were(kind: type[Kernel]) -> None:
    X, l = np.array(A), np.array(LENGTHSCALES)
    X.flags.writeable = False
    kernel = kind(l, VARIANCE)
    before = kernel(X, X)
    l[:] = 9.0  # the kernel has its own
    assert kernel.lengthscales.tolist() == LENGTHSCALES and np.array_equal(kernel(X, X), before)
    before[:] = 0.0
    assert kernel(X, X)[0, 0] == VARIANCE and X.tolist() == A


def test_a_kernel_cannot_be_changed() -> None:
    kernel = RBF(2, np.float32(3))  # type: ignore[arg-type]
    assert kernel.lengthscales.tolist() == [2.0] and type(kernel.variance) is float
    with pytest.raises(ValueError, match="read-only"):
        kernel.lengthscales[0] = 1.0
    with pytest.raises(FrozenInstanceError):
        kernel.variance = 1.0  # type: ignore[misc]
    assert repr(kernel) == "RBF(lengthscales=array([2.]), variance=3.0)"


@both
@pytest.mark.parametrize("l", [[0.0], [1.0, -1.0], [np.nan], [np.inf], [[1.0, 2.0]]])
def test_refuses_lengthscales(kind: type[Kernel], l: Any) -> None:
    message = f"expected positive finite length scales of shape (d,), got {np.array(l)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        kind(l)


@both
@pytest.mark.parametrize("v", [0.0, -1.0, np.nan, np.inf])
def test_refuses_a_variance(kind: type[Kernel], v: float) -> None:
    with pytest.raises(ValueError, match=f"^expected a positive finite variance, got {v}$"):
        kind([1.0], v)


@both
@pytest.mark.parametrize("X", [[0.0, 1.0], [[0.0]], [[0.0, 1.0, 2.0]], [[[0.0, 1.0]]], 3.0])
def test_refuses_points_of_another_shape(kind: type[Kernel], X: Any) -> None:
    kernel, shape = kind(LENGTHSCALES), np.shape(X)
    message = f"expected points of shape (n, 2), one column per length scale, got shape {shape}"
    calls: list[Callable[[], Array]] = [
        lambda: kernel(X, B),
        lambda: kernel(A, X),
        lambda: kernel.gradient(X, B),
        lambda: kernel.gradient(A, X),
        lambda: kernel.input_gradient(A[0], X),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            call()


def test_input_gradient_takes_one_point() -> None:
    message = "expected points of shape (n, 2), one column per length scale, got shape (1, 4, 2)"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        RBF(LENGTHSCALES).input_gradient(A, B)


def test_the_base_class_has_no_profile() -> None:
    class Mine(Kernel):
        pass

    for kernel, name in ((Kernel([1.0]), "Kernel"), (Mine([1.0]), "Mine")):
        message = f"{name} is abstract: use RBF or Matern52, or define profile(D2) -> k, slope"
        with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
            kernel([[0.0]], [[1.0]])
