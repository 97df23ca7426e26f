"""Formulas computed without a spreadsheet program: our functions, and the few native ones that tables use.

Values are exact decimals; an Excel error is a CellError value, as in a cell. What is not understood raises
Unsupported: whoever asked says so, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from xltools.errors import XltoolsError
from xltools.functions import CellError
from xltools.workbook.address import area, join
from xltools.workbook.formulas import plain
from xltools.workbook.grid import Grid
from xltools.workbook.operations import (
    ERRORS,
    LEVELS,
    NATIVE,
    TOO_LARGE,
    Block,
    Unsupported,
    Value,
    binary,
    content_value,
    number,
    own,
)


@dataclass(frozen=True, slots=True)
class Range:
    """Cells of a sheet, not looked at yet: rows and columns from 1, inclusive."""

    grid: Grid
    top: int
    left: int
    bottom: int
    right: int


Operand = Value | Block | Range

_MOST_CELLS = 200_000
_DEEPEST = 60

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w!:]))
    | (?P<text>"(?:[^"]|"")*")
    | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
    | (?P<ref>(?:(?:'(?:[^']|'')+'|[\w.]+)!)?\$?[A-Za-z]{1,3}\$?[0-9]{1,7}
              (?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?(?![\w(.!]))
    | (?P<name>[^\W\d][\w.]*)
    | (?P<sign><=|>=|<>|[-+*/^&=<>%(),;:])
    )""",
    re.VERBOSE,
)


_RANKS = {sign: rank for rank, signs in enumerate(LEVELS) for sign in signs}


class Evaluator:
    """Computes cells of a workbook. ``stale`` tells for a formula cell that has a stored value whether that
    value is not to be trusted, so that the cell is computed anew where another one needs it."""

    def __init__(self, grids: Mapping[str, Grid], stale: Callable[[str], bool]) -> None:
        self._grids = {name.casefold(): grid for name, grid in grids.items()}
        self._stale = stale
        self._known: dict[tuple[str, str], Value] = {}
        self._under_way: set[tuple[str, str]] = set()
        self._cells = 0

    def compute(self, grid: Grid, address: str) -> Value:
        """The value that the formula in a cell gives now. Raises Unsupported."""
        cell = (grid.name, address)
        if cell in self._known:
            return self._known[cell]
        if cell in self._under_way:
            raise Unsupported("公式循环引用")
        if len(self._under_way) >= _DEEPEST:
            raise Unsupported("公式层层引用过深")
        self._under_way.add(cell)
        try:
            value = _Formula(self, grid, plain(grid.facts.formulas[address])).value()
        except RecursionError:
            raise Unsupported("公式过于复杂") from None
        except ArithmeticError:  # a number beyond all bounds
            value = CellError.NUM
        finally:
            self._under_way.discard(cell)
        self._known[cell] = value
        return value

    def grid(self, name: str) -> Grid:
        """The sheet of this name."""
        found = self._grids.get(name.casefold())
        if found is None:
            raise Unsupported(f"引用了没有的工作表或其他工作簿“{name}”")
        return found

    def cell(self, grid: Grid, row: int, at: int) -> Value:
        """What a cell holds, row and column from 0; computed where there is no trustworthy stored value."""
        self._cells += 1
        if self._cells > _MOST_CELLS:
            raise Unsupported("公式涉及的单元格过多")
        if grid.facts.formulas:
            address = join(row + 1, at + 1)
            formula = grid.facts.formulas.get(address)
            if formula is not None and (address in grid.unsolved or self._stale(formula)):
                return self.compute(grid, address)
        if row >= len(grid.rows) or at >= grid.width:
            return None
        return content_value(grid.rows[row][at])


class _Formula:
    """One formula: read and computed in one pass."""

    def __init__(self, evaluator: Evaluator, grid: Grid, text: str) -> None:
        self.evaluator = evaluator
        self.grid = grid
        self.tokens: list[tuple[str, str]] = []
        at = 0
        text = text.strip().removeprefix("=")
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.end() == at:
                if not text[at:].strip():
                    break
                raise Unsupported(f"公式“{text[:40]}”的写法不能识别")
            self.tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            at = match.end()
        self.at = 0

    def value(self) -> Value:
        result = self.scalar(self.expression(0))
        if self.at < len(self.tokens):
            raise Unsupported("公式的写法不能识别")
        return result

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, sign: str) -> None:
        if self.take() != ("sign", sign):
            raise Unsupported("公式的括号不配对")

    def expression(self, level: int) -> Operand:
        """Operators of this level and tighter ones: comparison, &, + and -, * and /, ^."""
        left = self.unary()
        while True:
            kind, sign = self.peek()
            rank = _RANKS.get(sign, -1) if kind == "sign" else -1
            if rank < level:
                return left
            self.take()
            left = binary(sign, self.scalar(left), self.scalar(self.expression(rank + 1)))

    def unary(self) -> Operand:
        kind, text = self.peek()
        if kind == "sign" and text in "+-":
            self.take()
            operand = self.unary()
            return operand if text == "+" else binary("-", Decimal(0), self.scalar(operand))
        operand = self.primary()
        while self.peek() == ("sign", ":"):
            self.take()
            operand = _span(operand, self.primary())
        while self.peek() == ("sign", "%"):
            self.take()
            operand = binary("/", self.scalar(operand), Decimal(100))
        return operand

    def primary(self) -> Operand:
        kind, text = self.take()
        if kind == "number":
            value = Decimal(text)
            return value if value < TOO_LARGE else CellError.NUM
        if kind == "text":
            return text[1:-1].replace('""', '"')
        if kind == "error":
            return ERRORS[text]
        if kind == "ref":
            return self.reference(text)
        if kind == "name":
            if text.upper() in ("TRUE", "FALSE") and self.peek() != ("sign", "("):
                return text.upper() == "TRUE"
            return self.function(text.upper().removeprefix("_XLFN."))
        if (kind, text) == ("sign", "("):
            inner = self.expression(0)
            self.expect(")")
            return inner
        raise Unsupported("公式的写法不能识别")

    def reference(self, text: str) -> Range:
        sheet, _, cells = text.rpartition("!")
        grid = self.grid
        if sheet:
            grid = self.evaluator.grid(sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet)
        try:
            return Range(grid, *area(cells.upper()))
        except XltoolsError:
            raise Unsupported(f"公式中的“{cells}”不是单元格") from None

    def scalar(self, operand: Operand) -> Value:
        """A single value; a range of one cell is that cell."""
        value = self.resolved(operand)
        if not isinstance(value, list):
            return value
        raise Unsupported("公式把一个区域当作一个数")

    def resolved(self, operand: Operand) -> Value | Block:
        """What stands in a range: a value for one cell, else rows of values."""
        if not isinstance(operand, Range):
            return operand
        grid, top, left = operand.grid, operand.top, operand.left
        if (top, left) == (operand.bottom, operand.right):
            return self.evaluator.cell(grid, top - 1, left - 1)
        # Nothing stands beyond the used part of a sheet.
        bottom = min(operand.bottom, max(len(grid.rows), top))
        right = min(operand.right, max(grid.width, left))
        return [
            [self.evaluator.cell(grid, row - 1, at - 1) for at in range(left, right + 1)]
            for row in range(top, bottom + 1)
        ]

    def function(self, name: str) -> Operand:
        if self.peek() != ("sign", "("):
            raise Unsupported(f"公式用了名称“{name}”")
        self.take()
        arguments: list[Operand] = []
        while self.peek() != ("sign", ")"):
            if self.peek() in (("sign", ","), ("sign", ";")):
                arguments.append(None)
            else:
                arguments.append(self.expression(0))
            if self.peek() in (("sign", ","), ("sign", ";")):
                self.take()
            elif self.peek() != ("sign", ")"):
                raise Unsupported("公式的括号不配对")
        self.take()
        if name == "INDEX":
            return self.index(arguments)
        values = [self.resolved(argument) for argument in arguments]
        if name.startswith("XT_"):
            return own(name, values)
        if name not in NATIVE:
            raise Unsupported(f"公式用了函数 {name}")
        try:
            return NATIVE[name](values)
        except (IndexError, InvalidOperation, TypeError, ValueError):
            return CellError.VALUE

    def index(self, arguments: list[Operand]) -> Operand:
        """INDEX(range, n) or INDEX(range, row, column): one cell of a range."""
        numbers = [number(self.scalar(argument)) for argument in arguments[1:]]
        if not arguments or not isinstance(arguments[0], Range) or not 1 <= len(numbers) <= 2:
            raise Unsupported("公式中 INDEX 的写法不能识别")
        if any(isinstance(one, CellError) for one in numbers):
            return CellError.VALUE
        where = arguments[0]
        row, column = (int(one) for one in (*numbers, Decimal(1))[:2])
        if len(numbers) == 1 and where.top == where.bottom:
            row, column = 1, row
        row, column = where.top + row - 1, where.left + column - 1
        if not (where.top <= row <= where.bottom and where.left <= column <= where.right):
            return CellError.REF
        return Range(where.grid, row, column, row, column)


def _span(first: Operand, last: Operand) -> Range:
    """The range from one reference to another: A1:INDEX(…)."""
    if not isinstance(first, Range) or not isinstance(last, Range) or first.grid is not last.grid:
        raise Unsupported("公式的区域写法不能识别")
    return Range(
        first.grid,
        min(first.top, last.top),
        min(first.left, last.left),
        max(first.bottom, last.bottom),
        max(first.right, last.right),
    )
