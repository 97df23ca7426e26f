"""Two wrong figures of one sum."""

from decimal import Decimal

from tests.reconcile.book import constraint, small
from xltools.reconcile import solve
from xltools.report import Ref

A, B = Ref("f", "a", "1"), Ref("f", "b", "1")


def test_the_true_figure_of_one_settles_the_other() -> None:
    """93.28 is printed in 元, and 51.41 is left blank: the sum knows only both together. The limit of
    100.00 shows that the first alone cannot be mended."""
    rules = [constraint("sum", "t", "=", "a b c"), constraint("again", "u", "=", "a b c")]
    rules.append(constraint("limit", "a", "<=", "k"))
    model, report = small(rules, t="400.00", u="400.00", a="932807.35", c="255.31", k="100.00")
    sets = {tuple(s.refs[0] for s in suspects): suspects for _, suspects in solve(model, report).sets}
    first, second = sets[A, B] if (A, B) in sets else reversed(sets[B, A])
    assert Decimal("93.28") == first.suggested[0]
    assert Decimal("51.41") in second.suggested
    assert not second.unique  # another true figure of the first would settle it otherwise
