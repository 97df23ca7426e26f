# ruff: noqa: E501 (XML as it is stored)
"""A sheet of a layout that was seen before gives exactly what reading it anew gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbook.builders import worksheet, write
from tests.workbook.rich import build
from tests.workbook.test_values import compare, with_strings
from xltools.workbook import seen
from xltools.workbook.package import open_package
from xltools.workbook.seen import Sight
from xltools.workbook.values import Content, read_contents

EXAMPLE = Path(__file__).parents[2] / "workbooks" / "example.xlsx"
CELLS = (
    '<row r="1"><c r="A1" t="s"><v>{s}</v></c><c r="B1"><v>{n}</v></c><c r="C1" t="n"><v>{n}</v></c></row>'
    '<row r="3"><c r="A3" t="b"><v>{b}</v></c><c r="B3" t="e"><f>1/0</f><v>{e}</v></c>'
    '<c r="C3" t="str"><f>A1&amp;""</f><v>{t}</v></c><c r="D3" t="inlineStr"><is><t>固定</t></is></c></row>'
    '<row r="4"><c r="A4"><f t="shared" ref="A4:A5" si="0">B1+1</f><v>{n}</v></c><c r="B4" s="0"/></row>'
    '<row r="5"><c r="A5"><f t="shared" si="0"/><v>{n}</v></c></row>'
)
ITEMS = "<si><t>甲</t></si><si><t>乙&amp;丙</t></si>"
FIRST = {"s": "0", "n": "1.5", "b": "1", "e": "#DIV/0!", "t": "甲"}
THEN = {"s": "1", "n": "-20", "b": "0", "e": "#N/A", "t": "&lt;乙&gt;"}


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    seen.forget()
    yield
    seen.forget()


def again(file: Path, monkeypatch: pytest.MonkeyPatch) -> list[Content]:
    """The third reading of a file, which must need no proof."""
    for _ in range(2):
        read_contents(open_package(file))
    with monkeypatch.context() as patch:
        patch.setattr("xltools.workbook.values._Pass", None)
        return read_contents(open_package(file))


@pytest.mark.parametrize("name", ["example", "rich"])
def test_known_sheets_read_alike(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = EXAMPLE if name == "example" else build(tmp_path / "a.xlsx")
    first = read_contents(open_package(file))
    assert all(content.rows is not None for content in first)
    assert again(file, monkeypatch) == first


def test_other_values_in_a_known_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = with_strings(tmp_path / "a.xlsx", CELLS.format(**FIRST), ITEMS)
    other = with_strings(tmp_path / "b.xlsx", CELLS.format(**THEN), ITEMS)
    expected = compare(other)
    seen.forget()
    again(one, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr("xltools.workbook.values._Pass", None)
        (content,) = read_contents(open_package(other))
    assert content.rows == [
        ["乙&丙", -20.0, -20.0, ""], [""] * 4, [False, "#N/A", "<乙>", "固定"], [-20.0, "", "", ""], [-20.0, "", "", ""],
    ]  # fmt: skip
    assert content.facts == expected[0].facts and content.facts.errors == {"B3": "#N/A"}
    assert content.facts.formulas["A5"] == "B2+1"


@pytest.mark.parametrize(
    "change",
    [
        {"s": "7"},  # there is no such string
        {"n": "1,5"},
        {"b": ""},  # no value at all
        {"t": "a\rb"},
    ],
)
def test_values_that_need_a_closer_look(
    change: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(with_strings(tmp_path / "a.xlsx", CELLS.format(**FIRST), ITEMS), monkeypatch)
    odd = with_strings(tmp_path / "b.xlsx", CELLS.format(**{**FIRST, **change}), ITEMS)
    (known,) = read_contents(open_package(odd))
    seen.forget()
    (fresh,) = read_contents(open_package(odd))
    assert known == fresh


def test_a_cell_without_a_value_is_another_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cells of which only the first, or only the second, holds a value."""
    first = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v/></c></row>'
    second = '<row r="1"><c r="A1"><v/></c><c r="B1"><v>1</v></c></row>'
    again(write(tmp_path / "a.xlsx", {"表": worksheet(first)}), monkeypatch)
    (content,) = read_contents(open_package(write(tmp_path / "b.xlsx", {"表": worksheet(second)})))
    assert content.rows == [["", 1.0]]


def test_what_is_learned_belongs_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who changes what he was given does not change what the next one is given."""
    first = again(EXAMPLE, monkeypatch)
    expected = read_contents(open_package(EXAMPLE))
    for content in first:
        content.facts.formulas.clear()
        content.facts.merges.append("A1:Z9")
        for row in content.rows or []:
            row[:] = [0.0] * len(row)
    assert again(EXAMPLE, monkeypatch) == expected


def test_a_mark_in_the_xml_is_no_hole() -> None:
    assert Sight(b"<worksheet>\0").layout == b""
    assert Sight(b"<c><v>1</v></c><c><v>2</v></c>").layout == b"<c>\0</c><c>\0</c>"


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "_KEPT", 3_000)
    monkeypatch.setattr(seen, "_MET", 5)
    for number in range(12):
        data = f'<row r="{number + 1}"><c r="A{number + 1}"><v>1</v></c></row>'
        again_file = write(tmp_path / f"{number}.xlsx", {"表": worksheet(data)})
        for _ in range(3):
            read_contents(open_package(again_file))
        assert sum(map(len, seen._known)) <= 3_000 and len(seen._met) <= 5
    assert seen._known
