"""Goal 5: many workbooks in one call, against a loop of bare python-calamine reads over the same files."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import xltools
from benchmarks.reading import bare
from benchmarks.starting import PEAK, high_water
from benchmarks.timing import EXAMPLE, Line, process, program
from tests.units import random_report
from xltools.cli import PACE
from xltools.commands.audit import outcome_of
from xltools.editions import FOLDER, load
from xltools.figures import load as load_figures
from xltools.report import Report
from xltools.workbook.template import build

_CHECK = "import sys; from xltools.cli import program; sys.argv[1:1] = ['check']; program()"

_WATER = (
    f"import gc, sys; from xltools.cli import PACE, main; gc.set_threshold(*PACE); main(sys.argv[1:])\n{PEAK}"
)


def generate(folder: Path, count: int) -> list[Path]:
    """``count`` workbooks of random consistent units, with prose and self-evaluation of the example."""
    files = [folder / f"单位{number:04}.xlsx" for number in range(count)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_write, range(count), files, chunksize=8))
    return files


def _write(seed: int, path: Path) -> None:
    build(load(), _unit(seed, load_figures(FOLDER / "shanxi_2024" / "example.json")), path)


def _unit(seed: int, example: Report) -> Report:
    figures = random_report(seed, style="ab"[seed % 2])
    cover = replace(figures.cover, entity=f"测试单位{seed}")
    return replace(
        figures,
        cover=cover,
        self_evaluations=example.self_evaluations,
        reasons={key: text for key, text in example.reasons.items() if "[" not in key},
        texts={key: text for key, text in example.texts.items() if not key.startswith("narrative.")},
    )


def memory() -> float:
    """Resident memory of this process in MiB; 0 where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return 0.0
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def peak(path: Path) -> tuple[float, float]:
    """MiB that read and check of one workbook hold at their worst, and that what they give holds."""
    outcome_of(str(path))
    tracemalloc.start()
    try:
        reading = xltools.read(path)
        outcome = xltools.check(reading)
        kept, worst = tracemalloc.get_traced_memory()
        assert outcome.checked
        return worst / 2**20, kept / 2**20
    finally:
        tracemalloc.stop()


def lines(count: int) -> list[Line]:
    """The lines of goal 5 for ``count`` workbooks."""
    with tempfile.TemporaryDirectory() as folder:
        files = generate(Path(folder), count)
        floor = ours = 0.0
        usual = gc.get_threshold()
        gc.set_threshold(*PACE)
        seen: list[float] = []
        for path in files:  # taking turns, file by file
            start = time.process_time()
            bare(path)
            middle = time.process_time()
            outcome_of(str(path))
            ours += time.process_time() - middle
            floor += middle - start
            seen.append(memory())
        gc.set_threshold(*usual)
        half, end = seen[len(seen) // 2], seen[-1]
        worst, kept = peak(EXAMPLE)
        names = [str(path) for path in files]
        one = process([*program(_CHECK), *names])
        water = [
            high_water(program(_WATER), ["check", *some], dict(os.environ))
            for some in (names[: count // 2], names)
        ]
        two = process([*program(_CHECK), "--jobs", "2", *names])
    growth = f"{half:.0f} MiB half-way, {end:.0f} MiB at the end"
    figure = f"{ours * 1000 / count:.1f} / {floor * 1000 / count:.1f} ms a file"
    return [
        Line("5", f"{count} workbooks against a bare calamine loop", figure, ours / floor, 2.0),
        Line("5", "memory: end / half-way", growth, end / half if half else None, 1.05),
        Line(
            "5",
            "peak memory of the command: all files / half of them",
            f"{water[1]:.0f} / {water[0]:.0f} MiB",
            water[1] / water[0] if water[0] else None,
            1.05,
        ),
        Line("", "memory of one workbook", f"{worst:.1f} MiB at most, {kept:.1f} MiB what is given back"),
        Line(
            "5",
            "--jobs 2: CPU against one process",
            f"{two.cpu:.0f} / {one.cpu:.0f} ms CPU, {two.wall:.0f} / {one.wall:.0f} ms wall",
            two.cpu / one.cpu,
            1.10,
        ),
    ]
