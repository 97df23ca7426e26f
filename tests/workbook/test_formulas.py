"""Formulas and facts of sheets: the fast reader proves its dialect and agrees with the slow one."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import random
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from tests.effort import examples
from tests.workbook.builders import HEAD, MAIN, parts_of, worksheet, write, zipped
from xltools.errors import XltoolsError
from xltools.workbook import formulas
from xltools.workbook.facts import Facts
from xltools.workbook.formulas import (
    fast_facts,
    plain,
    read_facts,
    read_formulas,
    sheet_data,
    slow_facts,
)
from xltools.workbook.package import open_package


def both(data: str, after: str = "", before: str = "") -> Facts:
    """The facts of a sheet, which both readers must see alike."""
    text = worksheet(data, after, before)
    fast = fast_facts(text)
    assert fast is not None, "the fast reader should take this"
    assert fast == slow_facts(text.encode(), "x")
    return fast


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("[1]!XT_TOTAL(A1)", "XT_TOTAL(A1)"),
        ("_xll.XT_TOTAL(A1)+_xldudf_XT_SHARE(B1)", "XT_TOTAL(A1)+XT_SHARE(B1)"),
        ("_xlfn.XT_TOTAL(_xlfn.IFS(A1,2))", "XT_TOTAL(_xlfn.IFS(A1,2))"),
        ("[12]!_xldudf_XT_TOTAL(A1)", "XT_TOTAL(A1)"),
        (r"'D:\工具\xltools.xlam'!XT_TOTAL(A1)", "XT_TOTAL(A1)"),
        ("xt_total(A1)", "XT_TOTAL(A1)"),
        ('IF(A1,"[1]!XT_TOTAL(",[1]!XT_TOTAL(A1))', 'IF(A1,"[1]!XT_TOTAL(",XT_TOTAL(A1))'),
        ("[1]Sheet1!A1+[1]!OTHER(A1)", "[1]Sheet1!A1+[1]!OTHER(A1)"),
        ("SUM(A1:A9)", "SUM(A1:A9)"),
        ("XT_TOTAL(A1,'XT_表'!B2)", "XT_TOTAL(A1,'XT_表'!B2)"),
    ],
)
def test_plain(stored: str, expected: str) -> None:
    assert plain(stored) == expected
    assert plain(expected) == expected


def test_formulas_values_and_errors() -> None:
    facts = both(
        '<row r="1"><c r="A1" s="1"><f>SUM(B1:C1)</f><v>3</v></c><c r="B1"><f>A1&amp;"&lt;x&gt;"</f></c>'
        '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1" t="e"><v>#REF!</v></c><c r="E1" t="str"><f>""</f><v></v></c>'
        '<c r="F1"><f>1+1</f><v/></c></row>'
    )
    assert facts.formulas == {"A1": "SUM(B1:C1)", "B1": 'A1&"<x>"', "C1": "1/0", "E1": '""', "F1": "1+1"}
    assert facts.uncached == ["B1", "F1"]
    assert facts.errors == {"C1": "#DIV/0!", "D1": "#REF!"}


def test_shared_and_array_formulas() -> None:
    facts = both(
        '<row r="2"><c r="B2"><f t="shared" ref="B2:B4" si="0">SUM(C2:D2)*$E$1</f><v>1</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0"/><v>1</v></c><c r="C3"><f t="array" ref="C3:C5">A1:A3*2</f><v>1</v></c></row>'
        '<row r="4"><c r="B4"><f t="shared" si="0"/><v>1</v></c><c r="C4"><v>2</v></c></row>'
    )
    assert facts.formulas == {
        "B2": "SUM(C2:D2)*$E$1",
        "B3": "SUM(C3:D3)*$E$1",
        "B4": "SUM(C4:D4)*$E$1",
        "C3": "A1:A3*2",
    }
    assert facts.arrays == {"C3": "C3:C5"}


def test_merges_hidden_rows_and_columns() -> None:
    facts = both(
        '<row r="1" hidden="1" ht="20"><c r="A1"/></row><row r="2" hidden="0"/><row r="7" hidden="true"/>',
        after='<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="C3:D9"/></mergeCells>',
        before='<cols><col min="2" max="3" width="9" hidden="1"/><col min="5" max="5" width="8"/></cols>',
    )
    assert facts.merges == ["A1:B2", "C3:D9"]
    assert facts.hidden_rows == {1, 7} and facts.hidden_columns == {2, 3}


def test_inline_strings_with_fonts_are_no_formulas() -> None:
    facts = both(
        '<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><b/><sz val="9"/><rFont val="宋体"/><family val="2"/></rPr>'
        '<t xml:space="preserve"> 甲 </t></r><r><t>&lt;f&gt;</t></r></is></c>'
        '<c r="B1" t="inlineStr"><f>A1</f><is><t>甲</t></is></c></row>'
    )
    assert facts.formulas == {"B1": "A1"} and facts.uncached == []


OUTSIDE = {
    "prefix": f'{HEAD}<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    "comment": worksheet('<row r="1"><!-- <c r="B9"><f>9</f></c> --><c r="A1"><f>1+1</f><v>2</v></c></row>'),
    "cdata": worksheet('<row r="1"><c r="A1"><f><![CDATA[1+1]]></f><v>2</v></c></row>'),
    "single quotes": worksheet("<row r='1'><c r='A1'><f>1+1</f><v>2</v></c></row>"),
    "no addresses": worksheet("<row><c><f>1+1</f><v>2</v></c></row>"),
    "indented": worksheet('\n <row r="1">\n  <c r="A1">\n   <f>1+1</f>\n   <v>2</v>\n  </c>\n </row>\n'),
    "order of attributes": worksheet('<row spans="1:1" r="1"><c s="1" r="A1"><f>1+1</f><v>2</v></c></row>'),
    "processing instruction": worksheet('<?x y?><row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>'),
    "sheetData twice": worksheet('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>').replace(
        "</worksheet>", "<extLst><sheetData/></extLst></worksheet>"
    ),
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_other_dialects_take_the_slow_way_to_the_same_result(case: str) -> None:
    text = OUTSIDE[case]
    assert fast_facts(text) is None
    facts = slow_facts(text.encode(), "x")
    assert facts.formulas == {"A1": "1+1"} and facts.uncached == []


def test_utf16_sheets(tmp_path: Path) -> None:
    text = worksheet('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>').replace("UTF-8", "UTF-16")
    file = tmp_path / "宽.xlsx"
    file.write_bytes(zipped(parts_of({"表": "x"}, extra={"xl/worksheets/sheet1.xml": text.encode("utf-16")})))
    assert read_formulas(open_package(file)) == {"表": {"A1": "1+1"}}


@pytest.mark.parametrize(
    "text",
    [
        worksheet()[:-5],
        worksheet('<row r="1"><c r="A1"><v>1</c></row>'),
        worksheet('<row r="x"><c><v>1</v></c></row>'),
        '<?xml version="1.0"?><other/>',
        "",
        "&x;",
    ],
)
def test_broken_sheets_are_refused(tmp_path: Path, text: str) -> None:
    file = write(tmp_path / "a.xlsx", {"表": text or " "})
    with pytest.raises(XltoolsError) as caught:
        read_facts(open_package(file))
    assert caught.value.remedy


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_entities_in_what_other_readers_would_open(tmp_path: Path, part: str) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    file = write(tmp_path / "a.xlsx", {"表": worksheet()}, **{part: bomb})
    with pytest.raises(XltoolsError, match="实体声明"):
        read_facts(open_package(file))


def test_a_sheet_of_seventeen_billion_cells_is_named_not_read(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><f>1+1</f></c></row>'
    pretty = far.replace("><", ">\n<")
    declared = '<dimension ref="A1:XFD1048576"/>'
    small = worksheet('<row r="1"><c r="A1"><f>1</f><v>1</v></c></row>', before=declared)
    file = write(tmp_path / "a.xlsx", {"远": worksheet(far), "远2": worksheet(pretty), "小": small})
    facts = read_facts(open_package(file))
    assert "1048576 行 × 16384 列" in facts["远"].trouble and not facts["远"].formulas
    assert facts["远2"].trouble == facts["远"].trouble
    assert not facts["小"].trouble and facts["小"].formulas == {"A1": "1"}


def test_blank_cells_far_away_do_not_make_a_sheet_large(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><f>1</f><v>1</v></c><c r="XFD1" s="1"/></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    file = write(tmp_path / "a.xlsx", {"表": worksheet(far), "表2": worksheet(far.replace("><", ">\n<"))})
    for facts in read_facts(open_package(file)).values():
        assert facts.trouble == "" and facts.formulas == {"A1": "1"}


def test_a_heavy_sheet_is_named_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(
        tmp_path / "a.xlsx", {"重": worksheet('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 2000)}
    )
    monkeypatch.setattr(formulas, "MAX_SHEET", 1000)
    assert "MB" in read_facts(open_package(file))["重"].trouble
    monkeypatch.setattr(formulas, "MAX_STRINGS", 10)
    with pytest.raises(XltoolsError, match="异常巨大"):
        read_facts(open_package(file))


def test_wide_but_reasonable_sheets_are_read(tmp_path: Path) -> None:
    text = worksheet(
        '<row r="1"><c r="AAA1"><f>1</f><v>1</v></c></row><row r="12345"><c r="B12345"><v>1</v></c></row>'
    )
    assert sheet_data(text) is not None and sheet_data(text)[2]  # type: ignore[index]
    facts = fast_facts(text)
    assert facts is not None and "12345 行" in facts.trouble
    facts = fast_facts(text.replace("AAA1", "Z1"))
    assert facts is not None and facts.formulas == {"Z1": "1"}


def test_files_by_xlsxwriter_and_openpyxl(tmp_path: Path) -> None:
    first = tmp_path / "x.xlsx"
    book = xlsxwriter.Workbook(first)
    sheet = book.add_worksheet("公开01表")
    sheet.write_formula("A1", "=XT_TOTAL(B1:B3)", None, 7)
    sheet.write_array_formula("C1:C2", "{=B1:B2*2}", None, 3)
    sheet.write_dynamic_array_formula("D1", "=SORT(B1:B3)", None, 1)
    sheet.merge_range("A5:B6", "题")
    sheet.set_row(8, None, None, {"hidden": True})
    sheet.write_comment("A1", "批注")
    sheet.write("A9", "甲 <b>")
    book.close()
    facts = read_facts(open_package(first))["公开01表"]
    assert facts.formulas["A1"] == "XT_TOTAL(B1:B3)" and facts.formulas["C1"] == "B1:B2*2"
    assert facts.arrays == {"C1": "C1:C2", "D1": "D1"}
    assert facts.merges == ["A5:B6"] and facts.hidden_rows == {9} and facts.notes
    second = tmp_path / "o.xlsx"
    pages = openpyxl.Workbook()
    pages.active["A1"] = "=SUM(B1:B2)"
    pages.active["C1"] = ArrayFormula("C1:C3", "=B1:B3*2")
    pages.save(second)
    facts = read_facts(open_package(second))["Sheet"]
    assert facts.formulas == {"A1": "SUM(B1:B2)", "C1": "=B1:B3*2".removeprefix("=")}
    assert facts.uncached == ["A1", "C1"] and not facts.notes


def test_only_the_named_sheets(tmp_path: Path) -> None:
    file = write(tmp_path / "a.xlsx", {"甲": worksheet(), "乙": worksheet()})
    assert list(read_facts(open_package(file), ["乙"])) == ["乙"]


_text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@st.composite
def _sheet(draw: st.DrawFn) -> str:
    rows = []
    for number in sorted(draw(st.sets(st.integers(1, 60), max_size=5))):
        cells = []
        for letter in sorted(draw(st.sets(st.sampled_from("ABCDEFG"), max_size=4))):
            kind = draw(st.sampled_from(["", ' s="3"', ' t="str"', ' s="1" t="e"', ' t="n"']))
            formula = draw(
                st.sampled_from(
                    ["", "<f>%s</f>", "<f></f>", '<f t="array" ref="A1">%s</f>', '<f ca="1">%s</f>', "<f/>"]
                )
            )
            formula = formula.replace("%s", _escaped(draw(_text)) or "1")
            value = draw(st.sampled_from(["", "<v>%s</v>", "<v></v>", "<v/>"])).replace(
                "%s", _escaped(draw(_text))
            )
            cells.append(f'<c r="{letter}{number}"{kind}>{formula}{value}</c>')
        hidden = draw(st.sampled_from(["", ' hidden="1"', ' spans="1:3" hidden="true"']))
        rows.append(f'<row r="{number}"{hidden}>{"".join(cells)}</row>')
    return "".join(rows)


@settings(max_examples=examples(200), deadline=None)
@given(_sheet())
def test_fast_and_slow_agree(data: str) -> None:
    text = worksheet(data)
    fast = fast_facts(text)
    assert fast is not None
    slow = slow_facts(text.encode(), "x")
    assert fast == slow


def test_damaged_sheets_never_pass_as_something_else() -> None:
    """Where a mutated sheet is still taken by the fast reader, expat must see the same in it."""
    chance = random.Random(7)
    text = worksheet(
        '<row r="1"><c r="A1" s="1"><f>SUM(B1:C1)</f><v>3</v></c><c r="B1" t="e"><v>#N/A</v></c></row>'
        '<row r="2" hidden="1"><c r="A2"><f t="shared" ref="A2:A3" si="0">B2+1</f><v>1</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"/><v>1</v></c><c r="B3" t="inlineStr"><is><t>x</t></is></c></row>',
        after='<mergeCells count="1"><mergeCell ref="A5:B6"/></mergeCells>',
    )
    taken = 0
    for _ in range(4000):
        at = chance.randrange(len(text))
        cut = chance.choice([0, 1, 1, 5])
        mutated = (
            text[:at]
            + chance.choice(["", "<", ">", '"', "'", " ", "/", "&", "<f>", "A", "=", "<!--"])
            + text[at + cut :]
        )
        fast = fast_facts(mutated)
        if fast is None:
            continue
        try:
            slow = slow_facts(mutated.encode(), "x")
        except XltoolsError:
            continue  # not well-formed outside of the cells: other readers refuse it too
        taken += 1
        assert fast == slow, mutated
    assert taken > 400
