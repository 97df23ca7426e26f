"""What a reconciliation says: verdict, tails, proofs, suspects, groups. Data only, no wording."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from xltools.reconcile.shares import Share
from xltools.report import Ref


class Convention(StrEnum):
    """How the figures of one form were made."""

    ROUNDED = "四舍五入"
    SUMMED = "分项相加"
    EVEN = "四舍六入五成双"
    TRUNCATED = "截断"
    TIE = "恰在进位点"
    """Only possible if an exact amount ends on 50.00 元 and two places round the tie differently."""


class Verdict(StrEnum):
    """一致: the printed figures fit as they stand. 尾差: a world of exact amounts prints them all.
    口径差异: only with another convention than half-up. 核实: only if a 核实性 rule does not hold here.
    错误: no world in any convention."""

    EQUAL = "一致"
    TAIL = "尾差"
    CONVENTION = "口径差异"
    VERIFY = "核实"
    ERROR = "错误"


class Identity(NamedTuple):
    """One identity with its figures. ``terms`` are (coefficient, Ref, printed figure or None when blank);
    ``gap`` is left − right on the printed figures, ``allowed`` what rounding of these figures can explain
    at most; both in the report's unit. ``shares`` are the printed ratios that it is about: its terms say
    from one side what the ratios allow, and have no meaning of their own."""

    rule: str
    terms: tuple[tuple[int, Ref, Decimal | None], ...]
    operator: str
    gap: Decimal
    allowed: Decimal
    shares: tuple[Share, ...] = ()

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Cells with a figure; first the ratios where it is about some."""
        own = tuple(share.ratio for share in self.shares)
        return own + tuple(ref for _, ref, value in self.terms if value is not None)


class Suspect(NamedTuple):
    """Something that is probably wrong.

    ``kind`` is
    - "cell": one figure;
    - "stale": a table not refreshed, ``refs`` (a leaf and its totals) share one difference;
    - "line": a line is missing below ``refs[0]``; "missing": the line of ``refs[0]`` is;
    - "exchange": 基本 and 项目 of a line; "twice": the same slip in several places;
    - "unit": a whole form in the other unit; "shifted": figures of a section one line off;
    - "soft": a 核实性 rule that does not hold here; "share": a printed ratio, ``refs[0]``.

    ``suggested`` are true figures for ``refs[0]`` in order of plausibility (None: leave blank; for
    "line": the missing amount); ``changes`` the most plausible correction of every cell; ``unique`` when
    there is one candidate. ``low``/``high`` bound the exact amount in 分, None when open.
    ``resolves`` counts the identities that are broken now and hold then. ``confidence`` is the
    probability that this is wrong, among everything that would explain the figures.
    """

    kind: str
    refs: tuple[Ref, ...]
    suggested: tuple[Decimal | None, ...]
    changes: tuple[tuple[Ref, Decimal | None], ...]
    why: str
    confidence: float
    unique: bool
    resolves: int
    low: int | None
    high: int | None
    proof: tuple[Identity, ...]
    rule: str = ""


class Group(NamedTuple):
    """Broken identities with one cause: the suspect with which they vanish, and its rivals."""

    cause: Suspect
    rivals: tuple[Suspect, ...]
    broken: tuple[Identity, ...]


class Outcome(NamedTuple):
    """The result of ``solve``.

    ``tails`` are the identities that miss on the printed figures though a world exists; ``conflicts`` the
    proofs that none exists (each a chain of identities); ``broken`` the identities that cannot hold even
    alone; ``sets`` the minimal sets of suspects, best first, each with the probability that these and no
    other figures are wrong (less than a suspect's own: one more error may hide within rounding);
    ``suspects`` every suspect once, most probable first; ``groups`` the broken identities by cause;
    ``convention`` and ``forms`` the habit that explains the report where verdict is 口径差异;
    ``exhaustive`` False when the search for sets was cut short.
    """

    verdict: Verdict
    tails: tuple[Identity, ...] = ()
    conflicts: tuple[tuple[Identity, ...], ...] = ()
    broken: tuple[Identity, ...] = ()
    sets: tuple[tuple[float, tuple[Suspect, ...]], ...] = ()
    suspects: tuple[Suspect, ...] = ()
    groups: tuple[Group, ...] = ()
    convention: Convention = Convention.ROUNDED
    forms: tuple[str, ...] = ()
    exhaustive: bool = True
