"""``xltools fix``, ``narrative`` and ``normalize``: changes of a workbook's file that its user asked for."""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path

from xltools.addin import making, suggestions
from xltools.addin.file_port import FilePort
from xltools.addin.port import Grid
from xltools.files import harmless
from xltools.workbook.address import split
from xltools.workbook.surgery import Value


class _Consenting(FilePort):
    """A file whose user said yes on the command line."""

    def ask(self, kind: str, question: str) -> str | None:
        return "yes" if kind == "yes" else None


def fix(arguments: argparse.Namespace) -> int:
    """Adopt a suggestion, or take the last one back; says what was changed."""
    port = _Consenting(Path(arguments.file))
    if arguments.undo:
        suggestions.undo(port)
    else:
        suggestions.adopt(port, arguments.suspect or suggestions.FIRST, strict=not arguments.anyway)
    print(port.lines[-1].replace("可用“撤销采纳”恢复", f"恢复：xltools fix {arguments.file} --undo"))
    return 0


def narrative(arguments: argparse.Namespace) -> int:
    """生成说明: write the generated sentences into the workbook, or show them only. Reasons that were typed
    stay. Exit status 0."""
    path = Path(arguments.file)
    if arguments.show:
        import xltools

        heading: tuple[str, ...] = ()
        for sentence in xltools.narrate(xltools.read(path).report):
            if sentence.headings != heading:
                heading = sentence.headings
                print(harmless("  ".join(heading)))
            print(harmless(f"  {sentence.text}"))
        return 0
    port = _Consenting(path)
    making.narrate(port)
    print(f"{port.lines[-1]}已写入 {path}，原文件已备份。")
    return 0


def normalize(arguments: argparse.Namespace) -> int:
    """Give our functions their plain names again in every formula; the stored results stay."""
    from xltools.workbook.formulas import plain, read_formulas
    from xltools.workbook.package import open_package
    from xltools.workbook.surgery import Content, Edits, Formula, SheetEdit, edit

    path = Path(arguments.file)
    values = FilePort(path).read()
    sheets: dict[str, SheetEdit] = {}
    for sheet, formulas in read_formulas(open_package(path)).items():
        cells: dict[str, Content] = {
            cell: Formula(plain(text), _stored(values[sheet], cell))
            for cell, text in formulas.items()
            if plain(text) != text
        }
        if cells:
            sheets[sheet] = SheetEdit(cells=cells, overwrite=frozenset(cells))
    count = sum(len(wanted.cells) for wanted in sheets.values())
    if not count:
        print("公式中的函数名都是普通写法，没有改动。")
        return 0
    edit(path, Edits(sheets=sheets, recalculate=False))
    print(f"已把 {count} 个公式中的函数名改回普通写法；原文件已备份。")
    return 0


def _stored(grid: Grid, cell: str) -> Value:
    row, column = split(cell)
    line = grid[row - 1] if row <= len(grid) else []
    value = line[column - 1] if column <= len(line) else None
    return Decimal(repr(value)) if isinstance(value, float) else value
