"""What the worksheet functions cost in Excel, as far as Python can tell: ``python -m benchmarks.addin``.

The whole example is recalculated through xlwings' real ``CallUDF`` (pywin32 stubbed; COM's own cost, about
4 ms a call in a real Excel, comes on top). Prints the number of calls, the Python time of a call, what one
edit can make dirty, and what the first call pays for imports.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median, quantiles

from tests.addin import excel_double
from tests.addin.test_excel import recalculated
from xltools.resources import resource
from xltools.workbook.dependents import dependents
from xltools.workbook.formulas import read_formulas
from xltools.workbook.package import open_package

_START = "from xltools.addin.excel import load_xlwings,bind;bind(load_xlwings())"


def main() -> None:
    """Measure and print."""
    path = resource("workbooks/example.xlsx")
    times: list[float] = []
    call = excel_double.call_udf

    def timed(name: str, *arguments: object) -> object:
        began = time.perf_counter()
        try:
            return call(name, *arguments)
        finally:
            times.append(time.perf_counter() - began)

    call("XT_TOTAL", 1.0)  # imports and the binding are not part of a call
    excel_double.call_udf = timed
    cells = recalculated(path)
    excel_double.call_udf = call
    formulas = read_formulas(open_package(path))
    print(f"cells with our functions       {len(cells)}")
    print(f"calls of a full recalculation  {len(times)}")
    middle, high = median(times) * 1e3, quantiles(times, n=20)[-1] * 1e3
    print(f"Python time a call             median {middle:.2f} ms, p95 {high:.2f} ms")
    print(f"Python time of all             {sum(times):.2f} s")
    print(f"most cells dirty on one edit   {_worst(formulas)}")
    print(f"start of the server            {_start():.2f} s (bare interpreter {_start('pass'):.2f} s)")


def _worst(formulas: dict[str, dict[str, str]]) -> int:
    """The most function cells that a change of one entry cell makes dirty."""
    own = {
        (sheet, cell) for sheet, found in formulas.items() for cell, text in found.items() if "XT_" in text
    }
    worst = 0
    for sheet in [name for name in formulas if name.startswith("公开")]:
        for row in range(5, 60):
            for column in "BCDEFGHIJKL":
                dirty = dependents(formulas, {sheet: [f"{column}{row}"]})
                worst = max(
                    worst, sum((name, cell) in own for name, found in dirty.items() for cell in found)
                )
    return worst


def _start(code: str = _START) -> float:
    best = 9e9
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-B", "-X", "utf8", "-c", code], check=True)
        best = min(best, time.perf_counter() - began)
    return best


if __name__ == "__main__":
    main()
