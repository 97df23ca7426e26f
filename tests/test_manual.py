"""The manual: what it has the reader type gives what it prints, and it names everything there is."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests import manual
from xltools import build, cli
from xltools.addin.actions import ACTIONS
from xltools.finding import WORDING
from xltools.functions import FUNCTIONS
from xltools.resources import resource

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "manual.md").read_text(encoding="utf-8")
FAMILIES = {
    "1. 勾稽关系不平": r"equality|repeated|inequality|zero|sign|tail|convention|joint",
    "2. 表的结构和填法": r"code_|line_|counterpart|empty_note|unit_factor|places|not_count"
    r"|typed_over|no_figures|unit_cover",
    "3. 读工作簿时遇到的": r"reading_",
    "4. 绩效自评": r"fund_|weights|score|reason_required|unfilled|grade|indicator|repeated_rate|contradiction"
    r"|entity_code",
    "5. 情况说明": r"narrative_|percentage",
}


@pytest.mark.long
@pytest.mark.parametrize("document", ["docs/manual.md", "README.zh-CN.md"])
def test_typed_commands_print_what_is_shown(document: str, tmp_path: Path) -> None:
    folder = tmp_path / "会计"
    folder.mkdir()
    steps = list(manual.typed((ROOT / document).read_text(encoding="utf-8"), folder))
    assert steps
    for step in steps:
        assert step.status in (0, 1, 2), step.text
        if not manual.agrees(step.printed, step.real):
            pytest.fail(f"{document}:{step.line}: $ {step.text}\nnow prints:\n{step.real}", pytrace=False)


def test_every_button_is_explained() -> None:
    table = TEXT.partition("## 七、")[2].partition("## 八、")[0]
    named = "、".join(re.findall(r"^\| \*\*(.+?)\*\* \|", table, re.M)).split("、")
    assert sorted(named) == sorted(action.title for action in ACTIONS.values())


def test_every_command_and_option_is_listed() -> None:
    listed = TEXT.partition("## 十三、")[2]
    parser = cli.parser()
    assert parser._subparsers is not None
    for name, command in (parser._subparsers._group_actions[0].choices or {}).items():  # type: ignore[union-attr]
        assert f"xltools {name}" in listed, name
        for option in command._option_string_actions:
            if option not in ("-h", "--help", "--edition", "--json", "--output", "--xlstart"):
                assert option in listed, f"{name} {option}"


def test_every_function_is_listed() -> None:
    table = TEXT.partition("## 八、")[2].partition("## 九、")[0]
    assert [name for name in FUNCTIONS if f"`{name}`" not in table] == []
    groups = re.findall(r"^\| (\S+) \| `XT_", table, re.M)
    assert groups == list(dict.fromkeys(function.group for function in FUNCTIONS.values()))


def test_every_kind_of_finding_has_its_family() -> None:
    import_module("xltools.narrative")  # brings its wordings
    assert [title for title in FAMILIES if f"### {title}" not in TEXT] == []
    patterns = "|".join(FAMILIES.values())
    assert [kind for kind in WORDING if not re.match(patterns, kind)] == []


@pytest.mark.long
def test_what_is_generated_is_fresh() -> None:
    """When this fails: nox -s docs."""
    for path, text in build.docs().items():
        assert path.read_text(encoding="utf-8") == text, path.name


def test_the_page_behind_the_help_button() -> None:
    """One file with its pictures beside it; every link inside it leads somewhere."""
    path = resource("docs/manual.html")
    page = path.read_text(encoding="utf-8")
    anchors = set(re.findall(r' id="([^"]+)"', page))
    for target in re.findall(r'(?:href|src)="([^"]+)"', page):
        if target.startswith("#"):
            assert unquote(target[1:]) in anchors, target
        else:  # the manual works without a network
            assert (path.parent / target).is_file(), target
    assert "<!--" not in page
    assert all(f'id="{name.lower()}"' in page for name in FUNCTIONS)
