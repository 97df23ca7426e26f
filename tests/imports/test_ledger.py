"""Exports of the accounts software: recognised by titles, headings and names, and nothing guessed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.imports.exports import Export, exact, find, read, replace, shanxi, shift, unlike, words
from tests.units import random_report
from xltools.amount import Unit
from xltools.errors import XltoolsError
from xltools.imports.plans import plans
from xltools.imports.specimen import Page, pages
from xltools.report import TOTAL, Ref


def test_the_example_comes_back_with_everything_that_the_export_holds() -> None:
    imported = Export().read()
    report = imported.report
    assert unlike(imported, exact()) == {} and words(imported) == []
    assert report.unit is Unit.YUAN and report.budget == exact().budget
    assert report.titles == exact().titles
    assert (report.cover.entity, report.cover.year) == (exact().cover.entity, 2024)
    facts = {name: exact().texts[name] for name in report.texts}
    assert report.texts == facts and len(facts) == 17
    assert [one.form for one in imported.recognised] == list(shanxi().forms)
    assert imported.unused == ["封面", "Z02 收入支出决算表(财决02表)"]
    assert imported.derived == ["公开06表：来源没有的人员经费合计、公用经费合计，由各项相加得出"]


@pytest.mark.parametrize("seed", range(12))
def test_random_units_come_back(seed: int) -> None:
    report = random_report(seed, Unit.YUAN, "ab"[seed % 2])
    imported = read(pages(report, shanxi(), split=seed % 3 == 0))
    assert unlike(imported, report) == {} and words(imported) == []


# --- exports look different from place to place and year to year


def _texts(page: Page) -> None:
    page.rows = [[f"{c:,.2f}" if isinstance(c, Decimal) else c for c in cells] for cells in page.rows]


def _unmerged(page: Page) -> None:
    page.merges = []


def _cumulative(page: Page) -> None:
    for cells in page.rows:
        if isinstance(cells[0] if cells else None, str) and cells[0].isdigit():
            code = cells[0]
            cells[:3] = [code[:3], code[:5] if len(code) > 3 else None, code if len(code) > 5 else None]


def _numbers_as_codes(page: Page) -> None:
    page.rows = [[int(c) if isinstance(c, str) and c.isdigit() else c for c in cells] for cells in page.rows]


def _unnumbered(page: Page) -> None:
    for row, cells in enumerate(page.rows):
        if "栏次" in cells:
            page.rows[row] = [None if c == "栏次" or isinstance(c, int) else c for c in cells]
            page.rows[row] = [None if c in ("类", "款", "项") else c for c in page.rows[row]]


def _untitled(page: Page) -> None:
    """Only the name of the sheet is left, cut by Excel."""
    page.rows[0] = []
    page.rows[1] = []


def _blanks(page: Page) -> None:
    """Nothing where the software prints 0.00."""
    page.rows = [[None if isinstance(c, Decimal) and c == 0 else c for c in cells] for cells in page.rows]


def _dashes(page: Page) -> None:
    replace(page, "—", "一")


def _typed_freely(page: Page) -> None:
    page.rows = [
        [c.replace("（", "( ").replace("：", " ：") if isinstance(c, str) else c for c in cells]
        for cells in page.rows
    ]


def _reversed(page: Page) -> None:
    """The columns of figures in the opposite order."""
    if page.name.startswith("Z04"):
        head = next(row for row, cells in enumerate(page.rows) if cells[:1] == ["项目"])
        page.rows[head:] = [[*cells[:4], *cells[:3:-1]] for cells in page.rows[head:]]
        width = len(page.rows[head])
        page.merges = [
            (a, b, c, d) if d < 4 else (a, width - d + 3, c, width - b + 3) for a, b, c, d in page.merges
        ]


@pytest.mark.parametrize(
    "change",
    [
        *(_texts, _unmerged, _cumulative, _numbers_as_codes, _unnumbered, _untitled),
        *(_blanks, _dashes, _typed_freely, _reversed),
    ],
)
def test_other_habits_give_the_same_figures(change: Callable[[Page], None]) -> None:
    export = Export().each(lambda page: change(page) if page.name != "封面" else None)
    imported = export.read()
    assert unlike(imported, exact()) == {}
    assert words(imported) == []


def test_nothing_goes_by_position() -> None:
    imported = Export(split=True).each(lambda page: shift(page, 3, 2)).read()
    assert unlike(imported, exact()) == {} and words(imported) == []


def test_an_older_table_with_one_amount_a_row() -> None:
    export = Export().only("Z01", "Z04")
    for heading in ("年初预算数", "全年预算数"):
        replace(export["Z01"], heading, "—")
    replace(export["Z01"], "决算数", "金额")
    amounts = export.read().report.amounts
    given = {ref: value for ref, value in exact().amounts.items() if ref.form in ("summary", "expenditure")}
    assert amounts == given


def test_the_unit_may_stand_in_a_cell_of_its_own() -> None:
    export = Export().only("Z04")
    export["Z04"].rows[2][:2] = ["编制单位", "某某中心"]
    assert export.read().report.cover.entity == "某某中心"


# --- sums


def test_classes_that_are_not_listed_are_added_up() -> None:
    export = Export()
    for name in ("Z03", "Z04", "Z07"):
        page = export[name]
        kept = [row for row, cells in enumerate(page.rows) if not _is_parent(cells)]
        page.merges = [merge for merge in page.merges if merge[0] < 8]
        page.rows = [page.rows[row] for row in kept]
    imported = export.read()
    assert unlike(imported, exact()) == {}
    assert "公开03表：来源没有列出的 5 个类、款，由下级科目相加补上" in imported.derived
    assert imported.report.titles["20805"] == "行政事业单位养老支出"


def _is_parent(cells: list[object]) -> bool:
    return bool(cells) and isinstance(cells[0], str) and cells[0].isdigit() and len(cells[0]) < 7


def test_in_wan_nothing_is_added_up() -> None:
    """Rounded addends do not give the rounded total, so a total that is not printed stays open."""
    imported = Export().each(lambda page: replace(page, "金额单位：元", "金额单位：万元")).read()
    assert imported.unit is Unit.WAN and imported.derived == []
    assert Ref("basic", "人员经费合计", "1") not in imported.report.amounts


# --- what is not understood is said


def test_unknown_column_row_and_block_are_said() -> None:
    export = Export()
    replace(export["Z04"], "上缴上级支出", "上交上级支出")
    export["Z04"].rows[8][7] = Decimal(5)
    row, at = find(export["Z01"], "六、科学技术支出")
    export["Z01"].rows[row][at] = "六、科学支出"
    export["Z01"].rows[row][at + 4] = Decimal(7)
    replace(export["Z08_1"], "办公费", "办公用品费")
    found = "\n".join(words(export.read()))
    assert "没有找到栏目“上缴上级支出”，或有几栏相同，公开表栏次4没有导入" in found
    assert "栏目“上交上级支出”（H列）：没有对应的公开栏次，没有导入" in found
    assert f"第{row + 1}行“六、科学支出”：没有对应的公开行次，没有导入" in found
    assert "没有找到“六、科学技术支出”一行" in found
    assert "栏目“商品和服务支出／办公用品费”" in found and "11998.60 没有导入" in found


def test_what_is_not_understood_is_not_blanked_either() -> None:
    export = Export()
    replace(export["Z04"], "基本支出", "基本开支")
    imported = export.read()
    assert Ref("expenditure", "201", "2") not in imported.covered
    assert Ref("expenditure", "201", "3") in imported.covered


def test_a_doubled_code_spoils_the_table() -> None:
    export = Export()
    row, _ = find(export["Z04"], "20199")
    export["Z04"].rows[row][0] = "20103"
    imported = export.read()
    twice = f"科目 20103 在第{row - 1}、{row + 1}行重复出现，这张表没有导入"
    assert any(twice in text for text in words(imported))
    assert "expenditure" not in imported.forms and not imported.report.lines.get("expenditure")


def test_codes_that_are_none_are_said() -> None:
    export = Export(split=True)
    row, _ = find(export["Z04"], "99")
    export["Z04"].rows[row][0] = None
    assert any(
        f"第{row + 1}行" in text and "科目编码不是3、5或7位数字" in text for text in words(export.read())
    )


def test_contents_that_are_no_amounts_are_said() -> None:
    export = Export()
    export["Z04"].rows[8][4] = "待核"
    export["Z04"].rows[8][5] = "#REF!"
    found = [text for text in words(export.read()) if "Z04" in text]
    assert found[0].endswith("E9：“待核”是文字，不是金额") and "F9：“#REF!”" in found[1]


def test_columns_under_the_same_heading_are_not_chosen_from() -> None:
    export = Export()
    row, at = find(export["Z04"], "项目支出")
    export["Z04"].rows[row][at + 1] = "项目支出"
    found = words(export.read())
    assert any("没有找到栏目“项目支出”，或有几栏相同" in text for text in found)


def test_sheets_that_contradict_themselves_or_stand_twice_are_said() -> None:
    export = Export()
    export["Z03"].rows[0][0] = "支出决算表"
    again = Export()["Z07"]
    again.name = "Z07 又一张"
    export.sheets["again"] = again
    imported = export.read()
    assert words(imported) == [
        "Z03 收入决算表(财决03表)：表内的标题与工作表名说的不是同一张表，没有导入",
        "Z07 又一张：与“Z07 一般公共预算财政拨款收入支出决算表(财决07表)”是同一张表，只用了前一张",
    ]
    assert "revenue" not in imported.forms and "expenditure" in imported.forms


def test_titles_are_compared_whole() -> None:
    """收入支出决算表 ends with 支出决算表, and is another table."""
    assert "Z02 收入支出决算表(财决02表)" in Export().read().unused


def test_other_sheets_are_named() -> None:
    export = Export()
    extra = Page("随手记", [["备忘"]])
    export.sheets["随手记"] = extra
    assert words(export.read()) == ["随手记：没有识别为财决表"]


# --- questions instead of guesses


def _without_unit(page: Page) -> None:
    replace(page, "金额单位：元", None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda e: e.each(_without_unit), "是元还是万元？"),
        (lambda e: _without_unit(e["Z04"]), "“Z04 支出决算表(财决04表)”等 1 张表没有写金额单位，是元吗？"),
        (lambda e: replace(e["Z04"], "金额单位：元", "金额单位：万元"), "金额单位不一致"),
        (lambda e: e.each(lambda p: replace(p, "金额单位：元", "金额单位：千元")), "金额单位是千元"),
        (lambda e: replace(e["Z04"], "2024年度", "2023年度"), "年度不一致（2023、2024）"),
        (lambda e: e.only("封面", "Z02"), "没有识别出公开所需的财决表"),
    ],
)
def test_it_asks(change: Callable[[Export], object], why: str) -> None:
    export = Export()
    change(export)
    with pytest.raises(XltoolsError) as error:
        export.read()
    assert why in error.value.message and error.value.remedy


# --- the plans themselves


def test_the_plans_name_only_what_the_forms_have() -> None:
    edition = shanxi()
    for plan in plans("shanxi_2024").sheets:
        form = edition.forms[plan.form]
        assert set(plan.columns) <= set(form.column_ids)
        for block in plan.blocks:
            assert set(block.columns) <= set(form.column_ids)
            assert set(block.aliases.values()) <= {*form.line_ids, ""}
            if block.budget:
                assert block.budget.total in form.line_of
        for row in plan.rows.values():
            for target in (row.planned, row.actual):
                if isinstance(target, Ref):
                    assert (target.line, target.column) in edition.forms[target.form].cell_ids


def test_every_form_of_the_edition_has_a_source() -> None:
    edition = shanxi()
    known = plans("shanxi_2024").sheets
    filled = {plan.form for plan in known}
    filled |= {
        t.form for p in known for r in p.rows.values() for t in (r.planned, r.actual) if isinstance(t, Ref)
    }
    assert filled == set(edition.forms)
    three = [r for p in known for r in p.rows.values()]
    given = {t for r in three for t in (r.planned, r.actual) if isinstance(t, Ref)}
    for form in ("three_public", "statistics"):
        assert {r for r in given if r.form == form} == {
            Ref(form, *one) for one in edition.forms[form].cell_ids
        }


def test_the_national_edition_asks_for_no_statistics() -> None:
    targets = [row.actual for plan in plans("national_2024").sheets for row in plan.rows.values()]
    assert not any(isinstance(target, Ref) and target.form == "statistics" for target in targets)


def test_totals_are_read_not_made() -> None:
    """A total that the export prints is taken as it stands, also where it is wrong."""
    export = Export()
    row, _ = find(export["Z04"], TOTAL)
    export["Z04"].rows[row][4] = Decimal("1.00")
    assert export.read().report.amounts[Ref("expenditure", TOTAL, "1")] == Decimal("1.00")
