"""How exactly can a value be known, and what is a plain one?"""

import math
from typing import Any

from ..search.parameter import Choice, Parameter
from .law import EPS, expect

__all__ = ["check_bounds", "check_types", "unit_rounding", "value_rounding"]


def value_rounding(parameter: Parameter) -> tuple[float, float]:
    """Absolute and relative rounding of a value: on a logarithmic scale exp multiplies the eps of its argument."""
    if parameter.log:
        return 0.0, 8 * EPS * (2 + abs(math.log(parameter.low)) + abs(math.log(parameter.high)))
    return 8 * EPS * (abs(parameter.low) + abs(parameter.high)), 0.0


def unit_rounding(parameter: Parameter) -> float:
    """Rounding of a place on the side: that of the value, in units of the range."""
    absolute, relative = value_rounding(parameter)
    width = math.log(parameter.high / parameter.low) if parameter.log else parameter.high - parameter.low
    return 8 * EPS + (relative if parameter.log else absolute) / width if width else 0.0


def check_types(parameters: dict[str, Parameter], params: dict[str, Any]) -> None:
    """Expect plain Python types, and of a choice the very option."""
    for name, value in params.items():
        parameter = parameters[name]
        if isinstance(parameter, Choice):
            own = any(value is option for option in parameter.options)
            expect(own, f"{name} = {value!r} is not one of the very options {parameter.options}")
        else:
            kind = int if parameter.step else float
            text = f"{name} = {value!r} is of type {type(value).__name__}, expected {kind.__name__}"
            expect(type(value) is kind, text)


def check_bounds(parameters: dict[str, Parameter], params: dict[str, Any]) -> None:
    """Expect every number between its bounds, and every option among them."""
    for name, value in params.items():
        try:
            parameters[name].number(value)
        except ValueError as error:
            expect(False, f"{name}: {error}")
