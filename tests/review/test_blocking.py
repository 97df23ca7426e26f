"""What a refused export says: the one cause first, then what has none, then how many more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.manual import change
from tests.review.outcomes import finding, outcome
from xltools.cli import main
from xltools.resources import resource
from xltools.review.text import FOLDED, blocking


def said(tmp_path: Path, capsys: pytest.CaptureFixture[str], *changes: tuple[str, str]) -> list[str]:
    path = Path(shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx"))
    for place, value in changes:
        change(path, place, value)
    assert main(["export", str(path), "--to", str(tmp_path / "公开")]) == 1
    return capsys.readouterr().out.replace(str(tmp_path), "").splitlines()


def test_one_cause_of_many_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(tmp_path, capsys, ("公开05表!D15", "8.80"))
    assert lines[0].startswith("还有 19 条错误，没有导出。") and lines[1] == "最可能的原因："
    assert lines[2].startswith("  1. 公开05表 2080502 事业单位离退休 · 基本支出（D15）印 8.80，应为 8.08")
    assert lines[3:] == ["由上面的原因引起的 19 条没有列出，全部见：xltools check /决算.xlsx"]


def test_what_has_no_cause_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(tmp_path, capsys, ("公开05表!D15", "8.80"), ("绩效自评!J29", "良"), ("情况说明!E4", ""))
    at = lines.index("其他：")
    assert lines[at + 1].startswith("  · 错误：绩效自评 等级（J29）：总分 59.62 的等级应为“差”")
    assert lines[at + 2].startswith("  · 核实（没有出错说明）：情况说明 一、收入支出决算总体情况说明（D4）")
    assert len(lines) == at + 4


def test_other_explanations_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(tmp_path, capsys, ("公开06表!C7", "88.99"))
    assert "  也可能是另外 6 处，校验结果里有。" in lines and not any("2. " in line for line in lines)


def test_a_unit_that_is_wrong_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(tmp_path, capsys, ("封面!C10", "元"))
    assert lines[1].startswith("  · 错误：封面 金额单位：封面的金额单位是元，各表的数却像是万元")
    assert lines[2:] == ["另外 12 条没有列出，全部见：xltools check /决算.xlsx"]


def test_of_many_without_a_cause_the_first_are_listed() -> None:
    many = [finding() for _ in range(FOLDED + 3)]
    lines = list(blocking(many, outcome(*many), "决算.xlsx"))
    assert len(lines) == FOLDED + 1 and lines[-1].startswith("另外 3 条没有列出，全部见：")
