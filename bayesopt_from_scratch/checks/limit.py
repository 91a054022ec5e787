"""How long may one case take?

A subject that never returns must not keep the checker waiting. In the main thread of a POSIX system an alarm interrupts
it, even in the middle of a sleep; elsewhere another thread plants the exception, which strikes at the next line of
Python. Neither can stop a loop inside compiled code.
"""

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["OutOfTime", "time_limit"]


class OutOfTime(BaseException):
    """Not an ``Exception``, so that neither the subject nor hypothesis takes it for an answer."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`OutOfTime` inside the block after this many seconds.

    Parameters
    ----------
    seconds : float
        Wall-clock time; it may be infinite.
    """
    if seconds == float("inf"):
        yield
    elif hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        with _alarm(seconds):
            yield
    else:
        with _timer(seconds):
            yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Let the operating system interrupt this thread."""

    def ring(signum: int, frame: Any) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _timer(seconds: float) -> Iterator[None]:
    """Let another thread interrupt this one."""
    target = ctypes.c_ulong(threading.get_ident())
    timer = threading.Timer(
        seconds, ctypes.pythonapi.PyThreadState_SetAsyncExc, args=(target, ctypes.py_object(OutOfTime))
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
