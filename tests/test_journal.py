"""Does the record survive whatever moment the process dies at, and whatever is done to the file?"""

import errno
import gc
import json
import logging
import math
import multiprocessing
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayesopt_from_scratch import Choice, Float, Int, RandomSearch, Space, Strategy, Study, TPESearch, Trial, minimize
from bayesopt_from_scratch.resilience.history import History
from bayesopt_from_scratch.resilience.journal import Journal, _plain

SPACE = {"x": Float(0.0, 1.0), "c": Choice("a", "b")}
TPE = TPESearch(n_initial=3)
DIVERGES = 0.5

fcntl = pytest.importorskip("fcntl")  # elsewhere there is no lock to be tested


def objective(params: dict[str, Any]) -> float:
    if params["x"] > DIVERGES:
        raise RuntimeError("diverged")
    return float(params["x"]) + (params["c"] == "a")


def timeless(journal: bytes) -> bytes:
    """What does not depend on the clock, and on how often the process died."""
    lines = [line for line in journal.split(b"\n") if not line.startswith(b'{"event": "start"')]
    return re.sub(rb', "seconds": [^,}]+', b"", b"\n".join(lines))


def state(trials: list[Trial]) -> list[tuple[Any, ...]]:
    return [(t.number, t.params, t.state, t.value, t.error, t.attempts) for t in trials]


def lived_through(journal: bytes) -> list[Trial]:
    """The trials after the whole lines of a journal."""
    history = History(Space(SPACE))
    for line in journal[: journal.rfind(b"\n") + 1].splitlines()[1:]:
        history.apply(json.loads(line))
    return list(history.trials.values())


def write(path: Path, strategy: Strategy, n: int = 8, seed: int = 1) -> bytes:
    minimize(objective, SPACE, n_trials=n, strategy=strategy, seed=seed, journal=path)
    return path.read_bytes()


@pytest.fixture
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the disk where thousands of files are written."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.jsonl"


# Cut at any byte


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize(
    ("strategy", "n", "step"),
    [
        pytest.param(RandomSearch(), 3, 1, id="random"),
        pytest.param(TPE, 8, 79, id="tpe"),
        pytest.param(RandomSearch(), 8, 1, id="random, 8 trials", marks=pytest.mark.long),
        pytest.param(TPE, 8, 1, id="tpe, 8 trials", marks=pytest.mark.long),
    ],
)
def test_cut_at_every_byte_it_goes_on_to_the_same_end(
    path: Path, strategy: Strategy, n: int, step: int, caplog: pytest.LogCaptureFixture
) -> None:
    whole = write(path, strategy, n)
    assert whole.count(b"\n") == 1 + n * 3 and b'"fail"' in whole
    for cut in range(0, len(whole) + 1, step):
        path.write_bytes(whole[:cut])
        caplog.clear()
        study = Study(SPACE, strategy, seed=1, journal=path)
        assert state(study.trials) == state(lived_through(whole[:cut]))
        assert ("the last line is torn" in caplog.text) == (whole[:cut][-1:] not in (b"", b"\n"))
        study.close()
        minimize(objective, SPACE, n_trials=n, strategy=strategy, seed=1, journal=path)
        assert timeless(path.read_bytes()) == timeless(whole)


@pytest.mark.usefixtures("no_sync")
def test_what_is_written_after_a_torn_line_can_be_read_twice(path: Path) -> None:
    whole = write(path, RandomSearch(), n=3)
    for cut in range(whole.index(b"\n") + 1, len(whole) + 1, 7):
        path.write_bytes(whole[:cut])
        study = Study(SPACE, "random", seed=1, journal=path)
        before, trial = len(study.trials), study.ask()
        study.close()
        for again in range(2):
            study = Study(SPACE, "random", seed=1, journal=path)
            assert len(study.trials) == before + 1 + again and study.trials[before].params == trial.params
            study.ask()
            study.close()


def test_a_torn_line_is_said_and_cut_off(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = write(path, RandomSearch())
    path.write_bytes(whole + b'{"event": "as')
    study = Study(SPACE, "random", seed=1, journal=path)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (
        logging.WARNING,
        f"{path}: the last line is torn, its 13 bytes are cut off",
    )
    study.ask()
    study.close()
    text = path.read_bytes()
    assert text.startswith(whole + b'{"event": "ask", "trial": 8, ') and text.endswith(b"}\n")


def test_a_journal_is_released_if_its_opening_is_interrupted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Study(SPACE, "random", journal=path).ask()

    def interrupt(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as kept:
        patch.setattr(History, "apply", interrupt)
        Study(SPACE, "random", journal=path)
    assert len(Study(SPACE, "random", journal=path).trials) == 1
    assert kept.tb is not None  # a notebook keeps the traceback, and with it the half-made study


# A file that is damaged, or none of ours, is left alone


def refused(path: Path, message: str, strategy: Any = "random", seed: int | None = 1, space: Any = None) -> None:
    before = path.read_bytes()
    with pytest.raises(ValueError, match=message):
        Study(space or SPACE, strategy, seed=seed, journal=path)
    assert path.read_bytes() == before
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # and it is not held any more


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda line: b"",
    "zeros": lambda line: b"\0" * len(line),
    "half": lambda line: line[: len(line) // 2],
    "no object": lambda line: b"[1, 2]",
    "no event": lambda line: b"{}",
    "deep": lambda line: b"[" * 100_000,
    "latin-1": lambda line: line.replace(b'"trial"', b'"tri\xe4l"').replace(b'"seed"', b'"se\xe4d"'),
    "two in one": lambda line: line + line,
    "another kind": lambda line: line.replace(b'"event": "', b'"event": "un').replace(b'"format": 1', b'"format": {}'),
    "another trial": lambda line: re.sub(rb'"trial": \d', b'"trial": 77', line).replace(b'"format"', b'"forma"'),
    "no number": lambda line: re.sub(rb'"trial": \d', b'"trial": []', line).replace(b'"seed"', b'"sed"'),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("number", range(1, 9))
def test_a_damaged_line_is_named(path: Path, number: int, damage: str) -> None:
    lines = write(path, RandomSearch(), n=3).split(b"\n")
    lines[number - 1] = DAMAGES[damage](lines[number - 1])
    path.write_bytes(b"\n".join(lines) + b'{"event": "as')  # nor is a torn line cut off then
    of_another = damage == "another kind" and number == 1
    refused(path, "is of format {}, expected 1" if of_another else rf"^{re.escape(str(path))}, line {number}\b")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (rb'"value": [^,]+', b'"value": NaN', "expected a finite value, got nan"),
        (rb'"value": [^,]+', b'"value": 1e999', "expected a finite value, got inf"),
        (rb'"value": [^,]+', b'"value": "low"', "expected a number as value, got str"),
        (rb'"value": [^,]+', b'"value": null', "expected a number as value, got NoneType"),
        (rb'"value"', b'"worth"', "'value'"),
        (rb'"seconds": [^}]+', b'"seconds": []', "float"),
        (rb'"seconds": [^}]+', b'"seconds": 1' + b"0" * 400, "too large"),
        (rb'"params": {"x": [^,]+', b'"params": {"x": 2.5', "x: expected a number from 0.0 to 1.0, got 2.5"),
        (rb'"params": {"x": [^,]+', b'"params": {"y": 0.5', r"expected the parameters \['x', 'c'\]"),
        (rb'"c": "."', b'"c": "z"', r"expected one of \('a', 'b'\), got 'z'"),
        (rb'"params": {[^}]+}', b'"params": 3', "attribute"),
        (rb'"c": "."', b'"c": {"option": -1}', "expected the params .*, got .*{'option': -1}"),
        (rb'"c": "."', b'"c": {"option": 0.5}', "expected the params .*, got .*{'option': 0.5}"),
        (
            rb'"value": [^}]+',
            b'"value": 0.5, "seconds": NaN',
            "expected seconds as a finite number of 0 or more, got nan",
        ),
        (
            rb'"value": [^}]+',
            b'"value": 0.5, "seconds": -1',
            "expected seconds as a finite number of 0 or more, got -1",
        ),
    ],
)
def test_an_event_that_cannot_have_been_is_named(path: Path, before: bytes, after: bytes, message: str) -> None:
    changed = re.sub(before, after, write(path, RandomSearch(), n=3), count=1)
    path.write_bytes(changed)
    number = next(i for i, line in enumerate(changed.split(b"\n"), 1) if after in line)
    refused(path, rf"^{re.escape(str(path))}, line {number}: .*{message}")


@pytest.mark.usefixtures("no_sync")
@given(data=st.data())
def test_whatever_byte_changes_it_opens_or_names_the_line(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    path = tmp_path_factory.mktemp("journal") / "study.jsonl"
    text = bytearray(re.sub(rb'"seconds": [^,}]+', b'"seconds": 0.5', write(path, RandomSearch(), n=3)))
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(text)
    try:
        Study(SPACE, "random", seed=1, journal=path).close()
    except ValueError as error:
        assert str(error).startswith(str(path))
    assert path.read_bytes() == text


FOREIGN = {
    "text": b"Dear diary,\nnothing happened today.\n",
    "text without newline": b"Dear diary",
    "binary": bytes(range(256)),
    "binary without newline": b"\x89PNG\r\0\0",
    "JSON": b'{"learning_rate": 0.1}\n',
    "JSON without newline": b'{"format": "png", "size": 3}',
    "a list": b"[]",
    "a number": b"3",
    "spaces": b"   ",
    "a newline": b"\n",
    "JSON lines": b'{"event": "ask", "trial": 0}\n{"event": "tell", "trial": 0}\n',
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_is_no_journal_is_never_touched(path: Path, kind: str) -> None:
    path.write_bytes(FOREIGN[kind])
    refused(path, "is no journal of a study: it begins with|line 1 is damaged")


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.touch()
    assert timeless(write(path, RandomSearch())) == timeless(write(path.with_suffix(".other"), RandomSearch()))


def test_no_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Study(SPACE, journal=tmp_path / "no" / "study.jsonl")
    with pytest.raises(IsADirectoryError):
        Study(SPACE, journal=tmp_path)


# A file of another study is left alone


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"space": {"x": Float(0.0, 2.0), "c": Choice("a", "b")}}, r"its space, x, high is 1\.0, expected 2\.0$"),
        ({"space": {"x": Int(0, 1), "c": Choice("a", "b")}}, r"its space, x, type is Float, expected Int$"),
        (
            {"space": {"x": SPACE["x"], "c": Choice("a", "c")}},
            r"its space, c, options is \['a', 'b'\], expected \['a', 'c'\]$",
        ),
        (
            {"space": {"x": SPACE["x"], "c": Choice("a", "b", "c")}},
            r"its space, c, options is \['a', 'b'\], expected \['a'",
        ),
        ({"space": {"x": Float(0.0, 1.0)}}, r"its space is .*'c'.*, expected .*'x'"),
        (
            {"space": {"c": Choice("a", "b"), "x": Float(0.0, 1.0, log=False)}},
            r"its space is {'x'.*, expected {'c'",
        ),  # order of columns
        ({"strategy": "tpe"}, r"its strategy is {'type': 'RandomSearch'}, expected {'type': 'TPESearch', .*}"),
        ({"seed": 2}, r"its seed is 1, expected 2$"),
    ],
)
def test_another_study_is_refused(path: Path, other: dict[str, Any], message: str) -> None:
    write(path, RandomSearch())
    refused(path, f"^{re.escape(str(path))} belongs to another study: {message}", **other)


def test_every_setting_of_a_strategy_counts(path: Path) -> None:
    write(path, TPE)
    refused(
        path, r"belongs to another study: its strategy, n_initial is 3, expected 4$", strategy=TPESearch(n_initial=4)
    )


def test_no_seed_takes_that_of_the_file(path: Path) -> None:
    whole = write(path, RandomSearch(), seed=77)
    assert minimize(objective, SPACE, n_trials=8, strategy="random", seed=None, journal=path).seed == 77
    assert path.read_bytes() == whole
    drawn = Study(SPACE, "random", seed=None, journal=path.with_suffix(".new"))
    drawn.close()
    assert Study(SPACE, "random", seed=None, journal=path.with_suffix(".new")).seed == drawn.seed
    refused(path, "its strategy", strategy="tpe", seed=None)


class Mine:
    """A strategy of one's own, with settings that JSON does not know."""

    def __init__(self, *settings: Any) -> None:
        self.settings = settings

    def suggest(self, space: Space, trials: Any, rng: Any) -> dict[str, Any]:
        return RandomSearch().suggest(space, trials, rng)


def test_any_strategy_and_any_option_can_be_recorded(path: Path) -> None:
    options = (print, None, 1.5, (1, 2), Mine)
    space = {"c": Choice(*options), "n": Int(0, 3, when={"c": {None, 1.5}})}
    study = minimize(lambda params: 1.0, space, n_trials=9, strategy=Mine(1), journal=path)
    again = Study(space, Mine(2), journal=path)
    assert [t.params for t in again.trials] == [t.params for t in study.trials]
    assert all(any(t.params["c"] is option for option in options) for t in again.trials)
    again.close()
    refused(
        path, "its strategy is {'object': 'Mine', 'repr': '.*'}, expected {'type': 'RandomSearch'}", seed=0, space=space
    )


def test_settings_with_any_keys_can_be_recorded(path: Path) -> None:
    @dataclass(frozen=True)
    class Weighted(RandomSearch):
        weights: Any = None

    space = {"c": Choice({("a", 1): 2.0}, {1: "one"}, [{None: {("b",): {3}}}, 5])}
    strategy = Weighted({("x", "y"): {Mine: 1.0, 2: np.float32(0.5), b"z": ((1,), {(2, 3)})}})
    Study(space, strategy, journal=path).close()
    first = json.loads(path.read_text())
    weights = {"('x', 'y')": {repr(Mine): 1.0, "2": 0.5, "b'z'": [[1], [[2, 3]]]}}
    assert first["strategy"] == {"type": "Weighted", "weights": weights}
    assert first["space"]["c"]["options"] == [{"('a', 1)": 2.0}, {"1": "one"}, [{"null": {"('b',)": [3]}}, 5]]
    Study(space, strategy, journal=path).close()
    refused(
        path,
        r"its strategy, weights is .*\[\[1\], \[\[2, 3\]\]\]}}, expected {.*z.*: 1\.0}$",
        strategy=Weighted({("x", "z"): 1.0}),
        seed=0,
        space=space,
    )


def test_settings_that_hold_themselves_cannot_be_recorded(path: Path) -> None:
    endless: list[Any] = []
    endless.append({"again": endless})
    with pytest.raises(
        ValueError, match=r"^expected settings that can be written down, got some that hold themselves$"
    ):
        Study({"c": Choice(tuple(endless))}, journal=path)
    assert not path.exists()


def test_a_setting_that_cannot_be_shown_can_be_recorded(path: Path) -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError("not even this")

    space = {"c": Choice(Silent(), {Silent(): 1}, np.longdouble(0.5))}
    for _ in range(2):
        Study(space, "random", journal=path).close()
    silent, within, number = json.loads(path.read_text())["space"]["c"]["options"]
    assert silent == {"object": Silent.__qualname__, "repr": "cannot be shown"} and within == {"cannot be shown": 1}
    assert number["object"] == np.longdouble.__qualname__ and "0.5" in number["repr"]


# One writer


def hold(path: Path, ready: Any, done: Any) -> None:
    study = Study(SPACE, "random", seed=1, journal=path)
    ready.set()
    done.wait(60)
    study.close()


def test_a_journal_that_another_process_holds_is_refused(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(path, ready, done))
    other.start()
    assert ready.wait(60)
    before = path.read_bytes()
    with pytest.raises(
        ValueError,
        match=f"^{re.escape(str(path))} is held by another process, or by a study of this one: close\\(\\) that first$",
    ):
        Study(SPACE, "random", seed=1, journal=path)
    assert path.read_bytes() == before and before.count(b"\n") == 1
    other.kill()  # however it dies
    other.join()
    Study(SPACE, "random", seed=1, journal=path).close()


def test_a_journal_that_another_study_holds_is_refused(path: Path) -> None:
    study = Study(SPACE, "random", seed=1, journal=path)
    with pytest.raises(
        ValueError,
        match=f"^{re.escape(str(path))} is held by another process, or by a study of this one: close\\(\\) that first$",
    ):
        Study(SPACE, "random", seed=1, journal=path)
    study.ask()
    study.close()
    assert len(Study(SPACE, "random", seed=1, journal=path).trials) == 1


def test_a_closed_study_says_so(path: Path) -> None:
    study = Study(SPACE, "random", seed=1, journal=path)
    trial = study.ask()
    study.close()
    study.close()
    with pytest.raises(ValueError, match=r"study\.jsonl is closed: open the study again to go on$"):
        study.tell(trial, 1.0)
    assert [t.state for t in study.trials] == ["running"]


@pytest.mark.parametrize("error", [OSError(errno.ENOLCK, "No locks available"), ImportError("no fcntl")])
def test_where_nothing_can_be_locked_it_goes_on_with_a_warning(
    path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def flock(file: Any, operation: int) -> None:
        raise error

    monkeypatch.setattr(fcntl, "flock", flock)
    write(path, RandomSearch())
    (record,) = caplog.records
    assert (
        record.getMessage() == f"{path} cannot be locked here ({error}): see to it that only one process writes to it"
    )
    assert len(Study(SPACE, "random", seed=1, journal=path).trials) == 8


def test_a_journal_that_was_removed_is_noticed(path: Path) -> None:
    study = Study(SPACE, "random", seed=1, journal=path)
    trial = study.ask()
    path.unlink()
    with pytest.raises(ValueError, match="was changed or removed by another process"):
        study.tell(trial, 1.0)


def test_where_nothing_can_be_locked_a_second_writer_is_noticed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", lambda file, operation: None)
    first, second = (Study(SPACE, "random", seed=1, journal=path) for _ in range(2))
    first.ask()
    with pytest.raises(ValueError, match="was changed or removed by another process"):
        second.ask()
    first.ask()
    assert second.trials == [] and len(first.trials) == 2 and path.read_bytes().count(b"\n") == 3


# A disk that fails


def failing(path: Path, study: Study, act: Callable[[], object], error: type[BaseException] = OSError) -> None:
    """The act fails; file and study are as before."""
    before, trials, ledger = path.read_bytes(), study.trials, study.ledger
    with pytest.raises(error):
        act()
    assert path.read_bytes() == before and study.trials == trials and study.ledger == ledger


def test_a_disk_that_is_full(path: Path) -> None:
    resource = pytest.importorskip("resource")
    whole = write(path.with_suffix(".other"), RandomSearch(), n=4)
    study = Study(SPACE, "random", seed=1, journal=path)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)

    def with_room_for(n_bytes: int, act: Callable[[], object]) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + n_bytes, most))
        try:
            act()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    for number in range(4):
        for n_bytes in (0, 1, 20):  # an error, or a short write
            failing(path, study, lambda n=n_bytes: with_room_for(n, study.ask))  # type: ignore[misc]
        trial = study.ask()
        study.start(trial)
        value = trial.params["x"] + (trial.params["c"] == "a")
        for n_bytes in (0, 1, 20):
            failing(path, study, lambda n=n_bytes, t=trial: with_room_for(n, lambda: study.tell(t, 1.0)))  # type: ignore[misc]
        if trial.params["x"] > DIVERGES:
            study.fail(trial, "RuntimeError: diverged")
        else:
            study.tell(trial, value)
        assert len(study.finished) == number + 1
    assert timeless(path.read_bytes()) == timeless(whole)
    study.close()
    assert len(Study(SPACE, "random", seed=1, journal=path).finished) == 4


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), TimeoutError("an alarm")])
def test_a_result_that_cannot_be_synced_does_not_count(
    path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(descriptor: int) -> None:
        raise error

    study = Study(SPACE, "random", seed=1, journal=path)
    trial = study.ask()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        failing(path, study, lambda: study.tell(trial, 1.0))
        failing(path, study, lambda: study.fail(trial, "no"))
        failing(path, study, lambda: study.add({"x": 0.5, "c": "a"}, 1.0))
    study.tell(trial, 2.0)
    study.close()
    assert [t.value for t in Study(SPACE, "random", seed=1, journal=path).trials] == [2.0]


def test_what_could_not_be_taken_back_is_cut_off_later(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    study = Study(SPACE, "random", seed=1, journal=path)
    trial = study.ask()
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        patch.setattr(os, "ftruncate", fail)
        for _ in range(2):
            with pytest.raises(OSError, match="Input/output error"):
                study.tell(trial, 1.0)
            assert study.trials == [trial] and path.read_bytes() != before
    study.tell(trial, 2.0)
    study.close()
    assert [t.value for t in Study(SPACE, "random", seed=1, journal=path).trials] == [2.0]


def test_an_interrupt_while_a_result_is_written_leaves_the_study_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    study = Study(SPACE, "random", seed=1, journal=path)
    trial = study.ask()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            study.tell(trial, 1.0)
    assert study.trials == [trial]
    study.tell(trial, 2.0)  # as in a notebook, where the study lives on
    study.ask()
    study.close()
    assert [t.value for t in Study(SPACE, "random", seed=1, journal=path).trials] == [2.0, None]


def acts(study: Study) -> list[Callable[[], object]]:
    """One of each kind of event, for a study with three running trials."""
    first, second, third = study.trials[:3]
    return [
        lambda: study.start(third),
        study.ask,
        lambda: study.add({"x": 0.5, "c": "a"}, 1.0),
        lambda: study.tell(first, 1.0),
        lambda: study.fail(second, "no"),
    ]


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize("first", range(5))
def test_an_interrupt_between_writing_and_counting(path: Path, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    write_line = Journal.append

    def interrupted(self: Journal, *arguments: Any) -> None:
        write_line(self, *arguments)
        raise KeyboardInterrupt

    for then in range(5):
        path.unlink(missing_ok=True)
        study = Study(SPACE, "random", seed=1, journal=path)
        study.ask(), study.ask(), study.ask()
        before = study.trials
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "append", interrupted)
            with pytest.raises(KeyboardInterrupt):
                acts(study)[first]()
        assert study.trials == before
        acts(study)[then]()
        acts(study)[first]() if then != first else study.ask()
        study.close()
        assert state(Study(SPACE, "random", seed=1, journal=path).trials) == state(study.trials)


@pytest.mark.usefixtures("no_sync")
@pytest.mark.parametrize("kind", range(5))
def test_an_interrupt_at_any_line_of_code(path: Path, kind: int) -> None:
    """Each line of our own in turn raises, as if Ctrl-C came there; what counts and what is written stay the same."""

    def act_until(line: int) -> bool:
        left = line

        def trace(frame: Any, event: str, argument: object) -> Any:
            nonlocal left
            if Path(frame.f_code.co_filename).parent.name not in ("resilience", "loop"):
                return None
            left -= event == "line"
            if left == 0 and event == "line":
                raise KeyboardInterrupt
            return trace

        old = sys.gettrace()
        sys.settrace(trace)
        try:
            acts(study)[kind]()
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(old)
        return False

    line, interrupted, lengths = 0, True, set()
    while interrupted:
        line += 1
        path.unlink(missing_ok=True)
        study = Study(SPACE, "random", seed=1, journal=path)
        study.ask(), study.ask(), study.ask()
        interrupted = act_until(line)
        lengths.add(len(study._history.log))
        study.start(study.ask())
        study.close()
        assert state(Study(SPACE, "random", seed=1, journal=path).trials) == state(study.trials)
    assert line > 30 and lengths == {3, 4}


def test_a_folder_that_cannot_be_synced_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("needs /proc")
    monkeypatch.setattr(os, "fsync", fsync)
    write(path, RandomSearch())
    (record,) = caplog.records
    expected = f"{path.parent} cannot be synced ([Errno 22] Invalid argument): a power failure may take the new file"
    assert record.getMessage() == expected and path.read_bytes().count(b"\n") == 25


def test_results_are_on_the_disk_when_tell_returns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(path.read_bytes()))
    study = Study(SPACE, "random", seed=1, journal=path)
    assert len(synced) == 2  # the first line, and the folder
    study.start(study.ask())
    assert len(synced) == 2  # of what can be done again nobody waits for the disk
    for act in (
        lambda: study.tell(study.ask(), 1.0),
        lambda: study.fail(study.ask(), "no"),
        lambda: study.tell(study.ask(), float("nan")),
        lambda: study.add({"x": 0.5, "c": "a"}, 1.0),
    ):
        synced.clear()
        act()
        assert synced == [path.read_bytes()]


@pytest.mark.parametrize("n", [0, 1, 7])
def test_an_event_that_is_not_json_is_refused(path: Path, n: int) -> None:
    journal = Journal(path, {"space": {}, "strategy": "s", "seed": 0}, any_seed=False)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="not JSON compliant"):
        journal.append({"event": "tell", "trial": 0, "value": math.nan}, n)
    assert path.read_bytes() == before
    journal.close()


def test_a_setting_may_be_infinite(path: Path) -> None:
    @dataclass(frozen=True)
    class Cautious(RandomSearch):
        limit: float = math.inf

    Study(SPACE, Cautious(), journal=path).close()
    assert '"limit": Infinity' in path.read_text() and Study(SPACE, Cautious(), journal=path).trials == []


def test_a_line_that_the_disk_takes_in_part_only_names_the_file(path: Path) -> None:
    study = Study(SPACE, "random", seed=1, journal=path)
    assert study._journal is not None
    file = study._journal._file
    with mock.patch.object(study._journal, "_file") as partial_file:
        partial_file.closed, partial_file.fileno, partial_file.write = False, file.fileno, lambda line: len(line) - 1
        with pytest.raises(OSError, match=f"^{re.escape(str(path))}: the disk took only a part of a line$"):
            study.ask()
    study.close()


def test_a_study_that_is_given_up_gives_up_its_file(path: Path) -> None:
    journal = Journal(path, {"space": {}, "strategy": "s", "seed": 0}, any_seed=False)
    file = journal._file
    del journal
    gc.collect()
    assert file.closed


def test_a_forked_child_does_not_keep_the_lock(path: Path) -> None:
    journal = Journal(path, {"space": {}, "strategy": "s", "seed": 0}, any_seed=False)
    child = os.fork()
    if not child:
        os._exit(0 if journal._file.closed else 1)
    assert os.waitpid(child, 0)[1] == 0 and not journal._file.closed
    journal.close()


def test_refusals_name_the_file_and_the_reason(path: Path) -> None:
    Study(SPACE, "random", seed=1, journal=path).close()
    with pytest.raises(
        ValueError, match=f"^{re.escape(str(path))} belongs to another study: its seed is 1, expected 2$"
    ):
        Study(SPACE, "random", seed=2, journal=path)
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}, line 2 is damaged: no event of a study: b'{{}}'$"):
        Study(SPACE, "random", seed=1, journal=path)


def test_options_that_are_no_json_are_written_the_same_by_every_process() -> None:
    names = [f"option {i}" for i in range(50)]
    assert _plain(set(names)) == sorted(names, key=repr) and _plain(frozenset({3})) == [3]
    assert _plain(object()) == {"object": "object", "repr": "<object object>"}


# What it looks like


def test_a_person_can_read_it(path: Path) -> None:
    study = Study(SPACE, "random", seed=1, journal=path)
    study.start(study.ask())
    study.tell(study.trials[0], 0.5, seconds=2.0)
    study.fail(study.ask(), ValueError("so\nso"), seconds=3.0)
    study.add({"x": 0.25, "c": "b"}, -1)
    first, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert list(first) == ["format", "package", "space", "strategy", "seed"] and first["seed"] == 1
    assert first["strategy"] == {"type": "RandomSearch"} and list(first["space"]) == ["x", "c"]
    assert [line["event"] for line in lines] == ["ask", "start", "tell", "ask", "fail", "add"]
    assert lines[0]["params"] == study.trials[0].params and lines[1] == {"event": "start", "trial": 0}
    assert lines[2] == {"event": "tell", "trial": 0, "value": 0.5, "seconds": 2.0}
    assert lines[4] == {"event": "fail", "trial": 1, "error": "ValueError: so\nso", "seconds": 3.0}
    assert lines[5] == {"event": "add", "trial": 2, "params": {"x": 0.25, "c": "b"}, "value": -1.0}
