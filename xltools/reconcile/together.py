"""Two wrong figures of one sum: neither is known alone, but each true figure of the one settles the other.

Bounds leave both open, since only the sum of their errors is known. So the likely true figures of the one
are taken in turn, and the other is weighed within what is then left for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from xltools.reconcile.choice import SHOWN, Choice
from xltools.reconcile.hypotheses import CELL, Class, Classes, Member
from xltools.reconcile.locate import Solution, freed
from xltools.reconcile.problem import Problem
from xltools.reconcile.propagate import State

TAKEN = 10
"""True figures of a class that are taken in turn."""

Pair = tuple[float, Choice, Choice]
"""Two choices and the weight of their going together."""
_Values = dict[tuple[int, int], dict[tuple[int, int], float]]
"""Numbers of two choices → their true figures → weight."""


@dataclass
class Together:
    """The pairs of open choices of one problem; ``width`` are 分 per last printed place, ``weigh`` weighs a
    member of a class for the least and the greatest δ."""

    problem: Problem
    groups: Classes
    width: int
    weigh: Callable[[Class, Member, int, int], Choice | None]

    def pairs(
        self, solution: Solution, lists: Sequence[Sequence[Choice]]
    ) -> tuple[tuple[int, int], list[Pair]] | None:
        """The first two classes of ``solution`` that are open and meet in a row, by their places in it,
        with the pairs of their choices; None when there are none. The candidates of the choices that pair
        up become those that go together."""
        at = self._open(solution, lists)
        state = self._settled(solution) if at else None
        if at is None or state is None:
            return None
        values: _Values = {}
        self._take(solution, lists, state, at, values)
        mirrored: _Values = {}
        self._take(solution, lists, state, at[::-1], mirrored)
        for (b, a), found in mirrored.items():
            known = values.setdefault((a, b), {})
            known.update({(one, two): weight for (two, one), weight in found.items()})
        return (at, _weighed(values, lists[at[0]], lists[at[1]])) if values else None

    def _open(self, solution: Solution, lists: Sequence[Sequence[Choice]]) -> tuple[int, int] | None:
        wide = [n for n, choices in enumerate(lists) if any(c.open for c in choices)]
        rows = {n: {row for row, _ in self.groups.all[solution.classes[n]].column} for n in wide}
        return next(((a, b) for a, b in combinations(wide, 2) if rows[a] & rows[b]), None)

    def _settled(self, solution: Solution) -> State | None:
        """All bounds with the classes of ``solution`` freed."""
        rows, watch, low, high = freed(self.problem, self.groups, solution.classes)
        state = State(rows, watch, low, high)
        queue = {row for k in solution.classes for row, _ in self.groups.all[k].column}
        return state if state.run(sorted(queue.union(self.problem.nonempty))) else None

    def _take(
        self,
        solution: Solution,
        lists: Sequence[Sequence[Choice]],
        state: State,
        at: tuple[int, int],
        values: _Values,
    ) -> None:
        """Take the likely true figures of the class at ``at[0]`` in turn, weigh the class at ``at[1]``."""
        size, (one, other) = len(self.problem.low), at
        group = self.groups.all[solution.classes[other]]
        for number, value, weight in _likely(lists[one]):
            trial = self._with(solution, state, one, lists[one][number].member, value)
            if trial is None:
                continue
            for place, choice in enumerate(lists[other]):
                if choice.member.kind != CELL:
                    continue
                found = self.weigh(group, choice.member, trial.low[size + other], trial.high[size + other])
                if found and not found.open:
                    known = values.setdefault((number, place), {})
                    known.update({(value, true): weight * share for true, share in found.values})

    def _with(self, solution: Solution, state: State, one: int, member: Member, value: int) -> State | None:
        """The bounds where ``value`` is the true figure of ``member``, of the class at ``one``."""
        cell, sign = member.cells[0]
        size, face, half = len(self.problem.low), self.problem.face[cell], self.width // 2
        low, high = state.low[:], state.high[:]
        # The printed figure as a point: all that is open is then what is added to it.
        low[cell] = high[cell] = face
        ends = (sign * (value * self.width - half - face), sign * (value * self.width + half - face))
        low[size + one], high[size + one] = min(ends), max(ends)
        trial = State(state.rows, state.watch, low, high)
        touched = {row for row, _ in self.groups.all[solution.classes[one]].column}
        return trial if trial.run(sorted(touched.union(self.problem.watch[cell]))) else None


def _likely(choices: Sequence[Choice]) -> list[tuple[int, int, float]]:
    """(number of the choice, true figure, weight), heaviest first."""
    listed = [
        (number, value, weight)
        for number, choice in enumerate(choices)
        if choice.member.kind == CELL
        for value, weight in choice.values
    ]
    listed.sort(key=lambda found: -found[2])
    return listed[:TAKEN]


def _weighed(values: _Values, first: Sequence[Choice], second: Sequence[Choice]) -> list[Pair]:
    own: dict[int, dict[int, float]] = {}
    result = []
    for (a, b), weights in values.items():
        for (one, two), weight in weights.items():
            for choice, value in ((first[a], one), (second[b], two)):
                known = own.setdefault(id(choice), {})
                known[value] = known.get(value, 0.0) + weight
        result.append((sum(weights.values()), first[a], second[b]))
    for choice in (*first, *second):
        if id(choice) in own:
            ordered = sorted(own[id(choice)].items(), key=lambda found: (-found[1], found[0]))
            choice.values = ordered[:SHOWN]
    return result
