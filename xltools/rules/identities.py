"""The edition's equations held against a report: 一致, 尾差 (explained by rounding) or broken."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from xltools.amount import PLACES, ZERO, Unit
from xltools.editions import Edition, Rule
from xltools.editions.equation import Constraint, Equation, Term, form_of, parse
from xltools.editions.expansion import Shapes, Spread
from xltools.editions.recent import Recent
from xltools.report import Ref, Report

MEETS: Mapping[str, Callable[[int | Decimal, int | Decimal], bool]] = {
    "=": operator.eq, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
"""Per operator whether left − right, held against 0, meets it to the letter."""


class Broken(NamedTuple):
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


class Figures:
    """The amounts of a report as whole numbers of one common fraction, for fast exact sums.

    Figures of last year and of the budget carry their scope in the form id (``last_year.summary``).
    ``rounded`` tells whether figures stand for ± half a unit of their last place, at least the second.
    """

    __slots__ = ("_counts", "places", "rounded", "values")

    def __init__(self, report: Report, edition: Edition) -> None:
        given = list(report.amounts.items())
        for scope, figures in (("last_year", report.last_year), ("budget", report.budget)):
            given += [(Ref(f"{scope}.{ref.form}", ref.line, ref.column), v) for ref, v in figures.items()]
        self.places = PLACES
        unit = 10**PLACES
        fractions = [(ref, *value.as_integer_ratio()) for ref, value in given]
        if any(unit % denominator for _, _, denominator in fractions):
            self.places = max(places_of(value) for _, value in given)
            unit = 10**self.places
        self.values: dict[Ref, int] = {ref: number * unit // below for ref, number, below in fractions}
        self._counts = _counted_lines(edition)
        self.rounded = report.unit is Unit.WAN

    def has(self, ref: Ref) -> bool:
        """Whether the figure is there (0 is, a blank is not)."""
        return ref in self.values

    def is_count(self, ref: Ref) -> bool:
        """Whether the figure counts pieces and is no amount."""
        return (form_of(ref.form), ref.line) in self._counts

    def sum(self, terms: Iterable[Term]) -> int:
        """The exact sum of ``terms`` in units of the last place; a blank counts as 0."""
        return sum(coefficient * self.values.get(ref, 0) for coefficient, ref in terms)

    def total(self, terms: Iterable[Term]) -> Decimal:
        """The same in the report's unit."""
        return self.decimal(self.sum(terms))

    def slack(self, terms: Iterable[Term]) -> Decimal:
        """What rounding of the non-blank ``terms`` can move their sum, in the report's unit."""
        if not self.rounded:
            return ZERO
        if self.places == PLACES:
            rounded = [abs(one) for one, ref in terms if ref in self.values and not self.is_count(ref)]
            return _HALF_UNIT * sum(rounded) if rounded else ZERO
        return sum((abs(coefficient) * self._half_unit(ref) for coefficient, ref in terms), ZERO)

    def _half_unit(self, ref: Ref) -> Decimal:
        value = self.values.get(ref)
        if value is None or self.is_count(ref):
            return ZERO
        places = max(PLACES, places_of(self.decimal(value)))
        return Decimal(5).scaleb(-places - 1)

    def decimal(self, number: int) -> Decimal:
        """A sum of ``values`` as a decimal in the report's unit."""
        # Through text: arithmetic would round to the context's 28 digits.
        return Decimal(f"{number}e-{self.places}")


_PLACES = {1: 0, 2: 1, 5: 1, 10: 1, 4: 2, 20: 2, 25: 2, 50: 2, 100: 2}
"""Places of a value by the denominator of its shortest fraction."""


def places_of(value: Decimal) -> int:
    """How many places after the point a value needs; 12.50 needs one."""
    if (known := _PLACES.get(value.as_integer_ratio()[1])) is not None:
        return known
    _, digits, exponent = value.as_tuple()
    places = -int(exponent)
    for digit in reversed(digits):
        if digit or places <= 0:
            break
        places -= 1
    return max(places, 0) if any(digits) else 0


def whole(value: Decimal, places: int) -> int:
    """``value`` in units of its ``places``-th place, which it does not exceed; exact for any size."""
    numerator, denominator = value.as_integer_ratio()
    return numerator * int(10**places) // denominator


_HALF_UNIT = Decimal(5).scaleb(-PLACES - 1)


def _counted_lines(edition: Edition) -> frozenset[tuple[str, str]]:
    if "counted_lines" not in edition.memo:
        edition.memo["counted_lines"] = frozenset(
            (form.id, line.id) for form in edition.forms.values() for line in form.lines if line.count
        )
    found: frozenset[tuple[str, str]] = edition.memo["counted_lines"]
    return found


Uses = tuple[tuple[Ref, list[tuple[int, int]]], ...]
"""Figures with the constraints they enter: (number within the rule, coefficient), the right side negative."""


@dataclass(frozen=True, slots=True)
class Identities:
    """The identities of an edition for the lines that a report prints.

    ``numbers`` maps each rule to the numbers of its ``constraints``; ``conditions`` to those of its
    ``when.holds``. ``uses`` has, by number of a rule's first constraint, what that rule uses. ``memo`` keeps
    what is worth its making once a second report prints the same lines.
    """

    constraints: tuple[Constraint, ...]
    numbers: Mapping[str, range]
    conditions: Mapping[str, tuple[Constraint, ...]]
    uses: tuple[tuple[int, Uses], ...]
    pairs: tuple[int, ...]
    by_rule: Mapping[str, tuple[Constraint, ...]]
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def between_forms(self) -> Iterator[Constraint]:
        """The constraints that hold figures of one form against figures of one other, this year."""
        return (self.constraints[number] for number in self.pairs)

    def differences(self, figures: Figures) -> list[int]:
        """Left − right of every constraint, in units of the figures' last place."""
        # By figure, not by constraint: most cells of most reports are blank.
        result = [0] * len(self.constraints)
        by_figure = self._by_figure()
        if by_figure:
            for ref, number in figures.values.items():
                for place, coefficient in by_figure.get(ref, ()):
                    result[place] += coefficient * number
            return result
        figure = figures.values.get
        for start, uses in self.uses:
            for ref, used in uses:
                if value := figure(ref):
                    for number, coefficient in used:
                        result[start + number] += coefficient * value
        return result

    def _by_figure(self) -> Mapping[Ref, Sequence[tuple[int, int]]]:
        """All uses of each figure together, by number of the constraint; {} when asked for the first time."""
        known: Mapping[Ref, Sequence[tuple[int, int]]] | None = self.memo.get("by_figure")
        if known is None:
            self.memo["by_figure"] = known = {}
        elif not known:
            found: dict[Ref, list[tuple[int, int]]] = {}
            for start, used in self.uses:
                for ref, places in used:
                    found.setdefault(ref, []).extend([(start + number, one) for number, one in places])
            self.memo["by_figure"] = known = found
        return known

    @property
    def strict(self) -> frozenset[int]:
        """The numbers of the constraints that a difference of 0 does not meet."""
        if "strict" not in self.memo:
            found = (number for number, one in enumerate(self.constraints) if one.operator in ("<", ">"))
            self.memo["strict"] = frozenset(found)
        known: frozenset[int] = self.memo["strict"]
        return known

    def chosen(self, rule: str, numbers: Sequence[int]) -> tuple[Constraint, ...]:
        """Constraints of one rule by their numbers; for all of them always the same tuple."""
        everything = self.by_rule[rule]
        if len(numbers) == len(everything):
            return everything
        return tuple(self.constraints[number] for number in numbers)


_KEPT = 6
"""Sets of lines of which the identities are kept: one unit is checked again and again, but of a thousand
units each prints other codes."""
_PARTS_KEPT = 3_000
"""Parts that are kept: a thousand units print the same few hundred codes."""


class _Part(NamedTuple):
    """The identities that one equation states for one line of a form (for all its lines, where no codes
    matter), with their pairs and uses by number within the part."""

    constraints: tuple[Constraint, ...]
    pairs: tuple[int, ...]
    uses: Uses


_Kept = Recent[tuple[Spread, object], _Part]


class _Template:
    """A rule before the codes of a report are known, and the parts of it that do not depend on them."""

    __slots__ = ("conditions", "fixed", "joins", "rule", "several", "spreads")

    def __init__(self, rule: Rule, shapes: Shapes) -> None:
        self.rule = rule
        self.spreads = [Spread(equation, shapes, rule.id, rule.exact) for equation in rule.parsed]
        self.conditions = [Spread(parse(text), shapes, rule.id) for text in rule.when.holds]
        self.several = sum(spread.equation.operator == "=" for spread in self.spreads) > 1
        self.joins = {one: _joins_forms(one.equation) for one in (*self.spreads, *self.conditions)}
        self.fixed = {
            spread: _part([one for line in spread.lines(shapes) for one in spread.at(line, shapes)], joins)
            for spread, joins in self.joins.items()
            if spread.fixed
        }

    def parts(self, spreads: Iterable[Spread], shapes: Shapes, kept: _Kept) -> Iterator[_Part]:
        """What ``spreads`` state for the lines of a report."""
        for spread in spreads:
            if spread.fixed:
                yield self.fixed[spread]
                continue
            for line in spread.lines(shapes):
                depends = spread.key(line, shapes)
                part = kept.get((spread, depends)) if depends else None
                if part is None:
                    part = _part(list(spread.at(line, shapes)), self.joins[spread])
                    if depends:
                        kept.put((spread, depends), part)
                yield part


def identities(edition: Edition, report: Report) -> Identities:
    """The identities of every rule for the lines that ``report`` prints; kept per edition and lines."""
    codes = {
        form.id: tuple(report.lines.get(form.id, ()))
        for form in edition.forms.values()
        if form.kind == "codes"
    }
    kept: Recent[object, Identities] = edition.memo.setdefault("identities", Recent(_KEPT))
    key = tuple(codes.items())
    return kept.get(key) or kept.put(key, _compile(edition, edition.shapes(codes)))


def _compile(edition: Edition, shapes: Shapes) -> Identities:
    memo = edition.memo
    if "templates" not in memo:
        memo["templates"] = [_Template(rule, shapes) for rule in edition.rules]
    kept: _Kept = memo.setdefault("parts", Recent(_PARTS_KEPT))
    constraints: list[Constraint] = []
    numbers, conditions, by_rule = {}, {}, {}
    uses: list[tuple[int, Uses]] = []
    pairs: list[int] = []
    for template in memo["templates"]:
        rule, first = template.rule.id, len(constraints)
        parts = template.parts(template.spreads, shapes, kept)
        for part in _distinct(parts) if template.several else parts:
            start = len(constraints)
            constraints += part.constraints
            uses.append((start, part.uses))
            if part.pairs:
                pairs += [start + number for number in part.pairs]
        numbers[rule] = range(first, len(constraints))
        by_rule[rule] = tuple(constraints[first:])
        held = template.parts(template.conditions, shapes, kept)
        conditions[rule] = tuple([one for part in held for one in part.constraints])
    return Identities(tuple(constraints), numbers, conditions, tuple(uses), tuple(pairs), by_rule)


def _part(constraints: Sequence[Constraint], joins: bool) -> _Part:
    uses: dict[Ref, list[tuple[int, int]]] = {}
    for number, constraint in enumerate(constraints):
        for coefficient, ref in constraint.left:
            uses.setdefault(ref, []).append((number, coefficient))
        for coefficient, ref in constraint.right:
            uses.setdefault(ref, []).append((number, -coefficient))
    pairs = [number for number, constraint in enumerate(constraints) if joins and _between_forms(constraint)]
    return _Part(tuple(constraints), tuple(pairs), tuple(uses.items()))


def _distinct(parts: Iterable[_Part]) -> Iterator[_Part]:
    """Without repetitions: two equations of a rule may state the same pair, left and right exchanged."""
    seen: set[tuple[Sequence[Term], Sequence[Term]]] = set()
    for part in parts:
        new = []
        for one in part.constraints:
            if one.operator != "=":
                new.append(one)
            elif (one.left, one.right) not in seen:
                new.append(one)
                seen.update(((one.left, one.right), (one.right, one.left)))
        if len(new) == len(part.constraints):
            yield part
        elif new:
            yield _part(new, bool(part.pairs))


def _joins_forms(equation: Equation) -> bool:
    forms = {operand.form for operand in equation.left + equation.right}
    return len(forms) > 1


def _between_forms(constraint: Constraint) -> bool:
    left = {term.ref.form for term in constraint.left}
    right = {term.ref.form for term in constraint.right}
    return len(left) == len(right) == 1 and left != right and not any("." in form for form in left | right)


def holds(conditions: Iterable[Constraint], figures: Figures) -> bool:
    """Whether conditions are met by the printed figures to the letter."""
    return all(
        MEETS[condition.operator](figures.sum(condition.left) - figures.sum(condition.right), 0)
        for condition in conditions
    )


def broken(
    rule: Rule, found: Identities, numbers: Iterable[int], differences: Sequence[int], figures: Figures
) -> Iterator[Broken]:
    """The constraints of ``rule`` that are not met to the letter, tails among them."""
    strict = found.strict
    for number in [number for number in numbers if differences[number] or number in strict]:
        constraint = found.constraints[number]
        if MEETS[constraint.operator](differences[number], 0):
            continue
        gap = abs(figures.decimal(differences[number]))
        allowed = figures.slack(constraint.left + constraint.right)
        if constraint.operator in "<>":
            # A printed 0.00 may stand for a little; only a blank is exactly 0.
            if gap < allowed:
                continue
            allowed = ZERO
        elif constraint.exact or not constraint.right:
            # The same figure, a sign or a forbidden figure is not a matter of rounding.
            allowed = ZERO
        elif figures.rounded:
            allowed = max(allowed, rule.tolerance)
        left, right = figures.total(constraint.left), figures.total(constraint.right)
        yield Broken(rule, constraint, left, right, gap, allowed.normalize())
