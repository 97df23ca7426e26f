"""How probable an amount is before anything is known of the identities."""

from __future__ import annotations

from math import log

BLANK = 0.6
"""Share of the cells of a section that are rightly blank."""
SAME_AGAIN = 0.01
"""Share of amounts that are the same as last year's."""


def density(value: int, before: int | None) -> float:
    """How probable a leaf's amount is, given last year's (0: was blank; None: not known)."""
    # 红字: how far apart two amounts are does not depend on the sign.
    value = abs(value)
    if before is None:
        return BLANK if value == 0 else (1 - BLANK) / (6 * (value + 100))
    if before <= 0:
        return 0.9 if value == 0 else 0.1 / (6 * (value + 100))
    if value == 0:
        return 0.05
    ratio = log(value / before)
    return 0.1 / (0.1 + ratio * ratio) / value + (SAME_AGAIN if value == before else 0)
