"""Workbooks that are sound as files, with something wrong, odd or malicious in their cells and sheets."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl

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
from tests.workbook.books import example_bytes

SHEET = "公开03表"
TYPED = "reading-01"


def in_library(change: Callable[[Any], None]) -> bytes:
    """The example changed in a spreadsheet library, which stores no results of formulas."""
    book = openpyxl.load_workbook(io.BytesIO(example_bytes()))
    change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# --- what stands in an amount cell

AMOUNTS: dict[str, tuple[str, Expected]] = {
    "chinese numerals": ('t="inlineStr"><is><t>陆点贰贰</t></is></c>', Found((TYPED,))),
    "a unit behind the number": ('t="inlineStr"><is><t>6.22元</t></is></c>', Found((TYPED,))),
    "brackets for minus": ('t="inlineStr"><is><t>(6.22)</t></is></c>', Found((TYPED,))),
    "full-width digits": ('t="inlineStr"><is><t>６．２２</t></is></c>', Found(("reading-06",), "核实")),
    "arabic digits of the east": ('t="inlineStr"><is><t>٦.٢٢</t></is></c>', Found((TYPED,))),
    "thousands separators": ('t="inlineStr"><is><t>0,006.22</t></is></c>', Found(("reading-06",), "核实")),
    "separators in wrong places": ('t="inlineStr"><is><t>62,2</t></is></c>', Found((TYPED,))),
    "no-break spaces": ('t="inlineStr"><is><t>\u00a06.22\u3000</t></is></c>', Found(("reading-06",), "核实")),
    "zero-width characters": ('t="inlineStr"><is><t>\u200b6.22\ufeff</t></is></c>', Found(("reading-06",), "核实")),
    "digits turned round": ('t="inlineStr"><is><t>\u202e22.6</t></is></c>', Found((TYPED,))),
    "a number as text": ('t="str"><v>6.22</v></c>', Found(("reading-06",), "核实")),
    "a text of 10000 letters": (f't="inlineStr"><is><t>{"九" * 10_000}</t></is></c>', Found((TYPED,))),
    "10000 digits": (f't="inlineStr"><is><t>{"9" * 10_000}</t></is></c>', Found((TYPED,))),
    "a control character": ('t="inlineStr"><is><t>_x001B_[2J6.22</t></is></c>', Found((TYPED,))),
    "a date": ('t="d"><v>2024-06-22</v></c>', Found(("reading-02",))),
    "a logical value": ('t="b"><v>1</v></c>', Found(("reading-03",))),
    "a broken reference": ('t="e"><v>#REF!</v></c>', Found(("reading-04",))),
    "a division by zero": ('t="e"><f>1/0</f><v>#DIV/0!</v></c>', Found(("reading-04",))),
    "an error of its own kind": ('t="e"><v>#EVIL!</v></c>', Found(("reading-04",))),
    "a formula that fails": ("><f>1/0</f></c>", Found(("reading-04",))),
    "nan": ("><v>NaN</v></c>", Found(("reading-05",))),
    "infinity": ("><v>INF</v></c>", Found(("reading-05",))),
    "1e308": ("><v>1e308</v></c>", Found(("reading-05",))),
    "1e309": ("><v>1e309</v></c>", Found(("reading-05",))),
    "1e-308": ("><v>1e-308</v></c>", Found((), "错误")),
    "400 places": (f"><v>6.22{'0' * 400}</v></c>", Same()),
    "no number at all": ("><v>abc</v></c>", Found((), "错误")),
    "a shared string that is none": ('t="s"><v>999999</v></c>', Refused("无法读取")),
    "a shared string below zero": ('t="s"><v>-1</v></c>', Found((), "错误")),
    "a type that is none": ('t="evil"><v>6.22</v></c>', Refused("无法读取")),
    "an unknown function": ("><f>VLOOKUP(A10,A1:B5,2)</f></c>", Found(("reading-07",))),
    "a circle": ("><f>SUM(E10:E11)</f></c>", Found(("reading-07",))),
    "a link without a result": ("><f>[1]Sheet1!$A$1</f></c>", Found(("reading-07",))),
    "dde": ("><f>cmd|'/c calc'!A0</f></c>", Found(("reading-07",))),
    "webservice": ('><f>_xlfn.WEBSERVICE("http://127.0.0.1:1/")</f></c>', Found(("reading-07",))),
    "brackets 5000 deep": (f"><f>{'(' * 5000}1{')' * 5000}</f></c>", Found(("reading-07",))),
    "minus 20000 times": (f"><f>{'-' * 20_000}1</f></c>", Found(("reading-07",))),
    "powers on powers": ("><f>9^9^9^9^9^9</f></c>", Found(("reading-04",))),
    "a sum over everything": ("><f>SUM(A1:XFD1048576)</f></c>", Found(("reading-07",))),
    "a text of texts": (f"><f>{'&amp;'.join(['REPT(&quot;x&quot;,32767)'] * 50)}</f></c>", Found(("reading-07",))),
    "a formula of 200000 letters": (f"><f>1{'+1' * 100_000}</f></c>", Found(("expenditure-01",))),
    "a shared formula of nobody": ('><f t="shared" si="77"/></c>', Found(("reading-07",))),
    "an array formula": ('><f t="array" ref="E10:E11">{6.22}</f><v>6.22</v></c>', Same()),
}  # fmt: skip

for name, (xml, expected) in AMOUNTS.items():

    @case(f"amount {name}", expected)
    def _(xml: str = xml) -> bytes:
        return with_amount(xml)


@case("a date by its format", Found(("reading-02",)))
def _() -> bytes:
    from datetime import datetime

    def change(book: Any) -> None:
        book[SHEET]["E10"] = datetime(2024, 6, 22)

    return in_library(change)


@case("every amount a date", Found(("reading-02",)))
def _() -> bytes:
    def change(book: Any) -> None:
        for row in book[SHEET]["C7:H17"]:
            for cell in row:
                cell.number_format = "yyyy/m/d"

    return in_library(change)


# --- names and texts


@case("a name of 10000 characters", Found((), "核实"))
def _() -> bytes:
    def change(book: Any) -> None:
        book["封面"]["C5"] = "山西省" * 3334

    return in_library(change)


@case("a name that is a formula elsewhere", Found((), "核实"))
def _() -> bytes:
    def change(book: Any) -> None:
        book["封面"]["C5"].data_type = "s"
        book["封面"]["C5"] = "@SUM(1+1)*cmd|' /C calc'!A0"

    return in_library(change)


@case("a name with markup", Found((), "核实"))
def _() -> bytes:
    def change(book: Any) -> None:
        book["封面"]["C5"] = "<script>alert(1)</script>]]>&lt;{{7*7}}{%raw%}"

    return in_library(change)


@case("a name written from right to left", Found((), "核实"))
def _() -> bytes:
    def change(book: Any) -> None:
        book["封面"]["C5"] = "\u202eمركز\u202c山西省"

    return in_library(change)


@case("a name with a path in it", Found((), "核实"))
def _() -> bytes:
    def change(book: Any) -> None:
        book["封面"]["C5"] = "../../../etc/passwd\u2215CON"

    return in_library(change)


@case("zero-width characters in headings and titles", Found((), "核实"))
def _() -> bytes:
    return edited("xl/sharedStrings.xml", "项目支出</t>", "项\u200b目\ufeff支\u2060出</t>")


for kind, letters in {
    "half a character": "_xD800_甲",
    "two halves of a character": "_xD842__xDFB7_野",
    "control characters": "_x0000_甲_x0007__x001B_[31m_xFFFF_",
    "characters that turn round": "\u202e甲\u202c\u2066乙\u2069\u200f",
    "lines and tabs": "甲&#10;乙&#13;&#9;丙",
}.items():

    @case(f"texts with {kind}", Found((), "核实"))
    def _(letters: str = letters) -> bytes:
        return worded(letters)


for kind, reference in {"beyond all": "&#x110000;", "half of one": "&#xD800;", "none": "&#0;"}.items():

    @case(f"a reference to a character {kind}", Refused("不存在的字符"))
    def _(reference: str = reference) -> bytes:
        return edited("xl/sharedStrings.xml", "债务利息及费用支出</t>", f"{reference}债务利息及费用支出</t>")


@case("strings 100000 elements deep", Same(), seconds=20)
def _() -> bytes:
    deep = "<r>" * 100_000 + "<t>x</t>" + "</r>" * 100_000
    return edited("xl/sharedStrings.xml", "</sst>", f"<si>{deep}</si></sst>")


@case("a string of 100000 runs", Same(), seconds=20)
def _() -> bytes:
    runs = "<r><rPr><b/></rPr><t>x</t></r>" * 100_000
    return edited("xl/sharedStrings.xml", "</sst>", f"<si>{runs}</si></sst>")


@case("every text a command", Found((), "核实"))
def _() -> bytes:
    """What a spreadsheet would run, in every place where the user types a text."""
    return commanding()


COMMAND = "=cmd|' /C calc'!A0"


def commanding() -> bytes:
    """The example with COMMAND before every text of the user's."""
    return worded(COMMAND)


def worded(letters: str) -> bytes:
    """The example with ``letters`` before the unit's name, the titles of codes, texts, reasons, indicators."""
    from tests.workbook.books import example

    report = example()
    texts = {report.cover.entity, *report.titles.values(), *report.texts.values(), *report.reasons.values()}
    texts |= {one.name for form in report.self_evaluations for one in form.indicators}
    text = example_parts()["xl/sharedStrings.xml"].decode()
    text = re.sub(
        r"(<t[^>]*>)([^<]+)</t>",
        lambda match: f"{match[1]}{letters * (match[2] in texts)}{match[2]}</t>",
        text,
    )
    assert text.count(letters) > 30
    return changed(**{"xl/sharedStrings.xml": text.encode()})


@case("full-width codes", Same())
def _() -> bytes:
    return edited("xl/sharedStrings.xml", "<t>2010399</t>", "<t>２０１０３９９</t>")


# --- sheets


@case("everything merged", Found(("reading-28",), "核实"))
def _() -> bytes:
    merged = "".join(f'<mergeCell ref="A{row}:H{row}"/>' for row in range(7, 18))
    text = example_parts()[EXPENDITURE].decode()
    text = re.sub(r"<mergeCells.*?</mergeCells>", "", text)
    text = text.replace("</sheetData>", f'</sheetData><mergeCells count="11">{merged}</mergeCells>', 1)
    return changed(**{EXPENDITURE: text.encode()})


@case("100000 merged ranges", Found((), "核实"), seconds=20)
def _() -> bytes:
    merged = "".join(f'<mergeCell ref="J{row}:K{row}"/>' for row in range(1, 100_001))
    text = example_parts()[EXPENDITURE].decode()
    text = re.sub(r"<mergeCells.*?</mergeCells>", "", text)
    text = text.replace("</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>", 1)
    return changed(**{EXPENDITURE: text.encode()})


@case("merged ranges over everything", Found(("reading-28",), "核实"))
def _() -> bytes:
    text = example_parts()[EXPENDITURE].decode()
    text = re.sub(r"<mergeCells.*?</mergeCells>", "", text)
    text = text.replace(
        "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', 1
    )
    return changed(**{EXPENDITURE: text.encode()})


@case("merged ranges that are none", Refused("无法读取"))
def _() -> bytes:
    text = example_parts()[EXPENDITURE].decode()
    merged = '<mergeCell ref="evil"/><mergeCell/><mergeCell ref="A1"/><mergeCell ref="ZZZZ9:A1"/>'
    text = re.sub(r"<mergeCells.*?</mergeCells>", "", text)
    text = text.replace("</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>", 1)
    return changed(**{EXPENDITURE: text.encode()})


@case("a form in a hidden sheet", Found(("reading-12",), "核实"))
def _() -> bytes:
    return edited("xl/workbook.xml", '<sheet name="公开03表"', '<sheet state="hidden" name="公开03表"')


@case("hidden sheets with our names", Found(("reading-10",)))
def _() -> bytes:
    def change(book: Any) -> None:
        for name in ("公开02表", "公开03表"):
            copy = book.copy_worksheet(book[name])
            copy.title = name + " "
            copy.sheet_state = "veryHidden"

    return in_library(change)


@case("hidden rows and columns with amounts", Found(("reading-29",), "核实"))
def _() -> bytes:
    def change(book: Any) -> None:
        book[SHEET].row_dimensions[10].hidden = True
        book[SHEET].column_dimensions["E"].hidden = True

    return in_library(change)


@case("a sheet doubled", Found(("reading-10",)))
def _() -> bytes:
    return in_library(lambda book: book.copy_worksheet(book["公开02表"]))


@case("last year's copy beside it", Found(("reading-10",)))
def _() -> bytes:
    def change(book: Any) -> None:
        copy = book.copy_worksheet(book[SHEET])
        copy.title = "去年"
        copy["D3"] = "2023年度"
        copy["E10"] = 9.99

    return in_library(change)


@case("last year's workbook renamed", Found(("reading-32",), "核实"))
def _() -> bytes:
    def change(book: Any) -> None:
        for number in range(1, 11):
            page = book[f"公开{number:02d}表"]
            for cell in (cell for row in page["A1:L3"] for cell in row):
                if isinstance(cell.value, str) and "年度" in cell.value:
                    cell.value = "2023年度"

    return in_library(change)


@case("a form missing", Found(("reading-09",)))
def _() -> bytes:
    def change(book: Any) -> None:
        del book["公开05表"]

    return in_library(change)


@case("headings missing", Found(("reading-11",)))
def _() -> bytes:
    def change(book: Any) -> None:
        for merged in list(book[SHEET].merged_cells.ranges):
            book[SHEET].unmerge_cells(str(merged))
        for row in book[SHEET]["A4:H6"]:
            for cell in row:
                cell.value = None

    return in_library(change)


@case("another workbook", Refused("没有识别出任何一张"))
def _() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "员工花名册"  # type: ignore[index]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@case("an empty workbook", Refused("没有识别出任何一张"))
def _() -> bytes:
    target = io.BytesIO()
    openpyxl.Workbook().save(target)
    return target.getvalue()


@case("our empty template", Found(("figures-01",)))
def _() -> bytes:
    from tests.workbook.books import shanxi
    from xltools.workbook.template import build

    target = io.BytesIO()
    build(shanxi(), None, target)
    return target.getvalue()


@case("our titles in a sheet of nonsense", Refused("没有识别出任何一张"))
def _() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row, title in enumerate(
        ("收入支出决算总表", "收入决算表", "支出决算表", "合计", "科目代码", "栏次", "1") * 300, 1
    ):
        for column in range(1, 9):
            page.cell(row, column, title)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# --- sheets of enormous size


@case("a value in the last cell", Found(("reading-34",)))
def _() -> bytes:
    def far(book: Any) -> None:
        book["公开05表"]["XFD1048576"] = 1

    return in_library(far)


@case("900 sheets with a value far away", Found(("reading-34",)), seconds=30, megabytes=700)
def _() -> bytes:
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="7000"><c r="DZ7000"><v>1</v></c></row>'
    parts = dict(example_parts())
    parts["xl/worksheets/sheet99.xml"] = f"{head}{cells}</sheetData></worksheet>".encode()
    return sheets_of(parts, "worksheets/sheet99.xml", 900)


def sheets_of(parts: dict[str, bytes], target: str, count: int) -> bytes:
    """A workbook with ``count`` further sheets that all are one part."""
    numbers = range(1000, 1000 + count)
    sheets = "".join(f'<sheet name="c{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    links = "".join(f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>' for n in numbers)
    text = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = text.replace("</sheets>", sheets + "</sheets>").encode()
    text = parts["xl/_rels/workbook.xml.rels"].decode()
    parts["xl/_rels/workbook.xml.rels"] = text.replace(
        "</Relationships>", links + "</Relationships>"
    ).encode()
    return packed(parts)


@case("900 sheets in another dialect", Found(("reading-34",)), seconds=30, megabytes=700)
def _() -> bytes:
    head = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
    cells = "<row r='1'><c r='A1'><v>1</v></c></row><row r='7000'><c r='DZ7000'><v>1</v></c></row>"
    parts = dict(example_parts())
    parts["xl/worksheets/sheet99.xml"] = f"{head}{cells}</sheetData></worksheet>".encode()
    return sheets_of(parts, "worksheets/sheet99.xml", 900)


@case("a million styled rows", Found(("reading-34",)), seconds=20)
def _() -> bytes:
    rows = "".join(
        f'<row r="{n}" s="3" customFormat="1" ht="15.75" customHeight="1"/>' for n in range(18, 1_048_577)
    )
    return edited(EXPENDITURE, "</sheetData>", rows + "</sheetData>")


@case("300000 blank styled rows", Same(), seconds=20)
def _() -> bytes:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="3"/></row>' for n in range(18, 300_000))
    return edited(EXPENDITURE, "</sheetData>", rows + "</sheetData>")


@case("a sheet of 200000 rows beside the forms", Same(), seconds=30)
def _() -> bytes:
    return beside(
        "".join(
            f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>1.5</v></c></row>'
            for n in range(1, 200_001)
        )
    )


@case("a sheet of 16384 columns beside the forms", Same(), seconds=20)
def _() -> bytes:
    from xltools.workbook.address import column_letters

    letters = [column_letters(n) for n in range(1, 16_385)]
    return beside(
        "".join(
            f'<row r="{n}">{"".join(f"<c r={chr(34)}{a}{n}{chr(34)}><v>1</v></c>" for a in letters)}</row>'
            for n in range(1, 11)
        )
    )


def beside(rows: str, extra: str = "") -> bytes:
    """The example with the sheet 封面 behind it replaced… by none: a further sheet, 草稿, of these rows."""
    parts = dict(example_parts())
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    parts["xl/worksheets/sheet99.xml"] = f"{head}<sheetData>{rows}</sheetData>{extra}</worksheet>".encode()
    links = parts["xl/_rels/workbook.xml.rels"].decode()
    link = '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet99.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = links.replace(
        "</Relationships>", link + "</Relationships>"
    ).encode()
    text = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = text.replace(
        "</sheets>", '<sheet name="草稿" sheetId="99" r:id="rId99"/></sheets>'
    ).encode()
    return packed(parts)


@case("a chain of 20000 formulas", Same(), seconds=30)
def _() -> bytes:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(
        f'<row r="{n}"><c r="A{n}"><f>A{n - 1}+1</f></c></row>' for n in range(2, 20_001)
    )
    return beside(rows)


@case("every formula over every cell", Same(), seconds=30)
def _() -> bytes:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}"><f>SUM(A$1:A$5000)</f></c></row>'
        for n in range(1, 5001)
    )
    return beside(rows)


@case("every formula on every other", Same(), seconds=30)
def _() -> bytes:
    """Each adds up all that are below it: without memory, 2 to the 300."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><f>SUM(A{n + 1}:A$301)</f></c></row>' for n in range(1, 301))
    return beside(rows + '<row r="301"><c r="A301"><v>1</v></c></row>')


@case("rows with impossible numbers", Same())
def _() -> bytes:
    return edited(EXPENDITURE, '<row r="10"', '<row r="99999999999"')


@case("a row number below zero", Refused("已损坏"))
def _() -> bytes:
    return edited(EXPENDITURE, '<row r="10"', '<row r="-10"')


@case("a cell with an impossible address", Refused(""))
def _() -> bytes:
    return edited(EXPENDITURE, '<c r="E10"', '<c r="ZZZZ99999999"')


@case("a cell twice", Found((), "核实"))
def _() -> bytes:
    return edited(EXPENDITURE, re.compile(r'(<c r="E10"[^>]*>.*?</c>)'), lambda match: match[1] * 2)


@case("a cell twice with two values", Found(("expenditure-01",)))
def _() -> bytes:
    return edited(
        EXPENDITURE,
        re.compile(r'(<c r="E10"[^>]*>)(.*?</c>)'),
        lambda match: f"{match[0]}{match[1]}<v>9.99</v></c>",
    )


@case("a row twice with two values", Found(("expenditure-01",)))
def _() -> bytes:
    return edited(
        EXPENDITURE,
        re.compile(r'<row r="10".*?</row>', re.DOTALL),
        lambda match: match[0] + re.sub(r"<v>[0-9.]+</v>", "<v>9.99</v>", match[0]),
    )


@case("rows out of order", Found((), "核实"))
def _() -> bytes:
    text = example_parts()[EXPENDITURE].decode()
    rows = re.findall(r"<row .*?</row>", text, re.DOTALL)
    start, end = text.index("<sheetData>") + 11, text.index("</sheetData>")
    return changed(**{EXPENDITURE: (text[:start] + "".join(reversed(rows)) + text[end:]).encode()})


@case("hidden columns without end", Found((), "核实"))
def _() -> bytes:
    return edited(EXPENDITURE, "<cols>", '<cols><col min="50" max="99999999999999" hidden="1" width="9"/>')


@case("shared strings of 60 MB", Same(), seconds=20, megabytes=700)
def _() -> bytes:
    import random

    noise = random.Random(1).randbytes(700_000).hex()
    return edited(
        "xl/sharedStrings.xml",
        "</sst>",
        "".join(f"<si><t>{noise[n:]}{noise[:n]}</t></si>" for n in range(40)) + "</sst>",
    )


@case("a million shared strings", Same(), seconds=20, megabytes=700)
def _() -> bytes:
    import random

    pick = random.Random(1)
    return edited(
        "xl/sharedStrings.xml",
        "</sst>",
        "".join(f"<si><t>{pick.randrange(10**9)}</t></si>" for _ in range(1_000_000)) + "</sst>",
    )


@case("100000 styles", Same(), seconds=20)
def _() -> bytes:
    import random

    pick = random.Random(1)
    styles = (
        f'<xf numFmtId="{pick.randrange(5)}" fontId="{pick.randrange(9)}" fillId="0" borderId="0" xfId="0"/>'
        for _ in range(100_000)
    )
    return edited("xl/styles.xml", "</cellXfs>", "".join(styles) + "</cellXfs>")


@case("a number format without end", Same(), seconds=20)
def _() -> bytes:
    return edited(
        "xl/styles.xml",
        re.compile(r"<numFmts [^>]*>"),
        lambda match: f'{match[0]}<numFmt numFmtId="999" formatCode="{"[" * 100_000}"/>',
    )


@case("100000 names", Same(), seconds=20)
def _() -> bytes:
    names = "".join(f'<definedName name="n{n}">封面!$A${n + 1}</definedName>' for n in range(100_000))
    return edited("xl/workbook.xml", "</definedNames>", names + "</definedNames>")


@case("100 copies of every form", Found(("reading-10",)), seconds=60, megabytes=700)
def _() -> bytes:
    parts = dict(example_parts())
    sheets, links = [], []
    for copy in range(100):
        for number in range(2, 12):
            key = 1000 + copy * 20 + number
            sheets.append(f'<sheet name="c{key}" sheetId="{key}" r:id="rId{key}"/>')
            links.append(
                f'<Relationship Id="rId{key}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>'
            )
    sheets = sheets[:900]
    text = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = text.replace("</sheets>", "".join(sheets) + "</sheets>").encode()
    text = parts["xl/_rels/workbook.xml.rels"].decode()
    parts["xl/_rels/workbook.xml.rels"] = text.replace(
        "</Relationships>", "".join(links) + "</Relationships>"
    ).encode()
    return packed(parts)


@case("50000 lines below the table", Found(("reading-27",), "核实"), seconds=60, megabytes=700)
def _() -> bytes:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{2_010_000 + n % 90_000}</t></is></c><c r="B{n}" t="inlineStr"><is><t>科目{n}</t></is></c><c r="C{n}"><v>1</v></c></row>'
        for n in range(18, 50_018)
    )
    return edited(EXPENDITURE, "</sheetData>", rows + "</sheetData>")


@case("a form with 5000 code lines", Found(("expenditure-01",)), seconds=60, megabytes=700)
def _() -> bytes:
    from dataclasses import replace
    from decimal import Decimal

    from tests.workbook.books import example, shanxi
    from xltools.report import Ref
    from xltools.workbook.template import build

    codes = [str(2_210_000 + n) for n in range(5_000)]
    lines = {**example().lines, "expenditure": [*example().lines["expenditure"], *codes]}
    amounts = {**example().amounts, **{Ref("expenditure", code, "1"): Decimal(1) for code in codes}}
    titles = {**example().titles, **{code: f"科目{code}" for code in codes}}
    target = io.BytesIO()
    build(shanxi(), replace(example(), lines=lines, amounts=amounts, titles=titles), target)
    return target.getvalue()


@case("texts of 32000 characters everywhere", Found(("narrative-14",), "核实"), seconds=60)
def _() -> bytes:
    def change(book: Any) -> None:
        page = book["情况说明"]
        for row in range(4, page.max_row + 1):
            for column in range(3, 7):
                if type(page.cell(row, column)).__name__ != "MergedCell":
                    page.cell(row, column).value = ("比上年增加6.22万元，增长3.00%，主要原因是：" * 1400)[
                        :32_000
                    ]

    return in_library(change)
