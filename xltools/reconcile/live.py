"""Figures that formulas compute: they move with what is typed, and are never wrong by themselves.

In a workbook whose totals are formulas a mistyped figure moves every total above it. Such a total says
nothing of its own: it is the sum of the printed parts, whatever these are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xltools.report import TOTAL, Ref

if TYPE_CHECKING:
    from xltools.reconcile.problem import Problem

Reads = Mapping[Ref, Collection[Ref] | None]
"""Figures whose cell holds a formula → the figures that it reads; None where that cannot be told."""
Shifts = Mapping[int, int]
"""Cell → by how many δ it moves."""


@dataclass(frozen=True)
class Live:
    """The formulas of one report that compute what an identity of the model says, from figures they read.

    A formula that gives something else, or reads other cells, is no part of this: it may be wrong.
    """

    parts: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    """Computed cell → the cells it is computed from, with their coefficients."""
    users: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Cell → the computed cells that read it."""
    _followers: dict[int, Shifts] = field(default_factory=dict, compare=False)
    _below: dict[int, tuple[int, ...]] = field(default_factory=dict, compare=False)

    def followers(self, cell: int) -> Shifts:
        """How every cell moves when ``cell`` moves by δ, itself among them."""
        found = self._followers.get(cell)
        if found is None:
            shifts = {cell: 1}
            for user in self.users.get(cell, ()):
                for other, shift in self.followers(user).items():
                    shifts[other] = shifts.get(other, 0) + self.parts[user][cell] * shift
            found = self._followers[cell] = shifts
        return found

    def below(self, cell: int) -> tuple[int, ...]:
        """``cell`` and everything it is computed from, typed or computed."""
        found = self._below.get(cell)
        if found is None:
            order = dict.fromkeys([cell])
            for part in self.parts.get(cell, ()):
                order.update(dict.fromkeys(self.below(part)))
            found = self._below[cell] = tuple(order)
        return found

    def typed(self, cell: int) -> Iterator[int]:
        """The typed cells behind ``cell``; itself where it is no formula."""
        return (x for x in self.below(cell) if x not in self.parts)


NOTHING = Live()
"""A report without formulas."""


def live(problem: Problem, reads: Reads) -> Live:
    """The formulas among ``reads`` that are intact and compute right."""
    index = {ref: cell for cell, ref in enumerate(problem.refs)}
    parts: dict[int, Mapping[int, int]] = {}
    for ref, read in reads.items():
        found = _parts(problem, index, ref, read) if ref in index else None
        if found is not None:
            parts[index[ref]] = found
    _without_circles(parts)
    users: dict[int, list[int]] = {}
    for cell, found in parts.items():
        for part in found:
            users.setdefault(part, []).append(cell)
    return Live(parts, {cell: tuple(found) for cell, found in users.items()})


def _parts(
    problem: Problem, index: Mapping[Ref, int], ref: Ref, read: Collection[Ref] | None
) -> Mapping[int, int] | None:
    """What the formula of ``ref`` adds up, with coefficients: figures that it reads and that give the printed
    figure to the letter. Either the lowest codes below it, or the figures of an identity, rather of one that
    defines a total than of one that compares."""
    cell = index[ref]
    leaves = [index[leaf] for leaf in _leaves(ref, read or ()) if leaf in index]
    if leaves and sum(problem.face[x] for x in leaves) == problem.face[cell]:
        return dict.fromkeys(leaves, 1)
    fitting = [number for number in problem.watch[cell] if _fits(problem, cell, number, read)]
    defining = [number for number in fitting if problem.rows[number].total == cell]
    if read is None and len(defining) != 1:
        return None
    for number in defining or fitting:
        sign = -_coefficient(problem, cell, number)
        terms = problem.rows[number].terms
        return {x: c * sign for c, x in terms if x != cell and (read is None or problem.refs[x] in read)}
    return None


def _leaves(ref: Ref, read: Collection[Ref]) -> list[Ref]:
    """The lowest codes below ``ref`` among what is read."""
    above = "" if ref.line == TOTAL else ref.line
    lines = {
        other.line: other
        for other in read
        if (other.form, other.column) == (ref.form, ref.column)
        and other.line.isdigit()
        and other.line.startswith(above)
    }
    parents = {line[:size] for line in lines for size in range(1, len(line))}
    return [other for line, other in lines.items() if line not in parents]


def _fits(problem: Problem, cell: int, number: int, read: Collection[Ref] | None) -> bool:
    row = problem.rows[number]
    if row.rule in problem.model.soft or row.low + row.allowed or row.high - row.allowed:
        return False
    total = sum(c * problem.face[x] for c, x in row.terms)
    if total != 0 or abs(_coefficient(problem, cell, number)) != 1:
        return False
    others = [x for _, x in row.terms if x != cell and problem.printed[x] is not None]
    return read is None or all(problem.refs[x] in read for x in others)


def _coefficient(problem: Problem, cell: int, number: int) -> int:
    return next(c for c, x in problem.rows[number].terms if x == cell)


def _without_circles(parts: dict[int, Mapping[int, int]]) -> None:
    """Leave out formulas that seem to read each other: what they read was over-estimated."""
    left = dict(parts)
    while ready := [cell for cell, found in left.items() if not any(x in left for x in found)]:
        for cell in ready:
            del left[cell]
    for cell in left:
        del parts[cell]
