"""Run a command that is stopped when it touches its n-th file.

One helper process has everything loaded and forks for each run: a process that has set type or has threads
cannot be forked.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TOUCHING = ("open", "os.mkdir", "os.rename", "tempfile.mkdtemp", "tempfile.mkstemp")
_NOT_SO_MANY, _DIED = 77, 99


class Stopper:
    """An audit hook that ends the process from outside, as it were, when it touches its n-th file."""

    def __init__(self, number: int, at: int, room: str) -> None:
        self.number, self.left, self.room = number, at, room

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in TOUCHING or not self.left or isinstance(arguments[0], int):  # a pipe has no name
            return
        if self.room in os.path.abspath(os.fsdecode(arguments[0])):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), self.number)


class Helper:
    """The helper process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def stopped(self, command: list[str], number: int, at: int, room: Path) -> int | None:
        """The exit status of a command that is stopped at its ``at``-th file; None where it has fewer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, int(number), at, str(room)]) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        return None if status == _NOT_SO_MANY else status


@contextmanager
def helper() -> Iterator[Helper]:
    """The helper process, ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.privacy.stopping"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=os.environ | {"XLTOOLS_SOFFICE": ""},
    )
    try:
        yield Helper(process)
    finally:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def serve() -> None:
    """One line with a run in, one line with its exit status out."""

    import xltools
    import xltools.export.publish
    import xltools.export.render
    from xltools.cli import main

    xltools.check(
        xltools.read(ROOT / "workbooks" / "example.xlsx")
    )  # what it loads is loaded before the fork
    for line in sys.stdin:
        command, number, at, room = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(main, command, number, at, Path(room))
        _, ended = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


def _run(main: Any, command: list[str], number: int, at: int, room: Path) -> None:
    from openpyxl.worksheet._writer import _openpyxl_shutdown  # loaded before the fork

    status = _DIED
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(room / "desk")
        tempfile.tempdir = str(room / "tmp")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        stopper = Stopper(number, at, str(room))
        sys.addaudithook(stopper)
        status = main(command)
        if stopper.left:
            status = _NOT_SO_MANY
        _openpyxl_shutdown()  # what it does at the end of a process
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve()
