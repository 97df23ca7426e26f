"""A private folder for files that pass: nobody else may read it, and nothing of it stays."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xltools.errors import XltoolsError
from xltools.workbook.lock import hold

_NAME = re.compile(r"xltools-[a-z0-9_]{8}")
_IN_USE = ".xltools-in-use"
"""Held through the operating system while a folder is needed: who is killed lets go of it."""
_SNAPSHOT = re.compile(r"copy\.[a-z]{3,4}")
_ABANDONED_AFTER = 3600
"""Seconds after which a copy of an open workbook, on which nothing is held, counts as left behind."""


@contextmanager
def passing_folder() -> Iterator[Path]:
    """A new folder with rights for the user alone, gone afterwards: after an error, and after Ctrl-C even
    where that comes while the folder is being removed. What a killed process left is removed first.

    Raises XltoolsError where there is no room for one."""
    import shutil
    import tempfile

    try:
        folder = tempfile.mkdtemp(prefix="xltools-")
    except OSError:
        raise XltoolsError(
            "没有可用的临时文件夹（磁盘已满，或没有写入权限），没有做完；原有的文件完好。",
            "请清理磁盘后再试，或用环境变量 TEMP（Linux、Mac 为 TMPDIR）指定别的文件夹。",
        ) from None
    handle = -1
    try:
        _sweep(Path(folder).parent)
        handle = os.open(Path(folder, _IN_USE), os.O_RDWR | os.O_CREAT, 0o600)
        with suppress(OSError):  # a file system without locks
            hold(handle)
        yield Path(folder)
    finally:
        try:
            if handle >= 0:
                os.close(handle)
            shutil.rmtree(folder, ignore_errors=True)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _sweep(top: Path) -> None:
    """Remove our private folders that a killed process left: they hold copies of workbooks."""
    import shutil

    for folder in top.glob("xltools-????????"):
        if _NAME.fullmatch(folder.name):
            with suppress(OSError):
                about = folder.lstat()
                mine = not hasattr(os, "getuid") or about.st_uid == os.getuid()
                if mine and stat.S_ISDIR(about.st_mode) and _abandoned(folder, time.time() - about.st_mtime):
                    shutil.rmtree(folder, ignore_errors=True)


def _abandoned(folder: Path, age: float) -> bool:
    """Whether the folder is one of ours and nobody needs it any more."""
    names = os.listdir(folder)
    if _IN_USE not in names:
        return age > _ABANDONED_AFTER and len(names) == 1 and bool(_SNAPSHOT.fullmatch(names[0]))
    handle = os.open(folder / _IN_USE, os.O_RDWR)
    try:
        hold(handle)
    except OSError:  # somebody else holds it, or nobody can
        return False
    finally:
        os.close(handle)
    return True
