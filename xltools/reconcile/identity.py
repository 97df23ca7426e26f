"""One row of a problem as people read it, and whether it can hold at all."""

from __future__ import annotations

from decimal import Decimal

from xltools.amount import Unit
from xltools.reconcile.model import INFINITE
from xltools.reconcile.outcome import Identity
from xltools.reconcile.problem import Problem


def alone_impossible(problem: Problem, number: int) -> bool:
    """Whether row ``number`` cannot hold within the intervals of its own figures."""
    terms, low, high = problem.active[number]
    bounds = [(c, problem.bounds(x)) for c, x in terms]
    least = sum(c * (b.low if c > 0 else b.high) for c, b in bounds)
    most = sum(c * (b.high if c > 0 else b.low) for c, b in bounds)
    return least > high or most < low


def identity(problem: Problem, number: int) -> Identity:
    """Row ``number`` with its figures."""
    row = problem.rows[number]
    terms = tuple((c, problem.refs[x], problem.printed[x]) for c, x in row.terms)
    total = sum(c * problem.face[x] for c, x in row.terms)
    bounds = {x: problem.bounds(x) for _, x in row.terms}
    spread = sum(abs(c) * (bounds[x].high - bounds[x].low + 1) for c, x in problem.active[number][0])
    exact = problem.unit is Unit.YUAN or all(b.low == b.high for b in bounds.values())
    places = -2 if exact else -6
    operator = "=" if row.low > -INFINITE and row.high < INFINITE else "<=" if row.high < INFINITE else ">="
    allowed = Decimal(0) if exact else Decimal(spread).scaleb(-6) / 2
    shares = tuple(dict.fromkeys(share for share, _ in problem.shares.get(number, ())))
    return Identity(row.rule, terms, operator, Decimal(total).scaleb(places), allowed, shares)
