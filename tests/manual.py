"""The accountant of the manual: does what the manual says, in a folder of his own.

The manual's ``console`` blocks are typed here. Comments before them say what the reader does by hand:
``<!-- 备 -->`` starts afresh with the example, ``<!-- 改：FILE SHEET!CELL VALUE … -->`` types into a workbook
(空 clears the cell), ``<!-- 多 -->`` has the workbooks of several units, ``<!-- 财 -->`` what the 决算
software exports.
"""

from __future__ import annotations

import contextlib
import glob
import io
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import xltools
from xltools import cli, figures
from xltools.commands.make import example_figures
from xltools.editions import load
from xltools.imports import specimen
from xltools.report import Cover
from xltools.workbook.surgery import Edits, SheetEdit, edit

EXAMPLE = "山西示例.xlsx"
WRONG = "有错.xlsx"


def prepare(folder: Path) -> None:
    """The workbooks the manual speaks of: the example, and a copy to make mistakes in."""
    for name in (EXAMPLE, WRONG):
        (folder / name).write_bytes(_example())


@cache
def _example() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / EXAMPLE
        xltools.write(path, figures.load(example_figures()))
        return path.read_bytes()


def units(folder: Path) -> None:
    """Workbooks of several units, one of them wrong, and a file that is none."""
    (folder / "各单位").mkdir(exist_ok=True)
    for number, name in enumerate(("甲中心", "乙中心", "丙中心"), 1):
        report = figures.load(example_figures())
        report.cover = Cover(**{**_fields(report.cover), "entity": name, "code": f"22810{number}"})
        xltools.write(folder / "各单位" / f"{name}.xlsx", report, overwrite=True)
    change(folder / "各单位" / "乙中心.xlsx", "公开05表!C8", "289.56")
    (folder / "各单位" / "丁中心.xlsx").write_bytes(b"not a workbook")


def ledger(folder: Path) -> None:
    """What the 决算 software exports for the example, in 元."""
    report = figures.load(example_figures().with_name("example_yuan.json"))
    specimen.write(specimen.pages(report, load(report.edition)), str(folder / "财决.xlsx"))


def _fields(cover: Cover) -> dict[str, object]:
    return {name: getattr(cover, name) for name in Cover.__dataclass_fields__}


def change(path: Path, place: str, value: str) -> None:
    """Type ``value`` into a cell of the workbook's file; "" clears it."""
    sheet, _, cell = place.partition("!")
    edit(path, Edits(sheets={sheet: SheetEdit(cells={cell: _content(value)}, overwrite=frozenset({cell}))}))


def _content(value: str) -> Decimal | str | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return value or None


def command(line: str, folder: Path) -> int:
    """Run a line ``xltools …`` as a shell in ``folder`` would; the exit status."""
    words = [word for part in shlex.split(line)[1:] for word in _expanded(part, folder)]
    with contextlib.chdir(folder):
        return cli.main(words)


def _expanded(word: str, folder: Path) -> list[str]:
    if "*" not in word:
        return [word]
    return sorted(glob.glob(word, root_dir=folder)) or [word]


@dataclass(frozen=True)
class Typed:
    """A command of the manual: where it stands, what the manual prints below it, what really comes."""

    line: int
    text: str
    printed: str
    real: str
    status: int


_STEP = re.compile(
    r"<!-- (?P<verb>改|备|多|财)：?(?P<what>[^>]*?) -->|^```console\n(?P<block>.*?)^```", re.S | re.M
)


def typed(text: str, folder: Path) -> Iterator[Typed]:
    """Everything that ``text`` has the reader type, done in ``folder``."""
    for step in _STEP.finditer(text):
        line = text.count("\n", 0, step.start()) + 1
        if step["block"] is not None:
            yield from _block(step["block"], line, folder)
        elif step["verb"] == "备":
            shutil.rmtree(folder)
            folder.mkdir()
            prepare(folder)
        elif step["verb"] == "多":
            units(folder)
        elif step["verb"] == "财":
            ledger(folder)
        else:
            name, *changes = step["what"].split()
            for place, value in zip(changes[::2], changes[1::2], strict=True):
                change(folder / name, place, "" if value == "空" else value)


def _block(block: str, line: int, folder: Path) -> Iterator[Typed]:
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        text, _, printed = part.partition("\n")
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = command(text, folder)
        yield Typed(line, text, printed, out.getvalue().replace(os.fspath(folder), ""), status)


def agrees(printed: str, real: str) -> bool:
    """Whether the manual's output is the real one, with … for anything left out."""
    pattern = ".*".join(re.escape(part.strip("\n")) for part in printed.rstrip("\n").split("…"))
    return re.fullmatch(pattern, real.rstrip("\n"), re.S) is not None
