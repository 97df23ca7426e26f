"""The lines of a form in a sheet: found by 行次, codes and names, and their figures taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from xltools.report import Ref
from xltools.workbook.address import area, split
from xltools.workbook.beside import sort_blocks
from xltools.workbook.blueprint import AMOUNT, CODE, LINE, TITLE, Blueprint, Entry, Lines
from xltools.workbook.codes import take_codes
from xltools.workbook.harvest import Harvest, Spot, Taker, listed
from xltools.workbook.headings import hits, is_numbers
from xltools.workbook.labels import code, label
from xltools.workbook.locate import Region

_KEPT = 5_000
_MERGES_TOLD = 20
"""Merged ranges of one form that are reported; more say nothing new."""
_NOTE = re.compile(r"^附?(注|说明|备注)([\d:.、(]|$)")


def take_region(region: Region, harvest: Harvest) -> None:
    """Take everything that ``region`` holds into ``harvest``."""
    recalled = region.grid.recalled
    if region.bound and recalled and region.bound.take(recalled.contents, harvest):
        return
    region = replace(region, columns=region.columns.copy())
    taker = Taker(harvest, region.grid, region.plan)
    troubles = len(harvest.troubles)
    body, end = _body(region)
    if region.plan.form.kind == "codes":
        take_codes(region, taker, body)
    elif region.plan.lines and _labelled(region):
        _Lines(region, taker).take(body)
    else:
        _take_single(region, taker, body)
    _report_columns(region, taker, body)
    _below(region, taker, end)
    _merged(region, taker)
    taker.finish()
    regular = len(harvest.troubles) == troubles and not taker.odd_merges and not taker.hides
    if region.sketch and region.grid.recalled and regular:
        region.sketch.add(taker, region.top)


def _labelled(region: Region) -> bool:
    return any(set(block) & {LINE, CODE, TITLE} for block in region.columns.blocks)


def _body(region: Region) -> tuple[list[int], int]:
    """The rows between the headings and the notes (headings repeated after a page break left out), and the
    row of the first note."""
    rows, words = region.grid.rows, region.plan.words
    body: list[int] = []
    for row in range(region.head.last + 1, region.bottom):
        cells = rows[row]
        first = next((cell for cell in cells if cell != "" and cell is not None), "")
        if type(first) is str:
            if _NOTE.match(label(first)):
                return body, row
            if label(first) in words and (hits(cells, words) > 1 or is_numbers(cells)):
                continue
        body.append(row)
    return body, region.bottom


def _report_columns(region: Region, taker: Taker, body: list[int]) -> None:
    """Columns that are missing, doubled, renamed or unknown."""
    columns, form, head = region.columns, region.plan.form, region.head
    names = [form.column_of[column].title or column for column in columns.missing]
    if names:
        spots = [Spot(region.grid.place(head.first, 0))]
        taker.harvest.report("column_missing", form, spots, columns="、".join(names))
    for at, column in columns.renamed.items():
        found = head.title(at) or "空白"
        wanted = form.column_of[column].title
        spots = [Spot(region.grid.place(head.first, at))]
        taker.harvest.report("column_renamed", form, spots, found=found, expected=wanted)
    for at, number in columns.renumbered.items():
        column = columns.amounts[at]
        spots = [Spot(region.grid.place(head.last, at), None, number)]
        title = form.column_of[column].title or form.title
        taker.harvest.report("column_renumbered", form, spots, found=number, expected=column, title=title)
    for kind, places in (("column_doubled", columns.doubled), ("column_unknown", columns.others)):
        for at in places:
            filled = [
                taker.spot(row, at)
                for row in body
                if type(region.grid.rows[row][at]) in (float, int) and not taker.nothing(row, at)
            ]
            title = head.title(at)
            if filled and title:
                taker.harvest.report(kind, form, filled, title=title, **listed(filled))
            elif filled:
                taker.outside += filled


def _below(region: Region, taker: Taker, first: int) -> None:
    """The texts below the table, and numbers that stand there."""
    rows, form_id = region.grid.rows, region.plan.form.id
    found: list[str] = []
    zero = False
    for row in range(first, region.bottom):
        found += [cell.strip() for cell in rows[row] if type(cell) is str and cell.strip()]
        zero = zero or any(type(cell) is float and cell == 0 for cell in rows[row])
        taker.look_outside(row, range(region.grid.width))
    # An .xls may give 0 for a formula of which the result is a text: then the notes are not known.
    if not zero or taker.harvest.formulas_known:
        taker.harvest.notes[form_id] = found


def _take_single(region: Region, taker: Taker, body: list[int]) -> None:
    """A form of one line without a name (“三公”经费): the first row that holds figures."""
    line = region.plan.form.line_ids[0]
    columns = list(region.columns.amounts.items())
    places = [at for at, _ in columns]
    filled = [row for row in body if taker.filled(row, places)]
    row = filled[0] if filled else next(iter(body), None)
    if row is not None:
        taker.take(line, row, columns)
    for other in filled[1:]:
        taker.look_outside(other, places)


def _merged(region: Region, taker: Taker) -> None:
    """Merged cells that cover several figures: only the first can show one. A figure below a merged text
    cannot be seen at all."""
    merges = region.grid.facts.merges
    if not merges:
        return
    form_id, name = region.plan.form.id, region.grid.name
    cells = {
        split(place.cell): ref
        for ref, place in taker.harvest.places.items()
        if ref.form == form_id and place.sheet == name
    }
    amounts, told = taker.harvest.amounts, 0
    for reference in merges:
        top, left, bottom, right = area(reference)
        if top > region.bottom or bottom <= region.top:
            continue
        covered = [
            taker.spot(row - 1, at - 1, ref)
            for (row, at), ref in cells.items()
            if top <= row <= bottom and left <= at <= right
        ]
        shown = (top, left) in cells
        taker.odd_merges |= len(covered) > shown
        if len(covered) > shown and any(spot.ref in amounts for spot in covered):
            taker.harvest.report("merged_amounts", region.plan.form, covered, area=reference)
            told += 1
            if told == _MERGES_TOLD:
                return


@dataclass(slots=True)
class _Block:
    """One table of several side by side: its columns, its lines, and what was found in it."""

    columns: dict[str, list[int]]
    labels: list[int]
    lines: Lines
    amounts: list[tuple[int, str]]
    last: tuple[int, Entry] | None = None
    renumbered: list[int] = field(default_factory=list)


class _Lines:
    """Finds the lines of a form of kind "grid"."""

    def __init__(self, region: Region, taker: Taker) -> None:
        self.region = region
        self.taker = taker
        self.plan: Blueprint = region.plan
        self.rows = region.grid.rows
        self.bound: dict[str, int] = {}
        self.blocks: list[_Block] = []
        self.renamed: list[tuple[Spot, str, str]] = []

    def _blocks(self) -> Iterator[_Block]:
        columns = self.region.columns
        for block in columns.blocks:
            places = block.get(AMOUNT, [])
            if places:
                amounts = [(at, columns.amounts[at]) for at in places]
                labels = [at for what in (LINE, CODE, TITLE) for at in block.get(what, ())]
                yield _Block(block, labels, self.plan.lines[columns.paths[places[0]]], amounts)

    def take(self, body: list[int]) -> None:
        """All lines of the rows of the body."""
        if self.plan.side_by_side:
            sort_blocks(
                self.region.columns, self.plan, self.region.head.numbers, [self.rows[r] for r in body]
            )
        self.blocks = list(self._blocks())
        for row in body:
            for block in self.blocks:
                self._row(block, row)
        self._report()

    def _row(self, block: _Block, row: int) -> None:
        cells = self.rows[row]
        printed = tuple([cells[at] for at in block.labels])
        entry = block.lines.known.get(printed)
        number = title = ""
        if entry is None:
            number, title = self._printed(block, cells)
            entry = self._entry(block, row, number, title)
            known = block.lines.known
            if entry is not None and self._certain(block.lines, number, title) and len(known) < _KEPT:
                known[printed] = entry
        if entry is not None:
            block.last = (row, entry)
            self._bind(entry, row, self._apart(block, row) if entry.apart else block.amounts)
        elif self.taker.filled(row, [at for at, _ in block.amounts]):
            self._unknown(row, [at for at, _ in block.amounts], title or number)

    def _printed(self, block: _Block, cells: Sequence[object]) -> tuple[str, str]:
        """Number (or code) and name in a row of a block; "" where there is none."""
        number = title = ""
        for what in (LINE, CODE, TITLE):
            for at in block.columns.get(what, ()):
                number = number or (code(cells[at]) if what != TITLE else "")
                name = label(cells[at])
                title = title or (name if name and not code(name) else "")
        return number, title

    @staticmethod
    def _certain(lines: Lines, number: str, title: str) -> bool:
        """Whether number and name say the same, or one of them is alone and unambiguous."""
        named = lines.by_title(title) if title else []
        if number:
            return number in lines.numbers and (not title or lines.numbers[number] in named)
        return len(named) == 1

    def _entry(self, block: _Block, row: int, number: str, title: str) -> Entry | None:
        """The line that a row holds."""
        lines = block.lines
        named = lines.by_title(title) if title else []
        numbered = lines.numbers.get(number, "")
        if numbered and (not title or numbered in named):
            return lines.entries[numbered]
        if len(named) == 1:
            if number and numbered != named[0]:
                block.renumbered.append(row)
            return lines.entries[named[0]]
        if named:
            return next((lines.entries[line] for line in named if line not in self.bound), None)
        if numbered:
            entry = lines.entries[numbered]
            at = next(iter(block.columns.get(TITLE, block.columns.get(CODE, [0]))))
            if entry.title:
                self.renamed.append((self.taker.spot(row, at), title, self.plan.form.line_of[entry.id].title))
            return entry
        return self._by_position(block, row) if not title and not number else None

    def _by_position(self, block: _Block, row: int) -> Entry | None:
        """A row without number and name that holds a figure: the blank line that is printed at this place."""
        if block.last is None or not self.taker.filled(row, [at for at, _ in block.amounts]):
            return None
        before, entry = block.last
        found = block.lines.at_row(entry.row + row - before)
        return found if found and not found.title and found.id not in self.bound else None

    def _apart(self, block: _Block, row: int) -> list[tuple[int, str]]:
        """The cell of a line of which the name stands in another block: the last one before the next name."""
        cells = self.rows[row]
        found = list(block.amounts)
        for other in self.blocks[self.blocks.index(block) + 1 :]:
            named = [cells[at] for what in (CODE, TITLE) for at in other.columns.get(what, ())]
            if any(label(name) or code(name) for name in named):
                break
            found += other.amounts
        filled = [pair for pair in found if self.taker.filled(row, [pair[0]])]
        chosen = (filled or found)[-1]
        self.taker.used.add((row, chosen[0]))
        return [chosen]

    def _bind(self, entry: Entry, row: int, amounts: list[tuple[int, str]]) -> None:
        form = self.plan.form
        before = self.bound.setdefault(entry.id, row)
        if before == row:
            self.taker.take(entry.id, row, amounts)
            return
        wanted = [(at, column) for at, column in amounts if (entry.id, column) in form.cell_ids]
        places = [at for at, _ in wanted]
        if not self.taker.filled(row, places):
            return
        refs = [(at, Ref(form.id, entry.id, column)) for at, column in wanted]
        spots = [self.taker.spot(r, at, ref) for r in (before, row) for at, ref in refs[:1]]
        self.taker.harvest.report("line_doubled", form, spots, rows=f"{before + 1}、{row + 1}")

    def _unknown(self, row: int, places: list[int], name: str) -> None:
        spots = [self.taker.spot(row, at) for at in places if self.taker.filled(row, [at])]
        if name:
            self.taker.harvest.report("line_unknown", self.plan.form, spots, name=name, row=str(row + 1))
        else:
            self.taker.outside += spots

    def _report(self) -> None:
        form = self.plan.form
        missing = [
            form.line_of[entry.id].title
            for entry in self._entries()
            if entry.title and entry.id not in self.bound
        ]
        harvest = self.taker.harvest
        if missing:
            names = "、".join(missing[:5]) + ("等" if len(missing) > 5 else "")
            spots = [Spot(self.region.grid.place(self.region.head.last + 1, 0))]
            harvest.report("line_missing", form, spots, count=str(len(missing)), names=names)
        renumbered = [(block, row) for block in self.blocks for row in block.renumbered]
        if renumbered:
            spots = [self.taker.spot(row, self._number_at(block)) for block, row in renumbered]
            harvest.report("line_renumbered", form, spots, **listed(spots))
        for spot, found, expected in self.renamed:
            harvest.report("line_renamed", form, [spot], found=found, expected=expected)

    def _number_at(self, block: _Block) -> int:
        return next(at for what in (LINE, CODE, TITLE) for at in block.columns.get(what, ()))

    def _entries(self) -> Iterator[Entry]:
        seen = set()
        for lines in self.plan.lines.values():
            for entry in lines.entries.values():
                if entry.id not in seen:
                    seen.add(entry.id)
                    yield entry
