"""The functions as Excel would call them: macro → xlwings' CallUDF → binding → Python → cell.

Excel itself is absent: see excel_double.py for what stands in.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyopenvba.interpreter import _values

from tests.addin import excel_double
from xltools.addin import build, excel
from xltools.functions import FUNCTIONS, CellError, Function, FunctionError, call

EXAMPLES = [
    pytest.param(function, arguments, id=f"{name}-{number}")
    for name, function in FUNCTIONS.items()
    for number, arguments in enumerate(function.examples)
]


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> excel_double.Workbook:
    return excel_double.Workbook(tmp_path_factory.mktemp("excel"), FUNCTIONS.values())


def python_result(name: str, arguments: Any) -> object:
    """The function's own result as a cell would show it."""
    try:
        result = call(name, list(arguments))
    except FunctionError as error:
        return str(error.error)
    if isinstance(result, list):
        return [[float(value) for value in row] for row in result]
    return float(result) if isinstance(result, Decimal) else result


def as_com(argument: Any) -> Any:
    """An argument as pywin32 delivers it: floats, rows as tuples, errors as numbers."""
    if isinstance(argument, list | tuple):
        return tuple(as_com(value) for value in argument)
    if isinstance(argument, CellError):
        return next(number for number, error in excel._ERRORS.items() if error == argument)
    if isinstance(argument, bool) or argument is None:
        return argument
    return float(argument) if isinstance(argument, int | Decimal) else argument


def test_every_function_has_examples() -> None:
    assert all(function.examples for function in FUNCTIONS.values()) and FUNCTIONS


@pytest.mark.parametrize(("function", "arguments"), EXAMPLES)
def test_call_udf_agrees_with_python(function: Function, arguments: tuple[object, ...]) -> None:
    left_out = [excel_double.MISSING_ARGUMENT] * (len(function.arguments) - len(arguments))
    answer = excel_double.call_udf(function.name, *map(as_com, arguments), *left_out)
    assert plain(answer) == plain(python_result(function.name, arguments))


@pytest.mark.parametrize(("function", "arguments"), EXAMPLES)
def test_the_macro_agrees_with_python(
    workbook: excel_double.Workbook, function: Function, arguments: tuple[object, ...]
) -> None:
    shown = workbook.formula(function.name, *workbook.put(arguments))
    assert plain(as_text(shown)) == plain(python_result(function.name, arguments))


def plain(value: Any) -> Any:
    """Rows of one cell as that cell: CallUDF unwraps them."""
    if isinstance(value, list | tuple):
        rows = [list(row) if isinstance(row, list | tuple) else row for row in value]
        return rows[0] if len(rows) == 1 and isinstance(rows[0], list) else rows
    return value


def as_text(shown: Any) -> Any:
    names = {"#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036}
    if isinstance(shown, _values.VBAErrorValue):
        return {number: name for name, number in {**names, "#N/A": 2042}.items()}[shown.number]
    return shown


TOTAL = "XT_TOTAL"


@pytest.mark.parametrize(
    "cells",
    [
        [[1.5]],
        [[1.5, 2.25, None]],
        [[1.5], [None], [2.25]],
        [[1.5, None], [2.25, "1,234.50"]],
        [[None]],
        [[None, None], [None, None]],
    ],
)
def test_shapes_of_ranges(workbook: excel_double.Workbook, cells: list[list[object]]) -> None:
    expected = python_result(TOTAL, [cells])
    assert (
        excel_double.call_udf(TOTAL, as_com(cells if len(cells) + len(cells[0]) > 2 else cells[0][0]))
        == expected
    )
    assert workbook.formula(TOTAL, *workbook.put((cells,))) == expected


@pytest.mark.parametrize("error", list(CellError))
def test_error_values_pass_through_as_errors(error: CellError) -> None:
    assert excel_double.call_udf(TOTAL, ((1.0, as_com(error)),)) == str(error)


def test_the_macro_shows_a_real_error_never_a_text(workbook: excel_double.Workbook) -> None:
    shown = workbook.formula(TOTAL, *workbook.put(([[1, "三元"]],)))
    assert isinstance(shown, _values.VBAErrorValue) and shown.number == 2015


def test_whole_columns_are_cut_to_the_used_part(workbook: excel_double.Workbook) -> None:
    workbook.clear()
    workbook.put(([[1.5], [2.25], [3]],))
    seen: list[object] = []
    original = excel.answer
    excel.answer = lambda name, arguments: seen.append(arguments) or original(name, arguments)  # type: ignore
    try:
        assert workbook.formula(TOTAL, "=D:D") == 6.75
        assert workbook.formula(TOTAL, "=D1:D1000000") == 6.75
    finally:
        excel.answer = original
    assert all(len(arguments[0]) < 20 for arguments in seen)  # type: ignore[index]


def test_a_range_beyond_the_used_part_is_blank(workbook: excel_double.Workbook) -> None:
    assert workbook.formula(TOTAL, "=ZZ500:ZZ900") == 0


def test_long_texts_pass(workbook: excel_double.Workbook) -> None:
    blocks = ([["201"], ["长" * 300], ["20103"]], [[5.5], [9], [5.5]])
    shown = workbook.formula("XT_LEAVES", *workbook.put(blocks))
    assert as_text(shown) == python_result("XT_LEAVES", blocks)
    assert excel_double.call_udf("XT_LEAVES", *map(as_com, blocks)) == python_result("XT_LEAVES", blocks)


def test_one_retry_when_the_server_is_gone(workbook: excel_double.Workbook) -> None:
    arguments = workbook.put(([[1, 2]],))
    for number in (462, -2147023174):
        workbook.server.failures[:] = [_values.error(number)]
        assert workbook.formula(TOTAL, *arguments) == 3
    workbook.server.failures[:] = [_values.error(462), _values.error(462)]
    assert isinstance(workbook.formula(TOTAL, *arguments), _values.VBAErrorValue)
    workbook.server.failures[:] = [_values.error(5)]
    calls = workbook.server.calls
    assert isinstance(workbook.formula(TOTAL, *arguments), _values.VBAErrorValue)
    assert workbook.server.calls == calls + 1, "only a lost server is called again"


def test_a_bug_in_python_is_an_error_in_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: str, arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("xltools.functions.call", fails)
    assert excel_double.call_udf(TOTAL, 1.0) == "#VALUE!"


def test_arity_equals_that_of_xlwings_own_generator(tmp_path: Path) -> None:
    """xlwings, asked for wrappers of the bound module, declares the same names in the same order."""
    import re
    import types

    server = excel_double.xlwings_server()
    excel.bind(excel.load_xlwings())
    from xlwings import udfs

    path = tmp_path / "stock.bas"
    with path.open("w") as target:
        book = types.SimpleNamespace(Name="xltools.xlam")
        udfs.generate_vba_wrapper("xltools.addin.excel", excel, target, book)
    stock = dict(re.findall(r"Function (XT_\w+)\((.*?)\)", path.read_text()))
    ours = dict(re.findall(r"Public Function (XT_\w+)\((.*?)\)", build.modules()[-1].source))
    assert server is not None and stock.keys() == ours.keys() == FUNCTIONS.keys()
    for name in ours:
        names = [re.sub(r"_$", "", p.split()[-3]) for p in ours[name].split(", ")]
        assert names == [p.split()[-1] for p in stock[name].split(", ")]
        assert ["Optional" in p for p in ours[name].split(", ")] == [
            "Optional" in p for p in stock[name].split(", ")
        ]


def recalculated(path: Path) -> dict[tuple[str, str], object]:
    """Every cell with one of our functions, computed anew with all calls going through ``call_udf``."""
    from unittest import mock

    from xltools.functions import CellError
    from xltools.workbook import operations
    from xltools.workbook.evaluate import Evaluator
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_package

    def through(name: str, arguments: Any) -> object:
        function = FUNCTIONS[name]
        left_out = [excel_double.MISSING_ARGUMENT] * (len(function.arguments) - len(arguments))
        answer = excel_double.call_udf(name, *map(as_com, arguments), *left_out)
        if isinstance(answer, str) and answer in list(CellError):
            raise FunctionError(CellError(answer), "")
        return Decimal(repr(answer)) if isinstance(answer, float) else answer

    grids = {grid.name: grid for grid in file_grids(open_package(path))}
    evaluator = Evaluator(grids, lambda formula: "XT_" in formula)
    found: dict[tuple[str, str], object] = {}
    with mock.patch.object(operations, "functions", mock.Mock(wraps=operations.functions, call=through)):
        for name, grid in grids.items():
            for cell in (cell for cell, formula in grid.facts.formulas.items() if "XT_" in formula):
                # a few formulas use functions of Excel's that our own evaluator does not know
                with contextlib.suppress(operations.Unsupported):
                    found[name, cell] = evaluator.compute(grid, cell)
    return found


def test_the_whole_example_recalculated_through_call_udf_shows_what_it_stored() -> None:
    from xltools.addin.file_port import FilePort
    from xltools.resources import resource
    from xltools.workbook.address import split

    path = resource("workbooks/example.xlsx")
    stored = FilePort(path).read()
    computed = recalculated(path)
    assert len(computed) > 150
    for (sheet, cell), value in computed.items():
        row, column = split(cell)
        line = stored[sheet][row - 1] if row <= len(stored[sheet]) else []
        before = line[column - 1] if column <= len(line) else None
        if isinstance(before, float):
            assert float(value) == pytest.approx(before, abs=1e-9), (sheet, cell)  # type: ignore[arg-type]
        else:
            assert (value or None) == before, (sheet, cell)


def test_formulas_of_the_template_suit_the_wrappers() -> None:
    """Every call in template and example has as many arguments as the macro declares."""
    import re

    from xltools.resources import resource
    from xltools.workbook.formulas import read_formulas
    from xltools.workbook.package import open_package

    seen = set()
    for name in ("template", "example"):
        for formulas in read_formulas(open_package(resource(f"workbooks/{name}.xlsx"))).values():
            for formula in formulas.values():
                for match in re.finditer(r"\b(XT_[A-Z_]+)\(", formula):
                    function = FUNCTIONS[match[1]]
                    needed = sum(not argument.optional for argument in function.arguments)
                    assert needed <= arity(formula, match.end()) <= len(function.arguments), formula
                    seen.add(match[1])
    assert len(seen) > 8


def arity(formula: str, start: int) -> int:
    """The number of arguments of the call whose bracket opens before ``start``."""
    depth, count, quoted = 1, 1, False
    for character in formula[start:]:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "({":
            depth += 1
        elif not quoted and character in ")}":
            depth -= 1
            if depth == 0:
                return count
        elif not quoted and character == "," and depth == 1:
            count += 1
    raise AssertionError(formula)


def test_the_server_loads_neither_pro_parts_nor_pandas() -> None:
    code = (
        "import sys\nfrom xltools.addin.excel import load_xlwings, bind\n"
        "xlwings = load_xlwings(); bind(xlwings)\n"
        "assert not xlwings.__pro__ and not {'pandas', 'numpy'} & set(sys.modules)\n"
        "import pandas\n"
        "print(pandas.DataFrame({'a': [1]}).shape)"
    )
    root = Path(excel.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(1, 1)"


# the macros of the buttons


def test_a_button_reaches_python_with_its_id(
    workbook: excel_double.Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed: list[tuple[str, bool]] = []
    monkeypatch.setattr(excel, "press", lambda action, on_workbook: pressed.append((action, on_workbook)))
    workbook.app.run("RunAction", "check")
    assert pressed == [("check", True)]


def test_a_button_that_cannot_start_python_says_so_in_chinese(workbook: excel_double.Workbook) -> None:
    workbook.server.failures[:] = [_values.error(1000, "Could not create Python process.")]
    workbook.app.run("RunAction", "check")
    _, prompt, title, _ = workbook.app.dialogs[-1]
    assert "xltools addin doctor" in prompt and "Could not create" in prompt and title == "决算公开"
    assert workbook.app.console[-1] == "check: Could not create Python process."


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        (r"C:\Users\张三\AppData\Roaming\Microsoft\Excel\XLSTART\xltools.xlam", True),
        ("https://d.docs.live.net/1/XLTOOLS.XLAM", True),
        ("xltools.xlam", True),
        (r"C:\xltools.xlam\other.xlsx", False),
        (r"C:\myxltools.xlam", False),
    ],
)
def test_links_to_the_addin_are_recognised(workbook: excel_double.Workbook, path: str, ours: bool) -> None:
    assert workbook.app.run("IsAddin", path) is ours


def test_formulas_with_our_functions_are_recognised(workbook: excel_double.Workbook) -> None:
    workbook.clear()
    workbook.sheet.set_value("D1", 1.0)
    workbook.sheet.set_value("D2", "=XT_TOTAL(D1)")
    run, cells = workbook.app.run, workbook.app.evaluate
    assert run("Mentions", cells('Range("D1:D2")').vba_get("Formula")) is True
    assert run("Mentions", cells('Range("D1")').vba_get("Formula")) is False
    assert run("Mentions", "=SUM(D1)") is False and run("Mentions", "=[1]!xt_total(D1)") is True
