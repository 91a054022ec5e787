"""What is tried on a search strategy?

A strategy is a pure function of the history, so histories can be made up: none, only failures, constant or enormous
values, copies, a finite space nearly used up. A suggestion is asked for with a generator that depends on a number
alone, as a study does.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..search.parameter import Parameter
from ..search.space import Params, Space
from ..search.strategy import SpaceExhausted
from ..search.trial import Trial
from .draw import Draw
from .law import Broken, expect
from .space import columns, parameters

__all__ = [
    "MOST_LEFT", "HistoryCase", "Sketch", "StrategySubject", "combinations", "expect_none_left", "history", "key",
    "objective", "running", "told",
]  # fmt: skip

Array = NDArray[np.floating]

NUMBERS = (0, 1, 3, 5, 12, 16, 24)  # of trials; strategies with a model often begin at random for 10
STATES = {
    "done": ("done",),
    "mixed": ("done", "done", "failed", "done", "running"),
    "failed": ("failed",),
    "running": ("running",),
    "one done": ("failed", "failed", "running"),
}
MOST_LEFT = 64  # combinations that are asked for one by one
MOST_COMBINATIONS = 4096  # that are listed to see whether a space is exhausted


@dataclass(frozen=True)
class Sketch:
    """A history before it is known of which space."""

    parameters: dict[str, Parameter]
    U: Array  # (n, p), a trial a row
    states: tuple[str, ...]
    values: tuple[float, ...]
    more: Array  # further points
    operations: tuple[tuple[str, int], ...]
    seed: int


@dataclass(frozen=True)
class HistoryCase:
    """A history, and the number that seeds the generator."""

    space: Space
    trials: tuple[Trial, ...]
    more: tuple[Params, ...]
    operations: tuple[tuple[str, int], ...]
    seed: int


@dataclass(frozen=True)
class StrategySubject:
    """A strategy under test; see :func:`~bayesopt_from_scratch.checks.check_strategy` for the fields."""

    make: Callable[[], Any]
    spaces: tuple[Space, ...] = ()
    grid: bool = False
    deterministic: bool = False
    invariance: str | None = None
    tolerance: float = 0.0
    learns: bool = False
    exhausted: type[Exception] = SpaceExhausted
    interface: ClassVar[str] = "strategy() -> an object with suggest(space, trials, rng) -> params"

    def fit(self, sketch: Sketch) -> HistoryCase:
        """Make a history on a space that the strategy takes."""
        space = self.spaces[sketch.seed % len(self.spaces)] if self.spaces else Space(sketch.parameters)
        points = [space.from_unit(u) for u in columns(np.vstack([sketch.U, sketch.more]), len(space.axes))]
        n = len(sketch.U)
        described = list(zip(points[:n], sketch.states, sketch.values, strict=True))
        if space.finite and sketch.seed % 4:  # most often something is left to suggest
            left = key(space, points[n])
            described = [row for row in described if key(space, row[0]) != left]
        trials = [told(running(i, params), state, value) for i, (params, state, value) in enumerate(described)]
        return HistoryCase(space, tuple(trials), tuple(points[n:]), sketch.operations, sketch.seed)

    def ask(self, strategy: Any, space: Space, trials: Sequence[Trial], seed: int) -> Params | None:
        """Ask for a suggestion on a copy of the history; None if the space is exhausted, and truly is."""
        history = [replace(trial, params=dict(trial.params)) for trial in trials]
        try:
            params = strategy.suggest(space, history, np.random.default_rng([7, seed]))
        except self.exhausted:
            self._truly_exhausted(space, trials)
            return None
        expect(isinstance(params, Mapping), f"the suggestion is {type(params).__name__}, expected a dict")
        return dict(params)

    def _truly_exhausted(self, space: Space, trials: Sequence[Trial]) -> None:
        """Expect a trial, and where nobody else looks that no combination is left; a grid knows best what it has."""
        expect(len(trials) > 0, "exhausted before the first trial")
        if not self.grid:
            expect(space.finite, f"exhausted after {len(trials)} trials, though there are infinitely many combinations")
            if len(combinations(space)) > MOST_LEFT:  # of fewer, one law asks for all
                expect_none_left(space, trials)


def expect_none_left(space: Space, trials: Sequence[Trial]) -> None:
    """Expect that every combination of a finite space has a trial."""
    left = len(combinations(space) - {key(space, trial.params) for trial in trials})
    are = "1 combination is" if left == 1 else f"{left} combinations are"
    expect(left == 0, f"exhausted after {len(trials)} trial{'s' * (len(trials) != 1)}, though {are} left")


def told(trial: Trial, state: str, value: float) -> Trial:
    """Return the trial as it stands in the history when it has ended."""
    if state == "done":
        return replace(trial, state="done", value=value)
    return replace(trial, state="failed", error="it failed") if state == "failed" else trial


def running(number: int, params: Mapping[str, Any]) -> Trial:
    """Return a trial that has been asked for."""
    return Trial(number, dict(params))


def key(space: Space, params: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    """Name a combination by its numbers, options by their positions, so that it can stand in a set."""
    try:
        return tuple(sorted((name, space.parameters[name].number(value)) for name, value in params.items()))
    except (KeyError, ValueError) as error:
        raise Broken(f"the suggestion {dict(params)} is not in the space: {error}") from error


def combinations(space: Space) -> set[tuple[tuple[str, float], ...]]:
    """List the keys of all combinations of a finite space; none if there are too many."""
    if not space.finite or math.prod(axis.n_cells for axis in space.axes) > MOST_COMBINATIONS:
        return set()
    corners = itertools.product(*(axis.cells() for axis in space.axes))
    return {key(space, space.from_unit(u)) for u in corners}


def objective(space: Space, params: Mapping[str, Any]) -> float:
    """Sum of (u - 0.3)^2 over the active parameters: something to minimize."""
    return float(np.nansum((space.to_unit([params])[0] - 0.3) ** 2))


def history(
    draw: Draw,
    *,
    numbers: tuple[int, ...] = NUMBERS,
    states: tuple[str, ...] = ("done", "mixed"),
    values: tuple[str, ...] = ("real", "ties"),
    finite: bool = False,
    continuous: bool = False,
    most: int = 3,
    operations: tuple[str, ...] = (),
) -> Sketch:
    """Draw a history: how many trials, in which states, with which kind of values, on which kind of space."""
    space = parameters(draw, finite=finite, continuous=continuous, most=most)
    n, pattern = draw.choice(numbers), STATES[draw.choice(states)]
    U = (draw.reals(n, len(space)) + 1) / 2
    if n > 3 and draw.integer(0, 2) == 2:  # copies
        U[n // 2] = U[0]
        U[-1] = U[0]
    marks = [pattern[(i * 7 + draw.integer(0, 1)) % len(pattern)] for i in range(n)]
    if n and len(pattern) == 3:  # one done
        marks[n // 2] = "done"
    steps = [(draw.choice(operations), draw.integer(0, 7)) for _ in range(draw.integer(3, 10) if operations else 0)]
    more = (draw.reals(4, len(space)) + 1) / 2
    y = _values(draw, draw.choice(values), n)
    return Sketch(space, U, tuple(marks), tuple(y), more, tuple(steps), draw.integer(0, 1000))


def _values(draw: Draw, kind: str, n: int) -> list[float]:
    """Draw n finite values of a kind."""
    y = draw.reals(n)
    if kind == "positive":
        y = 0.75 + y / 4
    if kind == "ties":
        y = np.round(3 * y)
    if kind == "constant":
        y = np.full(n, float(draw.choice((0.0, 0.1, -1e300, 5e-324))))
    if kind in ("huge", "tiny"):
        y = y * (1e308 if kind == "huge" else 1e-300)
    if kind == "outlier" and n:
        y[draw.integer(0, n - 1)] = draw.choice((1e12, -1e12, 1e300))
    if kind == "decades":
        y = np.copysign(10.0 ** (300 * y), y)
    return [float(value) for value in y]
