"""Targets: the little languages, data from elsewhere, and texts."""

# ruff: noqa: E501 (seeds as they are)
from __future__ import annotations

import json
import os
import re
import struct
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz.books import tell
from tests.fuzz.target import as_text, promise, refusal, target, texts
from tests.workbook.books import example, shanxi
from xltools.errors import XltoolsError

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

    tell(Reading(report, load(report.edition)))


@cache
def _narrative() -> tuple[Any, dict[tuple[str, ...], list[Any]], dict[str, list[str]]]:
    """The author, the sentences below each path of headings, and the clues of the example's narrative."""
    from xltools.narrative import read, write
    from xltools.narrative.wording import Author

    sentences = write(example(), shanxi())
    sections: dict[tuple[str, ...], list[Any]] = {}
    for one in sentences:
        sections.setdefault(one.headings, []).append(one)
    return Author(example(), shanxi()), sections, read._clues(sentences)


_PHRASES = (
    "万元", "增加", "减少", "下降（增长）", "%", "主要原因是", "与上年持平", "2023年", "0.00", "9" * 30, "一、", "（一）", "100%",
    "其中：", "元", "。", "\n",
)  # fmt: skip


def _section_seeds() -> list[bytes]:
    return [
        bytes([number]) + "".join(one.text for one in sentences).encode()
        for number, sentences in enumerate(_narrative()[1].values())
    ]


@target(_section_seeds, *_PHRASES)
def section(data: bytes) -> None:
    """The text of one section held against what it should say; the first byte says which."""
    from xltools.narrative.judge import Reading

    author, sections, clues = _narrative()
    headings = list(sections)[(data[0] if data else 0) % len(sections)]
    mine = sections[headings]
    cell = author.text_cell(mine[0].key, headings)
    for finding in Reading(author, mine, as_text(data[1:])[:400], cell, clues).findings():
        promise(finding.message and finding.rule)


def _narrative_seeds() -> list[bytes]:
    return [
        "\n".join([*headings, *(one.text for one in sentences)]).encode()
        for headings, sentences in _narrative()[1].items()
    ]


@target(_narrative_seeds, *_PHRASES, guided=False)
def narrative(data: bytes) -> None:
    """A published 情况说明 held against the figures: its sections are found by their headings."""
    from xltools.narrative import read_text

    for finding in read_text(as_text(data)[:6000], example(), shanxi()):
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
