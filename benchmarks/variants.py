"""The example with other figures: workbooks of one layout that have hardly an amount in common."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from xltools.amount import ZERO, show
from xltools.editions import FOLDER, load
from xltools.figures import load as load_figures
from xltools.report import Fund, Ref, Report, SelfEvaluation
from xltools.workbook.layout import FACTS
from xltools.workbook.template import build

COUNT = 8
_FUNDS = ("declared", "budgeted", "adjusted", "executed", "carryover")


def generate(folder: Path) -> list[Path]:
    """``COUNT`` workbooks. To the printed figures (万元) come multiples of the exact ones behind them (元,
    taken as 万元), which meet every identity to the letter: what holds in the example holds in each, and what
    only rounding explains there is a 尾差 in each. Layouts differ where longer figures widen a column."""
    printed, exact = (
        load_figures(FOLDER / "shanxi_2024" / f"{name}.json") for name in ("example", "example_yuan")
    )
    files = []
    for number in range(COUNT):
        files.append(folder / f"{number}.xlsx")
        build(load(), _more(printed, exact, Decimal(number + 1)), files[-1])
    return files


def _more(printed: Report, exact: Report, times: Decimal) -> Report:
    forms = load().forms

    def figures(given: dict[Ref, Decimal], more: dict[Ref, Decimal]) -> dict[Ref, Decimal]:
        return {
            ref: value if _is_count(ref) else value + times * more.get(ref, ZERO)
            for ref, value in given.items()
        }

    def _is_count(ref: Ref) -> bool:
        form = forms[ref.form]
        return form.kind == "grid" and form.line_of[ref.line].count

    def fund(given: Fund, more: Fund) -> Fund:
        values = {name: (getattr(given, name), getattr(more, name)) for name in _FUNDS}
        return replace(
            given, **{name: one and one + times * (two or ZERO) for name, (one, two) in values.items()}
        )

    def project(given: SelfEvaluation, more: SelfEvaluation) -> SelfEvaluation:
        funds = [fund(one, other) for one, other in zip(given.funds, more.funds, strict=True)]
        return replace(given, funds=funds)

    typed = {fact.key for fact in FACTS if fact.kind == "amount"} & printed.texts.keys()
    return replace(
        printed,
        amounts=figures(printed.amounts, exact.amounts),
        last_year=figures(printed.last_year, exact.last_year),
        budget=figures(printed.budget, exact.budget),
        texts=printed.texts
        | {key: show(Decimal(printed.texts[key]) + times * Decimal(exact.texts[key])) for key in typed},
        self_evaluations=[
            project(one, other)
            for one, other in zip(printed.self_evaluations, exact.self_evaluations, strict=True)
        ],
    )
