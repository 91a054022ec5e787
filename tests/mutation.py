"""Would the tests notice? Change the source in a small way, run the tests, and see whether any fails.

``python tests/mutation.py`` mutates every module of ``TESTS``, or those named as arguments (``numerics/bfgs``), with
mutmut's operators; each mutant runs in a forked process of its own, on the tests of its module. First the unmutated
code must be green in the same harness. What survives is printed, unless ``mutation_survivors.txt`` says why it may.
POSIX only; takes an hour for everything on two cores.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from difflib import unified_diff
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ARGUED = Path(__file__).with_name("mutation_survivors.txt")
SECONDS = 60  # of processor time for one mutant, or ten times as many by the clock; then it counts as noticed
PROCESSES = os.cpu_count() or 1

TESTS = {
    "numerics/normal": ["normal", "expected_improvement"],
    "numerics/cholesky": ["cholesky", "gaussian_process"],
    "numerics/bfgs": ["bfgs"],
    "surrogate/kernel": ["kernel", "gaussian_process"],
    "surrogate/gaussian_process": ["gaussian_process"],
    "surrogate/output_scale": ["output_scale"],
    "surrogate/parzen": ["parzen", "tpe_search"],
    "search/parameter": ["parameter", "space"],
    "search/space": ["space", "strategy"],
    "search/trial": ["trial", "study"],
    "search/expected_improvement": ["expected_improvement"],
    "search/strategy": ["strategy", "grid_search", "random_search", "gp_search"],
    "search/grid_search": ["grid_search"],
    "search/random_search": ["random_search"],
    "search/genetic_search": ["genetic_search"],
    "search/tpe_search": ["tpe_search"],
    "search/gp_search": ["gp_search"],
    "resilience/journal": ["journal", "replay"],
    "resilience/history": ["history", "study"],
}


class Harness:
    """A pytest plugin that runs the collected tests once for each mutant, in a child that was forked for it."""

    def __init__(self, module: str, mutants: list[str]) -> None:
        self.module, self.mutants = module, mutants
        self.survivors: list[str] = []
        self.outcomes: Counter[str] = Counter()

    def pytest_runtestloop(self, session: Any) -> bool:
        """Take the place of pytest's own loop."""
        items = sorted(session.items, key=lambda item: bool(getattr(item.obj, "is_hypothesis_test", False)))
        _, status = os.waitpid(self._fork(session, items, ""), 0)
        if status:
            raise SystemExit(f"{self.module}: the unmutated code is not green in this harness")
        running: dict[int, str] = {}
        waiting = list(self.mutants)
        while waiting or running:
            while waiting and len(running) < PROCESSES:
                mutant = waiting.pop(0)
                running[self._fork(session, items, mutant)] = mutant
            pid, status = os.wait()
            mutant, code = running.pop(pid), os.waitstatus_to_exitcode(status)
            late = code in (-signal.SIGALRM, -signal.SIGPROF)
            outcome = "survived" if code == 0 else "took too long" if late else "noticed"
            self.outcomes[outcome] += 1
            self.survivors += [mutant] * (outcome == "survived")
        return True

    def _fork(self, session: Any, items: list[Any], mutant: str) -> int:
        pid = os.fork()
        if pid:
            return pid
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(10 * SECONDS)
        if mutant:
            from mutmut.mutation.trampoline import set_mutant_under_test

            set_mutant_under_test(f"bayesopt_from_scratch.{self.module.replace('/', '.')}.{mutant}")
        code = 1
        try:
            for item in items:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                if session.testsfailed:
                    break
            code = 1 if session.testsfailed else 0
        finally:
            os._exit(code)


def mutate(modules: list[str], folder: Path) -> dict[str, list[str]]:
    """Write the package and the tests to a folder, with all mutants of these modules inside; return their names."""
    for name in ("bayesopt_from_scratch", "tests", "README.md", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    from mutmut.mutation.file_mutation import mutate_file_contents  # reads pyproject.toml where it is imported

    names = {}
    for module in modules:
        path = folder / "bayesopt_from_scratch" / f"{module}.py"
        mutated = mutate_file_contents(str(path), path.read_text())
        path.write_text(mutated.code)
        names[module] = list(mutated.mutant_names)
    return names


def difference(code: str, mutant: str) -> list[str]:
    """Lines that a mutant has taken out and put in."""
    import ast

    bodies = {
        node.name: "\n".join(map(ast.unparse, [node.args, *node.body]))
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef)
    }
    original = mutant.rpartition("__mutmut_")[0] + "__mutmut_orig"
    lines = unified_diff(bodies[original].splitlines(), bodies[mutant].splitlines(), lineterm="", n=0)
    return [" ".join(line.split()) for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def main(modules: list[str]) -> int:
    """Run it; return 1 if a mutant survived that is not argued."""
    os.environ.update(MUTANT_UNDER_TEST="", HYPOTHESIS_PROFILE="mutation", OMP_NUM_THREADS="1")
    argued = {line.partition("  # ")[0] for line in ARGUED.read_text().splitlines()}
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        mutants = mutate(modules, folder)
        sys.path.insert(0, name)
        import pytest

        for module in modules:
            harness = Harness(module, mutants[module])
            files = [f"tests/test_{test}.py" for test in TESTS[module]]
            child = os.fork()
            if child == 0:
                output = os.dup(1)
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                status = pytest.main([*files, "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestWarning"],
                                     plugins=[harness])  # fmt: skip
                code = (folder / "bayesopt_from_scratch" / f"{module}.py").read_text()
                changes = [f"{module}: {' | '.join(difference(code, mutant))}" for mutant in harness.survivors]
                lines = [change for change in changes if change not in argued]
                outcome = dict(harness.outcomes) | {"argued": len(changes) - len(lines)}
                os.write(output, "\n".join([f"{module}: {outcome}", *lines, ""]).encode())
                os._exit(2 if status not in (0, 5) and not harness.outcomes else bool(lines))
            _, status = os.waitpid(child, 0)
            total["with survivors" if status else "clean"] += 1
    print(dict(total))
    return int(total["with survivors"] > 0)


if __name__ == "__main__":
    if unknown := set(sys.argv[1:]) - set(TESTS):
        sys.exit(f"expected some of {', '.join(TESTS)}; got {', '.join(sorted(unknown))}")
    sys.exit(main(sys.argv[1:] or list(TESTS)))
