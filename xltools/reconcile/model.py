"""From identities and printed figures to rows over whole 分.

A printed figure is the interval of whole 分 that rounds to it; an identity is a row
``low <= sum(coefficient * cell) <= high``. ``compile`` is done once per edition and line set,
``Problem`` once per report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, Protocol

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
    def blank(self) -> list[tuple[Terms, int, int]]:
        """The rows of a report without a figure."""
        return [((), row.low, row.high) for row in self.rows]

    @cached_property
    def wanting(self) -> frozenset[int]:
        """Rows that a report without a figure does not satisfy."""
        return frozenset(n for n, row in enumerate(self.rows) if not row.low <= 0 <= row.high)

    @cached_property
    def soft_rows(self) -> frozenset[int]:
        """Rows of 核实性 rules."""
        return frozenset(n for n, row in enumerate(self.rows) if row.rule in self.soft)

    @cached_property
    def scoped(self) -> tuple[Ref, ...]:
        """Cells of last year and of the budget."""
        return tuple(ref for ref in self.refs if "." in ref.form)

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


def compile(
    constraints: Iterable[Constraint],
    soft: Iterable[str] = (),
    tolerances: Mapping[str, Decimal] | None = None,
) -> Model:
    """The model of ``constraints``; ``soft`` are the rule ids that are 核实性.

    ``tolerances`` (in 万元, by rule id) are what two systems that round apart may differ in exact amounts.
    A rule with no terms is dropped, and one that repeats another. So is a 核实性 sign of a single figure:
    it says nothing about other figures and is judged on the printed one. The caller keeps the model per
    (edition, line set); ``for_rules`` does.
    """
    everything, soft = tuple(constraints), frozenset(soft)
    index: dict[Ref, int] = {}
    rows: dict[tuple[Terms, int, int], Row] = {}
    for constraint in everything:
        alone = len(constraint.left) + len(constraint.right) == 1
        if alone and constraint.rule in soft and constraint.operator != "=":
            continue
        allowed = int((tolerances or {}).get(constraint.rule, Decimal(0)) * 1_000_000)
        row = _row(constraint, index, allowed)
        if row:
            key = (row.terms, row.low, row.high)
            known = rows.get(key)
            # A hard rule wins over the same said softly; one that defines a total over one that compares.
            if known is None or (known.rule in soft and row.rule not in soft) or known.total < row.total:
                rows[key] = row
    return Model(tuple(index), tuple(rows.values()), soft, everything)


class AppliedRule(Protocol):
    """What ``for_rules`` needs to know of an edition's rule."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def tolerance(self) -> Decimal: ...


_MODELS: dict[tuple[tuple[str, int], ...], tuple[Model, object]] = {}
_KEPT = 256


def for_rules(applied: Sequence[tuple[AppliedRule, tuple[Constraint, ...]]]) -> Model:
    """The model of an edition's rules with their constraints on one line set, compiled once.

    Known again by the identity of the tuples of constraints, which the expansion of an edition keeps.
    """
    key = tuple((rule.id, id(constraints)) for rule, constraints in applied)
    found = _MODELS.get(key)
    if found is None:
        if len(_MODELS) >= _KEPT:
            _MODELS.clear()
        soft = {rule.id for rule, _ in applied if rule.kind != "逻辑性"}
        tolerances = {rule.id: rule.tolerance for rule, _ in applied if rule.tolerance}
        everything = [c for _, constraints in applied for c in constraints]
        # The tuples are kept with the model so that their identities stay theirs.
        found = _MODELS[key] = (compile(everything, soft, tolerances), applied)
    return found[0]


_LIMITS = {"=": (0, 0), "<=": (-INFINITE, 0), "<": (-INFINITE, -1), ">=": (0, INFINITE), ">": (1, INFINITE)}


def _row(constraint: Constraint, index: dict[Ref, int], allowed: int) -> Row | None:
    summed: dict[int, int] = {}
    for sign, side in ((1, constraint.left), (-1, constraint.right)):
        for coefficient, ref in side:
            cell = index.setdefault(ref, len(index))
            summed[cell] = summed.get(cell, 0) + sign * coefficient
    terms = [(c, x) for x, c in summed.items() if c]
    if not terms:
        return None
    low, high = _LIMITS[constraint.operator]
    low, high = low - allowed, high + allowed
    total = _total(constraint, terms)
    terms.sort(key=lambda term: term[1])
    if terms[0][0] < 0:
        terms, low, high = [(-c, x) for c, x in terms], -high, -low
    return Row(constraint.rule, tuple(terms), low, high, total)


def _total(constraint: Constraint, terms: Sequence[tuple[int, int]]) -> int:
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
    shares: dict[int, Share] = field(default_factory=dict)
    """Row number → the share it belongs to; a share has two rows."""

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
            if value is not None and low[cell] < high[cell]:
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
) -> Problem:
    """The problem of ``report`` under ``model``; ``extra`` are figures outside the ten forms (their form
    ids differ from the forms'). With ``soft`` False the 核实性 rules are left out."""
    figures = _figures(model, report, extra)
    refs, rows, watch, exact, index = (
        list(model.refs),
        list(model.rows),
        model.watch,
        model.exact,
        model.index,
    )
    bound: dict[int, Share] = {}
    if shares:
        index = dict(index)
        known = {**dict(report.amounts), **figures}
        _add_shares(shares, known, refs, index, rows, bound)
        exact = [is_exact(ref) for ref in refs]
        watch = [list(w) for w in model.watch] + [[] for _ in range(len(refs) - len(model.refs))]
        for number in range(len(model.rows), len(rows)):
            for _, cell in rows[number].terms:
                watch[cell].append(number)
    size = len(refs)
    low, high, face = [0] * size, [0] * size, [0] * size
    printed: list[Decimal | None] = [None] * size
    unit = report.unit
    touched: set[int] = set()
    for source in (report.amounts, figures):
        for ref, value in source.items():
            cell = index.get(ref, -1)
            if cell >= 0:
                printed[cell] = value
                low[cell], high[cell] = interval(value, unit, exact[cell], rounding)
                face[cell] = int(value.scaleb(2 if exact[cell] or unit is Unit.YUAN else 6))
                touched.update(watch[cell])
    active = list(model.blank)
    active += [((), row.low, row.high) for row in rows[len(model.rows) :]]
    for number in touched:
        row = rows[number]
        active[number] = (tuple([t for t in row.terms if printed[t[1]] is not None]), row.low, row.high)
    touched.update(model.wanting)
    problem = Problem(
        model, unit, refs, rows, watch, printed, low, high, face, active, sorted(touched),
        report.last_year, bound,
    )  # fmt: skip
    return problem if soft else problem.without_soft()


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


def _add_shares(
    shares: Sequence[Share],
    figures: Mapping[Ref, Decimal],
    refs: list[Ref],
    index: dict[Ref, int],
    rows: list[Row],
    bound: dict[int, Share],
) -> None:
    for share in shares:
        value = figures.get(share.ratio)
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
