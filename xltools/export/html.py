"""One web page: semantic tables, a contents list, styles for phone and print; no scripts, no network."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from xltools.export.charts import draw, svg
from xltools.export.document import (
    Cell,
    Chart,
    Contents,
    Cover,
    Document,
    Entry,
    Heading,
    Notice,
    Orientation,
    Paragraph,
    Placed,
    Slot,
    Table,
    flow,
    lay_out,
    outline,
)
from xltools.export.package import xml_text
from xltools.export.page import TALLEST_WHOLE, column_widths, lines_of

_STYLE = Path(__file__).with_name("html.css")
_CHART_WIDTH = 1000
"""Narrower than on paper, so that its letters stay readable on a phone."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write(document: Document) -> bytes:
    """The document as one HTML file, UTF-8."""
    style = _STYLE.read_text(encoding="utf-8")
    title = xml_text(document.title)
    draft = ' class="draft"' if document.draft else ""
    front, body = _split(flow(document))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{title}</title>\n<meta name="description" content="{title}">\n'
        f"<style>\n{style}</style>\n</head>\n<body{draft}>\n"
        '<a class="skip" href="#content">跳到正文</a>\n'
        f"{''.join(_front(document, placed) for placed in front)}"
        f'<main id="content">\n{_sections(body)}</main>\n</body>\n</html>\n'
    ).encode()


def _split(placed: list[Placed]) -> tuple[list[Placed], list[Placed]]:
    """Cover, notice and contents, and the rest."""
    front = [item for item in placed if isinstance(item.block, Cover | Contents | Notice)]
    body = [item for item in placed if not isinstance(item.block, Cover | Contents | Notice)]
    return front, body


def _front(document: Document, placed: Placed) -> str:
    block = placed.block
    if isinstance(block, Cover):
        *above, last = block.lines
        lines = "".join(f"<p>{xml_text(line)}</p>" for line in above)
        foot = f'<p class="foot">{xml_text(block.foot)}</p>' if block.foot else ""
        return f'<header class="cover">{lines}<h1>{xml_text(last)}</h1>{foot}</header>\n'
    if isinstance(block, Notice):
        items = "".join(f"<li>{xml_text(item)}</li>" for item in block.items)
        listed = f"<ol>{items}</ol>" if items else ""
        return (
            '<section class="notice" aria-labelledby="draft-notice">'
            f'<h2 id="draft-notice">{xml_text(block.title)}</h2>{listed}</section>\n'
        )
    if isinstance(block, Contents):
        entries = [entry for entry in outline(document) if entry.level <= block.depth]
        name = xml_text("".join(block.title.split()))
        return f'<nav aria-labelledby="contents"><h2 id="contents">{name}</h2>{_list(entries)}</nav>\n'
    return ""


def _list(entries: list[Entry]) -> str:
    """Nested lists of links; deeper entries lie in the one before them."""
    if not entries:
        return ""
    top = min(entry.level for entry in entries)
    starts = [number for number, entry in enumerate(entries) if entry.level == top]
    if starts[0] != 0:
        starts = [0, *starts]
    items = []
    for start, end in pairwise([*starts, len(entries)]):
        entry = entries[start]
        link = f'<a href="#{entry.anchor}">{xml_text(entry.text)}</a>'
        items.append(f"<li>{link}{_list(entries[start + 1 : end])}</li>")
    return f"<ol>{''.join(items)}</ol>"


def _sections(placed: list[Placed]) -> str:
    """The body; every part (level 1) is a section named by its heading."""
    pieces: list[str] = []
    opened = False
    for item in placed:
        if isinstance(item.block, Heading) and item.block.level == 1 and item.entry:
            pieces.append("</section>\n" if opened else "")
            pieces.append(f'<section aria-labelledby="{item.entry.anchor}">\n')
            opened = True
        pieces.append(_block(item))
    return "".join(pieces) + ("</section>\n" if opened else "")


def _block(placed: Placed) -> str:
    block = placed.block
    anchor = f' id="{placed.entry.anchor}"' if placed.entry else ""
    if isinstance(block, Heading):
        return f"<h{block.level + 1}{anchor}>{xml_text(block.text)}</h{block.level + 1}>\n"
    if isinstance(block, Paragraph):
        kind = "" if block.style == "body" else f' class="{block.style}"'
        runs = "".join(
            f"<strong>{xml_text(run.text)}</strong>" if run.strong else xml_text(run.text)
            for run in block.runs
        )
        return f"<p{kind}>{runs}</p>\n"
    if isinstance(block, Table):
        return _table(block, placed.entry)
    if isinstance(block, Chart):
        caption = f"<figcaption>{xml_text(block.title)}</figcaption>"
        return f"<figure>{svg(draw(block, _CHART_WIDTH))}{caption}</figure>\n"
    return ""


def _table(table: Table, entry: Entry | None) -> str:
    wide = " wide" if table.orientation is Orientation.LANDSCAPE else ""
    name = entry.anchor if entry else f"table-{table.key or 'untitled'}"
    heading = f'<h3 id="{name}">{xml_text(entry.text)}</h3>\n' if entry else ""
    size = "columns-many" if table.columns > 7 else "columns-some" if table.columns > 4 else "columns-few"
    notes = "".join(f"<p>{xml_text(note)}</p>" for note in table.notes)
    return (
        f'<div class="sheet{wide}">{heading}{_meta(table, titled=entry is None)}'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{xml_text(table.title)}">'
        f'<table class="{size}">{_caption(table)}{_widths(table)}{_rows(table, name)}</table></div>\n'
        f'<div class="notes">{notes}</div></div>\n'
    )


def _meta(table: Table, titled: bool) -> str:
    """What is printed above the grid; the title too where no heading shows it."""
    title = f'<p class="title">{xml_text(table.title)}</p>' if titled else ""
    number = f'<p class="number">{xml_text(table.number)}</p>' if table.number else ""
    texts = "".join(f"<span>{xml_text(text)}</span>" for text in table.meta)
    line = f'<p class="line">{texts}</p>' if any(table.meta) else ""
    return f'<div class="meta">{title}{number}{line}</div>\n'


def _caption(table: Table) -> str:
    """For those who hear the table: its name and what its figures are counted in."""
    texts = [f"{table.number} {table.title}".strip(), *(text for text in table.meta[1:] if text)]
    return f'<caption class="heard">{xml_text("，".join(texts))}</caption>'


def _widths(table: Table) -> str:
    widths = column_widths(table)
    total = sum(widths)
    columns = "".join(f'<col style="width:{width * 1000 // total / 10}%">' for width in widths)
    return f"<colgroup>{columns}</colgroup>"


def _rows(table: Table, name: str) -> str:
    """thead and tbody; every amount names its headings above and the name of its row."""
    above: list[list[str]] = [[] for _ in range(table.columns)]
    widths = column_widths(table)
    parts = {"thead": "", "tbody": ""}
    for number, slots in enumerate(lay_out(table.header + table.body)):
        head = number < len(table.header)
        row = _Row(table, f"{name}-r{number}", above, head)
        cells = "".join(row.cell(slot) for slot in slots)
        tall = ' class="tall"' if lines_of(table, slots, widths) >= TALLEST_WHOLE else ""
        parts["thead" if head else "tbody"] += f"<tr{tall}>{cells}</tr>\n"
    return "".join(f"<{part}>\n{rows}</{part}>" for part, rows in parts.items() if rows)


class _Row:
    """Writes the cells of one row and remembers which headings each column has above it."""

    def __init__(self, table: Table, name: str, above: list[list[str]], head: bool) -> None:
        self.table, self.name, self.above, self.head = table, name, above, head
        self.names: list[str] = []

    def cell(self, slot: Slot) -> str:
        """One cell; nothing where a cell from above reaches down."""
        cell = slot.cell
        if not slot.top:
            return ""
        key = f"{self.name}-c{slot.column}"
        spans = (f' colspan="{cell.columns}"' if cell.columns > 1 else "") + (
            f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        )
        text = "<br>".join(xml_text(line) for line in cell.text.split("\n"))
        if cell.header and cell.text:
            return self._heading(slot, key, spans, text)
        if slot.column in self.table.row_headers and cell.text and cell.number is None:
            self.names = [*self.names, key] if slot.column - 1 in self.table.row_headers else [key]
            kind = ' class="figure"' if cell.text.isascii() and len(cell.text) < 10 else ""
            return f'<th{kind} scope="row" id="{key}"{spans}>{text}</th>'
        named = [*self._columns(slot), *self.names] if cell.text else []
        headers = f' headers="{" ".join(named)}"' if named else ""
        kind = self.table.align_of(slot) + (" figure" if cell.number is not None else "")
        return f'<td class="{kind}"{spans}{headers}>{text}</td>'

    def _heading(self, slot: Slot, key: str, spans: str, text: str) -> str:
        cell: Cell = slot.cell
        across = self.head or cell.columns == self.table.columns
        if across:
            for column in range(slot.column, slot.column + cell.columns):
                self.above[column].append(key)
            scope = "colgroup" if cell.columns > 1 else "col"
        else:
            self.names.append(key)
            scope = "rowgroup" if cell.rows > 1 else "row"
        kinds = ([] if self.head else ["head"]) + (["short"] if len(cell.text) <= 2 else [])
        kind = f' class="{" ".join(kinds)}"' if kinds else ""
        return f'<th{kind} scope="{scope}" id="{key}"{spans}>{text}</th>'

    def _columns(self, slot: Slot) -> list[str]:
        found = [key for c in range(slot.column, slot.column + slot.cell.columns) for key in self.above[c]]
        return list(dict.fromkeys(found))
