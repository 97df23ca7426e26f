"""A real window, a real mouse: 校验, 下一问题 and 导出 pressed on the toolbar of LibreOffice under Xvfb.

With XLTOOLS_SCREENSHOTS set to a folder, pictures of what the user sees are left there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import xltools
from tests.real import conftest
from xltools.addin import results
from xltools.report import Ref
from xltools.resources import resource
from xltools.workbook.layout import FINDINGS

pytestmark = pytest.mark.real

SIZE = (1500, 940)
PUSH_BUTTON = 44
"""com.sun.star.accessibility.AccessibleRole"""
CHINESE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Linguistic/General"><prop oor:name="UILocale" oor:op="fuse"><value>zh-CN</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>zh-CN</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="ShowTipOfTheDay" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""  # noqa: E501
"""Settings of the profile: what our users have before their eyes."""
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match target="pattern"><edit name="family" mode="append_last" binding="strong"><string>Noto Sans CJK SC</string></edit></match>
<selectfont><rejectfont><pattern><patelt name="family"><string>AR PL UKai CN</string></patelt></pattern></rejectfont></selectfont>
</fontconfig>"""  # noqa: E501
"""Menus in a sans-serif, as on a Chinese desktop."""


class Screen:
    """A virtual screen with LibreOffice in it."""

    def __init__(self, display: str, office: conftest.Office) -> None:
        self.display, self.office = display, office
        self.document: Any = None

    def open(self, path: Path) -> None:
        self.document = self.office.open(path, hidden=False)
        window = self.document.CurrentController.Frame.ContainerWindow
        window.setPosSize(0, 0, *SIZE, 15)
        wait(lambda: self.find("校验") is not None, "the toolbar")

    def find(self, name: str) -> tuple[int, int] | None:
        """The middle of the button with this accessible name."""
        window = self.document.CurrentController.Frame.ContainerWindow
        return _search(window.getAccessibleContext(), name)

    def click(self, name: str) -> None:
        found = self.find(name)
        assert found is not None, f"no button {name}"
        self._do("mousemove", *map(str, found), "sleep", "0.2", "click", "1")

    def type(self, text: str) -> None:
        """Into the cell that is selected; the window takes the keys after a click into it."""
        self._do("mousemove", "900", "560", "click", "1", "sleep", "0.5", "type", "--delay", "60", text)

    def key(self, name: str) -> None:
        self._do("key", name)

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": self.display}, check=True)

    def picture(self, name: str) -> None:
        folder = os.environ.get("XLTOOLS_SCREENSHOTS")
        if folder:
            from PIL import ImageGrab

            time.sleep(1)
            ImageGrab.grab(xdisplay=self.display).save(Path(folder) / f"{name}.png")

    def grid(self, sheet: str) -> list[list[Any]]:
        found = self.document.Sheets.getByName(sheet)
        cursor = found.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        data = found.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow).getDataArray()
        return [[value or None for value in row] for row in data]


def _search(context: Any, name: str, depth: int = 0) -> tuple[int, int] | None:
    if context is None or depth > 12:
        return None
    role = context.getAccessibleRole()
    if role == PUSH_BUTTON and context.getAccessibleName() == name:
        place, size = context.getLocationOnScreen(), context.getSize()
        return place.X + size.Width // 2, place.Y + size.Height // 2
    for index in range(min(context.getAccessibleChildCount(), 80)):
        child = context.getAccessibleChild(index)
        found = _search(child.getAccessibleContext(), name, depth + 1) if child else None
        if found:
            return found
    return None


def wait(done: Callable[[], object], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return
        time.sleep(0.2)
    raise TimeoutError(what)


@pytest.fixture(scope="module")
def screen(profile: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        if os.environ.get("CI"):
            pytest.fail("Xvfb or xdotool is missing")
        pytest.skip("Xvfb or xdotool is missing")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    display = f":{os.read(reading, 16).decode().strip()}"
    own = tmp_path_factory.mktemp("window") / "profile"
    shutil.copytree(profile, own)
    (own / "user" / "registrymodifications.xcu").write_text(CHINESE, encoding="utf-8")
    fonts = own.parent / "fonts.conf"
    fonts.write_text(FONTS, encoding="utf-8")
    # gtk3 would misplace the click
    office = conftest.start(
        own, env={"DISPLAY": display, "SAL_USE_VCLPLUGIN": "gen", "FONTCONFIG_FILE": str(fonts)}
    )
    yield Screen(display, office)
    conftest.stop(office)
    server.terminate()
    server.wait(10)


def test_check_next_and_export_by_mouse(screen: Screen, tmp_path: Path) -> None:
    path = Path(shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx"))
    place = xltools.read(path).report.places[Ref("expenditure", "2010399", "3")]
    screen.open(path)
    screen.picture("calc-toolbar")
    sheet = screen.document.Sheets.getByName(place.sheet)
    sheet.getCellRangeByName(place.cell).setValue(6.12)

    screen.click("校验")
    wait(lambda: [i for i in results.items(screen.grid(FINDINGS)) if i.level == "错误"], "findings")
    wait(lambda: not screen.document.hasControllersLocked(), "the end of the button")
    screen.picture("calc-check")
    screen.document.CurrentController.setActiveSheet(screen.document.Sheets.getByName(FINDINGS))
    screen.picture("calc-findings")
    found = results.items(screen.grid(FINDINGS))

    screen.click("下一问题")
    wait(lambda: any(item.current for item in results.items(screen.grid(FINDINGS))), "the pointer")
    if found[0].place:
        assert screen.document.CurrentController.ActiveSheet.Name == found[0].place.sheet
    screen.picture("calc-next")

    screen.document.CurrentController.select(sheet.getCellRangeByName("J8"))
    screen.type("=XT_TOTAL(")
    screen.picture("calc-function-help")
    screen.key("Escape")
    screen.key("Escape")

    sheet.getCellRangeByName(place.cell).setValue(6.22)
    folder = tmp_path / "决算-公开"
    screen.click("导出")
    # 核实 without a word of explanation: a question is asked first, Return says yes
    time.sleep(8)
    screen.picture("calc-export")
    screen.key("Return")
    wait(lambda: list(folder.glob("*.docx")) and list(folder.glob("*.pdf")), "the published files")
    screen.document.close(True)
