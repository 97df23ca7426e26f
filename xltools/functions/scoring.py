"""评分: the self-evaluation's scores as worksheet functions; the rules themselves are in ``scores``."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar

from xltools import scores
from xltools.amount import ONE, ZERO
from xltools.functions import cells
from xltools.functions.contract import Argument, Block, CellError, Function, FunctionError, Scalar
from xltools.scores import NATIONAL, Band, IndicatorValue, NoScore, ZeroBase

GROUP = "评分"
_P = ParamSpec("_P")
_T = TypeVar("_T")


def _shown_in_cell(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """``function`` with the failures of ``scores`` as cell errors."""

    @wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return function(*args, **kwargs)
        except ZeroBase as error:
            raise FunctionError(CellError.DIV0, str(error)) from None
        except NoScore as error:
            raise FunctionError(CellError.NUM, str(error)) from None

    return call


@_shown_in_cell
def score(actual: Scalar, target: Scalar, sign: Scalar, weight: Scalar) -> Decimal:
    """The score of a quantitative indicator by its sign."""
    done, wanted = _indicator(actual, "实际完成值"), _indicator(target, "指标值")
    try:
        by = scores.parse_sign(cells.text(sign))
    except NoScore as error:
        raise FunctionError(CellError.VALUE, str(error)) from None
    earned = scores.score_printed(done, wanted, _filled(weight, "分值"), by)
    if earned is None:
        raise FunctionError(CellError.VALUE, "没有≥、>、=、≤、<符号，不能计分")
    return earned


@_shown_in_cell
def band_score(level: Scalar, weight: Scalar, degree: Decimal | None, *floors: Decimal) -> Decimal:
    """The score of a qualitative indicator: its weight × the degree, which must lie within the band."""
    band, points = _band(level, floors), _filled(weight, "分值")
    low, high = band.limits(points)
    if degree is None:
        return high if band.closed else low
    earned = scores.total([degree * points])
    if not ZERO <= degree <= ONE or not low <= earned <= high:
        raise FunctionError(CellError.NUM, f"{band.name}的得分应在{low}到{high}之间")
    return earned


@_shown_in_cell
def band_low(level: Scalar, weight: Scalar, *floors: Decimal) -> Decimal:
    """The lowest score that a level allows."""
    return _band(level, floors).limits(_filled(weight, "分值"))[0]


@_shown_in_cell
def band_high(level: Scalar, weight: Scalar, *floors: Decimal) -> Decimal:
    """The highest score that a level allows."""
    return _band(level, floors).limits(_filled(weight, "分值"))[1]


@_shown_in_cell
def rate(executed: Decimal, budget: Decimal) -> Decimal:
    """执行率 as a fraction."""
    return scores.execution_rate(executed, budget)


@_shown_in_cell
def rate_score(executed: Decimal, budget: Decimal, weight: Decimal) -> Decimal:
    """执行率得分 from the unrounded amounts."""
    return scores.execution_score(executed, budget, weight)


def remainder(executed: Decimal, budget: Decimal) -> Decimal:
    """资金结(转)余."""
    return budget - executed


def points(block: Block, execution: Decimal, weights: Block | None) -> Decimal:
    """总分; with ``weights`` every weighted row must have a score within its weight."""
    earned = cells.numbers(block)
    if any(value is not None and value < 0 for value in [*earned, execution]):
        raise FunctionError(CellError.NUM, "得分不能为负")
    if weights is not None:
        _check_weights(earned, cells.numbers(weights))
    result = scores.total([value for value in earned if value is not None], execution)
    if result > NATIONAL.full:
        raise FunctionError(CellError.NUM, f"总分{result}超过{NATIONAL.full}分")
    return result


def _check_weights(earned: list[Decimal | None], weights: list[Decimal | None]) -> None:
    if len(earned) != len(weights):
        raise FunctionError(CellError.VALUE, "得分和分值的单元格个数不同")
    for own, weight in zip(earned, weights, strict=True):
        if own is None and weight:
            raise FunctionError(CellError.NA, "有分值的指标还没有得分")
        if (own or ZERO) > (weight or ZERO):
            raise FunctionError(CellError.NUM, f"得分{own}超过分值{weight or 0}")


@_shown_in_cell
def grade(total: Scalar, *floors: Decimal) -> str:
    """优, 良, 中 or 差."""
    ends = [*floors, ZERO]
    if ends != sorted(ends, reverse=True):
        raise FunctionError(CellError.VALUE, "优、良、中的起点应从高到低，且不为负")
    names = [name for name, _ in NATIONAL.grades]
    own = NATIONAL._replace(grades=tuple(zip(names, ends, strict=True)))
    return scores.grade(_filled(total, "总分"), own)


def _indicator(cell: Scalar, what: str) -> IndicatorValue:
    """An indicator's value from a number or a text such as ≥80%; #N/A when there is none yet."""
    value = (
        scores.parse_indicator(cell) if isinstance(cell, str) else IndicatorValue(value=cells.number(cell))
    )
    if value.missing:
        raise FunctionError(CellError.NA, f"{what}没有填写")
    if value.value is None:
        raise FunctionError(CellError.VALUE, f"{what}“{value.text[: cells.SHOWN]}”不是数，请用XT_BAND_SCORE")
    return value


def _filled(cell: Scalar, what: str) -> Decimal:
    value = cells.number(cell)
    if value is None:
        raise FunctionError(CellError.NA, f"{what}没有填写")
    if value < 0:
        raise FunctionError(CellError.NUM, f"{what}不能为负")
    return value


def _band(level: Scalar, floors: tuple[Decimal, ...]) -> Band:
    if level is None:
        raise FunctionError(CellError.NA, "完成情况没有填写")
    words = cells.text(level)
    band = NATIONAL._replace(bands=scores.bands(*floors)).band(words)
    if band is None:
        raise FunctionError(CellError.VALUE, f"“{words[: cells.SHOWN]}”不是达成、部分达成、未达成中的一种")
    return band


_WEIGHT = Argument("weight", "分值", "该指标的分值。", "cell")
_LEVEL = Argument("level", "完成情况", "达成、部分达成或未达成，官方的整句也可以。", "cell")
_FLOORS = (
    Argument("full_floor", "达成下限", "可选，达成档的下限比例，默认0.8。", "number", Decimal("0.8")),
    Argument(
        "partial_floor", "部分达成下限", "可选，部分达成档的下限比例，默认0.6。", "number", Decimal("0.6")
    ),
)
_EXECUTED = Argument("executed", "全年执行数", "全年执行数，空单元格按0计。", "number")
_BUDGET = Argument("budget", "全年预算数", "全年预算数。", "number")
_BAND_NOTES = (
    "按整句的开头识别：达成、完成；部分达成、部分完成、基本达成；未达成、未完成、没有完成。"
    "其他文字返回#VALUE!，空白返回#N/A。",
    "达成[80%，100%]，部分达成[60%，80%)，未达成[0，60%)；各省不同，可用后两个参数改写。",
)
_BUDGET_NOTE = "预算数为0或空，返回#DIV/0!；预算数为负，返回#NUM!；文字返回#VALUE!。"

FUNCTIONS = (
    Function(
        "XT_SCORE",
        GROUP,
        "定量指标得分",
        "按符号给定量指标计分：≥、>、=完成即满分，否则按完成比例；≤、<不超过即满分，"
        "超过部分按比例扣，达到目标两倍为0。四舍五入到两位，不超过分值。",
        (
            Argument("actual", "实际完成值", "数，或带符号和单位的文字，如 ≥20.75%、68920件。", "cell"),
            Argument("target", "指标值", "数，或带符号和单位的文字，如 ≥80%、≤40人。", "cell"),
            Argument(
                "sign",
                "符号",
                "≥、>、=、≤、<，也认 >=、＞＝、》=、不少于等写法；空白时用指标值中的符号。",
                "cell",
            ),
            _WEIGHT,
        ),
        "number",
        score,
        (
            "目标为0：≥0、≤0、=0按是否做到给满分或0分；>0而实际为0，得0分。",
            "目标为负且没有做到，不能按比例计分，返回#NUM!，请人工判定；实际为负按0计分。",
            "实际完成值、指标值或分值未填（空白、只有符号和单位如≥%、未填报），返回#N/A，不当作0分。",
            "定性的文字（及时、显著提高）、处处没有符号、认不出的符号，返回#VALUE!；"
            "两处符号不同，或单位不同（一处是%另一处不是也算），返回#NUM!。",
            "超额完成仍是满分；超额较多是否调减，由人判定。",
        ),
        (
            ("≥5.2%", "≥8%", "", 2.5),
            (68920, 50000, "≥", 6),
            ("≤50人", "≤40人", "", 6),
            (80, 40, "<=", 6),
            ("≥%", "≥80%", "", 2),
        ),
    ),
    Function(
        "XT_BAND_SCORE",
        GROUP,
        "定性指标得分",
        "定性指标的得分：分值乘以完成程度，程度必须在所选档内，否则返回#NUM!。"
        "不给程度时，达成取满分，部分达成和未达成取该档下限。",
        (
            _LEVEL,
            _WEIGHT,
            Argument("degree", "完成程度", "可选，0到1之间的比例，如0.7。", "number", None),
            *_FLOORS,
        ),
        "number",
        band_score,
        _BAND_NOTES,
        (
            ("达成预期指标", 6),
            ("部分达成预期指标并具有一定效果", 3),
            ("部分达成", 6, 0.75),
            ("未完成预期指标且效果较差", 2.5),
        ),
    ),
    Function(
        "XT_BAND_LOW",
        GROUP,
        "定性得分下限",
        "所选档次允许的最低得分，四舍五入到两位。",
        (_LEVEL, _WEIGHT, *_FLOORS),
        "number",
        band_low,
        _BAND_NOTES,
        (("部分达成", 6), ("达成", 3)),
    ),
    Function(
        "XT_BAND_HIGH",
        GROUP,
        "定性得分上限",
        "所选档次允许的最高得分（两位小数）；部分达成和未达成不含上一档的下限。",
        (_LEVEL, _WEIGHT, *_FLOORS),
        "number",
        band_high,
        _BAND_NOTES,
        (("部分达成", 6), ("达成", 3)),
    ),
    Function(
        "XT_RATE",
        GROUP,
        "预算执行率",
        "全年执行数÷全年预算数，四舍五入到四位小数，单元格格式设为0.00%。",
        (_EXECUTED, _BUDGET),
        "number",
        rate,
        (_BUDGET_NOTE, "执行数超过预算数时大于1。"),
        ((6.224, 30),),
    ),
    Function(
        "XT_RATE_SCORE",
        GROUP,
        "执行率得分",
        "执行率的得分：由未经四舍五入的执行数和预算数计算，四舍五入一次到两位，不超过分值（默认10）。",
        (
            _EXECUTED,
            _BUDGET,
            Argument("weight", "分值", "可选，执行率的分值，默认10。", "number", NATIONAL.execution_weight),
        ),
        "number",
        rate_score,
        (
            _BUDGET_NOTE,
            "不用已四舍五入的执行率：6.224÷30×10得2.07，由20.75%算则误为2.08。",
            "执行数为负得0分，超过预算得满分。",
        ),
        ((6.224, 30), (33, 30), (6.224, 0)),
    ),
    Function(
        "XT_REMAINDER",
        GROUP,
        "资金结(转)余",
        "全年预算数减全年执行数，精确相减。",
        (_EXECUTED, _BUDGET),
        "number",
        remainder,
        ("空单元格按0计；执行数大于预算数时为负；文字返回#VALUE!。",),
        ((6.224, 30),),
    ),
    Function(
        "XT_POINTS",
        GROUP,
        "自评总分",
        "自评总分：各指标得分与执行率得分之和，四舍五入到两位。给出分值区域时，逐行核对得分齐全且不超过分值。",
        (
            Argument("scores", "得分", "各指标得分所在的区域。", "range"),
            Argument("rate_score", "执行率得分", "可选，执行率的得分，默认0。", "number", ZERO),
            Argument("weights", "分值", "可选，与得分逐格对应的分值区域。", "range", None),
        ),
        "number",
        points,
        (
            "空的得分按0计；给出分值区域时，有分值而没有得分返回#N/A，得分超过分值返回#NUM!。",
            "得分为负或总分超过100，返回#NUM!；文字返回#VALUE!。",
        ),
        (([[6], [1.63], [2.5]], 2.07), ([[6], [1.63]], 2.07, [[6], [2.5]])),
    ),
    Function(
        "XT_GRADE",
        GROUP,
        "自评等级",
        "总分对应的等级：90分（含）以上为优，80分（含）以上为良，60分（含）以上为中，60分以下为差。",
        (
            Argument("total", "总分", "自评总分，0到100。", "cell"),
            Argument("excellent", "优的起点", "可选，默认90。", "number", Decimal(90)),
            Argument("good", "良的起点", "可选，默认80。", "number", Decimal(80)),
            Argument("fair", "中的起点", "可选，默认60。", "number", Decimal(60)),
        ),
        "text",
        grade,
        ("按两位小数的总分判定；总分为空返回#N/A，不在0到100之间返回#NUM!，文字返回#VALUE!。",),
        ((59.62,), (60,), (89.995,)),
    ),
)
