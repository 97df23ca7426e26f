"""The benchmark measures what it says: its generator knows nothing of the ranker, its errors are errors."""

import ast
import random
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.reconcile import coherent, example, inject, measure
from benchmarks.reconcile.guess import best_guess, outcomes
from tests.reconcile.book import example as published
from tests.reconcile.book import model_of
from tests.units import random_report
from xltools.amount import Unit
from xltools.reconcile import solve
from xltools.report import Ref

ROOT = Path(__file__).parents[2]
GENERATORS = ["tests/units.py"] + [
    f"benchmarks/reconcile/{name}.py" for name in ("inject", "coherent", "units", "guess")
]
WEIGHERS = {
    f"xltools.reconcile.{name}"
    for name in ("mechanisms", "plausible", "rank", "hidden", "together", "choice")
}


def _imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("name", GENERATORS)
def test_generator_and_ranker_share_no_weights(name: str) -> None:
    assert not _imported(ROOT / name) & WEIGHERS


def test_the_engine_knows_nothing_of_the_generator() -> None:
    for path in (ROOT / "xltools" / "reconcile").glob("*.py"):
        assert not {m for m in _imported(path) if m.startswith(("tests", "benchmarks"))}, path


def test_eleven_mechanisms_change_one_figure_each() -> None:
    report = random_report(3, Unit.WAN, "a")
    model = model_of(report)
    assert len(inject.MECHANISMS) == 11
    for mechanism in inject.MECHANISMS:
        case = inject.single(report, model, random.Random(7), only=mechanism)
        changed = {ref for ref in report.amounts if case.report.amounts.get(ref) != report.amounts[ref]}
        assert changed == set(case.truth) and len(changed) == 1, mechanism


@pytest.mark.parametrize("kind", coherent.KINDS)
def test_coherent_errors_change_several_figures(kind: str) -> None:
    case = next(measure.cases(coherent.KINDS[kind], 1, "a", 40))[3]
    assert len(case.truth) > 1 or case.mechanism == "line"
    assert all(case.report.amounts.get(ref) != true for ref, true in case.truth.items())


def test_every_outcome_of_a_mechanism_is_known_with_its_probability() -> None:
    value = Decimal("12.34")
    small = {v: p for p, v in outcomes(lambda source: (inject.small(value, source), True))}
    assert len(small) == 18 and small[Decimal("12.35")] == pytest.approx(1 / 18)
    total = sum(p for p, _ in outcomes(lambda source: (inject.replace_digit(value, source), True)))
    assert total == pytest.approx(1)


def test_the_best_guess_tells_leaves_apart_by_the_sign() -> None:
    """−9.17 for 9.17: no other leaf of 301 may be negative in the generator's units."""
    report = published()
    ref = Ref("basic", "30102", "1")
    true = report.amounts[ref]
    case = inject.Case(report.replaced({ref: -true}), {ref: true}, "sign")
    assert best_guess(model_of(report), case, "a") == ref


def test_each_line_of_the_table_can_be_measured() -> None:
    one = measure.located(lambda r, m, s: inject.single(r, m, s), 2, "b", 60)
    assert one.counts["cases"] == 2 and len(one.stated) == one.counts["found"]
    in_yuan = measure.percentages(2, "a", 90, Unit.YUAN)
    assert in_yuan.counts["found"] == in_yuan.counts["cases"] > 0 == in_yuan.counts["false"]
    assert measure.with_shares(1, "a", 90).counts["cases"] == 1


def test_the_example_is_judged_by_the_true_cell() -> None:
    report = published()
    ref = Ref("summary", "1", "1")
    case = inject.Case(report.replaced({ref: report.amounts[ref] + 9}), {ref: report.amounts[ref]}, "x")
    tally = measure.Tally()
    example.judge(tally, case, solve(model_of(report), case.report).sets, True)
    assert [tally.counts[k] for k in ("found", "first", "value")] == [1, 1, 1]
