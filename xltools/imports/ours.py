"""Whether a workbook holds nothing but what we made and what is read from it: then it may be built anew.

Everything that stands in the workbook must stand in one of two workbooks that we build for comparison: the
one of its own report, and the empty one. What does not is the user's own and must not be lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from xltools.amount import Unit
from xltools.editions import Edition
from xltools.report import Report
from xltools.workbook import layout
from xltools.workbook.address import split
from xltools.workbook.formulas import plain
from xltools.workbook.grid import Grid, file_grids
from xltools.workbook.labels import key
from xltools.workbook.layout import COVER, FINDINGS, NARRATIVE, Table
from xltools.workbook.package import Kind, Package, open_bytes
from xltools.workbook.surgery import AUTHOR
from xltools.workbook.template import build

_CELL = re.compile(r"\$?[A-Z]{1,3}\$?\d+|\d+")
_STATE = re.compile(r"^(通过|未校验|\d+ ?处(错误|核实|提示))$")
_AUTHORS = re.compile(rb"<author>(.*?)</author>", re.DOTALL)
_NAMES = re.compile(r'<definedName [^>]*?name="([^"]+)"')
_EXPLANATION = layout.FINDING_ROWS.at("explanation")
_USERS_PARTS = (
    "xl/media/",
    "xl/embeddings/",
    "xl/tables/",
    "xl/pivotTables/",
    "xl/slicers/",
    "xl/ctrlProps/",
)


def foreign(package: Package, grids: Sequence[Grid], report: Report, edition: Edition) -> list[str]:
    """What of a workbook we did not make and do not read, as the user would find it; [] for nothing."""
    found = list(_parts(package))
    made = _comparison(report, edition)
    known = {name for grids_ in made for name in grids_}
    others = [f"工作表“{grid.name}”" for grid in grids if grid.name not in known]
    found += others
    for grid in grids:
        if grid.name in known:
            found += _cells(grid, [grids_[grid.name] for grids_ in made if grid.name in grids_], report)
    return found


def _comparison(report: Report, edition: Edition) -> list[dict[str, Grid]]:
    """The sheets that we make of a report, and the empty ones, which are made once per edition and unit."""
    empty: dict[Unit, dict[str, Grid]] = edition.memo.setdefault("empty_sheets", {})
    if report.unit not in empty:
        empty[report.unit] = _made(None, report.unit, edition)
    return [_made(replace(report, places={}), None, edition), empty[report.unit]]


def _made(report: Report | None, unit: Unit | None, edition: Edition) -> dict[str, Grid]:
    target = BytesIO()
    build(edition, report, target, unit)
    package = open_bytes(Path("比较.xlsx"), target.getvalue())
    return {grid.name: grid for grid in file_grids(package)}


def _cells(grid: Grid, made: Sequence[Grid], report: Report) -> Iterator[str]:
    values, formulas = _contents(grid)
    free = _free(grid, report)
    allowed: Counter[str] = Counter()
    for one in made:
        allowed |= Counter(_shown(cell) for cells in one.rows for cell in cells)
    kinds = {_kind(formula) for one in made for formula in one.facts.formulas.values()}
    for place, text in values.items():
        if place in free:
            continue
        if allowed[text] > 0:
            allowed[text] -= 1
        elif grid.name != COVER or not _STATE.match(text):
            yield f"“{grid.name}”{grid.place(*place).cell}"
    for cell, formula in formulas.items():
        row, column = split(cell)
        if _kind(formula) not in kinds and (row - 1, column - 1) not in free:
            yield f"“{grid.name}”{cell}"


def _contents(grid: Grid) -> tuple[dict[tuple[int, int], str], Mapping[str, str]]:
    """Typed contents by row and column, and the formulas by cell."""
    formulas = grid.facts.formulas
    values = {}
    for row, cells in enumerate(grid.rows):
        for at, cell in enumerate(cells):
            text = _shown(cell)
            if text and grid.place(row, at).cell not in formulas:
                values[row, at] = text
    return values, formulas


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return "" if cell is None else key(str(cell))


def _kind(formula: str) -> str:
    """A formula without its cells: what it does, wherever it stands."""
    return _CELL.sub("", plain(formula))


def _free(grid: Grid, report: Report) -> set[tuple[int, int]]:
    """Cells of lists that are made anew, or of which the reader keeps what was typed."""
    if grid.name == NARRATIVE:
        kept = {key(text) for text in (*report.reasons.values(), *report.texts.values())}
        return _table_cells(grid, layout.SENTENCES, ("reason", "final"), kept)
    if grid.name == FINDINGS:
        kept = {key(text) for text in report.explanations.values()}
        # Our check writes the whole sheet; only the explanations are typed.
        ours = {(row, at) for row in range(len(grid.rows)) for at in range(len(layout.FINDING_ROWS.headings))}
        table = _table_cells(grid, layout.FINDING_ROWS, ("explanation",), kept)
        return {spot for spot in ours if spot[1] != _EXPLANATION} | table
    return set()


def _table_cells(grid: Grid, table: Table, typed: Iterable[str], kept: set[str]) -> set[tuple[int, int]]:
    """The cells below the headings of a table, without typed texts that the reader did not keep."""
    labels = [key(label) for label in table.labels]
    top = next(
        (row for row, cells in enumerate(grid.rows) if {_shown(c) for c in cells} >= set(labels[:4])), None
    )
    if top is None:
        return set()
    columns = {name: at for at, cell in enumerate(grid.rows[top]) if (name := _shown(cell)) in labels}
    own = {columns[key(table.headings[table.at(name)].label)] for name in typed}
    return {
        (row, at)
        for row in range(top + 1, len(grid.rows))
        for at in columns.values()
        if at not in own or _shown(grid.rows[row][at]) in kept
    }


def _parts(package: Package) -> Iterator[str]:
    """Things beside the cells: macros, notes, pictures, tables, names."""
    if package.kind is not Kind.XLSX:
        yield "宏"
    if package.signed:
        yield "数字签名"
    for name in package.entries:
        if "comments" in name and name.endswith(".xml") and "threaded" not in name:
            authors = {author.decode("utf-8", "replace") for author in _AUTHORS.findall(package.read(name))}
            if authors - {AUTHOR, ""}:
                yield "批注"
        elif "threadedComment" in name:
            yield "批注"
        elif name.startswith(_USERS_PARTS):
            yield "图片、表格等对象"
    drawings = sum(1 for name in package.entries if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name))
    if drawings > 1:
        yield "图形或图表"
    names = _NAMES.findall(package.read(package.workbook_part).decode("utf-8", "replace"))
    if any(not name.startswith(("_xlnm.", "_xlfn")) for name in names):
        yield "自定义名称"
