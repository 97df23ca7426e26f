"""The identities of the ten forms as constraints, written out by hand for one set of lines.

A second, independent statement of the edition's equations: the benchmark can run on either, and a test
compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.units import CLASSES, COUNTS
from xltools.editions.equation import Constraint, Term
from xltools.report import TOTAL, Ref

ECONOMIC = {
    "301": "01 02 03 06 07 08 09 10 11 12 13 14 99",
    "302": "01 02 03 04 05 06 07 08 09 11 12 13 14 15 16 17 18 24 25 26 27 28 29 31 39 40 99",
    "303": "01 02 03 04 05 06 07 08 09 10 11 99",
    "307": "01 02 03 04",
    "309": "01 02 03 05 06 07 08 13 19 21 22 99",
    "310": "01 02 03 05 06 07 08 09 10 11 12 13 19 21 22 99",
    "311": "01 99",
    "312": "01 03 04 05 06 99",
    "313": "02 03 04",
    "399": "07 08 09 10 99",
}
TREES = {"revenue": "1234567", "expenditure": "123456", "general": "123", "funds": "123456",
         "state_capital": "123"}  # fmt: skip
Cell = tuple[str, str, str]


class Rules:
    """Collects constraints; ``soft`` are the ids of 核实性 ones."""

    def __init__(self) -> None:
        self.constraints: list[Constraint] = []
        self.soft: set[str] = set()

    def add(
        self, rule: str, left: Iterable[Cell], operator: str, right: Iterable[Cell] = (), exact: bool = False,
        soft: bool = False, minus: Iterable[Cell] = (),
    ) -> None:  # fmt: skip
        def terms(cells: Iterable[Cell], sign: int) -> tuple[Term, ...]:
            return tuple(Term(sign, Ref(*c)) for c in cells)

        self.constraints.append(
            Constraint(rule, terms(left, 1), operator, terms(right, 1) + terms(minus, -1), exact)
        )
        if soft:
            self.soft.add(rule)


def constraints(lines: Mapping[str, Sequence[str]]) -> tuple[list[Constraint], frozenset[str]]:
    """All constraints on the figures of a report with these ``lines``, and the ids of the soft ones."""
    rules = Rules()
    _summary(rules)
    _appropriation(rules)
    for form, columns in TREES.items():
        _tree(rules, form, columns, lines.get(form, ()))
    _basic(rules)
    _small_forms(rules)
    _between(rules, lines)
    return rules.constraints, frozenset(rules.soft)


def _run(form: str, first: int, last: int, column: str) -> list[Cell]:
    return [(form, str(n), column) for n in range(first, last + 1)]


def _summary(rules: Rules) -> None:
    s = "summary"
    rules.add("T01-01", [(s, "27", "1")], "=", _run(s, 1, 8, "1"))
    rules.add("T01-02", [(s, "58", "2")], "=", _run(s, 32, 57, "2"))
    rules.add("T01-03", [(s, "31", "1")], "=", _run(s, 27, 29, "1"))
    rules.add("T01-04", [(s, "62", "2")], "=", _run(s, 58, 60, "2"))
    rules.add("T01-05", [(s, "31", "1")], "=", [(s, "62", "2")], exact=True)
    rules.add("T01-06", [(s, "60", "2")], "=", _run(s, 27, 29, "1"), minus=_run(s, 58, 59, "2"))
    for n in (*range(9, 27), 30):
        rules.add("T01-07", [(s, str(n), "1")], "=")
    rules.add("T01-07", [(s, "61", "2")], "=")


def _appropriation(rules: Rules) -> None:
    a = "appropriation"
    rules.add("T04-01", [(a, "27", "1")], "=", _run(a, 1, 3, "1"))
    rules.add("T04-02", [(a, "28", "1")], "=", _run(a, 29, 31, "1"))
    rules.add("T04-03", [(a, "32", "1")], "=", _run(a, 27, 28, "1"))
    for n in (*range(33, 61), 64):
        rules.add("T04-04", [(a, str(n), "2")], "=", [(a, str(n), c) for c in "345"])
    for c in "2345":
        rules.add("T04-05", [(a, "59", c)], "=", _run(a, 33, 58, c))
        rules.add("T04-06", [(a, "64", c)], "=", _run(a, 59, 60, c))
    rules.add("T04-07", [(a, "32", "1")], "=", [(a, "64", "2")], exact=True)
    for n, c in zip((1, 2, 3), "345", strict=True):
        rules.add("T04-08", [(a, "64", c)], "=", [(a, str(n), "1"), (a, str(n + 28), "1")])
    for n in range(33, 59):
        for c in "345":
            if (
                (n == 53) != (c == "5")
                and not (n != 53 and c in "34" and n != 58)
                and not (n == 58 and c == "4")
            ):
                rules.add("T04-09", [(a, str(n), c)], "=", soft=True)


def _tree(rules: Rules, form: str, columns: str, lines: Sequence[str]) -> None:
    number = {"revenue": "02", "expenditure": "03", "general": "05", "funds": "07", "state_capital": "08"}[
        form
    ]
    row = f"T{number}-01"
    for line in (TOTAL, *lines):
        if form == "funds":
            rules.add(row, [(form, line, "3")], "=", [(form, line, c) for c in "45"])
            rules.add(
                row, [(form, line, "6")], "=", [(form, line, c) for c in "12"], minus=[(form, line, "3")]
            )
        else:
            rules.add(row, [(form, line, "1")], "=", [(form, line, c) for c in columns[1:]])
    for parent, size in ((TOTAL, 3), *((x, len(x) + 2) for x in lines if len(x) < 7)):
        children = [x for x in lines if len(x) == size and (parent == TOTAL or x.startswith(parent))]
        for c in columns:
            rules.add(f"T{number}-02", [(form, parent, c)], "=", [(form, x, c) for x in children])


def _basic(rules: Rules) -> None:
    b = "basic"
    for group, ends in ECONOMIC.items():
        codes = [group + e for e in ends.split()]
        if group in ("309", "311"):
            for code in (group, *codes):
                rules.add("T06-04", [(b, code, "1")], "=")
        else:
            rules.add("T06-01", [(b, group, "1")], "=", [(b, c, "1") for c in codes])
        if group in ("307", "312", "313", "399"):
            rules.add("T06-05", [(b, group, "1")], "=", soft=True)
    rules.add("T06-02", [(b, "人员经费合计", "1")], "=", [(b, c, "1") for c in ("301", "303")])
    office = ("302", "307", "310", "312", "313", "399")
    rules.add("T06-03", [(b, "公用经费合计", "1")], "=", [(b, c, "1") for c in office])


def _small_forms(rules: Rules) -> None:
    p, s = "three_public", "statistics"
    for total, parts in (("1", "236"), ("3", "45")):
        rules.add("T09-01", [(p, "1", total)], "=", [(p, "1", c) for c in parts])
        more = [str(int(c) + 6) for c in parts]
        rules.add("T09-01", [(p, "1", str(int(total) + 6))], "=", [(p, "1", c) for c in more])
    for c in range(7, 13):
        rules.add("T09-02", [(p, "1", str(c))], "<=", [(p, "1", str(c - 6))], soft=True)
    rules.add("T10-01", [(s, "1", "1")], "=", _run(s, 2, 4, "1"))
    rules.add("T10-02", [(s, "7", "1")], "=", [(s, line, "1") for line in COUNTS])


def _between(rules: Rules, lines: Mapping[str, Sequence[str]]) -> None:
    s, r, e, a, g = "summary", "revenue", "expenditure", "appropriation", "general"
    f, k, b, p, t = "funds", "state_capital", "basic", "three_public", "statistics"
    rules.add("X0102-01", [(r, TOTAL, "1")], "=", [(s, "27", "1")], exact=True)
    rules.add("X0102-02", [(r, TOTAL, "2")], "=", _run(s, 1, 3, "1"))
    for n in range(4, 9):
        rules.add(f"X0102-{n - 1:02}", [(r, TOTAL, str(n - 1))], "=", [(s, str(n), "1")], exact=True)
    rules.add("X0103-01", [(e, TOTAL, "1")], "=", [(s, "58", "2")], exact=True)
    rules.add("X0204-01", [(a, "27", "1")], "=", [(r, TOTAL, "2")], exact=True)
    rules.add("X0405-01", [(g, TOTAL, "1")], "=", [(a, "59", "3")], exact=True)
    rules.add("X0408-01", [(k, TOTAL, "1")], "=", [(a, "59", "5")], exact=True)
    for index, code in enumerate(CLASSES):
        one, four = (s, str(32 + index), "2"), (a, str(33 + index))
        for form, rule, column, other in (
            (e, "X0103-02", "1", one), (g, "X0405-02", "1", (*four, "3")), (f, "X0407-02", "3", (*four, "4")),
            (k, "X0408-01", "1", (*four, "5")),
        ):  # fmt: skip
            rules.add(
                rule, [(form, code, column)] if code in lines.get(form, ()) else [], "=", [other], exact=True
            )
        rules.add("X0104-02", [(*four, "2")], "<=", [one])
    for n in "123":
        rules.add("X0104-01", [(a, n, "1")], "=", [(s, n, "1")], exact=True)
    for x, y in (((a, "59", "2"), (s, "58", "2")), ((a, "28", "1"), (s, "29", "1")),
                 ((a, "60", "2"), (s, "60", "2")), ((a, "32", "1"), (s, "31", "1"))):  # fmt: skip
        rules.add("X0104-03", [x], "<=", [y], soft=True)
    rules.add(
        "X0104-04", [*_run(s, 4, 8, "1"), *_run(s, 28, 29, "1"), (a, "59", "2"), (a, "60", "2")], "=",
        [(a, "28", "1"), *_run(s, 58, 60, "2")],
    )  # fmt: skip
    for x, y in (("1", (a, "30", "1")), ("2", (a, "2", "1")), ("3", (a, "59", "4")), ("6", (a, "60", "4"))):
        rules.add("X0407-01", [(f, TOTAL, x)], "=", [y], exact=True)
    for code in sorted({*lines.get(g, ()), *lines.get(f, ()), *lines.get(k, ())}):
        whole = [(e, code, "1")] if code in lines.get(e, ()) else []
        rules.add("X030578-01", [(g, code, "1"), (f, code, "3"), (k, code, "1")], "<=", whole)
        if code in lines.get(g, ()):
            for c in "123":
                rules.add("X0305-01", [(g, code, c)], "<=", [(e, code, c)])
    rules.add("X030578-02", [(g, TOTAL, "2"), (f, TOTAL, "4"), (k, TOTAL, "2")], "<=", [(e, TOTAL, "2")])
    rules.add("X030578-02", [(g, TOTAL, "3"), (f, TOTAL, "5"), (k, TOTAL, "3")], "<=", [(e, TOTAL, "3")])
    for code in lines.get(f, ()):
        rules.add("X0207-01", [(f, code, "2")], "<=", [(r, code, "2")])
    people, office = (b, "人员经费合计", "1"), (b, "公用经费合计", "1")
    rules.add("X0506-01", [(g, TOTAL, "2")], "=", [people, office])
    rules.add("X0306-01", [people, office], "<=", [(e, TOTAL, "2")])
    for rule, code, items in (("L1", "30108", ["2080505"]), ("L2", "30109", ["2080506"]),
                              ("L3", "30110", ["2101101", "2101102"]), ("L4", "30111", ["2101103"]),
                              ("L5", "30113", ["2210201"])):  # fmt: skip
        found = [i for i in items if i in lines.get(g, ())]
        if found:
            rules.add(f"X0506-{rule}", [(b, code, "1")], "=", [(g, i, "2") for i in found], soft=True)
    for code, c in (("30212", "8"), ("31013", "10"), ("30231", "11"), ("30217", "12")):
        rules.add("X0609-01", [(b, code, "1")], "<=", [(p, "1", c)])
    rules.add("X0409-01", [(p, "1", "7")], "<=", [(a, "59", "2")])
    rules.add("X0610-02", [(t, "5", "1"), (t, "6", "1")], "<=", [office])
    rules.add("X0310-01", [(t, "1", "1")], "<=", [(e, TOTAL, "1")], soft=True)
