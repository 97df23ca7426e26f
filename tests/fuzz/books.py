"""Targets: workbooks as sheets of cells: read, checked, imported, written into."""

# ruff: noqa: E501 (seeds as they are)
from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz.files import XML, sheet_seeds
from tests.fuzz.target import promise, refusal, target
from tests.workbook.books import Book, example, shanxi
from tests.workbook.builders import parts_of, zipped
from xltools.errors import XltoolsError


@cache
def _book() -> dict[str, list[list[Any]]]:
    return Book.example().sheets


CELLS: tuple[Any, ...] = (
    "", None, "合计", "支出决算表", "科目代码", "栏次", "行次", "201", "2010399", "２０１", "—", "注：", "#REF!", 0.0, 6.22,
    -1.5, 1e308, float("nan"), True, "金额单位：元", "金额单位：千元", "2023年度", "1", "本年支出合计", "项目", "\u200b", "9" * 50,
    "表号", "上年决算数", "指标值", "分值", "得分", "总分", "≥80%", "第三部分", "原因", 2.0, 3.0, "公开01表", "　",
)  # fmt: skip


GROUPS = (
    ("封面", "公开01表"), ("公开02表", "公开03表"), ("封面", "公开03表", "公开05表"), ("公开04表",), ("封面", "公开06表"),
    ("公开07表", "公开08表"), ("封面", "公开09表", "公开10表"), ("绩效自评", "公开09表"), ("封面", "上年数与预算", "公开03表"),
    ("封面", "公开03表", "情况说明", "概况与名词"), ("公开03表", "审核结果", "分析"),
)  # fmt: skip
"""Sheets that are read together: a whole workbook takes ten times longer and shows hardly more."""


def _seeds() -> list[bytes]:
    return [bytes([group]) + changes for group in range(len(GROUPS)) for changes in (b"", bytes(range(10)))]


def _disturbed(data: bytes) -> dict[str, list[list[Any]]]:
    """Some sheets of the example with cells replaced, rows and columns moved, inserted, deleted: the first
    byte says which sheets, five bytes each a change."""
    kind, data = (data[0], data[1:61]) if data else (0, b"")
    wanted = GROUPS[kind % len(GROUPS)]
    sheets = {name: _book()[name] for name in wanted}
    for at in range(0, len(data) - 4, 5):
        which, how, row, column, what = data[at : at + 5]
        name = wanted[which % len(wanted)]
        if name not in sheets:
            continue
        rows = [list(cells) for cells in sheets[name]]
        sheets[name] = rows
        _change(rows, how, row, column, CELLS[what % len(CELLS)])
        if how == 250:
            del sheets[name]
        elif how == 251:
            sheets[f"{name} (2)"] = [list(cells) for cells in rows]
    return sheets


@target(_seeds)
def recognise(data: bytes) -> None:
    """Disturbed sheets are read, or refused in words."""
    _read(data)


@target(_seeds, guided=False)
def checked(data: bytes) -> None:
    """Disturbed sheets are read, checked, and all that is found is told in every form."""
    if reading := _read(data):
        tell(reading)


def _read(data: bytes) -> Any:
    from xltools.workbook import read

    try:
        reading = read.recognise(_disturbed(data))
    except XltoolsError as error:
        refusal(error)
        return None
    promise(all(trouble.message for trouble in reading.troubles))
    promise(all(value.is_finite() for value in reading.report.amounts.values()))
    return reading


def _change(rows: list[list[Any]], how: int, row: int, column: int, content: Any) -> None:
    if not rows or not rows[0]:
        return
    row, column = row % len(rows), column % len(rows[0])
    match how % 8:
        case 0 | 1 | 2 | 3:
            rows[row][column] = content
        case 4:
            rows.insert(row, list(rows[row]) if content == "" else [content] * len(rows[0]))
        case 5:
            del rows[row]
        case 6:
            for cells in rows:
                cells.insert(column, content if isinstance(content, str) else "")
        case 7:
            for cells in rows:
                del cells[column]


def tell(reading: Any) -> None:
    """Check, word, tell: what the command does after reading."""
    import xltools
    from xltools.review.data import as_data
    from xltools.review.page import page
    from xltools.review.sheet import rows
    from xltools.review.text import lines

    outcome = xltools.check(reading)
    promise(outcome.verdict in ("错误", "核实", "通过"))
    promise("".join(lines("a", outcome)))
    json.dumps(as_data("a", outcome), allow_nan=False)
    promise(page([("a", outcome)]))
    list(rows(outcome, reading.report.explanations))


@cache
def _export() -> list[tuple[str, list[list[Any]], list[str]]]:
    """The sheets of an export of the 决算 software: name, rows, merged ranges."""
    from xltools.imports.specimen import pages
    from xltools.workbook.address import join

    found = []
    for page in pages(example(), shanxi()):
        width = max(map(len, page.rows), default=0)
        rows: list[list[Any]] = [
            [float(cell) if isinstance(cell, Decimal | int) else cell or "" for cell in cells]
            + [""] * (width - len(cells))
            for cells in page.rows
        ]
        merges = [f"{join(a + 1, b + 1)}:{join(c + 1, d + 1)}" for a, b, c, d in page.merges]
        found.append((page.name, rows, merges))
    return found


@target(lambda: [bytes([page]) + changes for page in range(1, 11) for changes in (b"", bytes(range(10)))])
def imported(data: bytes) -> None:
    """A disturbed export of the 决算 software: the cover and one sheet, named by the first byte."""
    from xltools.imports.ledger import read_ledger
    from xltools.imports.page import LedgerPage
    from xltools.imports.plans import plans
    from xltools.workbook.facts import Facts
    from xltools.workbook.grid import Grid

    book = _export()
    chosen = [book[0], book[1 + (data[0] if data else 0) % (len(book) - 1)]]
    known, pages = plans("shanxi_2024"), []
    for number, (name, cells, merges) in enumerate(chosen):
        rows = [list(row) for row in cells]
        for at in range(1, min(len(data) - 4, 60), 5):
            which, how, row, column, what = data[at : at + 5]
            if which % 4 == 0 or number:
                _change(rows, how, row, column, CELLS[what % len(CELLS)])
        pages.append(LedgerPage(Grid(name, rows, Facts(merges=merges)), merges, known))
    try:
        found = read_ledger(pages, known, shanxi())
    except XltoolsError as error:
        refusal(error)
        return
    promise(all(value.is_finite() for value in found.report.amounts.values()))
    promise(all(one.why for one in found.unrecognised))


@target(sheet_seeds, *XML)
def surgery(data: bytes) -> None:
    """Two cells are written into a sheet: refused in words, or they read as written, and the rest as before."""
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_bytes
    from xltools.workbook.surgery import Edits, SheetEdit, apply

    whole = zipped(
        parts_of({"表": ""}, extra={"xl/worksheets/sheet1.xml": data, "xl/sharedStrings.xml": _STRINGS})
    )
    try:
        package = open_bytes(Path("fuzz.xlsx"), whole)
        (before,) = file_grids(package)
    except XltoolsError as error:
        refusal(error)
        return
    if before.facts.trouble:
        return
    wanted = {"B2": Decimal("6.22"), "C4": "=甲&乙"}
    try:
        edited = apply(package, Edits({"表": SheetEdit(dict(wanted))}))
    except XltoolsError as error:
        refusal(error)
        return
    (after,) = file_grids(open_bytes(Path("fuzz.xlsx"), edited.data))
    promise(_at(after, 1, 1) == 6.22 and _at(after, 3, 2) == "=甲&乙", "not as written")
    formulas = before.facts.formulas.keys() | after.facts.formulas.keys()
    for row in range(max(len(before.rows), len(after.rows))):
        for at in range(max(before.width, after.width)):
            place = before.place(row, at).cell
            if place not in wanted and place not in formulas:
                promise(_at(before, row, at) == _at(after, row, at), place)


_STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>文字</t></si></sst>'


def _at(grid: Any, row: int, at: int) -> object:
    found = grid.rows[row][at] if row < len(grid.rows) and at < len(grid.rows[row]) else ""
    return "nan" if found != found else found
