"""Does a function leave what it is given alone, and does it answer what it was asked rather than what it was before?"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .law import expect, expect_close

__all__ = ["expect_pure", "left_alone", "numbers"]

Array = NDArray[np.floating]


def expect_pure(make: Callable[[], Callable[..., Any]], asked: tuple[Array, ...], other: tuple[Array, ...],
                what: str) -> None:  # fmt: skip
    """Raise unless arguments stay as they are, and answers as if each were the first; ``make`` makes a fresh one."""
    function = make()
    returned = left_alone(function, asked, what)
    first, fresh = numbers(returned), numbers(left_alone(make(), other, what))
    there = numbers(left_alone(function, other, what))
    expect_close(there, fresh, 0, f"{what} of other data, compared with a fresh one's,")
    expect(np.array_equal(numbers(returned), first), f"a result of {what} was changed by the next call")
    for part in returned if isinstance(returned, tuple | list) else (returned,):
        if isinstance(part, np.ndarray) and part.flags.writeable:
            part[...] = -1.0  # whoever owns a result may write into it
    expect_close(numbers(left_alone(function, asked, what)), first, 0, f"{what}, asked for again,")


def left_alone(
    function: Callable[..., Any], arguments: tuple[Any, ...], what: str, names: Sequence[Any] = range(1, 9)
) -> Any:
    """Call with copies of arrays; raise if they are changed."""
    copies = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    result = function(*copies)
    for name, copy, before in zip(names, copies, arguments, strict=False):
        expect(np.array_equal(copy, before), f"{what} changed its argument {name}")
    return result


def numbers(result: Any) -> Array:
    """Copy an array, or a tuple of them, into one row."""
    parts = result if isinstance(result, tuple | list) else (result,)
    return np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in parts])
