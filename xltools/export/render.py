"""All formats of one document: which engine sets it, and where its page numbers come from."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

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
    set_pdf = office.write if pdf_engine == LIBREOFFICE else pdf.write
    writers = {"docx": _word, "pdf": set_pdf, "html": html.write, "xlsx": xlsx.write}
    return {name: writers[name](document) for name in wanted}


def _word(document: Document) -> bytes:
    """The Word file; a LibreOffice that fails is no reason to have none."""
    if office.find():
        with suppress(XltoolsError):
            return office.numbered(document)
    return docx.write(document, pdf.pages(document), final=False)
