"""``python -m tests.privacy.watch REPORT ARGUMENTS…``: run the command line and write down what it touched.

Noted are files opened for writing, folders made, what was removed or renamed and with which rights it had
lain there, connections, and programs started.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """An audit hook that collects."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.made: list[str] = []
        self.passing: list[tuple[str, int, int]] = []
        self.network: list[str] = []
        self.programs: list[str] = []
        self.busy = False
        self.top = tempfile.gettempdir()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.busy:
            return
        self.busy = True
        try:
            self.take(event, arguments)
        finally:
            self.busy = False

    def take(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writing = any(sign in mode for sign in "wax+") if mode else bool((flags or 0) & _WRITING)
            if writing and not isinstance(path, int):
                self.written.append(os.path.abspath(os.fsdecode(path)))
        elif event == "os.mkdir":
            self.made.append(os.path.abspath(os.fsdecode(arguments[0])))
        elif event in ("os.remove", "os.rename", "os.rmdir"):
            # removing a tree goes by handles of folders: then the name alone says nothing
            if not isinstance(arguments[-1], int) or arguments[-1] == -1:
                self.passed(os.path.abspath(os.fsdecode(arguments[0])))
        elif event.startswith("socket."):
            self.network.append(f"{event} {arguments[1:]!r}")
        elif event == "subprocess.Popen":
            self.programs.append(str(arguments[0]))

    def passed(self, given: str) -> None:
        """Note the rights of what goes away, and those that the folders around it leave to others."""
        path = given
        try:
            own = stat.S_IMODE(os.lstat(path).st_mode)
            folder = 0o777
            while (parent := os.path.dirname(path)) != self.top and parent != os.path.dirname(parent):
                folder &= stat.S_IMODE(os.lstat(parent).st_mode)
                path = parent
        except OSError:
            return
        self.passing.append((given, own, folder))


def main() -> int:
    report, *arguments = sys.argv[1:]
    watch = Watch()
    sys.addaudithook(watch)
    from xltools.cli import main as run

    status = run(arguments)
    found = {**vars(watch), "status": status}
    watch.busy = True
    with open(report, "w", encoding="utf-8") as file:
        json.dump(found, file, ensure_ascii=False)
    return status


if __name__ == "__main__":
    sys.exit(main())
