"""The sheets 审核结果 and 封面 of an open workbook after a check, and the way from finding to finding.

The sheet itself is the memory: what is current is marked in it, so a button works the same in a new
process, after a restart and on another machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xltools.addin.port import Content, Formula, Grid, Mark, Port, Value
from xltools.errors import XltoolsError
from xltools.finding import CAUSE, Severity
from xltools.report import Place
from xltools.review.sheet import Row, not_checked, rows
from xltools.review.suspects import cause_of, sentences
from xltools.rules import Checked
from xltools.workbook.address import join
from xltools.workbook.layout import COVER, FINDING_ROWS, FINDINGS, NOT_CHECKED, STATES, Table

POINTER = "◀ 当前"
"""Stands behind the row of the finding that was shown last."""
_LINK, _CAUSE, _REMEDY, _KEY = (FINDING_ROWS.at(key) for key in ("cell", "cause", "remedy", "key"))
_ITEM, _RULE, _EXPLANATION = (FINDING_ROWS.at(key) for key in ("item", "rule", "explanation"))
_POINTER = len(FINDING_ROWS.headings)
_KEPT = "已写的出错说明，本次没有对应的问题。"
_SURE = 0.9
_MARKED = 5
"""Of the figures that one cause spoiled so many are marked."""
_PLACE = re.compile(r"'?(?P<sheet>.+?)'?!\$?(?P<column>[A-Z]{1,3})\$?(?P<row>\d+)")


@dataclass(frozen=True, slots=True)
class Item:
    """A finding as it stands on the sheet, in row ``row`` (counted from 1)."""

    row: int
    level: str
    place: Place | None
    message: str
    current: bool


def required(grids: Mapping[str, Grid]) -> Grid:
    """The grid of 审核结果. XltoolsError where the workbook is not one of ours."""
    if FINDINGS not in grids:
        raise XltoolsError(f"这不是决算公开工作簿：没有“{FINDINGS}”表。", "请打开标准工作簿，或用“新建”。")
    return grids[FINDINGS]


def heading(grid: Grid, table: Table) -> tuple[int, int] | None:
    """Row and column (from 0) where the headings of ``table`` begin."""
    labels = {at: one.label for at, one in enumerate(table.headings) if one.required}
    for number, row in enumerate(grid):
        texts = [_text(cell) for cell in row]
        for start in range(len(texts) - max(labels)):
            if all(texts[start + at] == label for at, label in labels.items()):
                return number, start
    return None


def first_row(grid: Grid) -> int:
    """The row below the headings, counted from 1. XltoolsError where the headings were changed."""
    found = heading(grid, FINDING_ROWS)
    if found is None or found[1] != 0:
        raise XltoolsError(
            f"“{FINDINGS}”表的列标题被改动，无法写入。",
            "请在第三行恢复：" + "、".join(FINDING_ROWS.labels[:_KEY]) + "。",
        )
    return found[0] + 2


# writing


def write(
    port: Port, grid: Grid, checked: Checked, explanations: Mapping[str, str], only: str | None
) -> None:
    """Write the findings (of the sheet ``only``), the 出错说明 that belong to none, what was not checked."""
    first = first_row(grid)
    listed = [row for row in rows(checked, explanations) if only is None or _sheet(row) == only]
    lines = [*map(_line, listed), *_kept(listed, explanations)] or [[]]
    lines += _left_out(checked)
    port.renew_rows(FINDINGS, first, len(lines))
    cells: dict[str, Content] = {
        join(first + number, column + 1): value
        for number, line in enumerate(lines)
        for column, value in enumerate(line)
        if value not in (None, "")
    }
    if first > 3:  # the line between the title and the headings
        cells[join(first - 2, 1)] = _counts(listed, only)
    port.write(FINDINGS, cells)


def _sheet(row: Row) -> str:
    return row.cells[FINDING_ROWS.at("form")]


def _line(row: Row) -> list[Content]:
    line: list[Content] = [*row.cells, row.key]
    if row.place is not None:
        line[_LINK] = link(row.place)
    return line


def _kept(listed: Sequence[Row], explanations: Mapping[str, str]) -> Iterable[list[Content]]:
    """A row for each 出错说明 whose finding is not listed: nothing the accountant wrote is lost."""
    shown = {_rule_and_place(row.key) for row in listed}
    for key, text in explanations.items():
        if _rule_and_place(key) not in shown and text:
            line: list[Content] = [None] * (_KEY + 1)
            line[_ITEM], line[_CAUSE] = key.split("|")[1] if "|" in key else None, _KEPT
            line[_RULE], line[_EXPLANATION], line[_KEY] = key.partition("|")[0], text, key
            yield line


def _rule_and_place(key: str) -> tuple[str, ...]:
    return tuple(key.split("|")[:2])


def _left_out(checked: Checked) -> list[list[Content]]:
    """What was not checked, under its own headings."""
    found = [(NOT_CHECKED.labels[0], NOT_CHECKED.labels[1])]
    found += [
        (rule or title, f"{title}：{reason}" if rule else reason)
        for title, reason, rule in not_checked(checked)
    ]
    lines: list[list[Content]] = []
    for rule, reason in found if len(found) > 1 else ():
        line: list[Content] = [None] * (_CAUSE + 1)
        line[_ITEM], line[_CAUSE] = rule, reason
        lines.append(line)
    return [[], *lines] if lines else []


def _counts(listed: Sequence[Row], only: str | None) -> str:
    counts = "，".join(
        f"{level.value} {sum(row.severity is level for row in listed)} 处" for level in Severity
    )
    scope = f"只列出“{only}”：" if only else ""
    return f"{scope}{counts}。错误须改正；核实须写出错说明；提示供参考。"


def link(place: Place) -> Formula:
    """A formula that shows the cell's address and jumps there, in Excel, WPS and LibreOffice alike."""
    target = f"#'{place.sheet.replace(chr(39), chr(39) * 2)}'!{place.cell}"
    return Formula(f'HYPERLINK("{_quoted(target)}","{_quoted(f"{place.sheet}!{place.cell}")}")')


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def write_states(port: Port, grids: Mapping[str, Grid], checked: Checked) -> None:
    """Set the state of each sheet that 封面 lists: 通过, 2 处错误, 1 处核实."""
    grid = grids.get(COVER, [])
    found = heading(grid, STATES)
    if found is None:
        return
    top, left = found
    severities: dict[str, list[Severity]] = {}
    for row in rows(checked, {}):
        severities.setdefault(_sheet(row), []).append(row.severity)
    cells: dict[str, Content] = {}
    for number, line in enumerate(grid[top + 1 :], top + 2):
        name = _text(line[left]) if left < len(line) else ""
        if not name or name not in grids:
            break
        cells[join(number, left + 1 + STATES.at("state"))] = _state(severities.get(name, []))
    if cells:
        port.write(COVER, cells)


def _state(found: Sequence[Severity]) -> str:
    for severity in (Severity.ERROR, Severity.VERIFY):
        if severity in found:
            return f"{found.count(severity)} 处{severity.value}"
    return "通过"


def marks(checked: Checked, only: str | None) -> dict[Place, Mark]:
    """The cells to mark: those that are probably wrong with what they should be, others with their worst
    finding; hints are listed, not marked."""
    found: dict[Place, Mark] = {}
    levels: dict[str, str] = {}
    for finding in checked.findings:  # worst first
        levels.setdefault(finding.group, finding.severity.value)
    for number, (suspect, (alternative, text)) in enumerate(
        zip(checked.suspects, sentences(checked), strict=True), 1
    ):
        if suspect.kind == "soft" or alternative:
            continue
        level = levels.get(f"{CAUSE}{number}", Severity.ERROR.value)
        for cell in [cell for cell, _ in suspect.changes][:_MARKED] or [suspect.cell]:
            if cell.place and cell.place.cell:
                found.setdefault(cell.place, Mark(level, text))
    for finding in checked.findings:
        cause = cause_of(finding, checked)
        if cause is not None and cause.confidence >= _SURE and cause.cell.place in found:
            continue  # its own figures are right
        place = finding.cells[0].place if finding.cells else None
        if place and place.cell and finding.severity is not Severity.HINT:
            found.setdefault(place, Mark(finding.severity.value, finding.message))
    return {place: mark for place, mark in found.items() if only is None or place.sheet == only}


# reading


def items(grid: Grid) -> list[Item]:
    """The findings that stand on the sheet, from above."""
    found = []
    first = first_row(grid)
    levels = {severity.value for severity in Severity}
    for number, row in enumerate(grid[first - 1 :], first):
        texts = [_text(cell) for cell in row] + [""] * (_POINTER + 1 - len(row))
        if texts[0] in levels:
            place = place_of(texts[_LINK])
            message = f"{texts[_CAUSE]}{texts[_REMEDY]}"
            found.append(Item(number, texts[0], place, message, texts[_POINTER] == POINTER))
    return found


def place_of(text: str) -> Place | None:
    """The cell that a text such as 公开03表!C5 names; None for anything else."""
    match = _PLACE.fullmatch(text)
    return Place(match["sheet"], match["column"] + match["row"]) if match else None


def step(found: list[Item], here: Place, forward: bool) -> Item:
    """The finding to show next: behind (or before) the one that is selected, or else the current one."""
    current = next((i for i, item in enumerate(found) if item.current), None)
    if current is None or found[current].place not in (None, here):
        selected = next((i for i, item in enumerate(found) if item.place == here), None)
        current = current if selected is None else selected
    if current is None:
        return found[0] if forward else found[-1]
    return found[(current + (1 if forward else -1)) % len(found)]


def point_at(port: Port, found: list[Item], item: Item) -> None:
    """Mark ``item`` as the current one on the sheet."""
    changes: dict[str, Content] = {join(one.row, _POINTER + 1): None for one in found if one.current}
    port.write(FINDINGS, {**changes, join(item.row, _POINTER + 1): POINTER})


def _text(cell: Value) -> str:
    return cell.strip() if isinstance(cell, str) else "" if cell is None else str(cell)
