"""What lies on the disk is not always a file, and the disk is not always there: pipes, devices, links, names,
rights, full disks. A sentence each time, nothing waits, and nothing of the user's is lost."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests import effort
from tests.workbook.books import example_bytes
from xltools.cli import main
from xltools.export.publish import LOG
from xltools.resources import resource
from xltools.workbook.save import backups

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files of POSIX")
ROOT = Path(__file__).parents[2]
PLAIN = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
"""Takes from the administrator what he may do beyond other users."""
DRAFT = ["--draft", "--format", "xlsx,csv"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a filled workbook and an empty one, as the current one."""
    (tmp_path / "决算.xlsx").write_bytes(example_bytes())
    shutil.copy(resource("workbooks/template.xlsx"), tmp_path / "空.xlsx")
    monkeypatch.chdir(tmp_path)
    return tmp_path


Said = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command says that cannot do it."""

    def run(*command: str) -> str:
        assert main(list(command)) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "Traceback" not in said
        return said

    return run


# --- no ordinary files


@pytest.mark.parametrize(
    "command",
    [
        ["check", "管道.xlsx"],
        ["check", "管道.json"],
        ["check", "决算.xlsx", "--codes", "管道.csv"],
        ["new", "新.xlsx", "--figures", "管道.json"],
        ["import", "管道.xlsx", "--into", "空.xlsx"],
        ["import", "决算.xlsx", "--into", "管道.xlsx"],
        ["check", "决算.xlsx", "--format", "html", "--output", "管道.html"],
        ["export", "管道.xlsx", "--to", "公开"],
    ],
    ids=lambda command: " ".join(command[:1] + command[-1:]),
)
def test_a_pipe_is_not_waited_for(command: list[str], desk: Path, refused: Said) -> None:
    for suffix in ("xlsx", "json", "csv", "html"):
        os.mkfifo(desk / f"管道.{suffix}")
    assert "不是普通文件" in refused(*command)
    assert all(stat.S_ISFIFO(os.stat(one).st_mode) for one in desk.glob("管道.*"))
    assert not list(desk.glob(".*"))


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices(device: str, desk: Path, refused: Said) -> None:
    assert "不是普通文件" in refused("check", device)
    assert "不是普通文件" in refused("new", "新.xlsx", "--figures", device)
    assert "不是普通文件" in refused("check", "决算.xlsx", "--format", "html", "--output", device)
    assert stat.S_ISCHR(os.stat(device).st_mode)


def test_a_folder_with_the_name_of_a_workbook(desk: Path, refused: Said) -> None:
    (desk / "夹.xlsx").mkdir()
    assert "文件夹" in refused("check", "夹.xlsx")
    assert "文件夹" in refused("import", "决算.xlsx", "--into", "夹.xlsx")
    assert "文件夹" in refused("new", "夹.xlsx", "--force")
    assert "文件夹" in refused("new", "新.xlsx", "--figures", "夹.xlsx")
    assert "文件夹" in refused("export", "决算.xlsx", "--to", "空.xlsx", "--format", "csv")


def test_links(desk: Path, refused: Said) -> None:
    """A link stays a link, and the file that it leads to is written; another name keeps the old file."""
    (desk / "链接.xlsx").symlink_to("空.xlsx")
    os.link("空.xlsx", "另名.xlsx")
    (desk / "圈.xlsx").symlink_to("圈.xlsx")
    (desk / "断.xlsx").symlink_to("没有.xlsx")
    old = (desk / "空.xlsx").read_bytes()
    assert main(["import", "决算.xlsx", "--into", "链接.xlsx"]) == 0
    assert (desk / "链接.xlsx").is_symlink() and (desk / "空.xlsx").read_bytes() != old
    assert (desk / "另名.xlsx").read_bytes() == old == backups("空.xlsx")[0].read_bytes()
    assert "找不到" in refused("check", "断.xlsx")
    assert "无法读取" in refused("check", "圈.xlsx")
    assert refused("new", "圈.xlsx") and refused("import", "决算.xlsx", "--into", "圈.xlsx")
    (desk / "圈.html").symlink_to("圈.html")
    assert "链接" in refused("check", "决算.xlsx", "--format", "html", "--output", "圈.html")


@pytest.mark.parametrize(
    "name",
    effort.first(1, [
        "决" * 83 + ".xlsx", "引\"'号.xlsx", "换\n行.xlsx", "决算[1].xlsx", "a" * 250 + ".xlsx",
        " 前 后 .xlsx", "-短横.xlsx", "决算*.xlsx", "%s{0}.xlsx", "没有后缀", ".隐藏.xlsx",
    ]),
    ids=range(11),
)  # fmt: skip
def test_names(name: str, desk: Path) -> None:
    """Long ones, with blanks, quotes, line breaks, signs of patterns."""
    shutil.copy("空.xlsx", name)
    assert main(["check", f"./{name}"]) == 1
    assert main(["import", "决算.xlsx", "--into", f"./{name}"]) == 0
    assert main(["check", f"./{name}"]) == 0
    assert len(backups(Path(name))) == 1


TOO_LONG = "长" * 120


@pytest.mark.parametrize(
    "command",
    [
        "check {}.xlsx",
        "check {}*.xlsx",
        "check {}.json",
        "check 决算.xlsx --codes {}.csv",
        "check 决算.xlsx --format xlsx --output {}.xlsx",
        "check 决算.xlsx --format html --output {}.html",
        "import {}.xlsx --into 空.xlsx",
        "import 决算.xlsx --into {}.xlsx",
        "new {}.xlsx",
        "new {}.xlsx --force",
        "new 新.xlsx --figures {}.json",
        "export {}.xlsx --to 公开",
        "export 决算.xlsx --to {} --format csv",
        "fix {}.xlsx --undo",
        "demo {}",
    ],
)
def test_names_that_no_disk_has(command: str, desk: Path, refused: Said) -> None:
    said = refused(*command.format(TOO_LONG).split())
    assert "太长" in said or "too long" in said or "读不了" in said
    assert sorted(path.name for path in desk.iterdir()) == ["决算.xlsx", "空.xlsx"]


def test_names_do_not_steer_the_terminal(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither of files nor of units."""
    import xltools
    from tests.workbook.books import example

    report = example()
    name = "清\x1b[2J屏\x07.xlsx"
    xltools.write(name, replace(report, cover=replace(report.cover, entity="山西\x1b]0;x\x07省\u202e中心")))
    for command in (["check", name], ["check", "没有" + name], ["import", name, "--into", "空.xlsx"]):
        assert main(command) in (0, 2)
        said = capsys.readouterr()
        assert said.out + said.err and not set("\x1b\x07\u202e") & set(said.out + said.err)


# --- results are not written over somebody's work


def test_results_take_no_workbooks_place(desk: Path, refused: Said) -> None:
    empty = (desk / "空.xlsx").read_bytes()
    for how in ("text", "json", "html"):
        assert "工作簿" in refused("check", "决算.xlsx", "--format", how, "--output", "空.xlsx")
        assert "被审核的文件" in refused("check", "决算.xlsx", "--format", how, "--output", "./决算.xlsx")
    assert "被审核的文件" in refused("check", "决算.xlsx", "--format", "xlsx", "--output", "决算.xlsx")
    (desk / "链接.xlsx").symlink_to("决算.xlsx")
    assert "被审核的文件" in refused("check", "决算.xlsx", "--format", "xlsx", "--output", "链接.xlsx")
    assert (desk / "决算.xlsx").read_bytes() == example_bytes()
    assert (desk / "空.xlsx").read_bytes() == empty


def test_a_copy_over_an_earlier_one_keeps_that(desk: Path) -> None:
    """Explanations may have been typed into it."""
    how = ["check", "决算.xlsx", "--format", "xlsx"]
    assert main(how) == 0
    earlier = (desk / "决算-审核结果.xlsx").read_bytes()
    assert main([*how, "--output", "决算-审核结果.xlsx"]) == 0
    assert backups("决算-审核结果.xlsx")[0].read_bytes() == earlier


def test_an_export_does_not_take_its_sources_place(desk: Path, refused: Said) -> None:
    assert main(["export", "决算.xlsx", "--to", ".", *DRAFT]) == 0
    (published,) = desk.glob("*草稿*.xlsx")
    published.write_bytes(example_bytes())
    assert "覆盖" in refused("export", published.name, "--to", ".", *DRAFT)
    assert published.read_bytes() == example_bytes()


def test_what_was_changed_after_an_export_is_kept(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document polished by hand; what is as it was exported is replaced without more ado."""
    how = ["export", "决算.xlsx", "--to", "公开", *DRAFT]
    assert main(how) == 0 and main(how) == 0
    assert not list((desk / "公开").glob("*.备份"))
    (table,) = (desk / "公开").glob("*.csv")
    table.write_bytes(b"polished")
    (desk / "公开" / LOG).open("a").write('not json\n[1]\n{"files": 3}\n')
    capsys.readouterr()
    assert main(how) == 0
    assert "改过" in capsys.readouterr().out
    assert [one.read_bytes() for one in backups(table)] == [b"polished"]
    assert len(list((desk / "公开").glob("*.备份"))) == 1


def test_a_unit_with_a_name_longer_than_file_names_may_be(desk: Path) -> None:
    import xltools
    from tests.workbook.books import example

    long = replace(example(), cover=replace(example().cover, entity="山西省地震应急保障中心" * 8))
    xltools.write("长.xlsx", long)
    assert main(["export", "长.xlsx", "--to", "公开", *DRAFT]) == 0
    assert len(list((desk / "公开").glob("山西省*.xlsx"))) == 1


def test_a_table_too_long_to_be_set(desk: Path, refused: Said, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(sys.modules["xltools.export.publish"], "MOST_LINES", 5)
    assert "超过公开文件能排的" in refused("export", "决算.xlsx", "--to", "公开", *DRAFT)
    assert not (desk / "公开").exists()
    assert main(["export", "决算.xlsx", "--to", "公开", "--format", "json,csv"]) == 0


# --- rights and full disks

RUN = "import sys; from xltools.cli import main; sys.exit(main(sys.argv[1:]))"
COMMANDS: dict[str, list[str]] = {
    "copy": ["check", "决算.xlsx", "--format", "xlsx"],
    "page": ["check", "决算.xlsx", "--format", "html", "--output", "审核.html"],
    "import": ["import", "决算.xlsx", "--into", "空.xlsx"],
    "new": ["new", "新.xlsx"],
    "force": ["new", "空.xlsx", "--force"],
    "export": ["export", "决算.xlsx", "--to", "公开", "--draft", "--format", "docx,html,xlsx"],
    "narrative": ["narrative", "决算.xlsx"],
}


def limited(desk: Path, command: list[str], before: str = "", first: list[str] | None = None) -> str:
    """What a command says that cannot do it, in a process of its own; no file is lost or left."""
    kept = {path.name: path.read_bytes() for path in desk.glob("*.xlsx")}
    done = subprocess.run(
        [*(first or []), sys.executable, "-c", f"{before}\n{RUN}", *command],
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(desk.parent), "XLTOOLS_SOFFICE": ""},
        capture_output=True, text=True, cwd=desk,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1 and "Error" not in done.stderr, done.stderr
    assert {path.name: path.read_bytes() for path in desk.glob("*.xlsx")} == kept
    assert not [path.name for path in desk.rglob(".*")]
    assert not list(desk.parent.glob("xltools-*"))
    return done.stderr


@pytest.mark.parametrize("name", effort.first(3, COMMANDS))
def test_a_full_disk(name: str, desk: Path) -> None:
    """No file may be longer than 8,000 bytes: what a full disk is to a program."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))"
    assert "磁盘空间不足" in limited(desk, COMMANDS[name], limit)


def test_no_room_for_what_passes(desk: Path) -> None:
    nothing = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    assert "没有可用的临时文件夹" in limited(desk, COMMANDS["copy"], nothing)


def restricted() -> list[str]:
    """How to start a process that rights hold for; [] where they hold anyway."""
    if os.geteuid() != 0:
        return []
    works = shutil.which(PLAIN[0]) and subprocess.run([*PLAIN, "true"], capture_output=True).returncode == 0
    return PLAIN if works else pytest.skip("an administrator may do everything")


@pytest.mark.parametrize("name", effort.first(3, ["copy", "import", "new", "page", "export"]))
def test_a_folder_that_may_only_be_read(name: str, desk: Path) -> None:
    first = restricted()
    desk.chmod(0o555)
    try:
        said = limited(desk, COMMANDS[name], first=first)
    finally:
        desk.chmod(0o755)
    assert "权限" in said


@pytest.mark.parametrize("name", ["import", "force", "narrative"])
def test_a_file_that_may_only_be_read(name: str, desk: Path) -> None:
    for path in desk.glob("*.xlsx"):
        path.chmod(0o444)
    assert "没有权限写入" in limited(desk, COMMANDS[name], first=restricted())


def test_a_folder_that_goes_away_meanwhile(
    desk: Path, refused: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xltools.workbook import save

    into = desk / "夹" / "空.xlsx"
    into.parent.mkdir()
    shutil.copy("空.xlsx", into)
    put = save._put

    def gone(target: Path, *rest: object) -> None:
        shutil.rmtree(into.parent)
        put(target, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(save, "_put", gone)
    said = refused("import", "决算.xlsx", "--into", str(into))
    assert "文件夹不存在" in said and not into.parent.exists()


def test_a_workbook_that_is_replaced_meanwhile(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was read at once, before: what is checked is one version, whole."""
    import xltools
    from xltools.workbook import package

    old = package.contents

    def replaced(path: Path, most: int) -> bytes:
        data = old(path, most)
        shutil.copy("空.xlsx", path)
        return data

    monkeypatch.setattr(package, "contents", replaced)
    reading = xltools.read("决算.xlsx")
    monkeypatch.undo()
    (desk / "决算.xlsx").write_bytes(example_bytes())
    assert reading.report == xltools.read(desk / "决算.xlsx").report


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only an administrator may")
def test_an_administrator_does_not_take_a_users_file_away(desk: Path) -> None:
    os.chown("空.xlsx", 12345, 12346)
    assert main(["import", "决算.xlsx", "--into", "空.xlsx"]) == 0
    (kept,) = backups("空.xlsx")
    for path in (desk / "空.xlsx", kept, kept.parent):
        assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)
