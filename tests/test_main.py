"""Does the command line do what it says, and complain of what it cannot do?"""

import math
import os
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from bayesopt_from_scratch.__main__ import main
from bayesopt_from_scratch.example.tuning_problem import DigitsProblem

ROOT = Path(__file__).parent.parent
TUNE = """
import neighbour
from bayesopt_from_scratch import Choice, Float

space = {"x": Float(0.0, 1.0), "c": Choice("a", "b")}

def train(params):
    neighbour.note()
    if params["c"] == "b" and params["x"] > 0.5:
        raise RuntimeError("diverged")
    return params["x"]
"""
NEIGHBOUR = """
import os, pathlib, time

def note():
    here = pathlib.Path(__file__).parent
    with open(here / "pids.txt", "a") as file:
        file.write(f"{os.getpid()}\\n")
    if (here / "slow").exists():
        time.sleep(600)
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to tune, with a neighbour that it imports."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("my_training", "neighbour"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "neighbour.py").write_text(NEIGHBOUR)
    path = tmp_path / "my_training.py"
    path.write_text(TUNE)
    return path


def complains(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The last line of the complaint that ends the process with code 2."""
    with pytest.raises(SystemExit) as caught:
        main(list(map(str, arguments)))
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()[-1].partition(": error: ")[2]


# The main job


def test_the_main_job(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    journal = tmp_path / "digits.jsonl"
    arguments = ["--strategy", "random", "--trials", "3", "--journal", str(journal)]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if line.startswith("random ")]
    assert [line.split()[1] for line in lines[:3]] == ["1/3", "2/3", "3/3"] and len(lines) == 4
    assert [line.split()[2:4] for line in lines[:3]] == [["trial", "0"], ["trial", "1"], ["trial", "2"]]
    best = min(float(line.split()[4]) for line in lines[:3] if "failed" not in line)
    columns = lines[3].split()
    assert float(columns[1]) == best and columns[4] == "3"
    assert out.rstrip().splitlines()[-1].startswith("best found, by random: ")
    assert main(arguments) == 0  # everything is in the journal: no trial is run
    again = capsys.readouterr().out
    assert [line for line in again.splitlines() if line.startswith("random ")] == lines[3:]
    assert main(["replay", str(tmp_path / "digits-random-0.jsonl")]) == 0
    assert capsys.readouterr().out == "all 3 suggestions derived again, each equal to the recorded one\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--strategy", "annealing"], "argument --strategy: invalid choice: 'annealing'"),
        (["--trials", "0"], "argument --trials: expected 1 or more, got 0"),
        (["--trials", "many"], "argument --trials: invalid"),
        (["--seed", "-1"], "argument --seed: expected 0 or more, got -1"),
        (["--workers", "0"], "argument --workers: expected 1 or more, got 0"),
        (["--figure", "/no/such/folder/a.svg"], "argument --figure: expected a file in a folder"),
        (["--figure", "a.svg", "--splits", "2"], "--figure shows one split"),
        (["--journal", str(ROOT)], "argument --journal: expected a file in a folder"),
        (["study"], "unrecognized arguments: study"),
        (["tune"], "the following arguments are required: file"),
        (["tune", "nowhere.py"], "no such file: nowhere.py"),
        (["tune", str(ROOT)], f"this is a folder: {ROOT}"),
        (["replay"], "the following arguments are required: file"),
        (["replay", "nowhere.jsonl"], "[Errno 2] No such file or directory: 'nowhere.jsonl'"),
    ],
)
def test_wrong_arguments(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert complains(capsys, *arguments).startswith(complaint)


def test_a_figure_that_cannot_be_written_is_refused_before_the_first_training(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    for name in ("a.txt", "figure"):
        assert complains(capsys, "tune", file, "--figure", name).startswith(f"--figure {name}: expected a name that")
    assert not (file.parent / "pids.txt").exists()


def test_the_format_of_a_figure_may_be_in_capitals(file: Path) -> None:
    pytest.importorskip("matplotlib")
    figure = file.with_suffix(".PNG")
    assert main(["tune", str(file), "--strategy", "random", "--trials", "3", "--figure", str(figure)]) == 0
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_a_main_job_that_finds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DigitsProblem, "__call__", lambda self, params: math.nan)
    assert main(["--strategy", "random", "--trials", "2", *figure_option(tmp_path)]) == 1
    assert "random     every trial failed" in capsys.readouterr().out and not list(tmp_path.iterdir())
    assert main(["--trials", "2", "--splits", "2"]) == 1


def figure_option(folder: Path) -> list[str]:
    return ["--figure", str(folder / "a.svg")] if find_spec("matplotlib") else []


@pytest.mark.parametrize("command", [[], ["tune"], ["replay"]])
def test_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0 and capsys.readouterr().out.startswith("usage: python -m bayesopt_from_scratch")


# Tuning a file


@pytest.mark.parametrize("workers", [1, 2])
def test_tune(file: Path, workers: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", str(file), "--strategy", "random", "--trials", "6", "--workers", str(workers)]) == 0
    out = capsys.readouterr().out
    assert len(re.findall(r"^random +\d/6  ", out, re.M)) == 6 and "failed: RuntimeError: diverged" in out
    assert re.search(r"^6 trials \(\d failed, 0 running\), RandomSearch\(\), seed 0$", out, re.M)
    pids = (file.parent / "pids.txt").read_text().split()
    assert len(pids) == 6 and (str(os.getpid()) in pids) == (workers == 1)


def test_tune_goes_on_where_the_journal_ends(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = file.with_suffix(".jsonl")
    arguments = ["tune", str(file), "--strategy", "tpe", "--seed", "3", "--journal", str(journal), "--trials"]
    assert main([*arguments, "4"]) == 0
    text = journal.read_bytes()
    assert main([*arguments, "7"]) == 0
    out = capsys.readouterr().out
    assert [int(n) for n in re.findall(r"^tpe +(\d)/7  ", out, re.M)] == [5, 6, 7]
    assert journal.read_bytes().startswith(text) and main(["replay", str(journal)]) == 0
    assert complains(capsys, "tune", file, "--journal", journal, "--strategy", "random").startswith(
        f"{journal} belongs to another study: its strategy is "
    )


def test_tune_that_finds_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(TUNE.replace("return params", "return None or params.missing"))
    assert main(["tune", str(file), "--strategy", "random", "--trials", "2"]) == 1
    out, err = capsys.readouterr()
    reason = "AttributeError: 'dict' object has no attribute 'missing'"
    assert "2 trials (2 failed, 0 running)" in out and f" 1/2  trial   0  failed: {reason}\n" in out  # not cut off
    assert err == f"nothing to choose from: every trial failed, first with {reason}\n"


@pytest.mark.parametrize(
    ("strategy", "trials", "end"),
    [
        ("grid", 5, "grid     ends here: the grid has 4 points\n"),
        ("tpe", 9, "tpe      ends here: the space has 6 points\n"),
        ("grid", 4, ""),
        ("tpe", 6, ""),
    ],
)
def test_tune_says_when_it_ends_early(
    file: Path, strategy: str, trials: int, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    axis = "Float(0, 1)" if strategy == "grid" else "Int(1, 3)"
    file.write_text(
        f"from bayesopt_from_scratch import *\nspace = {{'x': {axis}, 'c': Choice('a', 'b')}}\ntrain = lambda p: p['x']"
    )
    assert main(["tune", str(file), "--strategy", strategy, "--trials", str(trials)]) == 0
    trial_lines, _, _ = capsys.readouterr().out.partition("\n\n")
    lines = f"{trial_lines}\n".splitlines(keepends=True)
    n_trials = int(end.split()[-2]) if end else trials
    assert [line.split()[1] for line in lines[:n_trials]] == [f"{i + 1}/{trials}" for i in range(n_trials)]
    assert "".join(lines[n_trials:]) == end


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("space = {}", "my_training.py defines no train"),
        ("", "my_training.py defines no space and no train"),
        ("space = {}\ntrain = print", "expected a dict of one parameter or more, got {}"),
        ("space = 3\ntrain = print", "expected a dict of one parameter or more, got 3"),
    ],
)
def test_a_file_that_cannot_be_tuned(file: Path, text: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(text)
    assert complains(capsys, "tune", file).endswith(complaint)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("space = {}\ntrain = {", "my_training.py, line 2: '{' was never closed"),
        ("space = {}\n  train = 3", "my_training.py, line 2: unexpected indent"),
        ("train = '\0'", "my_training.py, line 1: source code string cannot contain null bytes"),
    ],
)
def test_a_file_that_is_no_python(file: Path, text: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    if "\0" in text and sys.version_info < (3, 11, 4):
        pytest.skip("it is no SyntaxError there")
    file.write_text(text)
    assert complains(capsys, "tune", file).endswith(complaint)


@pytest.mark.parametrize("text", ["def load():\n    return open('nowhere')\n\ndata = load()", "import broken"])
def test_a_file_that_cannot_be_imported_shows_its_own_lines(
    file: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text)
    (file.parent / "broken.py").write_text("x = 1\ny = (")
    with pytest.raises(SystemExit) as caught:
        main(["tune", str(file)])
    shown = capsys.readouterr().err.splitlines()
    assert caught.value.code == 2 and shown[0] == "Traceback (most recent call last):"
    files = [line.partition('"')[2].partition('"')[0] for line in shown if line.startswith('  File "')]
    if "open" in text:
        assert files == [str(file), str(file)] and shown[-1].startswith("FileNotFoundError: [Errno 2] No such file")
    else:
        assert files == [str(file), str(file.parent / "broken.py")] and shown[-1].startswith("SyntaxError: ")


def test_a_journal_that_is_none(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_bytes()
    assert "is damaged" in complains(capsys, "tune", file, "--journal", file)
    assert file.read_bytes() == before
    assert "expected a file in a folder that exists" in complains(
        capsys, "tune", file, "--journal", file.parent / "no" / "a.jsonl"
    )


def test_a_journal_that_is_held(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = file.with_suffix(".jsonl")
    main(["tune", str(file), "--strategy", "random", "--trials", "1", "--journal", str(journal)])
    with journal.open("ab") as holder:
        pytest.importorskip("fcntl").flock(holder, 2)
        complaint = complains(capsys, "tune", file, "--strategy", "random", "--journal", journal)
    assert complaint.endswith("is held by another process, or by a study of this one: close() that first")


def test_replay_of_a_forged_journal(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = file.with_suffix(".jsonl")
    main(["tune", str(file), "--strategy", "random", "--trials", "3", "--journal", str(journal)])
    forged = re.sub(r'("trial": 1, "params": {"x": 0\.)\d', lambda there: f"{there[1]}11", journal.read_text())
    journal.write_text(forged)
    capsys.readouterr()
    assert main(["replay", str(journal)]) == 1
    assert re.search(r", line 5: trial 1 is .* but derived again it is ", capsys.readouterr().err)


# Interrupted


def run(file: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "bayesopt_from_scratch", "tune", str(file), "--strategy", "random", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a shell may have it ignored
    )


def running(pids: list[str]) -> bool:
    for pid in pids:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            pass
    return False


def test_an_error_in_letters_that_the_terminal_does_not_have_ends_nothing(file: Path) -> None:
    file.write_text(TUNE.replace("diverged", "\u20ac\\udce9").replace("0.5", "0"))
    run = subprocess.run(
        [sys.executable, "-m", "bayesopt_from_scratch", "tune", str(file), "--strategy", "random", "--trials", "4"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
    )
    assert run.returncode == 0 and rb"failed: RuntimeError: \u20ac\udce9" in run.stdout and run.stderr == b""


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks for processes in /proc")
@pytest.mark.parametrize("to_all", [False, True], ids=["to the process", "to all, as a terminal does"])
@pytest.mark.parametrize(("name", "workers"), [("SIGINT", 1), ("SIGINT", 2), ("SIGTERM", 2)])
def test_interrupted_it_goes_on_later_and_leaves_no_worker(file: Path, name: str, workers: int, to_all: bool) -> None:
    journal, pids, slow = file.with_suffix(".jsonl"), file.parent / "pids.txt", file.parent / "slow"
    slow.touch()
    arguments = ("--workers", str(workers), "--journal", str(journal), "--trials", "5")
    process = run(file, *arguments)
    for _ in range(6000):
        if pids.exists() and pids.read_text().count("\n") == workers:
            break
        time.sleep(0.01)
    (os.killpg if to_all else os.kill)(process.pid, getattr(signal, name))
    _, err = process.communicate(timeout=60)  # not the ten minutes of a training
    if name == "SIGINT":
        assert (process.returncode, err) == (130, f"\ninterrupted; the same command goes on with {journal}\n")
    else:
        assert process.returncode == -signal.SIGTERM
    for _ in range(1000):
        if not running(pids.read_text().split()):
            break
        time.sleep(0.01)
    assert not running(pids.read_text().split())
    slow.unlink()
    again = run(file, *arguments)
    out, err = again.communicate(timeout=60)
    assert again.returncode == 0 and err == "" and "5 trials (" in out
    assert f"trainings: {5 + workers} in" in out and f", {workers} of them lost with their process" in out
