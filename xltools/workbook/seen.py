"""Sheets whose layout was seen before: all but the values is known, and need not be proven again.

A workbook that is being filled in is checked again and again, and many sheets are the same in the workbooks
of all units. The XML of a sheet without what stands in its <v> elements is its layout; where it is, character
for character, that of an earlier sheet, then so are its proof, its cells, its formulas, its merged and hidden
cells. A layout is learned when it is met for the second time: of a thousand units each has some of its own.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from typing import NamedTuple

from xltools.workbook.address import join
from xltools.workbook.facts import Facts

Row = list[object]
Cell = tuple[int, int, str]
"""Row and column from 0, and the type of a cell (t="…") that has a value."""

_VALUE = re.compile("<v>([^<]*+)</v>")
_HOLE = "<>"
"""Stands in a layout for a value; no XML holds it."""
_LONGEST = 2**18
"""Characters of a sheet beyond which nothing is kept."""
_KEPT = 3 * 2**20
"""Characters of all layouts that are kept."""
_MET = 2_000
"""Layouts known only by their hash, having been met once."""


class _Layout(NamedTuple):
    """``rows``: the cells without a <v>; ``cells``: those with one, in the order of the XML; ``dates``: the
    styles that show a date, which decide who reads a sheet."""

    facts: Facts
    rows: list[Row]
    cells: list[Cell]
    dates: set[str]


class Sight:
    """One sheet as it is met: ``recall`` it, else read it and ``learn`` it. ``text`` is its XML."""

    def __init__(self, text: str) -> None:
        self.values: list[str] = []
        self.layout = ""
        if len(text) <= _LONGEST and "\r" not in text and _HOLE not in text:
            pieces = _VALUE.split(text)
            self.values = pieces[1::2]
            if "" not in self.values:  # an empty <v> is no value: it would belong to the layout
                self.layout = _HOLE.join(pieces[::2])

    def recall(
        self, strings: Sequence[str], dates: set[str], other: Callable[[str, str], object]
    ) -> tuple[list[Row], Facts] | None:
        """Rows and facts of a sheet of known layout; None where it must be read. ``other`` gives the value of
        a cell of a rarer type."""
        with _one_at_a_time:
            known = _known.get(self.layout)
            if known is None or known.dates != dates:
                return None
            _known.move_to_end(self.layout)
        rows = [row[:] for row in known.rows]
        errors: dict[str, str] = {}
        try:
            for (row, at, kind), value in zip(known.cells, self.values, strict=True):
                if kind == "s":
                    rows[row][at] = strings[int(value)]
                elif not kind:
                    rows[row][at] = float(value)
                else:
                    rows[row][at] = content = other(kind, value)
                    if kind == "e":
                        errors[join(row + 1, at + 1)] = str(content)
        except (ValueError, IndexError):
            return None
        return rows, replace(_copy(known.facts), errors=errors)

    def learn(
        self, facts: Facts, rows: Sequence[Row], cells: Callable[[], list[Cell]], dates: set[str]
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
        blank = [row[:] for row in rows]
        for row, at, _ in found:
            blank[row][at] = ""
        layout = _Layout(replace(_copy(facts), errors={}), blank, found, dates)
        with _one_at_a_time:
            _known[self.layout] = layout
            while sum(map(len, _known)) > _KEPT:
                _known.popitem(last=False)


def _copy(facts: Facts) -> Facts:
    return replace(
        facts,
        formulas=facts.formulas.copy(),
        arrays=facts.arrays.copy(),
        uncached=facts.uncached[:],
        merges=facts.merges[:],
        hidden_rows=facts.hidden_rows.copy(),
        hidden_columns=facts.hidden_columns.copy(),
    )


def forget() -> None:
    """Know no layout any more."""
    _known.clear()
    _met.clear()


_one_at_a_time = Lock()
_known: OrderedDict[str, _Layout] = OrderedDict()
_met: set[int] = set()
