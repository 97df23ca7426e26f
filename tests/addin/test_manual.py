"""The manual speaks of everything that the user can press, type or run, and shows pictures that are there."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from xltools.addin import install
from xltools.addin.actions import ACTIONS
from xltools.functions import FUNCTIONS
from xltools.resources import resource

MANUAL = resource("docs/manual.html")
TEXT = MANUAL.read_text("utf-8")


def test_every_button_and_function_is_explained() -> None:
    assert [a.title for a in ACTIONS.values() if a.title not in TEXT] == []
    assert [name for name in FUNCTIONS if f"<code>{name}</code>" not in TEXT] == []
    assert f"全部 {len(FUNCTIONS)} 个函数" in TEXT
    assert all(name in TEXT for name in install.DROPS)


def test_pictures_and_jumps_are_there() -> None:
    for path in re.findall(r'src="([^"]+)"', TEXT):
        assert (MANUAL.parent / path).is_file(), path
    targets = set(re.findall(r'id="([^"]+)"', TEXT))
    assert set(re.findall(r'href="#([^"]+)"', TEXT)) <= targets
    assert not re.findall(r'(?:src|href)="https?:', TEXT), "the manual works without a network"


def test_well_formed() -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "img"):
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag, self.getpos()

    tags = Tags()
    tags.feed(TEXT)
    assert tags.open == []
