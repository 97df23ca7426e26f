"""Files that somebody names: only ordinary ones are read, and what the disk refuses becomes a sentence."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from xltools.errors import XltoolsError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MANY = {errno.EMFILE, errno.ENFILE}


def contents(path: Path, most: int) -> bytes:
    """The bytes of an ordinary file, or the first ``most`` + 1 of a larger one.

    Raises XltoolsError for a pipe or a device, which may never begin or never end, and OSError as the system
    gives it.
    """
    # Opening a pipe that nobody writes to would wait for ever.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise not_ordinary(path, "读取")
        # Asked for the most that may come, Python sets that much memory aside.
        data = file.read(min(about.st_size, most) + 1)
        if about.st_size < len(data) <= most:  # it is growing
            data += file.read(most + 1 - len(data))
    return data


def not_ordinary(path: Path, what: str) -> XltoolsError:
    """The error for a pipe or a device where a file was expected; ``what`` cannot be done to it."""
    return XltoolsError(
        f"“{path.name}”不是普通文件（是管道或设备），不能{what}。", "请指定磁盘上的一个文件。"
    )


def harmless(text: str) -> str:
    """``text`` of a workbook, or the name of a file, without the characters that steer a terminal or turn
    what is written on it round. One line: line ends are such characters."""
    return _STEERING.sub("\ufffd", text)


def disk_trouble(error: OSError) -> XltoolsError | None:
    """The sentence for an error that is the computer's and not ours: a full disk, a read-only one, a broken
    one, a name that is too long, too many open files. None for any other."""
    if error.errno in _FULL:
        return XltoolsError("磁盘空间不足（或超过了配额），没有做完；原有的文件完好。", "请清理磁盘后再试。")
    if error.errno == errno.EROFS:
        return XltoolsError("磁盘是只读的，没有做完；原有的文件完好。", "请换到可以写入的磁盘或文件夹再试。")
    if error.errno == errno.EIO:
        return XltoolsError(
            "磁盘或网络读写出错，没有做完；原有的文件完好。", "请检查磁盘和网络，或复制到本机后再试。"
        )
    if error.errno == errno.ENAMETOOLONG:
        return XltoolsError("文件名太长，没有做完；原有的文件完好。", "请把文件名改短后再试。")
    if error.errno in _MANY:
        return XltoolsError("同时打开的文件太多，没有做完。", "请关闭一些程序，或用较小的 --jobs 再试。")
    return None
