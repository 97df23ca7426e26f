"""docs/shown.md: every command on the page names something that is there."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from xltools.cli import parser

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "shown.md").read_text(encoding="utf-8")
COMMANDS = [
    part.strip()
    for text in re.findall(r"`((?:python -m|pytest|xltools) [^`]+)`", PAGE)
    for part in text.split("&&")
    if not part.strip().startswith("git ")
]


def test_the_page_has_commands_and_is_found() -> None:
    assert len(COMMANDS) > 25
    assert "docs/shown.md" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_names_is_there(command: str) -> None:
    program, *words = shlex.split(command)
    if program == "python":
        name = words[1]
        assert importlib.util.find_spec(name), name
        module = ROOT / Path(*name.split("."))
        source = module / "__main__.py" if module.is_dir() else module.with_suffix(".py")
        assert "__main__" in source.name or "__main__" in source.read_text(encoding="utf-8")
    elif program == "pytest":
        paths = [word for word in words if word.startswith("tests/")]
        assert paths and all((ROOT / path).exists() for path in paths)
    else:
        assert parser().parse_args(words) and all((ROOT / word).exists() for word in words[1:])
