"""The lines of the forms whose lines are 科目代码: as many as the entity has, in any place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltools.report import TOTAL, Ref
from xltools.workbook.blueprint import CODE, LEVEL, TITLE
from xltools.workbook.harvest import Spot, Taker
from xltools.workbook.labels import bare, code, code_and_title, key, label
from xltools.workbook.locate import Region

_TOTALS = frozenset({TOTAL, "总计", "合计数", "本年合计"})
_MOST_DIGITS = 9


def take_codes(region: Region, taker: Taker, body: Sequence[int]) -> None:
    """The lines of ``body``: 合计 and codes, with their names."""
    _Codes(region, taker).take(body)


class _Codes:
    def __init__(self, region: Region, taker: Taker) -> None:
        block = region.columns.blocks[0]
        self.region = region
        self.taker = taker
        self.form = region.plan.form
        self.code_at = block.get(CODE, [])
        self.level_at = block.get(LEVEL, [])
        self.title_at = block.get(TITLE, [])
        self.amounts = list(region.columns.amounts.items())
        self.places = [at for at, _ in self.amounts]
        self.bound: dict[str, int] = {}
        self.lines: list[str] = []
        self.waiting: list[tuple[int, str]] = []
        """Rows with a name and no code, and the code before them."""

    def take(self, body: Sequence[int]) -> None:
        rows = self.region.grid.rows
        for row in body:
            cells = rows[row]
            digits = next((found for at in self.code_at if (found := code(cells[at]))), "")
            if digits and self.level_at:
                digits += "".join(two.zfill(2) for at in self.level_at if (two := code(cells[at])))
            title = next((cells[at] for at in self.title_at if label(cells[at])), "")
            if digits and len(digits) <= _MOST_DIGITS:
                self._line(digits, row, title)
            else:
                self._without_code(row, title)
        self._guess()
        if TOTAL not in self.bound:
            spots = [Spot(self.region.grid.place(self.region.head.last + 1, 0))]
            self.taker.harvest.report("total_missing", self.form, spots)
        if self.lines:
            self.taker.harvest.lines[self.form.id] = self.lines

    def _line(self, line: str, row: int, title: object) -> None:
        before = self.bound.setdefault(line, row)
        if before != row:
            self._doubled(line, before, row)
            return
        if line != TOTAL:
            self.lines.append(line)
            at = next((at for at in self.code_at if code(self.region.grid.rows[row][at])), None)
            if at is not None:
                self.taker.harvest.codes[self.form.id, line] = self.region.grid.place(row, at)
            name = title.strip() if isinstance(title, str) else ""
            if name:
                self._named_so(line, name, row)
        self.taker.take(line, row, self.amounts)

    def _named_so(self, line: str, name: str, row: int) -> None:
        """Keep the name of a code; a code has one name in all forms."""
        harvest, at = self.taker.harvest, self.title_at[0] if self.title_at else 0
        spot = replace(self.taker.spot(row, at), ref=Ref(self.form.id, line, self.amounts[0][1]))
        first = harvest.titles.setdefault(line, name)
        before = harvest.named.setdefault(line, spot)
        self.taker.named.append((line, name, spot))
        if bare(key(first)) != bare(key(name)):
            where = f"{before.place.sheet} {before.place.cell}"
            facts = {"code": line, "title": name, "expected": first, "where": where}
            harvest.report("title_differs", self.form, [spot, before], **facts)

    def _doubled(self, line: str, before: int, row: int) -> None:
        at, column = self.amounts[0]
        ref = Ref(self.form.id, line, column)
        spots = [self.taker.spot(before, at, ref), self.taker.spot(row, at, ref)]
        self.taker.harvest.report("line_doubled", self.form, spots, rows=f"{before + 1}、{row + 1}")

    def _without_code(self, row: int, title: object) -> None:
        """A row whose code cell holds no code: 合计, code and name in one cell, a name alone, or nothing."""
        cells = self.region.grid.rows[row]
        texts = [cells[at] for at in (*self.code_at, *self.title_at)]
        if any(label(text) in _TOTALS for text in texts):
            self._line(TOTAL, row, "")
            return
        for text in texts:
            digits, name = code_and_title(text)
            if digits:
                self._line(digits, row, title if label(title) != label(text) else name)
                return
        if not self.taker.filled(row, self.places):
            return
        written = next((text for at in self.code_at if label(text := cells[at])), "")
        if written:
            spots = [self.taker.spot(row, at) for at in self.code_at[:1]]
            self.taker.harvest.report(
                "code_invalid", self.form, spots, code=str(written).strip(), row=str(row + 1)
            )
        elif title:
            self.waiting.append((row, self.lines[-1] if self.lines else ""))
        else:
            self.taker.look_outside(row, self.places)

    def _guess(self) -> None:
        """Rows with a name alone: the one code of this name not printed yet that follows the code before."""
        for row, before in self.waiting:
            cells = self.region.grid.rows[row]
            title = next(cells[at] for at in self.title_at if label(cells[at]))
            name = bare(label(title))
            wanted = [c for c in self._named(name) if c not in self.bound and c > before]
            following = self.lines[self.lines.index(before) + 1 :] if before else self.lines
            wanted = [c for c in wanted if not following or c < following[0]]
            spots = [self.taker.spot(row, self.title_at[0])]
            if len(wanted) == 1:
                self.bound[wanted[0]] = row
                self.lines.insert(self.lines.index(before) + 1 if before else 0, wanted[0])
                self.taker.harvest.titles.setdefault(wanted[0], str(title).strip())
                self.taker.take(wanted[0], row, self.amounts)
                self.taker.harvest.report("code_guessed", self.form, spots, code=wanted[0], name=name)
            else:
                self.taker.harvest.report("code_missing", self.form, spots, name=name, row=str(row + 1))

    def _named(self, name: str) -> list[str]:
        harvest = self.taker.harvest
        known = {**harvest.edition.function_codes, **harvest.titles}
        return sorted(c for c, title in known.items() if bare(key(title)) == name)
