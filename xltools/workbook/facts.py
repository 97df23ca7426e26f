"""What the file of a workbook tells of a sheet beside its values."""

from __future__ import annotations

from dataclasses import dataclass, field


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
