"""A sheet under construction that knows what it holds, so that every formula gets its value beside it.

Formulas are small trees (``Call``, ``Area``, ``Below``, ``Text``), rendered as Excel reads them and computed
by the same Python functions that compute them in the cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xltools import functions
from xltools.functions import Block, FunctionError, Result, Scalar
from xltools.report import Ref
from xltools.workbook.address import column_letters
from xltools.workbook.template.styles import Styles

Spot = tuple[int, int]
"""Row and column, from 0."""


def a1(row: int, column: int, fixed_row: bool = False, fixed_column: bool = False) -> str:
    """The address of a cell, from 0: (0, 0) is A1."""
    dollar_column, dollar_row = "$" * fixed_column, "$" * fixed_row
    return f"{dollar_column}{column_letters(column + 1)}{dollar_row}{row + 1}"


def quoted(sheet: str) -> str:
    """A sheet's name as a formula writes it: '公开03表'!"""
    return f"'{sheet}'!"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells; ``fixed`` puts $ before the rows."""

    top: int
    left: int
    bottom: int
    right: int
    sheet: str = ""
    fixed: bool = False

    def render(self) -> str:
        first = a1(self.top, self.left, self.fixed)
        last = a1(self.bottom, self.right, self.fixed)
        prefix = quoted(self.sheet) if self.sheet else ""
        return prefix + (first if first == last else f"{first}:{last}")


@dataclass(frozen=True, slots=True)
class Below:
    """The cells of one column below a cell, down to ``bottom``. The reference begins with the cell itself and
    is cut by INDEX, so that a row inserted directly under the cell belongs to it; INDEX refers to cells
    without reading them, so this is no circular reference (Microsoft's KB Q73586 uses it in the same way)."""

    top: int
    column: int
    bottom: int

    def render(self) -> str:
        last = a1(self.bottom, self.column, fixed_row=True)
        return f"INDEX({a1(self.top, self.column)}:{last},2):{last}"


@dataclass(frozen=True, slots=True)
class Text:
    """Anything else that Excel reads as it is (``ROWS(C$6:C8)``), with its value."""

    formula: str
    value: Scalar = None

    def render(self) -> str:
        return self.formula


@dataclass(frozen=True, slots=True)
class Call:
    """One of our functions applied to arguments."""

    name: str
    arguments: tuple[Argument, ...]

    def render(self) -> str:
        return f"{self.name}({','.join(argument.render() for argument in self.arguments)})"

    @property
    def count(self) -> int:
        """How many function calls it takes to compute it."""
        return 1 + sum(argument.count for argument in self.arguments if isinstance(argument, Call))


Argument = Area | Below | Text | Call


@dataclass
class Board:
    """One worksheet with a memory of its contents. Rows and columns count from 0."""

    sheet: Any
    name: str
    styles: Styles
    contents: dict[Spot, Scalar] = field(default_factory=dict)
    calls: dict[Spot, Call] = field(default_factory=dict)
    places: dict[Ref, Spot] = field(default_factory=dict)
    others: dict[str, Board] = field(default_factory=dict)
    _rules: dict[tuple[tuple[str, Any], ...], list[Spot]] = field(default_factory=lambda: defaultdict(list))

    def put(self, row: int, column: int, value: Scalar, style: Any) -> None:
        """Writes a value: numbers as numbers, texts as texts (never as formulas or links), None as blank."""
        self.contents[row, column] = value
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, value, style)
        else:
            self.sheet.write_number(row, column, float(value), style)

    def merge(self, area: Area, value: Scalar, style: Any) -> None:
        """Writes ``value`` into the cells of ``area`` merged (a single cell is just written)."""
        if (area.top, area.left) != (area.bottom, area.right):
            self.sheet.merge_range(area.top, area.left, area.bottom, area.right, "", style)
        self.put(area.top, area.left, value, style)

    def native(self, row: int, column: int, formula: str, value: Scalar, style: Any) -> None:
        """Writes a formula of Excel's own functions with the value that it has."""
        self.contents[row, column] = value
        cached = "" if value is None else value if isinstance(value, str) else float(value)
        self.sheet.write_formula(row, column, f"={formula}", style, cached)

    def function(self, row: int, column: int, call: Call, style: Any, otherwise: str | None = None) -> Scalar:
        """Writes a formula of our functions with its value; gives the value.

        ``otherwise`` is shown where the function has no value. Without it, that is a mistake in the
        workbook's construction and raises FunctionError.
        """
        formula = call.render()
        try:
            value: Scalar = scalar(self.value(call))
        except FunctionError:
            if otherwise is None:
                raise
            value = otherwise
        if otherwise is not None:
            formula = f'IFERROR({formula},"{otherwise}")'
        self.native(row, column, formula, value, style)
        self.calls[row, column] = call
        return value

    def value(self, call: Call) -> Result:
        """What a call gives for the contents written so far. Raises FunctionError as the function does."""
        return functions.call(call.name, [self._argument(argument) for argument in call.arguments])

    def _argument(self, argument: Argument) -> Scalar | Block:
        if isinstance(argument, Call):
            return scalar(self.value(argument))
        if isinstance(argument, Text):
            return argument.value
        if isinstance(argument, Below):
            return self.block(Area(argument.top + 1, argument.column, argument.bottom, argument.column))
        return self.block(argument)

    def block(self, area: Area) -> Block:
        """The contents of an area."""
        board = self.others[area.sheet] if area.sheet else self
        return [
            [board.contents.get((row, column)) for column in range(area.left, area.right + 1)]
            for row in range(area.top, area.bottom + 1)
        ]

    def validate(self, row: int, column: int, **options: Any) -> None:
        """A data validation or an input message; cells with the same one share it (see ``finish``)."""
        key = tuple(sorted((name, _frozen(value)) for name, value in options.items()))
        self._rules[key].append((row, column))

    def finish(self) -> None:
        """Writes what was collected."""
        for key, spots in self._rules.items():
            options = {name: list(value) if isinstance(value, tuple) else value for name, value in key}
            areas = rectangles(spots)
            first = areas[0]
            if len(areas) > 1:
                options["other_cells"] = [[a.top, a.left, a.bottom, a.right] for a in areas[1:]]
            self.sheet.data_validation(first.top, first.left, first.bottom, first.right, options)


def scalar(result: Result) -> Decimal | str:
    """The result of a function that gives a single value."""
    assert not isinstance(result, list)
    return result


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def rectangles(spots: Iterable[Spot]) -> list[Area]:
    """The fewest simple rectangles: runs down a column, joined where neighbours have the same rows."""
    runs: list[Area] = []
    for row, column in sorted(set(spots), key=lambda spot: (spot[1], spot[0])):
        last = runs[-1] if runs else None
        if last and last.left == column and last.bottom == row - 1:
            runs[-1] = Area(last.top, column, row, column)
        else:
            runs.append(Area(row, column, row, column))
    joined: list[Area] = []
    for run in sorted(runs, key=lambda area: (area.top, area.bottom, area.left)):
        last = joined[-1] if joined else None
        if last and (last.top, last.bottom, last.right) == (run.top, run.bottom, run.left - 1):
            joined[-1] = Area(last.top, last.left, last.bottom, run.right)
        else:
            joined.append(run)
    return joined


def runs(spots: Sequence[Spot]) -> list[Area]:
    """``spots`` as rectangles of one row or one column, in order."""
    if len({row for row, _ in spots}) == 1 and len(spots) > 1:
        flipped = rectangles((column, row) for row, column in spots)
        areas = [Area(a.left, a.top, a.right, a.bottom) for a in flipped]
        return sorted(areas, key=lambda area: area.left)
    found: list[Area] = []
    for row, column in sorted(set(spots), key=lambda spot: (spot[1], spot[0])):
        last = found[-1] if found else None
        if last and last.left == column and last.bottom == row - 1:
            found[-1] = Area(last.top, column, row, column)
        else:
            found.append(Area(row, column, row, column))
    return found
