"""Every file of the corpus has the outcome that it should have, within its limits; never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.corpus import CASES, Case
from tests.hostile.judge import fault
from tests.hostile.runner import run

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


def test_quick_cases(tmp_path: Path) -> None:
    chosen = [case for case in CASES if case.quick]
    assert len(chosen) > 150
    assert not faults(chosen, tmp_path)


@pytest.mark.long
def test_the_other_cases(tmp_path: Path) -> None:
    assert not faults([case for case in CASES if not case.quick], tmp_path)


def test_names_of_files_differ() -> None:
    assert len({case.file for case in CASES}) == len(CASES)
