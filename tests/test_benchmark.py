"""The benchmark measures what it says: optima are optima, a file of results goes on, tables count right."""

import importlib
import json
import math
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bayesopt_from_scratch import Float, Space, Study

TUTORIALS = Path(__file__).parent.parent / "tutorials"
sys.path.insert(0, str(TUTORIALS))
benchmark = importlib.import_module("benchmark")
methods = importlib.import_module("benchmark_methods")
problems = importlib.import_module("benchmark_problems")
results = importlib.import_module("benchmark_report")

SYNTHETIC = pytest.mark.parametrize("problem", problems.SYNTHETIC, ids=lambda problem: problem.name)


@SYNTHETIC
def test_no_point_is_below_the_optimum(problem: Any) -> None:
    space, rng = Space(problem.space), np.random.default_rng(0)
    best = space.check(problem.best)
    (u,) = np.nan_to_num(space.to_unit([best]), nan=0.5)
    near = np.clip(u + 10 ** rng.uniform(-6, -0.5, (300, 1)) * rng.standard_normal((300, len(u))), 0, 1)
    values = [problem.value(space.from_unit(point)) for point in [*rng.random((300, len(u))), *near]]
    assert min(values) >= problem.optimum - 1e-9
    close = min(problem.value(space.from_unit(u + 1e-7 * s)) for s in (-1, 1))
    assert close - problem.optimum < 1e-4  # and it is no isolated point


@SYNTHETIC
def test_the_optimum_is_off_centre(problem: Any) -> None:
    space = Space(problem.space)
    assert problem.value(space.from_unit([0.5] * len(space.axes))) > problem.optimum + 1e-2


def test_known_optima() -> None:
    known = {"branin": 0.397887, "hartmann3": -3.86278, "hartmann6": -3.32237, "camel": -1.0316285}
    known |= {"styblinski5": -39.16617 * 5, "levy4": 0.0, "ackley5": 0.0, "rastrigin3": 0.0, "tree": 0.0}
    for name, optimum in known.items():
        assert problems.PROBLEMS[name].optimum == pytest.approx(optimum, abs=1e-4)


def test_groups_share_no_problem() -> None:
    assert len({problem.name for problem in problems.SYNTHETIC}) == len(problems.SYNTHETIC)
    assert {problem.group for problem in problems.SYNTHETIC} == {"dev", "test"}


def test_inactive_parameters_are_dropped() -> None:
    space = Space(problems.DEEP_TREE)
    flat = dict(rate=0.1, optimizer="adam", momentum=0.5, schedule="cosine", period=3, decay=0.1)
    assert methods.active(space, flat) == {"rate": 0.1, "optimizer": "adam"}
    assert methods.active(space, flat | {"optimizer": "sgd"}) == flat | {"optimizer": "sgd"}
    for seed in range(20):
        params = dict(Study(methods.flatten(space), "random", seed=seed).ask().params)
        space.check(methods.active(space, params))


def test_all_begin_with_the_same_points_and_noise() -> None:
    job = dict(kind="regret", problem="levy3-noisy", seed=3, trials=12, start="shared")
    runs = [benchmark.one_run(job | {"method": method}) for method in ("random", "genetic", "tpe")]
    assert runs[0]["best"][:10] == runs[1]["best"][:10] == runs[2]["best"][:10]
    assert len(runs[0]["best"]) == 12
    assert benchmark.one_run(job | {"method": "random"})["best"] == runs[0]["best"]
    assert benchmark.one_run(job | {"method": "random", "seed": 4})["best"] != runs[0]["best"]


def test_a_file_goes_on_where_it_ends(tmp_path: Path) -> None:
    path, ran = tmp_path / "results.jsonl", []

    def run(job: Any) -> Any:
        ran.append(job["seed"])
        return {**job, "result": {"best": [1.0]}}

    jobs = [dict(kind="regret", seed=seed, problem="camel") for seed in range(4)]
    benchmark.run_missing(jobs[:2], run, path)
    with path.open("a") as file:
        file.write('{"kind": "regret", "se')  # killed while it wrote
    benchmark.run_missing(jobs, run, path)
    assert ran == [0, 1, 2, 3]
    assert [record["seed"] for record in benchmark.read(path)] == [0, 1, 2, 3]
    benchmark.run_missing(jobs, run, path)
    assert len(ran) == 4


def test_a_method_that_raises_is_a_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def explode(*_: Any) -> Any:
        raise ZeroDivisionError("no library is perfect")

    monkeypatch.setitem(methods.METHODS, "random", methods.Entry(explode))
    jobs = benchmark.regret_jobs(["camel"], ["random", "genetic"], [0], 12, "shared")
    benchmark.run_missing(jobs, benchmark.guarded, tmp_path / "results.jsonl")
    failed, done = benchmark.read(tmp_path / "results.jsonl")
    assert failed["result"] == {"error": "ZeroDivisionError: no library is perfect"}
    assert len(done["result"]["best"]) == 12


def made_up(problem: str, method: str, seed: int, best: list[float] | None) -> dict[str, Any]:
    result = {"error": "E"} if best is None else {"best": best, "typical": 10.0, "seconds": 0.0}
    job = dict(kind="regret", problem=problem, method=method, seed=seed, trials=50, start="shared")
    return json.loads(json.dumps({**job, "result": result}))


def test_ranks_share_ties_and_failures_come_last() -> None:
    assert results.ranks(np.array([[0.1, 0.3, 0.1, math.inf]])).tolist() == [[1.5, 3, 1.5, 4]]


def test_tables_of_made_up_results() -> None:
    records = [made_up("rastrigin3", "gp", seed, [1.0] * 50) for seed in range(2)]
    records += [made_up("rastrigin3", "skopt", seed, [5.0] * 20 + [10.0 ** (seed + 1)] * 30) for seed in range(2)]
    records += [made_up("rastrigin3", "botorch", seed, None) for seed in range(2)]
    records.append(made_up("rastrigin3", "gp", 2, [1.0] * 50))  # the others have not met this seed
    runs = results.regrets(records)
    assert runs["rastrigin3", 0]["gp"][0] == pytest.approx(0.1)
    assert len(results.complete(runs, ["gp", "skopt"])) == 2
    rank = results.rank_table(runs, "test", ["botorch", "skopt", "gp"]).splitlines()
    assert [line.split("|")[1].strip() for line in rank[2:]] == ["gp", "skopt", "botorch"]
    assert "| gp | 1.00 | 1.00 |" in rank[2]  # one problem: no interval
    paired = results.paired_table(runs, "test").splitlines()
    assert "| -1.50 |" in paired[2] and "2 / 0 / 0" in paired[2]  # log10 of 1/10 and 1/100
    assert "gp - botorch | -1.00" in paired[3]  # a failed run is as bad as nothing learned
    assert "| rastrigin3 | synthetic | test | 2 | **-1.00** | 0.50 |" in results.problem_table(
        runs, "test", ["gp", "skopt"]
    )


def test_short_run_keeps_its_last_value() -> None:
    trace = results.regrets([made_up("rastrigin3", "grid", 0, [4.0, 2.0])])["rastrigin3", 0]["grid"]
    assert len(trace) == 50 and trace[-1] == pytest.approx(0.2)


def test_bootstrap_interval_holds_the_mean() -> None:
    mean, low, high = results.bootstrap(np.array([[0.0, 1.0], [2.0, 1.0]]))
    assert mean.tolist() == [1, 1] and low.tolist() == [0, 1] and high.tolist() == [2, 1]


def test_errors_are_over_problems() -> None:
    records = [made_up(p, "gp", s, [1.0] * 25) | {"trials": 25} for p in ("rastrigin3", "levy4") for s in range(5)]
    records += [made_up("rastrigin3", "skopt", s, [1.0] * 25) | {"trials": 25} for s in range(5)]
    records += [made_up("levy4", "skopt", s, [100.0] * 25) | {"trials": 25} for s in range(5)]
    runs = results.regrets(records)
    row = results.paired_table(runs, "test").splitlines()[2]
    assert row.split("|")[2].strip() == "-1.00 ± 1.00" and "5 / 5 / 0" in row  # of 0 and -2, five times each
    assert results.checkpoints(runs) == [25]
    assert "50 trials" not in results.rank_table(runs, "test", ["gp", "skopt"])
    assert "| gp | 1.25 (1.0 to 1.5) |" in results.rank_table(runs, "test", ["gp", "skopt"])


def test_medians_of_asks() -> None:
    records = [dict(kind="ask", method="gp", n=10, d=6, seed=s, result={"seconds": t}) for s, t in enumerate([1, 9, 2])]
    records += [dict(kind="ask", method="skopt", n=10, d=6, seed=0, result={"seconds": 8.0})]
    assert results.medians(records)["gp"] == {10: 2.0}
    assert "| gp / skopt | 0.25 |" in results.ask_tables(records)


def test_one_ask_is_timed() -> None:
    result = benchmark.guarded(dict(kind="ask", method="gp", n=12, d=2, seed=0))["result"]
    assert set(result) == {"seconds"} and result["seconds"] >= 0


def test_numbers_of_the_command_line() -> None:
    assert benchmark.numbers("0:3") == [0, 1, 2] and benchmark.numbers("1,5") == [1, 5]
    assert set(benchmark.chosen_problems(["camel", "dev"])) >= {"camel", "branin"}
    assert "levy4" not in benchmark.chosen_problems(["dev"])


@pytest.mark.parametrize("installed", [None, object()])
def test_problems_that_cannot_be_run_are_left_out_with_a_line(
    installed: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark, "find_spec", lambda name: installed)
    chosen = benchmark.chosen_problems(["camel", "svr-diabetes", "nonsense"])
    assert chosen == (["camel", "svr-diabetes"] if installed else ["camel"])
    assert ("left out svr-diabetes: scikit-learn is not installed" in capsys.readouterr().err) is (installed is None)


def test_spaces_are_read_by_the_package() -> None:
    for problem in problems.SYNTHETIC:
        assert math.isfinite(problem.value(Study(problem.space, "random").ask().params))
    assert methods.plain(Float(1e-4, 1.0), np.float64(9.9e-5)) == 1e-4


def test_the_page_of_results_follows_from_its_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, update = TUTORIALS / "benchmark.md", bool(os.environ.get("UPDATE"))
    records = benchmark.read(TUTORIALS / "benchmark.jsonl.gz")
    results.report(records, (TUTORIALS / "figures" if update else tmp_path) / "benchmark.jsonl.gz")
    tables = capsys.readouterr().out.strip()
    words, mark, printed = page.read_text().partition("<!-- tables -->\n")
    if update:
        page.write_text(f"{words}{mark}\n{tables}\n")
    else:
        assert printed.strip() == tables
        in_short = re.findall(
            r"^\| (\S+) \| (\d\.\d\d) \| (\d\.\d\d) \|$", (TUTORIALS.parent / "README.md").read_text(), re.M
        )
        rank = tables[tables.index("## Regret, test set") :]
        assert len(in_short) == 10
        for method, after_25, after_50 in in_short:
            assert re.search(rf"^\| {method} \| {after_25} (.*\|){{3}} {after_50} \(", rank, re.M), method
