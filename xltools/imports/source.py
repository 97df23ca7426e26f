"""Which kind of file a source is, and its figures: an export of the 决算 software, a published workbook,
one of ours, or a file of figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xltools import figures
from xltools.amount import Unit
from xltools.editions import DEFAULT, Edition, load
from xltools.errors import XltoolsError
from xltools.finding import WORDING
from xltools.imports.imported import Imported, Recognised, Unrecognised
from xltools.imports.ledger import read_ledger
from xltools.imports.page import LedgerPage
from xltools.imports.plans import plans
from xltools.report import Report
from xltools.workbook.grid import file_grids
from xltools.workbook.package import open_package
from xltools.workbook.read import Reading, read

PUBLISHED = "公开表工作簿"
OURS = "本工具的工作簿"
FIGURES = "数据文件"
_NO_FIGURES = "请确认选对了文件，并且文件是填好数、保存过的。"


def read_source(path: str | Path, edition: Edition | None = None) -> Imported:
    """What the file at ``path`` holds, for a workbook of ``edition``.

    Raises XltoolsError for what cannot be opened or in which nothing is recognised, for a source without
    金额单位 (a question, not a guess) and for one without any figure.
    """
    path = Path(path)
    edition = edition or load(DEFAULT)
    read_one = _figures if path.suffix.lower() == ".json" else _workbook
    imported = read_one(path, edition)
    if not any(value for value in imported.report.amounts.values()):
        raise XltoolsError(f"“{path.name}”里没有可以导入的金额。", _NO_FIGURES)
    return imported


def _figures(path: Path, edition: Edition) -> Imported:
    report = figures.load(path)
    foreign = sorted({ref.form for ref in report.amounts} - set(edition.forms))
    imported = Imported(report, FIGURES, covered=set(report.amounts))
    imported.unrecognised = [Unrecognised(f"表 {form}", "本工作簿的版本没有这张表") for form in foreign]
    imported.complete = {form for form in report.lines if form in edition.forms}
    counts = _counts(report)
    imported.recognised = [
        Recognised(form.number, form.id, counts[form.id])
        for form in edition.forms.values()
        if form.id in counts
    ]
    return imported


def _counts(report: Report) -> dict[str, int]:
    counts: dict[str, int] = {}
    for ref in report.amounts:
        counts[ref.form] = counts.get(ref.form, 0) + 1
    return counts


def _workbook(path: Path, edition: Edition) -> Imported:
    grids = file_grids(open_package(path))
    known = plans(edition.id)
    pages = [LedgerPage(grid, grid.facts.merges, known) for grid in grids]
    exported = [page.name for page in pages if page.from_ledger]
    if not exported:
        return _published(path, edition)
    if any(page.published for page in pages):
        raise XltoolsError(
            f"“{path.name}”里既有公开表，又有财决表（如“{exported[0]}”），不知道该导入哪一种。",
            "请把两种表分别存成两个文件再导入。",
        )
    return read_ledger(pages, known, edition)


def _published(path: Path, edition: Edition) -> Imported:
    reading = read(path, edition)
    odd = next((unit for unit in reading.units.values() if unit and unit not in tuple(Unit)), "")
    if odd:
        raise XltoolsError(f"“{path.name}”的金额单位是{odd}，只能导入元或万元。", "请换算后再导入。")
    if not any(reading.units.values()):
        raise XltoolsError(
            f"“{path.name}”的各表没有写金额单位，是元还是万元？",
            "请在表的右上方写上“金额单位：元”或“金额单位：万元”，保存后再导入。",
        )
    report = reading.report
    ours = bool(report.cover.kind or report.cover.scope or report.reasons or report.last_year)
    imported = Imported(report, OURS if ours else PUBLISHED, covered=set(report.places) | set(report.amounts))
    counts = _counts(report)
    imported.recognised = [
        Recognised(sheet, form, counts.get(form, 0)) for form, sheet in reading.sheets.items()
    ]
    imported.complete = {form for form in reading.sheets if edition.forms[form].kind == "codes"}
    imported.unrecognised = list(_troubles(reading))
    imported.unused = [
        what.removeprefix(_SHEETS) for what, _ in reading.not_checked if what.startswith(_SHEETS)
    ]
    return imported


_SHEETS = "工作表："
_IRRELEVANT = frozenset(f"reading-{n:02}" for n in (8, 12, 21, 22, 29, 33, 36, 38))
"""Troubles that do not touch the figures: results not yet recomputed, hidden sheets, other wording."""


_WORDS = {
    "没有参加审核": "没有导入",
    "没有审核": "没有导入",
    "只审核了": "只导入了",
    "涉及它的勾稽关系没有导入": "没有导入",
}


def _troubles(reading: Reading) -> Iterator[Unrecognised]:
    """What reading the workbook left open, in its own words."""
    for trouble in reading.troubles:
        if trouble.rule in _IRRELEVANT:
            continue
        where = trouble.cells[0].where if trouble.cells else ""
        text = WORDING[trouble.kind].format_map(trouble.facts).rstrip("。")
        for audited, imported in _WORDS.items():
            text = text.replace(audited, imported)
        yield Unrecognised(where, text)
