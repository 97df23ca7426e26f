"""One report bound to a model: printed figures as intervals of whole 分, printed ratios as rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from xltools.amount import Unit
from xltools.editions.equation import Constraint
from xltools.reconcile.live import NOTHING, Live, Reads, live
from xltools.reconcile.model import FREE, Model, Row, Terms, is_exact, row_of
from xltools.reconcile.shares import Share, Weighed, add_shares
from xltools.report import Ref, Report


class Interval(NamedTuple):
    """Whole 分 from ``low`` to ``high``, both included."""

    low: int
    high: int


Rounding = Callable[[int, int], Interval]
"""(printed figure in units of its last place, 分 per unit) → the exact amounts that print it."""


def half_up(printed: int, width: int) -> Interval:
    """Ties away from zero: half-open, mirrored for negatives; 0 is less than half a unit either way."""
    half = width // 2
    if printed > 0:
        return Interval(printed * width - half, printed * width + half - 1)
    if printed < 0:
        return Interval(printed * width - half + 1, printed * width + half)
    return Interval(-half + 1, half - 1)


def closed(printed: int, width: int) -> Interval:
    """Every tie rule at once."""
    half = width // 2
    return Interval(printed * width - half, printed * width + half)


def half_even(printed: int, width: int) -> Interval:
    """Ties to the even last digit."""
    half = width // 2 - printed % 2
    return Interval(printed * width - half, printed * width + half)


def truncated(printed: int, width: int) -> Interval:
    """Digits cut off, toward zero."""
    if printed > 0:
        return Interval(printed * width, printed * width + width - 1)
    if printed < 0:
        return Interval(printed * width - width + 1, printed * width)
    return Interval(-width + 1, width - 1)


def interval(value: Decimal, unit: Unit, exact: bool, rounding: Rounding = half_up) -> Interval:
    """The exact amounts in 分 (counts: hundredths) that print as ``value``, which has at least 2 places."""
    scaled = value.scaleb(2)
    whole = int(scaled)
    if exact or unit is Unit.YUAN:
        return Interval(whole, whole) if whole == scaled else Interval(_floor(scaled), _floor(scaled) + 1)
    if whole == scaled:
        return rounding(whole, 10000)
    places = -int(value.as_tuple().exponent)
    if places <= 5:
        return rounding(int(value.scaleb(places)), 10 ** (6 - places))
    point = value.scaleb(6)
    return Interval(_floor(point), -_floor(-point))


def _floor(value: Decimal) -> int:
    whole = int(value)
    return whole - 1 if whole > value else whole


@dataclass(eq=False)
class Problem:
    """One report's figures bound to a model: what the other parts of the room work on.

    ``active`` are the rows without the cells that are blank (exactly 0), as (terms, low, high);
    ``nonempty`` those that say something.
    """

    model: Model
    unit: Unit
    refs: list[Ref]
    rows: list[Row]
    watch: list[list[int]]
    printed: list[Decimal | None]
    low: list[int]
    high: list[int]
    face: list[int]
    active: list[tuple[Terms, int, int]]
    nonempty: list[int]
    last_year: Mapping[Ref, Decimal] = field(default_factory=dict)
    shares: Mapping[int, Weighed] = field(default_factory=dict)
    """Row number → the printed ratios that it rests on."""
    ratios: Mapping[Ref, Decimal] = field(default_factory=dict)
    """The ratios of ``shares`` as printed."""
    live: Live = NOTHING
    """The formulas of the report."""
    free: Mapping[int, Interval] = field(default_factory=dict)
    """Cells whose printed figure says nothing of its own → what it would say if it did."""

    def computed(self, reads: Reads) -> Problem:
        """The same problem with totals that formulas compute known as such: in 万元 they are sums of rounded
        parts, so that their own last place says nothing."""
        found = live(self, reads)
        if not found.parts:
            return self
        low, high = self.low[:], self.high[:]
        free = {cell: Interval(low[cell], high[cell]) for cell in found.parts if low[cell] < high[cell]}
        for cell in free:
            low[cell], high[cell] = -FREE, FREE
        return replace(self, low=low, high=high, live=found, free=free)

    def unread(self, refs: Collection[Ref], loose: Collection[str] = ()) -> Problem:
        """The same problem where the figures of ``refs`` are there but not known, and the forms ``loose``
        have lines that are not known: sums over the lines of such a form say nothing, nor do lines it
        lacks."""
        cells = {cell for cell, ref in enumerate(self.refs) if ref in refs}
        low, high, active = self.low[:], self.high[:], list(self.active)
        for cell in cells:
            low[cell], high[cell] = -FREE, FREE
        touched = {number for cell in cells for number in self.watch[cell]}
        for number in touched:
            row = self.rows[number]
            kept = [t for t in row.terms if t[1] in cells or self.printed[t[1]] is not None]
            active[number] = (tuple(kept), row.low, row.high)
        nonempty = sorted(touched.union(self.nonempty))
        if loose:
            for number in nonempty:
                if self._is_loose(number, loose):
                    active[number] = ((), 0, 0)
        return replace(self, low=low, high=high, active=active, nonempty=nonempty)

    def _is_loose(self, number: int, loose: Collection[str]) -> bool:
        mine = [(self.refs[x], x) for _, x in self.rows[number].terms if self.refs[x].form in loose]
        lines = {ref.line for ref, _ in mine}
        return len(lines) > 1 or any(
            ref.line.isdigit() and all(self.printed[y] is None for r, y in mine if r.line == ref.line)
            for ref, _ in mine
        )

    def bounds(self, cell: int) -> Interval:
        """The exact amounts that print as the figure of ``cell``, however it came about."""
        return self.free.get(cell) or Interval(self.low[cell], self.high[cell])

    def without_soft(self) -> Problem:
        """The same problem with the 核实性 rules left out."""
        soft = self.model.soft_rows
        active = list(self.active)
        for number in soft:
            active[number] = ((), 0, 0)
        return replace(self, active=active, nonempty=[n for n in self.nonempty if n not in soft])

    def rounded(self, rounding: Rounding) -> Problem:
        """The same figures, printed by another rule of rounding."""
        exact = self.model.exact
        low, high = self.low[:], self.high[:]
        for cell, value in enumerate(self.printed):
            if value is not None and low[cell] < high[cell] and cell not in self.free:
                count = exact[cell] if cell < len(exact) else False
                low[cell], high[cell] = interval(value, self.unit, count, rounding)
        return replace(self, low=low, high=high)


def bind(
    model: Model,
    report: Report,
    shares: Sequence[Share] = (),
    extra: Mapping[Ref, Decimal] | None = None,
    rounding: Rounding = half_up,
    soft: bool = True,
    more: Sequence[Constraint] = (),
) -> Problem:
    """The problem of ``report`` under ``model``; ``extra`` are figures outside the ten forms (their form
    ids differ from the forms'), ``more`` identities of this report alone. With ``soft`` False the 核实性
    rules are left out."""
    if report.unit is Unit.YUAN:
        model = model.in_yuan
    figures = _figures(model, report, extra)
    refs, rows = list(model.refs), list(model.rows)
    watch, exact, index = model.watch, model.exact, model.index
    bound: dict[int, Weighed] = {}
    known: dict[Ref, Decimal] = {}
    if shares or more:
        grown = dict(model.index)
        rows += [row for c in more if (row := row_of(c, grown))]
        index, refs = grown, list(grown)
        known = {**dict(report.amounts), **figures}
        bound = add_shares(shares, known, refs, grown, rows)
        exact = [is_exact(ref) for ref in refs]
        watch = [list(w) for w in model.watch] + [[] for _ in range(len(refs) - len(model.refs))]
        for number in range(len(model.rows), len(rows)):
            for _, cell in rows[number].terms:
                watch[cell].append(number)
    size = len(refs)
    low, high, face = [0] * size, [0] * size, [0] * size
    printed: list[Decimal | None] = [None] * size
    unit = report.unit
    usual = unit is Unit.WAN and rounding is half_up
    touched: set[int] = set()
    for source in (report.amounts, figures):
        for ref, value in source.items():
            cell = index.get(ref, -1)
            if cell >= 0:
                printed[cell] = value
                touched.update(watch[cell])
                scaled = value.scaleb(2)
                whole = int(scaled)
                if usual and whole > 0 and whole == scaled and not exact[cell]:
                    # What ``interval`` says of nearly every figure, without the calls.
                    face[cell] = whole = whole * 10000
                    low[cell], high[cell] = whole - 5000, whole + 4999
                    continue
                low[cell], high[cell] = interval(value, unit, exact[cell], rounding)
                face[cell] = whole if exact[cell] or unit is Unit.YUAN else int(value.scaleb(6))
    active = _active(model, rows, printed, touched)
    problem = Problem(
        model, unit, refs, rows, watch, printed, low, high, face, active, sorted(touched),
        report.last_year, bound, {s.ratio: known[s.ratio] for on in bound.values() for s, _ in on},
    )  # fmt: skip
    return problem if soft else problem.without_soft()


def _active(
    model: Model, rows: Sequence[Row], printed: Sequence[Decimal | None], touched: set[int]
) -> list[tuple[Terms, int, int]]:
    """The rows without their blank cells; ``touched``, those with a figure, grows by those that want one."""
    active = list(model.blank)
    active += [((), row.low, row.high) for row in rows[len(model.rows) :]]
    for number in touched:
        row = rows[number]
        active[number] = (tuple([t for t in row.terms if printed[t[1]] is not None]), row.low, row.high)
    touched.update(model.wanting)
    touched.update(n for n in range(len(model.rows), len(rows)) if not rows[n].low <= 0 <= rows[n].high)
    return active


def _figures(model: Model, report: Report, extra: Mapping[Ref, Decimal] | None) -> dict[Ref, Decimal]:
    """Figures beside this year's: extra ones, and those of last year and the budget that rules name."""
    figures = dict(extra or {})
    for ref in model.scoped:
        book, form = ref.form.split(".", 1)
        store = {"last_year": report.last_year, "budget": report.budget}.get(book, {})
        value = store.get(Ref(form, ref.line, ref.column))
        if value is not None:
            figures[ref] = value
    return figures
