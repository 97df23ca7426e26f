"""Checks of the forms that are not equations: codes, empty lines and notes, places, totals typed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from xltools.amount import PLACES, Unit, half_width, plain, show
from xltools.editions import Form, Rule
from xltools.editions.expansion import leaves
from xltools.finding import Cell, Finding, Severity
from xltools.report import Ref
from xltools.rules.desk import Desk
from xltools.rules.identities import places_of
from xltools.rules.units import unit_factor

_LEVELS = {3: "类", 5: "款", 7: "项"}


def _hint(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.HINT)


def codes(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """Codes are unique, ascending, of 3, 5 or 7 digits, with parents and children; names as in the list."""
    form = desk.edition.forms[rule.form]
    printed = desk.report.lines.get(form.id, [])
    yield from _code_shape(desk, rule, form, printed)
    good = [code for code in dict.fromkeys(printed) if _is_code(code)]
    present = set(good)
    for code in good:
        for length in (3, 5):
            if length < len(code) and code[:length] not in present:
                cell = desk.line_cell(form, code)
                yield desk.finding(rule, "code_parent", (cell,), code=code, parent=code[:length])
        if len(code) < 7 and not any(o != code and o.startswith(code) for o in good):
            cell = desk.line_cell(form, code)
            finding = desk.finding(rule, "code_childless", (cell,), code=code, level=_LEVELS[len(code)])
            # Departments that publish to the 款 only exist; the missing 项 is then a habit, not an error.
            yield _hint(finding)
    yield from _code_names(desk, rule, form, good)


def _is_code(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) in _LEVELS


def _code_shape(desk: Desk, rule: Rule, form: Form, printed: list[str]) -> Iterator[Finding]:
    previous = ""
    for number, code in enumerate(printed):
        if not _is_code(code):
            yield desk.finding(rule, "code_form", (desk.line_cell(form, code),), code=code)
            continue
        if code in printed[:number]:
            if printed[:number].count(code) == 1:
                cell = desk.line_cell(form, code)
                yield desk.finding(rule, "code_twice", (cell,), code=code, count=str(printed.count(code)))
        elif previous and code < previous:
            finding = desk.finding(
                rule, "code_order", (desk.line_cell(form, code),), code=code, previous=previous
            )
            yield _hint(finding)
        previous = code


def _code_names(desk: Desk, rule: Rule, form: Form, good: list[str]) -> Iterator[Finding]:
    """Names against the list of codes. The list is not complete and names change: all are hints."""
    known, titles = desk.edition.function_codes, desk.report.titles
    unknown = [code for code in good if code not in known]
    nameless = [code for code in good if code in known and not titles.get(code)]
    for kind, found in (("code_unknown", unknown), ("code_no_name", nameless)):
        if found:
            listed = "、".join(f"{code} {titles.get(code) or known.get(code, '')}".strip() for code in found)
            cells = tuple(desk.line_cell(form, code) for code in found)
            yield _hint(desk.finding(rule, kind, cells, count=str(len(found)), list=listed))
    for code in good:
        title, expected = titles.get(code, ""), known.get(code, "")
        if title != expected and title and expected and _bare(title) != _bare(expected):
            cells = (desk.line_cell(form, code),)
            facts = {"code": code, "title": title, "expected": expected}
            yield _hint(desk.finding(rule, "code_name", cells, **facts))


def _bare(title: str) -> str:
    return "".join(c for c in half_width(title) if c.isalnum())


def empty_lines(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """Lines of codes without any amount."""
    form = desk.edition.forms[rule.form]
    for code in dict.fromkeys(desk.report.lines.get(form.id, [])):
        refs = [Ref(form.id, code, column) for column in form.column_ids]
        if any(desk.report.get(ref) or ref in desk.unread for ref in refs):
            continue
        cells = (desk.line_cell(form, code),)
        if desk.figures.rounded and any(desk.figures.has(ref) for ref in refs):
            # Less than 50 元 prints 0.00 in 万元.
            yield _hint(desk.finding(rule, "line_zero", cells))
        else:
            yield desk.finding(rule, "line_empty", cells)


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
    said = any("本表无数据" in "".join(note.split()) for note in (desk.notes or {}).get(form.id, ()))
    figures = {ref: value for ref, value in desk.report.amounts.items() if ref.form == form.id}
    filled = next((ref for ref, value in figures.items() if value), None)
    # Printed zeros are data for some and none for others: both ways of printing are in use.
    if not figures and not said:
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


def places(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """Amounts of more than two places, which will be rounded when they are published; once per form."""
    stored = dict(desk.unrounded)
    if desk.figures.places > PLACES:
        amounts = desk.report.amounts.items()
        stored |= {
            ref: value
            for ref, value in amounts
            if places_of(value) > PLACES and not desk.figures.is_count(ref)
        }
    found: dict[str, list[Cell]] = {}
    for ref, value in stored.items():
        found.setdefault(ref.form, []).append(desk.cell(ref)._replace(value=plain(value)))
    for cells in found.values():
        first = cells[0]
        assert first.ref is not None
        yield desk.finding(
            rule,
            "places",
            tuple(cells),
            count=str(len(cells)),
            value=first.value,
            printed=show(desk.report.amounts[first.ref]),
        )


def typed_over(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """A total that a formula computes in the template, typed over with a value outside the envelope."""
    formulas = desk.formulas or {}
    seen: set[Ref] = set()
    for item in desk.broken:
        constraint = item.constraint
        target = constraint.left[0].ref
        # The equations that the template computes by: one cell from other cells of its form.
        computed = item.rule.formula and constraint.operator == "=" and len(constraint.left) == 1
        inside = all(term.ref.form == target.form for term in constraint.right)
        twice = constraint.exact and len(constraint.right) == 1
        if not computed or not inside or twice or target in seen or target in formulas:
            continue
        if item.tail and desk.report.unit is Unit.WAN:
            continue
        if any(ref in desk.unread for ref in constraint.refs):
            continue
        seen.add(target)
        cell = desk.cell(target)
        expected = desk.show(item.right, desk.figures.is_count(target))
        kind = "typed_over" if cell.value else "typed_over_blank"
        yield desk.finding(rule, kind, (cell,), value=cell.value, expected=expected)


CHECKS: Mapping[str, Callable[[Desk, Rule], Iterator[Finding]]] = {
    check.__name__: check
    for check in (
        codes,
        empty_lines,
        codes_without_counterpart,
        empty_note,
        counts,
        places,
        unit_factor,
        typed_over,
    )
}
"""Checks of the forms by the name that rules give."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "codes_without_counterpart": ("revenue", "expenditure", "summary"),
    "places": (),
    "unit_factor": (),
    "typed_over": (),
}
"""The forms without which a check says nothing, where that is not the rule's own form."""


def blind(desk: Desk, rule: Rule) -> str:
    """Why a check cannot be done on what is known (Chinese); "" when it can."""
    absent = [form for form in NEEDED.get(rule.check, (rule.form,)) if form in desk.missing]
    if absent:
        return f"缺少{'、'.join(desk.edition.forms[form].number for form in absent)}"
    if rule.check == "typed_over" and desk.formulas is None:
        return "数据中没有公式"
    if rule.check == "empty_note" and rule.form not in (desk.notes or {}):
        return "数据中没有表下说明"
    return ""
