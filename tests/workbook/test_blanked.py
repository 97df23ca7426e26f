"""A program without our functions puts blanks into 绩效自评 (IFERROR over #NAME?); they are computed."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

import xltools
from xltools.resources import resource
from xltools.workbook.surgery import Content, Edits, Formula, SheetEdit, edit

SHEET = "绩效自评"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx"))


def typed(path: Path, **cells: Content) -> None:
    edit(path, Edits(sheets={SHEET: SheetEdit(cells, frozenset(cells))}, recalculate=False))


def formulas(path: Path) -> dict[str, str]:
    sheet = openpyxl.load_workbook(path)[SHEET]
    cells = (cell for row in sheet.iter_rows() for cell in row)
    return {cell.coordinate: cell.value[1:] for cell in cells if str(cell.value or "").startswith("=IF")}


def test_results_that_were_blanked_are_computed(path: Path) -> None:
    before = xltools.read(path)
    blanked = {cell: Formula(text, "") for cell, text in formulas(path).items()}
    assert len(blanked) > 15
    typed(path, **blanked)
    after = xltools.read(path)
    assert after.report.self_evaluations == before.report.self_evaluations
    assert xltools.check(after).counts == xltools.check(before).counts


def test_a_score_of_nought_is_a_score(path: Path) -> None:
    formula = formulas(path)["I16"]
    typed(path, I17=Formula(formula.replace("16", "17"), ""), I12=Formula(formula.replace("16", "12"), ""))
    report = xltools.read(path).report
    scores = [item.score for item in report.self_evaluations[0].indicators]
    assert scores[0] == scores[5] == Decimal(0)
    assert "score_missing" not in {finding.kind for finding in xltools.check(xltools.read(path)).findings}


def test_an_indicator_that_waits_stays_blank(path: Path) -> None:
    """Nothing was done yet: its score is blank, and asked for."""
    formula = formulas(path)["I16"]
    typed(path, G17=None, I17=Formula(formula.replace("16", "17"), ""))
    assert xltools.read(path).report.self_evaluations[0].indicators[5].score is None
