"""Figures: exact sums of any size, and what rounding can move."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.small import ref, report
from xltools.amount import Unit
from xltools.editions import load
from xltools.editions.equation import Term
from xltools.rules.identities import Figures, places_of, whole

D = Decimal
AMOUNTS = st.decimals(
    min_value=-(10**13), max_value=10**13, places=None, allow_nan=False, allow_infinity=False
)


def figures(amounts: dict[str, str], unit: Unit = Unit.WAN) -> Figures:
    return Figures(report(amounts, unit), load())


def terms(*names: str) -> list[Term]:
    return [Term(-1 if name.startswith("-") else 1, ref(name.removeprefix("-"))) for name in names]


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ("12.50", 1),
        ("12", 0),
        ("12.00", 0),
        ("0", 0),
        ("0.000", 0),
        ("1E+3", 0),
        ("-0.125", 3),
        ("1E-7", 7),
        ("100", 0),
    ],
)
def test_places_are_those_a_value_needs(value: str, places: int) -> None:
    assert places_of(D(value)) == places


@given(AMOUNTS, st.integers(0, 5))
def test_whole_numbers_lose_nothing(value: Decimal, more: int) -> None:
    places = places_of(value) + more
    assert D(f"{whole(value, places)}e-{places}") == value


@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_sums_are_exact(values: list[Decimal]) -> None:
    names = [f"summary[{line},1]" for line in range(1, len(values) + 1)]
    made = report({})
    made.amounts = {ref(name): value for name, value in zip(names, values, strict=True)}
    places = max(places_of(value) for value in values)
    expected = D(f"{sum(whole(value, places) for value in values)}e-{places}")
    assert Figures(made, load()).total(terms(*names)) == expected


def test_many_digits_are_kept() -> None:
    """More than the 28 digits of Python's decimal arithmetic."""
    found = figures({"summary[1,1]": "9999999999999." + "1" * 40, "summary[2,1]": "0." + "0" * 39 + "1"})
    assert str(found.total(terms("summary[1,1]", "summary[2,1]"))) == "9999999999999." + "1" * 39 + "2"


def test_a_blank_is_exactly_zero_and_known_to_be_blank() -> None:
    found = figures({"summary[1,1]": "0.00"})
    assert found.has(ref("summary[1,1]")) and not found.has(ref("summary[2,1]"))
    assert found.total(terms("summary[1,1]", "summary[2,1]")) == 0
    assert found.slack(terms("summary[2,1]")) == 0


def test_slack_counts_the_figures_that_are_there() -> None:
    found = figures({"summary[1,1]": "1.00", "summary[2,1]": "0.00", "last_year.summary[1,1]": "3"})
    assert found.slack(terms("summary[1,1]")) == D("0.005")
    assert found.slack(terms("summary[1,1]", "-summary[2,1]", "summary[3,1]")) == D("0.010")
    assert found.slack([Term(3, ref("summary[1,1]"))]) == D("0.015")
    assert found.slack(terms("last_year.summary[1,1]")) == D("0.005")


def test_more_places_mean_less_slack() -> None:
    found = figures({"summary[1,1]": "1.2345", "summary[2,1]": "1.20"})
    assert found.slack(terms("summary[1,1]")) == D("0.00005")
    assert found.slack(terms("summary[2,1]")) == D("0.005")


def test_counts_have_no_slack() -> None:
    found = figures({"statistics[7,1]": "3", "statistics[1,1]": "3"})
    assert found.slack(terms("statistics[7,1]")) == 0
    assert found.slack(terms("statistics[1,1]")) == D("0.005")
    assert found.is_count(ref("statistics[7,1]")) and not found.is_count(ref("statistics[1,1]"))


def test_in_yuan_nothing_is_rounded() -> None:
    found = figures({"summary[1,1]": "1.00"}, Unit.YUAN)
    assert not found.rounded
    assert found.slack(terms("summary[1,1]")) == 0
