"""The published document: headings, paragraphs, tables and charts, written once for every format.

Writers take a ``Document`` and return bytes. Nothing here knows a format, an edition or a Report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

LEFT, CENTRE, RIGHT = "left", "center", "right"
MERGED_LEFT, MERGED_UP = "<", "^"
DRAFT = "草稿"


class Orientation(StrEnum):
    """How a page is turned."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text. ``fact`` names the figure it prints, so that it can be found again in the file."""

    text: str
    fact: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """Levels: 1 第一部分, 2 一、, 3 （一）, 4 1、. ``key`` is a stable name for links (optional)."""

    level: int
    text: str
    key: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.level <= 4:
            raise ValueError(f"no heading of level {self.level}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text; ``style`` is "body" (indented), "centre" or "note" (small, not indented)."""

    runs: tuple[Run, ...]
    style: str = "body"

    @property
    def text(self) -> str:
        """The text of all runs."""
        return "".join(run.text for run in self.runs)


def paragraph(text: str, style: str = "body") -> Paragraph:
    """A paragraph of one run."""
    return Paragraph((Run(text),), style)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table. ``text`` is what is printed; ``number`` its exact value where it is an amount,
    shown with ``places``. ``align`` "" takes the column's. ``columns`` and ``rows`` are spans."""

    text: str = ""
    columns: int = 1
    rows: int = 1
    align: str = ""
    header: bool = False
    number: Decimal | None = None
    places: int = 2
    fact: str = ""


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a cell meets one row: ``top`` is False for the rows below the first that it spans."""

    cell: Cell
    column: int
    top: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what is printed around it.

    ``entry`` is its line in the contents ("" keeps it out). ``meta`` is the line under the title: left,
    centre, right. ``header`` rows are repeated on each page. ``widths`` are relative; empty means by
    content. ``row_headers`` are the columns whose texts name what stands to their right. ``sheet`` is its
    name in the workbook ("" keeps it out). Rows list each cell once, at its upper left corner, as HTML does.
    """

    title: str
    body: tuple[Row, ...]
    header: tuple[Row, ...] = ()
    entry: str = ""
    number: str = ""
    meta: tuple[str, str, str] = ("", "", "")
    notes: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    aligns: tuple[str, ...] = ()
    row_headers: tuple[int, ...] = ()
    orientation: Orientation = Orientation.PORTRAIT
    sheet: str = ""
    summary: str = ""
    key: str = ""
    compact: bool = False

    def __post_init__(self) -> None:
        lay_out(self.header + self.body)
        for name, given in (("widths", self.widths), ("aligns", self.aligns)):
            if given and len(given) != self.columns:
                raise ValueError(f"{self.title}: {len(given)} {name} for {self.columns} columns")

    @property
    def columns(self) -> int:
        """How many columns the grid has."""
        return width_of(self.header + self.body)

    def align_of(self, slot: Slot) -> str:
        """The alignment of a cell: its own, else centred in headers, else its column's."""
        if slot.cell.align:
            return slot.cell.align
        if slot.cell.header:
            return CENTRE
        return self.aligns[slot.column] if self.aligns else LEFT


@dataclass(frozen=True, slots=True)
class Series:
    """One run of bars. ``labels`` is the text printed at each bar, in place of the plain amount."""

    name: str
    values: tuple[Decimal, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars: ``kind`` is "structure" (parts of one whole) or "comparison" (series side by side).
    ``alt`` says in words what the picture shows."""

    title: str
    kind: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    alt: str
    unit: str = "万元"

    def __post_init__(self) -> None:
        for series in self.series:
            if not len(self.categories) == len(series.values) == len(series.labels):
                raise ValueError(f"{self.title}: {series.name} does not fit the categories")


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page: title lines from above to below, and a line near the foot (a date, may be "")."""

    lines: tuple[str, ...]
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents, down to ``depth``."""

    title: str = "目  录"
    depth: int = 2


@dataclass(frozen=True, slots=True)
class Notice:
    """A page of its own with a list: what keeps a draft from being published."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


Block = Heading | Paragraph | Table | Chart | Cover | Contents | Notice | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """A document to publish. A draft carries a watermark on every page and ``errors`` on a page after
    the cover."""

    title: str
    blocks: tuple[Block, ...]
    entity: str = ""
    year: int | None = None
    draft: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the outline; ``anchor`` is unique in the document."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A block in reading order; ``entry`` where it is a line of the outline."""

    block: Block
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive pages turned the same way. ``numbered`` is False for cover, notice and contents;
    ``first`` marks where page numbers begin with 1."""

    orientation: Orientation
    numbered: bool
    first: bool
    blocks: tuple[Placed, ...] = field(default=())


def flow(document: Document) -> list[Placed]:
    """All blocks in reading order with their outline entries; a draft's list of errors is put in."""
    blocks = list(document.blocks)
    if document.draft:
        at = 1 if blocks and isinstance(blocks[0], Cover) else 0
        title = "草稿：以下问题尚未解决，不得公开" if document.errors else "草稿：不得公开"
        blocks.insert(at, Notice(title, document.errors))
    return list(_with_entries(blocks))


def _with_entries(blocks: Iterable[Block]) -> Iterator[Placed]:
    used: set[str] = set()
    for block in blocks:
        if isinstance(block, Heading):
            level, text, key = block.level, block.text, block.key
        elif isinstance(block, Table) and block.entry:
            level, text, key = 2, block.entry, block.key
        else:
            yield Placed(block)
            continue
        anchor = name = _ascii(key) or f"section-{len(used) + 1}"
        number = 1
        while anchor in used:
            number += 1
            anchor = f"{name}-{number}"
        used.add(anchor)
        yield Placed(block, Entry(level, text, anchor))


def _ascii(key: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in key).strip("-")


def outline(document: Document) -> list[Entry]:
    """The outline of the document, all levels, in reading order."""
    return [placed.entry for placed in flow(document) if placed.entry]


def sections(document: Document) -> list[Section]:
    """The blocks grouped by how their pages are turned; page breaks that a new section makes are dropped.

    Cover, notice and contents each stand on pages of their own without numbers. A heading is turned with
    the table it stands over.
    """
    result: list[Section] = []
    placed = flow(document)
    for number, item in enumerate(placed):
        front = isinstance(item.block, Cover | Contents | Notice)
        turned = _turned(placed[number:])
        current = result[-1] if result else None
        same = current and current.orientation == turned and current.numbered and not front
        if isinstance(item.block, PageBreak):
            if current and current.numbered:
                result[-1] = replace(current, blocks=(*current.blocks, item))
        elif same and current:
            result[-1] = replace(current, blocks=(*current.blocks, item))
        else:
            first = not front and not any(section.numbered for section in result)
            result.append(Section(turned, not front, first, (item,)))
    return [_trimmed(section) for section in result]


def _turned(following: list[Placed]) -> Orientation:
    """How the page of the first of these blocks is turned."""
    for item in following:
        if isinstance(item.block, Table):
            return item.block.orientation
        if not isinstance(item.block, Heading):
            break
    return Orientation.PORTRAIT


def _trimmed(section: Section) -> Section:
    blocks = list(section.blocks)
    while blocks and isinstance(blocks[-1].block, PageBreak):
        blocks.pop()
    return replace(section, blocks=tuple(blocks))


def grid(rows: Sequence[Sequence[str | Cell]], header: bool = False) -> tuple[Row, ...]:
    """Rows of cells from a full grid in which "<" is merged with the cell on its left and "^" with the
    one above. With ``header`` texts become header cells. Raises ValueError if a merge is no rectangle."""
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    extent: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for r, row in enumerate(rows):
        for c, content in enumerate(row):
            at = (r, c)
            if content == MERGED_LEFT:
                at = owner[r, c - 1]
            elif content == MERGED_UP:
                at = owner[r - 1, c]
            owner[r, c] = at
            extent.setdefault(at, []).append((r, c))
    return tuple(
        tuple(_anchor(row[c], extent[r, c], header) for c in range(len(row)) if owner[r, c] == (r, c))
        for r, row in enumerate(rows)
    )


def _anchor(content: str | Cell, places: list[tuple[int, int]], header: bool) -> Cell:
    rows = {r for r, _ in places}
    columns = {c for _, c in places}
    if len(rows) * len(columns) != len(places):
        raise ValueError(f"merged cells of {content!r} are no rectangle")
    cell = content if isinstance(content, Cell) else Cell(content, header=header)
    return replace(cell, rows=len(rows), columns=len(columns))


def width_of(rows: Sequence[Row]) -> int:
    """How many columns the first row takes; 0 without rows."""
    return sum(cell.columns for cell in rows[0]) if rows else 0


def lay_out(rows: Sequence[Row]) -> list[list[Slot]]:
    """For every row the cells that meet it, from left to right, spans included.

    Raises ValueError where cells overlap or leave a hole.
    """
    columns = width_of(rows)
    waiting: list[tuple[Cell, int] | None] = [None] * columns
    result = []
    for number, row in enumerate(rows):
        cells = iter(row)
        slots: list[Slot] = []
        column = 0
        while column < columns:
            held = waiting[column]
            if held:
                cell, left = held
                slots.append(Slot(cell, column, top=False))
                rest = (cell, left - 1) if left > 1 else None
            else:
                found = next(cells, None)
                if found is None or any(waiting[column : column + found.columns]):
                    raise ValueError(f"row {number} of the table does not fill its {columns} columns")
                cell = found
                slots.append(Slot(cell, column, top=True))
                rest = (cell, cell.rows - 1) if cell.rows > 1 else None
            waiting[column : column + cell.columns] = [rest] * cell.columns
            column += cell.columns
        if column > columns or next(cells, None) is not None:
            raise ValueError(f"row {number} of the table has more than {columns} columns")
        result.append(slots)
    if any(waiting):
        raise ValueError("a cell reaches below the last row")
    return result
