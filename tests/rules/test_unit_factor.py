"""A form in the wrong 金额单位."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.rules.small import example
from tests.units import random_report
from xltools.amount import Unit, half_up, to_wan
from xltools.editions import load
from xltools.finding import Finding, Severity
from xltools.report import Report
from xltools.rules import check
from xltools.rules.identities import Figures

pytestmark = pytest.mark.usefixtures("alone")
FORMS = ["summary", "revenue", "expenditure", "appropriation", "general", "basic"]


def in_wrong_unit(made: Report, *forms: str) -> Report:
    """``made`` with some forms in the other unit: 元 in a workbook of 万元, or the other way round."""
    figures = Figures(made, load())
    for one, value in list(made.amounts.items()):
        if one.form in forms and not figures.is_count(one):
            made.amounts[one] = value * 10000 if made.unit is Unit.WAN else to_wan(value)
    return made


def wrong(made: Report) -> list[Finding]:
    return [finding for finding in check(made).findings if finding.kind == "unit_factor"]


@pytest.mark.parametrize("form", FORMS)
def test_one_form_of_yuan_among_wan(form: str) -> None:
    (finding,) = wrong(in_wrong_unit(example(), form))
    title = load().forms[form].name
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith(f"{title}：本表金额是其他表的一万倍：{title.split()[0]} ")
    assert "像是按元填的" in finding.message


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", [3, 8])
def test_one_form_of_wan_among_yuan(form: str, seed: int) -> None:
    (finding,) = wrong(in_wrong_unit(random_report(seed, Unit.YUAN), form))
    assert finding.message.startswith(f"{load().forms[form].name}：本表金额是其他表的万分之一")
    assert "像是按万元填的" in finding.message


def test_two_forms_in_the_wrong_unit() -> None:
    found = wrong(in_wrong_unit(example(), "revenue", "basic"))
    assert [finding.cells[0].label[:6] for finding in found] == ["公开02表 ", "公开06表 "]


def test_half_and_half_the_unit_of_the_workbook_decides() -> None:
    """Two forms alone cannot tell which is wrong."""
    for unit, factor, name in ((Unit.WAN, 1, "公开05表"), (Unit.YUAN, 10000, "公开06表")):
        made = example()
        made.unit = unit
        keep = {"general", "basic"}
        made.amounts = {one: value for one, value in made.amounts.items() if one.form in keep}
        for one, value in made.amounts.items():
            bigger = one.form == "general"
            made.amounts[one] = half_up(value * (10000 if bigger else 1))
        (finding,) = wrong(made)
        assert finding.cells[0].label.startswith(name), factor


def test_a_single_wrong_figure_is_no_wrong_unit() -> None:
    for one, value in example().amounts.items():
        made = example()
        made.amounts[one] = value * 10000
        assert wrong(made) == [], one


def test_small_figures_prove_nothing() -> None:
    made = example({"summary[8,1]": "200.00"})
    assert wrong(made) == []
    made = example()
    made.amounts = {one: Decimal("0.05") for one in made.amounts}
    assert wrong(in_wrong_unit(made, "summary")) == []


def cover(made: Report) -> list[Finding]:
    return [finding for finding in check(made).findings if finding.kind == "unit_cover"]


def test_yuan_on_the_cover_over_figures_in_wan() -> None:
    """Everything is out by hundredths, in many places: one cause, and no figure is to blame."""
    made = example()
    made.unit = Unit.YUAN
    checked = check(made)
    (finding,) = cover(made)
    assert "最大的数是 公开01表 行次31 总计 324.86，11 条不平" in finding.message
    assert finding.remedy == "请把封面的金额单位改为万元，再审核一次。"
    assert checked.suspects == ()
    others = [f for f in checked.findings if f.gap is not None and f.severity is Severity.ERROR]
    assert {f.group for f in others} == {"金额单位：封面"}
    assert all(f.remedy.endswith("请先改封面的金额单位。") for f in others)


def test_a_cent_in_a_workbook_of_yuan_is_no_wrong_unit() -> None:
    for seed in range(12):
        made = random_report(seed, Unit.YUAN)
        one = sorted(made.amounts)[seed * 7 % len(made.amounts)]
        assert cover(made.replaced({one: made.amounts[one] + Decimal("0.01")})) == [], (seed, one)


@pytest.mark.parametrize("unit", [Unit.WAN, Unit.YUAN])
def test_random_units_are_in_one_unit(unit: Unit) -> None:
    for seed in range(10):
        assert wrong(random_report(seed, unit)) == []


def test_what_follows_from_it_is_in_its_group() -> None:
    checked = check(in_wrong_unit(example(), "basic"))
    errors = [finding for finding in checked.findings if finding.severity is Severity.ERROR]
    assert errors[0].kind == "unit_factor"
    assert {
        finding.group for finding in errors if len({c.ref and c.ref.form for c in finding.cells}) > 1
    } == {"金额单位：公开06表"}
