"""Every input that ever failed, and a short search that is the same each time."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS

CASES = sorted(path for path in Path(__file__).with_name("cases").glob("*/*") if path.is_file())
SHORT = {
    "checked": 60, "narrative": 60, "figures": 100, "recognise": 300, "imported": 300, "section": 300,
    "surgery": 200, "package": 600, "codes": 300, "sheet": 300, "strings": 300, "ods": 300,
}  # fmt: skip
"""Inputs for the targets that take longer; others get 1,500."""


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_failed_once(path: Path) -> None:
    TARGETS[path.parent.name].run(path.read_bytes())


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("name", TARGETS)
def test_a_short_search(name: str) -> None:
    target = TARGETS[name]
    for data in islice(mutated(target, 1), SHORT.get(name, 1500)):
        try:
            target.run(data)
        except BaseException as error:
            raise AssertionError(f"{name} fails for {data!r}") from error


def test_cases_belong_to_targets() -> None:
    assert {path.parent.name for path in CASES} <= set(TARGETS)
