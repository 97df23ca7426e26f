"""What happens to workbooks on the way: odd programs, odd habits, and somebody who wants them to be misread."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from tests.hostile.case import (
    EXPENDITURE,
    Expected,
    Found,
    Refused,
    Same,
    case,
    changed,
    edited,
    example_parts,
    packed,
    with_amount,
)
from tests.hostile.contents import beside, in_library
from tests.hostile.dialects import everywhere
from tests.hostile.old_xls import grids, label, number, old_workbook, pack, record, sheet_stream, text
from tests.hostile.open_sheet import HEAD as OPEN_HEAD
from tests.hostile.open_sheet import MIMETYPE, TAIL, tables
from tests.workbook.books import example_bytes
from tests.workbook.builders import compound

TYPED, STORED = Found(("reading-01",)), Found(("reading-06",), "核实")
AMOUNT = re.compile(r'<c r="E10"( s="\d+")[^>]*?(?:/>|>.*?</c>)')
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

# --- an amount, as somebody or some program writes it

AMOUNTS: dict[str, tuple[str, Expected]] = {
    "grouped in the way of python": ("><v>6_22</v></c>", TYPED),
    "in the digits of india": ("><v>६.२२</v></c>", TYPED),
    "in base sixteen": ("><v>0x6</v></c>", TYPED),
    "with a decimal comma": ("><v>6,22</v></c>", TYPED),
    "with blanks in the xml": ("><v> 6.22 </v></c>", STORED),
    "with a plus": ("><v>+6.22</v></c>", Same()),
    "with two values": ("><v>6.22</v><v>9.99</v></c>", Found(("expenditure-01",))),
    "with a text and a value": ('t="inlineStr"><is><t>6.22</t></is><v>9.99</v></c>', Found(("expenditure-01",))),
    "divided by an element": ("><v>6.<x/>22</v></c>", Refused("已损坏")),
    "divided by a comment": ("><v>6.2<!-- 9 -->2</v></c>", Refused("已损坏")),
    "divided by a reference": ("><v>6&#46;22</v></c>", Refused("已损坏")),
    "beside a comment": ("><!-- <v>9.99</v> --><v>6.22</v></c>", Same()),
    "in the accountant's brackets": ('t="inlineStr"><is><t>（6.22）</t></is></c>', TYPED),
    "with a triangle for minus": ('t="inlineStr"><is><t>△6.22</t></is></c>', TYPED),
    "with a typographic minus": ('t="inlineStr"><is><t>\u22126.22</t></is></c>', Found(("expenditure-01",))),
    "a dash": ('t="inlineStr"><is><t>—</t></is></c>', Found(("expenditure-01",))),
    "a wide minus alone": ('t="inlineStr"><is><t>－</t></is></c>', Found(("expenditure-01",))),
    "with its currency": ('t="inlineStr"><is><t>￥6.22</t></is></c>', TYPED),
    "the word for none": ('t="inlineStr"><is><t>无</t></is></c>', TYPED),
    "with a chinese full stop": ('t="inlineStr"><is><t>6。22</t></is></c>', TYPED),
    "with a wide point": ('t="inlineStr"><is><t>6．22</t></is></c>', STORED),
    "a percentage": ('t="inlineStr"><is><t>6.22%</t></is></c>', TYPED),
    "in ten thousands": ('t="inlineStr"><is><t>6.22万</t></is></c>', TYPED),
    "as a power of ten": ('t="inlineStr"><is><t>62.2e-1</t></is></c>', TYPED),
    "two in one cell": ('t="inlineStr"><is><t>6.22\n9.99</t></is></c>', TYPED),
    "with a line break behind": ('t="inlineStr"><is><t>6.22\n</t></is></c>', STORED),
    "of a name in a circle": ("><f>甲+0</f></c>", Found(("reading-07",))),
}  # fmt: skip

for name, (xml, expected) in AMOUNTS.items():

    @case(f"amount {name}", expected)
    def _(xml: str = xml) -> bytes:
        return with_amount(xml)


@case("a reference in a number of a sheet like ours", Refused("已损坏"))
def _() -> bytes:
    return edited(EXPENDITURE, AMOUNT, lambda match: f'<c r="E10"{match[1]}><v>6&#46;22</v></c>')


@case("amounts shown as percentages", Found((), "核实"))
def _() -> bytes:
    def change(book: Any) -> None:
        book["公开03表"]["E10"].number_format = "0.00%"

    return in_library(change)


# --- amounts that nobody sees

ROW = re.compile(r'<row r="10"([^>]*)>')


@case("a row without height", Found(("reading-29",), "核实"))
def _() -> bytes:
    return edited(
        EXPENDITURE,
        ROW,
        lambda row: f'<row r="10"{re.sub(" (ht|customHeight)=.[^ ]*", "", row[1])} ht="0" customHeight="1">',
    )


@case("a row without height in another dialect", Found(("reading-29",), "核实"))
def _() -> bytes:
    return edited(EXPENDITURE, ROW, lambda row: "<row r='10' ht='0.0' customHeight='1'>")


@case("a column without width", Found(("reading-29",), "核实"))
def _() -> bytes:
    return edited(EXPENDITURE, "<cols>", '<cols><col min="5" max="5" width="0" customWidth="1"/>')


@case("a low row", Same())
def _() -> bytes:
    return edited(EXPENDITURE, ROW, lambda row: f'<row r="10"{re.sub(" ht=.[^ ]*", "", row[1])} ht="0.75">')


@case("rows filtered away", Found(("reading-29",), "核实"))
def _() -> bytes:
    text = example_parts()[EXPENDITURE].decode().replace('<row r="10"', '<row r="10" hidden="1"')
    column = '<filterColumn colId="0"><filters><filter val="201"/></filters></filterColumn>'
    behind = f'</sheetData><autoFilter ref="A7:H17">{column}</autoFilter>'
    return changed(**{EXPENDITURE: text.replace("</sheetData>", behind, 1).encode()})


@case("a form in a very hidden sheet", Found(("reading-12",), "核实"))
def _() -> bytes:
    return edited("xl/workbook.xml", '<sheet name="公开03表"', '<sheet state="veryHidden" name="公开03表"')


# --- sheets whose XML is bent


@case("a document type deep inside", Refused("已损坏"))
def _() -> bytes:
    return edited(EXPENDITURE, '<row r="10"', '<!DOCTYPE a [<!ENTITY b "c">]><row r="10"')


@case("a document type in a comment", Same())
def _() -> bytes:
    return edited(EXPENDITURE, '<row r="10"', '<!-- <!DOCTYPE a> --><row r="10"')


@case("a cell in a comment", Same())
def _() -> bytes:
    return edited(EXPENDITURE, AMOUNT, lambda cell: f'<!-- <c r="E10"><v>9.99</v></c> -->{cell[0]}')


@case("a shared formula over a million rows", Same())
def _() -> bytes:
    first = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B1048576" si="0">A1*2</f><v>2</v></c></row>'
    return beside(first + '<row r="2"><c r="B2"><f t="shared" si="0"/><v>0</v></c></row>')


@case("an array formula over a whole sheet", Same())
def _() -> bytes:
    return beside('<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">B1*2</f><v>2</v></c></row>')


@case("names in a circle", Same())
def _() -> bytes:
    names = (("甲", "乙"), ("乙", "甲"), ("丙", "丙+1"))
    more = "".join(f'<definedName name="{name}">{what}</definedName>' for name, what in names)
    return edited("xl/workbook.xml", "</definedNames>", more + "</definedNames>")


@case("cells out of order", Same())
def _() -> bytes:
    def turned(row: re.Match[str]) -> str:
        cells = re.findall(r"<c [^>]*/>|<c .*?</c>", row[2], re.DOTALL)
        return row[1] + "".join(reversed(cells)) + row[3]

    return edited(EXPENDITURE, re.compile(r'(<row r="10"[^>]*>)(.*?)(</row>)', re.DOTALL), turned)


@case("every second row without addresses", Same())
def _() -> bytes:
    text = example_parts()[EXPENDITURE].decode()
    for row in re.findall(r"<row .*?</row>", text, re.DOTALL)[1::2]:
        bare = re.sub(r' r="\d+"', "", re.sub(r'(<c) r="[A-Z]+\d+"', r"\1", row), count=1)
        text = text.replace(row, bare, 1)
    return changed(**{EXPENDITURE: text.encode()})


@case("a row that says another number than its cells", Same())
def _() -> bytes:
    return edited(EXPENDITURE, '<row r="10"', '<row r="11"')


@case("a cell that says another row", Found(("expenditure-01",)))
def _() -> bytes:
    return edited(EXPENDITURE, '<c r="E10"', '<c r="E11"')


@case("an address in small letters", Refused("已损坏"))
def _() -> bytes:
    return edited(EXPENDITURE, '<c r="E10"', '<c r="e10"')


@case("an address with dollar signs", Refused("无法读取"))
def _() -> bytes:
    return edited(EXPENDITURE, '<c r="E10"', '<c r="$E$10"')


@case("a second set of cells", Same())
def _() -> bytes:
    other = '<sheetData><row r="10"><c r="E10"><v>9.99</v></c></row></sheetData>'
    return edited(EXPENDITURE, "</sheetData>", "</sheetData>" + other)


@case("cells of another language", Found(("expenditure-01",)))
def _() -> bytes:
    return edited(
        EXPENDITURE, AMOUNT, lambda cell: f'{cell[0]}<x:c xmlns:x="urn:x" r="E10"><x:v>9.99</x:v></x:c>'
    )


@case("strict and transitional sheets mixed", Same())
def _() -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    some = r"xl/(worksheets/sheet[246]|workbook|sharedStrings)\.xml"
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    with zipfile.ZipFile(io.BytesIO(everywhere(re.escape(main), strict, some))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts[EXPENDITURE].decode().replace("<worksheet ", f'<m:worksheet xmlns:m="{strict}" ', 1)
    sheet = re.sub(r"<(/?)(sheetData|row)\b", r"<\1m:\2", sheet.replace("</worksheet>", "</m:worksheet>"))
    return packed({**parts, EXPENDITURE: sheet.encode()})


@case("computed again and again, as displayed", Same())
def _() -> bytes:
    return edited(
        "xl/workbook.xml",
        re.compile(r"<calcPr[^>]*/>"),
        '<calcPr calcId="191029" iterate="1" iterateCount="100" fullPrecision="0" calcMode="manual"/>',
    )


@case("comments in threads on amounts", Same())
def _() -> bytes:
    parts = dict(example_parts())
    links = "xl/worksheets/_rels/sheet4.xml.rels"
    head = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    more = (
        f'<Relationship Id="rId90" Type="{RELATED}/comments" Target="../comments9.xml"/>'
        '<Relationship Id="rId91" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" Target="../threadedComments/threadedComment1.xml"/>'
        f'<Relationship Id="rId92" Type="{RELATED}/vmlDrawing" Target="../drawings/vmlDrawing9.vml"/>'
    )
    known = parts.get(links, f"{head}</Relationships>".encode()).decode()
    parts[links] = known.replace("</Relationships>", more + "</Relationships>").encode()
    parts["xl/comments9.xml"] = (
        '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors><author>tc={1}</author></authors>'
        '<commentList><comment ref="E10" authorId="0"><text><t>[线程批注]</t></text></comment></commentList></comments>'
    ).encode()
    parts["xl/threadedComments/threadedComment1.xml"] = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="E10" dT="2024-01-01T00:00:00.00" personId="{2}" id="{1}"><text>先挂着</text></threadedComment></ThreadedComments>'
    ).encode()
    parts["xl/drawings/vmlDrawing9.vml"] = b'<xml xmlns:v="urn:schemas-microsoft-com:vml"/>'
    sheet = parts[EXPENDITURE].decode()
    parts[EXPENDITURE] = sheet.replace("</worksheet>", '<legacyDrawing r:id="rId92"/></worksheet>').encode()
    return packed(parts)


# --- names of sheets


def sheet_named(name: str, state: str = "") -> bytes:
    """The example with a copy of 公开01表 under a name."""
    return edited(
        "xl/workbook.xml", "</sheets>", f'<sheet name="{name}" sheetId="77"{state} r:id="rId2"/></sheets>'
    )


@case("a sheet name of 31 characters with pictures", Found(("reading-10",)))
def _() -> bytes:
    return sheet_named("😀" * 15 + "a")


@case("two sheets that differ in the width of a digit", Found(("reading-10",)))
def _() -> bytes:
    return sheet_named("公开０３表")


@case("a form renamed with pictures and quotes", Found((), "核实"))
def _() -> bytes:
    name = "支出'😀 &amp; 表（二〇二四）"
    quoted = "'" + name.replace("'", "''") + "'!"
    parts = {
        part: content.decode().replace("公开03表!", quoted).encode()
        if "worksheets/sheet" in part
        else content
        for part, content in example_parts().items()
    }
    book = parts["xl/workbook.xml"].decode().replace("公开03表!", quoted)
    parts["xl/workbook.xml"] = book.replace('name="公开03表"', f'name="{name}"').encode()
    return packed(parts)


@case("a sheet name with signs that turn the text", Found((), "核实"))
def _() -> bytes:
    return edited("xl/workbook.xml", 'name="公开02表"', 'name="公开02表\u202e\u200b"')


# --- files under another name

for name, suffix, make in (
    ("an archive of a web page", ".xls", lambda: MHT),
    ("an archive of a web page named xlsx", ".xlsx", lambda: MHT),
    ("rich text renamed", ".xlsx", lambda: b"{\\rtf1\\ansi 1234}"),
):

    @case(name, Refused("文本文件"), suffix)
    def _(make: Callable[[], bytes] = make) -> bytes:
        return make()


MHT = (
    b'MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n'
    b'Content-Type: text/html\r\n\r\n<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table></table></html>'
)


@case("a web page in utf-16", Refused("网页"))
def _() -> bytes:
    return "<html><table></table></html>".encode("utf-16")


@case("an official document in ofd", Refused("压缩包"))
def _() -> bytes:
    return packed({"OFD.xml": b"<ofd/>", "Doc_0/Document.xml": b"<a/>"})


@case("seven zip renamed", Refused("不是 Excel 工作簿"))
def _() -> bytes:
    return b"7z\xbc\xaf'\x1c\x00\x04" + bytes(range(256))


@case("a table of wps", Same(), ".et")
def _() -> bytes:
    return old_workbook(example_bytes())


@case("a new workbook under the name of an open document", Same(), ".ods")
def _() -> bytes:
    return example_bytes()


@case("an open document that fills every cell", Refused("异常巨大"), ".ods")
def _() -> bytes:
    row = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/></table:table-row>'
    all_ = "".join(tables(example_bytes()).values()) + f'<table:table table:name="x">{row}</table:table>'
    return packed({"mimetype": MIMETYPE, "content.xml": (OPEN_HEAD + all_ + TAIL).encode()})


# --- old workbooks


@case("xls of excel 2 without a container", Refused("不是 Excel 工作簿"), ".xls")
def _() -> bytes:
    return struct.pack("<HHHH", 9, 4, 2, 16) + struct.pack("<HH", 10, 0)


@case("xls of excel 95 without our forms", Refused("没有识别出"), ".xls")
def _() -> bytes:
    return excel_95({"支出": label_95(0, 0, "支出决算表") + number(1, 1, 6.22)})


@case("xls of excel 95", Found((), "核实"), ".xls")
def _() -> bytes:
    sheets = {}
    for grid in grids(example_bytes()):
        cells = [(row, at, value) for row, line in enumerate(grid.rows) for at, value in enumerate(line)]
        sheets[grid.name] = b"".join(
            number(row, at, value) if isinstance(value, float) else label_95(row, at, str(value))
            for row, at, value in cells
            if value not in ("", None)
        )
    return excel_95(sheets)


def label_95(row: int, at: int, value: str) -> bytes:
    """A LABEL record in the code page of China."""
    raw = value.encode("gbk", "replace")[:255]
    return record(0x0204, struct.pack("<HHHH", row, at, 0, len(raw)) + raw)


def excel_95(sheets: dict[str, bytes]) -> bytes:
    """A workbook of Excel 5.0/95 (BIFF5): the stream is called Book, texts are in a code page."""
    begin = record(0x0809, struct.pack("<HHHH", 0x0500, 5, 0x0DBB, 0x07CC)) + record(
        0x42, struct.pack("<H", 936)
    )
    names = [name.encode("gbk") for name in sheets]
    at = len(begin) + sum(len(record(0x85, bytes(7) + name)) for name in names) + len(record(10))
    head, bodies = begin, []
    for name, body in zip(names, sheets.values(), strict=True):
        head += record(0x85, struct.pack("<LBBB", at, 0, 0, len(name)) + name)
        bodies.append(record(0x0809, struct.pack("<HHHH", 0x0500, 16, 0x0DBB, 0x07CC)) + body + record(10))
        at += len(bodies[-1])
    stream = head + record(10) + b"".join(bodies)
    return compound({"Book": stream}) if len(stream) < 60_000 else pack(stream)


@case("xls with shared strings continued in the middle", Same(), ".xls")
def _() -> bytes:
    strings: dict[str, int] = {}
    sheets = {}
    for grid in grids(example_bytes()):
        plain = sheet_stream(grid)
        for row, line in enumerate(grid.rows):
            for at, value in enumerate(line):
                if isinstance(value, str) and value:
                    place = strings.setdefault(value[:2000], len(strings))
                    shared = record(0x00FD, struct.pack("<HHHL", row, at, 0, place))
                    plain = plain.replace(label(row, at, value), shared, 1)
        sheets[grid.name] = plain
    return with_strings(sheets, shared_strings(list(strings), 1000))


def shared_strings(strings: list[str], most: int) -> bytes:
    """The SST record and what continues it, each of at most ``most`` bytes: strings are divided anywhere."""
    body, kind, records = struct.pack("<LL", len(strings), len(strings)), 0xFC, []
    for one in strings:
        raw = one.encode("utf-16-le")
        if len(body) + 3 > most:
            records.append(record(kind, body))
            body, kind = b"", 0x3C
        body += struct.pack("<HB", len(raw) // 2, 1)
        while raw:
            room = (most - len(body)) // 2 * 2
            body, raw = body + raw[:room], raw[room:]
            if raw:
                records.append(record(kind, body))
                body, kind = b"\x01", 0x3C
    return b"".join([*records, record(kind, body)])


def with_strings(sheets: dict[str, bytes], strings: bytes) -> bytes:
    """An .xls of these sheets with shared strings."""
    begin = record(0x0809, struct.pack("<HHHHLL", 0x0600, 5, 0x0DBB, 0x07CC, 0, 6))
    entries = [struct.pack("<BB", 0, 0) + text(name, long=False) for name in sheets]
    at = len(begin) + sum(len(record(0x85, bytes(4) + entry)) for entry in entries) + len(strings) + 4
    head, bodies = begin, []
    for entry, body in zip(entries, sheets.values(), strict=True):
        head += record(0x85, struct.pack("<L", at) + entry)
        start = record(0x0809, struct.pack("<HHHHLL", 0x0600, 16, 0x0DBB, 0x07CC, 0, 6))
        bodies.append(start + record(0x0200, struct.pack("<LLHHH", 0, 100, 0, 30, 0)) + body + record(10))
        at += len(bodies[-1])
    return pack(head + strings + record(10) + b"".join(bodies))


# --- containers


@case("a local header that says encrypted", Same())
def _() -> bytes:
    data = bytearray(example_bytes())
    struct.pack_into("<H", data, data.find(b"PK\x03\x04") + 6, 1)
    return bytes(data)


@case("a local header with another name", Same())
def _() -> bytes:
    data, name = bytearray(example_bytes()), EXPENDITURE.encode()
    at = data.find(name)
    data[at : at + len(name)] = name[::-1]
    return bytes(data)


@case("sizes behind the parts that lie", Same())
def _() -> bytes:
    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.data += data
            return len(data)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in example_parts().items():
            archive.writestr(name, content)
    at = stream.data.find(b"PK\x07\x08")
    while at >= 0:
        struct.pack_into("<LLL", stream.data, at + 4, 1, 2, 3)
        at = stream.data.find(b"PK\x07\x08", at + 4)
    return bytes(stream.data)
