"""Excel through xlwings: the worksheet functions and the buttons, served by xlwings' own UDF server.

Only the BSD parts of xlwings are used. The macros start ``serve`` and then call, through xlwings'
``CallUDF``, the functions of the registry by their name, and ``act`` for a button.
"""

from __future__ import annotations

import inspect
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from xltools.functions import FUNCTIONS, MISSING, CellError, Function, FunctionError

logger = logging.getLogger("xltools")

_FIRST_ERROR = -2146828288
"""Excel's error values arrive from COM as this number plus Excel's own number of the error."""
_ERRORS = {
    _FIRST_ERROR + 2000: CellError.NULL,
    _FIRST_ERROR + 2007: CellError.DIV0,
    _FIRST_ERROR + 2015: CellError.VALUE,
    _FIRST_ERROR + 2023: CellError.REF,
    _FIRST_ERROR + 2029: CellError.NAME,
    _FIRST_ERROR + 2036: CellError.NUM,
    _FIRST_ERROR + 2042: CellError.NA,
}
"""Value2 never gives an integer for a number, so an integer is an error."""


_UNUSED = ("pandas", "numpy", "polars", "matplotlib", "PIL")
"""xlwings loads these where they are installed, to hand ranges over in their types. We use plain values, and
without them the first function call of a session comes twice as fast."""


def load_xlwings() -> Any:
    """The module xlwings, without its PRO parts (they do not load under a key that is none) and without the
    packages that it would load for us in vain; those can still be imported afterwards."""
    os.environ["XLWINGS_LICENSE_KEY"] = "bsd-only"
    held_back = [name for name in _UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(held_back))  # type: ignore[arg-type]  # None: "not installed"
    try:
        import xlwings
    finally:
        for name in held_back:
            del sys.modules[name]
    return xlwings


def serve(clsid: str) -> None:
    """Offer functions and buttons to Excel under ``clsid`` until Excel ends."""
    start_log()
    xlwings = load_xlwings()
    bind(xlwings)
    xlwings.serve(clsid)


def log_file() -> Path:
    """Where macros and server write what went wrong."""
    base = os.environ.get("LOCALAPPDATA") or str(Path.home() / ".local" / "state")
    return Path(base) / "xltools" / "excel.log"


class Discreet(logging.Formatter):
    """Writes what went wrong and where, without figures, texts of cells, or what exceptions quote of them.

    Whoever looks for a fault asks for all of it with the variable XLTOOLS_LOG=full.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:
        if not _everything_asked():
            record.message = _CONTENT.sub("…", record.getMessage())
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        if _everything_asked():
            return super().formatException(ei)
        kind, _, trace = ei
        frames = "".join(traceback.format_tb(trace))
        return f"{frames}{kind.__name__ if kind else ''}"


_CONTENT = re.compile(r"(?<=“)[^”]*|(?<![A-Za-z_/])[-−]?\d[\d,.]*")


def _everything_asked() -> bool:
    return os.environ.get("XLTOOLS_LOG", "") == "full"


def start_log() -> None:
    """Send the log to its file, which starts anew past one megabyte and is the user's alone."""
    path = log_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > 1_000_000:
        path.unlink()
    handler = logging.FileHandler(path, encoding="utf-8")
    path.chmod(0o600)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(message)s"))
    for name in ("xltools", "xlwings"):
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO)


def bind(xlwings: Any) -> None:
    """Make every function of the registry, and ``act``, callable through xlwings under its own name."""
    for function in FUNCTIONS.values():
        globals()[function.name] = bound(function, xlwings)
    globals()["act"] = raw_button(xlwings)


def raw_button(xlwings: Any) -> Callable[..., list[list[object]]]:
    """What the macro of the ribbon calls: an action's id, and whether a workbook is open."""

    def act(action, on_workbook):  # type: ignore[no-untyped-def]
        press(str(action), bool(on_workbook))
        return [[""]]

    wrapped = xlwings.func(act)
    for name in ("action", "on_workbook"):
        wrapped = xlwings.arg(name, convert="raw")(wrapped)
    return xlwings.ret(convert="raw")(wrapped)  # type: ignore[no-any-return]


def bound(function: Function, xlwings: Any) -> Callable[..., list[list[object]]]:
    """``function`` as xlwings wants it: raw values in, rows of raw values out, its own signature."""

    def cell(*arguments):  # type: ignore[no-untyped-def]  # xlwings would convert by annotations
        return answer(function.name, arguments)

    cell.__name__ = function.name
    cell.__doc__ = function.help
    cell.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                argument.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                # None means "not given" to the functions
                default=inspect.Parameter.empty if argument.default is MISSING else None,
            )
            for argument in function.arguments
        ]
    )
    wrapped: Callable[..., list[list[object]]] = xlwings.func(cell)
    for argument in function.arguments:
        wrapped = xlwings.arg(argument.name, convert="raw", doc=argument.help)(wrapped)
    return xlwings.ret(convert="raw")(wrapped)  # type: ignore[no-any-return]


def answer(name: str, arguments: Sequence[object]) -> list[list[object]]:
    """The result of function ``name`` for raw ``arguments``, as rows of numbers and texts.

    An error is the text of Excel's error value, which the macro turns into that error; the reason is
    logged. A Decimal becomes a float here, at the very border.
    """
    from xltools.functions import call

    try:
        result = call(name, [from_excel(argument) for argument in arguments])
    except FunctionError as error:
        logger.info("%s: %s %s", name, error.error, error.reason)
        return [[str(error.error)]]
    except Exception:
        logger.exception("%s failed", name)
        return [[str(CellError.VALUE)]]
    rows = result if isinstance(result, list) else [[result]]
    return [[to_excel(value) for value in row] for row in rows]


def from_excel(raw: object) -> object:
    """A raw value of COM as the functions take it: errors by name, arrays as rows of cells."""
    if isinstance(raw, tuple | list):
        rows = raw if raw and isinstance(raw[0], tuple | list) else [raw]
        return [[from_excel(value) for value in row] for row in rows]
    if isinstance(raw, int) and not isinstance(raw, bool):
        return _ERRORS.get(raw, raw)
    return raw


def to_excel(value: object) -> object:
    """A result as COM takes it. Excel knows floats only, so this is where exactness ends."""
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, CellError) else value


def press(action: str, on_workbook: bool = True) -> None:
    """Run the button ``action`` on the workbook that the macro named, or on none."""
    from xltools.addin import actions
    from xltools.addin.excel_port import ExcelPort

    xlwings = load_xlwings()
    book = xlwings.Book.caller() if on_workbook else xlwings.apps.active.books.add()
    actions.press(action, ExcelPort(book))
