"""Put a new version of a file in the place of the old one: the whole of it or nothing, with a backup kept.

The order of steps: wait until no other process of ours is saving the file; refuse if it is open elsewhere or
changed since it was read; copy the old version into the backup folder; write the new one beside the file
under a passing name; flush; rename over the file. A crash at any point leaves the old or the new one whole.

Backups of ``决算.xlsx`` lie beside it in the folder ``决算.xlsx.备份``, named
``决算.20250301-153012-250.xlsx`` (local time, milliseconds last); the last ten are kept.
"""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xltools.errors import XltoolsError
from xltools.files import not_ordinary
from xltools.workbook.lock import alone

BACKUPS_KEPT = 10
"""Backups kept for one file; older ones are removed after a successful save."""
_BLOCK = 256 * 1024
_PASSING = ".xltools-tmp"
_ABANDONED_AFTER = 600
_NAME_LENGTH = 60
"""Characters of a file's name used in names of ours: file systems allow 255 bytes, a Chinese character has
3."""


def save(path: str | Path, data: bytes, original: bytes | None = None, backup: bool = True) -> Path | None:
    """Let the file at ``path`` hold ``data``; the backup of its old version, None where there was none.

    ``original``: what the file held when it was read; it is not overwritten if it holds something else now.
    Raises XltoolsError, the old file whole, if it is open elsewhere, write-protected or changed, or the disk
    is full.
    """
    path = _real(Path(path))
    try:
        with alone(path):
            _sweep(path.parent)
            old = _current(path)
            if original is not None and old != original:
                raise XltoolsError(
                    f"“{path.name}”在读取之后被别的程序改过，没有写入。", "请重新打开最新的文件再做一次。"
                )
            check_writable(path)
            kept = _keep(path, old) if backup and old is not None else None
            _put(path, data, _mode(path), path)
    except OSError as error:
        raise worded(error, path) from None
    if kept is not None:
        _prune(kept.parent)
    return kept


def check_writable(path: str | Path) -> None:
    """XltoolsError with who and what to do if the file cannot be replaced now; no file is fine."""
    path = _real(Path(path))
    who = open_elsewhere(path)
    if who is not None:
        raise XltoolsError(
            f"“{path.name}”正由{who}打开，不能写入。",
            "请先保存并关闭它再试；若确实没有人打开，请删除同一文件夹里以 ~$ 或 .~ 开头的同名临时文件。",
        )
    if not path.exists():
        return
    try:
        os.close(os.open(path, os.O_RDWR))  # on Windows this fails too while another program holds the file
        writable = bool(path.stat().st_mode & 0o222)
    except OSError as error:
        raise worded(error, path) from None
    if not writable:
        raise worded(PermissionError(errno.EACCES, ""), path)


def open_elsewhere(path: Path) -> str | None:
    """Who has the file open, by the owner files of Excel, WPS and LibreOffice beside it; None: nobody."""
    name = path.name
    owners = [f"~${name}", f".~{name}"]
    if path.suffix.lower() == ".docx":  # Word puts its mark in the place of the first letters
        owners += [f"~${name[1:]}", f"~${name[2:]}"]
    for beside in owners:
        if os.path.exists(path.parent / beside):  # False where the name is too long
            return (
                f"“{who}”在 Excel 或 WPS 里"
                if (who := _excel_owner(path.parent / beside))
                else " Excel 或 WPS "
            )
    lock = path.parent / f".~lock.{name}#"
    if os.path.exists(lock):
        with suppress(OSError):
            fields = lock.read_bytes().decode("utf-8", "replace").split(",")
            if who := next((field.strip() for field in fields[:2] if field.strip()), ""):
                return f"“{who}”在 LibreOffice 里"
        return " LibreOffice "
    return None


def _excel_owner(file: Path) -> str:
    """The user's name in an owner file: 54 bytes in the system's code page, then again in UTF-16."""
    try:
        content = file.read_bytes()
    except OSError:  # Excel holds it
        return ""
    length = int.from_bytes(content[55:57], "little")
    if 0 < length <= 54:
        return content[57 : 57 + 2 * length].decode("utf-16-le", "replace").strip("\x00 ")
    return ""


def backup_folder(path: str | Path) -> Path:
    """Where the backups of a file lie."""
    path = Path(path)
    return path.parent / f"{path.name[-_NAME_LENGTH:]}.备份"


def backups(path: str | Path) -> list[Path]:
    """The backups of a file, the newest first."""
    folder = backup_folder(_real(Path(path)))
    return sorted((file for file in folder.glob("*.*") if file.suffix != _PASSING), reverse=True)


def restore(path: str | Path, backup: str | Path) -> Path | None:
    """Let the file hold again what ``backup`` holds; what it held is backed up in turn, and returned."""
    try:
        data = Path(backup).read_bytes()
    except OSError as error:
        raise worded(error, Path(backup)) from None
    return save(path, data)


def _real(path: Path) -> Path:
    """The file itself where ``path`` is a link to it: the link must stay a link. Raises XltoolsError for what
    is no ordinary file: putting a file in the place of a device would destroy it."""
    try:
        found = path.resolve() if os.path.islink(path) else path
        special = os.path.exists(found) and not (os.path.isfile(found) or os.path.isdir(found))
    except (OSError, RuntimeError):  # links in a circle
        raise XltoolsError(f"“{path.name}”是有误的链接，不能写入。", "请指定文件本身。") from None
    if special:
        raise not_ordinary(path, "写入")
    return found


def _current(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _keep(path: Path, old: bytes) -> Path:
    """Write the backup; its path."""
    folder = backup_folder(path)
    with suppress(FileExistsError):
        os.mkdir(folder)
        _give(folder, path)
    stem = path.stem[-_NAME_LENGTH:]
    moment = time.time_ns() // 10**6
    while True:
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(moment // 1000))
        target = folder / f"{stem}.{stamp}-{moment % 1000:03d}{path.suffix}"
        if not target.exists():
            break
        moment += 1
    _put(target, old, _mode(path), path)
    return target


def _put(target: Path, data: bytes, mode: int, like: Path) -> None:
    """Write ``data`` beside ``target``, flush it to the disk, rename it to ``target``; it belongs to whom
    ``like`` belongs."""
    with _written(target.parent, data, mode) as passing:
        _give(passing, like)
        os.replace(passing, target)
    _flush_folder(target.parent)


def put_new(path: str | Path, data: bytes) -> None:
    """Write a file that must not be there yet. Raises OSError: FileExistsError where it is there, even if
    another process made it this moment."""
    path = Path(path)
    _sweep(path.parent)
    with _written(path.parent, data, _mode(path)) as passing:
        if os.name == "nt":
            os.rename(passing, path)
        else:
            try:
                os.link(passing, path)
                os.unlink(passing)
            except FileExistsError:
                raise
            except OSError:  # a file system without links
                os.replace(passing, path)
    _flush_folder(path.parent)


@contextmanager
def _written(folder: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A passing file in ``folder`` with ``data``, on the disk; gone where it is not renamed."""
    passing = folder / f".{secrets.token_hex(8)}{_PASSING}"
    handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view[:_BLOCK]) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        os.chmod(passing, mode)
        yield passing
    except BaseException:
        with suppress(OSError):
            os.unlink(passing)
        raise


def _give(made: Path, like: Path) -> None:
    """Let what we made belong to whom ``like`` belongs: an administrator who works on a user's file must not
    take it away from him."""
    if os.name == "nt":
        return
    with suppress(OSError):
        owner, now = os.stat(like), os.stat(made)
        if (owner.st_uid, owner.st_gid) != (now.st_uid, now.st_gid):
            mode = now.st_mode & 0o777
            os.chown(made, owner.st_uid, owner.st_gid)
            os.chmod(made, mode)


def _flush_folder(folder: Path) -> None:
    """Make a rename durable; Windows neither needs nor allows it."""
    if os.name == "nt":
        return
    with suppress(OSError):  # some network file systems refuse
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what a crashed save of ours left behind."""
    now = time.time()
    for file in folder.glob(f".*{_PASSING}"):
        with suppress(OSError):
            if now - file.stat().st_mtime > _ABANDONED_AFTER:
                os.unlink(file)


def _prune(folder: Path) -> None:
    """Remove all but the newest backups."""
    _sweep(folder)
    files = sorted((file for file in folder.glob("*.*") if file.suffix != _PASSING), reverse=True)
    for file in files[BACKUPS_KEPT:]:
        with suppress(OSError):
            os.unlink(file)


def worded(error: OSError, path: Path) -> XltoolsError:
    """An error of the operating system while ``path`` was written, as a sentence."""
    name = path.name
    if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", -1)):
        return XltoolsError(
            f"磁盘空间不足（或超过了配额），“{name}”没有写入，原文件完好。", "请清理磁盘后再试。"
        )
    if error.errno == errno.EROFS:
        return XltoolsError(f"“{name}”在只读的磁盘或网络位置上，没有写入。", "请把它复制到本机硬盘后再试。")
    if isinstance(error, PermissionError):
        return XltoolsError(
            f"没有权限写入“{name}”或它所在的文件夹，原文件完好。",
            "请先在 Excel 里关闭它；若文件是只读的，请在文件属性里去掉“只读”，或另存一份到自己的文件夹。",
        )
    if isinstance(error, IsADirectoryError):
        return XltoolsError(f"“{name}”是文件夹，不能写入。", "请指定一个文件名。")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return XltoolsError(f"“{name}”所在的文件夹不存在，没有写入。", "请先建立文件夹，或检查路径。")
    if error.errno == errno.ENAMETOOLONG:
        return XltoolsError(f"文件名“{name[:20]}…”太长，没有写入。", "请把文件名改短后再试。")
    return XltoolsError(
        f"“{name}”没有写入（{error.strerror or error}），原文件完好。", "请检查磁盘和网络后再试。"
    )
