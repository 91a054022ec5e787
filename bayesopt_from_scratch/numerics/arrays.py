"""What do the functions of this house take, and what do they say to what they cannot take?

Arrays of floats; and one line for each requirement, which states what must hold, what was expected and what was given.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Array", "ArrayLike", "require", "whole"]

Array: TypeAlias = NDArray[np.floating]


def require(holds: object, message: str, *values: object) -> None:
    """Raise a ValueError with the message, its braces filled with the values, unless the statement holds.

    Examples
    --------
    >>> require(1 < 2, "expected 1 < 2")
    >>> require(-1 >= 0, "expected a variance of 0 or more, got {}", -1)
    Traceback (most recent call last):
    ValueError: expected a variance of 0 or more, got -1
    """
    if not holds:
        raise ValueError(message.format(*values))


def whole(*values: object, least: int = 1) -> bool:
    """Whether all values are integers, Python's or numpy's, of ``least`` or more; True is none.

    Examples
    --------
    >>> whole(1, 24), whole(24.5), whole(0), whole(0, least=0)
    (True, False, False, True)
    """
    return all(isinstance(n, int | np.integer) and not isinstance(n, bool) and n >= least for n in values)
