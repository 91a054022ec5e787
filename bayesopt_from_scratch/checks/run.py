"""How are all laws of a kind tried on one subject?

Every ``check_*`` function passes these arguments on:

======================= ================================================================================================
``level="default"``     ``"quick"`` (10 cases for each law), ``"default"`` (40) or ``"thorough"`` (1000)
``max_examples=None``   number of cases for each law, instead of a level
``seed=0``              draws other cases; the same seed draws the same
``on_fail="raise"``     raise one :class:`LawsBroken` with all that is broken; ``"report"`` only returns the report
``only=None``           ids of the laws to try, such as ``["K2", "K4"]``
``time_limit=10.0``     seconds for one case
``strict_warnings=...`` False; True if a warning from the subject is to break a law too
``engine=None``         ``"hypothesis"`` or ``"numpy"`` draw the cases; None lets numpy draw and hypothesis shrink
``patience=None``       seconds after which a law draws no more cases, two at least; None does not look at the clock
======================= ================================================================================================
"""

import warnings
from collections.abc import Callable, Collection
from dataclasses import replace
from operator import index
from typing import Any

from . import limit
from .draw import DrawSimplest
from .drive import LEVELS, Settings, try_law
from .law import Law, laws
from .report import LawsBroken, Report, Row

__all__ = ["demand", "one_of", "run_laws"]

_ANOTHER_FORM = (
    "if yours is called in another way, put a function around it; for regressors of scikit-learn and for the classes "
    "of the course there are from_sklearn, from_course_gp and from_course_optimizer (--as sklearn, --as course)"
)
_SOME_CASES = (
    "the simplest case does not raise: look at what this one has that a simpler one has not (among trials, those that "
    "failed, or still run, have no value)"
)


def run_laws(
    kind: str,
    subject: Any,
    name: str = "",
    *,
    diagnose: Callable[[Any], str] = lambda subject: "",
    level: str = "default",
    max_examples: int | None = None,
    seed: int = 0,
    on_fail: str = "raise",
    only: Collection[str] | None = None,
    time_limit: float = 10.0,
    strict_warnings: bool = False,
    engine: str | None = None,
    patience: float | None = None,
) -> Report:
    """Try the laws of one kind on a subject and make the report.

    Parameters
    ----------
    kind : str
        Which laws.
    subject : object
        What they are tried on.
    name : str
        What to call it in the report.
    diagnose : callable
        Maps the subject to the well-known error that it looks like, or to an empty string.
    level, max_examples, seed, on_fail, only, time_limit, strict_warnings, engine, patience
        As in the table above.

    Returns
    -------
    Report
        One row for each law.

    Raises
    ------
    LawsBroken
        If a law is broken and ``on_fail`` is ``"raise"``.
    ValueError
        If an argument is none of those it may be.
    """
    one_of("level", level, LEVELS)
    one_of("on_fail", on_fail, ("raise", "report"))
    one_of("engine", engine, (None, "hypothesis", "numpy"))
    for id in only or ():
        one_of("only", id, [row.id for row in laws(kind)])
    examples = LEVELS[level] if max_examples is None else max_examples
    seconds = float("inf") if patience is None else patience
    settings = _sensible(Settings(examples, seed, time_limit, strict_warnings, engine or "", seconds))
    rows: list[Row] = []
    stopped = ""
    for law in laws(kind):
        if only is not None and law.id not in only:
            continue
        row, stopped = (_left_out(law, stopped), stopped) if stopped else try_law(law, subject, settings)
        rows.append(row)
    if not stopped:
        rows, stopped = _once(rows, lambda id: _simplest_raises(kind, id, subject, settings))
    broken = any(row.status == "broken" for row in rows)
    report = Report(kind, name, tuple(rows), "" if stopped or not broken else _quietly(diagnose, subject, time_limit))
    if broken and on_fail == "raise":
        raise LawsBroken(report)
    return report


def _sensible(settings: Settings) -> Settings:
    """Refuse numbers for which a subject would be blamed."""
    demand("max_examples", settings.examples, "an integer >= 1", lambda n: index(n) >= 1)
    demand("seed", settings.seed, "an integer >= 0", lambda n: index(n) >= 0)
    demand("time_limit", settings.seconds, "a number of seconds > 0", lambda s: s > 0)
    demand("patience", settings.patience, "a number of seconds >= 0", lambda s: s >= 0)
    return settings


def demand(name: str, value: Any, what: str, holds: Callable[[Any], bool]) -> None:
    """Refuse an argument that is not what it should be; one of another type may not even allow the question."""
    try:
        fine = holds(value)
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise ValueError(f"expected {name} to be {what}, got {value!r}")


def one_of(name: str, value: Any, options: Collection[Any]) -> None:
    """Refuse a misspelt option."""
    demand(name, value, f"one of {', '.join(map(repr, options))}", lambda value: value in options)


def _once(rows: list[Row], always: Callable[[str], bool]) -> tuple[list[Row], str]:
    """Tell only once, by the first law, what the subject raises in most: if it ``always`` does, by its form perhaps."""
    ran = [row for row in rows if row.status != "not run"]
    broken = [row for row in ran if row.status == "broken"]
    errors = {row.message.partition(":")[0] for row in broken}
    most = ran[:1] == broken[:1] and 2 * len(broken) > len(ran) + 1  # the first and more than half of them
    if not most or len(errors) != 1 or not min(errors).startswith("raised "):
        return rows, ""
    reason = f"the subject {min(errors)} in {broken[0].id}, and so in {len(broken) - 1} more"
    told = [_left_out(row, reason) if row in broken[1:] else row for row in rows]
    told[rows.index(broken[0])] = replace(broken[0], hint=_ANOTHER_FORM if always(broken[0].id) else _SOME_CASES)
    return told, reason


def _simplest_raises(kind: str, id: str, subject: Any, settings: Settings) -> bool:
    """Whether a law is broken by the simplest case already."""
    (law,) = (row for row in laws(kind) if row.id == id)
    simplest = replace(law, always=(), cases=lambda _: law.cases(DrawSimplest()))
    return try_law(simplest, subject, replace(settings, examples=1, engine="numpy"))[0].status == "broken"


def _left_out(law: Law | Row, reason: str) -> Row:
    """Leave a law out: whoever did not come back once would keep us waiting again."""
    return Row(law.id, law.name, law.formula, law.source, law.why, "", "not run", reason, {}, 0, 0.0)


def _quietly(diagnose: Callable[[Any], str], subject: Any, seconds: float) -> str:
    """Ask for a diagnosis; a subject that crashes or does not come back has none."""
    try:
        with warnings.catch_warnings(), limit.time_limit(seconds):
            warnings.simplefilter("ignore")
            return diagnose(subject)
    except (Exception, SystemExit, limit.OutOfTime):
        return ""
