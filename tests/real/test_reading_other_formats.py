"""Workbooks that LibreOffice saved: .xlsx, .xls and .ods of the example are read as the example."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.real.conftest import environment
from tests.workbook.books import example, example_bytes, rules, unlike
from xltools.figures import dump
from xltools.report import Ref
from xltools.workbook.read import Reading, read

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, office: object) -> Path:
    """The example saved anew by LibreOffice in every format that it shares with us."""
    folder = tmp_path_factory.mktemp("formats")
    source = folder / "source" / "example.xlsx"
    source.parent.mkdir()
    source.write_bytes(example_bytes())
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
                str(source),
            ],
            check=True,
            capture_output=True,
            timeout=180,
            env=environment(),
        )
    return folder


def without_zeros(reading: Reading) -> dict[Ref, object]:
    """.xls and .ods do not tell the 0 of a formula from one that is typed."""
    return {ref: value for ref, value in reading.report.amounts.items() if value}


def test_xlsx_saved_by_libreoffice_is_the_example(folder: Path) -> None:
    reading = read(folder / "example.xlsx")
    assert not unlike(reading, example())
    assert dump(reading.report) == dump(example())
    assert [t.message for t in reading.troubles] == []


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_values_of_other_formats(kind: str, folder: Path) -> None:
    reading = read(folder / f"example.{kind}")
    assert without_zeros(reading) == {ref: value for ref, value in example().amounts.items() if value}
    assert reading.report.lines == example().lines
    assert rules(reading) == []
    assert reading.formulas is None
    assert [what for what, _ in reading.not_checked] == ["公式和错误值"]
    ours, theirs = reading.report.self_evaluations[0], example().self_evaluations[0]
    assert ours.funds == theirs.funds and ours.indicators == theirs.indicators
    assert reading.report.reasons == example().reasons and reading.report.texts == example().texts
