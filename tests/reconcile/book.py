"""Reports and small rule sets for the tests of the room."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

from xltools.amount import Unit
from xltools.editions import load as load_edition
from xltools.editions.equation import Constraint, Term
from xltools.figures import load
from xltools.reconcile import Model, Outcome, compile, for_rules, solve
from xltools.reconcile.model import Applied
from xltools.report import Ref, Report
from xltools.rules import _applicable
from xltools.rules.desk import Desk
from xltools.rules.identities import Figures, identities

EXAMPLE = Path(__file__).parents[2] / "xltools" / "editions" / "shanxi_2024" / "example.json"


@cache
def example() -> Report:
    """The Shanxi example as published."""
    return load(EXAMPLE)


def model_of(report: Report) -> Model:
    """The identities of the edition that apply to ``report``, compiled."""
    return for_rules(applied_to(report))


def applied_to(report: Report) -> Applied:
    """The rules of the edition with their identities that apply to ``report``."""
    edition = load_edition(report.edition)
    desk = Desk(report, edition, Figures(report, edition), identities(edition, report))
    applied = [
        (rule, desk.identities.chosen(rule.id, _applicable(rule, desk)[1]))
        for rule in edition.rules
        if rule.equations
    ]
    return [(rule, constraints) for rule, constraints in applied if constraints]


def check(report: Report, **options: object) -> Outcome:
    return solve(model_of(report), report, **options)  # type: ignore[arg-type]


def ref(text: str) -> Ref:
    form, _, rest = text.partition("[")
    line, _, column = rest.rstrip("]").partition(",")
    return Ref(form, line, column)


def with_figures(report: Report, figures: dict[str, str | None]) -> Report:
    """``report`` with some figures changed; None blanks one."""
    return report.replaced({ref(k): None if v is None else Decimal(v) for k, v in figures.items()})


def constraint(rule: str, left: str, operator: str, right: str = "", exact: bool = False) -> Constraint:
    """``"a b"``: the figures of form ``f`` in lines a and b; ``-b`` with a minus sign."""

    def terms(side: str) -> tuple[Term, ...]:
        return tuple(
            Term(-1 if name.startswith("-") else 1, Ref("f", name.lstrip("-"), "1")) for name in side.split()
        )

    return Constraint(rule, terms(left), operator, terms(right), exact)


def small(rules: list[Constraint], soft: tuple[str, ...] = (), unit: Unit = Unit.WAN, **figures: str):  # type: ignore[no-untyped-def]
    """A model and a report of form ``f`` with figures by line."""
    report = Report("test", unit, amounts={Ref("f", k, "1"): Decimal(v) for k, v in figures.items()})
    return compile(rules, soft), report
