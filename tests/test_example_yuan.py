"""The Shanxi example in 元: exact amounts behind the published figures, which give the same publication."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from xltools import check, figures, narrate, read, write
from xltools.amount import PLACES, Unit, divide, to_wan
from xltools.editions import FOLDER, load
from xltools.export.assemble import assemble
from xltools.export.document import Document, Table
from xltools.report import Ref, Report

HUNDRED = Decimal(100)
FISCAL, ALL = Ref("summary", "1", "1"), Ref("summary", "27", "1")


@pytest.fixture(scope="module")
def printed() -> Report:
    return figures.load(FOLDER / "shanxi_2024" / "example.json")


@pytest.fixture(scope="module")
def exact() -> Report:
    return figures.load(FOLDER / "shanxi_2024" / "example_yuan.json")


def test_every_amount_prints_the_published_figure(printed: Report, exact: Report) -> None:
    assert exact.unit is Unit.YUAN
    for store in ("amounts", "last_year", "budget"):
        given = getattr(exact, store)
        assert {ref: to_wan(value) for ref, value in given.items()} == getattr(printed, store)
        assert all(value == round(value, PLACES) for value in given.values())
    assert (exact.lines, exact.titles, exact.reasons) == (printed.lines, printed.titles, printed.reasons)
    assert (exact.explanations, exact.cover) == (printed.explanations, printed.cover)


def test_it_reconciles_to_the_cent(exact: Report, printed: Report) -> None:
    found = check(exact)
    assert not found.tails
    assert {finding.rule.rpartition("-")[0] for finding in found.findings} == {"self_evaluation"}
    expected = [f.rule for f in check(printed).findings if f.rule.startswith("self_evaluation")]
    assert [finding.rule for finding in found.findings] == expected


def test_the_narrative_is_the_published_one(printed: Report, exact: Report) -> None:
    assert [one.text for one in narrate(exact)] == [one.text for one in narrate(printed)]


def _tables(report: Report) -> list[list[list[str]]]:
    edition = load(report.edition)
    document: Document = assemble(report, edition, narrate(report))
    tables = [block for block in document.blocks if isinstance(block, Table)]
    return [[[cell.text for cell in row] for row in (*table.header, *table.body)] for table in tables]


def test_the_exported_tables_are_the_published_ones(printed: Report, exact: Report) -> None:
    assert _tables(exact) == _tables(printed)


def test_the_share_of_appropriations_is_computed_not_closed(printed: Report, exact: Report) -> None:
    percent = divide(exact.amounts[FISCAL], exact.amounts[ALL], 2, times=HUNDRED)
    assert str(percent) == "99.99"
    wide = divide(printed.amounts[FISCAL], printed.amounts[ALL], 2, times=HUNDRED)
    assert str(wide) == "100.00", "from the printed figures only the closing to 100 gives 99.99"


def test_as_a_workbook_every_total_is_a_formula_and_nothing_is_found(exact: Report, tmp_path: Path) -> None:
    path = tmp_path / "元.xlsx"
    write(path, exact)
    reading = read(path)
    assert reading.report.amounts == exact.amounts and reading.report.unit is Unit.YUAN
    assert reading.formulas is not None
    assert {Ref("summary", "27", "1"), Ref("expenditure", "201", "1")} <= reading.formulas.keys()
    rules = {finding.rule.rpartition("-")[0] for finding in check(reading).findings}
    assert rules == {"self_evaluation"}
