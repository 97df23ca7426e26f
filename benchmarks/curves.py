"""How the cost of a check grows with lines, sheets and files."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import xltools
from benchmarks.many import generate
from benchmarks.reading import bare
from benchmarks.timing import EXAMPLE, interleaved
from tests.units import CLASSES, Stream, print_world, random_world, year_before
from xltools.amount import Unit
from xltools.commands.audit import outcome_of
from xltools.editions import load
from xltools.report import Report
from xltools.workbook.template import build


def with_lines(count: int) -> Report:
    """A consistent unit that prints about ``count`` codes in each of 公开02, 03 and 05."""
    source = random.Random(count)
    world = random_world(source)
    for number in range(max(0, count - 30)):
        section, item = divmod(number, 80)
        code = f"{CLASSES[section % len(CLASSES)]}{90 - section // len(CLASSES):02}{item + 10}"
        amount = source.randrange(10_000, 10_000_000)
        world.general[code] = Stream(revenue={"2": amount}, spending={"3": amount})
    return print_world(world, year_before(source, world), Unit.WAN, "rounded", source)


def rows(quick: bool) -> Iterator[tuple[str, int, float, float]]:
    """What grows, how many, CPU milliseconds of read and check, and of calamine's bare read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (10, 100, 500) if quick else (10, 100, 500, 1000, 2000):
            path = folder / f"lines{count}.xlsx"
            build(load(), with_lines(count), path)
            yield ("lines of 公开02, 03 and 05, each", count, *_cost(path))
        for count in (0, 10, 50) if quick else (0, 10, 50, 200):
            path = folder / f"sheets{count}.xlsx"
            _with_sheets(path, count)
            yield ("further sheets of 200 × 10 figures", count, *_cost(path))
        files = generate(folder, 20 if quick else 80)
        outcome_of(str(EXAMPLE))
        for count in (1, len(files) // 4, len(files)):
            start = time.process_time()
            for path in files[:count]:
                outcome_of(str(path))
            middle = time.process_time()
            for path in files[:count]:
                bare(path)
            yield "files", count, (middle - start) * 1000, (time.process_time() - middle) * 1000


def _cost(path: Path) -> tuple[float, float]:
    ms = interleaved({"ours": lambda: xltools.check(xltools.read(path)), "bare": lambda: bare(path)}, 5)
    return ms["ours"], ms["bare"]


def _with_sheets(path: Path, count: int) -> None:
    """The example and sheets of the user's own."""
    import openpyxl

    book = openpyxl.load_workbook(EXAMPLE)
    for number in range(count):
        sheet = book.create_sheet(f"明细{number}")
        for row in range(200):
            sheet.append([row * 10 + column for column in range(10)])
    book.save(path)


def show(quick: bool) -> None:
    """Print the curves."""
    print("\n| grows | to | read and check | bare read | ratio |\n|---|---|---|---|---|")
    for what, count, ours, floor in rows(quick):
        print(f"| {what} | {count} | {ours:.1f} ms | {floor:.1f} ms | {ours / floor:.2f}× |", flush=True)
