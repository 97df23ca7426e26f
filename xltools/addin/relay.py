"""Run a button on a workbook at the other end of a pipe: LibreOffice asks, this process answers.

Each call on the port is one line of JSON out and one line in. See ``calc/buttons.py`` for the other end.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

from xltools.addin.port import Content, Formula, Grid, Mark
from xltools.report import Place


class PipeError(Exception):
    """The other end could not do what it was asked."""


class PipePort:
    """A port whose workbook is served over ``source`` and ``target``."""

    def __init__(self, source: TextIO, target: TextIO) -> None:
        self._source, self._target = source, target

    def _call(self, method: str, *arguments: object) -> Any:
        self._target.write(json.dumps({"method": method, "arguments": arguments}) + "\n")
        self._target.flush()
        answer = json.loads(self._source.readline())
        if "error" in answer:
            raise PipeError(answer["error"])
        return answer["result"]

    @property
    def path(self) -> str:
        return str(self._call("path"))

    def read(self) -> dict[str, Grid]:
        grids: dict[str, Grid] = self._call("read")
        return grids

    def write(self, sheet: str, cells: Mapping[str, Content]) -> None:
        # A formula goes as a list of one, so that no text can be taken for it.
        plain = {at: [one.text] if isinstance(one, Formula) else one for at, one in cells.items()}
        self._call("write", sheet, plain)

    def renew_rows(self, sheet: str, first: int, count: int) -> None:
        self._call("renew_rows", sheet, first, count)

    def snapshot(self) -> str:
        return str(self._call("snapshot"))

    def release(self) -> None:
        self._call("release")

    def mark(self, marks: Mapping[Place, Mark]) -> None:
        self._call("mark", [[*place, *mark] for place, mark in marks.items()])

    def clear_marks(self) -> None:
        self._call("clear_marks")

    def note(self, place: Place, text: str) -> None:
        self._call("note", *place, text)

    def go_to(self, place: Place) -> None:
        self._call("go_to", *place)

    def here(self) -> Place:
        return Place(*self._call("here"))

    def status(self, text: str) -> None:
        self._call("status", text)

    def ask(self, kind: str, question: str) -> str | None:
        answer: str | None = self._call("ask", kind, question)
        return answer

    def copy_sheet(self, sheet: str, name: str) -> None:
        self._call("copy_sheet", sheet, name)

    def recalculate(self) -> None:
        self._call("recalculate")

    def show(self, path: str) -> None:
        self._call("show", path)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        self._call("begin")
        try:
            yield
        finally:
            self._call("end")


def main() -> None:
    """Run the action named on the command line."""
    from xltools.addin.actions import press

    target = sys.stdout
    sys.stdout = sys.stderr  # whatever prints must not speak into the pipe
    press(sys.argv[1], PipePort(sys.stdin, target))


if __name__ == "__main__":
    main()
