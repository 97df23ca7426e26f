"""Forms in sheets that were met before, but for their figures: what stands where need not be found again.

Where the layout of a sheet (``seen``) and all in it that is no figure of a form (texts, codes, 行次, numbers
beside the tables) equal those of an earlier sheet, then so does what is found in it: which form stands where,
which cell is which figure. Only the figures are taken anew, every one. Where they decide more than their own
value it is looked at each time: a 0 that a formula shows may pass for a blank, a row of figures without any
text for the row 栏次. Forms in which anything was odd are never kept. As layouts are, a sheet is learned when
it is met for the second time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING

from xltools.amount import NotAnAmount
from xltools.report import Place, Ref
from xltools.workbook.blueprint import Blueprints
from xltools.workbook.grid import Grid
from xltools.workbook.harvest import Harvest, Spot, Taker, counted, number
from xltools.workbook.headings import COLUMN_NUMBERS, LEVELS, is_numbers
from xltools.workbook.labels import code, label
from xltools.workbook.seen import Recalled, picker

if TYPE_CHECKING:
    from xltools.workbook.locate import Region

_KEPT = 64
"""Sheets that are kept."""
_MET = 2_000
"""Sheets known only by their hash, having been met once."""

Key = tuple[object, ...]
Found = tuple[str, int, "Region | None"]
"""A form that is announced in a sheet, in which row, and where it stands (None: it has no headings)."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a form in a known sheet holds, but for its figures. ``figures``: their places among the contents
    of the sheet, with how they are read, and whether they are typed."""

    form: str
    refs: tuple[Ref, ...]
    figures: Callable[[Sequence[object]], Sequence[float]]
    read: tuple[Callable[[float], tuple[Decimal, bool]], ...]
    typed: tuple[bool, ...]
    places: Mapping[Ref, Place]
    formulas: Mapping[Ref, str]
    codes: Mapping[tuple[str, str], Place]
    lines: tuple[str, ...]
    named: tuple[tuple[str, str, Spot], ...]
    notes: tuple[str, ...] | None

    def take(self, contents: Sequence[object], harvest: Harvest) -> bool:
        """Take the figures of the form from the contents of its sheet; False, with nothing taken, where they
        need a closer look."""
        titles = harvest.titles
        if any(titles.get(line, name) != name for line, name, _ in self.named):
            return False
        try:
            values = [read(content) for read, content in zip(self.read, self.figures(contents), strict=True)]
        except NotAnAmount:
            return False
        if any(long and typed for (_, long), typed in zip(values, self.typed, strict=True)):
            return False
        for line, name, spot in self.named:
            titles.setdefault(line, name)
            harvest.named.setdefault(line, spot)
        harvest.amounts.update(
            {
                ref: value
                for ref, (value, _), typed in zip(self.refs, values, self.typed, strict=True)
                if typed or value
            }
        )
        harvest.places.update(self.places)
        harvest.formulas.update(self.formulas)
        harvest.codes.update(self.codes)
        if self.lines:
            harvest.lines[self.form] = list(self.lines)
        if self.notes is not None:
            harvest.notes[self.form] = list(self.notes)
        return True


@dataclass(frozen=True, slots=True)
class Familiar:
    """A sheet that was met before: the forms in it, and on what that rests. ``bound``: by form and row."""

    found: tuple[Found, ...]
    bound: Mapping[tuple[str, int], Bound]
    fixed: Callable[[Sequence[object]], Sequence[object]]
    fixed_contents: Sequence[object]
    zeros: Callable[[Sequence[object]], Sequence[object]]
    zero: Sequence[bool]
    unlabelled: tuple[int, ...]

    def fits(self, grid: Grid, contents: Sequence[object]) -> bool:
        """Whether all is as it was but for figures that decide nothing else."""
        return (
            self.fixed(contents) == self.fixed_contents
            and [content == 0 for content in self.zeros(contents)] == self.zero
            and not any(is_numbers(grid.rows[row]) for row in self.unlabelled)
        )


@dataclass(slots=True)
class Sketch:
    """A sheet that is being learned."""

    grid: Grid
    recalled: Recalled
    key: Key
    found: tuple[Found, ...]
    bound: dict[tuple[str, int], Bound] = field(default_factory=dict)
    figures: set[tuple[int, int]] = field(default_factory=set)
    looked: set[tuple[int, int]] = field(default_factory=set)

    def add(self, taker: Taker, top: int) -> None:
        """What was taken of one form of the sheet, from row ``top`` on, in which nothing was odd."""
        harvest, form = taker.harvest, taker.form.id
        taken = taker.figures
        places = {ref: place for ref, place in harvest.places.items() if ref.form == form}
        formulas = {ref: harvest.formulas[ref] for ref in places if ref in harvest.formulas}
        at = {cell[:2]: number for number, cell in enumerate(self.recalled.layout.cells)}
        notes = harvest.notes.get(form)
        self.bound[form, top] = Bound(
            form,
            tuple(ref for ref, _, _, _ in taken),
            picker([at[row, column] for _, row, column, _ in taken]),
            tuple(counted if ref.line in taker.counts else number for ref, _, _, _ in taken),
            tuple(typed for _, _, _, typed in taken),
            places,
            formulas,
            {key: place for key, place in harvest.codes.items() if key[0] == form},
            tuple(harvest.lines.get(form, ())),
            tuple(taker.named),
            None if notes is None else tuple(notes),
        )
        self.figures.update((row, column) for _, row, column, _ in taken)
        self.looked |= taker.looked

    def keep(self) -> None:
        """Keep the sheet, if it is met for the second time and nothing was changed in it."""
        mark = hash(self.key)
        with _one_at_a_time:
            if mark not in _met:
                if len(_met) >= _MET:
                    _met.clear()
                _met.add(mark)
                return
        rows, contents = self.grid.rows, self.recalled.contents
        unlabelled = [row for row in {row for row, _ in self.figures} if _unlabelled(rows[row])]
        if self.grid.recalled is None or any(is_numbers(rows[row]) for row in unlabelled):
            return
        at = list(enumerate(self.recalled.layout.cells[: self.recalled.layout.numbers]))
        fixed = picker([number for number, cell in at if cell[:2] not in self.figures])
        zeros = picker([number for number, cell in at if cell[:2] in self.figures & self.looked])
        familiar = Familiar(
            self.found,
            self.bound,
            fixed,
            fixed(contents),
            zeros,
            [content == 0 for content in zeros(contents)],
            tuple(unlabelled),
        )
        with _one_at_a_time:
            _known[self.key] = familiar
            while len(_known) > _KEPT:
                _known.popitem(last=False)


def _unlabelled(cells: Sequence[object]) -> bool:
    """Whether no text in a row tells that it is not the row 栏次."""
    texts = [cell for cell in cells if type(cell) is str and cell]
    return all(code(text) or label(text) in LEVELS or label(text) == COLUMN_NUMBERS for text in texts)


def recall(grid: Grid, plans: Blueprints) -> Familiar | None:
    """What is known of a sheet; None where its forms must be looked for."""
    recalled = grid.recalled
    if recalled is None:
        return None
    with _one_at_a_time:
        known = _known.get(key := _key(grid, recalled, plans))
        if known is None:
            return None
        _known.move_to_end(key)
    return known if known.fits(grid, recalled.contents) else None


def sketch(grid: Grid, plans: Blueprints, found: Sequence[Found]) -> Sketch | None:
    """What a sheet with these forms is learned by; None for one that cannot be, since its layout is new."""
    recalled = grid.recalled
    return Sketch(grid, recalled, _key(grid, recalled, plans), tuple(found)) if recalled else None


def _key(grid: Grid, recalled: Recalled, plans: Blueprints) -> Key:
    return grid.name, recalled.layout, plans, *recalled.contents[recalled.layout.numbers :]


def forget() -> None:
    """Know no sheet any more."""
    _known.clear()
    _met.clear()


_one_at_a_time = Lock()
_known: OrderedDict[Key, Familiar] = OrderedDict()
_met: set[int] = set()
