"""Is every suggestion of a journal derived again, and does a forged one show?"""

import enum
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch import (
    Choice,
    Float,
    GeneticSearch,
    GPSearch,
    GridSearch,
    Int,
    RandomSearch,
    Space,
    Strategy,
    Study,
    TPESearch,
    minimize,
)
from bayesopt_from_scratch.replay import replay
from bayesopt_from_scratch.surrogate.kernel import RBF, Matern52

SPACE = {
    "x": Float(1e-3, 1.0, log=True),
    "n": Int(1, 8),
    "c": Choice("sgd", None, 2, True),
    "m": Float(0.0, 0.9, when={"c": {"sgd", None}}),
}
GP = GPSearch(n_initial=3, n_candidates=50, n_starts=1, n_climbs=1)
EVERY: list[Any] = [
    pytest.param(strategy, id=type(strategy).__name__)
    for strategy in (
        GridSearch(budget=64),
        RandomSearch(),
        GeneticSearch(population=3),
        TPESearch(n_initial=3, good_fraction=0.3),
        GP,
    )
]


def objective(params: dict[str, Any]) -> float:
    if params["n"] == 3:
        raise RuntimeError("diverged")
    return float(params["x"]) + params["n"] + (params["c"] is None) + params.get("m", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.jsonl"


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("how", [{}, {"executor": partial(ThreadPoolExecutor, 4)}], ids=["sequential", "parallel"])
def test_every_suggestion_is_derived_again(path: Path, strategy: Strategy, how: dict[str, Any]) -> None:
    minimize(objective, SPACE, n_trials=12, strategy=strategy, seed=3, journal=path, **how)
    before = path.read_bytes()
    assert replay(path) == replay(str(path)) == replay(path, SPACE, strategy) == replay(path, Space(SPACE)) == 12
    assert path.read_bytes() == before


@pytest.mark.parametrize("strategy", EVERY)
def test_a_changed_digit_is_reported_with_its_line(path: Path, strategy: Strategy) -> None:
    minimize(objective, SPACE, n_trials=8, strategy=strategy, seed=3, journal=path)
    lines = path.read_text().splitlines()
    number = next(i for i, line in enumerate(lines) if line.startswith('{"event": "ask", "trial": 6'))
    there = re.search(r'"n": (\d)', lines[number])
    assert there is not None
    n = int(there[1]) % 8 + 1
    lines[number] = lines[number].replace(f'"n": {there[1]}', f'"n": {n}')
    path.write_text("\n".join(lines) + "\n")
    message = rf"line {number + 1}: trial 6 is {{.*'n': {n}.*}}, but derived again it is {{.*'n': {there[1]}.*}}$"
    with pytest.raises(ValueError, match=message):
        replay(path)


def test_a_changed_value_shows_in_the_next_suggestion(path: Path) -> None:
    minimize(objective, SPACE, n_trials=8, strategy=GP, journal=path)
    lines = path.read_text().splitlines()
    number = next(i for i, line in enumerate(lines) if line.startswith('{"event": "tell"'))
    lines[number] = re.sub(r'"value": [^,]+', '"value": -7.5', lines[number])
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ValueError, match="but derived again it is"):
        replay(path)


def test_a_trial_too_many_is_reported(path: Path) -> None:
    minimize(lambda params: 1.0, {"n": Int(0, 3)}, n_trials=4, strategy="random", journal=path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1].replace('"trial": 0', '"trial": 4')]) + "\n")
    with pytest.raises(ValueError, match=rf"line {len(lines) + 1}: trial 4 cannot be: all combinations"):
        replay(path)


def test_running_added_and_killed_trials_are_part_of_it(path: Path) -> None:
    study = Study(SPACE, TPESearch(n_initial=2), seed=None, journal=path)
    for i in range(10):
        trial = study.ask()
        study.start(trial)
        if i % 3:
            study.tell(trial, i)
        study.add({"x": 0.5, "n": 2, "c": 2}, -i)
    assert replay(path) == 10  # while the study holds it
    with path.open("ab") as file:
        file.write(b'{"event": "as')
    assert replay(path) == 10


def test_levels_of_each_axis_are_read(path: Path) -> None:
    space = {"type": Float(0.0, 1.0), "object": Int(0, 5)}
    strategy = GridSearch(points_per_axis={"type": 3, "object": 2})
    minimize(lambda params: 1.0, space, n_trials=9, strategy=strategy, journal=path)
    assert replay(path) == 6


@pytest.mark.parametrize("kernel", [RBF, Matern52])
def test_settings_of_a_strategy_are_read(path: Path, kernel: Any) -> None:
    strategy = GPSearch(kernel=kernel, n_initial=2, n_candidates=50, n_starts=1, n_climbs=1)
    minimize(objective, SPACE, n_trials=6, strategy=strategy, journal=path)
    assert replay(path) == 6


def test_options_that_are_nearly_plain_are_the_same_again(path: Path) -> None:
    class Size(enum.IntEnum):
        SMALL, LARGE = 3, 5

    space = {"a": Choice(*np.linspace(0, 1, 5)), "b": Choice(*np.arange(3)), "c": Choice(*Size), "d": Choice("u", "v")}
    minimize(lambda params: float(params["a"]), space, n_trials=12, strategy="tpe", journal=path)
    assert '"option"' in path.read_text() and replay(path) == 12


def test_options_that_are_objects_need_the_space(path: Path) -> None:
    space = {"c": Choice(min, max), "x": Float(0.0, 1.0)}
    minimize(lambda params: params["c"](params["x"], 0.5), space, n_trials=5, strategy="tpe", journal=path)
    with pytest.raises(ValueError, match=r"^cannot be made again from the journal: .*'min'.*; pass the space"):
        replay(path)
    assert replay(path, space) == 5


class Mine:
    """A strategy of one's own."""

    def suggest(self, space: Space, trials: Any, rng: Any) -> dict[str, Any]:
        return {"x": float(rng.random()) / 2}


def test_a_strategy_of_ones_own_needs_to_be_passed(path: Path) -> None:
    minimize(lambda params: 1.0, {"x": Float(0.0, 1.0)}, n_trials=5, strategy=Mine(), journal=path)
    with pytest.raises(ValueError, match=r"^cannot be made again from the journal: .*'Mine'.*or the strategy itself$"):
        replay(path)
    assert replay(path, strategy=Mine()) == 5
    with pytest.raises(ValueError, match="line 2: trial 0 is"):
        replay(path, strategy=TPESearch())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (r'"space": {', '"space": 3, "spaces": {'),
        (r'"space": {"x": {', '"space": {"x": 3, "y": {'),
        (r'"type": "Float", "low": [^,]+', '"type": "Float"'),
        (r'"type": "RandomSearch"', '"type": "RandomSearch", "speed": 3'),
        (r'"type": "RandomSearch"', '"type": "Popen"'),
        (r'"format": 1', '"format": 2'),
        (r'"seed": 0', '"seed": "zero"'),
    ],
)
def test_a_first_line_that_tells_not_all_is_a_value_error(path: Path, before: str, after: str) -> None:
    minimize(lambda params: 1.0, {"x": Float(0.0, 1.0)}, n_trials=2, strategy="random", journal=path)
    path.write_text(re.sub(before, after, path.read_text(), count=1))
    with pytest.raises(ValueError, match=r"line \d: |cannot be made again|format"):
        replay(path)


def test_what_is_no_journal_is_refused(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replay(path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="holds no study"):
        replay(path)
    path.write_bytes(b"hello\n")
    with pytest.raises(ValueError, match="line 1 is damaged"):
        replay(path)
