"""The house stands: imports point down, files and functions stay small, and the README counts right."""

import ast
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bayesopt_from_scratch"
HOUSE = ("numerics", "surrogate", "search", "resilience", "loop")  # four floors, and a machine room below the last
FLOOR_FILES = sorted(path for floor in HOUSE for path in (PACKAGE / floor).glob("*.py"))
ALL_FILES = sorted(PACKAGE.rglob("*.py"))

ROW = re.compile(r"^(\| *\[`([\w/]+\.py)`\]\(([^)]+)\) *\|.*\| *)(\d+) *\|$", re.M)
MOST_LINES_OF_FILE, MOST_LINES_OF_FUNCTION, MOST_LINES_OF_FLOORS = 160, 40, 1200


def code_lines(text: str) -> set[int]:
    """Numbers of the lines that are neither blank, nor a comment, nor part of a docstring."""
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            docstrings |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate((line.strip() for line in text.splitlines()), 1)
    return {number for number, line in lines if line and not line.startswith("#") and number not in docstrings}


def upward_imports(text: str, floor: int) -> list[str]:
    """Modules imported from a floor above, absolutely or relatively, or from outside the floors."""
    found = []
    for node in ast.walk(ast.parse(text)):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        for module in modules:
            inside = module.startswith("bayesopt_from_scratch") or (isinstance(node, ast.ImportFrom) and node.level > 1)
            part = module.removeprefix("bayesopt_from_scratch").strip(".").split(".")[0]
            if inside and part not in HOUSE[: floor + 1]:
                found.append(module)
    return found


def long_functions(text: str, most: int) -> list[str]:
    """Functions with more lines of code than allowed."""
    lines = code_lines(text)
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return [f.name for f in functions if len(lines & set(range(f.lineno, (f.end_lineno or 0) + 1))) > most]


@pytest.mark.parametrize("path", FLOOR_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_point_down(path: Path) -> None:
    assert upward_imports(path.read_text(), HOUSE.index(path.parent.name)) == []


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_sizes(path: Path) -> None:
    text = path.read_text()
    assert len(code_lines(text)) <= MOST_LINES_OF_FILE
    assert long_functions(text, MOST_LINES_OF_FUNCTION) == []


def test_the_four_floors_can_be_read_in_an_afternoon() -> None:
    lines = [len(code_lines(path.read_text())) for path in FLOOR_FILES if path.parent.name != "resilience"]
    assert sum(lines) <= MOST_LINES_OF_FLOORS


def test_the_tests_of_this_file_can_fail() -> None:
    assert upward_imports("from ..loop.study import Study", floor=2) == ["loop.study"]
    assert upward_imports("import bayesopt_from_scratch.search.space", floor=1) == [
        "bayesopt_from_scratch.search.space"
    ]
    assert upward_imports("from bayesopt_from_scratch import minimize", floor=4) == ["bayesopt_from_scratch"]
    assert upward_imports("from ..numerics import normal\nfrom .kernel import RBF\nimport numpy", floor=1) == []
    assert code_lines('"""Doc.\n\nMore."""\n# why\nx = 1\n\n\ndef f():\n    """Doc."""\n    return 2\n') == {5, 8, 10}
    assert long_functions("def f():\n    a = 1\n\n    # why\n    return a\n", 2) == ["f"]
    assert long_functions("def f():\n    a = 1\n\n    # why\n    return a\n", 3) == []


def test_the_readme_counts_the_lines_of_every_file() -> None:
    readme = ROOT / "README.md"
    files = [path for path in FLOOR_FILES if path.name != "__init__.py"]
    counts = {path.relative_to(PACKAGE).as_posix(): len(code_lines(path.read_text())) for path in files}
    if os.environ.get("UPDATE"):
        readme.write_text(ROW.sub(lambda row: f"{row[1]}{counts[row[2]]} |", readme.read_text()))
    rows = {row[2]: (row[3], int(row[4])) for row in ROW.finditer(readme.read_text())}
    assert {name: count for name, (_, count) in rows.items()} == counts
    for name, (link, _) in rows.items():
        assert (ROOT / link) == PACKAGE / name


def test_every_module_says_what_it_offers() -> None:
    for path in FLOOR_FILES:
        names = {n.id for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Name)}
        assert path.name == "__init__.py" or "__all__" in names, path


def test_everything_public_is_documented_and_importable() -> None:
    import bayesopt_from_scratch

    for name in bayesopt_from_scratch.__all__:
        assert getattr(bayesopt_from_scratch, name).__doc__, name
