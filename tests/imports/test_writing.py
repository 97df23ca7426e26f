"""Imports into a user's workbook: proven before it is saved, nothing lost unsaid."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from openpyxl.comments import Comment

from tests.effort import first
from tests.imports.exports import Export, exact, printed, shanxi
from tests.units import random_report
from tests.workbook.loaded import loaded
from xltools import check, figures, read
from xltools.addin import actions
from xltools.addin.file_port import FilePort
from xltools.amount import Unit
from xltools.cli import main
from xltools.editions import Edition
from xltools.errors import XltoolsError
from xltools.imports import bring, ours, proposal, propose, start
from xltools.imports.ours import foreign
from xltools.imports.specimen import Page, pages
from xltools.imports.specimen import write as exported
from xltools.report import Ref, Report
from xltools.workbook.address import split
from xltools.workbook.grid import file_grids
from xltools.workbook.package import open_package
from xltools.workbook.save import backups
from xltools.workbook.surgery import Content, Edits, Formula, SheetEdit, edit
from xltools.workbook.template import build, create

EXPORT = "决算导出.xlsx"


@pytest.fixture(autouse=True)
def empty_twins_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The empty workbook that a user's is compared with is always the same: it is made once."""

    def remembered(edition: Edition, report: Report | None, target: BytesIO, unit: Unit | None) -> None:
        if report is not None:
            build(edition, report, target, unit)
        else:
            target.write(made("", unit=unit))

    monkeypatch.setattr(ours, "build", remembered)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / EXPORT).write_bytes(export())
    return tmp_path


@cache
def export() -> bytes:
    """The export of the example."""
    with TemporaryDirectory() as folder:
        exported(pages(exact(), shanxi()), f"{folder}/{EXPORT}")
        return (Path(folder) / EXPORT).read_bytes()


def export_of(folder: Path, change: Callable[[Export], object]) -> Path:
    """An export that differs from the example's."""
    export = Export()
    change(export)
    exported(list(export.sheets.values()), str(folder / "改.xlsx"))
    return folder / "改.xlsx"


REPORTS = {"": None, "印": printed(), "元": exact()}


@cache
def made(kind: str, own_sheet: bool = False, unit: Unit | None = None) -> bytes:
    """A workbook of ours: empty, the example as printed, the example in 元; with a sheet of the user's."""
    content = BytesIO()
    build(shanxi(), REPORTS[kind], content, unit)
    if own_sheet:
        book = loaded(content.getvalue())
        book.create_sheet("底稿")["A1"] = "=公开03表!C7*2"
        content = BytesIO()
        book.save(content)
    return content.getvalue()


def new(folder: Path, kind: str = "", own_sheet: bool = False, unit: Unit | None = None) -> Path:
    path = folder / "决算.xlsx"
    path.write_bytes(made(kind, own_sheet, unit))
    return path


def typed(path: Path, sheet: str, **cells: Content) -> Path:
    """The workbook after somebody typed into it."""
    edit(path, Edits({sheet: SheetEdit(cells, frozenset(cells))}))
    for backup in backups(path):
        backup.unlink()
    return path


def shown(path: Path, sheet: str, *cells: str) -> list[object]:
    """What cells hold: the formula, else the value."""
    grid = next(grid for grid in file_grids(open_package(path)) if grid.name == sheet)
    found = []
    for cell in cells:
        row, at = split(cell)
        formula = grid.facts.formulas.get(cell)
        found.append(f"={formula}" if formula else grid.rows[row - 1][at - 1])
    return found


def results(path: Path, sheet: str, *cells: str) -> list[object]:
    """The values stored in cells, also beside formulas."""
    grid = next(grid for grid in file_grids(open_package(path)) if grid.name == sheet)
    return [grid.rows[row - 1][at - 1] for row, at in map(split, cells)]


def put(page: Page, text: str, column: int, value: Decimal) -> None:
    """Set a figure in the row of a code."""
    row = next(row for row, cells in enumerate(page.rows) if text in cells)
    page.rows[row][column] = value


# --- a new workbook


def test_into_a_new_workbook(folder: Path) -> None:
    path = new(folder)
    before = path.read_bytes()
    lines = bring(folder / EXPORT, path)
    reading = read(path)
    assert reading.report.amounts == printed().amounts and reading.report.lines == printed().lines
    assert reading.report.budget == printed().budget
    assert reading.report.cover.entity == printed().cover.entity
    assert check(reading).counts["错误"] == 0
    assert backups(path)[0].read_bytes() == before
    assert lines[0] == (
        f"来源：{EXPORT}（决算软件导出），山西省政务服务投诉举报中心，2024 年度，金额单位：元"
    )
    assert "  公开03表 ← Z04 支出决算表(财决04表)：22 个数" in lines
    assert any(line.startswith("导入：决算数 116 个，年初预算数 3 个") for line in lines)
    assert "改动的原有内容" not in "\n".join(lines)


def test_in_yuan_every_total_is_a_formula(folder: Path) -> None:
    path = new(folder, unit=Unit.YUAN)
    bring(folder / EXPORT, path)
    reading = read(path)
    assert reading.report.amounts == exact().amounts and reading.report.unit is Unit.YUAN
    assert reading.formulas is not None
    assert {Ref("expenditure", "合计", "1"), Ref("expenditure", "20103", "3")} <= reading.formulas.keys()
    assert not check(reading).tails


def test_again_changes_nothing(folder: Path) -> None:
    path = new(folder)
    bring(folder / EXPORT, path)
    before, kept = path.read_bytes(), len(backups(path))
    lines = bring(folder / EXPORT, path)
    assert lines[-1] == "工作簿中的数与来源相同，没有改动。"
    assert path.read_bytes() == before and len(backups(path)) == kept


@pytest.mark.parametrize("seed", first(1, [3, 4]))
def test_random_units(folder: Path, seed: int) -> None:
    report = random_report(seed, Unit.YUAN, "ab"[seed % 2])
    exported(pages(report, shanxi(), split=True), str(folder / EXPORT))
    path = new(folder, unit=Unit.YUAN)
    bring(folder / EXPORT, path)
    found = read(path).report
    assert found.amounts == {ref: value for ref, value in report.amounts.items() if value}
    assert {form: lines for form, lines in found.lines.items() if lines} == {
        form: lines for form, lines in report.lines.items() if lines and form in figures.CODE_FORMS
    }


def test_a_workbook_that_is_not_there_is_made(folder: Path) -> None:
    lines = start(folder / EXPORT, folder / "新.xlsx")
    assert "金额单位：元" in lines[-1] and not any("确认是" in line for line in lines)
    assert read(folder / "新.xlsx").report.amounts == exact().amounts


# --- a workbook with figures and prose


def test_single_figures_are_changed_in_place(folder: Path) -> None:
    path = typed(new(folder, "印"), "公开03表", J3="我的备注")
    source = export_of(folder, lambda e: [put(e["Z04"], "2080502", at, Decimal("90801.80")) for at in (4, 5)])
    plan = propose(source, path)
    assert not plan.rebuilt and path.read_bytes() == plan.original, "nothing is written yet"
    text = "\n".join(plan.lines)
    assert "公开03表 D15 2080502 事业单位离退休 · 基本支出：8.08 → 9.08" in text
    plan.write()
    reading = read(path)
    assert reading.report.amounts[Ref("expenditure", "2080502", "2")] == Decimal("9.08")
    for name in ("reasons", "texts", "explanations", "self_evaluations", "last_year", "cover"):
        assert getattr(reading.report, name) == getattr(printed(), name), name
    assert shown(path, "公开03表", "J3", "C15", "D12") == ["我的备注", "=XT_TOTAL(D15:H15)", 292.33]
    assert check(reading).findings[0].rule == "expenditure-02"


def test_totals_that_a_formula_gives_stay_formulas(folder: Path) -> None:
    path = new(folder, "元")

    def raise_pension(export: Export) -> None:
        for code in ("208", "20805", "2080502", "合计"):
            row = next(cells for cells in export["Z04"].rows if code in cells)
            for at in (4, 5):
                row[at] += Decimal(100)  # type: ignore[operator]

    before = open_package(path)
    plan = propose(export_of(folder, raise_pension), path)
    assert not plan.rebuilt and plan.replaced == {}
    plan.write()
    reading = read(path)
    assert reading.formulas is not None and Ref("expenditure", "208", "1") in reading.formulas
    assert reading.report.amounts[Ref("expenditure", "208", "1")] == Decimal("211903.48")
    assert results(path, "公开03表", "C13") == [211903.48], "also shown where the add-in is not at hand"
    after = open_package(path)
    same = [name for name in before.entries if name.startswith("xl/charts") or "sheet2.xml" in name]
    assert same and all(before.read(name) == after.read(name) for name in same)


def test_a_workbook_of_ours_gets_the_rows_it_needs(folder: Path) -> None:
    path = new(folder, "印")

    def add_code(export: Export) -> None:
        for code, title in (("210", "卫生健康支出"), ("21011", ""), ("2101102", "事业单位医疗")):
            figures_ = [Decimal(10000), Decimal(10000), *[Decimal(0)] * 4]
            export["Z04"].rows.append([code, None, None, title, *figures_])

    plan = propose(export_of(folder, add_code), path)
    assert plan.rebuilt and "按标准表样重新生成" in "\n".join(plan.write())
    found = read(path).report
    assert found.lines["expenditure"][-3:] == ["210", "21011", "2101102"]
    assert found.titles["2101102"] == "事业单位医疗" and found.titles["21011"] == "行政事业单位医疗"
    for name in ("reasons", "texts", "explanations", "self_evaluations", "last_year", "cover"):
        assert getattr(found, name) == getattr(printed(), name), name


# --- a workbook with things of the user's own


def test_own_sheets_stay_and_the_rows_that_are_there_are_filled(folder: Path) -> None:
    path = new(folder, own_sheet=True)
    plan = propose(folder / EXPORT, path)
    assert not plan.rebuilt
    plan.write()
    reading = read(path)
    assert reading.report.amounts == printed().amounts and reading.report.lines == printed().lines
    assert shown(path, "底稿", "A1") == ["=公开03表!C7*2"] and results(path, "底稿", "A1") == [639.48]
    # 298.56 is no sum of 292.33 and 6.22, the others are what they add up.
    column = ["=XT_TOTAL(D7:H7)", 298.56, "=XT_TOTAL(D9:H9)", "=XT_TOTAL(D17:H17)"]
    assert shown(path, "公开03表", "C7", "C8", "C9", "C17") == column
    assert str(shown(path, "公开03表", "E9")[0]).startswith("=XT_SUBTOTAL(A9,")


def test_too_few_rows_are_refused_and_nothing_is_touched(folder: Path) -> None:
    path = new(folder, own_sheet=True)
    many = [f"20501{number:02}" for number in range(11, 31)]
    report = Report("shanxi_2024", Unit.WAN, lines={"expenditure": many})
    report.amounts = {Ref("expenditure", code, "1"): Decimal(1) for code in many}
    (folder / "多.json").write_text(figures.to_json(report), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(XltoolsError) as error:
        bring(folder / "多.json", path)
    assert "“公开03表”有 12 行可填科目，需要 20 行，请先插入 8 行" in error.value.message
    assert "工作表“底稿”" in error.value.remedy
    assert path.read_bytes() == before and not backups(path)


def test_own_formulas_in_moving_rows_are_refused(folder: Path) -> None:
    path = typed(new(folder), "公开03表", D9=Formula("1000+2"))
    with pytest.raises(XltoolsError, match="科目行里有自己的公式（D9）"):
        bring(folder / EXPORT, path)


def test_own_formulas_stay_where_they_give_the_figure_and_are_named_where_not(folder: Path) -> None:
    path = typed(new(folder, "印"), "公开06表", C8=Formula("9+0.17"), C7=Formula("80+2"))
    plan = propose(folder / EXPORT, path)
    assert plan.replaced == {("公开06表", "C7"): "80+2"}
    text = "\n".join(plan.lines)
    assert "  公开06表 C7：=80+2" in text and "30101 基本工资：82.00 → 82.99" in text
    plan.write()
    assert shown(path, "公开06表", "C7", "C8") == [82.99, "=9+0.17"]


LOOKUP = "VLOOKUP(A1,底稿!A1:B9,2,FALSE)"


def unstored(path: Path) -> Path:
    """The workbook as a library saves it: no formula has its result beside it."""
    book = loaded(path)
    book.save(path)
    return path


def test_a_formula_that_cannot_be_computed_here_stays_where_its_result_is_the_figure(folder: Path) -> None:
    path = typed(new(folder, "印"), "公开06表", C8=Formula(LOOKUP, Decimal("9.17")), C9=Formula("30+0.24"))
    plan = propose(folder / EXPORT, path)
    assert ("公开06表", "C8") not in plan.replaced and not plan.open
    if plan.data is not None:
        plan.write()
    assert shown(path, "公开06表", "C8") == [f"={LOOKUP}"]
    assert results(path, "公开06表", "C8") == [9.17]


def test_a_formula_that_gives_another_figure_is_named(folder: Path) -> None:
    path = typed(new(folder, "印"), "公开06表", C8=Formula(LOOKUP, Decimal("9.99")))
    plan = propose(folder / EXPORT, path)
    assert plan.replaced == {("公开06表", "C8"): LOOKUP} and not plan.open
    plan.write()
    assert shown(path, "公开06表", "C8") == [9.17]


def test_formulas_without_results_stay_formulas(folder: Path) -> None:
    """A library saved the workbook: what nobody here can compute is left open, never made a number."""
    total = "SUMIF(A1:A3,1)+1"
    path = typed(new(folder, "印"), "公开06表", C8=Formula(LOOKUP), C6=Formula(f"XT_TOTAL(C7:C10,{total})"))
    before = set(formulas_of(unstored(path)))
    plan = propose(folder / EXPORT, path)
    assert {place.cell for place in plan.open} == {"C6", "C8"} and not plan.replaced
    text = "\n".join(plan.lines)
    assert "保持不变" in text and "  公开06表 C8：应为 9.17" in text
    plan.write()
    assert set(formulas_of(path)) == before
    assert shown(path, "公开06表", "C8") == [f"={LOOKUP}"] and results(path, "公开06表", "C8") == [""]
    found = check(read(path))
    assert found.verdict == "错误" and any(finding.rule == "reading-07" for finding in found.findings)


@pytest.mark.parametrize("kind", first(1, ["印", "", "元"]))
def test_with_and_without_stored_results_the_same_formulas_stay(folder: Path, kind: str) -> None:
    source = export_of(folder, lambda export: put(export["Z04"], "2010399", 4, Decimal(100)))
    stays = []
    for change in (lambda path: path, unstored):
        path = change(new(folder, kind))
        propose(source, path).write()
        stays.append(formulas_of(path))
    assert stays[0] == stays[1] and len(stays[0]) > 300


def formulas_of(path: Path) -> dict[tuple[str, str], str]:
    """Sheet and cell → formula."""
    grids = file_grids(open_package(path))
    return {(grid.name, cell): text for grid in grids for cell, text in grid.facts.formulas.items()}


# --- last year


def carried(folder: Path, report: Report) -> Path:
    from dataclasses import replace

    path = folder / "上年.xlsx"
    create(path, shanxi(), replace(report, cover=replace(report.cover, year=2023)), overwrite=True)
    return path


def test_last_year_into_a_new_workbook(folder: Path) -> None:
    path = new(folder)
    plan = propose(carried(folder, printed()), path, last_year=True)
    assert not plan.rebuilt
    lines = [*plan.lines, *plan.write()]
    report = read(path).report
    assert report.last_year[Ref("general", "208", "1")] == Decimal("21.18")
    assert report.last_year[Ref("summary", "60", "2")] == Decimal("5.12")
    assert report.amounts == {} and report.lines == {}
    assert "结转：上年数 14 个，上年填写的原因、用途 20 个。" in lines
    assert lines[-1] == "请接着填写原因，再校验。"


def test_what_was_said_last_year_stands_beside(folder: Path) -> None:
    """In the rows that are there, and in new ones for the 类 that the empty 情况说明 does not list."""
    path = new(folder)
    bring(carried(folder, printed()), path, last_year=True)
    report = read(path).report
    assert report.texts["last_year.general.201"] == printed().reasons["general.201"]
    sheet = loaded(path)["情况说明"]
    rows = {row[2]: row for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert rows["summary"][4:6] == (None, printed().reasons["summary"])
    assert rows["general.201"][:2] == ("五、一般公共预算支出", "一般公共服务支出：变动原因")
    again = propose(folder / "上年.xlsx", path, last_year=True)
    assert not again.changes


@pytest.mark.long
def test_last_year_without_a_row_is_said_where_the_workbook_must_not_be_built_anew(folder: Path) -> None:
    path = new(folder, "印", own_sheet=True)
    last = figures.load(figures.dump(printed()))
    last.lines["general"].append("210")
    last.amounts[Ref("general", "210", "1")] = Decimal("2.00")
    lines = bring(carried(folder, last), path, last_year=True)
    assert "工作簿里没有位置，没有写入（1 个）：" in lines
    assert Ref("general", "210", "1") not in read(path).report.last_year
    bring(folder / "上年.xlsx", new(folder, "印"), last_year=True)
    assert read(path).report.last_year[Ref("general", "210", "1")] == 2


# --- what is ours


def _left(path: Path) -> list[str]:
    package = open_package(path)
    return foreign(package, file_grids(package), read(path).report, shanxi())


@pytest.mark.parametrize("kind", first(2, REPORTS))
def test_what_we_make_is_ours(folder: Path, kind: str) -> None:
    assert _left(new(folder, kind)) == []


def test_what_is_typed_where_it_belongs_is_ours(folder: Path) -> None:
    path = typed(new(folder), "封面", C5="某中心", C8="公益一类事业单位")
    typed(path, "公开03表", A10="2010399", B10="其他", D10=Decimal("12.5"))
    typed(path, "公开06表", C7=3)
    typed(path, "上年数与预算", E4=Decimal("364.29"))
    assert _left(path) == []


def test_marks_and_findings_of_ours_are_ours(folder: Path) -> None:
    path = new(folder, "印")
    actions.check(FilePort(path))
    assert _left(path) == []


@pytest.mark.parametrize(
    ("cell", "content"),
    [
        ("公开03表!J3", "草稿"),
        ("公开01表!C7", Formula("1+1")),
        pytest.param("公开03表!J3", Formula("SUM(C7:C9)"), marks=pytest.mark.long),
    ],
)
def test_what_is_the_users_is_named(folder: Path, cell: str, content: Content) -> None:
    sheet, _, address = cell.partition("!")
    assert _left(typed(new(folder, "印"), sheet, **{address: content})) == [f"“{sheet}”{address}"]


def test_own_sheets_and_notes_are_the_users(folder: Path) -> None:
    assert _left(new(folder, own_sheet=True)) == ["工作表“底稿”"]
    book = loaded(made(""))
    book["公开03表"]["C7"].comment = Comment("问过", "会计")
    book.save(folder / "批注.xlsx")
    assert "批注" in _left(folder / "批注.xlsx")


# --- when it cannot be done


def test_an_unproven_result_is_not_saved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = new(folder)
    before = path.read_bytes()
    monkeypatch.setattr(proposal, "differences", lambda *_, **__: iter([("summary[1,1]", "应为 1，读出 2")]))
    with pytest.raises(XltoolsError, match="与要导入的数不一致"):
        bring(folder / EXPORT, path)
    assert path.read_bytes() == before


def test_open_elsewhere_or_of_an_old_kind(folder: Path) -> None:
    path = new(folder)
    (folder / "~$决算.xlsx").write_bytes(b"")
    with pytest.raises(XltoolsError, match="正由"):
        bring(folder / EXPORT, path)


def test_changed_in_between_is_not_overwritten(folder: Path) -> None:
    path = new(folder)
    plan = propose(folder / EXPORT, path)
    path.write_bytes(made("印"))
    with pytest.raises(XltoolsError, match="被别的程序改过"):
        plan.write()


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = new(folder)
    assert main(["import", str(folder / EXPORT), "--into", str(path)]) == 0
    assert "请接着校验。" in capsys.readouterr().out
    assert main(["import", str(folder / "没有.xlsx"), "--into", str(path)]) == 2
    assert "找不到文件" in capsys.readouterr().err
    assert main(["import", str(folder / EXPORT), "--into", str(folder / "新.xlsx"), "--last-year"]) == 2
    assert "请先用 xltools new" in capsys.readouterr().err
