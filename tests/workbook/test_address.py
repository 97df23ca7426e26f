"""Addresses, and formulas moved as Excel moves them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from tests.effort import examples
from xltools.errors import XltoolsError
from xltools.workbook.address import area, area_text, column_letters, column_number, join, shift, split


def test_columns() -> None:
    assert [column_number(name) for name in ("A", "Z", "AA", "XFD")] == [1, 26, 27, 16384]
    assert all(column_number(column_letters(n)) == n for n in range(1, 16385))


def test_cells_and_areas() -> None:
    assert split("C5") == split("$C$5") == (5, 3)
    assert join(5, 3) == "C5"
    assert area("D9:B2") == (2, 2, 9, 4)
    assert area_text((2, 2, 9, 4)) == "B2:D9" and area_text((1, 1, 1, 1)) == "A1"
    for wrong in ("", "5C", "A0", "XFE1", "A1048577", "甲1", "A1:B2", "A1\n"):
        with pytest.raises(XltoolsError):
            split(wrong)


@pytest.mark.parametrize(
    ("formula", "rows", "columns", "moved"),
    [
        ("A1+$A1+A$1+$A$1", 2, 1, "B3+$A3+B$1+$A$1"),
        ("SUM(A1:B2,公开03表!C4,'it''s A1'!C4)", 1, 0, "SUM(A2:B3,公开03表!C5,'it''s A1'!C5)"),
        ('IF(A1="A1","B2"&""" A1","")', 1, 0, 'IF(A2="A1","B2"&""" A1","")'),
        ("LOG10(A1)+TRUE+A1B+_A1+A1.x", 1, 0, "LOG10(A2)+TRUE+A1B+_A1+A1.x"),
        ("SUM(A:A,$B:C,1:1,$2:3)", 1, 1, "SUM(B:B,$B:D,2:2,$2:4)"),
        (
            "表[列1]+表[[#This Row],[A1]]+[1]!XT_TOTAL(A1)",
            1,
            0,
            "表[列1]+表[[#This Row],[A1]]+[1]!XT_TOTAL(A2)",
        ),
        ("A1+B2", -1, 0, "#REF!+B1"),
        ("A1+XFD1", 0, 1, "B1+#REF!"),
        ("XFE1+1.5E3+1E5", 1, 1, "XFE1+1.5E3+1E5"),
        ("A1:INDEX(B:B,3)", 1, 0, "A2:INDEX(B:B,3)"),
    ],
)
def test_shift(formula: str, rows: int, columns: int, moved: str) -> None:
    assert shift(formula, rows, columns) == moved


_reference = st.builds(
    lambda a, c, b, r: f"{a}{column_letters(c)}{b}{r}",
    st.sampled_from(["", "$"]),
    st.integers(5, 700),
    st.sampled_from(["", "$"]),
    st.integers(30, 900),
)
_term = st.one_of(
    _reference,
    st.builds("{}:{}".format, _reference, _reference),
    st.builds("'公开 01'!{}".format, _reference),
    st.builds("SUM({},{})".format, _reference, _reference),
    st.sampled_from(['"A5 B6"', "1.5", "ROUND(2,2)"]),
)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(_term, min_size=1, max_size=4), st.integers(-4, 9), st.integers(-4, 9))
def test_shift_agrees_with_openpyxl(terms: list[str], rows: int, columns: int) -> None:
    formula = "+".join(terms)
    expected = Translator("=" + formula, origin="Z100").translate_formula(row_delta=rows, col_delta=columns)
    assert "=" + shift(formula, rows, columns) == expected
