"""Workbooks as plain values, to be changed as users change them, and read again."""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xltools.editions import FOLDER, Edition, load
from xltools.figures import CODE_FORMS
from xltools.figures import load as load_figures
from xltools.report import Report
from xltools.workbook.grid import file_grids
from xltools.workbook.package import open_package
from xltools.workbook.read import Reading, recognise
from xltools.workbook.template import build

Rows = list[list[Any]]


def shanxi() -> Edition:
    return load("shanxi_2024")


@cache
def example() -> Report:
    """The Shanxi example as figures. Not to be changed."""
    return load_figures(FOLDER / "shanxi_2024" / "example.json")


@cache
def example_bytes() -> bytes:
    """The Shanxi example as a workbook of ours."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "example.xlsx"
        build(shanxi(), example(), path)
        return path.read_bytes()


@cache
def _values(content: bytes) -> dict[str, Rows]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(content)
        grids = file_grids(open_package(path))
    from xltools.workbook.address import split

    for grid in grids:
        for cell, formula in grid.facts.formulas.items():
            row, column = split(cell)
            if "XT_SCORE" not in formula and grid.rows[row - 1][column - 1] == 0:
                grid.rows[row - 1][column - 1] = ""  # as published: nothing where there is nothing to add
    return {grid.name: grid.rows for grid in grids}


@cache
def _example_values() -> bytes:
    return pickle.dumps(_values(example_bytes()))  # of which a copy is made in a tenth of deepcopy's time


class Book:
    """Sheets of values; the changes that a user makes."""

    def __init__(self, sheets: dict[str, Rows]) -> None:
        self.sheets = sheets

    @classmethod
    def example(cls) -> Book:
        return cls(pickle.loads(_example_values()))

    def only(self, *names: str) -> Book:
        self.sheets = {name: self.sheets[name] for name in names}
        return self

    def forms(self) -> Book:
        """Without the sheets beside the forms: as published."""
        return self.only(*(name for name in self.sheets if name.startswith("公开")))

    def find(self, sheet: str, text: str, nth: int = 0) -> tuple[int, int]:
        """Row and column from 0 of the nth cell that holds exactly this text."""
        spots = [
            (row, at)
            for row, cells in enumerate(self.sheets[sheet])
            for at, cell in enumerate(cells)
            if cell == text
        ]
        return spots[nth]

    def put(self, sheet: str, row: int, at: int, content: Any) -> Book:
        rows = self.sheets[sheet]
        width = max(len(rows[0]), at + 1)
        while len(rows) <= row:
            rows.append([])
        for cells in rows:
            cells.extend([""] * (width - len(cells)))
        rows[row][at] = content
        return self

    def insert_row(self, sheet: str, row: int, content: list[Any] | None = None) -> Book:
        width = len(self.sheets[sheet][0])
        self.sheets[sheet].insert(row, [*(content or []), *[""] * (width - len(content or []))])
        return self

    def delete_row(self, sheet: str, row: int) -> Book:
        del self.sheets[sheet][row]
        return self

    def insert_column(self, sheet: str, at: int, content: Any = "") -> Book:
        for cells in self.sheets[sheet]:
            cells.insert(at, content)
        return self

    def delete_column(self, sheet: str, at: int) -> Book:
        for cells in self.sheets[sheet]:
            del cells[at]
        return self

    def move_column(self, sheet: str, at: int, to: int) -> Book:
        for cells in self.sheets[sheet]:
            cells.insert(to, cells.pop(at))
        return self

    def rename(self, sheet: str, name: str) -> Book:
        self.sheets = {name if key == sheet else key: rows for key, rows in self.sheets.items()}
        return self

    def replace(self, sheet: str, text: str, by: Any) -> Book:
        for cells in self.sheets[sheet]:
            for at, cell in enumerate(cells):
                if cell == text:
                    cells[at] = by
        return self

    def read(self) -> Reading:
        return recognise(self.sheets)


def rules(reading: Reading) -> list[str]:
    """The rules of all troubles."""
    return [trouble.rule for trouble in reading.troubles]


def unlike(reading: Reading, report: Report) -> dict[str, Any]:
    """What of the forms was read differently from ``report``."""
    found: dict[str, Any] = {}
    ours, theirs = reading.report.amounts, report.amounts
    for ref in {**ours, **theirs}:
        if ours.get(ref) != theirs.get(ref):
            found[str(ref)] = (ours.get(ref), theirs.get(ref))
    lines = {form: codes for form, codes in report.lines.items() if codes and form in CODE_FORMS}
    if reading.report.lines != lines:
        found["lines"] = (reading.report.lines, lines)
    if not report.titles.items() <= reading.report.titles.items():
        found["titles"] = (reading.report.titles, report.titles)
    if reading.report.unit != report.unit:
        found["unit"] = (reading.report.unit, report.unit)
    return found
