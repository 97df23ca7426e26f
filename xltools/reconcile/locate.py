"""Which figures must be wrong: all minimal sets of hypotheses that let one world of amounts exist.

Every conflict (a proof that some rows cannot hold together) must be hit by a hypothesis that enters one
of its rows. Sets that hit all known conflicts are tried by propagation; a failure yields a new conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xltools.reconcile.hypotheses import CELL, Classes
from xltools.reconcile.model import FREE
from xltools.reconcile.problem import Problem
from xltools.reconcile.propagate import FARTHEST, ActiveRow, State, conflict_among

LARGEST = 3
"""Cells of a set that are searched exhaustively; beyond that greedily."""
MOST_CONFLICTS = 60
"""Conflicts that are peeled off at most."""
MOST_ERRORS = 12
"""Classes in a set for many errors."""
WIDTH = 10
"""Classes that are weighed against each other at each step of the search for many errors."""
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
    """``solutions`` are all minimal sets of the smallest size; where the search was cut short
    (``exhaustive`` False), some sets."""

    solutions: list[Solution]
    exhaustive: bool = True


def conflicts(problem: Problem, limit: int = MOST_CONFLICTS) -> list[Conflict]:
    """Conflicts that share no row, at most ``limit``, found by peeling: remove the rows of one, look for
    the next."""
    rows: list[ActiveRow] = list(problem.active)
    found: list[Conflict] = []
    queue = problem.nonempty
    while len(found) < limit:
        state = State(rows, problem.watch, problem.low[:], problem.high[:])
        if state.run(queue):
            break
        chain = conflict_among(rows, state.proof(), problem.low, problem.high) or state.proof()
        found.append(Conflict(tuple(chain)))
        for number in chain:
            rows[number] = ((), 0, 0)
    return found


def freed(
    problem: Problem, groups: Classes, chosen: Sequence[int]
) -> tuple[list[ActiveRow], list[Sequence[int]], list[int], list[int]]:
    """Rows, watch lists and bounds with the δ of each class in ``chosen`` added as a free cell."""
    rows: list[ActiveRow] = list(problem.active)
    watch: list[Sequence[int]] = list(problem.watch)
    low, high = problem.low[:], problem.high[:]
    for k in chosen:
        column = groups.all[k].column
        for row, coefficient in column:
            terms, least, most = rows[row]
            rows[row] = ((*terms, (coefficient, len(low))), least, most)
        watch.append([row for row, _ in column])
        low.append(-FREE)
        high.append(FREE)
    return rows, watch, low, high


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

    def missing(self, chosen: Sequence[int]) -> int:
        """The known conflicts, as bits, that no class in ``chosen`` hits."""
        union = 0
        for k in chosen:
            union |= self.mask.get(k, 0)
        return ((1 << len(self.known)) - 1) & ~union

    def hits_all(self, chosen: Sequence[int]) -> bool:
        """Whether ``chosen`` hits every conflict known by now."""
        return not self.missing(chosen)

    def queue(self, chosen: Sequence[int]) -> list[int]:
        """Rows to start from, those of known conflicts first: failures show early."""
        touched = [row for k in chosen for row, _ in self.groups.all[k].column]
        return list(dict.fromkeys([*self.first_rows, *self.problem.nonempty, *touched]))

    def attempt(self, chosen: tuple[int, ...]) -> Solution | None:
        """Propagate with ``chosen`` freed."""
        self.tries += 1
        rows, watch, low, high = freed(self.problem, self.groups, chosen)
        state = State(rows, watch, low[:], high[:])
        if state.run(self.queue(chosen)):
            size = len(self.problem.low)
            return Solution(chosen, tuple(zip(state.low[size:], state.high[size:], strict=True)))
        chain = state.proof()
        self.learn(conflict_among(rows, chain, low, high) or chain, chosen)
        return None

    def remaining(self, chosen: tuple[int, ...], enough: int) -> int:
        """How many disjoint conflicts are left with ``chosen`` freed, counted up to ``enough``."""
        self.tries += 1
        rows, watch, low, high = freed(self.problem, self.groups, chosen)
        queue = self.queue(chosen)
        for count in range(enough):
            state = State(rows, watch, low[:], high[:])
            if state.run(queue):
                return count
            for row in state.proof():
                rows[row] = ((), 0, 0)
        return enough

    def sets(self, size: int) -> Iterator[tuple[int, ...]]:
        """Sets of ``size`` classes that hit every conflict known when they are reached."""
        yield from self._extend((), size)

    def _extend(self, chosen: tuple[int, ...], left: int) -> Iterator[tuple[int, ...]]:
        missing = self.missing(chosen)
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


def locate(
    problem: Problem, peeled: list[Conflict], groups: Classes, weigh: Callable[[Solution], float]
) -> Located:
    """All minimal sets for a problem with ``peeled`` conflicts (at least one).

    ``weigh`` says how plausible a set is; it guides the search where there are too many errors to try
    every set.
    """
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
                return Located(_definite(solutions or _greedy(search, weigh), groups), False)
            solution = search.attempt(key)
            if solution:
                solutions.append(solution)
        if solutions:
            return Located(_definite(solutions, groups))
    return Located(_definite(_greedy(search, weigh), groups), False)


def _greedy(search: _Search, weigh: Callable[[Solution], float]) -> list[Solution]:
    """Sets for more than three errors: always the class that leaves fewest conflicts; then what is not
    needed is dropped, and every class is exchanged for others that do as well."""
    chosen: tuple[int, ...] = ()
    left = len(search.known)
    while not (solution := search.attempt(chosen)):
        # The attempt has learned a conflict that is still open.
        candidates = _candidates(search, chosen)
        if len(chosen) == MOST_ERRORS or not candidates:
            return []
        left, _, best = min(
            (search.remaining((*chosen, k), left + 1), at, k) for at, k in enumerate(candidates)
        )
        chosen = (*chosen, best)
    for k in chosen:
        fewer = tuple(x for x in chosen if x != k)
        if not search.remaining(fewer, 1):
            chosen = fewer
    solution = search.attempt(chosen) or solution
    return _exchanged(search, solution, weigh)


def _candidates(search: _Search, chosen: tuple[int, ...]) -> list[int]:
    """The classes that hit most open conflicts."""
    missing = search.missing(chosen)
    hits = {k: (hit & missing).bit_count() for k, hit in search.mask.items() if hit & missing}
    order = sorted(hits, key=lambda k: (-hits[k], k))
    # Groups of cells enter many rows and would crowd out the single figures.
    single = [k for k in order if search.groups.all[k].members[0].kind == CELL]
    others = [k for k in order if search.groups.all[k].members[0].kind != CELL]
    return [*single[:WIDTH], *others[: WIDTH // 2]]


def _exchanged(search: _Search, best: Solution, weigh: Callable[[Solution], float]) -> list[Solution]:
    """``best`` and the sets that differ from it, or from a better one found on the way, in one class."""
    found = {best.classes: best}
    for at in range(len(best.classes)):
        rest = best.classes[:at] + best.classes[at + 1 :]
        missing = search.missing(rest)
        fit = [k for k, hit in search.mask.items() if k not in best.classes and not missing & ~hit]
        for k in sorted(fit)[: 2 * WIDTH]:
            solution = search.attempt((*rest[:at], k, *rest[at:]))
            if solution:
                found[solution.classes] = solution
        best = max(found.values(), key=weigh)
    return list(found.values())


def _definite(solutions: list[Solution], groups: Classes) -> list[Solution]:
    """Without the sets in which several figures are off by one amount of any size: they share a figure with
    another of the set, so that what the one adds the other takes away."""
    kept = [
        solution
        for solution in solutions
        if not any(
            groups.all[k].members[0].kind != CELL and (low <= -FARTHEST or high >= FARTHEST)
            for k, (low, high) in zip(solution.classes, solution.bounds, strict=True)
        )
    ]
    return kept or solutions
