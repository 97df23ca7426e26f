"""The adapters: what a handler does through one, it does through all."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill

from tests.addin import openpyxl_engine
from tests.workbook.loaded import loaded
from xltools.addin import excel_port
from xltools.addin.excel_port import ExcelPort
from xltools.addin.file_port import FilePort
from xltools.addin.port import NOTE_HEAD, Cancelled, Formula, Mark, Port
from xltools.addin.relay import PipeError, PipePort
from xltools.errors import XltoolsError
from xltools.report import Place


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small workbook with a user's own fill, note and conditional format."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "公开03表"
    for row in [["科目", "合计"], ["201", 6.22], ["208", None]]:
        sheet.append(row)
    sheet["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["B3"].comment = Comment("问过财政局", "会计")
    red = PatternFill(bgColor="FF0000", fill_type="solid")
    sheet.conditional_formatting.add("B2:B3", CellIsRule(operator="lessThan", formula=["0"], fill=red))
    book.create_sheet("审核 结果")
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


class Excel:
    """The Excel adapter over the openpyxl engine; ``saved`` gives the workbook as it stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl_engine.open_book(str(path))
        self.port: Port = ExcelPort(self.book)

    def saved(self) -> Any:
        self.book.impl.openpyxl.save(self.path)
        return loaded(self.path)


class File:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.port: Port = FilePort(path)

    def saved(self) -> Any:
        return loaded(self.path)


@pytest.fixture(params=[Excel, File])
def held(request: pytest.FixtureRequest, path: Path) -> Any:
    return request.param(path)


def ours(sheet: Any) -> list[str]:
    return [
        str(where.sqref).split(":")[0]
        for where in sheet.conditional_formatting
        for rule in where.rules
        if rule.formula and "xltools" in rule.formula[0]
    ]


def test_reads_all_sheets_from_a1(held: Any) -> None:
    grids = held.port.read()
    assert list(grids) == ["公开03表", "审核 结果"]
    assert grids["公开03表"] == [["科目", "合计"], ["201", 6.22], ["208", None]]
    assert held.port.path == str(held.path)


def test_writes_values_formulas_and_blanks(held: Any) -> None:
    formula = Formula("B2*2")
    held.port.write("公开03表", {"A2": None, "B2": 7.5, "B3": formula, "C3": "文字", "D5": True})
    sheet = held.saved()["公开03表"]
    assert [sheet[a].value for a in ("A2", "B2", "B3", "C3", "D5")] == [None, 7.5, "=B2*2", "文字", True]
    assert sheet["B2"].fill.fgColor.rgb == "00FFFF00", "the user's fill stays"


@pytest.mark.parametrize(
    "text",
    ["=1+1 见附件", "=cmd|' /C calc'!A0", "+1", "-5%", "@SUM(1)", "'=1", "'", "\t=1", "＝1+1", "1-2",
     "2024年3月5日", "0201", "1e5", "TRUE", "12:30", "3/4", "下午三时", "general-01", "同上年一致", "#REF!",
     " 7 "],
)  # fmt: skip
def test_a_text_stays_the_text_that_it_is(held: Any, text: str) -> None:
    """Nothing that users typed comes alive when it is written back: as a formula, a number, a date."""
    held.port.write("公开03表", {"C3": text})
    cell = held.saved()["公开03表"]["C3"]
    assert (cell.value, cell.data_type) == (text, "s") or (text == "#REF!" and cell.value == text)


def test_marks_and_notes_come_and_go_and_the_users_stay(held: Any) -> None:
    marks = {
        Place("公开03表", "B2"): Mark("错误", "合计不等于明细"),
        Place("公开03表", "B3"): Mark("核实", "没有数"),
    }
    with held.port.quietly():
        held.port.mark(marks)
    sheet = held.saved()["公开03表"]
    assert set(" ".join(ours(sheet)).split()) == {"B2", "B3"}
    assert sheet["B2"].fill.fgColor.rgb == "00FFFF00"
    assert "合计不等于明细" in sheet["B2"].comment.text
    assert sheet["B3"].comment.text == "问过财政局", "a note of the user's is never replaced"
    with held.port.quietly():
        held.port.clear_marks()
    sheet = held.saved()["公开03表"]
    assert ours(sheet) == [] and sheet["B2"].comment is None
    assert sheet["B3"].comment.text == "问过财政局"
    assert any(rule.type == "cellIs" for where in sheet.conditional_formatting for rule in where.rules)


def test_copies_a_sheet_behind_itself(held: Any) -> None:
    held.port.copy_sheet("公开03表", "公开03表 (2)")
    assert held.saved().sheetnames == ["公开03表", "公开03表 (2)", "审核 结果"]


def test_goes_to_a_cell(held: Any) -> None:
    held.port.go_to(Place("审核 结果", "C7"))
    assert held.port.here() == Place("审核 结果", "C7")


# what only an open workbook has


@pytest.fixture
def excel(path: Path) -> Excel:
    return Excel(path)


def test_quietly_restores_what_the_user_had(excel: Excel) -> None:
    app = excel.book.app.impl
    app.state["calculation"] = "semiautomatic"
    app.window.ScrollRow = 40
    excel.port.go_to(Place("公开03表", "B2"))
    with pytest.raises(ZeroDivisionError), excel.port.quietly():
        assert app.state["calculation"] == "manual" and app.state["screen_updating"] is False
        excel.port.go_to(Place("审核 结果", "C7"))
        app.window.ScrollRow = 1
        raise ZeroDivisionError
    assert app.state["calculation"] == "semiautomatic" and app.state["screen_updating"] is True
    assert excel.port.here() == Place("公开03表", "B2") and app.window.ScrollRow == 40
    assert excel.book.sheets.active.name == "公开03表"


def test_status_bar_and_escape(excel: Excel, monkeypatch: pytest.MonkeyPatch) -> None:
    excel.port.status("正在校验…")
    assert excel.book.app.status_bar == "正在校验…"
    excel.port.status("")
    assert excel.book.app.status_bar is False
    monkeypatch.setattr(excel_port, "_escape_pressed", lambda: True)
    with pytest.raises(Cancelled):
        excel.port.status("…")


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        ("file", "/a.xlsx", "/a.xlsx"),
        ("file", False, None),
        ("text", "项目二", "项目二"),
        ("text", "", None),
        ("yes", "yes", "yes"),
        ("yes", "no", None),
        ("folder", "/out", "/out"),
    ],
)
def test_asks(excel: Excel, kind: str, given: object, wanted: object) -> None:
    excel.book.app.impl.asked.append(given)
    assert excel.port.ask(kind, "请选择") == wanted


def test_protected_hidden_and_missing_sheets_are_said(excel: Excel) -> None:
    book = excel.book.impl.openpyxl
    book["公开03表"].protection.sheet = True
    with pytest.raises(XltoolsError, match="受保护"):
        excel.port.write("公开03表", {"A1": 1.0})
    excel.port.mark({Place("公开03表", "B2"): Mark("错误", "…")})
    assert ours(book["公开03表"]) == []
    book["审核 结果"].sheet_state = "hidden"
    with pytest.raises(XltoolsError, match="已隐藏"):
        excel.port.go_to(Place("审核 结果", "A1"))
    with pytest.raises(XltoolsError, match="没有名为"):
        excel.port.write("不存在", {"A1": 1.0})


def test_a_row_is_written_in_one_call(excel: Excel, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    setter = openpyxl_engine.Range.raw_value.fset

    def write(cells: Any, value: Any) -> None:
        calls.append(value)
        setter(cells, value)

    watched = openpyxl_engine.Range.raw_value.setter(write)
    monkeypatch.setattr(openpyxl_engine.Range, "raw_value", watched)
    excel.port.write("审核 结果", {f"{column}{row}": 1.0 for row in (1, 2) for column in "ABCDEFG"})
    assert len(calls) == 2


# the pipe to LibreOffice


def test_pipe_asks_and_hands_back() -> None:
    answers = [
        {"result": ["公开03表", "C5"]},
        {"result": None},
        {"result": None},
        {"error": "RuntimeException"},
    ]
    source = io.StringIO("".join(json.dumps(answer) + "\n" for answer in answers))
    target = io.StringIO()
    port = PipePort(source, target)
    assert port.here() == Place("公开03表", "C5")
    port.mark({Place("公开03表", "C5"): Mark("错误", "不等")})
    port.write("公开03表", {"A1": 1.5, "B1": None, "C1": "=1", "D1": Formula("SUM(A1:B1)")})
    with pytest.raises(PipeError, match="RuntimeException"):
        port.go_to(Place("没有", "A1"))
    sent = [json.loads(line) for line in target.getvalue().splitlines()]
    cells = {"A1": 1.5, "B1": None, "C1": "=1", "D1": ["SUM(A1:B1)"]}
    assert sent == [
        {"method": "here", "arguments": []},
        {"method": "mark", "arguments": [[["公开03表", "C5", "错误", "不等"]]]},
        {"method": "write", "arguments": ["公开03表", cells]},
        {"method": "go_to", "arguments": ["没有", "A1"]},
    ]


def test_notes_of_ours_are_told_by_their_head() -> None:
    assert NOTE_HEAD.startswith("【") and Path(excel_port.__file__).exists()
