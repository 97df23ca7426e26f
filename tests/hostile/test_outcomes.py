"""Every file of the corpus has the outcome that it should have, within its limits; never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.effort import first
from tests.hostile import twins
from tests.hostile.commands import COMMANDS, attempts
from tests.hostile.corpus import CASES, Case, Found
from tests.hostile.judge import fault
from tests.hostile.runner import run
from tests.workbook.books import example, example_bytes
from xltools.workbook.read import read

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
NOW = QUICK[::8]
"""Neighbours are of one kind: every eighth in the quick part, the others in the long one."""


def test_number_of_quick_cases() -> None:
    assert len(QUICK) > 150


def test_quick_cases(tmp_path: Path) -> None:
    assert not faults(NOW, tmp_path)


def test_what_passes_has_the_figures_of_the_example(tmp_path: Path) -> None:
    """Never a wrong 通过: a file with other figures has an 错误 (the same findings to the letter tell it of
    the files that are to have these)."""
    wanted = example().amounts
    for case in CASES:
        if case.quick and isinstance(case.expected, Found) and case.expected.verdict != "错误":
            path = tmp_path / case.file
            path.write_bytes(case.make())
            assert read(path).report.amounts == wanted, case.name


@pytest.mark.long
@pytest.mark.parametrize("part", range(6))  # so that no worker waits for one long test
def test_the_other_cases(part: int, tmp_path: Path) -> None:
    assert not faults([case for case in CASES if case not in NOW][part::6], tmp_path)


@pytest.mark.parametrize("mistakes", first(1, [True, False]))
def test_twins_of_the_example_and_of_one_with_mistakes(mistakes: bool, tmp_path: Path) -> None:
    """Identical findings from all; what LibreOffice saves is compared in tests/real."""
    data = twins.with_mistakes(example_bytes()) if mistakes else example_bytes()
    original = tmp_path / "original.xlsx"
    original.write_bytes(data)
    wanted = twins.findings(original)
    assert len(wanted) > 10
    for writer, path in twins.made(data, tmp_path):
        bare = writer in twins.BARE
        found = twins.findings(path)
        assert twins.comparable(found, bare) == twins.comparable(wanted, bare), writer


def test_names_of_files_differ() -> None:
    assert len({case.file for case in CASES}) == len(CASES)


def spoiled(plan: list[tuple[str, Case]], folder: Path) -> dict[tuple[str, str], str]:
    """Command and case → what is wrong with what the one makes of the other."""
    found = attempts(plan, folder / "desk")
    return {(name, case.name): wrong for name, case, _, wrong in found if wrong}


SKIP = 7
"""So that commands of one kind do not take files of one kind."""


@pytest.mark.parametrize("few", first(1, [1, 5]))
def test_every_command_with_a_few_files(few: int, tmp_path: Path) -> None:
    """No command shows a trace, dies, or harms the user's own workbook; a refusal is one sentence. Each takes
    other files of the corpus, so that together they take many."""
    small = [case for case in CASES if case.quick and case.seconds <= 10]
    step = len(small) // few
    starts = [number * SKIP % step for number in range(len(COMMANDS))]
    plan = [(name, case) for name, start in zip(COMMANDS, starts, strict=True) for case in small[start::step]]
    assert not spoiled(plan, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_every_file_with_some_command(part: int, tmp_path: Path) -> None:
    """Every file of the corpus with another command than its neighbours. All with all, half an hour long, is
    ``python -m tests.hostile --commands``."""
    names = list(COMMANDS)
    cases = [case for case in CASES if case.seconds <= 10]
    plan = [(names[number % len(names)], case) for number, case in enumerate(cases)]
    assert not spoiled(plan[part::4], tmp_path)
