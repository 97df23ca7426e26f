"""Findings: their wording, the key of an 出错说明, and what is asked again when figures change."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.rules.small import example
from tests.test_cases import all_cases, evidence_of, report_of
from xltools.editions import load
from xltools.finding import (
    CHANGED,
    WORDING,
    Cell,
    Finding,
    Severity,
    explanation,
    explanation_key,
    is_explained,
)
from xltools.narrative import wording as narrative_wording
from xltools.report import Place, Ref
from xltools.rules import check

PACKAGE = Path(__file__).parent.parent / "xltools"
OTHER_ROOMS = ("reading_", "narrative_")
CELL = Cell("公开03表 合计 · 基本支出", "6.12", Ref("expenditure", "合计", "2"), Place("公开03表", "D7"))


def finding(*cells: Cell, **changes: Any) -> Finding:
    return replace(Finding("x-01", Severity.VERIFY, "试", "zero", cells, {"value": "1.00"}), **changes)


# --- severity


def test_severities_have_an_order() -> None:
    assert [severity.rank for severity in (Severity.ERROR, Severity.VERIFY, Severity.HINT)] == [0, 1, 2]
    assert [severity.value for severity in Severity] == ["错误", "核实", "提示"]


# --- wording


def test_the_place_stands_first_and_the_advice_last() -> None:
    worded = finding(CELL, remedy="请删去。")
    assert worded.message == "公开03表 合计 · 基本支出（D7）：这里不应有数，现为 1.00。请删去。"


@pytest.mark.parametrize("place", [None, Place("公开03表", "")])
def test_a_place_without_an_address_is_left_out(place: Place | None) -> None:
    assert (
        finding(CELL._replace(place=place)).message == "公开03表 合计 · 基本支出：这里不应有数，现为 1.00。"
    )


def test_a_finding_without_cells() -> None:
    assert finding().message == "这里不应有数，现为 1.00。"


def test_text_of_the_user_is_no_template() -> None:
    hostile = finding(CELL._replace(label="{value} {0} %s"), facts={"value": "{name}"})
    assert hostile.message.startswith("{value} {0} %s（公开03表 D7）：这里不应有数，现为 {name}。")


@pytest.mark.parametrize("kind", sorted(WORDING))
def test_every_wording_is_chinese_and_used(kind: str) -> None:
    text = WORDING[kind]
    assert re.search(r"[\u3000-\u9fff]", text)
    assert not re.search(r"[,;:!?](?![0-9])", text), "half-width punctuation"
    assert text.endswith(("。", "{consequence}。"))
    source = PACKAGE / "narrative" if kind in narrative_wording.WORDING and "narrative" in kind else PACKAGE
    names = {kind, kind.removeprefix("reading_")}
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in source.rglob("*.py") if path.name != "finding.py"
    )
    assert any(re.search(rf"[\"']{name}[\"']", code) for name in names), f"no room finds {kind}"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.usefixtures("alone")
def test_the_cases_of_the_rules_word_nearly_every_kind() -> None:
    """What is found in the cases is worded with all its facts; kinds that no case shows are listed here."""
    seen = set()
    for parameters in all_cases():
        _, case = parameters.values
        for found in check(report_of(case), load(), evidence_of(case)).findings:
            assert fields(WORDING[found.kind]) <= set(found.facts), found.kind
            assert found.message
            seen.add(found.kind)
    rest = {kind for kind in WORDING if not kind.startswith(OTHER_ROOMS)} - seen
    assert rest <= {
        # Tested in tests/rules: in 元, with negative figures, or in a report without figures.
        "convention", "equality_exact", "inequality_exact", "inequality_negative", "joint", "joint_single",
        "no_figures", "score_unclear", "sign_sum", "line_zero", "counterpart_expenditure", "code_order",
        "score_missing", "code_no_name", "repeated_close", "percentage", "unit_cover",
    }  # fmt: skip


# --- explanations

BEFORE = finding(CELL)
AFTER = finding(CELL._replace(value="6.22"))


def test_an_explanation_belongs_to_rule_place_and_figures() -> None:
    assert explanation_key(BEFORE) == "x-01|expenditure[合计,2]|6.12"
    two = finding(CELL, CELL._replace(value=""))
    assert explanation_key(two) == "x-01|expenditure[合计,2]|6.12,"
    nameless = finding(CELL._replace(ref=None))
    assert explanation_key(nameless) == "x-01|公开03表 合计 · 基本支出|6.12"
    assert explanation_key(finding()) == "x-01||1.00"


def test_where_a_figure_stands_does_not_matter() -> None:
    moved = finding(CELL._replace(place=Place("别的表", "Z99")))
    assert explanation_key(moved) == explanation_key(BEFORE)


def test_an_explanation_is_asked_again_when_the_figures_change() -> None:
    typed = {explanation_key(BEFORE): "按合同支付"}
    assert explanation(BEFORE, typed) == "按合同支付"
    assert is_explained(BEFORE, typed)
    assert explanation(AFTER, typed) == f"{CHANGED}按合同支付"
    assert not is_explained(AFTER, typed)
    # Confirmed for the new figures.
    typed[explanation_key(AFTER)] = "仍按合同支付"
    assert is_explained(AFTER, typed)


def test_what_was_marked_as_changed_is_marked_once() -> None:
    typed = {explanation_key(BEFORE): f"{CHANGED}按合同支付"}
    assert explanation(AFTER, typed) == f"{CHANGED}按合同支付"
    assert not is_explained(BEFORE, typed)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_blank_explains_nothing(text: str) -> None:
    assert not is_explained(BEFORE, {explanation_key(BEFORE): text})


def test_a_blank_for_the_new_figures_keeps_the_old_words_in_sight() -> None:
    typed = {explanation_key(AFTER): "", explanation_key(BEFORE): "按合同支付"}
    assert explanation(AFTER, typed) == f"{CHANGED}按合同支付"


def test_explanations_of_other_places_are_not_taken() -> None:
    other = finding(CELL._replace(ref=Ref("expenditure", "合计", "21")))
    typed = {explanation_key(other): "别处", "x-011|expenditure[合计,2]|6.12": "别的规则"}
    assert explanation(BEFORE, typed) == ""
    assert not is_explained(BEFORE, typed)


def test_bars_in_the_figures_do_not_confuse() -> None:
    """自评 quotes texts of the form, which may hold anything."""
    one, other = finding(CELL._replace(value="甲|乙")), finding(CELL._replace(value="甲|丙"))
    typed = {explanation_key(one): "说明"}
    assert is_explained(one, typed)
    assert explanation(other, typed) == f"{CHANGED}说明"


def test_every_finding_that_wants_a_word_has_a_key_of_its_own() -> None:
    report = example({"summary[8,1]": "-0.02", "three_public[1,7]": "5.00"})
    report.cover.kind = "行政单位"
    wanting = [f for f in check(report).findings if f.severity is Severity.VERIFY]
    assert len(wanting) > 6
    assert len({explanation_key(f) for f in wanting}) == len(wanting)


def test_gaps_are_decimals_in_the_unit_of_the_report() -> None:
    found = next(f for f in check(example({"summary[27,1]": "325.82"})).findings if f.gap)
    assert isinstance(found.gap, Decimal) and isinstance(found.allowed, Decimal)
    assert found.gap > found.allowed
