"""Builds workbooks: the empty template of an edition, or one filled with a report.

``build`` writes all sheets with XlsxWriter, which alone stores a value beside a formula. The same input
gives the same bytes. ``create`` does so for a user: atomically, and never over an existing file unasked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from xltools.amount import Unit
from xltools.editions import Edition
from xltools.errors import XltoolsError
from xltools.finding import Severity
from xltools.report import Cover, Place, Ref, Report
from xltools.workbook.layout import (
    ANALYSIS,
    COMPARISON,
    COVER,
    EVALUATION,
    FINDINGS,
    NARRATIVE,
    OVERVIEW,
    UNCHECKED,
    sheet_name,
)
from xltools.workbook.save import put_new, save, worded
from xltools.workbook.template.analysis import write_analysis
from xltools.workbook.template.board import Board, a1
from xltools.workbook.template.comparison import write_comparison
from xltools.workbook.template.cover import write_cover
from xltools.workbook.template.evaluation import write_evaluation
from xltools.workbook.template.findings import Found, write_findings
from xltools.workbook.template.forms import sheet_of, write_form
from xltools.workbook.template.prose import Said, write_narrative, write_overview
from xltools.workbook.template.styles import DEFAULT_FONT, Styles

_CREATED = datetime(2025, 1, 1)
"""Pinned, so that the same figures give the same file."""
_CALC_ID = 191029
"""Excel 2019 and 365: with a current id and without fullCalcOnLoad the stored values are shown."""


@dataclass(frozen=True, slots=True)
class Results:
    """What other rooms know of a report and the workbook shows: findings as rows (None: never checked), what
    was not checked (rule and reason), and the generated sentences."""

    found: Sequence[Found] | None = None
    not_checked: Sequence[tuple[str, str]] = ()
    sentences: Sequence[Said] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote: cells with a function of ours by sheet, function calls in all (a cell may hold
    several), and where every figure stands."""

    cells: dict[str, int]
    calls: int
    places: dict[Ref, Place]

    @property
    def total(self) -> int:
        """Cells with a function of ours."""
        return sum(self.cells.values())


def build(
    edition: Edition,
    report: Report | None,
    target: str | Path | BinaryIO,
    unit: Unit | None = None,
    results: Results | None = None,
) -> Built:
    """Writes the workbook of ``report``, or the empty template of ``edition`` when it is None.

    ``unit`` is that of the empty template (万元 when not given); a report has its own.
    """
    import xlsxwriter

    if report and unit and unit is not report.unit:
        raise XltoolsError(
            f"数据的金额单位是{report.unit.value}，不能建成{unit.value}的工作簿。",
            "请去掉 --unit，或换用相应的数据。",
        )
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_format_properties": DEFAULT_FONT,
        },
    )
    boards = _Boards(book)
    _fill(boards, edition, report, report.unit if report else unit or Unit.WAN, results or Results())
    name = f"{report.cover.entity}部门（单位）决算公开工作簿" if report else edition.title
    book.set_properties({"title": name, "created": _CREATED})
    book.set_calc_mode("auto", _CALC_ID)
    book.calc_on_load = False
    book.close()
    made = boards.made.values()
    return Built(
        {board.name: len(board.calls) for board in made if board.calls},
        sum(call.count for board in made for call in board.calls.values()),
        {ref: Place(board.name, a1(*spot)) for board in made for ref, spot in board.places.items()},
    )


@lru_cache
def _sheet_class() -> type[Any]:
    """XlsxWriter's worksheet, that takes formulas as they are: looking in each for thirty functions that are
    newer than the file format, which ours do not use, costs a quarter of the whole build."""
    from xlsxwriter.worksheet import Worksheet

    class Sheet(Worksheet):  # type: ignore[misc]
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("{").removeprefix("=").removesuffix("}")

    return Sheet


class _Boards:
    """The sheets of a workbook in order, each with its memory."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.styles = Styles(book)
        self.made: dict[str, Board] = {}

    def add(self, name: str) -> Board:
        sheet = self.book.add_worksheet(name, worksheet_class=_sheet_class())
        board = Board(sheet, name, self.styles, others=self.made)
        self.made[name] = board
        return board


def _fill(boards: _Boards, edition: Edition, report: Report | None, unit: Unit, results: Results) -> None:
    cover = report.cover if report else Cover(year=edition.year)
    forms = {form.id: sheet_of(edition, form.id, report) for form in edition.forms.values()}
    evaluations = _evaluation_names(report) if edition.self_evaluation else []
    # Sheets stand in this order; 分析 refers to 上年数与预算, which is written before it.
    first = boards.add(COVER)
    for sheet in forms.values():
        boards.add(sheet_name(sheet.form))
    for name in (COMPARISON, ANALYSIS, NARRATIVE, *evaluations, OVERVIEW, FINDINGS):
        boards.add(name)
    stated = [(sheet_name(sheet.form), sheet.form.title) for sheet in forms.values()]
    stated += [(COMPARISON, "比较用的上年决算数、年初预算数"), (NARRATIVE, "各段文字和原因")]
    stated += [(name, "项目支出绩效自评表") for name in evaluations]
    states = [(name, title, _state(name, results.found)) for name, title in stated]
    write_cover(first, edition, cover, unit, states)
    for sheet in forms.values():
        write_form(boards.made[sheet_name(sheet.form)], edition, sheet, report)
    rows = write_comparison(boards.made[COMPARISON], edition, report)
    write_analysis(boards.made[ANALYSIS], boards.book, edition, forms, rows, report)
    write_narrative(boards.made[NARRATIVE], edition, report, results.sentences)
    if edition.self_evaluation:
        filled = report.self_evaluations if report else []
        for number, name in enumerate(evaluations, 1):
            one = filled[number - 1] if number <= len(filled) else None
            write_evaluation(boards.made[name], edition.self_evaluation, one, cover.year, unit.value, number)
    write_overview(boards.made[OVERVIEW], report)
    explanations = report.explanations if report else {}
    write_findings(boards.made[FINDINGS], results.found, results.not_checked, explanations)
    for board in boards.made.values():
        board.finish()
    first.sheet.activate()


def _state(name: str, found: Sequence[Found] | None) -> str:
    """通过, 2 处错误, 1 处核实, 未校验."""
    if found is None:
        return UNCHECKED
    here = [one.severity for one in found if one.cells[1] == name]
    for severity in (Severity.ERROR, Severity.VERIFY):
        if severity in here:
            return f"{here.count(severity)} 处{severity.value}"
    return "通过"


def _evaluation_names(report: Report | None) -> list[str]:
    count = max(1, len(report.self_evaluations) if report else 1)
    return [EVALUATION if number == 1 else f"{EVALUATION}{number}" for number in range(1, count + 1)]


def create(
    path: str | Path,
    edition: Edition,
    report: Report | None = None,
    unit: Unit | None = None,
    overwrite: bool = False,
    results: Results | None = None,
) -> Built:
    """``build`` to a file, atomically. Raises XltoolsError when it exists (and not ``overwrite``), lies in a
    folder that is not there, or cannot be written."""
    path = Path(path)
    if path.is_dir():
        raise XltoolsError(f"“{path}”是文件夹。", "请写出工作簿的文件名，如 决算.xlsx。")
    if path.exists() and not overwrite:
        raise XltoolsError(f"“{path}”已经存在，没有覆盖。", "请换一个文件名，或先移走原来的文件。")
    if not path.parent.is_dir():
        raise _cannot_write(path, FileNotFoundError())
    made = BytesIO()
    built = build(edition, report, made, unit, results)
    if overwrite:
        save(path, made.getvalue(), backup=False)
        return built
    try:
        put_new(path, made.getvalue())
    except OSError as error:
        raise _cannot_write(path, error) from error
    return built


def _cannot_write(path: Path, error: OSError) -> XltoolsError:
    if isinstance(error, FileExistsError):
        return XltoolsError(f"“{path}”已经存在，没有覆盖。", "请换一个文件名，或先移走原来的文件。")
    if isinstance(error, FileNotFoundError):
        return XltoolsError(f"没有文件夹“{path.parent}”。", "请先建立文件夹，或换一个位置。")
    return worded(error, path)
