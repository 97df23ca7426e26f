"""Old .xls and OpenDocument workbooks: records, tokens, strings, dates, formulas, as programs write them."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import datetime
import struct
from pathlib import Path

import pytest

from tests.hostile.old_xls import formula as formula_record
from tests.hostile.old_xls import label, number, pack, record, text, truth, workbook
from tests.hostile.open_sheet import cell, document
from xltools.workbook.biff import open_book
from xltools.workbook.biff_formula import UNKNOWN, Names, formula
from xltools.workbook.biff_sheet import unpacked
from xltools.workbook.grid import Grid, file_grids, formulas_known
from xltools.workbook.opendocument import plain_formula, read_facts
from xltools.workbook.package import open_bytes

NAMES = Names(
    ["封面", "It's"],
    ["_xlnm.x", "IFERROR"],
    [(True, []), (False, ["XT_TOTAL"])],
    [(0, 0, 0), (0, 1, 1), (1, 0, 0)],
)


def only(data: bytes) -> Grid:
    (grid,) = file_grids(open_bytes(Path("alt.xls"), data))
    return grid


@pytest.mark.parametrize(
    ("tokens", "wanted"),
    [
        ("1e05001e030003", "5+3"),
        ("1e0100131415", "(-1%)"),
        ("24000000c0240400018008", "A1&$B5"),
        ("250600210005c005c019100000", "SUM(F7:F34)"),
        ("3a010009000240", "'It''s'!C$10"),
        ("390200010000002506000600020007c04202ff00", "XT_TOTAL($C$7:H7)"),
        ("23020000001e01001701004d4203ff00", 'IFERROR(1,"M")'),
        ("1d011c2a1f000000000000f83f1622040100", "IF(TRUE,#N/A,1.5,)"),
        ("2a00000000", "#REF!"),
        ("291600250600100000c000401e020022021d00241000004011", "INDEX(A7:A$17,2):A$17"),
        ("17", UNKNOWN),
        ("21ffff", UNKNOWN),
        ("03", UNKNOWN),
        ("", UNKNOWN),
        ("39630001000000", UNKNOWN),
    ],
)
def test_formulas_from_tokens(tokens: str, wanted: str) -> None:
    assert formula(bytes.fromhex(tokens), 0, 0, NAMES) == wanted


def test_shared_formulas_count_from_their_cell() -> None:
    """D9 has the formula, E10 shares it; offsets below zero run round."""
    tokens = bytes.fromhex("2cffffffc02d000000000001004003")
    assert formula(tokens[:5], 8, 3, Names()) == "C8"
    master = record(0x04BC, bytes(8) + struct.pack("<H", 5) + tokens[:5])
    body = formula_record(8, 3, struct.pack("<d", 1.5), b"\x01" + struct.pack("<HH", 8, 3)) + master
    body += formula_record(9, 4, struct.pack("<d", 2.5), b"\x01" + struct.pack("<HH", 8, 3))
    grid = only(workbook({"a": body}))
    assert grid.facts.formulas == {"D9": "C8", "E10": "D9"}
    assert grid.rows[8][3] == 1.5 and grid.rows[9][4] == 2.5 and grid.facts.doubtful == []


@pytest.mark.parametrize(
    ("packed", "wanted"),
    [(0x3FF00000, 1.0), (0x40240000, 10.0), (31974 << 2 | 3, 319.74), (5 << 2 | 2, 5.0), (0xFFFFFFFE, -1.0)],
)
def test_packed_numbers(packed: int, wanted: float) -> None:
    assert unpacked(packed) == wanted


def test_values_of_every_kind() -> None:
    body = number(0, 0, 1.5) + label(0, 1, "项目") + truth(0, 2, 1) + truth(1, 0, 0x17, error=True)
    body += record(0x027E, struct.pack("<HHHL", 1, 1, 0, 622 << 2 | 3))
    body += record(0x00BD, struct.pack("<HHHLHLH", 2, 0, 0, 4 << 2 | 2, 0, 0x3FF00000, 1))
    body += formula_record(3, 0, b"\x00\x00\x00\x00\x00\x00\xff\xff", b"\x16") + record(0x0207, text("差"))
    body += formula_record(3, 1, b"\x01\x00\x01\x00\x00\x00\xff\xff", b"\x1d\x01")
    body += formula_record(3, 2, b"\x02\x00\x07\x00\x00\x00\xff\xff", b"\x1c\x07")
    grid = only(workbook({"a": body}))
    assert grid.rows == [
        [1.5, "项目", True],
        ["#REF!", 6.22, ""],
        [4.0, 1.0, ""],
        ["差", True, "#DIV/0!"],
    ]
    assert grid.facts.errors == {"A2": "#REF!", "C4": "#DIV/0!"}


def test_shared_strings_run_on_over_records() -> None:
    """A string is cut where a record ends; its rest says anew how wide its letters are."""
    first = struct.pack("<LL", 3, 3) + struct.pack("<HB", 2, 0) + b"ab" + struct.pack("<HB", 4, 1)
    first += "支出".encode("utf-16-le")
    rest = b"\x00" + b"xy" + struct.pack("<HBH", 1, 8, 1) + b"z" + bytes(4)
    shared = record(0x00FC, first) + record(0x003C, rest)
    cells = b"".join(record(0x00FD, struct.pack("<HHHL", n, 0, 0, n)) for n in range(3))
    grid = only(with_globals(shared, cells))
    assert grid.rows == [["ab"], ["支出xy"], ["z"]]


def with_globals(more: bytes, body: bytes) -> bytes:
    """A workbook of one sheet with further records among those of the workbook."""
    begin = record(0x0809, struct.pack("<HHHHLL", 0x0600, 5, 0, 0, 0, 6)) + more
    at = len(begin) + len(record(0x85, bytes(6) + text("a", long=False))) + 4
    head = begin + record(0x0085, struct.pack("<LBB", at, 0, 0) + text("a", long=False)) + record(0x0A)
    return pack(head + record(0x0809, struct.pack("<HHHHLL", 0x0600, 16, 0, 0, 0, 6)) + body + record(0x0A))


@pytest.mark.parametrize("since_1904", [False, True])
def test_dates_by_built_in_and_own_formats(since_1904: bool) -> None:
    own = record(0x041E, struct.pack("<H", 170) + text('yyyy"年"m"月"'))
    styles = b"".join(record(0x00E0, struct.pack("<HH", 0, n) + bytes(16)) for n in (0, 14, 170, 4))
    mode = record(0x0022, struct.pack("<H", since_1904))
    cells = b"".join(
        record(0x0203, struct.pack("<HHHd", 0, n, n, 45465 - 1462 * since_1904)) for n in range(4)
    )
    rows = only(with_globals(own + styles + mode, cells)).rows
    day = datetime.datetime(2024, 6, 22)
    assert rows == [[45465.0 - 1462 * since_1904, day, day, 45465.0 - 1462 * since_1904]]


def test_before_excel_97_texts_are_in_a_code_page() -> None:
    def old_text(value: str, wide: bool = True) -> bytes:
        raw = value.encode("gbk")
        return struct.pack("<H" if wide else "<B", len(raw)) + raw

    begin = record(0x0809, struct.pack("<HHHH", 0x0500, 5, 0, 0)) + record(0x0042, struct.pack("<H", 936))
    entry = struct.pack("<BB", 0, 0) + old_text("支出决算表", wide=False)
    at = len(begin) + 4 + 4 + len(entry) + 4
    stream = begin + record(0x0085, struct.pack("<L", at) + entry) + record(0x0A)
    stream += record(0x0809, struct.pack("<HHHH", 0x0500, 16, 0, 0))
    stream += record(0x0204, struct.pack("<HHH", 0, 0, 0) + old_text("合计")) + number(0, 1, 6.22)
    stream += formula_record(1, 1, struct.pack("<d", 0), b"\x1e\x00\x00") + record(0x0A)
    data = pack(stream).replace("Workbook".encode("utf-16-le"), "Book\x00\x00\x00\x00".encode("utf-16-le"))
    data = data.replace(struct.pack("<HBB", 18, 2, 1), struct.pack("<HBB", 10, 2, 1))
    package = open_bytes(Path("95.xls"), data)
    (grid,) = file_grids(package)
    assert grid.name == "支出决算表" and grid.rows == [["合计", 6.22], ["", 0.0]]
    assert not formulas_known(package) and grid.facts.formulas == {}


def test_hidden_sheets_charts_and_notes() -> None:
    data = workbook({"a": number(0, 0, 1), "b": record(0x001C, bytes(8))})
    book = open_book(data)
    assert [(sheet.name, sheet.visible, sheet.worksheet) for sheet in book.sheets] == [
        ("a", True, True),
        ("b", True, True),
    ]
    assert [grid.facts.notes for grid in file_grids(open_bytes(Path("a.xls"), data))] == [False, True]


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ("of:=SUM([.A1:.B2];1)", "SUM(A1:B2,1)"),
        ('of:="a;[.B1]"&[.$C$4]', '"a;[.B1]"&$C$4'),
        ("of:=[$封面.$C$5]+['It''s'.A1]", "封面!$C$5+'It''s'!A1"),
        ("of:=[$01.A1]", "'01'!A1"),
        ("of:=ORG.XLTOOLS.CALC.FUNCTIONS.XT_TOTAL([.A1:.A2])", "XT_TOTAL(A1:A2)"),
        ("of:=[.#REF!]", "#REF!"),
        ("of:=['file:///x.ods'#$Sheet1.A1]", "[?]"),
        ("msoxl:=SUM(A1)", "SUM(A1)"),
    ],
)
def test_formulas_of_opendocument(stored: str, wanted: str) -> None:
    assert plain_formula(stored) == wanted


def test_facts_of_opendocument() -> None:
    merged = cell(1.0, ' table:number-rows-spanned="2" table:number-columns-spanned="3"')
    rows = (
        f'<table:table-column/><table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
        f"<table:table-row>{merged}{cell(2.0, '', 'of:=[.A1]+1')}</table:table-row>"
        f'<table:table-row table:visibility="filter" table:number-rows-repeated="2">{cell("", "", "of:=[.A1]")}</table:table-row>'
        f"<table:table-row><table:table-cell table:formula='of:=1/0' office:value-type='string'>"
        f"<text:p>#DIV/0!</text:p></table:table-cell></table:table-row>"
    )
    data = document(f'<table:table table:name="a">{rows}</table:table>')
    facts = read_facts(open_bytes(Path("a.ods"), data).read("content.xml"))["a"]
    assert facts.merges == ["A1:C2"] and facts.hidden_columns == {2, 3} and facts.hidden_rows == {2, 3}
    assert facts.formulas == {"B1": "A1+1", "A2": "A1", "A3": "A1", "A4": "1/0"}
    assert facts.uncached == ["A2", "A3"] and facts.errors == {"A4": "#DIV/0!"}
