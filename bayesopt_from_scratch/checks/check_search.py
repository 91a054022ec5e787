"""What you call for a search space and for a search strategy; the others stand in ``check``.

The last keywords are those of :func:`~bayesopt_from_scratch.checks.run.run_laws`, as there.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..search.parameter import Parameter
from ..search.space import Space
from ..search.strategy import SpaceExhausted
from .report import Report
from .run import one_of, run_laws
from .space import SpaceSubject
from .strategy import StrategySubject

__all__ = ["check_space", "check_strategy"]

_PATIENCE = {"quick": 0.03, "default": 0.15}  # seconds for each law; a model may take long for one suggestion


def check_space(
    space: Any,
    *,
    parameters: Mapping[str, Parameter] | None = None,
    conditional: bool = True,
    log_integers: bool = True,
    **options: Any,
) -> Report:
    r"""Try the laws of a search space.

    Parameters
    ----------
    space : callable, dict or object
        A class or function that makes a space of a dict of ``Float``, ``Int`` and ``Choice``: it is tried on many. Or
        such a dict, or one space. A space has the methods ``from_unit(u)``, which maps (p,) to a dict of the active
        parameters, and ``to_unit(many)``, which maps n such dicts to (n, p), NaN where a parameter is not active. If it
        also has ``check(params)``, ``snap(U)``, ``encode(params)`` and ``decode(encoded)``, they are tried too.
    parameters : dict, optional
        What one given space should be; if not given, its attribute of that name.
    conditional : bool
        Whether parameters with ``when`` are to work.
    log_integers : bool
        Whether a logarithmic integer v owns the part of the side from log(v - 1/2) to log(v + 1/2).
    **options
        As in :mod:`~bayesopt_from_scratch.checks.run`.

    Returns
    -------
    Report
        One row for each law.

    Raises
    ------
    LawsBroken
        If a law is broken, unless ``on_fail="report"``.
    ValueError
        If the argument is no space, or it is not known which one it should be.

    Examples
    --------
    >>> from bayesopt_from_scratch import Float, Space
    >>> check_space(Space, level="quick").ok, check_space({"x": Float(0.1, 10, log=True)}, level="quick").ok
    (True, True)
    """
    make: Callable[[dict[str, Parameter]], Any]
    if isinstance(space, Mapping):
        parameters, make = dict(space), Space
    elif (callable(space) and not hasattr(space, "from_unit")) or isinstance(space, type):
        make = space
    elif hasattr(space, "from_unit") and hasattr(space, "to_unit"):
        parameters = getattr(space, "parameters", None) if parameters is None else parameters
        if parameters is None:
            raise ValueError("expected parameters= that say what this space should be")
        make = lambda _: space  # noqa: E731
    else:
        raise ValueError(f"expected a space, a dict of parameters or a callable that makes a space, got {space!r}")
    if parameters is not None:
        parameters = Space(parameters).parameters  # says what is wrong with them
    subject = SpaceSubject(make, parameters, conditional, log_integers)
    return run_laws("space", subject, _name(space), **options)


def check_strategy(
    strategy: Any,
    *,
    spaces: Any = None,
    grid: bool = False,
    deterministic: bool = False,
    invariance: str | None = None,
    tolerance: float = 0.0,
    learns: bool = False,
    exhausted: type[Exception] = SpaceExhausted,
    **options: Any,
) -> Report:
    r"""Try the laws of a search strategy.

    Parameters
    ----------
    strategy : object or callable
        An object with ``suggest(space, trials, rng) -> params``, which is copied (deeply) before each use; or a class
        or function that makes one without arguments. ``space`` is a ``Space``, ``trials`` a list of ``Trial``, ``rng``
        a generator, ``params`` a dict. A strategy of another make needs an adapter with this method.
    spaces : dict, Space or sequence of these, optional
        The only spaces to try it on; if not given, all kinds.
    grid : bool
        Whether it has a finite list of points of its own, also where there are infinitely many, and does not look at
        values.
    deterministic : bool
        Whether ``rng`` makes no difference.
    invariance : {None, "affine", "rank"}
        Whether suggestions are unchanged by y -> a y + b with a > 0, or by every increasing map of y.
    tolerance : float
        By how much a ``Float`` may move under the affine maps, as a share of its range; 0 for not a bit, which is
        possible: the maps tried do not round.
    learns : bool
        Whether it is to go where values were better, which chance, a grid or a fixed sequence does not, once 30 trials
        are done.
    exhausted : type
        What is raised when every combination has been tried.
    **options
        As in :mod:`~bayesopt_from_scratch.checks.run`, but ``time_limit=30``. If neither ``max_examples`` nor
        ``patience`` is given, a law draws cases for 0.15 seconds (``level="quick"``: 0.03), at least two;
        ``level="thorough"`` takes its time.

    Returns
    -------
    Report
        One row for each law.

    Raises
    ------
    LawsBroken
        If a law is broken, unless ``on_fail="report"``.
    ValueError
        If the argument is no strategy.

    Examples
    --------
    >>> from bayesopt_from_scratch import RandomSearch
    >>> check_strategy(RandomSearch, invariance="rank", level="quick").ok
    True
    """
    one_of("invariance", invariance, (None, "affine", "rank"))
    if not isinstance(strategy, type) and hasattr(strategy, "suggest"):
        try:
            pristine = copy.deepcopy(strategy)
        except Exception as error:
            raise ValueError(
                f"expected a class or function that makes the strategy, as this one cannot be copied: {error}"
            ) from error
        make: Callable[[], Any] = lambda: copy.deepcopy(pristine)  # noqa: E731
    elif callable(strategy):
        make = strategy
    else:
        raise ValueError(f"expected an object with suggest(), or a callable that makes one, got {strategy!r}")
    if "patience" not in options and options.get("max_examples") is None:
        options["patience"] = _PATIENCE.get(options.get("level", "default"))
    options.setdefault("time_limit", 30.0)  # a case takes several suggestions
    subject = StrategySubject(make, _spaces(spaces), grid, deterministic, invariance, tolerance, learns, exhausted)
    return run_laws("strategy", subject, _name(strategy), **options)


def _spaces(spaces: Any) -> tuple[Space, ...]:
    """One space or several, as a tuple; empty for any."""
    if spaces is None:
        return ()
    if isinstance(spaces, Mapping | Space):
        spaces = [spaces]
    if not isinstance(spaces, Sequence) or not spaces:
        raise ValueError(f"expected a space or a sequence of spaces, got {spaces!r}")
    return tuple(space if isinstance(space, Space) else Space(space) for space in spaces)


def _name(subject: Any) -> str:
    """What to call it in the report."""
    return str(getattr(subject, "__name__", type(subject).__name__))
