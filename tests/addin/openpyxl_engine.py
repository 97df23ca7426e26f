"""An xlwings engine over an openpyxl workbook, so that the Excel adapter runs under test as it is.

Only what ``ExcelPort`` uses. What the adapter asks of Excel's own objects (``.api``) is answered by plain
namespaces. Formulas are not computed, but for links.
"""

from __future__ import annotations

import re
import types
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from tests.workbook.loaded import loaded
from xltools.addin.excel import load_xlwings

xlwings = load_xlwings()
base = xlwings.base_classes


class Engine:
    name = "openpyxl"
    type = "desktop"

    def __init__(self) -> None:
        self.apps: list[App] = []

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        return value

    @staticmethod
    def clean_value_data(data: Any, dates: Any, empty: Any, numbers: Any, errors: Any) -> Any:
        return [[empty if value is None else value for value in row] for row in data]


ENGINE = Engine()


class App(base.App):  # type: ignore[misc]
    """The program: settings as attributes; ``asked`` queues the user's answers."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"calculation": "automatic", "screen_updating": True}
        self.state["enable_events"] = True
        self.history: list[str] = []
        self.asked: list[Any] = []
        self.opened: list[str] = []
        self.selected: Any = None
        self.window = types.SimpleNamespace(ScrollRow=1, ScrollColumn=1)
        self.all_books: list[Book] = []

    engine = property(lambda self: ENGINE)
    pid = 1

    @property
    def api(self) -> Any:
        def answer(*_: Any) -> Any:
            return self.asked.pop(0)

        chosen = types.SimpleNamespace(Title="", Show=lambda: bool(self.asked), SelectedItems=answer)
        return types.SimpleNamespace(
            ActiveWindow=self.window,
            CalculateFullRebuild=lambda: self.history.append("CalculateFullRebuild"),
            GetSaveAsFilename=answer,
            GetOpenFilename=answer,
            InputBox=answer,
            FileDialog=lambda kind: chosen,
        )

    @property
    def selection(self) -> Any:
        return self.selected

    @property
    def books(self) -> Any:
        return Books(self)

    def activate(self, steal_focus: bool = False) -> None:
        """One program, always in front."""

    def alert(self, prompt: str, *_: Any) -> str:
        return str(self.asked.pop(0))


def _setting(name: str) -> property:
    def write(self: App, value: Any) -> None:
        self.state[name] = value
        self.history.append(f"{name}={value}")

    return property(lambda self: self.state.get(name), write)


for _name in ("calculation", "screen_updating", "enable_events", "status_bar", "display_alerts"):
    setattr(App, _name, _setting(_name))


class Books(base.Books):  # type: ignore[misc]
    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def active(self) -> Book:
        return self.app.all_books[-1]

    def __call__(self, name: str) -> Book:
        raise KeyError(name)  # not open yet

    def open(self, path: str, *_: Any, **__: Any) -> Book:
        self.app.opened.append(path)
        if not self.app.all_books:  # it was closed, to be changed as a file
            Book(loaded(path), path, self.app)
        return self.app.all_books[0]


class Book(base.Book):  # type: ignore[misc]
    def __init__(self, book: openpyxl.Workbook, path: str, app: App) -> None:
        self.openpyxl, self._path, self._app = book, path, app
        app.all_books.append(self)

    @property
    def api(self) -> Any:
        return types.SimpleNamespace(FullName=self._path, SaveCopyAs=self.openpyxl.save)

    def save(self, path: Any = None, password: Any = None) -> None:
        self.openpyxl.save(self._path)

    def close(self) -> None:
        self._app.all_books.remove(self)

    name = property(lambda self: self._path.rpartition("/")[2])
    fullname = property(lambda self: self._path)
    app = property(lambda self: self._app)

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    def activate(self) -> None:
        """One workbook, always in front."""


class Sheets(base.Sheets):  # type: ignore[misc]
    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.book.openpyxl.active)

    def __len__(self) -> int:
        return len(self.book.openpyxl.worksheets)

    def __iter__(self) -> Any:
        return (Sheet(self.book, sheet) for sheet in self.book.openpyxl.worksheets)

    def __call__(self, key: Any) -> Sheet:
        sheets = self.book.openpyxl
        return Sheet(self.book, sheets[key] if isinstance(key, str) else sheets.worksheets[key - 1])


class Sheet(base.Sheet):  # type: ignore[misc]
    def __init__(self, book: Book, sheet: Any) -> None:
        self._book, self.openpyxl = book, sheet

    book = property(lambda self: self._book)
    api = property(lambda self: types.SimpleNamespace(ProtectContents=self.openpyxl.protection.sheet))
    index = property(lambda self: self._book.openpyxl.index(self.openpyxl) + 1)
    visible = property(lambda self: self.openpyxl.sheet_state == "visible")
    cells = property(lambda self: self.range("A1"))

    @property
    def name(self) -> str:
        return str(self.openpyxl.title)

    @name.setter
    def name(self, value: str) -> None:
        self.openpyxl.title = value

    def range(self, first: Any, second: Any = None) -> Range:
        if isinstance(first, str):
            left, top, right, bottom = openpyxl.utils.range_boundaries(first)
        else:
            top, left = _corner(first)
            bottom, right = _corner(second or first)
        return Range(self, (top, left, bottom, right))

    def activate(self) -> None:
        self._book.openpyxl.active = self.openpyxl

    def copy(self, before: Any, after: Any) -> None:
        made = self._book.openpyxl.copy_worksheet(self.openpyxl)
        sheets = self._book.openpyxl._sheets
        sheets.insert(sheets.index(after.openpyxl) + 1, sheets.pop(sheets.index(made)))
        self._book.openpyxl.active = made

    @property
    def used_range(self) -> Range:
        return Range(self, (1, 1, self.openpyxl.max_row, self.openpyxl.max_column))

    @property
    def notes(self) -> list[Note]:
        cells = (cell for row in self.openpyxl.iter_rows() for cell in row)
        return [Note(self, cell) for cell in cells if cell.comment]


def _shown(value: Any) -> Any:
    """The one formula whose result our code reads back: a link shows its second argument."""
    if isinstance(value, str) and value.startswith("=HYPERLINK("):
        return value.rpartition(',"')[2].removesuffix('")')
    return value


def _read(value: Any) -> Any:
    """A text as Excel reads it: as a formula, a number, a date where it looks like one."""
    if not isinstance(value, str) or not value.strip():
        return value
    if value.strip()[0] in "=+-@＝＋－＠":
        return f"={value.strip().lstrip('=＝')}"
    if value.strip().upper() in ("TRUE", "FALSE"):
        return value.strip().upper() == "TRUE"
    try:
        return float(value.replace(",", ""))
    except ValueError:
        date = re.fullmatch(r"(?:(\d{4})[-/年])?(\d{1,2})[-/月](\d{1,2})日?", value.strip())
        return datetime(int(date[1] or 2025), int(date[2]), int(date[3])) if date else value


def _corner(cell: Any) -> tuple[int, int]:
    found = getattr(cell, "impl", cell)
    return found._at[:2] if isinstance(found, Range) else found


class Range(base.Range):  # type: ignore[misc]
    def __init__(self, sheet: Sheet, coordinates: tuple[int, int, int, int]) -> None:
        self._sheet, self._at = sheet, coordinates

    sheet = property(lambda self: self._sheet)
    api = property(lambda self: self)
    EntireRow = property(lambda self: types.SimpleNamespace(Delete=self._delete_rows, AutoFit=lambda: None))
    row = property(lambda self: self._at[0])
    column = property(lambda self: self._at[1])
    shape = property(lambda self: (self._at[2] - self._at[0] + 1, self._at[3] - self._at[1] + 1))
    coords = property(lambda self: (self._sheet, self._at[0], self._at[1], *self.shape))
    address = property(lambda self: self._a1())
    max_cells_per_read = None
    max_cells_per_write = None

    def _a1(self) -> str:
        top, left, bottom, right = self._at
        letter = openpyxl.utils.get_column_letter
        return f"{letter(left)}{top}:{letter(right)}{bottom}"

    def __len__(self) -> int:
        return int(self.shape[0] * self.shape[1])

    def __call__(self, row: Any, column: Any = None) -> Range:
        if column is None:
            row, column = divmod(row - 1, self.shape[1])
            row, column = row + 1, column + 1
        top, left = self._at[0] + row - 1, self._at[1] + column - 1
        return Range(self._sheet, (top, left, top, left))

    @property
    def raw_value(self) -> list[list[Any]]:
        top, left, bottom, right = self._at
        sheet = self._sheet.openpyxl
        columns = range(left, right + 1)
        return [[_shown(sheet.cell(r, c).value) for c in columns] for r in range(top, bottom + 1)]

    @raw_value.setter
    def raw_value(self, values: Any) -> None:
        rows = values if isinstance(values, list | tuple) else [[values]]
        for row, line in enumerate(rows, self._at[0]):
            for column, value in enumerate(line, self._at[1]):
                cell = self._sheet.openpyxl.cell(row, column)
                cell.value = _read(value)
                if isinstance(value, str) and value.startswith("'"):
                    cell.value, cell.data_type = value[1:], "s"

    def _delete_rows(self) -> None:
        top, bottom, sheet = self._at[0], self._at[2], self._sheet.openpyxl
        for merged in [m for m in sheet.merged_cells.ranges if m.min_row >= top]:
            sheet.unmerge_cells(str(merged))
        sheet.delete_rows(top, bottom - top + 1)

    def _all(self) -> list[Any]:
        rows = self._sheet.openpyxl.iter_rows(*self._at[::2], *self._at[1::2])
        return [cell for row in rows for cell in row]

    def clear_contents(self) -> None:
        for cell in self._all():
            cell.value = None

    def ClearHyperlinks(self) -> None:
        for cell in self._all():
            cell.hyperlink = None

    def AutoFill(self, target: Range, kind: int) -> None:
        for cell in target._all():
            model = self._sheet.openpyxl.cell(self._at[0], cell.column)
            cell._style = model._style

    def select(self) -> None:
        self._sheet.book.app.selected = self

    @property
    def conditional_formats(self) -> Formats:
        return Formats(self)

    @property
    def note(self) -> Note | None:
        cell = self._sheet.openpyxl.cell(*self._at[:2])
        return Note(self._sheet, cell) if cell.comment else None

    def add_note(self, text: str) -> Note:
        cell = self._sheet.openpyxl.cell(*self._at[:2])
        cell.comment = Comment(text, "用户")
        return Note(self._sheet, cell)


class Formats(base.ConditionalFormats):  # type: ignore[misc]
    def __init__(self, area: Range) -> None:
        self.area = area

    def _rules(self) -> list[Format]:
        sheet = self.area.sheet.openpyxl
        found = sheet.conditional_formatting
        return [Format(sheet, where, rule) for where in found for rule in where.rules]

    def __len__(self) -> int:
        return len(self._rules())

    def __call__(self, key: int) -> Format:
        return self._rules()[key - 1]

    def __iter__(self) -> Any:
        return iter(self._rules())

    def add_custom(self, spec: dict[str, Any]) -> Format:
        red, green, blue = spec["fill_color"]
        fill = PatternFill(bgColor=f"{red:02X}{green:02X}{blue:02X}", fill_type="solid")
        rule = FormulaRule(formula=[spec["formula"].removeprefix("=")], fill=fill)
        self.area.sheet.openpyxl.conditional_formatting.add(self.area.address, rule)
        return self._rules()[-1]


class Format(base.ConditionalFormat):  # type: ignore[misc]
    def __init__(self, sheet: Any, where: Any, rule: Any) -> None:
        self.sheet, self.where, self.rule = sheet, where, rule

    type = property(lambda self: "custom" if self.rule.type == "expression" else "unknown")
    formula = property(lambda self: f"={self.rule.formula[0]}" if self.rule.formula else None)

    def delete(self) -> None:
        kept = [(str(w.sqref), rule) for w in self.sheet.conditional_formatting for rule in w.rules]
        self.sheet.conditional_formatting = type(self.sheet.conditional_formatting)()
        for area, rule in kept:
            if rule is not self.rule:
                self.sheet.conditional_formatting.add(area, rule)


class Note(base.Note):  # type: ignore[misc]
    def __init__(self, sheet: Sheet, cell: Any) -> None:
        self._sheet, self.cell = sheet, cell

    text = property(lambda self: self.cell.comment.text)
    author = property(lambda self: self.cell.comment.author)

    def delete(self) -> None:
        self.cell.comment = None


def open_book(path: str) -> Any:
    """The workbook at ``path`` as an ``xlwings.Book``; ``book.app.impl`` is the program behind it."""
    if "openpyxl" not in [engine.name for engine in xlwings.engines]:
        xlwings.engines.add(xlwings.main.Engine(impl=ENGINE))
    xlwings.engines["openpyxl"].activate()
    app = App()
    ENGINE.apps[:] = [app]
    book = Book(loaded(path), path, app)
    app.selected = book.sheets.active.range("A1")
    return xlwings.Book(impl=book)
