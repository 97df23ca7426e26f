"""Differences, rates and shares as a narrative prints them, and which other prints rounding allows.

All amounts here are in 万元: exact when the report holds 元, else a printed figure and its slack.
Percentages have two places, rounded half-up once from the most exact amounts known.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from xltools.amount import PLACES, ZERO, Amount, divide, half_up, show

HUNDRED = Decimal(100)
_CENT = Decimal("0.01")


class Measure(NamedTuple):
    """A printed number and the range of prints that the amounts allow. ``rest``: the hundredths by which
    closing to 100 may have moved it."""

    value: Decimal
    low: Decimal
    high: Decimal
    rest: int = 0

    @property
    def printed(self) -> str:
        """Two places."""
        return show(self.value)


def amount_text(value: Decimal) -> str:
    """An amount in 万元 as the narrative prints it: 0万元 without places, everything else with two."""
    return "0" if value == 0 else show(value)


def whole_text(value: Decimal) -> str:
    """An amount in 万元 of a project: 30万元 when whole, else two places."""
    return f"{value.to_integral_value():f}" if value == value.to_integral_value() else show(value)


def difference(current: Amount, before: Amount) -> Measure:
    """How far ``current`` lies from ``before``, without sign."""
    exact = half_up(abs(current.value - before.value))
    of_prints = abs(half_up(current.value) - half_up(before.value))
    room = _CENT if current.slack or before.slack else ZERO
    return Measure(exact, max(min(exact, of_prints) - room, ZERO), max(exact, of_prints) + room)


def rate(current: Amount, before: Amount) -> Measure | None:
    """Change in percent of ``before``, without sign; None over a base of zero or below."""
    value = _change(current.value, before.value)
    if value is None:
        return None
    possible = [_change(top, base) for top in _ends(current) for base in _ends(before)]
    low, high = _range(value, possible)
    # Where the two may be equal, the change may be none.
    overlap = abs(current.value - before.value) <= current.slack + before.slack
    return Measure(value, ZERO if overlap else low, high)


def share(part: Amount, whole: Amount) -> Measure | None:
    """``part`` in percent of ``whole``; None over a base of zero or below."""
    value = _percent(part.value, whole.value)
    if value is None:
        return None
    return Measure(
        value, *_range(value, [_percent(top, base) for top in _ends(part) for base in _ends(whole)])
    )


def closed(parts: Sequence[Amount], whole: Amount) -> list[Measure | None]:
    """Shares of ``whole`` that add up to 100.00: the rest of rounding goes to the largest share.

    They are left as rounded where the parts are not all of the whole (something is missing or wrong:
    closing would hide it). The range of each holds plain rounding, and the rest given to it.
    """
    plain = [share(part, whole) for part in parts]
    known = [one for one in plain if one is not None]
    total = Amount.total(parts)
    rest = HUNDRED - sum((one.value for one in known), ZERO)
    whole_is_listed = abs(total.value - whole.value) <= total.slack + whole.slack
    if not known or not whole_is_listed or abs(rest) > _CENT * len(known):
        return list(plain)
    largest = max(range(len(known)), key=lambda index: (parts[index].value, -index))
    # Two shares rounded add up to 100.00 by themselves; of more, each may be half a hundredth off.
    count = sum(part.value != 0 for part in parts)
    moved = 0 if count <= 2 else 1
    shares = [Measure(one.value, one.low - _CENT, one.high + _CENT, moved) for one in known]
    value = known[largest].value + rest
    most = moved * ((count + 1) // 2)
    shares[largest] = Measure(value, min(shares[largest].low, value), max(shares[largest].high, value), most)
    return list(shares)


def _ends(amount: Amount) -> tuple[Decimal, ...]:
    """The least and the greatest the exact amount can be, and what is printed for it."""
    return (amount.value - amount.slack, amount.value + amount.slack, half_up(amount.value))


def _range(value: Decimal, possible: Sequence[Decimal | None]) -> tuple[Decimal, Decimal]:
    known = [value, *(one for one in possible if one is not None)]
    return min(known), max(known)


def _change(current: Decimal, before: Decimal) -> Decimal | None:
    return _percent(abs(current - before), before)


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return divide(part, whole, PLACES, HUNDRED) if whole > 0 else None
