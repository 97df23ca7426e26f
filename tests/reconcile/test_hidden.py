"""Errors that leave no trace, and what they take from the confidence in a set."""

from tests.reconcile.book import constraint, small
from xltools.amount import Unit
from xltools.reconcile import solve
from xltools.reconcile.hidden import hidden
from xltools.reconcile.problem import bind

WIDE = [constraint("sum", "t", "=", "a b c d e")]
PARTS = {"a": "10.11", "b": "10.22", "c": "10.33", "d": "10.44", "e": "10.55"}


def test_a_wide_sum_hides_more_than_a_narrow_one_and_yuan_hide_nothing() -> None:
    wide = hidden(bind(*small(WIDE, t="51.65", **PARTS)))
    narrow = hidden(bind(*small([constraint("same", "t", "=", "a")], t="10.11", a="10.11")))
    assert 0 < narrow < wide < 0.1
    assert hidden(bind(*small(WIDE, unit=Unit.YUAN, t="51.65", **PARTS))) == 0


def test_a_set_is_less_sure_than_the_suspects_in_it() -> None:
    rules = [*WIDE, constraint("same", "t", "=", "u"), constraint("again", "t", "=", "v")]
    for unit in Unit:
        outcome = solve(*small(rules, unit=unit, t="57.65", u="51.65", v="51.65", **PARTS))
        probability, (suspect,) = outcome.sets[0]
        assert suspect.refs[0].line == "t"
        assert probability < suspect.confidence


def test_a_row_with_a_wrong_figure_guards_nothing() -> None:
    problem = bind(*small(WIDE, t="51.65", **PARTS))
    assert hidden(problem, {0}) > hidden(problem)
