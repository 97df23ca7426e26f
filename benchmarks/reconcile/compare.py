"""What others decide on the same figures: each sum alone by intervals, and fixed tolerances."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from xltools.reconcile.identity import alone_impossible
from xltools.reconcile.model import INFINITE, Model
from xltools.reconcile.problem import bind
from xltools.report import Report


def per_rule_intervals(model: Model, report: Report) -> bool:
    """Whether some identity fails alone within closed intervals (as in XBRL Calculations 1.1)."""
    from xltools.reconcile.problem import closed

    problem = bind(model, report, rounding=closed, soft=False)
    return any(alone_impossible(problem, number) for number in problem.nonempty)


def fixed(tolerance: Callable[[Decimal], Decimal]) -> Callable[[Model, Report], bool]:
    """Whether some identity of the printed figures misses by more than ``tolerance(size)`` (万元)."""

    def alarm(model: Model, report: Report) -> bool:
        problem = bind(model, report, soft=False)
        for number in problem.nonempty:
            terms, low, high = problem.active[number]
            total = sum(c * problem.face[x] for c, x in terms)
            size = max((abs(problem.face[x]) for _, x in terms), default=0)
            allowed = int(tolerance(Decimal(size).scaleb(-6)).scaleb(6))
            if (high < INFINITE and total > high + allowed) or (low > -INFINITE and total < low - allowed):
                return True
        return False

    return alarm


OTHERS: dict[str, Callable[[Model, Report], bool]] = {
    "each identity alone, intervals": per_rule_intervals,
    "fixed 0.01": fixed(lambda size: Decimal("0.01")),
    "fixed 0.05": fixed(lambda size: Decimal("0.05")),
    "max(1, 0.1 %)": fixed(lambda size: max(Decimal(1), size / 1000)),
}
