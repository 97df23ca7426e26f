"""What an import gives: the figures, what they were recognised by, and what was not recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xltools.amount import Unit
from xltools.report import TOTAL, Ref, Report


class Recognised(NamedTuple):
    """A sheet that was read, the form that it fills and the number of its figures (zeros not counted)."""

    sheet: str
    form: str
    figures: int


class Unrecognised(NamedTuple):
    """A sheet, heading or row that was not understood, and why (Chinese)."""

    where: str
    why: str


@dataclass(slots=True)
class Imported:
    """``report`` holds what the source says, in the source's ``unit``; nothing in it is guessed.

    ``kind``: what the source is (决算软件导出, 公开表 …). ``covered``: every figure that the source shows,
    also where it is blank; ``complete``: forms of codes of which all lines were read. ``unused``: sheets
    that no published table needs. ``derived``: sums that the source leaves to the reader.
    """

    report: Report
    kind: str
    recognised: list[Recognised] = field(default_factory=list)
    unrecognised: list[Unrecognised] = field(default_factory=list)
    covered: set[Ref] = field(default_factory=set)
    complete: set[str] = field(default_factory=set)
    unused: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)

    @property
    def unit(self) -> Unit:
        """元 or 万元, as the source states it."""
        return self.report.unit

    @property
    def forms(self) -> list[str]:
        """The forms that were recognised, each once."""
        return list(dict.fromkeys(one.form for one in self.recognised))


def missing_parents(lines: list[str]) -> list[str]:
    """类 and 款 that a list of codes leaves out."""
    known = set(lines)
    wanted = {line[:length] for line in lines for length in (3, 5) if len(line) > length}
    return sorted(wanted - known)


def with_parents(lines: list[str]) -> list[str]:
    """The codes with their 类 and 款 put in before the first line below them."""
    found: list[str] = []
    for line in lines:
        for length in (3, 5, 7):
            if len(line) >= length and line[:length] not in found:
                found.append(line[:length])
    return found


def titles_of(lines: list[str], known: Mapping[str, str], listed: Mapping[str, str]) -> dict[str, str]:
    """Names of codes: those of the source, else of the edition's list."""
    return {line: name for line in lines if line != TOTAL and (name := known.get(line) or listed.get(line))}
