"""A user's own list of function codes: a CSV file of two columns, code and name."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from xltools.amount import half_width
from xltools.errors import XltoolsError
from xltools.files import contents

_LENGTHS = {3, 5, 7}
_LARGEST = 5_000_000
_SHAPE = "代码表应为两列的 CSV 文件，每行一个代码和名称，如：2010301,行政运行。"


def read(path: Path) -> dict[str, str]:
    """Code → name. UTF-8 and GB18030 (what Excel saves in China) are understood, a heading is skipped.

    Raises XltoolsError that names the line of a code which is not of 3, 5 or 7 digits, has no name, or
    has two; and for a file that cannot be read or holds no code.
    """
    codes: dict[str, str] = {}
    text = _text(path)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text else ",")
    try:
        for row in rows:
            cells = [half_width(cell).strip().lstrip("'").strip() for cell in row]
            if any(cells) and not (not codes and _is_heading(cells)):
                code, name = _pair(cells, row, f"{path.name} 第 {rows.line_num} 行")
                if codes.setdefault(code, name) != name:
                    raise XltoolsError(
                        f"{path.name} 第 {rows.line_num} 行：代码 {code} 已有名称“{codes[code]}”，"
                        f"这里又为“{name}”。",
                        "一个代码只能有一个名称，请删去一行。",
                    )
    except csv.Error as error:
        raise XltoolsError(f"“{path.name}”第 {rows.line_num} 行不是有效的 CSV。", _SHAPE) from error
    if not codes:
        raise XltoolsError(f"“{path.name}”里没有科目代码。", _SHAPE)
    return codes


def _is_heading(cells: list[str]) -> bool:
    return not any(character.isdigit() for character in cells[0])


def _pair(cells: list[str], row: list[str], where: str) -> tuple[str, str]:
    if len(cells) < 2 or any(cells[2:]):
        raise XltoolsError(f"{where}：应有两列，现有 {len(cells)} 列。", _SHAPE)
    code, name = cells[0], row[1].strip()
    if not (code.isascii() and code.isdigit() and len(code) in _LENGTHS):
        raise XltoolsError(f"{where}：科目代码“{_short(row[0])}”不是3位、5位或7位数字。", "请改正后再试。")
    if not name:
        raise XltoolsError(f"{where}：科目代码 {code} 没有名称。", "请补上名称后再试。")
    if not name.isprintable():
        raise XltoolsError(f"{where}：科目代码 {code} 的名称中有无法显示的字符。", "请改正后再试。")
    return code, name


def _short(cell: str) -> str:
    """A cell as a message repeats it."""
    return " ".join(cell.split())[:24]


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise XltoolsError(f"“{path.name}”是文件夹，不是代码表。", "请指定 .csv 文件。")
        content = contents(path, _LARGEST)
        if len(content) > _LARGEST:
            raise XltoolsError(f"“{path.name}”过大，不像代码表。", "请检查是否选错了文件。")
    except FileNotFoundError as error:
        raise XltoolsError(f"找不到代码表“{path}”。", "请检查文件名和路径。") from error
    except OSError as error:
        raise XltoolsError(f"读不了代码表“{path}”。", "请检查文件权限，或换一个位置。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise XltoolsError(f"“{path.name}”的编码不是 UTF-8 或 GBK。", "请另存为“CSV UTF-8”后再试。")
