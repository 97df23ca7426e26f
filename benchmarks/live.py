"""``python -m benchmarks.disturb --live [--units N] [--start SEED] [--misses]``: typed figures, live totals.

A workbook is made as ``xltools new`` makes it, totals as formulas. A typed leaf of 公开02, 03, 05, 06 or 07
is mistyped in the file, the formulas that depend on it are computed anew, and the file is read and checked
as any other. How often is the typed cell named first, or among three, with its value; is a cell of a formula
named? Where another cell is named, its suggestion is put into the file: when no error is left, no identity
can tell the two apart (the leaves of one sum), and the table says so ("as good").
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import xltools
from benchmarks.reconcile.inject import SIMPLE
from tests.units import random_report
from xltools import figures
from xltools.amount import Unit, show
from xltools.editions import FOLDER
from xltools.finding import Severity, Suspect
from xltools.report import Place, Ref, Report
from xltools.rules import Checked
from xltools.workbook.read import Reading
from xltools.workbook.surgery import Edits, SheetEdit, edit

FORMS = ("revenue", "expenditure", "general", "basic", "funds")
"""公开02, 03, 05, 06, 07: the tables that are typed line by line."""
EXAMPLES = ("example.json", "example_yuan.json")

_ALL, _FEW = 99, 3
"""Leaves of each table that are mistyped, of an example and of a random unit."""


@dataclass
class Live:
    """What became of the changes of one kind of workbook."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def row(self, name: str) -> str:
        """One line of the table."""
        shown = [self._share(key) for key in ("found", "first", "three", "value", "as good", "formula")]
        return f"| {name} | {self.counts['cases']} | {' | '.join(shown)} |"

    def _share(self, name: str) -> str:
        of = self.counts["cases" if name == "found" else "found"]
        return f"{self.counts[name]} ({self.counts[name] / of:.1%})" if of else "–"


def leaves(reading: Reading) -> Iterator[Ref]:
    """The typed figures of the tables' lowest lines."""
    report, formulas = reading.report, reading.formulas or {}
    for ref, value in report.amounts.items():
        codes = report.lines.get(ref.form) or [r.line for r in report.amounts if r.form == ref.form]
        parent = any(code != ref.line and code.startswith(ref.line) for code in codes)
        if ref.form in FORMS and value and ref not in formulas and ref.line.isdigit() and not parent:
            yield ref


def disturbed(path: Path, changes: Mapping[Place, str]) -> Path:
    """The workbook with some cells typed otherwise, its totals computed anew."""
    to = path.with_name(f"{path.stem}-changed.xlsx")
    sheets: dict[str, dict[str, float | None]] = {}
    for place, text in changes.items():
        sheets.setdefault(place.sheet, {})[place.cell] = float(text) if text else None
    to.unlink(missing_ok=True)
    edit(path, Edits(sheets={name: SheetEdit(cells=cells) for name, cells in sheets.items()}), to)
    return to


def measure(report: Report, source: random.Random, most: int, tally: Live) -> None:
    """Mistype up to ``most`` leaves of every table of a unit, each in one way."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "live.xlsx"
        xltools.write(path, report)
        reading = xltools.read(path)
        tally.counts["clean"] += 1
        clean = xltools.check(reading)
        tally.counts["alarms"] += _broken(clean) or bool(clean.suspects)
        for form in FORMS:
            mine = [ref for ref in leaves(reading) if ref.form == form]
            for ref in source.sample(mine, min(most, len(mine))):
                wrong = _wrong(report.amounts[ref], source)
                if wrong is not None:
                    _judge(tally, disturbed(path, {reading.report.places[ref]: show(wrong)}), ref, report)


def _wrong(value: Decimal, source: random.Random) -> Decimal | None:
    """A slip of the keys that moves the figure by more than 0.10."""
    for _ in range(40):
        wrong = SIMPLE[source.choice(["swap", "replace", "drop", "double", "shift", "sign"])](value, source)
        if wrong is not None and abs(wrong - value) > Decimal("0.1"):
            return wrong
    return None


def _judge(tally: Live, path: Path, ref: Ref, report: Report) -> None:
    reading = xltools.read(path)
    checked = xltools.check(reading)
    tally.counts["cases"] += 1
    if not _broken(checked) and not checked.suspects:
        return
    tally.counts["found"] += 1
    named = [suspect.cell.ref for suspect in checked.suspects]
    tally.counts["first"] += named[:1] == [ref]
    tally.counts["three"] += ref in named[:3]
    true = show(report.amounts[ref])
    tally.counts["value"] += any(true in s.suggested for s in checked.suspects if s.cell.ref == ref)
    computed = reading.formulas or {}
    # A line missing below a total is no reproach to its formula.
    blamed = [s for s in checked.suspects if s.kind != "line"]
    touched = {cell.ref for s in blamed for cell in (s.cell, *(c for c, _ in s.changes))}
    tally.counts["formula"] += any(other in computed for other in touched if other)
    if named[:1] != [ref]:
        guess = checked.suspects[0] if checked.suspects else None
        mended = guess is not None and _mends(path, guess)
        tally.counts["as good"] += mended
        said = f"{guess.kind} {guess.cell.ref} {guess.why} {guess.confidence:.2f}" if guess else "nobody"
        how = ", as good" if mended else ""
        tally.misses.append(f"{ref} {true} printed {show(reading.report.get(ref))} → {said}{how}")


def _broken(checked: Checked) -> bool:
    # The narrative and 自评 of a random unit are blank, and say so; this is about the identities.
    return any(f.severity is Severity.ERROR and f.gap is not None for f in checked.findings)


def _mends(path: Path, guess: Suspect) -> bool:
    changes = {cell.place: text for cell, text in guess.changes if cell.place and cell.place.cell}
    if not changes:
        return False
    again = xltools.check(xltools.read(disturbed(path, changes)))
    return not _broken(again) and not again.suspects


def show_table(units: int, start: int, misses: bool) -> None:
    """Measure and print."""
    kinds: dict[str, list[Report]] = {
        name: [figures.load(FOLDER / "shanxi_2024" / name)] for name in EXAMPLES
    }
    for unit in (Unit.WAN, Unit.YUAN):
        made = [random_report(seed, unit, "ab"[seed % 2]) for seed in range(start, start + units)]
        kinds[f"random units, {unit.value}"] = made
    tallies: dict[str, Live] = {}
    print("| workbook | changes | found | first | among three | right value | as good | a formula named |")
    print("|---|---|---|---|---|---|---|---|")
    for name, reports in kinds.items():
        tally = tallies[name] = Live()
        for number, report in enumerate(reports):
            most = _ALL if name in EXAMPLES else _FEW
            measure(report, random.Random(f"live{start}{number}"), most, tally)
        print(tally.row(name), flush=True)
    alarms = sum(tally.counts["alarms"] for tally in tallies.values())
    clean = sum(tally.counts["clean"] for tally in tallies.values())
    print(f"\nfalse 错误 in the workbooks as made: {alarms} of {clean}")
    if misses:
        for name, tally in tallies.items():
            for miss in tally.misses:
                print(f"{name}: {miss}")
