"""What the narrative is made of: sentences, the facts in them, and the prose asked of the accountant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from xltools.amount import half_width


class Kind(StrEnum):
    """What a fact is; decides how an edited text is held against it."""

    AMOUNT = "金额"
    DIFFERENCE = "增减额"
    RATE = "增减比率"
    SHARE = "占比"
    COMPLETION = "预算完成率"
    DIRECTION = "增减方向"
    COUNT = "数量"
    YEAR = "年度"
    NAME = "名称"
    GRADE = "等级"


NUMBERS = frozenset(
    {Kind.AMOUNT, Kind.DIFFERENCE, Kind.RATE, Kind.SHARE, Kind.COMPLETION, Kind.COUNT, Kind.YEAR}
)


class Fact(NamedTuple):
    """One thing in a text that follows from the figures.

    ``key`` says which: "summary[31,1]", "summary[31,1].difference", ".rate", ".share", ".completion",
    ".direction"; "budget.general[201,1]"; "texts.procurement.micro"; "year". ``printed`` is what stands
    at ``start`` in the sentence, ``unit`` what follows it there (万元, %, 个 …). ``value`` is the number
    printed (万元; None for words); any number between ``low`` and ``high`` follows from the figures too,
    as far as their rounding lets one know. ``meaning`` is how messages call it. ``whole`` is the figure that
    a percentage is of; ``rest`` by how many hundredths it may differ where shares are closed to 100.
    """

    key: str
    kind: Kind
    printed: str
    unit: str = ""
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    meaning: str = ""
    start: int = 0
    whole: str = ""
    rest: int = 0


class Ratio(NamedTuple):
    """A percentage that the accountant wrote: ``value`` stands for ``fact``, from ``start`` to ``end`` in the
    ``text`` of the sentence ``key`` below ``headings``."""

    key: str
    headings: tuple[str, ...]
    fact: Fact
    value: Decimal
    text: str
    start: int
    end: int

    @property
    def figure(self) -> str:
        """The name of the figure that it is a percentage of something for."""
        return self.fact.key.rpartition(".")[0]

    def corrected(self, value: str) -> str:
        """The sentence with another number in its place."""
        return self.text[: self.start] + value + self.text[self.end :]


class Slot(NamedTuple):
    """Something only the accountant can say in a sentence.

    ``store`` is where it is kept: "reasons", "texts", or "last_year"; ``key`` under which name there.
    ``label`` is what is asked for (主要原因, 用途 …). ``needed``: the figures ask for it. ``typed`` is what
    is kept, "" when nothing; ``default`` what the sentence says then; ``last_year`` what was typed last
    year. The prose stands at ``start``.
    """

    key: str
    store: str
    label: str
    needed: bool = False
    typed: str = ""
    default: str = ""
    last_year: str = ""
    start: int = 0
    length: int = 0

    @property
    def missing(self) -> bool:
        """Asked for, and not there."""
        return self.needed and not self.typed


class Sentence(NamedTuple):
    """One paragraph of the narrative.

    ``key`` is stable over years. ``headings`` is the path of headings above it, numbers included:
    ("五、一般公共预算…", "（三）…"). ``generated`` is made from the figures, and the places of ``facts``
    and ``slots`` are places in it; ``typed`` is what the accountant made of it by hand ("" when not).
    ``rule`` is the id of the rule for what it states, ``share_rule`` for its shares.
    """

    key: str
    headings: tuple[str, ...]
    generated: str
    facts: tuple[Fact, ...] = ()
    slots: tuple[Slot, ...] = ()
    typed: str = ""
    rule: str = ""
    share_rule: str = ""

    @property
    def text(self) -> str:
        """What is published."""
        return self.typed or self.generated

    @property
    def section(self) -> str:
        """The number of the section: 五."""
        return self.headings[0].partition("、")[0] if self.headings else ""

    @property
    def reason(self) -> Slot | None:
        """The slot of the main reason; else the first of any kind; None when nothing can be typed."""
        mine = [slot for slot in self.slots if slot.store == "reasons"]
        return next((slot for slot in mine if slot.key == self.key), mine[0] if mine else None)

    @property
    def reason_key(self) -> str:
        """Key of ``reason`` in ``Report.reasons``, "" when there is none."""
        return self.reason.key if self.reason else ""

    @property
    def reason_needed(self) -> bool:
        """True when the figures ask for prose of any kind in this sentence (typed or not)."""
        return any(slot.needed for slot in self.slots if slot.store == "reasons")

    @property
    def missing(self) -> tuple[Slot, ...]:
        """What is asked for and not there."""
        return tuple(slot for slot in self.slots if slot.missing)


class Change(NamedTuple):
    """A sentence that reads otherwise than before: its generated text then and now ("" for none), and
    what the accountant had made of it by hand, which may be stale."""

    key: str
    before: str
    after: str
    typed: str = ""


def changes(before: Mapping[str, str], sentences: Iterable[Sentence]) -> list[Change]:
    """What changed since the sentences were generated as ``before`` (key → text): new, changed, gone."""
    now = {sentence.key: sentence for sentence in sentences}
    found = [
        Change(key, before.get(key, ""), sentence.generated, sentence.typed)
        for key, sentence in now.items()
        if before.get(key, "") != sentence.generated
    ]
    return found + [Change(key, text, "") for key, text in before.items() if key not in now]


@lru_cache(maxsize=64)
def plain(text: str) -> str:
    """``text`` with half-width digits and signs, as long as before. Asked for several times in turn."""
    return half_width(text).replace("％", "%").replace("﹪", "%")
