"""Where a finding points: to its cause, to the figure to look at first; groups by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from xltools.editions import Edition
from xltools.editions.equation import form_of
from xltools.finding import CAUSE, Finding, Suspect
from xltools.report import Ref
from xltools.rules.units import COVER_GROUP


def pointed(findings: list[Finding], suspects: Sequence[Suspect], edition: Edition) -> list[Finding]:
    """``findings`` with what to look at first, in groups by cause, without hints that would mislead."""
    return _without_echoes(_grouped(_pointing(findings, suspects), edition, suspects), suspects)


_POINTERS = {
    "missing": "请先补上{line}这一行。",
    "line": "请先查{line}下面漏掉的一行。",
    "shifted": "请先把错行的 {first} 至 {last} 改正。",
    "unit": "请先换算{form}的金额单位。",
}
"""What comes first where the cause is more than wrong figures, by kind of suspect."""


def _pointing(findings: list[Finding], suspects: Sequence[Suspect]) -> list[Finding]:
    """Every finding on an identity says which of its figures to look at first: a suspect, or the one that
    most other findings speak of too."""
    identities = [finding for finding in findings if finding.gap is not None]
    named = Counter(ref for finding in identities for ref in {cell.ref for cell in finding.cells})
    suspected = {suspect.cell.ref for suspect in suspects}
    causes = {f"{CAUSE}{number}": suspect for number, suspect in enumerate(suspects, 1)}
    return [
        finding
        if finding.gap is None or finding.remedy
        else replace(finding, remedy=f"依据：{finding.basis}。" + _pointer(finding, named, suspected, causes))
        for finding in findings
    ]


def _pointer(
    finding: Finding,
    named: Mapping[Ref | None, int],
    suspected: Collection[Ref | None],
    causes: Mapping[str, Suspect],
) -> str:
    cause = causes.get(finding.group)
    if cause and cause.kind == "cell" and cause.suggested and (cause.unique or not cause.among):
        value = f"应为 {cause.suggested[0]}" if cause.suggested[0] else "应为空白"
        return f"请先改 {cause.cell.address}：{value}。"
    if cause and cause.kind in _POINTERS:
        return _POINTERS[cause.kind].format(
            form=cause.cell.label.split(" ")[0],
            line=cause.cell.label.partition(" · ")[0],
            first=cause.changes[0][0].address if cause.changes else cause.cell.address,
            last=cause.changes[-1][0].address if cause.changes else cause.cell.address,
        )
    if finding.group == COVER_GROUP:
        return "请先改封面的金额单位。"
    if len(finding.cells) == 1:
        return ""
    worst = max(finding.cells, key=lambda cell: (cell.ref in suspected, named[cell.ref]))
    others = named[worst.ref] - 1
    also = f"（另有 {others} 条问题也指向它）" if others and not cause else ""
    return f"请先核对 {worst.address}{also}。"


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
