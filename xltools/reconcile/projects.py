"""The arithmetic of 项目支出绩效自评表 as rows of the same model: funds, rates, scores, total.

Source: 财预〔2020〕10号. How a row was judged is 核实 and no part of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from xltools.editions.equation import Constraint, Term
from xltools.reconcile.shares import Share
from xltools.report import Fund, Ref, Report, SelfEvaluation

AMOUNTS = ("declared", "budgeted", "adjusted", "executed", "carryover")


@dataclass(slots=True)
class ProjectRows:
    """What ``solve`` takes beside the edition's identities: ``more`` constraints, ``shares``, ``extra``
    figures. Project n's funds are ``project<n>[row,column]`` in the report's unit, its scores
    ``score<n>[row,score]`` and ``score<n>[total,score]``; rows count from 1; scores of
    funds are ``fund1`` and so on."""

    more: list[Constraint] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    extra: dict[Ref, Decimal] = field(default_factory=dict)


def project_rows(report: Report, weight: int = 10) -> ProjectRows:
    """The rows of every 自评表 of ``report``; ``weight`` are the points of 预算执行率."""
    rows = ProjectRows()
    for number, project in enumerate(report.self_evaluations, 1):
        _funds(rows, project, f"project{number}", f"score{number}", weight)
        _scores(rows, project, f"score{number}")
    return rows


def _funds(rows: ProjectRows, project: SelfEvaluation, form: str, score: str, weight: int) -> None:
    for line, fund in enumerate(project.funds, 1):
        rows.extra.update(_printed(fund, form, str(line)))
        spent, budget = Ref(form, str(line), "executed"), Ref(form, str(line), "adjusted")
        if fund.carryover is not None:
            left = Term(1, Ref(form, str(line), "carryover"))
            rows.more.append(
                Constraint(f"{form}-carryover", (left,), "=", (Term(1, budget), Term(-1, spent)))
            )
        if fund.rate is not None and fund.adjusted:
            ratio = Ref(form, str(line), "rate")
            rows.extra[ratio] = fund.rate
            rows.shares.append(Share(f"{form}-rate", ratio, (Term(1, spent),), (Term(1, budget),)))
        # A capped score says only that enough was spent.
        if fund.score is not None and fund.adjusted and 0 < fund.score < weight:
            ratio = Ref(score, f"fund{line}", "score")
            rows.extra[ratio] = fund.score
            rows.shares.append(
                Share(f"{form}-score", ratio, (Term(1, spent),), (Term(1, budget),), scale=weight)
            )
    if len(project.funds) > 1:
        for column in AMOUNTS:
            parts = tuple(Term(1, Ref(form, str(n), column)) for n in range(2, len(project.funds) + 1))
            if any(term.ref in rows.extra for term in parts):
                whole = (Term(1, Ref(form, "1", column)),)
                rows.more.append(Constraint(f"{form}-total", whole, "=", parts))


def _printed(fund: Fund, form: str, line: str) -> Iterator[tuple[Ref, Decimal]]:
    for column in AMOUNTS:
        value = getattr(fund, column)
        if value is not None:
            yield Ref(form, line, column), value


def _scores(rows: ProjectRows, project: SelfEvaluation, form: str) -> None:
    if project.total is None:
        return
    terms = []
    for line, indicator in enumerate(project.indicators, 1):
        if indicator.score is not None:
            terms.append(Term(1, Ref(form, str(line), "score")))
            rows.extra[terms[-1].ref] = indicator.score
    if project.funds and project.funds[0].score is not None:
        terms.append(Term(1, Ref(form, "fund1", "score")))
        rows.extra[terms[-1].ref] = project.funds[0].score
    total = Ref(form, "total", "score")
    rows.extra[total] = project.total
    rows.more.append(Constraint(f"{form}-sum", (Term(1, total),), "=", tuple(terms)))
