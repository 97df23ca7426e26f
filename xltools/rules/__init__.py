"""``check(report)``: the edition's equations and the rules that are not equations → findings.

Three outcomes per identity: 一致, 尾差 (explained by rounding, listed once per table as a hint) or a
finding. What could not be checked is said, with the reason: silence is not a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xltools import narrative
from xltools.amount import show
from xltools.editions import Edition, Rule, load
from xltools.editions.equation import Constraint, Term, form_of
from xltools.finding import Cell, Finding, Severity, Suspect
from xltools.report import Ref, Report
from xltools.rules import evaluation, structure
from xltools.rules.identities import Broken, Figures, broken, compiled, holds
from xltools.rules.joint import settle
from xltools.rules.structure import SEVERITY, Desk

CHECKS = frozenset(structure.CHECKS) | frozenset(evaluation.CHECKS) | {"narrative"}
"""Every name that a rule's ``check`` may have."""
_LISTED = 8


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A rule that was not applied, and why (Chinese)."""

    rule: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check. ``checked`` counts the identities held against the figures; ``tails``
    those that only rounding explains."""

    edition: str
    unit: str
    findings: tuple[Finding, ...]
    checked: int
    not_checked: tuple[NotChecked, ...]
    tails: tuple[Broken, ...] = ()
    suspects: tuple[Suspect, ...] = ()

    @property
    def verdict(self) -> str:
        """错误, 核实 or 通过."""
        worst = min((finding.severity for finding in self.findings), key=lambda s: s.rank, default=None)
        return worst.value if worst in (Severity.ERROR, Severity.VERIFY) else "通过"

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by severity."""
        return {
            severity.value: sum(finding.severity is severity for finding in self.findings)
            for severity in Severity
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a workbook shows beside its figures; see ``Desk``. ``missing`` are forms that were not found."""

    formulas: Mapping[Ref, str] | None = None
    notes: Mapping[str, tuple[str, ...]] | None = None
    missing: frozenset[str] = frozenset()
    troubles: tuple[Finding, ...] = ()
    not_checked: tuple[tuple[str, str], ...] = ()


def check(report: Report, edition: Edition | None = None, evidence: Evidence | None = None) -> Checked:
    """All findings on ``report``, worst first, in the order of the forms."""
    edition = edition or load(report.edition)
    evidence = evidence or Evidence()
    figures = Figures(report, edition)
    constraints = compiled(edition, report)
    desk = Desk(
        report,
        edition,
        figures,
        constraints,
        formulas=None if evidence.formulas is None else dict(evidence.formulas),
        notes=None if evidence.notes is None else dict(evidence.notes),
        missing=evidence.missing,
    )
    not_checked = [NotChecked("", title, reason) for title, reason in evidence.not_checked]
    findings = list(evidence.troubles)
    if not report.amounts:
        findings.append(Finding("figures-01", Severity.ERROR, "没有金额", "no_figures"))
    checked, tails = _identities(desk, findings, not_checked)
    findings, suspects = settle(desk, findings)
    _others(desk, findings, not_checked)
    findings += _tails(desk, tails)
    findings.sort(key=lambda finding: _order(finding, edition))
    return Checked(
        edition.id,
        report.unit.value,
        tuple(findings),
        checked,
        tuple(not_checked),
        tuple(tails),
        suspects,
    )


def _order(finding: Finding, edition: Edition) -> tuple[int, int]:
    forms = list(edition.forms)
    ref = finding.cells[0].ref if finding.cells else None
    form = form_of(ref.form) if ref else ""
    return finding.severity.rank, forms.index(form) if form in forms else len(forms)


# --- identities ----------------------------------------------------------------------------------------


def _identities(
    desk: Desk, findings: list[Finding], not_checked: list[NotChecked]
) -> tuple[int, list[Broken]]:
    checked, tails = 0, []
    for rule in desk.edition.rules:
        if not rule.equations:
            continue
        reason, constraints = _applicable(rule, desk)
        if reason:
            not_checked.append(NotChecked(rule.id, rule.title, reason))
        checked += len(constraints)
        desk.applied.append((rule, constraints))
        for item in broken(rule, constraints, desk.figures):
            desk.broken.append(item)
            if item.tail:
                tails.append(item)
            else:
                findings.append(_finding(desk, item))
    return checked, tails


def _applicable(rule: Rule, desk: Desk) -> tuple[str, tuple[Constraint, ...]]:
    """Why (part of) a rule is not checked ("" when it is, or does not concern this unit); what is."""
    cover, when = desk.report.cover, rule.when
    constraints = desk.constraints[rule.id]
    for wanted, value, name in ((when.kinds, cover.kind, "单位性质"), (when.scopes, cover.scope, "公开类型")):
        if wanted and not value:
            return f"封面没有填写{name}", ()
        if wanted and value not in wanted:
            return "", ()
    if when.present and not any(_printed(text, desk) for text in when.present):
        return "", ()
    if when.holds:
        shapes = desk.edition.shapes({f: tuple(codes) for f, codes in desk.report.lines.items()})
        if not all(holds(text, desk.figures, shapes) for text in when.holds):
            return "", ()
    if desk.missing:
        kept = tuple(c for c in constraints if not any(form_of(ref.form) in desk.missing for ref in c.refs))
        if len(kept) < len(constraints):
            names = "、".join(sorted(desk.edition.forms[form].number for form in desk.missing))
            return f"缺少{names}", kept
    if when.given:
        kept = tuple(c for c in constraints if _given(c, desk))
        names_of = {"last_year": "上年数", "budget": "年初预算数"}
        reason = (
            "" if len(kept) == len(constraints) else f"没有填写所需的{names_of.get(when.given, when.given)}"
        )
        return reason, kept
    return "", constraints


def _printed(text: str, desk: Desk) -> bool:
    form, _, rest = text.partition("[")
    line = rest.partition(",")[0]
    return line in desk.report.lines.get(form, ())


def _given(constraint: Constraint, desk: Desk) -> bool:
    return all(desk.figures.has(ref) for ref in constraint.refs if "." in ref.form)


def _finding(desk: Desk, item: Broken) -> Finding:
    constraint, rule = item.constraint, item.rule
    severity = SEVERITY[rule.kind]
    terms = constraint.left + constraint.right
    cells = tuple(desk.cell(term.ref) for term in terms if _worth_showing(term, desk, constraint))
    facts = {
        "gap": show(item.gap),
        "allowed": f"{item.allowed:f}",
        "value": cells[0].value or "空白",
        "arithmetic": arithmetic(desk, item),
    }
    if not constraint.right and constraint.operator == "=":
        kind = "zero"
    elif not constraint.right:
        kind = "sign"
        facts["expected"] = {">": "应大于零", ">=": "为负数", "<": "应小于零", "<=": "为正数"}[
            constraint.operator
        ]
    elif constraint.operator != "=":
        kind = "inequality"
    elif constraint.exact:
        kind = "repeated"
        if desk.figures.rounded and item.gap <= desk.figures.slack(terms):
            kind, severity = "repeated_close", max(severity, Severity.VERIFY, key=lambda s: s.rank)
    else:
        kind = "equality"
    return Finding(
        rule.id,
        severity,
        rule.title,
        kind,
        cells,
        facts,
        gap=item.gap,
        allowed=item.allowed,
        basis=rule.basis,
        remedy=_remedy(rule, cells[0]),
    )


def _remedy(rule: Rule, first: Cell) -> str:
    if rule.remedy:
        return rule.remedy
    if first.place and first.place.cell:
        return f"依据：{rule.basis}。请先核对 {first.place.cell}，再核对式中其他各数。"
    return f"依据：{rule.basis}。请核对式中各数。"


def _worth_showing(term: Term, desk: Desk, constraint: Constraint) -> bool:
    """Blank addends of a sum say nothing; the figure that is judged always does."""
    return term is constraint.left[0] or desk.figures.has(term.ref) or len(constraint.right) == 1


def arithmetic(desk: Desk, item: Broken) -> str:
    """«本年支出合计 298.56 ≠ 基本支出 292.33 + 项目支出 6.12 = 298.45», as the accountant would write it."""
    constraint = item.constraint
    first = constraint.left[0].ref
    alike = {(ref.form, ref.line) for ref in constraint.refs}
    left = _sum(desk, constraint.left, item.left, first, len(alike) == 1)
    right = _sum(desk, constraint.right, item.right, first, len(alike) == 1)
    sign = {"=": "≠", "<=": ">", ">=": "<", "<": "≥", ">": "≤"}[constraint.operator]
    return f"{left} {sign} {right}"


def _sum(desk: Desk, terms: tuple[Term, ...], total: Decimal, first: Ref, by_column: bool) -> str:
    shown = [term for term in terms if desk.figures.has(term.ref)] or list(terms[:1])
    if not shown:
        return show(total)
    parts = []
    for number, term in enumerate(shown):
        name = _name(desk, term.ref, first, by_column)
        sign = "−" if term.coefficient < 0 else "+"
        lead = f" {sign} " if number else ("−" if term.coefficient < 0 else "")
        factor = f"{abs(term.coefficient)}×" if abs(term.coefficient) != 1 else ""
        parts.append(f"{lead}{factor}{name} {desk.cell(term.ref).value or '空白'}")
    if len(parts) > _LISTED:
        parts = [*parts[: _LISTED - 1], f" + …等{len(parts)}项"]
    text = "".join(parts)
    return text if len(shown) == 1 else f"{text} = {show(total)}"


def _name(desk: Desk, ref: Ref, first: Ref, by_column: bool) -> str:
    """The shortest name that tells a figure apart within one identity."""
    edition, titles = desk.edition, desk.report.titles
    if ref.form != first.form:
        return edition.label(ref, titles)
    form = edition.forms[form_of(ref.form)]
    line = edition.line_name(form.id, ref.line, titles)
    column = form.column_of[ref.column].title
    if by_column and column:
        return column
    return line or column if ref.column == first.column or not column else f"{line} {column}"


def _tails(desk: Desk, tails: Iterable[Broken]) -> list[Finding]:
    """尾差, listed once per table (or pair of tables)."""
    groups: dict[tuple[str, ...], list[Broken]] = {}
    for item in tails:
        concerned = tuple(dict.fromkeys(form_of(ref.form) for ref in item.constraint.refs))
        groups.setdefault(concerned, []).append(item)
    findings = []
    for forms, items in groups.items():
        listed = "；".join(
            f"{_where(desk, item)}{arithmetic(desk, item)}，差 {show(item.gap)}" for item in items
        )
        name = " 与 ".join(desk.edition.forms[form].name for form in forms)
        cells = tuple(desk.cell(item.constraint.left[0].ref) for item in items)
        first = Cell(name, "", cells[0].ref, cells[0].place)
        facts: dict[str, str] = {"count": str(len(items)), "list": listed}
        findings.append(
            Finding(
                "rounding-01", Severity.HINT, "尾差", "tail", (first, *cells), facts,
                gap=max(item.gap for item in items), allowed=max(item.allowed for item in items),
                basis="金额由元换算为万元时四舍五入", group="尾差",
            )
        )  # fmt: skip
    return findings


def _where(desk: Desk, item: Broken) -> str:
    """What the arithmetic leaves out: the line of a sum over columns, the column of one over lines."""
    first = item.constraint.left[0].ref
    form = desk.edition.forms[form_of(first.form)]
    if all(ref.line == first.line for ref in item.constraint.refs):
        name = desk.edition.line_name(form.id, first.line, desk.report.titles)
    elif all(ref.column == first.column for ref in item.constraint.refs):
        name = form.column_of[first.column].title
    else:
        name = ""
    return f"{name}：" if name else ""


# --- rules that are no equations -----------------------------------------------------------------------


def _others(desk: Desk, findings: list[Finding], not_checked: list[NotChecked]) -> None:
    count = len(desk.report.self_evaluations)
    for rule in desk.edition.rules:
        if not rule.check or rule.check == "narrative":
            continue
        if rule.check in structure.CHECKS:
            if rule.form in desk.missing:
                not_checked.append(NotChecked(rule.id, rule.title, "缺少这张表"))
                continue
            findings += structure.CHECKS[rule.check](desk, rule)
        elif not count:
            continue
        else:
            for number in range(1, count + 1):
                sheet = evaluation.Sheet(desk.report, desk.edition, number)
                findings += evaluation.CHECKS[rule.check](sheet, rule)
    if desk.missing:
        not_checked.append(NotChecked("narrative", "情况说明", "缺少决算表"))
    else:
        findings += narrative.check(desk.report, desk.edition)
    if not count and desk.edition.self_evaluation:
        not_checked.append(NotChecked("self_evaluation", "项目支出绩效自评", "没有填写绩效自评表"))
    if desk.formulas is None:
        not_checked.append(NotChecked("total-01", "合计被改为录入数", "数据中没有公式"))
    if desk.notes is None:
        not_checked.append(NotChecked("empty_note", "空表说明", "数据中没有表下说明"))
