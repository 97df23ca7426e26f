"""The checks of 项目支出绩效自评表: arithmetic that must hold, and judgements that need a word.

Sources: 财预〔2020〕10号 and the notes printed below the form (P-01 to P-20 of the field's collection).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from xltools.editions import Edition, Rule
from xltools.finding import Finding
from xltools.report import Report
from xltools.rules.evaluation import funds, hints, indicators
from xltools.rules.evaluation.sheet import Sheet, scoring_of

__all__ = ["CHECKS", "Sheet", "scoring_of", "sheets"]

CHECKS: Mapping[str, Callable[[Sheet, Rule], Iterator[Finding]]] = {
    check.__name__: check
    for check in (
        funds.fund_carryover,
        funds.fund_rate,
        funds.fund_score,
        funds.fund_total,
        funds.fund_budget,
        indicators.weights,
        indicators.score_range,
        indicators.reason_required,
        indicators.score_at_least,
        indicators.score_equal,
        indicators.score_at_most,
        indicators.score_by_band,
        indicators.unfilled_cost,
        indicators.score_total,
        indicators.grade,
        hints.indicator_values,
        hints.repeated_rate,
        hints.contradiction,
        hints.entity_code,
    )
}
"""Checks of 自评 by the name that rules give."""


def sheets(report: Report, edition: Edition) -> list[Sheet]:
    """The 自评 forms of a report, ready to be checked by an edition that has such a form."""
    return [Sheet(report, edition, number) for number in range(1, len(report.self_evaluations) + 1)]
