"""``check --format xlsx``: a copy for each unit, whatever becomes of the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xltools import cli
from xltools.resources import resource


@pytest.fixture
def units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three units whose workbooks have one name; one of them is no workbook."""
    monkeypatch.chdir(tmp_path)
    for name in ("甲", "乙", "丙"):
        (tmp_path / name).mkdir()
        shutil.copy(resource("workbooks/example.xlsx"), tmp_path / name / "决算.xlsx")
    (tmp_path / "丙" / "决算.xlsx").write_bytes(b"")
    return tmp_path


def test_workbooks_of_one_name_do_not_overwrite_each_other(units: Path) -> None:
    assert cli.main(["check", "*/决算.xlsx", "--format", "xlsx", "--output", "退回"]) == 2
    made = {path.name for path in (units / "退回").iterdir()}
    assert len(made) == 2 and "决算-审核结果.xlsx" in made


def test_beside_the_originals(units: Path) -> None:
    before = (units / "甲" / "决算.xlsx").read_bytes()
    assert cli.main(["check", "甲/决算.xlsx", "--format", "xlsx"]) == 0
    assert (units / "甲" / "决算-审核结果.xlsx").is_file()
    assert (units / "甲" / "决算.xlsx").read_bytes() == before


def test_folder_that_cannot_be_made(units: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        cli.main(["check", "甲/决算.xlsx", "乙/决算.xlsx", "--format", "xlsx", "--output", "丙/决算.xlsx/x"])
        == 2
    )
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and all("没有写出副本" in line and "Traceback" not in line for line in said)
