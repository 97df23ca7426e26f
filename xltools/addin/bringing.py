"""导入… and 结转上年数: figures of another file into this workbook, through ``imports``.

The workbook is saved and closed for it, changed as a file (backed up, read again and proven before it is
saved), and opened again: the same engine, and the same care, as ``xltools import``.
"""

from __future__ import annotations

from pathlib import Path

from xltools.addin import results
from xltools.addin.port import Port, snapshot
from xltools.errors import XltoolsError

_SHOWN = 25
"""Lines of a proposal that fit into a question."""


def bring(port: Port) -> None:
    """导入…: ask for a file and bring its figures into this workbook."""
    _ask_and_bring(port, "选择要导入的文件", last_year=False)


def carry(port: Port) -> None:
    """结转上年数: ask for last year's workbook and fill 上年数与预算 from it."""
    _ask_and_bring(port, "选择上年的决算公开工作簿", last_year=True)


def _ask_and_bring(port: Port, question: str, last_year: bool) -> None:
    results.required(port.read())
    if not port.path or "://" in port.path:
        raise XltoolsError("工作簿还没有保存到本机，无法导入。", "请先保存到本机的文件夹，再导入。")
    source = port.ask("file", question)
    if source is not None:
        bring_figures(port, Path(source), last_year)


def bring_figures(port: Port, source: Path, last_year: bool = False) -> None:
    """Show what importing ``source`` would change, and do it when the user says yes.

    Raises XltoolsError, the workbook untouched, where it cannot be done; see ``imports.propose``.
    """
    from xltools.imports import propose

    port.status("正在读取要导入的文件…")
    with snapshot(port) as copy:
        lines = propose(source, copy, last_year).lines
    if len(lines) > _SHOWN:
        lines = [*lines[: _SHOWN - 1], f"……（共 {len(lines)} 行，完整的记录见命令行 xltools import）"]
    text = "结转为上年数吗？" if last_year else "导入到当前工作簿吗？"
    if port.ask("yes", "\n".join([*lines, "", text])) is None:
        port.status("没有结转。" if last_year else "没有导入。")
        return
    path = Path(port.path)
    port.release()
    try:
        said = propose(source, path, last_year).write()
    finally:
        port.show(str(path))
    port.status(f"{''.join(said)}请校验。")
