"""Exports as .xls and .ods, written by a real office: merged headings and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.exports import exact, shanxi, unlike
from tests.real.conftest import Office
from tests.units import random_report
from xltools.amount import Unit
from xltools.imports import bring, read_source
from xltools.imports.specimen import pages, write
from xltools.report import Report
from xltools.workbook.read import read
from xltools.workbook.template import create

pytestmark = pytest.mark.real


def converted(office: Office, report: Report, folder: Path, kind: str, split: bool) -> Path:
    """An export of ``report`` as the office saves it."""
    source, target = folder / "导出.xlsx", folder / f"导出.{kind}"
    write(pages(report, shanxi(), split), str(source))
    document = office.open(source)
    entry = office.uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    entry.Name, entry.Value = "FilterName", {"xls": "MS Excel 97", "ods": "calc8"}[kind]
    document.storeToURL(office.uno.systemPathToFileUrl(str(target)), (entry,))
    document.close(True)
    return target


@pytest.mark.parametrize("kind", ["xls", "ods"])
@pytest.mark.parametrize("split", [False, True])
def test_the_example(office: Office, tmp_path: Path, kind: str, split: bool) -> None:
    source = converted(office, exact(), tmp_path, kind, split)
    imported = read_source(source, shanxi())
    assert unlike(imported, exact()) == {} and imported.unrecognised == []
    path = tmp_path / "决算.xlsx"
    create(path, shanxi(), unit=Unit.YUAN)
    bring(source, path)
    assert read(path).report.amounts == exact().amounts


def test_a_random_unit(office: Office, tmp_path: Path) -> None:
    report = random_report(7, Unit.YUAN, "b")
    imported = read_source(converted(office, report, tmp_path, "xls", True), shanxi())
    assert unlike(imported, report) == {} and imported.unrecognised == []
