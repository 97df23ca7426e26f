"""Identities of the narrative between figures that stand in no form: counts, typed amounts, last year's
figures and the budget by 类, and the projects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xltools.amount import ZERO, Amount, NotAnAmount, Unit, parse, plain, show
from xltools.editions import Edition
from xltools.finding import Cell, Finding, Severity
from xltools.narrative.figures import TYPED, Figures, ref_of
from xltools.narrative.measures import amount_text
from xltools.narrative.wording import Author
from xltools.report import TOTAL, Ref, Report, SelfEvaluation

_COUNTED = (
    ("three_public[1,8]", ("three_public.abroad.groups", "three_public.abroad.people")),
    ("three_public[1,10]", ("three_public.purchase.vehicles",)),
    ("three_public[1,12]", ("three_public.reception.batches", "three_public.reception.people")),
    ("texts.three_public.domestic", ("three_public.domestic.batches", "three_public.domestic.people")),
    (
        "texts.three_public.foreign_affairs",
        ("three_public.foreign_affairs.batches", "three_public.foreign_affairs.people"),
    ),
    ("texts.three_public.overseas", ("three_public.overseas.batches", "three_public.overseas.people")),
)
_AMOUNTS = (
    "three_public.domestic",
    "three_public.foreign_affairs",
    "three_public.overseas",
    "procurement.small_medium",
    "procurement.micro",
)
_OTHER_MONEY = ("其他", "单位资金", "自有", "事业收入", "上级补助")
_LARGE = Decimal("0.1")


def statements(report: Report, edition: Edition, author: Author) -> list[Finding]:
    """The findings on those identities."""
    desk = _Statements(report, edition, author)
    return [
        *desk.numbers(),
        *desk.classes("budget", "narrative-11", "各类年初预算之和与年初预算总额"),
        *desk.classes("last_year", "narrative-13", "各类上年决算之和与上年决算总额"),
        *desk.named(),
        *desk.counts(),
        *desk.receptions(),
        *desk.procurement(),
        *desk.vehicles(),
        *desk.projects(),
        *desk.opening(),
    ]


class _Statements:
    def __init__(self, report: Report, edition: Edition, author: Author) -> None:
        self.report = report
        self.author = author
        self.figures = Figures(report, edition)

    def numbers(self) -> Iterator[Finding]:
        """Typed amounts and counts are numbers, and counts are whole."""
        for key, name in TYPED.items():
            text = self.report.texts.get(key, "")
            amount = key in _AMOUNTS
            try:
                value = parse(text)
            except NotAnAmount:
                value = None
                good = False
            else:
                good = value is None or (value >= 0 and (amount or value == value.to_integral_value()))
            if not good:
                expected = "不小于零的金额" if amount else "不小于零的整数"
                cell = self.author.typed_cell("texts", key, name, text)
                facts = {"meaning": name, "expected": expected, "found": text}
                rule = "narrative-25" if key.startswith("procurement") else "narrative-22"
                yield self.author.finding(rule, "narrative_number", (cell,), facts, Severity.ERROR)

    def classes(self, store: str, rule: str, meaning: str) -> Iterator[Finding]:
        """The 类 of a store add up to its total, where both are given."""
        given = {"budget": self.report.budget, "last_year": self.report.last_year}[store]
        codes = [ref for ref in given if ref.form == "general" and ref.column == "1" and _is_class(ref.line)]
        total = Ref("general", TOTAL, "1")
        if not codes or total not in given:
            return
        parts = Amount.total(self.figures.amount(f"{store}.{ref}") for ref in codes)
        cell = self.author.typed_cell(store, str(total), "上年数与预算", f"{given[total]:f}")
        yield from self._equal(rule, meaning, parts, self.figures.amount(f"{store}.{total}"), cell)

    def named(self) -> Iterator[Finding]:
        """What 公用经费 is said to consist of has figures in 公开06表; what is large is named."""
        typed = self.report.reasons.get("basic.public", "")
        whole = self.report.get(Ref("basic", "公用经费合计", "1"))
        if not typed or whole <= 0:
            return
        cell = self.author.typed_cell("reasons", "basic.public", "公用经费", typed)
        names = {name.strip().removesuffix("等") for name in re.split("[、，,；;和及]", typed)}
        for code, line in self.author.edition.forms["basic"].line_of.items():
            if len(code) != 5 or code.startswith(("301", "303")):
                continue
            value = self.report.get(Ref("basic", code, "1"))
            if line.name in names and not value and not self._elsewhere(line.name):
                yield self.author.finding(
                    "narrative-17", "narrative_named_zero", (cell,), {"found": line.name}
                )
            stem = line.name.removesuffix("费").removesuffix("支出")
            if value >= whole * _LARGE and stem not in typed and not line.name.startswith("其他"):
                facts = {"found": line.name, "expected": amount_text(self._wan(value))}
                hint = Severity.HINT
                yield self.author.finding("narrative-17", "narrative_unnamed", (cell,), facts, hint)

    def counts(self) -> Iterator[Finding]:
        """No money without a count, no count without money."""
        for name, keys in _COUNTED:
            money = self.figures.amount(name).value
            for key in keys:
                count = self.figures.typed(key)
                if count is not None and bool(count) != bool(money):
                    facts = {
                        "meaning": TYPED[key],
                        "found": f"{count:f}",
                        "label": self.figures.title(name),
                        "expected": f"{amount_text(money)}万元",
                    }
                    cell = self.author.typed_cell("texts", key, TYPED[key], f"{count:f}")
                    yield self.author.finding("narrative-21", "narrative_counts", (cell,), facts)

    def receptions(self) -> Iterator[Finding]:
        """国内 and 国（境）外 add up to 公务接待费; 外事 is part of 国内; for money, batches and persons."""
        key = "three_public."
        if self.figures.typed(f"{key}domestic") is None and self.figures.typed(f"{key}overseas") is None:
            return
        cell = self.author.typed_cell("texts", f"{key}domestic", "公务接待费")
        parts = self._typed(f"{key}domestic") + self._typed(f"{key}overseas")
        whole = self.figures.amount("three_public[1,12]")
        yield from self._equal("narrative-22", "国内与国（境）外接待费之和与公务接待费", parts, whole, cell)
        yield from self._within(f"{key}foreign_affairs", self._typed(f"{key}domestic"), "国内接待费", cell)
        for what in ("batches", "people"):
            total = self.figures.typed(f"{key}reception.{what}")
            here, abroad = (self.figures.typed(f"{key}{one}.{what}") for one in ("domestic", "overseas"))
            if total is not None and here is not None:
                name = TYPED[f"{key}reception.{what}"]
                both = Amount(here + (abroad or ZERO))
                yield from self._equal(
                    "narrative-22", f"国内与国（境）外之和与{name}", both, Amount(total), cell
                )
                limit = TYPED[f"{key}domestic.{what}"]
                yield from self._within(f"{key}foreign_affairs.{what}", Amount(here), limit, cell)

    def procurement(self) -> Iterator[Finding]:
        """小微 ⊆ 中小 ⊆ 采购总额."""
        small, total = self._typed("procurement.small_medium"), self.figures.amount("statistics[1,1]")
        cell = self.author.typed_cell("texts", "procurement.small_medium", "政府采购")
        whole = self.figures.title("statistics[1,1]")
        yield from self._within("procurement.small_medium", total, whole, cell, "narrative-25")
        yield from self._within("procurement.micro", small, "授予中小企业合同金额", cell, "narrative-25")

    def vehicles(self) -> Iterator[Finding]:
        """The vehicles that 财政拨款 keeps are among all vehicles."""
        kept = self.figures.typed("three_public.running.vehicles")
        total = Ref("statistics", "7", "1")
        if kept is None or "statistics" not in self.author.edition.forms:
            return
        if kept > self.report.get(total):
            cell = self.author.typed_cell(
                "texts", "three_public.running.vehicles", "公务用车保有量", f"{kept:f}"
            )
            label = self.author.edition.label(total, self.report.titles)
            facts = {
                "meaning": "公务用车保有量",
                "found": f"{kept:f}",
                "label": label,
                "expected": f"{self.report.get(total):f}",
            }
            yield self.author.finding("narrative-26", "narrative_counts", (cell,), facts, Severity.VERIFY)

    def projects(self) -> Iterator[Finding]:
        """What the self-evaluated projects spent of 财政资金 is part of 项目支出."""
        spent = [_fiscal(project) for project in self.report.self_evaluations]
        if not spent:
            return
        # The forms of the projects print three places: exact beside the two of the tables.
        left = sum(spent, ZERO)
        if self.report.unit is Unit.YUAN:
            left /= 10000
        right = self.figures.amount("general[合计,3]")
        if left > right.value + right.slack:
            label = self.figures.title("general[合计,3]")
            facts = {
                "meaning": "自评项目财政资金执行数",
                "left": f"{left:f}",
                "right": f"{label} {show(right.value)}",
            }
            cell = self.author.text_cell("performance", ("十、其他重要事项情况说明",), f"{left:f}")
            yield self.author.finding("narrative-28", "narrative_order", (cell,), facts)

    def opening(self) -> Iterator[Finding]:
        """Last year's 总计 − 本年支出 − 结余分配 is this year's 年初结转和结余."""
        needed = ("summary[31,1]", "summary[58,2]")
        if not all(ref_of(name)[1] in self.report.last_year for name in needed):
            return
        total, spent, shared = (self.figures.before(name) for name in (*needed, "summary[59,2]"))
        cell = self.author.typed_cell("last_year", "summary[31,1]", "上年数与预算", show(total.value))
        meaning = "上年总计减上年支出合计和结余分配与本年年初结转和结余"
        yield from self._equal(
            "narrative-30", meaning, total - spent - shared, self.figures.amount("summary[29,1]"), cell
        )

    def _typed(self, key: str) -> Amount:
        return self.figures.amount(f"texts.{key}")

    def _wan(self, value: Decimal) -> Decimal:
        return value / 10000 if self.report.unit is Unit.YUAN else value

    def _shown(self, value: Decimal) -> str:
        """An amount in 万元 as the report's unit prints it."""
        return show(value * 10000) if self.report.unit is Unit.YUAN else show(value)

    def _elsewhere(self, name: str) -> bool:
        """The same name is also that of a line with a figure (办公设备购置 is in 309 and 310)."""
        lines = self.author.edition.forms["basic"].line_of
        return any(
            line.name == name and self.report.get(Ref("basic", code, "1")) for code, line in lines.items()
        )

    def _equal(self, rule: str, meaning: str, left: Amount, right: Amount, cell: Cell) -> Iterator[Finding]:
        gap, allowed = abs(left.value - right.value), left.slack + right.slack
        if gap:
            tail = gap <= allowed
            kind = "narrative_sum_tail" if tail else "narrative_sum"
            facts = {"meaning": meaning, "left": self._shown(left.value), "right": self._shown(right.value)}
            facts |= {"apart": self._shown(gap), "slack": plain(allowed)}
            severity = Severity.HINT if tail else None
            yield self.author.finding(rule, kind, (cell,), facts, severity, gap, allowed)

    def _within(
        self, key: str, limit: Amount, limit_name: str, cell: Cell, rule: str = "narrative-22"
    ) -> Iterator[Finding]:
        part = self._typed(key) if key in _AMOUNTS else Amount(self.figures.typed(key) or ZERO)
        if part.value - limit.value > part.slack + limit.slack:
            money = key in _AMOUNTS
            left, right = (self._shown(one.value) if money else plain(one.value) for one in (part, limit))
            facts = {"meaning": TYPED[key], "left": left, "right": f"{limit_name} {right}"}
            yield self.author.finding(rule, "narrative_order", (cell,), facts)


def _is_class(line: str) -> bool:
    return len(line) == 3 and line.isdigit()


def _fiscal(project: SelfEvaluation) -> Decimal:
    """全年执行数 from 财政资金: of the sources where they are listed, else of 资金总额."""
    sources = [fund for fund in project.funds[1:] if not any(word in fund.name for word in _OTHER_MONEY)]
    rows = sources if len(project.funds) > 1 else project.funds
    return sum((fund.executed for fund in rows if fund.executed is not None), ZERO)
