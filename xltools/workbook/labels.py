"""Titles, headings, codes and names as they are compared: what a cell's text says, not how it is typed.

Two texts have one ``key`` when they differ only in blanks, line breaks, full or half width, the kind of
quotation marks, or colons at the end. Keys are kept, since a workbook repeats the same texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_DROPPED = str.maketrans(
    {
        **dict.fromkeys("“”„‟\"'‘’＂＇「」『』《》〈〉", None),
        "〔": "(",
        "〕": ")",
        "【": "(",
        "】": ")",
        "[": "(",
        "]": ")",
        "−": "-",
        "–": "-",
        "—": "-",
        "―": "-",
        "─": "-",
    }
)
_NUMBERING = re.compile(
    r"^(?:第?[一二三四五六七八九十百]{1,4}[、.,:]|\([一二三四五六七八九十]{1,3}\)[、.]?|\d{1,2}[、.](?!\d)|\(\d{1,2}\)|其中:|[加减]:)+"
)
_REMARK = re.compile(r"\([^()]*\)$")
_CODE = re.compile(r"^\d+(?:\.0+)?$", re.ASCII)
_LEADING_CODE = re.compile(r"^(\d{3,9})[-_:.、]?([^\dA-Za-z.].*)$", re.ASCII)
_UNIT = re.compile(r"单位[:：]?(?:人民币)?(万元|千元|百万元|亿元|元)(?![\u4e00-\u9fff])")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_ENTITY = re.compile(
    r"^(?:部门|单位|预算单位|编制单位|公开部门|公开单位)(?:\(单位\))?(?:名称)?(?:\(公章\))?[:：](.*)$"
)
_KEPT = 200_000
_LONGEST_KEPT = 120


class _Keys(dict[str, str]):
    """Texts and their keys. A dict, so that the key of a text seen before costs no call of Python's."""

    def __missing__(self, text: str) -> str:
        folded = "".join(unicodedata.normalize("NFKC", text).split()).translate(_DROPPED)
        found = folded.rstrip(":：")
        if len(text) <= _LONGEST_KEPT:
            if len(self) > _KEPT:
                self.clear()
            self[text] = found
        return found


key: Callable[[str], str] = _Keys().__getitem__
"""A text as it is compared; "" for blanks."""


def label(content: object) -> str:
    """The key of a cell's content; "" for anything but a text."""
    return key(content) if type(content) is str else ""


def bare(name: str) -> str:
    """A key without its numbering: 一、 （一） 1. 其中："""
    return _NUMBERING.sub("", name)


def short(name: str) -> str:
    """A key without numbering and without the remark in brackets at its end: 车辆数合计(辆) → 车辆数合计."""
    name = bare(name)
    return _REMARK.sub("", name) or name


def code(content: object) -> str:
    """The digits of a code or a line number in a cell: 201.0, "２０１", "201 " → "201"; else ""."""
    if type(content) is float:
        return f"{content:.0f}" if content.is_integer() and 0 <= content < 1e12 else ""
    if type(content) is int:
        return str(content) if content >= 0 else ""
    if type(content) is str and content:
        digits = key(content)
        if _CODE.match(digits):
            return digits.partition(".")[0]
    return ""


def code_and_title(content: object) -> tuple[str, str]:
    """Code and title of a cell that holds both (201-一般公共服务支出); ("", "") for others."""
    match = _LEADING_CODE.match(label(content))
    return (match[1], match[2]) if match else ("", "")


def unit(text: str) -> str:
    """The 金额单位 that a text prints (万元, 元, …); "" when it prints none."""
    match = _UNIT.search(key(text)) if "单" in text else None
    return match[1] if match else ""


def year(text: str) -> int | None:
    """The year that a text such as 2024年度 prints."""
    match = _YEAR.search(key(text)) if "年" in text else None
    return int(match[1]) if match else None


def entity(text: str) -> str:
    """The name in a line such as 部门名称：…, without the year or unit printed in the same cell."""
    match = _ENTITY.match(text.strip())
    if not match:
        return ""
    name = re.split(r"\s{2,}|20\d\d\s*年|金额单位", match[1].strip())[0].strip()
    return "" if unit(f"单位{name}") else name
