"""``python -m tests.hostile.twins``: the example as other programs save it, and what the check finds in each.

Besides the example, a workbook with mistakes in it: there findings that get lost would show.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl

import xltools
from tests.hostile.dialects import copied
from tests.hostile.old_xls import old_workbook
from tests.hostile.open_sheet import open_document
from tests.real.conftest import environment
from tests.workbook.books import example_bytes
from xltools.functions import CellError
from xltools.review.data import as_data
from xltools.workbook.surgery import Content, Edits, SheetEdit, edit


def saved_by_openpyxl(data: bytes) -> bytes:
    """The workbook loaded and saved; the results of formulas get lost."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_mistakes(data: bytes) -> bytes:
    """The example with a total typed over, an error value, a text for an amount and a wrong figure."""
    cells: dict[str, Content] = {"C8": Decimal("6.99"), "D12": CellError.VALUE, "E10": "陆点", "E13": 5}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(data)
        edit(path, Edits({"公开03表": SheetEdit(cells, frozenset(cells))}))
        return path.read_bytes()


TWINS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "openpyxl .xlsx": (".xlsx", saved_by_openpyxl),
    "XlsxWriter .xlsx": (".xlsx", lambda data: copied(io.BytesIO(data))),
    "our records .xls": (".xls", old_workbook),
    "our elements .ods": (".ods", open_document),
}
"""Writer → suffix and what makes the twin."""
BARE = ("our records .xls", "our elements .ods")
"""Twins without formulas: of these ``total-01`` (a total without its formula) has something else to say."""


def by_libreoffice(data: bytes, folder: Path) -> Iterator[tuple[str, Path]]:
    """The same saved by LibreOffice; nothing where there is none."""
    program = shutil.which("soffice")
    if program is None:
        return
    source, profile = folder / "source.xlsx", (folder / "profile").as_uri()
    source.write_bytes(data)
    for kind in ("xlsx", "xls", "ods"):
        target = folder / f"office-{kind}"
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind]
        command += ["--outdir", str(target), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180, env=environment())
        yield f"LibreOffice .{kind}", target / f"source.{kind}"


def made(data: bytes, folder: Path) -> Iterator[tuple[str, Path]]:
    """Writer and file of the twins that need no office."""
    for number, (name, (suffix, make)) in enumerate(TWINS.items()):
        path = folder / f"twin{number}{suffix}"
        path.write_bytes(make(data))
        yield name, path


def findings(path: Path) -> list[dict[str, object]]:
    """What a check tells of a file, without the file's name."""
    told = json.loads(json.dumps(as_data("", xltools.check(xltools.read(path)))))
    return [*told["findings"], *told["suspects"]]


_TOLD = ("rule", "severity", "title", "gap", "allowed", "cells")


def comparable(found: list[dict[str, object]], bare: bool) -> list[dict[str, object]]:
    """The findings that a twin must share. In a bare one without those of formulas, and without what is
    concluded from them: which totals follow a figure, so who is to blame for it."""
    if not bare:
        return found
    told = [{key: one[key] for key in _TOLD} for one in found if "rule" in one and one["rule"] != "total-01"]
    return sorted(told, key=str)


def compare(data: bytes) -> Iterator[tuple[str, int, bool]]:
    """Writer, number of findings, whether they are those of the original to the letter."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        original = folder / "original.xlsx"
        original.write_bytes(data)
        wanted = findings(original)
        yield "ours", len(wanted), True
        for writer, path in (*made(data, folder), *by_libreoffice(data, folder)):
            bare = writer in BARE
            found = comparable(findings(path), bare)
            yield writer, len(found), found == comparable(wanted, bare)


def main() -> int:
    """Print the table; the number of twins that differ."""
    different = 0
    books = {"the example": example_bytes(), "with mistakes": with_mistakes(example_bytes())}
    for title, data in books.items():
        for writer, count, same in compare(data):
            different += not same
            told = "identical" if same else "DIFFERENT"
            print(f"{title:14} {writer:26} {count:3} findings and suspects  {told}", flush=True)
    return different


if __name__ == "__main__":
    sys.exit(min(main(), 1))
