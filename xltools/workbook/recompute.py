"""Stored results of formulas held against what the formulas give: missing ones filled in, stale ones renewed.

A program without the add-in keeps old results, or stores #NAME?; a library stores none at all. Reading such
results would check yesterday's figures. Most are confirmed by a plain sum of floats, which costs little; only
where that disagrees is a formula computed exactly.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from xltools import amount
from xltools.amount import NotAnAmount
from xltools.workbook.address import area, split
from xltools.workbook.grid import Grid
from xltools.workbook.harvest import plain_names
from xltools.workbook.labels import code

if TYPE_CHECKING:
    from xltools.workbook.evaluate import Evaluator
    from xltools.workbook.operations import Value
    from xltools.workbook.seen import Layout

_PLACES = 6
_TOLERANCE = 0.0005
_SUM = re.compile(r"[A-Z0-9:,]+")
_INDEX = re.compile(r"INDEX\(([A-Z]+)(\d+):([A-Z]+\d+),(\d+)\):\3")
_PART = r"(XT_TOTAL\([A-Z0-9:,]+\)|[A-Z]+\d+)"
_CHANGE = re.compile(rf"XT_CHANGE_AMOUNT\({_PART},{_PART}\)")
_LEAVES = re.compile(r"XT_(?:LEAVES\(|SUBTOTAL\(([A-Z]+\d+),)([A-Z]+\d+:[A-Z]+\d+),([A-Z]+\d+:[A-Z]+\d+)\)")


class Stale(NamedTuple):
    """A cell of which the stored result is not what its formula gives."""

    grid: Grid
    cell: str
    stored: object
    computed: object


def is_own(formula: str) -> bool:
    """Whether a formula uses our functions."""
    return "XT_" in formula or "xt_" in formula


def fill_in(grids: Sequence[Grid]) -> None:
    """Compute formulas without a stored result, and ours that a program without the add-in left as #NAME?, or
    as the blank that IFERROR puts in the place of it."""
    open_cells: list[tuple[Grid, str]] = []
    for grid in grids:
        unknown = [
            cell
            for cell, error in grid.facts.errors.items()
            if error == "#NAME?" and is_own(grid.facts.formulas.get(cell, ""))
        ]
        for cell in dict.fromkeys((*grid.facts.uncached, *unknown, *grid.facts.doubtful, *_blanked(grid))):
            grid.unsolved[cell] = ""
            open_cells.append((grid, cell))
    if not open_cells:
        return
    from xltools.workbook.evaluate import Evaluator
    from xltools.workbook.operations import Unsupported

    evaluator = Evaluator({grid.name: grid for grid in grids}, lambda formula: False)
    solved: list[tuple[Grid, str, Value]] = []
    for grid, cell in open_cells:
        try:
            solved.append((grid, cell, evaluator.compute(grid, cell)))
        except Unsupported as reason:
            grid.unsolved[cell] = str(reason)
            solved.append((grid, cell, None))
    for grid, cell, value in solved:
        row, at = split(cell)
        if grid.unsolved[cell] and cell in grid.facts.doubtful:
            del grid.unsolved[cell]
            continue
        grid.put(row - 1, at - 1, "" if value is None else value)
        if not grid.unsolved[cell]:
            del grid.unsolved[cell]


_SCORING = re.compile(r"IFERROR\(.*XT_(?:SCORE|BAND_SCORE|RATE|RATE_SCORE|REMAINDER|POINTS|GRADE)\(")
_CELL = re.compile(r"(?<![A-Z_])[A-Z]{1,3}[0-9]+")


def _blanked(grid: Grid) -> list[str]:
    """Cells of 绩效自评 that show nothing though there is something to compute from. (The forms' own totals
    are computed anyway, see ``renew``.)"""
    found: list[str] = []
    for cell, formula in grid.facts.formulas.items():
        if "IFERROR" in formula and not _shows(grid, cell) and _SCORING.search(formula):
            # What a formula names first is what it waits for; a total waits for any score.
            named = _CELL.findall(formula)
            needed = named if "XT_POINTS" in formula else named[:1]
            if any(_shows(grid, one) or one in found for one in needed):
                found.append(cell)
    return found


def _shows(grid: Grid, cell: str) -> bool:
    row, at = split(cell)
    return row <= len(grid.rows) and at <= grid.width and grid.rows[row - 1][at - 1] not in ("", None)


def renew(grids: Sequence[Grid], sheets: Collection[str]) -> list[Stale]:
    """Check the stored results of our functions, and of plain sums, in ``sheets``; where one is stale put the
    right value into the grid, also into all formulas that depend on it as far as they can be computed."""
    concerned = [grid for grid in grids if grid.name in sheets]
    doubtful = []
    for grid in concerned:
        leaves: dict[object, Leaves] = {}
        columns: dict[int, list[str]] = {}
        planned = _known_sums(grid.recalled.layout) if grid.recalled else _sums(grid.facts.formulas)
        for cell, plan in planned:
            if cell not in grid.unsolved and not _confirmed(grid, plan, leaves, columns):
                doubtful.append((grid, cell))
    if not doubtful:
        return []
    from xltools.workbook.evaluate import Evaluator

    evaluator = Evaluator({grid.name: grid for grid in grids}, is_own)
    if not list(_differing(evaluator, doubtful)):
        return []
    everything = Evaluator({grid.name: grid for grid in grids}, lambda formula: True)
    cells = ((grid, cell) for grid in concerned for cell in grid.facts.formulas)
    found = list(_differing(everything, cells))
    for stale in found:
        row, at = split(stale.cell)
        stale.grid.put(row - 1, at - 1, stale.computed)
    return found


def _sums(formulas: Mapping[str, str]) -> list[tuple[str, _Sum | None]]:
    """The formulas with our functions, and plain sums, each as a sum."""
    return [
        (cell, _plan(cell, formula))
        for cell, formula in formulas.items()
        if is_own(formula) or formula.startswith("SUM(")
    ]


@lru_cache(maxsize=64)
def _known_sums(layout: Layout) -> list[tuple[str, _Sum | None]]:
    return _sums(layout.facts.formulas)


def _differing(evaluator: Evaluator, cells: Iterable[tuple[Grid, str]]) -> list[Stale]:
    from xltools.workbook.operations import Unsupported, content_value

    found = []
    for grid, cell in cells:
        row, at = split(cell)
        inside = row <= len(grid.rows) and at <= grid.width
        stored = grid.rows[row - 1][at - 1] if inside else ""
        try:
            computed = evaluator.compute(grid, cell)
        except Unsupported:
            continue
        if not _same(content_value(stored), computed):
            found.append(Stale(grid, cell, stored, "" if computed is None else computed))
    return found


def _same(stored: Value, computed: Value) -> bool:
    from xltools.functions import CellError

    if isinstance(stored, Decimal) and isinstance(computed, Decimal):
        return amount.half_up(stored, _PLACES) == amount.half_up(computed, _PLACES)
    if isinstance(stored, CellError) and isinstance(computed, CellError):
        return True  # programs differ in which error wins
    blank = (None, "")
    if stored in blank or computed in blank:
        return (stored in blank or stored == 0) and (computed in blank or computed == 0)
    if isinstance(stored, str) and isinstance(computed, Decimal):
        try:
            return amount.parse_text(stored) == computed
        except NotAnAmount:
            return False
    return stored == computed


# --- the cheap confirmation ----------------------------------------------------------------------------

Rectangle = tuple[int, int, int, int]
"""First row, row after the last, first column, column after the last; from 0."""
Leaves = tuple[list[int], list[int]] | None
"""Rows of the leaves of a code tree, and rows without a code, from 0; None where codes cannot be told."""


class _Sum(NamedTuple):
    """A formula as a sum: its cell, what is added and taken, and for a sum over the leaves of a code tree the
    cell of the code above ("" for all) and the column of codes."""

    row: int
    at: int
    bottom: int
    right: int
    added: tuple[Rectangle, ...] = ()
    taken: tuple[Rectangle, ...] = ()
    above: tuple[int, int] | None = None
    codes: Rectangle | None = None


def _confirmed(
    grid: Grid, plan: _Sum | None, leaves: dict[object, Leaves], columns: dict[int, list[str]]
) -> bool:
    """Whether a float sum shows that a stored result is right; False means: look closer."""
    rows = grid.rows
    if plan is None or plan.bottom > len(rows) or plan.right > grid.width:
        return False
    stored = rows[plan.row][plan.at]
    if stored == "" or stored is None:
        stored = 0.0
    if type(stored) is not float:
        return False
    try:
        if plan.codes is None:
            total = _added(rows, plan.added) - (_added(rows, plan.taken) if plan.taken else 0.0)
        else:
            which = plan.codes[:3], plan.above
            if which not in leaves:
                leaves[which] = _leaves(rows, plan, columns)
            total = _leaf_sum(rows, leaves[which], plan.added[0][2])
    except TypeError:  # a text among the numbers
        return False
    gap = total - stored
    return -_TOLERANCE <= gap <= _TOLERANCE or abs(gap) <= abs(stored) * 1e-13


def _added(rows: Sequence[Sequence[Any]], areas: tuple[Rectangle, ...]) -> float:
    total = 0.0
    for top, bottom, left, right in areas:
        for row in rows[top:bottom]:
            for content in row[left:right]:
                if content:
                    total += content
    return total


def _leaf_sum(rows: Sequence[Sequence[Any]], leaves: Leaves, at: int) -> float:
    """The sum over the leaves; TypeError where the function itself would fail or is needed to tell."""
    if leaves is None or any(rows[row][at] for row in leaves[1]):
        raise TypeError
    total = 0.0
    for row in leaves[0]:
        content = rows[row][at]
        if content:
            total += content
    return total


def _leaves(rows: Sequence[Sequence[object]], plan: _Sum, columns: dict[int, list[str]]) -> Leaves:
    """``columns`` keeps the codes that stand in a column of the sheet."""
    assert plan.codes is not None
    top, bottom, at, _ = plan.codes
    wanted = code(rows[plan.above[0]][plan.above[1]]) if plan.above else ""
    if plan.above and not wanted:
        return None
    if at not in columns:
        columns[at] = [code(row[at]) for row in rows]
    digits = columns[at]
    found = [row for row in range(top, bottom) if digits[row] and digits[row].startswith(wanted)]
    parents = {digits[row][:length] for row in found for length in (3, 5)}
    below = [row for row in found if len(digits[row]) > 5 or digits[row] not in parents]
    blank = [row for row in range(top, bottom) if not digits[row] and rows[row][at] in ("", None)]
    return [row for row in below if digits[row] != wanted], blank


@lru_cache(maxsize=5_000)
def _plan(cell: str, formula: str) -> _Sum | None:
    """A formula as a sum of cells; None where it is anything else."""
    row, at = split(cell)
    row, at = row - 1, at - 1
    formula = plain_names(formula).replace("$", "")
    if formula.startswith(("XT_TOTAL(", "SUM(")):
        added = _areas(formula)
        return _sum(row, at, added) if added else None
    change = _CHANGE.fullmatch(formula)
    if change:
        return _sum(row, at, _areas(change[1]), _areas(change[2]))
    tree = _LEAVES.fullmatch(_INDEX.sub(_from_index, formula))
    if tree is None:
        return None
    codes, amounts = _areas(tree[2])[0], _areas(tree[3])[0]
    if codes[:2] != amounts[:2] or codes[3] - codes[2] != 1 or amounts[3] - amounts[2] != 1:
        return None
    above = None
    if tree[1]:
        up, left = split(tree[1])
        above = up - 1, left - 1
    right = max(codes[3], amounts[3], at + 1, above[1] + 1 if above else 0)
    bottom = max(codes[1], row + 1, above[0] + 1 if above else 0)
    return _Sum(row, at, bottom, right, (amounts,), (), above, codes)


def _sum(row: int, at: int, added: tuple[Rectangle, ...], taken: tuple[Rectangle, ...] = ()) -> _Sum:
    areas = (*added, *taken)
    bottom, right = max(area[1] for area in areas), max(area[3] for area in areas)
    return _Sum(row, at, max(bottom, row + 1), max(right, at + 1), added, taken)


def _areas(formula: str) -> tuple[Rectangle, ...]:
    """What a sum adds up; () where it is more than a sum of cells."""
    inner = formula.replace("XT_TOTAL(", "").replace("SUM(", "").replace(")", "")
    if not _SUM.fullmatch(inner):
        return ()
    found = []
    for reference in inner.split(","):
        top, left, bottom, right = area(reference)
        found.append((top - 1, bottom, left - 1, right))
    return tuple(found)


def _from_index(match: re.Match[str]) -> str:
    """INDEX(A8:A17,2):A17, which survives inserted rows, is A9:A17."""
    return f"{match[1]}{int(match[2]) + int(match[4]) - 1}:{match[3]}"
