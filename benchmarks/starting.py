"""Goal 4: ``xltools check FILE`` in a process of its own against the bare interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.timing import EXAMPLE, ROOT, Line, installed, process, program

_PROGRAM = "from xltools.cli import program\nprogram()\n"
_MAIN = "import sys\nfrom xltools.cli import main\nmain(sys.argv[1:])\n"
PEAK = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
"""Ends a program with what memory it held at its worst, in KiB."""
_HEAVY = ("pandas", "numpy", "openpyxl", "pydantic", "xlwings", "rich", "xlsxwriter", "typst", "jinja2")
_LOADED = f"print(*sorted(set(sys.modules) & set({_HEAVY!r})))"


def lines(rounds: int, file: Path = EXAMPLE) -> list[Line]:
    """The lines of goal 4."""
    commands = {
        "bare": program("pass"),
        "check": [*program(_PROGRAM), "check", str(file)],
        "help": [*program(_PROGRAM), "--help"],
    }
    with installed() as environment:
        for command in commands.values():
            process(command, environment)
        taken = {name: [] for name in commands}  # type: dict[str, list[tuple[float, float]]]
        for _ in range(rounds):
            for name, command in commands.items():
                cost = process(command, environment)
                taken[name].append((cost.cpu, cost.wall))
        cpu = {name: median(one for one, _ in times) for name, times in taken.items()}
        wall = {name: median(one for _, one in times) for name, times in taken.items()}
        loaded = _last_line(program(_MAIN + _LOADED), ["check", str(file)], environment)
        peak = high_water(program(_MAIN + PEAK), ["check", str(file)], environment)
        least = high_water(program(PEAK), [], environment)
    result = [
        Line("", "bare interpreter, process", f"{cpu['bare']:.0f} ms CPU, {wall['bare']:.0f} ms wall", 1),
        Line("4", "cold check, CPU", f"{cpu['check']:.0f} ms", cpu["check"] / cpu["bare"], 5),
        Line("4", "cold check, wall", f"{wall['check']:.0f} ms", wall["check"] / wall["bare"], 5),
        Line("", "--help, CPU", f"{cpu['help']:.0f} ms", cpu["help"] / cpu["bare"]),
        Line(
            "4", "heavy packages loaded by a check", loaded or "none", float(len(loaded.split())), 0, sign=""
        ),
    ]
    if peak:
        told = f"bare interpreter {least:.1f} MiB"
        result.append(Line("4", "cold check, peak memory", told, peak, 25, sign=" MiB"))
    return result


def _last_line(command: list[str], arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, cwd=ROOT, env=environment, check=True
    )
    return done.stdout.splitlines()[-1].strip()


def high_water(command: list[str], arguments: list[str], environment: dict[str, str]) -> float:
    """Peak memory in MiB as the process itself sees it at its end (0 where the system does not tell)."""
    if not sys.platform.startswith("linux"):
        return 0.0
    return int(_last_line(command, arguments, environment)) / 1024
