"""Several at once: checks, saves, exports, new workbooks. Nothing is lost, everything is whole."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

import xltools
from tests.effort import examples
from tests.hostile.open_sheet import open_document
from tests.workbook.books import example_bytes
from xltools.cli import main
from xltools.errors import XltoolsError
from xltools.export.publish import LOG
from xltools.report import Report
from xltools.review.data import as_data
from xltools.workbook import lock
from xltools.workbook.save import BACKUPS_KEPT, backups, save

ROOT = Path(__file__).parents[2]


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A process that runs ``code``."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(processes: Iterable[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """Status, output and errors of each."""
    found = []
    for process in list(processes):
        out, err = process.communicate(timeout=120)
        found.append((process.returncode, out, err))
    return found


COMMAND = "import sys; from xltools.cli import main; sys.exit(main(sys.argv[1:]))"


def test_checks_in_threads_give_what_one_alone_gives(tmp_path: Path) -> None:
    """Also through the library that reads other formats, whose messages are held back meanwhile."""
    paths = []
    for number in range(2):
        paths += [tmp_path / f"{number}.xlsx", tmp_path / f"{number}.ods"]
        paths[-2].write_bytes(example_bytes())
        paths[-1].write_bytes(open_document(example_bytes()))
    wanted = {path: outcome(path) for path in paths}
    found: dict[int, object] = {}

    def work(number: int) -> None:
        try:
            for _ in range(examples(3)):
                path = paths[number % len(paths)]
                found[number] = outcome(path) == wanted[path]
        except BaseException as error:
            found[number] = error

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert found == dict.fromkeys(range(6), True)


def outcome(path: Path) -> object:
    return as_data("", xltools.check(xltools.read(path)))


def test_two_checks_of_one_workbook(tmp_path: Path) -> None:
    path = tmp_path / "决算.xlsx"
    path.write_bytes(example_bytes())
    one, two = ended([started(COMMAND, "check", path, "--format", "json") for _ in range(2)])
    assert one == two and one[0] == 0 and json.loads(one[1])["verdict"] == "核实"


SAVES = """
import sys
from pathlib import Path
from xltools.workbook.save import save
path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for number in range(count):
    save(path, (name + str(number)).encode() * 5000)
"""


def test_two_who_save_one_file(tmp_path: Path) -> None:
    """Every version that was replaced is in a backup: whoever comes second has seen the first."""
    path = tmp_path / "决算.xlsx"
    path.write_bytes(b"old")
    results = ended([started(SAVES, path, name, 20) for name in "ab"])
    assert [status for status, _, _ in results] == [0, 0], results
    versions = [file.read_bytes() for file in backups(path)]
    assert len(versions) == BACKUPS_KEPT and len(set(versions)) == BACKUPS_KEPT
    last = path.read_bytes()
    assert last in (b"a19" * 5000, b"b19" * 5000) and last not in versions
    assert sorted(file.name for file in tmp_path.iterdir()) == ["决算.xlsx", "决算.xlsx.备份"]


CHANGES = """
import sys
from pathlib import Path
from xltools.errors import XltoolsError
from xltools.workbook.save import save
path, name = Path(sys.argv[1]), sys.argv[2]
done = 0
while done < 15:
    before = path.read_bytes()
    try:
        save(path, before + name.encode(), original=before, backup=False)
        done += 1
    except XltoolsError as error:
        assert "改过" in str(error), error
"""


def test_nobody_overwrites_what_he_has_not_seen(tmp_path: Path) -> None:
    """Three add a letter each, 15 times: with one write lost a letter would be missing."""
    path = tmp_path / "决算.xlsx"
    path.write_bytes(b"")
    results = ended([started(CHANGES, path, name) for name in "abc"])
    assert [status for status, _, _ in results] == [0, 0, 0], results
    assert sorted(path.read_text()) == sorted("abc" * 15)


def test_readers_meanwhile_see_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "决算.xlsx"
    path.write_bytes(b"a0" * 5000)
    process = started(SAVES, path, "a", 30)
    while process.poll() is None:
        content = path.read_bytes()
        assert content in (content[:2] * 5000, content[:3] * 5000)
    assert process.wait() == 0


HOLDS = """
import sys, time
from pathlib import Path
from xltools.workbook.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_that_is_not_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds it: a sentence, and the file as it was; a crash frees it."""
    path = tmp_path / "决算.xlsx"
    path.write_bytes(b"old")
    holding = started(HOLDS, path)
    assert holding.stdout is not None and holding.stdout.readline() == "held\n"
    monkeypatch.setattr(lock, "SECONDS", 0.1)
    with pytest.raises(XltoolsError, match="另一个 xltools"):
        save(path, b"new")
    assert path.read_bytes() == b"old"
    holding.kill()
    holding.communicate()
    save(path, b"new")
    assert path.read_bytes() == b"new"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["决算.xlsx", "决算.xlsx.备份"]


@pytest.mark.long
def test_two_exports_to_one_folder(tmp_path: Path) -> None:
    source, folder, again = tmp_path / "决算.xlsx", tmp_path / "公开", tmp_path / "again"
    source.write_bytes(example_bytes())
    how = ["export", source, "--draft", "--format", "docx,html,xlsx,json,csv", "--to"]
    results = ended([started(COMMAND, *how, folder) for _ in range(2)])
    assert [status for status, _, _ in results] == [0, 0], results
    entries = (folder / LOG).read_text(encoding="utf-8").splitlines()
    assert len(entries) == 2 and all(json.loads(entry)["draft"] for entry in entries)
    files = sorted(file for file in folder.iterdir() if file.name != LOG)
    assert {file.suffix for file in files} == {".csv", ".docx", ".html", ".json", ".xlsx"}
    assert main([*map(str, how), str(again)]) == 0
    for file in files:
        assert file.read_bytes() == (again / file.name).read_bytes()


def test_two_new_workbooks_of_one_name(tmp_path: Path) -> None:
    """One is made, the others are told; none is overwritten."""
    path = tmp_path / "决算.xlsx"
    results = ended([started(COMMAND, "new", path) for _ in range(3)])
    assert sorted(status for status, _, _ in results) == [0, 2, 2], results
    assert all("已经存在" in err for status, _, err in results if status == 2)
    assert [file.name for file in tmp_path.iterdir()] == ["决算.xlsx"]


def test_two_imports_into_one_workbook(tmp_path: Path) -> None:
    """Each is done, or refused because the other was quicker; the workbook is whole."""
    into, source = tmp_path / "决算.xlsx", tmp_path / "来源.xlsx"
    xltools.write(into, Report("shanxi_2024"))
    source.write_bytes(example_bytes())
    results = ended([started(COMMAND, "import", source, "--into", into) for _ in range(2)])
    assert 0 in [status for status, _, _ in results]
    assert all(status == 0 or (status == 2 and "改过" in err) for status, _, err in results), results
    assert xltools.read(into).report.amounts == xltools.read(source).report.amounts
