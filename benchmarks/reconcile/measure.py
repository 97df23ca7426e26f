"""The measurements behind the table of targets."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.reconcile import inject
from benchmarks.reconcile.compare import OTHERS
from benchmarks.reconcile.inject import CENT, Case
from benchmarks.reconcile.units import model_of, shares_of
from tests.units import random_report
from xltools.amount import Unit
from xltools.reconcile import Convention, Model, Outcome, Suspect, Verdict, solve, witness
from xltools.reconcile.hypotheses import Classes
from xltools.reconcile.problem import bind
from xltools.report import Report

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
            habit = outcome.verdict is Verdict.CONVENTION
            tally.counts["habit"] += habit
            tally.counts["world"] += not habit and witness(model, case.report) is not None
            continue
        tally.counts["found"] += 1
        _judge(tally, seed, model, case, outcome)
    return tally


def _judge(tally: Tally, seed: int, model: Model, case: Case, outcome: Outcome) -> None:
    truth = set(case.truth)
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
    if outcome.sets and outcome.sets[0][0] >= 0.99:
        tally.counts["sure set"] += 1
        tally.counts["sure set right"] += right[0]
    for suspect in outcome.suspects:
        if suspect.confidence >= 0.99:
            tally.counts["sure"] += 1
            tally.counts["sure right"] += suspect.refs[0] in truth and _value(case, suspect)


def _is(truth: set[object], suspects: tuple[Suspect, ...]) -> bool:
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


def percentages(count: int, style: str, start: int) -> Tally:
    """One printed percentage off by 0.01 point; and none wrong."""
    tally = Tally()
    for seed in range(start, start + count):
        report = random_report(seed, Unit.WAN, style)
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
        tally.counts["found"] += found(outcome)
        tally.counts["first"] += bool(outcome.sets) and [s.refs[0] for s in outcome.sets[0][1]] == [ratio]
        if not found(outcome):
            habit = outcome.verdict is Verdict.CONVENTION
            tally.counts["habit"] += habit
            tally.counts["world"] += not habit and witness(model, report, shares, wrong) is not None
            tally.misses.append(f"seed {seed}: {ratio.line} {printed[ratio]} printed {wrong[ratio]}")
    return tally
