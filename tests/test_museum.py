"""Who grades the graders? Wrong implementations, each of which must break the law that is named beside it.

The museum's modules hold ``WRONG``, (what is wrong, check, id of a law), and ``RIGHT``, (name, check). A check is a
``check_*`` function with its subject already in place: it takes the options and returns the report.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

import museum  # this folder is on the path while pytest runs
import pytest

import bayesopt_from_scratch.checks.drive as drive
from bayesopt_from_scratch.checks import Report, Row, laws
from bayesopt_from_scratch.checks.drive import LEVELS

Check = Callable[..., Report]

_MODULES = [importlib.import_module(f"museum.{found.name}") for found in pkgutil.iter_modules(museum.__path__)]
WRONG: list[tuple[str, Check, str]] = [entry for module in _MODULES for entry in getattr(module, "WRONG", [])]
RIGHT: list[tuple[str, Check]] = [entry for module in _MODULES for entry in getattr(module, "RIGHT", [])]

_LAWS = {law.id: law for law in laws()}


@cache
def _row(number: int) -> Row:
    """What the named law says of this wrong one, with cases drawn by numpy."""
    _, check, id = WRONG[number]
    return check(only=[id], on_fail="report", engine="numpy")[id]


def _caught_quickly(number: int) -> bool:
    """Whether the named law sees it within the cases of the quick level, which are the first of every level."""
    row, law = _row(number), _LAWS[WRONG[number][2]]
    quick = len(law.always) + max(2, round(LEVELS["quick"] * law.share))
    return row.status == "broken" and row.examples <= quick


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[what for what, _, _ in WRONG])
def test_the_named_law_is_broken(number: int) -> None:
    row = _row(number)
    assert row.status == "broken", f"{WRONG[number][0]} passes {row.id}: {row.name} ({row.message})"
    assert row.message
    assert row.hint


@pytest.mark.parametrize(("name", "check"), RIGHT, ids=[name for name, _ in RIGHT])
def test_right_ones_pass_everything(name: str, check: Check) -> None:
    report = check(on_fail="report", level="quick", engine="numpy", strict_warnings=True)
    assert report.ok, str(report)


def _caught_by_another(number: int) -> bool:
    """Whether some law of the kind sees it at the quick level."""
    _, check, named = WRONG[number]
    others = [law.id for law in laws(_LAWS[named].kind) if law.id != named]
    return any(not check(only=[id], on_fail="report", level="quick", engine="numpy").ok for id in others)


def test_nineteen_in_twenty_are_caught_at_the_quick_level() -> None:
    missed = [WRONG[i][0] for i in range(len(WRONG)) if not (_caught_quickly(i) or _caught_by_another(i))]
    assert len(missed) <= 0.05 * len(WRONG), missed


def test_hypothesis_catches_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "_SHRINKING", 0.0)  # whether it breaks is the question, not on how small a case
    missed = [
        what
        for what, check, id in WRONG[::11]
        if check(only=[id], on_fail="report", engine="hypothesis")[id].status != "broken"
    ]
    assert not missed


def test_every_named_law_exists() -> None:
    assert {id for _, _, id in WRONG} <= set(_LAWS)


def test_every_law_has_a_wrong_one() -> None:
    kinds = ("kernel", "cholesky", "surrogate", "density", "acquisition")
    assert {law.id for kind in kinds for law in laws(kind)} - {id for _, _, id in WRONG} == set()


def test_no_name_is_given_twice() -> None:
    assert len({what for what, _, _ in WRONG}) == len(WRONG) >= 500
