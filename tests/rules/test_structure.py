"""Checks of the forms that are no equations: codes, empty lines and notes, places, totals typed over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.small import example, outcome, ref, report, rule
from xltools.amount import Unit
from xltools.editions import Rule, load
from xltools.finding import Finding
from xltools.report import Report
from xltools.rules import Evidence, check

pytestmark = pytest.mark.usefixtures("alone")
SHANXI = load()


def only(name: str, form: str = "", kind: str = "逻辑性") -> Rule:
    """A rule that is one check."""
    return replace(rule(id=f"{name}-01", kind=kind), check=name, form=form)


def found(made: Report, one: Rule, evidence: Evidence | None = None) -> list[Finding]:
    """What one rule finds in a report."""
    edition = replace(SHANXI, rules=(one,), self_evaluation=None)
    return [f for f in check(made, edition, evidence).findings if f.rule == one.id]


def kinds(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.severity.value, finding.kind) for finding in findings]


# --- codes

TITLES = {"201": "一般公共服务支出", "20103": "政府办公厅（室）及相关机构事务", "2010301": "行政运行"}


def printed(codes: list[str], titles: dict[str, str] | None = None) -> list[Finding]:
    made = report({"general[合计,1]": "1.00"}, lines={"general": codes}, titles={**TITLES, **(titles or {})})
    return found(made, only("codes", "general"))


def test_a_sound_tree() -> None:
    assert printed(["201", "20103", "2010301"]) == []
    assert printed([]) == []


@pytest.mark.parametrize("code", ["2", "20", "2010", "201030", "20103011", "2O1", "２０１", "20103.0", ""])
def test_codes_have_three_five_or_seven_digits(code: str) -> None:
    findings = printed(["201", "20103", "2010301", code])
    assert kinds(findings) == [("错误", "code_form")]
    assert f"“{code}”" in findings[0].message


def test_a_code_stands_once() -> None:
    findings = printed(["201", "20103", "2010301", "2010301", "2010301"])
    assert kinds(findings) == [("错误", "code_twice")]
    assert "3 次" in findings[0].message


def test_codes_ascend_by_habit() -> None:
    assert kinds(printed(["201", "20103", "2010301", "201"])) == [("错误", "code_twice")]
    titles = {
        "208": "社会保障和就业支出",
        "20805": "行政事业单位养老支出",
        "2080505": "机关事业单位基本养老保险缴费支出",
    }
    codes = ["208", "20805", "2080505", "201", "20103", "2010301"]
    findings = printed(codes, titles)
    assert kinds(findings) == [("提示", "code_order")]
    assert "201 排在 2080505 之后" in findings[0].message


def test_parents_are_there() -> None:
    findings = printed(["2010301"])
    assert kinds(findings) == [("错误", "code_parent")] * 2
    assert [finding.facts["parent"] for finding in findings] == ["201", "20103"]


def test_departments_may_stop_at_the_middle_level() -> None:
    findings = printed(["201", "20103"])
    assert kinds(findings) == [("提示", "code_childless")]
    assert "20103 是款级科目" in findings[0].message


def test_names_are_held_against_the_list() -> None:
    findings = printed(["201", "20103", "2010301"], {"2010301": "行政运行费"})
    assert kinds(findings) == [("提示", "code_name")]
    assert "“行政运行费”，科目代码表中为“行政运行”" in findings[0].message
    # Brackets and spaces differ from sheet to sheet.
    assert printed(["201", "20103", "2010301"], {"20103": "政府办公厅(室) 及相关机构事务"}) == []


def test_nameless_and_unknown_codes_are_one_hint_each() -> None:
    titles = {"20103": "", "2010301": "", "299": "本地类", "29901": "", "2990101": "本地项"}
    findings = printed(["201", "20103", "2010301", "299", "29901", "2990101"], titles)
    assert kinds(findings) == [("提示", "code_unknown"), ("提示", "code_no_name")]
    unknown, nameless = findings
    assert "3个科目代码不在内置的科目代码表中：299 本地类、29901、2990101 本地项" in unknown.message
    assert "20103 政府办公厅（室）及相关机构事务、2010301 行政运行" in nameless.message
    assert len(unknown.cells) == 3


# --- lines and notes


def test_an_empty_line() -> None:
    amounts = {"general[201,1]": "1.00", "general[20103,1]": "0.00"}
    made = report(amounts, lines={"general": ["201", "20103", "2010301", "2010301"]})
    findings = found(made, only("empty_lines", "general", "核实性"))
    # 0.00 may be less than 50 元; a wholly blank line is none.
    assert kinds(findings) == [("核实", "line_empty"), ("提示", "line_zero")]
    assert findings[0].cells[0].label.endswith("2010301 行政运行")
    made.unit = Unit.YUAN
    assert kinds(found(made, only("empty_lines", "general", "核实性"))) == [("核实", "line_empty")] * 2


def noted(amounts: dict[str, str], *notes: str) -> list[tuple[str, str]]:
    evidence = Evidence(notes={"funds": notes})
    made = report({"summary[1,1]": "1.00", **amounts})
    return kinds(found(made, only("empty_note", "funds"), evidence))


def test_an_empty_form_says_so() -> None:
    assert noted({}, "注：本表反映……") == [("错误", "empty_note_missing")]
    assert noted({}, "注：本表反映……", "说明：本 表 无 数据。") == []
    assert noted({"funds[合计,1]": "1.00"}, "注：本表反映……") == []
    assert noted({"funds[合计,1]": "1.00"}, "说明：本表无数据") == [("错误", "empty_note_extra")]
    # Printed zeros: both ways are in use.
    assert noted({"funds[合计,1]": "0.00"}, "说明：本表无数据") == []
    assert noted({"funds[合计,1]": "0.00"}) == []


# --- counterparts


def counterpart(
    revenue: dict[str, str],
    expenditure: dict[str, str],
    summary: dict[str, str] | None = None,
    unit: Unit = Unit.WAN,
) -> list[Finding]:
    amounts = {f"revenue[{code},1]": value for code, value in revenue.items()}
    amounts |= {f"expenditure[{code},1]": value for code, value in expenditure.items()}
    amounts |= {f"summary[{key}]": value for key, value in (summary or {}).items()}
    lines = {"revenue": list(revenue), "expenditure": list(expenditure)}
    return found(report(amounts, unit, lines=lines), only("codes_without_counterpart", kind="核实性"))


def test_a_code_in_one_form_only_needs_a_carryover() -> None:
    same = {"2010301": "5.00"}
    assert counterpart(same, same) == []
    more = {**same, "2010399": "1.00"}
    findings = counterpart(same, more)
    assert kinds(findings) == [("核实", "counterpart_revenue")]
    assert "2010399 只有支出 1.00 没有收入，超过年初结转和使用结余 0.00" in findings[0].message
    assert counterpart(same, more, {"29,1": "1.00"}) == []
    assert counterpart(same, more, {"28,1": "0.50", "29,1": "0.50"}) == []
    assert kinds(counterpart(more, same)) == [("核实", "counterpart_expenditure")]
    assert counterpart(more, same, {"60,2": "1.00"}) == []
    assert counterpart(more, same, {"59,2": "0.40", "60,2": "0.60"}) == []


def test_the_carryover_is_judged_with_rounding() -> None:
    same, more = {"2010301": "5.00"}, {"2010301": "5.00", "2010399": "1.00"}
    assert counterpart(same, more, {"29,1": "0.99"}) == []
    assert counterpart(same, more, {"29,1": "0.98"}) != []
    assert counterpart(same, more, {"29,1": "0.99"}, Unit.YUAN) != []


def test_without_one_of_the_forms_nothing_is_compared() -> None:
    assert counterpart({"2010301": "5.00"}, {}) == []
    one = only("codes_without_counterpart", kind="核实性")
    edition = replace(SHANXI, rules=(one,), self_evaluation=None)
    checked = check(report({"summary[1,1]": "1.00"}), edition, Evidence(missing=frozenset({"revenue"})))
    assert [(item.rule, item.reason) for item in checked.not_checked if item.rule == one.id] == [
        (one.id, "缺少公开02表")
    ]


# --- counts and places


@pytest.mark.parametrize(
    ("value", "bad"), [("3", False), ("0", False), ("3.00", False), ("2.5", True), ("-1", True)]
)
def test_counts_are_whole(value: str, bad: bool) -> None:
    findings = found(
        report({"statistics[7,1]": value, "statistics[1,1]": "2.5"}), only("counts", "statistics")
    )
    assert kinds(findings) == ([("错误", "not_count")] if bad else [])
    if bad:
        assert f"现为 {value}" in findings[0].message


def test_more_than_two_places_is_one_hint_per_form() -> None:
    amounts = {
        "basic[30101,1]": "1.205",
        "basic[30102,1]": "2.001",
        "summary[1,1]": "3.1415",
        "summary[2,1]": "1.20",
    }
    findings = found(report({**amounts, "statistics[7,1]": "1.125"}), only("places", kind="提示"))
    assert kinds(findings) == [("提示", "places")] * 2
    assert "有 1 个金额多于两位小数（如 3.1415，公开时印为 3.14）" in findings[0].message
    assert "有 2 个金额多于两位小数（如 1.205，公开时印为 1.21）" in findings[1].message
    assert found(report({"summary[1,1]": "1.200"}), only("places", kind="提示")) == []


# --- totals typed over

SUM = rule("summary[27,1] = summary[1:8,1]")
TYPED = only("typed_over", kind="提示")


def typed(
    amounts: dict[str, str], *rules: Rule, formulas: tuple[str, ...] = (), unit: Unit = Unit.WAN
) -> list[Finding]:
    evidence = Evidence(formulas={ref(name): "=XT_SUM()" for name in formulas})
    checked = outcome(amounts, *(rules or (SUM,)), TYPED, unit=unit, evidence=evidence)
    return [finding for finding in checked.findings if finding.kind.startswith("typed_over")]


def test_a_total_typed_over_is_a_hint_where_it_leaves_the_envelope() -> None:
    amounts = {"summary[27,1]": "5.00", "summary[1,1]": "1.00"}
    (finding,) = typed(amounts)
    assert "录入的数 5.00 代替，按明细计算为 1.00" in finding.message
    assert typed(amounts, formulas=("summary[27,1]",)) == []
    assert typed({"summary[27,1]": "1.01", "summary[1,1]": "1.00"}) == []
    assert len(typed({"summary[27,1]": "1.01", "summary[1,1]": "1.00"}, unit=Unit.YUAN)) == 1
    (blank,) = typed({"summary[1,1]": "1.00"})
    assert "公式被删去，现为空白，按明细计算为 1.00" in blank.message


def test_only_what_the_template_computes_can_be_typed_over() -> None:
    amounts = {
        "summary[27,1]": "5.00",
        "summary[1,1]": "1.00",
        "summary[62,2]": "4.00",
        "summary[31,1]": "3.00",
    }
    for other in (
        rule("summary[27,1] = summary[1:8,1]", formula=False),
        rule("summary[27,1] <= summary[1,1]"),
        rule("summary[27,1] + summary[28,1] = summary[1,1]"),
        rule("summary[27,1] = revenue[合计,1]"),
        rule("summary[31,1] = summary[62,2]", exact=True),
    ):
        assert typed(amounts, other) == []


def test_a_count_typed_over() -> None:
    counted = rule("statistics[7,1] = statistics[8:15,1]", exact=True)
    (finding,) = typed({"statistics[7,1]": "3", "statistics[8,1]": "1"}, counted)
    assert "录入的数 3 代替，按明细计算为 1。" in finding.message


def test_a_cell_with_two_equations_is_named_once() -> None:
    tree = rule("general[@parent,*] = general[@children,*]")
    wide = rule("general[*,1] = general[*,2:3]", id="test-02")
    amounts = {"general[合计,1]": "9.00", "general[201,1]": "1.00", "general[合计,2]": "1.00"}
    evidence = Evidence(formulas={ref("general[合计,2]"): "="})
    made = report(amounts, lines={"general": ["201"]})
    edition = replace(SHANXI, rules=(tree, wide, TYPED), self_evaluation=None)
    findings = [f for f in check(made, edition, evidence).findings if f.kind == "typed_over"]
    assert len({f.cells[0].ref for f in findings}) == len(findings) == 2


# --- what cannot be seen


def test_what_cannot_be_seen_is_said() -> None:
    reasons: dict[str, Any] = {item.rule: item.reason for item in check(example()).not_checked}
    assert reasons["total-01"] == "数据中没有公式"
    assert reasons["funds-05"] == reasons["three_public-03"] == "数据中没有表下说明"
    seen = Evidence(formulas={}, notes={"funds": ("说明：本表无数据",)}, missing=frozenset({"general"}))
    reasons = {item.rule: item.reason for item in check(example(), evidence=seen).not_checked}
    assert "total-01" not in reasons and "funds-05" not in reasons
    assert reasons["state_capital-05"] == "数据中没有表下说明"
    assert reasons["general-03"] == "缺少公开05表"
