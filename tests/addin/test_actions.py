"""The buttons, on the example workbook, through every adapter that needs no program."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import xltools
from tests.addin import openpyxl_engine
from tests.effort import first
from tests.workbook.loaded import loaded
from xltools.addin import actions, results, suggestions
from xltools.addin.excel_port import ExcelPort
from xltools.addin.file_port import FilePort
from xltools.finding import Cell, Suspect
from xltools.report import Place, Ref
from xltools.resources import resource
from xltools.review.sheet import rows
from xltools.workbook.layout import COVER, FINDINGS


class Held:
    """A workbook behind a port; ``answers`` are what the user says, ``said`` what he was told last."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        self.answers: list[str | None] = []
        self.asked: list[str] = []
        self.book = openpyxl_engine.open_book(str(path)) if kind == "excel" else None
        self.port: Any = ExcelPort(self.book) if self.book else FilePort(path)
        self.port.ask = self._answer

    def _answer(self, kind: str, question: str) -> str | None:
        self.asked.append(question)
        return self.answers.pop(0) if self.answers else None

    @property
    def said(self) -> str:
        return str(self.book.app.status_bar if self.book else (self.port.lines or [""])[-1])

    def press(self, action: str) -> str:
        actions.press(action, self.port)
        return self.said

    def cell(self, sheet: str, address: str) -> Any:
        return self.openpyxl[sheet][address].value

    @property
    def openpyxl(self) -> Any:
        return self.book.impl.openpyxl if self.book else loaded(self.path)


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str = "决算.xlsx") -> Path:
        return Path(shutil.copy(resource("workbooks/example.xlsx"), tmp_path / name))

    return make


@pytest.fixture(params=["excel", "file"])
def held(request: pytest.FixtureRequest, copy: Callable[..., Path]) -> Held:
    return Held(copy(), request.param)


FILE_FIRST = pytest.mark.parametrize("held", first(1, ["file", "excel"]), indirect=True)
"""For actions that hardly differ by adapter: reading, proving and writing is what they do."""


def spoil(held: Held, value: float = 6.12) -> None:
    """公开03表: 2010399, 项目支出 6.22 → 6.12; the sums no longer hold."""
    held.port.write("公开03表", {SPOILED.cell: value})


SPOILED = Place("公开03表", "E10")


def place_of(held: Held, ref: Ref) -> Place:
    return xltools.read(held.path).report.places[ref]


def test_check_writes_marks_and_states(held: Held) -> None:
    spoil(held)
    assert held.press("check").startswith("校验完成：错误。")
    found = results.items(held.port.read()[FINDINGS])
    place = place_of(held, Ref("expenditure", "2010399", "3"))
    assert found[0].level == "错误" and any(i.place and i.place.sheet == "公开03表" for i in found)
    marked = {
        str(where.sqref) for where in held.openpyxl["公开03表"].conditional_formatting
        for rule in where.rules if rule.formula and "xltools" in rule.formula[0]
    }  # fmt: skip
    assert marked and place is not None
    states = {row[1]: row[3] for row in held.port.read()[COVER] if row[1] and len(row) > 3}
    assert "处错误" in str(states["公开03表"]) and states["公开07表"] == "通过"


@FILE_FIRST
def test_same_findings_as_the_command(held: Held) -> None:
    held.press("check")
    reading = xltools.read(held.path)
    wanted = [
        row.cells[7] + row.cells[8] for row in rows(xltools.check(reading), reading.report.explanations)
    ]
    assert [item.message for item in results.items(held.port.read()[FINDINGS])] == wanted


@FILE_FIRST
def test_check_twice_gives_the_same_sheet(held: Held) -> None:
    held.press("check")
    first = held.port.read()[FINDINGS]
    held.press("check")
    assert trimmed(held.port.read()[FINDINGS]) == trimmed(first)


def trimmed(grid: Any) -> Any:
    lines = [list(row) for row in grid]
    return [line for line in lines if any(cell is not None for cell in line)]


@FILE_FIRST
def test_explanations_typed_stay_and_are_marked_when_figures_move(held: Held) -> None:
    held.press("check")
    grid = held.port.read()[FINDINGS]
    item = next(i for i in results.items(grid) if i.level == "核实")
    held.port.write(FINDINGS, {f"K{item.row}": "财政局已核实"})
    held.press("check")
    again = {row[11]: row[10] for row in held.port.read()[FINDINGS] if len(row) > 11 and row[11]}
    assert "财政局已核实" in again.values()


@FILE_FIRST
def test_check_of_one_sheet_lists_it_alone_and_keeps_other_explanations(held: Held) -> None:
    spoil(held)
    held.press("check")
    other = next(i for i in results.items(held.port.read()[FINDINGS]) if i.level == "核实")
    held.port.write(FINDINGS, {f"K{other.row}": "已核实"})
    held.port.go_to(Place("公开03表", "A1"))
    assert "只列出“公开03表”" in held.press("check_sheet")
    grid = held.port.read()[FINDINGS]
    assert {item.place.sheet for item in results.items(grid) if item.place} == {"公开03表"}
    assert "已核实" in [row[10] for row in grid if len(row) > 10]


@FILE_FIRST
def test_next_and_previous_walk_through_all_findings(held: Held) -> None:
    spoil(held)
    held.press("check")
    found = results.items(held.port.read()[FINDINGS])
    seen = []
    for number in range(1, len(found) + 2):
        said = held.press("next")
        seen.append(said)
        if found[(number - 1) % len(found)].place:
            assert held.port.here() == found[(number - 1) % len(found)].place
    assert [text.split(" ")[0] for text in seen] == [
        *(f"{n}/{len(found)}" for n in range(1, len(found) + 1)),
        f"1/{len(found)}",
    ]
    assert held.press("previous").startswith(f"{len(found)}/")
    pointers = [row for row in held.port.read()[FINDINGS] if results.POINTER in row]
    assert len(pointers) == 1


def test_the_selected_cell_decides_where_to_go_on(held: Held) -> None:
    spoil(held)
    held.press("check")
    found = results.items(held.port.read()[FINDINGS])
    places = [item.place for item in found]
    number = next(n for n, place in enumerate(places) if place and n > 0 and place not in places[:n])
    held.port.go_to(found[number].place)
    assert held.press("next").startswith(f"{number + 2}/") or number + 1 == len(found)


def test_clear_takes_marks_away(held: Held) -> None:
    spoil(held)
    held.press("check")
    assert held.press("clear") == "已清除校验标记。"
    for sheet in held.openpyxl.worksheets:
        formulas = [r.formula for w in sheet.conditional_formatting for r in w.rules if r.formula]
        assert not any("xltools" in formula[0] for formula in formulas)
        assert not any(cell.comment for row in sheet.iter_rows() for cell in row)


def test_next_without_a_check(held: Held, tmp_path: Path) -> None:
    xltools_new = tmp_path / "新.xlsx"
    held.answers = [str(xltools_new)]
    assert "已新建" in held.press("new")
    fresh = Held(xltools_new, "file")
    assert fresh.press("next") == "没有列出的问题。请先按“校验”。"


def test_a_workbook_that_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "别的.xlsx"
    openpyxl.Workbook().save(path)
    for kind in ("excel", "file"):
        other = Held(path, kind)
        for action in ("check", "next", "check_sheet", "export", "narrate", "adopt"):
            assert other.press(action).startswith("这不是决算公开工作簿"), action


def test_changed_headings_are_said_before_anything_is_written(held: Held) -> None:
    held.port.write(FINDINGS, {"A3": "等级"})
    before = held.port.read()[FINDINGS]
    assert "列标题被改动" in held.press("check")
    assert held.port.read()[FINDINGS] == before


def test_narrate_keeps_what_was_typed(held: Held) -> None:
    before = xltools.read(held.path).report
    assert "情况说明共" in held.press("narrate")
    if held.book:
        held.book.impl.openpyxl.save(held.path)
    after = xltools.read(held.path).report
    assert after.reasons == before.reasons and after.texts == before.texts


@FILE_FIRST
def test_add_project_gives_an_empty_form(held: Held) -> None:
    before = xltools.read(held.path).report.self_evaluations
    held.press("add_project")
    held.press("add_project")
    grids = held.port.read()
    assert [name for name in grids if name.startswith("绩效自评")] == ["绩效自评", "绩效自评2", "绩效自评3"]
    assert grids["绩效自评2"][0][0] == "项目支出绩效自评表"
    if held.book:
        held.book.impl.openpyxl.save(held.path)
    report = xltools.read(held.path).report
    assert report.self_evaluations == before, "an empty form is no project"
    held.port.write("绩效自评3", {"B3": "新项目", "D12": "培训", "F12": "≥80%", "G12": "≥40%", "H12": 10.0})
    if held.book:
        held.book.impl.openpyxl.save(held.path)
    (_, added) = xltools.read(held.path).report.self_evaluations
    (row,) = added.indicators
    assert (added.project, added.department, row.level1) == ("新项目", before[0].department, "产出指标")
    assert row.score == 5, "the score is computed by the form's formula"
    assert not added.goal and not added.achievement and not any(added.analysis.values())


@FILE_FIRST
def test_export_refused_then_as_draft(held: Held) -> None:
    spoil(held)
    assert "没有导出" in held.press("export")
    held.answers = ["yes"]
    said = held.press("export")
    folder = held.path.parent / "决算-公开"
    if held.book:  # opening the folder is Windows' part
        assert list(folder.glob("*草稿*.docx"))
    else:
        assert said.startswith("已导出 4 个文件") and held.port.shown == [str(folder)]


@FILE_FIRST
def test_carry_takes_last_years_figures(held: Held, copy: Callable[..., Path]) -> None:
    last = copy("上年.xlsx")
    before = xltools.read(held.path).report
    held.answers = [str(last), "yes"]
    assert "已从 上年.xlsx 结转" in held.press("carry")
    after = xltools.read(held.path).report
    moved = {ref: after.last_year[ref] for ref in after.last_year if ref in before.amounts}
    assert moved and all(before.amounts[ref] == value for ref, value in moved.items())
    said = {key: after.texts.get(f"last_year.{key}") for key in before.reasons}
    assert said == before.reasons and after.reasons == before.reasons


@FILE_FIRST
def test_carry_asks_when_the_year_is_wrong(held: Held, copy: Callable[..., Path]) -> None:
    held.answers = [str(copy("同年.xlsx")), None]
    held.press("carry")
    question = "结转上年数要用 2023 年度的工作簿，所选的是 2024 年度，选对了吗？"
    assert held.asked[-1] == f"{question}\n\n仍然作为上年数吗？"


# import


def test_import_into_an_empty_workbook_builds_it(tmp_path: Path, copy: Callable[..., Path]) -> None:
    source, wanted = copy("公开的.xlsx"), xltools.read(resource("workbooks/example.xlsx")).report
    empty = tmp_path / "空.xlsx"
    Held(source, "file")
    from xltools.editions import load
    from xltools.workbook.template import create

    create(empty, load(wanted.edition))
    held = Held(empty, "file")
    held.port.write(COVER, {"C12": "李四"})
    held.answers = [str(source), "yes"]
    assert "已从 公开的.xlsx 导入" in held.press("import")
    made = xltools.read(empty).report
    assert made.amounts == wanted.amounts and made.lines == wanted.lines
    assert made.cover.entity == wanted.cover.entity and made.cover.reviewed_by == "李四"
    assert "公开01表" in held.asked[-1] and list(tmp_path.glob("空.xlsx.备份/*"))


@FILE_FIRST
def test_import_over_figures_writes_cells_and_keeps_formulas(held: Held, copy: Callable[..., Path]) -> None:
    source = copy("新数.xlsx")
    wanted = xltools.read(source)
    ref = Ref("general", "2010399", "3")
    assert wanted.formulas and ref not in wanted.formulas
    held.port.write("公开05表", {place_of(held, ref).cell: 9.99})
    formulas = {
        (sheet.title, cell.coordinate): cell.value
        for sheet in held.openpyxl.worksheets for row in sheet.iter_rows() for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=")
    }  # fmt: skip
    held.answers = [str(source), "yes"]
    assert "导入" in held.press("import")
    assert xltools.read(held.path).report.amounts == wanted.report.amounts
    book = loaded(held.path)
    assert {(sheet, cell): book[sheet][cell].value for sheet, cell in formulas} == formulas


@FILE_FIRST
def test_import_makes_rows_where_they_are_needed(tmp_path: Path, held: Held) -> None:
    from xltools.report import Report

    report = xltools.read(held.path).report
    lines = {**report.lines, "expenditure": [*report.lines["expenditure"], "210", "21011", "2101101"]}
    more = {Ref("expenditure", code, "1"): Decimal("1.00") for code in ("210", "21011", "2101101")}
    source = tmp_path / "多.xlsx"
    xltools.write(
        source, Report(**{**_fields(report), "lines": lines, "amounts": {**report.amounts, **more}})
    )
    held.answers = [str(source), "yes"]
    assert held.press("import") == "已从 多.xlsx 导入 4 项。请校验。"
    made = xltools.read(held.path).report
    assert made.lines["expenditure"][-3:] == ["210", "21011", "2101101"]
    assert made.reasons == report.reasons and made.self_evaluations == report.self_evaluations


def _fields(report: Any) -> dict[str, Any]:
    return {name: getattr(report, name) for name in report.__slots__}


def test_import_declined_or_not_a_workbook(held: Held, tmp_path: Path, copy: Callable[..., Path]) -> None:
    held.answers = [str(copy("别的.xlsx")), None]
    assert held.press("import") == "别的.xlsx 中的数与工作簿相同，没有改动。"
    spoil(held)
    held.answers = [str(tmp_path / "别的.xlsx"), None]
    assert held.press("import") == "没有导入。"
    assert "改动的原有内容（原 → 现）：" in held.asked[-1] and len(held.asked[-1]) < 1000
    (tmp_path / "坏.xlsx").write_bytes(b"nothing")
    held.answers = [str(tmp_path / "坏.xlsx")]
    held.press("import")
    assert held.said and "没有完成" not in held.said


# suggestions


@pytest.fixture
def suggested(held: Held, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A check that suggests 6.22 for the spoiled cell."""
    spoil(held)
    place = place_of(held, Ref("expenditure", "2010399", "3"))
    checked = xltools.check

    def with_suspect(source: Any, codes: str | None = None) -> Any:
        import dataclasses

        cell = Cell("公开03表 2010399 · 项目支出", "6.12", Ref("expenditure", "2010399", "3"), place)
        return dataclasses.replace(
            checked(source), suspects=(Suspect(cell, ("6.22",), "数字录入错误", 0.99),)
        )

    monkeypatch.setattr(xltools, "check", with_suspect)
    return place


def test_adopt_and_undo(held: Held, suggested: Place) -> None:
    held.answers = ["yes"]
    assert "6.12 → 6.22" in held.press("adopt")
    assert held.cell(*suggested) == pytest.approx(6.22) and held.port.here() == suggested
    log = held.path.with_name("决算.采纳记录.jsonl")
    entry = json.loads(log.read_text("utf-8"))
    assert entry["changes"] == [[*suggested, 6.12, 6.22]] and entry["undone"] is False
    assert "已恢复为 6.12" in held.press("undo")
    assert held.cell(*suggested) == pytest.approx(6.12)
    assert held.press("undo").startswith("没有可以撤销的采纳。")


@FILE_FIRST
def test_adopt_declined_changes_nothing(held: Held, suggested: Place) -> None:
    held.press("adopt")
    assert held.cell(*suggested) == pytest.approx(6.12)
    assert not held.path.with_name("决算.采纳记录.jsonl").exists()


@FILE_FIRST
def test_undo_refuses_when_the_cell_moved_on(held: Held, suggested: Place) -> None:
    held.answers = ["yes"]
    held.press("adopt")
    held.port.write(suggested.sheet, {suggested.cell: 7.0})
    assert "又被修改" in held.press("undo")
    assert held.cell(*suggested) == 7


def test_no_suggestion(held: Held) -> None:
    assert suggestions._value("6.22") == 6.22 and suggestions._value("") is None
    assert Decimal("6.22") == Decimal(str(suggestions._value("6.22")))


# what is not in one workbook


def test_every_button_has_a_handler() -> None:
    assert set(actions.HANDLERS) == set(actions.ACTIONS)


def test_a_bug_is_said_not_raised(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(actions.HANDLERS, "check", lambda port: 1 / 0)
    assert held.press("check").startswith("“校验”没有完成：ZeroDivisionError")


# where things are not as usual


def test_a_workbook_that_was_never_saved(copy: Callable[..., Path], tmp_path: Path) -> None:
    held = Held(copy(), "excel")
    assert held.book is not None
    held.book.impl._path = "工作簿1"
    assert held.port.path == "" and held.press("check").startswith("校验完成")
    held.answers = [str(tmp_path / "到这里")]
    held.press("export")
    assert held.asked[-1] == "导出到哪个文件夹" and list((tmp_path / "到这里").glob("*.docx"))
    assert "请先保存到本机" in held.press("adopt") or "没有可以采纳" in held.said
    assert held.press("undo") == "工作簿还没有保存到本机，无法记录采纳。请先保存到本机的文件夹。"


def test_a_protected_sheet_is_said_and_nothing_else_is_lost(copy: Callable[..., Path]) -> None:
    held = Held(copy(), "excel")
    held.openpyxl[FINDINGS].protection.sheet = True
    assert held.press("check") == f"工作表“{FINDINGS}”受保护，无法写入。请先在“审阅”中撤销工作表保护。"
    held.openpyxl[FINDINGS].protection.sheet = False
    held.openpyxl["公开03表"].protection.sheet = True
    assert held.press("check").startswith("校验完成")


def test_hidden_and_renamed_sheets(held: Held) -> None:
    if held.book is None:
        pytest.skip("a file is not walked through")
    held.openpyxl["公开05表"].title = "五表"
    held.openpyxl["公开03表"].sheet_state = "hidden"
    held.port.write("五表", {"C8": 1.0})
    assert held.press("check").startswith("校验完成：错误")
    found = results.items(held.port.read()[FINDINGS])
    assert "五表" in {item.place.sheet for item in found if item.place}
    hidden = next((n for n, item in enumerate(found) if item.place and item.place.sheet == "公开03表"), None)
    if hidden is not None:
        for _ in range(hidden + 1):
            said = held.press("next")
        assert said == "工作表“公开03表”已隐藏。请先取消隐藏，再查看这个单元格。"


def test_a_file_that_cannot_be_written(copy: Callable[..., Path]) -> None:
    import os

    path = copy()
    held = Held(path, "file")
    (path.parent / f"~${path.name}").write_bytes(b"\\x05user")
    assert "没有完成" not in held.press("check") and "打开" in held.said
    if os.name != "nt":
        assert path.read_bytes() == resource("workbooks/example.xlsx").read_bytes()


def test_buttons_act_on_the_workbook_that_the_macro_names(
    copy: Callable[..., Path], monkeypatch: Any
) -> None:
    """Two workbooks are open: xlwings hands over the one from which the button was pressed."""
    from xltools.addin import excel

    first, second = Held(copy("一.xlsx"), "excel"), Held(copy("二.xlsx"), "excel")
    assert first.book is not None and second.book is not None
    second.book.set_mock_caller()
    excel.press("clear")
    assert second.said == "已清除校验标记。" and first.book.app.status_bar is None


def test_what_users_typed_never_becomes_a_formula(held: Held) -> None:
    held.press("check")
    item = next(i for i in results.items(held.port.read()[FINDINGS]) if i.level == "核实")
    held.port.write(FINDINGS, {f"K{item.row}": "=1+1 见附件"})
    held.press("check")
    row = next(i.row for i in results.items(held.port.read()[FINDINGS]) if i.message == item.message)
    cell = held.openpyxl[FINDINGS][f"K{row}"]
    assert (cell.value, cell.data_type) == ("=1+1 见附件", "s")


def test_check_of_the_workbook_that_is_open(
    copy: Callable[..., Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from xltools.cli import main

    held = Held(copy(), "excel")
    assert main(["check", "--open"]) == 0
    assert "校验完成" in capsys.readouterr().out and results.items(held.port.read()[FINDINGS])
    spoil(held)
    assert main(["check", "--open"]) == 1


def test_check_open_without_excel(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from xltools.cli import main

    monkeypatch.setattr(openpyxl_engine.ENGINE, "apps", [])
    assert main(["check", "--open"]) == 2
    assert "没有找到正在 Excel 中打开的工作簿" in capsys.readouterr().err


def test_rows_of_findings_have_no_height_of_their_own(copy: Callable[..., Path]) -> None:
    """So the program that opens the file fits them to their text."""
    held = Held(copy(), "file")
    held.press("check")
    sheet = held.openpyxl[FINDINGS]
    rows_written = [item.row for item in results.items(held.port.read()[FINDINGS])]
    assert rows_written and all(sheet.row_dimensions[row].height is None for row in rows_written)
