"""Excel's side of the add-in without Excel: pywin32 as a stub, xlwings' real server, VBA interpreted.

What runs for real: our macros (by pyOpenVBA's interpreter), xlwings' ``CallUDF`` with its conversions, our
binding and functions. What stands in: the DLL (``XltHost.Server``), COM's marshalling of arguments.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

from xltools.addin import build, excel, vba
from xltools.functions import Function

_PYWIN32 = """
pythoncom pywintypes win32api win32event win32com win32com.client win32com.server win32com.server.util
win32com.server.policy win32com.server.dispatcher
"""
MISSING_ARGUMENT = -2147352572
"""How pywin32 hands over an argument that was left out."""


def xlwings_server() -> Any:
    """xlwings.com_server as on Windows, with pywin32 replaced by stubs; loaded once."""
    xlwings = excel.load_xlwings()
    if "xlwings.com_server" not in sys.modules:
        for name in _PYWIN32.split():
            sys.modules.setdefault(name, mock.MagicMock(name=name))
        sys.modules["win32com"].server.util.unwrap.side_effect = TypeError  # plain values stay plain
        xlwings._xlwindows = types.SimpleNamespace(
            Range=lambda xl: types.SimpleNamespace(xl=xl), is_range_instance=lambda value: False
        )
        xlwings.engines.add(xlwings.main.Engine(impl=types.SimpleNamespace(name="excel", type="desktop")))
        from xlwings import udfs

        for name, function in {"func": udfs.xlfunc, "arg": udfs.xlarg, "ret": udfs.xlret}.items():
            setattr(xlwings, name, function)
    from xlwings import com_server

    return com_server


def call_udf(name: str, *arguments: object) -> object:
    """What xlwings' CallUDF gives the macro for raw ``arguments`` as COM delivers them."""
    server = xlwings_server()
    if name not in vars(excel):
        excel.bind(excel.load_xlwings())
    return server.XLPython().CallUDF("xltools.addin.excel", name, tuple(arguments))


class Workbook:
    """A workbook in pyOpenVBA's Excel, with the add-in's modules loaded and the real server behind."""

    def __init__(self, folder: Path, functions: Iterable[Function]) -> None:
        from pyopenvba.apps.excel import ExcelApplication

        path = folder / "twin.xlsm"
        path.write_bytes(build.twin(functions=functions))
        self.app = ExcelApplication.open(path, with_vba=False)
        self.server = _serve_from(self.app)
        for module in build.modules(functions):
            if module.kind is vba.Kind.MODULE:
                source = _DOUBLES.get(module.name, module.text)
                # help texts are read by Excel, not run: the interpreter knows module attributes only
                lines = [line for line in source.splitlines() if not line.startswith("Attribute XT_")]
                self.app.add_module("\r\n".join(lines), name=module.name)
        self.sheet = self.app.sheet(1)

    def clear(self) -> None:
        """Empty the columns that ``put`` uses."""
        self.app.evaluate('Range("D1:Z60").ClearContents')

    def put(self, arguments: Iterable[Any]) -> list[Any]:
        """Arguments as ``formula`` takes them: blocks are written to the sheet and become ranges."""
        column, placed = 4, []
        for argument in arguments:
            if argument is None:
                argument = [[None]]
            if isinstance(argument, list | tuple):
                rows = [row if isinstance(row, list | tuple) else [row] for row in argument]
                for row, cells in enumerate(rows, 1):
                    for offset, value in enumerate(cells):
                        self._set(row, column + offset, value)
                last = column + len(rows[0]) - 1
                placed.append(f"={_letter(column)}1:{_letter(last)}{len(rows)}")
                column = last + 2
            else:
                placed.append(argument)
        return placed

    def _set(self, row: int, column: int, value: Any) -> None:
        from xltools.functions import CellError

        if isinstance(value, CellError):
            numbers = {"#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023}
            number = {**numbers, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042}[value]
            value = self.app.evaluate(f"CVErr({number})")
        elif isinstance(value, Decimal):
            value = float(value)
        self.sheet.set_value(f"{_letter(column)}{row}", value)

    def formula(self, name: str, *arguments: object) -> object:
        """What a cell with the function would show. A text that begins with "=" is a range on the sheet."""
        values = [
            self.app.evaluate(f'Range("{argument[1:]}")')
            if isinstance(argument, str) and argument.startswith("=")
            else argument
            for argument in arguments
        ]
        return self.app.run(name, *values)


def _letter(column: int) -> str:
    return chr(64 + column)


_DOUBLES = {
    "XltHost": """Attribute VB_Name = "XltHost"
Option Explicit
Public Function Server() As Object
    Set Server = PythonServer
End Function
Public Sub TryAgainNow()
End Sub
""",
    "XltLog": """Attribute VB_Name = "XltLog"
Option Explicit
Public Sub WriteLog(ByVal place As String, ByVal reason As String)
    Debug.Print place & ": " & reason
End Sub
""",
}
"""What the interpreter cannot do: call a DLL, write a file."""


def _serve_from(app: Any) -> Any:
    """Give the interpreted project a global object PythonServer with xlwings' CallUDF."""
    from pyopenvba.interpreter import _objects, _values

    class Server(_objects.VBAObject):
        calls = 0
        failures: ClassVar[list[Exception]] = []

        @_objects.method
        def CallUDF(
            self, module: object, name: object, arguments: object, book: object = _values.MISSING
        ) -> object:
            Server.calls += 1
            if Server.failures:
                raise Server.failures.pop(0)
            assert module == "xltools.addin.excel"
            return call_udf(str(name), *(_to_com(value) for value in arguments.elements()))

    server = Server()
    bridge = app.interpreter.host
    found = bridge.global_object
    bridge.global_object = lambda name: server if name == "pythonserver" else found(name)
    return server


def _to_com(value: Any) -> object:
    """A VBA value as pywin32 would deliver it to Python."""
    from pyopenvba.interpreter import _values

    if value is _values.MISSING:
        return MISSING_ARGUMENT
    if value is _values.EMPTY:
        return None
    if isinstance(value, _values.VBAArray):
        if value.dimensions == 1:
            return tuple(_to_com(item) for item in value.elements())
        (top, bottom), (left, right) = value.bounds
        return tuple(
            tuple(_to_com(value.get([row, column])) for column in range(left, right + 1))
            for row in range(top, bottom + 1)
        )
    if isinstance(value, _values.VBAErrorValue):
        return excel._FIRST_ERROR + value.number
    if isinstance(value, _values.VBAInt):
        return float(value)
    return value
