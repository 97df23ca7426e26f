"""The formulas of a workbook and what else a check must know of each sheet, read from the XML.

A fast reader works by regular expressions on the dialect that Excel, WPS, LibreOffice, openpyxl and
XlsxWriter write. It first proves that the sheet is in that dialect; anything else goes through expat, slower,
to the same result. Source of the format: ECMA-376 part 1, 18.3.1 (worksheets), 18.3.1.40 (formulas).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from xltools.workbook.address import MAX_COLUMN, column_number, join, shift, split
from xltools.workbook.container import bomb
from xltools.workbook.facts import Facts, too_much
from xltools.workbook.markup import broken, hostile, local, parse, parser, unescape
from xltools.workbook.package import Package, Sheet, relationships, resolve

MAX_SHEET = 32 * 2**20
"""Bytes of one sheet's XML."""
MAX_STRINGS = 64 * 2**20
"""Bytes of the shared strings."""


_PREFIX = re.compile(
    r"""("(?:[^"]|"")*")|(?:'[^'\[\]]*(?:\[\d+\])?[^'\[\]]*\.xla[m]?'!|\[\d+\]!|_xll\.|_xldudf_|_xlfn\.)+(?=XT_)""",
    re.IGNORECASE,
)
_OWN_NAME = re.compile(r'("(?:[^"]|"")*")|\b(XT_[A-Z0-9_]+)(?=\()', re.IGNORECASE)


@lru_cache(maxsize=4_096)
def plain(formula: str) -> str:
    """``formula`` with our functions under their plain names: XT_TOTAL for [1]!XT_TOTAL, _xll.XT_TOTAL,
    _xldudf_XT_TOTAL, _xlfn.XT_TOTAL and 'D:\\…\\xltools.xlam'!xt_total. Texts and everything else stay."""
    if "XT_" not in formula and "xt_" not in formula.lower():
        return formula
    formula = _PREFIX.sub(lambda match: match[1] or "", formula)
    return _OWN_NAME.sub(lambda match: match[1] or match[2].upper(), formula)


def read_formulas(package: Package, sheets: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """Sheet name → cell → formula; see ``read_facts``."""
    return {name: facts.formulas for name, facts in read_facts(package, sheets).items()}


def read_facts(package: Package, sheets: Iterable[str] | None = None) -> dict[str, Facts]:
    """The facts of every worksheet of an .xlsx or .xlsm, or of those named; {} for .xls and .ods.

    Call it before another library reads the file: every part that such a library would read is inflated
    within its declared size here. Raises XltoolsError for damaged or hostile XML.
    """
    wanted = None if sheets is None else set(sheets)
    for name in ("sharedStrings.xml", "styles.xml"):
        shared_part(package, name)
    return {
        sheet.name: _sheet_facts(package, sheet)
        for sheet in package.sheets
        if sheet.kind == "worksheet" and (wanted is None or sheet.name in wanted)
    }


def shared_part(package: Package, name: str) -> bytes:
    """The bytes of a part beside the workbook part that all sheets share, b"" where there is none.

    Raises XltoolsError where it is hostile or too large to be held in memory.
    """
    part = resolve(package.workbook_part, name)
    if not package.has(part):
        return b""
    if package.size(part) > MAX_STRINGS:
        raise bomb(f"{part} 展开后 {package.size(part) // 2**20} MB")
    content = package.read(part)
    if b"<!DOCTYPE" in content:
        raise hostile(part)
    return content


def heavy(package: Package, sheet: Sheet) -> str:
    """Why the XML of a sheet is too large to be read, as a Chinese clause; "" where it is not."""
    size = package.size(sheet.part)
    return f"内容达 {size // 2**20} MB，超出可读取的范围" if size > MAX_SHEET else ""


def _sheet_facts(package: Package, sheet: Sheet) -> Facts:
    if trouble := heavy(package, sheet):
        return Facts(trouble=trouble)
    content = package.read(sheet.part)
    text = decode(content)
    facts = fast_facts(text) if text else None
    if facts is None:
        facts = slow_facts(content, sheet.part)
    facts.notes = has_notes(package, sheet)
    return facts


def has_notes(package: Package, sheet: Sheet) -> bool:
    """Whether a sheet has notes or threaded comments."""
    return any(
        link.get("Type", "").endswith(("/comments", "/threadedComment"))
        for link in relationships(package, sheet.part).values()
    )


def decode(content: bytes) -> str:
    """The text of a sheet in UTF-8; "" where it is in another encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")):
        return ""
    try:
        return content.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        return ""


_HEAD = re.compile(
    r"(?:<\?xml version=\"1\.0\"(?: encoding=\"(?:UTF-8|utf-8)\")?(?: standalone=\"(?:yes|no)\")?\s*\?>)?"
    r"\s*<worksheet[ >]"
)
_DATA = r"""<sheetData(?:/>|>
    (?:<row\ r="[1-9][0-9]{0,6}"(?:\ [A-Za-z0-9:]+="[^"<>&]*+")*+(?:/>|>
        (?:<c\ r="ADDRESS"(?:\ [a-z]+="[A-Za-z0-9]*+")*+(?:/>|>
            (?:<f(?:\ [A-Za-z0-9:]+="[^"<>&]*+")*+(?:/>|>[^<]*+</f>))?+
            (?:<v>[^<]*+</v>|<v/>)?+
            (?:<is>(?:<r>|<rPr>|</r>|</rPr>|<[A-Zb-su-z][A-Za-z]*+(?:\ [A-Za-z:]+="[^"<>&]*+")*+/>|
                <t(?:\ xml:space="preserve")?+(?:/>|>[^<]*+</t>))*+</is>)?+
        </c>))*+
    </row>))*+
    </sheetData>)"""
_NARROW = re.compile(_DATA.replace("ADDRESS", "[A-D]?[A-Z][1-9][0-9]{0,3}"), re.VERBOSE | re.ASCII)
"""Sheets up to DZ9999 (1.3 million cells): their contents need not be measured."""
_ANY = re.compile(_DATA.replace("ADDRESS", "[A-Z]{1,3}[1-9][0-9]{0,6}"), re.VERBOSE | re.ASCII)
_FORMULA = re.compile(
    r'([A-Z]+[0-9]+)"([^>]*+)><f(?: ([^>]*?))?(?:/>|>([^<]*+)</f>)(?:<v>([^<]*+)</v>|<is>(.*?)</is>)?',
    re.DOTALL,
)
_ERROR = re.compile(
    r'<c r="([A-Z]+[0-9]+)"[^>]* t="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?(?:<v>([^<]*)</v>)?'
)
_FILLED = re.compile(r'<c r="([A-Z]++)([0-9]++)"[^>/]*+>')
_ROW = re.compile(r'<row r="([0-9]+)"([^>]*)>')
_MERGE = re.compile(r'<mergeCell ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"/>')
_COLUMN = re.compile(r"<col ([^>]*)/>")
_ATTRIBUTE = re.compile(r'([A-Za-z:]+)="([^"]*)"')


def sheet_data(text: str) -> tuple[int, int, bool] | None:
    """Where <sheetData> begins and ends in a sheet that is in the proven dialect, and whether the sheet is
    wide (has cells beyond DZ9999); else None.

    The proof: UTF-8, the worksheet's elements without prefix, no comments, CDATA, entities of its own or
    further processing instructions, and one pattern that the whole of <sheetData> must match: no blanks
    between elements, double-quoted attributes without markup, an address on every row and cell.
    """
    start = text.find("<sheetData")
    if (
        start < 0
        or not _HEAD.match(text)
        or text.find("<!", 0, start) >= 0
        or text.find("<?", 2, start) >= 0
        or text.find("\r", start) >= 0
        or not text[-20:].rstrip().endswith("</worksheet>")
    ):
        return None
    narrow = _NARROW.match(text, start)
    match = narrow or _ANY.match(text, start)
    if not match:
        return None
    end = match.end()
    if text.find("<!", end) >= 0 or text.find("<?", end) >= 0 or text.find("<sheetData", end) >= 0:
        return None
    return start, end, narrow is None


def fast_facts(text: str) -> Facts | None:
    """The facts of a sheet in the proven dialect; None where the proof fails."""
    where = sheet_data(text)
    if where is None:
        return None
    facts = Facts()
    start, end, wide = where
    if wide and (trouble := too_wide(text, start, end)):
        return Facts(trouble=trouble)
    if not take_layout(facts, text, start, end):
        return None
    if text.find(' t="e"', start, end) >= 0:
        facts.errors = {cell: unescape(error) for cell, error in _ERROR.findall(text, start, end)}
    _collect(text, start, end, facts)
    return facts


def too_wide(text: str, start: int, end: int) -> str:
    """Why the contents of a proven sheet span too much to be read; "" where they do not."""
    rows = columns = 0
    for match in _FILLED.finditer(text, start, end):
        rows = max(rows, int(match[2]))
        columns = max(columns, column_number(match[1]))
    return too_much(rows, columns)


def take_layout(facts: Facts, text: str, start: int, end: int) -> bool:
    """Note merged ranges, hidden rows and columns of a sheet whose <sheetData> is ``text[start:end]``; False
    where they cannot be read by pattern."""
    if text.find('hidden="', 0, end) >= 0:
        _hidden(text, start, end, facts)
    if (merges := text.find("<mergeCells", end)) >= 0:
        facts.merges = _MERGE.findall(text, merges)
        return len(facts.merges) == text.count("<mergeCell", merges) - 1
    return True


def _hidden(text: str, start: int, end: int, facts: Facts) -> None:
    for number, attributes in _ROW.findall(text, start, end):
        if "hidden=" in attributes and _true(dict(_ATTRIBUTE.findall(attributes)).get("hidden")):
            facts.hidden_rows.add(int(number))
    for attributes in _COLUMN.findall(text, 0, start):
        _hide_columns(dict(_ATTRIBUTE.findall(attributes)), facts)


def _true(value: str | None) -> bool:
    return value in ("1", "true")


def _hide_columns(attributes: dict[str, str], facts: Facts) -> None:
    first, last = attributes.get("min", ""), attributes.get("max", "")
    if _true(attributes.get("hidden")) and first.isdecimal() and last.isdecimal():
        facts.hidden_columns.update(range(int(first), min(int(last), MAX_COLUMN) + 1))


def _collect(text: str, start: int, end: int, facts: Facts) -> None:
    """Put the formulas of the proven <sheetData> into ``facts``."""
    shared = SharedFormulas(facts)
    at = text.find("<f", start, end)
    while at >= 0:
        match = _FORMULA.match(text, text.rfind('<c r="', start, at) + 6)
        at = text.find("<f", at + 2, end)
        if match is None or match[1] in facts.formulas:  # a font inside an inline string
            continue
        cell, attributes, how, formula, value, inline = match.groups("")
        shared.take(cell, how, formula, bool(value or inline) or 't="str"' in attributes)


class SharedFormulas:
    """Puts formulas into ``facts``, those of a shared group as they read in each of its cells."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups: dict[str, tuple[str, str]] = {}

    def take(self, cell: str, how: str, text: str, stored: bool) -> None:
        """A formula as the XML has it: attributes and text of <f>; ``stored``: whether it has a value."""
        self.add(cell, dict(_ATTRIBUTE.findall(how)) if how else {}, unescape(text), stored)

    def add(self, cell: str, how: Mapping[str, str], text: str, stored: bool) -> None:
        """A formula by its attributes and its text. Of a cell that occurs twice the first counts."""
        if cell in self.facts.formulas:
            return
        kind = how.get("t")
        if kind in ("array", "dataTable"):
            self.facts.arrays[cell] = how.get("ref", cell)
        elif kind == "shared":
            if text:
                self.groups[how.get("si", "")] = (cell, text)
            elif how.get("si", "") in self.groups:
                master, text = self.groups[how["si"]]
                (top, left), (row, column) = split(master), split(cell)
                text = shift(text, row - top, column - left)
        self.facts.formulas[cell] = text
        if not stored:
            self.facts.uncached.append(cell)


def slow_facts(content: bytes, part: str) -> Facts:
    """The same facts by expat, for any XML that a spreadsheet program accepts."""
    reader = _Expat(part)
    parse(reader.engine, content, part)
    if not reader.seen:
        raise broken(part)
    trouble = too_much(reader.last_row, reader.last_column)
    return Facts(trouble=trouble) if trouble else reader.facts


class _Expat:
    """Collects Facts from expat's events. Cells without an address are counted on from their neighbours."""

    def __init__(self, part: str) -> None:
        self.facts = Facts()
        self.part = part
        self.seen = False
        self.path: list[str] = []
        self.row = self.column = self.last_row = self.last_column = 0
        self.cell: dict[str, str] = {}
        self.how: dict[str, str] | None = None
        self.text = {"f": "", "v": "", "t": ""}
        self.shared = SharedFormulas(self.facts)
        self.engine = parser(part)
        self.engine.StartElementHandler = self.start
        self.engine.EndElementHandler = self.end
        self.engine.CharacterDataHandler = self.characters
        # No spreadsheet program writes them, and readers of values lose what stands in them.
        self.engine.StartCdataSectionHandler = self.odd
        self.engine.CommentHandler = self.odd

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        self.path.append(name)
        inside = self.path[1] if len(self.path) > 1 else ""
        if len(self.path) == 1:
            self.seen = name == "worksheet"
        elif name == "col" and inside == "cols":
            _hide_columns(attributes, self.facts)
        elif name == "mergeCell" and inside == "mergeCells":
            self.facts.merges.append(attributes.get("ref", ""))
        elif inside == "sheetData":
            self.start_data(name, attributes)

    def odd(self, *_: object) -> None:
        """A comment or CDATA: between elements it does no harm."""
        if self.path[-1:] and self.path[-1] in ("v", "t"):
            raise broken(self.part)

    def start_data(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.row = self.number(attributes.get("r"), self.row + 1)
            self.column = 0
            if _true(attributes.get("hidden")):
                self.facts.hidden_rows.add(self.row)
        elif name == "c":
            if "r" in attributes:
                self.row, self.column = split(attributes["r"])
            else:
                self.column += 1
            self.cell, self.how = attributes, None
            self.text = {"f": "", "v": "", "t": ""}
        elif name == "f":
            self.how = attributes

    def number(self, text: str | None, otherwise: int) -> int:
        if text is None:
            return otherwise
        if not text.isdecimal():
            raise broken(self.part)
        return int(text)

    def characters(self, text: str) -> None:
        if self.path[-1] in self.text and len(self.path) > 3:
            self.text[self.path[-1]] += text

    def end(self, name: str) -> None:
        self.path.pop()
        if local(name) != "c" or len(self.path) != 3:
            return
        facts, address = self.facts, join(self.row, self.column)
        if self.how is not None or self.text["v"] or self.text["t"]:
            self.last_row = max(self.last_row, self.row)
            self.last_column = max(self.last_column, self.column)
        if self.cell.get("t") == "e":
            facts.errors[address] = self.text["v"]
        if self.how is None:
            return
        stored = bool(self.text["v"] or self.text["t"]) or self.cell.get("t") == "str"
        self.shared.add(address, self.how, self.text["f"], stored)
