"""Stored results of formulas held against what the formulas give: fills in what is missing, renews what is stale.

A program without the add-in keeps old results, or stores #NAME?; a library stores none at all. Reading such
results would check yesterday's figures. Most results are confirmed by a plain sum of floats, which costs little;
only where that disagrees is a formula computed exactly.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xltools import amount
from xltools.amount import NotAnAmount
from xltools.functions import CellError
from xltools.workbook.address import area, split
from xltools.workbook.evaluate import Evaluator, Unsupported, Value, content_value
from xltools.workbook.formulas import plain
from xltools.workbook.grid import Grid
from xltools.workbook.labels import code

_PLACES = 6
_TOLERANCE = 0.0005
_SUM = re.compile(r"[A-Z0-9:,]+")
_INDEX = re.compile(r"INDEX\(([A-Z]+)(\d+):([A-Z]+\d+),(\d+)\):\3")
_LEAVES = re.compile(r"XT_(?:LEAVES\(|SUBTOTAL\(([A-Z]+\d+),)([A-Z]+\d+:[A-Z]+\d+),([A-Z]+\d+:[A-Z]+\d+)\)")


@dataclass(slots=True)
class Stale:
    """A cell of which the stored result is not what its formula gives."""

    grid: Grid
    cell: str
    stored: object
    computed: object


def is_own(formula: str) -> bool:
    """Whether a formula uses our functions."""
    return "XT_" in formula or "xt_" in formula


def fill_in(grids: Sequence[Grid]) -> None:
    """Compute formulas without a stored result, and ours that a program without the add-in left as #NAME?."""
    open_cells: list[tuple[Grid, str]] = []
    for grid in grids:
        unknown = [
            cell
            for cell, error in grid.facts.errors.items()
            if error == CellError.NAME and is_own(grid.facts.formulas.get(cell, ""))
        ]
        for cell in (*grid.facts.uncached, *unknown):
            grid.unsolved[cell] = ""
            open_cells.append((grid, cell))
    if not open_cells:
        return
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
        grid.put(row - 1, at - 1, "" if value is None else value)
        if not grid.unsolved[cell]:
            del grid.unsolved[cell]


def renew(grids: Sequence[Grid], sheets: Collection[str]) -> list[Stale]:
    """Check the stored results of our functions, and of plain sums, in ``sheets``; where one is stale put the
    right value into the grid, also into all formulas that depend on it as far as they can be computed."""
    concerned = [grid for grid in grids if grid.name in sheets]
    doubtful = [
        (grid, cell)
        for grid in concerned
        for cell, formula in grid.facts.formulas.items()
        if (is_own(formula) or formula.startswith("SUM("))
        and cell not in grid.unsolved
        and not _confirmed(grid, cell, formula)
    ]
    if not doubtful:
        return []
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


def _differing(evaluator: Evaluator, cells: Iterable[tuple[Grid, str]]) -> list[Stale]:
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
    if isinstance(stored, Decimal) and isinstance(computed, Decimal):
        return amount.half_up(stored, _PLACES) == amount.half_up(computed, _PLACES)
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


def _confirmed(grid: Grid, cell: str, formula: str) -> bool:
    """Whether a float sum shows that a stored result is right; False means: look closer."""
    formula = plain(formula)
    row, at = split(cell)
    if row > len(grid.rows) or at > grid.width:
        return False
    stored = grid.rows[row - 1][at - 1]
    if stored == "" or stored is None:
        stored = 0.0
    if type(stored) is not float:
        return False
    total = _quick(grid, formula)
    return total is not None and abs(total - stored) <= max(_TOLERANCE, abs(stored) * 1e-13)


def _quick(grid: Grid, formula: str) -> float | None:
    if formula.startswith(("XT_TOTAL(", "SUM(")):
        inner = formula.replace("XT_TOTAL(", "").replace("SUM(", "").replace(")", "").replace("$", "")
        return _sum(grid, inner.split(",")) if _SUM.fullmatch(inner) else None
    match = _LEAVES.fullmatch(_INDEX.sub(_from_index, formula.replace("$", "")))
    return _leaf_sum(grid, match[1], match[2], match[3]) if match else None


def _from_index(match: re.Match[str]) -> str:
    """INDEX(A8:A17,2):A17, which survives inserted rows, is A9:A17."""
    return f"{match[1]}{int(match[2]) + int(match[4]) - 1}:{match[3]}"


def _sum(grid: Grid, references: Iterable[str]) -> float | None:
    total = 0.0
    rows = grid.rows
    for reference in references:
        top, left, bottom, right = area(reference)
        if bottom > len(rows) or right > grid.width:
            return None
        for row in rows[top - 1 : bottom]:
            for content in row[left - 1 : right]:
                if type(content) is float:
                    total += content
                elif content != "":
                    return None
    return total


def _leaf_sum(grid: Grid, above: str | None, codes: str, amounts: str) -> float | None:
    top, left, bottom, right = area(codes)
    first, at, last, end = area(amounts)
    if left != right or at != end or (top, bottom) != (first, last) or bottom > len(grid.rows):
        return None
    wanted = ""
    if above:
        row, column = split(above)
        wanted = code(grid.rows[row - 1][column - 1])
        if not wanted:
            return None
    found: list[tuple[str, object]] = []
    for cells in grid.rows[top - 1 : bottom]:
        digits = code(cells[left - 1])
        if digits:
            found.append((digits, cells[at - 1]))
        elif cells[left - 1] == "" and cells[at - 1] not in ("", 0):
            return None
    parents = {digits[:length] for digits, _ in found for length in (3, 5)}
    total = 0.0
    for digits, content in found:
        if digits.startswith(wanted) and digits != wanted and (digits not in parents or len(digits) > 5):
            if type(content) is float:
                total += content
            elif content != "":
                return None
    return total
