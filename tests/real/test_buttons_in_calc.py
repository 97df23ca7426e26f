"""The buttons on a workbook that is open in LibreOffice, through UNO; JSON as over the real pipe."""

from __future__ import annotations

import contextlib
import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import xltools
from xltools.addin import actions, results
from xltools.addin.port import Formula, Mark
from xltools.addin.relay import PipeError, PipePort
from xltools.report import Place, Ref
from xltools.resources import resource
from xltools.review.sheet import rows
from xltools.workbook.layout import COVER, FINDINGS

pytestmark = pytest.mark.real

CALC = Path(actions.__file__).parent / "calc"


class Through(PipePort):
    """The pipe's port without the pipe: every question and answer still becomes JSON and back."""

    def __init__(self, calc: Any) -> None:
        self.calc = calc
        self.answers: list[str | None] = []
        self.lines: list[str] = []

    def _call(self, method: str, *arguments: object) -> Any:
        if method == "status":
            self.lines.append(str(arguments[0]))
        if method == "ask":
            return self.answers.pop(0) if self.answers else None
        if method == "show" and not str(arguments[0]).endswith(".xlsx"):
            return None  # a folder would be shown by the desktop
        sent = json.loads(json.dumps(arguments))
        try:
            return json.loads(json.dumps(getattr(self.calc, method)(*sent)))
        except Exception as error:
            raise PipeError(str(error)) from None


@pytest.fixture
def open_in_calc(office: Any, tmp_path: Path) -> Iterator[Any]:
    sys.path.insert(0, str(CALC))
    module = importlib.import_module("xltools_port")
    documents = []

    def opened(source: Path) -> Through:
        path = Path(shutil.copy(source, tmp_path / source.name))
        document = office.open(path)
        documents.append(document)
        return Through(module.CalcPort(office.context, document.CurrentController))

    yield opened
    for document in documents:
        with contextlib.suppress(Exception):
            document.close(True)
    sys.path.remove(str(CALC))


@pytest.fixture
def port(open_in_calc: Any) -> Through:
    return open_in_calc(resource("workbooks/example.xlsx"))  # type: ignore[no-any-return]


def ours(port: Through, sheet: str) -> int:
    formats = port.calc.document.Sheets.getByName(sheet).ConditionalFormats.getConditionalFormats()
    return sum(port.calc._is_ours(one) for one in formats)


def test_reads_what_calamine_reads(port: Through, tmp_path: Path) -> None:
    from xltools.addin.file_port import FilePort

    seen, wanted = port.read(), FilePort(resource("workbooks/example.xlsx")).read()
    assert list(seen) == list(wanted)
    for name in ("公开01表", "公开06表", COVER):
        for number, row in enumerate(wanted[name]):
            assert seen[name][number][: len(row)] == row


def test_writes_values_formulas_and_blanks(port: Through) -> None:
    port.write(
        "公开03表",
        {"Z1": 7.5, "Z2": "文字", "Z3": Formula("SUM(Z1,2)"), "Z4": "0201", "Z5": None, "Z6": "=1+1"},
    )
    port.write("公开03表", {"Z6": results.link(Place("公开01表", "C5"))})
    sheet = port.calc.document.Sheets.getByName("公开03表")
    shown = [sheet.getCellRangeByName(f"Z{n}").String for n in (1, 2, 3, 4, 5)]
    assert shown == ["7.5", "文字", "9.5", "0201", ""]
    assert sheet.getCellRangeByName("Z6").String == "公开01表!C5"
    assert port.read()["公开03表"][2][25] == 9.5


def test_marks_and_notes_come_and_go(port: Through) -> None:
    sheet = port.calc.document.Sheets.getByName("公开03表")
    users = len(sheet.ConditionalFormats.getConditionalFormats())
    marks = {"C8": Mark("错误", "不等"), "D8": Mark("核实", "请说明")}
    port.mark({Place("公开03表", cell): mark for cell, mark in marks.items()})
    assert ours(port, "公开03表") == 2
    # the rule is bound to the cell, or nothing would be seen
    assert "xltools" in sheet.getCellRangeByName("C8").ConditionalFormat.getByIndex(0).Formula1
    assert "不等" in sheet.getCellRangeByName("C8").Annotation.String
    port.mark({Place("公开03表", "C8"): Mark("错误", "仍不等")})
    assert "仍不等" in sheet.getCellRangeByName("C8").Annotation.String
    port.clear_marks()
    assert ours(port, "公开03表") == 0 and sheet.getCellRangeByName("C8").Annotation.String == ""
    assert len(sheet.ConditionalFormats.getConditionalFormats()) == users


def test_a_note_of_the_users_stays(port: Through) -> None:
    sheet = port.calc.document.Sheets.getByName("公开03表")
    sheet.Annotations.insertNew(sheet.getCellRangeByName("C8").CellAddress, "会计写的")
    port.note(Place("公开03表", "C8"), "我们的")
    port.clear_marks()
    assert sheet.getCellRangeByName("C8").Annotation.String == "会计写的"


def test_quietly_restores_selection_and_calculation(port: Through) -> None:
    port.go_to(Place("公开05表", "D9"))
    automatic = port.calc.document.isAutomaticCalculationEnabled()
    with port.quietly():
        port.write("公开05表", {"Z1": 1.0})
        port.go_to(Place("公开01表", "A1"))
    assert port.here() == Place("公开05表", "D9")
    assert port.calc.document.isAutomaticCalculationEnabled() == automatic


def test_one_undo_takes_all_back(port: Through) -> None:
    before = port.read()["公开05表"]
    with port.quietly():
        port.write("公开05表", {"Z1": 1.0, "Z2": "文字"})
        port.mark({Place("公开05表", "D9"): Mark("错误", "…")})
    port.calc.document.getUndoManager().undo()
    assert port.read()["公开05表"] == before


def test_check_in_calc_equals_the_command(port: Through) -> None:
    actions.press("check", port)
    assert port.lines[-1].startswith("校验完成：")
    reading = xltools.read(resource("workbooks/example.xlsx"))
    wanted = [
        row.cells[7] + row.cells[8] for row in rows(xltools.check(reading), reading.report.explanations)
    ]
    assert [item.message for item in results.items(port.read()[FINDINGS])] == wanted


def test_a_broken_sum_is_found_marked_and_walked_to(port: Through) -> None:
    place = xltools.read(resource("workbooks/example.xlsx")).report.places[Ref("expenditure", "2010399", "3")]
    port.write(place.sheet, {place.cell: 6.12})
    actions.press("check", port)
    assert "错误" in port.lines[-1]
    found = results.items(port.read()[FINDINGS])
    broken = [item for item in found if item.level == "错误"]
    assert broken and ours(port, "公开03表") >= 1
    states = {row[1]: row[3] for row in port.read()[COVER] if len(row) > 3 and row[1]}
    assert "处错误" in str(states["公开03表"])
    actions.press("next", port)
    first = found[0]
    assert port.here() == first.place and first.message in port.lines[-1]
    actions.press("clear", port)
    assert ours(port, "公开03表") == 0


def test_narrative_project_and_carry_over(port: Through) -> None:
    actions.press("narrate", port)
    assert "情况说明共" in port.lines[-1]
    actions.press("add_project", port)
    assert "绩效自评2" in port.read()
    port.write("绩效自评2", {"F13": "≥80%", "G13": "≥40%", "H13": 2.0})
    port.recalculate()
    assert port.read()["绩效自评2"][12][8] == 1, "a score that had been typed over is a formula again"
    port.answers = [str(resource("workbooks/example.xlsx")), "yes"]
    actions.press("carry", port)
    assert "结转" in port.lines[-1]


def test_export_from_calc(port: Through) -> None:
    port.answers = ["yes"]
    actions.press("export", port)
    folder = Path(port.path).parent / "example-公开"
    assert port.lines[-1].startswith("已导出 4 个文件") and list(folder.glob("*.pdf"))


def test_not_ours_and_no_such_sheet(office: Any, open_in_calc: Any, tmp_path: Path) -> None:
    import openpyxl

    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    path = tmp_path / "in" / "other.xlsx"
    path.parent.mkdir()
    shutil.move(tmp_path / "other.xlsx", path)
    port = open_in_calc(path)
    actions.press("check", port)
    assert port.lines[-1].startswith("这不是决算公开工作簿")
    with pytest.raises(PipeError):
        port.go_to(Place("没有", "A1"))


def test_an_empty_workbook_computes_what_is_typed_into_it(open_in_calc: Any) -> None:
    """Codes of any level into any row: parents are summed, rows are inserted, an indicator is scored."""
    port: Through = open_in_calc(resource("workbooks/template.xlsx"))
    typed = ["201", "20103", "2010301", "2010399", "208", "20805", "2080505"]
    port.write("公开03表", {f"A{row}": code for row, code in enumerate(typed, 8)})
    port.write("公开03表", {"D10": 10.5, "E10": 2.0, "E11": 6.22, "D14": 21.18})
    port.write("绩效自评", {"F12": "≥80%", "G12": "≥40%", "H12": 10.0, "G13": "达成预期指标", "H13": 5.0})
    rows = port.read()["公开03表"]
    shown = {str(row[0]): row[2:5] for row in rows[6:14]}
    assert shown["合计"] == [39.9, 31.68, 8.22]
    assert shown["201"] == shown["20103"] == [18.72, 10.5, 8.22]
    assert shown["2010399"] == [6.22, None, 6.22] and shown["20805"] == [21.18, 21.18, 0]
    assert [row[8] for row in port.read()["绩效自评"][11:14]] == [5, 5, None]
    sheet = port.calc.document.Sheets.getByName("公开03表")
    sheet.Rows.insertByIndex(11, 1)
    port.write("公开03表", {"A12": "2010350", "C12": 1.0, "D12": 1.0})
    assert port.read()["公开03表"][7][2:5] == [19.72, 11.5, 8.22]
