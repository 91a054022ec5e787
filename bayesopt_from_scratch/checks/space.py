"""What is tried on a search space, and on which spaces are strategies tried?

A space maps the unit cube to combinations of hyperparameters and back. The spaces drawn here are described by a dict of
``Float``, ``Int`` and ``Choice``; a space of another make is built from such a dict by an adapter of a few lines.
Bounds are never 0 and 1, names are not in alphabetical order, options may be equal numbers of other types, or lists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..search.parameter import Choice, Float, Int, Parameter
from .draw import Draw
from .law import expect

__all__ = ["SpaceCase", "SpaceSubject", "able", "active", "chains", "columns", "parameters", "same", "space_case"]

Array = NDArray[np.floating]

NAMES = ("rate", "depth", "kind", "bias")
OPTIONS = (("b", "a", "c"), ("only",), (None, "none"), (1, 1.0, True), ([1], [2], [1, 2]))


@dataclass(frozen=True)
class SpaceCase:
    """A space, and some points of the unit cube."""

    parameters: dict[str, Parameter]
    U: Array  # (n, p)


@dataclass(frozen=True)
class SpaceSubject:
    """A space under test; see :func:`~bayesopt_from_scratch.checks.check_space` for the fields."""

    make: Callable[[dict[str, Parameter]], Any]
    parameters: Mapping[str, Parameter] | None = None  # None: any
    conditional: bool = True
    log_integers: bool = True
    interface: ClassVar[str] = "make(parameters) -> a space with from_unit(u) -> params and to_unit(many) -> (n, p)"

    def fit(self, case: SpaceCase) -> SpaceCase:
        """Make a case of the spaces that this one is."""
        drawn = dict(case.parameters if self.parameters is None else self.parameters)
        if not self.conditional:
            drawn = {name: _always(parameter) for name, parameter in drawn.items()}
        return SpaceCase(drawn, columns(case.U, len(drawn)))

    def __call__(self, case: SpaceCase) -> "Made":
        """Make the space of a case."""
        return Made(self.make(dict(case.parameters)), case)


@dataclass(frozen=True)
class Made:
    """One space, and what it should be."""

    space: Any
    case: SpaceCase

    def from_unit(self, u: Array) -> dict[str, Any]:
        """Combination at u, copied."""
        params = self.space.from_unit(np.array(u))
        expect(isinstance(params, Mapping), f"from_unit returns {type(params).__name__}, expected a dict")
        return dict(params)

    def known(self, u: Array) -> dict[str, Any]:
        """Combination at u without what is not a parameter."""
        return {name: value for name, value in self.from_unit(u).items() if name in self.case.parameters}

    def to_unit(self, many: list[dict[str, Any]]) -> Array:
        """Rows of the unit cube."""
        U = np.array(self.space.to_unit([dict(params) for params in many]), dtype=float)
        shape = (len(many), len(self.case.parameters))
        expect(U.shape == shape, f"to_unit of {len(many)} combinations has shape {U.shape}, expected {shape}")
        return U

    def corners(self) -> Array:
        """Points of the case, both ends of all sides, and the points next to them."""
        p = self.case.U.shape[1]
        ends = np.array([0.0, 1.0, np.nextafter(0, 1), np.nextafter(1, 0)])
        digits = 0.6180339887498949 * np.arange(1, p + 1) % 1  # as many as a float has
        return np.vstack([self.case.U, np.repeat(ends[:, None], p, axis=1), digits])

    def along(self, name: str, places: Array) -> list[Any]:
        """Values of one parameter at these places on its side, where some point of the case makes it active."""
        j = list(self.case.parameters).index(name)
        for u in self.corners():
            if name in self.from_unit(u):
                found = [self.from_unit(np.where(np.arange(len(u)) == j, x, u)) for x in places]
                expect(all(name in params for params in found), f"{name} is not always active where {u.tolist()} is")
                return [params[name] for params in found]
        return []


def able(*names: str) -> Callable[[SpaceSubject], str]:
    """Say which methods are missing for a law; a method is declared by having it."""

    def applies(subject: SpaceSubject) -> str:
        try:
            space = subject.make(dict(subject.parameters or {"rate": Float(-1, 2)}))
        except (Exception, SystemExit):
            return ""  # a law that needs nothing will say what is wrong
        missing = [name for name in names if not hasattr(space, name)]
        return f"the space has no {' and no '.join(missing)}" if missing else ""

    return applies


#: Conditions on a parameter that is itself conditional, and two conditions on one.
chains = SpaceCase(
    {
        "rate": Choice("b", "a", "c"),
        "depth": Int(0, 2, when={"rate": "a"}),
        "kind": Float(-1.3, 2.6, when={"depth": 1}),
        "bias": Int(1, 3, when={"rate": ["a", "c"], "depth": [0, 2]}),
    },
    np.arange(1, 13)[:, None] * np.array([0.618, 0.414, 0.732, 0.236]) % 1.0,
)


def space_case(draw: Draw) -> SpaceCase:
    """Draw a space and points of its unit cube."""
    drawn = parameters(draw)
    return SpaceCase(drawn, (draw.reals(draw.integer(1, 4), len(drawn)) + 1) / 2)


def parameters(draw: Draw, *, finite: bool = False, continuous: bool = False, most: int = 4) -> dict[str, Parameter]:
    """Draw hyperparameters; ``finite``: none a Float; ``continuous``: the first a Float."""
    drawn: dict[str, Parameter] = {}
    for name in NAMES[: draw.integer(1, most)]:
        kind = (
            _float if continuous and not drawn else draw.choice((_int, _choice) if finite else (_float, _int, _choice))
        )
        parents = [parent for parent, parameter in drawn.items() if 0 < parameter.n_cells <= 6]
        parents += 2 * [parent for parent in parents if drawn[parent].when]  # chains of conditions are rare enough
        when = _condition(draw, drawn, draw.choice(parents)) if parents and draw.integer(0, 1) else None
        free = [parent for parent in parents if not drawn[parent].when and parent not in _chain(drawn, when)]
        if free and when and draw.integer(0, 1):  # a second condition, which the first does not rule out
            when = _condition(draw, drawn, draw.choice(free)) | when
        drawn[name] = kind(draw, when, small=finite)
    return drawn


def _float(draw: Draw, when: dict[str, Any] | None, small: bool) -> Parameter:
    if draw.integer(0, 1):
        low = 1.7 * 10.0 ** draw.integer(-6, 2)
        return Float(low, low * 10.0 ** draw.choice((3.0, 1.0, 0.3, 7.1)), log=True, when=when)
    width = 1.3 * 10.0 ** draw.choice((0, -3, 4))
    low = width * draw.choice((-0.4, 0.0, 3.3, -40.0, 4000.0))
    return Float(low, low + width, when=when)


def _int(draw: Draw, when: dict[str, Any] | None, small: bool) -> Parameter:
    if draw.integer(0, 2) == 2:
        low = draw.integer(1, 5)
        return Int(low, low + draw.integer(0, 2 if small else 60), log=True, when=when)
    low = draw.choice((0, 1, -3, 7))
    return Int(low, low + draw.integer(0, 2 if small else 5), when=when)


def _choice(draw: Draw, when: dict[str, Any] | None, small: bool) -> Parameter:
    return Choice(*draw.choice(OPTIONS), when=when)


def _condition(draw: Draw, drawn: Mapping[str, Parameter], parent: str) -> dict[str, Any]:
    """Draw a condition: one value of the parent, or two in a list."""
    parameter = drawn[parent]
    values = [parameter.value(parameter.low + draw.integer(0, parameter.n_cells - 1)) for _ in range(2)]
    return {parent: values[0] if draw.integer(0, 1) else [values[0], values[1]]}


def _chain(drawn: Mapping[str, Parameter], when: Mapping[str, Any] | None) -> set[str]:
    """Names that conditions depend on, however indirectly."""
    return set(when or ()).union(*(_chain(drawn, drawn[parent].when) for parent in when or ()))


def _always(parameter: Parameter) -> Parameter:
    """Drop the condition."""
    return Choice(*parameter.options) if isinstance(parameter, Choice) else replace(parameter, when=None)


def columns(U: Array, p: int) -> Array:
    """Cut or extend the rows to p columns; columns beyond those drawn are shifted copies."""
    j = np.arange(p)
    return (U[:, j % U.shape[1]] + 0.618 * (j // U.shape[1])) % 1 if p != U.shape[1] else U


def active(parameters: Mapping[str, Parameter], params: Mapping[str, Any]) -> list[str]:
    """Names of the parameters that the values of their parents activate."""
    names: list[str] = []
    for name, parameter in parameters.items():
        conditions = (parameter.when or {}).items()
        if all(
            parent in names and parent in params and _among(parameters[parent], params[parent], wanted)
            for parent, wanted in conditions
        ):
            names.append(name)
    return names


def _among(parent: Parameter, value: Any, wanted: Any) -> bool:
    """Whether the parent's value is the one that is wanted, or one of them."""
    if _is(parent, value, wanted):
        return True
    return isinstance(wanted, list | tuple | set | frozenset) and any(_is(parent, value, one) for one in wanted)


def _is(parent: Parameter, value: Any, wanted: Any) -> bool:
    try:
        return parent.number(value) == parent.number(wanted)
    except ValueError:
        return False


def same(parameters: Mapping[str, Parameter], one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Whether two combinations are equal to the bit, options by identity."""
    if set(one) != set(two):
        return False
    return all(
        one[name] is two[name] if isinstance(parameters[name], Choice) else one[name] == two[name] for name in one
    )
