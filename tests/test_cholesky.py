"""Is the factor a factor, with no more jitter than it needs? And is the inverse of a triangle its inverse?"""

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bayesopt_from_scratch.numerics import cholesky
from bayesopt_from_scratch.numerics.cholesky import factorize, invert_triangle

EPS = 2.0**-52
RUNGS = [0.0, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3]

Array = NDArray[np.floating]


def matrix(eigenvalues: list[float], seed: int = 0) -> Array:
    """A full symmetric matrix with these eigenvalues."""
    n = len(eigenvalues)
    Q = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))[0]
    K = Q * eigenvalues @ Q.T
    return (K + K.T) / 2


def least_rung(K: Array) -> float:
    """The rule by its words: the first rung whose factor exists and has no pivot made of rounding."""
    scale = float(np.diag(K).mean())
    for rung in RUNGS:
        try:
            smallest = np.diag(np.linalg.cholesky(K + rung * scale * np.eye(len(K)))).min()
        except np.linalg.LinAlgError:
            continue
        if smallest**2 > 8 * len(K) * EPS * scale:
            return rung * scale
    raise AssertionError


def test_by_hand() -> None:
    # columns of the factor: 2 = sqrt 4, 6 = 12/2, -8 = -16/2; 1 = sqrt(37 - 36), ...
    L, jitter = factorize([[4, 12, -16], [12, 37, -43], [-16, -43, 98]])
    assert L.tolist() == [[2, 0, 0], [6, 1, 0], [-8, 5, 3]]
    assert jitter == 0.0 and isinstance(jitter, float)
    assert invert_triangle(np.array([[2.0, 0, 0], [6, 1, 0], [-8, 5, 4]])).tolist() == [
        [0.5, 0, 0],
        [-3, 1, 0],
        [4.75, -1.25, 0.25],
    ]


@given(st.integers(1, 60), st.floats(0, 10), st.floats(-150, 150), st.integers(0, 1000))
def test_factor_times_its_transpose(n: int, decades: float, size: float, seed: int) -> None:
    K = 10**size * matrix(np.logspace(0, -decades, n).tolist(), seed)
    L, jitter = factorize(K)
    assert jitter == 0.0
    assert np.array_equal(L, np.tril(L)) and np.all(np.diag(L) > 0)
    # Higham (2002), theorem 10.3: componentwise (n + 1) u |L| |L'|
    assert np.all(np.abs(L @ L.T - K) <= 2 * (n + 1) * EPS * (np.abs(L) @ np.abs(L).T))


@given(st.integers(1, 8), st.lists(st.integers(0, 3), min_size=1, max_size=8), st.floats(-150, 150))
@example(1, [0, 0, 0], 0.0)
def test_jitter_is_the_least_rung_that_works(n: int, copies: list[int], size: float) -> None:
    x = np.arange(n) * 0.01
    x = np.append(x, x[np.array(copies) % n])
    K = 10**size * np.exp(-0.5 * (x[:, None] - x) ** 2)
    L, jitter = factorize(K)
    assert jitter == least_rung(K) > 0
    A = K + jitter * np.eye(len(K))
    assert np.all(np.abs(L @ L.T - A) <= 2 * (len(K) + 1) * EPS * (np.abs(L) @ np.abs(L).T))
    assert np.diag(L).min() ** 2 > 8 * len(K) * EPS * np.diag(K).mean()


@pytest.mark.parametrize("rung", RUNGS[1:])
@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e200])
def test_every_rung_can_be_reached(rung: float, scale: float) -> None:
    # eigenvalue -0.3 rung x the mean of the diagonal: a tenth of the rung is too little, the rung enough
    K = scale * np.array([[1.0, 1 + 0.3 * rung], [1 + 0.3 * rung, 1.0]])
    assert factorize(K)[1] == pytest.approx(rung * scale, rel=1e-15, abs=0)


def test_a_pivot_of_rounding_noise_is_no_pivot() -> None:
    # LAPACK accepts all three; the bound is 8 n eps times the mean of the diagonal, here a half
    for pivot, accepted in ((8 * EPS, False), (8 * EPS * (1 + 16 * EPS), True), (9 * EPS, True), (7 * EPS, False)):
        K = np.diag([1.0, pivot])
        np.linalg.cholesky(K)
        jitter = factorize(K)[1]
        assert jitter == (0.0 if accepted else 1e-12 * K.trace() / 2)


def test_the_bound_grows_with_n_and_the_mean_of_the_diagonal() -> None:
    for n in (2, 5, 20):
        for scale in (1e-30, 1.0, 1e30):
            for factor, accepted in ((0.9, False), (1.2, True)):
                diagonal = np.full(n, scale)
                diagonal[-1] = 0
                diagonal[-1] = factor * 8 * n * EPS * diagonal.mean()
                assert (factorize(np.diag(diagonal))[1] == 0) is accepted


def test_jitter_is_relative_to_the_mean_of_the_diagonal() -> None:
    K = np.array([[1.0, 0, 0], [0, 4, 4], [0, 4, 4]])
    assert factorize(K)[1] == pytest.approx(3e-12, rel=1e-15)


def test_no_rows() -> None:
    L, jitter = factorize(np.zeros((0, 0)))
    assert L.shape == (0, 0) and jitter == 0.0
    assert invert_triangle(L).shape == (0, 0)


def test_only_the_lower_triangle_is_read() -> None:
    assert factorize([[4.0, 99.0], [2.0, 5.0]])[0].tolist() == [[2.0, 0.0], [1.0, 2.0]]


def test_argument_stays_as_it_was() -> None:
    K = np.asfortranarray(np.ones((3, 3)))
    K.flags.writeable = False
    L, jitter = factorize(K)
    assert jitter > 0 and np.all(K == 1) and not np.shares_memory(L, K)
    one = np.array([[1.0]])
    factorize(one)[0][:] = 5.0
    assert one.item() == 1.0
    triangle = np.tril(np.ones((3, 3)))
    triangle.flags.writeable = False
    assert not np.shares_memory(invert_triangle(triangle), triangle)


def test_single_precision_is_raised_to_double() -> None:
    assert factorize(np.eye(2, dtype=np.float32))[0].dtype == np.float64


@pytest.mark.parametrize(
    ("K", "message"),
    [
        (np.ones((2, 3)), "expected a finite square matrix, got shape (2, 3), finite: True"),
        (np.ones(3), "expected a finite square matrix, got shape (3,), finite: True"),
        (np.ones((2, 2, 2)), "expected a finite square matrix, got shape (2, 2, 2), finite: True"),
        (3.0, "expected a finite square matrix, got shape (), finite: True"),
        ([[1.0, np.nan], [np.nan, 1.0]], "expected a finite square matrix, got shape (2, 2), finite: False"),
        ([[1.0, 0.0], [np.inf, 1.0]], "expected a finite square matrix, got shape (2, 2), finite: False"),
    ],
)
def test_refuses_what_is_no_matrix(K: Array, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        factorize(K)


@pytest.mark.parametrize(
    ("K", "ending"),
    [
        ([[-2.0]], "its smallest diagonal entry is -2"),
        ([[0.0]], "its smallest diagonal entry is 0"),
        ([[1.0, 0.0], [0.0, -1234.5678]], "its smallest diagonal entry is -1.23e+03"),
        ([[0.0, 1.0], [1.0, 0.0]], "its smallest diagonal entry is 0"),
        ([[1.0, 2.0], [2.0, 1.0]], "the two closest points are rows 0 and 1, with correlation 2"),
        ([[4.0, -10.0], [-10.0, 16.0]], "the two closest points are rows 0 and 1, with correlation -1.25"),
        (
            [[1.0, 0.9, -1.5], [0.9, 1.0, 0.0], [-1.5, 0.0, 1.0]],
            "the two closest points are rows 0 and 2, with correlation -1.5",
        ),
        (
            [[100.0, 0.0, 0.0], [0.0, 1.0, 20.0], [0.0, 20.0, 100.0]],
            "the two closest points are rows 1 and 2, with correlation 2",
        ),
        ([[1e300, 3e300], [3e300, 1e300]], "the two closest points are rows 0 and 1, with correlation 3"),
        (
            [[1.0, 1.0, 0.0], [1.0, 1.0, 1.01234567890123], [0.0, 1.01234567890123, 1.0]],
            "the two closest points are rows 1 and 2, with correlation 1.0123456789",
        ),
    ],
)
def test_an_indefinite_matrix_is_an_error_that_says_where(K: list[list[float]], ending: str) -> None:
    start = f"matrix of size {len(K)} is not positive definite, even with jitter 0.001 x its mean diagonal; "
    with pytest.raises(np.linalg.LinAlgError, match=f"^{re.escape(start + ending)}$") as error:
        factorize(K)
    assert isinstance(error.value, ValueError)


def test_an_eigenvalue_just_too_negative_for_the_last_rung() -> None:
    assert factorize([[1.0, 1.0009], [1.0009, 1.0]])[1] == 1e-3
    with pytest.raises(np.linalg.LinAlgError):
        factorize([[1.0, 1.0011], [1.0011, 1.0]])


@pytest.mark.parametrize("n", [1, 2, 3, 23, 24, 25, 26, 48, 49, 50, 51, 63, 64, 65, 66, 97, 128, 130, 200])
def test_inverse_of_a_triangle(n: int) -> None:
    rng = np.random.default_rng(n)
    L = np.tril(rng.standard_normal((n, n)) / np.sqrt(n)) + np.diag(rng.uniform(1, 2, n))
    W = invert_triangle(L)
    assert np.array_equal(W, np.tril(W))
    assert np.array_equal(np.diag(W), 1 / np.diag(L))
    # forward substitution leaves |W L - I| <= n u |W| |L|; the recursion a small multiple of it
    assert np.all(np.abs(W @ L - np.eye(n)) <= 4 * n * EPS * (np.abs(W) @ np.abs(L)))
    assert np.all(np.abs(L @ W - np.eye(n)) <= 4 * n * EPS * (np.abs(L) @ np.abs(W) @ np.abs(L) @ np.abs(W)))


@pytest.mark.parametrize("n", [30, 60, 100, 200])
def test_the_inverse_is_as_good_as_a_solve_where_the_matrix_is_nearly_singular(n: int) -> None:
    # without refinement W L - I is 6e-3 at n = 60, and a posterior of 200 points of a sine is off by 4e-3
    x = np.linspace(-5, 5, n)
    L, _ = factorize(np.exp(-0.5 * (x[:, None] - x) ** 2))
    W = invert_triangle(L)
    assert np.all(np.abs(W @ L - np.eye(n)) <= 4 * n * EPS * (np.abs(W) @ np.abs(L)))
    k = np.exp(-0.5 * (x[:, None] - np.linspace(-5, 5, 301)) ** 2)
    assert np.all(np.sum((W @ k) ** 2, axis=0) <= 1 + 1e-9)  # the variance it leaves is 0 or more


def test_inverse_of_the_triangle_of_ones_is_exact_for_every_size() -> None:
    for n in range(1, 60):
        expected = np.eye(n) - np.eye(n, k=-1)
        assert np.array_equal(invert_triangle(np.tri(n)), expected)


def test_entries_above_the_diagonal_are_not_read() -> None:
    for n in (3, 60):
        full = np.tri(n) + np.triu(np.full((n, n), 7.0), 1)
        assert np.array_equal(invert_triangle(full), invert_triangle(np.tri(n)))


def test_the_inverse_is_accurate_for_graded_triangles() -> None:
    # D T with T unit triangular and D over 24 decades: W = T^-1 D^-1, every column to relative accuracy
    n = 60
    D = np.logspace(-12, 12, n)
    T = np.eye(n) - np.eye(n, k=-1)
    assert invert_triangle(D[:, None] * T) == pytest.approx(np.tri(n) / D, rel=1e-13, abs=0)


def test_recursion_starts_only_where_it_pays() -> None:
    assert 8 <= cholesky._LEAF <= 64
