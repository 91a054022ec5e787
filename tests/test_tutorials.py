"""Every ```python block of the README and the tutorials runs, and prints what the ```text block below it says.

Blocks that draw run where matplotlib is installed; the figures they save must be the committed ones by name.
``UPDATE=1 python -m pytest tests/test_tutorials.py`` writes what was printed, and the figures, into the files instead.
"""

import contextlib
import io
import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "tutorials").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.M | re.S)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def run(text: str, name: str) -> list[tuple[str | None, str]]:
    """Run the python blocks of a page in one namespace; return, block by block, expected and actual output."""
    namespace: dict[str, object] = {"__name__": "page"}
    outputs = []
    for match in BLOCK.finditer(text):
        if "figures import" in match["code"] and not find_spec("matplotlib"):
            outputs.append((match["output"], match["output"] or ""))
            continue
        padding = "\n" * text[: match.start("code")].count("\n")  # so that a traceback names the line of the page
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(padding + match["code"], name, "exec"), namespace)
        outputs.append((match["output"], printed.getvalue()))
    return outputs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_prints_what_it_says(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    update = bool(os.environ.get("UPDATE"))
    for folder in ("figures", "tutorials/figures"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(page.parent if update else tmp_path)
    text = page.read_text()
    outputs = run(text, str(page))
    if update:
        printed = iter(outputs)

        def replace(match: re.Match[str]) -> str:
            _, actual = next(printed)
            return f"```python\n{match['code']}```\n" + (f"\n```text\n{actual}```\n" if actual else "")

        page.write_text(BLOCK.sub(replace, text))
    else:
        assert [expected or "" for expected, _ in outputs] == [actual for _, actual in outputs]
        for drawn in tmp_path.rglob("*.svg"):
            assert (page.parent / drawn.relative_to(tmp_path)).exists(), f"{drawn.name} is drawn and not committed"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_a_wrong_page_is_found_out() -> None:
    page = "```python\nx = 2\nprint(x)\n```\n\n```text\n3\n```\n"
    assert run(page, "page") == [("3\n", "2\n")]
    with pytest.raises(ZeroDivisionError) as error:
        run("\n\n```python\n1 / 0\n```\n", "page")
    assert error.traceback[-1].lineno == 3  # counted from 0: line 4 of the page
