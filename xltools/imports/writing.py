"""The changes of an import as edits of the user's workbook: which cell gets what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xltools.amount import ZERO
from xltools.editions import Edition, Form
from xltools.imports.merging import AMOUNT, BUDGET, COVER, FACT, LAST_YEAR, LINE, Change, said_rows
from xltools.report import TOTAL, Ref, Report
from xltools.workbook import layout
from xltools.workbook.address import join, split
from xltools.workbook.extras import Page, find_extras
from xltools.workbook.grid import Grid
from xltools.workbook.labels import code, key, label
from xltools.workbook.layout import FormSheet, Table, fact_content, form_sheet, is_spare
from xltools.workbook.read import Reading
from xltools.workbook.recompute import is_own
from xltools.workbook.surgery import Computed, Content, Edits, Formula, Region, Row, SheetEdit
from xltools.workbook.template.formulas import computed


@dataclass
class Cells:
    """Edits in the making. ``short``: sheets of codes that have too few rows, with what to do;
    ``lost``: changes for which the workbook has no cell."""

    contents: dict[str, dict[str, Content]] = field(default_factory=dict)
    overwrite: dict[str, set[str]] = field(default_factory=dict)
    formulas: dict[Ref, tuple[str, str]] = field(default_factory=dict)
    short: dict[str, str] = field(default_factory=dict)
    lost: list[Change] = field(default_factory=list)
    regions: dict[str, Region] = field(default_factory=dict)

    def put(self, sheet: str, cell: str, content: Content, overwrite: bool = False) -> None:
        """Note a new content of a cell."""
        self.contents.setdefault(sheet, {})[cell] = content
        if overwrite:
            self.overwrite.setdefault(sheet, set()).add(cell)

    def take_back(self, spots: Iterable[tuple[str, str]]) -> bool:
        """Store no result of ours beside the formulas in these cells; whether there was one."""
        taken = False
        for sheet, cell in spots:
            if isinstance(self.contents.get(sheet, {}).get(cell), Computed):
                del self.contents[sheet][cell]
                taken = True
        return taken

    def edits(self) -> Edits:
        """As surgery wants them."""
        return Edits(
            {
                sheet: SheetEdit(
                    self.contents.get(sheet, {}),
                    frozenset(self.overwrite.get(sheet, ())),
                    self.regions.get(sheet),
                )
                for sheet in {**self.contents, **self.regions}
            }
        )


def cells_of(
    changes: Sequence[Change], reading: Reading, merged: Report, grids: Sequence[Grid], edition: Edition
) -> Cells:
    """The cells that an import changes. A formula stays where it gives what comes in: that is seen when the
    edited workbook is read again (``Cells.formulas`` says where a value may have to take its place)."""
    return _Writer(reading, merged, grids, edition).write(changes)


class _Writer:
    def __init__(self, reading: Reading, merged: Report, grids: Sequence[Grid], edition: Edition) -> None:
        self.reading = reading
        self.merged = merged
        self.grids = {grid.name: grid for grid in grids}
        self.edition = edition
        self.cells = Cells()
        self.extras = find_extras(grids)

    def write(self, changes: Sequence[Change]) -> Cells:
        """All changes."""
        moved = {str(change.what) for change in changes if change.store == LINE}
        self._computed(moved)
        for form in moved:
            self._rows(self.edition.forms[form])
        said = [one for one in changes if one.store == FACT and _is_said(one)]
        if said:
            self._beside(said)
        for change in changes:
            if change.store == AMOUNT:
                if change.what.form not in moved or change.what.line == TOTAL:  # type: ignore[union-attr]
                    self._amount(change)
            elif change.store in (LAST_YEAR, BUDGET):
                self._compared(change)
            elif change.store == FACT and change not in said:
                self._fact(change)
            elif change.store == COVER:
                self._cover(change)
        return self.cells

    # --- figures of the forms

    def _computed(self, moved: set[str]) -> None:
        """Every formula that stays has to give what the merged report says, changed or not."""
        for ref, place in self.reading.report.places.items():
            stays = ref.form not in moved or ref.line == TOTAL
            if (
                ref.form in self.edition.forms
                and stays
                and place.cell in self.grids[place.sheet].facts.formulas
            ):
                self.cells.formulas[ref] = (place.sheet, place.cell)

    def _amount(self, change: Change) -> None:
        assert isinstance(change.what, Ref)
        place = self.reading.report.places.get(change.what)
        if place is None:
            self.cells.lost.append(change)
            return
        value = self.merged.amounts.get(change.what)
        if place.cell in self.grids[place.sheet].facts.formulas:
            self.cells.put(place.sheet, place.cell, Computed(ZERO if value is None else value))
        else:
            self.cells.put(place.sheet, place.cell, value)

    # --- codes that come, go or move

    def _rows(self, form: Form) -> None:
        """Write the rows of a form of codes anew, from the row below 合计 on."""
        sheet = self.reading.sheets.get(form.id, "")
        codes = self.merged.lines.get(form.id, [])
        plan = self._plan(form, sheet, codes)
        if plan is None:
            return
        found = computed(self.edition, plan)
        for row, (line, _) in enumerate(plan.body[1:], plan.body_row + 1):
            spare = is_spare(line)
            title = self.merged.titles.get(line) or self.edition.function_codes.get(line)
            self.cells.put(sheet, join(row + 1, plan.code_column + 1), None if spare else line, True)
            self.cells.put(sheet, join(row + 1, plan.code_column + 2), None if spare else title, True)
        for ref, (row, at) in plan.cells.items():
            if ref.line == TOTAL:
                continue
            value = self.merged.amounts.get(ref)
            content: Content = value
            if ref in found and (value is None or value):
                content = Formula(found[ref].call.render(), ZERO if value is None else value)
                self.cells.formulas[ref] = (sheet, join(row + 1, at + 1))
            self.cells.put(sheet, join(row + 1, at + 1), content, True)

    def _plan(self, form: Form, sheet: str, codes: Sequence[str]) -> FormSheet | None:
        """The sheet as it shall be, in the rows that it has; None where it has too few, or is not laid out as
        ours."""
        grid = self.grids.get(sheet)
        empty = form_sheet(form)
        places = self.reading.report.places
        ours = grid is not None and all(
            (place := places.get(ref)) is not None
            and place.sheet == sheet
            and split(place.cell) == (row + 1, at + 1)
            for ref, (row, at) in empty.cells.items()
        )
        if grid is None or not ours:
            name = sheet or form.number
            self.cells.short[name] = f"“{name}”的版式与标准表样不同，不能从文件改写科目行"
            return None
        rows = _code_rows(grid, empty)
        if rows < len(codes):
            missing = len(codes) - rows
            self.cells.short[sheet] = (
                f"“{sheet}”有 {rows} 行可填科目，需要 {len(codes)} 行，请先插入 {missing} 行"
            )
            return None
        first, last = empty.body_row + 1, empty.body_row + rows
        typed = [cell for cell, text in grid.facts.formulas.items() if not is_own(text)]
        inside = [cell for cell in typed if first < split(cell)[0] <= last + 1]
        if inside:
            why = f"“{sheet}”的科目行里有自己的公式（{'、'.join(inside[:3])}），科目有变化时不能改写"
            self.cells.short[sheet] = why
            return None
        return form_sheet(form, codes, rows - len(codes))

    # --- the sheets beside the forms

    def _compared(self, change: Change) -> None:
        assert isinstance(change.what, Ref)
        ref, page = change.what, self.extras.comparison
        columns, top = _columns(page, layout.FIGURES)
        if page is None or not columns:
            self.cells.lost.append(change)
            return
        number = key(self.edition.forms[ref.form].number)
        spare = None
        for row in range(top + 1, len(page.grid.rows)):
            cells = page.grid.rows[row]
            if label(cells[columns["number"]]) != number or _word(cells[columns["column"]]) != ref.column:
                continue
            line = _word(cells[columns["line"]])
            taken = page.grid.place(row, columns["line"]).cell in self.cells.contents.get(page.grid.name, {})
            if line == ref.line or self._given(page, row, columns) == ref.line:
                self._put_compared(page, row, columns, change)
                return
            if not line and not taken and spare is None:
                spare = row
        if spare is None:
            self.cells.lost.append(change)
            return
        name = page.grid.name
        self.cells.put(name, page.grid.place(spare, columns["line"]).cell, ref.line)
        title = self.edition.line_name(ref.form, ref.line, self.merged.titles)
        self.cells.put(name, page.grid.place(spare, columns["title"]).cell, title)
        self._put_compared(page, spare, columns, change)

    def _given(self, page: Page, row: int, columns: Mapping[str, int]) -> object:
        """The code that this import has written into a spare row."""
        return self.cells.contents.get(page.grid.name, {}).get(page.grid.place(row, columns["line"]).cell)

    def _put_compared(self, page: Page, row: int, columns: Mapping[str, int], change: Change) -> None:
        figures = self.merged.last_year if change.store == LAST_YEAR else self.merged.budget
        at = columns["last_year" if change.store == LAST_YEAR else "budget"]
        cell = page.grid.place(row, at).cell
        if cell in page.grid.facts.formulas:
            self.cells.lost.append(change)
        else:
            self.cells.put(page.grid.name, cell, figures.get(change.what))  # type: ignore[arg-type]

    def _fact(self, change: Change) -> None:
        page = self.extras.comparison
        columns, top = _columns(page, layout.FACTS_TABLE)
        if page is not None and columns:
            for row in range(top + 1, len(page.grid.rows)):
                cells = page.grid.rows[row]
                named = "key" in columns and _word(cells[columns["key"]]) == change.what
                if named or label(cells[columns["label"]]) == key(change.name):
                    cell = page.grid.place(row, columns["value"]).cell
                    content: Decimal | str = fact_content(change.new)
                    self.cells.put(page.grid.name, cell, content)
                    return
        self.cells.lost.append(change)

    def _beside(self, changes: Sequence[Change]) -> None:
        """What was said last year, beside this year's reasons; a new row where 情况说明 has none for it yet.

        The rows are written anew, as 生成说明 does, so that each becomes as high as its text."""
        page = self.extras.narrative
        columns, top = _columns(page, layout.SENTENCES)
        if page is None or not columns.keys() >= {"key", "last_year"} or page.grid.facts.formulas:
            self.cells.lost += changes
            return
        said = {str(change.what).removeprefix(layout.SAID_LAST_YEAR): change.new for change in changes}
        last = max(at for at, cells in enumerate(page.grid.rows) if any(cells))
        rows = []
        for at in range(top + 1, last + 1):
            cells: list[Content] = [_content(cell) for cell in page.grid.rows[at]]
            name = _word(page.grid.rows[at][columns["key"]])
            if name in said:
                cells[columns["last_year"]] = said.pop(name)
            rows.append(Row(cells, like=at + 1, fitted=True))
        known = said_rows(self.merged, self.edition)
        for name, text in said.items():
            section, content = known[name]
            new = {"section": section, "content": content, "key": name, "last_year": text}
            at_column = {columns[heading]: word for heading, word in new.items()}
            rows.append(Row([at_column.get(at) for at in range(page.grid.width)], like=last + 1, fitted=True))
        self.cells.regions[page.grid.name] = Region(top + 2, rows)

    def _cover(self, change: Change) -> None:
        from xltools.workbook.template.cover import spot

        page = self.extras.cover
        row, at = spot(str(change.what))
        wanted = next(one.label for one in layout.COVER_FIELDS if one.key == change.what)
        rows = page.grid.rows if page else []
        if page and row < len(rows) and label(rows[row][at - 1]) == key(wanted):
            content: Content = Decimal(change.new) if change.what == "year" else change.new
            self.cells.put(page.grid.name, join(row + 1, at + 1), content)
        else:
            self.cells.lost.append(change)


def _code_rows(grid: Grid, sheet: FormSheet) -> int:
    """How many rows below 合计 hold a code or nothing, down to the notes."""
    count = 0
    for row in range(sheet.body_row + 1, len(grid.rows)):
        cells = grid.rows[row]
        first = next((cell for cell in cells if type(cell) is str and cell.strip()), "")
        content = cells[sheet.code_column]
        if (content not in ("", None) and not code(content)) or (content in ("", None) and first):
            break
        count += 1
    return count


def _columns(page: Page | None, table: Table) -> tuple[dict[str, int], int]:
    """The columns of a table by the keys of its headings, and the row of the headings."""
    wanted = {key(heading.label): heading.key for heading in table.headings}
    needed = {key(heading.label) for heading in table.headings if heading.required and not heading.hidden}
    for row, cells in enumerate(page.grid.rows if page else []):
        labels = [label(cell) for cell in cells]
        if needed <= set(labels):
            return {wanted[text]: at for at, text in reversed(list(enumerate(labels))) if text in wanted}, row
    return {}, 0


def _is_said(change: Change) -> bool:
    """Whether a text is what was typed for a reason last year."""
    return str(change.what).startswith(layout.SAID_LAST_YEAR)


def _content(cell: object) -> Content:
    """A cell as it was read, to be written again."""
    if isinstance(cell, float):
        return Decimal(f"{cell:.15g}")
    return None if cell == "" else cell  # type: ignore[return-value]


def _word(content: object) -> str:
    """A code or number in a cell as text."""
    return code(content) or (content.strip() if isinstance(content, str) else "")
