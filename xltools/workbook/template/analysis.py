"""分析: every share, change, rate and completion that the text uses, by functions in cells, with charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xltools.editions import Edition
from xltools.functions import Scalar
from xltools.report import TOTAL, Ref, Report
from xltools.workbook.layout import ANALYSIS, COMPARED, COMPARISON, FormSheet
from xltools.workbook.template import comparison
from xltools.workbook.template.board import Area, Board, Call, Text, a1, quoted
from xltools.workbook.template.comparison import amounts_area, classes

_WIDTHS = (11, 34, 16, 16, 16, 16, 13, 16, 12)
NONE = "—"
"""Shown where there is no percentage: a base of zero."""
_SPARE_CLASSES = 8
_CHART = 500
"""Width of a chart in pixels: the columns right of the narrow tables."""
_ROW = 18
"""Height of a row in points: 24 pixels."""
_COLOURS = ("#4472C4", "#A5A5A5", "#70AD47")


@dataclass(frozen=True, slots=True)
class _Source:
    """What 分析 refers to: the layouts of the forms and the rows of 上年数与预算."""

    edition: Edition
    sheets: Mapping[str, FormSheet]
    rows: Mapping[Ref, int]
    report: Report | None


def write_analysis(
    board: Board,
    book: Any,
    edition: Edition,
    sheets: Mapping[str, FormSheet],
    rows: Mapping[Ref, int],
    report: Report | None,
) -> None:
    """Writes the sheet; ``rows`` are those of 上年数与预算."""
    source = _Source(edition, sheets, rows, report)
    page, styles = board.sheet, board.styles
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    board.merge(Area(0, 0, 0, 8), ANALYSIS, styles("title"))
    page.set_row(0, 34)
    hint = "由公式得出，不用填写。占比相加恰为100.00%，尾差归最大的一项；上年或预算为零时显示“—”。"
    board.merge(Area(1, 0, 1, 8), hint, styles("hint", "left"))
    row = _structure(board, source, "revenue", "一、收入结构（公开02表）", 3)
    _insert(board, _bar(book, "收入结构", 5, row - 2), 3, 4, row - 3, _CHART)
    top = row + 1
    row = _structure(board, source, "expenditure", "二、支出结构（公开03表）", top)
    _insert(board, _bar(book, "支出结构", top + 2, row - 2), top, 4, row - top, _CHART)
    top = row + 1
    row = _changes(board, source, top)
    changes = _columns(book, "与上年比较", top + 2, row - 1, (2, 3), top + 1)
    row = _classes(board, source, row + 1)
    top = row + 1
    row = _three_public(board, source, top)
    three_public = _columns(book, "“三公”经费", top + 2, row - 1, (2, 3, 6), top + 1)
    _insert(board, changes, row + 1, 0, 14, _CHART + 30)
    _insert(board, three_public, row + 1, 4, 14, _CHART)
    page.print_area(0, 0, row + 15, len(_WIDTHS) - 1)
    _page(board)


def _insert(board: Board, chart: Any, row: int, column: int, rows: int, width: int) -> None:
    """Puts a chart over ``rows`` rows."""
    for at in range(row, row + rows):
        board.sheet.set_row(at, _ROW)
    chart.set_size({"width": width, "height": rows * _ROW * 4 // 3 - 6})
    board.sheet.insert_chart(row, column, chart, {"x_offset": 12, "y_offset": 2, "object_position": 2})


def _heads(board: Board, top: int, title: str, labels: Sequence[str]) -> None:
    board.put(top, 0, title, board.styles("heading"))
    board.sheet.set_row(top, _ROW)
    for column, label in enumerate(labels):
        board.put(top + 1, column, label, board.styles("cell", "band", "centre", "wrap"))


def _figure(board: Board, source: _Source, row: int, column: int, ref: Ref) -> None:
    """A figure of a form, by reference."""
    sheet = source.sheets[ref.form]
    at = sheet.cells[ref]
    name = sheet.form.number
    value = board.others[name].contents.get(at)
    style = board.styles("cell", "computed_amount")
    board.native(row, column, quoted(name) + a1(*at), 0 if value is None else value, style)


def _compared(board: Board, source: _Source, row: int, column: int, ref: Ref, budget: bool = False) -> None:
    """A figure of 上年数与预算, by reference; blank where the sheet has no such row."""
    style = board.styles("cell", "computed_amount")
    if ref not in source.rows:
        board.put(row, column, None, style)
        return
    at = comparison.spot(source.rows, ref, budget)
    value = board.others[COMPARISON].contents.get(at)
    board.native(row, column, quoted(COMPARISON) + a1(*at), 0 if value is None else value, style)


def _structure(board: Board, source: _Source, form_id: str, title: str, top: int) -> int:
    """The columns of the 合计 line with their closed shares; gives the row after the block."""
    form = source.edition.forms[form_id]
    total, *parts = form.columns
    _heads(board, top, title, ("栏次", "项目", "金额", "占比"))
    first, last = top + 2, top + 1 + len(parts)
    styles = board.styles
    for row, column in enumerate((*parts, total), first):
        board.put(row, 0, column.id, styles("cell", "centre"))
        board.put(row, 1, column.title, styles("cell", "left"))
        _figure(board, source, row, 2, Ref(form_id, TOTAL, column.id))
    for row in range(first, last + 1):
        _share(board, row, first, last, Area(last + 1, 2, last + 1, 2, fixed=True))
    shown = board.contents[first, 3]
    whole: Scalar = NONE if isinstance(shown, str) else 1
    style = styles("cell", "percent")
    board.native(
        last + 1, 3, f'IF({a1(last + 1, 2)}=0,"{NONE}",SUM({a1(first, 3)}:{a1(last, 3)}))', whole, style
    )
    return last + 2


def _share(board: Board, row: int, first: int, last: int, whole: Area) -> None:
    parts = Area(first, 2, last, 2, fixed=True)
    index = Text(f"ROWS({a1(first, 2, True)}:{a1(row, 2)})", row - first + 1)
    call = Call("XT_SHARE_CLOSED", (Area(row, 2, row, 2), parts, whole, index))
    board.function(row, 3, call, board.styles("cell", "percent", "computed"), NONE)


def _change(board: Board, row: int, current: int, previous: int, at: int) -> None:
    """Change and rate of change into the columns ``at`` and the next."""
    one, two = Area(row, current, row, current), Area(row, previous, row, previous)
    number = {"num_format": "#,##0.00;-#,##0.00;0.00;@"}
    style = board.styles("cell", "right", "computed", **number)
    board.function(row, at, Call("XT_CHANGE_AMOUNT", (one, two)), style, NONE)
    _rate(board, row, at + 1, Call("XT_CHANGE_RATE", (one, two)))


def _rate(board: Board, row: int, column: int, call: Call) -> None:
    board.function(row, column, call, board.styles("cell", "percent", "computed"), NONE)


def _changes(board: Board, source: _Source, top: int) -> int:
    labels = ("表", "项目", "本年数", "上年数", "增减额", "增减率", "年初预算数", "完成率")
    _heads(board, top, "三、与上年、与预算比较", labels)
    for row, (name, ref) in enumerate(COMPARED, top + 2):
        board.put(row, 0, source.edition.forms[ref.form].number, board.styles("cell", "centre"))
        board.put(row, 1, name, board.styles("cell", "left"))
        _figure(board, source, row, 2, ref)
        _compared(board, source, row, 3, ref)
        _change(board, row, 2, 3, 4)
        if ref.form == "general":
            _compared(board, source, row, 6, ref, budget=True)
            _rate(board, row, 7, Call("XT_COMPLETION", (Area(row, 2, row, 2), Area(row, 6, row, 6))))
        else:
            board.put(row, 6, None, board.styles("cell", "unused"))
            board.put(row, 7, None, board.styles("cell", "unused"))
    return top + 2 + len(COMPARED)


def _classes(board: Board, source: _Source, top: int) -> int:
    """The 类 of 公开05表, looked up by code, so that rows of that form can move."""
    labels = ("科目代码", "科目名称", "本年数", "占比", "上年数", "增减额", "增减率", "年初预算数", "完成率")
    _heads(board, top, "四、一般公共预算支出按类（公开05表）", labels)
    codes = classes(source.report) or [""] * _SPARE_CLASSES
    first, last = top + 2, top + 1 + len(codes)
    styles = board.styles
    for row, code in enumerate(codes, first):
        board.put(row, 0, code, styles("cell", "centre", "entry", "text"))
        board.validate(
            row,
            0,
            validate="any",
            input_title="科目代码",
            input_message="填公开05表中的类级科目代码，如 201；其余各栏自动得出。",
        )
        _looked_up(board, source, row, code)
        _change(board, row, 2, 4, 5)
        _rate(board, row, 8, Call("XT_COMPLETION", (Area(row, 2, row, 2), Area(row, 7, row, 7))))
    whole = source.sheets["general"].cells[Ref("general", TOTAL, "1")]
    name = source.edition.forms["general"].number
    for row in range(first, last + 1):
        _share(board, row, first, last, Area(whole[0], whole[1], whole[0], whole[1], name))
    return last + 1


def _looked_up(board: Board, source: _Source, row: int, code: str) -> None:
    sheet, styles = source.sheets["general"], board.styles
    name, at = sheet.form.number, sheet.code_column
    codes = Area(sheet.body_row, at, sheet.notes_row, at, name, True).render()
    names = Area(sheet.body_row, at + 1, sheet.notes_row, at + 1, name, True).render()
    amounts = Area(
        sheet.body_row, sheet.form.columns[0].at, sheet.notes_row, sheet.form.columns[0].at, name, True
    )
    key = a1(row, 0, fixed_column=True)
    titles = {**source.edition.function_codes, **(source.report.titles if source.report else {})}
    title = f'IF({key}="","",IFERROR(INDEX({names},MATCH({key},{codes},0)),""))'
    board.native(row, 1, title, titles.get(code, "") if code else "", styles("cell", "left", "wrap"))
    report = source.report
    ref = Ref("general", code, "1")
    current = report.amounts.get(ref, Decimal(0)) if report else ""
    money = styles("cell", "computed_amount")
    board.native(row, 2, f'IF({key}="","",SUMIF({codes},{key},{amounts.render()}))', current, money)
    number, line, last_year, budget = (area.render() for area in amounts_area())
    for column, figures, area in ((4, "last_year", last_year), (7, "budget", budget)):
        value = getattr(report, figures).get(ref, Decimal(0)) if report else ""
        formula = f'IF({key}="","",SUMIFS({area},{number},"{name}",{line},{key}))'
        board.native(row, column, formula, value, money)


def _three_public(board: Board, source: _Source, top: int) -> int:
    labels = ("栏次", "项目", "决算数", "上年数", "增减额", "增减率", "全年预算数")
    _heads(board, top, "五、“三公”经费（公开09表）", labels)
    names = ("合计", "因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费")
    columns = (("7", "1"), ("8", "2"), ("10", "4"), ("11", "5"), ("12", "6"))
    for row, (name, (actual, planned)) in enumerate(zip(names, columns, strict=True), top + 2):
        board.put(row, 0, actual, board.styles("cell", "centre"))
        board.put(row, 1, name, board.styles("cell", "left"))
        _figure(board, source, row, 2, Ref("three_public", "1", actual))
        _compared(board, source, row, 3, Ref("three_public", "1", actual))
        _change(board, row, 2, 3, 4)
        _figure(board, source, row, 6, Ref("three_public", "1", planned))
    return top + 2 + len(names)


_FONT = {"name": "宋体", "size": 9}


def _chart(book: Any, title: str, kind: str) -> Any:
    chart = book.add_chart({"type": kind})
    chart.set_title({"name": title, "name_font": {"name": "黑体", "size": 12, "bold": False}})
    chart.set_chartarea({"border": {"color": "#D9D9D9"}})
    return chart


def _bar(book: Any, title: str, first: int, last: int) -> Any:
    chart = _chart(book, title, "bar")
    chart.add_series(
        {
            "name": title,
            "categories": [ANALYSIS, first, 1, last, 1],
            "values": [ANALYSIS, first, 3, last, 3],
            "fill": {"color": _COLOURS[0]},
            "gap": 60,
            "data_labels": {"value": True, "num_format": "0.00%;;", "font": _FONT},
        }
    )
    chart.set_legend({"none": True})
    names = {
        "reverse": True,
        "num_font": {**_FONT, "size": 8},
        "line": {"color": "#BFBFBF"},
        "interval_unit": 1,
    }
    chart.set_y_axis(names)
    chart.set_x_axis({"visible": False, "min": 0, "max": 1.2, "major_gridlines": {"visible": False}})
    return chart


def _columns(book: Any, title: str, first: int, last: int, columns: tuple[int, ...], head: int) -> Any:
    chart = _chart(book, title, "column")
    for colour, column in zip(_COLOURS, columns, strict=False):
        chart.add_series(
            {
                "name": [ANALYSIS, head, column],
                "categories": [ANALYSIS, first, 1, last, 1],
                "values": [ANALYSIS, first, column, last, column],
                "fill": {"color": colour},
                "gap": 80,
                "data_labels": {
                    "value": True,
                    "num_format": "#,##0.00;-#,##0.00;",
                    "font": {**_FONT, "size": 8},
                },
            }
        )
    chart.set_legend({"position": "bottom", "font": _FONT})
    chart.set_x_axis({"num_font": _FONT, "line": {"color": "#BFBFBF"}})
    chart.set_y_axis(
        {
            "num_format": "#,##0",
            "min": 0,
            "num_font": _FONT,
            "major_gridlines": {"visible": True, "line": {"color": "#E5E5E5"}},
        }
    )
    return chart


def _page(board: Board) -> None:
    page = board.sheet
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.hide_gridlines(2)
    page.set_tab_color("#70AD47")
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
