"""Is there one world of exact amounts behind all printed figures; if not, which figure is wrong.

``compile`` identities once per edition and line set (``for_rules`` keeps them); ``solve`` a report, see
``Outcome``; ``explain`` one figure; ``witness`` gives a world; ``lint`` judges a set of rules.
"""

from xltools.reconcile.conventions import Convention
from xltools.reconcile.explain import Explanation, Guard, explain
from xltools.reconcile.lint import Flaw, Lint, lint
from xltools.reconcile.model import Model, compile, for_rules
from xltools.reconcile.outcome import Group, Identity, Outcome, Suspect, Verdict
from xltools.reconcile.projects import ProjectRows, project_rows
from xltools.reconcile.shares import Share
from xltools.reconcile.solve import solve
from xltools.reconcile.witness import witness

__all__ = [
    "Convention", "Explanation", "Flaw", "Group", "Guard", "Identity", "Lint", "Model", "Outcome",
    "ProjectRows", "Share",
    "Suspect", "Verdict", "compile", "explain", "for_rules", "lint", "project_rows", "solve", "witness",
]  # fmt: skip
