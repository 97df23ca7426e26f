"""Put the add-in, the extension and the drop icons where the programs find them, and take them away."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from xltools.addin import build, libreoffice
from xltools.errors import XltoolsError
from xltools.workbook.passing import passing_folder
from xltools.workbook.save import save

ADDIN = "xltools.xlam"
DROPS = {
    "校验.bat": 'check "%~1" --format html --output "%~dpn1-审核结果.html"\r\n'
    'if not errorlevel 2 start "" "%~dpn1-审核结果.html"',
    "导出.bat": 'export "%~1" --to "%~dpn1-公开"',
}
"""Icons to drop a workbook on: what each runs, per file, ``%~1`` being the file. Where it could not be
checked, the page of an earlier check stays closed: it would pass for this one's."""
_DROP = """@echo off\r
chcp 65001 >nul\r
if "%~1"=="" (\r
  echo 请把工作簿拖到“{name}”图标上。\r
  pause\r
  exit /b 2\r
)\r
:next\r
"{python}" -P -X utf8 -m xltools.cli {command}\r
shift\r
if not "%~1"=="" goto next\r
pause\r
"""


# Excel


def machine() -> build.Machine:
    """Interpreter and DLLs of this installation."""
    from xltools.addin.excel import log_file

    python = Path(sys.executable)
    windowless = python.with_name("pythonw.exe")
    return build.Machine(
        python=str(windowless if windowless.exists() else python),
        dll64=str(dll("64") or ""),
        dll32=str(dll("32") or ""),
        log=str(log_file()),
    )


def dll(bits: str) -> Path | None:
    """The DLL that xlwings installed for Excel of ``bits`` ("64" or "32"); None when it is missing."""
    name = f"xlwings{bits}-{metadata.version('xlwings')}.dll"
    return next((folder / name for folder in _dll_folders() if (folder / name).is_file()), None)


def _dll_folders() -> Iterator[Path]:
    """Where pip puts it: the root of the environment, of the user's own packages, beside the packages."""
    yield Path(sys.prefix)
    yield Path(sys.base_prefix)
    if site.ENABLE_USER_SITE:
        yield Path(site.getuserbase())
        yield Path(site.getusersitepackages()).parent
    for folder in map(Path, site.getsitepackages()):
        yield from (folder, folder.parent, folder.parent.parent)


def xlstart(folder: str | None = None) -> Path:
    """The folder from which Excel opens add-ins; XltoolsError where there is no Excel and none is named."""
    if folder:
        return Path(folder)
    base = os.environ.get("APPDATA")
    if not base:
        raise XltoolsError(
            "这台电脑不是 Windows，没有 Excel 的启动文件夹。",
            "请用 --xlstart 指定文件夹，或用 --calc 安装到 LibreOffice。",
        )
    return Path(base) / "Microsoft" / "Excel" / "XLSTART"


def install(folder: Path) -> Path:
    """Build the add-in for this machine and write it into ``folder``; the file's path.

    Raises XltoolsError while Excel holds the file, or where the folder cannot be written.
    """
    target = folder / ADDIN
    write(target, build.addin(machine()))
    _log_folder().mkdir(parents=True, exist_ok=True)
    return target


def uninstall(folder: Path) -> bool:
    """Take the add-in and its log away; False when it was not there."""
    target = folder / ADDIN
    _free(target)
    found = target.exists()
    try:
        target.unlink(missing_ok=True)
    except PermissionError as error:
        raise _in_use(target) from error
    shutil.rmtree(_log_folder(), ignore_errors=True)
    return found


def _log_folder() -> Path:
    from xltools.addin.excel import log_file

    return log_file().parent


def _free(target: Path) -> None:
    """Refuse while Excel has the file open: its lock file lies beside it."""
    if (target.parent / f"~${target.name}").exists():
        raise _in_use(target)


def _in_use(target: Path) -> XltoolsError:
    return XltoolsError(f"Excel 正在使用 {target}。", "请保存并关闭所有 Excel 窗口，再运行一次。")


def write(target: Path, content: bytes) -> None:
    """Write a file at once or not at all. XltoolsError where it cannot be written, or is in use."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise XltoolsError(
            f"无法建立文件夹 {target.parent}：{error.strerror}。", "请换一个文件夹。"
        ) from error
    _free(target)
    save(target, content, backup=False)


def drop_icons(folder: Path) -> list[Path]:
    """Write 校验.bat and 导出.bat into ``folder``: drop a workbook on them, no macro is needed."""
    made = []
    for name, command in DROPS.items():
        text = _DROP.format(name=name.removesuffix(".bat"), python=sys.executable, command=command)
        write(folder / name, text.encode("utf-8"))
        made.append(folder / name)
    return made


def remove_drop_icons(folder: Path) -> None:
    """Take 校验.bat and 导出.bat away."""
    for name in DROPS:
        (folder / name).unlink(missing_ok=True)


# LibreOffice


def install_calc() -> str:
    """Install the extension into LibreOffice; the version found. XltoolsError below 25.2 or without it."""
    version = calc_version()
    if version is None:
        raise XltoolsError(
            "没有找到 LibreOffice。", f"请先安装 LibreOffice {libreoffice.MINIMUM} 或更高版本。"
        )
    if too_old(version):
        raise XltoolsError(
            f"这台电脑上的 LibreOffice 是 {version}，它不认识 xltools 的函数，保存时会损坏公式。",
            f"请先升级到 {libreoffice.MINIMUM} 或更高版本。",
        )
    with passing_folder() as folder:
        path = folder / "xltools.oxt"
        path.write_bytes(libreoffice.extension())
        _unopkg("add", "-f", str(path))
    return version


def uninstall_calc() -> None:
    """Take the extension out of LibreOffice; nothing happens where it is not."""
    if calc_version() is not None:
        _unopkg("remove", libreoffice.IDENTIFIER, missing_ok=True)


def calc_version() -> str | None:
    """Version of the LibreOffice on this machine, such as "25.2.3.2"; None without one."""
    program = _office("soffice")
    if program is None:
        return None
    done = subprocess.run(
        [program, "--version"], capture_output=True, text=True, env=_environment(), check=False
    )
    words = done.stdout.split()
    return words[1] if done.returncode == 0 and len(words) > 1 else None


def too_old(version: str) -> bool:
    """Whether LibreOffice ``version`` would spoil our function names."""
    return _numbers(version) < _numbers(libreoffice.MINIMUM)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _office(name: str) -> str | None:
    """A program of LibreOffice: on the PATH, or where Windows and macOS install it."""
    found = shutil.which(name)
    if found:
        return found
    folders = [
        Path(os.environ.get("PROGRAMFILES", "C:/Program Files")) / "LibreOffice" / "program",
        Path("/Applications/LibreOffice.app/Contents/MacOS"),
    ]
    candidates = [folder / f"{name}{suffix}" for folder in folders for suffix in (".com", ".exe", "")]
    return next((str(path) for path in candidates if path.is_file()), None)


def _environment() -> dict[str, str]:
    """Without the virtual environment, in which LibreOffice's own Python would look for its library."""
    own = {str(Path(sys.executable).parent), str(Path(sys.prefix) / "bin")}
    path = os.pathsep.join(p for p in os.environ.get("PATH", "").split(os.pathsep) if p not in own)
    return {**{k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH")}, "PATH": path}


def _unopkg(*arguments: str, missing_ok: bool = False) -> None:
    program = _office("unopkg")
    if program is None:
        raise XltoolsError("LibreOffice 安装不完整：缺少 unopkg。", "请重新安装 LibreOffice。")
    shared = ["--shared"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [program, arguments[0], *shared, *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
    if done.returncode and not missing_ok:
        reason = (done.stderr.strip().splitlines() or ["没有说明"])[0]
        raise XltoolsError(
            f"LibreOffice 没有接受扩展：{reason}。", "请关闭所有 LibreOffice 窗口，再运行一次。"
        )
