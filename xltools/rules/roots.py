"""Causes that a reader of the workbook sees at once: a cell that holds no number, a code that is none or is
another's. Everything that follows from one of them is one group with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from xltools import reconcile
from xltools.amount import ZERO, show
from xltools.finding import CAUSE, Cell, Finding, Suspect
from xltools.reconcile.model import for_rules
from xltools.report import TOTAL, Ref, Report
from xltools.rules.desk import Desk
from xltools.rules.live import reads
from xltools.rules.written import suggestions

UNREAD = frozenset(
    f"reading_{kind}"
    for kind in (
        "text_amount", "date_amount", "logical_amount", "size_amount", "error_value", "formula_unsolved",
    )
)  # fmt: skip
"""Kinds of findings on a cell of an amount that could not be read."""
LINES = frozenset(("reading_code_invalid", "reading_code_missing"))
"""Kinds of findings on a line that could not be read."""
_CODES = frozenset(
    (
        "code_form", "code_twice", "code_parent", "code_order", "code_childless", "code_unknown", "code_name",
        "line_empty",
    )
)  # fmt: skip
_COUNTERPARTS = frozenset(("counterpart_revenue", "counterpart_expenditure"))
_MOST_VALUES = 6

Judge = Callable[[Report, frozenset[Ref]], tuple[Desk, list[Finding]]]
"""A report with other lines, and its unread figures → its desk, with the identities judged, and the findings
on them."""


@dataclass(slots=True)
class Roots:
    """``findings`` with those that follow from a cause in one group with it, ``suspects`` the causes, in the
    order of the groups. ``desk`` is what the joint verdict is to judge, without ``unread`` figures and
    lines of ``loose`` forms."""

    findings: list[Finding]
    desk: Desk
    suspects: list[Suspect] = field(default_factory=list)
    unread: frozenset[Ref] = frozenset()
    loose: frozenset[str] = frozenset()


def unread(troubles: Iterable[Finding]) -> frozenset[Ref]:
    """The figures that are there but could not be read."""
    return frozenset(_bad(troubles))


def _bad(troubles: Iterable[Finding]) -> Mapping[Ref, Finding]:
    found = (finding for finding in troubles if finding.kind in UNREAD)
    return {finding.cells[0].ref: finding for finding in found if finding.cells[0].ref}


def gather(desk: Desk, findings: list[Finding], judge: Judge) -> Roots:
    """The causes among ``findings``, and what follows from each."""
    bad = _bad(findings)
    lost = {_form(desk, finding): finding for finding in findings if finding.kind in LINES}
    roots = Roots(findings, desk, [], frozenset(bad), frozenset(form for form in lost if form))
    wrong = _misnamed(desk, findings, judge, roots)
    origins = _origins(desk, bad, lost, wrong.form if wrong else "")
    if wrong:
        roots.desk = wrong.desk
        roots.unread |= {_moved(ref, wrong.form, wrong.code, wrong.right) for ref in roots.unread}
        _add(roots, _code_cause(desk, wrong), _of_code(desk, wrong, origins))
    for form, finding in lost.items():
        if form:
            _add(roots, _line_cause(desk, form, finding), _of_line(desk, form, finding, origins))
    for ref in dict.fromkeys(origins.values()):
        if isinstance(ref, Ref):
            _add(roots, _cell_cause(desk, ref, bad[ref], roots), _of_cell(desk, ref, origins))
    return roots


def _add(roots: Roots, cause: Suspect, follows: Callable[[Finding], bool]) -> None:
    """A cause with its group; nothing where nothing follows and nothing can be suggested."""
    mine = [not finding.group and follows(finding) for finding in roots.findings]
    if sum(mine) < (1 if cause.suggested else 2):
        return
    name = f"{CAUSE}{len(roots.suspects) + 1}"
    count = sum(own and finding.gap is not None for own, finding in zip(mine, roots.findings, strict=True))
    roots.suspects.append(cause._replace(resolves=count))
    roots.findings = [
        _grouped(finding, cause, name) if own else finding
        for own, finding in zip(mine, roots.findings, strict=True)
    ]


def _grouped(finding: Finding, cause: Suspect, name: str) -> Finding:
    if finding.kind not in UNREAD or finding.cells[0].place == cause.cell.place:
        return replace(finding, group=name)
    # An error value that comes from elsewhere is not to be mended where it shows.
    place = cause.cell.place
    known = place is not None and bool(place.cell)
    where = f"{place.sheet} {place.cell}" if place and known else cause.cell.label
    return replace(finding, group=name, remedy=f"由 {where} 引起，改正后一并消失。")


def _form(desk: Desk, finding: Finding) -> str:
    """The form of a finding on a line that has no figure."""
    name = finding.cells[0].label
    return next((form.id for form in desk.edition.forms.values() if form.name == name), "")


# --- cells -----------------------------------------------------------------------------------------------


def _origins(
    desk: Desk, bad: Mapping[Ref, Finding], lost: Collection[str], misnamed: str
) -> dict[Ref, Ref | str]:
    """Every unread figure → the unread cell that its formula finally reads, or the form with a wrong code."""
    read = reads(desk) if bad else {}
    found: dict[Ref, Ref | str] = {}

    def origin(ref: Ref, above: tuple[Ref, ...] = ()) -> Ref | str:
        if ref not in found:
            others = [x for x in bad if x in (read.get(ref) or ()) and x not in above]
            typed = [x for x in others if x not in read]
            if typed or others:
                return origin((typed or others)[0], (*above, ref))
            broken = ref in read and (ref.form in lost or ref.form == misnamed)
            return ref.form if broken else ref
        return found[ref]

    for ref in bad:
        found[ref] = origin(ref)
    return found


def _cell_cause(desk: Desk, ref: Ref, finding: Finding, roots: Roots) -> Suspect:
    """What should stand in a cell that could not be read: what is written there, if the other figures allow
    it, else what they say."""
    cell, unit = finding.cells[0], desk.report.unit
    if ref in (desk.formulas or {}):
        return _unread(cell, (), "公式的结果是错误值")
    applied = [pair for pair in roots.desk.applied if pair[1]]
    known = reconcile.explain(
        for_rules(applied), roots.desk.report, ref, formulas=reads(desk), unread=roots.unread,
        loose=roots.loose,
    )  # fmt: skip
    least, most = known.least, known.most
    steps = 0 if least is None or most is None else int((most - least).scaleb(2)) + 1
    if least is not None and 0 < steps <= _MOST_VALUES:
        values = [show(least + Decimal(number).scaleb(-2)) for number in range(steps)]
        return _unread(cell, *suggestions(cell.value, unit, values, values.__contains__))

    def allowed(text: str) -> bool:
        value = Decimal(text)
        return (least is None or least <= value) and (most is None or value <= most)

    return _unread(cell, *suggestions(cell.value, unit, (), allowed))


def _unread(cell: Cell, values: tuple[str, ...], why: str) -> Suspect:
    changes = ((cell, values[0]),) if values else ()
    return Suspect(cell, values, why, 0.99, kind="unread", unique=len(values) == 1, changes=changes)


def _of_cell(desk: Desk, ref: Ref, origins: Mapping[Ref, Ref | str]) -> Callable[[Finding], bool]:
    mine = {other for other, origin in origins.items() if origin == ref}
    return _about(desk, mine)


def _about(desk: Desk, refs: Collection[Ref]) -> Callable[[Finding], bool]:
    """Whether a finding speaks of one of the figures: shows its cell, or names it in a sentence."""
    names = [desk.edition.label(ref, desk.report.titles) for ref in refs]

    def about(finding: Finding) -> bool:
        if any(cell.ref in refs for cell in finding.cells):
            return True
        said = finding.facts.values() if finding.rule.startswith("narrative") else ()
        return any(f"{name} " in f"{text} " for text in said for name in names)

    return about


# --- lines -----------------------------------------------------------------------------------------------


def _line_cause(desk: Desk, form: str, finding: Finding) -> Suspect:
    """A line whose code is none: which code it should be, where another form tells."""
    cell, written = finding.cells[0], finding.facts.get("code", "")
    cell = Cell(f"{cell.label} 第{finding.facts['row']}行 科目代码", written, cell.ref, cell.place)
    likely = [code for code in _absent(desk, form) if written and _alike(written, code)]
    suggested = tuple(likely) if len(likely) == 1 else ()
    changes = tuple((cell, code) for code in suggested)
    return Suspect(cell, suggested, "科目代码有误，这一行没有读入", 0.99, kind="code", changes=changes)


def _of_line(
    desk: Desk, form: str, lost: Finding, origins: Mapping[Ref, Ref | str]
) -> Callable[[Finding], bool]:
    """Findings on sums over the lines of the form, on lines it lacks and on its formulas."""
    lines = {*desk.report.lines.get(form, ()), TOTAL}
    absent = set(_absent(desk, form))
    about = _about(desk, {other for other, origin in origins.items() if origin == form})

    def follows(finding: Finding) -> bool:
        if finding is lost or about(finding):
            return True
        if finding.kind in _COUNTERPARTS:
            return finding.facts["code"] in absent
        own = {cell.ref.line for cell in finding.cells if cell.ref and cell.ref.form == form}
        if finding.kind == "code_childless":
            return bool(own)
        return finding.gap is not None and (len(own) > 1 or any(x.isdigit() and x not in lines for x in own))

    return follows


def _absent(desk: Desk, form: str) -> list[str]:
    """Codes that the forms beside ``form`` print and it does not."""
    others = (code for other, codes in desk.report.lines.items() if other != form for code in codes)
    return [code for code in dict.fromkeys(others) if code not in desk.report.lines.get(form, ())]


def _alike(written: str, code: str) -> bool:
    """Whether a code may have been meant: one digit wrong, left out or too many, or two exchanged
    (2080605 for 2080506: the 款 and the 项)."""
    if written == code:
        return False
    if len(written) == len(code):
        wrong = [at for at, (a, b) in enumerate(zip(written, code, strict=True)) if a != b]
        first, last = wrong[0], wrong[-1]
        swapped = written[first] == code[last] and written[last] == code[first]
        return len(wrong) == 1 or (len(wrong) == 2 and swapped)
    short, long = sorted((written, code), key=len)
    one_more = len(long) == len(short) + 1
    return one_more and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


# --- codes that are another's ----------------------------------------------------------------------------


class _Misnamed(NamedTuple):
    """Line ``code`` of ``form`` should be ``right``; ``gone`` are the findings that vanish then, ``desk``
    what is left to be judged."""

    form: str
    code: str
    right: str
    desk: Desk
    gone: frozenset[tuple[str, frozenset[Ref | None]]]


def _key(finding: Finding) -> tuple[str, frozenset[Ref | None]]:
    return finding.rule, frozenset(cell.ref for cell in finding.cells)


def _misnamed(desk: Desk, findings: Sequence[Finding], judge: Judge, roots: Roots) -> _Misnamed | None:
    """The line whose figures, put under a code like its own, make most findings vanish and none appear."""
    told = [f for f in findings if f.gap is not None and not _unjudged(f, roots.unread)]
    keys = frozenset(map(_key, told))
    orphans = [f for f in findings if f.kind == "code_parent" and f.cells[0].ref]
    best: _Misnamed | None = None
    for form, code, right in _candidates(desk, [*told, *orphans]):
        bad = frozenset(_moved(ref, form, code, right) for ref in roots.unread)
        other, found = judge(_renamed(desk, form, code, right), bad)
        left = {_key(f) for f in found if f.gap is not None and not _unjudged(f, bad)}
        # What is below the line has its parent again.
        mine = {_key(f) for f in orphans if (_form_of(f), f.facts["parent"]) == (form, right)}
        gone = (keys - left) | mine
        if left - keys or not gone or (best and len(best.gone) >= len(gone)):
            continue
        best = _Misnamed(form, code, right, other, gone)
    return best


def _form_of(finding: Finding) -> str:
    ref = finding.cells[0].ref
    return ref.form if ref else ""


def _unjudged(finding: Finding, bad: Collection[Ref]) -> bool:
    """Whether a figure of the finding could not be read."""
    return any(cell.ref in bad for cell in finding.cells)


def _candidates(desk: Desk, told: Iterable[Finding]) -> Iterator[tuple[str, str, str]]:
    """Form, code and the code meant: the first stands in no other form, the second in others only, and
    findings on identities speak of the second."""
    lines = desk.report.lines
    told = list(told)
    named = {(cell.ref.form, cell.ref.line) for f in told for cell in f.cells if cell.ref}
    named |= {(_form_of(f), f.facts["parent"]) for f in told if f.kind == "code_parent"}
    for form, codes in lines.items():
        wanted = [code for code in _absent(desk, form) if (form, code) in named]
        if not wanted:
            continue
        elsewhere = {code for other, printed in lines.items() if other != form for code in printed}
        for code in codes:
            if code not in elsewhere:
                yield from ((form, code, right) for right in wanted if _alike(code, right))


def _moved(ref: Ref, form: str, code: str, right: str) -> Ref:
    return Ref(form, right, ref.column) if (ref.form, ref.line) == (form, code) else ref


def _renamed(desk: Desk, form: str, code: str, right: str) -> Report:
    """The report with the line under its right code, and totals above it that formulas compute anew."""
    report = desk.report

    def moved(ref: Ref) -> Ref:
        return _moved(ref, form, code, right)

    codes = [right if line == code else line for line in report.lines[form]]
    amounts = {moved(ref): value for ref, value in report.amounts.items()}
    for total in (line for line in (code[:5], right[:5], code[:3], right[:3], TOTAL) if line in codes):
        size = 3 if total == TOTAL else len(total) + 2
        parts = [line for line in codes if len(line) == size and (total == TOTAL or line.startswith(total))]
        for column in desk.edition.forms[form].columns if parts else ():
            ref = Ref(form, total, column.id)
            if ref in (desk.formulas or {}):
                amounts[ref] = sum((amounts.get(Ref(form, line, column.id), ZERO) for line in parts), ZERO)
    return replace(
        report,
        amounts=amounts,
        places={moved(ref): place for ref, place in report.places.items()},
        lines={**report.lines, form: codes},
    )


def _code_cause(desk: Desk, wrong: _Misnamed) -> Suspect:
    form = desk.edition.forms[wrong.form]
    place = desk.codes.get((wrong.form, wrong.code))
    label = f"{desk.line_cell(form, wrong.code).label} 科目代码"
    cell = Cell(label, wrong.code, None, place)
    changes = ((cell, wrong.right),) if place else ()
    return Suspect(cell, (wrong.right,), "科目代码录入错误", 0.99, kind="code", unique=True, changes=changes)


def _of_code(desk: Desk, wrong: _Misnamed, origins: Mapping[Ref, Ref | str]) -> Callable[[Finding], bool]:
    about = _about(desk, {other for other, origin in origins.items() if origin == wrong.form})

    def follows(finding: Finding) -> bool:
        if _key(finding) in wrong.gone or about(finding):
            return True
        if finding.kind in _COUNTERPARTS:
            return finding.facts["code"] in (wrong.code, wrong.right)
        if finding.kind not in _CODES or not finding.cells or finding.cells[0].ref is None:
            return False
        ref = finding.cells[0].ref
        named = {ref.line, finding.facts.get("parent", ""), finding.facts.get("previous", "")}
        return ref.form == wrong.form and not named.isdisjoint((wrong.code, wrong.right))

    return follows
