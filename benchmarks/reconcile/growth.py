"""``python -m benchmarks.reconcile.growth``: times from 10 to 2,000 lines in each of 公开02, 03 and 05."""

from __future__ import annotations

import random
import time
from functools import partial
from statistics import median

from benchmarks.reconcile import inject
from benchmarks.reconcile.units import model_of
from tests.units import CLASSES, Stream, World, print_world
from xltools.amount import Unit
from xltools.reconcile import compile, solve, witness
from xltools.report import Report

_PLAIN = [c for c in CLASSES if c not in ("208", "210", "221", "223", "231", "232", "234", "229")]
"""类 of which no 核实性 rule says anything."""


def report_of(lines: int, seed: int) -> Report:
    """A consistent unit with about ``lines`` lines in each code table."""
    source = random.Random(seed)
    world = World("公益一类事业单位")
    for number in range(max(1, int(lines / 1.3))):
        code = f"{_PLAIN[number % 18]}{number // 18 % 9 + 1:02}{number // 162 + 1:02}"
        spent = {c: source.randint(10_000, 10**9) for c in "23" if source.random() < 0.7} or {"2": 77_700}
        world.general[code] = Stream(0, {"2": sum(spent.values())}, spent, 0)
    basic = sum(s.spending.get("2", 0) for s in world.general.values())
    world.basic = {"30101": basic // 2, "30107": basic // 3, "30201": basic - basic // 2 - basic // 3}
    return print_world(world, None, Unit.WAN, "rounded", source)


def main() -> None:
    print("| lines | identities | compile | check | explain one error, median | p95 | witness |")
    print("|---|---|---|---|---|---|---|")
    for lines in (10, 30, 100, 300, 1000, 2000):
        report = report_of(lines, lines)
        model = model_of(report)
        compiled = _time(lambda m=model: compile(m.constraints, m.soft))
        checked = min(_time(partial(solve, model, report)) for _ in range(5))
        times = []
        for seed in range(9 if lines > 300 else 25):
            case = inject.single(report, model, random.Random(seed))
            times.append(_time(partial(solve, model, case.report)))
        world = _time(partial(witness, model, report)) if lines <= 300 else None
        print(
            f"| {len(report.lines['general'])} | {len(model.rows)} | {_ms(compiled)} | {_ms(checked)} | "
            f"{_ms(median(times))} | {_ms(sorted(times)[int(0.95 * len(times))])} | "
            f"{_ms(world) if world else '–'} |"
        )


def _time(work) -> float:  # type: ignore[no-untyped-def]
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


if __name__ == "__main__":
    main()
