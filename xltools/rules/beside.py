"""What stands beside the forms and follows from them: percentages of 分析 and of the narrative, funds and
scores of 自评. Part of the joint verdict, so that a wrong share is told apart from a wrong amount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xltools import narrative
from xltools.amount import ZERO, Unit, half_up, plain, show
from xltools.editions.equation import Constraint
from xltools.finding import Cell
from xltools.narrative.figures import Figures
from xltools.narrative.measures import Measure
from xltools.reconcile import Share, project_rows
from xltools.report import NARRATIVE, Ref
from xltools.rules.desk import Desk
from xltools.rules.evaluation.funds import FUND_TITLES
from xltools.rules.evaluation.sheet import Sheet
from xltools.rules.percentages import ANALYSIS, Printed, analysis_cell, printed, terms


@dataclass(slots=True)
class Beside:
    """What ``reconcile.solve`` takes beside the identities of the forms; ``cells`` says where its figures
    stand. ``facts`` names the fact that a percentage of the narrative states; ``sentences`` holds where."""

    more: list[Constraint] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    extra: dict[Ref, Decimal] = field(default_factory=dict)
    cells: dict[Ref, Cell] = field(default_factory=dict)
    facts: dict[Ref, str] = field(default_factory=dict)
    sentences: dict[Ref, narrative.Ratio] = field(default_factory=dict)

    def shown(self, ref: Ref, value: Decimal | None) -> str:
        """A value of a figure as it is printed: funds of 自评 may have more than two places, and then the
        identities of its form tell them."""
        if ref not in self.extra or value is None:
            return show(value)
        for constraint in self.more:
            sides = [(t.coefficient, t.ref) for t in constraint.left]
            sides += [(-t.coefficient, t.ref) for t in constraint.right]
            own = next((coefficient for coefficient, other in sides if other == ref), 0)
            rest = sum((c * self.extra.get(other, ZERO) for c, other in sides if other != ref), ZERO)
            if abs(own) == 1 and half_up(-rest * own) == value:
                return plain(-rest * own)
        return show(value)

    def likeliest(self, desk: Desk, ref: Ref, values: Sequence[Decimal]) -> list[Decimal]:
        """Possible values of the ratio ``ref``, the one of the printed figures first: rounding of the
        amounts, or shares closed to 100, allow its neighbours too."""
        share = next(share for share in self.shares if share.ratio == ref)
        part, whole = (
            sum((c * (self.extra.get(other) or desk.value(other) or ZERO) for c, other in side), ZERO)
            for side in (share.part, share.whole)
        )
        return sorted(values, key=lambda value: abs(value * whole - share.scale * part))

    def told(self, ref: Ref, value: Decimal) -> tuple[str, str]:
        """A value for the ratio ``ref`` as messages show it, and the content that its cell then has."""
        text = f"{value:f}"
        if ref in self.sentences:
            text = f"{abs(value):f}"
            return f"{text}%", self.sentences[ref].corrected(text)
        if ref.form == ANALYSIS:
            return f"{text}%", f"{value / 100:f}"
        return text, text


def beside(desk: Desk) -> Beside:
    """The percentages and scores of a report that are values; what a formula computes follows by itself."""
    found = Beside()
    figures = Figures(desk.report, desk.edition)
    for one in desk.percentages:
        said, cell = printed(one, figures), analysis_cell(desk, one)
        if said is not None and cell.ref is not None:
            _add(desk, found, cell.ref, cell, said)
    if not desk.missing:
        for ratio in narrative.ratios(desk.report, desk.edition):
            _narrated(desk, found, ratio, figures)
    if desk.edition.self_evaluation:
        _projects(desk, found)
    return found


def _narrated(desk: Desk, found: Beside, ratio: narrative.Ratio, figures: Figures) -> None:
    fact = ratio.fact
    assert fact.value is not None and fact.low is not None and fact.high is not None
    place = Ref(NARRATIVE, ratio.key, "text")
    label = " ".join(["情况说明", *ratio.headings, fact.meaning])
    cell = Cell(label, f"{ratio.value:f}%", place, desk.report.places.get(place))
    ref = Ref(NARRATIVE, ratio.key, f"{fact.key}@{ratio.start}")
    measure, value = Measure(fact.value, fact.low, fact.high, fact.rest), ratio.value
    change = fact.kind is narrative.Kind.RATE
    if change and figures.amount(ratio.figure).value < figures.amount(fact.whole).value:
        # The text says 下降 and no minus sign.
        measure, value = Measure(-fact.value, -fact.high, -fact.low, fact.rest), -value
    if _add(desk, found, ref, cell, Printed(ratio.figure, fact.whole, value, measure, change)):
        found.facts[ref], found.sentences[ref] = fact.key, ratio


def _add(desk: Desk, found: Beside, ref: Ref, cell: Cell, said: Printed) -> bool:
    """Add a percentage, unless it is of something that is no figure of the forms."""
    try:
        part, whole = terms(said.part), terms(said.whole)
    except ValueError:
        return False
    known = {term.ref: value for term in (*part, *whole) if (value := desk.value(term.ref)) is not None}
    if sum((known.get(term.ref, ZERO) for term in whole), ZERO) <= 0:
        return False
    rest = int(said.rest) if desk.report.unit is Unit.WAN else said.measure.rest
    if said.change:
        part = (*part, *terms(said.whole, -1))
    found.extra.update({ref: value for ref, value in known.items() if "." in ref.form})
    for other in known:
        if "." in other.form:
            found.cells[other] = desk.cell(other)
    found.extra[ref], found.cells[ref] = said.value, cell
    found.shares.append(Share("percentage", ref, part, whole, rest=rest))
    return True


def _projects(desk: Desk, found: Beside) -> None:
    """自评: what is computed by a formula is left out."""
    assert desk.edition.self_evaluation is not None
    rows = project_rows(desk.report, int(desk.edition.self_evaluation.execution_weight))
    cells = dict(_project_cells(desk))
    formulas = desk.formulas or {}
    for constraint in rows.more:
        if cells[constraint.left[0].ref].ref not in formulas:
            found.more.append(constraint)
    for share in rows.shares:
        if cells[share.ratio].ref not in formulas:
            found.shares.append(share)
    found.extra.update(rows.extra)
    found.cells.update(cells)


def _project_cells(desk: Desk) -> Iterator[tuple[Ref, Cell]]:
    """Every figure of 自评 as ``project_rows`` names it, with its cell."""
    for number, form in enumerate(desk.report.self_evaluations, 1):
        sheet = Sheet(desk.report, desk.edition, number)

        def cell(part: str, column: str, label: str, value: Decimal | None, sheet: Sheet = sheet) -> Cell:
            return sheet.cell(part, column, label, "" if value is None else _shown(value))

        for line, fund in enumerate(form.funds, 1):
            for column, title in {**FUND_TITLES, "rate": "执行率"}.items():
                found = cell(f"fund{line}", column, f"{fund.name} {title}", getattr(fund, column))
                yield Ref(f"project{number}", str(line), column), found
            found = cell(f"fund{line}", "score", f"{fund.name} 得分", fund.score)
            yield Ref(f"score{number}", f"fund{line}", "score"), found
        for line, item in enumerate(form.indicators, 1):
            found = cell(f"indicator{line}", "score", f"{item.name} 得分", item.score)
            yield Ref(f"score{number}", str(line), "score"), found
        yield Ref(f"score{number}", "total", "score"), cell("total", "score", "总分", form.total)


def _shown(value: Decimal) -> str:
    """As the form prints it; at least a whole number."""
    return f"{value:f}" if value.as_tuple().exponent else show(value, 0)
