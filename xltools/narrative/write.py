"""The narrative writer: figures → the sentences of 第三部分 情况说明.

What the templates of an edition can call (figures by name, see ``figures``; all amounts come out in 万元):

- ``amount(figure)`` → "324.86万元"; ``number(figure, unit)`` → "2辆"; ``count(key, unit)`` the same for a
  count among the texts; ``told(key, unit, figure)``: it is typed, or ``figure`` is zero; ``year``;
  ``typed(key, default)``.
- ``change(figure, noun)`` → 增加…增长 / 减少…下降 / 持平, by the sign; ``changed(…)``, ``known(…)``.
- ``listed(name)`` the items of a list that are not zero; ``share(item, "占比{}%")``, closed to 100;
  ``share_of(part, whole, text)``; ``completion(figure, budget, text)``; all "" over a base of zero.
- ``prose(key, label, text, needed, default)`` the accountant's words, "" when there are none.
- ``name(item)``, ``is_zero``, ``is_empty``, ``budgeted``, ``off_budget``, ``named``, ``none_here``,
  ``projects``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from xltools.amount import ZERO, half_up, show
from xltools.editions import Edition
from xltools.narrative.figures import Figures, Item
from xltools.narrative.measures import Measure, amount_text, closed, difference, rate, share
from xltools.narrative.projects import Projects
from xltools.narrative.sentence import Fact, Kind, Sentence, Slot
from xltools.narrative.templates import Pattern, Sentences, sentences
from xltools.report import Report

_OPEN, _SPLIT, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"{_OPEN}([fs])(\\d+){_SPLIT}([^{_CLOSE}]*){_CLOSE}")
_PRIVATE = re.compile("[\ue000-\ue002]")
_LEADS = re.compile(r"^(主要)?(原因|用途)?(是|为)?[：:]\s*|^主要原因(是|为|：|:)")
_TAIL = "。；;，,、.！ \t\n"


def write(report: Report, edition: Edition) -> list[Sentence]:
    """The sentences of the narrative in printed order; [] for an edition without sentences.

    Every number in them follows from the report (万元 with two places, rounded half-up once; percentages
    from the exact amounts where the report holds 元). Nothing is raised for figures that do not agree:
    the sentence says what they give, and the rules say what is wrong with them.
    """
    data = sentences(edition)
    if data is None:
        return []
    writer = _Writer(report, edition, data)
    return [sentence for pattern in data.patterns for sentence in writer.sentences(pattern)]


def asked(report: Report, edition: Edition) -> list[Sentence]:
    """The sentences of ``write`` with what is asked for in them, but without their text: where nothing was
    rewritten by hand a check needs no more, and the text costs most of the time."""
    data = sentences(edition)
    if data is None:
        return []
    writer = _Asker(report, edition, data)
    return [sentence for pattern in data.patterns for sentence in writer.sentences(pattern)]


def clean(prose: str) -> str:
    """Typed prose as it goes into a sentence: one line, without the lead and the full stop that the
    sentence brings itself."""
    text = _PRIVATE.sub("", "".join(part.strip() for part in prose.splitlines()))
    return _LEADS.sub("", text.strip()).rstrip(_TAIL)


class _Writer:
    """Renders patterns for one report, and records the facts and slots of the sentence at hand."""

    def __init__(self, report: Report, edition: Edition, data: Sentences) -> None:
        self.report = report
        self.figures = Figures(report, edition)
        self.data = data
        self.facts: list[Fact] = []
        self.slots: list[Slot] = []
        self.shares: dict[str, Measure | None] = {}
        self.wholes: dict[str, str] = {}
        self.context = self._context()

    def _context(self) -> dict[str, Any]:
        names = (
            "amount", "number", "count", "told", "typed", "change", "changed", "known", "listed", "share",
            "share_of", "completion", "prose", "is_zero", "budgeted", "off_budget", "named", "none_here",
            "name",
        )  # fmt: skip
        calls = {name: getattr(self, name) for name in names}
        projects = Projects(self.report, self.data.grades_to_improve, self._fact)
        return {
            **calls, "is_empty": self.figures.is_empty, "projects": projects, "year": _Lazy(self.year),
        }  # fmt: skip

    def sentences(self, pattern: Pattern) -> list[Sentence]:
        """The sentences a pattern gives: one, one per item of its list, or none."""
        if not pattern.each:
            made = self._sentence(pattern, pattern.key, {})
            return [made] if made else []
        found = []
        for item in self.listed(pattern.each):
            key = pattern.key.format(code=item.code, column=item.column)
            made = self._sentence(pattern, key, {"item": item})
            if made:
                found.append(made)
        return found

    def _sentence(self, pattern: Pattern, key: str, extra: Mapping[str, Any]) -> Sentence | None:
        self.facts, self.slots = [], []
        context = {**self.context, **extra}
        if pattern.when and not pattern.when.value(context):
            return None
        text, facts, slots = self._rendered(pattern, context)
        typed = self.report.texts.get(f"narrative.{key}", "")
        return Sentence(key, pattern.headings, text, facts, slots, typed, pattern.rule, pattern.share_rule)

    def _rendered(
        self, pattern: Pattern, context: Mapping[str, Any]
    ) -> tuple[str, tuple[Fact, ...], tuple[Slot, ...]]:
        lines = pattern.template.render(context).splitlines()
        return self._unmarked("".join(line.strip() for line in lines))

    def _unmarked(self, marked: str) -> tuple[str, tuple[Fact, ...], tuple[Slot, ...]]:
        """The text without marks, and what was marked with its place in the text."""
        facts: list[Fact] = []
        slots = dict(enumerate(self.slots))
        text, end = "", 0
        for match in _MARK.finditer(marked):
            text += marked[end : match.start()]
            number, content = int(match[2]), match[3]
            if match[1] == "f":
                facts.append(replace(self.facts[number], start=len(text)))
            else:
                slots[number] = replace(self.slots[number], start=len(text), length=len(content))
            text, end = text + content, match.end()
        return text + marked[end:], tuple(facts), tuple(slots.values())

    def _fact(self, fact: Fact) -> str:
        self.facts.append(fact)
        return f"{_OPEN}f{len(self.facts) - 1}{_SPLIT}{fact.printed}{_CLOSE}"

    def _slot(self, slot: Slot, content: str) -> str:
        self.slots.append(slot)
        return f"{_OPEN}s{len(self.slots) - 1}{_SPLIT}{content}{_CLOSE}" if content else ""

    def _measure(
        self, key: str, kind: Kind, measure: Measure, unit: str, meaning: str, whole: str = ""
    ) -> str:
        value, low, high = measure.value, measure.low, measure.high
        fact = Fact(key, kind, measure.printed, unit, value, low, high, meaning)
        return self._fact(replace(fact, whole=whole, rest=measure.rest))

    # What the templates call -------------------------------------------------------------------------

    def year(self) -> str:
        """The year of the report; 本 where the cover has none (本年度)."""
        year = self.report.cover.year
        if year is None:
            return "本"
        value = Decimal(year)
        return self._fact(Fact("year", Kind.YEAR, str(year), "年", value, value, value, "决算年度"))

    def amount(self, name: str) -> str:
        """An amount with its unit; 0.00万元 for what is not zero and prints so, 0万元 for nothing."""
        exact = self.figures.amount(name).value
        value = half_up(exact)
        printed = amount_text(value) if value or not exact else show(value)
        fact = Fact(name, Kind.AMOUNT, printed, "万元", value, value, value, self.figures.title(name))
        return f"{self._fact(fact)}万元"

    def number(self, name: str, unit: str) -> str:
        """A count that a form holds."""
        return self._count(name, self.figures.plain(name), unit)

    def told(self, key: str, unit: str, asked_by: str) -> bool:
        """True when a number among the texts can be stated: it is typed, or the money it goes with is zero.

        Asks for it otherwise. ``unit`` is what it counts (金额 for an amount).
        """
        known = self.figures.typed(key) is not None
        needed = not self.is_zero(asked_by)
        label = self.figures.title(f"texts.{key}") + ("" if unit == "金额" else f"（{unit}）")
        self.slots.append(Slot(key, "texts", label, needed, self.report.texts[key] if known else ""))
        return known or not needed

    def count(self, key: str, unit: str) -> str:
        """A count among the texts; 0 where nothing is typed."""
        return self._count(f"texts.{key}", self.figures.typed(key) or ZERO, unit)

    def _count(self, key: str, value: Decimal, unit: str) -> str:
        printed = f"{value.normalize():f}" if value else "0"
        return (
            self._fact(Fact(key, Kind.COUNT, printed, unit, value, value, value, self.figures.title(key)))
            + unit
        )

    def typed(self, key: str, default: str) -> str:
        """A text of the accountant, or what stands there by default."""
        text = _PRIVATE.sub("", "".join(self.report.texts.get(key, "").splitlines())).strip()
        return self._slot(Slot(key, "texts", "内容", False, text, default), text or default)

    def change(self, name: str, noun: str, same: str = "", nearly: str = "") -> str:
        """How a figure changed against last year, with amount and rate."""
        forms = self.data.change
        current, before = self.figures.amount(name), self.figures.before(name)
        meaning = self.figures.title(name)
        if not self.changed(name):
            exact = current.value == before.value
            word = (same or forms["same"]) if exact else (nearly or forms["nearly"])
            return self._fact(Fact(f"{name}.direction", Kind.DIRECTION, word, meaning=f"{meaning}增减方向"))
        verb, rate_verb = forms["up"] if current.value > before.value else forms["down"]
        gap, percent = difference(current, before), rate(current, before)
        parts = {
            "verb": self._fact(Fact(f"{name}.direction", Kind.DIRECTION, verb, meaning=f"{meaning}增减方向")),
            "difference": self._measure(
                f"{name}.difference", Kind.DIFFERENCE, gap, "万元", f"{meaning}增减额"
            ),
            "noun": noun,
        }
        if percent is None:
            return str(forms["zero_base" if before.value == 0 else "negative_base"]).format(**parts)
        way = Fact(f"{name}.direction", Kind.DIRECTION, rate_verb, meaning=f"{meaning}增减方向")
        parts["rate_verb"] = self._fact(way)
        base = "+".join(f"last_year.{part.strip()}" for part in name.split("+"))
        parts["rate"] = self._measure(f"{name}.rate", Kind.RATE, percent, "%", f"{meaning}增减比率", base)
        return str(forms["with_rate"]).format(**parts)

    def changed(self, *names: str) -> bool:
        """True when any of the figures changed by what prints."""
        return any(self.figures.changed(name) for name in names)

    def known(self, *names: str) -> bool:
        """True when last year's figures are known; asks for those that are not."""
        unknown = [name for name in names if not self.figures.known(name)]
        for name in unknown:
            if not self.is_zero(name):
                self.slots.append(Slot(name, "last_year", f"上年数：{self.figures.title(name)}", True))
        return not unknown

    def listed(self, name: str) -> Sequence[Item]:
        """The items of a list of the edition that are not zero."""
        spec = self.data.lists[name]
        if "codes" in spec:
            items = list(self.figures.classes(spec["codes"], spec["column"], spec.get("compared", False)))
        else:
            used = [item for item in spec["items"] if not self.is_zero(item["figure"])]
            items = []
            for item in used:
                line, column = item["figure"].partition("[")[2].rstrip("]").split(",")
                ends = (item is used[0], item is used[-1])
                items.append(Item(item["figure"], item["name"], line, column, *ends))
        if not spec.get("compared"):
            self._close(items, spec["whole"])
        return items

    def _close(self, items: Sequence[Item], whole: str) -> None:
        amounts = [self.figures.amount(item.figure) for item in items]
        for item, one in zip(items, closed(amounts, self.figures.amount(whole)), strict=True):
            self.shares[item.figure] = one
            self.wholes[item.figure] = whole

    def share(self, item: Item, text: str) -> str:
        """The share of a listed item in its list's whole."""
        measure, whole = self.shares[item.figure], self.wholes.get(item.figure, "")
        return self._percentage(item.figure, whole, Kind.SHARE, measure, text)

    def share_of(self, part: str, whole: str, text: str) -> str:
        """The share of one figure in another."""
        measure = share(self.figures.amount(part), self.figures.amount(whole))
        return self._percentage(part, whole, Kind.SHARE, measure, text)

    def completion(self, name: str, budget: str, text: str) -> str:
        """决算 in percent of the budget."""
        measure = share(self.figures.amount(name), self.figures.amount(budget))
        return self._percentage(name, budget, Kind.COMPLETION, measure, text)

    def _percentage(self, name: str, whole: str, kind: Kind, measure: Measure | None, text: str) -> str:
        if measure is None:
            return ""
        what, label = ("share", "占比") if kind is Kind.SHARE else ("completion", "预算完成率")
        meaning = f"{self.figures.title(name)}{label}"
        return text.format(self._measure(f"{name}.{what}", kind, measure, "%", meaning, whole))

    def prose(self, key: str, label: str, text: str, needed: bool, default: str = "") -> str:
        """``text`` around the accountant's words or ``default``; "" where there are neither."""
        typed = clean(self.report.reasons.get(key, ""))
        before = self.report.texts.get(f"last_year.{key}", "")
        words = self._slot(Slot(key, "reasons", label, needed, typed, default, before), typed or default)
        return text.format(words) if words else ""

    def is_zero(self, name: str) -> bool:
        """True for a blank or zero figure."""
        return self.figures.amount(name).value == 0

    def budgeted(self, name: str) -> bool:
        """True when a budget for this figure's form was given."""
        return self.figures.budgeted(name)

    def off_budget(self, name: str) -> str:
        """大于 or 小于 the 年初预算; "" when equal or not given."""
        if not self.figures.budgeted(f"budget.{name}"):
            return ""
        gap = half_up(self.figures.amount(name).value - self.figures.amount(f"budget.{name}").value)
        return "大于" if gap > 0 else "小于" if gap < 0 else ""

    def named(self, *groups: str) -> str:
        """The lines of 公开06表 below these 类 that are not zero, by name."""
        return "、".join(self.figures.named(groups))

    def none_here(self, name: str, text: str) -> str:
        """本单位/本部门 and ``text`` where the figure is zero."""
        if not self.is_zero(name):
            return ""
        return f"本{self.report.cover.scope.removesuffix('决算') or '单位'}{text}"

    def name(self, item: Item) -> str:
        """The name of a listed item."""
        return self._fact(Fact(f"{item.figure}.name", Kind.NAME, item.name, meaning="名称"))


class _Asker(_Writer):
    """Renders patterns for what they ask, without text and without places in it."""

    def _rendered(
        self, pattern: Pattern, context: Mapping[str, Any]
    ) -> tuple[str, tuple[Fact, ...], tuple[Slot, ...]]:
        if pattern.asking.body.nodes:
            pattern.asking.render(context)
        return "", tuple(self.facts), tuple(self.slots)

    def _silent(self, *arguments: Any, **named: Any) -> str:
        return ""

    year = amount = number = count = change = share = share_of = completion = _silent

    def _fact(self, fact: Fact) -> str:
        self.facts.append(fact)
        return ""

    def _slot(self, slot: Slot, content: str) -> str:
        self.slots.append(slot)
        return content

    def _close(self, items: Sequence[Item], whole: str) -> None:
        """Without shares nothing is to be closed."""


class _Lazy:
    """Calls on every print, so that each place in the text gets a fact of its own."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __str__(self) -> str:
        return str(self._call())
