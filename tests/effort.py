"""How much of a campaign is run: all of it, but a part of it in the quick part (``-m "… and not long"``).

A campaign is the same proof many times over: random units, examples of a property, all places for a
column. What is broken mostly shows in the first few; the quick part runs these, the whole suite all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import pytest

Value = TypeVar("Value")
_SHARE = 4
QUICK = False
"""Whether this run leaves out the long tests; set before any test module is loaded."""


def decide(expression: str) -> None:
    """Take from pytest's ``-m`` whether this is the quick part."""
    global QUICK
    QUICK = "not long" in expression


def examples(number: int) -> int:
    """Of so many examples (or seeds, inputs) those to be run: in the quick part a quarter, rounded up."""
    return -(-number // _SHARE) if QUICK else number


def spread(values: Sequence[Value]) -> Sequence[Value]:
    """Of these values those to be tried here: in the quick part every fifth, so that all corners come up."""
    return values[:: _SHARE + 1] if QUICK else values


def first(number: int, values: Iterable[Any]) -> list[Any]:
    """Values for ``parametrize`` of which all but the first so many are long."""
    return [
        pytest.param(value, marks=() if at < number else pytest.mark.long) for at, value in enumerate(values)
    ]
