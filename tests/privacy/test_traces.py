"""What a command leaves behind and whom it talks to: nothing, nobody."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.effort import first
from tests.privacy.private import workbook
from tests.workbook.books import example_bytes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
ROOT = Path(__file__).parents[2]


def _alone() -> list[str]:
    """How to start a process without any network; [] where that is not possible."""
    for how in (["unshare", "-rn"], ["unshare", "-n"]):
        if shutil.which(how[0]) and subprocess.run([*how, "true"], capture_output=True).returncode == 0:
            return how
    return []


_ALONE = _alone()
_NOBODY = """
import os, socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    try:
        one.connect(("127.0.0.1", 9))
    except OSError:
        os.execv(sys.argv[1], sys.argv[1:])
sys.exit("there is a network")
"""
"""Proves that there is none before the command takes the place of this process."""


class Place:
    """A home and a folder for temporary files, both empty, and a desk with workbooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk, self.home, self.passing = (folder / name for name in ("desk", "home", "tmp"))
        for path in (self.desk, self.home, self.passing):
            path.mkdir()
        (self.desk / "决算.xlsx").write_bytes(example_bytes())
        (self.desk / "内部.xlsx").write_bytes(workbook())

    def run(self, *arguments: str, alone: bool = False, soffice: str = "") -> dict[str, Any]:
        """Run the command line at the desk; what it touched."""
        report = self.folder / "touched.json"
        network = [*_ALONE, *([sys.executable, "-c", _NOBODY] if _ALONE else [])] if alone else []
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.home),
            "TMPDIR": str(self.passing), "XLTOOLS_SOFFICE": soffice, "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        done = subprocess.run(
            [*network, sys.executable, "-m", "tests.privacy.watch", str(report), *arguments],
            cwd=self.desk, env=environment, capture_output=True, text=True, umask=0,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        return found

    def left(self) -> list[str]:
        """What lies in the home and among the temporary files."""
        return [str(path) for folder in (self.home, self.passing) for path in folder.rglob("*")]

    def exposed(self, touched: dict[str, Any]) -> list[str]:
        """Passing files that others could have read, and files written elsewhere than at the desk."""
        found = []
        for path, rights, around in touched["passing"]:
            within = path.startswith(str(self.desk))  # whose rights are the user's to choose
            if rights & 0o077 and around & 0o077 and not within:
                found.append(f"{path} {rights:o} in {around:o}")
        allowed = (str(self.desk), str(self.passing), "/dev/null")
        return found + [path for path in touched["written"] if not path.startswith(allowed)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


COMMANDS: dict[str, list[str]] = {
    "check": ["check", "内部.xlsx"],
    "export": ["export", "内部.xlsx", "--to", "公开", "--draft", "--format", "docx,pdf,html,xlsx,json,csv"],
    "import": ["import", "内部.xlsx", "--into", "决算.xlsx"],
    "check many": ["check", "决算.xlsx", "内部.xlsx", "--jobs=2", "--format=html", "--output=审核.html"],
    "new": ["new", "新.xlsx"],
    "check into a copy": ["check", "内部.xlsx", "--format", "xlsx", "--output", "审核.xlsx"],
    "normalize": ["normalize", "决算.xlsx"],
}


@pytest.mark.parametrize("name", first(3, COMMANDS))
def test_leaves_nothing_and_talks_to_nobody(name: str, place: Place) -> None:
    touched = place.run(*COMMANDS[name])
    assert touched["network"] == [] or name == "check many"
    assert not [one for one in touched["network"] if "connect" in one or "getaddrinfo" in one]
    assert touched["programs"] == []
    assert place.left() == []
    assert place.exposed(touched) == []


@pytest.mark.long
def test_the_whole_round_without_a_network(place: Place) -> None:
    """In an empty network namespace, which has not even a loopback. Where a container allows none, the round
    is made all the same, with every socket watched, and a warning says that this is the weaker proof."""
    if not _ALONE:
        warnings.warn("no network namespaces here: sockets were watched, not made impossible", stacklevel=1)
    touched = place.run("demo", "示例", alone=True)
    assert touched["status"] == 0 and touched["network"] == []
    assert len(list((place.desk / "示例" / "公开").iterdir())) == 7
    assert place.left() == [] and place.exposed(touched) == []


@pytest.mark.real
@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_libreoffice_works_in_our_private_folder(place: Place) -> None:
    soffice = shutil.which("soffice") or ""
    touched = place.run(
        "export", "内部.xlsx", "--to", "公开", "--draft", "--pdf-engine", "libreoffice", soffice=soffice
    )
    assert [Path(program).name for program in touched["programs"]]
    assert place.left() == []
    assert place.exposed(touched) == []
