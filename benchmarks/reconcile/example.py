"""``python -m benchmarks.reconcile.example``: every amount of the Shanxi example by every mechanism.

Last year's figures are those that its narrative and tables know; where a mechanism does not apply to an
amount (no figure of last year, no other figure beside it), there is no case.
"""

from __future__ import annotations

import random
from collections import Counter

from benchmarks.reconcile import inject
from benchmarks.reconcile.inject import Case
from benchmarks.reconcile.measure import Tally, found
from benchmarks.reconcile.units import model_of
from xltools import figures
from xltools.editions import FOLDER
from xltools.reconcile import Suspect, solve, witness

EXAMPLE = FOLDER / "shanxi_2024" / "example.json"
DRAWS = 60
"""Draws of a mechanism until it gives another figure."""
WORDS = {"swap": "相邻数字颠倒", "replace": "数字录入错误", "drop": "少录一位", "double": "多录一位",
         "shift": "小数点错位", "sign": "正负号", "unit": "元与万元", "small": "0.01 至 0.09",
         "neighbour": "误录相邻数", "omitted": "漏填", "last_year": "上年数"}  # fmt: skip


def main() -> None:
    report = figures.load(EXAMPLE)
    model = model_of(report)
    outcome = solve(model, report)
    world = witness(model, report)
    print(f"Verdict {outcome.verdict}, {len(outcome.tails)} tails, world as proof: {world is not None}")
    cells = inject.cells(report, model)
    tallies = {mechanism: Tally() for mechanism in inject.MECHANISMS}
    for ref in cells:
        for mechanism, tally in tallies.items():
            source = random.Random(f"{ref}{mechanism}")
            drawn = (inject.change(report, ref, mechanism, source) for _ in range(DRAWS))
            value, applies = next((one for one in drawn if one[1]), (None, False))
            if applies:
                case = Case(report.replaced({ref: value}), {ref: report.amounts[ref]}, mechanism)
                seen = solve(model, case.report)
                judge(tally, case, seen.sets, found(seen))
    print(f"{len(cells)} amounts\n\n| mechanism | cases | found | first | among three | right value |")
    print("|---|---|---|---|---|---|")
    every: Counter[str] = Counter()
    for mechanism, tally in tallies.items():
        every.update(tally.counts)
        _line(WORDS[mechanism], tally.counts)
    _line("all", every)
    for tally in tallies.values():
        for miss in tally.misses:
            print(miss)


def judge(tally: Tally, case: Case, sets: tuple[tuple[float, tuple[Suspect, ...]], ...], seen: bool) -> None:
    """Count one case; the true value counts wherever the true cell is listed."""
    (ref, true), *_ = case.truth.items()
    alone = [suspects[0] for _, suspects in sets if len(suspects) == 1]
    rank = next((n for n, s in enumerate(alone) if s.kind == "cell" and s.refs[0] == ref), None)
    tally.counts["cases"] += 1
    tally.counts["found"] += seen
    tally.counts["first"] += rank == 0
    tally.counts["three"] += rank is not None and rank < 3
    tally.counts["value"] += rank is not None and true in alone[rank].suggested
    if not seen:
        tally.misses.append(f"{ref} {true} printed {case.report.amounts.get(ref)}: not found")


def _line(name: str, counts: Counter[str]) -> None:
    values = " | ".join(str(counts[key]) for key in ("cases", "found", "first", "three", "value"))
    print(f"| {name} | {values} |")


if __name__ == "__main__":
    main()
