"""Scores of 项目支出绩效自评: indicator texts, signs, bands, execution rate, total, grade."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools import scores
from xltools.scores import NATIONAL, IndicatorValue, NoScore, Sign, ZeroBase

D = Decimal
GE, GT, EQ, LE, LT = Sign.AT_LEAST, Sign.MORE, Sign.EQUAL, Sign.AT_MOST, Sign.LESS
quantity = st.decimals(min_value=0, max_value=10**6, places=2)
weights = st.decimals(min_value=0, max_value=50, places=1)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        *[
            (text, GE)
            for text in ("≥", ">=", "＞＝", "》=", "》＝", "=>", "≧", "⩾", "不少于", "不低于", " ≥ ")
        ],
        *[(text, LE) for text in ("≤", "<=", "＜＝", "《=", "≦", "不超过", "小于或等于")],
        *[(text, GT) for text in (">", "＞", "》", "〉", "大于")],
        *[(text, LT) for text in ("<", "＜", "《", "少于")],
        *[(text, EQ) for text in ("=", "＝", "==", "等于")],
        ("", None),
        ("  ", None),
    ],
)
def test_spellings_of_signs(text: str, sign: Sign | None) -> None:
    assert scores.parse_sign(text) is sign


@pytest.mark.parametrize("text", ["?", "≥5", "约", "±"])
def test_what_is_no_sign(text: str) -> None:
    with pytest.raises(NoScore, match="中的一种"):
        scores.parse_sign(text)


@pytest.mark.parametrize(
    ("text", "sign", "value", "unit"),
    [
        ("≥80%", GE, "80", "%"),
        ("＞＝９５％", GE, "95", "%"),
        ("=12月次", EQ, "12", "月次"),
        ("—12月次", EQ, "12", "月次"),
        ("一12月次", EQ, "12", "月次"),
        ("—0月次", EQ, "0", "月次"),
        ("≤40人", LE, "40", "人"),
        ("≥50000件", GE, "50000", "件"),
        ("≥ 50，000 件", GE, "50000", "件"),
        ("≥98.75%", GE, "98.75", "%"),
        ("不少于1,200人", GE, "1200", "人"),
        ("80%以上", GE, "80", "%"),
        ("80%以上（含）", GE, "80", "%"),
        ("30天以内（含）", LE, "30", "天"),
        ("≥80%以上", GE, "80", "%"),
        ("5次以下", LE, "5", "次"),
        ("≥-5%", GE, "-5", "%"),
        ("-5%", None, "-5", "%"),
        ("100%", None, "100", "%"),
        ("12个月", None, "12", "个月"),
        ("3年", None, "3", "年"),
        ("0", None, "0", ""),
    ],
)
def test_indicator_with_a_number(text: str, sign: Sign | None, value: str, unit: str) -> None:
    found = scores.parse_indicator(text)
    assert found == IndicatorValue(sign, D(value), unit)
    assert not found.missing


@pytest.mark.parametrize(
    ("text", "sign", "unit"),
    [
        ("≥%", GE, "%"),
        ("≤人", LE, "人"),
        ("—月次", EQ, "月次"),
        ("≥", GE, ""),
        ("", None, ""),
        ("  ", None, ""),
        ("———", None, ""),
        ("未填报", None, ""),
        ("/", None, ""),
    ],
)
def test_indicator_not_filled(text: str, sign: Sign | None, unit: str) -> None:
    found = scores.parse_indicator(text)
    assert found == IndicatorValue(sign, None, unit)
    assert found.missing


@pytest.mark.parametrize(
    "text",
    [
        "及时",
        "判断服务,对标一流",
        "12月底前",
        "6月",
        "2024年",
        "2024年12月",
        "≤2024年12月31日",
        "7×24小时",
        "2-3次",
        "一月次",
        "及时以上",
    ],
)
def test_indicator_of_words(text: str) -> None:
    found = scores.parse_indicator(text)
    assert found == IndicatorValue(text=text)
    assert not found.missing


def test_a_dash_read_for_an_equals_sign_is_known_by_the_unit() -> None:
    assert scores.parse_indicator("一月次", unit="月次") == IndicatorValue(EQ, None, "月次")
    assert scores.parse_indicator("—12月次", unit="月次") == IndicatorValue(EQ, D(12), "月次")


@given(st.text(max_size=40))
def test_every_text_is_read(text: str) -> None:
    found = scores.parse_indicator(text)
    assert found.value is None or found.value.is_finite()


@given(st.sampled_from(list(Sign)), quantity, st.sampled_from(["", "%", "人", "件", "个月"]))
def test_reading_what_is_printed_gives_it_back(sign: Sign, value: Decimal, unit: str) -> None:
    assert scores.parse_indicator(f"{sign}{value}{unit}") == IndicatorValue(sign, value, unit)


@pytest.mark.parametrize(
    ("actual", "target", "sign", "weight", "expected"),
    [
        ("5.2", "8", GE, "2.5", "1.63"),
        ("8", "8", GE, "2.5", "2.50"),
        ("68920", "50000", GE, "6", "6.00"),
        ("0", "93", GE, "2.5", "0.00"),
        ("20.75", "80", GE, "2", "0.52"),
        ("80", "80", GT, "2", "2.00"),
        ("79", "80", GT, "2", "1.98"),
        ("12", "12", EQ, "6", "6.00"),
        ("13", "12", EQ, "6", "6.00"),
        ("0", "12", EQ, "6", "0.00"),
        ("0", "40", LE, "6", "6.00"),
        ("40", "40", LE, "6", "6.00"),
        ("50", "40", LE, "6", "4.50"),
        ("80", "40", LE, "6", "0.00"),
        ("500", "40", LE, "6", "0.00"),
        ("40", "40", LT, "6", "6.00"),
        ("41", "40", LT, "6", "5.85"),
        ("0", "0", GE, "6", "6.00"),
        ("-1", "0", GE, "6", "0.00"),
        ("0", "0", GT, "6", "0.00"),
        ("1", "0", GT, "6", "6.00"),
        ("0", "0", EQ, "6", "6.00"),
        ("1", "0", EQ, "6", "0.00"),
        ("0", "0", LE, "6", "6.00"),
        ("1", "0", LE, "6", "0.00"),
        ("1", "0", LT, "6", "0.00"),
        ("-3", "10", GE, "6", "0.00"),
        ("-4", "-5", GE, "6", "6.00"),
        ("-6", "-5", LE, "6", "6.00"),
        ("-5", "-5", EQ, "6", "6.00"),
        ("5", "8", GE, "0", "0.00"),
    ],
)
def test_score_by_sign(actual: str, target: str, sign: Sign, weight: str, expected: str) -> None:
    assert str(scores.score(D(actual), D(target), sign, D(weight))) == expected


@pytest.mark.parametrize(("actual", "sign"), [("-6", GE), ("-4", LE), ("-4", EQ), ("3", EQ), ("-5", GT)])
def test_a_missed_negative_target_has_no_score(actual: str, sign: Sign) -> None:
    with pytest.raises(NoScore, match="目标值为负"):
        scores.score(D(actual), D(-5), sign, D(6))


def test_a_negative_weight_has_no_score() -> None:
    with pytest.raises(NoScore, match="分值不能为负"):
        scores.score(D(1), D(1), GE, D(-1))
    with pytest.raises(NoScore, match="分值不能为负"):
        scores.execution_score(D(1), D(1), D(-1))


@given(quantity, quantity.filter(bool), st.sampled_from(list(Sign)), weights)
def test_score_is_the_exact_ratio_within_the_weight(
    actual: Decimal, target: Decimal, sign: Sign, weight: Decimal
) -> None:
    reverse = sign in (LE, LT)
    a, t, w = Fraction(actual), Fraction(target), Fraction(weight)
    exact = (1 - (a - t) / t) * w if reverse else a / t * w
    exact = min(max(exact, Fraction(0)), w)
    earned = scores.score(actual, target, sign, weight)
    assert 0 <= earned <= weight
    assert -Fraction(1, 200) <= exact - Fraction(earned) < Fraction(1, 200)


def printed(actual: str, target: str, weight: str, sign: Sign | None = None) -> Decimal | None:
    return scores.score_printed(
        scores.parse_indicator(actual), scores.parse_indicator(target), D(weight), sign
    )


def test_score_of_printed_values() -> None:
    assert printed("≥5.2%", "≥8%", "2.5") == D("1.63")
    assert printed("5.2%", "8%", "2.5", GE) == D("1.63")
    assert printed("40", "≥50人", "5") == D("4.00")
    assert printed("≥%", "≥8%", "2.5") is None
    assert printed("≥5%", "≥%", "2.5") is None
    assert printed("5", "8", "2.5") is None
    assert printed("达成", "及时", "2.5", GE) is None


@pytest.mark.parametrize(("actual", "target"), [("5人", "≥8件"), ("0.8", "≥80%"), ("80%", "≥0.8")])
def test_units_that_differ_have_no_score(actual: str, target: str) -> None:
    with pytest.raises(NoScore, match="单位"):
        printed(actual, target, "5")


def test_signs_that_contradict_have_no_score() -> None:
    with pytest.raises(NoScore, match="符号"):
        printed("5", "≥8", "5", LE)
    assert printed("5", "≤8", "5", LE) == 5


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("达成预期指标", "达成"),
        ("部分达成预期指标并具有一定效果", "部分达成"),
        ("未完成预期指标且效果较差", "未达成"),
        ("未达成年度指标且效果较差", "未达成"),
        (" 达 成 ", "达成"),
        ("基本达成", "部分达成"),
        ("显著提高", None),
        ("", None),
    ],
)
def test_bands_by_their_words(text: str, name: str | None) -> None:
    band = NATIONAL.band(text)
    assert (band.name if band else None) == name


@pytest.mark.parametrize(
    ("text", "weight", "low", "high"),
    [
        ("达成", "6", "4.80", "6.00"),
        ("部分达成", "6", "3.60", "4.79"),
        ("未达成", "6", "0.00", "3.59"),
        ("部分达成", "3", "1.80", "2.39"),
        ("部分达成", "0.37", "0.22", "0.29"),
        ("未达成", "0", "0.00", "0.00"),
    ],
)
def test_limits_of_bands(text: str, weight: str, low: str, high: str) -> None:
    band = NATIONAL.band(text)
    assert band is not None
    assert [str(limit) for limit in band.limits(D(weight))] == [low, high]


def test_bands_of_another_province() -> None:
    hubei = NATIONAL._replace(bands=scores.bands(D("0.8"), D("0.5")))
    band = hubei.band("部分达成")
    assert band is not None
    assert band.limits(D(6)) == (D("3.00"), D("4.79"))
    assert scores.bands(D(1), D(0))[1].limits(D(6)) == (D("0.00"), D("5.99"))
    for full, partial in [("0.5", "0.6"), ("1.1", "0.6"), ("0.8", "-0.1")]:
        with pytest.raises(NoScore, match="下限"):
            scores.bands(D(full), D(partial))


@given(weights.filter(bool))
def test_bands_do_not_overlap(weight: Decimal) -> None:
    met, partly, missed = (band.limits(weight) for band in NATIONAL.bands)
    assert met[1] == weight
    assert missed[0] == 0
    assert partly[0] <= partly[1]
    assert partly[1] < D("0.8") * weight or partly[1] == partly[0]


def test_execution_rate_and_its_score_of_the_example() -> None:
    assert scores.execution_rate(D("6.224"), D(30)) == D("0.2075")
    assert scores.execution_score(D("6.224"), D(30), D(10)) == D("2.07")


@pytest.mark.parametrize(
    ("executed", "budget", "expected"), [("33", "30", "10.00"), ("-1", "30", "0.00"), ("0", "30", "0.00")]
)
def test_execution_score_stays_within_its_weight(executed: str, budget: str, expected: str) -> None:
    assert str(scores.execution_score(D(executed), D(budget), D(10))) == expected


def test_no_budget_no_rate() -> None:
    for rate in (scores.execution_rate, lambda e, b: scores.execution_score(e, b, D(10))):
        with pytest.raises(ZeroBase):
            rate(D(1), D(0))
        with pytest.raises(NoScore, match="为负"):
            rate(D(1), D(-1))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("100", "优"),
        ("90", "优"),
        ("89.995", "优"),
        ("89.99", "良"),
        ("80", "良"),
        ("79.99", "中"),
        ("60", "中"),
        ("59.62", "差"),
        ("0", "差"),
    ],
)
def test_grade(points: str, expected: str) -> None:
    assert scores.grade(D(points)) == expected


def test_grade_outside_the_points() -> None:
    for points in ("100.01", "-0.01"):
        with pytest.raises(NoScore, match="总分"):
            scores.grade(D(points))


def test_grade_below_every_floor_is_the_last() -> None:
    odd = NATIONAL._replace(grades=(("合格", D(60)), ("不合格", D(10))))
    assert scores.grade(D(5), odd) == "不合格"


def test_national_points_add_up() -> None:
    assert sum((points for _, points in NATIONAL.shares), NATIONAL.execution_weight) == NATIONAL.full


EXAMPLE = [
    # actual, target, weight, printed score; None for the sign: by the band
    ("—0月次", "—12月次", "6", "0"),
    ("≥68920件", "≥50000件", "6", "6"),
    ("≥5.2%", "≥8%", "2.5", "1.63"),
    ("≥0%", "≥93%", "2.5", "0"),
    ("≥96%", "≥95%", "2.5", "2.5"),
    ("≥95%", "≥85%", "7", "7"),
    ("≥95%", "≥90%", "6", "6"),
    ("≥88%", "≥85%", "6", "6"),
    ("≥98.75%", "≥75%", "10", "10"),
]


@pytest.mark.parametrize(("actual", "target", "weight", "expected"), EXAMPLE)
def test_quantitative_rows_of_the_example(actual: str, target: str, weight: str, expected: str) -> None:
    assert printed(actual, target, weight) == D(expected)


def test_rows_of_the_example_that_are_questioned() -> None:
    assert printed("≥20.75%", "≥80%", "2") == D("0.52")
    assert printed("≤0人", "≤40人", "6") == 6
    floors = []
    for weight in ("3", "6"):
        band = NATIONAL.band("部分达成预期指标并具有一定效果")
        assert band is not None
        floors.append(band.limits(D(weight))[0])
    assert floors == [D("1.80"), D("3.60")]
    # With both at their floor the total would be 62.02: another grade.
    assert scores.grade(D("59.62") - 1 - 2 + sum(floors)) == "中"


def test_total_of_the_example() -> None:
    own = ["0", "0.42", "0", "6", "1.63", "0", "2.5", "0", "1", "7", "3", "2", "6", "6", "6", "6", "10"]
    total = scores.total(map(D, own), scores.execution_score(D("6.224"), D(30), D(10)))
    assert total == D("59.62")
    assert scores.grade(total) == "差"
