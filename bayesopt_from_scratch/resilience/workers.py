r"""How do we run tasks side by side when any of them may kill its process?

Whatever a task itself does, raise, exit, return nonsense, is caught where it runs and comes back as plain data. So an
exception of a future can only mean that the machinery broke, and then it is seldom clear which task did it: a process
pool that loses one worker fails all tasks in flight. Each of them is a *suspect* and runs again, alone. Who gives no
result even then is guilty, provided that a task which does nothing comes back; else it is the machinery.

Works on any ``concurrent.futures.Executor``: threads, processes, loky, Dask's ``client.get_executor(pure=False)``,
``mpi4py.futures``. A pool that breaks as a whole can be replaced only by who knows how to make one; so pass a callable,
``lambda: ProcessPoolExecutor(4)``, rather than the pool.

If the process that hands out the tasks dies itself, it can be for many reasons that are no task's fault. So when it is
started again its tasks run again, from their third start on one by one, and only a death during which a single task was
running counts against that task.
"""

import os
import pickle
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any

__all__ = ["Crew", "InThisProcess", "Outcome", "describe", "exit_with_parent", "processes"]

Outcome = tuple[Any, str | None, float]  # value, error, seconds


class Crew:
    """Tasks in flight on an executor, each known by a number.

    Parameters
    ----------
    function : callable
        What a task is: ``function(*args)``.
    executor : Executor or callable
        A callable makes one, and another when it breaks, and what it made is shut down in the end.
    capacity : int, optional
        Number of tasks in flight at most; by default the number of workers that the executor says it has, else the
        number of processors.
    on_start : callable
        Called with the number of a task before each attempt to run it.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        executor: Executor | Callable[[], Executor],
        capacity: int | None,
        on_start: Callable[[int], None],
    ) -> None:
        self._function, self._on_start = function, on_start
        self._make = None if isinstance(executor, Executor) else executor
        self._pool = executor if isinstance(executor, Executor) else executor()
        if not isinstance(self._pool, Executor):
            raise ValueError(f"expected {executor!r} to make a concurrent.futures.Executor, got {self._pool!r}")
        self._capacity = capacity or getattr(self._pool, "_max_workers", None) or os.cpu_count() or 1
        self._tasks: dict[int, tuple[Any, ...]] = {}
        self._flying: dict[int, Future[Outcome]] = {}
        self._suspects: deque[int] = deque()
        self._alone: int | None = None
        self._landed: SimpleQueue[tuple[int, Future[Outcome]]] = SimpleQueue()
        self._returned: list[tuple[int, Outcome]] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *exception: object) -> None:
        for future in self._flying.values():
            future.cancel()
        if self._make is not None:
            _dismiss(self._pool, at_once=exception[0] is not None)

    @property
    def busy(self) -> bool:
        """Whether a task has not come back yet."""
        return bool(self._tasks)

    @property
    def free(self) -> bool:
        """Whether another task may be submitted: never while there are suspects, which run alone."""
        return len(self._tasks) < self._capacity and not self._suspects and self._alone is None

    def submit(self, number: int, *args: Any, alone: bool = False) -> None:
        """Run a task as soon as possible, or when no other is running."""
        self._tasks[number] = args
        if alone:
            self._suspects.append(number)
        else:
            self._launch(number)

    def wait(self) -> tuple[int, Outcome]:
        """Wait for the next task to come back; return its number, and its value or what went wrong.

        Raises
        ------
        RuntimeError
            If the executor broke and cannot be replaced, or gives no results at all.
        """
        while True:
            if not self._flying:
                self._alone = self._suspects.popleft()
                self._launch(self._alone)
            number, future = self._landed.get()
            if self._flying.get(number) is not future:  # what an abandoned pool still says is not heard
                continue
            error = CancelledError() if future.cancelled() else future.exception()
            if isinstance(error, KeyboardInterrupt):
                raise error
            lost = [number]
            if isinstance(error, BrokenExecutor):  # every task in flight fails with it, for one that is guilty
                self._replace_pool(error)
                lost = [n for n, other in self._flying.items() if not _has_result(other)]
            self._returned = [(number, future.result())] if error is None else []
            alone, self._alone = self._alone == number, None
            if error is not None and not alone:
                self._suspects.extend(lost)
            for n in lost:
                del self._flying[n]
            if error is None or alone:
                del self._tasks[number]
            if error is None:
                return self._returned[0]
            if alone:
                self._probe()
                return number, (None, f"no result from its worker, nor when it ran again alone: {describe(error)}", 0.0)

    def come_back(self) -> list[tuple[int, Outcome]]:
        """Tasks that nobody has waited for, each with its value or error; and the last one that was waited for again.

        An interrupt may have come before that one was noted.
        """
        return self._returned + [(n, future.result()) for n, future in self._flying.items() if _has_result(future)]

    def _launch(self, number: int) -> None:
        self._on_start(number)
        try:
            future = self._pool.submit(_guarded, self._function, *self._tasks[number])
        except (BrokenExecutor, RuntimeError) as error:  # it broke, or was shut down, while nothing was in flight
            future = Future()
            future.set_exception(error if isinstance(error, BrokenExecutor) else BrokenExecutor(str(error)))
        self._flying[number] = future
        future.add_done_callback(lambda done: self._landed.put((number, done)))

    def _replace_pool(self, error: BaseException) -> None:
        if self._make is None:
            raise RuntimeError("the executor broke or was shut down: pass a callable that makes executors") from error
        _dismiss(self._pool)
        self._pool = self._make()

    def _probe(self) -> None:
        """Raise a RuntimeError if not even a task comes back that is sent the function and does not call it."""
        try:
            self._pool.submit(_guarded, callable, self._function).result()
        except Exception as error:
            raise RuntimeError(f"no task comes back from the executor, whatever it does: {describe(error)}") from error


class InThisProcess(Executor):
    """Runs each task at once, where it is submitted."""

    _max_workers = 1

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Return a future that is done."""
        future: Future[Any] = Future()
        future.set_result(function(*args, **kwargs))
        return future


def executor_or_default(
    executor: Executor | Callable[[], Executor] | None, n_parallel: int | None, function: Callable[..., Any]
) -> Executor | Callable[[], Executor]:
    """Return what is to call the function: by default this process, or n processes of its own.

    Raises
    ------
    ValueError
        If it is neither an executor nor callable, or the function cannot be sent to another process.
    """
    if executor is None:
        return InThisProcess if n_parallel in (None, 1) else processes(n_parallel, function)
    if not isinstance(executor, Executor) and not callable(executor):
        raise ValueError(f"expected a concurrent.futures.Executor or a callable that makes one, got {executor!r}")
    return executor


def processes(n: int | None, function: Callable[..., Any]) -> Callable[[], Executor]:
    """Return what makes a pool of n processes that do not outlive this one.

    Raises
    ------
    ValueError
        If the function cannot be sent to another process.
    """
    try:
        pickle.dumps(function)
    except Exception as error:
        raise ValueError(
            f"expected a function of a module, which can be sent to other processes, got {function!r}: {error}"
        ) from error
    from concurrent.futures import ProcessPoolExecutor  # here: it loads multiprocessing, which most never need

    return partial(ProcessPoolExecutor, n, initializer=_begin_work)


def exit_with_parent() -> None:
    """Let this worker exit when the process that made it is killed: pass it as ``initializer`` of a process pool."""
    from multiprocessing import parent_process

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def describe(error: object) -> str:
    """Return type and message of an exception, or any other object as text; its methods may raise all but Ctrl-C."""
    try:
        text = traceback.format_exception_only(error) if isinstance(error, BaseException) else [str(error)]
        return "".join(text).strip()[:10_000]  # an error may hold a whole array
    except KeyboardInterrupt:
        raise
    except BaseException:
        return f"{type.__repr__(type(error))}, which cannot be shown"


def _guarded(function: Callable[..., Any], *args: Any) -> Outcome:
    """Run a task; nothing of it escapes but Ctrl-C."""
    began = time.perf_counter()
    try:
        return function(*args), None, time.perf_counter() - began
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return None, describe(error), time.perf_counter() - began


def _begin_work() -> None:
    """Leave Ctrl-C, which a terminal sends to all, to the process that made this one; it knows what to do."""
    signal.signal(signal.SIGINT, lambda *_: None)  # not SIG_IGN, which processes of the task's own would inherit
    exit_with_parent()


def _has_result(future: "Future[Any]") -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _dismiss(pool: Executor, *, at_once: bool = False) -> None:
    """Shut a pool down, when its tasks have ended; at once means that its processes, if it has any, are ended."""
    workers = list((getattr(pool, "_processes", None) or {}).values())  # there is no public way before Python 3.14
    pool.shutdown(wait=not at_once)
    for worker in workers if at_once else ():
        worker.terminate()
