"""PDF with no office installed: the document as data for ``pdf.typ``, set by typst with packaged fonts.

仿宋, 楷体 and 小标宋 exist in no free package that is installed with ours: Noto Serif SC stands in for
them and Noto Sans SC for 黑体. The file is tagged (PDF/UA-1) and, from the same document, always the same.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from xltools.errors import XltoolsError
from xltools.export.charts import draw, svg
from xltools.export.document import (
    DRAFT,
    Chart,
    Contents,
    Cover,
    Document,
    Heading,
    Notice,
    PageBreak,
    Paragraph,
    Placed,
    Slot,
    Table,
    lay_out,
    outline,
    sections,
)
from xltools.export.package import clean
from xltools.export.page import (
    LINE,
    PAGES,
    TALLEST_WHOLE,
    column_widths,
    lines_of,
    meta_lines,
    row_height,
    table_size,
)

_TEMPLATE = Path(__file__).with_name("pdf.typ")
_SERIF, _SANS = "Noto Serif SC", "Noto Sans SC"
_FONTS = {"body": [_SERIF], "title": [_SERIF], "heading": [_SANS]}
STANDARD = "ua-1"


def write(document: Document) -> bytes:
    """The document as PDF. Raises XltoolsError when typst or its fonts are not installed."""
    import typst

    try:
        return bytes(_compiler(document).compile(format="pdf", pdf_standards=STANDARD))
    except typst.TypstError:
        # A document that the standard refuses (say, headings that skip a level) is still worth printing.
        return bytes(_compiler(document).compile(format="pdf"))


def pages(document: Document) -> dict[str, int]:
    """The printed page number of each outline entry, by anchor, in the layout of ``write``."""
    found = json.loads(_compiler(document).query("metadata", field="value"))
    numbers = {str(mark["anchor"]): int(mark["page"]) for mark in found}
    return {entry.anchor: numbers[entry.anchor] for entry in outline(document) if entry.anchor in numbers}


def _compiler(document: Document) -> Any:
    try:
        import typst
    except ImportError as error:
        raise XltoolsError(
            "没有安装 typst，无法生成 PDF。", "请执行 pip install typst pylopdf-fonts-zh-cn。"
        ) from error
    data = json.dumps(_document(document), ensure_ascii=False)
    return typst.Compiler(_TEMPLATE.read_bytes(), font_paths=_fonts(), sys_inputs={"data": data})


@lru_cache(1)
def _fonts() -> Any:
    import typst

    try:
        import pylopdf_fonts_zh_cn as packaged
    except ImportError as error:
        raise XltoolsError(
            "没有安装 PDF 用的中文字体。", "请执行 pip install pylopdf-fonts-zh-cn。"
        ) from error
    folder = str(Path(packaged.serif_path()).parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _document(document: Document) -> dict[str, Any]:
    parts = []
    for section in sections(document):
        page = PAGES[section.orientation]
        sizes = {name: getattr(page, name) for name in ("width", "height", "top", "bottom", "left", "right")}
        blocks = [_block(placed) for placed in section.blocks]
        parts.append({"page": sizes, "numbered": section.numbered, "first": section.first, "blocks": blocks})
    return {
        **{"title": clean(document.title), "entity": clean(document.entity), "draft": document.draft},
        **{"watermark": DRAFT, "fonts": _FONTS, "line": LINE, "sections": parts},
    }


def _block(placed: Placed) -> dict[str, Any]:
    block = placed.block
    anchor = placed.entry.anchor if placed.entry else ""
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": clean(block.text), "anchor": anchor}
        case Paragraph():
            runs = [{"text": clean(run.text), "strong": run.strong} for run in block.runs]
            return {"kind": "paragraph", "style": block.style, "runs": runs}
        case Table():
            return _table(block, anchor)
        case Chart():
            drawing = draw(block)
            texts = {"svg": svg(drawing), "alt": clean(block.alt), "title": clean(block.title)}
            return {"kind": "chart", "width": drawing.width, **texts}
        case Cover():
            return {
                "kind": "cover",
                "lines": [clean(line) for line in block.lines],
                "foot": clean(block.foot),
            }
        case Contents():
            return {"kind": "contents", "title": clean(block.title), "depth": block.depth}
        case Notice():
            return {"kind": "notice", "title": clean(block.title), "items": [clean(i) for i in block.items]}
        case PageBreak():
            return {"kind": "break"}


def _table(table: Table, anchor: str) -> dict[str, Any]:
    widths = column_widths(table)
    rows = []
    for slots in lay_out(table.header + table.body):
        whole = lines_of(table, slots, widths) < TALLEST_WHOLE
        rows.append([_cell(table, slot, whole) for slot in slots if slot.top])
    flat = [cell for row in rows for cell in row]
    heads = sum(len(row) for row in rows[: len(table.header)])
    return {
        **{"kind": "table", "title": clean(table.title), "entry": clean(table.entry), "anchor": anchor},
        "meta": [[clean(text) for text in line] for line in meta_lines(table)],
        **{"notes": [clean(note) for note in table.notes], "widths": widths, "size": table_size(table)},
        **{"row-height": row_height(table), "header": flat[:heads], "body": flat[heads:]},
    }


def _cell(table: Table, slot: Slot, whole: bool) -> dict[str, Any]:
    cell = slot.cell
    return {
        **{"text": clean(cell.text), "columns": cell.columns, "rows": cell.rows},
        **{"align": table.align_of(slot), "breakable": not whole or cell.rows > 1},
    }
