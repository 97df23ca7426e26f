"""``xltools import``: figures of another file, or last year's, into a workbook's file."""

from __future__ import annotations

from pathlib import Path

from xltools.addin import carrying, importing
from xltools.addin.file_port import FilePort
from xltools.errors import XltoolsError


class _Consenting(FilePort):
    """A file whose user said yes on the command line, and reads what he said yes to."""

    def ask(self, kind: str, question: str) -> str | None:
        if kind != "yes":
            return None
        print(question.rpartition("\n\n")[0] or question)
        return "yes"


def bring(source: Path, into: Path, last_year: bool) -> int:
    """Import ``source`` into ``into``, which is made when it is not there; says what was done."""
    if not into.exists():
        _make(source, into, last_year)
    port = _Consenting(into)
    if last_year:
        carrying.carry_over(port, source)
    else:
        importing.bring_figures(port, source)
    print(port.lines[-1])
    return 0


def _make(source: Path, into: Path, last_year: bool) -> None:
    """An empty workbook of the edition that ``source`` is of."""
    import xltools
    from xltools.workbook.template import create

    if last_year:
        raise XltoolsError(f"找不到“{into}”。", "请先用 xltools new 新建本年的工作簿。")
    create(into, xltools.read(source).edition)
