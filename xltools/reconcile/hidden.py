"""How probable it is that a wrong figure leaves no trace: the other figures allow it as it is printed.

No set of suspects can name such an error. So a set is stated to be the whole truth only as far as the figures
leave no room for one more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from xltools.amount import Unit
from xltools.reconcile.mechanisms import REPLACED, SMALL, WEIGHTS
from xltools.reconcile.problem import Problem

ASKED = 150
"""Figures at most whose room is taken for that of all."""
FARTHEST = 9
"""A figure further off than this in its last place is taken as found; what is off by less is a slip of the
last digit."""


def hidden(problem: Problem, loose: Collection[int] = ()) -> float:
    """The share of errors, over all figures and all ways in which one goes wrong, that lie within what the
    identities of the figure leave open with all others as printed. Rows in ``loose`` guard nothing: a
    wrong figure is in them."""
    width = 1 if problem.unit is Unit.YUAN else 10_000
    figures = [cell for cell, value in enumerate(problem.printed) if value]
    asked = figures[:: len(figures) // ASKED + 1]
    least, most = _room(problem, asked, loose)
    found = 0.0
    for cell in asked:
        if problem.low[cell] < problem.high[cell] or width == 1:
            middle = (problem.low[cell] + problem.high[cell]) // 2
            below = (middle - least[cell] + width // 2) // width
            above = (most[cell] - middle + width // 2) // width
            steps = min(max(below, 0), FARTHEST) + min(max(above, 0), FARTHEST)
            # A last place that is off by a little; a last digit, of all digits, that is another one.
            digits = len(str(abs(problem.face[cell]) // width))
            each = WEIGHTS[SMALL] / 2 + WEIGHTS[REPLACED] / digits
            found += each * steps / FARTHEST
    return found / len(asked) if asked else 0.0


def _room(problem: Problem, asked: Sequence[int], loose: Collection[int]) -> tuple[list[int], list[int]]:
    """Per cell in ``asked`` the exact amounts that its rows leave open, in 分, if its own figure were
    unknown."""
    limit = 10**30
    lows, highs = problem.low, problem.high
    least, most = [-limit] * len(problem.low), [limit] * len(problem.low)
    for number in sorted({row for cell in asked for row in problem.watch[cell]}.difference(loose)):
        terms, low, high = problem.active[number]
        ends = [(c * lows[x], c * highs[x]) if c > 0 else (c * highs[x], c * lows[x]) for c, x in terms]
        # low <= c·x + rest <= high, with the rest between these two less what x adds to them.
        smallest, largest = sum([a for a, _ in ends]), sum([b for _, b in ends])
        for (c, x), (a, b) in zip(terms, ends, strict=True):
            bottom, top = low - largest + b, high - smallest + a
            if c < 0:
                bottom, top = -top, -bottom
            if c not in (1, -1):
                bottom, top = -(-bottom // abs(c)), top // abs(c)
            if bottom > least[x]:
                least[x] = bottom
            if top < most[x]:
                most[x] = top
    return least, most
