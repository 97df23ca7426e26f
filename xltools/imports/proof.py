"""A new workbook held against the report that it must give, before it takes the place of the user's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from xltools.amount import ZERO
from xltools.figures import CODE_FORMS
from xltools.report import Ref, Report
from xltools.workbook.address import split
from xltools.workbook.evaluate import Evaluator
from xltools.workbook.grid import Grid, file_grids
from xltools.workbook.operations import Unsupported
from xltools.workbook.package import open_package
from xltools.workbook.passing import passing_folder
from xltools.workbook.read import read

_Spots = Mapping[Ref, tuple[str, str]]
"""Figure → sheet and cell."""
_Found = dict[Ref, tuple[str, str]]


class Book:
    """A workbook that is not saved yet, as it will be read."""

    def __init__(self, data: bytes) -> None:
        with passing_folder() as folder:
            path = folder / "book.xlsx"
            path.write_bytes(data)
            self.report = read(path).report
            self.grids = {grid.name: grid for grid in file_grids(open_package(path))}

    def _result(self, evaluator: Evaluator, grid: Grid, cell: str) -> Decimal | str | bool | None:
        """What a formula gives; None for nothing. Raises Unsupported."""
        value = evaluator.compute(grid, cell)
        return value if isinstance(value, Decimal | str | bool) else None

    def untrue(
        self, formulas: _Spots, wanted: Report, placed: Mapping[str, Mapping[str, object]]
    ) -> tuple[_Found, _Found]:
        """Formulas that do not give the wanted figure though every figure that they add up is as wanted, and
        those of which nobody here can tell.

        A formula that cannot be computed here is believed to give what a spreadsheet program has stored
        beside it; nothing can be told where that is missing (a library saved the workbook, or the formula
        depends on what changed) or of our own making (``placed``: sheet → cells).
        """
        unknown = {
            ref
            for ref, (sheet, cell) in formulas.items()
            if cell in placed.get(sheet, ()) or cell in self.grids[sheet].facts.uncached
        }
        self._want(formulas, wanted)
        trusting = Evaluator(self.grids, lambda formula: False)
        found, untold = {}, {}
        for ref, (sheet, cell) in formulas.items():
            try:
                value = self._result(trusting, self.grids[sheet], cell)
            except Unsupported:
                if ref in unknown:
                    untold[ref] = (sheet, cell)
                    continue
                value = self.report.amounts.get(ref)
            meant = wanted.amounts.get(ref)
            if (value or ZERO) != (meant or ZERO) or (not value and meant is not None):
                found[ref] = (sheet, cell)
        return found, untold

    def _want(self, formulas: _Spots, wanted: Report) -> None:
        """Let the cells of formulas hold what they should give; what else has no result is to be computed."""
        for grid in self.grids.values():
            grid.unsolved = dict.fromkeys(grid.facts.uncached, "")
        for ref, (sheet, cell) in formulas.items():
            row, column = split(cell)
            grid = self.grids[sheet]
            grid.put(row - 1, column - 1, wanted.amounts.get(ref, ""))
            grid.unsolved.pop(cell, None)

    def results(self) -> Iterator[tuple[str, str, Decimal | str | bool]]:
        """Sheet, cell and result of the formulas that have none stored, where they can be computed."""
        evaluator = Evaluator(self.grids, lambda formula: True)
        for grid in self.grids.values():
            for cell in grid.facts.uncached:
                try:
                    value = self._result(evaluator, grid, cell)
                except Unsupported:
                    continue
                if value is not None:
                    yield grid.name, cell, value


def differences(found: Report, wanted: Report) -> Iterator[tuple[str, str]]:
    """What a workbook gives otherwise than wanted: name of the figure and what it gives."""
    for store in ("amounts", "last_year", "budget"):
        given, meant = getattr(found, store), getattr(wanted, store)
        prefix = "" if store == "amounts" else f"{store}."
        for ref in {**meant, **given}:
            if given.get(ref) != meant.get(ref):
                yield f"{prefix}{ref}", f"应为 {meant.get(ref, '空白')}，读出 {given.get(ref, '空白')}"
    for form in CODE_FORMS:
        if found.lines.get(form, []) != wanted.lines.get(form, []):
            yield form, "科目行不同"
    for name in ("unit", "cover", "texts", "reasons", "explanations", "self_evaluations"):
        if getattr(found, name) != getattr(wanted, name):
            yield name, "内容不同"
