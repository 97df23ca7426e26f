"""Editions: what one year and one place prescribe. ``load("shanxi_2024")`` gives one, compiled.

The text sources (TOML, CSV) lie in one folder per edition; ``schema.build`` validates them and
``schema.compile_all`` writes the compiled form that ``load`` reads, without pydantic.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from xltools.editions.equation import Constraint, Equation, parse
from xltools.editions.expansion import Shapes, expand
from xltools.errors import XltoolsError
from xltools.report import TOTAL, Ref

FOLDER = Path(__file__).parent
DEFAULT = "shanxi_2024"
_FORBID = {"extra": "forbid"}


class Slot(NamedTuple):
    """A cell of a form's printed body that holds an amount. ``row`` and ``at`` count from 0 within the
    body; ``dash`` is what is printed where the form forbids an amount (———)."""

    row: int
    at: int
    line: str
    column: str
    dash: str = ""


@dataclass(frozen=True)
class Line:
    """``title`` as printed; ``name`` without numbering (一、 or （一）); ``row`` in the body;
    ``count``: its figures are numbers of things, no amounts (a tuple has a ``count`` of its own)."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    id: str
    title: str
    name: str
    row: int
    count: bool = False


class Column(NamedTuple):
    """``path`` are the headings from top to bottom; ``title`` is how messages call the column."""

    id: str
    title: str
    path: tuple[str, ...]
    at: int


@dataclass(frozen=True)
class Form:
    """One table. ``header`` and ``body`` are the printed grids, cell by cell: "<" is merged with the
    cell to the left, "^" with the cell above; in the body ``{line,column}`` is an amount.

    ``kind`` is "grid" (all lines printed) or "codes" (``body`` is the 合计 row, then one row that
    repeats per code: ``{code}``, ``{title}``, ``{*,n}``).
    """

    __pydantic_config__: ClassVar[Any] = _FORBID
    id: str
    number: str
    title: str
    kind: str
    entity_label: str
    unit_label: str
    orientation: str
    header: tuple[tuple[str, ...], ...]
    body: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    notes: tuple[str, ...]
    empty_note: str = ""
    source: str = ""
    slots: tuple[Slot, ...] = ()
    lines: tuple[Line, ...] = ()
    columns: tuple[Column, ...] = ()

    @cached_property
    def line_ids(self) -> tuple[str, ...]:
        """Lines in reading order: 行次, codes or 合计."""
        return tuple(line.id for line in self.lines)

    @cached_property
    def column_ids(self) -> tuple[str, ...]:
        """栏次 in order."""
        return tuple(column.id for column in self.columns)

    @cached_property
    def cell_ids(self) -> frozenset[tuple[str, str]]:
        """Every (line, column) that is printed (forms of kind "grid")."""
        return frozenset((slot.line, slot.column) for slot in self.slots)

    @cached_property
    def slot_of(self) -> Mapping[tuple[str, str], Slot]:
        """Slots by (line, column)."""
        return {(slot.line, slot.column): slot for slot in self.slots}

    @cached_property
    def line_of(self) -> Mapping[str, Line]:
        """Lines by id."""
        return {line.id: line for line in self.lines}

    @cached_property
    def column_of(self) -> Mapping[str, Column]:
        """Columns by id."""
        return {column.id: column for column in self.columns}

    @property
    def width(self) -> int:
        """Number of grid columns."""
        return len(self.header[0])

    @property
    def name(self) -> str:
        """Number and title as messages give them: 公开03表 支出决算表."""
        return f"{self.number} {self.title}"


class When(NamedTuple):
    """Condition of a rule; all parts that are given must hold.

    ``kinds`` and ``scopes``: what 封面 says. ``given``: "last_year" or "budget" figures for the cells
    named are there. ``present``: lines that must be printed (``general[2080505,1]``). ``holds``: an
    equation or inequality that the printed figures must meet to the letter.
    """

    kinds: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    given: str = ""
    present: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One 勾稽关系. ``equations`` in the little language, or ``check`` naming a function of rules.py.

    ``kind`` is 逻辑性 (must hold), 核实性 (explain) or 提示. ``exact``: the same figure printed twice.
    ``formula``: an equation of one figure within a form may compute that cell of the template.
    ``tolerance``: what is allowed in 万元 at least, where two systems round apart.
    ``source`` is the id of the identity in the field's collection; ``basis`` why it holds.
    """

    __pydantic_config__: ClassVar[Any] = _FORBID
    id: str
    title: str
    kind: str
    basis: str
    explanation: str
    source: str = ""
    equations: tuple[str, ...] = ()
    check: str = ""
    exact: bool = False
    formula: bool = True
    tolerance: Decimal = Decimal(0)
    when: When = When()  # noqa: RUF009 - it cannot change
    remedy: str = ""
    form: str = ""

    @cached_property
    def parsed(self) -> tuple[Equation, ...]:
        """The equations, parsed."""
        return tuple(parse(text) for text in self.equations)


class ClassCode(NamedTuple):
    """One of the 类 of 支出功能分类 with its line per form of lines."""

    code: str
    name: str
    lines: dict[str, str]


class Band(NamedTuple):
    """定性指标: a level of achievement earns between ``floor`` and ``cap`` of the weight (fractions)."""

    level: str
    floor: Decimal
    cap: Decimal
    includes_cap: bool = False


class Grade(NamedTuple):
    """``name`` is earned from ``floor`` points on."""

    name: str
    floor: Decimal


@dataclass(frozen=True)
class SelfEvaluationForm:
    """绩效自评: weights, bands, grades, and the wording of the printed form."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    title: str
    execution_weight: Decimal
    weights: dict[str, Decimal]
    bands: tuple[Band, ...]
    grades: tuple[Grade, ...]
    unfilled_cost_cap: Decimal
    level1: tuple[str, ...]
    level2: dict[str, tuple[str, ...]]
    analysis: tuple[str, ...]
    notes: tuple[str, ...]
    fund_columns: tuple[str, ...]
    indicator_columns: tuple[str, ...]


@dataclass(frozen=True)
class Edition:
    """One year and place. ``forms`` in printed order; ``function_codes`` code → name (not complete: an
    unknown code is a hint); ``unguarded`` cells → why no rule guards them; ``not_encoded`` identities of
    the field's collection → why no rule states them."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    id: str
    title: str
    year: int
    extends: str
    kinds: tuple[str, ...]
    scopes: tuple[str, ...]
    forms: dict[str, Form]
    classes: tuple[ClassCode, ...]
    function_codes: dict[str, str]
    rules: tuple[Rule, ...]
    unguarded: dict[str, str]
    self_evaluation: SelfEvaluationForm | None = None
    sections: dict[str, str] = field(default_factory=dict)
    not_encoded: dict[str, str] = field(default_factory=dict)

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What other rooms derive from the edition once; lives and dies with it."""
        return {}

    @cached_property
    def class_lines(self) -> dict[str, dict[str, str]]:
        """类 → form id → line."""
        return {item.code: item.lines for item in self.classes}

    @cached_property
    def class_names(self) -> dict[str, str]:
        """类 → name."""
        return {item.code: item.name for item in self.classes}

    @cached_property
    def rule_of(self) -> dict[str, Rule]:
        """Rules by id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def form_by_number(self) -> dict[str, Form]:
        """Forms by printed number: 公开03表."""
        return {form.number: form for form in self.forms.values()}

    def shapes(self, codes: Mapping[str, Sequence[str]]) -> Shapes:
        """What equations need to be expanded for a report that prints ``codes`` (form id → codes)."""
        return Shapes(self.forms, self.class_lines, codes)

    def constraints(self, rule: Rule, shapes: Shapes) -> Iterator[Constraint]:
        """The constraints of one rule for a report."""
        for equation in rule.parsed:
            yield from expand(equation, shapes, rule.id, rule.exact)

    def line_name(self, form_id: str, line: str, titles: Mapping[str, str] | None = None) -> str:
        """How messages call a line: «201 一般公共服务支出», «行次27 本年收入合计», «合计»."""
        form = self.forms[form_id]
        known = form.line_of.get(line)
        if form.kind == "codes":
            if line == TOTAL:
                return TOTAL
            title = (titles or {}).get(line) or self.function_codes.get(line, "")
            return f"{line} {title}".strip()
        if known is None:
            return line
        if len(form.lines) == 1:
            return ""
        if not line.isdigit():
            return known.name
        prefix = line if form.id == "basic" else f"行次{line}"
        return prefix if known.name == line else f"{prefix} {known.name}"

    def label(self, ref: Ref, titles: Mapping[str, str] | None = None) -> str:
        """«公开03表 201 一般公共服务支出 · 基本支出»."""
        scope, _, form_id = ref.form.rpartition(".")
        form = self.forms[form_id]
        prefix = {"last_year": "上年 ", "budget": "年初预算 "}.get(scope, "")
        line = self.line_name(form_id, ref.line, titles)
        column = form.column_of[ref.column].title if ref.column in form.column_of else ref.column
        where = f"{prefix}{form.number}"
        if not line:
            return f"{where} {column}".rstrip()
        return f"{where} {line} · {column}" if column else f"{where} {line}"


def names() -> list[str]:
    """The ids of all editions that come with the package."""
    return sorted(path.stem for path in (FOLDER / "compiled").glob("*.json"))


@lru_cache
def load(edition: str = DEFAULT) -> Edition:
    """The edition with this id. Raises XltoolsError naming the known ones when there is none."""
    path = FOLDER / "compiled" / f"{edition}.json"
    if edition not in names():
        raise XltoolsError(f"没有名为“{edition}”的版本。", f"可用的版本：{'、'.join(names())}。")
    from xltools.editions.compiled_form import from_dict

    return from_dict(json.loads(path.read_text(encoding="utf-8")))


def with_codes(edition: Edition, path: Path | str) -> Edition:
    """``edition`` knowing the function codes of a CSV file too (two columns: code, name), which win over
    its own. Raises XltoolsError, in a sentence that names the line, for a file that is no such list."""
    from xltools.editions.code_list import read

    return replace(edition, function_codes={**edition.function_codes, **read(Path(path))})
