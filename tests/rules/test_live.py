"""Wrong figures in workbooks whose totals are formulas: from the typed cell to what the accountant reads."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import xltools
from tests.rules.small import edition, report
from xltools import figures
from xltools.editions import FOLDER
from xltools.finding import Finding, Severity
from xltools.report import Ref
from xltools.rules import Checked
from xltools.rules.desk import Desk
from xltools.rules.identities import Figures, identities
from xltools.rules.pointing import pointed
from xltools.workbook.read import Reading
from xltools.workbook.surgery import Edits, SheetEdit, edit


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example as a workbook, in 万元 (some totals are typed) and in 元 (all totals are formulas)."""
    folder = tmp_path_factory.mktemp("live")
    made = {}
    for name in ("example", "example_yuan"):
        made[name] = folder / f"{name}.xlsx"
        xltools.write(made[name], figures.load(FOLDER / "shanxi_2024" / f"{name}.json"))
    return made


def changed(path: Path, to: Path, ref: Ref, value: str, formula: bool = False) -> tuple[Reading, Checked]:
    """The workbook with one figure typed otherwise, its formulas computed anew, read and checked."""
    place = xltools.read(path).report.places[ref]
    over = frozenset({place.cell}) if formula else frozenset()
    edit(path, Edits(sheets={place.sheet: SheetEdit({place.cell: float(value)}, over)}), to)
    reading = xltools.read(to)
    return reading, xltools.check(reading)


CASES = [
    ("example", Ref("expenditure", "2010399", "3"), "2.62", "6.22"),
    ("example", Ref("general", "2080502", "2"), "8.80", "8.08"),
    ("example", Ref("revenue", "2019999", "2"), "2297.40", "297.40"),
    ("example", Ref("basic", "30107", "1"), "10.59", "100.59"),
    ("example_yuan", Ref("expenditure", "2019999", "2"), "2932349.18", "2923349.18"),
    ("example_yuan", Ref("basic", "30201", "1"), "112000.00", "11998.60"),
]


@pytest.mark.parametrize(("name", "ref", "wrong", "true"), CASES, ids=lambda x: str(x))
def test_the_typed_cell_is_named(
    books: dict[str, Path], tmp_path: Path, name: str, ref: Ref, wrong: str, true: str
) -> None:
    reading, checked = changed(books[name], tmp_path / "x.xlsx", ref, wrong)
    assert reading.formulas
    named = [suspect.cell.ref for suspect in checked.suspects]
    assert ref in named[:3]
    suspect = checked.suspects[named.index(ref)]
    assert true in suspect.suggested and [cell.ref for cell, _ in suspect.changes] == [ref]
    touched = {cell.ref for s in checked.suspects for cell in (s.cell, *(cell for cell, _ in s.changes))}
    assert not touched & reading.formulas.keys()


def test_findings_lead_to_the_typed_cell(books: dict[str, Path], tmp_path: Path) -> None:
    """Not to a total that a formula computes, which nobody can correct."""
    ref = Ref("expenditure", "2010399", "3")
    reading, checked = changed(books["example"], tmp_path / "x.xlsx", ref, "2.62")
    place = reading.report.places[ref]
    errors = [finding for finding in checked.findings if finding.severity is Severity.ERROR]
    assert len(errors) > 10
    for finding in errors:
        assert f"请先核对 {place.sheet} {place.cell}" in finding.remedy


def test_a_formula_without_a_suspect_is_not_to_be_looked_at_itself() -> None:
    """Where nobody is suspected the typed figure of an identity is; of formulas, what they read."""
    made = report({"summary[31,1]": "5.00", "summary[62,2]": "9.00"})
    first, second = made.amounts
    desk = Desk(made, edition(), Figures(made, edition()), identities(edition(), made))
    cells = tuple(desk.cell(ref) for ref in made.amounts)
    finding = Finding("x", Severity.ERROR, "试", "sign_sum", cells, gap=Decimal(4), basis="据")
    for formulas, text in (
        ({first: "SUM(A1:A2)"}, "请先核对 公开01表 行次62 总计"),
        ({first: "SUM(A1:A2)", second: "SUM(B1:B2)"}, "行次31 总计 引用的明细"),
        ({}, "请先核对 公开01表 行次31 总计"),
    ):
        desk.formulas = formulas
        (said,) = pointed(desk, [finding], ())
        assert text in said.remedy


def test_a_formula_typed_over_stays_a_suspect(books: dict[str, Path], tmp_path: Path) -> None:
    ref = Ref("basic", "人员经费合计", "1")
    reading, checked = changed(books["example_yuan"], tmp_path / "x.xlsx", ref, "2914336.40", formula=True)
    assert reading.formulas is not None and ref not in reading.formulas
    assert checked.suspects[0].cell.ref == ref
    assert checked.suspects[0].suggested[0] == "2914366.40"


def test_the_workbook_as_made_has_no_suspect(books: dict[str, Path]) -> None:
    for path in books.values():
        checked = xltools.check(xltools.read(path))
        assert checked.suspects == () and checked.counts["错误"] == 0


def test_explain_says_what_a_leaf_should_be(books: dict[str, Path], tmp_path: Path) -> None:
    """Its own total, computed from it, is no evidence for it."""
    ref = Ref("basic", "30102", "1")
    reading, _ = changed(books["example_yuan"], tmp_path / "x.xlsx", ref, "97100.59")
    lines = "\n".join(xltools.explain(reading, str(ref)))
    assert "只能是 91697.54" in lines and "不符" in lines
    total = "\n".join(xltools.explain(reading, "basic[301,1]"))
    assert "（由公式计算）" in total.splitlines()[0]


def test_three_errors_are_not_explained_by_amounts_of_any_size(
    books: dict[str, Path], tmp_path: Path
) -> None:
    """Two figures off by one amount, one of them wrong by itself too: anything would fit."""
    wrong = {
        Ref("basic", "30102", "1"): 2.17,
        Ref("general", "2080506", "2"): 1.31,
        Ref("basic", "30109", "1"): -13.10,
    }
    places = xltools.read(books["example"]).report.places
    sheets: dict[str, SheetEdit] = {}
    for sheet in {places[ref].sheet for ref in wrong}:
        cells = {places[ref].cell: value for ref, value in wrong.items() if places[ref].sheet == sheet}
        sheets[sheet] = SheetEdit(cells)
    edit(books["example"], Edits(sheets=sheets), tmp_path / "x.xlsx")
    checked = xltools.check(xltools.read(tmp_path / "x.xlsx"))
    best = [suspect for suspect in checked.suspects if not suspect.alternative]
    assert [(s.cell.ref, s.suggested[0]) for s in best if s.cell.ref in wrong] == [
        (Ref("general", "2080506", "2"), "13.10"),
        (Ref("basic", "30109", "1"), "13.10"),
    ]
    assert all(abs(float(text)) < 1000 for suspect in checked.suspects for text in suspect.suggested if text)


def test_a_total_that_follows_the_figure_is_not_where_it_was_copied_from(
    books: dict[str, Path], tmp_path: Path
) -> None:
    """公开05表 D15 mistyped: C15 beside it adds it up and prints the same."""
    ref = Ref("general", "2080502", "2")
    reading, checked = changed(books["example"], tmp_path / "x.xlsx", ref, "9.57")
    assert reading.report.amounts[Ref("general", "2080502", "1")] == Decimal("9.57")
    assert (checked.suspects[0].cell.ref, checked.suspects[0].why) == (ref, "金额不符")


def test_a_leaf_among_many_of_one_sum_is_in_the_list(books: dict[str, Path], tmp_path: Path) -> None:
    """公开06表 C7 82.99 typed as 88.99: seven leaves may have a 6 too many, each is named with its value."""
    _, checked = changed(books["example"], tmp_path / "x.xlsx", Ref("basic", "30101", "1"), "88.99")
    named = {s.cell.ref: s.suggested[0] for s in checked.suspects}
    assert named[Ref("basic", "30101", "1")] == "82.99" and len(named) == 7
    assert [s.alternative for s in checked.suspects] == [False] + [True] * 6
