"""Laws of a search space, from the unit cube: which hyperparameters, where, and with which share."""

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from .law import expect, expect_close, law
from .space import SpaceCase, SpaceSubject, active, chains, space_case
from .space_rounding import check_bounds, check_types, value_rounding

__all__ = ["HERE"]

Array = NDArray[np.floating]
HERE = "bayesopt_from_scratch.search.parameter"


@law("S0", "space", "the active parameters", "from_unit(u) has a parameter if and only if its conditions hold", HERE,
     cases=space_case, always=(chains,),
     hint="an inactive parameter is left out, not None; a condition on an inactive parent does not hold")  # fmt: skip
def names(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact."""
    made = subject(case)
    for u in made.corners():
        params = made.from_unit(u)
        expected = active(case.parameters, params)
        expect(set(params) == set(expected), f"from_unit({u.tolist()}) = {params}, expected the names {expected}")


@law("S1", "space", "inside the bounds", "low <= from_unit(u) <= high for 0 <= u <= 1", HERE, cases=space_case,
     hint="exp(log(high)) may be an ulp above high: clip; int(u * n) is n at u = 1")  # fmt: skip
def inside(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact, at both ends too: an ulp outside is refused by whoever checks."""
    made = subject(case)
    for u in made.corners():
        check_bounds(case.parameters, made.known(u))


@law("S2", "space", "plain types", "Float: float, Int: int, Choice: the option itself", HERE, cases=space_case,
     hint="numpy scalars are no floats for JSON; an index or a copy of an option is not the option")  # fmt: skip
def types(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact."""
    made = subject(case)
    for u in made.corners():
        check_types(case.parameters, made.known(u))


@law("S3", "space", "the ends are reached", "from_unit(0) = low, from_unit(1) = high; all options occur", HERE,
     cases=space_case, hint="range(low, high) and int(low + u (high - low)) leave the last integer out")  # fmt: skip
def ends(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact for cells; of a Float, the rounding of its value."""
    made = subject(case)
    for name, parameter in case.parameters.items():
        found = made.along(name, np.array([0.0, 1.0]))
        if found and parameter.ordered:
            absolute, relative = value_rounding(parameter)
            bounds = np.array([parameter.low, parameter.high], dtype=float)
            tolerance = 0 if parameter.step else absolute + relative * np.abs(bounds)
            expect_close(found, bounds, tolerance, f"{name} at both ends")
        elif found:
            expect(len(made.case.parameters[name].options) == 1 or found[0] is not found[1],  # type: ignore[attr-defined]
                   f"{name} is {found[0]!r} at both ends")  # fmt: skip


@law("S4", "space", "equal mass", "v = low + u (high - low); log: v = low (high / low)^u, equal mass per decade", HERE,
     cases=space_case, hint="log forgotten, or base e on one side and 10 on the other")  # fmt: skip
def mass(subject: SpaceSubject, case: SpaceCase) -> None:
    """Of a Float; a few eps of the bounds, or of exp of their logarithms."""
    made, u = subject(case), np.linspace(0, 1, 9)
    for name, parameter in case.parameters.items():
        if found := [] if parameter.step else made.along(name, u):
            low, high = float(parameter.low), float(parameter.high)
            expected = low ** (1 - u) * high**u if parameter.log else low * (1 - u) + high * u
            absolute, relative = value_rounding(parameter)
            expect_close(found, expected, absolute + relative * expected, f"{name} at {u.tolist()}")


@law("S5", "space", "equal shares", "each integer, and each option, comes from 1/k of the side", HERE,
     cases=space_case,
     hint="round(low + u (high - low)) gives both ends half a share; int() gives the last none")  # fmt: skip
def shares(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact: 7 points for each of the k cells, none near an edge."""
    made = subject(case)
    for name, parameter in case.parameters.items():
        k = 0 if parameter.log else parameter.n_cells
        if found := made.along(name, (np.arange(7 * k) + 0.5) / (7 * k)) if 0 < k <= 16 else []:
            for value in found:
                check_bounds(case.parameters, {name: value})
            counts = Counter(parameter.number(value) for value in found)
            text = {parameter.value(v): n for v, n in sorted(counts.items())} if parameter.ordered else dict(counts)
            expect(set(counts.values()) == {7} and len(counts) == k, f"{name}: shares of {7 * k} points are {text}")


@law("S6", "space", "shares of logarithmic integers", "v comes from log((v + 1/2) / (v - 1/2)) of the side", HERE,
     cases=space_case, applies=lambda subject: "" if subject.log_integers else "declared log_integers=False",
     hint="rounding low (high / low)^u gives both ends half of what is theirs")  # fmt: skip
def logarithmic_shares(subject: SpaceSubject, case: SpaceCase) -> None:
    """At the middle of some cells, and 1e-9 inside their edges: a million times their rounding."""
    made = subject(case)
    for name, parameter in case.parameters.items():
        if parameter.log and parameter.step:
            v = np.unique(np.linspace(parameter.low, parameter.high, 9).round())
            origin, width = math.log(parameter.low - 0.5), math.log((parameter.high + 0.5) / (parameter.low - 0.5))
            left, right = ((np.log(edge) - origin) / width for edge in (v - 0.5, v + 0.5))
            places = np.stack([left + 1e-9, (left + right) / 2, right - 1e-9], axis=1)
            if found := made.along(name, places.ravel()):
                expect_close(found, np.repeat(v, 3), 0, f"{name} inside the edges and in the middle of each cell")


@law("S7", "space", "monotone", "u <= u' implies from_unit(u) <= from_unit(u') for numbers", HERE, cases=space_case,
     hint="neighbours on the side must be neighbours in value")  # fmt: skip
def monotone(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact: rounding keeps order."""
    made, u = subject(case), np.linspace(0, 1, 33)
    for name, parameter in case.parameters.items():
        if parameter.ordered:
            found = np.array(made.along(name, u), dtype=float)
            expect(bool(np.all(np.diff(found) >= 0)), f"{name} is not increasing in u: {found.tolist()}")
