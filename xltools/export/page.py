"""The page of GB/T 9704-2012: paper, margins, fonts by their official names, and the widths of columns.

Lengths are whole millimetres, sizes of letters half points.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from xltools.export.document import Orientation, Table, lay_out

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


def display_width(text: str) -> int:
    """How wide ``text`` prints, in halves of a Chinese character; of several lines the widest."""
    lines = text.split("\n")
    return max(sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in lines)


def column_widths(table: Table, total: int) -> list[int]:
    """The width of each column, adding up to exactly ``total`` (any unit): as given, else by content."""
    shares = list(table.widths) or _natural(table)
    edges = [0]
    for share in shares:
        edges.append(edges[-1] + share)
    scaled = [edge * total // edges[-1] for edge in edges]
    return [after - before for before, after in zip(scaled, scaled[1:], strict=False)]


def _natural(table: Table) -> list[int]:
    """By content: short columns get what they need, long texts wrap; never narrower than a figure."""
    needs = [7] * table.columns
    for slots in lay_out(table.header + table.body):
        for slot in slots:
            if slot.cell.columns > 1 or not slot.top:
                continue
            wide = display_width(slot.cell.text)
            needs[slot.column] = max(needs[slot.column], min(wide, 10 if slot.cell.header else 34) + 2)
    return needs
