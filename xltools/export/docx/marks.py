"""The figures of a Word file found again by their bookmarks, also after Word has saved it."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree
from zipfile import BadZipFile

from xltools.errors import XltoolsError
from xltools.export.docx.styles import NAMESPACE
from xltools.export.docx.text import mark_name
from xltools.export.package import unpack

_W = f"{{{NAMESPACE}}}"


def read_facts(data: bytes, facts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What the file prints for each of ``facts``, every occurrence in order; unmarked ones are left out.

    Raises XltoolsError if ``data`` is no Word file.
    """
    texts = _marked(data)
    result = {}
    for fact in facts:
        found: list[str] = []
        while (name := mark_name(fact, len(found) + 1)) in texts:
            found.append(texts[name])
        if found:
            result[fact] = tuple(found)
    return result


def _marked(data: bytes) -> dict[str, str]:
    try:
        root = ElementTree.fromstring(unpack(data)["word/document.xml"])
    except (BadZipFile, KeyError, ValueError, OSError, ElementTree.ParseError) as error:
        raise XltoolsError("这不是可以读取的 Word 文件。", "请选择导出的 .docx 文件。") from error
    open_marks: dict[str, str] = {}
    texts: dict[str, str] = {}
    for element in root.iter():
        if element.tag == f"{_W}bookmarkStart":
            name = element.get(f"{_W}name", "")
            open_marks[element.get(f"{_W}id", "")] = name
            texts.setdefault(name, "")
        elif element.tag == f"{_W}bookmarkEnd":
            open_marks.pop(element.get(f"{_W}id", ""), None)
        elif element.tag == f"{_W}t":
            for name in open_marks.values():
                texts[name] += element.text or ""
    return texts
