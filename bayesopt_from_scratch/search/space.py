"""Which combinations of hyperparameters are there?

A space is a dict of parameters, some of which may be active only under certain values of others: a tree. Strategies see
it as the unit cube, with NaN where a parameter is not active.

====== ======================================================= ==================
symbol meaning                                                 shape
====== ======================================================= ==================
u, U   one combination in the unit cube; several, one a row    (p,), (n, p)
====== ======================================================= ==================
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..numerics.arrays import Array, require
from .parameter import Parameter

__all__ = ["Params", "Space"]

Params = dict[str, Any]


class Space:
    """A dict of hyperparameters, and its map to the unit cube and back.

    Parameters
    ----------
    parameters : dict
        Name to ``Float``, ``Int`` or ``Choice``. A parameter may depend (``when``) on ``Int`` and ``Choice``
        parameters that stand before it.

    Raises
    ------
    ValueError
        If there is no parameter, one is of another type, or a condition names an unknown or later parameter, a
        ``Float``, or a value that its parameter cannot take.

    Examples
    --------
    >>> from bayesopt_from_scratch import Choice, Float
    >>> space = Space({"optimizer": Choice("sgd", "adam"), "momentum": Float(0, 1, when={"optimizer": "sgd"})})
    >>> space.from_unit([0.2, 0.9]), space.from_unit([0.8, 0.9])
    ({'optimizer': 'sgd', 'momentum': 0.9}, {'optimizer': 'adam'})
    """

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        some = isinstance(parameters, Mapping) and len(parameters) > 0
        require(some, "expected a dict of one parameter or more, got {!r}", parameters)
        self.parameters: dict[str, Parameter] = {}
        self._conditions: dict[str, list[tuple[str, list[float]]]] = {}
        for name, parameter in parameters.items():
            fits = isinstance(name, str) and isinstance(parameter, Parameter)
            require(fits, "expected names mapped to Float, Int or Choice, got {!r}: {!r}", name, parameter)
            fits = isinstance(parameter.when, Mapping | None)
            require(fits, "{}: expected when as a dict, got {!r}", name, parameter.when)
            try:
                self._conditions[name] = [self._condition(*item) for item in (parameter.when or {}).items()]
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
            self.parameters[name] = parameter

    def __repr__(self) -> str:
        return f"Space({self.parameters!r})"

    @property
    def axes(self) -> list[Parameter]:
        """The parameters, one per column of the unit cube."""
        return list(self.parameters.values())

    @property
    def finite(self) -> bool:
        """Whether there are finitely many combinations."""
        return all(parameter.step for parameter in self.axes)

    def check(self, params: Mapping[str, Any]) -> Params:
        """Return the params with plain Python values in the space's order.

        Raises
        ------
        ValueError
            If a value is out of bounds, a parameter is missing or unknown, or given though not active.
        """
        require(isinstance(params, Mapping), "expected a dict of parameters, got {!r}", params)
        checked: Params = {}
        for name, parameter in self.parameters.items():
            if self._active(name, checked) and name in params:
                try:
                    checked[name] = parameter.value(parameter.number(params[name]))
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
        expected = [name for name in self.parameters if self._active(name, checked)]
        require(set(expected) == set(params), "expected the parameters {}, got {}", expected, list(params))
        return checked

    def encode(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Valid params as JSON knows them: an option that is no string, number, bool or None by its position."""
        return {name: self.parameters[name].encode(value) for name, value in params.items()}

    def decode(self, encoded: Mapping[str, Any]) -> Params:
        """Params that :meth:`encode` wrote, checked; the options are the very objects of the space."""
        return self.check({k: self.parameters[k].decode(v) if k in self.parameters else v for k, v in encoded.items()})

    def to_unit(self, many: Sequence[Mapping[str, Any]]) -> Array:
        """Combinations as rows of the unit cube, (n, p), NaN where not active; valid params are assumed."""
        U = np.full((len(many), len(self.parameters)), math.nan)
        for j, (name, parameter) in enumerate(self.parameters.items()):
            rows = [i for i, params in enumerate(many) if name in params]
            U[rows, j] = parameter.to_unit([many[i][name] for i in rows])
        return U

    def from_unit(self, u: Iterable[float]) -> Params:
        """Combination at a point u of the unit cube, shape (p,); entries of parameters not active do not matter."""
        params: Params = {}
        for (name, parameter), x in zip(self.parameters.items(), u, strict=True):
            if self._active(name, params):
                params[name] = parameter.from_unit(float(x))
        return params

    def snap(self, U: Array) -> Array:
        """Rows of the unit cube as :meth:`to_unit` would give them: cells at their centres, not active as NaN."""
        snapped, column = np.empty_like(U), {name: j for j, name in enumerate(self.parameters)}
        for (name, parameter), u in zip(self.parameters.items(), U.T, strict=True):
            active = np.ones(len(U), dtype=bool)
            for parent, numbers in self._conditions[name]:
                active &= np.isin(snapped[:, column[parent]], self.parameters[parent].centre(np.array(numbers)))
            snapped[:, column[name]] = np.where(active, parameter.snap(u), math.nan)
        return snapped

    def _active(self, name: str, params: Params) -> bool:
        return all(
            parent in params and self.parameters[parent].number(params[parent]) in numbers
            for parent, numbers in self._conditions[name]
        )

    def _condition(self, parent: str, value: Any) -> tuple[str, list[float]]:
        """Check one entry of ``when``; return the parent and those of its values, as numbers, that activate."""
        parameter = self.parameters.get(parent)
        if parameter is None or not parameter.step:
            raise ValueError(f"condition on {parent!r}, which is no Int or Choice parameter standing before it")
        try:
            return parent, [parameter.number(value)]
        except ValueError:
            if not isinstance(value, list | tuple | set | frozenset) or not value:
                raise
            return parent, [parameter.number(option) for option in value]
