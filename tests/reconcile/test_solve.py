"""Verdicts: one world, conventions, proofs."""

from decimal import Decimal
from random import Random

import pytest

from tests.effort import examples, first
from tests.reconcile.book import applied_to, check, constraint, example, model_of, ref, small, with_figures
from tests.units import random_report
from xltools.amount import Unit
from xltools.editions import load
from xltools.editions.equation import Term
from xltools.reconcile import Convention, Outcome, Share, Verdict, for_rules, solve, solve_rules, witness
from xltools.reconcile.model import at_first
from xltools.reconcile.problem import bind
from xltools.report import Ref, Report
from xltools.rules.identities import Figures


def test_the_example_has_tails_only_and_a_world_proves_it() -> None:
    outcome = check(example())
    assert outcome.verdict is Verdict.TAIL
    assert {abs(item.gap) for item in outcome.tails} == {Decimal("0.01")}
    assert not outcome.conflicts and not outcome.suspects
    _holds_world(example())


def test_the_share_of_the_example_is_right_as_printed() -> None:
    """324.81/324.82 prints 99.99 %, and 100.00 would be right too; then 其他收入 lies in a narrow range."""
    share = Share(
        "N2-02",
        Ref("narrative", "share", "%"),
        (Term(1, ref("summary[1,1]")),),
        (Term(1, ref("summary[27,1]")),),
    )
    verdicts = {
        text: check(example(), shares=[share], extra={share.ratio: Decimal(text)}).verdict
        for text in ("99.98", "99.99", "100.00")
    }
    assert verdicts == {"99.98": Verdict.ERROR, "99.99": Verdict.TAIL, "100.00": Verdict.TAIL}


def _holds_world(report, model=None):  # type: ignore[no-untyped-def]
    model = model or model_of(report)
    world = witness(model, report)
    assert world is not None
    problem = bind(model, report, soft=False)
    for cell, name in enumerate(problem.refs):
        if problem.printed[cell] is not None:
            assert problem.low[cell] <= world[name] <= problem.high[cell]
    for number in problem.nonempty:
        terms, low, high = problem.active[number]
        assert low <= sum(c * world[problem.refs[x]] for c, x in terms) <= high


@pytest.mark.parametrize("style", "ab")
def test_consistent_units_are_never_wrong_and_have_a_world(style: str) -> None:
    for seed in range(examples(6)):
        report = random_report(seed, Unit.WAN, style)
        assert check(report, suspects=False).verdict in (Verdict.EQUAL, Verdict.TAIL), seed
        _holds_world(report)


@pytest.mark.parametrize(
    ("convention", "expected"), [("summed", Convention.SUMMED), ("truncated", Convention.TRUNCATED)]
)
def test_other_conventions_are_no_errors(convention: str, expected: Convention) -> None:
    found = set()
    for seed in range(8):
        outcome = check(random_report(seed, Unit.WAN, "b", convention))
        assert outcome.verdict is not Verdict.ERROR, seed
        assert not outcome.suspects or outcome.verdict is Verdict.VERIFY
        found.add(outcome.convention)
    assert expected in found


def test_ties_to_even_are_no_errors() -> None:
    for seed in range(examples(8)):
        assert check(random_report(seed, Unit.WAN, "b", "even")).verdict is not Verdict.ERROR


def test_units_in_yuan_agree_to_the_fen() -> None:
    report = random_report(4, Unit.YUAN)
    assert check(report).verdict is Verdict.EQUAL
    wrong = with_figures(report, {"summary[27,1]": str(report.get(ref("summary[27,1]")) + Decimal("0.01"))})
    outcome = check(wrong)
    assert outcome.verdict is Verdict.ERROR
    assert outcome.suspects[0].refs == (ref("summary[27,1]"),)
    assert outcome.suspects[0].suggested == (report.get(ref("summary[27,1]")),)


def test_sums_of_parts_are_told_by_form() -> None:
    """f is added up from rounded parts, g prints the same total rounded."""
    rules = [
        constraint("sum", "t", "=", "a b c"),
        constraint("same", "t", "=", "u", exact=True),
    ]
    model, report = small(rules, t="3.00", a="1.00", b="1.00", c="1.00", u="3.01")
    outcome = solve(model, report)
    assert (outcome.verdict, outcome.convention, outcome.forms) == (
        Verdict.CONVENTION, Convention.SUMMED, ("f",),
    )  # fmt: skip


def test_a_repeated_figure_one_unit_off_is_right_only_on_a_tie_and_is_pointed_at() -> None:
    outcome = check(with_figures(example(), {"summary[58,2]": "319.73"}))
    assert (outcome.verdict, outcome.convention) == (Verdict.CONVENTION, Convention.TIE)
    assert outcome.suspects[0].refs == (ref("summary[58,2]"),)
    assert Decimal("319.74") in outcome.suspects[0].suggested


def test_a_soft_rule_alone_is_no_error() -> None:
    rules = [constraint("hard", "t", "=", "a b"), constraint("soft", "a", "=", "c")]
    model, report = small(rules, ("soft",), t="3.00", a="1.00", b="2.00", c="1.50")
    outcome = solve(model, report)
    assert outcome.verdict is Verdict.VERIFY
    assert {s.kind for s in outcome.suspects} >= {"soft", "cell"}
    assert [item.rule for item in outcome.broken] == ["soft"]


def test_joint_errors_are_seen_though_each_identity_alone_is_within_its_envelope() -> None:
    rules = [
        constraint("sum", "t", "=", "a b"),
        constraint("low", "a", "<=", "c"),
        constraint("lo", "b", "<=", "d"),
    ]
    model, report = small(rules, t="3.01", a="1.00", b="2.00", c="0.99", d="2.00")
    outcome = solve(model, report)
    assert outcome.conflicts
    assert outcome.verdict is not Verdict.TAIL


def test_the_proof_names_the_identities_with_figures() -> None:
    outcome = check(with_figures(example(), {"expenditure[201,2]": "292.63"}))
    suspect = outcome.suspects[0]
    assert suspect.refs == (ref("expenditure[201,2]"),)
    assert (suspect.suggested, suspect.unique, suspect.why) == ((Decimal("292.33"),), True, "数字录入错误")
    assert suspect.confidence >= 0.99
    step = suspect.proof[0]
    assert step.gap and abs(step.gap) > step.allowed
    assert ref("expenditure[201,2]") in step.refs
    assert suspect.resolves == len(outcome.broken) == len(outcome.groups[0].broken)


def test_the_same_input_gives_the_same_ranking() -> None:
    wrong = with_figures(example(), {"basic[30201,1]": "2.10", "expenditure[208,1]": "12.18"})
    assert check(wrong) == check(wrong)


def test_without_suspects_only_verdict_and_proof_are_made() -> None:
    outcome = check(with_figures(example(), {"expenditure[201,2]": "292.63"}), suspects=False)
    assert outcome.verdict is Verdict.ERROR and outcome.conflicts and not outcome.suspects


def test_no_world_no_witness() -> None:
    wrong = with_figures(example(), {"expenditure[201,2]": "292.63"})
    assert witness(model_of(wrong), wrong) is None


# --- the first report of a line set


def disturbed(seed: int, size: Decimal | None) -> Report:
    """A random unit of its own lines; one figure is off by ``size``, or blank."""
    report = random_report(1000 + seed, (Unit.WAN, Unit.YUAN)[seed % 2], "ab"[seed // 2 % 2])
    wrong = Random(seed).choice(list(report.amounts))
    if size is None:
        del report.amounts[wrong]
    else:
        report.amounts[wrong] += size
    return report


@pytest.mark.parametrize("size", first(2, ["0.01", None, "0.00", "7.00"]))
def test_the_first_report_of_its_lines_is_judged_as_any_other(size: str | None) -> None:
    """Only identities with a figure are compiled for it, and the outcome is the same."""
    for seed in range(8):
        report = disturbed(seed, None if size is None else Decimal(size))
        applied = applied_to(report)
        figures = Figures(report, load(report.edition)).values
        first = told(solve_rules(applied, figures, report))
        assert at_first(applied, figures) is None, "the second time all is compiled and kept"
        again = solve_rules(applied, figures, report)
        assert first == told(again) == told(solve(for_rules(applied), report))
        assert size != "0.00" or again.verdict in (Verdict.EQUAL, Verdict.TAIL)


def told(outcome: Outcome) -> object:
    """An outcome, whichever way round its tails are written."""
    tails = [
        {(tail.rule, frozenset((sign * c, *rest) for c, *rest in tail.terms)) for sign in (1, -1)}
        for tail in outcome.tails
    ]
    return tails, outcome._replace(tails=())


def test_the_first_model_has_the_identities_with_a_figure() -> None:
    report = random_report(77)
    applied = applied_to(report)
    part = at_first(applied, report.amounts)
    whole = for_rules(applied)
    assert part is not None and 0 < len(part.rows) < len(whole.rows)
    figured = [row for row in whole.rows if any(whole.refs[x] in report.amounts for _, x in row.terms)]
    assert [row.rule for row in part.rows] == [row.rule for row in figured]


def test_what_blanks_do_not_meet_is_wrong_in_the_first_report_too() -> None:
    class Rule:
        id, kind, tolerance = "r", "逻辑性", Decimal(0)

    report = Report("t", Unit.WAN, amounts={Ref("f", "a", "1"): Decimal(5)})
    for operator, verdict in ((">", Verdict.ERROR), ("<", Verdict.ERROR), (">=", Verdict.EQUAL)):
        applied = [(Rule(), (constraint("r", "b", operator),))]
        assert solve_rules(applied, report.amounts, report).verdict is verdict
