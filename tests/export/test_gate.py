"""The gate before export: 错误 block, 核实 need an 出错说明 for their present figures, hints never do."""

from __future__ import annotations

from dataclasses import replace

from tests.review.outcomes import CELL, finding, outcome
from tests.rules.small import example
from xltools.editions import load
from xltools.export.gate import gate, refuse
from xltools.export.publish import gaps
from xltools.finding import CHANGED, Severity, explanation_key
from xltools.rules import check

ERROR = finding()
VERIFY = finding(Severity.VERIFY)
MOVED = finding(Severity.VERIFY, CELL._replace(value="9.99"))
HINT = finding(Severity.HINT)
TYPED = {explanation_key(VERIFY): "按合同支付"}


def test_hints_and_clean_workbooks_pass() -> None:
    found = gate(outcome(HINT), {})
    assert found.open and found.reasons() == []
    assert gate(outcome(), {}).open


def test_errors_block_whatever_is_said_of_them() -> None:
    found = gate(outcome(ERROR, HINT), {explanation_key(ERROR): "说明"})
    assert not found.open
    assert found.errors == (ERROR,)
    assert found.reasons() == [f"错误：{ERROR.message}"]


def test_what_needs_a_word_is_asked_for_it() -> None:
    found = gate(outcome(VERIFY), {})
    assert not found.open and found.unexplained == (VERIFY,) and found.changed == ()
    assert found.reasons() == [f"核实（没有出错说明）：{VERIFY.message}"]
    assert gate(outcome(VERIFY), TYPED).open


def test_it_is_asked_again_when_the_figures_change() -> None:
    found = gate(outcome(MOVED), TYPED)
    assert not found.open
    assert found.unexplained == found.changed == (MOVED,)
    assert not gate(outcome(VERIFY), {explanation_key(VERIFY): f"{CHANGED}按合同支付"}).open


def test_the_refusal_counts_what_is_in_the_way() -> None:
    refusal = refuse(gate(outcome(ERROR, ERROR, VERIFY, MOVED), {}))
    assert refusal.message == "还有 2 条错误、2 条核实没有出错说明，没有导出。"
    assert "--draft" in refusal.remedy
    assert refuse(gate(outcome(ERROR), {})).message == "还有 1 条错误，没有导出。"
    moved = refuse(gate(outcome(MOVED), TYPED))
    assert moved.message == "还有 1 条核实没有出错说明（其中 1 条的数已变化），没有导出。"


def test_the_example_may_be_published_with_its_explanations() -> None:
    report = example()
    assert gate(check(report), report.explanations).open
    assert len(gate(check(report), {}).unexplained) == 5
    broken = example({"expenditure[2010399,3]": "6.12"})
    assert len(gate(check(broken), broken.explanations).errors) == 4


def test_what_a_publication_lacks_is_named() -> None:
    report = example()
    edition = load(report.edition)
    assert gaps(report, edition) == []
    bare = replace(report, texts={"duties": " "}, self_evaluations=[], cover=replace(report.cover, entity=""))
    lacking = ["封面的单位名称", "概况中的职责", "概况中的机构设置情况", "名词解释"]
    assert gaps(bare, edition) == [*lacking, "绩效自评表（没有项目的不用填）"]
