"""``read(path)``: a workbook as a Report, with what was wrong in reading it.

Forms are bound by titles, headings, codes and names, never by position. Trouble in the user's cells is a
finding; only a file that cannot be opened, or holds no form at all, raises XltoolsError.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from xltools import amount
from xltools.editions import DEFAULT, Edition, Form, load, names
from xltools.errors import XltoolsError
from xltools.finding import Cell, Finding
from xltools.report import Cover, Percentage, Place, Ref, Report, evaluation_ref
from xltools.workbook import extras as sheets_beside
from xltools.workbook.analysis import read_percentages
from xltools.workbook.bind import take_region
from xltools.workbook.blueprint import Blueprints, blueprints
from xltools.workbook.evaluation import read_evaluation
from xltools.workbook.extras import Extras, Notebook
from xltools.workbook.facts import Facts
from xltools.workbook.formulas import plain
from xltools.workbook.grid import Grid, file_grids, formulas_known, plain_grids
from xltools.workbook.harvest import Harvest, Spot, listed, shown
from xltools.workbook.labels import code, key
from xltools.workbook.locate import Located, locate
from xltools.workbook.package import open_package
from xltools.workbook.printed import Units, printed_entity
from xltools.workbook.recompute import Stale, fill_in, renew
from xltools.workbook.troubles import trouble

_T = TypeVar("_T")


@dataclass(slots=True)
class Reading:
    """What a workbook holds.

    ``formulas``: figures whose cell holds a formula, with our functions under their plain names (None: the
    kind of file does not tell). ``unrounded``: typed figures as they are stored, where that is with more
    places than an amount has. ``notes``: texts printed below each form that was found. ``missing``: forms
    of the edition that were not found. ``sheets``, ``units``: the sheet of each form, and the 金额单位 that
    it prints ("" for none). ``codes``: where the code of a line of a form stands. ``percentages``: those of
    分析 that are values and no formulas. ``not_checked``: (what, why) in Chinese.
    """

    report: Report
    edition: Edition
    troubles: list[Finding] = field(default_factory=list)
    not_checked: list[tuple[str, str]] = field(default_factory=list)
    formulas: dict[Ref, str] | None = None
    unrounded: dict[Ref, Decimal] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    percentages: tuple[Percentage, ...] = ()
    codes: dict[tuple[str, str], Place] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def read(path: str | Path, edition: str | Edition | None = None) -> Reading:
    """The workbook at ``path`` (.xlsx, .xlsm, .xls, .ods).

    ``edition`` is an id or an edition; without it 封面 tells, else the forms that are there. Raises
    XltoolsError for a file that cannot be opened and for one in which no form is recognised.
    """
    path = Path(path)
    if path.name.startswith("~$"):
        raise XltoolsError(
            f"“{path.name}”是 Excel 打开工作簿时的临时文件，不是工作簿。",
            f"请选择“{path.name[2:]}”，并先在 Excel 里保存、关闭它。",
        )
    package = open_package(path)
    known = formulas_known(package)
    reading = _recognise(file_grids(package), edition, known)
    if not known:
        reading.not_checked.append(("公式", "Excel 97 以前的文件只读取了数值；另存为 .xlsx 后才能审核公式"))
    return reading


def recognise(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    edition: str | Edition | None = None,
    facts: Mapping[str, Facts] | None = None,
) -> Reading:
    """As ``read``, for values that are already there: sheet name → rows from A1 on.

    Blanks are None or "", errors their text (#REF!). ``facts`` by sheet: formulas, merged and hidden cells;
    without them formulas count as not looked at.
    """
    return _recognise(plain_grids(sheets, facts or {}), edition, facts is not None)


def _recognise(grids: list[Grid], wanted: str | Edition | None, known: bool) -> Reading:
    return reader_of(grids, wanted, known).read()


def reader_of(grids: list[Grid], wanted: str | Edition | None, known: bool) -> _Reader:
    """What reads a workbook, its sheets recognised and results of formulas brought up to date."""
    fill_in(grids)
    extras = sheets_beside.find_extras(grids)
    values = sheets_beside.cover_values(extras.cover) if extras.cover else {}
    beside = extras.names()
    pages = [grid for grid in grids if grid.name not in beside]
    edition, located = _choose(wanted, values, pages)
    if not located.regions:
        raise XltoolsError(
            "工作簿里没有识别出任何一张决算公开表。",
            "请确认选对了文件；各表要有表名（如“支出决算表”）和表头。",
        )
    reader = _Reader(edition, located, extras, values, grids, known)
    # Rates and scores of 绩效自评 are held against their own inputs by the rules.
    reader.stale = renew(grids, {region.grid.name for region in reader.regions})
    return reader


def _choose(
    wanted: str | Edition | None, values: Mapping[str, object], grids: Sequence[Grid]
) -> tuple[Edition, Located]:
    """The edition, and its forms in the workbook: the one asked for, the one 封面 names, or the one of
    which most forms are there and fewest are missing."""
    if isinstance(wanted, Edition):
        return wanted, locate(grids, blueprints(wanted), _year(values, wanted))
    named = wanted or _named(sheets_beside.words(values.get("edition", "")))
    if named:
        edition = load(named)
        return edition, locate(grids, blueprints(edition), _year(values, edition))
    edition = load(DEFAULT)
    located = locate(grids, blueprints(edition), _year(values, edition))
    if located.regions and len(located.regions) < len(edition.forms) and edition.extends:
        simpler = load(edition.extends)
        if set(located.regions) == set(simpler.forms):
            return simpler, locate(grids, blueprints(simpler), _year(values, simpler))
    return edition, located


def _named(text: str) -> str:
    """The id of the edition that 封面 names, by id or title; "" when none or unknown."""
    if not text:
        return ""
    for name in (DEFAULT, *names()):  # the first fits nearly always, and only it is loaded then
        if text == name or key(text) == key(load(name).title):
            return name
    return ""


def _year(values: Mapping[str, object], edition: Edition) -> int:
    digits = code(values.get("year", ""))
    return int(digits) if len(digits) == 4 else edition.year


class _Reader:
    """Puts together the report of one workbook: first its ``figures``, then what else it holds."""

    def __init__(
        self,
        edition: Edition,
        located: Located,
        extras: Extras,
        values: Mapping[str, object],
        grids: Sequence[Grid],
        known: bool,
    ) -> None:
        self.grids = grids
        self.known = known
        self.stale: Sequence[Stale] = ()
        self.edition = edition
        self.located = located
        self.extras = extras
        self.values = values
        self.harvest = Harvest(edition, known)
        self.report = Report(edition.id, cover=Cover())
        self.regions = [located.regions[form][0] for form in edition.forms if form in located.regions]
        self.missing = frozenset(form for form in edition.forms if form not in located.regions)

    def figures(self) -> dict[str, str]:
        """Take what identities are about: forms, 封面, figures of last year and the budget. The 金额单位 that
        each form prints."""
        harvest, report = self.harvest, self.report
        for region in self.regions:
            take_region(region, harvest)
        for sketch in self.located.sketches:
            sketch.keep()
        log, extras = Notebook(harvest.troubles), self.extras
        units = Units(self.regions, sheets_beside.words(self.values.get("unit", "")))
        report.unit = units.unit
        if extras.cover:
            sheets_beside.read_cover(extras.cover, self.values, report, self.edition, log)
        self._printed_heads()
        for form in units.tell(harvest):
            self._to_wan(form)
        report.amounts, report.places = harvest.amounts, harvest.places
        report.lines, report.titles = harvest.lines, harvest.titles
        if extras.comparison:
            sheets_beside.read_comparison(extras.comparison, report, self.edition, log)
        return units.printed

    def read(self) -> Reading:
        """Everything."""
        harvest, report, known = self.harvest, self.report, self.known
        units = self.figures()
        self._beside(Notebook(harvest.troubles))
        self._forms()
        self._stale(self.stale)
        reading = Reading(
            report,
            self.edition,
            harvest.troubles,
            formulas=harvest.formulas if known else None,
            unrounded=harvest.unrounded,
            notes={form: tuple(notes) for form, notes in harvest.notes.items()},
            missing=self.missing,
            percentages=self._percentages() if known else (),
            codes=harvest.codes,
            sheets={region.plan.form.id: region.grid.name for region in self.regions},
            units=units,
        )
        self._unread(reading, self.grids)
        return reading

    # --- what stands beside the forms

    def _percentages(self) -> tuple[Percentage, ...]:
        analysis = self.extras.analysis
        return tuple(read_percentages(analysis, self.edition)) if analysis else ()

    def _beside(self, log: Notebook) -> None:
        extras, report = self.extras, self.report
        if extras.overview:
            sheets_beside.read_overview(extras.overview, report)
        if extras.narrative:
            sheets_beside.read_narrative(extras.narrative, report)
        if extras.findings:
            sheets_beside.read_explanations(extras.findings, report)
        for one in extras.evaluations:
            found, places = read_evaluation(one, log)
            if found.indicators or found.project:
                report.self_evaluations.append(found)
                number = len(report.self_evaluations)
                spots = {evaluation_ref(number, *part): place for part, place in places.items()}
                report.places.update(spots)
                formulas = one.grid.facts.formulas
                self.harvest.formulas.update(
                    {ref: plain(formulas[p.cell]) for ref, p in spots.items() if p.cell in formulas}
                )

    # --- unit, year and name printed above the tables

    def _to_wan(self, form: Form) -> None:
        """One form in 元 among others in 万元: converted, rounded once."""
        counts = {line.id for line in form.lines if line.count}
        amounts = self.harvest.amounts
        for ref, value in amounts.items():
            if ref.form == form.id and ref.line not in counts:
                amounts[ref] = amount.to_wan(value)
                self.harvest.unrounded.pop(ref, None)

    def _printed_heads(self) -> None:
        """Year and name of the entity: fill in what 封面 does not say, point at tables that differ."""
        cover = self.report.cover
        years = {region.plan.form.id: region.year for region in self.regions}
        entities = {region.plan.form.id: printed_entity(region) for region in self.regions}
        cover.year = cover.year or _most([year for year in years.values() if year])
        cover.entity = cover.entity or _most([name for name in entities.values() if name]) or ""
        for region in self.regions:
            form = region.plan.form
            spots = [Spot(region.grid.place(region.top, 0))]
            year, name = years[form.id], entities[form.id]
            if year and cover.year and year != cover.year:
                self.harvest.report("year_differs", form, spots, year=str(year), expected=str(cover.year))
            if name and key(name) != key(cover.entity):
                self.harvest.report("entity_differs", form, spots, name=name, expected=cover.entity)

    # --- forms as a whole

    def _forms(self) -> None:
        """Forms that are missing, doubled, hidden, without headings or title."""
        for form in self.edition.forms.values():
            regions = self.located.regions.get(form.id, [])
            if not regions:
                self._absent(form)
            elif len(regions) > 1:
                spots = [Spot(region.grid.place(region.top, 0)) for region in regions]
                places = "、".join(
                    f"“{spot.place.sheet}”第{region.top + 1}行"
                    for spot, region in zip(spots, regions, strict=True)
                )
                self.harvest.report("form_doubled", form, spots, count=str(len(regions)), places=places)
        for region in self.regions:
            spots = [Spot(region.grid.place(region.top, 0))]
            name = region.grid.name
            if not region.grid.visible:
                self.harvest.report("form_hidden", region.plan.form, spots, sheet=name)
            if region.how in ("表头", "工作表名"):
                self.harvest.report("form_by_headings", region.plan.form, spots, sheet=name, how=region.how)

    def _absent(self, form: Form) -> None:
        headless = self.located.headless.get(form.id)
        if headless:
            grid, row = headless
            if not grid.facts.trouble:  # else it was not read at all: said of the sheet
                spots = [Spot(grid.place(row, 0))]
                self.harvest.report("form_headless", form, spots, sheet=grid.name)
        else:
            self.harvest.report("form_missing", form, [])

    def _stale(self, stale: Sequence[Stale]) -> None:
        """Stored results that were renewed, one finding a form."""
        by_place = (
            {(place.sheet, place.cell): ref for ref, place in self.report.places.items()} if stale else {}
        )
        found: dict[str, list[Spot]] = {}
        first: dict[str, Stale] = {}
        for one in stale:
            ref = by_place.get((one.grid.name, one.cell))
            group = ref.form if ref else one.grid.name
            found.setdefault(group, []).append(Spot(Place(one.grid.name, one.cell), ref, one.computed))
            first.setdefault(group, one)
        for group, spots in found.items():
            facts = {**listed(spots), "stored": shown(first[group].stored) or "空白"}
            facts["computed"] = shown(first[group].computed) or "空白"
            form = self.edition.forms.get(group)
            if form:
                self.harvest.report("formula_stale", form, spots, **facts)
            else:
                cells = tuple(Cell(group, shown(spot.content), None, spot.place) for spot in spots)
                self.harvest.troubles.append(trouble("formula_stale", cells, **facts))

    def _unread(self, reading: Reading, grids: Sequence[Grid]) -> None:
        """Sheets that are none of ours, and sheets that are too large."""
        used = {region.grid.name for regions in self.located.regions.values() for region in regions}
        used |= self.extras.names() | {grid.name for grid, _ in self.located.headless.values()}
        others = [grid for grid in grids if grid.name not in used]
        for grid in grids:
            if grid.facts.trouble:
                cell = Cell(grid.name, "", None, grid.place(0, 0))
                reading.troubles.append(trouble("sheet_too_large", (cell,), why=grid.facts.trouble))
        filled = [
            grid.name
            for grid in others
            if any(any(cell not in ("", None) for cell in row) for row in grid.rows)
        ]
        if filled:
            listed_names = "、".join(filled[:10]) + ("等" if len(filled) > 10 else "")
            reading.not_checked.append((f"工作表：{listed_names}", "没有识别为决算公开表或其附属的表"))


def _most(found: Sequence[_T]) -> _T | None:
    """The most frequent; None of nothing."""
    return Counter(found).most_common(1)[0][0] if found else None


__all__ = ["Blueprints", "Reading", "read", "recognise"]
