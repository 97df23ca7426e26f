"""The checks of 项目支出绩效自评表: arithmetic that must hold, and judgements that need a word.

Sources: 财预〔2020〕10号 and the notes printed below the form (P-01 to P-20 of the field's collection).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xltools import scores
from xltools.amount import ZERO, half_up
from xltools.editions import Edition, Rule
from xltools.finding import Cell, Finding, Severity
from xltools.report import Fund, Indicator, Report, SelfEvaluation, evaluation_ref

_SEVERITY = {"逻辑性": Severity.ERROR, "核实性": Severity.VERIFY, "提示": Severity.HINT}
_UNFILLED = {"", "未填报", "无", "-", "—", "——"}
_PRAISE = re.compile(r"(显著|大幅|明显|全面)?(提升|提高|增强|改善)")
FUND_TITLES = {
    "declared": "目标申报数",
    "budgeted": "预算编制数",
    "adjusted": "全年预算数",
    "executed": "全年执行数",
    "carryover": "资金结(转)余",
    "rate": "执行率",
    "score": "得分",
}


class Sheet:
    """One 自评 form under check: labels, places and the scoring of its edition."""

    def __init__(self, report: Report, edition: Edition, number: int) -> None:
        assert edition.self_evaluation is not None
        self.report = report
        self.number = number
        self.form: SelfEvaluation = report.self_evaluations[number - 1]
        self.rules = edition.self_evaluation
        self.scoring = scoring_of(edition)
        suffix = f"（{number}）" if len(report.self_evaluations) > 1 else ""
        self.name = f"绩效自评{suffix}"

    def cell(self, part: str, column: str, label: str, value: str = "") -> Cell:
        """The cell of a part of the form, with what it is called."""
        ref = evaluation_ref(self.number, part, column)
        return Cell(f"{self.name} {label}".strip(), value, ref, self.report.places.get(ref))

    def indicators(self) -> Iterator[tuple[int, Indicator]]:
        """The indicators with their number from 1."""
        return enumerate(self.form.indicators, 1)

    def finding(self, rule: Rule, kind: str, cells: tuple[Cell, ...], **facts: str) -> Finding:
        """A finding of ``rule`` in this form."""
        return Finding(
            rule.id,
            _SEVERITY[rule.kind],
            rule.title,
            kind,
            cells,
            facts,
            basis=rule.basis,
            remedy=rule.remedy,
        )


def scoring_of(edition: Edition) -> scores.Scoring:
    """The edition's bands, grades and weights in the form that ``scores`` works with."""
    data = edition.self_evaluation
    if data is None:
        return scores.NATIONAL
    words = {band.name: band.words for band in scores.NATIONAL.bands}
    return scores.Scoring(
        execution_weight=data.execution_weight,
        shares=tuple((name.removesuffix("指标"), weight) for name, weight in data.weights.items()),
        bands=tuple(
            scores.Band(b.level, b.floor, b.cap, b.includes_cap, words.get(b.level, (b.level,)))
            for b in data.bands
        ),
        grades=tuple((grade.name, grade.floor) for grade in data.grades),
    )


def plain(value: Decimal | None) -> str:
    """A figure as the form prints it: no needless zeros."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- funds ---------------------------------------------------------------------------------------------


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


# --- indicators ----------------------------------------------------------------------------------------


def weights(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """Weights add up to 90 beside the execution rate, and per 一级指标 as the edition says."""
    expected = sheet.rules.weights
    sums = dict.fromkeys(expected, ZERO)
    for _, item in sheet.indicators():
        sums[item.level1] = sums.get(item.level1, ZERO) + (item.weight or ZERO)
    total = sum(sums.values(), ZERO)
    execution = sheet.rules.execution_weight
    if total + execution != 100:
        cell = sheet.cell("total", "weight", "分值合计", plain(total))
        yield sheet.finding(rule, "weights_total", (cell,), value=plain(total), execution=plain(execution))
    satisfied = "满意度指标"
    if sums.get(satisfied) == 0 and satisfied in expected:
        # Without an indicator of satisfaction its points may go to 效益.
        moved = dict(expected)
        moved["效益指标"] = expected.get("效益指标", ZERO) + moved.pop(satisfied)
        expected = moved
    for level, points in expected.items():
        if sums.get(level, ZERO) != points:
            cell = sheet.cell("total", "weight", f"{level}分值", plain(sums.get(level)))
            yield sheet.finding(
                rule,
                "weights_level",
                (cell,),
                level=level,
                value=plain(sums.get(level, ZERO)),
                expected=plain(points),
            )


def _score_cell(sheet: Sheet, number: int, item: Indicator, column: str = "score") -> Cell:
    value = item.reason if column == "reason" else plain(item.score)
    what = "偏差原因" if column == "reason" else "得分"
    return sheet.cell(f"indicator{number}", column, f"{item.name} {what}", value)


def score_range(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """0 ≤ 得分 ≤ 分值, and no score is missing."""
    for number, item in sheet.indicators():
        if item.weight is None:
            continue
        cell = _score_cell(sheet, number, item)
        if item.score is None:
            yield sheet.finding(rule, "score_missing", (cell,), name=item.name, weight=plain(item.weight))
        elif not ZERO <= item.score <= item.weight:
            yield sheet.finding(
                rule,
                "score_range",
                (cell,),
                name=item.name,
                value=plain(item.score),
                weight=plain(item.weight),
            )


def reason_required(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """A score below the weight needs a reason."""
    for number, item in sheet.indicators():
        if item.weight is None or item.score is None or item.score >= item.weight:
            continue
        if item.reason.strip() in _UNFILLED:
            cell = _score_cell(sheet, number, item, "reason")
            yield sheet.finding(
                rule,
                "reason_required",
                (cell, _score_cell(sheet, number, item)),
                name=item.name,
                value=plain(item.score),
                weight=plain(item.weight),
                reason=item.reason.strip() or "空白",
            )


def score_by_sign(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """Quantitative indicators scored as their sign prescribes (one rule per direction)."""
    wanted = {
        "P-09": (scores.Sign.AT_LEAST, scores.Sign.MORE),
        "P-10": (scores.Sign.EQUAL,),
        "P-11": (scores.Sign.AT_MOST, scores.Sign.LESS),
    }[rule.source]
    for number, item in sheet.indicators():
        target, actual = _values(item)
        if item.weight is None or item.score is None or target.sign not in wanted:
            continue
        try:
            expected = scores.score_printed(actual, target, item.weight)
        except scores.NoScore:
            continue
        if expected is None or expected == half_up(item.score):
            continue
        yield sheet.finding(
            rule,
            "score_by_sign",
            (_score_cell(sheet, number, item),),
            name=item.name,
            target=item.target,
            actual=item.actual,
            expected=plain(expected),
            value=plain(item.score),
            formula=_formula(actual, target, item.weight),
            consequence=_consequence(sheet, expected - item.score),
        )


def _values(item: Indicator) -> tuple[scores.IndicatorValue, scores.IndicatorValue]:
    return scores.parse_indicator(item.target, item.unit), scores.parse_indicator(item.actual, item.unit)


def _formula(actual: scores.IndicatorValue, target: scores.IndicatorValue, weight: Decimal) -> str:
    assert actual.value is not None and target.value is not None
    reverse = target.sign in (scores.Sign.AT_MOST, scores.Sign.LESS)
    met = actual.value <= target.value if reverse else actual.value >= target.value
    if met:
        return "完成目标得满分"
    if reverse:
        over = f"({plain(actual.value)} − {plain(target.value)}) ÷ {plain(target.value)}"
        return f"（1 − {over}）× {plain(weight)}"
    return f"{plain(actual.value)} ÷ {plain(target.value)} × {plain(weight)}"


def _consequence(sheet: Sheet, change: Decimal) -> str:
    """What the total and the grade would be with the score changed; "" when the grade stays."""
    total = sheet.form.total
    if total is None:
        return ""
    try:
        other = scores.grade(total + change, sheet.scoring)
        if other == scores.grade(total, sheet.scoring):
            return ""
    except scores.NoScore:
        return ""
    return f"；改后总分 {plain(total + change)}，等级为“{other}”"


def score_by_band(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """Qualitative indicators scored inside the band of their level."""
    for number, item in sheet.indicators():
        level = _level(sheet, item)
        if level is None or item.weight is None or item.score is None or _unfilled(item):
            continue
        low, high = level.limits(item.weight)
        if low <= item.score <= high:
            continue
        yield sheet.finding(
            rule,
            "score_by_band",
            (_score_cell(sheet, number, item),),
            name=item.name,
            level=level.name,
            weight=plain(item.weight),
            low=plain(low),
            high=plain(high),
            value=plain(item.score),
            consequence=_consequence(sheet, low - item.score),
        )


def _level(sheet: Sheet, item: Indicator) -> scores.Band | None:
    target, actual = _values(item)
    if target.value is not None or actual.value is not None:
        return None
    return sheet.scoring.band(item.actual)


def _unfilled(item: Indicator) -> bool:
    return scores.parse_indicator(item.target, item.unit).missing and "成本" in (item.level2 + item.name)


def unfilled_cost(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """A cost indicator without a target earns at most the edition's cap."""
    cap = sheet.rules.unfilled_cost_cap
    for number, item in sheet.indicators():
        if _unfilled(item) and item.score is not None and item.score > cap:
            yield sheet.finding(
                rule,
                "unfilled_cost",
                (_score_cell(sheet, number, item),),
                name=item.name,
                cap=plain(cap),
                value=plain(item.score),
            )


def score_total(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """总分 = 执行率得分 + the scores of all indicators."""
    form = sheet.form
    points = [item.score for item in form.indicators if item.score is not None]
    execution = (form.funds[0].score if form.funds else None) or ZERO
    if not points and form.total is None:
        return
    expected = scores.total(points, execution)
    if form.total is None or form.total != expected:
        cell = sheet.cell("total", "score", "总分", plain(form.total))
        yield sheet.finding(
            rule,
            "score_total",
            (cell,),
            expected=plain(expected),
            execution=plain(execution),
            indicators=plain(sum(points, ZERO)),
            value=plain(form.total) or "空白",
        )


def grade(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """The grade that the total earns."""
    form = sheet.form
    if form.total is None:
        return
    try:
        expected = scores.grade(form.total, sheet.scoring)
    except scores.NoScore:
        return
    if form.grade.strip() != expected:
        cell = sheet.cell("grade", "text", "等级", form.grade)
        yield sheet.finding(
            rule, "grade", (cell,), total=plain(form.total), expected=expected, value=form.grade or "空白"
        )


# --- hints ---------------------------------------------------------------------------------------------


def indicator_values(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """Quantitative rows whose value is only sign and unit; one line per column."""
    for column, title in (("initial", "年初指标值"), ("target", "指标值"), ("actual", "实际完成值")):
        found = []
        for number, item in sheet.indicators():
            value = scores.parse_indicator(getattr(item, column), item.unit)
            # A sign or a unit without a number; wholly blank cells are a matter of the form.
            if value.value is None and not value.text and (value.sign or value.unit):
                found.append((number, item))
        if found:
            cells = tuple(
                sheet.cell(f"indicator{number}", column, f"{item.name} {title}", getattr(item, column))
                for number, item in found
            )
            listed = "、".join(f"{item.name}（{getattr(item, column)}）" for _, item in found)
            yield sheet.finding(
                rule, "indicator_values", cells, count=str(len(found)), column=title, list=listed
            )


def repeated_rate(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """The execution rate counted again as an output indicator."""
    for number, item in sheet.indicators():
        if "执行率" in item.name and ("预算" in item.name or "经费" in item.name or "资金" in item.name):
            yield sheet.finding(rule, "repeated_rate", (_score_cell(sheet, number, item),), name=item.name)


def contradiction(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """Prose that praises what the indicator does not show."""
    for heading in ("效益情况", "满意度情况"):
        text = sheet.form.analysis.get(heading, "")
        for number, item in sheet.indicators():
            level = _level(sheet, item)
            if level is None or level.name == "达成":
                continue
            name = re.sub(r"[（(].*?[)）]", "", item.name)
            at = text.find(name)
            if len(name) >= 4 and at >= 0 and _PRAISE.match(text, at + len(name)):
                praise = re.split(r"[，。；、,;]", text[at:])[0]
                cells = (
                    sheet.cell(f"analysis:{heading}", "text", heading, praise),
                    sheet.cell(f"indicator{number}", "actual", f"{item.name} 实际完成值", item.actual),
                )
                yield sheet.finding(
                    rule,
                    "contradiction",
                    cells,
                    heading=heading,
                    text=praise,
                    name=item.name,
                    level=level.name,
                )


def entity_code(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """The entity's code begins with its department's."""
    department = _leading_code(sheet.form.department)
    entity = _leading_code(sheet.form.entity)
    if department and entity and not entity.startswith(department):
        cells = (
            sheet.cell("head", "entity", "预算单位", sheet.form.entity),
            sheet.cell("head", "department", "主管部门及代码", sheet.form.department),
        )
        yield sheet.finding(rule, "entity_code", cells, entity=entity, department=department)


def _leading_code(text: str) -> str:
    match = re.match(r"\s*(\d+)", text)
    return match[1] if match else ""


CHECKS = {
    check.__name__: check
    for check in (
        fund_carryover,
        fund_rate,
        fund_score,
        fund_total,
        fund_budget,
        weights,
        score_range,
        reason_required,
        score_by_sign,
        score_by_band,
        unfilled_cost,
        score_total,
        grade,
        indicator_values,
        repeated_rate,
        contradiction,
        entity_code,
    )
}
"""Checks of 自评 by the name that rules give."""
