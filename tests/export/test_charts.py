"""Charts: bars as long as their amounts, told apart without colour; the same drawing as SVG and EMF."""

from __future__ import annotations

import struct
from decimal import Decimal
from xml.etree import ElementTree

from xltools.export.charts import PATTERNS, Bar, Label, draw, emf, hatching, svg
from xltools.export.document import Chart, Series


def chart(*rows: tuple[str, ...], names: tuple[str, ...] = ("上年", "本年")) -> Chart:
    series = [
        Series(name, tuple(Decimal(row[n + 1]) for row in rows), tuple(row[n + 1] for row in rows))
        for n, name in enumerate(names[: len(rows[0]) - 1])
    ]
    return Chart("图", "comparison", tuple(row[0] for row in rows), tuple(series), "说明")


def bars(of: Chart) -> list[Bar]:
    """Without the samples of the legend."""
    return [item for item in draw(of).items if isinstance(item, Bar) and item.y > 40]


def test_lengths_are_in_proportion() -> None:
    lengths = [bar.width for bar in bars(chart(("甲", "100.00"), ("乙", "50.00"), ("丙", "25.00")))]
    assert lengths[0] - 2 * lengths[1] in (0, 1) and lengths[1] - 2 * lengths[2] in (0, 1)


def test_a_tiny_amount_is_still_seen_and_nothing_has_no_bar() -> None:
    found = bars(chart(("甲", "324.81"), ("乙", "0.02"), ("丙", "0.00")))
    assert [bar.width > 0 for bar in found] == [True, True]


def test_negative_bars_lie_left_of_the_axis_and_everything_stays_inside() -> None:
    drawing = draw(
        chart(("结转", "-40.00", "20.00"), ("一个名字很长很长的支出功能分类科目名称", "5.00", "-1.00"))
    )
    found = [item for item in drawing.items if isinstance(item, Bar) and item.y > 40]
    assert found[0].x + found[0].width == found[1].x
    for item in drawing.items:
        if isinstance(item, Bar):
            assert item.x >= 0 and item.x + item.width <= drawing.width
        elif isinstance(item, Label):
            wide = sum(37 if ord(c) > 255 else 19 for c in item.text)
            left = item.x - wide if item.anchor == "end" else item.x
            assert left >= 0 and left + wide <= drawing.width + 2
            assert item.y <= drawing.height


def test_no_amounts_at_all() -> None:
    assert bars(chart(("甲", "0", "0"))) == []


def test_series_differ_by_pattern_and_are_named() -> None:
    drawing = draw(chart(("甲", "1", "2")))
    patterns = [item.pattern for item in drawing.items if isinstance(item, Bar)]
    assert patterns == [*PATTERNS[:2], *PATTERNS[:2]]
    assert {"上年", "本年", "甲", "1", "2"} <= {i.text for i in drawing.items if isinstance(i, Label)}


def test_hatching_stays_in_its_bar() -> None:
    for bar in (Bar(10, 20, 300, 40, "hatched"), Bar(10, 20, 5, 40, "crossed"), Bar(0, 0, 2, 2, "hatched")):
        for line in hatching(bar):
            for x, y in ((line.x1, line.y1), (line.x2, line.y2)):
                assert bar.x <= x <= bar.x + bar.width and bar.y <= y <= bar.y + bar.height


def test_svg_is_described_and_escaped() -> None:
    odd = Chart("<标题>", "structure", ("<a>&",), (Series("s", (Decimal(1),), ('"1"',)),), "<说明>")
    root = ElementTree.fromstring(svg(draw(odd)))
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("aria-label") == "<说明>" and root.findtext(f"{space}title") == "<标题>"
    assert {"<a>&", '"1"'} <= {text.text for text in root.iter(f"{space}text")}


def test_emf_is_a_whole_chain_of_records_with_all_texts() -> None:
    data = emf(draw(chart(("一般公共服务支出", "298.56", "300.00"), ("𠮷祥", "21.18", "0"))))
    at, kinds, texts = 0, [], []
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        assert size % 4 == 0 and size >= 8
        kinds.append(kind)
        if kind == 84:
            count, start = struct.unpack_from("<II", data, at + 44)
            texts.append(data[at + start : at + start + 2 * count].decode("utf-16-le"))
        at += size
    assert at == len(data) and kinds[0] == 1 and kinds[-1] == 14
    assert struct.unpack_from("<I", data, 48)[0] == len(data)
    assert struct.unpack_from("<I", data, 52)[0] == len(kinds)
    assert {"一般公共服务支出", "𠮷祥", "298.56", "单位：万元"} <= set(texts)


def test_names_end_at_the_axis_and_amounts_begin_at_their_bars() -> None:
    drawing = draw(chart(("甲", "1.00"), ("乙", "-1.00"), names=("本年",)))
    root = ElementTree.fromstring(svg(drawing))
    ends = {t.text: t.get("text-anchor") for t in root.iter("{http://www.w3.org/2000/svg}text")}
    assert ends == {"单位：万元": "end", "甲": "end", "乙": "end", "1.00": None, "-1.00": "end"}
