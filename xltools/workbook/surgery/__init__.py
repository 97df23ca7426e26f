"""Write into a user's workbook without loading it in a spreadsheet library, which would lose what it does not
know: only the parts that change are written anew, every other part keeps its bytes."""

from xltools.workbook.surgery.edits import (
    Computed,
    Content,
    Edits,
    Formula,
    Link,
    Region,
    Row,
    SheetCopy,
    SheetEdit,
    Value,
)
from xltools.workbook.surgery.marks import MARK_FORMULA
from xltools.workbook.surgery.notes import AUTHOR, NOTE_HEAD
from xltools.workbook.surgery.operate import Outcome, apply, edit

__all__ = [
    "AUTHOR",
    "MARK_FORMULA",
    "NOTE_HEAD",
    "Computed",
    "Content",
    "Edits",
    "Formula",
    "Link",
    "Outcome",
    "Region",
    "Row",
    "SheetCopy",
    "SheetEdit",
    "Value",
    "apply",
    "edit",
]
