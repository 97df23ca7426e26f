"""Reports of the generator together with the model that the product would check them with."""

from __future__ import annotations

from xltools.editions import Edition, load
from xltools.reconcile import Model
from xltools.reconcile.model import for_rules
from xltools.report import Report
from xltools.rules import _applicable
from xltools.rules.identities import Figures, compiled
from xltools.rules.structure import Desk


def model_of(report: Report, edition: Edition | None = None) -> Model:
    """The compiled identities that apply to ``report``."""
    edition = edition or load(report.edition)
    desk = Desk(report, edition, Figures(report, edition), compiled(edition, report), formulas=None, notes=None,
                missing=frozenset())  # fmt: skip
    applied = [(rule, _applicable(rule, desk)[1]) for rule in edition.rules if rule.equations]
    return for_rules(applied)
