"""Does a child come of the fittest?"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayesopt_from_scratch import Choice, Float, GeneticSearch, Int, RandomSearch, Space, Trial
from bayesopt_from_scratch.search.space import Params

CUBE = Space({f"x{j}": Float(0, 1) for j in range(8)})


def done(values: list[float]) -> list[Trial]:
    """Trials with these values, all coordinates of the i-th of n at (i + 0.5) / n: its genes tell who it is."""
    return [
        Trial(i, dict.fromkeys(CUBE.parameters, (i + 0.5) / len(values)), "done", value=value)
        for i, value in enumerate(values)
    ]


def genes(found: list[Params]) -> set[float]:
    return {gene for child in found for gene in child.values()}


def children(search: GeneticSearch, trials: list[Trial], n: int = 200, space: Space = CUBE) -> list[Params]:
    return [search.suggest(space, trials, np.random.default_rng([1, seed])) for seed in range(n)]


def test_a_population_comes_first() -> None:
    trials = done([1.0, 2.0, 3.0])
    more = [*trials, Trial(3, {**trials[0].params, "x1": 0.1}, "failed"), Trial(4, {**trials[0].params, "x1": 0.2})]
    for search in (GeneticSearch(population=4), GeneticSearch()):
        for seed in range(5):
            expected = RandomSearch().suggest(CUBE, more, np.random.default_rng(seed))
            assert search.suggest(CUBE, more, np.random.default_rng(seed)) == expected
    # with as many done trials as the population asks for, children are bred, here of nothing but their parents' genes
    assert genes(children(GeneticSearch(population=3, tournament=1, mutations=0.0), more)) == {1 / 6, 3 / 6, 5 / 6}


def test_the_fittest_are_the_parents() -> None:
    values = [5.0, 1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0, 0.0]
    found = children(GeneticSearch(population=4, tournament=1, mutations=0.0), done(values))
    assert genes(found) == {(i + 0.5) / 10 for i in (9, 1, 3, 5)}
    assert {len(genes([child])) for child in found} == {2}  # two of them each
    assert len({frozenset(genes([child])) for child in found}) == 6  # any two


def test_among_equals_the_earlier_trial_is_the_fitter() -> None:
    trials = done([float(i % 3) for i in range(200)])
    for order in (trials, trials[::-1]):
        found = children(GeneticSearch(population=30, tournament=1, mutations=0.0), order, 40)
        assert genes(found) <= {(i + 0.5) / 200 for i in range(0, 90, 3)}


def test_a_large_tournament_is_won_by_the_best() -> None:
    """All children of the best by the best are its copies, so that chance has to find something new."""
    trials = done([3.0, 2.0, 0.0, 1.0])
    search = GeneticSearch(population=4, tournament=200, mutations=0.0)
    assert not {0.125, 0.375, 0.625, 0.875} & genes(children(search, trials, 40))


def test_a_tournament_favours_the_fit() -> None:
    """Of the best of 3 drawn from 4, the first is it with probability 1 - (3/4)^3."""
    search = GeneticSearch(population=4, tournament=3, mutations=0.0)
    found = children(search, done([0.0, 1.0, 2.0, 3.0]), 300)
    all_genes = np.array([list(child.values()) for child in found])
    shares = np.array([np.mean(all_genes == (i + 0.5) / 4) for i in range(4)])
    expected = np.array([1 - 0.75**3, 0.75**3 - 0.5**3, 0.5**3 - 0.25**3, 0.25**3])
    # children of equal parents are copies and not new: given that the parents differ
    pairs = np.outer(expected, expected)
    np.fill_diagonal(pairs, 0)
    assert shares == pytest.approx(pairs.sum(axis=1) / pairs.sum(), abs=0.05)


def test_crossover_takes_half_from_each() -> None:
    space = Space({f"x{i}": Float(0, 1) for i in range(20)})
    trials = [Trial(i, {f"x{j}": 0.25 + i / 2 for j in range(20)}, "done", value=float(i)) for i in range(2)]
    found = children(GeneticSearch(population=2, tournament=1, mutations=0.0), trials, 100, space)
    assert genes(found) == {0.25, 0.75}
    all_genes = np.array([list(child.values()) for child in found])
    assert np.mean(all_genes == 0.25) == pytest.approx(0.5, abs=0.04)
    assert np.mean(all_genes[:, 1:] == all_genes[:, :-1]) == pytest.approx(0.5, abs=0.05)  # each by itself


@pytest.mark.parametrize("mutations", [1.0, 3.0])
def test_the_number_and_size_of_mutations(mutations: float) -> None:
    space = Space({f"x{i}": Float(-50, 50) for i in range(10)})
    trials = [Trial(0, {f"x{j}": float(j) for j in range(10)}, "done", value=0.0)]
    search = GeneticSearch(population=1, mutation_scale=0.05, mutations=mutations)
    found = children(search, trials, 300, space)
    moves = np.array([list(child.values()) for child in found]) - np.arange(10)
    moved = np.abs(moves) > 1e-9
    chance = mutations / 10
    assert moved.mean() == pytest.approx(chance / (1 - (1 - chance) ** 10), rel=0.1)  # given that one moved at all
    assert moves[moved].std() == pytest.approx(5.0, rel=0.1) and abs(moves[moved].mean()) < 0.5


def test_mutations_stay_inside_and_options_are_drawn_anew() -> None:
    space = Space({"x": Float(0, 1), "n": Int(0, 9), "c": Choice(*"abcdefgh")})
    trials = [Trial(0, {"x": 0.0, "n": 9, "c": "a"}, "done", value=0.0)]
    found = children(GeneticSearch(population=1, mutation_scale=3.0, mutations=99.0), trials, 300, space)
    assert all(params == space.check(params) for params in found)
    assert {params["x"] for params in found} >= {0.0, 1.0} and {params["n"] for params in found} >= {0, 9}
    shares = np.array([sum(params["c"] == c for params in found) / 300 for c in "abcdefgh"])
    assert np.abs(shares - 1 / 8).max() < 0.07


def test_a_parameter_that_no_parent_had_is_drawn() -> None:
    space = Space({"c": Choice("a", "b"), "x": Float(0, 1, when={"c": "b"})})
    trials = [Trial(0, {"c": "a"}, "done", value=0.0)]
    found = children(GeneticSearch(population=1, mutations=2.0), trials, 200, space)
    drawn = np.sort([params["x"] for params in found if params["c"] == "b"])
    assert len(drawn) == 200  # the other combination is taken
    assert np.abs(drawn - (np.arange(200) + 0.5) / 200).max() < 1.95 / 200**0.5


@given(st.permutations(range(8)), st.sampled_from([0.5, 3.0]))
def test_only_the_order_of_values_matters(order: list[int], power: float) -> None:
    trials = done([float(i) for i in order])
    bent = [Trial(t.number, t.params, "done", value=(t.value or 0.0) ** power * 1e6 - 5) for t in trials]
    search = GeneticSearch(population=4)
    assert children(search, trials, 3) == children(search, bent[::-1], 3)


def test_the_defaults() -> None:
    assert GeneticSearch() == GeneticSearch(12, 3, 0.1, 1.0)
    assert GeneticSearch(1, 1, 0.0, 0.0).population == 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *((name, value) for name in ("population", "tournament") for value in (0, 2.5, math.nan)),
        *((name, value) for name in ("mutation_scale", "mutations") for value in (-0.1, math.nan, math.inf)),
    ],
)
def test_settings_out_of_range(setting: str, value: float) -> None:
    values: dict[str, Any] = {setting: value}
    expected = r"^expected whole population, tournament >= 1 and mutation settings >= 0, got GeneticSearch\("
    with pytest.raises(ValueError, match=expected):
        GeneticSearch(**values)
