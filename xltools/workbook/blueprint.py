"""A form of an edition as it is recognised in a sheet: its headings; its lines by number, code, title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from xltools.editions import Edition, Form
from xltools.report import Ref
from xltools.workbook.headings import COLUMN_NUMBERS, Head, Path, find_head
from xltools.workbook.labels import bare, code, key, label, short

LINE, CODE, TITLE, AMOUNT, OTHER = "line", "code", "title", "amount", "other"
"""What a column of a table holds: 行次, 科目代码, the names of the lines, figures, anything else."""
LEVEL = "level"
"""款 or 项 of a code in a column of its own, right of the 类."""


def role(path: Path) -> str:
    """What the headings of a column that is no figure announce."""
    lowest = path[-1]
    if lowest == "行次":
        return LINE
    if "代码" in lowest or "编码" in lowest or lowest == "科目":
        return CODE
    if "名称" in lowest or lowest.startswith("项目") or lowest == COLUMN_NUMBERS:
        return TITLE
    return OTHER


def blocks(roles: Iterable[tuple[int, str, Path]]) -> list[dict[str, list[int]]]:
    """Columns (place, role, headings) that stand side by side as tables of their own, from left to right.

    A block ends where the topmost heading changes or a second column of 行次, codes or names begins.
    """
    found: list[dict[str, list[int]]] = []
    top = ""
    for at, what, path in roles:
        if not found or path[0] != top or (what in (LINE, CODE, TITLE) and what in found[-1]):
            found.append({})
        top = path[0]
        found[-1].setdefault(what, []).append(at)
    return found


class Entry(NamedTuple):
    """A printed line: ``title`` as key ("" where none is printed), ``row`` in the body; ``apart``: its
    figure does not stand in the columns under its name (公用经费合计)."""

    id: str
    title: str
    row: int
    apart: bool = False


@dataclass(slots=True)
class Lines:
    """The lines of one block, or of all blocks under the same headings."""

    entries: dict[str, Entry] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    titles: dict[str, list[str]] = field(default_factory=dict)
    bare: dict[str, list[str]] = field(default_factory=dict)
    short: dict[str, list[str]] = field(default_factory=dict)
    known: dict[tuple[object, ...], Entry] = field(default_factory=dict)
    """Contents of the cells of number, code and name that were found to be a line without any doubt."""

    def add(self, entry: Entry, number: str) -> None:
        """Take in a line; ``number`` is its 行次 or code, "" if it has none."""
        self.entries[entry.id] = entry
        if number:
            self.numbers[number] = entry.id
        if entry.title:
            for names, name in (
                (self.titles, entry.title),
                (self.bare, bare(entry.title)),
                (self.short, short(entry.title)),
            ):
                names.setdefault(name, []).append(entry.id)

    def by_title(self, title: str) -> list[str]:
        """The lines of this title, tried to the letter, then without numbering, then without remarks."""
        if title in self.titles:
            return self.titles[title]
        found = self.bare.get(bare(title))
        if found:
            return found
        found = self.short.get(short(title), [])
        return found if len(found) == 1 else []

    def at_row(self, row: int) -> Entry | None:
        """The line that is printed in a row of the body; None where there is none or several."""
        found = [entry for entry in self.entries.values() if entry.row == row]
        return found[0] if len(found) == 1 else None


@dataclass
class Blueprint:
    """What is needed to find ``form`` in a sheet and its cells in it.

    ``words``: its headings; ``amounts``: headings → 栏次; ``count``: how many columns stand under the same
    headings; ``lines``: headings → lines (forms of kind "grid"); ``side_by_side``: whether several blocks
    stand side by side (收入 | 支出).
    """

    form: Form
    title: str
    number: str
    words: frozenset[str]
    amounts: dict[Path, str]
    count: Counter[Path]
    lines: dict[Path, Lines]
    side_by_side: bool

    @cached_property
    def _refs(self) -> dict[str, dict[str, Ref]]:
        return {}

    def refs(self, line: str) -> Mapping[str, Ref]:
        """栏次 → Ref of the cells that the form prints in a line; made once."""
        found = self._refs.get(line)
        if found is None:
            form = self.form
            grid = form.kind == "grid"
            found = {
                column: Ref(form.id, line, column)
                for column in form.column_ids
                if not grid or (line, column) in form.cell_ids
            }
            if len(self._refs) < 10_000:
                self._refs[line] = found
        return found

    @cached_property
    def leaves(self) -> frozenset[str]:
        """The lowest headings of the columns of figures."""
        return frozenset(path[-1] for path in self.amounts)


def blueprint(form: Form) -> Blueprint:
    """The blueprint of a form."""
    grid = [["" if cell in ("<", "^") else cell for cell in row] for row in form.header]
    texts = {key(cell) for row in grid for cell in row} - {""}
    words = frozenset(text for text in texts if not text.isdigit())
    head = find_head(grid, 0, len(grid), words)
    if head is None:  # pragma: no cover - an edition without headings does not load
        raise ValueError(form.id)
    amounts = _amounts(form, head)
    roles = [(at, AMOUNT if at in amounts else role(path), path) for at, path in sorted(head.paths.items())]
    labelled = Counter(what for _, what, _ in roles if what in (TITLE, CODE))
    side_by_side = form.kind == "grid" and max(labelled.values(), default=0) > 1
    return Blueprint(
        form,
        key(form.title),
        key(form.number),
        words,
        {head.paths[at]: column for at, column in amounts.items()},
        Counter(head.paths[at] for at in amounts),
        _lines(form, head, roles if side_by_side else [(at, what, ("",)) for at, what, _ in roles]),
        side_by_side,
    )


def _amounts(form: Form, head: Head) -> dict[int, str]:
    if form.kind == "codes":
        return {column.at: column.id for column in form.columns}
    return {slot.at: slot.column for slot in form.slots}


def _lines(form: Form, head: Head, roles: list[tuple[int, str, Path]]) -> dict[Path, Lines]:
    """Headings of figures → lines; blocks under the same headings share theirs."""
    if form.kind == "codes":
        return {}
    found: dict[Path, Lines] = {}
    by_row: dict[int, list[tuple[int, str]]] = {}
    for slot in form.slots:
        by_row.setdefault(slot.row, []).append((slot.at, slot.line))
    for block in blocks(roles):
        for amount in block.get(AMOUNT, ()):
            lines = found.setdefault(head.paths[amount], Lines())
            for row, slots in by_row.items():
                for line in (line for at, line in slots if at == amount):
                    _add(lines, form.body[row], row, line, block)
    return found


def _add(lines: Lines, cells: tuple[str, ...], row: int, line: str, block: Mapping[str, list[int]]) -> None:
    """Take in a line with what its row prints under the block's headings."""
    number = next((code(cells[at]) for what in (LINE, CODE) for at in block.get(what, ())), "")
    names = [label(cells[at]) for what in (TITLE, CODE) for at in block.get(what, ())]
    title = next((name for name in names if name not in ("", "<", "^") and not code(name)), "")
    apart = not title and not line.isdigit()
    lines.add(Entry(line, key(line) if apart else title, row, apart), number)


class Blueprints:
    """The blueprints of an edition's forms, and which form a text announces."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.of = {form.id: blueprint(form) for form in edition.forms.values()}
        self._by_title = sorted(
            ((one.title, one.form.id) for one in self.of.values()), key=lambda pair: -len(pair[0])
        )
        self._by_number = {one.number: one.form.id for one in self.of.values()}
        self.seen: dict[str, tuple[str, bool] | None] = {}

    def announced(self, text: str) -> tuple[str, bool] | None:
        """(form id, whether by its title) of the form whose title or number a text is; else None.

        The title may follow other words: 2024年度支出决算表, 公开03表 支出决算表.
        """
        if len(text) > 80:
            return None
        if text not in self.seen:
            if len(self.seen) > 100_000:
                self.seen.clear()
            self.seen[text] = self._announced(key(text))
        return self.seen[text]

    def _announced(self, name: str) -> tuple[str, bool] | None:
        if "表" not in name or len(name) > 60:
            return None
        for title, form_id in self._by_title:
            if name.endswith(title):
                return form_id, True
        by_number = self._by_number.get(name.strip("()"))
        return (by_number, False) if by_number else None


_made: dict[int, tuple[Edition, Blueprints]] = {}


def blueprints(edition: Edition) -> Blueprints:
    """The blueprints of an edition, made once."""
    found = _made.get(id(edition))
    if found is None or found[0] is not edition:
        if len(_made) > 16:
            _made.clear()
        found = _made[id(edition)] = edition, Blueprints(edition)
    return found[1]
