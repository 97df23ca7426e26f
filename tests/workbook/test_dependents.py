"""Which stored values an edit makes untrue: everything that may depend on it, near and far."""

from __future__ import annotations

import pytest

from tests.workbook.builders import worksheet
from xltools.workbook.dependents import dependents, formula_text, may_see

FORMULAS = {
    "公开01表": {"A1": "公开03表!B2+1", "A2": "A1*2", "A3": "SUM('公开03表'!A1:C9)", "A4": "7+5"},
    "公开03表": {
        "C1": "SUM(B:B)",
        "C2": "SUM(2:2)",
        "C3": "B3",
        "C4": '"B2"&公开01表!B2',
        "C5": "XT_TOTAL(A1:D2)",
    },
    "分析": {"A1": "公开01表!A2", "A2": "合计", "A3": "别名+1", "A4": "LOG10(2)", "A5": "AB2+B22"},
}
NAMES = {"合计": "公开03表!$B$2", "别名": "公开01表!$A$9"}


def test_what_depends_on_one_cell() -> None:
    assert dependents(FORMULAS, {"公开03表": {"B2"}}, NAMES) == {
        "公开01表": {"A1", "A2", "A3"},
        "公开03表": {"C1", "C2", "C5"},
        "分析": {"A1", "A2"},
    }


def test_nothing_depends_on_a_sheet_of_ours() -> None:
    assert dependents(FORMULAS, {"审核结果": {"A5"}}, NAMES) == {}
    assert dependents(FORMULAS, {}, NAMES) == {}


@pytest.mark.parametrize(
    "formula",
    ['INDIRECT("B"&2)', "OFFSET(A1,1,1)", "表1[金额]", "没有的名称+1", "SUM(甲:乙!B2)", "TODAY()"],
)
def test_what_cannot_be_told_counts_as_dependent(formula: str) -> None:
    assert dependents({"分析": {"A1": formula}}, {"分析": {"Z9"}}) == {"分析": {"A1"}}


@pytest.mark.parametrize(
    ("formula", "sees"),
    [
        ("'公开03表'!A1", True),
        ("SUM(公开03表!A1:B2)", True),
        ("'It''s A&amp;B'!A1", True),
        ("合计+1", True),
        ("表1[金额]", True),
        ("SUM(公开01表:公开09表!A1)", True),
        ("SUM('公开 01表:公开 09表'!A1)", True),
        ("INDIRECT(A1)", True),
        ("[1]!XT_TOTAL(A1:B2)+公开01表!A1", False),
        ("SUM(A1:A3)", False),
    ],
)
def test_sheets_that_cannot_see_a_change_are_told_by_their_text(formula: str, sees: bool) -> None:
    text = worksheet(f'<row r="1"><c r="A1"><f>{formula}</f><v>1</v></c></row>')
    assert may_see(formula_text(text), ["公开03表", "It's A&B"], ["合计"]) is sees


def test_names_of_sheets_in_any_case_and_quotes() -> None:
    formulas = {"It's A": {"A1": "B1"}, "x": {"A1": "'it''s a'!A1", "A2": "'It''s A'!B1:B3"}}
    assert dependents(formulas, {"IT'S A": {"B1"}}) == {"It's A": {"A1"}, "x": {"A1", "A2"}}


def test_texts_functions_and_errors_are_no_references() -> None:
    formulas = {
        "s": {"A1": '"B2"&"x""B2"', "A2": "LOG10(1)+1.5E3", "A3": "#REF!+1", "A4": "TRUE", "A5": "B2#"}
    }
    assert dependents(formulas, {"s": {"B2"}}) == {"s": {"A5"}}


def test_array_formulas_pass_it_on() -> None:
    formulas = {"s": {"A1": "C1:C2", "D1": "A2", "D2": "A3"}}
    assert dependents(formulas, {"s": {"C1"}}, arrays={"s": {"A1": "A1:A2"}}) == {"s": {"A1", "D1"}}
