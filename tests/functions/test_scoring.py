"""The scores as worksheet functions; the example’s self-evaluation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from xltools.functions import CellError, call

D = Decimal
ErrorOf = Callable[..., CellError]
VALUE, NUM, NA = CellError.VALUE, CellError.NUM, CellError.NA


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((5.2, 8, "≥", 2.5), "1.63"),
        (("≥5.2%", "≥8%", "", 2.5), "1.63"),
        (("≥5.2%", "≥8%", None, 2.5), "1.63"),
        (("≥5.2%", "≥8%", 0.0, 2.5), "1.63"),
        ((5.2, "≥8", None, "2.5"), "1.63"),
        ((68920, 50000, ">=", 6), "6.00"),
        ((0, 12, "＝", 6), "0.00"),
        (("≤0人", "≤40人", "", 6), "6.00"),
        ((50, 40, "《=", 6), "4.50"),
        ((0, 0, "≤", 6), "6.00"),
        ((5, 8, "≥", 0), "0.00"),
        ((1, 0, "≤", 6), "0.00"),
        (([[8]], [[8]], [[">"]], [[3]]), "3.00"),
    ],
)
def test_score(arguments: tuple[object, ...], expected: str) -> None:
    assert str(call("XT_SCORE", arguments)) == expected


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((None, 8, "≥", 2), NA),
        ((5, None, "≥", 2), NA),
        ((5, 8, "≥", None), NA),
        (("≥%", "≥80%", "", 2), NA),
        (("5%", "未填报", "≥", 2), NA),
        (("———", 8, "≥", 2), NA),
        (("及时", 8, "≥", 2), VALUE),
        ((5, 8, "", 2), VALUE),
        ((5, 8, "约", 2), VALUE),
        ((5, "≥8", "≤", 2), NUM),
        ((0.8, "≥80%", "", 2), NUM),
        (("5人", "≥8件", "", 2), NUM),
        ((-6, -5, "≥", 2), NUM),
        ((5, 8, "≥", -2), NUM),
        ((5, 8, "≥", "分"), VALUE),
        (([[1], [2]], 8, "≥", 2), VALUE),
    ],
)
def test_what_cannot_be_scored(error_of: ErrorOf, arguments: tuple[object, ...], error: CellError) -> None:
    assert error_of("XT_SCORE", *arguments) is error


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("XT_BAND_SCORE", ("达成预期指标", 6), "6.00"),
        ("XT_BAND_SCORE", ("达成", 6, 0.8), "4.80"),
        ("XT_BAND_SCORE", ("部分达成预期指标并具有一定效果", 3), "1.80"),
        ("XT_BAND_SCORE", ("部分达成", 6, 0.75), "4.50"),
        ("XT_BAND_SCORE", ("未完成预期指标且效果较差", 2.5), "0.00"),
        ("XT_BAND_SCORE", ("未达成", 6, 0.5), "3.00"),
        ("XT_BAND_SCORE", ("未达成", 6, 0), "0.00"),
        ("XT_BAND_SCORE", ("达成", 6, 1), "6.00"),
        ("XT_BAND_SCORE", ("达成", 0), "0.00"),
        ("XT_RATE_SCORE", (5, 30, 0), "0.00"),
        ("XT_POINTS", ([[60], [30]], 10), "100.00"),
        ("XT_BAND_SCORE", ("部分达成", 6, None, 0.8, 0.5), "3.00"),
        ("XT_BAND_LOW", ("部分达成", 6), "3.60"),
        ("XT_BAND_LOW", ("部分达成", 6, 0.8, 0.5), "3.00"),
        ("XT_BAND_HIGH", ("部分达成", 6), "4.79"),
        ("XT_BAND_HIGH", ("达成", 6), "6.00"),
        ("XT_RATE_SCORE", (6.224, 30), "2.07"),
        ("XT_RATE_SCORE", (6.224, 30, 20), "4.15"),
        ("XT_RATE_SCORE", (33, 30), "10.00"),
        ("XT_RATE_SCORE", (-1, 30), "0.00"),
        ("XT_POINTS", ([[6], [1.63], [None]],), "7.63"),
        ("XT_POINTS", ([[6], [1.63]], 2.07), "9.70"),
        ("XT_POINTS", ([[6], [None]], 2.07, [[6], [None]]), "8.07"),
    ],
)
def test_bands_rates_and_points(name: str, arguments: tuple[object, ...], expected: str) -> None:
    assert str(call(name, arguments)) == expected


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("XT_BAND_SCORE", (None, 6), NA),
        ("XT_BAND_SCORE", ("达成", None), NA),
        ("XT_BAND_SCORE", ("显著提高", 6), VALUE),
        ("XT_BAND_SCORE", (1, 6), VALUE),
        ("XT_BAND_SCORE", ("部分达成", 6, 0.8), NUM),
        ("XT_BAND_SCORE", ("部分达成", 6, 0.59), NUM),
        ("XT_BAND_SCORE", ("达成", 0, 1.5), NUM),
        ("XT_BAND_SCORE", ("达成", -6), NUM),
        ("XT_BAND_LOW", ("达成", 6, 0.5, 0.6), NUM),
        ("XT_BAND_HIGH", ("达成", 6, 1.2), NUM),
        ("XT_RATE_SCORE", (1, 30, -1), NUM),
        ("XT_POINTS", ([[6], [-1]],), NUM),
        ("XT_POINTS", ([[6]], -1), NUM),
        ("XT_POINTS", ([[60], [40]], 2), NUM),
        ("XT_POINTS", ([[6], [None]], 2, [[6], [3]]), NA),
        ("XT_POINTS", ([[6], [4]], 2, [[6], [3]]), NUM),
        ("XT_POINTS", ([[6], [4]], 2, [[6], [None]]), NUM),
        ("XT_POINTS", ([[6], [4]], 2, [[6]]), VALUE),
        ("XT_POINTS", ([["优"]],), VALUE),
        ("XT_GRADE", (None,), NA),
        ("XT_GRADE", (100.01,), NUM),
        ("XT_GRADE", (-1,), NUM),
        ("XT_GRADE", ("优",), VALUE),
        ("XT_GRADE", (80, 80, 90, 60), VALUE),
        ("XT_GRADE", (80, 90, 80, -1), VALUE),
    ],
)
def test_bands_rates_and_points_that_cannot_be(
    error_of: ErrorOf, name: str, arguments: tuple[object, ...], error: CellError
) -> None:
    assert error_of(name, *arguments) is error


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((59.62,), "差"),
        ((60,), "中"),
        ((80,), "良"),
        ((90,), "优"),
        ((89.995,), "优"),
        ((85, 85), "优"),
        ((75, 90, 75), "良"),
        ((55, 90, 80, 50), "中"),
    ],
)
def test_grade(arguments: tuple[object, ...], expected: str) -> None:
    assert call("XT_GRADE", arguments) == expected


def test_the_self_evaluation_of_the_example() -> None:
    rows = [
        ("—0月次", "—12月次", 6, "0"),
        ("≥68920件", "≥50000件", 6, "6"),
        ("≥5.2%", "≥8%", 2.5, "1.63"),
        ("≥0%", "≥93%", 2.5, "0"),
        ("≥96%", "≥95%", 2.5, "2.5"),
        ("≥95%", "≥85%", 7, "7"),
        ("≥95%", "≥90%", 6, "6"),
        ("≥88%", "≥85%", 6, "6"),
        ("≥98.75%", "≥75%", 10, "10"),
    ]
    computed = [call("XT_SCORE", [actual, target, "", weight]) for actual, target, weight, _ in rows]
    assert computed == [D(score) for *_, score in rows]
    levels = [("未完成预期指标且效果较差", 2.5, 0), ("达成预期指标", 6, 6), ("达成预期指标", 6, 6)]
    assert [call("XT_BAND_SCORE", [level, weight]) for level, weight, _ in levels] == [s for *_, s in levels]
    judged = [0.42, 0, 1, 3, 2]
    scores = [[float(score)] for score in computed] + [[s] for *_, s in levels] + [[s] for s in judged]
    rate_score = call("XT_RATE_SCORE", [6.224, 30])
    total = call("XT_POINTS", [scores, rate_score])
    assert (str(rate_score), str(total), call("XT_GRADE", [total])) == ("2.07", "59.62", "差")
