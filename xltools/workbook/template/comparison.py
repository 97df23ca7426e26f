"""上年数与预算: the figures that this year's are compared with, and the facts that no table prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xltools.editions import Edition
from xltools.report import TOTAL, Ref, Report
from xltools.workbook.layout import (
    COMPARISON,
    FACTS,
    FACTS_TABLE,
    FIGURES,
    Field,
    fact_content,
    is_fact,
)
from xltools.workbook.template.board import Area, Board, Spot
from xltools.workbook.template.styles import lines_needed

_SPARE_CLASSES = 8
_TOP = 3
_LAST_YEAR, _BUDGET = FIGURES.at("last_year"), FIGURES.at("budget")
_WIDTHS = (16, 18, 46, 8, 18, 18)


def classes(report: Report | None) -> list[str]:
    """The 类 that 公开05表 prints."""
    return [code for code in report.lines.get("general", []) if len(code) == 3] if report else []


def comparison_refs(edition: Edition, codes: Sequence[str]) -> Iterator[tuple[Ref, bool]]:
    """The figures to compare with, in order, and whether the text needs the budget of each.

    ``codes`` are the 类 of the general public budget that the report prints. Figures that a form of the
    edition does not have are left out.
    """
    wanted = [
        (Ref("summary", "31", "1"), False),
        (Ref("summary", "62", "2"), False),
        (Ref("summary", "60", "2"), False),
        (Ref("appropriation", "32", "1"), False),
        (Ref("appropriation", "64", "2"), False),
        (Ref("general", TOTAL, "1"), True),
        *((Ref("general", code, "1"), True) for code in codes),
        (Ref("funds", TOTAL, "3"), False),
        (Ref("state_capital", TOTAL, "1"), False),
        *((Ref("three_public", "1", str(column)), False) for column in range(7, 13)),
        (Ref("statistics", "5", "1"), False),
        (Ref("statistics", "6", "1"), False),
    ]
    for ref, budget in wanted:
        form = edition.forms.get(ref.form)
        if form and ref.column in form.column_of and (form.kind == "codes" or ref.line in form.line_of):
            yield ref, budget


def write_comparison(board: Board, edition: Edition, report: Report | None) -> dict[Ref, int]:
    """Writes the sheet; gives the row of every figure."""
    page, styles = board.sheet, board.styles
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    last = len(_WIDTHS) - 1
    board.merge(Area(0, 0, 0, last), COMPARISON, styles("title"))
    page.set_row(0, 34)
    board.merge(
        Area(1, 0, 1, last),
        "单位与封面的“金额单位”一致。没有的留空，上年为零填0。可以增加行：填表号、行次或科目代码、栏次即可。",
        styles("hint", "left"),
    )
    for column, label in enumerate(FIGURES.labels):
        board.put(_TOP - 1, column, label, styles("cell", "band", "centre", "wrap"))
    rows: dict[Ref, int] = {}
    row = _TOP
    for ref, wants_budget in _listed(edition, report):
        _figure(board, edition, report, row, ref, wants_budget)
        rows[ref] = row
        row += 1
        if ref == Ref("general", TOTAL, "1") and report is None:
            row = _spare_classes(board, edition, row)
    _facts(board, report, row + 1)
    page.freeze_panes(_TOP, 0)
    _print(board)
    return rows


def amounts_area() -> tuple[Area, Area, Area, Area]:
    """The columns 表号, 行次或科目代码, 上年决算数, 年初预算数, generously long: for lookups by code."""
    columns = (FIGURES.at("number"), FIGURES.at("line"), _LAST_YEAR, _BUDGET)
    number, line, last_year, budget = (Area(_TOP - 1, c, 199, c, COMPARISON, True) for c in columns)
    return number, line, last_year, budget


def _listed(edition: Edition, report: Report | None) -> list[tuple[Ref, bool]]:
    listed = dict(comparison_refs(edition, classes(report)))
    for ref in (*(report.last_year if report else ()), *(report.budget if report else ())):
        listed.setdefault(ref, False)
    if report:
        listed = {ref: budget or ref in report.budget for ref, budget in listed.items()}
    return list(listed.items())


def _figure(
    board: Board, edition: Edition, report: Report | None, row: int, ref: Ref, wants_budget: bool
) -> None:
    styles = board.styles
    form = edition.forms[ref.form]
    title = _title(edition, ref, report)
    text = styles("cell", "left", "wrap")
    board.put(row, 0, form.number, styles("cell", "centre"))
    board.put(row, 1, ref.line, styles("cell", "centre", "text"))
    board.put(row, 2, title, text)
    board.put(row, 3, ref.column, styles("cell", "centre", "text"))
    last_year: Mapping[Ref, object] = report.last_year if report else {}
    budget: Mapping[Ref, object] = report.budget if report else {}
    for at, figures, used in ((_LAST_YEAR, last_year, True), (_BUDGET, budget, wants_budget)):
        value = figures.get(ref)
        board.put(row, at, value, styles("cell", "amount", "entry" if used else "unused"))  # type: ignore[arg-type]
        _message(board, row, at)
    board.sheet.set_row(row, 15 * lines_needed(title, _WIDTHS[2]) + 5)


def _title(edition: Edition, ref: Ref, report: Report | None) -> str:
    """收入总计, 一般公共预算财政拨款支出合计, 201 一般公共服务支出, 决算数 公务接待费."""
    form = edition.forms[ref.form]
    column = form.column_of[ref.column]
    if form.kind == "codes":
        if ref.line != TOTAL:
            return edition.line_name(ref.form, ref.line, report.titles if report else {})
        heading = column.path[0] if len(column.path) > 1 else column.title
        return f"{form.title.removesuffix('决算表')}：{heading}合计"
    line = form.line_of[ref.line]
    if column.path and column.path[0] in ("收入", "支出"):
        return column.path[0] + line.name.removeprefix("本年")
    headings = [row[0] for row in form.body[: line.row] if row.count("<") == form.width - 1]
    section = headings[-1].partition("、")[2] if headings else ""
    return section + " ".join(part for part in (column.title, line.title) if part) or form.title


def _spare_classes(board: Board, edition: Edition, row: int) -> int:
    """Rows for 类 that the user names by their code."""
    styles, form = board.styles, edition.forms["general"]
    for number in range(_SPARE_CLASSES):
        board.put(row + number, 0, form.number, styles("cell", "centre"))
        board.put(row + number, 1, None, styles("cell", "centre", "text", "entry"))
        board.put(row + number, 2, None, styles("cell", "left", "entry"))
        board.put(row + number, 3, "1", styles("cell", "centre", "text"))
        board.validate(
            row + number,
            1,
            validate="any",
            input_title="科目代码",
            input_message="填三位的类级科目代码，如 208；不用的行留空。",
        )
        for at in (_LAST_YEAR, _BUDGET):
            board.put(row + number, at, None, styles("cell", "amount", "entry"))
            _message(board, row + number, at)
    return row + _SPARE_CLASSES


def _message(board: Board, row: int, column: int) -> None:
    what = "上年决算数" if column == _LAST_YEAR else "年初预算数"
    board.validate(
        row,
        column,
        validate="decimal",
        criteria="between",
        minimum=-9_999_999_999_999,
        maximum=9_999_999_999_999,
        input_title=what,
        input_message=f"填{what}，用于情况说明中的增减、增减率和完成率。上年没有的留空。",
        error_type="warning",
        error_title="请核对",
        error_message="这里应填数字。",
    )


def _facts(board: Board, report: Report | None, top: int) -> None:
    styles = board.styles
    texts = report.texts if report else {}
    unit = report.unit.value if report else "按金额单位"
    listed = [*FACTS, *(Field(key, key) for key in texts if is_fact(key) and key not in _KNOWN)]
    places: tuple[tuple[int, int], ...] = ((0, 2), (3, 4), (5, 5), (6, 6))
    for (first, end), heading in zip(places, FACTS_TABLE.headings, strict=True):
        board.merge(Area(top, first, top, end), heading.label, styles("cell", "band", "centre"))
    board.sheet.set_column(6, 6, 12, None, {"hidden": True})
    for row, field in enumerate(listed, top + 1):
        content = fact_content(texts[field.key]) if field.key in texts else None
        number = {"amount": "amount", "count": "count"}.get(field.kind, "left")
        if isinstance(content, str):
            number = "left"
        board.merge(Area(row, 0, row, 2), field.label, styles("cell", "left", "indent"))
        board.merge(Area(row, 3, row, 4), content, styles("cell", number, "entry", "wrap"))
        board.put(row, 5, unit if field.kind == "amount" else field.unit, styles("cell", "centre"))
        board.put(row, 6, field.key, styles("hint"))
        if isinstance(content, str):
            board.sheet.set_row(row, 15 * lines_needed(content, _WIDTHS[3] + _WIDTHS[4]) + 5)


_KNOWN = {field.key for field in FACTS}


def _print(board: Board) -> None:
    page = board.sheet
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, _TOP - 1)
    page.center_horizontally()
    page.hide_gridlines(2)
    page.set_tab_color("#70AD47")
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    page.set_selection(_TOP, _LAST_YEAR, _TOP, _LAST_YEAR)


def spot(rows: Mapping[Ref, int], ref: Ref, budget: bool = False) -> Spot:
    """Where a figure stands: row and column."""
    return rows[ref], _BUDGET if budget else _LAST_YEAR
