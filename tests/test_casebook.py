"""The ten cases of docs/cases.md: what the user is told is so. The words themselves are held by the document,
which tests/test_manual.py compares with what comes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xltools import casebook, figures
from xltools.casebook import Case
from xltools.finding import Severity
from xltools.rules import check

CASES = casebook.cases()


def test_the_unit_itself_is_clean() -> None:
    assert check(figures.load(casebook.FOLDER / "unit.json")).verdict == "通过"
    assert len(CASES) == 10


@pytest.mark.parametrize("case", [c for c in CASES if c.figures or c.deleted], ids=lambda c: c.id)
def test_what_is_claimed_to_vanish_vanishes(case: Case) -> None:
    """With the corrections of the causes that are named nothing is out of balance."""
    made = case.report()
    told = [suspect for suspect in check(made).suspects if not suspect.alternative]
    assert told
    for form, codes in case.deleted.items():
        made.lines[form] = sorted([*made.lines[form], *codes])
    changes = {cell.ref: figures_of(value) for suspect in told for cell, value in suspect.changes if cell.ref}
    left = [f for f in check(made.replaced(changes)).findings if f.severity is Severity.ERROR]
    assert left == []


def figures_of(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def test_every_wrong_figure_has_its_note() -> None:
    case = next(c for c in CASES if c.id == "last-year")
    notes = {f"{place.sheet}!{place.cell}": text for place, text in casebook.told(case).notes.items()}
    assert set(notes) == {"公开07表!D7", "公开01表!C8"}, "figures that are right carry no mark"
    assert all("应为 3096.07（误填上年数，唯一值）" in text for text in notes.values())
