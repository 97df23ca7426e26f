"""Reading binds by titles, headings, codes and names: what users do to a workbook does not move a figure."""

from __future__ import annotations

import io
import random
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.effort import first, spread
from tests.units import random_report
from tests.workbook.books import Book, example, example_bytes, rules, shanxi, unlike
from tests.workbook.loaded import loaded
from xltools.amount import Unit
from xltools.editions import load
from xltools.figures import dump
from xltools.report import Ref, Report
from xltools.workbook.read import read, recognise
from xltools.workbook.template import build

FORMS = [form.number for form in shanxi().forms.values()]


def written(report: Report, path: Path) -> Path:
    build(load(report.edition), report, path)
    return path


def clean(book: Book) -> None:
    """Read as the example, with nothing to remark."""
    reading = book.read()
    assert not unlike(reading, example())
    assert rules(reading) == []


# --- round trips ---------------------------------------------------------------------------------------


def test_example_as_figures_as_workbook_as_figures_is_the_identity(tmp_path: Path) -> None:
    reading = read(written(example(), tmp_path / "example.xlsx"))
    assert dump(reading.report) == dump(example())
    assert reading.troubles == [] and reading.not_checked == [] and not reading.missing
    assert reading.sheets["expenditure"] == "公开03表" and reading.units["funds"] == "万元"
    assert "说明：本表无数据" in reading.notes["funds"]
    assert reading.notes["general"] == ("注：本表反映部门本年度一般公共预算财政拨款支出情况。",)


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("seed", first(1, [1, 2]))
def test_random_units_are_read_as_written(seed: int, unit: Unit, tmp_path: Path) -> None:
    report = random_report(seed, unit)
    reading = read(written(report, tmp_path / "unit.xlsx"))
    assert not unlike(reading, report)
    assert [t.message for t in reading.troubles] == []


def test_figures_of_formulas_are_told(tmp_path: Path) -> None:
    reading = read(written(example(), tmp_path / "example.xlsx"))
    assert reading.formulas is not None
    assert reading.formulas[Ref("general", "20103", "3")].startswith("XT_SUBTOTAL(")
    assert Ref("general", "2010399", "3") not in reading.formulas
    assert reading.report.places[Ref("summary", "1", "1")] == ("公开01表", "C7")


def test_blank_and_zero_are_told_apart(tmp_path: Path) -> None:
    zero = Ref("three_public", "1", "7")
    report = example().replaced({zero: Decimal(0)})
    reading = read(written(report, tmp_path / "zero.xlsx"))
    assert reading.report.amounts[zero] == 0
    assert Ref("three_public", "1", "8") not in reading.report.amounts


def test_empty_template_reads_as_empty(tmp_path: Path) -> None:
    build(shanxi(), None, tmp_path / "new.xlsx")
    reading = read(tmp_path / "new.xlsx")
    assert reading.report.amounts == {} and reading.report.lines == {}
    assert reading.troubles == [] and not reading.missing
    assert reading.report.edition == "shanxi_2024"


def test_national_edition_by_cover_and_by_forms(tmp_path: Path) -> None:
    kept = {ref: value for ref, value in example().amounts.items() if ref.form != "statistics"}
    report = replace(example(), edition="national_2024", amounts=kept, self_evaluations=[])
    path = written(report, tmp_path / "nine.xlsx")
    assert read(path).edition.id == "national_2024"
    published = Book.example().only(*FORMS[:-1]).read()
    assert published.edition.id == "national_2024" and not published.missing
    # With 封面 the form that is not there is missing.
    lacking = Book.example()
    del lacking.sheets["公开10表"]
    assert lacking.read().missing == {"statistics"}


def test_explanations_and_a_second_project_survive(tmp_path: Path) -> None:
    second = deepcopy(example().self_evaluations[0])
    second.project, second.funds[0].executed = "第二个项目", Decimal("12.5")
    report = replace(
        example(),
        explanations={"basic-05|basic[307,1]|0.10": "经批准列支"},
        self_evaluations=[*example().self_evaluations, second],
    )
    reading = read(written(report, tmp_path / "two.xlsx"))
    assert dump(reading.report) == dump(report)


def test_other_edition_is_used_when_given(tmp_path: Path) -> None:
    path = written(example(), tmp_path / "example.xlsx")
    nine = read(path, "national_2024")
    assert nine.edition.id == "national_2024"
    assert not any(ref.form == "statistics" for ref in nine.report.amounts)
    assert ("工作表：公开10表", "没有识别为决算公开表或其附属的表") in nine.not_checked


# --- what users do to a table ---------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", FORMS)
def test_a_blank_column_anywhere(sheet: str) -> None:
    for at in spread(range(len(Book.example().sheets[sheet][0]) + 1)):
        clean(Book.example().insert_column(sheet, at))


@pytest.mark.parametrize("sheet", FORMS)
def test_a_blank_row_anywhere(sheet: str) -> None:
    for row in spread(range(0, len(Book.example().sheets[sheet]) + 1, 2)):
        clean(Book.example().insert_row(sheet, row))


@pytest.mark.parametrize("sheet", ["公开01表", "公开02表", "公开03表", "公开04表", "公开05表", "公开10表"])
def test_any_column_moved_anywhere(sheet: str) -> None:
    width = len(Book.example().sheets[sheet][0])
    for at, to in spread(list(product(range(width), repeat=2))):
        clean(Book.example().move_column(sheet, at, to))


def test_a_column_of_text_inserted_between_the_amounts() -> None:
    book = Book.example()
    row, at = book.find("公开03表", "项目支出")
    book.insert_column("公开03表", at)
    book.put("公开03表", row, at, "备注").put("公开03表", row + 4, at, "见附件")
    clean(book)


@pytest.mark.parametrize("sheet", ["公开01表", "公开04表", "公开10表"])
def test_without_line_numbers(sheet: str) -> None:
    """行次 missing: names tell, also those that occur twice (公开04: 一般公共预算财政拨款)."""
    book = Book.example()
    if sheet == "公开04表":
        row, at = book.find(sheet, "一般公共预算财政拨款", 1)
        book.put(sheet, row, at + 2, 5.5)
    while True:
        try:
            _, at = book.find(sheet, "行次")
        except IndexError:
            break
        book.delete_column(sheet, at)
    reading = book.read()
    changed = {Ref("appropriation", "29", "1"): Decimal("5.5")} if sheet == "公开04表" else {}
    assert not unlike(reading, example().replaced(changed))
    assert rules(reading) == []


def test_without_names_line_numbers_tell() -> None:
    book = Book.example()
    for name in ("公开01表", "公开04表"):
        first, _ = (
            book.find(name, 1.0) if any(1.0 in r for r in book.sheets[name]) else book.find(name, "1", 1)
        )
        for cells in book.sheets[name][first:]:
            for at in (0, 3):
                if str(cells[at]).endswith(("支出", "收入", "拨款", "结余", "合计", "总计", "分配")):
                    cells[at] = ""
    reading = book.read()
    assert not unlike(reading, example())


def test_line_numbers_that_do_not_fit_the_names() -> None:
    """Somebody renumbered 行次: names win, and it is said."""
    book = Book.example()
    row, at = book.find("公开01表", "八、其他收入")
    book.put("公开01表", row, at + 1, "88")
    reading = book.read()
    assert not unlike(reading, example())
    assert rules(reading) == ["reading-22"]


@pytest.mark.parametrize("kind", ["float", "full", "spaced", "joined"])
def test_codes_as_people_type_them(kind: str) -> None:
    book = Book.example()
    for cells in book.sheets["公开05表"]:
        code = cells[0]
        if isinstance(code, str) and code.isdigit():
            cells[0] = {
                "float": float(code),
                "full": code.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}),
                "spaced": f"　 {code} ",
                "joined": f"{code} {cells[1]}",
            }[kind]
            if kind == "joined":
                cells[1] = ""
    reading = book.read()
    # Joined names have lost their inner blanks, nothing else.
    assert not unlike(reading, example())
    assert rules(reading) == []


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("own_row", [False, True])
def test_codes_under_three_headings(split: bool, own_row: bool) -> None:
    """科目代码 over 类, 款, 项, as other provinces print it: the code merged over them, or in three parts."""
    book = Book.example().insert_column("公开03表", 1).insert_column("公开03表", 1)
    rows = book.sheets["公开03表"]
    row, _ = book.find("公开03表", "栏次")
    if own_row:
        book.insert_row("公开03表", row, ["类", "款", "项"])
    else:
        rows[row][0:4] = ["类", "款", "项", "栏次"]
    row, _ = book.find("公开03表", "合计")
    for cells in rows[row + 1 :]:
        code = str(cells[0])
        if split and code.isdigit():
            cells[0:3] = [code[:3], float(code[3:5]) if code[3:5] else "", code[5:7]]
    clean(book)


def test_a_missing_code_is_found_by_its_name() -> None:
    book = Book.example()
    row, at = book.find("公开05表", "2080502")
    book.put("公开05表", row, at, "")
    reading = book.read()
    assert not unlike(reading, example())
    assert rules(reading) == ["reading-25"]
    assert "2080502" in reading.troubles[0].message


def test_rows_of_codes_inserted_and_deleted() -> None:
    book = Book.example()
    row, _ = book.find("公开05表", "208")
    book.insert_row("公开05表", row, ["2050803", "培训支出", 1.5, 1.5, ""])
    row, _ = book.find("公开05表", "2080506")
    book.delete_row("公开05表", row)
    reading = book.read()
    assert reading.report.lines["general"] == [
        "201", "20103", "2010399", "20199", "2019999", "2050803", "208", "20805", "2080502",
    ]  # fmt: skip
    assert reading.report.amounts[Ref("general", "2050803", "2")] == Decimal("1.50")
    assert reading.report.titles["2050803"] == "培训支出"
    assert rules(reading) == []


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,234.50", "1234.50"),
        ("１，２３４．５０", "1234.50"),
        (" 1 234.5 ", "1234.50"),
        ("-6.2", "-6.20"),
        ("———", None),
        ("——", None),
        ("—", None),
        ("-", None),
        ("  ", None),
        (0, "0"),
        (7, "7"),
        (6.220000000000001, "6.22"),
        (0.005, "0.01"),
        (-0.005, "-0.01"),
        (2.675, "2.68"),
    ],
)
def test_amounts_as_people_type_them(typed: Any, value: str | None) -> None:
    book = Book.example()
    row, at = book.find("公开03表", "2010399")
    book.put("公开03表", row, at + 4, typed)
    reading = book.read()
    found = reading.report.amounts.get(Ref("expenditure", "2010399", "3"))
    assert found == (None if value is None else Decimal(value))
    # Numbers that are texts are a hint: Excel's sums pass over them.
    assert rules(reading) == (["reading-06"] if isinstance(typed, str) and value else [])


def test_headings_and_titles_as_people_type_them() -> None:
    book = Book.example()
    book.replace("公开03表", "上缴上级支出", "上缴\n上级 支出").replace(
        "公开03表", "支出决算表", "支 出 决 算 表"
    )
    book.replace("公开09表", "财政拨款“三公”经费支出决算表", '2024年度财政拨款"三公"经费支出决算表')
    book.replace("公开09表", "因公出国（境）费", "因公出国(境)费")
    book.replace("公开05表", "一般公共预算财政拨款支出决算表", "公开05表 一般公共预算财政拨款支出决算表")
    clean(book)


def test_renamed_sheets_and_another_order() -> None:
    book = Book.example()
    for number, name in enumerate(FORMS):
        book.rename(name, f"Sheet{number}")
    book.rename("封面", "首页").rename("绩效自评", "自评表").rename("上年数与预算", "对比")
    names = list(book.sheets)
    random.Random(3).shuffle(names)
    reading = book.only(*names).read()
    assert rules(reading) == []
    assert dump(replace(reading.report, places={})) == dump(example())


def test_all_forms_in_one_sheet_one_below_the_other() -> None:
    book = Book.example().forms()
    rows: list[list[Any]] = []
    for sheet in book.sheets.values():
        rows += [*deepcopy(sheet), []]
    reading = recognise({"决算公开": rows})
    assert not unlike(reading, example())
    assert rules(reading) == []
    assert set(reading.sheets.values()) == {"决算公开"}


@pytest.mark.parametrize("sheet", FORMS)
def test_title_or_number_alone_is_enough(sheet: str) -> None:
    form = next(form for form in shanxi().forms.values() if form.number == sheet)
    clean(Book.example().replace(sheet, form.title, ""))
    clean(Book.example().replace(sheet, form.number, "").rename(sheet, "表"))


def test_numbers_of_other_places_do_not_mislead() -> None:
    """In other provinces “三公” is 公开07表: titles decide."""
    book = (
        Book.example().replace("公开09表", "公开09表", "公开07表").replace("公开07表", "公开07表", "公开08表")
    )
    clean(book.replace("公开08表", "公开08表", "公开09表"))


def test_without_title_and_number_headings_tell() -> None:
    book = Book.example().replace("公开03表", "支出决算表", "").replace("公开03表", "公开03表", "")
    reading = book.rename("公开03表", "Sheet1").read()
    assert not unlike(reading, example())
    assert rules(reading) == ["reading-13"]


def test_published_tables_without_any_other_sheet() -> None:
    reading = Book.example().forms().read()
    assert not unlike(reading, example())
    assert reading.report.cover.entity == "山西省政务服务投诉举报中心"
    assert reading.report.cover.year == 2024
    assert rules(reading) == []


def test_headings_repeated_after_a_page_break() -> None:
    book = Book.example()
    start, _ = book.find("公开06表", "科目代码")
    head = deepcopy(book.sheets["公开06表"][start - 1 : start + 1])
    middle, _ = book.find("公开06表", "30114")
    for cells in reversed(head):
        book.sheets["公开06表"].insert(middle, cells)
    clean(book)


def test_totals_of_basic_in_their_own_columns() -> None:
    """公用经费合计 stands at the far right; elsewhere right beside its name."""
    book = Book.example()
    row, at = book.find("公开06表", "公用经费合计")
    amount = book.sheets["公开06表"][row][-1]
    book.put("公开06表", row, len(book.sheets["公开06表"][row]) - 1, "").put("公开06表", row, at + 2, amount)
    clean(book)


# --- units ----------------------------------------------------------------------------------------------


def test_a_workbook_in_yuan() -> None:
    book = Book.example().forms()
    for name in book.sheets:
        for label in ("金额单位", "单位"):
            book.replace(name, f"{label}：万元", f"{label}：元")
    reading = book.read()
    assert reading.report.unit is Unit.YUAN
    assert rules(reading) == []


def test_one_table_in_yuan_among_tables_in_wan_is_converted_and_said() -> None:
    book = Book.example().replace("公开05表", "金额单位：万元", "金额单位：元")
    rows = book.sheets["公开05表"]
    for cells in rows[6:]:
        cells[:] = [cell * 10_000 if isinstance(cell, float) else cell for cell in cells]
    reading = book.read()
    assert not unlike(reading, example())
    assert rules(reading) == ["reading-30"]
    assert "公开05表" in reading.troubles[0].message


def test_the_unit_in_a_cell_of_its_own_and_broken_in_two() -> None:
    for label, unit in (("金额单位：", "元"), ("金额单位：万\n元", "")):
        book = Book.example().forms().only("公开05表")
        row, at = book.find("公开05表", "金额单位：万元")
        book.put("公开05表", row, at, label).put("公开05表", row, at + 1, unit)
        reading = book.read()
        assert reading.units["general"] == (unit or "万元")


# --- formulas ---------------------------------------------------------------------------------------------


def edited(change: Any) -> io.BytesIO:
    """The example through openpyxl, which keeps formulas and stores no results."""
    book = loaded(example_bytes())
    change(book)
    target = io.BytesIO()
    book.save(target)
    return target


def test_formulas_without_stored_results_are_computed(tmp_path: Path) -> None:
    path = tmp_path / "saved.xlsx"
    path.write_bytes(edited(lambda book: None).getvalue())
    reading = read(path)
    assert dump(reading.report) == dump(example())
    assert reading.troubles == [] and "说明：本表无数据" in reading.notes["funds"]


def test_a_leaf_changed_without_recalculation_is_seen_through(tmp_path: Path) -> None:
    """The stored total is yesterday's: the computed one counts, and it is said once for the table."""
    path = written(example(), tmp_path / "stale.xlsx")
    stale = _surgery(path, "公开05表", "2010399", 4, 9.99)
    reading = read(stale)
    assert reading.report.amounts[Ref("general", "20103", "3")] == Decimal("9.99")
    hints = [t for t in reading.troubles if t.rule == "reading-08"]
    assert len(hints) == 1 and hints[0].cells[0].ref is not None
    assert "现存 319.74，按公式应为 323.51" in hints[0].message


def _surgery(path: Path, sheet: str, code: str, column: int, value: float) -> Path:
    """Change one number in the XML and nothing else, as a program that does not recalculate does."""
    import re
    import zipfile

    from xltools.workbook.package import open_package

    part = open_package(path).sheet(sheet).part
    rows = loaded(path)[sheet]
    row = next(cells[0].row for cells in rows.iter_rows() if cells[0].value == code)
    address = f"{'ABCDEFGH'[column]}{row}"
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == part:
                text, count = re.subn(
                    rf'(<c r="{address}"[^>]*><v>)[^<]*', rf"\g<1>{value}", content.decode()
                )
                assert count == 1
                content = text.encode()
            new.writestr(entry, content)
    return target


def test_our_functions_as_a_program_without_the_addin_stores_them(tmp_path: Path) -> None:
    """#NAME? in place of results, add-in prefixes in the formulas."""
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_package

    path = written(example(), tmp_path / "example.xlsx")
    grids = file_grids(open_package(path))
    facts = {}
    for grid in grids:
        for cell, formula in grid.facts.formulas.items():
            if formula.startswith("XT_"):
                grid.facts.formulas[cell] = formula.replace("XT_", "[1]!XT_")
                grid.facts.errors[cell] = "#NAME?"
        facts[grid.name] = grid.facts
    reading = recognise({grid.name: grid.rows for grid in grids}, facts=facts)
    assert not unlike(reading, example())
    assert reading.troubles == []
    assert reading.formulas is not None and reading.formulas[Ref("general", "20103", "3")].startswith("XT_")


def test_native_formulas_across_sheets(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book["公开02表"]
        sheet["C7"] = "=ROUND(公开01表!C33+0,2)"
        sheet["D7"] = "=SUM('公开01表'!C7:C9)"

    path = tmp_path / "native.xlsx"
    path.write_bytes(edited(change).getvalue())
    reading = read(path)
    assert not unlike(reading, example())
    assert reading.formulas is not None
    assert reading.formulas[Ref("revenue", "合计", "2")] == "SUM('公开01表'!C7:C9)"


def test_a_goal_left_blank_is_no_heading() -> None:
    book = Book.example()
    row, at = book.find("绩效自评", "年度目标")
    book.put("绩效自评", row + 1, at, "").put("绩效自评", row + 1, at + 4, "")
    (evaluation,) = book.read().report.self_evaluations
    assert (evaluation.goal, evaluation.achievement) == ("", "")
