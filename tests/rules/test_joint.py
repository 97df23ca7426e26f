"""The joint verdict in the outcome of a check, and ``--explain``: what all identities say together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.rules.small import edition, example, placed, report, rule
from tests.units import random_report
from xltools.amount import Unit
from xltools.editions import load
from xltools.errors import XltoolsError
from xltools.finding import Finding, Severity
from xltools.reconcile import Identity
from xltools.report import Ref
from xltools.rules import Checked, check, explain
from xltools.rules.arithmetic import identity_text
from xltools.rules.desk import Desk
from xltools.rules.identities import Figures, identities


def of_rule(checked: Checked, name: str) -> list[Finding]:
    return [finding for finding in checked.findings if finding.rule == name]


def test_one_wrong_figure_is_named_with_its_value() -> None:
    checked = check(placed(example({"expenditure[2010399,3]": "6.12"})))
    (suspect,) = checked.suspects
    assert suspect.cell.ref == Ref("expenditure", "2010399", "3")
    assert (suspect.suggested, suspect.unique, suspect.resolves) == (("6.22",), True, 4)
    assert suspect.proof and all("公开0" in step for step in suspect.proof)
    errors = [f for f in checked.findings if f.severity is Severity.ERROR]
    assert {finding.group for finding in errors} == {"原因1"}


def test_the_advice_points_to_the_suspect() -> None:
    """A single sum misses; its leaf, not its total, is where the digits were exchanged."""
    (finding,) = of_rule(check(example({"basic[30101,1]": "28.99"})), "basic-01")
    assert finding.remedy.endswith("公开06表 30101 基本工资。")


def test_two_wrong_figures_are_two_causes() -> None:
    checked = check(example({"summary[27,1]": "234.82", "basic[30101,1]": "28.99"}))
    assert {f.group for f in checked.findings if f.severity is Severity.ERROR} == {"原因1", "原因2"}
    assert len(checked.suspects) == 2


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"appropriation[1,1]": "324.82"}, "joint_single"), ({"summary[32,2]": "298.57"}, "joint")],
)
def test_what_is_a_tail_alone_may_be_impossible_together(changes: dict[str, Any], kind: str) -> None:
    """One hundredth off: within the envelope of each identity, but no exact amounts print it so."""
    checked = check(example(changes))
    assert checked.verdict == "错误"
    found = of_rule(checked, "joint-01")
    assert found and all(f.severity is Severity.ERROR for f in found)
    assert kind in {f.kind for f in found}


def test_habits_are_one_hint() -> None:
    checked = check(random_report(1, Unit.WAN, "a", "summed"))
    (hint,) = of_rule(checked, "rounding-02")
    assert hint.severity is Severity.HINT and "不是错误" in hint.message
    assert checked.counts["错误"] == 0


def test_a_habit_that_no_single_identity_shows() -> None:
    """Every identity is a 尾差; only together they show how the totals were made."""
    for seed in range(12):
        checked = check(random_report(seed, Unit.WAN, "a", "summed"))
        for hint in of_rule(checked, "rounding-02"):
            assert hint.cells and hint.message
            assert "（0条）" not in hint.message or "单条关系都在尾差之内" in hint.message


def test_without_figures_or_rules_there_is_no_verdict() -> None:
    assert check(report({})).suspects == ()
    assert check(report({"summary[1,1]": "1.00"}), edition()).suspects == ()


# --- explain


def explained(cell: str) -> str:
    return "\n".join(explain(placed(example()), cell))


def test_a_figure_is_explained_by_ref_or_by_address() -> None:
    made = placed(example())
    place = made.places[Ref("expenditure", "201", "1")]
    by_ref = list(explain(made, "expenditure[201,1]"))
    assert (
        by_ref
        == list(explain(made, f" 表!{place.cell.lower()} "))
        == list(explain(made, f"'表'！${place.cell}"))
    )
    text = "\n".join(by_ref)
    assert f"公开03表 201 一般公共服务支出 · 本年支出合计（表 {place.cell}）：印 298.56" in text
    assert "按其他数推算，应在 298.55 至 298.56 之间" in text or "按其他数推算，只能是 298.56" in text
    assert "与其他数相符" in text
    assert "支出合计等于各类支出之和（expenditure-01）" in text


def test_a_wrong_figure_does_not_fit() -> None:
    made = example({"expenditure[2010399,3]": "6.12"})
    text = "\n".join(explain(made, "expenditure[2010399,3]"))
    assert "印 6.12" in text and "不符" in text


def test_blanks_and_unguarded_figures() -> None:
    head, said = explained("statistics[17,1]").split("\n")
    assert head.endswith("：空白") and said == "没有勾稽关系涉及这个数，填错了也查不出来。"
    among_blanks = explained("funds[合计,1]").split("\n")
    assert among_blanks[1:] == [
        "按其他数推算，只能是 0.00。",
        "现在是空白，与其他数相符。",
        "涉及它的勾稽关系里，其他数都是空白。",
    ]


def test_nothing_is_said_twice() -> None:
    """The place stands in the head line, each rule of a chain once with its number of places."""
    head, *lines = explained("expenditure[2010399,3]").split("\n")
    name = head.partition(" · ")[0]
    assert name.startswith("公开03表 2010399 ") and not [line for line in lines if name in line]
    assert "    本年支出合计 6.22 = 项目支出 6.22，相符" in lines
    chains = "\n".join(lines).split("\n\n")[2:]
    for chain in chains:
        assert len(set(chain.split("\n"))) == len(chain.split("\n"))
    assert any(line.endswith(" 处") for line in lines)


@pytest.mark.parametrize(
    "cell", ["表!C8", "表 C8", "表（C8）", "表：$C$8", "'表'!c8", "表C8", "expenditure[201,1]"]
)
def test_a_cell_may_be_written_as_reports_write_it(cell: str) -> None:
    made = placed(example())
    where = made.places[Ref("expenditure", "201", "1")].cell
    assert explain(
        made, cell.replace("C$8", where[0] + "$" + where[1:]).replace("C8", where).replace("c8", where)
    )


def test_an_unknown_cell_is_answered_with_an_accountants_example_first() -> None:
    with pytest.raises(XltoolsError) as caught:
        explained("xx")
    remedy = caught.value.remedy
    assert remedy.index("公开03表!E10") < remedy.index("expenditure[2010399,3]")


def test_every_figure_can_be_explained() -> None:
    made = example()
    for ref in made.amounts:
        lines = list(explain(made, str(ref)))
        assert "印 " in lines[0] and len(lines) > 3


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "C10",
        "公开03表 2010399",
        "expenditure[299,1]",
        "expenditure[201,9]",
        "none[1,1]",
        "表!ZZ99",
        "公开03表!C0",
    ],
)
def test_a_place_without_a_figure_is_refused(cell: str) -> None:
    with pytest.raises(XltoolsError) as caught:
        explained(cell)
    assert caught.value.remedy.startswith(("写法如", "请给出"))


def test_a_figure_bounded_on_one_side() -> None:
    part = rule("three_public[1,7] <= appropriation[59,2]")
    made = report({"three_public[1,7]": "1.00", "appropriation[59,2]": "5.00"})
    assert "应不大于 5.00" in "\n".join(explain(made, "three_public[1,7]", edition(part)))
    assert "应不小于 1.00" in "\n".join(explain(made, "appropriation[59,2]", edition(part)))


@pytest.mark.parametrize(
    ("operator", "gap", "text"),
    [
        ("<=", "-1.00", "1.00 ≥ 0.00，相符"),
        (
            "=",
            "-1.00",
            "1.00 ≠ 0.00，差 1.00（四舍五入可解释 0.005）",
        ),
        (
            ">=",
            "-1.00",
            "1.00 > 0.00，差 1.00（四舍五入可解释 0.005）",
        ),
    ],
)
def test_an_identity_of_negative_terms_is_turned_round(operator: str, gap: str, text: str) -> None:
    """−a ≤ 0 reads better as a ≥ 0."""
    made, one = report({"summary[1,1]": "1.00"}), Ref("summary", "1", "1")
    desk = Desk(made, load(), Figures(made, load()), identities(load(), made))
    item = Identity("x", ((-1, one, Decimal("1.00")),), operator, Decimal(gap), Decimal("0.005"))
    assert identity_text(desk, item) == f"公开01表 行次1 一般公共预算财政拨款收入 {text}"


def test_contradictions_are_said() -> None:
    made = example({"expenditure[合计,1]": "400.00", "summary[58,2]": "319.74"})
    assert "互相矛盾" in "\n".join(explain(made, "expenditure[201,1]"))
    assert made.amounts[Ref("expenditure", "合计", "1")] == Decimal("400.00")
    assert load().forms["expenditure"].number == "公开03表"


def listed(finding: Finding) -> int:
    return len(finding.facts["list"].split("；"))


@pytest.mark.parametrize("changes", [{"appropriation[1,1]": "324.82"}, {"summary[32,2]": "298.57"}])
def test_as_many_are_counted_as_are_listed(changes: dict[str, Any]) -> None:
    found = of_rule(check(example(changes)), "joint-01")
    assert found and all(finding.facts["count"] == str(listed(finding)) for finding in found)


def test_a_habit_counts_what_it_lists() -> None:
    seen = set()
    for seed in range(12):
        for finding in of_rule(check(random_report(seed, Unit.WAN, "ab"[seed % 2], "summed")), "rounding-02"):
            count = finding.facts["count"]
            assert count in ("", f"（{listed(finding)}条）") and "（0条）" not in finding.message
            seen.add(count)
    assert len(seen) > 1


def test_the_budget_in_an_actuals_cell_is_said_before_its_digits() -> None:
    """0.50 for 0.30 is one digit too; but 0.50 is the budget of the same line."""
    changes = {f"three_public[1,{column}]": "0.50" for column in ("1", "4", "6")}
    changes |= {f"three_public[1,{column}]": "0.30" for column in ("7", "10")}
    changes |= {"three_public[1,12]": "0.50", "statistics[4,1]": "0.30"}
    for suspect in check(placed(example(changes))).suspects:
        if suspect.cell.ref == Ref("three_public", "1", "12"):
            assert suspect.why == "误填预算数"
            return
    pytest.fail("not suspected")
