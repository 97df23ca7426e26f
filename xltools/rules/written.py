"""What was meant by a cell in which the amount was written with its unit: «8.08万元», «¥80,800元»."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xltools.amount import ZERO, NotAnAmount, Unit, half_up, half_width, parse_text, show

_YUAN = {"元": 1, "千元": 10**3, "万元": 10**4, "万": 10**4, "百万元": 10**6, "亿元": 10**8, "亿": 10**8}
_AMOUNT = re.compile(rf"(?:人民币|RMB|[¥￥])?(?P<number>.*?)(?P<unit>{'|'.join(_YUAN)})整?", re.IGNORECASE)
_SMALLEST = Decimal("0.10")
"""Less than that in 万元, and the unit was written but not meant, where the other figures do not tell."""
NOT_A_NUMBER = "单元格里不是数"


@dataclass(frozen=True, slots=True)
class Written:
    """A number with the 金额单位 behind it."""

    number: Decimal
    unit: str

    def values(self, unit: Unit) -> dict[str, str]:
        """What it is in a workbook of ``unit``, as printed → how it was read, likeliest first: converted
        where the units differ, and the number as it stands."""
        own, here = _YUAN[self.unit], _YUAN[unit.value]
        if own == here:
            return {show(self.number): ""}
        told = f"写的是{self.unit}，折成{unit.value}"
        converted = half_up(self.number * own / here)
        found = {show(converted): told, show(self.number): f"写的是{self.unit}，请核对单位"}
        small = abs(converted) < _SMALLEST and self.number != ZERO
        return dict(reversed(found.items())) if small else found


def written(text: str) -> Written | None:
    """The number and the unit in ``text``; None where it is no number with a unit."""
    match = _AMOUNT.fullmatch("".join(half_width(text).split()))
    if match is None:
        return None
    try:
        number = parse_text(match["number"])
    except NotAnAmount:
        return None
    return None if number is None else Written(number, match["unit"])


def suggestions(
    text: str, unit: Unit, known: Sequence[str], allowed: Callable[[str], bool]
) -> tuple[tuple[str, ...], str]:
    """The values to suggest for a cell that holds ``text``, and why: what is written there, where it is
    ``allowed`` by the other figures, before what else these leave open (``known``)."""
    found = written(text)
    values = {} if found is None else found.values(unit)
    first = next((value for value in values if allowed(value)), None)
    if first is None:
        return tuple(known), NOT_A_NUMBER + ("，写的数与其他数不符" if values else "")
    how = f"{NOT_A_NUMBER}，{values[first]}" if values[first] else NOT_A_NUMBER
    return (first, *(value for value in known if value != first)), how
