"""OpenDocument spreadsheets, and hostile ones. Source of the format: OpenDocument 1.3 part 3, 9."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tests.hostile.case import Found, Refused, Same, case, packed
from tests.hostile.old_xls import grids
from tests.workbook.books import example_bytes
from xltools.workbook.address import area
from xltools.workbook.grid import Grid

MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">'
    "<office:body><office:spreadsheet>"
)
TAIL = "</office:spreadsheet></office:body></office:document-content>"


def document(content: str, manifest: str = "<manifest/>") -> bytes:
    """An .ods whose body is ``content``."""
    return packed(
        {
            "mimetype": MIMETYPE,
            "content.xml": (content if content.startswith("<?xml") else HEAD + content + TAIL).encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def cell(value: object, span: str = "", formula: str = "") -> str:
    """One cell."""
    how = span + (f" table:formula={quoteattr(formula)}" if formula else "")
    if isinstance(value, bool):
        truth = str(value).lower()
        return f'<table:table-cell{how} office:value-type="boolean" office:boolean-value="{truth}"><text:p>{truth}</text:p></table:table-cell>'
    if isinstance(value, float | int):
        return f'<table:table-cell{how} office:value-type="float" office:value="{value!r}"><text:p>{value}</text:p></table:table-cell>'
    if value in ("", None):
        return f"<table:table-cell{how}/>"
    return f'<table:table-cell{how} office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def table(grid: Grid) -> str:
    """One sheet."""
    spans = {}
    for merged in grid.facts.merges:
        top, left, bottom, right = area(merged)
        spans[top - 1, left - 1] = (
            f' table:number-rows-spanned="{bottom - top + 1}" table:number-columns-spanned="{right - left + 1}"'
        )
    rows = []
    for row, cells in enumerate(grid.rows):
        hidden = ' table:visibility="collapse"' if row + 1 in grid.facts.hidden_rows else ""
        body = "".join(cell(value, spans.get((row, at), "")) for at, value in enumerate(cells))
        rows.append(f"<table:table-row{hidden}>{body}</table:table-row>")
    return f"<table:table table:name={quoteattr(grid.name)}>{''.join(rows)}</table:table>"


def tables(content: bytes) -> dict[str, str]:
    """Sheet name → its XML."""
    return {grid.name: table(grid) for grid in grids(content)}


def open_document(content: bytes) -> bytes:
    """The values of a workbook as an .ods."""
    return document("".join(tables(content).values()))


def with_amount(xml: str, old: str = "6.22") -> bytes:
    """The example with one amount cell of 公开03表 (E10) replaced."""
    found = tables(example_bytes())
    rows = found["公开03表"].split("<table:table-row")
    cells = rows[10].split("<table:table-cell")
    cells[5] = xml.removeprefix("<table:table-cell")
    rows[10] = "<table:table-cell".join(cells)
    found["公开03表"] = "<table:table-row".join(rows)
    return document("".join(found.values()))


@case("ods error value", Found(("reading-04",)), ".ods")
def _() -> bytes:
    return with_amount(
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><text:p>#DIV/0!</text:p></table:table-cell>'
    )


@case("ods text as amount", Found(("reading-01",)), ".ods")
def _() -> bytes:
    return with_amount(cell("陆点贰贰"))


@case("ods date as amount", Found(("reading-02",)), ".ods")
def _() -> bytes:
    return with_amount(
        '<table:table-cell office:value-type="date" office:date-value="2024-06-22"><text:p>2024</text:p></table:table-cell>'
    )


@case("ods formula without a result", Found(("reading-07",)), ".ods")
def _() -> bytes:
    return with_amount('<table:table-cell table:formula="of:=VLOOKUP([.A1];[.B1:.C2];2)"/>')


@case("ods formula that can be computed", Same(), ".ods")
def _() -> bytes:
    return with_amount('<table:table-cell table:formula="of:=SUM(6;0.22)"/>')


@case("ods that refers to another file", Found(("reading-07",)), ".ods")
def _() -> bytes:
    return with_amount("<table:table-cell table:formula=\"of:=['file:///etc/passwd'#$Sheet1.A1]\"/>")


@case("ods with rows repeated without end", Refused("异常巨大"), ".ods")
def _() -> bytes:
    return document(
        '<table:table table:name="a"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/></table:table-row></table:table>'
    )


@case("ods with blank rows repeated without end", Refused("没有识别出"), ".ods")
def _() -> bytes:
    return document(
        '<table:table table:name="a"><table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )


@case("ods repeated a hundred digits", Refused(""), ".ods")
def _() -> bytes:
    many = "9" * 100
    return document(
        f'<table:table table:name="a"><table:table-row table:number-rows-repeated="{many}"><table:table-cell table:number-columns-repeated="{many}"/></table:table-row></table:table>'
    )


@case("ods with 900 tables that all go far", Refused("异常巨大"), ".ods")
def _() -> bytes:
    far = '<table:table-row table:number-rows-repeated="60000"><table:table-cell/></table:table-row>'
    last = f'<table:table-row><table:table-cell table:number-columns-repeated="15"/>{cell(1.0)}</table:table-row>'
    return document("".join(f'<table:table table:name="t{n}">{far}{last}</table:table>' for n in range(900)))


@case("ods with entities", Refused("实体声明"), ".ods")
def _() -> bytes:
    laughs = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbb">]>'
    return document(laughs + HEAD.split("?>", 1)[1] + TAIL)


@case("ods with a password", Refused("密码"), ".ods")
def _() -> bytes:
    return document("", "<manifest><encryption-data/></manifest>")


@case("ods of text", Refused("不是电子表格"), ".ods")
def _() -> bytes:
    return packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"})


@case("ods cut off", Refused("已损坏"), ".ods")
def _() -> bytes:
    return document(HEAD)


@case("ods with tables in tables", Refused(""), ".ods")
def _() -> bytes:
    deep = '<table:table table:name="a"><table:table-row><table:table-cell>'
    return document(deep * 3000 + "</table:table-cell></table:table-row></table:table>" * 3000)
