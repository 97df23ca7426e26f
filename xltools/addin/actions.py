"""What the buttons do, in Excel, in LibreOffice and on files alike: the handlers know only the port."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from xltools.addin import importing, making, results, suggestions
from xltools.addin.port import Cancelled, Port, snapshot
from xltools.errors import XltoolsError
from xltools.files import disk_trouble
from xltools.resources import resource
from xltools.rules import Checked
from xltools.version import VERSION

logger = logging.getLogger("xltools")

TAB = "决算公开"
GROUPS = {"book": "工作簿", "checking": "审核", "publish": "公开", "support": "支持"}


@dataclass(frozen=True, slots=True)
class Action:
    """A button: ``title`` on it, ``tip`` says in one sentence what it does (≤ 255 characters)."""

    id: str
    title: str
    tip: str


_ALL = (
    Action("new", "新建", "新建一份标准工作簿：十张公开表、上年数与预算、分析、情况说明、绩效自评。"),
    Action(
        "import", "导入…", "从决算软件导出的文件、已公开的工作簿或上年工作簿读入数据，写入前先列出识别结果。"
    ),
    Action("carry", "结转上年数", "把上年工作簿的决算数填入本工作簿的“上年数与预算”。"),
    Action("add_project", "新增自评项目", "增加一张空白的“绩效自评”表，用于填报下一个项目。"),
    Action("check", "校验", "核对全部勾稽关系，问题列入“审核结果”，并在表中标出单元格。"),
    Action("check_sheet", "校验本表", "只列出与当前工作表有关的问题。"),
    Action("previous", "上一问题", "选中上一条问题所在的单元格，原因显示在状态栏。"),
    Action("next", "下一问题", "选中下一条问题所在的单元格，原因显示在状态栏。"),
    Action("adopt", "采纳建议", "把当前问题的建议值填入单元格，并记录原值。"),
    Action("undo", "撤销采纳", "恢复最近一次采纳建议之前的值。"),
    Action("clear", "清除标记", "去掉校验留下的标记；您自己的填充色和批注不受影响。"),
    Action("narrate", "生成说明", "按表中数据生成情况说明的文字；已填写的原因保留。"),
    Action("export", "导出", "校验通过后生成公开用的 Word、PDF、网页和工作簿。"),
    Action("repair", "修复公式", "公式显示 #NAME? 或指向别处的加载宏时，重新连接到本机的函数。"),
    Action("help", "帮助", "打开使用手册。"),
    Action("about", "关于", "显示版本、所用版式和函数清单。"),
)
ACTIONS: dict[str, Action] = {action.id: action for action in _ALL}
"""All buttons by id: the ribbon, LibreOffice's toolbar and the manual are made from it."""


def press(action: str, port: Port) -> None:
    """Run a button. Whatever happens is said in the status line; nothing is raised."""
    try:
        HANDLERS[action](port)
    except XltoolsError as error:
        port.status(str(error))
    except Cancelled:
        logger.info("%s: stopped by the user", action)
    except Exception as error:
        if isinstance(error, OSError) and (trouble := disk_trouble(error)):
            port.status(str(trouble))
            return
        logger.exception("%s failed", action)
        port.status(f"“{ACTIONS[action].title}”没有完成：{type(error).__name__} {error}。详情见日志。")


def check(port: Port, only: str | None = None) -> Checked:
    """校验: write 审核结果, mark the cells, set the state of each sheet on 封面.

    ``only`` lists and marks the findings of one sheet alone; the check is always of the whole. An 出错说明
    already typed stays with its finding.
    """
    import xltools

    port.status("正在读取工作簿…")
    grids = port.read()
    grid = results.required(grids)
    results.first_row(grid)
    with snapshot(port) as path:
        reading = xltools.read(path)
    port.status("正在校验…")
    checked = xltools.check(reading)
    with port.quietly():
        results.write(port, grid, checked, reading.report.explanations, only)
        results.write_states(port, grids, checked)
        port.clear_marks()
        port.mark(results.marks(checked, only))
    port.status(summary(checked, only))
    return checked


def check_sheet(port: Port) -> None:
    """校验本表."""
    check(port, port.here().sheet)


def summary(checked: Checked, only: str | None = None) -> str:
    """The line for the status bar."""
    counts = "，".join(f"{level} {count}" for level, count in checked.counts.items())
    scope = f"（只列出“{only}”）" if only else ""
    left_out = f"；{len(checked.not_checked)} 项未核对" if checked.not_checked else ""
    return f"校验完成{scope}：{checked.verdict}。{counts}；核对了 {checked.checked} 条勾稽关系{left_out}。"


def following(port: Port) -> None:
    """下一问题."""
    _walk(port, forward=True)


def previous(port: Port) -> None:
    """上一问题."""
    _walk(port, forward=False)


def _walk(port: Port, forward: bool) -> None:
    found = results.items(results.required(port.read()))
    if not found:
        port.status("没有列出的问题。请先按“校验”。")
        return
    item = results.step(found, port.here(), forward)
    results.point_at(port, found, item)
    if item.place is not None:
        port.go_to(item.place)
    port.status(f"{found.index(item) + 1}/{len(found)} {item.level}：{item.message}")


def clear(port: Port) -> None:
    """清除标记."""
    with port.quietly():
        port.clear_marks()
    port.status("已清除校验标记。")


def repair(port: Port) -> None:
    """修复公式. In Excel the macro does it before anything else; here formulas are computed anew."""
    port.recalculate()
    port.status("已重新计算全部公式。")


def show_help(port: Port) -> None:
    """帮助: the manual, as it was installed."""
    port.show(str(resource("docs/manual.html")))


def about(port: Port) -> None:
    """关于."""
    from xltools.functions import FUNCTIONS

    names = "、".join(FUNCTIONS)
    port.status(f"xltools {VERSION}，函数 {len(FUNCTIONS)} 个：{names}。")


HANDLERS: dict[str, Callable[[Port], object]] = {
    "new": making.new,
    "import": importing.bring,
    "carry": importing.carry,
    "add_project": making.add_project,
    "check": check,
    "check_sheet": check_sheet,
    "previous": previous,
    "next": following,
    "adopt": suggestions.adopt,
    "undo": suggestions.undo,
    "clear": clear,
    "narrate": making.narrate,
    "export": making.export,
    "repair": repair,
    "help": show_help,
    "about": about,
}
"""What each button does, by its id in ACTIONS."""
