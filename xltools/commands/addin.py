"""``xltools addin build|install|uninstall|doctor``."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from xltools.addin import build, doctor, install


def addin(arguments: argparse.Namespace) -> int:
    """Do what ``arguments.action`` names; exit status 0, or 1 when the doctor found a problem."""
    return {"build": _build, "install": _install, "uninstall": _uninstall, "doctor": _doctor}[
        arguments.action
    ](arguments)


def _build(arguments: argparse.Namespace) -> int:
    target = Path(arguments.output or install.ADDIN)
    install.write(target, build.addin(install.machine()))
    print(f"已生成 {target}")
    return 0


def _install(arguments: argparse.Namespace) -> int:
    if arguments.folder:
        for path in install.drop_icons(Path(arguments.folder)):
            print(f"已生成 {path}：把工作簿拖到这个图标上即可。")
    if arguments.calc:
        print(f"已安装到 LibreOffice {install.install_calc()}；重新打开 LibreOffice 后可用。")
    if arguments.xlstart or not (arguments.folder or arguments.calc):
        print(f"已安装 {install.install(install.xlstart(arguments.xlstart))}；重新打开 Excel 后可用。")
    return 0


def _uninstall(arguments: argparse.Namespace) -> int:
    if arguments.folder:
        install.remove_drop_icons(Path(arguments.folder))
        print(f"已从 {arguments.folder} 删除：{'、'.join(install.DROPS)}。")
    if arguments.calc:
        install.uninstall_calc()
        print("已从 LibreOffice 卸载；重新打开 LibreOffice 后生效。")
    if arguments.xlstart or not (arguments.folder or arguments.calc):
        found = install.uninstall(install.xlstart(arguments.xlstart))
        print("已卸载。" if found else "没有安装过。")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    folder = install.xlstart(arguments.xlstart) if arguments.xlstart else None
    found = doctor.examine(folder=folder)
    if arguments.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            print(f"[{one.state}] {one.name}：{one.text}{one.remedy}")
    return 1 if any(one.state == "问题" for one in found) else 0
