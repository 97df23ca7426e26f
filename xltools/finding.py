"""Finding and Severity, and how a finding is worded.

A finding is data: rule, severity, cells and facts. The accountant's sentence is made here, once, and
serves the cell's note, the sheet 审核结果, the terminal, HTML and JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from xltools.report import Place, Ref


class Severity(StrEnum):
    """错误: no rounding explains it. 核实: needs the accountant's word. 提示: worth knowing."""

    ERROR = "错误"
    VERIFY = "核实"
    HINT = "提示"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that a finding speaks of. ``label`` is what the accountant calls it:
    «公开03表 支出决算表 201 一般公共服务支出 · 基本支出»; ``value`` the text as printed ("" when blank)."""

    label: str
    value: str = ""
    ref: Ref | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cell that is probably wrong. ``suggested`` are values in order of plausibility, as printed text
    ("" means: leave blank); ``why`` the mechanism in Chinese; ``confidence`` between 0 and 1;
    ``resolves`` how many broken identities vanish with it."""

    cell: Cell
    suggested: tuple[str, ...]
    why: str
    confidence: float
    resolves: int = 0
    proof: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``cells[0]`` is the place to look at first. ``facts`` feed the wording ``kind``
    in WORDING; ``gap`` and ``allowed`` are in the report's unit."""

    rule: str
    severity: Severity
    title: str
    kind: str
    cells: tuple[Cell, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    gap: Decimal | None = None
    allowed: Decimal | None = None
    basis: str = ""
    remedy: str = ""
    group: str = ""

    @property
    def message(self) -> str:
        """The sentence for the accountant: place, figures, difference, what to do."""
        return word(self)


WORDING: dict[str, str] = {}
"""Wordings by kind of finding; the fields in braces are facts."""


def word(finding: Finding) -> str:
    """The one wording of ``finding``."""
    text = WORDING[finding.kind].format_map(finding.facts)
    place = f"{finding.cells[0].label}：" if finding.cells else ""
    return f"{place}{text}{finding.remedy}"
