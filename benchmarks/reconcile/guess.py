"""Where no identity can tell cells apart: the best guess that anybody could make who knows the generator.

Every cell of the class and every true figure that its identities allow is weighed by what the generator
and the injector themselves do: the injector's own functions are run through all of their random choices.
Amounts are weighed by their distribution (up to the size of the unit) and by last year's figure.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal

from benchmarks.reconcile import inject
from benchmarks.reconcile.inject import CENT, Case
from xltools.reconcile import Model
from xltools.reconcile.hypotheses import CELL, Class, Classes, shape
from xltools.reconcile.locate import freed
from xltools.reconcile.problem import Problem, bind
from xltools.reconcile.propagate import State
from xltools.report import Ref, Report

MOST = 400
"""True figures of a cell that are weighed; where there are more, no best guess is made."""
NEVER = 1e-9
"""What the generator does not do, or as good as never (one 款 takes up a difference of last year's)."""
UNIT = 10_000
"""分 per last printed place."""


class _Choices(random.Random):
    """Takes the choices of ``path``, then always the first; ``sizes`` are the numbers of choices met."""

    def __init__(self, path: list[int]) -> None:
        super().__init__(0)
        self.path, self.sizes = path, list[int]()

    def _pick(self, size: int) -> int:
        at = len(self.sizes)
        self.sizes.append(size)
        if at == len(self.path):
            self.path.append(0)
        return self.path[at]

    def choice(self, seq):  # type: ignore[no-untyped-def]
        return seq[self._pick(len(seq))]

    def randint(self, a: int, b: int) -> int:
        return a + self._pick(b - a + 1)


def outcomes(
    draw: Callable[[random.Random], tuple[Decimal | None, bool]],
) -> Iterator[tuple[float, Decimal | None]]:
    """Everything that ``draw`` may give, with its probability."""
    path: list[int] = []
    while True:
        source = _Choices(path)
        value, applies = draw(source)
        if applies:
            probability = 1.0
            for size in source.sizes:
                probability /= size
            yield probability, value
        # The next path: the last choice that is not the last of its kind moves on.
        while path and path[-1] == source.sizes[len(path) - 1] - 1:
            path.pop()
        if not path:
            return
        path[-1] += 1


def best_guess(model: Model, case: Case, style: str) -> Ref | None:
    """The cell that is most probably wrong among those that no identity tells from the true one (of a case
    with one wrong cell); None when there is no other such cell, or too many true figures to weigh."""
    truth = next(iter(case.truth))
    problem = bind(model, case.report)
    groups = Classes(problem)
    cell = model.index[truth]
    groups.of_row(model.watch[cell][0])
    group = next(c for c in groups.all if any(m.kind == CELL and m.cells[0][0] == cell for m in c.members))
    weights: dict[Ref, float] = {}
    for ref, values in _possible(problem, groups, group):
        if len(values) > MOST:
            return None
        # Only printed amounts go wrong, so a cell of the class that is blank was left out.
        weight = sum(_weight(case.report, model, ref, value, style) for value in values)
        if weight:
            weights[ref] = weight
    return max(weights, key=lambda ref: weights[ref]) if len(weights) > 1 else None


def _possible(problem: Problem, groups: Classes, group: Class) -> Iterator[tuple[Ref, range]]:
    """The cells of a class with the true figures, in hundredths, that the identities leave."""
    rows, watch, low, high = freed(problem, groups, (group.number,))
    state = State(rows, watch, low, high)
    if not state.run(sorted({*problem.nonempty, *(row for row, _ in group.column)})):
        return
    least, most = state.low[-1], state.high[-1]
    for member in group.members:
        if member.kind == CELL:
            cell, sign = member.cells[0]
            ends = (sign * least, sign * most)
            first = problem.high[cell] + min(ends)
            last = problem.low[cell] + max(ends)
            low_figure, high_figure = sorted(((first + UNIT // 2) // UNIT, (last + UNIT // 2) // UNIT))
            yield problem.refs[cell], range(low_figure, high_figure + 1)


def _weight(report: Report, model: Model, ref: Ref, figure: int, style: str) -> float:
    """How probable it is that ``figure`` was the true one and went wrong as printed, relative to the
    report's being right as it stands."""
    printed, true = report.amounts.get(ref), Decimal(figure) * CENT
    if true <= 0 or true == printed:
        return 0.0
    right = report.replaced({ref: true})
    error = 0.0
    for mechanism in inject.MECHANISMS:
        if mechanism == "unit":
            error += _unit(true, printed)
        else:
            draws = outcomes(lambda source, m=mechanism: inject.change(right, ref, m, source))  # type: ignore[misc]
            error += sum(probability for probability, value in draws if value == printed)
    if not error or model.index[ref] not in shape(model).leaves:
        return error
    before = report.last_year.get(ref)
    return error * _prior(true, before, style) / _prior(printed, before, style)


def _unit(true: Decimal, printed: Decimal | None) -> float:
    """``inject.unit`` has ten thousand outcomes: these are known."""
    if printed is None or printed == true:
        return 0.0
    near = abs(printed - true * 10_000) <= 4999 * CENT
    return 0.3 * (inject.cents(true / 10_000) == printed) + 0.7 / 9999 * near


def _prior(value: Decimal | None, before: Decimal | None, style: str) -> float:
    """How probable a leaf's figure is to 0.01 (``tests.units``): never negative; printed last year exactly
    if this year, 0.6 to 1.5 times as much, but for one in twenty; round amounts are more frequent."""
    if value is None:
        return NEVER if before else 0.5
    if value <= 0:
        return NEVER
    size = float(value)
    # Up to the size of the unit: lognormal is flat in the logarithm, the square of a uniform is v^-½.
    density = 0.01 / (7 * size) if style == "a" else 0.01 / (8 * size**0.5)
    if before:
        old = float(before)
        density = 0.01 * old / (0.9 * size**2) if 0.6 * size - 0.01 <= old <= 1.5 * size + 0.01 else NEVER
    else:
        density *= 0.05 * 0.5
    if not value % 1:
        density *= 1 + 100 * (0.1 / 3 if style == "a" else 0.35 / 4)
    elif style == "a" and not value % Decimal("0.1"):
        density *= 1 + 10 * 0.1 / 3
    return max(density, NEVER)
