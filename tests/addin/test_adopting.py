"""Which cause ``fix`` adopts: its numbers are those of ``check``, and it makes nothing worse."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import xltools
from tests.manual import change
from xltools.addin import actions, suggestions
from xltools.addin.file_port import FilePort
from xltools.addin.suggestions import obstacle
from xltools.cli import main
from xltools.errors import XltoolsError
from xltools.finding import Cell, Suspect
from xltools.report import Place, Ref
from xltools.resources import resource


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx"))


def value(path: Path, form: str, line: str, column: str) -> str:
    return str(xltools.read(path).report.amounts.get(Ref(form, line, column)))


@pytest.fixture
def two_causes(path: Path) -> Path:
    """Cause 1 cannot be put right by itself (what the text should be is open), cause 2 can."""
    change(path, "公开06表!C7", "八十二")
    change(path, "公开05表!D15", "8.80")
    first, second = xltools.check(xltools.read(path)).suspects
    assert (first.kind, first.suggested, second.suggested) == ("unread", (), ("8.08",))
    return path


def test_the_first_that_can_be_put_right_is_adopted_under_its_number(
    two_causes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix", str(two_causes)]) == 0
    assert capsys.readouterr().out.startswith("已采纳原因2：公开05表!D15 8.8 → 8.08。")
    assert value(two_causes, "general", "2080502", "2") == "8.08"


def test_a_cause_that_cannot_be_put_right_says_why(
    two_causes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = two_causes.read_bytes()
    assert main(["fix", str(two_causes), "--suspect", "1"]) == 2
    said = capsys.readouterr().err
    assert "原因1不能自动改：应为多少推不出来，请查原数。" in said and "--suspect 2" in said
    assert main(["fix", str(two_causes), "--suspect", "3"]) == 2
    assert "没有原因3。校验列出的原因有 2 个。" in capsys.readouterr().err
    assert two_causes.read_bytes() == before


def test_numbers_of_fix_are_those_of_check(two_causes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(two_causes)])
    assert "  2. 公开05表 2080502 事业单位离退休 · 基本支出（D15）" in capsys.readouterr().out
    assert main(["fix", str(two_causes), "--suspect", "2"]) == 0
    assert "公开05表!D15" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "why"), [("line", "补上一行"), ("missing", "补上一行"), ("soft", "出错说明"), ("cell", "")]
)
def test_what_is_no_cell_is_not_written(kind: str, why: str) -> None:
    """The amount of a line that was left out must not go over the line above."""
    cell = Cell("公开06表 301", "281.31", Ref("basic", "301", "1"), Place("公开06表", "C6"))
    said = obstacle(Suspect(cell, ("8.08",), "", 0.9, kind=kind), ())
    assert (why in said) if why else said == ""


def test_a_formula_and_a_figure_without_a_cell_are_not_written() -> None:
    ref = Ref("basic", "301", "1")
    cell = Cell("公开06表 301", "281.31", ref, Place("公开06表", "C6"))
    suspect = Suspect(cell, ("8.08",), "", 0.9, changes=((cell, "8.08"),))
    assert "由公式计算" in obstacle(suspect, {ref})
    assert "没有单元格" in obstacle(suspect._replace(changes=((cell._replace(place=None), "1"),)), ())


def suggest(monkeypatch: pytest.MonkeyPatch, place: str, ref: Ref, text: str, value: str) -> None:
    """A check that suspects a cell wrongly."""
    real = xltools.check
    sheet, _, address = place.partition("!")

    def check(source: Any, codes: str | None = None) -> Any:
        cell = Cell(place, text, ref, Place(sheet, address))
        return replace(real(source), suspects=(Suspect(cell, (value,), "数字录入错误", 0.9),))

    monkeypatch.setattr(xltools, "check", check)


def test_a_suggestion_that_brings_new_errors_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    suggest(monkeypatch, "公开05表!D15", Ref("general", "2080502", "2"), "8.08", "8.80")
    before = path.read_bytes()
    assert main(["fix", str(path)]) == 2
    said = capsys.readouterr().err
    assert "原来没有的错误" in said and "公开05表!D15 8.08 → 8.8" in said and "--anyway" in said
    assert path.read_bytes() == before and not path.with_name("决算.采纳记录.jsonl").exists()
    assert main(["fix", str(path), "--anyway"]) == 0
    assert value(path, "general", "2080502", "2") == "8.80"
    assert json.loads(path.with_name("决算.采纳记录.jsonl").read_text("utf-8"))["undone"] is False


def test_errors_that_were_there_before_are_no_reason(path: Path) -> None:
    """One of two errors is taken away: what is left of the other is not new."""
    change(path, "公开05表!D15", "8.80")
    change(path, "公开01表!C7", "342.81")
    assert main(["fix", str(path), "--suspect", "1"]) == 0


def test_a_sentence_that_quotes_the_wrong_figure_is_a_new_error(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found in a real workbook, by a real check: the amount is put right, the rewritten sentence is not."""
    change(path, "公开01表!C33", "342.82")
    reading = xltools.read(path)
    sentence = next(s for s in xltools.narrate(reading.report) if "342.82万元" in s.text)
    reading.report.texts[f"narrative.{sentence.key}"] = sentence.text
    xltools.write(path, reading.report, overwrite=True)
    assert xltools.check(xltools.read(path)).suspects[0].suggested == ("324.82",)
    assert main(["fix", str(path)]) == 2
    assert "情况说明" in capsys.readouterr().err


def test_the_button_asks_before_it_makes_things_worse(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suggest(monkeypatch, "公开05表!D15", Ref("general", "2080502", "2"), "8.08", "8.80")
    asked: list[str] = []

    class Declining(FilePort):
        def ask(self, kind: str, question: str) -> str | None:
            asked.append(question)
            return None

    actions.press("adopt", Declining(path))
    assert "采纳原因1之后会出现原来没有的错误" in asked[0] and asked[0].endswith("采纳这个建议吗？")
    assert value(path, "general", "2080502", "2") == "8.08"


def test_another_explanation_is_adopted_only_when_asked_for() -> None:
    cell = Cell("公开06表 30103", "8.30", Ref("basic", "30103", "1"), Place("公开06表", "C9"))
    open_ = Suspect(cell, (), "漏填", 0.5)
    rival = Suspect(cell, ("2.30",), "数字录入错误", 0.3, alternative=True)
    with pytest.raises(XltoolsError, match=r"没有能自动改的原因.*--suspect 2"):
        suggestions._chosen((open_, rival), (), Place("封面", "A1"), [], suggestions.FIRST)
    assert suggestions._chosen((open_, rival), (), Place("封面", "A1"), [], 2) == 2
