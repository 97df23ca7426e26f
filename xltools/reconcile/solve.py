"""The verdict on one report, and who is to blame."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from decimal import Decimal

from xltools.editions.equation import Constraint
from xltools.reconcile.identity import identity
from xltools.reconcile.live import Reads
from xltools.reconcile.model import Applied, Model, at_first, for_rules
from xltools.reconcile.outcome import Outcome, Verdict
from xltools.reconcile.problem import Problem, bind
from xltools.reconcile.propagate import State
from xltools.reconcile.shares import Share
from xltools.report import Ref, Report


def solve(
    model: Model,
    report: Report,
    shares: Sequence[Share] = (),
    extra: Mapping[Ref, Decimal] | None = None,
    suspects: bool = True,
    more: Sequence[Constraint] = (),
    formulas: Reads | Callable[[], Reads] | None = None,
    unread: Collection[Ref] = (),
    loose: Collection[str] = (),
) -> Outcome:
    """The verdict on ``report`` under ``model``.

    ``shares`` are printed ratios, ``extra`` figures outside the ten forms (narrative, scores), ``more``
    identities of this report alone (``project_rows`` gives all three for 自评). ``formulas`` are the figures
    whose cell holds a formula, with what it reads: they move with it and are no suspects (a function
    is asked only where a figure is wrong). ``unread`` are
    figures that are there but could not be read, ``loose`` forms with lines that could not. With
    ``suspects`` False only the verdict and the proofs are made.
    """
    problem = bind(model, report, shares, extra, more=more)
    if unread or loose:
        problem = problem.unread(unread, loose)
    off = _off_face(problem)
    if sound := _sound(problem, off):
        return sound
    # Hardly any report gets here: what tells who is to blame is loaded when it does.
    from xltools.reconcile.blame import judged

    return judged(problem, off, suspects, formulas() if callable(formulas) else formulas)


def solve_rules(
    applied: Applied,
    figures: Container[Ref],
    report: Report,
    shares: Sequence[Share] = (),
    extra: Mapping[Ref, Decimal] | None = None,
    more: Sequence[Constraint] = (),
    formulas: Reads | Callable[[], Reads] | None = None,
    unread: Collection[Ref] = (),
    loose: Collection[str] = (),
) -> Outcome:
    """``solve`` for the rules that are ``applied`` to a report; compiles no more of them than is needed.

    ``figures`` are those of ``report``, with last year's and the budget's as rules name them.
    """
    if not unread and not loose:
        model = at_first(applied, figures)
        problem = bind(model, report, shares, extra, more=more) if model else None
        if problem and (sound := _sound(problem, _off_face(problem))):
            return sound
    return solve(for_rules(applied), report, shares, extra, True, more, formulas, unread, loose)


def _sound(problem: Problem, off: Sequence[int]) -> Outcome | None:
    """The verdict on a report that some exact amounts explain; ``off`` are the rows that its figures miss."""
    if not off:
        return Outcome(Verdict.EQUAL)
    state = State(problem.active, problem.watch, problem.low[:], problem.high[:])
    if state.run(problem.nonempty):
        return Outcome(Verdict.TAIL, tails=tuple(identity(problem, n) for n in off))
    return None


def _off_face(problem: Problem) -> list[int]:
    """Rows that the printed figures, taken as exact, do not satisfy."""
    face = problem.face
    off = []
    active = problem.active
    for number in problem.nonempty:
        terms, low, high = active[number]
        total = 0
        for coefficient, cell in terms:
            total += coefficient * face[cell]
        if not low <= total <= high:
            off.append(number)
    return off
