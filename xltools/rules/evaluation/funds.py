"""资金: carryover, execution rate and its score, total of the sources. Source: notes of the form."""

from __future__ import annotations

from collections.abc import Iterator

from xltools import scores
from xltools.amount import ZERO
from xltools.editions import Rule
from xltools.finding import Finding
from xltools.report import Fund
from xltools.rules.evaluation.sheet import Sheet, plain

FUND_TITLES = {
    "declared": "目标申报数",
    "budgeted": "预算编制数",
    "adjusted": "全年预算数",
    "executed": "全年执行数",
    "carryover": "资金结(转)余",
    "rate": "执行率",
    "score": "得分",
}


def _funds(sheet: Sheet) -> Iterator[tuple[int, Fund]]:
    return enumerate(sheet.form.funds, 1)


def fund_carryover(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """资金结（转）余 = 全年预算数 − 全年执行数."""
    for number, fund in _funds(sheet):
        if fund.adjusted is None and fund.executed is None and fund.carryover is None:
            continue
        adjusted, executed = fund.adjusted or ZERO, fund.executed or ZERO
        expected = adjusted - executed
        if (fund.carryover or ZERO) != expected:
            cell = sheet.cell(
                f"fund{number}", "carryover", f"{fund.name} 资金结(转)余", plain(fund.carryover)
            )
            formula = f"{plain(adjusted)} − {plain(executed)}"
            yield sheet.finding(
                rule,
                "fund_arithmetic",
                (cell,),
                name="资金结(转)余=全年预算数−全年执行数",
                formula=formula,
                expected=plain(expected),
                value=plain(fund.carryover) or "空白",
            )


def fund_rate(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """执行率 in percent, two places, from the unrounded amounts."""
    for number, fund in _funds(sheet):
        if not fund.adjusted or fund.executed is None:
            continue
        try:
            expected = scores.execution_rate(fund.executed, fund.adjusted) * 100
        except scores.NoScore:
            continue
        if fund.rate is None or fund.rate != expected:
            cell = sheet.cell(f"fund{number}", "rate", f"{fund.name} 执行率", plain(fund.rate))
            yield sheet.finding(
                rule,
                "fund_rate_text",
                (cell,),
                name=fund.name,
                expected=plain(expected),
                formula=f"{plain(fund.executed)} ÷ {plain(fund.adjusted)}",
                value=plain(fund.rate) or "空白",
            )


def fund_score(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """执行率得分 from the unrounded amounts."""
    weight = sheet.scoring.execution_weight
    for number, fund in _funds(sheet):
        if not fund.adjusted or fund.executed is None or (fund.score is None and number > 1):
            continue
        try:
            expected = scores.execution_score(fund.executed, fund.adjusted, weight)
        except scores.NoScore:
            continue
        if fund.score != expected:
            cell = sheet.cell(f"fund{number}", "score", f"{fund.name} 得分", plain(fund.score))
            formula = f"{plain(weight)} × {plain(fund.executed)} ÷ {plain(fund.adjusted)}"
            yield sheet.finding(
                rule,
                "fund_score",
                (cell,),
                name=fund.name,
                formula=formula,
                expected=plain(expected),
                value=plain(fund.score) or "空白",
            )


def fund_total(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """资金总额 = the sum of its sources, in each column of amounts."""
    funds = sheet.form.funds
    if len(funds) < 2:
        return
    for column in ("declared", "budgeted", "adjusted", "executed", "carryover"):
        total = getattr(funds[0], column)
        parts = [getattr(fund, column) for fund in funds[1:]]
        given = [part for part in parts if part is not None]
        expected = sum(given, ZERO)
        if (total or ZERO) != expected and (total is not None or given):
            cell = sheet.cell("fund1", column, f"资金总额 {FUND_TITLES[column]}", plain(total))
            yield sheet.finding(
                rule,
                "fund_arithmetic",
                (cell,),
                name=FUND_TITLES[column],
                formula="资金总额=" + " + ".join(plain(part) for part in given),
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
