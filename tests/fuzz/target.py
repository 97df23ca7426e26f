"""What a target of the fuzzing is: some seeds, words that matter to it, and a function that takes any bytes.

The function returns for everything that is handled (refused in words included) and raises for a fault: an
exception that nobody expects, a broken promise, two readers that disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from xltools.errors import XltoolsError


class Fault(AssertionError):
    """A promise that was broken."""


@dataclass(frozen=True)
class Target:
    """``run`` takes bytes and raises for a fault; ``words`` are put into the bytes now and then.

    ``guided`` is False where one execution is too long to be watched line by line: the search is blind then,
    and makes ten times more executions.
    """

    name: str
    run: Callable[[bytes], None] = field(repr=False)
    seeds: Callable[[], list[bytes]] = field(repr=False)
    words: tuple[str, ...] = ()
    guided: bool = True


TARGETS: dict[str, Target] = {}


def target(
    seeds: Callable[[], list[bytes]], *words: str, guided: bool = True
) -> Callable[[Callable[[bytes], None]], Callable[[bytes], None]]:
    """Enter a function as a target under its own name."""

    def enter(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[run.__name__] = Target(run.__name__, run, seeds, words, guided)
        return run

    return enter


def promise(truth: object, *said: object) -> None:
    """Raise Fault where ``truth`` does not hold."""
    if not truth:
        raise Fault(*said)


def refusal(error: XltoolsError) -> None:
    """A refusal is one short Chinese sentence with a remedy."""
    text = error.message
    promise(any("\u4e00" <= letter <= "\u9fff" for letter in text), text)
    promise(error.remedy and "\n" not in text and len(text) < 600, text)


def texts(*given: str) -> Callable[[], list[bytes]]:
    """Seeds that are texts."""
    return lambda: [text.encode() for text in given]


def as_text(data: bytes) -> str:
    """The text that fuzzed bytes stand for."""
    return data.decode("utf-8", "ignore")
