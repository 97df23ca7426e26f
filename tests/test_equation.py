"""The little language: what is understood, what is refused, what it expands to."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.editions.equation import Constraint, EquationError, Operand, Term, form_of, parse, reference
from xltools.editions.expansion import Shapes, Tree, check_names, expand, leaves
from xltools.report import TOTAL, Ref


@dataclass
class Shape:
    id: str
    kind: str
    line_ids: tuple[str, ...]
    column_ids: tuple[str, ...]
    cell_ids: frozenset[tuple[str, str]] = field(default_factory=frozenset)


GRID = Shape(
    "grid",
    "grid",
    ("1", "2", "3", "4", "27", "28"),
    ("1", "2"),
    frozenset({("1", "1"), ("2", "1"), ("3", "1"), ("4", "1"), ("27", "2"), ("28", "2")}),
)
TREE = Shape("tree", "codes", (TOTAL,), ("1", "2", "3"))
CODES = ("201", "20103", "2010301", "2010399", "208", "2080506")
CLASSES = {"201": {"grid": "27"}, "208": {"grid": "28"}, "234": {}}
SHAPES = Shapes({"grid": GRID, "tree": TREE}, CLASSES, {"tree": CODES})


def written(constraint: Constraint) -> str:
    """A constraint as text: «tree[合计,1] = tree[201,1] + tree[208,1]»."""

    def side(terms: tuple[Term, ...]) -> str:
        parts = []
        for coefficient, ref in terms:
            factor = "" if abs(coefficient) == 1 else f"{abs(coefficient)}*"
            parts.append(f"{'-' if coefficient < 0 else '+'}{factor}{ref}")
        return "".join(parts).removeprefix("+") or "0"

    return f"{side(constraint.left)} {constraint.operator} {side(constraint.right)}"


def expanded(text: str, shapes: Shapes = SHAPES) -> list[str]:
    return [written(constraint) for constraint in expand(parse(text), shapes, "rule")]


# --- parsing


def test_an_equation_is_taken_apart() -> None:
    equation = parse("-2 * grid[1,1] + last_year.grid[ 3 , 1 ] <= tree[@class,2:3] - budget.tree[合计,1]")
    assert equation.operator == "<="
    assert equation.left == (Operand(-2, "grid", "1", "1"), Operand(1, "last_year.grid", "3", "1"))
    assert equation.right == (Operand(1, "tree", "@class", "2:3"), Operand(-1, "budget.tree", "合计", "1"))


def test_zero_is_a_side_without_terms() -> None:
    assert parse("grid[1,1] > 0").right == ()
    assert parse("0 = grid[1,1]").left == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("grid[1,1]", "needs one of"),
        ("grid[1,1] = grid[2,1] = grid[3,1]", "needs one of"),
        ("", "needs one of"),
        (" = ", "no figure"),
        ("grid[1,1] = ", "no figure at ''"),
        ("grid[1,1] = 5", "no figure at '5'"),
        ("grid[1] = 0", "no figure at 'grid[1]'"),
        ("grid[1,1] = grid[2,1] +", "no figure at ''"),
        ("grid[1,1] = grid[2,1] grid[3,1]", "expected + or - at"),
        ("grid[1,1] = grid[2,1] * 2", "expected + or - at"),
        ("GRID[1,1] = 0", "no figure at 'GRID"),
        ("__import__('os') = 0", "no figure"),
        ("other.grid[1,1] = 0", "no figure"),
    ],
)
def test_what_is_no_equation_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(EquationError) as caught:
        parse(text)
    assert says in str(caught.value)
    assert text.strip() in str(caught.value)


@given(st.text(alphabet="grid[],:*{}@+-=<> 0123合计", max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(EquationError):
        assert parse(text).operator in {"<=", ">=", "=", "<", ">"}


FACTORS = st.integers(1, 9)
SIGNS = st.sampled_from("+-")
OPERANDS = st.lists(st.tuples(SIGNS, FACTORS, st.sampled_from("1234")), min_size=1, max_size=5)


@given(OPERANDS, OPERANDS, st.sampled_from(["=", "<=", ">=", "<", ">"]))
def test_signs_and_factors_survive(left: list, right: list, operator: str) -> None:
    def side(terms: list) -> str:
        text = " ".join(f"{sign} {factor} * grid[{line},1]" for sign, factor, line in terms)
        return text.removeprefix("+").strip()

    def expected(terms: list) -> tuple[Term, ...]:
        return tuple(Term(int(f"{s}{f}"), Ref("grid", line, "1")) for s, f, line in terms)

    (constraint,) = expand(parse(f"{side(left)} {operator} {side(right)}"), SHAPES, "r", exact=True)
    assert constraint == Constraint("r", expected(left), operator, expected(right), True)


def test_a_reference_names_one_figure() -> None:
    assert reference("tree[2010301,2]") == Ref("tree", "2010301", "2")
    for text in ("tree[1]", "2 * tree[1,1]", "last_year.tree[1,1]", "tree[1,1] = 0", ""):
        with pytest.raises(EquationError, match="no figure"):
            reference(text)


def test_the_scope_is_no_part_of_the_form() -> None:
    assert form_of("last_year.summary") == form_of("summary") == "summary"


# --- expansion


def test_a_run_is_a_sum() -> None:
    assert expanded("grid[4,1] = grid[1:3,1]") == ["grid[4,1] = grid[1,1]+grid[2,1]+grid[3,1]"]
    assert expanded("tree[合计,1] = tree[合计,2:3]") == ["tree[合计,1] = tree[合计,2]+tree[合计,3]"]


def test_braces_repeat() -> None:
    assert expanded("grid[{1:3},1] = 0") == ["grid[1,1] = 0", "grid[2,1] = 0", "grid[3,1] = 0"]
    assert expanded("grid[{2},1] = 0") == ["grid[2,1] = 0"]
    assert expanded("tree[合计,{1:2}] <= tree[201,{1:2}]") == [
        "tree[合计,1] <= tree[201,1]",
        "tree[合计,2] <= tree[201,2]",
    ]


def test_a_star_repeats_for_every_printed_line_and_column() -> None:
    assert expanded("tree[*,1] = tree[*,2:3]") == [
        f"tree[{line},1] = tree[{line},2]+tree[{line},3]" for line in (TOTAL, *CODES)
    ]
    # A form of lines repeats for the cells it prints, not for every line and column.
    assert len(expanded("grid[*,*] >= 0")) == len(GRID.cell_ids)


def test_trees_follow_the_codes_of_the_report() -> None:
    assert expanded("tree[@parent,1] = tree[@children,1]") == [
        "tree[合计,1] = tree[201,1]+tree[208,1]",
        "tree[201,1] = tree[20103,1]",
        "tree[20103,1] = tree[2010301,1]+tree[2010399,1]",
        "tree[208,1] = tree[2080506,1]",
    ]
    assert expanded("tree[@leaf,1] >= 0") == [
        f"tree[{code},1] >= 0" for code in ("2010301", "2010399", "2080506")
    ]
    assert len(expanded("tree[@code,1] >= 0")) == len(CODES)


def test_without_codes_a_tree_says_nothing() -> None:
    empty = Shapes(SHAPES.forms, CLASSES, {})
    assert expanded("tree[@parent,1] = tree[@children,1]", empty) == []
    assert expanded("tree[*,1] = tree[*,2]", empty) == ["tree[合计,1] = tree[合计,2]"]


def test_classes_are_found_by_code_here_and_by_line_there() -> None:
    assert expanded("tree[@class,1] = grid[@class,2]") == [
        "tree[201,1] = grid[27,2]",
        "tree[208,1] = grid[28,2]",
        # A 类 without a line in the other form must be blank here.
        "tree[234,1] = 0",
    ]
    assert expanded("grid[@class,2] >= 0") == ["grid[27,2] >= 0", "grid[28,2] >= 0"]


def test_last_year_keeps_its_scope() -> None:
    (constraint,) = expand(parse("grid[4,1] = last_year.grid[1:2,1]"), SHAPES, "r")
    assert [ref.form for ref in constraint.refs] == ["grid", "last_year.grid", "last_year.grid"]
    assert expanded("last_year.tree[*,1] >= 0")[0] == "last_year.tree[合计,1] >= 0"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("grid[4,1] = grid[3:1,1]", "3 stands after 1"),
        ("grid[{3:1},1] = 0", "3 stands after 1"),
        ("grid[4,1] = grid[1:99,1]", "no 1:99"),
        ("tree[合计,1] = tree[合计,2:9]", "no 2:9"),
        ("tree[@other,1] = 0", "unknown selector '@other'"),
    ],
)
def test_runs_that_lead_nowhere_are_refused(text: str, says: str) -> None:
    with pytest.raises(EquationError, match=says):
        expanded(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("other[1,1] = 0", "no form 'other'"),
        ("last_year.other[1,1] = 0", "no form 'other'"),
        ("grid[1,9] = 0", "no column '9'"),
        ("grid[1,{1:9}] = 0", "no column '9'"),
        ("grid[99,1] = 0", "no line '99'"),
        ("grid[1:99,1] = 0", "no line '99'"),
        ("grid[{99},1] = 0", "no line '99'"),
        ("tree[行次,1] = 0", "no line '行次'"),
        ("tree[@other,1] = 0", "unknown selector"),
    ],
)
def test_unknown_names_are_refused(text: str, says: str) -> None:
    with pytest.raises(EquationError, match=says):
        check_names(parse(text), SHAPES)


def test_known_names_pass() -> None:
    for text in (
        "grid[*,*] >= 0",
        "tree[2080505,1] = tree[合计,{1:3}]",
        "tree[@class,1] = budget.grid[@class,2]",
    ):
        check_names(parse(text), SHAPES)


# --- trees


def test_a_code_whose_parent_is_missing_counts_under_the_next_one_up() -> None:
    assert Tree(CODES).children("208") == ["2080506"]
    assert Tree(CODES).children(TOTAL) == ["201", "208"]
    assert Tree(["2010301", "20899"]).children(TOTAL) == ["2010301", "20899"]


@given(st.lists(st.sampled_from(["1", "12", "123", "13", "2", "21", "211", "3"]), unique=True))
def test_every_code_has_one_parent_and_leaves_have_no_children(codes: list[str]) -> None:
    below = [child for line in (TOTAL, *codes) for child in Tree(codes).children(line)]
    assert sorted(below) == sorted(codes)
    assert leaves(codes) == [code for code in codes if not Tree(codes).children(code)]
