"""``xltools check --open``: check the workbook that is open in Excel, from outside, without the add-in."""

from __future__ import annotations

from xltools.errors import XltoolsError


def check_open() -> int:
    """Check the active workbook of the running Excel and write its 审核结果; exit status 0 or 1.

    Raises XltoolsError where no Excel runs or no workbook is open in it.
    """
    from xltools.addin import actions
    from xltools.addin.excel import load_xlwings
    from xltools.addin.excel_port import ExcelPort

    xlwings = load_xlwings()
    try:
        book = xlwings.books.active
    except Exception as error:  # no engine, no Excel, no workbook: each has its own class
        raise XltoolsError(
            "没有找到正在 Excel 中打开的工作簿。",
            "请先打开工作簿，或直接给出文件名：xltools check 文件.xlsx。",
        ) from error
    checked = actions.check(ExcelPort(book))
    print(actions.summary(checked))
    return 1 if checked.counts["错误"] else 0
