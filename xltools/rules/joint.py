"""The joint verdict: all identities at once, through ``reconcile``, and who is to blame.

Single identities are judged by their own envelopes; only together do they show whether one set of exact
amounts stands behind all printed figures. What comes of it: an 错误 where each identity alone looks like a
尾差, a 口径差异 where a publisher adds up rounded figures, suspects with the values they should have, and
groups of findings with one cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from xltools import reconcile
from xltools.amount import ZERO, Unit, half_up, show
from xltools.editions.equation import form_of
from xltools.finding import CAUSE, Finding, Severity, Suspect
from xltools.report import Ref
from xltools.rules.arithmetic import identity_text
from xltools.rules.beside import Beside, beside
from xltools.rules.desk import Desk
from xltools.rules.live import reads
from xltools.rules.percentages import ANALYSIS, RULE
from xltools.rules.roots import Roots

_SHOWN = 5
_RIVALS = 8
"""Explanations told at most, the best set among them."""
_PLAUSIBLE = 0.02
_NAMES = {
    reconcile.Convention.SUMMED: "合计是由已四舍五入的数相加得出的",
    reconcile.Convention.EVEN: "金额是按四舍六入五成双取位的",
    reconcile.Convention.TRUNCATED: "金额是截去尾数取位的",
    reconcile.Convention.TIE: "某个金额恰好在进位点上（元数以50.00结尾），两处进位不同",
}


def settle(desk: Desk, roots: Roots) -> tuple[list[Finding], tuple[Suspect, ...]]:
    """The findings as the joint verdict leaves them, and the suspects: first the causes that are known
    without it, then its own, most probable first."""
    findings = roots.findings
    judged = roots.desk
    applied = [(rule, constraints) for rule, constraints in judged.applied if constraints]
    if not applied or not judged.report.amounts:
        return findings, tuple(roots.suspects)
    more = beside(judged)
    desk.others = judged.others = more.cells
    outcome = reconcile.solve_rules(
        applied, judged.figures.values, judged.report, more.shares, more.extra, more=more.more,
        formulas=lambda: reads(judged), unread=roots.unread, loose=roots.loose,
    )  # fmt: skip
    blamed = _Blamed(judged, more, outcome, len(roots.suspects))
    if outcome.convention is reconcile.Convention.TIE:
        # One chance in ten thousand that nothing is wrong: say it, and lead to the likely figure.
        grouped, suspects = _with_causes(blamed, findings)
        told = any(_is_identity(desk, finding) for finding in grouped)
        findings = grouped if told else [*grouped, *_as_habit(desk, [], outcome)]
        return findings, (*roots.suspects, *suspects)
    if outcome.verdict is reconcile.Verdict.CONVENTION:
        return _as_habit(desk, findings, outcome), tuple(roots.suspects)
    if outcome.verdict in (reconcile.Verdict.ERROR, reconcile.Verdict.VERIFY):
        findings, suspects = _with_causes(blamed, findings)
        return findings, (*roots.suspects, *suspects)
    return findings, tuple(roots.suspects)


class _Blamed(NamedTuple):
    """What was judged, with what outcome; ``before`` counts the causes that were known already."""

    desk: Desk
    more: Beside
    outcome: reconcile.Outcome
    before: int

    def name(self, number: int) -> str:
        """The group of the suspect with this number, from 0."""
        return f"{CAUSE}{self.before + number + 1}"


# --- 口径差异 --------------------------------------------------------------------------------------------


def _as_habit(desk: Desk, findings: list[Finding], outcome: reconcile.Outcome) -> list[Finding]:
    """What a publisher's habit explains is one hint, no error and nothing to explain."""
    excused = [finding for finding in findings if _is_identity(desk, finding) and not finding.group]
    kept = [finding for finding in findings if finding not in excused]
    forms = [desk.edition.forms[form] for form in outcome.forms if form in desk.edition.forms]
    cells = tuple(finding.cells[0] for finding in excused if finding.cells) or tuple(
        desk.form_cell(form) for form in forms
    )
    listed = "；".join(
        f"{f.cells[0].label}：{f.facts.get('arithmetic') or f.said.rstrip('。')}" for f in excused if f.cells
    )
    facts = {
        "forms": "、".join(form.number for form in forms) or "各表",
        "habit": _NAMES.get(outcome.convention, outcome.convention.value),
        "count": f"（{len(excused)}条）" if excused else "",
        "list": listed or "单条关系都在尾差之内，合起来才看得出",
    }
    hint = Finding(
        "rounding-02",
        Severity.HINT,
        "口径差异",
        "convention",
        cells[:_SHOWN],
        facts,
        basis="各地公布口径不同：合计可由元数四舍五入，也可由已四舍五入的数相加",
        group="口径差异",
    )
    return [*kept, hint]


def _is_identity(desk: Desk, finding: Finding) -> bool:
    rule = desk.edition.rule_of.get(finding.rule)
    return (
        rule is not None
        and bool(rule.equations)
        and rule.kind == "逻辑性"
        and finding.severity is not Severity.HINT
    )


# --- causes --------------------------------------------------------------------------------------------


def _with_causes(blamed: _Blamed, findings: list[Finding]) -> tuple[list[Finding], tuple[Suspect, ...]]:
    desk, outcome, more = blamed.desk, blamed.outcome, blamed.more
    suspects = _chosen(outcome)
    grouped = _grouped(blamed, findings, suspects)
    if outcome.verdict is reconcile.Verdict.ERROR:
        own = [finding for finding in grouped if _since(finding, blamed)]
        untold = [chain for chain in outcome.conflicts if not _told(desk, chain, own, more)]
        named = {f.group for f in own if f.severity is Severity.ERROR or f.rule == RULE}
        causes = [s for number, s in enumerate(suspects) if blamed.name(number) in named]
        untold = [chain for chain in untold if not _concerns(chain, causes)][:_SHOWN]
        # A percentage that cannot be right is no 尾差.
        wrong = {ref for chain in untold for item in chain for ref, _ in _marks(item, more)}
        grouped = [f for f in grouped if f.kind != "narrative_tail" or f.cells[0].ref not in wrong]
        grouped += [_impossible(desk, chain) for chain in untold]
    best = outcome.sets[0][1] if outcome.sets else ()
    return grouped, tuple(_suspect(desk, one, more)._replace(alternative=one not in best) for one in suspects)


def _since(finding: Finding, blamed: _Blamed) -> bool:
    """Whether a finding is no matter of the causes that were known before."""
    number = finding.group.removeprefix(CAUSE)
    return not number.isdigit() or int(number) > blamed.before


def _told(desk: Desk, chain: Sequence[reconcile.Identity], findings: Iterable[Finding], more: Beside) -> bool:
    """Whether a single rule says already what ``chain`` proves: another error of an identity for one of the
    forms alone; for one with a percentage or a score, a finding on it or on an identity of the chain."""
    worse = [finding for finding in findings if finding.severity is not Severity.HINT]
    outside = {mark for item in chain for mark in _marks(item, more)}
    if not outside:
        return any(f.severity is Severity.ERROR and _is_identity(desk, f) for f in worse)
    steps = {(item.rule, frozenset(item.refs)) for item in chain}
    return any(_key(finding) in steps or not outside.isdisjoint(_marked(finding)) for finding in worse)


def _chosen(outcome: reconcile.Outcome) -> list[reconcile.Suspect]:
    """The best explanation first, then its rivals that are worth a look."""
    best = list(outcome.sets[0][1]) if outcome.sets else []
    rivals = [s for s in outcome.suspects if s not in best and s.confidence >= _PLAUSIBLE]
    return [s for s in (best + rivals) if s.refs][: max(_RIVALS, len(best))]


def _concerns(chain: Sequence[reconcile.Identity], causes: Iterable[reconcile.Suspect]) -> bool:
    """Whether figures of a chain are among those that are the cause of other findings."""
    refs = {ref for item in chain for ref in item.refs}
    return any(not refs.isdisjoint(cause.refs) for cause in causes)


def _grouped(
    blamed: _Blamed, findings: list[Finding], suspects: Sequence[reconcile.Suspect]
) -> list[Finding]:
    causes: dict[tuple[str, frozenset[Ref]], str] = {}
    marks: dict[Mark, str] = {}
    for group in blamed.outcome.groups:
        if group.cause in suspects:
            name = blamed.name(suspects.index(group.cause))
            causes |= {(item.rule, frozenset(item.refs)): name for item in group.broken}
            marks |= {mark: name for item in group.broken for mark in _marks(item, blamed.more)}
    quoted = {s.refs[0]: (blamed.name(n), s) for n, s in enumerate(suspects) if s.kind == "cell"}
    return [
        finding
        if finding.group or not finding.cells
        else replace(finding, group=_group(finding, causes, marks) or _quoting(finding, quoted))
        for finding in findings
    ]


def _group(
    finding: Finding, causes: Mapping[tuple[str, frozenset[Ref]], str], marks: Mapping[Mark, str]
) -> str:
    own = next((marks[mark] for mark in _marked(finding) if mark in marks), "")
    return causes.get(_key(finding), own)


def _quoting(finding: Finding, quoted: Mapping[Ref, tuple[str, reconcile.Suspect]]) -> str:
    """The group of a sentence that says what a wrong figure should be."""
    ref = finding.cells[1].ref if len(finding.cells) == 2 else None
    if finding.kind not in _QUOTED or ref is None or ref not in quoted:
        return ""
    group, suspect = quoted[ref]
    said = finding.cells[0].value.removesuffix("万元")
    right = {show(value or ZERO) for value in suspect.suggested}
    right |= {show(half_up((value or ZERO) / 10000)) for value in suspect.suggested}
    return group if said in right or not finding.facts.get("fact", "").endswith("]") else ""


Mark = tuple[Ref, str]
"""A place beside the forms, and which of the facts of its sentence where it is one."""
_ARITHMETIC = frozenset(
    ("fund_arithmetic", "fund_rate_text", "fund_score", "score_total", "narrative_value", "narrative_unsure",
     "percentage")
)  # fmt: skip
"""Findings of single rules on what the joint verdict judges too."""


_QUOTED = frozenset(("narrative_value", "narrative_direction"))


def _marks(item: reconcile.Identity, more: Beside) -> Iterator[Mark]:
    """Where the figures of an identity stand that are no figures of the forms."""
    for ref in item.refs:
        cell = more.cells.get(ref)
        if cell is not None and cell.ref is not None and "." not in ref.form:
            yield cell.ref, more.facts.get(ref, "")


def _marked(finding: Finding) -> Iterator[Mark]:
    if finding.kind in _ARITHMETIC and finding.cells and finding.cells[0].ref:
        yield finding.cells[0].ref, finding.facts.get("fact", "")


def _key(finding: Finding) -> tuple[str, frozenset[Ref]]:
    return finding.rule, frozenset(cell.ref for cell in finding.cells if cell.ref and cell.value)


def _impossible(desk: Desk, chain: Iterable[reconcile.Identity]) -> Finding:
    """Each identity alone is within its envelope; together they cannot hold."""
    steps = list(chain)
    refs = list(dict.fromkeys(ref for item in steps for ref in item.refs))
    forms = list(dict.fromkeys(form_of(ref.form) for ref in refs))
    told = list(dict.fromkeys(identity_text(desk, item) for item in steps))
    facts = {"count": str(len(told)), "list": "；".join(told)}
    first = desk.edition.forms.get(forms[0])
    cells = tuple(desk.cell(ref) for ref in refs)
    if first is not None:
        cells = (desk.form_cell(first)._replace(ref=refs[0]), *cells)
    # What stands in 分析 is not published.
    unpublished = any(ref.form == ANALYSIS for ref in refs)
    return Finding(
        "joint-01",
        Severity.VERIFY if unpublished else Severity.ERROR,
        "合起来不能同时成立",
        "joint" if len(told) > 1 else "joint_single",
        cells,
        facts,
        basis="每个印出的数只代表四舍五入后与它相同的金额",
        remedy="请按“最可能的原因”核对。",
    )


def _suspect(desk: Desk, suspect: reconcile.Suspect, more: Beside) -> Suspect:
    cell = desk.cell(suspect.refs[0])
    suggested = tuple(more.shown(suspect.refs[0], value) for value in suspect.suggested)
    changes = tuple((desk.cell(ref), more.shown(ref, value)) for ref, value in suspect.changes)
    if suspect.kind == "share" and suspect.suggested:
        values = more.likeliest(desk, suspect.refs[0], [value or ZERO for value in suspect.suggested])
        told = [more.told(suspect.refs[0], value) for value in values]
        suggested, changes = tuple(text for text, _ in told), ((cell, told[0][1]),)
    return Suspect(
        cell=cell,
        suggested=suggested,
        why=_why(desk, suspect),
        confidence=suspect.confidence,
        resolves=suspect.resolves,
        proof=tuple(dict.fromkeys(identity_text(desk, item) for item in suspect.proof)),
        kind=suspect.kind,
        unique=suspect.unique,
        changes=changes,
        among=_among(desk, suspect),
    )


def _why(desk: Desk, suspect: reconcile.Suspect) -> str:
    """The mechanism; the budget of the same item in an actual's cell says more than its digits."""
    ref = suspect.refs[0]
    form = desk.edition.forms.get(ref.form)
    if suspect.kind != "cell" or form is None or ref.column not in form.column_of or not desk.value(ref):
        return suspect.why
    planned = form.column_of[ref.column].title.replace("决算数", "预算数", 1)
    for column in form.columns:
        if column.title == planned and column.id != ref.column:
            same = desk.value(ref) == desk.value(Ref(ref.form, ref.line, column.id))
            return "误填预算数" if same else suspect.why
    return suspect.why


def _among(desk: Desk, suspect: reconcile.Suspect) -> tuple[str, str] | None:
    """The least and the greatest figure that would print what the other figures leave open."""
    ref = suspect.refs[0]
    bounds = (suspect.low, suspect.high)
    if suspect.kind not in ("cell", "twice") or len(suspect.suggested) < 2 or desk.figures.is_count(ref):
        return None
    if bounds[0] is None or bounds[1] is None:
        return None
    per_yuan = 1 if desk.report.unit is Unit.YUAN else 10_000
    # Of several figures that share one slip the bounds are those of the slip.
    start = (desk.value(ref) or ZERO) if suspect.kind == "twice" else ZERO
    least, most = (half_up(start + Decimal(bound) / 100 / per_yuan) for bound in (bounds[0], bounds[1]))
    return show(least), show(most)
