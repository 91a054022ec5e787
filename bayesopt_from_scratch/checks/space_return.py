"""Laws of a search space, there and back: from hyperparameters to the unit cube, what is refused, and what is kept."""

import json
import math
from typing import Any

import numpy as np

from ..search.parameter import Choice, Int, Parameter
from .law import EPS, expect, expect_close, law
from .space import SpaceCase, SpaceSubject, able, same, space_case
from .space_laws import HERE
from .space_rounding import check_types, unit_rounding, value_rounding

__all__: list[str] = []

_places = np.array([[0.1], [0.3], [0.6180339887], [0.9]])
many_integers = SpaceCase({"depth": Int(0, 10**8)}, _places)  # more than single precision can tell apart
options_like_positions = SpaceCase({"kind": Choice(1, 2, 4)}, _places)


@law("S8", "space", "what to_unit returns", "(n, p), between 0 and 1, NaN where and only where not active", HERE,
     cases=space_case, hint="one column for each parameter, in the order of the space; n may be 0")  # fmt: skip
def rows(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact."""
    made = subject(case)
    many = [made.from_unit(u) for u in made.corners()]
    made.to_unit([])
    for params, u in zip(many, made.to_unit(many), strict=True):
        inactive = [name not in params for name in case.parameters]
        expect(np.array_equal(np.isnan(u), inactive), f"to_unit([{params}]) = [{u.tolist()}]")
        inside = np.isnan(u) | ((u >= 0) & (u <= 1))
        expect(bool(np.all(inside)), f"to_unit([{params}]) = [{u.tolist()}], expected all between 0 and 1")


@law("S9", "space", "there and back, from the cube", "to_unit(from_unit(u)) = u, or within the cell of u", HERE,
     cases=space_case, always=(many_integers,),
     hint="both directions must use the same scale, the same bounds and all digits; in a cache, equal values of "
     "different types share an entry")  # fmt: skip
def from_the_cube(subject: SpaceSubject, case: SpaceCase) -> None:
    """A Float: its rounding in units of the range. A cell: no further than its size."""
    made = subject(case)
    U = made.corners()
    many = [made.from_unit(u) for u in U]
    back = made.to_unit(many)
    for j, (name, parameter) in enumerate(case.parameters.items()):
        rows = [i for i, params in enumerate(many) if name in params]
        k = parameter.n_cells
        allowed = 1 / k if k else unit_rounding(parameter)
        if not (parameter.log and k):
            expect_close(back[rows, j], U[rows, j], allowed + 4 * EPS * (k > 0), f"{name} there and back")


@law("S10", "space", "there and back, from values", "from_unit(to_unit(v)) = v, exactly for integers and options", HERE,
     cases=space_case, hint="an integer must lie inside its own cell, not on the edge; log integers too")  # fmt: skip
def from_values(subject: SpaceSubject, case: SpaceCase) -> None:
    """A Float: its rounding. Nothing else rounds."""
    made = subject(case)
    many = [made.from_unit(u) for u in made.corners()]
    for params, u in zip(many, made.to_unit(many), strict=True):
        back = made.from_unit(u)
        expect(set(back) == set(params), f"{params} comes back as {back}")
        for name, value in params.items():
            parameter = case.parameters[name]
            if parameter.step:
                expect(same(case.parameters, {name: value}, {name: back[name]}), f"{params} comes back as {back}")
            else:
                absolute, relative = value_rounding(parameter)
                expect_close(back[name], value, absolute + relative * abs(value), f"{name} there and back")


@law("S11", "space", "check accepts what is inside", "check(from_unit(u)) = from_unit(u)", HERE, cases=space_case,
     applies=able("check"), hint="what one part suggests, another must not refuse")  # fmt: skip
def accepts(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact."""
    made = subject(case)
    for u in made.corners():
        params = made.from_unit(u)
        checked = dict(made.space.check(dict(params)))
        expect(same(case.parameters, checked, params), f"check({params}) = {checked}")
        check_types(case.parameters, checked)


@law("S12", "space", "check refuses what is outside",
     "an error for a value out of bounds, of another type, missing, unknown, not active",
     HERE, cases=space_case, applies=able("check"), hint="NaN is between no bounds; 0.5 is no integer; '3' "
     "is no number, and True none either")  # fmt: skip
def refuses(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact; any error will do."""
    made = subject(case)
    for u in made.corners():
        params = made.from_unit(u)
        for bad in _outside(case.parameters, params):
            try:
                made.space.check(dict(bad))
            except Exception:
                continue
            expect(False, f"check({bad}) is accepted")


def _outside(parameters: dict[str, Parameter], params: dict[str, Any]) -> list[dict[str, Any]]:
    """Combinations that are not in the space, each for one reason."""
    wrong: list[dict[str, Any]] = [params | {"no such parameter": 1.0}]
    for name, parameter in parameters.items():
        if name not in params:
            wrong.append(params | {name: parameter.value(parameter.low)})
            continue
        width = max(1, parameter.high - parameter.low)
        numbers: list[Any] = [parameter.low - width, parameter.high + width, math.nan, math.inf, -math.inf, "x"]
        numbers += [str(parameter.low), *([parameter.low + 0.5, True] if parameter.step else [])]
        values = numbers if parameter.ordered else [object()]
        wrong += [params | {name: value} for value in values]
        wrong.append({other: value for other, value in params.items() if other != name})
    return wrong


@law("S13", "space", "snapping is there and back", "snap(U) = to_unit(from_unit(U)); snap(snap(U)) = snap(U)", HERE,
     cases=space_case, applies=able("snap"),
     hint="a model must see what is recorded: the cell, not the draw")  # fmt: skip
def snapping(subject: SpaceSubject, case: SpaceCase) -> None:
    """Centres of cells to 2 eps, as another formula for them rounds; of a Float, its rounding in units of the range."""
    made = subject(case)
    U, given = made.corners(), made.corners()
    expected = made.to_unit([made.from_unit(u) for u in U])
    snapped = np.array(made.space.snap(given), dtype=float)
    expect(np.array_equal(given, U), "snap(U) changed its argument")
    for what, actual in ("snap(U)", snapped), ("snap(snap(U))", np.array(made.space.snap(snapped.copy()), dtype=float)):
        expect(actual.shape == U.shape, f"{what} has shape {actual.shape}, expected {U.shape}")
        expect(np.array_equal(np.isnan(actual), np.isnan(expected)), f"{what} is NaN elsewhere than where not active")
        for j, (name, parameter) in enumerate(case.parameters.items()):
            tolerance = 2 * EPS if parameter.step else unit_rounding(parameter)
            on = ~np.isnan(expected[:, j])
            expect_close(actual[on, j], expected[on, j], tolerance, f"{name} in {what}")


@law("S14", "space", "same answer twice", "from_unit and to_unit change neither their arguments nor the space", HERE,
     cases=space_case, hint="copy before writing; no randomness, no memory")  # fmt: skip
def pure(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact."""
    made = subject(case)
    held = [(params, dict(params)) for params in map(made.space.from_unit, made.corners())]
    for params, before in held:
        expect(same(case.parameters, params, before), f"a later call changed what from_unit returned to {params}")
    for u in made.corners():
        given = u.copy()
        params = dict(made.space.from_unit(given))
        expect(np.array_equal(given, u), f"from_unit changed its argument {u.tolist()} to {given.tolist()}")
        handed = dict(params)
        first = made.to_unit([params])
        made.space.to_unit([handed])
        expect(same(case.parameters, handed, params), f"to_unit changed its argument {params} to {handed}")
        expect(same(case.parameters, made.from_unit(u), params), f"from_unit({u.tolist()}) differs the second time")
        expect(np.array_equal(made.to_unit([params]), first, equal_nan=True), f"to_unit([{params}]) differs")


@law("S15", "space", "survives JSON", "decode(json(encode(params))) = params, options by identity", HERE,
     cases=space_case, always=(options_like_positions,), applies=able("encode", "decode"),
     hint="1, 1.0 and true are three options; a list is not hashable; a position taken for an option")  # fmt: skip
def survives_json(subject: SpaceSubject, case: SpaceCase) -> None:
    """Exact: repr of a float is read back to the bit."""
    made = subject(case)
    for u in made.corners():
        params = made.from_unit(u)
        text = json.dumps(made.space.encode(dict(params)), allow_nan=False)
        back = dict(made.space.decode(json.loads(text)))
        expect(same(case.parameters, back, params), f"{params} comes back from {text} as {back}")
