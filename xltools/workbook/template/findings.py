"""审核结果: one finding a row with a link to its cell; below, what was not checked and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from xltools.finding import Severity
from xltools.report import Place
from xltools.workbook.layout import FINDING_ROWS, FINDINGS, NOT_CHECKED
from xltools.workbook.template.board import Area, Board
from xltools.workbook.template.prose import height

_WIDTHS = (6, 10, 28, 14, 11, 10, 10, 54, 46, 19, 32, 20)
_TOP = 3
_MOST = 2_000
_EXPLANATION = FINDING_ROWS.at("explanation")
_PROSE = (1, 2, 7, 8, _EXPLANATION)
_COLOURS = {Severity.ERROR: "#9C0006", Severity.VERIFY: "#9C5700", Severity.HINT: "#5F5F5F"}
NEVER = "还没有校验。点“校验”按钮，或运行 xltools check。"


class Found(Protocol):
    """One finding as a row; see ``review.sheet.Row``. ``cells`` are texts in the order of the headings."""

    @property
    def cells(self) -> Sequence[str]: ...
    @property
    def place(self) -> Place | None: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def key(self) -> str: ...


def write_findings(
    board: Board,
    found: Sequence[Found] | None,
    not_checked: Sequence[tuple[str, str]],
    explanations: Mapping[str, str],
) -> None:
    """``found`` None: never checked. ``not_checked``: rule and reason. ``explanations``: 出错说明 by key;
    those of no finding keep a row, so that nothing the accountant wrote is lost."""
    page, styles = board.sheet, board.styles
    for column, (width, heading) in enumerate(zip(_WIDTHS, FINDING_ROWS.headings, strict=True)):
        page.set_column(column, column, width, None, {"hidden": heading.hidden})
    last = len(_WIDTHS) - 2
    board.merge(Area(0, 0, 0, last), FINDINGS, styles("title"))
    page.set_row(0, 34)
    board.merge(Area(1, 0, 1, last), _summary(found), styles("left"))
    for column, label in enumerate(FINDING_ROWS.labels):
        board.put(_TOP - 1, column, label, styles("cell", "band", "centre"))
    row = _TOP
    for one in found or ():
        _finding(board, row, one)
        row += 1
    # A 出错说明 belongs to a rule and a place; the figures in its key may have moved.
    shown = {_rule_and_place(one.key) for one in found or ()}
    for key, text in explanations.items():
        if _rule_and_place(key) not in shown:
            _kept(board, row, key, text, _UNMET if found is not None else _UNCHECKED)
            row += 1
    if row == _TOP:
        for column in range(last + 1):
            # The rows of the first check are made like this one: its long texts wrap.
            board.put(row, column, None, _look(board, column))
        row += 1
    _unchecked(board, row + 1, not_checked)
    _levels(board)
    page.autofilter(_TOP - 1, 0, max(row - 1, _TOP), last)
    page.freeze_panes(_TOP, 0)
    _page(board)


def _summary(found: Sequence[Found] | None) -> str:
    if found is None:
        return NEVER
    counts = {one: sum(row.severity is one for row in found) for one in Severity}
    text = "，".join(f"{severity.value} {count} 处" for severity, count in counts.items())
    return f"{text}。错误须改正；核实须写出错说明；提示供参考。"


def _rule_and_place(key: str) -> tuple[str, ...]:
    return tuple(key.split("|")[:2])


def _finding(board: Board, row: int, found: Found) -> None:
    styles = board.styles
    for column, content in enumerate(found.cells):
        board.put(row, column, content, _look(board, column))
    if found.place:
        sheet, cell = found.place
        link = styles("cell", "link", "centre", "top", "wrap")
        board.sheet.write_url(row, 3, f"internal:'{sheet}'!{cell}", link, found.cells[3])
    board.put(row, len(_WIDTHS) - 1, found.key, styles("hint"))
    board.sheet.set_row(row, max(height(text, _WIDTHS[at]) for at, text in enumerate(found.cells)))


def _look(board: Board, column: int) -> Any:
    """The format of a column of findings."""
    if column == 0:
        return board.styles("cell", "centre", "top", "bold")
    if column == _EXPLANATION:
        return board.styles("cell", "left", "wrap", "top", "entry")
    return board.styles("cell", "left" if column in _PROSE else "centre", "wrap", "top")


def _levels(board: Board) -> None:
    """The colour of each level by a rule: rows that a later check writes have it as well."""
    for severity, colour in _COLOURS.items():
        rule = {
            "type": "cell",
            "criteria": "equal to",
            "value": f'"{severity.value}"',
            "format": board.styles("plain", font_color=colour, bold=True),
        }
        board.sheet.conditional_format(_TOP, 0, _MOST, 0, rule)


_UNMET = "已写的出错说明，本次没有对应的问题。"
_UNCHECKED = "已写的出错说明；校验后列到对应的问题上。"


def _kept(board: Board, row: int, key: str, text: str, why: str) -> None:
    styles = board.styles
    cell = styles("cell", "left", "wrap", "top")
    for column in range(len(_WIDTHS) - 2):
        board.put(row, column, None, cell)
    rule, _, rest = key.partition("|")
    board.put(row, 2, rest.partition("|")[0], cell)
    board.put(row, 7, why, cell)
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
