r"""What is a hyperparameter, and how does it look to a model?

Every strategy works on the unit cube, one side per hyperparameter. A number lies at its share of the way from low to
high (of the logarithms, if ``log``). An integer or a category owns a cell of the side and lies at its centre, so that
each is found by an equal share of uniform draws (integers on a logarithmic scale: by the length of [v - 1/2, v + 1/2]
in logarithms).

====== ======================================================= ==================
symbol meaning                                                 shape
====== ======================================================= ==================
u      place on the side, from 0 to 1                          any
v      a value as a number; an option by its position          any
====== ======================================================= ==================
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np

from ..numerics.arrays import Array, ArrayLike, require

__all__ = ["Choice", "Float", "Int", "Parameter", "as_number"]


@dataclass(frozen=True)
class Parameter:
    """What :class:`Float`, :class:`Int` and :class:`Choice` have in common: one side of the unit cube."""

    low: float
    high: float
    log: bool = False
    _: KW_ONLY
    when: Mapping[str, Any] | None = None

    step: ClassVar[int] = 0  # distance of neighbouring values; 0 for a continuum
    ordered: ClassVar[bool] = True  # whether neighbours are alike

    def __post_init__(self) -> None:
        low, high = as_number(self.low, "bound"), as_number(self.high, "bound")
        order, positive = ("<=", ">= 1") if self.step else ("<", "> 0")
        require(low < high or (self.step and low == high), "expected low {} high, got {} and {}", order, low, high)
        fits = not self.log or low - self.step / 2 > 0
        require(fits, "expected low {} on a logarithmic scale, got {}", positive, low)
        most = 2 ** (45 if self.log else 51) if self.step else math.inf  # above it, cells are narrower than rounding
        resolved = math.isfinite(high - low) and max(abs(low), abs(high)) <= most
        resolved = resolved and bool(self.step or self._scale(low) < self._scale(high))
        require(resolved, "expected a range that floats can resolve, got {} to {}", low, high)
        object.__setattr__(self, "low", self.value(self.number(low)))
        object.__setattr__(self, "high", self.value(self.number(high)))

    @property
    def n_cells(self) -> int:
        """Number of values; 0 for a continuum."""
        return int(self.high - self.low) // self.step + 1 if self.step else 0

    def number(self, value: Any) -> float:
        """Return the value as a number v, or raise a ValueError if the parameter cannot take it."""
        v = as_number(value, "value")
        if not self.low <= v <= self.high or (self.step and v % 1):
            kind = "an integer" if self.step else "a number"
            raise ValueError(f"expected {kind} from {self.low} to {self.high}, got {value!r}")
        return v

    def value(self, v: float) -> Any:
        """Value that the number v stands for, as a plain Python object."""
        return float(v)

    def encode(self, value: Any) -> Any:
        """Return a valid value as JSON knows it."""
        return value

    def decode(self, encoded: Any) -> Any:
        """Return the value that :meth:`encode` wrote."""
        return encoded

    def to_unit(self, values: Sequence[Any]) -> Array:
        """Place of valid values on the side: at their share of the way, or at the centre of their cells."""
        return self.centre(np.array(values, dtype=float))

    def from_unit(self, u: float) -> Any:
        """Value at u, never outside the bounds."""
        return self.value(float(self._nearest(u)))

    def snap(self, u: ArrayLike) -> Array:
        """Centre of the cell that holds u; on a continuum u itself."""
        return self.centre(self._nearest(u))

    def cell(self, u: ArrayLike) -> tuple[Array, Array]:
        """Lower and upper edge of the cell that holds u; on a continuum u itself, twice."""
        v = self._nearest(u)
        return self._edge(v - self.step / 2), self._edge(v + self.step / 2)

    def cells(self) -> Array:
        """Centres of all cells, in order."""
        return self.centre(np.arange(self.low, self.high + 1))

    def centre(self, v: Array) -> Array:
        """Place of the numbers v on the side."""
        return (self._edge(v - 0.5) + self._edge(v + 0.5)) / 2 if self.step else self._edge(v)  # eq: 7.2

    def _nearest(self, u: ArrayLike) -> Array:
        low, high = self._scale(self.low - self.step / 2), self._scale(self.high + self.step / 2)
        u = np.asarray(u, dtype=float)
        v = low + u * (high - low)  # eq: 1.2
        v = np.exp(v) if self.log else v
        v = np.where(u <= 0, self.low, np.where(u >= 1, self.high, v))  # the ends exactly, which exp(log(low)) is not
        return np.minimum(np.maximum(np.floor(v + 0.5) if self.step else v, self.low), self.high)

    def _edge(self, v: Array) -> Array:
        low, high = self._scale(self.low - self.step / 2), self._scale(self.high + self.step / 2)
        return np.minimum(np.maximum((self._scale(v) - low) / (high - low), 0), 1)  # np.clip takes 1.6 times as long

    def _scale(self, v: Any) -> Any:
        return np.log(v) if self.log else v


class Float(Parameter):
    """A real number between low and high, both included; ``log`` when its order of magnitude is what matters.

    Parameters
    ----------
    low, high : float
        Bounds, low < high.
    log : bool
        Search on a logarithmic scale; needs low > 0.
    when : dict, optional
        Active only if each parameter named here has the value given, or one of a list of values.

    Raises
    ------
    ValueError
        If the bounds are not finite, not in order, or not positive with ``log``.

    Examples
    --------
    >>> round(Float(1e-4, 1e-1, log=True).from_unit(1 / 3), 6)
    0.001
    """


class Int(Parameter):
    """An integer between low and high, both included.

    Parameters and errors as :class:`Float`, but low = high is allowed, and ``log`` needs low >= 1.

    Examples
    --------
    >>> [Int(0, 4).from_unit(u) for u in (0.0, 0.19, 0.21, 1.0)]
    [0, 0, 1, 4]
    """

    low: int
    high: int
    step = 1

    def value(self, v: float) -> int:
        """Return v as an int."""
        return int(v)


@dataclass(frozen=True, init=False, repr=False)
class Choice(Parameter):
    """One of several options, which may be any objects and have no order; the very object is handed back.

    Parameters
    ----------
    *options : object
        One or more, all different.
    when : dict, optional
        As in :class:`Float`.

    Raises
    ------
    ValueError
        If there is no option, or one stands twice.

    Examples
    --------
    >>> Choice("relu", "tanh").from_unit(0.6)
    'tanh'
    """

    options: tuple[Any, ...] = ()

    step = 1
    ordered = False

    def __init__(self, *options: Any, when: Mapping[str, Any] | None = None) -> None:
        require(options, "expected one option or more, got none")
        require(options[1:] or not isinstance(options[0], list), "expected options one by one, got {!r}", options[0])
        self.__dict__.update(low=0, high=len(options) - 1, when=when, options=options)
        for i, option in enumerate(options):
            twice = any(_alike(other, option) for other in options[:i])
            require(not twice, "expected different options, got {!r} twice", option)

    def __repr__(self) -> str:
        return f"Choice({', '.join(map(repr, self.options))}, when={self.when!r})"

    def number(self, value: Any) -> float:
        """Position of the option that is the value, or equals it and is of its type: 1, 1.0 and True are different."""
        for i, option in enumerate(self.options):
            if _alike(option, value):
                return i
        raise ValueError(f"expected one of {self.options}, got {value!r}")

    def to_unit(self, values: Sequence[Any]) -> Array:
        """Centres of the cells of these options."""
        return self.centre(np.array([self.number(value) for value in values]))

    def value(self, v: float) -> Any:
        """Return the option at position v."""
        return self.options[int(v)]

    def encode(self, value: Any) -> Any:
        """Return the option itself if JSON can tell it from others, else its position."""
        plain = type(value) in (str, int, bool, type(None)) or (type(value) is float and math.isfinite(value))
        return value if plain else {"option": int(self.number(value))}

    def decode(self, encoded: Any) -> Any:
        """Return the very option that :meth:`encode` wrote."""
        return self.value(encoded["option"] if isinstance(encoded, dict) else self.number(encoded))


def as_number(value: Any, name: str) -> float:
    """Return the value as a float, NaN and infinities included, or raise a ValueError if it is no single number."""
    kind = getattr(getattr(value, "dtype", None), "kind", "f")  # of what is numpy's: not bool, complex, time or text
    try:
        if not isinstance(value, bool | str | bytes) and kind not in "bcmMSU" and np.ndim(value) == 0:
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(f"expected a number as {name}, got {type(value).__name__}: {value!r:.80}")


def _alike(a: Any, b: Any) -> bool:
    """Whether b is a, or is of its type and shape and equals it."""
    try:
        same = a is b or (type(a) is type(b) and getattr(a, "shape", None) == getattr(b, "shape", None) and a == b)
        return same is True or bool(np.all(same))
    except ValueError:  # an equality that is neither true nor false, as of dicts that hold arrays
        return False
