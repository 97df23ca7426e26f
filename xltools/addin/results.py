"""The sheet 审核结果 of an open workbook: written after a check, read again to lead from finding to finding.

The sheet itself is the memory: what is current is marked in it, so a button works the same in a new
process, after a restart and on another machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xltools.addin.port import Grid, Mark, Port, Value
from xltools.errors import XltoolsError
from xltools.report import Place
from xltools.review.sheet import HEADINGS, not_checked, rows
from xltools.rules import Checked
from xltools.workbook.address import join

SHEET = "审核结果"
POINTER = "◀ 当前"
"""Stands behind the row of the finding that was shown last."""
NOT_CHECKED = "未核对的项目"
_LINK_COLUMN = HEADINGS.index("单元格")
_REASON_COLUMN = HEADINGS.index("原因")
_PLACE = re.compile(r"'?(?P<sheet>.+?)'?!\$?(?P<column>[A-Z]{1,3})\$?(?P<row>\d+)")


@dataclass(frozen=True, slots=True)
class Item:
    """A finding as it stands on the sheet, in row ``row`` (counted from 1)."""

    row: int
    level: str
    place: Place | None
    message: str
    current: bool


def heading_row(grid: Grid) -> int:
    """The row of the headings, counted from 0. XltoolsError where there is none."""
    for number, row in enumerate(grid):
        if tuple(_text(cell) for cell in row[: len(HEADINGS)]) == HEADINGS:
            return number
    raise XltoolsError(
        f"“{SHEET}”表的标题行被改动，无法写入。", "请恢复原来的列标题：" + "、".join(HEADINGS) + "。"
    )


def sheet_of(grids: Mapping[str, Grid]) -> Grid:
    """The grid of 审核结果. XltoolsError where the workbook is not one of ours."""
    if SHEET not in grids:
        raise XltoolsError(f"这不是决算公开工作簿：没有“{SHEET}”表。", "请打开标准工作簿，或用“新建”。")
    return grids[SHEET]


def cells(
    grid: Grid, checked: Checked, explanations: Mapping[str, str], only: str | None
) -> dict[str, Value]:
    """What to write on the sheet: the findings (of sheet ``only``), what was not checked, blanks behind."""
    first = heading_row(grid) + 1
    lines: list[list[Value]] = []
    for row in rows(checked, explanations):
        if only is not None and (row.place is None or row.place.sheet != only):
            continue
        line: list[Value] = [text or None for text in row.cells]
        if row.place is not None:
            line[_LINK_COLUMN] = link(row.place)
        lines.append(line)
    left_out = [[title, None, None, None, None, None, None, reason, None, rule or None]
                for title, reason, rule in not_checked(checked)]  # fmt: skip
    if left_out:
        lines += [[], [NOT_CHECKED], *left_out]
    width, height = len(HEADINGS) + 1, max(len(lines), len(grid) - first)
    found: dict[str, Value] = {}
    for number in range(height):
        line = lines[number] if number < len(lines) else []
        before = grid[first + number] if first + number < len(grid) else []
        for column in range(width):
            value = line[column] if column < len(line) else None
            if value is not None or (column < len(before) and before[column] is not None):
                found[join(first + number + 1, column + 1)] = value
    return found


def link(place: Place) -> str:
    """A formula that shows the cell's address and jumps there, in Excel, WPS and LibreOffice alike."""
    target = f"#'{place.sheet.replace(chr(39), chr(39) * 2)}'!{place.cell}"
    return f'=HYPERLINK("{_quoted(target)}","{_quoted(f"{place.sheet}!{place.cell}")}")'


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def items(grid: Grid) -> list[Item]:
    """The findings that stand on the sheet, from above."""
    found = []
    first = heading_row(grid) + 1
    for number, row in enumerate(grid[first:], first + 1):
        texts = [_text(cell) for cell in row] + [""] * (len(HEADINGS) + 1 - len(row))
        if not texts[0] or texts[0] == NOT_CHECKED:
            break
        found.append(
            Item(
                number,
                texts[0],
                place_of(texts[_LINK_COLUMN]),
                texts[_REASON_COLUMN],
                texts[len(HEADINGS)] == POINTER,
            )
        )
    return found


def place_of(text: str) -> Place | None:
    """The cell that a text such as 公开03表!C5 names; None for anything else."""
    match = _PLACE.fullmatch(text)
    return Place(match["sheet"], match["column"] + match["row"]) if match else None


def step(found: list[Item], here: Place, forward: bool) -> Item:
    """The finding to show next: behind (or before) the one that is selected, or else the current one."""
    current = next((i for i, item in enumerate(found) if item.current), None)
    if current is None or found[current].place != here:
        selected = next((i for i, item in enumerate(found) if item.place == here), None)
        current = current if selected is None else selected
    if current is None:
        return found[0] if forward else found[-1]
    return found[(current + (1 if forward else -1)) % len(found)]


def point_at(port: Port, found: list[Item], item: Item) -> None:
    """Mark ``item`` as the current one on the sheet."""
    column = len(HEADINGS) + 1
    changes: dict[str, Value] = {join(one.row, column): None for one in found if one.current}
    port.write(SHEET, {**changes, join(item.row, column): POINTER})


def marks(checked: Checked, only: str | None) -> dict[Place, Mark]:
    """The cells to mark, each with its worst finding; hints are listed, not marked."""
    found: dict[Place, Mark] = {}
    for finding in checked.findings:  # worst first
        place = finding.cells[0].place if finding.cells else None
        if place is None or not place.cell or finding.severity.value == "提示":
            continue
        if only is None or place.sheet == only:
            found.setdefault(place, Mark(finding.severity.value, finding.message))
    return found


def _text(cell: Value) -> str:
    return cell.strip() if isinstance(cell, str) else "" if cell is None else str(cell)
