"""The arithmetic of a broken identity, as the accountant would write it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xltools.amount import PLACES, ZERO, divide, plain, show
from xltools.editions.equation import Term, form_of
from xltools.reconcile import Identity, Share
from xltools.report import Ref
from xltools.rules.desk import Desk
from xltools.rules.identities import MEETS, Broken

_LISTED = 8
_SHOWN = {"=": "=", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}
_TURNED = {"=": "=", "<=": ">=", ">=": "<=", "<": ">", ">": "<"}
_FAILED = {"=": "≠", "<=": ">", ">=": "<", "<": "≥", ">": "≤"}


def arithmetic(desk: Desk, item: Broken) -> str:
    """«本年支出合计 298.56 ≠ 基本支出 292.33 + 项目支出 6.12 = 298.45»."""
    constraint = item.constraint
    left, right = _sides(desk, constraint.left, constraint.right, item.left, item.right)
    return f"{left} {_FAILED[constraint.operator]} {right}"


def identity_text(desk: Desk, item: Identity) -> str:
    """One identity of a proof: «公开03表 201 …：本年支出合计 298.56 ≠ 基本支出 292.63 + … = 298.85，差 0.29
    （四舍五入可解释 0.015）»; ≈ where rounding explains it."""
    if item.shares:
        verdict = "相符" if MEETS[item.operator](item.gap, ZERO) else "不符"
        together = "合起来" if len(item.shares) > 1 else ""
        return "；".join(_share_text(desk, share) for share in item.shares) + f"，{together}{verdict}"
    if any(ref in desk.others for _, ref, _ in item.terms):
        return _others_text(desk, item)
    left = [Term(coefficient, ref) for coefficient, ref, _ in item.terms if coefficient > 0]
    right = [Term(-coefficient, ref) for coefficient, ref, _ in item.terms if coefficient < 0]
    operator = item.operator
    if not left:
        left, right, operator = right, left, _TURNED[operator]
    sums = [desk.figures.total(side) for side in (left, right)]
    shown = _sides(desk, left, right, *sums)
    refs = [term.ref for term in left + right]
    number = desk.edition.forms[form_of(refs[0].form)].number
    sign, fits = _SHOWN[operator], "相符"
    if not MEETS[item.operator](item.gap, ZERO):
        # A tail is no contradiction.
        tail = operator == "=" and abs(item.gap) <= item.allowed
        sign = "≈" if tail else _FAILED[operator]
        fits = f"差 {desk.show(abs(item.gap))}（四舍五入可解释 {item.allowed.normalize():f}）"
    return f"{number} {_context(desk, refs)}{shown[0]} {sign} {shown[1]}，{fits}"


def _share_text(desk: Desk, share: Share) -> str:
    """«情况说明 … 占比 印 99.89%：公开02表 … 324.81 ÷ 公开02表 … 324.82 = 100.00%»."""
    cell = desk.cell(share.ratio)
    part, whole = (_named_sum(desk, side) for side in (share.part, share.whole))
    sums = [
        sum((t.coefficient * (_value(desk, t.ref) or ZERO) for t in s), ZERO)
        for s in (share.part, share.whole)
    ]
    percent = "%" if share.scale == 100 else ""
    ratio = show(divide(sums[0], sums[1], PLACES, Decimal(share.scale))) + percent if sums[1] else "—"
    factor = "" if percent else f"{share.scale} × "
    value = cell.value if cell.value.endswith("%") else f"{cell.value}{percent}"
    return f"{cell.label} 印 {value}：{factor}{part} ÷ {whole} = {ratio}"


def _named_sum(desk: Desk, side: Sequence[Term]) -> str:
    parts = []
    for number, (coefficient, ref) in enumerate(side):
        sign = (" − " if coefficient < 0 else " + ") if number else ""
        cell = desk.cell(ref)
        parts.append(f"{sign}{cell.label} {cell.value or '空白'}")
    return f"({''.join(parts)})" if len(parts) > 1 else parts[0]


def _value(desk: Desk, ref: Ref) -> Decimal | None:
    cell = desk.others.get(ref)
    if cell is None:
        return desk.value(ref)
    return Decimal(cell.value) if cell.value else None


def _others_text(desk: Desk, item: Identity) -> str:
    """An identity of figures beside the forms, each with its full name: their sums are short."""
    sums: list[tuple[str, Decimal]] = []
    for sign in (1, -1):
        side = [(c * sign, ref, value) for c, ref, value in item.terms if c * sign > 0 and value is not None]
        parts = [f"{desk.cell(ref).label} {desk.cell(ref).value}" for _, ref, _ in side]
        total = sum((c * (value or ZERO) for c, _, value in side), ZERO)
        text = (
            " + ".join(parts)
            if len(parts) <= _LISTED
            else f"{' + '.join(parts[: _LISTED - 1])} + …等{len(parts)}项"
        )
        sums.append((f"{text} = {plain(total)}" if len(parts) > 1 else text or "空白", total))
    fits = "相符" if MEETS[item.operator](item.gap, ZERO) else f"差 {plain(abs(item.gap).normalize())}"
    return f"{sums[0][0]} {_SHOWN[item.operator]} {sums[1][0]}，{fits}"


def _sides(
    desk: Desk, left: Sequence[Term], right: Sequence[Term], left_sum: Decimal, right_sum: Decimal
) -> tuple[str, str]:
    first = left[0].ref
    by_column = len({(term.ref.form, term.ref.line) for term in (*left, *right)}) == 1
    return (
        _sum(desk, left, left_sum, first, by_column),
        _sum(desk, right, right_sum, first, by_column),
    )


def _sum(desk: Desk, terms: Sequence[Term], total: Decimal, first: Ref, by_column: bool) -> str:
    shown = [term for term in terms if desk.figures.has(term.ref)]
    if not shown and len(terms) > 2:
        return f"{_name(desk, terms[0].ref, first, by_column)} 等{len(terms)}项（均为空白）"
    shown = shown or list(terms)
    count = bool(shown) and desk.figures.is_count(shown[0].ref)
    if not shown:
        return desk.show(total)
    kept, left_out = _kept(desk, shown)
    parts = []
    for number, (coefficient, ref) in enumerate(kept):
        sign = "−" if coefficient < 0 else "+"
        lead = f" {sign} " if number else ("−" if coefficient < 0 else "")
        factor = f"{abs(coefficient)}×" if abs(coefficient) != 1 else ""
        value = desk.text(ref) or ("读不出" if ref in desk.unread else "空白")
        # What is subtracted or added below zero stands in brackets, as on paper.
        value = f"({value})" if value.startswith("-") and (number or lead) else value
        parts.append(f"{lead}{factor}{_name(desk, ref, first, by_column)} {value}")
    text = "".join(parts) + (f" + …等{len(shown)}项" if left_out else "")
    return text if len(shown) == 1 and shown[0].coefficient == 1 else f"{text} = {desk.show(total, count)}"


def _kept(desk: Desk, terms: Sequence[Term]) -> tuple[Sequence[Term], bool]:
    """The terms that a long sum shows, and whether others are left out: the first ones, and what stands out
    by its sign."""
    if len(terms) <= _LISTED:
        return terms, False
    odd = [term for term in terms[_LISTED - 1 :] if (desk.value(term.ref) or ZERO) < 0][:_LISTED]
    return [*terms[: _LISTED - 1], *odd], True


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
    return _context(desk, item.constraint.refs)


def _context(desk: Desk, refs: Sequence[Ref]) -> str:
    first = refs[0]
    form = desk.edition.forms[form_of(first.form)]
    name = ""
    if len(refs) == 1:
        return ""
    if all((ref.form, ref.line) == (first.form, first.line) for ref in refs):
        name = desk.edition.line_name(form.id, first.line, desk.report.titles)
    elif all(ref.column == first.column for ref in refs):
        name = form.column_of[first.column].title
    return f"{name}：" if name else ""
