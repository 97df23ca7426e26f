"""How a publisher made the printed figures: rounded, ties to even, cut off, or totals added from parts.

Strict half-up comes first. Only when no world exists under it are the other habits tried, each as a
complete explanation of the whole report; what remains impossible under all of them is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xltools.amount import Unit
from xltools.reconcile.hypotheses import totals
from xltools.reconcile.model import FREE
from xltools.reconcile.outcome import Convention
from xltools.reconcile.problem import Interval, Problem, closed, half_even, truncated
from xltools.reconcile.propagate import State


@dataclass(frozen=True, slots=True)
class Habit:
    """A convention that makes the report possible, and the forms that need it (all when empty)."""

    convention: Convention
    forms: tuple[str, ...] = ()


def holds(problem: Problem) -> bool:
    """Whether propagation finds no conflict."""
    return State(problem.active, problem.watch, problem.low[:], problem.high[:]).run(problem.nonempty)


def explain_by_habit(problem: Problem) -> Habit | None:
    """The first convention under which a world may exist, or None: then something is wrong.

    ``problem`` is strict and without the 核实性 rules: these decide nothing here.
    """
    if problem.unit is Unit.YUAN:
        return None
    near = holds(problem.rounded(loosest))
    if near and holds(problem.rounded(half_even)):
        return Habit(Convention.EVEN)
    found = _summed(problem)
    if found or not near:
        return found
    if holds(problem.rounded(truncated)):
        return Habit(Convention.TRUNCATED)
    return Habit(Convention.TIE) if holds(problem.rounded(closed)) else None


def loosest(printed: int, width: int) -> Interval:
    """Every amount that any rule of rounding might print so: a quick way to rule them all out."""
    return Interval((printed - 1) * width, (printed + 1) * width)


def _summed(problem: Problem) -> Habit | None:
    forms = summed_forms(problem)
    if not forms or not holds(_with_sums(problem, forms)):
        return None
    for form in list(forms):
        fewer = [f for f in forms if f != form]
        if fewer and holds(_with_sums(problem, fewer)):
            forms = fewer
    return Habit(Convention.SUMMED, tuple(forms))


def summed_forms(problem: Problem) -> list[str]:
    """Forms whose printed totals are all exactly the sums of their printed parts, with at least one
    total of two parts: the only ones that may be called summed.

    A total that two identities define (by line and by column, or by the balance of a fund) need satisfy
    only one of them: parts are added up one way.
    """
    fits: dict[int, bool] = {}
    real: dict[str, bool] = {}
    for number, row in enumerate(problem.rows):
        terms = problem.active[number][0]
        if row.total < 0 or not terms:
            continue
        fits[row.total] = fits.get(row.total, False) or not sum(c * problem.face[x] for c, x in terms)
        if len(terms) > 2:
            real[problem.refs[row.total].form] = True
    broken = {problem.refs[cell].form for cell, fit in fits.items() if not fit}
    return [form for form in real if form not in broken]


def _with_sums(problem: Problem, forms: Sequence[str]) -> Problem:
    """The problem with the totals of ``forms`` free: their exact amounts follow from the parts alone."""
    low, high = problem.low[:], problem.high[:]
    for cell in totals(problem.rows):
        if problem.refs[cell].form in forms and problem.printed[cell] is not None:
            low[cell], high[cell] = -FREE, FREE
    return replace(problem, low=low, high=high)
