"""项目支出绩效自评表: what must add up, how rows are judged, what is worth a hint."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.rules.small import example
from xltools import scores
from xltools.amount import Unit
from xltools.editions import load
from xltools.finding import Finding
from xltools.report import Fund, Indicator, Report, SelfEvaluation
from xltools.rules import check
from xltools.rules.evaluation import Sheet, scoring_of, sheets

pytestmark = pytest.mark.usefixtures("alone")
D = Decimal
SHANXI = load()
RULES = tuple(rule for rule in SHANXI.rules if rule.form == "self_evaluation")
EDITION = replace(SHANXI, rules=RULES)


def of(form: SelfEvaluation, unit: Unit = Unit.WAN) -> list[Finding]:
    """What is found in one form."""
    return list(check(Report("shanxi_2024", unit, self_evaluations=[form]), EDITION).findings[0:])


def found(form: SelfEvaluation, number: str, unit: Unit = Unit.WAN) -> list[Finding]:
    """What one rule finds, by its number."""
    return [finding for finding in of(form, unit) if finding.rule == f"self_evaluation-{number}"]


def form(*indicators: Indicator, **fields: Any) -> SelfEvaluation:
    return SelfEvaluation(project="项目", indicators=list(indicators), **fields)


def fund(name: str = "资金总额", **fields: Any) -> Fund:
    return Fund(name, **{k: v if v is None else D(v) for k, v in fields.items()})


def indicator(
    target: str = "", actual: str = "", weight: str | None = "10", score: str | None = "10", **more: Any
) -> Indicator:
    data = {"level1": "产出指标", "level2": "数量指标", "name": "指标甲", **more}
    number = [None if value is None else D(value) for value in (weight, score)]
    return Indicator(target=target, actual=actual, weight=number[0], score=number[1], **data)


# --- the example


def test_the_example_gives_exactly_the_known_findings() -> None:
    findings = [f for f in check(example()).findings if f.rule.startswith("self_evaluation")]
    listed = [(f.severity.value, f.kind, f.cells[0].label.split(maxsplit=1)[1][:10]) for f in findings]
    assert listed == [
        ("核实", "reason_required", "成本指标 偏差原因"),
        ("核实", "score_by_sign", "经费预算执行率(%)"),
        ("核实", "score_by_sign", "调研完成人次(人次)"),
        ("核实", "score_by_band", "培训内容更新及时性 "),
        ("核实", "score_by_band", "目标人群政策知晓率 "),
        ("提示", "indicator_values", "宣传资料印制次数(次"),
        ("提示", "repeated_rate", "经费预算执行率(%)"),
        ("提示", "contradiction", "效益情况"),
        ("提示", "entity_code", "预算单位"),
    ]
    texts = " ".join(finding.message for finding in findings)
    for part in (
        "按规则得 0.52",
        "现得 0.42",
        "改后总分 65.62",
        "总分 62.02，等级为“中”",
        "应在 3.6 至 4.79 分",
        "11个定量指标",
    ):
        assert part in texts
    for finding in findings:
        assert finding.remedy.startswith(("请", "确")), finding.rule


# --- 资金


def test_money_in_the_form_of_the_example() -> None:
    right = fund(adjusted="30", executed="6.224", carryover="23.776", rate="20.75", score="2.07")
    assert not [f for f in of(form(funds=[right])) if f.rule in {f"self_evaluation-0{n}" for n in "1234"}]


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        ({"adjusted": "30", "executed": "6.22", "carryover": "23.78"}, False),
        ({"adjusted": "30.00", "executed": "6.22", "carryover": "23.79"}, False),  # three roundings: 0.015
        ({"adjusted": "30.00", "executed": "6.22", "carryover": "23.80"}, True),
        ({"adjusted": "30", "executed": "6.224", "carryover": "23.779"}, True),  # three places: 0.0015
        ({"adjusted": "30", "carryover": "30"}, False),
        ({"adjusted": "30"}, True),
        ({}, False),
        ({"carryover": "1"}, True),
    ],
)
def test_carryover(fields: dict[str, str], bad: bool) -> None:
    findings = found(form(funds=[fund(**fields)]), "01")
    assert bool(findings) is bad
    assert [f.severity.value for f in findings] == ["错误"] * bad


def test_carryover_in_yuan_is_exact() -> None:
    near = form(funds=[fund(adjusted="300000.00", executed="62240.01", carryover="237760.00")])
    (finding,) = found(near, "01", Unit.YUAN)
    assert "300000 − 62240.01，应为 237759.99，现为 237760" in finding.message


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        ({"adjusted": "30", "executed": "6.22", "rate": "20.75"}, False),  # 62 240 元 of 300 000
        ({"adjusted": "30", "executed": "6.22", "rate": "20.73"}, False),
        ({"adjusted": "30", "executed": "6.22", "rate": "20.70"}, True),
        ({"adjusted": "30", "executed": "6.22", "rate": None}, True),
        ({"adjusted": "0", "executed": "0", "rate": "100"}, False),  # no rate over nothing
        ({"adjusted": "0.00", "executed": "0.00"}, False),
        ({"adjusted": "30", "rate": "20"}, False),
        ({"executed": "30", "rate": "20"}, False),
        ({"adjusted": "30", "executed": "0", "rate": "0"}, False),
        ({"adjusted": "30", "executed": "0", "rate": "0.05"}, True),
        ({"adjusted": "30", "executed": "30", "rate": "100"}, False),
        ({"adjusted": "30", "executed": "-3", "rate": "-10"}, False),
    ],
)
def test_execution_rate(fields: dict[str, str | None], bad: bool) -> None:
    findings = found(form(funds=[fund(**fields)]), "02")
    assert bool(findings) is bad
    if bad:
        assert "执行率应为" in findings[0].message


def test_execution_rate_in_yuan_is_exact() -> None:
    one = fund(adjusted="300000.00", executed="62240.00", rate="20.74")
    (finding,) = found(form(funds=[one]), "02", Unit.YUAN)
    assert "应为 20.75%（62240 ÷ 300000），现为 20.74%" in finding.message
    (finding,) = found(form(funds=[replace(one, rate=None)]), "02", Unit.YUAN)
    assert "现为 空白" in finding.message


@pytest.mark.parametrize(
    ("score", "bad"), [("2.07", False), ("2.08", True), (None, True), ("10", True), ("2.070", False)]
)
def test_execution_score_comes_from_unrounded_amounts(score: str | None, bad: bool) -> None:
    """10 × 6.224 ÷ 30 = 2.0747; from the printed 20.75 % it would be 2.08."""
    findings = found(form(funds=[fund(adjusted="30", executed="6.224", score=score)]), "03")
    assert bool(findings) is bad
    if bad:
        assert "应为 2.07（10 × 6.224 ÷ 30）" in findings[0].message


def test_sources_need_no_score_of_their_own() -> None:
    total = fund(adjusted="30", executed="30", score="10")
    assert found(form(funds=[total, fund("省级财政资金", adjusted="30", executed="30")]), "03") == []
    (finding,) = found(form(funds=[total, fund("省级", adjusted="30", executed="30", score="9")]), "03")
    assert finding.cells[0].label == "绩效自评 省级 得分"
    # More was spent than budgeted: the score is full, never more.
    assert found(form(funds=[fund(adjusted="30", executed="60", score="10")]), "03") == []


def test_the_total_is_the_sum_of_its_sources() -> None:
    sources = [fund("中央", adjusted="10.01", executed="5"), fund("省级", adjusted="20.01", executed=None)]
    assert found(form(funds=[fund(adjusted="30.03", executed="5"), *sources]), "04") == []
    (finding,) = found(form(funds=[fund(adjusted="30.04", executed="5"), *sources]), "04")
    assert "全年预算数：资金总额=10.01 + 20.01，应为 30.02，现为 30.04" in finding.message
    (finding,) = found(form(funds=[fund(adjusted="30.02"), *sources]), "04")
    assert "全年执行数：资金总额=5，应为 5，现为 空白" in finding.message
    (finding,) = found(form(funds=[fund(executed="5"), fund("省级")]), "04")
    assert "各来源均为空白" in finding.message
    assert found(form(funds=[fund(adjusted="30")]), "04") == []


def test_an_adjusted_budget_needs_a_word() -> None:
    assert found(form(funds=[fund(budgeted="30", adjusted="30.0")]), "05") == []
    assert found(form(funds=[fund(adjusted="30")]), "05") == []
    assert found(form(), "05") == []
    (finding,) = found(form(funds=[fund(budgeted="30", adjusted="25")]), "05")
    assert finding.severity.value == "核实"


# --- weights and scores


def weighted(**points: str) -> list[Finding]:
    names = {
        "产出指标": points.get("output"),
        "效益指标": points.get("effect"),
        "满意度指标": points.get("content"),
    }
    rows = [indicator(weight=weight, score=None, level1=level) for level, weight in names.items() if weight]
    return found(form(*rows), "06")


def test_weights() -> None:
    assert weighted(output="50", effect="30", content="10") == []
    assert weighted(output="50", effect="40") == []  # satisfaction moved into 效益
    kinds = [(f.kind, f.facts.get("level")) for f in weighted(output="40", effect="30", content="20")]
    assert kinds == [("weights_level", "产出指标"), ("weights_level", "满意度指标")]
    kinds = [(f.kind, f.facts.get("level")) for f in weighted(output="50", effect="30", content="15")]
    assert kinds == [("weights_total", None), ("weights_level", "满意度指标")]
    assert [f.kind for f in weighted(output="50", effect="30")] == ["weights_total", "weights_level"]


@pytest.mark.parametrize(
    ("weight", "score", "kind"),
    [
        ("5", "5", ""),
        ("5", "0", ""),
        ("5", "5.01", "score_range"),
        ("5", "-1", "score_range"),
        ("5", None, "score_missing"),
        (None, "3", ""),
    ],
)
def test_scores_lie_between_zero_and_the_weight(weight: str | None, score: str | None, kind: str) -> None:
    assert [f.kind for f in found(form(indicator(weight=weight, score=score)), "07")] == (
        [kind] if kind else []
    )


@pytest.mark.parametrize("reason", ["", " ", "未填报", "无", "——", "-"])
def test_a_deduction_needs_a_reason(reason: str) -> None:
    (finding,) = found(form(indicator(score="9", reason=reason)), "08")
    assert f"偏差原因“{reason.strip() or '空白'}”没有说明原因" in finding.message
    assert found(form(indicator(score="10", reason=reason)), "08") == []


def test_a_reason_is_enough() -> None:
    assert found(form(indicator(score="9", reason="任务推迟")), "08") == []
    assert found(form(indicator(score=None)), "08") == found(form(indicator(weight=None)), "08") == []


@pytest.mark.parametrize(
    ("number", "target", "actual", "score", "expected"),
    [
        ("09", "≥80%", "20.75%", "2.59", ""),
        ("09", "≥80%", "≥20.75%", "2.60", "2.59（20.75 ÷ 80 × 10）"),
        ("09", "＞10件", "10件", "10", ""),
        ("09", "≥10件", "12件", "9", "10（完成目标得满分）"),
        ("10", "=12次", "6次", "5", ""),
        ("10", "=12次", "12次", "9", "10（完成目标得满分）"),
        ("10", "=0次", "1次", "10", "0（目标为0而没有完成，不得分）"),
        ("11", "≤40人", "0人", "0", "10（完成目标得满分）"),
        ("11", "≤40人", "60人", "5", ""),
        ("11", "≤40人", "50人", "5", "7.5（（1 − (50 − 40) ÷ 40）× 10）"),
        ("11", "≤40人", "90人", "1", "0（（1 − (90 − 40) ÷ 40）× 10）"),
        ("09", "≥80%", "", "0", ""),
        ("09", "及时", "及时", "0", ""),
    ],
)
def test_scores_by_sign(number: str, target: str, actual: str, score: str, expected: str) -> None:
    findings = found(form(indicator(target, actual, score=score)), number)
    assert bool(findings) is bool(expected)
    if expected:
        assert f"按规则得 {expected}" in findings[0].message
        assert findings[0].severity.value == "核实"
    for other in {"09", "10", "11"} - {number}:
        assert found(form(indicator(target, actual, score=score)), other) == []


def test_rows_without_points_are_not_judged() -> None:
    for empty in ({"weight": None}, {"score": None}):
        rows = form(indicator("≥80%", "10%", **empty), indicator("显著", "部分达成", **empty))
        assert found(rows, "09") == found(rows, "12") == []


def test_what_cannot_be_scored_is_said() -> None:
    (finding,) = found(form(indicator("≥80%", "20人", score="5")), "09")
    assert (finding.severity.value, finding.kind) == ("提示", "score_unclear")
    assert "单位" in finding.message


def test_a_changed_score_tells_what_becomes_of_the_grade() -> None:
    row = indicator("≤40人", "0人", score="0")
    assert "；改后总分 65，等级为“中”" in found(form(row, total=D("55")), "11")[0].message
    assert "改后" not in found(form(row, total=D("45")), "11")[0].message
    assert "改后" not in found(form(row), "11")[0].message
    # A total that earns no grade is another rule's matter.
    assert "改后" not in found(form(row, total=D("95")), "11")[0].message
    assert "改后" not in found(form(row, total=D("-1")), "11")[0].message


@pytest.mark.parametrize(
    ("actual", "score", "bad"),
    [
        ("达成预期指标", "10", False),
        ("达成预期指标", "8", False),
        ("达成预期指标", "7.99", True),
        ("部分达成预期指标并具有一定效果", "7.99", False),
        ("部分达成预期指标并具有一定效果", "8", True),
        ("部分达成预期指标并具有一定效果", "6", False),
        ("部分达成预期指标并具有一定效果", "5.99", True),
        ("未完成预期指标且效果较差", "0", False),
        ("未达成", "6", True),
        ("很好", "0", False),
        ("95%", "0", False),
    ],
)
def test_bands(actual: str, score: str, bad: bool) -> None:
    assert bool(found(form(indicator("显著提高", actual, score=score)), "12")) is bad


def test_scores_above_their_band_fall_to_its_end() -> None:
    row = indicator("显著提高", "部分达成", score="10")
    (finding,) = found(form(row, total=D("81")), "12")
    assert "应在 6 至 7.99 分之间，现得 10；改后总分 78.99，等级为“中”" in finding.message
    both = found(form(row, row, total=D("83")), "12")
    assert all("这样的 2 项都改到区间内，总分 78.98，等级为“中”" in f.message for f in both)


def test_cost_indicators_left_unfilled() -> None:
    """Shanxi: the system's default scores at most 5, and its band does not apply."""
    row = indicator("未填报", "部分达成", score="5", level2="成本指标")
    assert found(form(row), "13") == found(form(row), "12") == []
    (finding,) = found(form(replace(row, score=D("6"))), "13")
    assert "最多得 5 分，现得 6" in finding.message
    assert found(form(replace(row, level2="数量指标", score=D("6"))), "13") == []
    assert found(form(replace(row, score=None)), "13") == []
    assert found(form(replace(row, target="≤5万元", actual="4万元", score=D("10"))), "13") == []


def test_total_and_grade() -> None:
    rows = [indicator(score="40"), indicator(score="12.5")]
    funds = [fund(score="7.55")]
    assert found(form(*rows, funds=funds, total=D("60.05"), grade="中"), "15") == []
    (finding,) = found(form(*rows, funds=funds, total=D("60")), "15")
    assert "总分应为 60.05（执行率得分 7.55 + 指标得分 52.5），现为 60" in finding.message
    (finding,) = found(form(*rows), "15")
    assert "现为 空白" in finding.message
    assert found(form(total=D("60"), grade=" 中 "), "16") == []
    (finding,) = found(form(total=D("59.99"), grade="中"), "16")
    assert "应为“差”，现为“中”" in finding.message
    (finding,) = found(form(total=D("90")), "16")
    assert "应为“优”，现为“空白”" in finding.message
    assert found(form(grade="优"), "16") == found(form(total=D("101"), grade="优"), "16") == []


# --- hints


def test_values_without_a_number_are_one_line_per_column() -> None:
    rows = [
        indicator("≥80%", "≥%", initial="≥%"),
        indicator("≥", "5件", initial="一月次", unit="月次", name="指标乙"),
        indicator("", "", initial="及时"),
    ]
    findings = found(form(*rows), "17")
    assert [f.message.split("：")[1][:14] for f in findings] == [
        "2个定量指标的年初指标值只有", "1个定量指标的指标值只有符号", "1个定量指标的实际完成值只有",
    ]  # fmt: skip
    assert "指标甲（≥%）、指标乙（一月次）" in findings[0].message


@pytest.mark.parametrize(
    ("name", "hit"),
    [("经费预算执行率(%)", True), ("资金执行率", True), ("执行率", False), ("预算编制率", False)],
)
def test_the_execution_rate_as_an_indicator(name: str, hit: bool) -> None:
    assert bool(found(form(indicator(name=name)), "18")) is hit


@pytest.mark.parametrize(
    ("actual", "text", "hit"),
    [
        ("部分达成", "目标人群政策知晓率显著提升，服务满意度不断提升。", True),
        ("部分达成", "政策知晓率一般。后来目标人群政策知晓率提高。", True),
        ("部分达成", "其他事项显著提升。", False),
        ("部分达成", "目标人群政策知晓率有待提高。", False),
        ("达成预期指标", "目标人群政策知晓率显著提升。", False),
        ("95%", "目标人群政策知晓率显著提升。", False),
    ],
)
def test_prose_against_the_indicator(actual: str, text: str, hit: bool) -> None:
    row = indicator("显著提高", actual, name="目标人群政策知晓率（%）")
    assert bool(found(form(row, analysis={"效益情况": text}), "19")) is hit
    assert bool(found(form(row, analysis={"满意度情况": text}), "19")) is hit
    assert found(form(row, analysis={"产出情况": text}), "19") == []


def test_short_names_are_found_by_chance_and_say_nothing() -> None:
    row = indicator("显著提高", "部分达成", name="效果")
    assert found(form(row, analysis={"效益情况": "效果显著提升。"}), "19") == []


@pytest.mark.parametrize(
    ("department", "entity", "hit"),
    [
        ("228-厅", "229103-中心", True),
        ("229-厅", "229103-中心", False),
        ("行政审批局", "229103", False),
        ("228", "中心", False),
    ],
)
def test_codes_of_department_and_unit(department: str, entity: str, hit: bool) -> None:
    assert bool(found(form(department=department, entity=entity), "20")) is hit


# --- sheets


def test_several_projects_have_numbers() -> None:
    report = Report("shanxi_2024", self_evaluations=[form(), form(indicator(score="11"))])
    names = [sheet.name for sheet in sheets(report, SHANXI)]
    assert names == ["绩效自评（1）", "绩效自评（2）"]
    labels = {f.cells[0].label for f in check(report, EDITION).findings if f.kind == "score_range"}
    assert labels == {"绩效自评（2） 指标甲 得分"}


@pytest.mark.parametrize(
    ("blank", "is_blank"),
    [
        (SelfEvaluation(), True),
        (SelfEvaluation(funds=[Fund("资金总额")], department="228"), True),
        (SelfEvaluation(funds=[fund(adjusted="30")]), False),
        (SelfEvaluation(total=D("59")), False),
        (SelfEvaluation(project="项目"), False),
    ],
)
def test_a_form_left_blank_is_not_checked_and_says_so(blank: SelfEvaluation, is_blank: bool) -> None:
    report = Report("shanxi_2024", self_evaluations=[blank])
    assert Sheet(report, SHANXI, 1).blank is is_blank
    reasons = [item.reason for item in check(report, EDITION).not_checked]
    assert ("这张自评表没有填写" in reasons) is is_blank


def test_without_forms_that_is_said() -> None:
    assert [i.reason for i in check(Report("shanxi_2024"), EDITION).not_checked] == ["没有填写绩效自评表"]
    assert check(Report("national_2024")).edition == "national_2024"
    assert "self_evaluation" not in {i.rule for i in check(Report("national_2024")).not_checked}


def test_the_scoring_of_an_edition() -> None:
    shanxi = scoring_of(SHANXI)
    assert shanxi is scoring_of(SHANXI)
    assert shanxi.bands == scores.NATIONAL.bands and shanxi.grades == scores.NATIONAL.grades
    assert scoring_of(load("national_2024")) is scores.NATIONAL
