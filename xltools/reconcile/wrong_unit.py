"""A whole form filled in 元 where the others are in 万元, or the other way round: one cause, not many."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from xltools.amount import Unit
from xltools.amount import half_up as rounded
from xltools.reconcile.locate import conflicts
from xltools.reconcile.problem import Problem

FACTOR = 10_000
WORTH_TRYING = 3
"""Pairs of the same figure, ten thousand times apart, that make a form suspicious."""


def wrong_unit(problem: Problem, before: int) -> tuple[str, Problem] | None:
    """The form in the other unit and the problem with its figures read so; None when there is none.

    ``before`` is the number of conflicts with the figures as they are: reading the form in the other
    unit must remove most of them.
    """
    for form in _suspicious(problem):
        other = _read_otherwise(problem, form)
        if 2 * len(conflicts(other, limit=before)) < before:
            return form, other
    return None


def corrected(value: Decimal, unit: Unit) -> Decimal:
    """A figure of the form as it should print."""
    return rounded(value / FACTOR if unit is Unit.WAN else value * FACTOR)


def _suspicious(problem: Problem) -> list[str]:
    """Forms whose figures are FACTOR times (in 元: one FACTOR-th of) the same figures elsewhere."""
    votes: Counter[str] = Counter()
    for number in problem.nonempty:
        terms = problem.active[number][0]
        if len(terms) != 2 or terms[0][0] != -terms[1][0]:
            continue
        small, large = sorted((terms[0][1], terms[1][1]), key=lambda x: abs(problem.face[x]))
        unlike = problem.refs[small].form != problem.refs[large].form
        if unlike and problem.face[small] and abs(problem.face[large] / problem.face[small] - FACTOR) < 100:
            wrong = large if problem.unit is Unit.WAN else small
            votes[problem.refs[wrong].form] += 1
    return [form for form, count in votes.most_common() if count >= WORTH_TRYING]


def _read_otherwise(problem: Problem, form: str) -> Problem:
    low, high, face = problem.low[:], problem.high[:], problem.face[:]
    half = FACTOR // 2
    for cell, ref in enumerate(problem.refs):
        value = problem.printed[cell]
        if value is not None and ref.form == form and cell not in problem.free:
            # Half a unit of 万元 either way: the form may hold rounded 万元 times ten thousand.
            point = int(value.scaleb(2 if problem.unit is Unit.WAN else 6))
            low[cell], high[cell], face[cell] = point - half, point + half - 1, point
    return replace(problem, low=low, high=high, face=face)
