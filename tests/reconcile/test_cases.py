"""Mistakes that an accountant would recognise: who is blamed, and what the figure should be."""

from copy import deepcopy
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.reconcile.book import check, example, ref, with_figures
from tests.units import random_report
from xltools.amount import Unit
from xltools.editions.equation import Term
from xltools.reconcile import Outcome, Share, Suspect, Verdict
from xltools.report import Ref, Report


def first(outcome: Outcome) -> Suspect:
    assert outcome.verdict is Verdict.ERROR
    assert outcome.sets[0][1][0] is outcome.suspects[0] or len(outcome.sets[0][1]) > 1
    return outcome.suspects[0]


def a_unit(suits) -> Report:  # type: ignore[no-untyped-def]
    return next(r for r in (random_report(seed) for seed in range(400)) if suits(r))


def test_last_years_figure_left_in_07_and_01() -> None:
    def suits(r: Report) -> bool:
        now, before = (s.get(ref("funds[合计,2]")) for s in (r.amounts, r.last_year))
        return bool(
            now and before and abs(now - before) > 1 and sum(len(x) == 7 for x in r.lines["funds"]) > 1
        )

    report = a_unit(suits)
    old = report.last_year[ref("funds[合计,2]")]
    outcome = check(with_figures(report, {"funds[合计,2]": str(old), "summary[2,1]": str(old)}))
    assert outcome.verdict is Verdict.ERROR
    assert {s.refs[0] for s in outcome.sets[0][1]} == {ref("funds[合计,2]"), ref("summary[2,1]")}
    assert {s.why for s in outcome.sets[0][1]} == {"误填上年数"}
    assert all(s.suggested[0] == report.get(ref("summary[2,1]")) for s in outcome.sets[0][1])


def test_rows_of_302_shifted_by_one() -> None:
    codes = [
        f"302{n:02}"
        for n in (*range(1, 10), *range(11, 19), *range(24, 30), 31, 39, 40, 99)
    ]  # fmt: skip
    amounts = example().amounts
    shifted = {f"basic[{c},1]": None for c in codes}
    for code, following in pairwise(codes):
        value = amounts.get(Ref("basic", code, "1"))
        shifted[f"basic[{following},1]"] = str(value) if value is not None else None
    suspect = first(check(with_figures(example(), shifted)))
    assert suspect.kind == "shifted"
    assert dict(suspect.changes)[ref("basic[30228,1]")] == Decimal("6.72")
    # What fell out at the end is known by what the section misses, within its rounding.
    assert abs(dict(suspect.changes)[ref("basic[30299,1]")] - example().get(ref("basic[30299,1]"))) < Decimal(
        "0.05"
    )


def test_the_same_digit_lost_in_03_and_05() -> None:
    report = random_report(3)
    leaf = max(
        (r for r in report.amounts if r.form == "general" and len(r.line) == 7 and r.column == "2"),
        key=report.get,
    )
    value = report.get(leaf)
    wrong = str(value)[0] + str(value)[2:]
    twin = f"expenditure[{leaf.line},2]"
    assert report.get(ref(twin)) == value
    suspect = first(check(with_figures(report, {str(leaf): wrong, twin: wrong})))
    assert suspect.kind == "twice"
    assert dict(suspect.changes) == {leaf: value, ref(twin): value}


def test_a_budget_pasted_as_an_actual() -> None:
    def suits(r: Report) -> bool:
        return r.get(ref("three_public[1,11]")) != r.get(ref("three_public[1,5]")) and bool(
            r.get(ref("three_public[1,11]")) and r.get(ref("three_public[1,10]"))
        )

    report = a_unit(suits)
    budget = report.get(ref("three_public[1,5]"))
    suspect = first(check(with_figures(report, {"three_public[1,11]": str(budget)})))
    assert suspect.refs == (ref("three_public[1,11]"),)
    assert report.get(ref("three_public[1,11]")) in suspect.suggested


def test_basic_and_project_exchanged() -> None:
    def line(r: Report) -> str:
        return next(
            (
                x for x in r.lines["expenditure"]
                if len(x) == 7 and all(r.get(Ref("expenditure", x, c)) for c in "23")
                and abs(r.get(Ref("expenditure", x, "2")) - r.get(Ref("expenditure", x, "3"))) > 1
            ),
            "",
        )  # fmt: skip

    report = a_unit(line)
    code = line(report)
    two, three = Ref("expenditure", code, "2"), Ref("expenditure", code, "3")
    suspect = first(check(report.replaced({two: report.get(three), three: report.get(two)})))
    assert suspect.kind == "exchange"
    assert dict(suspect.changes) == {two: report.get(two), three: report.get(three)}


@pytest.mark.parametrize("exact", [False, True])
def test_one_sheet_in_yuan(exact: bool) -> None:
    report = random_report(5)
    yuan = random_report(5, Unit.YUAN)
    wrong = {
        r: (yuan.get(r) if exact else v * 10000) for r, v in report.amounts.items() if r.form == "general"
    }
    suspect = first(check(report.replaced(wrong)))
    assert (suspect.kind, suspect.why) == ("unit", "整张表以元填列")
    assert dict(suspect.changes) == {r: report.get(r) for r in wrong}


def test_one_sheet_in_wan_among_yuan_and_one_more_error() -> None:
    report, wan = random_report(5, Unit.YUAN), random_report(5)
    wrong = {r: wan.get(r) for r in report.amounts if r.form == "general"}
    lost = ref("revenue[合计,1]")
    outcome = check(report.replaced({**wrong, lost: report.get(lost) + 4000}))
    assert [s.kind for s in outcome.suspects[:2]] == ["unit", "cell"]
    assert outcome.suspects[1].refs == (lost,)
    assert outcome.sets[0][1] == outcome.suspects[:2]


@pytest.mark.parametrize(("code", "column"), [("2080506", "2"), ("2010399", "3"), ("20103", "3")])
def test_a_line_deleted_in_03_but_not_in_05(code: str, column: str) -> None:
    report = deepcopy(example())
    gone = [x for x in report.lines["expenditure"] if x.startswith(code)]
    report.lines["expenditure"] = [x for x in report.lines["expenditure"] if x not in gone]
    report.amounts = {
        r: v for r, v in report.amounts.items() if r.form != "expenditure" or r.line not in gone
    }
    outcome = check(report)
    lost = Ref("expenditure", gone[-1], column)
    assert outcome.verdict is Verdict.ERROR
    assert any(lost in s.refs or s.refs[0].line in gone for s in outcome.suspects[:3])


def test_a_line_that_no_other_form_prints_is_missed_below_its_parent() -> None:
    """Money of other sources in a line of its own: nothing names the code, the sum misses it."""
    report = deepcopy(random_report(12, Unit.WAN, "b"))
    extra = {"9.87": ("revenue", "7")}
    for text, (form, column) in extra.items():
        for line, amount_column in [("合计", column), ("合计", "1")]:
            key = Ref(form, line, amount_column)
            report.amounts[key] = report.get(key) + Decimal(text)
    for line, column in (("8", "1"), ("27", "1"), ("31", "1"), ("60", "2"), ("62", "2")):
        key = Ref("summary", line, column)
        report.amounts[key] = report.get(key) + Decimal("9.87")
    suspect = first(check(report))
    assert (suspect.kind, suspect.refs[0]) == ("line", ref("revenue[合计,7]"))
    assert Decimal("9.87") in suspect.suggested


def test_a_total_not_recalculated() -> None:
    suspect = first(check(with_figures(example(), {"expenditure[201,2]": "287.11"})))
    assert suspect.refs == (ref("expenditure[201,2]"),)
    assert (suspect.suggested, suspect.why) == ((Decimal("292.33"),), "合计与明细不符")


def test_a_sign() -> None:
    suspect = first(check(with_figures(example(), {"basic[30228,1]": "-6.72"})))
    assert (suspect.refs[0], suspect.suggested[0], suspect.why) == (
        ref("basic[30228,1]"), Decimal("6.72"), "正负号录反",
    )  # fmt: skip


def test_a_share_of_another_total() -> None:
    """6.52 % is the share of 208 in 总计, not in the spending of 公开05."""
    ratio = Ref("narrative", "208", "%")
    share = Share("N5-02", ratio, (Term(1, ref("general[208,1]")),), (Term(1, ref("general[合计,1]")),))
    suspect = first(check(example(), shares=[share], extra={ratio: Decimal("6.52")}))
    assert (suspect.kind, suspect.refs) == ("share", (ratio,))
    assert Decimal("6.62") in suspect.suggested
    right = check(example(), shares=[share], extra={ratio: Decimal("6.62")})
    assert right.verdict is Verdict.TAIL


def test_a_table_not_refreshed() -> None:
    """06 with an old 奖金: the leaf and its totals agree with each other and with nothing else."""
    gap = Decimal("3.20")
    path = ["basic[30103,1]", "basic[301,1]", "basic[人员经费合计,1]"]
    old = {key: str(example().get(ref(key)) - gap) for key in path}
    outcome = check(with_figures(example(), old))
    assert outcome.verdict is Verdict.ERROR
    assert all(s.kind == "stale" for s in outcome.suspects[:3])
    assert any(s.refs == tuple(ref(k) for k in path) for s in outcome.suspects)


def test_a_blank_leaf_names_section_and_amount() -> None:
    report = random_report(7)
    leaf = max(
        (r for r in report.amounts if r.form == "basic" and r.line.startswith("302") and len(r.line) == 5),
        key=report.get,
    )
    suspect = first(check(report.replaced({leaf: None})))
    assert (suspect.refs[0], suspect.why) == (leaf, "漏填")
    assert report.get(leaf) in suspect.suggested


def test_two_and_three_independent_errors() -> None:
    errors = {"expenditure[201,2]": "292.63", "revenue[208,1]": "12.18", "summary[60,2]": "51.20"}
    for count in (2, 3):
        chosen = dict(list(errors.items())[:count])
        outcome = check(with_figures(example(), chosen))
        best = outcome.sets[0][1]
        assert {s.refs[0] for s in best} == {ref(k) for k in chosen}
        assert all(s.suggested[0] == example().get(s.refs[0]) for s in best)
        assert len(outcome.groups) == count


def test_many_errors_are_still_told() -> None:
    errors = {
        "expenditure[201,2]": "192.63", "revenue[208,1]": "12.18", "summary[60,2]": "51.20",
        "basic[301,1]": "821.31", "general[208,1]": "2.18",
    }  # fmt: skip
    outcome = check(with_figures(example(), errors))
    assert outcome.verdict is Verdict.ERROR
    assert not outcome.exhaustive
    assert {ref(k) for k in errors} <= {r for s in outcome.sets[0][1] for r in s.refs}
