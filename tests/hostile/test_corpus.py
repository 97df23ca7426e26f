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
from xltools.finding import Severity
from xltools.report import Ref
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


# --- files that cannot be read ----------------------------------------------------------------------------


def bomb() -> bytes:
    return rezipped(lambda name, content: b"0" * 160_000_000 if name.endswith("sheet1.xml") else content)


def entities() -> bytes:
    head = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]>'
    return rezipped(
        lambda name, content: head + content.split(b"?>", 1)[1] if name.endswith("sheet2.xml") else content
    )


def broken_sheet() -> bytes:
    return rezipped(lambda name, content: content[:-200] if name.endswith("sheet2.xml") else content)


def no_sheet_part() -> bytes:
    return rezipped(lambda name, content: None if name.endswith("sheet2.xml") else content)


def other_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "员工花名册"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def empty_workbook() -> bytes:
    target = io.BytesIO()
    openpyxl.Workbook().save(target)
    return target.getvalue()


def plain_zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("readme.txt", "hello")
    return target.getvalue()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing in it": (lambda: b"", "空文件"),
    "not a zip": (lambda: b"PK\x03\x04" + b"rubbish" * 40, "已损坏"),
    "text": (lambda: "收入,支出\n1,2\n".encode(), "文本文件"),
    "a web page": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "a pdf": (lambda: b"%PDF-1.7\n\x01\x02" + bytes(100), "不是 Excel 工作簿"),
    "truncated": (lambda: example_bytes()[: len(example_bytes()) // 2], "已损坏或不完整"),
    "cut at the end": (lambda: example_bytes()[:-30], "已损坏或不完整"),
    "a zip of something else": (plain_zip, "压缩包"),
    "a zip bomb": (bomb, "异常巨大"),
    "entities": (entities, "实体"),
    "a sheet cut off": (broken_sheet, "已损坏"),
    "a sheet left out": (no_sheet_part, "缺少工作表"),
    "another workbook": (other_workbook, "没有识别出任何一张决算公开表"),
    "an empty workbook": (empty_workbook, "没有识别出任何一张决算公开表"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    make, words = REFUSED[name]
    error = refusal(stored(tmp_path, make()))
    assert words in error.message


def test_a_password(tmp_path: Path) -> None:
    """An encrypted workbook is a compound file that holds an EncryptedPackage."""
    from tests.workbook.builders import compound

    error = refusal(stored(tmp_path, compound({"EncryptionInfo": b"", "EncryptedPackage": b""})))
    assert "密码" in error.message


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


def with_cell(xml: str) -> bytes:
    """The example with the XML of an amount cell replaced, as other programs write it."""

    def change(name: str, content: bytes) -> bytes:
        if name != "xl/worksheets/sheet4.xml":
            return content
        text, count = re.subn(
            r'<c r="E10"( s="\d+")[^>]*?(/>|>.*?</c>)', rf'<c r="E10"\1 {xml}', content.decode()
        )
        assert count == 1
        return text.encode()

    return rezipped(change)


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        ('t="inlineStr"><is><t>陆点贰贰</t></is></c>', "reading-01"),
        ('t="d"><v>2024-06-22</v></c>', "reading-02"),
        ('t="b"><v>1</v></c>', "reading-03"),
        ('t="e"><v>#REF!</v></c>', "reading-04"),
        ('t="e"><f>1/0</f><v>#DIV/0!</v></c>', "reading-04"),
        ("><f>1/0</f></c>", "reading-04"),
        ("><f>XT_TOTAL(B7:B9)</f></c>", "reading-04"),
        ("><f>1E+200*1E+200</f></c>", "reading-04"),
        ("><v>1e308</v></c>", "reading-05"),
        ("><f>9E+20</f></c>", "reading-05"),
        ('t="str"><v>6.22</v></c>', "reading-06"),
        ("><f>VLOOKUP(A10,A1:B5,2)</f></c>", "reading-07"),
        ("><f>SUM(E10:E11)</f></c>", "reading-07"),
        ("><f>[1]Sheet1!$A$1</f></c>", "reading-07"),
    ],
)
def test_an_amount_cell(xml: str, rule: str, tmp_path: Path) -> None:
    reading = read(stored(tmp_path, with_cell(xml)))
    ref = Ref("expenditure", "2010399", "3")
    mine = [t for t in reading.troubles if t.rule == rule and any(cell.ref == ref for cell in t.cells)]
    assert len(mine) == 1, [t.message for t in reading.troubles]
    assert mine[0].cells[0].place == (SHEET, "E10")
    if rule != "reading-06":
        assert mine[0].severity is Severity.ERROR
        assert ref not in reading.report.amounts


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
