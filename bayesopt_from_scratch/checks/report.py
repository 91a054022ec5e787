"""What did the laws say?

One row for each law: passed, broken, or not run and why. A broken row carries the smallest counterexample that was
found, and the usual cause.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from textwrap import fill
from typing import Any

import numpy as np

__all__ = ["LawsBroken", "Report", "Row", "describe"]

_WIDTH = 100

#: kind -> the law that compares the values with their definition, where that can be left out
_VALUES = {"kernel": "K1", "surrogate": "G1", "density": "Z2", "acquisition": "E1"}


@dataclass(frozen=True)
class Row:
    """What became of one law.

    Attributes
    ----------
    id, name, formula, source, why, hint : str
        The law, as in :class:`~bayesopt_from_scratch.checks.Law`.
    status : str
        ``"passed"``, ``"broken"`` or ``"not run"``.
    message : str
        What went wrong, or why the law was not run.
    counterexample : dict
        The smallest case found that breaks the law; arrays are nested lists.
    examples : int
        Cases tried.
    seconds : float
        Time they took.
    """

    id: str
    name: str
    formula: str
    source: str
    why: str
    hint: str
    status: str
    message: str
    counterexample: dict[str, Any]
    examples: int
    seconds: float


@dataclass(frozen=True, repr=False)
class Report:
    """The rows of one check.

    Attributes
    ----------
    kind, subject : str
        What was checked.
    rows : tuple of Row
        One for each law, in the order of the catalogue.
    diagnosis : str
        What the subject looks like, if a well-known error gives the same numbers.
    """

    kind: str
    subject: str
    rows: tuple[Row, ...]
    diagnosis: str = ""

    def __iter__(self) -> Iterator[Row]:
        """Go through the rows."""
        return iter(self.rows)

    def __getitem__(self, id: str) -> Row:
        """Find the row of a law by its id."""
        for row in self.rows:
            if row.id == id:
                return row
        raise KeyError(id)

    @property
    def broken(self) -> tuple[Row, ...]:
        """Rows of the broken laws."""
        return tuple(row for row in self.rows if row.status == "broken")

    @property
    def passed(self) -> tuple[Row, ...]:
        """Rows of the laws that hold on every case tried."""
        return tuple(row for row in self.rows if row.status == "passed")

    @property
    def not_run(self) -> tuple[Row, ...]:
        """Rows of the laws that could not be tried, each with its reason."""
        return tuple(row for row in self.rows if row.status == "not run")

    @property
    def ok(self) -> bool:
        """Whether no law was broken."""
        return not self.broken

    @property
    def summary(self) -> str:
        """One line: how many laws ran, and how many of them were broken."""
        ran = len(self.rows) - len(self.not_run)
        verdict = f"{len(self.broken)} broken" if self.broken else self._caution or "all hold"
        return f"{self.kind} {self.subject}: {ran} of {len(self.rows)} laws ran, {verdict}"

    @property
    def _caution(self) -> str:
        """What has to be said if no law could compare the values with what they should be, though all hold."""
        reason = next((row.message for row in self.not_run if row.id == _VALUES.get(self.kind)), "")
        if not reason:
            return ""
        why = Counter(row.message for row in self.not_run)
        number = f"{len(self.not_run)} law{'s' * (len(self.not_run) > 1)}"
        rest = f"; the others: {', '.join(text for text in why if text != reason)}" if len(why) > 1 else ""
        return (
            "all of them hold, but the values themselves could not be compared with what they should be: "
            f"{number} did not run, {why[reason]} because: {reason}{rest}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything, in plain Python types."""
        return {"kind": self.kind, "subject": self.subject, "summary": self.summary, "ok": self.ok,
                "diagnosis": self.diagnosis, "rows": [asdict(row) for row in self.rows]}  # fmt: skip

    def to_json(self) -> str:
        """Everything, as JSON; numbers that JSON does not know are written as strings."""
        return json.dumps(_plain(self.to_dict()), indent=2, allow_nan=False)

    def table(self) -> str:
        """One line for each law, of a hundred characters at most."""
        lines = [f"{row.status:8s} {row.id:4s} " + _cut(f"{row.name}{_reason(row)}", _WIDTH - 14) for row in self.rows]
        last = self.summary
        if self.ok and self._caution:
            last = fill(last, _WIDTH, break_long_words=False, break_on_hyphens=False)
        return "\n".join([*lines, last])

    def details(self) -> str:
        """Every broken law with its formula, its counterexample and the usual cause."""
        seen: dict[str, str] = {}
        parts = [self._detail(row, seen) for row in self.broken]
        if self.diagnosis:
            parts.insert(0, _paragraph("It behaves as if", self.diagnosis))
        elif self.broken and self.broken[0].id == _VALUES.get(self.kind):
            parts.insert(
                0, f"No mistake known here gives these numbers: begin with {self.broken[0].id}, their definition."
            )
        return "\n\n".join(parts)

    def _detail(self, row: Row, seen: dict[str, str]) -> str:
        """One broken law in full; a message already shown is only referred to."""
        lines = [f"{row.id} {row.name}", _paragraph("law", row.formula), _paragraph("source", row.source)]
        if row.message in seen:
            return "\n".join([*lines, _paragraph("found", f"the same as for {seen[row.message]}")])
        seen[row.message] = row.id
        lines.append(_paragraph("found", row.message))
        lines += [_paragraph("case" if i == 0 else "", text) for i, text in enumerate(_case_lines(row.counterexample))]
        if row.hint:
            lines.append(_paragraph("hint", row.hint))
        return "\n".join(lines)

    def __str__(self) -> str:
        """Read the details if something is broken, else the table."""
        return f"{self.summary}\n\n{self.details()}" if self.broken else self.table()

    __repr__ = __str__


class LawsBroken(AssertionError):
    """At least one law is broken; the message is the report.

    Attributes
    ----------
    report : Report
        The rows.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


def describe(case: Any) -> dict[str, Any]:
    """Turn a case into a dictionary of plain values."""
    if is_dataclass(case) and not isinstance(case, type):
        return {f.name: _plain(getattr(case, f.name)) for f in fields(case)}
    return {"case": _plain(case)}


def _plain(value: Any) -> Any:
    """Turn arrays, tuples and other objects into what JSON knows."""
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return repr(value)
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _case_lines(counterexample: dict[str, Any]) -> list[str]:
    """One line for each part of the case, cut where it is too long to help."""
    texts = [f"{name} = {value!r}" for name, value in counterexample.items()]
    return [text if len(text) <= 400 else f"{text[:400]} ..." for text in texts]


def _reason(row: Row) -> str:
    """What follows the name in the table."""
    return "" if row.status == "passed" else f": {row.message.splitlines()[0] if row.message else ''}"


def _cut(text: str, width: int) -> str:
    """Cut a line where it is too long."""
    return text if len(text) <= width else f"{text[: width - 4]} ..."


def _paragraph(label: str, text: str) -> str:
    """Indent a labelled paragraph."""
    start = f"    {label:7s} " if len(label) < 8 else f"{label} "
    return fill(" ".join(text.split()), _WIDTH, initial_indent=start, subsequent_indent=" " * 12)
