"""A file is replaced whole or not at all; who holds it is named; ten backups stay."""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.effort import first
from xltools.errors import XltoolsError
from xltools.workbook import save as module
from xltools.workbook.save import (
    BACKUPS_KEPT,
    backup_folder,
    backups,
    check_writable,
    restore,
    save,
)

OLD, NEW = b"old" * 300_000, b"NEW!" * 250_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "决算.xlsx"
    path.write_bytes(OLD)
    return path


def refused(file: Path, word: str, **how: bytes) -> None:
    """Saving is refused in these words and leaves the file and no rubbish."""
    with pytest.raises(XltoolsError) as caught:
        save(file, NEW, **how)
    assert word in str(caught.value) and caught.value.remedy
    assert not rubbish(file.parent)


def rubbish(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith(".xltools-tmp")]


def test_replaces_and_keeps_a_backup(file: Path) -> None:
    os.chmod(file, 0o640)
    kept = save(file, NEW, original=OLD)
    assert file.read_bytes() == NEW
    assert kept is not None and kept.read_bytes() == OLD
    assert (
        kept.parent == backup_folder(file) and kept.parent.name == "决算.xlsx.备份" and kept.suffix == ".xlsx"
    )
    assert not rubbish(file.parent)
    if os.name != "nt":
        assert stat.S_IMODE(file.stat().st_mode) == 0o640 == stat.S_IMODE(kept.stat().st_mode)


def test_a_new_file_needs_no_backup(tmp_path: Path) -> None:
    assert save(tmp_path / "新.xlsx", NEW) is None
    assert (tmp_path / "新.xlsx").read_bytes() == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["新.xlsx"]


def test_the_last_ten_backups_are_kept_newest_first(file: Path) -> None:
    for number in range(BACKUPS_KEPT + 4):
        save(file, b"%d" % number)
    kept = backups(file)
    assert [path.read_bytes() for path in kept] == [b"%d" % n for n in range(BACKUPS_KEPT + 2, 2, -1)]


def test_restore(file: Path) -> None:
    kept = save(file, NEW)
    assert kept is not None
    second = restore(file, kept)
    assert file.read_bytes() == OLD
    assert second is not None and second.read_bytes() == NEW
    with pytest.raises(XltoolsError):
        restore(file, file.parent / "没有")


def test_changed_since_it_was_read(file: Path) -> None:
    refused(file, "改过", original=b"something else")
    assert file.read_bytes() == OLD
    assert not backup_folder(file).exists()


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "链接.xlsx"
    try:
        link.symlink_to(file)
    except OSError:
        pytest.skip("no symbolic links here")
    save(link, NEW)
    assert link.is_symlink() and file.read_bytes() == NEW and backups(link) == backups(file)


def test_open_in_excel_wps_or_libreoffice(file: Path) -> None:
    owner = file.parent / "~$决算.xlsx"
    name = "张三"
    ansi = name.encode("gbk")
    owner.write_bytes(
        bytes([len(ansi)])
        + ansi.ljust(54)
        + len(name).to_bytes(2, "little")
        + name.encode("utf-16-le").ljust(108)
    )
    refused(file, "“张三”在 Excel 或 WPS 里打开")
    owner.write_bytes(b"")
    refused(file, "由 Excel 或 WPS 打开")
    owner.unlink()
    lock = file.parent / ".~lock.决算.xlsx#"
    lock.write_text(",lisi,pc,01.03.2025 10:00,file:///home/lisi;", encoding="utf-8")
    refused(file, "“lisi”在 LibreOffice 里打开")
    lock.unlink()
    (file.parent / ".~决算.xlsx").write_bytes(b"")
    refused(file, "WPS")
    assert file.read_bytes() == OLD


def test_write_protected(file: Path) -> None:
    os.chmod(file, 0o444)
    refused(file, "没有权限")
    with pytest.raises(XltoolsError):
        check_writable(file)
    os.chmod(file, 0o644)
    check_writable(file)
    check_writable(file.parent / "没有.xlsx")


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "磁盘空间不足"),
        (errno.EROFS, "只读"),
        (errno.EACCES, "没有权限"),
        (errno.EIO, "没有写入"),
        (errno.ENAMETOOLONG, "太长"),
    ],
)
@pytest.mark.parametrize("step", ["write", "fsync", "replace", "open", "mkdir"])
def test_errors_of_the_system(
    file: Path, monkeypatch: pytest.MonkeyPatch, number: int, word: str, step: str
) -> None:
    real: Callable[..., object] = getattr(os, step)

    def fail(*arguments: object, **named: object) -> object:
        if step == "open" and "tmp" not in str(arguments[0]):
            return real(*arguments, **named)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.os, step, fail)
    refused(file, word)
    assert file.read_bytes() == OLD


def test_missing_folder_and_long_names(tmp_path: Path) -> None:
    with pytest.raises(XltoolsError, match="文件夹不存在"):
        save(tmp_path / "没有" / "a.xlsx", NEW)
    long = tmp_path / ("长" * 80 + ".xlsx")
    long.write_bytes(OLD)
    save(long, NEW)
    assert long.read_bytes() == NEW and backups(long)[0].read_bytes() == OLD


def test_rubbish_of_a_crash_is_swept_later(file: Path) -> None:
    left = file.parent / ".0123456789abcdef.xltools-tmp"
    left.write_bytes(b"half")
    save(file, NEW)
    assert left.exists()  # it might belong to somebody who is writing just now
    os.utime(left, (1, 1))
    save(file, OLD)
    assert not left.exists()


STEPS = ("open", "write", "fsync", "close", "chmod", "replace", "unlink", "mkdir")


class Killer:
    """Replaces the system calls of save.py so that the process is killed at one of them: before it is made,
    after it, or (a write) halfway through it."""

    def __init__(self, at: int) -> None:
        self.left = at
        for name in STEPS:
            setattr(module.os, name, self.wrapped(name, getattr(os, name)))

    def wrapped(self, name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            self.maybe_die()
            if name == "write" and self.left == 1:
                handle, block = arguments
                real(handle, block[: len(block) // 2])  # type: ignore[index]
                self.maybe_die()
            result = real(*arguments, **named)
            self.maybe_die()
            return result

        return call

    def maybe_die(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(file: Path, step: int) -> bool:
    """Save in a child that is killed at ``step``; whether it was."""
    child = os.fork()
    if child == 0:
        try:
            Killer(step)
            save(file, NEW, original=OLD)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="needs fork")
@pytest.mark.parametrize("every", first(1, [5, 1]))
def test_killed_at_every_step_leaves_the_old_or_the_new_file(file: Path, every: int) -> None:
    save(file, b"first")
    file.write_bytes(OLD)
    tried = old = new = 0
    for step in range(1, 200, every):
        file.write_bytes(OLD)
        if not killed_at(file, step):
            break
        tried += 1
        content = file.read_bytes()
        assert content in (OLD, NEW), f"lost at step {step}"
        old += content == OLD
        new += content == NEW
        if content == NEW:
            assert backups(file)[0].read_bytes() == OLD
        assert all(path.read_bytes() in (OLD, b"first") for path in backups(file))
    assert tried > 40 / every and old > 20 / every and new >= 2 / every
    assert file.read_bytes() == NEW
    for path in rubbish(file.parent):
        os.utime(path, (1, 1))
    save(file, OLD)
    assert not rubbish(file.parent)
    print(f"\nkill test: {tried} kills, {old} left the old file, {new} the new one, 0 lost")
