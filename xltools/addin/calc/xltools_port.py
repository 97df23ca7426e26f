"""The port to a workbook that is open in LibreOffice Calc, through UNO.

Runs inside LibreOffice on its own Python (3.10 or later): standard library and UNO only. What each method
means stands in xltools/addin/port.py; sheets and cells are plain texts here, so all of it can go over a pipe.
"""

import contextlib
import os
import re
import shutil
import tempfile

import uno
from com.sun.star.awt.MessageBoxButtons import BUTTONS_YES_NO
from com.sun.star.awt.MessageBoxType import QUERYBOX
from com.sun.star.beans import PropertyValue
from com.sun.star.sheet.ConditionOperator import FORMULA
from com.sun.star.sheet.FormulaResult import ERROR
from com.sun.star.table import CellAddress
from com.sun.star.uno import RuntimeException
from com.sun.star.ui.dialogs.TemplateDescription import FILESAVE_AUTOEXTENSION

EXCEL_FILE = 3  # com.sun.star.sheet.AddressConvention.XL_OOX: English names, commas
TAG = 'N("xltools")=0'
TAG_WORD = '"xltools"'
ALL_CONTENTS = 1 | 2 | 4 | 16  # CellFlags: values, dates, texts, formulas
NOTE_HEAD = "【校验】"
INFOBAR = "org.xltools.calc"
COLOURS = {"错误": 0xFFC7CE, "核实": 0xFFEB9C, "提示": 0xDDEBF7}
TITLE = "决算公开"


def split(address):
    """("C", 5) and so (2, 4): column and row of an A1 address, counted from 0."""
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(digits) - 1


def join(column, row):
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


class CalcPort:
    """An open spreadsheet document and the window that shows it."""

    def __init__(self, context, controller):
        self.context = context
        self.controller = controller
        self.document = controller.getModel()
        self.kept = None
        self.released = None

    # what the workbook holds

    def path(self):
        url = self.document.getURL()
        return uno.fileUrlToSystemPath(url) if url.startswith("file:") else ""

    def read(self):
        return {name: self._grid(name) for name in self.document.Sheets.ElementNames}

    def _grid(self, name):
        sheet = self.document.Sheets.getByName(name)
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        used = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
        grid = [[None if value == "" else value for value in row] for row in used.getDataArray()]
        wrong = used.queryFormulaCells(ERROR)
        for area in wrong.RangeAddresses:
            for row in range(area.StartRow, area.EndRow + 1):
                for column in range(area.StartColumn, area.EndColumn + 1):
                    grid[row][column] = sheet.getCellByPosition(column, row).String
        return grid

    def write(self, sheet, cells):
        target = self.document.Sheets.getByName(sheet)
        parser = self._parser()
        for address, value in cells.items():
            cell = target.getCellByPosition(*split(address))
            if value is None:
                cell.setFormula("")
            elif isinstance(value, list):  # a formula; a text is never one
                cell.setTokens(parser.parseFormula(value[0], cell.CellAddress))
            elif isinstance(value, str):
                cell.setString(value)
            else:
                cell.setValue(float(value))

    def _parser(self):
        parser = self.document.createInstance("com.sun.star.sheet.FormulaParser")
        parser.FormulaConvention = EXCEL_FILE
        parser.CompileEnglish = True
        return parser

    def copy_sheet(self, sheet, name):
        names = list(self.document.Sheets.ElementNames)
        self.document.Sheets.copyByName(sheet, name, names.index(sheet) + 1)

    def renew_rows(self, sheet, first, count):
        target = self.document.Sheets.getByName(sheet)
        cursor = target.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last, width = cursor.RangeAddress.EndRow, cursor.RangeAddress.EndColumn
        if last >= first:
            target.Rows.removeByIndex(first, last - first + 1)
        model = target.getCellRangeByPosition(0, first - 1, width, first - 1)
        model.clearContents(ALL_CONTENTS)
        target.Rows.getByIndex(first - 1).OptimalHeight = True
        for row in range(first, first + count - 1):
            target.copyRange(target.getCellByPosition(0, row).CellAddress, model.RangeAddress)

    def snapshot(self):
        folder = tempfile.mkdtemp(prefix="xltools-")
        path = os.path.join(folder, "copy.xlsx")
        try:
            self.document.storeToURL(
                uno.systemPathToFileUrl(path), (property_value("FilterName", "Calc MS Excel 2007 XML"),)
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return path

    def release(self):
        self.document.store()
        self.released = self.document.getURL()
        self.document.close(True)

    # marks and notes

    def mark(self, marks):
        """``marks`` are rows of sheet, address, level and text."""
        cells = {}
        for sheet, address, level, text in marks:
            cells.setdefault((sheet, level), []).append(address)
            self.note(sheet, address, text)
        for (sheet, level), addresses in cells.items():
            self._lay_over(self.document.Sheets.getByName(sheet), level, addresses)

    def _lay_over(self, sheet, level, addresses):
        ranges = self.document.createInstance("com.sun.star.sheet.SheetCellRanges")
        for address in addresses:
            column, row = split(address)
            ranges.addRangeAddress(sheet.getCellByPosition(column, row).RangeAddress, False)
        # the newer sheet.ConditionalFormats.createByRange does not bind the rule to its cells
        rules = ranges.ConditionalFormat
        rules.clear()
        rules.addNew(
            (
                property_value("Operator", FORMULA),
                property_value("Formula1", TAG),
                property_value("StyleName", self._style(level)),
            )
        )
        ranges.ConditionalFormat = rules

    def _style(self, level):
        styles = self.document.StyleFamilies.getByName("CellStyles")
        name = f"xltools {level}"
        if not styles.hasByName(name):
            style = self.document.createInstance("com.sun.star.style.CellStyle")
            styles.insertByName(name, style)
            style.setParentStyle("")  # or the mark would bring the default font along
            style.setPropertyValue("CellBackColor", COLOURS[level])
        return name

    def clear_marks(self):
        for name in self.document.Sheets.ElementNames:
            sheet = self.document.Sheets.getByName(name)
            formats = sheet.ConditionalFormats
            for one in formats.getConditionalFormats():
                if self._is_ours(one):
                    formats.removeByID(one.ID)
            notes = sheet.Annotations
            for index in reversed(range(notes.Count)):
                if notes.getByIndex(index).String.startswith(NOTE_HEAD):
                    notes.removeByIndex(index)

    @staticmethod
    def _is_ours(conditional_format):
        for index in range(conditional_format.Count):
            entry = conditional_format.getByIndex(index)
            properties = entry.getPropertySetInfo()
            if properties.hasPropertyByName("Formula1") and TAG_WORD in entry.getPropertyValue("Formula1"):
                return True
        return False

    def note(self, sheet, address, text):
        target = self.document.Sheets.getByName(sheet)
        position = CellAddress()
        position.Sheet = target.RangeAddress.Sheet
        position.Column, position.Row = split(address)
        cell = target.getCellByPosition(position.Column, position.Row)
        present = cell.Annotation.String
        if present and not present.startswith(NOTE_HEAD):
            return
        if present:
            self._remove_note(target, position)
        if text:
            target.Annotations.insertNew(position, NOTE_HEAD + text)

    @staticmethod
    def _remove_note(sheet, position):
        notes = sheet.Annotations
        for index in range(notes.Count):
            place = notes.getByIndex(index).Position
            if (place.Column, place.Row) == (position.Column, position.Row):
                notes.removeByIndex(index)
                return

    # what the user sees

    def go_to(self, sheet, address):
        target = self.document.Sheets.getByName(sheet)
        self.controller.setActiveSheet(target)
        self.controller.select(target.getCellByPosition(*split(address)))

    def here(self):
        sheet = self.controller.getActiveSheet().Name
        selection = self.document.getCurrentSelection()
        address = getattr(selection, "RangeAddress", None)
        if address is None:
            return [sheet, "A1"]
        return [sheet, join(address.StartColumn, address.StartRow)]

    def status(self, text):
        """The bar above the cells: it stays until the next message, as no status bar text does here."""
        if self.released:  # the window is closed until ``show``
            return
        if self.controller.hasInfobar(INFOBAR):
            self.controller.removeInfobar(INFOBAR)
        if text:
            with contextlib.suppress(RuntimeException):  # a window that nobody sees has no bar
                self.controller.appendInfobar(INFOBAR, TITLE, text, 0, (), True)

    def ask(self, kind, question):
        asked = {
            "file": self._ask_file,
            "save": self._ask_save,
            "folder": self._ask_folder,
            "yes": self._ask_yes,
            "text": self._ask_text,
        }
        return asked[kind](question)

    def _service(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def _ask_file(self, question):
        picker = self._service("com.sun.star.ui.dialogs.FilePicker")
        picker.setTitle(question)
        picker.appendFilter("Excel", "*.xlsx;*.xls;*.xlsm")
        if not picker.execute():
            return None
        return uno.fileUrlToSystemPath(picker.getSelectedFiles()[0])

    def _ask_save(self, question):
        picker = self.context.ServiceManager.createInstanceWithArgumentsAndContext(
            "com.sun.star.ui.dialogs.FilePicker", (FILESAVE_AUTOEXTENSION,), self.context
        )
        picker.setDefaultName(question)
        picker.appendFilter("Excel", "*.xlsx")
        return uno.fileUrlToSystemPath(picker.getSelectedFiles()[0]) if picker.execute() else None

    def _ask_folder(self, question):
        picker = self._service("com.sun.star.ui.dialogs.FolderPicker")
        picker.setTitle(question)
        if self.document.getURL():
            picker.setDisplayDirectory(self.document.getURL().rpartition("/")[0])
        return uno.fileUrlToSystemPath(picker.getDirectory()) if picker.execute() else None

    def _ask_yes(self, question):
        window = self.controller.getFrame().getContainerWindow()
        toolkit = self._service("com.sun.star.awt.Toolkit")
        box = toolkit.createMessageBox(window, QUERYBOX, BUTTONS_YES_NO, TITLE, question)
        return "yes" if box.execute() == 2 else None

    def _ask_text(self, question):
        model = self._service("com.sun.star.awt.UnoControlDialogModel")
        model.Title, model.Width, model.Height = TITLE, 200, 60
        parts = {
            "label": ("FixedText", 6, 6, 188, 12, {"Label": question}),
            "text": ("Edit", 6, 20, 188, 14, {}),
            "ok": ("Button", 90, 40, 50, 14, {"PushButtonType": 1, "Label": "确定"}),
            "cancel": ("Button", 144, 40, 50, 14, {"PushButtonType": 2, "Label": "取消"}),
        }
        for name, (kind, left, top, width, height, values) in parts.items():
            part = model.createInstance(f"com.sun.star.awt.UnoControl{kind}Model")
            part.PositionX, part.PositionY, part.Width, part.Height = left, top, width, height
            for key, value in values.items():
                part.setPropertyValue(key, value)
            model.insertByName(name, part)
        dialog = self._service("com.sun.star.awt.UnoControlDialog")
        dialog.setModel(model)
        dialog.createPeer(self._service("com.sun.star.awt.Toolkit"), None)
        accepted = dialog.execute()
        text = dialog.getControl("text").getText()
        dialog.dispose()
        return text if accepted and text else None

    def recalculate(self):
        self.document.calculateAll()

    def show(self, path):
        url = uno.systemPathToFileUrl(path)
        if path.lower().endswith((".xlsx", ".xlsm", ".ods", ".xls", ".csv")):
            desktop = self._service("com.sun.star.frame.Desktop")
            shown = desktop.loadComponentFromURL(url, "_default", 0, ())
            if url == self.released and shown is not None:
                # The same workbook again: what follows is said there, never to the closed one.
                self.document, self.controller = shown, shown.getCurrentController()
                self.released = None
        else:
            self._service("com.sun.star.system.SystemShellExecute").execute(url, "", 0)

    # a button's run

    def begin(self):
        """Nothing is redrawn nor recalculated until ``end``, and one undo takes all of it back."""
        automatic = self.document.isAutomaticCalculationEnabled()
        view = [self.controller.getActiveSheet().Name, self.document.getCurrentSelection()]
        scroll = (self.controller.getFirstVisibleColumn(), self.controller.getFirstVisibleRow())
        self.kept = (automatic, view, scroll)
        self.document.getUndoManager().enterUndoContext(TITLE)
        self.document.lockControllers()
        self.document.enableAutomaticCalculation(False)

    def end(self):
        automatic, (sheet, selection), (column, row) = self.kept
        self.kept = None
        self.document.enableAutomaticCalculation(automatic)
        self.document.unlockControllers()
        self.document.getUndoManager().leaveUndoContext()
        if self.document.Sheets.hasByName(sheet):
            self.controller.setActiveSheet(self.document.Sheets.getByName(sheet))
        if selection is not None:
            self.controller.select(selection)
        self.controller.setFirstVisibleColumn(column)
        self.controller.setFirstVisibleRow(row)


def property_value(name, value):
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found
