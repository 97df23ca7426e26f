"""Stopped by Ctrl-C, from outside, or killed: never half a file; but for a kill, nothing is left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workbook.books import example_bytes
from xltools.cli import main
from xltools.errors import XltoolsError
from xltools.resources import resource
from xltools.workbook.package import open_package

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

COMMANDS: dict[str, list[str]] = {
    "check into a copy": ["check", "决算.xlsx", "--format", "xlsx", "--output", "审核.xlsx"],
    "import": ["import", "决算.xlsx", "--into", "到.xlsx"],
    "new": ["new", "新.xlsx"],
    "export": ["export", "决算.xlsx", "--to", "公开", "--draft", "--format", "docx,html,xlsx,json,csv"],
}
TOUCHING = ("open", "os.mkdir", "os.rename", "tempfile.mkdtemp", "tempfile.mkstemp")


class Stopper:
    """An audit hook that ends the process from outside, as it were, when it touches its n-th file."""

    def __init__(self, number: int, at: int, room: str) -> None:
        self.number, self.left, self.room = number, at, room

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in TOUCHING and self.left and self.room in os.path.abspath(os.fsdecode(arguments[0])):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), self.number)


def stopped(command: list[str], number: int, at: int, room: Path) -> int | None:
    """The exit status of a command that is stopped at its ``at``-th file; None where it has fewer."""
    from openpyxl.worksheet._writer import _openpyxl_shutdown

    child = os.fork()
    if child == 0:
        status = 99
        try:
            import tempfile

            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.chdir(room / "desk")
            tempfile.tempdir = str(room / "tmp")
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            stopper = Stopper(number, at, str(room))
            sys.addaudithook(stopper)
            status = main(command)
            if stopper.left:
                status = 77
            _openpyxl_shutdown()  # what it does at the end of a process
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    status = os.waitstatus_to_exitcode(ended)
    return None if status == 77 else status


def left(room: Path) -> list[str]:
    """What should not be there: temporary files and passing files."""
    hidden = [path.name for path in (room / "desk").rglob(".*")]
    return [*hidden, *(str(path) for path in (room / "tmp").rglob("*"))]


def halves(room: Path) -> list[str]:
    """Files under their own names that are not whole."""
    found = []
    for path in (room / "desk").rglob("[!.]*"):
        if path.suffix == ".xlsx":
            try:
                open_package(path)
            except XltoolsError as error:
                found.append(f"{path.name}: {error}")
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
    return found


def desk(room: Path) -> Path:
    for name in ("desk", "tmp"):
        (room / name).mkdir(parents=True)
    (room / "desk" / "决算.xlsx").write_bytes(example_bytes())
    shutil.copy(resource("workbooks/template.xlsx"), room / "desk" / "到.xlsx")
    return room


def stop_everywhere(name: str, number: int, tmp_path: Path, steps: Callable[[int], bool]) -> int:
    """How often the command was stopped."""
    count = 0
    for at in range(1, 200):
        if not steps(at):
            continue
        room = desk(tmp_path / f"{at}")
        status = stopped(COMMANDS[name], number, at, room)
        if status is None:
            break
        count += 1
        assert not halves(room), f"{name}, at {at}"
        if number == signal.SIGKILL:
            assert status == -signal.SIGKILL
        else:
            assert status in (0, 1, 2), f"{name} died of it at {at}: {status}"
            assert not left(room), f"{name}, at {at}"
        assert (room / "desk" / "决算.xlsx").read_bytes() == example_bytes()
    return count


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """What a command loads is loaded before the fork."""
    import xltools

    xltools.check(xltools.read(Path(__file__).parents[2] / "workbooks" / "example.xlsx"))


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_at_a_few_files(name: str, number: int, tmp_path: Path) -> None:
    assert stop_everywhere(name, number, tmp_path, lambda at: at % 4 == 2 and at < 12) >= 1


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_at_every_file(name: str, number: int, tmp_path: Path) -> None:
    count = stop_everywhere(name, number, tmp_path, lambda at: True)
    print(f"\n{name}, {signal.Signals(number).name}: stopped {count} times, no file lost or halved")
    assert count >= 3
