"""The outcome of a check as one HTML file: no network, prints well, filter by severity without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from xltools.finding import Cell, Finding, Severity
from xltools.review.text import suspect_sentence
from xltools.rules import Checked

_STYLE = """
:root{--error:#b3261e;--verify:#8a5a00;--hint:#1a5fb4;--pass:#1b7f3b;--line:#d0d4da;--soft:#f5f6f8}
*{box-sizing:border-box}
body{font:16px/1.65 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;color:#1c1f24;margin:0;
background:#fff}
main,header{max-width:62rem;margin:0 auto;padding:0 1.25rem}
h1{font-size:1.5rem;margin:1.5rem 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}
.verdict{display:inline-block;padding:.1rem .7rem;border-radius:.3rem;color:#fff;font-weight:700}
.v-错误{background:var(--error)}.v-核实{background:var(--verify)}.v-提示{background:var(--hint)}
.v-通过{background:var(--pass)}.v-未能审核{background:#555}
.filter{position:sticky;top:0;background:#fff;padding:.6rem 0;margin:1rem 0;
border-bottom:1px solid var(--line)}
.filter label{margin-right:1.2rem;cursor:pointer}
article{border:1px solid var(--line);border-left-width:.35rem;border-radius:.3rem;padding:.7rem 1rem;
margin:.7rem 0;break-inside:avoid}
article h3{font-size:1rem;margin:0 0 .25rem}
article.错误{border-left-color:var(--error)}article.核实{border-left-color:var(--verify)}
article.提示{border-left-color:var(--hint)}
article p{margin:.2rem 0}.rule{color:#5b6470;font-size:.85rem;font-weight:400}
table{border-collapse:collapse;margin:.4rem 0;font-size:.92rem}
td,th{border:1px solid var(--line);padding:.2rem .6rem;text-align:left}td.n{text-align:right;
font-variant-numeric:tabular-nums}
.causes li{margin:.4rem 0}details{margin:.3rem 0}summary{cursor:pointer}
body:has(#show-错误:not(:checked)) article.错误,body:has(#show-核实:not(:checked)) article.核实,
body:has(#show-提示:not(:checked)) article.提示{display:none}
footer{max-width:62rem;margin:2rem auto;padding:0 1.25rem;color:#5b6470;font-size:.85rem}
@media print{.filter{display:none}body{font-size:11pt}article{border-color:#999}}
@page{size:A4;margin:18mm}
"""


def page(results: Iterable[tuple[str, Checked | str]]) -> str:
    """The HTML on one or many workbooks: (name, outcome, or the sentence why it could not be checked)."""
    rows = list(results)
    title = f"审核结果 {rows[0][0]}" if len(rows) == 1 else f"审核结果（{len(rows)} 个文件）"
    parts = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{escape(title)}</h1>",
        *_contents(rows),
        *_filter(),
        "</header><main>",
    ]
    for number, (name, outcome) in enumerate(rows, 1):
        parts += _workbook(number, name, outcome, len(rows) > 1)
    parts.append(
        "</main><footer>错误：四舍五入无法解释，须改正。核实：须写出错说明。提示：供参考。"
        "尾差不是错误。</footer></body></html>"
    )
    return "\n".join(parts) + "\n"


def _contents(rows: list[tuple[str, Checked | str]]) -> Iterator[str]:
    if len(rows) < 2:
        return
    yield "<table><tr><th>文件</th><th>结论</th><th>错误</th><th>核实</th><th>提示</th></tr>"
    for number, (name, outcome) in enumerate(rows, 1):
        verdict = "未能审核" if isinstance(outcome, str) else outcome.verdict
        counts = ["", "", ""] if isinstance(outcome, str) else [str(n) for n in outcome.counts.values()]
        cells = "".join(f'<td class="n">{count}</td>' for count in counts)
        yield f'<tr><td><a href="#w{number}">{escape(name)}</a></td><td>{verdict}</td>{cells}</tr>'
    yield "</table>"


def _filter() -> Iterator[str]:
    yield '<div class="filter" role="group" aria-label="按级别筛选">显示：'
    for severity in Severity:
        name = severity.value
        yield f'<label><input type="checkbox" id="show-{name}" checked> {name}</label>'
    yield "</div>"


def _workbook(number: int, name: str, outcome: Checked | str, many: bool) -> Iterator[str]:
    yield f'<section id="w{number}">'
    if many:
        yield f"<h2>{escape(name)}</h2>"
    if isinstance(outcome, str):
        yield f'<p><span class="verdict v-未能审核">未能审核</span> {escape(outcome)}</p></section>'
        return
    counts = "，".join(f"{key} {value}" for key, value in outcome.counts.items())
    yield (
        f'<p><span class="verdict v-{outcome.verdict}">{outcome.verdict}</span> {counts}；'
        f"核对了 {outcome.checked} 条勾稽关系；金额单位：{escape(outcome.unit)}</p>"
    )
    if outcome.suspects:
        yield '<h2>最可能的原因</h2><ol class="causes">'
        for suspect in outcome.suspects:
            proof = "".join(f"<li>{escape(step)}</li>" for step in suspect.proof)
            detail = f"<details><summary>依据</summary><ul>{proof}</ul></details>" if proof else ""
            yield f"<li>{escape(suspect_sentence(suspect))}{detail}</li>"
        yield "</ol>"
    yield "<h2>逐条说明</h2>" if outcome.findings else "<p>没有发现问题。</p>"
    for finding in outcome.findings:
        yield from _finding(finding)
    if outcome.not_checked:
        yield "<h2>没有核对的</h2><table><tr><th>项目</th><th>原因</th></tr>"
        for item in outcome.not_checked:
            yield f"<tr><td>{escape(item.title)}</td><td>{escape(item.reason)}</td></tr>"
        yield "</table>"
    yield "</section>"


def _finding(finding: Finding) -> Iterator[str]:
    severity = finding.severity.value
    yield (
        f'<article class="{severity}"><h3>{severity} · {escape(finding.title)} '
        f'<span class="rule">{escape(finding.rule)}</span></h3><p>{escape(finding.message)}</p>'
    )
    shown = [cell for cell in finding.cells if cell.ref]
    if len(shown) > 1:
        yield "<details><summary>涉及的数</summary><table><tr><th>位置</th><th>单元格</th><th>数</th></tr>"
        for cell in shown:
            yield _row(cell)
        yield "</table></details>"
    yield "</article>"


def _row(cell: Cell) -> str:
    place = f"{cell.place.sheet} {cell.place.cell}" if cell.place and cell.place.cell else ""
    value = escape(cell.value) if cell.value else "空白"
    return f'<tr><td>{escape(cell.label)}</td><td>{escape(place)}</td><td class="n">{value}</td></tr>'
