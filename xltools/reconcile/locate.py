"""Which figures must be wrong: all minimal sets of hypotheses that let one world of amounts exist.

Every conflict (a proof that some rows cannot hold together) must be hit by a hypothesis that enters one
of its rows. Sets that hit all known conflicts are tried by propagation; a failure yields a new conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xltools.reconcile.hypotheses import Classes
from xltools.reconcile.model import FREE, Problem
from xltools.reconcile.propagate import ActiveRow, State, conflict_among

LARGEST = 3
"""Cells of a set that are searched exhaustively; beyond that greedily."""
TRIES = 600
"""Propagations per problem before the search stops (then told as not exhaustive)."""


class Conflict(NamedTuple):
    """Rows that cannot hold together, in the order of the argument."""

    rows: tuple[int, ...]


class Solution(NamedTuple):
    """Classes that, freed together, let a world exist, and the bounds of each δ in 分."""

    classes: tuple[int, ...]
    bounds: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Located:
    """``conflicts`` are disjoint proofs; ``solutions`` all minimal sets of the smallest size;
    ``exhaustive`` is False when the search was cut short."""

    conflicts: list[Conflict]
    solutions: list[Solution]
    groups: Classes
    exhaustive: bool = True


def conflicts(problem: Problem) -> list[Conflict]:
    """Conflicts that share no row, found by peeling: remove the rows of one, look for the next."""
    rows: list[ActiveRow] = list(problem.active)
    found: list[Conflict] = []
    queue = problem.nonempty
    while True:
        state = State(rows, problem.watch, problem.low[:], problem.high[:])
        if state.run(queue):
            return found
        chain = conflict_among(rows, state.proof(), problem.low, problem.high) or state.proof()
        found.append(Conflict(tuple(chain)))
        for number in chain:
            rows[number] = ((), 0, 0)


@dataclass
class _Search:
    problem: Problem
    groups: Classes
    known: list[frozenset[int]] = field(default_factory=list)
    mask: dict[int, int] = field(default_factory=dict)
    chains: list[set[int]] = field(default_factory=list)
    seen: int = 0
    first_rows: list[int] = field(default_factory=list)
    tries: int = 0
    tried: set[tuple[int, ...]] = field(default_factory=set)

    def learn(self, rows: Sequence[int], freed: Sequence[int] = ()) -> None:
        """A new conflict: some class that enters ``rows``, other than ``freed``, must be wrong."""
        touched = {k for r in rows for k in self.groups.of_row(r)} - set(freed)
        bit = 1 << len(self.known)
        self.known.append(frozenset(touched))
        self.chains.append(set(rows))
        for k in touched:
            self.mask[k] = self.mask.get(k, 0) | bit
        self._update()
        self.first_rows = list(dict.fromkeys([*rows, *self.first_rows]))

    def _update(self) -> None:
        """Classes made since then may hit older conflicts too."""
        for k in range(self.seen, len(self.groups.all)):
            rows = {r for r, _ in self.groups.all[k].column}
            for number, chain in enumerate(self.chains):
                if rows & chain and not self.mask.get(k, 0) >> number & 1:
                    self.mask[k] = self.mask.get(k, 0) | 1 << number
                    self.known[number] = self.known[number] | {k}
        self.seen = len(self.groups.all)

    def hits_all(self, chosen: Sequence[int]) -> bool:
        union = 0
        for k in chosen:
            union |= self.mask.get(k, 0)
        return union == (1 << len(self.known)) - 1

    def attempt(self, chosen: tuple[int, ...]) -> Solution | None:
        """Propagate with ``chosen`` freed."""
        self.tries += 1
        problem = self.problem
        rows: list[ActiveRow] = list(problem.active)
        watch: list[Sequence[int]] = list(problem.watch)
        low, high = problem.low[:], problem.high[:]
        touched: list[int] = []
        size = len(low)
        for offset, k in enumerate(chosen):
            column = self.groups.all[k].column
            for row, coefficient in column:
                terms, least, most = rows[row]
                rows[row] = ((*terms, (coefficient, size + offset)), least, most)
                touched.append(row)
            watch.append([row for row, _ in column])
            low.append(-FREE)
            high.append(FREE)
        queue = list(dict.fromkeys([*self.first_rows, *problem.nonempty, *touched]))
        state = State(rows, watch, low[:], high[:])
        if state.run(queue):
            bounds = tuple((state.low[size + i], state.high[size + i]) for i in range(len(chosen)))
            return Solution(chosen, bounds)
        chain = state.proof()
        self.learn(conflict_among(rows, chain, low, high) or chain, chosen)
        return None

    def sets(self, size: int) -> Iterator[tuple[int, ...]]:
        """Sets of ``size`` classes that hit every conflict known when they are reached."""
        yield from self._extend((), size)

    def _extend(self, chosen: tuple[int, ...], left: int) -> Iterator[tuple[int, ...]]:
        union = 0
        for k in chosen:
            union |= self.mask.get(k, 0)
        missing = ((1 << len(self.known)) - 1) & ~union
        if not missing:
            # Nothing left to hit with fewer classes: a smaller set was tried already.
            if left == 0:
                yield chosen
            return
        if left == 0:
            return
        lowest = (missing & -missing).bit_length() - 1
        for k in sorted(self.known[lowest]):
            if left > 1 or not missing & ~self.mask.get(k, 0):
                yield from self._extend((*chosen, k), left - 1)


def locate(problem: Problem, peeled: list[Conflict]) -> Located:
    """All minimal sets for a problem with ``peeled`` conflicts (at least one)."""
    groups = Classes(problem)
    search = _Search(problem, groups)
    for conflict in peeled:
        search.learn(conflict.rows)
    solutions: list[Solution] = []
    for size in range(1, LARGEST + 1):
        for chosen in search.sets(size):
            key = tuple(sorted(chosen))
            if key in search.tried or not search.hits_all(chosen):
                continue
            search.tried.add(key)
            if search.tries >= TRIES:
                return Located(peeled, solutions or _greedy(search), groups, False)
            solution = search.attempt(key)
            if solution:
                solutions.append(solution)
        if solutions:
            return Located(peeled, solutions, groups)
    return Located(peeled, _greedy(search), groups, False)


def _greedy(search: _Search) -> list[Solution]:
    """One set for more than three errors: always the class that hits most open conflicts."""
    chosen: tuple[int, ...] = ()
    for _ in range(40):
        union = 0
        for k in chosen:
            union |= search.mask.get(k, 0)
        missing = ((1 << len(search.known)) - 1) & ~union
        if missing:
            best = max(search.mask, key=lambda k: ((search.mask[k] & missing).bit_count(), -k))
            chosen = (*chosen, best)
            continue
        solution = search.attempt(chosen)
        if solution:
            return [solution]
    return []
