"""Coloured marks on cells, as conditional formatting of ours: the user's own fills and rules stay untouched.

A mark is recognised by its formula alone, which is always true and which nobody types: it survives Excel, WPS
and LibreOffice, and moves with its cells. Source of the format: ECMA-376 part 1, 18.3.1.18, 18.8.14 (dxf).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xltools.workbook.address import split
from xltools.workbook.markup import broken
from xltools.workbook.surgery.layout import Tail, children
from xltools.workbook.surgery.parts import Parts

MARK_FORMULA = 'N("xltools")=0'
"""The formula of every rule of ours; who marks an open workbook uses it too."""

_OURS = re.compile(r'<formula>\s*N\((?:"|&quot;)xltools(?:"|&quot;)\)\s*=\s*0\s*</formula>', re.IGNORECASE)
_RULE = re.compile(r"<cfRule\b[^>]*?(?:/>|>.*?</cfRule>)", re.DOTALL)
_PRIORITY = re.compile(r'<cfRule\b[^>]* priority="([0-9]+)"')
_DXFS = re.compile(r"<dxfs\b([^>]*?)(?:/>|>(.*?)</dxfs>)", re.DOTALL)


def remove_marks(tail: Tail) -> None:
    """Take away every mark of ours from a sheet."""
    for start, end in reversed(tail.find("conditionalFormatting")):
        block = tail.text[start:end]
        if not _OURS.search(block):
            continue
        rest = _RULE.sub(lambda rule: "" if _OURS.search(rule[0]) else rule[0], block)
        tail.cut(start, end, rest if "<cfRule" in rest else "")


def add_marks(tail: Tail, marks: Mapping[str, Sequence[str]], formats: Mapping[str, int]) -> None:
    """Mark cells: colour → addresses; ``formats`` are the ids of the differential formats by colour."""
    priority = max(map(int, _PRIORITY.findall(tail.text)), default=0)
    for colour, cells in marks.items():
        if not cells:
            continue
        priority += 1
        where = " ".join(sorted(dict.fromkeys(cells), key=split))
        formula = MARK_FORMULA.replace('"', "&quot;")
        tail.insert(
            "conditionalFormatting",
            f'<conditionalFormatting sqref="{where}"><cfRule type="expression" dxfId="{formats[colour]}"'
            f' priority="{priority}"><formula>{formula}</formula></cfRule></conditionalFormatting>',
        )


def differential_formats(parts: Parts, styles: str, colours: Sequence[str]) -> dict[str, int]:
    """Ids of differential formats with these fill colours in the part ``styles``, added where they are
    missing."""
    text = parts.text(styles)
    ids: dict[str, int] = {}
    for colour in colours:
        text, ids[colour] = _with_format(text, colour, styles)
    parts.put(styles, text)
    return ids


def _with_format(text: str, colour: str, part: str) -> tuple[str, int]:
    if not re.fullmatch("[0-9A-Fa-f]{6}", colour):
        raise ValueError(f"not a colour: {colour}")
    element = f'<dxf><fill><patternFill><bgColor rgb="FF{colour.upper()}"/></patternFill></fill></dxf>'
    match = _DXFS.search(text)
    if match is None:
        return _first_format(text, element, part), 0
    inner = match[2] or ""
    existing = [inner[start:end] for name, start, end in children(inner) if name == "dxf"]
    if element in existing:
        return text, existing.index(element)
    attributes = re.sub(r'\s*count="[^"]*"', "", match[1]).rstrip()
    new = f'<dxfs count="{len(existing) + 1}"{attributes}>{inner}{element}</dxfs>'
    return text[: match.start()] + new + text[match.end() :], len(existing)


def _first_format(text: str, element: str, part: str) -> str:
    """<dxfs> stands behind cellStyles, before tableStyles, colors and extLst."""
    for name in ("<tableStyles", "<colors", "<extLst", "</styleSheet"):
        at = text.find(name)
        if at >= 0:
            return f'{text[:at]}<dxfs count="1">{element}</dxfs>{text[at:]}'
    raise broken(part)
