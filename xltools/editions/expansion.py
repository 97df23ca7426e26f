"""Equations spread out over the lines of a report: ``expand`` gives the constraints on concrete cells.

What an equation states for one line depends on that line alone and, where it adds up children or a run of
codes, on these; so ``Spread`` tells what it depends on, and whoever checks many reports keeps it by that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from xltools.editions.equation import Constraint, Equation, EquationError, Operand, Term, form_of, iterates
from xltools.report import TOTAL, Ref

_LINE_NAMES = {"@class", "@code", "@leaf", "@parent", "@children"}


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

    __slots__ = ("_cells", "_columns", "_operand")

    def __init__(self, operand: Operand, shapes: Shapes, columns: Iterable[str | None]) -> None:
        self._operand = operand
        self._cells = printed_cells(shapes.forms[form_of(operand.form)])
        self._columns = {column: _select_columns(operand, column, shapes) for column in columns}

    def lines(self, line: str | None, shapes: Shapes) -> list[str]:
        """The lines taken in."""
        return _select_lines(self._operand, line, shapes)

    def terms(self, lines: Iterable[str], column: str | None) -> list[Term]:
        """Terms on the cells that the form prints."""
        (coefficient, form, _, _), cells = self._operand, self._cells
        new = tuple.__new__  # eight thousand a report; a NamedTuple's own is slower
        return [
            new(Term, (coefficient, new(Ref, (form, one, two))))
            for one in lines
            for two in self._columns[column]
            if cells is None or (one, two) in cells
        ]


_FEW = 2
"""Children that reports have in common: of sums of more, nine in ten are some report's own."""


class Spread:
    """One equation of a rule, ready to be written down for any line of any report.

    ``fixed`` tells that the codes of a report do not matter. What the equation states for a line is the same
    in every report that gives the same ``key`` for it.
    """

    def __init__(self, equation: Equation, shapes: Shapes, rule: str, exact: bool = False) -> None:
        self.equation, self.rule, self.exact = equation, rule, exact
        operands = equation.left + equation.right
        self.fixed = not codes_needed(equation, shapes.forms)
        self._over = next((operand for operand in operands if iterates(operand.lines)), None)
        self._columns = _bindings(operands, lambda o: o.columns, lambda o: _iterated_columns(o, shapes))
        self._left, self._right = (
            [_Reach(operand, shapes, self._columns) for operand in side]
            for side in (equation.left, equation.right)
        )
        self._open = [
            reach
            for operand, reach in zip(operands, self._left + self._right, strict=True)
            if operand.lines == "@children" or (":" in operand.lines and not iterates(operand.lines))
        ]

    def lines(self, shapes: Shapes) -> Sequence[str | None]:
        """The lines that the equation is stated for; None where it is not repeated."""
        return [None] if self._over is None else _iterated_lines(self._over, shapes)

    def key(self, line: str | None, shapes: Shapes) -> object:
        """What the constraints for ``line`` depend on; None where hardly another report has the same."""
        if not self._open:
            return line
        lines = [tuple(reach.lines(line, shapes)) for reach in self._open]
        return None if max(map(len, lines)) > _FEW else (line, *lines)

    def at(self, line: str | None, shapes: Shapes) -> Iterator[Constraint]:
        """The constraints for one line."""
        left, right = (
            [(reach, reach.lines(line, shapes)) for reach in side] for side in (self._left, self._right)
        )
        for column in self._columns:
            if terms := tuple([term for reach, lines in left for term in reach.terms(lines, column)]):
                others = tuple([term for reach, lines in right for term in reach.terms(lines, column)])
                yield Constraint(self.rule, terms, self.equation.operator, others, self.exact)


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
    spread = Spread(equation, shapes, rule, exact)
    for line in spread.lines(shapes):
        yield from spread.at(line, shapes)


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
