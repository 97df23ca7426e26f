"""项目支出绩效自评表 in a sheet: fields, funds, goals, indicators, total, analysis, by labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from xltools import amount
from xltools.amount import NotAnAmount
from xltools.report import Fund, Indicator, Place, SelfEvaluation
from xltools.workbook import layout
from xltools.workbook.address import join
from xltools.workbook.extras import Notebook, Page, heading, records, required, words
from xltools.workbook.labels import key, label

_PLACES = 6
_STOPS = frozenset(
    {key(field.label) for field in layout.EVALUATION_FIELDS}
    | {key(layout.GOAL.label), key(layout.ACHIEVEMENT.label), key(layout.SCORE_TOTAL.label)}
    | {key(layout.ANALYSIS_BLOCK), key(layout.EVALUATION_NOTE)}
)
_HEADINGS = frozenset(key(heading.label) for heading in layout.INDICATORS.headings)
_TARGET = re.compile(r"^\s*([≥≤＞＜><=＝]+|[—–-](?=[\d.]))?\s*[\d.,]*\s*(.*?)\s*$")
_SIGNS = str.maketrans("＞＜＝", "><=")


def read_evaluation(one: Page, log: Notebook) -> tuple[SelfEvaluation, dict[tuple[str, str], Place]]:
    """The self-evaluation that a sheet holds, and where its parts stand (see ``report.evaluation_ref``);
    cells that are no numbers become troubles."""
    reader = _Reader(one, log)
    found = SelfEvaluation()
    for field in layout.EVALUATION_FIELDS:
        setattr(found, field.key, words(one.value(field, _STOPS)))
        if spot := one.find(field.label):
            reader.place("head", field.key, spot[0], reader.beside(*spot))
    found.funds = reader.funds()
    found.goal, found.achievement = (reader.below(field) for field in (layout.GOAL, layout.ACHIEVEMENT))
    found.indicators = reader.indicators()
    found.total, found.grade = reader.total()
    found.analysis = reader.analysis()
    return found, reader.places


@lru_cache(maxsize=8_192)
def _place(sheet: str, row: int, at: int) -> Place:
    return Place(sheet, join(row + 1, at + 1))


class _Reader:
    def __init__(self, one: Page, log: Notebook) -> None:
        self.one = one
        self.rows = one.grid.rows
        self.log = log
        self.places: dict[tuple[str, str], Place] = {}

    def place(self, part: str, column: str, row: int, at: int) -> None:
        """Note where a part of the form stands."""
        self.places[part, column] = _place(self.one.grid.name, row, at)

    def beside(self, row: int, at: int) -> int:
        """The column of what a label at column ``at`` says: the first filled one right of it, or the next."""
        cells = self.rows[row]
        for right in range(at + 1, len(cells)):
            if label(cells[right]) in _STOPS:
                break
            if cells[right] not in ("", None):
                return right
        return at + 1

    def figure(self, row: int, at: int, name: str, earned: bool = False) -> Decimal | None:
        """The number in a cell without a tail of zeros; a percent sign is passed over, and the 0 that a
        formula shows where there is nothing to compute. A score that is ``earned`` can be 0."""
        content = self.rows[row][at]
        why = self.one.grid.unsolved.get(join(row + 1, at + 1)) if self.one.grid.unsolved else None
        if why:
            self.log.add("formula_unsolved", self.one, row, at, name, content, why)
            return None
        if isinstance(content, str):
            content = content.strip().removesuffix("%").removesuffix("％")
        try:
            value = amount.parse(content, _PLACES)
        except NotAnAmount as error:
            self.log.add("extra_value", self.one, row, at, name, content, str(error))
            return None
        if value is None:
            return None
        if not value and not earned and join(row + 1, at + 1) in self.one.grid.facts.formulas:
            return None
        return _short(value)

    def funds(self) -> list[Fund]:
        """The rows of 项目资金. Headings stand in two rows, the name of a row left of 目标申报数."""
        start = self.one.find(layout.FUNDS.headings[1].label)
        if start is None:
            return []
        columns = self._fund_columns(start[0])
        found = []
        for row in range(start[0] + 1, self.one.first(_STOPS, start[0] + 1)):
            cells = self.rows[row]
            names = [cell for cell in cells[: columns["declared"]] if label(cell)]
            name = words(names[-1]).rstrip(":：").strip() if names else ""
            places = [at for name_, at in columns.items() if name_ != "reason"]
            if any(cells[at] not in ("", None) for at in places):
                found.append(self._fund(row, name, columns))
                for column, at in columns.items():
                    self.place(f"fund{len(found)}", column, row, at)
        return found

    def _fund_columns(self, row: int) -> dict[str, int]:
        columns: dict[str, int] = {}
        wanted = {key(heading.label): heading.key for heading in layout.FUNDS.headings[1:]}
        for cells in self.rows[max(0, row - 1) : row + 1]:
            for at, cell in enumerate(cells):
                name = wanted.get(label(cell))
                if name:
                    columns.setdefault(name, at)
        return columns

    def _fund(self, row: int, name: str, columns: Mapping[str, int]) -> Fund:
        fund = Fund(name)
        for field, at in columns.items():
            if field == "reason":
                fund.reason = words(self.rows[row][at])
            else:
                setattr(fund, field, self.figure(row, at, name))
        return fund

    def below(self, field: layout.Field) -> str:
        """The prose below a heading."""
        spot = self.one.find(field.label)
        if spot is None:
            return ""
        row, at = spot
        for below, cells in enumerate(self.rows[row + 1 : row + 4], row + 1):
            if label(cells[at]) in _STOPS or label(cells[at]) in _HEADINGS:
                break
            if label(cells[at]):
                self.place(field.key, "text", below, at)
                return words(cells[at])
        return ""

    def indicators(self) -> list[Indicator]:
        """The rows of 绩效指标; a blank level repeats the one above."""
        found: list[Indicator] = []
        level1 = level2 = ""
        columns: dict[str, int] = {}
        for row, record in records(self.one, layout.INDICATORS, _STOPS):
            columns = columns or self._columns(row)
            if record["level1"] != "":
                level1, level2 = words(record["level1"]), ""
            level2 = words(record["level2"]) or level2
            name = words(record["name"])
            if not name and record["weight"] == "" and record["score"] == "":
                continue
            target = words(record["target"])
            sign, unit = words(record.get("sign", "")), words(record.get("unit", ""))
            if "sign" not in record and "unit" not in record:
                sign, unit = parts(target)
            for column, at in columns.items():
                self.place(f"indicator{len(found) + 1}", column, row, at)
            found.append(
                Indicator(
                    level1,
                    level2,
                    name,
                    sign,
                    unit,
                    words(record["initial"]),
                    target,
                    words(record["actual"]),
                    self.figure(row, columns["weight"], name),
                    self.figure(row, columns["score"], name, earned=True),
                    words(record["reason"]),
                )
            )
        return found

    def _columns(self, row: int) -> dict[str, int]:
        """Where the columns of the indicators stand, from the headings above ``row``."""
        needed = required(layout.INDICATORS)
        while not needed <= {heading(cell) for cell in self.rows[row]}:
            row -= 1
        labels = [heading(cell) for cell in self.rows[row]]
        wanted = {heading.key: key(heading.label) for heading in layout.INDICATORS.headings}
        return {name: labels.index(text) for name, text in wanted.items() if text in labels}

    def total(self) -> tuple[Decimal | None, str]:
        """总分 and the grade right of it."""
        spot = self.one.find(layout.SCORE_TOTAL.label)
        if spot is None:
            return None, ""
        row, start = spot
        value: Decimal | None = None
        grade = ""
        for at in range(start + 1, len(self.rows[row])):
            content = self.rows[row][at]
            if content == "" or content is None:
                continue
            if isinstance(content, str) and not any(letter.isdigit() for letter in content):
                grade = grade or words(content)
                self.place("grade", "text", row, at)
            elif value is None:
                value = self.figure(row, at, layout.SCORE_TOTAL.label)
                self.place("total", "score", row, at)
        return value, grade

    def analysis(self) -> dict[str, str]:
        """项目绩效分析: heading → prose."""
        spot = self.one.find(layout.ANALYSIS_BLOCK)
        if spot is None:
            return {}
        found = {}
        for row, cells in enumerate(self.rows[spot[0] :], spot[0]):
            texts = [words(cell) for cell in cells if words(cell)]
            if texts and key(texts[0]) == key(layout.ANALYSIS_BLOCK):
                texts = texts[1:]
            if texts and texts[0].startswith(layout.EVALUATION_NOTE):
                break
            if len(texts) > 1:
                heading = "".join(texts[0].split())
                found[heading] = texts[1]
                self.place(
                    f"analysis:{heading}", "text", row, [words(cell) for cell in cells].index(texts[1])
                )
        return found


def _short(value: Decimal) -> Decimal:
    """Without a tail of zeros, and never with an exponent."""
    short = value.normalize()
    return short if short.as_tuple().exponent <= 0 else short.quantize(Decimal(1))  # type: ignore[operator]


def parts(target: str) -> tuple[str, str]:
    """Sign and unit of a target such as ≥80% or ≤40人; "" for what it does not have."""
    match = _TARGET.match(target)
    if match is None or not re.search(r"\d", target):
        return "", ""
    return (match[1] or "").translate(_SIGNS), match[2]
