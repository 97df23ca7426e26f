"""document.xml: the blocks of a Document in sections, with contents, headers and footers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xltools.export.charts import Drawing, draw, emf, svg
from xltools.export.document import (
    Chart,
    Contents,
    Cover,
    Document,
    Entry,
    Heading,
    Notice,
    Orientation,
    PageBreak,
    Paragraph,
    Placed,
    Section,
    Table,
    outline,
    sections,
)
from xltools.export.docx.parts import Picture, assemble, picture_xml
from xltools.export.docx.table import table_xml, twips
from xltools.export.docx.text import (
    Marks,
    entry_field,
    field_end,
    field_start,
    paragraph,
    runs,
    text_run,
)
from xltools.export.docx.text import field as word_field
from xltools.export.page import PAGES, display_width, meta_lines

_PARAGRAPHS = {"body": "Body", "centre": "Centre", "note": "Note"}
_BREAK = "<w:pageBreakBefore/>"
_COVER_HEIGHT = 12200
"""Twips of the cover between its margins, less a little."""


def write(
    document: Document,
    pages: Mapping[str, int] | None = None,
    final: bool = False,
    justified: bool = True,
) -> bytes:
    """The document as .docx.

    ``pages`` gives the page number by anchor for the contents (see ``document.outline``). Unless they are
    ``final`` (taken from a real layout of this file), Word is told to renew the contents on opening.
    ``justified`` gives body text an even right edge.
    """
    return _Writer(document, pages or {}, final, justified).write()


@dataclass(slots=True)
class _Writer:
    document: Document
    pages: Mapping[str, int]
    final: bool
    justified: bool
    marks: Marks = field(default_factory=Marks)
    elements: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    breaking: bool = False

    def write(self) -> bytes:
        for number, entry in enumerate(outline(self.document), 1):
            self.names[entry.anchor] = f"_Toc{number:06d}"
        parts = sections(self.document)
        for number, section in enumerate(parts):
            for placed in section.blocks:
                self._block(placed, section)
            self._end_section(section, last=number == len(parts) - 1)
        return assemble(self.document, "".join(self.elements), self.pictures, not self.final, self.justified)

    def _block(self, placed: Placed, section: Section) -> None:
        block = placed.block
        if isinstance(block, Heading):
            self._heading(block, placed.entry)
        elif isinstance(block, Paragraph):
            self._add(_PARAGRAPHS[block.style], runs(block.runs, self.marks))
        elif isinstance(block, Table):
            self._table(block, placed.entry, section)
        elif isinstance(block, Chart):
            self._chart(block)
        elif isinstance(block, Contents):
            self._contents(block)
        elif isinstance(block, Cover):
            self._cover(block)
        elif isinstance(block, Notice):
            self._notice(block)
        elif isinstance(block, PageBreak):
            self.breaking = True

    def _add(self, style: str, content: str, extra: str = "", leading: str = "") -> None:
        """A paragraph; ``leading`` are properties that stand before pageBreakBefore in the schema."""
        before = _BREAK if self.breaking else ""
        self.breaking = False
        self.elements.append(paragraph(style, content, leading + before + extra))

    def _marked(self, content: str, entry: Entry | None) -> str:
        return self.marks.around(content, self.names[entry.anchor]) if entry else content

    def _heading(self, block: Heading, entry: Entry | None) -> None:
        self._add(f"Heading{block.level}", self._marked(text_run(block.text), entry))

    def _table(self, block: Table, entry: Entry | None, section: Section) -> None:
        hidden = entry_field(entry.text, entry.level) if entry else ""
        level = "" if entry else '<w:outlineLvl w:val="9"/>'
        self._add("TableTitle", hidden + self._marked(text_run(block.title), entry), level)
        total = twips(PAGES[section.orientation].text_width)
        for left, centre, right in meta_lines(block):
            stops = f'<w:tab w:val="center" w:pos="{total // 2}"/><w:tab w:val="right" w:pos="{total}"/>'
            tab = "<w:r><w:tab/></w:r>"
            texts = [text_run(text) if text else "" for text in (left, centre, right)]
            self._add("TableMeta", tab.join(texts), f"<w:tabs>{stops}</w:tabs>")
        self.elements.append(table_xml(block, self.marks))
        for note in block.notes or ("",):
            self._add("TableNote", text_run(note))

    def _chart(self, block: Chart) -> None:
        drawing: Drawing = draw(block)
        picture = Picture(len(self.pictures) + 1, block, drawing, svg(drawing).encode(), emf(drawing))
        self.pictures.append(picture)
        self._add("Picture", picture_xml(picture))
        self._add("PictureTitle", text_run(block.title))

    def _contents(self, block: Contents) -> None:
        self._add("TOCHeading", text_run(block.title))
        entries = [entry for entry in outline(self.document) if entry.level <= block.depth]
        right = twips(PAGES[Orientation.PORTRAIT].text_width)
        tabs = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{right}"/></w:tabs>'
        start = field_start(f'TOC \\o "1-{block.depth}" \\h \\z \\f C', dirty=not self.final)
        lines = []
        for number, entry in enumerate(entries):
            first = start if number == 0 else ""
            last = field_end() if number == len(entries) - 1 else ""
            lines.append(paragraph(f"TOC{entry.level}", first + self._line(entry) + last, tabs))
        gallery = (
            '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
        )
        self.elements.append(
            f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{''.join(lines)}</w:sdtContent></w:sdt>"
        )

    def _line(self, entry: Entry) -> str:
        name = self.names[entry.anchor]
        page = str(self.pages.get(entry.anchor, ""))
        number = word_field(f"PAGEREF {name} \\h", page)
        inner = f"{text_run(entry.text)}<w:r><w:tab/></w:r>{number}"
        return f'<w:hyperlink w:anchor="{name}" w:history="1">{inner}</w:hyperlink>'

    def _cover(self, block: Cover) -> None:
        used = 3200
        for number, line in enumerate(block.lines):
            before = f'<w:spacing w:before="{3200 if number == 0 else 0}" w:after="240"/>'
            self._add("Title", text_run(line), before)
            used += 240 + 880 * (-(-display_width(line) // 34))
        if block.foot:
            room = max(480, _COVER_HEIGHT - used)
            self._add("CoverFoot", text_run(block.foot), f'<w:spacing w:before="{room}"/>')

    def _notice(self, block: Notice) -> None:
        self._add("NoticeTitle", text_run(block.title))
        for number, item in enumerate(block.items, 1):
            self._add("NoticeItem", text_run(f"{number}. {item}"))

    def _end_section(self, section: Section, last: bool) -> None:
        properties = _section_xml(section, self.document.draft)
        if last:
            self.elements.append(properties)
            return
        if not self.elements[-1].startswith("<w:p>"):
            self.elements.append(paragraph("Header"))
        head, tail = self.elements[-1].rsplit("</w:pPr>", 1)
        self.elements[-1] = f"{head}{properties}</w:pPr>{tail}"


def _section_xml(section: Section, draft: bool) -> str:
    page = PAGES[section.orientation]
    turned = ' w:orient="landscape"' if page.width > page.height else ""
    header = '<w:headerReference w:type="default" r:id="rIdHeader"/>' if draft else ""
    footer = "rIdFooter" if section.numbered else "rIdNoFooter"
    start = '<w:pgNumType w:start="1"/>' if section.first else ""
    return (
        f'<w:sectPr>{header}<w:footerReference w:type="default" r:id="{footer}"/>'
        f'<w:type w:val="nextPage"/><w:pgSz w:w="{twips(page.width)}" w:h="{twips(page.height)}"{turned}/>'
        f'<w:pgMar w:top="{twips(page.top)}" w:right="{twips(page.right)}" w:bottom="{twips(page.bottom)}"'
        f' w:left="{twips(page.left)}" w:header="851" w:footer="{twips(page.bottom - 12)}" w:gutter="0"/>'
        f"{start}</w:sectPr>"
    )
