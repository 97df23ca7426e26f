"""The port: all that a button needs from an open workbook, whatever program holds it.

Handlers (``actions``) know only this. Adapters: ``excel`` (xlwings), ``calc`` (LibreOffice), ``book``
(a file). Every method takes and gives plain data, so a port can also lie at the other end of a pipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from xltools.report import Place

Value = None | bool | float | str
"""What a cell holds or shall hold; a text that begins with "=" is a formula (English names)."""
Grid = list[list[Value]]
"""The contents of a sheet from A1 on, row by row, rows of equal length."""

TAG = 'N("xltools")=0'
"""Condition of our marks: always true, and the sign by which only ours are cleared."""
NOTE_HEAD = "【校验】"
"""How our notes begin; a note without it is the user's and stays."""


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

    def write(self, sheet: str, cells: Mapping[str, Value]) -> None:
        """Put contents into cells of a sheet; None empties a cell. Formats stay as they are."""

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
        """Ask the user. ``kind`` is "file", "folder", "text" or "yes"; None when he declines."""

    def copy_sheet(self, sheet: str, name: str) -> None:
        """Copy a sheet behind itself under a new name."""

    def show(self, path: str) -> None:
        """Open a file: a workbook in the same program, others as the system does."""

    def quietly(self) -> AbstractContextManager[None]:
        """While inside: no redrawing and no recalculation; afterwards selection, scroll and settings are
        as they were."""
