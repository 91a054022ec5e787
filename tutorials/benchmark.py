"""How do these few hundred lines compare with the libraries one would use instead?

Reproduce it::

    pip install 'bayesopt_from_scratch[benchmark]'
    python tutorials/benchmark.py --quick                  # about two minutes
    python tutorials/benchmark.py --full                   # overnight
    python tutorials/benchmark.py regret --problems test --seeds 0:10 --results results.jsonl --workers 2
    python tutorials/benchmark.py ask --results results.jsonl
    python tutorials/benchmark.py micro --results results.jsonl
    python tutorials/benchmark.py report results.jsonl     # tables, and figures beside the file

What came out of it is in benchmark.md, every run of it in benchmark.jsonl.gz.

Libraries that are not installed are left out. What is measured, and how:

- *Regret*: (best so far - optimum) / (median of the initial points - optimum), at least 1e-5; a real model's optimum is
  the least value in the file, and its regret at least 1e-2. On noisy functions the value is the true one, at the point
  that was observed lowest.
- All runs of a problem and seed begin with the same 10 random points and meet the same noise. Only the grid has no use
  for points that are not its own. With ``--start own`` each library begins as it would by itself: 10 points of an
  R-sequence (gp), 10 of a Sobol sequence (BoTorch), 5 random ones (bayesian-optimization), 20 (hyperopt), 10 (others).
- optuna-tpe is Optuna's default, which in Optuna 5 is the same as optuna-tpe-multi; optuna-gp-exact is told that the
  function has no noise. Optuna's GPSampler, scikit-optimize, bayesian-optimization and BoTorch get conditional spaces
  flattened.
- One BLAS thread. Seconds are those of the processor (``time.process_time``), without the objective, so that a busy
  machine changes them little; on an idle one they are seconds.
- Intervals are 95 % bootstrap intervals, standard errors are over problems: seeds of one problem are no new problems.

Results are JSON, one run per line. A call with a file that exists goes on where it ends.

Tried with optuna 5.0, scikit-optimize 0.10.2, bayesian-optimization 3.4, hyperopt 0.3.0, botorch 0.18.1 (torch 2.13),
scikit-learn 1.9.1, scipy 1.17.1 and numpy 2.4.
"""

# ruff: noqa: E402 (the number of threads comes before numpy)

import argparse
import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import time
import traceback
import tracemalloc
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.util import find_spec
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is imported, here and in the workers

import numpy as np
from benchmark_methods import METHODS, active, flatten
from benchmark_problems import PROBLEMS, Problem

from bayesopt_from_scratch import RBF, Float, GaussianProcess, Space, SpaceExhausted, Study
from bayesopt_from_scratch.numerics.cholesky import factorize, invert_triangle
from bayesopt_from_scratch.numerics.normal import log_h

Record = dict[str, Any]
QUICK = ["branin", "sizes", "kernel-ridge-diabetes"]


# Results on disk ------------------------------------------------------------------------------------------------------


def read(path: Path) -> list[Record]:
    """Records of a file, compressed or not; a line that a killed process left unfinished is passed over."""
    records, text = [], ""
    if path.exists():
        text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    for line in text.splitlines():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            print(f"{path}: passed over an unfinished line", file=sys.stderr)
    return records


def run_missing(jobs: Sequence[Record], run: Callable[[Record], Record], path: Path, workers: int = 1) -> None:
    """Run the jobs whose record is not in the file, and append each record as it comes."""
    have = {json.dumps({k: v for k, v in record.items() if k != "result"}, sort_keys=True) for record in read(path)}
    missing = [job for job in jobs if json.dumps(job, sort_keys=True) not in have]
    print(f"{len(jobs)} runs, {len(jobs) - len(missing)} of them in {path}", file=sys.stderr)
    unfinished = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a") as file:
        file.write("\n" if unfinished else "")
        for i, record in enumerate(results(run, missing, workers), 1):
            file.write(json.dumps(record) + "\n")
            file.flush()
            words = [str(v) for k, v in record.items() if k not in ("result", "kind")]
            print(f"{i}/{len(missing)} {' '.join(words)} {record['result'].get('error', '')}", file=sys.stderr)


def results(run: Callable[[Record], Record], jobs: Sequence[Record], workers: int) -> Iterator[Record]:
    """Records as they come, of this process or of others."""
    if workers == 1:
        yield from map(run, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


# Regret ---------------------------------------------------------------------------------------------------------------


def initial_points(space: Space, seed: int, n: int = 10) -> list[Record]:
    """Random points of the flattened space, the same for all methods."""
    study = Study(flatten(space), "random", seed=seed)
    return [dict(study.ask().params) for _ in range(n)]


def one_run(job: Record) -> Record:
    """Minimize once; the true value of the point observed lowest, after each trial."""
    problem: Problem = PROBLEMS[job["problem"]]
    entry, space, noise = METHODS[job["method"]], Space(problem.space), np.random.default_rng([job["seed"], 1])
    trues: list[float] = []
    observed: list[float] = []

    def evaluate(params: Record) -> float:
        trues.append(float(problem.value(active(space, params))))
        observed.append(trues[-1] + problem.noise * float(noise.standard_normal()))
        return observed[-1]

    points = initial_points(space, job["seed"])
    typical = float(np.median([problem.value(active(space, point)) for point in points]))
    own_space, seconds = flatten(space) if entry.flat else space, 0.0
    method = entry.make(own_space, job["seed"], job["trials"])
    if entry.given and job["start"] == "shared":
        method.start([active(own_space, point) for point in points], [evaluate(point) for point in points])
    while len(trues) < job["trials"]:
        began = time.process_time()
        try:
            params = method.ask()
        except SpaceExhausted:
            break
        seconds += time.process_time() - began
        value = evaluate(params)
        began = time.process_time()
        method.tell(params, value)
        seconds += time.process_time() - began
    lowest = [int(np.argmin(observed[: i + 1])) for i in range(len(observed))]
    return {"best": [trues[i] for i in lowest], "typical": typical, "seconds": seconds}


# Seconds per ask ------------------------------------------------------------------------------------------------------


def one_ask(job: Record) -> Record:
    """Processor seconds of telling one observation and asking for the next point, with n observations in all."""
    n, d, rng = job["n"], job["d"], np.random.default_rng([job["seed"], job["n"]])
    space = Space({f"x{i}": Float(0, 1) for i in range(d)})
    points = [dict(zip(space.parameters, u.tolist(), strict=True)) for u in rng.random((n, d))]
    centre = np.linspace(0.2, 0.7, d)
    values = [float(np.log(0.01 + np.sum((np.array(list(point.values())) - centre) ** 2))) for point in points]
    seconds = []
    for _ in range(2):  # the first warms caches and imports
        method = METHODS[job["method"]].make(space, job["seed"], n + 1)
        method.start(points[:-1], values[:-1])
        began = time.process_time()
        method.tell(points[-1], values[-1])
        method.ask()
        seconds.append(time.process_time() - began)
        if n > 200:
            break
    result = {"seconds": seconds[-1]}
    if n == 1000 and job["method"] == "gp":  # again, with the memory counted
        tracemalloc.start()
        method.ask()
        result["peak_bytes"] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return result


def ask_jobs(methods: Sequence[str], seeds: Sequence[int], sizes: Sequence[int]) -> list[Record]:
    """All methods at each size before the next size; ours also at 1000 and in other dimensions."""
    jobs = [dict(kind="ask", method=m, n=n, d=6, seed=s) for n in sizes for s in seeds for m in methods]
    ours = [m for m in ("gp", "tpe") if m in methods]
    if max(sizes) >= 200:
        jobs += [dict(kind="ask", method=m, n=n, d=6, seed=s) for n in (500, 1000) for s in seeds[:3] for m in ours]
        jobs += [dict(kind="ask", method=m, n=100, d=d, seed=s) for d in (2, 20, 60) for s in seeds for m in ours]
    return jobs


# Micro ----------------------------------------------------------------------------------------------------------------


def timed(*functions: Callable[[], Any]) -> list[float]:
    """Median processor seconds of each function, called in turn."""
    times: list[list[float]] = [[] for _ in functions]
    stop = time.perf_counter() + 3
    for f in functions:
        f()
    while len(times[0]) < 5 or (time.perf_counter() < stop and len(times[0]) < 200):
        for f, t in zip(functions, times, strict=True):
            began, calls = time.process_time(), 0
            while time.process_time() - began < 2e-3:  # the clock is coarse
                f()
                calls += 1
            t.append((time.process_time() - began) / calls)
    return [float(np.median(t)) for t in times]


def pair(job: Record) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Ours and the peer's way to compute the same, on the same data."""
    n, rng = job["n"], np.random.default_rng(job["n"])
    X, X_new, l = rng.random((n, 6)), rng.random((5000, 6)), np.linspace(0.5, 1.5, 6)
    y = np.sin(3 * X).sum(axis=1)
    process = GaussianProcess(RBF(l, 2.0), 1e-4)
    if job["what"] == "log h at n values":
        from scipy.special import erfcx, ndtr

        z = rng.uniform(-30, 5, n)

        def with_erfcx() -> Any:  # Ament et al. (2023)
            t = np.minimum(z, -1)
            tail = np.log1p(t * np.sqrt(np.pi / 2) * erfcx(-t / np.sqrt(2))) - 0.5 * t**2 - 0.5 * np.log(2 * np.pi)
            return np.where(z > -1, np.log(np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) + z * ndtr(z)), tail)

        return lambda: log_h(z)[0], with_erfcx
    if job["what"] in ("Cholesky", "inverse of a triangle"):
        from scipy.linalg import cholesky, lapack

        K = process.kernel(X, X) + 1e-4 * np.eye(n)
        L = np.linalg.cholesky(K)
        if job["what"] == "Cholesky":
            return lambda: factorize(K), lambda: cholesky(K, lower=True, check_finite=False)
        return lambda: invert_triangle(L), lambda: lapack.dtrtri(L, lower=1)
    from sklearn.gaussian_process import GaussianProcessRegressor, kernels

    kernel = kernels.ConstantKernel(2.0) * kernels.RBF(l) + kernels.WhiteKernel(1e-4)
    peer = GaussianProcessRegressor(kernel, optimizer=None).fit(X, y)
    if job["what"] == "predict 5000 points":
        posterior = process.condition(X, y)
        return lambda: posterior.predict(X_new), lambda: peer.predict(X_new, return_std=True)

    def evidence() -> Any:
        posterior = process.condition(X, y)
        return posterior.log_marginal_likelihood, posterior.log_marginal_likelihood_gradient()

    theta = peer.kernel_.theta
    return evidence, lambda: peer.log_marginal_likelihood(theta, eval_gradient=True, clone_kernel=False)


def one_micro(job: Record) -> Record:
    """Processor seconds of ours and of the peer's; or milliseconds of the import."""
    if job["what"] == "import":
        code = (
            "import time, numpy; t = time.process_time(); import bayesopt_from_scratch; print(time.process_time() - t)"
        )
        runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True) for _ in range(job["n"])]
        return {
            "ours": float(np.median([float(run.stdout) for run in runs])),
            "least": min(float(run.stdout) for run in runs),
        }
    ours, theirs = pair(job)
    result = dict(zip(("ours", "theirs"), timed(ours, theirs), strict=True))
    got, expected = (np.asarray(answer[0] if isinstance(answer, tuple) else answer) for answer in (ours(), theirs()))
    return {**result, "difference": float(np.max(np.abs(got - expected)) / np.max(np.abs(expected)))}


def micro_jobs(sizes: Sequence[int]) -> list[Record]:
    """Pieces of which an ask is made."""
    whats = ["log h at n values"] if find_spec("scipy") else []
    jobs = [dict(kind="micro", what=what, n=n) for what in whats for n in (500, 5000)]
    if find_spec("sklearn"):
        whats = ["evidence and gradient", "predict 5000 points", "Cholesky", "inverse of a triangle"]
        jobs += [dict(kind="micro", what=what, n=n) for what in whats for n in sizes]
    return [*jobs, dict(kind="micro", what="import", n=15)]


def guarded(job: Record) -> Record:
    """Return the job with its result; whatever is raised is a result too."""
    warnings.simplefilter("ignore")
    try:
        return {**job, "result": {"regret": one_run, "ask": one_ask, "micro": one_micro}[job["kind"]](job)}
    except Exception as error:
        print(traceback.format_exc(), file=sys.stderr)
        return {**job, "result": {"error": f"{type(error).__name__}: {error}"[:300]}}


# Command line ---------------------------------------------------------------------------------------------------------


def numbers(text: str) -> list[int]:
    """Return 0:10 as 0 to 9, and 1,5 as 1 and 5."""
    return list(range(*map(int, text.split(":")))) if ":" in text else [int(part) for part in text.split(",")]


def chosen_problems(words: Sequence[str]) -> list[str]:
    """Names of problems, from names and groups; real ones where scikit-learn is installed."""
    for word in set(words) - {*PROBLEMS, "dev", "test"}:
        print(f"left out {word}: unknown", file=sys.stderr)
    chosen = [p for p in PROBLEMS.values() if p.name in words or p.group in words]
    missing = [p.name for p in chosen if p.real and not find_spec("sklearn")]
    if missing:
        print(f"left out {', '.join(missing)}: scikit-learn is not installed", file=sys.stderr)
    return [p.name for p in chosen if p.name not in missing]


def chosen_methods(words: Sequence[str]) -> list[str]:
    """Methods whose library is installed."""
    for word in words:
        if not METHODS[word].present:
            print(f"left out {word}: {METHODS[word].module} is not installed", file=sys.stderr)
    return [word for word in words if METHODS[word].present]


def regret_jobs(problems: Sequence[str], methods: Sequence[str], seeds: Sequence[int], trials: int, start: str) -> Any:
    """All problems and methods with one seed before the next seed."""
    names = ("kind", "problem", "method", "seed", "trials", "start")
    runs = [(problem, method, seed) for seed in seeds for problem in problems for method in methods]
    return [dict(zip(names, ("regret", *run, trials, start), strict=True)) for run in runs]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("command", nargs="?", choices=["regret", "ask", "micro", "report"])
    parser.add_argument("files", nargs="*", type=Path, help="results to report")
    parser.add_argument("--problems", nargs="+", default=["test"], help="dev, test, or names")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--seeds", type=numbers, default="0:10")
    parser.add_argument("--trials", type=int, default=50, help="also of the runs to report")
    parser.add_argument("--start", choices=["shared", "own"], default="shared", help="initial points")
    parser.add_argument("--sizes", type=numbers, default="10,25,50,100,200", help="observations, for ask")
    parser.add_argument("--results", type=Path, default=Path("results.jsonl"))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a little of everything, in about two minutes")
    parser.add_argument("--full", action="store_true", help="everything, overnight")
    given = parser.parse_args(arguments)
    methods, problems = chosen_methods(given.methods), chosen_problems(given.problems)
    if given.quick:
        given.trials, given.seeds, given.sizes, problems = 25, [0], [50], chosen_problems(QUICK)
        methods = [m for m in methods if m not in ("optuna-gp-exact", "optuna-tpe-multi", "optuna-tpe-uni")]
    if given.full:
        given.seeds, problems = list(range(20)), chosen_problems(["dev", "test"])
    every = given.quick or given.full
    if every or given.command == "regret":
        jobs = regret_jobs(problems, methods, given.seeds, given.trials, given.start)
        run_missing(jobs, guarded, given.results, given.workers)
    if every or given.command == "ask":  # alone on the machine, and in this process
        run_missing(ask_jobs(methods, given.seeds[:5], given.sizes), guarded, given.results)
    if every or given.command == "micro":
        sizes = [100] if given.quick else [50, 100, 200, 500, 1000]
        run_missing(micro_jobs(sizes), guarded, given.results)
    if every or given.command == "report":
        from benchmark_report import report

        records = [record for path in given.files or [given.results] for record in read(path)]
        alike = [r for r in records if (r.get("trials"), r.get("start")) in ((given.trials, given.start), (None, None))]
        report(alike, given.files[0] if given.files else given.results, given.methods)


if __name__ == "__main__":
    main()
