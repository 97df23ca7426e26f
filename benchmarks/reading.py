"""Goals 1–3: one workbook, warm: the full check, the check of values alone, the read that a check needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xltools
from benchmarks.timing import EXAMPLE, Line, interleaved
from xltools.rules import Evidence, _desk, _identities
from xltools.workbook import seen
from xltools.workbook.package import open_package
from xltools.workbook.read import Reading, recognise
from xltools.workbook.values import read_contents


def bare(file: Path) -> dict[str, list[list[object]]]:
    """The floor: python-calamine's values of every sheet, nothing else."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(str(file))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def twice(file: Path) -> None:
    """openpyxl, once for values and once for formulas, every cell looked at."""
    import openpyxl

    for data_only in (True, False):
        book = openpyxl.load_workbook(file, data_only=data_only)
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    _ = cell.value


def values(file: Path) -> dict[str, list[list[object]]]:
    """The values alone, as our own reader gives them."""
    return {content.sheet.name: content.rows or [] for content in read_contents(open_package(file))}


def _never_seen(job: Callable[[], object]) -> None:
    """Run ``job`` as if no sheet had been read before."""
    known, met = seen._known.copy(), seen._met.copy()
    seen.forget()
    job()
    seen._known.update(known)
    seen._met.update(met)


def identities(reading: Reading) -> int:
    """The exact identities alone, held against the figures; how many they are."""
    evidence = Evidence(formulas=reading.formulas, missing=reading.missing)
    return _identities(_desk(reading.report, reading.edition, evidence), [], [])


def jobs(file: Path) -> dict[str, Callable[[], object]]:
    """What takes turns."""
    reading = xltools.read(file)
    return {
        "calamine": lambda: bare(file),
        "contents": lambda: read_contents(open_package(file)),
        "read": lambda: xltools.read(file),
        "identities": lambda: identities(reading),
        "check": lambda: xltools.check(reading),
        "figures": lambda: identities(xltools.read(file)),
        "full": lambda: xltools.check(xltools.read(file)),
        "values": lambda: identities(recognise(values(file))),
        "first": lambda: _never_seen(lambda: xltools.check(xltools.read(file))),
        "openpyxl": lambda: twice(file),
    }


def lines(rounds: int, file: Path = EXAMPLE) -> list[Line]:
    """The lines of goals 1 to 3."""
    ms = interleaved(jobs(file), rounds, {"openpyxl": 10, "first": 4})
    floor = ms["calamine"]
    count = identities(xltools.read(file))

    def line(goal: str, title: str, name: str, limit: float | None) -> Line:
        return Line(goal, title, f"{ms[name]:.1f} ms", ms[name] / floor, limit)

    return [
        Line("", "bare python-calamine read of the example", f"{floor:.2f} ms", 1),
        line("1", "full check: read, rules, joint verdict, self-evaluation, narrative", "full", 2.0),
        line("", "— the same, sheets of a layout never seen before", "first", None),
        line("1", f"values, formulas, merges and {count} exact identities", "figures", 2.0),
        line("", "— of it: cells, formulas, merges (no meaning)", "contents", None),
        line("", "— of it: read (forms, figures, prose, self-evaluation)", "read", None),
        line("", "— of it: identities", "identities", None),
        line("", "— of it: the whole check, read apart", "check", None),
        line("2", "values-only check: our reader's values, forms found, identities", "values", 1.1),
        Line(
            "3",
            "read for the check against openpyxl loaded twice",
            f"{ms['read']:.1f} / {ms['openpyxl']:.0f} ms",
            ms["openpyxl"] / ms["read"],
            30,
            higher=True,
        ),
    ]
