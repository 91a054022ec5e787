r"""How does a study outlive the machine it runs on?

Every event is one line of JSON, written before it counts. To restore is to read the lines again; there is no other
state. Whatever moment the process dies at, the file holds whole lines and at most one torn one at its end, which had
not counted for anybody yet. Results are synced to the disk, and with them all before them, so that not even a power
failure takes one; a power failure can take the asks since, and they are asked again, from the same history.

========= ================================================= =====================================================
line      fields                                            written
========= ================================================= =====================================================
first     format, package, space, strategy, seed            when the file is made
ask       trial, params, surrogate_predictions,             before the trial is handed out
          acquisition_evaluations, seconds of choosing
start     trial, beside: those it began that run still      before an attempt to run it: a crash leaves its count
tell      trial, value, seconds of running                  and synced before ``tell`` returns
fail      trial, error, seconds of running                  and synced before ``fail`` returns
add       trial, params, value                              and synced before ``add`` returns
========= ================================================= =====================================================

An option that JSON does not know is written by its position, ``{"option": 2}``; ``beside`` is left out where nothing
else runs. Apart from ``start`` lines and ``seconds``, which tell what happened to the process, the ``ask`` lines are a
function of the first line and of what came between them, in its order: what was told, failed or added.
"""

import json
import logging
import os
import re
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

__all__ = ["VERSION", "Event", "Journal", "live_through", "read"]

VERSION = "0.1.0"  # of the package: what wrote the file

Event = dict[str, Any]

_FORMAT, _BEGINNING = 1, b'{"format": 1, "package": "'
_FIELDS = {"event", "trial"}, {"format", "space", "strategy", "seed"}
_logger = logging.getLogger(__name__)
_open: "weakref.WeakSet[Journal]" = weakref.WeakSet()


class Journal:
    """An append-only file of events with one writer.

    Parameters
    ----------
    path : str or Path
        Made if it does not exist; else its torn last line, if there is one, is cut off before the first append.
    study : dict
        What the study is: its space, strategy and seed.
    any_seed : bool
        Whether to take the seed of the file if there is one.

    Attributes
    ----------
    seed : int
        That of the first line.

    Raises
    ------
    ValueError
        If another process writes to the file, a line is damaged, or the file belongs to another study; the file is
        left as it was.
    """

    def __init__(self, path: str | Path, study: Mapping[str, Any], *, any_seed: bool) -> None:
        self.path = Path(path)
        study = dict(json.loads(_line(study)))  # if it cannot be written down, no file is made
        self._file = open(path, "a+b", buffering=0)  # noqa: SIM115 - it stays open, and locked, as long as the study
        _open.add(self)
        weakref.finalize(self, self._file.close)
        try:
            _lock(self._file, self.path)
            lines, self._end = read(self.path)  # what is beyond the end does not count
            if lines:
                study["seed"] = lines[0][1]["seed"] if any_seed else study["seed"]
                _compare(self.path, lines[0][1], study)
            torn = os.fstat(self._file.fileno()).st_size - self._end
            self._torn = torn > 0
            self._n, self._before = 0, self._end  # kept by append: events that count, where the last line began
            if torn:
                _logger.warning("%s: the last line is torn, its %d bytes are cut off", path, torn)
            self._events = lines[1:]
            self.seed: int = study["seed"]
            if not lines:
                self.append({"format": _FORMAT, "package": VERSION, **study}, -1)
                _sync_folder(self.path.absolute().parent)
        except BaseException:
            self._file.close()
            raise

    def append(self, event: Mapping[str, Any], n: int) -> None:
        """Write one line, and if it holds a result wait for the disk; on OSError the file is as it was before.

        Parameters
        ----------
        event : dict
            What happened.
        n : int
            Number of events that count. The last line is cut off first if it is one more, since an exception (Ctrl-C
            too) came between its writing and its counting.

        Raises
        ------
        OSError
            If the disk does not take the line, or not all of it.
        ValueError
            If the file was closed, or another process has changed or removed it.
        """
        line = _line(event, allow_nan=n < 0).encode() + b"\n"
        if self._file.closed:
            raise ValueError(f"{self.path} is closed: open the study again to go on")
        descriptor = self._file.fileno()
        found = os.fstat(descriptor)
        if found.st_nlink == 0 or (not self._torn and found.st_size != self._end):
            raise ValueError(f"{self.path} was changed or removed by another process")
        if n < self._n:
            self._n, self._end, self._torn = n, self._before, True
        if self._torn:
            os.ftruncate(descriptor, self._end)
        self._torn = True  # an exception may come at any moment, Ctrl-C too
        try:
            if self._file.write(line) != len(line):
                raise OSError(f"{self.path}: the disk took only a part of a line")
            if event.get("event") not in ("ask", "start"):
                os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, self._end)  # if this fails too, before the next line
            self._torn = False
            raise
        end = self._end + len(line)
        self._n, self._before, self._end, self._torn = n + 1, self._end, end, False

    def live_through(self, apply: Callable[[Event], None]) -> None:
        """Hand over the events of the file, one by one; a ValueError names the line that was not accepted."""
        live_through(self.path, self._events, apply)
        self._events = []

    def close(self) -> None:
        """Release the file for other writers."""
        self._file.close()


def read(path: Path) -> tuple[list[tuple[int, Event]], int]:
    """Return number and content of every whole line, and the length of them all in bytes.

    Raises
    ------
    ValueError
        If a line is damaged, with its number, or the file is of another format.
    """
    text = path.read_bytes()
    whole = text.rfind(b"\n") + 1
    if not whole and text[: len(_BEGINNING)] != _BEGINNING[: len(text)]:  # not even a torn first line: keep hands off
        raise ValueError(f"{path} is no journal of a study: it begins with {text[:40]!r}")
    lines = []
    for number, line in enumerate(text[:whole].split(b"\n")[:-1], 1):
        try:
            event = json.loads(line)
            if not isinstance(event, dict) or not _FIELDS[number == 1] <= set(event):
                raise ValueError("no event of a study")
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path}, line {number} is damaged: {error}: {line[:80]!r}") from None
        if number == 1 and event["format"] != _FORMAT:
            raise ValueError(f"{path} is of format {event['format']!r}, expected {_FORMAT}")
        lines.append((number, event))
    return lines, whole


def live_through(path: Path, lines: Iterable[tuple[int, Event]], apply: Callable[[Event], None]) -> None:
    """Hand over events one by one; a ValueError names the line that was not accepted."""
    for number, event in lines:
        try:
            apply(event)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"{path}, line {number}: {error}") from error


def _compare(path: Path, found: Event, study: Mapping[str, Any], what: str = "its") -> None:
    for key, expected in sorted(study.items(), key=lambda item: item[0] != "options"):  # these rather than their number
        if json.dumps(found[key]) == json.dumps(expected):  # as text: the order of parameters is that of columns
            continue
        if isinstance(found[key], dict) and isinstance(expected, dict) and list(found[key]) == list(expected):
            _compare(path, found[key], expected, f"{what} {key},")  # which of its entries is another?
        raise ValueError(f"{path} belongs to another study: {what} {key} is {found[key]}, expected {expected}")


def _lock(file: BinaryIO, path: Path) -> None:
    """Ask the kernel for the only writer's place; it takes it back when the process dies, however it dies."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(f"{path} is held by another process, or by a study of this one: close() that first") from None
    except (ImportError, OSError) as error:  # Windows; some network file systems
        _logger.warning("%s cannot be locked here (%s): see to it that only one process writes to it", path, error)


def _sync_folder(folder: Path) -> None:
    """Make the file's name as durable as its content, where folders can be synced."""
    if os.name == "posix":
        try:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            _logger.warning("%s cannot be synced (%s): a power failure may take the new file", folder, error)


def _line(event: Mapping[str, Any], *, allow_nan: bool = True) -> str:
    try:
        return json.dumps(_plain(event), allow_nan=allow_nan)
    except RecursionError:
        raise ValueError("expected settings that can be written down, got some that hold themselves") from None


def _plain(value: Any) -> Any:
    """Turn into what JSON knows, so that one setting can be told from another."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, np.generic) and not isinstance(value.item(), np.generic):  # a longdouble stays one
        return _plain(value.item())
    if isinstance(value, dict):
        return {key if isinstance(key, str | int | float | None) else _text(key): _plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        ordered = sorted(value, key=_text) if isinstance(value, set | frozenset) else value
        return [_plain(v) for v in ordered]
    if is_dataclass(value) and not isinstance(value, type):
        return {
            "type": type(value).__name__,
            **{field.name: _plain(getattr(value, field.name)) for field in fields(value)},
        }
    if hasattr(value, "__qualname__"):
        return {"object": value.__qualname__}
    return {"object": type(value).__qualname__, "repr": _text(value)[:200]}


def _text(value: Any) -> str:
    try:
        return re.sub(" at 0x[0-9a-f]+", "", repr(value))
    except Exception:
        return "cannot be shown"


def _forget_in_child() -> None:
    """Close the inherited files of a forked child, which would keep the lock when this process has died."""
    for journal in list(_open):
        journal._file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
