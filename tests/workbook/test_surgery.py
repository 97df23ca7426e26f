"""Edits of a user's workbook: what was asked for is done, everything else keeps its bytes."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.workbook.builders import parts_of, with_chain, worksheet, zipped
from tests.workbook.soundness import assert_sound
from xltools.errors import XltoolsError
from xltools.functions import CellError
from xltools.workbook.formulas import read_facts
from xltools.workbook.package import open_package, relationships
from xltools.workbook.surgery import (
    Computed,
    Content,
    Edits,
    Formula,
    Link,
    Outcome,
    Region,
    Row,
    SheetCopy,
    SheetEdit,
    apply,
    edit,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "决算.xlsx"


def make(
    file: Path, data: str, after: str = "", before: str = "", workbook: str = "", chain: str = ""
) -> Path:
    """A workbook with the sheets 表 (the one given) and 另 (one number)."""
    other = worksheet('<row r="1"><c r="A1"><v>7</v></c></row>')
    parts = parts_of({"表": worksheet(data, after, before), "另": other}, workbook)
    file.write_bytes(zipped(with_chain(parts, chain) if chain else parts))
    return file


def cells(file: Path, edits: dict[str, Content], overwrite: set[str] | None = None) -> Outcome:
    """Edit cells of 表 without saving; the result is sound, and 另 keeps its packed bytes."""
    return run(file, SheetEdit(cells=edits, overwrite=frozenset(overwrite or ())))


def run(file: Path, sheet: SheetEdit, **others: object) -> Outcome:
    package = open_package(file)
    outcome = apply(package, Edits(sheets={"表": sheet}, **others))  # type: ignore[arg-type]
    assert_sound(outcome.data)
    file.with_suffix(".neu.xlsx").write_bytes(outcome.data)
    again = open_package(file.with_suffix(".neu.xlsx"))
    for name, entry in package.entries.items():
        if name not in outcome.changed:
            new = again.entries[name]
            assert (
                package.data[entry.start : entry.start + entry.packed]
                == again.data[new.start : new.start + new.packed]
            )
    return outcome


def sheet_xml(file: Path, part: str = "xl/worksheets/sheet1.xml") -> str:
    """The worksheet after ``run``."""
    return open_package(file.with_suffix(".neu.xlsx")).read(part).decode()


def data_of(file: Path) -> str:
    return re.search("<sheetData/>|<sheetData>.*</sheetData>", sheet_xml(file), re.DOTALL)[0]  # type: ignore[index]


def refused(file: Path, edits: dict[str, Content], word: str, overwrite: set[str] | None = None) -> None:
    with pytest.raises(XltoolsError, match=re.escape(word)) as caught:
        apply(open_package(file), Edits(sheets={"表": SheetEdit(edits, frozenset(overwrite or ()))}))
    assert caught.value.remedy


ROW = '<row r="2" spans="1:3" ht="20" customHeight="1"><c r="B2" s="1"><v>1</v></c><c r="C2" s="2" t="str"><v>0</v></c></row>'


@pytest.mark.parametrize(
    ("content", "xml"),
    [
        (Decimal("12.30"), '<c r="B2" s="1"><v>12.3</v></c>'),
        (Decimal("-0.00"), '<c r="B2" s="1"><v>0</v></c>'),
        (Decimal("1E+3"), '<c r="B2" s="1"><v>1000</v></c>'),
        (Decimal(2) / 3, '<c r="B2" s="1"><v>0.66666666666666667</v></c>'),
        (Decimal("1E-30"), '<c r="B2" s="1"><v>1E-30</v></c>'),
        (0, '<c r="B2" s="1"><v>0</v></c>'),
        (True, '<c r="B2" s="1" t="b"><v>1</v></c>'),
        (None, '<c r="B2" s="1"/>'),
        ("", '<c r="B2" s="1"/>'),
        (CellError.NA, '<c r="B2" s="1" t="e"><v>#N/A</v></c>'),
        (
            "=甲 & <乙>\n",
            '<c r="B2" s="1" t="inlineStr"><is><t xml:space="preserve">=甲 &amp; &lt;乙&gt;\n</t></is></c>',
        ),
        (
            "\x00_x0041_\r\ud800",
            '<c r="B2" s="1" t="inlineStr"><is><t xml:space="preserve">_x0000__x005F_x0041__x000D__xD800_</t></is></c>',
        ),
        (
            Formula('=IF(A1<2,"甲",1)', Decimal("1.5")),
            '<c r="B2" s="1"><f>IF(A1&lt;2,&quot;甲&quot;,1)</f><v>1.5</v></c>',
        ),
        (Formula("A1", "甲"), '<c r="B2" s="1" t="str"><f>A1</f><v>甲</v></c>'),
        (Formula("A1"), '<c r="B2" s="1"><f>A1</f></c>'),
    ],
)
def test_one_cell(file: Path, content: Content, xml: str) -> None:
    cells(make(file, ROW), {"B2": content})
    assert data_of(file) == f"<sheetData>{ROW}</sheetData>".replace('<c r="B2" s="1"><v>1</v></c>', xml)


def test_a_blank_before_the_end_of_empty_elements(file: Path) -> None:
    """As the standard library's writer puts it, which openpyxl uses where lxml is not installed."""
    row = (
        '<row r="1"><c r="A1" s="1" /><c r="B1"><f>1+1</f><v /></c><c r="C1"><v>1</v></c></row><row r="2" />'
    )
    cells(make(file, row), {"A1": 5})
    assert '<c r="A1" s="1"><v>5</v></c><c r="B1"><f>1+1</f>' in data_of(file)
    assert '<c r="C1"><v>1</v></c>' in data_of(file)


def test_values_come_back_through_other_readers(file: Path) -> None:
    wanted: dict[str, Content] = {"A1": Decimal("319.74"), "B7": '甲 <&> "乙"', "AA3": True, "C9": -5}
    cells(make(file, ROW), wanted)
    rows = python_calamine.CalamineWorkbook.from_path(str(file.with_suffix(".neu.xlsx"))).get_sheet_by_name(
        "表"
    )
    grid = rows.to_python(skip_empty_area=False)
    assert grid[0][0] == 319.74 and grid[6][1] == '甲 <&> "乙"' and grid[2][26] is True and grid[8][2] == -5
    page = openpyxl.load_workbook(file.with_suffix(".neu.xlsx"))["表"]
    assert page["B7"].value == '甲 <&> "乙"' and page["C9"].value == -5


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), Decimal("2e308"), 10**400])
def test_numbers_that_excel_cannot_hold(file: Path, number: Decimal | int) -> None:
    refused(make(file, ROW), {"B2": number}, "超出")


def test_texts_and_formulas_that_are_too_long(file: Path) -> None:
    refused(make(file, ROW), {"B2": "长" * 32_768}, "32767")
    refused(file, {"B2": Formula("1+" * 5000 + "1")}, "公式过长")


def test_new_cells_and_rows_come_in_order_with_the_style_of_row_or_column(file: Path) -> None:
    make(
        file,
        ROW + '<row r="5" s="3" customFormat="1"><c r="C5" s="1"/></row>',
        before='<dimension ref="B2:C5"/><cols><col min="1" max="2" width="9" style="2"/></cols>',
    )
    cells(file, {"D9": 1, "A1": 2, "A2": 3, "A5": 4, "Z5": 5, "D2": 6, "B3": None})
    assert data_of(file) == (
        '<sheetData><row r="1"><c r="A1" s="2"><v>2</v></c></row>'
        '<row r="2" ht="20" customHeight="1"><c r="A2" s="2"><v>3</v></c><c r="B2" s="1"><v>1</v></c>'
        '<c r="C2" s="2" t="str"><v>0</v></c><c r="D2"><v>6</v></c></row>'
        '<row r="3"><c r="B3" s="2"/></row>'
        '<row r="5" s="3" customFormat="1"><c r="A5" s="3"><v>4</v></c><c r="C5" s="1"/><c r="Z5" s="3"><v>5</v></c></row>'
        '<row r="9"><c r="D9"><v>1</v></c></row></sheetData>'
    )
    assert '<dimension ref="A1:Z9"/>' in sheet_xml(file)


def test_an_empty_sheet(file: Path) -> None:
    cells(make(file, ""), {"B2": 1})
    assert data_of(file) == '<sheetData><row r="2"><c r="B2"><v>1</v></c></row></sheetData>'


def test_nothing_asked_nothing_changed(file: Path) -> None:
    outcome = cells(make(file, ROW), {})
    assert outcome.changed == []


FORMULAS = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="1"><f>A1*2</f><v>2</v></c><c r="C1" t="str"><f>"甲"&amp;B1</f><v>甲2</v></c>'
    '<c r="D1"><f>另!A1+1</f><v>8</v></c></row>'
)
CHAIN = '<c r="B1" i="1"/><c r="C1" l="1"/><c r="D1"/>'


def test_a_formula_is_never_overwritten_silently(file: Path) -> None:
    refused(make(file, FORMULAS, chain=CHAIN), {"B1": 5}, "“表”B1 里是公式")
    refused(file, {"B1": None}, "公式")
    refused(file, {"B1": Formula("A1*3")}, "公式")


def test_an_overwritten_formula_leaves_the_chain(file: Path) -> None:
    outcome = cells(make(file, FORMULAS, chain=CHAIN), {"B1": 5}, {"B1"})
    assert '<c r="B1" s="1"><v>5</v></c>' in data_of(file)
    package = open_package(file.with_suffix(".neu.xlsx"))
    assert package.read("xl/calcChain.xml").endswith(b'<c r="C1" i="1" l="1"/><c r="D1" i="1"/></calcChain>')
    assert outcome.stale == {"表": {"C1"}}
    assert '<c r="C1"><f>"甲"&amp;B1</f></c>' in data_of(file)
    assert b'fullCalcOnLoad="1"' in package.read("xl/workbook.xml")


def test_new_formulas_enter_the_chain_and_replaced_ones_stay(file: Path) -> None:
    cells(
        make(file, FORMULAS, chain=CHAIN),
        {"B1": Formula("A1*3", 3), "F9": Formula("1+1", 2), "C1": Computed("甲3")},
        {"B1"},
    )
    chain = open_package(file.with_suffix(".neu.xlsx")).read("xl/calcChain.xml")
    assert chain.count(b"<c ") == 4 and b'r="F9"' in chain


def test_the_chain_goes_with_its_last_formula_or_when_its_numbers_are_unclear(file: Path) -> None:
    outcome = cells(make(file, FORMULAS, chain=CHAIN), {"B1": 1, "C1": 1, "D1": 1}, {"B1", "C1", "D1"})
    assert "xl/calcChain.xml" in outcome.changed
    assert not open_package(file.with_suffix(".neu.xlsx")).has("xl/calcChain.xml")
    parts = with_chain(
        parts_of({"表": worksheet(FORMULAS), "另": worksheet()}), CHAIN.replace('i="1"', 'i="5"')
    )
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace('sheetId="1"', 'sheetId="5"')
    file.write_bytes(zipped(parts))
    cells(file, {"B1": 1}, {"B1"})
    assert not open_package(file.with_suffix(".neu.xlsx")).has("xl/calcChain.xml")


def test_stored_values_that_became_untrue_are_forgotten_across_sheets(file: Path) -> None:
    make(file, FORMULAS)
    outcome = apply(open_package(file), Edits(sheets={"另": SheetEdit(cells={"A1": 9})}))
    assert outcome.stale == {"表": {"D1"}}
    file.write_bytes(outcome.data)
    facts = read_facts(open_package(file))["表"]
    assert facts.uncached == ["D1"]
    assert b'fullCalcOnLoad="1"' in open_package(file).read("xl/workbook.xml")


def test_saving_renews_stored_values(file: Path) -> None:
    """edit computes what depends on the change: our functions, native ones, through other sheets; a new formula
    too; what it cannot compute is left to Excel."""
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="1"><f>SUM(A1:A2)</f><v>3</v></c><c r="C1" t="str"><f>IF(B1&gt;5,"大","小")</f><v>小</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f>[1]!XT_SHARE(A1,B1)</f><v>0.3333</v></c><c r="C2"><f>INDIRECT("A1")</f><v>1</v></c></row>'
    )
    parts = parts_of(
        {
            "表": worksheet(rows),
            "另": worksheet(
                '<row r="1"><c r="A1"><f>表!B1*2</f><v>6</v></c><c r="B1"><f>3+4</f><v>7</v></c></row>'
            ),
        }
    )
    file.write_bytes(zipped(parts))
    edits = SheetEdit(cells={"A1": 7, "D1": Formula("A1+1")})
    outcome = edit(file, Edits(sheets={"表": edits}))
    text = open_package(file).read("xl/worksheets/sheet1.xml").decode()
    assert (
        '<c r="B1" s="1"><f>SUM(A1:A2)</f><v>9</v></c><c r="C1" t="str"><f>IF(B1&gt;5,"大","小")</f><v>大</v></c>'
        in text
    )
    assert "<f>[1]!XT_SHARE(A1,B1)</f><v>0.7778</v>" in text and "<f>A1+1</f><v>8</v>" in text
    assert (
        '<f>表!B1*2</f><v>18</v></c><c r="B1"><f>3+4</f><v>7</v>'
        in open_package(file).read("xl/worksheets/sheet2.xml").decode()
    )
    assert outcome.stale == {"表": {"C2"}} and b"fullCalcOnLoad" in open_package(file).read("xl/workbook.xml")


def test_given_values_are_stored_and_nothing_is_left_to_compute(file: Path) -> None:
    outcome = cells(
        make(file, FORMULAS, workbook='<calcPr calcId="191029"/>'),
        {"A1": 5, "B1": Computed(10), "C1": Computed("甲10")},
    )
    assert not outcome.stale and outcome.changed == ["xl/worksheets/sheet1.xml"]
    assert (
        '<c r="B1" s="1"><f>A1*2</f><v>10</v></c><c r="C1" t="str"><f>"甲"&amp;B1</f><v>甲10</v></c>'
        in data_of(file)
    )


def test_computed_values_need_a_formula(file: Path) -> None:
    refused(make(file, FORMULAS), {"A1": Computed(3)}, "没有公式")
    refused(file, {"Z9": Computed(3)}, "没有公式")


def test_recalculation_can_be_forced_or_forbidden(file: Path) -> None:
    make(
        file,
        FORMULAS,
        workbook='<definedNames><definedName name="x">1</definedName></definedNames><calcPr calcId="1" fullCalcOnLoad="0"/>',
    )
    run(file, SheetEdit(cells={"Z1": 1}), recalculate=True)
    assert b'<calcPr calcId="1" fullCalcOnLoad="1"/>' in open_package(file.with_suffix(".neu.xlsx")).read(
        "xl/workbook.xml"
    )
    run(file, SheetEdit(cells={"A1": 2}), recalculate=False)
    assert b'fullCalcOnLoad="0"' in open_package(file.with_suffix(".neu.xlsx")).read("xl/workbook.xml")


SHARED = (
    '<row r="1"><c r="A1"><f t="shared" ref="A1:A4" si="0">B1*$C$1</f><v>1</v></c></row>'
    '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c></row>'
    '<row r="3"><c r="A3"><f t="shared" si="0"/><v>3</v></c></row>'
    '<row r="4"><c r="A4"><f t="shared" si="0"/><v>4</v></c></row>'
)


def after(file: Path) -> dict[str, str]:
    return read_facts(open_package(file.with_suffix(".neu.xlsx")))["表"].formulas


@pytest.mark.parametrize("gone", [{"A1"}, {"A2"}, {"A1", "A2"}, {"A1", "A3"}, {"A1", "A2", "A3"}, {"A4"}])
def test_a_shared_formula_lives_on_without_some_of_its_cells(file: Path, gone: set[str]) -> None:
    before = {f"A{n}": f"B{n}*$C$1" for n in range(1, 5)}
    cells(make(file, SHARED), dict.fromkeys(sorted(gone), 9), gone)
    assert after(file) == {cell: text for cell, text in before.items() if cell not in gone}
    assert "<v>4</v>" in data_of(file) or "A4" in gone


def test_a_shared_block_is_written_out(file: Path) -> None:
    make(
        file,
        '<row r="1"><c r="A1"><f t="shared" ref="A1:B2" si="3">C1+1</f><v>1</v></c><c r="B1"><f t="shared" si="3"/><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="3"/><v>1</v></c><c r="B2"><f t="shared" si="3"/><v>1</v></c></row>',
    )
    cells(file, {"A1": 0}, {"A1"})
    assert after(file) == {"B1": "D1+1", "A2": "C2+1", "B2": "D2+1"}


def test_array_formulas_and_data_tables_are_refused(file: Path) -> None:
    make(
        file,
        '<row r="1"><c r="A1" cm="1"><f t="array" ref="A1:B2">C1:D2*2</f><v>1</v></c><c r="B1"><v>2</v></c></row>'
        '<row r="5"><c r="A5"><f t="dataTable" ref="A5:A6" dt2D="1" r1="B1" r2="B2"/><v>1</v></c></row>',
    )
    for cell in ("A1", "B1", "B2", "A6"):
        refused(file, {cell: 1}, "数组公式", {cell})
    cells(file, {"A1": Computed(9), "C1": 4})
    assert '<f t="array" ref="A1:B2">C1:D2*2</f>' in data_of(file)


def test_values_of_array_formulas_are_refreshed_or_forgotten_as_a_whole(file: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:A2">C1:C2*2</f><v>1</v></c><c r="C1"><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>7</v></c><c r="D2"><f>A2+1</f><v>8</v></c></row>'
    )
    outcome = cells(make(file, rows), {"C1": 9})
    assert outcome.stale == {"表": {"A1", "D2"}}
    assert '<c r="A2"/>' in data_of(file) and "<v>7</v>" not in data_of(file)
    outcome = cells(file, {"C1": 9, "A1": Computed(18), "A2": Computed(14), "D2": Computed(15)})
    assert not outcome.stale and '<c r="A2"><v>14</v></c>' in data_of(file)
    outcome = cells(file, {"C1": 9, "A1": Computed(18), "D2": Computed(15)})
    assert outcome.stale == {"表": {"A1"}} and "<v>18</v>" not in data_of(file)


def test_cells_under_merged_ranges_are_refused(file: Path) -> None:
    make(file, ROW, after='<mergeCells count="1"><mergeCell ref="A5:B6"/></mergeCells>')
    refused(file, {"B6": 1}, "A5:B6")
    cells(file, {"A5": "题"})


def test_table_headings_are_refused(file: Path) -> None:
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("表")
    sheet.add_table("B2:C5", {"columns": [{"header": "甲"}, {"header": "乙"}]})
    book.close()
    refused(file, {"B2": "丙"}, "标题行")
    cells(file, {"B3": 5})


def test_links(file: Path) -> None:
    make(
        file,
        ROW,
        after='<hyperlinks><hyperlink ref="C2" location="另!A1"/><hyperlink ref="B2" r:id="rId9"/></hyperlinks>'
        '<pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/>',
    )
    package = open_package(file)
    outcome = apply(
        package,
        Edits(
            sheets={"表": SheetEdit(cells={"C2": Link("去 <A>", "'公开03表'!C5"), "D2": Link(5, "另!A1")})}
        ),
    )
    file.write_bytes(outcome.data)
    xml = open_package(file).read("xl/worksheets/sheet1.xml").decode()
    assert (
        '<hyperlinks><hyperlink ref="B2" r:id="rId9"/><hyperlink ref="C2" location="\'公开03表\'!C5"/>'
        '<hyperlink ref="D2" location="另!A1"/></hyperlinks><pageMargins' in xml
    )
    assert "去 &lt;A&gt;" in xml


TEMPLATE = (
    '<row r="1" ht="30" customHeight="1"><c r="A1" s="3"/></row>'
    '<row r="2" ht="18" customHeight="1" hidden="1"><c r="A2" s="1"/><c r="B2" s="2"/><c r="C2" s="3"/></row>'
    '<row r="3" hidden="1"><c r="A3" s="2"/></row>'
    '<row r="4"><c r="A4" s="1"><v>1</v></c></row><row r="7"><c r="E7" s="1"><v>2</v></c></row>'
)


def test_the_region_of_a_sheet_is_rewritten(file: Path) -> None:
    make(
        file,
        TEMPLATE,
        before='<dimension ref="A1:E7"/>',
        after='<mergeCells count="2"><mergeCell ref="A1:C1"/><mergeCell ref="A7:B7"/></mergeCells>'
        '<hyperlinks><hyperlink ref="A1" location="另!A1"/><hyperlink ref="A7" location="另!A1"/></hyperlinks>',
    )
    rows = [
        Row(["错误", Link("公开03表 C5", "'公开03表'!C5")], like=2),
        Row([None, "x", 3, 4], like=2),
        Row(["未校验"], like=3),
    ]
    run(file, SheetEdit(region=Region(4, rows, merges=["A6:C6"])))
    text = '<is><t xml:space="preserve">{}</t></is>'.format
    assert data_of(file) == (
        "<sheetData>" + TEMPLATE[: TEMPLATE.index('<row r="4"')] + '<row r="4" ht="18" customHeight="1">'
        f'<c r="A4" s="1" t="inlineStr">{text("错误")}</c><c r="B4" s="2" t="inlineStr">{text("公开03表 C5")}</c><c r="C4" s="3"/></row>'
        f'<row r="5" ht="18" customHeight="1"><c r="A5" s="1"/><c r="B5" s="2" t="inlineStr">{text("x")}</c>'
        '<c r="C5" s="3"><v>3</v></c><c r="D5"><v>4</v></c></row>'
        f'<row r="6"><c r="A6" s="2" t="inlineStr">{text("未校验")}</c></row></sheetData>'
    )
    xml = sheet_xml(file)
    assert '<mergeCells count="2"><mergeCell ref="A1:C1"/><mergeCell ref="A6:C6"/></mergeCells>' in xml
    assert (
        '<hyperlinks><hyperlink ref="A1" location="另!A1"/><hyperlink ref="B4" location="\'公开03表\'!C5"/></hyperlinks>'
        in xml
    )
    assert '<dimension ref="A1:D6"/>' in xml
    run(file, SheetEdit(region=Region(4, [])))
    assert data_of(file) == "<sheetData>" + TEMPLATE[: TEMPLATE.index('<row r="4"')] + "</sheetData>"


def test_the_region_spares_formulas_arrays_and_merges_of_the_user(file: Path) -> None:
    make(file, TEMPLATE + '<row r="9"><c r="A9"><f>A4</f><v>1</v></c></row>')
    with pytest.raises(XltoolsError, match="A9 里是公式"):
        apply(open_package(file), Edits(sheets={"表": SheetEdit(region=Region(4, []))}))
    run(file, SheetEdit(region=Region(4, [Row([1], 2)], overwrite_formulas=True)))
    make(file, TEMPLATE, after='<mergeCells count="1"><mergeCell ref="A3:A5"/></mergeCells>')
    with pytest.raises(XltoolsError, match="A3:A5"):
        apply(open_package(file), Edits(sheets={"表": SheetEdit(region=Region(4, []))}))


USER_CF = (
    '<conditionalFormatting sqref="A1"><cfRule type="cellIs" dxfId="0" priority="7" operator="greaterThan">'
    "<formula>5</formula></cfRule></conditionalFormatting>"
)


def test_marks_come_and_go_and_the_users_rules_stay(file: Path) -> None:
    make(file, ROW, after=USER_CF + '<dataValidations count="0"/>')
    before = open_package(file).read("xl/worksheets/sheet1.xml")
    run(file, SheetEdit(marks={"FFC7CE": ["B2", "A10", "A9"], "FFEB9C": ["C2"], "C6EFCE": []}))
    xml = sheet_xml(file)
    assert USER_CF in xml and xml.count("<conditionalFormatting") == 3
    assert 'sqref="B2 A9 A10"><cfRule type="expression" dxfId="2" priority="8"' in xml
    marked = file.with_suffix(".neu.xlsx")
    styles = open_package(marked).read("xl/styles.xml").decode()
    assert '<dxfs count="4">' in styles and styles.count("FFFFC7CE") == styles.count("FFFFEB9C") == 1
    file.write_bytes(marked.read_bytes())
    outcome = run(file, SheetEdit(marks={"FFEB9C": ["B3"]}))
    assert sheet_xml(file).count("xltools") == 1 and outcome.changed == ["xl/worksheets/sheet1.xml"]
    run(file, SheetEdit(marks={}))
    assert sheet_xml(file).encode() == before


def test_marks_that_excel_saved_in_its_own_way_are_found(file: Path) -> None:
    mixed = USER_CF.replace("</conditionalFormatting>", "") + (
        '<cfRule type="expression" dxfId="1" priority="3" stopIfTrue="1"><formula>N("xltools")=0</formula></cfRule></conditionalFormatting>'
    )
    make(file, ROW, after=mixed)
    run(file, SheetEdit(marks={}))
    assert sheet_xml(file).endswith(f"{USER_CF}</worksheet>")


def with_user_notes(file: Path) -> Path:
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("表")
    book.add_worksheet("另")
    sheet.write("B2", 5)
    sheet.write_comment("B2", "用户的批注 <1>", {"author": "张三", "visible": True})
    sheet.write_comment("D9", "又一条")
    book.close()
    return file


def test_notes_come_and_go_and_the_users_notes_stay(file: Path) -> None:
    with_user_notes(file)
    original = open_package(file)
    names = ("xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/worksheets/sheet1.xml")
    before = {name: original.read(name) for name in names}
    outcome = run(
        file, SheetEdit(notes={"C3": "应为 1\n实为 <2>", "B2": "这里有用户的批注", "A1": "x" * 500})
    )
    assert outcome.notes_skipped == [("表", "B2")]
    page = openpyxl.load_workbook(file.with_suffix(".neu.xlsx"))["表"]
    assert page["C3"].comment.text == "应为 1\n实为 <2>" and page["B2"].comment.text == "用户的批注 <1>"
    shapes = open_package(file.with_suffix(".neu.xlsx")).read("xl/drawings/vmlDrawing1.vml").decode()
    numbers = re.findall(r'id="_x0000_s([0-9]+)"', shapes)
    assert len(numbers) == len(set(numbers)) == 4
    file.write_bytes(outcome.data)
    run(file, SheetEdit(notes={"E5": "新的"}))
    page = openpyxl.load_workbook(file.with_suffix(".neu.xlsx"))["表"]
    assert (
        page["C3"].comment is None
        and page["E5"].comment.text == "新的"
        and page["D9"].comment.text == "又一条"
    )
    run(file, SheetEdit(notes={}))
    package = open_package(file.with_suffix(".neu.xlsx"))
    after = {name: package.read(name) for name in names}
    assert after["xl/drawings/vmlDrawing1.vml"] == before["xl/drawings/vmlDrawing1.vml"]
    assert after["xl/comments1.xml"] == before["xl/comments1.xml"]
    assert after["xl/worksheets/sheet1.xml"] == before["xl/worksheets/sheet1.xml"]


def test_first_notes_of_a_sheet_and_their_removal(file: Path) -> None:
    make(
        file, ROW, after='<pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/><extLst/>'
    )
    before = open_package(file).read("xl/worksheets/sheet1.xml")
    outcome = run(file, SheetEdit(notes={f"A{n}": f"第 {n} 条" for n in range(1, 40)}))
    assert '<legacyDrawing r:id="rId2"/><extLst/>' in sheet_xml(file)
    file.write_bytes(outcome.data)
    run(file, SheetEdit(notes={}))
    package = open_package(file.with_suffix(".neu.xlsx"))
    assert package.read("xl/worksheets/sheet1.xml") == before
    assert not [
        name for name in package.entries if "comments" in name or "vml" in name or "sheet1.xml.rels" in name
    ]


def test_defined_names(file: Path) -> None:
    names = '<definedNames><definedName name="甲">1</definedName><definedName name="x" localSheetId="0">2</definedName></definedNames>'
    make(file, ROW, workbook=names)
    run(file, SheetEdit(), names={"x": "='表'!$A$1", "甲": None})
    text = open_package(file.with_suffix(".neu.xlsx")).read("xl/workbook.xml").decode()
    assert (
        '<definedNames><definedName name="x" localSheetId="0">2</definedName>'
        "<definedName name=\"x\">'表'!$A$1</definedName></definedNames>" in text
    )
    make(file, ROW)
    run(file, SheetEdit(), names={"x": "1"})
    assert b"</sheets><definedNames>" in open_package(file.with_suffix(".neu.xlsx")).read("xl/workbook.xml")
    with pytest.raises(ValueError, match="not a defined name"):
        apply(open_package(file), Edits(names={"1 x": "1"}))


def test_a_second_self_evaluation(file: Path) -> None:
    book = xlsxwriter.Workbook(file)
    book.add_worksheet("封面")
    sheet = book.add_worksheet("绩效自评")
    other = book.add_worksheet("公开01表")
    other.print_area("A1:B5")
    sheet.print_area("A1:D9")
    sheet.repeat_rows(0, 1)
    sheet.write_formula("B2", "=SUM(C2:D2)", None, 3)
    sheet.write("C2", 3)
    sheet.write_url("A4", "https://example.com/")
    sheet.write_comment("C2", "批注")
    sheet.insert_image("E2", str(Path(__file__).parent / "pixel.png"))
    sheet.activate()
    other.activate()
    book.close()
    edits = Edits(
        copies=[SheetCopy("绩效自评", "绩效自评 (2)")],
        sheets={"绩效自评 (2)": SheetEdit(cells={"C2": 5, "B2": Computed(5)}, notes={"D2": "新"})},
    )
    outcome = apply(open_package(file), edits)
    assert_sound(outcome.data)
    file.write_bytes(outcome.data)
    pages = openpyxl.load_workbook(file)
    assert pages.sheetnames == ["封面", "绩效自评", "绩效自评 (2)", "公开01表"]
    assert pages["绩效自评"]["C2"].value == 3 and pages["绩效自评 (2)"]["C2"].value == 5
    assert (
        pages["绩效自评 (2)"]["C2"].comment.text == "批注"
        and pages["绩效自评 (2)"]["D2"].comment.text == "新"
    )
    assert pages["绩效自评"]["D2"].comment is None
    assert (
        pages["绩效自评 (2)"].print_area == "'绩效自评 (2)'!$A$1:$D$9"
        and pages["公开01表"].print_area == "'公开01表'!$A$1:$B$5"
    )
    assert pages.active.title == "公开01表"
    package = open_package(file)
    drawings = [link["part"] for link in relationships(package, "xl/worksheets/sheet4.xml").values()]
    assert "xl/drawings/drawing2.xml" in drawings
    assert [link["part"] for link in relationships(package, "xl/drawings/drawing2.xml").values()] == [
        "xl/media/image1.png"
    ]
    for name, word in (("封面", "已经有"), ("a/b", "不能用作"), ("长" * 32, "不能用作"), ("", "不能用作")):
        with pytest.raises(XltoolsError, match=word):
            apply(open_package(file), Edits(copies=[SheetCopy("绩效自评", name)]))


def test_sheets_that_cannot_be_copied_from_the_file(file: Path) -> None:
    book = xlsxwriter.Workbook(file)
    table, chart = book.add_worksheet("表"), book.add_worksheet("图")
    table.add_table("B2:C5")
    plot = book.add_chart({"type": "column"})
    plot.add_series({"values": "=表!$B$2:$B$3"})
    chart.insert_chart("A1", plot)
    book.close()
    for name, word in (("表", "“表格”"), ("图", "图表")):
        with pytest.raises(XltoolsError, match=word):
            apply(open_package(file), Edits(copies=[SheetCopy(name, "新")]))


def test_signed_strict_and_old_files_are_refused(file: Path, tmp_path: Path) -> None:
    make(file, ROW)
    parts = parts_of({"表": worksheet(ROW)}, extra={"_xmlsignatures/origin.sigs": ""})
    file.write_bytes(zipped(parts))
    refused(file, {"A1": 1}, "数字签名")
    package = open_package(make(file, ROW))
    package.strict = True
    with pytest.raises(XltoolsError, match="Strict"):
        apply(package, Edits())
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    ods = tmp_path / "a.ods"
    ods.write_bytes(zipped({"mimetype": mimetype, "content.xml": "<x/>"}))
    with pytest.raises(XltoolsError, match=r"不能写入 \.ods"):
        edit(ods, Edits())


def test_other_dialects_are_refused_in_words(file: Path) -> None:
    make(file, "\n<row r='1'/>")
    refused(file, {"A1": 1}, "特殊格式")


def test_formulas_in_a_dialect_that_cannot_be_edited_are_left_to_excel(file: Path) -> None:
    """Their stored values stay, but are named, and Excel is told to compute."""
    prefixed = (
        '<?xml version="1.0"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row r="1"><x:c r="A1"><x:f>表!B2*2</x:f><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    wide = (
        worksheet('<row r="1"><c r="A1"><f>表!B2*3</f><v>3</v></c></row>')
        .replace("UTF-8", "UTF-16")
        .encode("utf-16")
    )
    extra = {"xl/worksheets/sheet2.xml": prefixed, "xl/worksheets/sheet3.xml": wide}
    file.write_bytes(zipped(parts_of({"表": worksheet(ROW), "甲": "", "乙": ""}, extra=extra)))
    outcome = apply(open_package(file), Edits(sheets={"表": SheetEdit(cells={"B2": 9})}))
    assert outcome.stale == {"甲": {"A1"}, "乙": {"A1"}}
    assert outcome.changed == ["xl/workbook.xml", "xl/worksheets/sheet1.xml"]
    assert edit(file, Edits(sheets={"表": SheetEdit(cells={"B2": 9})})).stale == outcome.stale


def test_macros_stay(tmp_path: Path) -> None:
    file = tmp_path / "宏.xlsm"
    project = bytes(range(256)) * 20
    parts = parts_of({"表": worksheet(ROW), "另": worksheet()}, extra={"xl/vbaProject.bin": project})
    types = str(parts["[Content_Types].xml"])
    parts["[Content_Types].xml"] = types.replace(
        '<Default Extension="xml"',
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Default Extension="xml"',
    )
    file.write_bytes(zipped(parts))
    outcome = cells(file, {"B2": 9})
    assert outcome.changed == ["xl/worksheets/sheet1.xml"]
    assert open_package(file.with_suffix(".neu.xlsx")).read("xl/vbaProject.bin") == project


def test_edit_saves_with_a_backup_or_as_a_copy(file: Path) -> None:
    make(file, ROW)
    old = file.read_bytes()
    copy = file.parent / "副本.xlsx"
    outcome = edit(file, Edits(sheets={"表": SheetEdit(cells={"B2": 5})}), to=copy)
    assert file.read_bytes() == old and copy.read_bytes() == outcome.data and outcome.backup is None
    outcome = edit(file, Edits(sheets={"表": SheetEdit(cells={"B2": 5})}))
    assert outcome.backup is not None and outcome.backup.read_bytes() == old
    assert file.read_bytes() == outcome.data
    (file.parent / f"~${file.name}").write_bytes(b"")
    with pytest.raises(XltoolsError, match="打开"):
        edit(file, Edits())


_content = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    st.text(max_size=12),
    st.builds(
        Formula, st.sampled_from(["A1+1", "SUM(A1:C3)", '"甲"&B2']), st.one_of(st.none(), st.integers(0, 9))
    ),
)
_address = st.builds("{}{}".format, st.sampled_from(["A", "B", "C", "D", "Z", "AB"]), st.integers(1, 12))


@settings(max_examples=examples(120), deadline=None)
@given(st.dictionaries(_address, _content, max_size=8))
def test_any_edits_leave_a_sound_workbook(
    tmp_path_factory: pytest.TempPathFactory, wanted: dict[str, Content]
) -> None:
    parts = with_chain(
        parts_of({"表": worksheet(SHARED.replace("</row>", '<c r="B9"/></row>', 0)), "另": worksheet()}),
        "".join(f'<c r="A{n}" i="1"/>' for n in range(1, 5)),
    )
    file = tmp_path_factory.mktemp("x") / "a.xlsx"
    file.write_bytes(zipped(parts))
    outcome = apply(open_package(file), Edits(sheets={"表": SheetEdit(wanted, frozenset(wanted))}))
    assert_sound(outcome.data, load=False)
    file.write_bytes(outcome.data)
    facts = read_facts(open_package(file))["表"]
    for address, content in wanted.items():
        assert facts.formulas.get(address) == (content.text if isinstance(content, Formula) else None)
    for number in range(1, 5):
        if f"A{number}" not in wanted:
            assert facts.formulas[f"A{number}"] == f"B{number}*$C$1"
