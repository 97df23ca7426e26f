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
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from xltools.report import TOTAL, Ref

OPERATORS = ("<=", ">=", "=", "<", ">")
_COMPARISON = re.compile(r"<=|>=|=|<|>")
_TERM = re.compile(
    r"\s*(?:(?P<factor>\d+)\s*\*\s*)?(?:(?P<scope>last_year|budget)\.)?"
    r"(?P<form>[a-z_0-9]+)\[(?P<lines>[^\],]+),(?P<columns>[^\],]+)\]\s*"
)
_LINE_NAMES = {"@class", "@code", "@leaf", "@parent", "@children"}


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


class FormShape(Protocol):
    """What expansion needs to know of a form."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def line_ids(self) -> Sequence[str]: ...
    @property
    def column_ids(self) -> Sequence[str]: ...


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


@dataclass(frozen=True, slots=True)
class Shapes:
    """The forms and 类 of an edition, and the codes that a report prints: all that expansion needs.

    ``classes`` maps 类 → form id → line; ``codes`` maps form id → codes in printed order.
    """

    forms: Mapping[str, FormShape]
    classes: Mapping[str, Mapping[str, str]]
    codes: Mapping[str, Sequence[str]]
    trees: dict[str, Tree] = field(default_factory=dict, repr=False, compare=False)

    def tree(self, form_id: str) -> Tree:
        """The codes of a form as a tree."""
        plain = form_of(form_id)
        if plain not in self.trees:
            self.trees[plain] = Tree(self.codes.get(plain, ()))
        return self.trees[plain]

    def lines(self, form_id: str) -> list[str]:
        """All lines of a form as the report has them."""
        form = self.forms[form_of(form_id)]
        if form.kind == "codes":
            return [TOTAL, *self.codes.get(form.id, ())]
        return list(form.line_ids)

    def class_line(self, form_id: str, code: str) -> str | None:
        """The line of a 类 in a form; None where the form has none."""
        plain = form_of(form_id)
        if self.forms[plain].kind == "codes":
            return code
        return self.classes[code].get(plain)


class Tree:
    """Codes in printed order, and what lies directly below each of them.

    Directly below is the nearest code present: a 项 whose 款 is missing counts under its 类.
    """

    __slots__ = ("_above", "_below", "codes")

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = codes
        present = set(codes)
        self._above: dict[str, str] = {}
        self._below: dict[str, list[str]] = {}
        for code in codes:
            if code != TOTAL:
                shorter = (code[:length] for length in range(len(code) - 1, 0, -1))
                above = next((one for one in shorter if one in present), TOTAL)
                self._above[code] = above
                self._below.setdefault(above, []).append(code)

    def children(self, line: str) -> list[str]:
        """The codes directly below ``line``, a code (printed or not) or 合计."""
        if line == TOTAL or line in self._above:
            return self._below.get(line, [])
        return [
            code for code in self.codes if code.startswith(line) and not self._above[code].startswith(line)
        ]


def leaves(codes: Sequence[str]) -> list[str]:
    """The codes of which no other code is an extension."""
    extended = {code[:length] for code in codes for length in range(len(code))}
    return [code for code in codes if code not in extended]


def _run(first: str, last: str, ids: Sequence[str], where: str) -> list[str]:
    try:
        start, end = ids.index(first), ids.index(last)
    except ValueError as error:
        raise EquationError(f"{where}: no {first}:{last}") from error
    if start > end:
        raise EquationError(f"{where}: {first} stands after {last}")
    return list(ids[start : end + 1])


def _iterated_lines(operand: Operand, shapes: Shapes) -> list[str]:
    selector, form_id = operand.lines, operand.form
    if selector == "@class":
        return list(shapes.classes)
    if selector == "*":
        return shapes.lines(form_id)
    codes = shapes.codes.get(form_of(form_id), ())
    if selector == "@code":
        return list(codes)
    if selector == "@leaf":
        return leaves(codes)
    if selector == "@parent":
        tree = shapes.tree(form_id)
        return [line for line in (TOTAL, *codes) if tree.children(line)]
    if selector.startswith("{"):
        first, _, last = selector.strip("{}").partition(":")
        ids = shapes.lines(form_id)
        return _run(first, last or first, ids, f"{form_id}[{selector}]")
    raise EquationError(f"unknown selector {selector!r}")


def _iterated_columns(operand: Operand, shapes: Shapes) -> list[str]:
    ids = shapes.forms[form_of(operand.form)].column_ids
    if operand.columns == "*":
        return list(ids)
    first, _, last = operand.columns.strip("{}").partition(":")
    return _run(first, last or first, ids, f"{operand.form}[…,{operand.columns}]")


def _bindings(
    operands: Iterable[Operand],
    pick: Callable[[Operand], str],
    domain: Callable[[Operand], list[str]],
) -> list[str | None]:
    for operand in operands:
        if iterates(pick(operand)):
            return list(domain(operand))
    return [None]


class _Reach:
    """The figures that one operand takes in for a bound line and column."""

    __slots__ = ("cells", "coefficient", "columns", "form", "line", "lines", "operand", "shapes")

    def __init__(self, operand: Operand, shapes: Shapes) -> None:
        self.operand, self.shapes = operand, shapes
        self.coefficient, self.form = operand.coefficient, operand.form
        self.cells = printed_cells(shapes.forms[form_of(operand.form)])
        self.columns: dict[str | None, list[str]] = {}
        self.line: str | None = ""
        self.lines: list[str] = []

    def terms(self, line: str | None, column: str | None) -> list[Term]:
        """Terms on the cells that the form prints."""
        if line != self.line:
            self.line, self.lines = line, _select_lines(self.operand, line, self.shapes)
        columns = self.columns.get(column)
        if columns is None:
            columns = self.columns[column] = _select_columns(self.operand, column, self.shapes)
        coefficient, form, cells = self.coefficient, self.form, self.cells
        new = tuple.__new__  # eight thousand a report; a NamedTuple's own is slower
        return [
            new(Term, (coefficient, new(Ref, (form, one, two))))
            for one in self.lines
            for two in columns
            if cells is None or (one, two) in cells
        ]


def _given(selector: str, bound: str | None, operand: Operand) -> str:
    """The line or column that an equation is repeated for, where ``selector`` needs one."""
    if bound is None:
        raise EquationError(f"nothing is repeated that {selector!r} of {operand.form!r} could mean")
    return bound


def _select_lines(operand: Operand, bound: str | None, shapes: Shapes) -> list[str]:
    selector = operand.lines
    if selector == "@class":
        code = _given(selector, bound, operand)
        if code not in shapes.classes:
            raise EquationError(f"{code!r}, which {operand.form}[{selector}] is repeated for, is no 类")
        line = shapes.class_line(operand.form, code)
        return [] if line is None else [line]
    if selector == "@children":
        return shapes.tree(operand.form).children(_given(selector, bound, operand))
    if iterates(selector):
        return [_given(selector, bound, operand)]
    if ":" in selector:
        first, _, last = selector.partition(":")
        return _run(first, last, shapes.lines(operand.form), f"{operand.form}[{selector}]")
    return [selector]


def _select_columns(operand: Operand, bound: str | None, shapes: Shapes) -> list[str]:
    ids = shapes.forms[form_of(operand.form)].column_ids
    if iterates(operand.columns):
        found = [_given(operand.columns, bound, operand)]
    elif ":" in operand.columns:
        first, _, last = operand.columns.partition(":")
        found = _run(first, last, ids, operand.form)
    else:
        found = [operand.columns]
    return [column for column in found if column in ids]


def expand(equation: Equation, shapes: Shapes, rule: str, exact: bool = False) -> Iterator[Constraint]:
    """The constraints that ``equation`` states for the lines of a report.

    Figures that a form of lines does not have are left out (a code that is not printed is a blank and
    stays in, as the reader of the report treats it as exactly 0).
    """
    operands = equation.left + equation.right
    sides = [[_Reach(operand, shapes) for operand in side] for side in (equation.left, equation.right)]
    columns = _bindings(operands, lambda o: o.columns, lambda o: _iterated_columns(o, shapes))
    for line in _bindings(operands, lambda o: o.lines, lambda o: _iterated_lines(o, shapes)):
        for column in columns:
            left, right = (
                tuple([term for reach in side for term in reach.terms(line, column)]) for side in sides
            )
            if left:
                yield Constraint(rule, left, equation.operator, right, exact)


def printed_cells(form: FormShape) -> Container[tuple[str, str]] | None:
    """The (line, column) pairs that a form prints; None where it prints every column of every line."""
    cells: Container[tuple[str, str]] | None = (
        None if form.kind == "codes" else getattr(form, "cell_ids", None)
    )
    return cells


def codes_needed(equation: Equation, forms: Mapping[str, FormShape]) -> frozenset[str]:
    """The forms of which the printed codes decide what ``equation`` expands to; none for most equations."""
    return frozenset(
        form_of(operand.form)
        for operand in equation.left + equation.right
        if forms[form_of(operand.form)].kind == "codes"
        and operand.lines != "@class"
        and (":" in operand.lines or operand.lines.startswith(("*", "@", "{")))
    )


def check_names(equation: Equation, shapes: Shapes) -> None:
    """Raises EquationError where ``equation`` names an unknown form, line, column or selector."""
    for operand in equation.left + equation.right:
        plain = form_of(operand.form)
        if plain not in shapes.forms:
            raise EquationError(f"no form {plain!r} in {equation.text!r}")
        form = shapes.forms[plain]
        for name in re.split(r"[{}:]", operand.columns):
            if name and name != "*" and name not in form.column_ids:
                raise EquationError(f"{plain} has no column {name!r} in {equation.text!r}")
        if operand.lines.startswith("@"):
            if operand.lines not in _LINE_NAMES:
                raise EquationError(f"unknown selector {operand.lines!r} in {equation.text!r}")
            continue
        for name in re.split(r"[{}:]", operand.lines):
            known = name in form.line_ids or (form.kind == "codes" and (name.isdigit() or name == TOTAL))
            if name and name != "*" and not known:
                raise EquationError(f"{plain} has no line {name!r} in {equation.text!r}")
