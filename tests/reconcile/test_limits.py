"""What happens at the edges: ties, searches cut short, ratios of nothing."""

from decimal import Decimal

import pytest

from tests.reconcile.book import check, constraint, example, ref, small, with_figures
from xltools.editions.equation import Term
from xltools.reconcile import Convention, Share, Verdict, locate, solve, witness
from xltools.report import Ref


def test_ties_to_even_explain_what_half_up_cannot() -> None:
    """Three times 250.00 元 print 0.02 each and 750.00 元 print 0.08 only with ties to even."""
    model, report = small([constraint("sum", "t", "=", "a b c")], t="0.08", a="0.02", b="0.02", c="0.02")
    outcome = solve(model, report)
    assert (outcome.verdict, outcome.convention) == (Verdict.CONVENTION, Convention.EVEN)
    assert not outcome.suspects


def test_a_search_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = with_figures(example(), {"expenditure[201,2]": "292.63", "revenue[208,1]": "12.18"})
    monkeypatch.setattr(locate, "TRIES", 0)
    outcome = check(wrong)
    assert not outcome.exhaustive
    assert {s.refs[0] for s in outcome.sets[0][1]} == {ref("expenditure[201,2]"), ref("revenue[208,1]")}


def test_too_many_errors_leave_the_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "TRIES", 0)
    monkeypatch.setattr(locate, "MOST_ERRORS", 1)
    wrong = with_figures(example(), {"expenditure[201,2]": "292.63", "revenue[208,1]": "12.18"})
    outcome = check(wrong)
    assert outcome.verdict is Verdict.ERROR
    assert outcome.conflicts and outcome.broken
    assert not outcome.sets and not outcome.groups and not outcome.exhaustive


def test_the_search_for_a_world_may_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from xltools.reconcile import witness as function

    module = __import__("sys").modules["xltools.reconcile.worlds"]
    monkeypatch.setattr(module, "TRIES", -1000)
    model, report = small([constraint("sum", "t", "=", "a b")], t="3.01", a="1.00", b="2.00")
    assert function(model, report) is None


def test_a_world_that_propagation_cannot_rule_out_is_searched_in_vain() -> None:
    """2·a = b in whole 分 where b is odd by another identity: every value is tried, none fits."""
    rules = [constraint("twice", "a a", "=", "b"), constraint("odd", "b", "=", "c c d")]
    model, report = small(rules, a="1.00", b="2.00", c="0.00", d="2.00")
    assert witness(model, report) is not None


def test_a_ratio_of_nothing_is_still_pointed_at() -> None:
    a, b, p = Ref("f", "a", "1"), Ref("f", "b", "1"), Ref("text", "p", "%")
    share = Share("share", p, (Term(1, a),), (Term(1, b),))
    model, report = small([constraint("x", "b", "<=", "a")], a="1.00", b="0.00")
    outcome = solve(model, report, [share], {p: Decimal("50.00")})
    assert outcome.verdict is Verdict.ERROR
    assert any(s.kind == "share" and s.suggested == () for s in outcome.suspects)


def test_a_share_of_figures_that_no_rule_knows() -> None:
    x, y, p = Ref("g", "x", "1"), Ref("g", "y", "1"), Ref("text", "p", "%")
    share = Share("share", p, (Term(1, x),), (Term(1, y),))
    model, report = small([constraint("r", "a", "=", "b")], a="1.00", b="1.00")
    report.amounts |= {x: Decimal("1.00"), y: Decimal("4.00")}
    assert solve(model, report, [share], {p: Decimal("25.00")}).verdict is Verdict.EQUAL
    wrong = solve(model, report, [share], {p: Decimal("52.00")})
    assert wrong.verdict is Verdict.ERROR
    assert any(s.kind == "share" and Decimal("25.00") in s.suggested for s in wrong.suspects)


def test_a_count_is_corrected_in_whole_pieces() -> None:
    wrong = with_figures(example(), {"statistics[8,1]": "2", "statistics[7,1]": "3"})
    suspects = {s.refs[0]: s for s in check(wrong).suspects if s.kind == "cell"}
    assert suspects[ref("statistics[8,1]")].suggested == (Decimal(3),)
    assert suspects[ref("statistics[7,1]")].suggested == (Decimal(2),)
