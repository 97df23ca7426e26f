# ruff: noqa: E501 (XML as it is stored)
"""Values read in one pass are those of python-calamine, or are left to it; facts those of the other readers."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.workbook.builders import HEAD, MAIN, RELS, parts_of, worksheet, write, zipped
from tests.workbook.rich import build
from xltools.errors import XltoolsError
from xltools.workbook.formulas import read_facts
from xltools.workbook.package import open_package
from xltools.workbook.values import Content, read_contents


def trimmed(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Rows without the blanks at their ends, which the readers count differently."""
    result = [list(row) for row in rows]
    for row in result:
        while row and row[-1] in ("", None):
            row.pop()
    while result and not result[-1]:
        result.pop()
    return result


def compare(file: Path, only_fast: bool = True) -> list[Content]:
    """Read with both; errors, which calamine leaves out, are blanked for the comparison."""
    package = open_package(file)
    contents = read_contents(package)
    facts = read_facts(package)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(package.data))
    for content in contents:
        assert content.facts == facts[content.sheet.name]
        if only_fast:
            assert content.rows is not None, content.sheet.name
        if content.rows is None:
            continue
        assert len({len(row) for row in content.rows}) <= 1
        for cell, error in content.facts.errors.items():
            row, column = openpyxl.utils.cell.coordinate_to_tuple(cell)
            assert content.rows[row - 1][column - 1] == error
            content.rows[row - 1][column - 1] = ""
        expected = book.get_sheet_by_name(content.sheet.name).to_python(skip_empty_area=False)
        assert trimmed(content.rows) == trimmed(expected)
        assert [[type(v) for v in row] for row in trimmed(content.rows)] == [
            [type(v) for v in row] for row in trimmed(expected)
        ]
    return contents


def strings(items: str) -> dict[str, str]:
    return {"xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}" count="9" uniqueCount="9">{items}</sst>'}


def with_strings(file: Path, data: str, items: str) -> Path:
    parts = parts_of({"表": worksheet(data)}, extra=strings(items))
    links = str(parts["xl/_rels/workbook.xml.rels"])
    link = (
        f'<Relationship Id="rId92" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    parts["xl/_rels/workbook.xml.rels"] = links.replace("</Relationships>", link)
    file.write_bytes(zipped(parts))
    return file


def test_a_rich_workbook(tmp_path: Path) -> None:
    contents = compare(build(tmp_path / "a.xlsx"))
    assert contents[0].facts.notes and contents[0].facts.formulas["K9"] == "B9+C9"


def test_files_by_openpyxl(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in ([1, 2.5, "文字 <&>", True], [None, None, "", "=SUM(A1:B1)"], ["a\nb", -0.0, 1e300, "#N/A"]):
        page.append(row)
    page["H9"] = 3
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    compare(tmp_path / "a.xlsx")


def test_strings_of_every_kind(tmp_path: Path) -> None:
    items = (
        "<si><t>甲 &amp; &lt;乙&gt;</t></si>"
        '<si><t xml:space="preserve">  空格  </t></si>'
        '<si><r><rPr><b/></rPr><t>粗</t></r><r><t xml:space="preserve"> 细</t></r></si>'
        '<si><t>东京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>'
        "<si><t></t></si><si><t>_x0041_行_x000D_</t></si><si><t>两\n行</t></si>"
    )
    data = '<row r="1">' + "".join(f'<c r="{chr(65 + n)}1" t="s"><v>{n}</v></c>' for n in range(7)) + "</row>"
    content = compare(with_strings(tmp_path / "a.xlsx", data, items))[0]
    assert content.rows is not None
    assert content.rows[0][:5] == ["甲 & <乙>", "  空格  ", "粗 细", "东京", ""]


def test_cells_of_every_kind(tmp_path: Path) -> None:
    data = (
        '<row r="2"><c r="B2" t="str"><f>A1&amp;"x"</f><v>&lt;甲&gt;</v></c><c r="C2" t="b"><v>1</v></c><c r="D2" t="b"><v>0</v></c>'
        '<c r="E2" t="e"><v>#REF!</v></c><c r="F2" t="n"><v>1.5E3</v></c><c r="G2"><v>-0.1</v></c><c r="H2"/></row>'
        '<row r="3"/><row r="4"><c r="A4" t="inlineStr"><is><t>行内</t></is></c><c r="B4"><f>1</f></c>'
        '<c r="C4" t="inlineStr"><is><r><rPr><b/></rPr><t>甲</t></r><r><t>乙</t></r></is></c><c r="D4"><v></v></c></row>'
    )
    content = compare(write(tmp_path / "a.xlsx", {"表": worksheet(data)}))[0]
    assert content.facts.uncached == ["B4"] and content.facts.errors == {"E2": "#REF!"}


def test_dates_are_left_to_the_library(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(file)
    for number, code in enumerate(["yyyy-mm-dd", "h:mm", 'yyyy"年"', "[h]:mm:ss"]):
        book.add_worksheet().write_datetime(
            0, 0, datetime.datetime(2024, 1, number + 1), book.add_format({"num_format": code})
        )
    plain = book.add_worksheet()
    for row, code in enumerate(
        ['#,##0.00"元"', "0.00%", "[Red]#,##0", "General", r"0.0\d", '"days" 0', "_-* #,##0_-"]
    ):
        plain.write_number(row, 0, 45000, book.add_format({"num_format": code}))
    book.close()
    contents = compare(file, only_fast=False)
    assert [content.rows is None for content in contents] == [True] * 4 + [False]


def test_strict_workbooks_are_read(tmp_path: Path) -> None:
    parts = parts_of({"表": worksheet('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>')})
    strict = {
        name: str(content)
        .replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
        .replace(RELS, "http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, content in parts.items()
    }
    (tmp_path / "a.xlsx").write_bytes(zipped(strict))
    content = read_contents(open_package(tmp_path / "a.xlsx"))[0]
    assert content.rows == [[2.0]] and content.facts.formulas == {"A1": "1+1"}


@pytest.mark.parametrize(
    ("data", "items"),
    [
        ('<row r="1"><c r="A1" t="s"><v>9</v></c></row>', "<si><t>x</t></si>"),
        ('<row r="1"><c r="A1" t="s"><v>x</v></c></row>', "<si><t>x</t></si>"),
        ('<row r="1"><c r="A1"><v>zwölf</v></c></row>', ""),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>', ""),
        ('<row r="2"><c r="B2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>', ""),
        ('<row r="1"><c r="A1" t="d"><v>2024-01-01</v></c></row>', ""),
        ("<row r='1'><c r='A1'><v>1</v></c></row>", ""),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', "<si ><t>x</t></si>"),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', '<si><t xml:lang="zh">x</t></si>'),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', "<!-- --><si><t>x</t></si>"),
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_the_library(tmp_path: Path, data: str, items: str) -> None:
    package = open_package(with_strings(tmp_path / "a.xlsx", data, items))
    assert [content.rows for content in read_contents(package)] == [None]


def test_sheets_that_are_too_large_and_hostile_ones(tmp_path: Path) -> None:
    far = worksheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    content = read_contents(open_package(write(tmp_path / "a.xlsx", {"远": far})))[0]
    assert content.rows is None and "1048576" in content.facts.trouble
    for part in ("xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
        bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
        with pytest.raises(XltoolsError, match="实体声明"):
            read_contents(open_package(write(tmp_path / "a.xlsx", {"表": worksheet()}, **{part: bomb})))


_value = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=9),
)


@settings(max_examples=examples(60), deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 12), st.integers(0, 9)), _value, max_size=20))
def test_any_values(tmp_path_factory: pytest.TempPathFactory, values: dict[tuple[int, int], object]) -> None:
    file = tmp_path_factory.mktemp("x") / "a.xlsx"
    book = xlsxwriter.Workbook(file, {"strings_to_urls": False, "strings_to_formulas": False})
    sheet = book.add_worksheet("表")
    for (row, column), value in values.items():
        sheet.write(row, column, value)
    book.close()
    compare(file)
