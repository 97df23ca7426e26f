"""What follows the cells in a worksheet: merged ranges, conditional formats, links, drawings, in their order.

Source of the format: ECMA-376 part 1, 18.3.1.99 (CT_Worksheet is a sequence: the order is binding).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from xltools.errors import XltoolsError
from xltools.workbook.address import area
from xltools.workbook.markup import escape

ORDER = (
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
)
_RANK = {name: rank for rank, name in enumerate(ORDER)}
_TAG = re.compile(r"""<(/?)([\w:.-]+)((?:[^<>"']|"[^"]*"|'[^']*')*?)(/?)>""")
_MERGE = re.compile(r'<mergeCell ref="([^"]*)"/>')
_HYPERLINK = re.compile(r'<hyperlink [^>]*?ref="([^"]*)"[^>]*?(?:/>|></hyperlink>)')


def children(text: str) -> list[tuple[str, int, int]]:
    """(name, start, end) of the elements that stand one after the other in ``text``, not of those inside
    them.

    A closing tag that has no partner (</worksheet>) ends the list.
    """
    found: list[tuple[str, int, int]] = []
    depth = 0
    begin = 0
    for match in _TAG.finditer(text):
        if match[1]:
            depth -= 1
            if depth < 0:
                break
            if depth == 0:
                found[-1] = (found[-1][0], begin, match.end())
        else:
            if depth == 0:
                begin = match.start()
                found.append((match[2], begin, match.end()))
            if not match[4]:
                depth += 1
    return found


class Tail:
    """The text behind </sheetData>, changed in place."""

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self, name: str) -> list[tuple[int, int]]:
        """Where the elements of this name stand."""
        if f"<{name}" not in self.text:
            return []
        return [(start, end) for found, start, end in children(self.text) if found == name]

    def insert(self, name: str, xml: str) -> None:
        """Put an element behind all that come before ``name`` in the order, and behind those of its name."""
        at = 0
        for found, start, end in children(self.text):
            if found == "mc:AlternateContent":
                inner = [n for n, _, _ in children(self.text[start:end].partition(">")[2])]
                wrapped = re.search(r"<(oleObjects|controls|drawing|picture)\b", self.text[start:end])
                found = wrapped[1] if wrapped else (inner[0] if inner else found)
            if _RANK.get(found, len(ORDER)) > _RANK[name]:
                break
            at = end
        self.text = self.text[:at] + xml + self.text[at:]

    def cut(self, start: int, end: int, xml: str = "") -> None:
        """Replace a piece."""
        self.text = self.text[:start] + xml + self.text[end:]

    # -- merged ranges ---------------------------------------------------------------------------------

    def merges(self) -> list[str]:
        """The merged ranges."""
        return [ref for start, end in self.find("mergeCells") for ref in _MERGE.findall(self.text[start:end])]

    def set_merges(self, references: list[str]) -> None:
        """Let these be the merged ranges."""
        element = "".join(f'<mergeCell ref="{reference}"/>' for reference in references)
        xml = f'<mergeCells count="{len(references)}">{element}</mergeCells>' if references else ""
        if places := self.find("mergeCells"):
            self.cut(*places[0], xml)
        elif xml:
            self.insert("mergeCells", xml)

    # -- links -----------------------------------------------------------------------------------------

    def add_links(self, targets: Mapping[str, str]) -> None:
        """Let cells lead to places of this workbook; links that they had are replaced."""
        if not targets:
            return
        for target in targets.values():
            if not target or len(target) > 255:
                raise XltoolsError(f"链接位置“{target[:40]}”无效。", "请检查工作表名称。")
        self._drop(lambda ref: ref in targets)
        xml = "".join(
            f'<hyperlink ref="{address}" location="{escape(target)}"/>' for address, target in targets.items()
        )
        if places := self.find("hyperlinks"):
            end = places[0][1] - len("</hyperlinks>")
            self.cut(end, end, xml)
        else:
            self.insert("hyperlinks", f"<hyperlinks>{xml}</hyperlinks>")

    def drop_links(self, first: int) -> None:
        """Remove the links of all cells from row ``first`` on."""
        self._drop(lambda ref: area(ref)[0] >= first)

    def _drop(self, unwanted: Callable[[str], bool]) -> None:
        for start, end in self.find("hyperlinks"):
            kept = [m[0] for m in _HYPERLINK.finditer(self.text, start, end) if not unwanted(m[1])]
            if "".join(kept) != self.text[start:end].removeprefix("<hyperlinks>").removesuffix(
                "</hyperlinks>"
            ):
                self.cut(start, end, f"<hyperlinks>{''.join(kept)}</hyperlinks>" if kept else "")
