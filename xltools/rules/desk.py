"""What lies on the desk while a report is checked: its figures, the identities, what the workbook shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from xltools.amount import PLACES, plain, show
from xltools.editions import Edition, Form, Rule
from xltools.editions.equation import Constraint, form_of
from xltools.finding import Cell, Finding, Severity
from xltools.report import Percentage, Place, Ref, Report
from xltools.rules.identities import Broken, Figures, Identities, places_of

SEVERITY = {"逻辑性": Severity.ERROR, "核实性": Severity.VERIFY, "提示": Severity.HINT}
"""How bad it is when a rule of this kind does not hold."""


@dataclass
class Desk:
    """What the checks work on.

    ``formulas``: figures whose cell holds a formula (None: not looked at). ``unrounded``: typed figures that
    are stored with more places than an amount has. ``notes``: texts printed below each form (None: not from
    a workbook). ``missing``: forms that were not found. ``percentages``: those of 分析 that are values.
    ``codes``: where the code of a line stands. ``unread``: figures that are there but could not be read.
    ``others``: figures outside the forms that identities name, with the cell where they stand.
    ``applied``: the constraints of each rule that concern this unit; ``broken``: those that are not met
    to the letter. Both grow while the identities are checked.
    """

    report: Report
    edition: Edition
    figures: Figures
    identities: Identities
    applied: list[tuple[Rule, tuple[Constraint, ...]]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    formulas: Mapping[Ref, str] | None = None
    unrounded: Mapping[Ref, Decimal] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] | None = None
    missing: frozenset[str] = frozenset()
    percentages: tuple[Percentage, ...] = ()
    codes: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    unread: frozenset[Ref] = frozenset()
    others: Mapping[Ref, Cell] = field(default_factory=dict)

    @cached_property
    def negative(self) -> frozenset[str]:
        """The forms with a figure below zero."""
        return frozenset(ref.form for ref, value in self.figures.values.items() if value < 0)

    def cell(self, ref: Ref) -> Cell:
        """The cell of a figure with its label and value as printed (every digit of it)."""
        if ref in self.others:
            return self.others[ref]
        return Cell(self.edition.label(ref, self.report.titles), self.text(ref), ref, self.place(ref))

    def text(self, ref: Ref) -> str:
        """A figure as printed, every digit of it; "" for a blank."""
        value = self.value(ref)
        return "" if value is None else self.show(value, self.figures.is_count(ref))

    def place(self, ref: Ref) -> Place:
        """Where a figure stands; the form's number where that is not known."""
        form = self.edition.forms[form_of(ref.form)]
        return self.report.places.get(ref) or Place(form.number, "")

    def line_cell(self, form: Form, line: str) -> Cell:
        """The cell of a line as a whole."""
        ref = Ref(form.id, line, form.column_ids[0])
        label = f"{form.number} {self.edition.line_name(form.id, line, self.report.titles)}"
        return Cell(label, "", ref, self.place(ref))

    def form_cell(self, form: Form) -> Cell:
        """A form as a whole."""
        return Cell(form.name, "", None, Place(form.number, ""))

    def value(self, ref: Ref) -> Decimal | None:
        """A figure of this year, last year or the budget; None when blank."""
        scope, _, form = ref.form.rpartition(".")
        source = {"": self.report.amounts, "last_year": self.report.last_year, "budget": self.report.budget}
        return source[scope].get(Ref(form, ref.line, ref.column))

    def show(self, value: Decimal, count: bool = False) -> str:
        """An amount with two places, or as many more as it has; a count without a needless point."""
        places = places_of(value)
        if count and not places:
            return plain(value.quantize(Decimal(1)))
        return show(value, max(PLACES, places))

    def finding(self, rule: Rule, kind: str, cells: tuple[Cell, ...], **facts: str) -> Finding:
        """A finding of ``rule``, as severe as its kind."""
        return Finding(
            rule.id,
            SEVERITY[rule.kind],
            rule.title,
            kind,
            cells,
            facts,
            basis=rule.basis,
            remedy=rule.remedy,
        )
