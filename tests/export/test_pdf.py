"""Our own PDF: set by typst from data, tagged, with an outline, the same every time."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

import pytest

from tests.export.sample import document
from xltools.errors import XltoolsError
from xltools.export import pdf
from xltools.export.document import (
    Cell,
    Chart,
    Contents,
    Cover,
    Document,
    Heading,
    PageBreak,
    Series,
    Table,
    grid,
    outline,
    paragraph,
)

SMALL = Document(
    "标题", (Cover(("甲",)), Contents(), Heading(1, "部分"), paragraph("文"), PageBreak(), paragraph("后"))
)


def opened(data: bytes) -> str:
    """The objects of a PDF, unpacked."""
    pieces = [data.decode("latin-1")]
    for body in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            pieces.append(zlib.decompress(body).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(pieces)


@pytest.fixture(scope="module")
def example() -> bytes:
    return pdf.write(document())


def test_it_is_tagged_for_readers_and_has_a_title_and_an_outline(example: bytes) -> None:
    text = opened(example)
    assert text.startswith("%PDF-1.7")
    assert "pdfuaid:part" in text and "/MarkInfo" in text and "/StructTreeRoot" in text
    assert "/Outlines" in text and text.count("/Dest") >= len(outline(document()))
    assert "/Lang" in text
    assert "山西省政务服务投诉举报中心2024年度单位决算公开".encode().decode("latin-1") in text


def test_fonts_are_embedded_in_part(example: bytes) -> None:
    names = set(re.findall(r"/FontName\s*/([^/\s]+)", opened(example)))
    assert {name.split("+")[1] for name in names} == {"NotoSerifSC-Regular", "NotoSansSC-Regular"}
    assert len(example) < 2_000_000


def test_landscape_tables_lie_on_landscape_pages(example: bytes) -> None:
    boxes = re.findall(r"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", opened(example))
    turned = [float(width) > float(height) for width, height in boxes]
    assert 5 <= sum(turned) < len(turned)


def test_same_document_same_bytes(example: bytes) -> None:
    assert pdf.write(document()) == example


def test_pages_are_known_for_every_heading() -> None:
    pages = pdf.pages(document())
    assert list(pages) == [entry.anchor for entry in outline(document())]
    assert pages["overview"] == 1 and pages["tables"] == 2
    assert list(pages.values()) == sorted(pages.values())


def test_what_users_type_is_no_markup() -> None:
    nasty = '#panic("x") $x$ *b* _i_ @ref <label> `raw` [c] // c /* \\ "q" \x00 {{ }} = h\n- l'
    table = Table(
        nasty, grid([[Cell(nasty), nasty]]), entry=nasty, number=nasty, meta=(nasty,) * 3, notes=(nasty,)
    )
    chart = Chart(nasty, "structure", (nasty,), (Series(nasty, (1,), (nasty,)),), nasty)  # type: ignore[arg-type]
    made = Document(
        nasty, (Heading(1, nasty), paragraph(nasty), table, chart), nasty, errors=(nasty,), draft=True
    )
    assert pdf.write(made).startswith(b"%PDF")


def test_a_document_that_the_standard_refuses_is_printed_all_the_same() -> None:
    assert pdf.write(Document("", (Heading(3, "跳级"), paragraph("文")))).startswith(b"%PDF")


def test_missing_fonts_are_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)
    pdf._fonts.cache_clear()
    with pytest.raises(XltoolsError, match="中文字体"):
        pdf.write(Document("标题", (paragraph("文"),)))
    pdf._fonts.cache_clear()


@pytest.mark.parametrize("draft", [False, True])
def test_a_draft_is_marked_on_every_page(draft: bool) -> None:
    made = replace(SMALL, draft=draft)
    pages = pdf._compiler(made).compile(format="svg")
    pages = pages if isinstance(pages, list) else [pages]
    assert len(pages) == 4 + draft
    assert [b"rotate(" in page or b"matrix(0.707" in page for page in pages] == [draft] * len(pages)
