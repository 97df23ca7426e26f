"""The figures of a source in a report: unit, blanks, what stays, and the list of what changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.imports.exports import Export, exact, printed, shanxi
from xltools.amount import Unit
from xltools.errors import XltoolsError
from xltools.imports import Imported, Recognised, merge
from xltools.imports.merging import merged_with_remarks
from xltools.report import Cover, Ref, Report
from xltools.rules import check
from xltools.workbook.template.comparison import comparison_refs


def source(report: Report) -> Imported:
    """A report as if read from a workbook that shows every cell."""
    covered = {
        Ref(form.id, line, column)
        for form in shanxi().forms.values()
        for line, column in ((line, c) for line in form.line_ids for c in form.column_ids)
    }
    imported = Imported(report, "公开表工作簿", covered=covered | set(report.amounts))
    imported.recognised = [Recognised(form.number, form.id, 1) for form in shanxi().forms.values()]
    imported.complete = {form.id for form in shanxi().forms.values() if form.kind == "codes"}
    return imported


def empty(unit: Unit = Unit.WAN) -> Report:
    return Report("shanxi_2024", unit, Cover(year=2024))


def test_yuan_is_rounded_half_up_once() -> None:
    report, changes = merge(empty(), Export().read())
    assert report.amounts == printed().amounts and report.budget == printed().budget
    assert report.lines == printed().lines
    assert report.texts["procurement.micro"] == "0.30", "facts that are money too"
    assert not any(change.overwrites for change in changes)
    half = Imported(
        Report("shanxi_2024", Unit.YUAN, amounts={Ref("summary", "1", "1"): Decimal("50.00")}), ""
    )
    assert merge(empty(), half)[0].amounts == {Ref("summary", "1", "1"): Decimal("0.01")}


def test_counts_are_not_converted() -> None:
    amounts = {Ref("statistics", "7", "1"): Decimal(3), Ref("statistics", "1", "1"): Decimal(30000)}
    report, _ = merge(empty(), Imported(Report("shanxi_2024", Unit.YUAN, amounts=amounts), ""))
    assert report.amounts == {Ref("statistics", "7", "1"): 3, Ref("statistics", "1", "1"): 3}


def test_wan_into_yuan_is_refused() -> None:
    with pytest.raises(XltoolsError, match="万元，本工作簿是元"):
        merge(empty(Unit.YUAN), source(printed()))


def test_the_same_figures_change_nothing() -> None:
    report, changes = merge(printed(), Export().read())
    assert changes == [] and report.amounts == printed().amounts


def test_figures_that_the_source_has_not_become_blank_and_are_listed() -> None:
    ref, gone = Ref("expenditure", "2080506", "2"), Ref("summary", "8", "1")
    given = printed().replaced({ref: Decimal("13.11"), gone: None})
    report, changes = merge(printed(), source(given))
    assert ref in report.amounts and gone not in report.amounts
    listed = {change.what: (change.old, change.new) for change in changes}
    assert listed == {ref: ("13.10", "13.11"), gone: ("0.02", "")}
    assert all(change.overwrites for change in changes)
    assert changes[0].name.startswith("公开03表 2080506")


def test_what_the_source_does_not_show_stays() -> None:
    """A column that was not understood says nothing of its figures."""
    kept = Ref("expenditure", "201", "2")
    given = source(printed().replaced({kept: None}))
    given.covered.discard(kept)
    report, changes = merge(printed(), given)
    assert report.amounts[kept] == printed().amounts[kept] and changes == []


def test_codes_that_the_source_has_not_go() -> None:
    mine = replace(printed(), lines={**printed().lines, "general": [*printed().lines["general"], "210"]})
    mine.amounts = {**mine.amounts, Ref("general", "210", "1"): Decimal("1.00")}
    report, changes = merge(mine, source(printed()))
    assert report.lines["general"] == printed().lines["general"]
    assert Ref("general", "210", "1") not in report.amounts
    assert {change.store for change in changes} == {"amounts", "lines"}


def test_an_empty_table_takes_nothing_away() -> None:
    without = {ref: value for ref, value in printed().amounts.items() if ref.form != "statistics"}
    merged = merged_with_remarks(printed(), source(replace(printed(), amounts=without)))
    assert merged.changes == []
    assert merged.remarks == ["来源的公开10表没有数，本工作簿已有的 2 个数保留不动"]


def test_prose_stays_and_cover_is_only_filled_up() -> None:
    given = replace(
        printed(), texts={"duties": "别的职责"}, reasons={}, explanations={}, cover=Cover("某中心", "1", 2024)
    )
    mine = replace(printed(), cover=Cover("某中心", "", 2024, "", "单位决算"))
    report, _ = merge(mine, source(given))
    assert report.texts == printed().texts and report.reasons == printed().reasons
    assert report.explanations == printed().explanations
    assert report.cover == Cover("某中心", "1", 2024, "", "单位决算")
    assert report.self_evaluations == printed().self_evaluations


def test_neither_argument_is_changed() -> None:
    target, given = empty(), Export().read()
    before = dict(given.report.amounts)
    merge(target, given)
    assert target == empty() and given.report.amounts == before and given.unit is Unit.YUAN


# --- years and names


def test_another_year_is_a_question() -> None:
    old = replace(printed(), cover=Cover("甲", "", 2023))
    with pytest.raises(XltoolsError, match=r"来源是 2023 年度，本工作簿是 2024 年度.*--last-year"):
        merge(empty(), source(old))
    with pytest.raises(XltoolsError, match=r"要用 2023 年度的工作簿，所选的是 2024 年度"):
        merge(empty(), source(printed()), last_year=True)


def test_another_name_is_a_remark() -> None:
    mine = replace(empty(), cover=Cover("乙中心", "", 2024))
    assert "单位名称不同" in merged_with_remarks(mine, source(printed())).remarks[0]
    longer = replace(empty(), cover=Cover("山西省政务服务投诉举报中心（本级）", "", 2024))
    assert merged_with_remarks(longer, source(replace(printed(), self_evaluations=[]))).remarks == []


def test_a_self_evaluation_is_not_imported_and_that_is_said() -> None:
    remarks = merged_with_remarks(empty(), source(printed())).remarks
    assert remarks == ["来源有 1 张绩效自评表，不导入，请在本工作簿的“绩效自评”中填写"]
    assert merged_with_remarks(printed(), source(printed())).remarks == []


# --- 结转上年数


def last(report: Report) -> Imported:
    return source(replace(report, cover=replace(report.cover, year=2023)))


def test_last_years_closing_is_held_against_this_years_opening() -> None:
    opening = Ref("summary", "29", "1")
    mine = replace(printed(), last_year={})
    report, _ = merge(mine, last(printed()), last_year=True)
    assert report.last_year[Ref("summary", "60", "2")] == Decimal("5.12")
    assert report.amounts == printed().amounts
    found = [finding for finding in check(report).findings if finding.rule == "summary-09"]
    assert found and "0.04" in found[0].message and "5.12" in found[0].message
    right = report.replaced({opening: Decimal("5.12")})
    assert not [finding for finding in check(right).findings if finding.rule == "summary-09"]


def test_exactly_the_figures_that_are_compared_are_carried() -> None:
    report, changes = merge(replace(printed(), last_year={}), last(printed()), last_year=True)
    wanted = {ref for ref, _ in comparison_refs(shanxi(), ["201", "208"])}
    assert set(report.last_year) <= wanted
    given = {ref for ref in wanted if ref in printed().amounts}
    assert given <= set(report.last_year)
    zeros = {ref for ref, value in report.last_year.items() if value == 0}
    assert {ref.form for ref in zeros} == {"three_public"} and len(zeros) == 6
    assert {change.store for change in changes} == {"last_year", "texts"}
    said = {change.what: change.new for change in changes if change.store == "texts"}
    assert said == {f"last_year.{key}": text for key, text in printed().reasons.items()}
    assert report.reasons == printed().reasons, "this year's stay"


def test_classes_of_both_years_are_carried() -> None:
    before = replace(printed(), lines={**printed().lines, "general": [*printed().lines["general"], "210"]})
    before.amounts = {**before.amounts, Ref("general", "210", "1"): Decimal("2.00")}
    report, _ = merge(printed(), last(before), last_year=True)
    assert report.last_year[Ref("general", "210", "1")] == 2
    assert report.lines == printed().lines


def test_last_year_from_yuan_and_into_yuan() -> None:
    report, _ = merge(replace(printed(), last_year={}), last(exact()), last_year=True)
    assert report.last_year[Ref("general", "208", "1")] == Decimal("21.18")
    merged = merged_with_remarks(replace(exact(), last_year={}), last(printed()), last_year=True)
    assert merged.report.last_year[Ref("general", "208", "1")] == Decimal("211800.00")
    assert merged.remarks == ["上年数由万元折成元，只准到百元"]


def test_nothing_to_carry() -> None:
    with pytest.raises(XltoolsError, match="没有可以结转的上年数"):
        merge(printed(), Imported(Report("shanxi_2024"), ""), last_year=True)
