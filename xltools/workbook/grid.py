"""A sheet as recognition sees it: the rows of its values from A1 on, and what its XML tells beside them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from xltools.errors import XltoolsError
from xltools.report import Place
from xltools.workbook.address import join
from xltools.workbook.container import damaged
from xltools.workbook.facts import Budget, Facts
from xltools.workbook.package import Kind, Package
from xltools.workbook.seen import Recalled
from xltools.workbook.values import Content, read_contents

Row = list[object]


@dataclass(slots=True)
class Grid:
    """``rows``: values from A1 on, "" or None where blank, errors as their text (#REF!); all rows are
    equally long. ``visible``: whether the sheet is shown. ``unsolved``: formula cells for which there is no
    value → why, as a Chinese clause. ``recalled``: the contents as they were read, where the layout of the
    sheet was seen before."""

    name: str
    rows: list[Row]
    facts: Facts = field(default_factory=Facts)
    visible: bool = True
    unsolved: dict[str, str] = field(default_factory=dict)
    recalled: Recalled | None = field(default=None, compare=False, repr=False)

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def place(self, row: int, at: int) -> Place:
        """The place of a cell, given by row and column from 0."""
        return Place(self.name, join(row + 1, at + 1))

    def put(self, row: int, at: int, content: object) -> None:
        """Set a value, row and column from 0; beyond the rows known the grid grows."""
        self.recalled = None
        width = max(self.width, at + 1)
        if width > self.width or row >= len(self.rows):
            self.rows.extend([] for _ in range(row + 1 - len(self.rows)))
            for cells in self.rows:
                cells.extend([""] * (width - len(cells)))
        self.rows[row][at] = content


def plain_grids(sheets: Mapping[str, Sequence[Sequence[object]]], facts: Mapping[str, Facts]) -> list[Grid]:
    """Grids of values that somebody else has read (the open workbook)."""
    grids = []
    for name, rows in sheets.items():
        width = max(map(len, rows), default=0)
        padded = [[*row, *[""] * (width - len(row))] for row in rows]
        grids.append(Grid(name, padded, facts.get(name) or Facts()))
    return grids


def file_grids(package: Package) -> list[Grid]:
    """The grids of an opened file, with the text of error values (#REF!) in their places.

    Values come from our own readers; from python-calamine for what those leave aside (dates, other
    dialects) and for .ods. Raises XltoolsError for what calamine cannot read.
    """
    if package.kind is Kind.XLS:
        return _old_grids(package)
    if package.kind is Kind.ODS:
        return _open_grids(package)
    grids = [
        Grid(
            content.sheet.name,
            content.rows or [],
            content.facts,
            content.sheet.state == "visible",
            recalled=content.recalled,
        )
        if content.rows is not None or content.facts.trouble
        else content
        for content in read_contents(package)
    ]
    others = {grid.sheet.name: grid for grid in grids if isinstance(grid, Content)}
    found = _general(package, others) if others else {}
    result = []
    for grid in grids:
        if isinstance(grid, Content):
            sheet = grid.sheet
            grid = Grid(sheet.name, found.get(sheet.name, []), grid.facts, sheet.state == "visible")
            _put_errors(grid)
        result.append(grid)
    return result


def _general(package: Package, wanted: Mapping[str, Content]) -> dict[str, list[Row]]:
    """The rows of the sheets that our own reader leaves aside; those that are too much together stay out."""
    budget = Budget()
    found: dict[str, list[Row]] = {}
    for name, _, rows in _values(package, wanted):
        if trouble := budget.take(rows):
            for rest in wanted.keys() - found.keys():
                wanted[rest].facts = Facts(trouble=trouble)
            break
        found[name] = rows
    return found


def _open_grids(package: Package) -> list[Grid]:
    """The grids of an .ods."""
    from xltools.workbook.opendocument import read_facts

    known = read_facts(package.read("content.xml"))
    grids = [
        Grid(name, rows, known.get(name, Facts()), visible) for name, visible, rows in _values(package, None)
    ]
    for grid in grids:
        _put_errors(grid)
    return grids


def _old_grids(package: Package) -> list[Grid]:
    """The grids of an .xls."""
    from xltools.workbook.biff import open_book
    from xltools.workbook.biff_sheet import read_sheet

    book = open_book(package.data)
    budget = Budget()
    grids = []
    for sheet in book.sheets:
        if sheet.worksheet:
            rows, facts = ([], Facts()) if budget.trouble else read_sheet(book, sheet)
            if trouble := budget.take(rows):
                rows, facts = [], Facts(trouble=trouble)
            grids.append(Grid(sheet.name, rows, facts, sheet.visible))
    return grids


def _values(package: Package, wanted: Collection[str] | None) -> Iterator[tuple[str, bool, list[Row]]]:
    """Name, visibility and rows of the worksheets wanted (None: all)."""
    from io import BytesIO

    import python_calamine as calamine

    try:
        with _quiet(), calamine.load_workbook(BytesIO(package.data)) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ is not calamine.SheetTypeEnum.WorkSheet:
                    continue
                if wanted is not None and sheet.name not in wanted:
                    continue
                visible = sheet.visible is calamine.SheetVisibleEnum.Visible
                rows: list[Row] = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)  # type: ignore[assignment]
                yield sheet.name, visible, rows
    except calamine.PasswordError:
        raise XltoolsError(
            "工作簿设有打开密码，无法读取。", "请在 Excel 里打开，去掉密码并保存后再试。"
        ) from None
    except calamine.CalamineError as error:
        raise XltoolsError(
            f"工作簿的内容无法读取（{_clause(error)}）。",
            "请在 Excel 或 WPS 里打开，另存为“Excel 工作簿 (*.xlsx)”后再试。",
        ) from None
    except BaseException as error:
        # A panic inside the library is no Exception: it would end the program, with a trace on the screen.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged("内容有误，读取中断") from None


_one_at_a_time = Lock()


@contextmanager
def _quiet() -> Iterator[None]:
    """What the library writes of its troubles beside our back goes nowhere."""
    with _one_at_a_time:
        try:
            kept = os.dup(2)
        except OSError:  # a program without a console
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def _clause(error: Exception) -> str:
    """The library's own words, short: they are English, and help whoever is asked for help."""
    return " ".join(str(error).split())[:120]


def _put_errors(grid: Grid) -> None:
    """calamine gives error values as blanks; a blank would pass for no amount."""
    from xltools.workbook.address import split

    for cell, error in grid.facts.errors.items():
        row, column = split(cell)
        grid.put(row - 1, column - 1, error)


def formulas_known(package: Package) -> bool:
    """Whether the formulas of this kind of file are read."""
    if package.kind is not Kind.XLS:
        return True
    from xltools.workbook.biff import modern

    return modern(package.data)
