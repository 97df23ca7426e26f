"""The page of GB/T 9704-2012: paper, margins, fonts by their official names, and the widths of columns.

Lengths are whole millimetres, sizes of letters half points.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from xltools.export.document import RIGHT, Orientation, Slot, Table, lay_out

TITLE_FONT = "方正小标宋简体"
HEADING_FONT = "黑体"
KAI_FONT = "楷体"
BODY_FONT = "仿宋"
SONG_FONT = "宋体"
LATIN_FONT = "Times New Roman"

ERHAO, XIAOER, SANHAO, SIHAO, WUHAO, XIAOWU = 44, 36, 32, 28, 21, 18
"""二号, 小二, 三号, 四号, 五号, 小五 in half points."""
LINE = 28
"""Distance of the lines of body text in points."""


@dataclass(frozen=True, slots=True)
class Page:
    """A4 with its margins in millimetres."""

    width: int
    height: int
    top: int
    bottom: int
    left: int
    right: int

    @property
    def text_width(self) -> int:
        """The width between the margins."""
        return self.width - self.left - self.right


PAGES = {
    Orientation.PORTRAIT: Page(210, 297, 37, 35, 28, 26),
    Orientation.LANDSCAPE: Page(297, 210, 28, 26, 37, 35),
}
"""A landscape page is a portrait page turned, margins and all."""


def table_size(table: Table) -> int:
    """The size of the letters in a table in half points: 五号, or 小五 where there is much to hold."""
    crowded = table.compact or table.columns > 9 or len(table.body) > 16
    return XIAOWU if crowded else WUHAO


def row_height(table: Table) -> int:
    """The least height of a row in points."""
    return 13 if table_size(table) == XIAOWU else 20


@lru_cache(4096)
def display_width(text: str) -> int:
    """How wide ``text`` prints, in halves of a Chinese character; of several lines the widest."""
    if text.isascii() and "\n" not in text:
        return len(text)
    lines = text.split("\n")
    return max(sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in lines)


CELL_MARGIN = 2
"""Left and right inside a cell, in points."""
TALLEST_WHOLE = 12
"""Lines from which a row may be split over pages: kept whole it would leave a large hole."""
_ONE_LINE = 40
"""Texts up to this many halves of a character are given room for one line, longer ones wrap."""
_FIGURE = 9
"""Halves of a character that a column of amounts keeps even where it is empty: 99999.99."""


def column_widths(table: Table) -> list[int]:
    """The width of each column in tenths of a point, adding up to the text width of the page.

    Starts from the given shares; columns whose texts would wrap take from those with room to spare.
    """
    total = PAGES[table.orientation].text_width * 7200 // 254
    shares = list(table.widths) or [1] * table.columns
    base = [share * total // sum(shares) for share in shares]
    needs = [
        max(need, width if prose else 0) for (need, prose), width in zip(_needs(table), base, strict=True)
    ]
    missing = [max(0, need - width) for need, width in zip(needs, base, strict=True)]
    spare = [max(0, width - need) for need, width in zip(needs, base, strict=True)]
    base = _moved(base, missing, spare)
    least = _least(table)
    missing = [max(0, need - width) for need, width in zip(least, base, strict=True)]
    spare = [max(0, width - need) for need, width in zip(least, base, strict=True)]
    base = _moved(base, missing, spare)
    base[base.index(max(base))] += total - sum(base)
    return base


def _moved(widths: list[int], missing: list[int], spare: list[int]) -> list[int]:
    """What is missing in some columns is taken from others, as far as they can spare it."""
    moved = min(sum(missing), sum(spare))
    if not moved:
        return widths
    return [
        width + gap * moved // sum(missing) - room * moved // sum(spare)
        for width, gap, room in zip(widths, missing, spare, strict=True)
    ]


def _least(table: Table) -> list[int]:
    """What each column cannot do without: its longest figure on one line, else two characters."""
    size = table_size(table) * 5
    least = [2 * size] * table.columns
    for slots in lay_out(table.header + table.body):
        for slot in slots:
            if slot.top and slot.cell.columns == 1 and slot.cell.number is not None:
                # Digits of some fonts are wider than half a Chinese character.
                least[slot.column] = max(least[slot.column], len(slot.cell.text) * size * 57 // 100)
    return [width + 2 * CELL_MARGIN * 10 + size // 4 for width in least]


def _needs(table: Table) -> list[tuple[int, bool]]:
    """What each column needs to keep its texts on one line (tenths of a point), and whether it holds
    prose, which wraps anyway. Headings may wrap."""
    wide = [0] * table.columns
    for slots in lay_out(table.header + table.body):
        for slot in slots:
            if slot.cell.columns == 1 and slot.top:
                text = display_width(slot.cell.text)
                least = min(text, 8) if slot.cell.header else text
                if slot.cell.align == RIGHT:
                    least = max(least, _FIGURE)
                wide[slot.column] = max(wide[slot.column], least)
    half = table_size(table) * 10 // 4
    room = 2 * CELL_MARGIN * 10 + half
    return [(min(count, _ONE_LINE) * half + room, count > _ONE_LINE) for count in wide]


def lines_of(table: Table, slots: list[Slot], widths: list[int]) -> int:
    """About how many lines the tallest cell of a row takes (cells over several rows do not count)."""
    tallest = 1
    size = table_size(table)
    for slot in slots:
        if slot.cell.rows == 1 and slot.cell.text:
            room = sum(widths[slot.column : slot.column + slot.cell.columns]) - 20 * CELL_MARGIN
            halves = max(2, room * 4 // (size * 10))
            lines = slot.cell.text.split("\n")
            tallest = max(tallest, sum(max(1, -(-display_width(line) // halves)) for line in lines))
    return tallest


def meta_lines(table: Table) -> list[tuple[str, str, str]]:
    """The lines between title and grid: left, centre, right. A long name gets a line of its own."""
    left, centre, right = table.meta
    lines = [("", "", table.number)] if table.number else []
    half = WUHAO * 10 // 4
    total = PAGES[table.orientation].text_width * 7200 // 254
    beside = (display_width(centre) * half + total) // 2 if centre else display_width(right) * half
    if (centre or right) and display_width(left) * half + 100 > total - beside:
        lines.append((left, "", ""))
        left = ""
    if left or centre or right:
        lines.append((left, centre, right))
    return lines
