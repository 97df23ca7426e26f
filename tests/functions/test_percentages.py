"""Shares, closed shares, changes, rates, completion."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools import amount
from xltools.functions import CellError, call

D = Decimal
ErrorOf = Callable[..., CellError]
DIV0, VALUE, NUM, NA = CellError.DIV0, CellError.VALUE, CellError.NUM, CellError.NA
positive = st.decimals(min_value="0.01", max_value=10**8, places=2)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("XT_SHARE", (313.52, 319.74), "0.9805"),
        ("XT_SHARE", (6.22, 319.74), "0.0195"),
        ("XT_SHARE", (None, 5), "0.0000"),
        ("XT_SHARE", (-1, 8), "-0.1250"),
        ("XT_SHARE", (1, 32000), "0.0000"),
        ("XT_SHARE", (D("0.00125"), 25), "0.0001"),
        ("XT_SHARE", (9, 8), "1.1250"),
        ("XT_CHANGE_AMOUNT", (324.86, 364.29), "-39.430000"),
        ("XT_CHANGE_AMOUNT", (0.3, None), "0.300000"),
        ("XT_CHANGE_AMOUNT", (-1, -3), "2.000000"),
        ("XT_CHANGE_RATE", (324.86, 364.29), "-0.1082"),
        ("XT_CHANGE_RATE", (319.74, 364.25), "-0.1222"),
        ("XT_CHANGE_RATE", (298.56, 349.87), "-0.1467"),
        ("XT_CHANGE_RATE", (21.18, 14.38), "0.4729"),
        ("XT_CHANGE_RATE", (None, 5), "-1.0000"),
        ("XT_CHANGE_RATE", (-5, 5), "-2.0000"),
        ("XT_COMPLETION", (319.74, 364.44), "0.8773"),
        ("XT_COMPLETION", (298.56, 341.64), "0.8739"),
        ("XT_COMPLETION", (21.18, 22.80), "0.9289"),
        ("XT_RATE", (6.224, 30), "0.2075"),
        ("XT_RATE", (-3, 30), "-0.1000"),
        ("XT_REMAINDER", (6.224, 30), "23.776000"),
    ],
)
def test_percentages_and_differences(name: str, arguments: tuple[object, ...], expected: str) -> None:
    assert str(call(name, arguments)) == expected


@pytest.mark.parametrize("name", ["XT_SHARE", "XT_CHANGE_RATE", "XT_COMPLETION", "XT_RATE", "XT_RATE_SCORE"])
def test_no_base_no_percentage(error_of: ErrorOf, name: str) -> None:
    assert error_of(name, 5, 0) is DIV0
    assert error_of(name, 5, None) is DIV0
    assert error_of(name, 5, "———") is DIV0
    assert error_of(name, 0, 0) is DIV0
    assert error_of(name, 5, -8) is NUM
    assert error_of(name, 5, "八") is VALUE


def test_closed_shares_of_the_example() -> None:
    """Plain rounding of 324.81 and 0.02 over 324.82 gives 100.00 % and 0.01 %."""
    parts = [[324.81], [0.02]]
    assert call("XT_SHARE_CLOSED", [324.81, parts, 324.82]) == D("0.9999")
    assert call("XT_SHARE_CLOSED", [0.02, parts, 324.82]) == D("0.0001")
    assert call("XT_SHARES", [parts, 324.82]) == [[D("0.9999")], [D("0.0001")]]
    assert call("XT_SHARES", [[[313.52, 6.22]]]) == [[D("0.9805"), D("0.0195")]]


def test_equal_parts_are_told_apart_by_their_index(error_of: ErrorOf) -> None:
    thirds = [call("XT_SHARE_CLOSED", [1, [[1], [1], [1]], None, index]) for index in (1, 2, 3)]
    assert thirds == [D("0.3334"), D("0.3333"), D("0.3333")]
    assert error_of("XT_SHARE_CLOSED", 1, [[1], [1], [1]]) is NA
    assert call("XT_SHARE_CLOSED", [1, [[1], [1]]]) == D("0.5")


def test_a_part_that_is_not_there(error_of: ErrorOf) -> None:
    assert error_of("XT_SHARE_CLOSED", 3, [[1], [2]]) is NA
    assert error_of("XT_SHARE_CLOSED", 1, [[1], [2]], None, 2) is VALUE
    for index in (0, 3, 1.5):
        assert error_of("XT_SHARE_CLOSED", 1, [[1], [2]], None, index) is NUM
    assert call("XT_SHARE_CLOSED", [None, [[None], [2]], None, 1]) == 0
    assert call("XT_SHARE_CLOSED", [0, [[None], [2]]]) == 0


def test_parts_that_do_not_make_up_the_whole(error_of: ErrorOf) -> None:
    assert error_of("XT_SHARES", [[300], [20]], 324.82) is NUM
    assert call("XT_SHARES", [[[1.005], [None]], D("0.995")]) == [[D(1)], [D(0)]]
    assert error_of("XT_SHARES", [[1.01], [None]], D("0.995")) is NUM
    assert error_of("XT_SHARES", [[0], [None]]) is DIV0
    assert error_of("XT_SHARES", [[-2], [1]]) is NUM


@given(st.lists(positive, min_size=1, max_size=12), st.data())
def test_closed_shares_add_up_and_stay_near(parts: list[Decimal], data: st.DataObject) -> None:
    block = [[float(part)] for part in parts]
    shares = [row[0] for row in call("XT_SHARES", [block])]  # type: ignore[union-attr]
    assert sum(shares) == 1
    largest = parts.index(max(parts))
    for position, (share, part) in enumerate(zip(shares, parts, strict=True)):
        plain = amount.divide(part, sum(parts), 4)
        assert share == plain or position == largest
    index = data.draw(st.integers(1, len(parts)))
    assert call("XT_SHARE_CLOSED", [parts[index - 1], block, None, index]) == shares[index - 1]
