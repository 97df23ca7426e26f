"""A world: exact amounts that print every figure and obey every identity. The proof of 尾差.

Approximate amounts are found by projecting onto one identity after the other; they only say which value
to try first. The world itself is made and held to every row in whole 分.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from xltools.editions.equation import Constraint
from xltools.reconcile.hypotheses import totals
from xltools.reconcile.model import Model
from xltools.reconcile.problem import Problem, bind
from xltools.reconcile.propagate import State
from xltools.reconcile.shares import Share
from xltools.report import Ref, Report

SWEEPS = 400
"""Rounds of projections."""
MARGINS = (Fraction(1, 5), Fraction(1, 20), Fraction(0))
"""How far inside their intervals the approximate amounts are wanted, tried one after the other."""
TRIES = 400
"""Values tried per margin before the search gives up."""


def witness(
    model: Model,
    report: Report,
    shares: Sequence[Share] = (),
    extra: Mapping[Ref, Decimal] | None = None,
    more: Sequence[Constraint] = (),
) -> dict[Ref, int] | None:
    """Exact amounts in 分 (counts and scores in hundredths) behind all printed figures, or None when
    there are none or the search gave up. A blank is 0 and not listed. 核实性 rules need not hold."""
    problem = bind(model, report, shares, extra, soft=False, more=more)
    found = world(problem)
    if found is None:
        return None
    return {ref: found[cell] for cell, ref in enumerate(problem.refs) if problem.printed[cell] is not None}


def world(problem: Problem) -> list[int] | None:
    """One value per cell that satisfies every row, or None."""
    start = State(problem.active, problem.watch, problem.low[:], problem.high[:])
    if not start.run(problem.nonempty):
        return None
    for margin in MARGINS:
        found = _dive(problem, start, _approximate(problem, start, margin))
        if found:
            return found
    return None


def _approximate(problem: Problem, state: State, margin: Fraction) -> list[int]:
    """Amounts near a common point of all rows and intervals, in 分."""
    share = margin.numerator / margin.denominator
    low = [a + (b - a) * share for a, b in zip(state.low, state.high, strict=True)]
    high = [b - (b - a) * share for a, b in zip(state.low, state.high, strict=True)]
    point = [(a + b) / 2 for a, b in zip(state.low, state.high, strict=True)]
    rows = [
        (terms, least, most, sum(c * c for c, _ in terms))
        for terms, least, most in (problem.active[n] for n in problem.nonempty)
        if len(terms) > 1
    ]
    for _ in range(SWEEPS):
        worst = 0.0
        for terms, least, most, square in rows:
            total = 0.0
            for c, x in terms:
                total += c * point[x]
            gap = least - total if total < least else most - total if total > most else 0.0
            if gap:
                worst = max(worst, abs(gap) / square)
                step = gap / square
                for c, x in terms:
                    point[x] = min(max(point[x] + c * step, low[x]), high[x])
        if worst < 0.3:
            break
    return [round(value) for value in point]


def _dive(problem: Problem, start: State, wanted: Sequence[int]) -> list[int] | None:
    """Fix cell after cell to the value wanted, or near it, and propagate; back up when that fails."""
    added = totals(problem.rows)
    open_cells = [x for x, (a, b) in enumerate(zip(start.low, start.high, strict=True)) if a < b]
    order = sorted(open_cells, key=lambda x: (x in added, x))
    state, tries, at = start, 0, 0
    trail: list[tuple[int, list[int], list[int], list[int]]] = []
    while True:
        while at < len(order) and state.low[order[at]] == state.high[order[at]]:
            at += 1
        if at == len(order):
            return state.low
        trail.append((at, _values(state, order[at], wanted[order[at]]), state.low, state.high))
        while True:
            at, values, low, high = trail[-1]
            if not values:
                trail.pop()
                if not trail:
                    return None
                continue
            tries += 1
            if tries > TRIES + len(order):
                return None
            state = State(problem.active, problem.watch, low[:], high[:])
            state.low[order[at]] = state.high[order[at]] = values.pop()
            if state.run(problem.watch[order[at]]):
                break


def _values(state: State, cell: int, wanted: int) -> list[int]:
    """Values to try, the best last."""
    low, high = state.low[cell], state.high[cell]
    return list(dict.fromkeys([high, low, (low + high) // 2, min(max(wanted, low), high)]))
