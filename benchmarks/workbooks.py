"""Reading and writing of workbook files, as ratios of one run: ``python -m benchmarks.workbooks [FILE]``.

CPU time, medians, the candidates interleaved. Rows: opening, reading values with formulas (against
python-calamine's bare values and openpyxl loaded twice), editing 100 cells (against packing the file anew and
openpyxl).
"""

from __future__ import annotations

import io
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from xltools.workbook.formulas import read_facts
from xltools.workbook.package import open_package
from xltools.workbook.surgery import Edits, SheetEdit, apply
from xltools.workbook.values import read_contents

EXAMPLE = Path(__file__).parent.parent / "workbooks" / "example.xlsx"


def measure(candidates: Mapping[str, Callable[[], object]], rounds: int, seldom: int = 5) -> dict[str, float]:
    """Median CPU milliseconds of each candidate; openpyxl runs in every ``seldom``-th round only."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds):
        for name, run in candidates.items():
            if "openpyxl" in name and number % seldom:
                continue
            start = time.process_time()
            run()
            times[name].append((time.process_time() - start) * 1000)
    return {name: median(found) for name, found in times.items()}


def reading(file: Path) -> dict[str, Callable[[], object]]:
    """Ways to read."""
    import openpyxl
    import python_calamine

    def bare() -> None:
        book = python_calamine.CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()

    def twice() -> None:
        for data_only in (True, False):
            book = openpyxl.load_workbook(file, data_only=data_only)
            for sheet in book.worksheets:
                [cell.value for row in sheet.iter_rows() for cell in row]

    return {
        "calamine, values only": bare,
        "open_package": lambda: open_package(file),
        "read_facts (formulas, merges …)": lambda: read_facts(open_package(file)),
        "read_contents (values, formulas …)": lambda: read_contents(open_package(file)),
        "openpyxl, loaded twice": twice,
    }


def cells_of(file: Path) -> tuple[str, list[str]]:
    """The sheet with most figures, and 100 cells of it that hold a figure and no formula."""
    best: tuple[str, list[str]] = ("", [])
    for content in read_contents(open_package(file)):
        found = [
            f"{chr(65 + column)}{row}"
            for row, cells in enumerate(content.rows or [], 1)
            for column, value in enumerate(cells[:26])
            if isinstance(value, float) and f"{chr(65 + column)}{row}" not in content.facts.formulas
        ]
        if len(found) > len(best[1]):
            best = content.sheet.name, found
    return best[0], best[1][:100]


def writing(file: Path) -> dict[str, Callable[[], object]]:
    """Ways to change 100 cells."""
    import openpyxl

    sheet, cells = cells_of(file)
    edits = Edits(sheets={sheet: SheetEdit(cells={cell: number for number, cell in enumerate(cells)})})

    def pack() -> None:
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))

    def library() -> None:
        book = openpyxl.load_workbook(file)
        for number, cell in enumerate(cells):
            book[sheet][cell] = number
        book.save(io.BytesIO())

    return {
        "packing the file anew": pack,
        f"surgery, {len(cells)} cells": lambda: apply(open_package(file), edits),
        "openpyxl, load and save": library,
    }


def main() -> None:
    """Print both tables."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE
    for candidates in (reading(file), writing(file)):
        found = measure(candidates, rounds=40)
        one = next(iter(found.values()))
        for name, milliseconds in found.items():
            print(f"{name:40} {milliseconds:9.2f} ms {milliseconds / one:8.2f}x")
        print()


if __name__ == "__main__":
    main()
