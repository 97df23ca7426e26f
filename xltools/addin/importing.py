"""导入…: the figures of another file into this workbook.

A workbook without figures is built anew around those that come in, so codes get their rows and formulas.
Into a workbook with figures they are written cell by cell: formulas, formats and other sheets stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from xltools.addin.port import Grid, Port, Value, as_text, snapshot
from xltools.amount import Unit, to_wan
from xltools.editions import Form
from xltools.errors import XltoolsError
from xltools.report import TOTAL, Ref, Report
from xltools.workbook.address import column_letters, join, split
from xltools.workbook.labels import code, label
from xltools.workbook.layout import ANALYSIS, COMPARISON, COVER, EVALUATION, FINDINGS, NARRATIVE, OVERVIEW

if TYPE_CHECKING:
    from xltools.workbook.read import Reading

_OURS = (COVER, COMPARISON, ANALYSIS, NARRATIVE, EVALUATION, OVERVIEW, FINDINGS)
Formulas = Mapping[str, Mapping[str, str]]


def bring(port: Port) -> None:
    """导入…: ask for a file and bring its figures into this workbook."""
    source = port.ask("file", "选择要导入的文件")
    if source is not None:
        bring_figures(port, Path(source))


def bring_figures(port: Port, source: Path) -> None:
    """Bring in the figures of ``source``: a published workbook, one of ours, or a figures file (.json).

    Says what was recognised and asks before anything is written. Raises XltoolsError where ``source`` is
    not recognised, is in 万元 while this workbook is in 元, or the tables have too few rows.
    """
    import xltools
    from xltools.workbook.formulas import read_formulas
    from xltools.workbook.package import open_package

    port.status("正在读取要导入的文件…")
    given = xltools.read(source)
    if not given.report.amounts:
        raise XltoolsError(f"“{source.name}”里没有可以导入的金额。", "请确认选对了文件。")
    with snapshot(port) as path:
        now = xltools.read(path)
        formulas = read_formulas(open_package(path))
    if port.ask("yes", _question(source, given)) is None:
        port.status("没有导入。")
        return
    if not now.report.amounts and _standard(now, formulas):
        _build_anew(port, now, given)
    else:
        _write_cells(port, now, given, formulas)
    port.status(f"已从 {source.name} 导入 {len(given.report.amounts)} 个金额{_left_out(given)}。请校验。")


def _question(source: Path, given: Reading) -> str:
    entity = given.report.cover.entity or "未写单位名称"
    year = f"{given.report.cover.year} 年度" if given.report.cover.year else "未写年度"
    found = "、".join(form.number for form in given.edition.forms.values() if form.id not in given.missing)
    return (
        f"{source.name}\n{entity}，{year}，金额单位：{given.report.unit.value}\n"
        f"识别出：{found}{_left_out(given)}\n金额 {len(given.report.amounts)} 个。\n\n导入到当前工作簿吗？"
    )


def _left_out(given: Reading) -> str:
    missing = [form.number for form in given.edition.forms.values() if form.id in given.missing]
    troubles = len(given.troubles)
    words = [f"没有识别出 {'、'.join(missing)}"] if missing else []
    words += [f"{troubles} 处没有看懂"] if troubles else []
    return f"（{'；'.join(words)}）" if words else ""


def _standard(now: Reading, formulas: Formulas) -> bool:
    """Whether the workbook has only sheets that we make."""
    numbers = {form.number for form in now.edition.forms.values()}
    return all(name in numbers or name.startswith(_OURS) for name in formulas)


# a workbook without figures


def _build_anew(port: Port, now: Reading, given: Reading) -> None:
    """Write the workbook again with the figures in it; what was typed on its other sheets is kept."""
    from xltools.workbook.save import save
    from xltools.workbook.template import build

    if not port.path or "://" in port.path:
        raise XltoolsError("工作簿还没有保存到本机，无法导入。", "请先保存到本机的文件夹，再导入。")
    path = Path(port.path)
    made = BytesIO()
    build(now.edition, _merged(now.report, given.report), made)
    port.release()
    save(path, made.getvalue())
    port.show(str(path))


def _merged(now: Report, given: Report) -> Report:
    """The figures given, and the entries of the workbook where it has any."""
    cover = {name: getattr(now.cover, name) or getattr(given.cover, name) for name in given.cover.__slots__}
    return replace(
        given,
        edition=now.edition,
        cover=replace(given.cover, **cover),
        last_year={**given.last_year, **now.last_year},
        budget={**given.budget, **now.budget},
        self_evaluations=now.self_evaluations or given.self_evaluations,
        texts={**given.texts, **now.texts},
        reasons={**given.reasons, **now.reasons},
        explanations={**given.explanations, **now.explanations},
        places={},
    )


# a workbook with figures


def _write_cells(port: Port, now: Reading, given: Reading, formulas: Formulas) -> None:
    amounts = _in_unit(given.report, now.report.unit)
    grids = port.read()
    cells: dict[str, dict[str, Value]] = {}
    for form in now.edition.forms.values():
        sheet = now.sheets.get(form.id)
        if sheet is None or form.id in given.missing:
            continue
        if form.kind == "codes":
            table = _Table(form, sheet, grids[sheet], now, formulas)
            cells[sheet] = dict(table.cells(given.report, amounts))
        else:
            cells[sheet] = dict(_fixed(form, now, amounts, formulas.get(sheet, {})))
    with port.quietly():
        for sheet, contents in cells.items():
            if contents:
                port.write(sheet, contents)


def _in_unit(given: Report, wanted: Unit) -> dict[Ref, Value]:
    if given.unit is Unit.WAN and wanted is Unit.YUAN:
        raise XltoolsError("要导入的文件是万元，本工作簿是元，折算会丢失精度。", "请导入金额单位为元的文件。")
    rounded = given.unit is not wanted
    return {ref: float(to_wan(value) if rounded else value) for ref, value in given.amounts.items()}


def _fixed(
    form: Form, now: Reading, amounts: Mapping[Ref, Value], formulas: Mapping[str, str]
) -> Iterator[tuple[str, Value]]:
    """The cells of a form whose lines are printed; formulas stay, what is not given is emptied."""
    for ref, place in now.report.places.items():
        known = ref in amounts or ref in now.report.amounts
        if known and ref.form == form.id and place.cell not in formulas:
            yield place.cell, amounts.get(ref)


@dataclass(slots=True)
class _Table:
    """A form of codes on its sheet."""

    form: Form
    sheet: str
    grid: Grid
    now: Reading
    formulas: Formulas

    def cells(self, given: Report, amounts: Mapping[Ref, Value]) -> Iterator[tuple[str, Value]]:
        """Codes, names and amounts from the row below 合计 on; rows behind the last code are emptied."""
        codes = given.lines.get(self.form.id, [])
        total, columns = self._total()
        rows = self._rows(total)
        if len(rows) < len(codes):
            missing = len(codes) - len(rows)
            raise XltoolsError(
                f"{self.sheet} 只有 {len(rows)} 行可填科目，要导入 {len(codes)} 行。",
                f"请先在“{self.sheet}”中插入 {missing} 行，或新建工作簿再导入。",
            )
        at_code, at_title = self._headings()
        yield from self._amounts(total, TOTAL, columns, amounts)
        for number, row in enumerate(rows):
            line = codes[number] if number < len(codes) else ""
            yield from self._cell(row, at_code, line or None)
            if at_title is not None:
                yield from self._cell(row, at_title, as_text(given.titles.get(line)))
            yield from self._amounts(row, line, columns, amounts)

    def _total(self) -> tuple[int, dict[str, int]]:
        """The row of 合计 and the column of each 栏次, both counted from 1."""
        places = {
            ref.column: split(place.cell)
            for ref, place in self.now.report.places.items()
            if ref.form == self.form.id and ref.line == TOTAL
        }
        if not places:
            raise XltoolsError(f"{self.sheet} 没有“合计”行，无法导入。", "请恢复“合计”行。")
        return next(iter(places.values()))[0], {column: at for column, (_, at) in places.items()}

    def _headings(self) -> tuple[int, int | None]:
        """Columns of 科目代码 and 科目名称, counted from 1."""
        found = {label(cell): at for row in self.grid for at, cell in enumerate(row, 1) if label(cell)}
        return found.get("科目代码", 1), found.get("科目名称")

    def _rows(self, total: int) -> list[int]:
        """The rows below 合计 that hold a code or nothing, down to the notes."""
        at_code, _ = self._headings()
        found = []
        for number, row in enumerate(self.grid[total:], total + 1):
            content = row[at_code - 1] if at_code <= len(row) else None
            if content is not None and not code(content):
                break
            found.append(number)
        return found

    def _amounts(
        self, row: int, line: str, columns: Mapping[str, int], amounts: Mapping[Ref, Value]
    ) -> Iterator[tuple[str, Value]]:
        for column, at in columns.items():
            yield from self._cell(row, at, amounts.get(Ref(self.form.id, line, column)))

    def _cell(self, row: int, at: int, value: Value) -> Iterator[tuple[str, Value]]:
        """The change of one cell, if it is one; a formula stays."""
        address = f"{column_letters(at)}{row}"
        line = self.grid[row - 1]
        before = line[at - 1] if at <= len(line) else None
        if address not in self.formulas.get(self.sheet, {}) and before != value:
            yield join(row, at), value
