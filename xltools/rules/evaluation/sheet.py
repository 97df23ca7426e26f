"""One 自评 form under check: what the checks of this room share."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property

from xltools import scores
from xltools.editions import Edition, Rule, SelfEvaluationForm
from xltools.finding import Cell, Finding, Severity
from xltools.report import Indicator, Report, SelfEvaluation, evaluation_ref

_SEVERITY = {"逻辑性": Severity.ERROR, "核实性": Severity.VERIFY, "提示": Severity.HINT}


AMOUNTS = ("declared", "budgeted", "adjusted", "executed", "carryover")
"""The fields of Fund that are amounts."""


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

    @cached_property
    def _values(self) -> dict[str, list[scores.IndicatorValue]]:
        return {
            column: [
                scores.parse_indicator(getattr(item, column), item.unit) for item in self.form.indicators
            ]
            for column in ("initial", "target", "actual")
        }

    @property
    def blank(self) -> bool:
        """Nothing was filled in: no project, no indicator, no money, no total."""
        form = self.form
        amounts = [getattr(fund, name) for fund in form.funds for name in AMOUNTS]
        return not (form.project or form.indicators or any(amounts) or form.total)

    def values(self, number: int) -> tuple[scores.IndicatorValue, scores.IndicatorValue]:
        """Target and actual value of an indicator, by its number from 1."""
        return self.value(number, "target"), self.value(number, "actual")

    def value(self, number: int, column: str) -> scores.IndicatorValue:
        """The initial, target or actual value of an indicator."""
        return self._values[column][number - 1]

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
    if "scoring" not in edition.memo:
        edition.memo["scoring"] = _scoring(edition.self_evaluation)
    found: scores.Scoring = edition.memo["scoring"]
    return found


def _scoring(data: SelfEvaluationForm | None) -> scores.Scoring:
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


def level_of(sheet: Sheet, number: int) -> scores.Band | None:
    """The level that a qualitative indicator reached; None for a quantitative one."""
    target, actual = sheet.values(number)
    if target.value is not None or actual.value is not None:
        return None
    return sheet.scoring.band(sheet.form.indicators[number - 1].actual)


def unfilled(sheet: Sheet, number: int) -> bool:
    """A cost indicator left at the system's default: its band does not apply."""
    item = sheet.form.indicators[number - 1]
    return sheet.values(number)[0].missing and "成本" in (item.level2 + item.name)


def score_cell(sheet: Sheet, number: int, item: Indicator, column: str = "score") -> Cell:
    """The cell of an indicator's score or reason."""
    value = item.reason if column == "reason" else plain(item.score)
    what = "偏差原因" if column == "reason" else "得分"
    return sheet.cell(f"indicator{number}", column, f"{item.name} {what}", value)
