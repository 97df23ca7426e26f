"""A suspect in the accountant's words: where, what stands there, what it should be, why, what vanishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from xltools.finding import CAUSE, Cell, Finding, Severity, Suspect
from xltools.rules import Checked

_LISTED = 5
_VAGUE = ("金额不符", "合计与明细不符", "漏填", "")
"""Reasons that speak for no figure of the interval more than for another."""


def sentences(checked: Checked) -> Iterator[tuple[bool, str]]:
    """Every suspect worded, with whether it is but another way to explain what those before explain."""
    causes = {
        finding.group
        for finding in checked.findings
        if finding.gap is not None and finding.severity is not Severity.HINT
    }
    alone = len(causes) == 1 and sum(not suspect.alternative for suspect in checked.suspects) == 1
    for suspect in checked.suspects:
        yield suspect.alternative, sentence(suspect, alone and not suspect.alternative)


def cause_of(finding: Finding, checked: Checked) -> Suspect | None:
    """The suspect that ``finding`` follows from; None where none is known."""
    number = finding.group.removeprefix(CAUSE)
    return checked.suspects[int(number) - 1] if number.isdigit() and finding.group != number else None


def sentence(suspect: Suspect, alone: bool = True) -> str:
    """«公开03表 201 … · 基本支出（D12）印 292.63，应为 292.33（数字录入错误，唯一值）。改这一处，4 条不平全部
    消失。» ``alone``: nothing else is wrong."""
    said = _WORDED.get(suspect.kind, _one)(suspect)
    if not suspect.resolves:
        return said
    act, count = _ACTS.get(suspect.kind, "改这一处"), f"{suspect.resolves} 条不平"
    if suspect.alternative:
        return f"{said}{act}，{count}也会消失。"
    return (
        f"{said}{act}，{'' if alone else '由它引起的 '}{count}{'全部' if suspect.resolves > 1 else ''}消失。"
    )


def percent(suspect: Suspect) -> str:
    """The confidence in percent; 100% is said of a single possible value only."""
    most = 1.0 if suspect.unique and suspect.kind == "cell" else 0.99
    return f"{min(suspect.confidence, most):.0%}"


def _sure(suspect: Suspect) -> str:
    if suspect.unique and suspect.kind == "cell" and suspect.confidence >= 0.99:
        return "唯一值"
    return f"可信度 {percent(suspect)}"


def _reason(suspect: Suspect, why: str | None = None) -> str:
    return "，".join(part for part in (suspect.why if why is None else why, _sure(suspect)) if part)


def _one(suspect: Suspect) -> str:
    return f"{_here(suspect.cell)}，{_should(suspect)}。"


def _here(cell: Cell) -> str:
    return f"{cell.where}印 {cell.value}" if cell.value else f"{cell.where}空白"


def _should(suspect: Suspect) -> str:
    values = [text or "空白" for text in suspect.suggested]
    reason = _reason(suspect)
    if not values:
        return f"应改（{reason}）"
    if len(values) == 1:
        return f"应为{_value(suspect.suggested[0])}（{reason}）"
    if suspect.among is None:
        more = " 等" if len(values) > _LISTED else ""
        if suspect.kind == "cell" and suspect.why not in _VAGUE:
            # How a figure was mistyped is said of the first value alone.
            listed = "、".join([f"{values[0]}（{suspect.why}）", *values[1:_LISTED]])
            return f"可能应为 {listed}{more}（{_sure(suspect)}）"
        return f"可能应为 {'、'.join(values[:_LISTED])}{more}（{reason}）"
    least, most = suspect.among
    if suspect.why in _VAGUE and len(values) > 2:
        return f"应在 {least} 至 {most} 之间（{reason}）"
    return f"应为{_value(suspect.suggested[0])}（{reason}；按其他数推算，{least} 至 {most} 都有可能）"


def _value(text: str) -> str:
    return f" {text}" if text else "空白"


# --- more than one figure ----------------------------------------------------------------------------


def _form(cell: Cell) -> str:
    return cell.label.split(" ")[0]


def _briefly(cells: Sequence[Cell]) -> list[str]:
    """The places of ``cells``, what they have in common named once: «公开03表 201 …：基本支出（D9）»,
    «项目支出（E9）»."""
    lines = {cell.label.partition(" · ")[0] for cell in cells}
    if len(lines) == 1 and len(cells) > 1 and all(" · " in cell.label for cell in cells):
        line = lines.pop()
        rest = [cell.where.removeprefix(f"{line} · ") for cell in cells]
        return [f"{line}：{rest[0]}", *rest[1:]]
    first = _form(cells[0])
    return [cells[0].where, *(cell.where.removeprefix(f"{first} ") for cell in cells[1:])]


def _figures(suspect: Suspect) -> str:
    """The places with what stands there: «…（D9）印 318.60、…（E9）印 57.12»."""
    cells = [cell for cell, _ in suspect.changes[:_LISTED]] or [suspect.cell]
    parts = [
        f"{where}{f'印 {cell.value}' if cell.value else '空白'}"
        for where, cell in zip(_briefly(cells), cells, strict=True)
    ]
    return "、".join(parts) + (f" 等 {len(suspect.changes)} 处" if len(suspect.changes) > _LISTED else "")


def _to(suspect: Suspect) -> str:
    """«应为 57.12、318.60»."""
    values = [value or "空白" for _, value in suspect.changes[:_LISTED]] or list(suspect.suggested[:1])
    if len(suspect.changes) > 1 and len({value for _, value in suspect.changes}) == 1:
        return f"都应为{_value(values[0].removesuffix('空白'))}"
    return f"应为 {'、'.join(values)}" + (" 等" if len(suspect.changes) > _LISTED else "")


def _stale(suspect: Suspect) -> str:
    count = len(suspect.changes)
    claim = f"这 {count} 个数同差一笔，像是{_form(suspect.cell)}没有更新"
    return f"{_figures(suspect)}，{claim}（{_sure(suspect)}）：{_to(suspect)}。"


def _line(suspect: Suspect) -> str:
    lost = "、".join(value.strip() for value in map(_value, suspect.suggested[:_LISTED]))
    lost = f"：漏掉的金额{'可能' if len(suspect.suggested) > 1 else ''}是 {lost}" if lost else ""
    return f"{suspect.cell.where}下面像是漏了一行（{_sure(suspect)}）{lost}。"


def _missing(suspect: Suspect) -> str:
    name = suspect.cell.label.partition(" · ")[0]
    figures = "、".join(f"{cell.label.partition(' · ')[2]}{_value(value)}" for cell, value in suspect.changes)
    return f"{name} 像是漏列了这一行（{_sure(suspect)}）：{figures or '请补上'}。"


def _shifted(suspect: Suspect) -> str:
    changes = suspect.changes
    printed = {cell.value for cell, _ in changes}
    lost = [(cell, value) for cell, value in changes if value and value not in printed]
    moved = [(cell, value) for cell, value in changes if (cell, value) not in lost]
    places = _briefly([cell for cell, _ in moved])
    lead = f"{_form(suspect.cell)} "
    listed = "、".join(
        f"{place.removeprefix(lead)}应为{_value(value)}"
        for place, (_, value) in zip(places[:_LISTED], moved[:_LISTED], strict=True)
    )
    missing = "".join(
        f"；{cell.where.removeprefix(lead)}的数丢了，按合计约为 {value}，请查原数" for cell, value in lost
    )
    return (
        f"{places[0]}至 {places[-1]}像是整段错了一行（{_sure(suspect)}），共 {len(changes)} 个数："
        f"{listed} 等{missing}。"
    )


def _unit(suspect: Suspect) -> str:
    form = _form(suspect.cell)
    example = f"如{_here(suspect.cell).removeprefix(form)}，应为{_value(suspect.suggested[0])}"
    why = suspect.why.removeprefix("整张表")
    return f"{form}整张表 {len(suspect.changes)} 个数像是{why}（{_sure(suspect)}），{example}。"


def _exchange(suspect: Suspect) -> str:
    return f"{_figures(suspect)}，像是填反了（{_sure(suspect)}），{_to(suspect)}。"


def _twice(suspect: Suspect) -> str:
    why = suspect.why.partition("：")[2]
    reason = _reason(suspect, f"错在同一处，{why}" if why else "错在同一处")
    if suspect.among:
        reason += f"；按其他数推算，{' 至 '.join(suspect.among)} 都有可能"
    return f"{_figures(suspect)}，{_to(suspect)}（{reason}）。"


def _soft(suspect: Suspect) -> str:
    return f"{suspect.cell.where}：这条核实性关系在本单位可能不成立，请说明（{_sure(suspect)}）。"


def _share(suspect: Suspect) -> str:
    first, *others = suspect.suggested[:_LISTED]
    also = f"；因尾差也可能是 {'、'.join(others)}" if others else ""
    return f"{_here(suspect.cell)}，应为 {first}（比例与金额不符，{_sure(suspect)}{also}）。"


_WORDED: dict[str, Callable[[Suspect], str]] = {
    "stale": _stale, "line": _line, "missing": _missing, "shifted": _shifted, "unit": _unit,
    "exchange": _exchange, "twice": _twice, "soft": _soft, "share": _share,
}  # fmt: skip
_ACTS = {
    "stale": "一起改", "line": "补上这一行", "missing": "补上这一行", "shifted": "整段改正",
    "unit": "整张表换算之后", "exchange": "对调之后", "twice": "一起改", "soft": "说明之后",
}  # fmt: skip
"""What the user does, by kind of suspect."""
