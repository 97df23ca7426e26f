"""All formats of one document: which engine sets it, and where its page numbers come from."""

from __future__ import annotations

from collections.abc import Iterable

from xltools.errors import XltoolsError
from xltools.export import docx, html, office, pdf, xlsx
from xltools.export.document import Document

FORMATS = ("docx", "pdf", "html", "xlsx")
TYPST, LIBREOFFICE = "typst", "libreoffice"


def render(document: Document, formats: Iterable[str] = FORMATS, pdf_engine: str = TYPST) -> dict[str, bytes]:
    """The bytes of each format asked for, by its name (which is also the file's suffix).

    Word's contents get the page numbers of LibreOffice's layout where it is installed; else those of our
    PDF, and Word renews them on opening. Raises XltoolsError for an unknown format or engine, and where
    LibreOffice is asked for and missing.
    """
    wanted = list(dict.fromkeys(formats))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown or pdf_engine not in (TYPST, LIBREOFFICE):
        raise XltoolsError(
            f"不认识的格式或 PDF 引擎：{'、'.join(unknown) or pdf_engine}。",
            f"可用的格式：{'、'.join(FORMATS)}。",
        )
    by_office = "pdf" in wanted and pdf_engine == LIBREOFFICE
    word = _word(document, required=by_office) if by_office or "docx" in wanted else b""
    result = {}
    for name in wanted:
        if name == "docx":
            result[name] = word
        elif name == "pdf":
            result[name] = office.convert(word) if by_office else pdf.write(document)
        else:
            result[name] = html.write(document) if name == "html" else xlsx.write(document)
    return result


def _word(document: Document, required: bool) -> bytes:
    """The Word file; ``required`` says that LibreOffice must be there."""
    if required or office.find():
        try:
            return office.numbered(document)
        except XltoolsError:
            if required:
                raise
    return docx.write(document, pdf.pages(document), final=False)
