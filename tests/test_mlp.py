"""Is the gradient the gradient, and does training with it learn?"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayesopt_from_scratch.example.mlp import (
    ACTIVATIONS,
    evaluate,
    initialize,
    log_softmax,
    loss_and_gradient,
    train,
    unpack,
)


def problem(n: int = 7, D: int = 3, K: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, D)), np.eye(K)[rng.integers(K, size=n)]


def learned(**changes: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X, T = problem(60, 2, 3)
    T = np.eye(3)[np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.5])]
    settings = {
        "n_hidden": 6,
        "activation": "tanh",
        "learning_rate": 0.3,
        "momentum": 0.8,
        "weight_decay": 1e-5,
        "n_epochs": 40,
        "batch_size": 16,
    }
    return X, T, train(X, T, **{**settings, **changes}, rng=np.random.default_rng(1))  # type: ignore[arg-type]


# The gradient


@pytest.mark.parametrize("activation", ACTIVATIONS)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.7]))
@settings(max_examples=10)
def test_the_gradient_is_the_difference_quotient(activation: str, seed: int, weight_decay: float) -> None:
    X, T = problem(seed=seed)
    theta = initialize(3, 5, 4, np.random.default_rng(seed)) + 0.1  # biases away from zero
    _, gradient = loss_and_gradient(theta, X, T, activation, weight_decay)
    hidden = X @ unpack(theta, 3, 4)[0] + unpack(theta, 3, 4)[1]
    step = 1e-6
    if activation == "relu" and np.abs(hidden).min() < 1e-4:  # no derivative at the kink
        return
    for i in range(len(theta)):
        above, below = theta.copy(), theta.copy()
        above[i] += step
        below[i] -= step
        rise = loss_and_gradient(above, X, T, activation, weight_decay)[0]
        fall = loss_and_gradient(below, X, T, activation, weight_decay)[0]
        assert gradient[i] == pytest.approx((rise - fall) / (2 * step), abs=1e-7)


def test_the_loss_is_its_formula() -> None:
    """One example, one hidden unit, by hand."""
    theta = np.array([2.0, 0.5, 3.0, -1.0, 0.1, 0.2])  # W1 = 2, b1 = 0.5, W2 = (3, -1), b2 = (0.1, 0.2)
    z = math.tanh(2.0 * 0.3 + 0.5)
    a = [3 * z + 0.1, -z + 0.2]
    cross_entropy = math.log(math.exp(a[0]) + math.exp(a[1])) - a[1]
    loss, _ = loss_and_gradient(theta, np.array([[0.3]]), np.array([[0.0, 1.0]]), "tanh", 0.4)
    assert loss == pytest.approx(cross_entropy + 0.2 * (4 + 9 + 1), rel=1e-14)
    value, error = evaluate(theta, np.array([[0.3]]), np.array([[0.0, 1.0]]), "tanh")
    assert value == pytest.approx(cross_entropy, rel=1e-14) and error == 1.0


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_derivatives_in_terms_of_the_outputs(activation: str) -> None:
    h, h_prime = ACTIVATIONS[activation]
    a = np.array([-800.0, -3.0, -0.5, 0.7, 4.0, 800.0])
    assert h_prime(h(a)) == pytest.approx((h(a + 1e-6) - h(a - 1e-6)) / 2e-6, abs=1e-6)
    assert h(np.array([0.0]))[0] == {"relu": 0.0, "tanh": 0.0, "logistic": 0.5}[activation]


def test_no_argument_is_changed() -> None:
    X, T = problem()
    theta = initialize(3, 5, 4, np.random.default_rng(0))
    before = [array.copy() for array in (theta, X, T)]
    loss_and_gradient(theta, X, T, "relu", 0.1)
    rng = np.random.default_rng(0)
    scales = {"learning_rate": 0.1, "momentum": 0.5, "weight_decay": 0.0}
    train(X, T, n_hidden=2, activation="relu", n_epochs=2, batch_size=3, rng=rng, **scales)
    assert all(np.array_equal(array, old) for array, old in zip((theta, X, T), before, strict=True))


# Softmax


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=1, max_size=5), st.floats(-1e3, 1e3))
def test_log_softmax(rows: list[list[float]], shift: float) -> None:
    A = np.array(rows)
    log_P = log_softmax(A)
    assert log_P.shape == A.shape and np.all(log_P <= 0) and np.all(np.isfinite(log_P))
    assert np.exp(log_P).sum(axis=1) == pytest.approx(np.ones(len(A)), rel=1e-14)
    assert log_P - log_P[:, :1] == pytest.approx(A - A[:, :1], abs=1e-9)
    assert log_softmax(A + shift) == pytest.approx(log_P, abs=1e-9)


def test_log_softmax_of_known_values() -> None:
    assert log_softmax(np.log(np.array([[1.0, 2.0, 5.0]])))[0] == pytest.approx(
        np.log([1 / 8, 2 / 8, 5 / 8]), rel=1e-14
    )
    assert log_softmax(np.array([[1e300, 0.0]])).tolist() == [[0.0, -1e300]]


# Weights


def test_the_first_weights() -> None:
    theta = initialize(400, 100, 300, np.random.default_rng(0))
    W1, b1, W2, b2 = unpack(theta, 400, 300)
    assert (W1.shape, b1.shape, W2.shape, b2.shape) == ((400, 100), (100,), (100, 300), (300,))
    assert theta.size == sum(part.size for part in (W1, b1, W2, b2))
    assert W1.std() == pytest.approx((2 / 500) ** 0.5, rel=0.02) and W2.std() == pytest.approx(
        (2 / 400) ** 0.5, rel=0.02
    )
    assert abs(W1.mean()) < 0.002 and abs(W2.mean()) < 0.002 and not b1.any() and not b2.any()


def test_a_wider_network_begins_with_the_same_units() -> None:
    narrow, wide = (unpack(initialize(7, H, 3, np.random.default_rng(0)), 7, 3) for H in (4, 6))
    assert wide[0][:, :4] * (13 / 11) ** 0.5 == pytest.approx(narrow[0], rel=1e-12)  # 2 / (7 + H), of every width
    assert wide[2][:4] * (9 / 7) ** 0.5 == pytest.approx(narrow[2], rel=1e-12)


def test_the_parts_are_views() -> None:
    theta = np.zeros(3 * 2 + 2 + 2 * 4 + 4)
    for i, part in enumerate(unpack(theta, 3, 4), 1):
        part[...] = i
    assert theta.tolist() == [1.0] * 6 + [2.0] * 2 + [3.0] * 8 + [4.0] * 4


# Training


def test_it_learns() -> None:
    X, T, theta = learned()
    loss, error = evaluate(theta, X, T, "tanh")
    assert loss < 0.2 and error < 0.1
    untrained = evaluate(initialize(2, 6, 3, np.random.default_rng(1)), X, T, "tanh")
    assert untrained[0] > 0.8


def test_the_same_generator_gives_the_same_weights() -> None:
    assert np.array_equal(learned()[2], learned()[2])


def test_a_step_is_momentum_and_gradient() -> None:
    """All data in one batch, so that no order matters: v = mu v - rate gradient, theta = theta + v."""
    X, T = problem()
    rng = np.random.default_rng(5)
    for _ in range(3):
        rng.permutation(7)  # the orders are drawn first
    theta = initialize(3, 2, 4, rng)
    v = np.zeros_like(theta)
    for _ in range(3):
        v = 0.7 * v - 0.2 * loss_and_gradient(theta, X, T, "logistic", 0.01)[1]
        theta = theta + v
    trained = train(
        X,
        T,
        n_hidden=2,
        activation="logistic",
        learning_rate=0.2,
        momentum=0.7,
        weight_decay=0.01,
        n_epochs=3,
        batch_size=100,
        rng=np.random.default_rng(5),
    )
    assert trained == pytest.approx(theta, rel=1e-12)


def test_divergence_is_not_a_number_and_no_warning() -> None:
    X, T, theta = learned(learning_rate=1e200, activation="relu")
    assert np.isnan(theta).all() and theta.shape == (2 * 6 + 6 + 6 * 3 + 3,)
    assert math.isnan(evaluate(theta, X, T, "relu")[0])


def test_huge_weights_are_a_value_and_no_warning() -> None:
    X, T, theta = learned()
    assert not math.isfinite(evaluate(theta * 1e200, X, T, "relu")[0])


def test_weight_decay_shrinks() -> None:
    _, _, free = learned(weight_decay=0.0)
    _, _, decayed = learned(weight_decay=0.1)
    assert np.square(decayed).sum() < 0.5 * np.square(free).sum()
