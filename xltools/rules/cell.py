"""``xltools check --explain``: what the identities say about one cell, worded for the accountant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
_ADDRESS = re.compile(r"^'?(.+?)'?(?:\s*[!！:：（(]\s*|\s+|(?<=表))\$?([A-Za-z]{1,3})\$?([0-9]{1,7})[)）]?$")
"""公开03表!C10, and as reports write it: 公开03表 C10, 公开03表（C10）."""
_EXAMPLES = "写法如 公开03表!E10（工作表名、叹号、单元格），或 expenditure[2010399,3]。"


def explain_cell(desk: Desk, cell: str) -> Iterator[str]:
    """Lines on the figure at ``cell``: an address (公开03表!C10, 公开03表 C10) or a ref (expenditure[201,1]).

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
    printed = f"印 {shown.value}" if shown.value else "空白"
    yield f"{shown.where}：{printed}{computed}"
    if not found.identities and found.guard is Guard.NONE:
        yield "没有勾稽关系涉及这个数，填错了也查不出来。"
        return
    if not found.identities:
        yield from _interval(found, shown)
        yield "涉及它的勾稽关系里，其他数都是空白。"
        return
    yield from _interval(found, shown)
    yield ""
    # A percentage is two rows, and says one thing.
    listed = {
        _without_place(identity_text(desk, item), shown): _title(desk, item) for item in found.identities
    }
    yield f"参加 {len(listed)} 条勾稽关系："
    for title in dict.fromkeys(listed.values()):
        yield f"  · {title}"
        yield from (f"    {text}" for text, own in listed.items() if own == title)
    below, above = (_titles(desk, items) for items in (found.below, found.above))
    if below == above:
        yield from _chain("上下限由以下关系得出：", below)
    else:
        yield from _chain("下限由以下关系得出：", below)
        yield from _chain("上限由以下关系得出：", above)
    yield from _chain("以下关系互相矛盾，没有用来推算：", _titles(desk, found.contradicted))


def _without_place(text: str, shown: Cell) -> str:
    """An identity without the form and the line of the figure itself, which stand above it."""
    line = shown.label.partition(" · ")[0]
    form = line.partition(" ")[0]
    for lead in (f"{line}：", f"{form} "):
        if text.startswith(lead):
            return text.removeprefix(lead)
    return text


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
    printed = f"现印的 {shown.value} " if shown.value else "现在是空白，"
    yield f"{printed}{'与其他数相符' if found.fits else '与其他数不符'}。"


def _or_open(bound: Decimal | None) -> str:
    return "不限" if bound is None else show(bound)


def _titles(desk: Desk, items: Sequence[reconcile.Identity]) -> dict[str, int]:
    """The rules of a chain, each once, and how often."""
    return dict(Counter(_title(desk, item) for item in items))


def _chain(heading: str, titles: Mapping[str, int]) -> Iterator[str]:
    if titles:
        yield ""
        yield heading
        for title, count in titles.items():
            yield f"  · {title}{f'，{count} 处' if count > 1 else ''}"


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
            raise XltoolsError(f"没有“{text}”这个数。", _EXAMPLES)
        return ref
    match = _ADDRESS.match(text)
    if not match:
        raise XltoolsError(f"看不懂单元格“{text}”。", _EXAMPLES)
    place = Place(match[1], f"{match[2].upper()}{match[3]}")
    for ref, where in report.places.items():
        if where == place and ref.form in edition.forms:
            return ref
    raise XltoolsError(
        f"{place.sheet}!{place.cell} 不是公开表中的金额，或者是空白。",
        "请给出有金额的单元格，如 公开03表!E10。",
    )
