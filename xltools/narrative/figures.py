"""Figures by name, as the sentences of an edition name them, in 万元."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from xltools.amount import ZERO, Amount, NotAnAmount, Unit, half_up, parse
from xltools.editions import Edition
from xltools.report import TOTAL, Ref, Report

_NAME = re.compile(r"(?:(?P<store>budget|last_year)\.)?(?P<form>\w+)\[(?P<line>[^,\]]+),(?P<column>\w+)\]")
_YUAN_PER_WAN = Decimal(10000)


TYPED = {
    "three_public.abroad.groups": "因公出国（境）团组数",
    "three_public.abroad.people": "因公出国（境）人次",
    "three_public.purchase.vehicles": "购置公务用车辆数",
    "three_public.running.vehicles": "公务用车保有量",
    "three_public.reception.batches": "公务接待批次",
    "three_public.reception.people": "公务接待人次",
    "three_public.domestic": "国内接待费",
    "three_public.domestic.batches": "国内接待批次",
    "three_public.domestic.people": "国内接待人次",
    "three_public.foreign_affairs": "外事接待费",
    "three_public.foreign_affairs.batches": "外事接待批次",
    "three_public.foreign_affairs.people": "外事接待人次",
    "three_public.overseas": "国（境）外接待费",
    "three_public.overseas.batches": "国（境）外接待批次",
    "three_public.overseas.people": "国（境）外接待人次",
    "procurement.small_medium": "授予中小企业合同金额",
    "procurement.micro": "授予小微企业合同金额",
}
"""Numbers among the texts: what no form holds and the narrative states."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list in the text: its figure, what it is called, and how the line ends."""

    figure: str
    name: str
    line: str
    column: str
    first: bool
    last: bool

    @property
    def code(self) -> str:
        """The line of the form: a 科目代码 where the form has them."""
        return self.line

    @property
    def end(self) -> str:
        """；, and 。 after the last."""
        return "。" if self.last else "；"


@lru_cache(maxsize=4096)
def ref_of(name: str) -> tuple[str, Ref]:
    """Store ("", "budget", "last_year") and Ref of a figure's name. Raises ValueError for another text."""
    match = _NAME.fullmatch(name.strip())
    if not match:
        raise ValueError(f"not the name of a figure: {name!r}")
    return match["store"] or "", Ref(match["form"], match["line"], match["column"])


class Figures:
    """The figures of a report by name.

    Names are "summary[31,1]", "budget.general[201,1]", "texts.procurement.micro" (a typed amount), and
    sums of them ("statistics[5,1]+statistics[6,1]"). A blank counts as 0.
    """

    def __init__(self, report: Report, edition: Edition) -> None:
        self.report = report
        self.edition = edition
        self._stores: dict[str, Mapping[Ref, Decimal]] = {
            "": report.amounts,
            "budget": report.budget,
            "last_year": report.last_year,
        }
        self._amounts: dict[str, Amount] = {}
        self._typed: dict[str, Decimal | None] = {}
        self._before = {ref.form for ref in report.last_year}
        self._budgeted = {ref.form for ref in report.budget}

    def amount(self, name: str) -> Amount:
        """The figure in 万元, unrounded; a printed figure (万元) carries its slack."""
        found = self._amounts.get(name)
        if found is None:
            parts = [self._one(part) for part in name.split("+")]
            found = self._amounts[name] = parts[0] if len(parts) == 1 else Amount.total(parts)
        return found

    def plain(self, name: str) -> Decimal:
        """The figure as it stands in the form: for counts, which have no unit of money."""
        store, ref = ref_of(name)
        return self._stores[store].get(ref, ZERO)

    def before(self, name: str) -> Amount:
        """The same figure of last year."""
        return self.amount("+".join(f"last_year.{part.strip()}" for part in name.split("+")))

    def known(self, name: str) -> bool:
        """True when last year's figure is known.

        It is where it was given, and where the form's other figures of last year were given (a code
        that is not among them had nothing). The two sides of a balance stand for themselves.
        """
        refs = [ref_of(part)[1] for part in name.split("+")]
        given = self.report.last_year
        balanced = ("summary", "appropriation")
        return any(ref in given or (ref.form in self._before and ref.form not in balanced) for ref in refs)

    def budgeted(self, name: str) -> bool:
        """True when a budget of the figure's form was given."""
        store, ref = ref_of(name)
        if store != "budget":
            return True
        return ref.form in self._budgeted

    def typed(self, key: str) -> Decimal | None:
        """A number among the texts; None when blank or no number."""
        text = self.report.texts.get(key)
        if not text:
            return None
        if key not in self._typed:
            try:
                self._typed[key] = parse(text)
            except NotAnAmount:
                self._typed[key] = None
        return self._typed[key]

    def is_empty(self, form: str) -> bool:
        """True when a form holds nothing but blanks and zeros: 本表无数据."""
        return not any(value for ref, value in self.report.amounts.items() if ref.form == form)

    def changed(self, name: str) -> bool:
        """True when the change against last year does not print as 0.00."""
        return half_up(self.amount(name).value - self.before(name).value) != 0

    def classes(self, form: str, column: str, compared: bool) -> Iterator[Item]:
        """The 类 with a figure in ``column``; ``compared`` adds those of the budget and of last year."""
        stores = [self.report.amounts] + ([self.report.budget, self.report.last_year] if compared else [])
        used = {
            ref.line
            for store in stores
            for ref, value in store.items()
            if ref.form == form and ref.column == column and value
        }
        printed = [code for code in self.report.lines.get(form, ()) if code in used and _is_class(code)]
        codes = printed + sorted(code for code in used - set(printed) if _is_class(code))
        if len(codes) > len(printed):
            codes.sort()
        for code in codes:
            first, last = code == codes[0], code == codes[-1]
            yield Item(f"{form}[{code},{column}]", self.class_name(code), code, column, first, last)

    def class_name(self, code: str) -> str:
        """The title of a 类: as the forms print it, else as the edition knows it."""
        known = self.edition.class_names.get(code) or self.edition.function_codes.get(code, code)
        return self.report.titles.get(code) or known

    def named(self, groups: Iterable[str]) -> list[str]:
        """Titles of the lines of 公开06表 below the given 类 that are not zero, in printed order."""
        prefixes = tuple(groups)
        return [
            name
            for ref, name in self._basic_lines()
            if ref.line.startswith(prefixes) and self.report.get(ref)
        ]

    def _basic_lines(self) -> list[tuple[Ref, str]]:
        """The 款 of 公开06表 by code, with their names."""
        found: list[tuple[Ref, str]] | None = self.edition.memo.get("basic_lines")
        if found is None:
            lines = sorted(self.edition.forms["basic"].line_of.items())
            found = [(Ref("basic", code, "1"), line.name) for code, line in lines if len(code) == 5]
            self.edition.memo["basic_lines"] = found
        return found

    def title(self, name: str) -> str:
        """How messages call a figure: 公开01表 收入支出决算总表 行次31 总计 · 金额."""
        return "与".join(self._title(part.strip()) for part in name.split("+"))

    def _title(self, name: str) -> str:
        if name.startswith("texts."):
            return TYPED.get(name.removeprefix("texts."), name)
        store, ref = ref_of(name)
        if ref.form not in self.edition.forms:
            return name
        prefixed = Ref(f"{store}.{ref.form}", ref.line, ref.column) if store else ref
        return self.edition.label(prefixed, self.report.titles)

    def _one(self, part: str) -> Amount:
        name = part.strip()
        if name.startswith("texts."):
            value = self.typed(name.removeprefix("texts.")) or ZERO
        else:
            store, ref = ref_of(name)
            value = self._stores[store].get(ref, ZERO)
        if self.report.unit is Unit.YUAN:
            return Amount(value / _YUAN_PER_WAN)
        return Amount(value, self.report.unit.slack if value else ZERO)


def _is_class(code: str) -> bool:
    return code != TOTAL and len(code) == 3
