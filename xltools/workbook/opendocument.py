"""OpenDocument spreadsheets, screened before a library reads them: entities, passwords, endless repetitions.

Source of the format: OpenDocument 1.3 part 3, 9.1.2 (rows), 9.1.4 (cells); part 2, 4 (encryption).
"""

from __future__ import annotations

from xltools.errors import XltoolsError
from xltools.workbook.container import bomb
from xltools.workbook.markup import Attributes, local, parse, parser

MAX_CONTENT = 64 * 2**20
"""Bytes of content.xml."""
MAX_AREA = 1_000_000
"""Cells of the rectangle from A1 that holds all contents of a table; libraries hold it whole."""

_REMEDY = "请在 Excel 或 WPS 里打开，另存为“Excel 工作簿 (*.xlsx)”后再试。"


def check_kind(mimetype: str, manifest: bytes) -> None:
    """XltoolsError where the document is no spreadsheet, or has a password."""
    if not mimetype.strip().startswith("application/vnd.oasis.opendocument.spreadsheet"):
        raise XltoolsError("这是 OpenDocument 文件，但不是电子表格。", _REMEDY)
    if b"encryption-data" in manifest:
        raise XltoolsError("表格设有打开密码，无法读取。", "请用 LibreOffice 打开，另存时取消“用密码保存”。")


def check_content(content: bytes) -> None:
    """XltoolsError where content.xml is hostile, damaged, or spans more cells than can be held."""
    if len(content) > MAX_CONTENT:
        raise bomb(f"表格内容 {len(content) // 2**20} MB")
    _Screen().run(content)


class _Screen:
    """Follows rows and cells with their repetitions; only filled cells count."""

    def __init__(self) -> None:
        self.row = self.height = self.column = self.width = 0
        self.filled = False
        self.bottom = self.right = 0

    def run(self, content: bytes) -> None:
        engine = parser("content.xml")
        engine.StartElementHandler = self.start
        engine.EndElementHandler = self.end
        parse(engine, content, "content.xml")

    def start(self, name: str, attributes: Attributes) -> None:
        match local(name):
            case "table":
                self.row = self.height = self.bottom = self.right = 0
            case "table-row":
                self.row += self.height
                self.height = _repeat(attributes, "number-rows-repeated")
                self.column = self.width = 0
            case "table-cell" | "covered-table-cell":
                self.column += self.width
                self.width = _repeat(attributes, "number-columns-repeated")
                self.filled = any(local(key) in ("value-type", "formula") for key in attributes)
            case "p":
                self.filled = True

    def end(self, name: str) -> None:
        if local(name) in ("table-cell", "covered-table-cell") and self.filled:
            self.filled = False
            self.bottom = max(self.bottom, self.row + self.height)
            self.right = max(self.right, self.column + self.width)
            if self.bottom * self.right > MAX_AREA:
                raise bomb(f"数据区域达 {self.bottom} 行 × {self.right} 列")


def _repeat(attributes: Attributes, name: str) -> int:
    text = next((value for key, value in attributes.items() if local(key) == name), "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 1
