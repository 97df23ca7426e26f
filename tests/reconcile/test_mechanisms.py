"""Slips: which way a printed figure comes from the true one."""

import pytest

from xltools.reconcile.mechanisms import (
    DOUBLED,
    DROPPED,
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
    Context,
    explain,
    sources,
)  # fmt: skip


@pytest.mark.parametrize(
    ("true", "printed", "way"),
    [
        (29233, 29263, REPLACED), (29233, 29323, SWAPPED), (29233, 92233, SWAPPED), (12345, 54321, OTHER),
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
