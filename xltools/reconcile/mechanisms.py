"""How a true figure becomes a wrong printed one, and how probable each way is.

Figures are integers in the last printed place. The weights are rough frequencies of what reviewers see;
they only rank, they never decide whether something is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SWAPPED, REPLACED, DROPPED, DOUBLED = "相邻数字颠倒", "数字录入错误", "少录一位数字", "多录一位数字"
SHIFTED, SIGN, UNIT, NEIGHBOUR = "小数点错位", "正负号录反", "元与万元混淆", "误录邻近项目的数"
OMITTED, LAST_YEAR, SMALL, OTHER = "漏填", "误填上年数", "尾数录入错误", "金额不符"
SURPLUS, NOT_ADDED = "不应填列", "合计与明细不符"
EXCHANGED = "两位数字对调"
"""Two digits that are not beside each other: a rare kind of SWAPPED."""

WEIGHTS = {
    SWAPPED: 0.13, REPLACED: 0.17, DROPPED: 0.09, DOUBLED: 0.08, SHIFTED: 0.1, SIGN: 0.05, UNIT: 0.05,
    NEIGHBOUR: 0.09, OMITTED: 0.1, LAST_YEAR: 0.08, SMALL: 0.08, OTHER: 0.06,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """What else is printed around a figure: ``neighbours`` beside and above, ``last_year`` of the same
    cell. ``places`` after the point."""

    neighbours: tuple[int, ...] = ()
    last_year: int | None = None
    places: int = 2


def explain(printed: int | None, true: int, context: Context) -> tuple[float, str]:
    """P(printed | true) over all ways, and what is said of it: the most probable way of which every word is
    true of the two figures as they are written. ``printed`` None is a blank."""
    if printed is None:
        return WEIGHTS[OMITTED], OMITTED
    ways, total = [], 0.0
    for way, probability in _ways(printed, true, context):
        weighted = WEIGHTS[way] * probability
        total += weighted
        ways.append((way not in (NEIGHBOUR, OTHER), weighted, way))
    # A slip of the keys that is there to see says more than a figure that stands elsewhere too.
    for _, _, way in sorted(ways, reverse=True):
        if said := _said(way, printed, true, context.places):
            return total, said
    return total, OTHER


def _said(way: str, printed: int, true: int, places: int) -> str:
    """The name of a way where it holds to the letter for the figures as written, "" where it does not: what
    was typed may have been rounded when it was printed, and nobody sees that any more."""
    if way not in _LITERAL:
        return way
    wrong, right = _written(abs(printed), places), _written(abs(true), places)
    return _LITERAL[way](wrong, right)


def _written(figure: int, places: int) -> str:
    text = f"{figure:0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}" if places else text


def _replaced(wrong: str, right: str) -> str:
    return REPLACED if len(_differing(wrong, right)) == 1 else ""


def _swapped(wrong: str, right: str) -> str:
    differing = _differing(wrong, right)
    if len(differing) != 2:
        return ""
    i, j = differing
    if wrong[i] != right[j] or wrong[j] != right[i]:
        return ""
    return SWAPPED if not right[i + 1 : j].strip(".") else EXCHANGED


def _differing(wrong: str, right: str) -> list[int]:
    """Where two figures of one length differ; nothing for other lengths."""
    if len(wrong) != len(right):
        return []
    return [at for at, pair in enumerate(zip(wrong, right, strict=True)) if pair[0] != pair[1]]


def _dropped(wrong: str, right: str) -> str:
    return DROPPED if _one_less(wrong, right) else ""


def _doubled(wrong: str, right: str) -> str:
    return DOUBLED if _one_less(right, wrong) else ""


def _one_less(short: str, long: str) -> bool:
    """Whether ``short`` is what is left of ``long`` without one digit; a digit of the fraction leaves a 0
    at the end, one before the point no digit there at all."""
    point = len(long.partition(".")[0])
    for at, digit in enumerate(long):
        if digit != ".":
            left = long[:at] + long[at + 1 :] + ("0" if at > point else "")
            if ("0" if left.startswith(".") else "") + left == short:
                return True
    return False


def _scaled(wrong: str, right: str) -> bool:
    """Whether the smaller of two figures shows two digits of the larger at least, or all of them: what is
    rounded away to a single digit resembles anything."""
    small, large = sorted((wrong, right), key=lambda text: (len(text), text))
    seen, whole = small.replace(".", "").lstrip("0"), large.replace(".", "").strip("0")
    return len(seen) > 1 or seen == whole


def _shifted(wrong: str, right: str) -> str:
    return SHIFTED if _scaled(wrong, right) else ""


def _small(wrong: str, right: str) -> str:
    return SMALL if wrong.partition(".")[0] == right.partition(".")[0] else ""


def _unit(wrong: str, right: str) -> str:
    return UNIT if _scaled(wrong, right) else ""


_LITERAL = {
    REPLACED: _replaced, SWAPPED: _swapped, DROPPED: _dropped, DOUBLED: _doubled, SHIFTED: _shifted,
    SMALL: _small, UNIT: _unit,
}  # fmt: skip


def _ways(printed: int, true: int, context: Context) -> Iterator[tuple[str, float]]:
    yield OTHER, 1 / (3 * max(abs(printed), abs(true), 300))
    if printed == context.last_year:
        yield LAST_YEAR, 1.0
    gap = abs(printed - true)
    # A neighbour nearly the same as the true figure is a total of one part, not a slip.
    if context.neighbours and gap >= 10:
        same = context.neighbours.count(printed)
        if same:
            yield NEIGHBOUR, same / len(context.neighbours)
    if gap < 10:
        yield SMALL, 0.25 if gap == 1 else 0.06
    if true == 0 or printed == 0:
        return
    if printed == -true:
        yield SIGN, 1.0
    if (printed < 0) == (true < 0):
        a, b = abs(printed), abs(true)
        for power, share in ((10, 0.38), (100, 0.09), (1000, 0.03)):
            if a == b * power or a == (b + power // 2) // power:
                yield SHIFTED, share
        if a == b * 10000:
            yield UNIT, 0.2
        elif abs(a - b * 10000) <= 5000:
            yield UNIT, 0.5 / 10000
        if a == (b + 5000) // 10000:
            yield UNIT, 0.3
        yield from _digits(a, b, context.places)


def _digits(printed: int, true: int, places: int) -> Iterator[tuple[str, float]]:
    width = max(places + 1, len(str(true)))
    text, wrong = f"{true:0{width}d}", f"{printed:0{width}d}"
    if len(text) == len(wrong):
        differing = [i for i in range(width) if text[i] != wrong[i]]
        if len(differing) == 1:
            yield REPLACED, 1 / (9 * width)
        elif len(differing) == 2:
            i, j = differing
            if text[i] == wrong[j] and text[j] == wrong[i]:
                yield SWAPPED, 0.9 / max(1, width - 1) if j == i + 1 else 0.1 / width**2
    whole, fraction = text[: width - places], text[width - places :]
    length = len(str(printed))
    if length <= width:
        ways = sum(value == printed for value in _shorter(whole, fraction, places))
        if ways:
            yield DROPPED, ways / width
    if length >= width:
        ways = sum(value == printed for value in _longer(whole, fraction, places))
        if ways:
            yield DOUBLED, 0.8 * ways / width
        elif length == len(str(true)) + 1 and _inserted(str(true), str(printed)):
            yield DOUBLED, 0.2 / (10 * width)


def _shorter(whole: str, fraction: str, places: int) -> Iterator[int]:
    for i in range(len(whole)):
        yield int((whole[:i] + whole[i + 1 :] or "0") + fraction)
    for i in range(len(fraction)):
        yield int(whole + (fraction[:i] + fraction[i + 1 :]).ljust(places, "0"))


def _longer(whole: str, fraction: str, places: int) -> Iterator[int]:
    for i in range(len(whole)):
        yield int(whole[: i + 1] + whole[i:] + fraction)
    for i in range(len(fraction)):
        more = fraction[: i + 1] + fraction[i:]
        yield (int(whole + more) + 5) // 10


def _inserted(short: str, long: str) -> bool:
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def sources(printed: int, places: int = 2) -> list[int]:
    """True figures from which one plain slip leads to ``printed``; for intervals too wide to enumerate."""
    size, sign = abs(printed), -1 if printed < 0 else 1
    text = str(size).rjust(places + 1, "0")
    found: dict[int, None] = {-printed: None}
    for power in (10, 100, 1000, 10000):
        found[sign * size * power] = None
        found[sign * ((size + power // 2) // power)] = None
    for i in range(len(text)):
        for digit in "0123456789":
            found[sign * int(text[:i] + digit + text[i + 1 :])] = None
            found[sign * int(text[:i] + digit + text[i:])] = None
        found[sign * int(text[:i] + text[i + 1 :] or "0")] = None
    for i in range(len(text) - 1):
        found[sign * int(text[:i] + text[i + 1] + text[i] + text[i + 2 :])] = None
    found.pop(printed, None)
    return list(found)
