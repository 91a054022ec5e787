"""Are the data what they are said to be, is no image looked at twice, and does the objective tell of the network?"""

from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch.example import tuning_problem
from bayesopt_from_scratch.example.digits import N_CLASSES, N_FOLDS, N_HELD_OUT, N_TUNING, folds, load, split
from bayesopt_from_scratch.example.mlp import initialize


def rows(X: np.ndarray) -> list[bytes]:
    return sorted(row.tobytes() for row in X)


def test_the_images() -> None:
    X, T = load()
    assert X.shape == (1797, 64) and T.shape == (1797, 10) == (N_TUNING + N_HELD_OUT, N_CLASSES)
    assert X.min() == 0.0 and X.max() == 1.0 and np.array_equal(X * 16, np.round(X * 16))
    assert set(np.unique(T)) == {0.0, 1.0} and np.array_equal(T.sum(axis=1), np.ones(1797))
    assert T.sum(axis=0).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert T[:10].argmax(axis=1).tolist() == list(range(10))  # the file begins so
    assert load()[0] is X


def test_nobody_can_change_them() -> None:
    for array in load():
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 5.0


def test_scikit_learn_has_the_same_images() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = datasets.load_digits()
    X, T = load()
    assert np.array_equal(X * 16, theirs.data) and np.array_equal(T.argmax(axis=1), theirs.target)


def test_the_split_is_a_partition() -> None:
    (X, T), (X_out, T_out) = split(3)
    assert X.shape == (1200, 64) and T.shape == (1200, 10) and X_out.shape == (597, 64) and T_out.shape == (597, 10)
    assert rows(np.hstack([np.vstack([X, X_out]), np.vstack([T, T_out])])) == rows(np.hstack(load()))


def test_the_seed_makes_the_split() -> None:
    first, again, other = split(0), split(0), split(1)
    assert np.array_equal(first[0][0], again[0][0]) and not np.array_equal(first[0][0], other[0][0])
    with pytest.raises(ValueError):
        split(-1)


def test_every_image_validates_once() -> None:
    data, _ = split(0)
    pairs = folds(data)
    assert len(pairs) == N_FOLDS == 3
    for training, validation in pairs:
        assert [len(part) for part in (*training, *validation)] == [800, 800, 400, 400]
        joined = [np.hstack([np.vstack([t, v]) for t, v in zip(training, validation, strict=True)])]
        assert rows(joined[0]) == rows(np.hstack(data))
    assert np.array_equal(np.vstack([validation[0] for _, validation in pairs]), data[0])
    assert np.array_equal(np.vstack([validation[1] for _, validation in pairs]), data[1])
    small = folds((data[0][:8], data[1][:8]))
    assert [len(validation[0]) for _, validation in small] == [3, 3, 2]


PARAMS = {"learning_rate": 0.5, "weight_decay": 1e-5, "n_hidden": 32, "momentum": 0.5, "activation": "tanh"}


def test_one_hidden_unit_more_or_less_changes_little() -> None:
    """0.007 here; weights drawn anew for every width made neighbours differ by 0.05 and more."""
    problem = tuning_problem.DigitsProblem(100)
    values = [problem({**PARAMS, "n_hidden": H}) for H in range(30, 37)]
    assert np.abs(np.diff(values)).mean() < 0.02


def test_every_training_draws_its_own_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    first_weights = []

    def untrained(X: np.ndarray, T: np.ndarray, *, rng: np.random.Generator, **settings: Any) -> np.ndarray:
        first_weights.append(initialize(X.shape[1], settings["n_hidden"], T.shape[1], rng))
        return first_weights[-1]

    monkeypatch.setattr(tuning_problem, "train", untrained)
    for _ in range(2):
        tuning_problem.DigitsProblem(0)(PARAMS)
        tuning_problem.DigitsProblem(0).held_out_error(PARAMS)
    assert len({weights.tobytes() for weights in first_weights[: N_FOLDS + 1]}) == N_FOLDS + 1
    assert np.array_equal(first_weights[: N_FOLDS + 1], first_weights[N_FOLDS + 1 :])
