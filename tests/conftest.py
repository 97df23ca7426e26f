"""What holds for all tests: only those marked ``real`` may start a LibreOffice that is installed."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def office_only_for_real_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are numbered by LibreOffice's layout where it is found: not in the quick tests."""
    if request.node.get_closest_marker("real") is None:
        monkeypatch.setenv("XLTOOLS_SOFFICE", "")
