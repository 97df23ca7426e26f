"""The outcome of a check for the terminal: the verdict, the likely causes, then the findings, worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from xltools.finding import Finding, Severity, Suspect
from xltools.rules import Checked

_COLOURS = {"错误": "31", "核实": "33", "提示": "36", "通过": "32"}


def lines(workbook: str, checked: Checked, colour: bool = False) -> Iterator[str]:
    """The report on one workbook, line by line, without line ends."""
    paint = _painter(colour)
    counts = "，".join(f"{name} {count}" for name, count in checked.counts.items())
    verdict = paint(checked.verdict, checked.verdict)
    yield f"{workbook}：{verdict}（{counts}；核对了 {checked.checked} 条勾稽关系）"
    if checked.suspects:
        yield ""
        yield "最可能的原因："
        for number, suspect in enumerate(checked.suspects, 1):
            yield from _suspect(number, suspect)
    for severity in Severity:
        found = [finding for finding in checked.findings if finding.severity is severity]
        if found:
            yield ""
            yield paint(f"【{severity.value}】{len(found)} 条", severity.value)
            yield from _findings(found)
    if checked.not_checked:
        yield ""
        yield "没有核对的："
        for item in checked.not_checked:
            yield f"  · {item.title}{f'（{item.rule}）' if item.rule else ''}：{item.reason}"


def _painter(colour: bool) -> Callable[[str, str], str]:
    def paint(text: str, kind: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if colour else text

    return paint


def _findings(found: list[Finding]) -> Iterator[str]:
    for finding in found:
        yield f"  · [{finding.rule}] {finding.title}"
        yield f"    {finding.message}"


def _suspect(number: int, suspect: Suspect) -> Iterator[str]:
    yield f"  {number}. {suspect_sentence(suspect)}"


def suspect_sentence(suspect: Suspect) -> str:
    """«公开03表 201 … · 基本支出 印 292.63，应为 292.33（数字录入错误，唯一值）。改这一处，4 条不平消失。»"""
    now = suspect.cell.value or "空白"
    values = [value or "空白" for value in suspect.suggested]
    if not values:
        should = "应改"
    elif len(values) == 1:
        should = f"应为 {values[0]}"
    else:
        should = f"可能应为 {'、'.join(values[:5])}"
    sure = "唯一值" if len(values) == 1 and suspect.confidence >= 0.99 else f"可信度 {suspect.confidence:.0%}"
    effect = f"改这一处，{suspect.resolves} 条不平消失。" if suspect.resolves else ""
    return f"{suspect.cell.where} 印 {now}，{should}（{suspect.why}，{sure}）。{effect}"


def summary(results: Iterable[tuple[str, str, dict[str, int]]]) -> Iterator[str]:
    """The closing lines over many workbooks: (name, verdict, counts) each; a verdict may be 未能审核."""
    rows = list(results)
    tally: dict[str, int] = {}
    for _, verdict, _ in rows:
        tally[verdict] = tally.get(verdict, 0) + 1
    yield ""
    yield f"共 {len(rows)} 个文件：" + "，".join(f"{name} {count} 个" for name, count in tally.items())
    for name, verdict, counts in rows:
        if verdict != "通过":
            detail = "，".join(f"{key} {value}" for key, value in counts.items() if value)
            yield f"  {verdict}  {name}{f'（{detail}）' if detail else ''}"
