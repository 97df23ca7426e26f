"""``python -m tests.hostile FOLDER``: write the corpus and a list of it into a folder.
``python -m tests.hostile --run [PATTERN]``: check every file; print outcome, time and memory, and a summary.
``python -m tests.hostile --commands [NAME…]``: every other command with every file, one line a command."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.commands import COMMANDS, attempts
from tests.hostile.corpus import CASES, ROOMS, Case, Found, Refused
from tests.hostile.judge import fault
from tests.hostile.runner import Outcome, run


def write(folder: Path) -> None:
    """Every file of the corpus, and ``corpus.tsv``: file and expected outcome."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        (folder / case.file).write_bytes(case.make())
    lines = [f"{case.file}\t{case.expected}" for case in CASES]
    (folder / "corpus.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(CASES)} files in {folder}")


def measure(pattern: str) -> int:
    """Check every file whose name contains ``pattern``; the number of faults."""
    chosen = [case for case in CASES if pattern in case.name]
    faults = 0
    rows: list[tuple[Case, Outcome]] = []
    with TemporaryDirectory() as folder:

        def commands() -> object:
            for case in chosen:
                path = Path(folder) / case.file
                path.write_bytes(case.make())
                yield ["check", str(path), "--format", "json"]
                path.unlink()

        for case, outcome in zip(chosen, run(commands()), strict=True):  # type: ignore[arg-type]
            rows.append((case, outcome))
            wrong = fault(case, outcome)
            faults += bool(wrong)
            kind = type(case.expected).__name__
            print(
                f"{outcome.seconds:7.2f} s {outcome.megabytes:6.0f} MB  {kind:8} {case.name}  {wrong}",
                flush=True,
            )
    if rows:
        summarise(rows)
    print(f"{len(rows)} files, {faults} faults")
    return faults


def summarise(rows: Sequence[tuple[Case, Outcome]]) -> None:
    """Cases, outcomes, worst time and memory, by the room of the corpus."""
    print(f"\n{'files of':12} {'cases':>6} {'refused':>8} {'same':>6} {'错误':>5} {'核实':>5}  worst")
    for name in (*(room.__name__.rpartition(".")[2] for room in ROOMS), ""):
        part = [row for row in rows if row[0].make.__module__.endswith(name)]
        if not part:
            continue
        count = Counter(
            "refused"
            if isinstance(case.expected, Refused)
            else case.expected.verdict
            if isinstance(case.expected, Found)
            else "same"
            for case, _ in part
        )
        slow, large = max(one.seconds for _, one in part), max(one.megabytes for _, one in part)
        print(
            f"{name or 'all':12} {len(part):6} {count['refused']:8} {count['same']:6}"
            f" {count['错误']:5} {count['核实']:5}  {slow:.1f} s, {large:.0f} MB"
        )
    longest, largest = max(rows, key=lambda row: row[1].seconds), max(rows, key=lambda row: row[1].megabytes)
    print(f"longest: {longest[1].seconds:.2f} s ({longest[0].name})")
    print(f"largest: {largest[1].megabytes:.0f} MB ({largest[0].name})")


def try_commands(names: Sequence[str]) -> int:
    """These commands (all, if none is named) with every file; the number of faults."""
    faults = total = 0
    with TemporaryDirectory() as folder:
        for name in names or COMMANDS:
            statuses: Counter[int] = Counter()
            outcomes = []
            for _, case, outcome, wrong in attempts([(name, case) for case in CASES], Path(folder) / "desk"):
                statuses[outcome.status] += 1
                outcomes.append(outcome)
                if wrong:
                    faults += 1
                    print(f"    {case.name}: {wrong}", flush=True)
            total += len(outcomes)
            counts = " ".join(f"{status}: {count:4}" for status, count in sorted(statuses.items()))
            slow, large = max(o.seconds for o in outcomes), max(o.megabytes for o in outcomes)
            print(f"{name:22} {counts:26} {slow:6.1f} s {large:5.0f} MB", flush=True)
    print(f"{total} runs, {faults} faults")
    return faults


if __name__ == "__main__":
    what, pattern = (*sys.argv[1:], "", "")[:2]
    if what == "--run":
        sys.exit(min(measure(pattern), 1))
    if what == "--commands":
        sys.exit(min(try_commands(sys.argv[2:]), 1))
    write(Path(what or "hostile"))
