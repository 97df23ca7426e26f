"""One text beside the sentences it should say: every number, direction and name judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xltools.amount import PLACES, half_up, show
from xltools.finding import Cell, Finding, Severity
from xltools.narrative.align import DIRECTION, Pair, Token, direction, pair, tokens
from xltools.narrative.defects import context, defect_finding, text_defects
from xltools.narrative.figures import ref_of
from xltools.narrative.sentence import NUMBERS, Fact, Kind, Sentence
from xltools.narrative.wording import Author
from xltools.report import TOTAL, Ref

_RULE_OF_KIND = {
    Kind.DIFFERENCE: "narrative-02",
    Kind.RATE: "narrative-02",
    Kind.DIRECTION: "narrative-02",
    Kind.COMPLETION: "narrative-12",
    Kind.NAME: "narrative-15",
    Kind.YEAR: "narrative-31",
}
_FACTORS = {"元": Decimal(10000), "千元": Decimal(10), "百元": Decimal(100), "亿元": Decimal("0.0001")}
_MONEY = ("万元", *_FACTORS)
_PERCENT = ("%", "个百分点", "‰")
_VEHICLES = ("three_public[1,10]", "three_public[1,11]")
_WHOLES = (
    ("expenditure", TOTAL, "1"),
    ("expenditure", TOTAL, "2"),
    ("expenditure", TOTAL, "3"),
    ("revenue", TOTAL, "1"),
    ("revenue", TOTAL, "2"),
    ("general", TOTAL, "1"),
    ("general", TOTAL, "2"),
    ("general", TOTAL, "3"),
    ("summary", "31", "1"),
    ("appropriation", "59", "2"),
    ("appropriation", "32", "1"),
)
"""Totals in which a share is taken by mistake, the likeliest first."""
_NOTHING = r"无此项(?:收支|支出|收入)|无[^，。；]{0,16}(?:支出|收支|收入|经费)。?$|未发生[^，。；]{0,16}"


class Reading:
    """One text beside the sentences it should say."""

    def __init__(
        self,
        author: Author,
        sentences: Sequence[Sentence],
        text: str,
        cell: Cell,
        clues: dict[str, list[str]],
    ) -> None:
        self.author = author
        self.sentences = sentences
        self.text = text
        self.cell = cell
        self.clues = clues
        self.expected, self.facts, self.rule_of = _joined(sentences)
        self.tails: list[str] = []
        self.judged: list[int] = []

    def ratios(self) -> Iterator[tuple[Fact, Token]]:
        """The percentages that the text gives for facts, where the words around agree."""
        for one in pair(self.expected, self.facts, self.text)[0]:
            if one.sure and one.fact.whole and one.token and one.token.unit == "%":
                yield one.fact, one.token

    def findings(self) -> list[Finding]:
        """All that is to be said about the text."""
        pairs, free = pair(self.expected, self.facts, self.text)
        nothing = self._says_nothing(pairs)
        if nothing:
            return [*self._defects(), nothing]
        found = []
        for one in pairs:
            judged = self._judge(one)
            if judged and one.token:
                self.judged.append(one.token.start)
            found += judged
        found = self._defects() + found
        found += self._absent([one for one in pairs if one.token is None and one.text is None])
        found += self._free(free, pairs)
        if self.tails:
            facts = {"count": str(len(self.tails)), "list": "；".join(self.tails)}
            rule = self.sentences[0].rule
            found.append(self.author.finding(rule, "narrative_tail", (self.cell,), facts, Severity.HINT))
        return found

    def _defects(self) -> list[Finding]:
        """Leftovers and the like, without what was judged by the figures already."""
        report = self.author.report
        found = []
        for one in text_defects(self.text, report, self.cell):
            again = one.kind in ("narrative_percent", "narrative_contradiction")
            inside = any(one.start <= start < one.start + len(one.found) for start in self.judged)
            if not (again and inside):
                found.append(defect_finding(one, self.text, report, self.author, self.cell))
        return found

    def _says_nothing(self, pairs: Sequence[Pair]) -> Finding | None:
        """本年度无此项收支 where the tables have figures."""
        match = re.search(_NOTHING, self.text)
        amounts = [one.fact for one in pairs if one.fact.kind is Kind.AMOUNT and one.fact.value]
        read = [one for one in pairs if one.fact.kind is Kind.AMOUNT and one.token is not None]
        if not match or not amounts or read:
            return None
        return self._finding(amounts[0], "narrative_none", match[0], match.start())

    def _judge(self, one: Pair) -> list[Finding]:
        if one.token is None:
            return self._judge_name(one.fact, one.text) if one.text is not None else []
        if one.fact.kind is not Kind.DIRECTION:
            return self._judge_number(one.fact, one.token, one.sure)
        if direction(one.token.text) == direction(one.fact.printed):
            return []
        severity = None if one.sure else Severity.VERIFY
        return [self._finding(one.fact, "narrative_direction", one.token.text, one.token.start, severity)]

    def _judge_name(self, fact: Fact, text: str) -> list[Finding]:
        if _same_name(text, fact.printed):
            return []
        certain = text.strip() in self.author.names or fact.kind is Kind.GRADE
        severity = Severity.ERROR if certain else Severity.VERIFY
        return [self._finding(fact, "narrative_name", text, max(self.text.find(text), 0), severity)]

    def _judge_number(self, fact: Fact, token: Token, sure: bool) -> list[Finding]:
        assert token.number is not None
        if fact.value is None:  # what nobody gave cannot be held against anything
            return []
        if (factor := _FACTORS.get(token.unit)) and fact.unit == "万元":
            return [self._judge_money(fact, token, factor, sure)]
        if token.number == fact.value:
            return [*self._judge_unit(fact, token), *self._judge_places(fact, token)]
        if fact.low is not None and fact.high is not None and fact.low <= token.number <= fact.high:
            self.tails.append(f"{fact.meaning}写为 {token.text}，按表为 {full(fact)}")
            return self._judge_unit(fact, token)
        certain = sure or fact.kind is Kind.YEAR
        kind, severity = ("narrative_value", None) if certain else ("narrative_unsure", Severity.VERIFY)
        gap = abs(token.number - fact.value)
        clue = {"clue": self._clue(fact, token)}
        value = self._finding(fact, kind, token.text, token.start, severity, gap, clue)
        return [value, *self._judge_unit(fact, token)]

    def _judge_money(self, fact: Fact, token: Token, factor: Decimal, sure: bool) -> Finding:
        """An amount in another unit than 万元."""
        assert token.number is not None and fact.value is not None
        right = show(token.number / factor) == show(fact.value)
        clue = "，金额本身与表一致" if right else f"，按表应为 {full(fact)}"
        severity = Severity.HINT if right else None if sure else Severity.VERIFY
        return self._unit_finding(fact, token, severity, "万元", clue)

    def _judge_unit(self, fact: Fact, token: Token) -> list[Finding]:
        if token.unit == fact.unit or (fact.unit == "年" and token.unit == "年度"):
            return []
        if not fact.unit or (fact.kind is Kind.COUNT and token.unit):
            return []
        if not token.unit and fact.unit in self.text[token.end : token.end + 4]:
            return []  # 总计（万元）
        expected = "万元" if fact.unit == "万元" else f"“{fact.unit}”"
        severity = None if fact.unit in ("万元", "%") else Severity.VERIFY
        return [self._unit_finding(fact, token, severity, expected, "" if token.unit else "，现在没有写单位")]

    def _unit_finding(
        self, fact: Fact, token: Token, severity: Severity | None, expected: str, clue: str
    ) -> Finding:
        facts = {"context": self._around(token), "found": token.text, "expected": expected, "clue": clue}
        cells = (self.cell._replace(value=token.text), *self.author.figure_cells(fact))
        return self.author.finding("narrative-32", "narrative_unit", cells, facts, severity)

    def _judge_places(self, fact: Fact, token: Token) -> list[Finding]:
        places = len(token.text.removesuffix(token.unit).partition(".")[2])
        if fact.unit not in ("万元", "%") or places == PLACES or "." not in fact.printed:
            return []
        facts = {"context": self._around(token), "found": token.text, "expected": full(fact)}
        cell = self.cell._replace(value=token.text)
        return [self.author.finding("narrative-32", "narrative_places", (cell,), facts, Severity.HINT)]

    def _absent(self, pairs: Sequence[Pair]) -> list[Finding]:
        kinds = NUMBERS - {Kind.YEAR}
        gone = [one.fact for one in pairs if one.fact.kind in kinds and one.fact.key != _LITERAL]
        if not gone:
            return []
        listed = "；".join(dict.fromkeys(f"{fact.meaning} {full(fact)}" for fact in gone))
        rule = self.rule_of[gone[0].start]
        if any(fact.key in _VEHICLES for fact in gone) and "购置及运行" in self.text:
            rule = "narrative-23"  # 公务用车购置及运行维护费 in one figure says neither
        return [
            self.author.finding(rule, "narrative_missing", (self.cell,), {"list": listed}, Severity.VERIFY)
        ]

    def _free(self, free: Sequence[Token], pairs: Sequence[Pair]) -> list[Finding]:
        """Amounts and rates that no fact stands behind."""
        based = {one.fact.key.rpartition(".")[0] for one in pairs if one.fact.kind is Kind.DIFFERENCE}
        rated = {one.fact.key.rpartition(".")[0] for one in pairs if one.fact.kind is Kind.RATE}
        amounts = any(fact.kind is Kind.AMOUNT for fact in self.facts)
        found, unread = [], []
        for token in free:
            if token.unit not in (*_MONEY, *_PERCENT) or not token.number:
                continue
            if token.unit == "%" and based - rated and self._is_change(token):
                found.append(self._unexpected("narrative-03", "narrative_zero_base", token))
            elif token.unit in _MONEY and not amounts:
                found.append(self._unexpected(self.sentences[0].rule, "narrative_extra", token))
            else:
                unread.append(context(self.text, token.start, len(token.text), 6))
        if unread:
            facts = {"count": str(len(unread)), "list": "；".join(unread)}
            rule = self.sentences[0].rule
            found.append(self.author.finding(rule, "narrative_unread", (self.cell,), facts, Severity.HINT))
        return found

    def _is_change(self, token: Token) -> bool:
        """True when a direction stands right before the token."""
        before = self.text[max(token.start - 4, 0) : token.start]
        return any(direction(word.text) for word in tokens(before) if word.shape == DIRECTION)

    def _unexpected(self, rule: str, kind: str, token: Token) -> Finding:
        facts = {"context": self._around(token), "found": token.text}
        return self.author.finding(rule, kind, (self.cell._replace(value=token.text),), facts)

    def _clue(self, fact: Fact, token: Token) -> str:
        """Where a wrong number may have been taken from."""
        assert token.number is not None and fact.value is not None
        if fact.kind is Kind.AMOUNT and token.number == fact.value * 10000:
            return "（差一万倍，元与万元混淆）"
        if fact.kind is Kind.SHARE and (whole := self._other_whole(fact, token.number)):
            return f"（{token.text} 是占{whole}的比重）"
        others = [text for text in self.clues.get(token.text, []) if text != fact.meaning]
        return f"（{token.text} 是{others[0]}）" if others else ""

    def _other_whole(self, fact: Fact, percent: Decimal) -> str:
        """The total in which the figure of ``fact`` has the share that was written; "" for none."""
        report, edition = self.author.report, self.author.edition
        try:
            part = report.amounts.get(ref_of(fact.key.removesuffix(".share"))[1])
        except ValueError:
            return ""
        if not part:
            return ""
        for form, line, column in _WHOLES:
            ref = Ref(form, line, column)
            whole = report.amounts.get(ref)
            if whole and half_up(part * 100 / whole) == percent and percent != 100:
                return f"{edition.label(ref, report.titles)} {show(whole)} "
        return ""

    def _around(self, token: Token) -> str:
        return context(self.text, token.start, len(token.text))

    def _finding(
        self,
        fact: Fact,
        kind: str,
        found: str,
        start: int,
        severity: Severity | None = None,
        gap: Decimal | None = None,
        more: dict[str, str] | None = None,
    ) -> Finding:
        rule = _RULE_OF_KIND.get(fact.kind) or self.rule_of[fact.start]
        cells = (self.cell._replace(value=found), *self.author.figure_cells(fact))
        facts = {
            "context": context(self.text, start, len(found)),
            "meaning": fact.meaning,
            "found": found,
            "expected": full(fact),
            "fact": fact.key,
        }
        return self.author.finding(rule, kind, cells, facts | (more or {}), severity, gap)


_LITERAL = "literal"


def _joined(sentences: Sequence[Sentence]) -> tuple[str, list[Fact], dict[int, str]]:
    """Sentences as one text; their facts, and the numbers of the fixed wording, with their places in it;
    and the rule at each place."""
    text, facts, rule_of = "", [], {}
    for sentence in sentences:
        offset = len(text)
        starts = {fact.start for fact in sentence.facts}
        prose = [(slot.start, slot.start + slot.length) for slot in sentence.slots if slot.length]
        for token in tokens(sentence.generated):
            typed = any(start <= token.start < end for start, end in prose)
            if token.number is None or token.start in starts or typed:
                continue
            printed = token.text.removesuffix(token.unit)
            value = token.number
            facts.append(
                Fact(
                    _LITERAL,
                    Kind.COUNT,
                    printed,
                    token.unit,
                    value,
                    value,
                    value,
                    "固定文字",
                    offset + token.start,
                )
            )
            rule_of[offset + token.start] = sentence.rule
        for fact in sentence.facts:
            facts.append(fact._replace(start=offset + fact.start))
            share = fact.kind is Kind.SHARE
            rule_of[offset + fact.start] = sentence.share_rule if share else sentence.rule
        text += sentence.generated + "\n"
    return text.rstrip("\n"), facts, rule_of


def full(fact: Fact) -> str:
    """A fact as printed, with its unit."""
    return f"{fact.printed}{fact.unit}"


def _same_name(one: str, other: str) -> bool:
    """Alike but for brackets, 的, (类) and blanks."""
    strip = re.compile(r"[\s（）()的“”\"类]")
    return strip.sub("", one) == strip.sub("", other)
