"""The web page in a real browser: its accessibility tree, and nothing sticking out on a phone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.export.sample import document
from xltools.export import html
from xltools.export.document import Table, outline

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.real, pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")]
OPTIONS = "--headless --no-sandbox --disable-gpu --disable-background-networking --remote-debugging-pipe"


class Browser:
    """Chromium, spoken to through a pipe."""

    def __init__(self, folder: Path) -> None:
        assert PROGRAM
        to_read, self.write = os.pipe()
        self.read, to_write = os.pipe()
        # The browser reads commands from descriptor 3 and answers on 4.
        shell = f'exec "$0" "$@" 3<&{to_read} 4>&{to_write}'
        command = ["bash", "-c", shell, PROGRAM, *OPTIONS.split(), f"--user-data-dir={folder / 'profile'}"]
        self.process = subprocess.Popen(
            [*command, "about:blank"], pass_fds=(to_read, to_write), stderr=subprocess.DEVNULL
        )
        os.close(to_read)
        os.close(to_write)
        self.rest, self.number, self.session = b"", 0, ""
        targets = self.send("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]

    def send(self, method: str, **params: Any) -> Any:
        """One command and its answer; events in between are passed over."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                self.rest += os.read(self.read, 1 << 20)
            line, _, self.rest = self.rest.partition(b"\0")
            answer = json.loads(line)
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    def value(self, expression: str) -> Any:
        """What a piece of script gives in the page."""
        return self.send("Runtime.evaluate", expression=expression, returnByValue=True)["result"]["value"]

    def show(self, width: int) -> None:
        """The page at a width of so many pixels."""
        phone = width < 600
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": phone}
        self.send("Emulation.setDeviceMetricsOverride", **metrics)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("chromium")
    made = Browser(folder)
    frame = made.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    made.send("Page.setDocumentContent", frameId=frame, html=html.write(document()).decode())
    yield made
    made.process.terminate()
    made.process.wait(20)


def test_the_accessibility_tree_names_everything(browser: Browser) -> None:
    browser.send("Accessibility.enable")
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    named: dict[str, list[str]] = {}
    for node in nodes:
        if not node.get("ignored"):
            role = node["role"]["value"]
            named.setdefault(role, []).append(node.get("name", {}).get("value", ""))
    tables = [block for block in document().blocks if isinstance(block, Table)]
    assert len(named["table"]) == len(tables)
    assert all(table.title in name for table, name in zip(tables, named["table"], strict=True))
    assert {"main", "navigation"} <= named.keys()
    assert [name for name in named["heading"] if name][2:4] == [
        entry.text.replace("  ", " ") for entry in outline(document())
    ][:2]
    assert named["rowheader"].count("20103 政府办公厅（室）及相关机构事务") == 0
    assert "政府办公厅（室）及相关机构事务" in named["rowheader"] and "本年收入合计" in named["columnheader"]
    assert len(named["image"]) == 3 and all("万元" in name for name in named["image"])


@pytest.mark.parametrize("width", [320, 390, 1100])
def test_nothing_sticks_out(browser: Browser, width: int) -> None:
    browser.show(width)
    assert browser.value("document.scrollingElement.scrollWidth") <= width
    assert browser.value("getComputedStyle(document.querySelector('main p')).fontSize") in ("16px", "17px")


def test_wide_tables_scroll_on_a_phone_and_fit_on_a_desk(browser: Browser) -> None:
    wider = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    browser.show(1100)
    assert browser.value(wider) == 0
    browser.show(390)
    assert browser.value(wider) >= 6
