"""A sheet as recognition sees it: the rows of its values from A1 on, and what its XML tells beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xltools.errors import XltoolsError
from xltools.report import Place
from xltools.workbook.address import join
from xltools.workbook.formulas import MAX_AREA, Facts, read_facts
from xltools.workbook.package import Kind, Package

Row = list[object]


@dataclass(slots=True)
class Grid:
    """``rows``: values from A1 on, "" or None where blank, errors as their text (#REF!); all rows are
    equally long. ``visible``: whether the sheet is shown. ``unsolved``: formula cells for which there is no
    value → why, as a Chinese clause."""

    name: str
    rows: list[Row]
    facts: Facts = field(default_factory=Facts)
    visible: bool = True
    unsolved: dict[str, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def place(self, row: int, at: int) -> Place:
        """The place of a cell, given by row and column from 0."""
        return Place(self.name, join(row + 1, at + 1))

    def put(self, row: int, at: int, content: object) -> None:
        """Set a value, row and column from 0; beyond the rows known the grid grows."""
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
    """The grids of an opened file, values as python-calamine gives them, errors put back in their places.

    Raises XltoolsError for what calamine cannot read.
    """
    facts = read_facts(package)
    grids = []
    for name, visible, rows in _values(package, facts):
        grid = Grid(name, rows, facts.get(name) or Facts(), visible)
        _put_errors(grid)
        grids.append(grid)
    return grids


def _values(package: Package, facts: dict[str, Facts]) -> Iterator[tuple[str, bool, list[Row]]]:
    """Name, visibility and rows of every worksheet; none of what is too large to be read."""
    from io import BytesIO

    import python_calamine as calamine

    try:
        with calamine.load_workbook(BytesIO(package.data)) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ is not calamine.SheetTypeEnum.WorkSheet:
                    continue
                visible = sheet.visible is calamine.SheetVisibleEnum.Visible
                known = facts.get(sheet.name)
                if known is not None and known.trouble:
                    yield sheet.name, visible, []
                    continue
                values = workbook.get_sheet_by_name(sheet.name)
                if values.total_height * values.total_width > MAX_AREA:
                    facts.setdefault(sheet.name, Facts()).trouble = "数据区域超出可读取的范围"
                    yield sheet.name, visible, []
                    continue
                rows: list[Row] = values.to_python(skip_empty_area=False)  # type: ignore[assignment]
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
    """Whether formulas and error values of this kind of file are looked at."""
    return package.kind in (Kind.XLSX, Kind.XLSM)
