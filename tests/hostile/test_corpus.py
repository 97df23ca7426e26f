"""Bad files and bad workbooks, whole: one Chinese sentence with a remedy, or a finding. Never a traceback."""

from __future__ import annotations

import io
import os
import re
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.workbook.books import example_bytes, rules
from xltools.errors import XltoolsError
from xltools.workbook.read import Reading, read

SHEET = "公开03表"
HAN = re.compile(r"[\u4e00-\u9fff]")


def refusal(path: Path) -> XltoolsError:
    """The one sentence with which a file is refused."""
    with pytest.raises(XltoolsError) as caught:
        read(path)
    error = caught.value
    assert HAN.search(error.message) and error.message.endswith("。") and error.message.count("。") == 1
    assert HAN.search(error.remedy) and "Traceback" not in str(error)
    return error


def stored(tmp_path: Path, content: bytes, name: str = "决算.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def rezipped(change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The example with its parts changed; None leaves a part out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(example_bytes())) as old, zipfile.ZipFile(target, "w", 8) as new:
        for entry in old.infolist():
            content = change(entry.filename, old.read(entry))
            if content is not None:
                new.writestr(entry.filename, content)
    return target.getvalue()


def test_a_folder_a_missing_file_a_lock_file(tmp_path: Path) -> None:
    (tmp_path / "决算").mkdir()
    assert "文件夹" in refusal(tmp_path / "决算").message
    assert "找不到文件" in refusal(tmp_path / "没有.xlsx").message
    lock = stored(tmp_path, b"\x05user" + bytes(160), "~$决算.xlsx")
    assert "临时文件" in refusal(lock).message and "决算.xlsx" in refusal(lock).remedy


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = stored(tmp_path, example_bytes())
    path.chmod(0)
    assert "没有权限" in refusal(path).message


def test_a_name_that_no_system_has() -> None:
    refusal(Path("a\x00b.xlsx"))


# --- workbooks with something wrong in them ----------------------------------------------------------------


def edited(tmp_path: Path, change: Callable[[Any], None]) -> Reading:
    """The example changed in a spreadsheet library, which stores no results of formulas."""
    book = openpyxl.load_workbook(io.BytesIO(example_bytes()))
    change(book)
    path = tmp_path / "edited.xlsx"
    book.save(path)
    return read(path)


def test_a_date_by_its_format(tmp_path: Path) -> None:
    """A number that a cell shows as a date is no amount."""

    def change(book: Any) -> None:
        book[SHEET]["E10"] = datetime(2024, 6, 22)
        hide(book)
        book[SHEET].merge_cells("D15:E15")

    def hide(book: Any) -> None:
        book[SHEET].row_dimensions[12].hidden = True
        book["公开05表"].sheet_state = "hidden"

    found = set(rules(edited(tmp_path, change)))
    assert {"reading-02", "reading-12", "reading-28", "reading-29"} <= found


def test_a_form_missing_doubled_without_headings(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        del book["公开05表"]
        book.copy_worksheet(book["公开02表"])
        sheet = book[SHEET]
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        for row in sheet["A4:H6"]:
            for one in row:
                one.value = None

    reading = edited(tmp_path, change)
    assert sorted(rules(reading)) == ["reading-09", "reading-10", "reading-11"]
    assert reading.missing == {"general", "expenditure"}


def test_two_lines_of_one_code_and_a_total_outside(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book[SHEET]["A11"] = "20103"
        book[SHEET]["K20"] = 319.74

    assert {"reading-20", "reading-27"} <= set(rules(edited(tmp_path, change)))


def test_a_sheet_of_a_million_rows_is_not_unfolded(tmp_path: Path) -> None:
    def far(book: Any) -> None:
        book["公开05表"]["XFD1048576"] = 1

    reading = edited(tmp_path, far)
    assert "reading-34" in rules(reading) and "general" in reading.missing


def test_whatever_stands_in_any_cell(tmp_path: Path) -> None:
    """Every cell of every sheet replaced by rubbish, a sheet at a time: a Reading or a refusal."""
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_package
    from xltools.workbook.read import recognise

    path = stored(tmp_path, example_bytes())
    rubbish = [
        "公开03表",
        "合计",
        "科目代码",
        "栏次",
        "#REF!",
        1e308,
        -1.5,
        True,
        "1" * 400,
        "\x00",
        "注：",
        None,
    ]
    base = {grid.name: grid.rows for grid in file_grids(open_package(path))}
    for name, rows in base.items():
        for number, junk in list(enumerate(rubbish))[len(name) % 3 :: 3]:
            changed = [
                [junk if (row + at + number) % 5 == 0 else content for at, content in enumerate(cells)]
                for row, cells in enumerate(rows)
            ]
            reading = recognise({**base, name: changed})
            assert all(trouble.message for trouble in reading.troubles)
