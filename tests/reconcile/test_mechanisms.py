"""Slips: which way a printed figure comes from the true one."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.reconcile.mechanisms import (
    DOUBLED,
    DROPPED,
    EXCHANGED,
    LAST_YEAR,
    NEIGHBOUR,
    OMITTED,
    OTHER,
    REPLACED,
    SHIFTED,
    SIGN,
    SMALL,
    SWAPPED,
    UNIT,
    WEIGHTS,
    Context,
    explain,
    sources,
)  # fmt: skip


@pytest.mark.parametrize(
    ("true", "printed", "way"),
    [
        (29233, 29263, REPLACED), (29233, 29323, SWAPPED), (29233, 92233, SWAPPED), (12345, 54321, OTHER),
        (29233, 39223, EXCHANGED), (100, 10, SWAPPED), (1000, 10, SHIFTED), (1310, 310, DROPPED),
        (1298, 1302, OTHER), (808, 8088, OTHER), (507, 5, OTHER), (500, 5, SHIFTED), (5517, 1, OTHER),
        (29233, 2923300, SHIFTED), (29233, 2923, SHIFTED), (29233, -29233, SIGN), (29233, 292330000, UNIT),
        (29233, 292332512, UNIT), (2923300, 292, UNIT), (29233, 9233, DROPPED), (29233, 29230, DROPPED),
        (29233, 229233, DOUBLED), (29233, 292133, DOUBLED), (29233, 29234, SMALL), (29233, 0, OTHER),
        (0, 123, OTHER), (29233, 71000, OTHER), (19999, 10000, OTHER),
    ],
)  # fmt: skip
def test_ways(true: int, printed: int, way: str) -> None:
    weight, name = explain(printed, true, Context())
    assert name == way
    assert 0 < weight < 1


def test_what_is_printed_around() -> None:
    around = Context(neighbours=(500, 777), last_year=888)
    assert explain(777, 29233, around)[1] == NEIGHBOUR
    assert explain(888, 29233, around)[1] == LAST_YEAR
    assert explain(None, 29233, around)[1] == OMITTED
    assert explain(777, 778, around)[1] == SMALL, "a total of one part is not copied"


def test_digits_beyond_two_places_keep_their_place() -> None:
    assert explain(6225, 6224, Context(places=3))[1] == SMALL
    assert explain(6424, 6224, Context(places=3))[1] == REPLACED


@pytest.mark.parametrize("printed", [29263, -672, 5])
def test_every_source_leads_back_by_a_plain_slip(printed: int) -> None:
    found = sources(printed)
    assert printed not in found and -printed in found
    ways = [explain(printed, true, Context())[1] for true in found if true]
    assert sum(way != OTHER for way in ways) > 0.8 * len(ways)


# --- every word is true ----------------------------------------------------------------------------------


def written(figure: int) -> str:
    """As the accountant sees it: «8.08»."""
    return f"{Decimal(abs(figure)).scaleb(-2):.2f}"


def without_one(text: str) -> set[str]:
    """What is left of a figure when one digit is not typed, as it is then printed."""
    cut = (text[:at] + text[at + 1 :] for at, sign in enumerate(text) if sign.isdigit())
    return {f"{Decimal('0' + left):.2f}" for left in cut if left[:1] != "0" or left.startswith("0.")}


def apart(one: str, other: str) -> list[int]:
    if len(one) != len(other):
        return []
    return [at for at in range(len(one)) if one[at] != other[at]]


def exchanged(one: str, other: str) -> list[int]:
    """Where two digits of ``one`` stand the other way round in ``other``, counted without the point."""
    one, other = one.replace(".", ""), other.replace(".", "")
    at = apart(one, other)
    swapped = len(at) == 2 and one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]
    return at if swapped else []


def rounded(figure: int, power: int) -> int:
    return int((Decimal(figure) / power).quantize(Decimal(1), ROUND_HALF_UP))


def beside(at: list[int]) -> bool:
    return len(at) == 2 and at[1] - at[0] == 1


CLAIMS: dict[str, Callable[[int, int, Context], bool]] = {
    SWAPPED: lambda p, t, _: beside(exchanged(written(p), written(t))),
    EXCHANGED: lambda p, t, _: len(e := exchanged(written(p), written(t))) == 2 and not beside(e),
    REPLACED: lambda p, t, _: len(apart(written(p), written(t))) == 1,
    DROPPED: lambda p, t, _: written(p) in without_one(written(t)),
    DOUBLED: lambda p, t, _: written(t) in without_one(written(p)),
    SHIFTED: lambda p, t, _: any(
        abs(p) == abs(t) * k or abs(p) == rounded(abs(t), k) for k in (10, 100, 1000)
    ),
    SIGN: lambda p, t, _: p == -t,
    UNIT: lambda p, t, _: rounded(abs(p), 10000) == abs(t) or rounded(abs(t), 10000) == abs(p),
    NEIGHBOUR: lambda p, t, around: p in around.neighbours,
    LAST_YEAR: lambda p, t, around: p == around.last_year,
    SMALL: lambda p, t, _: abs(p - t) < 10 and abs(p) // 100 == abs(t) // 100,
    OTHER: lambda p, t, _: True,
}
"""What each name says of the printed and the right figure: nothing here is taken from the engine."""
DIGITS = (SWAPPED, EXCHANGED, REPLACED, SIGN)
SIGNED = {SWAPPED, EXCHANGED, REPLACED, DROPPED, DOUBLED, SHIFTED, UNIT}


def test_every_name_has_its_claim() -> None:
    assert CLAIMS.keys() == {*WEIGHTS, EXCHANGED} - {OMITTED}


figures = st.integers(1, 9_999_999)


@st.composite
def slips(draw: st.DrawFn) -> tuple[int, int]:
    """A true figure with a printed one that looks like it: other digits, more, fewer, in another order."""
    true = draw(figures)
    text = list(str(true))
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(text) - 1))
        act = draw(st.sampled_from(("replace", "insert", "remove", "swap")))
        if act == "replace":
            text[at] = draw(st.sampled_from("0123456789"))
        elif act == "insert":
            text.insert(at, draw(st.sampled_from("0123456789")))
        elif act == "remove" and len(text) > 1:
            del text[at]
        elif act == "swap":
            other = draw(st.integers(0, len(text) - 1))
            text[at], text[other] = text[other], text[at]
    return true, int("".join(text)) * draw(st.sampled_from((1, 1, 1, -1)))


@settings(max_examples=600, deadline=None)
@given(st.one_of(slips(), st.tuples(figures, figures)), st.lists(figures, max_size=3), st.booleans())
def test_what_is_said_is_true(pair: tuple[int, int], near: list[int], copied: bool) -> None:
    true, printed = pair
    if printed in (0, true):
        return
    around = Context(neighbours=(*near, printed) if copied else tuple(near))
    _, name = explain(printed, true, around)
    assert CLAIMS[name](printed, true, around), (written(printed), written(true), name)
    assert name not in SIGNED or (printed < 0) == (true < 0)
    if name in (OTHER, NEIGHBOUR):
        seen = [way for way in DIGITS if (printed > 0 or way == SIGN) and CLAIMS[way](printed, true, around)]
        assert not seen or abs(printed - true) < 10, "what is to be seen in the digits is said"


@pytest.mark.parametrize(
    ("printed", "true", "name"), [(4258, 4358, REPLACED), (4385, 4358, SWAPPED), (358, 4358, DROPPED)]
)
def test_a_slip_is_said_before_a_figure_that_stands_beside(printed: int, true: int, name: str) -> None:
    assert explain(printed, true, Context(neighbours=(printed, 100)))[1] == name
