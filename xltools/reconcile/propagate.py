"""Bounds propagation to a fix-point, exact, with the chain of rows behind every bound: the proof."""

from __future__ import annotations

from collections.abc import Sequence

from xltools.reconcile.model import FREE, Terms

ActiveRow = tuple[Terms, int, int]
FARTHEST = FREE // 10
"""A bound beyond this is as good as none and is not recorded: keeps freed figures from creeping."""
VISITS = 10
"""Visits per row before a propagation gives up tightening (cycles that creep by single 分); reports of
the generators need 1.5 at most."""


Step = tuple[int, bool, int, int]
"""One tightening: cell, whether its upper bound, the row that did it, and the number of the step that set
the same bound before, or -1. A plain tuple: there are many."""


class State:
    """Bounds that shrink, and why. ``conflict`` is the row that cannot hold, or -1."""

    __slots__ = ("conflict", "high", "high_step", "low", "low_step", "rows", "steps", "watch")

    def __init__(
        self, rows: Sequence[ActiveRow], watch: Sequence[Sequence[int]], low: list[int], high: list[int]
    ) -> None:
        self.rows = rows
        self.watch = watch
        self.low = low
        self.high = high
        self.low_step: dict[int, int] = {}
        self.high_step: dict[int, int] = {}
        self.steps: list[Step] = []
        self.conflict = -1

    def run(self, queue: Sequence[int]) -> bool:
        """Propagate from the rows in ``queue``; False when some row cannot hold (see ``conflict``)."""
        rows, watch, low, high = self.rows, self.watch, self.low, self.high
        waiting = bytearray(len(rows))
        for number in queue:
            waiting[number] = 1
        current = list(queue)
        budget = VISITS * len(rows)
        while current and budget > 0:
            budget -= len(current)
            following: list[int] = []
            for number in current:
                waiting[number] = 0
                terms, least, most = rows[number]
                smallest = largest = widest = 0
                for c, x in terms:
                    if c > 0:
                        a = c * low[x]
                        b = c * high[x]
                    else:
                        a = c * high[x]
                        b = c * low[x]
                    smallest += a
                    largest += b
                    if b - a > widest:
                        widest = b - a
                above, below = most - smallest, largest - least
                if above < 0 or below < 0:
                    self.conflict = number
                    return False
                if widest <= above and widest <= below:
                    continue
                for x in self._tighten(number, terms, above, below):
                    for other in watch[x]:
                        if not waiting[other] and other != number:
                            waiting[other] = 1
                            following.append(other)
            current = following
        return True

    def _tighten(self, number: int, terms: Terms, above: int, below: int) -> list[int]:
        """Cut what row ``number`` does not allow; the cells that changed."""
        low, high, steps = self.low, self.high, self.steps
        changed: list[int] = []
        for c, x in terms:
            a, b = low[x], high[x]
            span = b - a
            if c == 1:
                upper = a + above if span > above else b
                lower = b - below if span > below else a
            elif c == -1:
                upper = a + below if span > below else b
                lower = b - above if span > above else a
            elif c > 0:
                upper, lower = min(b, a + above // c), max(a, b - below // c)
            else:
                upper, lower = min(b, a + below // -c), max(a, b - above // -c)
            if upper < b and -FARTHEST < upper < FARTHEST:
                steps.append((x, True, number, self.high_step.get(x, -1)))
                self.high_step[x] = len(steps) - 1
                high[x] = upper
                changed.append(x)
            if lower > a and -FARTHEST < lower < FARTHEST:
                steps.append((x, False, number, self.low_step.get(x, -1)))
                self.low_step[x] = len(steps) - 1
                low[x] = lower
                changed.append(x)
        return changed

    # ---- proofs

    def proof(self) -> list[int]:
        """The rows that led to the conflict, in the order in which they were used, the conflict last."""
        terms, _, most = self.rows[self.conflict]
        smallest = sum(c * (self.low[x] if c > 0 else self.high[x]) for c, x in terms)
        used: set[int] = set()
        for c, x in terms:
            step = (self.high_step if (c < 0) == (smallest > most) else self.low_step).get(x, -1)
            if step >= 0:
                self._follow(step, used)
        return self._chain(used, self.conflict)

    def why(self, cell: int, upper: bool) -> list[int]:
        """The rows behind one bound of ``cell``, in the order in which they were used."""
        step = (self.high_step if upper else self.low_step).get(cell, -1)
        if step < 0:
            return []
        seen: set[int] = set()
        self._follow(step, seen)
        return self._chain(seen, -1)

    def _chain(self, used: set[int], last: int) -> list[int]:
        chain = list(dict.fromkeys(self.steps[s][2] for s in sorted(used)))
        if last >= 0:
            chain = [r for r in chain if r != last] + [last]
        return chain

    def _follow(self, first: int, seen: set[int]) -> None:
        stack = [first]
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            cell, is_upper, row, _ = self.steps[number]
            coefficient = next(c for c, x in self.rows[row][0] if x == cell)
            # An upper bound of a positive term comes from the least sum of the others, and so on.
            smallest = is_upper == (coefficient > 0)
            for c, x in self.rows[row][0]:
                if x == cell:
                    continue
                upper = (c < 0) == smallest
                other = (self.high_step if upper else self.low_step).get(x, -1)
                while other >= number:
                    other = self.steps[other][3]
                if other >= 0 and other not in seen:
                    stack.append(other)


def conflict_among(
    rows: Sequence[ActiveRow], chosen: Sequence[int], low: Sequence[int], high: Sequence[int]
) -> list[int]:
    """A minimal subset of ``chosen`` rows that cannot hold together, or [] when propagation finds none.

    Small sets only: the watch lists are made for them alone.
    """
    found = _conflict(rows, chosen, low, high)
    if not found:
        return []
    chosen = found
    for number in list(chosen):
        if number not in chosen or len(chosen) == 1:
            continue
        found = _conflict(rows, [n for n in chosen if n != number], low, high)
        if found:
            chosen = found
    return list(chosen)


def _conflict(
    rows: Sequence[ActiveRow], chosen: Sequence[int], low: Sequence[int], high: Sequence[int]
) -> list[int]:
    names: dict[int, int] = {}
    small: list[ActiveRow] = []
    watch: list[list[int]] = []
    for number in chosen:
        terms = []
        for c, x in rows[number][0]:
            if x not in names:
                names[x] = len(names)
                watch.append([])
            watch[names[x]].append(len(small))
            terms.append((c, names[x]))
        small.append((tuple(terms), rows[number][1], rows[number][2]))
    state = State(small, watch, [low[x] for x in names], [high[x] for x in names])
    if state.run(range(len(small))):
        return []
    return [chosen[n] for n in state.proof()]
