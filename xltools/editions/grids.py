"""What follows from a form's printed grids: its slots, lines and columns."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from xltools.editions import Column, Form, Line, Slot
from xltools.errors import XltoolsError
from xltools.report import TOTAL

_SLOT = re.compile(r"^\{(?P<line>[^,|}]+),(?P<column>[^,|}]+)(?:\|(?P<dash>[^}]+))?\}$")
_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]\s*|\d+\.\s*)")
_AMOUNT_HEADINGS = {"金额", "决算数", "统计数"}
_MERGED = {"<", "^"}
Grid = tuple[tuple[str, ...], ...]


class EditionError(XltoolsError):
    """An edition's sources are wrong; the message says in which file and where."""


def derive(form: Form, counts: Collection[str], path: Path) -> Form:
    """``form`` with slots, lines and columns read off its grids; the lines in ``counts`` count pieces.

    Raises EditionError where the grids are no grids, or a cell for an amount is written wrongly.
    """
    _check_grids(form, path)
    slots: list[Slot] = []
    lines: dict[str, tuple[int, Line]] = {}
    for row, cells in enumerate(form.body):
        for at, text in enumerate(cells):
            match = _SLOT.match(text)
            if not match:
                continue
            line, column = match["line"], match["column"]
            if not column.isdigit():
                raise EditionError(
                    f"版本文件 {path} 的表体第 {row + 1} 行：栏次“{column}”不是数字。", "请改正。"
                )
            slots.append(Slot(row, at, line, column, match["dash"] or ""))
            if line not in lines and line != "*":
                title = _title(cells, at, line)
                name = _NUMBERING.sub("", title).strip()
                lines[line] = (at, Line(line, title, name or line, row, line in counts))
    if unknown := sorted(set(counts) - set(lines)):
        raise EditionError(f"版本文件 {path} 的 counts 有不存在的行次 {'、'.join(unknown)}。", "请改正。")
    _check_kind(form, slots, path)
    # A form of several blocks side by side is read block by block.
    ordered = [item for _, item in sorted(lines.values(), key=lambda pair: (pair[0], pair[1].row))]
    return replace(form, slots=tuple(slots), lines=tuple(ordered), columns=_columns(form, slots))


def _check_grids(form: Form, path: Path) -> None:
    if not form.header or not form.body:
        raise EditionError(f"版本文件 {path} 没有表头（header）或表体（body）。", "请补上。")
    width = len(form.header[0])
    for name, grid in (("表头", form.header), ("表体", form.body)):
        for number, cells in enumerate(grid, 1):
            if len(cells) != width:
                raise EditionError(
                    f"版本文件 {path} 的{name}第 {number} 行有 {len(cells)} 格，应为 {width} 格。", "请补齐。"
                )
            if cells[0] == "<" or (number == 1 and "^" in cells):
                raise EditionError(
                    f"版本文件 {path} 的{name}第 {number} 行：“<”或“^”没有可以合并的单元格。", "请改正。"
                )
            broken = [text for text in cells if text.startswith("{") and not _well_formed(text)]
            if broken:
                raise EditionError(
                    f"版本文件 {path} 的{name}第 {number} 行：“{broken[0]}”应写成 {{行次,栏次}}。", "请改正。"
                )
    if len(form.widths) != width:
        raise EditionError(
            f"版本文件 {path} 的 widths 有 {len(form.widths)} 个，应为 {width} 个。", "请补齐。"
        )


def _well_formed(text: str) -> bool:
    return text in {"{code}", "{title}"} or bool(_SLOT.match(text))


def _check_kind(form: Form, slots: list[Slot], path: Path) -> None:
    repeated = {slot.line for slot in slots}
    if form.kind == "codes" and repeated != {TOTAL, "*"}:
        raise EditionError(
            f"版本文件 {path}：按科目代码列示的表（kind = codes）应有合计和 * 两种行，"
            f"现有 {'、'.join(sorted(repeated)) or '无'}。",
            "请改正。",
        )
    if form.kind == "grid" and ("*" in repeated or not repeated):
        raise EditionError(f"版本文件 {path}：固定行次的表（kind = grid）要有金额，没有 * 行。", "请改正。")


def _title(cells: tuple[str, ...], at: int, line: str) -> str:
    for text in reversed(cells[:at]):
        if _SLOT.match(text):
            # Beyond it another block begins.
            return ""
        if text and text not in _MERGED and not (text == line and line.isdigit()):
            return text
    return ""


def _columns(form: Form, slots: list[Slot]) -> tuple[Column, ...]:
    found: dict[str, Column] = {}
    for slot in slots:
        if slot.column in found:
            continue
        path = _heading_path(form, slot.at, slot.column)
        # Where one column serves a line, the line's name says all.
        title = "" if path[-1:] and path[-1] in _AMOUNT_HEADINGS else _column_title(path, form)
        found[slot.column] = Column(slot.column, title, path, slot.at)
    return tuple(sorted(found.values(), key=lambda column: int(column.id)))


def _column_title(path: tuple[str, ...], form: Form) -> str:
    if not path:
        return ""
    lasts = [p[-1] for p in (_heading_path(form, at, "") for at in range(form.width)) if p]
    if lasts.count(path[-1]) <= 1:
        return path[-1]
    return " ".join(path)


def _heading_path(form: Form, at: int, column: str) -> tuple[str, ...]:
    path: list[str] = []
    for row_number in range(len(form.header)):
        text = _merged_text(form.header, row_number, at)
        if text and text != column and not text.isdigit() and (not path or path[-1] != text):
            path.append(text)
    return tuple(path)


def _merged_text(grid: Grid, row: int, at: int) -> str:
    while grid[row][at] in _MERGED:
        if grid[row][at] == "<":
            at -= 1
        else:
            row -= 1
    return grid[row][at]
