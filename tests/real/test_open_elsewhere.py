"""A workbook open in LibreOffice for real: not written to, its user named, and free again after closing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.conftest import Office
from tests.workbook.books import example_bytes
from xltools.errors import XltoolsError
from xltools.workbook.save import open_elsewhere, save

pytestmark = pytest.mark.real


def test_open_in_libreoffice(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "决算.xlsx"
    path.write_bytes(example_bytes())
    document = office.open(path)
    try:
        assert "LibreOffice" in (open_elsewhere(path) or "")
        with pytest.raises(XltoolsError, match="不能写入"):
            save(path, b"new")
        assert path.read_bytes() == example_bytes()
    finally:
        document.close(True)
    assert open_elsewhere(path) is None
