"""``check(report)``: the edition's equations and the rules that are not equations → findings.

Three outcomes per identity: 一致, 尾差 (explained by rounding, listed once per table as a hint) or a
finding. What could not be checked is said, with the reason: silence is not a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from xltools import narrative
from xltools.amount import Unit
from xltools.editions import Edition, Rule, load
from xltools.editions.equation import Constraint, Term, form_of
from xltools.finding import CAUSE, Cell, Finding, Severity, Suspect, is_explained
from xltools.report import Percentage, Place, Ref, Report
from xltools.rules import evaluation, structure
from xltools.rules.arithmetic import arithmetic, where
from xltools.rules.consequences import folded, in_group
from xltools.rules.desk import SEVERITY, Desk
from xltools.rules.identities import Broken, Figures, broken, holds, identities
from xltools.rules.joint import settle
from xltools.rules.percentages import typed_percentages
from xltools.rules.pointing import of_the_cover, pointed
from xltools.rules.roots import gather, unread
from xltools.rules.units import COVER_GROUP

CHECKS = frozenset(structure.CHECKS) | frozenset(evaluation.CHECKS) | {"narrative"}
"""Every name that a rule's ``check`` may have."""


class NotChecked(NamedTuple):
    """A rule that was not applied, and why (Chinese)."""

    rule: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check. ``checked`` counts the identities held against the figures (none, where there
    is no figure); ``tails`` those that only rounding explains; ``explanations`` are the 出错说明 typed."""

    edition: str
    unit: str
    findings: tuple[Finding, ...]
    checked: int
    not_checked: tuple[NotChecked, ...]
    tails: tuple[Broken, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    explanations: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """错误, 核实 or 通过."""
        worst = min((finding.severity for finding in self.findings), key=lambda s: s.rank, default=None)
        return worst.value if worst in (Severity.ERROR, Severity.VERIFY) else "通过"

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """The 核实 without an 出错说明 for their present figures."""
        return tuple(
            finding
            for finding in self.findings
            if finding.severity is Severity.VERIFY and not is_explained(finding, self.explanations)
        )

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
    unrounded: Mapping[Ref, Decimal] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] | None = None
    missing: frozenset[str] = frozenset()
    percentages: tuple[Percentage, ...] = ()
    codes: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    troubles: tuple[Finding, ...] = ()
    not_checked: tuple[tuple[str, str], ...] = ()


def check(report: Report, edition: Edition | None = None, evidence: Evidence | None = None) -> Checked:
    """All findings on ``report``, worst first, in the order of the forms."""
    edition = edition or load(report.edition)
    evidence = evidence or Evidence()
    desk = _desk(report, edition, evidence)
    not_checked = [NotChecked("", title, reason) for title, reason in evidence.not_checked]
    findings = list(evidence.troubles)
    if not report.amounts:
        findings.append(Finding("figures-01", Severity.ERROR, "没有金额", "no_figures"))
    checked = _identities(desk, findings, not_checked)
    _others(desk, findings, not_checked)
    findings += typed_percentages(desk)
    suspects: tuple[Suspect, ...] = ()
    again = partial(_all_again, edition=edition, evidence=evidence)
    if any(finding.kind == "unit_cover" for finding in findings):
        # In the right unit nothing may be wrong: no figure is to be blamed.
        findings = [of_the_cover(finding) for finding in findings]
        findings = in_group(COVER_GROUP, findings, again(replace(report, unit=Unit.WAN)))
    else:
        roots = gather(desk, findings, lambda other, bad: _judged_again(other, edition, evidence, bad))
        findings, suspects = settle(desk, roots)
        findings = folded(desk, findings, suspects, roots.desk.report, again)
    findings = pointed(desk, findings, suspects)
    tails = tuple(item for item in desk.broken if item.tail)
    findings += _tails(desk, tails)
    rank = {form: number for number, form in enumerate(edition.forms)}
    causes = {f"{CAUSE}{number}": suspect.cell.place for number, suspect in enumerate(suspects, 1)}
    findings.sort(key=lambda finding: _order(finding, rank, causes))
    return Checked(
        edition.id,
        report.unit.value,
        tuple(findings),
        checked if report.amounts else 0,
        tuple(not_checked),
        tails,
        suspects,
        dict(report.explanations),
    )


def _judged_again(
    report: Report, edition: Edition, evidence: Evidence, bad: frozenset[Ref] = frozenset()
) -> tuple[Desk, list[Finding]]:
    desk, findings = _desk(report, edition, evidence), list[Finding]()
    desk.unread = bad
    _identities(desk, findings, [])
    return desk, findings


def _all_again(report: Report, edition: Edition, evidence: Evidence) -> list[Finding]:
    """Every finding of the rules, on figures that can all be read."""
    desk, findings = _judged_again(report, edition, evidence)
    _others(desk, findings, [])
    return findings


def _desk(report: Report, edition: Edition, evidence: Evidence) -> Desk:
    return Desk(
        report,
        edition,
        Figures(report, edition),
        identities(edition, report),
        formulas=evidence.formulas,
        unrounded=evidence.unrounded,
        notes=evidence.notes,
        missing=evidence.missing,
        percentages=evidence.percentages,
        codes=evidence.codes,
        unread=unread(evidence.troubles),
    )


def explain(
    report: Report, cell: str, edition: Edition | None = None, evidence: Evidence | None = None
) -> list[str]:
    """What the identities say about one cell, line by line; see ``explain.explain_cell``."""
    from xltools.rules.cell import explain_cell

    desk = _desk(report, edition or load(report.edition), evidence or Evidence())
    _identities(desk, [], [])
    return list(explain_cell(desk, cell))


def _order(
    finding: Finding, rank: Mapping[str, int], causes: Mapping[str, Place | None]
) -> tuple[int, bool, bool, int]:
    """Worst first; a form in the wrong unit, or the cell that is a cause, before all that follows from it;
    then by form."""
    first = finding.cells[0] if finding.cells else None
    place = rank.get(form_of(first.ref.form), len(rank)) if first and first.ref else len(rank)
    known = first is not None and first.place is not None and bool(first.place.cell)
    is_cause = known and first is not None and causes.get(finding.group) == first.place
    return finding.severity.rank, finding.kind not in ("unit_cover", "unit_factor"), not is_cause, place


# --- identities ----------------------------------------------------------------------------------------


def _identities(desk: Desk, findings: list[Finding], not_checked: list[NotChecked]) -> int:
    """Holds the figures against the equations; returns how many constraints were looked at."""
    checked = 0
    differences = desk.identities.differences(desk.figures)
    for rule in desk.edition.rules:
        if not rule.equations:
            continue
        reason, numbers = _applicable(rule, desk)
        if reason:
            not_checked.append(NotChecked(rule.id, rule.title, reason))
        checked += len(numbers)
        excused = []
        for item in broken(rule, desk.identities, numbers, differences, desk.figures):
            desk.broken.append(item)
            if not item.tail:
                finding = _finding(desk, item)
                findings.append(finding)
                if finding.kind == "inequality_negative":
                    excused.append(item.constraint)
        applied = desk.identities.chosen(rule.id, numbers)
        if excused:
            # What may be broken here must not be held against the other figures either.
            applied = tuple(constraint for constraint in applied if constraint not in excused)
        desk.applied.append((rule, applied))
    return checked


def _applicable(rule: Rule, desk: Desk) -> tuple[str, Sequence[int]]:
    """Why (part of) a rule is not checked ("" when it is, or does not concern this unit); the numbers
    of its constraints that are."""
    when = rule.when
    numbers: Sequence[int] = desk.identities.numbers[rule.id]
    if (when.kinds or when.scopes) and (reason := _other_unit(rule, desk)) is not None:
        return reason, ()
    if when.present and not any(_printed(text, desk) for text in when.present):
        return "", ()
    if not holds(desk.identities.conditions[rule.id], desk.figures):
        return "", ()
    if desk.missing:
        refs = [ref for number in numbers for ref in desk.identities.constraints[number].refs]
        absent = [
            f for f in desk.edition.forms if f in desk.missing and any(form_of(r.form) == f for r in refs)
        ]
        if absent:
            names = "、".join(desk.edition.forms[form].number for form in absent)
            return f"缺少{names}", [n for n in numbers if not _concerns(desk, n, absent)]
    if when.given:
        kept = [number for number in numbers if _given(desk.identities.constraints[number], desk)]
        name = {"last_year": "上年数", "budget": "年初预算数"}[when.given]
        return "" if len(kept) == len(numbers) else f"没有填写所需的{name}", kept
    return "", numbers


def _other_unit(rule: Rule, desk: Desk) -> str | None:
    """Why 封面 does not tell that a rule concerns this unit, "" where it does not; None where it does."""
    cover, when = desk.report.cover, rule.when
    for wanted, value, known, name in (
        (when.kinds, cover.kind, desk.edition.kinds, "单位性质"),
        (when.scopes, cover.scope, desk.edition.scopes, "公开类型"),
    ):
        if wanted and not value:
            return f"封面没有填写{name}，或填写有误"
        if wanted and value not in known:
            return f"封面的{name}“{value}”不在可选的{name}之中"
        if wanted and value not in wanted:
            return ""
    return None


def _concerns(desk: Desk, number: int, forms: Iterable[str]) -> bool:
    return any(form_of(ref.form) in forms for ref in desk.identities.constraints[number].refs)


def _printed(text: str, desk: Desk) -> bool:
    form, _, rest = text.partition("[")
    line = rest.partition(",")[0]
    return line in desk.report.lines.get(form, ())


def _given(constraint: Constraint, desk: Desk) -> bool:
    return all(desk.figures.has(ref) for ref in constraint.refs if "." in ref.form)


_LIMITS = {">": "大于", ">=": "不小于", "<": "小于", "<=": "不大于"}
_VERDICTS = {">": "应大于零", ">=": "为负数", "<": "应小于零", "<=": "为正数"}


def _finding(desk: Desk, item: Broken) -> Finding:
    constraint, rule = item.constraint, item.rule
    terms = constraint.left + constraint.right
    first = _looked_at(desk, constraint)
    shown = [term.ref for term in terms if _worth_showing(term, desk, constraint)]
    cells = tuple(desk.cell(ref) for ref in sorted(shown, key=lambda ref: ref != first))
    kind, severity = _judged(desk, item)
    facts = {
        "gap": desk.show(item.gap, desk.figures.is_count(terms[0].ref)),
        "allowed": f"{item.allowed:f}",
        "value": cells[0].value or ("读不出" if cells[0].ref in desk.unread else "空白"),
        "arithmetic": arithmetic(desk, item),
        "verdict": _VERDICTS.get(constraint.operator, ""),
    }
    if len(constraint.left) == 1 and constraint.operator in _LIMITS:
        right = desk.show(item.right, desk.figures.is_count(terms[0].ref)) if constraint.right else "0"
        facts["expected"] = f"{_LIMITS[constraint.operator]} {right}"
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
        remedy=rule.remedy,
    )


_ALL_MONEY = ("summary", "revenue", "expenditure")
"""The forms that hold all money: a negative figure here is 红字 of what is no fiscal appropriation too."""


def _judged(desk: Desk, item: Broken) -> tuple[str, Severity]:
    """The wording and the severity of a broken identity."""
    constraint, severity = item.constraint, SEVERITY[item.rule.kind]
    softened = max(severity, Severity.VERIFY, key=lambda s: s.rank)
    if not constraint.right:
        if constraint.operator == "=":
            return "zero", severity
        return ("sign" if len(constraint.left) == 1 else "sign_sum"), severity
    if constraint.operator != "=":
        if not desk.negative.isdisjoint({*_ALL_MONEY, *(ref.form for ref in constraint.refs)}):
            # A part may exceed its whole where the rest of the whole is negative.
            return "inequality_negative", softened
        return ("inequality" if item.allowed else "inequality_exact"), severity
    if constraint.exact and len(constraint.left) == len(constraint.right) == 1:
        # Two systems that round apart, or a copy; no reader is misled by a hundredth, but he will ask.
        close = item.gap <= desk.figures.slack(constraint.left + constraint.right)
        return ("repeated_close", softened) if close else ("repeated", severity)
    return ("equality" if item.allowed else "equality_exact"), severity


def _worth_showing(term: Term, desk: Desk, constraint: Constraint) -> bool:
    """Blank addends of a sum say nothing; the figure that is judged always does."""
    said = desk.figures.has(term.ref) or term.ref in desk.unread or len(constraint.right) == 1
    return said or term.ref == _looked_at(desk, constraint)


def _looked_at(desk: Desk, constraint: Constraint) -> Ref:
    """The figure to look at first: the one that is judged; of a sum the first that is printed."""
    return next((term.ref for term in constraint.left if desk.figures.has(term.ref)), constraint.left[0].ref)


def _tails(desk: Desk, tails: Iterable[Broken]) -> list[Finding]:
    """尾差, listed once per table (or set of tables)."""
    groups: dict[tuple[str, ...], list[Broken]] = {}
    for item in tails:
        concerned = tuple(dict.fromkeys(form_of(ref.form) for ref in item.constraint.refs))
        groups.setdefault(concerned, []).append(item)
    findings = []
    for forms, items in groups.items():
        listed = "；".join(
            f"{where(desk, item)}{arithmetic(desk, item)}，差 {desk.show(item.gap)}" for item in items
        )
        name = " 与 ".join(desk.edition.forms[form].name for form in forms)
        cells = tuple(desk.cell(_looked_at(desk, item.constraint)) for item in items)
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


# --- rules that are no equations -----------------------------------------------------------------------


def _others(desk: Desk, findings: list[Finding], not_checked: list[NotChecked]) -> None:
    for rule in desk.edition.rules:
        if rule.check in structure.CHECKS:
            if reason := structure.blind(desk, rule):
                not_checked.append(NotChecked(rule.id, rule.title, reason))
            else:
                findings += structure.CHECKS[rule.check](desk, rule)
    if desk.edition.self_evaluation:
        _evaluations(desk, findings, not_checked)
    if desk.missing:
        not_checked.append(NotChecked("narrative", "情况说明", "缺少决算表"))
    else:
        findings += narrative.check(desk.report, desk.edition)


def _evaluations(desk: Desk, findings: list[Finding], not_checked: list[NotChecked]) -> None:
    sheets = evaluation.sheets(desk.report, desk.edition)
    for sheet in sheets:
        if sheet.blank:
            not_checked.append(NotChecked("self_evaluation", sheet.name, "这张自评表没有填写"))
            continue
        for rule in desk.edition.rules:
            if rule.check in evaluation.CHECKS:
                findings += evaluation.CHECKS[rule.check](sheet, rule)
    if not sheets:
        not_checked.append(NotChecked("self_evaluation", "项目支出绩效自评", "没有填写绩效自评表"))
