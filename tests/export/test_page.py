"""Widths, heights and lines: what keeps a table readable."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.export.sample import document
from xltools.export.document import RIGHT, Cell, Orientation, Table, grid, lay_out
from xltools.export.page import column_widths, display_width, lines_of, meta_lines, table_size


@pytest.mark.parametrize(("text", "wide"), [("", 0), ("abc", 3), ("收入", 4), ("收a\n支出合", 6), ("“”", 4)])
def test_display_width(text: str, wide: int) -> None:
    assert display_width(text) == wide


def test_widths_fill_the_page_exactly() -> None:
    for table in (block for block in document().blocks if isinstance(block, Table)):
        total = (156 if table.orientation is Orientation.PORTRAIT else 225) * 7200 // 254
        widths = column_widths(table)
        assert sum(widths) == total and min(widths) > 0


def test_a_column_of_short_texts_takes_room_from_empty_ones() -> None:
    rows = grid([["二十二、灾害防治及应急管理支出", Cell("", align=RIGHT)]])
    first, second = column_widths(Table("表", rows, widths=(1, 9)))
    assert first >= display_width(rows[0][0].text) * table_size(Table("表", rows)) * 10 // 4
    assert second > 400


def test_prose_does_not_take_the_room_of_figures() -> None:
    rows = grid([["长" * 500, Cell("123456.78", align=RIGHT)]])
    assert column_widths(Table("表", rows, widths=(9, 1)))[1] >= 400


def test_no_figure_is_ever_cut_off() -> None:
    figure = Cell("-1234567890.12", align=RIGHT, number=Decimal("-1234567890.12"))
    rows = grid([["二十二、灾害防治及应急管理支出", figure, "长" * 500, figure]])
    table = Table("表", rows, widths=(9, 1, 9, 1))
    widths = column_widths(table)
    assert min(widths[1], widths[3]) >= 14 * table_size(table) * 5 // 2 + 40


def test_lines_of_a_row() -> None:
    table = Table("表", grid([["短", "长" * 100], ["甲\n乙\n丙", ""]]), widths=(1, 1))
    widths = column_widths(table)
    one, two = lay_out(table.body)
    assert lines_of(table, one, widths) >= 5
    assert lines_of(table, two, widths) == 3


def test_a_long_name_gets_a_line_of_its_own() -> None:
    meta = ("部门名称：某局", "2024年度", "金额单位：万元")
    short = Table("表", grid([["a"]]), number="公开01表", meta=meta)
    assert meta_lines(short) == [("", "", "公开01表"), meta]
    name = "部门名称：" + "长" * 30
    long = Table("表", grid([["a"]]), meta=(name, "2024年度", "金额单位：万元"))
    assert meta_lines(long) == [(name, "", ""), ("", "2024年度", "金额单位：万元")]
    assert meta_lines(Table("表", grid([["a"]]))) == []
