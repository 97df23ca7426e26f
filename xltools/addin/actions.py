"""What the buttons do, in Excel, in LibreOffice and on files alike: the handlers know only the port."""

from __future__ import annotations

from dataclasses import dataclass

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
    Action("add_project", "新增自评项目", "复制一张“绩效自评”表，用于填报下一个项目。"),
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
