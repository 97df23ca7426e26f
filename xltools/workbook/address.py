"""Cell addresses in A1 notation: "C5" ↔ (row 5, column 3), counted from 1; ranges; formulas moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from xltools.errors import XltoolsError

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", re.ASCII)

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, counted from 1, all inclusive."""


@cache
def column_number(letters: str) -> int:
    """A → 1, Z → 26, XFD → 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@cache
def column_letters(number: int) -> str:
    """1 → A, 26 → Z, 16384 → XFD."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=65_536)
def split(address: str) -> tuple[int, int]:
    """(row, column) of "C5" or "$C$5"; XltoolsError for anything that is no cell of a worksheet."""
    match = _CELL.fullmatch(address)
    if match:
        row, column = int(match[2]), column_number(match[1])
        if row <= MAX_ROW and column <= MAX_COLUMN:
            return row, column
    raise XltoolsError(f"“{address}”不是单元格地址。", "单元格地址的写法如 C5。")


def join(row: int, column: int) -> str:
    """The address of a cell: (5, 3) → "C5"."""
    return f"{column_letters(column)}{row}"


def area(reference: str) -> Area:
    """The rectangle of "B2:D9" or of a single cell "B2"."""
    first, _, last = reference.partition(":")
    top, left = split(first)
    bottom, right = split(last) if last else (top, left)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def places(rectangle: Area) -> Iterator[tuple[int, int]]:
    """(row, column) of every cell of a rectangle."""
    top, left, bottom, right = rectangle
    return ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))


def area_text(rectangle: Area) -> str:
    """The reference of a rectangle: "B2:D9", or "B2" where it is one cell."""
    top, left, bottom, right = rectangle
    first, last = join(top, left), join(bottom, right)
    return first if first == last else f"{first}:{last}"


_TOKEN = r"""(?xi)
      "(?:[^"]|"")*"                                             # text
    | '(?:[^']|'')*'                                             # a quoted sheet name
    | \[(?:[^\[\]]|\[[^\[\]]*\])*\]                              # [1] of a link, [column] of a table
    | (?<![\w.$])(\$?)([A-Z]{1,3}):(\$?)([A-Z]{1,3})(?![\w.$(!]) # whole columns
    | (?<![\w.$])(\$?)([0-9]{1,7}):(\$?)([0-9]{1,7})(?![\w.$(!]) # whole rows
    | (?<![\w.$])(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})(?![\w.$(!])  # a cell
    """  # compiled when it is first used: an ordinary check moves no formula


def shift(formula: str, rows: int, columns: int) -> str:
    """``formula`` as it reads when its cell is copied ``rows`` down and ``columns`` to the right.

    Relative references move, absolute ones, texts, sheet and table names do not; what leaves the sheet
    becomes #REF!. Shared formulas of a file are expanded with this (ECMA-376 part 1, 18.3.1.40).
    """

    def column(fixed: str, letters: str) -> str:
        number = column_number(letters.upper()) + (0 if fixed else columns)
        return fixed + column_letters(number) if 1 <= number <= MAX_COLUMN else ""

    def row(fixed: str, digits: str) -> str:
        number = int(digits) + (0 if fixed else rows)
        return f"{fixed}{number}" if 1 <= number <= MAX_ROW and int(digits) else ""

    def moved(match: re.Match[str]) -> str:
        parts = match.groups()
        if parts[9] is not None:
            if column_number(parts[9].upper()) > MAX_COLUMN:
                return match[0]  # a name such as ABC1 beyond XFD is no reference
            ends = column(parts[8], parts[9]), row(parts[10], parts[11])
            return "".join(ends) if all(ends) else "#REF!"
        if parts[1] is not None:
            ends = column(parts[0], parts[1]), column(parts[2], parts[3])
        elif parts[5] is not None:
            ends = row(parts[4], parts[5]), row(parts[6], parts[7])
        else:
            return match[0]
        return ":".join(ends) if all(ends) else "#REF!"

    return re.sub(_TOKEN, moved, formula)
