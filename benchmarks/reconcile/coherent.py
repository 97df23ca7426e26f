"""Errors of several cells with one cause, besides the table not refreshed (``inject.stale``)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from benchmarks.reconcile.inject import SIMPLE, Case, Change, cells
from xltools.reconcile import Model
from xltools.report import Ref, Report

FEWEST = 6
"""Lines of a section that is shifted, amounts of a form in the other unit."""


def twice(report: Report, model: Model, source: random.Random) -> Case | None:
    """The same slip in 公开03 and 公开05."""
    pairs = [
        (ref, Ref("expenditure", ref.line, ref.column))
        for ref in cells(report, model)
        if ref.form == "general"
    ]
    pairs = [(a, b) for a, b in pairs if report.amounts[a] == report.amounts.get(b) and len(a.line) == 7]
    if not pairs:
        return None
    pair = source.choice(pairs)
    true = report.amounts[pair[0]]
    wrong = SIMPLE[source.choice(["swap", "replace", "drop", "double", "shift"])](true, source)
    if wrong is None or abs(wrong - true) < 1:
        return None
    return Case(report.replaced(dict.fromkeys(pair, wrong)), dict.fromkeys(pair, true), "twice")


def exchanged(report: Report, model: Model, source: random.Random) -> Case | None:
    """基本支出 and 项目支出 of a line exchanged."""
    lines = [
        (Ref(form, line, "2"), Ref(form, line, "3"))
        for form in ("expenditure", "general")
        for line in report.lines[form]
        if len(line) == 7
    ]
    both = [(a, b) for a, b in lines if a in report.amounts and b in report.amounts]
    both = [(a, b) for a, b in both if abs(report.amounts[a] - report.amounts[b]) >= 1]
    if not both:
        return None
    a, b = source.choice(both)
    wrong: Change = {a: report.amounts[b], b: report.amounts[a]}
    return Case(report.replaced(wrong), {ref: report.amounts[ref] for ref in (a, b)}, "exchange")


def deleted(report: Report, model: Model, source: random.Random) -> Case | None:
    """A line left out of 公开03 or 公开05, but of neither its total nor the other form."""
    form = source.choice(["expenditure", "general"])
    both = set(report.lines["expenditure"]) & set(report.lines["general"])
    leaves = [
        line for line in sorted(both)
        if len(line) == 7 and sum(other.startswith(line[:5]) for other in report.lines[form]) > 2
        and report.amounts.get(Ref(form, line, "1"), 0) >= 1
    ]  # fmt: skip
    if not leaves:
        return None
    line = source.choice(leaves)
    gone = {ref: value for ref, value in report.amounts.items() if ref.form == form and ref.line == line}
    kept = {ref: value for ref, value in report.amounts.items() if ref not in gone}
    lines = {**report.lines, form: [one for one in report.lines[form] if one != line]}
    return Case(replace(report, amounts=kept, lines=lines), dict(gone), "line")


def in_yuan(report: Report, model: Model, source: random.Random) -> Case | None:
    """A whole form in 元."""
    form = source.choice(["revenue", "expenditure", "general", "basic"])
    own = [ref for ref in report.amounts if ref.form == form]
    if len(own) < FEWEST:
        return None
    wrong: Change = {ref: report.amounts[ref] * 10_000 for ref in own}
    return Case(report.replaced(wrong), {ref: report.amounts[ref] for ref in own}, "unit")


def shifted(report: Report, model: Model, source: random.Random) -> Case | None:
    """The amounts of a section of 公开06 one line too low; what falls off the end is lost. The form prints
    all of its lines, so a figure may come to stand on a line that was blank."""
    section = source.choice(["301", "302"])
    own = sorted(
        (ref for ref in model.refs if ref.form == "basic" and ref.line[:3] == section and len(ref.line) == 5),
        key=lambda ref: ref.line,
    )
    if sum(ref in report.amounts for ref in own) < FEWEST:
        return None
    wrong: Change = {own[0]: None}
    for above, below in pairwise(own):
        wrong[below] = report.amounts.get(above)
    truth = {ref: report.amounts.get(ref) for ref in own if report.amounts.get(ref) != wrong[ref]}
    return Case(report.replaced({ref: wrong[ref] for ref in truth}), truth, "shifted")


KINDS: dict[str, Callable[[Report, Model, random.Random], Case | None]] = {
    "the same slip in 03 and 05": twice,
    "基本 and 项目 exchanged": exchanged,
    "a line deleted in one form": deleted,
    "a form in 元": in_yuan,
    "a section one line off": shifted,
}
