"""Laying an edited text beside the generated one: which number, word or name stands for which fact.

Both texts become tokens: a number with its unit, a word of direction, or one character. Aligned is the
*shape*, in which all numbers are alike and all directions are alike, so that a changed number still finds
its place and any sentence around it may be rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from xltools.narrative.sentence import Fact, Kind, plain

UP = ("增加", "增长", "上升", "提高", "上涨")
DOWN = ("减少", "下降", "降低", "下跌")
SAME = ("基本持平", "基本相同", "持平", "相同", "一致", "无变化", "无增减变化")
_UNITS = (
    "万元|亿元|千元|百元|元|个百分点|%|‰|台[(（]套[)）]|台|个|人次|人|辆|批次|批|次|倍|年度|年|月|日|项|号"
)
_TOKEN = (  # compiled when it is first used: where a text was rewritten
    rf"(?P<number>(?<![\d.])[-−]?\d+(?:,\d{{3}})*(?:\.\d+)?)(?P<unit>{_UNITS})?"
    rf"|(?P<direction>{'|'.join(SAME + UP + DOWN)})|(?P<character>[\s\S])"
)
_NEAR = 3
# longer than the one character that is the shape of everything else
NUMBER, DIRECTION = "number", "direction"


class Token(NamedTuple):
    """A piece of text at ``start``. ``number`` is set for numbers; ``shape`` is what is aligned."""

    text: str
    start: int
    shape: str
    number: Decimal | None = None
    unit: str = ""

    @property
    def end(self) -> int:
        """Where the token ends in its text."""
        return self.start + len(self.text)


class Pair(NamedTuple):
    """A fact and what stands for it: ``token`` for numbers and directions, ``text`` for names. Neither
    when nothing stands for it. ``sure``: the words around agree."""

    fact: Fact
    token: Token | None = None
    text: str | None = None
    sure: bool = False


def tokens(text: str) -> list[Token]:
    """The tokens of ``text``; their places are those in ``text``."""
    found = []
    for match in re.finditer(_TOKEN, plain(text)):
        if match["number"]:
            number = Decimal(match["number"].replace(",", "").replace("−", "-"))
            found.append(Token(match[0], match.start(), NUMBER, number, match["unit"] or ""))
        elif match["direction"]:
            found.append(Token(match[0], match.start(), DIRECTION))
        else:
            found.append(Token(match[0], match.start(), match[0]))
    return found


def direction(word: str) -> int:
    """1 for up, −1 for down, 0 for the same."""
    return 1 if word in UP else -1 if word in DOWN else 0


def pair(expected: str, facts: Sequence[Fact], text: str) -> tuple[list[Pair], list[Token]]:
    """What in ``text`` stands for each fact of ``expected``; and the numbers that stand for none, nor
    for a number that ``expected`` has outside its facts."""
    left, right = tokens(expected), tokens(text)
    partner, sure = _partners(left, right)
    at = {token.start: index for index, token in enumerate(left)}
    stated = {fact.start for fact in facts}
    used = {
        mine
        for other, mine in partner.items()
        if left[other].start in stated or left[other].text == right[mine].text
    }
    pairs: dict[int, Pair] = {}
    for number, fact in enumerate(facts):
        if fact.kind in (Kind.NAME, Kind.GRADE):
            pairs[number] = Pair(fact, text=_name(fact, left, right, partner, text), sure=True)
            continue
        index = at.get(fact.start)
        if index is not None and index in partner:
            pairs[number] = Pair(fact, right[partner[index]], sure=index in sure)
    free = [index for index, token in enumerate(right) if token.shape == NUMBER and index not in used]
    for number, fact in enumerate(facts):
        if number not in pairs:
            moved = next((index for index in free if _says(right[index], fact)), None)
            if moved is not None:
                free.remove(moved)
            pairs[number] = Pair(fact, right[moved] if moved is not None else None, sure=moved is not None)
    return [pairs[number] for number in range(len(facts))], [right[index] for index in free]


def _says(token: Token, fact: Fact) -> bool:
    return fact.value is not None and token.number == fact.value and token.unit in (fact.unit, "")


def _partners(left: Sequence[Token], right: Sequence[Token]) -> tuple[dict[int, int], set[int]]:
    """Left index → right index, and the left indices whose neighbourhood agrees."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, [t.shape for t in left], [t.shape for t in right], autojunk=False)
    partner: dict[int, int] = {}
    sure: set[int] = set()
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            partner.update(zip(range(a1, a2), range(b1, b2), strict=True))
            if a2 - a1 >= _NEAR:
                sure.update(range(a1, a2))
        elif tag == "replace":
            for shape in (NUMBER, DIRECTION):
                mine = [index for index in range(a1, a2) if left[index].shape == shape]
                theirs = [index for index in range(b1, b2) if right[index].shape == shape]
                if len(mine) == len(theirs):
                    partner.update(zip(mine, theirs, strict=True))
    return partner, sure


def _name(
    fact: Fact, left: Sequence[Token], right: Sequence[Token], partner: dict[int, int], text: str
) -> str | None:
    """What stands between the partners of the tokens around a name; None when they have none."""
    inside = [i for i, token in enumerate(left) if fact.start <= token.start < fact.start + len(fact.printed)]
    before = next((i for i in range(inside[0] - 1, -1, -1) if i in partner), None)
    after = next((i for i in range(inside[-1] + 1, len(left)) if i in partner), None)
    if after is None:
        return None
    # The tokens between a name and its neighbours belong to neither text's name.
    skipped = inside[0] - (before + 1 if before is not None else 0)
    start = right[partner[before]].end if before is not None else 0
    end = right[partner[after]].start
    ahead = sum(len(left[i].text) for i in range(inside[-1] + 1, after))
    return text[start + skipped : max(end - ahead, start + skipped)]
