"""docs/functions.md, made from the registry; the results of its examples are computed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xltools import amount
from xltools.functions import FUNCTIONS, Argument, Function, FunctionError, call

_HEAD = """\
# 单元格函数

<!-- 由 `python -m xltools.build docs` 从登记表生成，请勿手改。 -->

在单元格中像普通函数一样输入，如 `=XT_TOTAL(C8:C12)`。在 Excel 中由 xltools 加载项提供，在 LibreOffice
Calc 中由扩展提供，两处结果相同。

## 共同的规则

- 值在前，基数在后，可选参数在最后。可选参数要么不写，要么写值，不要引用空单元格。
- 按十进制精确计算，四舍五入（五入向远离零的方向，与 Excel 的 ROUND 相同）只做一次。数按六位小数读入。
- 空单元格和只有横线（———）的单元格在求和时按 0 计；在“没有填”与“填了 0”意义不同的地方，没有填返回 `#N/A`。
- 写成文字的金额（`1,234.50`、全角 `１２３`）按数读；其他文字、逻辑值和日期文字出现在数的位置，
  返回 `#VALUE!`。
- 基数为 0 没有百分比，返回 `#DIV/0!`；基数为负百分比没有意义，返回 `#NUM!`；数字过大（整数部分超过13位）
  返回 `#NUM!`。
- 引用的单元格中有错误值，结果就是该错误值（几个时取最先的一个）。
- 函数出错时单元格显示错误值，绝不在数的位置写文字。
- 百分比是四位小数的分数，请把单元格格式设为 `0.00%`。

"""


def markdown() -> str:
    """The whole of docs/functions.md."""
    return _HEAD + "\n".join(_overview()) + "\n\n" + "\n".join(map(_section, FUNCTIONS.values()))


def signature(function: Function) -> str:
    """``XT_WAN(金额（元）, [小数位数])``: the call with its arguments' Chinese titles."""
    return f"{function.name}({', '.join(map(_named, function.arguments))})"


def formula(function: Function, arguments: tuple[object, ...]) -> str:
    """The formula that a person types to call ``function`` with constants."""
    return f"={function.name}({', '.join(map(_constant, arguments))})"


def result(function: Function, arguments: tuple[object, ...]) -> str:
    """What the cell then holds: the number, the text, the array, or the error value."""
    try:
        value = call(function.name, arguments)
    except FunctionError as error:
        return error.error.value
    return _constant(value) if isinstance(value, list) else str(_tidy(value))


def _overview() -> Iterator[str]:
    yield "| 函数 | 名称 | 组 | 作用 |\n| --- | --- | --- | --- |"
    for function in FUNCTIONS.values():
        anchor = function.name.lower()
        purpose = function.help.split("。")[0]
        yield f"| [`{function.name}`](#{anchor}) | {function.title} | {function.group} | {purpose}。 |"


def _section(function: Function) -> str:
    """One function: help, signature, arguments, rules, examples."""
    parts = [
        f"## {function.name}",
        f"**{function.title}**（{function.group}）：{function.help}",
        f"`{signature(function)}` → {_RETURNS[function.returns]}",
        "| 参数 | 名称 | 说明 |\n| --- | --- | --- |\n" + "\n".join(map(_row, function.arguments)),
        "\n".join(f"- {note}" for note in function.notes),
        "| 例 | 结果 |\n| --- | --- |\n"
        + "\n".join(f"| `{formula(function, e)}` | `{result(function, e)}` |" for e in function.examples),
    ]
    return "\n\n".join(parts) + "\n"


_RETURNS = {"number": "数", "text": "文字", "array": "数组"}


def _row(argument: Argument) -> str:
    return f"| `{argument.name}` | {argument.title} | {argument.help} |"


def _named(argument: Argument) -> str:
    return f"[{argument.title}]" if argument.optional else argument.title


def _constant(value: object) -> str:
    """``value`` as an Excel constant; rows of an array are parted by ``;``."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "{" + ";".join(",".join(map(_constant, row)) for row in value) + "}"
    return f'"{value}"' if isinstance(value, str) else str(_tidy(value))


def _tidy(value: object) -> object:
    """A Decimal without needless zeros."""
    if not isinstance(value, Decimal):
        return value
    text = amount.plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
