"""Headings of a table: where they stand, and the path of headings above each column.

Merged headings are resolved by what people see: a blank cell below one heading belongs to the heading at its
left. So it works alike for a file, for the open workbook, and for headings that are centred and not merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xltools.report import TOTAL
from xltools.workbook.labels import code, label

COLUMN_NUMBERS = "栏次"
LEVELS = frozenset({"类", "款", "项"})
"""Headings of the three parts of a code, where they stand in columns of their own."""
_FAR = 40
"""Rows below a title in which its headings are looked for."""

Rows = Sequence[Sequence[object]]
Path = tuple[str, ...]


@dataclass(slots=True)
class Head:
    """``first`` and ``last`` are its rows (with 栏次); ``paths`` column → headings from top to bottom;
    ``own``: columns whose lowest heading stands in them; ``numbers`` column → 栏次."""

    first: int
    last: int
    paths: dict[int, Path] = field(default_factory=dict)
    own: set[int] = field(default_factory=set)
    numbers: dict[int, str] = field(default_factory=dict)

    def title(self, at: int) -> str:
        """The lowest heading that stands in a column; "" where none does."""
        return self.paths[at][-1] if at in self.own else ""


def find_head(rows: Rows, top: int, bottom: int, words: frozenset[str]) -> Head | None:
    """The headings between two rows of which the texts are in ``words``; None where there are none."""
    for row in range(top, min(bottom, top + _FAR)):
        here = hits(rows[row], words)
        if here > 1 or (here == 1 and row + 1 < bottom and hits(rows[row + 1], words) > 1):
            return _head(rows, row, bottom, words)
    return None


def hits(row: Sequence[object], words: frozenset[str]) -> int:
    """How many cells hold one of ``words``."""
    return sum(1 for content in row if type(content) is str and content and label(content) in words)


def _head(rows: Rows, first: int, bottom: int, words: frozenset[str]) -> Head:
    head = Head(first, first)
    paths: dict[int, Path] = {}
    row = first
    while row < bottom:
        cells = rows[row]
        if is_numbers(cells):
            head.numbers = {at: digits for at, cell in enumerate(cells) if (digits := code(cell))}
            head.last = row
        elif _belongs(cells, words):
            _extend(paths, head.own, cells)
            head.last = row
        elif any(cell not in ("", None) for cell in cells) or row > head.last + 1:
            break
        row += 1
    head.paths = paths
    return head


def _belongs(cells: Sequence[object], words: frozenset[str]) -> bool:
    """Whether a row consists of headings: a known one, and no 合计 that begins the body."""
    found = 0
    for cell in cells:
        if type(cell) is str:
            found += bool(cell) and (label(cell) in words or label(cell) in LEVELS)
        elif type(cell) is float or type(cell) is int:
            return False
    return found > 1 or (found == 1 and not any(label(cell) == TOTAL for cell in cells))


def is_numbers(cells: Sequence[object]) -> bool:
    """Whether this is the row 栏次: 1, 2, 3 … of the columns, with or without that word."""
    named = False
    digits = []
    for cell in cells:
        if cell == "" or cell is None:
            continue
        number = code(cell)
        if number:
            digits.append(int(number))
        elif label(cell) == COLUMN_NUMBERS:
            named = True
        elif label(cell) in LEVELS:
            continue
        else:
            return False
    if not digits or max(digits) > 40:
        return named
    return named or (len(digits) > 2 and sorted(digits) == list(range(1, len(digits) + 1)))


def _extend(paths: dict[int, Path], own: set[int], cells: Sequence[object]) -> None:
    """One more row of headings."""
    carried = ""
    parent: Path = ()
    before = dict(paths)
    for at, cell in enumerate(cells):
        above = before.get(at, ())
        text = label(cell)
        if text in LEVELS:
            carried = ""
            continue
        if text:
            carried, parent = text, above
            own.add(at)
        elif carried and above == parent:
            text = carried
            own.discard(at)
        else:
            carried = ""
            continue
        if not above or above[-1] != text:
            paths[at] = (*above, text)
