"""``xltools addin doctor``: what on this machine keeps the add-in from working, and what to do about it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

from xltools.addin import build, install

State = Literal["正常", "注意", "问题", "不适用"]
_SECURITY = r"Microsoft\Office\16.0\Excel\Security"
_ASR = r"Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
_CHILD_PROCESSES = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
"""Defender's rule "block all Office applications from creating child processes"."""
_SLOW = 5.0
"""Seconds of a start beyond which the user will think that Excel hangs."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at: ``text`` says what was found, ``remedy`` what to do (both Chinese)."""

    name: str
    state: State
    text: str
    remedy: str = ""


class Computer:
    """The machine as the doctor sees it; tests put another one in its place."""

    windows = os.name == "nt"

    def registry(self, root: str, path: str, name: str) -> object | None:
        """A value of the registry; ``root`` is HKCU or HKLM; None where it is missing."""
        if not self.windows:
            return None
        import winreg

        key = {"HKCU": "HKEY_CURRENT_USER", "HKLM": "HKEY_LOCAL_MACHINE"}[root]
        try:
            with winreg.OpenKey(getattr(winreg, key), path) as opened:  # type: ignore[attr-defined]
                return winreg.QueryValueEx(opened, name)[0]  # type: ignore[attr-defined, no-any-return]
        except OSError:
            return None

    def fits_code_page(self, text: str) -> bool:
        """Whether the ANSI code page, in which the DLL starts Python, can hold ``text``."""
        try:
            text.encode("mbcs" if self.windows else "ascii", "strict")
        except UnicodeEncodeError:
            return False
        return True

    def elevated(self) -> bool:
        """Whether this process runs as administrator."""
        if not self.windows:
            return False
        import ctypes

        return bool(ctypes.windll.shell32.IsUserAnAdmin())  # type: ignore[attr-defined]

    def hidden_excels(self) -> int:
        """Processes of Excel without a window."""
        listed = self.run(["tasklist", "/FO", "CSV", "/NH", "/FI", "IMAGENAME eq EXCEL.EXE"])
        processes = listed[1].upper().count('"EXCEL.EXE"')
        return max(0, processes - self._excel_windows())

    def _excel_windows(self) -> int:
        import ctypes

        owners = set()
        prototype = ctypes.WINFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)  # type: ignore[attr-defined]
        user = ctypes.windll.user32  # type: ignore[attr-defined]

        def seen(window: int, _: int) -> bool:
            name = ctypes.create_unicode_buffer(32)
            user.GetClassNameW(window, name, 32)
            if name.value == "XLMAIN" and user.IsWindowVisible(window):
                process = ctypes.c_ulong()
                user.GetWindowThreadProcessId(window, ctypes.byref(process))
                owners.add(process.value)
            return True

        user.EnumWindows(prototype(seen), 0)
        return len(owners)

    def run(self, command: list[str]) -> tuple[int, str, str]:
        """Exit status, output, errors of a program."""
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=120, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return 1, "", str(error)
        return done.returncode, done.stdout, done.stderr

    def marked_of_the_web(self, path: Path) -> bool:
        """Whether Windows noted that the file came from the internet."""
        try:
            return self.windows and Path(f"{path}:Zone.Identifier").exists()
        except OSError:
            return False

    def has_module(self, name: str) -> bool:
        """Whether a package can be imported."""
        return util.find_spec(name) is not None


def examine(computer: Computer | None = None, folder: Path | None = None) -> list[Diagnosis]:
    """Everything looked at, in order; ``folder`` is XLSTART, by default the user's own."""
    found = computer or Computer()
    if not found.windows:
        return [
            Diagnosis(
                "系统",
                "不适用",
                "这台电脑不是 Windows，Excel 加载宏不能使用。",
                "可安装 LibreOffice 扩展（xltools addin install --calc），或用命令行 xltools check、export。",
            ),
            *_server(found),
            _calc(),
        ]
    place = folder or install.xlstart()
    return [
        _excel(found),
        *_python(found),
        *_libraries(found),
        *_installed(found, place),
        *_policies(found),
        *_processes(found),
        *_server(found),
        _calc(),
    ]


def _excel(computer: Computer) -> Diagnosis:
    key = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
    path = computer.registry("HKLM", key, "") or computer.registry("HKCU", key, "")
    if not path:
        return Diagnosis(
            "Excel",
            "问题",
            "没有找到 Excel。",
            "没有 Excel 时可用 LibreOffice 扩展或“校验.bat”（xltools addin install --folder）。",
        )
    if "WindowsApps" in str(path):
        return Diagnosis(
            "Excel",
            "问题",
            f"Excel 是应用商店版（{path}），它不能启动 Python。",
            "请改装桌面版 Office，或使用“校验.bat”。",
        )
    return Diagnosis("Excel", "正常", f"桌面版 Excel：{path}。")


def _python(computer: Computer) -> Iterator[Diagnosis]:
    if "WindowsApps" in sys.base_prefix:
        yield Diagnosis(
            "Python",
            "问题",
            "Python 是应用商店版，Excel 无法启动它。",
            "请从 python.org 安装 Python，再安装 xltools。",
        )
    else:
        yield Diagnosis("Python", "正常", f"Python {sys.version.split()[0]}：{sys.executable}。")
    for path in (sys.executable, str(install.dll("64") or "")):
        if not computer.fits_code_page(path):
            yield Diagnosis(
                "路径",
                "问题",
                f"路径含有本机代码页不能表示的字符：{path}。",
                "请把 Python 装到只含英文字母的文件夹，如 C:\\Python。",
            )


def _libraries(computer: Computer) -> Iterator[Diagnosis]:
    if not computer.has_module("win32com"):
        yield Diagnosis("pywin32", "问题", "没有安装 pywin32。", "请运行：python -m pip install pywin32。")
    version = metadata.version("xlwings")
    missing = [bits for bits in ("64", "32") if install.dll(bits) is None]
    if missing:
        names = "、".join(f"xlwings{bits}-{version}.dll" for bits in missing)
        yield Diagnosis(
            "xlwings", "问题", f"缺少 {names}。", "请运行：python -m pip install --force-reinstall xlwings。"
        )
    else:
        yield Diagnosis("xlwings", "正常", f"xlwings {version} 及其 DLL 齐全。")


def _installed(computer: Computer, folder: Path) -> Iterator[Diagnosis]:
    path = folder / install.ADDIN
    again = "请关闭 Excel，运行 xltools addin install。"
    if not path.exists():
        yield Diagnosis("加载宏", "问题", f"{folder} 中没有 {install.ADDIN}。", again)
        return
    if path.read_bytes() != build.addin(install.machine()):
        yield Diagnosis("加载宏", "问题", "加载宏与现在的 xltools、xlwings 或 Python 不一致。", again)
    else:
        yield Diagnosis("加载宏", "正常", f"{path} 是最新的。")
    if computer.marked_of_the_web(path):
        yield Diagnosis("加载宏", "问题", "Windows 把加载宏标记为来自互联网，Excel 会禁用它。", again)
    for other in _other_copies(folder):
        yield Diagnosis(
            "加载宏", "注意", f"另有一份 {other}，公式可能连到它。", "请删除这一份，再用“修复公式”。"
        )


def _other_copies(folder: Path) -> Iterator[Path]:
    base = Path(os.environ.get("APPDATA", folder))
    for place in (base / "Microsoft" / "AddIns", base / "Microsoft" / "Excel" / "XLSTART"):
        if place != folder and (place / install.ADDIN).exists():
            yield place / install.ADDIN


def _policies(computer: Computer) -> Iterator[Diagnosis]:
    for root in ("HKCU", "HKLM"):
        for policy in (rf"Software\Policies\{_SECURITY}", rf"Software\{_SECURITY}"):
            if computer.registry(root, policy, "VBAWarnings") == 4:
                yield Diagnosis(
                    "宏安全",
                    "问题",
                    "Excel 设置为禁用所有宏且不通知。",
                    "请在 Excel 的信任中心改为“禁用宏并发出通知”，或请管理员调整。",
                )
            if computer.registry(root, rf"{policy}\Trusted Locations", "AllLocationsDisabled") == 1:
                yield Diagnosis(
                    "宏安全",
                    "问题",
                    "Excel 的受信任位置被停用，启动文件夹中的加载宏不会运行。",
                    "请在信任中心启用受信任位置，或请管理员调整。",
                )
    for area in (r"SOFTWARE\Policies\Microsoft", r"SOFTWARE\Microsoft"):
        if str(computer.registry("HKLM", rf"{area}\{_ASR}", _CHILD_PROCESSES)) == "1":
            yield Diagnosis(
                "安全软件",
                "问题",
                "Windows Defender 禁止 Office 启动其他程序，Excel 无法启动 Python。",
                "请管理员为 Python 添加例外；在此之前可用“校验.bat”和“导出.bat”。",
            )
            return


def _processes(computer: Computer) -> Iterator[Diagnosis]:
    hidden = computer.hidden_excels()
    if hidden:
        yield Diagnosis(
            "Excel",
            "注意",
            f"有 {hidden} 个看不见的 Excel 进程，可能占着加载宏。",
            "请在任务管理器中结束多余的 EXCEL.EXE。",
        )
    if computer.elevated():
        yield Diagnosis(
            "权限",
            "注意",
            "现在以管理员身份运行。",
            "Excel 与 Python 的权限必须一致：平时请不要以管理员身份运行 Excel。",
        )


def _server(computer: Computer, clock: Callable[[], float] = time.monotonic) -> Iterator[Diagnosis]:
    """One timed start of what the macros start, short of registering it with Windows."""
    code = "from xltools.addin.excel import load_xlwings,bind;bind(load_xlwings())"
    began = clock()
    status, _, problem = computer.run([sys.executable, "-P", "-B", "-X", "utf8", "-c", code])
    seconds = clock() - began
    if status:
        last = (problem.strip().splitlines() or ["没有说明"])[-1]
        yield Diagnosis(
            "启动",
            "问题",
            f"Python 端没有启动成功：{last}",
            "请重新安装：python -m pip install --force-reinstall xltools。",
        )
    elif seconds > _SLOW:
        yield Diagnosis(
            "启动",
            "注意",
            f"启动用了 {seconds:.1f} 秒，第一次计算会等待。",
            "请把 Python 文件夹加入杀毒软件的例外。",
        )
    else:
        yield Diagnosis("启动", "正常", f"启动用了 {seconds:.1f} 秒。")


def _calc() -> Diagnosis:
    version = install.calc_version()
    if version is None:
        return Diagnosis("LibreOffice", "不适用", "没有安装 LibreOffice。")
    if install.too_old(version):
        return Diagnosis(
            "LibreOffice",
            "注意",
            f"LibreOffice {version} 太旧，不能使用函数扩展。",
            "请升级到 25.2 或更高版本。",
        )
    return Diagnosis(
        "LibreOffice", "正常", f"LibreOffice {version}。", "安装扩展：xltools addin install --calc。"
    )
