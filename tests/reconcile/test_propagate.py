"""Bounds propagation and its proofs."""

from tests.reconcile.book import constraint
from xltools.reconcile.model import FREE, compile
from xltools.reconcile.propagate import State, conflict_among


def _state(rules: list[tuple[str, str, str]], **bounds: tuple[int, int]) -> tuple[State, dict[str, int]]:
    model = compile([constraint(f"r{n}", *rule) for n, rule in enumerate(rules)])
    active = [(row.terms, row.low, row.high) for row in model.rows]
    names = {ref.line: x for x, ref in enumerate(model.refs)}
    low = [bounds.get(name, (-FREE, FREE))[0] for name in names]
    high = [bounds.get(name, (-FREE, FREE))[1] for name in names]
    return State(active, model.watch, low, high), names


def test_bounds_are_cut_until_nothing_changes() -> None:
    state, x = _state([("a", "=", "b c"), ("d", "=", "a")], b=(1, 2), c=(10, 20))
    assert state.run(range(2))
    assert (state.low[x["d"]], state.high[x["d"]]) == (11, 22)
    assert state.why(x["d"], upper=True) == [0, 1]
    assert state.why(x["b"], upper=True) == []


def test_coefficients_round_inwards() -> None:
    state, x = _state([("a a", "=", "b")], b=(3, 7))
    assert state.run(range(1))
    assert (state.low[x["a"]], state.high[x["a"]]) == (2, 3)
    state, x = _state([("b", "=", "a a")], b=(-7, -3))
    assert state.run(range(1))
    assert (state.low[x["a"]], state.high[x["a"]]) == (-3, -2)
    state, x = _state([("b", "<=", "a a a")], b=(4, 7))
    assert state.run(range(1))
    assert state.low[x["a"]] == 2


def test_a_conflict_is_proved_by_the_rows_that_were_used() -> None:
    state, _ = _state(
        [("a", "=", "b c"), ("a", "=", "d"), ("e", "=", "g"), ("d", "<=", "h")],
        b=(1, 2), c=(1, 2), h=(0, 1), e=(0, 5), g=(0, 5),
    )  # fmt: skip
    assert not state.run(range(4))
    assert set(state.proof()) == {0, 1, 3}


def test_a_proof_is_cut_down_to_what_is_needed() -> None:
    state, _ = _state([("a", "=", "c"), ("b", "=", "c"), ("a", "<=", "d")], a=(0, 0), c=(5, 5))
    assert conflict_among(state.rows, [0, 1, 2], state.low, state.high) == [0]
    assert conflict_among(state.rows, [1, 2], state.low, state.high) == []


def test_creeping_bounds_end() -> None:
    """a ≤ b − 1 and b ≤ a − 1 creep by one a round: given up, not looped."""
    state, _ = _state([("a", "<", "b"), ("b", "<", "a")], a=(0, 10**9), b=(0, 10**9))
    assert state.run(range(2))


def test_free_figures_do_not_creep() -> None:
    state, _ = _state([("a", "<", "b"), ("b", "<", "a")])
    assert state.run(range(2))
    assert not state.steps
