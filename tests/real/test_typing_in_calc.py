"""A function typed on the keyboard into a cell of a real LibreOffice window, with its help in Chinese.

With XLTOOLS_SCREENSHOTS set to a folder, pictures of what the user sees are left there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.real.test_click_in_calc import Screen, screen, wait
from xltools.resources import resource

__all__ = ["screen"]
pytestmark = pytest.mark.real


def keys(display: str, *words: str) -> None:
    environment = {**os.environ, "DISPLAY": display}
    subprocess.run(["xdotool", *words], env=environment, check=True)


def test_typed_function_with_help(screen: Screen, tmp_path: Path) -> None:
    screen.open(Path(shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx")))
    controller = screen.document.CurrentController
    sheet = screen.document.Sheets.getByName("公开03表")
    controller.setActiveSheet(sheet)
    controller.select(sheet.getCellRangeByName("D20"))
    keys(screen.display, "mousemove", "700", "600", "sleep", "0.5")
    keys(screen.display, "type", "--delay", "60", "=XT_SHARE(E7")
    time.sleep(1)
    screen.picture("calc-help-typing")
    keys(screen.display, "type", "--delay", "60", ";C7)")
    keys(screen.display, "key", "Return")
    wait(lambda: abs(sheet.getCellRangeByName("D20").Value - 0.0195) < 1e-9, "the value")

    controller.select(sheet.getCellRangeByName("D20"))
    keys(screen.display, "key", "ctrl+F2")
    time.sleep(3)
    screen.picture("calc-help-wizard")
    keys(screen.display, "key", "Escape")
    time.sleep(1)
    screen.document.close(True)
