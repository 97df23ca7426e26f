"""项目支出绩效自评表 in the model: funds, rates, scores."""

from copy import deepcopy
from decimal import Decimal

from tests.reconcile.book import example, model_of
from xltools.reconcile import Outcome, Verdict, explain, project_rows, solve, witness
from xltools.report import Fund, Ref, Report, SelfEvaluation


def _solve(report: Report) -> Outcome:
    rows = project_rows(report)
    return solve(model_of(report), report, rows.shares, rows.extra, more=rows.more)


def test_the_example_adds_up() -> None:
    """6.224/30 prints 20.75 % and earns 2.07 (from the printed rate it would be 2.08)."""
    rows = project_rows(example())
    assert _solve(example()).verdict is Verdict.TAIL
    world = witness(model_of(example()), example(), rows.shares, rows.extra, rows.more)
    assert world is not None and world[Ref("score1", "total", "score")] == 5962
    known = explain(
        model_of(example()), example(), Ref("project1", "1", "executed"), rows.shares, rows.extra, rows.more
    )
    assert known.fits and known.low is not None and known.high is not None
    assert known.low > 6_223_000 and known.high < 6_225_000


def test_a_wrong_rate_is_told_apart_from_a_wrong_amount() -> None:
    report = deepcopy(example())
    report.self_evaluations[0].funds[0].rate = Decimal("20.57")
    outcome = _solve(report)
    assert outcome.verdict is Verdict.ERROR
    assert (outcome.suspects[0].kind, outcome.suspects[0].refs) == ("share", (Ref("project1", "1", "rate"),))
    assert Decimal("20.75") in outcome.suspects[0].suggested
    report = deepcopy(example())
    report.self_evaluations[0].funds[0].executed = Decimal("2.624")
    suspect = _solve(report).suspects[0]
    assert suspect.refs == (Ref("project1", "1", "executed"),)
    assert Decimal("6.22") in suspect.suggested


def test_a_wrong_score_breaks_the_total() -> None:
    report = deepcopy(example())
    report.self_evaluations[0].total = Decimal("59.26")
    outcome = _solve(report)
    assert outcome.suspects[0].refs == (Ref("score1", "total", "score"),)
    assert outcome.suspects[0].suggested[0] == Decimal("59.62")


def test_what_is_not_printed_is_not_asked() -> None:
    report = Report(
        "shanxi_2024", self_evaluations=[SelfEvaluation(funds=[Fund("资金总额"), Fund("其他资金")])]
    )
    rows = project_rows(report)
    assert not rows.more and not rows.shares and not rows.extra
    report.self_evaluations[0].total = Decimal(0)
    assert [c.rule for c in project_rows(report).more] == ["score1-sum"]
    full = Fund("资金总额", adjusted=Decimal(30), executed=Decimal(30), score=Decimal(10), rate=Decimal(100))
    rows = project_rows(Report("shanxi_2024", self_evaluations=[SelfEvaluation(funds=[full])]))
    assert [share.rule for share in rows.shares] == ["project1-rate"]
