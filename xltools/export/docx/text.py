"""Runs, paragraphs, fields and bookmarks as WordprocessingML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from xltools.export.document import Run
from xltools.export.package import clean, xml_text

_HINT = '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
_HINT_STRONG = '<w:rPr><w:rFonts w:hint="eastAsia"/><w:b/><w:bCs/></w:rPr>'


def mark_name(fact: str, occurrence: int = 1) -> str:
    """The bookmark around the ``occurrence``-th printing of ``fact``.

    Word allows 40 letters, digits and underscores, so the key is hashed; who knows the facts finds all.
    """
    digest = hashlib.sha256(fact.encode()).hexdigest()[:16].upper()
    return f"XT_{digest}_{occurrence}"


class Marks:
    """Gives out bookmarks: ids unique in the document, names by fact and occurrence."""

    def __init__(self) -> None:
        self._next = 0
        self._seen: dict[str, int] = {}

    def around(self, inner: str, name: str) -> str:
        """``inner`` between the ends of a bookmark."""
        self._next += 1
        start = f'<w:bookmarkStart w:id="{self._next}" w:name="{name}"/>'
        return f'{start}{inner}<w:bookmarkEnd w:id="{self._next}"/>'

    def fact(self, inner: str, fact: str) -> str:
        """``inner`` marked as printing ``fact``; unmarked where ``fact`` is ""."""
        if not fact:
            return inner
        self._seen[fact] = self._seen.get(fact, 0) + 1
        return self.around(inner, mark_name(fact, self._seen[fact]))


def text_run(text: str, strong: bool = False) -> str:
    """A run; newlines break the line. Quotation marks take the Chinese font (hint eastAsia)."""
    properties = _HINT_STRONG if strong else _HINT
    lines = clean(text).split("\n")
    body = "<w:br/>".join(f'<w:t xml:space="preserve">{xml_text(line)}</w:t>' for line in lines)
    return f"<w:r>{properties}{body}</w:r>"


def runs(pieces: Iterable[Run], marks: Marks) -> str:
    """Runs with a bookmark around each fact."""
    return "".join(marks.fact(text_run(piece.text, piece.strong), piece.fact) for piece in pieces)


def paragraph(style: str, content: str = "", extra: str = "") -> str:
    """A paragraph; ``extra`` are further properties in schema order, after the style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{extra}</w:pPr>{content}</w:p>'


def field(instruction: str, shown: str = "", dirty: bool = False) -> str:
    """A field with the result ``shown`` (plain text)."""
    return field_start(instruction, dirty) + (text_run(shown) if shown else "") + field_end()


def field_start(instruction: str, dirty: bool = False) -> str:
    """The first half of a field, up to where its result begins."""
    flag = ' w:dirty="true"' if dirty else ""
    code = f'<w:r><w:instrText xml:space="preserve"> {xml_text(instruction)} </w:instrText></w:r>'
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"{flag}/></w:r>{code}'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def field_end() -> str:
    """Where a field ends."""
    return '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def entry_field(text: str, level: int) -> str:
    """A hidden TC field: a line of the contents that differs from the printed title."""
    quoted = xml_text(text.replace('"', "”"))
    hidden = "<w:rPr><w:vanish/></w:rPr>"
    return (
        f'<w:r>{hidden}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{hidden}<w:instrText xml:space="preserve"> TC &quot;{quoted}&quot; \\f C \\l {level} '
        f'</w:instrText></w:r><w:r>{hidden}<w:fldChar w:fldCharType="end"/></w:r>'
    )
