"""The four arrangements of an export's tables, read into figures by headings and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xltools import amount
from xltools.amount import NotAnAmount, half_up, show
from xltools.editions import Edition, Form
from xltools.imports.imported import Unrecognised
from xltools.imports.page import Head, LedgerPage
from xltools.imports.plans import Block, Path_, Plan
from xltools.report import TOTAL, Ref
from xltools.workbook.labels import bare, code_and_title, key, label, short
from xltools.workbook.layout import FACTS

_TOTALS = frozenset((TOTAL, "总计"))
_MONEY = frozenset(fact.key for fact in FACTS if fact.kind == "amount")


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

    def take(self, ref: Ref, value: Decimal | None) -> None:
        """A figure; a zero is how the software prints a blank."""
        self.covered.add(ref)
        if value:
            self.amounts[ref] = value


class _Reader:
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
        """Column → 栏次; those that cannot be told are reported."""
        found: dict[int, str] = {}
        for column, patterns in wanted.items():
            at = self.page.find(paths, patterns)
            if at is None or at in found:
                name = "／".join(patterns[0])
                self.report("", f"没有找到栏目“{name}”，或有几栏相同，公开表栏次{column}没有导入")
            else:
                found[at] = column
        return found

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


class Codes(_Reader):
    """A line per 科目代码."""

    def read(self) -> None:
        """Take the table, or report why it cannot be told."""
        code_at, name_at = self.page.code_columns(self.head)
        if not code_at:
            self.report("", "没有找到“科目编码”栏")
            return
        columns = self.bind(self.plan.columns, self.head.paths)
        found = self._lines(code_at, name_at, columns)
        twice = [line for line in found if len(found[line]) > 1]
        if twice:
            rows = "、".join(str(row + 1) for row in found[twice[0]])
            self.report("", f"科目 {twice[0]} 在第{rows}行重复出现，这张表没有导入")
            return
        if not columns:
            return
        for line, rows_ in found.items():
            for at, column in columns.items():
                self.taken.take(Ref(self.form.id, line, column), self.value(rows_[0], at))
        if TOTAL not in found:
            self.report("", "没有“合计”行")
        self._order(found, name_at)
        start = (name_at if name_at is not None else code_at[-1]) + 1
        self.others(
            range(start, self.page.grid.width), columns, [row for rows_ in found.values() for row in rows_]
        )

    def _lines(
        self, code_at: list[int], name_at: int | None, columns: Mapping[int, str]
    ) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        texts = [*code_at, *([name_at] if name_at is not None else [])]
        for row in self.page.body(self.head):
            cells = self.page.rows[row]
            if any(label(cells[at]) in _TOTALS for at in texts):
                found.setdefault(TOTAL, []).append(row)
                continue
            line = self.page.code_of(row, code_at)
            if line is None:
                line = next((c for at in texts if len(c := code_and_title(cells[at])[0]) in (3, 5, 7)), None)
            if line:
                found.setdefault(line, []).append(row)
            elif line is None or any(self.filled(row, at) for at in columns):
                name = self.named(row, texts) or "无名称"
                self.report(f"第{row + 1}行“{name}”", "科目编码不是3、5或7位数字，这一行没有导入")
        return found

    def _order(self, found: Mapping[str, list[int]], name_at: int | None) -> None:
        """Lines with a figure, in the order of the source; the published tables leave out the others."""
        taken, form = self.taken, self.form.id
        used = {ref.line for ref in taken.amounts if ref.form == form}
        taken.lines[form] = [line for line in found if line in used and line != TOTAL]
        taken.complete.add(form)
        for line, rows in found.items():
            name = self.named(rows[0], [name_at]) if name_at is not None else ""
            name = name or next(
                (code_and_title(cell)[1] for cell in self.page.rows[rows[0]] if label(cell)), ""
            )
            if name and line != TOTAL:
                taken.titles.setdefault(line, name)


class Lines(_Reader):
    """Rows by name; several tables side by side."""

    def read(self) -> None:
        """Take the blocks that are known."""
        spans = self._spans()
        blocks = list(self.plan.blocks)
        for span in spans:
            names = {bare(label(self.page.rows[row][span[0]])) for row in self.page.body(self.head)}
            found = [block for block in blocks if block.anchor in names]
            if len(found) == 1:
                blocks.remove(found[0])
                self._block(found[0], span)
            elif not names & self.plan.unused_blocks:
                self.report(
                    f"{self.page.place(self.head.first, span[0])}起的一块", "不认识这些项目，没有导入"
                )
        for block in blocks:
            self.report("", f"没有找到含“{block.anchor}”一行的一块，没有导入")

    def _spans(self) -> list[range]:
        """The columns of each table: from one column 项目 to the next."""
        starts = [at for at, path in self.head.paths.items() if path[-1].startswith("项目")]
        ends = [*starts[1:], self.page.grid.width]
        return [range(start, end) for start, end in zip(starts, ends, strict=True)]

    def _block(self, block: Block, span: range) -> None:
        paths = {at: path for at in span if (path := self.head.paths.get(at))}
        columns = self.bind(block.columns, paths)
        budget_at = self.page.find(paths, block.budget.heading) if block.budget else None
        side = next(iter(block.columns))
        finder = _Finder(self.form, side, block.aliases)
        rows = []
        for row in self.page.body(self.head):
            name = label(self.page.rows[row][span[0]])
            line = finder.line(name) if name else None
            if line:
                rows.append(row)
                for at, column in columns.items():
                    if (line, column) in self.form.cell_ids:
                        self.taken.take(Ref(self.form.id, line, column), self.value(row, at))
                if budget_at is not None:
                    self._budget(block, line, self.value(row, budget_at))
            elif line is None and not self._known(name) and any(self.filled(row, at) for at in columns):
                where = f"第{row + 1}行“{self.named(row, [span[0]]) or '无名称'}”"
                self.report(where, "没有对应的公开行次，没有导入")
        for name in finder.missing():
            self.report("", f"没有找到“{name}”一行")
        used = [*columns, *([budget_at] if budget_at is not None else [])]
        self.others([at for at in span if "行次" not in self.head.paths.get(at, ())], used, rows)

    def _known(self, name: str) -> bool:
        return name in self.plan.skip or bare(name) in self.plan.skip

    def _budget(self, block: Block, line: str, value: Decimal | None) -> None:
        wanted = block.budget
        if wanted is None or not value:
            return
        classes = {lines.get(self.form.id): code for code, lines in self.taken.edition.class_lines.items()}
        code = TOTAL if line == wanted.total else classes.get(line)
        if code:
            self.taken.budget[Ref(wanted.form, code, wanted.column)] = value


class _Finder:
    """Lines of one side of a form by their names; lines of one name come in the form's order."""

    def __init__(self, form: Form, column: str, aliases: Mapping[str, str]) -> None:
        self.aliases = aliases
        self.order = [line.id for line in form.lines if (line.id, column) in form.cell_ids]
        self.titles = {line.id: line.title for line in form.lines if line.id in self.order and line.title}
        self.by_name: dict[str, list[str]] = {}
        for line, title in self.titles.items():
            self.by_name.setdefault(bare(key(title)), []).append(line)
        self.found: list[str] = []

    def line(self, name: str) -> str | None:
        """The line of a row; "" for a row that no form prints, None for an unknown one."""
        name = bare(name)
        if name in self.aliases:
            wanted = [self.aliases[name]]
        else:
            wanted = self.by_name.get(name) or self.by_name.get(short(name), [])
        if wanted == [""]:
            return ""
        last = self.order.index(self.found[-1]) if self.found else -1
        open_lines = [line for line in wanted if line not in self.found]
        if len(wanted) > 1:
            open_lines = [line for line in open_lines if self.order.index(line) > last]
        if not open_lines:
            return None
        self.found.append(open_lines[0])
        return open_lines[0]

    def missing(self) -> list[str]:
        """Titles of lines that were not found."""
        return [title for line, title in self.titles.items() if line not in self.found]


class Wide(_Reader):
    """The economic classification across: a column per 款 under its 类; the row 合计 is taken."""

    def read(self) -> None:
        """Take the row 合计."""
        row = self._total()
        if row is None:
            self.report("", "没有找到“合计”行")
            return
        groups, names = self._names()
        code_at, name_at = self.page.code_columns(self.head)
        start = max([*code_at, name_at if name_at is not None else -1]) + 1
        seen: dict[str, int] = {}
        for at in range(start, self.page.grid.width):
            path = self.head.paths.get(at)
            if path is None or path == (TOTAL,):
                continue
            line = self._line(path, groups, names)
            value = self.value(row, at)
            if line and line not in seen:
                seen[line] = at
                self.taken.take(Ref(self.form.id, line, "1"), value)
            elif value:
                what = "与另一栏相同" if line else "没有对应的经济分类科目"
                self.report(f"栏目{self.page.shown_path(path, at)}", f"{what}，{show(value)} 没有导入")
        if not seen:
            self.report("", "没有识别出经济分类的栏目")

    def _total(self) -> int | None:
        rows = (row for row in self.page.body(self.head))
        return next((row for row in rows if any(label(cell) == TOTAL for cell in self.page.rows[row])), None)

    def _names(self) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
        """类 by name; 款 by 类 and name."""
        lines = [line for line in self.form.lines if line.id.isdigit()]
        groups = {key(line.name): line.id for line in lines if len(line.id) == 3}
        names = {(line.id[:3], key(line.name)): line.id for line in lines if len(line.id) == 5}
        names |= {(line[:3], name): line for name, line in self.plan.aliases.items()}
        return groups, names

    def _line(self, path: Path_, groups: Mapping[str, str], names: Mapping[tuple[str, str], str]) -> str:
        """The code of a column: 类 above, 款 or 小计 below; a code printed in the heading decides."""
        for text in reversed(path):
            digits = code_and_title(text)[0]
            if digits in self.form.line_of:
                return digits
        above = [groups[text] for text in path if text in groups]
        if not above:
            return ""
        lowest = path[-1]
        if len(path) > 1 and (above[0], lowest) in names:
            return names[above[0], lowest]
        whole = lowest in self.page.plans.totals or (len(path) == 1 and lowest in groups)
        return above[0] if whole else ""


class Rows(_Reader):
    """机构运行信息表: single rows, each with its own places to go."""

    def read(self) -> None:
        """Take every row that is known."""
        starts = [at for at, path in self.head.paths.items() if path[-1].startswith("项目")]
        for start, end in zip(starts, [*starts[1:], self.page.grid.width], strict=True):
            paths = {at: path for at in range(start, end) if (path := self.head.paths.get(at))}
            planned = self.page.find(paths, self.plan.planned)
            actual = [at for p in self.plan.actual if (at := self.page.find(paths, (p,))) is not None]
            if not actual:
                self.report(
                    f"{self.page.place(self.head.first, start)}起的一块", "没有找到“决算数”或“统计数”栏"
                )
                continue
            for row in self.page.body(self.head):
                self._row(row, start, planned, actual)

    def _row(self, row: int, start: int, planned: int | None, actual: list[int]) -> None:
        name = bare(label(self.page.rows[row][start]))
        if not name:
            return
        wanted = self.plan.rows.get(short(name))
        if wanted is None:
            filled = any(self.filled(row, at) for at in actual)
            if filled and not {name, short(name)} & self.plan.skip:
                what = f"第{row + 1}行“{self.named(row, [start])}”"
                self.report(what, "没有对应的公开项目，没有导入")
            return
        self._put(wanted.actual, self._one(row, actual))
        if planned is not None:
            self._put(wanted.planned, self.value(row, planned))

    def _one(self, row: int, columns: list[int]) -> Decimal | None:
        """The figure in the columns of which a row fills one."""
        found = {value for at in columns if (value := self.value(row, at)) is not None}
        if len(found) > 1:
            self.report(f"第{row + 1}行“{self.named(row, range(columns[0]))}”", "几栏的数不同，没有导入")
        return found.pop() if len(found) == 1 else None

    def _put(self, target: Ref | str, value: Decimal | None) -> None:
        if isinstance(target, Ref):
            line = self.taken.edition.forms[target.form].line_of[target.line]
            whole = value is not None and line.count
            self.taken.take(target, Decimal(int(value)) if whole and value == int(value) else value)  # type: ignore[arg-type]
        elif target and value is not None:
            self.taken.facts[target] = value


READERS: dict[str, type[_Reader]] = {"codes": Codes, "lines": Lines, "wide": Wide, "rows": Rows}
"""By the plan's layout."""


def is_money(fact: str) -> bool:
    """Whether a fact is an amount of money, not a count."""
    return fact in _MONEY
