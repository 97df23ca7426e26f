"""Tables as WordprocessingML: fixed grid, repeated header rows, rows that do not split."""

from __future__ import annotations

from xltools.export.document import CENTRE, LEFT, RIGHT, Slot, Table, lay_out
from xltools.export.docx.text import Marks, paragraph, text_run
from xltools.export.package import clean, xml_text
from xltools.export.page import (
    CELL_MARGIN,
    TALLEST_WHOLE,
    XIAOWU,
    column_widths,
    lines_of,
    row_height,
    table_size,
)

_STYLES = {LEFT: "TableLeft", CENTRE: "TableCentre", RIGHT: "TableRight"}
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")


def twips(millimetres: int) -> int:
    """Millimetres as twentieths of a point."""
    return millimetres * 14400 // 254


def table_xml(table: Table, marks: Marks) -> str:
    """The grid of ``table``, as wide as the text of its page."""
    widths = column_widths(table)
    total = 2 * sum(widths)
    size = table_size(table)
    columns = "".join(f'<w:gridCol w:w="{2 * width}"/>' for width in widths)
    rows = "".join(
        _row(table, slots, widths, size, marks, header=number < len(table.header))
        for number, slots in enumerate(lay_out(table.header + table.body))
    )
    return f"<w:tbl>{_properties(table, total)}<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"


def _properties(table: Table, total: int) -> str:
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in _SIDES)
    margins = "".join(f'<w:{side} w:w="{CELL_MARGIN * 20}" w:type="dxa"/>' for side in ("left", "right"))
    name = f"{table.number} {table.title}".strip()
    first_column = 0 in table.row_headers
    look = f"{0x0620 | 0x0080 * first_column:04X}"
    return (
        f'<w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{margins}</w:tblCellMar>"
        f'<w:tblLook w:val="{look}" w:firstRow="1" w:lastRow="0" w:firstColumn="{int(first_column)}"'
        ' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{xml_text(name)}"/>'
        f'<w:tblDescription w:val="{xml_text(table.summary or name)}"/></w:tblPr>'
    )


def _row(table: Table, slots: list[Slot], widths: list[int], size: int, marks: Marks, header: bool) -> str:
    cells = "".join(_cell(table, slot, widths, size, marks) for slot in slots)
    whole = "<w:cantSplit/>" if header or lines_of(table, slots, widths) < TALLEST_WHOLE else ""
    repeated = "<w:tblHeader/>" if header else ""
    height = f'<w:trHeight w:val="{row_height(table) * 20}" w:hRule="atLeast"/>'
    return f"<w:tr><w:trPr>{whole}{height}{repeated}</w:trPr>{cells}</w:tr>"


def _cell(table: Table, slot: Slot, widths: list[int], size: int, marks: Marks) -> str:
    cell = slot.cell
    width = 2 * sum(widths[slot.column : slot.column + cell.columns])
    span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
    merge = ""
    if cell.rows > 1:
        merge = '<w:vMerge w:val="restart"/>' if slot.top else "<w:vMerge/>"
    content = _content(table, slot, size, marks) if slot.top else paragraph(_style(LEFT, size))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}<w:vAlign w:val="center"/></w:tcPr>'
        f"{content}</w:tc>"
    )


def _style(align: str, size: int) -> str:
    return _STYLES[align] + ("Small" if size == XIAOWU else "")


def _content(table: Table, slot: Slot, size: int, marks: Marks) -> str:
    style = _style(table.align_of(slot), size)
    lines = clean(slot.cell.text).split("\n")
    if lines == [""]:
        return paragraph(style)
    inner = [text_run(line) for line in lines]
    inner[0] = marks.fact(inner[0], slot.cell.fact)
    return "".join(paragraph(style, run) for run in inner)
