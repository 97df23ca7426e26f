"""What holds for all tests: only those marked ``real`` may start a LibreOffice that is installed."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Real programs are driven by one worker alone, from the start: they share a screen and much memory. One
    worker, too, runs a module whose tests share something dear (``together``)."""
    for item in items:
        if item.get_closest_marker("real"):
            item.add_marker(pytest.mark.xdist_group("real"))
        elif item.get_closest_marker("together"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
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

    monkeypatch.setattr(rules, "settle", lambda desk, findings: (findings, ()))
    monkeypatch.setattr(narrative, "check", lambda report, edition: [])
