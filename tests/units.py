"""Random budget units whose figures obey every identity, for tests of any room.

``random_report(seed, unit)`` gives a consistent Report of all ten forms: exact amounts in 元 are drawn
first, every total is added up from them, and 万元 are rounded half-up once. Two differently distributed
families (``style`` "a" and "b") keep a figure from depending on one of them. Same seed, same report.

Not covered on purpose: negative amounts (红字), which real units have but must explain.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from xltools.amount import Unit
from xltools.report import TOTAL, Cover, Ref, Report

CLASSES = [
    "201", "202", "203", "204", "205", "206", "207", "208", "210", "211", "212", "213", "214",
    "215", "216", "217", "219", "220", "221", "222", "223", "224", "229", "231", "232", "234",
]  # fmt: skip
"""The 26 类 in the order of 公开01 (行次 32–57, column 2) and 公开04 (行次 33–58)."""

ITEMS = [
    "2010301", "2010302", "2010350", "2010399", "2010507", "2010601", "2010602", "2010607", "2010608",
    "2012902", "2013202", "2013302", "2013802", "2013899", "2013901", "2013950", "2013999", "2019999",
    "2049999", "2059999", "2060702", "2070308", "2079999", "2080501", "2080502", "2080599", "2080705",
    "2080799", "2080801", "2081602", "2089999", "2100717", "2101199", "2110101", "2110104", "2110105",
    "2110199", "2110301", "2110302", "2110399", "2111101", "2111102", "2111103", "2120101", "2120102",
    "2120104", "2120199", "2120201", "2120399", "2120501", "2129999", "2200150", "2200199", "2210202",
    "2210203", "2210399", "2130101", "2130104", "2140101", "2149999", "2150501", "2160201", "2170101",
    "2220101", "2240101", "2240150", "2299999",
]  # fmt: skip
FUND_ITEMS = ["2120801", "2120899", "2121301", "2296002", "2296003", "2296099", "2340201", "2340299"]
CAPITAL_ITEMS = ["2230101", "2230105", "2230107", "2230199", "2230201"]
STAFF = [
    "30101", "30102", "30103", "30106", "30107", "30108", "30109", "30110", "30111", "30112", "30113",
    "30114", "30199", "30301", "30302", "30304", "30305", "30307", "30309", "30399",
]  # fmt: skip
OFFICE = [
    "30201", "30202", "30203", "30204", "30205", "30206", "30207", "30208", "30209", "30211", "30212",
    "30213", "30214", "30215", "30216", "30217", "30218", "30226", "30227", "30228", "30229", "30231",
    "30239", "30240", "30299", "31002", "31003", "31007", "31013", "31022", "31099",
]  # fmt: skip
SOCIAL = {"30108": "2080505", "30109": "2080506", "30111": "2101103", "30113": "2210201"}
"""款 of 公开06 that are normally booked under a 项 of their own (公开05)."""
PUBLIC = {"30212": "8", "31013": "10", "30231": "11", "30217": "12"}
"""款 of 公开06 that are part of a column of 公开09."""
OTHER_REVENUE = ["3", "4", "5", "6", "7"]
COUNTS = ["8", "9", "10", "11", "12", "13", "14", "15"]

Cells = dict[Ref, int]


@dataclass
class Stream:
    """Money of one kind under one 项, in 分: opening + revenue = spending + closing."""

    opening: int = 0
    revenue: dict[str, int] = field(default_factory=dict)
    spending: dict[str, int] = field(default_factory=dict)
    closing: int = 0


@dataclass
class World:
    """The exact amounts behind one report, in 分 (counts in pieces): leaves of each form, before totals."""

    kind: str
    general: dict[str, Stream] = field(default_factory=dict)
    fund: dict[str, Stream] = field(default_factory=dict)
    capital: dict[str, Stream] = field(default_factory=dict)
    other: dict[str, Stream] = field(default_factory=dict)
    surplus_used: int = 0
    distributed: int = 0
    basic: dict[str, int] = field(default_factory=dict)
    public_budget: dict[str, int] = field(default_factory=dict)
    public_actual: dict[str, int] = field(default_factory=dict)
    purchases: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def random_report(
    seed: int, unit: Unit = Unit.WAN, style: str = "a", convention: str = "rounded", last_year: bool = True
) -> Report:
    """A consistent report of all ten forms (edition shanxi_2024).

    ``convention`` says how totals were made: "rounded" (each figure from its exact amount, half-up),
    "even" (the same with ties to even), "truncated", "summed" (totals are sums of the printed parts, in
    some of the forms). In 元 every convention gives the same figures.
    """
    source = random.Random(f"{style}{seed}")
    world = random_world(source, style)
    before = year_before(source, world)
    return print_world(world, before if last_year else None, unit, convention, source)


# ---- the exact world


def random_world(source: random.Random, style: str = "a") -> World:
    """One unit's exact amounts; every draw comes from ``source``."""
    world = World(
        source.choice(["行政单位", "参照公务员法管理事业单位", "公益一类事业单位", "公益二类事业单位"])
    )
    if style == "a":
        size = int(10 ** source.uniform(7.5, 11))  # 30 万元 to 1 亿元, in 分
    else:
        size = int(2 * 10**8 * source.paretovariate(0.9))  # 200 万元 and up, heavy tail
        size = min(size, 10**13)
    draw = _amounts(source, style)
    _basic(world, source, size, draw)
    _general(world, source, size, draw, style)
    if source.random() < (0.25 if style == "a" else 0.45):
        _separate(world.fund, FUND_ITEMS, source, size, draw)
    if source.random() < (0.12 if style == "a" else 0.3):
        _separate(world.capital, CAPITAL_ITEMS, source, size // 4, draw)
        for stream in world.capital.values():
            stream.spending = (
                {"3": sum(stream.spending.values())} if source.random() < 0.7 else stream.spending
            )
    if source.random() < 0.6:
        _other(world, source, size, draw)
    _public(world, source, size, draw)
    _statistics(world, source, size, draw)
    return world


def _amounts(source: random.Random, style: str) -> Callable[[int], int]:
    """A draw around a size, in 分: some round amounts, mostly not."""

    def draw(size: int) -> int:
        if style == "a":
            value = int(size * source.lognormvariate(0, 0.9))
            round_to = source.choice([5000, 100000, 1000000]) if source.random() < 0.1 else 1
        else:
            value = int(size * source.uniform(0.02, 2) ** 2)
            round_to = source.choice([100, 5000, 10000, 1000000]) if source.random() < 0.35 else 1
        return max(value // round_to * round_to, round_to, 1)

    return draw


def _basic(world: World, source: random.Random, size: int, draw: Callable[[int], int]) -> None:
    staff = [c for c in STAFF if source.random() < 0.65 and not (world.kind == "行政单位" and c == "30107")]
    office = [c for c in OFFICE if source.random() < 0.45]
    for code in staff or ["30101"]:
        world.basic[code] = draw(size // 12)
    for code in office or ["30201"]:
        world.basic[code] = draw(size // 120)


def _general(world: World, source: random.Random, size: int, draw: Callable[[int], int], style: str) -> None:
    count = 1 + int(source.expovariate(1 / 4)) if style == "a" else source.randint(2, 22)
    items = sorted(source.sample(ITEMS, min(count, 30)))
    rest = dict(world.basic)
    basic: dict[str, int] = {}
    for code, item in [*SOCIAL.items(), ("30110", source.choice(["2101101", "2101102"]))]:
        if code in rest and source.random() < 0.7:
            basic[item] = rest.pop(code)
    pool = sum(rest.values())
    homes = source.sample(items, min(len(items), source.randint(1, 3)))
    for item in homes[1:]:
        part = int(pool * source.uniform(0.05, 0.5))
        basic[item] = part
        pool -= part
    basic[homes[0]] = pool
    for item in sorted({*items, *basic}):
        spending = {"2": basic[item]} if basic.get(item) else {}
        if item not in basic or (item in items and source.random() < 0.3):
            spending["3"] = draw(size // 10)
        world.general[item] = _stream(source, spending, draw)


def _stream(source: random.Random, spending: dict[str, int], draw: Callable[[int], int]) -> Stream:
    total = sum(spending.values())
    opening = draw(max(total // 20, 1)) if source.random() < 0.25 else 0
    closing = draw(max(total // 20, 1)) if source.random() < 0.3 else 0
    opening = min(opening, total + closing)
    stream = Stream(opening, {"2": total + closing - opening}, spending, closing)
    return stream


def _separate(
    streams: dict[str, Stream], items: list[str], source: random.Random, size: int, draw: Callable[[int], int]
) -> None:
    for item in sorted(source.sample(items, source.randint(1, 3))):
        spending = {"3": draw(size // 8)}
        if source.random() < 0.2:
            spending["2"] = draw(size // 20)
        streams[item] = _stream(source, spending, draw)


def _other(world: World, source: random.Random, size: int, draw: Callable[[int], int]) -> None:
    public = world.kind.startswith("公益")
    kinds = [c for c in OTHER_REVENUE if source.random() < 0.35 and (public or c not in "45")] or ["7"]
    items = source.sample(sorted(world.general), min(len(world.general), source.randint(1, 3)))
    # Interest of a few yuan is as common as real other money.
    base = source.choice([100, 5000, size // 200, size // 10])
    for item in sorted(items):
        stream = Stream(draw(max(base // 4, 1)) if source.random() < 0.5 else 0)
        for column in kinds:
            if source.random() < 0.7:
                stream.revenue[column] = draw(max(base, 1))
        money = stream.opening + sum(stream.revenue.values())
        columns = ["2", "3", *(["4", "6"] if public else []), *(["5"] if "5" in stream.revenue else [])]
        for column in columns:
            if money > 1 and source.random() < 0.4:
                stream.spending[column] = source.randint(1, money)
                money -= stream.spending[column]
        stream.closing = money
        if money or stream.revenue or stream.spending:
            world.other[item] = stream
    if public and world.other and source.random() < 0.3:
        stream = next(iter(world.other.values()))
        world.surplus_used = draw(max(base // 3, 1))
        stream.spending["2"] = stream.spending.get("2", 0) + world.surplus_used
    if public and source.random() < 0.3:
        for stream in world.other.values():
            world.distributed += stream.closing // 2
            stream.closing -= stream.closing // 2


def _public(world: World, source: random.Random, size: int, draw: Callable[[int], int]) -> None:
    spent = sum(sum(s.spending.values()) for s in world.general.values())
    project = sum(s.spending.get("3", 0) for s in world.general.values())
    for code, column in PUBLIC.items():
        actual = world.basic.get(code, 0)
        if source.random() < 0.2 and project:
            actual += source.randint(1, max(project // 50, 1))
        if actual:
            world.public_actual[column] = actual
        budget = int(actual * source.uniform(1, 1.6)) if actual and source.random() < 0.8 else actual
        if not actual and source.random() < 0.15:
            budget = draw(size // 500)
        if budget:
            world.public_budget[str(int(column) - 6)] = budget
    assert sum(world.public_actual.values()) <= spent


def _statistics(world: World, source: random.Random, size: int, draw: Callable[[int], int]) -> None:
    spent = sum(sum(s.spending.values()) for s in world.general.values())
    for line in ("2", "3", "4"):
        if source.random() < 0.5:
            world.purchases[line] = min(draw(size // 60), spent // 4)
    for line in COUNTS:
        if source.random() < 0.3:
            world.counts[line] = source.randint(1, 12)
    if (world.public_actual.get("10") or world.public_actual.get("11")) and not world.counts:
        world.counts["15"] = source.randint(1, 5)
    if source.random() < 0.3:
        world.counts["17"] = source.randint(1, 20)


def year_before(source: random.Random, world: World) -> World:
    """The same unit a year earlier: other amounts, and closings that are this year's openings."""
    before = World(world.kind)

    def change(value: int) -> int:
        return max(1, int(value * source.uniform(0.6, 1.5)))

    before.basic = {c: change(v) for c, v in world.basic.items() if source.random() < 0.95}
    wanted = sum(before.basic.values())
    for name in ("general", "fund", "capital", "other"):
        streams = {}
        for item, now in getattr(world, name).items():
            spending = {c: change(v) for c, v in now.spending.items()}
            money = sum(spending.values()) + now.opening
            opening = source.randint(0, money // 10) if source.random() < 0.4 else 0
            column = next(iter(now.revenue), "7")
            streams[item] = Stream(opening, {column: money - opening}, spending, now.opening)
        setattr(before, name, streams)
    # 公开06 adds up to the basic column of 公开05: the difference goes to one 款 and one 项.
    item = max(before.general, key=lambda i: (before.general[i].spending.get("2", 0), i))
    stream = before.general[item]
    shift = wanted - sum(s.spending.get("2", 0) for s in before.general.values())
    if stream.spending.get("2", 0) + shift <= 0:
        code = max(before.basic or {"30101": 0}, key=lambda c: (before.basic.get(c, 0), c))
        before.basic[code] = before.basic.get(code, 0) - shift
    else:
        stream.spending["2"] = stream.spending.get("2", 0) + shift
        stream.opening, stream.revenue = 0, {"2": sum(stream.spending.values()) + stream.closing}
    for code, column in PUBLIC.items():
        actual = max(change(world.public_actual.get(column, 0)), before.basic.get(code, 0))
        if world.public_actual.get(column) or before.basic.get(code):
            before.public_actual[column] = actual
            before.public_budget[str(int(column) - 6)] = max(change(actual), actual)
    before.purchases = {c: change(v) for c, v in world.purchases.items()}
    before.counts = {c: max(1, v + source.choice([-1, 0, 0, 1])) for c, v in world.counts.items()}
    return before


# ---- from the exact world to the forms: leaves first, then totals of the leaves


def leaves(world: World) -> dict[str, Cells]:
    """Per form the figures that are no totals, in 分; zeros are left out."""
    forms: dict[str, Cells] = {
        "revenue": _revenue(world), "expenditure": _expenditure(world), "general": _general_cells(world),
        "funds": {}, "state_capital": {}, "basic": {}, "three_public": {}, "statistics": {},
    }  # fmt: skip
    for item, stream in world.fund.items():
        cells = {"1": stream.opening, "2": stream.revenue.get("2", 0), "6": stream.closing}
        cells |= {str(int(c) + 2): v for c, v in stream.spending.items()}
        forms["funds"] |= {Ref("funds", item, c): v for c, v in cells.items()}
    for item, stream in world.capital.items():
        forms["state_capital"] |= {Ref("state_capital", item, c): v for c, v in stream.spending.items()}
    forms["basic"] = {Ref("basic", c, "1"): v for c, v in world.basic.items()}
    forms["three_public"] = {
        Ref("three_public", "1", c): v for c, v in (world.public_budget | world.public_actual).items()
    }
    forms["statistics"] = {
        Ref("statistics", line, "1"): v for line, v in (world.purchases | world.counts).items()
    }
    office = sum(v for c, v in world.basic.items() if c[:3] not in ("301", "303"))
    line = {"行政单位": "5", "参照公务员法管理事业单位": "6"}.get(world.kind)
    if line:
        forms["statistics"][Ref("statistics", line, "1")] = office
    forms["appropriation"] = _appropriation(world)
    forms["summary"] = _summary(world)
    return {form: {ref: v for ref, v in cells.items() if v} for form, cells in forms.items()}


def _revenue(world: World) -> Cells:
    cells: Cells = {}
    for streams in (world.general, world.fund, world.capital, world.other):
        for item, stream in streams.items():
            for column, value in stream.revenue.items():
                _add(cells, Ref("revenue", item, column), value)
    return cells


def _expenditure(world: World) -> Cells:
    cells: Cells = {}
    for streams in (world.general, world.fund, world.capital, world.other):
        for item, stream in streams.items():
            for column, value in stream.spending.items():
                _add(cells, Ref("expenditure", item, column), value)
    return cells


def _general_cells(world: World) -> Cells:
    return {
        Ref("general", item, column): value
        for item, stream in world.general.items()
        for column, value in stream.spending.items()
    }


def _appropriation(world: World) -> Cells:
    cells: Cells = {}
    for index, streams in enumerate((world.general, world.fund, world.capital)):
        for item, stream in streams.items():
            _add(cells, Ref("appropriation", str(1 + index), "1"), sum(stream.revenue.values()))
            _add(cells, Ref("appropriation", str(29 + index), "1"), stream.opening)
            _add(cells, Ref("appropriation", "60", str(3 + index)), stream.closing)
            line = str(33 + CLASSES.index(item[:3]))
            _add(cells, Ref("appropriation", line, str(3 + index)), sum(stream.spending.values()))
    return cells


def _summary(world: World) -> Cells:
    cells: Cells = {}
    everything = (world.general, world.fund, world.capital, world.other)
    for index, streams in enumerate(everything):
        for item, stream in streams.items():
            for column, value in stream.revenue.items():
                line = str(index + 1) if index < 3 else str(int(column) + 1)
                _add(cells, Ref("summary", line, "1"), value)
            line = str(32 + CLASSES.index(item[:3]))
            _add(cells, Ref("summary", line, "2"), sum(stream.spending.values()))
            _add(cells, Ref("summary", "29", "1"), stream.opening)
            _add(cells, Ref("summary", "60", "2"), stream.closing)
    cells[Ref("summary", "28", "1")] = world.surplus_used
    cells[Ref("summary", "59", "2")] = world.distributed
    return cells


def _add(cells: Cells, ref: Ref, value: int) -> None:
    cells[ref] = cells.get(ref, 0) + value


def totals(form: str, cells: Cells) -> Cells:
    """``cells`` and every total of the form, added up from them."""
    if form in ("revenue", "expenditure", "general", "funds", "state_capital"):
        return _tree(form, cells)
    result = dict(cells)

    def total(line: str, column: str, parts: Iterable[tuple[str, str]]) -> None:
        value = sum(result.get(Ref(form, a, b), 0) for a, b in parts)
        if any(Ref(form, a, b) in result for a, b in parts):
            result[Ref(form, line, column)] = value

    for line, column, parts in _SHEETS[form]:
        total(line, column, parts)
    return result


def _tree(form: str, cells: Cells) -> Cells:
    rows: Cells = {}
    first = {"funds": "3"}.get(form, "1")
    parts = {"revenue": "234567", "expenditure": "23456", "funds": "45"}.get(form, "23")
    for ref, value in cells.items():
        _add(rows, ref, value)
        if ref.column in parts:
            _add(rows, Ref(form, ref.line, first), value)
    result: Cells = {}
    for ref, value in rows.items():
        for line in (TOTAL, ref.line[:3], ref.line[:5], ref.line):
            _add(result, Ref(form, line, ref.column), value)
    return result


def _lines(first: int, last: int, column: str) -> list[tuple[str, str]]:
    return [(str(n), column) for n in range(first, last + 1)]


_Sheet = list[tuple[str, str, list[tuple[str, str]]]]
_SHEETS: dict[str, _Sheet] = {
    "summary": [
        ("27", "1", _lines(1, 8, "1")), ("31", "1", _lines(27, 29, "1")),
        ("58", "2", _lines(32, 57, "2")), ("62", "2", _lines(58, 60, "2")),
    ],
    "appropriation": [
        ("27", "1", _lines(1, 3, "1")), ("28", "1", _lines(29, 31, "1")), ("32", "1", _lines(27, 28, "1")),
        *[(str(n), "2", [(str(n), c) for c in "345"]) for n in [*range(33, 59), 60]],
        *[("59", c, _lines(33, 58, c)) for c in "2345"],
        *[("64", c, _lines(59, 60, c)) for c in "2345"],
    ],
    "basic": [
        *[(group, "1", [(c, "1") for c in (*STAFF, *OFFICE) if c[:3] == group])
          for group in ("301", "302", "303", "310")],
        ("人员经费合计", "1", [("301", "1"), ("303", "1")]),
        ("公用经费合计", "1", [("302", "1"), ("310", "1")]),
    ],
    "three_public": [
        ("1", "3", [("1", "4"), ("1", "5")]), ("1", "1", [("1", "2"), ("1", "3"), ("1", "6")]),
        ("1", "9", [("1", "10"), ("1", "11")]), ("1", "7", [("1", "8"), ("1", "9"), ("1", "12")]),
    ],
    "statistics": [("1", "1", _lines(2, 4, "1")), ("7", "1", _lines(8, 15, "1"))],
}  # fmt: skip


# ---- printing


def is_count(ref: Ref) -> bool:
    """Whether a figure of 公开10 counts pieces and is no amount."""
    return ref.form == "statistics" and int(ref.line) >= 7


def to_cents(value: int, convention: str) -> int:
    """分 → hundredths of 万元, once, by the convention's rule for a single figure (amounts ≥ 0)."""
    whole, rest = divmod(value, 10000)
    if convention == "truncated":
        return whole
    if convention == "even" and rest == 5000:
        return whole + whole % 2
    return whole + (rest >= 5000)


def figures(world: World, unit: Unit, convention: str, source: random.Random) -> dict[Ref, Decimal]:
    """Every printed figure of ``world``; blanks are left out."""
    result: dict[Ref, Decimal] = {}
    everything = source.random() < 0.5
    for form, cells in leaves(world).items():
        if unit is Unit.YUAN:
            printed = totals(form, cells)
        elif convention == "summed" and (everything or source.random() < 0.5):
            printed = totals(
                form, {r: v if is_count(r) else to_cents(v, "rounded") for r, v in cells.items()}
            )
        else:
            exact = totals(form, cells)
            printed = {r: v if is_count(r) else to_cents(v, convention) for r, v in exact.items()}
        for ref, value in printed.items():
            result[ref] = Decimal(value) if is_count(ref) else Decimal(value).scaleb(-2)
    return result


def print_world(
    world: World, before: World | None, unit: Unit, convention: str, source: random.Random
) -> Report:
    """The report of ``world``, with the figures of ``before`` as last year's."""
    amounts = figures(world, unit, convention, source)
    lines = {
        form: sorted({r.line for r in amounts if r.form == form and r.line != TOTAL})
        for form in ("revenue", "expenditure", "general", "funds", "state_capital")
    }
    lines["basic"] = sorted({r.line for r in amounts if r.form == "basic" and r.line.isdigit()})
    return Report(
        edition="shanxi_2024",
        unit=unit,
        cover=Cover("测试单位", "229103", 2024, world.kind, "单位决算"),
        amounts=amounts,
        lines=lines,
        last_year=figures(before, unit, convention, source) if before else {},
    )
