"""Old .xls workbooks, record by record, and hostile ones. Source of the format: [MS-XLS] 2.4."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.case import Found, Refused, Same, case
from tests.workbook.books import example_bytes
from tests.workbook.builders import compound
from xltools.workbook.address import area, split
from xltools.workbook.grid import Grid, file_grids
from xltools.workbook.package import open_package


def record(kind: int, body: bytes = b"") -> bytes:
    """One record."""
    return struct.pack("<HH", kind, len(body)) + body


def text(value: str, long: bool = True) -> bytes:
    """A text with its length."""
    return struct.pack("<H" if long else "<B", len(value)) + b"\x01" + value.encode("utf-16-le")


def number(row: int, at: int, value: float) -> bytes:
    """A NUMBER record; row and column from 0."""
    return record(0x0203, struct.pack("<HHHd", row, at, 0, value))


def label(row: int, at: int, value: str) -> bytes:
    """A LABEL record."""
    return record(0x0204, struct.pack("<HHH", row, at, 0) + text(value[:2000]))


def truth(row: int, at: int, value: int, error: bool = False) -> bytes:
    """A BOOLERR record."""
    return record(0x0205, struct.pack("<HHHBB", row, at, 0, value, error))


def formula(row: int, at: int, result: bytes, tokens: bytes) -> bytes:
    """A FORMULA record with its eight bytes of result."""
    body = struct.pack("<HHH", row, at, 0) + result + struct.pack("<HL", 0, 0)
    return record(0x0006, body + struct.pack("<H", len(tokens)) + tokens)


def sheet_stream(grid: Grid) -> bytes:
    """The records of a sheet's cells, merged ranges and hidden rows."""
    out = [
        record(0x0208, struct.pack("<6HL", row - 1, 0, 256, 255, 0, 0, 0x20))
        for row in grid.facts.hidden_rows
    ]
    for row, cells in enumerate(grid.rows):
        for at, value in enumerate(cells):
            if isinstance(value, bool):
                out.append(truth(row, at, value))
            elif isinstance(value, float | int):
                out.append(number(row, at, value))
            elif value:
                out.append(label(row, at, str(value)))
    for merged in grid.facts.merges:
        top, left, bottom, right = (place - 1 for place in area(merged))
        out.append(record(0x00E5, struct.pack("<5H", 1, top, bottom, left, right)))
    return b"".join(out)


def workbook(sheets: Mapping[str, bytes], sizes: Sequence[tuple[int, int]] = ()) -> bytes:
    """An .xls of these sheets; ``sizes`` are the rows and columns that they declare."""
    begin = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    entries = [struct.pack("<LBB", 0, 0, 0) + text(name, long=False) for name in sheets]
    at = len(begin) + sum(len(record(0x85, entry)) for entry in entries) + len(record(0x0A))
    head, bodies = begin, []
    for number_, (entry, body) in enumerate(zip(entries, sheets.values(), strict=True)):
        rows, columns = sizes[number_] if number_ < len(sizes) else (100, 30)
        stream = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
        stream += record(0x0200, struct.pack("<LLHHH", 0, rows, 0, columns, 0)) + body + record(0x0A)
        head += record(0x0085, struct.pack("<L", at) + entry[4:])
        bodies.append(stream)
        at += len(stream)
    return pack(head + record(0x0A) + b"".join(bodies))


def pack(stream: bytes) -> bytes:
    """The stream of a workbook as a compound file, however long."""
    if len(stream) < 60_000:
        return compound({"Workbook": stream})
    sector = 512
    body = stream.ljust(-(-len(stream) // sector) * sector, b"\x00")
    count = len(body) // sector
    fat_sectors = -(-(count + 2) // 127)
    table = [0xFFFFFFFD] * fat_sectors + [0xFFFFFFFE]
    table += [*range(len(table) + 1, len(table) + count), 0xFFFFFFFE]
    table += [0xFFFFFFFF] * (fat_sectors * 128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xLLLLLLLLL",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        fat_sectors,
        fat_sectors,
        0,
        4096,
        0xFFFFFFFE,
        0,
        0xFFFFFFFE,
        0,
    )
    header += struct.pack("<109L", *range(fat_sectors), *[0xFFFFFFFF] * (109 - fat_sectors))
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0) + _entry("Workbook", 2, fat_sectors + 1, len(body))
    return header + struct.pack(f"<{len(table)}L", *table) + entries.ljust(sector, b"\x00") + body


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\x00\x00"
    left = 1 if kind == 5 else 0xFFFFFFFF
    return struct.pack(
        "<64sHBBLLL16xL8x8xLQ", raw, len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, left, 0, start, size
    )


def grids(content: bytes) -> list[Grid]:
    """The sheets of a workbook, blank where a formula has nothing to add up."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(content)
        found = file_grids(open_package(path))
    for grid in found:
        for cell in grid.facts.formulas:
            row, column = split(cell)
            if grid.rows[row - 1][column - 1] == 0:
                grid.rows[row - 1][column - 1] = ""
    return found


def old_workbook(content: bytes) -> bytes:
    """The values of a workbook as an .xls."""
    return workbook({grid.name: sheet_stream(grid) for grid in grids(content)})


def example_sheets() -> dict[str, bytes]:
    """The example as records by sheet."""
    return {grid.name: sheet_stream(grid) for grid in grids(example_bytes())}


def with_records(more: bytes) -> bytes:
    """The example with records at the end of 公开03表."""
    sheets = example_sheets()
    sheets["公开03表"] += more
    return workbook(sheets)


# --- hostile ones

AMOUNT = (9, 4)
"""公开03表 E10."""


@case("xls error value", Found(("reading-04",)), ".xls")
def _() -> bytes:
    return with_records(truth(*AMOUNT, 0x17, error=True))


@case("xls error of a formula", Found(("reading-04",)), ".xls")
def _() -> bytes:
    return with_records(
        formula(*AMOUNT, b"\x02\x00\x07\x00\x00\x00\xff\xff", b"\x1e\x01\x00\x1e\x00\x00\x06")
    )


@case("xls nan", Found(("reading-05",)), ".xls")
def _() -> bytes:
    return with_records(number(*AMOUNT, float("nan")))


@case("xls infinity", Found(("reading-05",)), ".xls")
def _() -> bytes:
    return with_records(number(*AMOUNT, float("inf")))


@case("xls text as amount", Found(("reading-01",)), ".xls")
def _() -> bytes:
    return with_records(label(*AMOUNT, "陆点贰贰"))


@case("xls hidden row with amounts", Found(("reading-29",), "核实"), ".xls")
def _() -> bytes:
    return with_records(record(0x0208, struct.pack("<6HL", 9, 0, 256, 255, 0, 0, 0x20)))


@case("xls merged amounts", Found(("reading-28",), "核实"), ".xls")
def _() -> bytes:
    return with_records(record(0x00E5, struct.pack("<5H", 1, 9, 9, 3, 4)))


@case("xls with a cell in the last corner", Refused("异常巨大"), ".xls")
def _() -> bytes:
    return with_records(number(65_535, 255, 1.0))


@case("xls that declares a billion cells", Same(), ".xls")
def _() -> bytes:
    return workbook(example_sheets(), [(0x7FFFFFFF, 0xFFFF)])


@case("xls that declares 65536 rows", Same(), ".xls")
def _() -> bytes:
    return workbook(example_sheets(), [(65_536, 256)])


@case("xls with 900 sheets that all go far", Found(("reading-34",)), ".xls", seconds=30, megabytes=700)
def _() -> bytes:
    far = number(60_000, 15, 1.0)
    return workbook({**example_sheets(), **{f"s{n}": far for n in range(900)}})


@case("xls with more sheets than there are", Refused("工作表目录"), ".xls")
def _() -> bytes:
    return workbook({f"s{n}": b"" for n in range(1500)})


@case("xls cut in the middle", Refused("已损坏"), ".xls")
def _() -> bytes:
    whole = old_workbook(example_bytes())
    return whole[: len(whole) // 2]


@case("xls whose chain bites its tail", Refused(""), ".xls")
def _() -> bytes:
    data = bytearray(old_workbook(example_bytes()))
    count = struct.unpack_from("<L", data, 44)[0]
    for at in range(512 + 4 * (count + 1), 512 + 512 * count, 4):
        struct.pack_into("<L", data, at, count + 2)
    return bytes(data)


@case("xls whose directory bites its tail", Refused("已损坏"), ".xls")
def _() -> bytes:
    data = bytearray(old_workbook(example_bytes()))
    count = struct.unpack_from("<L", data, 44)[0]
    struct.pack_into("<L", data, 512 + 4 * count, count)
    struct.pack_into("<L", data, 48, count)
    data[512 * (count + 1) + 128 + 66] = 0
    return bytes(data)


@case("xls with records that lie about their length", Refused("已损坏"), ".xls")
def _() -> bytes:
    return with_records(struct.pack("<HH", 0x0203, 2) + b"\x00\x00" + record(0x0203, b""))


@case("xls with shared strings that lie", Refused(""), ".xls")
def _() -> bytes:
    stream = record(0x0809, struct.pack("<HHHHLL", 0x0600, 5, 0, 0, 0, 6))
    stream += record(0x00FC, struct.pack("<LL", 0xFFFFFFFF, 0xFFFFFFFF) + b"\xff\xff\x00")
    return pack(stream + record(0x0A))


@case("xls with nothing in it", Refused(""), ".xls")
def _() -> bytes:
    return compound({"Workbook": b""})
