"""The worksheet functions: plain, pure, typed, standard library only; one registry.

This folder, ``amount`` and ``scores`` are carried into LibreOffice as they are: they import one another
and the standard library, nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xltools.amount import ZERO
from xltools.functions import cells, comparisons, percentages, scoring, totals
from xltools.functions.contract import (
    MISSING,
    Argument,
    Block,
    CellError,
    Function,
    FunctionError,
    Kind,
    Result,
    Returns,
    Scalar,
)

__all__ = [
    "FUNCTIONS",
    "MISSING",
    "Argument",
    "Block",
    "CellError",
    "Function",
    "FunctionError",
    "Kind",
    "Result",
    "Returns",
    "Scalar",
    "call",
]

_ALL = (*totals.FUNCTIONS, *percentages.FUNCTIONS, *scoring.FUNCTIONS, *comparisons.FUNCTIONS)

FUNCTIONS: dict[str, Function] = {function.name: function for function in _ALL}
"""The registry: documentation, template, Excel and LibreOffice bindings are made from it."""


def call(name: str, arguments: Sequence[object]) -> Result:
    """The result of a function for arguments as a binding receives them.

    An argument is a scalar, a flat list (read as a column) or rows of cells; None is a blank cell, and
    for an optional argument means "not given". Numbers may be int, float or Decimal. Raises FunctionError
    with the error the cell must show: the first error value among the arguments, #NAME? for an unknown
    function, #VALUE! for too many or too few arguments, and what the function itself says.
    """
    function = FUNCTIONS.get(name.upper())
    if function is None:
        raise FunctionError(CellError.NAME, f"没有名为{name}的函数")
    if len(arguments) > len(function.arguments):
        raise FunctionError(CellError.VALUE, f"{function.name}最多{len(function.arguments)}个参数")
    blocks = [cells.block(raw) for raw in arguments]
    _propagate(blocks)
    missing = len(function.arguments) - len(blocks)
    given = [*blocks, *[None] * missing]
    return function.call(*map(_converted, function.arguments, given))


def _propagate(blocks: list[Block]) -> None:
    for block in blocks:
        for row in block:
            for cell in row:
                if isinstance(cell, CellError):
                    raise FunctionError(cell, f"引用的单元格中有{cell}")


def _converted(argument: Argument, block: Block | None) -> Any:
    """``block`` as the function expects it."""
    if argument.optional and (block is None or block == [[None]]):
        return argument.default
    if block is None:
        raise FunctionError(CellError.VALUE, f"缺少参数：{argument.title}")
    if argument.kind == "range":
        return block
    cell = cells.single(block)
    if argument.kind == "cell":
        return cell
    if argument.kind == "number":
        return cells.number(cell) or ZERO
    return cells.text(cell) or (argument.default if argument.optional else "")
