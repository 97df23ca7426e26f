"""The port to a workbook file that no program has open: changes are gathered and written by surgery."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from xltools.addin.port import COLOURS, NOTE_HEAD, Content, Formula, Grid, Mark, Value
from xltools.report import Place
from xltools.workbook import surgery
from xltools.workbook.address import MAX_ROW, split


class FilePort:
    """The file at ``path``; ``lines`` gathers what would have been shown in the status bar.

    Reading sees the file as it was before the changes of the same ``quietly``.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self.lines: list[str] = []
        self.shown: list[str] = []
        self._selected: Place | None = None
        self._depth = 0
        self._forget()

    def _forget(self) -> None:
        self._cells: dict[str, dict[str, surgery.Content]] = {}
        self._marks: dict[str, dict[str, list[str]]] = {}
        self._notes: dict[str, dict[str, str]] = {}
        self._copies: list[surgery.SheetCopy] = []
        self._cleared = False
        self._renewed: dict[str, tuple[int, int]] = {}

    @property
    def path(self) -> str:
        return str(self._path.resolve())

    def read(self) -> dict[str, Grid]:
        from xltools.workbook.grid import file_grids
        from xltools.workbook.package import open_package

        grids = file_grids(open_package(self._path))
        return {grid.name: [[_plain(value) for value in row] for row in grid.rows] for grid in grids}

    def write(self, sheet: str, cells: Mapping[str, Content]) -> None:
        with self.quietly():
            self._cells.setdefault(sheet, {}).update(
                {address: _content(value) for address, value in cells.items()}
            )

    def renew_rows(self, sheet: str, first: int, count: int) -> None:
        with self.quietly():
            self._renewed[sheet] = (first, count)

    def snapshot(self) -> str:
        return self.path

    def release(self) -> None:
        """No program has the file open."""

    def mark(self, marks: Mapping[Place, Mark]) -> None:
        with self.quietly():
            for place, mark in marks.items():
                colour = f"{COLOURS[mark.level]:06X}"
                self._marks.setdefault(place.sheet, {}).setdefault(colour, []).append(place.cell)
                self.note(place, mark.text)

    def clear_marks(self) -> None:
        with self.quietly():
            self._cleared = True
            self._marks, self._notes = {}, {}

    def note(self, place: Place, text: str) -> None:
        with self.quietly():
            self._notes.setdefault(place.sheet, {})[place.cell] = text and NOTE_HEAD + text

    def go_to(self, place: Place) -> None:
        self._selected = place

    def here(self) -> Place:
        return self._selected or Place(next(iter(self.read())), "A1")

    def status(self, text: str) -> None:
        self.lines.append(text)

    def ask(self, kind: str, question: str) -> str | None:
        """Nobody is there to answer."""
        return None

    def copy_sheet(self, sheet: str, name: str) -> None:
        with self.quietly():
            self._copies.append(surgery.SheetCopy(sheet, name))

    def recalculate(self) -> None:
        """The program that opens the file next computes it."""
        surgery.edit(self._path, surgery.Edits(recalculate=True))

    def show(self, path: str) -> None:
        self.shown.append(path)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
        if self._depth == 0:
            self._save()

    def _save(self) -> None:
        """Write what was gathered. Marks and notes of ours become exactly those given, once cleared."""
        sheets = list(self.read()) if self._cleared else []
        touched = dict.fromkeys([*self._cells, *self._renewed, *self._marks, *self._notes, *sheets])
        edits = surgery.Edits(
            sheets={
                name: surgery.SheetEdit(
                    cells=(above := self._above(name)),
                    overwrite=frozenset(above),
                    region=self._region(name),
                    notes=self._notes.get(name, {} if self._cleared else None),
                    marks=self._marks.get(name, {} if self._cleared else None),
                )
                for name in touched
            },
            copies=self._copies,
        )
        self._forget()
        if edits.sheets or edits.copies:
            surgery.edit(self._path, edits)

    def _above(self, sheet: str) -> dict[str, surgery.Content]:
        """The cells written, but those in renewed rows."""
        first = self._renewed[sheet][0] if sheet in self._renewed else MAX_ROW + 1
        cells = self._cells.get(sheet, {})
        return {address: content for address, content in cells.items() if split(address)[0] < first}

    def _region(self, sheet: str) -> surgery.Region | None:
        """The renewed rows with what was written into them."""
        if sheet not in self._renewed:
            return None
        first, count = self._renewed[sheet]
        lines: list[dict[int, surgery.Content]] = [{} for _ in range(count)]
        for address, content in self._cells.get(sheet, {}).items():
            row, column = split(address)
            if first <= row < first + count:
                lines[row - first][column] = content
        rows = [
            surgery.Row([line.get(at) for at in range(1, max(line, default=0) + 1)], first, fitted=True)
            for line in lines
        ]
        return surgery.Region(first, rows, overwrite_formulas=True)


def _plain(value: object) -> Value:
    if value is None or value == "":
        return None
    if isinstance(value, bool | str):
        return value
    return float(value) if isinstance(value, int | float) else str(value)


_JUMP = re.compile(r'HYPERLINK\("#((?:[^"]|"")*)","((?:[^"]|"")*)"\)')


def _content(value: Content) -> surgery.Content:
    if isinstance(value, Formula):
        jump = _JUMP.fullmatch(value.text)
        if jump is None:
            return surgery.Formula(value.text)
        # Nobody computes the formula in a file: store what it would show.
        return surgery.Link(jump[2].replace('""', '"'), jump[1].replace('""', '"'))
    return Decimal(str(value)) if isinstance(value, float) else value
