"""What must not stand in a published text, whatever the figures: leftovers of a template, filling
instructions, a missing % sign, directions that contradict each other, years of another report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from xltools.finding import Cell, Finding, Severity
from xltools.narrative.sentence import plain
from xltools.narrative.wording import Author
from xltools.report import Report

_UP, _DOWN = "(?:增加|增长|上升|提高)", "(?:减少|下降|降低)"
_WAY = "(?:增加|增长|上升|提高|减少|下降|降低|持平)"
_AMOUNT = r"\s*(?:了|为|约)?\s*-?[\d,]+(?:\.\d+)?"

_LEFTOVERS = (
    rf"{_WAY}[（(/／]{_WAY}[）)]?",  # 下降（增长）
    rf"{_WAY}(?:或|或者){_WAY}",
    r"减增加|增减少|减增长|增下降|减下降|增增长",
    r"大小于|大于小于|[大高多]于[（(/／]\s*(?:[小低少]于|等于)[）)]?|[大高多][（(][小低少][）)]于",
    r"[有是否无][（(/／][无没否有][）)]?(?=[^\d])",
    r"[XxＸｘ×*＊]{2,}|(?<!\d)[XxＸｘ×＊](?=\s*(?:万元|元|%|％|个|人|年|月|辆|批|项|号))|(?<![一二三四五六七八九])○{2,}|某某",
    r"[_＿]{2,}|□+|…{3,}|\.{6,}|\{\{|\}\}|\{[a-z_.%]+\}",
    r"<[a-z/][^>]{0,20}>",
    r"(?<![A-Za-z])(?:nan|NaN|None|null|inf|Infinity|undefined)(?![A-Za-z])",
    r"#(?:REF|N/A|DIV/0|VALUE|NAME|NUM|NULL)[!?]?",
    r"待(?:填写|补充|完善|定稿|确认)(?=[，。；）)]|$)|TODO|FIXME",
)
_INSTRUCTIONS = (
    r"[（(](?:请|注[:：]|此处|没有的|无此项)[^）)]{0,40}[）)]|【[^】]{0,40}】",
    r"[（(](?:按|如|若|可)[^）)]{0,20}(?:填|删|写明|补充)[^）)]{0,20}[）)]",
    r"请(?:在此|根据|按照?|结合)[^，。；]{0,20}(?:填写|填列|补充|说明|描述|修改)",
    r"此处(?:填写|填列|插入|说明|应)[^，。；]{0,10}",
    r"(?:根据|按照?)(?:本单位|本部门)?实际(?:情况)?(?:填写|填列|修改|补充)",
    r"(?:如无|若无|没有)[^，。；]{0,12}(?:请删除|则删除|可删除|删除此|不填)",
    r"填报(?:说明|要求|口径)[:：]|模板[:：]|示例[:：]|参考格式|以下为?(?:模板|范例)",
)
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern in (*_LEFTOVERS, *_INSTRUCTIONS)))
"""Whether there is any of them: most texts hold none."""
_PERCENT = re.compile(
    r"(?:占比|比重为?|比例为?|增长率?|下降|上升|降低|提高|完成[^，。；、\d]{0,14}的|占[^，。；、\d]{2,20}的)"
    r"(?:了|为|约)?\s*(\d+\.\d+)(?=\s*(?:[，,。；;、）)]|$))"
)
_CONTRADICTION = re.compile(
    rf"增加{_AMOUNT}\s*(?:万元|元)?\s*[，,、（(]?\s*(?:下降|降低){_AMOUNT}"
    rf"|减少{_AMOUNT}\s*(?:万元|元)?\s*[，,、（(]?\s*(?:增长|上升|提高){_AMOUNT}"
)
_YEAR = re.compile(r"(?<![\d.])((?:19|20)\d\d)(?=年)")


class Defect(NamedTuple):
    """``kind`` of wording and ``rule``; ``found`` at ``start`` in the text."""

    rule: str
    kind: str
    severity: Severity
    found: str
    start: int


@lru_cache(maxsize=256)
def defects(text: str) -> tuple[Defect, ...]:
    """What is wrong with ``text`` on its own, each place once, in the order of the text."""
    return tuple(_once([*_leftovers(text), *_percents(text), *_contradictions(text)]))


def _once(found: Iterable[Defect]) -> Iterator[Defect]:
    taken = 0
    for defect in sorted(found, key=lambda one: (one.start, -len(one.found))):
        if defect.start >= taken:
            yield defect
            taken = defect.start + len(defect.found)


def far_years(text: str, year: int) -> Iterator[Defect]:
    """Years in ``text`` other than the report's, the one before and the one after."""
    for match in _YEAR.finditer(plain(text)):
        if abs(int(match[1]) - year) > 1:
            yield Defect("narrative-31", "narrative_year", Severity.HINT, match[1], match.start())


def text_findings(text: str, report: Report, author: Author, cell: Cell) -> list[Finding]:
    """What is wrong with a text whatever the figures; ``cell`` is where it stands."""
    return [defect_finding(one, text, report, author, cell) for one in text_defects(text, report, cell)]


def text_defects(text: str, report: Report, cell: Cell) -> list[Defect]:
    """The defects of a text, with its years where the text belongs to one year."""
    timeless = cell.ref is not None and cell.ref.line in ("duties", "organisation")
    years = [] if timeless or report.cover.year is None else list(far_years(text, report.cover.year))
    return [*defects(text), *years]


def defect_finding(one: Defect, text: str, report: Report, author: Author, cell: Cell) -> Finding:
    """A defect as a finding."""
    facts = {
        "context": context(text, one.start, len(one.found)),
        "found": one.found,
        "expected": str(report.cover.year or ""),
    }
    return author.finding(one.rule, one.kind, (cell._replace(value=one.found),), facts, one.severity)


def context(text: str, start: int, length: int, around: int = 12) -> str:
    """The words around a place, for a message."""
    low, high = max(start - around, 0), min(start + length + around, len(text))
    low = max(text.rfind("\n", 0, start) + 1, low)
    # Back to the beginning of the words, where that is near.
    words = max(text.rfind(mark, 0, low) for mark in "。；：\n") + 1
    low = words if low - words <= around else low
    cut = text.find("\n", start)
    high = min(high, cut) if cut >= 0 else high
    return f"{'…' if low else ''}{text[low:high]}{'…' if high < len(text) else ''}"


def _leftovers(text: str) -> Iterator[Defect]:
    if not _ANY.search(text):
        return
    for pattern in _LEFTOVERS:
        for match in re.finditer(pattern, text):
            yield Defect("narrative-31", "narrative_leftover", Severity.ERROR, match[0], match.start())
    for pattern in _INSTRUCTIONS:
        for match in re.finditer(pattern, text):
            yield Defect("narrative-31", "narrative_instruction", Severity.VERIFY, match[0], match.start())


def _percents(text: str) -> Iterator[Defect]:
    for match in _PERCENT.finditer(plain(text)):
        yield Defect(
            "narrative-32", "narrative_percent", Severity.ERROR, text[slice(*match.span(1))], match.start(1)
        )


def _contradictions(text: str) -> Iterator[Defect]:
    for match in _CONTRADICTION.finditer(plain(text)):
        yield Defect(
            "narrative-02",
            "narrative_contradiction",
            Severity.ERROR,
            text[slice(*match.span())],
            match.start(),
        )
