"""What the content of cells means to a function: numbers, codes, texts, blanks, errors."""

from __future__ import annotations

import re
from decimal import Decimal

from xltools import amount
from xltools.amount import ZERO, NotAnAmount, TooLarge
from xltools.functions.contract import Block, CellError, FunctionError, Scalar

PLACES = 6
"""Numbers are read to this many places: 0.000001万元 is 1分, and the noise of binary sums lies below."""
SHOWN = 20
"""How much of a cell's text is repeated in a reason."""

_CODE = re.compile(r"^(\d+)(?:\.0+)?$", re.ASCII)
_ERRORS = {error.value: error for error in CellError}
_OTHER_ERROR = re.compile(r"^(#[A-Z_]+[!?]?|Err:\d{3})$", re.ASCII)


def block(raw: object) -> Block:
    """Any way a binding hands over cells, as a Block: a scalar is 1×1, a flat list is a column."""
    if not isinstance(raw, list | tuple):
        return [[_scalar(raw)]]
    rows = [[_scalar(c) for c in row] if isinstance(row, list | tuple) else [_scalar(row)] for row in raw]
    return rows if any(rows) else [[None]]


def _scalar(raw: object) -> Scalar:
    if isinstance(raw, CellError):
        return raw
    if isinstance(raw, str):
        if raw.startswith(("#", "Err:")):
            # Some bindings hand over errors as their text. #SPILL! and its like have no number everywhere.
            return _ERRORS.get(raw) or (CellError.VALUE if _OTHER_ERROR.match(raw) else raw)
        return raw if raw.strip() else None
    if raw is None or isinstance(raw, bool | int | float | Decimal):
        return raw
    return CellError.VALUE


def single(cells: Block) -> Scalar:
    """The one cell of ``cells``. Raises #VALUE! for more than one."""
    if len(cells) != 1 or len(cells[0]) != 1:
        raise FunctionError(CellError.VALUE, "这里只能引用一个单元格")
    return cells[0][0]


def vector(cells: Block, what: str) -> list[Scalar]:
    """The cells of one row or one column. Raises #VALUE! for anything wider."""
    if len(cells) == 1:
        return list(cells[0])
    if any(len(row) != 1 for row in cells):
        raise FunctionError(CellError.VALUE, f"{what}应是一行或一列单元格")
    return [row[0] for row in cells]


def number(cell: Scalar) -> Decimal | None:
    """The number in a cell; None when blank or dashes.

    Text that is written as an amount counts ("1,234.50", "１２３"). Raises #VALUE! for other text, logical
    values and dates, #NUM! for what is not finite or has more than 13 digits before the point.
    """
    try:
        value = amount.parse(cell, PLACES)
    except NotAnAmount as error:
        is_number = isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
        kind = CellError.NUM if is_number or isinstance(error, TooLarge) else CellError.VALUE
        raise FunctionError(kind, f"“{str(cell)[:SHOWN]}”{error}") from None
    return None if value is None else amount.half_up(value, PLACES)


def numbers(cells: Block) -> list[Decimal | None]:
    """The numbers in a block, row by row; blanks are None. Raises as ``number`` does.

    A text is never skipped, as SUM would do: that is how a wrong total gets published.
    """
    return [number(cell) for row in cells for cell in row]


def total(values: list[Decimal | None]) -> Decimal:
    """The sum; blanks count 0."""
    return sum((value for value in values if value is not None), ZERO)


def code(cell: Scalar) -> str | None:
    """The 科目代码 in a cell: digits; "" for a text that is no code (合计, 注：…); None when blank.

    A number is a code as well (201.0 is 201). Raises #VALUE! for other numbers and logical values.
    """
    if cell is None:
        return None
    if isinstance(cell, str):
        match = _CODE.match("".join(amount.half_width(cell).split()).lstrip("'"))
        return match[1] if match else ""
    value = number(cell)
    if value is None or value < 0 or value % 1:
        raise FunctionError(CellError.VALUE, f"“{str(cell)[:SHOWN]}”不是科目代码")
    return f"{value:.0f}"


def text(cell: Scalar) -> str:
    """The text in a cell, without blanks around it; "" when blank.

    A number 0 is "" too: that is how LibreOffice hands over a blank cell.
    """
    if cell is None or cell == 0:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)
