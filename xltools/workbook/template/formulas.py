"""Which cells of a form are computed, by which formula: read off the edition's equations.

An equation computes a cell when its rule allows it, its left side is that one figure and all others stand
in the same form. The first such rule wins: the total column of a line before the sum over codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xltools.editions import Edition, Rule
from xltools.editions.equation import Constraint, Equation, Term
from xltools.editions.expansion import Tree, expand
from xltools.report import TOTAL, Ref
from xltools.workbook.layout import FormSheet, is_spare
from xltools.workbook.template.board import Area, Argument, Below, Call, Spot, runs

LEAVES = "XT_LEAVES"
_MOST_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class Computed:
    """A formula of a cell and the rule that it comes from."""

    call: Call
    rule: Rule


def computed(edition: Edition, sheet: FormSheet) -> dict[Ref, Computed]:
    """The computed cells of a form."""
    found: dict[Ref, Computed] = {}
    shapes = edition.shapes({sheet.form.id: sheet.lines})
    for rule in edition.rules:
        if not rule.formula:
            continue
        for equation in rule.parsed:
            if not within(equation, sheet.form.id):
                continue
            if equation.left[0].lines == "@parent":
                for ref, call in _tree(sheet, equation):
                    found.setdefault(ref, Computed(call, rule))
                continue
            for constraint in expand(equation, shapes, rule.id, rule.exact):
                if len(constraint.left) == 1 and _is_sum(constraint):
                    ref = constraint.left[0].ref
                    found.setdefault(ref, Computed(_sum(sheet, constraint.right), rule))
    return found


def within(equation: Equation, form_id: str) -> bool:
    """Whether an equation states one figure of a form by other figures of the same form."""
    left, *others = equation.left
    forms = {operand.form for operand in (*equation.left, *equation.right)}
    return equation.operator == "=" and not others and left.coefficient == 1 and forms == {form_id}


def _is_sum(constraint: Constraint) -> bool:
    # The same figure printed twice (收入总计 = 支出总计) is no computation.
    factors = {abs(term.coefficient) for term in constraint.right}
    return factors == {1} and not (constraint.exact and len(constraint.right) == 1)


def _tree(sheet: FormSheet, equation: Equation) -> Iterator[tuple[Ref, Call]]:
    """合计 is the sum of the leaves below it, a code with others below it the sum of its leaves."""
    codes = [line for line in sheet.lines if not is_spare(line)]
    tree = Tree(codes)
    parents = [TOTAL, *(line for line in codes if tree.children(line))]
    for column in sheet.form.columns:
        for line in parents:
            ref = Ref(sheet.form.id, line, column.id)
            yield ref, Call(LEAVES, _below(sheet, ref)) if line == TOTAL else subtotal(sheet, ref)


def subtotal(sheet: FormSheet, ref: Ref) -> Call:
    """The sum of the leaves below the code in the row of ``ref``."""
    row, column = sheet.cells[ref][0], sheet.code_column
    return Call("XT_SUBTOTAL", (Area(row, column, row, column), *_below(sheet, ref)))


def _below(sheet: FormSheet, ref: Ref) -> tuple[Below, Below]:
    """The codes and the figures below a figure, down to the notes."""
    row, at = sheet.cells[ref]
    return Below(row, sheet.code_column, sheet.notes_row), Below(row, at, sheet.notes_row)


def _sum(sheet: FormSheet, terms: Sequence[Term]) -> Call:
    added = [sheet.cells[term.ref] for term in terms if term.coefficient > 0]
    taken = [sheet.cells[term.ref] for term in terms if term.coefficient < 0]
    if not taken:
        return total(added)
    return Call("XT_CHANGE_AMOUNT", (_one(added), _one(taken)))


def _one(spots: Sequence[Spot]) -> Argument:
    areas = runs(spots)
    single = len(areas) == 1 and (areas[0].top, areas[0].left) == (areas[0].bottom, areas[0].right)
    return areas[0] if single else total(spots)


def total(spots: Sequence[Spot]) -> Call:
    """XT_TOTAL over the cells; nested where they are more than three blocks."""
    parts: list[Argument] = list(runs(spots))
    while len(parts) > _MOST_BLOCKS:
        parts = [
            Call("XT_TOTAL", tuple(parts[at : at + _MOST_BLOCKS])) if at + 1 < len(parts) else parts[at]
            for at in range(0, len(parts), _MOST_BLOCKS)
        ]
    return Call("XT_TOTAL", tuple(parts))
