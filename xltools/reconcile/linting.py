"""A linter for sets of rules: contradictory, implied by others, without effect; amounts without a guard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xltools.editions.equation import Constraint
from xltools.reconcile.model import Model, Row, compile
from xltools.reconcile.propagate import State
from xltools.report import Ref

PRIME = (1 << 61) - 1
"""Ranks are computed modulo this prime: coefficients are tiny, so a wrong zero is out of the question."""
LARGEST = 10**15
"""No amount reaches this many 分."""


class Flaw(StrEnum):
    """What may be wrong with a rule or a cell."""

    CONTRADICTION = "互相矛盾"
    FORCED = "被迫为零"
    IMPLIED = "可由其他公式推出"
    NOTHING = "没有可比的金额"
    UNGUARDED = "没有公式约束"
    ONE_SIDED = "仅有不等式约束"


@dataclass(frozen=True, slots=True)
class Lint:
    """``rules`` concerned and ``refs`` that show it; ``count`` of identities implied, of ``total``."""

    flaw: Flaw
    rules: tuple[str, ...]
    refs: tuple[Ref, ...] = ()
    count: int = 0
    total: int = 0


def lint(
    constraints: Iterable[Constraint], soft: Iterable[str] = (), cells: Iterable[Ref] = ()
) -> list[Lint]:
    """What is noteworthy about the hard rules among ``constraints`` and the guard of ``cells``.

    IMPLIED is no fault (a rule may be kept for its message); CONTRADICTION is.
    """
    everything = tuple(constraints)
    model = compile(everything, soft)
    hard = [row for row in model.rows if row.rule not in model.soft]
    found = _contradictions(model, hard)
    found += _implied(hard)
    kept = {row.rule for row in model.rows}
    named = dict.fromkeys(c.rule for c in everything if not (c.rule in model.soft and len(c.refs) == 1))
    found += [
        Lint(Flaw.NOTHING, (rule,)) for rule in named if rule not in kept and _is_lost(rule, everything)
    ]
    return found + _unguarded(hard, model, cells)


def _is_lost(rule: str, constraints: Sequence[Constraint]) -> bool:
    """Whether none of the rule's constraints compares two things (a repetition is not lost)."""
    return all(set(c.left) == set(c.right) or not c.left for c in constraints if c.rule == rule)


def _contradictions(model: Model, hard: Sequence[Row]) -> list[Lint]:
    active = [(row.terms, row.low, row.high) for row in hard]
    watch: list[list[int]] = [[] for _ in model.refs]
    for number, row in enumerate(hard):
        for _, cell in row.terms:
            watch[cell].append(number)
    size = len(model.refs)
    free = State(active, watch, [-LARGEST] * size, [LARGEST] * size)
    if not free.run(range(len(hard))):
        return [_chain(model, hard, free.proof(), Flaw.CONTRADICTION)]
    state = State(active, watch, [0] * size, [LARGEST] * size)
    if not state.run(range(len(hard))):
        return [_chain(model, hard, state.proof(), Flaw.CONTRADICTION)]
    found = []
    for cell in range(size):
        # A figure that amounts ≥ 0 force to 0 although no rule says that it must be blank.
        if state.high[cell] == 0 and free.high[cell] != 0:
            chain = state.why(cell, upper=True)
            found.append(
                Lint(Flaw.FORCED, tuple(dict.fromkeys(hard[n].rule for n in chain)), (model.refs[cell],))
            )
    return found


def _chain(model: Model, hard: Sequence[Row], chain: Sequence[int], flaw: Flaw) -> Lint:
    refs = dict.fromkeys(model.refs[x] for n in chain for _, x in hard[n].terms)
    return Lint(flaw, tuple(dict.fromkeys(hard[n].rule for n in chain)), tuple(refs))


def _implied(hard: Sequence[Row]) -> list[Lint]:
    """Equalities that are combinations of those before them, by elimination."""
    pivots: dict[int, dict[int, int]] = {}
    implied: dict[str, int] = {}
    total: dict[str, int] = {}
    for row in hard:
        if row.low != row.high:
            continue
        total[row.rule] = total.get(row.rule, 0) + 1
        vector = {x: c % PRIME for c, x in row.terms}
        if not _reduce(vector, pivots):
            implied[row.rule] = implied.get(row.rule, 0) + 1
    return [Lint(Flaw.IMPLIED, (rule,), (), count, total[rule]) for rule, count in implied.items()]


def _reduce(vector: dict[int, int], pivots: dict[int, dict[int, int]]) -> bool:
    """Eliminate known pivots from ``vector``; what is left becomes a pivot. False when nothing is."""
    while vector:
        column = min(vector)
        pivot = pivots.get(column)
        if pivot is None:
            inverse = pow(vector[column], -1, PRIME)
            pivots[column] = {x: c * inverse % PRIME for x, c in vector.items()}
            return True
        factor = vector[column]
        for x, c in pivot.items():
            value = (vector.get(x, 0) - factor * c) % PRIME
            if value:
                vector[x] = value
            else:
                vector.pop(x, None)
    return False


def _unguarded(hard: Sequence[Row], model: Model, cells: Iterable[Ref]) -> list[Lint]:
    tied: set[Ref] = set()
    bounded: set[Ref] = set()
    for row in hard:
        refs = {model.refs[x] for _, x in row.terms}
        (tied if row.low == row.high else bounded).update(refs)
    found = []
    for ref in cells:
        if ref not in tied:
            found.append(Lint(Flaw.ONE_SIDED if ref in bounded else Flaw.UNGUARDED, (), (ref,)))
    return found
