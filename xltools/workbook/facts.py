"""What the file of a workbook tells of a sheet beside its values."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_AREA = 1_000_000
"""Cells of the rectangle from A1 that holds all contents of a sheet; readers hold such a rectangle whole."""
MAX_AREAS = 8_000_000
"""The same for all sheets together."""


def too_much(rows: int, columns: int) -> str:
    """Why a sheet that goes so far is not read, as a Chinese clause; "" where it is."""
    return "" if rows * columns <= MAX_AREA else f"数据区域达 {rows} 行 × {columns} 列，超出可读取的范围"


class Budget:
    """How many cells the sheets of a workbook may still take together."""

    def __init__(self) -> None:
        self.left = MAX_AREAS

    def take(self, rows: list[list[object]]) -> str:
        """Count the rows of a sheet; why they are not kept, as a Chinese clause, or ""."""
        self.left -= len(rows) * len(rows[0]) if rows else 0
        return self.trouble

    @property
    def trouble(self) -> str:
        """Why no further sheet is read; "" where it is."""
        return "" if self.left >= 0 else "各工作表的数据区域合计过大，超出可读取的范围"


@dataclass(slots=True)
class Facts:
    """What the file tells of one sheet. Addresses are A1 ("C5"), formulas are stored text without "=".

    ``formulas``: every formula cell, shared formulas expanded, prefixes as stored (see ``plain``).
    ``arrays``: anchor → range of array formulas; ``uncached``: formula cells without a stored value;
    ``errors``: cell → error value; ``merges``: ranges; ``hidden_rows``/``hidden_columns``: numbers from 1;
    ``doubtful``: formula cells whose stored value the writing program may have lost: it counts only where the
    formula cannot be computed; ``notes``: whether the sheet has notes or threaded comments; ``trouble``: ""
    or a Chinese clause saying why the sheet was not read (it is too large): the rest is empty then, and no
    other reader should touch it.
    """

    formulas: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, str] = field(default_factory=dict)
    uncached: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: bool = False
    trouble: str = ""
