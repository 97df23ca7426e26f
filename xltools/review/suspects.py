"""A suspect in the accountant's words."""

from __future__ import annotations

from xltools.finding import Suspect

_LISTED = 5
_CLAIMS = {
    "stale": "这 {count} 个数同差一笔，像是这张表没有更新",
    "line": "下面像是漏了一行",
    "missing": "像是漏列了这一行",
    "shifted": "这 {count} 个数像是整段错行",
    "unit": "整张表 {count} 个数像是用错了金额单位",
    "exchange": "像是与 {other} 填反了",
    "twice": "像是与 {other} 错在同一处",
    "soft": "这条核实性关系在本单位可能不成立，请说明",
    "share": "比例与金额不符",
}
"""What is said of a suspect that is more than one wrong figure."""


def sentence(suspect: Suspect) -> str:
    """«公开03表 201 … · 基本支出 印 292.63，应为 292.33（数字录入错误，唯一值）。改这一处，4 条不平消失。»"""
    claim = _claim(suspect)
    sure = "唯一值" if suspect.unique and suspect.confidence >= 0.99 else f"可信度 {percent(suspect)}"
    reason = f"{claim}，{sure}" if claim else sure
    if suspect.kind == "soft":
        return f"{suspect.cell.where}（{reason}）。"
    return f"{suspect.cell.where} {_now(suspect)}，{_should(suspect)}（{reason}）。{_effect(suspect)}"


def percent(suspect: Suspect) -> str:
    """The confidence in percent; 100% is said of a single possible value only."""
    most = 1.0 if suspect.unique else 0.99
    return f"{min(suspect.confidence, most):.0%}"


def _claim(suspect: Suspect) -> str:
    words = _CLAIMS.get(suspect.kind)
    if words is None:
        return suspect.why
    others = [cell.label for cell, _ in suspect.changes[1:]]
    return words.format(count=len(suspect.changes), other=others[0] if others else "另一个数")


def _now(suspect: Suspect) -> str:
    return f"印 {suspect.cell.value}" if suspect.cell.value else "空白"


def _should(suspect: Suspect) -> str:
    values = [value or "空白" for value in suspect.suggested]
    if suspect.kind == "line":
        return f"漏掉的金额可能是 {'、'.join(values[:_LISTED])}" if values else "请补上漏掉的一行"
    if not values:
        return "应改"
    if len(values) == 1:
        return f"应为 {values[0]}"
    more = "等" if len(values) > _LISTED else ""
    return f"可能应为 {'、'.join(values[:_LISTED])}{more}"


def _effect(suspect: Suspect) -> str:
    if not suspect.resolves:
        return ""
    others = suspect.changes[1:]
    if not others:
        return f"改这一处，{suspect.resolves} 条不平消失。"
    listed = "；".join(f"{cell.where} 改为 {value or '空白'}" for cell, value in others[:_LISTED])
    more = f"；等 {len(others)} 处" if len(others) > _LISTED else ""
    return f"同时：{listed}{more}。一起改，{suspect.resolves} 条不平消失。"
