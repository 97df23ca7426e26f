"""XT_BALANCE and XT_PHRASE."""

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
VALUE = CellError.VALUE
fen = st.decimals(min_value=-(10**8), max_value=10**8, places=2)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (([[319.74]], [[313.52], [6.22]]), "一致"),
        (([[319.75]], [[313.52], [6.22]]), "尾差"),
        (([[319.755]], [[313.52], [6.22]]), "错误"),
        (([[319.76]], [[313.52], [6.22], [0]]), "尾差"),
        (([[319.76]], [[313.52], [6.22], [None], ["———"]]), "错误"),
        (([[319.64]], [[313.52], [6.22]]), "错误"),
        (([[319.75]], [[313.52], [6.22]], "元"), "错误"),
        (([[319.75]], [[313.52], [6.22]], "金额单位：元"), "错误"),
        (([[319.75]], [[313.52], [6.22]], " 金额单位:万元 "), "尾差"),
        (([[319.75]], [[313.52], [6.22]], 0.0), "尾差"),
        (([[319.74]], [[313.52], [6.22]], "元"), "一致"),
        (([[100000000.1 - 100000000]], [[0.1]], "元"), "一致"),
        ((None, [[None]]), "一致"),
        (([[-1]], [[-3], [2]]), "一致"),
        ((1.01, 1.02), "尾差"),
        ((None, 0.01), "错误"),
    ],
)
def test_balance(arguments: tuple[object, ...], expected: str) -> None:
    assert call("XT_BALANCE", arguments) == expected


def test_balance_in_an_unknown_unit(error_of: ErrorOf) -> None:
    assert error_of("XT_BALANCE", 1, 1, "美元") is VALUE


@given(st.lists(fen, min_size=1, max_size=30))
def test_no_false_alarm_from_rounding(yuan: list[Decimal]) -> None:
    parts = [[float(amount.to_wan(value))] for value in yuan]
    whole = float(amount.to_wan(sum(yuan, D(0))))
    assert call("XT_BALANCE", [whole, parts]) in ("一致", "尾差")
    assert call("XT_BALANCE", [float(sum(yuan, D(0))), [[float(v)] for v in yuan], "元"]) == "一致"


@given(st.lists(fen, min_size=1, max_size=30), st.sampled_from([-1, 1]))
def test_more_than_the_envelope_is_wrong(parts: list[Decimal], direction: int) -> None:
    allowed = D("0.005") * (len(parts) + 1)
    beyond = sum(parts, D(0)) + direction * (amount.half_up(allowed) + D("0.01"))
    assert call("XT_BALANCE", [float(beyond), [[float(part)] for part in parts]]) == "错误"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((364.29, 324.86), "增加39.43万元，增长12.14%"),
        ((324.86, 364.29), "减少39.43万元，下降10.82%"),
        ((21.18, 14.38), "增加6.80万元，增长47.29%"),
        ((6.22, 6.22), "与上年持平"),
        ((6.223, 6.221), "与上年持平"),
        ((0.3, 0), "增加0.30万元（上年无此项）"),
        ((-0.3, None), "减少0.30万元（上年无此项）"),
        ((0, 5), "减少5.00万元，下降100.00%"),
        ((None, None), "本年和上年均无此项"),
        ((10, -20), "增加30.00万元（上年为负数，不计算增减率）"),
        ((-30, -20), "减少10.00万元（上年为负数，不计算增减率）"),
        ((3248600, 3642900, "元"), "减少394300.00元，下降10.82%"),
        ((30, 20, "人次"), "增加10人次，增长50.00%"),
        ((2.5, 1, "次"), "增加1.5次，增长150.00%"),
        ((2, 2, "辆"), "与上年持平"),
        ((1.005, 1, "单位：万元"), "增加0.01万元，增长0.50%"),
    ],
)
def test_phrase(arguments: tuple[object, ...], expected: str) -> None:
    assert call("XT_PHRASE", arguments) == expected


def test_phrase_with_a_sentence_for_a_unit(error_of: ErrorOf) -> None:
    assert error_of("XT_PHRASE", 1, 2, "这不是一个单位而是一句话") is VALUE
