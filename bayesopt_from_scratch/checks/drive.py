"""How is a law tried?

On many cases: the rare ones it always wants to see, the simplest one, then those that a seeded numpy generator draws.
If one of them breaks the law, hypothesis, where it is installed, looks for another and shrinks it as far as it can;
then entries of the case are left out, where it can be divided, as long as the law stays broken in the same way. (To
draw all cases with hypothesis costs two milliseconds a case, several times what an average law costs.)

Whatever the subject does (raise, exit, hang, answer nonsense) becomes a row of the report; nothing of it escapes.
"""

import random
import re
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from .draw import Draw, DrawFromHypothesis, DrawFromNumpy, DrawSimplest
from .law import Broken, Law
from .limit import OutOfTime, time_limit
from .report import Row, describe

__all__ = ["LEVELS", "Settings", "try_law"]

LEVELS = {"quick": 10, "default": 40, "thorough": 1000}
_SHRINKING = 5.0  # seconds spent at most on making a counterexample smaller
#: Laws that one breaks by raising too, and whose hint says so: on nothing or a single number, on a singular matrix, at
#: 0/0 or log(0), on a read-only array, on a list that is hashed, on a trial without a value, at the end of a space.
_ON_RAISING = {"K0", "K16", "L3", "L11", "G19", "G20", "G21", "G25", "G27", "G29", "G32", "Z9", "Z12", "E4", "E10",
               "E15", "E18", "S8", "S11", "S15", "T2", "T3", "T14"}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """How hard to try.

    Attributes
    ----------
    examples : int
        Cases for each law.
    seed : int
        Of the cases; the same seed draws the same cases.
    seconds : float
        Time limit for one case.
    strict : bool
        Whether a warning raised by the subject breaks the law.
    engine : str
        ``"hypothesis"`` or ``"numpy"`` alone; empty for numpy to find a counterexample and hypothesis to shrink it.
    patience : float
        Seconds after which a law draws no more cases, once it has tried two.
    """

    examples: int = LEVELS["default"]
    seed: int = 0
    seconds: float = 10.0
    strict: bool = False
    engine: str = ""
    patience: float = float("inf")


@dataclass
class _Trial:
    """What happened so far while one law was tried."""

    law: Law
    subject: Any
    settings: Settings
    examples: int = 0
    failures: list[tuple[Any, str]] = field(default_factory=list)  # the last is the smallest
    drawn: Any = None  # the case of that one as it was drawn, before the law made another of it
    stop: str = ""  # why no other law need be tried
    give_up: float = float("inf")  # when to stop drawing cases; after a failure, when to stop shrinking it

    def run(self, case: Any) -> None:
        """Check one case; raise whatever the law or the subject raised."""
        if (self.failures or self.examples >= 2) and time.monotonic() > self.give_up:
            raise _Enough
        self.examples += 1
        try:
            with time_limit(self.settings.seconds):
                if hasattr(self.subject, "fit"):  # a subject that takes only some cases makes one of its own of each
                    case = self.subject.fit(case)
                self.law.check(self.subject, case)
        except OutOfTime as error:
            late = f"did not come back within {self.settings.seconds:g} s (time_limit= allows more)"
            self.note(case, error, late)
            self.stop = f"the subject did not come back in {self.law.id}"
            raise
        except (Exception, SystemExit) as error:
            self.note(case, error, str(error) if isinstance(error, Broken) else _crash(error, self.subject))
            if isinstance(error, NameError | ImportError):  # a slip that has nothing to do with any law
                self.stop = f"the subject raised {type(error).__name__} in {self.law.id}"
            raise

    def note(self, case: Any, error: BaseException, message: str) -> None:
        """Remember a counterexample, and how long to look for a smaller one."""
        if not self.failures:
            self.give_up = time.monotonic() + _SHRINKING
        self.drawn = case
        self.failures.append((getattr(error, "tried", case), message))


class _Enough(BaseException):
    """Stop drawing cases."""


def try_law(law: Law, subject: Any, settings: Settings) -> tuple[Row, str]:
    """Try one law on one subject.

    Parameters
    ----------
    law : Law
        What should hold.
    subject : object
        The subject of the law's kind.
    settings : Settings
        How hard to try.

    Returns
    -------
    row : Row
        What became of it.
    stop : str
        Why no other law need be tried: the subject had to be interrupted, or lacks a name.
    """
    reason = law.applies(subject)
    if reason:
        return _row(law, "not run", reason), ""
    trial = _Trial(law, subject, settings, give_up=time.monotonic() + settings.patience)
    start = time.perf_counter()
    try:
        with warnings.catch_warnings(), _global_generators_kept():
            warnings.simplefilter("error" if settings.strict else "ignore")
            try:
                for case in law.always:
                    trial.run(case)
                _ENGINES[settings.engine](trial)
            except (Exception, SystemExit):
                if not trial.failures:  # not the subject's: hypothesis has something to say
                    raise
                _leave_out(trial)
    except (OutOfTime, _Enough):
        pass
    seconds = time.perf_counter() - start
    if not trial.failures:
        return _row(law, "passed", "", examples=trial.examples, seconds=seconds), ""
    case, message = trial.failures[-1]
    hint = "" if trial.stop else _hint(law, message)
    return _row(law, "broken", message, describe(case), trial.examples, seconds, hint), trial.stop


def _hint(law: Law, message: str) -> str:
    """The usual cause; most hints speak of wrong answers. Of NaN and missing keys T0's hint is right."""
    inactive = law.id == "T0" and re.search(r"KeyError|\b[Nn]a[Nn]\b", message)
    if message.startswith("raised ") and law.id not in _ON_RAISING and not inactive:
        return "it raised, so nothing could be compared: look at that line, with this case"
    return law.hint


def _leave_out(trial: _Trial) -> None:
    """Leave parts of the counterexample out, one after another, as long as the law is broken in the same way."""
    for case in getattr(trial.drawn, "smaller", tuple)():
        drawn = trial.drawn
        try:
            trial.run(case)
        except (Exception, SystemExit):
            if _kind(trial.failures[-1][1]) == _kind(trial.failures[-2][1]):
                _leave_out(trial)
                break
            trial.failures.pop()
            trial.drawn = drawn


def _kind(message: str) -> str:
    """What is said, whatever the numbers are."""
    return re.sub(r"[-+.\de, ]*\d[-+.\de, ]*", "#", message)


def _from_numpy(trial: _Trial) -> None:
    """Draw the cases with numpy; the i-th case depends on the seed, the law and i alone."""
    for i in range(_count(trial)):
        rng = np.random.default_rng([trial.settings.seed, crc32(trial.law.id.encode()), i])
        draw: Draw = DrawFromNumpy(rng) if i else DrawSimplest()
        trial.run(trial.law.cases(draw))


def _from_hypothesis(trial: _Trial) -> None:
    """Draw the cases with hypothesis and shrink the first that fails."""
    from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings, strategies

    @strategies.composite
    def cases(draw: Any) -> Any:
        return trial.law.cases(DrawFromHypothesis(draw))

    profile = settings(
        max_examples=_count(trial),
        database=None,
        deadline=None,  # time_limit does it
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given],  # it may run inside a user's test
    )
    seed(f"{trial.settings.seed} {trial.law.id}")(profile(given(cases())(trial.run)))()


def _from_both(trial: _Trial) -> None:
    """Find a counterexample with numpy, a smaller one with hypothesis."""
    try:
        _from_numpy(trial)
    except (Exception, SystemExit):
        if trial.failures and find_spec("hypothesis"):
            _from_hypothesis(trial)
        raise  # hypothesis may have found nothing: the counterexample of numpy stands


_ENGINES: dict[str, Callable[[_Trial], None]] = {"": _from_both, "hypothesis": _from_hypothesis, "numpy": _from_numpy}


def _count(trial: _Trial) -> int:
    """Number of cases this law is worth."""
    return max(2, round(trial.settings.examples * trial.law.share))


class _global_generators_kept:
    """Put the global random states back: hypothesis seeds them, and so may the subject."""

    def __enter__(self) -> None:
        self._states = random.getstate(), np.random.get_state()  # noqa: NPY002

    def __exit__(self, *exception: object) -> None:
        random.setstate(self._states[0])
        np.random.set_state(self._states[1])  # noqa: NPY002


def _crash(error: BaseException, subject: Any) -> str:
    """Name an exception and the last line of code it passed through; if it was called amiss, say how it is called."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith("expected ")]  # not hypothesis's
    ours = bool(frames) and Path(frames[-1].filename).parent == Path(__file__).parent
    if not notes and ours and isinstance(error, TypeError | AttributeError) and hasattr(subject, "interface"):
        notes = [f"expected {subject.interface}"]
    return "; ".join([f"raised {type(error).__name__}: {_said(error)}{where}", *notes[:1]])


def _said(error: BaseException) -> str:
    """What an exception says; the subject may have written it, and raise here too."""
    try:
        return str(error)
    except (Exception, SystemExit) as another:
        return f"(its __str__ raised {type(another).__name__})"


def _row(
    law: Law, status: str, message: str, case: Any = None, examples: int = 0, seconds: float = 0.0, hint: str = ""
) -> Row:
    """Fill a row of the report."""
    return Row(law.id, law.name, law.formula, law.source, law.why, hint, status, message, case or {}, examples, seconds)
