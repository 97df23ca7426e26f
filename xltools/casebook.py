"""Ten mistakes that an accountant recognises, each as a real workbook, and what he then reads: docs/cases.md.

The unit and the mistakes are data (docs/cases/); everything shown comes from the workbook's file, by the
code that a user runs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import xltools
from xltools import figures
from xltools.addin.results import marks
from xltools.editions import load
from xltools.finding import Severity
from xltools.report import Place, Ref, Report
from xltools.review import sheet
from xltools.review.text import lines
from xltools.rules import Checked

WORKBOOK = "2024决算.xlsx"
FOLDER = Path(__file__).parent.parent / "docs" / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """A mistake. ``figures``: ref as text → what was typed ("" for nothing); ``deleted``: form → codes
    whose line is gone; ``texts``: sentences rewritten."""

    id: str
    title: str
    story: str
    figures: Mapping[str, str] = field(default_factory=dict)
    deleted: Mapping[str, list[str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def report(self) -> Report:
        """The unit with the mistake in it."""
        made = figures.load(FOLDER / "unit.json")
        made = made.replaced(
            {_ref(key): Decimal(text) if text else None for key, text in self.figures.items()}
        )
        for form, codes in self.deleted.items():
            made.lines[form] = [code for code in made.lines[form] if code not in codes]
            made.amounts = {
                ref: value for ref, value in made.amounts.items() if ref.form != form or ref.line not in codes
            }
        made.texts |= self.texts
        return made


def _ref(text: str) -> Ref:
    form, _, rest = text.partition("[")
    line, _, column = rest.removesuffix("]").partition(",")
    return Ref(form, line, column)


def cases() -> list[Case]:
    """The ten cases of docs/cases/cases.toml."""
    data = tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))
    return [Case(**one) for one in data["cases"]]


def write_workbook(report: Report, path: Path) -> None:
    """A standard workbook of ``report`` whose figures are all typed, as after pasting: no total follows."""
    from xltools.workbook.surgery import Content, Edits, SheetEdit, edit
    from xltools.workbook.template import build

    places = build(load(report.edition), report, path).places
    typed: dict[str, dict[str, Content]] = {}
    for ref, value in report.amounts.items():
        sheet_name, cell = places[ref]
        typed.setdefault(sheet_name, {})[cell] = value
    edit(path, Edits(sheets={name: SheetEdit(cells, frozenset(cells)) for name, cells in typed.items()}))


@dataclass(frozen=True, slots=True)
class Told:
    """What the user reads of one case, hints left out: the report on the terminal, the rows of 审核结果, the
    notes on the cells; ``checked`` is the outcome behind it."""

    checked: Checked
    terminal: list[str]
    rows: list[tuple[str, ...]]
    notes: dict[Place, str]


def told(case: Case | None) -> Told:
    """The case's workbook checked, from its file."""
    report = case.report() if case else figures.load(FOLDER / "unit.json")
    with TemporaryDirectory() as folder:
        path = Path(folder) / WORKBOOK
        write_workbook(report, path)
        checked = xltools.check(xltools.read(path))
    mistakes = replace(
        checked,
        findings=tuple(finding for finding in checked.findings if finding.severity is not Severity.HINT),
        not_checked=(),
    )
    found = list(sheet.rows(mistakes, {}))
    notes = {place: mark.text for place, mark in marks(checked, None).items()}
    return Told(checked, list(lines(WORKBOOK, mistakes)), [row.cells for row in found], notes)


_HEAD = """# 十个常见的错，软件怎么说

<!-- Made by `python -m xltools.build docs` from docs/cases/ by xltools/casebook.py. -->

同一个单位（数是编的，docs/cases/unit.json）的工作簿，数全是录入的，各出一种差错，看审核后读到的每一个字：
屏幕上（`xltools check`；网页上的文字相同）、“审核结果”表、单元格的批注。提示（如尾差）与差错无关，这里略去。
"""
_ROWS = 3
"""Rows of 审核结果 shown of each case; the others differ in the sum that is out only."""


def markdown() -> str:
    """docs/cases.md."""
    parts = [_HEAD]
    for number, case in enumerate(cases(), 1):
        parts += [f"## {number}. {case.title}", "", case.story, "", *_document(told(case))]
    return "\n".join(parts)


def _document(one: Told) -> Iterator[str]:
    yield from ("屏幕上：", "", "```text", *one.terminal, "```", "")
    yield from ("“审核结果”表：", "")
    wanted = ("单元格", "应为", "实为", "差额", "原因", "怎么改")
    yield "| " + " | ".join(wanted) + " |"
    yield "|" + "---|" * len(wanted)
    for row in one.rows[:_ROWS]:
        cells = dict(zip(sheet.HEADINGS, row, strict=True))
        yield "| " + " | ".join(cells[name].replace("|", "\\|") for name in wanted) + " |"
    if len(one.rows) > _ROWS:
        yield f"\n（另有 {len(one.rows) - _ROWS} 行。）"
    yield from ("", "批注：", "")
    for place, text in list(one.notes.items())[:_ROWS]:
        yield f"- {place.sheet} {place.cell}：{text}"
    if len(one.notes) > _ROWS:
        yield f"- （另有 {len(one.notes) - _ROWS} 个单元格有批注。）"
    proofs = [step for suspect in one.checked.suspects for step in suspect.proof]
    if proofs:
        yield from ("", "网页上“依据”里的勾稽关系：", "")
        yield from (f"- {step}" for step in dict.fromkeys(proofs))
    yield ""
