"""Small XML parts (relationships, content types, workbook.xml) read strictly: no DTD, no entities."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from xml.parsers import expat

from xltools.errors import XltoolsError

Attributes = dict[str, str]


def hostile(part: str) -> XltoolsError:
    """The error for XML that declares entities or a document type, as no spreadsheet program does."""
    return XltoolsError(
        f"文件内部（{part}）含有文档类型或实体声明，不是正常保存的工作簿，没有打开。",
        "请确认文件来源；若确系本单位文件，请用 Excel 打开后另存为 .xlsx 再试。",
    )


def broken(part: str) -> XltoolsError:
    """The error for XML that no program can read."""
    return XltoolsError(
        f"文件已损坏（内部 {part} 无法读取）。", "请用 Excel 的“打开并修复”打开后另存，或从备份恢复。"
    )


def parser(part: str) -> expat.XMLParserType:
    """An expat parser that refuses document types and entities. Names keep their prefixes."""
    engine = expat.ParserCreate()
    engine.buffer_text = True

    def refuse(*_: object) -> int:
        raise hostile(part)

    engine.StartDoctypeDeclHandler = refuse
    engine.EntityDeclHandler = refuse
    engine.ExternalEntityRefHandler = refuse
    return engine


def parse(engine: expat.XMLParserType, content: bytes, part: str) -> None:
    """Feed ``content``; raises XltoolsError for anything that is not well-formed."""
    try:
        engine.Parse(content, True)
    except expat.ExpatError:
        raise broken(part) from None
    except (ValueError, LookupError):  # an encoding that expat cannot handle
        raise broken(part) from None


_REFERENCE = re.compile("&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


_NO_CHARACTER = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
"""What XML 1.0 (2.2) does not allow, not even as a reference."""


def unescape(text: str) -> str:
    """``text`` of XML with its references replaced. Raises XltoolsError where one names no character."""
    if "&" not in text:
        return text
    return _REFERENCE.sub(_referred, text)


def _referred(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    number = int(match[1], 16) if match[1] else int(match[2])
    if number > sys.maxunicode or re.match(_NO_CHARACTER, chr(number)):
        raise XltoolsError(
            f"文件已损坏（内部有不存在的字符 {match[0]}）。",
            "请用 Excel 的“打开并修复”打开后另存，或从备份恢复。",
        )
    return chr(number)


def escape(text: str) -> str:
    """``text`` for element content and double-quoted attributes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def local(name: str) -> str:
    """The name without its namespace prefix."""
    return name.rpartition(":")[2]


def elements(content: bytes, part: str) -> Iterator[tuple[str, Attributes]]:
    """(local name, attributes by local name) of every element, in document order."""
    # The same few parts come again with every check of a workbook, and in the workbooks of all units.
    read = _kept if len(content) <= _SMALL else _elements
    return ((name, attributes.copy()) for name, attributes in read(content, part))


_SMALL = 16_384


@lru_cache(maxsize=128)
def _kept(content: bytes, part: str) -> list[tuple[str, Attributes]]:
    return _elements(content, part)


def _elements(content: bytes, part: str) -> list[tuple[str, Attributes]]:
    found: list[tuple[str, Attributes]] = []
    engine = parser(part)

    def start(name: str, attributes: Attributes) -> None:
        found.append((local(name), {local(key): value for key, value in attributes.items()}))

    engine.StartElementHandler = start
    parse(engine, content, part)
    return found
