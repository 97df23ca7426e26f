"""Identities: 一致, 尾差, 错误 at the exact edge; conditions; what is not checked; how it is worded."""

from __future__ import annotations

import importlib
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.small import edition, example, outcome, placed, report, rule
from tests.units import random_report
from xltools.amount import Unit
from xltools.editions import load
from xltools.finding import Severity
from xltools.report import Report
from xltools.rules import Checked, Evidence, NotChecked, check
from xltools.rules.identities import Figures, identities

pytestmark = pytest.mark.usefixtures("alone")
module = importlib.import_module("xltools.rules.identities")
D = Decimal
SUM = rule("summary[27,1] = summary[1:8,1]")
SAME = rule("summary[31,1] = summary[62,2]", exact=True)
PART = rule("appropriation[59,2] <= summary[58,2]")


def kinds(checked: Checked) -> list[tuple[str, str]]:
    return [(finding.severity.value, finding.kind) for finding in checked.findings]


# --- the envelope


@pytest.mark.parametrize(
    ("total", "found"),
    [
        ("3.00", []),
        ("3.01", [("提示", "tail")]),
        ("3.02", [("提示", "tail")]),
        ("3.03", [("错误", "equality")]),
    ],
)
def test_a_sum_of_three_may_miss_by_two_hundredths(total: str, found: list[tuple[str, str]]) -> None:
    """0.005 × (3 + 1) = 0.02: the edge belongs to the envelope."""
    amounts = {"summary[27,1]": total, "summary[1,1]": "1.00", "summary[2,1]": "1.00", "summary[8,1]": "1.00"}
    assert kinds(outcome(amounts, SUM)) == found


def test_blanks_widen_no_envelope_but_zeros_do() -> None:
    amounts = {"summary[27,1]": "1.02", "summary[1,1]": "1.00"}
    assert kinds(outcome(amounts, SUM)) == [("错误", "equality")]
    zeros = {"summary[2,1]": "0.00", "summary[3,1]": "0.00"}
    assert kinds(outcome(amounts | zeros, SUM)) == [("提示", "tail")]


def test_three_places_count_for_less() -> None:
    amounts = {"summary[27,1]": "1.01", "summary[1,1]": "1.000"}
    assert kinds(outcome(amounts, SUM)) == [("提示", "tail")]
    amounts = {"summary[27,1]": "1.011", "summary[1,1]": "1.005"}
    assert kinds(outcome(amounts, SUM)) == [("错误", "equality")]


def test_yuan_are_exact() -> None:
    amounts = {"summary[27,1]": "3.01", "summary[1,1]": "1.00", "summary[2,1]": "2.00"}
    assert kinds(outcome(amounts, SUM, unit=Unit.YUAN)) == [("错误", "equality_exact")]
    amounts["summary[27,1]"] = "3.00"
    assert kinds(outcome(amounts, SUM, unit=Unit.YUAN)) == []


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8), st.sampled_from([0, 1, -1]))
def test_true_sums_are_never_an_error(cents: list[int], nudge: int) -> None:
    """Amounts in 分, rounded once to 万元: the sum stays in its envelope. Negative ones too."""
    from xltools.amount import to_wan

    exact = {f"summary[{line},1]": D(value) / 100 for line, value in enumerate(cents, 1)}
    exact["summary[27,1]"] = sum(exact.values(), D(0))
    printed = {name: str(to_wan(value)) for name, value in exact.items()}
    assert not outcome(printed, SUM).counts["错误"]
    in_yuan = {name: str(value) for name, value in exact.items()}
    assert kinds(outcome(in_yuan, SUM, unit=Unit.YUAN)) == []
    in_yuan["summary[27,1]"] = str(exact["summary[27,1]"] + D(nudge) / 100)
    assert bool(outcome(in_yuan, SUM, unit=Unit.YUAN).counts["错误"]) is bool(nudge)


# --- the same figure twice


@pytest.mark.parametrize(
    ("one", "found"),
    [
        ("5.00", []),
        ("5.01", [("核实", "repeated_close")]),
        ("5.02", [("错误", "repeated")]),
        ("4.99", [("核实", "repeated_close")]),
    ],
)
def test_a_repeated_figure(one: str, found: list[tuple[str, str]]) -> None:
    assert kinds(outcome({"summary[31,1]": one, "summary[62,2]": "5.00"}, SAME)) == found


def test_a_repeated_figure_that_is_blank_once() -> None:
    assert kinds(outcome({"summary[31,1]": "5.00"}, SAME)) == [("错误", "repeated")]
    assert kinds(outcome({"summary[31,1]": "0.00"}, SAME)) == []


def test_a_repeated_figure_in_yuan() -> None:
    amounts = {"summary[31,1]": "5.01", "summary[62,2]": "5.00"}
    assert kinds(outcome(amounts, SAME, unit=Unit.YUAN)) == [("错误", "repeated")]


def test_a_softer_rule_stays_soft() -> None:
    soft = rule("summary[31,1] = summary[62,2]", exact=True, kind="核实性")
    assert kinds(outcome({"summary[31,1]": "9.00", "summary[62,2]": "5.00"}, soft)) == [("核实", "repeated")]
    hint = rule("summary[31,1] = summary[62,2]", exact=True, kind="提示")
    assert kinds(outcome({"summary[31,1]": "5.01", "summary[62,2]": "5.00"}, hint)) == [
        ("提示", "repeated_close")
    ]


def test_a_sum_of_counts_is_exact() -> None:
    counted = rule("statistics[7,1] = statistics[8:15,1]", exact=True)
    amounts = {"statistics[7,1]": "3", "statistics[8,1]": "1", "statistics[15,1]": "1"}
    (finding,) = outcome(amounts, counted).findings
    assert finding.kind == "equality_exact"
    assert "行次7 车辆数合计（辆） 3 ≠ 行次8" in finding.message
    assert finding.message.count("= 2，差 1，应当相等") == 1


# --- parts, signs, forbidden figures


@pytest.mark.parametrize(
    ("part", "found"), [("5.00", []), ("5.01", [("提示", "tail")]), ("5.02", [("错误", "inequality")])]
)
def test_a_part_is_no_more_than_its_whole(part: str, found: list[tuple[str, str]]) -> None:
    assert kinds(outcome({"appropriation[59,2]": part, "summary[58,2]": "5.00"}, PART)) == found


def test_a_part_in_yuan() -> None:
    amounts = {"appropriation[59,2]": "5.01", "summary[58,2]": "5.00"}
    assert kinds(outcome(amounts, PART, unit=Unit.YUAN)) == [("错误", "inequality_exact")]


def test_with_negative_figures_a_part_may_exceed_its_whole() -> None:
    """红字 in the rest of the whole: to be explained, but no error."""
    amounts = {"appropriation[59,2]": "6.00", "summary[58,2]": "5.00", "summary[8,1]": "-1.00"}
    (finding,) = outcome(amounts, PART).findings
    assert (finding.severity, finding.kind) == (Severity.VERIFY, "inequality_negative")
    assert "红字" in finding.message
    # 红字 of other money shows in the revenue, though neither of the two forms is negative.
    other = {"appropriation[59,2]": "6.00", "summary[58,2]": "5.00", "revenue[合计,7]": "-1.00"}
    assert kinds(outcome(other, PART)) == [("核实", "inequality_negative")]
    elsewhere = {"appropriation[59,2]": "6.00", "summary[58,2]": "5.00", "basic[30101,1]": "-1.00"}
    assert kinds(outcome(elsewhere, PART)) == [("错误", "inequality")]


def test_whole_is_no_less_than_its_part() -> None:
    whole = rule("summary[58,2] >= appropriation[59,2]")
    amounts = {"appropriation[59,2]": "6.00", "summary[58,2]": "5.00"}
    (finding,) = outcome(amounts, whole).findings
    assert "行次58 本年支出合计 5.00 < 公开04表" in finding.message


def test_a_forbidden_figure_is_no_matter_of_rounding() -> None:
    blank = rule("summary[9,1] = 0")
    assert kinds(outcome({"summary[9,1]": "0.01"}, blank)) == [("错误", "zero")]
    assert kinds(outcome({"summary[9,1]": "0.00"}, blank)) == []
    assert kinds(outcome({}, blank))[:1] == [("错误", "no_figures")]


@pytest.mark.parametrize(
    ("sign", "value", "unit", "found"),
    [
        (">= 0", "-0.01", Unit.WAN, True),
        (">= 0", "0.00", Unit.WAN, False),
        ("<= 0", "0.01", Unit.WAN, True),
        ("<= 0", "-1.00", Unit.WAN, False),
        ("> 0", "0.00", Unit.WAN, False),  # may stand for up to 50 元
        ("> 0", "-0.01", Unit.WAN, True),
        ("> 0", "0.00", Unit.YUAN, True),
        ("< 0", "0.00", Unit.WAN, False),
        ("< 0", "0.00", Unit.YUAN, True),
        ("< 0", "0.01", Unit.WAN, True),
    ],
)
def test_signs(sign: str, value: str, unit: Unit, found: bool) -> None:
    checked = outcome({"summary[8,1]": value}, rule(f"summary[8,1] {sign}"), unit=unit)
    assert kinds(checked) == ([("错误", "sign")] if found else [])


def test_a_blank_is_not_above_zero() -> None:
    checked = outcome({"summary[1,1]": "1.00"}, rule("summary[8,1] > 0", kind="核实性"))
    assert kinds(checked) == [("核实", "sign")]
    assert "现为 空白，应大于零" in checked.findings[0].message


def test_the_sign_of_a_sum_is_worded_as_a_sum() -> None:
    checked = outcome({"summary[1,1]": "1.00"}, rule("summary[6,1] + summary[8,1] > 0"))
    assert kinds(checked) == [("错误", "sign_sum")]
    assert "行次6 经营收入 空白 + 行次8 其他收入 空白 = 0.00 ≤ 0.00，应大于零" in checked.findings[0].message


def test_two_systems_that_round_apart() -> None:
    wide = rule("general[*,1] = expenditure[*,1]", tolerance=D("0.05"))
    amounts = {"general[合计,1]": "5.05", "expenditure[合计,1]": "5.00"}
    assert kinds(outcome(amounts, wide)) == [("提示", "tail")]
    assert kinds(outcome(amounts, wide, unit=Unit.YUAN)) == [("错误", "equality_exact")]


def test_the_same_pair_is_judged_once() -> None:
    both = rule("general[*,1] = expenditure[*,1]", "expenditure[*,1] = general[*,1]")
    checked = outcome({"general[合计,1]": "6.00", "expenditure[合计,1]": "5.00"}, both)
    assert checked.checked == 1
    assert len(checked.findings) == 1
    # Inequalities are no pairs: each way says something else.
    ways = rule("general[合计,1] <= expenditure[合计,1]", "expenditure[合计,1] <= general[合计,1]")
    assert outcome({"general[合计,1]": "5.00", "expenditure[合计,1]": "5.00"}, ways).checked == 2


def test_a_figure_on_both_sides() -> None:
    twice = rule("summary[1,1] + summary[2,1] = 2 * summary[1,1]")
    assert kinds(outcome({"summary[1,1]": "1.00", "summary[2,1]": "1.00"}, twice)) == []
    (finding,) = outcome({"summary[1,1]": "1.00", "summary[2,1]": "5.00"}, twice).findings
    assert "= 6.00 ≠ 2×行次1 一般公共预算财政拨款收入 1.00 = 2.00" in finding.message


# --- conditions


AGENCY = rule("summary[5,1] = 0", kind="核实性", when={"kinds": ("行政单位",)})
SINGLE = rule("statistics[5,1] = 0", when={"scopes": ("单位决算",)})


def covered(kind: str = "", scope: str = "") -> Checked:
    made = report({"summary[5,1]": "1.00", "statistics[5,1]": "1.00"})
    made.cover.kind, made.cover.scope = kind, scope
    return check(made, edition(AGENCY, SINGLE))


@pytest.mark.parametrize(
    ("kind", "scope", "found", "reasons"),
    [
        ("行政单位", "单位决算", 2, []),
        ("公益一类事业单位", "部门决算", 0, []),
        ("", "单位决算", 1, ["封面没有填写单位性质，或填写有误"]),
        ("", "", 0, ["封面没有填写单位性质，或填写有误", "封面没有填写公开类型，或填写有误"]),
        ("行政", "单位决算", 1, ["封面的单位性质“行政”不在可选的单位性质之中"]),
        ("行政单位", "汇总", 1, ["封面的公开类型“汇总”不在可选的公开类型之中"]),
    ],
)
def test_what_the_cover_says(kind: str, scope: str, found: int, reasons: list[str]) -> None:
    """A rule for other units is silent; one that cannot be judged says so."""
    checked = covered(kind, scope)
    assert len(checked.findings) == found
    assert checked.checked == found
    assert [item.reason for item in checked.not_checked] == [*reasons]


def test_codes_that_must_be_printed() -> None:
    present = rule(
        "basic[30108,1] = general[2080505,2]", when={"present": ("general[2080505,2]", "general[208,2]")}
    )
    amounts = {"basic[30108,1]": "5.00"}
    assert outcome(amounts, present).checked == 0
    checked = outcome(amounts, present, lines={"general": ["208"]})
    assert kinds(checked) == [("错误", "equality")]
    assert outcome(amounts, present).not_checked == ()


@pytest.mark.parametrize(
    ("operator", "left", "right", "met"),
    [
        ("=", "5.00", "5.00", True),
        ("=", "5.01", "5.00", False),
        ("<=", "5.00", "5.00", True),
        ("<=", "5.01", "5.00", False),
        (">=", "4.99", "5.00", False),
        ("<", "5.00", "5.00", False),
        (">", "5.01", "5.00", True),
        (">", "0.00", "0.00", False),
    ],
)
def test_conditions_hold_to_the_letter(operator: str, left: str, right: str, met: bool) -> None:
    """No envelope in a condition: with a printed 0.00 of car expenses no car is asked for."""
    when = {"holds": (f"summary[1,1] {operator} summary[2,1]",)}
    guarded = rule("summary[9,1] = 0", when=when)
    amounts = {"summary[1,1]": left, "summary[2,1]": right, "summary[9,1]": "1.00"}
    assert bool(outcome(amounts, guarded).findings) is met


def test_last_year_must_be_given() -> None:
    carried = rule(
        "summary[29,1] = last_year.summary[60,2]", exact=True, kind="核实性", when={"given": "last_year"}
    )
    checked = outcome({"summary[29,1]": "5.00"}, carried)
    assert checked.not_checked == (NotChecked("test-01", "试", "没有填写所需的上年数"),)
    assert checked.findings == ()
    checked = outcome({"summary[29,1]": "5.00", "last_year.summary[60,2]": "4.00"}, carried)
    assert kinds(checked) == [("核实", "repeated")]
    assert checked.not_checked == ()
    assert "上年 公开01表 行次60 年末结转和结余 4.00" in checked.findings[0].message


def test_the_budget_may_be_given_in_part() -> None:
    planned = rule("general[*,1] <= budget.general[*,1]", when={"given": "budget"})
    amounts = {"general[201,1]": "5.00", "general[208,1]": "5.00", "budget.general[208,1]": "4.00"}
    checked = outcome(amounts, planned, lines={"general": ["201", "208"]})
    assert [item.reason for item in checked.not_checked] == ["没有填写所需的年初预算数"]
    assert checked.checked == 1
    assert kinds(checked) == [("错误", "inequality")]


def test_a_missing_form_is_not_held_against_the_others() -> None:
    both = rule("general[合计,1] = appropriation[59,3]", "general[合计,1] >= 0", id="test-02")
    amounts = {"appropriation[59,3]": "5.00"}
    checked = outcome(amounts, both, SUM, evidence=Evidence(missing=frozenset({"general", "funds"})))
    assert checked.findings == ()
    reasons = {item.rule: item.reason for item in checked.not_checked}
    assert reasons == {"test-02": "缺少公开05表", "narrative": "缺少决算表"}


# --- compiled identities


def test_identities_are_kept_per_edition_and_lines() -> None:
    one, other = edition(SUM), edition(SAME)
    made = report({})
    assert identities(one, made) is identities(one, made)
    assert identities(one, made) is not identities(other, made)
    with_lines = report({}, lines={"general": ["201"]})
    assert identities(one, made) is not identities(one, with_lines)


def test_the_store_of_identities_is_bounded() -> None:
    one = edition(SUM)
    for number in range(300):
        identities(one, report({}, lines={"general": [str(number)]}))
    assert len(one.memo["identities"]) <= 256


# --- the whole outcome


def test_the_example_has_no_error_and_its_known_tails() -> None:
    checked = check(example())
    assert checked.verdict == "核实"
    assert checked.counts["错误"] == 0
    tails = [finding for finding in checked.findings if finding.rule == "rounding-01"]
    assert all(cell.value for finding in tails for cell in finding.cells[1:]), "no link to an empty cell"
    listed = {finding.cells[0].label.replace("公开", ""): int(finding.facts["count"]) for finding in tails}
    assert {name[:2]: count for name, count in listed.items() if "与" not in name} == {
        "01": 1, "02": 3, "03": 3, "05": 3,
    }  # fmt: skip
    assert [name for name in listed if "与" in name] == [
        "01表 收入支出决算总表 与 04表 财政拨款收入支出决算总表"
    ]
    assert len(checked.tails) == 11
    assert {item.rule.source for item in checked.tails if "与" not in item.rule.title} >= {"X0104-04"}
    assert checked.checked > 600


def test_findings_come_worst_first_and_in_the_order_of_the_forms() -> None:
    checked = check(example({"basic[30101,1]": "9.00", "summary[27,1]": "9.00", "summary[8,1]": "-0.02"}))
    ranks = [finding.severity.rank for finding in checked.findings]
    assert ranks == sorted(ranks)
    forms = list(load().forms)
    errors = [f for f in checked.findings if f.severity is Severity.ERROR]
    order = [forms.index(f.cells[0].ref.form) for f in errors if f.cells[0].ref]
    assert order == sorted(order)


def test_a_report_without_figures_does_not_pass() -> None:
    checked = check(report({}))
    assert checked.verdict == "错误"
    assert checked.findings[0].rule == "figures-01"
    assert "没有填写任何金额" in checked.findings[0].message


def test_troubles_of_reading_are_part_of_the_outcome() -> None:
    from xltools.finding import Finding

    trouble = Finding("reading-01", Severity.ERROR, "读", "no_figures")
    evidence = Evidence(troubles=(trouble,), not_checked=(("公开02表", "没有公式"),))
    checked = check(example(), evidence=evidence)
    assert checked.findings[0] == trouble
    assert checked.not_checked[0] == NotChecked("", "公开02表", "没有公式")
    assert checked.verdict == "错误"


def test_an_outcome_without_findings_passes() -> None:
    checked = outcome({"summary[27,1]": "1.00", "summary[1,1]": "1.00"}, SUM)
    assert (checked.verdict, checked.counts) == ("通过", {"错误": 0, "核实": 0, "提示": 0})


# --- wording


def test_the_sentence_gives_place_arithmetic_basis_and_what_to_look_at() -> None:
    """expenditure[2010399,3] 6.12 for 6.22: four identities miss, and all point to it."""
    checked = check(placed(example({"expenditure[2010399,3]": "6.12"})))
    finding = next(f for f in checked.findings if f.rule == "expenditure-01")
    cell = finding.cells[1].place
    assert cell is not None
    assert finding.message == (
        "公开03表 2010399 其他政府办公厅（室）及相关机构事务支出 · 本年支出合计"
        f"（表 {finding.cells[0].place.cell if finding.cells[0].place else ''}）："
        "本年支出合计 6.22 ≠ 项目支出 6.12，差 0.10，超出四舍五入可解释的 0.01。"
        f"依据：表样：栏次1=2+3+4+5+6。请先核对 表 {cell.cell}（另有 3 条问题也指向它）。"
    )
    assert (finding.gap, finding.allowed) == (D("0.10"), D("0.01"))


def test_a_long_sum_is_cut_with_its_total() -> None:
    checked = check(example({"basic[301,1]": "300.00"}))
    finding = next(f for f in checked.findings if f.rule == "basic-01")
    assert "…等10项 = 281.31" in finding.message
    assert len(finding.cells) == 11


def test_a_sum_of_blanks_is_not_listed() -> None:
    (finding,) = outcome({"summary[27,1]": "5.00"}, SUM).findings
    assert "≠ 行次1 一般公共预算财政拨款收入 等8项（均为空白）" in finding.message
    assert len(finding.cells) == 1


def test_negative_addends_stand_in_brackets() -> None:
    amounts = {"summary[27,1]": "5.00", "summary[1,1]": "1.00", "summary[8,1]": "-2.00"}
    (finding,) = outcome(amounts, SUM).findings
    assert "行次1 一般公共预算财政拨款收入 1.00 + 行次8 其他收入 (-2.00) = -1.00" in finding.message
    minus = rule("summary[60,2] = -summary[58,2] - summary[59,2]")
    amounts = {"summary[60,2]": "1.00", "summary[58,2]": "3.00", "summary[59,2]": "-1.00"}
    (finding,) = outcome(amounts, minus).findings
    assert "≠ −行次58 本年支出合计 3.00 − 行次59 结余分配 (-1.00) = -2.00" in finding.message


def test_every_digit_that_was_typed_is_shown() -> None:
    amounts = {"summary[27,1]": "5.125", "summary[1,1]": "5.13"}
    (finding,) = outcome(amounts, SUM, unit=Unit.YUAN).findings
    assert "5.125 ≠ 行次1 一般公共预算财政拨款收入 5.13，差 0.005" in finding.message


def test_a_sum_over_columns_names_the_columns() -> None:
    wide = rule("expenditure[*,1] = expenditure[*,2:3]")
    amounts = {"expenditure[合计,1]": "5.00", "expenditure[合计,2]": "1.00", "expenditure[合计,3]": "1.00"}
    (finding,) = outcome(amounts, wide).findings
    assert "本年支出合计 5.00 ≠ 基本支出 1.00 + 项目支出 1.00 = 2.00" in finding.message
    across = rule("appropriation[1,1] + appropriation[29,1] = appropriation[64,3]")
    amounts = {"appropriation[1,1]": "5.00", "appropriation[64,3]": "1.00"}
    (finding,) = outcome(amounts, across).findings
    assert "行次1 一般公共预算财政拨款 5.00 ≠ 行次64 总计 一般公共预算财政拨款 1.00" in finding.message


def test_a_form_of_one_line_names_its_columns_only() -> None:
    both = rule("three_public[1,7] <= three_public[1,1]")
    (finding,) = outcome({"three_public[1,7]": "5.00", "three_public[1,1]": "1.00"}, both).findings
    assert "决算数 合计 5.00 > 预算数 合计 1.00" in finding.message


def test_a_rule_with_its_own_advice_keeps_it() -> None:
    advised = rule("summary[27,1] = summary[1:8,1]", remedy="请这样改。")
    (finding,) = outcome({"summary[27,1]": "5.00", "summary[1,1]": "1.00"}, advised).findings
    assert finding.message.endswith("可解释的 0.01。请这样改。")


def test_without_addresses_the_advice_names_the_figure() -> None:
    (finding,) = outcome({"summary[27,1]": "5.00", "summary[1,1]": "1.00"}, SUM).findings
    assert finding.remedy == "依据：据。请先核对 公开01表 行次27 本年收入合计。"


def test_tails_say_what_the_arithmetic_leaves_out() -> None:
    tree = rule("expenditure[@parent,*] = expenditure[@children,*]")
    wide = rule("expenditure[*,1] = expenditure[*,2:6]", id="test-02")
    amounts = {
        "expenditure[合计,1]": "5.01", "expenditure[合计,2]": "5.00", "expenditure[201,1]": "5.00",
        "expenditure[201,2]": "5.00",
    }  # fmt: skip
    (finding,) = outcome(amounts, tree, wide, lines={"expenditure": ["201"]}).findings
    assert finding.message == (
        "公开03表 支出决算表：2处尾差，四舍五入可以解释，不是错误："
        "本年支出合计：合计 5.01 ≠ 201 一般公共服务支出 5.00，差 0.01；"
        "合计：本年支出合计 5.01 ≠ 基本支出 5.00，差 0.01。"
    )
    assert (finding.gap, finding.allowed, finding.group) == (D("0.01"), D("0.01"), "尾差")


# --- what a thousand units share


CODES = ["201", "20199", "2080505", "208", "9999999", "20"]


def jumbled(seed: int) -> Report:
    """A random unit, the lines of which a careless person has changed."""
    chance, made = Random(seed), random_report(seed, style="ab"[seed % 2])
    for codes in made.lines.values():
        for _ in range(chance.randrange(4) if codes else 0):
            codes[chance.randrange(len(codes))] = chance.choice(
                ["201", "20199", "2080505", "208", "9999999", "20"]
            )
        if chance.random() < 0.3:
            chance.shuffle(codes)
    return made


@pytest.mark.long
@pytest.mark.parametrize("kept", [20, 3_000])
def test_identities_kept_by_line_are_those_of_a_fresh_expansion(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PARTS_KEPT", kept)
    shared = replace(load())
    for seed in range(25):
        made = jumbled(seed) if seed % 2 else random_report(seed, style="ab"[seed % 4 // 2])
        found = identities(shared, made)
        fresh = identities(replace(shared), made)
        assert found == fresh
        shapes = shared.shapes({form: tuple(codes) for form, codes in made.lines.items()})
        spread_out = []
        for known in shared.rules:
            seen = set()
            for one in shared.constraints(known, shapes):
                sides = frozenset((one.left, one.right))
                if len(known.equations) == 1 or one.operator != "=" or sides not in seen:
                    spread_out.append(one)
                seen.add(sides if one.operator == "=" else frozenset())
        assert list(found.constraints) == spread_out
        assert [found.constraints[found.numbers[one.rule][0]].rule for one in spread_out] == [
            one.rule for one in spread_out
        ]
        figures = Figures(made, shared)
        differences = [figures.sum(one.left) - figures.sum(one.right) for one in spread_out]
        assert found.differences(figures) == differences
    assert 0 < len(shared.memo["parts"]) <= 2 * kept


def test_units_share_the_identities_of_the_lines_that_they_share() -> None:
    shared = replace(load())
    one, other = (identities(shared, random_report(seed)) for seed in (1, 4))
    first, second = (
        {constraint.left[0].ref: constraint for constraint in found.by_rule["expenditure-01"]}
        for found in (one, other)
    )
    common = first.keys() & second.keys()
    assert len(common) > 1 and all(first[ref] is second[ref] for ref in common)
    assert identities(shared, random_report(1)) is one
