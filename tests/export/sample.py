"""The Shanxi example as a Document: tables, narrative and annex, made from its figures."""

from __future__ import annotations

from functools import lru_cache

from xltools.editions import FOLDER, load
from xltools.export.assemble import assemble
from xltools.export.document import Document
from xltools.figures import load as load_figures
from xltools.narrative import write
from xltools.report import Report

ERRORS = ("公开03表 合计：本年支出合计 319.74 ≠ 基本支出 313.52 + 项目支出 6.12，差 0.10。",)


@lru_cache
def report() -> Report:
    """The figures of the example."""
    return load_figures(FOLDER / "shanxi_2024" / "example.json")


@lru_cache
def document(draft: bool = False) -> Document:
    """The whole disclosure of the example."""
    edition = load("shanxi_2024")
    sentences = write(report(), edition)
    return assemble(report(), edition, sentences, draft=draft, errors=ERRORS if draft else ())
