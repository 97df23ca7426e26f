"""The published workbook: the figures as numbers, the official look, and nothing behind it."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.export.sample import document
from xltools.errors import XltoolsError
from xltools.export import xlsx
from xltools.export.document import Cell, Document, Table, grid, lay_out, paragraph
from xltools.export.package import unpack


@pytest.fixture(scope="module")
def example() -> bytes:
    return xlsx.write(document())


@pytest.fixture(scope="module")
def book(example: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(example))


def test_ten_tables_and_the_annex(book: Workbook) -> None:
    assert book.sheetnames == [*(f"公开{n:02}表" for n in range(1, 11)), "绩效自评"]


def test_every_cell_carries_its_text_or_its_number(book: Workbook) -> None:
    for table in (b for b in document().blocks if isinstance(b, Table)):
        sheet = book[table.sheet]
        first = 1 + bool(table.number) + any(table.meta) + 1
        assert sheet.cell(1, 1).value == table.title
        for row, slots in enumerate(lay_out(table.header + table.body), first):
            for slot in (s for s in slots if s.top):
                cell = sheet.cell(row, slot.column + 1)
                if slot.cell.number is None:
                    assert (cell.value or "") == slot.cell.text
                else:
                    assert Decimal(str(cell.value)) == slot.cell.number and cell.data_type == "n"
                    shown = f"{slot.cell.number:.{slot.cell.places}f}"
                    assert len(cell.number_format.partition(".")[2]) == len(shown.partition(".")[2])
        last = sheet.cell(first + len(table.header) + len(table.body), 1).value
        assert last == table.notes[0]


def test_merges_borders_and_print_setup(book: Workbook) -> None:
    sheet = book["公开04表"]
    assert "A4:C4" in {str(area) for area in sheet.merged_cells.ranges}
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    assert sheet.page_setup.fitToWidth == 1 and sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet["D9"].border.left.style == "thin" and sheet["A1"].font.name == "方正小标宋简体"
    assert "&P" in sheet.oddFooter.center.text


def test_values_only(book: Workbook) -> None:
    for sheet in book:
        assert sheet.sheet_state == "visible" and not sheet.data_validations.dataValidation
        assert not sheet.conditional_formatting and not sheet._hyperlinks
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not any(cell.data_type == "f" or cell.comment for cell in cells)
    assert not book.defined_names


def test_nobody_is_named(book: Workbook) -> None:
    assert not book.properties.creator and not book.properties.lastModifiedBy
    assert "openpyxl" not in "".join(
        c.decode("utf-8", "ignore") for c in unpack(xlsx.write(document())).values()
    )


def test_same_document_same_bytes(example: bytes) -> None:
    assert xlsx.write(document()) == example


def test_text_that_looks_like_a_formula_stays_text() -> None:
    table = Table("=1+1", grid([[Cell('=HYPERLINK("http://x")'), Cell("+1"), "@SUM(A1)"]]), sheet="表")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.write(Document("标题", (table,)))))["表"]
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.value] == ["s"] * 4
    assert sheet["A2"].value == '=HYPERLINK("http://x")'


def test_sheet_names_are_made_valid_and_different() -> None:
    tables = [replace(Table("表", grid([["a"]])), sheet="[坏]:名/" + "长" * 40) for _ in range(2)]
    book = openpyxl.load_workbook(io.BytesIO(xlsx.write(Document("标题", tuple(tables)))))
    assert len(book.sheetnames) == 2 and all(len(name) <= 31 for name in book.sheetnames)


def test_a_draft_prints_its_name_on_every_page() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.write(document(draft=True))))
    assert all("草稿" in sheet.oddHeader.center.text for sheet in book)


def test_without_tables_there_is_no_workbook() -> None:
    with pytest.raises(XltoolsError):
        xlsx.write(Document("标题", (paragraph("文"),)))
