"""What holds for all tests: only those marked ``real`` may start a LibreOffice that is installed."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from functools import cached_property
from typing import Any

import pytest
from hypothesis import settings

from tests import effort

TOGETHER = (
    "tests/privacy/test_published.py",
    "tests/export/test_pdf.py",
    "tests/privacy/test_stopped.py::test_stopped_at_a_file",
)
"""Tests that share something dear, which every worker would make anew."""
PACKET = 20
"""A test with more values than this is handed out in packets: to hand out single ones takes longer than many
of them."""


def pytest_configure(config: pytest.Config) -> None:
    effort.decide(config.getoption("markexpr"))
    settings.register_profile("xltools", max_examples=effort.examples(100))
    settings.load_profile("xltools")
    cache = getattr(config, "cache", None)
    if sys.dont_write_bytecode and cache and not hasattr(config, "workerinput"):
        # Workers and the programs that tests start would compile everything anew, each of them.
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(cache.mkdir("compiled"))
        sys.dont_write_bytecode = False  # which xdist hands on to its workers
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """What was loaded stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Who runs what. Real programs are driven by one worker alone, for they share a screen and much memory.
    (Groups marked for xdist have no effect under pytest 9: a test's id cannot be changed any more.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        @cached_property
        def _packets(self) -> dict[str, str]:
            """For each test with many values: in which packet it is."""
            tests = self.collection or []
            sizes = Counter(nodeid.partition("[")[0] for nodeid in tests)
            found, seen = {}, Counter[str]()
            for nodeid in tests:
                test = nodeid.partition("[")[0]
                if sizes[test] > PACKET:
                    found[nodeid] = f"{test} {seen[test] // PACKET}"
                    seen[test] += 1
            return found

        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            if "/real/" in module:
                return "real"
            if effort.QUICK:  # no module takes long: what its tests share is made once
                return module
            together = (one for one in TOGETHER if nodeid.startswith(one))
            return next(together, self._packets.get(nodeid, nodeid))

    return Scheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What one worker does alone is begun first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("real") is None)


OFFICE = os.environ.get("XLTOOLS_SOFFICE")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Documents are numbered by LibreOffice's layout where it is found: in tests that are marked real."""
    if item.get_closest_marker("real") is None:
        os.environ["XLTOOLS_SOFFICE"] = ""
    elif OFFICE is None:
        os.environ.pop("XLTOOLS_SOFFICE", None)
    else:
        os.environ["XLTOOLS_SOFFICE"] = OFFICE


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule is judged by itself: no joint verdict, no narrative, which have tests of their own."""
    from xltools import narrative, rules

    monkeypatch.setattr(rules, "settle", lambda desk, roots: (roots.findings, tuple(roots.suspects)))
    monkeypatch.setattr(narrative, "check", lambda report, edition: [])
