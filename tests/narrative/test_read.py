"""Reading back: texts rewritten by hand and whole published texts, held against the figures."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.effort import spread
from tests.narrative.mutations import MISSED, judged, main, mutations
from tests.narrative.test_write import EDITION, EXAMPLE, PRINTED, in_yuan, printed, small
from xltools import functions
from xltools.amount import Amount, Unit
from xltools.finding import Finding, Severity
from xltools.narrative import check, read_text, write
from xltools.narrative.defects import defects, far_years
from xltools.narrative.measures import closed, difference, rate, share
from xltools.report import Ref, Report

TEXTS = {sentence.key: sentence.generated for sentence in write(EXAMPLE, EDITION)}
ERROR, VERIFY, HINT = Severity.ERROR, Severity.VERIFY, Severity.HINT


def rewritten(key: str, text: str, report: Report = EXAMPLE) -> list[Finding]:
    return check(replace(report, texts={**report.texts, f"narrative.{key}": text}), EDITION)


def edited(key: str, old: str, new: str) -> list[Finding]:
    assert old in TEXTS[key]
    return rewritten(key, TEXTS[key].replace(old, new))


def said(findings: list[Finding]) -> list[tuple[str, str, Severity]]:
    return [(finding.rule, finding.kind, finding.severity) for finding in findings]


def test_nothing_is_found_in_the_example_nor_in_its_printed_text():
    assert check(EXAMPLE, EDITION) == []
    assert read_text(PRINTED, EXAMPLE, EDITION) == []
    assert read_text(PRINTED, in_yuan(), EDITION) == []


@pytest.mark.parametrize(
    ("key", "old", "new", "rule", "kind", "severity"),
    [
        ("summary", "总计324.86万元，支出", "总计324.68万元，支出", "01", "value", ERROR),
        ("summary", "减少39.43万元，下降10.82%，", "减少93.43万元，下降10.82%，", "02", "value", ERROR),
        ("summary", "减少39.43万元，下降10.82%，", "减少39.44万元，下降10.82%，", "01", "tail", HINT),
        ("summary", "减少39.43万元，下降10.82%，", "减少39.43万元，下降12.22%，", "02", "value", ERROR),
        ("summary", "收入总计减少", "收入总计增加", "02", "direction", ERROR),
        ("summary", "下降10.82%，", "下降10.82，", "32", "unit", ERROR),
        ("summary", "2024年度收入", "2023年度收入", "31", "value", ERROR),
        ("revenue", "324.82万元", "324.82元", "32", "unit", ERROR),
        ("revenue", "324.82万元", "3248200元", "32", "unit", HINT),
        ("revenue", "324.82万元", "324.82", "32", "unit", ERROR),
        ("revenue", "324.82万元", "324.820万元", "32", "places", HINT),
        ("revenue", "324.82万元", "3,248,200.00万元", "04", "value", ERROR),
        ("revenue.2", "99.99%", "100.00%", "04", "tail", HINT),
        ("revenue.2", "99.99%", "98.99%", "05", "value", ERROR),
        ("expenditure.3", "1.95%", "2.95%", "07", "value", ERROR),
        ("general", "319.74万元", "319.47万元", "09", "value", ERROR),
        ("general.structure.201", "93.38%", "98.05%", "10", "value", ERROR),
        ("general.structure.201", "一般公共服务支出", "教育支出", "15", "name", ERROR),
        ("general.structure.201", "一般公共服务支出", "公共服务", "15", "name", VERIFY),
        ("general.201", "87.39%", "92.89%", "12", "value", ERROR),
        ("general.201", "341.64万元", "341.46万元", "11", "value", ERROR),
        ("basic", "313.52万元", "331.52万元", "16", "value", ERROR),
        ("three_public", "决算0万元", "决算0.50万元", "20", "value", ERROR),
        ("three_public.abroad.detail", "0人次", "3人次", "20", "value", ERROR),
        ("procurement", "货物支出0.30万元", "货物支出3.00万元", "25", "value", ERROR),
        ("assets", "0辆", "2辆", "26", "value", ERROR),
        ("assets", "12月31日", "12月30日", "26", "value", ERROR),
        ("performance", "1个", "2个", "27", "value", ERROR),
        ("performance", "30万元", "300万元", "27", "value", ERROR),
        ("performance", "等级为“差”", "等级为“优”", "27", "name", ERROR),
    ],
)  # fmt: skip
def test_one_mistake_in_a_rewritten_sentence_is_named(key, old, new, rule, kind, severity):
    assert said(edited(key, old, new)) == [(f"narrative-{rule}", f"narrative_{kind}", severity)]


def test_a_finding_says_where_what_and_where_the_number_came_from():
    (finding,) = edited("summary", "减少39.43万元，下降10.82%，", "减少39.43万元，下降12.22%，")
    assert finding.message.startswith("情况说明 一、收入支出决算总体情况说明")
    assert "写为 12.22%，按表应为 10.82%（12.22% 是公开05表" in finding.message
    assert [str(cell.ref) for cell in finding.cells] == ["narrative[summary,text]", "summary[31,1]"]
    assert finding.cells[1].value == "324.86" and finding.gap == Decimal("1.40")


def test_a_sentence_said_in_other_words_is_no_mistake():
    text = (
        "2024年度本单位收入总计为324.86万元，支出总计为324.86万元；与上年相比，收入总计减少39.43万元（下降10.82%），"
        "支出总计同步减少39.43万元，降幅即下降10.82%。主要是人员减少3人，节约3.20万元。"
    )
    findings = rewritten("summary", text)
    assert said(findings) == [("narrative-01", "narrative_unread", HINT)]
    assert "节约3.20万元" in findings[0].message


def test_what_is_left_out_is_named():
    (finding,) = rewritten("revenue.2", "财政拨款收入324.81万元；")
    assert finding.kind == "narrative_missing" and "99.99%" in finding.message


def test_nothing_this_year_is_said_where_there_is_something_and_the_other_way_round():
    assert said(rewritten("basic", "本年度无此项支出。")) == [("narrative-16", "narrative_none", ERROR)]
    extra = rewritten("funds", "2024年度政府性基金支出12.00万元。")
    assert said(extra) == [("narrative-18", "narrative_extra", ERROR)]


def test_a_rate_over_a_zero_base_is_a_mistake():
    both = "summary[31,1]={0}; summary[62,2]={0}"
    report = small(both.format(100), both.format(0), reasons={"summary": "新设单位"})
    text = (
        "2024年度收入总计100.00万元，支出总计100.00万元。与上年相比，收入总计增加100.00万元，增长100.00%，"
        "支出总计增加100.00万元，增长100.00%。主要原因是新设单位。"
    )
    findings = rewritten("summary", text, report)
    assert {(f.rule, f.kind) for f in findings} == {("narrative-03", "narrative_zero_base")}


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("收入减少39.43万元，下降（增长）10.82%", "leftover", "下降（增长）"),
        ("收入总计减增加39.43万元", "leftover", "减增加"),
        ("决算数大小于预算数", "leftover", "大小于"),
        ("决算数大于（小于）预算数", "leftover", "大于（小于）"),
        ("主要原因是XX项目", "leftover", "XX"),
        ("共有车辆×辆", "leftover", "×"),
        ("某某单位", "leftover", "某某"),
        ("下降nan%", "leftover", "nan"),
        ("合计#REF!万元", "leftover", "#REF!"),
        ("主要用于____", "leftover", "____"),
        ("主要原因是{reason}", "leftover", "{reason}"),
        ("主要原因是（请说明增减原因）", "instruction", "（请说明增减原因）"),
        ("请根据实际情况填写。", "instruction", "请根据实际情况填写"),
        ("如无此项请删除", "instruction", "如无此项请删除"),
        ("与上年相比，下降10.82，主要原因", "percent", "10.82"),
        ("财政拨款收入324.81万元，占比99.99；", "percent", "99.99"),
        ("完成年初预算的87.73，", "percent", "87.73"),
        ("增加39.43万元，下降10.82%", "contradiction", "增加39.43万元，下降10.82"),
        ("减少5.00万元（增长3.10%）", "contradiction", "减少5.00万元（增长3.10"),
    ],
)
def test_defects_really_published_are_found_in_any_text(text, kind, found):
    (defect,) = defects(text)
    assert (defect.kind, defect.found) == (f"narrative_{kind}", found)
    reasons = {**EXAMPLE.reasons, "summary": text}
    assert f"narrative_{kind}" in {one.kind for one in check(replace(EXAMPLE, reasons=reasons), EDITION)}


@pytest.mark.parametrize(
    "text",
    [
        "本部门（单位）无机关运行经费",
        "“听民意办实事”7×24小时热线",
        "支出增减变化的原因是人员减少、项目增加",
        "二〇〇五年设立……",
        "（如办公费、差旅费等）",
        "较上年增加5.00万元，增长3.20%；支出减少1.00万元，下降2.00%",
        "一是增加3人，减少1人",
        "提高了12.5个百分点",
        "增长10.82 %",
    ],
)
def test_ordinary_prose_is_left_alone(text):
    assert list(defects(text)) == []


def test_years_far_from_the_report_are_hinted_at():
    assert [defect.found for defect in far_years("2019年、2023年、2024年、2025年，12026年", 2024)] == ["2019"]
    reasons = {**EXAMPLE.reasons, "summary": "2021年年底减少3人"}
    assert said(check(replace(EXAMPLE, reasons=reasons), EDITION)) == [
        ("narrative-31", "narrative_year", HINT)
    ]


def test_missing_prose_is_asked_for_and_missing_last_year_hinted_at():
    reasons = {key: text for key, text in EXAMPLE.reasons.items() if key != "general.201"}
    (finding,) = check(replace(EXAMPLE, reasons=reasons), EDITION)
    assert said([finding]) == [("narrative-14", "narrative_reason", VERIFY)]
    assert finding.message.endswith("没有填写一般公共服务支出的主要原因。")
    bare = check(replace(EXAMPLE, reasons={}, texts={}), EDITION)
    assert {one.severity for one in bare} == {HINT}, "tables without a text yet"
    unknown = check(replace(EXAMPLE, last_year={}), EDITION)
    assert {one.severity for one in unknown} == {HINT}


@pytest.mark.parametrize(
    ("texts", "rule", "kind"),
    [
        ({"three_public.abroad.groups": "2"}, "21", "counts"),
        ({"three_public.abroad.groups": "两个"}, "22", "number"),
        ({"three_public.abroad.groups": "1.5"}, "22", "number"),
        ({"three_public.domestic": "1.00", "three_public.overseas": "0"}, "22", "sum"),
        ({"three_public.foreign_affairs": "1.00"}, "22", "order"),
        ({"three_public.foreign_affairs.people": "4"}, "22", "order"),
        ({"three_public.reception.batches": "4"}, "22", "sum"),
        ({"procurement.small_medium": "0.50"}, "25", "order"),
        ({"procurement.small_medium": "0.20"}, "25", "order"),
        ({"procurement.micro": "约0.3"}, "25", "number"),
        ({"three_public.running.vehicles": "3"}, "26", "counts"),
    ],
)
def test_typed_counts_and_amounts_are_held_together(texts, rule, kind):
    findings = check(replace(EXAMPLE, texts={**EXAMPLE.texts, **texts}), EDITION)
    assert (f"narrative-{rule}", f"narrative_{kind}") in {(one.rule, one.kind) for one in findings}
    assert all(one.message for one in findings)


def test_classes_add_up_to_their_total_in_budget_and_last_year():
    ref = Ref("general", "208", "1")
    for store, rule in (("budget", "11"), ("last_year", "13")):
        figures = dict(getattr(EXAMPLE, store))
        figures[ref] += Decimal("0.01")
        assert ("narrative-" + rule, "narrative_sum_tail", HINT) in said(
            check(replace(EXAMPLE, **{store: figures}), EDITION)
        )
        figures[ref] += 1
        assert ("narrative-" + rule, "narrative_sum", ERROR) in said(
            check(replace(EXAMPLE, **{store: figures}), EDITION)
        )


def test_the_items_of_the_public_part_are_lines_with_figures():
    typed = "办公费、印刷费、差旅费、福利费等"
    findings = check(replace(EXAMPLE, reasons={**EXAMPLE.reasons, "basic.public": typed}), EDITION)
    assert [(one.kind, one.facts["found"]) for one in findings] == [
        ("narrative_named_zero", "印刷费"),
        ("narrative_unnamed", "工会经费"),
    ]


def test_projects_do_not_spend_more_than_project_expenditure():
    amounts = {**EXAMPLE.amounts, Ref("general", "合计", "3"): Decimal("6.21")}
    kinds = {one.kind for one in check(replace(EXAMPLE, amounts=amounts), EDITION)}
    assert "narrative_order" in kinds


def test_last_year_flows_into_the_opening_balance():
    last = {**EXAMPLE.last_year, Ref("summary", "58", "2"): Decimal("364.25")}
    assert check(replace(EXAMPLE, last_year=last), EDITION) == []
    last[Ref("summary", "58", "2")] = Decimal("360.25")
    assert said(check(replace(EXAMPLE, last_year=last), EDITION)) == [
        ("narrative-30", "narrative_sum", VERIFY)
    ]


def test_a_published_text_without_a_section_or_with_other_headings():
    gone = PRINTED.replace("七、政府性基金预算财政拨款收支决算情况说明\n本年度无此项收支。\n", "")
    assert said(read_text(gone, EXAMPLE, EDITION)) == [("narrative-18", "narrative_no_section", VERIFY)]
    renamed = PRINTED.replace("四、财政拨款收支决算总体情况说明", "（四）关于财政拨款收支决算总体情况的说明")
    assert read_text(renamed, EXAMPLE, EDITION) == []


def test_a_published_text_of_full_width_figures_is_read():
    wide = PRINTED.translate(str.maketrans("0123456789.%", "０１２３４５６７８９．％"))
    assert read_text(wide, EXAMPLE, EDITION) == []


def test_every_single_mistake_is_found_in_a_rewritten_sentence():
    """480 mistakes; those within rounding (0.01 in a difference or a share) are hints, the rest not."""
    outcome: Counter[str] = Counter()
    for mutation, worst in judged(EXAMPLE):
        outcome[worst] += 1
        if worst == HINT:
            within = mutation.kind in ("difference +0.01", "unit 元") or mutation.kind.startswith(
                "percentage"
            )
            assert within, mutation
    assert outcome[MISSED] == 0
    assert outcome["错误"] >= 435 and outcome.total() == 480


def test_the_table_of_mistakes_is_printed(capsys: pytest.CaptureFixture[str]):
    main()
    head, *rows, last = capsys.readouterr().out.splitlines()
    assert head.split() == ["made", "错误", "核实", "提示", MISSED] and len(rows) > 10
    assert last.split()[:2] == ["all", "480"] and last.split()[-1] == "0"


@pytest.mark.parametrize("kind", ["difference +0.10", "direction", "year", "% missing"])
def test_every_single_mistake_is_found_in_a_published_text(kind):
    sentences = write(EXAMPLE, EDITION)
    for mutation in spread([one for one in mutations(sentences) if one.kind == kind]):
        changed = [s._replace(typed=mutation.text) if s is mutation.sentence else s for s in sentences]
        findings = read_text(printed(changed), EXAMPLE, EDITION)
        assert [one for one in findings if one.severity is not HINT], mutation


# --- intervals ------------------------------------------------------------------------------------------


def wan(text: str) -> Amount:
    return Amount(Decimal(text), Decimal("0.005"))


def test_every_true_percentage_lies_in_its_range():
    """For any exact amounts behind the printed ones, what they print is allowed."""
    for now, before in (("324.86", "364.29"), ("0.02", "324.82"), ("5.00", "0.03")):
        for a in range(-5, 6, 5):
            for b in range(-5, 6, 5):
                exact = Amount(Decimal(now) + Decimal(a) / 1000), Amount(Decimal(before) + Decimal(b) / 1000)
                true, allowed = rate(*exact), rate(wan(now), wan(before))
                assert allowed.low <= true.value <= allowed.high
                true, allowed = share(*exact), share(wan(now), wan(before))
                assert allowed.low <= true.value <= allowed.high
                true, allowed = difference(*exact), difference(wan(now), wan(before))
                assert allowed.low <= true.value <= allowed.high


def test_in_yuan_only_the_exact_and_the_printed_numbers_are_allowed():
    measure = share(Amount(Decimal("324.8060")), Amount(Decimal("324.8245")))
    assert (measure.value, measure.low, measure.high) == tuple(map(Decimal, ("99.99", "99.99", "100.00")))


def test_a_base_of_zero_or_below_has_no_percentage():
    for base in ("0", "-3"):
        assert rate(wan("5"), Amount(Decimal(base))) is None
        assert share(wan("5"), Amount(Decimal(base))) is None
    assert closed([wan("1")], Amount(Decimal(0))) == [None]


def test_closed_shares_are_those_of_the_worksheet_function():
    parts = [Decimal(text) for text in ("10.01", "10.02", "10.02", "3.33", "-1.00")]
    mine = closed([wan(str(part)) for part in parts], wan(str(sum(parts))))
    theirs = functions.percentages.shares([parts])
    assert [one.value for one in mine] == [fraction * 100 for fraction in theirs[0]]


def test_the_unit_of_the_report_does_not_change_what_is_found():
    report = in_yuan()
    assert report.unit is Unit.YUAN and check(report, EDITION) == []
    text = TEXTS["summary"].replace("减少39.43万元，下降10.82%，支", "减少39.44万元，下降10.82%，支")
    assert [one.severity for one in rewritten("summary", text, report)] == [ERROR]


def test_what_is_counted_is_what_is_listed() -> None:
    """Figures of last year that several sentences ask for are named once, and counted once."""
    bare = replace(EXAMPLE, last_year={}, reasons={}, texts={})
    hints = [f for f in check(bare, EDITION) if f.kind in ("narrative_last_year", "narrative_unfilled")]
    assert {f.kind for f in hints} == {"narrative_last_year", "narrative_unfilled"}
    for finding in hints:
        listed = finding.facts["list"].split("；")
        assert finding.facts["count"] == str(len(listed)) and len(set(listed)) == len(listed)
