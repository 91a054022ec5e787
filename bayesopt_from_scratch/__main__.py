"""Command line: tune a real model five ways, or tune your own; check your own code; prove a journal.

``python -m bayesopt_from_scratch`` tunes a neural network on handwritten digits by grid, random and genetic search, by
TPE and by a Gaussian process, with the same number of trainings each, and prints what each found and what it cost.

``python -m bayesopt_from_scratch tune FILE.py`` tunes the function ``train`` over the dict ``space`` of that file.

``python -m bayesopt_from_scratch check KIND module:name`` tries the laws of that kind on your code.

``python -m bayesopt_from_scratch replay FILE.jsonl`` derives every suggestion of a journal again, and compares.
"""

import argparse
import importlib.util
import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

from .example.tables import best_value, print_table, print_trial, print_wins
from .example.tuning_problem import SPACE, DigitsProblem
from .loop.minimize import minimize
from .loop.study import STRATEGIES, Study
from .replay import replay
from .search.parameter import Parameter

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
        0; or 1 if nothing could be tuned, a law is broken or a journal is not genuine. Wrong arguments, a damaged
        journal, a full disk and a broken executor end the process with code 2, Ctrl-C with 130.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    logging.basicConfig(format="%(message)s")
    if arguments[:1] == ["check"]:
        from .checks import command

        return command.main(arguments[1:])
    commands: dict[str, Callable[[Sequence[str]], int]] = {"tune": _tune, "replay": _replay}
    if arguments and arguments[0] in commands:
        return commands[arguments[0]](arguments[1:])
    return _main_job(arguments)


def _main_job(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "python -m bayesopt_from_scratch",
        description=_about(1),
        epilog="Other commands, each with its own --help: tune FILE.py | check KIND module:name | replay FILE.jsonl",
    )
    parser.add_argument("--strategy", choices=list(STRATEGIES), help="only this one (default: all five)")
    parser.add_argument("--trials", type=_at_least(1), default=36, help="trainings for each strategy (default: 36)")
    parser.add_argument("--seed", type=_at_least(0), default=0, help="of the split of the data and of the search")
    parser.add_argument("--splits", type=_at_least(1), default=1, help="repeat on that many splits of the data")
    _add_running(parser)
    parser.add_argument("--figure", type=_file, help="best value so far, or one strategy's trials (needs matplotlib)")
    options = parser.parse_args(arguments)
    if options.figure and options.splits > 1:
        parser.error("--figure shows one split of the data: leave --splits out, --seed says which")
    plot = _figure_writer(parser, options.figure)
    names = [options.strategy] if options.strategy else list(STRATEGIES)
    bests: dict[str, list[float]] = {name: [] for name in names}
    for seed in range(options.seed, options.seed + options.splits):
        print(f"Tuning a neural network on handwritten digits, split {seed}: minimize log cross-entropy.\n")
        problem, studies = DigitsProblem(seed), dict[str, Study]()
        for name in names:
            journal = options.journal and options.journal.with_stem(f"{options.journal.stem}-{name}-{seed}")
            run = {**vars(options), "strategy": name, "seed": seed, "journal": journal}
            studies[name] = _minimize(parser, problem, SPACE, argparse.Namespace(**run))
            bests[name].append(best_value(studies[name]))
        print_table(problem, studies)
        if found := {name: study for name, study in studies.items() if best_value(study) < float("inf")}:
            plot(found)
    if options.splits > 1:
        print_wins(bests)
    return 1 if min(map(min, bests.values())) == float("inf") else 0


def _tune(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m bayesopt_from_scratch tune", description=_about(2))
    parser.add_argument("file", type=Path, help="Python file that defines the dict `space` and the function `train`")
    parser.add_argument("--strategy", choices=list(STRATEGIES), default="gp", help="(default: gp)")
    parser.add_argument("--trials", type=_at_least(1), default=30, help="number of trainings (default: 30)")
    parser.add_argument("--seed", type=_at_least(0), default=0, help="of the search (default: 0)")
    _add_running(parser)
    parser.add_argument("--figure", type=_file, help="write the trials by hyperparameter (needs matplotlib)")
    options = parser.parse_args(arguments)
    plot = _figure_writer(parser, options.figure)
    if not options.file.is_file():
        parser.error(f"{'this is a folder' if options.file.is_dir() else 'no such file'}: {options.file}")
    train, space = _load(parser, options.file)
    study = _minimize(parser, train, space, options)
    print(f"\n{study}")
    if not any(trial.state == "done" for trial in study.trials):
        print(f"nothing to choose from: every trial failed, first with {study.trials[0].error:.300}", file=sys.stderr)
        return 1
    plot({options.strategy: study})
    return 0


def _replay(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m bayesopt_from_scratch replay", description=_about(4))
    parser.add_argument("file", type=Path, help="a journal")
    options = parser.parse_args(arguments)
    try:
        print(f"all {replay(options.file)} suggestions derived again, each equal to the recorded one")
    except OSError as error:
        parser.error(str(error))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _about(paragraph: int) -> str:
    return (__doc__ or "").split("\n\n")[paragraph].strip()


def _add_running(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how trials are run."""
    parser.add_argument("--workers", type=_at_least(1), default=1, help="processes that train at once (default: 1)")
    parser.add_argument("--journal", type=_file, help="file of all events, call again after a crash: its trials count")


def _load(parser: argparse.ArgumentParser, file: Path) -> tuple[Any, Any]:
    """Return train and space of a file, imported under its own name, so that worker processes find it too."""
    sys.path.insert(0, str(file.resolve().parent))  # as if the file were run: its neighbours can be imported
    if file.stem in {*sys.stdlib_module_names, "numpy", "bayesopt_from_scratch"}:
        parser.error(f"{file} has the name of another module; rename it, since worker processes import it by name")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        parser.error(f"not a Python file: {file}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != spec.origin:  # ours, and the import's
            trace = trace.tb_next
        if trace is None and isinstance(error, SyntaxError):
            parser.error(f"{file}, line {error.lineno or 1}: {error.msg}")
        parser.exit(2, "".join(traceback.format_exception(error.with_traceback(trace))))
    if missing := [name for name in ("space", "train") if not hasattr(module, name)]:
        parser.error(f"{file} defines no {' and no '.join(missing)}")
    return module.train, module.space


def _minimize(
    parser: argparse.ArgumentParser, train: Any, space: dict[str, Parameter], options: argparse.Namespace
) -> Study:
    """Minimize with a line per trial; what is wrong with the arguments or the journal ends the process."""
    name, n, seed, workers, journal = (vars(options)[k] for k in ("strategy", "trials", "seed", "workers", "journal"))
    show = partial(print_trial, name, n)
    try:
        study = minimize(
            train, space, n_trials=n, strategy=name, seed=seed, n_parallel=workers, journal=journal, on_trial=show
        )
    except (ValueError, OSError, RuntimeError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(130, f"\ninterrupted{f'; the same command goes on with {journal}' if journal else ''}\n")
    if len(study.trials) < n:
        print(f"{name:8} ends here: the {'grid' if name == 'grid' else 'space'} has {len(study.trials)} points")
    return study


def _figure_writer(parser: argparse.ArgumentParser, path: Path | None) -> Callable[[dict[str, Study]], None]:
    """Return what writes the figure, or complain before the first training if it could not."""
    if path is None:
        return lambda studies: None
    try:
        from matplotlib.figure import Figure
    except ImportError:
        parser.error("--figure needs matplotlib: pip install matplotlib")
    if path.suffix[1:].lower() not in (known := Figure().canvas.get_supported_filetypes()):
        parser.error(f"--figure {path}: expected a name that ends in one of {', '.join(f'.{k}' for k in known)}")
    from .figures import plot_best_so_far, plot_trials, save

    def write(studies: dict[str, Study]) -> None:
        save(plot_best_so_far(studies) if len(studies) > 1 else plot_trials(*studies.values()), path)
        print(f"figure written to {path}")

    return write


def _file(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"expected a file in a folder that exists, got {path}")
    return path


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"expected {least} or more, got {text}")
        return int(text)

    return number


if __name__ == "__main__":
    cast(Any, sys.stdout).reconfigure(errors="backslashreplace")  # the error of a trial may hold any character
    sys.exit(main())
