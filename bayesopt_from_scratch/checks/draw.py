"""Where do the cases come from?

A case is built from a handful of choices, each made by a :class:`Draw`. There are three: the simplest choice always; a
seeded numpy generator, which is fast; and hypothesis, which remembers the choices and shrinks them when a law breaks.
All make the same kinds of numbers: real numbers are multiples of 2^-15, two bytes each, so that a whole array is one
choice (fast), shrinks to zeros (readable), and leaves room for exact arithmetic (sums, halves and doubles are exact).
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draw", "DrawFromHypothesis", "DrawFromNumpy", "DrawSimplest"]

Array = NDArray[np.floating]
T = TypeVar("T")


class Draw(Protocol):
    """The choices a case is made of."""

    def integer(self, low: int, high: int) -> int:
        """Draw an integer from low to high, both included."""

    def choice(self, options: Sequence[T]) -> T:
        """Draw one of the options; the first is the simplest."""

    def reals(self, *shape: int) -> Array:
        """Draw real numbers between -1 and 1; zero is the simplest."""


class DrawSimplest:
    """Draw the least of everything: no rows, one dimension, zeros."""

    def integer(self, low: int, high: int) -> int:
        """Draw the low end."""
        return low

    def choice(self, options: Sequence[T]) -> T:
        """Draw the first."""
        return options[0]

    def reals(self, *shape: int) -> Array:
        """Draw zeros."""
        return np.zeros(shape)


class DrawFromNumpy:
    """Draw with a generator.

    Parameters
    ----------
    rng : numpy.random.Generator
        Makes every choice.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def integer(self, low: int, high: int) -> int:
        """Draw uniformly."""
        return int(self._rng.integers(low, high, endpoint=True))

    def choice(self, options: Sequence[T]) -> T:
        """Draw uniformly."""
        return options[self.integer(0, len(options) - 1)]

    def reals(self, *shape: int) -> Array:
        """Draw uniformly; one array in four holds quarters only, so that some of its entries are equal."""
        values = _decode(self._rng.bytes(2 * int(np.prod(shape))), shape)
        return np.round(4 * values) / 4 if self.integer(0, 3) == 0 else values


class DrawFromHypothesis:
    """Draw with hypothesis.

    Parameters
    ----------
    draw : callable
        The ``draw`` argument of a composite strategy.
    """

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        """Draw an integer, shrinking towards the low end."""
        from hypothesis import strategies

        return int(self._draw(strategies.integers(low, high)))

    def choice(self, options: Sequence[T]) -> T:
        """Draw an option, shrinking towards the first."""
        return options[self.integer(0, len(options) - 1)]

    def reals(self, *shape: int) -> Array:
        """Draw real numbers, shrinking towards zeros."""
        from hypothesis import strategies

        size = 2 * int(np.prod(shape))
        return _decode(self._draw(strategies.binary(min_size=size, max_size=size)), shape)


def _decode(octets: bytes, shape: tuple[int, ...]) -> Array:
    """Two bytes to one real: 0, 1, 2, 3, ... become 0, -1, 1, -2, ... times 2^-15; small bytes are small reals."""
    code = np.frombuffer(octets, dtype=">u2").astype(int).reshape(shape)
    return np.where(code % 2, -(code // 2) - 1, code // 2) / 2.0**15
