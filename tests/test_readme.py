"""README: its two commands, its code and its links hold."""

from __future__ import annotations

import contextlib
import inspect
import re
import shutil
from importlib import import_module
from pathlib import Path

import pytest

import xltools
from tests import manual
from xltools import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_two_commands() -> None:
    blocks = re.findall(r"^```sh\n(.*?)\n```", README, re.S | re.M)
    assert blocks == ["pip install . && xltools demo", 'pip install -e ".[dev]" && pytest']


def test_python_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manual.prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {}
    for block in re.findall(r"^```python\n(.*?)^```", README, re.S | re.M):
        exec(compile(block, "README.md", "exec"), scope)
        shown = capsys.readouterr().out
        for comment in re.findall(r"print\(.*# (.*)$", block, re.M):
            assert comment.rstrip("…") in shown
    assert {path.suffix for path in (tmp_path / "公开").iterdir()} >= {".docx", ".pdf"}
    assert "324.81" in shown


def test_verbs_stay_verbs() -> None:
    """The room xltools.export must not hide the function of that name."""
    for verb in xltools.__all__:
        with contextlib.suppress(ModuleNotFoundError):
            import_module(f"xltools.{verb}")
        assert inspect.isfunction(getattr(xltools, verb)), verb


def test_every_command_is_in_the_table() -> None:
    named = set(re.findall(r"xltools (\w+)", README))
    actions = cli.parser()._subparsers
    assert actions is not None
    commands = set(actions._group_actions[0].choices or ())
    assert commands <= named


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", re.sub(r"`[^`]*`", "", text)):
        if "://" not in target:
            path = (document.parent / target).resolve()
            assert path.exists(), target


def test_no_needless_pictures() -> None:
    """Each picture is shown somewhere, and small."""
    folder = ROOT / "docs" / "pictures"
    text = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    pictures = sorted(folder.glob("*.png"))
    assert [path.name for path in pictures if f"pictures/{path.name}" not in text] == []
    assert max(path.stat().st_size for path in pictures) < 250_000
    assert sum(path.stat().st_size for path in pictures) < 2_500_000


@pytest.fixture(autouse=True)
def no_traces(tmp_path: Path) -> object:
    yield
    shutil.rmtree(tmp_path, ignore_errors=True)
