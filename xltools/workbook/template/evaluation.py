"""绩效自评: the official form of a project, with rates, scores, total and grade by functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from xltools.editions import SelfEvaluationForm
from xltools.functions import FunctionError
from xltools.report import Fund, Indicator, SelfEvaluation, evaluation_ref
from xltools.workbook.layout import (
    ACHIEVEMENT,
    ANALYSIS_BLOCK,
    EVALUATION_FIELDS,
    FUNDS,
    GOAL,
    INDICATORS,
    SCORE_TOTAL,
)
from xltools.workbook.template.board import Area, Board, Call, Text, a1, scalar
from xltools.workbook.template.prose import HIGHEST, height
from xltools.workbook.template.styles import lines_needed

_WIDTHS = (13, 13, 14, 26, 14, 15, 18, 9, 9, 46, 3, 8, 10)
_LAST = 9
"""The last printed column; 符号 and 计量单位 stand beyond it."""
_HELPERS = 11
_FUNDS_ROW = 6
"""Row of 资金总额."""
_BLANK_INDICATORS = ((0, 0, 4), (0, 1, 3), (0, 2, 2), (0, 3, 1), (1, 1, 2), (1, 3, 2), (2, 0, 1))
"""Rows per 一级 and 二级指标 of an empty form."""
_QUANTITATIVE, _QUALITATIVE = "XT_SCORE", "XT_BAND_SCORE"


def write_evaluation(
    board: Board,
    form: SelfEvaluationForm,
    evaluation: SelfEvaluation | None,
    year: int | None,
    unit: str,
    number: int = 1,
) -> None:
    """Writes the form of the ``number``-th project; an empty one without ``evaluation``."""
    for column, width in enumerate(_WIDTHS):
        board.sheet.set_column(column, column, width)
    filled = evaluation or SelfEvaluation(
        funds=[Fund("资金总额"), Fund("省级财政资金")], indicators=_blank_indicators(form)
    )
    _head(board, form, filled, year)
    goals = _funds(board, filled, 4, unit)
    row = _goals(board, filled, goals)
    first, total = _indicators(board, filled, row)
    _total(board, form, filled, first, total)
    notes = _analysis(board, form, filled, total + 1)
    _notes(board, form, notes)
    _page(board, notes + len(form.notes) - 1)
    _places(board, filled, number, (goals, first, total))


def _places(board: Board, filled: SelfEvaluation, number: int, rows: tuple[int, int, int]) -> None:
    """Where each part of the form stands, for links and marks."""
    goals, first, total = rows

    def at(part: str, column: str, row: int, position: int) -> None:
        board.places[evaluation_ref(number, part, column)] = (row, position)

    for name, row, position in (("project", 2, 1), ("department", 3, 1), ("entity", 3, 6)):
        at("head", name, row, position)
    for count in range(len(filled.funds)):
        for position, heading in enumerate(FUNDS.headings, 1):
            at(f"fund{count + 1}", heading.key, _FUNDS_ROW + count, position)
    at("goal", "text", goals + 1, 1)
    at("achievement", "text", goals + 1, 5)
    for count in range(len(filled.indicators)):
        for position, heading in enumerate(INDICATORS.headings, 1):
            at(f"indicator{count + 1}", heading.key, first + count, _indicator_column(position))
    at("total", "text", total, 8)
    at("grade", "text", total, 9)
    for count, heading_text in enumerate(filled.analysis):
        at(f"analysis:{heading_text}", "text", total + 1 + count, 3)


def _blank_indicators(form: SelfEvaluationForm) -> list[Indicator]:
    return [
        Indicator(form.level1[one], form.level2[form.level1[one]][two], "")
        for one, two, count in _BLANK_INDICATORS
        for _ in range(count)
    ]


def _head(board: Board, form: SelfEvaluationForm, filled: SelfEvaluation, year: int | None) -> None:
    styles = board.styles
    board.merge(Area(0, 0, 0, _LAST), f"{filled.project}{form.title}", styles("title", "wrap"))
    board.sheet.set_row(0, 36)
    board.merge(Area(1, 0, 1, _LAST), f"（{year}年度）" if year else "", styles("centre"))
    project, department, entity = EVALUATION_FIELDS
    head, entry = styles("cell", "head"), styles("cell", "entry", "left", "indent", "text")
    board.put(2, 0, project.label, head)
    board.merge(Area(2, 1, 2, _LAST), filled.project, entry)
    board.put(3, 0, department.label, head)
    board.merge(Area(3, 1, 3, 4), filled.department, entry)
    board.put(3, 5, entity.label, head)
    board.merge(Area(3, 6, 3, _LAST), filled.entity, entry)
    board.sheet.set_row(2, 24)
    board.sheet.set_row(3, 30)


def _funds(board: Board, filled: SelfEvaluation, top: int, unit: str) -> int:
    """The block of funds; gives the row after it."""
    head = board.styles("cell", "head")
    bottom = top + 1 + len(filled.funds)
    board.merge(Area(top, 0, bottom, 0), f"项目资金预算安排及执行进度（{unit}）", head)
    board.merge(Area(top, 1, top + 1, 1), None, head)
    board.merge(Area(top, 2, top, 3), "年初预算数", head)
    for column, heading in enumerate(FUNDS.headings[1:], 2):
        if column < 4:
            board.put(top + 1, column, heading.label, head)
        else:
            board.merge(Area(top, column, top + 1, column), heading.label, head)
    board.sheet.set_row(top, 22)
    board.sheet.set_row(top + 1, 22)
    for row, fund in enumerate(filled.funds, top + 2):
        _fund(board, row, fund)
    return bottom + 1


def _fund(board: Board, row: int, fund: Fund) -> None:
    styles = board.styles
    number: dict[str, Any] = {"num_format": "#,##0.######", "align": "center"}
    board.put(row, 1, fund.name, styles("cell", "entry", "centre", "wrap"))
    for column, value in enumerate((fund.declared, fund.budgeted, fund.adjusted, fund.executed), 2):
        board.put(row, column, value, styles("cell", "entry", **number))
        _number(board, row, column, FUNDS.headings[column - 1].label)
    executed, budget = Area(row, 5, row, 5), Area(row, 4, row, 4)
    points = {"num_format": "0.##", "align": "center"}
    _computed(board, row, 6, Call("XT_REMAINDER", (executed, budget)), fund.carryover, number)
    rate = {"num_format": "0.00", "align": "center"}
    _computed(
        board,
        row,
        7,
        Call("XT_RATE", (executed, budget)),
        fund.rate,
        rate,
        around=lambda text: f"ROUND(100*{text},2)",
        factor=100,
    )
    _computed(board, row, 8, Call("XT_RATE_SCORE", (executed, budget)), fund.score, points)
    board.put(row, 9, fund.reason, styles("cell", "entry", "left", "wrap"))
    board.sheet.set_row(row, height(fund.reason, _WIDTHS[9], 30))


def _computed(
    board: Board,
    row: int,
    column: int,
    call: Call,
    printed: Decimal | None,
    number: dict[str, Any],
    around: Callable[[str], str] = lambda text: text,
    factor: int = 1,
) -> bool:
    """A formula where the function gives the printed figure (or none is printed and it gives none yet)."""
    try:
        result: Decimal | None = Decimal(scalar(board.value(call))) * factor
    except FunctionError:
        result = None
    formula = f'IFERROR({around(call.render())},"")'
    style = board.styles("cell", "computed", **number)
    fits = not result if printed is None else result == printed != 0
    if not fits:
        board.put(row, column, printed, style)
        return False
    if printed is None and result is not None:
        # 0 of a blank row shows nothing; the figure is blank.
        style = board.styles("cell", "computed", **{**number, "num_format": "0.######;-0.######;;@"})
    board.native(row, column, formula, "" if result is None else result, style)
    board.calls[row, column] = call
    return True


def _goals(board: Board, filled: SelfEvaluation, top: int) -> int:
    styles = board.styles
    # A row is at most 409 points high: long prose takes several merged rows.
    left, right = sum(_WIDTHS[1:5]), sum(_WIDTHS[5:10])
    needed = max(16 * lines_needed(filled.goal, left), 16 * lines_needed(filled.achievement, right), 64) + 10
    rows = -(-needed // HIGHEST)
    board.merge(Area(top, 0, top + rows, 0), "项目年度绩效目标", styles("cell", "head"))
    board.merge(Area(top, 1, top, 4), GOAL.label, styles("cell", "head"))
    board.merge(Area(top, 5, top, _LAST), ACHIEVEMENT.label, styles("cell", "head"))
    board.sheet.set_row(top, 20)
    prose = styles("cell", "entry", "left", "wrap", "top", font_size=10)
    board.merge(Area(top + 1, 1, top + rows, 4), filled.goal, prose)
    board.merge(Area(top + 1, 5, top + rows, _LAST), filled.achievement, prose)
    for row in range(top + 1, top + rows + 1):
        board.sheet.set_row(row, needed / rows)
    return top + rows + 1


def _indicators(board: Board, filled: SelfEvaluation, top: int) -> tuple[int, int]:
    """The indicators; gives their first row and the row after them."""
    styles = board.styles
    head = styles("cell", "head")
    rows = filled.indicators or [Indicator("", "", "")]
    board.merge(Area(top, 0, top + len(rows), 0), "项目支出绩效指标", head)
    for column, heading in enumerate(INDICATORS.headings, 1):
        at = _indicator_column(column)
        board.put(top, at, heading.label, head if column <= _LAST else styles("hint", "centre"))
    board.sheet.set_row(top, 22)
    _levels(board, rows, top + 1)
    for row, indicator in enumerate(rows, top + 1):
        _indicator(board, row, indicator)
    return top + 1, top + 1 + len(rows)


def _indicator_column(number: int) -> int:
    """The column of the ``number``-th heading: the printed ones, then the helpers beyond them."""
    return number if number <= _LAST else _HELPERS + number - _LAST - 1


def _levels(board: Board, rows: Sequence[Indicator], top: int) -> None:
    style = board.styles("cell", "entry", "centre", "wrap")
    at = top
    for level1, group in groupby(rows, key=lambda row: row.level1):
        members = list(group)
        board.merge(Area(at, 1, at + len(members) - 1, 1), level1, style)
        for level2, below in groupby(members, key=lambda row: row.level2):
            count = len(list(below))
            board.merge(Area(at, 2, at + count - 1, 2), level2, style)
            at += count


def _indicator(board: Board, row: int, indicator: Indicator) -> None:
    styles = board.styles
    text = styles("cell", "entry", "centre", "wrap", "text")
    board.put(row, 3, indicator.name, styles("cell", "entry", "left", "wrap"))
    for column, value in enumerate((indicator.initial, indicator.target, indicator.actual), 4):
        board.put(row, column, value, text)
    points: dict[str, Any] = {"num_format": "0.##", "align": "center"}
    board.put(row, 7, indicator.weight, styles("cell", "entry", **points))
    _number(board, row, 7, "分值")
    board.put(row, 9, indicator.reason, styles("cell", "entry", "left", "wrap", font_size=10))
    helper = styles("hint", "centre", "text")
    board.put(row, _HELPERS, indicator.sign, helper)
    board.put(row, _HELPERS + 1, indicator.unit, helper)
    given = _given(board, row)
    if given == indicator.score and given != 0:  # .xls cannot tell a formula's 0 from nothing
        at = [a1(row, column) for column in (6, 5, 7, _HELPERS)]
        shown = "" if given is None else given
        board.native(row, 8, score_formula(*at), shown, styles("cell", "computed", **points))
        board.calls[row, 8] = _score_calls(row)[0]
    else:
        board.put(row, 8, indicator.score, styles("cell", "entry", **points))
    _number(board, row, 8, "得分")
    texts = ((indicator.name, 3), (indicator.actual, 6), (indicator.reason, 9))
    board.sheet.set_row(row, max(height(value, _WIDTHS[column] * 1.05, 30) for value, column in texts))


def _score_calls(row: int) -> tuple[Call, Call]:
    actual, target = Area(row, 6, row, 6), Area(row, 5, row, 5)
    sign, weight = Area(row, _HELPERS, row, _HELPERS), Area(row, 7, row, 7)
    return Call(_QUANTITATIVE, (actual, target, sign, weight)), Call(_QUALITATIVE, (actual, weight))


def score_formula(actual: str, target: str, weight: str, sign: str) -> str:
    """The score of an indicator by its kind, from the addresses of its cells; blank while nothing is done."""
    quantitative = f"{_QUANTITATIVE}({actual},{target},{sign},{weight})"
    return f'IF({actual}="","",IFERROR({quantitative},IFERROR({_QUALITATIVE}({actual},{weight}),"")))'


def _given(board: Board, row: int) -> Decimal | None:
    """What the formula gives; None for blank."""
    for call in _score_calls(row):
        try:
            return Decimal(scalar(board.value(call)))
        except FunctionError:
            continue
    return None


def _number(board: Board, row: int, column: int, title: str) -> None:
    board.validate(
        row,
        column,
        validate="decimal",
        criteria=">=",
        value=0,
        input_title=title,
        input_message=f"填{title}。执行率、得分、总分和等级由函数计算，可以录入代替。",
        error_type="warning",
        error_title="请核对",
        error_message="这里应填不小于零的数。",
    )


def _total(board: Board, form: SelfEvaluationForm, filled: SelfEvaluation, first: int, row: int) -> None:
    styles = board.styles
    board.merge(Area(row, 0, row, 7), SCORE_TOTAL.label, styles("cell", "head"))
    scores, execution = Area(first, 8, row - 1, 8), Area(_FUNDS_ROW, 8, _FUNDS_ROW, 8)
    points: dict[str, Any] = {"num_format": "0.##;-0.##;", "align": "center", "bold": True}
    _computed(board, row, 8, Call("XT_POINTS", (scores, execution)), filled.total, points)
    own = Area(row, 8, row, 8)
    floors = sorted((grade.floor for grade in form.grades), reverse=True)[:3]
    call = Call("XT_GRADE", (own, *(Text(f"{floor:f}", floor) for floor in floors)))
    style = styles("cell", "computed", "centre", "bold")
    try:
        grade = str(scalar(board.value(call))) if filled.total is not None else ""
    except FunctionError:
        grade = ""
    if grade == filled.grade:
        formula = f'IF({a1(row, 8)}="","",IF({a1(row, 8)}=0,"",IFERROR({call.render()},"")))'
        board.native(row, 9, formula, grade, style)
        board.calls[row, 9] = call
    else:
        board.put(row, 9, filled.grade, style)
    board.sheet.set_row(row, 24)


def _analysis(board: Board, form: SelfEvaluationForm, filled: SelfEvaluation, top: int) -> int:
    styles = board.styles
    entries = filled.analysis or dict.fromkeys(form.analysis, "")
    board.merge(Area(top, 0, top + len(entries) - 1, 0), ANALYSIS_BLOCK, styles("cell", "head"))
    width = sum(_WIDTHS[3:10])
    for row, (heading, text) in enumerate(entries.items(), top):
        board.merge(Area(row, 1, row, 2), heading, styles("cell", "head"))
        board.merge(Area(row, 3, row, _LAST), text, styles("cell", "entry", "left", "wrap", font_size=10))
        board.sheet.set_row(row, max(height(text, width, 36), height(heading, _WIDTHS[1] + _WIDTHS[2], 36)))
    return top + len(entries)


def _notes(board: Board, form: SelfEvaluationForm, top: int) -> None:
    for row, note in enumerate(form.notes, top):
        board.merge(Area(row, 0, row, _LAST), note, board.styles("left", "wrap", font_size=9))
        board.sheet.set_row(row, 14 * lines_needed(note, sum(_WIDTHS[:10]) * 1.15) + 3)


def _page(board: Board, last: int) -> None:
    page = board.sheet
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.print_area(0, 0, last, _LAST)
    page.center_horizontally()
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.print_black_and_white()
    page.hide_gridlines(2)
    page.set_tab_color("#70AD47")
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
