"""Is there one world of exact amounts behind all printed figures; if not, which figure is wrong.

``compile`` identities once per edition and line set; ``solve`` a report; see ``outcome.Outcome``.
"""

from xltools.reconcile.conventions import Convention
from xltools.reconcile.model import Model, Share, compile
from xltools.reconcile.outcome import Group, Identity, Outcome, Suspect, Verdict
from xltools.reconcile.solve import solve

__all__ = [
    "Convention", "Group", "Identity", "Model", "Outcome", "Share", "Suspect", "Verdict", "compile", "solve",
]  # fmt: skip
