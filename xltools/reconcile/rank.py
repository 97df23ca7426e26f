"""From minimal sets to a ranking: how probable is each set, each member and each true figure."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log

from xltools.amount import Unit
from xltools.reconcile.hypotheses import (
    CELL,
    EXCHANGE,
    LINE,
    SHARE,
    SOFT,
    STALE,
    TWICE,
    Class,
    Member,
    shape,
)  # fmt: skip
from xltools.reconcile.locate import Located
from xltools.reconcile.mechanisms import OMITTED, OTHER, SURPLUS, Context, explain, sources
from xltools.reconcile.model import Problem

ENUMERATED = 60
"""Candidates of a true figure that are tried one by one; a wider interval is tried at plain slips only."""
SHOWN = 12
"""Candidates kept per suspect."""
PRIOR = {STALE: 0.15, LINE: 0.1, EXCHANGE: 0.04, TWICE: 0.06, SOFT: 0.3, SHARE: 0.3}
"""Probability of a kind of joint error relative to one wrong figure, shared by all members of the kind."""
AGAIN = 0.2
"""Each further error is rarer than the one before."""
PAIR = 0.006
"""Weight of two plain slips among n figures of a section, relative to n and to one figure off by no slip."""
BLANK = 0.6
"""Share of the cells of a section that are rightly blank."""
SAME_AGAIN = 0.01
"""Share of amounts that are the same as last year's."""
NEGATIVE = 0.02
"""Weight of a true figure below 0 (红字)."""
SETS = 400
"""Combinations of members kept per problem."""


@dataclass(slots=True)
class Choice:
    """One member of a class with its weight; ``values`` are (true figure in the last printed place,
    weight), most probable first; ``low``/``high`` the true figure's interval in 分 (δ's for groups)."""

    member: Member
    weight: float
    values: list[tuple[int, float]]
    why: str
    low: int
    high: int
    vague: float = 0.0
    """How much of the weight says no more than "some other figure"."""


@dataclass(slots=True)
class Ranked:
    """One set of choices that mends everything; ``probability`` among all that were found."""

    choices: tuple[Choice, ...]
    probability: float


@dataclass
class Judge:
    """Weighs the hypotheses about one problem."""

    problem: Problem
    located: Located
    chosen: dict[tuple[int, int, int], list[Choice]] = field(default_factory=dict)

    @cached_property
    def width(self) -> int:
        """分 per last printed place."""
        return 1 if self.problem.unit is Unit.YUAN else 10000

    @cached_property
    def units(self) -> list[int | None]:
        """Printed figures as integers in the last printed place."""
        return [None if v is None else int(v.scaleb(2)) for v in self.problem.printed]

    @cached_property
    def size(self) -> int:
        """Number of printed figures."""
        return sum(v is not None for v in self.problem.printed)

    @cached_property
    def leaves(self) -> frozenset[int]:
        """Cells that no row of their form adds up and no other form repeats."""
        return shape(self.problem.model).leaves

    @cached_property
    def rivals(self) -> dict[str, int]:
        """Hypotheses among which a kind's prior is shared: rules, percentages, or figures."""
        problem = self.problem
        soft = len(problem.model.soft_rows.intersection(problem.nonempty))
        return {SOFT: max(1, soft), SHARE: max(1, len(problem.shares) // 2)}

    @cached_property
    def reported(self) -> set[str]:
        """Forms of which last year's figures are known."""
        return {ref.form for ref in self.problem.last_year}

    @cached_property
    def grid(self) -> dict[str, dict[tuple[str, str], int]]:
        """Per form the printed figures by line and column."""
        grid: dict[str, dict[tuple[str, str], int]] = {}
        for ref, value in zip(self.problem.refs, self.units, strict=True):
            if value is not None:
                grid.setdefault(ref.form, {})[ref.line, ref.column] = value
        return grid

    @cached_property
    def order(self) -> dict[tuple[str, str], list[str]]:
        """Per form and column the lines with a figure, in printed order."""
        order: dict[tuple[str, str], list[str]] = {}
        for ref, value in zip(self.problem.refs, self.units, strict=True):
            if value is not None:
                order.setdefault((ref.form, ref.column), []).append(ref.line)
        for lines in order.values():
            lines.sort(key=_line_key)
        return order

    def context(self, cell: int) -> Context:
        """What is printed around ``cell``."""
        ref = self.problem.refs[cell]
        grid = self.grid.get(ref.form, {})
        lines = self.order.get((ref.form, ref.column), [])
        near: list[int] = []
        if ref.line in lines:
            at = lines.index(ref.line)
            near = [grid[line, ref.column] for line in (lines[at - 1 : at] + lines[at + 1 : at + 2])]
        if ref.column.isdigit():
            for column in (str(int(ref.column) - 1), str(int(ref.column) + 1)):
                if (ref.line, column) in grid:
                    near.append(grid[ref.line, column])
        last = self.problem.last_year.get(ref)
        return Context(tuple(near), None if last is None else int(last.scaleb(2)))

    # ---- one class

    def choices(self, number: int, low: int, high: int) -> list[Choice]:
        """The members of a class weighed for δ in [low, high], heaviest first."""
        key = (number, low, high)
        if key not in self.chosen:
            group = self.located.groups.all[number]
            found = [c for member in group.members if (c := self._choice(group, member, low, high))]
            found.sort(key=lambda c: -c.weight)
            self.chosen[key] = found
        return self.chosen[key]

    def _choice(self, group: Class, member: Member, low: int, high: int) -> Choice | None:
        if member.kind == CELL:
            return self._cell(member, low, high)
        prior = PRIOR[member.kind] / self.rivals.get(member.kind, self.size)
        if member.kind in (SOFT, SHARE):
            return Choice(member, prior * self._loose(member, low, high), [], member.kind, low, high)
        if member.kind == LINE:
            return self._line(member, low, high, prior)
        return self._several(member, low, high, prior)

    def _cell(self, member: Member, low: int, high: int) -> Choice | None:
        cell, sign = member.cells[0]
        problem = self.problem
        if sign < 0:
            low, high = -high, -low
        # δ = true − printed world: what the other figures allow for the true one alone.
        least, most = problem.high[cell] + low, problem.low[cell] + high
        if least > most:
            least, most = most, least
        printed = self.units[cell]
        values = self._candidates(cell, least, most, printed)
        if not values:
            return None
        weight = sum(w for _, w, _ in values) / self.size
        why = values[0][2]
        vague = weight if why in (OTHER, OMITTED) else 0.0
        return Choice(member, weight, [(v, w) for v, w, _ in values[:SHOWN]], why, least, most, vague)

    def _candidates(
        self, cell: int, least: int, most: int, printed: int | None
    ) -> list[tuple[int, float, str]]:
        width = 1 if self.problem.model.exact[cell : cell + 1] == [True] else self.width
        first, last = _round(least, width), _round(most, width)
        context = self.context(cell)
        step = 100 if width == 1 and self.problem.unit is Unit.WAN else 1
        wide = (last - first) // step > ENUMERATED
        trial: Sequence[int] = range(first, last + 1, 1)
        if wide:
            trial = [v for v in sources(printed or 0) if first <= v <= last] if printed else []
        found = []
        for value in trial:
            if value == printed or (printed is None and value == 0):
                continue
            weight, why = explain(printed, value, context)
            if value == 0 and printed is not None and cell in self.leaves:
                why = SURPLUS
            found.append((value, weight * self._plausible(cell, printed, value), why))
        found.sort(key=lambda f: -f[1])
        if wide:
            middle = min(max(printed or 0, first), last)
            weight = 0.03 if printed is not None else 0.002
            found.append((middle, weight, "金额不符" if printed is not None else OMITTED))
        return found

    def _plausible(self, cell: int, printed: int | None, value: int) -> float:
        """How much likelier the true figure is than the printed one, were nothing else known: only
        leaves are free; a total follows from its parts."""
        factor = NEGATIVE if value < 0 and (printed is None or printed >= 0) else 1.0
        if cell not in self.leaves:
            return factor
        ref = self.problem.refs[cell]
        last = self.problem.last_year.get(ref)
        before = int(last.scaleb(2)) if last is not None else 0 if ref.form in self.reported else None
        return factor * min(1e4, _density(abs(value), before) / _density(abs(printed or 0), before))

    def _loose(self, member: Member, low: int, high: int) -> float:
        """A rule that does not hold here misses by anything, so a near miss speaks for a wrong figure.
        A wrong percentage is judged by its distance in last places."""
        nearest = 0 if low <= 0 <= high else min(abs(low), abs(high))
        if member.kind == SOFT:
            unit = nearest // self.width
            return min(1.0, max(1, (high - low) // self.width) / (6 * (unit + 100)))
        return 1.0

    def _line(self, member: Member, low: int, high: int, prior: float) -> Choice | None:
        if high <= 0:
            return None
        first, last = max(1, _round(low, self.width)), _round(high, self.width)
        spread = max(1, last - first + 1)
        weight = prior * min(1.0, spread / (6 * (abs(first) + 100)))
        values = [(v, 1 / spread) for v in range(first, min(last, first + SHOWN - 1) + 1)]
        return Choice(member, weight, values, OMITTED, low, high)

    def _several(self, member: Member, low: int, high: int, prior: float) -> Choice | None:
        """Cells that share one δ: weighed by their first cell."""
        cell, sign = member.cells[0]
        if any(self.units[x] is None for x, _ in member.cells):
            return None
        if sign < 0:
            low, high = -high, -low
        printed = self.units[cell]
        assert printed is not None
        if member.kind == EXCHANGE:
            return self._exchange(member, low, high, prior)
        first, last = printed + _round(low, self.width), printed + _round(high, self.width)
        context = self.context(cell)
        values = []
        why = member.kind
        for value in range(first, min(last, first + ENUMERATED) + 1):
            if value != printed:
                weight, way = explain(printed, value, context)
                values.append((value, weight * (NEGATIVE if value < 0 else 1.0), way))
        values.sort(key=lambda f: -f[1])
        if not values:
            return None
        if member.kind == STALE:
            # An old figure is anything near the new one, not a slip of the keys.
            near = sum(
                self._plausible(cell, printed, v) * _density(printed, v) for v, _, _ in values if v > 0
            )
            again = sum(self._plausible(cell, printed, v) for v, _, _ in values if v > 0)
            weight = prior * (near + (again / 2 if context.last_year == printed else 0))
        else:
            weight, why = prior * sum(w for _, w, _ in values), values[0][2]
        return Choice(member, weight, [(v, w) for v, w, _ in values[:SHOWN]], why, low, high)

    def _exchange(self, member: Member, low: int, high: int, prior: float) -> Choice | None:
        first, second = (self.units[x] for x, _ in member.cells)
        assert first is not None and second is not None
        gap = (second - first) * self.width
        if not low - self.width <= gap <= high + self.width or not gap:
            return None
        return Choice(member, prior, [(second, 1.0)], EXCHANGE, low, high)

    # ---- sets

    def rank(self) -> list[Ranked]:
        """Sets of choices, most probable first; probabilities add up to less than 1 by what was cut and
        by what no set explains."""
        found: list[tuple[float, tuple[Choice, ...]]] = []
        total = 0.0
        for solution in self.located.solutions:
            lists = [self.choices(k, *b) for k, b in zip(solution.classes, solution.bounds, strict=True)]
            if not all(lists):
                continue
            scale = AGAIN ** (len(lists) - 1)
            mass = scale
            for choices in lists:
                mass *= sum(c.weight for c in choices)
            total += mass * (1 + sum(_unsaid(choices) for choices in lists))
            found.extend((scale * w, c) for w, c in _best(lists, SETS))
        found.sort(key=lambda f: -f[0])
        total += self._unseen(total)
        return [Ranked(c, w / total) for w, c in found[:SETS]] if total else []

    def _unseen(self, total: float) -> float:
        """Weight kept back for sets with one figure more than the smallest."""
        size = len(self.located.solutions[0].classes) if self.located.solutions else 1
        return (1e-7 / self.size) ** size * 0.2**size + total * 1e-4


def _best(lists: list[list[Choice]], limit: int) -> list[tuple[float, tuple[Choice, ...]]]:
    """The heaviest combinations of one choice per list."""
    result: list[tuple[float, tuple[Choice, ...]]] = [(1.0, ())]
    for choices in lists:
        grown = [(w * c.weight, (*chosen, c)) for w, chosen in result for c in choices]
        result = heapq.nlargest(limit, grown, key=lambda g: g[0])
    return result


def _unsaid(choices: Sequence[Choice]) -> float:
    """Relative weight of two slips in one section that together look like one odd figure."""
    weight = sum(c.weight for c in choices)
    return PAIR * len(choices) * sum(c.vague for c in choices) / weight if weight else 0.0


def _density(value: int, before: int | None) -> float:
    """How probable a leaf's amount is, given last year's (0: was blank; None: not known)."""
    if before is None:
        return BLANK if value == 0 else (1 - BLANK) / (6 * (value + 100))
    if before <= 0:
        return 0.9 if value == 0 else 0.1 / (6 * (value + 100))
    if value == 0:
        return 0.05
    ratio = log(value / before)
    return 0.1 / (0.1 + ratio * ratio) / value + (SAME_AGAIN if value == before else 0)


def _round(value: int, width: int) -> int:
    """Half-up, ties away from zero."""
    size = (abs(value) + width // 2) // width
    return -size if value < 0 else size


def _line_key(line: str) -> tuple[int, str]:
    return (0, line.zfill(3)) if line.isdigit() and len(line) < 3 else (1, line)
