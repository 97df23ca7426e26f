"""Reports of the generator together with the model that the product would check them with."""

from __future__ import annotations

from decimal import Decimal

from tests.units import random_report
from xltools.amount import Unit, half_up
from xltools.editions import Edition, load
from xltools.editions.equation import Term
from xltools.reconcile import Model, Share
from xltools.reconcile.model import for_rules
from xltools.report import TOTAL, Ref, Report
from xltools.rules import _applicable
from xltools.rules.desk import Desk
from xltools.rules.identities import Figures, identities


def model_of(report: Report, edition: Edition | None = None) -> Model:
    """The compiled identities that apply to ``report``."""
    edition = edition or load(report.edition)
    desk = Desk(report, edition, Figures(report, edition), identities(edition, report))
    applied = [
        (rule, desk.identities.chosen(rule.id, _applicable(rule, desk)[1]))
        for rule in edition.rules
        if rule.equations
    ]
    return for_rules([(rule, constraints) for rule, constraints in applied if constraints])


def shares_of(seed: int, style: str) -> tuple[list[Share], dict[Ref, Decimal]]:
    """The percentages that a narrative prints, computed from the exact 元 of the unit ``seed``."""
    exact = random_report(seed, Unit.YUAN, style)
    shares, printed = [], {}
    pairs = [("revenue", TOTAL, c, "1") for c in "234567"]
    pairs += [("expenditure", TOTAL, c, "1") for c in "23456"]
    parts = [(Ref(f, line, c), Ref(f, line, whole)) for f, line, c, whole in pairs]
    classes = [code for code in exact.lines["general"] if len(code) == 3]
    parts += [(Ref("general", code, "1"), Ref("general", TOTAL, "1")) for code in classes]
    parts.append((Ref("general", TOTAL, "1"), Ref("summary", "58", "2")))
    for part, whole in parts:
        if exact.get(part) and exact.get(whole):
            ratio = Ref("narrative", f"{part}/{whole}", "%")
            printed[ratio] = half_up(100 * exact.get(part) / exact.get(whole))
            shares.append(Share("share", ratio, (Term(1, part),), (Term(1, whole),)))
    return shares, printed
