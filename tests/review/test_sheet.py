"""The rows of the sheet 审核结果."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.review.outcomes import BLANK, CELL, finding, outcome, suspect, wrong
from xltools.finding import CHANGED, Finding, Severity, Suspect, explanation_key
from xltools.review.sheet import HEADINGS, not_checked, rows


def by_heading(found: Finding, **explanations: str) -> dict[str, str]:
    (row,) = rows(outcome(found), explanations)
    assert len(row.cells) == len(HEADINGS)
    return dict(zip(HEADINGS, row.cells, strict=True))


def test_a_row_says_everything_of_a_finding() -> None:
    (row,) = rows(outcome(finding(), suspects=(suspect(),)), {})
    assert dict(zip(HEADINGS, row.cells, strict=True)) == {
        "级别": "错误",
        "表": "公开03表",
        "项目": "2010399 其他 · 项目支出",
        "单元格": "公开03表!E12",
        "应为": "6.22",
        "实为": "6.12",
        "差额": "0.10",
        "原因": finding().said,
        "怎么改": "请核对。",
        "规则号": "x-01",
        "出错说明": "",
    }
    assert row.place == CELL.place
    assert row.severity is Severity.ERROR
    assert row.key == explanation_key(finding())


def test_without_a_suspect_the_rule_says_what_it_should_be() -> None:
    assert by_heading(replace(finding(), facts={"value": "6.12", "expected": "6.20"}))["应为"] == "6.20"
    assert by_heading(finding())["应为"] == ""


@pytest.mark.parametrize(
    ("guess", "text"),
    [
        (suspect(), "6.22"),
        (suspect(suggested=("",)), "空白"),
        (suspect(suggested=("6.22", "6.23", "6.24", "6.25"), unique=False), "可能 6.22、6.23、6.24"),
        (suspect(suggested=(), unique=False), ""),
        (suspect(kind="line"), ""),
        (suspect(kind="soft"), ""),
        (suspect(cell=BLANK), ""),
    ],
)
def test_a_suspect_says_what_the_first_cell_should_be(guess: Suspect, text: str) -> None:
    (row,) = rows(outcome(finding(), suspects=(guess, suspect(suggested=("9.99",), cell=guess.cell))), {})
    assert row.cells[HEADINGS.index("应为")] == text


def test_a_place_without_an_address_has_no_link() -> None:
    (row,) = rows(outcome(finding(Severity.HINT, BLANK)), {})
    assert row.place is None
    assert row.cells[HEADINGS.index("单元格")] == ""
    assert row.cells[HEADINGS.index("表")] == "公开06表"


def test_a_finding_on_the_whole_workbook() -> None:
    whole = by_heading(replace(finding(), cells=(), gap=None, remedy=""))
    assert (whole["表"], whole["项目"], whole["实为"], whole["差额"]) == ("", "错误标题", "", "")
    assert whole["怎么改"] == "请核对。"
    nowhere = by_heading(replace(finding(), cells=(CELL._replace(place=None),)))
    assert nowhere["表"] == ""


def test_explanations_are_kept_and_marked_when_figures_moved() -> None:
    wanting = finding(Severity.VERIFY)
    typed = {explanation_key(wanting): "按合同支付"}
    assert by_heading(wanting, **typed)["出错说明"] == "按合同支付"
    moved = finding(Severity.VERIFY, CELL._replace(value="6.30"))
    assert by_heading(moved, **typed)["出错说明"] == f"{CHANGED}按合同支付"
    # An error is to be corrected, not explained.
    assert by_heading(finding(), **typed)["出错说明"] == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=月次", "“=月次”"),
        ("=1+1", "“=1+1”"),
        (" @SUM(A1)", "“ @SUM(A1)”"),
        ("＝A1", "“＝A1”"),
        ("+cmd", "“+cmd”"),
        ("-A1", "“-A1”"),
        ("-0.02", "-0.02"),
        ("-20%", "-20%"),
        ("≥80%", "≥80%"),
        ("———", "———"),
        ("", ""),
    ],
)
def test_no_text_of_a_row_is_a_formula(value: str, shown: str) -> None:
    """The form of the example has =月次 without a number: written as a formula it would be an error."""
    assert by_heading(finding(Severity.HINT, CELL._replace(value=value)))["实为"] == shown


def test_rows_come_worst_first() -> None:
    ranks = [row.severity.rank for row in rows(wrong(), {})]
    assert ranks == sorted(ranks) and len(ranks) == len(wrong().findings)


def test_what_was_not_checked() -> None:
    assert list(not_checked(outcome()))[-1] == ("公开02表", "没有公式", "")
