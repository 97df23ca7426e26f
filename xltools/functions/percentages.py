"""百分比: shares, closed shares, changes, rates of change, completion; fractions of four places."""

from __future__ import annotations

from decimal import Decimal

from xltools import amount
from xltools.amount import ONE, ZERO, Unit
from xltools.functions import cells
from xltools.functions.contract import Argument, Block, CellError, Function, FunctionError, Scalar

GROUP = "百分比"
PLACES = 4
"""Places of a fraction: two when shown in percent."""


def share(part: Decimal, whole: Decimal) -> Decimal:
    """``part`` ÷ ``whole``."""
    return _over(part, whole, "总额")


def shares(parts: Block, whole: Scalar = None) -> list[list[Decimal]]:
    """All shares of ``parts``, closed to 1, in the shape of ``parts``."""
    closed = iter(_closed(cells.numbers(parts), cells.number(whole)))
    return [[next(closed) for _ in row] for row in parts]


def share_closed(part: Decimal, parts: Block, whole: Scalar, index: Decimal | None) -> Decimal:
    """The share of one part of ``parts``, whose shares are closed to 1.

    ``index`` counts from 1; without it the first part equal to ``part`` is meant.
    """
    values = cells.numbers(parts)
    closed = _closed(values, cells.number(whole))
    if index is not None:
        if index % 1 or not 1 <= index <= len(values):
            raise FunctionError(CellError.NUM, f"序号应是1到{len(values)}的整数")
        position = int(index) - 1
        if (values[position] or ZERO) != part:
            raise FunctionError(CellError.VALUE, "序号所指的部分与第一个参数不是同一个数")
        return closed[position]
    found = {own for own, value in zip(closed, values, strict=True) if (value or ZERO) == part}
    if not found:
        raise FunctionError(CellError.NA, "各部分中没有这个数")
    if len(found) > 1:
        raise FunctionError(CellError.NA, "有几个部分与它相等，尾差归其中一个，请给出序号")
    return found.pop()


def change(current: Decimal, previous: Decimal) -> Decimal:
    """``current`` − ``previous``, exact."""
    return current - previous


def change_rate(current: Decimal, previous: Decimal) -> Decimal:
    """The change over ``previous``."""
    return _over(current - previous, previous, "上年数")


def completion(actual: Decimal, budget: Decimal) -> Decimal:
    """``actual`` ÷ ``budget``."""
    return _over(actual, budget, "预算数")


def _over(value: Decimal, base: Decimal, what: str) -> Decimal:
    if base == 0:
        raise FunctionError(CellError.DIV0, f"{what}为0，没有百分比")
    if base < 0:
        raise FunctionError(CellError.NUM, f"{what}为负，百分比没有意义")
    return amount.divide(value, base, PLACES)


def _closed(parts: list[Decimal | None], whole: Decimal | None) -> list[Decimal]:
    """Shares that add up to exactly 1: the rounding rest goes to the (first) largest part."""
    values = [value or ZERO for value in parts]
    present = sum(value is not None for value in parts)
    base = sum(values, ZERO) if whole is None else whole
    envelope = Unit.WAN.slack * (present + 1)
    if abs(base - sum(values, ZERO)) > envelope:
        raise FunctionError(CellError.NUM, f"各部分之和与总额之差超出四舍五入可解释的{envelope}")
    closed = [_over(value, base, "总额") for value in values]
    largest = max(range(len(values)), key=lambda i: (values[i], -i))
    closed[largest] += ONE - sum(closed, ZERO)
    return closed


_ZERO_BASE = "{0}为0或空，返回#DIV/0!；{0}为负，百分比没有意义，返回#NUM!；文字返回#VALUE!。"
_PARTS = Argument("parts", "各部分", "总额的全部组成部分所在的区域，空单元格按0计。", "range")
_WHOLE = Argument(
    "whole",
    "总额",
    "可选，表上的总额。与各部分之和只能相差四舍五入的尾差；不给出时用各部分之和。",
    "cell",
    None,
)
_CURRENT = Argument("current", "本年数", "本年的金额，空单元格按0计。", "number")
_PREVIOUS = Argument("previous", "上年数", "上年的金额。", "number")
_CLOSING = (
    "各部分先各自四舍五入到四位小数，余数归最大的一个（有几个最大时归第一个），占比相加恰为100.00%。",
    "总额与各部分之和之差超过0.005×（非空部分数+1），说明部分不全或总额有误，返回#NUM!。",
    _ZERO_BASE.format("总额"),
)

FUNCTIONS = (
    Function(
        "XT_SHARE",
        GROUP,
        "占比",
        "部分占总额的比重，四舍五入到四位小数，单元格格式设为0.00%。",
        (
            Argument("part", "部分", "部分的金额，空单元格按0计。", "number"),
            Argument("whole", "总额", "总额。", "number"),
        ),
        "number",
        share,
        (_ZERO_BASE.format("总额"), "部分为负，占比为负；部分大于总额，占比大于1。"),
        ((313.52, 319.74), (6.22, 319.74)),
    ),
    Function(
        "XT_SHARE_CLOSED",
        GROUP,
        "闭合占比",
        "同一总额下某一部分的占比，各部分占比相加恰为100.00%，尾差归最大的部分。",
        (
            Argument("part", "部分", "要算占比的那一部分。", "number"),
            _PARTS,
            _WHOLE,
            Argument(
                "index",
                "序号",
                "可选，这一部分在各部分中的序号，从1起；有相等的部分时用它区分，"
                "如 ROWS(B$5:B7)，插入行后仍然正确。",
                "number",
                None,
            ),
        ),
        "number",
        share_closed,
        (
            *_CLOSING,
            "不给序号而有几个相等的部分、其中一个要承担尾差，返回#N/A；各部分中没有这个数，返回#N/A；"
            "序号所指与第一个参数不符，返回#VALUE!。",
        ),
        (
            (324.81, [[324.81], [0.02]], 324.82),
            (0.02, [[324.81], [0.02]], 324.82),
            (1, [[1], [1], [1]], None, 1),
            (1, [[1], [1], [1]], None, 2),
        ),
    ),
    Function(
        "XT_SHARES",
        GROUP,
        "全部闭合占比",
        "一次得出全部占比的数组，相加恰为100.00%。在旧版Excel、WPS和LibreOffice中按数组公式输入。",
        (_PARTS, _WHOLE),
        "array",
        shares,
        (*_CLOSING, "结果与各部分的区域同形，空单元格的占比是0。"),
        (([[298.56], [21.18]],),),
    ),
    Function(
        "XT_CHANGE_AMOUNT",
        GROUP,
        "增减额",
        "本年数减上年数，精确相减。增加为正，减少为负。",
        (_CURRENT, _PREVIOUS),
        "number",
        change,
        ("空单元格按0计；负数照减；文字返回#VALUE!。",),
        ((324.86, 364.29),),
    ),
    Function(
        "XT_CHANGE_RATE",
        GROUP,
        "增减率",
        "本年数比上年数增减的比率：（本年数－上年数）÷上年数，四舍五入到四位小数。",
        (_CURRENT, _PREVIOUS),
        "number",
        change_rate,
        (_ZERO_BASE.format("上年数"), "上年没有数就没有增长率，绝不是增长100%；本年数可以为负。"),
        ((324.86, 364.29), (21.18, 14.38), (0.3, 0)),
    ),
    Function(
        "XT_COMPLETION",
        GROUP,
        "完成率",
        "决算数完成预算数的比率，四舍五入到四位小数。",
        (
            Argument("actual", "决算数", "决算金额，空单元格按0计。", "number"),
            Argument("budget", "预算数", "年初预算金额。", "number"),
        ),
        "number",
        completion,
        (_ZERO_BASE.format("预算数"),),
        ((319.74, 364.44), (298.56, 341.64)),
    ),
)
