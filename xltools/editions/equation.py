"""The little language of identities: text → constraints on figures. No eval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from xltools.report import Ref


class Term(NamedTuple):
    """A figure times a whole number. Figures of last year and of the budget have the form ids
    ``last_year.summary``, ``budget.general``."""

    coefficient: int
    ref: Ref


@dataclass(frozen=True, slots=True)
class Constraint:
    """One identity on concrete cells: ``left`` operator ``right``; operator is "=", "<=", ">=", "<" or ">".

    ``left`` is one or more terms, ``right`` may be empty (zero). ``exact`` marks the same figure
    printed twice (no rounding envelope is due).
    """

    rule: str
    left: tuple[Term, ...]
    operator: str
    right: tuple[Term, ...]
    exact: bool = False
