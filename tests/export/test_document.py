"""The document model: merged grids, rows that fill, reading order, sections."""

from __future__ import annotations

import pytest

from tests.export.sample import ERRORS, document
from xltools.export.document import (
    Cell,
    Contents,
    Cover,
    Document,
    Heading,
    Notice,
    Orientation,
    PageBreak,
    Table,
    flow,
    grid,
    lay_out,
    outline,
    paragraph,
    sections,
)

WIDE = Table("宽表", grid([["1", "2"]]), entry="一、宽表", orientation=Orientation.LANDSCAPE)


def test_grid_merges_left_and_up() -> None:
    rows = grid([["a", "<", "b"], ["^", "^", "c"], ["d", "e", "^"]])
    assert [[(cell.text, cell.columns, cell.rows) for cell in row] for row in rows] == [
        [("a", 2, 2), ("b", 1, 1)],
        [("c", 1, 2)],
        [("d", 1, 1), ("e", 1, 1)],
    ]


def test_grid_refuses_a_merge_that_is_no_rectangle() -> None:
    with pytest.raises(ValueError, match="no rectangle"):
        grid([["a", "<"], ["^", "b"]])


def test_lay_out_names_every_cell_that_meets_a_row() -> None:
    rows = lay_out(grid([["a", "<", "b"], ["^", "^", "c"]]))
    assert [[(s.cell.text, s.column, s.top) for s in row] for row in rows] == [
        [("a", 0, True), ("b", 2, True)],
        [("a", 0, False), ("c", 2, True)],
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ((Cell("a"), Cell("b")), (Cell("c"),)),
        ((Cell("a"),), (Cell("b"), Cell("c"))),
        ((Cell("a"), Cell("b", rows=2)), (Cell("c"), Cell("d"))),
        ((Cell("a", rows=2),),),
        ((Cell("a"), Cell("b", rows=2)), (Cell("c", columns=2),)),
    ],
)
def test_a_table_whose_cells_do_not_fill_its_grid_is_refused(rows: tuple[tuple[Cell, ...], ...]) -> None:
    with pytest.raises(ValueError):
        Table("坏表", rows)


def test_widths_and_aligns_must_fit_the_columns() -> None:
    with pytest.raises(ValueError, match="widths"):
        Table("坏表", grid([["a", "b"]]), widths=(1,))


def test_a_draft_lists_its_errors_after_the_cover() -> None:
    blocks = [placed.block for placed in flow(document(draft=True))]
    assert isinstance(blocks[0], Cover)
    assert isinstance(blocks[1], Notice) and blocks[1].items == ERRORS
    assert not any(isinstance(placed.block, Notice) for placed in flow(document()))


def test_anchors_are_unique_ascii_and_stable() -> None:
    same = Document("标题", (Heading(1, "甲", "key"), Heading(1, "乙", "key"), Heading(2, "丙")))
    anchors = [entry.anchor for entry in outline(same)]
    assert anchors == ["key", "key-2", "section-3"]
    everything = [entry.anchor for entry in outline(document())]
    assert len(set(everything)) == len(everything)


def test_sections_turn_wide_tables_and_number_only_the_body() -> None:
    blocks = (Cover(("甲",)), Contents(), PageBreak(), Heading(1, "部分"), paragraph("文"), PageBreak(), WIDE)
    found = sections(Document("标题", (*blocks, PageBreak(), paragraph("后"))))
    summary = [(s.orientation.value, s.numbered, s.first, len(s.blocks)) for s in found]
    assert summary == [
        ("portrait", False, False, 1),
        ("portrait", False, False, 1),
        ("portrait", True, True, 2),
        ("landscape", True, False, 1),
        ("portrait", True, False, 1),
    ]


def test_a_heading_is_turned_with_the_table_below_it() -> None:
    found = sections(Document("标题", (paragraph("文"), PageBreak(), Heading(1, "附件"), WIDE)))
    assert [(s.orientation.value, len(s.blocks)) for s in found] == [("portrait", 1), ("landscape", 2)]
