"""XT_TOTAL, XT_LEAVES, XT_SUBTOTAL, XT_WAN."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.functions import CellError, call

D = Decimal
ErrorOf = Callable[..., CellError]
DIV0, VALUE, NUM, NA, REF = CellError.DIV0, CellError.VALUE, CellError.NUM, CellError.NA, CellError.REF
fen = st.decimals(min_value=-(10**8), max_value=10**8, places=2)
CODES = [["201"], ["20103"], ["2010301"], ["2010399"], ["208"], ["20805"], ["2080505"], ["注：说明"]]
AMOUNTS = [[298.56], [298.56], [292.33], [6.22], [21.18], [21.18], [21.18], [None]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (([[0.1], [0.2]],), "0.3"),
        (([[1.1, 2.2], [3.3, None]], [[D("4.4")]], 5), "16"),
        (([["1,234.50"], ["１２３"], [" 7 "]],), "1364.5"),
        (([["———"], [""], ["  "], [None]],), "0"),
        (([-5.5, 2],), "-3.5"),
        (((((1.5,), (2.5,))),), "4"),
        (([],), "0"),
        (([[]],), "0"),
        (([[1]], None, [[2]]), "3"),
        (([[100000000.1 - 100000000]],), "0.1"),
        (([[0.1] * 10],), "1"),
    ],
)
def test_total(arguments: tuple[object, ...], expected: str) -> None:
    assert call("XT_TOTAL", arguments) == D(expected)


@given(st.lists(fen, max_size=40))
def test_total_of_floats_is_exact(values: list[Decimal]) -> None:
    assert call("XT_TOTAL", [[[float(value)] for value in values]]) == sum(values, D(0))


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("见附表", VALUE),
        (True, VALUE),
        (date(2024, 1, 1), VALUE),
        ("#REF!", REF),
        ("#SPILL!", VALUE),
        ("Err:502", VALUE),
        ("# 注", VALUE),
        (CellError.NULL, CellError.NULL),
        (1e308, NUM),
        (math.nan, NUM),
        (math.inf, NUM),
        (10**13, NUM),
        ("10,000,000,000,000", NUM),
    ],
)
def test_a_cell_that_is_no_number_is_never_skipped(error_of: ErrorOf, cell: object, error: CellError) -> None:
    assert error_of("XT_TOTAL", [[1], [cell]]) is error
    assert error_of("XT_LEAVES", [["201"]], [[cell]]) is error
    assert error_of("XT_CHANGE_AMOUNT", 1, cell) is error
    assert error_of("XT_SCORE", 1, 1, "≥", cell) is error


def test_the_first_error_value_wins(error_of: ErrorOf) -> None:
    assert error_of("XT_TOTAL", [["文字", 1], [REF, DIV0]], [[NA]]) is REF
    assert error_of("XT_SHARE", DIV0, NA) is DIV0


def test_leaves_of_a_code_tree() -> None:
    assert call("XT_LEAVES", [CODES, AMOUNTS]) == D("319.73")
    assert call("XT_LEAVES", [[["201"], ["2010"], ["301"]], [[1], [2], [4]]]) == 6


@pytest.mark.parametrize(
    "shape", [str, float, int, lambda c: c.translate({i: i + 0xFEE0 for i in range(48, 58)})]
)
def test_codes_may_arrive_in_any_guise(shape: object) -> None:
    codes = [[shape(row[0])] if row[0].isdigit() else row for row in CODES]  # type: ignore[operator]
    assert call("XT_LEAVES", [codes, AMOUNTS]) == D("319.73")
    assert call("XT_SUBTOTAL", [shape("201"), codes, AMOUNTS]) == D("298.55")  # type: ignore[operator]


def test_codes_in_a_row_in_a_flat_list_and_with_spaces() -> None:
    assert call("XT_LEAVES", [[["201", " 20103 ", "'208", "201.0"]], [[1, 2, 4, 8]]]) == 6
    assert call("XT_LEAVES", [["201", "208"], [1, 2]]) == 3


def test_rows_without_a_code(error_of: ErrorOf) -> None:
    assert call("XT_LEAVES", [[["合计"], ["201"], [None], [None]], [[9], [5], [None], [0]]]) == 5
    assert call("XT_LEAVES", [[["注"], ["201"]], [["任何文字"], [5]]]) == 5
    assert error_of("XT_LEAVES", [["201"], [None]], [[5], [3]]) is VALUE


@pytest.mark.parametrize("code", [201.5, -201, True, 0.5])
def test_numbers_that_are_no_codes(error_of: ErrorOf, code: object) -> None:
    assert error_of("XT_LEAVES", [[code]], [[1]]) is VALUE


def test_ranges_that_do_not_fit(error_of: ErrorOf) -> None:
    assert error_of("XT_LEAVES", [["201"], ["208"]], [[1]]) is VALUE
    assert error_of("XT_LEAVES", [["201", "1"], ["208", "2"]], [[1], [2]]) is VALUE


def test_same_code_twice_counts_twice() -> None:
    assert call("XT_LEAVES", [[["201"], ["201"]], [[1], [2]]]) == 3


@pytest.mark.parametrize(
    ("code", "expected"), [("201", "298.55"), ("20103", "298.55"), ("208", "21.18"), ("2080", "21.18")]
)
def test_subtotal(code: str, expected: str) -> None:
    assert call("XT_SUBTOTAL", [code, CODES, AMOUNTS]) == D(expected)


def test_subtotal_of_a_range_that_begins_below() -> None:
    assert call("XT_SUBTOTAL", [201, CODES[1:], AMOUNTS[1:]]) == D("298.55")


def test_subtotal_without_anything_below_is_not_zero(error_of: ErrorOf) -> None:
    assert error_of("XT_SUBTOTAL", "2080505", CODES, AMOUNTS) is NA
    assert error_of("XT_SUBTOTAL", "合计", CODES, AMOUNTS) is VALUE
    assert error_of("XT_SUBTOTAL", None, CODES, AMOUNTS) is VALUE


@given(st.dictionaries(st.from_regex(r"2[0-9]{6}", fullmatch=True), fen, min_size=1, max_size=30))
def test_a_tree_adds_up_whatever_its_shape(leaves: dict[str, Decimal]) -> None:
    """Every 类 and 款 above the leaves present: the leaves' total is found, and so is each subtotal."""
    nodes = dict(leaves)
    for code in leaves:
        for length in (3, 5):
            nodes[code[:length]] = sum((v for c, v in leaves.items() if c.startswith(code[:length])), D(0))
    codes = [[code] for code in sorted(nodes)]
    values = [[float(nodes[row[0]])] for row in codes]
    assert call("XT_LEAVES", [codes, values]) == sum(leaves.values(), D(0))
    for code in nodes.keys() - leaves.keys():
        assert call("XT_SUBTOTAL", [code, codes, values]) == nodes[code]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((62240,), "6.22"),
        ((50,), "0.01"),
        ((-50,), "-0.01"),
        ((62240, 3), "6.224"),
        ((None,), "0.00"),
        ((99999, 0), "10"),
    ],
)
def test_wan(arguments: tuple[object, ...], expected: str) -> None:
    assert str(call("XT_WAN", arguments)) == expected


@pytest.mark.parametrize("places", [-1, 7, 1.5])
def test_wan_with_odd_places(error_of: ErrorOf, places: float) -> None:
    assert error_of("XT_WAN", 1, places) is NUM
