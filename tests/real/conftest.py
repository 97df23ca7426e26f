"""LibreOffice for real: one private profile with our extension in it, one program for all tests.

Without LibreOffice the tests are skipped on a developer's machine, and fail where CI is set.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xltools.addin import libreoffice
from xltools.export.office import surroundings

SYSTEM_PACKAGES = "/usr/lib/python3/dist-packages"
"""Where Debian keeps ``uno``, made for the same Python 3.11."""


def environment(**more: str) -> dict[str, str]:
    """Where a LibreOffice of the tests runs."""
    return surroundings() | more


class Office:
    """A running LibreOffice with the extension; ``uno`` is the bridge, ``desktop`` its desktop."""

    def __init__(self, profile: Path, pipe: str, process: subprocess.Popen[bytes]) -> None:
        import uno

        self.uno: Any = uno
        self.profile, self.pipe, self.process = profile, pipe, process
        self.context: Any = self._connect()
        self.desktop: Any = self.service("com.sun.star.frame.Desktop")
        # A program without a window ends with its last document; the buttons close theirs.
        self.kept = self.open()

    def _connect(self) -> Any:
        local = self.uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        for _ in range(300):
            try:
                return resolver.resolve(f"uno:pipe,name={self.pipe};urp;StarOffice.ComponentContext")
            except Exception:
                assert self.process.poll() is None, "LibreOffice ended while starting"
                time.sleep(0.1)
        raise TimeoutError("LibreOffice does not answer")

    def service(self, name: str) -> Any:
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def open(self, path: Path | None = None, hidden: bool = True, **options: object) -> Any:
        """A spreadsheet: the file at ``path``, or a new one."""
        url = self.uno.systemPathToFileUrl(str(path)) if path else "private:factory/scalc"
        values = []
        for name, value in {"Hidden": hidden, **options}.items():
            entry = self.uno.createUnoStruct("com.sun.star.beans.PropertyValue")
            entry.Name, entry.Value = name, value
            values.append(entry)
        return self.desktop.loadComponentFromURL(url, "_blank", 0, tuple(values))


def install(extension: Path, profile: Path) -> None:
    """Add the extension to a profile. unopkg refuses to do that as root, so root steps down for it."""
    command = ["unopkg", "add", "-f", f"-env:UserInstallation={profile.as_uri()}", str(extension)]
    if os.geteuid() == 0:
        profile.chmod(0o777)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    done = subprocess.run(command, env=environment(HOME=str(profile)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if os.geteuid() == 0:
        for path in [profile, *profile.rglob("*")]:
            os.chown(path, 0, 0)


def start(profile: Path, *arguments: str, env: dict[str, str] | None = None) -> Office:
    """Start LibreOffice on ``profile`` and connect to it."""
    pipe = f"xltools-{uuid.uuid4().hex}"
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", f"--accept=pipe,name={pipe};urp;"]
    process = subprocess.Popen(
        [*command, "--norestore", "--nologo", "--nodefault", *arguments],
        env=environment(**(env or {})),
        stderr=subprocess.DEVNULL,
    )
    return Office(profile, pipe, process)


def stop(office: Office) -> None:
    """End it, by force if need be."""
    with contextlib.suppress(Exception):
        office.desktop.terminate()
    try:
        office.process.wait(20)
    except subprocess.TimeoutExpired:
        office.process.kill()
        office.process.wait(10)


def _interpreter(folder: Path) -> Path:
    """This Python with the checkout on its path: what an installed xltools would be."""
    path = folder / "python"
    root = Path(libreoffice.__file__).parents[2]
    path.write_text(f'#!/bin/sh\nPYTHONPATH="{root}" exec "{sys.executable}" "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture(scope="session")
def profile() -> Iterator[Path]:
    """A fresh profile that has our extension. Copy it: a running program locks the one it uses."""
    if not (shutil.which("soffice") and shutil.which("unopkg")):
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing")
        pytest.skip("LibreOffice is missing")
    sys.path.append(SYSTEM_PACKAGES)
    # not below pytest's own folder, which other users cannot enter
    folder = Path(f"/tmp/xltools-real-{uuid.uuid4().hex}")
    (folder / "profile").mkdir(parents=True)
    extension = folder / "xltools.oxt"
    extension.write_bytes(libreoffice.extension(python=str(_interpreter(folder))))
    install(extension, folder / "profile")
    yield folder / "profile"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def office(profile: Path) -> Iterator[Office]:
    """LibreOffice without windows, on a profile of its own: the installed one stays as it was made."""
    own = profile.parent / "headless"
    shutil.copytree(profile, own)
    office = start(own, "--headless")
    yield office
    stop(office)
