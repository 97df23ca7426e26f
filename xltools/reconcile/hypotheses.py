"""What may be wrong, each as a column: how an unknown amount δ enters the rows.

One figure is a column; so is a whole path that was not refreshed, a deleted line, 基本 and 项目 exchanged,
the same typing error in two forms, a 核实性 rule that does not hold here, a printed percentage. Columns
that no identity can tell apart form one class and are tried once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xltools.reconcile.model import Problem, Row
from xltools.report import TOTAL, Ref

Column = tuple[tuple[int, int], ...]
"""(row, coefficient of δ), by row, the first coefficient positive."""

CELL, SOFT, SHARE, STALE, LINE, EXCHANGE, TWICE = (
    "cell", "soft", "share", "stale", "line", "exchange", "twice",
)  # fmt: skip


class Member(NamedTuple):
    """One thing that may be wrong. ``cells`` are (cell, sign): the true figure is the printed one plus
    sign·δ. ``row`` is a row of the rule for SOFT and SHARE; ``place`` the missing line for LINE."""

    kind: str
    cells: tuple[tuple[int, int], ...]
    row: int = -1
    place: Ref | None = None


@dataclass(slots=True)
class Class:
    """Hypotheses with one and the same column."""

    number: int
    column: Column
    members: list[Member] = field(default_factory=list)


@dataclass(slots=True)
class Classes:
    """All hypotheses about a problem; ``by_row`` tells which classes a row can be mended by."""

    all: list[Class]
    by_row: list[list[int]]


def classes(problem: Problem) -> Classes:
    """Every hypothesis about ``problem``, grouped by column, in a fixed order."""
    memo = problem.model.memo
    if not problem.shares and "classes" in memo:
        found = memo["classes"]
        assert isinstance(found, Classes)
        return found
    found = _group(problem.rows, _members(problem))
    if not problem.shares:
        memo["classes"] = found
    return found


def _group(rows: Sequence[Row], members: Iterable[tuple[Member, dict[int, int]]]) -> Classes:
    by_column: dict[Column, Class] = {}
    by_row: list[list[int]] = [[] for _ in rows]
    ordered: list[Class] = []
    for member, entries in members:
        column = tuple(sorted((r, c) for r, c in entries.items() if c))
        if not column:
            continue
        if column[0][1] < 0:
            column = tuple([(r, -c) for r, c in column])
            member = member._replace(cells=tuple((x, -s) for x, s in member.cells))
        known = by_column.get(column)
        if known is None:
            known = by_column[column] = Class(len(ordered), column)
            ordered.append(known)
            for row, _ in column:
                by_row[row].append(known.number)
        known.members.append(member)
    return Classes(ordered, by_row)


def _members(problem: Problem) -> Iterator[tuple[Member, dict[int, int]]]:
    single: list[dict[int, int]] = [{} for _ in problem.refs]
    for number, row in enumerate(problem.rows):
        for coefficient, cell in row.terms:
            single[cell][number] = coefficient
    for cell, column in enumerate(single):
        yield Member(CELL, ((cell, 1),)), column
    yield from _rules(problem)
    for kind, cells in _groups(problem):
        yield Member(kind, cells), _sum(single, cells)
    yield from _lines(problem)


def _sum(single: Sequence[dict[int, int]], cells: Iterable[tuple[int, int]]) -> dict[int, int]:
    column: dict[int, int] = defaultdict(int)
    for cell, sign in cells:
        for row, coefficient in single[cell].items():
            column[row] += sign * coefficient
    return column


def _rules(problem: Problem) -> Iterator[tuple[Member, dict[int, int]]]:
    for number, row in enumerate(problem.rows):
        if row.rule in problem.model.soft:
            yield Member(SOFT, (), number), {number: 1}
    for number in problem.shares:
        if problem.shares.get(number + 1) is problem.shares[number]:
            # A share p + d instead of p moves both bounds: δ stands for 2·d·whole.
            yield Member(SHARE, (), number), {number: 1, number + 1: -1}


def parents(rows: Iterable[Row]) -> dict[int, list[int]]:
    """Cell → the totals of its own form that add it up."""
    above: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.total >= 0:
            for _, cell in row.terms:
                if cell != row.total and row.total not in above[cell]:
                    above[cell].append(row.total)
    return above


def totals(rows: Iterable[Row]) -> set[int]:
    """Cells that some row adds up inside their form."""
    return {row.total for row in rows if row.total >= 0}


def _groups(problem: Problem) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    """Several cells that go wrong together, in a fixed order."""
    above, added = parents(problem.rows), totals(problem.rows)
    for cell in above:
        if cell not in added:
            path = _closure(cell, above)
            if len(path) > 1:
                yield STALE, tuple((x, 1) for x in path)
    index = {ref: cell for cell, ref in enumerate(problem.refs)}
    for cell, ref in enumerate(problem.refs):
        if ref.form in ("expenditure", "general") and ref.column == "2":
            other = index.get(Ref(ref.form, ref.line, "3"))
            if other is not None:
                yield EXCHANGE, ((cell, 1), (other, -1))
        if ref.form == "expenditure":
            twin = index.get(Ref("general", ref.line, ref.column))
            if twin is not None:
                yield TWICE, ((cell, 1), (twin, 1))
                whole = index.get(Ref("expenditure", ref.line, "1"))
                whole_twin = index.get(Ref("general", ref.line, "1"))
                if ref.column in "23" and whole is not None and whole_twin is not None:
                    yield TWICE, ((cell, 1), (twin, 1), (whole, 1), (whole_twin, 1))
    for row in problem.rows:
        if len(row.terms) == 2 and row.low == 0 == row.high and row.terms[0][0] == -row.terms[1][0]:
            first, second = row.terms[0][1], row.terms[1][1]
            if problem.refs[first].form != problem.refs[second].form:
                yield TWICE, ((first, 1), (second, 1))


def _closure(cell: int, above: dict[int, list[int]]) -> list[int]:
    path = [cell]
    for x in path:
        path.extend(y for y in above.get(x, ()) if y not in path)
    return path


def _lines(problem: Problem) -> Iterator[tuple[Member, dict[int, int]]]:
    """A line missing from a code tree: its amount is absent from its parent's sum, in its own column and
    in the column of row totals."""
    sums: dict[Ref, int] = {}
    codes: dict[tuple[str, str], bool] = {}
    for number, row in enumerate(problem.rows):
        if row.total >= 0:
            ref = problem.refs[row.total]
            rest = [problem.refs[x] for _, x in row.terms if x != row.total]
            if all(r.column == ref.column and _below(r.line, ref.line) for r in rest):
                sums[ref] = number
                codes[ref.form, ref.line] = True
    first = {"funds": "3"}
    for ref, number in sums.items():
        main = first.get(ref.form, "1")
        whole = sums.get(Ref(ref.form, ref.line, main))
        if ref.column == main or whole is None:
            continue
        place = Ref(ref.form, ref.line, ref.column)
        yield Member(LINE, (), number, place), {number: -1, whole: -1}


def _below(line: str, parent: str) -> bool:
    return line.isdigit() and (parent == TOTAL or (line.startswith(parent) and line != parent))
