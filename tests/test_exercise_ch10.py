"""Grades the exercise of chapter 10, and the grader: right passes, wrong is refused with a word that leads on.

``EXERCISE=tutorials/exercises/ch10_read_journal.py python -m pytest tests/test_exercise_ch10.py -k yours`` grades it.
"""

import json
import os
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXERCISES = Path(__file__).parent.parent / "tutorials" / "exercises"
Reader = Callable[[bytes], list[dict[str, Any]]]


def load(path: Path) -> Reader:
    reader: Reader = runpy.run_path(str(path))["read_journal"]
    return reader


def grade(read: Reader) -> None:
    events = [{"event": "ask", "trial": i, "params": {"name": "ü"}} for i in range(3)]
    lines = [json.dumps(event).encode() + b"\n" for event in events]
    data = b"".join(lines)
    for length in range(len(data) + 1):
        try:
            found = read(data[:length])
        except Exception as error:
            raise AssertionError(
                f"cut after {length} bytes, reading failed ({error}): a torn line is no error"
            ) from error
        whole = data[:length].count(b"\n")
        assert found == events[:whole], (
            f"cut after {length} bytes, {whole} lines are whole, but {len(found)} events came"
        )
    damaged = lines[0] + b'{"event": "te\n' + lines[2]
    try:
        found = read(damaged)
    except ValueError as error:
        assert "2" in str(error), f"the damaged line is number 2, but the error says: {error}"
    else:
        raise AssertionError(
            f"line 2 is damaged in the middle of the file, yet {len(found)} events came: no crash does that"
        )


def catches_all(data: bytes) -> list[dict[str, Any]]:
    events = []
    for line in data.splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            continue
    return events


def trusts_valid_json(data: bytes) -> list[dict[str, Any]]:
    lines = data.splitlines()
    try:
        json.loads(lines[-1] if lines else b"{}")
    except ValueError:
        lines = lines[:-1]
    return [json.loads(line) for line in lines]


def drops_the_last_line(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()[:-1]]


def forgets_the_number(data: bytes) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in data.split(b"\n")[:-1]]
    except ValueError:
        raise ValueError("damaged") from None


def test_the_solution_passes() -> None:
    grade(load(EXERCISES / "solutions" / "ch10_read_journal.py"))


@pytest.mark.parametrize(
    ("read", "hint"),
    [
        (load(EXERCISES / "ch10_read_journal.py"), "a torn line is no error"),
        (catches_all, "events came"),
        (trusts_valid_json, "lines are whole"),
        (drops_the_last_line, "lines are whole"),
        (forgets_the_number, "number 2"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_wrong_ones_are_refused_with_a_hint(read: Reader, hint: str) -> None:
    with pytest.raises(AssertionError, match=hint):
        grade(read)


@pytest.mark.skipif("EXERCISE" not in os.environ, reason="set EXERCISE to the file to be graded")
def test_yours() -> None:
    grade(load(Path(os.environ["EXERCISE"])))
