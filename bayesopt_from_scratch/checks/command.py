"""How are the laws tried from the command line?

``python -m bayesopt_from_scratch check acquisition solution.py:expected_improvement`` prints a line for each law, then
what is broken, with the smallest counterexample.
"""

import argparse
import ast
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from .adapters import from_course_gp, from_course_optimizer, from_sklearn
from .drive import LEVELS
from .law import KINDS
from .report import Report

__all__ = ["main"]

#: (what --as names, kind) -> keywords of the check
_ADAPTERS: dict[tuple[str, str], Callable[[Any], dict[str, Any]]] = {
    ("course", "kernel"): lambda cls: from_course_gp(cls).kernel,
    ("course", "surrogate"): lambda cls: from_course_gp(cls).surrogate,
    ("course", "acquisition"): from_course_optimizer,
    ("sklearn", "surrogate"): lambda regressor: {
        "predict" if hasattr(regressor, "fit") and not isinstance(regressor, type) else "make": from_sklearn(regressor),
        "empty": False,  # they do not fit no data
    },
    ("predict", "surrogate"): lambda predict: {"predict": predict},
}


class _Wrong(Exception):
    """The command line asks for something that is not there."""


def main(arguments: Sequence[str]) -> int:
    """Try the laws of one kind on something that is named by module or file.

    Parameters
    ----------
    arguments : sequence of str
        What stands after ``check``.

    Returns
    -------
    int
        0 if no law is broken, 1 if one is, 2 if the arguments make no sense or the subject cannot be imported.
    """
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:  # it has said why
        return int(stop.code or 0)
    try:
        report = _check(options)
    except (_Wrong, ValueError) as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    _show(report.to_json() if options.json else "\n".join([report.table(), *_details(report)]))
    return 0 if report.ok else 1


def _details(report: Report) -> list[str]:
    """What is broken, after an empty line."""
    return [] if report.ok else ["", report.details()]


def _show(text: str) -> None:
    """Print; whoever reads may stop reading, as ``head`` does."""
    try:
        print(text, flush=True)
    except BrokenPipeError:  # Python flushes once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    """Define what may stand on the command line."""
    parser = argparse.ArgumentParser(
        "python -m bayesopt_from_scratch check",
        description="Try the laws of a kind on your code.",
        epilog="The options of a kind are documented in Python: help(bayesopt_from_scratch.checks.check_kernel) etc.",
    )
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("subject", metavar="MODULE:NAME", help="or FILE.py:NAME")
    parser.add_argument("--level", choices=LEVELS, default="default", help="%(choices)s (default: %(default)s)")
    parser.add_argument("--max-examples", type=int, metavar="N", help="cases for each law, instead of a level")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="draw other cases")
    parser.add_argument("--only", nargs="+", metavar="ID", help="only these laws, such as E1 E4")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--as", dest="adapter", choices=sorted({name for name, _ in _ADAPTERS}), help=(
        "course: a class of the course interface; sklearn: a regressor, or a function that makes one; "
        "predict: predict(X, y, X_new) that sets its own hyperparameters"))  # fmt: skip
    parser.add_argument("--set", dest="pairs", action="append", default=[], metavar="KEY=VALUE", help=(
        "a convention, such as returns=variance, or an ability, such as lml=NAME or lml=MODULE:NAME"))  # fmt: skip
    return parser


def _check(options: argparse.Namespace) -> Report:
    """Find everything that is named, and try the laws."""
    from .. import checks

    check: Callable[..., Report] = getattr(checks, f"check_{options.kind}")
    module, subject = _find(options.subject)
    given: dict[str, Any] = {next(iter(inspect.signature(check).parameters)): subject}
    if options.adapter:
        if (options.adapter, options.kind) not in _ADAPTERS:
            raise _Wrong(f"--as {options.adapter} does not make a {options.kind}")
        given = _ADAPTERS[options.adapter, options.kind](subject)
    given |= {key: value for key, value in (_pair(check, module, text) for text in options.pairs)}
    report = check(**given, level=options.level, max_examples=options.max_examples, seed=options.seed,
                   only=options.only, on_fail="report")  # fmt: skip
    return Report(report.kind, options.subject, report.rows, report.diagnosis)


def _find(text: str) -> tuple[ModuleType, Any]:
    """Import MODULE:NAME or FILE.py:NAME."""
    where, colon, name = text.rpartition(":")
    if not colon or not where or not name:
        raise _Wrong(f"expected MODULE:NAME or FILE.py:NAME, got {text}")
    try:
        module = _from_file(Path(where)) if where.endswith(".py") else importlib.import_module(where)
    except (Exception, SystemExit) as error:
        raise _Wrong(f"cannot import {where}: {type(error).__name__}: {' '.join(str(error).split())}") from error
    try:
        return module, attrgetter(name)(module)
    except AttributeError:
        raise _Wrong(f"{where} has no {name}") from None


def _from_file(file: Path) -> ModuleType:
    """Import a file as if it were run: its neighbours can be imported, whatever its name is."""
    if not file.is_file():
        raise FileNotFoundError("no such file")
    sys.path.insert(0, str(file.resolve().parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None  # its name ends with .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def _pair(check: Callable[..., Report], module: ModuleType, text: str) -> tuple[str, Any]:
    """Read KEY=VALUE: a word, number or boolean where the option is one, otherwise the name of a function."""
    key, equals, value = text.partition("=")
    known = {name: p for name, p in inspect.signature(check).parameters.items() if p.kind is p.KEYWORD_ONLY}
    if not equals or key not in known:
        raise _Wrong(f"expected --set KEY=VALUE with one of the keys {', '.join(known)}, got {text}")
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        pass
    annotation = known[key].annotation
    if annotation in (str, str | None):
        return key, value
    if annotation in (bool, float, int, float | None, int | None):
        raise _Wrong(f"expected a number, True or False for {key}, got {value}")
    if ":" in value:
        return key, _find(value)[1]
    if not hasattr(module, value):
        raise _Wrong(f"{module.__name__} has no {value}, which --set {text} asks for")
    return key, attrgetter(value)(module)
