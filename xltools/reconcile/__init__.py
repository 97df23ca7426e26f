"""Is there one world of exact amounts behind all printed figures; if not, which figure is wrong.

``compile`` identities once per edition and line set (``for_rules`` keeps them); ``solve`` a report, see
``Outcome``; ``explain`` one figure; ``witness`` gives a world; ``lint`` judges a set of rules. What an
ordinary check does not need is imported when it is asked for.
"""

from typing import TYPE_CHECKING, Any

from xltools.reconcile.model import Model, compile, for_rules
from xltools.reconcile.outcome import Convention, Group, Identity, Outcome, Suspect, Verdict
from xltools.reconcile.shares import Share
from xltools.reconcile.solve import solve, solve_rules

if TYPE_CHECKING:
    from xltools.reconcile.figure import Explanation, Guard, explain
    from xltools.reconcile.linting import Flaw, Lint, lint
    from xltools.reconcile.projects import ProjectRows, project_rows
    from xltools.reconcile.worlds import witness

_LATE = {
    "Explanation": "figure", "Guard": "figure", "explain": "figure",
    "Flaw": "linting", "Lint": "linting", "lint": "linting",
    "ProjectRows": "projects", "project_rows": "projects",
    "witness": "worlds",
}  # fmt: skip

__all__ = [
    "Convention", "Explanation", "Flaw", "Group", "Guard", "Identity", "Lint", "Model", "Outcome",
    "ProjectRows", "Share",
    "Suspect", "Verdict", "compile", "explain", "for_rules", "lint", "project_rows", "solve",
    "solve_rules", "witness",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
