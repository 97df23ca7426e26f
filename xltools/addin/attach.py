"""``xltools check --open``: check the workbook that is open in Excel, from outside, without the add-in."""

from __future__ import annotations

import shutil
from pathlib import Path

from xltools.errors import XltoolsError
from xltools.workbook.passing import passing_folder


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


def checked_copy(source: Path) -> bytes:
    """The bytes of a copy of the workbook with 审核结果 filled and cells marked; the original stays as it is.

    Raises XltoolsError for a file that is no .xlsx or .xlsm, or has no sheet 审核结果.
    """
    from xltools.addin import actions
    from xltools.addin.file_port import FilePort

    if source.suffix.lower() not in {".xlsx", ".xlsm"}:
        raise XltoolsError(
            f"“{source.name}”不是 .xlsx 或 .xlsm，不能写入审核结果。", "请另存为 .xlsx，或用 --format html。"
        )
    with passing_folder() as folder:
        copy = folder / source.name
        shutil.copyfile(source, copy)
        actions.check(FilePort(copy))
        return copy.read_bytes()
