"""Old .xls workbooks, record by record: values, formulas, errors, merged cells, what is hidden.

Read here and not by a library: those for this format can be made to hang, or to ask for terabytes, by a few
bytes, and show errors as blanks. Source of the format: [MS-XLS] 2.4 (records), 2.5.133 (results of formulas),
2.5.293 (strings); for files before Excel 97 the same records with texts in a code page.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from xltools.workbook import compound
from xltools.workbook.biff_formula import Names
from xltools.workbook.container import damaged
from xltools.workbook.date_formats import BUILT_IN_DATES, shows_dates

BIFF8 = 0x0600
"""The version of Excel 97 and later."""
_CODE_PAGES = {1200: "utf-16-le", 936: "gb18030", 950: "big5", 1252: "cp1252", 65001: "utf-8", 932: "cp932"}
_VISIBLE, _HIDDEN, _WORKSHEET = 0, 1, 0

MAX_SHEETS = 1_000
"""Sheets of one workbook."""

Record = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class OldSheet:
    """One sheet of the list: where its records begin, and what kind of sheet it is."""

    name: str
    at: int
    visible: bool
    worksheet: bool


@dataclass(slots=True)
class OldBook:
    """What the sheets of an .xls share. ``dates`` tells of each style whether it shows a date; ``start`` is
    the day from which dates count (0: 1900, 1462: 1904); ``codec`` is that of texts before Excel 97."""

    stream: bytes = field(repr=False)
    modern: bool = True
    codec: str = "gb18030"
    sheets: list[OldSheet] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    styles: list[int] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    start: int = 0
    names: Names = field(default_factory=Names)
    dates: list[bool] = field(default_factory=list)

    def text(self, body: bytes, at: int, wide_length: bool = True) -> str:
        """The text whose length stands at ``at``, in one byte or two."""
        layout = "<H" if wide_length else "<B"
        (length,) = struct.unpack_from(layout, body, at)
        at += struct.calcsize(layout)
        if not self.modern:
            return body[at : at + length].decode(self.codec, "replace")
        wide = body[at] & 1
        raw = body[at + 1 : at + 1 + length * (2 if wide else 1)]
        return raw.decode("utf-16-le" if wide else "latin-1", "replace")


def modern(data: bytes) -> bool:
    """Whether an .xls is of Excel 97 or later: only their formulas are read."""
    return compound.stream(data, "workbook", "book")[4:6] == BIFF8.to_bytes(2, "little")


def open_book(data: bytes) -> OldBook:
    """What an .xls shares among its sheets. Raises XltoolsError where it is damaged."""
    stream = compound.stream(data, "workbook", "book")
    if len(stream) < 8:
        raise damaged("旧格式文件结构有误")
    book = OldBook(stream)
    try:
        book.modern = struct.unpack_from("<H", stream, 4)[0] == BIFF8
        _globals(book)
    except (struct.error, IndexError):
        raise damaged("旧格式文件的记录不完整") from None
    if not 0 < len(book.sheets) <= MAX_SHEETS:
        raise damaged(f"工作表目录中有 {len(book.sheets)} 张表")
    book.dates = [
        number in BUILT_IN_DATES or shows_dates(book.formats.get(number, "")) for number in book.styles
    ]
    return book


def records(stream: bytes, at: int) -> Iterator[Record]:
    """The records of the substream that begins at ``at``; charts inside of it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind in (0x0009, 0x0209, 0x0409, 0x0809):
            depth += 1
        elif kind == 0x000A:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, body


def _globals(book: OldBook) -> None:
    shared: list[bytes] = []
    previous = 0
    for kind, body in records(book.stream, 0):
        match kind:
            case 0x0085:
                at, state, sort = struct.unpack_from("<LBB", body)
                name = book.text(body, 6, wide_length=False)
                book.sheets.append(OldSheet(name, at, state & 3 == _VISIBLE, sort == _WORKSHEET))
            case 0x0042:
                book.codec = _CODE_PAGES.get(struct.unpack_from("<H", body)[0], book.codec)
            case 0x0022:
                book.start = 1462 if body[:1] == b"\x01" else 0
            case 0x00E0:
                book.styles.append(struct.unpack_from("<H", body, 2)[0])
            case 0x041E:
                (number,) = struct.unpack_from("<H", body)
                book.formats[number] = book.text(body, 2, wide_length=book.modern)
            case 0x00FC:
                shared = [body[8:]]
            case 0x003C if previous == 0x00FC:
                shared.append(body)
                continue
        if book.modern:
            book.names.take(kind, body)
        previous = kind
    book.names.sheets = [sheet.name for sheet in book.sheets]
    book.strings = list(_Strings(shared)) if shared else []


class _Strings:
    """The shared strings, which run on over the ends of records."""

    def __init__(self, segments: list[bytes]) -> None:
        self.segments = segments
        self.number = self.at = 0

    def __iter__(self) -> Iterator[str]:
        try:
            while self.more():
                yield self.one()
        except (struct.error, IndexError):
            return  # cut off: cells that refer to the rest are damaged

    def more(self) -> bool:
        """Whether anything is left; steps into the next record."""
        while self.number < len(self.segments) and self.at >= len(self.segments[self.number]):
            self.number, self.at = self.number + 1, 0
        return self.number < len(self.segments)

    def take(self, count: int) -> bytes:
        """Bytes that may be split by the end of a record."""
        found = b""
        while count and self.more():
            piece = self.segments[self.number][self.at : self.at + count]
            found += piece
            self.at += len(piece)
            count -= len(piece)
        if count:
            raise IndexError
        return found

    def one(self) -> str:
        length, flags = struct.unpack("<HB", self.take(3))
        runs = struct.unpack("<H", self.take(2))[0] if flags & 8 else 0
        more = struct.unpack("<L", self.take(4))[0] if flags & 4 else 0
        parts: list[str] = []
        wide = flags & 1
        while True:
            size = 2 if wide else 1
            room = (len(self.segments[self.number]) - self.at) // size if self.more() else 0
            raw = self.take(min(length, room) * size)
            parts.append(raw.decode("utf-16-le" if wide else "latin-1", "replace"))
            length -= len(raw) // size
            if not length:
                break
            # What runs on in the next record says anew how wide its letters are.
            self.number, self.at = self.number + 1, 1
            wide = self.segments[self.number][0] & 1
        self.take(4 * runs + min(more, len(self.segments) * 9000))
        return "".join(parts)
