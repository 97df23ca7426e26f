"""Where a finding points: to its cause, to the figure to look at first; groups by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltools.editions import Edition
from xltools.editions.equation import form_of
from xltools.finding import CAUSE, Finding, Suspect
from xltools.report import Ref
from xltools.rules.desk import Desk
from xltools.rules.units import COVER_GROUP

_POINTERS = {
    "missing": "请先补上{line}这一行。",
    "line": "请先查{line}下面漏掉的一行。",
    "shifted": "请先把错行的 {first} 至 {last} 改正。",
    "unit": "请先换算{form}的金额单位。",
}
"""What comes first where the cause is more than wrong figures, by kind of suspect."""


def pointed(desk: Desk, findings: list[Finding], suspects: Sequence[Suspect]) -> list[Finding]:
    """``findings`` with what to look at first, in groups by cause, without hints that would mislead."""
    return _without_echoes(_grouped(_pointing(desk, findings, suspects), desk.edition, suspects), suspects)


def _pointing(desk: Desk, findings: list[Finding], suspects: Sequence[Suspect]) -> list[Finding]:
    """Every finding on an identity says which figure to look at first: the suspect with which it vanishes,
    one of its figures that is suspected, or the one that most other findings speak of too. A formula is not
    looked at: what it adds up is."""
    identities = [finding for finding in findings if finding.gap is not None]
    named = Counter(ref for finding in identities for ref in {cell.ref for cell in finding.cells})
    return [
        replace(finding, remedy=_remedy(desk, finding, suspects, named))
        if finding.gap is not None and not finding.remedy
        else finding
        for finding in findings
    ]


def _remedy(
    desk: Desk, finding: Finding, suspects: Sequence[Suspect], named: Mapping[Ref | None, int]
) -> str:
    cause = _cause(finding, suspects)
    if cause is not None and cause.kind == "share" and cause.cell.ref == finding.cells[0].ref:
        return f"依据：{finding.basis}。"
    if cause is not None and cause.kind == "cell" and cause.suggested and (cause.unique or not cause.among):
        value = f"应为 {cause.suggested[0]}" if cause.suggested[0] else "应为空白"
        return f"依据：{finding.basis}。请先改 {cause.cell.address}：{value}。"
    if cause is not None and cause.kind in _POINTERS:
        return f"依据：{finding.basis}。" + _first(cause)
    if finding.group == COVER_GROUP:
        return f"依据：{finding.basis}。请先改封面的金额单位。"
    if cause is not None:
        own = {cell.ref for cell in finding.cells}
        mine = [cell for cell, _ in cause.changes if cell.ref in own]
        return f"依据：{finding.basis}。请先核对 {(mine or [cause.cell])[0].address}。"
    if len(finding.cells) == 1:
        return f"依据：{finding.basis}。"
    suspected = {suspect.cell.ref for suspect in suspects}
    formulas = desk.formulas or {}
    worst = max(
        finding.cells,
        key=lambda cell: (cell.ref in suspected, cell.ref not in formulas, named[cell.ref]),
    )
    what = " 引用的明细" if worst.ref in formulas and worst.ref not in suspected else ""
    return f"依据：{finding.basis}。请先核对 {worst.address}{what}{_also(named[worst.ref] - 1)}。"


def _first(cause: Suspect) -> str:
    changed = [cell for cell, _ in cause.changes] or [cause.cell]
    return _POINTERS[cause.kind].format(
        form=cause.cell.label.split(" ")[0],
        line=cause.cell.label.partition(" · ")[0],
        first=changed[0].address,
        last=changed[-1].address,
    )


def _cause(finding: Finding, suspects: Sequence[Suspect]) -> Suspect | None:
    number = finding.group.removeprefix(CAUSE)
    if not finding.group.startswith(CAUSE) or not number.isdigit():
        return None
    suspect = suspects[int(number) - 1]
    return None if suspect.kind == "soft" else suspect  # a rule that does not hold here is no figure


def _also(others: int) -> str:
    return f"（另有 {others} 条问题也指向它）" if others > 0 else ""


def _grouped(findings: list[Finding], edition: Edition, suspects: Sequence[Suspect]) -> list[Finding]:
    """The findings that follow from a form in the wrong unit belong to one group with it."""
    wrong = {
        form.id: finding.group
        for finding in findings
        if finding.kind == "unit_factor"
        for form in edition.forms.values()
        if form.name == finding.cells[0].label
    }
    if not wrong:
        return findings
    for number, suspect in enumerate(suspects, 1):
        if suspect.kind == "unit" and suspect.cell.ref and suspect.cell.ref.form in wrong:
            wrong[suspect.cell.ref.form] = f"{CAUSE}{number}"
    result = []
    for finding in findings:
        forms = {form_of(cell.ref.form) for cell in finding.cells if cell.ref}
        group = next((wrong[form] for form in wrong if form in forms and len(forms) > 1), finding.group)
        result.append(replace(finding, group=group))
    return result


def of_the_cover(finding: Finding) -> Finding:
    """What is out of balance follows from the 金额单位 on 封面."""
    return finding if finding.gap is None else replace(finding, group=COVER_GROUP)


def _without_echoes(findings: list[Finding], suspects: Sequence[Suspect]) -> list[Finding]:
    """Without the hints on totals typed over whose sum is told to be out by a finding: to restore the formula
    is right only where the total itself is wrong."""
    told = {finding.cells[0].ref for finding in findings if finding.gap is not None and finding.cells}
    wrong = {suspect.cell.ref for suspect in suspects if suspect.kind == "cell"}
    return [
        finding
        for finding in findings
        if finding.kind not in ("typed_over", "typed_over_blank")
        or finding.cells[0].ref in wrong
        or finding.cells[0].ref not in told
        or not suspects
    ]
