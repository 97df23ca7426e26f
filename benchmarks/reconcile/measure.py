"""The measurements behind the table of targets."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from benchmarks.reconcile import inject
from benchmarks.reconcile.compare import OTHERS
from benchmarks.reconcile.guess import best_guess
from benchmarks.reconcile.inject import CENT, Case
from benchmarks.reconcile.units import model_of, shares_of
from tests.units import random_report
from xltools.amount import Unit
from xltools.reconcile import Convention, Model, Outcome, Suspect, Verdict, solve, witness
from xltools.reconcile.hypotheses import Classes
from xltools.reconcile.problem import bind
from xltools.report import TOTAL, Ref, Report

ZERO = Decimal(0)


def found(outcome: Outcome) -> bool:
    """Whether the accountant is told of something wrong (a figure that is right only on a tie counts)."""
    return outcome.verdict in (Verdict.ERROR, Verdict.VERIFY) or outcome.convention is Convention.TIE


@dataclass
class Tally:
    """Counts of one experiment."""

    counts: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    stated: list[tuple[float, bool]] = field(default_factory=list)
    """Confidence of each first set, and whether it was right."""

    def share(self, name: str, of: str = "cases") -> str:
        total = self.counts[of]
        return f"{100 * self.counts[name] / total:.1f} % ({self.counts[name]}/{total})" if total else "–"


def cases(
    make: Callable[[Report, Model, random.Random], Case | None], count: int, style: str, start: int
) -> Iterator[tuple[int, Model, Report, Case]]:
    """``count`` cases on the units from seed ``start`` on."""
    seed = start
    made = 0
    while made < count:
        report = random_report(seed, Unit.WAN, style)
        model = model_of(report)
        case = make(report, model, random.Random(f"inject{style}{seed}"))
        seed += 1
        if case:
            made += 1
            yield seed - 1, model, report, case


def clean(count: int, style: str, start: int, convention: str) -> Tally:
    """False alarms on clean units of one convention, ours and others'."""
    tally = Tally()
    for seed in range(start, start + count):
        report = random_report(seed, Unit.WAN, style, convention)
        model = model_of(report)
        begin = time.process_time()
        outcome = solve(model, report, suspects=False)
        tally.times.append(time.process_time() - begin)
        tally.counts["cases"] += 1
        tally.counts["错误"] += outcome.verdict is Verdict.ERROR
        tally.counts["hint"] += outcome.verdict is Verdict.CONVENTION
        if convention == "rounded":
            for name, alarm in OTHERS.items():
                tally.counts[name] += alarm(model, report)
    return tally


def located(
    make: Callable[[Report, Model, random.Random], Case | None], count: int, style: str, start: int
) -> Tally:
    """Independent wrong cells: found, ranked, valued."""
    tally = Tally()
    for seed, model, _report, case in cases(make, count, style, start):
        begin = time.process_time()
        outcome = solve(model, case.report)
        tally.times.append(time.process_time() - begin)
        tally.counts["cases"] += 1
        for name, alarm in OTHERS.items():
            tally.counts[name] += alarm(model, case.report)
        tally.counts["错误"] += outcome.verdict is Verdict.ERROR
        tally.counts["unsearched"] += not outcome.exhaustive
        if not found(outcome):
            why = _unseen(tally, outcome, lambda m=model, c=case: witness(m, c.report))  # type: ignore[misc]
            tally.misses.append(f"seed {seed} {case.mechanism}: {_words(case)}: not found, {why}")
            continue
        tally.counts["found"] += 1
        _judge(tally, seed, model, case, outcome)
        if len(case.truth) == 1:
            _tied(tally, model, case, outcome, style)
    return tally


def _unseen(tally: Tally, outcome: Outcome, world: Callable[[], object]) -> str:
    """Why an error was not found, counted."""
    if outcome.verdict is Verdict.CONVENTION:
        tally.counts["habit"] += 1
        return f"another convention allows it ({outcome.convention.value})"
    if world() is None:
        return "undecided: no world found"
    tally.counts["world"] += 1
    return "a world of exact amounts prints these figures too"


def _tied(tally: Tally, model: Model, case: Case, outcome: Outcome, style: str) -> None:
    """Where no identity tells the true cell from others: our first against the best guess there is."""
    best = best_guess(model, case, style)
    if best is not None:
        tally.counts["tied"] += 1
        tally.counts["tied best"] += best in case.truth
        tally.counts["tied first"] += bool(outcome.sets) and _is(set(case.truth), outcome.sets[0][1])


def _judge(tally: Tally, seed: int, model: Model, case: Case, outcome: Outcome) -> None:
    truth: set[Ref] = set(case.truth)
    right = [_is(truth, suspects) for _, suspects in outcome.sets]
    tally.counts["first"] += right[:1] == [True]
    tally.counts["three"] += any(right[:3])
    if right[:1] != [True]:
        tally.counts["tie"] += bool(outcome.sets) and _same_columns(model, case, outcome.sets[0][1])
        tally.misses.append(f"seed {seed} {case.mechanism}: {_words(case)} → {_guess(outcome)}")
    best = next((s for (_, s), ok in zip(outcome.sets, right, strict=True) if ok), None)
    if best:
        tally.counts["listed"] += 1
        hit = all(_value(case, suspect) for suspect in best)
        tally.counts["value"] += hit
        tally.counts["unique"] += all(suspect.unique for suspect in best)
        tally.counts["unique right"] += hit and all(suspect.unique for suspect in best)
    if outcome.sets:
        tally.stated.append((outcome.sets[0][0], right[0]))
    if outcome.sets and outcome.sets[0][0] >= 0.99:
        tally.counts["sure set"] += 1
        tally.counts["sure set right"] += right[0]
    for suspect in outcome.suspects:
        if suspect.confidence >= 0.99:
            tally.counts["sure"] += 1
            tally.counts["sure right"] += suspect.refs[0] in truth and _value(case, suspect)


def _is(truth: set[Ref], suspects: tuple[Suspect, ...]) -> bool:
    return (
        len(suspects) == len(truth)
        and all(s.kind == "cell" for s in suspects)
        and {s.refs[0] for s in suspects} == truth
    )


def _value(case: Case, suspect: Suspect) -> bool:
    true = case.truth.get(suspect.refs[0], None)
    return (true or ZERO) in [v or ZERO for v in suspect.suggested]


def _same_columns(model: Model, case: Case, suspects: tuple[Suspect, ...]) -> bool:
    """Whether no identity can tell the guess from the truth: the cells enter the same rows."""
    groups = Classes(bind(model, case.report))
    columns = {}
    for ref in [*case.truth, *(s.refs[0] for s in suspects if s.kind == "cell")]:
        cell = model.index[ref]
        groups.of_row(model.watch[cell][0])
        own = [c for c in groups.all for m in c.members if m.kind == "cell" and m.cells[0][0] == cell]
        columns[ref] = own[0].number
    guess = sorted(columns[s.refs[0]] for s in suspects if s.kind == "cell")
    return guess == sorted(columns[ref] for ref in case.truth)


def _words(case: Case) -> str:
    return ", ".join(
        f"{ref} {true} printed {case.report.amounts.get(ref)}" for ref, true in case.truth.items()
    )


def _guess(outcome: Outcome) -> str:
    if not outcome.sets:
        return "nothing"
    probability, suspects = outcome.sets[0]
    names = ", ".join(f"{s.refs[0]} {s.suggested[0] if s.suggested else ''} {s.why}" for s in suspects)
    return f"{names} ({probability:.2f})"


def paths(count: int, style: str, start: int) -> Tally:
    """A table not refreshed: a leaf and every total above it."""
    tally = Tally()
    for seed, model, _, case in cases(inject.stale, count, style, start):
        begin = time.process_time()
        outcome = solve(model, case.report)
        tally.times.append(time.process_time() - begin)
        tally.counts["cases"] += 1
        tally.counts["found"] += found(outcome)
        truth = set(case.truth)
        ranks = [len(s) == 1 and set(s[0].refs) == truth for _, s in outcome.sets[:3]]
        tally.counts["first"] += ranks[:1] == [True]
        tally.counts["three"] += any(ranks)
        form = next(iter(truth)).form
        tally.counts["form"] += bool(outcome.sets) and any(
            s.kind == "stale" and s.refs[0].form == form for s in outcome.sets[0][1]
        )
        if not any(ranks):
            tally.misses.append(f"seed {seed}: {_words(case)} → {_guess(outcome)}")
    return tally


def sections(count: int, style: str, start: int) -> Tally:
    """A leaf of 公开06 left blank: is its section named, and the amount?"""
    tally = Tally()
    for seed, model, _, case in cases(inject.omitted_leaf, count, style, start):
        outcome = solve(model, case.report)
        tally.counts["cases"] += 1
        ref, true = next(iter(case.truth.items()))
        if not outcome.sets:
            continue
        best = outcome.sets[0][1]
        blank = case.report.amounts.get(best[0].refs[0]) is None
        same = len(best) == 1 and blank and best[0].refs[0].line[:3] == ref.line[:3]
        tally.counts["named"] += same and true in best[0].suggested
        tally.counts["cell"] += len(best) == 1 and best[0].refs[0] == ref
        if not same:
            tally.misses.append(f"seed {seed}: {_words(case)} → {_guess(outcome)}")
    return tally


def coherent(
    make: Callable[[Report, Model, random.Random], Case | None], count: int, style: str, start: int
) -> Tally:
    """Several cells with one cause: is it the first suspect, and its figures?"""
    tally = Tally()
    for seed, _, _, case in cases(make, count, style, start):
        model = model_of(case.report)
        begin = time.process_time()
        outcome = solve(model, case.report)
        tally.times.append(time.process_time() - begin)
        tally.counts["cases"] += 1
        tally.counts["found"] += found(outcome)
        ranks = [_covers(case, suspects) for _, suspects in outcome.sets[:3]]
        tally.counts["first"] += ranks[:1] == [True]
        tally.counts["three"] += any(ranks)
        if ranks[:1] != [True]:
            tally.misses.append(f"seed {seed} {case.mechanism}: {_words(case)} → {_guess(outcome)}")
    return tally


def _covers(case: Case, suspects: tuple[Suspect, ...]) -> bool:
    """Whether a set names the cells that are wrong, or the line that is missing, and no others."""
    if case.mechanism == "line":
        place, gone = suspects[0], next(iter(case.truth))
        near = place.refs[0].form == gone.form and gone.line.startswith(place.refs[0].line.replace(TOTAL, ""))
        return len(suspects) == 1 and place.kind in ("line", "missing") and near
    named = {ref for suspect in suspects for ref in suspect.refs}
    if case.mechanism == "shifted":
        # What fell off the end is not known.
        return len(suspects) == 1 and len(named ^ set(case.truth)) <= 1
    return named == set(case.truth)


def percentages(count: int, style: str, start: int, unit: Unit = Unit.WAN) -> Tally:
    """One printed percentage off by 0.01 point; and none wrong. ``unit`` is that of the workbook."""
    tally = Tally()
    for seed in range(start, start + count):
        report = random_report(seed, unit, style)
        shares, printed = shares_of(seed, style)
        if not printed:
            continue
        model = model_of(report)
        source = random.Random(f"share{style}{seed}")
        tally.counts["cases"] += 1
        begin = time.process_time()
        tally.counts["false"] += found(solve(model, report, shares, printed, suspects=False))
        tally.times.append(time.process_time() - begin)
        ratio = source.choice(list(printed))
        wrong = printed | {ratio: printed[ratio] + source.choice([-1, 1]) * CENT}
        outcome = solve(model, report, shares, wrong)
        size = _size(report)
        tally.counts[size] += 1
        tally.counts["first"] += bool(outcome.sets) and [s.refs[0] for s in outcome.sets[0][1]] == [ratio]
        if found(outcome):
            tally.counts["found"] += 1
            tally.counts[f"{size} found"] += 1
            continue
        why = _unseen(tally, outcome, lambda m=model, r=report, s=shares, w=wrong: witness(m, r, s, w))  # type: ignore[misc]
        tally.misses.append(
            f"seed {seed}: {ratio.line} {printed[ratio]} printed {wrong[ratio]}, unit of "
            f"{report.amounts.get(SPENT)}: not found, {why}"
        )
    return tally


SPENT = Ref("summary", "58", "2")
SIZES = {"below 300 万元": 300, "300 to 3,000 万元": 3000, "above": 10**9}


def _size(report: Report) -> str:
    spent = report.amounts.get(SPENT, ZERO) / (1 if report.unit is Unit.WAN else 10_000)
    return next(name for name, limit in SIZES.items() if spent < limit)


def with_shares(count: int, style: str, start: int) -> Tally:
    """One wrong cell in a report whose narrative prints its (true) percentages."""
    tally = Tally()
    for seed, model, _, case in cases(partial(inject.single, count=1), count, style, start):
        shares, printed = shares_of(seed, style)
        outcome = solve(model, case.report, shares, printed)
        tally.counts["cases"] += 1
        tally.counts["found"] += found(outcome)
        tally.counts["first"] += bool(outcome.sets) and _is(set(case.truth), outcome.sets[0][1])
        if not found(outcome):
            world = lambda m=model, c=case, s=shares, p=printed: witness(m, c.report, s, p)  # type: ignore[misc]  # noqa: E731
            why = _unseen(tally, outcome, world)
            tally.misses.append(f"seed {seed} {case.mechanism}: {_words(case)}: not found, {why}")
    return tally
