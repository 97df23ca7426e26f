"""From identities to rows over whole 分: ``low <= sum(coefficient * cell) <= high``.

``compile`` is done once per edition and line set; ``problem.bind`` once per report.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
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
    index: dict[Ref, int] = {}
    rows: dict[tuple[Terms, int, int], Row] = {}
    widths = {rule: int(width * 1_000_000) for rule, width in (tolerances or {}).items()}
    for constraint in everything:
        if constraint.rule in soft and _is_sign(constraint):
            continue
        row = row_of(constraint, index, widths.get(constraint.rule, 0))
        if row:
            key = row[1:4]
            known = rows.get(key)
            # A hard rule wins over the same said softly; one that defines a total over one that compares.
            if known is None or (known.rule in soft and row.rule not in soft) or known.total < row.total:
                rows[key] = row
    return Model(tuple(index), tuple(rows.values()), soft, everything, index)


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
    known = _models.get(key)
    if known is None:
        everything = [one for _, constraints in applied for one in constraints]
        # The tuples are kept with the model so that their identities stay theirs.
        known = _models.put(key, (_model(applied, everything), applied))
    return known[0]


def at_first(applied: Applied, figures: Container[Ref]) -> Model | None:
    """``for_rules`` as far as it concerns ``figures``, when a line set is met for the first time; then None.

    Of a thousand units each prints lines of its own, and half of their identities are on blank cells, which
    say nothing as long as no figure is held to be wrong.
    """
    key = _key(applied)
    if _met.get(key) or _models.get(key):
        return None
    _met.put(key, applied)
    return _model(applied, [one for _, constraints in applied for one in constraints if _says(one, figures)])


def _says(constraint: Constraint, figures: Container[Ref]) -> bool:
    """Whether a constraint has one of ``figures``, or is not met by blanks."""
    _, left, operator, right, _ = constraint
    for _, ref in left:
        if ref in figures:
            return True
    for _, ref in right:
        if ref in figures:
            return True
    return operator in ("<", ">")


def _key(applied: Applied) -> _Key:
    return tuple([(rule.id, id(constraints)) for rule, constraints in applied])


def _model(applied: Applied, constraints: Iterable[Constraint]) -> Model:
    soft = {rule.id for rule, _ in applied if rule.kind != "逻辑性"}
    tolerances = {rule.id: rule.tolerance for rule, _ in applied if rule.tolerance}
    return compile(constraints, soft, tolerances)


_LIMITS = {"=": (0, 0), "<=": (-INFINITE, 0), "<": (-INFINITE, -1), ">=": (0, INFINITE), ">": (1, INFINITE)}


def _is_sign(constraint: Constraint) -> bool:
    return not constraint.right and len(constraint.left) == 1 and constraint.operator != "="


def row_of(constraint: Constraint, index: dict[Ref, int], allowed: int = 0) -> Row | None:
    """The row of ``constraint``, None when nothing is left of it; ``index`` grows by its new cells."""
    # A unit has a thousand of these, and often lines of its own: hence no calls but the built-in ones.
    rule, left, operator, right, exact = constraint
    cell = index.setdefault
    terms = [(cell(ref, len(index)), c) for c, ref in left]
    adds = operator == "=" and not exact and len(left) == 1 == left[0][0] and len(right) > 0
    form = left[0][1][0] if adds else ""
    for c, ref in right:
        terms.append((cell(ref, len(index)), -c))
        if adds and (c != 1 or ref[0] != form):
            adds = False
    total = terms[0][0] if adds else -1
    summed = dict(terms)
    if len(summed) < len(terms) or not terms or 0 in summed.values():
        terms, total = _summed(terms), -1
        if not terms:
            return None
    terms.sort()
    low, high = _LIMITS[operator]
    low, high = low - allowed, high + allowed
    if terms[0][1] < 0:
        low, high = -high, -low
        return Row(rule, tuple([(-c, x) for x, c in terms]), low, high, total, allowed)
    return Row(rule, tuple([(c, x) for x, c in terms]), low, high, total, allowed)


def _summed(terms: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(cell, coefficient) pairs, each cell once."""
    summed: dict[int, int] = {}
    for x, c in terms:
        summed[x] = summed.get(x, 0) + c
    return [(x, c) for x, c in summed.items() if c]
