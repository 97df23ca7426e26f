"""The worksheet functions: plain, pure, typed, standard library only; one registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MISSING = object()
"""Default of an argument that must be given."""


class CellError(StrEnum):
    """An Excel error value, as argument or as result."""

    NULL = "#NULL!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"
    NA = "#N/A"


class FunctionError(Exception):
    """A function cannot give a result: the cell shows ``error``; ``reason`` (Chinese) goes to the log."""

    def __init__(self, error: CellError, reason: str) -> None:
        self.error = error
        self.reason = reason
        super().__init__(reason)


Scalar = None | bool | int | float | str | Decimal | CellError
"""What a cell holds when it reaches a function; None is a blank cell."""
Block = list[list[Scalar]]
"""A range of cells, always two-dimensional, row by row."""


@dataclass(frozen=True, slots=True)
class Argument:
    """``kind`` is "number", "text" or "range"; a range argument receives a Block, also for one cell."""

    name: str
    title: str
    help: str
    kind: str
    default: object = MISSING


@dataclass(frozen=True, slots=True)
class Function:
    """``name`` as typed in a cell; Chinese ``title``, ``help`` and argument help (≤ 255 characters each);
    ``returns`` is "number" or "text"."""

    name: str
    group: str
    title: str
    help: str
    arguments: tuple[Argument, ...]
    returns: str
    call: Callable[..., Decimal | str]


FUNCTIONS: dict[str, Function] = {}
"""The registry: documentation, template, Excel and LibreOffice bindings are made from it."""
