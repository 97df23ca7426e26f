"""Checks of the forms that are not equations: codes, empty lines and notes, units, totals typed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xltools.amount import Unit, half_width, plain, show
from xltools.editions import Edition, Form, Rule
from xltools.editions.equation import Constraint, leaves
from xltools.finding import Cell, Finding, Severity
from xltools.report import Place, Ref, Report
from xltools.rules.identities import Broken, Figures

SEVERITY = {"逻辑性": Severity.ERROR, "核实性": Severity.VERIFY, "提示": Severity.HINT}
_LEVELS = {3: "类", 5: "款", 7: "项"}
_FACTOR = 10_000


@dataclass
class Desk:
    """What the checks work on: the report, its edition, the identities and what the workbook shows.

    ``formulas``: figures whose cell holds a formula (None: not looked at). ``notes``: texts printed
    below each form (None: not from a workbook).
    """

    report: Report
    edition: Edition
    figures: Figures
    constraints: dict[str, tuple[Constraint, ...]]
    broken: list[Broken] = field(default_factory=list)
    applied: list[tuple[Rule, tuple[Constraint, ...]]] = field(default_factory=list)
    formulas: dict[Ref, str] | None = None
    notes: dict[str, tuple[str, ...]] | None = None
    missing: frozenset[str] = frozenset()

    def cell(self, ref: Ref, places: int = 2) -> Cell:
        """The cell of a figure with its label and printed value."""
        value = self.value(ref)
        form = self.edition.forms[ref.form.rpartition(".")[2]]
        line = form.line_of.get(ref.line)
        text = plain(value) if line is not None and line.count and value is not None else show(value, places)
        place = self.report.places.get(ref) or Place(form.number, "")
        return Cell(self.edition.label(ref, self.report.titles), text, ref, place)

    def line_cell(self, form: Form, line: str) -> Cell:
        """The cell of a line as a whole."""
        ref = Ref(form.id, line, form.column_ids[0])
        place = self.report.places.get(ref) or Place(form.number, "")
        label = f"{form.name} {self.edition.line_name(form.id, line, self.report.titles)}"
        return Cell(label, "", ref, place)

    def form_cell(self, form: Form) -> Cell:
        """A form as a whole."""
        return Cell(form.name, "", None, Place(form.number, ""))

    def value(self, ref: Ref) -> Decimal | None:
        """A figure of this year, last year or the budget; None when blank."""
        scope, _, form = ref.form.rpartition(".")
        source = {"": self.report.amounts, "last_year": self.report.last_year, "budget": self.report.budget}
        return source[scope].get(Ref(form, ref.line, ref.column))

    def finding(self, rule: Rule, kind: str, cells: tuple[Cell, ...], **facts: str) -> Finding:
        """A finding of ``rule``."""
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


def _hint(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.HINT)


def codes(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """Codes are unique, ascending, of 3, 5 or 7 digits, with parents and children; names as in the list."""
    form = desk.edition.forms[rule.form]
    printed = desk.report.lines.get(form.id, [])
    yield from _code_shape(desk, rule, form, printed)
    good = [code for code in dict.fromkeys(printed) if len(code) in _LEVELS and code.isdigit()]
    present = set(good)
    for code in good:
        cell = desk.line_cell(form, code)
        for length in (3, 5):
            if length < len(code) and code[:length] not in present:
                yield desk.finding(rule, "code_parent", (cell,), code=code, parent=code[:length])
        if len(code) < 7 and not any(o != code and o.startswith(code) for o in good):
            finding = desk.finding(rule, "code_childless", (cell,), code=code, level=_LEVELS[len(code)])
            # Departments that publish to the 款 only exist; the missing 项 is then a habit, not an error.
            yield _hint(finding)
        yield from _code_name(desk, rule, cell, code)


def _code_shape(desk: Desk, rule: Rule, form: Form, printed: list[str]) -> Iterator[Finding]:
    previous = ""
    for number, code in enumerate(printed):
        cell = desk.line_cell(form, code)
        if not (code.isdigit() and len(code) in _LEVELS):
            yield desk.finding(rule, "code_form", (cell,), code=code)
            continue
        if code in printed[:number]:
            if printed[:number].count(code) == 1:
                yield desk.finding(rule, "code_twice", (cell,), code=code, count=str(printed.count(code)))
        elif previous and code < previous:
            finding = desk.finding(rule, "code_order", (cell,), code=code, previous=previous)
            yield _hint(finding)
        previous = code


def _code_name(desk: Desk, rule: Rule, cell: Cell, code: str) -> Iterator[Finding]:
    known = desk.edition.function_codes.get(code)
    title = desk.report.titles.get(code, "")
    if known is None:
        finding = desk.finding(rule, "code_unknown", (cell,), code=code, title=title or "无名称")
    elif not title:
        finding = desk.finding(rule, "code_no_name", (cell,), code=code, expected=known)
    elif _bare(title) != _bare(known):
        finding = desk.finding(rule, "code_name", (cell,), code=code, title=title, expected=known)
    else:
        return
    yield _hint(finding)


def _bare(title: str) -> str:
    return "".join(c for c in half_width(title) if c.isalnum())


def empty_lines(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """Lines of codes without any amount."""
    form = desk.edition.forms[rule.form]
    for code in dict.fromkeys(desk.report.lines.get(form.id, [])):
        if not any(desk.report.get(Ref(form.id, code, column)) for column in form.column_ids):
            yield desk.finding(rule, "line_empty", (desk.line_cell(form, code),))


def codes_without_counterpart(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """项 found only in 02 or only in 03 must be covered by carryovers."""
    report = desk.report
    revenue = leaves(report.lines.get("revenue", []))
    expenditure = leaves(report.lines.get("expenditure", []))
    if not revenue or not expenditure:
        return
    opening = report.get(Ref("summary", "28", "1")) + report.get(Ref("summary", "29", "1"))
    closing = report.get(Ref("summary", "59", "2")) + report.get(Ref("summary", "60", "2"))
    sides = (
        ("expenditure", "counterpart_revenue", [c for c in expenditure if c not in revenue], opening),
        ("revenue", "counterpart_expenditure", [c for c in revenue if c not in expenditure], closing),
    )
    for form, kind, found, carry in sides:
        allowed = carry + report.unit.slack * (len(found) + 2)
        if sum(report.get(Ref(form, code, "1")) for code in found) <= allowed:
            continue
        for code in found:
            cell = desk.cell(Ref(form, code, "1"))
            yield desk.finding(rule, kind, (cell,), code=code, value=cell.value, carry=show(carry))


def empty_note(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """An empty form says so; a filled one does not. Only a workbook shows its notes."""
    form = desk.edition.forms[rule.form]
    if desk.notes is None or form.id in desk.missing or form.id not in desk.notes:
        return
    said = any("本表无数据" in "".join(note.split()) for note in desk.notes[form.id])
    filled = next((ref for ref, value in desk.report.amounts.items() if ref.form == form.id and value), None)
    if filled is None and not said:
        yield desk.finding(rule, "empty_note_missing", (desk.form_cell(form),), note=form.empty_note)
    elif filled is not None and said:
        cell = desk.cell(filled)
        yield desk.finding(rule, "empty_note_extra", (cell,), note=form.empty_note, value=cell.value)


def counts(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """Numbers of vehicles and devices are whole and not negative."""
    form = desk.edition.forms[rule.form]
    for line in form.lines:
        ref = Ref(form.id, line.id, form.column_ids[0])
        value = desk.report.amounts.get(ref)
        if line.count and value is not None and (value < 0 or value != int(value)):
            yield desk.finding(rule, "not_count", (desk.cell(ref),), value=plain(value))


def unit_factor(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """A form whose figures are 10,000 times, or a ten-thousandth of, what other forms print."""
    votes: dict[str, dict[str, list[tuple[int, Constraint]]]] = {}
    for constraint in _repeated(desk):
        left, right = constraint.left[0].ref, constraint.right[0].ref
        scale = _scale(desk.value(left), desk.value(right))
        if scale is not None:
            votes.setdefault(left.form, {}).setdefault(right.form, []).append((scale, constraint))
            votes.setdefault(right.form, {}).setdefault(left.form, []).append((-scale, constraint))
    for form_id in _outliers(votes):
        form = desk.edition.forms[form_id]
        scale, constraint = next(vote for found in votes[form_id].values() for vote in found if vote[0])
        cells = tuple(desk.cell(term.ref) for term in constraint.left + constraint.right)
        if cells[0].ref is not None and cells[0].ref.form != form_id:
            cells = cells[::-1]
        evidence = " 与 ".join(f"{cell.label} {cell.value}" for cell in cells)
        factor = "10000" if scale > 0 else "万分之一"
        yield desk.finding(
            rule, "unit_factor", (desk.form_cell(form), *cells), factor=factor, evidence=evidence
        )


def _outliers(votes: dict[str, dict[str, list[tuple[int, Constraint]]]]) -> list[str]:
    """The forms that disagree in scale with at least one other form and agree with none."""
    outliers = []
    for form_id, neighbours in votes.items():
        scales = [scale for found in neighbours.values() for scale, _ in found]
        if any(scales) and not any(scale == 0 for scale in scales):
            outliers.append(form_id)
    # Two forms alone cannot tell which is wrong: then the smaller figures are taken for 万元.
    if len(outliers) == len(votes) and len(outliers) > 1:
        return [f for f in outliers if any(s > 0 for found in votes[f].values() for s, _ in found)][:1]
    return outliers


def _repeated(desk: Desk) -> Iterator[Constraint]:
    for rule in desk.edition.rules:
        if not rule.exact:
            continue
        for constraint in desk.constraints.get(rule.id, ()):
            simple = len(constraint.left) == 1 and len(constraint.right) == 1
            if simple and not any("." in term.ref.form for term in constraint.left + constraint.right):
                yield constraint


def _scale(left: Decimal | None, right: Decimal | None) -> int | None:
    """0: same size. 1: left is 10,000 times right. -1: the other way. None: neither can be told."""
    if not left or not right:
        return None
    if abs(left - right) <= Decimal("0.01"):
        return 0
    for sign, (large, small) in ((1, (left, right)), (-1, (right, left))):
        if abs(large - small * _FACTOR) <= Decimal("50.01") and abs(small) >= Decimal("0.02"):
            return sign
    return None


def typed_over(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """A total that a formula computes in the template, typed over with a value outside the envelope."""
    if desk.formulas is None:
        return
    seen: set[Ref] = set()
    for item in desk.broken:
        target = item.constraint.left[0].ref
        computed = item.rule.formula and item.constraint.operator == "=" and len(item.constraint.left) == 1
        inside = all(term.ref.form == target.form for term in item.constraint.right)
        if not computed or not inside or item.rule.exact or target in seen or target in desk.formulas:
            continue
        if item.tail and desk.report.unit is Unit.WAN:
            continue
        seen.add(target)
        cell = desk.cell(target)
        yield desk.finding(rule, "typed_over", (cell,), value=cell.value or "空白", expected=show(item.right))


CHECKS: dict[str, Callable[[Desk, Rule], Iterator[Finding]]] = {
    check.__name__: check
    for check in (
        codes,
        empty_lines,
        codes_without_counterpart,
        empty_note,
        counts,
        unit_factor,
        typed_over,
    )
}
"""Checks of the forms by the name that rules give."""
