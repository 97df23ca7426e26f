"""The figures of a source put into a report: in its unit, with a list of everything that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from xltools.amount import ZERO, NotAnAmount, Unit, half_up, parse_text, plain, show, to_wan
from xltools.editions import Edition, load
from xltools.errors import XltoolsError
from xltools.figures import CODE_FORMS
from xltools.imports.imported import Imported
from xltools.imports.tables import is_money
from xltools.report import Cover, Ref, Report
from xltools.workbook.labels import key
from xltools.workbook.layout import FACTS, SAID_LAST_YEAR, fact_text
from xltools.workbook.template.comparison import classes, comparison_refs
from xltools.workbook.template.prose import narrative_rows

AMOUNT, LAST_YEAR, BUDGET, FACT, LINE, COVER = "amounts", "last_year", "budget", "texts", "lines", "cover"
_YUAN_PER_WAN = Decimal(10000)
_FACTS = {fact.key: fact.label for fact in FACTS}


class Change(NamedTuple):
    """One thing that an import changes. ``store`` says where (``AMOUNT``, ``LAST_YEAR`` …), ``what`` is the
    Ref, the key of the fact or of the cover, or the form whose codes change; ``old`` and ``new`` are as
    printed, "" for a blank; ``name`` is how the accountant calls it."""

    store: str
    what: Ref | str
    name: str
    old: str
    new: str

    @property
    def overwrites(self) -> bool:
        """Whether something that was there becomes something else."""
        return self.old != "" and self.old != self.new


@dataclass(slots=True)
class Merged:
    """The report after the import, what changed, and what should be said about it."""

    report: Report
    changes: list[Change]
    remarks: list[str]


class WrongYear(XltoolsError):
    """The source is of another year than expected; the user may know better."""


def merge(target: Report, imported: Imported, last_year: bool = False) -> tuple[Report, list[Change]]:
    """``target`` with the figures of ``imported``, and what changed; neither argument is changed.

    A form that the source fills is taken whole: codes and figures that it does not have become blank. A form
    without any figure in the source, prose and explanations stay as they are. With ``last_year`` the
    source's figures become those to compare with. 元 into 万元 is rounded half-up once.
    Raises XltoolsError for 万元 into 元, and for a year that does not fit.
    """
    merged = merged_with_remarks(target, imported, last_year)
    return merged.report, merged.changes


def merged_with_remarks(
    target: Report, imported: Imported, last_year: bool = False, any_year: bool = False
) -> Merged:
    """As ``merge``, with remarks for the user; with ``any_year`` another year is one of them."""
    edition = load(target.edition)
    remarks = list(_check_cover(target.cover, imported.report.cover, last_year, any_year))
    source = _in_unit(imported, target.unit, edition, last_year)
    if source.unit is not target.unit:
        remarks.append("上年数由万元折成元，只准到百元")
    elif imported.unit is not target.unit:
        remarks.append("来源为元，已折成万元，四舍五入一次")
    if last_year:
        return _last_year(target, imported, source, edition, remarks)
    count = len(imported.report.self_evaluations)
    if count and not target.self_evaluations:
        remarks.append(f"来源有 {count} 张绩效自评表，不导入，请在本工作簿的“绩效自评”中填写")
    return _this_year(target, imported, source, edition, remarks)


# --- does it fit -----------------------------------------------------------------------------------------


def _check_cover(target: Cover, source: Cover, last_year: bool, any_year: bool) -> Iterator[str]:
    if target.year and source.year and source.year != target.year - int(last_year):
        if any_year:
            yield f"来源是 {source.year} 年度，本工作簿是 {target.year} 年度"
        elif last_year:
            raise WrongYear(
                f"结转上年数要用 {target.year - 1} 年度的工作簿，所选的是 {source.year} 年度，选对了吗？",
                "请改选上年的工作簿；若是本工作簿封面的决算年度填错了，请先改正。",
            )
        else:
            previous = "要作为上年数结转时，请加 --last-year；" if source.year == target.year - 1 else ""
            raise WrongYear(
                f"来源是 {source.year} 年度，本工作簿是 {target.year} 年度，选对了吗？",
                f"{previous}若是封面的决算年度填错了，请先改正。",
            )
    if not source.year:
        yield "来源没有写年度，请确认是" + (
            f" {target.year - int(last_year)} 年度的" if target.year else "对的年度"
        )
    names = key(target.entity), key(source.entity)
    if all(names) and names[0] not in names[1] and names[1] not in names[0]:
        yield f"单位名称不同：本工作簿是“{target.entity}”，来源是“{source.entity}”，请确认没有选错文件"


def _in_unit(imported: Imported, wanted: Unit, edition: Edition, last_year: bool) -> Report:
    """The source's report in the wanted unit; still 万元 where only last year's figures may be converted."""
    source = imported.report
    if source.unit is wanted:
        return source
    if wanted is Unit.YUAN and not last_year:
        raise XltoolsError(
            "来源的金额单位是万元，本工作簿是元：万元只有两位小数，折不出准确的元。",
            "请导入以元为单位的文件（如决算软件的导出），或新建一个金额单位为万元的工作簿。",
        )
    counts = {(form.id, line.id) for form in edition.forms.values() for line in form.lines if line.count}

    def convert(figures: Mapping[Ref, Decimal]) -> dict[Ref, Decimal]:
        return {
            ref: value if (ref.form, ref.line) in counts else _converted(value, wanted)
            for ref, value in figures.items()
        }

    return replace(
        source,
        unit=wanted if wanted is Unit.WAN else source.unit,
        amounts=convert(source.amounts),
        last_year=convert(source.last_year),
        budget=convert(source.budget),
        texts={name: _fact(name, text, wanted) for name, text in source.texts.items()},
    )


def _converted(value: Decimal, wanted: Unit) -> Decimal:
    return to_wan(value) if wanted is Unit.WAN else half_up(value * _YUAN_PER_WAN)


def _fact(name: str, text: str, wanted: Unit) -> str:
    """A fact that is an amount, in the wanted unit; others as they are."""
    if not is_money(name):
        return text
    try:
        value = parse_text(text)
    except NotAnAmount:
        return text
    return text if value is None else fact_text(_converted(value, wanted))


# --- this year's figures ---------------------------------------------------------------------------------


def _this_year(
    target: Report, imported: Imported, source: Report, edition: Edition, remarks: list[str]
) -> Merged:
    filled = {ref.form for ref, value in source.amounts.items() if value and ref.form in edition.forms}
    for form in imported.forms:
        held = sum(1 for ref in target.amounts if ref.form == form)
        if form not in filled and held:
            number = edition.forms[form].number
            remarks.append(f"来源的{number}没有数，本工作簿已有的 {held} 个数保留不动")
    amounts = dict(target.amounts)
    for ref in target.amounts:
        if ref.form in filled and _stated(ref, imported):
            amounts.pop(ref)
    amounts |= {ref: value for ref, value in source.amounts.items() if ref.form in filled}
    lines = dict(target.lines)
    lines |= {form: list(source.lines[form]) for form in filled if form in source.lines}
    facts = {name: text for name, text in source.texts.items() if name in _FACTS and text}
    report = replace(
        target,
        amounts=_like(amounts, target.amounts),
        lines=lines,
        titles={**source.titles, **target.titles},
        budget=_like({**target.budget, **source.budget}, target.budget),
        last_year=_like({**source.last_year, **target.last_year}, target.last_year),
        texts={**target.texts, **facts},
        cover=_cover(target.cover, source.cover),
        places={},
    )
    return Merged(report, list(_changes(target, report, edition)), remarks)


def _stated(ref: Ref, imported: Imported) -> bool:
    """Whether the source says something of a figure, if only that it is blank."""
    if ref in imported.covered:
        return True
    return ref.form in imported.complete and ref.line not in imported.report.lines.get(ref.form, ())


def _like(figures: dict[Ref, Decimal], before: Mapping[Ref, Decimal]) -> dict[Ref, Decimal]:
    """The figures, those that are the same in the very places that they had (6.2 and 6.20)."""
    return {ref: before[ref] if before.get(ref) == value else value for ref, value in figures.items()}


def _cover(target: Cover, source: Cover) -> Cover:
    """What 封面 leaves blank is filled; nothing on it is replaced."""
    names = ("entity", "code", "year", "kind", "scope")
    return replace(target, **{name: getattr(target, name) or getattr(source, name) for name in names})


# --- last year's figures ---------------------------------------------------------------------------------


def _last_year(
    target: Report, imported: Imported, source: Report, edition: Edition, remarks: list[str]
) -> Merged:
    codes = list(dict.fromkeys([*classes(target), *classes(source)]))
    given: dict[Ref, Decimal] = {}
    for ref, _ in comparison_refs(edition, sorted(codes)):
        value = source.amounts.get(ref)
        if value is not None:
            given[ref] = value
        elif ref in imported.covered and ref.form == "three_public":
            # A table that is there and empty says that nothing was spent; 持平 can be told from it.
            given[ref] = ZERO
    if not given:
        raise XltoolsError("来源里没有可以结转的上年数。", "请确认选的是上年的决算公开工作簿。")
    titles = {code: source.titles[code] for code in classes(source) if code in source.titles}
    report = replace(
        target,
        last_year=_like({**target.last_year, **given}, target.last_year),
        titles={**titles, **target.titles},
        texts={**target.texts, **_said(source, edition)},
        places={},
    )
    return Merged(report, list(_changes(target, report, edition)), remarks)


def _said(source: Report, edition: Edition) -> dict[str, str]:
    """The reasons and purposes of last year, to be shown beside this year's."""
    known = said_rows(source, edition)
    return {SAID_LAST_YEAR + name: text for name, text in source.reasons.items() if text and name in known}


def said_rows(report: Report, edition: Edition) -> dict[str, tuple[str, str]]:
    """Section and content of the rows of 情况说明 by key, for the 类 that the report knows by name."""
    named = {**edition.function_codes, **report.titles}
    rows = narrative_rows([(code, name) for code, name in named.items() if len(code) == 3])
    return {name: (section, content) for section, content, name in rows}


# --- what changed ----------------------------------------------------------------------------------------


def _changes(before: Report, after: Report, edition: Edition) -> Iterator[Change]:
    for field in ("entity", "code", "year", "kind", "scope"):
        old, new = getattr(before.cover, field), getattr(after.cover, field)
        if old != new:
            yield Change(COVER, field, "封面", str(old or ""), str(new))
    for form in CODE_FORMS:
        old_lines, new_lines = before.lines.get(form, []), after.lines.get(form, [])
        if old_lines != new_lines:
            yield Change(LINE, form, edition.forms[form].name, "、".join(old_lines), "、".join(new_lines))
    for store in (AMOUNT, LAST_YEAR, BUDGET):
        yield from _figures(store, getattr(before, store), getattr(after, store), after, edition)
    said = said_rows(after, edition)
    for name, text in after.texts.items():
        if before.texts.get(name, "") != text:
            where = said.get(name.removeprefix(SAID_LAST_YEAR)) if name.startswith(SAID_LAST_YEAR) else None
            called = f"情况说明 {where[0]} {where[1]} 上年填写的" if where else _FACTS.get(name, name)
            yield Change(FACT, name, called, before.texts.get(name, ""), text)


def _figures(
    store: str, before: Mapping[Ref, Decimal], after: Mapping[Ref, Decimal], report: Report, edition: Edition
) -> Iterator[Change]:
    prefix = "" if store == AMOUNT else f"{store}."
    refs = [*after, *(ref for ref in before if ref not in after)]
    for ref in refs:
        old, new = before.get(ref), after.get(ref)
        if old != new and ref.form in edition.forms:
            name = edition.label(Ref(prefix + ref.form, ref.line, ref.column), report.titles)
            yield Change(store, ref, name, _text(old), _text(new))


def _text(value: Decimal | None) -> str:
    if value is None:
        return ""
    return plain(value) if value == value.to_integral_value() and "." not in str(value) else show(value)
