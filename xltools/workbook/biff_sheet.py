"""One sheet of an old .xls: its values and what stands beside them.

Source of the format: [MS-XLS] 2.4, 2.5.133, 2.5.217.
"""

from __future__ import annotations

import struct
from datetime import datetime, timedelta

from xltools.workbook.address import join
from xltools.workbook.biff import OldBook, OldSheet, records
from xltools.workbook.biff_formula import ERRORS, formula
from xltools.workbook.container import bomb, damaged
from xltools.workbook.facts import MAX_AREA, Facts

_FIRST_DAY = datetime(1899, 12, 30)
_LAST_DAY = 2_958_465
_ERROR, _TRUTH, _TEXT = 2, 1, 0


def read_sheet(book: OldBook, sheet: OldSheet) -> tuple[list[list[object]], Facts]:
    """The values of a sheet from A1 on, equally long rows of float, str, bool and datetime, "" where blank;
    and its facts (formulas only of Excel 97 and later).

    Raises XltoolsError where records are damaged, or the sheet spans more cells than can be held.
    """
    reader = _Reader(book)
    for kind, body in records(book.stream, sheet.at):
        try:
            reader.take(kind, body)
        except (struct.error, IndexError):
            raise damaged("旧格式文件的记录不完整") from None
    reader.expand()
    return reader.grid(), reader.facts


class _Reader:
    def __init__(self, book: OldBook) -> None:
        self.book = book
        self.facts = Facts()
        self.cells: dict[tuple[int, int], object] = {}
        self.shared: dict[bytes, bytes] = {}
        self.waiting: list[tuple[int, int, bytes]] = []
        self.last = b""
        self.height = self.width = 0

    def take(self, kind: int, body: bytes) -> None:
        """One record."""
        match kind:
            case 0x0203:
                row, column, style, value = struct.unpack_from("<HHHd", body)
                self.number(row, column, style, value)
            case 0x027E:
                row, column, style, packed = struct.unpack_from("<HHHL", body)
                self.number(row, column, style, unpacked(packed))
            case 0x00BD:
                row, column = struct.unpack_from("<HH", body)
                for at in range(4, len(body) - 7, 6):
                    style, packed = struct.unpack_from("<HL", body, at)
                    self.number(row, column, style, unpacked(packed))
                    column += 1
            case 0x00FD:
                row, column, _, which = struct.unpack_from("<HHHL", body)
                self.put(row, column, self.book.strings[which])
            case 0x0204 | 0x00D6:
                row, column = struct.unpack_from("<HH", body)
                self.put(row, column, self.book.text(body, 6))
            case 0x0205:
                row, column = struct.unpack_from("<HH", body)
                self.truth(row, column, body[6], error=bool(body[7]))
            case 0x0006 | 0x0206 | 0x0406:
                self.formula(body)
            case 0x0207:
                row, column = struct.unpack("<HH", self.last)
                self.put(row, column, self.book.text(body, 0))
            case 0x04BC:
                self.shared[self.last] = body[8:]
            case _:
                self.layout(kind, body)

    def layout(self, kind: int, body: bytes) -> None:
        """What is hidden or merged, and whether there are notes."""
        match kind:
            case 0x0208 if struct.unpack_from("<H", body, 12)[0] & 0x20:
                self.facts.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
            case 0x007D if struct.unpack_from("<H", body, 8)[0] & 1:
                first, last = struct.unpack_from("<HH", body)
                self.facts.hidden_columns.update(range(first + 1, min(last, 255) + 2))
            case 0x00E5:
                (count,) = struct.unpack_from("<H", body)
                for number in range(min(count, (len(body) - 2) // 8)):
                    top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * number)
                    self.facts.merges.append(f"{join(top + 1, left + 1)}:{join(bottom + 1, right + 1)}")
            case 0x001C:
                self.facts.notes = True

    def put(self, row: int, column: int, value: object) -> None:
        """A value of the cell at row and column, from 0."""
        if value == "":
            return
        self.height, self.width = max(self.height, row + 1), max(self.width, column + 1)
        if self.height * self.width > MAX_AREA:
            raise bomb(f"数据区域达 {self.height} 行 × {self.width} 列")
        self.cells[row, column] = value

    def number(self, row: int, column: int, style: int, value: float) -> None:
        dates = self.book.dates
        if style < len(dates) and dates[style] and 0 <= value + self.book.start < _LAST_DAY:
            self.put(row, column, _FIRST_DAY + timedelta(days=value + self.book.start))
        else:
            self.put(row, column, value)

    def truth(self, row: int, column: int, value: int, error: bool) -> None:
        if error:
            self.facts.errors[join(row + 1, column + 1)] = ERRORS.get(value, "#VALUE!")
            self.put(row, column, ERRORS.get(value, "#VALUE!"))
        else:
            self.put(row, column, bool(value))

    def formula(self, body: bytes) -> None:
        """The result of a formula, and its tokens where they are read."""
        row, column, style = struct.unpack_from("<HHH", body)
        self.last = body[:4]
        self.result(row, column, style, body[6:14])
        if not self.book.modern:
            return
        (length,) = struct.unpack_from("<H", body, 20)
        if body[22:23] == b"\x01" and length >= 5:
            self.waiting.append((row, column, body[23:27]))
        else:
            self.add(row, column, body[20:])

    def result(self, row: int, column: int, style: int, result: bytes) -> None:
        if result[6:] != b"\xff\xff":
            (value,) = struct.unpack("<d", result)
            self.number(row, column, style, value)
            if not value and self.book.modern:
                # LibreOffice stores 0 for texts that it did not compute itself.
                self.facts.doubtful.append(join(row + 1, column + 1))
        elif result[0] in (_TRUTH, _ERROR):
            self.truth(row, column, result[2], error=result[0] == _ERROR)

    def expand(self) -> None:
        """Give the cells of shared formulas theirs."""
        for row, column, master in self.waiting:
            self.add(row, column, self.shared.get(master, b""))

    def add(self, row: int, column: int, tokens: bytes) -> None:
        """A formula by its tokens, their length before them."""
        (length,) = struct.unpack_from("<H", tokens) if len(tokens) > 1 else (0,)
        text = formula(tokens[2 : 2 + length], row, column, self.book.names)
        self.facts.formulas[join(row + 1, column + 1)] = text

    def grid(self) -> list[list[object]]:
        """The values as rows."""
        rows: list[list[object]] = [[""] * self.width for _ in range(self.height)]
        for (row, column), value in self.cells.items():
            rows[row][column] = value
        return rows


def unpacked(packed: int) -> float:
    """A number as RK records hold it: 30 bits of a double or of a whole number, perhaps times 100."""
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        (value,) = struct.unpack("<d", struct.pack("<LL", 0, packed & 0xFFFFFFFC))
    return value / 100 if packed & 1 else value
