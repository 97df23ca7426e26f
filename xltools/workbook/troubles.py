"""What can be wrong in reading a workbook: rule id, severity, title, remedy; the wording is in finding.py."""

from __future__ import annotations

from xltools.finding import Cell, Finding, Severity

_E, _V, _H = Severity.ERROR, Severity.VERIFY, Severity.HINT

TROUBLES: dict[str, tuple[str, Severity, str]] = {
    "text_amount": ("reading-01", _E, "金额单元格中是文字"),
    "date_amount": ("reading-02", _E, "金额单元格中是日期"),
    "logical_amount": ("reading-03", _E, "金额单元格中是逻辑值"),
    "error_value": ("reading-04", _E, "金额单元格中是错误值"),
    "size_amount": ("reading-05", _E, "数字过大"),
    "number_as_text": ("reading-06", _H, "数字以文本形式存放"),
    "formula_unsolved": ("reading-07", _E, "公式没有结果"),
    "formula_stale": ("reading-08", _H, "公式结果未更新"),
    "form_missing": ("reading-09", _E, "缺少表"),
    "form_doubled": ("reading-10", _E, "同一张表出现两次"),
    "form_headless": ("reading-11", _E, "表头缺失"),
    "form_hidden": ("reading-12", _H, "表在隐藏的工作表中"),
    "form_by_headings": ("reading-13", _H, "没有表名"),
    "column_missing": ("reading-14", _E, "缺少栏"),
    "column_doubled": ("reading-15", _V, "栏标题重复"),
    "column_unknown": ("reading-16", _H, "未识别的栏"),
    "column_renamed": ("reading-17", _H, "栏标题与表样不同"),
    "line_unknown": ("reading-18", _E, "未识别的行"),
    "line_missing": ("reading-19", _V, "缺少行"),
    "line_doubled": ("reading-20", _E, "行重复"),
    "line_renamed": ("reading-21", _H, "项目名称与表样不同"),
    "line_renumbered": ("reading-22", _H, "行次与项目不符"),
    "total_missing": ("reading-23", _E, "缺少合计行"),
    "code_missing": ("reading-24", _E, "没有科目代码"),
    "code_guessed": ("reading-25", _H, "按科目名称识别"),
    "code_invalid": ("reading-26", _E, "不是科目代码"),
    "outside": ("reading-27", _V, "表外有数"),
    "merged_amounts": ("reading-28", _V, "金额单元格被合并"),
    "hidden_amounts": ("reading-29", _V, "隐藏的行列中有金额"),
    "unit_differs": ("reading-30", _E, "金额单位不一致"),
    "unit_unknown": ("reading-31", _E, "金额单位不是元或万元"),
    "year_differs": ("reading-32", _V, "年度不一致"),
    "entity_differs": ("reading-33", _H, "单位名称不一致"),
    "sheet_too_large": ("reading-34", _E, "工作表过大"),
    "cover_value": ("reading-35", _E, "封面填写有误"),
    "extra_value": ("reading-36", _E, "附加资料填写有误"),
    "title_differs": ("reading-38", _V, "同一科目名称不一致"),
    "column_renumbered": ("reading-37", _V, "栏次与栏标题不符"),
}
"""Kind → rule id, severity, title. Ids are never reused."""

REMEDIES = {
    "text_amount": "请改为数字；没有金额的请留空。",
    "date_amount": "请改回数字，并把单元格格式改为数值。",
    "logical_amount": "请改为数字；没有金额的请留空。",
    "error_value": "请修正公式或填入数字。",
    "size_amount": "请核对这个数。",
    "number_as_text": "已按数字审核；Excel 的求和不计文本，请转换为数字。",
    "formula_unsolved": "请在 Excel 或 WPS 里打开，重新计算并保存后再审核。",
    "formula_stale": "审核按重新计算的结果；请在装有加载项的 Excel 里重新计算并保存。",
    "form_missing": "请从模板复制这张表；没有数据的表也要保留空表。",
    "form_doubled": "请删除或移走多余的一张。",
    "form_headless": "请从模板恢复表头。",
    "form_hidden": "请取消隐藏，或确认这张表应当公开。",
    "form_by_headings": "请补上表名。",
    "column_missing": "请从模板恢复这一栏的标题。",
    "column_doubled": "只审核了第一栏；请删除多余的一栏。",
    "column_unknown": "这些数没有审核；公开前请删除这一栏。",
    "column_renamed": "请改成表样的标题。",
    "column_renumbered": "已按标题识别；请核对标题和栏次哪个不对。",
    "line_unknown": "这一行没有审核；请改成表样的项目名称，或填上行次、科目代码。",
    "line_missing": "请从模板补齐；没有数的行也要保留。",
    "line_doubled": "只审核了第一行；请合并或删除多余的一行。",
    "line_renamed": "请改成表样的名称。",
    "line_renumbered": "已按项目名称识别；请改正行次。",
    "total_missing": "请补上合计行。",
    "code_missing": "这一行没有审核；请填写科目代码。",
    "code_guessed": "请填写科目代码。",
    "code_invalid": "这一行没有审核；请填写3、5或7位的科目代码。",
    "title_differs": "请改成相同的名称。",
    "outside": "这些数没有审核；请移到表内对应的行、栏，或删除。",
    "merged_amounts": "请取消合并，各栏分别填数。",
    "hidden_amounts": "请取消隐藏，或删除不该公开的行列。",
    "unit_differs": "请改成同一金额单位，金额也要相应换算。",
    "unit_unknown": "请改为元或万元，金额也要相应换算。",
    "year_differs": "请核对是否误用了其他年度的表。",
    "entity_differs": "请改成与封面一致的名称。",
    "sheet_too_large": "请删除多余的空行、空列后另存再审核。",
    "cover_value": "请在封面改正。",
    "extra_value": "请改正。",
}


def trouble(kind: str, spots: tuple[Cell, ...], **facts: str) -> Finding:
    """The finding of a trouble; ``facts`` feed the wording ``reading_<kind>``."""
    rule, severity, title = TROUBLES[kind]
    return Finding(rule, severity, title, f"reading_{kind}", spots, facts, remedy=REMEDIES[kind])
