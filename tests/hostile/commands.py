"""What a user may do with a file beside checking it, and what no command may do whatever the file is."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

from tests.hostile.case import Case, Refused
from tests.hostile.judge import misbehaviour, one_sentence
from tests.hostile.runner import Outcome, run
from tests.workbook.books import example, example_bytes, shanxi
from xltools.errors import XltoolsError
from xltools.workbook.grid import file_grids
from xltools.workbook.package import open_package
from xltools.workbook.template import build

FORMATS = "docx,pdf,html,xlsx,json,csv"
COMMANDS: dict[str, list[str]] = {
    "check into a copy": ["check", "{file}", "--format", "xlsx", "--output", "{room}/审核.xlsx"],
    "check as a page": ["check", "{file}", "--format", "html", "--output", "{room}/审核.html"],
    "check as text": ["check", "{file}", "--output", "{room}/审核.txt"],
    "explain": ["check", "{file}", "--explain", "公开03表!C10"],
    "import": ["import", "{file}", "--into", "{own}"],
    "import as last year": ["import", "{file}", "--into", "{own}", "--last-year"],
    "import into a new one": ["import", "{file}", "--into", "{room}/新.xlsx"],
    "import into it": ["import", "{own}", "--into", "{file}"],
    "last year into it": ["import", "{own}", "--into", "{file}", "--last-year"],
    "normalize": ["normalize", "{file}"],
    "fix": ["fix", "{file}"],
    "undo": ["fix", "{file}", "--undo"],
    "undo by its log": ["fix", "{own}", "--undo"],
    "export": [
        "export",
        "{file}",
        "--to",
        "{room}/公开",
        "--draft",
        "--format",
        "docx,pdf,html,xlsx,json,csv",
    ],
    "as figures": ["new", "{room}/新.xlsx", "--figures", "{file}"],
    "as figures to check": ["check", "{json}"],
    "as codes": ["new", "{room}/新.xlsx", "--codes", "{file}"],
    "as codes to check": ["check", "{own}", "--codes", "{file}"],
    "over it": ["new", "{file}", "--force"],
}
"""{own} is a workbook of the user's, which must survive; {json} the file under such a name; in "undo by its
log" the file lies where the log of {own} would be."""
NEVER_WORKBOOKS = ("undo by its log", "as figures", "as figures to check", "as codes", "as codes to check")
"""Commands that take no workbook there: always refused."""
CHANGING = ("import into it", "last year into it", "normalize", "fix", "undo", "over it")
"""Commands that write into the file itself."""


@cache
def owned(name: str) -> bytes:
    """The user's own workbook: the example, of the year that the command asks for."""
    year = {"import as last year": 2025, "last year into it": 2023}.get(name)
    if year is None:
        return example_bytes()
    target = BytesIO()
    build(shanxi(), replace(example(), cover=replace(example().cover, year=year)), target)
    return target.getvalue()


def attempts(plan: Iterable[tuple[str, Case]], folder: Path) -> Iterator[tuple[str, Case, Outcome, str]]:
    """Command, case, what the one gave with the other, and what is wrong with that ("" where nothing is)."""
    plan = list(plan)
    own, room = folder / "own.xlsx", folder / "room"
    content = b""

    def arguments() -> Iterator[list[str]]:
        nonlocal content
        for name, case in plan:
            shutil.rmtree(folder, ignore_errors=True)
            room.mkdir(parents=True)
            own.write_bytes(owned(name))
            content = _made(case)
            path, data = room / case.file, room / f"{case.file}.json"
            path.write_bytes(content)
            data.write_bytes(content)
            if name == "undo by its log":
                (folder / "own.采纳记录.jsonl").write_bytes(content)
            yield [part.format(file=path, room=room, own=own, json=data) for part in COMMANDS[name]]

    for (name, case), outcome in zip(plan, run(arguments()), strict=True):
        yield name, case, outcome, _wrong(name, case, outcome, own, room / case.file, content)


@cache
def _made(case: Case) -> bytes:
    return case.make()


def _wrong(name: str, case: Case, outcome: Outcome, own: Path, file: Path, content: bytes) -> str:
    if wrong := misbehaviour(case, outcome, factor=3):
        return wrong
    refused = outcome.status == 2
    if refused and (wrong := one_sentence(outcome.errors)):
        return wrong
    must = name in NEVER_WORKBOOKS or (
        isinstance(case.expected, Refused) and name not in ("over it", "normalize")
    )
    if must and not refused and not (name == "as codes" and case.suffix == ".csv"):
        return f"not refused: {outcome.status} {outcome.output[:100]}"
    if not _sound(own):
        return "the user's own workbook is lost"
    if refused and own.read_bytes() != owned(name):
        return "refused, and yet the user's own workbook was changed"
    if refused and file.exists() and file.read_bytes() != content:
        return "refused, and yet the file was changed"
    if not refused and name in CHANGING and not _sound(file):
        return "the file was spoiled"
    left = [one.name for one in (*own.parent.iterdir(), *file.parent.iterdir()) if _passing(one.name)]
    return f"left behind: {left}" if left else ""


def _passing(name: str) -> bool:
    return name.endswith((".xltools-tmp", ".xltools-lock")) or (
        name.startswith(".") and name.endswith("xlsx")
    )


def _sound(path: Path) -> bool:
    try:
        return bool(file_grids(open_package(path)))
    except XltoolsError:
        return False
