"""What a printed figure stands for, in whole 分."""

from decimal import Decimal

import pytest

from tests.reconcile.book import constraint, small
from xltools.amount import Unit
from xltools.editions.equation import Constraint, Term
from xltools.reconcile import Share, Verdict, compile, for_rules, solve
from xltools.reconcile.model import INFINITE
from xltools.reconcile.problem import bind, closed, half_even, interval, truncated
from xltools.report import Ref, Report


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1.00", 995_000, 1_004_999),  # 50.00 元 rounds up, away from zero
        ("-1.00", -1_004_999, -995_000),
        ("0.00", -4_999, 4_999),
        ("6.224", 6_223_500, 6_224_499),  # three places: its own width
        ("0.00001", 5, 14),
    ],
)
def test_a_figure_in_wan_is_what_rounds_half_up_to_it(text: str, low: int, high: int) -> None:
    assert interval(Decimal(text), Unit.WAN, exact=False) == (low, high)


def test_a_figure_finer_than_a_fen_lies_between_two() -> None:
    assert interval(Decimal("0.00000015"), Unit.WAN, exact=False) == (0, 1)
    assert interval(Decimal("-0.0000015"), Unit.WAN, exact=False) == (-2, -1)


def test_a_figure_in_yuan_and_a_count_are_points() -> None:
    assert interval(Decimal("12.34"), Unit.YUAN, exact=False) == (1234, 1234)
    assert interval(Decimal("12.345"), Unit.YUAN, exact=False) == (1234, 1235)
    assert interval(Decimal(3), Unit.WAN, exact=True) == (300, 300)


def test_other_rules_of_rounding() -> None:
    assert closed(1, 10000) == (5000, 15000)
    assert half_even(2, 10000) == (15000, 25000)
    assert half_even(1, 10000) == (5001, 14999)
    assert truncated(1, 10000) == (10000, 19999)
    assert truncated(-1, 10000) == (-19999, -10000)
    assert truncated(0, 10000) == (-9999, 9999)


def test_a_blank_is_exactly_zero_and_0_00_is_not() -> None:
    rules = [constraint("r", "a", "=", "b c")]
    blank = small(rules, a="1.00", b="1.01")
    zero = small(rules, a="1.00", b="1.01", c="0.00")
    assert solve(*blank).verdict is not Verdict.TAIL
    assert solve(*zero).verdict is Verdict.TAIL


def test_rows_of_the_same_meaning_are_kept_once_and_the_hard_one_wins() -> None:
    model = compile(
        [
            constraint("soft", "a", "=", "b"),
            constraint("hard", "b", "=", "a"),
            constraint("none", "a", "=", "a"),
        ],
        ["soft"],
    )
    assert [row.rule for row in model.rows] == ["hard"]


def test_a_soft_sign_of_one_figure_is_not_part_of_the_model() -> None:
    assert not compile([constraint("sign", "a", ">=")], ["sign"]).rows
    assert compile([constraint("sign", "a", ">=")]).rows[0].high == INFINITE


def test_models_are_kept_by_the_identity_of_the_constraints() -> None:
    class Rule:
        id, kind, tolerance = "r", "逻辑性", Decimal("0.01")

    constraints = (constraint("r", "a", "=", "b"),)
    model = for_rules([(Rule(), constraints)])
    assert for_rules([(Rule(), constraints)]) is model
    assert for_rules([(Rule(), (constraint("r", "a", "=", "b"),))]) is not model


def test_a_tolerance_is_due_in_wan_only() -> None:
    model = compile([constraint("r", "a", "=", "b")], (), {"r": Decimal("0.01")})
    amounts = {Ref("f", "a", "1"): Decimal("5.02"), Ref("f", "b", "1"): Decimal("5.01")}
    assert solve(model, Report("t", Unit.WAN, amounts=amounts)).verdict is Verdict.EQUAL
    assert solve(model, Report("t", Unit.YUAN, amounts=amounts)).verdict is Verdict.ERROR


def test_a_strict_inequality_sees_a_blank() -> None:
    report = Report("t", Unit.WAN, amounts={Ref("f", "a", "1"): Decimal("1.00")})
    assert solve(compile([constraint("r", "b", ">")]), report).verdict is Verdict.ERROR
    assert solve(compile([constraint("r", "a", ">")]), report).verdict is Verdict.EQUAL


def test_figures_of_last_year_and_the_budget_are_found() -> None:
    here, before, planned = Ref("f", "a", "1"), Ref("last_year.f", "a", "1"), Ref("budget.f", "a", "1")
    rules = [
        Constraint("r", (Term(1, here),), "=", (Term(1, before),)),
        Constraint("s", (Term(1, here),), "<=", (Term(1, planned),)),
    ]
    report = Report("t", Unit.WAN, amounts={here: Decimal("1.00")}, last_year={here: Decimal("2.00")})
    report.budget[here] = Decimal("3.00")
    problem = bind(compile(rules), report)
    assert [str(v) for v in problem.printed] == ["1.00", "2.00", "3.00"]
    assert solve(compile(rules), report).verdict is Verdict.ERROR


def _share(printed: str, part: str, whole: str, rest: int = 0) -> Verdict:
    a, b, p = Ref("f", "a", "1"), Ref("f", "b", "1"), Ref("text", "p", "%")
    report = Report("t", Unit.WAN, amounts={a: Decimal(part), b: Decimal(whole)})
    share = Share("share", p, (Term(1, a),), (Term(1, b),), rest=rest)
    return solve(compile([constraint("x", "a", "<=", "b")]), report, [share], {p: Decimal(printed)}).verdict


def test_a_printed_percentage_is_an_interval_of_the_exact_amounts() -> None:
    assert _share("33.33", "1.00", "3.00") is Verdict.EQUAL
    assert _share("33.20", "1.00", "3.00") is Verdict.TAIL
    assert _share("34.00", "1.00", "3.00") is Verdict.ERROR
    assert _share("34", "1.00", "3.00") is Verdict.TAIL  # no places: half a point either way


def test_a_share_that_takes_the_rounding_rest_may_differ_by_it() -> None:
    assert _share("33.34", "100000.00", "300000.00") is Verdict.ERROR
    assert _share("33.34", "100000.00", "300000.00", rest=1) is Verdict.EQUAL


def test_ties_of_a_ratio_go_away_from_zero() -> None:
    a, b, p = Ref("f", "a", "1"), Ref("f", "b", "1"), Ref("text", "p", "%")
    share = Share("share", p, (Term(1, a),), (Term(1, b),))
    for part, printed, fits in (
        ("5.00", "0.01", True), ("5.00", "0.00", False), ("-5.00", "-0.01", True), ("-5.00", "0.00", False),
    ):  # fmt: skip
        report = Report("t", Unit.YUAN, amounts={a: Decimal(part), b: Decimal("100000.00")})
        outcome = solve(compile([constraint("x", "a", "<=", "b")]), report, [share], {p: Decimal(printed)})
        assert (outcome.verdict is not Verdict.ERROR) == fits, (part, printed)


def test_a_share_without_its_figure_says_nothing() -> None:
    a, p = Ref("f", "a", "1"), Ref("text", "p", "%")
    model, report = small([constraint("r", "a", "<=", "b")], a="1.00", b="2.00")
    share = Share("share", p, (Term(1, a),), (Term(1, Ref("g", "x", "1")),))
    assert solve(model, report, [share]).verdict is Verdict.EQUAL
