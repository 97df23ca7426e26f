"""``xltools check`` over many files: Ctrl-C stops it in good order, with what was done."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_house import ROOT
from xltools.resources import resource

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a group of processes")
_MANY = 1500
_PROGRAM = "import sys; from xltools import cli; print('ready', flush=True); sys.exit(cli.main())"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """More files than are checked in the time of a test: one, named again and again."""
    shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx")
    return ["决算.xlsx"] * _MANY


def interrupted(folder: Path, arguments: list[str], lines: int) -> tuple[int, str, str]:
    """Run the command, send SIGINT to its whole group (as a terminal does) once it printed ``lines`` lines;
    exit status, output, errors."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        # Unbuffered, Python itself drops the rest of a line when a signal cuts a write short.
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
        start_new_session=True,
        bufsize=0,  # what readline reads ahead would be lost to communicate
    )
    assert process.stdout and process.stderr
    assert process.stdout.readline() == b"ready\n"
    head = b"".join(process.stdout.readline() for _ in range(lines))
    if not lines:
        time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    try:
        out, error = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, (head + out).decode(), error.decode()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_prints_what_was_done(files: list[str], tmp_path: Path, jobs: str) -> None:
    status, out, error = interrupted(tmp_path, ["check", "--jobs", jobs, *files], lines=200)
    done = [line for line in out.splitlines() if "核对了" in line]
    assert status == 2
    assert "Traceback" not in error + out
    assert f"已停止：审核了 {_MANY} 个文件中的 {len(done)} 个。" in error
    assert 0 < len(done) < _MANY
    if sys.platform == "linux":
        left = [process for process in Path("/proc").glob("[0-9]*") if _folder_of(process) == tmp_path]
        assert not left, "processes left behind"


@pytest.mark.long  # it is waited for until some files are done
def test_ctrl_c_delivers_json_of_what_was_done(files: list[str], tmp_path: Path) -> None:
    arguments = ["check", "--format", "json", "--output", "结果.json", "--jobs", "2", *files]
    status, _, error = interrupted(tmp_path, arguments, lines=0)
    assert status == 2 and "Traceback" not in error
    if "个文件中的" in error:  # else it was stopped before the first file was done
        done = json.loads((tmp_path / "结果.json").read_text(encoding="utf-8"))
        done = done if isinstance(done, list) else [done]
        assert f"{_MANY} 个文件中的 {len(done)} 个" in error


def _folder_of(process: Path) -> Path | None:
    try:
        return Path(os.readlink(process / "cwd"))
    except OSError:
        return None
