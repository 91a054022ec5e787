"""Is chance uniform, and does it not repeat itself?"""

import numpy as np
import pytest

from bayesopt_from_scratch import Choice, Float, Int, RandomSearch, Space, SpaceExhausted, Trial


def test_it_is_uniform_on_the_cube() -> None:
    space = Space({"x": Float(1e-4, 1.0, log=True), "n": Int(1, 4), "c": Choice("a", "b")})
    many = [RandomSearch().suggest(space, [], np.random.default_rng([seed])) for seed in range(400)]
    u = np.sort(space.to_unit(many)[:, 0])
    assert np.abs(u - (np.arange(400) + 0.5) / 400).max() < 1.95 / 400**0.5  # Kolmogorov, 0.1 %
    for name, values in (("n", (1, 2, 3, 4)), ("c", ("a", "b"))):
        shares = np.array([sum(params[name] == value for params in many) for value in values]) / 400
        assert np.abs(shares - 1 / len(values)).max() < 0.09


def test_it_is_the_first_draw_of_the_generator() -> None:
    space = Space({"x": Float(0, 1), "y": Float(0, 1)})
    found = RandomSearch().suggest(space, [Trial(0, {"x": 0.5, "y": 0.5}, "done", value=1.0)], np.random.default_rng(3))
    assert list(found.values()) == np.random.default_rng(3).random((100, 2))[0].tolist()


def test_it_does_not_repeat_itself() -> None:
    space = Space({"n": Int(0, 4)})
    trials: list[Trial] = []
    for i in range(5):
        trials.append(Trial(i, RandomSearch().suggest(space, trials, np.random.default_rng([0, i]))))
    assert {trial.params["n"] for trial in trials} == set(range(5))
    with pytest.raises(SpaceExhausted):
        RandomSearch().suggest(space, trials, np.random.default_rng(0))
