"""What may be wrong, each as a column: how an unknown amount δ enters the rows.

One figure is a column; so is a whole path that was not refreshed, a deleted line, 基本 and 项目 exchanged,
the same typing error in two forms, a 核实性 rule that does not hold here, a printed percentage. Columns
that no identity can tell apart form one class and are tried once. Totals that formulas compute are no
hypotheses: they move with what they are computed from. Hypotheses are made when a row that
they enter takes part in a conflict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xltools.reconcile.model import Model, Row
from xltools.reconcile.problem import Problem
from xltools.report import TOTAL, Ref

Column = tuple[tuple[int, int], ...]
"""(row, coefficient of δ), by row, the first coefficient positive."""
Signed = tuple[tuple[int, int], ...]
"""(cell, sign) pairs that share one δ."""

CELL, SOFT, SHARE, STALE, LINE, MISSING, EXCHANGE, TWICE = (
    "cell", "soft", "share", "stale", "line", "missing", "exchange", "twice",
)  # fmt: skip


class Member(NamedTuple):
    """One thing that may be wrong. ``cells`` are (cell, sign): the true figure is the printed one plus
    sign·δ. ``row`` is a row of the rule for SOFT and SHARE; ``place`` the missing line for LINE and
    MISSING, whose amount is sign·δ."""

    kind: str
    cells: Signed
    row: int = -1
    place: Ref | None = None
    sign: int = 1


@dataclass(slots=True)
class Class:
    """Hypotheses with one and the same column."""

    number: int
    column: Column
    members: list[Member] = field(default_factory=list)


class Classes:
    """Hypotheses about a problem; ``of_row`` makes those by which a row can be mended."""

    def __init__(self, problem: Problem) -> None:
        self.all: list[Class] = []
        self._problem = problem
        self._shape = shape(problem.model)
        self._by_column: dict[Column, Class] = {}
        self._known: dict[Member, None] = {}
        self._of_row: dict[int, list[int]] = {}

    def of_row(self, number: int) -> list[int]:
        """The classes that enter row ``number``, in a fixed order."""
        found = self._of_row.get(number)
        if found is None:
            for member, entries in self._members(number):
                if member not in self._known:
                    self._known[member] = None
                    self._add(member, entries)
            found = [c.number for c in self.all if any(r == number for r, _ in c.column)]
            self._of_row[number] = found
        return found

    def _add(self, member: Member, entries: dict[int, int]) -> None:
        column = tuple(sorted([(r, c) for r, c in entries.items() if c]))
        if not column:
            return
        if column[0][1] < 0:
            column = tuple([(r, -c) for r, c in column])
            member = member._replace(cells=tuple([(x, -s) for x, s in member.cells]), sign=-1)
        known = self._by_column.get(column)
        if known is None:
            known = self._by_column[column] = Class(len(self.all), column)
            self.all.append(known)
            # A row asked for before may gain a class from the members of another row.
            for row, _ in column:
                if row in self._of_row:
                    self._of_row[row].append(known.number)
        known.members.append(member)

    def _members(self, number: int) -> Iterator[tuple[Member, dict[int, int]]]:
        problem, row = self._problem, self._problem.rows[number]
        typed = list(dict.fromkeys(x for _, cell in row.terms for x in problem.live.typed(cell)))
        for cell in typed:
            yield Member(CELL, ((cell, 1),)), self._sum(((cell, 1),))
        if row.rule in problem.model.soft:
            yield Member(SOFT, (), number), {number: 1}
        yield from self._share(number)
        for kind, cells in self._groups(row, typed):
            yield Member(kind, cells), self._sum(cells)
        for total in self._totals(number):
            yield from self._lines(total)
        for cell in typed:
            yield from self._missing(cell)

    def _sum(self, cells: Signed) -> dict[int, int]:
        """The column of ``cells`` that share one δ, with the totals that formulas compute from them."""
        shifts: dict[int, int] = defaultdict(int)
        for cell, sign in cells:
            for follower, shift in self._problem.live.followers(cell).items():
                shifts[follower] += sign * shift
        return self._entries(shifts)

    def _entries(self, shifts: Mapping[int, int]) -> dict[int, int]:
        column: dict[int, int] = defaultdict(int)
        rows, watch = self._problem.rows, self._problem.watch
        for cell, shift in shifts.items():
            for number in watch[cell]:
                for coefficient, x in rows[number].terms:
                    if x == cell:
                        column[number] += shift * coefficient
                        break
        return column

    def _totals(self, number: int) -> list[int]:
        """Row ``number``, and the sums of code trees by which formulas compute figures in it."""
        found = dict.fromkeys([number])
        live, sums, refs = self._problem.live, self._shape.sums, self._problem.refs
        if live.parts:
            for _, cell in self._problem.rows[number].terms:
                below = (sums.get(refs[x]) for x in live.below(cell) if x in live.parts)
                found.update(dict.fromkeys(n for n in below if n is not None))
        return list(found)

    def _with_line(self, entries: dict[int, int], place: Ref, sums: Sequence[int]) -> dict[int, int]:
        """``entries`` and what a line absent below ``place`` makes of the rows ``sums`` that should add it
        up: formulas above it lack it as they would lack a line that is there."""
        problem, live = self._problem, self._problem.live
        for number in sums:
            entries[number] = entries.get(number, 0) - self._sign(number)
        first = self._shape.sums.get(place) if live.parts else None
        if first is None:
            return entries
        total = problem.rows[first].total
        sibling = next((x for _, x in problem.rows[first].terms if x != total and x in live.users), None)
        if sibling is None:
            return entries
        line = problem.refs[sibling].line
        leaf = next(live.typed(sibling), sibling)
        shifts = {
            cell: shift
            for cell, shift in live.followers(leaf).items()
            if problem.refs[cell].form != place.form or not problem.refs[cell].line.startswith(line)
        }
        for number, coefficient in self._entries(shifts).items():
            entries[number] = entries.get(number, 0) + coefficient
        return entries

    def _share(self, number: int) -> Iterator[tuple[Member, dict[int, int]]]:
        shares = self._problem.shares
        for share, _ in shares.get(number, ()):
            # A share p + d instead of p moves both bounds: δ stands for 2·d·whole.
            own = {n: c for n, on in shares.items() for s, c in on if s is share}
            yield Member(SHARE, (), next(iter(own))), own

    def _groups(self, row: Row, typed: Sequence[int]) -> Iterator[tuple[str, Signed]]:
        """Several typed cells that go wrong together, with at least one in ``row`` or computed into it."""
        computed = self._problem.live.parts
        for _, cell in row.terms:
            for leaf in self._shape.leaves_below(cell):
                path = [x for x in self._shape.path(leaf) if x not in computed]
                if len(path) > 1:
                    yield STALE, tuple([(x, 1) for x in path])
        for cell in typed:
            for kind, cells in (*self._exchanged(cell), *self._repeated(cell)):
                kept = tuple([(x, sign) for x, sign in cells if x not in computed])
                if len(kept) > 1:
                    yield kind, kept

    def _exchanged(self, cell: int) -> Iterator[tuple[str, Signed]]:
        ref, index = self._problem.refs[cell], self._problem.model.index
        if ref.form in ("expenditure", "general") and ref.column in ("2", "3"):
            first, second = (index.get(Ref(ref.form, ref.line, c)) for c in "23")
            if first is not None and second is not None:
                yield EXCHANGE, ((first, 1), (second, -1))

    def _repeated(self, cell: int) -> Iterator[tuple[str, Signed]]:
        problem = self._problem
        ref, index = problem.refs[cell], problem.model.index
        if ref.form in ("expenditure", "general"):
            pair = [index.get(Ref(form, ref.line, ref.column)) for form in ("expenditure", "general")]
            wholes = [index.get(Ref(form, ref.line, "1")) for form in ("expenditure", "general")]
            if None not in pair:
                both = tuple([(x, 1) for x in pair if x is not None])
                yield TWICE, both
                if ref.column in "23" and None not in wholes:
                    yield TWICE, both + tuple([(x, 1) for x in wholes if x is not None])
        for number in problem.watch[cell]:
            row = problem.rows[number]
            if len(row.terms) == 2 and row.low == 0 == row.high and row.terms[0][0] == -row.terms[1][0]:
                first, second = row.terms[0][1], row.terms[1][1]
                if problem.refs[first].form != problem.refs[second].form:
                    yield TWICE, ((first, 1), (second, 1))

    def _lines(self, number: int) -> Iterator[tuple[Member, dict[int, int]]]:
        """A line missing from a code tree: its amount is absent from its parent's sum, in its own column
        and in the column of row totals."""
        sums = self._shape.sums
        place = self._shape.sum_of.get(number)
        if place is None:
            return
        main = "3" if place.form == "funds" else "1"
        whole = sums.get(Ref(place.form, place.line, main))
        columns = [place.column] if place.column != main else [c for c in "23456789" if c != main]
        for column in columns:
            part = Ref(place.form, place.line, column)
            if part in sums and whole is not None:
                entries = self._with_line({}, part, (sums[part], whole))
                yield Member(LINE, (), sums[part], part), entries

    def _sign(self, number: int) -> int:
        """The coefficient of the total in a row that defines one."""
        row = self._problem.rows[number]
        return next(c for c, x in row.terms if x == row.total)

    def _missing(self, cell: int) -> Iterator[tuple[Member, dict[int, int]]]:
        """A code that other forms print and this one does not, with its amounts: it is absent from the sum
        of its nearest parent, and blank itself, like the codes above it that are absent too."""
        shape, refs, index = self._shape, self._problem.refs, self._problem.model.index
        ref = refs[cell]
        if (ref.form, ref.line) not in shape.absent:
            return
        main = "3" if ref.form == "funds" else "1"
        above = [x for x in (ref.line[:5], ref.line[:3]) if x != ref.line]
        lines = [ref.line, *(x for x in above if (ref.form, x) in shape.absent)]
        top = next((x for x in above if x not in lines), TOTAL)
        for column in [ref.column] if ref.column != main else [c for c in "2345678" if c != main]:
            cells = [index.get(Ref(ref.form, x, c)) for x in lines for c in (column, main)]
            if None in cells[:2]:
                continue
            signed = tuple([(x, 1) for x in cells if x is not None])
            found = [shape.sums.get(Ref(ref.form, top, c)) for c in (column, main)]
            adding = [number for number in found if number is not None]
            entries = self._with_line(self._sum(signed), Ref(ref.form, top, column), adding)
            yield Member(MISSING, signed, -1, Ref(ref.form, ref.line, column)), entries


@dataclass
class Shape:
    """What a model says of totals and trees, computed once."""

    above: dict[int, list[int]]
    below: dict[int, list[int]]
    sums: dict[Ref, int]
    """Total of a code table → the row that adds its lines up in one column."""
    sum_of: dict[int, Ref]
    absent: frozenset[tuple[str, str]]
    """(form, code) of lines of code tables that rules name and the form does not print."""
    leaves: frozenset[int]
    """Cells that no row of their form adds up and no other form repeats."""
    _paths: dict[int, list[int]] = field(default_factory=dict)
    _below: dict[int, list[int]] = field(default_factory=dict)

    def path(self, cell: int) -> list[int]:
        """``cell`` and every total of its form that contains it."""
        found = self._paths.get(cell)
        if found is None:
            found = self._paths[cell] = [cell]
            for x in found:
                found.extend([y for y in self.above.get(x, ()) if y not in found])
        return found

    def leaves_below(self, cell: int) -> list[int]:
        """The cells that ``cell`` finally adds up within its form, itself when it is no total."""
        found = self._below.get(cell)
        if found is None:
            order = dict.fromkeys([cell])
            stack = [cell]
            while stack:
                for x in self.below.get(stack.pop(), ()):
                    if x not in order:
                        order[x] = None
                        stack.append(x)
            found = self._below[cell] = [x for x in order if x not in self.below]
        return found


def shape(model: Model) -> Shape:
    """The totals and trees of ``model``, kept with it."""
    known = model.memo.get("shape")
    if isinstance(known, Shape):
        return known
    above, below = parents(model.rows), defaultdict(list)
    sums: dict[Ref, int] = {}
    repeated: set[int] = set()
    for number, row in enumerate(model.rows):
        if row.total >= 0:
            ref = model.refs[row.total]
            below[row.total].extend([x for _, x in row.terms if x != row.total])
            if _adds_lines(model, row, ref):
                sums[ref] = number
        if len(row.terms) == 2 and row.low == row.high:
            repeated.update(x for _, x in row.terms)
    leaves = frozenset(range(len(model.refs))) - below.keys() - repeated
    trees = {ref.form for ref in sums if ref.line == TOTAL}
    inside = {(model.refs[x].form, model.refs[x].line) for x in (*above, *below)}
    named = {(ref.form, ref.line) for ref in model.refs if ref.form in trees and ref.line.isdigit()}
    found = Shape(above, below, sums, {n: r for r, n in sums.items()}, frozenset(named - inside), leaves)
    model.memo["shape"] = found
    return found


def _adds_lines(model: Model, row: Row, ref: Ref) -> bool:
    rest = [model.refs[x] for _, x in row.terms if x != row.total]
    return all(r.column == ref.column and _below(r.line, ref.line) for r in rest)


def parents(rows: Iterable[Row]) -> dict[int, list[int]]:
    """Cell → the totals of its own form that add it up."""
    above: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.total >= 0:
            for _, cell in row.terms:
                if cell != row.total and row.total not in above[cell]:
                    above[cell].append(row.total)
    return above


def totals(rows: Sequence[Row]) -> set[int]:
    """Cells that some row adds up inside their form."""
    return {row.total for row in rows if row.total >= 0}


def _below(line: str, parent: str) -> bool:
    return line.isdigit() and (parent == TOTAL or (line.startswith(parent) and line != parent))
