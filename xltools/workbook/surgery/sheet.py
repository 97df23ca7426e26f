"""One worksheet's XML, changed in place: cells, rows, the region that is ours; the rest stays as text.

Source of the format: ECMA-376 part 1, 18.3.1.99 (worksheet, order of its elements), 18.3.1.35 (dimension).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xltools.errors import XltoolsError
from xltools.workbook.address import Area, area, area_text, join, places, split
from xltools.workbook.formulas import sheet_data
from xltools.workbook.markup import broken, parse, parser
from xltools.workbook.surgery import shared
from xltools.workbook.surgery.cells import CellXml, content_xml, read_cells, value_xml, write_cells
from xltools.workbook.surgery.edits import Computed, Content, Formula, Link, Region, Row
from xltools.workbook.surgery.layout import Tail

_NUMBER = re.compile(r' ([A-Za-z:]+)="([^"]*)"')
_EMPTY = re.compile(r"(<[A-Za-z][^<>]*?) +/>")
_SPANS = re.compile(r' spans="[^"]*"')
_HIDDEN = re.compile(r' (?:hidden|collapsed|outlineLevel)="[^"]*"')
_HEIGHT = re.compile(r'\s(?:ht|customHeight)="[^"]*"')
_STYLED_ROW = re.compile(r' customFormat="(?:1|true)"')
_DIMENSION = re.compile(r'<dimension ref="([^"]*)"/>')
_COLUMN = re.compile(r"<col ([^>]*?)/>")
_ARRAY = re.compile(r'<c r="([A-Z]+[0-9]+)"[^>]*><f([^>]* t="(?:array|dataTable)"[^>]*)>')
_SHARED = re.compile(r'<c r="([A-Z]+[0-9]+)"[^>]*>(<f[^>]* t="shared"[^>]*?(?:/>|>[^<]*</f>))')
_REFERENCE = re.compile(r' ref="([^"]*)"')


def foreign(name: str) -> XltoolsError:
    """The error for a sheet whose XML is valid but in no dialect that can be edited without loss."""
    return XltoolsError(
        f"工作表“{name}”由其他软件以特殊格式写成，为免损坏没有写入。",
        "请用 Excel、WPS 或 LibreOffice 打开这个工作簿，保存一次后再试。",
    )


@dataclass(slots=True)
class RowXml:
    """One <row>: attributes as text (without r), content as text until ``cells`` is asked for."""

    attributes: str
    inner: str
    parsed: list[CellXml] | None = None

    @property
    def cells(self) -> list[CellXml]:
        """The cells, for changing."""
        if self.parsed is None:
            self.parsed = read_cells(self.inner)
        return self.parsed

    def xml(self, number: int) -> str:
        """The element as text; untouched rows come out as they came in."""
        inner = self.inner if self.parsed is None else write_cells(number, self.parsed)
        if inner:
            return f'<row r="{number}"{self.attributes}>{inner}</row>'
        return f'<row r="{number}"{self.attributes}/>'


@dataclass(slots=True)
class Log:
    """What an edit did to formulas and values of a sheet, for the calculation chain and stored values."""

    formulas_gone: set[str] = field(default_factory=set)
    formulas_new: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    computed: set[str] = field(default_factory=set)


class SheetXml:
    """A worksheet open for changes. ``text()`` gives it back; ``log`` tells what happened to its formulas."""

    def __init__(self, text: str, name: str, tables: list[Area] | None = None) -> None:
        # The standard library's writer, openpyxl without lxml, puts a blank there; the reader here does not.
        text = _EMPTY.sub(r"\1/>", text)
        where = sheet_data(text)
        if where is None:
            raise foreign(name)
        start, end, _ = where
        # The cells are proven; what stands around them must be XML, or nobody could read what is written.
        around = f"{text[:start]}<sheetData/>{text[end:]}".encode()
        parse(parser(name), around, name)
        self.name = name
        self.head = text[:start]
        self.tail = Tail(text[end:])
        self.log = Log()
        self.headings = tables or []
        self.rows = _rows(text[start:end], name)
        self._body = text[start:end]
        self._arrays = _arrays(self._body)
        self._merges = [area(reference) for reference in self.tail.merges()]
        self._links: dict[str, str] = {}
        self._shared: dict[str, dict[tuple[int, int], bool]] | None = None

    def text(self) -> str:
        """The worksheet's XML with all changes."""
        body = "".join(self.rows[number].xml(number) for number in sorted(self.rows))
        self.tail.add_links(self._links)
        self._links = {}
        data = f"<sheetData>{body}</sheetData>" if body else "<sheetData/>"
        return self.head + data + self.tail.text

    # -- cells ---------------------------------------------------------------------------------------

    def write(self, address: str, content: Content, overwrite: bool = False) -> None:
        """Put ``content`` into a cell, keeping its style. A formula is replaced only with ``overwrite``.

        Raises XltoolsError for cells that cannot be written without harm: a formula, part of an array
        formula, hidden by a merged range, a heading of a table.
        """
        row, column = split(address)
        self._check_place(address, row, column, content)
        cells = self._row(row).cells
        index = next((i for i, cell in enumerate(cells) if cell.column >= column), len(cells))
        found = index < len(cells) and cells[index].column == column
        formula = cells[index].formula if found else ""
        if isinstance(content, Computed):
            self._store(address, content, cells[index] if found else None, formula)
            return
        if formula:
            self._give_up_formula(address, (row, column), formula, overwrite)
        style = cells[index].style if found else self._default_style(row, column)
        attributes, inner = content_xml(content, style)
        if isinstance(content, Formula):
            self.log.formulas_new.add(address)
        if isinstance(content, Link):
            self._links[address] = content.target
        if found:
            cells[index].attributes, cells[index].inner = attributes, inner
        elif attributes or inner:
            cells.insert(index, CellXml(column, attributes, inner))
            self.rows[row].attributes = _SPANS.sub("", self.rows[row].attributes)
            self._extend(row, column)
        self.log.changed.add(address)
        self.log.computed.discard(address)

    def _check_place(self, address: str, row: int, column: int, content: Content) -> None:
        for top, left, bottom, right in self._merges:
            if top <= row <= bottom and left <= column <= right and (row, column) != (top, left):
                where = area_text((top, left, bottom, right))
                raise XltoolsError(
                    f"“{self.name}”{address} 被合并单元格 {where} 盖住，不能写入。", "请取消合并后再试。"
                )
        for top, left, bottom, right in self._arrays:
            if top <= row <= bottom and left <= column <= right and not isinstance(content, Computed):
                where = area_text((top, left, bottom, right))
                raise XltoolsError(
                    f"“{self.name}”{address} 属于数组公式 {where}，不能单独改写。",
                    "请在 Excel 里删除该数组公式后再试。",
                )
        for top, left, bottom, right in self.headings:
            if top <= row <= bottom and left <= column <= right:
                raise XltoolsError(
                    f"“{self.name}”{address} 是“表格”的标题行，不能从文件改写。", "请在 Excel 里修改标题。"
                )

    def _store(self, address: str, content: Computed, cell: CellXml | None, formula: str) -> None:
        row, column = split(address)
        spilled = any(
            top <= row <= bottom and left <= column <= right for top, left, bottom, right in self._arrays
        )
        if cell is None or not (formula or spilled):
            raise XltoolsError(f"“{self.name}”{address} 里已经没有公式，没有写入。", "请重新校验这个工作簿。")
        kind, value = value_xml(content.value)
        kept = re.sub(r' (?:t|vm)="[^"]*"', "", cell.attributes)
        cell.attributes, cell.inner = kept + kind, formula + value
        self.log.changed.add(address)
        self.log.computed.add(address)

    def clear_stored(self, address: str) -> None:
        """Forget the stored value of a formula, of an array formula all its values: they may be untrue."""
        place = split(address)
        ranges = [rectangle for rectangle in self._arrays if rectangle[:2] == place] or [(*place, *place)]
        for row, column in places(ranges[0]):
            for cell in self.rows[row].cells if row in self.rows else ():
                if cell.column == column:
                    cell.attributes = re.sub(r' (?:t|vm)="[^"]*"', "", cell.attributes)
                    cell.inner = cell.formula

    def _row(self, number: int) -> RowXml:
        if number not in self.rows:
            self.rows[number] = RowXml("", "", [])
        return self.rows[number]

    def _default_style(self, row: int, column: int) -> str:
        """The style attribute that a new cell gets in Excel: that of its row, else of its column."""
        attributes = self.rows[row].attributes
        if _STYLED_ROW.search(attributes):
            styles = dict(_NUMBER.findall(attributes))
            return f' s="{styles["s"]}"' if "s" in styles else ""
        for element in _COLUMN.findall(self.head):
            found = dict(_NUMBER.findall(" " + element))
            first, last = found.get("min", ""), found.get("max", "")
            if not (first.isdecimal() and last.isdecimal() and "style" in found):
                continue
            if int(first) <= column <= int(last):
                return f' s="{found["style"]}"' if found["style"] != "0" else ""
        return ""

    def _extend(self, row: int, column: int) -> None:
        """Let <dimension> cover a cell."""
        match = _DIMENSION.search(self.head)
        if match is None:
            return
        try:
            top, left, bottom, right = area(match[1])
        except XltoolsError:
            return
        wider = area_text((min(top, row), min(left, column), max(bottom, row), max(right, column)))
        if wider != match[1]:
            self.head = self.head[: match.start(1)] + wider + self.head[match.end(1) :]

    # -- formulas --------------------------------------------------------------------------------------

    def _give_up_formula(self, address: str, place: tuple[int, int], formula: str, overwrite: bool) -> None:
        if not overwrite:
            raise XltoolsError(
                f"“{self.name}”{address} 里是公式，没有用数值覆盖它。", "请在 Excel 里确认后自行修改。"
            )
        self.log.formulas_gone.add(address)
        if ' t="shared"' in formula:
            self._leave_group(place, formula)

    def _leave_group(self, place: tuple[int, int], formula: str) -> None:
        """Take a cell out of its shared formula; the rest of the group goes on."""
        groups = self._groups()
        attributes, _ = shared.parts(formula)
        group = groups.setdefault(attributes.get("si", ""), {})
        group.pop(place, None)
        if not shared.is_master(formula):
            return
        for (row, column), element in shared.hand_over(formula, place, list(group)).items():
            for cell in self._row(row).cells:
                if cell.column == column:
                    cell.inner = element + cell.inner.removeprefix(cell.formula)
            if ' t="shared"' not in element:
                group.pop((row, column))

    def _groups(self) -> dict[str, dict[tuple[int, int], bool]]:
        if self._shared is None:
            self._shared = {}
            for cell, element in _SHARED.findall(self._body):
                attributes, text = shared.parts(element)
                self._shared.setdefault(attributes.get("si", ""), {})[split(cell)] = bool(text)
        return self._shared

    # -- the region ------------------------------------------------------------------------------------

    def replace(self, region: Region) -> None:
        """Replace all rows from ``region.first`` on; see ``Region``."""
        models = {row.like: self.rows.get(row.like, RowXml("", "")) for row in region.rows}
        models = {number: RowXml(model.attributes, "", list(model.cells)) for number, model in models.items()}
        self._clear_from(region)
        for offset, row in enumerate(region.rows):
            self._append(region.first + offset, row, models[row.like])
        if region.merges:
            self._merges += map(area, region.merges)
            self.tail.set_merges([area_text(merge) for merge in self._merges])
        self._measure()

    def _clear_from(self, region: Region) -> None:
        first = region.first
        in_the_way = [rectangle for rectangle in self._merges if rectangle[0] < first]
        for top, left, bottom, right in [*in_the_way, *self._arrays, *self.headings]:
            if bottom >= first:
                raise XltoolsError(
                    f"“{self.name}”第 {first} 行起是本工具写入的区域，"
                    f"但 {area_text((top, left, bottom, right))} 处有合并、数组公式或表格，没有写入。",
                    "请把自己的内容移到别的工作表。",
                )
        for number in sorted(number for number in self.rows if number >= first):
            for cell in self.rows[number].cells:
                address = join(number, cell.column)
                if formula := cell.formula:
                    self._give_up_formula(address, (number, cell.column), formula, region.overwrite_formulas)
                self.log.changed.add(address)
        for number in [number for number in self.rows if number >= first]:
            del self.rows[number]
        if any(top >= first for top, _, _, _ in self._merges):
            self._merges = [merge for merge in self._merges if merge[0] < first]
            self.tail.set_merges([area_text(merge) for merge in self._merges])
        self.tail.drop_links(first)

    def _append(self, number: int, wanted: Row, model: RowXml) -> None:
        contents = wanted.cells
        attributes = _SPANS.sub("", _HIDDEN.sub("", model.attributes))
        if wanted.fitted:
            attributes = _HEIGHT.sub("", attributes)
        row = RowXml(attributes, "", [CellXml(cell.column, cell.style, "") for cell in model.cells])
        self.rows[number] = row
        styled = {cell.column for cell in row.cells}
        for column, content in enumerate(contents, 1):
            if content is not None or column in styled:
                self.write(join(number, column), content)

    def _measure(self) -> None:
        """Set <dimension> to what the rows hold."""
        match = _DIMENSION.search(self.head)
        used = [(number, row.cells) for number, row in sorted(self.rows.items()) if row.cells]
        if match is None or not used:
            return
        left = min(cells[0].column for _, cells in used)
        right = max(cells[-1].column for _, cells in used)
        self.head = (
            self.head[: match.start(1)]
            + area_text((used[0][0], left, used[-1][0], right))
            + self.head[match.end(1) :]
        )


def _rows(data: str, name: str) -> dict[int, RowXml]:
    """The rows of a proven <sheetData>, by number."""
    rows: dict[int, RowXml] = {}
    last = 0
    for chunk in data.removesuffix("</sheetData>").split('<row r="')[1:]:
        quote, close = chunk.index('"'), chunk.index(">")
        number = int(chunk[:quote])
        if number <= last:
            raise broken(name)
        last = number
        empty = chunk[close - 1] == "/"
        attributes = chunk[quote + 1 : close - 1 if empty else close]
        rows[number] = RowXml(attributes, "" if empty else chunk[close + 1 :].removesuffix("</row>"))
    return rows


def _arrays(body: str) -> list[Area]:
    """The ranges of array formulas and data tables."""
    if ' t="array"' not in body and ' t="dataTable"' not in body:
        return []
    found: list[Area] = []
    for cell, attributes in _ARRAY.findall(body):
        reference = _REFERENCE.search(attributes)
        found.append(area(reference[1] if reference else cell))
    return found
