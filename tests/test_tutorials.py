"""The README and the tutorials keep their word.

- Every ```python block runs, and prints what the ```text block below it says.
- A number in the prose that is followed by ``<!--= expression -->`` is that expression, to the digits shown.
- An equation ``\\tag{3.2}`` stands once in chapter 3 and once in the source, as ``# eq: 3.2``; the chapter links there.
- Mathematics survives GitHub's Markdown, which eats the backslash of every command that is not made of letters.
- Links lead somewhere; figures that a block saves are committed; blocks that draw run where matplotlib is installed.

``UPDATE=1 python -m pytest tests/test_tutorials.py`` writes printed output, numbers, line numbers and figures anew.
"""

import contextlib
import io
import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "bayesopt_from_scratch").rglob("*.py"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "tutorials").glob("*.md"))]
CHAPTERS = [page for page in PAGES if page.name[:2].isdigit()]
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.M | re.S)
NUMBER = re.compile(r"(?P<number>-?[\d.,]*\d)(?P<percent>%?)(?P<comment><!--= (?P<expression>.+?) -->)")
EQUATION = re.compile(r"\\tag\{(?P<tag>[\d.]+)\}")
CODE_LINK = re.compile(r"(?P<link>\[[^\]]*\]\((?P<path>[^)#]+)#L(?P<line>\d+)\) )?<!-- eq: (?P<tag>[\d.]+) -->")
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
UPDATE = bool(os.environ.get("UPDATE"))


def run(text: str, name: str) -> tuple[list[tuple[str | None, str]], list[tuple[str, str]]]:
    """Run the python blocks and the numbers of a page in one namespace; return expected and actual of both."""
    namespace: dict[str, object] = {"__name__": "page"}
    outputs: list[tuple[str | None, str]] = []
    numbers: list[tuple[str, str]] = []
    for match in sorted([*BLOCK.finditer(text), *NUMBER.finditer(text)], key=lambda match: match.start()):
        if match.re is NUMBER:
            value = eval(match["expression"], namespace) * (100 if match["percent"] else 1)
            decimals = len(match["number"].partition(".")[2])
            grouping = "," if "," in match["number"] else ""
            numbers.append((match["number"], f"{value:{grouping}.{decimals}f}"))
        elif "figures import" in match["code"] and not find_spec("matplotlib"):
            outputs.append((match["output"], match["output"] or ""))
        else:
            padding = "\n" * text[: match.start("code")].count("\n")  # so that a traceback names the line of the page
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(padding + match["code"], name, "exec"), namespace)
            outputs.append((match["output"], printed.getvalue()))
    return outputs, numbers


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_prints_what_it_says(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for folder in ("figures", "tutorials/figures"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(page.parent if UPDATE else tmp_path)
    text = page.read_text()
    outputs, numbers = run(text, str(page))
    if UPDATE:
        printed = iter(outputs)

        def replace(match: re.Match[str]) -> str:
            _, actual = next(printed)
            return f"```python\n{match['code']}```\n" + (f"\n```text\n{actual}```\n" if actual else "")

        told = iter(numbers)
        text = NUMBER.sub(lambda match: f"{next(told)[1]}{match['percent']}{match['comment']}", text)
        page.write_text(BLOCK.sub(replace, text))
    else:
        assert [expected or "" for expected, _ in outputs] == [actual for _, actual in outputs]
        assert [expected for expected, _ in numbers] == [actual for _, actual in numbers]
        for drawn in tmp_path.rglob("*.svg"):
            assert (page.parent / drawn.relative_to(tmp_path)).exists(), f"{drawn.name} is drawn and not committed"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_mathematics_survives_markdown(page: Path) -> None:
    assert fragile(page.read_text()) == []


def fragile(text: str) -> list[str]:
    """Commands that GitHub's Markdown would break inside of mathematics."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    text = re.sub(r"`[^`\n]*`", "", text)
    formulas = re.findall(r"\$\$.+?\$\$", text, re.S)
    formulas += re.findall(r"(?<![\\$])\$[^$\n]+\$", re.sub(r"\$\$.+?\$\$", "", text, flags=re.S))
    return [found for formula in formulas for found in re.findall(r"\\[^a-zA-Z]|\*", formula)]


def test_every_equation_stands_once_in_a_chapter_and_once_in_the_source() -> None:
    lines = [(tag, path, i) for path in SOURCES for i, line in enumerate(path.read_text().splitlines(), 1)
             for tag in re.findall(r"# eq: ([\d.]+)", line)]  # fmt: skip
    source = {tag: (path, i) for tag, path, i in lines}
    assert len(source) == len(lines), "a tag stands twice in the source"
    tagged: list[str] = []
    for page in CHAPTERS:
        text = page.read_text()

        def link(match: re.Match[str], page: Path = page) -> str:
            path, line = source[match["tag"]]
            target = os.path.relpath(path, page.parent)
            return f"[{path.name}, line {line}]({target}#L{line}) <!-- eq: {match['tag']} -->"

        if UPDATE:
            page.write_text(CODE_LINK.sub(link, text))
            text = page.read_text()
        tags = [match["tag"] for match in EQUATION.finditer(text)]
        assert all(tag.startswith(f"{int(page.name[:2])}.") for tag in tags), f"{page.name} has {tags}"
        found = {match["tag"]: (page.parent / match["path"], int(match["line"])) for match in CODE_LINK.finditer(text)}
        assert {tag: (path.resolve(), line) for tag, (path, line) in found.items()} == {
            tag: source[tag] for tag in tags
        }
        tagged += tags
    assert sorted(tagged) == sorted(source)


def test_a_wrong_page_is_found_out() -> None:
    page = "```python\nx = 2\nprint(x)\n```\n\n```text\n3\n```\n"
    assert run(page, "page") == ([("3\n", "2\n")], [])
    assert run("```python\nx = 2\n```\nIt is 2.6<!--= x + 0.5 --> or 7%<!--= x / 25 -->.", "page")[1] == [
        ("2.6", "2.5"),
        ("7", "8"),
    ]
    assert fragile(r"Let $a\,b$ and $$x \{ y * z$$ but not `$\,$` nor $\alpha_{i}$.") == [r"\{", "*", r"\,"]
    with pytest.raises(ZeroDivisionError) as error:
        run("\n\n```python\n1 / 0\n```\n", "page")
    assert error.traceback[-1].lineno == 3  # counted from 0: line 4 of the page
