"""采纳建议 where the cause is no amount: a text, a code, a percentage; then nothing is wrong any more."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

import xltools
from xltools import figures
from xltools.cli import main
from xltools.editions import FOLDER
from xltools.workbook.surgery import Edits, SheetEdit, edit

EXAMPLE = FOLDER / "shanxi_2024" / "example.json"


def mended(path: Path) -> bool:
    """Whether the first suggestion, taken, leaves nothing wrong; and taken back, leaves it as it was."""
    before = xltools.check(xltools.read(path))
    assert before.suspects
    assert main(["fix", str(path), "--suspect", "1"]) == 0
    after = xltools.check(xltools.read(path))
    assert main(["fix", str(path), "--undo"]) == 0
    assert xltools.check(xltools.read(path)).counts == before.counts
    return not after.suspects and after.counts == {"错误": 0, "核实": 5, "提示": 9}


@pytest.mark.parametrize(
    ("sheet", "cell", "content"),
    [("公开03表", "E10", "六点二二"), ("公开05表", "A13", "280"), ("分析", "D16", 0.8905)],
)
def test_a_text_a_code_and_a_percentage_typed_over(
    tmp_path: Path, sheet: str, cell: str, content: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    made, path = tmp_path / "made.xlsx", tmp_path / "决算.xlsx"
    xltools.write(made, figures.load(EXAMPLE))
    change = SheetEdit({cell: content}, frozenset({cell}))  # type: ignore[dict-item]
    edit(made, Edits(sheets={sheet: change}), path)
    assert mended(path)


def test_a_percentage_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number is put right, the sentence stays."""
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    report, path = deepcopy(figures.load(EXAMPLE)), tmp_path / "决算.xlsx"
    report.texts["narrative.expenditure.2"] = "基本支出313.52万元，占比89.05%；"
    xltools.write(path, report)
    assert mended(path)
