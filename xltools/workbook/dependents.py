"""Which formulas depend on cells that changed: their stored values may have become untrue.

An over-estimate where a formula cannot be told (INDIRECT, OFFSET, tables, names that are not known).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from xltools.errors import XltoolsError
from xltools.workbook.address import MAX_COLUMN, MAX_ROW, Area, area, column_number, places, split
from xltools.workbook.markup import escape

_TOKEN = re.compile(
    r"""
      "(?:[^"]|"")*"
    | (?P<sheet>'(?:[^']|'')+'|[^\W\d][\w.:]*|\d+[^\W\d]\w*)!(?=[$\w\#])
    | (?P<book>\[[0-9]+\][\w.]*)!
    | (?P<bracket>\[)
    | (?P<cell>\$?[A-Z]{1,3}\$?[0-9]{1,7})(?![\w.(!])(?:\s*:\s*(?P<to>\$?[A-Z]{1,3}\$?[0-9]{1,7})(?![\w.(!]))?
    | \$?(?P<left>[A-Z]{1,3}):\$?(?P<right>[A-Z]{1,3})(?![\w.(!])
    | \$?(?P<top>[0-9]{1,7}):\$?(?P<bottom>[0-9]{1,7})(?![\w.(!])
    | (?P<function>[^\W\d][\w.]*)\(
    | (?P<name>[^\W\d][\w.]*)
    | [0-9]+(?:\.[0-9]*)?(?:E[+-]?[0-9]+)?
    | \#[A-Z/0-9]+[!?]?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONSTANTS = frozenset(("TRUE", "FALSE"))
_UNTOLD = frozenset(
    ("INDIRECT", "OFFSET", "CELL", "INFO", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY")
)
_FAR_WORDS = ("INDIRECT", "OFFSET", "CELL(", "INFO(", "NOW(", "TODAY(", "RAND")
_TEXT = re.compile("<f(?: [^>]*)?>([^<]+)</f>")
_SPAN = re.compile(r":[^'!<>,()]*'?!")


Place = tuple[int, int]
"""Row and column from 1."""


@dataclass(slots=True)
class Precedents:
    """The areas that a formula reads, with their sheet; ``any``: it may read anything."""

    areas: list[tuple[str, Area]] = field(default_factory=list)
    any: bool = False


def precedents(formula: str, sheet: str, names: Mapping[str, str], depth: int = 0) -> Precedents:
    """What ``formula`` on ``sheet`` reads. ``names``: defined names in lower case → their formula."""
    found = Precedents()
    here = sheet
    end = -1
    for match in _TOKEN.finditer(formula):
        if match.start() != end:
            here = sheet
        kind = match.lastgroup
        if kind == "sheet":
            here, end = _sheet_name(match["sheet"]), match.end()
            found.any = found.any or (":" in here and match["sheet"][0] != "'")
            continue
        if kind == "book":
            here, end = match["book"], match.end()
            continue
        if kind == "bracket" or (kind == "function" and match["function"].upper() in _UNTOLD):
            found.any = True
        elif kind == "name" and match["name"].upper() not in _CONSTANTS:
            inner = names.get(match["name"].lower())
            if inner is None or depth > 8:
                found.any = True
            else:
                deeper = precedents(inner, here, names, depth + 1)
                found.areas += deeper.areas
                found.any = found.any or deeper.any
        elif (rectangle := _area(match)) is not None:
            found.areas.append((here.casefold(), rectangle))
    return found


def _sheet_name(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def _area(match: re.Match[str]) -> Area | None:
    try:
        if match["cell"]:
            top, left = split(match["cell"].upper())
            bottom, right = split(match["to"].upper()) if match["to"] else (top, left)
            return min(top, bottom), min(left, right), max(top, bottom), max(left, right)
    except XltoolsError:  # a name such as ABC99999999
        return None
    if match["left"]:
        first, last = sorted((column_number(match["left"].upper()), column_number(match["right"].upper())))
        return 1, first, MAX_ROW, last
    if match["top"]:
        first, last = sorted((int(match["top"]), int(match["bottom"])))
        return first, 1, last, MAX_COLUMN
    return None


def dependents(
    formulas: Mapping[str, Mapping[str, str]],
    changed: Mapping[str, Collection[str]],
    names: Mapping[str, str] | None = None,
    arrays: Mapping[str, Mapping[str, str]] | None = None,
    memo: dict[tuple[str, str], Precedents] | None = None,
) -> dict[str, set[str]]:
    """Sheet → formula cells that depend, directly or through others, on the ``changed`` cells.

    ``formulas`` as from ``read_formulas``; ``changed``: sheet → cells; ``names``: defined names → their
    formula; ``arrays``: sheet → anchor → range of array formulas; ``memo``: what formulas read, kept from
    call to call. Sheet names in the result are those of ``formulas``.
    """
    known = {name.lower(): text for name, text in (names or {}).items()}
    memo = {} if memo is None else memo
    for sheet, texts in formulas.items():
        for cell, text in texts.items():
            if (sheet, cell) not in memo:
                memo[sheet, cell] = precedents(text, sheet, known)
    pending = dict(memo)
    fresh: dict[str, set[Place]] = {}
    for sheet, cells in changed.items():
        fresh.setdefault(sheet.casefold(), set()).update(map(split, cells))
    found: dict[str, set[str]] = {}
    while fresh and pending:
        boxes = {sheet: (_box(cells), cells) for sheet, cells in fresh.items() if cells}
        hit = [key for key, reads in pending.items() if reads.any or _touches(reads, boxes)]
        fresh = {}
        for sheet, cell in hit:
            del pending[sheet, cell]
            found.setdefault(sheet, set()).add(cell)
            more = fresh.setdefault(sheet.casefold(), set())
            more.add(split(cell))
            if reference := (arrays or {}).get(sheet, {}).get(cell):
                more.update(places(area(reference)))
    return found


def formula_text(xml: str) -> str:
    """The formulas in the XML of a sheet, one a line; one that could mean anything, where they may be written
    in another way."""
    if not xml or ":f>" in xml or ":f " in xml or "<![CDATA[" in xml:
        return "INDIRECT"
    return "\n".join(_TEXT.findall(xml))


def may_see(text: str, sheets: Collection[str], names: Collection[str]) -> bool:
    """Whether the formulas in ``text`` (see ``formula_text``) may read one of the other ``sheets``: they name
    it or a defined name, or could mean anything. Quick, and wrong only by saying yes."""
    if not text:
        return False
    if any(escape(sheet.replace("'", "''")) in text for sheet in sheets):
        return True
    if any(word in text for word in _FAR_WORDS) or any(name in text for name in names):
        return True
    return _has_table(text) or ("!" in text and _SPAN.search(text) is not None)


def _has_table(text: str) -> bool:
    """Whether a bracket follows a name, as in 表1[金额]; a pattern would look at every letter for that."""
    at = text.find("[")
    while at > 0:
        if text[at - 1].isalnum():
            return True
        at = text.find("[", at + 1)
    return False


def _box(cells: Collection[Place]) -> Area:
    """The rectangle around some cells."""
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    return min(rows), min(columns), max(rows), max(columns)


def _touches(reads: Precedents, fresh: Mapping[str, tuple[Area, Collection[Place]]]) -> bool:
    for sheet, (top, left, bottom, right) in reads.areas:
        if sheet not in fresh:
            continue
        (first, begin, last, end), cells = fresh[sheet]
        if top > last or bottom < first or left > end or right < begin:
            continue
        if top == bottom and left == right:
            if (top, left) in cells:
                return True
        elif any(top <= row <= bottom and left <= column <= right for row, column in cells):
            return True
    return False
