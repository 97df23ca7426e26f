"""The built workbook: fresh, complete, computed right, small enough, and read back as it was written."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.effort import first
from tests.units import random_report
from tests.workbook.loaded import loaded
from xltools import build as builder
from xltools import figures
from xltools.amount import Unit
from xltools.editions import FOLDER, load
from xltools.errors import XltoolsError
from xltools.report import TOTAL, Ref, Report
from xltools.workbook import layout
from xltools.workbook.address import join
from xltools.workbook.dependents import dependents
from xltools.workbook.evaluate import Evaluator
from xltools.workbook.grid import file_grids
from xltools.workbook.package import open_package
from xltools.workbook.read import read
from xltools.workbook.surgery import Content, Edits, SheetEdit, edit
from xltools.workbook.template import build, create

WORKBOOKS = Path(__file__).parent.parent.parent / "workbooks"
EDITION = load()
SHEETS = [
    "封面", *(f"公开{number:02}表" for number in range(1, 11)), "上年数与预算", "分析", "情况说明",
    "绩效自评", "概况与名词", "审核结果",
]  # fmt: skip


@pytest.fixture(scope="module")
def example() -> Report:
    return figures.load(FOLDER / "shanxi_2024" / "example.json")


@pytest.fixture(scope="module")
def book() -> Any:
    return loaded(WORKBOOKS / "example.xlsx")


@pytest.fixture(scope="module")
def empty() -> Any:
    return loaded(WORKBOOKS / "template.xlsx")


def formulas(name: str) -> dict[str, dict[str, str]]:
    book = loaded(WORKBOOKS / name)
    return {
        sheet.title: {
            cell.coordinate: str(cell.value)
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.value.startswith("=")
        }
        for sheet in book
    }


# --- the files ---------------------------------------------------------------------------------------


def test_the_committed_workbooks_are_fresh(tmp_path: Path) -> None:
    builder.workbooks(tmp_path)
    for name in ("template.xlsx", "example.xlsx"):
        assert (tmp_path / name).read_bytes() == (WORKBOOKS / name).read_bytes(), name


@pytest.mark.parametrize("name", ["template.xlsx", "example.xlsx"])
def test_package(name: str) -> None:
    with zipfile.ZipFile(WORKBOOKS / name) as package:
        workbook = package.read("xl/workbook.xml").decode()
        core = package.read("docProps/core.xml").decode()
    assert "fullCalcOnLoad" not in workbook and 'calcId="191029"' in workbook
    assert "<dc:creator></dc:creator>" in core and "<cp:lastModifiedBy></cp:lastModifiedBy>" in core
    assert "sheetProtection" not in workbook


def test_sheets_in_their_order(book: Any, empty: Any) -> None:
    assert book.sheetnames == empty.sheetnames == SHEETS
    assert not any(sheet.protection.sheet for sheet in book)


# --- round trip --------------------------------------------------------------------------------------


def test_example_comes_back_as_it_was() -> None:
    source = figures.load(FOLDER / "shanxi_2024" / "example.json")
    reading = read(WORKBOOKS / "example.xlsx")
    assert figures.dump(reading.report) == figures.dump(source)
    assert not reading.troubles and not reading.missing


def test_empty_template_holds_no_figures() -> None:
    report = read(WORKBOOKS / "template.xlsx").report
    assert not report.amounts and not report.last_year and not report.texts and not report.reasons
    assert report.unit is Unit.WAN and report.cover.year == 2024


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("seed", first(1, range(3)))
def test_random_units_come_back(seed: int, unit: Unit, tmp_path: Path) -> None:
    report = random_report(seed, unit)
    build(EDITION, report, tmp_path / "x.xlsx")
    back = read(tmp_path / "x.xlsx").report
    assert back.amounts == report.amounts
    for form in EDITION.forms.values():
        if form.kind == "codes":
            assert back.lines.get(form.id, []) == report.lines.get(form.id, [])
    assert back.unit is unit


def test_zero_and_blank_stay_apart(example: Report, tmp_path: Path) -> None:
    """A typed 0, and a blank where the function gives a figure, are kept as they are."""
    zero, blank = Ref("three_public", "1", "7"), Ref("summary", "31", "1")
    changed = example.replaced({zero: Decimal(0), blank: None})
    build(EDITION, changed, tmp_path / "x.xlsx")
    back = read(tmp_path / "x.xlsx").report
    assert back.amounts[zero] == 0 and blank not in back.amounts


# --- formulas ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["template.xlsx", "example.xlsx"])
def test_stored_values_are_those_of_the_formulas(name: str) -> None:
    """Every formula of the forms and of 绩效自评 computed anew, by another program than the builder."""
    grids = {grid.name: grid for grid in file_grids(open_package(WORKBOOKS / name))}
    evaluator = Evaluator(grids, lambda formula: True)
    checked = 0
    for grid in grids.values():
        for address, formula in grid.facts.formulas.items():
            if "XT_" not in formula or grid.name == layout.ANALYSIS:
                continue  # 分析 looks up with functions that only LibreOffice computes here
            row, column = openpyxl.utils.cell.coordinate_to_tuple(address)
            stored = grid.rows[row - 1][column - 1]
            value = evaluator.compute(grid, address)
            if isinstance(value, Decimal):
                assert isinstance(stored, float | int), (grid.name, address, value, stored)
                assert round(stored, 9) == float(value), (grid.name, address, value, stored)
            else:
                assert (value or "") == (stored or ""), (grid.name, address, value, stored)
            checked += 1
    assert checked > 150


def test_functions_in_forms_stay_inside_their_form() -> None:
    for sheet, cells in formulas("example.xlsx").items():
        if sheet.startswith("公开"):
            assert not [f for f in cells.values() if "XT_" in f and "!" in f], sheet


def test_totals_of_a_unit_in_yuan_are_formulas(tmp_path: Path) -> None:
    """Exact figures obey every sum, so nothing is kept as a value."""
    report = random_report(5, Unit.YUAN)
    made = build(EDITION, report, tmp_path / "x.xlsx")
    book = loaded(tmp_path / "x.xlsx")
    for ref in (Ref("summary", "31", "1"), Ref("expenditure", "合计", "1"), Ref("general", "合计", "1")):
        place = made.places[ref]
        assert "XT_" in book[place.sheet][place.cell].value


def test_codes_typed_into_the_empty_template_are_summed(tmp_path: Path) -> None:
    book = loaded(WORKBOOKS / "template.xlsx")
    sheet = book["公开03表"]
    for row, code in enumerate(("201", "20103", "2010301", "2010399"), 8):
        sheet.cell(row, 1).value = code
    sheet["D10"], sheet["E11"] = 10.5, 6.22
    book.save(tmp_path / "x.xlsx")
    amounts = read(tmp_path / "x.xlsx").report.amounts
    for line in ("201", "20103", TOTAL):
        found = [amounts.get(Ref("expenditure", line, column)) for column in "1234"]
        assert found == [Decimal("16.72"), Decimal("10.50"), Decimal("6.22"), None]


def test_number_of_function_cells(example: Report) -> None:
    """What Excel computes anew in full, and after the change of any one figure (a call takes 4 ms)."""
    made = build(EDITION, example, BytesIO())
    assert made.total <= 240 and made.calls <= 250
    cells = formulas("example.xlsx")
    plain = {sheet: {a: f[1:] for a, f in found.items()} for sheet, found in cells.items()}
    worst, memo = 0, {}  # type: int, dict[tuple[str, str], Any]
    for ref, place in made.places.items():
        if ref.form == "self_evaluation" or place.cell in cells[place.sheet]:
            continue
        dirty = dependents(plain, {place.sheet: [place.cell]}, memo=memo)
        count = sum("XT_" in cells[sheet][address] for sheet, found in dirty.items() for address in found)
        worst = max(worst, count)
    assert 5 < worst <= 40


def test_printed_difference_is_kept_as_a_value(book: Any) -> None:
    """324.82 is printed where 324.81 + 0.02 are 324.83: no formula, and the cell still looks computed."""
    cell = book["公开01表"]["C33"]
    assert cell.value == 324.82
    assert cell.fill.fgColor.rgb == book["公开01表"]["C37"].fill.fgColor.rgb
    assert book["公开01表"]["C37"].value == "=XT_TOTAL(C33:C35)"


def test_sums_over_codes_begin_with_their_own_line(book: Any) -> None:
    """So that a row inserted directly under a code belongs to it."""
    sheet = book["公开03表"]
    assert sheet["E8"].value == "=XT_SUBTOTAL(A8,INDEX(A8:A$17,2):A$17,INDEX(E8:E$17,2):E$17)"
    assert sheet["A17"].value.startswith("注")


# --- what a person sees ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", EDITION.forms.values(), ids=lambda form: form.id)
def test_form_is_printed_cell_for_cell(form: Any, book: Any) -> None:
    sheet = book[form.number]
    assert sheet["A1"].value == form.title
    merged = {str(area) for area in sheet.merged_cells.ranges}
    for row, cells in enumerate(form.header, layout.HEADER_ROW + 1):
        for column, text in enumerate(cells, 1):
            if text in ("<", "^"):
                assert any(
                    join(row, column) in sheet[area] or _inside(sheet, area, row, column) for area in merged
                )
            else:
                assert (sheet.cell(row, column).value or "") == text
    if form.kind == "grid":
        top = layout.HEADER_ROW + len(form.header) + 1
        for row, cells in enumerate(form.body, top):
            for column, text in enumerate(cells, 1):
                if not text.startswith(("{", "<")):
                    assert (sheet.cell(row, column).value or "") == text
    texts = [cell.value for row in sheet.iter_rows() for cell in row]
    assert set(form.notes) <= set(texts)


def _inside(sheet: Any, area: str, row: int, column: int) -> bool:
    left, top, right, bottom = openpyxl.utils.range_boundaries(area)
    return bool(top <= row <= bottom and left <= column <= right)


@pytest.mark.parametrize("form", EDITION.forms.values(), ids=lambda form: form.id)
def test_print_set_up(form: Any, book: Any) -> None:
    sheet = book[form.number]
    assert sheet.page_setup.paperSize == 9 and sheet.page_setup.orientation == form.orientation
    assert sheet.page_setup.fitToWidth in (None, 1) and sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == f"$1:${layout.HEADER_ROW + len(form.header)}"
    assert sheet.freeze_panes and sheet.print_options.horizontalCentered


@pytest.mark.parametrize("name", ["template.xlsx", "example.xlsx"])
def test_every_amount_cell_has_an_input_message(name: str) -> None:
    report = figures.load(FOLDER / "shanxi_2024" / "example.json") if name == "example.xlsx" else None
    book = loaded(WORKBOOKS / name)
    places = build(EDITION, report, BytesIO()).places
    for ref, place in places.items():
        if ref.form == "self_evaluation":
            continue
        rules = [rule for rule in book[place.sheet].data_validations.dataValidation if place.cell in rule]
        assert rules and all(rule.prompt and rule.showInputMessage for rule in rules), ref


def test_lists_on_the_cover(empty: Any) -> None:
    lists = [rule for rule in empty["封面"].data_validations.dataValidation if rule.type == "list"]
    offered = {rule.formula1.strip('"') for rule in lists}
    assert {"元,万元", "单位决算,部门决算"} <= offered
    assert any("公益一类事业单位" in text for text in offered)


def test_entry_computed_and_unused_cells_look_different(empty: Any) -> None:
    sheet = empty["公开01表"]
    entry, computed, unused = (sheet[cell].fill.fgColor.rgb for cell in ("C7", "C33", "C15"))
    assert len({entry, computed, unused}) == 3
    assert empty["公开06表"]["I11"].value == "———"


def test_charts_and_widths(book: Any) -> None:
    assert len(book["分析"]._charts) == 4


def test_wide_amounts_widen_their_columns(example: Report, tmp_path: Path) -> None:
    report = replace(example, unit=Unit.YUAN, amounts={Ref("basic", "30101", "1"): Decimal("1234567890.12")})
    build(EDITION, report, tmp_path / "x.xlsx")
    sheet = loaded(tmp_path / "x.xlsx")["公开06表"]
    assert sheet.column_dimensions["C"].width > len("1,234,567,890.12")


def test_long_prose_is_not_clipped(book: Any) -> None:
    sheet = book["绩效自评"]
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and len(cell.value) > 60 and not cell.value.startswith("="):
                area = next((a for a in sheet.merged_cells.ranges if cell.coordinate in a), None)
                rows = range(area.min_row, area.max_row + 1) if area else range(cell.row, cell.row + 1)
                columns = (
                    range(area.min_col, area.max_col + 1) if area else range(cell.column, cell.column + 1)
                )
                height = sum(sheet.row_dimensions[number].height or 15 for number in rows)
                width = sum(
                    sheet.column_dimensions[openpyxl.utils.get_column_letter(number)].width
                    for number in columns
                )
                # 10.5 points: a Chinese character is as wide as two units, a line 14 points high.
                needed = -(-2 * len(cell.value) // int(width * 1.1)) * 13.5
                assert height >= min(needed, 409), cell.coordinate


# --- writing for a user ------------------------------------------------------------------------------


def test_create_never_overwrites_unasked(tmp_path: Path) -> None:
    path = tmp_path / "决算.xlsx"
    create(path, EDITION)
    before = path.read_bytes()
    with pytest.raises(XltoolsError, match="已经存在"):
        create(path, EDITION)
    assert path.read_bytes() == before
    create(path, EDITION, overwrite=True)
    assert [item.name for item in tmp_path.iterdir()] == ["决算.xlsx"]


def test_create_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(XltoolsError, match="没有文件夹"):
        create(tmp_path / "没有" / "x.xlsx", EDITION)
    with pytest.raises(XltoolsError, match="是文件夹"):
        create(tmp_path, EDITION)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for way in ("replace", "rename", "link"):
        monkeypatch.setattr(f"os.{way}", full)
    with pytest.raises(XltoolsError, match="没有写入"):
        create(tmp_path / "x.xlsx", EDITION)
    assert not list(tmp_path.iterdir())


def test_unit_of_the_figures_decides(example: Report) -> None:
    with pytest.raises(XltoolsError, match="金额单位是万元"):
        build(EDITION, example, BytesIO(), Unit.YUAN)
    buffer = BytesIO()
    build(EDITION, None, buffer, Unit.YUAN)
    cover = loaded(buffer.getvalue())["封面"]
    assert "元" in [cell.value for row in cover.iter_rows() for cell in row]


def test_national_edition_builds_too(tmp_path: Path) -> None:
    build(load("national_2024"), None, tmp_path / "x.xlsx")
    names = loaded(tmp_path / "x.xlsx").sheetnames
    assert "公开09表" in names and "公开10表" not in names and "绩效自评" not in names


def test_texts_that_look_like_formulas_stay_texts(example: Report, tmp_path: Path) -> None:
    report = replace(example, reasons={"summary": "=1+1", "general": "http://a.cn"})
    build(EDITION, report, tmp_path / "x.xlsx")
    assert read(tmp_path / "x.xlsx").report.reasons == report.reasons


def test_a_second_project_and_everything_typed_by_hand_come_back(example: Report, tmp_path: Path) -> None:
    second = replace(
        example.self_evaluations[0],
        project="第二个项目",
        indicators=example.self_evaluations[0].indicators[:5],
        total=Decimal(12),
        funds=[replace(fund, carryover=Decimal(0)) for fund in example.self_evaluations[0].funds],
    )
    report = replace(
        example,
        self_evaluations=[*example.self_evaluations, second],
        texts={**example.texts, "narrative.summary": "改写的一句。", "own.fact": "自己的事项"},
        reasons={**example.reasons, "own.reason": "自己的原因"},
        explanations={**example.explanations, "summary-05|summary[31,1]|1,2": "没有对应问题的说明"},
    )
    build(EDITION, report, tmp_path / "x.xlsx")
    assert figures.dump(read(tmp_path / "x.xlsx").report) == figures.dump(report)


def test_a_text_below_a_code_shows_in_its_subtotal(tmp_path: Path) -> None:
    """In an empty workbook each row has a formula: blank where nothing is below, not where it is wrong."""
    path = tmp_path / "新.xlsx"
    create(path, load("shanxi_2024"))
    cells: dict[str, Content] = {"A8": "201", "A9": "20103", "A10": "2010399", "D10": "八", "A11": "20199"}
    edit(path, Edits(sheets={"公开03表": SheetEdit(cells, frozenset(cells))}))
    reading = read(path)
    kinds = {
        finding.cells[0].place.cell: finding.kind for finding in reading.troubles if finding.cells[0].place
    }
    assert kinds["D10"] == "reading_text_amount"
    assert kinds["D8"] == kinds["D9"] == kinds["D7"] == "reading_error_value"
    assert not {"E8", "E9", "E10", "D11"} & kinds.keys(), "nothing is below, or nothing is wrong there"
    change = SheetEdit({"D10": Decimal("6.22")}, frozenset({"D10"}))
    edit(path, Edits(sheets={"公开03表": change}))
    assert read(path).report.amounts[Ref("expenditure", "201", "2")] == Decimal("6.22")
