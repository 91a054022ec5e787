"""What is a strategy?

A pure function of the history: ``suggest(space, trials, rng) -> params``. It keeps no state; all it knows is the list
of trials, those still running among them, and a generator of its own for each trial. So a study resumes after a crash
as if nothing had happened, and every suggestion can be derived again from the record.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from ..numerics.arrays import Array
from .space import Params, Space
from .trial import Trial

__all__ = ["SpaceExhausted", "Strategy", "Suggestion", "by_state", "first_new", "initial_design", "r_sequence", "walk"]

_DRAWS, _MOST_CELLS = 100, 10**6  # random points before all are gone through; of a longer axis some values only


class SpaceExhausted(Exception):
    """Every combination that the strategy can suggest has been tried or is running."""


class Suggestion(dict[str, Any]):
    """Params, with ``notes`` on how they were found: counts for the ledger and what :meth:`Study.explain` shows."""

    def __init__(self, params: Params, **notes: Any) -> None:
        super().__init__(params)
        self.notes = notes


class Strategy(Protocol):
    """What a study asks for its next trial. Any object with this method will do, but it must not keep state."""

    def suggest(self, space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Params:
        """Next combination to try, one that no running trial has; raises :class:`SpaceExhausted` if there is none.

        Parameters
        ----------
        space : Space
            What may be suggested.
        trials : sequence of Trial
            Everything so far, in any order.
        rng : Generator
            ``default_rng([seed, number])`` of the trial that is asked for.

        Returns
        -------
        dict
            Active parameters only.
        """


def by_state(trials: Sequence[Trial]) -> tuple[list[Trial], list[Trial], list[Trial]]:
    """The done, the failed and the running trials, each by number, so that the order of telling does not matter."""
    ordered = sorted(trials, key=lambda trial: trial.number)
    done, failed, running = ([t for t in ordered if t.state == state] for state in ("done", "failed", "running"))
    return done, failed, running


def first_new(space: Space, trials: Sequence[Trial], ranked: Iterable[Array], rng: np.random.Generator) -> Params:
    """First of the ranked points of the unit cube that no trial has; then random ones; then any that is left.

    Raises
    ------
    SpaceExhausted
        If the space is finite and every combination has a trial. (Of a range without end, or of over a million
        integers, that is: every combination with some values of it.)
    """
    seen = _keys(space, [trial.params for trial in trials])
    for u in itertools.chain(ranked, rng.random((_DRAWS, len(space.axes)))):
        params = space.from_unit(u)
        if _keys(space, [params]).isdisjoint(seen):
            return params
    cells = [axis.cells() if 0 < axis.n_cells <= _MOST_CELLS else axis.snap(rng.random(_DRAWS)) for axis in space.axes]
    return walk(space, trials, cells, rng)


def initial_design(space: Space, trials: Sequence[Trial]) -> Array:
    """Next point of the R-sequence that starts at the first trial; none, for a random point, if there is no trial.

    None either in over 10 dimensions, where the sequence creeps: at 20, its first 10 points leave 0.59 of the worst
    axis empty, random ones 0.44 (means of 300 designs).
    """
    if not trials or len(space.axes) > 10:
        return np.empty((0, len(space.axes)))
    first = space.to_unit([min(trials, key=lambda trial: trial.number).params])[0]
    return r_sequence(len(trials) + 1, np.where(np.isnan(first), 0.5, first))[-1:]


def r_sequence(n: int, start: Array) -> Array:
    """The points start + i (1/g, 1/g^2, ...) mod 1, i < n, with g^(p+1) = g + 1: spread evenly in p dimensions."""
    p, g = len(start), 2.0
    for _ in range(60):
        g = (1 + g) ** (1 / (p + 1))
    steps: Array = g ** -np.arange(1.0, p + 1)
    return (start + np.outer(np.arange(n), steps)) % 1


def walk(space: Space, trials: Sequence[Trial], levels: Sequence[Array], rng: np.random.Generator) -> Params:
    """First combination without a trial on the grid of levels, from a random place onward, in lexicographic order.

    Raises
    ------
    SpaceExhausted
        If every combination of the grid has a trial.
    """
    seen = _keys(space, [trial.params for trial in trials])
    shape = tuple(len(level) for level in levels)
    starts = (rng.integers(shape).tolist(), [0] * len(levels))
    for params in itertools.chain.from_iterable(_grid(space, levels, start) for start in starts):
        if _keys(space, [params]).isdisjoint(seen):
            return params
    raise SpaceExhausted(f"all combinations of the {' x '.join(map(str, shape))} grid have been tried or are running")


def _grid(space: Space, levels: Sequence[Array], start: Sequence[Any], u: tuple[Any, ...] = ()) -> Iterator[Params]:
    """Combinations from ``start`` on that begin with u; an axis that is not active there counts as one level."""
    j = len(u)
    params = space.from_unit([*u, *(level[0] for level in levels[j:])])
    if j == len(levels):
        yield params
        return
    active = list(space.parameters)[j] in params
    for i in range(start[j], len(levels[j])) if active else [0]:
        yield from _grid(space, levels, start, (*u, levels[j][i]))
        start = (0,) * len(levels)


def _keys(space: Space, many: Sequence[Params]) -> set[bytes]:
    return {u.tobytes() for u in space.to_unit(many)}
