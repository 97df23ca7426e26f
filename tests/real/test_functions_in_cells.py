"""Every function typed into a LibreOffice cell shows what Python computes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from xltools.functions import FUNCTIONS, CellError, Function, FunctionError, call

pytestmark = pytest.mark.real

ERRORS = {
    CellError.NULL: 521,
    CellError.DIV0: 532,
    CellError.VALUE: 519,
    CellError.REF: 524,
    CellError.NAME: 525,
    CellError.NUM: 503,
    CellError.NA: 32767,
}


@pytest.fixture(scope="module")
def sheet(office: Any) -> Iterator[Any]:
    document = office.open()
    yield document.Sheets.getByIndex(0)
    document.close(True)


class Cells:
    """Places blocks on a sheet and makes formulas of argument lists."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self.column = sheet, 1

    def reference(self, rows: list[list[object]]) -> str:
        for row, values in enumerate(rows):
            for offset, value in enumerate(values):
                cell = self.sheet.getCellByPosition(self.column + offset, row)
                if isinstance(value, CellError):
                    cell.setFormula({"#DIV/0!": "=1/0", "#N/A": "=NA()"}.get(value, "=1/0"))
                elif isinstance(value, str):
                    cell.setString(value)
                elif value is not None:
                    cell.setValue(float(value))  # type: ignore[arg-type]
        used = self.sheet.getCellRangeByPosition(
            self.column, 0, self.column + len(rows[0]) - 1, len(rows) - 1
        )
        self.column += len(rows[0]) + 1
        return str(used.AbsoluteName.rpartition(".")[0] and used.AbsoluteName.split(".", 1)[1])

    def text(self, argument: object) -> str:
        if argument is None:
            return self.reference([[None]])
        if isinstance(argument, list | tuple):
            return self.reference([list(r) if isinstance(r, list | tuple) else [r] for r in argument])
        if isinstance(argument, str):
            return '"' + argument.replace('"', '""') + '"'
        return str(argument)


def shown(sheet: Any, function: Function, arguments: Any) -> Any:
    """Value, text or error number of the cell with the formula."""
    sheet.clearContents(1023)
    cells = Cells(sheet)
    texts = [
        "" if value is None and argument.optional else cells.text(value)
        for value, argument in zip(arguments, function.arguments, strict=False)
    ]
    formula = f"={function.name}({';'.join(texts)})"
    if function.returns == "array":
        return array(sheet, formula)
    cell = sheet.getCellByPosition(0, 0)
    cell.setFormula(formula)
    return content(cell)


def content(cell: Any) -> Any:
    if cell.Error:
        return ("error", cell.Error)
    return cell.String if cell.FormulaResultType2 == 2 else cell.Value


def array(sheet: Any, formula: str) -> Any:
    area = sheet.getCellRangeByPosition(0, 20, 2, 23)
    area.setArrayFormula(formula)
    rows = [[content(area.getCellByPosition(c, r)) for c in range(3)] for r in range(4)]
    area.setArrayFormula("")
    return rows


def expected(function: Function, arguments: Any) -> Any:
    try:
        result = call(function.name, list(arguments))
    except FunctionError as error:
        return ("error", ERRORS[error.error])
    if isinstance(result, list):
        return [[float(value) for value in row] for row in result]
    return float(result) if isinstance(result, Decimal) else result


@pytest.mark.parametrize("name", FUNCTIONS)
def test_cells_show_what_python_computes(sheet: Any, name: str) -> None:
    function = FUNCTIONS[name]
    for arguments in function.examples:
        seen, wanted = shown(sheet, function, arguments), expected(function, arguments)
        if isinstance(wanted, list):
            seen = [row[: len(wanted[0])] for row in seen[: len(wanted)]]
        assert seen == wanted, arguments


@pytest.mark.parametrize(
    "block",
    [[[1.5]], [[1.5, 2.25, None]], [[1.5], [None], [2.25]], [[1.5, "1,234.50"], [None, "———"]], [[None]]],
)
def test_shapes_of_ranges(sheet: Any, block: list[list[object]]) -> None:
    total = FUNCTIONS["XT_TOTAL"]
    assert shown(sheet, total, [block]) == expected(total, [block])


def test_an_error_in_the_arguments_is_an_error_in_the_cell(sheet: Any) -> None:
    total, share = FUNCTIONS["XT_TOTAL"], FUNCTIONS["XT_SHARE"]
    assert shown(sheet, share, [[[CellError.DIV0]], 3]) == ("error", 532)
    # Calc itself refuses a block with an error in it, before it asks the function
    assert shown(sheet, total, [[[1], [CellError.NA]]]) == ("error", 504)


def test_whole_columns_and_long_texts(sheet: Any) -> None:
    sheet.clearContents(1023)
    for row, value in enumerate([1.5, 2.25]):
        sheet.getCellByPosition(3, row).setValue(value)
    cell = sheet.getCellByPosition(0, 0)
    cell.setFormula("=XT_TOTAL(D:D)")
    assert content(cell) == 3.75
    sheet.getCellByPosition(3, 2).setString("长" * 300)
    assert content(cell) == ("error", 519)


def test_function_texts_are_chinese(office: Any) -> None:
    """The function wizard reads these."""
    descriptions = office.service("com.sun.star.sheet.FunctionDescriptions")
    found = {}
    for index in range(descriptions.Count):
        values = {p.Name: p.Value for p in descriptions.getByIndex(index)}
        if str(values.get("Name", "")).startswith("XT_"):
            found[values["Name"]] = values
    assert found.keys() == FUNCTIONS.keys()
    for name, function in FUNCTIONS.items():
        assert function.help in found[name]["Description"]
        assert len(found[name]["Arguments"]) == len(function.arguments)
