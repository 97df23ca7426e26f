"""What printed ratios say of each other, in a unit so small that its amounts say little of them."""

from decimal import Decimal

import pytest

from tests.reconcile.book import constraint, small
from xltools.editions.equation import Term
from xltools.reconcile import Outcome, Share, Verdict, solve
from xltools.report import Ref

WHOLE, PART, REST = Ref("f", "w", "1"), Ref("f", "a", "1"), Ref("f", "b", "1")


def _check(*printed: tuple[Ref, str]) -> Outcome:
    """33.10 + 16.90 = 50.00, and the shares printed of them: 66.20 % and 33.80 % are in the middle of what
    the amounts allow."""
    model, report = small([constraint("sum", "w", "=", "a b")], w="50.00", a="33.10", b="16.90")
    shares, extra = [], {}
    for number, (part, value) in enumerate(printed):
        ratio = Ref("text", str(number), "%")
        shares.append(Share(f"share{number}", ratio, (Term(1, part),), (Term(1, WHOLE),)))
        extra[ratio] = Decimal(value)
    return solve(model, report, shares, extra)


def test_one_share_of_a_small_unit_may_be_off_by_a_point_in_its_last_place() -> None:
    assert _check((PART, "66.21")).verdict is Verdict.TAIL


@pytest.mark.parametrize(("first", "second"), [("66.21", "33.78"), ("66.19", "33.80")])
def test_shares_of_one_whole_must_fit_each_other(first: str, second: str) -> None:
    outcome = _check((PART, first), (REST, second))
    assert outcome.verdict is Verdict.ERROR
    assert {s.kind for s in outcome.suspects} == {"share"}


def test_shares_of_one_whole_that_fit_are_no_error() -> None:
    assert _check((PART, "66.21"), (REST, "33.79")).verdict is Verdict.TAIL
    # Both on a tie, which rounds up twice: 66.205 % and 33.795 % of 50.00.
    assert _check((PART, "66.21"), (REST, "33.80")).verdict is Verdict.TAIL


def test_the_same_share_printed_twice_must_be_the_same() -> None:
    outcome = _check((PART, "66.20"), (PART, "66.21"))
    assert outcome.verdict is Verdict.ERROR
    assert {s.refs[0].line for _, (s,) in outcome.sets[:2]} == {"0", "1"}
