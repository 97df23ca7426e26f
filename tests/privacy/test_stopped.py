"""Stopped by Ctrl-C, from outside, or killed: never half a file; but for a kill, nothing is left."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.privacy import stopping
from tests.privacy.stopping import Helper
from tests.workbook.books import example_bytes
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


def stop_everywhere(
    helper: Helper, name: str, number: int, tmp_path: Path, steps: Callable[[int], bool]
) -> int:
    """How often the command was stopped."""
    count = 0
    for at in range(1, 200):
        if not steps(at):
            continue
        room = desk(tmp_path / f"{at}")
        status = helper.stopped(COMMANDS[name], number, at, room)
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


@pytest.fixture(scope="module", name="helper")
def one_helper() -> Iterator[Helper]:
    with stopping.helper() as helper:
        yield helper


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_at_a_few_files(helper: Helper, name: str, number: int, tmp_path: Path) -> None:
    assert stop_everywhere(helper, name, number, tmp_path, lambda at: at % 4 == 2 and at < 12) >= 1


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_at_every_file(helper: Helper, name: str, number: int, tmp_path: Path) -> None:
    count = stop_everywhere(helper, name, number, tmp_path, lambda at: True)
    print(f"\n{name}, {signal.Signals(number).name}: stopped {count} times, no file lost or halved")
    assert count >= 2
