"""The Shanxi example as a Document: real tables from its figures, the narrative as it was printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xltools.editions import FOLDER, load
from xltools.export.assemble import assemble
from xltools.export.document import Document
from xltools.figures import load as load_figures
from xltools.report import Report

HERE = Path(__file__).parent
_LEVELS = (r"[一二三四五六七八九十]+、", r"（[一二三四五六七八九十]+）", r"\d、(?=.{2,14}$)")


@dataclass(frozen=True)
class Printed:
    """One paragraph of the printed 情况说明 below its headings."""

    key: str
    headings: tuple[str, ...]
    text: str


def printed_sentences() -> Iterator[Printed]:
    """第三部分 of the example, paragraph by paragraph."""
    text = (HERE / "sample_narrative.txt").read_text(encoding="utf-8")
    keys = {"一": "summary", "二": "revenue", "三": "expenditure", "九": "three_public"}
    path: tuple[str, ...] = ()
    for line in text.split("第四部分")[0].splitlines()[1:]:
        level = next((n for n, pattern in enumerate(_LEVELS) if re.match(pattern, line)), None)
        if level is not None and len(line) < 40:
            path = (*path[:level], line)
        else:
            yield Printed(keys.get(path[0][0], f"other-{path[0][0]}"), path, line)


@lru_cache
def report() -> Report:
    """The figures of the example."""
    return load_figures(FOLDER / "shanxi_2024" / "example.json")


@lru_cache
def document(draft: bool = False) -> Document:
    """The whole disclosure of the example."""
    errors = ("公开03表 支出决算表 合计：本年支出合计 319.74 ≠ 基本支出 313.52 + 项目支出 6.12，差 0.10。",)
    sentences = list(printed_sentences())
    return assemble(report(), load("shanxi_2024"), sentences, draft=draft, errors=errors if draft else ())
