"""Errors as people make them, put into consistent reports. Knows nothing of the ranker's weights.

Eleven mechanisms with equal frequency, and coherent errors of several cells.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tests.units import is_count
from xltools.reconcile.hypotheses import parents, totals
from xltools.reconcile.model import Model
from xltools.report import TOTAL, Ref, Report

CENT = Decimal("0.01")
Change = dict[Ref, Decimal | None]


@dataclass(frozen=True)
class Case:
    """A report with errors; ``truth`` holds the true figures of the cells that were changed."""

    report: Report
    truth: Change
    mechanism: str


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def swap(value: Decimal, source: random.Random) -> Decimal | None:
    """Two neighbouring digits exchanged."""
    text = str(value)
    places = [i for i in range(len(text) - 1) if text[i].isdigit()]
    i = source.choice(places)
    j = i + 1 if text[i + 1].isdigit() else i + 2
    if j >= len(text):
        return None
    letters = list(text)
    letters[i], letters[j] = letters[j], letters[i]
    return Decimal("".join(letters))


def replace_digit(value: Decimal, source: random.Random) -> Decimal | None:
    """One digit mistyped."""
    text = str(value)
    i = source.choice([i for i, c in enumerate(text) if c.isdigit()])
    return Decimal(text[:i] + source.choice("0123456789") + text[i + 1 :])


def drop(value: Decimal, source: random.Random) -> Decimal | None:
    """One digit missing."""
    text = str(value)
    i = source.choice([i for i, c in enumerate(text) if c.isdigit()])
    rest = text[:i] + text[i + 1 :]
    return cents(Decimal(rest)) if rest.strip(".") else None


def double(value: Decimal, source: random.Random) -> Decimal | None:
    """One digit typed twice."""
    text = str(value)
    i = source.choice([i for i, c in enumerate(text) if c.isdigit()])
    return cents(Decimal(text[: i + 1] + text[i:]))


def shift(value: Decimal, source: random.Random) -> Decimal | None:
    """The decimal point one or two places off."""
    return cents(value.scaleb(source.choice([1, -1, 1, -1, 2, -2])))


def sign(value: Decimal, source: random.Random) -> Decimal | None:
    return -value


def unit(value: Decimal, source: random.Random) -> Decimal | None:
    """元 for 万元, or divided once too often."""
    if source.random() < 0.3:
        return cents(value / 10000)
    return value * 10000 + source.randint(-4999, 4999) * CENT


def small(value: Decimal, source: random.Random) -> Decimal | None:
    """Off by 0.01 to 0.09."""
    return value + source.choice([-1, 1]) * source.randint(1, 9) * CENT


SIMPLE: dict[str, Callable[[Decimal, random.Random], Decimal | None]] = {
    "swap": swap, "replace": replace_digit, "drop": drop, "double": double, "shift": shift, "sign": sign,
    "unit": unit, "small": small,
}  # fmt: skip
MECHANISMS = [*SIMPLE, "neighbour", "omitted", "last_year"]


def cells(report: Report, model: Model) -> list[Ref]:
    """Guarded amounts that may go wrong: in some identity, printed, not 0."""
    return [
        ref for ref, value in report.amounts.items() if value and ref in model.index and not is_count(ref)
    ]


def change(report: Report, ref: Ref, mechanism: str, source: random.Random) -> tuple[Decimal | None, bool]:
    """The wrong figure for ``ref`` and whether the mechanism applies."""
    value = report.amounts[ref]
    if mechanism == "omitted":
        return None, True
    wrong: Decimal | None
    if mechanism == "last_year":
        wrong = report.last_year.get(ref)
    elif mechanism == "neighbour":
        column = [r for r in report.amounts if r.form == ref.form and r.column == ref.column]
        at = column.index(ref)
        near = [report.amounts[r] for r in column[max(0, at - 1) : at + 2]]
        row = [r for r in report.amounts if r.form == ref.form and r.line == ref.line]
        near += [report.amounts[r] for r in row if abs(int(r.column) - int(ref.column)) == 1]
        near = [n for n in near if n != value]
        wrong = source.choice(near) if near else None
    else:
        wrong = SIMPLE[mechanism](value, source)
    return wrong, wrong is not None and wrong != value


def single(report: Report, model: Model, source: random.Random, count: int = 1, only: str = "") -> Case:
    """``count`` independent errors in different cells, each by a mechanism drawn with equal frequency."""
    truth: Change = {}
    wrong: Change = {}
    names = []
    choice = cells(report, model)
    while len(truth) < count:
        mechanism = only or source.choice(MECHANISMS)
        for _ in range(60):
            ref = source.choice(choice)
            value, applies = change(report, ref, mechanism, source)
            if applies and ref not in truth:
                truth[ref], wrong[ref] = report.amounts[ref], value
                names.append(mechanism)
                break
    return Case(report.replaced(wrong), truth, "+".join(names))


def nudge(report: Report, model: Model, source: random.Random) -> Case:
    """One figure off by 0.01."""
    ref = source.choice(cells(report, model))
    value = report.amounts[ref] + source.choice([-1, 1]) * CENT
    return Case(report.replaced({ref: value}), {ref: report.amounts[ref]}, "0.01")


def basic_typo(report: Report, model: Model, source: random.Random) -> Case | None:
    """A plain typing error in a leaf of 公开06."""
    leaves = [r for r in cells(report, model) if r.form == "basic" and len(r.line) == 5 and r.line.isdigit()]
    for _ in range(60):
        ref = source.choice(leaves)
        value, applies = change(report, ref, source.choice(["swap", "double", "shift", "sign"]), source)
        if applies and value is not None and abs(value - report.amounts[ref]) >= Decimal("0.1"):
            return Case(report.replaced({ref: value}), {ref: report.amounts[ref]}, "basic")
    return None


def omitted_leaf(report: Report, model: Model, source: random.Random) -> Case | None:
    """A leaf of 公开06 left blank."""
    leaves = [
        r for r in cells(report, model)
        if r.form == "basic" and len(r.line) == 5 and r.line.isdigit() and report.amounts[r] >= Decimal("0.5")
    ]  # fmt: skip
    if not leaves:
        return None
    ref = source.choice(leaves)
    return Case(report.replaced({ref: None}), {ref: report.amounts[ref]}, "omitted")


def stale(report: Report, model: Model, source: random.Random) -> Case | None:
    """One table not refreshed: a leaf of a code table and every total above it by one amount."""
    above, added = parents(model.rows), totals(model.rows)
    forms = ("revenue", "expenditure", "general", "basic")
    leaves = [
        x for x in above
        if x not in added and model.refs[x].form in forms and report.amounts.get(model.refs[x])
    ]  # fmt: skip
    if not leaves:
        return None
    cell = source.choice(leaves)
    path = [cell]
    for x in path:
        path += [y for y in above.get(x, ()) if y not in path]
    refs = [model.refs[x] for x in path]
    if any(ref not in report.amounts for ref in refs):
        return None
    value = report.amounts[refs[0]]
    old = report.last_year.get(refs[0]) if source.random() < 0.3 else None
    if old is None or old == value:
        old = cents(value * Decimal(str(source.uniform(0.5, 1.6))))
    gap = old - value
    if abs(gap) < Decimal("0.1"):
        return None
    wrong: Change = {ref: report.amounts[ref] + gap for ref in refs}
    return Case(report.replaced(wrong), {ref: report.amounts[ref] for ref in refs}, "stale")


def total_of_code_tables(ref: Ref) -> bool:
    return ref.line == TOTAL
