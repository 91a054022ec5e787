"""Is the first new combination found, wherever it is, and is its absence said?"""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayesopt_from_scratch import Choice, Float, Int, Space, SpaceExhausted, Trial
from bayesopt_from_scratch.search.space import Params
from bayesopt_from_scratch.search.strategy import Suggestion, by_state, first_new, initial_design, walk

SQUARE = Space({"n": Int(0, 2), "c": Choice("a", "b")})


def trials(many: Sequence[Params]) -> list[Trial]:
    return [Trial(i, params) for i, params in enumerate(many)]


def levels(space: Space) -> list[np.ndarray]:
    return [axis.cells() for axis in space.axes]


def generators(n: int = 40) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in range(n)]


def test_the_initial_design_is_random_where_the_sequence_would_creep() -> None:
    for n in (10, 11):
        space = Space({f"x{i}": Float(0, 1) for i in range(n)})
        assert len(initial_design(space, trials([space.from_unit([0.3] * n)]))) == (n == 10)


# by_state


def test_by_state_is_by_number() -> None:
    many = [
        Trial(3, {}, "done", 0.0),
        Trial(1, {}),
        Trial(0, {}, "done", 9.0),
        Trial(4, {}, "failed"),
        Trial(2, {}, "failed"),
    ]
    for order in itertools.permutations(many):
        done, failed, running = by_state(order)
        assert [[t.number for t in part] for part in (done, failed, running)] == [[0, 3], [2, 4], [1]]
    assert by_state([]) == ([], [], [])


def test_a_suggestion_is_a_dict_with_notes() -> None:
    suggestion = Suggestion({"x": 1}, mean=2.0, std=3.0)
    assert suggestion == {"x": 1} and suggestion.notes == {"mean": 2.0, "std": 3.0} and Suggestion({}).notes == {}


# walk


def test_walk_goes_on_in_lexicographic_order() -> None:
    """From a random combination on, round the end; what is tried is passed over."""
    order = [{"n": n, "c": c} for n in range(3) for c in "ab"]
    starts = [walk(SQUARE, [], levels(SQUARE), rng) for rng in generators()]
    assert all(start in starts for start in order)
    for start, rng in zip(starts, generators(), strict=True):
        i = order.index(start)
        tried = [order[i], order[(i + 1) % 6], order[(i + 3) % 6]]
        assert walk(SQUARE, trials(tried), levels(SQUARE), rng) == order[(i + 2) % 6]


def test_walk_starts_at_a_uniform_combination() -> None:
    counts = [0] * 6
    order = [{"n": n, "c": c} for n in range(3) for c in "ab"]
    for rng in generators(600):
        counts[order.index(walk(SQUARE, [], levels(SQUARE), rng))] += 1
    assert sum((count - 100) ** 2 / 100 for count in counts) < 20.5  # chi-square of 5 degrees, 0.1 %


def test_walk_visits_everything_and_then_says_so() -> None:
    tried: list[Params] = []
    for rng in generators(6):
        tried.append(walk(SQUARE, trials(tried), levels(SQUARE), rng))
    assert sorted(map(str, tried)) == sorted(str({"n": n, "c": c}) for n in range(3) for c in "ab")
    with pytest.raises(SpaceExhausted, match=r"^all combinations of the 3 x 2 grid have been tried or are running$"):
        walk(SQUARE, trials(tried), levels(SQUARE), np.random.default_rng(0))


def test_walk_knows_only_its_levels() -> None:
    line = Space({"x": Float(0, 1)})
    assert walk(line, trials([{"x": 0.25}]), [np.array([0.25, 0.75])], np.random.default_rng(0)) == {"x": 0.75}
    with pytest.raises(SpaceExhausted, match="the 1 grid"):
        walk(line, trials([{"x": 0.25}]), [np.array([0.25])], np.random.default_rng(0))


def test_walk_is_at_home_on_a_grid_too_large_to_count() -> None:
    space = Space({f"c{i}": Choice("a", "b") for i in range(80)})
    found = [walk(space, [], levels(space), rng) for rng in generators()]
    share = np.mean([[value == "a" for value in params.values()] for params in found], axis=0)
    assert np.all(abs(share - 0.5) < 0.5) and len(set(map(str, found))) == len(found)


def test_walk_needs_no_second_level_of_what_is_not_active() -> None:
    space = Space({"c": Choice("a", "b"), "n": Int(3, 3, when={"c": "b"})})
    assert walk(space, trials([{"c": "b", "n": 3}]), levels(space), np.random.default_rng(0)) == {"c": "a"}
    with pytest.raises(SpaceExhausted, match=r"^all combinations of the 2 x 1 grid have been"):
        first_new(space, trials([{"c": "b", "n": 3}, {"c": "a"}]), [], np.random.default_rng(0))


def test_walk_passes_over_what_is_not_active_at_once() -> None:
    """A grid of 2 x 10^12 combinations, half of which are one and the same."""
    space = Space({"c": Choice("a", "b"), **{f"x{i}": Float(0, 1, when={"c": "b"}) for i in range(12)}, "n": Int(0, 1)})
    grid = [space.axes[0].cells(), *[(np.arange(10) + 0.5) / 10] * 12, space.axes[-1].cells()]
    under_a = [{"c": "a", "n": 0}, {"c": "a", "n": 1}]
    found = [walk(space, trials(under_a), grid, rng) for rng in generators(8)]
    assert all(params["c"] == "b" and len(params) == 14 for params in found) and len(set(map(str, found))) > 3
    first = [walk(space, [], grid, rng) for rng in generators(30)]
    assert 5 < sum(params["c"] == "a" for params in first) < 25 and all(params in first for params in under_a)


@given(st.integers(0, 2**32), st.sets(st.integers(0, 11)))
def test_walk_finds_what_is_left_of_a_tree(seed: int, gone: set[int]) -> None:
    space = Space(
        {
            "c": Choice("a", "b", "c"),
            "n": Int(1, 3, when={"c": "a"}),
            "m": Int(0, 1, when={"c": ["a", "b"]}),
            "k": Int(0, 2, when={"c": "c"}),
        }
    )
    every = [
        *({"c": "a", "n": n, "m": m} for n in (1, 2, 3) for m in (0, 1)),
        *({"c": "b", "m": m} for m in (0, 1)),
        *({"c": "c", "k": k} for k in (0, 1, 2)),
    ]
    tried = [params for i, params in enumerate(every) if i in gone]
    if len(tried) == len(every):
        with pytest.raises(SpaceExhausted, match="of the 3 x 3 x 2 x 3 grid"):
            walk(space, trials(tried), levels(space), np.random.default_rng(seed))
        with pytest.raises(SpaceExhausted, match="of the 3 x 3 x 2 x 3 grid"):
            first_new(space, trials(tried), [], np.random.default_rng(seed))
    else:
        for found in (
            walk(space, trials(tried), levels(space), np.random.default_rng(seed)),
            first_new(space, trials(tried), [], np.random.default_rng(seed)),
        ):
            assert found in every and found not in tried


# first_new


def test_first_new_takes_the_ranking() -> None:
    line, rng = Space({"x": Float(0, 1)}), np.random.default_rng(0)
    ranked = [np.array([u]) for u in (0.5, 0.25, 0.75)]
    assert first_new(line, [], ranked, rng) == {"x": 0.5}
    assert first_new(line, trials([{"x": 0.5}]), ranked, rng) == {"x": 0.25}
    assert first_new(line, trials([{"x": 0.25}, {"x": 0.5}]), ranked, rng) == {"x": 0.75}
    assert first_new(line, trials([{"x": 0.75}]), iter(ranked), rng) == {"x": 0.5}


def test_first_new_then_draws_uniformly() -> None:
    space = Space({"x": Float(0, 1), "y": Float(0, 2)})
    expected = np.random.default_rng(7).random((100, 2))
    found = first_new(space, [], [], np.random.default_rng(7))
    assert found == {"x": expected[0, 0], "y": 2 * expected[0, 1]}
    second = first_new(space, trials([found]), [], np.random.default_rng(7))
    assert second == {"x": expected[1, 0], "y": 2 * expected[1, 1]}


def test_first_new_then_takes_any_that_is_left() -> None:
    """100 draws find the last of 901 integers once in 10 times; all of 10 searches find it."""
    space = Space({"n": Int(0, 900)})
    tried = trials([{"n": n} for n in range(901) if n != 77])
    for rng in generators(10):
        assert first_new(space, tried, [], rng) == {"n": 77}
    with pytest.raises(SpaceExhausted, match=r"^all combinations of the 901 grid"):
        first_new(space, [*tried, Trial(900, {"n": 77})], [], np.random.default_rng(0))


def test_first_new_where_floats_end() -> None:
    """Two floats lie in this interval: a continuum that can be exhausted."""
    space = Space({"x": Float(1.0, 1.0 + 2**-52)})
    tried = trials([{"x": 1.0}, {"x": 1.0 + 2**-52}])
    assert first_new(space, tried[:1], [], np.random.default_rng(0)) == {"x": 1.0 + 2**-52}
    with pytest.raises(SpaceExhausted, match=r"^all combinations of the 100 grid have been tried or are running$"):
        first_new(space, tried, [], np.random.default_rng(0))


def test_equal_points_under_other_names_are_new() -> None:
    space = Space({"c": Choice("a", "b"), "x": Int(0, 0, when={"c": "a"}), "y": Int(0, 0, when={"c": "b"})})
    tried = trials([{"c": "a", "x": 0}])
    assert first_new(space, tried, [np.array([0.25, 0.5, 0.5])], np.random.default_rng(0)) == {"c": "b", "y": 0}


def test_first_new_finds_the_continuum_under_a_rare_condition() -> None:
    space = Space({"k": Int(1, 64), "x": Float(0, 1, when={"k": 64})})
    tried = trials([{"k": k} for k in range(1, 64)])
    for rng in generators(5):
        assert first_new(space, tried, [], rng)["k"] == 64


def test_first_new_does_not_go_through_what_is_endless() -> None:
    numbers = {f"n{i}": Int(0, 100, when={"k": 199}) for i in range(12)}
    space = Space({"k": Choice(*range(200)), **numbers, "m": Int(0, 10**12, when={"k": 199})})
    tried = trials([{"k": k} for k in range(199)])
    assert first_new(space, tried, [], np.random.default_rng(0))["k"] == 199
