"""Percentages that stand as values: what they are of, in terms of figures, and whether they are right."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from xltools.amount import Unit, show
from xltools.editions.equation import Term
from xltools.finding import Cell, Finding, Severity
from xltools.narrative.figures import Figures, ref_of
from xltools.narrative.measures import Measure, closed, rate, share
from xltools.report import TOTAL, Percentage, Ref
from xltools.rules.desk import Desk

ANALYSIS = "analysis"
"""Form id of the percentages of 分析: Ref(ANALYSIS, "general[201,1]", "share")."""
MEASURES = {"share": "占比", "rate": "增减率", "completion": "完成率"}
RULE = "analysis-01"


class Printed(NamedTuple):
    """A percentage as written, the figures that it is of by name, and what these make it."""

    part: str
    whole: str
    value: Decimal
    measure: Measure
    change: bool = False
    """Whether it is the change from ``whole`` to ``part``; its sign is then that of the change."""

    @property
    def rest(self) -> Decimal:
        """The hundredths that a percentage may be off without being wrong, for the unit's printed figures:
        computed from them it may be off by what their rounding makes of it, otherwise by closing to 100."""
        if self.value != self.measure.value:
            return Decimal(self.measure.rest)
        room = max(self.measure.high - self.value, self.value - self.measure.low) * 100
        return max(Decimal(self.measure.rest), room.to_integral_value(ROUND_CEILING))


def terms(name: str, sign: int = 1) -> tuple[Term, ...]:
    """A figure's name, or a sum of them, as terms. Raises ValueError for what is no figure of a form."""
    found = [ref_of(part) for part in name.split("+")]
    return tuple(Term(sign, Ref(f"{store}.{r.form}", r.line, r.column) if store else r) for store, r in found)


def printed(one: Percentage, figures: Figures) -> Printed | None:
    """What a percentage of 分析 says; None over a base of zero or below, or where there is nothing to compare
    with."""
    name = str(one.ref)
    if one.measure == "share":
        return _share(one, figures)
    report = figures.report
    store, known = ("last_year", report.last_year) if one.measure == "rate" else ("budget", report.budget)
    if one.ref not in known:
        return None
    whole = f"{store}.{name}"
    current, base = figures.amount(name), figures.amount(whole)
    change = one.measure == "rate"
    measure = rate(current, base) if change else share(current, base)
    if measure is None:
        return None
    if change and current.value < base.value:
        measure = Measure(-measure.value, -measure.high, -measure.low)
    return Printed(name, whole, one.value, measure, change)


def _share(one: Percentage, figures: Figures) -> Printed | None:
    """分析 shows the columns of a 合计 line, or the 类 of a column, closed to 100."""
    form = figures.edition.forms[one.ref.form]
    first = form.column_ids[0]
    whole = str(Ref(form.id, TOTAL, first))
    if one.ref.line == TOTAL:
        listed = [Ref(form.id, TOTAL, column) for column in form.column_ids if column != first]
    else:
        lines = figures.report.lines.get(form.id, ())
        listed = [Ref(form.id, line, first) for line in lines if len(line) == len(one.ref.line)]
    if one.ref not in listed:
        return None
    amounts = [figures.amount(str(ref)) for ref in listed]
    measure = closed(amounts, figures.amount(whole))[listed.index(one.ref)]
    return None if measure is None else Printed(str(one.ref), whole, one.value, measure)


def analysis_cell(desk: Desk, one: Percentage) -> Cell:
    """The cell of a percentage of 分析."""
    label = f"分析 {desk.edition.label(one.ref, desk.report.titles)} {MEASURES[one.measure]}"
    return Cell(label, f"{show(one.value)}%", Ref(ANALYSIS, str(one.ref), one.measure), one.place)


def typed_percentages(desk: Desk) -> Iterator[Finding]:
    """The percentages of 分析 that were typed over and are wrong: 核实, since they are not published."""
    figures = Figures(desk.report, desk.edition)
    for one in desk.percentages:
        said = printed(one, figures)
        if said is None or said.measure.low <= one.value <= said.measure.high:
            continue
        base = show(figures.amount(said.whole).value)
        amount = show(figures.amount(said.part).value)
        formula = f"({amount} − {base}) ÷ {base}" if said.change else f"{amount} ÷ {base}"
        facts = {
            "measure": MEASURES[one.measure],
            "found": f"{show(one.value)}%",
            "expected": f"{show(said.measure.value)}%",
            "arithmetic": formula if desk.report.unit is Unit.WAN else f"{formula}，万元",
        }
        yield Finding(
            RULE,
            Severity.VERIFY,
            "分析中的比例与金额相符",
            "percentage",
            (analysis_cell(desk, one), desk.cell(one.ref)),
            facts,
            basis="分析的各项比例由公式从金额得出",
            remedy="请恢复公式，或核对金额。",
        )
