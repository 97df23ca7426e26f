"""The outcome of a check as one HTML file: no network, no scripts, prints well, filter by severity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from xltools.finding import Cell, Finding, Severity, explanation
from xltools.resources import resource
from xltools.review.suspects import sentences
from xltools.review.text import FOLDED, by_cause, follows_a_cause, looked_at, readiness, unseen
from xltools.rules import Checked

_ROLES = {"错误": "error", "核实": "verify", "提示": "hint", "通过": "pass", "未能审核": "refused"}
"""Verdicts and severities as the style sheet calls them."""
_CAUSE = re.compile(r"原因(\d+)")


def page(results: Iterable[tuple[str, Checked | str]]) -> str:
    """The HTML on one or many workbooks: (name, outcome, or the sentence why it could not be checked)."""
    rows = list(results)
    # Of one file the name is enough: the report is passed on.
    title = f"审核结果 {_file_name(rows[0][0])}" if len(rows) == 1 else f"审核结果（{len(rows)} 个文件）"
    parts = [
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>",
        f"<header>\n<h1>{escape(title)}</h1>",
        *_contents(rows),
        "</header>",
        *_filter(),
        "<main>",
    ]
    for number, (name, outcome) in enumerate(rows, 1):
        parts += _workbook(number, name, outcome, len(rows) > 1)
    parts.append(
        "</main>\n<footer>错误：四舍五入无法解释，须改正。核实：须写出错说明。提示：供参考。"
        "尾差不是错误。</footer>\n</body>\n</html>"
    )
    return "\n".join(parts) + "\n"


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2] or path


def _style() -> str:
    return resource("review/page.css").read_text(encoding="utf-8")


def _contents(rows: list[tuple[str, Checked | str]]) -> Iterator[str]:
    if len(rows) < 2:
        return
    yield (
        '<table class="wide"><thead><tr><th scope="col">文件</th><th scope="col">结论</th>'
        '<th scope="col">错误</th><th scope="col">核实</th><th scope="col">提示</th></tr></thead><tbody>'
    )
    for number, (name, outcome) in enumerate(rows, 1):
        verdict = "未能审核" if isinstance(outcome, str) else outcome.verdict
        counts = ["", "", ""] if isinstance(outcome, str) else [str(n) for n in outcome.counts.values()]
        cells = "".join(f'<td class="n">{count}</td>' for count in counts)
        link = f'<a href="#w{number}">{escape(name)}</a>'
        yield f"<tr><td>{link}</td><td>{_badge(verdict)}</td>{cells}</tr>"
    yield "</tbody></table>"


def _badge(verdict: str) -> str:
    return f'<span class="badge {_ROLES[verdict]}">{verdict}</span>'


def _filter() -> Iterator[str]:
    # Check boxes and a style rule: it works where scripts are forbidden, and from an e-mail.
    yield '<fieldset class="filter"><legend>显示</legend>'
    for severity in Severity:
        role = _ROLES[severity.value]
        yield f'<label><input type="checkbox" id="show-{role}" checked> {severity.value}</label>'
    yield "</fieldset>"


def _workbook(number: int, name: str, outcome: Checked | str, many: bool) -> Iterator[str]:
    yield f'<section id="w{number}">'
    if many:
        yield f"<h2>{escape(name)}</h2>"
    if isinstance(outcome, str):
        yield f"<p>{_badge('未能审核')} {escape(outcome)}</p>\n</section>"
        return
    anchor = f"w{number}"
    counts = "，".join(
        _link(f"{anchor}-{_ROLES[key]}", f"{key} {value}") if value else f"{key} {value}"
        for key, value in outcome.counts.items()
    )
    left_out = "；" + _link(f"{anchor}-unseen", "没有核对的") if unseen(outcome) else ""
    yield (
        f'<p class="summary">{_badge(outcome.verdict)} {counts}；'
        f"{looked_at(outcome)}；金额单位：{escape(outcome.unit)}{left_out}</p>"
    )
    if said := readiness(outcome):
        yield f"<p>{escape(said)}</p>"
    yield from _causes(outcome, anchor)
    if not outcome.findings:
        yield "<p>没有发现问题。</p>"
    for severity in Severity:
        found = [finding for finding in outcome.findings if finding.severity is severity]
        if found:
            role = _ROLES[severity.value]
            yield f'<div class="group {role}" id="{anchor}-{role}"><h3>{severity.value} {len(found)} 条</h3>'
            for heading, findings in by_cause(found):
                yield f"<h4>{_to_cause(heading, anchor)}</h4>" if heading else ""
                yield from _folded(findings, outcome, bool(heading))
            yield "</div>"
    yield from _unseen(outcome, anchor)
    yield "</section>"


def _folded(findings: list[Finding], outcome: Checked, one_cause: bool) -> Iterator[str]:
    """The findings of a group; what all follows from one cause is folded after the first few."""
    shown = FOLDED if one_cause and follows_a_cause(findings[0]) else len(findings)
    for finding in findings[:shown]:
        yield from _finding(finding, outcome)
    if findings[shown:]:
        yield f'<details class="rest"><summary>另有 {len(findings) - shown} 条，改正后一并消失</summary>'
        for finding in findings[shown:]:
            yield from _finding(finding, outcome)
        yield "</details>"


def _link(target: str, text: str) -> str:
    return f'<a href="#{target}">{escape(text)}</a>'


def _to_cause(heading: str, anchor: str) -> str:
    """由原因1引起: a link to that cause above."""
    return _CAUSE.sub(lambda found: _link(f"{anchor}-cause{found[1]}", found[0]), escape(heading), count=1)


def _causes(outcome: Checked, anchor: str) -> Iterator[str]:
    if not outcome.suspects:
        return
    yield '<h3>最可能的原因</h3>\n<ol class="causes">'
    told = False
    for number, (alternative, text) in enumerate(sentences(outcome), 1):
        suspect = outcome.suspects[number - 1]
        if alternative and not told:
            told = True
            yield f'</ol>\n<p>也可能是：</p>\n<ol class="causes" start="{number}">'
        proof = "".join(f"<li>{escape(step)}</li>" for step in suspect.proof)
        detail = f"<details><summary>依据</summary><ul>{proof}</ul></details>" if proof else ""
        yield f'<li id="{anchor}-cause{number}">{escape(text)}{detail}</li>'
    yield "</ol>"


def _unseen(outcome: Checked, anchor: str) -> Iterator[str]:
    lines = unseen(outcome)
    if not lines:
        return
    yield f'<h3 id="{anchor}-unseen">没有核对的</h3>'
    yield '<table class="wide"><thead><tr><th scope="col">项目</th>'
    yield '<th scope="col">规则</th><th scope="col">原因</th></tr></thead><tbody>'
    for title, reason, rules in lines:
        yield f"<tr><td>{escape(title)}</td><td>{escape(rules)}</td><td>{escape(reason)}</td></tr>"
    yield "</tbody></table>"


def _finding(finding: Finding, outcome: Checked) -> Iterator[str]:
    yield (
        f'<article class="{_ROLES[finding.severity.value]}"><h5>{escape(finding.title)} '
        f'<span class="rule">{escape(finding.rule)}</span></h5><p>{escape(finding.message)}</p>'
    )
    if finding.severity is Severity.VERIFY and (typed := explanation(finding, outcome.explanations)):
        yield f'<p class="typed">出错说明：{escape(typed)}</p>'
    shown = list(dict.fromkeys(cell for cell in finding.cells if cell.ref))
    if len(shown) > 1:
        yield (
            '<details><summary>涉及的数</summary><table><thead><tr><th scope="col">位置</th>'
            '<th scope="col">单元格</th><th scope="col">数</th></tr></thead><tbody>'
        )
        for cell in shown:
            yield _row(cell)
        yield "</tbody></table></details>"
    yield "</article>"


def _row(cell: Cell) -> str:
    place = f"{cell.place.sheet} {cell.place.cell}" if cell.place and cell.place.cell else ""
    value = escape(cell.value) if cell.value else "空白"
    return f'<tr><td>{escape(cell.label)}</td><td>{escape(place)}</td><td class="n">{value}</td></tr>'
