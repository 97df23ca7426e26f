"""Run the command line on files, each in a process of its own with limits on time and memory.

One helper process has everything loaded and forks for each file, so that a run costs what the work costs.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ADDRESS_SPACE = 3 * 2**30
"""Bytes of address space: what a runaway allocation dies of."""


@dataclass(frozen=True)
class Outcome:
    """What a run gave: exit status (negative: killed by that signal), output, seconds of processor, the most
    megabytes of memory that it held."""

    status: int
    output: str
    errors: str
    seconds: float
    megabytes: float


def run(commands: Iterable[list[str]], seconds: float = 60) -> Iterator[Outcome]:
    """The outcomes of ``xltools`` with these arguments, in their order."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.runner", str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        for command in commands:
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
            yield Outcome(**json.loads(process.stdout.readline()))
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def serve(seconds: float) -> None:
    """The helper process: one line with arguments in, one line with an outcome out."""
    warm()
    for line in sys.stdin:
        print(json.dumps(one(json.loads(line), seconds), ensure_ascii=False), flush=True)


def warm() -> None:
    """Load what a check needs: it is not the files' doing."""
    import contextlib
    import io

    import python_calamine

    from xltools.cli import main

    assert python_calamine
    with contextlib.redirect_stdout(io.StringIO()):
        main(["check", str(ROOT / "workbooks" / "example.xlsx"), "--format", "json"])
    gc.freeze()  # or every child would touch, and so copy, all that it was given


def one(command: list[str], seconds: float) -> dict[str, object]:
    """Fork, limit, run, wait."""
    import tempfile

    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            _child(command, seconds, output.fileno(), errors.fileno())
        _, status, used = os.wait4(child, 0)
        found = []
        for stream in (output, errors):
            stream.seek(0)
            found.append(stream.read().decode("utf-8", "replace"))
    return {
        "status": os.waitstatus_to_exitcode(status),
        "output": found[0],
        "errors": found[1],
        "seconds": min(used.ru_utime + used.ru_stime, time.monotonic() - started + 1),
        "megabytes": used.ru_maxrss / 1024,
    }


def _child(command: list[str], seconds: float, output: int, errors: int) -> None:
    import signal

    os.dup2(output, 1)
    os.dup2(errors, 2)
    status = 99
    try:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(int(seconds * 4) + 5)
        from xltools.cli import main

        status = main(command)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve(float(sys.argv[1]))
