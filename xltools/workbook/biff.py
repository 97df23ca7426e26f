"""What an old .xls tells beside its values: formulas, errors, merged cells, what is hidden, declared sizes.

A library reads the values; it shows errors as blanks and takes room for any size that a sheet declares, so
the records are walked here first. Source of the format: [MS-XLS] 2.4 (records), 2.5.133 (results).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from xltools.workbook import compound
from xltools.workbook.address import join
from xltools.workbook.biff_formula import ERRORS, Names, formula
from xltools.workbook.container import bomb, damaged
from xltools.workbook.facts import Facts

MAX_AREA = 1_000_000
"""Cells of the rectangle from A1 that a sheet holds or declares; libraries hold it whole."""
_BIFF8 = 0x0600
_CELLS = {0x0006, 0x00BD, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E}
"""FORMULA, MULRK, LABELSST, NUMBER, LABEL, BOOLERR, RK: each begins with row and column."""

Record = tuple[int, bytes]


def modern(data: bytes) -> bool:
    """Whether the file is of Excel 97 or later: only their formulas are read."""
    head = compound.stream(data, "workbook")[:6]
    return len(head) == 6 and struct.unpack_from("<H", head, 4)[0] == _BIFF8


def read_facts(data: bytes) -> list[Facts]:
    """The facts of all sheets in their order; formulas only of files of Excel 97 and later.

    Raises XltoolsError where a sheet spans, or says that it spans, more cells than can be held.
    """
    stream = compound.stream(data, "workbook", "book")
    if not stream:
        raise damaged("旧格式文件结构有误")
    names = Names()
    places: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == 0x0085:
            if len(body) < 8:
                raise damaged("工作表目录有误")
            places += struct.unpack_from("<L", body)
        names.take(kind, body)
    known = names if modern(data) else None
    return [_Sheet(stream, at, known).facts for at in places]


def _records(stream: bytes, at: int) -> Iterator[Record]:
    """The records of the substream that begins at ``at``; charts inside of it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind & 0x00FF == 0x09 and kind in (0x0009, 0x0209, 0x0409, 0x0809):
            depth += 1
        elif kind == 0x000A:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, body


class _Sheet:
    """The facts of one sheet; ``names`` are None where formulas cannot be read."""

    def __init__(self, stream: bytes, at: int, names: Names | None) -> None:
        self.facts = Facts()
        self.names = names
        self.shared: dict[bytes, bytes] = {}
        self.waiting: list[tuple[int, int, bytes]] = []
        self.last = b""
        self.rows = self.columns = 0
        for kind, body in _records(stream, at):
            try:
                self.take(kind, body)
            except (struct.error, IndexError):
                raise damaged("旧格式文件的记录不完整") from None
        for row, column, tokens in self.waiting:
            self.add(row, column, self.shared.get(tokens[1:5], b""))

    def take(self, kind: int, body: bytes) -> None:
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == 0x00BD else column
            self.reach(row + 1, last + 1)
            if kind == 0x0006:
                self.formula(row, column, body)
            elif kind == 0x0205 and body[7]:
                self.facts.errors[join(row + 1, column + 1)] = ERRORS.get(body[6], "#VALUE!")
        elif kind == 0x0200 and len(body) >= 14:
            _, bottom, _, right = struct.unpack_from("<LLHH", body)
            self.reach(bottom, right)
        elif kind == 0x04BC:
            self.shared[self.last] = body[8:]
        elif kind == 0x0208 and struct.unpack_from("<H", body, 12)[0] & 0x20:
            self.facts.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == 0x007D and struct.unpack_from("<H", body, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", body)
            self.facts.hidden_columns.update(range(first + 1, min(last, 255) + 2))
        elif kind == 0x00E5:
            self.merged(body)
        elif kind == 0x001C:
            self.facts.notes = True

    def reach(self, rows: int, columns: int) -> None:
        """Note how far the sheet goes."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
        if self.rows * self.columns > MAX_AREA:
            raise bomb(f"数据区域达 {self.rows} 行 × {self.columns} 列")

    def merged(self, body: bytes) -> None:
        (count,) = struct.unpack_from("<H", body)
        for number in range(min(count, (len(body) - 2) // 8)):
            top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * number)
            self.facts.merges.append(f"{join(top + 1, left + 1)}:{join(bottom + 1, right + 1)}")

    def formula(self, row: int, column: int, body: bytes) -> None:
        """A FORMULA record: its result, and its tokens where they are read."""
        self.last = body[:4]
        address = join(row + 1, column + 1)
        result = body[6:14]
        if result[6:] == b"\xff\xff" and result[0] == 2:
            self.facts.errors[address] = ERRORS.get(result[2], "#VALUE!")
        elif result == bytes(8):
            # LibreOffice stores 0 for texts that it did not compute itself.
            self.facts.doubtful.append(address)
        if self.names is None:
            return
        (length,) = struct.unpack_from("<H", body, 20)
        tokens = body[22 : 22 + length]
        if tokens[:1] == b"\x01":
            self.waiting.append((row, column, tokens))
        else:
            self.add(row, column, body[20:])

    def add(self, row: int, column: int, tokens: bytes) -> None:
        """A formula by its tokens, the length before them."""
        assert self.names is not None
        (length,) = struct.unpack_from("<H", tokens) if len(tokens) > 1 else (0,)
        text = formula(tokens[2 : 2 + length], row, column, self.names)
        self.facts.formulas[join(row + 1, column + 1)] = text
