"""A private folder for files that pass: nobody else may read it, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def passing_folder() -> Iterator[Path]:
    """A new folder with rights for the user alone, gone afterwards: after an error, and after Ctrl-C even
    where that comes while the folder is being removed."""
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="xltools-")
    try:
        yield Path(folder)
    finally:
        try:
            shutil.rmtree(folder, ignore_errors=True)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
