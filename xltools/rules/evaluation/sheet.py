"""One 自评 form under check: what the checks of this room share."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xltools import scores
from xltools.editions import Edition, Rule
from xltools.finding import Cell, Finding, Severity
from xltools.report import Indicator, Report, SelfEvaluation, evaluation_ref

_SEVERITY = {"逻辑性": Severity.ERROR, "核实性": Severity.VERIFY, "提示": Severity.HINT}


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


def values(item: Indicator) -> tuple[scores.IndicatorValue, scores.IndicatorValue]:
    """Target and actual value of an indicator."""
    return scores.parse_indicator(item.target, item.unit), scores.parse_indicator(item.actual, item.unit)


def level_of(sheet: Sheet, item: Indicator) -> scores.Band | None:
    """The level that a qualitative indicator reached; None for a quantitative one."""
    target, actual = values(item)
    if target.value is not None or actual.value is not None:
        return None
    return sheet.scoring.band(item.actual)


def unfilled(item: Indicator) -> bool:
    """A cost indicator left at the system's default: its band does not apply."""
    return scores.parse_indicator(item.target, item.unit).missing and "成本" in (item.level2 + item.name)


def score_cell(sheet: Sheet, number: int, item: Indicator, column: str = "score") -> Cell:
    """The cell of an indicator\'s score or reason."""
    value = item.reason if column == "reason" else plain(item.score)
    what = "偏差原因" if column == "reason" else "得分"
    return sheet.cell(f"indicator{number}", column, f"{item.name} {what}", value)
