"""Files that travel with the code: the macros and the workbooks of the top level."""

from __future__ import annotations

from pathlib import Path

from xltools.errors import XltoolsError

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """The file ``name``, such as ``workbooks/template.xlsx`` or ``macros/XltHost.bas``.

    Found beside the package in a checkout and in an editable install, inside it in an installed wheel
    (pyproject.toml maps both folders into it). Raises XltoolsError when the file is missing.
    """
    for root in (_PACKAGE, _PACKAGE.parent):
        path = root / name
        if path.is_file():
            return path
    raise XltoolsError(f"安装不完整：缺少文件 {name}。", "请重新安装 xltools。")


def resources(folder: str, pattern: str) -> list[Path]:
    """The files of ``folder`` (``macros`` or ``workbooks``) that match ``pattern``, sorted by name."""
    for root in (_PACKAGE, _PACKAGE.parent):
        found = sorted((root / folder).glob(pattern))
        if found:
            return found
    raise XltoolsError(f"安装不完整：缺少文件夹 {folder}。", "请重新安装 xltools。")
