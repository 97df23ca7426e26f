"""A report behind which there is no world: by what habit it was made, or who is to blame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from xltools.amount import Unit, half_up
from xltools.reconcile.choice import Choice, Ranked
from xltools.reconcile.conventions import explain_by_habit, holds
from xltools.reconcile.hidden import hidden
from xltools.reconcile.hypotheses import EXCHANGE, LINE, SHARE, SOFT, Classes
from xltools.reconcile.identity import alone_impossible, identity
from xltools.reconcile.live import Reads
from xltools.reconcile.locate import Conflict, conflicts, locate
from xltools.reconcile.model import FREE, is_exact
from xltools.reconcile.outcome import Convention, Group, Identity, Outcome, Suspect, Verdict
from xltools.reconcile.problem import Problem
from xltools.reconcile.propagate import State
from xltools.reconcile.rank import Judge
from xltools.reconcile.shares import places_of
from xltools.reconcile.shifted import Shift, shifted
from xltools.reconcile.wrong_unit import corrected, wrong_unit
from xltools.report import Ref

SETS_SHOWN = 40
"""Sets of suspects in an outcome."""
RIVALS_SHOWN = 5
"""Other suspects listed with a cause."""


def judged(problem: Problem, off: Sequence[int], suspects: bool, formulas: Reads | None = None) -> Outcome:
    """The outcome for a problem in which propagation found a conflict; ``off`` are the rows that the
    printed figures do not satisfy to the letter, ``formulas`` as in ``solve``."""
    impossible = [n for n in off if alone_impossible(problem, n)]
    broken, off = _told_once(problem, impossible), [n for n in off if n not in impossible]
    if formulas:
        strict, problem = problem, problem.computed(formulas)
        if problem.free and holds(problem):
            return _summed_by_formulas(strict, problem, off, broken)
    hard = problem.without_soft()
    habit = None
    verdict = Verdict.VERIFY
    if not holds(hard):
        habit = explain_by_habit(hard)
        verdict = Verdict.CONVENTION if habit else Verdict.ERROR
    peeled = conflicts(problem)
    outcome = Outcome(
        verdict,
        tails=tuple(identity(problem, n) for n in off),
        conflicts=_proofs(problem, peeled),
        broken=tuple(identity(problem, n) for n in broken),
        convention=habit.convention if habit else Convention.ROUNDED,
        forms=habit.forms if habit else (),
    )
    blameless = habit is not None and habit.convention is not Convention.TIE
    if blameless or not suspects:
        return outcome
    turned = wrong_unit(problem, len(peeled))
    if turned is None:
        moved = shifted(problem, peeled)
        found = _blame(problem, peeled, broken, outcome)
        return _with_shift(problem, moved, found) if moved else found
    form, problem = turned
    cause = _whole_form(problem, form, outcome)
    peeled = conflicts(problem)
    if peeled:
        left = outcome._replace(conflicts=_proofs(problem, peeled))
        outcome = _blame(problem, peeled, [n for n in broken if alone_impossible(problem, n)], left)
    sets = tuple((p, (cause, *members)) for p, members in outcome.sets) or ((cause.confidence, (cause,)),)
    group = Group(cause, (), tuple(i for i in outcome.broken if any(r.form == form for r in i.refs)))
    return outcome._replace(sets=sets, suspects=(cause, *outcome.suspects), groups=(group, *outcome.groups))


def _told_once(problem: Problem, rows: Sequence[int]) -> list[int]:
    """Without the rows that say once more of a printed ratio what a row before says."""
    told: list[frozenset[Ref]] = []
    kept = []
    for number in rows:
        ratios = frozenset(share.ratio for share, _ in problem.shares.get(number, ()))
        if not ratios or not any(before <= ratios for before in told):
            kept.append(number)
            told += [ratios] if ratios else []
    return kept


def _summed_by_formulas(
    strict: Problem, problem: Problem, off: Sequence[int], broken: Sequence[int]
) -> Outcome:
    """A world exists once totals that formulas compute are taken for sums of printed parts."""
    chains = conflicts(strict)
    used = {
        strict.refs[x].form
        for c in chains
        for n in c.rows
        for _, x in strict.rows[n].terms
        if x in problem.free
    }
    return Outcome(
        Verdict.CONVENTION,
        tails=tuple(identity(strict, n) for n in off),
        conflicts=_proofs(strict, chains),
        broken=tuple(identity(strict, n) for n in broken),
        convention=Convention.SUMMED,
        forms=tuple(dict.fromkeys(ref.form for ref in strict.refs if ref.form in used)),
    )


def _with_shift(problem: Problem, shift: Shift, outcome: Outcome) -> Outcome:
    """The suspect "a section stands one line off" put first, where no single slip explains as much."""
    if outcome.sets and len(outcome.sets[0][1]) == 1:
        return outcome
    lost = _lost(problem, shift)
    changes = []
    for cell, source in zip(shift.cells, shift.sources, strict=True):
        value = problem.printed[source] if source >= 0 else lost
        if value != problem.printed[cell] and (source >= 0 or lost):
            changes.append((problem.refs[cell], value))
    confidence = max(0.9, 1 - (outcome.sets[0][0] if outcome.sets else 0) / 10)
    cause = Suspect(
        "shifted", tuple(ref for ref, _ in changes), tuple(value for _, value in changes[:1]),
        tuple(changes), "整段错行", confidence, False, len(outcome.broken), None, None,
        outcome.conflicts[0],
    )  # fmt: skip
    sets = ((confidence, (cause,)), *(((1 - confidence) * p, s) for p, s in outcome.sets))
    rivals = tuple(s._replace(confidence=s.confidence * (1 - confidence)) for s in outcome.suspects)
    group = Group(cause, rivals[:RIVALS_SHOWN], outcome.broken)
    return outcome._replace(sets=sets, suspects=(cause, *rivals), groups=(group,))


def _lost(problem: Problem, shift: Shift) -> Decimal | None:
    """The figure that fell out at the end of a shifted section, by what its total misses; None where it
    may have been blank."""
    state = State(shift.problem.active, problem.watch, shift.problem.low[:], shift.problem.high[:])
    state.run(shift.problem.nonempty)
    cell = shift.cells[shift.sources.index(-1)]
    least, most = state.low[cell], state.high[cell]
    if least <= 0 or most >= FREE // 100:
        return None
    per_unit = 100 if problem.unit is Unit.YUAN else 1_000_000
    return half_up(Decimal(least + most) / 2 / per_unit)


def _whole_form(problem: Problem, form: str, outcome: Outcome) -> Suspect:
    """The suspect "this whole form is in the other unit"."""
    changes = tuple(
        (ref, corrected(value, problem.unit))
        for cell, (ref, value) in enumerate(zip(problem.refs, problem.printed, strict=True))
        if ref.form == form and value is not None and not is_exact(ref) and cell not in problem.live.parts
    )
    other = Unit.YUAN if problem.unit is Unit.WAN else Unit.WAN
    resolved = sum(any(ref.form == form for ref in item.refs) for item in outcome.broken)
    proof = next((c for c in outcome.conflicts if any(ref.form == form for i in c for ref in i.refs)), ())
    return Suspect(
        "unit", tuple(ref for ref, _ in changes), tuple(value for _, value in changes[:1]), changes,
        f"整张表以{other.value}填列", 0.999, True, resolved, None, None, proof,
    )  # fmt: skip


def _proofs(problem: Problem, found: Sequence[Conflict]) -> tuple[tuple[Identity, ...], ...]:
    return tuple(tuple(identity(problem, n) for n in conflict.rows) for conflict in found)


def _blame(problem: Problem, peeled: list[Conflict], broken: list[int], outcome: Outcome) -> Outcome:
    judge = Judge(problem, Classes(problem))
    located = locate(problem, peeled, judge.groups, judge.mass)
    ranked = judge.rank(located.solutions)
    confidence: dict[int, float] = {}
    for candidate in ranked:
        for choice in candidate.choices:
            confidence[id(choice)] = confidence.get(id(choice), 0.0) + candidate.probability
    by_row = {
        n: proof for conflict, proof in zip(peeled, outcome.conflicts, strict=True) for n in conflict.rows
    }
    made: dict[int, Suspect] = {}
    columns = _columns(judge, ranked)

    def suspect(choice: Choice) -> Suspect:
        key = id(choice)
        if key not in made:
            rows = columns[key]
            proof = next((by_row[n] for n in rows if n in by_row), ())
            resolved = sum(n in rows for n in broken)
            made[key] = _suspect(judge, choice, min(confidence[key], 1.0), resolved, proof)
        return made[key]

    loose = {n for c in ranked[0].choices for n in columns[id(c)]} if ranked else set()
    seen = 1 - hidden(problem, loose)
    # How many errors there are is not known: one more is as likely, and any of them may be the hidden one.
    sets = tuple(
        (r.probability * seen ** (len(r.choices) + 1), tuple(suspect(c) for c in r.choices))
        for r in ranked[:SETS_SHOWN]
    )
    everyone = {id(c): c for r in ranked[:SETS_SHOWN] for c in r.choices}
    listed = sorted(everyone.values(), key=lambda c: -confidence[id(c)])
    groups = _groups(problem, ranked, broken, columns, suspect, listed)
    return Outcome(
        outcome.verdict, outcome.tails, outcome.conflicts, outcome.broken, sets,
        tuple(suspect(c) for c in listed), groups, outcome.convention, outcome.forms, located.exhaustive,
    )  # fmt: skip


def _columns(judge: Judge, ranked: Sequence[Ranked]) -> dict[int, frozenset[int]]:
    """Choice → the rows it enters."""
    rows: dict[int, frozenset[int]] = {}
    for number_low_high, choices in judge.chosen.items():
        touched = frozenset(r for r, _ in judge.groups.all[number_low_high[0]].column)
        for choice in choices:
            rows[id(choice)] = touched
    return rows


def _groups(
    problem: Problem,
    ranked: Sequence[Ranked],
    broken: Sequence[int],
    columns: Mapping[int, frozenset[int]],
    suspect: Callable[[Choice], Suspect],
    listed: Sequence[Choice],
) -> tuple[Group, ...]:
    """The broken identities by the choice of the best set that mends them."""
    if not ranked:
        return ()
    best = ranked[0].choices
    left = list(broken)
    groups = []
    for choice in best:
        rows = columns[id(choice)]
        mine = tuple(identity(problem, n) for n in left if n in rows)
        left = [n for n in left if n not in rows]
        others = [c for c in listed if columns[id(c)] & rows and all(c is not b for b in best)]
        groups.append(Group(suspect(choice), tuple(suspect(c) for c in others[:RIVALS_SHOWN]), mine))
    return tuple(groups)


def _suspect(
    judge: Judge, choice: Choice, confidence: float, resolves: int, proof: tuple[Identity, ...]
) -> Suspect:
    problem, member = judge.problem, choice.member
    refs = tuple(problem.refs[x] for x, _ in member.cells)
    if member.kind == LINE and member.place is not None:
        refs = (member.place,)
    if member.kind in (SOFT, SHARE):
        on = problem.shares.get(member.row)
        cells = tuple(problem.refs[x] for _, x in problem.rows[member.row].terms)
        refs = (on[0][0].ratio,) if on else cells
    places = places_of(problem.ratios[refs[0]]) if member.kind == SHARE else 2
    suggested = tuple(
        Decimal(v).scaleb(-places) if v or member.kind == SHARE else None for v, _ in choice.values
    )
    return Suspect(
        member.kind, refs, suggested, _changes(judge, choice, refs), choice.why, confidence,
        len(choice.values) == 1 and not choice.open, resolves, _bound(choice.low), _bound(choice.high), proof,
        problem.rows[member.row].rule if member.row >= 0 else "",
    )  # fmt: skip


def _bound(value: int) -> int | None:
    return None if abs(value) >= FREE // 100 else value


def _changes(judge: Judge, choice: Choice, refs: tuple[Ref, ...]) -> tuple[tuple[Ref, Decimal | None], ...]:
    """The correction of every cell by the first candidate."""
    member = choice.member
    if not choice.values or not member.cells:
        return ()
    cell, sign = member.cells[0]
    printed = judge.units[cell] or 0
    shift = (choice.values[0][0] - printed) * sign
    if member.kind == EXCHANGE:
        first, second = (judge.units[x] or 0 for x, _ in member.cells)
        values = [second, first]
    else:
        values = [(judge.units[x] or 0) + s * shift for x, s in member.cells]
    return tuple((r, Decimal(v).scaleb(-2) if v else None) for r, v in zip(refs, values, strict=True))
