"""From identities to rows over whole 分: ``low <= sum(coefficient * cell) <= high``.

``compile`` is done once per edition and line set; ``problem.bind`` once per report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import NamedTuple, Protocol

from xltools.editions.equation import Constraint
from xltools.editions.recent import Recent
from xltools.report import Ref

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


class Row(NamedTuple):
    """One identity on concrete cells: ``low <= sum of terms <= high`` in 分."""

    rule: str
    terms: Terms
    low: int
    high: int
    total: int
    """The cell that the row defines as a sum of the others, or -1."""
    allowed: int = 0
    """What ``low`` and ``high`` were widened by, where two systems round apart; not due in 元."""


@dataclass(eq=False)
class Model:
    """Compiled identities; immutable in use, so one may serve many reports."""

    refs: tuple[Ref, ...]
    rows: tuple[Row, ...]
    soft: frozenset[str]
    constraints: tuple[Constraint, ...]
    index: Mapping[Ref, int]
    """Cell number by Ref."""

    @cached_property
    def watch(self) -> list[list[int]]:
        """Per cell the rows it is in."""
        return _watch(len(self.refs), self.rows)

    @cached_property
    def exact(self) -> list[bool]:
        """Per cell whether it is a count or a score: no amount, no rounding."""
        forms = {form for form in {ref.form for ref in self.refs} if _may_be_exact(form)}
        return [ref.form in forms and is_exact(ref) for ref in self.refs]

    @cached_property
    def in_yuan(self) -> Model:
        """The same identities for figures in 元: exact, nothing is widened."""
        if not any(row.allowed for row in self.rows):
            return self
        rows = [
            row._replace(low=row.low + row.allowed, high=row.high - row.allowed, allowed=0)
            for row in self.rows
        ]
        return Model(self.refs, tuple(rows), self.soft, self.constraints, self.index)

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
    return _may_be_exact(ref.form) and (ref.form != "statistics" or ref.line in COUNT_LINES)


def _may_be_exact(form: str) -> bool:
    return form == "statistics" or form.startswith(EXACT_FORMS)


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
    widths = {rule: int(width * 1_000_000) for rule, width in (tolerances or {}).items()}
    shapes = [_shape(one) for one in everything if one.rule not in soft or not _is_sign(one)]
    refs = tuple(dict.fromkeys(chain.from_iterable([shape.named for shape in shapes])))
    index = dict(zip(refs, range(len(refs)), strict=True))
    rows: dict[tuple[Terms, int, int], Row] = {}
    for shape in shapes:
        if not shape.refs:
            continue
        row = _row(shape, index, widths.get(shape.rule, 0))
        key = row[1:4]
        known = rows.get(key)
        # A hard rule wins over the same said softly; one that defines a total over one that compares.
        if known is None or (known.rule in soft and row.rule not in soft) or known.total < row.total:
            rows[key] = row
    return Model(refs, tuple(rows.values()), soft, everything, index)


class AppliedRule(Protocol):
    """What ``for_rules`` needs to know of an edition's rule."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def tolerance(self) -> Decimal: ...


Applied = Sequence[tuple[AppliedRule, tuple[Constraint, ...]]]
"""Rules with their constraints on one line set."""
_Key = tuple[tuple[str, int], ...]
_models: Recent[_Key, tuple[Model, Applied]] = Recent(4)
_met: Recent[_Key, Applied] = Recent(4)


def for_rules(applied: Applied) -> Model:
    """The model of an edition's rules with their constraints on one line set, compiled once.

    Known again by the identity of the tuples of constraints, which the expansion of an edition keeps.
    """
    key = _key(applied)
    # The tuples are kept with the model so that their identities stay theirs.
    known = _models.get(key) or _models.put(key, (_model(applied, None), applied))
    return known[0]


def at_first(applied: Applied, figures: AbstractSet[Ref]) -> Model | None:
    """``for_rules`` as far as it concerns ``figures``, when a line set is met for the first time; then None.

    Of a thousand units each prints lines of its own, and half of their identities are on blank cells, which
    say nothing as long as no figure is held to be wrong.
    """
    key = _key(applied)
    if _met.get(key) or _models.get(key):
        return None
    _met.put(key, applied)
    return _model(applied, figures)


def _key(applied: Applied) -> _Key:
    return tuple([(rule.id, id(constraints)) for rule, constraints in applied])


def _model(applied: Applied, figures: AbstractSet[Ref] | None) -> Model:
    soft = {rule.id for rule, _ in applied if rule.kind != "逻辑性"}
    tolerances = {rule.id: rule.tolerance for rule, _ in applied if rule.tolerance}
    everything = [one for _, constraints in applied for one in constraints]
    if figures is not None:
        apart = figures.isdisjoint
        everything = [one for one in everything if (shape := _shape(one)).always or not apart(shape.named)]
    return compile(everything, soft, tolerances)


_LIMITS = {"=": (0, 0), "<=": (-INFINITE, 0), "<": (-INFINITE, -1), ">=": (0, INFINITE), ">": (1, INFINITE)}


def _is_sign(constraint: Constraint) -> bool:
    return not constraint.right and len(constraint.left) == 1 and constraint.operator != "="


def row_of(constraint: Constraint, index: dict[Ref, int], allowed: int = 0) -> Row | None:
    """The row of ``constraint``, None when nothing is left of it; ``index`` grows by its new cells."""
    shape = _shape(constraint)
    for ref in shape.named:
        index.setdefault(ref, len(index))
    return _row(shape, index, allowed) if shape.refs else None


class _Shape(NamedTuple):
    """A constraint as a row whose cells have no numbers yet; ``named`` are all its figures, ``refs`` those
    that are left when it is summed up; ``adds``: the first is the sum of the others. ``always``: it says
    something without a figure of this year."""

    rule: str
    named: tuple[Ref, ...]
    refs: tuple[Ref, ...]
    coefficients: tuple[int, ...]
    low: int
    high: int
    adds: bool
    always: bool


_shapes: Recent[int, tuple[Constraint, _Shape]] = Recent(8_000)
"""By identity of the constraint, which is kept with it: a thousand units share most of theirs, and to look
one up by what it says takes longer than to make its row."""


def _shape(constraint: Constraint) -> _Shape:
    known = _shapes.get(id(constraint)) or _shapes.put(id(constraint), (constraint, _shape_of(constraint)))
    return known[1]


def _shape_of(constraint: Constraint) -> _Shape:
    rule, left, operator, right, exact = constraint
    summed: dict[Ref, int] = {}
    for c, ref in left:
        summed[ref] = summed.get(ref, 0) + c
    for c, ref in right:
        summed[ref] = summed.get(ref, 0) - c
    named = tuple(summed)
    plain = len(named) == len(left) + len(right) and 0 not in summed.values()
    adds = plain and operator == "=" and not exact and len(left) == 1 == left[0][0] and len(right) > 0
    adds = adds and all(c == 1 and ref.form == named[0].form for c, ref in right)
    left_over = {ref: c for ref, c in summed.items() if c}
    low, high = _LIMITS[operator]
    refs = named if plain else tuple(left_over)
    always = not low <= 0 <= high or any("." in ref.form for ref in named)
    return _Shape(rule, named, refs, tuple(left_over.values()), low, high, adds, always)


def _row(shape: _Shape, index: Mapping[Ref, int], allowed: int) -> Row:
    rule, _, refs, coefficients, low, high, adds, _ = shape
    cells = [index[ref] for ref in refs]
    total = cells[0] if adds else -1
    low, high = low - allowed, high + allowed
    terms = sorted(zip(cells, coefficients, strict=True))
    if terms[0][1] < 0:
        return Row(rule, tuple([(-c, x) for x, c in terms]), -high, -low, total, allowed)
    return Row(rule, tuple([(c, x) for x, c in terms]), low, high, total, allowed)
