"""What is known of one figure: its identities, its attainable interval, whether it is guarded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from xltools.amount import Unit
from xltools.editions.equation import Constraint
from xltools.reconcile.identity import identity
from xltools.reconcile.live import Reads
from xltools.reconcile.model import FREE, Model, is_exact
from xltools.reconcile.outcome import Identity
from xltools.reconcile.problem import Problem, bind
from xltools.reconcile.propagate import FARTHEST, ActiveRow, State
from xltools.reconcile.shares import Share
from xltools.report import Ref, Report


class Guard(StrEnum):
    """How closely the other figures hold one figure."""

    BOTH = "有上下限"
    ONE = "仅有一侧限制"
    NONE = "没有公式约束"


class Explanation(NamedTuple):
    """``identities`` are those the figure takes part in; ``low``/``high`` what the *other* figures allow
    for its exact amount, in 分 (None: no limit); ``least``/``most`` the printed figures that this allows;
    ``fits`` whether the printed figure is among them; ``below``/``above`` the chain of identities behind
    each limit; ``contradicted`` identities left out because no value of this figure satisfies them."""

    ref: Ref
    printed: Decimal | None
    identities: tuple[Identity, ...]
    guard: Guard
    low: int | None
    high: int | None
    least: Decimal | None
    most: Decimal | None
    fits: bool
    below: tuple[Identity, ...] = ()
    above: tuple[Identity, ...] = ()
    contradicted: tuple[Identity, ...] = ()


def explain(
    model: Model,
    report: Report,
    ref: Ref,
    shares: Sequence[Share] = (),
    extra: Mapping[Ref, Decimal] | None = None,
    more: Sequence[Constraint] = (),
    formulas: Reads | None = None,
    unread: Collection[Ref] = (),
    loose: Collection[str] = (),
) -> Explanation:
    """What the identities say about ``ref``; a figure in none of them has Guard.NONE. ``formulas`` as for
    ``solve``: what is computed from the figure says nothing about it; ``unread`` and ``loose`` too."""
    problem = bind(model, report, shares, extra, soft=False, more=more)
    if unread or loose:
        problem = problem.unread(unread, loose)
    problem = problem.computed(formulas or {})
    printed = report.amounts.get(ref, (extra or {}).get(ref))
    if ref not in problem.refs:
        return Explanation(ref, printed, (), Guard.NONE, None, None, None, None, True)
    cell = problem.refs.index(ref)
    mine = [n for n in problem.watch[cell] if _says_something(problem, n, cell)]
    low, high = problem.bounds(cell)
    state, dropped = _freed(problem, cell)
    least, most = state.low[cell], state.high[cell]
    bounds = [None if abs(b) > FARTHEST else b for b in (least, most)]
    width = 1 if problem.unit is Unit.YUAN or is_exact(ref) else 10000
    printable = [None if b is None else Decimal(_round(b, width)).scaleb(-2) for b in bounds]
    guard = (Guard.NONE, Guard.ONE, Guard.BOTH)[sum(b is not None for b in bounds)]

    def told(rows: Sequence[int]) -> tuple[Identity, ...]:
        return tuple(identity(problem, n) for n in rows)

    return Explanation(
        ref, printed, told(mine), guard, bounds[0], bounds[1], printable[0], printable[1],
        low <= most and least <= high,
        told(state.why(cell, upper=False)), told(state.why(cell, upper=True)), told(dropped),
    )  # fmt: skip


def _says_something(problem: Problem, number: int, cell: int) -> bool:
    """Blank = sum of blanks says nothing worth reading."""
    return problem.printed[cell] is not None or bool(problem.active[number][0])


def _freed(problem: Problem, cell: int) -> tuple[State, list[int]]:
    """The bounds with ``cell`` free; identities that contradict each other without it are left out."""
    rows: list[ActiveRow] = list(problem.active)
    low, high = problem.low[:], problem.high[:]
    freed = problem.live.followers(cell)
    for follower in freed:
        low[follower], high[follower] = -FREE, FREE
    blank = {number for x in freed if problem.printed[x] is None for number in problem.watch[x]}
    for number in blank:
        terms = problem.rows[number].terms
        known = {x for _, x in problem.active[number][0]}
        kept = tuple(t for t in terms if t[1] in freed or t[1] in known)
        rows[number] = (kept, rows[number][1], rows[number][2])
    dropped: list[int] = []
    queue = sorted({*problem.nonempty, *problem.watch[cell], *blank})
    while True:
        state = State(rows, problem.watch, low[:], high[:])
        if state.run(queue):
            return state, [n for n in dropped if n in problem.watch[cell]]
        for number in state.proof():
            rows[number] = ((), 0, 0)
            dropped.append(number)


def _round(value: int, width: int) -> int:
    size = (abs(value) + width // 2) // width
    return -size if value < 0 else size
