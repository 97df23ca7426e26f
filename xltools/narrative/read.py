"""Reading the narrative back: text edited by hand, or a published one, held against the figures.

``check`` looks at a report's own narrative: the sentences the accountant rewrote, the prose typed, what
is still to be typed. ``read_text`` looks at any published 第三部分 against a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from xltools.editions import Edition
from xltools.finding import Finding, Severity
from xltools.narrative.defects import text_findings
from xltools.narrative.sentence import NUMBERS, Kind, Ratio, Sentence, Slot
from xltools.narrative.statements import statements
from xltools.narrative.wording import Author
from xltools.narrative.write import asked, write
from xltools.report import Report

_ALIKE = 0.6
_WANTED = ("主要原因", "改进管理措施")
"""Prose that an explanation must stand for when it is missing; the rest is hinted at."""


def check(report: Report, edition: Edition) -> list[Finding]:
    """What is to be said about the narrative of ``report``, in the order of the text.

    Generated sentences agree with the figures by themselves; looked at are those rewritten by hand, all
    typed prose and counts, and what is asked for and missing. [] for an edition without sentences.
    """
    sentences = asked(report, edition)
    if not sentences:
        return []
    author = Author(report, edition)
    findings = list(_missing(sentences, author))
    if any(sentence.typed for sentence in sentences):
        findings += _rewritten(write(report, edition), author)
    return findings + _prose(report, author) + statements(report, edition, author)


def ratios(report: Report, edition: Edition) -> Iterator[Ratio]:
    """The percentages in sentences that the accountant rewrote, as far as they are tied to figures."""
    if not any(key.startswith("narrative.") for key in report.texts):
        return
    from xltools.narrative.judge import Reading  # most reports hold no text that was rewritten

    author = Author(report, edition)
    for sentence in write(report, edition):
        if sentence.typed and sentence.typed != sentence.generated:
            cell = author.text_cell(sentence.key, sentence.headings)
            for fact, token in Reading(author, [sentence], sentence.typed, cell, {}).ratios():
                assert token.number is not None
                end = token.end - len(token.unit)
                yield Ratio(
                    sentence.key, sentence.headings, fact, token.number, sentence.typed, token.start, end
                )


def _rewritten(sentences: Sequence[Sentence], author: Author) -> Iterator[Finding]:
    """What is wrong with the sentences that the accountant rewrote."""
    from xltools.narrative.judge import Reading

    clues = _clues(sentences)
    for sentence in sentences:
        if sentence.typed and sentence.typed != sentence.generated:
            cell = author.text_cell(sentence.key, sentence.headings)
            yield from Reading(author, [sentence], sentence.typed, cell, clues).findings()


def read_text(text: str, report: Report, edition: Edition) -> list[Finding]:
    """A published 第三部分 情况说明 held against ``report``, section by section.

    Sections are found by their headings. The wording may differ; what cannot be tied to a figure is
    listed, not judged.
    """
    from xltools.narrative.judge import Reading

    sentences = write(report, edition)
    author = Author(report, edition)
    clues = _clues(sentences)
    findings: list[Finding] = []
    for headings, body in _sections(text, list(dict.fromkeys(sentence.headings for sentence in sentences))):
        mine = [sentence for sentence in sentences if sentence.headings == headings]
        cell = author.text_cell(mine[0].key, headings)
        if body is None:
            facts = {"heading": headings[-1]}
            kind = "narrative_no_section"
            findings.append(author.finding(mine[0].rule, kind, (cell,), facts, Severity.VERIFY))
        else:
            findings += Reading(author, mine, body, cell, clues).findings()
    return findings


def _sections(text: str, wanted: Sequence[tuple[str, ...]]) -> Iterable[tuple[tuple[str, ...], str | None]]:
    """The text below each path of headings; None where its last heading is not found."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    paths = list(dict.fromkeys(path[: depth + 1] for path in wanted for depth in range(len(path))))
    found = _placed([path[-1] for path in paths], lines)
    rows = {path: row for path, row in zip(paths, found, strict=True) if row is not None}
    for headings in wanted:
        start = rows.get(headings)
        if start is None:
            yield headings, None
        else:
            end = min((row for row in rows.values() if row > start), default=len(lines))
            yield headings, "\n".join(lines[start + 1 : end])


def _placed(headings: Sequence[str], lines: Sequence[str]) -> list[int | None]:
    """The line of each heading, in order, so that they are as much alike as can be."""
    alike = [[_likeness(heading, line) for line in lines] for heading in headings]
    # best[h][l]: the most likeness that headings from h on can have in lines from l on.
    best = [[0.0] * (len(lines) + 1) for _ in range(len(headings) + 1)]
    for h in range(len(headings) - 1, -1, -1):
        for row in range(len(lines) - 1, -1, -1):
            taken = alike[h][row] + best[h + 1][row + 1] if alike[h][row] else 0.0
            best[h][row] = max(taken, best[h + 1][row], best[h][row + 1])
    found: list[int | None] = []
    row = 0
    for h in range(len(headings)):
        here = best[h][row]
        while row < len(lines) and best[h][row + 1] == here and here > best[h + 1][row]:
            row += 1
        if row < len(lines) and here > best[h + 1][row]:
            found.append(row)
            row += 1
        else:
            found.append(None)
    return found


def _likeness(heading: str, line: str) -> float:
    """0 for what is no such heading, else up to 1."""
    if len(line) > 2 * len(heading) + 4:
        return 0.0
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, _unnumbered(line), _unnumbered(heading), autojunk=False)
    if matcher.quick_ratio() < _ALIKE:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= _ALIKE else 0.0


def _unnumbered(heading: str) -> str:
    return re.sub(r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|\d+[、.])", "", heading)


def _clues(sentences: Iterable[Sentence]) -> dict[str, list[str]]:
    """Printed number → what it is in this narrative: to say where a wrong number was taken from."""
    clues: dict[str, list[str]] = {}
    for sentence in sentences:
        for fact in sentence.facts:
            if fact.kind in NUMBERS and fact.value:
                known = clues.setdefault(f"{fact.printed}{fact.unit}", [])
                if fact.meaning not in known:
                    known.append(fact.meaning)
    return clues


def _missing(sentences: Iterable[Sentence], author: Author) -> Iterator[Finding]:
    """What is asked for and not there.

    Reasons, measures and numbers must be given or explained; last year's figures and purposes are
    listed once as hints. So is everything while nothing at all was typed yet (tables without a text).
    """
    begun = bool(author.report.texts or author.report.reasons)
    hints: dict[str, list[tuple[Sentence, str]]] = {}
    for sentence in sentences:
        missing = () if sentence.typed else sentence.missing
        wanted = [slot for slot in missing if slot.label in _WANTED or slot.store == "texts"]
        if wanted and begun:
            cell = author.text_cell(sentence.key, sentence.headings)
            labels = "、".join(dict.fromkeys(_label(sentence, slot) for slot in wanted))
            yield author.finding("narrative-14", "narrative_reason", (cell,), {"label": labels})
        for slot in missing:
            if slot not in wanted or not begun:
                kind = "narrative_last_year" if slot.store == "last_year" else "narrative_unfilled"
                hints.setdefault(kind, []).append((sentence, _label(sentence, slot)))
    for kind, items in hints.items():
        first = items[0][0]
        cell = author.text_cell(first.key, first.headings)
        listed = list(dict.fromkeys(label for _, label in items))
        facts = {"count": str(len(listed)), "list": "；".join(listed)}
        yield author.finding("narrative-14", kind, (cell,), facts, Severity.HINT)


def _label(sentence: Sentence, slot: Slot) -> str:
    """What is missing, so that one sees where: 教育支出的主要原因."""
    if slot.store != "reasons":
        return slot.label
    named = next((fact.printed for fact in sentence.facts if fact.kind is Kind.NAME), "")
    heading = re.sub(r"^.*?[、）]", "", sentence.headings[-1])
    return f"{named or heading.removesuffix('说明').removesuffix('情况')}的{slot.label}"


def _prose(report: Report, author: Author) -> list[Finding]:
    """Leftovers in everything typed; numbers in it are the accountant's own."""
    skip = ("narrative.", "glossary.")
    typed = [("reasons", key, text) for key, text in report.reasons.items()]
    typed += [("texts", key, text) for key, text in report.texts.items() if not key.startswith(skip)]
    return [
        finding
        for store, key, text in typed
        for finding in text_findings(text, report, author, author.typed_cell(store, key, _typed_label(key)))
    ]


def _typed_label(key: str) -> str:
    return {"duties": "职责", "organisation": "机构设置"}.get(key, key)
