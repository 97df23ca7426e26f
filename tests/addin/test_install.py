"""Installing into a temporary XLSTART, taking away, and what the doctor says of machines of every kind."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xltools.addin import build, doctor, install
from xltools.cli import main
from xltools.errors import XltoolsError


@pytest.fixture(autouse=True)
def private_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))


def test_install_and_uninstall_leave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "XLSTART"
    assert main(["addin", "install", "--xlstart", str(folder)]) == 0
    path = folder / "xltools.xlam"
    assert path.read_bytes() == build.addin(install.machine())
    assert [p.name for p in folder.iterdir()] == ["xltools.xlam"]
    assert str(path) in capsys.readouterr().out
    assert main(["addin", "uninstall", "--xlstart", str(folder)]) == 0
    assert list(folder.iterdir()) == [] and not (tmp_path / "local" / "xltools").exists()
    assert main(["addin", "uninstall", "--xlstart", str(folder)]) == 0
    assert "没有安装过" in capsys.readouterr().out


def test_install_refuses_while_excel_holds_the_file(tmp_path: Path) -> None:
    (tmp_path / "~$xltools.xlam").write_bytes(b"")
    for action in (install.install, install.uninstall):
        with pytest.raises(XltoolsError, match="Excel 正在使用"):
            action(tmp_path)
    assert not (tmp_path / "xltools.xlam").exists()


def test_install_without_excel_says_what_else_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("APPDATA", raising=False)
    assert main(["addin", "install"]) == 2
    assert "--calc" in capsys.readouterr().err


def test_xlstart_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPDATA", "/users/me")
    assert install.xlstart() == Path("/users/me/Microsoft/Excel/XLSTART")


def test_build_writes_where_it_is_told(tmp_path: Path) -> None:
    assert main(["addin", "build", "--output", str(tmp_path / "x.xlam")]) == 0
    assert (tmp_path / "x.xlam").read_bytes()[:2] == b"PK"


def test_drop_icons_run_the_commands(tmp_path: Path) -> None:
    made = install.drop_icons(tmp_path)
    assert [path.name for path in made] == ["校验.bat", "导出.bat"]
    for path, command in zip(made, ("check", "export"), strict=True):
        text = path.read_text("utf-8")
        assert f'"{sys.executable}" -P -X utf8 -m xltools.cli {command} "%~1"' in text
        assert text.startswith("@echo off\n") and b"\r\n" in path.read_bytes() and "chcp 65001" in text
        assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR
    assert "if not errorlevel 2 start" in made[0].read_text("utf-8"), "no earlier page after a failure"
    assert main(["addin", "uninstall", "--folder", str(tmp_path)]) == 0
    assert list(tmp_path.iterdir()) == []


def test_dlls_are_found_beside_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert install.dll("64") is None
    path = tmp_path / f"xlwings64-{metadata.version('xlwings')}.dll"
    path.write_bytes(b"")
    assert install.dll("64") == path and install.machine().dll64 == str(path)


def fake_office(folder: Path, version: str) -> None:
    for name, body in {
        "soffice": f"echo LibreOffice {version} 520",
        "unopkg": f'echo "$@" >> {folder}/calls',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="shell scripts stand in for LibreOffice")
def test_calc_extension_is_refused_below_the_minimum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    fake_office(tmp_path, "7.4.7.2")
    assert main(["addin", "install", "--calc"]) == 2
    assert "7.4.7.2" in capsys.readouterr().err and not (tmp_path / "calls").exists()
    fake_office(tmp_path, "25.2.3.2")
    assert main(["addin", "install", "--calc"]) == 0
    assert main(["addin", "uninstall", "--calc"]) == 0
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[0].startswith("add ") and calls[0].endswith("xltools.oxt")
    assert calls[1].startswith("remove ") and calls[1].endswith("org.xltools.calc")


# the doctor


class Machine(doctor.Computer):
    """A Windows with nothing wrong, but for what a test changes."""

    windows = True

    def __init__(self, **changes: Any) -> None:
        self.values: dict[tuple[str, str, str], object] = {
            (
                "HKLM",
                r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe",
                "",
            ): r"C:\Office\EXCEL.EXE"
        }
        self.hidden, self.admin, self.pages, self.web, self.modules = 0, False, True, False, True
        self.started = (0, "", "")
        for name, value in changes.items():
            setattr(self, name, value)

    def registry(self, root: str, path: str, name: str) -> object | None:
        return self.values.get((root, path, name))

    def fits_code_page(self, text: str) -> bool:
        return bool(self.pages)

    def elevated(self) -> bool:
        return bool(self.admin)

    def hidden_excels(self) -> int:
        return int(self.hidden)

    def run(self, command: list[str]) -> tuple[int, str, str]:
        return self.started  # type: ignore[no-any-return]

    def marked_of_the_web(self, path: Path) -> bool:
        return bool(self.web)

    def has_module(self, name: str) -> bool:
        return bool(self.modules)


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """XLSTART with the add-in in it, and both DLLs."""
    monkeypatch.setattr(install, "dll", lambda bits: Path(f"/py/xlwings{bits}.dll"))
    monkeypatch.setattr(install, "calc_version", lambda: None)
    install.install(tmp_path / "XLSTART")
    return tmp_path / "XLSTART"


def troubles(machine: Machine, folder: Path) -> list[str]:
    return [
        f"{d.name}：{d.text}{d.remedy}"
        for d in doctor.examine(machine, folder)
        if d.state in ("问题", "注意")
    ]


def test_a_machine_in_order_has_no_troubles(ready: Path) -> None:
    assert troubles(Machine(), ready) == []


def test_a_machine_with_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "dll", lambda bits: None)
    monkeypatch.setattr(install, "calc_version", lambda: None)
    found = troubles(Machine(values={}, modules=False), tmp_path)
    assert [text.split("：")[0] for text in found] == ["Excel", "pywin32", "xlwings", "加载宏"]
    assert all(text.endswith("。") or text.endswith("）。") for text in found)


_SECURITY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
_ASR = r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
_EXCEL = ("HKLM", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe", "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"values": {_EXCEL: r"C:\Program Files\WindowsApps\x\EXCEL.EXE"}}, "应用商店版"),
        ({"values": {_EXCEL: "E", ("HKCU", _SECURITY, "VBAWarnings"): 4}}, "禁用所有宏"),
        (
            {"values": {_EXCEL: "E", ("HKCU", rf"{_SECURITY}\Trusted Locations", "AllLocationsDisabled"): 1}},
            "受信任位置被停用",
        ),
        (
            {"values": {_EXCEL: "E", ("HKLM", _ASR, "d4f940ab-401b-4efc-aadc-ad5f3c50688a"): "1"}},
            "禁止 Office",
        ),
        ({"hidden": 2}, "2 个看不见的 Excel"),
        ({"admin": True}, "以管理员身份运行"),
        ({"pages": False}, "代码页不能表示"),
        ({"web": True}, "来自互联网"),
        ({"modules": False}, "没有安装 pywin32"),
        ({"started": (1, "", "Traceback…\nModuleNotFoundError: No module named 'x'")}, "No module named 'x'"),
    ],
)
def test_what_the_doctor_finds(ready: Path, changes: dict[str, Any], said: str) -> None:
    found = troubles(Machine(**changes), ready)
    assert any(said in text for text in found) and len(set(found)) <= 2


def test_a_store_python(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "base_prefix", r"C:\Program Files\WindowsApps\Python")
    assert any("Python 是应用商店版" in text for text in troubles(Machine(), ready))


def test_a_stale_addin_and_another_copy(ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (ready / "xltools.xlam").write_bytes(b"old")
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    other = tmp_path / "roaming" / "Microsoft" / "AddIns" / "xltools.xlam"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"")
    found = troubles(Machine(), ready)
    assert any("不一致" in text for text in found) and any(str(other) in text for text in found)


def test_a_slow_start_is_said() -> None:
    times = iter([0.0, 9.5])
    (found,) = doctor._server(Machine(), clock=lambda: next(times))
    assert found.state == "注意" and "9.5 秒" in found.text


def test_doctor_on_this_machine_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(Path(doctor.__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", root)
    status = main(["addin", "doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert {"name", "state", "text", "remedy"} == set(found[0])
    assert status == (1 if any(one["state"] == "问题" for one in found) else 0)
    if os.name != "nt":
        assert found[0]["state"] == "不适用" and found[1]["name"] == "启动" and found[1]["state"] == "正常"


def test_the_start_command_is_what_the_macros_run() -> None:
    """The -c text of the add-in imports our server with nothing but what it names."""
    code = (
        build.Machine()
        .start.partition('-c "')[2]
        .rstrip('"')
        .replace("serve('$(CLSID)')", "print(serve.__name__)")
    )
    done = subprocess.run(
        [sys.executable, "-B", "-X", "utf8", "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(doctor.__file__).parents[2],
        check=True,
    )
    assert done.stdout == "serve\n"
