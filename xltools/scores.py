"""项目支出绩效自评: indicator values, scores by sign and by band, execution rate, total, grade.

What differs between provinces is data: ``Scoring``. ``NATIONAL`` holds the values of 《项目支出绩效评价
管理办法》(财预〔2020〕10号). Scores are points, rounded half-up once to two places. Standard library and
``amount`` only: the worksheet functions carry this room into LibreOffice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from xltools import amount
from xltools.amount import ZERO

PLACES = 2
"""Places after the point of every score."""
RATE_PLACES = 4
"""Places of a rate as a fraction: two places when shown in percent."""


class NoScore(ValueError):
    """There is no score for these values; ``str()`` is a Chinese phrase that says why."""


class ZeroBase(NoScore):
    """A rate over a base of 0."""


class Sign(StrEnum):
    """How an indicator's actual value is held against its target."""

    AT_LEAST = "≥"
    MORE = ">"
    EQUAL = "="
    AT_MOST = "≤"
    LESS = "<"


class Band(NamedTuple):
    """One level of a qualitative indicator: the part of the weight it may earn, from ``low`` to ``high``
    (``low`` belongs to it; ``high`` only when ``closed``). ``words`` are how texts of this level begin."""

    name: str
    low: Decimal
    high: Decimal
    closed: bool
    words: tuple[str, ...]

    def limits(self, weight: Decimal) -> tuple[Decimal, Decimal]:
        """The lowest and the highest score of two places that this level allows."""
        low = amount.half_up(self.low * weight, PLACES)
        high = self.high * weight
        if self.closed:
            return low, amount.half_up(high, PLACES)
        step = Decimal(1).scaleb(-PLACES)
        return low, max(low, high.quantize(step, rounding=ROUND_CEILING) - step)


class Scoring(NamedTuple):
    """What an edition prescribes for 自评: everything scores depend on.

    ``shares`` are the points per 一级指标; ``grades`` pairs of name and lowest total, best first;
    ``unfilled`` the part of its weight that a row without a target may earn at most (None: no such rule).
    """

    execution_weight: Decimal
    shares: tuple[tuple[str, Decimal], ...]
    bands: tuple[Band, ...]
    grades: tuple[tuple[str, Decimal], ...]
    full: Decimal = Decimal(100)
    unfilled: Decimal | None = None

    def band(self, text: str) -> Band | None:
        """The level that a text such as 部分达成预期指标并具有一定效果 names; None when it names none."""
        wanted = "".join(amount.half_width(text).split())
        found = [(len(word), band) for band in self.bands for word in band.words if wanted.startswith(word)]
        return max(found, key=lambda pair: pair[0])[1] if found else None


def bands(full_floor: Decimal = Decimal("0.8"), partial_floor: Decimal = Decimal("0.6")) -> tuple[Band, ...]:
    """The three levels 达成, 部分达成, 未达成 with the lower ends given (Hubei: 0.8 and 0.5)."""
    if not ZERO <= partial_floor <= full_floor <= 1:
        raise NoScore("档次下限应在0和1之间，且达成的下限不低于部分达成的下限")
    return (
        Band("达成", full_floor, Decimal(1), True, ("达成", "完成", "全部达成", "已达成", "已完成")),
        Band("部分达成", partial_floor, full_floor, False, ("部分达成", "部分完成", "基本达成", "基本完成")),
        Band("未达成", ZERO, partial_floor, False, ("未达成", "未完成", "没有达成", "没有完成", "未达到")),
    )


NATIONAL = Scoring(
    execution_weight=Decimal(10),
    shares=(("产出", Decimal(50)), ("效益", Decimal(30)), ("满意度", Decimal(10))),
    bands=bands(),
    grades=(("优", Decimal(90)), ("良", Decimal(80)), ("中", Decimal(60)), ("差", ZERO)),
)
"""The values of 财预〔2020〕10号; the worksheet functions use them unless told otherwise."""


class IndicatorValue(NamedTuple):
    """A value of an indicator as printed: ``≥80%`` is sign ≥, value 80, unit %.

    ``value`` is None when no number is there: then ``text`` holds the words (及时), or is "" when the
    value is missing (``≥%``, 未填报, blank). ``sign`` is None when none is printed.
    """

    sign: Sign | None = None
    value: Decimal | None = None
    unit: str = ""
    text: str = ""

    @property
    def missing(self) -> bool:
        """Nothing was filled in: no number and no words."""
        return self.value is None and not self.text


_SIGNS = {
    Sign.AT_LEAST: "≥ ≧ ⩾ ≮ >= => 不少于 不低于 不小于 大于等于 大于或等于",
    Sign.AT_MOST: "≤ ≦ ⩽ ≯ <= =< 不超过 不高于 不大于 不多于 小于等于 小于或等于",
    Sign.MORE: "> 大于 超过 高于 多于",
    Sign.LESS: "< 小于 低于 少于",
    Sign.EQUAL: "== = 等于",
}
# The angle brackets that Chinese keyboards give for < and >.
_BRACKETS = str.maketrans({"》": ">", "《": "<", "〉": ">", "〈": "<"})
_ORDER = sorted(
    ((word, sign) for sign, words in _SIGNS.items() for word in words.split()), key=lambda p: -len(p[0])
)
_TAILS = (("以上", Sign.AT_LEAST), ("以下", Sign.AT_MOST), ("以内", Sign.AT_MOST))
_UNFILLED = frozenset({"未填报", "未填写", "未填", "/"})
_VALUE = re.compile(r"^([+-]?(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.\d{1,9})?)(\D{0,12})$", re.ASCII)
# An equals sign often arrives from scans and PDF files as one of these.
_DASH_FOR_EQUALS = re.compile(r"^[—―─一](?=\d)|^[—―─](?=\D)", re.ASCII)
_BLANK = re.compile(r"^[-—–―─]*$")
# 12月底前 names a day, not an amount of 12; 2024年 a year.
_DATE = re.compile(r"[前底起]|完成|月份|^月$")
_FIRST_YEAR = 1900


def parse_sign(text: str) -> Sign | None:
    """The sign that a text is, in any of its spellings (>=, ＞＝, 》=, 不少于); None for a blank text.

    Raises NoScore when it is none of them.
    """
    plain = _plain(text)
    sign, rest = _split_sign(plain)
    if rest or (plain and sign is None):
        raise NoScore(f"“{text}”不是≥、>、=、≤、<中的一种")
    return sign


@lru_cache(maxsize=4096)
def parse_indicator(text: str, unit: str = "") -> IndicatorValue:
    """What an indicator's text says: sign, value and unit, or words, or nothing.

    Understood are full-width characters, thousands separators, signs in any spelling, 以上/以下/以内, and
    a dash read for an equals sign (``—12月次``). ``unit``, where the form states it apart, lets
    ``一月次`` be seen as the empty ``=月次``. Dates and ranges (12月底前, 2-3次) are words.
    """
    plain = _plain(text)
    if _BLANK.match(plain) or plain in _UNFILLED:
        return IndicatorValue()
    if unit and plain == f"一{_plain(unit)}":
        return IndicatorValue(Sign.EQUAL, None, _plain(unit))
    sign, rest = _split_sign(_DASH_FOR_EQUALS.sub("=", plain))
    tail, bare = _split_tail(rest)
    number = _split_number(bare)
    if number:
        return IndicatorValue(sign or tail, *number)
    if sign is not None and not any(c.isdigit() for c in rest):
        return IndicatorValue(sign, None, rest)
    return IndicatorValue(text=text.strip())


def _plain(text: str) -> str:
    return "".join(amount.half_width(text).translate(_BRACKETS).split())


def _split_sign(text: str) -> tuple[Sign | None, str]:
    for word, sign in _ORDER:
        if text.startswith(word):
            return sign, text[len(word) :]
    return None, text


def _split_tail(text: str) -> tuple[Sign | None, str]:
    bare = text.removesuffix("(含)")
    for word, sign in _TAILS:
        if bare.endswith(word):
            return sign, bare.removesuffix(word)
    return None, text


def _split_number(text: str) -> tuple[Decimal, str] | None:
    match = _VALUE.match(text)
    if not match or _DATE.search(match[2]):
        return None
    value = Decimal(match[1].replace(",", ""))
    return None if match[2] == "年" and value >= _FIRST_YEAR else (value, match[2])


def score(actual: Decimal, target: Decimal, sign: Sign, weight: Decimal) -> Decimal:
    """The score of a quantitative indicator, from 0 to ``weight``.

    ≥ > =: target met → full, else actual ÷ target × weight. ≤ <: target met → full, else
    (1 − (actual − target) ÷ target) × weight, 0 from twice the target on. A target of 0 that is not met
    earns 0; = 0 (and = a negative) is met by exactly that value, > 0 not by 0. Raises NoScore for a
    negative target that is not met, and for a negative weight. Source: 财预〔2020〕10号; the reverse rule
    is how the provinces apply it.
    """
    if weight < 0:
        raise NoScore("分值不能为负")
    if _met(actual, target, sign):
        return amount.half_up(weight, PLACES)
    if target < 0:
        raise NoScore("目标值为负，不能按比例计分，请人工判定")
    if target == 0:
        return amount.half_up(ZERO, PLACES)
    reverse = sign in (Sign.AT_MOST, Sign.LESS)
    earned = 2 * target - actual if reverse else actual
    return amount.divide(max(earned, ZERO), target, PLACES, weight)


def _met(actual: Decimal, target: Decimal, sign: Sign) -> bool:
    if sign is Sign.EQUAL and target <= 0:
        return actual == target
    if sign in (Sign.AT_LEAST, Sign.EQUAL):
        return actual >= target
    if sign is Sign.MORE:
        return actual > target
    # "Fewer than 5" and 5 came: the ratio gives full points as well, so both read alike.
    return actual <= target


def score_printed(
    actual: IndicatorValue, target: IndicatorValue, weight: Decimal, sign: Sign | None = None
) -> Decimal | None:
    """As ``score``, for values as printed, by ``sign`` or else the target's; None when a number or the
    sign is missing.

    Raises NoScore when the signs contradict, when both values name a unit and the units differ, or when
    only one of them is in %.
    """
    if sign and target.sign and sign is not target.sign:
        raise NoScore(f"符号“{sign}”与指标值中的“{target.sign}”不同")
    by = sign or target.sign
    if actual.value is None or target.value is None or by is None:
        return None
    units = {actual.unit, target.unit}
    if len(units) > 1 and ("" not in units or "%" in units):
        raise NoScore(f"实际完成值的单位“{actual.unit}”与指标值的单位“{target.unit}”不同")
    return score(actual.value, target.value, by, weight)


def execution_rate(executed: Decimal, budget: Decimal) -> Decimal:
    """执行率 as a fraction of four places. Raises ZeroBase for a budget of 0, NoScore for one below 0."""
    _check_budget(budget)
    return amount.divide(executed, budget, RATE_PLACES)


def execution_score(executed: Decimal, budget: Decimal, weight: Decimal) -> Decimal:
    """执行率得分 from the unrounded amounts, never below 0 nor above ``weight``. Raises as the rate does."""
    if weight < 0:
        raise NoScore("分值不能为负")
    _check_budget(budget)
    kept = min(max(executed, ZERO), budget)
    return amount.divide(kept, budget, PLACES, weight)


def _check_budget(budget: Decimal) -> None:
    if budget == 0:
        raise ZeroBase("全年预算数为0，不计算执行率")
    if budget < 0:
        raise NoScore("全年预算数为负，执行率没有意义")


def total(scores: Iterable[Decimal], execution: Decimal = ZERO) -> Decimal:
    """总分: the scores of all indicators and of the execution rate."""
    return amount.half_up(sum(scores, execution), PLACES)


def grade(points: Decimal, scoring: Scoring = NATIONAL) -> str:
    """优, 良, 中 or 差 of a total, judged as printed with two places. Raises NoScore outside 0 to full."""
    printed = amount.half_up(points, PLACES)
    if not ZERO <= printed <= scoring.full:
        raise NoScore(f"总分应在0和{scoring.full}之间")
    return next((name for name, floor in scoring.grades if printed >= floor), scoring.grades[-1][0])
