"""核对 and 文字: do two sides agree, and how a change is put into words."""

from __future__ import annotations

from decimal import Decimal

from xltools import amount
from xltools.amount import ZERO, Amount, Unit
from xltools.functions import cells
from xltools.functions.contract import Argument, Block, CellError, Function, FunctionError

EQUAL, ROUNDING, WRONG = "一致", "尾差", "错误"
"""What ``balance`` answers."""
_LABELS = ("金额单位：", "金额单位:", "单位：", "单位:")
_MONEY = frozenset({"元", "千元", "万元", "亿元"})
_LONGEST_UNIT = 10


def balance(left: Block, right: Block, unit: str) -> str:
    """一致, 尾差 or 错误 of two sides, each a sum of printed amounts.

    Every non-blank cell stands for the exact amounts within its slack; their slacks add up: one total
    against n addends may miss by 0.005 × (n + 1) in 万元, by nothing in 元.
    """
    slack = _unit(unit).slack
    gap = _side(left, slack) - _side(right, slack)
    if gap.value == 0:
        return EQUAL
    return ROUNDING if abs(gap.value) <= gap.slack else WRONG


def _side(block: Block, slack: Decimal) -> Amount:
    values = [value for value in cells.numbers(block) if value is not None]
    return Amount.total(Amount(amount.half_up(value), slack) for value in values)


def _unit(text: str) -> Unit:
    bare = _bare_unit(text)
    if bare not in set(Unit):
        raise FunctionError(CellError.VALUE, f"金额单位“{text[: cells.SHOWN]}”不是元或万元")
    return Unit(bare)


def _bare_unit(text: str) -> str:
    plain = "".join(text.split())
    for label in _LABELS:
        plain = plain.removeprefix(label)
    return plain


def phrase(current: Decimal, previous: Decimal, unit: str) -> str:
    """增加…，增长… / 减少…，下降… / 与上年持平 / 上年无此项, without what follows."""
    bare = _bare_unit(unit)
    if len(bare) > _LONGEST_UNIT:
        raise FunctionError(CellError.VALUE, f"“{bare[: cells.SHOWN]}”不是单位")
    if current == previous == ZERO:
        return "本年和上年均无此项"
    gap = current - previous
    size = _shown(abs(gap), bare)
    if _is_zero(size):
        return "与上年持平"
    verb, trend = ("增加", "增长") if gap > 0 else ("减少", "下降")
    if previous == 0:
        return f"{verb}{size}{bare}（上年无此项）"
    if previous < 0:
        return f"{verb}{size}{bare}（上年为负数，不计算增减率）"
    rate = amount.divide(abs(gap), previous, amount.PLACES, Decimal(100))
    return f"{verb}{size}{bare}，{trend}{rate}%"


def _shown(value: Decimal, unit: str) -> str:
    """Money with two places; counts (人, 次) without needless zeros."""
    if unit in _MONEY:
        return amount.show(value)
    return f"{value.normalize():f}"


def _is_zero(size: str) -> bool:
    return not size.strip("0.")


FUNCTIONS = (
    Function(
        "XT_BALANCE",
        "核对",
        "两边核对",
        "两边各自求和后相比：相等为一致；差额能由四舍五入解释为尾差；否则为错误。"
        "万元允许差0.005×非空单元格数（一个合计对n个分项即0.005×(n+1)），元不允许差。",
        (
            Argument("left_side", "左边", "左边的区域，如合计。", "range"),
            Argument("right_side", "右边", "右边的区域，如各分项。", "range"),
            Argument(
                "unit",
                "金额单位",
                "可选，元或万元，可引用写有“金额单位：万元”的单元格，默认万元。",
                "text",
                "万元",
            ),
        ),
        "text",
        balance,
        (
            "按印出的两位小数比较。空单元格和———是确切的0，不增加允许的差额；填了0的单元格算一个。",
            "两边都空为一致；负数照加；文字返回#VALUE!；金额单位不是元或万元，返回#VALUE!。",
        ),
        (
            ([[319.74]], [[313.52], [6.22]]),
            ([[319.74]], [[313.52], [6.23]]),
            ([[319.74]], [[313.52], [6.12]]),
            ([[319.74]], [[313.52], [6.23]], "元"),
        ),
    ),
    Function(
        "XT_PHRASE",
        "文字",
        "增减说明",
        "把本年数与上年数的变化写成一句话：增加…，增长…；减少…，下降…；与上年持平；上年无此项。",
        (
            Argument("current", "本年数", "本年的金额或数量，空单元格按0计。", "number"),
            Argument("previous", "上年数", "上年的金额或数量，空单元格按0计。", "number"),
            Argument("unit", "单位", "可选，默认万元；金额保留两位小数，人、次等按原数。", "text", "万元"),
        ),
        "text",
        phrase,
        (
            "上年为0或空：只写增减额和“上年无此项”，不写百分比；上年为负：不计算增减率；两年都是0：本年和上年均无此项。",
            "变化在印出的位数上为0，写与上年持平；文字返回#VALUE!。",
        ),
        (
            (324.86, 364.29),
            (21.18, 14.38),
            (6.22, 6.22),
            (0.3, None),
            (12, 15, "人次"),
        ),
    ),
)
