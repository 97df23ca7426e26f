"""Formulas of an old .xls: from the tokens in which they are stored to text.

Only what tables use is read: operators, references, and the functions that can be computed here. Source of
the format: [MS-XLS] 2.5.198 (tokens), 2.5.198.17 (numbers of functions), 2.4.105, 2.4.106, 2.4.150, 2.4.271
(names).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from xltools.workbook.address import column_letters

UNKNOWN = "?"
"""What stands for a formula that is not understood: no one can compute it."""
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip
_SIGNS = ("+", "-", "*", "/", "^", "&", "<", "<=", "=", ">=", ">", "<>", " ", ",", ":")
_BINARY = dict(enumerate(_SIGNS, 0x03))
_FUNCTIONS: dict[int, tuple[str, int]] = {
    0: ("COUNT", -1), 1: ("IF", -1), 2: ("ISNA", 1), 3: ("ISERROR", 1), 4: ("SUM", -1), 5: ("AVERAGE", -1),
    6: ("MIN", -1), 7: ("MAX", -1), 10: ("NA", 0), 24: ("ABS", 1), 25: ("INT", 1), 27: ("ROUND", 2),
    29: ("INDEX", -1), 32: ("LEN", 1), 34: ("TRUE", 0), 35: ("FALSE", 0), 36: ("AND", -1), 37: ("OR", -1),
    38: ("NOT", 1), 39: ("MOD", 2), 115: ("LEFT", -1), 116: ("RIGHT", -1), 118: ("TRIM", 1),
    129: ("ISBLANK", 1), 131: ("N", 1), 169: ("COUNTA", -1), 212: ("ROUNDUP", 2), 213: ("ROUNDDOWN", 2),
    64: ("MATCH", -1), 76: ("ROWS", 1), 77: ("COLUMNS", 1), 228: ("SUMPRODUCT", -1),
    336: ("CONCATENATE", -1), 344: ("SUBTOTAL", -1), 345: ("SUMIF", -1), 346: ("COUNTIF", 2),
}  # fmt: skip
"""Number → name and number of arguments; -1 where the token tells it."""
_NAMED = 0xFF
"""The number of a function whose name is its first argument."""
_MOST = 8_192


class _NotUnderstood(Exception):
    """A token that is not read here."""


def text_at(body: bytes, at: int, length: int) -> tuple[str, int]:
    """The text whose length byte stands at ``at``, its flags behind; where it ends."""
    wide = body[at + 1] & 1
    start = at + 2
    end = start + length * (2 if wide else 1)
    return body[start:end].decode("utf-16-le" if wide else "latin-1", "replace"), end


@dataclass(slots=True)
class Names:
    """What tokens refer to by number: sheets, names of the workbook, names and sheets of other books."""

    sheets: list[str] = field(default_factory=list)
    defined: list[str] = field(default_factory=list)
    books: list[tuple[bool, list[str]]] = field(default_factory=list)
    links: list[tuple[int, int, int]] = field(default_factory=list)

    def take(self, kind: int, body: bytes) -> None:
        """Note what a record of the workbook tells."""
        try:
            if kind == 0x0085:
                self.sheets.append(text_at(body, 6, body[6])[0])
            elif kind == 0x0018:
                self.defined.append(text_at(body, 13, body[3])[0].removeprefix("_xlfn."))
            elif kind == 0x01AE:
                self.books.append((body[2:4] == b"\x01\x04", []))
            elif kind == 0x0023 and self.books:
                self.books[-1][1].append(text_at(body, 6, body[6])[0])
            elif kind == 0x0017:
                (count,) = struct.unpack_from("<H", body)
                count = min(count, (len(body) - 2) // 6)
                self.links += [struct.unpack_from("<Hhh", body, 2 + 6 * n) for n in range(count)]
        except (struct.error, IndexError):
            return

    def sheet(self, link: int) -> str:
        """The sheet that a reference goes to, as a formula writes it."""
        book, first, last = self.links[link]
        if not self.books[book][0] or first != last or first < 0:
            raise _NotUnderstood
        return "'" + self.sheets[first].replace("'", "''") + "'!"

    def external(self, link: int, number: int) -> str:
        """A name of another book or add-in."""
        return self.books[self.links[link][0]][1][number - 1]


def formula(tokens: bytes, row: int, column: int, names: Names) -> str:
    """The text of a formula of the cell at ``row`` and ``column`` (from 0); UNKNOWN where it is not read."""
    try:
        stack = _Reader(tokens, row, column, names).read()
    except (_NotUnderstood, struct.error, IndexError):
        return UNKNOWN
    return stack[0] if len(stack) == 1 and 0 < len(stack[0]) <= _MOST else UNKNOWN


class _Reader:
    def __init__(self, tokens: bytes, row: int, column: int, names: Names) -> None:
        self.tokens, self.row, self.column, self.names = tokens, row, column, names
        self.at = 0
        self.stack: list[str] = []

    def read(self) -> list[str]:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            kind = token & 0x1F | 0x20 if token & 0x60 else token
            if kind in _BINARY:
                right, left = self.stack.pop(), self.stack.pop()
                self.push(left + _BINARY[kind] + right)
            elif kind < 0x20:
                self.simple(kind)
            else:
                self.operand(kind)
        return self.stack

    def push(self, text: str) -> None:
        if len(text) > _MOST:
            raise _NotUnderstood
        self.stack.append(text)

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.tokens, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def simple(self, kind: int) -> None:
        """Signs, constants, and marks that print nothing."""
        match kind:
            case 0x12 | 0x13:
                self.push("+-"[kind - 0x12] + self.stack.pop())
            case 0x14:
                self.push(self.stack.pop() + "%")
            case 0x15:
                self.push(f"({self.stack.pop()})")
            case 0x16:
                self.push("")
            case 0x17:
                text, self.at = text_at(self.tokens, self.at, self.tokens[self.at])
                self.push('"' + text.replace('"', '""') + '"')
            case 0x19:
                self.mark()
            case 0x1C:
                self.push(ERRORS.get(self.take("B")[0], "#VALUE!"))
            case 0x1D:
                self.push("TRUE" if self.take("B")[0] else "FALSE")
            case 0x1E:
                self.push(str(self.take("H")[0]))
            case 0x1F:
                self.push(f"{self.take('d')[0]:.15g}".upper())
            case _:
                raise _NotUnderstood

    def mark(self) -> None:
        """What a program notes for itself; one of the marks is a sum."""
        flags, data = self.take("BH")
        if flags & 0x04:
            self.at += 2 * (data + 1)
        elif flags & 0x10:
            self.push(f"SUM({self.stack.pop()})")

    def operand(self, kind: int) -> None:
        match kind:
            case 0x21:
                self.function(self.take("H")[0], None)
            case 0x22:
                count, number = self.take("BH")
                self.function(number & 0x7FFF, count & 0x7F)
            case 0x23:
                self.push(self.names.defined[self.take("L")[0] - 1])
            case 0x24 | 0x2C:
                self.push(self.cell(self.take("HH"), kind == 0x2C))
            case 0x25 | 0x2D:
                self.push(self.area(self.take("4H"), kind == 0x2D))
            case 0x26 | 0x27 | 0x28:
                self.at += 6
            case 0x29:
                self.at += 2
            case 0x2A | 0x2B | 0x3C | 0x3D:
                self.at += {0x2A: 4, 0x2B: 8, 0x3C: 6, 0x3D: 10}[kind]
                self.push("#REF!")
            case 0x39:
                link, number, _ = self.take("HHH")
                self.push(self.names.external(link, number))
            case 0x3A:
                (link,) = self.take("H")
                self.push(self.names.sheet(link) + self.cell(self.take("HH")))
            case 0x3B:
                (link,) = self.take("H")
                self.push(self.names.sheet(link) + self.area(self.take("4H")))
            case _:
                raise _NotUnderstood

    def function(self, number: int, count: int | None) -> None:
        if number == _NAMED:
            arguments = self.arguments(count or 0)
            name = arguments.pop(0)
        else:
            if number not in _FUNCTIONS:
                raise _NotUnderstood
            name, fixed = _FUNCTIONS[number]
            arguments = self.arguments(fixed if count is None else count)
        self.push(f"{name}({','.join(arguments)})")

    def arguments(self, count: int) -> list[str]:
        if not 0 <= count <= len(self.stack):
            raise _NotUnderstood
        found = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return found

    def cell(self, place: tuple[int, ...], offsets: bool = False) -> str:
        """A reference; where it is stored as ``offsets``, relative parts count from the formula's cell."""
        row, column = place
        fixed_row, fixed_column = not column & 0x8000, not column & 0x4000
        column &= 0xFF
        if offsets:
            row = row if fixed_row else (self.row + row) & 0xFFFF
            column = column if fixed_column else (self.column + column) & 0xFF
        dollar = "$" if fixed_column else "", "$" if fixed_row else ""
        return f"{dollar[0]}{column_letters(column + 1)}{dollar[1]}{row + 1}"

    def area(self, place: tuple[int, ...], offsets: bool = False) -> str:
        top, bottom, left, right = place
        return f"{self.cell((top, left), offsets)}:{self.cell((bottom, right), offsets)}"
