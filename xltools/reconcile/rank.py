"""From minimal sets to a ranking: how probable is each set, each member and each true figure."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, prod

from xltools.amount import Unit
from xltools.reconcile.choice import SHOWN, Choice, Ranked, best_sets
from xltools.reconcile.hypotheses import (
    CELL,
    EXCHANGE,
    LINE,
    MISSING,
    SHARE,
    SOFT,
    STALE,
    TWICE,
    Class,
    Classes,
    Member,
    shape,
)  # fmt: skip
from xltools.reconcile.locate import Solution
from xltools.reconcile.mechanisms import NOT_ADDED, OMITTED, OTHER, SURPLUS, Context, explain, sources
from xltools.reconcile.model import is_exact
from xltools.reconcile.plausible import density
from xltools.reconcile.problem import Problem
from xltools.reconcile.shares import places_of
from xltools.reconcile.together import Pair, Together
from xltools.report import Ref

ENUMERATED = 60
"""Candidates of a true figure that are tried one by one; a wider interval is tried at plain slips only."""
PRIOR = {STALE: 0.15, LINE: 0.1, MISSING: 0.2, EXCHANGE: 0.04, TWICE: 0.06, SOFT: 0.3, SHARE: 0.3}
"""Probability of a kind of joint error relative to one wrong figure, shared by all members of the kind."""
WHY = {
    STALE: "本表未更新", LINE: "漏列一行", MISSING: "漏列一行", EXCHANGE: "基本支出与项目支出填反",
    TWICE: "几处同错", SOFT: "核实性关系在本单位不成立", SHARE: "比例与金额不符",
}  # fmt: skip
"""Kinds of joint error in Chinese."""
UNSEEN = 1e-8
"""Weight of an explanation that was not searched, per figure."""
NEARLY = Fraction(1, 1000)
AGAIN = 0.2
"""Each further error is rarer than the one before."""
PAIR = 0.006
"""Weight of two plain slips among n figures of a section, relative to n and to one figure off by no slip."""
ZERO_PRINTED = 0.001
"""Share of leaves that print 0.00."""
NEGATIVE = 0.02
"""Weight of a true figure below 0 (红字)."""
UNLISTED, UNLISTED_BLANK = 0.03, 0.002
"""Weight of all true figures that are not tried, of a printed figure and of a blank."""
SETS = 400
"""Combinations of members kept per problem."""
PAIRED = 12
"""Sets in which two figures of one sum are weighed together, the most plausible ones."""


@dataclass
class Judge:
    """Weighs the hypotheses about one problem."""

    problem: Problem
    groups: Classes
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
    def index(self) -> dict[Ref, int]:
        """Cell index by Ref, shares' own figures among them."""
        return {ref: number for number, ref in enumerate(self.problem.refs)}

    @cached_property
    def size(self) -> int:
        """Number of printed figures."""
        return max(1, sum(v is not None for v in self.problem.printed))

    @cached_property
    def leaves(self) -> frozenset[int]:
        """Cells that no row of their form adds up and no other form repeats."""
        return shape(self.problem.model).leaves

    @cached_property
    def rivals(self) -> dict[str, int]:
        """Hypotheses among which a kind's prior is shared: rules, percentages, or figures."""
        problem = self.problem
        soft = len(problem.model.soft_rows.intersection(problem.nonempty))
        return {SOFT: max(1, soft), SHARE: max(1, len(problem.ratios))}

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
        last = self.problem.last_year.get(ref)
        before = None if last is None else int(last.scaleb(2))
        if is_exact(ref):
            # Scores and counts are alike by nature: nothing is copied from a neighbour.
            return Context((), before)
        lines = self.order.get((ref.form, ref.column), [])
        around: list[tuple[str, str]] = []
        if ref.line in lines:
            at = lines.index(ref.line)
            around = [(line, ref.column) for line in (lines[at - 1 : at] + lines[at + 1 : at + 2])]
        if ref.column.isdigit():
            around += [(ref.line, str(int(ref.column) + step)) for step in (-1, 1)]
        grid = self.grid.get(ref.form, {})
        # A total that follows the figure prints what the figure makes of it, and is no source.
        followers = {self.problem.refs[x] for x in self.problem.live.followers(cell)}
        near = [grid[spot] for spot in around if spot in grid and Ref(ref.form, *spot) not in followers]
        return Context(tuple(near), before)

    # ---- one class

    def choices(self, number: int, low: int, high: int) -> list[Choice]:
        """The members of a class weighed for δ in [low, high], heaviest first."""
        key = (number, low, high)
        if key not in self.chosen:
            group = self.groups.all[number]
            found = [c for member in group.members if (c := self._choice(group, member, low, high))]
            found.sort(key=lambda c: -c.weight)
            self.chosen[key] = found
        return self.chosen[key]

    def _choice(self, group: Class, member: Member, low: int, high: int) -> Choice | None:
        if member.kind == CELL:
            return self._cell(member, low, high)
        prior = PRIOR[member.kind] / self.rivals.get(member.kind, self.size)
        if member.kind == SOFT:
            return Choice(member, prior * self._loose(low, high), [], WHY[SOFT], low, high)
        if member.kind == SHARE:
            return self._ratio(member, low, high, prior)
        if member.kind in (LINE, MISSING):
            return self._line(member, low, high, prior)
        return self._several(member, low, high, prior)

    def _cell(self, member: Member, low: int, high: int) -> Choice | None:
        cell, sign = member.cells[0]
        problem = self.problem
        if sign < 0:
            low, high = -high, -low
        # δ = true − printed world: what the other figures allow for the true one alone.
        least, most = sorted((problem.high[cell] + low, problem.low[cell] + high))
        printed = self.units[cell]
        values, rest = self._candidates(cell, least, most, printed)
        if not values:
            return None
        weight = (sum(w for _, w, _ in values) + rest) / self.size
        why = values[0][2]
        vague = weight if why in (OTHER, OMITTED) else 0.0
        if why == OTHER and cell in shape(problem.model).below:
            why = NOT_ADDED
        return Choice(
            member, weight, [(v, w) for v, w, _ in values[:SHOWN]], why, least, most, vague, rest > 0
        )

    def _candidates(
        self, cell: int, least: int, most: int, printed: int | None
    ) -> tuple[list[tuple[int, float, str]], float]:
        """(true figure, weight, why), heaviest first; and the weight of those not listed, where there are
        too many to try them all."""
        count = is_exact(self.problem.refs[cell])
        width = 1 if count else self.width
        first, last = _round(least, width), _round(most, width)
        context = self.context(cell)
        # Counts come in whole pieces, scores in hundredths.
        step = 100 if count and self.problem.refs[cell].form == "statistics" else 1
        wide = (last - first) // step > ENUMERATED
        trial: Sequence[int] = range(-(-first // step) * step, last + 1, step)
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
        if not wide:
            return found, 0.0
        nearest = min(max(printed or 0, first), last)
        if all(value != nearest for value, _, _ in found):
            found.append((nearest, 0.0, OTHER if printed is not None else OMITTED))
        return found, UNLISTED if printed is not None else UNLISTED_BLANK

    def _plausible(self, cell: int, printed: int | None, value: int) -> float:
        """How much likelier the true figure is than the printed one, were nothing else known: only
        leaves are free; a total follows from its parts."""
        factor = NEGATIVE if value < 0 and (printed is None or printed >= 0) else 1.0
        if cell not in self.leaves:
            return factor
        ref = self.problem.refs[cell]
        last = self.problem.last_year.get(ref)
        before = int(last.scaleb(2)) if last is not None else 0 if ref.form in self.reported else None
        # A leaf that is 0 is left blank: a printed 0.00 is rare.
        present = ZERO_PRINTED if printed == 0 else density(abs(printed or 0), before)
        return factor * min(1e4, density(abs(value), before) / present)

    def _loose(self, low: int, high: int) -> float:
        """A rule that does not hold here misses by anything: a near miss speaks for a wrong figure."""
        nearest = 0 if low <= 0 <= high else min(abs(low), abs(high))
        return min(1.0, max(1, (high - low) // self.width) / (6 * (nearest // self.width + 100)))

    def _ratio(self, member: Member, low: int, high: int, prior: float) -> Choice | None:
        """A printed ratio: δ is twice the whole times what it is off by, in its last place."""
        problem = self.problem
        share = problem.shares[member.row][0][0]
        value = problem.ratios[share.ratio]
        places = places_of(value)
        printed = int(value.scaleb(places))
        whole = sum(c * problem.face[self.index[ref]] for c, ref in share.whole)
        if whole <= 0:
            return Choice(member, prior * 1e-4, [], WHY[SHARE], low, high)
        # The whole is known within its interval only: hence the ends are taken a little farther out.
        first = ceil(Fraction(low, 2 * whole) - NEARLY)
        last = floor(Fraction(high, 2 * whole) + NEARLY)
        found = []
        for shift in range(first, min(last, first + ENUMERATED) + 1):
            if shift:
                weight, way = explain(printed, printed + shift, Context(places=places))
                found.append((printed + shift, weight, way))
        found.sort(key=lambda f: -f[1])
        if not found:
            return Choice(member, prior * 1e-4, [], WHY[SHARE], low, high)
        weight = prior * sum(w for _, w, _ in found)
        return Choice(member, weight, [(v, w) for v, w, _ in found[:SHOWN]], WHY[SHARE], low, high)

    def _line(self, member: Member, low: int, high: int, prior: float) -> Choice | None:
        if member.sign < 0:
            low, high = -high, -low
        if high <= 0:
            return None
        first, last = max(1, _round(low, self.width)), _round(high, self.width)
        spread = max(1, last - first + 1)
        weight = prior * min(1.0, spread / (6 * (abs(first) + 100)))
        values = [(v, 1 / spread) for v in range(first, min(last, first + SHOWN - 1) + 1)]
        return Choice(member, weight, values, WHY[member.kind], low, high)

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
        why = WHY[member.kind]
        for value in range(first, min(last, first + ENUMERATED) + 1):
            if value != printed:
                weight, way = explain(printed, value, context)
                values.append((value, weight * (NEGATIVE if value < 0 else 1.0), way))
        values.sort(key=lambda f: -f[1])
        if not values:
            return None
        if member.kind == STALE:
            # An old figure is anything near the new one, not a slip of the keys.
            near = sum(self._plausible(cell, printed, v) * density(printed, v) for v, _, _ in values if v > 0)
            again = sum(self._plausible(cell, printed, v) for v, _, _ in values if v > 0)
            weight = prior * (near + (again / 2 if context.last_year == printed else 0))
        else:
            weight = prior * sum(w for _, w, _ in values)
            same = self._same_way(member, (values[0][0] - printed) * sign)
            why = f"{why}：{same}" if same else why
        return Choice(member, weight, [(v, w) for v, w, _ in values[:SHOWN]], why, low, high)

    def _same_way(self, member: Member, shift: int) -> str:
        """What is said of all cells of a group when they move by ``shift``; "" where they differ."""
        printed = [(x, self.units[x] or 0, s * shift) for x, s in member.cells]
        ways = {explain(wrong, wrong + by, self.context(x))[1] for x, wrong, by in printed}
        return "" if len(ways) > 1 or OTHER in ways else ways.pop()

    def _exchange(self, member: Member, low: int, high: int, prior: float) -> Choice | None:
        first, second = (self.units[x] for x, _ in member.cells)
        assert first is not None and second is not None
        gap = (second - first) * self.width
        if not low - self.width <= gap <= high + self.width or not gap:
            return None
        return Choice(member, prior, [(second, 1.0)], WHY[EXCHANGE], low, high)

    # ---- sets

    def lists(self, solution: Solution) -> list[list[Choice]]:
        """The choices of each class of a set."""
        return [self.choices(k, *b) for k, b in zip(solution.classes, solution.bounds, strict=True)]

    def mass(self, solution: Solution) -> float:
        """How plausible a set is, whichever members of its classes are to blame."""
        weight = 1 / AGAIN
        for choices in self.lists(solution):
            weight *= AGAIN * sum(c.weight for c in choices)
        return weight

    def rank(self, solutions: Sequence[Solution]) -> list[Ranked]:
        """Sets of choices, most probable first; probabilities add up to less than 1 by what was cut and
        by what no set explains."""
        found: list[tuple[float, tuple[Choice, ...]]] = []
        total = 0.0
        masses = [self.mass(solution) for solution in solutions]
        paired = sorted(range(len(solutions)), key=lambda n: -masses[n])[:PAIRED]
        for number, solution in enumerate(solutions):
            lists, mass = self.lists(solution), masses[number]
            joint = self._together.pairs(solution, lists) if number in paired else None
            scale = AGAIN ** (len(lists) - 1)
            if joint:
                best, mass = self._in_pairs(lists, *joint)
                mass *= scale
            else:
                best = best_sets(lists, SETS)
            total += mass * (1 + sum(_unsaid(choices) for choices in lists))
            found.extend((scale * w, c) for w, c in best)
        if not found:
            return []
        found.sort(key=lambda f: -f[0])
        size = len(found[0][1])
        # Kept back for sets with one figure more than the smallest.
        total += (UNSEEN / self.size) ** size * AGAIN**size + total * 1e-4
        return [Ranked(c, w / total) for w, c in found[:SETS]]

    @cached_property
    def _together(self) -> Together:
        return Together(self.problem, self.groups, self.width, self._choice)

    def _in_pairs(
        self, lists: list[list[Choice]], at: tuple[int, int], pairs: list[Pair]
    ) -> tuple[list[tuple[float, tuple[Choice, ...]]], float]:
        """The heaviest sets where the choices of two classes go in pairs, and the weight of all sets."""
        others = [choices for n, choices in enumerate(lists) if n not in at]
        weights = [weight / self.size**2 for weight, _, _ in pairs]
        mass = sum(weights) * prod(sum(c.weight for c in choices) for choices in others)
        found = []
        for w, rest in best_sets(others, SETS):
            for weight, (_, one, two) in zip(weights, pairs, strict=True):
                chosen = list(rest)
                chosen.insert(at[0], one)
                chosen.insert(at[1], two)
                found.append((w * weight, tuple(chosen)))
        return heapq.nlargest(SETS, found, key=lambda f: f[0]), mass


def _unsaid(choices: Sequence[Choice]) -> float:
    """Relative weight of two slips in one section that together look like one odd figure."""
    weight = sum(c.weight for c in choices)
    return PAIR * len(choices) * sum(c.vague for c in choices) / weight if weight else 0.0


def _round(value: int, width: int) -> int:
    """Half-up, ties away from zero."""
    size = (abs(value) + width // 2) // width
    return -size if value < 0 else size


def _line_key(line: str) -> tuple[int, str]:
    return (0, line.zfill(3)) if line.isdigit() and len(line) < 3 else (1, line)
