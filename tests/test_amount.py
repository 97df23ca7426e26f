"""Amounts: what a cell's content means, rounding, showing, slack."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools import amount
from xltools.amount import LIMIT, Amount, NotAnAmount, Unit

money = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
fine = st.decimals(min_value=-(10**9), max_value=10**9, places=6)


def exactly_half_up(value: Fraction, places: int) -> Fraction:
    """Half-up by integers alone: the oracle."""
    scaled = abs(value) * 10**places
    rounded = Fraction(math.floor(scaled + Fraction(1, 2)), 10**places)
    return rounded if value >= 0 else -rounded


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("1.625", 2, "1.63"),
        ("2.675", 2, "2.68"),
        ("1.005", 2, "1.01"),
        ("0.005", 2, "0.01"),
        ("0.0049999999999999", 2, "0.00"),
        ("-1.625", 2, "-1.63"),
        ("-0.004", 2, "0.00"),
        ("2.5", 0, "3"),
        ("99.995", 2, "100.00"),
        ("123456789012345678901234567890.125", 2, "123456789012345678901234567890.13"),
    ],
)
def test_half_up(value: str, places: int, expected: str) -> None:
    assert str(amount.half_up(Decimal(value), places)) == expected


@given(fine, st.integers(0, 6))
def test_half_up_is_what_integers_say(value: Decimal, places: int) -> None:
    assert Fraction(amount.half_up(value, places)) == exactly_half_up(Fraction(value), places)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0.1 + 0.2, "0.30"),
        (1.625, "1.63"),
        (2.675, "2.68"),
        (1.005, "1.01"),
        (8.345, "8.35"),
        (-2.675, "-2.68"),
        (298.56000000000006, "298.56"),
        (1e-300, "0.00"),
        (9999999999999.99, "9999999999999.99"),
    ],
)
def test_a_float_is_the_decimal_it_was_meant_to_be(number: float, expected: str) -> None:
    assert str(amount.from_float(number)) == expected


@given(st.one_of(st.floats(-9e12, 9e12), money.map(float)), st.booleans())
def test_every_float_is_its_shortest_text_rounded(number: float, near: bool) -> None:
    number = math.nextafter(number, 0) if near else number
    assert str(amount.from_float(number)) == str(amount.half_up(Decimal(f"{number:.15g}")))


@pytest.mark.parametrize("number", [1e308, -1e308, 1e13, math.nan, math.inf, -math.inf])
def test_a_float_that_is_no_amount(number: float) -> None:
    with pytest.raises(NotAnAmount):
        amount.from_float(number)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (0, "0"),
        (-3, "-3"),
        (2.675, "2.68"),
        (Decimal("6.224"), "6.224"),
        ("324.82", "324.82"),
        (" 1,234,567.80 ", "1234567.80"),
        ("１，２３４．５０", "1234.50"),
        ("－３．５", "-3.5"),
        ("−3.5", "-3.5"),
        ("+7", "7"),
        ("'12.30", "12.30"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1 234.5", "1234.5"),
        ("6.22400", "6.22400"),
    ],
)
def test_parse(content: object, expected: str) -> None:
    assert str(amount.parse(content)) == expected


@pytest.mark.parametrize(
    "content", [None, "", "  ", "\u3000", "-", "——", "———", "--", "－－", "― ―", "–", "─", "'"]
)
def test_blanks_and_dashes_are_blank(content: object) -> None:
    assert amount.parse(content) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("见附表", "文字"),
        ("1.2.3", "文字"),
        ("12,34", "文字"),
        ("1e5", "文字"),
        ("5²", "文字"),
        ("①", "文字"),
        ("٣", "文字"),
        ("+", "文字"),
        (".", "文字"),
        ("#REF!", "文字"),
        ("20%", "文字"),
        ("NaN", "文字"),
        ("0" * 201, "文字"),
        (True, "逻辑值"),
        (date(2024, 1, 1), "日期"),
        (10**13, "过大"),
        ("99999999999999", "过大"),
        (Decimal("-1E+400"), "过大"),
        (Decimal("NaN"), "不是有效"),
        (Decimal("sNaN"), "不是有效"),
        (Decimal("Infinity"), "不是有效"),
        (math.nan, "不是有效"),
        (1e308, "过大"),
    ],
)
def test_what_is_no_amount(content: object, why: str) -> None:
    with pytest.raises(NotAnAmount, match=why):
        amount.parse(content)


@given(money, st.booleans())
def test_parse_of_shown_is_the_identity(value: Decimal, thousands: bool) -> None:
    assert amount.parse(amount.show(value, thousands=thousands)) == value


@given(fine)
def test_parse_of_plain_is_the_identity_with_its_places(value: Decimal) -> None:
    assert str(amount.parse(amount.plain(value))) == f"{value:f}"


@given(money)
def test_excel_keeps_every_amount_of_a_form(value: Decimal) -> None:
    assert amount.parse(float(value)) == value


@given(money)
def test_full_width_reads_as_half_width(value: Decimal) -> None:
    text = amount.show(value, thousands=True)
    wide = text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)})
    assert amount.half_width(wide) == text
    assert amount.parse(wide) == value


@given(st.text(max_size=30) | st.floats() | st.decimals() | st.integers())
def test_parse_answers_or_says_why(content: object) -> None:
    try:
        value = amount.parse(content)
    except NotAnAmount as error:
        assert str(error)
    else:
        assert value is None or (value.is_finite() and abs(value) < LIMIT)


@pytest.mark.parametrize(
    ("value", "places", "thousands", "expected"),
    [
        (None, 2, False, ""),
        (Decimal("0"), 2, False, "0.00"),
        (Decimal("-0.001"), 2, False, "0.00"),
        (Decimal("1234567.125"), 2, True, "1,234,567.13"),
        (Decimal("-1234.5"), 2, True, "-1,234.50"),
        (Decimal("1E+3"), 2, False, "1000.00"),
        (Decimal("6.224"), 3, False, "6.224"),
        (Decimal("2.5"), 0, False, "3"),
    ],
)
def test_show(value: Decimal | None, places: int, thousands: bool, expected: str) -> None:
    assert amount.show(value, places, thousands) == expected


def test_plain_has_no_exponent() -> None:
    assert amount.plain(Decimal("1E+3")) == "1000"
    assert amount.plain(Decimal("6.20")) == "6.20"


@pytest.mark.parametrize(
    ("yuan", "wan"), [("62240", "6.22"), ("50", "0.01"), ("49.99", "0.00"), ("-50", "-0.01")]
)
def test_to_wan(yuan: str, wan: str) -> None:
    assert str(amount.to_wan(Decimal(yuan))) == wan


@given(money)
def test_to_wan_lies_within_the_slack(yuan: Decimal) -> None:
    gap = amount.to_wan(yuan) - yuan / 10000
    assert abs(gap) <= Unit.WAN.slack


@given(fine, fine.filter(bool), fine, st.integers(0, 6))
def test_divide_rounds_once(a: Decimal, b: Decimal, c: Decimal, places: int) -> None:
    expected = exactly_half_up(Fraction(a) * Fraction(c) / Fraction(b), places)
    assert Fraction(amount.divide(a, b, places, c)) == expected


def test_divide_over_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        amount.divide(Decimal(1), Decimal("0.00"), 2)


def test_slack_of_units() -> None:
    assert Unit.YUAN.slack == 0
    assert Unit.WAN.slack == Decimal("0.005")
    assert [str(unit) for unit in Unit] == ["元", "万元"]


def test_slack_adds_up_in_sums_and_differences() -> None:
    parts = [Amount(Decimal("313.52"), Unit.WAN.slack), Amount(Decimal("6.22"), Unit.WAN.slack)]
    whole = Amount(Decimal("319.74"), Unit.WAN.slack)
    gap = whole - Amount.total(parts)
    assert gap == Amount(Decimal("0.00"), Decimal("0.015"))
    assert Amount.total([]) == Amount(Decimal(0))
    assert whole.times(-2) == Amount(Decimal("-639.48"), Decimal("0.010"))
    assert whole.times(Decimal("0.5")).slack == Decimal("0.0025")


@given(st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=30))
def test_rounded_addends_stay_within_the_envelope(fen: list[int]) -> None:
    """The envelope 0.005·(n+1) holds for every true sum in 元, published in 万元."""
    yuan = [Decimal(value) / 100 for value in fen]
    slack = Unit.WAN.slack
    parts = Amount.total(Amount(amount.to_wan(value), slack) for value in yuan)
    whole = Amount(amount.to_wan(sum(yuan, Decimal(0))), slack)
    gap = whole - parts
    assert gap.slack == slack * (len(yuan) + 1)
    assert abs(gap.value) <= gap.slack
