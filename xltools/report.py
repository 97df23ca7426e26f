"""Ref and Report: amounts by form, line and column, plus what is known of the unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xltools.amount import ZERO, Unit

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "合计"
"""The line of totals in the forms whose lines are codes."""


class Ref(NamedTuple):
    """One figure in the field's own coordinates: form id, 行次 or 科目代码 or 合计, 栏次."""

    form: str
    line: str
    column: str

    def __str__(self) -> str:
        return f"{self.form}[{self.line},{self.column}]"


class Place(NamedTuple):
    """Where a figure stands in a workbook: sheet name and A1 address."""

    sheet: str
    cell: str


@dataclass(slots=True)
class Indicator:
    """One row of 项目支出绩效指标. Texts as printed; ``weight`` and ``score`` in points."""

    level1: str
    level2: str
    name: str
    sign: str = ""
    unit: str = ""
    initial: str = ""
    target: str = ""
    actual: str = ""
    weight: Decimal | None = None
    score: Decimal | None = None
    reason: str = ""


@dataclass(slots=True)
class Fund:
    """One row of 项目资金: ``name`` is 资金总额 or the source; amounts in the report's unit."""

    name: str
    declared: Decimal | None = None
    budgeted: Decimal | None = None
    adjusted: Decimal | None = None
    executed: Decimal | None = None
    carryover: Decimal | None = None
    rate: Decimal | None = None
    score: Decimal | None = None
    reason: str = ""


@dataclass(slots=True)
class SelfEvaluation:
    """One 项目支出绩效自评表. ``funds[0]`` is 资金总额; ``analysis`` maps heading → prose."""

    project: str = ""
    department: str = ""
    entity: str = ""
    funds: list[Fund] = field(default_factory=list)
    goal: str = ""
    achievement: str = ""
    indicators: list[Indicator] = field(default_factory=list)
    total: Decimal | None = None
    grade: str = ""
    analysis: dict[str, str] = field(default_factory=dict)


NARRATIVE = "narrative"
"""Form id of places in 情况说明: Ref(NARRATIVE, sentence key, "text")."""
EVALUATION = "self_evaluation"
"""Form id of the figures of a 自评 form."""


@lru_cache(maxsize=8_192)
def evaluation_ref(number: int, part: str, column: str) -> Ref:
    """The place of a figure or text in the ``number``-th 自评 form (from 1).

    ``part`` is ``fund1`` (资金总额), ``fund2`` …, ``indicator1`` …, ``total``, ``grade``, ``head``,
    ``goal``, ``achievement`` or ``analysis:<heading>``; ``column`` is the field name of Fund or
    Indicator, ``project``, ``department``, ``entity`` of the head, else ``text``.
    """
    return Ref(EVALUATION, f"{number}.{part}", column)


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percentage of the figure ``ref`` that stands as a value at ``place``, as printed (two places):
    ``measure`` is share (of its total), rate (change against last year) or completion (of the budget)."""

    ref: Ref
    measure: str
    value: Decimal
    place: Place


@dataclass(slots=True)
class Cover:
    """封面. ``kind`` is 行政单位, 参照公务员法管理事业单位, 公益一类事业单位 … or "" when not known;
    ``scope`` is 单位决算 or 部门决算."""

    entity: str = ""
    code: str = ""
    year: int | None = None
    kind: str = ""
    scope: str = ""
    prepared_by: str = ""
    reviewed_by: str = ""


@dataclass(slots=True)
class Report:
    """All figures of one entity and year. A blank is an absent key; 0 is present.

    ``lines`` lists, per form whose lines are codes, the codes in the order printed (合计 is not listed).
    ``places`` tells where each figure stands (empty unless read from a workbook). ``last_year`` and
    ``budget`` hold figures to compare with, in the same coordinates. ``texts``, ``reasons`` and
    ``explanations`` are the accountant's prose by key (``finding.explanation_key`` for the last).
    """

    edition: str
    unit: Unit = Unit.WAN
    cover: Cover = field(default_factory=Cover)
    amounts: dict[Ref, Decimal] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    last_year: dict[Ref, Decimal] = field(default_factory=dict)
    budget: dict[Ref, Decimal] = field(default_factory=dict)
    self_evaluations: list[SelfEvaluation] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)
    places: dict[Ref, Place] = field(default_factory=dict)

    def get(self, ref: Ref) -> Decimal:
        """The figure at ``ref``; a blank counts as exactly 0."""
        return self.amounts.get(ref, ZERO)

    def to_frame(self) -> pd.DataFrame:
        """A tidy pandas table: form, line, title, column, amount (text of a decimal), sheet, cell."""
        import pandas as pd

        rows = []
        for ref, value in self.amounts.items():
            place = self.places.get(ref, Place("", ""))
            rows.append((*ref, self.titles.get(ref.line, ""), str(value), place.sheet, place.cell))
        names = ["form", "line", "column", "title", "amount", "sheet", "cell"]
        return pd.DataFrame(rows, columns=names)[
            ["form", "line", "title", "column", "amount", "sheet", "cell"]
        ]

    def replaced(self, changes: Mapping[Ref, Decimal | None]) -> Report:
        """A copy with some figures changed (None blanks one); nothing else is copied deeply."""
        amounts = dict(self.amounts)
        for ref, value in changes.items():
            if value is None:
                amounts.pop(ref, None)
            else:
                amounts[ref] = value
        return replace(self, amounts=amounts)
