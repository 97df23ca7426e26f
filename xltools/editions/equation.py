"""The little language of identities: text → constraints on figures. No eval.

    expenditure[*,1] = expenditure[*,2:6]          each line: column 1 is the sum of columns 2 to 6
    revenue[@parent,*] = revenue[@children,*]      合计 and every code with children, each column
    expenditure[@class,1] = summary[@class,2]      the 26 类, found by code here and by 行次 there
    summary[{9:26},1] = 0                          each of the lines 9 to 26
    summary[31,1] = summary[27,1] + summary[28,1] + summary[29,1]
    last_year.summary[60,2] = summary[29,1]

``a:b`` sums a run; ``*``, ``{a:b}`` and ``@…`` repeat the equation for each line or column, and mean the
same line or column on both sides. Signs are + and -, a whole factor is written ``2 * form[…]``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xltools.report import Ref

OPERATORS = ("<=", ">=", "=", "<", ">")
_COMPARISON = re.compile(r"<=|>=|=|<|>")
_TERM = re.compile(
    r"\s*(?:(?P<factor>\d+)\s*\*\s*)?(?:(?P<scope>last_year|budget)\.)?"
    r"(?P<form>[a-z_0-9]+)\[(?P<lines>[^\],]+),(?P<columns>[^\],]+)\]\s*"
)


class EquationError(ValueError):
    """An equation that cannot be understood or names what does not exist; says where."""


class Term(NamedTuple):
    """A figure times a whole number. Figures of last year and of the budget have the form ids
    ``last_year.summary``, ``budget.general``."""

    coefficient: int
    ref: Ref


class Constraint(NamedTuple):
    """One identity on concrete cells: ``left`` operator ``right``; operator is "=", "<=", ">=", "<" or ">".

    ``left`` is one or more terms, ``right`` may be empty (zero). ``exact`` marks the same figure
    printed twice (no rounding envelope is due).
    """

    rule: str
    left: tuple[Term, ...]
    operator: str
    right: tuple[Term, ...]
    exact: bool = False

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Every figure that takes part, left side first."""
        return tuple(term.ref for term in self.left + self.right)


class Operand(NamedTuple):
    """One parsed term before expansion: sign and factor, form id (with scope), selectors."""

    coefficient: int
    form: str
    lines: str
    columns: str


class Equation(NamedTuple):
    """A parsed equation, not yet expanded to lines and columns."""

    left: tuple[Operand, ...]
    operator: str
    right: tuple[Operand, ...]
    text: str


def parse(text: str) -> Equation:
    """The equation written in ``text``. Raises EquationError that names the offending part."""
    operators = _COMPARISON.findall(text)
    if len(operators) != 1:
        raise EquationError(f"needs one of {' '.join(OPERATORS)}: {text!r}")
    left, right = _COMPARISON.split(text)
    return Equation(_side(left, text), operators[0], _side(right, text), text)


def reference(text: str) -> Ref:
    """The one figure that ``text`` names: ``general[2080505,2]``. Raises EquationError for other texts."""
    match = _TERM.fullmatch(text)
    if not match or match["factor"] or match["scope"]:
        raise EquationError(f"no figure: {text!r}")
    return Ref(match["form"], match["lines"].strip(), match["columns"].strip())


def _side(side: str, text: str) -> tuple[Operand, ...]:
    if side.strip() == "0":
        return ()
    operands: list[Operand] = []
    position, sign = 0, 1
    if side.lstrip().startswith("-"):
        sign, position = -1, side.index("-") + 1
    while True:
        match = _TERM.match(side, position)
        if not match:
            raise EquationError(f"no figure at {side[position:].strip()!r} in {text!r}")
        scope = f"{match['scope']}." if match["scope"] else ""
        factor = sign * int(match["factor"] or 1)
        operands.append(
            Operand(factor, scope + match["form"], match["lines"].strip(), match["columns"].strip())
        )
        position = match.end()
        if position == len(side):
            return tuple(operands)
        if side[position] not in "+-":
            raise EquationError(f"expected + or - at {side[position:]!r} in {text!r}")
        sign = 1 if side[position] == "+" else -1
        position += 1


def iterates(selector: str) -> bool:
    """Whether a selector repeats the equation."""
    return selector == "*" or (selector.startswith(("{", "@")) and selector != "@children")


def form_of(form_id: str) -> str:
    """The plain form id, without ``last_year.`` or ``budget.``."""
    return form_id.rpartition(".")[2]
