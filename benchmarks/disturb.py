"""Every amount of the ten tables of the example changed, one at a time: how many changes are found?

    python -m benchmarks.disturb [FIGURES.json]
    python -m benchmarks.disturb --live [--units N] [--misses]     the same in workbooks with formulas

A change is found when the check gives an 错误 or 核实 that the unchanged figures do not give; the table also
says how many a single rule finds by itself, without the joint verdict of all identities, and of how many
others a hint is given (口径差异: the figures fit only if an exact amount lies on the edge of rounding). For
a change without any of these, the equalities which the amount takes part in are listed with the room that
rounding leaves each of them: what stays inside all of them, no rule can see.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from benchmarks import live
from xltools import figures
from xltools.amount import show
from xltools.editions import FOLDER, Edition, load
from xltools.finding import Severity, explanation_key
from xltools.report import Ref, Report
from xltools.rules import check
from xltools.rules.identities import Figures, identities

EXAMPLE = FOLDER / "shanxi_2024" / "example.json"


HABIT = "rounding-02"


class Seen(NamedTuple):
    """Whether a change is found by a single rule, by all together, or is worth a hint only."""

    alone: bool
    together: bool
    hint: bool


def swapped(value: Decimal) -> Decimal:
    """The first two neighbouring digits that differ, exchanged: 324.82 → 234.82, 0.30 → 3.00."""
    digits = list(show(value))
    places = [at for at, digit in enumerate(digits) if digit.isdigit()]
    for one, other in pairwise(places):
        if digits[one] != digits[other]:
            digits[one], digits[other] = digits[other], digits[one]
            break
    return Decimal("".join(digits))


CHANGES: dict[str, Callable[[Decimal], Decimal | None]] = {
    "加 0.10": lambda value: value + Decimal("0.10"),
    "减 1.00": lambda value: value - Decimal("1.00"),
    "正负号相反": lambda value: -value,
    "两位数字颠倒": swapped,
    "乘 10,000": lambda value: value * 10_000,
    "漏填": lambda value: None,
    "加 0.01": lambda value: value + Decimal("0.01"),
    "减 0.01": lambda value: value - Decimal("0.01"),
}
"""The last two are what rounding itself does: many of them stay inside every identity."""


@dataclass(frozen=True)
class Unseen:
    """A change that nothing was found of."""

    change: str
    ref: Ref
    before: Decimal
    after: Decimal | None


def findings(report: Report) -> set[tuple[Severity, str, str]]:
    """The errors, the findings that need a word, and the hints of 口径差异: severity, rule, key."""
    found = check(report).findings
    kept = (f for f in found if f.severity is not Severity.HINT or f.rule == HABIT)
    return {(f.severity, f.rule, explanation_key(f)) for f in kept}


def disturb(report: Report) -> Iterator[tuple[str, Ref, Decimal | None, Seen]]:
    """Change, amount, new value, how it was seen; changes that change nothing are left out."""
    before = findings(report)
    for name, change in CHANGES.items():
        for ref, value in report.amounts.items():
            after = change(value)
            if after != value:
                yield name, ref, after, seen(findings(report.replaced({ref: after})) - before)


def seen(found: set[tuple[Severity, str, str]]) -> Seen:
    """How new findings are to be counted."""
    rules = {rule for severity, rule, _ in found if severity is not Severity.HINT}
    alone = {rule for rule in rules if rule != "joint-01" and not rule.startswith("narrative")}
    return Seen(bool(alone), bool(rules), bool(found) and not rules)


def rooms(report: Report, edition: Edition, ref: Ref) -> Iterator[str]:
    """The equalities that an amount takes part in, with what rounding allows each."""
    held, found = Figures(report, edition), identities(edition, report)
    for constraint in found.constraints:
        if ref not in constraint.refs:
            continue
        this_year = not any("." in other.form for other in constraint.refs)
        if constraint.operator == "=" and constraint.right and this_year:
            gap = held.total(constraint.left) - held.total(constraint.right)
            slack = held.slack(constraint.left + constraint.right)
            yield f"{constraint.rule}：现差 {show(gap)}，可解释 {slack.normalize():f}"


def main(path: Path) -> None:
    """Print the table of changes and the list of what was not found."""
    report = figures.load(path)
    edition = load(report.edition)
    table = {name: [0, 0, 0, 0] for name in CHANGES}
    unseen: list[Unseen] = []
    for name, ref, after, how in disturb(report):
        table[name] = [a + b for a, b in zip(table[name], (1, *how), strict=True)]
        if not (how.together or how.hint):
            unseen.append(Unseen(name, ref, report.amounts[ref], after))
    print(f"{path.name}：{len(report.amounts)} 个金额\n")
    print("| 改动 | 次数 | 单条规则查出 | 合起来查出 | 比例 | 只给提示 |\n|---|---|---|---|---|---|")
    for name, (tried, alone, found, hints) in table.items():
        print(f"| {name} | {tried} | {alone} | {found} | {found / tried:.1%} | {hints} |")
    print(f"\n没有查出也没有提示的：{len(unseen)} 处")
    for item in unseen:
        label = edition.label(item.ref, report.titles)
        print(f"- {label} {show(item.before)} → {show(item.after) or '空白'}（{item.change}）")
        for room in list(rooms(report, edition, item.ref)) or ["没有等式涉及这个数"]:
            print(f"    {room}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.disturb")
    parser.add_argument("figures", nargs="?", type=Path, default=EXAMPLE)
    parser.add_argument("--live", action="store_true", help="typed figures of workbooks with formulas")
    parser.add_argument("--units", type=int, default=20, help="random units per unit of money (with --live)")
    parser.add_argument("--start", type=int, default=0, help="first seed (with --live)")
    parser.add_argument("--misses", action="store_true", help="list what was missed (with --live)")
    options = parser.parse_args()
    if options.live:
        live.show_table(options.units, options.start, options.misses)
    else:
        main(options.figures)
