"""审核结果: one finding a row with a link to its cell; below, what was not checked and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xltools.finding import Finding, Severity, explanation_key
from xltools.workbook.layout import FINDING_ROWS, FINDINGS, NOT_CHECKED
from xltools.workbook.template.board import Area, Board
from xltools.workbook.template.prose import height

_WIDTHS = (8, 30, 40, 16, 12, 12, 11, 60, 40, 20, 44, 20)
_TOP = 3
_COLOURS = {Severity.ERROR: "#9C0006", Severity.VERIFY: "#9C5700", Severity.HINT: "#5F5F5F"}
NEVER = "还没有校验。点“校验”按钮，或运行 xltools check。"


def write_findings(
    board: Board,
    findings: Sequence[Finding] | None,
    not_checked: Sequence[tuple[str, str]],
    explanations: Mapping[str, str],
) -> None:
    """``findings`` None: never checked. ``not_checked``: rule and reason. ``explanations``: 出错说明 by key;
    those of no finding keep a row, so that nothing the accountant wrote is lost."""
    page, styles = board.sheet, board.styles
    for column, (width, heading) in enumerate(zip(_WIDTHS, FINDING_ROWS.headings, strict=True)):
        page.set_column(column, column, width, None, {"hidden": heading.hidden})
    last = len(_WIDTHS) - 2
    board.merge(Area(0, 0, 0, last), FINDINGS, styles("title"))
    page.set_row(0, 34)
    board.merge(Area(1, 0, 1, last), _summary(findings), styles("left"))
    for column, label in enumerate(FINDING_ROWS.labels):
        board.put(_TOP - 1, column, label, styles("cell", "band", "centre"))
    row, left = _TOP, dict(explanations)
    for finding in findings or ():
        _finding(board, row, finding, left.pop(explanation_key(finding), ""))
        row += 1
    for key, text in left.items():
        _kept(board, row, key, text)
        row += 1
    if row == _TOP:
        for column in range(last + 1):
            board.put(row, column, None, styles("cell"))
        row += 1
    _unchecked(board, row + 1, not_checked)
    page.autofilter(_TOP - 1, 0, max(row - 1, _TOP), last)
    page.freeze_panes(_TOP, 0)
    _page(board)


def _summary(findings: Sequence[Finding] | None) -> str:
    if findings is None:
        return NEVER
    counts = {one: sum(finding.severity is one for finding in findings) for one in Severity}
    text = "，".join(f"{severity.value} {count} 处" for severity, count in counts.items())
    return f"{text}。错误须改正；核实须写出错说明；提示供参考。"


def _finding(board: Board, row: int, finding: Finding, explanation: str) -> None:
    styles = board.styles
    text = styles("cell", "left", "wrap", "top")
    centre = styles("cell", "centre", "top", "wrap")
    first = finding.cells[0] if finding.cells else None
    form, item = _place(first.label if first else "")
    board.put(
        row,
        0,
        finding.severity.value,
        styles("cell", "centre", "top", "bold", font_color=_COLOURS[finding.severity]),
    )
    board.put(row, 1, form, text)
    board.put(row, 2, item, text)
    place = first.place if first else None
    if place:
        link = f"internal:'{place.sheet}'!{place.cell}"
        board.sheet.write_url(row, 3, link, styles("cell", "link", "centre", "top"), place.cell)
    else:
        board.put(row, 3, None, centre)
    board.put(row, 4, finding.facts.get("expected", ""), centre)
    board.put(row, 5, first.value if first else "", centre)
    board.put(row, 6, "" if finding.gap is None else f"{finding.gap:f}", centre)
    board.put(row, 7, finding.message, text)
    board.put(row, 8, finding.remedy or finding.basis, text)
    board.put(row, 9, finding.rule, centre)
    board.put(row, 10, explanation, styles("cell", "left", "wrap", "top", "entry"))
    board.put(row, 11, explanation_key(finding), styles("hint"))
    texts = ((finding.message, 7), (finding.remedy, 8), (explanation, 10), (item, 2))
    board.sheet.set_row(row, max(height(value, _WIDTHS[at]) for value, at in texts))


def _place(label: str) -> tuple[str, str]:
    """«公开03表 支出决算表 201 …» as the form and the rest."""
    parts = label.split(" ", 2)
    if len(parts) == 3 and parts[0].endswith("表"):
        return " ".join(parts[:2]), parts[2]
    return (label, "") if label.endswith("表") else ("", label)


def _kept(board: Board, row: int, key: str, text: str) -> None:
    styles = board.styles
    cell = styles("cell", "left", "wrap", "top")
    for column in range(len(_WIDTHS) - 2):
        board.put(row, column, None, cell)
    rule, _, rest = key.partition("|")
    board.put(row, 2, rest.partition("|")[0], cell)
    board.put(row, 7, "已写的出错说明，本次没有对应的问题。", cell)
    board.put(row, 9, rule, cell)
    board.put(row, 10, text, styles("cell", "left", "wrap", "top", "entry"))
    board.put(row, 11, key, styles("hint"))
    board.sheet.set_row(row, height(text, _WIDTHS[10]))


def _unchecked(board: Board, top: int, not_checked: Sequence[tuple[str, str]]) -> None:
    styles = board.styles
    rule, reason = NOT_CHECKED.labels
    board.merge(Area(top, 0, top, 2), rule, styles("cell", "band", "centre"))
    board.merge(Area(top, 3, top, 10), reason, styles("cell", "band", "centre"))
    for row, (name, why) in enumerate(not_checked or [("", "")], top + 1):
        board.merge(Area(row, 0, row, 2), name, styles("cell", "left", "wrap"))
        board.merge(Area(row, 3, row, 10), why, styles("cell", "left", "wrap"))


def _page(board: Board) -> None:
    page = board.sheet
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, _TOP - 1)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.hide_gridlines(2)
    page.set_tab_color("#ED7D31")
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
