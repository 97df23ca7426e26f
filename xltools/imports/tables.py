"""The arrangements of an export's tables, read into figures by headings and names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from xltools.amount import ZERO, show
from xltools.imports.lines import Lines
from xltools.imports.plans import Path_
from xltools.imports.reader import Reader
from xltools.report import TOTAL, Ref
from xltools.workbook.labels import bare, code_and_title, key, label, short
from xltools.workbook.layout import FACTS

_TOTALS = frozenset((TOTAL, "总计"))
_LEVELS = 3
"""类, 款, 项."""
_MONEY = frozenset(fact.key for fact in FACTS if fact.kind == "amount")


class Codes(Reader):
    """A line per 科目代码."""

    def read(self) -> None:
        """Take the table, or report why it cannot be told."""
        code_at, name_at = self.page.code_columns(self.head)
        if not code_at or len(code_at) > _LEVELS:
            why = "没有找到“科目编码”栏" if not code_at else "科目编码占了多于三栏，无法辨认"
            self.report("", f"{why}，这张表没有导入")
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
            line = self.page.code_of(row, code_at)
            if not line and any(label(cells[at]) in _TOTALS for at in texts):
                found.setdefault(TOTAL, []).append(row)
                continue
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


class Wide(Reader):
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
        for group in groups.values():
            self._complete(group, seen)

    def _complete(self, group: str, seen: Mapping[str, int]) -> None:
        """Columns that are not there matter where the subtotal shows that they held something."""
        lines = [line for line in self.form.lines if len(line.id) == 5 and line.id.startswith(group)]
        missing = [line.name for line in lines if line.id not in seen]
        amounts = self.taken.amounts
        found = sum((amounts.get(Ref(self.form.id, line.id, "1"), ZERO) for line in lines), ZERO)
        if group in seen and missing and found != amounts.get(Ref(self.form.id, group, "1"), ZERO):
            names = "、".join(missing[:5]) + ("等" if len(missing) > 5 else "")
            name = self.form.line_of[group].name
            self.report("", f"没有找到栏目{names}，而“{name}”的小计与找到的各栏之和不等")

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


class Rows(Reader):
    """机构运行信息表: single rows, each with its own places to go."""

    def read(self) -> None:
        """Take every row that is known."""
        for span in self.spans():
            start = span.start
            paths = {at: path for at in span if (path := self.head.paths.get(at))}
            planned = self.page.find(paths, self.plan.planned)
            actual = [at for p in self.plan.actual if (at := self.page.find(paths, (p,))) is not None]
            if not actual:
                self.report(
                    f"{self.page.place(self.head.first, start)}起的一块", "没有找到“决算数”或“统计数”栏"
                )
                continue
            for row in self.page.body(self.head):
                self._row(row, start, planned, actual)
        names: dict[Ref | str, str] = {}
        for name, wanted in self.plan.rows.items():
            names.setdefault(wanted.actual, name)
        for target, name in names.items():
            if isinstance(target, Ref) and target not in self.taken.covered:
                self.report("", f"没有找到“{name}”一行")

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


READERS: dict[str, type[Reader]] = {"codes": Codes, "lines": Lines, "wide": Wide, "rows": Rows}
"""By the plan's layout."""


def is_money(fact: str) -> bool:
    """Whether a fact is an amount of money, not a count."""
    return fact in _MONEY
