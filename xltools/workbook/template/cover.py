"""封面: what is known of the unit, the state of every sheet, and how to read the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xltools.amount import Unit
from xltools.editions import Edition
from xltools.report import Cover
from xltools.workbook.layout import COVER, COVER_FIELDS, STATES, Field
from xltools.workbook.template.board import Area, Board, Spot, a1, quoted

_LABEL, _VALUE, _HELP = 1, 2, 3
_FIRST = 4
_STEPS = (
    "1. 填好本页的单位名称、单位性质、公开类型和金额单位。",
    "2. 在公开01表至公开10表的米色格内录入；蓝色格由函数计算，灰色格不填。",
    "3. 在“上年数与预算”“情况说明”“绩效自评”“概况与名词”补充其余内容。",
    "4. 点“校验”，按“审核结果”逐条核对；没有错误后点“导出”。",
)


def spot(key: str) -> Spot:
    """Where the value of a field stands."""
    return _FIRST + [field.key for field in COVER_FIELDS].index(key), _VALUE


def address(key: str) -> str:
    """The absolute reference of a field's value, for formulas of other sheets."""
    return quoted(COVER) + a1(*spot(key), fixed_row=True, fixed_column=True)


def write_cover(
    board: Board, edition: Edition, cover: Cover, unit: Unit, sheets: Sequence[tuple[str, str, str]]
) -> None:
    """``sheets``: name, title and state of every sheet whose state is shown."""
    page, styles = board.sheet, board.styles
    for column, width in enumerate((3, 20, 44, 62)):
        page.set_column(column, column, width)
    page.set_row(0, 14)
    page.set_row(1, 46)
    year = cover.year if cover.year is not None else edition.year
    board.merge(Area(1, _LABEL, 1, _HELP), "部门（单位）决算公开工作簿", styles("title", font_size=24))
    board.merge(Area(2, _LABEL, 2, _HELP), edition.title, styles("centre", "hint", font_size=10.5))
    values: dict[str, Any] = {
        **{field.key: getattr(cover, field.key, "") for field in COVER_FIELDS},
        "year": year,
        "unit": unit.value,
        "edition": edition.id,
    }
    for field in COVER_FIELDS:
        _field(board, edition, field, values[field.key])
    _states(board, sheets, _FIRST + len(COVER_FIELDS) + 1)
    _print(board)


def _field(board: Board, edition: Edition, field: Field, value: Any) -> None:
    row, column = spot(field.key)
    styles = board.styles
    board.sheet.set_row(row, 24)
    board.put(row, _LABEL, field.label, styles("cell", "head"))
    fixed = field.key == "edition"
    style = ("cell", "left", "unused" if fixed else "entry", "indent")
    number = {"num_format": "0"} if field.kind == "year" else {"num_format": "@"}
    board.put(row, column, value or None, styles(*style, **number))
    board.put(row, _HELP, field.help, styles("left", "hint", "wrap", "indent"))
    options = {"kind": edition.kinds, "scope": edition.scopes, "unit": tuple(Unit)}.get(field.key)
    message = {"input_title": field.label, "input_message": field.help}
    if options:
        board.validate(
            row,
            column,
            validate="list",
            source=[str(option.value if isinstance(option, Unit) else option) for option in options],
            error_type="stop" if field.key == "unit" else "warning",
            error_title=field.label,
            error_message="请从下拉列表中选择。",
            **message,
        )
    elif field.kind == "year":
        board.validate(
            row,
            column,
            validate="integer",
            criteria="between",
            minimum=2015,
            maximum=2099,
            error_type="warning",
            error_title=field.label,
            error_message="应为四位年份。",
            **message,
        )
    elif field.help:
        board.validate(row, column, validate="any", **message)


def _states(board: Board, sheets: Sequence[tuple[str, str, str]], top: int) -> None:
    styles, page = board.styles, board.sheet
    for column, label in enumerate(STATES.labels, _LABEL):
        board.put(top, column, label, styles("cell", "band", "centre"))
    page.set_row(top, 22)
    for row, (name, title, state) in enumerate(sheets, top + 1):
        page.set_row(row, 19)
        page.write_url(row, _LABEL, f"internal:'{name}'!A1", styles("cell", "link", "centre"), name)
        board.contents[row, _LABEL] = name
        board.put(row, _VALUE, title, styles("cell", "left", "indent"))
        board.put(row, _HELP, state, styles("cell", "left", "indent"))
    bottom = top + len(sheets)
    for word, colour in (("错误", "#9C0006"), ("核实", "#9C5700"), ("通过", "#006100")):
        page.conditional_format(
            top + 1,
            _HELP,
            bottom,
            _HELP,
            {
                "type": "text",
                "criteria": "containing",
                "value": word,
                "format": styles("plain", font_color=colour, bold=True),
            },
        )
    _legend(board, bottom + 2)


def _legend(board: Board, top: int) -> None:
    styles = board.styles
    board.put(top, _LABEL, "怎么用", styles("heading"))
    for row, step in enumerate(_STEPS, top + 1):
        board.merge(Area(row, _LABEL, row, _HELP), step, styles("left"))
        board.sheet.set_row(row, 18)
    row = top + len(_STEPS) + 2
    board.put(row, _LABEL, "录入", styles("cell", "centre", "entry"))
    board.put(row, _VALUE, "由函数计算，可以录入代替", styles("cell", "centre", "computed"))
    board.put(row, _HELP, "不填", styles("cell", "centre", "unused"))


def _print(board: Board) -> None:
    page = board.sheet
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 1)
    page.center_horizontally()
    page.hide_gridlines(2)
    page.set_tab_color("#1F3864")
    page.set_selection(*spot("entity"), *spot("entity"))
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
