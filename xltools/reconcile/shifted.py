"""Figures of a section that stand one line too low or too high: one cause, not many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xltools.reconcile.locate import Conflict, conflicts
from xltools.reconcile.model import FREE
from xltools.reconcile.problem import Problem

FEWEST = 4
"""Figures of a section that make a shift worth trying."""


@dataclass(frozen=True, slots=True)
class Shift:
    """``cells`` of a section in printed order; ``sources`` are the cells whose figures belong there (-1:
    the figure was lost at the end). ``problem`` has the figures moved back, the lost one free."""

    cells: tuple[int, ...]
    sources: tuple[int, ...]
    problem: Problem


def shifted(problem: Problem, peeled: Sequence[Conflict]) -> Shift | None:
    """The section whose figures, moved by one line, remove every conflict; None when there is none.

    Its figures must be in at least two of the ``peeled`` conflicts: a lost figure alone could make up
    for a single one anywhere.
    """
    touched = [{x for n in conflict.rows for _, x in problem.rows[n].terms} for conflict in peeled]
    if len(touched) < 2:
        return None
    for cells in _sections(problem):
        if sum(not cells_of.isdisjoint(cells) for cells_of in touched) < 2:
            continue
        for step in (1, -1):
            shift = _moved(problem, cells, step)
            if shift and not conflicts(shift.problem, limit=1):
                return shift
    return None


def _sections(problem: Problem) -> Iterator[tuple[int, ...]]:
    """The parts of every total in one column that is out of balance, in order of their lines."""
    for number in problem.nonempty:
        row, terms = problem.rows[number], problem.active[number][0]
        if row.total < 0 or len(terms) <= FEWEST:
            continue
        refs = problem.refs
        parts = [x for _, x in row.terms if x != row.total]
        typed = all(x not in problem.live.parts for x in parts)
        if typed and len({refs[x].column for x in parts}) == 1 and all(refs[x].line.isdigit() for x in parts):
            yield tuple(sorted(parts, key=lambda x: refs[x].line))


def _moved(problem: Problem, cells: tuple[int, ...], step: int) -> Shift | None:
    sources = tuple(cells[i + step] if 0 <= i + step < len(cells) else -1 for i in range(len(cells)))
    printed, face = list(problem.printed), problem.face[:]
    low, high = problem.low[:], problem.high[:]
    for cell, source in zip(cells, sources, strict=True):
        if source >= 0:
            printed[cell], face[cell] = problem.printed[source], problem.face[source]
            low[cell], high[cell] = problem.low[source], problem.high[source]
        else:
            low[cell], high[cell] = 0, FREE
    touched = {n for cell in cells for n in problem.watch[cell]}
    active = list(problem.active)
    lost = cells[sources.index(-1)]
    for number in touched:
        row = problem.rows[number]
        kept = tuple([t for t in row.terms if printed[t[1]] is not None or t[1] == lost])
        active[number] = (kept, row.low, row.high)
    nonempty = sorted(touched.union(problem.nonempty))
    return Shift(
        cells, sources,
        replace(problem, printed=printed, face=face, low=low, high=high, active=active, nonempty=nonempty),
    )  # fmt: skip
