"""``python -m tests.hostile FOLDER``: write the corpus and a list of it into a folder.
``python -m tests.hostile --run [PATTERN]``: check every file and print outcome, time and memory."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.corpus import CASES, Case
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
    slowest, largest = max(rows, key=lambda row: row[1].seconds), max(rows, key=lambda row: row[1].megabytes)
    print(f"{len(rows)} files, {faults} faults")
    print(f"longest: {slowest[1].seconds:.2f} s ({slowest[0].name})")
    print(f"largest: {largest[1].megabytes:.0f} MB ({largest[0].name})")
    return faults


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        sys.exit(min(measure(sys.argv[2] if len(sys.argv) > 2 else ""), 1))
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "hostile"))
