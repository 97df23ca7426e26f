"""Conditional formats that show at once, with Excel's own functions, a line that does not hold.

They are read off the same equations as the check: 逻辑性 identities within one form, with the rounding
envelope 0.005 × (1 + non-zero addends) where the sheet says 万元, and none where it says 元.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from xltools.editions import Edition, When
from xltools.editions.equation import Constraint, Term
from xltools.editions.expansion import expand
from xltools.workbook.layout import META_ROW, FormSheet
from xltools.workbook.template.board import Area, Board, Spot, a1, rectangles, runs
from xltools.workbook.template.formulas import within

_Shift = tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """An identity seen from its left cell: where the others lie."""

    added: _Shift
    taken: _Shift
    exact: bool


def mark_broken(board: Board, edition: Edition, sheet: FormSheet) -> int:
    """Adds the conditional formats of one form; gives their number."""
    slack = _slack(sheet)
    found: dict[_Line, list[Spot]] = {}
    trees = False
    shapes = edition.shapes({sheet.form.id: sheet.lines})
    for rule in edition.rules:
        if rule.kind != "逻辑性" or rule.when != When():
            continue
        for equation in rule.parsed:
            if not within(equation, sheet.form.id):
                continue
            if equation.left[0].lines == "@parent":
                trees = True
                continue
            for spot, line in _lines(sheet, expand(equation, shapes, rule.id, rule.exact)):
                found.setdefault(line, []).append(spot)
    areas = [(area, line) for line, spots in found.items() for area in rectangles(spots)]
    for area, line in areas:
        _format(board, area, _criterion(line, (area.top, area.left), slack))
    return len(areas) + (_mark_trees(board, sheet, slack) if trees else 0)


def _lines(sheet: FormSheet, constraints: Iterable[Constraint]) -> Iterator[tuple[Spot, _Line]]:
    for constraint in constraints:
        if len(constraint.left) != 1:
            continue
        spot = sheet.cells[constraint.left[0].ref]
        added = [term for term in constraint.right if term.coefficient > 0]
        taken = [term for term in constraint.right if term.coefficient < 0]
        yield spot, _Line(_shifts(added, sheet, spot), _shifts(taken, sheet, spot), constraint.exact)


def _shifts(terms: Sequence[Term], sheet: FormSheet, origin: Spot) -> _Shift:
    row, column = origin
    areas = runs([sheet.cells[term.ref] for term in terms])
    return tuple((a.top - row, a.left - column, a.bottom - row, a.right - column) for a in areas)


def _slack(sheet: FormSheet) -> str:
    unit = a1(META_ROW, unit_column(sheet), True, True)
    return f'IF(ISNUMBER(FIND("万",{unit})),0.005,0)'


def unit_column(sheet: FormSheet) -> int:
    """The column where the right part of the meta line begins: about the last quarter of the width."""
    widths = sheet.form.widths
    room, at = 0.0, len(widths)
    while at > 2 and room < max(20.0, sum(widths) * 0.2):
        at -= 1
        room += widths[at]
    return at


def _criterion(line: _Line, spot: Spot, slack: str) -> str:
    row, column = spot
    own = a1(row, column)
    added = _areas(line.added, spot)
    taken = _areas(line.taken, spot)
    sums = f"SUM({own})" + (f"-SUM({','.join(added)})" if added else "")
    sums += f"+SUM({','.join(taken)})" if taken else ""
    if line.exact:
        return f"=ROUND(ABS({sums}),6)>0"
    counted = "+".join(f"SUMPRODUCT(ISNUMBER({area})*({area}<>0))" for area in (own, *added, *taken))
    return f"=ROUND(ABS({sums}),6)>ROUND({slack}*({counted}),6)"


def _areas(shifts: _Shift, spot: Spot) -> list[str]:
    row, column = spot
    return [Area(row + t, column + x, row + b, column + y).render() for t, x, b, y in shifts]


def _mark_trees(board: Board, sheet: FormSheet, slack: str) -> int:
    """合计 and every code with others below it against the leaves below. The areas begin with the line
    itself, so that rows inserted under it are covered."""
    top, bottom = sheet.body_row, sheet.notes_row
    first, last = sheet.form.columns[0].at, sheet.form.columns[-1].at
    _format(board, Area(top, first, top, last), _tree(sheet, (top, first), slack, total=True))
    if bottom - 1 > top:
        area = Area(top + 1, first, bottom - 1, last)
        _format(board, area, _tree(sheet, (top + 1, first), slack, total=False))
        return 2
    return 1


def _tree(sheet: FormSheet, spot: Spot, slack: str, total: bool) -> str:
    row, column = spot
    code = a1(row, sheet.code_column, fixed_column=True)
    codes = f"{code}:{a1(sheet.notes_row, sheet.code_column, True, True)}"
    amounts = f"{a1(row, column)}:{a1(sheet.notes_row, column, fixed_row=True)}"
    leaf = f'(COUNTIF({codes},{codes}&"?*")=0)'
    if total:
        below = f"ISNUMBER(--LEFT({codes},3))*{leaf}"
    else:
        below = f'(LEFT({codes},LEN({code}))={code}&"")*({codes}<>{code})*{leaf}'
    gap = f"ROUND(ABS(SUM({a1(row, column)})-SUMPRODUCT({below},{amounts})),6)"
    counted = f"1+SUMPRODUCT({below}*ISNUMBER({amounts})*({amounts}<>0))"
    # Codes typed as numbers escape the wildcard of COUNTIF: then nothing is said.
    return f'=AND({code}<>"",COUNT({codes})=0,SUMPRODUCT({below})>0,{gap}>ROUND({slack}*({counted}),6))'


def _format(board: Board, area: Area, criterion: str) -> None:
    board.sheet.conditional_format(
        area.top,
        area.left,
        area.bottom,
        area.right,
        {"type": "formula", "criteria": criterion, "format": board.styles.broken()},
    )
