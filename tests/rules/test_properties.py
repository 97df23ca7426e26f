"""What must hold for any unit: true figures raise no error, and no guarded figure can be changed unseen."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples, spread
from tests.rules.small import example
from tests.units import print_world, random_report, random_world
from xltools.amount import Unit
from xltools.editions import load
from xltools.editions.equation import Constraint
from xltools.report import TOTAL, Ref, Report
from xltools.rules import check
from xltools.rules.identities import Figures, identities

D = Decimal
SHANXI = load()
SEEDS = st.integers(0, 10**6)
STYLES = st.sampled_from("ab")


def judged(report: Report) -> Counter[str]:
    """The findings that are more than hints, by rule."""
    found = check(report).findings
    return Counter(f"{f.severity.value} {f.rule}" for f in found if f.severity.value != "提示")


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(SEEDS, STYLES)
def test_true_figures_rounded_to_wan_are_no_error(seed: int, style: str) -> None:
    assert not [rule for rule in judged(random_report(seed, Unit.WAN, style)) if rule.startswith("错误")]


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(SEEDS, STYLES)
def test_true_figures_in_yuan_raise_nothing_but_hints(seed: int, style: str) -> None:
    assert not judged(random_report(seed, Unit.YUAN, style))


def with_refund(seed: int, unit: Unit, style: str) -> Report:
    """A true unit with 红字: more of a project was paid back than was spent."""
    source = random.Random(f"{style}{seed}")
    world = random_world(source, style)
    stream = world.general[min(world.general)]
    refund = source.randint(1, 10**7) + stream.spending.get("3", 0)
    stream.spending["3"] = stream.spending.get("3", 0) - refund
    stream.revenue["2"] = stream.revenue.get("2", 0) - refund
    return print_world(world, None, unit, "rounded", source)


@settings(max_examples=examples(30), deadline=None, derandomize=True)
@given(SEEDS, STYLES, st.sampled_from(list(Unit)))
def test_negative_figures_are_to_be_explained_but_no_error(seed: int, style: str, unit: Unit) -> None:
    found = judged(with_refund(seed, unit, style))
    assert {rule.partition(" ")[0] for rule in found} <= {"核实"}


@pytest.mark.parametrize("convention", ["even", "truncated", "summed"])
def test_habits_of_publishers_are_no_error(convention: str) -> None:
    """Ties to even, cut off, totals added from printed parts: 口径差异 or 核实, never 错误."""
    for seed in range(examples(8)):
        found = judged(random_report(seed, Unit.WAN, "ab"[seed % 2], convention))
        assert not [rule for rule in found if rule.startswith("错误")], seed


# --- the example


def envelopes() -> dict[Ref, Decimal]:
    """Per figure of the example what it may move in the tightest equality that it takes part in."""
    report = example()
    figures, found = Figures(report, SHANXI), identities(SHANXI, report)
    soft = {rule.id for rule in SHANXI.rules if rule.kind == "提示" or rule.when != type(rule.when)()}
    allowed: dict[Ref, Decimal] = {}
    for constraint in found.constraints:
        if constraint.operator != "=" or constraint.rule in soft:
            continue
        for ref in constraint.refs:
            room = _room(constraint, figures)
            allowed[ref] = min(allowed.get(ref, room), room)
    return allowed


def _room(constraint: Constraint, figures: Figures) -> Decimal:
    gap = abs(figures.total(constraint.left) - figures.total(constraint.right))
    return gap + (figures.slack(constraint.left + constraint.right) if constraint.right else D(0))


ENVELOPES = envelopes()


@cache
def untouched() -> tuple[Report, Counter[str]]:
    """The example, and what each rule alone says of it."""
    return example(), judged(example())


def test_every_figure_of_the_example_has_an_envelope() -> None:
    assert set(example().amounts) <= set(ENVELOPES)


@pytest.mark.usefixtures("alone")
@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(st.sampled_from(sorted(example().amounts)), st.integers(1, 10**9), st.sampled_from([1, -1]))
def test_no_figure_leaves_its_envelope_unseen(ref: Ref, hundredths: int, sign: int) -> None:
    """Each rule by itself sees it: no help from the other figures is needed."""
    report, before = untouched()
    nudge = sign * (ENVELOPES[ref] + D(hundredths).scaleb(-2))
    value = (report.amounts[ref] + nudge).quantize(D("0.01"), rounding="ROUND_UP")
    assert judged(report.replaced({ref: value})) != before


def blanks() -> list[Ref]:
    """The cells that the example leaves blank."""
    report = example()
    cells = []
    for form in SHANXI.forms.values():
        lines = [TOTAL, *report.lines.get(form.id, [])] if form.kind == "codes" else []
        printed = {(line, column) for line in lines for column in form.column_ids} or form.cell_ids
        cells += [Ref(form.id, *cell) for cell in sorted(printed)]
    return [ref for ref in cells if ref not in report.amounts]


@pytest.mark.usefixtures("alone")
def test_a_figure_where_the_example_has_none_is_seen() -> None:
    report, before = untouched()
    cells = spread(blanks())
    unseen = [ref for ref in cells if judged(report.replaced({ref: D(7)})) == before]
    assert unseen == [ref for ref in cells if str(ref) == "statistics[17,1]"]
    assert set(SHANXI.unguarded) == {"statistics[17,1]"}
