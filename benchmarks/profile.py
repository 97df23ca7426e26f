"""Where the time of a warm check goes: own time by room and by function."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from pathlib import Path

import xltools
from benchmarks.timing import EXAMPLE

_ROUNDS = 30
_PACKAGE = Path(xltools.__file__).parent


def show(file: Path = EXAMPLE) -> None:
    """Print the profile. cProfile makes small functions look dearer than they are: read shares, not times."""
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
