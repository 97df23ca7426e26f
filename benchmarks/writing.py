"""Goals 6 and 7: changing cells of a user's workbook, and building a workbook."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xltools
from benchmarks.timing import EXAMPLE, Line, interleaved
from xltools.editions import load
from xltools.workbook.address import column_letters
from xltools.workbook.package import open_package
from xltools.workbook.surgery import Edits, SheetEdit, apply
from xltools.workbook.template import build
from xltools.workbook.values import read_contents


def cells_of(file: Path) -> tuple[str, list[str]]:
    """The sheet with most figures, and 100 cells of it that hold a figure and no formula."""
    best: tuple[str, list[str]] = ("", [])
    for content in read_contents(open_package(file)):
        found = [
            address
            for row, cells in enumerate(content.rows or [], 1)
            for column, value in enumerate(cells, 1)
            if isinstance(value, float)
            and (address := f"{column_letters(column)}{row}") not in content.facts.formulas
        ]
        if len(found) > len(best[1]):
            best = content.sheet.name, found
    return best[0], best[1][:100]


def surgery_lines(rounds: int, file: Path = EXAMPLE) -> list[Line]:
    """The lines of goal 6: 100 cells of one sheet."""
    import openpyxl

    sheet, cells = cells_of(file)
    edits = Edits(sheets={sheet: SheetEdit(cells={cell: number for number, cell in enumerate(cells)})})

    def pack() -> None:
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))

    def library() -> None:
        book = openpyxl.load_workbook(file)
        for number, cell in enumerate(cells):
            book[sheet][cell] = number
        book.save(io.BytesIO())

    ms = interleaved(
        {"pack": pack, "ours": lambda: apply(open_package(file), edits), "openpyxl": library},
        rounds,
        {"openpyxl": 10},
    )
    kept, parts = _untouched(file, edits)
    return [
        Line(
            "6",
            f"writing {len(cells)} cells against re-zipping the file",
            f"{ms['ours']:.1f} / {ms['pack']:.1f} ms",
            ms["ours"] / ms["pack"],
            1.0,
        ),
        Line("6", f"parts byte-identical afterwards, of {parts}", str(kept)),
        Line("", "openpyxl, load and save", f"{ms['openpyxl']:.0f} ms", ms["openpyxl"] / ms["pack"]),
    ]


def _untouched(file: Path, edits: Edits) -> tuple[int, int]:
    """How many parts are the same afterwards, and how many there are."""
    with (
        zipfile.ZipFile(file) as old,
        zipfile.ZipFile(io.BytesIO(apply(open_package(file), edits).data)) as new,
    ):
        names = old.namelist()
        return sum(name in new.namelist() and old.read(name) == new.read(name) for name in names), len(names)


class _Recorder:
    """Stands for an object of XlsxWriter: passes every call on, and notes it for a second performance."""

    def __init__(self, real: Any, number: int, tape: _Tape) -> None:
        self.__dict__.update(_real=real, _number=number, _tape=tape)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._real, name)
        if not callable(value):
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            real = value(*map(_bare, arguments), **{key: _bare(one) for key, one in named.items()})
            return self._tape.note(self._number, name, arguments, named, real)

        return call

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)


def _bare(value: Any) -> Any:
    """``value`` with the objects that recorders stand for."""
    if isinstance(value, _Recorder):
        return value._real
    if isinstance(value, dict):
        return {key: _bare(one) for key, one in value.items()}
    return [_bare(one) for one in value] if isinstance(value, list) else value


class _Tape:
    """All calls of one build; ``play`` makes them again on a new workbook."""

    def __init__(self, book: Any) -> None:
        self.calls: list[tuple[int, str, tuple[Any, ...], dict[str, Any]]] = []
        self.count = 1
        self.book = _Recorder(book, 0, self)

    def note(self, number: int, name: str, arguments: tuple[Any, ...], named: Any, real: Any) -> Any:
        # The second performance is by XlsxWriter's own worksheets.
        named = {key: value for key, value in named.items() if key != "worksheet_class"}
        self.calls.append((number, name, arguments, named))
        if not any(one.__module__.startswith("xlsxwriter") for one in type(real).__mro__):
            return real
        self.count += 1
        self.calls[-1] = (number, f"{name}>{self.count - 1}", arguments, named)
        return _Recorder(real, self.count - 1, self)

    def play(self, book: Any) -> None:
        made: dict[int, Any] = {0: book}

        def own(value: Any) -> Any:
            if isinstance(value, _Recorder):
                return made[value._number]
            if isinstance(value, dict):
                return {key: own(one) for key, one in value.items()}
            return [own(one) for one in value] if isinstance(value, list) else value

        for number, name, arguments, named in self.calls:
            method, _, result = name.partition(">")
            value = getattr(made[number], method)(
                *map(own, arguments), **{key: own(one) for key, one in named.items()}
            )
            if result:
                made[int(result)] = value


def template_lines(rounds: int) -> list[Line]:
    """The lines of goal 7: the empty template and the filled example, against XlsxWriter told the same."""
    report = xltools.read(EXAMPLE).report
    result = []
    for title, filled in (("empty template", None), ("filled example", report)):
        taped = _recorded(lambda filled=filled: build(load(), filled, io.BytesIO()))  # type: ignore[misc]

        def ours(filled: Any = filled) -> None:
            build(load(), filled, io.BytesIO())

        ms = interleaved({"ours": ours, "xlsxwriter": taped}, rounds)
        figure = f"{ms['ours']:.0f} / {ms['xlsxwriter']:.0f} ms"
        result.append(Line("7", f"{title} against XlsxWriter", figure, ms["ours"] / ms["xlsxwriter"], 1.2))
    return result


def _recorded(work: Callable[[], object]) -> Callable[[], None]:
    """Builds once with every call to XlsxWriter on tape; the result plays it back."""
    import xlsxwriter

    tapes: list[_Tape] = []
    options: list[Any] = []
    real = xlsxwriter.Workbook

    def workbook(target: Any, settings: Any) -> Any:
        options.append(settings)
        tapes.append(_Tape(real(target, settings)))
        return tapes[-1].book

    xlsxwriter.Workbook = workbook
    try:
        work()
    finally:
        xlsxwriter.Workbook = real
    return lambda: tapes[0].play(real(io.BytesIO(), options[0]))
