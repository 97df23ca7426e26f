"""Which form stands in which sheet, and from which row to which: by title, by number, by headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xltools.workbook.blueprint import Blueprint, Blueprints
from xltools.workbook.columns import Columns, bind_columns
from xltools.workbook.grid import Grid
from xltools.workbook.headings import Head, find_head
from xltools.workbook.labels import key, year

if TYPE_CHECKING:
    from xltools.workbook.familiar import Bound, Found, Sketch

_SAME_BLOCK = 5
"""A number (公开03表) and a title this many rows apart belong together."""


@dataclass(slots=True)
class Region:
    """A form in a sheet: rows ``top`` to ``bottom`` (exclusive, from 0) of ``grid``. ``how`` tells what it
    was recognised by: 标题, 表号, 工作表名 or 表头. ``year`` is the one printed above the headings.
    ``bound``: what the cells are, where that is known; ``sketch``: by what the sheet is
    learned, where it can be."""

    plan: Blueprint
    grid: Grid
    top: int
    bottom: int
    how: str
    head: Head
    columns: Columns
    year: int | None = None
    bound: Bound | None = None
    sketch: Sketch | None = None


@dataclass(slots=True)
class Located:
    """``regions`` by form id, the one to be read first; ``headless``: forms of which only a title was
    found, with the place of it (grid, row); ``sketches``: sheets that are being learned."""

    regions: dict[str, list[Region]] = field(default_factory=dict)
    headless: dict[str, tuple[Grid, int]] = field(default_factory=dict)
    sketches: list[Sketch] = field(default_factory=list)


@dataclass(slots=True)
class _Mark:
    row: int
    form: str
    titled: bool


def locate(grids: Sequence[Grid], plans: Blueprints, wanted_year: int | None = None) -> Located:
    """The forms of an edition in the sheets of a workbook.

    Where a form is there more than once the first region is the one of ``wanted_year`` in a visible sheet.
    """
    located = Located()
    unmarked = []
    for grid in grids:
        announced = _announced(grid, plans, located)
        if not announced:
            unmarked.append(grid)
        for form, row, region in announced:
            if region:
                located.regions.setdefault(form, []).append(region)
            else:
                located.headless.setdefault(form, (grid, row))
    for grid in unmarked:
        _by_headings(grid, plans, located)
    for regions in located.regions.values():
        regions.sort(key=lambda one: (one.year not in (None, wanted_year), not one.grid.visible))
    return located


def _announced(grid: Grid, plans: Blueprints, located: Located) -> list[Found]:
    """The forms of which title or number stand in a sheet."""
    if grid.recalled is None:
        return _searched(grid, plans)
    from xltools.workbook import familiar  # not needed for a single check

    known = familiar.recall(grid, plans)
    if known:
        return [
            (form, row, region and replace(region, grid=grid, bound=known.bound.get((form, row))))
            for form, row, region in known.found
        ]
    found = _searched(grid, plans)
    # What is kept must not keep the sheet.
    nowhere = Grid(grid.name, [])
    stripped = [(form, row, region and replace(region, grid=nowhere)) for form, row, region in found]
    sketch = familiar.sketch(grid, plans, stripped) if found else None
    if sketch:
        located.sketches.append(sketch)
        for _, _, region in found:
            if region:
                region.sketch = sketch
    return found


def _searched(grid: Grid, plans: Blueprints) -> list[Found]:
    marks = _marks(grid, plans)
    found: list[Found] = []
    for index, mark in enumerate(marks):
        bottom = marks[index + 1].row if index + 1 < len(marks) else len(grid.rows)
        how = "标题" if mark.titled else "表号"
        found.append((mark.form, mark.row, _region(grid, plans.of[mark.form], mark.row, bottom, how)))
    return found


def _marks(grid: Grid, plans: Blueprints) -> list[_Mark]:
    """Titles and numbers of forms from top to bottom; those of one form close together are one."""
    marks: list[_Mark] = []
    seen = plans.seen
    for row, cells in enumerate(grid.rows):
        for content in cells:
            if type(content) is str and content:
                found = seen[content] if content in seen else plans.announced(content)
                if found:
                    _add_mark(marks, _Mark(row, *found))
    return marks


def _add_mark(marks: list[_Mark], mark: _Mark) -> None:
    last = marks[-1] if marks else None
    if last is None or mark.row - last.row > _SAME_BLOCK:
        marks.append(mark)
    elif last.form == mark.form:
        last.titled |= mark.titled
    elif mark.titled and not last.titled:
        # Numbers differ from place to place: the title decides.
        marks[-1] = _Mark(last.row, mark.form, True)
    elif mark.titled:
        marks.append(mark)


def _region(grid: Grid, plan: Blueprint, top: int, bottom: int, how: str) -> Region | None:
    head = find_head(grid.rows, top, bottom, plan.words)
    if head is None:
        return None
    columns = bind_columns(head, plan, grid.rows, bottom)
    if not columns.amounts:
        return None
    printed = (year(cell) for cells in grid.rows[top : head.first] for cell in cells if type(cell) is str)
    return Region(plan, grid, top, bottom, how, head, columns, next((y for y in printed if y), None))


def _by_headings(grid: Grid, plans: Blueprints, located: Located) -> None:
    """A sheet without title or number: the name of the sheet, else headings that fit one form exactly."""
    named = plans.announced(grid.name) or plans.announced(f"{grid.name}表")
    candidates = [named[0]] if named else list(_fitting(grid, plans))
    if len(candidates) == 1 and candidates[0] not in located.regions:
        plan = plans.of[candidates[0]]
        region = _region(grid, plan, 0, len(grid.rows), "工作表名" if named else "表头")
        if region:
            located.regions[candidates[0]] = [region]
        elif named:
            located.headless.setdefault(candidates[0], (grid, 0))


def _fitting(grid: Grid, plans: Blueprints) -> Iterator[str]:
    words = {key(cell) for cells in grid.rows[:40] for cell in cells if type(cell) is str}
    for form_id, plan in plans.of.items():
        if plan.words <= words:
            region = _region(grid, plan, 0, len(grid.rows), "表头")
            if region and len(set(region.columns.amounts.values())) == len(plan.amounts) > 2:
                yield form_id
