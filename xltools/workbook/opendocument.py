"""OpenDocument spreadsheets, screened before a library reads them; what their XML tells beside the values.

Screened are entities, passwords and endless repetitions. Source of the format: OpenDocument 1.3 part 3, 9.1.2
(rows), 9.1.4 (cells); part 2, 4 (encryption); part 4, 5 (formulas).
"""

from __future__ import annotations

import re

from xltools.errors import XltoolsError
from xltools.workbook.address import MAX_COLUMN, MAX_ROW, join
from xltools.workbook.container import bomb
from xltools.workbook.facts import MAX_AREA, MAX_AREAS, Facts
from xltools.workbook.markup import Attributes, local, parse, parser

MAX_CONTENT = 64 * 2**20
"""Bytes of content.xml."""
_COPIES = 1_000
"""Repetitions of a formula or an error that are followed; no program writes more than one."""

_REMEDY = "请在 Excel 或 WPS 里打开，另存为“Excel 工作簿 (*.xlsx)”后再试。"


def check_kind(mimetype: str, manifest: bytes) -> None:
    """XltoolsError where the document is no spreadsheet, or has a password."""
    if not mimetype.strip().startswith("application/vnd.oasis.opendocument.spreadsheet"):
        raise XltoolsError("这是 OpenDocument 文件，但不是电子表格。", _REMEDY)
    if b"encryption-data" in manifest:
        raise XltoolsError("表格设有打开密码，无法读取。", "请用 LibreOffice 打开，另存时取消“用密码保存”。")


def check_content(content: bytes) -> None:
    """XltoolsError where content.xml is hostile, damaged, or spans more cells than can be held."""
    read_facts(content)


def read_facts(content: bytes) -> dict[str, Facts]:
    """Table name → formulas, error values, merged ranges, hidden rows and columns.

    Raises XltoolsError as ``check_content``.
    """
    if len(content) > MAX_CONTENT:
        raise bomb(f"表格内容 {len(content) // 2**20} MB")
    reader = _Reader()
    engine = parser("content.xml")
    engine.StartElementHandler = reader.start
    engine.EndElementHandler = reader.end
    engine.CharacterDataHandler = reader.characters
    parse(engine, content, "content.xml")
    return reader.tables


class _Reader:
    """Follows rows and cells with their repetitions; only filled cells count for the size."""

    def __init__(self) -> None:
        self.tables: dict[str, Facts] = {}
        self.facts = Facts()
        self.row = self.height = self.column = self.width = self.columns = 0
        self.cell: Attributes = {}
        self.filled = False
        self.paragraph = self.depth = 0
        self.text = ""
        self.bottom = self.right = self.total = 0

    def start(self, name: str, attributes: Attributes) -> None:
        name = local(name)
        match name:
            case "table":
                self.depth += 1
                if self.depth == 1:
                    self.row = self.height = self.bottom = self.right = self.columns = 0
                    self.facts = self.tables[_get(attributes, "name")] = Facts()
            case "table-column":
                count = _repeat(attributes, "number-columns-repeated")
                if _get(attributes, "visibility") in ("collapse", "filter"):
                    first = self.columns + 1
                    self.facts.hidden_columns.update(range(first, min(first + count, MAX_COLUMN + 1)))
                self.columns += count
            case "table-row":
                self.row += self.height
                self.height = _repeat(attributes, "number-rows-repeated")
                self.column = self.width = 0
                if _get(attributes, "visibility") in ("collapse", "filter"):
                    last = min(self.row + self.height, MAX_ROW)
                    self.facts.hidden_rows.update(range(self.row + 1, min(last, self.row + MAX_AREA) + 1))
            case "table-cell" | "covered-table-cell":
                self.column += self.width
                self.width = _repeat(attributes, "number-columns-repeated")
                self.cell, self.text = attributes, ""
                self.span()
                self.filled = any(local(key) in ("value-type", "formula") for key in attributes)
            case "annotation":
                self.facts.notes = True
            case "p":
                self.filled = True
                self.paragraph += 1

    def characters(self, text: str) -> None:
        if self.paragraph and len(self.text) < 100:
            self.text += text

    def end(self, name: str) -> None:
        name = local(name)
        if name == "p":
            self.paragraph -= 1
        elif name == "table":
            self.depth -= 1
            self.total += self.bottom * self.right
            if self.total > MAX_AREAS:
                raise bomb(f"各表的数据区域合计 {self.total} 个单元格")
        elif name in ("table-cell", "covered-table-cell") and self.filled:
            self.filled = False
            self.bottom = max(self.bottom, self.row + self.height)
            self.right = max(self.right, self.column + self.width)
            if self.bottom * self.right > MAX_AREA:
                raise bomb(f"数据区域达 {self.bottom} 行 × {self.right} 列")
            self.take()

    def span(self) -> None:
        """Note a merged range."""
        rows = _repeat(self.cell, "number-rows-spanned")
        columns = _repeat(self.cell, "number-columns-spanned")
        if rows > 1 or columns > 1:
            last = join(min(self.row + rows, MAX_ROW), min(self.column + columns, MAX_COLUMN))
            self.facts.merges.append(f"{join(self.row + 1, self.column + 1)}:{last}")

    def take(self) -> None:
        """Note what a filled cell tells."""
        formula = _get(self.cell, "formula")
        error = _error(self.cell, self.text, bool(formula))
        if not formula and not error:
            return
        stored = bool(_get(self.cell, "value-type") or self.text)
        for down in range(min(self.height, _COPIES)):
            for across in range(min(self.width, _COPIES)):
                address = join(self.row + down + 1, self.column + across + 1)
                if formula:
                    self.facts.formulas[address] = plain_formula(formula)
                    if not stored:
                        self.facts.uncached.append(address)
                if error:
                    self.facts.errors[address] = error


def _get(attributes: Attributes, name: str) -> str:
    return next((value for key, value in attributes.items() if local(key) == name), "")


def _repeat(attributes: Attributes, name: str) -> int:
    text = _get(attributes, name) or "1"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 1


_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)")


def _error(cell: Attributes, text: str, computed: bool) -> str:
    """The error value that a cell holds, "" for none. LibreOffice shows some as Err:508."""
    if any(key.endswith("value-type") and value == "error" for key, value in cell.items()):
        return text if _ERROR.fullmatch(text) else "#VALUE!"
    if computed and _ERROR.fullmatch(text):
        return text
    return ""


_TOKEN = re.compile(
    r"""("(?:[^"]|"")*")            # text
      | \[((?:'(?:[^']|'')*'|[^\]'])*)\]   # reference
      | (;)
      | \b(?:[A-Za-z]\w*\.)+(?=XT_)        # the extension's name before a function of ours
    """,
    re.VERBOSE,
)
_REFERENCE = re.compile(
    r"\$?('(?:[^']|'')*'|[^'.:#!]*)\.(\$?[A-Z]{1,3}\$?[0-9]{1,7})(?::\.(\$?[A-Z]{1,3}\$?[0-9]{1,7}))?"
)


def plain_formula(formula: str) -> str:
    """A formula of OpenDocument as workbooks of Excel store it: ``of:=SUM([.A1:.B2];1)`` → SUM(A1:B2,1).

    References that Excel cannot write so (to other files, over several sheets) become ``[?]``.
    """
    _, _, body = formula.partition("=")

    def replaced(match: re.Match[str]) -> str:
        text, reference, semicolon = match.groups()
        if text is not None:
            return text
        if reference is not None:
            return _reference(reference)
        return "," if semicolon else ""

    return _TOKEN.sub(replaced, body)


def _reference(text: str) -> str:
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return "#REF!" if "#REF!" in text else "[?]"
    sheet, first, last = match.groups()
    where = f"{first}:{last}" if last else first
    if not sheet:
        return where
    bare = sheet.startswith("'") or re.fullmatch(r"[^\W\d]\w*", sheet)
    return f"{sheet}!{where}" if bare else f"'{sheet}'!{where}"
