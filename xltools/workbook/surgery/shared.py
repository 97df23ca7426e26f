"""Shared formulas, when the cell that holds the text for its group is overwritten: the group must live on."""

from __future__ import annotations

import re

from xltools.workbook.address import area_text, shift
from xltools.workbook.markup import escape, unescape

_ATTRIBUTE = re.compile(r' ([A-Za-z:]+)="([^"]*)"')
_ELEMENT = re.compile(r"<f([^>]*?)(?:/>|>(.*?)</f>)", re.DOTALL)

Place = tuple[int, int]


def parts(element: str) -> tuple[dict[str, str], str]:
    """(attributes, formula text) of an <f> element."""
    match = _ELEMENT.fullmatch(element)
    if match is None:
        return {}, ""
    return dict(_ATTRIBUTE.findall(match[1])), unescape(match[2] or "")


def is_master(element: str) -> bool:
    """Whether the <f> element carries the text of a shared formula."""
    attributes, text = parts(element)
    return attributes.get("t") == "shared" and bool(text)


def hand_over(element: str, place: Place, others: list[Place]) -> dict[Place, str]:
    """New <f> elements for the rest of a group whose master ``element`` at ``place`` goes away.

    A group in one row or one column gets a new master, the next cell; the cells of a block each get their own
    text, since a master must be the top left cell of its range.
    """
    attributes, text = parts(element)
    group = attributes.get("si", "")

    def moved(to: Place) -> str:
        return escape(shift(text, to[0] - place[0], to[1] - place[1]))

    others = sorted(others)
    if not others:
        return {}
    rows, columns = {row for row, _ in others}, {column for _, column in others}
    if len(others) == 1 or (len(rows) > 1 and len(columns) > 1):
        return {other: f"<f>{moved(other)}</f>" for other in others}
    first, last = others[0], others[-1]
    reference = area_text((*first, *last))
    return {first: f'<f t="shared" ref="{reference}" si="{group}">{moved(first)}</f>'}
