"""One cell and one row of a worksheet as XML text: read, written, nothing else changed.

Source of the format: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.73 (row), 22.9.2.19 (_xHHHH_ in texts).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from xltools.errors import XltoolsError
from xltools.functions import CellError
from xltools.workbook.address import column_letters, column_number
from xltools.workbook.markup import escape
from xltools.workbook.surgery.edits import Computed, Content, Formula, Link, Value

MAX_TEXT = 32_767
"""Characters that Excel keeps in one cell."""
MAX_FORMULA = 8_192
_DOUBLE = Context(prec=17, rounding=ROUND_HALF_UP)
"""Digits that Excel stores of a number."""

_CELL = re.compile(r'<c r="([A-Z]+)[0-9]+"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_STYLE = re.compile(r' s="([0-9]+)"')
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|\r|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(slots=True)
class CellXml:
    """One <c>: column number, attributes as text (without r), content as text ("" if empty)."""

    column: int
    attributes: str
    inner: str

    @property
    def formula(self) -> str:
        """The <f> element, "" where there is none."""
        if not self.inner.startswith("<f"):
            return ""
        end = self.inner.find("</f>")
        close = self.inner.find("/>")
        if end < 0 or 0 <= close < self.inner.find(">"):
            return self.inner[: close + 2]
        return self.inner[: end + 4]

    @property
    def style(self) -> str:
        """The style attribute with its leading blank, "" for the default style."""
        match = _STYLE.search(self.attributes)
        return match[0] if match else ""


def read_cells(inner: str) -> list[CellXml]:
    """The cells of a row's content."""
    return [CellXml(column_number(m[1]), m[2], m[3] or "") for m in _CELL.finditer(inner)]


def write_cells(row: int, cells: list[CellXml]) -> str:
    """The content of row number ``row``."""
    return "".join(
        f'<c r="{column_letters(cell.column)}{row}"{cell.attributes}>{cell.inner}</c>'
        if cell.inner
        else f'<c r="{column_letters(cell.column)}{row}"{cell.attributes}/>'
        for cell in cells
    )


def escape_text(text: str) -> str:
    """A cell's text: characters that XML cannot hold become _xHHHH_, as Excel writes them."""
    return escape(_UNSAFE.sub(lambda match: f"_x{ord(match[0]) & 0xFFFF:04X}_", text))


def number_text(number: int | Decimal) -> str:
    """A number as Excel stores it: plain digits, or an exponent where it would be long."""
    if isinstance(number, Decimal):
        if not number.is_finite() or abs(number) >= Decimal("1.8e308"):
            raise XltoolsError("有一个数值超出 Excel 能保存的范围，没有写入。", "请检查来源数据。")
        normal = number.normalize(_DOUBLE)
        exponent = normal.as_tuple().exponent
        if normal == 0:
            return "0"
        if isinstance(exponent, int) and exponent >= -20 and normal.adjusted() <= 20:
            return format(normal, "f")
        return str(normal)
    return number_text(Decimal(number)) if abs(number) >= 10**15 else str(number)


def value_xml(value: Value) -> tuple[str, str]:
    """(type attribute with leading blank, <v> element) of the value stored beside a formula."""
    if value is None:
        return "", ""
    if isinstance(value, CellError):
        return ' t="e"', f"<v>{value.value}</v>"
    if isinstance(value, bool):
        return ' t="b"', f"<v>{int(value)}</v>"
    if isinstance(value, str):
        return ' t="str"', f"<v>{escape_text(value[:MAX_TEXT])}</v>"
    return "", f"<v>{number_text(value)}</v>"


def content_xml(content: Content, style: str) -> tuple[str, str]:
    """(attributes, content) of a cell with this style attribute that is to hold ``content``."""
    if isinstance(content, Link):
        content = content.text
    if isinstance(content, Computed):
        raise TypeError("a computed value needs the cell's formula")
    if isinstance(content, Formula):
        text = content.text.removeprefix("=")
        if len(text) > MAX_FORMULA:
            raise XltoolsError("公式过长，Excel 无法保存。", "请把公式拆到几个单元格里。")
        kind, value = value_xml(content.value)
        return style + kind, f"<f>{escape(text)}</f>{value}"
    if isinstance(content, str) and not isinstance(content, CellError):
        if len(content) > MAX_TEXT:
            raise XltoolsError(
                f"有一段文字长 {len(content)} 字，超过 Excel 单元格的上限 {MAX_TEXT} 字。", "请缩短文字。"
            )
        if not content:
            return style, ""
        return f'{style} t="inlineStr"', f'<is><t xml:space="preserve">{escape_text(content)}</t></is>'
    kind, value = value_xml(content)
    return style + kind, value
