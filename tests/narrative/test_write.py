"""The narrative writer: the printed example word for word, in 万元 and in 元, and every form of sentence."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from xltools import figures
from xltools.amount import Unit, half_up
from xltools.editions import FOLDER, load
from xltools.narrative import Sentence, changes, write
from xltools.report import Ref, Report

EDITION = load("shanxi_2024")
PRINTED = (Path(__file__).parent / "printed.txt").read_text(encoding="utf-8")
EXAMPLE = figures.load(FOLDER / "shanxi_2024" / "example.json")


def printed(sentences: list[Sentence]) -> str:
    lines: list[str] = []
    above: tuple[str, ...] = ()
    for sentence in sentences:
        lines += [
            h
            for level, h in enumerate(sentence.headings)
            if above[: level + 1] != sentence.headings[: level + 1]
        ]
        lines.append(sentence.text)
        above = sentence.headings
    return "\n".join(lines) + "\n"


def by_key(report: Report) -> dict[str, Sentence]:
    return {sentence.key: sentence for sentence in write(report, EDITION)}


def amounts(text: str) -> dict[Ref, Decimal]:
    """«summary[31,1] = 5; …» as amounts."""
    found = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, value = part.split("=")
        form, line, column = re.fullmatch(r"(\w+)\[(.+),(\w+)\]", name.strip()).groups()
        found[Ref(form, line, column)] = Decimal(value)
    return found


def small(now: str = "", before: str = "", budget: str = "", **more) -> Report:
    report = Report("shanxi_2024", amounts=amounts(now), last_year=amounts(before), budget=amounts(budget))
    report.cover.year = 2024
    report.lines = {
        "general": sorted({r.line for r in report.amounts if r.form == "general" and r.line != "合计"})
    }
    return replace(report, **more)


def test_the_example_is_written_as_it_was_printed():
    assert printed(write(EXAMPLE, EDITION)) == PRINTED


def in_yuan() -> Report:
    """The example in 元: exact amounts that print the same 万元 and that reconcile."""
    exact = amounts(
        "summary[31,1]=3248645; summary[62,2]=3248645; summary[27,1]=3248245; summary[58,2]=3197420;"
        "revenue[合计,2]=3248060; revenue[合计,7]=185;"
        "expenditure[合计,2]=3135180; expenditure[合计,3]=62240;"
        "appropriation[32,1]=3248060; appropriation[64,2]=3248060; general[合计,1]=3197420;"
        "general[合计,2]=3135180; general[合计,3]=62240; general[201,1]=2985610; general[208,1]=211810;"
        "basic[人员经费合计,1]=2914400; basic[公用经费合计,1]=220780; basic[301,1]=2813130;"
        "basic[303,1]=101270; statistics[1,1]=3000; statistics[2,1]=3000"
    )
    before = amounts(
        "summary[31,1]=3642930; summary[62,2]=3642930; appropriation[32,1]=3642460;"
        "appropriation[64,2]=3642460; general[合计,1]=3642515; general[201,1]=3498710; general[208,1]=143805"
    )
    budget = amounts("general[合计,1]=3644440; general[201,1]=3416420; general[208,1]=228020")
    projects = [
        replace(one, funds=[replace(f, adjusted=f.adjusted * 10000) for f in one.funds])
        for one in EXAMPLE.self_evaluations
    ]
    zeros = {ref: value for ref, value in EXAMPLE.last_year.items() if ref.form == "three_public"}
    return replace(
        EXAMPLE,
        unit=Unit.YUAN,
        amounts={ref: value * 10000 for ref, value in EXAMPLE.amounts.items()} | exact,
        last_year=before | zeros,
        budget=budget,
        self_evaluations=projects,
        texts=EXAMPLE.texts | {"procurement.small_medium": "3000", "procurement.micro": "3,000.00"},
    )


def test_the_example_in_yuan_gives_the_same_text():
    report = in_yuan()
    assert printed(write(report, EDITION)) == PRINTED
    # Here 99.99 % is computed: rounding each share already adds up to 100.
    fiscal, whole = report.amounts[Ref("revenue", "合计", "2")], report.amounts[Ref("summary", "27", "1")]
    assert half_up(fiscal / whole * 100) == Decimal("99.99")


def test_every_number_of_a_text_is_a_fact_at_its_place():
    for sentence in write(EXAMPLE, EDITION):
        for fact in sentence.facts:
            assert sentence.text[fact.start :].startswith(fact.printed + fact.unit.replace("年", ""))
        for slot in sentence.slots:
            if slot.length:
                assert sentence.text[slot.start : slot.start + slot.length] in (slot.typed, slot.default)


def test_shares_close_to_100_with_the_rest_on_the_largest():
    texts = by_key(EXAMPLE)
    assert "占比99.99%" in texts["revenue.2"].text
    assert "占比0.01%" in texts["revenue.7"].text
    thirds = small("general[合计,1]=30; general[201,1]=10; general[205,1]=10; general[208,1]=10")
    shares = [s.text for s in write(thirds, EDITION) if s.key.startswith("general.structure.")]
    assert [re.search(r"占比(.*)%", text)[1] for text in shares] == ["33.34", "33.33", "33.33"]


def test_shares_are_not_closed_over_what_is_missing():
    report = small("summary[27,1]=100; revenue[合计,2]=60; revenue[合计,7]=30")
    texts = by_key(report)
    assert "60.00%" in texts["revenue.2"].text and "30.00%" in texts["revenue.7"].text


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ("110", "100", "收入总计增加10.00万元，增长10.00%，支出总计增加10.00万元，增长10.00%。"),
        ("90", "100", "收入总计减少10.00万元，下降10.00%，支出总计减少10.00万元，下降10.00%。"),
        ("100", "100", "收入总计持平，支出总计持平。"),
        ("100", "0", "收入总计增加100.00万元（上年无此项收入），支出总计增加100.00万元（上年无此项支出）。"),
        ("0", "100", "收入总计减少100.00万元，下降100.00%，支出总计减少100.00万元，下降100.00%。"),
        ("-5", "-10", "收入总计增加5.00万元（上年为负数，不计算增减比率），"),
        ("-5", "10", "收入总计减少15.00万元，下降150.00%，"),
        ("100.01", "100", "收入总计增加0.01万元，增长0.01%，"),
    ],
)
def test_the_form_of_a_change_follows_its_sign(now, before, said):
    both = "summary[31,1]={0}; summary[62,2]={0}"
    assert f"与上年相比，{said}" in by_key(small(both.format(now), both.format(before)))["summary"].text


def test_a_change_below_a_cent_in_yuan_is_nearly_none():
    both = "summary[31,1]={0}; summary[62,2]={0}"
    report = small(both.format("1000000.01"), both.format("1000000"), unit=Unit.YUAN)
    sentence = by_key(report)["summary"]
    assert "收入总计基本持平" in sentence.text and not sentence.reason_needed


def test_without_last_year_nothing_is_compared_and_it_is_asked_for():
    sentence = by_key(small("summary[31,1]=5; summary[62,2]=5"))["summary"]
    assert sentence.text == "2024年度收入总计5.00万元，支出总计5.00万元。上年无可比数据。"
    assert [slot.store for slot in sentence.missing] == ["last_year", "last_year"]


def test_a_class_without_budget_has_no_completion():
    texts = by_key(
        small(
            "general[合计,1]=9; general[201,1]=5; general[205,1]=4",
            "general[合计,1]=9; general[201,1]=5; general[208,1]=4",
            "general[合计,1]=8; general[201,1]=8",
        )
    )
    assert (
        texts["general.201"].text
        == "一般公共服务支出年初预算8.00万元，支出决算5.00万元，完成年初预算的62.50%。与上年决算持平。"
    )
    assert texts["general.201"].reason_needed, "62.50% needs a word, though nothing changed"
    assert (
        texts["general.205"].text
        == "教育支出年初未安排预算，支出决算4.00万元。较上年决算增加4.00万元（上年无此项支出）。"
    )
    assert (
        texts["general.208"].text == "社会保障和就业支出本年度无支出。较上年决算减少4.00万元，下降100.00%。"
    )
    assert "general.structure.208" not in texts


def test_without_any_budget_none_is_mentioned():
    texts = by_key(small("general[合计,1]=5; general[201,1]=5"))
    assert texts["general.budget"].text == "2024年度一般公共预算财政拨款支出决算5.00万元。其中："
    assert texts["general.201"].text == "一般公共服务支出决算5.00万元。"


def test_the_two_other_budgets_when_they_are_not_empty():
    texts = by_key(
        small(
            "funds[合计,1]=1; funds[合计,2]=9; funds[合计,3]=8; funds[合计,5]=8; funds[合计,6]=2;"
            "state_capital[合计,1]=3",
            "funds[合计,3]=4",
            reasons={"funds": "新增项目", "funds.purpose": "道路维修"},
        )
    )
    assert texts["funds"].text == (
        "2024年度政府性基金预算财政拨款年初结转和结余1.00万元，本年收入9.00万元，本年支出8.00万元，"
        "其中：基本支出0万元、项目支出8.00万元；年末结转和结余2.00万元。主要用于道路维修。"
        "与上年相比，政府性基金预算财政拨款支出增加4.00万元，增长100.00%。主要原因是新增项目。"
    )
    assert texts["state_capital"].text.startswith("2024年度国有资本经营预算财政拨款支出3.00万元，")
    gone = by_key(small("", "funds[合计,3]=4"))["funds"].text
    assert gone == "本年度无此项收支。与上年相比，政府性基金预算财政拨款支出减少4.00万元，下降100.00%。"


def test_three_public_with_money_counts_and_a_budget():
    report = small(
        "three_public[1,1]=5; three_public[1,7]=4; three_public[1,11]=3; three_public[1,12]=1",
        "three_public[1,7]=5; three_public[1,11]=3; three_public[1,12]=2",
        texts={
            "three_public.running.vehicles": "2",
            "three_public.reception.batches": "10",
            "three_public.domestic": "1.00",
        },
        reasons={
            "three_public.reception": "接待减少",
            "three_public.running.purpose": "公务用车燃料费、维修费",
        },
    )
    texts = by_key(report)
    assert texts["three_public"].text == (
        "2024年度“三公”经费财政拨款支出全年预算5.00万元，支出决算4.00万元，完成全年预算的80.00%，"
        "较上年“三公”经费财政拨款支出决算减少1.00万元，下降20.00%。其中："
    )
    assert texts["three_public.running"].text == "公务用车运行维护费支出3.00万元，与上年相同；"
    assert (
        texts["three_public.abroad"].text
        == "因公出国（境）费支出0万元，与上年相同，主要原因是：本单位无因公出国（境）支出；"
    )
    assert "减少1.00万元，下降50.00%，主要原因是：接待减少。" in texts["three_public.reception"].text
    assert "保有量共2辆，主要用于：公务用车燃料费、维修费。" in texts["three_public.running.detail"].text
    assert (
        "共接待10批次。国内接待费1.00万元，其中外事接待费0万元，共接待0批次，0人次；"
        in texts["three_public.reception.detail"].text
    )
    asked = [slot.key for slot in texts["three_public.reception.detail"].missing]
    assert "three_public.reception.people" in asked and "three_public.reception.batches" not in asked


def test_numbers_nobody_typed_are_not_said_to_be_zero():
    texts = by_key(small("three_public[1,8]=3; three_public[1,12]=1; statistics[1,1]=5"))
    assert texts["three_public.abroad.detail"].text == "1、因公出国（境）费支出3.00万元。"
    assert texts["three_public.reception.detail"].text == "4、公务接待费支出1.00万元。"
    assert "中小企业" not in texts["procurement"].text
    assert [slot.label for slot in texts["procurement"].missing] == ["授予中小企业合同金额"]


def test_what_changed_since_the_last_time_is_listed():
    before = {sentence.key: sentence.generated for sentence in write(EXAMPLE, EDITION)}
    figures_now = {**EXAMPLE.amounts, Ref("revenue", "合计", "7"): Decimal("0.03")}
    typed = {**EXAMPLE.texts, "narrative.revenue.7": "其他收入0.02万元。"}
    now = write(replace(EXAMPLE, amounts=figures_now, texts=typed), EDITION)
    gone = [sentence for sentence in now if sentence.key != "funds"]
    found = {change.key: change for change in changes(before, gone)}
    assert set(found) == {"revenue.2", "revenue.7", "funds"}
    assert found["revenue.7"].typed == "其他收入0.02万元。" and "0.03" in found["revenue.7"].after
    assert found["funds"].after == "" and changes(before, write(EXAMPLE, EDITION)) == []


def test_last_years_reason_is_shown_beside():
    report = replace(EXAMPLE, texts={**EXAMPLE.texts, "last_year.general.201": "增加2人"})
    assert by_key(report)["general.201"].reason.last_year == "增加2人"


def test_the_lines_of_table_06_are_named_where_nothing_is_typed():
    report = small(
        "general[合计,2]=9; basic[人员经费合计,1]=5; basic[301,1]=5; basic[30101,1]=4; basic[30113,1]=1;"
        "basic[公用经费合计,1]=4; basic[30201,1]=3; basic[31002,1]=1"
    )
    texts = by_key(report)
    assert (
        texts["basic.personnel"].text
        == "人员经费5.00万元，主要包括工资福利支出5.00万元（基本工资、住房公积金）；"
    )
    assert texts["basic.public"].text == "公用经费4.00万元，主要包括办公费、办公设备购置。"


def test_assets_and_operating_costs_and_procurement():
    texts = by_key(
        small(
            "statistics[1,1]=10; statistics[2,1]=6; statistics[4,1]=4; statistics[6,1]=7; statistics[7,1]=3;"
            "statistics[9,1]=1; statistics[15,1]=2; statistics[17,1]=4",
            "statistics[6,1]=8",
            texts={"procurement.small_medium": "8", "procurement.micro": "2.5"},
        )
    )
    assert texts["assets"].text == (
        "截至2024年12月31日，本部门（单位）共有车辆3辆，其中：主要负责人用车1辆、其他用车2辆；"
        "单价100万元（含）以上设备（不含车辆）4台（套）。"
    )
    assert texts["operating_costs"].text == (
        "2024年度机关运行经费支出7.00万元。与上年相比，机关运行经费减少1.00万元，下降12.50%。"
    )
    assert "中小企业合同金额8.00万元，占政府采购支出总额的80.00%。" in texts["procurement"].text
    assert "小微企业合同金额2.50万元，占政府采购支出总额的25.00%。" in texts["procurement"].text


def graded(*grades: str) -> Report:
    one = EXAMPLE.self_evaluations[0]
    return small(self_evaluations=[replace(one, grade=grade) for grade in grades])


@pytest.mark.parametrize(
    ("grades", "said", "measures"),
    [
        ((), "2024年本部门（单位）未开展项目绩效自评。", False),
        (("优",), "自评个数1个，涉及资金30万元，该项目自评等级为“优”。", False),
        (("优", "优"), "自评个数2个，涉及资金60万元，项目自评等级均为“优”。", False),
        (
            ("差", "优", "差"),
            "涉及资金90万元，其中：自评等级为“优”的项目1个、自评等级为“差”的项目2个。",
            True,
        ),
        (("", ""), "自评个数2个，涉及资金60万元。", False),
    ],
)
def test_projects_are_counted_by_grade(grades, said, measures):
    sentence = by_key(graded(*grades))["performance"]
    assert sentence.text.endswith(said)
    assert sentence.reason_needed is measures


def test_typed_prose_loses_its_own_lead_and_full_stop():
    both = "summary[31,1]={0}; summary[62,2]={0}"
    report = small(both.format(5), both.format(4), reasons={"summary": "主要原因是：人员增加。\n项目增加；"})
    assert by_key(report)["summary"].text.endswith("主要原因是人员增加。项目增加。")


def test_typed_prose_cannot_inject_a_template_or_marks():
    both = "summary[31,1]={0}; summary[62,2]={0}"
    report = small(both.format(5), both.format(4), reasons={"summary": "{{ year }}{0}\ue000f0\ue001x\ue002%"})
    assert by_key(report)["summary"].text.endswith("主要原因是{{ year }}{0}f0x%。")


def test_reasons_are_asked_for_exactly_where_something_changed():
    texts = by_key(EXAMPLE)
    needed = {key for key, sentence in texts.items() if sentence.reason_needed}
    assert needed == {"summary", "appropriation", "general", "general.201", "general.208", "performance"}
    assert texts["general.201"].reason_key == "general.201"
    bare = by_key(replace(EXAMPLE, reasons={}))
    assert {key for key, sentence in bare.items() if sentence.missing} == needed
    assert "主要原因" not in bare["summary"].text


def test_a_rewritten_sentence_is_kept():
    report = replace(EXAMPLE, texts={**EXAMPLE.texts, "narrative.revenue": "手改的一句。"})
    sentence = by_key(report)["revenue"]
    assert sentence.text == "手改的一句。" and sentence.generated.startswith("2024年度收入合计")


def test_an_edition_without_sentences_has_no_narrative():
    assert write(replace(EXAMPLE, edition="national_2024"), load("national_2024")) == []
