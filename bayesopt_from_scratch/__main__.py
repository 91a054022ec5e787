"""Command line: tune a real model five ways, or tune your own.

``python -m bayesopt_from_scratch`` tunes a neural network on handwritten digits by grid, random and genetic search, by
TPE and by a Gaussian process, with the same number of trainings each, and prints what each found and what it cost.

``python -m bayesopt_from_scratch tune FILE.py`` tunes the function ``train`` over the dict ``space`` of that file.
"""

import argparse
import runpy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .example.tuning_problem import SPACE, DigitsProblem
from .loop.minimize import minimize
from .loop.study import STRATEGIES, Study
from .search.trial import Trial

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.

    Returns
    -------
    int
        0, or 1 if nothing could be tuned. Wrong arguments end the process with code 2.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    command: Callable[[Sequence[str]], int] = _tune if arguments[:1] == ["tune"] else _main_job
    return command(arguments[1:] if command is _tune else arguments)


def _main_job(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m bayesopt_from_scratch", description=__doc__.split("\n\n")[1])
    parser.add_argument("--strategy", choices=list(STRATEGIES), help="only this one (default: all five)")
    parser.add_argument("--trials", type=_positive, default=36, help="trainings for each strategy (default: 36)")
    parser.add_argument("--seed", type=_natural, default=0, help="of the split of the data and of the search")
    parser.add_argument("--splits", type=_positive, default=1, help="repeat on that many splits of the data")
    parser.add_argument("--figure", type=Path, help="write the best value so far as a figure (needs matplotlib)")
    options = parser.parse_args(arguments)
    plot = _figure_writer(parser, options.figure)
    names = [options.strategy] if options.strategy else list(STRATEGIES)
    bests: dict[str, list[float]] = {name: [] for name in names}
    for seed in range(options.seed, options.seed + options.splits):
        print(f"Tuning a neural network on handwritten digits, split {seed}: minimize log cross-entropy.\n")
        problem = DigitsProblem(seed)
        studies = {}
        for name in names:
            progress = _progress(name, options.trials)
            studies[name] = minimize(
                problem, SPACE, n_trials=options.trials, strategy=name, seed=seed, on_trial=progress
            )
            bests[name].append(studies[name].best.value or 0.0)
        _print_table(problem, studies)
        plot(studies)
    if options.splits > 1:
        _print_wins(bests)
    return 0


def _tune(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m bayesopt_from_scratch tune", description=__doc__.split("\n\n")[2])
    parser.add_argument("file", type=Path, help="Python file that defines the dict `space` and the function `train`")
    parser.add_argument("--strategy", choices=list(STRATEGIES), default="gp", help="(default: gp)")
    parser.add_argument("--trials", type=_positive, default=30, help="number of trainings (default: 30)")
    parser.add_argument("--seed", type=_natural, default=0, help="of the search (default: 0)")
    parser.add_argument("--figure", type=Path, help="write the trials by hyperparameter (needs matplotlib)")
    options = parser.parse_args(arguments)
    plot = _figure_writer(parser, options.figure)
    if not options.file.is_file():
        parser.error(f"no such file: {options.file}")
    sys.path.insert(0, str(options.file.resolve().parent))  # as if the file were run: its neighbours can be imported
    namespace = runpy.run_path(str(options.file), run_name="tuned")
    missing = [name for name in ("space", "train") if name not in namespace]
    if missing:
        parser.error(f"{options.file} defines no {' and no '.join(missing)}")
    study = minimize(
        namespace["train"],
        namespace["space"],
        n_trials=options.trials,
        strategy=options.strategy,
        seed=options.seed,
        on_trial=_progress(options.strategy, options.trials),
    )
    print(f"\n{study}")
    if not any(trial.state == "done" for trial in study.trials):
        print("nothing to choose from: every trial failed", file=sys.stderr)
        return 1
    plot({options.strategy: study})
    return 0


def _progress(name: str, n_trials: int) -> Callable[[Study, Trial], None]:
    """Print a line per trial: number, value or error, best so far."""

    def print_line(study: Study, trial: Trial) -> None:
        outcome = f"failed: {trial.error}" if trial.value is None else f"{trial.value:10.4f}"
        done = any(t.state == "done" for t in study.trials)
        best = f"   best {study.best.value:10.4f}" if done else ""
        print(f"{name:8} {trial.number + 1:3}/{n_trials}  {outcome:.40}{best}", flush=True)

    return print_line


def _print_table(problem: DigitsProblem, studies: dict[str, Study]) -> None:
    print("\n                  best  error in  error on             surrogate   seconds   seconds")
    print("strategy     objective  cross-v.  held-out  trainings      calls  choosing  training")
    for name, study in studies.items():
        best, cost = study.best, study.ledger
        print(
            f"{name:10} {best.value:11.4f} {problem.cross_validation_error(best.params):9.2%} "
            f"{problem.held_out_error(best.params):9.2%} {cost.objective_calls:10} {cost.surrogate_predictions:10} "
            f"{cost.choosing_seconds:9.2f} {cost.objective_seconds:9.2f}"
        )
    winner = min(studies.values(), key=lambda study: study.best.value or 0.0)
    print("\nbest found: " + ", ".join(f"{name}={_short(value)}" for name, value in winner.best.params.items()) + "\n")


def _print_wins(bests: dict[str, list[float]]) -> None:
    print(f"over {len(bests[next(iter(bests))])} splits:")
    for name, values in bests.items():
        line = f"{name:8} mean of the best objective {sum(values) / len(values):8.4f}"
        if name != "random" and "random" in bests:
            wins = sum(value < random for value, random in zip(values, bests["random"], strict=True))
            line += f", better than random on {wins}"
        print(line)


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _figure_writer(parser: argparse.ArgumentParser, path: Path | None) -> Callable[[dict[str, Study]], None]:
    """Return what writes the figure, or complain before the first training if it could not."""
    if path is None:
        return lambda studies: None
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        parser.error("--figure needs matplotlib: pip install 'bayesopt_from_scratch[figures]'")
    if not path.absolute().parent.is_dir():
        parser.error(f"no such folder: {path.absolute().parent}")
    from .figures import plot_best_so_far, plot_trials, save

    def write(studies: dict[str, Study]) -> None:
        save(plot_best_so_far(studies) if len(studies) > 1 else plot_trials(*studies.values()), path)
        print(f"figure written to {path}")

    return write


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected 0 or more, got {number}")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {number}")
    return number


if __name__ == "__main__":
    sys.exit(main())
