"""What follows from a named cause stands under it, whatever rule found it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import xltools
from tests.manual import change
from xltools.finding import Finding, Severity
from xltools.report import Place
from xltools.resources import resource
from xltools.rules import Checked

CASES = [
    ("公开05表!D16", "", "general-04", "the line is empty for the amount that was left out"),
    ("公开05表!E10", "", "narrative-28", "自评 has more than 项目支出, which follows by formula"),
    ("公开05表!E10", "-6.22", "narrative-28", "and where its sign is wrong"),
    ("公开01表!F14", "-21.18", "summary-10", "a negative figure"),
    ("公开03表!D16", "-13.10", "general-expenditure-01", "a part greater than a whole that is negative"),
    ("公开03表!D7", "3135.20", "total-01", "the hint on the total that is wrong itself"),
    ("公开05表!A10", "20103x9", "narrative-28", "a line that was not read"),
    ("公开05表!A14", "2080", "general-03", "a code of four digits"),
    ("公开05表!A8", "210", "general-03", "lines whose parent has another's code"),
    (
        "公开02表!A13",
        "280",
        "revenue-03",
        "where no identity can be judged, for every total is an error value",
    ),
    ("公开03表!A9", "20130", "expenditure-05", "where totals are error values"),
    ("公开10表!C7", "三角", "narrative-25", "a sentence on a total that cannot be read"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx"))


def own(checked: Checked) -> list[Finding]:
    """The findings that the example itself does not give."""
    known = {(f.rule, f.cells[0].label) for f in xltools.check(xltools.read(EXAMPLE)).findings if f.cells}
    return [f for f in checked.findings if not f.cells or (f.rule, f.cells[0].label) not in known]


EXAMPLE = resource("workbooks/example.xlsx")


@pytest.mark.parametrize(("place", "typed", "rule", "why"), CASES, ids=[f"{c[0]}={c[1]}" for c in CASES])
def test_it_is_one_group(path: Path, place: str, typed: str, rule: str, why: str) -> None:
    change(path, place, typed)
    checked = xltools.check(xltools.read(path))
    assert checked.suspects[0].cell.place == Place(*place.split("!"))
    assert rule in {finding.rule for finding in checked.findings}, why
    outside = [f for f in own(checked) if f.group != "原因1" and f.severity is not Severity.HINT]
    assert outside == [], [f.message for f in outside]


def test_what_has_nothing_to_do_with_it_stays_outside(path: Path) -> None:
    """A line that is empty anyway, and a name that is wrong anyway, beside a wrong amount."""
    change(path, "公开05表!D15", "8.80")
    change(path, "公开03表!A17", "2080599")
    checked = xltools.check(xltools.read(path))
    assert checked.suspects[0].cell.place == Place("公开05表", "D15")
    empty = [f for f in checked.findings if f.kind == "line_empty"]
    assert empty and {f.group for f in empty} == {""}


def test_each_belongs_to_its_own_cause(path: Path) -> None:
    change(path, "公开01表!F14", "-21.18")
    change(path, "公开05表!D15", "8.80")
    checked = xltools.check(xltools.read(path))
    number = next(n for n, s in enumerate(checked.suspects, 1) if s.cell.place == Place("公开01表", "F14"))
    negative = next(f for f in checked.findings if f.rule == "summary-10")
    assert negative.group == f"原因{number}"
