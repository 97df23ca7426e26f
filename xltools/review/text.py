"""The outcome of a check for the terminal: the verdict, the likely causes, then the findings, worst first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from xltools.files import harmless
from xltools.finding import CAUSE, Finding, Severity, explanation
from xltools.rules import Checked

_COLOURS = {"错误": "31", "核实": "33", "提示": "36", "通过": "32"}


def lines(workbook: str, checked: Checked, colour: bool = False) -> Iterator[str]:
    """The report on one workbook, line by line, without line ends."""
    paint = _painter(colour)
    counts = "，".join(f"{name} {count}" for name, count in checked.counts.items())
    verdict = paint(checked.verdict, checked.verdict)
    yield f"{workbook}：{verdict}（{counts}；{looked_at(checked)}）"
    if said := readiness(checked):
        yield said
    if checked.suspects:
        yield ""
        yield from _causes(checked)
    for severity in Severity:
        found = [finding for finding in checked.findings if finding.severity is severity]
        if found:
            yield ""
            yield paint(f"【{severity.value}】{len(found)} 条", severity.value)
            yield from _findings(found, checked)
    if checked.not_checked:
        yield ""
        yield "没有核对的："
        for title, reason, rules in unseen(checked):
            yield harmless(f"  · {title}{f'（{rules}）' if rules else ''}：{reason}")


def _causes(checked: Checked, rivals: bool = True) -> Iterator[str]:
    """The likely causes under their numbers; with or without the other explanations."""
    from xltools.review.suspects import sentences

    yield "最可能的原因："
    told = False
    for number, (alternative, text) in enumerate(sentences(checked), 1):
        if alternative and not rivals:
            continue
        if alternative and not told:
            yield "也可能是："
            told = True
        yield harmless(f"  {number}. {text}")


def blocking(found: Sequence[Finding], checked: Checked, workbook: str) -> Iterator[str]:
    """What keeps a workbook from being exported, line by line: the causes, the first of ``found`` that have
    none, and how many more there are."""
    if any(not suspect.alternative for suspect in checked.suspects):
        yield from _causes(checked, rivals=False)
    if others := sum(suspect.alternative for suspect in checked.suspects):
        yield f"  也可能是另外 {others} 处，校验结果里有。"
    told, shown = 0, list[Finding]()
    for heading, findings in by_cause(found):
        caused = heading and follows_a_cause(findings[0])
        known = caused and findings[0].group.startswith(CAUSE)
        told += len(findings) if known else 0
        shown += [] if known else findings[:1] if caused else findings[:FOLDED]
    if shown and told:
        yield "其他："
    for finding in shown:
        what = "错误" if finding.severity is Severity.ERROR else "核实（没有出错说明）"
        yield harmless(f"  · {what}：{finding.message}")
    more = [f"由上面的原因引起的 {told} 条"] if told else []
    if rest := len(found) - told - len(shown):
        more.append(f"另外 {rest} 条")
    if more:
        yield f"{'、'.join(more)}没有列出，全部见：xltools check {workbook}"


def looked_at(checked: Checked) -> str:
    """How much was checked: «核对了 631 条勾稽关系»."""
    return f"核对了 {checked.checked} 条勾稽关系" if checked.checked else "没有金额，没有核对勾稽关系"


def readiness(checked: Checked) -> str:
    """Whether the 核实 have their 出错说明, and so whether the workbook can be exported; "" where 错误
    stand in the way, or nothing is to be explained."""
    count, missing = checked.counts["核实"], len(checked.unexplained)
    if not count or checked.counts["错误"]:
        return ""
    if not missing:
        return f"{count} 条核实均已写出错说明，可以导出。"
    done = f"，{count - missing} 条已写" if count > missing else ""
    return f"{missing} 条核实还没有出错说明{done}；在“审核结果”写好才能导出。"


def _painter(colour: bool) -> Callable[[str, str], str]:
    def paint(text: str, kind: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if colour else text

    return paint


FOLDED = 5
"""Of the findings of one cause so many are shown; all vanish with it."""


def _findings(found: list[Finding], checked: Checked) -> Iterator[str]:
    for heading, findings in by_cause(found):
        if heading:
            yield f"  {heading}："
        shown = findings[:FOLDED] if heading and follows_a_cause(findings[0]) else findings
        for finding in shown:
            yield f"  · [{finding.rule}] {finding.title}"
            yield harmless(f"    {finding.message}")
            if finding.severity is Severity.VERIFY and (typed := explanation(finding, checked.explanations)):
                yield harmless(f"    出错说明：{typed}")
        if len(shown) < len(findings):
            rest = len(findings) - len(shown)
            yield f"  · 另有 {rest} 条，都由{_named(findings[0].group)}引起，改正后一并消失。"


_CAUSE = re.compile(rf"({CAUSE}\d+|金额单位：.*)")


def follows_a_cause(finding: Finding) -> bool:
    """Whether ``finding`` vanishes with a cause that is named."""
    return _CAUSE.fullmatch(finding.group) is not None


def by_cause(found: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """Findings of one severity by their common cause, each cause under a heading («由原因1引起（3 条）»);
    what has no cause of its own comes last, without a heading where nothing has."""
    groups: dict[str, list[Finding]] = {}
    for finding in found:
        cause = finding.group if follows_a_cause(finding) else ""
        groups.setdefault(cause, []).append(finding)
    others = groups.pop("", [])
    for cause in sorted(groups, key=_cause_order):
        yield f"由{_named(cause)}引起（{len(groups[cause])} 条）", groups[cause]
    if others:
        yield (f"其他（{len(others)} 条）" if groups else ""), others


def _named(cause: str) -> str:
    unit, _, where = cause.partition("：")
    return f"{where}的{unit}" if where else cause


def _cause_order(cause: str) -> tuple[int, str]:
    number = cause.removeprefix(CAUSE)
    return (int(number), "") if number.isdigit() else (0, cause)


def unseen(checked: Checked) -> list[tuple[str, str, str]]:
    """What was not checked: title, reason, rule ids; one line for the same title and reason."""
    lines: dict[tuple[str, str], list[str]] = {}
    for item in checked.not_checked:
        lines.setdefault((item.title, item.reason), []).append(item.rule)
    return [(*key, "、".join(rule for rule in rules if rule)) for key, rules in lines.items()]


REFUSED = "未能审核"


class Tally(NamedTuple):
    """What the closing lines say of one workbook: 错误, 核实, 通过 or 未能审核, and how many findings."""

    verdict: str
    detail: str


def tally(outcome: Checked | str) -> Tally:
    """The tally of an outcome, or of the sentence why a workbook could not be checked."""
    return Tally(REFUSED if isinstance(outcome, str) else outcome.verdict, _detail(outcome))


def summary(rows: Sequence[tuple[str, Tally]]) -> Iterator[str]:
    """The closing lines over many workbooks, by name."""
    counts: dict[str, int] = {}
    for _, (verdict, _) in rows:
        counts[verdict] = counts.get(verdict, 0) + 1
    yield ""
    yield f"共 {len(rows)} 个文件：" + "，".join(f"{name} {count} 个" for name, count in counts.items())
    for name, (verdict, detail) in rows:
        if verdict != "通过":
            yield f"  {verdict}  {name}{detail}"


def _detail(outcome: Checked | str) -> str:
    if isinstance(outcome, str):
        return ""
    parts = {key: f"{key} {value}" for key, value in outcome.counts.items() if value}
    if "核实" in parts:
        missing = len(outcome.unexplained)
        parts["核实"] += f"（{missing} 条没有出错说明）" if missing else "（均已说明）"
    return f"（{'，'.join(parts.values())}）" if parts else ""
