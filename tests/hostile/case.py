"""What a hostile file is in this corpus: how it is made, and what must come of checking it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tests.workbook.books import example_bytes

Maker = Callable[[], bytes]
Parts = dict[str, bytes]


@dataclass(frozen=True)
class Refused:
    """The file is refused: exit status 2, one Chinese sentence with this clause in it."""

    words: str


@dataclass(frozen=True)
class Same:
    """The findings are those of the example, to the letter."""


@dataclass(frozen=True)
class Found:
    """The check goes through; at least these rules are among the findings, and the verdict is ``verdict``."""

    rules: tuple[str, ...]
    verdict: str = "错误"


Expected = Refused | Same | Found


@dataclass(frozen=True)
class Case:
    """One file of the corpus. ``seconds`` and ``megabytes`` are the most that checking it may take."""

    name: str
    make: Maker = field(repr=False)
    expected: Expected
    suffix: str = ".xlsx"
    seconds: float = 10.0
    megabytes: int = 400

    @property
    def quick(self) -> bool:
        """Whether it is made and checked in a fraction of a second."""
        return self.seconds <= 10 and not _uses(self.make, "in_library", "copied")

    @property
    def file(self) -> str:
        """The name of the file."""
        return re.sub(r"[^\w.-]+", "-", self.name) + self.suffix


def _uses(make: Maker, *names: str) -> bool:
    return any(name in make.__code__.co_names for name in names)


CASES: list[Case] = []


def case(
    name: str, expected: Expected, suffix: str = ".xlsx", seconds: float = 10.0, megabytes: int = 400
) -> Callable[[Maker], Maker]:
    """Put the function that makes a file into the corpus."""

    def enter(make: Maker) -> Maker:
        assert all(known.name != name for known in CASES), name
        CASES.append(Case(name, make, expected, suffix, seconds, megabytes))
        return make

    return enter


@cache
def example_parts() -> Mapping[str, bytes]:
    """The parts of the example. Not to be changed."""
    with zipfile.ZipFile(io.BytesIO(example_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip container of these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def changed(**parts: bytes | None) -> bytes:
    """The example with parts replaced, added or (None) left out; ``__`` in a name stands for ``/``."""
    found = dict(example_parts())
    for name, content in parts.items():
        found[name] = content if content is not None else b""
        if content is None:
            del found[name]
    return packed(found)


def edited(name: str, old: str | re.Pattern[str], new: str | Callable[[re.Match[str]], str]) -> bytes:
    """The example with the text of one part changed; it must have been there."""
    text = example_parts()[name].decode()
    pattern = old if isinstance(old, re.Pattern) else re.compile(re.escape(old))
    replacement = (lambda match: new) if isinstance(new, str) else new
    text, count = pattern.subn(replacement, text, count=1)
    assert count == 1, f"{old!r} is not in {name}"
    return packed({**example_parts(), name: text.encode()})


def sheet(number: int) -> str:
    """The part of a sheet: 1 is 封面, 2 to 11 the ten forms."""
    return f"xl/worksheets/sheet{number}.xml"


EXPENDITURE = sheet(4)
"""公开03表."""


def with_amount(xml: str) -> bytes:
    """The example with the XML of one amount cell replaced: 公开03表 E10, 2010399 项目支出."""
    return edited(EXPENDITURE, re.compile(r'<c r="E10"( s="\d+")[^>]*?(?:/>|>.*?</c>)'), _cell(xml))


def _cell(xml: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f'<c r="E10"{match[1]} {xml}'
