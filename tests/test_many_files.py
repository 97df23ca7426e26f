"""``xltools check`` over many files: Ctrl-C stops it in good order, with what was done; the bar; several
processes; what is kept."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import weakref
from dataclasses import fields
from pathlib import Path

import pytest

from tests.effort import first
from tests.test_house import ROOT
from tests.units import random_report
from xltools import cli
from xltools.commands import audit
from xltools.figures import dump
from xltools.resources import resource
from xltools.rules import Checked

posix = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a group of processes")
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


@posix
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


@posix
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


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(output: str) -> list[str]:
    """What stands on a terminal after ``output``, line by line."""
    lines = []
    for line in output.split("\n"):
        for piece in line.split("\r"):
            seen = piece.rpartition("\x1b[K")[2]
        lines.append(seen)
    return lines


def test_the_bar_makes_way_for_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx")
    (tmp_path / "坏.xlsx").write_bytes(b"PK")
    monkeypatch.chdir(tmp_path)
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    assert cli.main(["check", "决算.xlsx", "坏.xlsx", "决算.xlsx"]) == 2
    for number in range(4):
        assert f" {number}/3" in screen.getvalue()
    seen = shown(screen.getvalue())
    assert not any("█" in line or "·····" in line for line in seen)
    assert sum("核对了" in line and line.startswith("决算.xlsx") for line in seen) == 2
    assert any(line.startswith("坏.xlsx：未能审核") for line in seen)


def test_the_bar_stays_on_the_terminal_where_the_output_goes_to_a_file(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    assert cli.main(["check", *files[:2]]) == 0
    assert screen.getvalue().endswith(f"\r{'█' * 30} 2/2\n")
    assert "\r" not in capsys.readouterr().out


@pytest.mark.parametrize("form", first(1, ["text", "json"]))
def test_several_processes_print_what_one_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """In the order of the files, whoever is done first, and as if each had been checked alone."""
    monkeypatch.chdir(tmp_path)
    names = []
    for seed in range(9):
        report = random_report(seed, style="ab"[seed % 2])
        if seed % 3 == 0:
            ref = next(iter(report.amounts))
            report.amounts[ref] += 7
        names.append(f"单位{seed}.json")
        Path(names[-1]).write_text(json.dumps(dump(report)), encoding="utf-8")
    shutil.copy(resource("workbooks/example.xlsx"), tmp_path / "决算.xlsx")
    (tmp_path / "坏.xlsx").write_bytes(b"PK")
    names[4:4] = ["决算.xlsx", "坏.xlsx"]

    def printed(*arguments: str) -> tuple[int, str, str]:
        return cli.main(["check", "--format", form, *arguments]), *capsys.readouterr()

    one = printed(*names)
    assert one[0] == 2 and "坏.xlsx：未能审核" in one[2]
    assert printed("--jobs", "2", *names) == one
    if form == "json":
        alone = [json.loads(printed(name)[1]) for name in names]
        assert json.loads(one[1]) == alone


def test_what_was_printed_is_not_kept(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a thousand workbooks no more remains than what the closing lines say."""
    monkeypatch.chdir(tmp_path)
    usual, met, alive = audit.outcome_of, list[weakref.ref[Checked]](), list[int]()

    class Noted(Checked):
        """An outcome that can be watched."""

    def noted(*arguments: str) -> Checked:
        alive.append(sum(one() is not None for one in met))
        found = usual(*arguments)
        assert isinstance(found, Checked)
        outcome = Noted(*[getattr(found, one.name) for one in fields(found)])
        met.append(weakref.ref(outcome))
        return outcome

    monkeypatch.setattr(audit, "outcome_of", noted)
    cli.main(["check", *files[:5]])
    assert max(alive) <= 1 and len(alive) == 5  # the one that was just printed
    assert capsys.readouterr().out.endswith("决算.xlsx（核实 5（均已说明），提示 9）\n")
