"""Charts as vector pictures, readable in black and white: bars told apart by pattern, amounts written out.

A chart becomes a ``Drawing`` of a few primitives once; ``svg`` and ``emf`` print the same drawing. Lengths
are whole tenths of a millimetre. Bars, not pies: shares of 98 and 2 per cent stay readable, nothing is
told by colour alone, and negative amounts have a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xltools.export.document import Chart
from xltools.export.emf import Metafile
from xltools.export.package import xml_text
from xltools.export.page import display_width

WIDTH = 1500
SIZE = 37
"""Height of the letters: 五号."""
INK = 0x1F3864
SOLID, HATCHED, EMPTY, CROSSED = "solid", "hatched", "empty", "crossed"
PATTERNS = (SOLID, HATCHED, EMPTY, CROSSED)
FONTS = "黑体,SimHei,'Microsoft YaHei','PingFang SC','Noto Sans SC','Noto Sans CJK SC',sans-serif"
_BAR, _GAP, _PAD = 46, 34, 16
_LABEL_WIDTH = 30
"""Halves of a character at which the name of a category goes on in a second line."""
_STEP = 22
"""Distance of hatching lines."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A framed rectangle with a pattern."""

    x: int
    y: int
    width: int
    height: int
    pattern: str


@dataclass(frozen=True, slots=True)
class Line:
    """A thin straight line."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Label:
    """Text whose base line is at ``y``; ``anchor`` is "start" or "end"."""

    x: int
    y: int
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture; ``alt`` describes it in words."""

    width: int
    height: int
    items: tuple[Bar | Line | Label, ...]
    title: str
    alt: str


def draw(chart: Chart, width: int = WIDTH) -> Drawing:
    """The picture of a chart, ``width`` wide: a legend where there are several series, then the bars of
    each category."""
    names = [_wrapped(name) for name in chart.categories]
    scale = _Scale(chart, names, width)
    items: list[Bar | Line | Label] = list(_legend(chart, width))
    y = top = 70
    for index, lines in enumerate(names):
        height = max(len(chart.series) * _BAR, len(lines) * (SIZE + 8))
        first = y + (height - len(lines) * (SIZE + 8)) // 2 + SIZE - 2
        items += [
            Label(scale.left, first + number * (SIZE + 8), line, "end") for number, line in enumerate(lines)
        ]
        start = y + (height - len(chart.series) * _BAR) // 2
        for number, series in enumerate(chart.series):
            at = start + number * _BAR
            items += scale.bar(series.values[index], series.labels[index], at, PATTERNS[number % 4])
        y += height + _GAP
    items.append(Line(scale.zero, top - _PAD, scale.zero, y - _GAP + _PAD))
    return Drawing(width, y - _GAP + 2 * _PAD, tuple(items), chart.title, chart.alt)


def _wrapped(name: str) -> list[str]:
    lines = [""]
    for character in name:
        if display_width(lines[-1] + character) > _LABEL_WIDTH:
            lines.append("")
        lines[-1] += character
    return lines


def _legend(chart: Chart, width: int) -> list[Bar | Label]:
    items: list[Bar | Label] = [Label(width - 4, SIZE, f"单位：{chart.unit}", "end")]
    x = 4
    if len(chart.series) > 1:
        for number, series in enumerate(chart.series):
            items += [Bar(x, 8, 60, 32, PATTERNS[number % 4]), Label(x + 76, SIZE, series.name)]
            x += 76 + _text_width(series.name) + 60
    return items


def _text_width(text: str) -> int:
    return display_width(text) * SIZE // 2


class _Scale:
    """Where amounts lie between the names on the left and the written amounts at the ends of the bars."""

    def __init__(self, chart: Chart, names: list[list[str]], width: int) -> None:
        values = [value for series in chart.series for value in series.values]
        labels = [
            (v, _text_width(t) + 2 * _PAD)
            for s in chart.series
            for v, t in zip(s.values, s.labels, strict=True)
        ]
        right = max((room for value, room in labels if value >= 0), default=_PAD)
        left = max((room for value, room in labels if value < 0), default=0)
        self.left = max((_text_width(line) for lines in names for line in lines), default=0) + 8
        low, high = min([Decimal(0), *values]), max([Decimal(0), *values])
        start, end = self.left + _PAD + left, width - right
        self.unit = Decimal(end - start) / (high - low) if high > low else Decimal(0)
        self.zero = start + int(-low * self.unit)

    def bar(self, value: Decimal, label: str, y: int, pattern: str) -> list[Bar | Label]:
        """The bar of one amount with the text at its end; an amount of 0 has no bar."""
        length = int(abs(value) * self.unit)
        if value and not length:
            length = 2
        x = self.zero - length if value < 0 else self.zero
        items: list[Bar | Label] = [Bar(x, y + 3, length, _BAR - 6, pattern)] if length else []
        baseline = y + (_BAR + SIZE) // 2 - 5
        if value < 0:
            return [*items, Label(x - _PAD, baseline, label, "end")]
        return [*items, Label(x + length + _PAD, baseline, label)]


def hatching(bar: Bar) -> list[Line]:
    """The lines that fill a bar: diagonals cut off at its frame; both ways where it is crossed."""
    lines = []
    if bar.pattern in (HATCHED, CROSSED):
        lines += [_diagonal(bar, offset) for offset in range(_STEP, bar.width + bar.height, _STEP)]
    if bar.pattern == CROSSED:
        lines += [
            Line(2 * bar.x + bar.width - line.x1, line.y1, 2 * bar.x + bar.width - line.x2, line.y2)
            for line in lines
        ]
    return lines


def _diagonal(bar: Bar, offset: int) -> Line:
    low, high = max(0, offset - bar.height), min(bar.width, offset)
    bottom = bar.y + bar.height
    return Line(bar.x + low, bottom - (offset - low), bar.x + high, bottom - (offset - high))


def svg(drawing: Drawing) -> str:
    """The drawing as an SVG element with its description; no styles or scripts of others."""
    millimetres = [f"{value // 10}.{value % 10}mm" for value in (drawing.width, drawing.height)]
    ink = f"#{INK:06X}"
    body = "".join(_svg_item(item) for item in drawing.items)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{millimetres[0]}" height="{millimetres[1]}"'
        f' viewBox="0 0 {drawing.width} {drawing.height}" role="img" aria-label="{xml_text(drawing.alt)}">'
        f"<title>{xml_text(drawing.title)}</title><desc>{xml_text(drawing.alt)}</desc>"
        f'<g stroke="{ink}" stroke-width="3" fill="none">{body}</g></svg>'
    )


def _svg_item(item: Bar | Line | Label) -> str:
    if isinstance(item, Label):
        anchor = ' text-anchor="end"' if item.anchor == "end" else ""
        return (
            f'<text x="{item.x}" y="{item.y}" font-size="{SIZE}" font-family="{FONTS}" stroke="none"'
            f' fill="#000"{anchor}>{xml_text(item.text)}</text>'
        )
    if isinstance(item, Line):
        return f'<path d="M{item.x1} {item.y1}L{item.x2} {item.y2}"/>'
    fill = f"#{INK:06X}" if item.pattern == SOLID else "#FFF"
    frame = f'<rect x="{item.x}" y="{item.y}" width="{item.width}" height="{item.height}" fill="{fill}"/>'
    path = "".join(f"M{line.x1} {line.y1}L{line.x2} {line.y2}" for line in hatching(item))
    return frame + (f'<path d="{path}"/>' if path else "")


def emf(drawing: Drawing) -> bytes:
    """The drawing as an enhanced metafile: the vectors that every Word and WPS understands."""
    file = Metafile(drawing.width, drawing.height, SIZE, "黑体", INK)
    for item in drawing.items:
        if isinstance(item, Label):
            file.text(item.x, item.y, item.text, right=item.anchor == "end")
        elif isinstance(item, Line):
            file.line(item.x1, item.y1, item.x2, item.y2)
        else:
            file.rectangle(item.x, item.y, item.width, item.height, filled=item.pattern == SOLID)
            for line in hatching(item):
                file.line(line.x1, line.y1, line.x2, line.y2)
    return file.finish(drawing.title)
