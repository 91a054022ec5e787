"""What do the results of the benchmark say? Tables in Markdown, and two figures if matplotlib is installed."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from benchmark_methods import METHODS
from benchmark_problems import PROBLEMS

Record = dict[str, Any]
Runs = dict[tuple[str, int], dict[str, Any]]  # (problem, seed) -> method -> regret after 1, 2, ... trials

FLOOR, FLOOR_REAL = 1e-5, 1e-2
OURS = ["gp", "tpe", "random", "genetic", "grid"]
RIVALS = {
    "gp": ["optuna-gp", "optuna-gp-exact", "skopt", "bayes-opt", "botorch"],
    "tpe": ["optuna-tpe", "optuna-tpe-multi", "optuna-tpe-uni", "hyperopt"],
}
CHECKPOINTS = (25, 50)


def regrets(records: Sequence[Record]) -> Runs:
    """Regret of each run, as a share of the median initial point's; infinite where the method failed."""
    records = [r for r in records if r["kind"] == "regret" and r["problem"] in PROBLEMS]
    least: dict[str, float] = defaultdict(lambda: np.inf)
    typical: dict[tuple[str, int], float] = {}
    for r in records:
        if "error" not in r["result"]:
            least[r["problem"]] = min(least[r["problem"]], *r["result"]["best"])
            typical[r["problem"], r["seed"]] = r["result"]["typical"]
    runs: Runs = defaultdict(dict)
    for r in records:
        problem, key = PROBLEMS[r["problem"]], (r["problem"], r["seed"])
        best = np.full(r["trials"], np.inf)
        if "error" not in r["result"]:
            values = r["result"]["best"]
            best[:] = values + values[-1:] * (r["trials"] - len(values))  # a grid may end before the others
        optimum = least[problem.name] if problem.optimum is None else problem.optimum
        scale = typical.get(key, optimum + 1) - optimum
        runs[key][r["method"]] = np.maximum((best - optimum) / scale, FLOOR_REAL if problem.real else FLOOR)
    return runs


def complete(runs: Runs, methods: Sequence[str]) -> Runs:
    """Problems and seeds that all of the methods have met."""
    return {key: run for key, run in runs.items() if all(method in run for method in methods)}


def ranks(values: Any) -> Any:
    """Ranks from 1 along the last axis, equal values sharing the mean of theirs."""
    below = (values[..., None, :] < values[..., :, None]).sum(-1)
    equal = (values[..., None, :] == values[..., :, None]).sum(-1)
    return below + (equal + 1) / 2


def by_problem(runs: Runs, statistic: Callable[[Any], Any], keep: Callable[[Any], bool]) -> Any:
    """Mean of a statistic of the runs over the seeds of each problem, one row per problem."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for (name, _), run in runs.items():
        if keep(PROBLEMS[name]):
            groups[name].append(statistic(run))
    return np.array([np.mean(group, axis=0) for group in groups.values()])


def bootstrap(rows: Any) -> tuple[Any, Any, Any]:
    """Mean over problems, and its 95 % interval if other problems of the kind had been chosen."""
    draws = np.random.default_rng(0).integers(len(rows), size=(1000, len(rows)))
    low, high = np.percentile(rows[draws].mean(axis=1), [2.5, 97.5], axis=0)
    return rows.mean(axis=0), low, high


def checkpoints(runs: Runs) -> list[int]:
    """Numbers of trials to report, none beyond the end of a run."""
    length = min((len(trace) for run in runs.values() for trace in run.values()), default=0)
    return [t for t in CHECKPOINTS if t <= length] or [length]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def kinds(group: str) -> dict[str, Callable[[Any], bool]]:
    """Parts of a group of problems."""
    return {
        "all": lambda p: p.group == group,
        "synthetic": lambda p: p.group == group and not p.real,
        "real": lambda p: p.group == group and p.real,
    }


def rank_table(runs: Runs, group: str, methods: Sequence[str]) -> str:
    """Average rank with its interval, best first."""
    runs, cells = complete(runs, methods), {}
    for t in checkpoints(runs):
        for part, keep in kinds(group).items():
            rows = by_problem(runs, lambda run, t=t: ranks(np.array([_at(run[m], t) for m in methods])), keep)
            if len(rows):
                cells[f"{t} trials, {part} ({len(rows)})"] = (len(rows) > 1, *bootstrap(rows))
    if not cells:
        return "No problem and seed that all of these methods have met.\n"
    last = [name for name in cells if ", all" in name][-1]
    order = np.argsort(cells[last][1], kind="stable")
    body = [
        [
            methods[i],
            *(
                f"{mean[i]:.2f}" + (f" ({low[i]:.1f} to {high[i]:.1f})" if several else "")
                for several, mean, low, high in cells.values()
            ),
        ]
        for i in order
    ]
    return table(["average rank", *cells], body)


def paired_table(runs: Runs, group: str) -> str:
    """Differences of log10 regret between ours and each peer, on what both have met."""
    body, parts = [], kinds(group)
    for ours, peers in RIVALS.items():
        for peer in peers:
            both, row = complete(runs, [ours, peer]), [f"{ours} - {peer}"]
            for t in checkpoints(runs):
                for keep in parts.values():
                    d = by_problem(both, lambda run, t=t, o=ours, p=peer: _log_ratio(run[o], run[p], t), keep)
                    error = f" ± {d.std() / (len(d) - 1) ** 0.5:.2f}" if len(d) > 1 else ""
                    row.append(f"{d.mean():+.2f}{error}" if len(d) else "")
            d = [
                _log_ratio(run[ours], run[peer], checkpoints(runs)[-1])
                for (p, _), run in both.items()
                if parts["all"](PROBLEMS[p])
            ]
            if d:
                body.append([*row, f"{sum(x < 0 for x in d)} / {sum(x == 0 for x in d)} / {sum(x > 0 for x in d)}"])
    columns = [f"{t}, {part}" for t in checkpoints(runs) for part in parts]
    return table(["log10 regret, trials", *columns, "better / equal / worse"], body)


def problem_table(runs: Runs, group: str, methods: Sequence[str]) -> str:
    """Mean log10 regret at the end, problem by problem; the least in bold."""
    body = []
    for problem in PROBLEMS.values():
        keys = [key for key in complete(runs, methods) if key[0] == problem.name and problem.group == group]
        if keys:
            logs = np.mean(
                [[np.log10(_at(runs[key][m], checkpoints(runs)[-1])) for m in methods] for key in keys], axis=0
            )
            cells = [f"**{x:.2f}**" if x == logs.min() else f"{x:.2f}" for x in logs]
            body.append([problem.name, "real" if problem.real else "synthetic", problem.group, str(len(keys)), *cells])
    return table(["log10 regret", "kind", "set", "seeds", *methods], body)


def medians(records: Sequence[Record], d: int = 6) -> dict[str, dict[int, float]]:
    """Seconds per ask: method, number of observations, median."""
    times: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for r in records:
        if r["kind"] == "ask" and r["d"] == d and "error" not in r["result"]:
            times[r["method"]][r["n"]].append(r["result"]["seconds"])
    return {m: {n: float(np.median(t)) for n, t in sorted(by_n.items())} for m, by_n in times.items()}


def ask_tables(records: Sequence[Record]) -> str:
    """Milliseconds per ask; ours over each peer's; growth with the dimension; memory."""
    times = medians(records)
    sizes = sorted({n for by_n in times.values() for n in by_n})
    header = ["6 dimensions, observations", *map(str, sizes)]
    cell = [[m, *(f"{1e3 * t[n]:.3g}" if n in t else "" for n in sizes)] for m, t in times.items()]
    ratio = [
        [f"{ours} / {peer}", *(f"{times[ours][n] / t[n]:.2f}" if n in t and n in times[ours] else "" for n in sizes)]
        for ours, peers in RIVALS.items()
        for peer, t in times.items()
        if peer in peers and ours in times
    ]
    dims = sorted({r["d"] for r in records if r["kind"] == "ask"})
    grow = [[m, *(f"{1e3 * medians(records, d).get(m, {}).get(100, np.nan):.3g}" for d in dims)] for m in ("gp", "tpe")]
    peaks = [r["result"]["peak_bytes"] / 1e6 for r in records if "peak_bytes" in r["result"]]
    text = "Milliseconds per ask\n\n" + table(header, cell) + "\nRatios\n\n" + table(header, ratio)
    text += "\nMilliseconds per ask with 100 observations\n\n" + table(["dimensions", *map(str, dims)], grow)
    return text + (f"\nMemory peak of a gp ask with 1000 observations: {np.median(peaks):.0f} MB\n" if peaks else "")


def micro_table(records: Sequence[Record]) -> str:
    """Ours beside scikit-learn's and SciPy's."""
    body = []
    for r in records:
        x = r["result"]
        if r["kind"] == "micro" and "theirs" in x:
            times = [f"{1e3 * x['ours']:.3g}", f"{1e3 * x['theirs']:.3g}", f"{x['ours'] / x['theirs']:.2f}"]
            body.append([r["what"], str(r["n"]), *times, f"{x['difference']:.0e}"])
        elif r["kind"] == "micro" and "ours" in x:
            body.append(
                ["import, over numpy's own", "", f"{1e3 * x['ours']:.3g} (least {1e3 * x['least']:.3g})", "", "", ""]
            )
    return table(["", "n", "ours, ms", "theirs, ms", "ratio", "largest difference"], body)


def report(records: Sequence[Record], path: Path, methods: Sequence[str] = tuple(METHODS)) -> None:
    """Print the tables that the records allow, and draw the figures beside the file."""
    runs = regrets(records)
    for group in ("dev", "test"):
        own = {key: run for key, run in runs.items() if PROBLEMS[key[0]].group == group}
        met = [m for m in methods if any(m in run for run in own.values())]
        if own:
            print(f"## Regret, {group} set: {len(complete(own, met))} problems and seeds that all have met\n")
            print(rank_table(own, group, met), paired_table(own, group), problem_table(own, group, met), sep="\n")
            if find_spec("matplotlib") and complete(own, met):
                draw_regret(complete(own, met), met, path.with_name(f"{path.name.split('.')[0]}-{group}.svg"))
    failed = [r for r in records if "error" in r["result"]]
    if failed:
        print("## Failed runs\n")
        for r in failed:
            print("- " + " ".join(str(v) for k, v in r.items() if k != "result") + f": {r['result']['error']}")
        print()
    if any(r["kind"] == "ask" for r in records):
        print("## Seconds per ask\n\n" + ask_tables(records))
        if find_spec("matplotlib"):
            draw_ask(medians(records), path.with_name(f"{path.name.split('.')[0]}-ask.svg"))
    if any(r["kind"] == "micro" for r in records):
        print("## Pieces\n\n" + micro_table(records))


def draw_regret(runs: Runs, methods: Sequence[str], path: Path) -> None:
    """Average rank, and geometric mean of the regret, against the number of trials, with bootstrap intervals."""
    from bayesopt_from_scratch.figures import save

    figure, axes = panels(2)
    length = min(len(trace) for run in runs.values() for trace in run.values())
    start = min(10, length - 1)  # where all begin with the same points, all are equal until then
    x = np.arange(start + 1, length + 1)

    def traces(run: Any, failed: float) -> Any:
        traces = np.array([run[m][start:length] for m in methods])
        return np.where(np.isinf(traces), failed, traces)

    rank = bootstrap(by_problem(runs, lambda run: ranks(traces(run, np.inf).T).T, lambda p: True))
    score = tuple(10**a for a in bootstrap(by_problem(runs, lambda run: np.log10(traces(run, 1.0)), lambda p: True)))
    for ax, (mean, low, high), label in zip(
        axes, (rank, score), ("average rank", "regret / initial regret"), strict=True
    ):
        for i, method in enumerate(methods):
            ax.plot(x, mean[i], label=method, **look(method))
            ax.fill_between(x, low[i], high[i], color=look(method)["color"], alpha=0.07, linewidth=0)
        ax.set_xlabel("trials")
        ax.set_ylabel(label)
    axes[1].set_yscale("log")
    axes[1].legend(frameon=False, labelcolor=GREY, loc="center left", bbox_to_anchor=(1, 0.5))
    save(figure, path)


def draw_ask(times: dict[str, dict[int, float]], path: Path) -> None:
    """Seconds per ask against the number of observations."""
    from bayesopt_from_scratch.figures import save

    figure, (ax,) = panels(1)
    for method, by_n in times.items():
        ax.plot(list(by_n), list(by_n.values()), marker=".", label=method, **look(method))
    ax.set(xscale="log", yscale="log", xlabel="observations", ylabel="seconds per ask")
    ax.legend(frameon=False, labelcolor=GREY, loc="center left", bbox_to_anchor=(1, 0.5))
    save(figure, path)


GREY = "#7a7a7a"  # legible on white and on black
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito


def look(method: str) -> Record:
    """Ours in full lines, the others broken."""
    if method in OURS:
        return {"color": COLOURS[OURS.index(method)], "linestyle": "-", "linewidth": 2.2}
    i = [m for m in METHODS if m not in OURS].index(method)
    return {"color": COLOURS[i % len(COLOURS)], "linestyle": ("--", ":")[i // len(COLOURS)], "linewidth": 1.4}


def panels(n: int) -> tuple[Any, list[Any]]:
    """Return a figure of n panels in the style of the package's own."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.8 * n + 1.6, 4.2), layout="constrained")
    axes = list(figure.subplots(1, n, squeeze=False)[0])
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(GREY)
        ax.tick_params(colors=GREY, which="both")
        ax.xaxis.label.set_color(GREY)
        ax.yaxis.label.set_color(GREY)
        ax.patch.set_alpha(0)
    return figure, axes


def _at(trace: Any, t: int) -> float:
    return float(trace[min(t, len(trace)) - 1])


def _log_ratio(ours: Any, theirs: Any, t: int) -> float:
    """Difference of log10 regret; a run that failed is as bad as nothing learned at all."""
    a, b = (min(_at(trace, t), 1.0) if np.isinf(_at(trace, t)) else _at(trace, t) for trace in (ours, theirs))
    return float(np.log10(a) - np.log10(b))
