"""结转上年数: last year's figures from last year's workbook."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from xltools.addin import results
from xltools.addin.port import Grid, Port, Value, snapshot
from xltools.amount import Unit, to_wan
from xltools.errors import XltoolsError
from xltools.report import Ref, Report
from xltools.workbook.address import join
from xltools.workbook.layout import COMPARISON, FIGURES

_NUMBER, _LINE, _TITLE, _COLUMN, _LAST = (
    FIGURES.at(key) for key in ("number", "line", "title", "column", "last_year")
)


def carry(port: Port) -> None:
    """结转上年数: ask for last year's workbook and fill 上年数与预算 from it."""
    source = port.ask("file", "选择上年的决算公开工作簿")
    if source is not None:
        carry_over(port, Path(source))


def carry_over(port: Port, source: Path) -> int:
    """Write the figures of the workbook ``source`` as last year's; the number of figures written.

    Rows of 上年数与预算 say which figures are wanted; 类 of this year without a row take its spare ones.
    Raises XltoolsError where ``source`` cannot be read or the sheet has no table.
    """
    import xltools

    port.status("正在读取上年工作簿…")
    grids = port.read()
    results.required(grids)
    grid = grids.get(COMPARISON)
    top = results.heading(grid, FIGURES) if grid is not None else None
    if grid is None or top is None:
        raise XltoolsError(f"没有“{COMPARISON}”表，或它的列标题被改动。", "请恢复原来的列标题。")
    last = xltools.read(source)
    with snapshot(port) as path:
        now = xltools.read(path)
    if not _year_fits(port, now.report, last.report):
        return 0
    numbers = {form.number: form.id for form in now.edition.forms.values()}
    cells: dict[str, Value] = {}
    missing = iter(_classes_without_row(grid, top[0], numbers, now.report))
    for row, line in _records(grid, top[0]):
        if line[_NUMBER] not in numbers:
            continue
        code = line[_LINE] or (
            next(missing, "") if line[_NUMBER] == now.edition.forms["general"].number else ""
        )
        if code and not line[_LINE]:
            cells[join(row, _LINE + 1)] = code
            cells[join(row, _TITLE + 1)] = now.report.titles.get(code)
        value = last.report.amounts.get(Ref(numbers[line[_NUMBER]], code, line[_COLUMN]))
        if code and value is not None:
            cells[join(row, _LAST + 1)] = float(_converted(value, last.report.unit, now.report.unit))
    written = sum(1 for address in cells if address.startswith(join(1, _LAST + 1)[:-1]))
    with port.quietly():
        port.write(COMPARISON, cells)
    rounded = (
        "（上年为万元，折成元后只准到百元）" if last.report.unit is not now.report.unit is Unit.YUAN else ""
    )
    port.status(f"已从 {source.name} 结转 {written} 个上年数{rounded}。")
    return written


def _records(grid: Grid, top: int) -> Iterator[tuple[int, list[str]]]:
    """Rows below the headings (counted from 1) with their texts, to the first that has no 表号."""
    for number, row in enumerate(grid[top + 1 :], top + 2):
        texts = [_text(cell) for cell in row] + [""] * (len(FIGURES.headings) - len(row))
        if not texts[_NUMBER]:
            return
        yield number, texts


def _text(cell: Value) -> str:
    """Codes may have become numbers: 201.0 is 201."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _classes_without_row(grid: Grid, top: int, numbers: dict[str, str], report: Report) -> list[str]:
    """The 类 of 公开05表 that no row asks for yet."""
    listed = {line[_LINE] for _, line in _records(grid, top) if numbers.get(line[_NUMBER]) == "general"}
    return [code for code in report.lines.get("general", []) if len(code) == 3 and code not in listed]


def _converted(value: Decimal, given: Unit, wanted: Unit) -> Decimal:
    if given is wanted:
        return value
    return to_wan(value) if wanted is Unit.WAN else value * 10000


def _year_fits(port: Port, now: Report, last: Report) -> bool:
    """Whether the other workbook is last year's, or the user says that it shall be taken as such."""
    if now.cover.year is None or last.cover.year is None or last.cover.year == now.cover.year - 1:
        return True
    question = f"本工作簿是 {now.cover.year} 年度，所选工作簿是 {last.cover.year} 年度。仍然作为上年数吗？"
    return port.ask("yes", question) is not None
