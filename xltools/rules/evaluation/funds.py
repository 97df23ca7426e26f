"""资金: carryover, execution rate and its score, total of the sources. Source: notes of the form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from xltools import scores
from xltools.amount import PLACES, ZERO, Unit
from xltools.editions import Rule
from xltools.finding import Finding
from xltools.report import Fund
from xltools.rules.evaluation.sheet import AMOUNTS, Sheet, plain
from xltools.rules.identities import places_of

FUND_TITLES = {
    "declared": "目标申报数",
    "budgeted": "预算编制数",
    "adjusted": "全年预算数",
    "executed": "全年执行数",
    "carryover": "资金结(转)余",
}


def _funds(sheet: Sheet) -> Iterator[tuple[int, Fund]]:
    return enumerate(sheet.form.funds, 1)


def _half_unit(sheet: Sheet) -> Decimal:
    """How far an amount printed in 万元 may lie from the exact one; 0 in 元. Funds are often printed with
    more than two places; the row with the most tells how many the form has."""
    if sheet.report.unit is not Unit.WAN:
        return ZERO
    amounts = [getattr(fund, name) for fund in sheet.form.funds for name in AMOUNTS]
    places = max([PLACES, *(places_of(value) for value in amounts if value is not None)])
    return Decimal(5).scaleb(-places - 1)


def fund_carryover(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """资金结（转）余 = 全年预算数 − 全年执行数."""
    for number, fund in _funds(sheet):
        given = [v for v in (fund.adjusted, fund.executed, fund.carryover) if v is not None]
        adjusted, executed = fund.adjusted or ZERO, fund.executed or ZERO
        expected = adjusted - executed
        if abs((fund.carryover or ZERO) - expected) > _half_unit(sheet) * len(given):
            cell = sheet.cell(
                f"fund{number}", "carryover", f"{fund.name} 资金结(转)余", plain(fund.carryover)
            )
            yield sheet.finding(
                rule,
                "fund_arithmetic",
                (cell,),
                name="资金结(转)余=全年预算数−全年执行数",
                formula=f"{plain(adjusted)} − {plain(executed)}",
                expected=plain(expected),
                value=plain(fund.carryover) or "空白",
            )


def fund_rate(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """执行率 in percent, two places, from the unrounded amounts."""
    for number, fund in _funds(sheet):
        found = _bounds(sheet, fund, scores.execution_rate)
        if found is None:
            continue
        low, expected, high = (rate * 100 for rate in found)
        if fund.rate is None or not low <= fund.rate <= high:
            cell = sheet.cell(f"fund{number}", "rate", f"{fund.name} 执行率", plain(fund.rate))
            yield sheet.finding(
                rule,
                "fund_rate_text",
                (cell,),
                name=fund.name,
                expected=plain(expected),
                formula=f"{plain(fund.executed)} ÷ {plain(fund.adjusted)}",
                value=f"{plain(fund.rate)}%" if fund.rate is not None else "空白",
            )


def fund_score(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """执行率得分 from the unrounded amounts."""
    weight = sheet.scoring.execution_weight
    for number, fund in _funds(sheet):
        found = _bounds(sheet, fund, partial(scores.execution_score, weight=weight))
        # Only 资金总额 must be scored; its sources may be.
        if found is None or (fund.score is None and number > 1):
            continue
        low, expected, high = found
        if fund.score is None or not low <= fund.score <= high:
            cell = sheet.cell(f"fund{number}", "score", f"{fund.name} 得分", plain(fund.score))
            yield sheet.finding(
                rule,
                "fund_score",
                (cell,),
                name=fund.name,
                formula=f"{plain(weight)} × {plain(fund.executed)} ÷ {plain(fund.adjusted)}",
                expected=plain(expected),
                value=plain(fund.score) or "空白",
            )


def _bounds(
    sheet: Sheet, fund: Fund, compute: Callable[[Decimal, Decimal], Decimal]
) -> tuple[Decimal, Decimal, Decimal] | None:
    """The lowest, the nominal and the highest result for the exact amounts that a row may stand for; None
    where there is none (no budget, nothing said of the execution)."""
    half = _half_unit(sheet)
    if fund.executed is None or fund.adjusted is None or fund.adjusted <= half:
        return None
    low = compute(max(fund.executed - half, min(fund.executed, ZERO)), fund.adjusted + half)
    return low, compute(fund.executed, fund.adjusted), compute(fund.executed + half, fund.adjusted - half)


def fund_total(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """资金总额 = the sum of its sources, in each column of amounts."""
    funds = sheet.form.funds
    if len(funds) < 2:
        return
    for column in AMOUNTS:
        total = getattr(funds[0], column)
        parts = [getattr(fund, column) for fund in funds[1:]]
        given = [part for part in parts if part is not None]
        expected = sum(given, ZERO)
        slack = _half_unit(sheet) * (len(given) + (total is not None))
        if abs((total or ZERO) - expected) > slack:
            cell = sheet.cell("fund1", column, f"资金总额 {FUND_TITLES[column]}", plain(total))
            yield sheet.finding(
                rule,
                "fund_arithmetic",
                (cell,),
                name=FUND_TITLES[column],
                formula="资金总额=" + (" + ".join(plain(part) for part in given) or "各来源均为空白"),
                expected=plain(expected),
                value=plain(total) or "空白",
            )


def fund_budget(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """全年预算数 other than 预算编制数 means an adjustment."""
    if not sheet.form.funds:
        return
    fund = sheet.form.funds[0]
    if fund.budgeted is not None and fund.adjusted is not None and fund.budgeted != fund.adjusted:
        cell = sheet.cell("fund1", "adjusted", f"{fund.name} 全年预算数", plain(fund.adjusted))
        yield sheet.finding(
            rule,
            "fund_budget",
            (cell,),
            name=fund.name,
            budgeted=plain(fund.budgeted),
            value=plain(fund.adjusted),
        )
