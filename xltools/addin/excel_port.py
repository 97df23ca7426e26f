"""The port to a workbook that is open in Excel, through xlwings' public, BSD-licensed interface."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xltools.addin.port import COLOURS, NOTE_HEAD, PRIVATE, Cancelled, Content, Formula, Grid, Mark, Value
from xltools.errors import XltoolsError
from xltools.report import Place
from xltools.workbook.address import join, split
from xltools.workbook.surgery import AUTHOR, MARK_FORMULA

_TITLE = "决算公开"
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".csv")
_OURS = re.compile(r'N\(\s*"xltools"\s*\)', re.IGNORECASE)
_ESCAPE = 0x1B
_PICK_FOLDER = 4
_FILL_FORMATS = 3


class ExcelPort:
    """A workbook, an ``xlwings.Book``."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.app = book.app

    @property
    def path(self) -> str:
        try:
            path = str(self.book.fullname)
        except Exception:  # a cloud address that xlwings cannot map to a folder
            path = str(self.book.api.FullName)
        return path if Path(path).is_absolute() or "://" in path else ""

    # what the workbook holds

    def read(self) -> dict[str, Grid]:
        return {sheet.name: self._grid(sheet) for sheet in self.book.sheets}

    @staticmethod
    def _grid(sheet: Any) -> Grid:
        last = sheet.used_range.last_cell
        values = sheet.range((1, 1), (last.row, last.column)).options(ndim=2, err_to_str=True).value
        return [[_plain(value) for value in row] for row in values]

    def write(self, sheet: str, cells: Mapping[str, Content]) -> None:
        target = self._sheet(sheet)
        self._refuse_protected(target)
        for address, values in _runs(cells):
            target.range(address).value = [values] if len(values) > 1 else values[0]

    def _sheet(self, name: str) -> Any:
        for sheet in self.book.sheets:
            if sheet.name == name:
                return sheet
        raise XltoolsError(f"没有名为“{name}”的工作表。", "请检查它是否被改名或删除。")

    @staticmethod
    def _refuse_protected(sheet: Any) -> None:
        if sheet.api.ProtectContents:
            raise XltoolsError(f"工作表“{sheet.name}”受保护，无法写入。", "请先在“审阅”中撤销工作表保护。")

    def copy_sheet(self, sheet: str, name: str) -> None:
        source = self._sheet(sheet)
        source.copy(after=source, name=name)

    def renew_rows(self, sheet: str, first: int, count: int) -> None:
        target = self._sheet(sheet)
        self._refuse_protected(target)
        last = target.used_range.last_cell
        if last.row > first:
            target.range((first + 1, 1), (last.row, last.column)).api.EntireRow.Delete()
        model = target.range((first, 1), (first, last.column))
        model.clear_contents()
        model.api.ClearHyperlinks()  # a formula over an old link would lead where that one led
        model.api.EntireRow.AutoFit()  # no height of its own: from here on it follows the text
        if count > 1:
            model.api.AutoFill(target.range((first, 1), (first + count - 1, last.column)).api, _FILL_FORMATS)

    def snapshot(self) -> str:
        suffix = Path(self.book.name).suffix or ".xlsx"
        folder = tempfile.mkdtemp(prefix=PRIVATE)
        path = str(Path(folder, f"copy{suffix}"))
        try:
            self.book.api.SaveCopyAs(path)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return path

    def release(self) -> None:
        self.book.save()
        self.book.close()

    # marks and notes

    def mark(self, marks: Mapping[Place, Mark]) -> None:
        for place, mark in marks.items():
            sheet = self._sheet(place.sheet)
            if sheet.api.ProtectContents:
                continue  # the list of findings still leads there
            sheet.range(place.cell).conditional_formats.add_custom(
                f"={MARK_FORMULA}", fill_color=_rgb(COLOURS[mark.level])
            )
            self.note(place, mark.text)

    def clear_marks(self) -> None:
        for sheet in self.book.sheets:
            if sheet.api.ProtectContents:
                continue
            for rule in list(sheet.used_range.conditional_formats):
                if rule.type == "custom" and _OURS.search(rule.formula or ""):
                    rule.delete()
            for note in list(sheet.notes):
                if _is_ours(note):
                    note.delete()

    def note(self, place: Place, text: str) -> None:
        cell = self._sheet(place.sheet).range(place.cell)
        present = cell.note
        if present is not None:
            if not _is_ours(present):
                return
            present.delete()
        if text:
            cell.add_note(NOTE_HEAD + text)

    # what the user sees

    def go_to(self, place: Place) -> None:
        sheet = self._sheet(place.sheet)
        if not sheet.visible:
            raise XltoolsError(f"工作表“{place.sheet}”已隐藏。", "请先取消隐藏，再查看这个单元格。")
        sheet.activate()
        sheet.range(place.cell).select()

    def here(self) -> Place:
        selected = self.app.selection
        if selected is None:  # a chart or a picture
            return Place(self.book.sheets.active.name, "A1")
        return Place(selected.sheet.name, join(selected.row, selected.column))

    def status(self, text: str) -> None:
        self.app.status_bar = text or False
        if _escape_pressed():
            raise Cancelled

    def ask(self, kind: str, question: str) -> str | None:
        if kind == "yes":
            return "yes" if self.app.alert(question, _TITLE, "yes_no", "info") == "yes" else None
        asked = {
            "file": self._ask_file,
            "save": self._ask_save,
            "folder": self._ask_folder,
            "text": self._ask_text,
        }
        answer = asked[kind](question)
        return str(answer) if answer else None

    def _ask_file(self, question: str) -> Any:
        return self.app.api.GetOpenFilename(
            "Excel 文件 (*.xlsx;*.xls;*.xlsm),*.xlsx;*.xls;*.xlsm", 1, question
        )

    def _ask_save(self, question: str) -> Any:
        return self.app.api.GetSaveAsFilename(question, "Excel 工作簿 (*.xlsx),*.xlsx")

    def _ask_folder(self, question: str) -> Any:
        dialog = self.app.api.FileDialog(_PICK_FOLDER)
        dialog.Title = question
        return dialog.SelectedItems(1) if dialog.Show() else None

    def _ask_text(self, question: str) -> Any:
        return self.app.api.InputBox(question, _TITLE)

    def recalculate(self) -> None:
        self.app.api.CalculateFullRebuild()

    def show(self, path: str) -> None:
        if Path(path).suffix.lower() in _WORKBOOKS:
            self.app.books.open(path)
        else:
            os.startfile(path)  # type: ignore[attr-defined]  # Windows only, as is Excel's server

    @contextmanager
    def quietly(self) -> Iterator[None]:
        window, before = self.app.api.ActiveWindow, self.book.sheets.active
        selected = self.app.selection
        scroll = (window.ScrollRow, window.ScrollColumn)
        kept = (self.app.screen_updating, self.app.calculation, self.app.enable_events)
        self.app.screen_updating, self.app.calculation, self.app.enable_events = False, "manual", False
        try:
            yield
        finally:
            before.activate()
            if selected is not None:
                selected.select()
            window.ScrollRow, window.ScrollColumn = scroll
            self.app.calculation, self.app.enable_events = kept[1], kept[2]
            self.app.screen_updating = kept[0]


def _plain(value: Any) -> Value:
    """A value of xlwings as a grid holds it; dates become texts, no figure is one."""
    if value is None or isinstance(value, bool | str):
        return value or None if isinstance(value, str) else value
    if isinstance(value, int | float):
        return float(value)
    return str(value.date()) if hasattr(value, "date") else str(value)


_COUNTED = frozenset("年月日时分秒上下午星期〇零一二三四五六七八九十百千万亿元")
"""Characters of numbers, dates and times; a text with any other Chinese character is none of them."""
_SIGNS = ("=", "+", "-", "@", "'", "＝", "＋", "－", "＠")


def _typed(content: Content) -> Value:
    """A content as it is handed to Excel, which reads a text as if it were typed: "=1" would become a
    formula, "1-2" a date. An apostrophe in front keeps a text; where there is no doubt it is left out,
    because it stays with the cell."""
    if isinstance(content, Formula):
        return f"={content.text}"
    if not isinstance(content, str) or not content:
        return content
    words = any("\u4e00" <= sign <= "\u9fff" and sign not in _COUNTED for sign in content)
    return content if words and not content.lstrip().startswith(_SIGNS) else f"'{content}"


def _runs(cells: Mapping[str, Content]) -> Iterator[tuple[str, list[Value]]]:
    """Neighbouring cells of a row in one piece: a call to Excel costs more than a cell."""
    places = sorted((*split(address), address, _typed(value)) for address, value in cells.items())
    start, expected = "", (0, 0)
    values: list[Value] = []
    for row, column, address, value in places:
        if (row, column) != expected and values:
            yield start, values
            values = []
        if not values:
            start = address
        values.append(value)
        expected = (row, column + 1)
    if values:
        yield start, values


def _rgb(colour: int) -> tuple[int, int, int]:
    return colour >> 16, colour >> 8 & 0xFF, colour & 0xFF


def _is_ours(note: Any) -> bool:
    """By its first word, or by the author that our files name."""
    return str(note.text).startswith(NOTE_HEAD) or note.author == AUTHOR


def _escape_pressed() -> bool:
    """Whether the user presses Esc now (Windows)."""
    if os.name != "nt":
        return False
    import ctypes

    return bool(ctypes.windll.user32.GetAsyncKeyState(_ESCAPE) & 0x8000)  # type: ignore[attr-defined]
