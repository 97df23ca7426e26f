"""Exports spoiled at random: a figure is imported right, or it is said that it was not."""

from __future__ import annotations

import random

import pytest

from tests.imports.exports import Export, exact, words
from xltools.errors import XltoolsError
from xltools.imports.specimen import Page

SHEETS = ("Z01", "Z01_1", "Z03", "Z04", "Z07", "Z08_1", "F03")
OTHERS = ("某某", "基本支出", "合计", "小计", "项目", "决算数", "人员经费", "本年支出合计", "总计")


def _heading(page: Page, source: random.Random) -> str:
    """Another text, or none, in a heading or in the name of a row."""
    spots = [
        (row, at)
        for row, cells in enumerate(page.rows)
        for at, cell in enumerate(cells)
        if row > 2 and isinstance(cell, str) and cell and not cell.isdigit()
    ]
    row, at = source.choice(spots)
    old = str(page.rows[row][at])
    page.rows[row][at] = source.choice([None, old + "额", old[1:], f"其中：{old}", *OTHERS])
    return f"{old} → {page.rows[row][at]}"


def _column(page: Page, source: random.Random) -> str:
    """A column gone, doubled, or moved behind its neighbour; or a blank one put in."""
    width = max(map(len, page.rows))
    for cells in page.rows:
        cells.extend([None] * (width - len(cells)))
    at, kind = source.randrange(width - 1), source.choice(["gone", "doubled", "moved", "blank"])
    page.merges = [merge for merge in page.merges if not merge[1] - 1 <= at <= merge[3]]
    for cells in page.rows:
        if kind == "gone":
            del cells[at]
        elif kind == "moved":
            cells[at], cells[at + 1] = cells[at + 1], cells[at]
        else:
            cells.insert(at, cells[at] if kind == "doubled" else None)
    by = {"gone": -1, "moved": 0, "doubled": 1, "blank": 1}[kind]
    page.merges = [(a, b + by, c, d + by) if b > at else (a, b, c, d) for a, b, c, d in page.merges]
    return f"column {at} {kind}"


@pytest.mark.parametrize("seed", range(60))
def test_right_or_said(seed: int) -> None:
    source = random.Random(seed)
    export = Export(split=bool(seed % 2))
    done = [source.choice([_heading, _column])(export[source.choice(SHEETS)], source)]
    done += [_heading(export[source.choice(SHEETS)], source) for _ in range(seed % 3)]
    try:
        imported = export.read()
    except XltoolsError as refused:
        assert refused.remedy
        return
    amounts, truth = imported.report.amounts, exact().amounts
    wrong = {str(ref): value for ref, value in amounts.items() if truth.get(ref) != value}
    assert not wrong, done
    if len(amounts) < len(truth):
        assert words(imported), done
