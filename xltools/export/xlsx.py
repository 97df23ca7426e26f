"""The published workbook: the tables as values, in the official look, and nothing else."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from xltools.errors import XltoolsError
from xltools.export.document import CENTRE, DRAFT, RIGHT, Document, Orientation, Slot, Table, flow, lay_out
from xltools.export.package import clean, pack, unpack, xml_text
from xltools.export.page import (
    PAGES,
    XIAOWU,
    column_widths,
    display_width,
    lines_of,
    row_height,
    table_size,
)

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_TITLE, _SONG = "方正小标宋简体", "宋体"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_CODES_ARE_TEXTS = b'<ignoredErrors><ignoredError sqref="A1:Z999" numberStoredAsText="1"/></ignoredErrors>'
"""Keeps Excel from marking every code and 行次 with a green corner."""
_INCH = 254
_ONE_PAGE = 45
"""Rows up to which a form is printed on one page, the way the official ones are."""
_TALLEST = 409
"""Excel's limit for the height of a row in points."""


def write(document: Document) -> bytes:
    """The tables that name a sheet, one a sheet, in reading order. Raises XltoolsError if there is none."""
    from openpyxl import Workbook

    tables = [item.block for item in flow(document) if isinstance(item.block, Table) and item.block.sheet]
    if not tables:
        raise XltoolsError("没有可以公开的表。", "请检查工作簿中是否有公开表。")
    book = Workbook()
    del book[book.active.title]  # type: ignore[union-attr]
    for table in tables:
        _sheet(book, table, document.draft)
    book.active = 0
    return _plain(_saved(book), document)


def _saved(book: Workbook) -> bytes:
    """The bytes of the workbook. openpyxl writes each sheet to a file for the moment, where others may look
    and a killed process leaves it; here nothing leaves the memory."""
    from zipfile import ZIP_DEFLATED, ZipFile

    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class InMemory(ExcelWriter):
        _archive: Any

        def write_worksheet(self, ws: Any) -> None:
            ws._drawing = SpreadsheetDrawing()
            target = io.BytesIO()
            writer: Any = WorksheetWriter(ws, target)
            writer.write()
            ws._rels = writer._rels
            self._archive.writestr(ws.path[1:], target.getvalue())
            self.manifest.append(ws)

    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        InMemory(book, archive).save()
    return buffer.getvalue()


def _sheet(book: Workbook, table: Table, draft: bool) -> None:
    sheet = book.create_sheet(_free_name(book, table.sheet))
    widths = column_widths(table)
    _columns(sheet, widths)
    row = _above(sheet, table)
    first = row
    for slots in lay_out(table.header + table.body):
        for slot in slots:
            if slot.top:
                _cell(sheet, table, slot, row)
        sheet.row_dimensions[row].height = _height(table, slots, widths)
        row += 1
    _frame(sheet, first, row - 1, table)
    for note in table.notes:
        _line(sheet, row, 1, table.columns, note, size=9, height=12 * _wrapped(note, sum(widths), 18) + 4)
        row += 1
    _page(sheet, table, draft, first, row - 1)


def _free_name(book: Workbook, wished: str) -> str:
    """A sheet name that Excel accepts and the workbook has not yet."""
    name = _FORBIDDEN.sub("_", clean(wished)).strip("'")[:31] or "表"
    number = 1
    result = name
    while result.casefold() in {existing.casefold() for existing in book.sheetnames}:
        number += 1
        result = f"{name[:28]}_{number}"
    return result


def _columns(sheet: Worksheet, widths: list[int]) -> None:
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(widths, 1):
        # A column of width 1 is one digit of 11 points, about 5.3 points wide.
        sheet.column_dimensions[get_column_letter(number)].width = width * 100 // 525 / 10


def _above(sheet: Worksheet, table: Table) -> int:
    """Title, number of the form and the line with its unit; gives the first free row."""
    last = table.columns
    _line(sheet, 1, 1, last, table.title, size=16, align=CENTRE, height=26, font=_TITLE)
    row = 2
    if table.number:
        _line(sheet, row, 1, last, table.number, size=10, align=RIGHT, height=15)
        row += 1
    left, centre, right = table.meta
    if any(table.meta):
        if not left and not right:
            _line(sheet, row, 1, last, centre, size=10, align=CENTRE, height=15)
        else:
            joined = "    ".join(text for text in (left, centre) if text)
            half = max(1, last - max(1, last // 3))
            _line(sheet, row, 1, half, joined, size=10, height=15)
            if last > half:
                _line(sheet, row, half + 1, last, right, size=10, align=RIGHT, height=15)
        row += 1
    return row


def _line(
    sheet: Worksheet,
    row: int,
    first: int,
    last: int,
    text: str,
    size: int,
    align: str = "left",
    height: int = 15,
    font: str = _SONG,
) -> None:
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(row, first)
    _put(cell, text)
    cell.font = Font(name=font, size=size)
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
    if last > first:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)
    sheet.row_dimensions[row].height = height


def _put(cell: object, text: str) -> None:
    """A text as a text, also where it begins like a formula."""
    cell.value = clean(text) or None  # type: ignore[attr-defined]
    if cell.value is not None:  # type: ignore[attr-defined]
        cell.data_type = "s"  # type: ignore[attr-defined]


def _cell(sheet: Worksheet, table: Table, slot: Slot, row: int) -> None:
    from openpyxl.styles import Alignment, Font

    source, column = slot.cell, slot.column + 1
    cell = sheet.cell(row, column)
    if source.number is None:
        _put(cell, source.text)
    else:
        cell.value = source.number
        cell.number_format = "0" + ("." + "0" * source.places if source.places else "")
    cell.font = Font(name=_SONG, size=9 if table_size(table) == XIAOWU else 10)
    cell.alignment = Alignment(horizontal=table.align_of(slot), vertical="center", wrap_text=True)
    if source.columns > 1 or source.rows > 1:
        sheet.merge_cells(
            start_row=row,
            start_column=column,
            end_row=row + source.rows - 1,
            end_column=column + source.columns - 1,
        )


def _height(table: Table, slots: list[Slot], widths: list[int]) -> int:
    lines = lines_of(table, slots, widths)
    return min(_TALLEST, max(row_height(table) + 2, 12 * lines + 4))


def _wrapped(text: str, width: int, half_points: int) -> int:
    return max(1, -(-display_width(text) * half_points * 10 // 4 // max(1, width)))


def _frame(sheet: Worksheet, first: int, last: int, table: Table) -> None:
    from openpyxl.styles import Border, Side

    thin = Side(style="thin")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    for row in sheet.iter_rows(min_row=first, max_row=last, max_col=table.columns):
        for cell in row:
            cell.border = border


def _page(sheet: Worksheet, table: Table, draft: bool, first: int, last: int) -> None:
    """A4, one page wide, the page number as in the document; header rows are repeated where there are
    several pages (that takes the built-in name Print_Titles, else the workbook has no names)."""
    page = PAGES[table.orientation]
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape" if table.orientation is Orientation.LANDSCAPE else "portrait"
    whole = last <= _ONE_PAGE and not table.compact
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(whole)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    for side in ("top", "bottom", "left", "right"):
        setattr(sheet.page_margins, side, getattr(page, side) * 10 / _INCH)
    sheet.print_options.horizontalCentered = True
    if table.header and not whole:
        sheet.print_title_rows = f"{first}:{first + len(table.header) - 1}"
    sheet.oddFooter.center.text = "— &P —"  # type: ignore[union-attr]
    if draft:
        sheet.oddHeader.center.text = f"{DRAFT}（不得公开）"  # type: ignore[union-attr]
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.tabSelected = sheet.parent.index(sheet) == 0  # type: ignore[union-attr]


def _plain(data: bytes, document: Document) -> bytes:
    """The package without the names, dates and programs that openpyxl puts in, always the same bytes."""
    parts = unpack(data)
    core = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{xml_text(document.title)}</dc:title>'
        "<dc:creator></dc:creator></cp:coreProperties>"
    )
    app = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Application>xltools</Application></Properties>"
    )
    parts["docProps/core.xml"], parts["docProps/app.xml"] = core.encode(), app.encode()
    for name, content in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            parts[name] = content.replace(b"</worksheet>", _CODES_ARE_TEXTS + b"</worksheet>")
    return pack(parts)
