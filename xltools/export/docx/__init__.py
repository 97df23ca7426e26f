"""Word: ``write`` gives the bytes of a .docx file, laid out after GB/T 9704-2012."""

from __future__ import annotations

from xltools.export.docx.body import write
from xltools.export.docx.marks import read_facts
from xltools.export.docx.text import mark_name

__all__ = ["mark_name", "read_facts", "write"]
