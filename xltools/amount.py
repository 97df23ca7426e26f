"""Exact amounts: parse, show, 元/万元, half-up rounding, slack. The only room that knows float.

A published figure in 万元 is rounded to two places, so it stands for the exact amounts within half a
unit of its last place: its *slack*. In 元 a figure is exact and its slack is 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

ZERO = Decimal(0)
ONE = Decimal(1)
PLACES = 2
"""Places after the point of every amount of the ten forms, in 元 and in 万元."""
LIMIT = Decimal(10) ** 13
"""Amounts from here on cannot be kept exactly in a cell (15 significant digits), nor are they real."""
_LARGEST = LIMIT - Decimal("0.005")
"""From here on a value would be printed as LIMIT, which could not be read again."""

_DASHES = re.compile(r"^[-‐‑‒–—―─]+$")
_NUMBER = re.compile(r"^[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?$", re.ASCII)
# Not NFKC: it would also read 5² as 52 and ① as 1.
_FULL_WIDTH: dict[int, int | str | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Zero-width characters come with what is copied from web pages and cannot be seen.
_FULL_WIDTH |= {0x3000: " ", ord("−"): "-", **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))}


class Unit(StrEnum):
    """金额单位 of a workbook."""

    YUAN = "元"
    WAN = "万元"

    @property
    def slack(self) -> Decimal:
        """How far a printed figure may lie from the exact one: 0 in 元, 0.005 in 万元."""
        return ZERO if self is Unit.YUAN else Decimal("0.005")


class NotAnAmount(ValueError):
    """The content of a cell is no amount; ``str()`` is a Chinese phrase that says why."""


class TooLarge(NotAnAmount):
    """A number of LIMIT or beyond."""


_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
"""So wide that no quotient of amounts is rounded onto a tie before ``half_up`` sees it. One context for
all: entering a local one costs more than the rounding. It is never anybody's current context."""
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(20))
"""One unit of the last place, by places."""


def half_up(value: Decimal, places: int = PLACES) -> Decimal:
    """``value`` rounded to ``places`` as Excel's ROUND does: ties away from zero."""
    unit = _UNITS[places] if 0 <= places < len(_UNITS) else ONE.scaleb(-places)
    # + 0 turns -0.00, which nobody prints, into 0.00.
    return _WIDE.add(_WIDE.quantize(value, unit), ZERO)


def from_float(number: float, places: int = PLACES) -> Decimal:
    """A float from a cell as the decimal it was meant to be: the shortest text, then half-up to ``places``.

    Raises NotAnAmount for NaN, infinities and sizes beyond LIMIT.
    """
    if not math.isfinite(number):
        raise NotAnAmount("不是有效的数字")
    if abs(number) >= _LARGEST:
        raise TooLarge("数字过大，超出可以精确表示的范围")
    if places == PLACES:
        # At most 15 digits, being below LIMIT: where they are the number itself, they are its shortest text.
        text = f"{number + 0.0:.2f}"
        if float(text) == number:
            return Decimal(text)
    # 15 significant digits are what Excel keeps; more are noise of binary arithmetic.
    return half_up(Decimal(f"{number:.15g}"), places)


def parse(content: object, places: int = PLACES) -> Decimal | None:
    """The amount that a cell's content or a text stands for; None when it is blank.

    Blank are None, empty text and dashes (——— marks a cell that must not be filled). Understood are
    numbers, and texts with full-width digits, thousands separators and spaces. Numbers are rounded
    half-up to ``places``; a text of more places keeps them all. Raises NotAnAmount for anything else.
    """
    if content is None:
        return None
    if isinstance(content, bool):
        raise NotAnAmount("是逻辑值，不是金额")
    if isinstance(content, Decimal):
        return _bounded(content)
    if isinstance(content, int):
        return _bounded(Decimal(content))
    if isinstance(content, float):
        return from_float(content, places)
    if not isinstance(content, str):
        raise NotAnAmount("是日期或时间，不是金额")
    return parse_text(content)


def parse_text(text: str) -> Decimal | None:
    """As ``parse``, for a text; exact to the last digit written."""
    if len(text) > 200:
        raise NotAnAmount("是文字，不是金额")
    plain = "".join(half_width(text).split()).lstrip("'")
    if not plain or _DASHES.match(plain):
        return None
    if not _NUMBER.match(plain) or not any(c.isdigit() for c in plain):
        raise NotAnAmount("是文字，不是金额")
    return _bounded(Decimal(plain.replace(",", "")))


def half_width(text: str) -> str:
    """``text`` with full-width digits, letters, signs and spaces as ASCII, without zero-width characters."""
    return text.translate(_FULL_WIDTH)


def _bounded(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise NotAnAmount("不是有效的数字")
    if abs(value) >= _LARGEST:
        raise TooLarge("数字过大，超出可以精确表示的范围")
    return value


def show(value: Decimal | None, places: int = PLACES, thousands: bool = False) -> str:
    """``value`` as printed in a form: fixed places, half-up, "" for blank.

    ``parse(show(x)) == x`` for every ``x`` of at most ``places`` places.
    """
    if value is None:
        return ""
    rounded = half_up(value, places)
    return f"{rounded:,f}" if thousands else f"{rounded:f}"


def plain(value: Decimal) -> str:
    """``value`` as decimal text without exponent, keeping its places: what data files carry."""
    return f"{value:f}"


def divide(numerator: Decimal, denominator: Decimal, places: int, times: Decimal = ONE) -> Decimal:
    """numerator × times ÷ denominator, rounded half-up once. Raises ZeroDivisionError over 0."""
    if denominator == 0:
        raise ZeroDivisionError
    return half_up(_WIDE.divide(_WIDE.multiply(numerator, times), denominator), places)


def to_wan(yuan: Decimal, places: int = PLACES) -> Decimal:
    """元 → 万元, rounded half-up once."""
    return divide(yuan, Decimal(10000), places)


@dataclass(frozen=True, slots=True)
class Amount:
    """A value together with how far the exact one may lie from it; sums add up both."""

    value: Decimal
    slack: Decimal = ZERO

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.value + other.value, self.slack + other.slack)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.value - other.value, self.slack + other.slack)

    def times(self, factor: int) -> Amount:
        """The amount multiplied by an exact factor."""
        return Amount(self.value * factor, self.slack * Decimal(abs(factor)))

    @staticmethod
    def total(amounts: Iterable[Amount]) -> Amount:
        """The sum of ``amounts``; 0 with no slack when there are none."""
        result = Amount(ZERO)
        for amount in amounts:
            result = result + amount
        return result
