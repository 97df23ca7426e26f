"""The buttons that bring figures in from another file: 导入… and 结转上年数.

The workbook is saved and closed, changed as a file by ``imports`` (proven and backed up), and opened again.
"""

from __future__ import annotations

import logging
from pathlib import Path

from xltools.addin.port import Port, snapshot
from xltools.errors import XltoolsError
from xltools.imports import Proposal, WrongYear, propose
from xltools.imports.merging import FACT, LAST_YEAR

logger = logging.getLogger("xltools")


def bring(port: Port) -> None:
    """导入…: ask for a file and bring its figures into this workbook."""
    source = port.ask("file", "选择要导入的文件")
    if source is not None:
        bring_figures(port, Path(source))


def carry(port: Port) -> None:
    """结转上年数: ask for last year's workbook and fill 上年数与预算 from it."""
    source = port.ask("file", "选择上年的决算公开工作簿")
    if source is not None:
        carry_over(port, Path(source))


def bring_figures(port: Port, source: Path) -> None:
    """Bring in the figures of ``source``; says what was recognised and asks before anything is written.
    Raises XltoolsError as ``imports.propose`` does."""
    path = _saved(port)
    port.status("正在读取要导入的文件…")
    with snapshot(port) as copy:
        proposal = propose(source, copy)
    if not proposal.changes:
        port.status(f"{source.name} 中的数与工作簿相同，没有改动。")
    elif port.ask("yes", f"{proposal.question}\n\n导入到当前工作簿吗？") is None:
        port.status("没有导入。")
    else:
        _write(port, source, path)
        left = len(proposal.imported.unrecognised)
        unknown = f"（{left} 处没有看懂）" if left else ""
        port.status(f"已从 {source.name} 导入 {len(proposal.changes)} 项{unknown}。请校验。")


def carry_over(port: Port, source: Path) -> None:
    """Take the figures of the workbook ``source`` as last year's. A year that does not fit is asked about.
    Raises XltoolsError as ``imports.propose`` does."""
    path = _saved(port)
    port.status("正在读取上年工作簿…")
    any_year = False
    with snapshot(port) as copy:
        try:
            proposal = propose(source, copy, last_year=True)
        except WrongYear as wrong:
            if port.ask("yes", f"{wrong.message}\n\n仍然作为上年数吗？") is None:
                port.status("没有结转。")
                return
            any_year = True
            proposal = propose(source, copy, last_year=True, any_year=True)
    if not proposal.changes:
        port.status(f"{source.name} 中的上年数与工作簿相同，没有改动。")
        return
    _write(port, source, path, last_year=True, any_year=any_year)
    remarks = "".join(f"（{remark}）" for remark in proposal.words.remarks)
    figures = sum(1 for change in proposal.changes if change.store == LAST_YEAR)
    said = sum(1 for change in proposal.changes if change.store == FACT)
    beside = f"和 {said} 条上年填写的原因、用途" if said else ""
    port.status(f"已从 {source.name} 结转 {figures} 个上年数{beside}{remarks}。")


def _saved(port: Port) -> Path:
    """Where the workbook lies."""
    if not port.path or "://" in port.path:
        raise XltoolsError("工作簿还没有保存到本机，无法导入。", "请先保存到本机的文件夹，再导入。")
    return Path(port.path)


def _write(port: Port, source: Path, path: Path, last_year: bool = False, any_year: bool = False) -> Proposal:
    """Change the file; the workbook is open again afterwards, whatever happens."""
    port.release()
    try:
        proposal = propose(source, path, last_year, any_year)
        for line in (*proposal.lines, *proposal.write()):
            logger.info(line)
    finally:
        port.show(str(path))
    return proposal
