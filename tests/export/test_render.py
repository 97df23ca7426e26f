"""Which engine sets what, and where page numbers come from."""

from __future__ import annotations

import io
import sys

import docx
import pytest

from tests.export.sample import document
from xltools.errors import XltoolsError
from xltools.export import office, pdf
from xltools.export.document import Document, Heading, paragraph
from xltools.export.pages import outline_pages
from xltools.export.render import render


@pytest.fixture(autouse=True)
def fresh() -> None:
    office.layout.cache_clear()


SMALL = Document("标题", (Heading(1, "甲"), paragraph("文")))


def test_all_formats_without_an_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "find", lambda: None)
    made = render(document())
    assert list(made) == ["docx", "pdf", "html", "xlsx"]
    pages = pdf.pages(document())
    holder = docx.Document(io.BytesIO(made["docx"])).element.body.xpath("w:sdt/w:sdtContent")[0]
    line = next(p for p in holder if "第三部分" in "".join(p.itertext()))
    assert line.xpath(".//w:t")[-1].text == str(pages["narrative"])


def test_an_office_that_fails_is_not_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> bytes:
        raise XltoolsError("坏了。")

    monkeypatch.setattr(office, "find", lambda: "soffice")
    monkeypatch.setattr(office, "convert", fail)
    assert render(SMALL, ["docx"])["docx"].startswith(b"PK")
    with pytest.raises(XltoolsError, match="坏了"):
        render(SMALL, ["pdf"], "libreoffice")


def test_the_office_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLTOOLS_SOFFICE", "/opt/other/soffice")
    assert office.find() == "/opt/other/soffice"
    monkeypatch.setenv("XLTOOLS_SOFFICE", "")
    assert office.find() is None


def test_a_program_that_makes_no_pdf_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLTOOLS_SOFFICE", sys.executable)
    with pytest.raises(XltoolsError, match="没有生成"):
        office.convert(b"")
    monkeypatch.setenv("XLTOOLS_SOFFICE", "/nowhere/soffice")
    with pytest.raises(XltoolsError, match="无法启动"):
        office.convert(b"")


def test_an_office_that_is_asked_for_and_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "find", lambda: None)
    with pytest.raises(XltoolsError, match="LibreOffice"):
        render(SMALL, ["pdf"], "libreoffice")


@pytest.mark.parametrize(("formats", "engine"), [(["doc"], "typst"), (["pdf"], "word")])
def test_unknown_formats_and_engines(formats: list[str], engine: str) -> None:
    with pytest.raises(XltoolsError, match="不认识"):
        render(SMALL, formats, engine)


PDF = b"""%PDF-1.7
1 0 obj
<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>
endobj
2 0 obj
<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>
endobj
3 0 obj
<</Type/Page/Parent 2 0 R>>
endobj
4 0 obj
<</Type/Page/Parent 2 0 R>>
endobj
6 0 obj
<</Type/Outlines/First 7 0 R/Last 8 0 R>>
endobj
7 0 obj
<</Title<FEFF>/Dest[3 0 R/XYZ 0 0 0]/First 9 0 R/Next 8 0 R>>
endobj
8 0 obj
<</Dest[4 0 R/XYZ 0 0 0]>>
endobj
9 0 obj
<</Dest[4 0 R/XYZ 0 0 0]>>
endobj
"""


def test_outline_pages_of_a_pdf() -> None:
    assert outline_pages(PDF) == [(1, 1), (2, 2), (1, 2)]


def test_page_numbers_begin_where_the_body_begins() -> None:
    made = Document("标题", (Heading(1, "甲"), Heading(2, "乙"), Heading(1, "丙")))
    assert office.pages(PDF, made) == {"section-1": 1, "section-2": 2, "section-3": 2}
    assert office.pages(PDF, SMALL) == {}


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", PDF.replace(b"[4 0 R/XYZ", b"[5 0 R/XYZ"), pdf.write(SMALL)]
)
def test_of_other_files_nothing_is_claimed(data: bytes) -> None:
    assert outline_pages(data) == []
