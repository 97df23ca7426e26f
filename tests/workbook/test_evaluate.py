"""Formulas computed without a spreadsheet program: as Excel does, or refused with a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xltools.functions import CellError
from xltools.workbook.evaluate import Evaluator
from xltools.workbook.facts import Facts
from xltools.workbook.grid import Grid
from xltools.workbook.operations import Unsupported, Value

ROWS: list[list[object]] = [
    ["201", 10.25, "x", ""],
    ["20101", 4.1, 0.1, True],
    ["20102", 6.15, "", "#DIV/0!"],
]


def computed(formula: str, **more: str) -> Value:
    facts = Facts(formulas={"F9": formula, **more})
    grid = Grid("表", [list(row) for row in ROWS], facts, unsolved=dict.fromkeys(("F9", *more), ""))
    other = Grid("公开 01", [[7.5]])
    return Evaluator({"表": grid, "公开 01": other}, lambda formula: False).compute(grid, "F9")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("1+2*3", "7"),
        ("(1+2)*3", "9"),
        ("-2^2", "4"),
        ("2^3", "8"),
        ("50%", "0.5"),
        ("B1-B2-B3", "0"),
        ("0.1+0.2", "0.3"),
        ("SUM(B1:B3)", "20.5"),
        ("SUM(B2:C3,1)", "11.35"),
        ("SUM($B$1,B2)", "14.35"),
        ("SUM(A1:A3)", "0"),
        ("ROUND(2.675,2)", "2.68"),
        ("ROUND(-2.5,0)", "-3"),
        ("ROUND(1234,-2)", "1200"),
        ("MAX(B1:B3)", "10.25"),
        ("MIN(B1:B3)", "4.1"),
        ("AVERAGE(B2,B3)", "5.125"),
        ("ABS(B2-B3)", "2.05"),
        ("SUBTOTAL(9,B1:B3)", "20.5"),
        ("'公开 01'!A1*2", "15"),
        ("表!B1", "10.25"),
        ("B9+1", "1"),
        ("XT_TOTAL(B2:B3)", "10.25"),
        ("[1]!XT_TOTAL(B2:B3)", "10.25"),
        ("_xll.XT_TOTAL(B2,B3)", "10.25"),
        ("XT_SUBTOTAL(A1,A2:A3,B2:B3)", "10.25"),
        ("XT_SUBTOTAL(A1,INDEX(A1:A$3,2):A$3,INDEX(B1:B$3,2):B$3)", "10.25"),
        ("INDEX(B1:B3,3)", "6.15"),
        ("INDEX(A1:B3,2,2)", "4.1"),
        ("INDEX(A1:C1,2)", "10.25"),
        ('IF(B1>B2,1,2)', "1"),
        ('IF(C1="X",1,2)', "1"),
        ('IF(C3="",1,2)', "1"),
        ("IF(B9=0,1,2)", "1"),
        ("IFERROR(1/0,5)", "5"),
        ("IFERROR(D3,5)", "5"),
        ("IFNA(#N/A,5)", "5"),
        ("_xlfn.IFNA(#N/A,5)", "5"),
        ('COUNTIF(B1:B3,">5")', "2"),
        ('COUNTIF(A1:A3,"201")', "0"),
        ('COUNTIF(C1:C3,"x")', "1"),
        ("COUNT(A1:D2)", "3"),
    ],
)  # fmt: skip
def test_numbers(formula: str, value: str) -> None:
    assert computed(formula) == Decimal(value)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('"单位："&C1', "单位：x"),
        ('B1&"年"', "10.25年"),
        ('"a""b"', 'a"b'),
        ("B1=10.25", True),
        ("B1<>10.25", False),
        ("C4", None),
        ("TRUE", True),
        ("_xlfn.IFNA(#VALUE!,5)", CellError.VALUE),
        ('IF(FALSE,1)', False),
        ("1/0", CellError.DIV0),
        ("B1+C1", CellError.VALUE),
        ("B1+D3", CellError.DIV0),
        ("SUM(B1:D3)", CellError.DIV0),
        ("#REF!+1", CellError.REF),
        ("INDEX(B1:B3,9)", CellError.REF),
        ("XT_TOTAL(C1)", CellError.VALUE),
        ("XT_NONE(1)", CellError.NAME),
        ("9^99^99", CellError.NUM),
    ],
)  # fmt: skip
def test_texts_truths_and_errors(formula: str, value: Value) -> None:
    assert computed(formula) == value


def test_formulas_that_need_others_first() -> None:
    assert computed("G1+1", G1="G2*2", G2="B1") == Decimal("21.5")


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("F9+1", "循环引用"),
        ("VLOOKUP(1,A1:B3,2)", "VLOOKUP"),
        ("A1:A3", "一个区域"),
        ("没有!A1", "没有的工作表"),
        ("名称", "名称"),
        ("SUM(1", "括号"),
        ("1 2", "写法"),
        ("{1,2}", "写法"),
        ("A1:名称", "名称"),
        ("B1:(A1+1)", "区域"),
        ("SUBTOTAL(1,B1:B3)", "SUBTOTAL"),
        ("INDEX(1,2)", "INDEX"),
        ("(" * 3000 + "1" + ")" * 3000, "过于复杂"),
    ],
)
def test_what_is_not_understood_is_said(formula: str, why: str) -> None:
    with pytest.raises(Unsupported, match=why):
        computed(formula)


def test_circles_and_long_chains_end() -> None:
    with pytest.raises(Unsupported, match="循环"):
        computed("G1", G1="G2", G2="F9")
    chain = {f"H{row}": f"H{row + 1}" for row in range(1, 300)}
    with pytest.raises(Unsupported, match="过深"):
        computed("H1", **chain, H300="B1")


def test_huge_ranges_cost_nothing() -> None:
    assert computed("SUM(B1:B1048576)") == Decimal("20.5")
    assert computed("SUM(A1:XFD1048576)") == CellError.DIV0
