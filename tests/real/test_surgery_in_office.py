"""Workbooks that we edited, opened by LibreOffice; workbooks saved by LibreOffice, read and edited by us."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.workbook.rich import build
from tests.workbook.soundness import assert_sound
from xltools.workbook.formulas import fast_facts, read_facts
from xltools.workbook.package import Kind, open_package
from xltools.workbook.surgery import (
    AUTHOR,
    Computed,
    Edits,
    Formula,
    Link,
    Region,
    Row,
    SheetCopy,
    SheetEdit,
    edit,
)

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Lets LibreOffice open a file and save it in another format: (file, format) → new file."""
    if not shutil.which("soffice"):
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing")
        pytest.skip("LibreOffice is missing")
    profile = tmp_path_factory.mktemp("profile")

    def run(file: Path, kind: str) -> Path:
        folder = file.parent / f"by-office-{kind.partition(':')[0]}"
        command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
        environment = {**os.environ, "PATH": "/usr/local/bin:/usr/bin:/bin"}
        subprocess.run(
            [*command, "--outdir", str(folder), str(file)],
            check=True,
            timeout=180,
            env=environment,
            capture_output=True,
        )
        return folder / file.with_suffix("." + kind.partition(":")[0]).name

    yield run


def edited(path: Path) -> Path:
    """A rich workbook after one edit of every kind."""
    build(path)
    rows = [
        Row(["错误", Link("公开03表 B3", "'公开03表'!B3"), "支出合计 ≠ 分项之和"], like=1),
        Row([Decimal("0.11")], like=1),
    ]
    edits = Edits(
        sheets={
            "公开03表": SheetEdit(
                cells={
                    "B3": Decimal("12.34"),
                    "A3": "2010399 <&>",
                    "C3": None,
                    "B20": Computed(Decimal("1616.59")),
                    "B30": Formula("B3*2", Decimal("24.68")),
                },
                notes={"C5": "应为 1\n实为 2", "B3": "不会写入"},
                marks={"FFC7CE": ["C5"]},
            ),
            "很隐藏": SheetEdit(region=Region(1, rows, merges=["A5:C5"])),
            "打印 (2)": SheetEdit(cells={"B2": 7}),
        },
        copies=[SheetCopy("打印", "打印 (2)")],
        names={"xltools_版本": '"1"'},
    )
    edit(path, edits)
    return path


def test_libreoffice_sees_what_was_written(tmp_path: Path, convert: object) -> None:
    file = edited(tmp_path / "决算.xlsx")
    again = convert(file, "xlsx")  # type: ignore[operator]
    book = openpyxl.load_workbook(again)
    values = openpyxl.load_workbook(again, data_only=True)
    page = book["公开03表"]
    assert page["B3"].value == 12.34 and page["A3"].value == "2010399 <&>" and page["C3"].value is None
    assert page["B30"].value == "=B3*2" and values["公开03表"]["B30"].value == 24.68
    assert page["C5"].comment.text == "应为 1\n实为 2"
    assert page["B3"].comment.text.strip().endswith("与国库对账单一致")
    assert any(
        "xltools" in str(rule.formula) for rules in page.conditional_formatting for rule in rules.rules
    )
    hidden = book["很隐藏"]
    assert hidden["B1"].value == "公开03表 B3" and hidden["B1"].hyperlink.location.replace("$", "") in (
        "'公开03表'!B3",
        "公开03表!B3",
        "#公开03表.B3",
    )
    assert hidden["A2"].value == 0.11 and "A5:C5" in [str(merge) for merge in hidden.merged_cells.ranges]
    assert "打印 (2)" in book.sheetnames and book["打印 (2)"]["B2"].value == 7
    assert "xltools_版本" in book.defined_names


def test_renewed_values_are_those_of_libreoffice(tmp_path: Path, convert: object) -> None:
    file = build(tmp_path / "a.xlsx")
    outcome = edit(file, Edits(sheets={"公开03表": SheetEdit(cells={"B4": 1000, "C6": Decimal("0.01")})}))
    assert outcome.stale == {"公开03表": {"H3", "I3"}}  # SORT and an array formula: left to the program
    page = openpyxl.load_workbook(file, data_only=True)["公开03表"]
    again = openpyxl.load_workbook(convert(file, "xlsx"), data_only=True)["公开03表"]  # type: ignore[operator]
    assert page["B20"].value == sum(row * 10 + 0.25 for row in range(2, 19)) - 30.25 + 1000
    assert page["I3"].value is None and again["I3"].value == 40.5
    for row in again["A1:G30"]:
        for cell in row:
            assert page[cell.coordinate].value == cell.value, cell.coordinate


def test_files_saved_by_libreoffice_are_read_fast_and_edited(tmp_path: Path, convert: object) -> None:
    file = convert(build(tmp_path / "a.xlsx"), "xlsx")  # type: ignore[operator]
    package = open_package(file)
    for sheet in package.sheets:
        if sheet.kind == "worksheet":
            assert fast_facts(package.read(sheet.part).decode()) is not None, sheet.name
    facts = read_facts(package)["公开03表"]
    assert facts.formulas["B20"] == "SUM(B3:B19)" and facts.formulas["K9"] == "B9+C9" and facts.notes
    assert "A1:F1" in facts.merges
    edits = SheetEdit(
        cells={"B5": 3, "K6": 1}, overwrite=frozenset({"K6"}), notes={"D6": "新"}, marks={"FFC7CE": ["D6"]}
    )
    outcome = edit(file, Edits(sheets={"公开03表": edits}))
    assert_sound(outcome.data)
    back = openpyxl.load_workbook(convert(file, "xlsx"))["公开03表"]  # type: ignore[operator]
    assert back["D6"].comment.text == "新" and back["B5"].value == 3 and back["B3"].comment is not None
    edit(file, Edits(sheets={"公开03表": SheetEdit(notes={}, marks={})}))
    text = open_package(file).read("xl/worksheets/sheet1.xml")
    assert b"xltools" not in text and AUTHOR.encode() not in b"".join(
        open_package(file).read(name) for name in open_package(file).entries if "comments" in name
    )


def test_old_and_open_document_twins_are_recognised(tmp_path: Path, convert: object) -> None:
    file = build(tmp_path / "a.xlsx")
    assert open_package(convert(file, "xls")).kind is Kind.XLS  # type: ignore[operator]
    assert open_package(convert(file, "ods")).kind is Kind.ODS  # type: ignore[operator]
