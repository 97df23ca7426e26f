"""Tables of an export whose rows go by name, several of them side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from xltools.editions import Form
from xltools.imports.plans import Block
from xltools.imports.reader import Reader
from xltools.report import TOTAL, Ref
from xltools.workbook.labels import bare, key, label, short


class Lines(Reader):
    """Rows by name; several tables side by side."""

    def read(self) -> None:
        """Take the blocks that are known."""
        blocks = list(self.plan.blocks)
        for span in self.spans():
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

    def _block(self, block: Block, span: range) -> None:
        paths = {at: path for at in span if (path := self.head.paths.get(at))}
        columns = self.bind(block.columns, paths)
        budget_at = self.page.find(paths, block.budget.heading) if block.budget else None
        side = next(iter(block.columns))
        names = [label(self.page.rows[row][span[0]]) for row in self.page.body(self.head)]
        finder = _Finder(self.form, side, block.aliases, names)
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

    def __init__(self, form: Form, column: str, aliases: Mapping[str, str], names: Iterable[str]) -> None:
        self.aliases = aliases
        self.times = Counter(bare(name) for name in names)
        self.order = [line.id for line in form.lines if (line.id, column) in form.cell_ids]
        self.titles = {line.id: line.title for line in form.lines if line.id in self.order and line.title}
        self.by_name: dict[str, list[str]] = {}
        for line, title in self.titles.items():
            self.by_name.setdefault(bare(key(title)), []).append(line)
        self.found: list[str] = []

    def line(self, name: str) -> str | None:
        """The line of a row; "" for a row that no form prints, None for an unknown one."""
        full, name = name, bare(name)
        if name in self.aliases:
            wanted = [self.aliases[name]]
        else:
            wanted = self.by_name.get(name) or self.by_name.get(short(name), [])
        if wanted == [""]:
            return ""
        last = self.order.index(self.found[-1]) if self.found else -1
        open_lines = [line for line in wanted if line not in self.found]
        if wanted and (self.times[name] > len(wanted) or 1 < len(wanted) != self.times[name]):
            return None  # one name for several rows: no telling which is which
        if len(wanted) > 1:
            exact = [line for line in open_lines if key(self.titles[line]) == full]
            open_lines = exact or [line for line in open_lines if self.order.index(line) > last]
        if not open_lines:
            return None
        self.found.append(open_lines[0])
        return open_lines[0]

    def missing(self) -> list[str]:
        """Titles of lines that were not found."""
        return [title for line, title in self.titles.items() if line not in self.found]
