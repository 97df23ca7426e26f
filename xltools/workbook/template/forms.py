"""The ten forms as sheets: the official layout cell for cell, formulas, input messages, print set-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xltools.amount import ZERO, show
from xltools.editions import Edition, Form, Slot
from xltools.report import TOTAL, Ref, Report
from xltools.workbook.layout import (
    COVER,
    HEADER_ROW,
    META_ROW,
    NUMBER_ROW,
    SPARE_ROWS,
    SPARE_ROWS_EMPTY,
    TITLE_ROW,
    FormSheet,
    form_sheet,
    is_spare,
)
from xltools.workbook.template import cover
from xltools.workbook.template.board import Area, Board, Call, a1
from xltools.workbook.template.broken import mark_broken, unit_column
from xltools.workbook.template.formulas import LEAVES, Computed, computed, subtotal
from xltools.workbook.template.styles import lines_needed, text_units

_CENTRED = ("合计", "总计", "项目", "统计数", "行次")
_LINE_HEIGHT = 14.5
_LARGEST = 9_999_999_999_999


def sheet_of(edition: Edition, form_id: str, report: Report | None) -> FormSheet:
    """The layout of a form: the report's codes, or blank rows to fill in."""
    form = edition.forms[form_id]
    codes = report.lines.get(form_id, []) if report else []
    spare = SPARE_ROWS if report is None else 0 if codes else SPARE_ROWS_EMPTY
    return form_sheet(form, codes, spare)


def write_form(board: Board, edition: Edition, sheet: FormSheet, report: Report | None) -> None:
    """Writes one form. The formulas' values are computed from what the report prints."""
    form = sheet.form
    for at, width in enumerate(_widths(sheet, report)):
        board.sheet.set_column(at, at, width)
    _heading(board, sheet)
    _grid(board, HEADER_ROW, form.header, _header_style(board, form))
    formulas = computed(edition, sheet)
    _texts(board, sheet, report, edition)
    _amounts(board, sheet, report, formulas)
    board.places |= {ref: spot for ref, spot in sheet.cells.items() if not is_spare(ref.line)}
    _notes(board, sheet)
    _heights(board, sheet)
    mark_broken(board, edition, sheet)
    _print(board, sheet)


def _widths(sheet: FormSheet, report: Report | None) -> list[float]:
    """Column widths of the edition, wider where an amount needs it."""
    widths = list(sheet.form.widths)
    for ref, (_, column) in sheet.cells.items():
        value = report.amounts.get(ref) if report else None
        if value is not None:
            widths[column] = max(widths[column], len(show(value, thousands=True)) + 3)
    return widths


def _size(form: Form) -> float:
    return 9 if form.width >= 9 else 10.5


def _heading(board: Board, sheet: FormSheet) -> None:
    form, styles = sheet.form, board.styles
    last = form.width - 1
    board.merge(Area(TITLE_ROW, 0, TITLE_ROW, last), form.title, styles("title"))
    board.sheet.set_row(TITLE_ROW, 34)
    right = unit_column(sheet)
    board.merge(Area(NUMBER_ROW, right, NUMBER_ROW, last), form.number, styles("right"))
    middle = _middle_column(form, right)
    entity, year, unit = (cover.address(key) for key in ("entity", "year", "unit"))
    values = board.others[COVER].contents
    shown = {key: values.get(cover.spot(key)) or "" for key in ("entity", "year", "unit")}
    for first, end, formula, value, style in (
        (
            0,
            middle - 1,
            f'"{form.entity_label}："&{entity}',
            f"{form.entity_label}：{shown['entity']}",
            "left",
        ),
        (middle, right - 1, f'{year}&"年度"', f"{shown['year']}年度", "centre"),
        (right, last, f'"{form.unit_label}："&{unit}', f"{form.unit_label}：{shown['unit']}", "right"),
    ):
        area = Area(META_ROW, first, META_ROW, end)
        board.merge(area, None, styles(style, "shrink"))
        board.native(META_ROW, first, formula, value, styles(style, "shrink"))
    board.sheet.set_row(META_ROW, 20)


def _middle_column(form: Form, right: int) -> int:
    """Where the year stands: the name of the entity gets at least two fifths of the width."""
    room, at = 0.0, 0
    while at < right - 1 and (at == 0 or room < sum(form.widths) * 0.4):
        room += form.widths[at]
        at += 1
    return at


def _header_style(board: Board, form: Form) -> Any:
    size = _size(form)

    def style(row: int, column: int, text: str) -> Any:
        spanning = form.header[row].count("<") == form.width - 1
        return board.styles("cell", "head", *(("bold", "left") if spanning else ()), font_size=size)

    return style


def _grid(board: Board, top: int, grid: tuple[tuple[str, ...], ...], style: Any) -> None:
    """Writes the texts of a printed grid with its merged cells; amount cells are left out."""
    for area, text in merged(grid):
        if text.startswith("{"):
            continue
        board.merge(
            Area(top + area.top, area.left, top + area.bottom, area.right),
            text,
            style(area.top, area.left, text),
        )


def merged(grid: tuple[tuple[str, ...], ...]) -> Iterator[tuple[Area, str]]:
    """Every cell of a printed grid with the area that it covers."""
    for row, cells in enumerate(grid):
        for column, text in enumerate(cells):
            if text in {"<", "^"}:
                continue
            right, bottom = column, row
            while right + 1 < len(cells) and cells[right + 1] == "<":
                right += 1
            while bottom + 1 < len(grid) and grid[bottom + 1][column] == "^":
                bottom += 1
            yield Area(row, column, bottom, right), text


def _texts(board: Board, sheet: FormSheet, report: Report | None, edition: Edition) -> None:
    form, styles, size = sheet.form, board.styles, _size(sheet.form)

    def style(row: int, column: int, text: str) -> Any:
        if form.body[row].count("<") == form.width - 1:
            return styles("cell", "bold", "left", font_size=size)
        if text.isdigit() or text.endswith(_CENTRED) or text == TOTAL:
            return styles("cell", "centre", "wrap", font_size=size)
        indent = 1 if text[:2].strip("0123456789.") == "" and text else 0
        return styles("cell", "left", "wrap", font_size=size, indent=indent)

    if form.kind != "codes":
        _grid(board, sheet.body_row, form.body, style)
        return
    _grid(board, sheet.body_row, form.body[:1], style)
    titles = {**edition.function_codes, **(report.titles if report else {})}
    for row, (line, _) in enumerate(sheet.body[1:], sheet.body_row + 1):
        code = "" if is_spare(line) else line
        entry = ("cell", "entry", "text")
        board.put(row, sheet.code_column, code, styles(*entry, font_size=size))
        name = titles.get(code, "")
        board.put(row, sheet.code_column + 1, name, styles(*entry, "wrap", font_size=size))
        _code_messages(board, sheet, row)


def _code_messages(board: Board, sheet: FormSheet, row: int) -> None:
    column = sheet.code_column
    # All rows share one validation, whose formula is that of its first cell.
    own = a1(sheet.body_row + 1, column, fixed_column=True)
    codes = f"{a1(sheet.body_row, column, True, True)}:{a1(sheet.notes_row, column, True, True)}"
    board.validate(
        row,
        column,
        validate="custom",
        value=f"=AND(COUNTIF({codes},{own})<2,OR(LEN({own})=3,LEN({own})=5,LEN({own})=7))",
        input_title="科目代码",
        input_message="类3位、款5位、项7位，从小到大，不重复。可以自由插入、删除行，公式和审核会跟着变；"
        "有下级的科目，金额由函数汇总。",
        error_type="warning",
        error_title="科目代码",
        error_message="科目代码应为3、5或7位，并且不与其他行重复。",
    )
    board.validate(
        row,
        column + 1,
        validate="any",
        input_title="科目名称",
        input_message="按《政府收支分类科目》填写，与科目代码一致。",
    )


def _amounts(board: Board, sheet: FormSheet, report: Report | None, formulas: dict[Ref, Computed]) -> None:
    amounts = report.amounts if report else {}
    for ref, (row, column) in sheet.cells.items():
        board.contents[row, column] = amounts.get(ref)
    for ref, (row, column) in sheet.cells.items():
        kind = _kind(sheet.form, ref)
        value = amounts.get(ref)
        if ref not in formulas and report is None and (call_ := _of_parent(sheet, ref, formulas)):
            # Which code stands here is not known yet: one with others below it is summed, others are typed.
            # Only #N/A (nothing below) is blank: a text in a row below must show as #VALUE! here too.
            formula = f'IF({a1(row, sheet.code_column)}="","",_xlfn.IFNA({call_.render()},""))'
            style = _style(board, sheet.form, ref, f"computed_{kind}", "entry")
            board.native(row, column, formula, "", style)
            board.calls[row, column] = call_
            _message(board, sheet.form, ref, kind, row, column, None)
            continue
        if ref not in formulas:
            content = value if value is not None or kind != "dash" else _dash(sheet.form, ref)
            style = _style(board, sheet.form, ref, kind, "unused" if kind in ("dash", "unused") else "entry")
            board.put(row, column, content, style)
            _message(board, sheet.form, ref, kind, row, column, None)
            continue
        call = formulas[ref].call
        result = board.value(call)
        # A figure that the function does not give (rounding, a zero that is printed) stays as a value.
        if result == (ZERO if value is None else value) and not (value is not None and value == 0):
            style = _style(board, sheet.form, ref, f"computed_{kind}", "computed")
            board.function(row, column, call, style)
        else:
            board.put(row, column, value, _style(board, sheet.form, ref, kind, "computed"))
        _message(board, sheet.form, ref, kind, row, column, formulas[ref])


def _of_parent(sheet: FormSheet, ref: Ref, formulas: dict[Ref, Computed]) -> Call | None:
    """What a blank entry row shows once a code with others below it is typed into it."""
    total = formulas.get(Ref(ref.form, TOTAL, ref.column))
    if not is_spare(ref.line) or total is None or total.call.name != LEAVES:
        return None
    return subtotal(sheet, ref)


def _kind(form: Form, ref: Ref) -> str:
    """amount, count, unused (a line without a name) or dash (———)."""
    line = form.line_of.get(ref.line)
    if line is None or form.kind == "codes":
        return "amount"
    if _dash(form, ref):
        return "dash"
    if not line.title and len(form.lines) > 1:
        return "unused"
    return "count" if line.count else "amount"


def _dash(form: Form, ref: Ref) -> str:
    slot: Slot | None = form.slot_of.get((ref.line, ref.column))
    return slot.dash if slot else ""


def _style(board: Board, form: Form, ref: Ref, kind: str, use: str) -> Any:
    number = {"dash": "centre", "unused": "amount"}.get(kind, kind)
    return board.styles("cell", number, use, font_size=_size(form))


def _message(
    board: Board, form: Form, ref: Ref, kind: str, row: int, column: int, formula: Computed | None
) -> None:
    title = form.column_of[ref.column].title or form.number
    if formula:
        text = (
            f"由函数计算：{formula.rule.title}。可以直接录入数字代替公式；"
            "与明细相差超出四舍五入的范围时，审核会提示。"
        )
    elif kind in ("dash", "unused"):
        text = "表样规定这里不填数。"
    elif kind == "count":
        text = "填数量，不小于零的整数；没有的留空。"
    else:
        text = "填金额，单位与封面的“金额单位”一致；没有发生的留空，不填0。"
    numbers: dict[str, Any] = {"validate": "decimal", "minimum": -_LARGEST, "maximum": _LARGEST}
    error = "这里应填数字。文字、日期不能参加计算。"
    if kind == "count":
        numbers, error = {"validate": "integer", "minimum": 0, "maximum": 999_999}, "这里应填不小于零的整数。"
    if kind == "dash":
        numbers = {"validate": "any"}
    else:
        numbers |= {"criteria": "between", "error_type": "warning", "error_title": "请核对"}
        numbers["error_message"] = error
    board.validate(row, column, **numbers, input_title=title[:32], input_message=text[:255])


def _notes(board: Board, sheet: FormSheet) -> None:
    form, styles = sheet.form, board.styles
    width = sum(form.widths)
    last = form.width - 1
    for number, note in enumerate(form.notes):
        row = sheet.notes_row + number
        board.merge(Area(row, 0, row, last), note, styles("left", "wrap", "top", font_size=9))
        board.sheet.set_row(row, max(18, 13 * lines_needed(note, width * 1.1) + 5))
    if form.empty_note:
        row = sheet.notes_row + len(form.notes)
        area = _amount_area(sheet)
        formula = f'IF(COUNTIF({area},">0")+COUNTIF({area},"<0")=0,"{form.empty_note}","")'
        blank = not any(board.contents.get(spot) for spot in sheet.cells.values())
        style = styles("left", font_size=9)
        board.merge(Area(row, 0, row, last), None, style)
        board.native(row, 0, formula, form.empty_note if blank else "", style)


def _amount_area(sheet: FormSheet) -> str:
    rows = [row for row, _ in sheet.cells.values()]
    columns = [column for _, column in sheet.cells.values()]
    # In a form of codes to the row of the 注, so that inserted rows are covered.
    bottom = sheet.notes_row if sheet.form.kind == "codes" else max(rows)
    return Area(min(rows), min(columns), bottom, max(columns)).render()


def _heights(board: Board, sheet: FormSheet) -> None:
    """Rows high enough for their texts; a text merged over rows is left to them."""
    form, size = sheet.form, _size(sheet.form)
    factor = 10.5 / size
    for row, cells in enumerate(form.header):
        needed = max(_lines(form, row, column, text) for column, text in enumerate(cells))
        board.sheet.set_row(HEADER_ROW + row, max(20, _LINE_HEIGHT * needed + 6))
    for row in range(sheet.body_row, sheet.notes_row):
        texts = ((c, board.contents.get((row, c))) for c in range(form.width))
        needed = max(
            (
                lines_needed(text, form.widths[column] * factor)
                for column, text in texts
                if isinstance(text, str) and text_units(text) > 6 and not text.endswith("合计")
            ),
            default=1,
        )
        spanning = form.kind == "grid" and form.body[row - sheet.body_row].count("<") >= form.width - 1
        board.sheet.set_row(row, max(17.5, size * 1.4 * (1 if spanning else needed) + 4))


def _lines(form: Form, row: int, column: int, text: str) -> int:
    """Lines of a heading in each of the rows that it spans."""
    if text in {"<", "^", ""}:
        return 1
    cells, width, span = form.header[row], form.widths[column], 1
    while row + span < len(form.header) and form.header[row + span][column] == "^":
        span += 1
    for at in range(column + 1, len(cells)):
        if cells[at] != "<":
            break
        width += form.widths[at]
    return -(-lines_needed(text, width * 10.5 / _size(form)) // span)


def _print(board: Board, sheet: FormSheet) -> None:
    page, form = board.sheet, sheet.form
    page.set_paper(9)
    if form.orientation == "landscape":
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(TITLE_ROW, sheet.body_row - 1)
    page.print_area(0, 0, sheet.last_row, form.width - 1)
    page.center_horizontally()
    page.set_margins(left=0.6, right=0.6, top=0.75, bottom=0.7)
    page.set_footer("&C&9— &P —")
    page.print_black_and_white()
    page.hide_gridlines(2)
    page.set_tab_color("#4472C4")
    page.freeze_panes(sheet.body_row, 2 if form.kind == "codes" else 0)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    page.set_selection(sheet.body_row, form.columns[0].at, sheet.body_row, form.columns[0].at)
