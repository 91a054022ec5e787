"""Does the grid stand where its settings say?"""

import re
from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch import Choice, Float, GridSearch, Int, Space, SpaceExhausted, Trial
from bayesopt_from_scratch.search.space import Params

PLANE = Space({"x": Float(0, 1), "y": Float(0, 1), "kind": Choice("a", "b")})


def counts(search: GridSearch, space: Space = PLANE) -> list[int]:
    return [len(level) for level in search.levels(space)]


def everything(search: GridSearch, space: Space) -> list[Params]:
    trials: list[Trial] = []
    while True:
        try:
            params = search.suggest(space, trials, np.random.default_rng([0, len(trials)]))
        except SpaceExhausted:
            return [trial.params for trial in trials]
        trials.append(Trial(len(trials), params))


def test_centres_and_ends() -> None:
    line = Space({"x": Float(0, 8)})
    assert GridSearch(4).levels(line)[0].tolist() == [0.125, 0.375, 0.625, 0.875]
    assert GridSearch(5, placement="ends").levels(line)[0].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert GridSearch(1).levels(line)[0].tolist() == GridSearch(1, placement="ends").levels(line)[0].tolist() == [0.5]
    assert GridSearch(2, placement="ends").levels(line)[0].tolist() == [0, 1]
    assert sorted(p["x"] for p in everything(GridSearch(4), line)) == [1.0, 3.0, 5.0, 7.0]


def test_the_ends_of_a_logarithmic_scale_are_its_bounds() -> None:
    line = Space({"x": Float(1e-4, 1e-1, log=True)})
    values = sorted(p["x"] for p in everything(GridSearch(4, placement="ends"), line))
    assert values == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1], rel=1e-14) and values[0] == 1e-4 and values[-1] == 1e-1


def test_integers_and_options_have_no_more_levels_than_values() -> None:
    space = Space({"n": Int(1, 4, log=True), "m": Int(0, 9), "c": Choice("a", "b")})
    assert counts(GridSearch(5), space) == [4, 5, 2] and counts(GridSearch(5, placement="ends"), space) == [4, 5, 2]
    found = everything(GridSearch(5, placement="ends"), space)
    assert len(found) == 40 and {p["n"] for p in found} == {1, 2, 3, 4} and {p["c"] for p in found} == {"a", "b"}
    assert {p["m"] for p in found} == {0, 2, 5, 7, 9}
    assert {p["m"] for p in everything(GridSearch({"n": 1, "m": 5, "c": 1}), space)} == {1, 3, 5, 7, 9}
    assert counts(GridSearch(4), Space({"n": Int(1, 1000, log=True)}))[0] == 4


def test_levels_that_are_the_same_count_once() -> None:
    """The integer 1 has three eighths of the logarithmic side of 1 ... 9: log 3 of log 19."""
    space = Space({"n": Int(1, 9, log=True)})
    assert counts(GridSearch(8), space) == [6]
    assert sorted(p["n"] for p in everything(GridSearch(8), space)) == [1, 2, 3, 4, 5, 8]


def test_levels_by_name() -> None:
    search = GridSearch({"kind": 1, "y": 3, "x": 2})
    assert [level.round(3).tolist() for level in search.levels(PLANE)] == [[0.25, 0.75], [0.167, 0.5, 0.833], [0.75]]
    assert len(everything(search, PLANE)) == 6
    for names in ({"x": 2}, {"x": 2, "y": 2, "kind": 2, "z": 2}, {"x": 2, "y": 2, "z": 2}, {}):
        with pytest.raises(ValueError, match=r"^expected levels for \['x', 'y', 'kind'\], got \{"):
            GridSearch(names).levels(PLANE)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (1, [1, 1, 1]),
        (2, [2, 1, 1]),
        (3, [3, 1, 1]),
        (4, [2, 2, 1]),
        (7, [3, 2, 1]),
        (8, [2, 2, 2]),
        (12, [3, 2, 2]),
        (17, [4, 2, 2]),
        (18, [3, 3, 2]),
        (100, [7, 7, 2]),
        (112, [8, 7, 2]),
    ],
)
def test_the_largest_even_grid_within_the_budget(budget: int, expected: list[int]) -> None:
    """The smallest number of levels that can be raised is raised, the first among equals, until none can be."""
    assert counts(GridSearch(budget=budget)) == expected
    assert len(everything(GridSearch(budget=budget), PLANE)) == np.prod(expected) <= budget


def test_the_default_is_a_budget_of_a_hundred() -> None:
    assert GridSearch() == GridSearch(None, "centres", 100)
    assert counts(GridSearch()) == [7, 7, 2]
    assert counts(GridSearch(), Space({"n": Int(0, 4), "m": Int(0, 999)})) == [5, 20]
    assert counts(GridSearch(), Space({"n": Int(0, 4)})) == [5]  # all there is, and it ends
    assert counts(GridSearch(), Space({"x": Float(0, 1)})) == [100]


def test_every_combination_once() -> None:
    found = everything(GridSearch(3), PLANE)
    assert len(found) == 18 == len({tuple(p.values()) for p in found})
    assert {round(p["x"], 3) for p in found} == {0.167, 0.5, 0.833}


def test_trials_off_the_grid_do_not_count() -> None:
    line = Space({"x": Float(0, 1)})
    off = [Trial(0, {"x": 0.1}, "done", value=0.0), Trial(1, {"x": 0.75}, "failed")]
    assert GridSearch(2).suggest(line, off, np.random.default_rng(0)) == {"x": 0.25}
    with pytest.raises(SpaceExhausted, match="the 2 grid have been tried"):
        GridSearch(2).suggest(line, [*off, Trial(2, {"x": 0.25})], np.random.default_rng(0))


def test_a_grid_under_a_choice() -> None:
    space = Space({"c": Choice("a", "b"), "x": Float(0, 1, when={"c": "a"})})
    found = everything(GridSearch(4), space)
    assert sorted(map(str, found)) == sorted(
        [*(str({"c": "a", "x": x}) for x in (0.125, 0.375, 0.625, 0.875)), "{'c': 'b'}"]
    )


@pytest.mark.parametrize("points", [0, -1, 2.5, "3", {"x": 0}, {"x": 1.5}, [3]])
def test_points_that_are_refused(points: Any) -> None:
    message = f"^expected whole numbers of 1 or more, got {re.escape(str(points))} and budget 100$"
    with pytest.raises(ValueError, match=message):
        GridSearch(points)


@pytest.mark.parametrize("budget", [0, -5, 2.0, None])
def test_budgets_that_are_refused(budget: Any) -> None:
    with pytest.raises(ValueError, match=rf"^expected whole numbers of 1 or more, got None and budget {budget}$"):
        GridSearch(budget=budget)


def test_placements_that_are_refused() -> None:
    placement: Any = "corners"
    with pytest.raises(ValueError, match=r"^expected placement 'centres' or 'ends', got 'corners'$"):
        GridSearch(placement=placement)


def test_grids_that_are_too_large() -> None:
    cube = Space({f"x{i}": Float(0, 1) for i in range(53)})
    assert counts(GridSearch(2), cube) == [2] * 53
    params = GridSearch(2).suggest(cube, [], np.random.default_rng(0))
    assert set(params.values()) == {0.25, 0.75}
    wider = Space({**cube.parameters, "c": Choice("a", "b")})
    with pytest.raises(
        ValueError, match=r"^expected a grid of at most 2\*\*53 combinations, got levels \[2, 2, .*, 2\]$"
    ):
        GridSearch(2).levels(wider)
