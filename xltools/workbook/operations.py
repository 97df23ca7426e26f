"""Values of cells and what operators and functions make of them, as a spreadsheet program would.

Our own functions come from the registry; of the native ones those that tables use.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from xltools import amount, functions
from xltools.amount import NotAnAmount
from xltools.functions import CellError, FunctionError

Value = None | bool | Decimal | str | CellError
"""What a formula gives or a cell holds; None is a blank."""
Block = list[list[Value]]
ERRORS = {error.value: error for error in CellError}
_PLACES = 10
TOO_LARGE = Decimal("1e308")


class Unsupported(Exception):
    """A formula that cannot be computed here; ``str()`` is a Chinese clause that says why."""


def content_value(content: object) -> Value:
    """A cell's content as a value."""
    if content is None or content == "":
        return None
    if isinstance(content, bool | Decimal):
        return content
    if isinstance(content, int | float):
        try:
            return amount.parse(content, _PLACES)
        except NotAnAmount:
            return CellError.NUM
    if isinstance(content, str):
        return ERRORS.get(content, content)
    return CellError.VALUE


def own(name: str, arguments: list[Value | Block]) -> Value:
    """One of our functions; its errors as values."""
    try:
        result = functions.call(name, arguments)
    except FunctionError as error:
        return error.error
    if isinstance(result, list):
        return result[0][0] if result and result[0] else None
    return result


def scalar(value: Value | Block) -> Value:
    """An argument of a native function that must be one value."""
    if isinstance(value, list):
        raise Unsupported("公式把一个区域当作一个数")
    return value


def number(value: Value) -> Decimal | CellError:
    """A value as an operand of arithmetic: a blank is 0, a text must be a number."""
    if value is None:
        return Decimal(0)
    if isinstance(value, CellError | Decimal):
        return value
    if isinstance(value, bool):
        return Decimal(int(value))
    try:
        return amount.parse_text(value) or Decimal(0) if value.strip() else CellError.VALUE
    except NotAnAmount:
        return CellError.VALUE


def binary(sign: str, left: Value, right: Value) -> Value:
    """``left sign right``; the first error of the two wins."""
    for value in (left, right):
        if isinstance(value, CellError):
            return value
    if sign == "&":
        return text(left) + text(right)
    if sign in _COMPARISONS:
        return _compare(sign, left, right)
    one, two = number(left), number(right)
    if isinstance(one, CellError):
        return one
    if isinstance(two, CellError):
        return two
    try:
        if sign == "/":
            result = one / two if two else None
        elif sign == "^":
            result = Decimal(one**two) if abs(two) < 100 else TOO_LARGE
        else:
            result = _ARITHMETIC[sign](one, two)
    except ArithmeticError:
        return CellError.NUM
    if result is None:
        return CellError.DIV0
    return result if abs(result) < TOO_LARGE else CellError.NUM


def text(value: Value) -> str:
    """A value as & joins it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
LEVELS = (tuple(_COMPARISONS), ("&",), ("+", "-"), ("*", "/"), ("^",))


def _compare(sign: str, left: Value, right: Value) -> bool:
    if left is None:
        left = "" if isinstance(right, str) else False if isinstance(right, bool) else Decimal(0)
    if right is None:
        right = "" if isinstance(left, str) else False if isinstance(left, bool) else Decimal(0)
    # Excel's order of kinds: numbers, texts, logical values.
    keys = [
        (2, v) if isinstance(v, bool) else (1, v.casefold()) if isinstance(v, str) else (0, v)
        for v in (left, right)
    ]
    return _COMPARISONS[sign](keys[0], keys[1])


def _numbers(arguments: list[Value | Block]) -> list[Decimal] | CellError:
    """What SUM adds up: all arguments, texts and blanks in ranges passed over."""
    found: list[Decimal] = []
    for argument in arguments:
        if isinstance(argument, list):
            for cell in (cell for row in argument for cell in row):
                if isinstance(cell, CellError):
                    return cell
                if isinstance(cell, Decimal):
                    found.append(cell)
        else:
            value = number(argument)
            if isinstance(value, CellError):
                return value
            found.append(value)
    return found


def _over(fold: Callable[[list[Decimal]], Value]) -> Callable[[list[Value | Block]], Value]:
    def apply(arguments: list[Value | Block]) -> Value:
        found = _numbers(arguments)
        return found if isinstance(found, CellError) else fold(found)

    return apply


def _rounded(arguments: list[Value | Block]) -> Value:
    found = [number(scalar(argument)) for argument in arguments]
    value, places = found[0], found[1] if len(found) > 1 else Decimal(0)
    if isinstance(value, CellError):
        return value
    return places if isinstance(places, CellError) else amount.half_up(value, int(places))


def _if(arguments: list[Value | Block]) -> Value:
    condition = scalar(arguments[0])
    if isinstance(condition, CellError | str):
        return condition if isinstance(condition, CellError) else CellError.VALUE
    if condition:
        return scalar(arguments[1])
    return scalar(arguments[2]) if len(arguments) > 2 else False


def _if_error(arguments: list[Value | Block]) -> Value:
    value = scalar(arguments[0])
    return scalar(arguments[1]) if isinstance(value, CellError) else value


def _if_na(arguments: list[Value | Block]) -> Value:
    value = scalar(arguments[0])
    return scalar(arguments[1]) if value is CellError.NA else value


def _subtotal(arguments: list[Value | Block]) -> Value:
    if scalar(arguments[0]) not in (Decimal(9), Decimal(109)):
        raise Unsupported("公式用了 SUBTOTAL 的求和以外的功能")
    return NATIVE["SUM"](arguments[1:])


def _count_if(arguments: list[Value | Block]) -> Value:
    """COUNTIF for the criteria that compare: ">0", "<>0", 5, "合计"."""
    cells, wanted = arguments
    block = cells if isinstance(cells, list) else [[cells]]
    criterion = scalar(wanted)
    sign, limit = "=", criterion
    if isinstance(criterion, str):
        match = re.match(r"(<=|>=|<>|[<>=]?)(.*)", criterion, re.DOTALL)
        assert match is not None
        sign, limit = match[1] or "=", match[2]
        with suppress(NotAnAmount):
            limit = amount.parse_text(match[2]) if match[2].strip() else match[2]
    alike = [cell for row in block for cell in row if type(cell) is type(limit)]
    return Decimal(sum(_compare(sign, cell, limit) for cell in alike))


def _count(arguments: list[Value | Block]) -> Value:
    found = _numbers(arguments)
    return found if isinstance(found, CellError) else Decimal(len(found))


NATIVE: dict[str, Callable[[list[Value | Block]], Value]] = {
    "SUM": _over(lambda found: sum(found, Decimal(0))),
    "MIN": _over(lambda found: min(found, default=Decimal(0))),
    "MAX": _over(lambda found: max(found, default=Decimal(0))),
    "AVERAGE": _over(lambda found: sum(found, Decimal(0)) / len(found) if found else CellError.DIV0),
    "ABS": _over(lambda found: abs(found[0])),
    "N": _over(lambda found: found[0] if found else Decimal(0)),
    "COUNT": _count,
    "COUNTIF": _count_if,
    "ROUND": _rounded,
    "SUBTOTAL": _subtotal,
    "IF": _if,
    "IFERROR": _if_error,
    "IFNA": _if_na,
}
"""Native functions that are computed; others make a formula Unsupported."""
