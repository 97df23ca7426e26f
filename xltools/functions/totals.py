"""合计: over blocks, over the leaves of a code tree, below one code, and 元 to 万元."""

from __future__ import annotations

from decimal import Decimal

from xltools import amount
from xltools.functions import cells
from xltools.functions.contract import Argument, Block, CellError, Function, FunctionError, Scalar

GROUP = "合计"
_MOST_PLACES = 6


def total(*blocks: Block | None) -> Decimal:
    """The exact sum of the numbers of all blocks; blanks count 0."""
    return cells.total([value for block in blocks if block is not None for value in cells.numbers(block)])


def leaves(codes: Block, amounts: Block) -> Decimal:
    """The sum over the codes of which no other code in the range is an extension."""
    rows = _rows(codes, amounts)
    return cells.total([value for _, value in _leaves(rows)])


def subtotal(code: Scalar, codes: Block, amounts: Block) -> Decimal:
    """The sum over the leaves below ``code``; #N/A when the range holds none."""
    wanted = cells.code(code)
    if not wanted:
        raise FunctionError(CellError.VALUE, "要汇总的科目代码应是数字")
    below = [(c, v) for c, v in _rows(codes, amounts) if c != wanted and c.startswith(wanted)]
    if not below:
        raise FunctionError(CellError.NA, f"所给区域中没有{wanted}的下级科目")
    return cells.total([value for _, value in _leaves(below)])


def wan(yuan: Decimal, places: Decimal) -> Decimal:
    """元 as 万元, rounded half-up once."""
    if places % 1 or not 0 <= places <= _MOST_PLACES:
        raise FunctionError(CellError.NUM, f"小数位数应是0到{_MOST_PLACES}的整数")
    return amount.to_wan(yuan, int(places))


_Row = tuple[str, Decimal | None]


def _rows(codes: Block, amounts: Block) -> list[_Row]:
    """The rows that carry a code, with their amounts; other texts (合计, 注) are passed over."""
    left, right = cells.vector(codes, "科目代码"), cells.vector(amounts, "金额")
    if len(left) != len(right):
        raise FunctionError(CellError.VALUE, "科目代码和金额的单元格个数不同")
    rows: list[_Row] = []
    for cell, money in zip(left, right, strict=True):
        code = cells.code(cell)
        if code:
            rows.append((code, cells.number(money)))
        elif code is None and cells.number(money):
            raise FunctionError(CellError.VALUE, "有金额没有科目代码")
    return rows


def _leaves(rows: list[_Row]) -> list[_Row]:
    above = {code[:length] for code in {code for code, _ in rows} for length in range(1, len(code))}
    return [row for row in rows if row[0] not in above]


_CODES = Argument(
    "codes", "科目代码", "科目代码所在的一列。数字或文字都可以，“注：”等不是代码的行不计。", "range"
)
_AMOUNTS = Argument("amounts", "金额", "与科目代码逐行对应的一列金额，行数必须相同。", "range")
_TREE = (
    "末级科目是区域内没有下级的科目：有20103和2010399时只加2010399。相同代码的各行都计入。",
    "代码为空而有金额，是漏填代码，返回#VALUE!；代码为空且没有金额的行不计。",
    "空单元格和———按0计；金额处是文字，返回#VALUE!；负数照加。",
)

FUNCTIONS = (
    Function(
        "XT_TOTAL",
        GROUP,
        "合计",
        "对一至三个区域中的数求和，逐分精确，没有二进制误差。空单元格和———按0计；"
        "遇到其他文字返回#VALUE!，不像SUM那样悄悄跳过。",
        (
            Argument("block", "区域", "要求和的单元格区域。", "range"),
            Argument("block2", "区域二", "可选，另一个区域。", "range", None),
            Argument("block3", "区域三", "可选，第三个区域。", "range", None),
        ),
        "number",
        total,
        (
            "SUM遇到以文字形式存放的数会跳过它，合计因此少一笔而没有提示；本函数把能读作金额的文字"
            "（1,234.50、全角１２３）计入，其余文字返回#VALUE!。",
            "区域全空，结果是0；负数照加；逻辑值和日期文字返回#VALUE!。",
        ),
        (
            ([[0.1], [0.2], ["1,234.50"]],),
            ([[298.56, 21.18]], [[5.08]]),
            ([["———"], [-3.5]],),
            ([[1], ["见附表"]],),
        ),
    ),
    Function(
        "XT_LEAVES",
        GROUP,
        "末级合计",
        "按科目代码只对末级科目求和，避免类、款、项重复相加。用于合计行：区域从合计行的下一行取到表尾。",
        (_CODES, _AMOUNTS),
        "number",
        leaves,
        _TREE,
        (([["201"], ["20103"], ["2010399"], ["208"]], [[298.56], [298.56], [298.56], [21.18]]),),
    ),
    Function(
        "XT_SUBTOTAL",
        GROUP,
        "科目小计",
        "某个类、款科目的金额：区域中该科目之下各末级科目之和。区域从本行的下一行取到表尾，科目本身不计在内。",
        (
            Argument("code", "科目代码", "要汇总的类或款的代码，如201，通常引用本行的代码。", "cell"),
            _CODES,
            _AMOUNTS,
        ),
        "number",
        subtotal,
        (*_TREE, "区域中没有该科目的下级，返回#N/A，不返回0：删去全部明细后不应得出0。"),
        ((201, [["20103"], ["2010301"], ["2010399"], ["208"]], [[298.56], [292.33], [6.23], [21.18]]),),
    ),
    Function(
        "XT_WAN",
        GROUP,
        "元转万元",
        "把元换算为万元，四舍五入一次到指定位数（默认2位）。",
        (
            Argument("yuan", "金额（元）", "以元为单位的金额。", "number"),
            Argument("places", "小数位数", "可选，保留的小数位数，0到6，默认2。", "number", Decimal(2)),
        ),
        "number",
        wan,
        ("空单元格得0；负数按绝对值四舍五入（-50元得-0.01万元）；文字返回#VALUE!。",),
        ((62240,), (50,), (62240, 3)),
    ),
)
