"""What the sheets of an export hold, as the edition says it: ``imports.toml``, read and made sure of.

Own entries of an edition come before those of the edition that it extends.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from xltools.editions import FOLDER, Edition, load
from xltools.errors import XltoolsError
from xltools.report import Ref
from xltools.workbook.labels import bare, key, short

Path_ = tuple[str, ...]
"""Headings from above down, as keys."""
Patterns = tuple[Path_, ...]
_KEYS = ("totals", "blanks", "names", "codes")
_REF = re.compile(r"(\w+)\[([^,\]]+),(\w+)\]")


@dataclass(frozen=True, slots=True)
class Budget:
    """Figures of a block that are a budget: heading of the column, where they go, the line of the total."""

    form: str
    column: str
    total: str
    heading: Patterns


@dataclass(frozen=True, slots=True)
class Block:
    """One of several tables side by side: the row it is known by, its columns, other names of its lines (""
    for a row that no form prints)."""

    anchor: str
    columns: Mapping[str, Patterns]
    aliases: Mapping[str, str]
    budget: Budget | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Where the figures of a row of 机构运行信息表 go: a Ref, or the key of a fact."""

    planned: Ref | str = ""
    actual: Ref | str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One sheet. ``layout``: "codes" (a line per 科目代码), "lines" (rows by name, tables side by side),
    "wide" (economic classification across), "rows" (single rows)."""

    form: str
    layout: str
    titles: tuple[str, ...]
    number: str
    columns: Mapping[str, Patterns] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    rows: Mapping[str, Row] = field(default_factory=dict)
    planned: Patterns = ()
    actual: Patterns = ()
    unused: Patterns = ()
    unused_blocks: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> frozenset[str]:
        """Every heading that is named."""
        groups = [*self.columns.values(), self.planned, self.actual, self.unused]
        for block in self.blocks:
            groups += block.columns.values()
        return frozenset(text for patterns in groups for path in patterns for text in path)


@dataclass(frozen=True, slots=True)
class Plans:
    """All that is known of exports."""

    sheets: tuple[Plan, ...]
    totals: frozenset[str]
    blanks: frozenset[str]
    names: frozenset[str]
    codes: frozenset[str]
    others: tuple[str, ...]
    sums: Mapping[str, tuple[str, ...]]


@lru_cache
def plans(edition: str) -> Plans:
    """The plans of an edition. Raises XltoolsError where it has none."""
    found = list(_sources(load(edition)))
    if not found:
        raise XltoolsError(f"版本“{edition}”没有决算软件导出表的说明。", "请从已公开的工作簿导入。")
    merged: dict[str, Any] = {}
    for data in reversed(found):
        merged |= {name: value for name, value in data.items() if name != "sheets"}
    sheets = [_plan(sheet, load(edition)) for data in found for sheet in data.get("sheets", [])]
    totals, blanks, names, codes = (frozenset(map(key, merged[name])) for name in _KEYS)
    return Plans(
        tuple(sheets),
        totals,
        blanks,
        names,
        codes,
        tuple(map(key, merged["others"])),
        {name: tuple(parts) for name, parts in merged.get("sums", {}).items()},
    )


def _sources(edition: Edition) -> Iterator[dict[str, Any]]:
    name = edition.id
    while name:
        path: Path = FOLDER / name / "imports.toml"
        if path.is_file():
            yield tomllib.loads(path.read_text(encoding="utf-8"))
        name = load(name).extends


def _plan(data: Mapping[str, Any], edition: Edition) -> Plan:
    return Plan(
        form=data["form"],
        layout=data["layout"],
        titles=tuple(map(key, data["titles"])),
        number=key(data["number"]),
        columns=_columns(data.get("columns", {})),
        blocks=tuple(_block(one) for one in data.get("blocks", ())),
        rows={short(key(name)): _row(row, edition) for name, row in data.get("rows", {}).items()},
        planned=patterns(data.get("planned", ())),
        actual=patterns(data.get("actual", ())),
        unused=patterns(data.get("unused", ())),
        unused_blocks=frozenset(bare(key(name)) for name in data.get("unused_blocks", ())),
        skip=frozenset(key(name) for name in data.get("skip", ())),
        aliases=_aliases(data.get("aliases", {})),
    )


def _block(data: Mapping[str, Any]) -> Block:
    budget = data.get("budget")
    return Block(
        bare(key(data["anchor"])),
        _columns(data["columns"]),
        _aliases(data.get("aliases", {})),
        Budget(**{**budget, "heading": patterns(budget["heading"])}) if budget else None,
    )


def _columns(data: Mapping[str, Sequence[str]]) -> dict[str, Patterns]:
    return {column: patterns(texts) for column, texts in data.items()}


def _aliases(data: Mapping[str, str]) -> dict[str, str]:
    return {bare(key(name)): line for name, line in data.items()}


def patterns(texts: Sequence[str]) -> Patterns:
    """Headings written "本年支出/基本支出", as paths."""
    return tuple(tuple(map(key, text.split("/"))) for text in texts)


def _row(data: Mapping[str, str], edition: Edition) -> Row:
    return Row(*(_target(data.get(name, ""), edition) for name in ("planned", "actual")))


def _target(text: str, edition: Edition) -> Ref | str:
    match = _REF.fullmatch(text)
    if match is None:
        return text
    ref = Ref(*match.groups())
    # A table that this edition does not publish is not asked for.
    return ref if ref.form in edition.forms else ""
