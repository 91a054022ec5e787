"""Does the loop run on the executors that others have written? Each test is skipped where its library is missing."""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from test_workers import KILLERS, ROOT, SPACE, ask_in, check_the_four, treacherous

from bayesopt_from_scratch import Float, Study, Trial, minimize

pytestmark = pytest.mark.filterwarnings("default")  # theirs are not ours


def stop(study: Study, trial: Trial) -> None:
    raise LookupError


@pytest.mark.long
def test_loky() -> None:
    loky = pytest.importorskip("loky")
    asked = ask_in(20)
    objective = partial(treacherous, {asked[number]: kind for number, kind in KILLERS.items()})
    executor = partial(loky.get_reusable_executor, 4)
    study = minimize(objective, SPACE, n_trials=20, strategy="random", executor=executor)
    check_the_four(study, KILLERS)
    with pytest.raises(LookupError):
        minimize(objective, SPACE, n_trials=20, strategy="random", executor=executor, on_trial=stop)
    study = minimize(lambda params: params["x"], SPACE, n_trials=6, strategy="random", executor=executor)  # a lambda
    assert [t.value for t in study.trials] == ask_in(6)


@pytest.mark.long
def test_dask() -> None:
    dask, distributed = pytest.importorskip("dask"), pytest.importorskip("distributed")
    asked = ask_in(20)
    objective = partial(treacherous, {asked[number]: kind for number, kind in KILLERS.items()})
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        executor = client.get_executor(pure=False)
        study = minimize(objective, SPACE, n_trials=20, strategy="random", executor=executor, n_parallel=3)
        check_the_four(study, KILLERS)
        make = partial(client.get_executor, pure=False)
        study = minimize(lambda params: params["x"], SPACE, n_trials=6, strategy="random", executor=make, n_parallel=3)
        assert [t.value for t in study.trials] == ask_in(6)
        with pytest.raises(LookupError):
            minimize(objective, SPACE, n_trials=6, strategy="random", executor=make, on_trial=stop)


MPI = """
import os, signal, sys
from mpi4py import MPI
from mpi4py.futures import MPICommExecutor, MPIPoolExecutor
from bayesopt_from_scratch import Float, Study, minimize

SPACE = {"x": Float(0.0, 1.0)}
study = Study(SPACE, "random")
ASKED = [study.ask().params["x"] for _ in range(9)]

def objective(params):
    if params["x"] == ASKED[2]:
        sys.exit(3)
    if params["x"] == ASKED[5]:
        raise RuntimeError("diverged")
    if params["x"] == ASKED[7] and "kill" in sys.argv:
        os.kill(os.getpid(), signal.SIGKILL)
    return params["x"]

def run(executor):
    study = minimize(objective, SPACE, n_trials=9, strategy="random", executor=executor, n_parallel=2,
                     journal="study.jsonl")
    print([(t.number, t.error) for t in study.trials if t.state == "failed"], len(study.finished), flush=True)

if __name__ == "__main__":
    if "comm" in sys.argv:
        with MPICommExecutor(MPI.COMM_WORLD, root=0) as executor:
            if executor is not None:
                run(executor)
    else:
        with MPIPoolExecutor() as executor:
            run(executor)
"""


def mpirun(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    pytest.importorskip("mpi4py")
    if shutil.which("mpirun") is None:
        pytest.skip("no mpirun")
    (folder / "driver.py").write_text(MPI)
    return subprocess.run(
        ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "3", sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.long
@pytest.mark.parametrize("arguments", [("-m", "mpi4py.futures", "driver.py"), ("driver.py", "comm")])
def test_mpi(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = mpirun(tmp_path, *arguments)
    assert done.returncode == 0
    assert done.stdout == "[(2, 'SystemExit: 3'), (5, 'RuntimeError: diverged')] 9\n"


@pytest.mark.long
def test_mpi_ends_with_a_killed_worker_and_the_study_does_not(tmp_path: Path) -> None:
    runs = 0
    while mpirun(tmp_path, "-m", "mpi4py.futures", "driver.py", "kill").returncode != 0:
        runs += 1
        assert runs < 10
    study = minimize(
        lambda params: 0.0, {"x": Float(0.0, 1.0)}, n_trials=9, strategy="random", journal=tmp_path / "study.jsonl"
    )
    assert [t.number for t in study.trials if t.state == "failed"] == [2, 5, 7]
    assert 5 <= runs <= 7  # five deaths alone, and two at most before that, beside another
    assert study.trials[7].error == "its process died 5 times while it ran no other trial"
