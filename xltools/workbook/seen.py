"""Sheets whose layout was seen before: all but the values is known, and need not be proven again.

A workbook that is being filled in is checked again and again, and many sheets are the same in the workbooks
of all units. The XML of a sheet without what stands in its <v> elements is its layout; where it is, character
for character, that of an earlier sheet, then so are its proof, its cells, its formulas, its merged and hidden
cells. A layout is learned when it is met for the second time: of a thousand units each has some of its own.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence, Set
from operator import itemgetter
from threading import Lock
from typing import Any, NamedTuple

from xltools.workbook.address import join
from xltools.workbook.facts import Facts

Row = list[object]
Cell = tuple[int, int, str]
"""Row and column from 0, and the type of a cell (t="…") that has a value."""

_VALUE = re.compile(b"<v>([^<]*+)</v>")
_HOLE = b"\0"
"""Stands in a layout for a value; no XML holds it."""
_LONGEST = 2**18
"""Bytes of a sheet beyond which nothing is kept."""
_KEPT = 3 * 2**19
"""Bytes of all layouts that are kept."""
_MET = 2_000
"""Layouts known only by their hash, having been met once."""


class Layout:
    """All of a sheet but its values. ``cells``: those that have a value, numbers first, each group in the
    order of the XML; ``numbers``: how many of them are numbers; ``dates``: the styles that show a date, which
    decide who reads a sheet."""

    def __init__(self, facts: Facts, rows: Sequence[Row], cells: Sequence[Cell], dates: Set[str]) -> None:
        order = sorted(range(len(cells)), key=lambda number: cells[number][2] not in ("", "n"))
        self.facts = facts
        self.dates = dates
        self.cells = [cells[number] for number in order]
        self.numbers = sum(kind in ("", "n") for _, _, kind in self.cells)
        self.errors = [(number, cell[:2]) for number, cell in enumerate(self.cells) if cell[2] == "e"]
        self.width = len(rows[0]) if rows else 0
        self._kinds = [kind for _, _, kind in self.cells[self.numbers :]]
        self._order = picker(order)
        self._fixed, self._places = self._arranged(rows)

    def _arranged(self, rows: Sequence[Row]) -> tuple[list[object], Callable[[Any], Sequence[Any]]]:
        """The contents that are no values ("", inline texts), and how values and these make a sheet."""
        held = {(row, at): number for number, (row, at, _) in enumerate(self.cells)}
        fixed: dict[object, int] = {}
        places = []
        for row, cells in enumerate(rows):
            for at, content in enumerate(cells):
                number = held.get((row, at))
                places.append(
                    len(self.cells) + fixed.setdefault(content, len(fixed)) if number is None else number
                )
        return list(fixed), picker(places)

    def contents(
        self, values: Sequence[bytes], strings: Sequence[str], other: Callable[[str, str], object]
    ) -> list[object]:
        """What the values stand for, in the order of ``cells``; ValueError or IndexError where a sheet must
        be read anew to tell."""
        ordered = self._order(values)
        found: list[object] = [*map(float, ordered[: self.numbers])]
        for kind, value in zip(self._kinds, ordered[self.numbers :], strict=True):
            found.append(strings[int(value)] if kind == "s" else other(kind, value.decode()))
        return found

    def rows(self, contents: Sequence[object]) -> list[Row]:
        """The sheet with these contents."""
        width = self.width
        flat = self._places([*contents, *self._fixed])
        return [list(flat[start : start + width]) for start in range(0, len(flat), width)] if width else []


def picker(places: Sequence[int]) -> Callable[[Any], Sequence[Any]]:
    """What gives the items at these places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda items: [items[place] for place in places]


class Recalled(NamedTuple):
    """A sheet of known layout: ``contents`` in the order of ``layout.cells``."""

    layout: Layout
    contents: list[object]


class Sight:
    """One sheet as it is met: ``recall`` it, else read it and ``learn`` it. ``content`` is its XML."""

    def __init__(self, content: bytes) -> None:
        self.values: list[bytes] = []
        self.layout = b""
        if len(content) <= _LONGEST and b"\r" not in content and _HOLE not in content:
            pieces = _VALUE.split(content)
            self.values = pieces[1::2]
            if b"" not in self.values:  # an empty <v> is no value: it would belong to the layout
                self.layout = _HOLE.join(pieces[::2])

    def recall(
        self, strings: Sequence[str], dates: Set[str], other: Callable[[str, str], object]
    ) -> tuple[list[Row], Facts, Recalled] | None:
        """Rows and facts of a sheet of known layout; None where it must be read. ``other`` gives the value of
        a cell of a rarer type."""
        with _one_at_a_time:
            known = _known.get(self.layout)
            if known is None or known.dates != dates:
                return None
            _known.move_to_end(self.layout)
        try:
            contents = known.contents(self.values, strings, other)
        except (ValueError, IndexError):
            return None
        errors = known.facts.errors | {
            join(row + 1, at + 1): str(contents[number]) for number, (row, at) in known.errors
        }
        return known.rows(contents), _copy(known.facts, errors), Recalled(known, contents)

    def learn(
        self, facts: Facts, rows: Sequence[Row], cells: Callable[[], list[Cell]], dates: Set[str]
    ) -> None:
        """Keep the layout of a sheet that was read, if it is met for the second time. ``cells`` gives those
        that have a value, in the order of the XML."""
        if not self.layout:
            return
        mark = hash(self.layout)
        with _one_at_a_time:
            if mark not in _met:
                if len(_met) >= _MET:
                    _met.clear()
                _met.add(mark)
                return
        found = cells()
        if len(found) != len(self.values):  # a <v> that is no value of a cell
            return
        valueless: dict[str, str] = {cell: error for cell, error in facts.errors.items() if not error}
        layout = Layout(_copy(facts, valueless), rows, found, dates)
        with _one_at_a_time:
            _known[self.layout] = layout
            while sum(map(len, _known)) > _KEPT:
                _known.popitem(last=False)


def _copy(facts: Facts, errors: dict[str, str]) -> Facts:
    return Facts(
        facts.formulas.copy(),
        facts.arrays.copy(),
        facts.uncached[:],
        facts.doubtful[:],
        errors,
        facts.merges[:],
        facts.hidden_rows.copy(),
        facts.hidden_columns.copy(),
        facts.notes,
        facts.trouble,
    )


def forget() -> None:
    """Know no layout any more."""
    _known.clear()
    _met.clear()


_one_at_a_time = Lock()
_known: OrderedDict[bytes, Layout] = OrderedDict()
_met: set[int] = set()
