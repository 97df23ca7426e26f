"""Which column of a sheet is which 栏次: by the path of headings, by what is left of it, by number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from xltools.workbook.blueprint import AMOUNT, CODE, LEVEL, LINE, OTHER, TITLE, Blueprint, blocks, role
from xltools.workbook.headings import Head, Path, Rows
from xltools.workbook.labels import code


@dataclass(slots=True)
class Columns:
    """``amounts``: place → 栏次; ``paths``: place → headings in the edition; ``blocks``: places by what they
    hold, one entry per table side by side; ``missing``: 栏次 without a column; ``renamed``: place → 栏次 of
    columns whose headings differ from the edition's; ``renumbered``: place → another 栏次 that is printed;
    ``doubled``: columns under headings that are taken;
    ``others``: columns that belong to no block."""

    amounts: dict[int, str] = field(default_factory=dict)
    paths: dict[int, Path] = field(default_factory=dict)
    blocks: list[dict[str, list[int]]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    renamed: dict[int, str] = field(default_factory=dict)
    renumbered: dict[int, str] = field(default_factory=dict)
    doubled: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)

    def copy(self) -> Columns:
        """Columns that can be sorted anew without a change of these."""
        return replace(
            self,
            amounts=self.amounts.copy(),
            paths=self.paths.copy(),
            blocks=[block.copy() for block in self.blocks],
            renumbered=self.renumbered.copy(),
        )


def bind_columns(head: Head, plan: Blueprint, rows: Rows, bottom: int) -> Columns:
    """The columns of a table with these headings; ``rows`` tell the codes where no heading does."""
    binder = _Binder(head, plan)
    binder.exact()
    if binder.open:
        binder.by_lowest()
    if binder.open:
        binder.by_number()
    if binder.open:
        binder.by_similar()
    columns = binder.columns
    columns.doubled = [at for at, path in binder.free.items() if path in plan.amounts]
    columns.renumbered = {
        at: number
        for at, number in head.numbers.items()
        if at in columns.amounts and columns.amounts[at] != number
    }
    columns.missing = sorted({plan.amounts[path] for path in binder.open} - set(columns.amounts.values()))
    _set_blocks(columns, head, plan, rows, bottom)
    return columns


class _Binder:
    """Binds one kind of evidence after the other; ``open`` are the edition's columns not found yet."""

    def __init__(self, head: Head, plan: Blueprint) -> None:
        self.head = head
        self.plan = plan
        self.columns = Columns()
        self.open = Counter(plan.count)
        self.free = {
            at: path
            for at, path in sorted(head.paths.items())
            if at in head.own and (path[-1] in plan.leaves or role(path) in (OTHER, TITLE))
        }

    def bind(self, at: int, path: Path, renamed: bool = False) -> None:
        self.columns.amounts[at] = self.plan.amounts[path]
        self.columns.paths[at] = path
        if renamed:
            self.columns.renamed[at] = self.plan.amounts[path]
        del self.free[at]
        self.open[path] -= 1
        if not self.open[path]:
            del self.open[path]

    def exact(self) -> None:
        """The whole path of headings is the edition's; of several such columns those with its 栏次 first."""
        numbers = self.head.numbers
        for path in list(self.open):
            found = [at for at, heading in self.free.items() if heading == path]
            if len(found) > self.open[path]:
                found.sort(key=lambda at: numbers.get(at) != self.plan.amounts[path])
            for at in found[: self.open[path]]:
                self.bind(at, path)

    def by_lowest(self) -> None:
        """The lowest heading agrees and those above do not contradict, or there are as many as expected."""
        for lowest in dict.fromkeys(path[-1] for path in self.open):
            wanted = [path for path in self.plan.count if path in self.open and path[-1] == lowest]
            found = [at for at, path in self.free.items() if path[-1] == lowest]
            for path in wanted:
                fitting = [at for at in found if at in self.free and _compatible(self.free[at], path)]
                if len(fitting) == 1 == self.open[path]:
                    self.bind(fitting[0], path)
            self._in_order([p for p in wanted if p in self.open], [at for at in found if at in self.free])

    def _in_order(self, wanted: list[Path], found: list[int]) -> None:
        """The upper headings are gone: bind from left to right if the numbers of columns agree."""
        in_order = [path for path in wanted for _ in range(self.open[path])]
        if len(in_order) == len(found):
            for at, path in zip(found, in_order, strict=True):
                self.bind(at, path)

    def by_number(self) -> None:
        """The heading says something else or nothing, 栏次 tells."""
        for at, number in self.head.numbers.items():
            wanted = [path for path in self.open if self.plan.amounts[path] == number]
            heading = self.head.paths.get(at)
            if len(wanted) == 1 and (at in self.free or heading is None or at not in self.head.own):
                self.free.setdefault(at, heading or ("",))
                self.bind(at, wanted[0], renamed=True)

    def by_similar(self) -> None:
        """The lowest heading contains the edition's, or the other way round: 支出合计 for 本年支出合计."""
        for path in list(self.open):
            similar = [at for at, heading in self.free.items() if _similar(heading[-1], path[-1])]
            if len(similar) == 1:
                self.bind(similar[0], path, renamed=True)


def _compatible(found: Path, wanted: Path) -> bool:
    """Whether one path is the other with headings left out."""
    short, long = sorted((found, wanted), key=len)
    rest = iter(long)
    return all(text in rest for text in short)


def _similar(found: str, wanted: str) -> bool:
    shorter, longer = sorted((found, wanted), key=len)
    return len(shorter) >= 4 and shorter in longer


def _set_blocks(columns: Columns, head: Head, plan: Blueprint, rows: Rows, bottom: int) -> None:
    """Sort the columns into tables side by side, and tell which belong to none."""
    roles: list[tuple[int, str, Path]] = []
    width = max((len(cells) for cells in rows[head.first : head.last + 1]), default=0)
    for at in range(width):
        path = head.paths.get(at)
        if at in columns.amounts:
            roles.append((at, AMOUNT, columns.paths[at]))
        elif path is not None and (what := role(path)) != OTHER and at not in columns.doubled:
            if at in head.own or what not in {r for _, r, p in roles if p == path}:
                roles.append((at, what, path))
        elif at not in columns.doubled:
            columns.others.append(at)
    if plan.side_by_side:
        columns.blocks = blocks(_headed(roles))
    else:
        columns.blocks = [{}]
        for at, what, _ in roles:
            columns.blocks[0].setdefault(what, []).append(at)
        if plan.form.kind == "codes":
            _find_codes(columns, head, rows, bottom)


def _headed(roles: list[tuple[int, str, Path]]) -> list[tuple[int, str, Path]]:
    """Where the upper headings (收入, 支出) are gone from the sheet only roles tell the blocks apart."""
    if all(len(path) > 1 for _, _, path in roles):
        return roles
    return [(at, what, ("",)) for at, what, _ in roles]


def _find_codes(columns: Columns, head: Head, rows: Rows, bottom: int) -> None:
    """Codes and names by content, where no heading of their own tells: most cells of a column are codes."""
    block = columns.blocks[0]
    unnamed = [at for at in (*block.get(TITLE, ()), *columns.others) if at not in columns.amounts]
    if CODE not in block:
        counts = {at: _count_codes(at, rows[head.last + 1 : bottom]) for at in unnamed}
        best = max(counts, key=lambda at: counts[at], default=None)
        if best is not None and counts[best]:
            block[CODE] = [best]
            for places in (block.get(TITLE, []), columns.others):
                if best in places:
                    places.remove(best)
    if not block.get(TITLE) and block.get(CODE):
        beside = block[CODE][0] + 1
        if beside in columns.others:
            columns.others.remove(beside)
            block[TITLE] = [beside]
    block.pop(LINE, None)
    if block.get(CODE) and block.get(TITLE):
        between = range(block[CODE][0] + 1, block[TITLE][0])
        body = rows[head.last + 1 : bottom]
        levels = [at for at in between if at not in columns.amounts and _is_level(at, body)]
        if levels:
            block[LEVEL] = levels
            columns.others = [at for at in columns.others if at not in levels]


def _is_level(at: int, rows: Rows) -> bool:
    """Whether a column holds the two digits of 款 or 项 and nothing else."""
    found = [cells[at] for cells in rows if cells[at] != "" and cells[at] is not None]
    return bool(found) and all(1 <= len(code(content)) <= 2 for content in found)


def _count_codes(at: int, rows: Rows) -> int:
    return sum(1 for cells in rows if at < len(cells) and len(code(cells[at])) in (3, 5, 7))
