"""Percentages of 分析 and of the narrative, funds and scores of 自评: part of the joint verdict."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import pytest

import xltools
from tests.effort import first
from tests.rules.small import example
from tests.units import random_report
from xltools import narrative
from xltools.amount import Unit, show
from xltools.editions import load
from xltools.finding import Finding, Severity
from xltools.report import Percentage, Place, Ref, Report
from xltools.review.data import as_data
from xltools.review.suspects import sentence
from xltools.rules import Checked, Evidence, check
from xltools.rules.beside import beside
from xltools.rules.desk import Desk
from xltools.rules.identities import Figures, identities
from xltools.workbook.surgery import Edits, SheetEdit, edit


def rewritten(made: Report, key: str, old: str, new: str) -> Report:
    """``made`` with one sentence written by hand: the generated one with ``old`` replaced."""
    made = deepcopy(made)
    (text,) = (s.generated for s in narrative.write(made, load()) if s.key == key)
    assert old in text
    made.texts[f"narrative.{key}"] = text.replace(old, new)
    return made


def errors(checked: Checked) -> list[Finding]:
    return [finding for finding in checked.findings if finding.severity is Severity.ERROR]


def project(**changes: str) -> Report:
    """The example with figures of 资金总额 changed; ``total`` is 总分."""
    made = deepcopy(example())
    for name, value in changes.items():
        target = made.self_evaluations[0] if name == "total" else made.self_evaluations[0].funds[0]
        setattr(target, name, Decimal(value))
    return made


# --- narrative


def test_a_wrong_share_of_the_text_is_told_apart_from_a_wrong_amount() -> None:
    checked = check(rewritten(example(), "expenditure.2", "98.05", "89.05"))
    (suspect,) = checked.suspects
    assert suspect.kind == "share" and suspect.cell.ref == Ref("narrative", "expenditure.2", "text")
    assert (
        suspect.cell.label.startswith("情况说明 三、支出决算情况说明")
        and "基本支出占比" in suspect.cell.label
    )
    assert (suspect.cell.value, suspect.suggested[0]) == ("89.05%", "98.05%")
    assert "313.52 ÷" in suspect.proof[0] and "= 98.05%，不符" in suspect.proof[0]
    assert "印 89.05%，应为 98.05%（比例与金额不符，可信度 99%；因尾差也可能是 98.06%）" in sentence(suspect)
    ((cell, text),) = suspect.changes
    assert cell == suspect.cell and text == "基本支出313.52万元，占比98.05%；"
    (one,) = errors(checked)
    assert (one.rule, one.group) == ("narrative-07", "原因1"), (
        "the single rule says it; nothing says it twice"
    )
    assert "请先核对" not in one.remedy
    (data,) = as_data("x", checked)["suspects"]
    assert data["ref"] == "narrative[expenditure.2,text]" and data["suggested"][0] == "98.05%"


def test_a_wrong_amount_is_told_apart_from_right_shares() -> None:
    made = rewritten(example(), "general.structure.201", "一般公共服务支出(类)", "一般公共服务支出（类）")
    made.amounts[Ref("general", "201", "1")] = Decimal("289.56")
    checked = check(made)
    assert [s.cell.ref for s in checked.suspects] == [Ref("general", "201", "1")]
    assert checked.suspects[0].suggested == ("298.56",)
    assert {finding.group for finding in errors(checked)} == {"原因1"}, "the sentence's amount and share too"
    assert {"narrative-10", "general-01"} <= {finding.rule for finding in errors(checked)}


def test_a_share_off_by_its_last_place_is_impossible_together() -> None:
    """Single rules must call 98.06 a 尾差; with all identities no exact amounts print it."""
    made = rewritten(example(), "expenditure.2", "98.05", "98.06")
    checked = check(made)
    assert [finding.rule for finding in errors(checked)] == ["joint-01"]
    assert "印 98.06%" in errors(checked)[0].message
    assert checked.suspects[0].suggested == ("98.05%",)
    assert not [f for f in checked.findings if f.kind == "narrative_tail"], "no 尾差 and error at once"


def test_a_rate_of_change_has_the_sign_of_the_change() -> None:
    checked = check(rewritten(example(), "summary", "下降10.82%，支出", "下降18.02%，支出"))
    assert checked.suspects[0].suggested[0] == "10.82%"
    assert "下降10.82%，支出" in checked.suspects[0].changes[0][1]
    assert "上年 公开01表" in checked.suspects[0].proof[0]


def test_the_example_as_published_is_possible() -> None:
    """99.99 and 0.01 %, 98.05 and 1.95 %, 93.38 and 6.62 %, all written by hand: all at once."""
    made = example()
    for key in ("revenue.2", "revenue.7", "expenditure.2", "expenditure.3", "general.structure.201",
                "general.structure.208", "summary", "general", "general.budget"):  # fmt: skip
        mark = "2024年" if key in ("summary", "general", "general.budget") else "占比"
        made = rewritten(made, key, mark, f" {mark}")
    checked = check(made)
    assert (checked.counts["错误"], checked.suspects) == (0, ())
    assert any("占比" in key for key in made.texts.values())
    rows = beside(Desk(made, load(), Figures(made, load()), identities(load(), made)))
    assert len([one for one in rows.shares if one.rule == "percentage"]) >= 11


@pytest.mark.parametrize("seed", first(4, range(8)))
@pytest.mark.parametrize("unit", list(Unit))
def test_percentages_from_exact_amounts_or_from_the_tables_are_no_error(seed: int, unit: Unit) -> None:
    """Both are seen: computed from 元 as published, and from the printed figures of a workbook in 万元."""
    style = "ab"[seed % 2]
    exact, made = random_report(seed, Unit.YUAN, style), random_report(seed, unit, style)
    source = exact if seed % 4 < 2 else made
    said = {}
    others = {sentence.key: sentence for sentence in narrative.write(source, load())}
    for own in narrative.write(made, load()):
        one = others.get(own.key, own)
        shares = [(fact, other) for fact, other in zip(one.facts, own.facts, strict=False) if fact.whole]
        if shares:
            text = own.generated
            for fact, other in shares:
                text = text.replace(f"{other.printed}%", f"{fact.printed}%")
            said[f"narrative.{one.key}"] = f"{text} "
    assert said
    before = check(made)
    made.texts.update(said)
    checked = check(made)
    assert checked.suspects == before.suspects == ()
    assert not [finding for finding in checked.findings if finding.rule == "joint-01"]


# --- 自评


def test_a_wrong_rate_and_a_wrong_score_are_named() -> None:
    checked = check(project(rate="20.57"))
    (suspect,) = checked.suspects
    assert (suspect.kind, suspect.cell.ref) == ("share", Ref("self_evaluation", "1.fund1", "rate"))
    assert suspect.cell.label == "绩效自评 资金总额 执行率" and suspect.suggested[0] == "20.75"
    assert suspect.changes == ((suspect.cell, "20.75"),)
    (one,) = errors(checked)
    assert (one.rule, one.group) == ("self_evaluation-02", "原因1")
    checked = check(project(total="59.26"))
    assert checked.suspects[0].cell.ref == Ref("self_evaluation", "1.total", "score")
    assert checked.suspects[0].suggested == ("59.62",) and "总分 59.26 = " in checked.suspects[0].proof[0]
    assert [(f.rule, f.group) for f in errors(checked)] == [("self_evaluation-15", "原因1")]


def test_a_wrong_amount_of_a_project_is_one_cause_of_many_findings() -> None:
    checked = check(project(executed="2.624"))
    (suspect,) = checked.suspects
    assert suspect.cell.ref == Ref("self_evaluation", "1.fund1", "executed")
    assert suspect.suggested == ("6.224",), "with all its places: the sources add up to it"
    assert len(errors(checked)) == 4 and {f.group for f in errors(checked)} == {"原因1"}
    verify = [f for f in checked.findings if f.severity is Severity.VERIFY]
    assert verify and not any(f.group for f in verify), "judgements of indicators have other causes"


def test_what_a_formula_computes_is_no_suspect() -> None:
    """The rate is a formula in the template; here it says 20.57 since somebody changed the formula."""
    made = project(rate="20.57")
    formula = Evidence(formulas={Ref("self_evaluation", "1.fund1", "rate"): "XT_EXECUTION_RATE(1,2)"})
    assert check(made, evidence=formula).suspects == ()
    total = Evidence(formulas={Ref("self_evaluation", "1.total", "score"): "SUM(I1:I9)"})
    assert check(project(total="59.26"), evidence=total).suspects == ()


# --- 分析


def analysed(ref: str, measure: str, value: str, made: Report | None = None) -> Checked:
    form, _, rest = ref.partition("[")
    one = Percentage(Ref(form, *rest.rstrip("]").split(",")), measure, Decimal(value), Place("分析", "D16"))
    return check(made or example(), evidence=Evidence(percentages=(one,)))


def test_a_percentage_typed_over_in_the_analysis() -> None:
    checked = analysed("expenditure[合计,2]", "share", "89.05")
    (suspect,) = checked.suspects
    assert suspect.cell.ref == Ref("analysis", "expenditure[合计,2]", "share")
    assert suspect.cell.place == Place("分析", "D16") and suspect.suggested[0] == "98.05%"
    assert suspect.changes == ((suspect.cell, "0.9805"),), "the cell holds a fraction"
    (one,) = (f for f in checked.findings if f.rule == "analysis-01")
    assert (one.severity, one.group) == (Severity.VERIFY, "原因1")
    assert one.message.endswith(
        "占比写为 89.05%，按金额应为 98.05%（313.52 ÷ 319.74）。请恢复公式，或核对金额。"
    )
    assert checked.counts["错误"] == 0, "it is not published"


@pytest.mark.parametrize(
    ("ref", "measure", "right", "wrong", "formula"),
    [
        ("general[201,1]", "share", "93.38", "83.38", "298.56 ÷ 319.74"),
        ("general[201,1]", "rate", "-14.67", "-17.46", "(298.56 − 349.87) ÷ 349.87"),
        ("general[201,1]", "completion", "87.39", "78.39", "298.56 ÷ 341.64"),
        ("summary[31,1]", "rate", "-10.82", "10.82", "(324.86 − 364.29) ÷ 364.29"),
    ],
)
def test_shares_rates_and_completions(ref: str, measure: str, right: str, wrong: str, formula: str) -> None:
    assert analysed(ref, measure, right).suspects == ()
    checked = analysed(ref, measure, wrong)
    assert checked.suspects[0].suggested[0] == f"{right}%"
    assert formula in next(f.message for f in checked.findings if f.rule == "analysis-01")


def test_what_cannot_be_a_percentage_is_left_alone() -> None:
    bare = example()
    bare.last_year.clear()
    bare.budget.clear()
    for ref, measure in (
        ("summary[31,1]", "rate"),
        ("general[201,1]", "completion"),
        ("general[299,1]", "share"),
        ("funds[合计,2]", "share"),
    ):
        checked = analysed(ref, measure, "12.34", bare)
        assert not [f for f in checked.findings if f.rule == "analysis-01"] and checked.suspects == ()


def test_explain_names_percentages() -> None:
    one = Percentage(Ref("general", "201", "1"), "share", Decimal("93.38"), Place("分析", "D33"))
    from xltools.rules import explain

    lines = explain(example(), "general[201,1]", evidence=Evidence(percentages=(one,)))
    assert sum("占比 印 93.38%" in line for line in lines) == 1
    assert "  · 比例与金额相符" in lines


# --- from a workbook


def test_the_sheet_is_read_where_it_holds_values(tmp_path: Path) -> None:
    path, to = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    xltools.write(path, example())
    assert xltools.read(path).percentages == ()
    cells: dict[str, object] = {
        "D6": 0.9989, "D12": 1, "D16": "89.05%", "D17": "三", "F25": -0.1082, "F26": 12, "H29": 0.8773,
        "D33": 0.93378, "G34": 0.4729, "A34": 208, "F38": 0.1,
    }  # fmt: skip
    edit(path, Edits(sheets={"分析": SheetEdit(cells, frozenset(cells))}), to)  # type: ignore[arg-type]
    found = {(str(p.ref), p.measure): (show(p.value), p.place.cell) for p in xltools.read(to).percentages}
    assert found == {
        ("revenue[合计,2]", "share"): ("99.89", "D6"),
        ("expenditure[合计,2]", "share"): ("89.05", "D16"),
        ("summary[31,1]", "rate"): ("-10.82", "F25"),
        ("summary[62,2]", "rate"): ("1200.00", "F26"),
        ("general[合计,1]", "completion"): ("87.73", "H29"),
        ("general[201,1]", "share"): ("93.38", "D33"),
        ("general[208,1]", "rate"): ("47.29", "G34"),
        ("three_public[1,7]", "rate"): ("10.00", "F38"),
    }
    checked = xltools.check(xltools.read(to))
    assert {"analysis[expenditure[合计,2],share]", "analysis[revenue[合计,2],share]"} <= {
        str(s.cell.ref) for s in checked.suspects
    }


def test_formulas_of_the_evaluation_are_known(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    xltools.write(path, example())
    formulas = xltools.read(path).formulas or {}
    assert Ref("self_evaluation", "1.fund1", "rate") in formulas
    assert Ref("self_evaluation", "1.fund2", "executed") not in formulas
