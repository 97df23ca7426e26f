"""What holds for all tests: only those marked ``real`` may start a LibreOffice that is installed."""

from __future__ import annotations

from typing import Any

import pytest

TOGETHER = ("tests/privacy/test_published.py", "tests/export/test_pdf.py")
"""Modules whose tests share something dear, which every worker would make anew."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Who runs what. Real programs are driven by one worker alone, for they share a screen and much memory.
    (Groups marked for xdist have no effect under pytest 9: a test's id cannot be changed any more.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            if "/real/" in module:
                return "real"
            return module if module.endswith(TOGETHER) else nodeid

    return Scheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What one worker does alone is begun first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("real") is None)


@pytest.fixture(autouse=True)
def office_only_for_real_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are numbered by LibreOffice's layout where it is found: not in the quick tests."""
    if request.node.get_closest_marker("real") is None:
        monkeypatch.setenv("XLTOOLS_SOFFICE", "")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule is judged by itself: no joint verdict, no narrative, which have tests of their own."""
    from xltools import narrative, rules

    monkeypatch.setattr(rules, "settle", lambda desk, roots: (roots.findings, tuple(roots.suspects)))
    monkeypatch.setattr(narrative, "check", lambda report, edition: [])
