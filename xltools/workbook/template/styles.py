"""How cells of a workbook look: named properties, mixed per cell, one XlsxWriter format for each mixture.

Font names are the official ones; what a cell is for shows in its fill: cream to fill in, blue computed by a
function, grey not used. Sheets of the forms print without fills.
"""

from __future__ import annotations

from typing import Any

SONG, HEI, TITLE_FONT = "宋体", "黑体", "方正小标宋简体"
ENTRY_FILL, COMPUTED_FILL, UNUSED_FILL = "#FFFBEA", "#E8F1FA", "#EFEFEF"
HEAD_FILL, BAND_FILL = "#F3F6F9", "#DCE6F1"
INK, FAINT, RED, BLUE = "#1F1F1F", "#7A7A7A", "#C00000", "#1F4E9E"
BORDER = "#8C96A3"
AMOUNT = "#,##0.00_ "
"""The room at the right is the format's: LibreOffice passes over the indent of a cell with a formula."""
COMPUTED_AMOUNT = "#,##0.00_ ;-#,##0.00_ ;;@"
"""A total whose addends are blank prints blank, as the official forms do."""
COUNT = "0_ "
COMPUTED_COUNT = "0_ ;-0_ ;;@"
PERCENT = "0.00%"

_FONT = {"font_charset": 134, "font_family": 3, "font_scheme": "none"}
"""A font by its own name (charset GB2312), not by that of the theme, which another language replaces."""
DEFAULT_FONT = {"font_name": SONG, "font_size": 11, **_FONT}
"""The font that column widths are counted in."""
_PROPERTIES: dict[str, dict[str, Any]] = {
    "plain": {"font_name": SONG, "font_size": 10.5, "font_color": INK, "valign": "vcenter"},
    "cell": {"border": 1, "border_color": BORDER},
    "entry": {"bg_color": ENTRY_FILL},
    "computed": {"bg_color": COMPUTED_FILL},
    "unused": {"bg_color": UNUSED_FILL},
    "head": {"bg_color": HEAD_FILL, "align": "center", "text_wrap": True},
    "band": {"bg_color": BAND_FILL, "bold": True, "font_name": HEI},
    "title": {"font_name": TITLE_FONT, "font_size": 18, "align": "center"},
    "heading": {"font_name": HEI, "font_size": 12},
    "bold": {"bold": True},
    "left": {"align": "left"},
    "centre": {"align": "center"},
    "right": {"align": "right"},
    "wrap": {"text_wrap": True},
    "top": {"valign": "top"},
    "shrink": {"shrink": True},
    "indent": {"indent": 1},
    "text": {"num_format": "@"},
    "amount": {"num_format": AMOUNT, "align": "right", "shrink": True},
    "computed_amount": {"num_format": COMPUTED_AMOUNT, "align": "right", "shrink": True},
    "count": {"num_format": COUNT, "align": "right"},
    "computed_count": {"num_format": COMPUTED_COUNT, "align": "right"},
    "percent": {"num_format": PERCENT, "align": "right"},
    "points": {"num_format": "0.##;-0.##;0", "align": "center"},
    "hint": {"font_size": 9.5, "font_color": FAINT},
    "link": {"font_color": BLUE, "underline": 1},
    "red": {"font_color": RED},
}


class Styles:
    """Formats of one workbook by the names of their properties."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Any] = {}

    def __call__(self, *names: str, **more: Any) -> Any:
        """The format with all properties of ``names`` (later ones win) and ``more``."""
        key = (names, tuple(sorted(more.items())))
        if key not in self._made:
            properties: dict[str, Any] = _FONT | _PROPERTIES["plain"]
            for name in names:
                properties |= _PROPERTIES[name]
            self._made[key] = self._book.add_format(properties | more)
        return self._made[key]

    def broken(self) -> Any:
        """The look that a conditional format gives to a line that does not hold."""
        key = ("broken",)
        if key not in self._made:
            self._made[key] = self._book.add_format(
                {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True}
            )
        return self._made[key]


def text_units(text: str) -> int:
    """Width of a text in halves of a Chinese character: what column widths count."""
    return sum(2 if ord(character) > 0x2000 else 1 for character in text)


def lines_needed(text: str, width: float) -> int:
    """Lines that ``text`` takes in a wrapped cell of ``width`` units; on the safe side."""
    # A column's width counts digits of the default font at 11 points; texts are set at 10.5 or less.
    room = max(2, int(width * 1.08) - 2)
    return sum(max(1, -(-text_units(part) // room)) for part in text.split("\n")) if text else 1
