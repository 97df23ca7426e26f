"""The edition's equations held against a report: 一致, 尾差 (explained by rounding) or broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xltools.amount import ZERO, Unit
from xltools.editions import Edition, Rule
from xltools.editions.equation import Constraint, Shapes, Term, expand, form_of, parse
from xltools.report import Ref, Report


@dataclass(frozen=True, slots=True)
class Broken:
    """A constraint that its figures do not meet to the letter. ``left`` and ``right`` are the sums,
    ``gap`` their distance (never negative), ``allowed`` what rounding explains; ``tail`` when it does."""

    rule: Rule
    constraint: Constraint
    left: Decimal
    right: Decimal
    gap: Decimal
    allowed: Decimal

    @property
    def tail(self) -> bool:
        """尾差: rounding explains the gap."""
        return 0 < self.gap <= self.allowed


HALF_UNIT = Decimal("0.005")
"""How far a figure printed in 万元 may lie from the exact one."""


class Figures:
    """The amounts of a report as whole numbers of one common fraction, for fast exact sums.

    ``scope`` prefixes (``last_year.``, ``budget.``) are part of the form id.
    ``rounded`` tells whether they stand for ± half a unit of the second place.
    """

    __slots__ = ("_exact", "_values", "rounded", "scale")

    def __init__(self, report: Report, edition: Edition) -> None:
        given = [(ref, value) for ref, value in report.amounts.items()]
        for scope, figures in (("last_year", report.last_year), ("budget", report.budget)):
            given += [(Ref(f"{scope}.{ref.form}", ref.line, ref.column), v) for ref, v in figures.items()]
        places = max((-_exponent(value) for _, value in given), default=0)
        self.scale: int = 10 ** max(places, 2)
        self._values = {ref: int(value * self.scale) for ref, value in given}
        self._exact = {
            (form.id, line.id) for form in edition.forms.values() for line in form.lines if line.count
        }
        self.rounded = report.unit is Unit.WAN

    def has(self, ref: Ref) -> bool:
        """Whether the figure is there (0 is, a blank is not)."""
        return ref in self._values

    def total(self, terms: Iterable[Term]) -> int:
        """The exact sum of ``terms`` in units of 1/scale."""
        values = self._values
        return sum(coefficient * values.get(ref, 0) for coefficient, ref in terms)

    def slack(self, terms: Iterable[Term]) -> Decimal:
        """What rounding of the non-blank ``terms`` can move their sum, in the report's unit."""
        if not self.rounded:
            return ZERO
        count: int = sum(
            abs(coefficient)
            for coefficient, ref in terms
            if ref in self._values and (form_of(ref.form), ref.line) not in self._exact
        )
        return HALF_UNIT * count

    def decimal(self, number: int) -> Decimal:
        """A sum as a decimal in the report's unit."""
        return Decimal(number) / self.scale


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


_Compiled = dict[str, tuple[Constraint, ...]]
_COMPILED: dict[tuple[int, tuple[tuple[str, tuple[str, ...]], ...]], _Compiled] = {}
_KEPT = 256


def compiled(edition: Edition, report: Report) -> dict[str, tuple[Constraint, ...]]:
    """The constraints of every rule for the lines that ``report`` prints; kept per edition and lines."""
    codes = tuple(
        (form.id, tuple(report.lines.get(form.id, ())))
        for form in edition.forms.values()
        if form.kind == "codes"
    )
    key = (id(edition), codes)
    found = _COMPILED.get(key)
    if found is None:
        if len(_COMPILED) >= _KEPT:
            _COMPILED.clear()
        shapes = edition.shapes(dict(codes))
        found = _COMPILED[key] = {
            rule.id: _distinct(edition.constraints(rule, shapes)) for rule in edition.rules if rule.equations
        }
    return found


def _distinct(constraints: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Without repetitions: two equations of a rule may state the same pair, left and right exchanged."""
    seen: set[frozenset[tuple[Term, ...]]] = set()
    kept = []
    for constraint in constraints:
        sides = frozenset((constraint.left, constraint.right))
        if constraint.operator != "=" or sides not in seen:
            seen.add(sides)
            kept.append(constraint)
    return tuple(kept)


def holds(text: str, figures: Figures, shapes: Shapes) -> bool:
    """Whether a condition is met by the printed figures to the letter."""
    return all(_judge(constraint, figures) is None for constraint in expand(parse(text), shapes, ""))


def broken(rule: Rule, constraints: Sequence[Constraint], figures: Figures) -> Iterator[Broken]:
    """The constraints of ``rule`` that are not met to the letter, tails among them."""
    for constraint in constraints:
        gap = _judge(constraint, figures)
        if gap is None:
            continue
        left, right = figures.total(constraint.left), figures.total(constraint.right)
        allowed = Decimal(0) if constraint.exact else figures.slack(constraint.left + constraint.right)
        if constraint.operator in "<>" or not constraint.right:
            # A sign or a forbidden figure is not a matter of rounding.
            allowed = ZERO
        elif figures.rounded:
            allowed = max(allowed, rule.tolerance)
        yield Broken(
            rule, constraint, figures.decimal(left), figures.decimal(right), figures.decimal(gap), allowed
        )


def _judge(constraint: Constraint, figures: Figures) -> int | None:
    """None when met to the letter, else the distance in units of 1/scale (at least 1)."""
    difference = figures.total(constraint.left) - figures.total(constraint.right)
    operator = constraint.operator
    if operator == "=":
        return abs(difference) or None
    if operator == "<=":
        return difference if difference > 0 else None
    if operator == ">=":
        return -difference if difference < 0 else None
    # A printed 0.00 may stand for a little; only a blank is exactly 0.
    slack = int(figures.slack(constraint.left + constraint.right) * figures.scale * 2)
    if operator == "<":
        return None if 2 * difference - slack < 0 else difference
    return None if 2 * difference + slack > 0 else -difference
