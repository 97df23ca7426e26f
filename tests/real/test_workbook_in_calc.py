"""The built workbooks in LibreOffice: recalculated, changed, rows inserted, broken lines marked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from xltools.workbook.address import shift

pytestmark = pytest.mark.real

WORKBOOKS = Path(__file__).parent.parent.parent / "workbooks"


@pytest.fixture(scope="module", params=["example.xlsx", "template.xlsx"])
def opened(office: Any, request: pytest.FixtureRequest) -> Iterator[tuple[Any, Path]]:
    path = WORKBOOKS / request.param
    document = office.open(path)
    yield document, path
    document.close(True)


@pytest.fixture
def example(office: Any) -> Iterator[Any]:
    document = office.open(WORKBOOKS / "example.xlsx")
    yield document
    document.close(True)


def content(cell: Any) -> object:
    """Error number, text or number of a cell."""
    if cell.getError():
        return f"error {cell.getError()}"
    return cell.String if cell.FormulaResultType2 == 2 else round(cell.Value, 9)  # 2 is TEXT


def formula_cells(path: Path) -> Iterator[tuple[str, str]]:
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    yield sheet.title, cell.coordinate


def test_recalculated_values_are_the_stored_ones(opened: tuple[Any, Path]) -> None:
    document, path = opened
    cells = [document.Sheets.getByName(s).getCellRangeByName(a) for s, a in formula_cells(path)]
    before = [content(cell) for cell in cells]
    assert len(cells) > 250 and not [value for value in before if str(value).startswith("error")]
    document.calculateAll()
    changed = [
        (cell.AbsoluteName, old, new)
        for cell, old in zip(cells, before, strict=True)
        if (new := content(cell)) != old
    ]
    assert not changed


def test_inserted_rows_belong_to_the_sums(example: Any) -> None:
    """A row directly under its 款, one at the end of the table, and a deleted one."""
    sheet = example.Sheets.getByName("公开03表")
    example.calculateAll()
    parent, total = sheet.getCellRangeByName("E9"), sheet.getCellRangeByName("E7")
    assert sheet.getCellRangeByName("A9").String == "20103" and round(parent.Value, 2) == 6.22
    sheet.Rows.insertByIndex(9, 1)
    sheet.getCellRangeByName("A10").String = "2010301"
    sheet.getCellRangeByName("E10").Value = 1
    assert (round(parent.Value, 2), round(total.Value, 2)) == (7.22, 7.22)
    assert sheet.getCellRangeByName("A18").String.startswith("注")
    sheet.Rows.insertByIndex(17, 1)
    sheet.getCellRangeByName("A18").String = "2080599"
    sheet.getCellRangeByName("E18").Value = 2
    assert round(total.Value, 2) == 9.22
    sheet.Rows.removeByIndex(9, 1)
    assert (round(parent.Value, 2), round(total.Value, 2)) == (6.22, 8.22)


def criteria(path: Path, sheet: str) -> Iterator[tuple[str, str]]:
    """Every cell with a conditional format by formula, and the formula as it reads for that cell."""
    for area in openpyxl.load_workbook(path)[sheet].conditional_formatting:
        for rule in area.rules:
            (cells,) = area.cells.ranges
            for row in range(cells.min_row, cells.max_row + 1):
                for column in range(cells.min_col, cells.max_col + 1):
                    moved = shift(rule.formula[0], row - cells.min_row, column - cells.min_col)
                    yield openpyxl.utils.get_column_letter(column) + str(row), moved


def marked(document: Any, name: str) -> set[str]:
    """The cells of a form whose conditional format applies: the criteria computed in spare cells."""
    sheet = document.Sheets.getByName(name)
    found = set()
    for number, (cell, formula) in enumerate(criteria(WORKBOOKS / "example.xlsx", name)):
        row, _ = coordinate_to_tuple(cell)
        spare = sheet.getCellByPosition(60 + number, row + 200)
        spare.Formula = "=" + formula.replace(",", ";")
        assert not spare.getError(), (cell, formula)
        if spare.Value:
            found.add(cell)
    return found


@pytest.mark.parametrize("name", [f"公开{number:02}表" for number in range(1, 11)])
def test_nothing_is_marked_in_the_example(example: Any, name: str) -> None:
    assert marked(example, name) == set()


def test_a_changed_figure_is_marked_where_it_breaks_a_line(example: Any) -> None:
    sheet = example.Sheets.getByName("公开03表")
    sheet.getCellRangeByName("E10").Value = 6.32  # 2010399 项目支出, was 6.22
    sheet.getCellRangeByName("C10").Value = 6.22
    found = marked(example, "公开03表")
    assert "C10" in found and "E9" not in found  # the function follows, the typed total does not
    sheet.getCellRangeByName("E9").Value = 6.22
    assert "E9" in marked(example, "公开03表")


def test_yuan_allow_no_difference(example: Any) -> None:
    cover = example.Sheets.getByName("封面")
    for row in range(30):
        if cover.getCellByPosition(1, row).String == "金额单位":
            cover.getCellByPosition(2, row).String = "元"
    assert "C33" in marked(example, "公开01表")  # 324.82 against 324.83
