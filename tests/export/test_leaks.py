"""The leak scan finds what is planted, and nothing in what we publish."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.comments import Comment

from tests.export.sample import document
from xltools.export import docx, html, pdf, xlsx
from xltools.export.document import Document, paragraph
from xltools.export.leaks import scan
from xltools.export.package import pack, unpack


@pytest.mark.parametrize("write", [docx.write, html.write, pdf.write, xlsx.write])
@pytest.mark.parametrize("draft", [False, True])
def test_what_we_publish_is_clean(write: Callable[[Document], bytes], draft: bool) -> None:
    assert scan(write(document(draft)), people=("王会计",)) == []


def kinds(data: bytes, *people: str) -> set[str]:
    return {leak.kind for leak in scan(data, people)}


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    parts = unpack(data)
    content = parts[part].decode()
    assert old in content
    return pack({**parts, part: content.replace(old, new, 1).encode()})


WORD = docx.write(Document("标题", (paragraph("文"),)))


@pytest.mark.parametrize(
    ("part", "old", "new", "kind"),
    [
        ("docProps/core.xml", "<dc:title>", "<dc:creator>王会计</dc:creator><dc:title>", "文档属性"),
        ("docProps/app.xml", "</Properties>", "<Company>某局</Company></Properties>", "文档属性"),
        ("word/document.xml", "<w:t ", "<w:rPr><w:vanish/></w:rPr><w:t ", "隐藏的文字"),
        ("word/document.xml", "<w:body>", '<w:body><w:ins w:id="1" w:author="王会计"/>', "修订记录"),
        ("word/document.xml", "<w:p>", '<w:p w:rsidR="00A1">', "编辑记录"),
        ("word/document.xml", ">文<", r">见 D:\财务\2024年\决算.xlsx<", "路径"),
        ("word/document.xml", ">文<", ">file:///C:/x.xlsx<", "路径"),
        ("word/document.xml", ">文<", r">\\server\share\a.xlsx<", "路径"),
        ("word/document.xml", ">文<", ">/home/wang/a.xlsx<", "路径"),
        (
            "word/_rels/document.xml.rels",
            "</Relationships>",
            '<Relationship Id="r9" Type="t" Target="http://x" TargetMode="External"/></Relationships>',
            "外部链接",
        ),
    ],
)
def test_planted_in_a_word_file(part: str, old: str, new: str, kind: str) -> None:
    assert kind in kinds(changed(WORD, part, old, new))


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("word/comments.xml", "批注"),
        ("docProps/custom.xml", "自定义属性"),
        ("customXml/item1.xml", "自定义数据"),
        ("word/vbaProject.bin", "宏"),
        ("word/embeddings/a.bin", "嵌入文件"),
    ],
)
def test_planted_parts(part: str, kind: str) -> None:
    assert kind in kinds(pack({**unpack(WORD), part: b"<x/>"}))


def test_planted_in_a_workbook() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "=SUM(B1:B2)"
    sheet["A2"].hyperlink = "http://example.org/"
    sheet["A3"].comment = Comment("看这里", "王会计")
    sheet.row_dimensions[5].hidden = True
    book.create_sheet("底稿").sheet_state = "hidden"
    from openpyxl.workbook.defined_name import DefinedName

    book.defined_names["合计"] = DefinedName("合计", attr_text="Sheet!$A$1")
    book.properties.creator = "王会计"
    buffer = io.BytesIO()
    book.save(buffer)
    found = kinds(buffer.getvalue(), "王会计")
    wanted = {"公式", "外部链接", "批注", "隐藏的行或列", "隐藏的工作表", "定义的名称", "文档属性", "人名"}
    assert wanted <= found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<!-- 底稿 -->", "批注"),
        ("<script>1</script>", "脚本"),
        ('<p onclick="x()">', "脚本"),
        ('<meta name="author" content="王会计">', "文档属性"),
        ('<img src="a.png">', "外部链接"),
        ('<a href="https://example.org/">x</a>', "外部链接"),
        ("见 C:\\Users\\wang\\a.xlsx", "路径"),
    ],
)
def test_planted_in_a_page(text: str, kind: str) -> None:
    assert kind in kinds(f"<!DOCTYPE html><html><body>{text}</body></html>".encode())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<< /Author (Wang) >>", "文档属性"),
        (b"<< /Author <FEFF738B> >>", "文档属性"),
        (b"<< /S /URI /URI (http://x) >>", "外部链接"),
        (b"<< /S /JavaScript /JS (x) >>", "脚本"),
        (b"<< /Type /Annot /Subtype /Text >>", "批注"),
        (b"<< /Title <FEFF738B4F1A8BA1> >>", "人名"),
        (b"<< /Producer (/home/wang/x) >>", "路径"),
    ],
)
def test_planted_in_a_pdf(body: bytes, kind: str) -> None:
    assert kind in kinds(b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\n", "王会计")
