"""Goals 1–3: one workbook, warm: the full check, the check of values alone, the read that a check needs.

All candidates go through the example with eight sets of other figures (``variants``), and single numbers met
before are forgotten each time: nothing can be remembered that depends on the figures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import xltools
from benchmarks.timing import Line, interleaved
from benchmarks.variants import COUNT, generate
from xltools.editions import Edition
from xltools.report import Report
from xltools.rules import Evidence, _desk, _identities
from xltools.workbook import familiar, harvest, seen, values
from xltools.workbook.grid import file_grids
from xltools.workbook.package import open_package
from xltools.workbook.read import Reading, reader_of, recognise
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


def plain_values(file: Path) -> dict[str, list[list[object]]]:
    """The values alone, as our own reader gives them."""
    return {content.sheet.name: content.rows or [] for content in read_contents(open_package(file))}


def _never_seen(job: Callable[[], object]) -> None:
    """Run ``job`` as if no sheet had been read before."""
    stores: list[dict[object, object]] = [seen._known, familiar._known]  # type: ignore[list-item]
    met = [seen._met, familiar._met]
    kept = [store.copy() for store in stores], [marks.copy() for marks in met]
    seen.forget()
    familiar.forget()
    values._kept_strings.cache_clear()
    values._kept_dates.cache_clear()
    job()
    for store, known in zip(stores, kept[0], strict=True):
        store.update(known)
    for marks, before in zip(met, kept[1], strict=True):
        marks.update(before)


def identities(reading: Reading) -> int:
    """The exact identities alone, held against the figures; how many they are."""
    return _held(reading.report, reading.edition, Evidence(reading.formulas, missing=reading.missing))


def figures(file: Path) -> int:
    """What goal 1 names: values, formulas, merges, the forms found in them, and all identities."""
    reader = reader_of(file_grids(open_package(file)), None, True)
    reader.figures()
    return _held(reader.report, reader.edition, Evidence(reader.harvest.formulas, missing=reader.missing))


def _held(report: Report, edition: Edition, evidence: Evidence) -> int:
    return _identities(_desk(report, edition, evidence), [], [])


_T = TypeVar("_T")


def _in_turn(job: Callable[[_T], object], given: Sequence[_T]) -> Callable[[], object]:
    """``job`` on one after the other; numbers that were met before are unknown to it."""
    turn = cycle(given)

    def run() -> object:
        harvest._numbers.clear()
        return job(next(turn))

    return run


def jobs(files: Sequence[Path]) -> dict[str, Callable[[], object]]:
    """What takes turns."""
    readings = [xltools.read(file) for file in files * 4][: len(files)]
    first = _in_turn(lambda file: xltools.check(xltools.read(file)), files)
    return {
        "calamine": _in_turn(bare, files),
        "contents": _in_turn(lambda file: read_contents(open_package(file)), files),
        "read": _in_turn(xltools.read, files),
        "identities": _in_turn(identities, readings),
        "check": _in_turn(xltools.check, readings),
        "figures": _in_turn(figures, files),
        "whole": _in_turn(lambda file: identities(xltools.read(file)), files),
        "full": _in_turn(lambda file: xltools.check(xltools.read(file)), files),
        "values": _in_turn(lambda file: identities(recognise(plain_values(file))), files),
        "first": lambda: _never_seen(first),
        "openpyxl": lambda: twice(files[0]),
    }


def lines(rounds: int) -> list[Line]:
    """The lines of goals 1 to 3."""
    with tempfile.TemporaryDirectory() as folder:
        files = generate(Path(folder))
        ms = interleaved(jobs(files), rounds, {"openpyxl": 10, "first": 4})
        count = identities(xltools.read(files[0]))
    floor = ms["calamine"]

    def line(goal: str, title: str, name: str, limit: float | None) -> Line:
        return Line(goal, title, f"{ms[name]:.1f} ms", ms[name] / floor, limit)

    return [
        Line(
            "",
            f"bare python-calamine read; {COUNT} sets of figures take turns",
            f"{floor:.2f} ms",
            1,
        ),
        line(
            "1",
            f"values, formulas, merges and {count} exact identities (the goal's words)",
            "figures",
            2.0,
        ),
        line("", "— of it: cells, formulas, merges (no meaning)", "contents", None),
        line("", "— of it: identities", "identities", None),
        line("", "— with prose, self-evaluation and all other sheets read", "whole", None),
        line("1", "full check: read, rules, joint verdict, self-evaluation, narrative", "full", 2.0),
        line("", "— of it: read (forms, figures, prose, self-evaluation)", "read", None),
        line("", "— of it: the check, read apart", "check", None),
        line("", "— the same, sheets of a layout never seen before", "first", None),
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
