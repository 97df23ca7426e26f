"""An import into a user's workbook: proposed, shown, and written only when it is proven right.

Cells are changed in place by surgery. Where tables of codes need other rows, a workbook that holds nothing of
the user's own is built anew; else the rows that are there are written anew, if they suffice. Either way the
new workbook is read again before it is saved, and must give exactly the merged report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from xltools.editions import load
from xltools.errors import XltoolsError
from xltools.imports.imported import Imported
from xltools.imports.merging import AMOUNT, LINE, Change, merged_with_remarks
from xltools.imports.ours import foreign
from xltools.imports.proof import Book, differences
from xltools.imports.source import read_source
from xltools.imports.wording import Words, before_lines, open_lines, question, replaced_lines, saved_lines
from xltools.imports.writing import Cells, cells_of
from xltools.report import Place, Ref, Report
from xltools.workbook.grid import file_grids
from xltools.workbook.package import Kind, Package, open_package
from xltools.workbook.read import Reading, read
from xltools.workbook.recompute import is_own
from xltools.workbook.save import check_writable, save
from xltools.workbook.surgery import Computed, apply
from xltools.workbook.template import build, create

_PASSES = 4
"""Rounds of edit and proof at most."""


@dataclass
class Proposal:
    """An import that can be made. ``lines`` say what was recognised and what will change; ``data`` is the new
    workbook, None where nothing changes; ``replaced`` the user's own formulas that give way to values;
    ``open`` formulas that stay though nobody here can compute them, with the figure that should come of
    them."""

    path: Path
    imported: Imported
    merged: Report
    changes: list[Change]
    words: Words
    data: bytes | None
    original: bytes
    last_year: bool
    rebuilt: bool = False
    lost: list[Change] = field(default_factory=list)
    replaced: dict[Place, str] = field(default_factory=dict)
    open: dict[Place, Decimal | None] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """What is going to be done, line by line, in Chinese."""
        lines = before_lines(self.imported, self.words, self.changes, self.lost, self.last_year)
        return [*lines, *replaced_lines(self.replaced), *open_lines(self.open)]

    @property
    def question(self) -> str:
        """The same in short, for a message box."""
        return question(self.imported, self.words, self.changes, self.last_year)

    def write(self) -> list[str]:
        """Put the new workbook in the place of the old one; lines that say so. Raises as ``save`` does."""
        backup = None
        if self.data is not None:
            backup = save(self.path, self.data, original=self.original)
        return saved_lines(self.path, backup, self.rebuilt, self.last_year)


def propose(
    source: str | Path, path: str | Path, last_year: bool = False, any_year: bool = False
) -> Proposal:
    """What importing ``source`` into the workbook ``path`` would do; nothing is written yet. ``any_year``:
    the user has said that the source's year is right.

    Raises XltoolsError for a source that is not understood or does not fit, for a workbook that cannot be
    written, and where its tables have too few rows.
    """
    path = Path(path)
    check_writable(path)
    package = open_package(path)
    if package.kind not in (Kind.XLSX, Kind.XLSM):
        raise XltoolsError(
            f"不能写入 .{package.kind} 文件。", "请在 Excel 或 WPS 里另存为“Excel 工作簿 (*.xlsx)”后再试。"
        )
    reading = read(path)
    edition = reading.edition
    imported = read_source(source, edition)
    result = merged_with_remarks(reading.report, imported, last_year, any_year)
    words = Words(Path(source).name, edition, result.remarks, reading.report)
    proposal = Proposal(path, imported, result.report, result.changes, words, None, package.data, last_year)
    if result.changes:
        _Maker(proposal, package, reading).make()
    return proposal


def start(source: str | Path, path: str | Path) -> list[str]:
    """A new workbook at ``path`` with the figures of ``source``, in its unit; lines that say so. Raises
    XltoolsError for a source that is not understood and a workbook that cannot be written."""
    path = Path(path)
    imported = read_source(source)
    empty = Report(imported.report.edition, imported.unit)
    result = merged_with_remarks(empty, imported)
    edition = load(empty.edition)
    words = Words(Path(source).name, edition, [r for r in result.remarks if "确认是" not in r], empty)
    create(path, edition, result.report)
    unit = imported.unit.value
    return [
        *before_lines(imported, words, result.changes, [], False),
        f"已新建 {path}（{edition.title}，金额单位：{unit}）。请填好封面，再校验。",
    ]


def bring(source: str | Path, path: str | Path, last_year: bool = False) -> list[str]:
    """Import ``source`` into the workbook at ``path`` (backed up); lines that say what was recognised, what
    was not, and every figure that was overwritten. Raises XltoolsError, the workbook untouched, where it
    cannot be done (see ``propose``)."""
    proposal = propose(source, path, last_year)
    return [*proposal.lines, *proposal.write()]


class _Maker:
    """Makes the new workbook of a proposal."""

    def __init__(self, proposal: Proposal, package: Package, reading: Reading) -> None:
        self.proposal = proposal
        self.package = package
        self.reading = reading
        self.edition = load(proposal.merged.edition)
        self.grids = file_grids(package)
        self.foreign: list[str] | None = None

    def make(self) -> None:
        """By surgery where no row moves, else anew where nothing is lost, else by surgery in the rows there
        are."""
        proposal = self.proposal
        moved = any(change.store == LINE for change in proposal.changes)
        cells = self._cells(proposal.changes)
        needs_rows = moved or bool(cells.lost)
        if needs_rows and not self._foreign():
            self._rebuild()
            return
        if cells.short:
            raise self._too_short(cells)
        self._leave_out(cells)
        self._surgery(self._cells(proposal.changes))

    def _foreign(self) -> list[str]:
        if self.foreign is None:
            self.foreign = foreign(self.package, self.grids, self.reading.report, self.edition)
        return self.foreign

    def _cells(self, changes: list[Change]) -> Cells:
        return cells_of(changes, self.reading, self.proposal.merged, self.grids, self.edition)

    def _too_short(self, cells: Cells) -> XltoolsError:
        own = self._foreign()
        kept = "、".join(own[:3]) + ("等" if len(own) > 3 else "")
        return XltoolsError(
            f"科目行写不下，没有导入：{'；'.join(cells.short.values())}。",
            f"请在 Excel 里改好后再导入；或新建工作簿导入（这个工作簿里有自己的内容，"
            f"如{kept}，不能重新生成）。",
        )

    # --- built anew

    def _rebuild(self) -> None:
        proposal = self.proposal
        made = BytesIO()
        build(self.edition, proposal.merged, made)
        if wrong := list(differences(Book(made.getvalue()).report, proposal.merged)):
            raise _unproven(wrong)
        proposal.data, proposal.rebuilt = made.getvalue(), True

    # --- changed in place

    def _leave_out(self, cells: Cells) -> None:
        """Figures for which the workbook has no cell: said, and taken out of what is to be proven."""
        proposal = self.proposal
        missing = [change for change in cells.lost if change.store == AMOUNT and change.new]
        if missing:
            names = "、".join(change.name for change in missing[:3])
            raise XltoolsError(
                f"工作簿里没有这些数的位置：{names}{'等' if len(missing) > 3 else ''}，没有导入。",
                "请从模板恢复被删除的行、栏，或新建工作簿再导入。",
            )
        for change in cells.lost:
            proposal.changes.remove(change)
            _undo(proposal.merged, change, self.reading.report)
        proposal.lost = list(cells.lost)

    def _surgery(self, cells: Cells) -> None:
        """Edit, read again, and put values where a formula gives something else (rounded sums)."""
        merged = self.proposal.merged
        for _ in range(_PASSES):
            data = apply(self.package, cells.edits()).data
            book = Book(data)
            spots, unknown = book.untrue(cells.formulas, merged, cells.contents)
            ours = cells.take_back(unknown.values())
            if not spots and not ours:
                break
            for ref, (sheet, cell) in spots.items():
                del cells.formulas[ref]
                self._give_up(sheet, cell)
                cells.put(sheet, cell, merged.amounts.get(ref), overwrite=True)
        self._leave_open(unknown)
        if wrong := list(differences(book.report, merged)):
            raise _unproven(wrong)
        self.proposal.data = self._with_results(cells, data, book)

    def _leave_open(self, unknown: Mapping[Ref, tuple[str, str]]) -> None:
        """Formulas that only a spreadsheet program can compute stay as they are, without a result: said, and
        taken out of what is to be proven."""
        merged = self.proposal.merged
        for ref, (sheet, cell) in unknown.items():
            self.proposal.open[Place(sheet, cell)] = merged.amounts.pop(ref, None)

    def _give_up(self, sheet: str, cell: str) -> None:
        """Remember a formula of the user's that does not give what comes in."""
        grid = next(grid for grid in self.grids if grid.name == sheet)
        formula = grid.facts.formulas.get(cell, "")
        if formula and not is_own(formula):
            self.proposal.replaced[Place(sheet, cell)] = formula

    def _with_results(self, cells: Cells, data: bytes, book: Book) -> bytes:
        """The edited workbook with the results of all formulas that depend on what changed, so that it shows
        them also where the add-in is not at hand."""
        found = {
            (sheet, cell): value
            for sheet, cell, value in book.results()
            if cell not in cells.contents.get(sheet, {})
        }
        for (sheet, cell), value in found.items():
            cells.put(sheet, cell, Computed(value))
        if not found:
            return data
        full = apply(self.package, cells.edits()).data
        return data if dict(differences(Book(full).report, self.proposal.merged)) else full


def _undo(report: Report, change: Change, before: Report) -> None:
    """Take one change of a merged report back."""
    held = getattr(before, change.store)
    if isinstance(held, dict):
        now = getattr(report, change.store)
        if change.what in held:
            now[change.what] = held[change.what]
        else:
            now.pop(change.what, None)
    else:
        report.cover = replace(report.cover, **{str(change.what): getattr(before.cover, str(change.what))})


def _unproven(wrong: list[tuple[str, str]]) -> XltoolsError:
    shown = "；".join(f"{name}：{why}" for name, why in wrong[:3])
    return XltoolsError(
        f"写入后重新读取，与要导入的数不一致（{shown}），没有保存，原文件完好。",
        "请用 xltools check 检查这个工作簿的版式，或新建工作簿再导入。",
    )
