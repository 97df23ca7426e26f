"""Which kind of file a source is, and what is said of files that are none."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.imports.exports import exact, printed, shanxi, unlike
from xltools import figures, write
from xltools.errors import XltoolsError
from xltools.export.assemble import assemble
from xltools.export.xlsx import write as published
from xltools.imports import Imported, read_source
from xltools.imports.specimen import pages
from xltools.imports.specimen import write as exported
from xltools.narrative import write as narrate
from xltools.report import Ref


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "决算导出.xlsx"
    exported(pages(exact(), shanxi()), str(path))
    return path


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("公开") / "公开.xlsx"
    path.write_bytes(published(assemble(printed(), shanxi(), narrate(printed(), shanxi()))))
    return path


def test_an_export(export: Path) -> None:
    imported = read_source(export, shanxi())
    assert imported.kind == "决算软件导出" and unlike(imported, exact()) == {}


def test_a_published_workbook(publication: Path) -> None:
    imported = read_source(publication, shanxi())
    assert imported.kind == "公开表工作簿" and unlike(imported, printed()) == {}
    assert imported.forms == list(shanxi().forms)
    assert imported.complete == {"revenue", "expenditure", "general", "funds", "state_capital"}
    assert Ref("summary", "2", "1") in imported.covered, "a blank that the source shows"


def test_one_of_ours(tmp_path: Path) -> None:
    write(tmp_path / "山西.xlsx", printed())
    imported = read_source(tmp_path / "山西.xlsx", shanxi())
    assert imported.kind == "本工具的工作簿" and unlike(imported, printed()) == {}
    assert imported.unrecognised == []


def test_figures_as_data(tmp_path: Path) -> None:
    path = tmp_path / "数.json"
    path.write_text(figures.to_json(printed()), encoding="utf-8")
    imported = read_source(path, shanxi())
    assert imported.kind == "数据文件" and unlike(imported, printed()) == {}


def _changed(path: Path, change: object) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)  # type: ignore[operator]
    other = path.with_name(f"改-{path.name}")
    book.save(other)
    return other


def test_a_published_table_that_is_not_understood_is_said(publication: Path) -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        sheet = book["公开03表"]
        cell = next(c for row in sheet for c in row if c.value == 6.22)
        cell.value = "约6万"
        del book["公开09表"]

    imported: Imported = read_source(_changed(publication, spoil), shanxi())
    found = {one.where.partition("（")[0]: one.why for one in imported.unrecognised}
    assert "约6万" in next(why for where, why in found.items() if where.startswith("公开03表"))
    assert found["公开09表 财政拨款“三公”经费支出决算表"] == "工作簿里没有找到这张表，没有导入"
    assert "three_public" not in imported.forms


def test_a_published_workbook_without_unit_is_a_question(publication: Path) -> None:
    def forget(book: openpyxl.Workbook) -> None:
        for sheet in book:
            for row in sheet.iter_rows(max_row=6):
                for cell in row:
                    if isinstance(cell.value, str) and "单位：万元" in cell.value:
                        cell.value = None

    with pytest.raises(XltoolsError, match=r"没有写金额单位，是元还是万元？"):
        read_source(_changed(publication, forget), shanxi())


def test_both_kinds_in_one_file_are_a_question(export: Path, publication: Path) -> None:
    def add(book: openpyxl.Workbook) -> None:
        book.create_sheet("公开03表")["A1"] = "支出决算表"

    with pytest.raises(XltoolsError, match="既有公开表，又有财决表"):
        read_source(_changed(export, add), shanxi())


def test_nothing_to_import(tmp_path: Path) -> None:
    from xltools.workbook.template import create

    create(tmp_path / "空.xlsx", shanxi())
    with pytest.raises(XltoolsError, match="没有可以导入的金额"):
        read_source(tmp_path / "空.xlsx", shanxi())
    with pytest.raises(XltoolsError, match="找不到文件"):
        read_source(tmp_path / "没有.xlsx", shanxi())
    (tmp_path / "文本.xls").write_text("a,b", encoding="utf-8")
    with pytest.raises(XltoolsError, match="不是 Excel 工作簿"):
        read_source(tmp_path / "文本.xls", shanxi())
