"""Does every task come back once, and is only the guilty blamed, whatever dies?"""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bayesopt_from_scratch import Float, Study, Trial, minimize
from bayesopt_from_scratch.resilience.workers import Crew, InThisProcess, describe, exit_with_parent

SPACE = {"x": Float(0.0, 1.0)}
ROOT = Path(__file__).parent.parent
needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks for processes in /proc")


class TwoArguments(Exception):
    """An exception that does not survive the journey from a worker."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__("two arguments")


def task(kind: str) -> str:
    """What may become of a task."""
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "exit":
        sys.exit(3)
    if kind == "unpicklable":
        raise TwoArguments(1, 2)
    if kind == "slow":
        time.sleep(0.3)
    return kind.upper()


def process_id(params: dict[str, Any]) -> int:
    """Where it is called."""
    return os.getpid()


def collect(crew: Crew) -> dict[int, tuple[Any, str | None]]:
    outcomes: dict[int, tuple[Any, str | None]] = {}
    while crew.busy:
        number, (value, error, seconds) = crew.wait()
        assert number not in outcomes and seconds >= 0
        outcomes[number] = value, error
    return outcomes


def ask_in(n: int, strategy: str = "random", seed: int = 0) -> list[float]:
    """What a study asks if nothing but chance decides."""
    study = Study(SPACE, strategy, seed=seed)
    return [study.ask().params["x"] for _ in range(n)]


KILLERS = dict(zip((3, 7, 8, 15), ("kill", "exit", "unpicklable", "nan"), strict=True))


def treacherous(kinds: dict[float, str], params: dict[str, Any]) -> float:
    time.sleep(0.01)
    kind = kinds.get(params["x"], "")
    if kind == "nan":
        return float("nan")
    task(kind)
    return float(params["x"])


def check_the_four(study: Study, killers: dict[int, str]) -> None:
    """All 20 have ended, and exactly the killers have failed and say why."""
    errors = {t.number: str(t.error) for t in study.trials if t.state == "failed"}
    assert len(study.finished) == len(study.trials) == 20 and set(errors) == set(killers)
    reasons = {
        "kill": "no result from its worker, nor when it ran again alone: ",
        "exit": "SystemExit: 3",
        "unpicklable": "TwoArguments: two arguments",
        "nan": "the objective returned nan",
    }
    for number, kind in killers.items():
        assert reasons[kind] in errors[number]


# A crew


@pytest.mark.parametrize("make", [InThisProcess, partial(ThreadPoolExecutor, 3), partial(ProcessPoolExecutor, 3)])
def test_whatever_a_task_does_comes_back(make: Callable[[], Executor]) -> None:
    started: list[int] = []
    with Crew(task, make, 3, started.append) as crew:
        for number, kind in enumerate(["a", "exit", "unpicklable", "b"]):
            crew.submit(number, kind)
        outcomes = collect(crew)
    assert outcomes[0] == ("A", None) and outcomes[3] == ("B", None) and sorted(started) == [0, 1, 2, 3]
    assert outcomes[1] == (None, "SystemExit: 3")
    assert outcomes[2][1] is not None and outcomes[2][1].endswith("TwoArguments: two arguments")


@pytest.mark.parametrize("round", range(3))
def test_only_the_killer_is_blamed(round: int) -> None:
    started: list[int] = []
    with Crew(task, partial(ProcessPoolExecutor, 4), 4, started.append) as crew:
        for number, kind in enumerate(["a", "slow", "kill", "slow"]):
            crew.submit(number, kind)
        assert not crew.free
        outcomes = collect(crew)
        assert crew.free
    assert {n: value for n, (value, _) in outcomes.items()} == {0: "A", 1: "SLOW", 2: None, 3: "SLOW"}
    error = outcomes[2][1]
    assert error is not None and error.startswith("no result from its worker, nor when it ran again alone: ")
    assert "BrokenProcessPool" in error and Counter(started)[2] == 2 and max(Counter(started).values()) == 2


class Scripted(Executor):
    """An executor whose futures the test sets."""

    _max_workers = 4

    def __init__(self) -> None:
        self.futures: list[tuple[Any, Future[Any]]] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        if args[0] is callable:
            future.set_result((True, None, 0.0))
        else:
            self.futures.append((args[-1], future))
        return future


def test_a_result_that_came_before_the_pool_broke_is_not_lost() -> None:
    pools: list[Scripted] = []
    started: list[int] = []

    def make() -> Executor:
        pools.append(Scripted())
        return pools[-1]

    with Crew(task, make, None, started.append) as crew:
        for number in range(3):
            crew.submit(number, str(number))
        (_, first), (_, second), (_, third) = pools[0].futures
        first.set_exception(BrokenExecutor("gone"))
        second.set_result(("second", None, 1.0))  # has landed, but has not been waited for
        assert crew.wait() == (1, ("second", None, 1.0))
        third.set_result(("echo of an abandoned pool", None, 1.0))

        def answer() -> None:
            while len(pools[1].futures) < 1:
                time.sleep(0.001)
            pools[1].futures[0][1].set_result(("first", None, 1.0))
            while len(pools[1].futures) < 2:
                time.sleep(0.001)
            pools[1].futures[1][1].set_result(("third", None, 1.0))

        thread = threading.Thread(target=answer)
        thread.start()
        assert [crew.wait(), crew.wait()] == [(0, ("first", None, 1.0)), (2, ("third", None, 1.0))]
        thread.join()
    assert len(pools) == 2 and started == [0, 1, 2, 0, 2] and not crew.busy


def test_a_future_that_others_cancel_runs_again() -> None:
    pool = Scripted()
    with Crew(task, pool, None, lambda number: None) as crew:
        crew.submit(0, "a")
        crew.submit(1, "b")
        pool.futures[0][1].cancel()
        pool.futures[1][1].set_result(("B", None, 0.0))
        assert crew.wait() == (1, ("B", None, 0.0)) and not crew.free

        def answer() -> None:
            while len(pool.futures) < 3:
                time.sleep(0.001)
            pool.futures[2][1].set_result(("A", None, 0.0))

        thread = threading.Thread(target=answer)
        thread.start()
        assert crew.wait() == (0, ("A", None, 0.0))
        thread.join()


def test_the_capacity_is_that_of_the_executor() -> None:
    with Crew(task, Scripted(), None, lambda number: None) as crew:
        for number in range(4):
            assert crew.free
            crew.submit(number, "a")
        assert not crew.free


class Deaf(InThisProcess):
    """An executor from which nothing ever comes back."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_exception(ConnectionError("no scheduler"))
        return future


def test_an_executor_that_returns_nothing_is_an_error_and_not_a_failed_trial(tmp_path: Path) -> None:
    path = tmp_path / "study.jsonl"
    with pytest.raises(RuntimeError, match=r"^no task comes back from the executor, whatever it does: .*no scheduler$"):
        minimize(lambda params: params["x"], SPACE, n_trials=3, strategy="random", executor=Deaf, journal=path)
    study = minimize(lambda params: params["x"], SPACE, n_trials=3, strategy="random", journal=path)
    assert [(t.state, t.params["x"]) for t in study.trials] == [("done", x) for x in ask_in(3)]


def fail_to_start() -> None:
    raise RuntimeError("no worker today")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_workers_that_cannot_start_are_an_error_and_not_failed_trials() -> None:
    make = partial(ThreadPoolExecutor, 2, initializer=fail_to_start)
    with pytest.raises(RuntimeError, match="no task comes back from the executor"):
        minimize(lambda params: params["x"], SPACE, n_trials=3, strategy="random", executor=make)


def test_an_error_without_end_is_cut() -> None:
    assert len(describe(ValueError("x" * 100_000))) == 10_000


def test_describe() -> None:
    class Rude(Exception):
        def __str__(self) -> str:
            raise RuntimeError("not even this")

    assert describe(ValueError("no")) == "ValueError: no" and describe("as it is ") == "as it is"
    assert describe(ZeroDivisionError()) == "ZeroDivisionError" and "Rude" in describe(Rude())


def refuse(*arguments: object) -> Any:
    raise RuntimeError("not even this")


class SilentType(type):
    __repr__ = __str__ = __getattribute__ = refuse


def evil(kind: str) -> Any:
    kinds: dict[str, Any] = {
        "text": type("Evil", (), {"__str__": refuse, "__repr__": refuse})(),
        "exit": type("Evil", (), {"__str__": sys.exit})(),
        "message": type("Evil", (Exception,), {"__str__": refuse, "__repr__": refuse})(),
        "no text": type("Evil", (Exception,), {"__str__": lambda self: 3, "__repr__": lambda self: None})(),
        "notes": type("Evil", (Exception,), {"__notes__": property(refuse)})(),
        "a note": type(
            "Evil", (Exception,), {"__notes__": [type("Note", (), {"__str__": refuse, "__repr__": refuse})()]}
        )(),
        "any attribute": type("Evil", (Exception,), {"__getattribute__": refuse})(),
        "class": type("Evil", (), {"__class__": property(refuse), "__str__": refuse})(),
        "type": SilentType("Evil", (Exception,), {"__str__": refuse})(),
        "itself": type("Evil", (Exception,), {"__str__": lambda self: str(self)})(),
    }
    return kinds[kind]


@pytest.mark.parametrize(
    "kind", ["text", "exit", "message", "no text", "notes", "a note", "any attribute", "class", "type", "itself"]
)
def test_describe_never_raises(kind: str) -> None:
    assert "Evil" in describe(evil(kind))


def test_describe_does_not_swallow_an_interrupt() -> None:
    class Slow:
        def __str__(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        describe(Slow())


def test_an_error_that_cannot_be_shown_is_a_failed_trial() -> None:
    def objective(params: dict[str, Any]) -> float:
        raise evil("notes")

    study = minimize(objective, SPACE, n_trials=2, strategy="random")
    assert [t.state for t in study.trials] == ["failed"] * 2 and "Evil" in str(study.trials[0].error)


# The loop on executors


@pytest.mark.parametrize(
    "how",
    [
        {"n_parallel": 4},
        {"executor": partial(ProcessPoolExecutor, 4)},
        {"executor": partial(ProcessPoolExecutor, 2, initializer=exit_with_parent), "n_parallel": 4},
    ],
    ids=["n_parallel", "executor", "more in flight than workers"],
)
def test_four_of_twenty_trials_kill_exit_or_raise_in_processes(how: dict[str, Any]) -> None:
    asked = ask_in(20)
    kinds = {asked[number]: kind for number, kind in KILLERS.items()}
    study = minimize(partial(treacherous, kinds), SPACE, n_trials=20, strategy="random", **how)
    check_the_four(study, KILLERS)
    assert study.ledger.lost_calls >= 1 and f", {study.ledger.lost_calls} of them lost with" in str(study)


@pytest.mark.parametrize("how", [partial(ThreadPoolExecutor, 4), None], ids=["threads", "in this process"])
def test_three_of_twenty_trials_exit_or_raise_in_this_process(how: Any) -> None:
    asked, killers = ask_in(20), {number: kind for number, kind in KILLERS.items() if kind != "kill"}
    kinds = {asked[number]: kind for number, kind in killers.items()}
    study = minimize(partial(treacherous, kinds), SPACE, n_trials=20, strategy="random", executor=how)
    check_the_four(study, killers)
    assert study.ledger.lost_calls == 0 and "lost" not in str(study)


def test_every_trial_may_kill_its_worker() -> None:
    kinds = dict.fromkeys(ask_in(3), "kill")
    study = minimize(partial(treacherous, kinds), SPACE, n_trials=3, strategy="random", n_parallel=2)
    assert [t.state for t in study.trials] == ["failed"] * 3


def test_an_executor_that_breaks_and_cannot_be_replaced_says_what_to_do(tmp_path: Path) -> None:
    path, asked = tmp_path / "study.jsonl", ask_in(8)
    objective = partial(treacherous, {asked[4]: "kill"})
    message = "^the executor broke or was shut down: pass a callable that makes executors$"
    with ProcessPoolExecutor(2) as pool, pytest.raises(RuntimeError, match=message):
        minimize(objective, SPACE, n_trials=8, strategy="random", executor=pool, journal=path)
    study = minimize(objective, SPACE, n_trials=8, strategy="random", n_parallel=2, journal=path)
    assert [t.params["x"] for t in study.trials] == asked
    assert [t.number for t in study.finished if t.state == "failed"] == [4] and len(study.finished) == 8


def test_an_executor_that_was_shut_down_says_so() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="the executor broke"):
        minimize(lambda params: 1.0, SPACE, n_trials=2, strategy="random", executor=pool)


def test_an_executor_of_ones_own_is_left_open() -> None:
    with ThreadPoolExecutor(2) as pool:
        minimize(lambda params: 1.0, SPACE, n_trials=4, strategy="random", executor=pool)
        assert pool.submit(str, 1).result() == "1"


@pytest.mark.parametrize("n_trials", [1, 3])
def test_no_process_is_started_that_would_have_nothing_to_do(n_trials: int) -> None:
    started: list[int] = []

    def count(study: Study, trial: Trial) -> None:
        started.append(len(multiprocessing.active_children()))

    study = minimize(process_id, SPACE, n_trials=n_trials, strategy="random", n_parallel=24, on_trial=count)
    assert max(started) <= max(n_trials, 2)
    assert os.getpid() not in {trial.value for trial in study.trials}  # a single trial is not run in this process


@pytest.mark.parametrize("objective", [lambda params: 1.0, partial(print, threading.Lock())])
def test_an_objective_that_cannot_be_sent_is_refused(objective: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^expected a function of a module, which can be sent to other processes"):
        minimize(objective, SPACE, n_trials=2, n_parallel=2, journal=tmp_path / "study.jsonl")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", [{}, {"executor": partial(ThreadPoolExecutor, 2)}, {"n_parallel": 2}])
def test_an_exception_of_the_callback_comes_out_and_the_journal_goes_on(how: dict[str, Any], tmp_path: Path) -> None:
    def stop(study: Study, trial: Trial) -> None:
        if len(study.finished) == 3:
            raise LookupError("enough")

    path, objective = tmp_path / "study.jsonl", partial(treacherous, {})
    with pytest.raises(LookupError, match=r"^enough$"):
        minimize(objective, SPACE, n_trials=8, strategy="random", journal=path, on_trial=stop, **how)
    before = [t for t in Study(SPACE, "random", journal=path).trials if t.state == "done"]
    assert 3 <= len(before) <= 6  # those that had come back meanwhile are told too
    study = minimize(objective, SPACE, n_trials=8, strategy="random", journal=path, **how)
    assert [t.params["x"] for t in study.finished] == ask_in(8) and all(t in study.trials for t in before)


def wait_long(params: dict[str, Any]) -> float:
    time.sleep(0.01 if params["x"] == ask_in(1)[0] else 600)
    return 0.0


def test_processes_of_its_own_do_not_outlive_an_exception() -> None:
    def stop(study: Study, trial: Trial) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match=r"^enough$"):  # and this process does not wait ten minutes when it ends
        minimize(wait_long, SPACE, n_trials=2, strategy="random", n_parallel=2, on_trial=stop)


@pytest.mark.parametrize("strategy", ["grid", "random", "genetic", "tpe", "gp"])
def test_asks_see_what_is_running(strategy: str, tmp_path: Path) -> None:
    path = tmp_path / "study.jsonl"
    study = Study({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}, strategy, journal=path)
    for _ in range(12):
        trial = study.ask()
        study.tell(trial, (trial.params["x"] - 0.3) ** 2 + trial.params["y"])
    running = [study.ask() for _ in range(4)]
    assert len({tuple(t.params.values()) for t in running}) == 4 and all(t.state == "running" for t in running)
    study.close()
    again = Study({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}, strategy, journal=path)
    assert again.trials[-4:] == running and again.ask().params not in [t.params for t in running]


def test_four_threads_run_four_trials_at_once() -> None:
    together = threading.Barrier(4, timeout=60)  # broken unless four meet

    def objective(params: dict[str, Any]) -> float:
        together.wait()
        return float(params["x"])

    study = minimize(objective, SPACE, n_trials=12, strategy="tpe", executor=partial(ThreadPoolExecutor, 4))
    assert [t.state for t in study.finished] == ["done"] * 12 and len({t.params["x"] for t in study.trials}) == 12


# Killed drivers

DRIVER = """
import os, sys, time
from bayesopt_from_scratch import Float, minimize

def objective(params):
    with open("workers.txt", "a") as file:
        file.write(f"{os.getpid()}\\n")
    time.sleep(params["x"] * 0.05)
    return params["x"]

def acknowledge(study, trial):
    with open("told.txt", "a") as file:
        file.write(f"{trial.number} {trial.value!r}\\n")
        file.flush()
        os.fsync(file.fileno())

if __name__ == "__main__":
    n_trials, n_parallel, strategy = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    minimize(objective, {"x": Float(0.0, 1.0)}, n_trials=n_trials, strategy=strategy, n_parallel=n_parallel,
             journal="study.jsonl", on_trial=acknowledge)
"""


def drive(folder: Path, *arguments: object) -> "subprocess.Popen[bytes]":
    (folder / "driver.py").write_text(DRIVER)
    return subprocess.Popen(
        [sys.executable, "driver.py", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


def events(folder: Path) -> list[dict[str, Any]]:
    """Of the whole lines of the journal, after the first."""
    path = folder / "study.jsonl"
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()[1:]]


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it is not one that is only waiting to be forgotten."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition: Callable[[], bool]) -> bool:
    for _ in range(3000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def kill_and_go_on(folder: Path, n_kills: int, *arguments: object) -> int:
    """Kill drivers at random moments of their work, let the last one finish; return the number of kills."""
    rng, kills = random.Random(0), 0
    while True:
        driver, before = drive(folder, *arguments), len(events(folder))
        if kills == n_kills:
            assert driver.wait(300) == 0
            return kills
        goal = before + rng.randint(4, 16)  # in events and not in seconds, so that a fast machine is killed as often
        wait_until(lambda: len(events(folder)) >= goal or driver.poll() is not None)  # noqa: B023
        time.sleep(rng.random() * 0.005)
        if driver.poll() is not None:
            assert driver.returncode == 0
            return kills
        driver.kill()
        driver.wait()
        kills += 1
        pids = {int(pid) for pid in (folder / "workers.txt").read_text().split()}
        assert wait_until(lambda: not any(map(is_alive, pids))), "workers outlive their driver"  # noqa: B023


def check_nothing_is_lost(folder: Path, n_trials: int) -> None:
    """Every trial is asked once and told once, with its value, and nothing that was acknowledged is gone."""
    log = events(folder)
    asked = {e["trial"]: e["params"]["x"] for e in log if e["event"] == "ask"}
    ended = [(e["trial"], e.get("value")) for e in log if e["event"] in ("tell", "fail")]
    assert [e["trial"] for e in log if e["event"] == "ask"] == sorted(n for n, _ in ended) == list(range(n_trials))
    assert all(value == asked[n] for n, value in ended)
    acknowledged = [line.split() for line in (folder / "told.txt").read_text().splitlines()]
    assert {(n, repr(value)) for n, value in ended} >= {(int(n), value) for n, value in acknowledged}
    assert len(acknowledged) == len({n for n, _ in acknowledged})


@needs_proc
@pytest.mark.parametrize(
    ("n_trials", "n_kills"), [(30, 3), pytest.param(200, 40, marks=pytest.mark.long)], ids=["3 kills", "40 kills"]
)
def test_kill_a_driver_of_four_workers(tmp_path: Path, n_trials: int, n_kills: int) -> None:
    kills = kill_and_go_on(tmp_path, n_kills, n_trials, 4, "random")
    assert kills >= min(n_kills, 30) or n_kills == 3
    check_nothing_is_lost(tmp_path, n_trials)
    study = Study(SPACE, "random", journal=tmp_path / "study.jsonl")  # nobody holds it
    assert study.ledger.objective_calls == sum(t.attempts for t in study.trials) >= n_trials


@needs_proc
@pytest.mark.parametrize(
    ("n_trials", "n_kills"), [(30, 3), pytest.param(200, 40, marks=pytest.mark.long)], ids=["3 kills", "40 kills"]
)
def test_a_killed_sequential_study_is_the_undisturbed_one(tmp_path: Path, n_trials: int, n_kills: int) -> None:
    from test_journal import timeless

    kill_and_go_on(tmp_path, n_kills, n_trials, 1, "tpe")
    check_nothing_is_lost(tmp_path, n_trials)
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    assert drive(undisturbed, n_trials, 1, "tpe").wait(300) == 0
    assert timeless((tmp_path / "study.jsonl").read_bytes()) == timeless((undisturbed / "study.jsonl").read_bytes())


KILLS_ITSELF = """
import os, signal
from bayesopt_from_scratch import Study, Float, minimize

def objective(params):
    if params["x"] == Study({"x": Float(0.0, 1.0)}, "random").ask().params["x"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return params["x"]

minimize(objective, {"x": Float(0.0, 1.0)}, n_trials=3, strategy="random", journal="study.jsonl")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_trial_that_kills_this_very_process_is_failed_in_the_end(tmp_path: Path) -> None:
    codes: list[int] = []
    while not codes or codes[-1] != 0:
        codes.append(
            subprocess.run(
                [sys.executable, "-c", KILLS_ITSELF],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                timeout=60,
            ).returncode
        )
        assert len(codes) < 10
    assert codes == [-signal.SIGKILL] * 5 + [0]
    study = Study(SPACE, "random", journal=tmp_path / "study.jsonl")
    assert [t.state for t in study.trials] == ["failed", "done", "done"]
    assert study.trials[0].error == "its process died 5 times while it ran no other trial"
    assert (
        study.ledger.objective_calls == 7
        and "trainings: 7 in" in str(study)
        and "lost with their process" in str(study)
    )


KILLS_ALL = """
import os, signal, time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from bayesopt_from_scratch import Study, Float, minimize

GUILTY = [Study({"x": Float(0.0, 1.0)}, "random").ask().params["x"]]

def objective(params):
    time.sleep(0.1)
    if params["x"] in GUILTY:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.1)
    return params["x"]

minimize(objective, {"x": Float(0.0, 1.0)}, n_trials=6, strategy="random", journal="study.jsonl",
         executor=partial(ThreadPoolExecutor, 3))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_only_the_trial_that_kills_all_is_failed_in_the_end(tmp_path: Path) -> None:
    deaths = 0
    while subprocess.run(
        [sys.executable, "-c", KILLS_ALL], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60
    ).returncode:
        deaths += 1
        assert deaths < 10
    study = Study(SPACE, "random", journal=tmp_path / "study.jsonl")
    assert [t.state for t in study.trials] == ["failed"] + ["done"] * 5
    assert study.trials[0].error == "its process died 5 times while it ran no other trial"
    assert deaths == 7 and [t.attempts for t in study.trials] == [7, 3, 3, 1, 1, 1]


def die_while_running(path: Path, *numbers: int) -> None:
    """What is left of a process that was killed while it ran these trials."""
    study = Study(SPACE, "random", journal=path)
    for number in numbers:
        study.start(study.trials[number] if number < len(study.trials) else study.ask())
    study.close()


@pytest.mark.parametrize("how", [{"executor": partial(ThreadPoolExecutor, 4)}, {}], ids=["threads", "sequential"])
def test_deaths_beside_others_count_against_nobody(tmp_path: Path, how: dict[str, Any]) -> None:
    path = tmp_path / "study.jsonl"
    for _ in range(10):
        die_while_running(path, 0, 1, 2, 3)
    for _ in range(4):
        die_while_running(path, 3)
    study = minimize(partial(treacherous, {}), SPACE, n_trials=5, strategy="random", journal=path, **how)
    assert [t.state for t in study.trials] == ["done"] * 5
    assert [t.attempts for t in study.trials] == [11, 11, 11, 15, 1]


def test_deaths_alone_count(tmp_path: Path) -> None:
    path = tmp_path / "study.jsonl"
    for _ in range(2):
        die_while_running(path, 0, 1, 2)
    for _ in range(5):
        die_while_running(path, 1)
    study = minimize(partial(treacherous, {}), SPACE, n_trials=3, strategy="random", journal=path)
    assert [t.state for t in study.trials] == ["done", "failed", "done"]


# What is given


@pytest.mark.parametrize("executor", [4, "threads", [ThreadPoolExecutor]])
def test_an_executor_is_one_or_makes_one(executor: Any, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"^expected a concurrent\.futures\.Executor or a callable that makes one, got "
    ):
        minimize(lambda params: 1.0, SPACE, n_trials=2, executor=executor, journal=tmp_path / "study.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_what_makes_an_executor_makes_one() -> None:
    make: Any = dict
    with pytest.raises(ValueError, match=r"^expected <class 'dict'> to make a concurrent\.futures\.Executor, got {}$"):
        minimize(lambda params: 1.0, SPACE, n_trials=2, executor=make)


def test_one_at_a_time_in_this_process_whoever_asks_for_it() -> None:
    study = minimize(lambda params: 1.0, SPACE, n_trials=3, strategy="random", executor=InThisProcess)
    assert [t.number for t in study._history.log] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
