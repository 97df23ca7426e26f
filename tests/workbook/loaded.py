"""Workbooks as openpyxl sees them, without parsing the same file twice."""

from __future__ import annotations

import pickle
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
from openpyxl.worksheet.dimensions import DimensionHolder
from openpyxl.worksheet.merge import MergedCellRange


def loaded(source: str | Path | bytes) -> Any:
    """A workbook of the caller's own, which he may change."""
    book = pickle.loads(_parsed(source if isinstance(source, bytes) else Path(source).read_bytes()))
    for sheet in book.worksheets:  # what its dictionaries do not hand over
        for name, add in (("row_dimensions", sheet._add_row), ("column_dimensions", sheet._add_column)):
            holder = DimensionHolder(sheet, default_factory=add)
            holder.update(getattr(sheet, name))
            setattr(sheet, name, holder)
    return book


@lru_cache(8)
def _parsed(content: bytes) -> bytes:
    """Most tests open the same workbook: a copy of what was parsed costs a seventh of parsing it. Without the
    borders that openpyxl computes for merged cells: they cost half of loading."""
    with patch.object(MergedCellRange, "format", lambda self: None):
        return pickle.dumps(openpyxl.load_workbook(BytesIO(content)))
