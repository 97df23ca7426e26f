"""``python -m benchmarks [PART …] [--full] [--rounds N]``: the eight goals beside our figures.

Parts: reading (goals 1–3), starting (4), many (5), writing (6), template (7), documents (8), curves, profile;
all of them when none is named. ``--full`` takes 1,000 workbooks and longer curves. The solver has a table of
its own: ``python -m benchmarks.reconcile``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from benchmarks import curves, many, profile, reading, starting, writing
from benchmarks.export import documents
from benchmarks.timing import Line, table

_MANY, _FULL = 60, 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help="which parts (default: all)")
    parser.add_argument("--full", action="store_true", help="1,000 workbooks, longer curves")
    parser.add_argument("--rounds", type=int, default=40, help="rounds of the quick candidates")
    options = parser.parse_args()
    rounds, few = options.rounds, max(3, options.rounds // 8)
    parts: dict[str, Callable[[], list[Line]]] = {
        "reading": lambda: reading.lines(rounds),
        "starting": lambda: starting.lines(few * 3),
        "many": lambda: many.lines(_FULL if options.full else _MANY),
        "writing": lambda: writing.surgery_lines(rounds),
        "template": lambda: writing.template_lines(few),
        "documents": lambda: documents.lines(few),
    }
    others: dict[str, Callable[[], None]] = {
        "curves": lambda: curves.show(not options.full),
        "profile": profile.show,
    }
    if unknown := set(options.parts) - parts.keys() - others.keys():
        parser.error(f"no such part: {', '.join(unknown)} (there are {', '.join([*parts, *others])})")
    wanted = options.parts or [*parts, *others]
    lines = [line for name, measure in parts.items() if name in wanted for line in measure()]
    if lines:
        print(table(lines), flush=True)
    for name, show in others.items():
        if name in wanted:
            show()


if __name__ == "__main__":
    main()
