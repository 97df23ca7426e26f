"""Nothing that was not meant to be published is in any exported file, finished or draft."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import xltools
from tests.privacy.private import SECRETS, workbook
from xltools.export.leaks import scan
from xltools.export.publish import FORMATS, LOG, publish
from xltools.workbook.read import Reading


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("private") / "决算 内部.xlsx"
    path.write_bytes(workbook())
    return path


@pytest.fixture(scope="module")
def reading(source: Path) -> Reading:
    return xltools.read(source)


@pytest.fixture(scope="module")
def files(source: Path, reading: Reading, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every format, finished and as draft."""
    folder = tmp_path_factory.mktemp("out")
    checked = xltools.check(reading)
    made = []
    for draft in (False, True):
        for finding in checked.findings:
            from xltools.finding import explanation_key

            if not draft:
                reading.report.explanations[explanation_key(finding)] = "按合同约定"
        where = folder / str(draft)
        made += publish(reading.report, checked, reading.edition, where, FORMATS, draft=draft, source=source)
    return made


def test_secrets_were_read(reading: Reading) -> None:
    """Or else their absence would prove nothing."""
    assert reading.report.cover.prepared_by == SECRETS["who prepared it"]
    assert reading.report.cover.reviewed_by == SECRETS["who reviewed it"]


def test_every_format_is_clean(files: list[Path]) -> None:
    assert sorted({path.suffix.strip(".") for path in files}) == sorted(FORMATS)
    assert len(files) == 2 * len(FORMATS)
    people = tuple(SECRETS.values())
    found = {path.name: leaks for path in files if (leaks := scan(path.read_bytes(), people))}
    assert not found


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
def test_pages_of_the_pdf(files: list[Path]) -> None:
    for path in (path for path in files if path.suffix == ".pdf"):
        text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode()
        plain = "".join(text.split())
        assert "决算" in plain
        assert not [secret for secret in SECRETS.values() if secret in plain]


def test_the_log_of_exports_holds_no_figures(files: list[Path]) -> None:
    for folder in {path.parent for path in files}:
        (line,) = (folder / LOG).read_text(encoding="utf-8").splitlines()
        entry = json.loads(line)
        assert set(entry) == {
            "time", "source", "sha256", "edition", "verdict", "formats", "draft", "xltools", "files",
        }  # fmt: skip
        assert entry["source"] == "决算 内部.xlsx"  # its name, not where it lies


def test_nobody_is_named_by_the_files_themselves(files: list[Path]) -> None:
    """Times of making and machine names are no one's business either."""
    import zipfile

    for path in files:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
                assert all(entry.create_system == 0 for entry in archive.infolist())
