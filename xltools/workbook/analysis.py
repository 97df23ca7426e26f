"""Percentages typed over in 分析, whose cells are formulas in the template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from xltools import amount
from xltools.amount import PLACES, NotAnAmount
from xltools.editions import Edition, Form
from xltools.report import TOTAL, Percentage, Ref
from xltools.workbook.address import join
from xltools.workbook.grid import Grid
from xltools.workbook.labels import code, key, label
from xltools.workbook.layout import COMPARED

_MEASURES = {"占比": "share", "增减率": "rate", "完成率": "completion"}
_FORM = re.compile(r"公开(\d\d)表")
_MOST = 6


def read_percentages(grid: Grid, edition: Edition) -> Iterator[Percentage]:
    """The percentages of the sheet that are values; a formula follows from its figures by itself."""
    forms = edition.form_by_number
    form: Form | None = None
    columns: dict[int, str] = {}
    first = ""
    for row, cells in enumerate(grid.rows):
        texts = [label(cell) for cell in cells]
        found = {at: _MEASURES[text] for at, text in enumerate(texts) if text in _MEASURES}
        if found:
            columns, first = found, texts[0]
        elif all(cell in ("", None) for cell in cells):
            form, columns = None, {}
        elif not columns:
            match = _FORM.search(str(cells[0]))
            form = forms.get(f"公开{match[1]}表") if match else form
        else:
            ref = _figure(first, [code(cells[0]) or texts[0], *texts[1:]], form, forms)
            for at, measure in columns.items() if ref else ():
                value = _percent(cells[at])
                if value is not None and join(row + 1, at + 1) not in grid.facts.formulas:
                    assert ref is not None
                    yield Percentage(ref, measure, value, grid.place(row, at))


def _figure(first: str, texts: list[str], form: Form | None, forms: Mapping[str, Form]) -> Ref | None:
    """The figure of a row: by 栏次, by code, or by its name among those compared."""
    if first == "表":
        named = {key(name): ref for name, ref in COMPARED}
        return named.get(texts[1]) if texts[0] in forms and len(texts) > 1 else None
    if form is None:
        return None
    if first == "科目代码":
        return Ref(form.id, texts[0], form.column_ids[0]) if texts[0].isdigit() else None
    # The row of the whole says 100% of itself.
    if texts[0] not in form.column_ids or (form.kind == "codes" and texts[0] == form.column_ids[0]):
        return None
    return Ref(form.id, TOTAL if form.kind == "codes" else form.line_ids[0], texts[0])


def _percent(content: object) -> Decimal | None:
    """A percentage as shown, with two places; a number is a fraction, as in the cells of the template."""
    text = amount.half_width(content).strip() if isinstance(content, str) else ""
    try:
        value = amount.parse(text.removesuffix("%") if text else content, _MOST)
    except NotAnAmount:
        return None
    if value is None or (text and not text.endswith("%")):
        return None
    return value if text else amount.half_up(value * 100, PLACES)
