"""Which number formats show a number as a date or time. Source: ECMA-376 part 1, 18.8.30 and 18.8.31."""

from __future__ import annotations

import re

BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Numbers of the built-in formats for dates and times, those of Chinese Excel included."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_LONGEST = 2_000
"""Characters of a format that are looked at; Excel allows 255."""


def shows_dates(code: str) -> bool:
    """Whether the number format ``code`` shows a date or time."""
    return re.search("[dmyhs]", _LITERAL.sub("", code[:_LONGEST]), re.IGNORECASE) is not None
