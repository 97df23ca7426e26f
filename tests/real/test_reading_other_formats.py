"""Workbooks that LibreOffice saved: .xlsx, .xls and .ods of the example are read as the example."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest

import xltools
from tests.real.conftest import environment
from tests.workbook.books import example, example_bytes, rules, unlike
from xltools.figures import dump
from xltools.review.data import as_data
from xltools.workbook.read import read

pytestmark = pytest.mark.real


def changed() -> bytes:
    """The example with a wrong figure, an error value, a text, a total typed over and a hidden row."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(example_bytes()))
    sheet = book["公开03表"]
    sheet["C8"], sheet["D12"], sheet["E10"], sheet["E13"] = 6.99, '="x"+1', "陆点", 5
    sheet.row_dimensions[12].hidden = True
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, office: object) -> Path:
    """The example saved anew by LibreOffice in every format that it shares with us."""
    folder = tmp_path_factory.mktemp("formats")
    source = folder / "source"
    source.mkdir()
    (source / "example.xlsx").write_bytes(example_bytes())
    (source / "changed.xlsx").write_bytes(changed())
    program = shutil.which("soffice")
    assert program is not None
    for name in ("xlsx", "xls", "ods"):
        subprocess.run(
            [
                program,
                "--headless",
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                "--convert-to",
                name,
                "--outdir",
                str(folder),
                *map(str, source.iterdir()),
            ],
            check=True,
            capture_output=True,
            timeout=180,
            env=environment(),
        )
    return folder


def test_xlsx_saved_by_libreoffice_is_the_example(folder: Path) -> None:
    reading = read(folder / "example.xlsx")
    assert not unlike(reading, example())
    assert dump(reading.report) == dump(example())
    assert [t.message for t in reading.troubles] == []


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_formats_hold_the_same(kind: str, folder: Path) -> None:
    """Values, formulas, merged cells, texts: LibreOffice stores 0 for texts of ours in an .xls."""
    reading, twin = read(folder / f"example.{kind}"), read(folder / "example.xlsx")
    assert dump(reading.report) == dump(example())
    assert rules(reading) == [] and reading.not_checked == []
    assert reading.formulas is not None and reading.formulas == twin.formulas
    assert reading.notes == twin.notes


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
@pytest.mark.parametrize("name", ["example", "changed"])
def test_identical_findings_from_all(kind: str, name: str, folder: Path) -> None:
    """The example, and a workbook with something wrong in it, saved by LibreOffice: the findings of ours."""
    wanted = outcome(folder / "source" / f"{name}.xlsx")
    assert outcome(folder / f"{name}.{kind}") == wanted
    assert (wanted["verdict"] == "错误") is (name == "changed")


def outcome(path: Path) -> dict[str, object]:
    return {**as_data("", xltools.check(xltools.read(path))), "workbook": ""}
