"""Every rule has cases that an accountant can read: tests/cases/<rule>.toml, each on the Shanxi example.

A case changes figures of the example (``set``, ``blank``, ``last_year``, ``budget``), the prose
(``texts``, ``reasons``), what 封面 says (``cover``), the
codes printed (``lines``), the self-evaluation (``funds``, ``indicators``, ``evaluation``), what the workbook
shows (``notes``, ``formulas``), and says what the rule must find: ``pass``, 错误, 核实 or 提示.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.example import example
from xltools.amount import Unit
from xltools.editions import load
from xltools.report import Ref, Report
from xltools.rules import Evidence, check

CASES = Path(__file__).parent / "cases"


def ref(text: str) -> Ref:
    match = re.fullmatch(r"([a-z_.]+)\[([^,]+),([^\]]+)\]", text)
    assert match, text
    return Ref(*match.groups())


def report_of(case: dict[str, Any]) -> Report:
    report = example()
    if "unit" in case:
        report.unit = Unit(case["unit"])
    for text, value in case.get("set", {}).items():
        report.amounts[ref(text)] = Decimal(value)
    for text in case.get("blank", []):
        report.amounts.pop(ref(text), None)
    for text, value in case.get("last_year", {}).items():
        report.last_year[ref(text)] = Decimal(value)
    for text, value in case.get("budget", {}).items():
        report.budget[ref(text)] = Decimal(value)
    report.texts |= case.get("texts", {})
    report.reasons |= case.get("reasons", {})
    for name, value in case.get("cover", {}).items():
        setattr(report.cover, name, value)
    report.lines.update(case.get("lines", {}))
    report.titles.update(case.get("titles", {}))
    _change_evaluation(report, case)
    return report


def _change_evaluation(report: Report, case: dict[str, Any]) -> None:
    form = report.self_evaluations[0]
    for group, rows in (("funds", form.funds), ("indicators", form.indicators)):
        for number, changes in case.get(group, {}).items():
            for name, value in changes.items():
                row = rows[int(number) - 1]
                number_like = name not in {
                    "level1",
                    "level2",
                    "name",
                    "target",
                    "actual",
                    "initial",
                    "reason",
                }
                setattr(row, name, Decimal(value) if number_like else value)
    for name, value in case.get("evaluation", {}).items():
        setattr(form, name, Decimal(value) if name == "total" else value)
    form.analysis.update(case.get("analysis", {}))


def evidence_of(case: dict[str, Any]) -> Evidence:
    formulas = {ref(text): "=" for text in case["formulas"]} if "formulas" in case else None
    notes = {form: tuple(texts) for form, texts in case["notes"].items()} if "notes" in case else None
    return Evidence(formulas=formulas, notes=notes)


def all_cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        for number, case in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["case"], 1):
            found.append(pytest.param(path.stem, case, id=f"{path.stem}-{number}"))
    return found


@pytest.mark.parametrize(("rule", "case"), all_cases())
def test_case(rule: str, case: dict[str, Any]) -> None:
    outcome = check(report_of(case), load(), evidence_of(case))
    found = [finding for finding in outcome.findings if finding.rule == rule]
    if case["expect"] == "pass":
        assert found == []
        assert rule not in {item.rule for item in outcome.not_checked}
        return
    assert case["expect"] in {finding.severity.value for finding in found}, case["name"]
    if "says" in case:
        assert any(case["says"] in finding.message for finding in found), [f.message for f in found]


@pytest.mark.parametrize("rule", [rule.id for rule in load().rules])
def test_every_rule_has_a_case_that_passes_and_one_that_fails(rule: str) -> None:
    path = CASES / f"{rule}.toml"
    assert path.exists(), f"no cases for {rule}"
    expected = {case["expect"] for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]}
    assert "pass" in expected
    assert expected - {"pass"}
