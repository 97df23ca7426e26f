"""Exports of the accounts software, to be changed as real ones differ, and read."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from functools import cache

from xltools import figures
from xltools.editions import FOLDER, Edition, load
from xltools.imports import Imported
from xltools.imports.ledger import read_ledger
from xltools.imports.page import LedgerPage
from xltools.imports.plans import plans
from xltools.imports.specimen import Cell, Page, pages
from xltools.report import Report
from xltools.workbook.address import area_text
from xltools.workbook.grid import Grid


def shanxi() -> Edition:
    return load("shanxi_2024")


@cache
def exact() -> Report:
    """The Shanxi example in 元. Not to be changed."""
    return figures.load(FOLDER / "shanxi_2024" / "example_yuan.json")


@cache
def printed() -> Report:
    """The Shanxi example in 万元. Not to be changed."""
    return figures.load(FOLDER / "shanxi_2024" / "example.json")


@cache
def _pages(split: bool) -> list[Page]:
    return pages(exact(), shanxi(), split)


class Export:
    """The export of the Shanxi example; ``sheets`` by the first word of their names (Z03)."""

    def __init__(self, split: bool = False) -> None:
        self.sheets = {page.name.partition(" ")[0]: page for page in deepcopy(_pages(split))}

    def __getitem__(self, name: str) -> Page:
        return self.sheets[name]

    def only(self, *names: str) -> Export:
        self.sheets = {name: self.sheets[name] for name in names}
        return self

    def each(self, change: Callable[[Page], None]) -> Export:
        for page in self.sheets.values():
            change(page)
        return self

    def read(self) -> Imported:
        return read(list(self.sheets.values()))


def read(sheets: list[Page]) -> Imported:
    """What the importer makes of these sheets."""
    known = plans("shanxi_2024")
    return read_ledger([LedgerPage(grid(one), merges(one), known) for one in sheets], known, shanxi())


def grid(page: Page) -> Grid:
    """A page as calamine would give it: floats, texts, blanks."""
    width = max(map(len, page.rows), default=0)
    rows = [[_content(cell) for cell in [*cells, *[None] * (width - len(cells))]] for cells in page.rows]
    return Grid(page.name, rows)


def merges(page: Page) -> list[str]:
    return [area_text((a + 1, b + 1, c + 1, d + 1)) for a, b, c, d in page.merges]


def _content(cell: Cell) -> object:
    if cell is None:
        return ""
    return float(cell) if isinstance(cell, int | Decimal) else cell


def find(page: Page, text: str, nth: int = 0) -> tuple[int, int]:
    """Row and column of the nth cell that holds exactly this."""
    spots = [(r, c) for r, cells in enumerate(page.rows) for c, cell in enumerate(cells) if cell == text]
    return spots[nth]


def replace(page: Page, text: str, by: Cell) -> None:
    """Let every cell that holds ``text`` hold ``by``."""
    page.rows = [[by if cell == text else cell for cell in cells] for cells in page.rows]


def shift(page: Page, down: int, right: int) -> None:
    """Move everything, as with blank rows and columns inserted."""
    page.rows = [[] for _ in range(down)] + [[*[None] * right, *cells] for cells in page.rows]
    page.merges = [(a + down, b + right, c + down, d + right) for a, b, c, d in page.merges]


def unlike(imported: Imported, report: Report) -> dict[str, object]:
    """What of the forms was imported differently from ``report``; a zero counts as blank."""
    ours, theirs = imported.report.amounts, report.amounts
    found: dict[str, object] = {
        str(ref): (ours.get(ref), theirs.get(ref))
        for ref in {**ours, **theirs}
        if (ours.get(ref) or 0) != (theirs.get(ref) or 0)
    }
    for form in figures.CODE_FORMS:
        if imported.report.lines.get(form, []) != report.lines.get(form, []):
            found[form] = (imported.report.lines.get(form), report.lines.get(form))
    return found


def words(imported: Imported) -> list[str]:
    """What was not recognised, as shown."""
    return [f"{one.where}：{one.why}" for one in imported.unrecognised]
