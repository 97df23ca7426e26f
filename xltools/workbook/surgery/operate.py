"""Apply edits to a package: only the parts that change are written anew, all others are copied as they
lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from xltools.errors import XltoolsError
from xltools.workbook.address import Area, area, join, places, split
from xltools.workbook.container import rebuild
from xltools.workbook.dependents import Precedents, dependents, formula_text, may_see
from xltools.workbook.facts import Facts
from xltools.workbook.formulas import decode, fast_facts, sheet_data, slow_facts
from xltools.workbook.markup import elements
from xltools.workbook.package import Kind, Package, open_bytes, open_package, resolve
from xltools.workbook.save import check_writable, save
from xltools.workbook.surgery import book, marks, notes
from xltools.workbook.surgery.copies import copy_sheet
from xltools.workbook.surgery.edits import Computed, Edits, Formula, SheetEdit
from xltools.workbook.surgery.parts import Parts
from xltools.workbook.surgery.sheet import SheetXml

_Cells = dict[str, set[str]]
"""Sheet → cells."""


@dataclass(slots=True)
class Outcome:
    """The edited workbook and what the caller should know.

    ``data``: the new file; ``changed``: names of the parts that were written anew, added or removed;
    ``stale``: sheet → formula cells whose stored value was removed because the edit may have made it untrue
    (Excel computes them on opening); ``notes_skipped``: (sheet, cell) where the user has a note of his own;
    ``backup``: the backup of the old version, set by ``edit``.
    """

    data: bytes
    changed: list[str]
    stale: dict[str, set[str]] = field(default_factory=dict)
    notes_skipped: list[tuple[str, str]] = field(default_factory=list)
    backup: Path | None = None


def edit(path: str | Path, edits: Edits, to: str | Path | None = None) -> Outcome:
    """Apply ``edits`` to the workbook at ``path``, saved in place with a backup, or as the copy ``to``.

    Formulas that depend on what changed are computed and their stored values renewed; those that cannot be
    computed here lose theirs (``Outcome.stale``), and Excel computes them on opening.
    Raises XltoolsError, the file untouched, where the workbook cannot be opened or written (see
    ``open_package`` and ``save``), is signed, is no .xlsx or .xlsm, or where an edit would destroy something
    of the user's.
    """
    if to is None:
        check_writable(path)
    package = open_package(path)
    outcome = apply(package, edits)
    if outcome.stale:
        outcome = apply(package, _with_values(edits, open_bytes(package.path, outcome.data), outcome.stale))
    if to is None:
        outcome.backup = save(path, outcome.data, original=package.data)
    else:
        outcome.backup = save(to, outcome.data)
    return outcome


def _with_values(edits: Edits, edited: Package, stale: Mapping[str, set[str]]) -> Edits:
    """``edits`` with the values of the ``stale`` formulas as far as they can be computed in ``edited``."""
    from xltools.workbook.grid import file_grids
    from xltools.workbook.operations import content_value
    from xltools.workbook.recompute import fill_in

    try:
        grids = {grid.name: grid for grid in file_grids(edited)}
    except XltoolsError:  # some sheet that cannot be read: all is left to Excel
        return edits
    fill_in(list(grids.values()))
    sheets = dict(edits.sheets)
    for name, addresses in stale.items():
        if sheet_data(decode(edited.read(edited.sheet(name).part))) is None:  # cannot be edited
            continue
        grid = grids[name]
        cells = dict(sheets.get(name, SheetEdit()).cells)
        for address in addresses - grid.unsolved.keys() - grid.facts.arrays.keys():
            row, column = split(address)
            value = content_value(grid.rows[row - 1][column - 1])
            asked = cells.get(address)
            cells[address] = Formula(asked.text, value) if isinstance(asked, Formula) else Computed(value)
        sheets[name] = replace(sheets.get(name, SheetEdit()), cells=cells)
    return replace(edits, sheets=sheets)


def apply(package: Package, edits: Edits) -> Outcome:
    """The workbook ``package`` with ``edits``; nothing is written to disk. Errors as in ``edit``."""
    _refuse(package)
    work = _Work(package)
    for copy in edits.copies:
        part, number = copy_sheet(work.parts, copy, [*work.sheet_parts])
        work.sheet_parts[copy.name] = part
        work.numbers[copy.name] = number
    for name, sheet_edit in edits.sheets.items():
        work.edit_sheet(name, sheet_edit)
    stale = work.forget_untrue(edits)
    workbook = package.workbook_part
    if edits.names:
        work.parts.put(workbook, book.set_names(work.parts.text(workbook), edits.names, workbook))
    if edits.recalculate or (edits.recalculate is None and stale):
        work.parts.put(workbook, book.force_calculation(work.parts.text(workbook), workbook))
    work.finish(rebuild_chain=bool(edits.copies))
    data = rebuild(package.data, package.entries, work.parts.changed)
    return Outcome(data, sorted(work.parts.changed), stale, work.skipped)


def _refuse(package: Package) -> None:
    if package.kind not in (Kind.XLSX, Kind.XLSM):
        raise XltoolsError(
            f"不能写入 .{package.kind} 文件。", "请在 Excel 或 WPS 里另存为“Excel 工作簿 (*.xlsx)”后再试。"
        )
    if package.signed:
        raise XltoolsError(
            "工作簿带有数字签名，写入会使签名失效，没有写入。",
            "请在 Excel 里删除签名（文件→信息）后再试，完成后重新签名。",
        )
    if package.strict:
        raise XltoolsError(
            "工作簿是“Strict Open XML”格式，不能写入。", "请在 Excel 里另存为普通的“Excel 工作簿 (*.xlsx)”。"
        )


class _Work:
    """An edit in progress: the parts, the sheets that are open, where sheets lie."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.parts = Parts(package)
        self.sheet_parts = {sheet.name: sheet.part for sheet in package.sheets}
        self.numbers = {sheet.name: sheet.number for sheet in package.sheets}
        self.open: dict[str, SheetXml] = {}
        self.skipped: list[tuple[str, str]] = []

    def sheet(self, name: str) -> SheetXml:
        """The sheet open for changes."""
        if name not in self.open:
            if name not in self.sheet_parts:
                self.package.sheet(name)  # raises
            part = self.sheet_parts[name]
            self.open[name] = SheetXml(self.parts.text(part), name, self._headings(part))
        return self.open[name]

    def _headings(self, part: str) -> list[Area]:
        """The heading rows of the tables on a sheet, which must agree with the table's own list of
        columns."""
        found: list[Area] = []
        for link in self.parts.links(part).values():
            if link.get("Type", "").endswith("/table") and self.parts.has(link["part"]):
                _, attributes = next(elements(self.parts.text(link["part"]).encode(), link["part"]))
                if attributes.get("headerRowCount", "1") != "0" and "ref" in attributes:
                    top, left, _, right = area(attributes["ref"])
                    found.append((top, left, top, right))
        return found

    def edit_sheet(self, name: str, wanted: SheetEdit) -> None:
        """Apply the edits of one sheet."""
        sheet = self.sheet(name)
        if wanted.region is not None:
            sheet.replace(wanted.region)
        for address, content in wanted.cells.items():
            sheet.write(address, content, address in wanted.overwrite)
        if wanted.marks is not None:
            marks.remove_marks(sheet.tail)
            colours = [colour for colour, cells in wanted.marks.items() if cells]
            if colours:
                styles = resolve(self.package.workbook_part, "styles.xml")
                marks.add_marks(
                    sheet.tail, wanted.marks, marks.differential_formats(self.parts, styles, colours)
                )
        if wanted.notes is not None:
            position = [*self.sheet_parts].index(name) + 1
            part = self.sheet_parts[name]
            skipped = notes.set_notes(self.parts, part, position, sheet.tail, sheet.head, wanted.notes)
            self.skipped += [(name, cell) for cell in skipped]

    def forget_untrue(self, edits: Edits) -> dict[str, set[str]]:
        """Remove the stored values of formulas that depend on what changed and were not given a new one."""
        changed = {name: sheet.log.changed for name, sheet in self.open.items() if sheet.log.changed}
        if not changed:
            return {}
        stale: dict[str, set[str]] = {}
        found, arrays = self._dependents(changed)
        for name, cells in found.items():
            known = self._known(name, edits.sheets.get(name))
            if untrue := {cell for cell in cells if not self._all_known(cell, arrays[name], known)}:
                stale[name] = untrue
        for name, cells in list(stale.items()):
            try:
                sheet = self.sheet(name)
            except XltoolsError:  # a dialect that cannot be edited: Excel will compute it on opening
                continue
            for cell in cells:
                sheet.clear_stored(cell)
        return stale

    def _known(self, name: str, wanted: SheetEdit | None) -> set[str]:
        """The formula cells of a sheet whose value came with the edit."""
        known = set(self.open[name].log.computed) if name in self.open else set()
        if wanted is not None:
            known |= {
                address
                for address, content in wanted.cells.items()
                if isinstance(content, Formula) and content.value is not None
            }
        return known

    @staticmethod
    def _all_known(cell: str, arrays: Mapping[str, str], known: set[str]) -> bool:
        """Whether the edit brought the value of a formula, of an array formula all its values."""
        if cell not in arrays:
            return cell in known
        return all(join(*place) in known for place in places(area(arrays[cell])))

    def _dependents(
        self, changed: Mapping[str, set[str]]
    ) -> tuple[dict[str, set[str]], dict[str, dict[str, str]]]:
        """The formula cells that depend on ``changed``, and the array formulas of the sheets concerned.

        Sheets whose formulas cannot see those concerned so far are not read.
        """
        names = book.defined_names(self.parts.text(self.package.workbook_part))
        names = {name: text for name, text in names.items() if not name.startswith("_xlnm.")}
        facts = {name: self._facts_of(name, sheet.text()) for name, sheet in self.open.items()}
        others = {
            sheet.name: decode(self.package.read(sheet.part))
            for sheet in self.package.sheets
            if sheet.name not in facts and sheet.kind == "worksheet"
        }
        written = {name: formula_text(xml) for name, xml in others.items()}
        concerned = set(changed)
        memo: dict[tuple[str, str], Precedents] = {}
        while True:
            for name in [name for name in others if may_see(written[name], concerned, names)]:
                facts[name] = self._facts_of(name, others.pop(name))
            arrays = {name: found.arrays for name, found in facts.items()}
            formulas = {name: found.formulas for name, found in facts.items()}
            found = dependents(formulas, changed, names, arrays, memo)
            if concerned.issuperset(found):
                return found, arrays
            concerned.update(found)

    def _facts_of(self, name: str, text: str) -> Facts:
        found = fast_facts(text) if text else None
        if found is None:
            part = self.sheet_parts[name]
            found = slow_facts(self.package.read(part), part)
        return found

    def finish(self, rebuild_chain: bool) -> None:
        """Put the open sheets back and bring the calculation chain in line."""
        gone: dict[int, set[str]] = {}
        new: dict[int, set[str]] = {}
        for name, sheet in self.open.items():
            self.parts.put(self.sheet_parts[name], sheet.text())
            gone[self.numbers[name]] = sheet.log.formulas_gone - sheet.log.formulas_new
            new[self.numbers[name]] = set(sheet.log.formulas_new)
        book.update_chain(self.parts, gone, new, rebuild_chain)
