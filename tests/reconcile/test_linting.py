"""The linter for sets of rules."""

from tests.reconcile.book import constraint, example, model_of, ref
from xltools.reconcile import Flaw, lint
from xltools.report import Ref


def _flaws(*rules, soft=(), cells=()):  # type: ignore[no-untyped-def]
    return [(found.flaw, found.rules) for found in lint(rules, soft, cells)]


def test_contradictory_rules_are_named_together() -> None:
    rules = (constraint("zero", "a", "="), constraint("some", "a", ">"))
    assert _flaws(*rules) == [(Flaw.CONTRADICTION, ("zero", "some"))]
    signs = (constraint("less", "a", "<", "b"), constraint("more", "b", "<="))
    assert (Flaw.CONTRADICTION, ("more", "less")) in _flaws(*signs) or (
        Flaw.CONTRADICTION, ("less", "more"),
    ) in _flaws(*signs)  # fmt: skip


def test_a_figure_forced_to_zero_is_told() -> None:
    rules = (constraint("zero", "t", "="), constraint("sum", "t", "=", "a b"))
    found = lint(rules)
    assert [(x.flaw, x.refs) for x in found] == [
        (Flaw.FORCED, (Ref("f", "a", "1"),)), (Flaw.FORCED, (Ref("f", "b", "1"),)),
    ]  # fmt: skip


def test_a_rule_implied_by_others_is_told() -> None:
    rules = (
        constraint("one", "a", "=", "b c"),
        constraint("two", "b", "=", "d"),
        constraint("all", "a", "=", "d c"),
    )
    assert _flaws(*rules) == [(Flaw.IMPLIED, ("all",))]


def test_a_rule_without_anything_to_compare_is_told_but_not_a_repetition() -> None:
    rules = (
        constraint("same", "a", "=", "b"),
        constraint("again", "b", "=", "a"),
        constraint("none", "a", "=", "a"),
    )
    assert _flaws(*rules) == [(Flaw.NOTHING, ("none",))]


def test_amounts_without_a_guard() -> None:
    rules = (constraint("sum", "t", "=", "a b"), constraint("part", "c", "<=", "a"))
    cells = [Ref("f", x, "1") for x in "acx"]
    assert [(x.flaw, x.refs) for x in lint(rules, (), cells)] == [
        (Flaw.ONE_SIDED, (cells[1],)), (Flaw.UNGUARDED, (cells[2],)),
    ]  # fmt: skip


def test_soft_rules_neither_contradict_nor_guard() -> None:
    rules = (constraint("zero", "a", "="), constraint("some", "a", ">", "b"))
    assert _flaws(*rules, soft=("some",), cells=[Ref("f", "b", "1")]) == [(Flaw.UNGUARDED, ())]


def test_the_edition_is_free_of_contradictions() -> None:
    model = model_of(example())
    found = lint(model.constraints, model.soft, [ref("statistics[17,1]"), ref("summary[27,1]")])
    assert {x.flaw for x in found} <= {Flaw.IMPLIED, Flaw.UNGUARDED}
    assert [x.refs for x in found if x.flaw is Flaw.UNGUARDED] == [(ref("statistics[17,1]"),)]
    assert "summary-06" in {r for x in found for r in x.rules}  # the closing balance follows from the rest
