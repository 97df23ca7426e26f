"""What is known of one figure."""

from decimal import Decimal

from tests.reconcile.book import constraint, example, model_of, ref, small, with_figures
from xltools.amount import Unit
from xltools.editions.equation import Term
from xltools.reconcile import Guard, Share, explain
from xltools.report import Ref


def test_a_figure_is_held_from_both_sides_by_the_others() -> None:
    known = explain(model_of(example()), example(), ref("expenditure[201,2]"))
    assert (known.guard, known.fits, known.printed) == (Guard.BOTH, True, Decimal("292.33"))
    assert known.low is not None and known.high is not None
    assert known.least == known.most == Decimal("292.33")
    assert {item.rule for item in known.identities} >= {"expenditure-01", "expenditure-02"}
    assert known.below and known.above and not known.contradicted


def test_a_printed_share_narrows_other_revenue() -> None:
    """The Shanxi example: with 99.99 % printed, 其他收入 lies between 162.42 and 199.99 元."""
    share = Share(
        "N2-02", Ref("narrative", "s", "%"), (Term(1, ref("summary[1,1]")),), (Term(1, ref("summary[27,1]")),)
    )
    known = explain(
        model_of(example()), example(), ref("summary[8,1]"), [share], {share.ratio: Decimal("99.99")}
    )
    assert (known.low, known.high) == (16242, 19999)


def test_a_wrong_figure_does_not_fit_what_the_others_allow() -> None:
    wrong = with_figures(example(), {"expenditure[201,2]": "292.63"})
    known = explain(model_of(wrong), wrong, ref("expenditure[201,2]"))
    assert not known.fits
    assert (known.least, known.most) == (Decimal("292.33"), Decimal("292.33"))


def test_a_wrong_neighbour_is_left_out_and_told() -> None:
    """Two identities that disagree about a: the one used last is put aside."""
    model, report = small(
        [constraint("one", "a", "=", "b"), constraint("two", "a", "=", "c"), constraint("far", "d", "=", "e")],  # noqa: E501
        a="1.00", b="1.00", c="5.00", d="1.00", e="2.00",
    )  # fmt: skip
    known = explain(model, report, Ref("f", "a", "1"))
    assert {item.rule for item in known.contradicted} == {"one", "two"}


def test_guards() -> None:
    model, report = small(
        [constraint("below", "a", "<=", "b"), constraint("sum", "t", "=", "a c")], a="1.00", b="2.00"
    )
    assert explain(model, report, Ref("f", "b", "1")).guard is Guard.ONE
    assert explain(model, report, Ref("f", "x", "1")).guard is Guard.NONE
    blank = explain(model, report, Ref("f", "t", "1"))
    assert (blank.printed, blank.guard, blank.fits) == (None, Guard.BOTH, False)
    assert blank.most == Decimal("1.00")


def test_in_yuan_the_interval_is_the_figure() -> None:
    model, report = small([constraint("same", "a", "=", "-b")], unit=Unit.YUAN, a="1.25", b="-1.25")
    known = explain(model, report, Ref("f", "a", "1"))
    assert (known.low, known.least, known.most) == (125, Decimal("1.25"), Decimal("1.25"))
    known = explain(model, report, Ref("f", "b", "1"))
    assert known.least == Decimal("-1.25")
