"""What is fuzzed: for each target some seeds, words that matter to it, and a function that takes any bytes.

The function returns for everything that is handled (refused in words included) and raises for a fault: an
exception that nobody expects, a broken promise, two readers that disagree.
"""

# ruff: noqa: E501 (seeds as they are)
from __future__ import annotations

import io
import json
import os
import re
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tests.hostile.case import example_parts
from tests.hostile.old_xls import example_sheets, workbook
from tests.hostile.open_sheet import HEAD as OPEN_HEAD
from tests.hostile.open_sheet import MIMETYPE, TAIL, tables
from tests.workbook.books import Book, example, example_bytes, shanxi
from tests.workbook.builders import parts_of, worksheet, zipped
from xltools.errors import XltoolsError


class Fault(AssertionError):
    """A promise that was broken."""


@dataclass(frozen=True)
class Target:
    """``run`` takes bytes and raises for a fault; ``words`` are put into the bytes now and then."""

    name: str
    run: Callable[[bytes], None] = field(repr=False)
    seeds: Callable[[], list[bytes]] = field(repr=False)
    words: tuple[str, ...] = ()


TARGETS: dict[str, Target] = {}


def target(
    seeds: Callable[[], list[bytes]], *words: str
) -> Callable[[Callable[[bytes], None]], Callable[[bytes], None]]:
    """Enter a function as a target under its own name."""

    def enter(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[run.__name__] = Target(run.__name__, run, seeds, words)
        return run

    return enter


def promise(truth: object, *said: object) -> None:
    """Raise Fault where ``truth`` does not hold."""
    if not truth:
        raise Fault(*said)


def refusal(error: XltoolsError) -> None:
    """A refusal is one short Chinese sentence with a remedy."""
    text = error.message
    promise(any("\u4e00" <= letter <= "\u9fff" for letter in text), text)
    promise(error.remedy and "\n" not in text and len(text) < 600, text)


def texts(*given: str) -> Callable[[], list[bytes]]:
    """Seeds that are texts."""
    return lambda: [text.encode() for text in given]


def as_text(data: bytes) -> str:
    """The text that fuzzed bytes stand for."""
    return data.decode("utf-8", "ignore")


# --- files

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


def _sheet_seeds() -> list[bytes]:
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


@target(_sheet_seeds, *XML)
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


FORMULAS = texts(
    "XT_TOTAL(D7:H7)", "SUM(A1:B3)*2-ROUND(C1/3,2)&\"x\"", "IF(A1>=1,INDEX(A1:C3,2):C3,'封面'!$B$2)", "-A1%^2",
    'COUNTIF(A1:C3,">=1")', "XT_LEAVES(INDEX(A1:A$3,2):A$3,INDEX(B1:B$3,2):B$3)", "SUBTOTAL(9,A1:C3)", "#REF!+1",
    'IFERROR(XT_SHARE_CLOSED(A1,A1:A3,B1,ROWS(A$1:A1)),"—")', "[1]Sheet1!A1+_xll.XT_TOTAL(A1)",
)  # fmt: skip


@target(FORMULAS, "XT_TOTAL(", "XT_SCORE(", "XT_CHANGE_RATE(", "INDEX(", "IFERROR(", "A1:C3", "1E308", "^", "ROUND(", '"', "'", "!", "#N/A", "%")  # fmt: skip
def formula(data: bytes) -> None:
    """Formulas are computed or not supported; moved and put back they are the same."""
    from xltools.functions import CellError
    from xltools.workbook.address import shift
    from xltools.workbook.evaluate import Evaluator
    from xltools.workbook.facts import Facts
    from xltools.workbook.formulas import plain
    from xltools.workbook.grid import Grid
    from xltools.workbook.operations import Unsupported

    text = as_text(data)
    rows: list[list[object]] = [[1.0, "201", ""], [2.5, "20101", "#N/A"], ["6.22", True, -3.0]]
    grid = Grid("表", rows, Facts(formulas={"D1": text}))
    try:
        value = Evaluator({"表": grid}, lambda _: False).compute(grid, "D1")
        promise(value is None or isinstance(value, bool | Decimal | str | CellError), value)
        promise(not isinstance(value, Decimal) or value.is_finite(), value)
    except Unsupported as reason:
        promise(str(reason), "no reason")
    promise(plain(plain(text)) == plain(text))
    moved = shift(text, 3, 2)
    if "#REF!" not in moved and text.isascii() and not re.search(r"\$|(?<!\d)0\d", text):
        promise(shift(moved, -3, -2).upper() == text.upper(), text, moved)


@cache
def _book() -> dict[str, list[list[Any]]]:
    return Book.example().sheets


CELLS: tuple[Any, ...] = (
    "", None, "合计", "支出决算表", "科目代码", "栏次", "行次", "201", "2010399", "２０１", "—", "注：", "#REF!", 0.0, 6.22,
    -1.5, 1e308, float("nan"), True, "金额单位：元", "金额单位：千元", "2023年度", "1", "本年支出合计", "项目", "\u200b", "9" * 50,
    "表号", "上年决算数", "指标值", "分值", "得分", "总分", "≥80%", "第三部分", "原因", 2.0, 3.0, "公开01表", "　",
)  # fmt: skip


@target(lambda: [bytes(12), bytes(range(60)), b"\x03\x07\x02\x05" * 8])
def recognise(data: bytes) -> None:
    """Sheets of a workbook with cells replaced, rows and columns moved, inserted, deleted: read and checked."""
    from xltools.workbook import read

    sheets = dict(_book())
    names = list(sheets)
    for at in range(0, min(len(data) - 4, 60), 5):
        which, how, row, column, what = data[at : at + 5]
        name = names[which % len(names)]
        if name not in sheets:
            continue
        rows = [list(cells) for cells in sheets[name]]
        sheets[name] = rows
        _change(rows, how, row, column, CELLS[what % len(CELLS)])
        if how == 250:
            del sheets[name]
        elif how == 251:
            sheets[f"{name} (2)"] = [list(cells) for cells in rows]
    try:
        reading = read.recognise(sheets)
    except XltoolsError as error:
        refusal(error)
        return
    promise(all(trouble.message for trouble in reading.troubles))
    promise(all(value.is_finite() for value in reading.report.amounts.values()))
    _round(reading)


def _change(rows: list[list[Any]], how: int, row: int, column: int, content: Any) -> None:
    if not rows or not rows[0]:
        return
    row, column = row % len(rows), column % len(rows[0])
    match how % 8:
        case 0 | 1 | 2 | 3:
            rows[row][column] = content
        case 4:
            rows.insert(row, list(rows[row]) if content == "" else [content] * len(rows[0]))
        case 5:
            del rows[row]
        case 6:
            for cells in rows:
                cells.insert(column, content if isinstance(content, str) else "")
        case 7:
            for cells in rows:
                del cells[column]


def _round(reading: Any) -> None:
    """Check, word, tell: what the command does after reading."""
    import xltools
    from xltools.review.data import as_data
    from xltools.review.page import page
    from xltools.review.sheet import rows
    from xltools.review.text import lines

    outcome = xltools.check(reading)
    promise(outcome.verdict in ("错误", "核实", "通过"))
    promise("".join(lines("a", outcome)))
    json.dumps(as_data("a", outcome), allow_nan=False)
    promise(page([("a", outcome)]))
    list(rows(outcome, reading.report.explanations))


# --- languages and texts


@target(texts("expenditure[*,1] = expenditure[*,2:6]", "revenue[@parent,*] = revenue[@children,*]", "last_year.summary[60,2] <= 2 * summary[29,1] - summary[{9:26},1]", "expenditure[@class,1] = summary[@class,2]", "-basic[30101,1] >= 0"), "[", "]", "@class", "@leaf", "@code", "@children", "{", "}", ":", "*", "budget.", "last_year.", "summary", "合计", "<=")  # fmt: skip
def equation(data: bytes) -> None:
    """Equations are understood or refused; what is understood, and names what exists, expands."""
    from xltools.editions.equation import EquationError, parse
    from xltools.editions.expansion import check_names, expand

    shapes = shanxi().shapes(example().lines)
    try:
        found = parse(as_text(data))
        check_names(found, shapes)
        for constraint in expand(found, shapes, "fuzz-01"):
            promise(constraint.left, found)
    except EquationError as error:
        promise(str(error))


@cache
def _room() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="xltools-fuzz-")


def _folder() -> Path:
    return Path(_room().name)


def _figures_seeds() -> list[bytes]:
    from xltools.figures import dump

    whole = dump(example())
    small = {
        **whole,
        "amounts": {"summary": whole["amounts"]["summary"]},
        "texts": {},
        "reasons": {},
        "titles": {},
    }
    less = {"edition": "shanxi_2024", "amounts": {"expenditure": {"合计": {"1": "1.00"}, "201": {"1": 1.0}}}}
    return [json.dumps(one, ensure_ascii=False).encode() for one in (less, small)]


@target(_figures_seeds, '"amounts"', '"unit": "元"', "null", "1e400", "-0", '"合计"', "NaN", '"cover"', '"year": 2024', '"self_evaluations": [{}]', "[]", "{}", '"funds"', '"indicators"', '"explanations"', '"last_year"', "\\ud800")  # fmt: skip
def figures(data: bytes) -> None:
    """A figures file: refused in words, or a report that comes back the same and can be checked and told."""
    from xltools import figures as room
    from xltools.workbook.read import Reading

    path = _folder() / f"{os.getpid()}.json"
    path.write_bytes(data)
    try:
        report = room.load(path)
        again = room.load(json.loads(room.to_json(report)))
    except XltoolsError as error:
        refusal(error)
        return
    promise(again == report, "not the same again")
    from xltools.editions import load

    _round(Reading(report, load(report.edition)))


@cache
def _narrative() -> str:
    from xltools.narrative import write

    sentences = write(example(), shanxi())
    parts: list[str] = []
    last: tuple[str, ...] = ()
    for sentence in sentences:
        parts += [heading for heading in sentence.headings if heading not in last]
        last = sentence.headings
        parts.append(sentence.text)
    return "\n".join(parts)


@target(lambda: [_narrative().encode(), _narrative()[:600].encode()], "万元", "增加", "减少", "下降（增长）", "%", "主要原因是", "与上年持平", "2023年", "0.00", "9" * 30, "一、", "（一）", "100%", "其中：", "元", "。", "\n")  # fmt: skip
def narrative(data: bytes) -> None:
    """A published 情况说明 held against the figures."""
    from xltools.narrative import read_text

    text = as_text(data)[:6000]
    for finding in read_text(text, example(), shanxi()):
        promise(finding.message and finding.rule)


@target(texts("1,234.56", "－６．２２", "———", " 12 ", "1e5", "+.5", "'007", "6.22元", "\u200b1", "٣", "1" * 30), "-", ".", ",", "+", "９", "E", "\u3000", "\ufeff")  # fmt: skip
def amount(data: bytes) -> None:
    """The amount that a text or number stands for."""
    from xltools import amount as room

    contents: list[object] = [as_text(data)]
    if len(data) >= 8:
        contents.append(struct.unpack("<d", data[:8])[0])
    for content in contents:
        try:
            value = room.parse(content)
        except room.NotAnAmount as error:
            promise(str(error))
            continue
        if value is not None:
            promise(value.is_finite() and abs(value) < room.LIMIT, value)
            promise(room.parse(room.plain(value)) == value, value)
            promise(room.parse(room.show(value, thousands=True)) == room.half_up(value), value)


@target(texts("≥80%", "＞＝100人次", "不少于3次", "12月底前", "—12月次", "2-3次", "≤40人(含)", "100万元以内", "未填报", "优", "=0"), "≥", "≤", "以上", "以下", "不超过", "%", "年", "月", "(含)", "》=", "1,000", "未填报")  # fmt: skip
def indicator(data: bytes) -> None:
    """The value of an indicator, its score by sign and by band."""
    from xltools import scores

    text, _, other = as_text(data).partition("|")
    value, goal = scores.parse_indicator(text), scores.parse_indicator(other, "次")
    promise(value.value is None or value.value.is_finite())
    promise(value.value is None or not value.text)
    try:
        points = scores.score_printed(value, goal, Decimal("7.5"))
        promise(points is None or 0 <= points <= Decimal("7.5"), points)
    except scores.NoScore as error:
        promise(str(error))
    scores.NATIONAL.band(text)


@target(texts("{{ a }}万元{% if b > 1 %}增加{% elif b %}持平{% else %}减少{% endif %}", "{% for x in c %}{{ x.name }}、{% endfor %}", "{% set y = a + '1' %}{{ y if not b else c[0] }}", "{% macro m(x, z) %}{{ x }}{% endmacro %}{{ m(a, b) }}"), "{{", "}}", "{%", "%}", "endif", "endfor", "set ", "macro ", "for x in ", "__class__", ".", "[0]", "(", "not ", "lambda")  # fmt: skip
def template(data: bytes) -> None:
    """A sentence's template: refused, or it renders with nothing but what it was given."""
    from xltools.narrative.template import TemplateError, parse

    text = as_text(data)
    try:
        body = parse(text)
    except TemplateError as error:
        promise(str(error))
        return
    scope = {"a": "1.00", "b": 2, "c": ("x", "y")}
    try:
        promise(isinstance(body.render(dict(scope)), str))
    except (TemplateError, KeyError, TypeError, AttributeError, IndexError, RecursionError, ValueError):
        return  # what an edition's author is told when he builds it


@target(
    texts("2010301,行政运行\n201,一般公共服务支出\n", "代码\t名称\n201\t甲\n"),
    "201",
    ",",
    "\t",
    '"',
    "\r\n",
    "２０１",
)
def codes(data: bytes) -> None:
    """A user's list of codes."""
    from xltools.editions.code_list import read

    path = _folder() / f"{os.getpid()}.csv"
    path.write_bytes(data)
    try:
        found = read(path)
        promise(found and all(len(code) in (3, 5, 7) and name for code, name in found.items()))
    except XltoolsError as error:
        refusal(error)
