"""The checks of 项目支出绩效自评表: arithmetic that must hold, and judgements that need a word.

Sources: 财预〔2020〕10号 and the notes printed below the form (P-01 to P-20 of the field's collection).
"""

from __future__ import annotations

from xltools.rules.evaluation import funds, hints, indicators
from xltools.rules.evaluation.sheet import Sheet, scoring_of

__all__ = ["CHECKS", "Sheet", "scoring_of"]

CHECKS = {
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
        indicators.score_by_sign,
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
