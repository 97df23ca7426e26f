"""The arithmetic of a broken identity, as the accountant would write it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xltools.editions.equation import Term, form_of
from xltools.report import Ref
from xltools.rules.desk import Desk
from xltools.rules.identities import Broken

_LISTED = 8
_FAILED = {"=": "≠", "<=": ">", ">=": "<", "<": "≥", ">": "≤"}


def arithmetic(desk: Desk, item: Broken) -> str:
    """«本年支出合计 298.56 ≠ 基本支出 292.33 + 项目支出 6.12 = 298.45»."""
    constraint = item.constraint
    first = constraint.left[0].ref
    by_column = len({(ref.form, ref.line) for ref in constraint.refs}) == 1
    left = _sum(desk, constraint.left, item.left, first, by_column)
    right = _sum(desk, constraint.right, item.right, first, by_column)
    return f"{left} {_FAILED[constraint.operator]} {right}"


def _sum(desk: Desk, terms: Sequence[Term], total: Decimal, first: Ref, by_column: bool) -> str:
    shown = [term for term in terms if desk.figures.has(term.ref)]
    if not shown and len(terms) > 2:
        return f"{_name(desk, terms[0].ref, first, by_column)} 等{len(terms)}项（均为空白）"
    shown = shown or list(terms)
    count = bool(shown) and desk.figures.is_count(shown[0].ref)
    if not shown:
        return desk.show(total)
    parts = []
    for number, (coefficient, ref) in enumerate(shown):
        sign = "−" if coefficient < 0 else "+"
        lead = f" {sign} " if number else ("−" if coefficient < 0 else "")
        factor = f"{abs(coefficient)}×" if abs(coefficient) != 1 else ""
        value = desk.cell(ref).value or "空白"
        # What is subtracted or added below zero stands in brackets, as on paper.
        value = f"({value})" if value.startswith("-") and (number or lead) else value
        parts.append(f"{lead}{factor}{_name(desk, ref, first, by_column)} {value}")
    if len(parts) > _LISTED:
        parts = [*parts[: _LISTED - 1], f" + …等{len(parts)}项"]
    text = "".join(parts)
    return text if len(shown) == 1 and shown[0].coefficient == 1 else f"{text} = {desk.show(total, count)}"


def _name(desk: Desk, ref: Ref, first: Ref, by_column: bool) -> str:
    """The shortest name that tells a figure apart within one identity."""
    edition, titles = desk.edition, desk.report.titles
    if ref.form != first.form:
        return edition.label(ref, titles)
    form = edition.forms[form_of(ref.form)]
    line = edition.line_name(form.id, ref.line, titles)
    column = form.column_of[ref.column].title
    if by_column and column:
        return column
    return line or column if ref.column == first.column or not column else f"{line} {column}"


def where(desk: Desk, item: Broken) -> str:
    """What the arithmetic leaves out: the line of a sum over columns, the column of one over lines."""
    first = item.constraint.left[0].ref
    form = desk.edition.forms[form_of(first.form)]
    name = ""
    if all(ref.line == first.line for ref in item.constraint.refs):
        name = desk.edition.line_name(form.id, first.line, desk.report.titles)
    elif all(ref.column == first.column for ref in item.constraint.refs):
        name = form.column_of[first.column].title
    return f"{name}：" if name else ""
