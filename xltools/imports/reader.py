"""What the readers of all arrangements share: where figures go, how cells and columns are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xltools import amount
from xltools.amount import NotAnAmount, half_up
from xltools.editions import Edition, Form
from xltools.imports.imported import Unrecognised
from xltools.imports.page import Head, LedgerPage
from xltools.imports.plans import Path_, Plan
from xltools.report import Ref
from xltools.workbook.labels import label


@dataclass
class Taken:
    """What the sheets gave so far; amounts in the unit that they print."""

    edition: Edition
    amounts: dict[Ref, Decimal] = field(default_factory=dict)
    budget: dict[Ref, Decimal] = field(default_factory=dict)
    facts: dict[str, Decimal] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    covered: set[Ref] = field(default_factory=set)
    complete: set[str] = field(default_factory=set)
    unknown: list[Unrecognised] = field(default_factory=list)
    unclear: set[str] = field(default_factory=set)
    """Forms of which something was not understood: nothing is added up there."""

    def take(self, ref: Ref, value: Decimal | None) -> None:
        """A figure; a zero is how the software prints a blank."""
        self.covered.add(ref)
        if value:
            self.amounts[ref] = value


class Reader:
    """What the arrangements have in common."""

    def __init__(self, page: LedgerPage, plan: Plan, head: Head, taken: Taken) -> None:
        self.page = page
        self.plan = plan
        self.head = head
        self.taken = taken
        self.form: Form = taken.edition.forms[plan.form]

    def read(self) -> None:
        """Take the table."""
        raise NotImplementedError

    def report(self, what: str, why: str) -> None:
        """Something that was not understood."""
        self.taken.unclear.add(self.form.id)
        self.taken.unknown.append(Unrecognised(f"{self.page.name} {what}".strip(), why))

    def value(self, row: int, at: int) -> Decimal | None:
        """The amount in a cell; None for a blank, and for what is no amount, which is reported."""
        content = self.page.rows[row][at]
        if type(content) is str and label(content) in self.page.plans.blanks:
            return None
        try:
            found = amount.parse(content)
        except NotAnAmount as error:
            self.report(self.page.place(row, at), f"“{str(content).strip()[:20]}”{error}")
            return None
        return None if found is None else half_up(found)

    def filled(self, row: int, at: int) -> bool:
        """Whether a cell holds an amount other than 0; a text that is one counts."""
        cell = self.page.rows[row][at]
        if type(cell) is str:
            try:
                return bool(amount.parse_text(cell))
            except NotAnAmount:
                return False
        return type(cell) in (float, int) and bool(cell)

    def named(self, row: int, columns: Iterable[int]) -> str:
        """The first text in these columns of a row."""
        cells = (self.page.rows[row][at] for at in columns)
        return next((cell.strip() for cell in cells if type(cell) is str and label(cell)), "")

    def bind(self, wanted: Mapping[str, tuple[Path_, ...]], paths: Mapping[int, Path_]) -> dict[int, str]:
        """Column → 栏次; those that cannot be told are reported. Headings known to be of no use are not
        taken for others."""
        paths = {at: path for at, path in paths.items() if not self._unused(path)}
        found: dict[int, str] = {}
        for column, patterns in wanted.items():
            at = self.page.find(paths, patterns)
            if at is None or at in found:
                name = "／".join(patterns[0])
                self.report("", f"没有找到栏目“{name}”，或有几栏相同，公开表栏次{column}没有导入")
            else:
                found[at] = column
        return found

    def spans(self) -> list[range]:
        """The columns of each table side by side: from one column 项目 to the next."""
        starts = [at for at, path in self.head.paths.items() if path[-1].startswith("项目")]
        if not starts:
            self.report("", "没有找到“项目”栏")
            return []
        ends = [*starts[1:], self.page.grid.width]
        return [range(start, end) for start, end in zip(starts, ends, strict=True)]

    def others(self, columns: Iterable[int], used: Iterable[int], rows: Iterable[int]) -> None:
        """Columns with amounts under headings that are neither used nor known to be of no use."""
        taken, lines = set(used), list(rows)
        for at in columns:
            path = self.head.paths.get(at)
            if at in taken or path is None or self._unused(path):
                continue
            if any(self.filled(row, at) for row in lines):
                self.report(f"栏目{self.page.shown_path(path, at)}", "没有对应的公开栏次，没有导入")

    def _unused(self, path: Path_) -> bool:
        return any(
            path[start : start + len(pattern)] == pattern
            for pattern in self.plan.unused
            for start in range(len(path))
        )
