"""The sheets beside the forms: 封面, 上年数与预算, 情况说明, 概况与名词, 审核结果; read by labels.

``layout`` describes them; sheets may be renamed, rows and columns inserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xltools import amount
from xltools.amount import PLACES, ZERO, NotAnAmount
from xltools.editions import Edition, Form
from xltools.finding import Cell, Finding
from xltools.report import NARRATIVE, TOTAL, Ref, Report
from xltools.workbook import layout
from xltools.workbook.grid import Grid
from xltools.workbook.harvest import shown
from xltools.workbook.labels import bare, code, key, label
from xltools.workbook.layout import Field, Table
from xltools.workbook.seen import Layout
from xltools.workbook.troubles import trouble

_LONGEST_LABEL = 60
"""Longer texts are prose."""

Spots = Mapping[str, Sequence[tuple[int, int]]]


class Page(NamedTuple):
    """A sheet with an index of its short texts: key → rows and columns from 0, in reading order."""

    grid: Grid
    texts: Spots

    def find(self, name: str) -> tuple[int, int] | None:
        """The first cell that holds this label."""
        spots = self.texts.get(key(name))
        return spots[0] if spots else None

    def first(self, labels: frozenset[str], start: int) -> int:
        """The first row from ``start`` on with one of these labels; the row after the last if none has."""
        found = [row for name in labels for row, _ in self.texts.get(name, ()) if row >= start]
        return min(found, default=len(self.grid.rows))

    def right_of(self, spot: tuple[int, int], stops: frozenset[str]) -> object:
        """The first content right of a cell, before the next label; "" where there is none."""
        return self.grid.rows[at[0]][at[1]] if (at := self.place_right_of(spot, stops)) else ""

    def place_right_of(self, spot: tuple[int, int], stops: frozenset[str]) -> tuple[int, int] | None:
        """Where ``right_of`` finds its content."""
        row, start = spot
        for at, content in enumerate(self.grid.rows[row][start + 1 :], start + 1):
            if content != "" and content is not None:
                stop = type(content) is str and len(content) <= _LONGEST_LABEL and label(content) in stops
                return None if stop else (row, at)
        return None

    def value(self, one: Field, stops: frozenset[str]) -> object:
        """The value of a labelled field; "" where label or value are missing."""
        return self.right_of(spot, stops) if (spot := self.find(one.label)) else ""


@dataclass(slots=True)
class Extras:
    """The sheets beside the forms that a workbook has."""

    cover: Page | None = None
    comparison: Page | None = None
    narrative: Page | None = None
    evaluations: list[Page] = field(default_factory=list)
    overview: Page | None = None
    findings: Page | None = None
    analysis: Grid | None = None

    def names(self) -> set[str]:
        """The names of these sheets."""
        pages = (self.cover, self.comparison, self.narrative, *self.evaluations, self.overview, self.findings)
        found = {page.grid.name for page in pages if page is not None}
        return found | ({self.analysis.name} if self.analysis else set())


def page(grid: Grid) -> Page:
    """The index of a sheet."""
    recalled = grid.recalled
    if recalled is None:
        return Page(grid, _index(grid.rows))
    return Page(grid, _known_index(recalled.layout, *recalled.contents[recalled.layout.numbers :]))


@lru_cache(maxsize=64)
def _known_index(layout: Layout, *texts: object) -> Spots:
    """The index of a sheet of this layout with these texts; numbers are not in it."""
    return _index(layout.rows([0.0] * layout.numbers + [*texts]))


def _index(rows: Iterable[Sequence[object]]) -> Spots:
    texts: dict[str, list[tuple[int, int]]] = {}
    for row, cells in enumerate(rows):
        for at, content in enumerate(cells):
            if type(content) is str and content and len(content) <= _LONGEST_LABEL:
                texts.setdefault(_headings[content], []).append((row, at))
    return texts


_SAME = {key(one.printed): key(one.label) for one in layout.INDICATORS.headings if one.printed}
_HEADINGS_KEPT = 20_000


class _Headings(dict[str, str]):
    """Texts and their keys as headings. A dict, so that one seen before costs no call of Python's."""

    def __missing__(self, text: str) -> str:
        found = _SAME.get(name := key(text), name)
        if len(text) <= _LONGEST_LABEL:
            if len(self) > _HEADINGS_KEPT:
                self.clear()
            self[text] = found
        return found


_headings = _Headings()


def heading(content: object) -> str:
    """The key of a heading, whichever of its two names it has; "" for anything but a text."""
    return _headings[content] if type(content) is str else ""


def required(table: Table) -> frozenset[str]:
    """The keys of the headings that identify a table."""
    return frozenset(key(heading.label) for heading in table.headings if heading.required)


_COVER = frozenset(key(one.label) for one in layout.COVER_FIELDS)
_COVER_STOPS = _COVER | {key(one.help) for one in layout.COVER_FIELDS}
_OVERVIEW = frozenset(key(one.label) for one in (layout.DUTIES, layout.ORGANISATION))
_COVER_NEEDS = 4
_IN_USE = "，各表的金额也要用这个单位；暂按{}审核"
_NAMES_KEPT = 200
_FORM_SHEET = re.compile(r"^公开(0\d|10)表$")


def find_extras(grids: Iterable[Grid]) -> Extras:
    """Which of these sheets is which, by its labels, and for an empty one by its name."""
    found = Extras()
    for grid in grids:
        if grid.name == layout.ANALYSIS:
            found.analysis = grid
            continue
        if _FORM_SHEET.match(grid.name):
            continue
        one = page(grid)
        known = one.texts.keys()
        if required(layout.INDICATORS) <= known:
            found.evaluations.append(one)
        elif len(_COVER & known) >= _COVER_NEEDS and found.cover is None:
            found.cover = one
        elif required(layout.FIGURES) <= known and found.comparison is None:
            found.comparison = one
        elif required(layout.SENTENCES) <= known and found.narrative is None:
            found.narrative = one
        elif required(layout.FINDING_ROWS) <= known and found.findings is None:
            found.findings = one
        elif (known & _OVERVIEW or required(layout.GLOSSARY) <= known) and found.overview is None:
            found.overview = one
    return found


def records(one: Page, table: Table, stops: frozenset[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """(row, content by heading) of every record of a table; blanks are ""."""
    start = _heading_row(one, table)
    if start is None:
        return
    cells = one.grid.rows[start]
    wanted = {key(heading.label): heading.key for heading in table.headings}
    columns = {}
    for at, content in enumerate(cells):
        name = wanted.get(heading(content))
        if name and name not in columns:
            columns[name] = at
    for row in range(start + 1, one.first(stops, start + 1)):
        cells = one.grid.rows[row]
        record = {name: "" if cells[at] is None else cells[at] for name, at in columns.items()}
        if any(content != "" for content in record.values()):
            yield row, record


def _heading_row(one: Page, table: Table) -> int | None:
    needed = required(table)
    first = min(needed, key=lambda name: len(one.texts.get(name, ())))
    for row, _ in one.texts.get(first, ()):
        if needed <= {heading(content) for content in one.grid.rows[row]}:
            return row
    return None


def words(content: object) -> str:
    """A cell's content as text: numbers without a tail of zeros, texts stripped."""
    if type(content) is str:
        return content.strip()
    if content is None or isinstance(content, bool):
        return ""
    if isinstance(content, float | int | Decimal):
        return f"{content:.15g}"
    if isinstance(content, str):
        return content.strip()
    return shown(content)


class Notebook:
    """Where troubles of the extra sheets are put."""

    def __init__(self, troubles: list[Finding]) -> None:
        self.troubles = troubles

    def add(self, kind: str, one: Page, row: int, at: int, name: str, content: object, why: str) -> None:
        """A trouble at a cell of an extra sheet."""
        place = one.grid.place(row, at)
        cell = Cell(f"{one.grid.name} {name}".strip(), shown(content), None, place)
        self.troubles.append(trouble(kind, (cell,), name=name, content=shown(content), why=why))


# --- 封面 -----------------------------------------------------------------------------------------------


def cover_values(one: Page) -> dict[str, object]:
    """What 封面 holds, by key of its fields."""
    return {field_.key: one.value(field_, _COVER_STOPS) for field_ in layout.COVER_FIELDS}


def read_cover(
    one: Page, values: Mapping[str, object], report: Report, edition: Edition, log: Notebook
) -> None:
    """Put the values of 封面 into ``report.cover``; troubles for a year or a choice that is none."""
    cover = report.cover
    cover.entity, cover.prepared_by, cover.reviewed_by, cover.code = (
        words(values[name]) for name in ("entity", "prepared_by", "reviewed_by", "code")
    )
    year = code(values["year"]) or words(values["year"]).rstrip("年度")
    if year.isascii() and year.isdigit() and 1990 <= int(year) <= 2100:
        cover.year = int(year)
    elif year:
        _wrong(one, "year", values, "应为四位年份，例如 2024", log)
    cover.kind = _choice(one, "kind", values, edition.kinds, log)
    cover.scope = _choice(one, "scope", values, edition.scopes, log)
    _choice(one, "unit", values, list(amount.Unit), log, _IN_USE.format(report.unit.value))


def _choice(
    one: Page, name: str, values: Mapping[str, object], choices: Sequence[str], log: Notebook, more: str = ""
) -> str:
    written = words(values[name])
    for choice in choices:
        if key(written) == key(choice):
            return choice
    if written:
        _wrong(one, name, values, f"应为{'、'.join(choices)}之一{more}", log)
    return ""


def _wrong(one: Page, name: str, values: Mapping[str, object], why: str, log: Notebook) -> None:
    wanted = next(field_ for field_ in layout.COVER_FIELDS if field_.key == name)
    spot = one.find(wanted.label) or (0, 0)
    row, at = one.place_right_of(spot, _COVER_STOPS) or spot
    log.add("cover_value", one, row, at, wanted.label, values[name], why)


# --- 上年数与预算 -----------------------------------------------------------------------------------------


def read_comparison(one: Page, report: Report, edition: Edition, log: Notebook) -> None:
    """Figures to compare with, and the facts that no table prints."""
    stops = required(layout.FACTS_TABLE)
    for row, record in records(one, layout.FIGURES, stops):
        ref = _comparison_ref(record, edition)
        for name, target in (("last_year", report.last_year), ("budget", report.budget)):
            content = record.get(name, "")
            if content == "":
                continue
            at = _at(one, row, content)
            try:
                value = amount.parse(content, PLACES)
            except NotAnAmount as error:
                log.add("extra_value", one, row, at, words(record.get("title", "")), content, str(error))
                continue
            if value is not None and ref is None:
                why = "表号、行次或栏次不对，这个数没有用上"
                log.add("extra_value", one, row, at, words(record.get("title", "")), content, why)
            elif value is not None and ref is not None:
                target.setdefault(ref, value if value else ZERO)
    _read_facts(one, report)


def _at(one: Page, row: int, content: object) -> int:
    return next((at for at, cell in enumerate(one.grid.rows[row]) if cell is content), 0)


def _comparison_ref(record: Mapping[str, object], edition: Edition) -> Ref | None:
    form = _form_named(label(record.get("number", "")), edition)
    line = code(record.get("line", "")) or words(record.get("line", ""))
    column = code(record.get("column", "")) or words(record.get("column", ""))
    if form is None or not line or column not in form.column_of:
        return None
    known = line in form.line_of or (form.kind == "codes" and (line == TOTAL or line.isdigit()))
    return Ref(form.id, line, column) if known else None


def _form_named(name: str, edition: Edition) -> Form | None:
    """The form of which ``name``, a key, holds the number or is the title."""
    known: dict[str, Form | None] = edition.memo.setdefault("forms_named", {})
    if name not in known:
        forms = (
            f for f in edition.forms.values() if name and (key(f.number) in name or name == key(f.title))
        )
        if len(known) > _NAMES_KEPT:
            known.clear()
        known[name] = next(forms, None)
    return known[name]


def _read_facts(one: Page, report: Report) -> None:
    by_label = {key(fact.label): fact.key for fact in layout.FACTS}
    for _, record in records(one, layout.FACTS_TABLE, required(layout.FIGURES)):
        name = words(record.get("key", "")) or by_label.get(label(record.get("label", "")), "")
        text = layout.fact_text(record.get("value"))
        if name and text:
            report.texts.setdefault(name, text)


# --- 情况说明, 概况与名词, 审核结果 -----------------------------------------------------------------


def read_narrative(one: Page, report: Report) -> None:
    """Reasons, purposes and rewritten sentences by key; where the key is gone by section and content."""
    known: dict[tuple[str, str], str] = {}
    # The text that is published stands in 最终文字, beside the generated one.
    generated, published = (
        (one.find(layout.SENTENCES.headings[layout.SENTENCES.at(name)].label) or (0, 0))[1]
        for name in ("generated", "final")
    )
    for row, record in records(one, layout.SENTENCES, frozenset()):
        name, text = words(record.get("key", "")), words(record.get("reason", ""))
        final, before = words(record.get("final", "")), words(record.get("last_year", ""))
        if (text or final or before) and not name:
            known = known or _sentence_keys(report)
            spoken = label(record.get("section", "")), label(record.get("content", ""))
            name = known.get(spoken, "")
        if name and text:
            report.reasons.setdefault(name, text)
        if name and final:
            report.texts.setdefault(layout.FINAL + name, final)
        if name and before:
            report.texts.setdefault(layout.SAID_LAST_YEAR + name, before)
        if name:
            place = one.grid.place(row, published if final else generated)
            report.places.setdefault(Ref(NARRATIVE, name, "text"), place)


def _sentence_keys(report: Report) -> dict[tuple[str, str], str]:
    """Section and content of the rows of 情况说明 → key."""
    from xltools.workbook.template.prose import narrative_rows

    codes = [code for code in report.lines.get("general", []) if len(code) == 3]
    rows = narrative_rows([(code, report.titles.get(code, "")) for code in codes])
    return {(key(section), key(content)): name for section, content, name in rows}


def read_overview(one: Page, report: Report) -> None:
    """职责, 机构设置, and the glossary in its order."""
    labels = (layout.DUTIES, layout.ORGANISATION, layout.GLOSSARY_CLOSING)
    stops = frozenset(key(one_.label) for one_ in labels) | required(layout.GLOSSARY)
    for wanted in labels:
        spot = one.find(wanted.label) or _bare_spot(one, wanted.label)
        text = words(one.right_of(spot, stops)) if spot else ""
        if text:
            report.texts[wanted.key] = text
    entries = [
        text
        for _, record in records(one, layout.GLOSSARY, stops - required(layout.GLOSSARY))
        if (text := words(record.get("text", "")))
    ]
    report.texts.update({f"glossary.{number}": text for number, text in enumerate(entries, start=1)})


def _bare_spot(one: Page, name: str) -> tuple[int, int] | None:
    wanted = bare(key(name))
    return next((spots[0] for text, spots in one.texts.items() if bare(text) == wanted), None)


def read_explanations(one: Page, report: Report) -> None:
    """出错说明 by the key of its finding."""
    for _, record in records(one, layout.FINDING_ROWS, required(layout.NOT_CHECKED)):
        name, text = words(record.get("key", "")), words(record.get("explanation", ""))
        if name and text:
            report.explanations.setdefault(name, text)
