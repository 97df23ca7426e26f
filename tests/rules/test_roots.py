"""What follows from a cell that holds no number, or from a code that is wrong, is one group with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import xltools
from xltools import figures
from xltools.editions import FOLDER
from xltools.finding import Severity
from xltools.report import Place, Ref
from xltools.resources import resource
from xltools.review.data import as_data
from xltools.review.suspects import sentence
from xltools.rules import Checked
from xltools.rules.roots import _alike
from xltools.workbook.surgery import Edits, SheetEdit, edit

Spoil = Callable[..., Checked]


@pytest.fixture(scope="module")
def spoil(tmp_path_factory: pytest.TempPathFactory) -> Spoil:
    """The check of the example as a workbook with some cells typed otherwise."""
    folder = tmp_path_factory.mktemp("roots")
    for name in ("example", "example_yuan"):
        xltools.write(folder / f"{name}.xlsx", figures.load(FOLDER / "shanxi_2024" / f"{name}.json"))

    def check(sheet: str, name: str = "example", **cells: object) -> Checked:
        to = folder / "changed.xlsx"
        to.unlink(missing_ok=True)
        change = SheetEdit(cells, frozenset(cells))  # type: ignore[arg-type]
        edit(folder / f"{name}.xlsx", Edits(sheets={sheet: change}), to)
        return xltools.check(xltools.read(to))

    return check


def groups(checked: Checked) -> set[str]:
    """The groups of the findings that the example itself does not give."""
    own = {"尾差", "口径差异"}
    found = [f for f in checked.findings if not f.rule.startswith(("self_evaluation", "narrative"))]
    return {finding.group for finding in found} - own


def test_a_text_in_place_of_an_amount_is_one_cause(spoil: Spoil) -> None:
    checked = spoil("公开03表", E10="六点二二")
    assert groups(checked) == {"原因1"}, "error values of its totals, sums and other tables' figures"
    (suspect,) = checked.suspects
    assert suspect.cell.ref == Ref("expenditure", "2010399", "3") and suspect.cell.value == "六点二二"
    assert (suspect.kind, suspect.suggested) == ("unread", ("6.22", "6.23"))
    assert suspect.changes == ((suspect.cell, "6.22"),)
    followers = [f for f in checked.findings if f.group == "原因1" and f.gap is not None]
    assert suspect.resolves == len(followers) > 15
    assert f"改这一处，{len(followers)} 条不平全部消失" in sentence(suspect)
    data = as_data("x", checked)
    assert sum(one["group"] == "原因1" for one in data["findings"]) > 25, "all are there"
    first, second = checked.findings[:2]
    assert first.kind == "reading_text_amount", "the cause stands before what follows from it"
    assert second.kind == "reading_error_value" and second.remedy == "由 公开03表 E10 引起，改正后一并消失。"
    assert not [f for f in checked.findings if f.kind == "line_empty"], "the line is not empty"


def test_a_text_among_amounts_in_yuan_has_one_value(spoil: Spoil) -> None:
    checked = spoil("公开06表", "example_yuan", C8="九万")
    (suspect,) = checked.suspects
    assert (suspect.suggested, suspect.unique) == (("91697.54",), True)
    assert groups(checked) == {"原因1"}
    named = next(f for f in checked.findings if f.rule == "basic-01")
    assert any(cell.ref == suspect.cell.ref for cell in named.cells), "the finding shows the cell"


@pytest.mark.parametrize(
    ("text", "first", "why"),
    [
        ("13.10万元", "13.10", ""),
        ("131010元", "13.10", "，写的是元，折成万元"),
        ("13.11元", "13.11", "，写的是元，请核对单位"),
        ("31.10万元", "13.10", "，写的数与其他数不符"),
    ],
)
def test_the_number_in_a_text_is_suggested_first(spoil: Spoil, text: str, first: str, why: str) -> None:
    (suspect,) = spoil("公开03表", D16=text).suspects
    assert suspect.suggested[0] == first and set(suspect.suggested) == {"13.10", "13.11"}
    assert suspect.changes == ((suspect.cell, first),) and suspect.why == f"单元格里不是数{why}"


def test_each_text_of_one_sum_has_its_number(spoil: Spoil) -> None:
    """What follows is one group with the first; the second is named with what is written in it."""
    checked = spoil("公开06表", C7="82.99万元", C8="9.17万元")
    assert [(s.cell.value, s.suggested, s.resolves > 0) for s in checked.suspects] == [
        ("82.99万元", ("82.99",), True),
        ("9.17万元", ("9.17",), False),
    ]
    assert groups(checked) == {"原因1", "原因2"}


def test_another_error_is_another_cause(spoil: Spoil) -> None:
    checked = spoil("公开03表", E10="六点二二", D15=8.80)
    first, second, *_ = checked.suspects
    assert first.kind == "unread" and second.cell.ref == Ref("expenditure", "2080502", "2")
    assert second.suggested[0] == "8.08"
    assert {"原因1", "原因2"} <= groups(checked)


def test_a_formula_that_fails_by_itself_is_its_own_cause(spoil: Spoil) -> None:
    checked = spoil("公开06表", "example_yuan", C6="#REF!")
    (suspect,) = checked.suspects
    assert suspect.cell.ref == Ref("basic", "301", "1")
    assert suspect.suggested in ((), ("2813074.90",))
    assert groups(checked) == {"原因1"}


@pytest.mark.parametrize(
    ("sheet", "name", "cell", "wrong", "right"),
    [
        ("公开03表", "example", "A10", "2010389", "2010399"),
        ("公开05表", "example", "A13", "280", "208"),
        ("公开05表", "example_yuan", "A13", "280", "208"),
        ("公开05表", "example_yuan", "A16", "2080560", "2080506"),
    ],
)
def test_a_code_that_is_anothers(
    spoil: Spoil, sheet: str, name: str, cell: str, wrong: str, right: str
) -> None:
    checked = spoil(sheet, name, **{cell: wrong})
    (suspect,) = checked.suspects
    assert (suspect.kind, suspect.cell.value, suspect.suggested) == ("code", wrong, (right,))
    assert suspect.cell.place and tuple(suspect.cell.place) == (sheet, cell), "the code, not an amount"
    assert suspect.changes == ((suspect.cell, right),)
    assert groups(checked) == {"原因1"} and suspect.resolves >= 4
    assert f"印 {wrong}，应为 {right}" in sentence(suspect) and "科目代码录入错误" in sentence(suspect)


def test_a_code_that_is_none(spoil: Spoil) -> None:
    checked = spoil("公开03表", A10="20103x9")
    (suspect,) = checked.suspects
    assert (suspect.cell.value, suspect.suggested) == ("20103x9", ("2010399",))
    assert suspect.cell.place and suspect.cell.place.cell == "A10"
    assert groups(checked) == {"原因1"}
    cause = next(f for f in checked.findings if f.kind == "reading_code_invalid")
    assert cause.group == "原因1"


def test_a_line_under_a_wrong_code_and_a_wrong_amount(spoil: Spoil) -> None:
    """The figure is judged where it belongs."""
    checked = spoil("公开05表", "example_yuan", A16="2080560", D15=88096.23)
    kinds = [suspect.kind for suspect in checked.suspects]
    assert kinds[0] == "code" and "cell" in kinds
    assert any(s.cell.ref == Ref("general", "2080502", "2") for s in checked.suspects[1:])


def test_a_code_that_only_one_table_has_is_no_slip(spoil: Spoil) -> None:
    """Nothing would be better under another code: the example as it is, and one figure off."""
    for checked in (spoil("公开03表", D15=8.80), spoil("公开06表", C8=9.17)):
        assert not [s for s in checked.suspects if s.kind in ("code", "unread")]
    assert {f.severity for f in spoil("公开06表", C8=9.17).findings} == {Severity.VERIFY, Severity.HINT}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("280", "208", True),
        ("201", "208", True),
        ("2080506", "2080560", True),
        ("208056", "2080506", True),
        ("20805066", "2080506", True),
        ("20103x9", "2010399", True),
        ("208", "208", False),
        ("2080506", "2080605", True),
        ("802", "208", True),
        ("20", "208", True),
        ("2", "208", False),
    ],
)
def test_codes_that_are_easily_mistaken(one: str, other: str, alike: bool) -> None:
    assert _alike(one, other) is alike


def test_a_code_of_another_parent_where_formulas_add_up(tmp_path: Path) -> None:
    """The totals have followed the wrong code; under the right one they would follow that."""
    path = tmp_path / "x.xlsx"
    edits = Edits(sheets={"公开03表": SheetEdit({"A16": "2080605"})})
    edit(resource("workbooks/example.xlsx"), edits, path)
    checked = xltools.check(xltools.read(path))
    (suspect,) = checked.suspects
    assert (suspect.kind, suspect.suggested, suspect.cell.place) == (
        "code",
        ("2080506",),
        Place("公开03表", "A16"),
    )
    errors = [finding for finding in checked.findings if finding.severity is Severity.ERROR]
    assert len(errors) > 5 and {finding.group for finding in errors} == {"原因1"}
