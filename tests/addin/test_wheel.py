"""An installed wheel has what a checkout has: macros, workbooks, and all that LibreOffice needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROVE = """
from xltools.addin import build, libreoffice
from xltools.resources import resource, resources
for name in ("workbooks/template.xlsx", "workbooks/example.xlsx", "macros/customUI14.xml"):
    print(resource(name))
print(resource("docs/manual.html"))
print(len(resources("macros", "*.bas")), len(build.addin()), len(libreoffice.extension()))
"""


def setuptools_is_new() -> bool:
    try:
        return int(metadata.version("setuptools").split(".")[0]) >= 77
    except metadata.PackageNotFoundError:
        return False


@pytest.mark.long
@pytest.mark.skipif(not setuptools_is_new(), reason="the build needs setuptools 77")
def test_wheel_carries_macros_and_workbooks(tmp_path: Path) -> None:
    source = tmp_path / "source"  # a build leaves its traces where it is made
    left_out = shutil.ignore_patterns(".*", "build", "*.egg-info", "tests", "__pycache__", "*-out")
    shutil.copytree(ROOT, source, ignore=left_out)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        tmp_path,
        source,
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
    assert "macros/XltHost.bas" not in names, "nothing of ours lies beside the package"
    done = subprocess.run(
        [sys.executable, "-c", PROVE],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    *paths, numbers = done.stdout.splitlines()
    assert all(path.startswith(str(tmp_path / "site" / "xltools")) for path in paths)
    assert [int(number) > limit for number, limit in zip(numbers.split(), (4, 9_000, 9_000), strict=True)]
