"""An amount typed as a text with its unit: what is written there is suggested first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xltools.amount import Unit
from xltools.rules.written import Written, suggestions, written


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("8.08万元", "8.08", "万元"),
        ("８．０８ 万元", "8.08", "万元"),
        ("¥80,800.00元整", "80800.00", "元"),
        ("人民币 8.08 万", "8.08", "万"),
        ("0.0008亿元", "0.0008", "亿元"),
        ("-8.08元", "-8.08", "元"),
    ],
)
def test_a_number_with_its_unit_is_read(text: str, number: str, unit: str) -> None:
    assert written(text) == Written(Decimal(number), unit)


@pytest.mark.parametrize(
    "text", ["八十二", "六万余元", "元", "8.08", "见附表", "2024年", "—万元", "x" * 300 + "元"]
)
def test_anything_else_is_not(text: str) -> None:
    assert written(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "values"),
    [
        ("8.08万元", Unit.WAN, ["8.08"]),
        ("80800元", Unit.WAN, ["8.08", "80800.00"]),
        ("8.08元", Unit.WAN, ["8.08", "0.00"]),
        ("8.08万元", Unit.YUAN, ["80800.00", "8.08"]),
        ("8.08元", Unit.YUAN, ["8.08"]),
    ],
)
def test_converted_where_the_units_differ(text: str, unit: Unit, values: list[str]) -> None:
    found = written(text)
    assert found is not None and list(found.values(unit)) == values


def test_what_is_written_comes_first_where_the_other_figures_allow_it() -> None:
    known = ("8.07", "8.08", "8.09")
    values, why = suggestions("80800元", Unit.WAN, known, known.__contains__)
    assert values == ("8.08", "8.07", "8.09") and why == "单元格里不是数，写的是元，折成万元"
    assert suggestions("8.08元", Unit.WAN, known, known.__contains__)[1].endswith("写的是元，请核对单位")
    values, why = suggestions("9.99万元", Unit.WAN, known, known.__contains__)
    assert values == known and why == "单元格里不是数，写的数与其他数不符"
    assert suggestions("八万", Unit.WAN, known, known.__contains__) == (known, "单元格里不是数")
