"""A form in the wrong 金额单位: its figures are 10,000 times, or a ten-thousandth of, what others print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from xltools.amount import Unit
from xltools.editions import Rule
from xltools.editions.equation import Constraint, Term
from xltools.finding import Cell, Finding
from xltools.report import Place, Ref
from xltools.rules.desk import Desk
from xltools.rules.identities import Broken

_FACTOR = 10_000
_CLOSE = Decimal("0.01")
_SMALLEST = Decimal("0.10")
"""Below it a figure in 万元 has too few digits to tell a factor from chance."""
_Votes = dict[tuple[str, str], list[tuple[int, Constraint]]]


def unit_factor(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """One finding per form that stands apart by the factor from the forms that agree with each other."""
    if all(item.tail for item in desk.broken):
        return
    yield from _cover_unit(desk, rule)
    votes = _votes(desk)
    scales = {pair: min((scale for scale, _ in found), key=abs) for pair, found in votes.items()}
    forms = sorted({form for pair in scales for form in pair}, key=list(desk.edition.forms).index)
    for form_id in _outliers(forms, scales, desk.report.unit):
        form = desk.edition.forms[form_id]
        scale, constraint = next(
            vote for pair, found in votes.items() if pair[0] == form_id for vote in found if vote[0]
        )
        own, other = constraint.left, constraint.right
        if own[0].ref.form != form_id:
            own, other = other, own
        cells = tuple(desk.cell(term.ref) for term in own + other if desk.figures.has(term.ref))
        evidence = f"{_evidence(desk, own)}，{_evidence(desk, other)}"
        finding = desk.finding(
            rule,
            "unit_factor",
            (desk.form_cell(form), *cells),
            factor="一万倍" if scale > 0 else "万分之一",
            unit="元" if scale > 0 else "万元",
            evidence=evidence,
        )
        yield replace(finding, group=f"金额单位：{form.number}")


_LARGEST = 100_000
"""Less than that a unit does not spend in a year, in 元."""
_SPREAD = 5


def _cover_unit(desk: Desk, rule: Rule) -> Iterator[Finding]:
    """封面 says 元, and the figures are 万元: what is out of balance is out by what rounding to 万元
    explains, in several places, or the figures are too small for 元."""
    items = [item for item in desk.broken if not item.tail]
    if desk.report.unit is not Unit.YUAN or not all(_rounded_away(desk, item) for item in items):
        return
    amounts = {r: v for r, v in desk.report.amounts.items() if not desk.figures.is_count(r)}
    largest = max(amounts, key=lambda ref: abs(amounts[ref]))
    if abs(amounts[largest]) >= _LARGEST and len(items) < _SPREAD:
        return
    if len(items) > 1 and set[Ref].intersection(*(set(item.constraint.refs) for item in items)):
        return  # one figure off by a cent is in all of them
    cell = desk.cell(largest)
    finding = desk.finding(
        rule,
        "unit_cover",
        (Cell("封面 金额单位", Unit.YUAN.value, None, Place("封面", "")), cell),
        largest=f"{cell.label} {cell.value}",
        count=str(len(items)),
    )
    yield replace(finding, group=COVER_GROUP, remedy="请把封面的金额单位改为万元，再审核一次。")


COVER_GROUP = "金额单位：封面"
"""The group of what follows from the wrong 金额单位 on 封面."""


def _rounded_away(desk: Desk, item: Broken) -> bool:
    """Whether the gap is what rounding to 万元 leaves."""
    if item.constraint.operator != "=" or item.constraint.exact:
        return False
    terms = [t for t in item.constraint.left + item.constraint.right if desk.figures.has(t.ref)]
    return item.gap <= sum(abs(term.coefficient) for term in terms) * _HALF_UNIT


_HALF_UNIT = Decimal("0.005")


def _votes(desk: Desk) -> _Votes:
    """Per pair of forms what their common identities say of their scale, both ways round."""
    votes: _Votes = {}
    doubtful = _doubtful(desk)
    for constraint in desk.identities.between_forms:
        if not doubtful.isdisjoint(constraint.refs):
            continue
        left, right = constraint.left[0].ref.form, constraint.right[0].ref.form
        scale = _scale(desk.figures.total(constraint.left), desk.figures.total(constraint.right))
        if scale is not None:
            votes.setdefault((left, right), []).append((scale, constraint))
            votes.setdefault((right, left), []).append((-scale, constraint))
    return votes


def _doubtful(desk: Desk) -> set[Ref]:
    """Figures of forms that do not add up in themselves: a single wrong figure is no wrong unit."""
    # A form of 万元 among 元 is off by hundredths, one of 万元 blown up to 元 by hundreds.
    half_unit = Decimal("0.005") * (_FACTOR if desk.figures.rounded else 1)
    doubtful: set[Ref] = set()
    for item in desk.broken:
        refs = [ref for ref in item.constraint.refs if desk.figures.has(ref)]
        if len({ref.form for ref in item.constraint.refs}) == 1 and item.gap > half_unit * len(refs):
            doubtful.update(refs)
    return doubtful


def _scale(left: Decimal, right: Decimal) -> int | None:
    """0: same size. 1: left is 10,000 times right. -1: the other way. None: neither can be told."""
    if not left or not right:
        return None
    if abs(left - right) <= _CLOSE:
        return 0
    for sign, (large, small) in ((1, (left, right)), (-1, (right, left))):
        # A figure in 万元 stands for the 元 within 50 of it.
        if abs(small) >= _SMALLEST and abs(large - small * _FACTOR) <= Decimal("50.01"):
            return sign
    return None


def _outliers(forms: list[str], scales: dict[tuple[str, str], int], unit: Unit) -> list[str]:
    """The forms that differ in scale from the largest group of forms that agree."""
    groups: list[set[str]] = []
    for form in forms:
        agreeing = [g for g in groups if any(scales.get((form, other)) == 0 for other in g)]
        groups = [g for g in groups if g not in agreeing] + [{form}.union(*agreeing)]
    suspicion = {form: _suspicion(form, scales, unit) for form in forms}
    right = max(groups, key=lambda g: (len(g), -sum(suspicion[form] for form in g)), default=set())
    return [f for f in forms if f not in right and any(scales.get((f, other)) for other in right)]


def _suspicion(form: str, scales: dict[tuple[str, str], int], unit: Unit) -> int:
    """Where two groups are of one size: in a workbook of 万元 the larger figures are suspect, else the
    smaller."""
    total = sum(scale for (one, _), scale in scales.items() if one == form)
    return total if unit is Unit.WAN else -total


def _evidence(desk: Desk, terms: tuple[Term, ...]) -> str:
    shown = [desk.cell(term.ref) for term in terms if desk.figures.has(term.ref)]
    return " + ".join(f"{cell.label} {cell.value}" for cell in shown)
