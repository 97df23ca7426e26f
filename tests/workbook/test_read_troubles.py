"""What is wrong in a workbook is a finding in Chinese: where, what, what to do. Nothing passes silently."""

from __future__ import annotations

import datetime
import string
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import xltools
from tests.workbook.books import Book, example, rules, unlike
from xltools.finding import WORDING, Severity
from xltools.report import Ref
from xltools.workbook.facts import Facts
from xltools.workbook.read import Reading, recognise
from xltools.workbook.troubles import REMEDIES, TROUBLES

SHEET = "公开03表"
REF = Ref("expenditure", "2010399", "3")


def with_cell(content: Any) -> Reading:
    """The example with the project spending of 2010399 replaced."""
    book = Book.example()
    row, at = book.find(SHEET, "2010399")
    return book.put(SHEET, row, at + 4, content).read()


def only(reading: Reading, rule: str) -> str:
    """The message of the one trouble there is."""
    assert rules(reading) == [rule], [t.message for t in reading.troubles]
    message = reading.troubles[0].message
    assert message.endswith("。") and not any(letter in message for letter in "{}")
    return message


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        ("六点二二", "reading-01", "六点二二"),
        ("6.22元", "reading-01", "6.22元"),
        ("无", "reading-01", "文字"),
        ("(6.22)", "reading-01", "文字"),
        (datetime.date(2024, 6, 22), "reading-02", "2024-06-22"),
        (datetime.datetime(2024, 6, 22, 1), "reading-02", "日期"),
        (datetime.timedelta(1), "reading-02", "日期"),
        (True, "reading-03", "逻辑值"),
        ("#REF!", "reading-04", "#REF!"),
        ("#DIV/0!", "reading-04", "#DIV/0!"),
        ("#N/A", "reading-04", "#N/A"),
        (1e308, "reading-05", "过大"),
        (-1e15, "reading-05", "过大"),
        (float("inf"), "reading-05", "不是有效的数字"),
        (float("nan"), "reading-05", "不是有效的数字"),
        ("9" * 300, "reading-01", "文字"),
        ("9" * 60, "reading-01", "过大"),
    ],
)
def test_an_amount_cell_that_holds_no_amount(content: Any, rule: str, words: str) -> None:
    reading = with_cell(content)
    message = only(reading, rule)
    assert words in message and "公开03表" in message and "2010399" in message and "E10" in message
    assert REF not in reading.report.amounts
    trouble = reading.troubles[0]
    assert trouble.severity is Severity.ERROR and trouble.cells[0].ref == REF


def lacking_form(book: Book) -> None:
    del book.sheets[SHEET]


def copied_form(book: Book) -> None:
    book.sheets["支出决算表 (2)"] = [list(cells) for cells in book.sheets[SHEET]]


def last_years_form(book: Book) -> None:
    copy = [[("2023年度" if cell == "2024年度" else cell) for cell in cells] for cells in book.sheets[SHEET]]
    copy[7][2] = 9.99
    book.sheets = {"去年": copy, **book.sheets}


def headless_form(book: Book) -> None:
    row, _ = book.find(SHEET, "科目代码")
    for number in range(row - 1, row + 2):
        book.sheets[SHEET][number] = [""] * len(book.sheets[SHEET][number])


def lost_heading(book: Book) -> None:
    row, at = book.find(SHEET, "基本支出")
    book.put(SHEET, row, at, "")


def lost_column(book: Book) -> None:
    _, at = book.find(SHEET, "经营支出")
    book.delete_column(SHEET, at)


def doubled_column(book: Book) -> None:
    row, at = book.find(SHEET, "项目支出")
    book.insert_column(SHEET, at + 1)
    book.put(SHEET, row, at + 1, "项目支出").put(SHEET, row + 4, at + 1, 6.22)


def unknown_column(book: Book) -> None:
    row, at = book.find(SHEET, "项目支出")
    book.insert_column(SHEET, at + 1)
    book.put(SHEET, row, at + 1, "其中：基建").put(SHEET, row + 4, at + 1, 1.5)


def renamed_column(book: Book) -> None:
    book.replace(SHEET, "本年支出合计", "支出合计数")


def renumbered_column(book: Book) -> None:
    row, at = (
        book.find("公开09表", "12") if "12" in book.sheets["公开09表"][6] else book.find("公开09表", 12.0)
    )
    book.put("公开09表", row, at, "11").put("公开09表", row, at - 1, "12")


def unknown_line(book: Book) -> None:
    row, _ = book.find("公开01表", "八、其他收入")
    book.insert_row("公开01表", row + 1, ["九、捐赠收入", "", 3.5])


def lost_line(book: Book) -> None:
    row, _ = book.find("公开10表", "工程")
    book.delete_row("公开10表", row)


def doubled_line(book: Book) -> None:
    row, _ = book.find("公开10表", "货物")
    book.insert_row("公开10表", row + 1, ["货物", "2", 0.5])


def renamed_line(book: Book) -> None:
    book.replace("公开10表", "货物", "货物类")


def total_below_the_notes(book: Book) -> None:
    row, _ = book.find(SHEET, "合计")
    total = book.sheets[SHEET].pop(row)
    book.sheets[SHEET] += [[""] * len(total), total]


def number_beside_the_table(book: Book) -> None:
    width = len(book.sheets[SHEET][0])
    book.put(SHEET, 8, width + 1, 319.74)


def number_below_the_table(book: Book) -> None:
    book.put(SHEET, len(book.sheets[SHEET]) + 1, 2, 319.74)


def row_without_code_and_name(book: Book) -> None:
    row, _ = book.find(SHEET, "208")
    book.insert_row(SHEET, row, ["", "", 5.0])


def ambiguous_name_without_code(book: Book) -> None:
    row, _ = book.find(SHEET, "208")
    book.insert_row(SHEET, row, ["", "培训之类", 5.0])


def no_code(book: Book) -> None:
    book.replace(SHEET, "2010399", "20103X9")


def code_twice(book: Book) -> None:
    row, _ = book.find(SHEET, "2080502")
    book.insert_row(SHEET, row + 1, ["2080502", "事业单位离退休", 8.08, 8.08])


def another_name_for_a_code(book: Book) -> None:
    row, at = book.find("公开05表", "事业单位离退休")
    book.put("公开05表", row, at, "行政单位离退休")


def other_unit(book: Book) -> None:
    book.replace("封面", "万元", "元")


def unknown_unit(book: Book) -> None:
    book.replace(SHEET, "金额单位：万元", "金额单位：千元")


def unknown_unit_on_cover(book: Book) -> None:
    """The forms take theirs from 封面."""
    book.replace("封面", "万元", "千元")
    in_every_form(book, "千元")


def unknown_unit_everywhere(book: Book) -> None:
    in_every_form(book.forms(), "千元")


def in_every_form(book: Book, unit: str) -> None:
    for sheet in book.sheets:
        for label in ("单位", "金额单位"):
            book.replace(sheet, f"{label}：万元", f"{label}：{unit}")


def other_year(book: Book) -> None:
    book.replace(SHEET, "2024年度", "2023年度")


def other_name(book: Book) -> None:
    book.replace(SHEET, "部门名称：山西省政务服务投诉举报中心", "部门名称：山西省另一个中心")


def wrong_year_on_cover(book: Book) -> None:
    row, at = book.find("封面", "决算年度")
    book.put("封面", row, at + 1, "二〇二四")


def wrong_kind_on_cover(book: Book) -> None:
    book.replace("封面", "公益一类事业单位", "企业")


def text_in_comparison(book: Book) -> None:
    row, at = book.find("上年数与预算", "上年决算数")
    book.put("上年数与预算", row + 1, at, "不详")


def unknown_form_in_comparison(book: Book) -> None:
    row, at = book.find("上年数与预算", "表号")
    book.put("上年数与预算", row + 1, at, "公开99表")


def text_in_evaluation(book: Book) -> None:
    row, at = book.find("绩效自评", "资金总额")
    book.put("绩效自评", row, at + 4, "六万余元")


CASES: list[tuple[Callable[[Book], None], list[str], str]] = [
    (lacking_form, ["reading-09"], "公开03表 支出决算表：工作簿里没有找到这张表"),
    (copied_form, ["reading-10"], "“公开03表”第1行、“支出决算表 (2)”第1行"),
    (last_years_form, ["reading-10"], "“公开03表”第1行、“去年”第1行"),
    (headless_form, ["reading-11"], "没有找到表头"),
    (lost_heading, ["reading-17"], "栏标题“空白”与表样的“基本支出”不同"),
    (lost_column, ["reading-14"], "没有找到这些栏：经营支出"),
    (doubled_column, ["reading-15"], "“项目支出”栏出现了两次"),
    (unknown_column, ["reading-16"], "“其中:基建”不是本表的栏"),
    (renamed_column, ["reading-17"], "“支出合计数”与表样的“本年支出合计”不同"),
    (renumbered_column, ["reading-37", "reading-37"], "栏的栏次印为12，表样为11"),
    (unknown_line, ["reading-18"], "“九、捐赠收入”不是本表的项目"),
    (lost_line, ["reading-19"], "没有找到表样中的1行：工程"),
    (doubled_line, ["reading-20"], "行是同一个项目或科目"),
    (renamed_line, ["reading-21"], "项目名称“货物类”与表样的“货物”不同"),
    (total_below_the_notes, ["reading-23", "reading-27"], "没有找到“合计”行"),
    (number_beside_the_table, ["reading-27"], "1个数不在表内的行、栏上（J9）"),
    (number_below_the_table, ["reading-27"], "1个数不在表内的行、栏上"),
    (row_without_code_and_name, ["reading-27"], "1个数不在表内的行、栏上"),
    (ambiguous_name_without_code, ["reading-24"], "“培训之类”没有科目代码"),
    (no_code, ["reading-26"], "“20103X9”不是科目代码"),
    (code_twice, ["reading-20"], "2080502"),
    (another_name_for_a_code, ["reading-38"], "科目 2080502 的名称是“行政单位离退休”，而 公开02表 B"),
    (other_unit, ["reading-30"] * 10, "本表金额单位印为万元，封面为元"),
    (unknown_unit, ["reading-31"], "本表金额单位印为千元"),
    (
        unknown_unit_on_cover,
        ["reading-35"],
        "“千元”应为元、万元之一，各表的金额也要用这个单位；暂按万元审核。",
    ),
    (unknown_unit_everywhere, ["reading-31"], "10表）的金额单位印为千元，审核时当作万元。"),
    (other_year, ["reading-32"], "本表印着2023年度，应为2024年度"),
    (other_name, ["reading-33"], "本表印的单位名称是“山西省另一个中心”"),
    (wrong_year_on_cover, ["reading-35"], "“二〇二四”应为四位年份"),
    (wrong_kind_on_cover, ["reading-35"], "“企业”应为行政单位"),
    (text_in_comparison, ["reading-36"], "“不详”是文字，不是金额"),
    (unknown_form_in_comparison, ["reading-36"], "表号、行次或栏次不对"),
    (text_in_evaluation, ["reading-36"], "“六万余元”是文字，不是金额"),
]


@pytest.mark.parametrize(("change", "expected", "words"), CASES, ids=[case[0].__name__ for case in CASES])
def test_trouble(change: Callable[[Book], None], expected: list[str], words: str) -> None:
    book = Book.example()
    change(book)
    reading = book.read()
    assert rules(reading) == expected, [t.message for t in reading.troubles]
    messages = [trouble.message for trouble in reading.troubles]
    assert any(words in message for message in messages), messages
    for trouble in reading.troubles:
        assert trouble.message.endswith("。") and trouble.remedy
        assert not trouble.cells or trouble.cells[0].place or trouble.rule == "reading-09"


def test_what_is_wrong_on_the_cover_is_shown_where_it_was_typed() -> None:
    for change in (unknown_unit_on_cover, wrong_kind_on_cover):
        book = Book.example()
        change(book)
        (trouble,) = book.read().troubles
        place, value = trouble.cells[0].place, trouble.cells[0].value
        assert place is not None and place.sheet == "封面" and place.cell.startswith("C")
        row, at = book.find("封面", value)
        assert place.cell == f"C{row + 1}" and at == 2


def test_missing_and_headless_forms_are_told_to_the_rules() -> None:
    for change in (lacking_form, headless_form):
        book = Book.example()
        change(book)
        reading = book.read()
        assert reading.missing == {"expenditure"}
        assert not any(ref.form == "expenditure" for ref in reading.report.amounts)


def test_the_right_one_of_two_tables_is_read() -> None:
    """Last year's sheet stands first: the one of this year counts."""
    for change in (copied_form, last_years_form):
        book = Book.example()
        change(book)
        assert not unlike(book.read(), example())


def test_of_two_equal_lines_the_first_counts() -> None:
    book = Book.example()
    code_twice(book)
    reading = book.read()
    assert not unlike(reading, example())
    assert len(reading.troubles[0].cells) == 2
    assert reading.troubles[0].cells[0].place != reading.troubles[0].cells[1].place


def test_odd_codes_are_lines_for_the_rules_to_judge() -> None:
    """A code of four digits is a line; whether it may be one is a rule of the form."""
    reading = Book.example().replace(SHEET, "20103", "2010").read()
    assert "2010" in reading.report.lines["expenditure"]
    assert rules(reading) == []


def test_hidden_rows_columns_and_sheets() -> None:
    book = Book.example()
    row, _ = book.find(SHEET, "2010399")
    hidden_row, hidden_column = Facts(hidden_rows={row + 1}), Facts(hidden_columns={5})
    for facts in (hidden_row, hidden_column):
        reading = recognise(book.sheets, facts={SHEET: facts})
        message = only(reading, "reading-29")
        assert "E10" in message
        assert not unlike(reading, example())
    empty = Facts(hidden_columns={6})
    assert rules(recognise(book.sheets, facts={SHEET: empty})) == []


def test_merged_amounts() -> None:
    book = Book.example()
    row, _ = book.find(SHEET, "2010399")
    facts = Facts(merges=["A1:H1", f"E{row + 1}:F{row + 1}", f"G{row + 1}:H{row + 1}"])
    message = only(recognise(book.sheets, facts={SHEET: facts}), "reading-28")
    assert f"E{row + 1}:F{row + 1} 合并了几个金额单元格" in message


def test_a_formula_that_cannot_be_computed() -> None:
    book = Book.example()
    row, at = book.find(SHEET, "2010399")
    book.put(SHEET, row, at + 4, "")
    facts = Facts(formulas={"E10": "VLOOKUP(A10,Z1:Z9,1)"}, uncached=["E10"])
    reading = recognise(book.sheets, facts={SHEET: facts})
    message = only(reading, "reading-07")
    assert "VLOOKUP" in message and "重新计算" in message


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("E10", "循环引用"),
        ("[2]Sheet1!A1+1", "写法不能识别"),
        ("没有的表!A1", "没有的工作表"),
        ("SUM(A1:B2", "括号"),
        ("A1:B2+1", "一个区域"),
        ("总数", "名称"),
    ],
)
def test_formulas_beyond_us_say_why(formula: str, why: str) -> None:
    book = Book.example()
    row, at = book.find(SHEET, "2010399")
    book.put(SHEET, row, at + 4, "")
    facts = Facts(formulas={"E10": formula}, uncached=["E10"])
    assert why in only(recognise(book.sheets, facts={SHEET: facts}), "reading-07")


def test_sheets_that_are_none_of_ours_are_named() -> None:
    book = Book.example()
    book.sheets["草稿"] = [["随手记", 5.0]]
    book.sheets["空表"] = []
    reading = book.read()
    assert reading.troubles == []
    assert reading.not_checked == [("工作表：草稿", "没有识别为决算公开表或其附属的表")]


def test_a_list_of_titles_is_no_table() -> None:
    book = Book.example()
    titles = ["收入支出决算总表", "收入决算表", "支出决算表", "财政拨款收入支出决算总表"]
    book.sheets = {"目录": [[f"{number}、{title}"] for number, title in enumerate(titles)], **book.sheets}
    reading = book.read()
    assert reading.troubles == [] and not unlike(reading, example())


def test_every_trouble_is_worded_and_has_a_remedy() -> None:
    assert REMEDIES.keys() == TROUBLES.keys()
    ids = [rule for rule, _, _ in TROUBLES.values()]
    assert len(set(ids)) == len(ids)
    for kind in TROUBLES:
        fields = {name for _, name, _, _ in string.Formatter().parse(WORDING[f"reading_{kind}"]) if name}
        assert fields <= {
            "content", "why", "count", "cells", "stored", "computed", "places", "sheet", "how", "columns",
            "title", "found", "expected", "row", "rows", "name", "names", "code", "area", "unit", "where",
            "year",
        }  # fmt: skip


def test_places_beyond_the_second_are_told_of_typed_figures() -> None:
    """What is shown as 82.99 and stored as 82.994 will be published rounded; noise of floats is none."""
    book = Book.example()
    row, at = book.find("公开06表", "基本工资")
    book.put("公开06表", row, at + 1, 82.994)
    reading = book.read()
    assert reading.unrounded == {Ref("basic", "30101", "1"): Decimal("82.994")}
    (hint,) = [f for f in xltools.check(reading).findings if f.kind == "places"]
    assert "有 1 个金额多于两位小数（如 82.994，公开时印为 82.99）" in hint.message
    book.put("公开06表", row, at + 1, 0.1 + 0.2)
    assert book.read().unrounded == {}
