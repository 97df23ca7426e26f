"""Totals that formulas compute: they move with what is typed and are no suspects."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.reconcile.book import ref
from xltools.amount import Unit
from xltools.editions.equation import Constraint, Term
from xltools.reconcile import Convention, Outcome, Verdict, compile, explain, solve
from xltools.reconcile.live import Live, live
from xltools.reconcile.problem import Problem, bind
from xltools.report import Ref, Report

LEAVES = ("30101", "30102", "30103", "30107")
EQUATIONS = (
    "basic[301,1] = basic[30101,1] + basic[30102,1] + basic[30103,1] + basic[30107,1]",
    "basic[人员经费合计,1] = basic[301,1] + basic[303,1]",
    "general[合计,2] = basic[人员经费合计,1]",
    "general[合计,2] = summary[58,2]",
)
TOTALS = (Ref("basic", "301", "1"), Ref("basic", "人员经费合计", "1"))
READS = {
    TOTALS[0]: frozenset(Ref("basic", line, "1") for line in LEAVES),
    TOTALS[1]: frozenset((TOTALS[0], Ref("basic", "303", "1"))),
}


def rows(*equations: str) -> list[Constraint]:
    """``a[1,1] = b[1,1] + c[1,1]`` as constraints."""
    made = []
    for number, equation in enumerate(equations):
        left, right = (tuple(Term(1, ref(t)) for t in side.split(" + ")) for side in equation.split(" = "))
        made.append(Constraint(f"rule-{number}", left, "=", right))
    return made


def amounts(figures: dict[str, str], unit: Unit = Unit.WAN) -> Report:
    return Report("test", unit, amounts={ref(name): Decimal(value) for name, value in figures.items()})


def book(
    first: str = "12.00", whole: str = "36.00", unit: Unit = Unit.WAN, **other: str
) -> tuple[Report, list[Constraint]]:
    """A small 06 with live totals and what 05 and 01 say of their sum; one leaf may be mistyped."""
    parts = {"30101": first, "30102": "7.00", "30103": "16.00", "30107": "1.00"} | other
    total = str(sum(Decimal(parts[line]) for line in LEAVES))
    figures = {f"basic[{line},1]": value for line, value in parts.items()}
    figures |= {"basic[301,1]": total, "basic[人员经费合计,1]": total}
    figures |= {"general[合计,2]": whole, "summary[58,2]": whole}
    return amounts(figures, unit), rows(*EQUATIONS)


def solved(report: Report, constraints: list[Constraint], reads: object = READS) -> Outcome:
    return solve(compile(constraints), report, formulas=reads)  # type: ignore[arg-type]


def problem(reads: object = READS, **fields: str) -> tuple[Problem, Live]:
    report, constraints = book(**fields)
    bound = bind(compile(constraints), report)
    return bound, live(bound, reads)  # type: ignore[arg-type]


def test_a_mistyped_leaf_moves_its_totals_and_is_named() -> None:
    report, constraints = book("21.00")
    outcome = solved(report, constraints)
    (suspect, *_) = outcome.suspects
    assert suspect.refs == (Ref("basic", "30101", "1"),)
    assert suspect.suggested[0] == Decimal("12.00") and suspect.changes == ((suspect.refs[0], Decimal(12)),)
    assert suspect.resolves == 1
    assert not {ref for s in outcome.suspects for ref in s.refs} & set(TOTALS)


def test_without_knowing_the_formulas_a_total_is_blamed() -> None:
    """The case above fails where formulas are left out: this is what they are for."""
    report, constraints = book("21.00")
    named = {ref for s in solved(report, constraints, None).suspects for ref in s.refs}
    assert named & set(TOTALS)


def test_a_formula_typed_over_is_a_suspect() -> None:
    report, constraints = book()
    report = report.replaced({TOTALS[1]: Decimal("63.00")})
    (suspect, *_) = solved(report, constraints, {TOTALS[0]: READS[TOTALS[0]]}).suspects
    assert suspect.refs == (TOTALS[1],) and suspect.suggested[0] == Decimal("36.00")


def test_a_formula_that_gives_something_else_is_a_suspect() -> None:
    """It is a formula, and its range is too short: the figures that it reads do not give it."""
    report, constraints = book()
    report = report.replaced({TOTALS[0]: Decimal("19.00"), TOTALS[1]: Decimal("19.00")})
    outcome = solved(report, constraints)
    assert outcome.sets[0][1][0].refs[0] == TOTALS[0]


def test_a_line_that_is_missing_is_missing_from_live_totals_too() -> None:
    equations = (
        "expenditure[合计,1] = expenditure[201,1] + expenditure[208,1]",
        "expenditure[合计,2] = expenditure[201,2] + expenditure[208,2]",
        "expenditure[合计,1] = expenditure[合计,2]",
        "expenditure[201,1] = expenditure[201,2]",
        "expenditure[208,1] = expenditure[208,2]",
        "expenditure[合计,1] = summary[58,2]",
    )
    figures = {f"expenditure[{line},{c}]": v for line, v in (("201", "30"), ("208", "7")) for c in "12"}
    figures |= {"expenditure[合计,1]": "37", "expenditure[合计,2]": "37", "summary[58,2]": "48.31"}
    line = Ref("expenditure", "合计", "2")
    reads = {
        Ref("expenditure", "合计", c): {Ref("expenditure", x, c) for x in ("201", "208")} for c in "12"
    } | {Ref("expenditure", x, "1"): {Ref("expenditure", x, "2")} for x in ("201", "208")}
    outcome = solved(amounts(figures), rows(*equations), reads)
    found = [s for s in outcome.suspects if s.kind == "line"]
    assert [s.refs for s in found] == [(line,)] and Decimal("11.31") in found[0].suggested


@pytest.mark.parametrize("unit", list(Unit))
def test_live_totals_of_rounded_parts_are_no_error(unit: Unit) -> None:
    """36.00 is a sum of printed figures whose exact amounts make 36.02. That 302 of the same form was typed,
    and rounded as a whole, does not count against it."""
    report, constraints = book(whole="36.02", unit=unit)
    report.amounts.update({ref("basic[302,1]"): Decimal("3.01")})
    report.amounts.update({ref(f"basic[3020{n},1]"): Decimal(n) for n in (1, 2)})
    constraints += rows("basic[302,1] = basic[30201,1] + basic[30202,1]")
    outcome = solved(report, constraints)
    assert solved(report, constraints, None).verdict is Verdict.ERROR
    if unit is Unit.YUAN:
        assert outcome.verdict is Verdict.ERROR
    else:
        assert (outcome.verdict, outcome.convention) == (Verdict.CONVENTION, Convention.SUMMED)
        assert outcome.forms == ("basic",) and outcome.suspects == ()


def test_what_is_computed_from_a_figure_says_nothing_about_it() -> None:
    report, constraints = book("21.00")
    leaf = Ref("basic", "30101", "1")
    known = explain(compile(constraints), report, leaf, formulas=READS)
    assert (known.least, known.most, known.fits) == (Decimal("11.98"), Decimal("12.02"), False)
    blank, _ = book("0")
    blank = blank.replaced({leaf: None})
    again = explain(compile(constraints), blank, leaf, formulas=READS)
    assert (again.least, again.most) == (Decimal("11.98"), Decimal("12.02"))


# --- which formulas are known


def test_followers_and_what_lies_below() -> None:
    bound, found = problem()
    index = {ref: cell for cell, ref in enumerate(bound.refs)}
    leaf, first, second = index[Ref("basic", "30101", "1")], index[TOTALS[0]], index[TOTALS[1]]
    assert found.followers(leaf) == {leaf: 1, first: 1, second: 1}
    assert set(found.typed(second)) == {index[Ref("basic", line, "1")] for line in (*LEAVES, "303")}
    assert list(found.typed(leaf)) == [leaf]


def test_formulas_that_read_other_cells_or_each_other_are_not_known() -> None:
    elsewhere = {TOTALS[0]: frozenset({Ref("basic", "30101", "1")}), TOTALS[1]: frozenset()}
    assert problem(elsewhere)[1].parts == {}
    both = {TOTALS[1]: {Ref("general", "合计", "2")}, Ref("general", "合计", "2"): {TOTALS[1]}}
    assert problem(both)[1].parts == {}
    assert problem({Ref("none", "1", "1"): frozenset()})[1].parts == {}


def test_a_formula_of_which_nothing_is_known_computes_its_one_total() -> None:
    bound, found = problem({TOTALS[0]: None, Ref("general", "合计", "2"): None})
    assert [bound.refs[cell] for cell in found.parts] == [TOTALS[0]]


def test_a_difference_is_a_formula_too() -> None:
    leaf = Ref("basic", "30103", "1")
    others = {Ref("basic", line, "1") for line in ("301", "30101", "30102", "30107")}
    bound, found = problem({leaf: others})
    index = {ref: cell for cell, ref in enumerate(bound.refs)}
    assert found.parts[index[leaf]] == {index[ref]: 1 if ref.line == "301" else -1 for ref in others}
    assert found.followers(index[TOTALS[0]])[index[leaf]] == 1


# --- what could not be read


def test_an_unread_figure_is_unknown_and_what_it_should_be_follows() -> None:
    report, constraints = book()
    leaf = Ref("basic", "30101", "1")
    report = report.replaced({leaf: None})
    assert solve(compile(constraints), report).verdict is Verdict.ERROR
    assert solve(compile(constraints), report, unread={leaf}).verdict in (Verdict.EQUAL, Verdict.TAIL)
    known = explain(compile(constraints), report, leaf, unread={leaf})
    assert (known.least, known.most) == (Decimal("11.98"), Decimal("12.02"))
    wrong = report.replaced({Ref("summary", "58", "2"): Decimal("63.00")})
    (suspect, *_) = solve(compile(constraints), wrong, unread={leaf}).suspects
    assert suspect.refs[0].form in ("summary", "general"), "another error is told all the same"


def test_sums_over_lines_that_could_not_be_read_say_nothing() -> None:
    figures = {"expenditure[合计,1]": "37", "expenditure[201,1]": "30", "summary[58,2]": "37"}
    constraints = rows(
        "expenditure[合计,1] = expenditure[201,1] + expenditure[208,1]",
        "expenditure[合计,1] = summary[58,2]",
        "expenditure[208,1] = general[208,1]",
        "expenditure[201,1] = summary[32,2]",
    )
    model = compile(constraints)
    report = amounts(figures | {"general[208,1]": "7", "summary[32,2]": "30"})
    assert solve(model, report).verdict is Verdict.ERROR
    assert solve(model, report, loose={"expenditure"}).verdict is Verdict.EQUAL
    other = report.replaced({Ref("summary", "32", "2"): Decimal("3.00")})
    assert solve(model, other, loose={"expenditure"}).verdict is Verdict.ERROR, (
        "lines that are there are held"
    )
