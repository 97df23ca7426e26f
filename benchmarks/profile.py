"""Where the time of a warm check goes: by stage, and own time by room and by function."""

from __future__ import annotations

import cProfile
import pstats
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import xltools
from benchmarks.reading import bare
from benchmarks.timing import EXAMPLE
from benchmarks.variants import generate
from xltools import rules
from xltools.narrative import read as prose
from xltools.workbook import extras, harvest, read

_ROUNDS = 30
_PACKAGE = Path(xltools.__file__).parent


_STAGES: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("open the container, find the sheets", read, ("open_package",)),
    ("cells, formulas, merged and hidden cells of all sheets", read, ("file_grids",)),
    ("which sheet is which, where the forms are", read, ("_choose",)),
    ("which sheet is which, beside the forms", extras, ("find_extras",)),
    ("stored results held against their formulas", read, ("renew",)),
    ("figures of the forms", read, ("take_region",)),
    ("self-evaluation sheets", read, ("read_evaluation",)),
    ("other sheets beside the forms", extras,
     ("read_comparison", "read_narrative", "read_overview", "read_explanations")),
    ("identities: expanded and held against the figures", rules, ("_desk", "_identities")),
    ("joint verdict", rules, ("settle",)),
    ("尾差 worded", rules, ("_tails",)),
    ("rules of the self-evaluation", rules, ("_evaluations",)),
    ("情况说明: what is asked for and missing", prose, ("asked", "_missing")),
    ("情况说明: typed prose and statements", prose, ("_prose", "statements")),
)  # fmt: skip
"""Title, module and functions, none of which calls another."""


def stages(files: Sequence[Path]) -> None:
    """Print what each stage costs, against a bare read. ``files`` have one layout and other figures."""
    for file in files * 4:
        xltools.check(xltools.read(file))
    taken: dict[str, list[float]] = {title: [] for title, _, _ in _STAGES}
    real = [(module, name, getattr(module, name)) for _, module, names in _STAGES for name in names]
    current: Counter[str] = Counter()

    def timed(title: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                current[title] += time.process_time() - start

        return call

    floor, whole = [], []
    try:
        for title, module, names in _STAGES:
            for name in names:
                setattr(module, name, timed(title, getattr(module, name)))
        for _, file in zip(range(_ROUNDS), cycle(files), strict=False):
            current.clear()
            harvest._numbers.clear()
            start = time.process_time()
            bare(file)
            middle = time.process_time()
            xltools.check(xltools.read(file))
            whole.append(time.process_time() - middle)
            floor.append(middle - start)
            for title in taken:
                taken[title].append(current[title])
    finally:
        for module, name, function in real:
            setattr(module, name, function)
    unit = median(floor)
    print("\n| stage of a warm check | ms | bare reads |\n|---|---|---|")
    told = 0.0
    for title, times in taken.items():
        told += median(times)
        print(f"| {title} | {median(times) * 1000:.2f} | {median(times) / unit:.2f} |")
    print(f"| everything else | {(median(whole) - told) * 1000:.2f} | {(median(whole) - told) / unit:.2f} |")
    print(f"| **all** | {median(whole) * 1000:.2f} | {median(whole) / unit:.2f} |")


def show(file: Path = EXAMPLE) -> None:
    """Print the profile. cProfile makes small functions look dearer than they are: read shares, not times."""
    with tempfile.TemporaryDirectory() as folder:
        stages(generate(Path(folder)))
    xltools.check(xltools.read(file))
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(_ROUNDS):
        xltools.check(xltools.read(file))
    profile.disable()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = sum(own for _, _, own, _, _ in stats.values())
    rooms: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for (path, line, name), (_, _, own, _, callers) in stats.items():
        if path.startswith(str(_PACKAGE)):
            place = Path(path).relative_to(_PACKAGE)
            rooms[_room(place)] += own
            functions[f"{place}:{line} {name}"] += own
        else:  # built in, or of the standard library: belongs to who called it
            functions[name] += own
            for (caller, _, _), figures in callers.items():
                inside = caller.startswith(str(_PACKAGE))
                rooms[_room(Path(caller).relative_to(_PACKAGE)) if inside else "other"] += figures[2]
    print("\n| room | share of own time |\n|---|---|")
    for room, own in rooms.most_common(12):
        print(f"| {room} | {own / total:.0%} |")
    print("\n| function | share of own time |\n|---|---|")
    for name, own in functions.most_common(20):
        print(f"| {name} | {own / total:.1%} |")


def _room(place: Path) -> str:
    return "/".join(place.parts[:2]) if place.parts[0] == "workbook" else place.parts[0]
