"""Targets: files of all kinds, and the parts of them."""

# ruff: noqa: E501 (seeds as they are)
from __future__ import annotations

import io
import struct
from pathlib import Path

from tests.fuzz.target import promise, refusal, target
from tests.hostile.case import example_parts
from tests.hostile.old_xls import example_sheets, workbook
from tests.hostile.open_sheet import HEAD as OPEN_HEAD
from tests.hostile.open_sheet import MIMETYPE, TAIL, tables
from tests.workbook.books import example_bytes
from tests.workbook.builders import parts_of, worksheet, zipped
from xltools.errors import XltoolsError

XML = ("<c r=", "<v>", "</v>", "<f>", ' t="s"', ' t="str"', ' t="shared" si="0"', ' r="', "&#x41;", "<![CDATA[", "<!--",
       "<is><t>", ' hidden="1"', "<mergeCell ref=", "1e308", "NaN", 'xml:space="preserve"', "<row r=", "/>", "]]>")  # fmt: skip


def _package_seeds() -> list[bytes]:
    small = zipped(parts_of({"表": worksheet('<row r="1"><c r="A1"><v>1</v></c></row>')}))
    return [small, zipped({"mimetype": MIMETYPE, "content.xml": OPEN_HEAD + TAIL}), old_seeds()[1]]


@target(_package_seeds, "PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "[Content_Types].xml")
def package(data: bytes) -> None:
    """A whole file of any kind: the container, the parts, the sheets."""
    from xltools.workbook.container import rebuild
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_bytes

    try:
        opened = open_bytes(Path("fuzz.xlsx"), data)
        for part in opened.entries:
            opened.read(part)
        file_grids(opened)
        if opened.entries:
            again = open_bytes(Path("fuzz.xlsx"), rebuild(data, opened.entries, {}))
            promise(list(again.entries) == list(opened.entries))
    except XltoolsError as error:
        refusal(error)


def sheet_seeds() -> list[bytes]:
    """Sheets of three kinds."""
    found = [example_parts()[f"xl/worksheets/sheet{n}.xml"] for n in (11, 16)]
    return [
        *found,
        worksheet(
            '<row r="1" hidden="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>a</t></is></c></row>'
            '<row r="2"><c r="A2"><f t="shared" ref="A2:B2" si="0">B1+$C$2</f><v>2</v></c><c r="B2"><f t="shared" si="0"/>'
            '</c><c r="C2" t="e"><v>#REF!</v></c><c r="D2" t="b"><v>1</v></c><c r="E2" s="1"><v>45000</v></c></row>',
            '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
            '<cols><col min="2" max="3" hidden="1"/></cols>',
        ).encode(),
    ]


@target(sheet_seeds, *XML)
def sheet(data: bytes) -> None:
    """The XML of one sheet: what the quick reader tells is what expat tells, and what calamine reads."""
    from xltools.workbook.formulas import decode, fast_facts, slow_facts
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_bytes

    try:
        text = decode(data)
        quick = fast_facts(text) if text else None
        if quick is not None and not quick.trouble:
            slow = slow_facts(data, "xl/worksheets/sheet1.xml")
            for name in ("formulas", "errors", "uncached", "hidden_rows", "hidden_columns", "merges"):
                promise(
                    getattr(quick, name) == getattr(slow, name),
                    name,
                    getattr(quick, name),
                    getattr(slow, name),
                )
        strings = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>文字</t></si></sst>'
        whole = zipped(
            parts_of({"表": ""}, extra={"xl/worksheets/sheet1.xml": data, "xl/sharedStrings.xml": strings})
        )
        file_grids(open_bytes(Path("fuzz.xlsx"), whole))
    except XltoolsError as error:
        refusal(error)


@target(lambda: [example_parts()["xl/sharedStrings.xml"][:4000] + b"</sst>", b"<sst><si><t>a_x000D_b</t></si><si><r><t>c</t></r></si></sst>"], "<si>", "<t>", "</t>", "_x0041_", "<rPh ", "<r>", *XML)  # fmt: skip
def strings(data: bytes) -> None:
    """The shared strings: the quick reader and calamine agree."""
    import python_calamine

    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_bytes
    from xltools.workbook.values import _shared_strings

    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in range(1, 5))
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    more = {"xl/sharedStrings.xml": data, "xl/_rels/workbook.xml.rels": links}
    whole = zipped(parts_of({"表": worksheet(cells)}, extra=more))
    try:
        opened = open_bytes(Path("fuzz.xlsx"), whole)
        found = _shared_strings(opened)
        file_grids(opened)
    except XltoolsError as error:
        refusal(error)
        return
    if found:
        try:
            rows = (
                python_calamine.load_workbook(io.BytesIO(whole))
                .get_sheet_by_index(0)
                .to_python(skip_empty_area=False)
            )
        except python_calamine.CalamineError:
            return
        theirs = [str(row[0]) for row in rows if row]
        mine = found[: len(theirs)]
        promise([one.strip() for one in mine] == [one.strip() for one in theirs], mine, theirs)


def old_seeds() -> list[bytes]:
    """Old workbooks: the example's form 03, and one with formulas."""
    from tests.hostile.old_xls import formula, label, record, truth

    tokens = b"\x24\x00\x00\x00\xc0\x1e\x05\x00\x03"
    rich = label(0, 0, "支出决算表") + formula(1, 1, b"\x00" * 8, tokens) + truth(2, 2, 7, error=True)
    rich += record(0x00E5, struct.pack("<5H", 1, 1, 2, 3, 4)) + record(
        0x04BC, b"\x00" * 8 + b"\x09\x00" + tokens
    )
    rich += formula(3, 3, b"\x00\x00\x00\x00\x00\x00\xff\xff", b"\x01\x01\x00\x01\x00") + record(
        0x0207, b"\x01\x00\x00a"
    )
    return [workbook({"公开03表": example_sheets()["公开03表"]}), workbook({"a": rich, "b": b""})]


@target(old_seeds, "\x09\x08", "\x85\x00", "\x06\x00")
def xls(data: bytes) -> None:
    """An old workbook: the compound file, its records, its formulas."""
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_bytes

    try:
        for grid in file_grids(open_bytes(Path("fuzz.xls"), data)):
            promise(all(len(row) == grid.width for row in grid.rows))
    except XltoolsError as error:
        refusal(error)


def _token_seeds() -> list[bytes]:
    return [
        b"\x24\x00\x00\x00\xc0\x1e\x05\x00\x03",
        bytes.fromhex("390000010000002506001f0005c005c04202ff00"),
        bytes.fromhex("291600250600100000c000401e020022021d0024100000401142"),
        bytes.fromhex("1705016162636465" + "19100000" + "1f" + "00" * 8 + "1d01" + "1c07" + "2a00000000"),
    ]


@target(_token_seeds)
def tokens(data: bytes) -> None:
    """The tokens of a formula in an old workbook."""
    from xltools.workbook.biff_formula import Names, formula

    names = Names(["表"], ["名"], [(True, ["XT_TOTAL"])], [(0, 0, 0)])
    text = formula(data, 5, 5, names)
    promise(isinstance(text, str) and text and len(text) < 10_000)


@target(lambda: [(OPEN_HEAD + tables(example_bytes())["公开10表"] + TAIL).encode()], "table:number-rows-repeated=", "table:formula=", "office:value=", "<text:p>", *XML)  # fmt: skip
def ods(data: bytes) -> None:
    """The content of an OpenDocument spreadsheet."""
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_bytes

    try:
        file_grids(open_bytes(Path("fuzz.ods"), zipped({"mimetype": MIMETYPE, "content.xml": data})))
    except XltoolsError as error:
        refusal(error)
