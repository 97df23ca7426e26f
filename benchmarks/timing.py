"""Measuring: CPU medians of candidates that take turns, and what a whole process costs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "workbooks" / "example.xlsx"


@dataclass(frozen=True)
class Line:
    """One line of a table: a figure in milliseconds (or MiB), its ratio, and the goal that it is held
    against (None: told, not judged)."""

    goal: str
    title: str
    figure: str
    ratio: float | None = None
    limit: float | None = None
    higher: bool = False
    sign: str = "×"

    @property
    def met(self) -> str:
        """Whether the goal is met; "" for a figure without one."""
        if self.ratio is None or self.limit is None:
            return ""
        return "met" if (self.ratio >= self.limit if self.higher else self.ratio <= self.limit) else "MISSED"


def interleaved(
    jobs: Mapping[str, Callable[[], object]], rounds: int, seldom: Mapping[str, int] | None = None
) -> dict[str, float]:
    """Median CPU milliseconds of each job in this process. They take turns, so that what else happens on the
    machine meets all of them; a slow one named in ``seldom`` runs in every n-th round only."""
    for job in jobs.values():
        job()
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name, job in jobs.items():
            if number % (seldom or {}).get(name, 1) == 0:
                start = time.process_time()
                job()
                taken[name].append((time.process_time() - start) * 1000)
    return {name: median(times) for name, times in taken.items()}


@dataclass(frozen=True)
class Cost:
    """What a process cost: CPU and wall milliseconds, with all its children."""

    cpu: float
    wall: float


def process(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a program to its end; its output is thrown away. Exit status 1 (错误 found) is no failure."""
    before, start = _children(), time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, env=environment, check=False
    )
    wall, after = time.perf_counter() - start, _children()
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command} failed:\n{done.stderr.decode()}")
    return Cost((after - before) * 1000, wall * 1000)


def _children() -> float:
    """CPU seconds of all children that have ended."""
    if sys.platform == "win32":
        times = os.times()
        return times.children_user + times.children_system
    from resource import RUSAGE_CHILDREN, getrusage  # finer than os.times

    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def installed() -> Iterator[dict[str, str]]:
    """The environment of processes whose modules stay compiled from one to the next, as an installation has
    them, wherever this is run."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        yield {**environment, "PYTHONPYCACHEPREFIX": folder}


def program(code: str) -> list[str]:
    """The command that runs ``code`` in a fresh interpreter."""
    return [sys.executable, "-c", code]


def table(lines: Sequence[Line]) -> str:
    """Lines as a Markdown table."""
    rows = ["| goal | what | ours | ratio | wanted | |", "|---|---|---|---|---|---|"]
    for line in lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}{line.sign}"
        relation = "≥" if line.higher else "≤"
        limit = "" if line.limit is None else f"{relation} {line.limit:g}{line.sign}"
        rows.append(f"| {line.goal} | {line.title} | {line.figure} | {ratio} | {limit} | {line.met} |")
    return "\n".join(rows)
