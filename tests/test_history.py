"""Do the events of a study add up to the same, live and read again, whatever happened in between?"""

import math
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bayesopt_from_scratch import (
    Choice,
    Float,
    GeneticSearch,
    GridSearch,
    Ledger,
    RandomSearch,
    Space,
    SpaceExhausted,
    Strategy,
    Study,
    TPESearch,
    Trial,
)
from bayesopt_from_scratch.resilience.history import History

SPACE = {"x": Float(-1.0, 1.0), "c": Choice("a", "b"), "y": Float(1e-3, 1.0, log=True, when={"c": "b"})}
RECORD = b'{"event": "tell", "trial": 0, "value": 0.5, "seconds": 0.25}\n'
VALUES = (0.0, -0.0, 1.0, 1.0, math.pi, 1e-9, -1e300, math.nan, math.inf)


def apply(study: Study, kind: str, *arguments: Any) -> Trial | None:
    if kind == "ask":
        return study.ask()
    if kind == "add":
        return study.add(*arguments)
    number, *rest = arguments
    getattr(study, kind)(study.trials[number], *rest)
    return None


class Crashes(RuleBasedStateMachine):
    """A study with a journal, which crashes, beside one without, which does the same and never does.

    The model is two dicts: what was asked, number to params, and what became of it, number to state and value.
    """

    @initialize(
        strategy=st.sampled_from(
            (RandomSearch(), GridSearch(budget=8), TPESearch(n_initial=2), GeneticSearch(population=2))
        )
    )
    def begin(self, strategy: Strategy) -> None:
        self.no_sync = mock.patch("os.fsync")
        self.no_sync.start()
        self.folder = Path(tempfile.mkdtemp())
        self.path, self.strategy = self.folder / "study.jsonl", strategy
        self.done: list[tuple[Any, ...]] = []
        self.asked: dict[int, Mapping[str, Any]] = {}
        self.told: dict[int, tuple[str, float | None]] = {}
        self.study, self.twin = self.open(), Study(SPACE, strategy, seed=5)

    def open(self) -> Study:
        return Study(SPACE, self.strategy, seed=5, journal=self.path)

    def act(self, *action: Any) -> None:
        trial = apply(self.study, *action)
        twin = apply(self.twin, *action)
        self.done.append(action)
        if trial is not None and twin is not None:
            assert (trial.number, trial.params) == (twin.number, twin.params)
            assert trial.number == len(self.asked)  # numbers are never used twice
            self.asked[trial.number] = trial.params
        self.learn(action)

    def learn(self, action: tuple[Any, ...]) -> None:
        """What the model says to an action."""
        kind, *arguments = action
        if kind == "add":
            self.told[len(self.asked) - 1] = "done", arguments[1]
        elif kind == "tell":
            number, value = arguments
            self.told[number] = ("done", value) if math.isfinite(value) else ("failed", None)
        elif kind == "fail":
            self.told[arguments[0]] = "failed", None

    def running(self, data: st.DataObject) -> int:
        return int(data.draw(st.sampled_from(sorted(set(self.asked) - set(self.told)))))

    def some_running(self) -> bool:
        return len(self.asked) > len(self.told)

    @rule()
    def ask(self) -> None:
        try:
            self.act("ask")
        except SpaceExhausted:
            with pytest.raises(SpaceExhausted):
                self.twin.ask()

    @precondition(some_running)
    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        self.act("start", self.running(data))

    @precondition(some_running)
    @rule(data=st.data(), value=st.sampled_from(VALUES))
    def tell(self, data: st.DataObject, value: float) -> None:
        self.act("tell", self.running(data), value)

    @precondition(some_running)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        self.act("fail", self.running(data), "out of memory")

    @rule(x=st.sampled_from((-1.0, 0.25, 0.5)), value=st.sampled_from([v for v in VALUES if math.isfinite(v)]))
    def add(self, x: float, value: float) -> None:
        self.act("add", {"x": x, "c": "a"}, value)

    @precondition(lambda self: self.told)
    @rule(data=st.data(), kind=st.sampled_from(("tell", "fail", "start")))
    def too_late(self, data: st.DataObject, kind: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.told)))
        with pytest.raises(ValueError, match="expected a running trial"):
            apply(self.study, kind, number, *([1.0] if kind != "start" else []))

    @rule()
    def reopen(self) -> None:
        self.study.close()
        self.study = self.open()

    @rule(k=st.integers(1, len(RECORD) - 1))
    def crash(self, k: int) -> None:
        self.study.close()
        self.path.write_bytes(self.path.read_bytes() + RECORD[:k])
        self.study = self.open()

    @rule(cut=st.integers(0, 10_000))
    def crash_truncate(self, cut: int) -> None:
        self.study.close()
        whole = self.path.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        last = whole[:-1].rfind(b"\n") + 1
        self.path.write_bytes(whole[: last + cut % (len(whole) - last)])
        self.study, self.twin = self.open(), Study(SPACE, self.strategy, seed=5)
        actions, self.done, self.asked, self.told = self.done[:-1], [], {}, {}
        for action in actions:
            trial = apply(self.twin, *action)
            self.done.append(action)
            if trial is not None:
                self.asked[trial.number] = trial.params
            self.learn(action)

    @invariant()
    def is_what_it_should_be(self) -> None:
        trials = {t.number: t for t in self.study.trials}
        assert {n: t.params for n, t in trials.items()} == self.asked
        assert {n: (t.state, t.value) for n, t in trials.items() if t.state != "running"} == self.told
        assert self.path.read_bytes().count(b"\n") == 1 + len(self.done)
        values = [value for _, value in self.told.values() if value is not None]
        if values:
            assert self.study.best.value == min(values)
        twin = self.twin.ledger
        ledger = self.study.ledger
        assert (ledger.objective_calls, ledger.lost_calls) == (twin.objective_calls, twin.lost_calls)
        assert [t.attempts for t in self.study.trials] == [t.attempts for t in self.twin.trials]

    def teardown(self) -> None:
        if hasattr(self, "study"):
            self.study.close()
            self.no_sync.stop()
            shutil.rmtree(self.folder)


def test_any_sequence_of_events_and_crashes() -> None:
    most = max(40, settings().max_examples)
    run_state_machine_as_test(Crashes, settings=settings(max_examples=most, stateful_step_count=25, deadline=None))


def add_up(*events: dict[str, Any]) -> History:
    history = History(Space(SPACE))
    for event in events:
        history.apply(event)
    return history


def ask(trial: int, **changes: Any) -> dict[str, Any]:
    costs = {"surrogate_predictions": 10, "acquisition_evaluations": 3, "seconds": 0.5}
    return {"event": "ask", "trial": trial, "params": {"x": trial / 10, "c": "a"}, **costs, **changes}


def test_events_add_up() -> None:
    history = add_up(
        ask(0),
        {"event": "start", "trial": 0},
        ask(1),
        {"event": "start", "trial": 1},
        {"event": "start", "trial": 0},
        {"event": "tell", "trial": 0, "value": 2, "seconds": 4.0},
        {"event": "add", "trial": 2, "params": {"x": 0.25, "c": "b", "y": 0.5}, "value": -1.0},
        {"event": "fail", "trial": 1, "error": "no", "seconds": 2.0},
        ask(3),
    )
    assert list(history.trials.values()) == [
        Trial(0, {"x": 0.0, "c": "a"}, "done", 2.0, None, 4.0, 2),
        Trial(1, {"x": 0.1, "c": "a"}, "failed", None, "no", 2.0, 1),
        Trial(2, {"x": 0.25, "c": "b", "y": 0.5}, "done", -1.0, None, 0.0, 0),
        Trial(3, {"x": 0.3, "c": "a"}),
    ]
    assert [t.number for t in history.log] == [0, 0, 1, 1, 0, 0, 2, 1, 3]
    assert {number: length for number, (length, _) in history.asked.items()} == {0: 0, 1: 2, 3: 8}
    assert history.ledger == Ledger(3, 1, 6.0, 30, 9, 1.5)


@pytest.mark.parametrize(
    ("event", "error", "message"),
    [
        (ask(2), ValueError, "expected trial 1 to come next, got 2"),
        (ask(0), ValueError, "expected trial 1 to come next, got 0"),
        (ask(1, params={"x": 2.0, "c": "a"}), ValueError, r"x: expected a number from -1\.0 to 1\.0, got 2\.0"),
        (ask(1, surrogate_predictions="many"), TypeError, "unsupported"),
        (ask(1, seconds=None), TypeError, "unsupported"),
        ({"event": "ask", "trial": 1}, LookupError, "params"),
        ({"event": "begin", "trial": 0}, ValueError, r"^unknown event 'begin'$"),
        (
            {"event": "tell", "trial": 0, "value": math.nan, "seconds": 1.0},
            ValueError,
            "expected a finite value, got nan",
        ),
        ({"event": "tell", "trial": 0, "value": "low", "seconds": 1.0}, ValueError, "expected a number as value"),
        ({"event": "tell", "trial": 1, "value": 1.0, "seconds": 1.0}, ValueError, "expected a trial of this study"),
        ({"event": "fail", "trial": 0, "error": "no"}, LookupError, "seconds"),
        *(
            ({"event": kind, "trial": 0, "value": 1.0, "error": "no", "seconds": seconds}, ValueError, message)
            for kind in ("tell", "fail")
            for seconds, message in (
                (math.nan, r"^expected seconds as a finite number of 0 or more, got nan$"),
                (math.inf, r"^expected seconds as a finite number of 0 or more, got inf$"),
                (-1e-9, r"^expected seconds as a finite number of 0 or more, got -1e-09$"),
                ("1.0", r"^expected a number as seconds, got str: '1.0'$"),
            )
        ),
        (
            {"event": "start", "trial": 0, "beside": [1]},
            ValueError,
            r"^expected trials of this study beside it, got \[1\]",
        ),
        ({"event": "start", "trial": 0, "beside": [[]]}, TypeError, "unhashable"),
        ({"event": "start", "trial": 0, "beside": 0}, TypeError, "iterable"),
        (ask(1, params={"x": 0.5, "c": {"option": -2}}), ValueError, r"^expected the params .*'c': 'a'}, got .*-2"),
        (ask(1, params={"x": 0.5, "c": {"option": 0}}), ValueError, r"^expected the params .*'c': 'a'}, got .*0"),
        ({"event": "start"}, LookupError, "trial"),
        ({"trial": 0}, LookupError, "event"),
    ],
)
def test_an_event_that_cannot_be_changes_nothing(event: dict[str, Any], error: type[Exception], message: str) -> None:
    history = add_up(ask(0))
    recorded: list[Mapping[str, Any]] = []
    before = list(history.log), dict(history.trials), dict(history.asked), history.ledger
    with pytest.raises(error, match=message):
        history.apply(event, lambda event, n: recorded.append(event))
    assert (history.log, history.trials, history.asked, history.ledger) == before and recorded == []


def test_an_event_counts_only_when_it_is_recorded() -> None:
    history = add_up()
    recorded: list[Mapping[str, Any]] = []

    def full(event: Mapping[str, Any], n: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        history.apply(ask(0), full)
    assert history.log == [] and history.trials == {} and history.asked == {} and history.ledger == Ledger()
    history.apply(ask(0), lambda event, n: recorded.append({**event, "n": n}))
    assert recorded == [{**ask(0), "n": 0}] and len(history.trials) == 1


class Miscounting(RandomSearch):
    """A strategy of one's own whose notes are wrong."""

    def suggest(self, space: Space, trials: Any, rng: Any) -> Any:
        suggestion = super().suggest(space, trials, rng)

        class Noted(dict[str, Any]):
            notes = {"surrogate_predictions": "many"}  # noqa: RUF012

        return Noted(suggestion)


def test_a_strategy_whose_notes_are_wrong_cannot_damage_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "study.jsonl"
    study = Study(SPACE, Miscounting(), journal=path)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        study.ask()
    assert path.read_bytes() == before and study.trials == []


def start(trial: int, *beside: int) -> dict[str, Any]:
    return {"event": "start", "trial": trial, **({"beside": list(beside)} if beside else {})}


@pytest.mark.parametrize(
    ("starts", "alone"),
    [
        ([start(0)], [1, 0, 0]),
        ([start(0), start(0), start(1)], [2, 1, 0]),
        ([start(0), start(1, 0)], [0, 0, 0]),
        ([start(0), start(0), start(1, 0), start(2, 0, 1)], [1, 0, 0]),
        ([start(0), start(1, 0), start(0), start(1)], [1, 1, 0]),
        ([start(0), start(1), start(1), start(2, 1), start(2)], [1, 1, 1]),
        ([start(0), start(1, 0), start(1), start(2, 1)], [0, 0, 0]),
        ([start(1, 0), start(0)], [1, 0, 0]),  # beside one that was never started
    ],
)
def test_attempts_without_another_beside_them(starts: list[dict[str, Any]], alone: list[int]) -> None:
    history = add_up(ask(0), ask(1), ask(2), *starts)
    assert [history.runs_alone(number) for number in range(3)] == alone


def test_the_clock_runs_from_the_latest_start() -> None:
    with mock.patch("bayesopt_from_scratch.resilience.history.time.perf_counter", side_effect=[5.0, 9.0, 11.0]):
        history = add_up(ask(0), start(0))
        assert history.asked == {0: (0, 9.0)}
        history.apply(start(0))
        history.apply({"event": "tell", "trial": 0, "value": 1.0, "seconds": 1.0})
        assert history.asked == {0: (0, 11.0)}


def test_a_start_records_what_this_process_is_running() -> None:
    history = add_up(ask(0), ask(1), ask(2), ask(3), start(3))  # trial 3 was running when another process died
    recorded: list[Mapping[str, Any]] = []
    tell = {"event": "tell", "trial": 2, "value": 1.0, "seconds": 1.0}
    for event in (start(2), start(0), tell, start(1), start(1)):
        history.apply(event, lambda event, n: recorded.append(event))
    assert recorded == [start(2), start(0, 2), tell, start(1, 0), start(1, 0)]


@pytest.mark.parametrize("journal", [False, True])
@pytest.mark.parametrize("seconds", [math.nan, math.inf, -1.0])
def test_seconds_are_checked_with_and_without_a_journal(seconds: Any, journal: bool, tmp_path: Path) -> None:
    path = tmp_path / "study.jsonl"
    study = Study(SPACE, "random", journal=path if journal else None)
    trial, before = study.ask(), path.read_bytes() if journal else b""
    message = r"^expected seconds as a finite number of 0 or more, got "
    with pytest.raises(ValueError, match=message):
        study.tell(trial, 1.0, seconds=seconds)
    with pytest.raises(ValueError, match=message):
        study.fail(trial, "no", seconds=seconds)
    assert study.trials == [trial] and (not journal or path.read_bytes() == before)
    study.tell(trial, 1.0, seconds=0)
    assert study.trials[0].seconds == 0.0
