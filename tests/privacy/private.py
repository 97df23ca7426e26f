"""A workbook full of what must never be published: people, comments, hidden sheets, working notes."""

from __future__ import annotations

import io
from functools import cache

import openpyxl
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties

from tests.workbook.books import example_bytes
from xltools.workbook import layout

SECRETS = {
    "who prepared it": "张填报",
    "who reviewed it": "李审核",
    "the author of the file": "王会计",
    "who saved it last": "赵保存",
    "the company": "某某代理记账公司",
    "who wrote a comment": "钱批注",
    "what a comment says": "这笔钱先挂着别动",
    "a hidden sheet": "内部底稿",
    "what a hidden sheet holds": "小金库四十二万",
    "a sheet of the user's": "随手记",
    "what it holds": "局长口头同意",
    "a defined name": "内部名称",
    "last year's reason": "去年写的原因",
    "a number that is not shown": "88776655",
}
"""What it is → text that must not be in any published file."""


@cache
def workbook() -> bytes:
    """The example with all of ``SECRETS`` in it."""
    book = openpyxl.load_workbook(io.BytesIO(example_bytes()))
    cover = book["封面"]
    labels = {field.label: field.key for field in layout.COVER_FIELDS}
    people = {"prepared_by": SECRETS["who prepared it"], "reviewed_by": SECRETS["who reviewed it"]}
    for cell in [cell for row in cover.iter_rows() for cell in row]:
        if name := people.get(labels.get(cell.value, "")):
            cover.cell(cell.row, cell.column + 1, name)
    book["公开03表"]["D10"].comment = Comment(SECRETS["what a comment says"], SECRETS["who wrote a comment"])
    hidden = book.create_sheet(SECRETS["a hidden sheet"])
    hidden.sheet_state = "veryHidden"
    hidden["A1"], hidden["A2"] = (
        SECRETS["what a hidden sheet holds"],
        int(SECRETS["a number that is not shown"]),
    )
    own = book.create_sheet(SECRETS["a sheet of the user's"])
    own["A1"] = SECRETS["what it holds"]
    book.defined_names[SECRETS["a defined name"]] = DefinedName(
        SECRETS["a defined name"], attr_text="封面!$A$1"
    )
    book.properties.creator = SECRETS["the author of the file"]
    book.properties.lastModifiedBy = SECRETS["who saved it last"]
    book.properties.description = SECRETS["the company"]
    book.properties.keywords = SECRETS["last year's reason"]
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
