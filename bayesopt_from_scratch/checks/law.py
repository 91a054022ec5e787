"""What is a law, and what is it to break one?

A law is a plain function of a *subject* (somebody's code, behind the few methods of its kind) and a *case* (the data it
is tried on). It returns nothing, or raises :class:`Broken` with the two numbers that should have agreed. Its name,
formula and source stand in the decorator above it; its docstring says why the tolerance is what it is.

Tolerances: eps = 2^-52, n points, kernel variance v, noise variance s2. Since 0 <= K <= n v, a system K + s2 I has
condition number kappa <= 1 + n v / s2 whatever the points are, so drawing s2 / v gives a proven bound without looking
at an eigenvalue.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .draw import Draw

__all__ = ["EPS", "KINDS", "Broken", "Law", "answer", "calling", "expect", "expect_close", "law", "laws", "trying"]

Array = NDArray[np.floating]

EPS = float(np.finfo(float).eps)
KINDS = ("kernel", "cholesky", "surrogate", "density", "acquisition", "strategy", "space")


class Broken(AssertionError):
    """The subject broke the law; the message says by how much, and where."""


@dataclass(frozen=True)
class Law:
    """One row of the catalogue.

    Attributes
    ----------
    id : str
        Letter of the kind and number, such as ``"K2"``.
    kind : str
        One of :data:`KINDS`.
    name, formula, source : str
        The statement in words, in symbols, and where it is proved or defined.
    hint : str
        The usual cause when it breaks.
    why : str
        Where the tolerance comes from.
    cases : callable
        Draws one case.
    check : callable
        ``check(subject, case)`` raises if the law is broken.
    applies : callable
        ``applies(subject)`` is empty, or says why the law cannot be tried on this subject.
    always : tuple
        Cases too rare to be drawn and too important to be missed.
    share : float
        Part of the examples this law is worth: below 1 where one case costs much.
    """

    id: str
    kind: str
    name: str
    formula: str
    source: str
    hint: str
    why: str
    cases: Callable[[Draw], Any] = field(repr=False)
    check: Callable[[Any, Any], None] = field(repr=False)
    applies: Callable[[Any], str] = field(repr=False)
    always: tuple[Any, ...] = field(default=(), repr=False)
    share: float = field(default=1.0, repr=False)


_TABLE: dict[str, list[Law]] = {kind: [] for kind in KINDS}


def law(
    id: str,
    kind: str,
    name: str,
    formula: str,
    source: str,
    *,
    cases: Callable[[Draw], Any],
    hint: str = "",
    applies: Callable[[Any], str] = lambda subject: "",
    always: tuple[Any, ...] = (),
    share: float = 1.0,
) -> Callable[[Callable[[Any, Any], None]], Callable[[Any, Any], None]]:
    """Enter the decorated function into the table of its kind; see :class:`Law` for the arguments."""

    def enter(check: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        why = " ".join((check.__doc__ or "").split())
        _TABLE[kind].append(Law(id, kind, name, formula, source, hint, why, cases, check, applies, always, share))
        return check

    return enter


def laws(kind: str | None = None) -> tuple[Law, ...]:
    """List the laws of one kind, or of all.

    Parameters
    ----------
    kind : str, optional
        One of ``"kernel"``, ``"cholesky"``, ``"surrogate"``, ``"density"``, ``"acquisition"``, ``"strategy"``,
        ``"space"``.

    Returns
    -------
    tuple of Law
        By number, as they are tried.

    Raises
    ------
    ValueError
        If there is no such kind.

    Examples
    --------
    >>> laws("kernel")[0].id
    'K0'
    """
    if kind is not None and kind not in _TABLE:
        raise ValueError(f"expected one of {', '.join(KINDS)}, got {kind!r}")
    return tuple(row for k in KINDS if kind in (None, k) for row in sorted(_TABLE[k], key=lambda row: int(row.id[1:])))


@contextmanager
def trying(case: Any) -> Iterator[None]:
    """Name the case that is really tried, where a law changes the one it was given: that is the counterexample."""
    try:
        yield
    except BaseException as error:
        if not hasattr(error, "tried"):
            error.tried = case  # type: ignore[attr-defined]
        raise


@contextmanager
def calling(interface: str) -> Iterator[None]:
    """Say how the subject is called if it raises; it may be called in another way than its author thought."""
    try:
        yield
    except Exception as error:
        error.add_note(f"expected {interface}")
        raise


def expect(holds: bool | np.bool_, message: str) -> None:
    """Raise :class:`Broken` with this message unless the statement holds."""
    if not holds:
        raise Broken(message)


def answer(value: Any, shape: tuple[int, ...], what: str, *, finite: bool = True) -> Array:
    """Turn what the subject returned into a float array of the shape it should have, or say what is wrong with it."""
    expect(value is not None, f"{what} is None, as if a return was missing")
    try:
        array = np.array(value, dtype=float)  # a copy: the subject may keep its own
    except (TypeError, ValueError) as error:
        raise Broken(f"{what} is {type(value).__name__}, expected numbers of shape {shape}") from error
    expect(array.shape == shape, f"{what} has shape {array.shape}, expected {shape}")
    if finite and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise Broken(f"{_at(what, where)} is {array[where]}, expected a finite number")
    return array


def expect_close(actual: ArrayLike, expected: ArrayLike, tolerance: ArrayLike, what: str) -> None:
    """Raise :class:`Broken` at the entry that is furthest outside ``abs(actual - expected) <= tolerance``."""
    actual, expected = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
    expect(actual.shape == expected.shape, f"{what} has shape {actual.shape}, expected {expected.shape}")
    with np.errstate(invalid="ignore", over="ignore"):
        excess = np.where(actual == expected, -np.inf, np.abs(actual - expected) - tolerance)  # equal infinities agree
    if excess.size == 0 or np.max(excess) <= 0:  # a nan is not <= 0
        return
    where = tuple(int(i) for i in np.unravel_index(np.argmax(np.nan_to_num(excess, nan=np.inf)), excess.shape))
    allowed = float(np.broadcast_to(tolerance, excess.shape)[where])
    raise Broken(
        f"{_at(what, where)} = {float(actual[where])!r}, expected {float(expected[where])!r} (+- {allowed:.1e})"
    )


def _at(what: str, where: tuple[int, ...]) -> str:
    """Name one entry of an array."""
    return f"{what}[{', '.join(map(str, where))}]" if where else what
