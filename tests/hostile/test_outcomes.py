"""Every file of the corpus has the outcome that it should have, within its limits; never a traceback."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.corpus import CASES, Case
from tests.hostile.judge import fault, misbehaviour
from tests.hostile.runner import run
from tests.workbook.books import example_bytes
from xltools.workbook.package import open_package

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits on processes are those of POSIX")


def faults(cases: list[Case], folder: Path) -> dict[str, str]:
    """Case → what is wrong with its outcome."""

    def commands() -> Iterator[list[str]]:
        for case in cases:
            path = folder / case.file
            path.write_bytes(case.make())
            yield ["check", str(path), "--format", "json"]
            path.unlink()

    found = {case.name: fault(case, outcome) for case, outcome in zip(cases, run(commands()), strict=True)}
    return {name: wrong for name, wrong in found.items() if wrong}


QUICK = [case for case in CASES if case.quick]


def test_number_of_quick_cases() -> None:
    assert len(QUICK) > 150


@pytest.mark.parametrize("part", range(4))  # so that no worker waits for one long test
def test_quick_cases(part: int, tmp_path: Path) -> None:
    assert not faults(QUICK[part::4], tmp_path)


@pytest.mark.long
def test_the_other_cases(tmp_path: Path) -> None:
    assert not faults([case for case in CASES if not case.quick], tmp_path)


def test_names_of_files_differ() -> None:
    assert len({case.file for case in CASES}) == len(CASES)


OTHERS: dict[str, list[str]] = {
    "check into a copy": ["check", "{file}", "--format", "xlsx", "--output", "{room}/审核.xlsx"],
    "check as a page": ["check", "{file}", "--format", "html", "--output", "{room}/审核.html"],
    "explain": ["check", "{file}", "--explain", "公开03表!C10"],
    "import": ["import", "{file}", "--into", "{own}"],
    "import as last year": ["import", "{file}", "--into", "{own}", "--last-year"],
    "normalize": ["normalize", "{file}"],
    "fix": ["fix", "{file}"],
    "export": ["export", "{file}", "--to", "{room}/公开", "--draft", "--format", "docx,html,xlsx,json,csv"],
    "as figures": ["new", "{room}/新.xlsx", "--figures", "{file}"],
    "as codes": ["new", "{room}/新.xlsx", "--codes", "{file}"],
}
"""What else a user may do with a file; {own} is a workbook of his own, which must survive."""


@pytest.mark.long
@pytest.mark.parametrize("name", OTHERS)
def test_other_commands(name: str, tmp_path: Path) -> None:
    """No command shows a trace, dies, or harms the user's own workbook, whatever file it is given."""
    own = tmp_path / "own.xlsx"
    wrong = {}

    def commands() -> Iterator[list[str]]:
        for case in CASES:
            room = tmp_path / "room"
            shutil.rmtree(room, ignore_errors=True)
            room.mkdir()
            own.write_bytes(example_bytes())
            path = room / case.file
            path.write_bytes(case.make())
            yield [part.format(file=path, room=room, own=own) for part in OTHERS[name]]

    for case, outcome in zip(CASES, run(commands()), strict=True):
        if fault := misbehaviour(case, outcome, factor=3):
            wrong[case.name] = fault
        elif own.read_bytes() != example_bytes() and not open_package(own).sheets:
            wrong[case.name] = "the workbook is lost"
    assert not wrong
