"""``xltools check --explain``: what the identities say about one cell, worded for the accountant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xltools import reconcile
from xltools.amount import show
from xltools.editions import Edition
from xltools.errors import XltoolsError
from xltools.finding import Cell
from xltools.reconcile.figure import Explanation, Guard, explain
from xltools.reconcile.model import for_rules
from xltools.report import Place, Ref, Report
from xltools.rules.arithmetic import identity_text
from xltools.rules.beside import beside
from xltools.rules.desk import Desk
from xltools.rules.live import reads

_REF = re.compile(r"^([a-z_]+)\[([^,\]]+),([^\]]+)\]$")
_ADDRESS = re.compile(r"^'?(.+?)'?[!！]\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")


def explain_cell(desk: Desk, cell: str) -> Iterator[str]:
    """Lines on the figure at ``cell``: an address (公开03表!C10) or a ref (expenditure[201,1]).

    The identities it takes part in with their figures, the interval that the other figures leave it, the
    identities behind the limits, and how closely it is guarded. Raises XltoolsError when no figure stands
    there. ``desk`` has been checked: its ``applied`` rules are the identities.
    """
    ref = find(desk.report, desk.edition, cell)
    applied = [pair for pair in desk.applied if pair[1]]
    more = beside(desk)
    desk.others = more.cells
    found = explain(
        for_rules(applied), desk.report, ref, more.shares, more.extra, more.more, formulas=reads(desk)
    )
    shown = desk.cell(ref)
    computed = "（由公式计算）" if ref in (desk.formulas or {}) else ""
    yield f"{shown.where}：印 {shown.value or '空白'}{computed}"
    yield from _interval(found, shown)
    yield ""
    if not found.identities:
        yield "没有勾稽关系涉及这个数，填错了也查不出来。"
        return
    # A percentage is two rows, and says one thing.
    listed = {identity_text(desk, item): _title(desk, item) for item in found.identities}
    yield f"参加 {len(listed)} 条勾稽关系："
    for text, title in listed.items():
        yield f"  · {title}"
        yield f"    {text}"
    yield from _chain(desk, "下限由以下关系得出：", found.below)
    yield from _chain(desk, "上限由以下关系得出：", found.above)
    yield from _chain(desk, "以下关系互相矛盾，没有用来推算：", found.contradicted)


def _interval(found: Explanation, shown: Cell) -> Iterator[str]:
    if found.guard is Guard.NONE:
        yield "其他数不能限定它的大小。"
        return
    least, most = (_or_open(bound) for bound in (found.least, found.most))
    if found.least is not None and found.least == found.most:
        yield f"按其他数推算，只能是 {least}。"
    elif found.guard is Guard.ONE:
        yield f"按其他数推算，应{'不小于 ' + least if found.least is not None else '不大于 ' + most}。"
    else:
        yield f"按其他数推算，应在 {least} 至 {most} 之间。"
    verdict = "与其他数相符。" if found.fits else "与其他数不符。"
    yield f"现印的 {shown.value or '空白'} {verdict}"


def _or_open(bound: Decimal | None) -> str:
    return "不限" if bound is None else show(bound)


def _chain(desk: Desk, title: str, items: Sequence[reconcile.Identity]) -> Iterator[str]:
    if items:
        yield ""
        yield title
        for item in items:
            yield f"  · {_title(desk, item)}"


def _title(desk: Desk, item: reconcile.Identity) -> str:
    rule = desk.edition.rule_of.get(item.rule)
    if rule:
        return f"{rule.title}（{rule.id}）"
    return "比例与金额相符" if item.shares else "绩效自评表内的合计与差额"


def find(report: Report, edition: Edition, cell: str) -> Ref:
    """The figure that ``cell`` names: an address of the workbook, or a ref."""
    text = cell.strip()
    if match := _REF.match(text):
        ref = Ref(*match.groups())
        form = edition.forms.get(ref.form)
        lines = () if form is None else (*form.line_ids, *report.lines.get(ref.form, ()))
        if form is None or ref.line not in lines or ref.column not in form.column_ids:
            raise XltoolsError(f"没有“{text}”这个数。", "写法如 expenditure[2010399,3]，或 公开03表!E12。")
        return ref
    match = _ADDRESS.match(text)
    if not match:
        raise XltoolsError(f"看不懂单元格“{text}”。", "写法如 公开03表!E12，或 expenditure[2010399,3]。")
    place = Place(match[1], f"{match[2].upper()}{match[3]}")
    for ref, where in report.places.items():
        if where == place and ref.form in edition.forms:
            return ref
    raise XltoolsError(
        f"{place.sheet}!{place.cell} 不是公开表中的金额，或者是空白。",
        "请给出有金额的单元格，如 公开03表!E12。",
    )
