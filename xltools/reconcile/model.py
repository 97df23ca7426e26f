"""From identities and printed figures to rows over whole 分.

A printed figure is the interval of whole 分 that rounds to it; an identity is a row
``low <= sum(coefficient * cell) <= high``. ``compile`` is done once per edition and line set,
``Problem`` once per report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from xltools.amount import Unit
from xltools.editions.equation import Constraint, Term
from xltools.report import Ref, Report

INFINITE = 10**40
"""Stands for "no limit" on one side of a row; no sum of figures reaches it."""
FREE = 10**18
"""Bounds of a freed figure, in 分: beyond amount.LIMIT."""
COUNT_LINES = frozenset(str(n) for n in range(7, 18))
"""Lines of 公开10 that count pieces."""
EXACT_FORMS = ("score", "self_evaluation")
"""Beginnings of form ids whose figures are exact: scores and weights."""

Terms = tuple[tuple[int, int], ...]
"""(coefficient, cell index) pairs."""


@dataclass(frozen=True, slots=True)
class Share:
    """A printed ratio: ``scale * part / whole`` rounds to the figure at ``ratio`` (100 for a percentage).

    The figure itself is looked up in the report's or the extra figures. ``rest`` is the number of last
    places by which it may differ, where shares are closed to 100 and this one takes the rounding rest.
    Source: product rule that percentages are computed from 元, so a printed one is an interval test.
    """

    rule: str
    ratio: Ref
    part: tuple[Term, ...]
    whole: tuple[Term, ...]
    scale: int = 100
    rest: int = 0


class Row(NamedTuple):
    """One identity on concrete cells: ``low <= sum of terms <= high`` in 分."""

    rule: str
    terms: Terms
    low: int
    high: int
    total: int
    """The cell that the row defines as a sum of the others, or -1."""


@dataclass(eq=False)
class Model:
    """Compiled identities; immutable in use, so one may serve many reports."""

    refs: tuple[Ref, ...]
    rows: tuple[Row, ...]
    soft: frozenset[str]
    constraints: tuple[Constraint, ...]

    @cached_property
    def index(self) -> dict[Ref, int]:
        """Cell index by Ref."""
        return {ref: number for number, ref in enumerate(self.refs)}

    @cached_property
    def watch(self) -> list[list[int]]:
        """Per cell the rows it is in."""
        return _watch(len(self.refs), self.rows)

    @cached_property
    def exact(self) -> list[bool]:
        """Per cell whether it is a count or a score: no amount, no rounding."""
        return [is_exact(ref) for ref in self.refs]

    @cached_property
    def memo(self) -> dict[str, object]:
        """What other parts of the room derive from the model once (columns, totals)."""
        return {}


def is_exact(ref: Ref) -> bool:
    """Whether a figure is a count or a score."""
    if ref.form == "statistics":
        return ref.line in COUNT_LINES
    return ref.form.startswith(EXACT_FORMS)


def _watch(size: int, rows: Sequence[Row]) -> list[list[int]]:
    watch: list[list[int]] = [[] for _ in range(size)]
    for number, row in enumerate(rows):
        for _, cell in row.terms:
            watch[cell].append(number)
    return watch


def compile(constraints: Iterable[Constraint], soft: Iterable[str] = ()) -> Model:
    """The model of ``constraints``; ``soft`` are the rule ids that are 核实性.

    A rule with no terms left is dropped. The caller keeps the model per (edition, line set).
    """
    everything = tuple(constraints)
    index: dict[Ref, int] = {}
    rows: list[Row] = []
    for constraint in everything:
        row = _row(constraint, index)
        if row:
            rows.append(row)
    return Model(tuple(index), tuple(rows), frozenset(soft), everything)


_LIMITS = {"=": (0, 0), "<=": (-INFINITE, 0), "<": (-INFINITE, -1), ">=": (0, INFINITE), ">": (1, INFINITE)}


def _row(constraint: Constraint, index: dict[Ref, int]) -> Row | None:
    summed: dict[int, int] = {}
    for sign, side in ((1, constraint.left), (-1, constraint.right)):
        for coefficient, ref in side:
            cell = index.setdefault(ref, len(index))
            summed[cell] = summed.get(cell, 0) + sign * coefficient
    terms = tuple([(c, x) for x, c in summed.items() if c])
    if not terms:
        return None
    low, high = _LIMITS[constraint.operator]
    return Row(constraint.rule, terms, low, high, _total(constraint, terms))


def _total(constraint: Constraint, terms: Terms) -> int:
    """The cell that ``constraint`` adds up inside one form, or -1."""
    if constraint.operator != "=" or constraint.exact or len(constraint.left) != 1 or len(terms) < 2:
        return -1
    form = constraint.left[0].ref.form
    if terms[0][0] != 1 or any(c != -1 for c, _ in terms[1:]):
        return -1
    return terms[0][1] if all(ref.form == form for _, ref in constraint.right) else -1


# ---- one report


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

    ``active`` are the rows without the cells that are blank (exactly 0), as (terms, low, high).
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
    last_year: Mapping[Ref, Decimal] = field(default_factory=dict)
    shares: dict[int, Share] = field(default_factory=dict)
    """Row number → the share it belongs to; a share has two rows."""

    @property
    def nonempty(self) -> list[int]:
        """Rows with at least one figure, in order."""
        return [number for number, row in enumerate(self.active) if row[0]]


def lookup(report: Report, extra: Mapping[Ref, Decimal] | None) -> Callable[[Ref], Decimal | None]:
    """How figures are found: this year's, then extra ones, then ``last_year.*`` and ``budget.*``."""

    def find(ref: Ref) -> Decimal | None:
        value = report.amounts.get(ref)
        if value is None and extra:
            value = extra.get(ref)
        if value is None and "." in ref.form:
            book, form = ref.form.split(".", 1)
            figures = {"last_year": report.last_year, "budget": report.budget}.get(book, {})
            value = figures.get(Ref(form, ref.line, ref.column))
        return value

    return find


def bind(
    model: Model,
    report: Report,
    shares: Sequence[Share] = (),
    extra: Mapping[Ref, Decimal] | None = None,
    rounding: Rounding = half_up,
) -> Problem:
    """The problem of ``report`` under ``model``; ``extra`` are figures outside the ten forms."""
    find = lookup(report, extra)
    refs, rows, watch, exact = list(model.refs), list(model.rows), model.watch, model.exact
    bound: dict[int, Share] = {}
    if shares:
        rows_before = len(rows)
        _add_shares(shares, find, refs, dict(model.index), rows, bound)
        exact = [is_exact(ref) for ref in refs]
        watch = [list(w) for w in model.watch] + [[] for _ in range(len(refs) - len(model.refs))]
        for number in range(rows_before, len(rows)):
            for _, cell in rows[number].terms:
                watch[cell].append(number)
    low, high, face = [0] * len(refs), [0] * len(refs), [0] * len(refs)
    printed: list[Decimal | None] = [None] * len(refs)
    unit = report.unit
    for cell, ref in enumerate(refs):
        value = find(ref)
        if value is not None:
            printed[cell] = value
            low[cell], high[cell] = interval(value, unit, exact[cell], rounding)
            scale = 2 if exact[cell] or unit is Unit.YUAN else 6
            face[cell] = int(value.scaleb(scale))
    active = [(tuple([t for t in row.terms if printed[t[1]] is not None]), row.low, row.high) for row in rows]
    return Problem(model, unit, refs, rows, watch, printed, low, high, face, active, report.last_year, bound)


def _add_shares(
    shares: Sequence[Share],
    find: Callable[[Ref], Decimal | None],
    refs: list[Ref],
    index: dict[Ref, int],
    rows: list[Row],
    bound: dict[int, Share],
) -> None:
    for share in shares:
        value = find(share.ratio)
        if value is None:
            continue
        for terms, high in _share_rows(share, value):
            summed: dict[int, int] = {}
            for coefficient, ref in terms:
                if ref not in index:
                    index[ref] = len(refs)
                    refs.append(ref)
                cell = index[ref]
                summed[cell] = summed.get(cell, 0) + coefficient
            bound[len(rows)] = share
            rows.append(Row(share.rule, tuple((c, x) for x, c in summed.items() if c), -INFINITE, high, -1))


def _share_rows(share: Share, value: Decimal) -> list[tuple[list[Term], int]]:
    """(p − ½)·whole ≤ scale·10ⁿ·part < (p + ½)·whole as two rows ≤; for a positive whole."""
    places = max(0, -int(value.as_tuple().exponent))
    printed = int(value.scaleb(places))
    factor = 2 * share.scale * 10**places
    below, above = 2 * printed - 1 - 2 * share.rest, 2 * printed + 1 + 2 * share.rest
    part = [(factor * c, ref) for c, ref in share.part]
    lower = [Term(below * c, ref) for c, ref in share.whole] + [Term(-c, ref) for c, ref in part]
    upper = [Term(c, ref) for c, ref in part] + [Term(-above * c, ref) for c, ref in share.whole]
    # Ties go away from zero, so the open end is the one farther from it (both at 0).
    return [(lower, -1 if printed <= 0 else 0), (upper, -1 if printed >= 0 else 0)]
