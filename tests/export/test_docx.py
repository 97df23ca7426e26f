"""The Word file: what python-docx reads in it, what the schema asks, what never changes."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import docx
import pytest
from docx.document import Document as WordDocument
from lxml import etree

from tests.export.golden import agrees
from tests.export.sample import document
from xltools.errors import XltoolsError
from xltools.export.document import (
    Cell,
    Contents,
    Document,
    Heading,
    Paragraph,
    Run,
    Table,
    flow,
    grid,
    lay_out,
    outline,
    paragraph,
)
from xltools.export.docx import mark_name, read_facts, write
from xltools.export.package import pack, unpack

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs snapToGrid"
    " spacing ind contextualSpacing jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i strike vanish color kern sz szCs u lang",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
    "sectPr": "headerReference footerReference type pgSz pgMar pgNumType cols docGrid",
    "tbl": "tblPr tblGrid tr",
    "style": "name basedOn next uiPriority semiHidden qFormat pPr rPr tblPr",
}
"""The order in which WordprocessingML wants the children (of those that we use)."""


def parts(data: bytes) -> dict[str, Any]:
    return {n: etree.fromstring(c) for n, c in unpack(data).items() if n.endswith((".xml", ".rels"))}


@pytest.fixture(scope="module")
def example() -> bytes:
    return write(document(), {entry.anchor: 7 for entry in outline(document())}, final=True)


@pytest.fixture(scope="module")
def opened(example: bytes) -> WordDocument:
    return docx.Document(io.BytesIO(example))


def word_text(opened: WordDocument) -> list[str]:
    """Paragraphs and rows in reading order."""
    lines = []
    for element in opened.element.body.iter(f"{W}p", f"{W}tr"):
        inside = any(parent.tag == f"{W}tr" for parent in element.iterancestors())
        if element.tag == f"{W}tr":
            cells = ["".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in element.iter(f"{W}tc")]
            lines.append(" | ".join(cells))
        elif not inside:
            lines.append("".join(t.text or "" for t in element.iter(f"{W}t")))
    return [line for line in lines if line.strip()]


def test_text_of_the_example_is_what_was_looked_at(opened: WordDocument) -> None:
    agrees("shanxi.docx.txt", "\n".join(word_text(opened)))


def test_every_block_is_there_in_order(opened: WordDocument) -> None:
    found = iter(word_text(opened))
    for placed in flow(document()):
        block = placed.block
        if isinstance(block, Heading | Paragraph):
            assert block.text in found
        elif isinstance(block, Table):
            assert block.title in found
            for slots in lay_out(block.header + block.body):
                row = " | ".join(slot.cell.text.replace("\n", "") if slot.top else "" for slot in slots)
                assert not row.strip(" |") or row in found


def test_children_stand_in_the_order_of_the_schema(example: bytes) -> None:
    for name, root in parts(example).items():
        for element in root.iter():
            order = ORDER.get(etree.QName(element).localname)
            if order and element.tag.startswith(W):
                ranks = [order.split().index(etree.QName(child).localname) for child in element]
                assert ranks == sorted(ranks), f"{name}: {etree.tostring(element)[:200]!r}"


def test_every_relation_and_type_is_there(example: bytes) -> None:
    content = unpack(example)
    types = content["[Content_Types].xml"].decode()
    for name in content:
        extension = name.rpartition(".")[2]
        assert f'PartName="/{name}"' in types or f'Extension="{extension}"' in types
    relations = dict(
        re.findall(r'Id="(\w+)"[^>]*Target="([^"]+)"', content["word/_rels/document.xml.rels"].decode())
    )
    used = set(re.findall(r'r:(?:id|embed)="(\w+)"', content["word/document.xml"].decode()))
    assert used <= relations.keys()
    assert all(f"word/{target}" in content for target in relations.values())
    styles = set(re.findall(r'w:styleId="(\w+)"', content["word/styles.xml"].decode()))
    assert set(re.findall(r'w:pStyle w:val="(\w+)"', content["word/document.xml"].decode())) <= styles


def test_headings_are_words_own_styles(opened: WordDocument) -> None:
    found = [(p.style.name, p.text) for p in opened.paragraphs if (p.style.name or "").startswith("Heading")]
    wanted = [
        (f"Heading {entry.level}", entry.text)
        for placed in flow(document())
        if (entry := placed.entry) and isinstance(placed.block, Heading)
    ]
    assert found == wanted


def test_layout_of_gb_t_9704(opened: WordDocument) -> None:
    page = opened.sections[0]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(m.mm) for m in margins if m] == [37, 35, 28, 26]
    body = opened.styles["公文正文"]
    assert body.paragraph_format.line_spacing.pt == 28
    assert opened.styles["Normal"].font.size is None
    fonts = {
        name: opened.styles[name].element.rPr.rFonts.get(f"{W}eastAsia")
        for name in ("Heading 1", "Heading 2", "Heading 3", "Heading 4")
    }
    assert list(fonts.values()) == ["方正小标宋简体", "黑体", "楷体", "仿宋"]
    assert [s.orientation for s in opened.sections].count(1) >= 3
    footers = [s.footer.paragraphs[0].text for s in opened.sections]
    assert footers[0] == "" and footers[-1] == "— 1 —"


def test_tables_repeat_their_heads_and_fill_the_text_width(opened: WordDocument) -> None:
    models = [b for b in document().blocks if isinstance(b, Table)]
    for model, table in zip(models, opened.tables, strict=True):
        rows = table._tbl.tr_lst
        heads = [bool(row.trPr.findall(f"{W}tblHeader")) for row in rows]
        assert heads == [n < len(model.header) for n in range(len(rows))]
        widths = [int(column.get(f"{W}w")) for column in table._tbl.tblGrid]
        assert abs(sum(widths) - (8844 if model.orientation == "portrait" else 12756)) <= 2
        assert table._tbl.tblPr.find(f"{W}tblDescription").get(f"{W}val")
    assert all(row.trPr.findall(f"{W}cantSplit") for row in opened.tables[0]._tbl.tr_lst)


def test_contents_are_filled_in_and_point_at_headings(example: bytes, opened: WordDocument) -> None:
    lines = [p.text for p in _contents(opened)]
    wanted = [entry.text for entry in outline(document()) if entry.level <= 2]
    assert [line.split("\t")[0] for line in lines] == wanted
    assert all(line.endswith("\t7") for line in lines)
    xml = unpack(example)["word/document.xml"].decode()
    targets = set(re.findall(r'w:anchor="(\w+)"', xml)) | set(re.findall(r"PAGEREF (\w+)", xml))
    assert targets <= set(re.findall(r'w:bookmarkStart w:id="\d+" w:name="(\w+)"', xml))
    assert "w:updateFields" not in unpack(example)["word/settings.xml"].decode()


def _contents(opened: WordDocument) -> list[Any]:
    from docx.text.paragraph import Paragraph as WordParagraph

    holder = opened.element.body.find(f"{W}sdt/{W}sdtContent")
    return [WordParagraph(p, opened) for p in holder.findall(f"{W}p")]


def test_without_a_layout_word_renews_the_contents() -> None:
    data = unpack(write(Document("标题", (Contents(), Heading(1, "甲")))))
    assert "w:updateFields" in data["word/settings.xml"].decode()
    assert 'w:dirty="true"' in data["word/document.xml"].decode()


def test_fields_and_bookmarks_are_closed_and_unique(example: bytes) -> None:
    root = parts(example)["word/document.xml"]
    kinds = [e.get(f"{W}fldCharType") for e in root.iter(f"{W}fldChar")]
    assert kinds.count("begin") == kinds.count("end")
    starts = [(e.get(f"{W}id"), e.get(f"{W}name")) for e in root.iter(f"{W}bookmarkStart")]
    ends = [e.get(f"{W}id") for e in root.iter(f"{W}bookmarkEnd")]
    assert [i for i, _ in starts] == ends
    names = [name for _, name in starts]
    assert len(set(names)) == len(names) and all(len(name) <= 40 for name in names)


def test_facts_are_bookmarked_by_key_and_occurrence() -> None:
    runs = (Run("共"), Run("5.00", "summary[1,1]"), Run("，又"), Run("5.00", "summary[1,1]"))
    xml = unpack(write(Document("标题", (Paragraph(runs),))))["word/document.xml"].decode()
    for occurrence in (1, 2):
        name = mark_name("summary[1,1]", occurrence)
        assert re.search(
            rf'w:name="{name}"/><w:r>(?:(?!bookmarkEnd).)*5\.00(?:(?!bookmarkEnd).)*<w:bookmarkEnd', xml
        )


def test_a_draft_is_marked_on_every_page() -> None:
    opened = docx.Document(io.BytesIO(write(document(draft=True))))
    for section in opened.sections:
        assert 'string="草稿"' in etree.tostring(section.header._element, encoding="unicode")
    assert any("差 0.10" in p.text for p in opened.paragraphs)


def test_no_draft_no_mark(example: bytes) -> None:
    assert "草稿水印" not in "".join(c.decode("utf-8", "ignore") for c in unpack(example).values())


def test_same_document_same_bytes(example: bytes) -> None:
    assert write(document(), {entry.anchor: 7 for entry in outline(document())}, final=True) == example


def test_properties_name_nobody(opened: WordDocument) -> None:
    properties = opened.core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.title == "山西省政务服务投诉举报中心2024年度单位决算公开"


def test_what_users_type_stays_text() -> None:
    nasty = '<w:p/> & "引号" \x00\x0b\x1f ]]> \ud800 𠮷 {{ x }} \n次行'
    table = Table(
        nasty, grid([[Cell(nasty), "<"], ["甲", "乙"]]), entry=nasty, number=nasty, meta=(nasty,) * 3
    )
    made = Document(nasty, (Contents(), Heading(1, nasty), paragraph(nasty), table))
    opened = docx.Document(io.BytesIO(write(made)))
    clean = '<w:p/> & "引号"  ]]>  𠮷 {{ x }} '
    assert clean + "\n次行" in [p.text for p in opened.paragraphs]
    assert opened.tables[0].cell(0, 0).text == clean + "\n次行"


def test_merged_cells_are_merged() -> None:
    table = Table("表", grid([["a", "<", "b"], ["^", "^", "c"], ["d", "e", "f"]]))
    word = docx.Document(io.BytesIO(write(Document("标题", (table,))))).tables[0]
    texts = [[cell.text for cell in row.cells] for row in word.rows]
    assert texts == [["a", "a", "b"], ["a", "a", "c"], ["d", "e", "f"]]


def test_a_row_of_prose_may_split_a_row_of_figures_not() -> None:
    table = Table("表", grid([["长" * 4000, "1"], ["短", "2"]]))
    rows = docx.Document(io.BytesIO(write(Document("标题", (table,))))).tables[0]._tbl.tr_lst
    assert [bool(row.trPr.findall(f"{W}cantSplit")) for row in rows] == [False, True]


def test_every_fact_is_found_again(example: bytes) -> None:
    wanted: dict[str, list[str]] = {}
    for placed in flow(document()):
        block = placed.block
        if isinstance(block, Paragraph):
            pieces = [(run.fact, run.text) for run in block.runs]
        elif isinstance(block, Table):
            pieces = [(cell.fact, cell.text) for row in block.body for cell in row]
        else:
            continue
        for fact, text in pieces:
            if fact:
                wanted.setdefault(fact, []).append(text)
    assert wanted["summary[31,1].rate"] == ["10.82"]
    assert read_facts(example, [*wanted, "unknown"]) == {fact: tuple(texts) for fact, texts in wanted.items()}


def test_facts_are_found_after_word_has_split_the_runs() -> None:
    made = write(Document("标题", (Paragraph((Run("5.00", "a"),)),)))
    content = unpack(made)
    xml = content["word/document.xml"].decode()
    split = xml.replace("5.00</w:t></w:r>", '5.</w:t></w:r><w:proofErr w:type="x"/><w:r><w:t>00</w:t></w:r>')
    assert split != xml
    assert read_facts(pack({**content, "word/document.xml": split.encode()}), ["a"]) == {"a": ("5.00",)}


@pytest.mark.parametrize("data", [b"", b"PK", write(Document("标题", (paragraph("文"),)))[:500]])
def test_other_files_have_no_facts(data: bytes) -> None:
    with pytest.raises(XltoolsError):
        read_facts(data, ["a"])


def test_page_numbers_begin_with_one_where_the_body_begins(example: bytes) -> None:
    root = parts(example)["word/document.xml"]
    starts = [[e.get(f"{W}start") for e in s.iter(f"{W}pgNumType")] for s in root.iter(f"{W}sectPr")]
    assert starts[:4] == [[], [], ["1"], []] and not any(starts[4:])


def test_no_date_of_this_machine_is_in_the_file(example: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(example)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
