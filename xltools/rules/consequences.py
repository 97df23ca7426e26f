"""What else vanishes with a cause: findings of rules that are no identities, folded into its group.

A line that is empty only because its amount was left out, a negative figure whose sign is wrong, a sentence
held against a wrong total: the joint verdict knows identities alone. So each cause is put right on paper,
with the totals that formulas compute, and the rules are asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from xltools.amount import ZERO, NotAnAmount, parse
from xltools.finding import CAUSE, Finding, Severity, Suspect
from xltools.report import Ref, Report
from xltools.rules.desk import Desk
from xltools.rules.live import reads

_FIGURES = frozenset(("cell", "twice", "exchange", "stale", "shifted", "unit", "unread"))
"""Kinds of causes that are wrong figures with their right ones."""
_PASSES = 6
"""Sums above each other in a form, and one to see that nothing moves any more."""

Recheck = Callable[[Report], Iterable[Finding]]
"""A report with other figures → all findings on it."""


def folded(
    desk: Desk, findings: list[Finding], suspects: Sequence[Suspect], renamed: Report, recheck: Recheck
) -> list[Finding]:
    """``findings`` with those that vanish with one of the ``suspects`` in its group. ``renamed`` is the
    report with a wrong code put right. Nothing is asked again where nothing is left over."""
    read: Mapping[Ref, Collection[Ref] | None] | None = None
    findings = [_about_a_cause(finding, suspects) for finding in findings]
    for number, suspect in enumerate(suspects, 1):
        if suspect.alternative or not any(map(_may_follow, findings)):
            continue
        world = renamed if suspect.kind == "code" and renamed is not desk.report else None
        if suspect.kind in _FIGURES and (changes := _figures(desk, suspect)):
            read = reads(desk) if read is None else read
            world = _mended(desk, changes, read)
        if world is None:
            continue
        findings = in_group(f"{CAUSE}{number}", findings, recheck(world))
    return findings


def in_group(group: str, findings: list[Finding], after: Iterable[Finding]) -> list[Finding]:
    """``findings`` with those that have no cause yet and are not among ``after`` in the group."""
    left = {_key(finding) for finding in after}
    return [replace(f, group=group) if _may_follow(f) and _key(f) not in left else f for f in findings]


def _about_a_cause(finding: Finding, suspects: Sequence[Suspect]) -> Finding:
    """A hint on a total typed over that is itself the cause belongs to it."""
    if finding.group or finding.kind not in ("typed_over", "typed_over_blank"):
        return finding
    ref = finding.cells[0].ref
    for number, suspect in enumerate(suspects, 1):
        if suspect.kind == "cell" and not suspect.alternative and suspect.cell.ref == ref:
            return replace(finding, group=f"{CAUSE}{number}")
    return finding


def _may_follow(finding: Finding) -> bool:
    """Whether a finding has no cause yet and may have one: not what 自评 says of itself, nor hints, which
    nobody has to answer."""
    own = finding.rule.startswith(("self_evaluation", "reading", "rounding", "joint"))
    return not finding.group and finding.severity is not Severity.HINT and not own


def _key(finding: Finding) -> tuple[str, str, tuple[object, ...]]:
    first = finding.cells[0] if finding.cells else None
    return finding.rule, finding.kind, (first.label, first.ref) if first else ()


def _figures(desk: Desk, suspect: Suspect) -> dict[Ref, Decimal | None]:
    """The right figures of a cause; none where one of them stands elsewhere than in the forms."""
    found: dict[Ref, Decimal | None] = {}
    for cell, text in suspect.changes:
        if cell.ref is None or cell.ref.form not in desk.edition.forms:
            return {}
        try:
            found[cell.ref] = parse(text)
        except NotAnAmount:
            return {}
    return found


def _mended(
    desk: Desk, changes: Mapping[Ref, Decimal | None], read: Mapping[Ref, Collection[Ref] | None]
) -> Report:
    """The report with the right figures, and with the totals that formulas compute from them."""
    amounts = dict(desk.report.amounts)
    _put(amounts, changes)
    moving = set(changes)
    while more := {ref for ref, parts in read.items() if ref not in moving and parts and moving & set(parts)}:
        moving |= more
    totals = moving - set(changes)
    sums = [
        (constraint.left[0].ref, constraint.right)
        for constraint in desk.identities.constraints
        if constraint.operator == "=" and len(constraint.left) == 1 and constraint.left[0].ref in totals
        and all(term.ref in (read[constraint.left[0].ref] or ()) for term in constraint.right
                if desk.figures.has(term.ref) or term.ref in desk.unread)
    ]  # fmt: skip
    for _ in range(_PASSES):
        values = {
            ref: sum((term.coefficient * amounts.get(term.ref, ZERO) for term in parts), ZERO)
            for ref, parts in sums
        }
        if all(amounts.get(ref, ZERO) == value for ref, value in values.items()):
            break
        _put(amounts, values)
    return replace(desk.report, amounts=amounts)


def _put(amounts: dict[Ref, Decimal], values: Mapping[Ref, Decimal | None]) -> None:
    for ref, value in values.items():
        if value is None:
            amounts.pop(ref, None)
        else:
            amounts[ref] = value
