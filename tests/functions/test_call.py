"""The dispatcher: whatever a binding hands over."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.functions import FUNCTIONS, CellError, FunctionError, call, cells

D = Decimal
ErrorOf = Callable[..., CellError]
VALUE = CellError.VALUE
fen = st.decimals(min_value=-(10**8), max_value=10**8, places=2)


def test_names_and_numbers_of_arguments(error_of: ErrorOf) -> None:
    assert call("xt_total", [1]) == 1
    assert error_of("XT_NOTHING") is CellError.NAME
    assert error_of("XT_SHARE", 1) is VALUE
    assert error_of("XT_SHARE", 1, 2, 3) is VALUE
    assert error_of("XT_TOTAL") is VALUE


EVERY = [(name, position) for name, f in FUNCTIONS.items() for position in range(len(f.arguments))]


@pytest.mark.parametrize(("name", "position"), EVERY)
def test_every_argument_of_every_function(error_of: ErrorOf, name: str, position: int) -> None:
    """Error values pass through; text in a number's place is #VALUE!; a blank number is 0, or the default."""
    function = FUNCTIONS[name]
    example = function.examples[0]
    argument = function.arguments[position]
    given = [*example, *[None] * (len(function.arguments) - len(example))]

    def with_cell(cell: object) -> list[object]:
        return [*given[:position], cell, *given[position + 1 :]]

    assert error_of(name, *with_cell([[None], [CellError.REF]])) is CellError.REF
    assert error_of(name, *with_cell("#DIV/0!")) is CellError.DIV0
    if argument.kind == "number":
        assert error_of(name, *with_cell("文字")) is VALUE
        assert error_of(name, *with_cell(True)) is VALUE
        assert error_of(name, *with_cell(float("nan"))) is CellError.NUM
        blank = argument.default if argument.optional else 0
        assert outcome(name, with_cell(None)) == outcome(name, with_cell(blank))


def outcome(name: str, arguments: list[object]) -> object:
    try:
        return call(name, arguments)
    except FunctionError as error:
        return error.error


GUISES = [
    lambda block: block,
    lambda block: tuple(tuple(row) for row in block),
    lambda block: [row[0] for row in block],
    lambda block: [[D(str(cell)) if isinstance(cell, float) else cell for cell in row] for row in block],
    lambda block: [["" if cell is None else cell for cell in row] for row in block],
]


@pytest.mark.parametrize("guise", GUISES)
def test_bindings_may_hand_over_cells_as_they_like(guise: object) -> None:
    """Excel squeezes and gives None, LibreOffice gives tuples and "": the results are the same."""
    column = [[298.56], [21.18], [None]]
    assert call("XT_TOTAL", [guise(column)]) == D("319.74")  # type: ignore[operator]
    assert call("XT_POINTS", [guise([[6.0], [1.63]]), 2.07]) == D("9.70")  # type: ignore[operator]
    assert call("XT_SHARES", [guise(column)]) == [[D("0.9338")], [D("0.0662")], [D(0)]]  # type: ignore[operator]


def test_scalars_may_come_as_one_cell_ranges_and_options_as_none(error_of: ErrorOf) -> None:
    assert call("XT_RATE_SCORE", [[[6.224]], ((30,),), None]) == D("2.07")
    assert call("XT_RATE_SCORE", [6.224, 30, [[None]]]) == D("2.07")
    assert call("XT_WAN", [[62240.0]]) == D("6.22")
    assert error_of("XT_SHARE", [[1, 2]], 5) is VALUE


def test_results_are_never_floats_none_or_nan() -> None:
    for function in FUNCTIONS.values():
        for example in function.examples:
            try:
                result = call(function.name, example)
            except FunctionError:
                continue
            kind = {"number": Decimal, "text": str, "array": list}[function.returns]
            assert type(result) is kind, function.name
            assert result != ""


@given(st.sampled_from(sorted(FUNCTIONS)), st.data())
def test_anything_typed_into_cells_gives_a_result_or_a_cell_error(name: str, data: st.DataObject) -> None:
    cell = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=8)
        | fen
        | st.sampled_from(["201", "≥8%", "达成", "———", "万元", *CellError])
    )
    block = st.lists(st.lists(cell, min_size=2, max_size=2), max_size=3)
    arguments = data.draw(st.lists(cell | block, max_size=len(FUNCTIONS[name].arguments)))
    try:
        result = call(name, arguments)
    except FunctionError as error:
        assert isinstance(error.error, CellError)
        assert error.reason
    else:
        assert isinstance(result, Decimal | str | list)


def test_text_of_numbers() -> None:
    assert cells.text(201.0) == "201"
    assert cells.text(D("201")) == "201"
