"""One process of ours at a time saves a file: the others wait, or say that it is busy.

The lock is a file beside the one that is saved, held through the operating system, so that a crash frees it.
Where the folder or its file system allows no locks, saving goes on without: then the comparison with what was
read is all there is.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xltools.errors import XltoolsError

SECONDS = 20.0
"""How long another save of the same file is waited for; one takes some milliseconds."""
_SUFFIX = ".xltools-lock"
_NAME_LENGTH = 60
_PAUSE = 0.01


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """While inside, no other process of ours is inside for the same file. Raises XltoolsError where another
    one stays inside for SECONDS."""
    lock = path.parent / f".{path.name[-_NAME_LENGTH:]}{_SUFFIX}"
    handle = _take(lock, path.name)
    try:
        yield
    finally:
        if handle is not None:
            _release(lock, handle)


def _take(lock: Path, name: str) -> int | None:
    """The handle that holds the lock; None where locks are not possible."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None
        try:
            hold(handle)
            if os.name == "nt" or _is_still(lock, handle):
                return handle
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(handle)
                raise XltoolsError(
                    f"“{name}”正由另一个 xltools 写入，没有写入。", "请等它完成后再试。"
                ) from None
            time.sleep(_PAUSE)
        except OSError:  # a file system without locks
            os.close(handle)
            with suppress(OSError):
                os.unlink(lock)
            return None
        os.close(handle)


def hold(handle: int) -> None:
    """Lock without waiting; BlockingIOError where somebody else holds it."""
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still(lock: Path, handle: int) -> bool:
    """Whether the file that is held is the one that others find: the holder before removed its own."""
    try:
        return os.fstat(handle).st_ino == os.stat(lock).st_ino
    except FileNotFoundError:
        return False


def _release(lock: Path, handle: int) -> None:
    if os.name == "nt":  # an open file cannot be removed there; closing frees the lock
        os.close(handle)
        with suppress(OSError):
            os.unlink(lock)
        return
    with suppress(OSError):
        os.unlink(lock)
    os.close(handle)
