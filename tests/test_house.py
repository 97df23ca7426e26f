"""The house itself: layers point down, heavy packages stay outside, what is generated is fresh."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "xltools"
LAYERS = [
    {"errors", "version"},
    {"amount", "files"},
    {"report"},
    {"finding"},
    {"editions"},
    {"scores"},
    {"functions", "figures", "resources"},
    {"narrative", "workbook", "reconcile"},
    {"rules", "imports"},
    {"review", "export"},
    {"__init__"},
    {"addin"},
    {"commands"},
    {"casebook"},
    {"cli", "build"},
]
"""Rooms from the ground up: a room imports rooms below it only."""
HEAVY = {
    "xlwings",
    "pandas",
    "numpy",
    "openpyxl",
    "docx",
    "pydantic",
    "xlsxwriter",
    "jinja2",
    "typst",
    "lxml",
}
LATE = {
    "tomllib",
    "xltools.narrative.align",
    "xltools.narrative.judge",
    "xltools.reconcile.blame",
    "xltools.reconcile.figure",
    "xltools.review.data",
    "xltools.review.suspects",
    "xltools.rules.cell",
    "xltools.workbook.biff",
    "xltools.workbook.dependents",
    "xltools.workbook.evaluate",
    "xltools.workbook.opendocument",
    "xltools.workbook.save",
}
"""What a check of the example, whose forms are right and whose sentences were left alone, has no use for."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] if node.module != "xltools" else [f"xltools.{n.name}" for n in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("xltools.")}
        found |= {"__init__" for name in names if name == "xltools"}
    return found


def test_every_room_has_its_layer() -> None:
    known = set().union(*LAYERS)
    assert {room_of(path) for path in modules()} <= known


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    level = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}
    own = room_of(path)
    upward = {room for room in imported_rooms(path) if room != own and level[room] >= level[own]}
    assert not upward, f"{own} must not import {upward}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_inside_functions(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    allowed = {"pydantic"} if path == PACKAGE / "figures" / "models.py" else set()
    assert not (found & HEAVY) - allowed


def test_check_loads_nothing_that_it_does_not_need() -> None:
    """A cold ``xltools check`` must not pay for packages, nor for rooms of ours, that it makes no use of."""
    example = ROOT / "workbooks" / "example.xlsx"
    code = (
        "import sys\nfrom xltools.cli import main\n"
        f"main(['check', {str(example)!r}])\n"
        f"sys.stderr.write(','.join(sorted(set(sys.modules) & {HEAVY | LATE!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stderr == ""
    assert all((ROOT / (name.replace(".", "/") + ".py")).is_file() for name in LATE - {"tomllib"})


def test_no_file_grows_past_its_room() -> None:
    """400 lines, with a little air for a file that is one table of data."""
    grown = {
        str(path.relative_to(ROOT)): count
        for path in modules()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 420
    }
    assert not grown
