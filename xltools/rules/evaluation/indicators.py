"""指标: weights, scores by sign and by band, reasons, total, grade. Source: 财预〔2020〕10号."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from xltools import scores
from xltools.amount import ZERO, half_up
from xltools.editions import Rule
from xltools.finding import Finding, Severity
from xltools.rules.evaluation.sheet import Sheet, level_of, plain, score_cell, unfilled

_UNFILLED = {"", "未填报", "无", "-", "—", "——"}


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


def score_range(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """0 ≤ 得分 ≤ 分值, and no score is missing."""
    for number, item in sheet.indicators():
        if item.weight is None:
            continue
        cell = score_cell(sheet, number, item)
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
            cell = score_cell(sheet, number, item, "reason")
            yield sheet.finding(
                rule,
                "reason_required",
                (cell, score_cell(sheet, number, item)),
                name=item.name,
                value=plain(item.score),
                weight=plain(item.weight),
                reason=item.reason.strip() or "空白",
            )


def score_at_least(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """≥ and >: full when the target is met, else in proportion."""
    return _score_by_sign(sheet, rule, (scores.Sign.AT_LEAST, scores.Sign.MORE))


def score_equal(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """=: as ≥; a target of 0 is met by 0 only."""
    return _score_by_sign(sheet, rule, (scores.Sign.EQUAL,))


def score_at_most(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """≤ and <: full up to the target, then less in proportion, 0 from twice the target on."""
    return _score_by_sign(sheet, rule, (scores.Sign.AT_MOST, scores.Sign.LESS))


def _score_by_sign(sheet: Sheet, rule: Rule, wanted: tuple[scores.Sign, ...]) -> Iterator[Finding]:
    for number, item in sheet.indicators():
        target, actual = sheet.values(number)
        if item.weight is None or item.score is None or target.sign not in wanted:
            continue
        cells = (score_cell(sheet, number, item),)
        facts = {"name": item.name, "target": item.target, "actual": item.actual}
        try:
            expected = scores.score_printed(actual, target, item.weight)
        except scores.NoScore as reason:
            unclear = sheet.finding(rule, "score_unclear", cells, **facts, reason=str(reason))
            yield replace(unclear, severity=Severity.HINT)
            continue
        if expected is None or expected == half_up(item.score):
            continue
        yield sheet.finding(
            rule,
            "score_by_sign",
            cells,
            **facts,
            expected=plain(expected),
            value=plain(item.score),
            formula=_formula(actual, target, item.weight, expected),
            consequence=_consequence(sheet, [expected - item.score]),
        )


def _formula(
    actual: scores.IndicatorValue, target: scores.IndicatorValue, weight: Decimal, expected: Decimal
) -> str:
    assert actual.value is not None and target.value is not None
    reverse = target.sign in (scores.Sign.AT_MOST, scores.Sign.LESS)
    if expected == half_up(weight):
        return "完成目标得满分"
    if target.value == 0:
        return "目标为0而没有完成，不得分"
    if reverse:
        over = f"({plain(actual.value)} − {plain(target.value)}) ÷ {plain(target.value)}"
        return f"（1 − {over}）× {plain(weight)}"
    return f"{plain(actual.value)} ÷ {plain(target.value)} × {plain(weight)}"


def _consequence(sheet: Sheet, changes: Sequence[Decimal]) -> str:
    """What the total and the grade would be with scores changed; "" when the grade stays."""
    total = sheet.form.total
    if total is None:
        return ""
    changed = total + sum(changes, ZERO)
    try:
        other = scores.grade(changed, sheet.scoring)
        if other == scores.grade(total, sheet.scoring):
            return ""
    except scores.NoScore:
        return ""
    first = "改后" if len(changes) == 1 else f"这样的 {len(changes)} 项都改到区间内，"
    return f"；{first}总分 {plain(changed)}，等级为“{other}”"


def score_by_band(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """Qualitative indicators scored inside the band of their level."""
    outside = []
    for number, item in sheet.indicators():
        level = level_of(sheet, number)
        if level is None or item.weight is None or item.score is None or unfilled(sheet, number):
            continue
        low, high = level.limits(item.weight)
        if not low <= item.score <= high:
            outside.append((number, item, level, low, high))
    changes = [
        min(max(item.score or ZERO, low), high) - (item.score or ZERO) for _, item, _, low, high in outside
    ]
    for number, item, level, low, high in outside:
        yield sheet.finding(
            rule,
            "score_by_band",
            (score_cell(sheet, number, item),),
            name=item.name,
            level=level.name,
            weight=plain(item.weight),
            low=plain(low),
            high=plain(high),
            value=plain(item.score),
            consequence=_consequence(sheet, changes),
        )


def unfilled_cost(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """A cost indicator without a target earns at most the edition's cap."""
    cap = sheet.rules.unfilled_cost_cap
    for number, item in sheet.indicators():
        if unfilled(sheet, number) and item.score is not None and item.score > cap:
            yield sheet.finding(
                rule,
                "unfilled_cost",
                (score_cell(sheet, number, item),),
                name=item.name,
                cap=plain(cap),
                value=plain(item.score),
            )


def score_total(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """总分 = 执行率得分 + the scores of all indicators."""
    form = sheet.form
    points = [item.score for item in form.indicators if item.score is not None]
    execution = (form.funds[0].score if form.funds else None) or ZERO
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
