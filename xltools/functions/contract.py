"""What a worksheet function is: its name, arguments, help, examples, and how it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

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
Result = Decimal | str | list[list[Decimal]]
"""What a function gives back: never None, never a float."""
Kind = Literal["number", "text", "cell", "range"]
Returns = Literal["number", "text", "array"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument; ``name`` ASCII, ``title`` and ``help`` Chinese (``help`` at most 255 characters).

    ``kind`` says what the function receives, and so how a binding declares it:
    "number" a Decimal, a blank cell is 0; "text" a str, a blank cell is ""; "cell" the cell's content,
    None when blank (a binding that cannot hand over a blank as a scalar must hand over a range);
    "range" a Block, also for one cell. An optional argument not given arrives as ``default``.
    """

    name: str
    title: str
    help: str
    kind: Kind
    default: object = MISSING

    @property
    def optional(self) -> bool:
        """It may be left out."""
        return self.default is not MISSING


@dataclass(frozen=True, slots=True)
class Function:
    """``name`` as typed in a cell; Chinese ``title``, ``help`` (at most 255 characters).

    ``returns`` is "number", "text", or "array" (rows of numbers). ``call`` takes converted arguments by
    position: use ``xltools.functions.call``. ``notes`` say what happens at zero, blank, text, negative;
    ``examples`` are argument lists, whose results the documentation computes.
    """

    name: str
    group: str
    title: str
    help: str
    arguments: tuple[Argument, ...]
    returns: Returns
    call: Callable[..., Result]
    notes: tuple[str, ...] = ()
    examples: tuple[tuple[object, ...], ...] = ()
