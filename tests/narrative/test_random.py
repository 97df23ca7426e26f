"""200 random units: a grammar of the allowed sentence forms, and reading back what was written."""

import re
from decimal import Decimal

import pytest

from tests.effort import first
from tests.narrative.units import unit
from xltools.amount import Unit, half_up
from xltools.editions import load
from xltools.narrative import Kind, Sentence, check, write
from xltools.narrative.defects import defects
from xltools.narrative.judge import Reading
from xltools.narrative.wording import Author
from xltools.narrative.write import asked
from xltools.report import Ref, Report

EDITION = load("shanxi_2024")
RANDOM = range(200)

AMOUNT = r"-?(?:0|\d+\.\d\d)万元"
RATE = r"\d+\.\d\d%"
SHARE = rf"(?:，占比-?{RATE})?"
NOUN = "(?:收入|支出)"
CHANGE = (
    rf"(?:增加{AMOUNT}，增长{RATE}|减少{AMOUNT}，下降{RATE}|(?:增加|减少){AMOUNT}（上年无此项{NOUN}）"
    rf"|(?:增加|减少){AMOUNT}（上年为负数，不计算增减比率）|(?:基本)?持平)"
)
SAME = CHANGE.replace("持平", "相同")
YEAR = r"(?:20\d\d|本)"
PROSE = r"[^，。；]+(?:；[^，。；]+)*"
WHY = rf"(?:主要原因是{PROSE}。)?"
COMPARED = rf"(?:与上年相比，{{subject}}{CHANGE}。{WHY}|上年无可比数据。)"
BUDGETED = rf"(?:年初预算{AMOUNT}，支出)?决算{AMOUNT}(?:，完成年初预算的-?{RATE})?"
COUNTED = r"\d+"
VISITS = rf"(?:，共接待(?:国（境）外)?{COUNTED}批次)?(?:，{COUNTED}人次)?"
FUNDS = "政府性基金预算财政拨款"
CAPITAL = "国有资本经营预算财政拨款"
GRAMMAR = {
    r"summary": rf"{YEAR}年度收入总计{AMOUNT}，支出总计{AMOUNT}。"
    rf"(?:与上年相比，收入总计{CHANGE}，支出总计{CHANGE}。{WHY}|上年无可比数据。)",
    r"appropriation": rf"{YEAR}年度财政拨款收入总计{AMOUNT}，支出总计{AMOUNT}。"
    rf"(?:与上年相比，财政拨款收入总计{CHANGE}；财政拨款支出总计{CHANGE}。{WHY}|上年无可比数据。)",
    r"(?:revenue|expenditure)": rf"{YEAR}年度(?:收入|支出)合计{AMOUNT}(?:，其中：|。)",
    r"(?:revenue|expenditure)\.\d": rf"[^，\d]+{AMOUNT}{SHARE}[；。]",
    r"general": rf"(?:{YEAR}年无一般公共预算财政拨款支出"
    rf"|{YEAR}年一般公共预算财政拨款决算支出{AMOUNT}(?:，占本年支出合计的-?{RATE})?)。"
    + COMPARED.format(subject="一般公共预算财政拨款支出"),
    r"general\.structure": rf"本年度无此项支出。"
    rf"|{YEAR}年度一般公共预算财政拨款支出{AMOUNT}，主要用于以下方面：",
    r"general\.structure\.\d{3}": rf"[^，\d]+\(类\){AMOUNT}{SHARE}[；。]",
    r"general\.budget": rf"本年度无此项支出。"
    rf"|{YEAR}年度一般公共预算财政拨款支出{BUDGETED}。其中：",
    r"general\.\d{3}": rf"[^，\d]+(?:本年度无支出|年初未安排预算，支出决算{AMOUNT}|{BUDGETED})"
    rf"(?:，用于{PROSE})?。"
    rf"(?:较上年决算{CHANGE}(?:，主要原因是{PROSE})?。|与上年决算{CHANGE}。)?"
    rf"(?:决算数(?:大于|小于)年初预算数的主要原因是{PROSE}。)?",
    r"basic": rf"本年度无此项支出。|{YEAR}年度财政拨款基本支出{AMOUNT}，其中：",
    r"basic\.personnel": rf"人员经费{AMOUNT}(?:，主要包括[^，]+?{AMOUNT}(?:（{PROSE}）)?"
    rf"(?:，[^，]+?{AMOUNT}(?:（{PROSE}）)?)?)?[；。]",
    r"basic\.public": rf"公用经费{AMOUNT}(?:，主要包括{PROSE})?。",
    r"funds": rf"(?:本年度无此项收支。|{YEAR}年度{FUNDS}年初结转和结余{AMOUNT}，本年收入{AMOUNT}，"
    rf"本年支出{AMOUNT}，其中：基本支出{AMOUNT}、项目支出{AMOUNT}；年末结转和结余{AMOUNT}。"
    rf"(?:主要用于{PROSE}。)?)(?:与上年相比，{FUNDS}支出{CHANGE}。{WHY})?",
    r"state_capital": rf"(?:本年度无此项支出。|{YEAR}年度{CAPITAL}支出{AMOUNT}，"
    rf"其中：基本支出{AMOUNT}、项目支出{AMOUNT}。)(?:与上年相比，{CAPITAL}支出{CHANGE}。{WHY})?",
    r"three_public": rf"{YEAR}年度“三公”经费财政拨款支出全年预算{AMOUNT}，支出决算{AMOUNT}"
    rf"(?:，完成全年预算的-?{RATE})?"
    rf"(?:，[较与]上年“三公”经费财政拨款支出决算{SAME})?。其中：",
    r"three_public\.\w+": rf"[^，\d]+{AMOUNT}(?:，[较与]上年{SAME})?(?:，主要原因是：{PROSE})?[；。]",
    r"three_public\.abroad\.detail": rf"1、[^，\d]+{AMOUNT}(?:，出国（境）团组共{COUNTED}个)?"
    rf"(?:，{COUNTED}人次)?。(?:主要用于：{PROSE}。)?",
    r"three_public\.(?:purchase|running)\.detail": rf"[23]、[^，\d]+{AMOUNT}(?:，[^，\d]+{COUNTED}辆)?"
    rf"(?:，主要用于：{PROSE})?。",
    r"three_public\.reception\.detail": rf"4、公务接待费支出{AMOUNT}{VISITS}。"
    rf"(?:国内接待费{AMOUNT}{VISITS}，其中外事接待费{AMOUNT}{VISITS}(?:，主要是{PROSE})?；"
    rf"国（境）外接待费{AMOUNT}{VISITS}(?:，主要是{PROSE})?。)?",
    r"operating_costs": rf"(?:本部门（单位）无机关运行经费。|{YEAR}年度机关运行经费支出{AMOUNT}。)"
    rf"(?:与上年相比，机关运行经费{CHANGE}。{WHY})?",
    r"procurement": rf"{YEAR}年度无政府采购支出。"
    rf"|{YEAR}年度政府采购支出总额{AMOUNT}，其中：政府采购货物支出{AMOUNT}、"
    rf"政府采购工程支出{AMOUNT}、政府采购服务支出{AMOUNT}。(?:政府采购授予中小企业合同金额{AMOUNT}，"
    rf"占政府采购支出总额的{RATE}。(?:其中：授予小微企业合同金额{AMOUNT}，占政府采购支出总额的{RATE}。)?)?",
    r"assets": rf"截至{YEAR}年12月31日，本部门（单位）共有车辆{COUNTED}辆"
    rf"(?:，其中：[^，；\d]+{COUNTED}辆(?:、[^，；\d]+{COUNTED}辆)*)?"
    rf"(?:；单价100万元（含）以上设备（不含车辆）{COUNTED}台（套）)?。",
    r"performance": rf"{YEAR}年(?:本部门（单位）未开展项目绩效自评"
    r"|二级项目绩效自评个数\d+个，涉及资金\d+(?:\.\d\d)?万元"
    r"(?:，该项目自评等级为“.”|，项目自评等级均为“.”"
    r"|，其中：自评等级为“.”的项目\d+个(?:、自评等级为“.”的项目\d+个)*)?)。",
    r"performance\.other": r"无",
}  # fmt: skip


def rule_of(key: str) -> str:
    return next(text for pattern, text in GRAMMAR.items() if re.fullmatch(pattern, key))


@pytest.mark.parametrize("seed", first(40, RANDOM))
def test_random_units_are_written_in_allowed_forms_and_read_back(seed):
    report = unit(seed)
    author = Author(report, EDITION)
    sentences = write(report, EDITION)
    assert len({sentence.key for sentence in sentences}) == len(sentences)
    for sentence in sentences:
        text = sentence.text
        assert re.fullmatch(rule_of(sentence.key), text), f"{sentence.key}: {text}"
        assert not re.search(r"nan|None|inf|[，、；：][，、；。]|。。|[\ue000-\ue00f]|\s", text, re.I), text
        assert not list(defects(text)), text
        assert text.count("（") == text.count("）")
        _directions_agree(report, sentence)
        cell = author.text_cell(sentence.key, sentence.headings)
        assert [one.message for one in Reading(author, [sentence], text, cell, {}).findings()] == []
    assert all(finding.message for finding in check(report, EDITION))


def _directions_agree(report: Report, sentence: Sentence) -> None:
    for fact in sentence.facts:
        if fact.kind is not Kind.DIRECTION:
            continue
        refs = [Ref(*re.fullmatch(r"(\w+)\[(.+),(\w+)\]", part).groups())
                for part in fact.key.removesuffix(".direction").split("+")]  # fmt: skip
        gap = sum((report.get(r) - report.last_year.get(r, Decimal(0)) for r in refs), Decimal(0))
        if report.unit is Unit.YUAN:
            gap /= 10000
        sign = (half_up(gap) > 0) - (half_up(gap) < 0)
        words = {1: ("增加", "增长"), -1: ("减少", "下降"), 0: ("持平", "基本持平", "相同", "基本相同")}
        assert fact.printed in words[sign], sentence.text


@pytest.mark.parametrize("seed", first(10, range(0, 200, 5)))
def test_what_is_asked_is_what_the_written_sentences_ask(seed):
    """The short way of a check (no text made) asks the same as the sentences themselves."""
    report = unit(seed)
    report.texts["narrative.summary"] = "改写。"
    short, long = asked(report, EDITION), write(report, EDITION)
    assert [one.key for one in short] == [one.key for one in long]
    for one, other in zip(short, long, strict=True):
        assert (one.headings, one.typed, one.rule) == (other.headings, other.typed, other.rule)
        assert [(s.key, s.store, s.label, s.needed, s.typed) for s in one.slots] == [
            (s.key, s.store, s.label, s.needed, s.typed) for s in other.slots
        ]
        names = [[fact.printed for fact in s.facts if fact.kind is Kind.NAME] for s in (one, other)]
        assert names[0] == names[1]
