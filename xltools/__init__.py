"""Checked, published departmental final accounts (部门/单位决算公开) from an Excel workbook.

    reading = xltools.read("2024决算.xlsx")
    outcome = xltools.check(reading)
    if outcome.verdict != "错误":
        xltools.export(reading, "公开")

The rooms behind are imported when they are needed: ``import xltools`` costs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xltools.narrative import Sentence
    from xltools.report import Report
    from xltools.rules import Checked, Evidence
    from xltools.workbook.read import Reading

__all__ = ["check", "explain", "export", "narrate", "read", "write"]


def read(path: str | Path, edition: str | None = None) -> Reading:
    """The figures of a workbook (.xlsx, .xlsm, .xls, .ods) or of a figures file (.json).

    Trouble in the user's cells is part of the result; XltoolsError is raised for a file that cannot be
    opened or in which nothing is recognised.
    """
    if str(path).lower().endswith(".json"):
        return _read_figures(Path(path), edition)
    from xltools.workbook.read import read as read_workbook

    return read_workbook(path, edition)


def _read_figures(path: Path, edition: str | None) -> Reading:
    from xltools import figures
    from xltools.editions import load
    from xltools.workbook.read import Reading

    report = figures.load(path)
    if edition:
        report.edition = edition
    return Reading(report, load(report.edition))


def write(path: str | Path, report: Report, overwrite: bool = False) -> None:
    """A standard workbook filled with ``report``. Raises XltoolsError when the file exists already."""
    from xltools.editions import load
    from xltools.workbook.template import create

    create(path, load(report.edition), report, overwrite=overwrite)


def check(source: Reading | Report, codes: str | None = None) -> Checked:
    """All findings on a workbook that was read, or on figures alone.

    ``codes`` is a CSV file of the user's own function codes (code, name).
    """
    from xltools.editions import load
    from xltools.report import Report
    from xltools.rules import Evidence
    from xltools.rules import check as check_report

    if isinstance(source, Report):
        edition, report, evidence = load(source.edition), source, Evidence()
    else:
        edition, report, evidence = source.edition, source.report, _evidence(source)
    if codes:
        from xltools.editions import with_codes

        edition = with_codes(edition, codes)
    return check_report(report, edition, evidence)


def _evidence(reading: Reading) -> Evidence:
    from xltools.rules import Evidence

    return Evidence(
        formulas=reading.formulas,
        unrounded=reading.unrounded,
        notes=reading.notes if reading.sheets else None,
        missing=reading.missing,
        percentages=reading.percentages,
        codes=reading.codes,
        troubles=tuple(reading.troubles),
        not_checked=tuple(reading.not_checked),
    )


def narrate(report: Report) -> list[Sentence]:
    """The sentences of 情况说明 that the figures give, the accountant's own prose in place."""
    from xltools.editions import load
    from xltools.narrative import write as write_sentences

    return write_sentences(report, load(report.edition))


def export(
    reading: Reading,
    folder: str | Path,
    formats: Sequence[str] = ("docx", "pdf", "html", "xlsx"),
    draft: bool = False,
) -> list[Path]:
    """The published documents in ``folder``. Raises XltoolsError where the gate is closed (see ``gate``)."""
    from xltools.export.publish import publish

    return publish(reading.report, check(reading), reading.edition, Path(folder), formats, draft=draft)


def explain(reading: Reading, cell: str) -> list[str]:
    """What is known of one cell: the identities it takes part in, with figures, and its interval."""
    from xltools.rules import explain as explain_cell

    return explain_cell(reading.report, cell, reading.edition, _evidence(reading))


class _Face(ModuleType):
    """This module. Importing the room ``xltools.export`` would put it in the place of the verb ``export``."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
