"""The port: all that a button needs from an open workbook, whatever program holds it.

Handlers (``actions``) know only this. Adapters: ``excel`` (xlwings), ``calc`` (LibreOffice), ``book``
(a file). Every method takes and gives plain data, so a port can also lie at the other end of a pipe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from xltools.report import Place
from xltools.workbook.surgery.notes import NOTE_HEAD

__all__ = [
    "COLOURS",
    "NOTE_HEAD",
    "PRIVATE",
    "Cancelled",
    "Content",
    "Formula",
    "Grid",
    "Mark",
    "Port",
    "Value",
]

PRIVATE = "xltools-"
"""How the names of our temporary folders begin. Another program writes the copy, so that only the folder can
keep it from others."""

Value = None | bool | float | str
"""What a cell shows. Written, a text stays that text, whatever it begins with: what users typed must not come
alive as a formula, a number or a date."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula to be written, in English names, without "="."""

    text: str


Content = Value | Formula
"""What a cell shall hold."""
Grid = list[list[Value]]
"""The contents of a sheet from A1 on, row by row, rows of equal length."""


class Mark(NamedTuple):
    """How a cell is marked: ``level`` is 错误, 核实 or 提示; ``text`` stands in a note on the cell."""

    level: str
    text: str


COLOURS = {"错误": 0xFFC7CE, "核实": 0xFFEB9C, "提示": 0xDDEBF7}
"""Fill of a mark by level, as RGB; laid over the user's own fill, which stays as it is."""


class Cancelled(Exception):
    """The user pressed Esc."""


class Port(Protocol):
    """An open workbook. Addresses are A1 texts without $; sheets are named as on their tabs."""

    @property
    def path(self) -> str:
        """Full path of the workbook; "" while it was never saved."""

    def read(self) -> dict[str, Grid]:
        """Values of all sheets, in their order; errors as texts such as "#N/A"."""

    def write(self, sheet: str, cells: Mapping[str, Content]) -> None:
        """Put contents into cells of a sheet; None empties a cell, only a Formula becomes a formula. Formats
        stay as they are."""

    def renew_rows(self, sheet: str, first: int, count: int) -> None:
        """Let the sheet have ``count`` empty rows from row ``first`` (from 1) on that look like that row,
        and nothing below them: no contents, merged cells or links."""

    def snapshot(self) -> str:
        """Path of a copy of the workbook as it stands now, for reading; the caller deletes it unless it is
        ``path`` itself."""

    def release(self) -> None:
        """Save the workbook and close it, so that its file can be changed; ``show(path)`` opens it again."""

    def mark(self, marks: Mapping[Place, Mark]) -> None:
        """Mark cells without touching the user's fills and notes."""

    def clear_marks(self) -> None:
        """Take away all our marks and notes, and nothing else."""

    def note(self, place: Place, text: str) -> None:
        """Write our note on a cell that has none of the user's; "" takes ours away."""

    def go_to(self, place: Place) -> None:
        """Show and select a cell."""

    def here(self) -> Place:
        """The selected cell."""

    def status(self, text: str) -> None:
        """Show a line to the user; "" gives the line back. Raises Cancelled after Esc."""

    def ask(self, kind: str, question: str) -> str | None:
        """Ask the user. ``kind`` is "file" (one that is there), "save" (one to be written; the
        question names it), "folder", "text" or "yes"; None when he declines."""

    def copy_sheet(self, sheet: str, name: str) -> None:
        """Copy a sheet behind itself under a new name."""

    def recalculate(self) -> None:
        """Compute every formula anew."""

    def show(self, path: str) -> None:
        """Open a file: a workbook in the same program, others as the system does."""

    def quietly(self) -> AbstractContextManager[None]:
        """While inside: no redrawing and no recalculation; afterwards selection, scroll and settings are
        as they were."""


@contextmanager
def snapshot(port: Port) -> Iterator[Path]:
    """A copy of the open workbook to read from, gone afterwards: so an open workbook and its file are read
    by the same code, and give the same findings."""
    path = port.snapshot()
    try:
        yield Path(path)
    finally:
        if path != port.path:
            copy = Path(path)
            copy.unlink(missing_ok=True)
            if copy.parent.name.startswith(PRIVATE):
                with suppress(OSError):
                    copy.parent.rmdir()
