"""One thing that may be wrong with its weight and its likely true figures; one set of such things."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from xltools.reconcile.hypotheses import Member

SHOWN = 12
"""Candidates kept per suspect."""


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
    open: bool = False
    """Whether the interval is too wide to try every true figure."""


@dataclass(slots=True)
class Ranked:
    """One set of choices that mends everything; ``probability`` among all that were found."""

    choices: tuple[Choice, ...]
    probability: float


def best_sets(lists: list[list[Choice]], limit: int) -> list[tuple[float, tuple[Choice, ...]]]:
    """The heaviest combinations of one choice per list."""
    result: list[tuple[float, tuple[Choice, ...]]] = [(1.0, ())]
    for choices in lists:
        grown = [(w * c.weight, (*chosen, c)) for w, chosen in result for c in choices]
        result = heapq.nlargest(limit, grown, key=lambda g: g[0])
    return result
