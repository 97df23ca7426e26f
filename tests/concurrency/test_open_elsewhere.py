"""A workbook that somebody has open: it is checked and exported, and never written to.

Windows' share modes are part of docs/acceptance.md; here the owner files beside the workbook are what tells.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workbook.books import example_bytes
from xltools.cli import main
from xltools.errors import XltoolsError
from xltools.workbook.save import save

OWNERS = {"Excel": "~$决算.xlsx", "WPS": ".~决算.xlsx", "LibreOffice": ".~lock.决算.xlsx#"}


@pytest.fixture(params=OWNERS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a workbook that is open in one of the programs."""
    (tmp_path / "决算.xlsx").write_bytes(example_bytes())
    (tmp_path / "来源.xlsx").write_bytes(example_bytes())
    content = ",李四,pc,01.03.2025 10:00,file:///home/li;" if request.param == "LibreOffice" else ""
    (tmp_path / OWNERS[request.param]).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        lambda desk: ["import", str(desk / "来源.xlsx"), "--into", str(desk / "决算.xlsx")],
        lambda desk: ["new", str(desk / "决算.xlsx"), "--force"],
        lambda desk: ["check", str(desk / "来源.xlsx"), "--format=xlsx", f"--output={desk / '决算.xlsx'}"],
    ],
    ids=["import", "new", "check into it"],
)
def test_writing_is_refused(
    command: Callable[[Path], list[str]], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (desk / "决算.xlsx").read_bytes()
    assert main(command(desk)) == 2
    said = capsys.readouterr().err
    assert "打开，不能写入" in said and "Traceback" not in said
    assert (desk / "决算.xlsx").read_bytes() == before
    assert not (desk / "决算.xlsx.备份").exists()


def test_reading_is_not(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(desk / "决算.xlsx")]) == 0
    assert main(["export", str(desk / "决算.xlsx"), "--to", str(desk / "公开"), "--format", "csv"]) == 0


def test_the_lock_file_itself_is_no_workbook(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in OWNERS.values():
        if (desk / name).exists():
            assert main(["check", str(desk / name)]) == 2


def test_a_document_open_in_word(tmp_path: Path) -> None:
    """Word puts its mark in the place of a long name's first two letters."""
    path = tmp_path / "2024年度单位决算公开.docx"
    path.write_bytes(b"old")
    (tmp_path / "~$24年度单位决算公开.docx").write_bytes(b"")
    with pytest.raises(XltoolsError, match="不能写入"):
        save(path, b"new")
    assert path.read_bytes() == b"old"
    (tmp_path / "~$24年度单位决算公开.docx").rename(tmp_path / "~$年度单位决算公开.docx")
    save(path, b"new")
