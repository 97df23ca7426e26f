"""A sheet of an export: what stands above its table, the headings of its columns, its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xltools.imports.plans import Path_, Patterns, Plan, Plans
from xltools.workbook.address import Area, area, column_letters, join
from xltools.workbook.grid import Grid
from xltools.workbook.labels import code, entity, key, label, unit, year

_HEAD = 12
"""Rows above the headings at most, and rows of headings at most."""
_NUMBERS = "栏次"
_COMMON = frozenset(("项目", "行次", _NUMBERS, "科目名称", "金额", "类", "款", "项"))
_NOTE = re.compile(r"^附?(注|说明|备注)([\d:.、(]|$)")
_LEVELS = frozenset("类款项")
_OWNER = frozenset(("编制单位", "单位名称", "编制单位名称"))
_NUMBER = re.compile(r"^\(?(财决(?:附)?\d+(?:-\d+)?表)\)?$")
_NAMED = re.compile(r"^(?:Z|F|L|CS|QB)\d{2}(?:[_-]\d+)?(?=[\s\u4e00-\u9fff])")
_PUBLISHED = re.compile(r"公开\d+表")
_YEAR = re.compile(r"^(?:20\d\d年度?|\d{4})")


@dataclass
class Head:
    """The headings: ``paths`` by column; ``first`` row, and ``body``, the first row below them."""

    first: int
    body: int
    paths: dict[int, Path_] = field(default_factory=dict)


class LedgerPage:
    """A sheet of an export and what is needed to read it."""

    def __init__(self, grid: Grid, merges: Sequence[str], plans: Plans) -> None:
        self.grid = grid
        self.rows = grid.rows
        self.plans = plans
        self.merges: list[Area] = [area(reference) for reference in merges]

    @property
    def name(self) -> str:
        """The name of the sheet."""
        return self.grid.name

    @cached_property
    def top(self) -> list[str]:
        """The texts of the first rows."""
        return [cell for cells in self.rows[:_HEAD] for cell in cells if type(cell) is str and cell.strip()]

    @cached_property
    def number(self) -> str:
        """The number printed above the table or in the name of the sheet: 财决03表; "" without one."""
        for text in self.top:
            match = _NUMBER.match(key(text))
            if match:
                return match[1]
        match = re.search(r"财决(?:附)?\d+(?:-\d+)?表", key(self.name))
        return match[0] if match else ""

    @cached_property
    def from_ledger(self) -> bool:
        """Whether the sheet looks like one of the 决算 software."""
        return bool(self.number) or "财决" in self.name or bool(_NAMED.match(self.name))

    @cached_property
    def published(self) -> bool:
        """Whether the sheet says that it is a published table: 公开03表."""
        return any(_PUBLISHED.search(key(text)) for text in (*self.top[:6], self.name))

    def titles(self) -> set[str]:
        """What is printed above the table, without a year before it."""
        return {_YEAR.sub("", key(text)) for text in self.top[:8]}

    @cached_property
    def named(self) -> str:
        """The name of the sheet without its number: Z03 收入决算表(财决03表) → 收入决算表."""
        name = key(_NAMED.sub("", self.name))
        return re.sub(r"\(财决.*$", "", name)

    def stated(self) -> tuple[str, str, int | None]:
        """金额单位, unit name and year above the table; "" and None where there are none."""
        texts = self.top
        units = [found for text in texts if (found := unit(text))]
        years = [printed for text in texts if (printed := year(text))]
        return (units[0] if units else "", self._owner(), years[0] if years else None)

    def _owner(self) -> str:
        for cells in self.rows[:_HEAD]:
            for at, cell in enumerate(cells):
                if type(cell) is not str:
                    continue
                if label(cell) in _OWNER:
                    return next((c.strip() for c in cells[at + 1 :] if type(c) is str and c.strip()), "")
                if found := entity(cell):
                    return found
        return ""

    def place(self, row: int, at: int) -> str:
        """The address of a cell, from 0."""
        return join(row + 1, at + 1)

    # --- headings

    def head(self, plan: Plan, words: frozenset[str] = frozenset()) -> Head | None:
        """The headings of the table; None where there are none."""
        known = plan.words | words | _COMMON | self.plans.codes | self.plans.names
        first = next(
            (row for row in range(min(len(self.rows), 2 * _HEAD)) if self._known(row, known) > 1), None
        )
        if first is None:
            return None
        numbered = [
            row
            for row in range(first, min(len(self.rows), first + _HEAD))
            if any(label(cell) == _NUMBERS for cell in self.rows[row])
        ]
        last = numbered[0] if numbered else self._body_begins(first)
        return Head(first, last + 1 if numbered else last, self._paths(first, last))

    def _known(self, row: int, known: frozenset[str]) -> int:
        texts = {label(cell) for cell in self.rows[row]}
        return len({text for text in texts if text in known or text.partition("(")[0] in known} - {""})

    def _body_begins(self, first: int) -> int:
        """Without a row 栏次: the first row that holds a code or an amount."""
        for row in range(first + 1, min(len(self.rows), first + _HEAD)):
            if any(type(cell) in (float, int) or len(code(cell)) in (3, 5, 7) for cell in self.rows[row]):
                return row
        return first + 1

    def _paths(self, first: int, last: int) -> dict[int, Path_]:
        rows = [[label(cell) for cell in self.rows[row]] for row in range(first, last)]
        inside = [one for one in self.merges if first < one[0] <= last]
        for top, left, bottom, right in inside:
            for row in range(top - 1, min(bottom, last)):
                for at in range(left - 1, min(right, self.grid.width)):
                    rows[row - first][at] = label(self.rows[top - 1][left - 1])
        if not inside:
            _carry(rows)
        paths = {}
        for at in range(self.grid.width):
            path: list[str] = []
            for cells in rows:
                if cells[at] and (not path or path[-1] != cells[at]):
                    path.append(cells[at])
            if path:
                paths[at] = tuple(path)
        return paths

    def body(self, head: Head) -> Iterator[int]:
        """The rows below the headings, down to the notes."""
        for row in range(head.body, len(self.rows)):
            first = next((cell for cell in self.rows[row] if cell not in ("", None)), "")
            if type(first) is str and _NOTE.match(label(first)):
                return
            yield row

    # --- columns

    def find(self, paths: Mapping[int, Path_], wanted: Patterns) -> int | None:
        """The one column under these headings; None where there is none, or no telling which."""
        for pattern in wanted:
            found = [at for at, path in paths.items() if self.fits(path, pattern)]
            if len(found) == 1:
                return found[0]
        return None

    def fits(self, path: Path_, pattern: Path_) -> bool:
        """Whether a path of headings ends with ``pattern``, but for one of ``totals`` below it."""
        length = len(pattern)
        if path[-length:] == pattern:
            return True
        return path[-1] in self.plans.totals and path[-length - 1 : -1] == pattern

    def shown_path(self, path: Path_, at: int) -> str:
        """How a message calls a column: “事业收入／其中:教育收费”（I列）."""
        return f"“{'／'.join(path)}”（{column_letters(at + 1)}列）"

    def code_columns(self, head: Head) -> tuple[list[int], int | None]:
        """The columns of the code (one, or 类, 款 and 项) and the one of the name."""
        codes = [at for at, path in head.paths.items() if any(text in self.plans.codes for text in path)]
        names = [at for at, path in head.paths.items() if path[-1] in self.plans.names]
        if not codes:
            return [], names[0] if names else None
        if len(codes) == 1 and names and names[0] > codes[0]:
            # Without merged cells the heading stands above 类 alone.
            codes = list(range(codes[0], names[0]))
        return self._by_level(head, codes), names[0] if names else None

    def _by_level(self, head: Head, columns: list[int]) -> list[int]:
        """Columns of codes in the order 类, 款, 项, where these are printed above them."""
        printed = {
            at: text
            for row in range(head.first, head.body)
            for at in columns
            if (text := label(self.rows[row][at])) in _LEVELS
        }
        if len(set(printed.values())) == len(columns):
            return sorted(columns, key=lambda at: "类款项".index(printed[at]))
        return columns

    def code_of(self, row: int, columns: Sequence[int]) -> str | None:
        """The code in the cells of a row: whole, or in pieces; "" for none, None where it cannot be told."""
        cells = [self.rows[row][at] for at in columns]
        cells = ["" if label(cell) in _LEVELS or cell is None else cell for cell in cells]
        while cells and cells[-1] == "":
            cells.pop()
        if not cells:
            return ""
        pieces = [code(cell) for cell in cells]
        if not all(pieces):
            return None
        whole = pieces[0]
        for piece in pieces[1:]:
            if len(piece) > 2 and piece.startswith(whole):
                whole = piece
            elif len(piece) <= 2 and int(piece):
                whole += piece.zfill(2)
            else:
                return None
        return whole if len(whole) in (3, 5, 7) else None


def _carry(rows: list[list[str]]) -> None:
    """Without merged cells: a heading goes on to the right as long as there are headings below."""
    for number, cells in enumerate(rows):
        for at in range(1, len(cells)):
            below = any(deeper[at] for deeper in rows[number + 1 :])
            same = all(above[at] == above[at - 1] for above in rows[:number])
            if not cells[at] and cells[at - 1] and below and same:
                cells[at] = cells[at - 1]
