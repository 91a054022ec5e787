"""Is a record genuine? Derive every suggestion of a journal again, and compare.

A suggestion is a pure function of the space, the strategy, the seed and the history before it, and a journal holds all
four. So it proves itself, on the same numpy and the same kind of processor; a bug report is one file of text.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .loop.study import STRATEGIES
from .resilience.history import History
from .resilience.journal import Event, live_through, read
from .search.parameter import Choice, Float, Int, Parameter
from .search.space import Space
from .search.strategy import SpaceExhausted, Strategy
from .surrogate.kernel import RBF, Matern52

__all__ = ["replay"]

_KNOWN: dict[str, Any] = {cls.__name__: cls for cls in (Float, Int, Choice, RBF, Matern52, *STRATEGIES.values())}
_DICTS = ("when", "points_per_axis")  # settings that are dicts themselves


def replay(
    path: str | Path, space: Space | Mapping[str, Parameter] | None = None, strategy: Strategy | None = None
) -> int:
    """Derive every suggestion of a journal again; the file is only read, and may be in use.

    Parameters
    ----------
    path : str or Path
        The journal.
    space, strategy : optional
        As for :class:`Study`, the strategy as an object; by default made from the first line, which holds all of them
        unless an option of a ``Choice`` is no string, number, bool or None, or the strategy is your own.

    Returns
    -------
    int
        Number of suggestions derived, all of them equal to the recorded ones.

    Raises
    ------
    ValueError
        If one differs, with its line, what was suggested and what was derived; if the journal is damaged or its first
        line does not hold all.

    Examples
    --------
    >>> import tempfile
    >>> from bayesopt_from_scratch import minimize
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     study = minimize(
    ...         lambda params: params["x"] ** 2, {"x": Float(-1, 1)}, n_trials=12, journal=f"{folder}/study.jsonl"
    ...     )
    ...     replay(f"{folder}/study.jsonl")
    12
    """
    lines, _ = read(Path(path))
    if not lines:
        raise ValueError(f"{path} holds no study")
    first = lines[0][1]
    try:
        if space is None:
            space = {name: _make(described) for name, described in first["space"].items()}
        chooser: Strategy = _make(first["strategy"]) if strategy is None else strategy
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}, line 1: {error}") from error
    space = space if isinstance(space, Space) else Space(space)
    history, derived = History(space), 0

    def compare(event: Event) -> None:
        nonlocal derived
        if "params" in event:  # options of numpy or of an enum, noted by position, are plain in the first line
            event = {**event, "params": space.encode(space.decode(event["params"]))}
        if event["event"] == "ask":
            rng = np.random.default_rng([first["seed"], event["trial"]])
            try:
                again = space.encode(space.check(chooser.suggest(space, list(history.trials.values()), rng)))
            except SpaceExhausted as error:
                raise ValueError(f"trial {event['trial']} cannot be: {error}") from error
            if again != event["params"]:
                raise ValueError(f"trial {event['trial']} is {event['params']}, but derived again it is {again}")
            derived += 1
        history.apply(event)

    live_through(Path(path), lines[1:], compare)
    return derived


def _make(described: Mapping[str, Any]) -> Any:
    """Make the parameter or the strategy that the first line describes."""
    if described.get("type", described.get("object")) not in _KNOWN:
        raise ValueError(f"cannot be made again from the journal: {described}; pass the space or the strategy itself")
    if "object" in described:
        return _KNOWN[described["object"]]
    settings = {k: _make(v) if isinstance(v, dict) and k not in _DICTS else v for k, v in described.items()}
    del settings["type"]
    if described["type"] == "Choice":
        return Choice(*(_make(o) if isinstance(o, dict) else o for o in settings["options"]), when=settings["when"])
    return _KNOWN[described["type"]](**settings)
