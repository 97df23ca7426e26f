"""Ten mistakes that an accountant recognises, each as a real workbook, and what he then reads: docs/cases.md.

The unit and the mistakes are data (docs/cases/); everything shown comes from the workbook's file, by the
code that a user runs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import xltools
from xltools import figures
from xltools.editions import load
from xltools.report import Ref, Report
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
        made = made.replaced({_ref(key): Decimal(text) if text else None for key, text in self.figures.items()})
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


def outcome(case: Case | None) -> Checked:
    """The check of a case's workbook; None is the unit without a mistake."""
    report = case.report() if case else figures.load(FOLDER / "unit.json")
    with TemporaryDirectory() as folder:
        path = Path(folder) / WORKBOOK
        write_workbook(report, path)
        return xltools.check(xltools.read(path))
