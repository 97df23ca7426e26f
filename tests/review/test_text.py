"""The report for the terminal."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.review.outcomes import CELL, finding, outcome, suspect, wrong
from xltools.finding import Severity, explanation_key
from xltools.review.text import by_cause, lines, readiness, summary, tally, unseen
from xltools.rules import Checked


def test_the_verdict_and_the_counts_stand_first() -> None:
    first = next(lines("2024决算.xlsx", wrong()))
    assert re.fullmatch(r"2024决算\.xlsx：错误（错误 4，核实 5，提示 \d+；核对了 \d{3} 条勾稽关系）", first)


def test_the_likely_causes_stand_before_the_findings() -> None:
    text = "\n".join(lines("x", wrong()))
    assert text.index("最可能的原因：\n  1. ") < text.index("【错误】4 条") < text.index("【核实】5 条")
    assert text.index("【核实】") < text.index("【提示】") < text.index("没有核对的：")
    assert "  由原因1引起（4 条）：\n  · [expenditure-01] 支出合计等于各类支出之和\n    公开03表" in text


def test_nothing_is_said_of_what_is_not_there() -> None:
    assert list(lines("x", outcome()))[:2] == ["x：通过（错误 0，核实 0，提示 0；核对了 631 条勾稽关系）", ""]
    assert "【" not in "\n".join(lines("x", outcome()))


def test_a_check_without_gaps_lists_none() -> None:
    assert list(lines("x", replace(outcome(), not_checked=()))) == [
        "x：通过（错误 0，核实 0，提示 0；核对了 631 条勾稽关系）"
    ]


def test_colours_on_request_only() -> None:
    made = outcome(finding(), finding(Severity.VERIFY), finding(Severity.HINT))
    assert "\x1b" not in "".join(lines("x", made))
    text = "\n".join(lines("x", made, colour=True))
    assert "\x1b[31m错误\x1b[0m" in text
    assert "\x1b[33m【核实】1 条\x1b[0m" in text and "\x1b[36m【提示】1 条\x1b[0m" in text
    assert "\x1b[32m通过\x1b[0m" in next(lines("x", outcome(), colour=True))


def test_findings_are_grouped_by_cause() -> None:
    findings = [
        finding(rule="a"),
        finding(rule="b", group="原因2"),
        finding(rule="c", group="原因10"),
        finding(rule="d", group="金额单位：公开06表"),
        finding(rule="e", group="原因2"),
        finding(rule="f", group="尾差"),
    ]
    groups = [(heading, [f.rule for f in found]) for heading, found in by_cause(findings)]
    assert groups == [
        ("由公开06表的金额单位引起（1 条）", ["d"]),
        ("由原因2引起（2 条）", ["b", "e"]),
        ("由原因10引起（1 条）", ["c"]),
        ("其他（2 条）", ["a", "f"]),
    ]
    assert list(by_cause([finding()])) == [("", [finding()])]
    assert list(by_cause([])) == []
    assert [heading for heading, _ in by_cause(findings[1:2])] == ["由原因2引起（1 条）"]


def test_what_was_not_checked_is_one_line_per_reason() -> None:
    made = outcome()
    assert unseen(made) == [("空表说明", "数据中没有表下说明", "a-01、b-01"), ("公开02表", "没有公式", "")]
    text = list(lines("x", made))
    assert text[-2:] == ["  · 空表说明（a-01、b-01）：数据中没有表下说明", "  · 公开02表：没有公式"]


def test_every_suspect_has_a_number() -> None:
    text = list(lines("x", outcome(finding(), suspects=(suspect(), suspect(cell=CELL)))))
    assert [line[:4] for line in text if line.startswith("  1.") or line.startswith("  2.")] == [
        "  1.",
        "  2.",
    ]


def test_the_summary_over_many_files() -> None:
    verify = finding(Severity.VERIFY)
    explained = {explanation_key(verify): "已说明"}
    rows: list[tuple[str, Checked | str]] = [
        ("甲.xlsx", outcome(finding(Severity.HINT))),
        ("乙.xlsx", outcome(finding(), finding(), finding(Severity.HINT))),
        ("丙.xlsx", "打不开。"),
        ("丁.xlsx", outcome(finding(), verify)),
        ("戊.xlsx", replace(outcome(verify), explanations=explained)),
    ]
    assert list(summary([(name, tally(found)) for name, found in rows])) == [
        "",
        "共 5 个文件：通过 1 个，错误 2 个，未能审核 1 个，核实 1 个",
        "  错误  乙.xlsx（错误 2，提示 1）",
        "  未能审核  丙.xlsx",
        "  错误  丁.xlsx（错误 1，核实 1（1 条没有出错说明））",
        "  核实  戊.xlsx（核实 1（均已说明））",
    ]


def test_whether_the_workbook_can_be_exported_is_said() -> None:
    verify, other = finding(Severity.VERIFY), finding(Severity.VERIFY, rule="y")
    made = outcome(verify, other)
    typed = {explanation_key(verify): "因为"}
    told = list(lines("x", replace(made, explanations=typed)))
    assert told[1] == "1 条核实还没有出错说明，1 条已写；在“审核结果”写好才能导出。"
    assert told.count("    出错说明：因为") == 1
    assert readiness(made) == "2 条核实还没有出错说明；在“审核结果”写好才能导出。"
    both = typed | {explanation_key(other): "也因为"}
    assert readiness(replace(made, explanations=both)) == "2 条核实均已写出错说明，可以导出。"
    assert readiness(outcome(finding(), verify)) == readiness(outcome()) == ""


def test_a_workbook_without_figures_claims_no_check() -> None:
    assert next(lines("x", replace(outcome(), checked=0))).endswith("；没有金额，没有核对勾稽关系）")


def test_a_long_group_of_one_cause_is_folded() -> None:
    many = [finding(rule=f"r{n}", group="原因1") for n in range(8)]
    text = "\n".join(lines("x", outcome(*many, suspects=(suspect(),))))
    assert "由原因1引起（8 条）" in text and text.count("  · [r") == 5
    assert "  · 另有 3 条，都由原因1引起，改正后一并消失。" in text
    assert "另有" not in "\n".join(lines("x", outcome(*(replace(one, group="") for one in many))))


def test_a_rival_of_a_cause_is_told_apart() -> None:
    guesses = (suspect(), suspect(alternative=True))
    text = list(lines("x", outcome(finding(group="原因1"), suspects=guesses)))
    at = text.index("也可能是：")
    assert text[at - 1].startswith("  1. ") and text[at + 1].startswith("  2. ")
