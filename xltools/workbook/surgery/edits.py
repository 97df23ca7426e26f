"""What can be changed in a user's workbook: plain data, applied by ``surgery.edit``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xltools.functions import CellError

Value = None | bool | int | str | Decimal | CellError
"""What a cell shows; None is blank. Texts are stored as texts, also when they begin with "="."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula ("SUM(A1:A3)", with or without "=") and the value stored beside it (None: none is known)."""

    text: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A new stored value for a cell that holds a formula; the formula stays."""

    value: Value


@dataclass(frozen=True, slots=True)
class Link:
    """``text`` with a link to a place of the same workbook, such as "'公开03表'!C5"."""

    text: Value
    target: str


Content = Value | Formula | Computed | Link


@dataclass(frozen=True, slots=True)
class Row:
    """A new row: ``cells`` from column A on; height and the style of each column are those that row ``like``
    had before the edit. ``fitted``: without a height; who opens the file fits it."""

    cells: Sequence[Content]
    like: int
    fitted: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """All rows from ``first`` to the end of the sheet, replaced by ``rows``.

    Merged ranges and links in the region are replaced too (``merges``: ranges); rows that serve as ``like``
    should stand above ``first`` (hidden, say), or they are gone when the next edit wants them.
    ``overwrite_formulas`` must say so where the region holds formulas.
    """

    first: int
    rows: Sequence[Row]
    merges: Sequence[str] = ()
    overwrite_formulas: bool = False


@dataclass(frozen=True, slots=True)
class SheetEdit:
    """Changes of one sheet. Everything that is not named stays as it is.

    ``cells``: address → new content; the style stays. ``overwrite``: cells whose formula may be replaced.
    ``notes``: cell → text: all notes of ours become these ({}: none is left; None: leave them); a user's note
    is never touched, and a cell that has one gets none of ours. ``marks``: fill colour "RRGGBB" → cells, as
    conditional formatting of ours; {} and None as above.
    """

    cells: Mapping[str, Content] = field(default_factory=dict)
    overwrite: frozenset[str] = frozenset()
    region: Region | None = None
    notes: Mapping[str, str] | None = None
    marks: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class SheetCopy:
    """A new sheet ``name``, the copy of sheet ``source`` as it was before the edit, placed behind it."""

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Edits:
    """Changes of one workbook. ``sheets``: by sheet name, copies included. ``names``: defined names of the
    workbook → what they refer to ("'表'!$A$1"; None removes the name). ``recalculate``: let Excel compute
    everything when it opens the file; None: where a stored value may have become untrue."""

    sheets: Mapping[str, SheetEdit] = field(default_factory=dict)
    copies: Sequence[SheetCopy] = ()
    names: Mapping[str, str | None] = field(default_factory=dict)
    recalculate: bool | None = None
