"""Small editions and reports for tests of the rules: two forms, equations of the test's own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.example import example as printed_example
from xltools.amount import Unit
from xltools.editions import Edition, Rule, When, load
from xltools.editions.equation import parse
from xltools.report import Cover, Place, Ref, Report
from xltools.rules import Checked, Evidence, check


def ref(text: str) -> Ref:
    """``summary[27,1]`` as a Ref; ``last_year.`` and ``budget.`` stay in the form id."""
    (operand,) = parse(f"{text} = 0").left
    return Ref(operand.form, operand.lines, operand.columns)


def example(changes: dict[str, str | None] | None = None, **fields: Any) -> Report:
    """The Shanxi example with some figures changed (None blanks one) and fields replaced."""
    report = printed_example()
    values = {ref(name): None if v is None else Decimal(v) for name, v in (changes or {}).items()}
    return replace(report.replaced(values), **fields)


def rule(*equations: str, **fields: Any) -> Rule:
    """A rule of these equations, 逻辑性 unless told otherwise."""
    data: dict[str, Any] = {
        "id": "test-01",
        "title": "试",
        "kind": "逻辑性",
        "basis": "据",
        "explanation": "释",
    }
    when = When(**fields.pop("when", {}))
    return Rule(**{**data, **fields, "equations": equations, "when": when})


def edition(*rules: Rule) -> Edition:
    """Shanxi's forms and lists with only these rules and no self-evaluation."""
    return replace(load(), rules=rules, self_evaluation=None)


def report(amounts: dict[str, str], unit: Unit = Unit.WAN, **fields: Any) -> Report:
    """A report with just these figures; ``last_year.`` and ``budget.`` names go where they belong."""
    made = Report("shanxi_2024", unit, Cover("单位", "1", 2024), **fields)
    for name, value in amounts.items():
        scope, _, form = ref(name).form.rpartition(".")
        target = {"": made.amounts, "last_year": made.last_year, "budget": made.budget}[scope]
        target[ref(name)._replace(form=form)] = Decimal(value)
    return made


def placed(made: Report, sheet: str = "表", column: str = "C") -> Report:
    """``made`` with every figure on a sheet, one row each."""
    made.places = {one: Place(sheet, f"{column}{row}") for row, one in enumerate(made.amounts, 1)}
    return made


def outcome(amounts: dict[str, str], *rules: Rule, unit: Unit = Unit.WAN, **fields: Any) -> Checked:
    """The check of a few figures by a few rules."""
    evidence = fields.pop("evidence", Evidence())
    return check(report(amounts, unit, **fields), edition(*rules), evidence)
