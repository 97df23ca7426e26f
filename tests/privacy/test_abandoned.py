"""What a killed process left among the temporary files is removed by the next one, and nothing else is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from xltools.workbook import passing
from xltools.workbook.passing import passing_folder

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
ROOT = Path(__file__).parents[2]
HOLDS = """
import time
from xltools.workbook.passing import passing_folder
with passing_folder() as folder:
    (folder / "决算.xlsx").write_bytes(b"private")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_what_a_killed_process_left_goes_with_the_next_start(top: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDS], cwd=ROOT, text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    left = Path(process.stdout.readline().strip())
    with passing_folder():
        assert (left / "决算.xlsx").exists()  # it is needed still
    process.kill()
    process.communicate()
    assert (left / "决算.xlsx").exists()
    with passing_folder() as mine:
        assert not left.exists() and mine.exists()
    assert not list(top.iterdir())


def test_copies_of_open_workbooks_that_nobody_removed(top: Path) -> None:
    """A button's process was killed: after an hour its copy goes."""
    new, old = top / "xltools-abcdefgh", top / "xltools-12345678"
    for folder in (new, old):
        folder.mkdir(0o700)
        (folder / "copy.xlsx").write_bytes(b"private")
    past = old.stat().st_mtime - passing._ABANDONED_AFTER - 1
    os.utime(old, (past, past))
    with passing_folder():
        assert new.exists() and not old.exists()


def test_folders_of_the_user_stay(top: Path) -> None:
    """Names like ours are no proof."""
    kept = [top / "xltools-abcdefgh", top / "xltools-backup", top / "xltools-2024决算"]
    for folder in kept:
        folder.mkdir()
        (folder / "决算.xlsx").write_bytes(b"dear")
        os.utime(folder, (0, 0))
    (top / "xltools-zzzzzzzz").write_bytes(b"a file")
    (top / "xltools-link1234").symlink_to(kept[0])
    with passing_folder():
        pass
    assert all((folder / "决算.xlsx").exists() for folder in kept)
    assert len(list(top.iterdir())) == 5
