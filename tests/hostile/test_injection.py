"""Texts that a spreadsheet would run as commands stay texts in every file that is written from them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

import xltools
from tests.hostile.contents import COMMAND, commanding
from tests.workbook.books import example_bytes
from tests.workbook.loaded import loaded
from xltools.cli import main
from xltools.workbook.grid import file_grids
from xltools.workbook.package import open_package

STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("command") / "决算.xlsx"
    path.write_bytes(commanding())
    return path


def alive(path: Path) -> list[str]:
    """Formulas of a workbook with the command in them, and links that lead out of it."""
    found = [
        f"{grid.name}!{cell}: {text}"
        for grid in file_grids(open_package(path))
        for cell, text in grid.facts.formulas.items()
        if "cmd" in text
    ]
    links = [cell for sheet in loaded(path) for row in sheet for cell in row if cell.hyperlink]
    return found + [cell.coordinate for cell in links if cell.hyperlink.target]


def commands_in(path: Path) -> int:
    """How many cells of a workbook hold the command as a text."""
    cells = [cell for sheet in loaded(path) for row in sheet.iter_rows() for cell in row]
    held = [cell for cell in cells if isinstance(cell.value, str) and "cmd|" in cell.value]
    assert all(cell.data_type in ("s", "inlineStr") for cell in held)
    return len(held)


def test_they_are_texts_in_the_workbook(book: Path) -> None:
    assert commands_in(book) > 30 and not alive(book)
    report = xltools.read(book).report
    assert report.cover.entity.startswith(COMMAND)
    assert all(title.startswith(COMMAND) for title in report.titles.values())


def test_published_workbook_and_data(book: Path, tmp_path: Path) -> None:
    formats = "docx,pdf,html,xlsx,json,csv"
    assert main(["export", str(book), "--to", str(tmp_path), "--draft", "--format", formats]) == 0
    files = {path.suffix: path for path in tmp_path.iterdir()}
    assert {".docx", ".pdf", ".html", ".xlsx", ".json", ".csv"} <= set(files)
    assert commands_in(files[".xlsx"]) > 5 and not alive(files[".xlsx"])
    rows = list(csv.reader(io.StringIO(files[".csv"].read_text(encoding="utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    held = [cell for cell in cells if "cmd|" in cell]
    assert held and all(cell.startswith("'") for cell in held)
    amounts = {row[6] for row in rows}
    assert not [cell for cell in cells if cell.strip(" \u3000").startswith(STARTS) and cell not in amounts]
    assert "<script" not in files[".html"].read_text(encoding="utf-8").lower()


def test_results_written_beside_the_figures(book: Path, tmp_path: Path) -> None:
    copy = tmp_path / "审核.xlsx"
    assert main(["check", str(book), "--format", "xlsx", "--output", str(copy)]) == 0
    assert commands_in(copy) > 30 and not alive(copy)


def test_a_new_workbook_of_these_figures(book: Path, tmp_path: Path) -> None:
    (tmp_path / "数.json").write_text(xltools.figures.to_json(xltools.read(book).report), encoding="utf-8")
    made = tmp_path / "新.xlsx"
    assert main(["new", str(made), "--figures", str(tmp_path / "数.json")]) == 0
    assert commands_in(made) > 30 and not alive(made)


@pytest.mark.parametrize("how", [[], ["--last-year"]], ids=["this year", "last year"])
def test_imported_into_another_workbook(book: Path, tmp_path: Path, how: list[str]) -> None:
    into = tmp_path / "到.xlsx"
    into.write_bytes(example_bytes())
    if not how:
        into.unlink()
    assert main(["import", str(book), "--into", str(into), *how]) in (0, 2)
    if into.exists():
        assert not alive(into)
        commands_in(into)


def test_narrative_written_by_the_button(book: Path, tmp_path: Path) -> None:
    from xltools.addin import actions
    from xltools.addin.file_port import FilePort

    copy = tmp_path / "决算.xlsx"
    copy.write_bytes(book.read_bytes())
    port = FilePort(copy)
    for action in ("narrate", "check", "add_project", "adopt"):
        actions.press(action, port)
    assert any("情况说明共" in line for line in port.lines)
    assert commands_in(copy) > 30 and not alive(copy)


def test_openpyxl_tells_texts_from_formulas() -> None:
    """Or else counting texts here would prove nothing."""
    page = openpyxl.Workbook().active
    assert page is not None
    page["A1"] = "=1"
    assert page["A1"].data_type == "f"


def test_calamine_is_asked_in_one_guarded_place() -> None:
    """It may end the whole process with what it reads; the other readers look at a file first."""
    package = Path(xltools.__file__).parent
    asking = [
        path.name for path in package.rglob("*.py") if "import python_calamine" in path.read_text("utf-8")
    ]
    assert asking == ["grid.py"]
