"""Mutations of seeds, always the same for the same seed number: what runs where no fuzzing engine is."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.fuzz.target import Target

_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65536",
    b"4294967296",
    b"99999999999999999999",
    b"1e309",
    b"\xff" * 4,
)
_MOST = 20_000


def mutated(target: Target, number: int) -> Iterator[bytes]:
    """Inputs without end, the seeds first."""
    pick = random.Random(f"{target.name}{number}")
    pool = list(target.seeds())
    yield from pool
    words = [word.encode() for word in target.words] + list(_NUMBERS)
    while True:
        data = bytearray(pick.choice(pool))
        for _ in range(pick.choice((1, 1, 2, 3, 6))):
            _change(data, pick, words, pool)
        yield bytes(data[:_MOST])


def _change(data: bytearray, pick: random.Random, words: list[bytes], pool: list[bytes]) -> None:
    at = pick.randrange(len(data) + 1)
    length = pick.choice((1, 1, 2, 4, 16, 64))
    match pick.randrange(8):
        case 0 if data:
            data[at % len(data)] ^= 1 << pick.randrange(8)
        case 1 if data:
            data[at % len(data)] = pick.randrange(256)
        case 2:
            del data[at : at + length]
        case 3 | 4:
            data[at:at] = pick.choice(words)
        case 5:
            data[at : at + length] = pick.choice(words)
        case 6:
            other = pick.choice(pool)
            start = pick.randrange(len(other) + 1)
            data[at:at] = other[start : start + length * 4]
        case _:
            data[at:at] = data[at : at + length] * pick.choice((1, 1, 2, 50))
